-- id: iam-mfa-enforced-by-policy
-- title: Users without MFA can do nothing but enrol
-- severity: critical
-- citations: 164.312(d); 164.312(a)(1)
-- type: AWS::IAM::User
-- scope: resource
-- lists: iam:GetAccountAuthorizationDetails
-- reads: iam:GetCredentialReport
-- remedy: Attach to every group a policy that denies, with BoolIfExists aws:MultiFactorAuthPresent false, all (NotAction) but enrolling a
--   device (data/iam/mfa_self.tsv) and sts:GetSessionToken; or an SCP that says so of arn:aws:iam::*:user/*
-- why: SCPs and boundaries count too, and one that was not read makes the answer unknown unless the user's own policies deny; policies of
--   things that name users count where they were read. Bool alone does not hold access keys, whose requests lack the key. IAM users only:
--   sessions of federation and of Identity Center carry no aws:MultiFactorAuthPresent that tells, so no policy can ask them for a second
--   factor; that is their provider's to show.
WITH credential AS ( -- a user that the report does not name may have both
  SELECT d.principal, d.account, d.credential, d.sure, d.action, d.resource, d.statement, d.level,
         CASE WHEN c.arn IS NULL THEN 1 WHEN d.credential = 'console' THEN coalesce(c.password_enabled, 1) OR coalesce(c.key1, 1) OR coalesce(c.key2, 1)
              ELSE coalesce(c.key1, 1) OR coalesce(c.key2, 1) END AS held
  FROM access_without_mfa d LEFT JOIN fact_credential c ON c.account = d.account AND c.arn = d.principal
), worst AS (
  SELECT principal, account, sum(held) AS held, max(held AND sure IS 1) AS open, max(held AND sure IS NULL) AS unsure
  FROM credential GROUP BY principal
)
SELECT w.account, 'us-east-1' AS region, w.principal AS resource, replace(arn_part(w.principal, 'resource'), 'user/', '') AS name, NULL AS sub,
       CASE WHEN w.held = 0 THEN 1 WHEN open THEN 0 WHEN unsure THEN NULL ELSE 1 END AS ok,
       CASE WHEN w.held = 0 THEN 'has neither a password nor an active access key'
            WHEN open OR unsure THEN 'without MFA, ' || CASE credential WHEN 'key' THEN 'by access key' ELSE 'after a sign-in' END
              || CASE WHEN open THEN ', may call ' ELSE ', it is not known whether it may call ' END || coalesce(action, 'something')
              || coalesce(' on ' || c.resource, '') || coalesce(': ' || statement, '')
            ELSE 'without MFA it may do nothing but enrol a device' END AS reason,
       CASE WHEN w.held = 0 THEN 'witness' END AS basis, json_array(w.principal) AS keys
FROM worst w LEFT JOIN credential c ON c.principal = w.principal AND c.held
  AND c.credential = (SELECT b.credential FROM credential b WHERE b.principal = w.principal AND b.held
                      ORDER BY b.sure IS 1 DESC, b.sure IS NULL DESC, b.credential = 'console' DESC LIMIT 1)
