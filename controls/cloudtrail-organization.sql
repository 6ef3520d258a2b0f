-- id: cloudtrail-organization
-- title: The trail is an organization trail into a log-archive account
-- severity: high
-- citations: 164.312(b); 164.308(a)(1)(ii)(D); 164.312(c)(1); 164.312(c)(2)
-- type: AWS::CloudTrail::Trail
-- scope: organization
-- lists: cloudtrail:DescribeTrails
-- reads: cloudtrail:GetTrailStatus; organizations:DescribeOrganization; s3:ListBuckets
-- remedy: In the management account make one organization trail whose bucket lies in an account that holds nothing but logs:
--   aws cloudtrail create-trail --is-organization-trail --is-multi-region-trail --s3-bucket-name BUCKET-OF-THE-LOG-ACCOUNT
WITH trail AS (
  SELECT DISTINCT t.arn, t.name, t.logging, t.bucket, b.account AS owner,
         (SELECT group_concat(DISTINCT x.tenant) FROM fact_thing x WHERE x.account = b.account AND x.tenant IS NOT NULL) AS tenants,
         tenant_of(b.account, NULL, NULL, NULL) ->> '$.tenant' AS tenant
  FROM fact_trail t LEFT JOIN fact_bucket b ON b.name = t.bucket
  WHERE t.organization
), judged AS (
  SELECT *, CASE WHEN logging = 0 OR tenant IS NOT NULL OR tenants IS NOT NULL THEN 0
                 WHEN logging IS NULL OR owner IS NULL THEN NULL ELSE 1 END AS good FROM trail
)
SELECT coalesce((SELECT management FROM fact_org), (SELECT min(account) FROM fact_account)) AS account, '' AS region,
       'organization' AS resource, NULL AS name, NULL AS sub,
       CASE WHEN EXISTS (SELECT 1 FROM judged WHERE good = 1) THEN 1
            WHEN EXISTS (SELECT 1 FROM judged WHERE good IS NULL) THEN NULL ELSE 0 END AS ok,
       CASE WHEN EXISTS (SELECT 1 FROM judged WHERE good = 1)
              THEN (SELECT 'trail ' || name || ' of the organization logs into account ' || owner FROM judged WHERE good = 1 LIMIT 1)
            WHEN EXISTS (SELECT 1 FROM judged WHERE good IS NULL)
              THEN (SELECT CASE WHEN logging IS NULL THEN 'whether trail ' || name || ' is logging was not read'
                                ELSE 'which account owns bucket ' || bucket || ' is not known' END FROM judged WHERE good IS NULL LIMIT 1)
            WHEN EXISTS (SELECT 1 FROM judged)
              THEN (SELECT CASE WHEN logging = 0 THEN 'trail ' || name || ' is stopped'
                                ELSE 'the bucket of trail ' || name || ' lies in a workload account of ' || coalesce(tenant, tenants) END FROM judged LIMIT 1)
            WHEN (SELECT none FROM fact_org) THEN 'the account is in no organization'
            ELSE 'no organization trail exists' END AS reason,
       CASE WHEN EXISTS (SELECT 1 FROM judged WHERE good = 1) THEN 'witness' ELSE 'absence' END AS basis
