-- id: baa-accepted
-- title: The AWS business associate addendum is in force
-- severity: critical
-- citations: 164.308(b)(1); 164.308(b)(2); 164.308(b)(3); 164.314(a)(1); 164.314(a)(2)(i); 164.314(a)(2)(iii)
-- scope: account
-- reads: artifact:ListCustomerAgreements
-- remedy: In the management account open AWS Artifact, Agreements, Organization agreements, and accept the AWS Organizations
--   Business Associate Addendum; no PHI may be on AWS before that
WITH baa AS (
  SELECT account, organization, name FROM fact_agreement
  WHERE lower(name) LIKE '%business associate%' AND state = 'ACTIVE' AND effective_end IS NULL
)
SELECT a.account, '' AS region, a.account AS resource, a.name, NULL AS sub,
       CASE WHEN EXISTS (SELECT 1 FROM baa b WHERE b.account = a.account OR b.organization IS NOT NULL) THEN 1
            WHEN EXISTS (SELECT 1 FROM gap WHERE op = 'artifact:ListCustomerAgreements') THEN NULL ELSE 0 END AS ok,
       CASE WHEN EXISTS (SELECT 1 FROM baa b WHERE b.account = a.account) THEN 'the addendum is in force for the account'
            WHEN EXISTS (SELECT 1 FROM baa b WHERE b.organization IS NOT NULL) THEN 'the addendum is in force for the organization'
            WHEN EXISTS (SELECT 1 FROM gap WHERE op = 'artifact:ListCustomerAgreements')
              THEN 'no addendum was seen, and not every account told of its agreements'
            ELSE 'no addendum is in force' END AS reason,
       CASE WHEN EXISTS (SELECT 1 FROM baa b WHERE b.account = a.account OR b.organization IS NOT NULL) THEN 'witness' ELSE 'absence' END AS basis
FROM fact_account a
