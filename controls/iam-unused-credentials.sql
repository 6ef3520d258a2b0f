-- id: iam-unused-credentials
-- title: Credentials unused for 90 days are disabled
-- severity: medium
-- citations: 164.308(a)(3)(ii)(C); 164.308(a)(4)(ii)(C); 164.308(a)(5)(ii)(D); 164.312(d)
-- type: AWS::IAM::User
-- scope: resource
-- lists: iam:GetCredentialReport
-- remedy: aws iam delete-login-profile --user-name USER for a password; aws iam update-access-key --user-name USER
--   --access-key-id KEY --status Inactive for a key
WITH credential AS (
  SELECT account, arn, user, 'password' AS sub, password_used AS used, coalesce(password_changed, created) AS made
  FROM fact_credential WHERE password_enabled AND user <> '<root_account>'
  UNION ALL SELECT account, arn, user, 'key 1', key1_used, coalesce(key1_rotated, created) FROM fact_credential WHERE key1
  UNION ALL SELECT account, arn, user, 'key 2', key2_used, coalesce(key2_rotated, created) FROM fact_credential WHERE key2
)
SELECT account, 'us-east-1' AS region, arn AS resource, user AS name, sub,
       min(days_since(coalesce(used, made)), days_since(made)) <= threshold('unused_days') AS ok,
       CASE WHEN used IS NOT NULL THEN sub || ' was last used ' || days_since(used) || ' days ago'
            WHEN made IS NOT NULL THEN sub || ' was never used in the ' || days_since(made) || ' days since it was made'
            ELSE 'the credential report does not tell when ' || sub || ' was used' END AS reason
FROM credential
