/*
 * A network changed row by row: what reach_changed() brings in is what a new run finds.
 *
 * test-reach_change [FIRST COUNT]: other seeds.
 */
#include "harness.h"
#include "random_net.h"
#include "reach/engine.h"

#include <stdlib.h>

enum { SEEDS = 150, CHANGES = 6, LABELS = 5 };

struct counts { uint64_t brought_in, changes, differ; };

static uint64_t state;

static uint32_t below(uint32_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % n);
}

/* Ports or peer of another rule, an entry's verdict, a route's state; the row stays its owner's. */
static struct net_ref change(struct net *n)
{
    uint32_t k = below(10);
    if (k == 0 && n->acl_entries_count) {
        uint32_t i = below(n->acl_entries_count);
        n->acl_entries[i].allow = !n->acl_entries[i].allow;
        return (struct net_ref){NET_ACL_ENTRY, i};
    }
    if (k == 1 && n->routes_count) {
        uint32_t i = below(n->routes_count);
        n->routes[i].blackhole = n->routes[i].kind != TARGET_LOCAL && !n->routes[i].blackhole;
        return (struct net_ref){NET_ROUTE, i};
    }
    if (!n->rules_count)
        return (struct net_ref){NET_NOTHING, NET_NONE};
    uint32_t i = below(n->rules_count);
    for (uint32_t tries = 0; tries < 8 && n->rules[i].egress; tries++)
        i = below(n->rules_count);
    struct net_rule *r = &n->rules[i];
    const struct net_rule o = n->rules[below(n->rules_count)];
    if (below(2)) {
        r->peer = o.peer;
        r->peer_index = o.peer_index;
        r->peer_id = o.peer_id;
        r->range = o.range;
    } else {
        r->proto = o.proto;
        r->lo = o.lo;
        r->hi = o.hi;
    }
    if (below(8) == 0) {
        r->peer = PEER_RANGE;
        r->range = below(2) ? ip_all_v4() : rn_v4(44u << 24 | below(256), 30);
    }
    return (struct net_ref){NET_RULE, i};
}

static bool same_sets(const uint64_t *a, const uint64_t *b, uint32_t labels)
{
    for (uint32_t i = 0; i < labels; i++)
        if ((a && bits_get(a, i)) != (b && bits_get(b, i)))
            return false;
    return true;
}

/* Whether a thing is its own source depends on who is in its class. */
static uint32_t without(uint32_t *rows, uint32_t count, uint32_t thing)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (rows[i] != thing)
            rows[kept++] = rows[i];
    return kept;
}

static bool same(struct arena *a, const struct net *n, struct reach *x, struct reach *y, uint32_t labels)
{
    reach_pivot(x, NULL);
    reach_pivot(y, NULL);
    for (uint32_t t = 0; t < n->things_count; t++) {
        uint32_t count[4];
        uint32_t *rows[4] = {reach_sources(x, a, t, &count[0]), reach_sources(y, a, t, &count[1]), reach_sure_sources(x, a, t, &count[2]),
                             reach_sure_sources(y, a, t, &count[3])};
        for (int k = 0; k < 4; k++)
            count[k] = without(rows[k], count[k], t);
        for (int k = 0; k < 4; k += 2)
            if (count[k] != count[k + 1] || (count[k] && memcmp(rows[k], rows[k + 1], count[k] * sizeof *rows[k]) != 0))
                return false;
        for (int how = 0; how < HOW_COUNT; how++)
            if (!same_sets(reach_labels(x, t, (enum reach_how)how), reach_labels(y, t, (enum reach_how)how), labels))
                return false;
        for (int unknown = 0; unknown < 2; unknown++)
            if (!same_sets(reach_pivot_labels(x, t, unknown), reach_pivot_labels(y, t, unknown), labels))
                return false;
    }
    return true;
}

static void one(uint64_t seed, struct counts *c)
{
    struct arena *a = arena_new(1 << 20);
    struct net *n = random_net(a, seed, seed % 3 ? RANDOM_ALL : RANDOM_ALL | RANDOM_HUB, 8 + (uint32_t)(seed % 20));
    net_index(n);
    state = seed;
    uint32_t *of = arena_array_of(a, uint32_t, n->things_count + 1), labels = seed % 2 ? n->things_count : LABELS;
    for (uint32_t i = 0; i < n->things_count; i++)
        of[i] = seed % 2 ? i : i * 7 % LABELS;
    const uint16_t port = 443;
    const struct reach_allow allow = {.from = 0, .to = 1, .via = REACH_ANY, .ports = &port, .port_count = 1};
    struct reach_question q = {.label_of = of, .labels = labels, .allows = &allow, .allow_count = seed % 5 == 0 && labels > 1};
    struct reach *r = reach_new(n);
    reach_run(r, &q);
    for (uint32_t i = 0; i < CHANGES; i++) {
        struct net_ref what = change(n);
        uint32_t before = reach_stats_of(r).brought_in;
        reach_changed(r, &what, what.kind != NET_NOTHING);
        c->changes++;
        c->brought_in += reach_stats_of(r).brought_in > before;
        struct reach *fresh = reach_new(n);
        reach_run(fresh, &q);
        bool equal = same(a, n, r, fresh, labels);
        reach_free(fresh);
        if (!equal) {
            fprintf(stderr, "seed %llu, change %u: %s %u is not as in a new run\n", (unsigned long long)seed, i, net_kind_name(what.kind), what.index);
            c->differ++;
            break;
        }
    }
    reach_free(r);
    arena_free(a);
}

static void a_change_brought_in_is_a_new_run(void **unused)
{
    (void)unused;
    struct counts c = {0};
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        one(seed, &c);
    print_message("%llu changes, %llu of them without a new run\n", (unsigned long long)c.changes, (unsigned long long)c.brought_in);
    assert_int_equal(c.differ, 0);
    assert_true(c.brought_in > c.changes / 4);
}

int main(int argc, char **argv)
{
    if (argc > 2) {
        struct counts c = {0};
        uint64_t first = strtoull(argv[1], NULL, 10), count = strtoull(argv[2], NULL, 10);
        for (uint64_t seed = first; seed < first + count; seed++)
            one(seed, &c);
        printf("%llu differ; %llu changes, %llu without a new run\n", (unsigned long long)c.differ, (unsigned long long)c.changes,
               (unsigned long long)c.brought_in);
        return c.differ != 0;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_change_brought_in_is_a_new_run)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
