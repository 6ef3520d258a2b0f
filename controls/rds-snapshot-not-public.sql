-- id: rds-snapshot-not-public
-- title: No database snapshot is public
-- severity: critical
-- citations: 164.312(a)(1); 164.312(e)(1); 164.308(a)(4)(ii)(B)
-- type: AWS::RDS::DBSnapshot
-- scope: resource
-- lists: rds:DescribeDBSnapshots; rds:DescribeDBClusterSnapshots
-- reads: rds:DescribeDBSnapshotAttributes; rds:DescribeDBClusterSnapshotAttributes
-- remedy: aws rds modify-db-snapshot-attribute --db-snapshot-identifier NAME --attribute-name restore --values-to-remove all (a cluster's: modify-db-cluster-snapshot-attribute), then treat what it held as disclosed
SELECT account, region, arn AS resource, name, NULL AS sub,
       CASE WHEN public = 1 THEN 0 WHEN public = 0 THEN 1 WHEN type IN ('automated', 'awsbackup') THEN 1 END AS ok,
       CASE WHEN public = 1 THEN 'anyone with an AWS account may restore it'
            WHEN public = 0 THEN 'it is not shared with all accounts'
            WHEN type IN ('automated', 'awsbackup') THEN 'a snapshot of type ' || type || ' cannot be shared'
            ELSE 'whom it is shared with was not read' END AS reason,
       json_array(name) AS keys,
       CASE WHEN public IS NULL AND type IN ('automated', 'awsbackup') THEN 'witness' END AS basis
FROM fact_db_snapshot
