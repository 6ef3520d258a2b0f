-- id: rds-storage-encrypted
-- title: Database storage is encrypted
-- severity: critical
-- citations: 164.312(a)(2)(iv)
-- type: AWS::RDS::DBInstance
-- scope: resource
-- lists: rds:DescribeDBInstances
-- remedy: Encryption cannot be turned on in place: aws rds create-db-snapshot, aws rds copy-db-snapshot --kms-key-id KEY, aws rds restore-db-instance-from-db-snapshot, then move the application and delete the old instance and its snapshots
SELECT account, region, arn AS resource, name, NULL AS sub, encrypted AS ok,
       CASE encrypted WHEN 1 THEN 'storage is encrypted' WHEN 0 THEN 'storage is not encrypted'
            ELSE 'the answer does not tell whether storage is encrypted' END
         || coalesce(' (member of cluster ' || cluster || ')', '') AS reason
FROM fact_db_instance
