-- id: cloudtrail-bucket-locked
-- title: Trail bucket is private, locked and kept six years
-- severity: critical
-- citations: 164.312(b); 164.312(c)(1); 164.312(c)(2); 164.316(b)(2)(i)
-- type: AWS::S3::Bucket
-- scope: account
-- lists: cloudtrail:DescribeTrails; s3:ListBuckets
-- reads: s3:GetPublicAccessBlock; s3control:GetPublicAccessBlock; s3:GetObjectLockConfiguration; s3:GetBucketLifecycleConfiguration; s3:GetBucketPolicy
-- remedy: Make a bucket with Object Lock: default retention COMPLIANCE of 2192 days (six years; S3's Years=6 is two days short), all four public access blocks, no earlier
--   expiry, and a policy that lets only cloudtrail.amazonaws.com write, with aws:SourceArn of the trail; point the trail at it
WITH trail AS (
  SELECT t.bucket, min(t.account) AS account, min(t.name) AS trail FROM fact_trail t WHERE t.own AND t.bucket IS NOT NULL GROUP BY t.bucket
), facts AS (
  SELECT t.bucket, t.trail, coalesce(b.account, t.account) AS account, b.region, b.arn, b.lock_read, b.lock_mode, b.lock_days,
         b.lifecycle_read, b.policy_read, b.policy,
         max(coalesce(s.block_public_acls, 0), coalesce(b.block_public_acls, 0)) AS b1,
         max(coalesce(s.ignore_public_acls, 0), coalesce(b.ignore_public_acls, 0)) AS b2,
         max(coalesce(s.block_public_policy, 0), coalesce(b.block_public_policy, 0)) AS b3,
         max(coalesce(s.restrict_public_buckets, 0), coalesce(b.restrict_public_buckets, 0)) AS b4,
         s.been_read AND b.block_read AS blocks_read,
         (SELECT min(coalesce(r.value ->> '$.Expiration.Days', CASE WHEN r.value ->> '$.Expiration.Date' IS NOT NULL THEN 0 END)) FROM json_each(b.lifecycle_rules) r WHERE r.value ->> '$.Status' = 'Enabled') AS expires,
         (SELECT group_concat((g.value ->> '$.value') || ' (statement ' || ((g.value ->> '$.index') + 1) || ')', ', ') FROM json_each(policy_grantees(b.policy)) g
          WHERE EXISTS (SELECT 1 FROM json_each(g.value, '$.actions') x
                        WHERE glob_match(lower(x.value), 's3:putobject') OR glob_match(lower(x.value), 's3:deleteobject')
                           OR glob_match(lower(x.value), 's3:putbucketpolicy') OR glob_match(lower(x.value), 's3:deleteobjectversion'))
            AND NOT (g.value ->> '$.kind' = 'service' AND g.value ->> '$.value' = 'cloudtrail.amazonaws.com'
                     AND EXISTS (SELECT 1 FROM json_each(g.value, '$.keys') k WHERE lower(k.value) = 'aws:sourcearn'))
            -- everyone, but the engine finds nobody whom a Deny leaves it, nor does the policy speak of who could be spared
            AND NOT (g.value ->> '$.kind' = 'star' AND NOT g.value ->> '$.fixed'
                     AND EXISTS (SELECT 1 FROM access_asked q WHERE q.resource = b.arn)
                     AND NOT EXISTS (SELECT 1 FROM access_outside o WHERE o.store = b.arn AND o.who IN ('anonymous', 'any-account')
                                     AND o.touch IN ('write', 'delete', 'share'))
                     AND NOT EXISTS (SELECT 1 FROM fact_org o, json_tree(policy_statements(b.policy)) x WHERE x.atom GLOB 'o-*'
                                     AND (o.org_id IS NULL OR substr(x.atom || '/', 1, length(o.org_id) + 1) <> o.org_id || '/')))) AS writers
  FROM trail t LEFT JOIN fact_bucket b ON b.name = t.bucket LEFT JOIN fact_s3_account s ON s.account = b.account
), test AS (
  SELECT *, CASE WHEN arn IS NULL THEN NULL WHEN b1 AND b2 AND b3 AND b4 THEN 1 WHEN blocks_read THEN 0 END AS private,
         CASE WHEN lock_read THEN coalesce(lock_mode, '') = 'COMPLIANCE' AND lock_days >= threshold('retention_days') END AS locked,
         CASE WHEN lifecycle_read THEN coalesce(expires, 1000000) >= threshold('retention_days') END AS kept,
         CASE WHEN policy IS NULL AND policy_read THEN 1 WHEN policy_statements(policy) IS NOT NULL THEN writers IS NULL END AS written
  FROM facts
)
SELECT account, coalesce(region, '') AS region, coalesce(arn, 'arn:aws:s3:::' || bucket) AS resource, bucket AS name, NULL AS sub,
       CASE WHEN private = 0 OR locked = 0 OR kept = 0 OR written = 0 THEN 0 WHEN private AND locked AND kept AND written THEN 1 END AS ok,
       'bucket of trail ' || trail || CASE
         WHEN arn IS NULL THEN ' lies in an account that was not read'
         WHEN private = 0 THEN ' is not blocked from public access in all four ways'
         WHEN locked = 0 AND lock_mode IS NULL THEN ' has no default Object Lock retention'
         WHEN locked = 0 THEN ' is locked in mode ' || lock_mode || ' for ' || lock_days || ' days, wanted are COMPLIANCE and ' || threshold('retention_days')
         WHEN kept = 0 THEN ' expires its objects ' || CASE expires WHEN 0 THEN 'on a date' ELSE 'after ' || expires || ' days' END
         WHEN written = 0 THEN ' can be written by ' || writers
         WHEN private AND locked AND kept AND written THEN ' is private, locked and kept ' || lock_days || ' days'
         ELSE ' was not read in full' END AS reason,
       CASE WHEN arn IS NOT NULL THEN 'witness' ELSE 'absence' END AS basis, json_array(bucket, arn) AS keys
FROM test
UNION ALL
SELECT a.account, '', a.account, a.name, NULL, 0, 'no trail exists, so no log is kept', 'absence', json_array(a.account)
FROM fact_account a WHERE a.account NOT IN (SELECT account FROM fact_trail)
