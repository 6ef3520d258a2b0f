-- id: rds-in-backup-plan
-- title: Database is backed up by a backup plan, lately
-- severity: high
-- citations: 164.308(a)(7)(i); 164.308(a)(7)(ii)(A); 164.308(a)(7)(ii)(B); 164.310(d)(2)(iv)
-- type: AWS::RDS::DBInstance
-- scope: resource
-- lists: rds:DescribeDBInstances; rds:DescribeDBClusters
-- reads: backup:ListProtectedResources; backup:ListBackupPlans; backup:GetBackupPlan; backup:ListBackupSelections; backup:GetBackupSelection
-- remedy: Assign the database to a plan by ARN or tag: aws backup create-backup-selection --backup-plan-id ID --backup-selection file://selection.json; where the last backup is old, read the reason in aws backup list-backup-jobs --by-resource-arn ARN
WITH judged AS (
  SELECT d.account, d.region, d.arn, d.name, d.replica_of, d.source_judged, p.arn AS protected, p.last_us,
         min(coalesce(p.read_us, now_us()), now_us()) AS clock_us,
         (SELECT count(*) FROM fact_backup_cover c WHERE c.arn = d.arn AND c.account = d.account AND c.region = d.region) AS plans,
         (SELECT min(c.interval_hours) FROM fact_backup_cover c WHERE c.arn = d.arn AND c.account = d.account AND c.region = d.region) AS hours
  FROM fact_database d
  LEFT JOIN fact_protected p ON p.arn = d.arn AND p.account = d.account AND p.region = d.region
)
SELECT account, region, arn AS resource, name, NULL AS sub,
       CASE WHEN source_judged THEN 1
            WHEN protected IS NULL OR plans = 0 THEN 0
            WHEN last_us IS NULL OR hours IS NULL THEN NULL
            ELSE last_us >= clock_us - CAST(hours * 1.5 * 3600000000 AS INTEGER) END AS ok,
       CASE WHEN source_judged THEN 'read replica of ' || replica_of || ', which is judged itself'
            WHEN protected IS NULL AND plans = 0 THEN 'no backup plan selects it and AWS Backup has never backed it up'
            WHEN protected IS NULL THEN 'a backup plan selects it, but AWS Backup has never backed it up'
            WHEN plans = 0 THEN 'AWS Backup has backed it up, but no backup plan selects it'
            WHEN last_us IS NULL THEN 'AWS Backup does not tell when it was backed up last'
            WHEN hours IS NULL THEN 'a backup plan selects it, but how often that plan runs is not known'
            ELSE 'last backed up ' || ((clock_us - last_us) / 3600000000) || ' hours ago by a plan whose runs are at most '
                 || CAST(round(hours, 1) AS TEXT) || ' hours apart' END AS reason,
       CASE WHEN NOT source_judged AND (protected IS NULL OR plans = 0) THEN 'absence' END AS basis
FROM judged
