/*
 * All pairs over a large network that is made here: bench-reach [hub|flat] [VPCS] [INTERFACES_PER_VPC]. No store, no facts: struct
 * net by hand, so that the engine alone is timed. hub: tenants on transit gateways whose spoke tables know the shared
 * services only; flat: one transit gateway, one table with everything, and groups open to 10.0.0.0/8. Prints times, memory,
 * and checksums of what was found.
 */
#include "reach/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { SUBNETS = 3, GROUPS = 4, RULES = 10, TGWS = 5 };

struct made {
    struct net *n;
    struct arena *a;
    uint32_t vpcs, interfaces;
    bool flat;
    uint32_t hubs[TGWS], spoke_tables[TGWS], shared_tables[TGWS];
    uint32_t changed_rule, asked_from, asked_to;
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static long peak_mb(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss / 1024;
}

static ip_number v4(uint32_t ip) { return (ip_number)0xffff << 32 | ip; }
static struct ip_range block(uint32_t ip, int bits) { return (struct ip_range){v4(ip), v4(ip | (uint32_t)((1ull << (32 - bits)) - 1))}; }
/* A /21 of 10.0.0.0/8 each. */
static uint32_t base(uint32_t vpc) { return 0x0a000000u + vpc * 2048; }

static void rule(struct made *m, uint32_t group, bool egress, int16_t proto, uint16_t lo, uint16_t hi, struct ip_range range, uint32_t peer)
{
    struct net_rule *r = net_add_rule(m->n);
    r->group = group;
    r->egress = egress;
    r->proto = proto;
    r->lo = lo;
    r->hi = hi;
    r->peer = peer == NET_NONE ? PEER_RANGE : PEER_GROUP;
    r->range = range;
    r->peer_index = peer;
    r->id = arena_printf(m->a, "sgr-%u", m->n->rules_count);
}

static void make_groups(struct made *m, uint32_t vpc, uint32_t first)
{
    struct ip_range own = block(base(vpc), 21), wide = m->flat ? block(0x0a000000u, 8) : own, hub = block(base(vpc % TGWS), 21);
    for (uint32_t k = 0; k < GROUPS; k++) {
        uint32_t g = first + k;
        struct net_group *group = net_add_group(m->n);
        group->id = arena_printf(m->a, "sg-%u-%u", vpc, k);
        group->vpc = vpc;
        group->region = STR("us-east-1");
        group->ingress_read = group->egress_read = true;
        rule(m, g, true, NET_ANY_PROTOCOL, 0, 65535, ip_all_v4(), NET_NONE);
        rule(m, g, true, NET_ANY_PROTOCOL, 0, 65535, ip_all_v6(), NET_NONE);
        rule(m, g, false, NET_TCP, 22, 22, hub, NET_NONE);
        rule(m, g, false, NET_ICMP, 0, 65535, own, NET_NONE);
        rule(m, g, false, NET_TCP, 443, 443, k == 0 ? wide : own, NET_NONE);
        rule(m, g, false, NET_TCP, 5432, 5432, k == 2 ? wide : own, NET_NONE);
        rule(m, g, false, NET_TCP, (uint16_t)(8000 + k), (uint16_t)(8010 + k), own, NET_NONE);
        rule(m, g, false, NET_TCP, 6379, 6379, own, first + (k + 1) % GROUPS);
        rule(m, g, false, NET_UDP, 53, 53, m->flat ? wide : hub, NET_NONE);
        rule(m, g, false, NET_TCP, 9000, 9100, own, g);
    }
}

static void make_acl(struct made *m, uint32_t vpc, bool closed)
{
    struct net_acl *c = net_add_acl(m->n);
    uint32_t row = m->n->acls_count - 1;
    c->id = arena_printf(m->a, "acl-%u", row);
    c->vpc = vpc;
    c->is_default = !closed;
    for (int egress = 0; egress < 2; egress++)
        for (int six = 0; six < 2; six++) {
            if (closed && !egress && !six) {
                struct net_acl_entry *d = net_add_acl_entry(m->n);
                *d = (struct net_acl_entry){.acl = row, .number = 50, .proto = NET_TCP, .lo = 3389, .hi = 3389, .range = ip_all_v4()};
            }
            struct net_acl_entry *e = net_add_acl_entry(m->n);
            *e = (struct net_acl_entry){.acl = row, .egress = egress, .allow = true, .number = 100u + (uint32_t)six, .proto = NET_ANY_PROTOCOL,
                                        .hi = 65535, .range = six ? ip_all_v6() : ip_all_v4()};
        }
}

static void route(struct made *m, uint32_t table, struct ip_range range, enum net_target_kind kind, uint32_t target)
{
    struct net_route *r = net_add_route(m->n);
    r->table = table;
    r->range = range;
    r->kind = kind;
    r->target = target;
}

static void make_subnets(struct made *m, uint32_t vpc, uint32_t tgw)
{
    static const char *const zones[SUBNETS] = {"use1-az1", "use1-az2", "use1-az3"};
    for (uint32_t k = 0; k < SUBNETS; k++) {
        struct net_table *t = net_add_table(m->n);
        t->id = arena_printf(m->a, "rtb-%u-%u", vpc, k);
        t->vpc = vpc;
        uint32_t table = m->n->tables_count - 1;
        route(m, table, block(base(vpc), 21), TARGET_LOCAL, NET_NONE);
        route(m, table, block(0x0a000000u, 8), TARGET_TGW, tgw);
        if (k == 0)
            route(m, table, ip_all_v4(), TARGET_IGW, vpc);
        struct net_subnet *s = net_add_subnet(m->n);
        s->id = arena_printf(m->a, "subnet-%u-%u", vpc, k);
        s->vpc = vpc;
        s->az = str_of(zones[k]);
        s->table = table;
        s->acl = vpc * 2 + (k == 2 && vpc % 20 == 0);
        struct net_subnet_cidr *c = net_add_subnet_cidr(m->n);
        c->subnet = m->n->subnets_count - 1;
        c->range = block(base(vpc) + k * 256, 24);
    }
}

static void make_interface(struct made *m, uint32_t vpc, uint32_t i)
{
    uint32_t subnet = vpc * SUBNETS + i % SUBNETS;
    struct net_thing *t = net_add_thing(m->n);
    t->id = arena_printf(m->a, "i-%u-%u", vpc, i);
    t->kind = i % 4 == 3 ? THING_STORE : THING_HOST;
    t->runs_code = t->kind == THING_HOST;
    t->vpc = vpc;
    struct net_eni *e = net_add_eni(m->n);
    e->id = arena_printf(m->a, "eni-%u-%u", vpc, i);
    e->vpc = vpc;
    e->subnet = subnet;
    e->thing = m->n->things_count - 1;
    e->sources = t->kind == THING_HOST;
    e->receives = e->groups_read = true;
    struct net_address *ad = net_add_address(m->n);
    ad->eni = m->n->enis_count - 1;
    ad->range = ip_range_one(v4(base(vpc) + (i % SUBNETS) * 256 + 10 + i / SUBNETS));
    ad->primary = true;
    if (i == 0 && vpc % 10 == 0)
        ad->public_ip = v4(0x36000000u + vpc);
    struct net_eni_group *g = net_add_eni_group(m->n);
    g->eni = m->n->enis_count - 1;
    g->group = vpc * GROUPS + i % GROUPS;
}

static void make_vpc(struct made *m, uint32_t vpc, uint32_t tgw)
{
    struct net *n = m->n;
    struct net_vpc *v = net_add_vpc(n);
    v->id = arena_printf(m->a, "vpc-%u", vpc);
    v->region = STR("us-east-1");
    v->collected = true;
    v->igw = vpc;
    net_add_igw(n)->vpc = vpc;
    struct net_cidr *c = net_add_cidr(n);
    c->vpc = vpc;
    c->range = block(base(vpc), 21);
    make_acl(m, vpc, false);
    make_acl(m, vpc, true);
    make_subnets(m, vpc, tgw);
    make_groups(m, vpc, vpc * GROUPS);
    struct net_attachment *t = net_add_attachment(n);
    t->id = arena_printf(m->a, "tgw-attach-%u", vpc);
    t->tgw = tgw;
    t->kind = ATTACHMENT_VPC;
    t->target = vpc;
    t->available = t->ipv6 = t->table_read = true;
    t->table = m->flat || vpc == tgw ? m->shared_tables[tgw] : m->spoke_tables[tgw];
    for (uint32_t k = 0; k < SUBNETS; k++) {
        struct net_attachment_subnet *s = net_add_attachment_subnet(n);
        s->attachment = vpc;
        s->subnet = vpc * SUBNETS + k;
    }
    struct net_tgw_route *r = net_add_tgw_route(n);
    r->table = m->shared_tables[tgw];
    r->range = block(base(vpc), 21);
    r->attachment = vpc;
    r->propagated = true;
    r->rank = 1;
    if (vpc == tgw && !m->flat) {
        r = net_add_tgw_route(n);
        r->table = m->spoke_tables[tgw];
        r->range = block(base(vpc), 21);
        r->attachment = vpc;
    }
    for (uint32_t i = 0; i < m->interfaces; i++)
        make_interface(m, vpc, i);
}

static void make(struct made *m)
{
    m->n = net_new(m->a);
    uint32_t tgws = m->flat ? 1 : TGWS;
    for (uint32_t i = 0; i < tgws; i++) {
        struct net_tgw *t = net_add_tgw(m->n);
        t->id = arena_printf(m->a, "tgw-%u", i);
        t->collected = true;
        for (int k = 0; k < 2; k++) {
            struct net_tgw_table *table = net_add_tgw_table(m->n);
            table->id = arena_printf(m->a, "tgw-rtb-%u-%d", i, k);
            table->tgw = i;
            table->read = true;
            *(k ? &m->shared_tables[i] : &m->spoke_tables[i]) = m->n->tgw_tables_count - 1;
        }
    }
    for (uint32_t v = 0; v < m->vpcs; v++)
        make_vpc(m, v, v % tgws);
    net_index(m->n);
}

static uint64_t checksum(const struct reach *r, const struct net *n, uint32_t labels, uint64_t *set)
{
    uint64_t sum = 14695981039346656037u;
    *set = 0;
    for (uint32_t t = 0; t < n->things_count; t++)
        for (int how = 0; how < HOW_COUNT; how++) {
            const uint64_t *b = reach_labels(r, t, (enum reach_how)how);
            for (size_t w = 0; b && w < bits_words(labels); w++) {
                sum = (sum ^ b[w]) * 1099511628211u;
                *set += (uint64_t)__builtin_popcountll(b[w]);
            }
            sum = (sum ^ (uint64_t)how) * 1099511628211u;
        }
    return sum;
}

static void asks(const struct reach *r, const struct net *n, uint32_t vpcs)
{
    uint32_t count = 200000, seed = 1, open[REACH_VERDICTS] = {0};
    double t = now_ms();
    for (uint32_t i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        uint32_t from = seed >> 8, to = i % 2 ? (seed >> 5) * 7 : from + i % 17;
        const struct net_address *d = &n->addresses[to % n->addresses_count];
        struct net_flow f = {.from = {{NET_ENI, from % n->enis_count}, 0}, .to = d->range.lo, .proto = NET_TCP, .sport = 49152,
                             .dport = (uint16_t)(i % 3 ? 5432 : 443)};
        open[reach_ask(r, &f)]++;
    }
    t = now_ms() - t;
    printf("ask: %u distinct questions, %.2f us each; none %u, unknown %u, one-way %u, direct %u (of %u VPCs)\n", count, t * 1e3 / count,
           open[REACH_NONE], open[REACH_UNKNOWN], open[REACH_ONE_WAY], open[REACH_DIRECT], vpcs);
}

static void changes(struct reach *r, struct made *m, uint32_t labels)
{
    uint64_t set;
    double worst = 0, sum = 0;
    uint32_t tries = 10;
    for (uint32_t i = 0; i < tries; i++) {
        uint32_t group = (i * 977u % m->vpcs) * GROUPS + 2, row = m->n->groups[group].ingress.first + 3;
        m->n->rules[row].range = i % 2 ? block(0x0a000000u, 8) : block(base(0), 21);
        double t = now_ms();
        reach_changed(r, &(struct net_ref){NET_RULE, row}, 1);
        t = now_ms() - t;
        sum += t;
        worst = t > worst ? t : worst;
    }
    printf("one rule changed: %.2f ms on average, %.2f ms at worst\n", sum / tries, worst);
    uint32_t row = m->n->tgw_tables[m->shared_tables[0]].routes.first;
    m->n->tgw_routes[row].blackhole = true;
    double t = now_ms();
    reach_changed(r, &(struct net_ref){NET_TGW_ROUTE, row}, 1);
    printf("a route of a hub's transit gateway table changed: %.1f ms\n", now_ms() - t);
    uint64_t sum_now = checksum(r, m->n, labels, &set);
    printf("after the changes: checksum %016llx, %llu bits\n", (unsigned long long)sum_now, (unsigned long long)set);
}

int main(int argc, char **argv)
{
    struct made m = {.a = arena_new(1 << 20), .vpcs = argc > 2 ? (uint32_t)atoi(argv[2]) : 5000,
                     .interfaces = argc > 3 ? (uint32_t)atoi(argv[3]) : 20};
    m.flat = argc > 1 && strcmp(argv[1], "flat") == 0;
    double t = now_ms();
    make(&m);
    printf("%s: %u VPCs, %u interfaces, %u groups, %u rules, %u route tables, %u ACLs, %u transit gateways; made in %.0f ms, %ld MB\n",
           m.flat ? "flat" : "hub", m.n->vpcs_count, m.n->enis_count, m.n->groups_count, m.n->rules_count, m.n->tables_count,
           m.n->acls_count, m.n->tgws_count, now_ms() - t, peak_mb());
    uint32_t labels = m.vpcs + 1, *of = arena_array_of(m.a, uint32_t, m.n->things_count);
    for (uint32_t i = 0; i < m.n->things_count; i++)
        of[i] = m.n->things[i].vpc == NET_NONE ? m.vpcs : m.n->things[i].vpc;
    t = now_ms();
    struct reach *r = reach_new(m.n);
    double compiled = now_ms();
    struct reach_question q = {.label_of = of, .labels = labels};
    reach_run(r, &q);
    double ran = now_ms();
    uint64_t set, sum = checksum(r, m.n, labels, &set);
    struct reach_stats s = reach_stats_of(r);
    printf("all pairs: compiled %.0f ms, run %.0f ms, %ld MB; %u classes, %u landings, %u shapes, %llu pairs, %llu bicliques\n",
           compiled - t, ran - compiled, peak_mb(), s.classes, s.landings, s.shapes, (unsigned long long)s.pairs,
           (unsigned long long)s.bicliques);
    printf("checksum %016llx, %llu bits\n", (unsigned long long)sum, (unsigned long long)set);
    double p = now_ms();
    reach_pivot(r, NULL);
    printf("pivots: %.0f ms, %ld MB\n", now_ms() - p, peak_mb());
    asks(r, m.n, m.vpcs);
    changes(r, &m, labels);
    reach_free(r);
    arena_free(m.a);
    return 0;
}
