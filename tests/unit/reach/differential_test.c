/*
 * Walker and engine agree on random networks, question by question and pair by pair.
 *
 * test-reach_differential [FIRST COUNT [PARTS [ENIS]]]: other seeds, for as long as wanted; what differs is made small and printed.
 */
#include "differential.h"
#include "harness.h"

#include <stdlib.h>

enum { SEEDS = 200, BUDGET = 60000 };

struct small { /* while a network becomes smaller */
    uint64_t seed;
    enum difference_kind kind;
};

static bool still_differs(const struct net *n, void *context)
{
    const struct small *s = context;
    struct arena *a = arena_new(1 << 18);
    struct difference_counts counts = {0};
    bool yes = differential(a, n, s->seed, BUDGET, &counts).kind == s->kind;
    arena_free(a);
    return yes;
}

static void tell(struct arena *a, uint64_t seed, const struct net *plan, struct difference d)
{
    struct small s = {seed, d.kind};
    struct difference_counts counts = {0};
    struct net *small = shape_smaller(a, plan, still_differs, &s);
    fprintf(stderr, "seed %llu: %.*s\n", (unsigned long long)seed, STR_ARG(d.text));
    net_index(small);
    d = differential(a, small, seed, BUDGET, &counts);
    fprintf(stderr, "made small: %.*s\n", STR_ARG(d.text));
    shape_print(small, stderr);
}

/* The number of seeds on which both differ. */
static uint32_t run(uint64_t first, uint64_t count, unsigned parts, uint32_t enis, struct difference_counts *counts, bool verbose)
{
    uint32_t failed = 0;
    for (uint64_t seed = first; seed < first + count; seed++) {
        struct arena *a = arena_new(1 << 20);
        struct net *plan = random_net(a, seed, parts, seed % 4 ? enis : 4 * enis), *n = shape_copy(a, plan, NULL);
        net_index(n);
        struct difference d = differential(a, n, seed, BUDGET, counts);
        if (d.kind != SAME) {
            failed++;
            if (verbose)
                tell(a, seed, plan, d);
            else
                fprintf(stderr, "seed %llu: %.*s\n", (unsigned long long)seed, STR_ARG(d.text));
        }
        arena_free(a);
    }
    return failed;
}

static void walker_and_engine_agree(void **state)
{
    (void)state;
    struct difference_counts c = {0};
    assert_int_equal(run(1, SEEDS, RANDOM_ALL, 12, &c, true), 0);
    print_message("%llu walks, %llu reach something, %llu pairs with %llu witnesses\n", (unsigned long long)c.walks, (unsigned long long)c.reached,
                  (unsigned long long)c.pairs, (unsigned long long)c.witnesses);
    assert_true(c.reached > c.walks / 50);
}

static void together_as_one_by_one(void **state)
{
    (void)state;
    struct difference_counts c = {0};
    unsigned few = RANDOM_HUB | RANDOM_INTERNET | RANDOM_NAT | RANDOM_ACLS | RANDOM_LISTS | RANDOM_VIRTUAL | RANDOM_IPV6;
    assert_int_equal(run(1, SEEDS / 2, few, 16, &c, true), 0);
    print_message("%llu of %d networks have senders that were asked together, %llu pairs\n", (unsigned long long)c.together, SEEDS / 2,
                  (unsigned long long)c.pairs);
    assert_true(c.together > SEEDS / 4);
    assert_int_equal(run(1, SEEDS / 2, RANDOM_ALL | RANDOM_HUB, 16, &c, true), 0);
}

/* Networks of nothing but the Internet: senders with alike ways out, and public addresses alike, are asked together. */
static void they_agree_over_the_internet(void **state)
{
    (void)state;
    struct difference_counts c = {0};
    unsigned parts = RANDOM_INTERNET | RANDOM_NAT | RANDOM_BALANCERS | RANDOM_ENTRANCES | RANDOM_IPV6 | RANDOM_ACLS | RANDOM_LISTS;
    assert_int_equal(run(2000, SEEDS, parts, 12, &c, true), 0);
    print_message("%llu questions over the Internet for %llu ways of pairs\n", (unsigned long long)c.public_asks, (unsigned long long)c.public_pairs);
    assert_true(c.public_asks > 1000);
    assert_true(c.public_pairs > 500);
}

int main(int argc, char **argv)
{
    if (argc > 2) {
        struct difference_counts c = {0};
        unsigned parts = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 0) : RANDOM_ALL;
        uint32_t enis = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 12;
        uint32_t failed = run(strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10), parts, enis, &c, argc > 5);
        printf("%u seeds differ; %llu walks, %llu reach something, %llu pairs; together in %llu\n", failed, (unsigned long long)c.walks,
               (unsigned long long)c.reached, (unsigned long long)c.pairs, (unsigned long long)c.together);
        return failed != 0;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(walker_and_engine_agree), cmocka_unit_test(together_as_one_by_one),
                                       cmocka_unit_test(they_agree_over_the_internet)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
