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
  SELECT account, arn, user, 'key 1' AS sub, coalesce(key1_rotated, created) AS made FROM fact_credential WHERE key1
  UNION ALL
  SELECT account, arn, user, 'key 2', coalesce(key2_rotated, created) FROM fact_credential WHERE key2
)
SELECT account, 'us-east-1' AS region, arn AS resource, user AS name, sub,
       days_since(made) <= threshold('key_age_days') AS ok,
       coalesce(sub || ' is ' || days_since(made) || ' days old, allowed are ' || threshold('key_age_days'),
                'the credential report does not tell when ' || sub || ' was made') AS reason
FROM key
