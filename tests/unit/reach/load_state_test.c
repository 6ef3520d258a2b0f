/* States that come and go, members without a value, words that AWS may add: what is not surely shut is open, and what cannot
 * be told is not read. */
#include "load_box.h"

#define VPCS BOX_OK("ec2", "DescribeVpcs", "{}", \
    "{'Vpcs':[{'VpcId':'vpc-1','OwnerId':'" BOX_A "','CidrBlockAssociationSet':[{'CidrBlock':'10.1.0.0/16','CidrBlockState':{'State':'associated'}}," \
    "{'CidrBlock':'10.7.0.0/16','CidrBlockState':{'State':'disassociating'}},{'CidrBlock':'10.8.0.0/16','CidrBlockState':{'State':'disassociated'}}]}," \
    "{'VpcId':'vpc-2','OwnerId':'" BOX_A "','CidrBlockAssociationSet':[{'CidrBlock':'10.2.0.0/16','CidrBlockState':{'State':'associated'}}]}]}") \
    BOX_OK("ec2", "DescribeSubnets", "{}", "{'Subnets':[{'SubnetId':'subnet-1','VpcId':'vpc-1','AvailabilityZoneId':'use1-az1','CidrBlock':'10.1.1.0/24'}," \
    "{'SubnetId':'subnet-2','VpcId':'vpc-1','AvailabilityZoneId':'use1-az1','CidrBlock':'10.1.2.0/24'}]}")

static void blocks_that_are_being_taken_off(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, VPCS, NULL);
    assert_int_equal(b.n->vpcs[net_box_row(&b, NET_VPC, "vpc-1")].cidrs.count, 2);
    net_box_close(&b);
}

#define PCX(id, status) "{'VpcPeeringConnectionId':'" id "','Status':" status ",'RequesterVpcInfo':{'VpcId':'vpc-1','OwnerId':'" BOX_A "','Region':'us-east-1'}," \
    "'AccepterVpcInfo':{'VpcId':'vpc-2','OwnerId':'" BOX_A "'}}"

static void peerings(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, VPCS BOX_OK("ec2", "DescribeVpcPeeringConnections", "{}", "{'VpcPeeringConnections':[" PCX("pcx-1", "{'Code':'active'}") ","
                     PCX("pcx-2", "{'Code':'pending-acceptance'}") "," PCX("pcx-3", "null") "," PCX("pcx-4", "{'Code':'something-new'}") ","
                     PCX("pcx-5", "{'Code':'expired'}") "]}"),
                 NULL);
    static const struct { const char *id; bool active; } want[] = {{"pcx-1", true}, {"pcx-2", false}, {"pcx-3", true}, {"pcx-4", true}, {"pcx-5", false}};
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const struct net_peering *p = &b.n->peerings[net_box_row(&b, NET_PEERING, want[i].id)];
        assert_int_equal(p->active, want[i].active);
        assert_true(p->same_region); /* the accepter's was not told */
    }
    net_box_close(&b);
}

#define NAT(id, status) "{'NatGatewayId':'" id "','VpcId':'vpc-1','SubnetId':'subnet-1','State':'" status "'}"

static void nat_gateways(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, VPCS BOX_OK("ec2", "DescribeNatGateways", "{}", "{'NatGateways':[" NAT("nat-1", "deleting") "," NAT("nat-2", "new") "," NAT("nat-3", "deleted") "]}"), NULL);
    assert_int_equal(b.n->nats_count, 2);
    assert_true(b.n->nats[0].available && b.n->nats[1].available);
    net_box_close(&b);
}

#define ACL(entries) BOX_OK("ec2", "DescribeNetworkAcls", "{}", "{'NetworkAcls':[{'NetworkAclId':'acl-1','VpcId':'vpc-1','OwnerId':'" BOX_A "','IsDefault':true," \
    "'Associations':[{'SubnetId':'subnet-1'}],'Entries':[" entries "]}]}")
#define ENTRY(rest) "{'RuleNumber':100,'Egress':false," rest "}"

static uint32_t acl_after(const char *lines)
{
    struct net_box b;
    net_box_load(&b, lines, NULL);
    uint32_t acl = b.n->subnets[net_box_row(&b, NET_SUBNET, "subnet-1")].acl;
    net_box_close(&b);
    return acl;
}

static void entries_that_cannot_be_read(void **state)
{
    (void)state;
    assert_int_equal(acl_after(VPCS ACL(ENTRY("'RuleAction':'deny','Protocol':'6','CidrBlock':'10.0.0.0/8','PortRange':{'From':1,'To':2}"))), 0);
    assert_int_equal(acl_after(VPCS ACL(ENTRY("'RuleAction':'deny','Protocol':'6','CidrBlock':'10.0.0.0/8'"))), 0);
    assert_int_equal(acl_after(VPCS ACL(ENTRY("'RuleAction':'deny','Protocol':'quic','CidrBlock':'10.0.0.0/8'"))), NET_NONE);
    assert_int_equal(acl_after(VPCS ACL(ENTRY("'RuleAction':'deny','Protocol':null,'CidrBlock':'10.0.0.0/8'"))), NET_NONE);
    assert_int_equal(acl_after(VPCS ACL(ENTRY("'RuleAction':'count','Protocol':'-1','CidrBlock':'10.0.0.0/8'"))), NET_NONE);
    assert_int_equal(acl_after(VPCS ACL(ENTRY("'RuleAction':'allow','Protocol':'-1','CidrBlock':'10.0.0.0/99'"))), NET_NONE);
    assert_int_equal(acl_after(VPCS ACL(ENTRY("'RuleAction':'deny','Protocol':'6','CidrBlock':'10.0.0.0/8','PortRange':{'From':1}"))), NET_NONE);
}

#define TABLES(associations) "{'RouteTables':[{'RouteTableId':'rtb-main','VpcId':'vpc-1','OwnerId':'" BOX_A "','Associations':[{'Main':true}],'Routes':[]}," \
    "{'RouteTableId':'rtb-1','VpcId':'vpc-1','OwnerId':'" BOX_A "','Associations':[" associations "],'Routes':[]}]}"

/* A subnet without an association has the main table: where the list of tables is whole. */
static void tables_and_lists_cut_short(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, VPCS BOX_OK("ec2", "DescribeRouteTables", "{}", TABLES("{'SubnetId':'subnet-1','AssociationState':{'State':'associated'}}")), NULL);
    assert_int_equal(b.n->subnets[net_box_row(&b, NET_SUBNET, "subnet-1")].table, net_box_row(&b, NET_TABLE, "rtb-1"));
    assert_int_equal(b.n->subnets[net_box_row(&b, NET_SUBNET, "subnet-2")].table, net_box_row(&b, NET_TABLE, "rtb-main"));
    net_box_close(&b);
    net_box_load(&b, VPCS BOX_OK("ec2", "DescribeRouteTables", "{}", TABLES("{'SubnetId':'subnet-1','AssociationState':{'State':'disassociating'}}")), NULL);
    assert_int_equal(b.n->subnets[net_box_row(&b, NET_SUBNET, "subnet-1")].table, NET_NONE);
    net_box_close(&b);
    net_box_load(&b, VPCS BOX_LINE(BOX_A, "us-east-1", "ec2", "DescribeRouteTables", "{}", "error", ",'code':'RequestLimitExceeded','rows':2,'answer':"
                     TABLES("{'SubnetId':'subnet-1','AssociationState':{'State':'associated'}}")), NULL);
    assert_int_equal(b.n->subnets[net_box_row(&b, NET_SUBNET, "subnet-2")].table, NET_NONE);
    net_box_close(&b);
}

#define TGW_ROUTES(routes) VPCS BOX_OK("ec2", "DescribeTransitGateways", "{}", "{'TransitGateways':[{'TransitGatewayId':'tgw-1','OwnerId':'" BOX_A "','State':'available'}]}") \
    BOX_OK("ec2", "DescribeTransitGatewayAttachments", "{}", "{'TransitGatewayAttachments':[{'TransitGatewayAttachmentId':'tgw-attach-1','TransitGatewayId':'tgw-1'," \
    "'TransitGatewayOwnerId':'" BOX_A "','ResourceType':'vpc','ResourceId':'vpc-1','State':'deleting'}]}") \
    BOX_OK("ec2", "DescribeTransitGatewayRouteTables", "{}", "{'TransitGatewayRouteTables':[{'TransitGatewayRouteTableId':'tgw-rtb-1','TransitGatewayId':'tgw-1'}]}") \
    BOX_OK("ec2", "SearchTransitGatewayRoutes", "{'TransitGatewayRouteTableId':'tgw-rtb-1'}", "{'Routes':[" routes "],'AdditionalRoutesAvailable':false}")

static void routes_that_come_and_go(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, TGW_ROUTES("{'DestinationCidrBlock':'10.2.0.0/16','Type':'static','State':'active','TransitGatewayAttachments':[]}"), NULL);
    assert_true(b.n->tgw_tables[0].read);
    assert_true(b.n->attachments[0].available); /* on its way out, and may carry */
    assert_false(b.n->tgws[0].references_unread);
    net_box_close(&b);
    net_box_load(&b, TGW_ROUTES("{'DestinationCidrBlock':'10.2.0.0/16','Type':'static','State':'deleting','TransitGatewayAttachments':[]}"), NULL);
    assert_false(b.n->tgw_tables[0].read);
    net_box_close(&b);
    net_box_load(&b, TGW_ROUTES("{'DestinationCidrBlock':'ten','Type':'static','State':'active','TransitGatewayAttachments':[]}"), NULL);
    assert_false(b.n->tgw_tables[0].read);
    net_box_close(&b);
}

/* An account that the organization lists and the run knows nothing of. */
static void accounts_without_a_trace(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, VPCS BOX_OK("organizations", "ListAccounts", "{}", "{'Accounts':[{'Id':'" BOX_A "','Name':'here','Status':'ACTIVE'},"
                     "{'Id':'999999999999','Name':'dark','Status':'SUSPENDED'},{'Id':'888888888888','Name':'closed','State':'CLOSED'}]}"), NULL);
    bool dark = false, closed = false;
    for (uint32_t i = 0; i < b.n->accounts_count; i++) {
        dark = dark || (str_eqz(b.n->accounts[i].id, "999999999999") && !b.n->accounts[i].collected && b.n->accounts[i].name.len);
        closed = closed || str_eqz(b.n->accounts[i].id, "888888888888");
    }
    assert_true(dark && !closed);
    net_box_close(&b);
}

#define SERVICE(acceptance, principal, owner) VPCS BOX_OK("ec2", "DescribeVpcEndpointServiceConfigurations", "{}", "{'ServiceConfigurations':[{'ServiceId':'vpce-svc-1'," \
    "'ServiceName':'com.amazonaws.vpce.us-east-1.vpce-svc-1','ServiceState':'Available','AcceptanceRequired':" acceptance ",'NetworkLoadBalancerArns':[]}]}") \
    BOX_OK("ec2", "DescribeVpcEndpointServicePermissions", "{'ServiceId':'vpce-svc-1'}", "{'AllowedPrincipals':[{'Principal':'" principal "'}]}") \
    BOX_OK("ec2", "DescribeVpcEndpointConnections", "{}", "{'VpcEndpointConnections':[{'ServiceId':'vpce-svc-1','VpcEndpointId':'vpce-9','VpcEndpointOwner':'" owner "'," \
    "'VpcEndpointState':'available'}]}")

/* 0: nobody else may connect; 1: somebody may; 2: and it is sure. */
static int strangers_after(const char *lines)
{
    struct net_box b;
    int found = 0;
    net_box_load(&b, lines, NULL);
    for (uint32_t i = 0; i < b.n->entrances_count; i++)
        if (b.n->entrances[i].service != NET_NONE) {
            assert_int_equal(b.n->externals[b.n->entrances[i].from_external].kind, EXTERNAL_OTHER);
            found = 1 + b.n->entrances[i].sure;
        }
    net_box_close(&b);
    return found;
}

/* An endpoint service is open to those who may connect without being accepted, and to those who were accepted. */
static void services_that_others_may_connect_to(void **state)
{
    (void)state;
    assert_int_equal(strangers_after(SERVICE("false", "*", BOX_A)), 2);
    assert_int_equal(strangers_after(SERVICE("true", "*", BOX_A)), 0);
    assert_int_equal(strangers_after(SERVICE("false", "arn:aws:iam::" BOX_A ":root", BOX_A)), 0);
    assert_int_equal(strangers_after(SERVICE("false", "arn:aws:iam::777777777777:root", BOX_A)), 2);
    assert_int_equal(strangers_after(SERVICE("true", "*", "777777777777")), 2);
    assert_int_equal(strangers_after(VPCS BOX_OK("ec2", "DescribeVpcEndpointServiceConfigurations", "{}", "{'ServiceConfigurations':[{'ServiceId':'vpce-svc-1',"
                     "'ServiceState':'Available','AcceptanceRequired':false,'NetworkLoadBalancerArns':[]}]}")), 1);
}

static void items_that_cannot_be_read(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, VPCS BOX_OK("ec2", "DescribeNetworkInterfaces", "{}", "{'NetworkInterfaces':[{'NetworkInterfaceId':'eni-1','VpcId':null,'SubnetId':'subnet-1','Groups':[],"
                     "'PrivateIpAddresses':[{'PrivateIpAddress':'ten'}]},{'NetworkInterfaceId':'eni-2','VpcId':null,'SubnetId':null}]}"), NULL);
    assert_int_equal(b.n->enis[net_box_row(&b, NET_ENI, "eni-1")].vpc, net_box_row(&b, NET_VPC, "vpc-1")); /* its subnet tells it */
    uint32_t gaps = 0, real = 0;
    for (uint32_t i = 0; i < b.n->enis_count; i++)
        real += !b.n->enis[i].virtual_; /* where the other is nobody knows: it may be in any subnet */
    assert_int_equal(real, 1);
    for (uint32_t i = 0; i < b.n->gaps_count; i++)
        gaps += str_eqz(b.n->gaps[i].parent, "eni-1") || str_eqz(b.n->gaps[i].parent, "eni-2");
    assert_int_equal(gaps, 2);
    net_box_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_that_are_being_taken_off), cmocka_unit_test(peerings),
        cmocka_unit_test(nat_gateways),                    cmocka_unit_test(entries_that_cannot_be_read),
        cmocka_unit_test(tables_and_lists_cut_short),      cmocka_unit_test(routes_that_come_and_go),
        cmocka_unit_test(accounts_without_a_trace),        cmocka_unit_test(services_that_others_may_connect_to),
        cmocka_unit_test(items_that_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
