-- id: ebs-default-encryption
-- title: New volumes are encrypted by default in every region
-- severity: high
-- citations: 164.312(a)(2)(iv)
-- type: AWS::EC2::EBSEncryptionByDefault
-- scope: region
-- lists: ec2:GetEbsEncryptionByDefault
-- remedy: aws ec2 enable-ebs-encryption-by-default --region REGION
WITH place AS (
  -- Where the service is not offered there is neither a call nor a gap; an account without regions was not reached.
  SELECT a.account, coalesce(r.region, '') AS region, a.reason FROM fact_account a
  LEFT JOIN fact_region r ON r.account = a.account AND r.wanted = 1 AND r.state <> 'disabled'
  WHERE r.region IS NULL
     OR EXISTS (SELECT 1 FROM fact_call c WHERE c.op = 'ec2:GetEbsEncryptionByDefault' AND c.account = r.account AND c.region = r.region AND c.status <> 'unavailable')
     OR EXISTS (SELECT 1 FROM gap g WHERE g.op = 'ec2:GetEbsEncryptionByDefault' AND g.account = r.account AND g.region IN (r.region, ''))
)
SELECT r.account, r.region, r.account AS resource, NULL AS name, NULL AS sub, d.enabled AS ok,
       CASE d.enabled WHEN 1 THEN 'new volumes are encrypted by default' WHEN 0 THEN 'new volumes are not encrypted by default'
            ELSE CASE WHEN r.region = '' THEN coalesce('the account was not reached: ' || r.reason, 'the account was not reached') ELSE 'the setting was not read' END END AS reason
FROM place r LEFT JOIN fact_ebs_default d ON d.account = r.account AND d.region = r.region
