-- Databases: RDS instances and clusters (Aurora, DocumentDB and Neptune come through the same calls), their
-- parameters, option groups and snapshots, and DynamoDB tables.

DROP TABLE IF EXISTS fact_db_cluster;
CREATE TABLE fact_db_cluster (
  account TEXT, region TEXT, arn TEXT, name TEXT, tags TEXT, engine TEXT, engine_version TEXT, engine_mode TEXT, status TEXT,
  encrypted INTEGER, kms_key TEXT, public INTEGER, backup_days INTEGER, restorable_us INTEGER, read_us INTEGER,
  multi_az INTEGER, port INTEGER, subnet_group TEXT, parameter_group TEXT, log_exports TEXT, members TEXT,
  replica_of TEXT, data_api INTEGER,
  parameter_status TEXT                    -- a member's, where it is not in-sync
);
INSERT INTO fact_db_cluster
SELECT r.account, r.region, coalesce(r.arn, json_extract(r.data, '$.DBClusterArn')), json_extract(r.data, '$.DBClusterIdentifier'),
       r.tags, lower(json_extract(r.data, '$.Engine')), json_extract(r.data, '$.EngineVersion'), json_extract(r.data, '$.EngineMode'),
       json_extract(r.data, '$.Status'), json_extract(r.data, '$.StorageEncrypted'), json_extract(r.data, '$.KmsKeyId'),
       json_extract(r.data, '$.PubliclyAccessible'), json_extract(r.data, '$.BackupRetentionPeriod'),
       unixepoch(json_extract(r.data, '$.LatestRestorableTime'), 'auto') * 1000000, c.at_us,
       json_extract(r.data, '$.MultiAZ'), json_extract(r.data, '$.Port'), json_extract(r.data, '$.DBSubnetGroup'),
       json_extract(r.data, '$.DBClusterParameterGroup'), coalesce(json_extract(r.data, '$.EnabledCloudwatchLogsExports'), '[]'),
       (SELECT json_group_array(json_extract(m.value, '$.DBInstanceIdentifier')) FROM json_each(r.data, '$.DBClusterMembers') m),
       json_extract(r.data, '$.ReplicationSourceIdentifier'), json_extract(r.data, '$.HttpEndpointEnabled'),
       (SELECT max(json_extract(m.value, '$.DBClusterParameterGroupStatus')) FROM json_each(r.data, '$.DBClusterMembers') m
        WHERE json_extract(m.value, '$.DBClusterParameterGroupStatus') <> 'in-sync')
FROM snap_resource r LEFT JOIN snap_call c ON c.id = r.call WHERE r.op = 'rds:DescribeDBClusters';
CREATE INDEX fact_db_cluster_name ON fact_db_cluster (account, region, name);

DROP TABLE IF EXISTS fact_db_instance;
CREATE TABLE fact_db_instance (
  account TEXT, region TEXT, arn TEXT, name TEXT, tags TEXT, engine TEXT, engine_version TEXT, status TEXT,
  cluster TEXT,                            -- the cluster that it is a member of
  encrypted INTEGER, kms_key TEXT, public INTEGER, backup_days INTEGER, restorable_us INTEGER, created_us INTEGER, read_us INTEGER,
  multi_az INTEGER, az TEXT, vpc TEXT, subnet_group TEXT, port INTEGER, endpoint TEXT,
  parameter_group TEXT, parameter_status TEXT, option_groups TEXT, log_exports TEXT,
  replica_of TEXT                          -- instance or cluster that it is a read replica of
);
INSERT INTO fact_db_instance
SELECT r.account, r.region, coalesce(r.arn, json_extract(r.data, '$.DBInstanceArn')), json_extract(r.data, '$.DBInstanceIdentifier'),
       r.tags, lower(json_extract(r.data, '$.Engine')), json_extract(r.data, '$.EngineVersion'), json_extract(r.data, '$.DBInstanceStatus'),
       json_extract(r.data, '$.DBClusterIdentifier'), json_extract(r.data, '$.StorageEncrypted'), json_extract(r.data, '$.KmsKeyId'),
       json_extract(r.data, '$.PubliclyAccessible'), json_extract(r.data, '$.BackupRetentionPeriod'),
       unixepoch(json_extract(r.data, '$.LatestRestorableTime'), 'auto') * 1000000,
       unixepoch(json_extract(r.data, '$.InstanceCreateTime'), 'auto') * 1000000, c.at_us,
       json_extract(r.data, '$.MultiAZ'), json_extract(r.data, '$.AvailabilityZone'), json_extract(r.data, '$.DBSubnetGroup.VpcId'),
       json_extract(r.data, '$.DBSubnetGroup.DBSubnetGroupName'),
       coalesce(json_extract(r.data, '$.Endpoint.Port'), nullif(json_extract(r.data, '$.DbInstancePort'), 0)),
       json_extract(r.data, '$.Endpoint.Address'),
       json_extract(r.data, '$.DBParameterGroups[0].DBParameterGroupName'),
       json_extract(r.data, '$.DBParameterGroups[0].ParameterApplyStatus'),
       (SELECT json_group_array(json_extract(o.value, '$.OptionGroupName')) FROM json_each(r.data, '$.OptionGroupMemberships') o),
       coalesce(json_extract(r.data, '$.EnabledCloudwatchLogsExports'), '[]'),
       coalesce(json_extract(r.data, '$.ReadReplicaSourceDBInstanceIdentifier'), json_extract(r.data, '$.ReadReplicaSourceDBClusterIdentifier'))
FROM snap_resource r LEFT JOIN snap_call c ON c.id = r.call WHERE r.op = 'rds:DescribeDBInstances';
CREATE INDEX fact_db_instance_name ON fact_db_instance (account, region, name);
CREATE INDEX fact_db_instance_cluster ON fact_db_instance (account, region, cluster);

DROP TABLE IF EXISTS fact_db_group;
CREATE TABLE fact_db_group (account TEXT, region TEXT, arn TEXT, sg TEXT, status TEXT);
INSERT INTO fact_db_group
SELECT account, region, coalesce(arn, json_extract(data, '$.DBInstanceArn'), json_extract(data, '$.DBClusterArn')),
       json_extract(g.value, '$.VpcSecurityGroupId'), json_extract(g.value, '$.Status')
FROM snap_resource, json_each(data, '$.VpcSecurityGroups') g WHERE op IN ('rds:DescribeDBInstances', 'rds:DescribeDBClusters');
CREATE INDEX fact_db_group_arn ON fact_db_group (arn);
CREATE INDEX fact_db_group_sg ON fact_db_group (sg);

DROP TABLE IF EXISTS fact_db_subnet;
CREATE TABLE fact_db_subnet (account TEXT, region TEXT, arn TEXT, vpc TEXT, subnet TEXT);
INSERT INTO fact_db_subnet
SELECT account, region, coalesce(arn, json_extract(data, '$.DBInstanceArn')), json_extract(data, '$.DBSubnetGroup.VpcId'),
       json_extract(s.value, '$.SubnetIdentifier')
FROM snap_resource, json_each(data, '$.DBSubnetGroup.Subnets') s WHERE op = 'rds:DescribeDBInstances';
CREATE INDEX fact_db_subnet_arn ON fact_db_subnet (arn);

-- What stores the data: every cluster, and every instance that is no cluster's member. Backups, zones, logs, TLS and
-- security groups are the cluster's where there is one.
DROP TABLE IF EXISTS fact_database;
CREATE TABLE fact_database (
  account TEXT, region TEXT, arn TEXT, name TEXT, tags TEXT, is_cluster INTEGER,
  engine TEXT, engine_version TEXT, version REAL,  -- 16.3, 8.4: major and minor as a number
  family TEXT,                             -- postgres, aurora-postgres, mysql, aurora-mysql, mariadb, oracle, sqlserver, db2, docdb, neptune
  status TEXT, backup_days INTEGER, restorable_us INTEGER, read_us INTEGER, multi_az INTEGER, vpc TEXT,
  port INTEGER,                            -- the engine's own where the answer names none
  parameter_group TEXT, parameter_status TEXT, option_groups TEXT, log_exports TEXT, replica_of TEXT,
  source_judged INTEGER,                   -- 1 when what it is a replica of is in this table too
  tenant TEXT
);
INSERT INTO fact_database
SELECT account, region, arn, name, tags, is_cluster, engine, engine_version, CAST(engine_version AS REAL),
       CASE WHEN engine = 'postgres' THEN 'postgres' WHEN engine = 'aurora-postgresql' THEN 'aurora-postgres'
            WHEN engine = 'mysql' THEN 'mysql' WHEN engine IN ('aurora', 'aurora-mysql') THEN 'aurora-mysql'
            WHEN engine = 'mariadb' THEN 'mariadb' WHEN engine LIKE '%oracle-%' THEN 'oracle'
            WHEN engine LIKE '%sqlserver-%' THEN 'sqlserver' WHEN engine LIKE 'db2-%' THEN 'db2'
            WHEN engine = 'docdb' THEN 'docdb' WHEN engine = 'neptune' THEN 'neptune' END,
       status, backup_days, restorable_us, read_us, multi_az, vpc, port, parameter_group, parameter_status, option_groups, log_exports, replica_of, 0,
       (SELECT t.tenant FROM fact_thing t WHERE t.arn = d.arn LIMIT 1)
FROM (
  SELECT account, region, arn, name, tags, 0 AS is_cluster, engine, engine_version, status, backup_days, restorable_us, read_us,
         multi_az, vpc, port, parameter_group, parameter_status, option_groups, log_exports, replica_of
  FROM fact_db_instance WHERE cluster IS NULL
  UNION ALL
  SELECT c.account, c.region, c.arn, c.name, c.tags, 1, c.engine, c.engine_version, c.status, c.backup_days, c.restorable_us, c.read_us,
         CASE WHEN c.multi_az = 1 THEN 1
              WHEN (SELECT count(DISTINCT i.az) FROM fact_db_instance i WHERE i.account = c.account AND i.region = c.region AND i.cluster = c.name) > 1 THEN 1
              ELSE c.multi_az END,
         (SELECT min(i.vpc) FROM fact_db_instance i WHERE i.account = c.account AND i.region = c.region AND i.cluster = c.name),
         c.port, c.parameter_group, c.parameter_status,
         '[]', c.log_exports, c.replica_of
  FROM fact_db_cluster c
) d;
CREATE INDEX fact_database_arn ON fact_database (arn);
CREATE INDEX fact_database_name ON fact_database (account, region, name);
UPDATE fact_database SET source_judged =
  EXISTS (SELECT 1 FROM fact_database s WHERE s.arn = fact_database.replica_of AND s.arn <> fact_database.arn)
  OR EXISTS (SELECT 1 FROM fact_database s WHERE s.account = fact_database.account AND s.region = fact_database.region
             AND s.name = fact_database.replica_of AND s.arn <> fact_database.arn)
WHERE replica_of IS NOT NULL;
UPDATE fact_database SET port =
  CASE WHEN family LIKE '%postgres' THEN 5432 WHEN family IN ('mysql', 'aurora-mysql', 'mariadb') THEN 3306
       WHEN family = 'oracle' THEN 1521 WHEN family = 'sqlserver' THEN 1433 WHEN family = 'docdb' THEN 27017
       WHEN family = 'neptune' THEN 8182 WHEN family = 'db2' THEN 50000 END
WHERE port IS NULL;

-- Parameters that decide on TLS and on what is logged; the other hundreds stay in the store.
DROP TABLE IF EXISTS fact_db_parameter;
CREATE TABLE fact_db_parameter (
  account TEXT, region TEXT, is_cluster INTEGER, parameter_group TEXT, name TEXT, value TEXT, source TEXT, apply TEXT
);
INSERT INTO fact_db_parameter
SELECT account, region, op = 'rds:DescribeDBClusterParameters', parent, name, json_extract(data, '$.ParameterValue'),
       json_extract(data, '$.Source'), json_extract(data, '$.ApplyType')
FROM (SELECT account, region, op, parent, data, json_extract(data, '$.ParameterName') AS name
      FROM snap_resource WHERE op IN ('rds:DescribeDBParameters', 'rds:DescribeDBClusterParameters'))
WHERE name IN ('rds.force_ssl', 'require_secure_transport', 'tls', 'neptune_enforce_ssl', 'db2comm',
               'log_statement', 'log_min_duration_statement', 'pgaudit.log', 'shared_preload_libraries', 'server_audit_events',
               'server_audit_logging', 'general_log', 'slow_query_log', 'audit_logs', 'neptune_enable_audit_log');
CREATE INDEX fact_db_parameter_key ON fact_db_parameter (account, region, is_cluster, parameter_group, name);

DROP TABLE IF EXISTS fact_db_option;
CREATE TABLE fact_db_option (account TEXT, region TEXT, option_group TEXT, option TEXT, settings TEXT);
INSERT INTO fact_db_option
SELECT account, region, coalesce(json_extract(data, '$.OptionGroupName'), rid), json_extract(o.value, '$.OptionName'),
       (SELECT json_group_object(json_extract(s.value, '$.Name'), json_extract(s.value, '$.Value'))
        FROM json_each(o.value, '$.OptionSettings') s)
FROM snap_resource LEFT JOIN json_each(data, '$.Options') o WHERE op = 'rds:DescribeOptionGroups';
CREATE INDEX fact_db_option_key ON fact_db_option (account, region, option_group);

DROP TABLE IF EXISTS fact_db_snapshot;
CREATE TABLE fact_db_snapshot (
  account TEXT, region TEXT, arn TEXT, name TEXT, is_cluster INTEGER, database TEXT, type TEXT, encrypted INTEGER, status TEXT,
  attributes_read INTEGER, public INTEGER, shared_with TEXT
);
INSERT INTO fact_db_snapshot
WITH attribute AS MATERIALIZED (
  SELECT account, region, op = 'rds:DescribeDBClusterSnapshotAttributes' AS is_cluster, parent,
         coalesce(json_extract(data, '$.DBSnapshotAttributes'), json_extract(data, '$.DBClusterSnapshotAttributes')) AS list
  FROM snap_resource WHERE op IN ('rds:DescribeDBSnapshotAttributes', 'rds:DescribeDBClusterSnapshotAttributes')
), shared AS MATERIALIZED (
  SELECT a.account, a.region, a.is_cluster, a.parent,
         json_group_array(v.value) FILTER (WHERE v.value IS NOT NULL) AS shared_with, coalesce(max(v.value = 'all'), 0) AS public
  FROM attribute a
  LEFT JOIN json_each(a.list) t ON json_extract(t.value, '$.AttributeName') = 'restore'
  LEFT JOIN json_each(t.value, '$.AttributeValues') v
  WHERE a.list IS NOT NULL
  GROUP BY a.account, a.region, a.is_cluster, a.parent
)
SELECT s.account, s.region, s.arn, s.name, s.is_cluster, s.database, s.type, s.encrypted, s.status,
       CASE WHEN h.parent IS NOT NULL THEN 1 END, h.public, h.shared_with
FROM (
  SELECT account, region, coalesce(arn, json_extract(data, '$.DBSnapshotArn')) AS arn, json_extract(data, '$.DBSnapshotIdentifier') AS name,
         0 AS is_cluster, json_extract(data, '$.DBInstanceIdentifier') AS database, json_extract(data, '$.SnapshotType') AS type,
         json_extract(data, '$.Encrypted') AS encrypted, json_extract(data, '$.Status') AS status
  FROM snap_resource WHERE op = 'rds:DescribeDBSnapshots'
  UNION ALL
  SELECT account, region, coalesce(arn, json_extract(data, '$.DBClusterSnapshotArn')), json_extract(data, '$.DBClusterSnapshotIdentifier'),
         1, json_extract(data, '$.DBClusterIdentifier'), json_extract(data, '$.SnapshotType'),
         json_extract(data, '$.StorageEncrypted'), json_extract(data, '$.Status')
  FROM snap_resource WHERE op = 'rds:DescribeDBClusterSnapshots'
) s
LEFT JOIN shared h ON h.account = s.account AND h.region = s.region AND h.is_cluster = s.is_cluster AND h.parent = s.name;
CREATE INDEX fact_db_snapshot_arn ON fact_db_snapshot (arn);

DROP TABLE IF EXISTS fact_dynamodb_table;
CREATE TABLE fact_dynamodb_table (
  account TEXT, region TEXT, name TEXT, arn TEXT,
  pitr TEXT, pitr_days INTEGER             -- NULL = DescribeContinuousBackups was not read
);
INSERT INTO fact_dynamodb_table
WITH backup AS MATERIALIZED (
  SELECT account, region, parent,
         json_extract(data, '$.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus') AS pitr,
         json_extract(data, '$.PointInTimeRecoveryDescription.RecoveryPeriodInDays') AS days
  FROM snap_resource WHERE op = 'dynamodb:DescribeContinuousBackups'
), listed AS MATERIALIZED (
  SELECT account, region, coalesce(rid, json_extract(data, '$')) AS name, arn FROM snap_resource WHERE op = 'dynamodb:ListTables'
)
SELECT t.account, t.region, t.name,
       coalesce(t.arn, 'arn:' || CASE WHEN t.region GLOB 'us-gov-*' THEN 'aws-us-gov' WHEN t.region GLOB 'cn-*' THEN 'aws-cn' ELSE 'aws' END
                || ':dynamodb:' || t.region || ':' || t.account || ':table/' || t.name),
       b.pitr, b.days
FROM listed t LEFT JOIN backup b ON b.parent = t.name AND b.account = t.account AND b.region = t.region;
CREATE INDEX fact_dynamodb_table_arn ON fact_dynamodb_table (arn);
