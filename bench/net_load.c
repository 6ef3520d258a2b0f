/*
 * bench-net-load DB CONFIG_JSON [PAIRS]: the network of the newest run: facts built, loaded from the store, engine compiled and run for
 * tenants x tenants; then the plain walker over PAIRS sampled pairs of interfaces (TCP, the port of a rule of the destination)
 * as the slow way of the same answers: it asks the engine too, and counts where they differ. Times apart, memory as it stood.
 * PAIRS 0: facts and loading only.
 */
#include "base/file.h"
#include "config/config.h"
#include "facts/facts.h"
#include "prove/net_half.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long peak_mb(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss >> 10;
}

static int failed(const struct err *e) { return fprintf(stderr, "bench-net-load: %s\n", e->message), 1; }

/* Pairs drawn by a fixed sequence: every second one within a VPC, where something is open; the rest anywhere. */
static bool draw(const struct net *n, uint32_t *seed, struct net_flow *f)
{
    *seed = *seed * 1664525u + 1013904223u;
    uint32_t from = (uint32_t)(((uint64_t)*seed * n->enis_count) >> 32);
    *seed = *seed * 1664525u + 1013904223u;
    uint32_t to = *seed & 1 ? from + 1 + (*seed >> 8) % 8 : *seed >> 4;
    const struct net_eni *d = &n->enis[to % n->enis_count];
    *f = (struct net_flow){.from = {{NET_ENI, from}, 0}, .proto = NET_TCP, .sport = 49152, .dport = 443};
    if (!n->enis[from].addresses.count || !d->addresses.count)
        return false;
    f->to = n->addresses[d->addresses.first].range.lo;
    if (d->groups.count && (*seed >> 28) % 4) {
        struct net_span rules = n->groups[n->eni_groups[d->groups.first].group].ingress;
        if (rules.count)
            f->dport = n->rules[rules.first + (*seed >> 6) % rules.count].lo;
    }
    return true;
}

static void sample(const struct net *n, const struct reach *r, uint32_t pairs, double engine_s)
{
    struct arena *a = arena_new(1 << 16);
    uint32_t seed = 1, asked = 0, differ = 0, open[REACH_VERDICTS] = {0};
    double walked = 0, engine = 0;
    for (uint32_t i = 0; i < pairs; i++) {
        struct net_flow f;
        struct walk w;
        if (!draw(n, &seed, &f))
            continue;
        double from = now_s();
        walk_flow(n, a, &f, &w);
        double done = now_s();
        enum reach_verdict v = reach_ask(r, &f);
        engine += now_s() - done;
        walked += done - from;
        differ += v != (w.count ? w.paths[0].verdict : REACH_NONE);
        open[v]++;
        asked++;
        arena_reset(a);
    }
    double each = walked / asked, all = (double)n->enis_count * n->enis_count;
    printf("walker\t%u pairs sampled: %.2f us each (the engine: %.2f us), %u differ; none %u, unknown %u, one-way %u, direct %u\n", asked,
           each * 1e6, engine / asked * 1e6, differ, open[REACH_NONE], open[REACH_UNKNOWN], open[REACH_ONE_WAY], open[REACH_DIRECT]);
    printf("extrapolated\tall %.3g ordered pairs of interfaces, one port each: %.2f h by the walker, %.0f x the engine's time for all ports\n",
           all, all * each / 3600, all * each / engine_s);
    arena_free(a);
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct arena *a = arena_new(0), *held = arena_new(1 << 20);
    struct config config;
    int64_t run = 0;
    struct store *s = argc > 2 ? store_open(argv[1], STORE_WRITE, &e) : NULL;
    if (!s || !config_load(a, argv[2], NULL, &config, &e) || !store_get_int(s, "SELECT max(id) FROM run", &run, &e))
        return failed(&e);
    double from = now_s();
    if (!facts_build(a, s, run, config.doc, 1793534400000000, &e))
        return failed(&e);
    double built = now_s();
    printf("facts\t%.2f s, %ld MB\n", built - from, peak_mb());
    struct net *n = net_new(held);
    struct net_options o = {0};
    from = now_s();
    if (!net_load(n, s, config.doc, &o, &e))
        return failed(&e);
    printf("load\t%.2f s, %zu MB held, %ld MB at most; %u VPCs, %u interfaces, %u groups, %u rules, %u route tables, %u transit gateways, %u gaps\n",
           now_s() - from, arena_held_bytes(held) >> 20, peak_mb(), n->vpcs_count, n->enis_count, n->groups_count, n->rules_count,
           n->tables_count, n->tgws_count, n->gaps_count);
    uint32_t pairs = argc > 3 ? (uint32_t)atoi(argv[3]) : 100000;
    if (pairs) {
        struct prove_labels labels;
        net_half_labels(a, config.doc, &labels);
        from = now_s();
        struct net_half *h = net_half_prove(held, n, &labels, config.doc, &e);
        if (!h)
            return failed(&e);
        double proved = now_s() - from;
        printf("proof\t%.2f s, %ld MB; %u labels, %u cells\n", proved, peak_mb(), labels.count, h->cell_count);
        sample(n, h->reach, pairs, proved);
        net_half_free(h);
    }
    store_close(s);
    arena_free(held);
    arena_free(a);
    return 0;
}
