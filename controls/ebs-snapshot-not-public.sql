-- id: ebs-snapshot-not-public
-- title: No snapshot is public
-- severity: critical
-- citations: 164.312(a)(1); 164.312(e)(1); 164.308(a)(4)(ii)(B)
-- type: AWS::EC2::Snapshot
-- scope: resource
-- lists: ec2:DescribeSnapshots
-- reads: ec2:DescribeSnapshotAttribute
-- remedy: aws ec2 modify-snapshot-attribute --snapshot-id SNAP --attribute createVolumePermission --operation-type remove --group-names all; aws ec2 enable-snapshot-block-public-access --state block-all-sharing; then treat what it held as disclosed
SELECT account, region, coalesce(arn, snapshot) AS resource, coalesce(name, snapshot) AS name, NULL AS sub, 1 - public AS ok,
       CASE public WHEN 1 THEN 'anyone with an AWS account may make a volume from it' WHEN 0 THEN 'it is not shared with all accounts'
            ELSE 'neither its permissions nor the listing of public snapshots was read' END AS reason,
       json_array(snapshot) AS keys
FROM fact_ebs_snapshot
