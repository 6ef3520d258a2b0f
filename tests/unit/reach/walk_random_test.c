/* Walks over random networks keep what walk.h promises, whatever the network is. */
#include "random_net.h"
#include "walk_box.h"

static void check_hops(const struct walk_hop *hops, uint32_t count, bool may_stop)
{
    assert_true(count <= WALK_HOPS_MAX * 8);
    for (uint32_t i = 0; i < count; i++)
        if (hops[i].act == HOP_STOP)
            assert_true(may_stop && i + 1 == count);
}

static bool doubted(const struct walk_path *p)
{
    for (uint32_t i = 0; i < p->hop_count; i++)
        if (p->hops[i].act == HOP_UNKNOWN)
            return true;
    return false;
}

static void check_path(const struct walk_path *p)
{
    assert_true(p->relay_count <= 4);
    check_hops(p->hops, p->hop_count, p->verdict == REACH_NONE);
    if (p->verdict == REACH_DIRECT || p->verdict == REACH_ONE_WAY) {
        assert_true(p->end.kind == NET_ENI || p->end.kind == NET_EXTERNAL || p->end.kind == NET_ENDPOINT ||
                    p->end.kind == NET_THING || p->end.kind == NET_VPC);
    }
    if (p->verdict == REACH_DIRECT)
        assert_null(p->blocked_by);
    if (p->verdict == REACH_NONE) {
        assert_non_null(p->reason.ptr);
        assert_true(p->hop_count && p->hops[p->hop_count - 1].act == HOP_STOP);
    }
    if (p->verdict == REACH_UNKNOWN) {
        assert_non_null(p->reason.ptr);
        assert_true(doubted(p));
    }
}

struct counts {
    uint64_t walks, paths, verdicts[REACH_VERDICTS], capped;
};

static void one_flow(const struct net *n, struct arena *a, const struct net_flow *f, struct counts *c)
{
    struct walk w;
    walk_flow(n, a, f, &w);
    c->walks++;
    c->capped += w.capped;
    assert_true(w.count > 0 && w.count <= WALK_PATHS_MAX);
    for (uint32_t i = 0; i < w.count; i++) {
        check_path(&w.paths[i]);
        assert_true(i == 0 || w.paths[i].verdict <= w.paths[i - 1].verdict);
        c->paths++;
        c->verdicts[w.paths[i].verdict]++;
    }
}

static ip_number any_address(const struct net *n, uint64_t pick)
{
    const struct net_address *a = &n->addresses[pick % n->addresses_count];
    return pick & 1024 && a->public_ip ? a->public_ip : pick & 2048 ? a->range.hi : a->range.lo;
}

static void one_network(uint64_t seed, struct counts *c)
{
    static const uint16_t ports[] = {22, 80, 443, 5432, 0, 8 << 8, 65535};
    static const int16_t protos[] = {NET_TCP, NET_UDP, NET_ICMP, NET_TCP, 0, 47};
    struct arena *a = arena_new(1 << 18), *t = arena_new(1 << 18);
    struct net *n = random_net(a, seed, RANDOM_ALL, 30);
    net_index(n);
    for (uint64_t i = 0; n->addresses_count && i < 300; i++) {
        uint64_t x = (seed * 1000003 + i) * 0x9e3779b97f4a7c15u;
        x ^= x >> 29;
        struct net_flow f = {.to = any_address(n, x),
                             .proto = protos[x >> 40 & 3 ? 0 : (x >> 42) % 6],
                             .sport = (uint16_t)(x >> 44),
                             .dport = ports[(x >> 50) % 7]};
        f.from.at = (struct net_ref){NET_ENI, (uint32_t)(x >> 20) % n->enis_count};
        if (i % 5 == 0)
            f.from.at = (struct net_ref){NET_EXTERNAL, (uint32_t)(x >> 20) % n->externals_count};
        if (i % 37 == 0)
            f.from.at = (struct net_ref){NET_SUBNET, (uint32_t)(x >> 20) % n->subnets_count};
        if (i % 41 == 0)
            f.from.at = (struct net_ref){NET_VPC, (uint32_t)(x >> 20) % n->vpcs_count};
        if (i % 7 == 0 && n->entrances_count)
            f.entrance_plus_one = 1 + (uint32_t)(x >> 12) % n->entrances_count;
        one_flow(n, t, &f, c);
        arena_reset(t);
    }
    arena_free(t);
    arena_free(a);
}

static void walks_end_and_say_why(void **s)
{
    (void)s;
    struct counts c = {0};
    for (uint64_t seed = 1; seed <= 300; seed++)
        one_network(seed, &c);
    print_message("%llu walks, %llu paths: %llu none, %llu unknown, %llu one-way, %llu direct; %llu capped\n",
                  (unsigned long long)c.walks, (unsigned long long)c.paths, (unsigned long long)c.verdicts[0],
                  (unsigned long long)c.verdicts[1], (unsigned long long)c.verdicts[2],
                  (unsigned long long)c.verdicts[3], (unsigned long long)c.capped);
    for (int v = 0; v < REACH_VERDICTS; v++)
        assert_true(c.verdicts[v] > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(walks_end_and_say_why)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
