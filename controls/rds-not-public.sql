-- id: rds-not-public
-- title: Database is not publicly accessible
-- severity: critical
-- citations: 164.312(a)(1); 164.312(e)(1); 164.308(a)(4)(ii)(B)
-- type: AWS::RDS::DBInstance
-- scope: resource
-- lists: rds:DescribeDBInstances; rds:DescribeDBClusters
-- remedy: aws rds modify-db-instance --db-instance-identifier NAME --no-publicly-accessible --apply-immediately; keep its subnets without a route to an internet gateway
SELECT account, region, arn AS resource, name, NULL AS sub, CASE public WHEN 1 THEN 0 WHEN 0 THEN 1 END AS ok,
       CASE public WHEN 1 THEN 'PubliclyAccessible is on: AWS gives it a public address' WHEN 0 THEN 'PubliclyAccessible is off'
            ELSE 'the answer does not tell whether it is publicly accessible' END
         || coalesce(' (member of cluster ' || cluster || ')', '') AS reason
FROM fact_db_instance
UNION ALL
-- Multi-AZ DB clusters carry the flag themselves; of other clusters the members do.
SELECT account, region, arn, name, NULL, CASE public WHEN 1 THEN 0 WHEN 0 THEN 1 END,
       CASE public WHEN 1 THEN 'PubliclyAccessible is on: AWS gives it a public address' WHEN 0 THEN 'PubliclyAccessible is off'
            ELSE 'the answer does not tell whether it is publicly accessible' END
FROM fact_db_cluster WHERE public IS NOT NULL
