-- id: secrets-rotation-enabled
-- title: Secret rotates by itself
-- severity: high
-- citations: 164.308(a)(5)(ii)(D); 164.312(d)
-- type: AWS::SecretsManager::Secret
-- scope: resource
-- lists: secretsmanager:ListSecrets
-- remedy: aws secretsmanager rotate-secret --secret-id SECRET --rotation-rules AutomaticallyAfterDays=30 --rotation-lambda-arn FUNCTION;
--   for RDS let the database manage its master password
SELECT account, region, arn AS resource, name, NULL AS sub, rotation AS ok,
       CASE WHEN rotation THEN 'rotates' || coalesce(' every ' || days || ' days', ' by ' || schedule, '') ELSE 'does not rotate' END AS reason
FROM fact_secret
