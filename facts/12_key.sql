-- fact_key: KMS keys. manager is AWS or CUSTOMER; policy and grants are read for customer keys only.
DROP TABLE IF EXISTS fact_key;
CREATE TABLE fact_key AS
SELECT t.account, t.region, t.arn, t.id, d.data ->> '$.KeyManager' AS manager, d.data ->> '$.KeyState' AS state,
       d.data ->> '$.Description' AS description, t.tenant,
       (SELECT max(c.status IN ('ok', 'empty', 'absent')) FROM snap_call c WHERE c.op = 'kms:GetKeyPolicy' AND c.account = t.account
        AND c.region = t.region AND c.parent = t.id) AS policy_read,
       (SELECT max(p.data ->> '$.Policy') FROM snap_resource p WHERE p.op = 'kms:GetKeyPolicy' AND p.account = t.account
        AND p.region = t.region AND p.parent = t.id) AS policy,
       (SELECT max(c.status IN ('ok', 'empty', 'absent')) FROM snap_call c WHERE c.op = 'kms:ListGrants' AND c.account = t.account
        AND c.region = t.region AND c.parent = t.id) AS grants_read
FROM fact_thing t
LEFT JOIN snap_resource d ON d.op = 'kms:DescribeKey' AND d.account = t.account AND d.region = t.region AND d.parent = t.id
WHERE t.type = 'AWS::KMS::Key';
CREATE INDEX fact_key_arn ON fact_key (arn);

-- fact_key_grant: grants of customer keys.
DROP TABLE IF EXISTS fact_key_grant;
CREATE TABLE fact_key_grant AS
SELECT r.account, r.region, r.parent AS key, r.data ->> '$.GrantId' AS id, r.data ->> '$.GranteePrincipal' AS grantee,
       arn_part(r.data ->> '$.GranteePrincipal', 'account') AS grantee_account, r.data -> '$.Operations' AS operations
FROM snap_resource r WHERE r.op = 'kms:ListGrants';
