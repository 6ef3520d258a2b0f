-- Network: data stores, the subnets and the groups that they may stand in, and the table of all things (see
-- 66_net_service_thing.sql). A store that fails over comes up in any subnet of its subnet group, with its groups.

-- Keys that come out of JSON are cast: else SQLite, which compares text with text, makes no index over them.

-- Relational, document and graph databases. A member stands for its cluster, and has the cluster's subnets.
INSERT OR IGNORE INTO temp_net_thing
WITH engine(pattern, port) AS (VALUES
  ('postgres*', 5432), ('aurora-postgresql*', 5432), ('mysql*', 3306), ('mariadb*', 3306), ('aurora*', 3306), ('oracle*', 1521), ('sqlserver*', 1433),
  ('db2*', 50000), ('docdb*', 27017), ('neptune*', 8182)
), cluster AS MATERIALIZED (
  SELECT account, region, name, min(arn) AS arn, min(port) AS port FROM fact_db_cluster GROUP BY account, region, name
), raw AS MATERIALIZED (
  SELECT CAST(coalesce(arn, data ->> '$.DBInstanceArn') AS TEXT) AS arn, data ->> '$.NetworkType' = 'DUAL' AS dual,
         json_type(data, '$.VpcSecurityGroups') = 'array' AS groups_read FROM snap_resource WHERE op = 'rds:DescribeDBInstances'
)
SELECT d.arn, d.account, d.region, d.name, d.name, 'AWS::RDS::DBInstance', d.name, 'store', d.vpc, d.status = 'stopped', 0, d.public,
       json_array(coalesce(nullif(d.port, 0), c.port, (SELECT e.port FROM engine e WHERE d.engine GLOB e.pattern LIMIT 1))), c.arn, 'in',
       coalesce(r.groups_read, 0), coalesce(r.dual, 0)
FROM fact_db_instance d
LEFT JOIN cluster c ON c.account = d.account AND c.region = d.region AND c.name = d.cluster
LEFT JOIN raw r ON r.arn = d.arn
WHERE d.arn IS NOT NULL;
INSERT OR IGNORE INTO fact_net_place SELECT arn, subnet FROM fact_db_subnet WHERE arn IS NOT NULL AND subnet IS NOT NULL;
INSERT OR IGNORE INTO fact_net_place_group SELECT arn, sg FROM fact_db_group WHERE arn IS NOT NULL AND sg IS NOT NULL;
INSERT OR IGNORE INTO temp_net_thing
WITH member AS MATERIALIZED (SELECT DISTINCT account, region, cluster FROM fact_db_instance WHERE cluster IS NOT NULL),
place AS MATERIALIZED (
  SELECT account, region, CAST(coalesce(data ->> '$.DBSubnetGroupName', rid) AS TEXT) AS name, min(data ->> '$.VpcId') AS vpc FROM snap_resource
  WHERE op = 'rds:DescribeDBSubnetGroups' GROUP BY account, region, 3
), at AS MATERIALIZED (
  SELECT d.account, d.region, d.cluster, min(d.vpc) AS vpc FROM fact_db_instance d WHERE d.cluster IS NOT NULL GROUP BY 1, 2, 3
)
SELECT c.arn, c.account, c.region, c.name, c.name, 'AWS::RDS::DBCluster', c.name, 'store', coalesce(a.vpc, p.vpc), c.status = 'stopped', 0, c.public,
       json_array(coalesce(nullif(c.port, 0), CASE WHEN c.engine GLOB '*postgres*' THEN 5432 WHEN c.engine = 'docdb' THEN 27017 WHEN c.engine = 'neptune' THEN 8182
                                        ELSE 3306 END)),
       NULL, CASE WHEN m.cluster IS NULL THEN 'in' END, EXISTS (SELECT 1 FROM fact_db_group g WHERE g.arn = c.arn), 0
FROM fact_db_cluster c
LEFT JOIN member m ON m.account = c.account AND m.region = c.region AND m.cluster = c.name
LEFT JOIN place p ON p.account = c.account AND p.region = c.region AND p.name = c.subnet_group
LEFT JOIN at a ON a.account = c.account AND a.region = c.region AND a.cluster = c.name
WHERE c.arn IS NOT NULL;
INSERT OR IGNORE INTO fact_net_place
WITH place AS MATERIALIZED (
  SELECT r.account, r.region, CAST(coalesce(r.data ->> '$.DBSubnetGroupName', r.rid) AS TEXT) AS name, s.value ->> '$.SubnetIdentifier' AS subnet
  FROM snap_resource r, json_each(r.data, '$.Subnets') s WHERE r.op = 'rds:DescribeDBSubnetGroups' AND s.value ->> '$.SubnetIdentifier' IS NOT NULL
)
SELECT c.arn, p.subnet FROM fact_db_cluster c CROSS JOIN place p ON p.account = c.account AND p.region = c.region AND p.name = c.subnet_group
WHERE c.arn IS NOT NULL;

-- What else names its subnets and groups itself, or by a subnet group: one row a store, lists as JSON.
DROP TABLE IF EXISTS temp_net_store;
CREATE TABLE temp_net_store (
  arn TEXT PRIMARY KEY, account TEXT, region TEXT, id TEXT, key TEXT, type TEXT, kind TEXT, vpc TEXT, public INTEGER, ports TEXT, of TEXT,
  virtual TEXT, subnet_group TEXT, subnets TEXT, groups TEXT, enis TEXT, dual INTEGER
) WITHOUT ROWID;
CREATE INDEX temp_net_store_id ON temp_net_store (type, id);
INSERT OR IGNORE INTO temp_net_store
SELECT coalesce(arn, data ->> '$.DBProxyArn'), account, region, data ->> '$.DBProxyName', substr(data ->> '$.DBProxyArn', instr(data ->> '$.DBProxyArn', ':db-proxy:') + 10),
       'AWS::RDS::DBProxy', 'store', data ->> '$.VpcId', 0,
       CASE upper(coalesce(data ->> '$.EngineFamily', '')) WHEN 'MYSQL' THEN '[3306]' WHEN 'POSTGRESQL' THEN '[5432]' WHEN 'SQLSERVER' THEN '[1433]' END,
       NULL, 'in', NULL, data -> '$.VpcSubnetIds', data -> '$.VpcSecurityGroupIds', NULL, coalesce(data ->> '$.EndpointNetworkType', '') = 'DUAL'
FROM snap_resource WHERE op = 'rds:DescribeDBProxies' AND coalesce(arn, data ->> '$.DBProxyArn') IS NOT NULL;
-- Further endpoints of a proxy, with subnets and groups of their own.
INSERT OR IGNORE INTO temp_net_store
SELECT coalesce(e.arn, e.data ->> '$.DBProxyEndpointArn'), e.account, e.region, e.data ->> '$.DBProxyEndpointName',
       substr(e.data ->> '$.DBProxyEndpointArn', instr(e.data ->> '$.DBProxyEndpointArn', ':db-proxy-endpoint:') + 19), 'AWS::RDS::DBProxyEndpoint', 'store',
       e.data ->> '$.VpcId', 0, p.ports, p.arn, 'in', NULL, e.data -> '$.VpcSubnetIds', e.data -> '$.VpcSecurityGroupIds', NULL,
       coalesce(e.data ->> '$.EndpointNetworkType', '') = 'DUAL'
FROM snap_resource e
LEFT JOIN temp_net_store p ON p.type = 'AWS::RDS::DBProxy' AND p.id = e.data ->> '$.DBProxyName' AND p.account = e.account AND p.region = e.region
WHERE e.op = 'rds:DescribeDBProxyEndpoints' AND coalesce(e.arn, e.data ->> '$.DBProxyEndpointArn') IS NOT NULL;
INSERT OR IGNORE INTO temp_net_store
SELECT r.arn, account, region, data ->> '$.ClusterIdentifier', data ->> '$.ClusterIdentifier', 'AWS::Redshift::Cluster', 'store', data ->> '$.VpcId',
       data ->> '$.PubliclyAccessible', json_array(coalesce(data ->> '$.Endpoint.Port', 5439)), NULL, 'in', 'redshift ' || (data ->> '$.ClusterSubnetGroupName'), NULL,
       (SELECT json_group_array(g.value ->> '$.VpcSecurityGroupId') FROM json_each(data, '$.VpcSecurityGroups') g WHERE g.value ->> '$.VpcSecurityGroupId' IS NOT NULL),
       NULL, 0
FROM snap_resource r WHERE op = 'redshift:DescribeClusters' AND r.arn IS NOT NULL;
INSERT OR IGNORE INTO temp_net_store
SELECT coalesce(r.arn, 'redshift-endpoint/' || r.account || '/' || r.region || '/' || (r.data ->> '$.EndpointName')), r.account, r.region, r.data ->> '$.EndpointName',
       r.data ->> '$.EndpointName', 'AWS::Redshift::EndpointAccess', 'store', r.data ->> '$.VpcEndpoint.VpcId', 0, json_array(coalesce(r.data ->> '$.Port', 5439)),
       (SELECT c.arn FROM temp_net_store c WHERE c.type = 'AWS::Redshift::Cluster' AND c.id = r.data ->> '$.ClusterIdentifier'
        AND c.account = coalesce(r.data ->> '$.ResourceOwner', r.account) AND c.region = r.region),
       'in', 'redshift ' || (r.data ->> '$.SubnetGroupName'), NULL,
       (SELECT json_group_array(g.value ->> '$.VpcSecurityGroupId') FROM json_each(r.data, '$.VpcSecurityGroups') g),
       (SELECT json_group_array(n.value ->> '$.NetworkInterfaceId') FROM json_each(r.data, '$.VpcEndpoint.NetworkInterfaces') n), 0
FROM snap_resource r WHERE r.op = 'redshift:DescribeEndpointAccess' AND r.data ->> '$.EndpointName' IS NOT NULL;
INSERT OR IGNORE INTO temp_net_store
SELECT coalesce(r.arn, r.data ->> '$.workgroupArn'), account, region, data ->> '$.workgroupName', data ->> '$.workgroupName', 'AWS::RedshiftServerless::Workgroup', 'store',
       data ->> '$.endpoint.vpcEndpoints[0].vpcId', data ->> '$.publiclyAccessible', json_array(coalesce(data ->> '$.port', data ->> '$.endpoint.port', 5439)), NULL, 'in',
       NULL, data -> '$.subnetIds', data -> '$.securityGroupIds',
       (SELECT json_group_array(n.value ->> '$.networkInterfaceId') FROM json_each(data, '$.endpoint.vpcEndpoints') v, json_each(v.value, '$.networkInterfaces') n),
       coalesce(data ->> '$.ipAddressType', '') = 'dualstack'
FROM snap_resource r WHERE op = 'redshift-serverless:ListWorkgroups' AND coalesce(r.arn, r.data ->> '$.workgroupArn') IS NOT NULL;
INSERT OR IGNORE INTO temp_net_store
WITH replicated AS MATERIALIZED (
  SELECT account, region, coalesce(data ->> '$.ReplicationGroupId', rid) AS id, min(coalesce(arn, data ->> '$.ARN')) AS arn FROM snap_resource
  WHERE op = 'elasticache:DescribeReplicationGroups' GROUP BY 1, 2, 3
)
SELECT coalesce(r.arn, r.data ->> '$.ARN'), r.account, r.region, r.data ->> '$.CacheClusterId', r.data ->> '$.CacheClusterId', 'AWS::ElastiCache::CacheCluster', 'store',
       NULL, 0,
       json_array(coalesce(r.data ->> '$.ConfigurationEndpoint.Port', r.data ->> '$.CacheNodes[0].Endpoint.Port', CASE r.data ->> '$.Engine' WHEN 'memcached' THEN 11211 ELSE 6379 END)),
       g.arn, 'in', 'elasticache ' || (r.data ->> '$.CacheSubnetGroupName'), NULL,
       (SELECT json_group_array(s.value ->> '$.SecurityGroupId') FROM json_each(r.data, '$.SecurityGroups') s), NULL,
       coalesce(r.data ->> '$.NetworkType', 'ipv4') <> 'ipv4'
FROM snap_resource r
LEFT JOIN replicated g ON g.account = r.account AND g.region = r.region AND g.id = r.data ->> '$.ReplicationGroupId'
WHERE r.op = 'elasticache:DescribeCacheClusters' AND coalesce(r.arn, r.data ->> '$.ARN') IS NOT NULL;
-- A replication group is its cache clusters.
INSERT OR IGNORE INTO temp_net_store
SELECT coalesce(arn, data ->> '$.ARN'), account, region, coalesce(data ->> '$.ReplicationGroupId', rid), coalesce(data ->> '$.ReplicationGroupId', rid),
       'AWS::ElastiCache::ReplicationGroup', 'store', NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0
FROM snap_resource WHERE op = 'elasticache:DescribeReplicationGroups' AND coalesce(arn, data ->> '$.ARN') IS NOT NULL;
INSERT OR IGNORE INTO temp_net_store
SELECT coalesce(arn, data ->> '$.ARN'), account, region, data ->> '$.ServerlessCacheName', data ->> '$.ServerlessCacheName', 'AWS::ElastiCache::ServerlessCache', 'store',
       NULL, 0, json_array(coalesce(data ->> '$.Endpoint.Port', 6379), coalesce(data ->> '$.ReaderEndpoint.Port', 6380)), NULL, 'in', NULL, data -> '$.SubnetIds',
       data -> '$.SecurityGroupIds', NULL, 0
FROM snap_resource WHERE op = 'elasticache:DescribeServerlessCaches' AND coalesce(arn, data ->> '$.ARN') IS NOT NULL;
INSERT OR IGNORE INTO temp_net_store
SELECT coalesce(arn, data ->> '$.ARN'), account, region, data ->> '$.Name', data ->> '$.Name', 'AWS::MemoryDB::Cluster', 'store', NULL, 0,
       json_array(coalesce(data ->> '$.ClusterEndpoint.Port', 6379)), NULL, 'in', 'memorydb ' || (data ->> '$.SubnetGroupName'), NULL,
       (SELECT json_group_array(s.value ->> '$.SecurityGroupId') FROM json_each(data, '$.SecurityGroups') s), NULL, coalesce(data ->> '$.NetworkType', 'ipv4') <> 'ipv4'
FROM snap_resource WHERE op = 'memorydb:DescribeClusters' AND coalesce(arn, data ->> '$.ARN') IS NOT NULL;
INSERT OR IGNORE INTO temp_net_store
SELECT coalesce(arn, data ->> '$.ARN'), account, region, data ->> '$.DomainName', data ->> '$.DomainName', coalesce(type, 'AWS::OpenSearchService::Domain'), 'store',
       data ->> '$.VPCOptions.VPCId', 0, '[80,443]', NULL, 'in', NULL, data -> '$.VPCOptions.SubnetIds', data -> '$.VPCOptions.SecurityGroupIds', NULL,
       coalesce(data ->> '$.IPAddressType', '') = 'dualstack'
FROM snap_resource
WHERE op IN ('opensearch:DescribeDomains', 'es:DescribeElasticsearchDomains') AND data ->> '$.VPCOptions.VPCId' IS NOT NULL
  AND coalesce(arn, data ->> '$.ARN') IS NOT NULL
ORDER BY op DESC;
INSERT OR IGNORE INTO temp_net_store
SELECT coalesce(arn, data ->> '$.ClusterArn'), account, region, data ->> '$.ClusterName', coalesce(data ->> '$.ClusterArn', arn), 'AWS::MSK::Cluster', 'store', NULL,
       coalesce(data ->> '$.Provisioned.BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type', 'DISABLED') <> 'DISABLED',
       CASE data ->> '$.ClusterType' WHEN 'SERVERLESS' THEN '[9098]' ELSE '[2181,2182,9092,9094,9096,9098,9194,9196]' END, NULL, 'in', NULL,
       coalesce(data -> '$.Provisioned.BrokerNodeGroupInfo.ClientSubnets', (SELECT json_group_array(s.value) FROM json_each(data, '$.Serverless.VpcConfigs') v, json_each(v.value, '$.SubnetIds') s)),
       coalesce(data -> '$.Provisioned.BrokerNodeGroupInfo.SecurityGroups',
                CASE WHEN json_type(data, '$.Serverless.VpcConfigs') = 'array' THEN
                  (SELECT json_group_array(s.value) FROM json_each(data, '$.Serverless.VpcConfigs') v, json_each(v.value, '$.SecurityGroupIds') s) END), NULL,
       coalesce(data ->> '$.Provisioned.BrokerNodeGroupInfo.ConnectivityInfo.NetworkType', '') = 'DUAL'
FROM snap_resource WHERE op = 'kafka:ListClustersV2' AND coalesce(arn, data ->> '$.ClusterArn') IS NOT NULL;
-- Message brokers: AMQP, MQTT, OpenWire, STOMP, WebSocket over TLS, and the console.
INSERT OR IGNORE INTO temp_net_store
SELECT coalesce(arn, data ->> '$.BrokerArn'), account, region, data ->> '$.BrokerName', data ->> '$.BrokerId', 'AWS::AmazonMQ::Broker', 'store', NULL,
       data ->> '$.PubliclyAccessible', '[443,5671,8162,8883,61614,61617,61619]', NULL, 'in', NULL, data -> '$.SubnetIds', data -> '$.SecurityGroups', NULL, 0
FROM snap_resource WHERE op = 'mq:DescribeBroker' AND coalesce(arn, data ->> '$.BrokerArn') IS NOT NULL;
-- A file system's interfaces stay where they are: its groups are theirs.
INSERT OR IGNORE INTO temp_net_store
SELECT coalesce(arn, data ->> '$.ResourceARN'), account, region, data ->> '$.FileSystemId', data ->> '$.FileSystemId', 'AWS::FSx::FileSystem', 'store', data ->> '$.VpcId', 0,
       CASE data ->> '$.FileSystemType' WHEN 'LUSTRE' THEN '[988,1018,1019,1020,1021,1022,1023]' WHEN 'OPENZFS' THEN '[111,2049,20001,20002,20003]' END,
       NULL, NULL, NULL, NULL, NULL, data -> '$.NetworkInterfaceIds', 0
FROM snap_resource WHERE op = 'fsx:DescribeFileSystems' AND coalesce(arn, data ->> '$.ResourceARN') IS NOT NULL;
INSERT OR IGNORE INTO temp_net_store
WITH mount AS MATERIALIZED (
  SELECT m.account, m.region, m.data ->> '$.FileSystemId' AS fs, min(m.data ->> '$.VpcId') AS vpc, json_group_array(m.data ->> '$.NetworkInterfaceId') AS enis FROM snap_resource m
  WHERE m.op = 'efs:DescribeMountTargets' GROUP BY 1, 2, 3
)
SELECT coalesce(r.arn, r.data ->> '$.FileSystemArn'), r.account, r.region, r.data ->> '$.FileSystemId', r.data ->> '$.FileSystemId', 'AWS::EFS::FileSystem', 'store', m.vpc, 0, '[2049]',
       NULL, NULL, NULL, NULL, NULL, m.enis, 0
FROM snap_resource r LEFT JOIN mount m ON m.account = r.account AND m.region = r.region AND m.fs = r.data ->> '$.FileSystemId'
WHERE r.op = 'efs:DescribeFileSystems' AND coalesce(r.arn, r.data ->> '$.FileSystemArn') IS NOT NULL;
-- A replication instance sends: it reads one store and writes another.
INSERT OR IGNORE INTO temp_net_store
SELECT coalesce(arn, data ->> '$.ReplicationInstanceArn'), account, region, data ->> '$.ReplicationInstanceIdentifier', data ->> '$.ReplicationInstanceIdentifier',
       'AWS::DMS::ReplicationInstance', 'other', data ->> '$.ReplicationSubnetGroup.VpcId', data ->> '$.PubliclyAccessible', NULL, NULL, 'out', NULL,
       (SELECT json_group_array(s.value ->> '$.SubnetIdentifier') FROM json_each(data, '$.ReplicationSubnetGroup.Subnets') s),
       (SELECT json_group_array(g.value ->> '$.VpcSecurityGroupId') FROM json_each(data, '$.VpcSecurityGroups') g), NULL, coalesce(data ->> '$.NetworkType', '') = 'DUAL'
FROM snap_resource WHERE op = 'dms:DescribeReplicationInstances' AND coalesce(arn, data ->> '$.ReplicationInstanceArn') IS NOT NULL;

DROP TABLE IF EXISTS temp_net_subnet_group;
CREATE TABLE temp_net_subnet_group (account TEXT, region TEXT, name TEXT, subnet TEXT);
INSERT INTO temp_net_subnet_group
SELECT r.account, r.region,
       CASE r.op WHEN 'redshift:DescribeClusterSubnetGroups' THEN 'redshift ' || (r.data ->> '$.ClusterSubnetGroupName')
                 WHEN 'memorydb:DescribeSubnetGroups' THEN 'memorydb ' || (r.data ->> '$.Name') ELSE 'elasticache ' || (r.data ->> '$.CacheSubnetGroupName') END,
       coalesce(s.value ->> '$.SubnetIdentifier', s.value ->> '$.Identifier')
FROM snap_resource r, json_each(r.data, '$.Subnets') s
WHERE r.op IN ('redshift:DescribeClusterSubnetGroups', 'elasticache:DescribeCacheSubnetGroups', 'memorydb:DescribeSubnetGroups');
CREATE INDEX temp_net_subnet_group_name ON temp_net_subnet_group (name, account, region);
INSERT OR IGNORE INTO fact_net_place SELECT t.arn, s.value FROM temp_net_store t, json_each(t.subnets) s WHERE s.value IS NOT NULL;
INSERT OR IGNORE INTO fact_net_place
SELECT t.arn, g.subnet FROM temp_net_store t JOIN temp_net_subnet_group g ON g.name = t.subnet_group AND g.account = t.account AND g.region = t.region
WHERE g.subnet IS NOT NULL;
INSERT OR IGNORE INTO fact_net_place_group SELECT t.arn, g.value FROM temp_net_store t, json_each(t.groups) g WHERE g.value IS NOT NULL;
INSERT OR IGNORE INTO fact_net_thing_eni SELECT n.value, t.arn FROM temp_net_store t, json_each(t.enis) n WHERE n.value IS NOT NULL;
INSERT OR IGNORE INTO temp_net_thing
SELECT t.arn, t.account, t.region, t.id, t.key, t.type, t.id, t.kind, coalesce(t.vpc, p.vpc), 0, 0, t.public, t.ports, t.of, t.virtual, coalesce(json_array_length(t.groups), 0) > 0, t.dual
FROM temp_net_store t
LEFT JOIN (SELECT p.arn, min(s.vpc) AS vpc FROM fact_net_place p JOIN fact_subnet s ON s.subnet = p.subnet GROUP BY p.arn) p ON p.arn = t.arn;
DROP TABLE temp_net_store;
DROP TABLE temp_net_subnet_group;

-- Nodes and instances that answers know by their addresses.
INSERT OR IGNORE INTO fact_net_thing_eni
SELECT a.eni, t.arn FROM snap_resource r, json_each(r.data, '$.ClusterNodes') n
JOIN temp_net_thing t ON t.arn = r.arn JOIN fact_eni_address a ON a.vpc = t.vpc AND a.address = n.value ->> '$.PrivateIPAddress'
WHERE r.op = 'redshift:DescribeClusters';
INSERT OR IGNORE INTO fact_net_thing_eni
SELECT a.eni, t.arn FROM snap_resource r, json_each(r.data, '$.ReplicationInstancePrivateIpAddresses') n
JOIN temp_net_thing t ON t.arn = coalesce(r.arn, r.data ->> '$.ReplicationInstanceArn') JOIN fact_eni_address a ON a.vpc = t.vpc AND a.address = n.value
WHERE r.op = 'dms:DescribeReplicationInstances';

-- A store whose subnets were not read may be in any of its VPC's, which its groups tell where nothing else does; with which
-- groups it is there then counts as not known, so that nothing follows for sure.
DROP TABLE IF EXISTS temp_net_unplaced;
CREATE TABLE temp_net_unplaced (arn TEXT PRIMARY KEY, vpc TEXT) WITHOUT ROWID;
INSERT INTO temp_net_unplaced
SELECT t.arn, coalesce(t.vpc, (SELECT min(s.vpc) FROM fact_net_place_group g JOIN fact_sg s ON s.sg = g.sg WHERE g.arn = t.arn)) FROM temp_net_thing t
WHERE t.virtual = 'in' AND NOT EXISTS (SELECT 1 FROM fact_net_place p WHERE p.arn = t.arn);
UPDATE temp_net_thing SET groups_read = 0, vpc = (SELECT u.vpc FROM temp_net_unplaced u WHERE u.arn = temp_net_thing.arn)
WHERE arn IN (SELECT arn FROM temp_net_unplaced);
INSERT OR IGNORE INTO fact_net_place SELECT u.arn, s.subnet FROM temp_net_unplaced u JOIN (SELECT DISTINCT vpc, subnet FROM fact_subnet) s ON s.vpc = u.vpc;
DROP TABLE temp_net_unplaced;

DROP TABLE IF EXISTS fact_net_thing;
CREATE TABLE fact_net_thing (
  arn TEXT PRIMARY KEY, account TEXT, region TEXT, id TEXT, key TEXT, type TEXT, name TEXT, kind TEXT, vpc TEXT, stopped INTEGER,
  runs_code INTEGER, public INTEGER, ports TEXT, of TEXT, virtual TEXT, groups_read INTEGER, dual INTEGER,
  role TEXT, tenant TEXT, why TEXT, shared INTEGER, conflict INTEGER, phi INTEGER
) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_net_thing
SELECT t.arn, t.account, t.region, t.id, t.key, t.type, coalesce(t.name, f.name), t.kind, t.vpc, t.stopped, t.runs_code, t.public, t.ports, t.of, t.virtual, t.groups_read, t.dual,
       a.role, f.tenant, f.why, f.shared, f.conflict, f.phi
FROM temp_net_thing t
LEFT JOIN fact_thing f ON f.arn = t.arn
LEFT JOIN fact_access_runs_as a ON a.arn = t.arn
ORDER BY t.arn, f.tenant IS NULL;
-- Listings that the table of all things does not have by this ARN: tenant by account, VPC and ARN.
UPDATE fact_net_thing SET (tenant, why, shared, conflict) =
  (SELECT d ->> '$.tenant', d ->> '$.why', d ->> '$.shared', d ->> '$.conflict'
   FROM (SELECT tenant_of(fact_net_thing.account, fact_net_thing.vpc, NULL, fact_net_thing.arn) AS d))
WHERE shared IS NULL;
CREATE INDEX fact_net_thing_id ON fact_net_thing (type, id);
CREATE INDEX fact_net_thing_vpc ON fact_net_thing (vpc, kind);
DROP TABLE temp_net_thing;

-- fact_net_eni_owner: interfaces once an id, with what tells whose they are.
DROP TABLE IF EXISTS fact_net_eni_owner;
CREATE TABLE fact_net_eni_owner (
  eni TEXT PRIMARY KEY, account TEXT, region TEXT, subnet TEXT, type TEXT, requester TEXT, description TEXT, attached INTEGER, forwards INTEGER,
  hosted INTEGER,                          -- attached to an instance: what its description says is the customer's to write
  groups TEXT,                             -- in order, joined with ','
  tenant TEXT, why TEXT, shared INTEGER, conflict INTEGER
) WITHOUT ROWID;
INSERT OR IGNORE INTO fact_net_eni_owner
WITH grouped AS MATERIALIZED (
  SELECT eni, group_concat(sg, ',') AS groups FROM (SELECT DISTINCT eni, sg FROM fact_eni_group ORDER BY eni, sg) GROUP BY eni
), own AS MATERIALIZED (
  SELECT id, account, min(tenant) AS tenant, min(why) AS why, max(shared) AS shared, max(conflict) AS conflict FROM fact_thing
  WHERE type = 'AWS::EC2::NetworkInterface' GROUP BY id, account
)
SELECT e.eni, coalesce(e.owner, e.account), e.region, e.subnet, coalesce(e.type, 'interface'), e.requester, e.description,
       coalesce(e.attachment IS NOT NULL OR e.status <> 'available', 1), coalesce(e.source_dest_check, 1) = 0, e.instance IS NOT NULL, g.groups,
       f.tenant, f.why, f.shared, f.conflict
FROM fact_eni e LEFT JOIN grouped g ON g.eni = e.eni LEFT JOIN own f ON f.id = e.eni AND f.account = e.account
ORDER BY e.eni, e.account <> e.owner;
