-- The network beyond 20_network.sql: gateways, addresses, peerings, VPN, Block Public Access, associated groups, and the
-- interfaces of instances where those of their own were not read. Raw ids; rows of one thing may stand here once for every
-- account that sees it. Loaded by src/reach/net_load*.c.

DROP TABLE IF EXISTS fact_net_eigw;
CREATE TABLE fact_net_eigw (account TEXT, region TEXT, eigw TEXT, vpc TEXT, state TEXT);
INSERT INTO fact_net_eigw
SELECT account, region, coalesce(rid, json_extract(data, '$.EgressOnlyInternetGatewayId')), json_extract(a.value, '$.VpcId'),
       json_extract(a.value, '$.State')
FROM snap_resource, json_each(data, '$.Attachments') a WHERE op = 'ec2:DescribeEgressOnlyInternetGateways';

DROP TABLE IF EXISTS fact_net_address;
CREATE TABLE fact_net_address (
  account TEXT, region TEXT, allocation TEXT, public_ip TEXT, private_ip TEXT, eni TEXT, instance TEXT, name TEXT
);
INSERT INTO fact_net_address
SELECT account, region, json_extract(data, '$.AllocationId'), json_extract(data, '$.PublicIp'), json_extract(data, '$.PrivateIpAddress'),
       json_extract(data, '$.NetworkInterfaceId'), json_extract(data, '$.InstanceId'), name
FROM snap_resource WHERE op = 'ec2:DescribeAddresses';
CREATE INDEX fact_net_address_ip ON fact_net_address (public_ip);

DROP TABLE IF EXISTS fact_net_nat;
CREATE TABLE fact_net_nat (
  account TEXT, region TEXT, nat TEXT, vpc TEXT, subnet TEXT,
  connectivity TEXT,                       -- 'public' or 'private'
  state TEXT, availability TEXT, name TEXT -- availability: 'zonal' or 'regional'
);
INSERT INTO fact_net_nat
SELECT account, region, coalesce(rid, json_extract(data, '$.NatGatewayId')), json_extract(data, '$.VpcId'), json_extract(data, '$.SubnetId'),
       -- Answers from before private NAT gateways (June 2021) know public ones only.
       coalesce(json_extract(data, '$.ConnectivityType'), 'public'), coalesce(json_extract(data, '$.State'), 'available'),
       json_extract(data, '$.AvailabilityMode'), name
FROM snap_resource WHERE op = 'ec2:DescribeNatGateways';

DROP TABLE IF EXISTS fact_net_nat_address;
CREATE TABLE fact_net_nat_address (account TEXT, region TEXT, nat TEXT, private_ip TEXT, public_ip TEXT, eni TEXT, status TEXT);
INSERT INTO fact_net_nat_address
SELECT account, region, coalesce(rid, json_extract(data, '$.NatGatewayId')), json_extract(a.value, '$.PrivateIp'),
       json_extract(a.value, '$.PublicIp'), json_extract(a.value, '$.NetworkInterfaceId'), json_extract(a.value, '$.Status')
FROM snap_resource, json_each(data, '$.NatGatewayAddresses') a WHERE op = 'ec2:DescribeNatGateways';

DROP TABLE IF EXISTS fact_net_peering;
CREATE TABLE fact_net_peering (
  account TEXT, region TEXT, peering TEXT, status TEXT,
  requester TEXT, requester_owner TEXT, requester_region TEXT, accepter TEXT, accepter_owner TEXT, accepter_region TEXT
);
INSERT INTO fact_net_peering
SELECT account, region, coalesce(rid, json_extract(data, '$.VpcPeeringConnectionId')), json_extract(data, '$.Status.Code'),
       json_extract(data, '$.RequesterVpcInfo.VpcId'), json_extract(data, '$.RequesterVpcInfo.OwnerId'),
       json_extract(data, '$.RequesterVpcInfo.Region'), json_extract(data, '$.AccepterVpcInfo.VpcId'),
       json_extract(data, '$.AccepterVpcInfo.OwnerId'), json_extract(data, '$.AccepterVpcInfo.Region')
FROM snap_resource WHERE op = 'ec2:DescribeVpcPeeringConnections';

DROP TABLE IF EXISTS fact_net_peering_cidr;
CREATE TABLE fact_net_peering_cidr (account TEXT, region TEXT, peering TEXT, vpc TEXT, cidr TEXT);
INSERT INTO fact_net_peering_cidr
WITH side AS MATERIALIZED (
  SELECT account, region, coalesce(rid, json_extract(data, '$.VpcPeeringConnectionId')) AS peering, s.value AS info
  FROM snap_resource, json_each(json_array(json_extract(data, '$.RequesterVpcInfo'), json_extract(data, '$.AccepterVpcInfo'))) s
  WHERE op = 'ec2:DescribeVpcPeeringConnections' AND s.type = 'object'
)
SELECT account, region, peering, json_extract(info, '$.VpcId'), json_extract(c.value, '$.CidrBlock')
FROM side, json_each(info, '$.CidrBlockSet') c
UNION ALL
SELECT account, region, peering, json_extract(info, '$.VpcId'), json_extract(c.value, '$.Ipv6CidrBlock')
FROM side, json_each(info, '$.Ipv6CidrBlockSet') c
UNION ALL
SELECT account, region, peering, json_extract(info, '$.VpcId'), json_extract(info, '$.CidrBlock')
FROM side WHERE json_type(info, '$.CidrBlockSet') IS NULL AND json_extract(info, '$.CidrBlock') IS NOT NULL;

DROP TABLE IF EXISTS fact_net_vgw;
CREATE TABLE fact_net_vgw (account TEXT, region TEXT, vgw TEXT, name TEXT, vpc TEXT, state TEXT); -- vpc, state: of the attachment, or NULL
INSERT INTO fact_net_vgw
SELECT account, region, coalesce(rid, json_extract(data, '$.VpnGatewayId')), name, json_extract(a.value, '$.VpcId'), json_extract(a.value, '$.State')
FROM snap_resource LEFT JOIN json_each(data, '$.VpcAttachments') a
WHERE op = 'ec2:DescribeVpnGateways' AND coalesce(json_extract(data, '$.State'), 'available') NOT IN ('deleted', 'deleting');

DROP TABLE IF EXISTS fact_net_vpn;
CREATE TABLE fact_net_vpn (
  account TEXT, region TEXT, vpn TEXT, name TEXT, state TEXT, customer_gateway TEXT, vgw TEXT, tgw TEXT, static_only INTEGER
);
INSERT INTO fact_net_vpn
SELECT account, region, coalesce(rid, json_extract(data, '$.VpnConnectionId')), name, json_extract(data, '$.State'),
       json_extract(data, '$.CustomerGatewayId'), json_extract(data, '$.VpnGatewayId'), json_extract(data, '$.TransitGatewayId'),
       json_extract(data, '$.Options.StaticRoutesOnly')
FROM snap_resource WHERE op = 'ec2:DescribeVpnConnections';

DROP TABLE IF EXISTS fact_net_vpn_route;
CREATE TABLE fact_net_vpn_route (account TEXT, region TEXT, vpn TEXT, cidr TEXT);
INSERT INTO fact_net_vpn_route
SELECT account, region, coalesce(rid, json_extract(data, '$.VpnConnectionId')), json_extract(r.value, '$.DestinationCidrBlock')
FROM snap_resource, json_each(data, '$.Routes') r
WHERE op = 'ec2:DescribeVpnConnections' AND coalesce(json_extract(r.value, '$.State'), 'available') NOT IN ('deleted', 'deleting');

DROP TABLE IF EXISTS fact_net_customer_gateway;
CREATE TABLE fact_net_customer_gateway (account TEXT, region TEXT, customer_gateway TEXT, name TEXT, ip TEXT);
INSERT INTO fact_net_customer_gateway
SELECT account, region, coalesce(rid, json_extract(data, '$.CustomerGatewayId')), name, json_extract(data, '$.IpAddress')
FROM snap_resource WHERE op = 'ec2:DescribeCustomerGateways';
CREATE INDEX fact_net_customer_gateway_id ON fact_net_customer_gateway (customer_gateway);

-- Static and propagated routes are told apart by the route's origin; this tells from which gateways a table takes routes.
DROP TABLE IF EXISTS fact_net_propagating;
CREATE TABLE fact_net_propagating (account TEXT, region TEXT, route_table TEXT, gateway TEXT);
INSERT INTO fact_net_propagating
SELECT account, region, coalesce(rid, json_extract(data, '$.RouteTableId')), json_extract(g.value, '$.GatewayId')
FROM snap_resource, json_each(data, '$.PropagatingVgws') g WHERE op = 'ec2:DescribeRouteTables';

DROP TABLE IF EXISTS fact_net_sg_vpc;
CREATE TABLE fact_net_sg_vpc (account TEXT, region TEXT, sg TEXT, vpc TEXT, state TEXT);
INSERT INTO fact_net_sg_vpc
SELECT account, region, coalesce(json_extract(data, '$.GroupId'), rid), json_extract(data, '$.VpcId'), json_extract(data, '$.State')
FROM snap_resource WHERE op = 'ec2:DescribeSecurityGroupVpcAssociations';

-- VPC Block Public Access of an account and region, and what is excluded from it.
DROP TABLE IF EXISTS fact_net_bpa;
CREATE TABLE fact_net_bpa (account TEXT, region TEXT, mode TEXT);
INSERT INTO fact_net_bpa
SELECT account, region, coalesce(json_extract(data, '$.InternetGatewayBlockMode'), json_extract(data, '$.VpcBlockPublicAccessOptions.InternetGatewayBlockMode'))
FROM snap_resource WHERE op = 'ec2:DescribeVpcBlockPublicAccessOptions';

DROP TABLE IF EXISTS fact_net_bpa_exclusion;
CREATE TABLE fact_net_bpa_exclusion (account TEXT, region TEXT, resource TEXT, mode TEXT, state TEXT); -- resource: id of a VPC or subnet
INSERT INTO fact_net_bpa_exclusion
SELECT account, region, substr(json_extract(data, '$.ResourceArn'), instr(json_extract(data, '$.ResourceArn'), '/') + 1),
       json_extract(data, '$.InternetGatewayExclusionMode'), json_extract(data, '$.State')
FROM snap_resource WHERE op = 'ec2:DescribeVpcBlockPublicAccessExclusions';

-- Prefix lists as the older operation tells them: AWS's own, with their CIDRs.
DROP TABLE IF EXISTS fact_net_aws_list;
CREATE TABLE fact_net_aws_list (account TEXT, region TEXT, prefix_list TEXT, name TEXT, cidr TEXT);
INSERT INTO fact_net_aws_list
SELECT account, region, coalesce(rid, json_extract(data, '$.PrefixListId')), coalesce(name, json_extract(data, '$.PrefixListName')), c.value
FROM snap_resource, json_each(data, '$.Cidrs') c WHERE op = 'ec2:DescribePrefixLists';

-- Interfaces as instances tell them, for the accounts and regions where DescribeNetworkInterfaces did not answer.
DROP TABLE IF EXISTS fact_net_instance_eni;
CREATE TABLE fact_net_instance_eni (
  account TEXT, region TEXT, eni TEXT, vpc TEXT, subnet TEXT, owner TEXT, type TEXT, status TEXT, instance TEXT, source_dest_check INTEGER,
  data TEXT
);
INSERT INTO fact_net_instance_eni
SELECT r.account, r.region, json_extract(n.value, '$.NetworkInterfaceId'), coalesce(json_extract(n.value, '$.VpcId'), json_extract(r.data, '$.VpcId')),
       coalesce(json_extract(n.value, '$.SubnetId'), json_extract(r.data, '$.SubnetId')), coalesce(json_extract(n.value, '$.OwnerId'), r.account),
       json_extract(n.value, '$.InterfaceType'), json_extract(n.value, '$.Status'), coalesce(r.rid, json_extract(r.data, '$.InstanceId')),
       coalesce(json_extract(n.value, '$.SourceDestCheck'), json_extract(r.data, '$.SourceDestCheck')), n.value
FROM snap_resource r, json_each(r.data, '$.NetworkInterfaces') n
WHERE r.op = 'ec2:DescribeInstances' AND (r.account, r.region) NOT IN (
  SELECT account, region FROM fact_call WHERE op = 'ec2:DescribeNetworkInterfaces' AND status IN ('ok', 'empty'));
