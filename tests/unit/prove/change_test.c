/* What opened and closed between two networks by hand: each change by itself is told, and only that. */
#include "prove/change.h"
#include "unit/prove/net_box.h"

static const char *const two = "{\"tenants\":{\"x\":{},\"y\":{}}}";

/* Which of the parts of the way are there. */
struct parts {
    bool rule, route, back, peering, deny, member, foreign_tenant, extra_rule;
};

static void build(struct net_box *b, struct parts with)
{
    net_box_init(b, two);
    struct net *n = b->n;
    struct net_pair p = net_box_pair(b);
    uint32_t pcx = town_peering(n, p.x, p.y, "pcx-1");
    n->peerings[pcx].active = with.peering;
    uint32_t open = town_group(n, p.y, "sg-open");
    if (with.rule)
        town_rule(n, open, false, NET_TCP, 5432, 5432, "10.1.0.0/16", NET_NONE);
    if (with.extra_rule)
        town_rule(n, open, false, NET_TCP, 0, 65535, "10.0.0.0/8", NET_NONE);
    if (with.route)
        town_route(n, n->vpcs[p.x].main_table, "10.2.0.0/16", TARGET_PEERING, pcx, "pcx-1");
    if (with.back)
        town_route(n, n->vpcs[p.y].main_table, "10.1.0.0/16", TARGET_PEERING, pcx, "pcx-1");
    if (with.deny) {
        struct net_acl_entry *e = net_add_acl_entry(n);
        *e = (struct net_acl_entry){.acl = n->subnets[p.y_subnet].acl,
                                    .egress = false,
                                    .allow = false,
                                    .number = 10,
                                    .proto = NET_TCP,
                                    .lo = 5432,
                                    .hi = 5432,
                                    .range = town_range("10.1.0.0/16")};
    }
    town_host(n, p.x_subnet, "i-x", "10.1.1.4", NULL, p.x_group, with.foreign_tenant ? "y" : "x");
    uint32_t y = town_host(n, p.y_subnet, "i-y", "10.2.1.4", NULL, p.y_group, "y");
    if (with.member) {
        struct net_eni_group *g = net_add_eni_group(n);
        g->eni = y;
        g->group = open;
        g->id = STR("sg-open");
    }
    net_box_prove(b);
}

static const struct parts all = {.rule = true, .route = true, .back = true, .peering = true, .member = true};

struct pair {
    struct net_box before, after;
    struct change_side sides[2];
    struct arena *a;
    struct changes *c;
};

static struct change_side side_of(struct net_box *b, int64_t run)
{
    return (struct change_side){.run = run, .network = b->h};
}

static void compare(struct pair *p, struct parts before, struct parts after)
{
    build(&p->before, before);
    build(&p->after, after);
    p->sides[0] = side_of(&p->before, 1);
    p->sides[1] = side_of(&p->after, 2);
    p->a = arena_new(0);
    p->c = changes_find(p->a, &p->sides[0], &p->sides[1]);
}

static void done(struct pair *p)
{
    net_box_done(&p->before);
    net_box_done(&p->after);
    arena_free(p->a);
}

static const struct change *change_of(const struct pair *p, enum change_kind kind, const char *subject,
                                      const char *object)
{
    for (uint32_t i = 0; i < p->c->count; i++)
        if (p->c->items[i].kind == kind && str_eqz(p->c->items[i].subject, subject) &&
            str_eqz(p->c->items[i].object, object))
            return &p->c->items[i];
    fail_msg("%s -> %s did not become %s", subject, object, change_kind_name(kind));
    return NULL;
}

/* One cause, tried, of that kind, whose text has `text`. */
static void only_cause(const struct change *c, enum change_what what, const char *kind, const char *text)
{
    assert_int_equal(c->cause_count, 1);
    assert_string_equal(c->causes[0].kind, kind);
    assert_int_equal(c->causes[0].what, what);
    assert_true(c->causes[0].tried);
    if (!str_contains(c->causes[0].text, str_of(text)))
        fail_msg("%.*s", STR_ARG(c->causes[0].text));
}

/* Opened by this part alone, and closed by taking it away. */
static void both_ways(struct parts without, enum change_what what, const char *kind, const char *text)
{
    struct pair p;
    enum change_what back = what == CHANGE_ADDED ? CHANGE_REMOVED : what == CHANGE_REMOVED ? CHANGE_ADDED : what;
    compare(&p, without, all);
    assert_int_equal(p.c->counts[CHANGE_OPENED], 1);
    only_cause(change_of(&p, CHANGE_OPENED, "x", "y"), what, kind, text);
    done(&p);
    compare(&p, all, without);
    assert_int_equal(p.c->counts[CHANGE_CLOSED], 1);
    assert_int_equal(p.c->counts[CHANGE_OPENED], 0);
    only_cause(change_of(&p, CHANGE_CLOSED, "x", "y"), back, kind, text);
    done(&p);
}

static void test_nothing_changed(void **state)
{
    struct pair p;
    (void)state;
    compare(&p, all, all);
    assert_int_equal(p.c->count, 0);
    done(&p);
}

static void test_rule(void **state)
{
    struct parts without = all;
    (void)state;
    without.rule = false;
    both_ways(without, CHANGE_ADDED, "rule", "in sg-open: tcp 5432 from 10.1.0.0/16");
}

static void test_route(void **state)
{
    struct parts without = all;
    (void)state;
    without.route = false;
    both_ways(without, CHANGE_ADDED, "route", "10.2.0.0/16 to pcx-1 in rtb-vpc-x");
}

static void test_peering_state(void **state)
{
    struct parts without = all;
    (void)state;
    without.peering = false;
    both_ways(without, CHANGE_ALTERED, "peering connection", "pcx-1");
}

static void test_membership(void **state)
{
    struct parts without = all;
    (void)state;
    without.member = false;
    both_ways(without, CHANGE_ADDED, "membership", "in sg-open");
}

/* What stood in the way is gone: the way itself has not changed. */
static void test_denial_removed(void **state)
{
    struct parts denied = all;
    (void)state;
    denied.deny = true;
    both_ways(denied, CHANGE_REMOVED, "network ACL entry", "inbound entry 10 of acl-vpc-y: deny");
}

/* Two new rules, each of which would do: one of them is told, that of the way shown. */
static void test_one_of_two_that_do(void **state)
{
    struct pair p;
    struct parts before = all, after = all;
    (void)state;
    before.rule = false;
    after.extra_rule = true;
    compare(&p, before, after);
    only_cause(change_of(&p, CHANGE_OPENED, "x", "y"), CHANGE_ADDED, "rule", "in sg-open");
    done(&p);
}

/* The way was there by one rule, and is by another: no cell has changed. */
static void test_same_by_another_rule(void **state)
{
    struct pair p;
    struct parts after = all;
    (void)state;
    after.rule = false;
    after.extra_rule = true;
    compare(&p, all, after);
    assert_int_equal(p.c->counts[CHANGE_OPENED] + p.c->counts[CHANGE_CLOSED], 0);
    done(&p);
}

static void test_several_are_needed(void **state)
{
    struct pair p;
    struct parts before = all;
    (void)state;
    before.rule = before.route = before.back = before.deny = false;
    compare(&p, before, all);
    const struct change *c = change_of(&p, CHANGE_OPENED, "x", "y");
    assert_int_equal(c->cause_count, 3);
    for (uint32_t i = 0; i < c->cause_count; i++)
        assert_true(c->causes[i].tried);
    done(&p);
}

static void test_owner(void **state)
{
    struct pair p;
    struct parts before = all;
    (void)state;
    before.foreign_tenant = true;
    compare(&p, before, all);
    const struct change *c = change_of(&p, CHANGE_OPENED, "x", "y");
    assert_int_equal(c->cause_count, 1);
    assert_string_equal(c->causes[0].kind, "owner");
    assert_int_equal(c->causes[0].what, CHANGE_ALTERED);
    assert_true(str_contains(c->causes[0].text, STR("is of x")));
    assert_true(str_contains(c->causes[0].before, STR("is of y")));
    done(&p);
}

/* Both nets are as they were: proved again, they say the same. */
static void test_networks_are_put_back(void **state)
{
    struct pair p;
    struct parts before = all;
    struct err e = {0};
    (void)state;
    before.rule = before.member = false;
    before.deny = true;
    compare(&p, before, all);
    struct net_box *boxes[] = {&p.before, &p.after};
    for (int i = 0; i < 2; i++) {
        struct net_half *again = net_half_prove(p.a, boxes[i]->n, &boxes[i]->labels, boxes[i]->config, &e);
        assert_non_null(again);
        assert_memory_equal(again->verdicts, boxes[i]->h->verdicts,
                            (size_t)boxes[i]->labels.count * boxes[i]->labels.count);
        net_half_free(again);
    }
    done(&p);
}

/* ---- the ledger ---- */

static void join(struct pair *p, const char *sql)
{
    struct err e = {0};
    struct store *s = store_open(":memory:", STORE_CREATE, &e);
    if (!s || (sql && !store_exec(s, sql, &e)) || !changes_join_ledger(p->c, s, 100, 200, &e))
        fail_msg("%s", e.message);
    store_close(s);
}

static void test_ledger(void **state)
{
    struct pair p;
    struct parts before = all;
    (void)state;
    before.rule = false;
    compare(&p, before, all);
    join(&p, NULL);
    assert_false(p.c->has_ledger);
    join(&p, "CREATE TABLE ledger(at_us INTEGER, actor TEXT)");
    assert_false(p.c->has_ledger);
    join(&p, "CREATE TABLE ledger(at_us INTEGER, actor TEXT, event TEXT, resource TEXT);"
             "INSERT INTO ledger VALUES(99, 'early', 'e', 'sg-open'), (150, 'ann', "
             "'ec2:AuthorizeSecurityGroupIngress', 'sg-open'),"
             "(160, 'bob', 'ec2:CreateTags', 'arn:aws:ec2:us-east-1:111122223333:security-group/sg-open'), (170, "
             "'other', 'e', 'not-sg-open'),"
             "(201, 'late', 'e', 'sg-open')");
    assert_true(p.c->has_ledger);
    const struct change_cause *c = &change_of(&p, CHANGE_OPENED, "x", "y")->causes[0];
    assert_int_equal(c->act_count, 2);
    assert_true(str_eqz(c->acts[0].actor, "ann") && c->acts[0].at_us == 150 &&
                str_eqz(c->acts[0].event, "ec2:AuthorizeSecurityGroupIngress"));
    assert_true(str_eqz(c->acts[1].actor, "bob"));
    done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_changed),
        cmocka_unit_test(test_rule),
        cmocka_unit_test(test_route),
        cmocka_unit_test(test_peering_state),
        cmocka_unit_test(test_membership),
        cmocka_unit_test(test_denial_removed),
        cmocka_unit_test(test_one_of_two_that_do),
        cmocka_unit_test(test_same_by_another_rule),
        cmocka_unit_test(test_several_are_needed),
        cmocka_unit_test(test_owner),
        cmocka_unit_test(test_networks_are_put_back),
        cmocka_unit_test(test_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
