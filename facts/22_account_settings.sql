-- fact_s3_account: the account-wide public access block; all 0 when it was read and is not configured.
DROP TABLE IF EXISTS fact_s3_account;
CREATE TABLE fact_s3_account AS
SELECT a.account, c.been_read,
       CASE WHEN c.been_read THEN coalesce(r.data ->> '$.BlockPublicAcls', 0) END AS block_public_acls,
       CASE WHEN c.been_read THEN coalesce(r.data ->> '$.IgnorePublicAcls', 0) END AS ignore_public_acls,
       CASE WHEN c.been_read THEN coalesce(r.data ->> '$.BlockPublicPolicy', 0) END AS block_public_policy,
       CASE WHEN c.been_read THEN coalesce(r.data ->> '$.RestrictPublicBuckets', 0) END AS restrict_public_buckets
FROM fact_account a
LEFT JOIN (SELECT account, nullif(max(status IN ('ok', 'empty', 'absent')), 0) AS been_read FROM snap_call
           WHERE op = 's3control:GetPublicAccessBlock' GROUP BY account) c USING (account)
LEFT JOIN (SELECT account, max(data) AS data FROM snap_resource WHERE op = 's3control:GetPublicAccessBlock' GROUP BY account) r
  USING (account);

-- fact_agreement: agreements with AWS (AWS Artifact). organization: it holds for all accounts of the organization.
DROP TABLE IF EXISTS fact_agreement;
CREATE TABLE fact_agreement AS
SELECT account, data ->> '$.name' AS name, data ->> '$.state' AS state, data ->> '$.effectiveEnd' AS effective_end,
       data ->> '$.organizationArn' AS organization
FROM snap_resource WHERE op = 'artifact:ListCustomerAgreements';

-- fact_secret: secrets that are not on their way out.
DROP TABLE IF EXISTS fact_secret;
CREATE TABLE fact_secret AS
SELECT r.account, r.region, r.data ->> '$.ARN' AS arn, r.data ->> '$.Name' AS name,
       coalesce(r.data ->> '$.RotationEnabled', 0) AS rotation,
       r.data ->> '$.RotationRules.AutomaticallyAfterDays' AS days, r.data ->> '$.RotationRules.ScheduleExpression' AS schedule,
       r.data ->> '$.LastRotatedDate' AS rotated, r.data ->> '$.OwningService' AS owner,
       -- A replica cannot rotate by itself: its primary does, under the same name (Secrets Manager guide, "Multi-Region secrets").
       CASE WHEN r.data ->> '$.PrimaryRegion' <> r.region THEN r.data ->> '$.PrimaryRegion' END AS replica_of
FROM snap_resource r WHERE r.op = 'secretsmanager:ListSecrets' AND r.data ->> '$.DeletedDate' IS NULL;
