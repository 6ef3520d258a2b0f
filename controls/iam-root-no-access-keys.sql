-- id: iam-root-no-access-keys
-- title: Root user has no access key
-- severity: critical
-- citations: 164.312(a)(2)(i); 164.308(a)(3)(i); 164.308(a)(4)(ii)(B); 164.308(a)(4)(ii)(C); 164.312(a)(1)
-- scope: account
-- reads: iam:GetAccountSummary
-- remedy: Sign in as root of the account and delete its access keys (IAM console, Security credentials), after moving what
--   uses them to a role
SELECT a.account, '' AS region, a.account AS resource, a.name, NULL AS sub,
       CASE WHEN s.root_keys IS NOT NULL THEN s.root_keys = 0 END AS ok,
       CASE WHEN s.root_keys = 0 THEN 'root has no access key'
            WHEN s.root_keys > 0 THEN 'root has an access key'
            ELSE 'the account summary does not tell of root''s access keys' END AS reason
FROM fact_account a LEFT JOIN fact_account_summary s USING (account)
