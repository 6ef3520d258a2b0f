/* One pair, as terms: protocol, ports, what becomes of them. */
#include "reach/engine_run.h"

struct terms { struct reach_term *at; uint32_t count, room; struct arena *a; };

static bool same_term(const struct reach_term *a, const struct reach_term *b)
{
    return a->proto == b->proto && a->lo == b->lo && a->hi == b->hi && a->sport_lo == b->sport_lo && a->sport_hi == b->sport_hi &&
           a->verdict == b->verdict && a->internet == b->internet;
}

static void add(struct terms *t, struct reach_term term)
{
    if (t->count == t->room) {
        uint32_t room = t->room ? t->room * 2 : 8;
        struct reach_term *moved = arena_array_of(t->a, struct reach_term, room);
        if (t->count)
            memcpy(moved, t->at, t->count * sizeof *moved);
        t->at = moved;
        t->room = room;
    }
    for (uint32_t i = 0; i < t->count; i++)
        if (same_term(&t->at[i], &term))
            return;
    t->at[t->count++] = term;
}

/* The first run of source ports of the protocol whose answers return. */
static void sports(const struct outcome *o, uint32_t slot, struct reach_term *t)
{
    t->sport_lo = o->sport_lo;
    t->sport_hi = o->sport_hi;
    for (uint32_t i = 0; i < o->answered.sure.count && slot <= SLOT_UDP; i++) {
        uint32_t lo = o->answered.sure.at[i].lo, hi = o->answered.sure.at[i].hi, first = slot << 16, last = first + 65535;
        if (hi < first || lo > last)
            continue;
        t->sport_lo = (uint16_t)(lo < first ? 0 : lo - first);
        t->sport_hi = (uint16_t)(hi > last ? 65535 : hi - first);
        return;
    }
}

static void add_set(const struct reach *r, struct terms *t, const struct outcome *o, struct services set, enum reach_verdict v)
{
    static const int16_t protos[SLOTS_WITH_PORTS] = {NET_TCP, NET_UDP, NET_ICMP, NET_ICMP6};
    if (set.count == 1 && set.at[0].lo == 0 && set.at[0].hi == r->all.at[0].hi && v != REACH_DIRECT) {
        struct reach_term all = {.proto = NET_ANY_PROTOCOL, .hi = 65535, .sport_hi = 65535, .verdict = v, .internet = o->internet};
        add(t, all);
        return;
    }
    for (uint32_t i = 0; i < set.count; i++)
        for (uint32_t at = set.at[i].lo; at <= set.at[i].hi;) {
            struct reach_term term;
            memset(&term, 0, sizeof term); /* compared whole */
            term.verdict = v;
            term.internet = o->internet;
            if (at >= PORTLESS_FIRST) {
                term.proto = r->portless[at - PORTLESS_FIRST];
                term.hi = 65535;
                term.sport_hi = 65535;
                add(t, term);
                at++;
                continue;
            }
            uint32_t slot = at >> 16, end = (slot << 16) + 65535;
            end = end < set.at[i].hi ? end : set.at[i].hi;
            term.proto = protos[slot];
            term.lo = (uint16_t)at;
            term.hi = (uint16_t)end;
            term.sport_hi = 65535;
            if (v == REACH_DIRECT)
                sports(o, slot, &term);
            add(t, term);
            at = end + 1;
        }
}

static bool ends_at(const struct net *n, const struct outcome *o, struct net_ref to)
{
    if (to.kind == NET_THING)
        return run_end_thing(n, o) == to.index;
    return o->end.kind == to.kind && o->end.index == to.index;
}

static void one_flow(struct reach *r, struct terms *t, struct net_end from, struct net_ref to, ip_number ip, uint32_t entrance)
{
    if (entrance == NET_NONE && from.ip && ip_is_v4(from.ip) != ip_is_v4(ip))
        return;
    struct outcomes found = {.at = NULL};
    uint32_t count;
    uint16_t *cuts = run_sports(r, r->scratch, &count);
    run_ways(r, &found, r->scratch, cuts, count, from, ip, entrance, r->all);
    for (uint32_t i = 0; i < found.count; i++)
        if (ends_at(r->n, &found.at[i], to)) {
            add_set(r, t, &found.at[i], found.at[i].direct, REACH_DIRECT);
            add_set(r, t, &found.at[i], found.at[i].one_way, REACH_ONE_WAY);
            add_set(r, t, &found.at[i], found.at[i].unknown, REACH_UNKNOWN);
        }
    arena_reset(r->scratch);
}

static bool is_of(const struct net *n, struct net_ref to, uint32_t eni)
{
    return to.kind == NET_ENI ? to.index == eni : to.kind == NET_THING && n->enis[eni].thing == to.index;
}

static void from_address(struct reach *r, struct terms *t, struct net_end from, struct net_ref to)
{
    const struct net *n = r->n;
    for (uint32_t i = 0; i < r->point_count; i++) {
        const struct point *p = &r->points[i];
        if (!is_of(n, to, p->eni) && !r->special[p->eni])
            continue;
        one_flow(r, t, from, to, p->ip, NET_NONE);
        if (p->public_ip)
            one_flow(r, t, from, to, p->public_ip, NET_NONE);
    }
    uint32_t x = to.kind == NET_EXTERNAL ? to.index : to.kind == NET_THING ? n->things[to.index].external : NET_NONE;
    if (x != NET_NONE) {
        uint32_t count = run_external_atoms(r, x, NULL);
        ip_number *ips = arena_array_of(t->a, ip_number, (size_t)count + 1);
        run_external_atoms(r, x, ips);
        for (uint32_t i = 0; i < count; i++)
            one_flow(r, t, from, to, ips[i], NET_NONE);
    }
    for (uint32_t i = 0; i < n->entrances_count; i++)
        one_flow(r, t, from, to, 0, i);
}

uint32_t reach_terms(struct reach *r, struct arena *a, struct net_end from, struct net_ref to, struct reach_term **out)
{
    struct terms t = {.a = a};
    if (from.at.kind == NET_ENI && !from.ip && from.at.index < r->n->enis_count) {
        NET_EACH(p, r->eni_points[from.at.index])
            from_address(r, &t, (struct net_end){from.at, r->points[p].ip}, to);
    } else if (from.at.kind == NET_EXTERNAL && !from.ip && from.at.index < r->n->externals_count) {
        uint32_t count = run_external_atoms(r, from.at.index, NULL);
        ip_number *ips = arena_array_of(a, ip_number, (size_t)count + 1);
        run_external_atoms(r, from.at.index, ips);
        for (uint32_t i = 0; i < count; i++)
            from_address(r, &t, (struct net_end){from.at, ips[i]}, to);
    } else {
        from_address(r, &t, from, to);
    }
    *out = t.at;
    return t.count;
}
