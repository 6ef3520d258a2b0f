-- id: rds-backup-enabled
-- title: Automated backups are kept and up to date
-- severity: critical
-- citations: 164.308(a)(7)(i); 164.308(a)(7)(ii)(A); 164.308(a)(7)(ii)(B); 164.310(d)(2)(iv)
-- type: AWS::RDS::DBInstance
-- scope: resource
-- lists: rds:DescribeDBInstances; rds:DescribeDBClusters
-- remedy: aws rds modify-db-instance --db-instance-identifier NAME --backup-retention-period 35 --apply-immediately (a cluster's: modify-db-cluster); where the latest restorable time lags, look at the instance's events: aws rds describe-events --source-type db-instance --source-identifier NAME
WITH judged AS (
  -- A collection takes time: the restorable time is held against the moment it was read, never a later one.
  SELECT d.*, min(coalesce(d.read_us, now_us()), now_us()) AS clock_us
  FROM fact_database d
)
SELECT account, region, arn AS resource, name, NULL AS sub,
       CASE WHEN source_judged THEN 1
            WHEN backup_days < threshold('rds_backup_days') THEN 0
            WHEN backup_days IS NULL THEN NULL
            WHEN status IN ('stopped', 'stopping') THEN 1
            WHEN restorable_us IS NULL THEN NULL
            WHEN restorable_us < clock_us - 1800000000 THEN 0
            ELSE 1 END AS ok,
       CASE WHEN source_judged THEN 'read replica of ' || replica_of || ', which is judged itself'
            WHEN backup_days = 0 THEN 'automated backups are off'
            WHEN backup_days < threshold('rds_backup_days')
              THEN 'backups are kept for ' || backup_days || ' days, at least ' || threshold('rds_backup_days') || ' are wanted'
            WHEN backup_days IS NULL THEN 'the answer does not tell how long backups are kept'
            WHEN status IN ('stopped', 'stopping') THEN 'backups are kept for ' || backup_days || ' days; it is stopped'
            WHEN restorable_us IS NULL THEN 'backups are kept for ' || backup_days || ' days, but AWS names no latest restorable time'
            WHEN restorable_us < clock_us - 1800000000
              THEN 'backups are kept for ' || backup_days || ' days, but the latest restorable time is '
                   || ((clock_us - restorable_us) / 60000000) || ' minutes old'
            ELSE 'backups are kept for ' || backup_days || ' days and restorable up to '
                 || max((clock_us - restorable_us) / 60000000, 0) || ' minutes ago' END AS reason
FROM judged
