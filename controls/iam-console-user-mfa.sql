-- id: iam-console-user-mfa
-- title: Every user with a console password has MFA
-- severity: critical
-- citations: 164.312(d); 164.312(a)(1)
-- type: AWS::IAM::User
-- scope: resource
-- lists: iam:GetCredentialReport
-- remedy: Have the user enrol an MFA device, or take the password away: aws iam delete-login-profile --user-name USER
SELECT account, 'us-east-1' AS region, arn AS resource, user AS name, NULL AS sub,
       CASE WHEN password_enabled = 0 THEN 1 ELSE mfa END AS ok,
       CASE WHEN password_enabled = 0 THEN 'has no console password'
            WHEN mfa THEN 'has a console password and MFA'
            WHEN mfa = 0 THEN 'has a console password and no MFA'
            ELSE 'the credential report does not tell' END AS reason
FROM fact_credential WHERE user <> '<root_account>'
