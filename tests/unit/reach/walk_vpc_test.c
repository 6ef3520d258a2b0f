/* Within one VPC: groups, network ACLs, route tables. network.md 1.2 to 1.4 and section 5. */
#include "walk_box.h"

struct box {
    struct net *n;
    uint32_t vpc, a, b, open, closed;
};

static struct box small(void)
{
    struct box x = {.n = box_new()};
    x.vpc = town_vpc(x.n, "vpc-1", "10.0.0.0/16");
    x.a = town_subnet(x.n, x.vpc, "subnet-a", "10.0.1.0/24", "az1");
    x.b = town_subnet(x.n, x.vpc, "subnet-b", "10.0.2.0/24", "az2");
    x.open = town_group(x.n, x.vpc, "sg-open");
    town_open_egress(x.n, x.open);
    town_rule(x.n, x.open, false, NET_TCP, 0, 65535, "0.0.0.0/0", NET_NONE);
    x.closed = town_group(x.n, x.vpc, "sg-closed");
    return x;
}

static struct net_acl_entry *entry(struct net *n, uint32_t acl, bool egress, bool allow, uint32_t number, int16_t proto,
                                   uint16_t lo, uint16_t hi, const char *range)
{
    struct net_acl_entry *e = net_add_acl_entry(n);
    *e = (struct net_acl_entry){acl, egress, allow, number, proto, lo, hi, town_range(range)};
    return e;
}

static uint32_t new_acl(struct net *n, uint32_t vpc, const char *id)
{
    struct net_acl *c = net_add_acl(n);
    c->id = str_of(id);
    c->vpc = vpc;
    return n->acls_count - 1;
}

static void within_a_subnet_only_the_groups_are_asked(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t one = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x"),
             two = town_host(x.n, x.a, "i-2", "10.0.1.11", NULL, x.open, "y");
    x.n->subnets[x.a].acl = new_acl(x.n, x.vpc, "acl-nothing");
    x.n->subnets[x.a].table = NET_NONE;
    EXPECT_AT(x.n, box_tcp(x.n, one, "10.0.1.11", 22), two, REACH_DIRECT);
    EXPECT_STOP(x.n, box_tcp(x.n, one, "10.0.1.12", 22), "NO_POSSIBLE_DESTINATION");
    EXPECT_STOP(x.n, box_ask(x.n, (struct net_ref){NET_ENI, one}, NULL, "10.0.1.11", NET_UDP, 53),
                "ENI_SG_RULES_MISMATCH");
    box_free(x.n);
}

static void groups_without_rules_let_nothing_through(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t one = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x"),
             two = town_host(x.n, x.b, "i-2", "10.0.2.10", NULL, x.closed, "y");
    EXPECT_STOP(x.n, box_tcp(x.n, one, "10.0.2.10", 22), "SG_HAS_NO_RULES");
    EXPECT_STOP(x.n, box_tcp(x.n, two, "10.0.1.10", 22), "SG_HAS_NO_RULES");
    box_free(x.n);
}

static void a_reference_is_to_private_addresses_of_members(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t web = town_group(x.n, x.vpc, "sg-web"), db = town_group(x.n, x.vpc, "sg-db");
    town_open_egress(x.n, web);
    town_rule(x.n, db, false, NET_TCP, 5432, 5432, NULL, web);
    uint32_t w = town_host(x.n, x.a, "i-web", "10.0.1.10", NULL, web, "x"),
             o = town_host(x.n, x.a, "i-other", "10.0.1.11", NULL, x.open, "x");
    uint32_t d = town_host(x.n, x.b, "i-db", "10.0.2.10", NULL, db, "x");
    EXPECT_AT(x.n, box_tcp(x.n, w, "10.0.2.10", 5432), d, REACH_DIRECT);
    EXPECT_STOP(x.n, box_tcp(x.n, w, "10.0.2.10", 5433), "ENI_SG_RULES_MISMATCH");
    EXPECT_STOP(x.n, box_tcp(x.n, o, "10.0.2.10", 5432), "ENI_SG_RULES_MISMATCH");
    box_free(x.n);
}

static void outbound_references_are_to_members_too(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t web = town_group(x.n, x.vpc, "sg-web");
    town_rule(x.n, web, true, NET_TCP, 0, 65535, NULL, x.open);
    uint32_t w = town_host(x.n, x.a, "i-web", "10.0.1.10", NULL, web, "x"),
             o = town_host(x.n, x.b, "i-open", "10.0.2.11", NULL, x.open, "x");
    town_host(x.n, x.b, "i-web2", "10.0.2.12", NULL, web, "x");
    EXPECT_AT(x.n, box_tcp(x.n, w, "10.0.2.11", 80), o, REACH_DIRECT);
    EXPECT_STOP(x.n, box_tcp(x.n, w, "10.0.2.12", 80), "ENI_SG_RULES_MISMATCH");
    box_free(x.n);
}

static void groups_that_were_not_read_are_unknown(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t one = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x"),
             two = town_host(x.n, x.b, "i-2", "10.0.2.10", NULL, x.closed, "y");
    x.n->groups[x.closed].ingress_read = false;
    EXPECT_AT(x.n, box_tcp(x.n, one, "10.0.2.10", 22), two, REACH_UNKNOWN);
    x.n->groups[x.closed].ingress_read = true;
    EXPECT(x.n, box_tcp(x.n, one, "10.0.2.10", 22), REACH_NONE);
    x.n->enis[two].groups_read = false;
    EXPECT_AT(x.n, box_tcp(x.n, one, "10.0.2.10", 22), two, REACH_UNKNOWN);
    box_free(x.n);
}

static void a_prefix_list_is_read_at_the_time_of_the_walk(void **s)
{
    (void)s;
    struct box x = small();
    struct net_prefix_list *l = net_add_prefix_list(x.n);
    l->id = STR("pl-1");
    l->read = true;
    net_add_prefix_entry(x.n)->list = 0;
    x.n->prefix_entries[0].range = town_range("10.0.1.0/24");
    uint32_t row = town_rule(x.n, x.closed, false, NET_TCP, 22, 22, "10.9.0.0/16", NET_NONE);
    x.n->rules[row].peer = PEER_LIST;
    x.n->rules[row].peer_index = 0;
    uint32_t one = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x"),
             two = town_host(x.n, x.b, "i-2", "10.0.2.10", NULL, x.closed, "y");
    EXPECT_AT(x.n, box_tcp(x.n, one, "10.0.2.10", 22), two, REACH_DIRECT);
    x.n->prefix_entries[0].range = town_range("10.0.3.0/24");
    EXPECT(x.n, box_tcp(x.n, one, "10.0.2.10", 22), REACH_NONE);
    x.n->prefix_lists[0].read = false;
    EXPECT_AT(x.n, box_tcp(x.n, one, "10.0.2.10", 22), two, REACH_UNKNOWN);
    box_free(x.n);
}

static void the_answer_passes_the_acls_too(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t acl = new_acl(x.n, x.vpc, "acl-b");
    entry(x.n, acl, false, true, 100, NET_TCP, 443, 443, "0.0.0.0/0");
    entry(x.n, acl, true, true, 100, NET_TCP, 1024, 30000, "0.0.0.0/0");
    x.n->subnets[x.b].acl = acl;
    uint32_t one = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x"),
             two = town_host(x.n, x.b, "i-2", "10.0.2.10", NULL, x.open, "y");
    struct walk w = box_tcp(x.n, one, "10.0.2.10", 443);
    EXPECT_AT(x.n, w, two, REACH_ONE_WAY);
    assert_string_equal(w.paths[0].blocked_by, "SUBNET_ACL_RESTRICTION");
    struct net_flow f = {
        .from = {{NET_ENI, one}, 0}, .to = town_ip("10.0.2.10"), .proto = NET_TCP, .sport = 2000, .dport = 443};
    walk_flow(x.n, x.n->arena, &f, &w);
    assert_int_equal(w.paths[0].verdict, REACH_DIRECT);
    EXPECT_STOP(x.n, box_tcp(x.n, one, "10.0.2.10", 444), "SUBNET_ACL_RESTRICTION");
    box_free(x.n);
}

static void a_deny_before_an_allow_closes_part_of_it(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t acl = new_acl(x.n, x.vpc, "acl-b");
    entry(x.n, acl, false, true, 200, NET_ANY_PROTOCOL, 0, 65535, "0.0.0.0/0");
    entry(x.n, acl, true, true, 200, NET_ANY_PROTOCOL, 0, 65535, "0.0.0.0/0");
    entry(x.n, acl, false, false, 100, NET_ANY_PROTOCOL, 0, 65535, "10.0.1.0/28");
    x.n->subnets[x.b].acl = acl;
    uint32_t in = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x"),
             out = town_host(x.n, x.a, "i-3", "10.0.1.30", NULL, x.open, "x");
    uint32_t two = town_host(x.n, x.b, "i-2", "10.0.2.10", NULL, x.open, "y");
    EXPECT_STOP(x.n, box_tcp(x.n, in, "10.0.2.10", 22), "SUBNET_ACL_RESTRICTION");
    EXPECT_AT(x.n, box_tcp(x.n, out, "10.0.2.10", 22), two, REACH_DIRECT);
    x.n->subnets[x.b].acl = NET_NONE;
    EXPECT_AT(x.n, box_tcp(x.n, in, "10.0.2.10", 22), two, REACH_UNKNOWN);
    box_free(x.n);
}

static void what_was_read_of_no_route_table_is_unknown(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t one = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x"),
             two = town_host(x.n, x.b, "i-2", "10.0.2.10", NULL, x.open, "y");
    x.n->subnets[x.a].table = NET_NONE;
    EXPECT_AT(x.n, box_tcp(x.n, one, "10.0.2.10", 22), two, REACH_UNKNOWN);
    box_free(x.n);
}

static void a_more_specific_route_wins_over_the_local_one(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t one = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x"),
             two = town_host(x.n, x.b, "i-2", "10.0.2.10", NULL, x.open, "y");
    uint32_t box = town_host(x.n, x.a, "i-fw", "10.0.1.99", NULL, x.open, "s");
    town_route(x.n, x.n->vpcs[x.vpc].main_table, "10.0.2.0/24", TARGET_ENI, box, "eni-i-fw");
    EXPECT_STOP(x.n, box_tcp(x.n, one, "10.0.2.10", 22), "ENI_SOURCE_DEST_CHECK_RESTRICTION");
    x.n->enis[box].forwards = true;
    /* Its own subnet has that route too: the packet comes back to it. */
    EXPECT(x.n, box_tcp(x.n, one, "10.0.2.10", 22), REACH_NONE);
    (void)two;
    box_free(x.n);
}

static void an_appliance_may_forward(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t c = town_subnet(x.n, x.vpc, "subnet-c", "10.0.3.0/24", "az1");
    struct net_table *t = net_add_table(x.n);
    t->id = STR("rtb-a");
    t->vpc = x.vpc;
    uint32_t table = x.n->tables_count - 1;
    x.n->subnets[x.a].table = table;
    uint32_t one = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x"),
             two = town_host(x.n, x.b, "i-2", "10.0.2.10", NULL, x.open, "y");
    uint32_t box = town_host(x.n, c, "i-fw", "10.0.3.99", NULL, x.open, "s");
    x.n->enis[box].forwards = true;
    town_route(x.n, table, "10.0.0.0/16", TARGET_LOCAL, NET_NONE, "local");
    town_route(x.n, table, "10.0.2.0/24", TARGET_ENI, box, "eni-i-fw");
    struct walk w = box_tcp(x.n, one, "10.0.2.10", 22);
    EXPECT_AT(x.n, w, two, REACH_UNKNOWN);
    assert_true(w.paths[0].appliance);
    assert_non_null(w.paths[0].reason.ptr);
    box_free(x.n);
}

static void a_blackhole_shadows_the_shorter_route(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t one = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x");
    town_host(x.n, x.b, "i-2", "10.0.2.10", NULL, x.open, "y");
    uint32_t r = town_route(x.n, x.n->vpcs[x.vpc].main_table, "10.0.2.0/24", TARGET_ENI, NET_NONE, "eni-gone");
    x.n->routes[r].blackhole = true;
    EXPECT_STOP(x.n, box_tcp(x.n, one, "10.0.2.10", 22), "BAD_STATE_ROUTE");
    box_free(x.n);
}

static void an_unread_list_in_a_route_table_is_unknown(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t one = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x"),
             two = town_host(x.n, x.b, "i-2", "10.0.2.10", NULL, x.open, "y");
    net_add_prefix_list(x.n)->id = STR("pl-1");
    uint32_t r = town_route(x.n, x.n->vpcs[x.vpc].main_table, "0.0.0.0/0", TARGET_PEERING, NET_NONE, "pcx-1");
    x.n->routes[r].list = 0;
    x.n->routes[r].list_unread = true;
    EXPECT_AT(x.n, box_tcp(x.n, one, "10.0.2.10", 22), two, REACH_UNKNOWN);
    box_free(x.n);
}

static void packets_with_a_foreign_source_do_not_leave(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t one = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x");
    town_host(x.n, x.b, "i-2", "10.0.2.10", NULL, x.open, "y");
    struct net_ref from = {NET_ENI, one};
    EXPECT_STOP(x.n, box_ask(x.n, from, "10.0.1.77", "10.0.2.10", NET_TCP, 22), "ENI_ADDRESS_RESTRICTION");
    EXPECT(x.n, box_ask(x.n, (struct net_ref){NET_SUBNET, x.a}, "10.0.1.77", "10.0.2.10", NET_TCP, 22), REACH_DIRECT);
    box_free(x.n);
}

static void secondary_addresses_and_prefixes_are_the_interfaces(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t one = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x"),
             two = town_host(x.n, x.b, "i-2", "10.0.2.10", NULL, x.open, "y");
    net_add_address(x.n)->eni = two;
    x.n->addresses[x.n->addresses_count - 1].range = town_range("10.0.2.64/28");
    EXPECT_AT(x.n, box_tcp(x.n, one, "10.0.2.70", 22), two, REACH_DIRECT);
    EXPECT_STOP(x.n, box_tcp(x.n, one, "10.0.2.80", 22), "NO_POSSIBLE_DESTINATION");
    box_free(x.n);
}

static void what_may_come_to_stand_in_a_subnet_is_there(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t one = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x"),
             db = town_host(x.n, x.b, "db-1", "10.0.2.9", NULL, x.open, "y");
    uint32_t other = town_host(x.n, x.b, "db-2", "10.0.2.8", NULL, x.closed, "z"),
             there = town_host(x.n, x.b, "i-3", "10.0.2.50", NULL, x.open, "z");
    x.n->enis[db].virtual_ = x.n->enis[other].virtual_ = true;
    x.n->enis[db].sources = x.n->enis[other].sources = false;
    x.n->addresses[x.n->addresses_count - 3].range = (struct ip_range){town_ip("10.0.2.4"), town_ip("10.0.2.254")};
    x.n->addresses[x.n->addresses_count - 2].range = (struct ip_range){town_ip("10.0.2.4"), town_ip("10.0.2.254")};
    EXPECT_AT(x.n, box_tcp(x.n, one, "10.0.2.77", 5432), db, REACH_DIRECT);
    EXPECT_AT(x.n, box_tcp(x.n, one, "10.0.2.77", 5432), other, REACH_NONE);
    EXPECT_AT(x.n, box_tcp(x.n, one, "10.0.2.50", 5432), there, REACH_DIRECT);
    EXPECT_AT(x.n, box_tcp(x.n, one, "10.0.2.50", 5432), db, REACH_NONE);
    box_free(x.n);
}

static void what_only_sends_is_not_reached(void **s)
{
    (void)s;
    struct box x = small();
    uint32_t one = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x"),
             fn = town_host(x.n, x.b, "fn", "10.0.2.10", NULL, x.open, "y");
    x.n->enis[fn].receives = false;
    EXPECT_STOP(x.n, box_tcp(x.n, one, "10.0.2.10", 22), "NO_POSSIBLE_DESTINATION");
    EXPECT_AT(x.n, box_tcp(x.n, fn, "10.0.1.10", 22), one, REACH_DIRECT);
    box_free(x.n);
}

static void icmp_is_type_and_code(void **s)
{
    (void)s;
    struct box x = small();
    town_rule(x.n, x.closed, false, NET_ICMP, 8 << 8, (8 << 8) + 255, "10.0.0.0/8", NET_NONE);
    uint32_t one = town_host(x.n, x.a, "i-1", "10.0.1.10", NULL, x.open, "x"),
             two = town_host(x.n, x.b, "i-2", "10.0.2.10", NULL, x.closed, "y");
    struct net_ref from = {NET_ENI, one};
    EXPECT_AT(x.n, box_ask(x.n, from, NULL, "10.0.2.10", NET_ICMP, 8 << 8), two, REACH_DIRECT);
    EXPECT_STOP(x.n, box_ask(x.n, from, NULL, "10.0.2.10", NET_ICMP, 13 << 8), "ENI_SG_RULES_MISMATCH");
    /* The echo reply is type 0: an ACL without it loses the answer. */
    uint32_t acl = new_acl(x.n, x.vpc, "acl-b");
    (void)acl;
    box_free(x.n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_a_subnet_only_the_groups_are_asked),
        cmocka_unit_test(groups_without_rules_let_nothing_through),
        cmocka_unit_test(a_reference_is_to_private_addresses_of_members),
        cmocka_unit_test(outbound_references_are_to_members_too),
        cmocka_unit_test(groups_that_were_not_read_are_unknown),
        cmocka_unit_test(a_prefix_list_is_read_at_the_time_of_the_walk),
        cmocka_unit_test(the_answer_passes_the_acls_too),
        cmocka_unit_test(a_deny_before_an_allow_closes_part_of_it),
        cmocka_unit_test(what_was_read_of_no_route_table_is_unknown),
        cmocka_unit_test(a_more_specific_route_wins_over_the_local_one),
        cmocka_unit_test(an_appliance_may_forward),
        cmocka_unit_test(a_blackhole_shadows_the_shorter_route),
        cmocka_unit_test(an_unread_list_in_a_route_table_is_unknown),
        cmocka_unit_test(packets_with_a_foreign_source_do_not_leave),
        cmocka_unit_test(secondary_addresses_and_prefixes_are_the_interfaces),
        cmocka_unit_test(what_may_come_to_stand_in_a_subnet_is_there),
        cmocka_unit_test(what_only_sends_is_not_reached),
        cmocka_unit_test(icmp_is_type_and_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
