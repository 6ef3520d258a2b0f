-- id: baa-accepted
-- title: The AWS business associate addendum is in force
-- severity: critical
-- citations: 164.308(b)(1); 164.308(b)(2); 164.308(b)(3); 164.314(a)(1); 164.314(a)(2)(i); 164.314(a)(2)(iii)
-- scope: account
-- reads: artifact:ListCustomerAgreements; organizations:ListAccounts
-- remedy: In the management account open AWS Artifact, Agreements, Organization agreements, and accept the AWS Organizations
--   Business Associate Addendum; no PHI may be on AWS before that
WITH baa AS (
  SELECT account, organization, name FROM fact_agreement
  WHERE lower(name) LIKE '%business associate%' AND state = 'ACTIVE' AND effective_end IS NULL
), seen AS (
  -- An organization's agreement holds for its own accounts, and for nobody else that the audit takes in.
  SELECT a.*, EXISTS (SELECT 1 FROM baa b WHERE b.account = a.account) AS own,
         CASE WHEN NOT EXISTS (SELECT 1 FROM baa b WHERE b.organization IS NOT NULL) THEN 0
              WHEN EXISTS (SELECT 1 FROM fact_org_account o WHERE o.account = a.account) THEN 1
              WHEN (SELECT accounts_read FROM fact_org) = 1 THEN 0 END AS by_org
  FROM fact_account a
)
SELECT a.account, '' AS region, a.account AS resource, a.name, NULL AS sub,
       CASE WHEN own OR by_org = 1 THEN 1 WHEN by_org IS NULL THEN NULL
            WHEN EXISTS (SELECT 1 FROM gap WHERE op = 'artifact:ListCustomerAgreements') THEN NULL ELSE 0 END AS ok,
       CASE WHEN own THEN 'the addendum is in force for the account'
            WHEN by_org = 1 THEN 'the addendum is in force for the organization'
            WHEN by_org IS NULL THEN 'an organization has the addendum; whether the account is of it was not read'
            WHEN EXISTS (SELECT 1 FROM gap WHERE op = 'artifact:ListCustomerAgreements')
              THEN 'no addendum was seen, and not every account told of its agreements'
            ELSE 'no addendum is in force' END AS reason,
       CASE WHEN own OR by_org = 1 THEN 'witness' ELSE 'absence' END AS basis
FROM seen a
