-- id: backup-recovery-point-encrypted
-- title: Recovery points are encrypted
-- severity: high
-- citations: 164.312(a)(2)(iv); 164.308(a)(7)(i); 164.308(a)(7)(ii)(A); 164.308(a)(7)(ii)(B); 164.310(d)(2)(iv)
-- type: AWS::Backup::BackupVault
-- scope: resource
-- lists: backup:ListBackupVaults
-- reads: backup:ListRecoveryPointsByBackupVault
-- remedy: Encrypt the source and copy the recovery point into a vault with a KMS key: aws backup start-copy-job --recovery-point-arn ARN --source-backup-vault-name VAULT --destination-backup-vault-arn ARN --iam-role-arn ROLE, then aws backup delete-recovery-point --backup-vault-name VAULT --recovery-point-arn ARN
SELECT v.account, v.region, v.arn AS resource, v.vault AS name, NULL AS sub,
       CASE WHEN sum(p.encrypted = 0) > 0 THEN 0
            WHEN sum(p.arn IS NOT NULL AND (p.encrypted IS NULL OR (p.kms_key IS NULL AND p.key_type IS NULL))) > 0 THEN NULL
            ELSE 1 END AS ok,
       CASE WHEN sum(p.encrypted = 0) > 0
              THEN sum(p.encrypted = 0) || ' of ' || count(p.arn) || ' recovery points are not encrypted, among them ' || min(CASE WHEN p.encrypted = 0 THEN p.arn END)
            WHEN sum(p.arn IS NOT NULL AND (p.encrypted IS NULL OR (p.kms_key IS NULL AND p.key_type IS NULL))) > 0
              THEN 'of ' || sum(p.arn IS NOT NULL AND (p.encrypted IS NULL OR (p.kms_key IS NULL AND p.key_type IS NULL))) || ' recovery points the answer names no key'
            WHEN count(p.arn) = 0 THEN 'the vault holds no recovery point'
            ELSE 'all ' || count(p.arn) || ' recovery points are encrypted' END AS reason,
       json_array(v.vault) AS keys
FROM fact_vault v LEFT JOIN fact_recovery_point p ON p.vault = v.vault AND p.account = v.account AND p.region = v.region
GROUP BY v.account, v.region, v.vault
