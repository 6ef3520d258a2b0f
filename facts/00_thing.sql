-- fact_thing: every resource of the customer's once an account, with its tenant.
--
-- Left out is what AWS owns (its managed policies and prefix lists), the organization itself, which is no tenant's and
-- can be none's, and another account's trail as this account is shown it.
-- source_type and source name the thing that it was made from (a snapshot's volume, a replica's source, a log
-- group's database): it inherits the tenant of that where no rule names it itself.
DROP TABLE IF EXISTS fact_thing;
CREATE TABLE fact_thing (
  account TEXT NOT NULL, region TEXT NOT NULL, type TEXT NOT NULL, id TEXT, arn TEXT, name TEXT, tags TEXT, vpc TEXT,
  source_type TEXT, source TEXT, tenant TEXT, why TEXT, conflict INTEGER, shared INTEGER, phi INTEGER
);

-- Of the rows that a thing has, the first; picked without its data, so that only short rows are sorted.
DROP TABLE IF EXISTS temp_thing_row;
CREATE TABLE temp_thing_row (id INTEGER PRIMARY KEY);
INSERT INTO temp_thing_row
SELECT min(r.id) FROM snap_resource r
WHERE r.kind = 'resource' AND r.type IS NOT NULL
  AND NOT (r.type = 'AWS::IAM::ManagedPolicy' AND coalesce(r.arn, '') GLOB 'arn:aws*:iam::aws:policy/*')
  AND NOT (r.type = 'AWS::EC2::PrefixList' AND coalesce(r.data ->> '$.OwnerId', '') = 'AWS')
  AND r.type NOT LIKE 'AWS::Organizations::%'
  AND NOT (r.type = 'AWS::CloudTrail::Trail' AND r.arn GLOB 'arn:*:cloudtrail:*:*:trail/*' AND r.arn NOT GLOB '*:' || r.account || ':trail/*')
GROUP BY r.account, r.type, coalesce(r.arn, r.region || ' ' || r.rid, r.id);
-- Tags that a thing's own answer does not carry, where the tagging service was asked.
DROP TABLE IF EXISTS temp_thing_tags;
CREATE TABLE temp_thing_tags (arn TEXT, account TEXT, tags TEXT, PRIMARY KEY (arn, account)) WITHOUT ROWID;
INSERT OR IGNORE INTO temp_thing_tags
SELECT arn, account, tags FROM snap_resource WHERE op = 'resourcegroupstaggingapi:GetResources' AND tags IS NOT NULL AND arn IS NOT NULL;
DROP TABLE IF EXISTS temp_bucket_tags;
CREATE TABLE temp_bucket_tags (account TEXT, bucket TEXT, tags TEXT, PRIMARY KEY (account, bucket)) WITHOUT ROWID;
INSERT OR IGNORE INTO temp_bucket_tags
SELECT b.account, b.parent, json_group_object(t.value ->> '$.Key', t.value ->> '$.Value') FROM snap_resource b, json_each(b.data, '$.TagSet') t
WHERE b.op = 's3:GetBucketTagging' GROUP BY b.account, b.parent;

INSERT INTO fact_thing (account, region, type, id, arn, name, tags, vpc, source_type, source, tenant, why, conflict, shared, phi)
WITH thing AS MATERIALIZED (
SELECT r.account,
       coalesce(CASE r.op WHEN 's3:ListBuckets' THEN r.data ->> '$.BucketRegion' END, r.region) AS region, r.type, r.rid, r.arn, r.name,
       coalesce(r.tags, CASE r.op WHEN 's3:ListBuckets' THEN (SELECT b.tags FROM temp_bucket_tags b WHERE b.account = r.account AND b.bucket = r.name) END,
                g.tags) AS tags,
       CASE WHEN r.type LIKE 'AWS::EC2::%' THEN coalesce(r.data ->> '$.VpcId', r.data ->> '$.Attachments[0].VpcId')
            WHEN r.type LIKE 'AWS::RDS::%' THEN coalesce(r.data ->> '$.DBSubnetGroup.VpcId', r.data ->> '$.VpcId')
            WHEN r.type LIKE 'AWS::Lambda::%' THEN r.data ->> '$.VpcConfig.VpcId'
            WHEN r.type LIKE 'AWS::OpenSearchService::%' THEN r.data ->> '$.VPCOptions.VPCId'
            ELSE coalesce(r.data ->> '$.VpcId', r.data ->> '$.VPCId') END AS vpc,
       CASE r.type WHEN 'AWS::EC2::Snapshot' THEN 'AWS::EC2::Volume' WHEN 'AWS::EC2::Volume' THEN 'AWS::EC2::Instance'
                   WHEN 'AWS::EC2::Image' THEN 'AWS::EC2::Snapshot' WHEN 'AWS::RDS::DBSnapshot' THEN 'AWS::RDS::DBInstance'
                   WHEN 'AWS::RDS::DBClusterSnapshot' THEN 'AWS::RDS::DBCluster'
                   WHEN 'AWS::RDS::DBInstance' THEN
                     CASE WHEN r.data ->> '$.DBClusterIdentifier' IS NOT NULL THEN 'AWS::RDS::DBCluster'
                          ELSE 'AWS::RDS::DBInstance' END
                   WHEN 'AWS::EC2::NetworkInterface' THEN 'AWS::EC2::Instance'
                   WHEN 'AWS::SSM::ManagedInstance' THEN 'AWS::EC2::Instance'
                   WHEN 'AWS::DynamoDB::Backup' THEN 'AWS::DynamoDB::Table'
                   WHEN 'AWS::Logs::LogGroup' THEN
                     CASE WHEN r.name LIKE '/aws/rds/instance/%' THEN 'AWS::RDS::DBInstance'
                          WHEN r.name LIKE '/aws/rds/cluster/%' THEN 'AWS::RDS::DBCluster'
                          WHEN r.name LIKE '/aws/lambda/%' THEN 'AWS::Lambda::Function' END END AS source_type,
       CASE r.type WHEN 'AWS::EC2::Snapshot' THEN r.data ->> '$.VolumeId'
                   WHEN 'AWS::EC2::Volume' THEN r.data ->> '$.Attachments[0].InstanceId'
                   WHEN 'AWS::EC2::Image' THEN r.data ->> '$.BlockDeviceMappings[0].Ebs.SnapshotId'
                   WHEN 'AWS::RDS::DBSnapshot' THEN r.data ->> '$.DBInstanceIdentifier'
                   WHEN 'AWS::RDS::DBClusterSnapshot' THEN r.data ->> '$.DBClusterIdentifier'
                   WHEN 'AWS::RDS::DBInstance' THEN
                     coalesce(r.data ->> '$.DBClusterIdentifier', r.data ->> '$.ReadReplicaSourceDBInstanceIdentifier')
                   WHEN 'AWS::EC2::NetworkInterface' THEN r.data ->> '$.Attachment.InstanceId'
                   WHEN 'AWS::SSM::ManagedInstance' THEN r.rid
                   WHEN 'AWS::DynamoDB::Backup' THEN r.data ->> '$.TableName'
                   WHEN 'AWS::Backup::RecoveryPoint' THEN r.data ->> '$.ResourceArn'
                   WHEN 'AWS::Logs::LogGroup' THEN
                     CASE WHEN r.name LIKE '/aws/rds/instance/%' OR r.name LIKE '/aws/rds/cluster/%'
                          THEN substr(r.name, instr(substr(r.name, 10), '/') + 10,
                                      instr(substr(r.name, instr(substr(r.name, 10), '/') + 10) || '/', '/') - 1)
                          WHEN r.name LIKE '/aws/lambda/%' THEN substr(r.name, 13) END END AS source
FROM temp_thing_row o CROSS JOIN snap_resource r ON r.id = o.id LEFT JOIN temp_thing_tags g ON g.arn = r.arn AND g.account = r.account
), judged AS MATERIALIZED (
SELECT *, tenant_of(account, vpc, tags, arn) AS doc FROM thing
)
SELECT account, region, type, rid, arn, name, tags, vpc, source_type, source,
       doc ->> '$.tenant', doc ->> '$.why', doc ->> '$.conflict', doc ->> '$.shared', phi_of(type, arn)
FROM judged;
DROP TABLE temp_thing_row;
DROP TABLE temp_thing_tags;
DROP TABLE temp_bucket_tags;

CREATE INDEX fact_thing_id ON fact_thing (id, type);
CREATE INDEX fact_thing_arn ON fact_thing (arn);

-- Chains are at most an image of a snapshot of a volume of an instance: three rounds settle them.
UPDATE fact_thing SET tenant = s.tenant, why = 'from ' || s.id || ': ' || s.why, shared = s.shared
FROM fact_thing s
WHERE fact_thing.tenant IS NULL AND NOT fact_thing.conflict AND NOT fact_thing.shared AND fact_thing.source IS NOT NULL
  AND s.type = fact_thing.source_type AND s.id = fact_thing.source
  AND s.account = fact_thing.account AND s.region = fact_thing.region AND (s.tenant IS NOT NULL OR s.shared);
UPDATE fact_thing SET tenant = s.tenant, why = 'from ' || s.id || ': ' || s.why, shared = s.shared
FROM fact_thing s
WHERE fact_thing.tenant IS NULL AND NOT fact_thing.conflict AND NOT fact_thing.shared AND fact_thing.source IS NOT NULL
  AND s.type = fact_thing.source_type AND s.id = fact_thing.source
  AND s.account = fact_thing.account AND s.region = fact_thing.region AND (s.tenant IS NOT NULL OR s.shared);
UPDATE fact_thing SET tenant = s.tenant, why = 'from ' || s.id || ': ' || s.why, shared = s.shared
FROM fact_thing s
WHERE fact_thing.tenant IS NULL AND NOT fact_thing.conflict AND NOT fact_thing.shared AND fact_thing.source IS NOT NULL
  AND s.type = fact_thing.source_type AND s.id = fact_thing.source
  AND s.account = fact_thing.account AND s.region = fact_thing.region AND (s.tenant IS NOT NULL OR s.shared);
UPDATE fact_thing SET tenant = s.tenant, why = 'from ' || s.arn || ': ' || s.why, shared = s.shared
FROM fact_thing s
WHERE fact_thing.type = 'AWS::Backup::RecoveryPoint' AND fact_thing.tenant IS NULL AND NOT fact_thing.conflict
  AND NOT fact_thing.shared AND s.arn = fact_thing.source AND (s.tenant IS NOT NULL OR s.shared);
