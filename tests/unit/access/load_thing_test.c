/* Each kind of thing: with a policy, without one, and with the answer missing, which must stay unknown. */
#include "unit/access/load_box.h"

#define POLICY(action) "{`Version`:`2012-10-17`,`Statement`:[{`Effect`:`Allow`,`Principal`:{`AWS`:`" BOX_B "`},`Action`:`" action "`,`Resource`:`*`}]}"
#define EAST ":us-east-1:" BOX_A ":"

enum want { PRESENT, NONE, UNREAD };

static void expect_policy(const struct box *b, const char *arn, enum want want)
{
    const struct world_resource *r = box_thing(b, arn);
    expect_str(r->arn, arn);
    bool as_wanted = want == PRESENT ? r->has_policy && r->policy_read && r->policy.policy && r->policy.policy->count >= 1
                   : want == NONE    ? !r->has_policy && r->policy_read
                                     : !r->policy_read && !r->policy.policy && r->policy.unread.len > 0;
    if (!as_wanted)
        fail_msg("%s: has %d, read %d, parsed %d", arn, r->has_policy, r->policy_read, r->policy.policy != NULL);
}

static const char stores[] =
    BOX_OK("sqs", "ListQueues", "{}", "{'QueueUrls':['https://sqs/1/q-one','https://sqs/1/q-two','https://sqs/1/q-three']}")
    BOX_OK("sqs", "GetQueueAttributes", "{'QueueUrl':'https://sqs/1/q-one'}", "{'Attributes':{'Policy':'" POLICY("sqs:*") "','KmsMasterKeyId':'alias/data'}}")
    BOX_OK("sqs", "GetQueueAttributes", "{'QueueUrl':'https://sqs/1/q-two'}", "{'Attributes':{'SqsManagedSseEnabled':'true'}}")
    BOX_DENIED("sqs", "GetQueueAttributes", "{'QueueUrl':'https://sqs/1/q-three'}")
    BOX_OK("sns", "ListTopics", "{}", "{'Topics':[{'TopicArn':'arn:aws:sns" EAST "t-one'},{'TopicArn':'arn:aws:sns" EAST "t-two'},{'TopicArn':'arn:aws:sns" EAST "t-three'}]}")
    BOX_OK("sns", "GetTopicAttributes", "{'TopicArn':'arn:aws:sns" EAST "t-one'}", "{'Attributes':{'Policy':'" POLICY("sns:Publish") "','KmsMasterKeyId':'alias/aws/sns'}}")
    BOX_OK("sns", "GetTopicAttributes", "{'TopicArn':'arn:aws:sns" EAST "t-two'}", "{'Attributes':{}}")
    BOX_OK("secretsmanager", "ListSecrets", "{}", "{'SecretList':[{'Name':'one','ARN':'arn:aws:secretsmanager" EAST "secret:one-AAAAAA','KmsKeyId':'k-1'},"
           "{'Name':'two','ARN':'arn:aws:secretsmanager" EAST "secret:two-AAAAAA'},{'Name':'three','ARN':'arn:aws:secretsmanager" EAST "secret:three-AAAAAA'}]}")
    BOX_OK("secretsmanager", "GetResourcePolicy", "{'SecretId':'arn:aws:secretsmanager" EAST "secret:one-AAAAAA'}", "{'ResourcePolicy':'" POLICY("secretsmanager:*") "'}")
    BOX_OK("secretsmanager", "GetResourcePolicy", "{'SecretId':'arn:aws:secretsmanager" EAST "secret:two-AAAAAA'}", "{'Name':'two'}")
    BOX_OK("dynamodb", "ListTables", "{}", "{'TableNames':['one','two','three']}")
    BOX_OK("dynamodb", "DescribeTable", "{'TableName':'one'}", "{'Table':{'TableName':'one','TableArn':'arn:aws:dynamodb" EAST "table/one',"
           "'LatestStreamArn':'arn:aws:dynamodb" EAST "table/one/stream/2026','SSEDescription':{'SSEType':'KMS','KMSMasterKeyArn':'arn:aws:kms" EAST "key/k-1'}}}")
    BOX_OK("dynamodb", "DescribeTable", "{'TableName':'two'}", "{'Table':{'TableName':'two','TableArn':'arn:aws:dynamodb" EAST "table/two'}}")
    BOX_OK("dynamodb", "GetResourcePolicy", "{'ResourceArn':'arn:aws:dynamodb" EAST "table/one'}", "{'Policy':'" POLICY("dynamodb:GetItem") "'}")
    BOX_ABSENT("dynamodb", "GetResourcePolicy", "{'ResourceArn':'arn:aws:dynamodb" EAST "table/two'}", "PolicyNotFoundException")
    BOX_DENIED("dynamodb", "GetResourcePolicy", "{'ResourceArn':'arn:aws:dynamodb" EAST "table/three'}")
    BOX_OK("kinesis", "ListStreams", "{}", "{'StreamSummaries':[{'StreamName':'one','StreamARN':'arn:aws:kinesis" EAST "stream/one'}]}")
    BOX_OK("kinesis", "ListStreamConsumers", "{'StreamARN':'arn:aws:kinesis" EAST "stream/one'}", "{'Consumers':[{'ConsumerName':'c','ConsumerARN':'arn:aws:kinesis" EAST "stream/one/consumer/c:1'}]}")
    BOX_OK("kinesis", "GetResourcePolicy", "{'ResourceARN':'arn:aws:kinesis" EAST "stream/one/consumer/c:1'}", "{'Policy':'" POLICY("kinesis:SubscribeToShard") "'}")
    BOX_OK("kinesis", "DescribeStreamSummary", "{'StreamName':'one'}", "{'StreamDescriptionSummary':{'StreamName':'one','EncryptionType':'NONE'}}")
    BOX_OK("kinesis", "GetResourcePolicy", "{'ResourceARN':'arn:aws:kinesis" EAST "stream/one'}", "{'Policy':'" POLICY("kinesis:GetRecords") "'}")
    BOX_OK("ecr", "DescribeRepositories", "{}", "{'repositories':[{'repositoryName':'one','repositoryArn':'arn:aws:ecr" EAST "repository/one'},"
           "{'repositoryName':'two','repositoryArn':'arn:aws:ecr" EAST "repository/two'},{'repositoryName':'three','repositoryArn':'arn:aws:ecr" EAST "repository/three'}]}")
    BOX_OK("ecr", "GetRepositoryPolicy", "{'repositoryName':'one'}", "{'policyText':'" POLICY("ecr:*") "'}")
    BOX_ABSENT("ecr", "GetRepositoryPolicy", "{'repositoryName':'two'}", "RepositoryPolicyNotFoundException")
    BOX_OK("ecr", "GetRegistryPolicy", "{}", "{'policyText':'" POLICY("ecr:ReplicateImage") "'}")
    BOX_OK("efs", "DescribeFileSystems", "{}", "{'FileSystems':[{'FileSystemId':'fs-1','FileSystemArn':'arn:aws:elasticfilesystem" EAST "file-system/fs-1','Encrypted':true,"
           "'KmsKeyId':'arn:aws:kms" EAST "key/k-aws'},"
           "{'FileSystemId':'fs-2','FileSystemArn':'arn:aws:elasticfilesystem" EAST "file-system/fs-2','Encrypted':false},{'FileSystemId':'fs-3',"
           "'FileSystemArn':'arn:aws:elasticfilesystem" EAST "file-system/fs-3','Encrypted':true}]}")
    BOX_OK("efs", "DescribeFileSystemPolicy", "{'FileSystemId':'fs-1'}", "{'FileSystemId':'fs-1','Policy':'" POLICY("elasticfilesystem:ClientMount") "'}")
    BOX_ABSENT("efs", "DescribeFileSystemPolicy", "{'FileSystemId':'fs-2'}", "PolicyNotFound")
    BOX_OK("events", "ListEventBuses", "{}", "{'EventBuses':[{'Name':'one','Arn':'arn:aws:events" EAST "event-bus/one','Policy':'" POLICY("events:PutEvents") "'},"
           "{'Name':'two','Arn':'arn:aws:events" EAST "event-bus/two'}]}")
    BOX_OK("apigateway", "GetRestApis", "{}", "{'items':[{'id':'a1',"
           "'policy':'{\\\\`Version\\\\`:\\\\`2012-10-17\\\\`,\\\\`Statement\\\\`:[{\\\\`Effect\\\\`:\\\\`Allow\\\\`,\\\\`Principal\\\\`:\\\\`*\\\\`,"
           "\\\\`Action\\\\`:\\\\`execute-api:Invoke\\\\`,\\\\`Resource\\\\`:\\\\`*\\\\`}]}'},{'id':'a2'}]}")
    BOX_OK("glue", "GetDatabases", "{}", "{'DatabaseList':[{'Name':'d'}]}")
    BOX_OK("glue", "GetResourcePolicy", "{}", "{'PolicyInJson':'" POLICY("glue:GetTable") "'}")
    BOX_OK("ssm", "DescribeParameters", "{}", "{'Parameters':[{'Name':'/a','ARN':'arn:aws:ssm" EAST "parameter/a','Type':'SecureString','KeyId':'alias/data','Tier':'Advanced'},"
           "{'Name':'/b','ARN':'arn:aws:ssm" EAST "parameter/b','Type':'String','Tier':'Standard'},{'Name':'/c','ARN':'arn:aws:ssm" EAST "parameter/c','Type':'String','Tier':'Advanced'}]}")
    BOX_OK("ssm", "GetResourcePolicies", "{'ResourceArn':'arn:aws:ssm" EAST "parameter/a'}", "{'Policies':[{'PolicyId':'1','Policy':'" POLICY("ssm:GetParameter") "'},"
           "{'PolicyId':'2','Policy':'" POLICY("ssm:GetParameters") "'}]}")
    BOX_OK("logs", "DescribeLogGroups", "{}", "{'logGroups':[{'logGroupName':'/one','logGroupArn':'arn:aws:logs" EAST "log-group:/one','kmsKeyId':'arn:aws:kms" EAST "key/k-1'},"
           "{'logGroupName':'/two','logGroupArn':'arn:aws:logs" EAST "log-group:/two'}]}")
    BOX_OK("logs", "DescribeResourcePolicies", "{}", "{'resourcePolicies':[{'policyName':'all','policyDocument':'" POLICY("logs:PutLogEvents") "'},"
           "{'policyName':'one','policyDocument':'" POLICY("logs:GetLogEvents") "','resourceArn':'arn:aws:logs" EAST "log-group:/one'}]}")
    BOX_OK("lambda", "ListFunctions", "{}", "{'Functions':[{'FunctionName':'one','FunctionArn':'arn:aws:lambda" EAST "function:one','Role':'arn:aws:iam::" BOX_A ":role/fn'},"
           "{'FunctionName':'two','FunctionArn':'arn:aws:lambda" EAST "function:two'},{'FunctionName':'three','FunctionArn':'arn:aws:lambda" EAST "function:three'}]}")
    BOX_OK("lambda", "GetPolicy", "{'FunctionName':'one'}", "{'Policy':'" POLICY("lambda:InvokeFunction") "'}")
    BOX_ABSENT("lambda", "GetPolicy", "{'FunctionName':'two'}", "ResourceNotFoundException")
    BOX_OK("backup", "ListBackupVaults", "{}", "{'BackupVaultList':[{'BackupVaultName':'one','BackupVaultArn':'arn:aws:backup" EAST "backup-vault:one'},"
           "{'BackupVaultName':'two','BackupVaultArn':'arn:aws:backup" EAST "backup-vault:two'}]}")
    BOX_OK("backup", "GetBackupVaultAccessPolicy", "{'BackupVaultName':'one'}", "{'Policy':'" POLICY("backup:CopyIntoBackupVault") "'}")
    BOX_OK("backup", "ListRecoveryPointsByBackupVault", "{'BackupVaultName':'one'}", "{'RecoveryPoints':[{'RecoveryPointArn':'arn:aws:backup" EAST "recovery-point:r-1',"
           "'BackupVaultName':'one','ResourceArn':'arn:aws:dynamodb" EAST "table/one'}]}")
    BOX_OK("opensearch", "ListDomainNames", "{}", "{'DomainNames':[{'DomainName':'one'}]}")
    BOX_OK("opensearch", "DescribeDomains", "{'DomainNames':['one']}", "{'DomainStatusList':[{'DomainName':'one','ARN':'arn:aws:es" EAST "domain/one','AccessPolicies':'" POLICY("es:*") "',"
           "'EncryptionAtRestOptions':{'Enabled':true,'KmsKeyId':'arn:aws:kms" EAST "key/k-1'}}]}")
    BOX_OK("kms", "ListKeys", "{}", "{'Keys':[{'KeyId':'k-1','KeyArn':'arn:aws:kms" EAST "key/k-1'},{'KeyId':'k-2','KeyArn':'arn:aws:kms" EAST "key/k-2'},{'KeyId':'k-aws',"
           "'KeyArn':'arn:aws:kms" EAST "key/k-aws'}]}")
    BOX_OK("kms", "DescribeKey", "{'KeyId':'k-1'}", "{'KeyMetadata':{'KeyId':'k-1','Arn':'arn:aws:kms" EAST "key/k-1','KeyManager':'CUSTOMER'}}")
    BOX_OK("kms", "DescribeKey", "{'KeyId':'k-2'}", "{'KeyMetadata':{'KeyId':'k-2','Arn':'arn:aws:kms" EAST "key/k-2','KeyManager':'CUSTOMER'}}")
    BOX_OK("kms", "DescribeKey", "{'KeyId':'k-aws'}", "{'KeyMetadata':{'KeyId':'k-aws','Arn':'arn:aws:kms" EAST "key/k-aws','KeyManager':'AWS'}}")
    BOX_OK("kms", "GetKeyPolicy", "{'KeyId':'k-1'}", "{'Policy':'" POLICY("kms:Decrypt") "'}")
    BOX_DENIED("kms", "GetKeyPolicy", "{'KeyId':'k-2'}")
    BOX_OK("kms", "ListGrants", "{'KeyId':'k-1'}", "{'Grants':[{'GrantId':'g1','GranteePrincipal':'arn:aws:iam::" BOX_B ":role/far','Operations':['Decrypt','CreateGrant'],"
           "'Constraints':{'EncryptionContextEquals':{'tenant':'a'}}},{'GrantId':'g2','GranteePrincipal':'rds.us-east-1.amazonaws.com','Operations':['Decrypt']},"
           "{'GrantId':'g3','GranteePrincipal':'arn:aws:iam::" BOX_A ":role/fn','Operations':['Encrypt'],'Constraints':{'EncryptionContextSubset':{'x':'y','z':'w'}}}]}")
    BOX_OK("kms", "ListAliases", "{}", "{'Aliases':[{'AliasName':'alias/data','AliasArn':'arn:aws:kms" EAST "alias/data','TargetKeyId':'k-1'}]}");

static void policies_of_each_kind(void **state)
{
    (void)state;
    static const struct {
        const char *arn;
        enum want want;
    } cases[] = {
        {"arn:aws:sqs" EAST "q-one", PRESENT}, {"arn:aws:sqs" EAST "q-two", NONE}, {"arn:aws:sqs" EAST "q-three", UNREAD},
        {"arn:aws:sns" EAST "t-one", PRESENT}, {"arn:aws:sns" EAST "t-two", NONE}, {"arn:aws:sns" EAST "t-three", UNREAD},
        {"arn:aws:secretsmanager" EAST "secret:one-AAAAAA", PRESENT}, {"arn:aws:secretsmanager" EAST "secret:two-AAAAAA", NONE},
        {"arn:aws:secretsmanager" EAST "secret:three-AAAAAA", UNREAD},
        {"arn:aws:dynamodb" EAST "table/one", PRESENT}, {"arn:aws:dynamodb" EAST "table/two", NONE}, {"arn:aws:dynamodb" EAST "table/three", UNREAD},
        {"arn:aws:dynamodb" EAST "table/one/stream/2026", UNREAD}, {"arn:aws:kinesis" EAST "stream/one", PRESENT},
        {"arn:aws:ecr" EAST "repository/one", PRESENT}, {"arn:aws:ecr" EAST "repository/two", PRESENT}, {"arn:aws:ecr" EAST "repository/three", UNREAD},
        {"arn:aws:elasticfilesystem" EAST "file-system/fs-1", PRESENT}, {"arn:aws:elasticfilesystem" EAST "file-system/fs-2", NONE},
        {"arn:aws:elasticfilesystem" EAST "file-system/fs-3", UNREAD},
        {"arn:aws:events" EAST "event-bus/one", PRESENT}, {"arn:aws:events" EAST "event-bus/two", NONE},
        {"arn:aws:apigateway:us-east-1::/restapis/a1", PRESENT}, {"arn:aws:apigateway:us-east-1::/restapis/a2", NONE},
        {"arn:aws:glue" EAST "catalog", PRESENT}, {"arn:aws:glue" EAST "database/d", PRESENT}, {"arn:aws:kinesis" EAST "stream/one/consumer/c:1", PRESENT},
        {"arn:aws:ssm" EAST "parameter/a", PRESENT}, {"arn:aws:ssm" EAST "parameter/b", NONE},
        {"arn:aws:ssm" EAST "parameter/c", UNREAD}, {"arn:aws:logs" EAST "log-group:/one", PRESENT}, {"arn:aws:logs" EAST "log-group:/two", PRESENT},
        {"arn:aws:lambda" EAST "function:one", PRESENT}, {"arn:aws:lambda" EAST "function:two", NONE}, {"arn:aws:lambda" EAST "function:three", UNREAD},
        {"arn:aws:backup" EAST "backup-vault:one", PRESENT}, {"arn:aws:backup" EAST "backup-vault:two", UNREAD},
        {"arn:aws:backup" EAST "recovery-point:r-1", PRESENT}, {"arn:aws:es" EAST "domain/one", PRESENT},
        {"arn:aws:kms" EAST "key/k-1", PRESENT}, {"arn:aws:kms" EAST "key/k-2", UNREAD}, {"arn:aws:kms" EAST "key/k-aws", NONE},
    };
    struct box b;
    box_load(&b, stores, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_policy(&b, cases[i].arn, cases[i].want);
    assert_int_equal(box_thing(&b, "arn:aws:ssm" EAST "parameter/a")->policy.policy->count, 2);
    assert_int_equal(box_thing(&b, "arn:aws:logs" EAST "log-group:/one")->policy.policy->count, 2);
    assert_int_equal(box_thing(&b, "arn:aws:logs" EAST "log-group:/two")->policy.policy->count, 1);
    assert_int_equal(box_thing(&b, "arn:aws:ecr" EAST "repository/one")->policy.policy->count, 2);
    box_close(&b);
}

/* One unread policy among read ones is its own unknown; where none of a type was read they are one. */
static void unread_policies_are_grouped(void **state)
{
    (void)state;
    struct box b;
    box_load(&b, stores, NULL);
    assert_null(box_thing(&b, "arn:aws:sqs" EAST "q-three")->unread_group.ptr);
    assert_null(box_thing(&b, "arn:aws:sqs" EAST "q-one")->unread_group.ptr);
    assert_true(str_eqz(box_thing(&b, "arn:aws:dynamodb" EAST "table/one/stream/2026")->unread_group, "AWS::DynamoDB::Stream in " BOX_A));
    box_close(&b);
}

static void expect_key(const struct box *b, const char *arn, enum world_encryption want, const char *key)
{
    const struct world_resource *r = box_thing(b, arn);
    uint32_t row = key ? world_resource_of(b->w, str_of(key)) : WORLD_NONE;
    if (r->encryption != want || r->key != row)
        fail_msg("%s: encryption %d, want %d; key %u, want %u", arn, r->encryption, want, r->key, row);
}

static void things_and_their_keys(void **state)
{
    (void)state;
    struct box b;
    box_load(&b, stores, NULL);
    const char *k1 = "arn:aws:kms" EAST "key/k-1";
    expect_key(&b, "arn:aws:sqs" EAST "q-one", WORLD_ENC_KEY, k1); /* through an alias */
    expect_key(&b, "arn:aws:sqs" EAST "q-two", WORLD_ENC_AWS_OWNED, NULL);
    expect_key(&b, "arn:aws:sqs" EAST "q-three", WORLD_ENC_UNKNOWN, NULL);
    expect_key(&b, "arn:aws:sns" EAST "t-one", WORLD_ENC_AWS_MANAGED, NULL);
    expect_key(&b, "arn:aws:sns" EAST "t-two", WORLD_ENC_NONE, NULL);
    expect_key(&b, "arn:aws:secretsmanager" EAST "secret:one-AAAAAA", WORLD_ENC_KEY, k1); /* by id */
    expect_key(&b, "arn:aws:secretsmanager" EAST "secret:two-AAAAAA", WORLD_ENC_AWS_MANAGED, NULL);
    expect_key(&b, "arn:aws:dynamodb" EAST "table/one", WORLD_ENC_KEY, k1);
    expect_key(&b, "arn:aws:dynamodb" EAST "table/two", WORLD_ENC_AWS_OWNED, NULL);
    expect_key(&b, "arn:aws:dynamodb" EAST "table/three", WORLD_ENC_UNKNOWN, NULL);
    expect_key(&b, "arn:aws:kinesis" EAST "stream/one", WORLD_ENC_NONE, NULL);
    expect_key(&b, "arn:aws:kinesis" EAST "stream/one/consumer/c:1", WORLD_ENC_NONE, NULL);
    assert_true(box_thing(&b, "arn:aws:kinesis" EAST "stream/one/consumer/c:1")->phi);
    expect_key(&b, "arn:aws:elasticfilesystem" EAST "file-system/fs-1", WORLD_ENC_AWS_MANAGED, NULL); /* by the key's manager */
    expect_key(&b, "arn:aws:elasticfilesystem" EAST "file-system/fs-2", WORLD_ENC_NONE, NULL);
    expect_key(&b, "arn:aws:elasticfilesystem" EAST "file-system/fs-3", WORLD_ENC_UNKNOWN, NULL);
    expect_key(&b, "arn:aws:ssm" EAST "parameter/a", WORLD_ENC_KEY, k1);
    expect_key(&b, "arn:aws:ssm" EAST "parameter/b", WORLD_ENC_NONE, NULL);
    expect_key(&b, "arn:aws:logs" EAST "log-group:/one", WORLD_ENC_KEY, k1);
    expect_key(&b, "arn:aws:es" EAST "domain/one", WORLD_ENC_KEY, k1);
    assert_int_equal(box_thing(&b, "arn:aws:kms" EAST "key/k-aws")->encryption, WORLD_ENC_AWS_MANAGED);
    box_close(&b);
}

static void grants_of_keys(void **state)
{
    (void)state;
    struct box b;
    box_load(&b, stores, NULL);
    const struct world_resource *k = box_thing(&b, "arn:aws:kms" EAST "key/k-1");
    assert_true(k->grants_read);
    assert_int_equal(k->grant_count, 3);
    expect_str(k->grants[0].grantee, "arn:aws:iam::" BOX_B ":role/far");
    assert_int_equal(k->grants[0].operation_count, 2);
    expect_str(k->grants[0].operations[1], "CreateGrant");
    assert_int_equal(k->grants[0].context_count, 1);
    assert_false(k->grants[0].context_subset);
    expect_str(k->grants[0].context_values[0], "a");
    assert_int_equal(k->grants[1].context_count, 0);
    assert_true(k->grants[2].context_subset);
    assert_int_equal(k->grants[2].context_count, 2);
    assert_false(box_thing(&b, "arn:aws:kms" EAST "key/k-2")->grants_read);
    /* Those whom only a grant or a policy names are principals too. */
    assert_int_equal(box_who(&b, "arn:aws:iam::" BOX_B ":role/far")->kind, WORLD_OUTSIDE);
    assert_int_equal(box_who(&b, "rds.us-east-1.amazonaws.com")->kind, WORLD_SERVICE);
    assert_int_equal(box_who(&b, "arn:aws:iam::" BOX_B ":root")->kind, WORLD_OUTSIDE);
    assert_int_equal(box_who(&b, "anonymous")->kind, WORLD_ANONYMOUS);
    box_close(&b);
}

/* --- S3 */

static const char buckets[] =
    BOX_OK("s3", "ListBuckets", "{}", "{'Buckets':[{'Name':'pool','BucketRegion':'us-east-1'},{'Name':'open','BucketRegion':'us-east-1'},{'Name':'dark','BucketRegion':'us-east-1'}]}")
    BOX_OK("s3", "GetBucketPolicy", "{'Bucket':'pool'}", "{'Policy':'" POLICY("s3:GetObject") "'}")
    BOX_ABSENT("s3", "GetBucketPolicy", "{'Bucket':'open'}", "NoSuchBucketPolicy")
    BOX_DENIED("s3", "GetBucketPolicy", "{'Bucket':'dark'}")
    BOX_OK("s3", "GetBucketAcl", "{'Bucket':'pool'}", "{'Owner':{'ID':'c1'},'Grants':[{'Grantee':{'ID':'c1','Type':'CanonicalUser'},'Permission':'FULL_CONTROL'}]}")
    BOX_OK("s3", "GetBucketAcl", "{'Bucket':'open'}", "{'Owner':{'ID':'c1'},'Grants':[{'Grantee':{'URI':'http://acs.amazonaws.com/groups/global/AllUsers','Type':'Group'},"
           "'Permission':'READ'},"
           "{'Grantee':{'URI':'http://acs.amazonaws.com/groups/global/AuthenticatedUsers','Type':'Group'},'Permission':'WRITE_ACP'},{'Grantee':{'ID':'c9','Type':'CanonicalUser'},"
           "'Permission':'WRITE'}]}")
    BOX_OK("s3", "GetBucketOwnershipControls", "{'Bucket':'pool'}", "{'OwnershipControls':{'Rules':[{'ObjectOwnership':'BucketOwnerEnforced'}]}}")
    BOX_ABSENT("s3", "GetBucketOwnershipControls", "{'Bucket':'open'}", "OwnershipControlsNotFoundError")
    BOX_OK("s3", "GetPublicAccessBlock", "{'Bucket':'pool'}", "{'PublicAccessBlockConfiguration':{'IgnorePublicAcls':true,'RestrictPublicBuckets':false}}")
    BOX_ABSENT("s3", "GetPublicAccessBlock", "{'Bucket':'open'}", "NoSuchPublicAccessBlockConfiguration")
    BOX_OK("s3", "GetBucketEncryption", "{'Bucket':'pool'}", "{'ServerSideEncryptionConfiguration':{'Rules':[{'ApplyServerSideEncryptionByDefault':{'SSEAlgorithm':'aws:kms',"
           "'KMSMasterKeyID':'arn:aws:kms:us-east-1:" BOX_B ":key/far'}}]}}")
    BOX_OK("s3", "GetBucketAbac", "{'Bucket':'pool'}", "{'AbacStatus':{'Status':'Enabled'}}")
    BOX_OK("s3", "GetBucketAbac", "{'Bucket':'open'}", "{'AbacStatus':{'Status':'Disabled'}}")
    BOX_OK("s3", "GetBucketTagging", "{'Bucket':'pool'}", "{'TagSet':[{'Key':'tier','Value':'gold'}]}")
    BOX_ABSENT("s3", "GetBucketTagging", "{'Bucket':'open'}", "NoSuchTagSet")
    BOX_OK("s3control", "GetPublicAccessBlock", "{}", "{'PublicAccessBlockConfiguration':{'IgnorePublicAcls':false,'RestrictPublicBuckets':true}}")
    BOX_OK("s3control", "ListAccessPoints", "{}", "{'AccessPointList':[{'Name':'ap','Bucket':'open','AccessPointArn':'arn:aws:s3" EAST "accesspoint/ap'},{'Name':'ap2',"
           "'Bucket':'pool','AccessPointArn':'arn:aws:s3" EAST "accesspoint/ap2'},"
           "{'Name':'ap3','Bucket':'dark','AccessPointArn':'arn:aws:s3" EAST "accesspoint/ap3'}]}")
    BOX_OK("s3control", "GetAccessPointPolicy", "{'Name':'ap'}", "{'Policy':'" POLICY("s3:GetObject") "'}")
    BOX_ABSENT("s3control", "GetAccessPointPolicy", "{'Name':'ap2'}", "NoSuchAccessPointPolicy")
    BOX_OK("s3control", "GetAccessPoint", "{'Name':'ap'}", "{'Name':'ap','Bucket':'open','PublicAccessBlockConfiguration':{'IgnorePublicAcls':true,'RestrictPublicBuckets':true}}");

static const char pooled[] = "{'tenants':{'a':{'isolation':'pooled','arns':['arn:aws:s3:::pool/a/*']},'b':{'isolation':'pooled','arns':['arn:aws:s3:::p*/b/*','arn:aws:s3:::pool/c/*']},"
                             "'c':{'isolation':'pooled','arns':['arn:aws:s3:::pool/c/*']}},'stores':[{'arn':'arn:aws:s3:::pool/a/*','phi':false,'reason':'x'},"
                             "{'arn':'arn:aws:s3:::*-logs','phi':false}],"
                             "'shared':{'ops':{'reason':'r','accounts':['1'],'via':[{'from':'a','to':'*','reason':'billing'}]}}}";

static void buckets_acls_and_blocks(void **state)
{
    (void)state;
    struct box b;
    box_load(&b, buckets, pooled);
    const struct world_resource *pool = box_thing(&b, "arn:aws:s3:::pool"), *open = box_thing(&b, "arn:aws:s3:::open"), *dark = box_thing(&b, "arn:aws:s3:::dark");
    assert_true(pool->has_policy && pool->acl_disabled && pool->acl_read && pool->bpa_read && pool->ignore_public_acls && !pool->restrict_public_buckets);
    assert_true(pool->abac && pool->tags_read);
    expect_str(json_get_str(pool->tags, "tier"), "gold");
    assert_int_equal(pool->encryption, WORLD_ENC_KEY);
    assert_int_equal(pool->key, WORLD_NONE);
    expect_str(pool->key_arn, "arn:aws:kms:us-east-1:" BOX_B ":key/far");
    assert_int_equal(pool->acls[0].grantee, IAM_ACL_ACCOUNT);
    expect_str(pool->acls[0].account, BOX_A);
    assert_true(!open->has_policy && open->policy_read && !open->acl_disabled && open->bpa_read && !open->ignore_public_acls && !open->abac && open->tags_read);
    assert_int_equal(open->acl_count, 3);
    assert_int_equal(open->acls[0].grantee, IAM_ACL_ALL_USERS);
    assert_int_equal(open->acls[1].grantee, IAM_ACL_AUTHENTICATED_USERS);
    assert_int_equal(open->acls[1].permission, IAM_ACL_WRITE_ACP);
    assert_int_equal(open->acls[2].grantee, IAM_ACL_OTHER);
    assert_true(!dark->policy_read && !dark->acl_read && !dark->acl_disabled && !dark->bpa_read && !dark->abac && dark->abac_unread);
    assert_int_equal(dark->encryption, WORLD_ENC_UNKNOWN);
    const struct world_account *a = &b.w->accounts[world_account_of(b.w, STR(BOX_A))];
    assert_true(a->s3_bpa_read && a->s3_restrict_public_buckets && !a->s3_ignore_public_acls);
    box_close(&b);
}

static void access_points_need_their_bucket(void **state)
{
    (void)state;
    struct box b;
    box_load(&b, buckets, NULL);
    const struct world_resource *ap = box_thing(&b, "arn:aws:s3" EAST "accesspoint/ap"), *ap2 = box_thing(&b, "arn:aws:s3" EAST "accesspoint/ap2"),
                                *ap3 = box_thing(&b, "arn:aws:s3" EAST "accesspoint/ap3");
    assert_true(ap->has_policy && ap->bpa_read && ap->restrict_public_buckets);
    assert_non_null(ap->second_policy.policy); /* the bucket has none: it lets no other account in */
    assert_int_equal(ap->second_policy.policy->count, 0);
    assert_true(!ap2->has_policy && ap2->policy_read && !ap2->bpa_read);
    assert_int_equal(ap2->second_policy.policy->count, 1);
    assert_true(!ap3->policy_read && ap3->second_policy.id.ptr && !ap3->second_policy.policy && ap3->second_policy.unread.len);
    box_close(&b);
}

static void parts_of_a_bucket_are_rows(void **state)
{
    (void)state;
    struct box b;
    box_load(&b, buckets, pooled);
    const struct world_resource *a = box_thing(&b, "arn:aws:s3:::pool/a/*"), *c = box_thing(&b, "arn:aws:s3:::pool/c/*");
    expect_str(a->arn, "arn:aws:s3:::pool/a/*");
    expect_str(a->tenant, "a");
    assert_true(!a->phi && a->has_policy && box_thing(&b, "arn:aws:s3:::pool")->phi);
    expect_str(box_thing(&b, "arn:aws:s3:::pool/b/*")->tenant, "b"); /* by a pattern of buckets */
    assert_true(c->conflict && !c->tenant.ptr);
    expect_str(c->why, "conflict: b by arn; c by arn");
    for (uint32_t i = 1; i < b.w->resource_count; i++)
        assert_true(str_cmp(b.w->resources[i - 1].arn, b.w->resources[i].arn) < 0);
    assert_int_equal(b.w->tenant_count, 3);
    assert_int_equal(b.w->via_count, 1);
    expect_str(b.w->via[0].shared, "ops");
    expect_str(b.w->via[0].from, "a");
    box_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policies_of_each_kind), cmocka_unit_test(unread_policies_are_grouped), cmocka_unit_test(things_and_their_keys), cmocka_unit_test(grants_of_keys),
        cmocka_unit_test(buckets_acls_and_blocks), cmocka_unit_test(access_points_need_their_bucket), cmocka_unit_test(parts_of_a_bucket_are_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
