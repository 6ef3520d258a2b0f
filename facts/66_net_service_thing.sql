-- Network: what stands on it: hosts, tasks, functions, data stores, balancers, gateways. One row an ARN, with its tenant.
--
-- kind: net.h's enum net_thing_kind. key: what descriptions of interfaces call it by. virtual: interfaces that are not in
-- the answers but may be: 'in' (a store may come up in each subnet of its group: fact_net_place), 'out' (makes connections
-- from there), 'around' (the same, and no group of its own is asked), 'node' (answers
-- where it has no other interface). groups_read: 1 when its own answer has its groups.
-- Ports, where the answer names none, are the engine's own: Amazon RDS, ElastiCache, MemoryDB, Redshift, MSK, Amazon MQ,
-- EFS, FSx User Guides and OpenSearch Service Developer Guide (read 2026).

DROP TABLE IF EXISTS temp_net_thing;
CREATE TABLE temp_net_thing (
  arn TEXT PRIMARY KEY, account TEXT, region TEXT, id TEXT, key TEXT, type TEXT, name TEXT, kind TEXT, vpc TEXT, stopped INTEGER,
  runs_code INTEGER, public INTEGER, ports TEXT, of TEXT, virtual TEXT, groups_read INTEGER, dual INTEGER
) WITHOUT ROWID;

-- The subnets and groups that a thing may have an interface in, beside the interfaces that were read.
DROP TABLE IF EXISTS fact_net_place;
CREATE TABLE fact_net_place (arn TEXT, subnet TEXT, PRIMARY KEY (arn, subnet)) WITHOUT ROWID;
DROP TABLE IF EXISTS fact_net_place_group;
CREATE TABLE fact_net_place_group (arn TEXT, sg TEXT, PRIMARY KEY (arn, sg)) WITHOUT ROWID;
-- Interfaces that an answer names as a thing's own.
DROP TABLE IF EXISTS fact_net_thing_eni;
CREATE TABLE fact_net_thing_eni (eni TEXT PRIMARY KEY, arn TEXT NOT NULL) WITHOUT ROWID;

-- Hosts. What is terminated has no interfaces any more.
INSERT OR IGNORE INTO temp_net_thing
SELECT coalesce(arn, instance), account, region, instance, instance, 'AWS::EC2::Instance', name, 'host', vpc,
       state IN ('stopped', 'stopping'), 1, NULL, NULL, NULL, NULL, NULL, 0
FROM fact_instance WHERE coalesce(state, '') <> 'terminated';
INSERT OR IGNORE INTO fact_net_thing_eni
SELECT e.eni, t.arn FROM fact_eni e JOIN fact_instance i ON i.instance = e.instance JOIN temp_net_thing t ON t.arn = coalesce(i.arn, i.instance);
INSERT OR IGNORE INTO fact_net_thing_eni
SELECT n.value ->> '$.NetworkInterfaceId', t.arn
FROM snap_resource r, json_each(r.data, '$.NetworkInterfaces') n JOIN temp_net_thing t ON t.arn = coalesce(r.arn, r.data ->> '$.InstanceId')
WHERE r.op = 'ec2:DescribeInstances' AND n.value ->> '$.NetworkInterfaceId' IS NOT NULL;
-- A desktop's interface is Amazon's to attach: it is known by its address.
INSERT OR IGNORE INTO temp_net_thing
SELECT coalesce(arn, rid), account, region, rid, rid, 'AWS::WorkSpaces::Workspace', coalesce(data ->> '$.ComputerName', name), 'host', NULL,
       data ->> '$.State' IN ('STOPPED', 'STOPPING', 'SUSPENDED'), 1, NULL, NULL, NULL, NULL, NULL, 0
FROM snap_resource WHERE op = 'workspaces:DescribeWorkspaces' AND coalesce(data ->> '$.State', '') <> 'TERMINATED' AND rid IS NOT NULL;
INSERT OR IGNORE INTO fact_net_thing_eni
SELECT a.eni, coalesce(r.arn, r.rid)
FROM snap_resource r JOIN (SELECT DISTINCT subnet, vpc FROM fact_subnet) s ON s.subnet = r.data ->> '$.SubnetId'
JOIN fact_eni_address a ON a.vpc = s.vpc AND a.address = r.data ->> '$.IpAddress'
WHERE r.op = 'workspaces:DescribeWorkspaces';

-- Functions: those in a VPC, and those that have a URL. Somebody who calls the URL gives it its input.
INSERT OR IGNORE INTO temp_net_thing
WITH url AS MATERIALIZED (
  SELECT DISTINCT account, region, parent FROM snap_resource WHERE op = 'lambda:ListFunctionUrlConfigs'
)
SELECT coalesce(r.arn, r.data ->> '$.FunctionArn'), r.account, r.region, r.data ->> '$.FunctionName', r.data ->> '$.FunctionName',
       'AWS::Lambda::Function', r.data ->> '$.FunctionName', 'function', nullif(r.data ->> '$.VpcConfig.VpcId', ''), 0, u.parent IS NOT NULL, NULL, NULL,
       NULL, 'out', json_type(r.data, '$.VpcConfig.SecurityGroupIds') = 'array', coalesce(r.data ->> '$.VpcConfig.Ipv6AllowedForDualStack', 0)
FROM snap_resource r
LEFT JOIN url u ON u.parent = r.data ->> '$.FunctionName' AND u.account = r.account AND u.region = r.region
WHERE r.op = 'lambda:ListFunctions' AND coalesce(r.arn, r.data ->> '$.FunctionArn') IS NOT NULL
  AND (u.parent IS NOT NULL OR coalesce(r.data ->> '$.VpcConfig.VpcId', '') <> '');
INSERT OR IGNORE INTO fact_net_place
SELECT coalesce(r.arn, r.data ->> '$.FunctionArn'), s.value FROM snap_resource r, json_each(r.data, '$.VpcConfig.SubnetIds') s
WHERE r.op = 'lambda:ListFunctions' AND coalesce(r.arn, r.data ->> '$.FunctionArn') IS NOT NULL;
INSERT OR IGNORE INTO fact_net_place_group
SELECT coalesce(r.arn, r.data ->> '$.FunctionArn'), s.value FROM snap_resource r, json_each(r.data, '$.VpcConfig.SecurityGroupIds') s
WHERE r.op = 'lambda:ListFunctions' AND coalesce(r.arn, r.data ->> '$.FunctionArn') IS NOT NULL;

-- Tasks with an interface of their own; others are on their host's.
INSERT OR IGNORE INTO temp_net_thing
SELECT t.arn, t.account, t.region, t.rid, t.key, 'AWS::ECS::Task', t.name, 'task', s.vpc, t.stopped, 1, NULL, NULL, NULL, NULL, NULL, 0
FROM (
  SELECT r.data ->> '$.taskArn' AS arn, r.account, r.region, coalesce(r.rid, r.data ->> '$.taskArn') AS rid, a.value ->> '$.id' AS key, r.data ->> '$.group' AS name,
         r.data ->> '$.lastStatus' = 'STOPPED' AS stopped,
         (SELECT d.value ->> '$.value' FROM json_each(a.value, '$.details') d WHERE d.value ->> '$.name' = 'subnetId') AS subnet
  FROM snap_resource r, json_each(r.data, '$.attachments') a
  WHERE r.op = 'ecs:DescribeTasks' AND a.value ->> '$.type' IN ('ElasticNetworkInterface', 'eni')
) t LEFT JOIN (SELECT subnet, min(vpc) AS vpc FROM fact_subnet GROUP BY subnet) s ON s.subnet = t.subnet
WHERE t.arn IS NOT NULL AND NOT coalesce(t.stopped, 0);
INSERT OR IGNORE INTO fact_net_thing_eni
SELECT d.value ->> '$.value', r.data ->> '$.taskArn'
FROM snap_resource r, json_each(r.data, '$.attachments') a, json_each(a.value, '$.details') d
WHERE r.op = 'ecs:DescribeTasks' AND d.value ->> '$.name' = 'networkInterfaceId' AND d.value ->> '$.value' IS NOT NULL
  AND r.data ->> '$.taskArn' IS NOT NULL AND coalesce(r.data ->> '$.lastStatus', '') <> 'STOPPED';

-- Kubernetes: the API server of a cluster, with interfaces in its subnets.
INSERT OR IGNORE INTO temp_net_thing
SELECT data ->> '$.arn', account, region, data ->> '$.name', data ->> '$.name', 'AWS::EKS::Cluster', data ->> '$.name', 'gateway',
       data ->> '$.resourcesVpcConfig.vpcId', 0, 0, data ->> '$.resourcesVpcConfig.endpointPublicAccess', '[443]', NULL, NULL, NULL, 0
FROM snap_resource WHERE op = 'eks:DescribeCluster' AND data ->> '$.arn' IS NOT NULL;

-- Gateways that AWS runs for a VPC.
INSERT OR IGNORE INTO temp_net_thing
SELECT coalesce(arn, rid), account, region, rid, rid, 'AWS::EC2::NatGateway', name, 'nat', data ->> '$.VpcId', 0, 0, NULL, NULL, NULL, NULL, NULL, 0
FROM snap_resource WHERE op = 'ec2:DescribeNatGateways' AND coalesce(data ->> '$.State', '') NOT IN ('deleted', 'failed') AND rid IS NOT NULL;
INSERT OR IGNORE INTO fact_net_thing_eni
SELECT a.value ->> '$.NetworkInterfaceId', coalesce(r.arn, r.rid) FROM snap_resource r, json_each(r.data, '$.NatGatewayAddresses') a
WHERE r.op = 'ec2:DescribeNatGateways' AND a.value ->> '$.NetworkInterfaceId' IS NOT NULL AND coalesce(r.data ->> '$.State', '') NOT IN ('deleted', 'failed');
INSERT OR IGNORE INTO temp_net_thing
SELECT coalesce(arn, rid), account, region, rid, rid, 'AWS::EC2::VPCEndpoint', coalesce(name, data ->> '$.ServiceName'), 'endpoint', data ->> '$.VpcId',
       0, 0, NULL, NULL, NULL, NULL, NULL, 0
FROM snap_resource
WHERE op = 'ec2:DescribeVpcEndpoints' AND coalesce(data ->> '$.VpcEndpointType', 'Gateway') <> 'Gateway' AND rid IS NOT NULL;
INSERT OR IGNORE INTO fact_net_thing_eni
SELECT i.value, coalesce(r.arn, r.rid) FROM snap_resource r, json_each(r.data, '$.NetworkInterfaceIds') i
WHERE r.op = 'ec2:DescribeVpcEndpoints' AND i.value IS NOT NULL AND r.rid IS NOT NULL;
INSERT OR IGNORE INTO temp_net_thing
SELECT coalesce(arn, data ->> '$.InstanceConnectEndpointArn', rid), account, region, rid, rid, 'AWS::EC2::InstanceConnectEndpoint', name, 'gateway',
       data ->> '$.VpcId', 0, 0, NULL, NULL, NULL, 'out', json_type(data, '$.SecurityGroupIds') = 'array', 0
FROM snap_resource WHERE op = 'ec2:DescribeInstanceConnectEndpoints' AND coalesce(data ->> '$.State', '') NOT GLOB 'delete-*' AND rid IS NOT NULL;
INSERT OR IGNORE INTO fact_net_thing_eni
SELECT i.value, coalesce(r.arn, r.data ->> '$.InstanceConnectEndpointArn', r.rid) FROM snap_resource r, json_each(r.data, '$.NetworkInterfaceIds') i
WHERE r.op = 'ec2:DescribeInstanceConnectEndpoints' AND i.value IS NOT NULL AND r.rid IS NOT NULL;
INSERT OR IGNORE INTO fact_net_place
SELECT coalesce(arn, data ->> '$.InstanceConnectEndpointArn', rid), data ->> '$.SubnetId' FROM snap_resource
WHERE op = 'ec2:DescribeInstanceConnectEndpoints' AND data ->> '$.SubnetId' IS NOT NULL AND rid IS NOT NULL;
INSERT OR IGNORE INTO fact_net_place_group
SELECT coalesce(r.arn, r.data ->> '$.InstanceConnectEndpointArn', r.rid), g.value FROM snap_resource r, json_each(r.data, '$.SecurityGroupIds') g
WHERE r.op = 'ec2:DescribeInstanceConnectEndpoints' AND r.rid IS NOT NULL;

-- Verified Access, HTTP API links and Lattice resource gateways: subnets and groups that their connections come from.
DROP TABLE IF EXISTS temp_net_gateway;
CREATE TABLE temp_net_gateway (arn TEXT PRIMARY KEY, account TEXT, region TEXT, id TEXT, type TEXT, name TEXT, subnets TEXT, groups TEXT) WITHOUT ROWID;
INSERT OR IGNORE INTO temp_net_gateway
SELECT coalesce(arn, rid), account, region, rid,
       CASE op WHEN 'ec2:DescribeVerifiedAccessEndpoints' THEN 'AWS::EC2::VerifiedAccessEndpoint'
               WHEN 'apigatewayv2:GetVpcLinks' THEN 'AWS::ApiGatewayV2::VpcLink' ELSE 'AWS::VpcLattice::ResourceGateway' END,
       coalesce(data ->> '$.ApplicationDomain', data ->> '$.Name', data ->> '$.name', name),
       coalesce(data -> '$.LoadBalancerOptions.SubnetIds', data -> '$.RdsOptions.SubnetIds', data -> '$.CidrOptions.SubnetIds',
                data -> '$.SubnetIds', data -> '$.subnetIds'),
       coalesce(data -> '$.SecurityGroupIds', data -> '$.securityGroupIds')
FROM snap_resource
WHERE op IN ('ec2:DescribeVerifiedAccessEndpoints', 'apigatewayv2:GetVpcLinks', 'vpc-lattice:ListResourceGateways') AND rid IS NOT NULL;
INSERT OR IGNORE INTO fact_net_place SELECT g.arn, s.value FROM temp_net_gateway g, json_each(g.subnets) s WHERE s.value IS NOT NULL;
INSERT OR IGNORE INTO fact_net_place_group SELECT g.arn, s.value FROM temp_net_gateway g, json_each(g.groups) s WHERE s.value IS NOT NULL;
INSERT OR IGNORE INTO temp_net_thing
SELECT g.arn, g.account, g.region, g.id, g.id, g.type, g.name, 'gateway',
       (SELECT s.vpc FROM fact_net_place p JOIN fact_subnet s ON s.subnet = p.subnet WHERE p.arn = g.arn LIMIT 1),
       0, 0, NULL, NULL, NULL, 'out', json_type(g.groups) = 'array', 0
FROM temp_net_gateway g;
DROP TABLE temp_net_gateway;

-- Directories answer, and ask the domain controllers that they trust.
INSERT OR IGNORE INTO temp_net_thing
SELECT coalesce(arn, rid), account, region, rid, rid, 'AWS::DirectoryService::Directory', coalesce(data ->> '$.Name', name), 'other',
       coalesce(data ->> '$.VpcSettings.VpcId', data ->> '$.ConnectSettings.VpcId'), 0, 0, NULL, NULL, NULL, NULL, NULL, 0
FROM snap_resource WHERE op = 'ds:DescribeDirectories' AND rid IS NOT NULL;

-- Load balancers. key as descriptions of interfaces have it: app/NAME/HASH; of a classic one its name.
INSERT OR IGNORE INTO temp_net_thing
SELECT arn, account, region, name, substr(arn, instr(arn, ':loadbalancer/') + 14), 'AWS::ElasticLoadBalancingV2::LoadBalancer', name, 'balancer', vpc,
       0, 0, scheme = 'internet-facing', NULL, NULL, 'node', 1, 0
FROM fact_load_balancer WHERE arn IS NOT NULL;
INSERT OR IGNORE INTO temp_net_thing
SELECT coalesce(arn, 'elb/' || account || '/' || region || '/' || (data ->> '$.LoadBalancerName')), account, region, data ->> '$.LoadBalancerName',
       data ->> '$.LoadBalancerName', 'AWS::ElasticLoadBalancing::LoadBalancer', data ->> '$.LoadBalancerName', 'balancer',
       data ->> '$.VPCId', 0, 0, data ->> '$.Scheme' = 'internet-facing', NULL, NULL, 'node', json_type(data, '$.SecurityGroups') = 'array', 0
FROM snap_resource WHERE op = 'elb:DescribeLoadBalancers' AND data ->> '$.LoadBalancerName' IS NOT NULL;
-- A balancer puts a node into each of its subnets as it needs them.
INSERT OR IGNORE INTO fact_net_place
SELECT b.arn, z.value ->> '$.SubnetId' FROM snap_resource b, json_each(b.data, '$.AvailabilityZones') z
WHERE b.op = 'elbv2:DescribeLoadBalancers' AND b.arn IS NOT NULL AND z.value ->> '$.SubnetId' IS NOT NULL;
INSERT OR IGNORE INTO fact_net_place_group
SELECT b.arn, g.value FROM snap_resource b, json_each(b.data, '$.SecurityGroups') g
WHERE b.op = 'elbv2:DescribeLoadBalancers' AND b.arn IS NOT NULL AND g.value IS NOT NULL;
INSERT OR IGNORE INTO fact_net_place
SELECT b.arn, s.value FROM snap_resource b, json_each(b.data, '$.Subnets') s WHERE b.op = 'elb:DescribeLoadBalancers' AND b.arn IS NOT NULL AND s.value IS NOT NULL;
INSERT OR IGNORE INTO fact_net_place_group
SELECT b.arn, g.value FROM snap_resource b, json_each(b.data, '$.SecurityGroups') g
WHERE b.op = 'elb:DescribeLoadBalancers' AND b.arn IS NOT NULL AND g.value IS NOT NULL;
