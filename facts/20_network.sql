-- Network: VPCs, subnets, interfaces with every address, security groups with every rule, prefix lists, route
-- tables, network ACLs, internet gateways, flow logs. Raw ids throughout; the same VPC or subnet may stand here
-- once for every account that sees it (RAM sharing): `owner` tells whose it is.
-- Ports: port_lo and port_hi are what a rule admits for tcp and udp (-1 or nothing on one side is the end of the
-- range; protocol '-1' is everything); NULL for ICMP, whose type and code stay in from_port and to_port.

DROP TABLE IF EXISTS fact_vpc;
CREATE TABLE fact_vpc (
  account TEXT, region TEXT, vpc TEXT, owner TEXT, arn TEXT, name TEXT, tags TEXT,
  is_default INTEGER, state TEXT,
  igw_block_mode TEXT                      -- VPC Block Public Access as it works on this VPC
);
INSERT INTO fact_vpc
SELECT account, region, coalesce(rid, json_extract(data, '$.VpcId')), coalesce(json_extract(data, '$.OwnerId'), account),
       arn, name, tags, json_extract(data, '$.IsDefault'), json_extract(data, '$.State'),
       json_extract(data, '$.BlockPublicAccessStates.InternetGatewayBlockMode')
FROM snap_resource WHERE op = 'ec2:DescribeVpcs';
CREATE INDEX fact_vpc_id ON fact_vpc (vpc, account);

DROP TABLE IF EXISTS fact_vpc_cidr;
CREATE TABLE fact_vpc_cidr (account TEXT, region TEXT, vpc TEXT, cidr TEXT, family INTEGER, state TEXT);
INSERT INTO fact_vpc_cidr
SELECT account, region, coalesce(rid, json_extract(data, '$.VpcId')), json_extract(c.value, '$.CidrBlock'), 4,
       json_extract(c.value, '$.CidrBlockState.State')
FROM snap_resource, json_each(data, '$.CidrBlockAssociationSet') c WHERE op = 'ec2:DescribeVpcs'
UNION ALL
SELECT account, region, coalesce(rid, json_extract(data, '$.VpcId')), json_extract(c.value, '$.Ipv6CidrBlock'), 6,
       json_extract(c.value, '$.Ipv6CidrBlockState.State')
FROM snap_resource, json_each(data, '$.Ipv6CidrBlockAssociationSet') c WHERE op = 'ec2:DescribeVpcs'
UNION ALL
SELECT account, region, coalesce(rid, json_extract(data, '$.VpcId')), json_extract(data, '$.CidrBlock'), 4, 'associated'
FROM snap_resource
WHERE op = 'ec2:DescribeVpcs' AND json_extract(data, '$.CidrBlock') IS NOT NULL
  AND json_type(data, '$.CidrBlockAssociationSet') IS NULL;
CREATE INDEX fact_vpc_cidr_id ON fact_vpc_cidr (vpc);

DROP TABLE IF EXISTS fact_route_table;
CREATE TABLE fact_route_table (account TEXT, region TEXT, route_table TEXT, vpc TEXT, owner TEXT, name TEXT, tags TEXT);
INSERT INTO fact_route_table
SELECT account, region, coalesce(rid, json_extract(data, '$.RouteTableId')), json_extract(data, '$.VpcId'),
       json_extract(data, '$.OwnerId'), name, tags
FROM snap_resource WHERE op = 'ec2:DescribeRouteTables';
CREATE INDEX fact_route_table_vpc ON fact_route_table (vpc);

DROP TABLE IF EXISTS fact_route_association;
CREATE TABLE fact_route_association (
  account TEXT, region TEXT, route_table TEXT, vpc TEXT, association TEXT, is_main INTEGER, subnet TEXT, gateway TEXT, state TEXT
);
INSERT INTO fact_route_association
SELECT account, region, coalesce(rid, json_extract(data, '$.RouteTableId')), json_extract(data, '$.VpcId'),
       json_extract(a.value, '$.RouteTableAssociationId'), coalesce(json_extract(a.value, '$.Main'), 0),
       json_extract(a.value, '$.SubnetId'), json_extract(a.value, '$.GatewayId'),
       json_extract(a.value, '$.AssociationState.State')
FROM snap_resource, json_each(data, '$.Associations') a WHERE op = 'ec2:DescribeRouteTables';
CREATE INDEX fact_route_association_subnet ON fact_route_association (subnet);
CREATE INDEX fact_route_association_vpc ON fact_route_association (vpc, is_main);

DROP TABLE IF EXISTS fact_route;
CREATE TABLE fact_route (
  account TEXT, region TEXT, route_table TEXT, vpc TEXT, pos INTEGER,
  family INTEGER,                          -- 4, 6; NULL for a prefix list
  destination TEXT,                        -- CIDR or pl-...
  target_kind TEXT,                        -- local, igw, vgw, vpce, nat, tgw, pcx, eni, instance, eigw, lgw, cagw, core, odb, ip, other
  target TEXT,                             -- its id or ARN
  eni TEXT, instance TEXT, instance_owner TEXT,
  state TEXT, origin TEXT
);
INSERT INTO fact_route
SELECT account, region, route_table, vpc, pos, family, destination,
       CASE WHEN nat IS NOT NULL THEN 'nat' WHEN tgw IS NOT NULL THEN 'tgw' WHEN pcx IS NOT NULL THEN 'pcx'
            WHEN eigw IS NOT NULL THEN 'eigw' WHEN lgw IS NOT NULL THEN 'lgw' WHEN cagw IS NOT NULL THEN 'cagw'
            WHEN core IS NOT NULL THEN 'core' WHEN odb IS NOT NULL THEN 'odb'
            WHEN gw = 'local' THEN 'local' WHEN gw LIKE 'igw-%' THEN 'igw' WHEN gw LIKE 'vgw-%' THEN 'vgw'
            WHEN gw LIKE 'vpce-%' THEN 'vpce' WHEN gw IS NOT NULL THEN 'other'
            WHEN eni IS NOT NULL THEN 'eni' WHEN instance IS NOT NULL THEN 'instance' WHEN ip IS NOT NULL THEN 'ip'
            ELSE 'other' END,
       coalesce(nat, tgw, pcx, eigw, lgw, cagw, core, odb, gw, eni, instance, ip),
       eni, instance, instance_owner, state, origin
FROM (
  SELECT account, region, coalesce(rid, json_extract(data, '$.RouteTableId')) AS route_table,
         json_extract(data, '$.VpcId') AS vpc, r.key AS pos,
         CASE WHEN json_extract(r.value, '$.DestinationCidrBlock') IS NOT NULL THEN 4
              WHEN json_extract(r.value, '$.DestinationIpv6CidrBlock') IS NOT NULL THEN 6 END AS family,
         coalesce(json_extract(r.value, '$.DestinationCidrBlock'), json_extract(r.value, '$.DestinationIpv6CidrBlock'),
                  json_extract(r.value, '$.DestinationPrefixListId')) AS destination,
         json_extract(r.value, '$.NatGatewayId') AS nat, json_extract(r.value, '$.TransitGatewayId') AS tgw,
         json_extract(r.value, '$.VpcPeeringConnectionId') AS pcx,
         json_extract(r.value, '$.EgressOnlyInternetGatewayId') AS eigw,
         json_extract(r.value, '$.LocalGatewayId') AS lgw, json_extract(r.value, '$.CarrierGatewayId') AS cagw,
         json_extract(r.value, '$.CoreNetworkArn') AS core, json_extract(r.value, '$.OdbNetworkArn') AS odb,
         json_extract(r.value, '$.GatewayId') AS gw, json_extract(r.value, '$.NetworkInterfaceId') AS eni,
         json_extract(r.value, '$.InstanceId') AS instance, json_extract(r.value, '$.InstanceOwnerId') AS instance_owner,
         json_extract(r.value, '$.IpAddress') AS ip, coalesce(json_extract(r.value, '$.State'), 'active') AS state,
         json_extract(r.value, '$.Origin') AS origin
  FROM snap_resource, json_each(data, '$.Routes') r WHERE op = 'ec2:DescribeRouteTables'
);
CREATE INDEX fact_route_table_id ON fact_route (route_table);

DROP TABLE IF EXISTS fact_subnet;
CREATE TABLE fact_subnet (
  account TEXT, region TEXT, subnet TEXT, vpc TEXT, owner TEXT, arn TEXT, name TEXT, tags TEXT,
  az TEXT, az_id TEXT, cidr TEXT, cidrs6 TEXT, state TEXT,
  map_public_ip INTEGER, assign_ipv6 INTEGER, igw_block_mode TEXT,
  route_table TEXT,                        -- the one in effect: its own or the VPC's main one; NULL = not read
  igw4 INTEGER, igw6 INTEGER               -- 1 when an active route of that family leads to an internet gateway; NULL = not read
);
INSERT INTO fact_subnet
SELECT account, region, subnet, vpc, owner, arn, name, tags, az, az_id, cidr, cidrs6, state, map_public_ip, assign_ipv6, mode,
       route_table,
       CASE WHEN route_table IS NOT NULL THEN EXISTS (SELECT 1 FROM fact_route r WHERE r.route_table = x.route_table
            AND r.target_kind = 'igw' AND r.state = 'active' AND coalesce(r.family, 4) = 4) END,
       CASE WHEN route_table IS NOT NULL THEN EXISTS (SELECT 1 FROM fact_route r WHERE r.route_table = x.route_table
            AND r.target_kind = 'igw' AND r.state = 'active' AND coalesce(r.family, 6) = 6) END
FROM (
  SELECT s.account, s.region, coalesce(s.rid, json_extract(s.data, '$.SubnetId')) AS subnet,
         json_extract(s.data, '$.VpcId') AS vpc, coalesce(json_extract(s.data, '$.OwnerId'), s.account) AS owner,
         coalesce(s.arn, json_extract(s.data, '$.SubnetArn')) AS arn, s.name, s.tags,
         json_extract(s.data, '$.AvailabilityZone') AS az, json_extract(s.data, '$.AvailabilityZoneId') AS az_id,
         json_extract(s.data, '$.CidrBlock') AS cidr,
         (SELECT json_group_array(json_extract(c.value, '$.Ipv6CidrBlock'))
          FROM json_each(s.data, '$.Ipv6CidrBlockAssociationSet') c
          WHERE coalesce(json_extract(c.value, '$.Ipv6CidrBlockState.State'), 'associated') NOT IN ('disassociated', 'failed')) AS cidrs6,
         json_extract(s.data, '$.State') AS state, json_extract(s.data, '$.MapPublicIpOnLaunch') AS map_public_ip,
         json_extract(s.data, '$.AssignIpv6AddressOnCreation') AS assign_ipv6,
         json_extract(s.data, '$.BlockPublicAccessStates.InternetGatewayBlockMode') AS mode,
         coalesce((SELECT min(a.route_table) FROM fact_route_association a
                   WHERE a.subnet = coalesce(s.rid, json_extract(s.data, '$.SubnetId'))
                     AND coalesce(a.state, 'associated') IN ('associated', 'associating')),
                  (SELECT min(a.route_table) FROM fact_route_association a
                   WHERE a.vpc = json_extract(s.data, '$.VpcId') AND a.is_main = 1)) AS route_table
  FROM snap_resource s WHERE s.op = 'ec2:DescribeSubnets'
) x;
CREATE INDEX fact_subnet_id ON fact_subnet (subnet);
CREATE INDEX fact_subnet_vpc ON fact_subnet (vpc);

DROP TABLE IF EXISTS fact_eni;
CREATE TABLE fact_eni (
  account TEXT, region TEXT, eni TEXT, vpc TEXT, subnet TEXT, owner TEXT, arn TEXT, tags TEXT,
  type TEXT, status TEXT, description TEXT, requester TEXT, requester_managed INTEGER,
  attachment TEXT, attachment_status TEXT, instance TEXT, instance_owner TEXT, device_index INTEGER,
  source_dest_check INTEGER, deny_igw INTEGER,
  groups_read INTEGER                      -- 1 when the answer has the list of groups, be it empty
);
INSERT INTO fact_eni
SELECT account, region, coalesce(rid, json_extract(data, '$.NetworkInterfaceId')), json_extract(data, '$.VpcId'),
       json_extract(data, '$.SubnetId'), coalesce(json_extract(data, '$.OwnerId'), account), arn, tags,
       json_extract(data, '$.InterfaceType'), json_extract(data, '$.Status'), json_extract(data, '$.Description'),
       json_extract(data, '$.RequesterId'), json_extract(data, '$.RequesterManaged'),
       json_extract(data, '$.Attachment.AttachmentId'), json_extract(data, '$.Attachment.Status'),
       json_extract(data, '$.Attachment.InstanceId'), json_extract(data, '$.Attachment.InstanceOwnerId'),
       json_extract(data, '$.Attachment.DeviceIndex'), json_extract(data, '$.SourceDestCheck'),
       json_extract(data, '$.DenyAllIgwTraffic'), CASE WHEN json_type(data, '$.Groups') = 'array' THEN 1 END
FROM snap_resource WHERE op = 'ec2:DescribeNetworkInterfaces';
CREATE INDEX fact_eni_id ON fact_eni (eni);
CREATE INDEX fact_eni_instance ON fact_eni (instance);
CREATE INDEX fact_eni_vpc ON fact_eni (vpc);

DROP TABLE IF EXISTS fact_eni_address;
CREATE TABLE fact_eni_address (
  account TEXT, region TEXT, eni TEXT, vpc TEXT, subnet TEXT,
  family INTEGER, address TEXT,            -- an address, or a delegated prefix
  is_prefix INTEGER, is_primary INTEGER,
  public_ip TEXT, public_owner TEXT, allocation TEXT, carrier_ip TEXT
);
INSERT INTO fact_eni_address
SELECT account, region, coalesce(rid, json_extract(data, '$.NetworkInterfaceId')), json_extract(data, '$.VpcId'),
       json_extract(data, '$.SubnetId'), 4, json_extract(p.value, '$.PrivateIpAddress'), 0,
       coalesce(json_extract(p.value, '$.Primary'), 0), json_extract(p.value, '$.Association.PublicIp'),
       json_extract(p.value, '$.Association.IpOwnerId'), json_extract(p.value, '$.Association.AllocationId'),
       json_extract(p.value, '$.Association.CarrierIp')
FROM snap_resource, json_each(data, '$.PrivateIpAddresses') p WHERE op = 'ec2:DescribeNetworkInterfaces'
UNION ALL
SELECT account, region, coalesce(rid, json_extract(data, '$.NetworkInterfaceId')), json_extract(data, '$.VpcId'),
       json_extract(data, '$.SubnetId'), 4, json_extract(data, '$.PrivateIpAddress'), 0, 1,
       json_extract(data, '$.Association.PublicIp'), json_extract(data, '$.Association.IpOwnerId'),
       json_extract(data, '$.Association.AllocationId'), json_extract(data, '$.Association.CarrierIp')
FROM snap_resource
WHERE op = 'ec2:DescribeNetworkInterfaces' AND json_extract(data, '$.PrivateIpAddress') IS NOT NULL
  AND coalesce(json_array_length(data, '$.PrivateIpAddresses'), 0) = 0
UNION ALL
SELECT account, region, coalesce(rid, json_extract(data, '$.NetworkInterfaceId')), json_extract(data, '$.VpcId'),
       json_extract(data, '$.SubnetId'), 4, json_extract(p.value, '$.Ipv4Prefix'), 1, 0, NULL, NULL, NULL, NULL
FROM snap_resource, json_each(data, '$.Ipv4Prefixes') p WHERE op = 'ec2:DescribeNetworkInterfaces'
UNION ALL
SELECT account, region, coalesce(rid, json_extract(data, '$.NetworkInterfaceId')), json_extract(data, '$.VpcId'),
       json_extract(data, '$.SubnetId'), 6, json_extract(p.value, '$.Ipv6Address'), 0,
       coalesce(json_extract(p.value, '$.IsPrimaryIpv6'), 0), NULL, NULL, NULL, NULL
FROM snap_resource, json_each(data, '$.Ipv6Addresses') p WHERE op = 'ec2:DescribeNetworkInterfaces'
UNION ALL
SELECT account, region, coalesce(rid, json_extract(data, '$.NetworkInterfaceId')), json_extract(data, '$.VpcId'),
       json_extract(data, '$.SubnetId'), 6, json_extract(p.value, '$.Ipv6Prefix'), 1, 0, NULL, NULL, NULL, NULL
FROM snap_resource, json_each(data, '$.Ipv6Prefixes') p WHERE op = 'ec2:DescribeNetworkInterfaces';
CREATE INDEX fact_eni_address_eni ON fact_eni_address (eni);
CREATE INDEX fact_eni_address_address ON fact_eni_address (vpc, address);

DROP TABLE IF EXISTS fact_eni_group;
CREATE TABLE fact_eni_group (account TEXT, region TEXT, eni TEXT, sg TEXT);
INSERT INTO fact_eni_group
SELECT account, region, coalesce(rid, json_extract(data, '$.NetworkInterfaceId')), json_extract(g.value, '$.GroupId')
FROM snap_resource, json_each(data, '$.Groups') g WHERE op = 'ec2:DescribeNetworkInterfaces';
CREATE INDEX fact_eni_group_eni ON fact_eni_group (eni);
CREATE INDEX fact_eni_group_sg ON fact_eni_group (sg);

DROP TABLE IF EXISTS fact_sg;
CREATE TABLE fact_sg (
  account TEXT, region TEXT, sg TEXT, name TEXT, vpc TEXT, owner TEXT, description TEXT, arn TEXT, tags TEXT,
  ingress_read INTEGER, egress_read INTEGER -- 1 when the answer has the list of rules, be it empty
);
INSERT INTO fact_sg
SELECT account, region, coalesce(rid, json_extract(data, '$.GroupId')), json_extract(data, '$.GroupName'),
       json_extract(data, '$.VpcId'), coalesce(json_extract(data, '$.OwnerId'), account), json_extract(data, '$.Description'),
       -- Answers from before 2024 carry no SecurityGroupArn.
       coalesce(arn, json_extract(data, '$.SecurityGroupArn'),
                'arn:' || CASE WHEN region GLOB 'us-gov-*' THEN 'aws-us-gov' WHEN region GLOB 'cn-*' THEN 'aws-cn' ELSE 'aws' END || ':ec2:' || region
                || ':' || coalesce(json_extract(data, '$.OwnerId'), account) || ':security-group/' || coalesce(rid, json_extract(data, '$.GroupId'))), tags,
       CASE WHEN json_type(data, '$.IpPermissions') = 'array' THEN 1 END, CASE WHEN json_type(data, '$.IpPermissionsEgress') = 'array' THEN 1 END
FROM snap_resource WHERE op = 'ec2:DescribeSecurityGroups';
CREATE INDEX fact_sg_id ON fact_sg (sg);
CREATE INDEX fact_sg_vpc ON fact_sg (vpc);

DROP TABLE IF EXISTS fact_sg_rule;
CREATE TABLE fact_sg_rule (
  account TEXT, region TEXT, sg TEXT, vpc TEXT,
  direction TEXT,                          -- 'ingress' or 'egress'
  pos TEXT,                                -- 'IpPermissions/0/IpRanges/1'
  protocol TEXT,                           -- '-1', 'tcp', 'udp', 'icmp', 'icmpv6' or a number
  from_port INTEGER, to_port INTEGER,      -- as AWS gives them
  port_lo INTEGER, port_hi INTEGER,
  peer_kind TEXT,                          -- 'cidr4', 'cidr6', 'prefix-list', 'group'
  peer TEXT,                               -- CIDR, pl-..., sg-...
  peer_account TEXT, peer_vpc TEXT, peering TEXT, peering_status TEXT,
  description TEXT
);
INSERT INTO fact_sg_rule
WITH permission AS MATERIALIZED (
  SELECT account, region, coalesce(rid, json_extract(data, '$.GroupId')) AS sg, json_extract(data, '$.VpcId') AS vpc,
         'ingress' AS direction, 'IpPermissions/' || p.key AS pos, p.value AS value
  FROM snap_resource, json_each(data, '$.IpPermissions') p WHERE op = 'ec2:DescribeSecurityGroups'
  UNION ALL
  SELECT account, region, coalesce(rid, json_extract(data, '$.GroupId')), json_extract(data, '$.VpcId'),
         'egress', 'IpPermissionsEgress/' || p.key, p.value
  FROM snap_resource, json_each(data, '$.IpPermissionsEgress') p WHERE op = 'ec2:DescribeSecurityGroups'
), term AS MATERIALIZED (
  SELECT account, region, sg, vpc, direction, pos, value, lower(json_extract(value, '$.IpProtocol')) AS protocol,
         json_extract(value, '$.FromPort') AS from_port, json_extract(value, '$.ToPort') AS to_port
  FROM permission
), ranged AS MATERIALIZED (
  SELECT account, region, sg, vpc, direction, pos, value, protocol, from_port, to_port,
         CASE WHEN protocol IN ('icmp', 'icmpv6', '1', '58') THEN NULL
              WHEN protocol IN ('tcp', 'udp', '6', '17') THEN CASE WHEN coalesce(from_port, -1) < 0 THEN 0 ELSE from_port END
              ELSE 0 END AS port_lo,
         CASE WHEN protocol IN ('icmp', 'icmpv6', '1', '58') THEN NULL
              WHEN protocol IN ('tcp', 'udp', '6', '17') THEN CASE WHEN coalesce(to_port, -1) < 0 THEN 65535 ELSE to_port END
              ELSE 65535 END AS port_hi
  FROM term
)
SELECT account, region, sg, vpc, direction, pos || '/IpRanges/' || s.key, protocol, from_port, to_port, port_lo, port_hi,
       'cidr4', json_extract(s.value, '$.CidrIp'), NULL, NULL, NULL, NULL, json_extract(s.value, '$.Description')
FROM ranged, json_each(ranged.value, '$.IpRanges') s
UNION ALL
SELECT account, region, sg, vpc, direction, pos || '/Ipv6Ranges/' || s.key, protocol, from_port, to_port, port_lo, port_hi,
       'cidr6', json_extract(s.value, '$.CidrIpv6'), NULL, NULL, NULL, NULL, json_extract(s.value, '$.Description')
FROM ranged, json_each(ranged.value, '$.Ipv6Ranges') s
UNION ALL
SELECT account, region, sg, vpc, direction, pos || '/PrefixListIds/' || s.key, protocol, from_port, to_port, port_lo, port_hi,
       'prefix-list', json_extract(s.value, '$.PrefixListId'), NULL, NULL, NULL, NULL, json_extract(s.value, '$.Description')
FROM ranged, json_each(ranged.value, '$.PrefixListIds') s
UNION ALL
SELECT account, region, sg, vpc, direction, pos || '/UserIdGroupPairs/' || s.key, protocol, from_port, to_port, port_lo, port_hi,
       'group', json_extract(s.value, '$.GroupId'), json_extract(s.value, '$.UserId'), json_extract(s.value, '$.VpcId'),
       json_extract(s.value, '$.VpcPeeringConnectionId'), json_extract(s.value, '$.PeeringStatus'),
       json_extract(s.value, '$.Description')
FROM ranged, json_each(ranged.value, '$.UserIdGroupPairs') s;
CREATE INDEX fact_sg_rule_sg ON fact_sg_rule (sg, account, region, direction);
CREATE INDEX fact_sg_rule_peer ON fact_sg_rule (peer_kind, peer);

DROP TABLE IF EXISTS fact_sg_rule_id;
CREATE TABLE fact_sg_rule_id (
  account TEXT, region TEXT, rule TEXT, sg TEXT, direction TEXT, protocol TEXT, from_port INTEGER, to_port INTEGER, peer TEXT
);
INSERT INTO fact_sg_rule_id
SELECT account, region, coalesce(rid, json_extract(data, '$.SecurityGroupRuleId')), json_extract(data, '$.GroupId'),
       CASE json_extract(data, '$.IsEgress') WHEN 1 THEN 'egress' WHEN 0 THEN 'ingress' END,
       lower(json_extract(data, '$.IpProtocol')), json_extract(data, '$.FromPort'), json_extract(data, '$.ToPort'),
       coalesce(json_extract(data, '$.CidrIpv4'), json_extract(data, '$.CidrIpv6'), json_extract(data, '$.PrefixListId'),
                json_extract(data, '$.ReferencedGroupInfo.GroupId'))
FROM snap_resource WHERE op = 'ec2:DescribeSecurityGroupRules';
CREATE INDEX fact_sg_rule_id_sg ON fact_sg_rule_id (sg);

DROP TABLE IF EXISTS fact_prefix_list;
CREATE TABLE fact_prefix_list (
  account TEXT, region TEXT, prefix_list TEXT, name TEXT, owner TEXT, family TEXT, version INTEGER, max_entries INTEGER, state TEXT,
  -- What an AWS-managed list means as a source: 'internet' (CloudFront's own addresses: any customer of CloudFront
  -- stands behind them), 'service' (AWS's service, which opens no connection for strangers); NULL = its entries tell.
  meaning TEXT,
  entries_read INTEGER                     -- 1 when its entries were read in full
);
INSERT INTO fact_prefix_list
SELECT account, region, id, name, owner, family, version, max_entries, state,
       CASE WHEN owner <> 'AWS' THEN NULL
            WHEN name GLOB 'com.amazonaws.*cloudfront.origin-facing*' THEN 'internet'
            WHEN name GLOB 'com.amazonaws.*.s3' OR name GLOB 'com.amazonaws.*.s3express' OR name GLOB 'com.amazonaws.*.dynamodb'
              OR name GLOB 'com.amazonaws.*.vpc-lattice' OR name GLOB 'com.amazonaws.*.ipv6.vpc-lattice'
              OR name GLOB 'com.amazonaws.*ec2-instance-connect' OR name GLOB 'com.amazonaws.*.route53-healthchecks' THEN 'service' END,
       (SELECT 1 FROM snap_call c WHERE c.op = 'ec2:GetManagedPrefixListEntries' AND c.account = x.account AND c.region = x.region
          AND c.parent = x.id AND c.status IN ('ok', 'empty'))
FROM (
  SELECT account, region, coalesce(rid, json_extract(data, '$.PrefixListId')) AS id, json_extract(data, '$.PrefixListName') AS name,
         json_extract(data, '$.OwnerId') AS owner, json_extract(data, '$.AddressFamily') AS family,
         json_extract(data, '$.Version') AS version, json_extract(data, '$.MaxEntries') AS max_entries,
         json_extract(data, '$.State') AS state
  FROM snap_resource WHERE op = 'ec2:DescribeManagedPrefixLists'
) x;
CREATE INDEX fact_prefix_list_id ON fact_prefix_list (prefix_list, account, region);

DROP TABLE IF EXISTS fact_prefix_list_entry;
CREATE TABLE fact_prefix_list_entry (account TEXT, region TEXT, prefix_list TEXT, cidr TEXT, description TEXT);
INSERT INTO fact_prefix_list_entry
SELECT account, region, parent, json_extract(data, '$.Cidr'), json_extract(data, '$.Description')
FROM snap_resource WHERE op = 'ec2:GetManagedPrefixListEntries';
CREATE INDEX fact_prefix_list_entry_id ON fact_prefix_list_entry (prefix_list, account, region);

-- What security groups admit, rule by rule, with prefix lists opened. `cidr` NULL with `unread` 1: a list whose entries
-- were not read. `label` names the list.
DROP TABLE IF EXISTS fact_sg_source;
CREATE TABLE fact_sg_source (
  account TEXT, region TEXT, sg TEXT, protocol TEXT, port_lo INTEGER, port_hi INTEGER, cidr TEXT, label TEXT, unread INTEGER
);
INSERT INTO fact_sg_source
SELECT account, region, sg, protocol, port_lo, port_hi, peer, CASE WHEN peer IS NULL THEN pos END, CASE WHEN peer IS NULL THEN 1 END
FROM fact_sg_rule WHERE direction = 'ingress' AND peer_kind IN ('cidr4', 'cidr6')
UNION ALL -- a group whose rules the answer leaves out may admit anything
SELECT account, region, sg, '-1', 0, 65535, NULL, 'its rules', 1 FROM fact_sg WHERE ingress_read IS NULL
UNION ALL
SELECT r.account, r.region, r.sg, r.protocol, r.port_lo, r.port_hi, w.cidr, r.peer || ' (' || l.name || ')', NULL
FROM fact_sg_rule r
JOIN fact_prefix_list l ON l.prefix_list = r.peer AND l.account = r.account AND l.region = r.region AND l.meaning = 'internet'
JOIN (SELECT '0.0.0.0/0' AS cidr, 'IPv4' AS family UNION ALL SELECT '::/0', 'IPv6') w ON w.family = coalesce(l.family, 'IPv4')
WHERE r.direction = 'ingress' AND r.peer_kind = 'prefix-list'
UNION ALL
SELECT r.account, r.region, r.sg, r.protocol, r.port_lo, r.port_hi, e.cidr, r.peer || coalesce(' (' || l.name || ')', ''), NULL
FROM fact_sg_rule r
JOIN fact_prefix_list l ON l.prefix_list = r.peer AND l.account = r.account AND l.region = r.region
 AND l.meaning IS NULL AND l.entries_read = 1
JOIN fact_prefix_list_entry e ON e.prefix_list = r.peer AND e.account = r.account AND e.region = r.region
WHERE r.direction = 'ingress' AND r.peer_kind = 'prefix-list'
UNION ALL
SELECT r.account, r.region, r.sg, r.protocol, r.port_lo, r.port_hi, NULL, r.peer || coalesce(' (' || l.name || ')', ''), 1
FROM fact_sg_rule r
LEFT JOIN fact_prefix_list l ON l.prefix_list = r.peer AND l.account = r.account AND l.region = r.region
WHERE r.direction = 'ingress' AND r.peer_kind = 'prefix-list' AND l.meaning IS NULL AND l.entries_read IS NULL;
CREATE INDEX fact_sg_source_sg ON fact_sg_source (sg, account, region);

DROP TABLE IF EXISTS fact_nacl;
CREATE TABLE fact_nacl (account TEXT, region TEXT, nacl TEXT, vpc TEXT, owner TEXT, is_default INTEGER, tags TEXT);
INSERT INTO fact_nacl
SELECT account, region, coalesce(rid, json_extract(data, '$.NetworkAclId')), json_extract(data, '$.VpcId'),
       json_extract(data, '$.OwnerId'), json_extract(data, '$.IsDefault'), tags
FROM snap_resource WHERE op = 'ec2:DescribeNetworkAcls';
CREATE INDEX fact_nacl_vpc ON fact_nacl (vpc);

DROP TABLE IF EXISTS fact_nacl_subnet;
CREATE TABLE fact_nacl_subnet (account TEXT, region TEXT, nacl TEXT, subnet TEXT);
INSERT INTO fact_nacl_subnet
SELECT account, region, coalesce(rid, json_extract(data, '$.NetworkAclId')), json_extract(a.value, '$.SubnetId')
FROM snap_resource, json_each(data, '$.Associations') a WHERE op = 'ec2:DescribeNetworkAcls';
CREATE INDEX fact_nacl_subnet_subnet ON fact_nacl_subnet (subnet);

DROP TABLE IF EXISTS fact_nacl_entry;
CREATE TABLE fact_nacl_entry (
  account TEXT, region TEXT, nacl TEXT, direction TEXT, rule_number INTEGER, action TEXT, protocol TEXT,
  family INTEGER, cidr TEXT, port_lo INTEGER, port_hi INTEGER, icmp_type INTEGER, icmp_code INTEGER
);
INSERT INTO fact_nacl_entry
SELECT account, region, coalesce(rid, json_extract(data, '$.NetworkAclId')),
       CASE json_extract(n.value, '$.Egress') WHEN 1 THEN 'egress' WHEN 0 THEN 'ingress' END, json_extract(n.value, '$.RuleNumber'),
       json_extract(n.value, '$.RuleAction'), json_extract(n.value, '$.Protocol'),
       CASE WHEN json_extract(n.value, '$.CidrBlock') IS NOT NULL THEN 4 ELSE 6 END,
       coalesce(json_extract(n.value, '$.CidrBlock'), json_extract(n.value, '$.Ipv6CidrBlock')),
       json_extract(n.value, '$.PortRange.From'), json_extract(n.value, '$.PortRange.To'),
       json_extract(n.value, '$.IcmpTypeCode.Type'), json_extract(n.value, '$.IcmpTypeCode.Code')
FROM snap_resource, json_each(data, '$.Entries') n WHERE op = 'ec2:DescribeNetworkAcls';
CREATE INDEX fact_nacl_entry_id ON fact_nacl_entry (nacl, direction, rule_number);

DROP TABLE IF EXISTS fact_igw;
CREATE TABLE fact_igw (account TEXT, region TEXT, igw TEXT, vpc TEXT, state TEXT, tags TEXT);
INSERT INTO fact_igw
SELECT account, region, coalesce(rid, json_extract(data, '$.InternetGatewayId')), json_extract(a.value, '$.VpcId'),
       json_extract(a.value, '$.State'), tags
FROM snap_resource LEFT JOIN json_each(data, '$.Attachments') a WHERE op = 'ec2:DescribeInternetGateways';

DROP TABLE IF EXISTS fact_flow_log;
CREATE TABLE fact_flow_log (
  account TEXT, region TEXT, flow_log TEXT, subject TEXT, traffic TEXT, status TEXT, delivery TEXT, delivery_error TEXT,
  destination_type TEXT, destination TEXT, log_group TEXT, format TEXT
);
INSERT INTO fact_flow_log
SELECT account, region, coalesce(rid, json_extract(data, '$.FlowLogId')), json_extract(data, '$.ResourceId'),
       json_extract(data, '$.TrafficType'), json_extract(data, '$.FlowLogStatus'), json_extract(data, '$.DeliverLogsStatus'),
       json_extract(data, '$.DeliverLogsErrorMessage'), json_extract(data, '$.LogDestinationType'),
       json_extract(data, '$.LogDestination'), json_extract(data, '$.LogGroupName'), json_extract(data, '$.LogFormat')
FROM snap_resource WHERE op = 'ec2:DescribeFlowLogs';
CREATE INDEX fact_flow_log_subject ON fact_flow_log (subject);
