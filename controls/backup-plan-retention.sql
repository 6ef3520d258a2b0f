-- id: backup-plan-retention
-- title: Backup plan runs at least daily and keeps 35 days or more
-- severity: high
-- citations: 164.308(a)(7)(i); 164.308(a)(7)(ii)(A); 164.308(a)(7)(ii)(B); 164.310(d)(2)(iv)
-- type: AWS::Backup::BackupPlan
-- scope: resource
-- lists: backup:ListBackupPlans
-- reads: backup:GetBackupPlan
-- remedy: aws backup update-backup-plan --backup-plan-id ID --backup-plan file://plan.json with a rule whose ScheduleExpression fires at least once a day and whose Lifecycle.DeleteAfterDays is 35 or more
WITH rule AS (
  SELECT *, CASE WHEN continuous = 1 THEN 1 ELSE interval_hours <= threshold('backup_interval_hours') END AS often,
         CASE WHEN keep_event = 'DELETE_AFTER_COPY'
              THEN coalesce((SELECT max(coalesce(json_extract(c.value, '$.days'), 999999)) FROM json_each(copies) c), 0) >= threshold('backup_days')
              ELSE keep_days IS NULL OR keep_days >= threshold('backup_days') END AS long
  FROM fact_backup_rule
)
-- One rule that is both is enough: further rules add recovery points and take none away.
SELECT p.account, p.region, p.arn AS resource, p.name, NULL AS sub,
       CASE WHEN p.rules_read IS NULL THEN NULL WHEN max(r.often AND r.long) = 1 THEN 1
            WHEN sum(r.often IS NULL AND r.long) > 0 THEN NULL ELSE 0 END AS ok,
       CASE WHEN p.rules_read IS NULL THEN 'its rules were not read'
            WHEN count(r.plan) = 0 THEN 'the plan has no rule'
            ELSE group_concat(coalesce(r.name, 'rule') || ': '
                   || CASE WHEN r.continuous = 1 THEN 'continuous' WHEN r.interval_hours IS NULL THEN 'schedule not understood (' || r.schedule || ')'
                           ELSE 'at most ' || CAST(round(r.interval_hours, 1) AS TEXT) || ' h apart' END || ', kept '
                   || CASE WHEN r.keep_event = 'DELETE_AFTER_COPY' THEN 'until it is copied'
                           ELSE coalesce(r.keep_days || ' days', 'for ever') END, '; ') END AS reason,
       json_array(p.plan) AS keys
FROM fact_backup_plan p LEFT JOIN rule r ON r.plan = p.plan AND r.account = p.account AND r.region = p.region
GROUP BY p.account, p.region, p.plan
