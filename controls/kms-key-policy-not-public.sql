-- id: kms-key-policy-not-public
-- title: Key policy and grants name only known principals
-- severity: critical
-- citations: 164.312(a)(2)(iv); 164.312(a)(1); 164.312(e)(1); 164.308(a)(4)(ii)(B)
-- type: AWS::KMS::Key
-- scope: resource
-- lists: kms:ListKeys
-- reads: kms:DescribeKey; kms:GetKeyPolicy; kms:ListGrants; organizations:ListAccounts; organizations:DescribeOrganization
-- remedy: aws kms put-key-policy with principals of the organization (or Principal * with kms:CallerAccount or aws:PrincipalOrgID);
--   aws kms revoke-grant --key-id KEY --grant-id GRANT for a stranger's grant
WITH grantee AS (
  SELECT k.arn, g.good, 'its policy lets in ' || g.who AS who FROM fact_key k JOIN fact_grantee g ON g.owner = k.arn
  UNION ALL
  SELECT k.arn, CASE WHEN g.grantee NOT LIKE 'arn:%' AND (g.grantee LIKE '%.amazonaws.com' OR g.grantee LIKE '%.amazonaws.com.cn') THEN 1
                     WHEN g.grantee GLOB 'AROA*' OR g.grantee GLOB 'AIDA*' THEN 1 -- deleted: nobody is it any more
                     WHEN g.grantee_account IN (SELECT account FROM fact_known_account) THEN 1
                     WHEN g.grantee_account IS NOT NULL AND (SELECT accounts_read FROM fact_org) THEN 0 END,
         'grant ' || g.id || ' is for ' || coalesce(g.grantee, 'an unknown principal')
  FROM fact_key k JOIN fact_key_grant g ON g.account = k.account AND g.region = k.region AND g.key = k.id
), judged AS (
  SELECT k.*, (SELECT group_concat(who, '; ') FROM grantee g WHERE g.arn = k.arn AND good = 0) AS strangers,
         (SELECT group_concat(who, '; ') FROM grantee g WHERE g.arn = k.arn AND good IS NULL) AS unsure,
         policy_statements(k.policy) IS NOT NULL AS understood
  FROM fact_key k WHERE coalesce(k.manager, 'CUSTOMER') = 'CUSTOMER'
)
SELECT account, region, arn AS resource, id AS name, NULL AS sub,
       CASE WHEN strangers IS NOT NULL THEN 0 WHEN manager IS NULL OR NOT understood OR coalesce(grants_read, 0) = 0 OR unsure IS NOT NULL THEN NULL
            ELSE 1 END AS ok,
       CASE WHEN strangers IS NOT NULL THEN strangers
            WHEN manager IS NULL THEN 'the key was not described'
            WHEN NOT understood THEN 'its policy was not read or could not be understood'
            WHEN coalesce(grants_read, 0) = 0 THEN 'its grants were not read'
            WHEN unsure IS NOT NULL THEN unsure
            ELSE 'policy and grants name known principals only' END AS reason,
       json_array(id) AS keys
FROM judged
