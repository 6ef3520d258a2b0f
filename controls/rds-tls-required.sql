-- id: rds-tls-required
-- title: Database takes TLS only
-- severity: high
-- citations: 164.312(e)(1); 164.312(e)(2)(i); 164.312(e)(2)(ii)
-- type: AWS::RDS::DBInstance
-- scope: resource
-- lists: rds:DescribeDBInstances; rds:DescribeDBClusters
-- reads: rds:DescribeDBParameters; rds:DescribeDBClusterParameters; rds:DescribeOptionGroups
-- remedy: Set the parameter in the group that the database uses: aws rds modify-db-parameter-group --db-parameter-group-name GROUP --parameters ParameterName=rds.force_ssl,ParameterValue=1,ApplyMethod=pending-reboot (MySQL, MariaDB: require_secure_transport=1; a cluster: modify-db-cluster-parameter-group; DocumentDB: tls=enabled; Oracle: the option NATIVE_NETWORK_ENCRYPTION with SQLNET.ENCRYPTION_SERVER=REQUIRED), then reboot; a default group cannot be changed, make your own
WITH setting AS (
  SELECT d.*, w.parameter, w.good, p.name AS found, lower(p.value) AS value
  FROM fact_database d
  LEFT JOIN (SELECT 'postgres' AS family, 'rds.force_ssl' AS parameter, '["1","on"]' AS good
             UNION ALL SELECT 'aurora-postgres', 'rds.force_ssl', '["1","on"]'
             UNION ALL SELECT 'sqlserver', 'rds.force_ssl', '["1","on"]'
             UNION ALL SELECT 'mysql', 'require_secure_transport', '["1","on"]'
             UNION ALL SELECT 'aurora-mysql', 'require_secure_transport', '["1","on"]'
             UNION ALL SELECT 'mariadb', 'require_secure_transport', '["1","on"]'
             UNION ALL SELECT 'docdb', 'tls', '["enabled","tls1.2+","tls1.3+","fips-140-3"]'
             UNION ALL SELECT 'neptune', 'neptune_enforce_ssl', '["1"]'
             UNION ALL SELECT 'db2', 'db2comm', '["ssl"]') w ON w.family = d.family
  LEFT JOIN fact_db_parameter p ON p.account = d.account AND p.region = d.region AND p.is_cluster = d.is_cluster
   AND p.parameter_group = d.parameter_group AND p.name = w.parameter
), oracle AS (
  SELECT d.arn, count(o.option_group) AS known,
         max(o.option = 'NATIVE_NETWORK_ENCRYPTION' AND upper(json_extract(o.settings, '$."SQLNET.ENCRYPTION_SERVER"')) = 'REQUIRED') AS required,
         max(o.option = 'SSL') AS ssl
  FROM fact_database d, json_each(d.option_groups) g
  JOIN fact_db_option o ON o.account = d.account AND o.region = d.region AND o.option_group = g.value
  WHERE d.family = 'oracle' GROUP BY d.arn
), judged AS (
  SELECT s.*, o.known, o.required, o.ssl,
         CASE WHEN s.family = 'oracle' THEN CASE WHEN o.required = 1 THEN 1 WHEN o.ssl = 1 THEN NULL WHEN o.known > 0 THEN 0 END
              WHEN s.found IS NULL THEN NULL
              WHEN s.value IS NOT NULL AND s.value <> '' THEN EXISTS (SELECT 1 FROM json_each(s.good) g WHERE g.value = s.value)
              -- No value in the group: the engine's own default.
              WHEN s.family = 'postgres' THEN s.version >= 15
              WHEN s.family = 'aurora-postgres' THEN s.version >= 17
              WHEN s.family = 'mysql' AND s.version < 8.4 THEN 0
              WHEN s.family = 'mariadb' AND s.version < 11.8 THEN 0
              WHEN s.family IN ('aurora-mysql', 'sqlserver') THEN 0 END AS forced
  FROM setting s LEFT JOIN oracle o ON o.arn = s.arn
)
SELECT account, region, arn AS resource, name, NULL AS sub,
       CASE WHEN forced = 1 AND coalesce(parameter_status, 'in-sync') <> 'in-sync' THEN NULL ELSE forced END AS ok,
       engine || ' ' || coalesce(engine_version, '') || ': '
         || CASE WHEN family = 'oracle' AND required = 1 THEN 'native network encryption is required'
                 WHEN family = 'oracle' AND ssl = 1 THEN 'the SSL option adds an encrypted port; whether the plain one is closed is not judged'
                 WHEN family = 'oracle' AND known > 0 THEN 'its option group has neither NATIVE_NETWORK_ENCRYPTION required nor SSL'
                 WHEN family = 'oracle' THEN 'its option group was not read'
                 WHEN parameter IS NULL THEN 'what makes this engine take TLS only is not known to ward'
                 WHEN found IS NULL THEN parameter || ' of parameter group ' || coalesce(parameter_group, '?') || ' was not read'
                 WHEN forced = 1 AND coalesce(parameter_status, 'in-sync') <> 'in-sync'
                   THEN parameter || ' is set in ' || parameter_group || ', but the group is not applied yet (' || parameter_status || ')'
                 WHEN forced IS NULL THEN parameter || ' has no value in ' || parameter_group || ' and the default of this version is not known to ward'
                 ELSE parameter || ' is ' || coalesce(nullif(value, ''), 'at its default')
                      || CASE WHEN forced = 1 THEN ': TLS is demanded' ELSE ': connections without TLS are taken' END END AS reason,
       CASE WHEN family = 'oracle' THEN '[]' ELSE json_array(parameter_group) END AS keys,
       CASE WHEN family <> 'oracle' AND found IS NOT NULL THEN 'witness' END AS basis
FROM judged
