/* The generator of networks and what is done with them: rows stay consistent whatever is taken away. */
#include "random_net.h"
#include "harness.h"

#include <string.h>

enum { SEEDS = 300 };

static bool within(uint32_t row, uint32_t count)
{
    return row == NET_NONE || row < count;
}

/* References that every network has; the rest is read by walker and engine, which would fall over. */
static void expect_sound(const struct net *n)
{
    for (uint32_t i = 0; i < n->enis_count; i++) {
        assert_true(n->enis[i].vpc < n->vpcs_count);
        assert_true(n->enis[i].subnet < n->subnets_count);
        assert_int_equal(n->subnets[n->enis[i].subnet].vpc, n->enis[i].vpc);
        assert_true(n->enis[i].thing < n->things_count);
    }
    for (uint32_t i = 0; i < n->subnets_count; i++) {
        assert_true(within(n->subnets[i].table, n->tables_count));
        assert_true(within(n->subnets[i].acl, n->acls_count));
        if (n->subnets[i].table != NET_NONE)
            assert_int_equal(n->tables[n->subnets[i].table].vpc, n->subnets[i].vpc);
    }
    for (uint32_t i = 0; i < n->rules_count; i++)
        if (n->rules[i].peer == PEER_GROUP)
            assert_true(n->rules[i].peer_index < n->groups_count);
    for (uint32_t i = 0; i < n->attachments_count; i++)
        if (n->attachments[i].kind == ATTACHMENT_PEERING && n->attachments[i].target != NET_NONE)
            assert_int_equal(n->attachments[n->attachments[i].target].target, i);
    for (uint32_t i = 0; i < n->listener_groups_count; i++)
        assert_true(n->listener_groups[i].listener < n->listeners_count);
}

static void every_seed_makes_a_sound_network(void **state)
{
    (void)state;
    uint32_t made[SHAPE_LISTS] = {0};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct arena *a = arena_new(1 << 18);
        struct net *plan = random_net(a, seed, RANDOM_ALL, seed % 3 ? 14 : 60), *n = shape_copy(a, plan, NULL);
        for (uint32_t l = 0; l < SHAPE_LISTS; l++)
            made[l] += shape_count(plan, l);
        net_index(n);
        expect_sound(n);
        struct net *shuffled = shape_shuffled(a, plan, seed, NULL);
        assert_int_equal(shuffled->rules_count, plan->rules_count);
        net_index(shuffled);
        expect_sound(shuffled);
        struct net *joined = shape_joined(a, plan, shuffled);
        assert_true(joined->enis_count == 2 * plan->enis_count);
        arena_free(a);
    }
    for (uint32_t l = 0; l < SHAPE_LISTS; l++)
        if (!made[l])
            fail_msg("no seed makes %s", shape_name(l));
}

static void no_address_stands_twice_in_a_vpc(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct arena *a = arena_new(1 << 18);
        struct net *n = random_net(a, seed, RANDOM_ALL, 40);
        net_index(n);
        for (uint32_t i = 1; i < n->addresses_count; i++) {
            const struct net_address *p = &n->addresses[n->address_order[i - 1]], *q = &n->addresses[n->address_order[i]];
            bool single = p->range.lo == p->range.hi && q->range.lo == q->range.hi;
            if (single && n->enis[p->eni].vpc == n->enis[q->eni].vpc)
                assert_true(p->range.lo != q->range.lo);
        }
        for (uint32_t i = 1; i < n->public_count; i++)
            assert_true(n->addresses[n->public_order[i - 1]].public_ip != n->addresses[n->public_order[i]].public_ip);
        arena_free(a);
    }
}

static void a_row_taken_away_takes_what_is_its(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct arena *a = arena_new(1 << 18);
        struct net *plan = random_net(a, seed, RANDOM_ALL, 14);
        for (uint32_t l = 0; l < SHAPE_LISTS; l++)
            for (uint32_t i = l == L_EXTERNALS; i < shape_count(plan, l); i += 1 + shape_count(plan, l) / 3) {
                struct net *n = shape_without(a, plan, l, i);
                assert_true(shape_count(n, l) < shape_count(plan, l));
                net_index(n);
                expect_sound(n);
            }
        arena_free(a);
    }
}

static bool has_igw_and_two_vpcs(const struct net *n, void *context)
{
    (*(uint32_t *)context)++;
    return n->igws_count && n->vpcs_count >= 2;
}

static void a_network_becomes_as_small_as_it_can(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 18);
    uint32_t trials = 0;
    uint64_t seed = 0;
    struct net *plan;
    do
        plan = random_net(a, seed++, RANDOM_INTERNET | RANDOM_TGW, 30);
    while (plan->vpcs_count < 3 || !plan->igws_count);
    struct net *small = shape_smaller(a, plan, has_igw_and_two_vpcs, &trials);
    assert_int_equal(small->igws_count, 1);
    assert_int_equal(small->vpcs_count, 2);
    assert_int_equal(small->enis_count + small->rules_count + small->routes_count + small->subnets_count, 0);
    assert_true(trials > 10);
    FILE *f = tmpfile();
    assert_non_null(f);
    shape_print(plan, f);
    assert_true(ftell(f) > 1000);
    fclose(f);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_seed_makes_a_sound_network),
        cmocka_unit_test(no_address_stands_twice_in_a_vpc),
        cmocka_unit_test(a_row_taken_away_takes_what_is_its),
        cmocka_unit_test(a_network_becomes_as_small_as_it_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
