/* The network as its answers tell it, and with an answer missing. */
#include "load_box.h"

#define VPC_ANSWER \
    "{'Vpcs':[{'VpcId':'vpc-1','OwnerId':'" BOX_A "','CidrBlockAssociationSet':[{'CidrBlock':'10.0.0.0/16','CidrBlockState':{'State':'associated'}}," \
    "{'CidrBlock':'10.9.0.0/16','CidrBlockState':{'State':'disassociated'}}]," \
    "'Ipv6CidrBlockAssociationSet':[{'Ipv6CidrBlock':'2600:1f00::/56','Ipv6CidrBlockState':{'State':'associated'}}]}]}"
#define SUBNET_ANSWER \
    "{'Subnets':[{'SubnetId':'subnet-1','VpcId':'vpc-1','OwnerId':'" BOX_A "','AvailabilityZone':'us-east-1a','AvailabilityZoneId':'use1-az1','CidrBlock':'10.0.1.0/24'," \
    "'Tags':[{'Key':'Name','Value':'web'}]},{'SubnetId':'subnet-2','VpcId':'vpc-1','AvailabilityZoneId':'use1-az2','CidrBlock':'10.0.2.0/24'," \
    "'Ipv6CidrBlockAssociationSet':[{'Ipv6CidrBlock':'2600:1f00:0:1::/64','Ipv6CidrBlockState':{'State':'associated'}}]}]}"
#define VPCS BOX_OK("ec2", "DescribeVpcs", "{}", VPC_ANSWER)
#define SUBNETS BOX_OK("ec2", "DescribeSubnets", "{}", SUBNET_ANSWER)
#define ENIS BOX_OK("ec2", "DescribeNetworkInterfaces", "{}", \
    "{'NetworkInterfaces':[{'NetworkInterfaceId':'eni-1','VpcId':'vpc-1','SubnetId':'subnet-1','OwnerId':'" BOX_A "','SourceDestCheck':false,'Groups':[{'GroupId':'sg-1'}]," \
    "'PrivateIpAddresses':[{'PrivateIpAddress':'10.0.1.5','Primary':true,'Association':{'PublicIp':'54.1.2.3'}},{'PrivateIpAddress':'10.0.1.6'}]," \
    "'Ipv4Prefixes':[{'Ipv4Prefix':'10.0.1.16/28'}],'Attachment':{'InstanceId':'i-1'}}]}")
#define GROUPS BOX_OK("ec2", "DescribeSecurityGroups", "{}", \
    "{'SecurityGroups':[{'GroupId':'sg-1','GroupName':'web','VpcId':'vpc-1','OwnerId':'" BOX_A "','IpPermissionsEgress':[]," \
    "'IpPermissions':[{'IpProtocol':'tcp','FromPort':443,'ToPort':443,'IpRanges':[{'CidrIp':'0.0.0.0/0'}],'UserIdGroupPairs':[{'GroupId':'sg-1','UserId':'" BOX_A "'}," \
    "{'GroupId':'sg-gone','UserId':'" BOX_A "'},{'GroupId':'sg-far','UserId':'" BOX_B "'}],'PrefixListIds':[{'PrefixListId':'pl-1'},{'PrefixListId':'pl-9'}]}," \
    "{'IpProtocol':'icmp','FromPort':8,'ToPort':-1,'IpRanges':[{'CidrIp':'10.0.0.0/8'}]},{'IpProtocol':'icmp','FromPort':-1,'ToPort':3,'IpRanges':[{'CidrIp':'10.0.0.0/8'}]}," \
    "{'IpProtocol':'-1','IpRanges':[{'CidrIp':'10.1.0.0/16'}]}]}]}")
#define RULE_IDS BOX_OK("ec2", "DescribeSecurityGroupRules", "{}", \
    "{'SecurityGroupRules':[{'SecurityGroupRuleId':'sgr-1','GroupId':'sg-1','IsEgress':false,'IpProtocol':'tcp','FromPort':443,'ToPort':443,'CidrIpv4':'0.0.0.0/0'}," \
    "{'SecurityGroupRuleId':'sgr-2','GroupId':'sg-1','IsEgress':false,'IpProtocol':'-1','FromPort':-1,'ToPort':-1,'CidrIpv4':'10.1.0.0/16'}]}")
#define LISTS BOX_OK("ec2", "DescribeManagedPrefixLists", "{}", \
    "{'PrefixLists':[{'PrefixListId':'pl-1','PrefixListName':'offices','OwnerId':'" BOX_A "'},{'PrefixListId':'pl-2','PrefixListName':'com.amazonaws.us-east-1.s3','OwnerId':'AWS'}]}") \
    BOX_OK("ec2", "GetManagedPrefixListEntries", "{'PrefixListId':'pl-1'}", "{'Entries':[{'Cidr':'192.0.2.0/24'},{'Cidr':'198.51.100.0/24'}]}")
#define ACLS BOX_OK("ec2", "DescribeNetworkAcls", "{}", \
    "{'NetworkAcls':[{'NetworkAclId':'acl-1','VpcId':'vpc-1','OwnerId':'" BOX_A "','IsDefault':true,'Associations':[{'SubnetId':'subnet-2'}],'Entries':[" \
    "{'RuleNumber':32767,'RuleAction':'deny','Protocol':'-1','Egress':false,'CidrBlock':'0.0.0.0/0'}," \
    "{'RuleNumber':90,'RuleAction':'deny','Protocol':'6','Egress':false,'CidrBlock':'10.2.0.0/16','PortRange':{'From':22,'To':22}}," \
    "{'RuleNumber':100,'RuleAction':'allow','Protocol':'1','Egress':true,'CidrBlock':'0.0.0.0/0','IcmpTypeCode':{'Type':8,'Code':0}}]}]}")
#define TABLES BOX_OK("ec2", "DescribeRouteTables", "{}", \
    "{'RouteTables':[{'RouteTableId':'rtb-1','VpcId':'vpc-1','OwnerId':'" BOX_A "','Associations':[{'Main':true,'RouteTableId':'rtb-1'}]," \
    "'Routes':[{'DestinationCidrBlock':'10.0.0.0/16','GatewayId':'local','State':'active','Origin':'CreateRouteTable'}]}," \
    "{'RouteTableId':'rtb-2','VpcId':'vpc-1','OwnerId':'" BOX_A "','Associations':[{'Main':false,'SubnetId':'subnet-1'},{'GatewayId':'igw-1'}]," \
    "'Routes':[{'DestinationCidrBlock':'10.0.0.0/16','GatewayId':'local','State':'active'},{'DestinationCidrBlock':'0.0.0.0/0','GatewayId':'igw-1','State':'active'}," \
    "{'DestinationPrefixListId':'pl-1','NatGatewayId':'nat-1','State':'active'},{'DestinationPrefixListId':'pl-2','GatewayId':'vpce-1','State':'active'}," \
    "{'DestinationCidrBlock':'10.0.3.0/24','GatewayId':'vgw-1','State':'active','Origin':'EnableVgwRoutePropagation'}," \
    "{'DestinationCidrBlock':'10.7.0.0/16','VpcPeeringConnectionId':'pcx-1','State':'blackhole'},{'DestinationCidrBlock':'10.8.0.0/16','CoreNetworkArn':'arn:x','State':'active'}," \
    "{'DestinationCidrBlock':'10.9.0.0/16','VpcPeeringConnectionId':'pcx-2','State':'filtered'}]}]}")
#define GATEWAYS BOX_OK("ec2", "DescribeInternetGateways", "{}", "{'InternetGateways':[{'InternetGatewayId':'igw-1','OwnerId':'" BOX_A "'," \
    "'Attachments':[{'VpcId':'vpc-1','State':'available'}]}]}") \
    BOX_OK("ec2", "DescribeNatGateways", "{}", "{'NatGateways':[{'NatGatewayId':'nat-1','VpcId':'vpc-1','SubnetId':'subnet-1','State':'available','ConnectivityType':'public'," \
    "'NatGatewayAddresses':[{'PrivateIp':'10.0.1.9','PublicIp':'54.9.9.9','NetworkInterfaceId':'eni-1'}]}]}") \
    BOX_OK("ec2", "DescribeVpcPeeringConnections", "{}", "{'VpcPeeringConnections':[{'VpcPeeringConnectionId':'pcx-1','Status':{'Code':'active'}," \
    "'RequesterVpcInfo':{'VpcId':'vpc-1','OwnerId':'" BOX_A "','Region':'us-east-1','CidrBlockSet':[{'CidrBlock':'10.0.0.0/16'}]}," \
    "'AccepterVpcInfo':{'VpcId':'vpc-9','OwnerId':'" BOX_B "','Region':'us-east-1','CidrBlockSet':[{'CidrBlock':'10.7.0.0/16'}]}}]}")
#define BPA BOX_OK("ec2", "DescribeVpcBlockPublicAccessOptions", "{}", "{'VpcBlockPublicAccessOptions':{'InternetGatewayBlockMode':'block-bidirectional'}}") \
    BOX_OK("ec2", "DescribeVpcBlockPublicAccessExclusions", "{}", "{'VpcBlockPublicAccessExclusions':[" \
    "{'ExclusionId':'x-1','InternetGatewayExclusionMode':'allow-egress','ResourceArn':'arn:aws:ec2:us-east-1:" BOX_A ":subnet/subnet-1','State':'create-complete'}]}")
#define WHOLE VPCS SUBNETS ENIS GROUPS RULE_IDS LISTS ACLS TABLES GATEWAYS BPA

static const struct net_rule *rule_of(const struct net_box *b, const char *peer, int16_t proto)
{
    const struct net_group *g = &b->n->groups[net_box_row(b, NET_GROUP, "sg-1")];
    NET_EACH(i, g->ingress)
        if (str_eqz(b->n->rules[i].peer_id, peer) && b->n->rules[i].proto == proto)
            return &b->n->rules[i];
    fail_msg("no rule for %s", peer);
    return NULL;
}

static void vpcs_subnets_and_interfaces(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, WHOLE, "{'tenants':{'acme':{'vpcs':['vpc-1']}},'declared':{'public_subnets':['we*']}}");
    const struct net_vpc *v = &b.n->vpcs[net_box_row(&b, NET_VPC, "vpc-1")];
    assert_true(v->collected);
    assert_int_equal(v->cidrs.count, 2); /* one is disassociated */
    expect_str(v->tenant, "acme");
    expect_str(b.n->accounts[v->account].id, BOX_A);
    assert_int_equal(v->igw, net_box_row(&b, NET_IGW, "igw-1"));
    const struct net_subnet *s = &b.n->subnets[net_box_row(&b, NET_SUBNET, "subnet-1")], *t = &b.n->subnets[net_box_row(&b, NET_SUBNET, "subnet-2")];
    assert_true(s->declared_public && !t->declared_public);
    expect_str(s->az, "use1-az1");
    assert_int_equal(t->cidrs.count, 2);
    assert_int_equal(s->bpa, BPA_NAT_ONLY);
    assert_int_equal(t->bpa, BPA_BLOCKED);
    const struct net_eni *i = &b.n->enis[net_box_row(&b, NET_ENI, "eni-1")];
    assert_int_equal(i->addresses.count, 3);
    assert_true(i->forwards && i->groups_read);
    assert_int_equal(i->groups.count, 1);
    assert_int_equal(b.n->eni_groups[i->groups.first].group, net_box_row(&b, NET_GROUP, "sg-1"));
    ip_number ip;
    assert_true(ip_parse(STR("54.1.2.3"), &ip));
    uint32_t at = net_public_at(b.n, ip);
    assert_int_not_equal(at, NET_NONE);
    assert_true(b.n->addresses[at].primary);
    net_box_close(&b);
}

static void rules_of_groups(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, WHOLE, NULL);
    const struct net_group *g = &b.n->groups[net_box_row(&b, NET_GROUP, "sg-1")];
    assert_true(g->ingress_read && g->egress_read);
    assert_int_equal(g->egress.count, 0);
    const struct net_rule *r = rule_of(&b, "0.0.0.0/0", NET_TCP);
    assert_int_equal(r->peer, PEER_RANGE);
    assert_int_equal(r->lo, 443);
    expect_str(r->id, "sgr-1");
    r = rule_of(&b, "10.1.0.0/16", NET_ANY_PROTOCOL);
    assert_true(r->lo == 0 && r->hi == 65535);
    expect_str(r->id, "sgr-2");
    r = rule_of(&b, "sg-1", NET_TCP);
    assert_int_equal(r->peer, PEER_GROUP);
    assert_int_equal(r->peer_index, net_box_row(&b, NET_GROUP, "sg-1"));
    r = rule_of(&b, "sg-gone", NET_TCP); /* of an account whose groups were read */
    assert_true(r->peer == PEER_GROUP && r->lo > r->hi);
    assert_int_equal(rule_of(&b, "sg-far", NET_TCP)->peer, PEER_UNKNOWN);
    assert_int_equal(rule_of(&b, "pl-1", NET_TCP)->peer, PEER_LIST);
    assert_int_equal(rule_of(&b, "pl-9", NET_TCP)->peer, PEER_UNKNOWN);
    uint32_t pings = 0, nothing = 0;
    NET_EACH(i, g->ingress) {
        pings += b.n->rules[i].proto == NET_ICMP && b.n->rules[i].lo == 8 << 8 && b.n->rules[i].hi == (8 << 8 | 255);
        nothing += b.n->rules[i].proto == NET_ICMP && b.n->rules[i].lo > b.n->rules[i].hi;
    }
    assert_int_equal(pings, 1);
    assert_int_equal(nothing, 1);
    net_box_close(&b);
}

static const struct net_route *route_of(const struct net_box *b, const char *table, const char *destination)
{
    struct ip_range range;
    assert_true(ip_range_parse(str_of(destination), &range));
    NET_EACH(i, b->n->tables[net_box_row(b, NET_TABLE, table)].routes)
        if (b->n->routes[i].range.lo == range.lo && b->n->routes[i].range.hi == range.hi)
            return &b->n->routes[i];
    return NULL;
}

static void tables_and_routes(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, WHOLE, NULL);
    const struct net_vpc *v = &b.n->vpcs[net_box_row(&b, NET_VPC, "vpc-1")];
    uint32_t main_table = net_box_row(&b, NET_TABLE, "rtb-1"), own = net_box_row(&b, NET_TABLE, "rtb-2");
    assert_int_equal(v->main_table, main_table);
    assert_int_equal(v->igw_table, own);
    assert_int_equal(b.n->subnets[net_box_row(&b, NET_SUBNET, "subnet-1")].table, own);
    assert_int_equal(b.n->subnets[net_box_row(&b, NET_SUBNET, "subnet-2")].table, main_table);
    assert_int_equal(route_of(&b, "rtb-2", "10.0.0.0/16")->kind, TARGET_LOCAL);
    assert_int_equal(route_of(&b, "rtb-2", "0.0.0.0/0")->target, v->igw);
    const struct net_route *r = route_of(&b, "rtb-2", "198.51.100.0/24");
    assert_true(r && r->kind == TARGET_NAT && r->list == net_box_row(&b, NET_PREFIX_LIST, "pl-1") && !r->list_unread);
    assert_int_equal(r->target, net_box_row(&b, NET_NAT, "nat-1"));
    uint32_t unread = 0;
    NET_EACH(i, b.n->tables[own].routes)
        unread += b.n->routes[i].list_unread && b.n->routes[i].kind == TARGET_ENDPOINT && b.n->routes[i].target == NET_NONE;
    assert_int_equal(unread, 2); /* both families: pl-2 has no entries that were read */
    r = route_of(&b, "rtb-2", "10.7.0.0/16");
    assert_true(r->blackhole && r->kind == TARGET_PEERING);
    assert_int_equal(route_of(&b, "rtb-2", "10.8.0.0/16")->kind, TARGET_UNKNOWN);
    assert_null(route_of(&b, "rtb-2", "10.9.0.0/16"));
    assert_null(route_of(&b, "rtb-2", "10.0.3.0/24")); /* propagated, and under the local route */
    const struct net_nat *nat = &b.n->nats[net_box_row(&b, NET_NAT, "nat-1")];
    assert_true(nat->is_public && nat->available && nat->addresses.count == 1);
    net_box_close(&b);
}

static void acls_in_order(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, WHOLE, NULL);
    uint32_t row = net_box_row(&b, NET_ACL, "acl-1");
    const struct net_acl *c = &b.n->acls[row];
    assert_int_equal(c->ingress.count, 2);
    const struct net_acl_entry *first = &b.n->acl_entries[c->ingress.first];
    assert_true(first->number == 90 && !first->allow && first->proto == NET_TCP && first->lo == 22 && first->hi == 22);
    const struct net_acl_entry *ping = &b.n->acl_entries[c->egress.first];
    assert_true(ping->allow && ping->lo == 8 << 8 && ping->hi == 8 << 8);
    assert_int_equal(b.n->subnets[net_box_row(&b, NET_SUBNET, "subnet-1")].acl, row); /* by default */
    assert_int_equal(b.n->subnets[net_box_row(&b, NET_SUBNET, "subnet-2")].acl, row);
    net_box_close(&b);
}

/* A participant of a shared subnet: its interface, the owner's VPC, table and ACL; once each, whoever listed them. */
static void a_shared_subnet(void **state)
{
    struct net_box b;
    (void)state;
#define IN_B(operation, answer) BOX_LINE(BOX_B, "us-east-1", "ec2", operation, "{}", "ok", ",'http':200,'rows':1,'answer':" answer)
#define SHARED IN_B("DescribeVpcs", VPC_ANSWER) IN_B("DescribeSubnets", SUBNET_ANSWER) \
    IN_B("DescribeNetworkInterfaces", "{'NetworkInterfaces':[{'NetworkInterfaceId':'eni-b','VpcId':'vpc-1','SubnetId':'subnet-1','OwnerId':'" BOX_B "','Groups':[{'GroupId':'sg-b'}]," \
    "'PrivateIpAddresses':[{'PrivateIpAddress':'10.0.1.40','Primary':true}]}]}") \
    IN_B("DescribeSecurityGroups", "{'SecurityGroups':[{'GroupId':'sg-b','VpcId':'vpc-1','OwnerId':'" BOX_B "','IpPermissions':[],'IpPermissionsEgress':[]}]}")
    net_box_load(&b, SHARED WHOLE, NULL);
    assert_int_equal(b.n->vpcs_count, 2); /* and the peer's */
    assert_int_equal(b.n->subnets_count, 2);
    assert_int_equal(b.n->vpcs[net_box_row(&b, NET_VPC, "vpc-1")].cidrs.count, 2);
    assert_int_equal(b.n->subnets[net_box_row(&b, NET_SUBNET, "subnet-2")].cidrs.count, 2);
    const struct net_eni *i = &b.n->enis[net_box_row(&b, NET_ENI, "eni-b")];
    expect_str(b.n->accounts[i->account].id, BOX_B);
    expect_str(b.n->accounts[b.n->subnets[i->subnet].account].id, BOX_A);
    assert_int_equal(b.n->subnets[i->subnet].table, net_box_row(&b, NET_TABLE, "rtb-2"));
    net_box_close(&b);
    net_box_load(&b, SHARED, NULL); /* the owner's account is not here */
    assert_int_equal(b.n->subnets[0].table, NET_NONE);
    bool told = false;
    for (uint32_t k = 0; k < b.n->gaps_count; k++)
        told |= str_eqz(b.n->gaps[k].parent, "vpc-1");
    assert_true(told);
    net_box_close(&b);
}

static void the_other_side_of_a_peering(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, WHOLE, NULL);
    const struct net_peering *p = &b.n->peerings[net_box_row(&b, NET_PEERING, "pcx-1")];
    assert_true(p->active && p->same_region);
    const struct net_vpc *v = &b.n->vpcs[p->accepter];
    assert_false(v->collected);
    assert_int_equal(v->cidrs.count, 1);
    expect_str(b.n->accounts[v->account].id, BOX_B);
    uint32_t outside = 0;
    for (uint32_t i = 0; i < b.n->externals_count; i++)
        outside += b.n->externals[i].kind == EXTERNAL_VPC && b.n->externals[i].vpc == p->accepter;
    assert_int_equal(outside, 1);
    net_box_close(&b);
}

/* A host that nobody listed may stand in each subnet that its account sees, and forward for others. */
static void interfaces_that_were_not_listed_may_be_anywhere(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, VPCS SUBNETS GROUPS ACLS TABLES GATEWAYS BPA BOX_DENIED("ec2", "DescribeNetworkInterfaces", "{}"), NULL);
    assert_true(b.n->subnets_count > 0);
    for (uint32_t s = 0; s < b.n->subnets_count; s++) {
        uint32_t found = 0;
        for (uint32_t i = 0; i < b.n->enis_count; i++) {
            const struct net_eni *x = &b.n->enis[i];
            if (x->subnet != s || !x->virtual_)
                continue;
            found++;
            assert_true(x->sources && x->receives && !x->groups_read && !x->groups.count);
            assert_true(b.n->things[x->thing].runs_code);
            assert_true(ip_range_holds(b.n->addresses[x->addresses.first].range, b.n->subnet_cidrs[b.n->subnets[s].cidrs.first].range));
        }
        assert_int_equal(found, 1);
    }
    net_box_close(&b);
    net_box_load(&b, WHOLE, NULL);
    for (uint32_t i = 0; i < b.n->enis_count; i++)
        assert_false(b.n->enis[i].virtual_);
    net_box_close(&b);
}

/* What one denied call takes away, and nothing else. */
static void without_an_answer(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, VPCS SUBNETS ENIS GROUPS ACLS GATEWAYS BPA BOX_DENIED("ec2", "DescribeRouteTables", "{}"), NULL);
    assert_int_equal(b.n->subnets[0].table, NET_NONE);
    assert_int_equal(b.n->vpcs[net_box_row(&b, NET_VPC, "vpc-1")].main_table, NET_NONE);
    assert_true(net_box_gap(&b, "ec2:DescribeRouteTables"));
    assert_false(net_box_gap(&b, "ec2:DescribeNetworkAcls"));
    assert_int_equal(rule_of(&b, "pl-1", NET_TCP)->peer, PEER_UNKNOWN);
    net_box_close(&b);
    net_box_load(&b, VPCS SUBNETS ENIS TABLES BOX_DENIED("ec2", "DescribeSecurityGroups", "{}") BOX_DENIED("ec2", "DescribeNetworkAcls", "{}"), NULL);
    const struct net_eni *i = &b.n->enis[net_box_row(&b, NET_ENI, "eni-1")];
    assert_int_equal(i->groups.count, 1);
    assert_int_equal(b.n->eni_groups[i->groups.first].group, NET_NONE);
    assert_int_equal(b.n->subnets[0].acl, NET_NONE);
    assert_int_equal(b.n->subnets[0].bpa, BPA_UNREAD);
    assert_true(net_box_gap(&b, "ec2:DescribeSecurityGroups") && net_box_gap(&b, "ec2:DescribeVpcBlockPublicAccessOptions"));
    assert_int_equal(b.n->vpcs[net_box_row(&b, NET_VPC, "vpc-1")].igw, net_box_row(&b, NET_IGW, "igw-1")); /* a route names it */
    assert_int_equal(b.n->assumption_count, 0);
    net_box_close(&b);
}

static void the_default_acl_where_it_is_assumed(void **state)
{
    struct net_box b;
    (void)state;
    net_box_options(&b, VPCS SUBNETS ENIS GROUPS TABLES, NULL, &(struct net_options){.assume_default_nacl = true});
    const struct net_subnet *s = &b.n->subnets[net_box_row(&b, NET_SUBNET, "subnet-1")];
    assert_int_not_equal(s->acl, NET_NONE);
    assert_true(b.n->acls[s->acl].assumed);
    assert_int_equal(b.n->acls[s->acl].ingress.count, 2);
    assert_int_equal(b.n->acls[s->acl].egress.count, 2);
    assert_int_equal(s->bpa, BPA_OFF);
    assert_int_equal(b.n->assumption_count, 2);
    net_box_close(&b);
}

static void interfaces_of_instances(void **state)
{
    struct net_box b;
    (void)state;
    net_box_load(&b, VPCS SUBNETS GROUPS BOX_OK("ec2", "DescribeInstances", "{}",
        "{'Reservations':[{'Instances':[{'InstanceId':'i-1','VpcId':'vpc-1','SubnetId':'subnet-1','NetworkInterfaces':[{'NetworkInterfaceId':'eni-7','VpcId':'vpc-1','SubnetId':'subnet-1',"
        "'OwnerId':'" BOX_A "','SourceDestCheck':true,'Groups':[{'GroupId':'sg-1'}],'PrivateIpAddresses':[{'PrivateIpAddress':'10.0.1.5','Primary':true,"
    "'Association':{'PublicIp':'54.1.2.3'}}]}]}]}]}"),
        NULL);
    const struct net_eni *i = &b.n->enis[net_box_row(&b, NET_ENI, "eni-7")];
    assert_true(i->groups.count == 1 && i->addresses.count == 1 && i->groups_read && !i->forwards);
    assert_true(b.n->addresses[i->addresses.first].public_ip);
    expect_str(b.n->things[i->thing].type, "AWS::EC2::Instance");
    assert_true(i->sources && i->receives);
    assert_int_not_equal(b.n->vpcs[i->vpc].igw, NET_NONE); /* nobody listed gateways, and there is a public address */
    net_box_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vpcs_subnets_and_interfaces),
        cmocka_unit_test(rules_of_groups),
        cmocka_unit_test(tables_and_routes),
        cmocka_unit_test(acls_in_order),
        cmocka_unit_test(a_shared_subnet),
        cmocka_unit_test(the_other_side_of_a_peering),
        cmocka_unit_test(interfaces_that_were_not_listed_may_be_anywhere),
        cmocka_unit_test(without_an_answer),
        cmocka_unit_test(the_default_acl_where_it_is_assumed),
        cmocka_unit_test(interfaces_of_instances),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
