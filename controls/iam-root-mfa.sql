-- id: iam-root-mfa
-- title: Root user has MFA
-- severity: critical
-- citations: 164.312(d); 164.312(a)(1)
-- scope: account
-- reads: iam:GetAccountSummary
-- remedy: Sign in as root of the account and add two MFA devices (IAM console, Security credentials); in an organization
--   rather remove the members' root credentials: aws iam enable-organizations-root-credentials-management
SELECT a.account, '' AS region, a.account AS resource, a.name, NULL AS sub,
       CASE WHEN s.root_mfa = 1 THEN 1 WHEN s.root_password = 0 AND s.root_keys = 0 THEN 1
            WHEN s.root_mfa = 0 THEN 0 END AS ok,
       CASE WHEN s.root_mfa = 1 THEN 'root has an MFA device'
            WHEN s.root_password = 0 AND s.root_keys = 0 THEN 'root has no password and no key: its credentials were removed'
            WHEN s.root_mfa = 0 THEN 'root has no MFA device'
            ELSE 'the account summary does not tell of root''s MFA' END AS reason
FROM fact_account a LEFT JOIN fact_account_summary s USING (account)
