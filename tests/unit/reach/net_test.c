/* Rows, spans and indexes of a network. */
#include "unit/reach/town.h"

static struct net *two_hosts(struct arena *a)
{
    struct net *n = net_new(a);
    uint32_t vpc = town_vpc(n, "vpc-1", "10.0.0.0/16"), subnet = town_subnet(n, vpc, "subnet-1", "10.0.1.0/24", "use1-az1");
    uint32_t one = town_group(n, vpc, "sg-1"), two = town_group(n, vpc, "sg-2");
    town_rule(n, two, false, NET_TCP, 5432, 5432, NULL, one);
    town_rule(n, one, false, NET_TCP, 22, 22, "192.0.2.0/24", NET_NONE);
    town_open_egress(n, one);
    town_rule(n, two, false, NET_TCP, 443, 443, NULL, one);
    town_host(n, subnet, "i-1", "10.0.1.10", "203.0.113.5", one, "acme");
    town_host(n, subnet, "i-2", "10.0.1.11", NULL, two, NULL);
    net_index(n);
    return n;
}

static void children_stand_with_their_owner_in_the_order_they_came(void **state)
{
    struct arena *a = arena_new(0);
    struct net *n = two_hosts(a);
    (void)state;
    struct net_group *g = &n->groups[net_find(n, STR("sg-2")).index];
    assert_int_equal(g->ingress.count, 2);
    assert_int_equal(g->egress.count, 0);
    assert_int_equal(n->rules[g->ingress.first].lo, 5432);
    assert_int_equal(n->rules[g->ingress.first + 1].lo, 443);
    g = &n->groups[net_find(n, STR("sg-1")).index];
    assert_int_equal(g->ingress.count, 1);
    assert_int_equal(g->egress.count, 2);
    assert_int_equal(g->members.count, 1);
    assert_int_equal(n->eni_groups[n->member_order[g->members.first]].eni, 0);
    assert_int_equal(n->acls[0].ingress.count, 2);
    arena_free(a);
}

static void addresses_are_found_by_vpc_and_by_public_address(void **state)
{
    struct arena *a = arena_new(0);
    struct net *n = two_hosts(a);
    (void)state;
    uint32_t row = net_address_at(n, 0, town_ip("10.0.1.11"));
    assert_int_not_equal(row, NET_NONE);
    expect_str(n->enis[n->addresses[row].eni].id, "eni-i-2");
    assert_int_equal(net_address_at(n, 0, town_ip("10.0.1.12")), NET_NONE);
    assert_int_equal(n->addresses[net_public_at(n, town_ip("203.0.113.5"))].eni, 0);
    assert_int_equal(net_public_at(n, town_ip("203.0.113.6")), NET_NONE);
    assert_int_equal(net_subnet_at(n, 0, town_ip("10.0.1.200")), 0);
    assert_int_equal(net_subnet_at(n, 0, town_ip("10.0.2.200")), NET_NONE);
    assert_true(net_find(n, STR("internet")).kind == NET_EXTERNAL);
    assert_true(n->externals[0].thing != NET_NONE);
    arena_free(a);
}

static void families_do_not_meet(void **state)
{
    struct arena *a = arena_new(0);
    (void)state;
    assert_false(ip_range_overlaps(ip_all_v4(), ip_all_v6()));
    assert_true(ip_in(town_range("::/0"), town_ip("2001:db8::1")));
    assert_false(ip_in(town_range("::/0"), town_ip("10.0.0.1")));
    assert_true(ip_is_internal(town_ip("100.64.0.1")));
    assert_true(ip_is_internal(town_ip("fd00::1")));
    assert_false(ip_is_internal(town_ip("8.8.8.8")));
    assert_false(ip_is_internal(town_ip("2600::1")));
    expect_str(ip_range_text(a, town_range("10.0.0.0/8")), "10.0.0.0/8");
    expect_str(ip_range_text(a, ip_all_v6()), "::/0");
    expect_str(ip_range_text(a, ip_all_v4()), "0.0.0.0/0");
    expect_str(ip_range_text(a, (struct ip_range){town_ip("10.0.0.1"), town_ip("10.0.0.9")}), "10.0.0.1-10.0.0.9");
    expect_str(ip_range_text(a, town_range("2001:db8::/32")), "2001:db8::/32");
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_stand_with_their_owner_in_the_order_they_came),
        cmocka_unit_test(addresses_are_found_by_vpc_and_by_public_address),
        cmocka_unit_test(families_do_not_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
