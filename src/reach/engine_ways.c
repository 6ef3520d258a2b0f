/* All ways of one pair of addresses, and what of them is declared. */
#include "reach/engine_run.h"

#include <stdlib.h>

static bool over(const struct run *u, const struct outcome *o, uint32_t via)
{
    if (via == REACH_ANY)
        return true;
    if (via == REACH_NONE_VIA)
        return o->relay_count == 0;
    for (uint32_t i = 0; i < o->relay_count; i++)
        if (u->q.label_of[o->relays[i]] != via)
            return false;
    return o->relay_count > 0;
}

struct services run_declared(const struct run *u, const struct outcome *o, uint32_t from, uint32_t to, struct arena *a)
{
    struct services all = {NULL, 0};
    if (o->declared_entry)
        return u->r->all;
    for (uint32_t i = 0; i < u->q.allow_count; i++) {
        const struct reach_allow *w = &u->q.allows[i];
        if ((w->from != REACH_ANY && w->from != from) || (w->to != REACH_ANY && w->to != to) || !over(u, o, w->via))
            continue;
        if (!w->port_count)
            return u->r->all;
        struct services_span *spans = arena_array_of(a, struct services_span, w->port_count);
        for (uint32_t k = 0; k < w->port_count; k++)
            spans[k].lo = spans[k].hi = engine_service(u->r, NET_TCP, w->ports[k]);
        all = services_join(a, all, services_of(a, spans, w->port_count));
    }
    return all;
}

uint32_t run_bits(const struct run *u, const struct outcome *o, uint32_t from, uint32_t to, struct arena *a)
{
    const struct services sets[3] = {o->direct, o->one_way, o->unknown};
    static const enum reach_how hows[3] = {HOW_DIRECT, HOW_ONE_WAY, HOW_UNKNOWN};
    struct services declared = {NULL, 0};
    if (u->q.allow_count || o->declared_entry)
        declared = run_declared(u, o, from, to, a);
    uint32_t bits = 0;
    for (int i = 0; i < 3; i++) {
        if (services_any(services_less(a, sets[i], declared)))
            bits |= 1u << (hows[i] + (o->internet ? 1 : 0));
        if (declared.count && services_any(services_meet(a, sets[i], declared)))
            bits |= 1u << HOW_DECLARED;
    }
    return bits;
}

/* ---- one pair ---- */

uint32_t run_end_thing(const struct net *n, const struct outcome *o)
{
    switch (o->end.kind) {
    case NET_ENI: return n->enis[o->end.index].thing;
    case NET_EXTERNAL: return n->externals[o->end.index].thing;
    case NET_THING: return o->end.index;
    default: return NET_NONE;
    }
}

struct keeping { struct outcomes *out; struct arena *a; };

static void keep(void *ctx, const struct outcome *o)
{
    struct keeping *k = ctx;
    if (!o->direct.count && !o->one_way.count && !o->unknown.count)
        return;
    if (k->out->count == k->out->room) {
        uint32_t room = k->out->room ? k->out->room * 2 : 8;
        struct outcome *moved = arena_array_of(k->a, struct outcome, room);
        if (k->out->count)
            memcpy(moved, k->out->at, k->out->count * sizeof *moved);
        k->out->at = moved;
        k->out->room = room;
    }
    struct outcome *mine = &k->out->at[k->out->count++];
    *mine = *o;
    uint32_t *relays = NULL;
    if (o->relay_count) {
        relays = arena_array_of(k->a, uint32_t, o->relay_count);
        memcpy(relays, o->relays, o->relay_count * sizeof *relays);
    }
    mine->relays = relays;
}

static void best_only(struct outcomes *out, struct arena *a, const struct net *n)
{
    if (out->count < 2)
        return;
    for (uint32_t i = 0; i < out->count; i++)
        for (uint32_t k = 0; k < out->count; k++) {
            struct outcome *o = &out->at[i];
            const struct outcome *b = &out->at[k];
            if (i == k || o->internet != b->internet || run_end_thing(n, o) != run_end_thing(n, b))
                continue;
            o->one_way = services_less(a, o->one_way, b->direct);
            o->unknown = services_less(a, services_less(a, o->unknown, b->direct), b->one_way);
        }
}

void run_ways(const struct reach *r, struct outcomes *out, struct arena *a, const uint16_t *sports, uint32_t sport_count, struct net_end from,
              ip_number to, uint32_t entrance, struct services services)
{
    struct keeping k = {out, a};
    *out = (struct outcomes){.at = NULL};
    struct sym s = {.r = r, .n = r->n, .a = a, .told = keep, .ctx = &k};
    for (uint32_t i = 0; i < sport_count; i++) {
        s.sport_lo = sports[i];
        s.sport_hi = i + 1 < sport_count ? (uint16_t)(sports[i + 1] - 1) : 65535;
        sym_start(&s, from, to, services, entrance);
    }
    best_only(out, a, r->n);
}

static int by_port(const void *x, const void *y)
{
    return *(const uint16_t *)x - *(const uint16_t *)y;
}

/* Firewalls alone tell source ports apart on the way forward. */
uint16_t *run_sports(const struct reach *r, struct arena *a, uint32_t *count)
{
    const struct net *n = r->n;
    uint16_t *at = arena_array_of(a, uint16_t, 4 * (size_t)n->firewall_rules_count + 1);
    uint32_t found = 1, kept = 0;
    for (uint32_t i = 0; i < n->firewall_rules_count; i++) {
        const struct net_firewall_rule *f = &n->firewall_rules[i];
        const uint16_t lo[2] = {f->sport_lo, f->dport_lo}, hi[2] = {f->sport_hi, f->dport_hi};
        for (int k = 0; k < (f->both_ways ? 2 : 1); k++) {
            at[found++] = lo[k];
            at[found++] = hi[k] == 65535 ? 0 : (uint16_t)(hi[k] + 1);
        }
    }
    qsort(at, found, sizeof *at, by_port);
    for (uint32_t i = 0; i < found; i++)
        if (!kept || at[kept - 1] != at[i])
            at[kept++] = at[i];
    *count = kept;
    return at;
}
