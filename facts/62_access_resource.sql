-- Access: the things that access is asked about: what can hold data, what carries a policy, what runs as a role, keys.

DROP TABLE IF EXISTS fact_access_resource;
CREATE TABLE fact_access_resource (
  arn TEXT PRIMARY KEY, type TEXT NOT NULL, name TEXT, id TEXT, region TEXT NOT NULL, account TEXT NOT NULL, tags TEXT,
  tags_read INTEGER NOT NULL,              -- 0: tags NULL means that nobody knows
  tenant TEXT, why TEXT, shared INTEGER, conflict INTEGER, phi INTEGER,
  source_type TEXT, source TEXT
) WITHOUT ROWID;
-- What another account owns is that account's to list. Where two listings have a thing, the first type below is its own.
INSERT OR IGNORE INTO fact_access_resource
WITH tagged AS MATERIALIZED (
  SELECT DISTINCT account, region FROM fact_call WHERE op = 'resourcegroupstaggingapi:GetResources' AND status IN ('ok', 'empty')
), bucket_tags AS MATERIALIZED (
  SELECT account, parent, max(good) AS good FROM fact_access_answer WHERE op = 's3:GetBucketTagging' GROUP BY account, parent
)
SELECT t.arn, t.type, t.name, t.id, t.region, t.account, t.tags,
       t.tags IS NOT NULL OR t.type LIKE 'AWS::EC2::%' OR t.type LIKE 'AWS::IAM::%' OR t.type LIKE 'AWS::RDS::%' OR g.account IS NOT NULL
         OR coalesce(b.good, 0),
       t.tenant, t.why, t.shared, t.conflict, t.phi, t.source_type, t.source
FROM fact_thing t
LEFT JOIN tagged g ON g.account = t.account AND g.region = t.region
LEFT JOIN bucket_tags b ON t.type = 'AWS::S3::Bucket' AND b.account = t.account AND b.parent = t.name
WHERE t.arn LIKE 'arn:%' AND coalesce(arn_part(t.arn, 'account'), '') IN ('', t.account)
  AND (t.phi OR t.type IN (
    'AWS::S3::Bucket', 'AWS::S3::AccessPoint', 'AWS::S3::MultiRegionAccessPoint', 'AWS::S3Tables::TableBucket', 'AWS::Glacier::Vault', 'AWS::KMS::Key', 'AWS::KMS::Alias',
    'AWS::SQS::Queue', 'AWS::SNS::Topic', 'AWS::Lambda::Function', 'AWS::Lambda::LayerVersion', 'AWS::SecretsManager::Secret',
    'AWS::ECR::Repository', 'AWS::EFS::FileSystem', 'AWS::EFS::AccessPoint', 'AWS::Backup::BackupVault', 'AWS::Backup::RecoveryPoint',
    'AWS::OpenSearchService::Domain', 'AWS::Elasticsearch::Domain', 'AWS::OpenSearchServerless::Collection', 'AWS::DynamoDB::Table',
    'AWS::DynamoDB::Backup', 'AWS::DynamoDB::GlobalTable', 'AWS::Kinesis::Stream', 'AWS::Kinesis::StreamConsumer', 'AWS::KinesisFirehose::DeliveryStream',
    'AWS::KinesisVideo::Stream', 'AWS::Events::EventBus', 'AWS::Glue::Database', 'AWS::Glue::Job', 'AWS::SSM::Parameter', 'AWS::SSM::Document',
    'AWS::SSM::ManagedInstance', 'AWS::Logs::LogGroup', 'AWS::ApiGateway::RestApi', 'AWS::RDS::DBInstance', 'AWS::RDS::DBCluster',
    'AWS::RDS::DBSnapshot', 'AWS::RDS::DBClusterSnapshot', 'AWS::RDS::DBProxy', 'AWS::EC2::Volume', 'AWS::EC2::Snapshot', 'AWS::EC2::Image',
    'AWS::EC2::Instance', 'AWS::ECS::Cluster', 'AWS::ECS::Service', 'AWS::ECS::Task', 'AWS::ECS::TaskDefinition', 'AWS::CodeBuild::Project',
    'AWS::CloudFormation::Stack', 'AWS::CloudFormation::StackSet', 'AWS::StepFunctions::StateMachine', 'AWS::SageMaker::NotebookInstance',
    'AWS::SageMaker::Model', 'AWS::SageMaker::Domain', 'AWS::IAM::Role', 'AWS::IAM::User', 'AWS::IAM::Group', 'AWS::IAM::ManagedPolicy',
    'AWS::IAM::InstanceProfile', 'AWS::IAM::OIDCProvider', 'AWS::IAM::SAMLProvider', 'AWS::EKS::Cluster', 'AWS::EKS::Nodegroup',
    'AWS::Cognito::IdentityPool', 'AWS::Redshift::Cluster', 'AWS::Redshift::ClusterSnapshot', 'AWS::RedshiftServerless::Namespace', 'AWS::Redshift::DataShare',
    'AWS::MSK::Cluster', 'AWS::HealthLake::FHIRDatastore', 'AWS::HealthImaging::Datastore', 'AWS::Omics::SequenceStore', 'AWS::FSx::FileSystem',
    'AWS::FSx::Backup', 'AWS::ElastiCache::CacheCluster', 'AWS::ElastiCache::ReplicationGroup', 'AWS::MemoryDB::Cluster'))
ORDER BY t.type = 'AWS::Backup::RecoveryPoint', t.type = 'AWS::Elasticsearch::Domain', t.type;

-- The catalog of Glue is in no list: it is there wherever Glue answered.
INSERT OR IGNORE INTO fact_access_resource (arn, type, name, region, account, tags_read, tenant, why, shared, conflict, phi)
SELECT arn, 'AWS::Glue::Catalog', 'catalog', region, account, 1, t ->> '$.tenant', t ->> '$.why', t ->> '$.shared', t ->> '$.conflict', 0
FROM (SELECT arn, region, account, tenant_of(account, NULL, NULL, arn) AS t
      FROM (SELECT DISTINCT 'arn:' || CASE WHEN c.region GLOB 'us-gov-*' THEN 'aws-us-gov' WHEN c.region GLOB 'cn-*' THEN 'aws-cn' ELSE 'aws' END
                                 || ':glue:' || c.region || ':' || c.account || ':catalog' AS arn, c.region, c.account
            FROM fact_call c WHERE (c.op = 'glue:GetDatabases' AND c.rows > 0 OR c.op = 'glue:GetResourcePolicy' AND c.status = 'ok')));
-- A table's stream is a thing of its own, with a policy of its own.
INSERT OR IGNORE INTO fact_access_resource
SELECT s.data ->> '$.LatestStreamArn', 'AWS::DynamoDB::Stream', r.name, NULL, r.region, r.account, NULL, 1,
       r.tenant, r.why, r.shared, r.conflict, r.phi, NULL, NULL
FROM fact_access_answer s JOIN fact_access_resource r ON r.arn = s.data ->> '$.TableArn'
WHERE s.op = 'dynamodb:DescribeTable' AND s.data ->> '$.LatestStreamArn' IS NOT NULL;
-- A stream's consumer reads what the stream holds, and has a policy of its own (Amazon Kinesis Data Streams Developer Guide,
-- "Sharing your data stream with another account", read 2026).
UPDATE fact_access_resource SET (tenant, why, shared, conflict, phi) =
  (SELECT s.tenant, s.why, s.shared, s.conflict, s.phi FROM fact_access_resource s
   WHERE s.arn = substr(fact_access_resource.arn, 1, instr(fact_access_resource.arn, '/consumer/') - 1))
WHERE type = 'AWS::Kinesis::StreamConsumer' AND EXISTS
  (SELECT 1 FROM fact_access_resource s WHERE s.arn = substr(fact_access_resource.arn, 1, instr(fact_access_resource.arn, '/consumer/') - 1));
CREATE INDEX fact_access_resource_place ON fact_access_resource (type, account, region, id);

-- fact_access_source: what a thing was made from, by ARN; it may lie in another account.
DROP TABLE IF EXISTS fact_access_source;
CREATE TABLE fact_access_source AS
SELECT r.arn, s.arn AS source FROM fact_access_resource r
JOIN fact_access_resource s ON s.type = r.source_type AND s.account = r.account AND s.region = r.region AND s.id = r.source
WHERE r.source IS NOT NULL AND r.source NOT LIKE 'arn:%'
UNION ALL
SELECT arn, source FROM fact_access_resource WHERE source LIKE 'arn:%'
UNION ALL
-- A copy of a snapshot that another account shared holds that account's data (Amazon RDS User Guide, "Copying a DB snapshot",
-- read 2026).
SELECT arn, coalesce(data ->> '$.SourceDBSnapshotIdentifier', data ->> '$.SourceDBClusterSnapshotArn') AS source FROM snap_resource
WHERE op IN ('rds:DescribeDBSnapshots', 'rds:DescribeDBClusterSnapshots') AND source LIKE 'arn:%' AND arn_part(source, 'account') <> account;

-- fact_access_encryption: kind none, owned (AWS's key that nobody sees), key; key as the answer names it. A thing without a
-- row was not read.
DROP TABLE IF EXISTS fact_access_encryption;
CREATE TABLE fact_access_encryption (arn TEXT PRIMARY KEY, kind TEXT NOT NULL, key TEXT) WITHOUT ROWID;
-- Amazon S3 User Guide, "Setting default server-side encryption behavior" (read 2026): every object has SSE-S3 at least.
INSERT OR IGNORE INTO fact_access_encryption
SELECT arn, CASE WHEN sse LIKE 'aws:kms%' THEN 'key' ELSE 'owned' END,
       CASE WHEN sse LIKE 'aws:kms%' THEN coalesce(sse_key, 'alias/aws/s3') END
FROM fact_bucket WHERE encryption_read;
INSERT OR IGNORE INTO fact_access_encryption
SELECT r.arn,
       CASE WHEN nullif(a.data ->> '$.Attributes.KmsMasterKeyId', '') IS NOT NULL THEN 'key'
            WHEN lower(a.data ->> '$.Attributes.SqsManagedSseEnabled') = 'true' THEN 'owned' ELSE 'none' END,
       nullif(a.data ->> '$.Attributes.KmsMasterKeyId', '')
FROM fact_access_resource r JOIN fact_access_answer a ON a.op = 'sqs:GetQueueAttributes' AND a.account = r.account AND a.region = r.region AND a.parent = r.id
WHERE r.type = 'AWS::SQS::Queue' AND a.data IS NOT NULL;
INSERT OR IGNORE INTO fact_access_encryption
SELECT r.arn, CASE WHEN nullif(a.data ->> '$.Attributes.KmsMasterKeyId', '') IS NOT NULL THEN 'key' ELSE 'none' END,
       nullif(a.data ->> '$.Attributes.KmsMasterKeyId', '')
FROM fact_access_resource r JOIN fact_access_answer a ON a.op = 'sns:GetTopicAttributes' AND a.account = r.account AND a.region = r.region AND a.parent = r.arn
WHERE r.type = 'AWS::SNS::Topic' AND a.data IS NOT NULL;
INSERT OR IGNORE INTO fact_access_encryption
SELECT r.arn, CASE WHEN a.data ->> '$.SSEDescription.SSEType' = 'KMS' THEN 'key' ELSE 'owned' END, a.data ->> '$.SSEDescription.KMSMasterKeyArn'
FROM fact_access_resource r JOIN fact_access_answer a ON a.op = 'dynamodb:DescribeTable' AND a.account = r.account AND a.region = r.region AND a.parent = r.id
WHERE r.type = 'AWS::DynamoDB::Table' AND a.data IS NOT NULL;
INSERT OR IGNORE INTO fact_access_encryption
SELECT r.arn, CASE WHEN a.data ->> '$.EncryptionType' = 'KMS' THEN 'key' ELSE 'none' END, a.data ->> '$.KeyId'
FROM fact_access_resource r JOIN fact_access_answer a ON a.op = 'kinesis:DescribeStreamSummary' AND a.account = r.account AND a.region = r.region AND a.parent = r.id
WHERE r.type = 'AWS::Kinesis::Stream' AND a.data IS NOT NULL;
-- What flows out of a thing is encrypted as the thing.
INSERT OR IGNORE INTO fact_access_encryption
SELECT r.arn, e.kind, e.key FROM fact_access_resource r
JOIN fact_access_encryption e ON e.arn = CASE r.type WHEN 'AWS::Kinesis::StreamConsumer' THEN substr(r.arn, 1, instr(r.arn, '/consumer/') - 1)
                                                     ELSE substr(r.arn, 1, instr(r.arn, '/stream/') - 1) END
WHERE r.type IN ('AWS::Kinesis::StreamConsumer', 'AWS::DynamoDB::Stream');
-- Things whose listing tells it. `flag` is what says that they are encrypted at all, NULL: always, by an AWS-owned key at least.
INSERT OR IGNORE INTO fact_access_encryption
SELECT arn, CASE WHEN key IS NOT NULL THEN 'key' WHEN flag IS 0 THEN 'none' ELSE 'owned' END, key
FROM (
  -- Encrypted, and no word of the key: that is not known.
  SELECT * FROM (
  SELECT r.arn,
         CASE r.op
           WHEN 'secretsmanager:ListSecrets' THEN coalesce(r.data ->> '$.KmsKeyId', 'alias/aws/secretsmanager')
           WHEN 'ssm:DescribeParameters' THEN CASE r.data ->> '$.Type' WHEN 'SecureString' THEN coalesce(r.data ->> '$.KeyId', 'alias/aws/ssm') END
           WHEN 'ecr:DescribeRepositories' THEN
             CASE WHEN r.data ->> '$.encryptionConfiguration.encryptionType' LIKE 'KMS%'
                  THEN coalesce(r.data ->> '$.encryptionConfiguration.kmsKey', 'alias/aws/ecr') END
           WHEN 'logs:DescribeLogGroups' THEN r.data ->> '$.kmsKeyId'
           WHEN 'backup:ListBackupVaults' THEN r.data ->> '$.EncryptionKeyArn'
           WHEN 'backup:ListRecoveryPointsByBackupVault' THEN r.data ->> '$.EncryptionKeyArn'
           WHEN 'opensearch:DescribeDomains' THEN r.data ->> '$.EncryptionAtRestOptions.KmsKeyId'
           WHEN 'es:DescribeElasticsearchDomains' THEN r.data ->> '$.EncryptionAtRestOptions.KmsKeyId'
           WHEN 'lambda:ListFunctions' THEN r.data ->> '$.KMSKeyArn'
           WHEN 'events:ListEventBuses' THEN r.data ->> '$.KmsKeyIdentifier'
           -- What says that it is not encrypted has no key, whatever else is named.
           ELSE CASE WHEN coalesce(r.data ->> '$.StorageEncrypted', r.data ->> '$.Encrypted', 1) THEN r.data ->> '$.KmsKeyId' END END AS key,
         CASE WHEN r.op LIKE 'rds:DescribeDB%Instances' OR r.op LIKE 'rds:DescribeDBCluster%' THEN r.data ->> '$.StorageEncrypted'
              WHEN r.op IN ('ssm:DescribeParameters') THEN 0
              WHEN r.op IN ('opensearch:DescribeDomains', 'es:DescribeElasticsearchDomains') THEN coalesce(r.data ->> '$.EncryptionAtRestOptions.Enabled', 0)
              WHEN r.op LIKE 'backup:ListRecovery%' THEN r.data ->> '$.IsEncrypted'
              WHEN r.op IN ('logs:DescribeLogGroups', 'secretsmanager:ListSecrets', 'ecr:DescribeRepositories', 'lambda:ListFunctions',
                            'events:ListEventBuses', 'backup:ListBackupVaults') THEN NULL
              ELSE coalesce(r.data ->> '$.Encrypted', 0) END AS flag
  FROM snap_resource r
  WHERE r.arn IS NOT NULL AND r.op IN (
    'secretsmanager:ListSecrets', 'ssm:DescribeParameters', 'ecr:DescribeRepositories', 'logs:DescribeLogGroups', 'backup:ListBackupVaults',
    'backup:ListRecoveryPointsByBackupVault', 'opensearch:DescribeDomains', 'es:DescribeElasticsearchDomains', 'lambda:ListFunctions',
    'events:ListEventBuses', 'rds:DescribeDBInstances', 'rds:DescribeDBClusters', 'rds:DescribeDBSnapshots', 'rds:DescribeDBClusterSnapshots',
    'ec2:DescribeVolumes', 'ec2:DescribeSnapshots', 'efs:DescribeFileSystems', 'redshift:DescribeClusters', 'redshift:DescribeClusterSnapshots')
  ) WHERE key IS NOT NULL OR flag IS NOT 1
);

-- fact_access_runs_as: which role acts when the thing runs.
DROP TABLE IF EXISTS fact_access_runs_as;
CREATE TABLE fact_access_runs_as (arn TEXT PRIMARY KEY, role TEXT) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_access_runs_as
WITH profile AS MATERIALIZED (
  SELECT data ->> '$.Arn' AS arn, data ->> '$.Roles[0].Arn' AS role FROM snap_resource WHERE op = 'iam:ListInstanceProfiles'
  UNION
  SELECT p.value ->> '$.Arn', r.data ->> '$.Arn' FROM snap_resource r, json_each(r.data, '$.InstanceProfileList') p
  WHERE r.op = 'iam:GetAccountAuthorizationDetails' AND r.type = 'AWS::IAM::Role'
)
SELECT i.arn, p.role FROM fact_instance i JOIN profile p ON p.arn = i.profile WHERE i.arn IS NOT NULL AND p.role IS NOT NULL
UNION ALL SELECT arn, role FROM profile WHERE role IS NOT NULL;
INSERT OR IGNORE INTO fact_access_runs_as
SELECT r.arn,
       CASE r.op WHEN 'lambda:ListFunctions' THEN r.data ->> '$.Role' WHEN 'ecs:DescribeTaskDefinition' THEN r.data ->> '$.taskRoleArn'
                 WHEN 'codebuild:BatchGetProjects' THEN r.data ->> '$.serviceRole' WHEN 'cloudformation:DescribeStacks' THEN r.data ->> '$.RoleARN'
                 WHEN 'eks:DescribeNodegroup' THEN r.data ->> '$.nodeRole' WHEN 'eks:DescribeCluster' THEN r.data ->> '$.roleArn'
                 WHEN 'glue:GetJobs' THEN
                   CASE WHEN r.data ->> '$.Role' LIKE 'arn:%' THEN r.data ->> '$.Role'
                        ELSE 'arn:' || CASE WHEN r.region GLOB 'us-gov-*' THEN 'aws-us-gov' WHEN r.region GLOB 'cn-*' THEN 'aws-cn' ELSE 'aws' END
                             || ':iam::' || r.account || ':role/' || (r.data ->> '$.Role') END END AS role
FROM snap_resource r
WHERE r.arn IS NOT NULL AND role IS NOT NULL
  AND r.op IN ('lambda:ListFunctions', 'ecs:DescribeTaskDefinition', 'codebuild:BatchGetProjects', 'cloudformation:DescribeStacks',
               'eks:DescribeNodegroup', 'eks:DescribeCluster', 'glue:GetJobs');
INSERT OR IGNORE INTO fact_access_runs_as
SELECT s.arn, t.role FROM snap_resource s JOIN fact_access_runs_as t ON t.arn = coalesce(s.data ->> '$.taskDefinition', s.data ->> '$.taskDefinitionArn')
WHERE s.op IN ('ecs:DescribeServices', 'ecs:DescribeTasks') AND s.arn IS NOT NULL;
INSERT OR IGNORE INTO fact_access_runs_as
SELECT r.arn, coalesce(a.data ->> '$.roleArn', a.data ->> '$.RoleArn', a.data ->> '$.ExecutionRoleArn') AS role
FROM fact_access_answer a CROSS JOIN fact_access_resource r
ON r.account = a.account AND r.region = a.region
AND r.type = CASE a.op WHEN 'stepfunctions:DescribeStateMachine' THEN 'AWS::StepFunctions::StateMachine'
                       WHEN 'sagemaker:DescribeNotebookInstance' THEN 'AWS::SageMaker::NotebookInstance' ELSE 'AWS::SageMaker::Model' END
AND (r.id = a.parent OR r.arn = a.parent)
WHERE a.op IN ('stepfunctions:DescribeStateMachine', 'sagemaker:DescribeNotebookInstance', 'sagemaker:DescribeModel') AND role IS NOT NULL;
-- Of an identity pool's two roles the one for guests, who are everyone, before the one for those who signed in.
INSERT OR IGNORE INTO fact_access_runs_as
SELECT r.arn, coalesce(a.data ->> '$.Roles.unauthenticated', a.data ->> '$.Roles.authenticated') AS role
FROM fact_access_answer a CROSS JOIN fact_access_resource r
ON r.type = 'AWS::Cognito::IdentityPool' AND r.account = a.account AND r.region = a.region AND r.id = a.parent
WHERE a.op = 'cognito-identity:GetIdentityPoolRoles' AND role IS NOT NULL;
