-- Access: users, roles and groups, and which policies each holds.

-- fact_access_document: every managed policy of an account with its text; NULL = not in the answers. Inline ones come with
-- their holders.
DROP TABLE IF EXISTS fact_access_document;
CREATE TABLE fact_access_document (account TEXT NOT NULL, key TEXT NOT NULL, doc TEXT, PRIMARY KEY (account, key)) WITHOUT ROWID;
INSERT INTO fact_access_document SELECT account, key, doc FROM fact_iam_policy WHERE doc IS NOT NULL;
INSERT OR IGNORE INTO fact_access_document
SELECT account, substr(parent, 1, instr(parent || '|', '|') - 1), data -> '$.Document' FROM snap_resource
WHERE op = 'iam:GetPolicyVersion' AND data -> '$.Document' IS NOT NULL AND coalesce(data ->> '$.IsDefaultVersion', 1);

-- fact_access_principal: users and roles. details_read is 0 when only their names were listed; tags NULL = none where
-- tags_read, else not known.
DROP TABLE IF EXISTS fact_access_principal;
CREATE TABLE fact_access_principal (
  arn TEXT PRIMARY KEY, account TEXT NOT NULL, kind TEXT NOT NULL, name TEXT, path TEXT, uid TEXT, created TEXT, tags TEXT,
  details_read INTEGER NOT NULL, boundary TEXT, trust TEXT, tenant TEXT, why TEXT, shared INTEGER, conflict INTEGER
) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_access_principal (arn, account, kind, name, path, uid, created, tags, details_read, boundary, trust)
SELECT r.data ->> '$.Arn', r.account, CASE r.type WHEN 'AWS::IAM::User' THEN 'user' ELSE 'role' END,
       coalesce(r.data ->> '$.UserName', r.data ->> '$.RoleName'), r.data ->> '$.Path', r.rid, r.data ->> '$.CreateDate', r.tags,
       r.op = 'iam:GetAccountAuthorizationDetails',
       r.data ->> '$.PermissionsBoundary.PermissionsBoundaryArn', r.data -> '$.AssumeRolePolicyDocument'
FROM snap_resource r
WHERE r.op IN ('iam:GetAccountAuthorizationDetails', 'iam:ListUsers', 'iam:ListRoles') AND r.type IN ('AWS::IAM::User', 'AWS::IAM::Role')
  AND r.data ->> '$.Arn' IS NOT NULL
ORDER BY r.op;
UPDATE fact_access_principal SET (tenant, why, shared, conflict) =
  (SELECT t.tenant, t.why, t.shared, t.conflict FROM fact_thing t WHERE t.arn = fact_access_principal.arn LIMIT 1);

-- fact_access_holding: principal, policy. key finds the text in fact_access_document or, for inline ones, in
-- fact_iam_policy; id is what people are shown.
DROP TABLE IF EXISTS fact_access_holding;
CREATE TABLE fact_access_holding AS
WITH grants AS (
  SELECT g.account, g.principal, g.key, g.name AS holder, g.type,
         CASE WHEN g.key LIKE 'arn:%' AND g.key NOT LIKE '% %' THEN g.key ELSE g.principal || '#' || g.policy END AS id
  FROM fact_iam_grant g
), member AS (
  SELECT r.account, r.data ->> '$.Arn' AS user, m.value AS holder
  FROM snap_resource r, json_each(r.data, '$.GroupList') m
  WHERE r.op = 'iam:GetAccountAuthorizationDetails' AND r.type = 'AWS::IAM::User'
), known AS MATERIALIZED (
  SELECT DISTINCT account, data ->> '$.GroupName' AS holder FROM snap_resource
  WHERE op = 'iam:GetAccountAuthorizationDetails' AND type = 'AWS::IAM::Group'
)
SELECT account, principal, key, id FROM grants WHERE type <> 'AWS::IAM::Group'
UNION ALL
SELECT m.account, m.user, g.key, g.id FROM member m JOIN grants g ON g.account = m.account AND g.holder = m.holder AND g.type = 'AWS::IAM::Group'
UNION ALL
SELECT m.account, m.user, NULL, 'group ' || m.holder FROM member m LEFT JOIN known k ON k.account = m.account AND k.holder = m.holder
WHERE k.holder IS NULL;
CREATE INDEX fact_access_holding_principal ON fact_access_holding (principal);
