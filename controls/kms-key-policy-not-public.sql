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
WITH everybody AS ( -- by the engine: no row: nobody who is not named
  SELECT o.resource, max(o.sure) AS sure, min(CASE WHEN o.sure = 1 THEN o.action || coalesce(': ' || o.statement, '') END) AS how
  FROM access_outside o WHERE o.type = 'AWS::KMS::Key' AND o.who IN ('anonymous', 'any-account') GROUP BY o.resource
), starred AS MATERIALIZED (SELECT DISTINCT owner FROM fact_grantee WHERE owner_kind = 'key' AND kind = 'star'
), strange AS ( -- keys whose policy speaks of an organization or account that is not known: a Deny may spare it
  SELECT DISTINCT k.arn FROM starred b JOIN fact_key k ON k.arn = b.owner CROSS JOIN fact_org o, json_tree(policy_statements(k.policy)) t
  WHERE t.atom GLOB 'o-*' AND (o.org_id IS NULL OR substr(t.atom || '/', 1, length(o.org_id) + 1) <> o.org_id || '/')
     OR coalesce(nullif(arn_part(t.atom, 'account'), ''), t.atom) GLOB '[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'
        AND coalesce(nullif(arn_part(t.atom, 'account'), ''), t.atom) NOT IN (SELECT account FROM fact_known_account)
), grantee AS (
  SELECT k.arn, CASE WHEN g.kind = 'star' AND g.good IS NULL AND e.sure = 1 THEN 0
                     WHEN g.who = 'everyone' AND g.good = 0 AND q.resource IS NOT NULL AND e.resource IS NULL AND s.arn IS NULL THEN 1
                     ELSE g.good END AS good,
         g.who = 'everyone' AND g.good = 0 AS closed, 'its policy lets in ' || g.who || ' (statement ' || (g.statement + 1) || coalesce(' ' || nullif(g.sid, ''), '') || ')' AS who
  FROM fact_key k JOIN fact_grantee g ON g.owner = k.arn LEFT JOIN everybody e ON e.resource = k.arn
  LEFT JOIN access_asked q ON q.resource = k.arn LEFT JOIN strange s ON s.arn = k.arn
  UNION ALL
  SELECT e.resource, 0, 0, 'everybody may call ' || e.how FROM everybody e
  WHERE e.sure = 1 AND NOT EXISTS (SELECT 1 FROM fact_grantee g WHERE g.owner = e.resource AND g.kind = 'star')
  UNION ALL
  SELECT k.arn, CASE WHEN g.grantee NOT LIKE 'arn:%' AND (g.grantee LIKE '%.amazonaws.com' OR g.grantee LIKE '%.amazonaws.com.cn') THEN 1
                     WHEN g.grantee GLOB 'AROA*' OR g.grantee GLOB 'AIDA*' THEN 1 -- deleted: nobody is it any more
                     WHEN g.grantee_account IN (SELECT account FROM fact_known_account) THEN 1
                     WHEN g.grantee_account IS NOT NULL AND (SELECT accounts_read FROM fact_org) THEN 0 END,
         0, 'grant ' || g.id || ' is for ' || coalesce(g.grantee, 'an unknown principal')
  FROM fact_key k JOIN fact_key_grant g ON g.account = k.account AND g.region = k.region AND g.key = k.id
), judged AS (
  SELECT k.*, (SELECT group_concat(who, '; ') FROM grantee g WHERE g.arn = k.arn AND good = 0) AS strangers,
         (SELECT group_concat(who, '; ') FROM grantee g WHERE g.arn = k.arn AND good IS NULL) AS unsure,
         (SELECT max(good = 1 AND closed) FROM grantee g WHERE g.arn = k.arn) AS closed,
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
            WHEN closed THEN 'what its policy gives everyone a Deny takes away from who is not known'
            ELSE 'policy and grants name known principals only' END AS reason,
       json_array(id) AS keys
FROM judged
