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
WITH judged AS (
  SELECT r.account, r.region, r.arn, r.name, count(g.owner) AS grantees, min(coalesce(g.good, 0.5)) AS worst,
         max(g.kind IN ('account', 'arn', 'star')) AS rests_on_accounts, policy_statements(r.trust) IS NOT NULL AS understood,
         (SELECT group_concat(who, '; ') FROM fact_grantee b WHERE b.owner = r.arn AND b.good = 0) AS strangers,
         (SELECT group_concat(who, '; ') FROM fact_grantee b WHERE b.owner = r.arn AND b.good IS NULL) AS unsure
  FROM fact_role r LEFT JOIN fact_grantee g ON g.owner = r.arn
  WHERE NOT r.service_linked GROUP BY r.arn
)
SELECT account, region, arn AS resource, name, NULL AS sub,
       CASE WHEN NOT understood THEN NULL WHEN strangers IS NOT NULL THEN 0 WHEN unsure IS NOT NULL THEN NULL ELSE 1 END AS ok,
       CASE WHEN NOT understood THEN 'its trust policy could not be understood'
            WHEN strangers IS NOT NULL THEN 'trusts ' || strangers
            WHEN unsure IS NOT NULL THEN 'trusts ' || unsure
            WHEN grantees = 0 THEN 'trusts nobody'
            ELSE 'trusts known principals only' END AS reason
FROM judged
