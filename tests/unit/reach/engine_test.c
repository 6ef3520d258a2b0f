/* The all-pairs engine on small networks by hand: kinds of connections, declarations, pivots, witnesses, changes. */
#include "reach/engine.h"
#include "town.h"

struct world {
    struct arena *a;
    struct net *n;
    uint32_t va, vb, open, db, bastion_in, a1, b1, bastion, peering;
};

/* Tenant a in one VPC, a store of tenant b and a shared bastion in another; the peering is open, the groups decide. */
static struct world make(void)
{
    struct world w = {.a = arena_new(0)};
    struct net *n = w.n = net_new(w.a);
    w.va = town_vpc(n, "vpc-a", "10.1.0.0/16");
    w.vb = town_vpc(n, "vpc-b", "10.2.0.0/16");
    uint32_t sa = town_subnet(n, w.va, "subnet-a", "10.1.0.0/24", "az1"), sb = town_subnet(n, w.vb, "subnet-b", "10.2.0.0/24", "az1");
    w.peering = town_peering(n, w.va, w.vb, "pcx-1");
    town_route(n, n->vpcs[w.va].main_table, "10.2.0.0/16", TARGET_PEERING, w.peering, "pcx-1");
    town_route(n, n->vpcs[w.vb].main_table, "10.1.0.0/16", TARGET_PEERING, w.peering, "pcx-1");
    w.open = town_group(n, w.va, "sg-open");
    town_open_egress(n, w.open);
    w.bastion_in = town_group(n, w.vb, "sg-bastion");
    town_open_egress(n, w.bastion_in);
    town_rule(n, w.bastion_in, false, NET_TCP, 22, 22, "10.1.0.0/16", NET_NONE);
    w.db = town_group(n, w.vb, "sg-db");
    town_rule(n, w.db, false, NET_TCP, 5432, 5432, NULL, w.bastion_in);
    w.a1 = town_host(n, sa, "i-a", "10.1.0.10", NULL, w.open, "a");
    w.bastion = town_host(n, sb, "i-bastion", "10.2.0.20", NULL, w.bastion_in, NULL);
    w.b1 = town_host(n, sb, "i-db", "10.2.0.10", NULL, w.db, "b");
    return w;
}

static uint32_t *label_things(const struct world *w)
{
    uint32_t *of = arena_array_of(w->a, uint32_t, w->n->things_count);
    for (uint32_t i = 0; i < w->n->things_count; i++)
        of[i] = i;
    return of;
}

static struct reach *run(const struct world *w, const struct reach_allow *allows, uint32_t count)
{
    struct reach *r = reach_new(w->n);
    struct reach_question q = {.label_of = label_things(w), .labels = w->n->things_count, .allows = allows, .allow_count = count};
    reach_run(r, &q);
    return r;
}

static bool has(const struct reach *r, uint32_t from, uint32_t to, enum reach_how how)
{
    const uint64_t *set = reach_labels(r, to, how);
    return set && bits_get(set, from);
}

static void a_bastion_is_a_pivot_and_no_direct_way(void **state)
{
    (void)state;
    struct world w = make();
    net_index(w.n);
    struct reach *r = run(&w, NULL, 0);
    uint32_t a = w.n->enis[w.a1].thing, b = w.n->enis[w.b1].thing, bastion = w.n->enis[w.bastion].thing, chain[4];
    assert_true(has(r, a, bastion, HOW_DIRECT));
    assert_true(has(r, bastion, b, HOW_DIRECT));
    for (int how = 0; how < HOW_COUNT; how++)
        assert_false(has(r, a, b, (enum reach_how)how));
    reach_pivot(r, NULL);
    assert_true(bits_get(reach_pivot_labels(r, b, false), a));
    assert_int_equal(reach_pivot_chain(r, a, b, false, chain, 4), 2);
    assert_int_equal(chain[0], bastion);
    assert_int_equal(chain[1], b);
    reach_free(r);
    arena_free(w.a);
}

static void a_witness_is_the_walkers(void **state)
{
    (void)state;
    struct world w = make();
    net_index(w.n);
    struct reach *r = run(&w, NULL, 0);
    struct reach_witness x;
    struct err e = {0};
    assert_true(reach_witness_of(r, w.a, w.n->enis[w.a1].thing, w.n->enis[w.bastion].thing, HOW_DIRECT, &x, &e));
    assert_int_equal(x.flow.dport, 22);
    assert_int_equal(x.flow.sport, 49152);
    assert_int_equal(x.path->verdict, REACH_DIRECT);
    assert_int_equal(x.lo, 22);
    assert_int_equal(x.hi, 22);
    struct reach_term *terms;
    struct net_ref to = {NET_ENI, w.bastion};
    assert_int_equal(reach_terms(r, w.a, (struct net_end){{NET_ENI, w.a1}, 0}, to, &terms), 1);
    assert_int_equal(terms[0].proto, NET_TCP);
    assert_int_equal(terms[0].verdict, REACH_DIRECT);
    uint32_t count, *sources = reach_sources(r, w.a, w.n->enis[w.b1].thing, &count);
    assert_int_equal(count, 1);
    assert_int_equal(sources[0], w.n->enis[w.bastion].thing);
    reach_free(r);
    arena_free(w.a);
}

static void what_is_declared_is_told_apart_port_by_port(void **state)
{
    (void)state;
    struct world w = make();
    town_rule(w.n, w.bastion_in, false, NET_TCP, 443, 443, "10.1.0.0/16", NET_NONE);
    net_index(w.n);
    uint32_t a = w.n->enis[w.a1].thing, bastion = w.n->enis[w.bastion].thing;
    const uint16_t one[] = {22}, both[] = {22, 443};
    struct reach_allow allow = {.from = a, .to = bastion, .via = REACH_NONE_VIA, .ports = one, .port_count = 1};
    struct reach *r = run(&w, &allow, 1);
    assert_true(has(r, a, bastion, HOW_DECLARED));
    assert_true(has(r, a, bastion, HOW_DIRECT));
    reach_free(r);
    allow.ports = both;
    allow.port_count = 2;
    r = run(&w, &allow, 1);
    assert_true(has(r, a, bastion, HOW_DECLARED));
    assert_false(has(r, a, bastion, HOW_DIRECT));
    reach_free(r);
    arena_free(w.a);
}

static void an_answer_without_a_route_is_one_way(void **state)
{
    (void)state;
    struct world w = make();
    w.n->routes[w.n->routes_count - 1].blackhole = true; /* of vpc-b, back to vpc-a */
    net_index(w.n);
    struct reach *r = run(&w, NULL, 0);
    uint32_t a = w.n->enis[w.a1].thing, bastion = w.n->enis[w.bastion].thing;
    assert_true(has(r, a, bastion, HOW_ONE_WAY));
    assert_false(has(r, a, bastion, HOW_DIRECT));
    reach_free(r);
    arena_free(w.a);
}

static void a_change_is_as_good_as_a_new_run(void **state)
{
    (void)state;
    struct world w = make();
    net_index(w.n);
    struct reach *r = run(&w, NULL, 0);
    uint32_t a = w.n->enis[w.a1].thing, b = w.n->enis[w.b1].thing, row = w.n->groups[w.db].ingress.first;
    assert_false(has(r, a, b, HOW_DIRECT));
    w.n->rules[row].peer = PEER_RANGE;
    w.n->rules[row].range = town_range("10.0.0.0/8");
    reach_changed(r, &(struct net_ref){NET_RULE, row}, 1);
    assert_true(has(r, a, b, HOW_DIRECT));
    w.n->rules[row].range = town_range("10.2.0.0/16");
    reach_changed(r, &(struct net_ref){NET_RULE, row}, 1);
    assert_false(has(r, a, b, HOW_DIRECT));
    reach_free(r);
    arena_free(w.a);
}

/* A hub that a and b send over to c; what c answers goes by a table of its own. */
static uint32_t hub_vpc(struct world *w, const char *id, const char *cidr, const char *ip, uint32_t table)
{
    struct net *n = w->n;
    uint32_t vpc = town_vpc(n, id, cidr), subnet = town_subnet(n, vpc, arena_printf(w->a, "subnet-%s", id).ptr, cidr, "az1");
    town_route(n, n->vpcs[vpc].main_table, "10.0.0.0/8", TARGET_TGW, 0, "tgw-1");
    uint32_t group = town_group(n, vpc, arena_printf(w->a, "sg-%s", id).ptr);
    town_open_egress(n, group);
    town_rule(n, group, false, NET_TCP, 443, 443, "10.0.0.0/8", NET_NONE);
    struct net_attachment *t = net_add_attachment(n);
    t->id = arena_printf(w->a, "tgw-attach-%s", id);
    t->tgw = 0;
    t->target = vpc;
    t->kind = ATTACHMENT_VPC;
    t->available = t->table_read = true;
    t->table = table;
    struct net_attachment_subnet *s = net_add_attachment_subnet(n);
    s->attachment = n->attachments_count - 1;
    s->subnet = subnet;
    return town_host(n, subnet, arena_printf(w->a, "i-%s", id).ptr, ip, NULL, group, id);
}

static void hub_route(struct net *n, uint32_t table, const char *cidr, uint32_t attachment, bool blackhole)
{
    struct net_tgw_route *r = net_add_tgw_route(n);
    r->table = table;
    r->range = town_range(cidr);
    r->attachment = attachment;
    r->blackhole = blackhole;
}

static void answers_that_go_different_ways_are_not_taken_together(void **state)
{
    (void)state;
    struct world w = {.a = arena_new(0)};
    struct net *n = w.n = net_new(w.a);
    for (uint32_t i = 0; i < 2; i++)
        net_add_tgw(n)->collected = true;
    for (uint32_t i = 0; i < 3; i++) {
        net_add_tgw_table(n)->tgw = i / 2;
        n->tgw_tables[i].read = true;
    }
    uint32_t a = hub_vpc(&w, "a", "10.1.0.0/24", "10.1.0.10", 0), b = hub_vpc(&w, "b", "10.2.0.0/24", "10.2.0.10", 0);
    uint32_t d = hub_vpc(&w, "d", "10.4.0.0/24", "10.4.0.10", 0), c = hub_vpc(&w, "c", "10.3.0.0/24", "10.3.0.10", 1);
    hub_route(n, 0, "10.3.0.0/24", 3, false);
    hub_route(n, 1, "10.1.0.0/24", NET_NONE, true);
    /* To b over another transit gateway, and back. */
    hub_route(n, 1, "10.2.0.0/24", 4, false);
    hub_route(n, 2, "10.2.0.0/24", 5, false);
    hub_route(n, 0, "10.1.0.0/24", 0, false);
    hub_route(n, 0, "10.2.0.0/24", 1, false);
    for (uint32_t i = 0; i < 2; i++) {
        struct net_attachment *p = net_add_attachment(n);
        *p = (struct net_attachment){.tgw = i, .kind = ATTACHMENT_PEERING, .target = 5 - i, .available = true, .table_read = true, .table = 2 * i};
    }
    hub_route(n, 1, "10.4.0.0/24", 2, false);
    net_index(n);
    struct reach *r = run(&w, NULL, 0);
    uint32_t to = n->enis[c].thing;
    const uint32_t from[3] = {a, b, d};
    for (uint32_t i = 0; i < 3; i++) {
        struct net_flow f = {.from = {{NET_ENI, from[i]}, 0}, .to = town_ip("10.3.0.10"), .proto = NET_TCP, .sport = 49152, .dport = 443};
        enum reach_verdict v = reach_ask(r, &f);
        assert_int_equal(has(r, n->enis[from[i]].thing, to, HOW_DIRECT), v == REACH_DIRECT);
        assert_int_equal(has(r, n->enis[from[i]].thing, to, HOW_ONE_WAY), v == REACH_ONE_WAY);
        assert_int_equal(has(r, n->enis[from[i]].thing, to, HOW_UNKNOWN), v == REACH_UNKNOWN);
    }
    assert_true(has(r, n->enis[a].thing, to, HOW_ONE_WAY) && has(r, n->enis[b].thing, to, HOW_DIRECT) &&
                has(r, n->enis[d].thing, to, HOW_DIRECT));
    assert_true(reach_stats_of(r).bicliques > 0);
    reach_free(r);
    arena_free(w.a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_that_go_different_ways_are_not_taken_together),
        cmocka_unit_test(a_bastion_is_a_pivot_and_no_direct_way),
        cmocka_unit_test(a_witness_is_the_walkers),
        cmocka_unit_test(what_is_declared_is_told_apart_port_by_port),
        cmocka_unit_test(an_answer_without_a_route_is_one_way),
        cmocka_unit_test(a_change_is_as_good_as_a_new_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
