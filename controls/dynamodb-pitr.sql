-- id: dynamodb-pitr
-- title: Point-in-time recovery is on
-- severity: high
-- citations: 164.308(a)(7)(i); 164.308(a)(7)(ii)(A); 164.308(a)(7)(ii)(B); 164.310(d)(2)(iv)
-- type: AWS::DynamoDB::Table
-- scope: resource
-- lists: dynamodb:ListTables
-- reads: dynamodb:DescribeContinuousBackups
-- remedy: aws dynamodb update-continuous-backups --table-name NAME --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true,RecoveryPeriodInDays=35
SELECT account, region, arn AS resource, name, NULL AS sub,
       CASE WHEN pitr IS NULL THEN NULL ELSE pitr = 'ENABLED' AND coalesce(pitr_days, 35) >= min(threshold('backup_days'), 35) END AS ok,
       CASE WHEN pitr IS NULL THEN 'its point-in-time recovery was not read'
            WHEN pitr <> 'ENABLED' THEN 'point-in-time recovery is ' || lower(pitr)
            ELSE 'point-in-time recovery reaches ' || coalesce(pitr_days, 35) || ' days back'
              || CASE WHEN coalesce(pitr_days, 35) < min(threshold('backup_days'), 35) THEN ', ' || min(threshold('backup_days'), 35) || ' are wanted' ELSE '' END
            END AS reason,
       json_array(name) AS keys
FROM fact_dynamodb_table
