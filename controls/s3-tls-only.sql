-- id: s3-tls-only
-- title: Bucket refuses plain HTTP
-- severity: high
-- citations: 164.312(e)(1); 164.312(e)(2)(i); 164.312(e)(2)(ii)
-- type: AWS::S3::Bucket
-- scope: resource
-- lists: s3:ListBuckets
-- reads: s3:GetBucketPolicy; organizations:ListPolicies; organizations:DescribePolicy; organizations:ListTargetsForPolicy; organizations:ListAccounts;
--   organizations:DescribeOrganization; organizations:ListRoots; organizations:ListAccountsForParent; organizations:ListOrganizationalUnitsForParent
-- remedy: Add to the bucket policy: Deny, Principal *, Action s3:*, Resource arn:aws:s3:::BUCKET and arn:aws:s3:::BUCKET/*, Condition
--   Bool aws:SecureTransport false; or attach a resource control policy that says so to the root of the organization
WITH judged AS (
  SELECT b.*, CASE WHEN b.policy_read AND b.policy IS NULL THEN 0 ELSE policy_tls_only(b.policy, b.arn) END AS by_policy,
         (SELECT min(p.name) FROM fact_org_attached t JOIN fact_org_policy p ON p.id = t.policy AND p.type = 'RESOURCE_CONTROL_POLICY'
          WHERE t.account = b.account AND b.account <> (SELECT management FROM fact_org) -- which no such policy binds
            AND policy_tls_only(p.content, b.arn) = 1) AS by_rcp
  FROM fact_bucket b
), decided AS ( -- where further conditions decide, whether anybody at all is left
  SELECT j.*, CASE WHEN j.by_policy IS NULL AND j.by_rcp IS NULL AND j.policy_read THEN h.sure END AS http, h.who
  FROM judged j LEFT JOIN access_plain_http h ON h.resource = j.arn
)
SELECT account, region, arn AS resource, name, NULL AS sub,
       CASE WHEN by_policy = 1 OR by_rcp IS NOT NULL THEN 1 WHEN http IS NOT NULL THEN NOT http ELSE by_policy END AS ok,
       CASE WHEN by_policy = 1 THEN 'its policy denies requests without TLS'
            WHEN by_rcp IS NOT NULL THEN 'resource control policy ' || by_rcp || ' denies requests without TLS'
            WHEN policy_read AND policy IS NULL THEN 'it has no policy, and no resource control policy denies plain HTTP'
            WHEN by_policy = 0 THEN 'its policy does not deny plain HTTP to everyone for all of it, nor does a resource control policy'
            WHEN http = 1 THEN 'its policy denies plain HTTP, but not to ' || who
            WHEN http = 0 THEN 'its policy leaves nobody who may use plain HTTP'
            WHEN policy_read THEN 'its policy denies plain HTTP under further conditions, or could not be understood'
            ELSE 'its policy was not read' END AS reason,
       CASE WHEN by_policy = 1 OR by_rcp IS NOT NULL THEN 'witness' ELSE 'absence' END AS basis,
       CASE WHEN by_rcp IS NOT NULL THEN json_array() ELSE json_array(name) END AS keys
FROM decided
