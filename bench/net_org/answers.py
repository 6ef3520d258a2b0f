"""The answers of one account, written from its lists; what it does not have was asked for and is none."""
from place import HOME

LISTS = [  # kind, operation, member
    ("vpc", "ec2:DescribeVpcs", "Vpcs"), ("subnet", "ec2:DescribeSubnets", "Subnets"), ("table", "ec2:DescribeRouteTables", "RouteTables"),
    ("acl", "ec2:DescribeNetworkAcls", "NetworkAcls"), ("group", "ec2:DescribeSecurityGroups", "SecurityGroups"),
    ("eni", "ec2:DescribeNetworkInterfaces", "NetworkInterfaces"), ("address", "ec2:DescribeAddresses", "Addresses"),
    ("igw", "ec2:DescribeInternetGateways", "InternetGateways"), ("eigw", "ec2:DescribeEgressOnlyInternetGateways", "EgressOnlyInternetGateways"),
    ("nat", "ec2:DescribeNatGateways", "NatGateways"), ("peering", "ec2:DescribeVpcPeeringConnections", "VpcPeeringConnections"),
    ("tgw", "ec2:DescribeTransitGateways", "TransitGateways"), ("attachment", "ec2:DescribeTransitGatewayAttachments", "TransitGatewayAttachments"),
    ("vpc_attachment", "ec2:DescribeTransitGatewayVpcAttachments", "TransitGatewayVpcAttachments"),
    ("tgw_table", "ec2:DescribeTransitGatewayRouteTables", "TransitGatewayRouteTables"), ("endpoint", "ec2:DescribeVpcEndpoints", "VpcEndpoints"),
    ("vgw", "ec2:DescribeVpnGateways", "VpnGateways"), ("client_vpn", "ec2:DescribeClientVpnEndpoints", "ClientVpnEndpoints"),
    ("database", "rds:DescribeDBInstances", "DBInstances"), ("database_subnets", "rds:DescribeDBSubnetGroups", "DBSubnetGroups"),
    ("service", "ec2:DescribeVpcEndpointServiceConfigurations", "ServiceConfigurations"),
    ("service_connection", "ec2:DescribeVpcEndpointConnections", "VpcEndpointConnections"),
    ("balancer", "elbv2:DescribeLoadBalancers", "LoadBalancers"), ("target_group", "elbv2:DescribeTargetGroups", "TargetGroups"),
    ("dxgw", "directconnect:DescribeDirectConnectGateways", "directConnectGateways"),
    ("vif", "directconnect:DescribeVirtualInterfaces", "virtualInterfaces"),
]
CHILDREN = [  # kind, operation, parameter, member: items are (value of the parameter, list)
    ("list_entries", "ec2:GetManagedPrefixListEntries", "PrefixListId", "Entries"),
    ("table_associations", "ec2:GetTransitGatewayRouteTableAssociations", "TransitGatewayRouteTableId", "Associations"),
    ("table_propagations", "ec2:GetTransitGatewayRouteTablePropagations", "TransitGatewayRouteTableId", "TransitGatewayRouteTablePropagations"),
    ("table_routes", "ec2:SearchTransitGatewayRoutes", "TransitGatewayRouteTableId", "Routes"),
    ("table_lists", "ec2:GetTransitGatewayPrefixListReferences", "TransitGatewayRouteTableId", "TransitGatewayPrefixListReferences"),
    ("service_permissions", "ec2:DescribeVpcEndpointServicePermissions", "ServiceId", "AllowedPrincipals"),
    ("listeners", "elbv2:DescribeListeners", "LoadBalancerArn", "Listeners"),
    ("rules", "elbv2:DescribeRules", "ListenerArn", "Rules"),
    ("target_attributes", "elbv2:DescribeTargetGroupAttributes", "TargetGroupArn", "Attributes"),
    ("balancer_attributes", "elbv2:DescribeLoadBalancerAttributes", "LoadBalancerArn", "Attributes"),
    ("targets", "elbv2:DescribeTargetHealth", "TargetGroupArn", "TargetHealthDescriptions"),
    ("client_networks", "ec2:DescribeClientVpnTargetNetworks", "ClientVpnEndpointId", "ClientVpnTargetNetworks"),
    ("client_rules", "ec2:DescribeClientVpnAuthorizationRules", "ClientVpnEndpointId", "AuthorizationRules"),
    ("client_routes", "ec2:DescribeClientVpnRoutes", "ClientVpnEndpointId", "Routes"),
    ("dx_associations", "directconnect:DescribeDirectConnectGatewayAssociations", "directConnectGatewayId", "directConnectGatewayAssociations"),
    ("dx_attachments", "directconnect:DescribeDirectConnectGatewayAttachments", "directConnectGatewayId", "directConnectGatewayAttachments"),
]


def write(b, acc, is_management=False):
    for kind, op, member in LISTS:
        items = acc.lists.get(kind, [])
        if items:
            b.call(acc.id, op, {member: items}, None, len(items))
    instances = acc.lists.get("instance", [])
    if instances:
        b.call(acc.id, "ec2:DescribeInstances", {"Reservations": [{"ReservationId": "r-" + i["InstanceId"][2:], "OwnerId": acc.id, "Instances": [i]}
                                                                  for i in instances]}, None, len(instances))
    lists = acc.lists.get("list", [])
    b.call(acc.id, "ec2:DescribeManagedPrefixLists", {"PrefixLists": lists}, None, len(lists))
    for kind, op, parameter, member in CHILDREN:
        for value, items in acc.lists.get(kind, []):
            b.call(acc.id, op, {member: items}, {parameter: value}, len(items))
    b.call(acc.id, "ec2:DescribeVpcBlockPublicAccessOptions", {"VpcBlockPublicAccessOptions": {
        "AwsAccountId": acc.id, "AwsRegion": HOME, "State": "default-state", "InternetGatewayBlockMode": "off",
        "ExclusionsAllowed": "allowed", "ManagedBy": "account"}})
    b.rest(acc.id, is_management)
