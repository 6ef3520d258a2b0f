-- id: ebs-default-encryption
-- title: New volumes are encrypted by default in every region
-- severity: high
-- citations: 164.312(a)(2)(iv)
-- type: AWS::EC2::EBSEncryptionByDefault
-- scope: region
-- lists: ec2:GetEbsEncryptionByDefault
-- remedy: aws ec2 enable-ebs-encryption-by-default --region REGION
SELECT r.account, r.region, r.account AS resource, NULL AS name, NULL AS sub, d.enabled AS ok,
       CASE d.enabled WHEN 1 THEN 'new volumes are encrypted by default' WHEN 0 THEN 'new volumes are not encrypted by default'
            ELSE 'the setting was not read' END AS reason
FROM fact_region r LEFT JOIN fact_ebs_default d ON d.account = r.account AND d.region = r.region
WHERE r.wanted = 1 AND r.state <> 'disabled'
