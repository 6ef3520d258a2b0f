-- id: ebs-volume-encrypted
-- title: Volume is encrypted
-- severity: high
-- citations: 164.312(a)(2)(iv)
-- type: AWS::EC2::Volume
-- scope: resource
-- lists: ec2:DescribeVolumes
-- remedy: aws ec2 create-snapshot --volume-id VOL, aws ec2 copy-snapshot --encrypted --kms-key-id KEY --source-snapshot-id SNAP --source-region REGION, aws ec2 create-volume from the copy, swap it in and delete the old volume and snapshot
SELECT account, region, coalesce(arn, volume) AS resource, coalesce(name, volume) AS name, NULL AS sub, encrypted AS ok,
       CASE encrypted WHEN 1 THEN 'encrypted' WHEN 0 THEN 'not encrypted' ELSE 'the answer does not tell whether it is encrypted' END
         || coalesce(' (attached to ' || attached_to || ')', ' (not attached)') AS reason
FROM fact_volume
