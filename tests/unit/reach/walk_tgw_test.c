/* Transit gateways. network.md 1.3 to 1.5, 5: segmentation, zones, blackholes, propagation, ACLs of the attachment's
 * subnet. */
#include "walk_box.h"

struct box {
    struct net *n;
    uint32_t vpc[3], subnet[3], host[3], open[3], tgw, table, attachment[3];
};

static uint32_t attach(struct net *n, uint32_t tgw, uint32_t vpc, uint32_t subnet, uint32_t table, const char *id)
{
    struct net_attachment *t = net_add_attachment(n);
    t->id = str_of(id);
    t->tgw = tgw;
    t->kind = ATTACHMENT_VPC;
    t->target = vpc;
    t->available = t->ipv6 = t->table_read = true;
    t->table = table;
    struct net_attachment_subnet *s = net_add_attachment_subnet(n);
    s->attachment = n->attachments_count - 1;
    s->subnet = subnet;
    return n->attachments_count - 1;
}

static uint32_t add_tgw(struct net *n, const char *id)
{
    struct net_tgw *g = net_add_tgw(n);
    g->id = str_of(id);
    g->collected = true;
    return n->tgws_count - 1;
}

static uint32_t add_tgw_table(struct net *n, uint32_t tgw, const char *id)
{
    struct net_tgw_table *t = net_add_tgw_table(n);
    t->id = str_of(id);
    t->tgw = tgw;
    t->read = true;
    return n->tgw_tables_count - 1;
}

static uint32_t tgw_route(struct net *n, uint32_t table, const char *range, uint32_t attachment, bool propagated)
{
    struct net_tgw_route *r = net_add_tgw_route(n);
    r->table = table;
    r->range = town_range(range);
    r->attachment = attachment;
    r->propagated = propagated;
    r->rank = propagated;
    return n->tgw_routes_count - 1;
}

/* Three VPCs of three tenants on one transit gateway, one table, no routes in it. */
static struct box hub(const char *third)
{
    static const char *const vpcs[] = {"vpc-1", "vpc-2", "vpc-3"}, *const subnets[] = {"subnet-1", "subnet-2",
                                                                                       "subnet-3"};
    static const char *const groups[] = {"sg-1", "sg-2", "sg-3"}, *const hosts[] = {"i-1", "i-2", "i-3"},
                             *const at[] = {"at-1", "at-2", "at-3"};
    const char *blocks[] = {"10.1.0.0/24", "10.2.0.0/24", third};
    struct box x = {.n = box_new()};
    x.tgw = add_tgw(x.n, "tgw-1");
    x.table = add_tgw_table(x.n, x.tgw, "tgw-rtb-1");
    for (int i = 0; i < 3; i++) {
        x.vpc[i] = town_vpc(x.n, vpcs[i], blocks[i]);
        x.subnet[i] = town_subnet(x.n, x.vpc[i], subnets[i], blocks[i], "az1");
        x.open[i] = town_group(x.n, x.vpc[i], groups[i]);
        town_open_egress(x.n, x.open[i]);
        town_rule(x.n, x.open[i], false, NET_ANY_PROTOCOL, 0, 65535, "10.0.0.0/8", NET_NONE);
        x.host[i] = town_host(x.n, x.subnet[i], hosts[i], "10.0.0.10", NULL, x.open[i], hosts[i]);
        x.n->addresses[x.n->addresses_count - 1].range = ip_range_one(town_range(blocks[i]).lo + 10);
        x.attachment[i] = attach(x.n, x.tgw, x.vpc[i], x.subnet[i], x.table, at[i]);
        town_route(x.n, x.n->vpcs[x.vpc[i]].main_table, "10.0.0.0/8", TARGET_TGW, x.tgw, "tgw-1");
    }
    return x;
}

static struct box joined(const char *third)
{
    struct box x = hub(third);
    tgw_route(x.n, x.table, "10.1.0.0/24", x.attachment[0], true);
    tgw_route(x.n, x.table, "10.2.0.0/24", x.attachment[1], true);
    return x;
}

static void propagation_by_default_joins_all(void **s)
{
    (void)s;
    struct box x = joined("10.3.0.0/24");
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), x.host[1], REACH_DIRECT);
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "10.3.0.10", 22), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT");
    /* It arrives from the third, which nothing leads back to. */
    EXPECT_AT(x.n, box_tcp(x.n, x.host[2], "10.2.0.10", 22), x.host[1], REACH_ONE_WAY);
    box_free(x.n);
}

static void a_table_apart_separates(void **s)
{
    (void)s;
    struct box x = joined("10.3.0.0/24");
    uint32_t apart = add_tgw_table(x.n, x.tgw, "tgw-rtb-2");
    x.n->attachments[x.attachment[0]].table = apart;
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT");
    x.n->attachments[x.attachment[0]].table = NET_NONE;
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION");
    x.n->attachments[x.attachment[0]].table_read = false;
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), x.host[1], REACH_UNKNOWN);
    x.n->attachments[x.attachment[0]].table_read = true;
    x.n->attachments[x.attachment[0]].table = apart;
    x.n->tgw_tables[apart].read = false;
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), x.host[1], REACH_UNKNOWN);
    box_free(x.n);
}

static void a_static_blackhole_isolates(void **s)
{
    (void)s;
    struct box x = joined("10.3.0.0/24");
    uint32_t r = tgw_route(x.n, x.table, "10.2.0.0/24", NET_NONE, false);
    x.n->tgw_routes[r].blackhole = true;
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), "TGW_RTB_BAD_STATE_ROUTE");
    box_free(x.n);
}

static void a_zone_without_a_subnet_of_the_attachment_cannot_send(void **s)
{
    (void)s;
    struct box x = joined("10.3.0.0/24");
    net_add_cidr(x.n)->vpc = x.vpc[0];
    x.n->cidrs[x.n->cidrs_count - 1].range = town_range("10.1.1.0/24");
    tgw_route(x.n, x.table, "10.1.1.0/24", x.attachment[0], true);
    town_route(x.n, x.n->vpcs[x.vpc[0]].main_table, "10.1.1.0/24", TARGET_LOCAL, NET_NONE, "local");
    uint32_t far = town_subnet(x.n, x.vpc[0], "subnet-far", "10.1.1.0/24", "az9");
    uint32_t host = town_host(x.n, far, "i-far", "10.1.1.10", NULL, x.open[0], "x");
    EXPECT_STOP(x.n, box_tcp(x.n, host, "10.2.0.10", 22), "TGW_ROUTE_AZ_RESTRICTION");
    /* It can be sent to; its answer cannot leave. */
    EXPECT_AT(x.n, box_tcp(x.n, x.host[1], "10.1.1.10", 22), host, REACH_ONE_WAY);
    box_free(x.n);
}

static void references_need_three_switches(void **s)
{
    (void)s;
    struct box x = joined("10.3.0.0/24");
    uint32_t db = town_group(x.n, x.vpc[1], "sg-db");
    town_rule(x.n, db, false, NET_TCP, 5432, 5432, NULL, x.open[0]);
    uint32_t d = town_host(x.n, x.subnet[1], "db", "10.2.0.50", NULL, db, "y");
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "10.2.0.50", 5432), "SG_REFERENCING_SUPPORT");
    x.n->tgws[x.tgw].group_references = true;
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "10.2.0.50", 5432), "SG_REFERENCING_SUPPORT");
    x.n->attachments[x.attachment[0]].group_references = x.n->attachments[x.attachment[1]].group_references = true;
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "10.2.0.50", 5432), d, REACH_DIRECT);
    /* Inbound only: an outbound rule to a group on the other side does not match. */
    NET_EACH (i, x.n->groups[x.open[0]].egress) {
        x.n->rules[i].peer = PEER_GROUP;
        x.n->rules[i].peer_index = db;
    }
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "10.2.0.50", 5432), "ENI_SG_RULES_MISMATCH");
    box_free(x.n);
}

static void equal_blocks_at_two_attachments_are_unknown(void **s)
{
    (void)s;
    struct box x = joined("10.2.0.0/24");
    tgw_route(x.n, x.table, "10.2.0.0/24", x.attachment[2], true);
    struct walk w = box_tcp(x.n, x.host[0], "10.2.0.10", 22);
    EXPECT_AT(x.n, w, x.host[1], REACH_UNKNOWN);
    EXPECT_AT(x.n, w, x.host[2], REACH_UNKNOWN);
    box_free(x.n);
}

static void equal_blocks_apart_do_not_meet(void **s)
{
    (void)s;
    struct box x = joined("10.2.0.0/24");
    struct walk w = box_tcp(x.n, x.host[0], "10.2.0.10", 22);
    EXPECT_AT(x.n, w, x.host[1], REACH_DIRECT);
    EXPECT_AT(x.n, w, x.host[2], REACH_NONE);
    box_free(x.n);
}

static uint32_t closed_acl(struct net *n, uint32_t vpc)
{
    struct net_acl *c = net_add_acl(n);
    c->id = STR("acl-tgw");
    c->vpc = vpc;
    return n->acls_count - 1;
}

/* Transit Gateway Guide, "How network ACLs work with transit gateways". */
static void acls_of_the_attachments_subnet(void **s)
{
    (void)s;
    struct box x = joined("10.3.0.0/24");
    net_add_cidr(x.n)->vpc = x.vpc[1];
    x.n->cidrs[x.n->cidrs_count - 1].range = town_range("10.2.1.0/24");
    town_route(x.n, x.n->vpcs[x.vpc[1]].main_table, "10.2.1.0/24", TARGET_LOCAL, NET_NONE, "local");
    uint32_t t = town_subnet(x.n, x.vpc[1], "subnet-tgw", "10.2.1.0/24", "az1");
    net_index(x.n);
    NET_EACH (i, x.n->attachments[x.attachment[1]].subnets)
        x.n->attachment_subnets[i].subnet = t;
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), x.host[1], REACH_DIRECT);
    uint32_t acl = closed_acl(x.n, x.vpc[1]);
    net_index(x.n);
    x.n->subnets[t].acl = acl;
    /* Out of the attachment's subnet by the destination; the way back into it by the source. */
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), "SUBNET_ACL_RESTRICTION");
    NET_EACH (i, x.n->attachments[x.attachment[1]].subnets)
        x.n->attachment_subnets[i].subnet = x.subnet[1];
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), x.host[1], REACH_DIRECT);
    /* In the same subnet what comes from the transit gateway is asked nothing; what goes to it is asked both ways. */
    x.n->subnets[x.subnet[1]].acl = acl;
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), x.host[1], REACH_ONE_WAY);
    box_free(x.n);
}

static void transit_gateways_are_peered_by_static_routes(void **s)
{
    (void)s;
    struct box x = hub("10.3.0.0/24");
    uint32_t other = add_tgw(x.n, "tgw-2"), table = add_tgw_table(x.n, other, "tgw-rtb-9");
    /* The third VPC moves to the other transit gateway. */
    x.n->attachments[x.attachment[2]].tgw = other;
    x.n->attachments[x.attachment[2]].table = table;
    NET_EACH (i, ((struct net_span){0, x.n->routes_count}))
        if (x.n->routes[i].table == x.n->vpcs[x.vpc[2]].main_table && x.n->routes[i].kind == TARGET_TGW)
            x.n->routes[i].target = other;
    uint32_t here = attach(x.n, x.tgw, NET_NONE, NET_NONE, x.table, "at-p1"),
             there = attach(x.n, other, here, NET_NONE, table, "at-p2");
    x.n->attachment_subnets_count -= 2;
    x.n->attachments[here].kind = x.n->attachments[there].kind = ATTACHMENT_PEERING;
    x.n->attachments[here].target = there;
    tgw_route(x.n, x.table, "10.3.0.0/24", here, false);
    tgw_route(x.n, x.table, "10.1.0.0/24", x.attachment[0], true);
    tgw_route(x.n, table, "10.3.0.0/24", x.attachment[2], true);
    tgw_route(x.n, table, "10.1.0.0/24", there, false);
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "10.3.0.10", 22), x.host[2], REACH_DIRECT);
    EXPECT_AT(x.n, box_tcp(x.n, x.host[2], "10.1.0.10", 22), x.host[0], REACH_DIRECT);
    /* Two tables that send to each other: a circle, not a way. */
    tgw_route(x.n, x.table, "10.7.0.0/24", here, false);
    tgw_route(x.n, table, "10.7.0.0/24", there, false);
    net_index(x.n);
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "10.7.0.10", 22), "NO_POSSIBLE_DESTINATION");
    x.n->attachments[here].target = NET_NONE;
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "10.3.0.10", 22), x.host[2], REACH_UNKNOWN);
    box_free(x.n);
}

static void a_network_behind_a_transit_gateway(void **s)
{
    (void)s;
    struct box x = joined("10.3.0.0/24");
    struct net_external *e = net_add_external(x.n);
    e->kind = EXTERNAL_DX;
    e->id = STR("dxgw-1");
    e->all_ranges = true;
    uint32_t dx = x.n->externals_count - 1, at = attach(x.n, x.tgw, dx, NET_NONE, x.table, "at-dx");
    x.n->attachment_subnets_count--;
    x.n->attachments[at].kind = ATTACHMENT_DX;
    struct net_uplink *u = net_add_uplink(x.n);
    u->external = dx;
    u->attachment = at;
    struct net_ref from = {NET_EXTERNAL, dx};
    EXPECT_AT(x.n, box_ask(x.n, from, "192.168.1.1", "10.1.0.10", NET_TCP, 22), x.host[0], REACH_NONE);
    NET_EACH (i, x.n->groups[x.open[0]].ingress)
        x.n->rules[i].range = ip_all_v4();
    EXPECT_AT(x.n, box_ask(x.n, from, "192.168.1.1", "10.1.0.10", NET_TCP, 22), x.host[0], REACH_ONE_WAY);
    x.n->uplinks[0].filtered = true;
    EXPECT_STOP(x.n, box_ask(x.n, from, "192.168.1.1", "10.1.0.10", NET_TCP, 22), "NO_ROUTE_TO_DESTINATION");
    box_free(x.n);
}

static void ipv6_can_be_off_at_an_attachment(void **s)
{
    (void)s;
    struct box x = joined("10.3.0.0/24");
    x.n->attachments[x.attachment[1]].available = false;
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), "BAD_STATE_ATTACHMENT");
    net_add_address(x.n)->eni = x.host[0];
    x.n->addresses[x.n->addresses_count - 1].range = town_range("fd00:1::10");
    town_route(x.n, x.n->vpcs[x.vpc[0]].main_table, "fd00::/8", TARGET_TGW, x.tgw, "tgw-1");
    net_index(x.n);
    x.n->attachments[x.attachment[0]].ipv6 = false;
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "fd00:2::1", 22), "PROTOCOL_RESTRICTION");
    box_free(x.n);
}

static void a_middlebox_vpc_routes_by_the_attachments_subnet(void **s)
{
    (void)s;
    struct box x = hub("10.3.0.0/24");
    /* All of the first's traffic goes to the third, which sends it on to the second over a peering: refused, as its
     * source is foreign. */
    tgw_route(x.n, x.table, "0.0.0.0/0", x.attachment[2], false);
    uint32_t c = town_peering(x.n, x.vpc[2], x.vpc[1], "pcx-1");
    town_route(x.n, x.n->vpcs[x.vpc[2]].main_table, "10.2.0.0/24", TARGET_PEERING, c, "pcx-1");
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR");
    box_free(x.n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(propagation_by_default_joins_all),
        cmocka_unit_test(a_table_apart_separates),
        cmocka_unit_test(a_static_blackhole_isolates),
        cmocka_unit_test(a_zone_without_a_subnet_of_the_attachment_cannot_send),
        cmocka_unit_test(references_need_three_switches),
        cmocka_unit_test(equal_blocks_at_two_attachments_are_unknown),
        cmocka_unit_test(equal_blocks_apart_do_not_meet),
        cmocka_unit_test(acls_of_the_attachments_subnet),
        cmocka_unit_test(transit_gateways_are_peered_by_static_routes),
        cmocka_unit_test(a_network_behind_a_transit_gateway),
        cmocka_unit_test(ipv6_can_be_off_at_an_attachment),
        cmocka_unit_test(a_middlebox_vpc_routes_by_the_attachments_subnet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
