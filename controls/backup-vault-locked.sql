-- id: backup-vault-locked
-- title: Backup vault is locked in compliance mode
-- severity: high
-- citations: 164.308(a)(7)(i); 164.308(a)(7)(ii)(A); 164.308(a)(7)(ii)(B); 164.310(d)(2)(iv); 164.312(c)(1); 164.312(c)(2)
-- type: AWS::Backup::BackupVault
-- scope: resource
-- lists: backup:ListBackupVaults
-- reads: backup:DescribeBackupVault; backup:ListBackupPlans; backup:GetBackupPlan
-- remedy: aws backup put-backup-vault-lock-configuration --backup-vault-name VAULT --min-retention-days 35 --changeable-for-days 3; after these days nobody, AWS included, can shorten it: try the retention in governance mode first
WITH vault AS (
  SELECT v.*, EXISTS (SELECT 1 FROM fact_backup_rule r WHERE r.vault = v.vault AND r.account = v.account AND r.region = v.region) AS used
  FROM fact_vault v
)
SELECT account, region, arn AS resource, vault AS name, NULL AS sub,
       CASE WHEN detail_read IS NULL THEN NULL
            WHEN points = 0 AND NOT used AND coalesce(locked, 0) = 0 THEN 1
            WHEN coalesce(locked, 0) = 0 THEN 0
            WHEN coalesce(type, '') <> 'LOGICALLY_AIR_GAPPED_BACKUP_VAULT' AND (lock_us IS NULL OR lock_us > now_us()) THEN 0
            ELSE coalesce(min_days, 0) >= threshold('backup_days') END AS ok,
       CASE WHEN detail_read IS NULL THEN 'its lock was not read'
            WHEN points = 0 AND NOT used AND coalesce(locked, 0) = 0 THEN 'it holds no recovery point and no plan writes to it'
            WHEN coalesce(locked, 0) = 0 THEN 'it is not locked'
            WHEN coalesce(type, '') <> 'LOGICALLY_AIR_GAPPED_BACKUP_VAULT' AND lock_us IS NULL THEN 'it is locked in governance mode: who has the permission can unlock it'
            WHEN coalesce(type, '') <> 'LOGICALLY_AIR_GAPPED_BACKUP_VAULT' AND lock_us > now_us() THEN 'its lock can still be removed until '
              || strftime('%Y-%m-%d', lock_us / 1000000, 'unixepoch')
            WHEN min_days IS NULL THEN 'it is locked in compliance mode, but without a least retention'
            ELSE 'it is locked in compliance mode and keeps recovery points at least ' || min_days || ' days'
              || CASE WHEN min_days < threshold('backup_days') THEN ', ' || threshold('backup_days') || ' are wanted' ELSE '' END END AS reason,
       -- That no plan writes to it rests on every plan having been read.
       CASE WHEN points = 0 AND NOT used THEN (SELECT json_group_array(k.key) FROM (SELECT v.vault AS key
              UNION SELECT p.plan FROM fact_backup_plan p WHERE p.account = v.account AND p.region = v.region) k)
            ELSE json_array(vault) END AS keys,
       CASE WHEN locked = 1 THEN 'witness' END AS basis
FROM vault v
