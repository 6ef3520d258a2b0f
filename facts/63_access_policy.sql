-- Access: the policies of things.

-- fact_access_policy: slot 1 the thing's own policy, slot 2 one that must allow too (the bucket's of an access point).
-- been_read 1 with doc NULL: there is none. A thing of a kind that can carry a policy and has no row here was not read.
DROP TABLE IF EXISTS fact_access_policy;
CREATE TABLE fact_access_policy (
  arn TEXT NOT NULL, slot INTEGER NOT NULL, been_read INTEGER NOT NULL, doc TEXT, PRIMARY KEY (arn, slot)
) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_access_policy
SELECT arn, 1, policy_read, nullif(policy, '') FROM fact_bucket WHERE arn IS NOT NULL AND policy_read;
-- AWS KMS Developer Guide, "AWS managed keys" (read 2026): their policies let only the service in, for its own account;
-- nobody can change them and nobody uses them directly. They count as keys without a policy.
INSERT OR IGNORE INTO fact_access_policy
SELECT arn, 1, 1, CASE WHEN manager IS NOT 'AWS' THEN policy END FROM fact_key
WHERE arn IS NOT NULL AND (policy_read AND policy IS NOT NULL OR manager = 'AWS');

-- What one call about one thing answered: its parent is the thing's ARN, or its id.
DROP TABLE IF EXISTS temp_access_answer;
CREATE TABLE temp_access_answer AS
SELECT a.account, a.region, a.op,
       CASE a.op WHEN 'lambda:GetLayerVersionPolicy' THEN substr(a.parent, 1, instr(a.parent || '|', '|') - 1) ELSE a.parent END AS parent,
       CASE a.op WHEN 'sqs:GetQueueAttributes' THEN 'AWS::SQS::Queue' WHEN 'lambda:GetPolicy' THEN 'AWS::Lambda::Function'
                 WHEN 'lambda:GetLayerVersionPolicy' THEN 'AWS::Lambda::LayerVersion' WHEN 'ecr:GetRepositoryPolicy' THEN 'AWS::ECR::Repository'
                 WHEN 'efs:DescribeFileSystemPolicy' THEN 'AWS::EFS::FileSystem' WHEN 'backup:GetBackupVaultAccessPolicy' THEN 'AWS::Backup::BackupVault'
                 WHEN 's3control:GetAccessPointPolicy' THEN 'AWS::S3::AccessPoint' WHEN 'glacier:GetVaultAccessPolicy' THEN 'AWS::Glacier::Vault' END AS type,
       nullif(CASE a.op WHEN 'sqs:GetQueueAttributes' THEN a.data ->> '$.Attributes.Policy'
                        WHEN 'sns:GetTopicAttributes' THEN a.data ->> '$.Attributes.Policy'
                        WHEN 'secretsmanager:GetResourcePolicy' THEN a.data ->> '$.ResourcePolicy'
                        WHEN 'ecr:GetRepositoryPolicy' THEN a.data ->> '$.policyText'
                        WHEN 's3tables:GetTableBucketPolicy' THEN a.data ->> '$.resourcePolicy'
                        ELSE a.data ->> '$.Policy' END, '') AS doc
FROM fact_access_answer a
WHERE a.good AND a.op IN ('sqs:GetQueueAttributes', 'sns:GetTopicAttributes', 'lambda:GetPolicy', 'lambda:GetLayerVersionPolicy',
  'secretsmanager:GetResourcePolicy', 'ecr:GetRepositoryPolicy', 'efs:DescribeFileSystemPolicy', 'backup:GetBackupVaultAccessPolicy',
  'dynamodb:GetResourcePolicy', 'kinesis:GetResourcePolicy', 's3control:GetAccessPointPolicy', 's3tables:GetTableBucketPolicy',
  'glacier:GetVaultAccessPolicy', 'kafka:GetClusterPolicy');
-- ECR User Guide, "Private registry permissions" (read 2026): the registry's policy speaks of its repositories too.
DROP TABLE IF EXISTS temp_access_registry;
CREATE TABLE temp_access_registry AS
SELECT account, region, data ->> '$.policyText' AS doc FROM fact_access_answer WHERE op = 'ecr:GetRegistryPolicy' AND data ->> '$.policyText' <> '';
UPDATE temp_access_answer SET doc = (
  SELECT coalesce(CASE WHEN temp_access_answer.doc IS NULL THEN g.doc
                       WHEN json_valid(g.doc) AND json_valid(temp_access_answer.doc) THEN
                         (SELECT json_object('Version', '2012-10-17', 'Statement', json_group_array(json(s.value)))
                          FROM (SELECT value FROM json_each(CASE json_type(temp_access_answer.doc, '$.Statement') WHEN 'array' THEN temp_access_answer.doc -> '$.Statement'
                                                                 ELSE json_array(json(temp_access_answer.doc -> '$.Statement')) END)
                                UNION ALL
                                SELECT value FROM json_each(CASE json_type(g.doc, '$.Statement') WHEN 'array' THEN g.doc -> '$.Statement'
                                                                 ELSE json_array(json(g.doc -> '$.Statement')) END)) s) END, '')
  FROM temp_access_registry g WHERE g.account = temp_access_answer.account AND g.region = temp_access_answer.region)
WHERE op = 'ecr:GetRepositoryPolicy'
  AND EXISTS (SELECT 1 FROM temp_access_registry g WHERE g.account = temp_access_answer.account AND g.region = temp_access_answer.region);
INSERT OR IGNORE INTO fact_access_policy
SELECT r.arn, 1, 1, a.doc FROM temp_access_answer a CROSS JOIN fact_access_resource r
ON r.type = a.type AND r.account = a.account AND r.region = a.region AND r.id = a.parent
WHERE a.type IS NOT NULL
  AND (a.op <> 'ecr:GetRepositoryPolicy' OR EXISTS (SELECT 1 FROM fact_access_answer g WHERE g.op = 'ecr:GetRegistryPolicy' AND g.account = a.account
                                                     AND g.region = a.region AND g.good));
INSERT OR IGNORE INTO fact_access_policy SELECT parent, 1, 1, doc FROM temp_access_answer WHERE type IS NULL AND parent LIKE 'arn:%';
DROP TABLE temp_access_answer;
DROP TABLE temp_access_registry;

-- What the listing itself carries. API Gateway writes its policies with a backslash before each quote.
INSERT OR IGNORE INTO fact_access_policy
SELECT r.arn, 1, 1,
       nullif(CASE r.op WHEN 'events:ListEventBuses' THEN r.data ->> '$.Policy'
                        WHEN 'apigateway:GetRestApis' THEN
                          CASE WHEN json_valid(r.data ->> '$.policy') THEN r.data ->> '$.policy' ELSE replace(r.data ->> '$.policy', '\"', '"') END
                        ELSE r.data ->> '$.AccessPolicies' END, '')
FROM snap_resource r
WHERE r.arn IS NOT NULL AND r.op IN ('opensearch:DescribeDomains', 'es:DescribeElasticsearchDomains', 'events:ListEventBuses', 'apigateway:GetRestApis');

-- The catalog's policy is the only one, and speaks of its databases too (AWS Glue Developer Guide, "Resource-based policies
-- for access control", read 2026).
INSERT OR IGNORE INTO fact_access_policy
SELECT r.arn, 1, 1, nullif(a.data ->> '$.PolicyInJson', '')
FROM fact_access_answer a CROSS JOIN fact_access_resource r ON r.type IN ('AWS::Glue::Catalog', 'AWS::Glue::Database') AND r.account = a.account AND r.region = a.region
WHERE a.op = 'glue:GetResourcePolicy' AND a.good;

-- Parameter Store shares by several policies at once; only advanced parameters can have any.
INSERT OR IGNORE INTO fact_access_policy
WITH part AS MATERIALIZED (
  SELECT r.parent, json_group_array(json(s.value)) AS statements
  FROM snap_resource r, json_each(CASE json_type(r.data ->> '$.Policy', '$.Statement') WHEN 'array' THEN (r.data ->> '$.Policy') -> '$.Statement'
                                       ELSE json_array(json((r.data ->> '$.Policy') -> '$.Statement')) END) s
  WHERE r.op = 'ssm:GetResourcePolicies' AND json_valid(r.data ->> '$.Policy') GROUP BY r.parent
), broken AS MATERIALIZED (
  SELECT DISTINCT parent FROM snap_resource WHERE op = 'ssm:GetResourcePolicies' AND NOT coalesce(json_valid(data ->> '$.Policy'), 0)
)
SELECT c.parent, 1, 1, CASE WHEN b.parent IS NOT NULL THEN '' WHEN p.parent IS NOT NULL THEN json_object('Version', '2012-10-17', 'Statement', json(p.statements)) END
FROM fact_call c LEFT JOIN part p ON p.parent = c.parent LEFT JOIN broken b ON b.parent = c.parent
WHERE c.op = 'ssm:GetResourcePolicies' AND c.status IN ('ok', 'empty', 'absent') AND c.parent LIKE 'arn:%'
UNION ALL
SELECT arn, 1, 1, NULL FROM snap_resource WHERE op = 'ssm:DescribeParameters' AND arn IS NOT NULL AND data ->> '$.Tier' = 'Standard';

-- CloudWatch Logs: resource policies of a region speak of its log groups by Resource, or are attached to one.
INSERT OR IGNORE INTO fact_access_policy
WITH statement AS MATERIALIZED (
  SELECT r.account, r.region, coalesce(nullif(r.data ->> '$.resourceArn', ''), '') AS only, s.value
  FROM snap_resource r, json_each(CASE json_type(r.data ->> '$.policyDocument', '$.Statement') WHEN 'array' THEN (r.data ->> '$.policyDocument') -> '$.Statement'
                                       ELSE json_array(json((r.data ->> '$.policyDocument') -> '$.Statement')) END) s
  WHERE r.op = 'logs:DescribeResourcePolicies' AND json_valid(r.data ->> '$.policyDocument')
), common AS MATERIALIZED (
  SELECT account, region, json_object('Version', '2012-10-17', 'Statement', json_group_array(json(value))) AS doc
  FROM statement WHERE only = '' GROUP BY account, region
), own AS MATERIALIZED (
  SELECT o.only, o.account, o.region, json_object('Version', '2012-10-17', 'Statement',
           (SELECT json_group_array(json(s.value)) FROM statement s
            WHERE s.account = o.account AND s.region = o.region AND (s.only = '' OR s.only = o.only))) AS doc
  FROM (SELECT DISTINCT account, region, only FROM statement WHERE only <> '') o
), broken AS MATERIALIZED (
  SELECT DISTINCT account, region FROM snap_resource WHERE op = 'logs:DescribeResourcePolicies' AND NOT coalesce(json_valid(data ->> '$.policyDocument'), 0)
)
SELECT g.arn, 1, 1, CASE WHEN b.account IS NOT NULL THEN '' ELSE coalesce(o.doc, c.doc) END
FROM fact_access_resource g
JOIN (SELECT DISTINCT account, region FROM fact_call WHERE op = 'logs:DescribeResourcePolicies' AND status IN ('ok', 'empty', 'absent')) l
  ON l.account = g.account AND l.region = g.region
LEFT JOIN own o ON o.only IN (g.arn, g.arn || ':*')
LEFT JOIN common c ON c.account = g.account AND c.region = g.region
LEFT JOIN broken b ON b.account = g.account AND b.region = g.region
WHERE g.type = 'AWS::Logs::LogGroup';

-- A recovery point is ruled by its vault's policy.
INSERT OR IGNORE INTO fact_access_policy
SELECT p.arn, 1, v.been_read, v.doc
FROM fact_recovery_point p
JOIN fact_access_resource t ON t.type = 'AWS::Backup::BackupVault' AND t.account = p.account AND t.region = p.region AND t.id = p.vault
JOIN fact_access_policy v ON v.arn = t.arn AND v.slot = 1
WHERE p.arn IS NOT NULL;

-- Through an access point the policies of both must allow (Amazon S3 User Guide, "Managing access with access points", read
-- 2026); a bucket without one lets no other account in.
INSERT OR IGNORE INTO fact_access_policy
SELECT p.arn, 2, coalesce(b.been_read, 0), coalesce(b.doc, CASE WHEN b.been_read THEN '{"Version":"2012-10-17","Statement":[]}' END)
FROM snap_resource p
LEFT JOIN fact_access_policy b ON b.slot = 1 AND b.arn = 'arn:' || arn_part(p.arn, 'partition') || ':s3:::' || (p.data ->> '$.Bucket')
WHERE p.op = 's3control:ListAccessPoints' AND p.arn IS NOT NULL;
