#include "harness.h"

#include "aws/op.h"

/* Every operation that a control of the catalogue names. Some carry the IAM service name. */
static const char *const wanted[] = {
    "access-analyzer:ListAnalyzers", "access-analyzer:ListFindingsV2", "account:GetAlternateContact",
    "account:ListRegions", "acm:DescribeCertificate", "acm:ListCertificates", "apigateway:GetDomainNames",
    "apigateway:GetIntegration", "apigateway:GetResources", "apigateway:GetRestApis",
    "apigateway:GetStages", "apigatewayv2:GetApis", "apigatewayv2:GetStages",
    "application-autoscaling:DescribeScalableTargets", "artifact:ListCustomerAgreements",
    "autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeLaunchConfigurations",
    "backup:DescribeBackupVault", "backup:GetBackupPlan", "backup:GetBackupSelection",
    "backup:GetBackupVaultAccessPolicy", "backup:ListBackupJobs", "backup:ListBackupPlans",
    "backup:ListBackupSelections", "backup:ListBackupVaults", "backup:ListCopyJobs",
    "backup:ListProtectedResources", "backup:ListRecoveryPointsByBackupVault",
    "backup:ListRecoveryPointsByResource", "ce:GetDimensionValues", "cloudfront:GetDistributionConfig",
    "cloudfront:ListDistributions", "cloudtrail:DescribeTrails", "cloudtrail:GetEventSelectors",
    "cloudtrail:GetTrailStatus", "cloudtrail:LookupEvents", "cloudwatch:DescribeAlarms",
    "cloudwatch:DescribeAlarmsForMetric", "codebuild:BatchGetProjects", "codebuild:ListProjects",
    "cognito-idp:DescribeUserPool", "cognito-idp:ListUserPools",
    "config:DescribeConfigurationRecorderStatus", "config:DescribeConfigurationRecorders",
    "config:DescribeDeliveryChannels", "dax:DescribeClusters", "dms:DescribeReplicationInstances",
    "dynamodb:DescribeContinuousBackups", "dynamodb:DescribeLimits", "dynamodb:DescribeTable",
    "dynamodb:ListTables", "ec2:DescribeEgressOnlyInternetGateways", "ec2:DescribeFlowLogs",
    "ec2:DescribeImages", "ec2:DescribeInstanceAttribute", "ec2:DescribeInstances",
    "ec2:DescribeInternetGateways", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeManagedPrefixLists",
    "ec2:DescribeNetworkAcls", "ec2:DescribeNetworkInterfaces", "ec2:DescribeRegions",
    "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups",
    "ec2:DescribeSnapshotAttribute", "ec2:DescribeSnapshots", "ec2:DescribeSubnets", "ec2:DescribeVolumes",
    "ec2:DescribeVpcBlockPublicAccessExclusions", "ec2:DescribeVpcBlockPublicAccessOptions",
    "ec2:DescribeVpcEndpointServiceConfigurations", "ec2:DescribeVpcEndpointServicePermissions",
    "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcPeeringConnections", "ec2:DescribeVpcs",
    "ec2:DescribeVpnConnections", "ec2:GetEbsDefaultKmsKeyId", "ec2:GetEbsEncryptionByDefault",
    "ec2:GetImageBlockPublicAccessState", "ec2:GetInstanceMetadataDefaults",
    "ec2:GetManagedPrefixListEntries", "ec2:GetSnapshotBlockPublicAccessState", "ecr:DescribeRepositories",
    "ecr:GetRegistryScanningConfiguration", "ecr:GetRepositoryPolicy", "ecs:DescribeContainerInstances",
    "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions", "eks:DescribeCluster", "eks:ListClusters",
    "elasticache:DescribeReplicationGroups", "elasticbeanstalk:DescribeConfigurationSettings",
    "elasticbeanstalk:DescribeEnvironments", "elasticfilesystem:DescribeBackupPolicy",
    "elasticfilesystem:DescribeFileSystemPolicy", "elasticfilesystem:DescribeFileSystems",
    "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeLoadBalancerPolicies", "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTargetGroups",
    "elasticmapreduce:DescribeCluster", "elasticmapreduce:GetBlockPublicAccessConfiguration",
    "elasticmapreduce:ListClusters", "events:ListRules", "fsx:DescribeFileSystems", "guardduty:GetDetector",
    "guardduty:GetFindings", "guardduty:ListDetectors", "guardduty:ListFindings",
    "iam:GenerateCredentialReport", "iam:GetAccountAuthorizationDetails", "iam:GetAccountPasswordPolicy",
    "iam:GetAccountSummary", "iam:GetCredentialReport", "iam:GetRole", "iam:GetRolePolicy",
    "iam:ListMFADevices", "iam:ListOrganizationsFeatures", "iam:ListRoles", "iam:ListUsers",
    "iam:ListVirtualMFADevices", "inspector2:BatchGetAccountStatus", "inspector2:ListCoverage",
    "inspector2:ListFindings", "kafka:ListClustersV2", "kinesis:DescribeStreamSummary",
    "kinesis:ListStreams", "kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus",
    "kms:ListGrants", "kms:ListKeys", "lambda:GetFunctionConcurrency", "lambda:GetLayerVersionPolicy",
    "lambda:GetPolicy", "lambda:ListFunctionEventInvokeConfigs", "lambda:ListFunctionUrlConfigs",
    "lambda:ListFunctions", "logs:DescribeDeliverySources", "logs:DescribeLogGroups",
    "logs:DescribeMetricFilters", "macie2:GetAutomatedDiscoveryConfiguration", "macie2:GetMacieSession",
    "opensearch:DescribeDomains", "opensearch:ListDomainNames", "organizations:DescribeOrganization",
    "organizations:DescribePolicy", "organizations:ListAccounts", "organizations:ListPolicies",
    "organizations:ListTargetsForPolicy", "rds:DescribeDBClusterParameters",
    "rds:DescribeDBClusterSnapshotAttributes", "rds:DescribeDBClusterSnapshots", "rds:DescribeDBClusters",
    "rds:DescribeDBInstances", "rds:DescribeDBMajorEngineVersions", "rds:DescribeDBParameters",
    "rds:DescribeDBSnapshotAttributes", "rds:DescribeDBSnapshots", "rds:DescribeDBSubnetGroups",
    "rds:DescribeOptionGroups", "redshift:DescribeClusterParameters", "redshift:DescribeClusters",
    "redshift:DescribeLoggingStatus", "s3:GetBucketAcl", "s3:GetBucketEncryption",
    "s3:GetBucketLifecycleConfiguration", "s3:GetBucketLogging", "s3:GetBucketNotificationConfiguration",
    "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy", "s3:GetBucketPolicyStatus",
    "s3:GetBucketReplication", "s3:GetBucketVersioning", "s3:GetObjectLockConfiguration",
    "s3:GetPublicAccessBlock", "s3:ListBuckets", "s3control:GetAccessPointPolicy",
    "s3control:GetPublicAccessBlock", "s3control:ListAccessPoints", "s3control:ListMultiRegionAccessPoints",
    "sagemaker:DescribeEndpointConfig", "sagemaker:DescribeNotebookInstance",
    "sagemaker:ListEndpointConfigs", "sagemaker:ListNotebookInstances", "secretsmanager:GetResourcePolicy",
    "secretsmanager:ListSecrets", "securityhub:DescribeHub", "securityhub:GetEnabledStandards",
    "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:ListTopics", "sqs:GetQueueAttributes",
    "sqs:ListQueues", "ssm:DescribeDocumentPermission", "ssm:DescribeInstanceInformation",
    "ssm:DescribeInstancePatchStates", "ssm:DescribeParameters", "ssm:GetDocument",
    "ssm:ListComplianceItems", "ssm:ListDocuments", "sso-admin:DescribePermissionSet", "tag:GetResources",
    "waf:GetLoggingConfiguration", "waf:ListWebACLs", "wafv2:GetLoggingConfiguration",
    "wafv2:GetWebACLForResource", "wafv2:ListWebACLs",
};

static const struct {
    const char *iam;
    const char *botocore;
} renamed[] = {
    {"access-analyzer", "accessanalyzer"}, {"elasticfilesystem", "efs"},      {"elasticmapreduce", "emr"},
    {"elasticloadbalancing", "elbv2"},     {"elasticloadbalancing", "elb"},   {"tag", "resourcegroupstaggingapi"},
};

static bool known(const char *name)
{
    struct str rest = str_of(name);
    struct str service = str_cut(&rest, ':');
    if (aws_op_find(str_of(name)))
        return true;
    for (size_t i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++) {
        char id[128];
        snprintf(id, sizeof(id), "%s:%.*s", renamed[i].botocore, STR_ARG(rest));
        if (str_eqz(service, renamed[i].iam) && aws_op_find(str_of(id)))
            return true;
    }
    return false;
}

static void every_operation_of_a_control_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        if (!known(wanted[i]))
            fail_msg("%s is missing", wanted[i]);
}

static bool reads_only(const struct aws_op *op)
{
    static const char *const verbs[] = {"Describe", "Get", "List", "BatchGet", "Search", "Select", "Lookup"};
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (str_starts(op->operation, str_of(verbs[i])))
            return true;
    return str_eqz(op->id, "iam:GenerateCredentialReport") || str_eqz(op->id, "iam:GenerateServiceLastAccessedDetails") ||
           str_eqz(op->id, "cloudformation:DetectStackDrift");
}

static void nothing_writes_and_nothing_reads_contents(void **state)
{
    (void)state;
    static const char *const contents[] = {
        "secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue", "ssm:GetParameter*", "s3:GetObject",
        "s3:GetObjectAttributes", "lambda:GetFunction", "lambda:GetLayerVersion", "kms:Decrypt", "ec2:GetPasswordData",
        "ec2:GetConsole*", "ecr:GetAuthorizationToken", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "sts:GetSessionToken",
        "sts:GetFederationToken", "logs:GetLog*", "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Scan", "dynamodb:Query",
        "sqs:ReceiveMessage", "kinesis:GetRecords", "rds:DownloadDBLogFilePortion", "iam:GetAccessKey", "codecommit:*",
    };
    uint32_t count = 0;
    const struct aws_op *ops = aws_ops(&count);
    for (uint32_t i = 0; i < count; i++) {
        if (!reads_only(&ops[i]))
            fail_msg("%.*s does more than read", STR_ARG(ops[i].id));
        for (size_t k = 0; k < sizeof(contents) / sizeof(contents[0]); k++)
            if (str_glob(str_of(contents[k]), ops[i].id))
                fail_msg("%.*s reads contents", STR_ARG(ops[i].id));
        struct str verb = ops[i].action;
        (void)str_cut(&verb, ':');
        if (!str_starts(verb, STR("Get")) && !str_starts(verb, STR("GET")) && !str_starts(verb, STR("List")) &&
            !str_starts(verb, STR("Describe")) && !str_starts(verb, STR("Search")) && !str_starts(verb, STR("Select")) &&
            !str_starts(verb, STR("BatchGet")) && !str_starts(verb, STR("Lookup")) && !ops[i].starts_job)
            fail_msg("%.*s needs %.*s", STR_ARG(ops[i].id), STR_ARG(ops[i].action));
    }
    assert_true(count > 600);
}

/* A chain of parents must end: an operation that is its own ancestor (organizational units below
 * organizational units) needs another source to start from. */
static bool starts_somewhere(const struct aws_op *op, int depth)
{
    if (op->follow_count == 0)
        return true;
    if (depth > 8)
        return false;
    for (uint32_t i = 0; i < op->follow_count; i++) {
        if (op->follow[i].parent.len == 0)
            return true;
        const struct aws_op *parent = aws_op_find(op->follow[i].parent);
        if (parent && parent != op && starts_somewhere(parent, depth + 1))
            return true;
    }
    return false;
}

static void every_parent_is_known_and_every_chain_starts(void **state)
{
    (void)state;
    uint32_t count = 0;
    const struct aws_op *ops = aws_ops(&count);
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < ops[i].follow_count; k++)
            if (ops[i].follow[k].parent.len && !aws_op_find(ops[i].follow[k].parent))
                fail_msg("%.*s follows unknown %.*s", STR_ARG(ops[i].id), STR_ARG(ops[i].follow[k].parent));
        if (!starts_somewhere(&ops[i], 0))
            fail_msg("%.*s is never called", STR_ARG(ops[i].id));
        if (ops[i].kind == AWS_OP_DETAIL && !ops[i].follow_count)
            fail_msg("%.*s is a detail of nothing", STR_ARG(ops[i].id));
        if (aws_op_by_cli(ops[i].cli) != &ops[i])
            fail_msg("%.*s is not found by its file name", STR_ARG(ops[i].id));
    }
}

static void a_row_says_what_the_model_says(void **state)
{
    (void)state;
    const struct aws_op *op = aws_op_find(STR("ecs:DescribeServices"));
    assert_non_null(op);
    expect_str(op->cli, "ecs-describe-services");
    expect_str(op->target_prefix, "AmazonEC2ContainerServiceV20141113");
    expect_str(op->action, "ecs:DescribeServices");
    expect_str(op->fixed[0].value, "[\"TAGS\"]");
    assert_int_equal(op->follow_count, 2);
    expect_str(op->follow[0].path, "^cluster");
    expect_str(op->follow[1].path, "serviceArns[]");
    assert_int_equal(op->follow[1].batch, 10);
    op = aws_op_find(STR("s3:GetBucketPolicy"));
    expect_str(op->path, "/{Bucket}?policy");
    expect_str(op->follow[0].region, "Buckets[].BucketRegion");
    expect_str(op->absent[0], "NoSuchBucketPolicy");
    assert_int_equal(op->follow[0].param.location, AWS_IN_URI);
    op = aws_op_find(STR("ec2:DescribeInstances"));
    assert_int_equal(op->page_keys, 1);
    assert_int_equal(op->page_size_max, 1000);
    expect_str(op->items, "Reservations[].Instances[]");
    expect_str(op->lists[0], "Reservations");
    expect_str(op->tags_field, "Tags");
    op = aws_op_find(STR("ec2:SearchTransitGatewayRoutes"));
    const struct aws_param *filters = aws_op_param(op, STR("Filters"));
    expect_str(filters->wire, "Filter");
    assert_int_equal(filters->type->kind, 'L');
    expect_str(filters->type->element->members[1].wire, "Value");
    op = aws_op_find(STR("organizations:ListOrganizationalUnitsForParent"));
    assert_true(op->global);
    expect_str(op->home_region, "us-east-1");
    assert_int_equal(op->follow[1].source, 1);
    assert_null(aws_op_find(STR("ec2:RunInstances")));
    assert_null(aws_op_by_cli(STR("ec2-run-instances")));
}

static const char good_row[] = "a:GetB\ta-get-b\tENV\ta\ta\t\tjson1.1\tT\t\tPOST\t/\t\tdetail\tP:s Q=q@uri:[/s]\t{\"P\":1}\t"
                               "a:L|Q=X[]/5|X[].Y=1\tP\tN\t\tP\t10\tL\t@\t\t\t\t\t\t\ta:GetB\tNo\tdemand";

static void malformed_rows_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *cut, *put, *message;
    } bad[] = {
        {"json1.1", "json2", "unknown protocol"}, {"detail", "thing", "unknown kind"},     {"\tdemand", "", "columns"},
        {"demand", "later", "unknown flag"},      {"\tdemand", "\tdemand\t", "columns"},  {"P:s", "P:z", "no type"},
        {"Q=q@uri", "Q=q@sky", "no place"},       {"[/s]", "[/s", "expected"},              {"{\"P\":1}", "{\"P\":", "line 1"},
        {"{\"P\":1}", "[1]", "no object"},        {"{\"P\":1}", "{\"Z\":1}", "no parameter"}, {"|Q=X[]/5|", "|Z=X|", "no parameter"},
        {"X[]/5", "X[]/0", "bad batch"},          {"a:L|Q=", "a:L|Q", "bad follow"},        {"a:L|Q=X[]/5|X[].Y=1", "a:L", "bad source"},
        {"a:L|", "-|", "literals"},               {"\tP\tN\t", "\tP\tN,M\t", "differ"},   {"\t10\t", "\tten\t", "page size"},
        {"\t/\t", "\tx\t", "start with /"},     {"\t@\t", "\t\t", "needs id"},
    };
    struct arena *a = arena_new(0);
    uint32_t count = 0;
    struct err e = {0};
    struct str text = arena_printf(a, "# x\nhead\n%s\n", good_row);
    assert_non_null(aws_ops_parse(a, text, &count, &e));
    assert_int_equal(count, 1);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *at = strstr(good_row, bad[i].cut);
        assert_non_null(at);
        text = arena_printf(a, "head\n%.*s%s%s\n", (int)(at - good_row), good_row, bad[i].put, at + strlen(bad[i].cut));
        err_clear(&e);
        if (aws_ops_parse(a, text, &count, &e))
            fail_msg("row with \"%s\" was accepted", bad[i].put);
        expect_err(&e, ERR_PARSE, bad[i].message);
    }
    err_clear(&e);
    text = arena_printf(a, "head\n%s\n%s\n", good_row, good_row);
    assert_null(aws_ops_parse(a, text, &count, &e));
    expect_err(&e, ERR_PARSE, "not sorted");
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_of_a_control_is_known),
        cmocka_unit_test(nothing_writes_and_nothing_reads_contents),
        cmocka_unit_test(every_parent_is_known_and_every_chain_starts),
        cmocka_unit_test(a_row_says_what_the_model_says),
        cmocka_unit_test(malformed_rows_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
