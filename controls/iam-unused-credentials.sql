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
  SELECT account, arn, user, 'password' AS sub, password_used AS used, coalesce(password_changed, created) AS made, password_enabled AS active
  FROM fact_credential WHERE password_enabled IS NOT 0 AND user <> '<root_account>'
  UNION ALL SELECT account, arn, user, 'key 1', key1_used, coalesce(key1_rotated, created), key1 FROM fact_credential WHERE key1 IS NOT 0
  UNION ALL SELECT account, arn, user, 'key 2', key2_used, coalesce(key2_rotated, created), key2 FROM fact_credential WHERE key2 IS NOT 0
)
SELECT account, 'us-east-1' AS region, arn AS resource, user AS name, sub,
       CASE WHEN active THEN min(days_since(coalesce(used, made)), days_since(made)) <= threshold('unused_days') END AS ok,
       CASE WHEN active IS NULL THEN 'the credential report does not tell whether ' || sub || ' is active'
            WHEN used IS NOT NULL THEN sub || ' was last used ' || days_since(used) || ' days ago'
            WHEN made IS NOT NULL THEN sub || ' was never used in the ' || days_since(made) || ' days since it was made'
            ELSE 'the credential report does not tell when ' || sub || ' was used' END AS reason
FROM credential
UNION ALL
SELECT account, 'us-east-1', account, NULL, NULL, NULL, 'the credential report could not be read' FROM fact_credential_unread
