-- fact_org: what is known of the organization, one row. org_read is 1 when its member list was read or when AWS said
-- that the account is in none.
DROP TABLE IF EXISTS fact_org;
CREATE TABLE fact_org AS
SELECT (SELECT data ->> '$.Id' FROM snap_resource WHERE op = 'organizations:DescribeOrganization' LIMIT 1) AS org_id,
       (SELECT data ->> '$.MasterAccountId' FROM snap_resource WHERE op = 'organizations:DescribeOrganization' LIMIT 1) AS management,
       (SELECT max(status = 'absent') FROM snap_call WHERE op IN ('organizations:DescribeOrganization', 'organizations:ListAccounts')) AS none,
       (SELECT 1 FROM snap_call WHERE op = 'organizations:ListAccounts' AND status IN ('ok', 'empty', 'absent') LIMIT 1) AS accounts_read;

-- fact_org_account: every account of the organization.
DROP TABLE IF EXISTS fact_org_account;
CREATE TABLE fact_org_account AS
SELECT rid AS account, min(name) AS name, min(coalesce(data ->> '$.State', data ->> '$.Status')) AS status FROM snap_resource
WHERE op = 'organizations:ListAccounts' GROUP BY rid;

-- fact_known_account: those whose principals are no strangers. kind: own (organization, run, ward.yaml), trusted (declared).
-- external_id: 0 when ward.yaml says that its roles need not ask for an external id.
DROP TABLE IF EXISTS fact_known_account;
CREATE TABLE fact_known_account (account TEXT PRIMARY KEY, kind TEXT, external_id INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_known_account (account, kind) SELECT account, 'own' FROM fact_org_account WHERE account IS NOT NULL;
INSERT OR IGNORE INTO fact_known_account (account, kind) SELECT account, 'own' FROM fact_account;
INSERT OR IGNORE INTO fact_known_account (account, kind)
SELECT a.value ->> '$.id', 'own' FROM config, json_each(config.doc, '$.accounts') a WHERE a.value ->> '$.id' IS NOT NULL;
INSERT OR IGNORE INTO fact_known_account
SELECT CASE a.type WHEN 'object' THEN a.value ->> '$.id' ELSE a.value END, 'trusted',
       CASE a.type WHEN 'object' THEN coalesce(a.value ->> '$.external_id', 1) ELSE 1 END
FROM config, json_each(config.doc, '$.declared.trusted_accounts') a
WHERE CASE a.type WHEN 'object' THEN a.value ->> '$.id' ELSE a.value END IS NOT NULL;

-- fact_org_parent: child (account or unit) and the unit or root above it.
DROP TABLE IF EXISTS fact_org_parent;
CREATE TABLE fact_org_parent (child TEXT, parent TEXT, PRIMARY KEY (child, parent)) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_org_parent SELECT data ->> '$.Id', substr(parent, 1, instr(parent || '|', '|') - 1) FROM snap_resource
WHERE op IN ('organizations:ListAccountsForParent', 'organizations:ListOrganizationalUnitsForParent') AND data ->> '$.Id' IS NOT NULL;
INSERT OR IGNORE INTO fact_org_parent SELECT substr(parent, 1, instr(parent || '|', '|') - 1), data ->> '$.Id' FROM snap_resource
WHERE op = 'organizations:ListParents' AND data ->> '$.Id' IS NOT NULL;

-- fact_org_policy: one row a policy; type SERVICE_CONTROL_POLICY or RESOURCE_CONTROL_POLICY.
DROP TABLE IF EXISTS fact_org_policy;
CREATE TABLE fact_org_policy AS
SELECT p.rid AS id, min(p.name) AS name, min(p.data ->> '$.Type') AS type,
       (SELECT max(d.data ->> '$.Content') FROM snap_resource d WHERE d.op = 'organizations:DescribePolicy' AND d.parent = p.rid) AS content
FROM snap_resource p WHERE p.op = 'organizations:ListPolicies' GROUP BY p.rid;

-- fact_org_attached: which policy holds for which account, by the root and units above it.
DROP TABLE IF EXISTS fact_org_attached;
CREATE TABLE fact_org_attached AS
WITH RECURSIVE above(account, node, depth) AS (
  SELECT account, account, 0 FROM fact_org_account
  UNION SELECT a.account, p.parent, a.depth + 1 FROM above a JOIN fact_org_parent p ON p.child = a.node WHERE a.depth < 12
)
SELECT DISTINCT a.account, t.parent AS policy, a.node AS target
FROM above a JOIN snap_resource t ON t.op = 'organizations:ListTargetsForPolicy' AND t.data ->> '$.TargetId' = a.node;
CREATE INDEX fact_org_attached_account ON fact_org_attached (account);
