-- id: rds-cluster-encrypted
-- title: Database cluster storage is encrypted
-- severity: critical
-- citations: 164.312(a)(2)(iv)
-- type: AWS::RDS::DBCluster
-- scope: resource
-- lists: rds:DescribeDBClusters
-- remedy: Encryption cannot be turned on in place: aws rds create-db-cluster-snapshot, then aws rds restore-db-cluster-from-snapshot --kms-key-id KEY (DocumentDB and Neptune: the same commands of aws docdb and aws neptune), move the application and delete the old cluster and its snapshots
SELECT account, region, arn AS resource, name, NULL AS sub, encrypted AS ok,
       engine || CASE encrypted WHEN 1 THEN ' cluster storage is encrypted' WHEN 0 THEN ' cluster storage is not encrypted'
            ELSE ' cluster: the answer does not tell whether storage is encrypted' END AS reason
FROM fact_db_cluster
