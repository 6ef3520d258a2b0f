-- id: cloudtrail-kms-encrypted
-- title: Trail files are encrypted under a customer key
-- severity: high
-- citations: 164.312(a)(2)(iv); 164.312(b); 164.312(c)(1); 164.312(c)(2)
-- type: AWS::CloudTrail::Trail
-- scope: account
-- lists: cloudtrail:DescribeTrails
-- reads: kms:ListKeys; kms:DescribeKey
-- remedy: aws cloudtrail update-trail --name TRAIL --kms-key-id KEY, with a key policy that lets cloudtrail.amazonaws.com encrypt
WITH trail AS (
  SELECT t.account, t.home_region, t.arn, t.name, t.key, k.manager, k.state, k.id
  FROM fact_trail t LEFT JOIN fact_key k ON k.arn = t.key OR (k.id = t.key AND k.account = t.account)
  WHERE t.own
)
SELECT account, home_region AS region, arn AS resource, name, NULL AS sub,
       CASE WHEN key IS NULL THEN 0 WHEN manager IS NULL THEN NULL ELSE manager = 'CUSTOMER' AND state = 'Enabled' END AS ok,
       CASE WHEN key IS NULL THEN 'no key is set: files are under S3''s own key'
            WHEN manager IS NULL THEN 'key ' || key || ' was not read'
            WHEN manager <> 'CUSTOMER' THEN 'key ' || key || ' is AWS''s own'
            WHEN state <> 'Enabled' THEN 'key ' || key || ' is ' || state
            ELSE 'files are encrypted under ' || key END AS reason,
       'witness' AS basis, json_array(arn, id) AS keys
FROM trail
UNION ALL
SELECT a.account, '', a.account, a.name, NULL, 0, 'no trail exists, so there is nothing encrypted', 'absence', json_array(a.account)
FROM fact_account a WHERE a.account NOT IN (SELECT account FROM fact_trail)
