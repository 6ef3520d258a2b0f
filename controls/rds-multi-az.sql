-- id: rds-multi-az
-- title: Database runs in two zones
-- severity: medium
-- citations: 164.308(a)(7)(i); 164.308(a)(7)(ii)(C)
-- type: AWS::RDS::DBInstance
-- scope: resource
-- lists: rds:DescribeDBInstances; rds:DescribeDBClusters
-- remedy: aws rds modify-db-instance --db-instance-identifier NAME --multi-az --apply-immediately; a cluster: add a reader in another zone with aws rds create-db-instance --db-cluster-identifier NAME --availability-zone ZONE
SELECT account, region, arn AS resource, name, NULL AS sub,
       CASE WHEN multi_az = 1 OR source_judged THEN 1 ELSE multi_az END AS ok,
       CASE WHEN multi_az = 1 AND is_cluster THEN 'the cluster runs in more than one zone'
            WHEN multi_az = 1 THEN 'it has a standby in another zone'
            WHEN source_judged THEN 'read replica of ' || replica_of || ', which is judged itself'
            WHEN multi_az = 0 AND is_cluster THEN 'all members of the cluster are in one zone'
            WHEN multi_az = 0 THEN 'it runs in one zone only'
            ELSE 'the answer does not tell in how many zones it runs' END AS reason
FROM fact_database
