-- Access: accounts, the chain of organizational units above each, and the policies at each of them.

-- fact_access_answer: the answers about one parent each that access rests on; good is 1 when the call ended well.
DROP TABLE IF EXISTS fact_access_answer;
CREATE TABLE fact_access_answer (
  op TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, parent TEXT NOT NULL, good INTEGER NOT NULL, data TEXT,
  PRIMARY KEY (op, account, parent, region)
) WITHOUT ROWID;
INSERT INTO fact_access_answer
SELECT c.op, c.account, c.region, c.parent, max(c.status IN ('ok', 'empty', 'absent')), max(r.data)
FROM snap_call c LEFT JOIN snap_resource r ON r.call = c.id
WHERE c.op IN ('s3:GetBucketAbac', 's3:GetBucketTagging', 's3control:GetPublicAccessBlock', 's3control:GetAccessPoint',
               's3control:GetAccessPointPolicy', 'sqs:GetQueueAttributes', 'sns:GetTopicAttributes', 'lambda:GetPolicy',
               'lambda:GetLayerVersionPolicy', 'secretsmanager:GetResourcePolicy', 'ecr:GetRepositoryPolicy', 'ecr:GetRegistryPolicy',
               'efs:DescribeFileSystemPolicy', 'backup:GetBackupVaultAccessPolicy', 'dynamodb:GetResourcePolicy', 'dynamodb:DescribeTable',
               'kinesis:GetResourcePolicy', 'kinesis:DescribeStreamSummary', 'glue:GetResourcePolicy', 'ec2:DescribeSnapshotAttribute',
               'ec2:DescribeImageAttribute', 'ssm:DescribeDocumentPermission', 'stepfunctions:DescribeStateMachine',
               'sagemaker:DescribeNotebookInstance', 'sagemaker:DescribeModel', 'firehose:DescribeDeliveryStream',
               's3tables:GetTableBucketPolicy', 'glacier:GetVaultAccessPolicy', 'kafka:GetClusterPolicy',
               'cognito-identity:GetIdentityPoolRoles', 'sso-admin:DescribePermissionSet', 'organizations:DescribeOrganization')
GROUP BY c.op, c.account, c.parent, c.region;

-- fact_access_account: every account that is spoken of. org_read is 1 when it is known whether and in which organization it is.
DROP TABLE IF EXISTS fact_access_account;
CREATE TABLE fact_access_account (
  account TEXT PRIMARY KEY, name TEXT, collected INTEGER NOT NULL, org_id TEXT, org_read INTEGER NOT NULL, management INTEGER NOT NULL,
  org_path TEXT, tenant TEXT, block_read INTEGER, ignore_public_acls INTEGER, restrict_public_buckets INTEGER
) WITHOUT ROWID;
INSERT INTO fact_access_account (account, name, collected, org_id, org_read, management)
SELECT k.account, coalesce(o.name, a.name),
       EXISTS (SELECT 1 FROM fact_call c WHERE c.op = 'iam:GetAccountAuthorizationDetails' AND c.account = k.account) OR coalesce(a.reached, 0),
       CASE WHEN d.data IS NOT NULL THEN d.data ->> '$.Id' WHEN d.good THEN NULL WHEN o.account IS NOT NULL THEN g.org_id END,
       coalesce(d.good, 0) OR o.account IS NOT NULL OR coalesce(g.accounts_read, 0) AND g.org_id IS NOT NULL,
       k.account IS coalesce(d.data ->> '$.MasterAccountId', g.management)
FROM fact_known_account k CROSS JOIN fact_org g
LEFT JOIN fact_account a ON a.account = k.account
LEFT JOIN fact_org_account o ON o.account = k.account
LEFT JOIN fact_access_answer d ON d.op = 'organizations:DescribeOrganization' AND d.account = k.account AND d.parent = ''
GROUP BY k.account;
UPDATE fact_access_account SET tenant = tenant_of(account, NULL, NULL, NULL) ->> '$.tenant';
UPDATE fact_access_account SET (block_read, ignore_public_acls, restrict_public_buckets) =
  (SELECT max(b.good), max(coalesce(b.data ->> '$.IgnorePublicAcls', 0)), max(coalesce(b.data ->> '$.RestrictPublicBuckets', 0))
   FROM fact_access_answer b WHERE b.op = 's3control:GetPublicAccessBlock' AND b.account = fact_access_account.account);

-- fact_access_chain: the account (depth 0) and what is above it. A chain that does not end in a root was not read to its end.
DROP TABLE IF EXISTS fact_access_chain;
CREATE TABLE fact_access_chain (account TEXT NOT NULL, depth INTEGER NOT NULL, node TEXT NOT NULL, PRIMARY KEY (account, depth)) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_access_chain
WITH RECURSIVE above(account, node, depth) AS (
  SELECT account, account, 0 FROM fact_access_account WHERE org_id IS NOT NULL
  UNION SELECT a.account, p.parent, a.depth + 1 FROM above a JOIN fact_org_parent p ON p.child = a.node WHERE a.depth < 12
)
SELECT account, depth, node FROM above;
UPDATE fact_access_account SET org_path =
  (SELECT org_id || '/' || group_concat(node, '/') || '/'
   FROM (SELECT node FROM fact_access_chain c WHERE c.account = fact_access_account.account AND depth > 0 ORDER BY depth DESC)
   HAVING max(node GLOB 'r-*') = 1)
WHERE org_id IS NOT NULL;

-- fact_access_type: whether a type of policy is on in the organization; NULL = not read.
DROP TABLE IF EXISTS fact_access_type;
CREATE TABLE fact_access_type AS
SELECT t.type, (SELECT max(EXISTS (SELECT 1 FROM json_each(r.data, '$.PolicyTypes') p
                                   WHERE p.value ->> '$.Type' = t.type AND p.value ->> '$.Status' = 'ENABLED'))
                FROM snap_resource r WHERE r.op = 'organizations:ListRoots') AS enabled,
       (SELECT max(c.status IN ('ok', 'empty')) FROM snap_call c WHERE c.op = 'organizations:ListPolicies' AND c.parent = t.type) AS listed
FROM (SELECT 'SERVICE_CONTROL_POLICY' AS type UNION ALL SELECT 'RESOURCE_CONTROL_POLICY') t;

-- fact_access_control: which policy is attached where. node '*' = nobody knows: its targets were not read.
DROP TABLE IF EXISTS fact_access_control;
CREATE TABLE fact_access_control AS
SELECT p.type, t.data ->> '$.TargetId' AS node, p.id, p.name
FROM fact_org_policy p JOIN snap_resource t ON t.op = 'organizations:ListTargetsForPolicy' AND t.parent = p.id
UNION
SELECT p.type, '*', p.id, p.name FROM fact_org_policy p
WHERE NOT EXISTS (SELECT 1 FROM fact_call c WHERE c.op = 'organizations:ListTargetsForPolicy' AND c.parent = p.id AND c.status IN ('ok', 'empty'));
