-- VPC endpoints, and the provider side of PrivateLink.

DROP TABLE IF EXISTS fact_net_endpoint;
CREATE TABLE fact_net_endpoint (
  account TEXT, region TEXT, endpoint TEXT, arn TEXT, name TEXT, vpc TEXT, owner TEXT,
  type TEXT,                               -- 'Gateway', 'Interface', 'GatewayLoadBalancer', 'Resource', 'ServiceNetwork'
  service TEXT, service_region TEXT, state TEXT, resource_configuration TEXT, service_network TEXT,
  enis TEXT, groups TEXT, subnets TEXT     -- JSON arrays
);
INSERT INTO fact_net_endpoint
SELECT account, region, coalesce(rid, json_extract(data, '$.VpcEndpointId')), arn, name, json_extract(data, '$.VpcId'),
       coalesce(json_extract(data, '$.OwnerId'), account), coalesce(json_extract(data, '$.VpcEndpointType'), 'Gateway'),
       json_extract(data, '$.ServiceName'), json_extract(data, '$.ServiceRegion'), lower(json_extract(data, '$.State')),
       json_extract(data, '$.ResourceConfigurationArn'), json_extract(data, '$.ServiceNetworkArn'), json_extract(data, '$.NetworkInterfaceIds'),
       json_extract(data, '$.Groups'), json_extract(data, '$.SubnetIds')
FROM snap_resource WHERE op = 'ec2:DescribeVpcEndpoints';
CREATE INDEX fact_net_endpoint_id ON fact_net_endpoint (endpoint);

DROP TABLE IF EXISTS fact_net_service;
CREATE TABLE fact_net_service (
  account TEXT, region TEXT, service TEXT, name TEXT, state TEXT,
  acceptance INTEGER,                      -- somebody has to accept each connection
  permissions_read INTEGER, everybody INTEGER, -- everybody: "*" may connect, or a principal of an account that is not ours
  balancers TEXT                           -- JSON array of ARNs; NULL = the answer does not tell
);
INSERT INTO fact_net_service
WITH permission AS MATERIALIZED (
  SELECT account, region, parent, max(coalesce(arn_part(json_extract(data, '$.Principal'), 'account'), '*') NOT IN (SELECT account FROM fact_known_account WHERE kind = 'own')) AS everybody
  FROM snap_resource
  WHERE op = 'ec2:DescribeVpcEndpointServicePermissions' GROUP BY account, region, parent
), answer AS MATERIALIZED (
  SELECT DISTINCT account, region, parent FROM fact_call WHERE op = 'ec2:DescribeVpcEndpointServicePermissions' AND status IN ('ok', 'empty')
)
SELECT r.account, r.region, coalesce(r.rid, json_extract(r.data, '$.ServiceId')), json_extract(r.data, '$.ServiceName'),
       json_extract(r.data, '$.ServiceState'), json_extract(r.data, '$.AcceptanceRequired'), a.account IS NOT NULL, coalesce(p.everybody, 0),
       CASE WHEN json_type(r.data, '$.NetworkLoadBalancerArns') IS NOT NULL OR json_type(r.data, '$.GatewayLoadBalancerArns') IS NOT NULL THEN
         (SELECT json_group_array(value) FROM (SELECT value FROM json_each(r.data, '$.NetworkLoadBalancerArns')
          UNION ALL SELECT value FROM json_each(r.data, '$.GatewayLoadBalancerArns'))) END
FROM snap_resource r
LEFT JOIN permission p ON p.account = r.account AND p.region = r.region AND p.parent = coalesce(r.rid, json_extract(r.data, '$.ServiceId'))
LEFT JOIN answer a ON a.account = r.account AND a.region = r.region AND a.parent = coalesce(r.rid, json_extract(r.data, '$.ServiceId'))
WHERE r.op = 'ec2:DescribeVpcEndpointServiceConfigurations';

DROP TABLE IF EXISTS fact_net_service_connection;
CREATE TABLE fact_net_service_connection (account TEXT, region TEXT, service TEXT, endpoint TEXT, endpoint_owner TEXT, state TEXT);
INSERT INTO fact_net_service_connection
SELECT account, region, json_extract(data, '$.ServiceId'), json_extract(data, '$.VpcEndpointId'), json_extract(data, '$.VpcEndpointOwner'),
       lower(json_extract(data, '$.VpcEndpointState'))
FROM snap_resource WHERE op = 'ec2:DescribeVpcEndpointConnections';
