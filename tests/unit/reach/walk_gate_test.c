/* Gateways of a VPC: Internet, egress-only, NAT, peering, gateway endpoints, virtual private gateways.
 * network.md 1.5, 5. */
#include "walk_box.h"

struct box {
    struct net *n;
    uint32_t vpc[2], subnet[2], table[2], open[2], host[2];
};

/* Two VPCs of two tenants, each with a host in a group that is open. */
static struct box pair(const char *one, const char *two)
{
    static const char *const vpcs[] = {"vpc-1", "vpc-2"}, *const subnets[] = {"subnet-1", "subnet-2"},
                             *const groups[] = {"sg-1", "sg-2"};
    static const char *const hosts[] = {"i-1", "i-2"}, *const tenants[] = {"x", "y"},
                             *const publics[] = {"3.0.0.1", "3.0.0.2"};
    const char *blocks[] = {one, two};
    struct box x = {.n = box_new()};
    for (int i = 0; i < 2; i++) {
        x.vpc[i] = town_vpc(x.n, vpcs[i], blocks[i]);
        x.table[i] = x.n->vpcs[x.vpc[i]].main_table;
        x.subnet[i] = town_subnet(x.n, x.vpc[i], subnets[i], blocks[i], "az1");
        x.open[i] = town_group(x.n, x.vpc[i], groups[i]);
        town_open_egress(x.n, x.open[i]);
        town_rule(x.n, x.open[i], false, NET_ANY_PROTOCOL, 0, 65535, "0.0.0.0/0", NET_NONE);
        ip_number ip = town_range(blocks[i]).lo + 10;
        x.host[i] = town_host(x.n, x.subnet[i], hosts[i], "10.0.0.10", publics[i], x.open[i], tenants[i]);
        x.n->addresses[x.n->addresses_count - 1].range = ip_range_one(ip);
    }
    return x;
}

static void with_internet(struct box *x, int i)
{
    town_igw(x->n, x->vpc[i], i ? "igw-2" : "igw-1");
    town_route(x->n, x->table[i], "0.0.0.0/0", TARGET_IGW, x->n->igws_count - 1, i ? "igw-2" : "igw-1");
}

static void the_internet_comes_in_by_the_public_address(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    with_internet(&x, 0);
    struct walk w = box_internet(x.n, "3.0.0.1", 22);
    EXPECT_AT(x.n, w, x.host[0], REACH_DIRECT);
    assert_true(w.paths[0].internet);
    EXPECT_STOP(x.n, box_internet(x.n, "10.1.0.10", 22), "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS");
    /* Nobody there has an address of ours, or a private one. */
    struct net_ref outside = {NET_EXTERNAL, 0};
    EXPECT_STOP(x.n, box_ask(x.n, outside, "3.0.0.2", "3.0.0.1", NET_TCP, 22), "GATEWAY_REJECTS_SPOOFED_TRAFFIC");
    EXPECT_STOP(x.n, box_ask(x.n, outside, "10.2.0.10", "3.0.0.1", NET_TCP, 22),
                "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS");
    /* The other VPC has no Internet gateway. */
    EXPECT_STOP(x.n, box_internet(x.n, "3.0.0.2", 22), "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS");
    EXPECT(x.n, box_tcp(x.n, x.host[0], "8.8.8.8", 443), REACH_DIRECT);
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "172.16.0.1", 443), "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS");
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "100.64.0.1", 443), "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS");
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[1], "8.8.8.8", 443), "NO_ROUTE_TO_DESTINATION");
    box_free(x.n);
}

/* A store without an interface: one address that is public, and all of its subnet, where it may come up. */
static void the_answer_of_a_place_leaves_by_its_public_address(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    with_internet(&x, 1);
    struct net_address *a = net_add_address(x.n);
    a->eni = x.n->enis_count - 1;
    a->range = town_range("10.2.0.0/24");
    struct walk w = box_internet(x.n, "3.0.0.2", 5432);
    EXPECT_AT(x.n, w, x.host[1], REACH_DIRECT);
    box_free(x.n);
}

static void a_public_address_without_a_route_is_one_way(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    town_igw(x.n, x.vpc[0], "igw-1");
    struct walk w = box_internet(x.n, "3.0.0.1", 22);
    EXPECT_AT(x.n, w, x.host[0], REACH_ONE_WAY);
    assert_string_equal(w.paths[0].blocked_by, "NO_ROUTE_TO_DESTINATION");
    box_free(x.n);
}

static void no_public_address_no_internet(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    with_internet(&x, 0);
    uint32_t inner = town_host(x.n, x.subnet[0], "i-3", "10.1.0.30", NULL, x.open[0], "x");
    EXPECT_STOP(x.n, box_tcp(x.n, inner, "8.8.8.8", 443), "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS");
    x.n->enis[x.host[0]].deny_igw = true;
    EXPECT(x.n, box_internet(x.n, "3.0.0.1", 22), REACH_NONE);
    box_free(x.n);
}

static void hairpin_from_tenant_to_tenant(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.1.0.0/24");
    with_internet(&x, 0);
    with_internet(&x, 1);
    struct walk w = box_tcp(x.n, x.host[0], "3.0.0.2", 22);
    EXPECT_AT(x.n, w, x.host[1], REACH_DIRECT);
    assert_true(w.paths[0].internet);
    const struct walk_hop *last = &w.paths[0].hops[w.paths[0].hop_count - 1];
    assert_true(last->src == town_ip("3.0.0.1"));
    /* The source that is seen is the public one: a rule for private addresses does not match. */
    NET_EACH (i, x.n->groups[x.open[1]].ingress)
        x.n->rules[i].range = town_range("10.0.0.0/8");
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "3.0.0.2", 22), "ENI_SG_RULES_MISMATCH");
    NET_EACH (i, x.n->groups[x.open[1]].ingress)
        x.n->rules[i].range = town_range("3.0.0.1");
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "3.0.0.2", 22), x.host[1], REACH_DIRECT);
    box_free(x.n);
}

static void block_public_access_and_its_exclusions(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    with_internet(&x, 0);
    x.n->subnets[x.subnet[0]].bpa = BPA_BLOCKED;
    EXPECT_STOP(x.n, box_internet(x.n, "3.0.0.1", 22), "VPC_BLOCK_PUBLIC_ACCESS_ENABLED");
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "8.8.8.8", 443), "VPC_BLOCK_PUBLIC_ACCESS_ENABLED");
    x.n->subnets[x.subnet[0]].bpa = BPA_NAT_ONLY;
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "8.8.8.8", 443), "VPC_BLOCK_PUBLIC_ACCESS_ENABLED");
    x.n->subnets[x.subnet[0]].bpa = BPA_UNREAD;
    EXPECT_AT(x.n, box_internet(x.n, "3.0.0.1", 22), x.host[0], REACH_UNKNOWN);
    x.n->subnets[x.subnet[0]].bpa = BPA_OFF;
    EXPECT_AT(x.n, box_internet(x.n, "3.0.0.1", 22), x.host[0], REACH_DIRECT);
    box_free(x.n);
}

static void v6(struct box *x, int i, const char *block, const char *ip)
{
    net_add_cidr(x->n)->vpc = x->vpc[i];
    x->n->cidrs[x->n->cidrs_count - 1].range = town_range(block);
    net_add_subnet_cidr(x->n)->subnet = x->subnet[i];
    x->n->subnet_cidrs[x->n->subnet_cidrs_count - 1].range = town_range(block);
    town_route(x->n, x->table[i], block, TARGET_LOCAL, NET_NONE, "local");
    net_add_address(x->n)->eni = x->host[i];
    x->n->addresses[x->n->addresses_count - 1].range = town_range(ip);
}

static void ipv6_is_open_while_ipv4_is_closed(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    with_internet(&x, 0);
    v6(&x, 0, "2600:1f18:1::/64", "2600:1f18:1::10");
    town_rule(x.n, x.open[0], false, NET_TCP, 5432, 5432, "::/0", NET_NONE);
    town_route(x.n, x.table[0], "::/0", TARGET_IGW, 0, "igw-1");
    net_index(x.n);
    NET_EACH (i, x.n->groups[x.open[0]].ingress)
        if (ip_is_v4(x.n->rules[i].range.lo))
            x.n->rules[i].range = town_range("10.9.9.9");
    EXPECT(x.n, box_internet(x.n, "3.0.0.1", 5432), REACH_NONE);
    EXPECT_AT(x.n, box_internet(x.n, "2600:1f18:1::10", 5432), x.host[0], REACH_DIRECT);
    box_free(x.n);
}

static void an_egress_only_gateway_opens_outwards_alone(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    v6(&x, 0, "2600:1f18:1::/64", "2600:1f18:1::10");
    net_add_eigw(x.n)->vpc = x.vpc[0];
    x.n->eigws[0].id = STR("eigw-1");
    x.n->vpcs[x.vpc[0]].eigw = 0;
    town_route(x.n, x.table[0], "::/0", TARGET_EIGW, 0, "eigw-1");
    town_rule(x.n, x.open[0], false, NET_ANY_PROTOCOL, 0, 65535, "::/0", NET_NONE);
    EXPECT(x.n, box_tcp(x.n, x.host[0], "2600:9000::1", 443), REACH_DIRECT);
    EXPECT_STOP(x.n, box_internet(x.n, "2600:1f18:1::10", 443), "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS");
    /* With an Internet gateway beside it packets come in, but their answers leave by the egress-only one and are lost.
     */
    town_igw(x.n, x.vpc[0], "igw-1");
    EXPECT_AT(x.n, box_internet(x.n, "2600:1f18:1::10", 443), x.host[0], REACH_ONE_WAY);
    box_free(x.n);
}

static uint32_t add_nat(struct box *x, uint32_t subnet, const char *ip, const char *public_ip)
{
    uint32_t eni = town_host(x->n, subnet, "nat-eni", ip, public_ip, NET_NONE, NULL);
    x->n->enis[eni].sources = x->n->enis[eni].receives = false;
    x->n->enis[eni].skips_groups = true;
    x->n->things[x->n->enis[eni].thing].kind = THING_NAT;
    struct net_nat *g = net_add_nat(x->n);
    g->id = STR("nat-1");
    g->vpc = x->n->subnets[subnet].vpc;
    g->subnet = subnet;
    g->thing = x->n->enis[eni].thing;
    g->is_public = public_ip != NULL;
    g->available = true;
    struct net_nat_address *a = net_add_nat_address(x->n);
    a->nat = x->n->nats_count - 1;
    a->eni = eni;
    a->private_ip = town_ip(ip);
    a->public_ip = public_ip ? town_ip(public_ip) : 0;
    return x->n->nats_count - 1;
}

static uint32_t add_table(struct net *n, uint32_t vpc, const char *id, const char *local)
{
    struct net_table *t = net_add_table(n);
    t->id = str_of(id);
    t->vpc = vpc;
    town_route(n, n->tables_count - 1, local, TARGET_LOCAL, NET_NONE, "local");
    return n->tables_count - 1;
}

static void nat_hides_the_source(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    with_internet(&x, 0);
    with_internet(&x, 1);
    net_add_cidr(x.n)->vpc = x.vpc[0];
    x.n->cidrs[x.n->cidrs_count - 1].range = town_range("10.1.1.0/24");
    uint32_t inner = town_subnet(x.n, x.vpc[0], "subnet-p", "10.1.1.0/24", "az1"),
             table = add_table(x.n, x.vpc[0], "rtb-p", "10.1.0.0/23");
    x.n->subnets[inner].table = table;
    uint32_t host = town_host(x.n, inner, "i-p", "10.1.1.10", NULL, x.open[0], "x"),
             nat = add_nat(&x, x.subnet[0], "10.1.0.99", "3.0.0.9");
    town_route(x.n, x.table[0], "10.1.1.0/24", TARGET_LOCAL, NET_NONE, "local");
    town_route(x.n, table, "0.0.0.0/0", TARGET_NAT, nat, "nat-1");
    EXPECT(x.n, box_tcp(x.n, host, "8.8.8.8", 443), REACH_DIRECT);
    struct walk w = box_tcp(x.n, host, "3.0.0.2", 22);
    EXPECT_AT(x.n, w, x.host[1], REACH_DIRECT);
    assert_int_equal(w.paths[0].relay_count, 1);
    assert_true(w.paths[0].hops[w.paths[0].hop_count - 1].src == town_ip("3.0.0.9"));
    EXPECT_STOP(x.n, box_internet(x.n, "3.0.0.9", 22), "NO_POSSIBLE_DESTINATION");
    EXPECT_STOP(x.n, box_ask(x.n, (struct net_ref){NET_ENI, host}, NULL, "8.8.8.8", 47, 0), "PROTOCOL_RESTRICTION");
    /* Block Public Access in ingress mode leaves NAT gateways working. */
    x.n->subnets[x.subnet[0]].bpa = BPA_NAT_ONLY;
    EXPECT(x.n, box_tcp(x.n, host, "8.8.8.8", 443), REACH_DIRECT);
    x.n->nats[nat].available = false;
    EXPECT_STOP(x.n, box_tcp(x.n, host, "8.8.8.8", 443), "BAD_STATE");
    box_free(x.n);
}

static void nat_picks_a_port_whose_answers_return(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    with_internet(&x, 0);
    net_add_cidr(x.n)->vpc = x.vpc[0];
    x.n->cidrs[x.n->cidrs_count - 1].range = town_range("10.1.1.0/24");
    uint32_t inner = town_subnet(x.n, x.vpc[0], "subnet-p", "10.1.1.0/24", "az1"),
             table = add_table(x.n, x.vpc[0], "rtb-p", "10.1.0.0/23");
    x.n->subnets[inner].table = table;
    uint32_t host = town_host(x.n, inner, "i-p", "10.1.1.10", NULL, x.open[0], "x"),
             nat = add_nat(&x, x.subnet[0], "10.1.0.99", "3.0.0.9");
    town_route(x.n, table, "0.0.0.0/0", TARGET_NAT, nat, "nat-1");
    town_route(x.n, x.table[0], "10.1.1.0/24", TARGET_LOCAL, NET_NONE, "local");
    struct net_acl *c = net_add_acl(x.n);
    c->id = STR("acl-nat");
    c->vpc = x.vpc[0];
    uint32_t acl = x.n->acls_count - 1;
    *net_add_acl_entry(x.n) = (struct net_acl_entry){acl, true, true, 100, NET_ANY_PROTOCOL, 0, 65535, ip_all_v4()};
    *net_add_acl_entry(x.n) =
        (struct net_acl_entry){acl, false, true, 100, NET_ANY_PROTOCOL, 0, 65535, town_range("10.0.0.0/8")};
    *net_add_acl_entry(x.n) = (struct net_acl_entry){acl, false, true, 110, NET_TCP, 50000, 50001, ip_all_v4()};
    x.n->subnets[x.subnet[0]].acl = acl;
    EXPECT(x.n, box_tcp(x.n, host, "8.8.8.8", 443), REACH_DIRECT);
    NET_EACH (i, x.n->acls[acl].ingress)
        if (x.n->acl_entries[i].number == 110)
            x.n->acl_entries[i].lo = 1000, x.n->acl_entries[i].hi = 1023;
    EXPECT(x.n, box_tcp(x.n, host, "8.8.8.8", 443), REACH_ONE_WAY);
    box_free(x.n);
}

static void peering_joins_two_vpcs_and_no_more(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    uint32_t c = town_peering(x.n, x.vpc[0], x.vpc[1], "pcx-1");
    town_route(x.n, x.table[0], "10.0.0.0/8", TARGET_PEERING, c, "pcx-1");
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), x.host[1], REACH_ONE_WAY);
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "10.3.0.10", 22), "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR");
    town_route(x.n, x.table[1], "10.1.0.0/28", TARGET_PEERING, c, "pcx-1");
    net_index(x.n);
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), x.host[1], REACH_DIRECT);
    /* The peer's Internet gateway is not the VPC's own. */
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "8.8.8.8", 22), "NO_ROUTE_TO_DESTINATION");
    x.n->peerings[c].active = false;
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), "BAD_STATE");
    box_free(x.n);
}

static void references_work_over_peering_in_one_region(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    uint32_t c = town_peering(x.n, x.vpc[0], x.vpc[1], "pcx-1"), db = town_group(x.n, x.vpc[1], "sg-db");
    town_route(x.n, x.table[0], "10.2.0.0/24", TARGET_PEERING, c, "pcx-1");
    town_route(x.n, x.table[1], "10.1.0.0/24", TARGET_PEERING, c, "pcx-1");
    uint32_t rule = town_rule(x.n, db, false, NET_TCP, 5432, 5432, NULL, x.open[0]);
    uint32_t d = town_host(x.n, x.subnet[1], "db", "10.2.0.50", NULL, db, "y");
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "10.2.0.50", 5432), d, REACH_DIRECT);
    x.n->peerings[c].same_region = false;
    EXPECT_STOP(x.n, box_tcp(x.n, x.host[0], "10.2.0.50", 5432), "SG_REFERENCES_NOT_PRESERVED");
    /* A stale rule: the peering is deleted. */
    x.n->peerings[c].same_region = true;
    x.n->peerings[c].active = false;
    EXPECT(x.n, box_tcp(x.n, x.host[0], "10.2.0.50", 5432), REACH_NONE);
    /* Of a group that was not collected it is not known who has it. */
    x.n->peerings[c].active = true;
    (void)rule;
    NET_EACH (i, x.n->groups[db].ingress) {
        x.n->rules[i].peer_index = NET_NONE;
        x.n->rules[i].peer_id = STR("sg-elsewhere");
    }
    EXPECT(x.n, box_tcp(x.n, x.host[0], "10.2.0.50", 5432), REACH_NONE);
    x.n->enis[x.host[0]].groups_read = false;
    struct walk w = box_tcp(x.n, x.host[0], "10.2.0.50", 5432);
    EXPECT_AT(x.n, w, d, REACH_UNKNOWN);
    box_free(x.n);
}

static void a_vpc_that_was_not_collected_is_outside(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    x.n->vpcs[x.vpc[1]].collected = false;
    uint32_t c = town_peering(x.n, x.vpc[0], x.vpc[1], "pcx-1");
    town_route(x.n, x.table[0], "10.2.0.0/24", TARGET_PEERING, c, "pcx-1");
    net_index(x.n);
    uint32_t out = NET_NONE;
    for (uint32_t i = 0; i < x.n->externals_count; i++)
        if (x.n->externals[i].vpc == x.vpc[1])
            out = i;
    struct walk w = box_tcp(x.n, x.host[0], "10.2.0.10", 22);
    assert_non_null(walk_to(x.n, &w, (struct net_ref){NET_EXTERNAL, out}));
    EXPECT_AT(x.n, box_ask(x.n, (struct net_ref){NET_EXTERNAL, out}, NULL, "10.1.0.10", NET_TCP, 22), x.host[0],
              REACH_DIRECT);
    box_free(x.n);
}

static void a_gateway_endpoint_serves_its_vpc(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    struct net_endpoint *e = net_add_endpoint(x.n);
    e->id = STR("vpce-1");
    e->kind = ENDPOINT_GATEWAY;
    e->vpc = x.vpc[0];
    e->aws = e->available = true;
    e->service_name = STR("com.amazonaws.us-east-1.s3");
    town_route(x.n, x.table[0], "52.216.0.0/15", TARGET_ENDPOINT, 0, "vpce-1");
    struct walk w = box_tcp(x.n, x.host[0], "52.216.1.1", 443);
    EXPECT(x.n, w, REACH_DIRECT);
    assert_int_equal(w.paths[0].end.kind, NET_ENDPOINT);
    assert_false(w.paths[0].internet);
    EXPECT_STOP(x.n, box_ask(x.n, (struct net_ref){NET_ENI, x.host[0]}, NULL, "52.216.1.1", NET_UDP, 443),
                "VPCE_GATEWAY_PROTOCOL_RESTRICTION");
    box_free(x.n);
}

static uint32_t add_network(struct box *x, const char *id, const char *range)
{
    struct net_external *e = net_add_external(x->n);
    e->kind = EXTERNAL_VPN;
    e->id = str_of(id);
    net_add_external_range(x->n)->external = x->n->externals_count - 1;
    x->n->external_ranges[x->n->external_ranges_count - 1].range = town_range(range);
    return x->n->externals_count - 1;
}

static uint32_t add_vgw(struct box *x, int i, uint32_t external)
{
    net_add_vgw(x->n)->vpc = x->vpc[i];
    uint32_t vgw = x->n->vgws_count - 1;
    x->n->vgws[vgw].id = i ? STR("vgw-2") : STR("vgw-1");
    x->n->vpcs[x->vpc[i]].vgw = vgw;
    struct net_uplink *u = net_add_uplink(x->n);
    u->external = external;
    u->vgw = vgw;
    return vgw;
}

static void a_vpn_goes_both_ways(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    uint32_t office = add_network(&x, "cgw-1", "192.168.0.0/16"), vgw = add_vgw(&x, 0, office);
    struct net_ref from = {NET_EXTERNAL, office};
    EXPECT_AT(x.n, box_ask(x.n, from, NULL, "10.1.0.10", NET_TCP, 22), x.host[0], REACH_ONE_WAY);
    town_route(x.n, x.table[0], "192.168.0.0/16", TARGET_VGW, vgw, "vgw-1");
    net_index(x.n);
    EXPECT_AT(x.n, box_ask(x.n, from, NULL, "10.1.0.10", NET_TCP, 22), x.host[0], REACH_DIRECT);
    EXPECT_STOP(x.n, box_ask(x.n, from, NULL, "10.1.0.11", NET_TCP, 22), "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS");
    EXPECT(x.n, box_tcp(x.n, x.host[0], "192.168.7.7", 22), REACH_DIRECT);
    box_free(x.n);
}

static void two_vpcs_on_one_network_outside_are_unknown(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    uint32_t office = add_network(&x, "cgw-1", "10.0.0.0/8"), one = add_vgw(&x, 0, office);
    add_vgw(&x, 1, office);
    town_route(x.n, x.table[0], "10.2.0.0/24", TARGET_VGW, one, "vgw-1");
    struct walk w = box_tcp(x.n, x.host[0], "10.2.0.10", 22);
    EXPECT_AT(x.n, w, x.host[1], REACH_UNKNOWN);
    /* Direct Connect tells the other side only of allowed prefixes. */
    x.n->uplinks[1].filtered = true;
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), x.host[1], REACH_NONE);
    box_free(x.n);
}

static void an_unknown_target_leads_anywhere(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    town_route(x.n, x.table[0], "10.0.0.0/8", TARGET_UNKNOWN, NET_NONE, "arn:aws:networkmanager::1:core-network/c");
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "10.2.0.10", 22), x.host[1], REACH_UNKNOWN);
    EXPECT(x.n, box_tcp(x.n, x.host[0], "10.7.0.1", 22), REACH_UNKNOWN);
    EXPECT_AT(x.n, box_tcp(x.n, x.host[0], "10.7.0.1", 22), x.host[1], REACH_NONE);
    box_free(x.n);
}

static void gateway_tables_route_what_comes_in(void **s)
{
    (void)s;
    struct box x = pair("10.1.0.0/24", "10.2.0.0/24");
    with_internet(&x, 0);
    uint32_t edge = add_table(x.n, x.vpc[0], "rtb-edge", "10.1.0.0/24");
    x.n->vpcs[x.vpc[0]].igw_table = edge;
    uint32_t r = town_route(x.n, edge, "10.1.0.0/28", TARGET_ENI, NET_NONE, "eni-gone");
    x.n->routes[r].blackhole = true;
    EXPECT_STOP(x.n, box_internet(x.n, "3.0.0.1", 22), "BAD_STATE_ROUTE");
    box_free(x.n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_internet_comes_in_by_the_public_address),
        cmocka_unit_test(the_answer_of_a_place_leaves_by_its_public_address),
        cmocka_unit_test(a_public_address_without_a_route_is_one_way),
        cmocka_unit_test(no_public_address_no_internet),
        cmocka_unit_test(hairpin_from_tenant_to_tenant),
        cmocka_unit_test(block_public_access_and_its_exclusions),
        cmocka_unit_test(ipv6_is_open_while_ipv4_is_closed),
        cmocka_unit_test(an_egress_only_gateway_opens_outwards_alone),
        cmocka_unit_test(nat_hides_the_source),
        cmocka_unit_test(nat_picks_a_port_whose_answers_return),
        cmocka_unit_test(peering_joins_two_vpcs_and_no_more),
        cmocka_unit_test(references_work_over_peering_in_one_region),
        cmocka_unit_test(a_vpc_that_was_not_collected_is_outside),
        cmocka_unit_test(a_gateway_endpoint_serves_its_vpc),
        cmocka_unit_test(a_vpn_goes_both_ways),
        cmocka_unit_test(two_vpcs_on_one_network_outside_are_unknown),
        cmocka_unit_test(an_unknown_target_leads_anywhere),
        cmocka_unit_test(gateway_tables_route_what_comes_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
