-- id: iam-no-admin-policy
-- title: No attached, inline or managed policy allows everything
-- severity: critical
-- citations: 164.308(a)(3)(i); 164.308(a)(4)(ii)(B); 164.308(a)(4)(ii)(C); 164.312(a)(1)
-- type: AWS::IAM::Policy
-- scope: resource
-- lists: iam:GetAccountAuthorizationDetails
-- reads: organizations:ListAccounts; organizations:DescribeOrganization
-- remedy: Replace the policy by one that names the actions and resources that are used (IAM Access Analyzer can generate it
--   from CloudTrail); roles that must be administrators go into ward.yaml under declared.admin_roles or break_glass_roles
WITH trust AS (
  SELECT owner, min(coalesce(good, 0.5)) AS tight FROM fact_grantee WHERE owner_kind = 'role' GROUP BY owner
), held AS (
  SELECT g.account, g.region, g.principal, g.name, g.policy, p.doc IS NOT NULL AS have_doc, p.why, p.managed,
         CASE WHEN p.admin = 1 OR p.escalates = 1 THEN 1 WHEN p.admin = 0 AND p.escalates = 0 THEN 0 END AS admin,
         p.admin = 1 AS full,
         g.type = 'AWS::IAM::Role' AND (is_declared('admin_roles', g.name) OR is_declared('admin_roles', g.principal)
           OR is_declared('break_glass_roles', g.name) OR is_declared('break_glass_roles', g.principal)) AS declared,
         t.tight,
         -- the engine sees no way to administrator, and the boundary allows neither everything nor what amounts to it
         a.sure = 0 AND policy_admin(d.doc) = 0 AND policy_escalates(d.doc) = 0 AS held_by_boundary, b.boundary
  FROM fact_iam_grant g LEFT JOIN access_admin a ON a.principal = g.principal
  LEFT JOIN fact_access_principal b ON b.arn = g.principal
  LEFT JOIN fact_access_document d ON d.account = g.account AND d.key = b.boundary
  LEFT JOIN fact_iam_policy p ON p.account = g.account AND p.key = g.key
  LEFT JOIN trust t ON t.owner = g.principal
  WHERE g.principal NOT GLOB 'arn:*:iam::*:role/aws-service-role/*'
)
SELECT account, region, principal AS resource, name, policy AS sub,
       CASE WHEN NOT have_doc THEN NULL WHEN admin = 0 THEN 1 WHEN held_by_boundary THEN 1 WHEN admin IS NULL THEN NULL
            WHEN declared AND tight = 1 THEN 1
            WHEN declared AND (tight IS NULL OR tight = 0.5) THEN NULL ELSE 0 END AS ok,
       CASE WHEN NOT have_doc THEN 'the text of policy ' || policy || ' was not in the answer'
            WHEN admin = 0 THEN 'policy ' || policy || ' does not allow everything'
            WHEN held_by_boundary THEN 'policy ' || policy || ' is held by the boundary ' || boundary || ': ' || why
            WHEN admin IS NULL AND why IS NULL THEN 'policy ' || policy || ' could not be understood'
            WHEN admin IS NULL THEN managed || ' policy ' || policy || ': ' || why || ', so they decide'
            WHEN declared AND tight = 1 THEN 'an administrator by declaration, and its trust policy names only known principals'
            WHEN declared AND (tight IS NULL OR tight = 0.5) THEN 'an administrator by declaration; whether its trust policy names only known principals is not known'
            WHEN declared THEN 'declared an administrator, but its trust policy lets strangers in: ' || coalesce(why, '')
            ELSE managed || ' policy ' || policy || ': ' || why END AS reason,
       CASE WHEN admin = 0 THEN 'witness' END AS basis,
       CASE WHEN admin = 1 AND NOT full THEN 'high' END AS severity
FROM held
UNION ALL -- what no policy gives by itself: the graph's way to administrator, all policies, Denies, boundaries and SCPs together
SELECT a.account, 'us-east-1', a.principal, replace(replace(arn_part(a.principal, 'resource'), 'role/', ''), 'user/', ''), 'all policies together',
       CASE a.sure WHEN 1 THEN 0 END,
       CASE WHEN a.sure = 1 THEN a.path
            ELSE 'whether it comes to be an administrator hangs on ' || CASE a.level WHEN 'unknown' THEN 'something that was not read'
              WHEN 'network' THEN 'the network' ELSE 'conditions of the session' END || ': ' || a.path END,
       NULL, 'high'
FROM access_admin a
WHERE a.sure IS NOT 0 AND a.first NOT GLOB 'sts-*' -- who assumes an administrator is as good as the trust in it, which iam-role-trust-known looks at
  AND a.principal NOT GLOB 'arn:*:iam::*:role/aws-service-role/*'
  AND NOT EXISTS (SELECT 1 FROM held h WHERE h.principal = a.principal AND (h.admin IS NOT 0 OR h.declared OR NOT h.have_doc))
