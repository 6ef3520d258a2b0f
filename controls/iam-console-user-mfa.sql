-- id: iam-console-user-mfa
-- title: Every user with a console password has MFA
-- severity: critical
-- citations: 164.312(d); 164.312(a)(1)
-- type: AWS::IAM::User
-- scope: resource
-- lists: iam:GetCredentialReport
-- remedy: Have the user enrol an MFA device, or take the password away: aws iam delete-login-profile --user-name USER
SELECT account, 'us-east-1' AS region, arn AS resource, user AS name, NULL AS sub,
       CASE WHEN password_enabled = 0 OR mfa = 1 THEN 1 WHEN password_enabled = 1 THEN mfa END AS ok,
       CASE WHEN password_enabled = 0 THEN 'has no console password'
            WHEN mfa = 1 THEN 'has MFA'
            WHEN mfa = 0 AND password_enabled = 1 THEN 'has a console password and no MFA'
            ELSE 'the credential report does not tell' END AS reason
FROM fact_credential WHERE user <> '<root_account>'
UNION ALL
SELECT account, 'us-east-1', account, NULL, NULL, NULL, 'the credential report could not be read' FROM fact_credential_unread
