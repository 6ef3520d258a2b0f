-- id: s3-kms-encryption
-- title: PHI bucket encrypts under a KMS key
-- severity: high
-- citations: 164.312(a)(2)(iv); 164.312(a)(1)
-- type: AWS::S3::Bucket
-- scope: resource
-- lists: s3:ListBuckets
-- reads: s3:GetBucketEncryption
-- remedy: aws s3api put-bucket-encryption --bucket BUCKET with SSEAlgorithm aws:kms and the tenant's key as KMSMasterKeyID; a bucket
--   without PHI goes into ward.yaml under stores with phi false
SELECT b.account, b.region, b.arn AS resource, b.name, NULL AS sub,
       CASE WHEN l.name IS NOT NULL THEN b.encryption_read
            WHEN b.encryption_read THEN coalesce(b.sse, '') IN ('aws:kms', 'aws:kms:dsse') END AS ok,
       CASE WHEN b.encryption_read IS NULL THEN 'its encryption was not read'
            WHEN l.name IS NOT NULL THEN 'log target (' || l.why || '): encrypted by ' || coalesce(b.sse, 'S3''s default, AES256')
            WHEN b.sse IN ('aws:kms', 'aws:kms:dsse') AND (b.sse_key IS NULL OR b.sse_key LIKE '%alias/aws/s3')
              THEN 'encrypted by ' || b.sse || ' under AWS''s own key aws/s3'
            WHEN b.sse IN ('aws:kms', 'aws:kms:dsse') THEN 'encrypted by ' || b.sse || ' under ' || b.sse_key
            ELSE 'encrypted by ' || coalesce(b.sse, 'S3''s default, AES256') || ', no KMS key' END AS reason,
       json_array(b.name) AS keys
FROM fact_bucket b LEFT JOIN fact_log_bucket l ON l.name = b.name
WHERE b.phi
