#include "differential.h"

#include <string.h>

struct trial {
    struct arena *a, *walks; /* of the answer; of one walk */
    const struct net *n;
    struct probe p;
    struct reach *r;
    uint64_t *seen[HOW_COUNT]; /* [from thing * things + to thing] bits, as the walker has them */
    bool whole;                /* every walk was made */
    uint64_t state;
    uint32_t percent;          /* of the walks that are made */
    struct difference out;
    struct difference_counts *counts;
};

static uint32_t below(struct trial *t, uint32_t n)
{
    t->state = t->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((t->state >> 33) % n);
}

static void differ(struct trial *t, enum difference_kind kind, struct str text)
{
    if (t->out.kind != SAME)
        return;
    t->out.kind = kind;
    t->out.text = text;
}

static enum reach_how how_of(enum reach_verdict v, bool internet)
{
    enum reach_how how = v == REACH_DIRECT ? HOW_DIRECT : v == REACH_ONE_WAY ? HOW_ONE_WAY : HOW_UNKNOWN;
    return internet ? how + 1 : how;
}

static const char *how_name(enum reach_how how)
{
    static const char *const names[] = {"direct", "direct by internet", "one-way", "one-way by internet", "unknown", "unknown by internet", "declared"};
    return names[how];
}

/* The verdicts of one connection at each interface and network outside: best[2 * place + internet]. */
struct connection {
    uint8_t *best;
    uint32_t *ends;
    uint32_t end_count;
    struct net_flow flow;
};

static uint32_t place_of(const struct net *n, const struct walk_path *p)
{
    switch (p->end.kind) {
    case NET_ENI: return p->end.index;
    case NET_EXTERNAL: return n->enis_count + p->end.index;
    case NET_THING: return n->enis_count + n->externals_count + p->end.index;
    default: return NET_NONE;
    }
}

/* What is sent to a network outside for an address that it is not known to have: no destination of reach_run(). */
static bool beyond(const struct net *n, uint32_t place, ip_number to)
{
    if (place < n->enis_count || place - n->enis_count >= n->externals_count)
        return false;
    const struct net_external *x = &n->externals[place - n->enis_count];
    bool holds = x->all_ranges || x->kind == EXTERNAL_INTERNET || x->kind == EXTERNAL_AWS;
    NET_EACH(i, x->ranges)
        holds = holds || ip_in(n->external_ranges[i].range, to);
    return !holds;
}

static uint32_t thing_at(const struct net *n, uint32_t place)
{
    if (place < n->enis_count)
        return n->enis[place].thing;
    place -= n->enis_count;
    return place < n->externals_count ? n->externals[place].thing : place - n->externals_count;
}

static void add_walk(struct trial *t, struct connection *c, const struct net_flow *f)
{
    struct walk w;
    arena_reset(t->walks);
    walk_flow(t->n, t->walks, f, &w);
    t->counts->walks++;
    enum reach_verdict best = REACH_NONE, asked = reach_ask(t->r, f);
    for (uint32_t i = 0; i < w.count; i++) {
        const struct walk_path *p = &w.paths[i];
        uint32_t end = place_of(t->n, p);
        if (p->verdict > best)
            best = p->verdict;
        if (p->verdict == REACH_NONE || end == NET_NONE)
            continue;
        uint32_t at = 2 * end + p->internet;
        if (!c->best[at])
            c->ends[c->end_count++] = at;
        if (c->best[at] < p->verdict)
            c->best[at] = (uint8_t)p->verdict;
    }
    t->counts->asks++;
    t->counts->reached += best > REACH_NONE;
    if (asked != best && !w.capped)
        differ(t, DIFFERS_ASK, arena_printf(t->a, "%.*s: walk %s, ask %s", STR_ARG(probe_text(t->n, t->a, f)), reach_verdict_name(best),
                                            reach_verdict_name(asked)));
}

static void end_connection(struct trial *t, struct connection *c)
{
    uint32_t things = t->n->things_count, from = probe_sender(t->n, c->flow.from);
    for (uint32_t i = 0; i < c->end_count; i++) {
        uint32_t at = c->ends[i], to = thing_at(t->n, at / 2);
        enum reach_how how = how_of(c->best[at], at % 2);
        c->best[at] = REACH_NONE;
        if (from == NET_NONE || from == to)
            continue;
        bits_set(t->seen[how], (size_t)from * things + to);
        if (beyond(t->n, at / 2, c->flow.to))
            continue;
        const uint64_t *set = reach_labels(t->r, to, how), *declared = reach_labels(t->r, to, HOW_DECLARED);
        if (!(set && bits_get(set, from)) && !(declared && bits_get(declared, from)))
            differ(t, DIFFERS_MISSED, arena_printf(t->a, "%.*s reaches thing %u (%.*s), %s; the engine has not thing %u",
                                                   STR_ARG(probe_text(t->n, t->a, &c->flow)), to, STR_ARG(net_id(t->n, (struct net_ref){NET_THING, to})),
                                                   how_name(how), from));
    }
    c->end_count = 0;
}

static bool has_ports(int16_t proto)
{
    return proto == NET_TCP || proto == NET_UDP;
}

static void ask(struct trial *t, struct connection *c, uint32_t from, uint32_t to, uint32_t service)
{
    const struct probe *p = &t->p;
    struct net_flow f = {.from = p->from[from], .to = p->to[to].ip, .proto = p->services[service].proto, .dport = p->services[service].port,
                         .entrance_plus_one = p->to[to].entrance_plus_one};
    uint32_t sports = has_ports(f.proto) ? p->sport_count : 1;
    c->flow = f;
    for (uint32_t i = 0; i < sports; i++) {
        f.sport = has_ports(f.proto) ? p->sports[i] : 0;
        add_walk(t, c, &f);
    }
    end_connection(t, c);
}

static bool same_family(const struct probe *p, uint32_t from, uint32_t to)
{
    return p->to[to].entrance_plus_one || ip_is_v4(p->from[from].ip) == ip_is_v4(p->to[to].ip);
}

static void ask_all(struct trial *t, uint64_t budget)
{
    const struct probe *p = &t->p;
    uint64_t all = (uint64_t)p->from_count * p->to_count * p->service_count * p->sport_count;
    t->whole = all <= budget;
    size_t places = 2 * ((size_t)t->n->enis_count + t->n->externals_count + t->n->things_count);
    struct connection c = {.best = arena_array_of(t->a, uint8_t, places), .ends = arena_array_of(t->a, uint32_t, places)};
    uint64_t connections = t->whole ? 0 : budget / (p->sport_count ? p->sport_count : 1);
    for (uint64_t i = 0; i < connections; i++) {
        uint32_t from = below(t, p->from_count), to = below(t, p->to_count);
        if (same_family(p, from, to))
            ask(t, &c, from, to, below(t, p->service_count));
    }
    for (uint32_t i = 0; t->whole && i < p->from_count; i++)
        for (uint32_t k = 0; k < p->to_count; k++)
            for (uint32_t s = 0; same_family(p, i, k) && s < p->service_count; s++)
                ask(t, &c, i, k, s);
}

/* Was this very flow among those that were walked? Of large ranges only the ends are. */
static bool walked(const struct probe *p, const struct net_flow *f)
{
    bool from = false, to = false, service = false, sport = !has_ports(f->proto);
    for (uint32_t i = 0; i < p->from_count; i++)
        from |= p->from[i].at.kind == f->from.at.kind && p->from[i].at.index == f->from.at.index && p->from[i].ip == f->from.ip;
    for (uint32_t i = 0; i < p->to_count; i++)
        to |= f->entrance_plus_one ? p->to[i].entrance_plus_one == f->entrance_plus_one : p->to[i].ip == f->to;
    for (uint32_t i = 0; i < p->service_count; i++)
        service |= p->services[i].proto == f->proto && p->services[i].port == f->dport;
    for (uint32_t i = 0; i < p->sport_count; i++)
        sport |= p->sports[i] == f->sport;
    return from && to && service && sport;
}

/* What the engine has, the walker can show. */
static void check_witness(struct trial *t, uint32_t from, uint32_t to, enum reach_how how)
{
    struct reach_witness w;
    struct err e = {0};
    t->counts->witnesses++;
    if (!reach_witness_of(t->r, t->walks, from, to, how, &w, &e)) {
        differ(t, DIFFERS_EXTRA, arena_printf(t->a, "thing %u to thing %u, %s: no witness: %s", from, to, how_name(how), e.message));
        return;
    }
    if (w.from_thing != from || w.to_thing != to || probe_end(t->n, w.path) != to)
        differ(t, DIFFERS_EXTRA, arena_printf(t->a, "thing %u to thing %u, %s: the witness is of others", from, to, how_name(how)));
    else if (how != HOW_DECLARED && how_of(w.path->verdict, w.path->internet) != how)
        differ(t, DIFFERS_EXTRA, arena_printf(t->a, "thing %u to thing %u, %s: the witness is %s", from, to, how_name(how),
                                              how_name(how_of(w.path->verdict, w.path->internet))));
    else if (t->whole && how != HOW_DECLARED && walked(&t->p, &w.flow) && !bits_get(t->seen[how], (size_t)from * t->n->things_count + to))
        differ(t, DIFFERS_KIND, arena_printf(t->a, "thing %u to thing %u, %s: no walk of all has it, but the witness %.*s", from, to, how_name(how),
                                             STR_ARG(probe_text(t->n, t->a, &w.flow))));
}

static void check_pairs(struct trial *t)
{
    uint32_t things = t->n->things_count;
    uint64_t *any = bits_new(t->a, things);
    for (uint32_t to = 0; to < things && t->out.kind == SAME; to++) {
        if (t->n->things[to].external != NET_NONE) /* nothing that has to be kept from anybody: how much of it is reached is not told exactly */
            continue;
        memset(any, 0, bits_words(things) * sizeof *any);
        for (enum reach_how how = 0; how < HOW_COUNT; how++) {
            const uint64_t *set = reach_labels(t->r, to, how);
            for (uint32_t from = 0; set && from < things; from++) {
                if (!bits_get(set, from) || from == to)
                    continue;
                bits_set(any, from);
                t->counts->pairs++;
                arena_reset(t->walks);
                check_witness(t, from, to, how);
            }
        }
        uint32_t count = 0, *sources = reach_sources(t->r, t->a, to, &count);
        for (uint32_t i = 0; i < count; i++)
            if (sources[i] != to) {
                if (!bits_get(any, sources[i]))
                    differ(t, DIFFERS_SOURCES, arena_printf(t->a, "thing %u is a source of thing %u without a label", sources[i], to));
                bits_clear(any, sources[i]);
            }
        for (uint32_t from = 0; from < things; from++)
            if (bits_get(any, from))
                differ(t, DIFFERS_SOURCES, arena_printf(t->a, "thing %u reaches thing %u, and is none of its sources", from, to));
    }
}

static uint32_t *own_labels(struct arena *a, const struct net *n)
{
    uint32_t *label_of = arena_array_of(a, uint32_t, n->things_count + 1);
    for (uint32_t i = 0; i < n->things_count; i++)
        label_of[i] = i;
    return label_of;
}

/* Few labels make large classes. What all of a label reach together must be the same. */
static void check_coarse(struct trial *t)
{
    uint32_t things = t->n->things_count, labels = 3, *label_of = arena_array_of(t->a, uint32_t, things + 1);
    struct reach *coarse = reach_new(t->n);
    for (uint32_t i = 0; i < things; i++)
        label_of[i] = i * 7 % labels;
    reach_run(coarse, &(struct reach_question){.label_of = label_of, .labels = labels});
    for (uint32_t to = 0; to < things && t->out.kind == SAME; to++)
        for (enum reach_how how = 0; t->n->things[to].external == NET_NONE && how < HOW_COUNT; how++) {
            const uint64_t *one = reach_labels(t->r, to, how), *all = reach_labels(coarse, to, how);
            bool has[3] = {false, false, false};
            for (uint32_t from = 0; one && from < things; from++)
                has[label_of[from]] |= from != to && bits_get(one, from);
            for (uint32_t l = 0; l < labels; l++) {
                bool said = all && bits_get(all, l);
                if (has[l] != said && !(said && l == label_of[to]))
                    differ(t, DIFFERS_COARSE, arena_printf(t->a, "label %u to thing %u, %s: %s with large classes only", l, to, how_name(how),
                                                           said ? "reached" : "not reached"));
            }
        }
    reach_free(coarse);
}

struct difference differential(struct arena *a, const struct net *n, uint64_t seed, uint64_t budget, struct difference_counts *counts)
{
    struct trial t = {.a = a, .walks = arena_new(1 << 16), .n = n, .p = probe_of(a, n), .r = reach_new(n), .state = seed, .counts = counts};
    struct reach_question q = {.label_of = own_labels(a, n), .labels = n->things_count};
    reach_run(t.r, &q);
    counts->public_asks += reach_stats_of(t.r).public_asks;
    counts->public_pairs += reach_stats_of(t.r).public_pairs;
    for (enum reach_how how = 0; how < HOW_COUNT; how++)
        t.seen[how] = bits_new(a, (size_t)n->things_count * n->things_count);
    ask_all(&t, budget);
    if (t.out.kind == SAME)
        check_pairs(&t);
    if (t.out.kind == SAME)
        check_coarse(&t);
    counts->together += reach_stats_of(t.r).bicliques != 0;
    reach_free(t.r);
    arena_free(t.walks);
    return t.out;
}
