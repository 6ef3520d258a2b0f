-- id: s3-no-public-write
-- title: Nobody unknown can write the bucket
-- severity: critical
-- citations: 164.312(a)(1); 164.312(e)(1); 164.308(a)(4)(ii)(B); 164.312(c)(1); 164.312(c)(2)
-- type: AWS::S3::Bucket
-- scope: resource
-- lists: s3:ListBuckets
-- reads: s3:GetBucketAcl; s3:GetBucketPolicy; s3:GetBucketPolicyStatus; s3:GetPublicAccessBlock; s3control:GetPublicAccessBlock; s3:GetBucketOwnershipControls
-- remedy: aws s3api put-public-access-block --bucket BUCKET --public-access-block-configuration
--   BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true; then take the grant out of ACL or policy
WITH fact AS (
  SELECT b.*,
         CASE WHEN b.ignore_public_acls = 1 OR s.ignore_public_acls = 1 OR b.ownership = 'BucketOwnerEnforced' THEN 1
              WHEN b.block_read AND s.been_read AND b.ownership_read THEN 0 END AS acl_off,
         CASE WHEN b.restrict_public_buckets = 1 OR s.restrict_public_buckets = 1 THEN 1
              WHEN b.block_read AND s.been_read THEN 0 END AS policy_off,
         CASE WHEN json_type(b.acl_grants) = 'array' THEN EXISTS (
           SELECT 1 FROM json_each(b.acl_grants) g
           WHERE g.value ->> '$.Grantee.URI' IN ('http://acs.amazonaws.com/groups/global/AllUsers',
                                                 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers')
             AND g.value ->> '$.Permission' IN ('WRITE', 'WRITE_ACP', 'FULL_CONTROL')) END AS acl_open,
         CASE WHEN b.policy_read AND b.policy IS NULL THEN 0 ELSE policy_public(b.policy, 'write') END AS policy_text,
         b.policy_is_public AS policy_aws
  FROM fact_bucket b LEFT JOIN fact_s3_account s USING (account)
), part AS (
  SELECT *, CASE WHEN acl_off = 1 OR acl_open = 0 THEN 0 WHEN acl_open = 1 AND acl_off = 0 THEN 1 END AS by_acl,
         CASE WHEN policy_off = 1 OR policy_text = 0 OR policy_aws = 0 THEN 0
              WHEN policy_off = 0 AND policy_text = 1 THEN 1 END AS by_policy
  FROM fact
), everybody AS ( -- by the engine: Denies, conditions and access points too; no row: nobody
  SELECT o.store, max(o.sure) AS sure, min(CASE WHEN o.sure = 1 THEN o.action || coalesce(': ' || o.statement, '') END) AS how,
         min(o.statement) AS statement
  FROM access_outside o WHERE o.who IN ('anonymous', 'any-account') AND o.touch IN ('write', 'delete', 'share', 'border') GROUP BY o.store
), judged AS (
  SELECT part.*, e.sure, e.how, e.statement, q.resource IS NOT NULL AND e.store IS NULL AS closed,
         CASE WHEN by_acl = 1 OR e.sure = 1 THEN 1 WHEN by_acl = 0 AND by_policy = 0 THEN 0
              WHEN by_acl = 0 AND q.resource IS NOT NULL AND e.store IS NULL THEN 0 WHEN by_policy = 1 THEN 1 END AS open
  FROM part LEFT JOIN everybody e ON e.store = part.arn LEFT JOIN access_asked q ON q.resource = part.arn
)
SELECT account, region, arn AS resource, name, NULL AS sub, NOT open AS ok,
       CASE WHEN by_acl = 1 THEN 'its ACL lets everyone write'
            WHEN open = 1 AND by_policy = 1 THEN 'its policy lets everyone write' || coalesce(': ' || statement, '')
            WHEN open = 1 THEN 'everyone can write it by ' || how
            WHEN closed AND by_policy IS NOT 0 THEN 'what its policy gives everyone a Deny or its conditions take away'
            WHEN open = 0 THEN 'nothing in force lets everyone write'
            ELSE 'its ACL, policy or public access blocks were not read in full' END AS reason,
       CASE WHEN acl_off = 1 AND policy_off = 1 THEN 'witness' END AS basis, json_array(name) AS keys
FROM judged
