-- id: s3-versioning
-- title: Bucket keeps versions
-- severity: high
-- citations: 164.308(a)(7)(i); 164.308(a)(7)(ii)(A); 164.308(a)(7)(ii)(B); 164.310(d)(2)(iv); 164.312(c)(1); 164.312(c)(2)
-- type: AWS::S3::Bucket
-- scope: resource
-- lists: s3:ListBuckets
-- reads: s3:GetBucketVersioning
-- remedy: aws s3api put-bucket-versioning --bucket BUCKET --versioning-configuration Status=Enabled
SELECT account, region, arn AS resource, name, NULL AS sub,
       CASE WHEN versioning_read THEN coalesce(versioning, '') = 'Enabled' END AS ok,
       CASE WHEN versioning = 'Enabled' THEN 'versions are kept'
            WHEN versioning_read THEN 'versioning is ' || lower(coalesce(versioning, 'off'))
            ELSE 'versioning was not read' END AS reason,
       json_array(name) AS keys
FROM fact_bucket
