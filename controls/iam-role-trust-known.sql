-- id: iam-role-trust-known
-- title: Roles trust only known accounts and providers
-- severity: critical
-- citations: 164.308(a)(3)(i); 164.308(a)(4)(ii)(B); 164.308(a)(4)(ii)(C); 164.312(a)(1); 164.312(e)(1)
-- type: AWS::IAM::Role
-- scope: resource
-- lists: iam:GetAccountAuthorizationDetails
-- reads: organizations:ListAccounts; organizations:DescribeOrganization
-- remedy: aws iam update-assume-role-policy with principals of the organization only; a vendor's account goes into ward.yaml
--   under declared.trusted_accounts and needs a condition on sts:ExternalId; OIDC needs a condition on the subject
WITH everybody AS ( -- by the engine: no row: nobody who is not named can assume the role
  SELECT o.resource, max(o.sure) AS sure FROM access_outside o
  WHERE o.touch = 'assume' AND o.who IN ('anonymous', 'any-account') GROUP BY o.resource
), starred AS MATERIALIZED (SELECT DISTINCT owner FROM fact_grantee WHERE owner_kind = 'role' AND kind = 'star'
), strange AS ( -- roles whose trust policy speaks of an organization or account that is not known: a Deny may spare it
  SELECT DISTINCT r.arn FROM starred b JOIN fact_role r ON r.arn = b.owner CROSS JOIN fact_org o, json_tree(policy_statements(r.trust)) t
  WHERE t.atom GLOB 'o-*' AND (o.org_id IS NULL OR substr(t.atom || '/', 1, length(o.org_id) + 1) <> o.org_id || '/')
     OR coalesce(nullif(arn_part(t.atom, 'account'), ''), t.atom) GLOB '[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'
        AND coalesce(nullif(arn_part(t.atom, 'account'), ''), t.atom) NOT IN (SELECT account FROM fact_known_account)
), grantee AS (
  SELECT g.owner, CASE WHEN g.kind = 'star' AND g.good IS NULL AND e.sure = 1 THEN 0
                       WHEN g.who = 'everyone' AND g.good = 0 AND q.resource IS NOT NULL AND e.resource IS NULL AND s.arn IS NULL THEN 1
                       ELSE g.good END AS good,
         g.who = 'everyone' AND g.good = 0 AS closed, g.who || ' (statement ' || (g.statement + 1) || coalesce(' ' || nullif(g.sid, ''), '') || ')' AS who
  FROM fact_grantee g LEFT JOIN everybody e ON e.resource = g.owner
  LEFT JOIN access_asked q ON q.resource = g.owner LEFT JOIN strange s ON s.arn = g.owner WHERE g.owner_kind = 'role'
), told AS MATERIALIZED (
  SELECT owner, count(*) AS grantees, group_concat(CASE WHEN good = 0 THEN who END, '; ') AS strangers,
         group_concat(CASE WHEN good IS NULL THEN who END, '; ') AS unsure, max(good = 1 AND closed) AS closed
  FROM grantee GROUP BY owner
), judged AS (
  SELECT r.account, r.region, r.arn, r.name, coalesce(g.grantees, 0) AS grantees, policy_statements(r.trust) IS NOT NULL AS understood,
         g.strangers, g.unsure, g.closed
  FROM fact_role r LEFT JOIN told g ON g.owner = r.arn
  WHERE NOT r.service_linked
)
SELECT account, region, arn AS resource, name, NULL AS sub,
       CASE WHEN NOT understood THEN NULL WHEN strangers IS NOT NULL THEN 0 WHEN unsure IS NOT NULL THEN NULL ELSE 1 END AS ok,
       CASE WHEN NOT understood THEN 'its trust policy could not be understood'
            WHEN strangers IS NOT NULL THEN 'trusts ' || strangers
            WHEN unsure IS NOT NULL THEN 'trusts ' || unsure
            WHEN grantees = 0 THEN 'trusts nobody'
            WHEN closed THEN 'what its policy gives everyone a Deny takes away from who is not known'
            ELSE 'trusts known principals only' END AS reason
FROM judged
