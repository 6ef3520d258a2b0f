/* The collector against a scripted transport. */
#include "fake.h"

#define REGIONS_JSON \
    "{\"Regions\":[{\"RegionName\":\"us-east-1\",\"OptInStatus\":\"opt-in-not-required\"}," \
    "{\"RegionName\":\"eu-west-1\",\"OptInStatus\":\"opt-in-not-required\"}," \
    "{\"RegionName\":\"ap-east-1\",\"OptInStatus\":\"not-opted-in\"}]}"

struct world {
    struct fake f;
    struct store *store;
    struct collect_options o;
    struct collect_summary sum;
    struct err e;
};

static void begin(struct world *w)
{
    memset(w, 0, sizeof(*w));
    fake_init(&w->f);
    w->store = store_open(":memory:", STORE_CREATE, &w->e);
    expect_ok(w->store != NULL, &w->e);
    w->o = (struct collect_options){.transport = &w->f.t, .tool_version = "test", .seed = 7, .stop = &w->f.stop};
}

static void end(struct world *w)
{
    fake_done(&w->f);
    store_close(w->store);
}

static void regions_rule(struct world *w)
{
    fake_rule(&w->f, (struct fake_rule){.op = "ec2:DescribeRegions", .json = REGIONS_JSON});
}

static void run_ops(struct world *w, const char *const *ids, uint32_t count)
{
    struct str ops[32];
    for (uint32_t i = 0; i < count; i++)
        ops[i] = str_of(ids[i]);
    w->o.ops = ops;
    w->o.op_count = count;
    expect_ok(collect_run(w->store, &w->o, &w->sum, &w->e), &w->e);
}
#define run(w, ...) run_ops((w), (const char *const[]){__VA_ARGS__}, (uint32_t)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)))

static int64_t count(struct world *w, const char *sql)
{
    int64_t n = -1;
    expect_ok(store_get_int(w->store, sql, &n, &w->e), &w->e);
    return n;
}
#define expect_count(w, n, sql) assert_int_equal(count((w), "SELECT count(*) FROM " sql), (n))

static void test_every_region_and_closure(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    fake_rule(&w.f, (struct fake_rule){.op = "kms:ListKeys", .region = "eu-west-1", .json = "{\"Keys\":[{\"KeyId\":\"k1\"},{\"KeyId\":\"k2\"}]}"});
    fake_rule(&w.f, (struct fake_rule){.op = "kms:DescribeKey", .params = "k1", .json = "{\"KeyMetadata\":{\"KeyId\":\"k1\",\"KeyManager\":\"AWS\"}}"});
    fake_rule(&w.f, (struct fake_rule){.op = "kms:DescribeKey", .params = "k2", .json = "{\"KeyMetadata\":{\"KeyId\":\"k2\",\"KeyManager\":\"CUSTOMER\"}}"});
    fake_rule(&w.f, (struct fake_rule){.op = "kms:GetKeyPolicy", .json = "{\"Policy\":\"{}\"}"});
    run(&w, "kms:GetKeyPolicy", "ec2:DescribeVpcs");
    expect_count(&w, 2, "call WHERE op = 'kms:ListKeys'");
    expect_count(&w, 2, "call WHERE op = 'kms:DescribeKey' AND region = 'eu-west-1' AND status = 'ok'");
    expect_count(&w, 1, "call WHERE op = 'kms:GetKeyPolicy' AND parent = 'k2' AND source = 'stub'");
    expect_count(&w, 2, "call WHERE op = 'ec2:DescribeVpcs' AND status = 'empty'");
    expect_count(&w, 1, "run_region WHERE region = 'ap-east-1' AND state = 'disabled' AND wanted = 0");
    expect_count(&w, 2, "run_region WHERE state = 'enabled' AND wanted = 1");
    expect_count(&w, 1, "run WHERE status = 'complete' AND caller_arn LIKE '%auditor'");
    /* Longest chain first. */
    assert_true(fake_first(&w.f, "kms:ListKeys") < fake_first(&w.f, "ec2:DescribeVpcs"));
    assert_int_equal(w.sum.calls, 8);
    end(&w);
}

static void test_literals_and_alternative_sources(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    fake_rule(&w.f, (struct fake_rule){.op = "ecs:ListClusters", .region = "us-east-1", .json = "{\"clusterArns\":[\"c1\"]}"});
    fake_rule(&w.f, (struct fake_rule){.op = "ecs:ListServices", .json = "{\"serviceArns\":[\"s1\",\"s2\"]}"});
    fake_rule(&w.f, (struct fake_rule){.op = "ecs:ListTasks", .json = "{\"taskArns\":[\"t1\"]}"});
    fake_rule(&w.f, (struct fake_rule){.op = "ecs:DescribeServices", .json = "{\"services\":[{\"taskDefinition\":\"td1\"},{\"taskDefinition\":\"td1\"}]}"});
    fake_rule(&w.f, (struct fake_rule){.op = "ecs:DescribeTasks", .json = "{\"tasks\":[{\"taskDefinitionArn\":\"td1\"},{\"taskDefinitionArn\":\"td2\"}]}"});
    run(&w, "ecs:DescribeTaskDefinition", "wafv2:ListWebACLs", "ec2:DescribeSnapshots");
    assert_int_equal(fake_count(&w.f, "ecs:DescribeTaskDefinition {\"taskDefinition\":\"td1\"}"), 1);
    assert_int_equal(fake_count(&w.f, "ecs:DescribeTaskDefinition {\"taskDefinition\":\"td2\"}"), 1);
    assert_int_equal(fake_count(&w.f, "ecs:DescribeServices {\"cluster\":\"c1\",\"services\":[\"s1\",\"s2\"]}"), 1);
    assert_int_equal(fake_count(&w.f, "us-east-1 wafv2:ListWebACLs"), 2);
    assert_int_equal(fake_count(&w.f, "eu-west-1 wafv2:ListWebACLs {\"Scope\":\"REGIONAL\"}"), 1);
    assert_int_equal(fake_count(&w.f, "eu-west-1 wafv2:ListWebACLs"), 1);
    assert_int_equal(fake_count(&w.f, "us-east-1 ec2:DescribeSnapshots {} "), 1);
    assert_int_equal(fake_count(&w.f, "us-east-1 ec2:DescribeSnapshots {\"RestorableByUserIds\":[\"all\"]}"), 1);
    expect_count(&w, 2, "call WHERE op = 'ecs:DescribeTaskDefinition'");
    end(&w);
}

static void test_batches_are_full(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    fake_rule(&w.f, (struct fake_rule){.op = "elbv2:DescribeLoadBalancers", .region = "eu-west-1", .token = "", .next = "p2",
        .json = "{\"LoadBalancers\":[{\"LoadBalancerArn\":\"a1\"},{\"LoadBalancerArn\":\"a2\"},{\"LoadBalancerArn\":\"a3\"}]}"});
    fake_rule(&w.f, (struct fake_rule){.op = "elbv2:DescribeLoadBalancers", .region = "eu-west-1", .token = "p2",
        .json = "{\"LoadBalancers\":[{\"LoadBalancerArn\":\"a4\"}]}"});
    run(&w, "elbv2:DescribeTags");
    assert_int_equal(fake_count(&w.f, "elbv2:DescribeTags"), 1);
    assert_int_equal(fake_count(&w.f, "{\"ResourceArns\":[\"a1\",\"a2\",\"a3\",\"a4\"]}"), 1);
    expect_count(&w, 1, "call WHERE op = 'elbv2:DescribeLoadBalancers' AND pages = 2 AND rows = 4");
    end(&w);
}

static void test_pages_that_do_not_end(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:DescribeVpcs", .token = "", .region = "us-east-1", .next = "t", .json = "{\"Vpcs\":[{\"VpcId\":\"v1\"}]}"});
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:DescribeVpcs", .token = "t", .region = "us-east-1", .next = "t", .json = "{\"Vpcs\":[{\"VpcId\":\"v2\"}]}"});
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:DescribeVpcs", .token = "", .region = "eu-west-1", .next = "x", .json = "{\"Vpcs\":[{\"VpcId\":\"v3\"}]}"});
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:DescribeVpcs", .token = "x", .class = REPLY_DENIED, .code = "UnauthorizedOperation"});
    run(&w, "ec2:DescribeVpcs");
    expect_count(&w, 1, "call WHERE status = 'truncated' AND code = 'RepeatedToken' AND rows = 2 AND region = 'us-east-1'");
    expect_count(&w, 1, "call WHERE status = 'truncated' AND code = 'UnauthorizedOperation' AND rows = 1 AND region = 'eu-west-1'");
    end(&w);
}

static void test_denied_is_final_and_recorded(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:DescribeVpcs", .class = REPLY_DENIED, .code = "UnauthorizedOperation", .message = "no"});
    run(&w, "ec2:DescribeVpcs", "ec2:DescribeSubnets");
    expect_count(&w, 2, "call WHERE op = 'ec2:DescribeVpcs' AND status = 'denied' AND code = 'UnauthorizedOperation' AND attempts = 1");
    expect_count(&w, 2, "call WHERE op = 'ec2:DescribeSubnets' AND status = 'empty'");
    end(&w);
}

static void test_retries(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:DescribeVpcs", .region = "us-east-1", .class = REPLY_RETRYABLE, .code = "InternalError", .times = 3});
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:DescribeVpcs", .region = "eu-west-1", .class = REPLY_RETRYABLE, .code = "InternalError"});
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:DescribeSubnets", .region = "us-east-1", .class = REPLY_THROTTLED, .code = "RequestLimitExceeded", .times = 9});
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:DescribeSubnets", .region = "eu-west-1", .class = REPLY_THROTTLED, .code = "RequestLimitExceeded"});
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:DescribeInternetGateways", .region = "us-east-1", .class = REPLY_REUSED_DIED, .times = 4});
    run(&w, "ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeInternetGateways");
    expect_count(&w, 1, "call WHERE op = 'ec2:DescribeVpcs' AND region = 'us-east-1' AND status = 'empty' AND attempts = 4");
    expect_count(&w, 1, "call WHERE op = 'ec2:DescribeVpcs' AND region = 'eu-west-1' AND status = 'error' AND attempts = 4");
    expect_count(&w, 1, "call WHERE op = 'ec2:DescribeSubnets' AND region = 'us-east-1' AND status = 'empty' AND attempts = 10");
    expect_count(&w, 1, "call WHERE op = 'ec2:DescribeSubnets' AND region = 'eu-west-1' AND status = 'throttled'");
    expect_count(&w, 1, "call WHERE op = 'ec2:DescribeInternetGateways' AND region = 'us-east-1' AND status = 'empty' AND attempts = 1");
    assert_true(w.sum.throttles >= 19);
    end(&w);
}

static void test_retry_after_is_honoured(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:DescribeVpcs", .class = REPLY_THROTTLED, .times = 1, .retry_after_ms = 25000});
    int64_t before = w.f.clock_us;
    run(&w, "ec2:DescribeVpcs");
    assert_true(w.f.clock_us - before >= 25000000);
    end(&w);
}

static void test_credentials_expire_once(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:DescribeVpcs", .class = REPLY_EXPIRED, .code = "ExpiredToken", .times = 2});
    run(&w, "ec2:DescribeVpcs", "ec2:DescribeSubnets");
    assert_int_equal(w.f.refreshes, 1);
    expect_count(&w, 4, "call WHERE op <> 'ec2:DescribeRegions' AND status = 'empty'");
    end(&w);
}

static void test_credentials_gone(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    w.f.refresh_fails = 100;
    w.o.max_in_flight = 1;
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:Describe[!R]*", .class = REPLY_EXPIRED});
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:DescribeVpcs", .class = REPLY_EXPIRED, .code = "ExpiredToken"});
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:DescribeSubnets", .class = REPLY_EXPIRED, .code = "ExpiredToken"});
    run(&w, "ec2:DescribeVpcs", "ec2:DescribeSubnets");
    expect_count(&w, 4, "call WHERE status = 'skipped' AND code IN ('ExpiredCredentials', 'ExpiredToken')");
    expect_count(&w, 1, "run WHERE status = 'complete'");
    end(&w);
}

static void test_clock_skew(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    fake_rule(&w.f, (struct fake_rule){.op = "ec2:DescribeVpcs", .class = REPLY_SKEW, .times = 1, .server_us = w.f.clock_us + INT64_C(3600000000)});
    run(&w, "ec2:DescribeVpcs");
    expect_count(&w, 2, "call WHERE op = 'ec2:DescribeVpcs' AND status = 'empty'");
    assert_true(w.f.offset_us > INT64_C(3500000000));
    end(&w);
}

static void test_bucket_in_another_region(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    w.o.max_in_flight = 1;
    fake_rule(&w.f, (struct fake_rule){.op = "s3:ListBuckets", .json = "{\"Buckets\":[{\"Name\":\"b1\",\"BucketRegion\":\"eu-west-1\"},{\"Name\":\"b2\"}]}"});
    fake_rule(&w.f, (struct fake_rule){.op = "s3:GetBucket*", .params = "b2", .region = "us-east-1", .class = REPLY_WRONG_REGION, .hint_region = "eu-west-1"});
    run(&w, "s3:GetBucketPolicyStatus", "s3:GetBucketVersioning", "s3:GetBucketAcl");
    assert_int_equal(fake_count(&w.f, "eu-west-1 s3:GetBucketAcl {\"Bucket\":\"b1\"}"), 1);
    expect_count(&w, 6, "call WHERE op LIKE 's3:GetBucket%' AND region = 'eu-west-1'");
    /* One redirect teaches the others. */
    assert_int_equal(fake_count(&w.f, "us-east-1 s3:GetBucket"), 1);
    end(&w);
}

static void test_service_not_in_region(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    w.f.absent_service = "dax";
    w.f.absent_region = "eu-west-1";
    fake_rule(&w.f, (struct fake_rule){.op = "neptune-graph:*", .region = "eu-west-1", .class = REPLY_DNS});
    fake_rule(&w.f, (struct fake_rule){.op = "efs:*", .region = "eu-west-1", .class = REPLY_DNS});
    run(&w, "dax:DescribeClusters", "neptune-graph:ListGraphs", "efs:DescribeFileSystems");
    assert_int_equal(fake_count(&w.f, "eu-west-1 dax"), 0);
    expect_count(&w, 1, "call WHERE op LIKE 'dax%' AND region = 'eu-west-1' AND status = 'unavailable' AND code = 'NotInRegion' AND attempts = 0");
    expect_count(&w, 1, "call WHERE op LIKE 'neptune%' AND region = 'eu-west-1' AND status = 'unavailable' AND code = 'HostNotFound'");
    expect_count(&w, 1, "call WHERE op LIKE 'efs%' AND region = 'eu-west-1' AND status = 'error' AND code = 'HostNotFound'");
    end(&w);
}

static void test_region_closed_by_scp(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    w.o.max_in_flight = 1;
    fake_rule(&w.f, (struct fake_rule){.op = "*:*", .region = "eu-west-1", .class = REPLY_DENIED, .code = "AccessDenied",
        .message = "User is not authorized with an explicit deny in a service control policy"});
    run(&w, "ec2:DescribeVpcs", "rds:DescribeDBInstances", "efs:DescribeFileSystems", "sqs:ListQueues", "sns:ListTopics",
        "dynamodb:ListTables", "lambda:ListFunctions", "iam:GetAccountSummary");
    expect_count(&w, 5, "call WHERE region = 'eu-west-1' AND status = 'denied'");
    expect_count(&w, 2, "call WHERE region = 'eu-west-1' AND status = 'skipped' AND code = 'ScpDenied'");
    expect_count(&w, 8, "call WHERE region = 'us-east-1' AND status IN ('empty', 'ok') AND op <> 'ec2:DescribeRegions'");
    end(&w);
}

static void test_credential_report_is_waited_for(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    fake_rule(&w.f, (struct fake_rule){.op = "iam:GenerateCredentialReport", .times = 3, .json = "{\"State\":\"STARTED\"}"});
    fake_rule(&w.f, (struct fake_rule){.op = "iam:GenerateCredentialReport", .json = "{\"State\":\"COMPLETE\"}"});
    fake_rule(&w.f, (struct fake_rule){.op = "iam:GetCredentialReport", .json = "{\"Content\":\"dXNlcg==\"}"});
    int64_t before = w.f.clock_us;
    run(&w, "iam:GetCredentialReport");
    assert_int_equal(fake_count(&w.f, "iam:GenerateCredentialReport"), 4);
    assert_int_equal(fake_count(&w.f, "iam:GetCredentialReport"), 1);
    assert_true(w.f.clock_us - before >= 6000000);
    expect_count(&w, 1, "call WHERE op = 'iam:GetCredentialReport' AND status = 'ok'");
    end(&w);
}

static void test_job_that_never_ends(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    fake_rule(&w.f, (struct fake_rule){.op = "iam:GenerateCredentialReport", .json = "{\"State\":\"INPROGRESS\"}"});
    fake_rule(&w.f, (struct fake_rule){.op = "iam:GetCredentialReport", .class = REPLY_ERROR, .code = "ReportInProgress"});
    run(&w, "iam:GetCredentialReport");
    expect_count(&w, 1, "call WHERE op = 'iam:GenerateCredentialReport' AND status = 'error' AND code = 'JobNotFinished'");
    expect_count(&w, 1, "call WHERE op = 'iam:GetCredentialReport' AND status = 'error' AND code = 'ReportInProgress'");
    end(&w);
}

#define ORG_JSON \
    "{\"Accounts\":[{\"Id\":\"111111111111\",\"Name\":\"main\",\"Status\":\"ACTIVE\"},{\"Id\":\"222222222222\",\"Name\":\"prod\",\"Status\":\"ACTIVE\"}," \
    "{\"Id\":\"333333333333\",\"Name\":\"old\",\"Status\":\"SUSPENDED\"},{\"Id\":\"444444444444\",\"Name\":\"locked\",\"Status\":\"ACTIVE\"}]}"

static void test_organization(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    w.o.org = true;
    w.f.assume_fails_from = 2;
    fake_rule(&w.f, (struct fake_rule){.op = "organizations:ListAccounts", .json = ORG_JSON});
    run(&w, "ec2:DescribeVpcs", "organizations:ListRoots", "organizations:DescribeOrganization");
    assert_true(w.sum.org_listed);
    assert_int_equal(w.sum.accounts, 4);
    assert_int_equal(w.sum.accounts_unreached, 2);
    expect_count(&w, 2, "run_account WHERE reached = 1");
    expect_count(&w, 1, "run_account WHERE account = '333333333333' AND reached = 0 AND reason LIKE '%suspended%'");
    expect_count(&w, 1, "run_account WHERE account = '444444444444' AND reached = 0 AND reason LIKE '%AssumeRole%' AND role LIKE 'arn:aws:iam::444444444444:role/ward-audit'");
    expect_count(&w, 2, "call WHERE account = '222222222222' AND op = 'ec2:DescribeVpcs' AND status = 'empty'");
    expect_count(&w, 1, "call WHERE account = '222222222222' AND op = 'organizations:ListRoots' AND status = 'unavailable' AND code = 'NotManagementAccount'");
    expect_count(&w, 1, "call WHERE account = '222222222222' AND op = 'organizations:DescribeOrganization' AND coalesce(code, '') <> 'NotManagementAccount'");
    expect_count(&w, 4, "call WHERE account = '444444444444' AND op = 'ec2:DescribeVpcs' AND status = 'skipped' AND code = 'AssumeRoleFailed'");
    expect_count(&w, 4, "run_region WHERE account = '444444444444' AND state = 'unknown'");
    assert_non_null(strstr(w.f.last_policy, "ec2:DescribeVpcs"));
    assert_non_null(strstr(w.f.last_policy, "s3:GetObject*"));
    assert_null(strstr(w.f.last_policy, "sqs:"));
    end(&w);
}

static void test_organization_cannot_be_listed(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    w.o.org = true;
    fake_rule(&w.f, (struct fake_rule){.op = "organizations:ListAccounts", .class = REPLY_DENIED, .code = "AccessDeniedException"});
    run(&w, "ec2:DescribeVpcs");
    assert_false(w.sum.org_listed);
    expect_count(&w, 1, "call WHERE op = 'organizations:ListAccounts' AND status = 'denied'");
    expect_count(&w, 2, "call WHERE op = 'ec2:DescribeVpcs' AND status = 'empty'");
    end(&w);
}

static void test_regions_unknown(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    fake_rule(&w.f, (struct fake_rule){.op = "*Regions", .class = REPLY_DENIED, .code = "AccessDenied"});
    run(&w, "ec2:DescribeVpcs");
    expect_count(&w, 4, "call WHERE op = 'ec2:DescribeVpcs'");
    expect_count(&w, 4, "run_region WHERE state = 'unknown' AND wanted = 1");
    expect_count(&w, 2, "call WHERE op LIKE '%Regions' AND status = 'denied'");
    end(&w);
}

static void test_partial_run_has_a_base(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    run(&w, "ec2:DescribeVpcs");
    struct str only[] = {STR("eu-west-1")};
    w.o.regions = only;
    w.o.region_count = 1;
    run(&w, "ec2:DescribeVpcs");
    expect_count(&w, 1, "run WHERE base = 1");
    expect_count(&w, 1, "call WHERE run = 2 AND op = 'ec2:DescribeVpcs'");
    expect_count(&w, 1, "run_region WHERE run = 2 AND region = 'us-east-1' AND wanted = 0");
    end(&w);
}

static void buckets_rule(struct world *w)
{
    fake_rule(&w->f, (struct fake_rule){.op = "s3:ListBuckets", .json = "{\"Buckets\":[{\"Name\":\"b1\",\"BucketRegion\":\"us-east-1\"},"
        "{\"Name\":\"b2\",\"BucketRegion\":\"us-east-1\"},{\"Name\":\"b3\",\"BucketRegion\":\"us-east-1\"}]}"});
}

static void test_interrupted_and_resumed(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    buckets_rule(&w);
    fake_rule(&w.f, (struct fake_rule){.op = "s3:GetBucketVersioning", .json = "{\"Status\":\"Enabled\"}"});
    w.o.max_in_flight = 1;
    w.f.stop_after = 5; /* regions, buckets, VPCs of two regions, one bucket */
    run(&w, "s3:GetBucketVersioning", "ec2:DescribeVpcs");
    assert_true(w.sum.interrupted);
    expect_count(&w, 1, "run WHERE status = 'interrupted'");
    expect_count(&w, 1, "call WHERE op = 's3:GetBucketVersioning' AND status = 'ok'");
    expect_count(&w, 2, "call WHERE op = 's3:GetBucketVersioning' AND status = 'skipped' AND code = 'Interrupted' AND attempts = 0");
    expect_count(&w, 2, "call WHERE op = 'ec2:DescribeVpcs' AND status = 'empty'");
    w.f.stop = 0;
    w.f.stop_after = 0;
    w.o.resume = true;
    uint64_t before = w.f.sent;
    run(&w, "s3:GetBucketVersioning", "ec2:DescribeVpcs");
    assert_true(w.sum.resumed);
    assert_int_equal(w.sum.run, 1);
    expect_count(&w, 1, "run");
    expect_count(&w, 1, "run WHERE status = 'complete'");
    expect_count(&w, 3, "call WHERE op = 's3:GetBucketVersioning' AND status = 'ok'");
    expect_count(&w, 0, "call WHERE status = 'skipped'");
    /* Two buckets; nothing that was there is asked again. */
    assert_int_equal(w.f.sent - before, 2);
    assert_int_equal(w.sum.reused, 5);
    end(&w);
}

static void test_resume_asks_again_for_what_is_old(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    w.o.max_in_flight = 1;
    w.f.stop_after = 2;
    run(&w, "ec2:DescribeVpcs", "ec2:DescribeSubnets");
    w.f.stop = 0;
    w.f.stop_after = 0;
    w.o.resume = true;
    w.o.resume_max_age_s = 60;
    w.f.clock_us += INT64_C(120000000);
    run(&w, "ec2:DescribeVpcs", "ec2:DescribeSubnets");
    assert_int_equal(w.sum.reused, 0);
    expect_count(&w, 4, "call WHERE op <> 'ec2:DescribeRegions' AND status = 'empty'");
    end(&w);
}

static void test_nothing_to_resume(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    struct str ops[] = {STR("ec2:DescribeVpcs")};
    w.o.ops = ops;
    w.o.op_count = 1;
    w.o.resume = true;
    assert_false(collect_run(w.store, &w.o, &w.sum, &w.e));
    expect_err(&w.e, ERR_NO_DATA, "no interrupted run");
    expect_count(&w, 0, "run");
    end(&w);
}

static void test_second_signal_leaves_at_once(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    w.f.stop_after = 2;
    w.f.stop_level = 2;
    run(&w, "ec2:DescribeVpcs");
    assert_true(w.sum.interrupted);
    expect_count(&w, 1, "run WHERE status = 'interrupted'");
    end(&w);
}

static void test_deadline(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    buckets_rule(&w);
    w.o.max_rate = 1;
    w.o.deadline_s = 3;
    run(&w, "s3:GetBucketVersioning", "ec2:DescribeVpcs");
    assert_true(w.sum.interrupted);
    assert_true(count(&w, "SELECT count(*) FROM call WHERE code = 'Deadline'") > 0);
    end(&w);
}

static void test_max_rate(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    w.o.max_rate = 2;
    int64_t before = w.f.clock_us;
    run(&w, "ec2:DescribeVpcs", "ec2:DescribeSubnets", "sqs:ListQueues", "sns:ListTopics", "efs:DescribeFileSystems");
    /* 11 requests, a burst of 2, then 2 a second. */
    assert_true(w.f.clock_us - before >= 4400000);
    end(&w);
}

static void test_host_limit(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    w.o.max_per_host = 2;
    run(&w, "ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeRouteTables", "ec2:DescribeNetworkAcls", "ec2:DescribeInternetGateways");
    assert_int_equal(w.f.pending_peak, 4);
    end(&w);
}

static bool many_buckets(struct fake *f, struct arena *a, const struct send *q, struct reply *r)
{
    (void)f;
    if (str_eqz(q->op->id, "s3:ListBuckets")) {
        r->json = json_new(a, JSON_OBJECT);
        struct json *list = json_new(a, JSON_ARRAY);
        json_set(r->json, STR("Buckets"), list);
        int64_t page = 0;
        (void)!str_to_i64(q->page_token, &page);
        for (int i = 0; i < 1000; i++) {
            struct json *bucket = json_new(a, JSON_OBJECT);
            json_set(bucket, STR("Name"), json_string(a, arena_printf(a, "bucket-%lld-%d", (long long)page, i)));
            json_set(bucket, STR("BucketRegion"), json_string(a, STR("eu-west-1")));
            json_add(list, bucket);
        }
        if (page < 4)
            r->next_token = arena_printf(a, "%lld", (long long)page + 1);
        return true;
    }
    return false;
}

static void test_wide_fan_out_fills_the_slots(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    w.f.make = many_buckets;
    w.o.no_limits = true;
    int64_t before = w.f.clock_us;
    run(&w, "s3:GetBucketVersioning");
    expect_count(&w, 5000, "call WHERE op = 's3:GetBucketVersioning'");
    int64_t ideal_us = (5000 + 6) * INT64_C(100000) / 128;
    assert_true(w.f.clock_us - before < ideal_us * 13 / 10);
    assert_int_equal(w.f.pending_peak, 128);
    end(&w);
}

static void test_refuses_what_is_not_a_read(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    struct str ops[] = {STR("cloudformation:DetectStackDrift")};
    w.o.ops = ops;
    w.o.op_count = 1;
    assert_false(collect_run(w.store, &w.o, &w.sum, &w.e));
    expect_err(&w.e, ERR_INTERNAL, "refusing operation");
    assert_int_equal(w.f.sent, 0);
    end(&w);
}

static void test_secrets_do_not_reach_the_store(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    regions_rule(&w);
    fake_rule(&w.f, (struct fake_rule){.op = "lambda:ListFunctions", .json =
        "{\"Functions\":[{\"FunctionName\":\"f\",\"FunctionArn\":\"arn:x\",\"Environment\":{\"Variables\":{\"DB_PASSWORD\":\"hunter2hunter2\",\"STAGE\":\"production-clear\"}}}]}"});
    run(&w, "lambda:ListFunctions");
    expect_count(&w, 2, "resource WHERE data LIKE '%ward:hmac%'");
    expect_count(&w, 0, "resource WHERE data LIKE '%hunter2%' OR data LIKE '%production-clear%'");
    expect_count(&w, 0, "call WHERE envelope LIKE '%hunter2%'");
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_region_and_closure),
        cmocka_unit_test(test_literals_and_alternative_sources),
        cmocka_unit_test(test_batches_are_full),
        cmocka_unit_test(test_pages_that_do_not_end),
        cmocka_unit_test(test_denied_is_final_and_recorded),
        cmocka_unit_test(test_retries),
        cmocka_unit_test(test_retry_after_is_honoured),
        cmocka_unit_test(test_credentials_expire_once),
        cmocka_unit_test(test_credentials_gone),
        cmocka_unit_test(test_clock_skew),
        cmocka_unit_test(test_bucket_in_another_region),
        cmocka_unit_test(test_service_not_in_region),
        cmocka_unit_test(test_region_closed_by_scp),
        cmocka_unit_test(test_credential_report_is_waited_for),
        cmocka_unit_test(test_job_that_never_ends),
        cmocka_unit_test(test_organization),
        cmocka_unit_test(test_organization_cannot_be_listed),
        cmocka_unit_test(test_regions_unknown),
        cmocka_unit_test(test_partial_run_has_a_base),
        cmocka_unit_test(test_interrupted_and_resumed),
        cmocka_unit_test(test_resume_asks_again_for_what_is_old),
        cmocka_unit_test(test_nothing_to_resume),
        cmocka_unit_test(test_second_signal_leaves_at_once),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_max_rate),
        cmocka_unit_test(test_host_limit),
        cmocka_unit_test(test_wide_fan_out_fills_the_slots),
        cmocka_unit_test(test_refuses_what_is_not_a_read),
        cmocka_unit_test(test_secrets_do_not_reach_the_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
