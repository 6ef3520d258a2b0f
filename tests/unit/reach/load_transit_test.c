/* Transit gateways, Direct Connect, Client VPN and endpoints as their answers tell them, and with an answer missing. */
#include "load_box.h"

#define VPCS BOX_OK("ec2", "DescribeVpcs", "{}", \
    "{'Vpcs':[{'VpcId':'vpc-1','OwnerId':'" BOX_A "','CidrBlockAssociationSet':[{'CidrBlock':'10.1.0.0/16','CidrBlockState':{'State':'associated'}}]}," \
    "{'VpcId':'vpc-2','OwnerId':'" BOX_A "','CidrBlockAssociationSet':[{'CidrBlock':'10.2.0.0/16','CidrBlockState':{'State':'associated'}}]}]}") \
    BOX_OK("ec2", "DescribeSubnets", "{}", "{'Subnets':[{'SubnetId':'subnet-1','VpcId':'vpc-1','AvailabilityZoneId':'use1-az1','CidrBlock':'10.1.1.0/24'}," \
    "{'SubnetId':'subnet-2','VpcId':'vpc-2','AvailabilityZoneId':'use1-az1','CidrBlock':'10.2.1.0/24'}]}")
#define TGW BOX_OK("ec2", "DescribeTransitGateways", "{}", "{'TransitGateways':[{'TransitGatewayId':'tgw-1','OwnerId':'" BOX_A "','State':'available'," \
    "'Options':{'SecurityGroupReferencingSupport':'enable'}}]}")
#define ATTACHMENT(id, type, resource, association) "{'TransitGatewayAttachmentId':'" id "','TransitGatewayId':'tgw-1','TransitGatewayOwnerId':'" BOX_A "'," \
    "'ResourceType':'" type "','ResourceId':'" resource "','State':'available'" association "}"
#define ASSOCIATED ",'Association':{'TransitGatewayRouteTableId':'tgw-rtb-1','State':'associated'}"
#define ATTACHMENTS BOX_OK("ec2", "DescribeTransitGatewayAttachments", "{}", "{'TransitGatewayAttachments':[" \
    ATTACHMENT("tgw-attach-1", "vpc", "vpc-1", ASSOCIATED) "," ATTACHMENT("tgw-attach-2", "vpc", "vpc-2", "") "," \
    ATTACHMENT("tgw-attach-3", "direct-connect-gateway", "dx-1", ASSOCIATED) "," ATTACHMENT("tgw-attach-4", "vpn", "vpn-1", ASSOCIATED) "," \
    ATTACHMENT("tgw-attach-5", "peering", "tgw-9", ASSOCIATED) "]}")
#define VPC_ATTACHMENTS BOX_OK("ec2", "DescribeTransitGatewayVpcAttachments", "{}", "{'TransitGatewayVpcAttachments':[" \
    "{'TransitGatewayAttachmentId':'tgw-attach-1','TransitGatewayId':'tgw-1','VpcId':'vpc-1','State':'available','SubnetIds':['subnet-1']," \
    "'Options':{'Ipv6Support':'disable','ApplianceModeSupport':'enable'}}]}")
#define PEERING BOX_OK("ec2", "DescribeTransitGatewayPeeringAttachments", "{}", "{'TransitGatewayPeeringAttachments':[{'TransitGatewayAttachmentId':'tgw-attach-5','State':'available'," \
    "'RequesterTgwInfo':{'TransitGatewayId':'tgw-1','OwnerId':'" BOX_A "','Region':'us-east-1'},'AccepterTgwInfo':{'TransitGatewayId':'tgw-9','OwnerId':'" BOX_B "','Region':'eu-west-1'}}]}")
#define TABLES BOX_OK("ec2", "DescribeTransitGatewayRouteTables", "{}", "{'TransitGatewayRouteTables':[{'TransitGatewayRouteTableId':'tgw-rtb-1'," \
    "'TransitGatewayId':'tgw-1','State':'available'}]}")
#define OF_TABLE "{'TransitGatewayRouteTableId':'tgw-rtb-1'}"
#define SEARCH(more) BOX_OK("ec2", "SearchTransitGatewayRoutes", OF_TABLE, "{'Routes':[{'DestinationCidrBlock':'10.2.0.0/16','Type':'static','State':'blackhole'}," \
    "{'DestinationCidrBlock':'10.9.0.0/16','Type':'static','State':'active','TransitGatewayAttachments':[{'TransitGatewayAttachmentId':'tgw-attach-5','ResourceType':'peering'}]}]," \
    "'AdditionalRoutesAvailable':" more "}")
#define PROPAGATIONS BOX_OK("ec2", "GetTransitGatewayRouteTablePropagations", OF_TABLE, "{'TransitGatewayRouteTablePropagations':[" \
    "{'TransitGatewayAttachmentId':'tgw-attach-1','ResourceType':'vpc','State':'enabled'},{'TransitGatewayAttachmentId':'tgw-attach-2','ResourceType':'vpc','State':'disabled'}," \
    "{'TransitGatewayAttachmentId':'tgw-attach-3','ResourceType':'direct-connect-gateway','State':'enabled'}]}")
#define DX BOX_OK("directconnect", "DescribeDirectConnectGateways", "{}", "{'directConnectGateways':[{'directConnectGatewayId':'dx-1','directConnectGatewayName':'hall'," \
    "'directConnectGatewayState':'available'}]}") \
    BOX_OK("directconnect", "DescribeDirectConnectGatewayAssociations", "{'directConnectGatewayId':'dx-1'}", \
    "{'directConnectGatewayAssociations':[{'associationId':'as-1','directConnectGatewayId':'dx-1'," \
    "'associationState':'associated','associatedGateway':{'id':'tgw-1','type':'transitGateway'},'allowedPrefixesToDirectConnectGateway':[{'cidr':'10.1.0.0/16'}]}]}")
#define VPN BOX_OK("ec2", "DescribeVpnConnections", "{}", "{'VpnConnections':[{'VpnConnectionId':'vpn-1','State':'available','CustomerGatewayId':'cgw-1','TransitGatewayId':'tgw-1'," \
    "'Options':{'StaticRoutesOnly':true},'Routes':[{'DestinationCidrBlock':'172.16.0.0/12','State':'available'}]}]}")
#define WHOLE VPCS TGW ATTACHMENTS VPC_ATTACHMENTS PEERING TABLES SEARCH("false") PROPAGATIONS DX VPN

static const struct net_tgw_route *route_of(const struct net_box *b, const char *destination)
{
    struct ip_range range;
    assert_true(ip_range_parse(str_of(destination), &range));
    NET_EACH(i, b->n->tgw_tables[net_box_row(b, NET_TGW_TABLE, "tgw-rtb-1")].routes)
        if (b->n->tgw_routes[i].range.lo == range.lo && b->n->tgw_routes[i].range.hi == range.hi)
            return &b->n->tgw_routes[i];
    return NULL;
}

static const struct net_attachment *attachment(const struct net_box *b, const char *id)
{
    return &b->n->attachments[net_box_row(b, NET_ATTACHMENT, id)];
}

static void attachments_and_their_tables(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, WHOLE, NULL);
    assert_true(b.n->tgws[net_box_row(&b, NET_TGW, "tgw-1")].collected && b.n->tgws[net_box_row(&b, NET_TGW, "tgw-1")].group_references);
    assert_false(b.n->tgws[net_box_row(&b, NET_TGW, "tgw-9")].collected);
    const struct net_attachment *a = attachment(&b, "tgw-attach-1");
    assert_true(a->available && a->table_read && a->appliance_mode && a->group_references && !a->ipv6);
    assert_int_equal(a->table, net_box_row(&b, NET_TGW_TABLE, "tgw-rtb-1"));
    assert_int_equal(a->subnets.count, 1);
    a = attachment(&b, "tgw-attach-2"); /* its owner told of no association: there is none; nobody told its subnets */
    assert_true(a->table_read && a->table == NET_NONE && a->subnets.count == 0);
    a = attachment(&b, "tgw-attach-5");
    assert_int_equal(a->kind, ATTACHMENT_PEERING);
    const struct net_attachment *peer = &b.n->attachments[a->target];
    assert_int_equal(peer->tgw, net_box_row(&b, NET_TGW, "tgw-9"));
    assert_false(peer->table_read);
    net_box_close(&b);
}

static void routes_searched_and_propagated(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, WHOLE, NULL);
    assert_true(b.n->tgw_tables[0].read);
    const struct net_tgw_route *r = route_of(&b, "10.2.0.0/16"); /* its propagation is disabled: the static one alone */
    assert_true(r->blackhole && !r->propagated);
    r = route_of(&b, "10.1.0.0/16"); /* of the propagation: the search was for static routes */
    assert_true(r->propagated && r->attachment == net_box_row(&b, NET_ATTACHMENT, "tgw-attach-1") && r->rank == 1);
    r = route_of(&b, "0.0.0.0/0"); /* what BGP brings was not searched: anywhere */
    assert_int_equal(r->attachment, net_box_row(&b, NET_ATTACHMENT, "tgw-attach-3"));
    assert_int_equal(r->rank, 2);
    assert_int_equal(route_of(&b, "10.9.0.0/16")->attachment, net_box_row(&b, NET_ATTACHMENT, "tgw-attach-5"));
    net_box_close(&b);
    net_box_load(&b, VPCS TGW ATTACHMENTS TABLES SEARCH("true") PROPAGATIONS, NULL);
    assert_false(b.n->tgw_tables[0].read); /* more routes than one answer holds */
    net_box_close(&b);
    net_box_load(&b, VPCS TGW ATTACHMENTS TABLES BOX_DENIED("ec2", "SearchTransitGatewayRoutes", OF_TABLE) PROPAGATIONS, NULL);
    assert_false(b.n->tgw_tables[0].read);
    assert_true(net_box_gap(&b, "ec2:SearchTransitGatewayRoutes"));
    net_box_close(&b);
}

/* A member account sees its attachment, and nothing of the table that it is looked up in. */
static void anothers_transit_gateway(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, VPCS VPC_ATTACHMENTS BOX_OK("ec2", "DescribeTransitGateways", "{}", "{'TransitGateways':[{'TransitGatewayId':'tgw-1','OwnerId':'" BOX_B "','State':'available'}]}")
                     BOX_OK("ec2", "DescribeTransitGatewayAttachments", "{}", "{'TransitGatewayAttachments':[]}")
                     BOX_OK("ec2", "DescribeTransitGatewayRouteTables", "{}", "{'TransitGatewayRouteTables':[]}"),
                 NULL);
    assert_false(b.n->tgws[net_box_row(&b, NET_TGW, "tgw-1")].collected);
    assert_false(attachment(&b, "tgw-attach-1")->table_read);
    net_box_close(&b);
}

/* Nobody told of attachments, and a route leads in. */
static void an_attachment_that_nobody_told(void **state)
{
    struct net_box b;
    (void)state;
#define ROUTE BOX_OK("ec2", "DescribeRouteTables", "{}", "{'RouteTables':[{'RouteTableId':'rtb-1','VpcId':'vpc-1','OwnerId':'" BOX_A "','Associations':[{'Main':true}]," \
    "'Routes':[{'DestinationCidrBlock':'10.2.0.0/16','TransitGatewayId':'tgw-1','State':'active'}]}]}")
    net_box_load(&b, VPCS ROUTE BOX_DENIED("ec2", "DescribeTransitGatewayVpcAttachments", "{}") BOX_DENIED("ec2", "DescribeTransitGatewayAttachments", "{}"), NULL);
    assert_int_equal(b.n->attachments_count, 1);
    assert_true(b.n->attachments[0].available && !b.n->attachments[0].table_read && b.n->attachments[0].subnets.count == 0);
    assert_int_equal(b.n->routes[0].target, net_box_row(&b, NET_TGW, "tgw-1"));
    net_box_close(&b);
    net_box_load(&b, VPCS ROUTE BOX_EMPTY("ec2", "DescribeTransitGatewayVpcAttachments", "{}"), NULL);
    assert_int_equal(b.n->attachments_count, 0); /* its own account says that there is none */
    net_box_close(&b);
}

/* Both owners list a peering under one id, the accepter first. */
static void a_peering_that_both_ends_list(void **state)
{
    struct net_box b;
    (void)state;
#define PEER_IN_B(operation, answer) BOX_LINE(BOX_B, "us-east-1", "ec2", operation, "{}", "ok", ",'http':200,'rows':1,'answer':" answer)
    net_box_load(&b, PEER_IN_B("DescribeTransitGateways", "{'TransitGateways':[{'TransitGatewayId':'tgw-9','OwnerId':'" BOX_B "','State':'available'}]}")
                     PEER_IN_B("DescribeTransitGatewayAttachments", "{'TransitGatewayAttachments':[{'TransitGatewayAttachmentId':'tgw-attach-5','TransitGatewayId':'tgw-9',"
                     "'TransitGatewayOwnerId':'" BOX_B "','ResourceType':'peering','ResourceId':'tgw-1','State':'available'}]}")
                     VPCS TGW ATTACHMENTS PEERING TABLES, NULL);
    uint32_t first = net_box_row(&b, NET_ATTACHMENT, "tgw-attach-5"), second = b.n->attachments[first].target;
    assert_int_not_equal(second, NET_NONE);
    assert_int_not_equal(second, first);
    assert_int_equal(b.n->attachments[second].target, first);
    assert_int_not_equal(b.n->attachments[first].tgw, b.n->attachments[second].tgw);
    uint32_t own = b.n->attachments[first].tgw == net_box_row(&b, NET_TGW, "tgw-1") ? first : second;
    assert_int_equal(b.n->attachments[own].table, net_box_row(&b, NET_TGW_TABLE, "tgw-rtb-1"));
    net_box_close(&b);
}

static void what_is_outside(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, WHOLE, NULL);
    const struct net_external *x = &b.n->externals[net_box_row(&b, NET_EXTERNAL, "cgw-1")];
    assert_true(x->kind == EXTERNAL_VPN && !x->all_ranges && x->ranges.count == 1);
    assert_int_equal(attachment(&b, "tgw-attach-4")->target, net_box_row(&b, NET_EXTERNAL, "cgw-1"));
    x = &b.n->externals[net_box_row(&b, NET_EXTERNAL, "dx-1")];
    assert_true(x->kind == EXTERNAL_DX && x->all_ranges);
    expect_str(x->name, "hall");
    uint32_t filtered = 0;
    for (uint32_t i = 0; i < b.n->uplinks_count; i++)
        filtered += b.n->uplinks[i].filtered && b.n->uplinks[i].allowed.count == 1 && b.n->uplinks[i].attachment == net_box_row(&b, NET_ATTACHMENT, "tgw-attach-3");
    assert_int_equal(filtered, 1);
    assert_int_equal(b.n->uplinks_count, 2);
    net_box_close(&b);
}

#define CLIENT "{'ClientVpnEndpointId':'cvpn-endpoint-1'}"
#define CLIENT_VPN BOX_OK("ec2", "DescribeClientVpnEndpoints", "{}", "{'ClientVpnEndpoints':[{'ClientVpnEndpointId':'cvpn-endpoint-1','Status':{'Code':'available'}," \
    "'ClientCidrBlock':'10.250.0.0/16','SecurityGroupIds':['sg-1'],'VpcId':'vpc-1'}]}") \
    BOX_OK("ec2", "DescribeClientVpnTargetNetworks", CLIENT, "{'ClientVpnTargetNetworks':[{'AssociationId':'a','VpcId':'vpc-1','TargetNetworkId':'subnet-1'," \
    "'ClientVpnEndpointId':'cvpn-endpoint-1','Status':{'Code':'associated'},'SecurityGroups':['sg-1']}]}") \
    BOX_OK("ec2", "DescribeClientVpnRoutes", CLIENT, "{'Routes':[{'ClientVpnEndpointId':'cvpn-endpoint-1','DestinationCidr':'10.1.0.0/16','TargetSubnet':'subnet-1'," \
    "'Status':{'Code':'active'}},"\
    "{'ClientVpnEndpointId':'cvpn-endpoint-1','DestinationCidr':'10.2.0.0/16','TargetSubnet':'subnet-2','Status':{'Code':'active'}}]}")
#define CLIENT_RULES BOX_OK("ec2", "DescribeClientVpnAuthorizationRules", CLIENT, "{'AuthorizationRules':[{'ClientVpnEndpointId':'cvpn-endpoint-1'," \
    "'DestinationCidr':'10.0.0.0/8','AccessAll':true,'Status':{'Code':'active'}}]}")

static void clients_come_out_in_the_subnet(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, VPCS CLIENT_VPN CLIENT_RULES, NULL);
    const struct net_eni *i = &b.n->enis[net_box_row(&b, NET_ENI, "cvpn-endpoint-1/subnet-1")];
    assert_true(i->virtual_ && i->sources && !i->receives && i->groups.count == 1 && i->addresses.count == 1);
    assert_int_equal(i->limits.count, 1);
    struct ip_range all;
    assert_true(ip_range_parse(STR("10.1.0.0/16"), &all));
    assert_true(b.n->eni_limits[i->limits.first].range.lo == all.lo && b.n->eni_limits[i->limits.first].range.hi == all.hi);
    expect_str(b.n->things[i->thing].type, "AWS::EC2::ClientVpnEndpoint");
    net_box_close(&b);
    net_box_load(&b, VPCS CLIENT_VPN BOX_DENIED("ec2", "DescribeClientVpnAuthorizationRules", CLIENT), NULL);
    assert_int_equal(b.n->enis[net_box_row(&b, NET_ENI, "cvpn-endpoint-1/subnet-1")].limits.count, 0); /* nobody knows: anywhere */
    assert_true(net_box_gap(&b, "ec2:DescribeClientVpnAuthorizationRules"));
    net_box_close(&b);
    net_box_load(&b, VPCS CLIENT_VPN BOX_EMPTY("ec2", "DescribeClientVpnAuthorizationRules", CLIENT), NULL);
    i = &b.n->enis[net_box_row(&b, NET_ENI, "cvpn-endpoint-1/subnet-1")];
    assert_true(i->limits.count == 1 && ip_range_is_empty(b.n->eni_limits[i->limits.first].range));
    net_box_close(&b);
}

#define SERVICE BOX_OK("ec2", "DescribeVpcEndpointServiceConfigurations", "{}", "{'ServiceConfigurations':[{'ServiceId':'vpce-svc-1'," \
    "'ServiceName':'com.amazonaws.vpce.us-east-1.vpce-svc-1','ServiceState':'Available'," \
    "'AcceptanceRequired':false,'NetworkLoadBalancerArns':['arn:aws:elasticloadbalancing:us-east-1:" BOX_A ":loadbalancer/net/gone/1']}]}")
#define ENDPOINTS BOX_OK("ec2", "DescribeVpcEndpoints", "{}", "{'VpcEndpoints':[{'VpcEndpointId':'vpce-1','VpcEndpointType':'Gateway','VpcId':'vpc-1'," \
    "'ServiceName':'com.amazonaws.us-east-1.s3','State':'available'}," \
    "{'VpcEndpointId':'vpce-2','VpcEndpointType':'Interface','VpcId':'vpc-2','ServiceName':'com.amazonaws.vpce.us-east-1.vpce-svc-1','State':'available'}," \
    "{'VpcEndpointId':'vpce-3','VpcEndpointType':'Interface','VpcId':'vpc-2','ServiceName':'com.amazonaws.vpce.us-east-1.vpce-svc-far','State':'pendingAcceptance'}]}") \
    BOX_OK("ec2", "DescribeManagedPrefixLists", "{}", "{'PrefixLists':[{'PrefixListId':'pl-s3','PrefixListName':'com.amazonaws.us-east-1.s3','OwnerId':'AWS'}]}")
#define EVERYBODY BOX_OK("ec2", "DescribeVpcEndpointServicePermissions", "{'ServiceId':'vpce-svc-1'}", "{'AllowedPrincipals':[{'PrincipalType':'All','Principal':'*'}]}")

static void endpoints_and_services(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, VPCS SERVICE ENDPOINTS EVERYBODY, NULL);
    const struct net_endpoint *x = &b.n->endpoints[net_box_row(&b, NET_ENDPOINT, "vpce-1")];
    assert_true(x->kind == ENDPOINT_GATEWAY && x->aws && x->available && x->list == net_box_row(&b, NET_PREFIX_LIST, "pl-s3"));
    x = &b.n->endpoints[net_box_row(&b, NET_ENDPOINT, "vpce-2")];
    assert_true(!x->aws && x->service == net_box_row(&b, NET_SERVICE, "vpce-svc-1"));
    const struct net_service *s = &b.n->services[x->service];
    assert_true(s->open_to_all && !s->balancers_read); /* its balancer was not read */
    x = &b.n->endpoints[net_box_row(&b, NET_ENDPOINT, "vpce-3")];
    assert_true(!x->available && x->service == NET_NONE);
    net_box_close(&b);
    net_box_load(&b, VPCS SERVICE ENDPOINTS BOX_EMPTY("ec2", "DescribeVpcEndpointServicePermissions", "{'ServiceId':'vpce-svc-1'}"), NULL);
    assert_false(b.n->services[0].open_to_all);
    net_box_close(&b);
    net_box_load(&b, VPCS SERVICE ENDPOINTS BOX_DENIED("ec2", "DescribeVpcEndpointServicePermissions", "{'ServiceId':'vpce-svc-1'}"), NULL);
    assert_true(b.n->services[0].open_to_all); /* not known who may */
    net_box_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attachments_and_their_tables),
        cmocka_unit_test(routes_searched_and_propagated),
        cmocka_unit_test(anothers_transit_gateway),
        cmocka_unit_test(an_attachment_that_nobody_told),
        cmocka_unit_test(a_peering_that_both_ends_list),
        cmocka_unit_test(what_is_outside),
        cmocka_unit_test(clients_come_out_in_the_subnet),
        cmocka_unit_test(endpoints_and_services),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
