-- Transit gateways, Direct Connect and Client VPN. Only its owner sees all of a transit gateway: rows of one thing may
-- stand here once for every account that sees it.

DROP TABLE IF EXISTS fact_net_tgw;
CREATE TABLE fact_net_tgw (
  account TEXT, region TEXT, tgw TEXT, owner TEXT, arn TEXT, name TEXT, state TEXT,
  group_references TEXT,                   -- 'enable' or 'disable'; NULL = the answer does not tell
  owner_read INTEGER                       -- 1 when its owner's attachments and tables were read
);
INSERT INTO fact_net_tgw
WITH listed AS MATERIALIZED (
  SELECT account, region FROM fact_call
  WHERE op IN ('ec2:DescribeTransitGatewayAttachments', 'ec2:DescribeTransitGatewayRouteTables') AND status IN ('ok', 'empty')
  GROUP BY account, region HAVING count(DISTINCT op) = 2
)
SELECT r.account, r.region, coalesce(r.rid, json_extract(r.data, '$.TransitGatewayId')), coalesce(json_extract(r.data, '$.OwnerId'), r.account),
       r.arn, r.name, json_extract(r.data, '$.State'), json_extract(r.data, '$.Options.SecurityGroupReferencingSupport'),
       CASE WHEN l.account IS NOT NULL AND r.account = coalesce(json_extract(r.data, '$.OwnerId'), r.account) THEN 1 END
FROM snap_resource r LEFT JOIN listed l ON l.account = r.account AND l.region = r.region
WHERE r.op = 'ec2:DescribeTransitGateways';

DROP TABLE IF EXISTS fact_net_attachment;
CREATE TABLE fact_net_attachment (
  account TEXT, region TEXT, attachment TEXT, tgw TEXT, tgw_owner TEXT, type TEXT, resource TEXT, resource_owner TEXT, state TEXT,
  association TEXT,                        -- tgw-rtb-...: of the owner's answer; NULL = none, or not told to this account
  association_state TEXT
);
INSERT INTO fact_net_attachment
SELECT account, region, coalesce(rid, json_extract(data, '$.TransitGatewayAttachmentId')), json_extract(data, '$.TransitGatewayId'),
       json_extract(data, '$.TransitGatewayOwnerId'), json_extract(data, '$.ResourceType'), json_extract(data, '$.ResourceId'),
       json_extract(data, '$.ResourceOwnerId'), json_extract(data, '$.State'),
       json_extract(data, '$.Association.TransitGatewayRouteTableId'), json_extract(data, '$.Association.State')
FROM snap_resource WHERE op = 'ec2:DescribeTransitGatewayAttachments';
CREATE INDEX fact_net_attachment_id ON fact_net_attachment (attachment);

DROP TABLE IF EXISTS fact_net_vpc_attachment;
CREATE TABLE fact_net_vpc_attachment (
  account TEXT, region TEXT, attachment TEXT, tgw TEXT, vpc TEXT, vpc_owner TEXT, state TEXT,
  ipv6 TEXT, appliance_mode TEXT, group_references TEXT, subnets TEXT -- subnets: JSON array
);
INSERT INTO fact_net_vpc_attachment
SELECT account, region, coalesce(rid, json_extract(data, '$.TransitGatewayAttachmentId')), json_extract(data, '$.TransitGatewayId'),
       json_extract(data, '$.VpcId'), json_extract(data, '$.VpcOwnerId'), json_extract(data, '$.State'), json_extract(data, '$.Options.Ipv6Support'),
       json_extract(data, '$.Options.ApplianceModeSupport'), json_extract(data, '$.Options.SecurityGroupReferencingSupport'),
       json_extract(data, '$.SubnetIds')
FROM snap_resource WHERE op = 'ec2:DescribeTransitGatewayVpcAttachments';

DROP TABLE IF EXISTS fact_net_peering_attachment;
CREATE TABLE fact_net_peering_attachment ( -- one row a side: the attachment has the same id, or its accepter's own, on both
  account TEXT, region TEXT, attachment TEXT, accepter_attachment TEXT, state TEXT,
  requester_tgw TEXT, requester_owner TEXT, requester_region TEXT, accepter_tgw TEXT, accepter_owner TEXT, accepter_region TEXT
);
INSERT INTO fact_net_peering_attachment
SELECT account, region, coalesce(rid, json_extract(data, '$.TransitGatewayAttachmentId')), json_extract(data, '$.AccepterTransitGatewayAttachmentId'),
       json_extract(data, '$.State'), json_extract(data, '$.RequesterTgwInfo.TransitGatewayId'), json_extract(data, '$.RequesterTgwInfo.OwnerId'),
       json_extract(data, '$.RequesterTgwInfo.Region'), json_extract(data, '$.AccepterTgwInfo.TransitGatewayId'),
       json_extract(data, '$.AccepterTgwInfo.OwnerId'), json_extract(data, '$.AccepterTgwInfo.Region')
FROM snap_resource WHERE op = 'ec2:DescribeTransitGatewayPeeringAttachments';

DROP TABLE IF EXISTS fact_net_tgw_table;
CREATE TABLE fact_net_tgw_table (
  account TEXT, region TEXT, tgw_table TEXT, tgw TEXT, name TEXT, state TEXT,
  routes_read INTEGER,                     -- 1 when its routes were searched to the end, over every state and type
  searched_all INTEGER,                    -- 1 when ward itself searched: an imported search may have been for static routes only
  propagations_read INTEGER, associations_read INTEGER, lists_read INTEGER
);
INSERT INTO fact_net_tgw_table
WITH answer AS MATERIALIZED (
  SELECT s.op, s.account, s.region, s.parent,
         -- A search is cut at 1,000 routes; the last page of one that went on says that there are no more.
         max(s.op <> 'ec2:SearchTransitGatewayRoutes'
             OR NOT coalesce(CASE WHEN json_valid(c.envelope) THEN json_extract(c.envelope, '$.AdditionalRoutesAvailable') END, 0)) AS whole,
         max(c.source <> 'import') AS own
  FROM fact_call s JOIN main.call c ON c.id = s.id
  WHERE s.op IN ('ec2:SearchTransitGatewayRoutes', 'ec2:GetTransitGatewayRouteTablePropagations', 'ec2:GetTransitGatewayRouteTableAssociations',
                 'ec2:GetTransitGatewayPrefixListReferences') AND s.status IN ('ok', 'empty')
  GROUP BY s.op, s.account, s.region, s.parent
), listed AS MATERIALIZED (
  SELECT account, region, coalesce(rid, json_extract(data, '$.TransitGatewayRouteTableId')) AS id, json_extract(data, '$.TransitGatewayId') AS tgw,
         name, json_extract(data, '$.State') AS state
  FROM snap_resource WHERE op = 'ec2:DescribeTransitGatewayRouteTables'
)
SELECT t.account, t.region, t.id, t.tgw, t.name, t.state, CASE WHEN s.whole THEN 1 END, s.whole AND s.own, p.whole, a.whole, l.whole
FROM listed t
LEFT JOIN answer s ON s.op = 'ec2:SearchTransitGatewayRoutes' AND s.account = t.account AND s.region = t.region AND s.parent = t.id
LEFT JOIN answer p ON p.op = 'ec2:GetTransitGatewayRouteTablePropagations' AND p.account = t.account AND p.region = t.region AND p.parent = t.id
LEFT JOIN answer a ON a.op = 'ec2:GetTransitGatewayRouteTableAssociations' AND a.account = t.account AND a.region = t.region AND a.parent = t.id
LEFT JOIN answer l ON l.op = 'ec2:GetTransitGatewayPrefixListReferences' AND l.account = t.account AND l.region = t.region AND l.parent = t.id;
CREATE INDEX fact_net_tgw_table_id ON fact_net_tgw_table (tgw_table);

DROP TABLE IF EXISTS fact_net_tgw_association;
CREATE TABLE fact_net_tgw_association (account TEXT, region TEXT, tgw_table TEXT, attachment TEXT, state TEXT);
INSERT INTO fact_net_tgw_association
SELECT account, region, parent, json_extract(data, '$.TransitGatewayAttachmentId'), json_extract(data, '$.State')
FROM snap_resource WHERE op = 'ec2:GetTransitGatewayRouteTableAssociations';

DROP TABLE IF EXISTS fact_net_tgw_propagation;
CREATE TABLE fact_net_tgw_propagation (account TEXT, region TEXT, tgw_table TEXT, attachment TEXT, type TEXT, resource TEXT, state TEXT);
INSERT INTO fact_net_tgw_propagation
SELECT account, region, parent, json_extract(data, '$.TransitGatewayAttachmentId'), json_extract(data, '$.ResourceType'),
       json_extract(data, '$.ResourceId'), json_extract(data, '$.State')
FROM snap_resource WHERE op = 'ec2:GetTransitGatewayRouteTablePropagations';

DROP TABLE IF EXISTS fact_net_tgw_route;
CREATE TABLE fact_net_tgw_route ( -- one row an attachment of a route; a blackhole has none
  account TEXT, region TEXT, tgw_table TEXT, cidr TEXT, type TEXT, state TEXT, list TEXT, attachment TEXT, resource_type TEXT, resource TEXT
);
INSERT INTO fact_net_tgw_route
SELECT account, region, snap_resource.parent, json_extract(data, '$.DestinationCidrBlock'), json_extract(data, '$.Type'), json_extract(data, '$.State'),
       json_extract(data, '$.PrefixListId'), json_extract(a.value, '$.TransitGatewayAttachmentId'), json_extract(a.value, '$.ResourceType'),
       json_extract(a.value, '$.ResourceId')
FROM snap_resource LEFT JOIN json_each(data, '$.TransitGatewayAttachments') a WHERE op = 'ec2:SearchTransitGatewayRoutes';
CREATE INDEX fact_net_tgw_route_table ON fact_net_tgw_route (tgw_table, type);

DROP TABLE IF EXISTS fact_net_tgw_list;
CREATE TABLE fact_net_tgw_list (account TEXT, region TEXT, tgw_table TEXT, list TEXT, state TEXT, blackhole INTEGER, attachment TEXT);
INSERT INTO fact_net_tgw_list
SELECT account, region, parent, json_extract(data, '$.PrefixListId'), json_extract(data, '$.State'), json_extract(data, '$.Blackhole'),
       json_extract(data, '$.TransitGatewayAttachment.TransitGatewayAttachmentId')
FROM snap_resource WHERE op = 'ec2:GetTransitGatewayPrefixListReferences';

DROP TABLE IF EXISTS fact_net_connect;
CREATE TABLE fact_net_connect (account TEXT, region TEXT, attachment TEXT, tgw TEXT, transport TEXT, state TEXT);
INSERT INTO fact_net_connect
SELECT account, region, coalesce(rid, json_extract(data, '$.TransitGatewayAttachmentId')), json_extract(data, '$.TransitGatewayId'),
       json_extract(data, '$.TransportTransitGatewayAttachmentId'), json_extract(data, '$.State')
FROM snap_resource WHERE op = 'ec2:DescribeTransitGatewayConnects';

-- Direct Connect gateways are global: every region describes them, some associations stand in one region only.
DROP TABLE IF EXISTS fact_net_dxgw;
CREATE TABLE fact_net_dxgw (account TEXT, region TEXT, dxgw TEXT, name TEXT, owner TEXT, state TEXT);
INSERT INTO fact_net_dxgw
SELECT account, region, coalesce(rid, json_extract(data, '$.directConnectGatewayId')), json_extract(data, '$.directConnectGatewayName'),
       coalesce(json_extract(data, '$.ownerAccount'), account), json_extract(data, '$.directConnectGatewayState')
FROM snap_resource WHERE op = 'directconnect:DescribeDirectConnectGateways';

DROP TABLE IF EXISTS fact_net_dx_association;
CREATE TABLE fact_net_dx_association (
  account TEXT, region TEXT, association TEXT, dxgw TEXT, gateway TEXT, gateway_type TEXT, state TEXT, allowed TEXT -- allowed: JSON array of {cidr}
);
INSERT INTO fact_net_dx_association
SELECT account, region, json_extract(data, '$.associationId'), json_extract(data, '$.directConnectGatewayId'),
       coalesce(json_extract(data, '$.associatedGateway.id'), json_extract(data, '$.virtualGatewayId')),
       coalesce(json_extract(data, '$.associatedGateway.type'), 'virtualPrivateGateway'), json_extract(data, '$.associationState'),
       json_extract(data, '$.allowedPrefixesToDirectConnectGateway')
FROM snap_resource WHERE op = 'directconnect:DescribeDirectConnectGatewayAssociations';

DROP TABLE IF EXISTS fact_net_vif;
CREATE TABLE fact_net_vif (account TEXT, region TEXT, vif TEXT, name TEXT, type TEXT, state TEXT, vgw TEXT, dxgw TEXT, connection TEXT);
INSERT INTO fact_net_vif
SELECT account, region, coalesce(rid, json_extract(data, '$.virtualInterfaceId')), json_extract(data, '$.virtualInterfaceName'),
       json_extract(data, '$.virtualInterfaceType'), json_extract(data, '$.virtualInterfaceState'), nullif(json_extract(data, '$.virtualGatewayId'), ''),
       nullif(json_extract(data, '$.directConnectGatewayId'), ''), json_extract(data, '$.connectionId')
FROM snap_resource WHERE op = 'directconnect:DescribeVirtualInterfaces';

DROP TABLE IF EXISTS fact_net_client_vpn;
CREATE TABLE fact_net_client_vpn (account TEXT, region TEXT, endpoint TEXT, name TEXT, arn TEXT, vpc TEXT, cidr TEXT, state TEXT, groups TEXT);
INSERT INTO fact_net_client_vpn
SELECT account, region, coalesce(rid, json_extract(data, '$.ClientVpnEndpointId')), coalesce(name, json_extract(data, '$.Description')), arn,
       json_extract(data, '$.VpcId'), json_extract(data, '$.ClientCidrBlock'), json_extract(data, '$.Status.Code'), json_extract(data, '$.SecurityGroupIds')
FROM snap_resource WHERE op = 'ec2:DescribeClientVpnEndpoints';

DROP TABLE IF EXISTS fact_net_client_network;
CREATE TABLE fact_net_client_network (account TEXT, region TEXT, endpoint TEXT, vpc TEXT, subnet TEXT, state TEXT, groups TEXT);
INSERT INTO fact_net_client_network
SELECT account, region, coalesce(json_extract(data, '$.ClientVpnEndpointId'), parent), json_extract(data, '$.VpcId'), json_extract(data, '$.TargetNetworkId'),
       json_extract(data, '$.Status.Code'), json_extract(data, '$.SecurityGroups')
FROM snap_resource WHERE op = 'ec2:DescribeClientVpnTargetNetworks';

DROP TABLE IF EXISTS fact_net_client_rule;
CREATE TABLE fact_net_client_rule (account TEXT, region TEXT, endpoint TEXT, cidr TEXT, user_group TEXT, everybody INTEGER, state TEXT);
INSERT INTO fact_net_client_rule
SELECT account, region, coalesce(json_extract(data, '$.ClientVpnEndpointId'), parent), json_extract(data, '$.DestinationCidr'), json_extract(data, '$.GroupId'),
       json_extract(data, '$.AccessAll'), json_extract(data, '$.Status.Code')
FROM snap_resource WHERE op = 'ec2:DescribeClientVpnAuthorizationRules';

DROP TABLE IF EXISTS fact_net_client_route;
CREATE TABLE fact_net_client_route (account TEXT, region TEXT, endpoint TEXT, cidr TEXT, subnet TEXT, state TEXT);
INSERT INTO fact_net_client_route
SELECT account, region, coalesce(json_extract(data, '$.ClientVpnEndpointId'), parent), json_extract(data, '$.DestinationCidr'), json_extract(data, '$.TargetSubnet'),
       json_extract(data, '$.Status.Code')
FROM snap_resource WHERE op = 'ec2:DescribeClientVpnRoutes';
