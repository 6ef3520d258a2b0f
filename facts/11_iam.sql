-- fact_account_summary: iam:GetAccountSummary, one row an account that answered.
DROP TABLE IF EXISTS fact_account_summary;
CREATE TABLE fact_account_summary AS
SELECT account, max(data ->> '$.SummaryMap.AccountMFAEnabled') AS root_mfa,
       max(data ->> '$.SummaryMap.AccountAccessKeysPresent') AS root_keys,
       max(data ->> '$.SummaryMap.AccountPasswordPresent') AS root_password
FROM snap_resource WHERE op = 'iam:GetAccountSummary' GROUP BY account;

-- fact_credential: the credential report, one row a user, root among them ('<root_account>').
-- Times are text as in the report; 'N/A', 'no_information' and 'not_supported' are NULL.
DROP TABLE IF EXISTS fact_credential;
CREATE TABLE fact_credential AS
SELECT r.account, u.value ->> '$.user' AS user, u.value ->> '$.arn' AS arn, u.value ->> '$.user_creation_time' AS created,
       CASE lower(u.value ->> '$.password_enabled') WHEN 'true' THEN 1 WHEN 'false' THEN 0 END AS password_enabled,
       nullif(nullif(nullif(u.value ->> '$.password_last_used', 'N/A'), 'no_information'), 'not_supported') AS password_used,
       nullif(nullif(u.value ->> '$.password_last_changed', 'N/A'), 'not_supported') AS password_changed,
       CASE lower(u.value ->> '$.mfa_active') WHEN 'true' THEN 1 WHEN 'false' THEN 0 END AS mfa,
       CASE lower(u.value ->> '$.access_key_1_active') WHEN 'true' THEN 1 WHEN 'false' THEN 0 END AS key1,
       CASE lower(u.value ->> '$.access_key_2_active') WHEN 'true' THEN 1 WHEN 'false' THEN 0 END AS key2,
       nullif(u.value ->> '$.access_key_1_last_rotated', 'N/A') AS key1_rotated,
       nullif(u.value ->> '$.access_key_2_last_rotated', 'N/A') AS key2_rotated,
       nullif(u.value ->> '$.access_key_1_last_used_date', 'N/A') AS key1_used,
       nullif(u.value ->> '$.access_key_2_last_used_date', 'N/A') AS key2_used
FROM snap_resource r,
     json_each(csv_rows(coalesce(base64_text(r.data ->> '$.Content'), r.data ->> '$.Content'))) u
WHERE r.op = 'iam:GetCredentialReport';

-- fact_credential_unread: accounts whose report came and could not be read; a report has a row for root at least.
DROP TABLE IF EXISTS fact_credential_unread;
CREATE TABLE fact_credential_unread AS
SELECT DISTINCT account FROM snap_call
WHERE op = 'iam:GetCredentialReport' AND status IN ('ok', 'empty') AND account NOT IN (SELECT account FROM fact_credential WHERE arn IS NOT NULL);

-- fact_iam_policy: every policy document of an account once; key: the ARN, or 'PRINCIPAL-ARN NAME' for an inline one.
DROP TABLE IF EXISTS fact_iam_policy;
CREATE TABLE fact_iam_policy (account TEXT, key TEXT, name TEXT, managed TEXT, doc TEXT, admin INTEGER, escalates INTEGER, why TEXT,
                              PRIMARY KEY (account, key)) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_iam_policy (account, key, name, managed, doc)
SELECT r.account, r.data ->> '$.Arn', r.data ->> '$.PolicyName',
       CASE WHEN r.data ->> '$.Arn' LIKE 'arn:%:iam::aws:policy/%' THEN 'aws' ELSE 'customer' END,
       (SELECT CASE v.type WHEN 'object' THEN v.value -> '$.Document' END FROM json_each(r.data, '$.PolicyVersionList') v
        WHERE v.value ->> '$.IsDefaultVersion')
FROM snap_resource r WHERE r.op = 'iam:GetAccountAuthorizationDetails' AND r.pos LIKE 'Policies/%';
INSERT OR IGNORE INTO fact_iam_policy (account, key, name, managed, doc)
SELECT r.account, (r.data ->> '$.Arn') || ' ' || (p.value ->> '$.PolicyName'), p.value ->> '$.PolicyName', 'inline',
       p.value -> '$.PolicyDocument'
FROM snap_resource r, json_each(coalesce(r.data -> '$.UserPolicyList', r.data -> '$.GroupPolicyList', r.data -> '$.RolePolicyList')) p
WHERE r.op = 'iam:GetAccountAuthorizationDetails' AND r.pos NOT LIKE 'Policies/%';
UPDATE fact_iam_policy SET admin = policy_admin(doc), escalates = policy_escalates(doc), why = policy_admin_why(doc);

-- fact_iam_grant: which principal holds which policy. Managed policies whose text was not in the answer have no
-- fact_iam_policy row.
DROP TABLE IF EXISTS fact_iam_grant;
CREATE TABLE fact_iam_grant AS
SELECT r.account, r.region, r.data ->> '$.Arn' AS principal, r.type,
       coalesce(r.data ->> '$.UserName', r.data ->> '$.GroupName', r.data ->> '$.RoleName') AS name,
       p.value ->> '$.PolicyName' AS policy, p.value ->> '$.PolicyArn' AS key
FROM snap_resource r, json_each(r.data, '$.AttachedManagedPolicies') p
WHERE r.op = 'iam:GetAccountAuthorizationDetails' AND r.pos NOT LIKE 'Policies/%'
UNION ALL
SELECT r.account, r.region, r.data ->> '$.Arn', r.type,
       coalesce(r.data ->> '$.UserName', r.data ->> '$.GroupName', r.data ->> '$.RoleName'),
       p.value ->> '$.PolicyName', (r.data ->> '$.Arn') || ' ' || (p.value ->> '$.PolicyName')
FROM snap_resource r, json_each(coalesce(r.data -> '$.UserPolicyList', r.data -> '$.GroupPolicyList', r.data -> '$.RolePolicyList')) p
WHERE r.op = 'iam:GetAccountAuthorizationDetails' AND r.pos NOT LIKE 'Policies/%';

-- fact_role: roles and their trust policies; service-linked ones are AWS's.
DROP TABLE IF EXISTS fact_role;
CREATE TABLE fact_role AS
SELECT account, region, data ->> '$.Arn' AS arn, data ->> '$.RoleName' AS name, data ->> '$.Path' AS path,
       data -> '$.AssumeRolePolicyDocument' AS trust,
       (data ->> '$.Path') GLOB '/aws-service-role/*' AS service_linked
FROM snap_resource WHERE op = 'iam:GetAccountAuthorizationDetails' AND pos LIKE 'RoleDetailList/%';
