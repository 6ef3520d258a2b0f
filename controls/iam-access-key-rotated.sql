-- id: iam-access-key-rotated
-- title: Active access keys are under 90 days old
-- severity: medium
-- citations: 164.308(a)(5)(ii)(D); 164.312(d); 164.308(a)(3)(ii)(C); 164.308(a)(4)(ii)(C)
-- type: AWS::IAM::AccessKey
-- scope: resource
-- lists: iam:GetCredentialReport
-- remedy: Make a second key, move its users over, then: aws iam update-access-key --status Inactive and aws iam delete-access-key;
--   better, replace the key by a role
WITH key AS (
  SELECT account, arn, user, 'key 1' AS sub, coalesce(key1_rotated, created) AS made, key1 AS active FROM fact_credential WHERE key1 IS NOT 0
  UNION ALL
  SELECT account, arn, user, 'key 2', coalesce(key2_rotated, created), key2 FROM fact_credential WHERE key2 IS NOT 0
)
SELECT account, 'us-east-1' AS region, arn AS resource, user AS name, sub,
       CASE WHEN active THEN days_since(made) <= threshold('key_age_days') END AS ok,
       CASE WHEN active IS NULL THEN 'the credential report does not tell whether ' || sub || ' is active' ELSE coalesce(sub || ' is ' || days_since(made) || ' days old, allowed are ' || threshold('key_age_days'),
                'the credential report does not tell when ' || sub || ' was made') END AS reason
FROM key
UNION ALL
SELECT account, 'us-east-1', account, NULL, NULL, NULL, 'the credential report could not be read' FROM fact_credential_unread
