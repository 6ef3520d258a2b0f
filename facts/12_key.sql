-- fact_key: KMS keys. manager is AWS or CUSTOMER; policy and grants are read for customer keys only.
DROP TABLE IF EXISTS fact_key;
CREATE TABLE fact_key AS
WITH been_read AS MATERIALIZED (
  SELECT op, account, region, parent, max(status IN ('ok', 'empty', 'absent')) AS value FROM snap_call
  WHERE op IN ('kms:GetKeyPolicy', 'kms:ListGrants') GROUP BY op, account, region, parent
), policy AS MATERIALIZED (
  SELECT account, region, parent, max(data ->> '$.Policy') AS text FROM snap_resource
  WHERE op = 'kms:GetKeyPolicy' GROUP BY account, region, parent
), detail AS MATERIALIZED (
  SELECT account, region, parent, data FROM snap_resource WHERE op = 'kms:DescribeKey'
)
SELECT t.account, t.region, t.arn, t.id, d.data ->> '$.KeyManager' AS manager, d.data ->> '$.KeyState' AS state,
       d.data ->> '$.Description' AS description, t.tenant, b.value AS policy_read, p.text AS policy, g.value AS grants_read
FROM fact_thing t
LEFT JOIN detail d ON d.parent = t.id AND d.account = t.account AND d.region = t.region
LEFT JOIN been_read b ON b.parent = t.id AND b.op = 'kms:GetKeyPolicy' AND b.account = t.account AND b.region = t.region
LEFT JOIN been_read g ON g.parent = t.id AND g.op = 'kms:ListGrants' AND g.account = t.account AND g.region = t.region
LEFT JOIN policy p ON p.parent = t.id AND p.account = t.account AND p.region = t.region
WHERE t.type = 'AWS::KMS::Key';
CREATE INDEX fact_key_arn ON fact_key (arn);

-- fact_key_grant: grants of customer keys.
DROP TABLE IF EXISTS fact_key_grant;
CREATE TABLE fact_key_grant AS
SELECT r.account, r.region, r.parent AS key, r.data ->> '$.GrantId' AS id, r.data ->> '$.GranteePrincipal' AS grantee,
       arn_part(r.data ->> '$.GranteePrincipal', 'account') AS grantee_account, r.data -> '$.Operations' AS operations
FROM snap_resource r WHERE r.op = 'kms:ListGrants';
CREATE INDEX fact_key_grant_key ON fact_key_grant (key, account, region);
