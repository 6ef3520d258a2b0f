-- id: secrets-rotation-enabled
-- title: Secret rotates by itself
-- severity: high
-- citations: 164.308(a)(5)(ii)(D); 164.312(d)
-- type: AWS::SecretsManager::Secret
-- scope: resource
-- lists: secretsmanager:ListSecrets
-- remedy: aws secretsmanager rotate-secret --secret-id SECRET --rotation-rules AutomaticallyAfterDays=30 --rotation-lambda-arn FUNCTION;
--   for RDS let the database manage its master password
SELECT s.account, s.region, s.arn AS resource, s.name, NULL AS sub,
       CASE WHEN s.replica_of IS NULL OR s.rotation THEN s.rotation ELSE p.rotation END AS ok,
       CASE WHEN s.replica_of IS NOT NULL AND NOT s.rotation THEN 'replica of the secret in ' || s.replica_of
              || CASE p.rotation WHEN 1 THEN ', which rotates' WHEN 0 THEN ', which does not rotate' ELSE ', which was not read' END
            WHEN s.rotation THEN 'rotates' || coalesce(' every ' || s.days || ' days', ' by ' || s.schedule, '') ELSE 'does not rotate' END AS reason
FROM fact_secret s LEFT JOIN fact_secret p ON p.account = s.account AND p.region = s.replica_of AND p.name = s.name
