-- id: rds-logging
-- title: Database logs go to CloudWatch Logs
-- severity: medium
-- citations: 164.312(b); 164.308(a)(1)(ii)(D)
-- type: AWS::RDS::DBInstance
-- scope: resource
-- lists: rds:DescribeDBInstances; rds:DescribeDBClusters
-- remedy: aws rds modify-db-instance --db-instance-identifier NAME --cloudwatch-logs-export-configuration EnableLogTypes=postgresql,upgrade (the types that the finding names; a cluster: modify-db-cluster); the log group then may hold data of patients: encrypt it and restrict who reads it
WITH want(family, logs) AS (
  VALUES ('postgres', '["postgresql","upgrade"]'), ('aurora-postgres', '["postgresql"]'),
         ('mysql', '["audit","error","general","slowquery"]'), ('mariadb', '["audit","error","general","slowquery"]'),
         ('aurora-mysql', '["audit","error","general","slowquery"]'), ('oracle', '["alert","audit","listener","trace"]'),
         ('sqlserver', '["error"]'), ('db2', '["diag.log","notify.log"]'), ('docdb', '["audit"]'), ('neptune', '["audit"]')
), judged AS (
  SELECT d.*, w.logs,
         (SELECT group_concat(l.value, ', ') FROM json_each(w.logs) l
          WHERE NOT EXISTS (SELECT 1 FROM json_each(d.log_exports) e WHERE e.value = l.value)) AS missing
  FROM fact_database d LEFT JOIN want w ON w.family = d.family
)
SELECT account, region, arn AS resource, name, NULL AS sub,
       CASE WHEN logs IS NULL THEN NULL ELSE missing IS NULL END AS ok,
       CASE WHEN logs IS NULL THEN 'which logs engine ' || coalesce(engine, '?') || ' has is not known to ward'
            WHEN missing IS NULL THEN 'all logs of ' || engine || ' are exported'
            ELSE engine || ' does not export: ' || missing END AS reason
FROM judged
