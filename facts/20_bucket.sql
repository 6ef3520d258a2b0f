-- fact_bucket: one row a bucket. The calls about a bucket carry its name as parent and may go to any region.
DROP TABLE IF EXISTS temp_bucket_detail;
CREATE TABLE temp_bucket_detail AS
SELECT c.account, c.parent AS bucket, c.op, max(c.status IN ('ok', 'empty', 'absent')) AS been_read, max(r.data) AS data
FROM snap_call c LEFT JOIN snap_resource r ON r.call = c.id AND r.op = c.op
WHERE c.op IN ('s3:GetBucketVersioning', 's3:GetBucketAcl', 's3:GetBucketPolicy', 's3:GetBucketPolicyStatus',
               's3:GetPublicAccessBlock', 's3:GetBucketEncryption', 's3:GetObjectLockConfiguration',
               's3:GetBucketLifecycleConfiguration', 's3:GetBucketOwnershipControls', 's3:GetBucketLogging')
GROUP BY c.account, c.parent, c.op;
CREATE UNIQUE INDEX temp_bucket_detail_key ON temp_bucket_detail (account, bucket, op);

DROP TABLE IF EXISTS fact_bucket;
CREATE TABLE fact_bucket AS
SELECT t.account, t.region, t.arn, t.name, t.tenant, t.phi,
       nullif(v.been_read, 0) AS versioning_read, v.data ->> '$.Status' AS versioning,
       v.data ->> '$.MFADelete' AS mfa_delete,
       nullif(a.been_read, 0) AS acl_read, a.data -> '$.Grants' AS acl_grants,
       nullif(p.been_read, 0) AS policy_read, coalesce(p.data ->> '$.Policy', CASE WHEN p.data IS NOT NULL THEN '' END) AS policy,
       nullif(s.been_read, 0) AS policy_status_read, CASE WHEN s.been_read AND s.data IS NULL THEN 0 ELSE s.data ->> '$.IsPublic' END AS policy_is_public,
       nullif(b.been_read, 0) AS block_read,
       CASE WHEN b.been_read THEN coalesce(b.data ->> '$.BlockPublicAcls', 0) END AS block_public_acls,
       CASE WHEN b.been_read THEN coalesce(b.data ->> '$.IgnorePublicAcls', 0) END AS ignore_public_acls,
       CASE WHEN b.been_read THEN coalesce(b.data ->> '$.BlockPublicPolicy', 0) END AS block_public_policy,
       CASE WHEN b.been_read THEN coalesce(b.data ->> '$.RestrictPublicBuckets', 0) END AS restrict_public_buckets,
       nullif(e.been_read, 0) AS encryption_read,
       e.data ->> '$.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm' AS sse,
       e.data ->> '$.Rules[0].ApplyServerSideEncryptionByDefault.KMSMasterKeyID' AS sse_key,
       nullif(l.been_read, 0) AS lock_read, l.data ->> '$.ObjectLockEnabled' AS lock_enabled,
       l.data ->> '$.Rule.DefaultRetention.Mode' AS lock_mode,
       CASE WHEN l.been_read THEN
         coalesce(l.data ->> '$.Rule.DefaultRetention.Days', (l.data ->> '$.Rule.DefaultRetention.Years') * 365, 0) END AS lock_days,
       nullif(y.been_read, 0) AS lifecycle_read, y.data -> '$.Rules' AS lifecycle_rules,
       nullif(o.been_read, 0) AS ownership_read, o.data ->> '$.Rules[0].ObjectOwnership' AS ownership,
       nullif(g.been_read, 0) AS logging_read, g.data ->> '$.TargetBucket' AS logging_target
FROM fact_thing t
LEFT JOIN temp_bucket_detail v ON v.account = t.account AND v.bucket = t.name AND v.op = 's3:GetBucketVersioning'
LEFT JOIN temp_bucket_detail a ON a.account = t.account AND a.bucket = t.name AND a.op = 's3:GetBucketAcl'
LEFT JOIN temp_bucket_detail p ON p.account = t.account AND p.bucket = t.name AND p.op = 's3:GetBucketPolicy'
LEFT JOIN temp_bucket_detail s ON s.account = t.account AND s.bucket = t.name AND s.op = 's3:GetBucketPolicyStatus'
LEFT JOIN temp_bucket_detail b ON b.account = t.account AND b.bucket = t.name AND b.op = 's3:GetPublicAccessBlock'
LEFT JOIN temp_bucket_detail e ON e.account = t.account AND e.bucket = t.name AND e.op = 's3:GetBucketEncryption'
LEFT JOIN temp_bucket_detail l ON l.account = t.account AND l.bucket = t.name AND l.op = 's3:GetObjectLockConfiguration'
LEFT JOIN temp_bucket_detail y ON y.account = t.account AND y.bucket = t.name AND y.op = 's3:GetBucketLifecycleConfiguration'
LEFT JOIN temp_bucket_detail o ON o.account = t.account AND o.bucket = t.name AND o.op = 's3:GetBucketOwnershipControls'
LEFT JOIN temp_bucket_detail g ON g.account = t.account AND g.bucket = t.name AND g.op = 's3:GetBucketLogging'
WHERE t.type = 'AWS::S3::Bucket';
DROP TABLE temp_bucket_detail;
CREATE INDEX fact_bucket_arn ON fact_bucket (arn);
