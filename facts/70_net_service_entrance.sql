-- Network: ways in that need no route. One row a way and a range of ports. Of from_*, one is there, or none: from the Internet.
-- to_arn, to_eni: what it comes out at; to_ip in to_vpc where that is an address; all NULL: not known. via: the thing whose
-- interfaces the connection comes from. sure 0: whether it opens is not known. gated: a sign-in stands before it.

DROP TABLE IF EXISTS fact_net_entrance;
CREATE TABLE fact_net_entrance (
  id TEXT, kind TEXT, label TEXT, from_vpc TEXT, from_endpoint TEXT, association TEXT, proto TEXT, lo INTEGER, hi INTEGER,
  to_arn TEXT, to_eni TEXT, to_ip TEXT, to_vpc TEXT, to_port INTEGER, via TEXT, keeps_client_ip INTEGER, gated INTEGER, sure INTEGER
);
-- Groups that the caller's side has, by id of `association`.
DROP TABLE IF EXISTS fact_net_entrance_group;
CREATE TABLE fact_net_entrance_group (association TEXT, sg TEXT, PRIMARY KEY (association, sg)) WITHOUT ROWID;

-- Global Accelerator: listeners by port ranges, overrides by port. Client addresses are kept for balancers and hosts where the endpoint says so.
DROP TABLE IF EXISTS temp_net_accelerator;
CREATE TABLE temp_net_accelerator (id TEXT, proto TEXT, lo INTEGER, hi INTEGER, port INTEGER, endpoint TEXT, keeps INTEGER);
INSERT INTO temp_net_accelerator
WITH listener AS MATERIALIZED (
  SELECT CAST(l.data ->> '$.ListenerArn' AS TEXT) AS arn, l.data ->> '$.Protocol' AS proto, p.value ->> '$.FromPort' AS lo, p.value ->> '$.ToPort' AS hi, a.arn AS accelerator
  FROM snap_resource l JOIN (SELECT coalesce(arn, data ->> '$.AcceleratorArn') AS arn FROM snap_resource WHERE op = 'globalaccelerator:ListAccelerators'
                             AND coalesce(data ->> '$.Enabled', 1)) a ON a.arn = l.parent, json_each(l.data, '$.PortRanges') p
  WHERE l.op = 'globalaccelerator:ListListeners'
)
SELECT l.accelerator, lower(l.proto), l.lo, l.hi, NULL, d.value ->> '$.EndpointId', d.value ->> '$.ClientIPPreservationEnabled'
FROM snap_resource g JOIN listener l ON l.arn = g.parent, json_each(g.data, '$.EndpointDescriptions') d WHERE g.op = 'globalaccelerator:ListEndpointGroups'
UNION ALL
SELECT l.accelerator, lower(l.proto), o.value ->> '$.ListenerPort', o.value ->> '$.ListenerPort', o.value ->> '$.EndpointPort', d.value ->> '$.EndpointId',
       d.value ->> '$.ClientIPPreservationEnabled'
FROM snap_resource g JOIN listener l ON l.arn = g.parent, json_each(g.data, '$.EndpointDescriptions') d, json_each(g.data, '$.PortOverrides') o
WHERE g.op = 'globalaccelerator:ListEndpointGroups';
-- What keeps the client's address comes from interfaces in the subnets of the endpoint (AWS Global Accelerator Developer Guide,
-- "Requirements for client IP address preservation", read 2026); of the others it comes from AWS's own addresses.
INSERT OR IGNORE INTO fact_net_place
SELECT t.id, z.value ->> '$.SubnetId' FROM temp_net_accelerator t JOIN snap_resource b ON b.op = 'elbv2:DescribeLoadBalancers' AND b.arn = t.endpoint,
     json_each(b.data, '$.AvailabilityZones') z WHERE coalesce(t.keeps, 1) AND z.value ->> '$.SubnetId' IS NOT NULL
UNION SELECT t.id, i.subnet FROM temp_net_accelerator t JOIN fact_instance i ON i.instance = t.endpoint WHERE coalesce(t.keeps, 1) AND i.subnet IS NOT NULL;
INSERT OR IGNORE INTO fact_net_thing (arn, account, region, id, key, type, name, kind, stopped, runs_code, virtual, groups_read, dual, tenant, why, shared, conflict, phi)
SELECT p.arn, r.account, r.region, p.arn, p.arn, 'AWS::GlobalAccelerator::Accelerator', r.data ->> '$.Name', 'gateway', 0, 0, 'around', 1, 0,
       f.tenant, f.why, coalesce(f.shared, 0), coalesce(f.conflict, 0), 0
FROM (SELECT DISTINCT t.id AS arn FROM temp_net_accelerator t JOIN fact_net_place p ON p.arn = t.id) p
JOIN snap_resource r ON r.op = 'globalaccelerator:ListAccelerators' AND coalesce(r.arn, r.data ->> '$.AcceleratorArn') = p.arn
LEFT JOIN fact_thing f ON f.arn = p.arn;
INSERT INTO fact_net_entrance
SELECT t.id, 'accelerator', NULL, NULL, NULL, NULL, t.proto, t.lo, t.hi, coalesce(b.arn, i.arn), e.eni, NULL, NULL, t.port,
       CASE WHEN coalesce(t.keeps, e.eni IS NULL) AND EXISTS (SELECT 1 FROM fact_net_place p WHERE p.arn = t.id) THEN t.id END,
       coalesce(t.keeps, e.eni IS NULL), 0, 1
FROM temp_net_accelerator t
LEFT JOIN fact_net_thing b ON b.arn = t.endpoint
LEFT JOIN fact_net_thing i ON t.endpoint GLOB 'i-*' AND i.arn = (SELECT f.arn FROM fact_instance f WHERE f.instance = t.endpoint LIMIT 1)
LEFT JOIN (SELECT CAST(data ->> '$.AllocationId' AS TEXT) AS allocation, min(data ->> '$.NetworkInterfaceId') AS eni FROM snap_resource WHERE op = 'ec2:DescribeAddresses' GROUP BY 1) e
  ON e.allocation = t.endpoint
WHERE t.endpoint IS NOT NULL;
DROP TABLE temp_net_accelerator;
-- A custom routing accelerator opens every host of its subnets.
INSERT INTO fact_net_entrance
SELECT l.parent, 'accelerator', 'custom routing', NULL, NULL, NULL, lower(p.value), d.value ->> '$.FromPort', d.value ->> '$.ToPort', x.arn, NULL, NULL, NULL, NULL, NULL, 1, 0, 1
FROM snap_resource g JOIN snap_resource l ON l.op = 'globalaccelerator:ListCustomRoutingListeners' AND l.data ->> '$.ListenerArn' = g.parent,
     json_each(g.data, '$.DestinationDescriptions') d, json_each(d.value, '$.Protocols') p, json_each(g.data, '$.EndpointDescriptions') s
JOIN fact_eni n ON n.subnet = s.value ->> '$.EndpointId' AND n.instance IS NOT NULL JOIN fact_net_thing_eni x ON x.eni = n.eni
WHERE g.op = 'globalaccelerator:ListCustomRoutingEndpointGroups'
GROUP BY 1, 7, 8, 9, 10;

-- CloudFront VPC origins: whichever distribution uses one, everybody can ask it. Without the detail its ports are not known.
INSERT INTO fact_net_entrance
WITH detail AS MATERIALIZED (
  SELECT parent, min(data -> '$.VpcOrigin.VpcOriginEndpointConfig') AS config FROM snap_resource WHERE op = 'cloudfront:GetVpcOrigin' GROUP BY parent
)
SELECT o.arn, 'cloudfront', 'a distribution decides', NULL, NULL, NULL, 'tcp', coalesce(p.value, 0), coalesce(p.value, 65535), t.arn, NULL, NULL, NULL, NULL, NULL, 0, 0,
       d.config IS NOT NULL AND t.arn IS NOT NULL
FROM (SELECT coalesce(arn, data ->> '$.Arn') AS arn, rid, data ->> '$.OriginEndpointArn' AS endpoint FROM snap_resource WHERE op = 'cloudfront:ListVpcOrigins') o
LEFT JOIN detail d ON d.parent = o.rid
LEFT JOIN fact_net_thing t ON t.arn = o.endpoint,
     json_each(CASE WHEN d.config IS NOT NULL THEN json_array(d.config ->> '$.HTTPPort', d.config ->> '$.HTTPSPort') ELSE '[null]' END) p
WHERE p.value IS NOT NULL OR d.config IS NULL;

-- API Gateway: a REST API's link leads to Network Load Balancers; which port, the integration's address tells.
INSERT INTO fact_net_entrance
WITH used AS MATERIALIZED (
  SELECT DISTINCT account, region, CAST(data ->> '$.connectionId' AS TEXT) AS link FROM snap_resource
  WHERE op = 'apigateway:GetIntegration' AND data ->> '$.connectionType' = 'VPC_LINK'
)
SELECT 'vpclink/' || l.rid, 'api-gateway', 'an API decides', NULL, NULL, NULL, 'tcp', 0, 65535, t.arn, NULL, NULL, NULL, NULL, NULL, 0, 0, u.link IS NOT NULL AND t.arn IS NOT NULL
FROM snap_resource l LEFT JOIN used u ON u.link = l.rid AND u.account = l.account AND u.region = l.region, json_each(l.data, '$.targetArns') a
LEFT JOIN fact_net_thing t ON t.arn = a.value
WHERE l.op = 'apigateway:GetVpcLinks' AND l.rid IS NOT NULL;
-- An HTTP API's link leads to listeners of balancers or to names of Cloud Map, from the link's subnets and groups.
INSERT INTO fact_net_entrance
WITH used AS MATERIALIZED (
  SELECT DISTINCT account, region, CAST(data ->> '$.ConnectionId' AS TEXT) AS link, data ->> '$.IntegrationUri' AS uri FROM snap_resource
  WHERE op = 'apigatewayv2:GetIntegrations' AND data ->> '$.ConnectionType' = 'VPC_LINK'
), link AS MATERIALIZED (
  SELECT account, region, rid, coalesce(arn, rid) AS arn FROM snap_resource WHERE op = 'apigatewayv2:GetVpcLinks' AND rid IS NOT NULL
)
SELECT DISTINCT 'vpclink/' || k.rid, 'api-gateway', 'an API decides', NULL, NULL, NULL, 'tcp', coalesce(l.lo, 0), coalesce(l.hi, 65535), l.balancer, NULL, NULL, t.vpc, NULL,
       k.arn, 0, 0, l.balancer IS NOT NULL
FROM link k LEFT JOIN used u ON u.link = k.rid AND u.account = k.account AND u.region = k.region
LEFT JOIN fact_net_listener l ON l.arn = u.uri
LEFT JOIN fact_net_thing t ON t.arn = k.arn;

-- Verified Access: its trust providers and policies decide.
INSERT INTO fact_net_entrance
SELECT v.rid, 'verified-access', 'a Verified Access policy decides', NULL, NULL, NULL, 'tcp', coalesce(p.value ->> '$.FromPort', v.port, 0), coalesce(p.value ->> '$.ToPort', v.port, 65535),
       t.arn, v.eni, NULL, g.vpc, NULL, v.arn, 0, 1, t.arn IS NOT NULL OR v.eni IS NOT NULL
FROM (
  SELECT coalesce(arn, rid) AS arn, rid,
         coalesce(data ->> '$.LoadBalancerOptions.Port', data ->> '$.NetworkInterfaceOptions.Port', data ->> '$.RdsOptions.Port') AS port,
         coalesce(data -> '$.LoadBalancerOptions.PortRanges', data -> '$.NetworkInterfaceOptions.PortRanges', data -> '$.CidrOptions.PortRanges') AS ranges,
         coalesce(data ->> '$.LoadBalancerOptions.LoadBalancerArn', data ->> '$.RdsOptions.RdsDbInstanceArn', data ->> '$.RdsOptions.RdsDbClusterArn',
                  data ->> '$.RdsOptions.RdsDbProxyArn') AS target,
         data ->> '$.NetworkInterfaceOptions.NetworkInterfaceId' AS eni
  FROM snap_resource WHERE op = 'ec2:DescribeVerifiedAccessEndpoints' AND rid IS NOT NULL AND coalesce(data ->> '$.Status.Code', '') NOT IN ('deleting', 'deleted')
) v
LEFT JOIN fact_net_thing t ON t.arn = v.target
LEFT JOIN fact_net_thing g ON g.arn = v.arn,
     json_each(CASE WHEN coalesce(json_array_length(v.ranges), 0) > 0 THEN v.ranges ELSE '[null]' END) p;

-- EC2 Instance Connect Endpoint: IAM decides; SSH and Remote Desktop to the hosts of its VPC.
INSERT INTO fact_net_entrance
SELECT c.rid, 'instance-connect', 'IAM decides: ec2-instance-connect:OpenTunnel', NULL, NULL, NULL, 'tcp', p.value, p.value, h.arn, NULL, NULL, NULL, NULL, c.arn,
       c.keeps, 1, 1
FROM (SELECT coalesce(arn, data ->> '$.InstanceConnectEndpointArn', rid) AS arn, rid, data ->> '$.VpcId' AS vpc, coalesce(data ->> '$.PreserveClientIp', 0) AS keeps
      FROM snap_resource WHERE op = 'ec2:DescribeInstanceConnectEndpoints' AND rid IS NOT NULL AND coalesce(data ->> '$.State', '') NOT GLOB 'delete-*') c
CROSS JOIN fact_net_thing h ON h.vpc = c.vpc AND h.kind = 'host', json_each('[22,3389]') p;

-- Function URLs.
INSERT INTO fact_net_entrance
SELECT coalesce(r.data ->> '$.FunctionUrl', t.arn), 'function-url', CASE r.data ->> '$.AuthType' WHEN 'AWS_IAM' THEN 'IAM decides: lambda:InvokeFunctionUrl' END, NULL, NULL, NULL,
       'tcp', 443, 443, t.arn, NULL, NULL, NULL, NULL, NULL, 1, r.data ->> '$.AuthType' = 'AWS_IAM', r.data ->> '$.AuthType' IS NOT NULL
FROM snap_resource r CROSS JOIN fact_net_thing t ON t.type = 'AWS::Lambda::Function' AND t.account = r.account AND t.region = r.region AND t.id = r.parent
WHERE r.op = 'lambda:ListFunctionUrlConfigs';

-- The API server of a Kubernetes cluster with a public endpoint.
INSERT INTO fact_net_entrance
SELECT t.arn, 'other', 'Kubernetes authenticates; from ' || coalesce((SELECT group_concat(c.value, ', ') FROM json_each(r.data, '$.resourcesVpcConfig.publicAccessCidrs') c), 'anywhere'),
       NULL, NULL, NULL, 'tcp', 443, 443, t.arn, NULL, NULL, NULL, NULL, NULL, 1, 1, 1
FROM snap_resource r JOIN fact_net_thing t ON t.arn = r.data ->> '$.arn'
WHERE r.op = 'eks:DescribeCluster' AND r.data ->> '$.resourcesVpcConfig.endpointPublicAccess';

-- Lattice: who is in a service network: VPCs by association, endpoints.
DROP TABLE IF EXISTS temp_net_lattice_member;
CREATE TABLE temp_net_lattice_member (network TEXT, vpc TEXT, endpoint TEXT, association TEXT);
INSERT INTO temp_net_lattice_member
SELECT data ->> '$.serviceNetworkArn', data ->> '$.vpcId', NULL, coalesce(data ->> '$.id', rid) FROM snap_resource
WHERE op = 'vpc-lattice:ListServiceNetworkVpcAssociations' AND coalesce(data ->> '$.status', 'ACTIVE') = 'ACTIVE' AND data ->> '$.vpcId' IS NOT NULL
UNION
SELECT data ->> '$.ServiceNetworkArn', NULL, coalesce(rid, data ->> '$.VpcEndpointId'), NULL FROM snap_resource
WHERE op = 'ec2:DescribeVpcEndpoints' AND data ->> '$.ServiceNetworkArn' IS NOT NULL
UNION
SELECT data ->> '$.serviceNetworkArn', NULL, data ->> '$.vpcEndpointId', NULL FROM snap_resource
WHERE op = 'vpc-lattice:ListServiceNetworkVpcEndpointAssociations' AND data ->> '$.vpcEndpointId' IS NOT NULL;
CREATE INDEX temp_net_lattice_member_network ON temp_net_lattice_member (network);
INSERT OR IGNORE INTO fact_net_entrance_group
SELECT r.parent, g.value FROM snap_resource r, json_each(r.data, '$.securityGroupIds') g WHERE r.op = 'vpc-lattice:GetServiceNetworkVpcAssociation' AND r.parent <> '';

-- Resource configurations, each with the ranges of ports that it opens; a group opens what its children do.
DROP TABLE IF EXISTS temp_net_resource;
CREATE TABLE temp_net_resource (arn TEXT, id TEXT, parent TEXT, gateway TEXT, target TEXT, ip TEXT, domain TEXT, ports TEXT, read INTEGER);
CREATE INDEX temp_net_resource_arn ON temp_net_resource (arn);
CREATE INDEX temp_net_resource_parent ON temp_net_resource (parent);
INSERT INTO temp_net_resource
SELECT l.arn, l.id, l.parent, l.gateway, d.data ->> '$.resourceConfigurationDefinition.arnResource.arn', d.data ->> '$.resourceConfigurationDefinition.ipResource.ipAddress',
       d.data ->> '$.resourceConfigurationDefinition.dnsResource.domainName', d.data -> '$.portRanges', d.data IS NOT NULL
FROM (
  SELECT coalesce(arn, data ->> '$.arn') AS arn, min(coalesce(rid, data ->> '$.id')) AS id, min(data ->> '$.resourceConfigurationGroupId') AS parent, min(data ->> '$.resourceGatewayId') AS gateway
  FROM snap_resource WHERE op = 'vpc-lattice:ListResourceConfigurations' AND coalesce(data ->> '$.type', '') <> 'GROUP' GROUP BY 1
) l LEFT JOIN (SELECT parent, min(data) AS data FROM snap_resource WHERE op = 'vpc-lattice:GetResourceConfiguration' GROUP BY parent) d ON d.parent = l.id;
DROP TABLE IF EXISTS temp_net_resource_from;
CREATE TABLE temp_net_resource_from (arn TEXT, vpc TEXT, endpoint TEXT, association TEXT);
INSERT INTO temp_net_resource_from
SELECT c.arn, m.vpc, m.endpoint, m.association FROM snap_resource a JOIN temp_net_lattice_member m ON m.network = a.data ->> '$.serviceNetworkArn'
JOIN temp_net_resource c ON c.arn = a.data ->> '$.resourceConfigurationArn' OR c.parent = a.data ->> '$.resourceConfigurationId'
WHERE a.op = 'vpc-lattice:ListServiceNetworkResourceAssociations' AND coalesce(a.data ->> '$.status', 'ACTIVE') IN ('ACTIVE', 'PARTIAL')
UNION
SELECT c.arn, NULL, coalesce(e.rid, e.data ->> '$.VpcEndpointId'), NULL FROM snap_resource e
JOIN temp_net_resource c ON c.arn = e.data ->> '$.ResourceConfigurationArn' OR c.parent = substr(e.data ->> '$.ResourceConfigurationArn', instr(e.data ->> '$.ResourceConfigurationArn', '/') + 1)
WHERE e.op = 'ec2:DescribeVpcEndpoints' AND e.data ->> '$.ResourceConfigurationArn' IS NOT NULL
UNION
SELECT c.arn, NULL, a.data ->> '$.vpcEndpointId', NULL FROM snap_resource a JOIN temp_net_resource c ON c.arn = a.data ->> '$.resourceConfigurationArn'
WHERE a.op = 'vpc-lattice:ListResourceEndpointAssociations' AND a.data ->> '$.vpcEndpointId' IS NOT NULL;
-- One that another account shares, and that no listing has: something is behind it.
INSERT INTO temp_net_resource_from
SELECT e.data ->> '$.ResourceConfigurationArn', NULL, coalesce(e.rid, e.data ->> '$.VpcEndpointId'), NULL FROM snap_resource e
WHERE e.op = 'ec2:DescribeVpcEndpoints' AND e.data ->> '$.ResourceConfigurationArn' IS NOT NULL
  AND coalesce(e.rid, e.data ->> '$.VpcEndpointId') NOT IN (SELECT endpoint FROM temp_net_resource_from WHERE endpoint IS NOT NULL);
INSERT INTO fact_net_entrance
WITH name AS MATERIALIZED (SELECT endpoint, min(arn) AS arn FROM fact_db_instance WHERE endpoint IS NOT NULL GROUP BY endpoint)
SELECT f.arn, 'resource-configuration', NULL, f.vpc, f.endpoint, f.association, 'tcp',
       CASE WHEN p.value IS NULL THEN 0 ELSE CAST(p.value AS INTEGER) END,
       CASE WHEN p.value IS NULL THEN 65535 WHEN instr(p.value, '-') THEN CAST(substr(p.value, instr(p.value, '-') + 1) AS INTEGER) ELSE CAST(p.value AS INTEGER) END,
       coalesce(t.arn, n.arn), NULL, c.ip, g.vpc, NULL, g.arn, 0, 0, coalesce(t.arn, n.arn, c.ip) IS NOT NULL
FROM temp_net_resource_from f
LEFT JOIN temp_net_resource c ON c.arn = f.arn
LEFT JOIN fact_net_thing t ON t.arn = c.target
LEFT JOIN name n ON n.endpoint = c.domain
LEFT JOIN (SELECT id, min(arn) AS arn, min(vpc) AS vpc FROM fact_net_thing WHERE type = 'AWS::VpcLattice::ResourceGateway' GROUP BY id) g ON g.id = c.gateway,
     json_each(CASE WHEN coalesce(json_array_length(c.ports), 0) > 0 THEN c.ports ELSE '[null]' END) p;
DROP TABLE temp_net_resource_from;
DROP TABLE temp_net_resource;

-- Services: from their listeners to every target of their target groups, whatever the rules say. Lattice itself opens the connection.
DROP TABLE IF EXISTS temp_net_lattice_service;
CREATE TABLE temp_net_lattice_service (service TEXT, id TEXT, vpc TEXT, endpoint TEXT, association TEXT);
INSERT INTO temp_net_lattice_service
SELECT DISTINCT a.data ->> '$.serviceArn', a.data ->> '$.serviceId', m.vpc, m.endpoint, m.association FROM snap_resource a
JOIN temp_net_lattice_member m ON m.network = a.data ->> '$.serviceNetworkArn'
WHERE a.op = 'vpc-lattice:ListServiceNetworkServiceAssociations' AND coalesce(a.data ->> '$.status', 'ACTIVE') = 'ACTIVE';
INSERT INTO fact_net_entrance
WITH listener AS MATERIALIZED (SELECT parent, data ->> '$.port' AS port FROM snap_resource WHERE op = 'vpc-lattice:ListListeners'),
registered AS MATERIALIZED (SELECT parent, data FROM snap_resource WHERE op = 'vpc-lattice:ListTargets'),
target AS MATERIALIZED (
  SELECT DISTINCT CAST(s.value AS TEXT) AS service, g.data ->> '$.type' AS type, g.data ->> '$.vpcIdentifier' AS vpc, t.data ->> '$.id' AS id, t.data ->> '$.port' AS port
  FROM snap_resource g, json_each(g.data, '$.serviceArns') s LEFT JOIN registered t ON t.parent = coalesce(g.rid, g.data ->> '$.id')
  WHERE g.op = 'vpc-lattice:ListTargetGroups'
), auth AS MATERIALIZED (
  SELECT parent, max(data ->> '$.policy' IS NOT NULL AND coalesce(data ->> '$.state', 'Active') = 'Active') AS gated FROM snap_resource
  WHERE op = 'vpc-lattice:GetAuthPolicy' GROUP BY parent
)
SELECT s.service, 'lattice-service', CASE WHEN a.gated THEN 'an authorization policy decides' END, s.vpc, s.endpoint, s.association, 'tcp', coalesce(l.port, 0), coalesce(l.port, 65535),
       x.arn, NULL, CASE WHEN t.type = 'IP' THEN t.id END, t.vpc, t.port, NULL, 0, coalesce(a.gated, 0), l.port IS NOT NULL AND (x.arn IS NOT NULL OR t.type = 'IP' AND t.id IS NOT NULL)
FROM temp_net_lattice_service s
LEFT JOIN listener l ON l.parent = s.id
LEFT JOIN target t ON t.service = s.service
LEFT JOIN fact_net_thing x ON t.type <> 'IP' AND x.arn = CASE t.type WHEN 'INSTANCE' THEN (SELECT coalesce(i.arn, i.instance) FROM fact_instance i WHERE i.instance = t.id LIMIT 1) ELSE t.id END
LEFT JOIN auth a ON a.parent = s.id
WHERE coalesce(t.type, '') <> 'LAMBDA' OR x.arn IS NOT NULL;
DROP TABLE temp_net_lattice_service;
DROP TABLE temp_net_lattice_member;
