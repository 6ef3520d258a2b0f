-- AWS Backup: plans and their rules, what they select, what was backed up, vaults and recovery points.

DROP TABLE IF EXISTS fact_backup_plan;
CREATE TABLE fact_backup_plan (
  account TEXT, region TEXT, plan TEXT, arn TEXT, name TEXT,
  rules_read INTEGER                       -- 1 when GetBackupPlan was read
);
INSERT INTO fact_backup_plan
WITH detail AS MATERIALIZED (
  SELECT account, region, parent FROM snap_resource WHERE op = 'backup:GetBackupPlan'
)
SELECT p.account, p.region, coalesce(p.rid, json_extract(p.data, '$.BackupPlanId')),
       coalesce(p.arn, json_extract(p.data, '$.BackupPlanArn')), json_extract(p.data, '$.BackupPlanName'),
       CASE WHEN d.parent IS NOT NULL THEN 1 END
FROM snap_resource p
LEFT JOIN detail d ON d.parent = coalesce(p.rid, json_extract(p.data, '$.BackupPlanId')) AND d.account = p.account AND d.region = p.region
WHERE p.op = 'backup:ListBackupPlans' AND json_extract(p.data, '$.DeletionDate') IS NULL;
CREATE INDEX fact_backup_plan_id ON fact_backup_plan (plan, account, region);

DROP TABLE IF EXISTS fact_backup_rule;
CREATE TABLE fact_backup_rule (
  account TEXT, region TEXT, plan TEXT, rule TEXT, name TEXT, vault TEXT, schedule TEXT,
  interval_hours REAL,                     -- longest time between two runs; NULL = the expression was not understood
  continuous INTEGER,
  keep_days INTEGER,                       -- NULL = for ever
  keep_event TEXT,                         -- 'DELETE_AFTER_COPY': the copies' retention counts
  copies TEXT                              -- JSON: destination vault, days
);
INSERT INTO fact_backup_rule
SELECT account, region, p.parent, json_extract(r.value, '$.RuleId'), json_extract(r.value, '$.RuleName'),
       json_extract(r.value, '$.TargetBackupVaultName'), json_extract(r.value, '$.ScheduleExpression'),
       -- Without an expression AWS Backup runs cron(0 5 ? * * *) (API reference, BackupRuleInput).
       schedule_hours(coalesce(json_extract(r.value, '$.ScheduleExpression'), 'cron(0 5 ? * * *)')),
       coalesce(json_extract(r.value, '$.EnableContinuousBackup'), 0), json_extract(r.value, '$.Lifecycle.DeleteAfterDays'),
       json_extract(r.value, '$.Lifecycle.DeleteAfterEvent'),
       (SELECT json_group_array(json_object('vault', json_extract(c.value, '$.DestinationBackupVaultArn'),
                                            'days', json_extract(c.value, '$.Lifecycle.DeleteAfterDays')))
        FROM json_each(r.value, '$.CopyActions') c)
FROM snap_resource p, json_each(p.data, '$.BackupPlan.Rules') r WHERE op = 'backup:GetBackupPlan';
CREATE INDEX fact_backup_rule_plan ON fact_backup_rule (plan, account, region);

-- Selections: Resources AND Conditions, OR ListOfTags, less NotResources; nothing at all = everything.
DROP TABLE IF EXISTS fact_backup_selection;
CREATE TABLE fact_backup_selection (
  account TEXT, region TEXT, plan TEXT, selection TEXT, name TEXT, role TEXT,
  resources TEXT, not_resources TEXT, tag_list TEXT, conditions TEXT
);
INSERT INTO fact_backup_selection
SELECT account, region, coalesce(json_extract(data, '$.BackupPlanId'), substr(parent, 1, instr(parent, '|') - 1)),
       coalesce(json_extract(data, '$.SelectionId'), substr(parent, instr(parent, '|') + 1)),
       json_extract(data, '$.BackupSelection.SelectionName'), json_extract(data, '$.BackupSelection.IamRoleArn'),
       coalesce(json_extract(data, '$.BackupSelection.Resources'), '[]'),
       coalesce(json_extract(data, '$.BackupSelection.NotResources'), '[]'),
       coalesce(json_extract(data, '$.BackupSelection.ListOfTags'), '[]'),
       (SELECT json_group_array(json_object('test', o.key, 'key', replace(json_extract(c.value, '$.ConditionKey'), 'aws:ResourceTag/', ''),
                                            'value', json_extract(c.value, '$.ConditionValue')))
        FROM json_each(data, '$.BackupSelection.Conditions') o, json_each(o.value) c)
FROM snap_resource WHERE op = 'backup:GetBackupSelection';
CREATE INDEX fact_backup_selection_plan ON fact_backup_selection (plan, account, region);

-- Which plan takes in which database, by the selection's own rules.
DROP TABLE IF EXISTS fact_backup_cover;
CREATE TABLE fact_backup_cover (account TEXT, region TEXT, arn TEXT, plan TEXT, interval_hours REAL);
INSERT INTO fact_backup_cover
SELECT d.account, d.region, d.arn, s.plan,
       (SELECT min(coalesce(CASE WHEN r.continuous = 1 THEN 24 END, r.interval_hours)) FROM fact_backup_rule r
        WHERE r.plan = s.plan AND r.account = s.account AND r.region = s.region)
FROM fact_backup_selection s JOIN fact_database d ON d.account = s.account AND d.region = s.region
WHERE NOT EXISTS (SELECT 1 FROM json_each(s.not_resources) n WHERE d.arn GLOB replace(n.value, '[', '[[]'))
  AND ((json_array_length(s.resources) + json_array_length(s.tag_list) + json_array_length(s.conditions) = 0)
    OR EXISTS (SELECT 1 FROM json_each(s.tag_list) t
               WHERE json_extract(d.tags, '$."' || json_extract(t.value, '$.ConditionKey') || '"') = json_extract(t.value, '$.ConditionValue'))
    OR ((json_array_length(s.resources) > 0 OR json_array_length(s.conditions) > 0)
        AND (json_array_length(s.resources) = 0
             OR EXISTS (SELECT 1 FROM json_each(s.resources) a WHERE d.arn GLOB replace(a.value, '[', '[[]')))
        AND NOT EXISTS (
          SELECT 1 FROM json_each(s.conditions) c
          WHERE NOT coalesce(CASE json_extract(c.value, '$.test')
            WHEN 'StringEquals' THEN json_extract(d.tags, '$."' || json_extract(c.value, '$.key') || '"') = json_extract(c.value, '$.value')
            WHEN 'StringLike' THEN json_extract(d.tags, '$."' || json_extract(c.value, '$.key') || '"') GLOB replace(json_extract(c.value, '$.value'), '[', '[[]')
            WHEN 'StringNotEquals' THEN coalesce(json_extract(d.tags, '$."' || json_extract(c.value, '$.key') || '"'), '') <> json_extract(c.value, '$.value')
            WHEN 'StringNotLike' THEN NOT coalesce(json_extract(d.tags, '$."' || json_extract(c.value, '$.key') || '"'), '') GLOB replace(json_extract(c.value, '$.value'), '[', '[[]')
            END, 0))));
CREATE INDEX fact_backup_cover_arn ON fact_backup_cover (arn, account, region);

DROP TABLE IF EXISTS fact_protected;
CREATE TABLE fact_protected (account TEXT, region TEXT, arn TEXT, type TEXT, last_us INTEGER, vault TEXT, read_us INTEGER);
INSERT INTO fact_protected
SELECT r.account, r.region, json_extract(r.data, '$.ResourceArn'), json_extract(r.data, '$.ResourceType'),
       unixepoch(json_extract(r.data, '$.LastBackupTime'), 'auto') * 1000000, json_extract(r.data, '$.LastBackupVaultArn'), c.at_us
FROM snap_resource r LEFT JOIN snap_call c ON c.id = r.call WHERE r.op = 'backup:ListProtectedResources';
CREATE INDEX fact_protected_arn ON fact_protected (arn, account, region);

DROP TABLE IF EXISTS fact_vault;
CREATE TABLE fact_vault (
  account TEXT, region TEXT, vault TEXT, arn TEXT, type TEXT, state TEXT, kms_key TEXT,
  detail_read INTEGER,                     -- 1 when DescribeBackupVault was read; the lock columns are NULL without
  points INTEGER, locked INTEGER, lock_us INTEGER, min_days INTEGER, max_days INTEGER
);
INSERT INTO fact_vault
WITH detail AS MATERIALIZED (
  SELECT account, region, parent, json_extract(data, '$.NumberOfRecoveryPoints') AS points, json_extract(data, '$.Locked') AS locked,
         unixepoch(json_extract(data, '$.LockDate'), 'auto') * 1000000 AS lock_us, json_extract(data, '$.MinRetentionDays') AS min_days,
         json_extract(data, '$.MaxRetentionDays') AS max_days
  FROM snap_resource WHERE op = 'backup:DescribeBackupVault'
)
SELECT v.account, v.region, coalesce(v.rid, json_extract(v.data, '$.BackupVaultName')), coalesce(v.arn, json_extract(v.data, '$.BackupVaultArn')),
       json_extract(v.data, '$.VaultType'), json_extract(v.data, '$.VaultState'), json_extract(v.data, '$.EncryptionKeyArn'),
       CASE WHEN d.parent IS NOT NULL THEN 1 END,
       coalesce(d.points, json_extract(v.data, '$.NumberOfRecoveryPoints')), d.locked, d.lock_us, d.min_days, d.max_days
FROM snap_resource v
LEFT JOIN detail d ON d.parent = coalesce(v.rid, json_extract(v.data, '$.BackupVaultName')) AND d.account = v.account AND d.region = v.region
WHERE v.op = 'backup:ListBackupVaults';
CREATE INDEX fact_vault_id ON fact_vault (vault, account, region);

DROP TABLE IF EXISTS fact_recovery_point;
CREATE TABLE fact_recovery_point (
  account TEXT, region TEXT, arn TEXT, vault TEXT, resource TEXT, resource_type TEXT, status TEXT,
  encrypted INTEGER, kms_key TEXT, key_type TEXT, created_us INTEGER, delete_us INTEGER
);
INSERT INTO fact_recovery_point
SELECT account, region, json_extract(data, '$.RecoveryPointArn'), coalesce(json_extract(data, '$.BackupVaultName'), parent),
       json_extract(data, '$.ResourceArn'), json_extract(data, '$.ResourceType'), json_extract(data, '$.Status'),
       json_extract(data, '$.IsEncrypted'), json_extract(data, '$.EncryptionKeyArn'), json_extract(data, '$.EncryptionKeyType'),
       unixepoch(json_extract(data, '$.CreationDate'), 'auto') * 1000000,
       unixepoch(json_extract(data, '$.CalculatedLifecycle.DeleteAt'), 'auto') * 1000000
FROM snap_resource WHERE op = 'backup:ListRecoveryPointsByBackupVault';
CREATE INDEX fact_recovery_point_vault ON fact_recovery_point (vault, account, region);
