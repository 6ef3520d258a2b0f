-- fact_grantee: whom the trust policies of roles and the policies of keys let in, one row a principal of an Allow.
-- good: 1 known, 0 a stranger, NULL cannot tell. Strangers are told from friends by fact_known_account; while the
-- organization's list of accounts was not read, an account that is not known may still be its own.
DROP TABLE IF EXISTS fact_grantee;
CREATE TABLE fact_grantee AS
WITH owner AS (
  SELECT account, region, arn, 'role' AS kind, trust AS doc FROM fact_role WHERE NOT service_linked
  UNION ALL
  SELECT account, region, arn, 'key', policy FROM fact_key WHERE policy IS NOT NULL
), grantee AS (
  SELECT o.account, o.region, o.arn AS owner, o.kind AS owner_kind, g.value ->> '$.sid' AS sid, g.value ->> '$.index' AS statement,
         g.value ->> '$.kind' AS kind, g.value ->> '$.value' AS value, g.value ->> '$.account' AS grantee_account,
         g.value ->> '$.fixed' AS fixed, g.value -> '$.accounts' AS accounts, g.value -> '$.orgs' AS orgs,
         g.value ->> '$.external_id' AS external_id, g.value ->> '$.subject' AS subject,
         g.value ->> '$.conditional' AS conditional,
         k.kind AS known, k.external_id AS wants_external_id, o2.org_id, coalesce(o2.accounts_read, 0) AS accounts_read,
         (SELECT count(*) FROM json_each(g.value, '$.accounts') l WHERE l.value NOT IN (SELECT account FROM fact_known_account)) AS strange_limits
  FROM owner o CROSS JOIN fact_org o2, json_each(policy_grantees(o.doc)) g
  LEFT JOIN fact_known_account k ON k.account = g.value ->> '$.account'
), judged AS (
  SELECT *,
    CASE
      WHEN kind = 'service' THEN CASE WHEN value NOT LIKE '%*%' THEN 1 END
      WHEN kind = 'star' AND json_array_length(orgs) > 0 THEN
        CASE WHEN org_id IS NULL THEN NULL ELSE NOT EXISTS (SELECT 1 FROM json_each(grantee.orgs) WHERE value <> org_id) END
      WHEN kind = 'star' AND json_array_length(accounts) > 0 THEN
        CASE WHEN strange_limits = 0 THEN 1 WHEN accounts_read THEN 0 END
      WHEN kind = 'star' THEN CASE WHEN fixed THEN NULL ELSE 0 END
      WHEN kind IN ('account', 'arn') AND known = 'own' THEN 1
      WHEN kind IN ('account', 'arn') AND known = 'trusted' THEN owner_kind = 'key' OR external_id OR wants_external_id = 0
      WHEN kind IN ('account', 'arn') THEN CASE WHEN accounts_read THEN 0 END
      WHEN kind = 'federated' AND value = '*' THEN 0
      WHEN kind = 'federated' AND value LIKE 'arn:%:saml-provider/%' THEN arn_part(value, 'account') = account
      WHEN kind = 'federated' AND subject THEN value NOT LIKE 'arn:%' OR arn_part(value, 'account') = account
      WHEN kind = 'federated' AND value = 'cognito-identity.amazonaws.com' AND conditional THEN NULL
      WHEN kind = 'federated' THEN 0
      WHEN kind = 'unknown' AND (value GLOB 'AROA*' OR value GLOB 'AIDA*') THEN 1
    END AS good
  FROM grantee
)
SELECT account, region, owner, owner_kind, sid, statement, kind, value, grantee_account, good,
  CASE
    WHEN good = 1 AND kind = 'unknown' THEN 'a deleted principal, which nobody is any more'
    WHEN kind = 'star' AND good = 0 AND json_array_length(orgs) > 0 THEN 'everyone of another organization'
    WHEN kind = 'star' AND good = 0 AND json_array_length(accounts) > 0 THEN 'everyone of an account that is not known: ' || accounts
    WHEN kind = 'star' AND good = 0 THEN 'everyone'
    WHEN kind IN ('account', 'arn') AND good = 0 AND known = 'trusted' THEN value || ' without sts:ExternalId'
    WHEN kind IN ('account', 'arn') AND good = 0 THEN value || ', an account that is neither of the organization nor declared'
    WHEN kind IN ('account', 'arn') AND good IS NULL THEN value || ', while the accounts of the organization were not read'
    WHEN kind = 'federated' AND good = 0 AND subject THEN value || ', which is no provider of this account'
    WHEN kind = 'federated' AND good = 0 THEN value || ' without a condition on its subject'
    ELSE coalesce(value, kind)
  END AS who
FROM judged;
CREATE INDEX fact_grantee_owner ON fact_grantee (owner);
