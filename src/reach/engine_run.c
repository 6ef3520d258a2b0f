/* All pairs: every class of sources to every address that tells. */
#include "reach/engine_public.h"

#include <stdlib.h>

/* ---- who and whereto ---- */

static int by_ip(const void *x, const void *y)
{
    ip_number a = *(const ip_number *)x, b = *(const ip_number *)y;
    return a < b ? -1 : a > b;
}

/* One address of each atom of the ranges, but those that are somebody's public address. */
static bool in_some_vpc(const struct reach *r, ip_number ip)
{
    for (uint32_t i = 0; i < r->v6_count; i++)
        if (ip_in(r->n->cidrs[r->v6_cidrs[i]].range, ip))
            return true;
    return false;
}

static uint32_t atoms(const struct reach *r, struct ip_range range, bool strangers, ip_number *at)
{
    uint32_t count = 0;
    ip_number lo = range.lo;
    for (uint32_t i = engine_atom(r, lo);; i++) {
        ip_number hi = i < r->cut_count && r->cuts[i] <= range.hi ? r->cuts[i] - 1 : range.hi, ip = lo;
        while (strangers && ip <= hi && ip_is_v4(ip) && net_public_at(r->n, ip) != NET_NONE)
            ip++;
        bool ours = strangers && !ip_is_v4(ip) && in_some_vpc(r, ip);
        if (ip <= hi && !ours) {
            if (at)
                at[count] = ip;
            count++;
        }
        if (hi == range.hi)
            return count;
        lo = hi + 1;
    }
}

uint32_t run_external_atoms(const struct reach *r, uint32_t external, ip_number *at)
{
    const struct net *n = r->n;
    const struct net_external *x = &n->externals[external];
    uint32_t count = 0, blocks;
    if (x->kind == EXTERNAL_INTERNET || x->kind == EXTERNAL_AWS) {
        const struct ip_range *all = ip_internet(&blocks);
        for (uint32_t i = 0; i < blocks; i++)
            count += atoms(r, all[i], true, at ? at + count : NULL);
        return count;
    }
    if (x->all_ranges) {
        count += atoms(r, ip_all_v4(), false, at ? at + count : NULL);
        return count + atoms(r, ip_all_v6(), false, at ? at + count : NULL);
    }
    NET_EACH(i, x->ranges)
        count += atoms(r, n->external_ranges[i].range, false, at ? at + count : NULL);
    return count;
}

ip_number *run_targets(struct reach *r, struct arena *a, uint32_t *count)
{
    const struct net *n = r->n;
    uint32_t room = 2 * r->class_count, found = 0, kept = 0;
    for (uint32_t x = 0; x < n->externals_count; x++)
        room += run_external_atoms(r, x, NULL);
    ip_number *at = arena_array_of(a, ip_number, (size_t)room + 1);
    for (uint32_t i = 0; i < r->class_count; i++) {
        at[found++] = r->classes[i].ip;
        if (r->classes[i].public_ip)
            at[found++] = r->classes[i].public_ip;
    }
    for (uint32_t x = 0; x < n->externals_count; x++)
        found += run_external_atoms(r, x, at + found);
    qsort(at, found, sizeof *at, by_ip);
    for (uint32_t i = 0; i < found; i++)
        if (!kept || at[kept - 1] != at[i])
            at[kept++] = at[i];
    *count = kept;
    return at;
}

struct source *run_sources(struct reach *r, struct arena *a, uint32_t *count)
{
    const struct net *n = r->n;
    uint32_t room = r->class_count, found = 0;
    for (uint32_t x = 0; x < n->externals_count; x++)
        room += run_external_atoms(r, x, NULL);
    struct source *at = arena_array_of(a, struct source, (size_t)room + 1);
    for (uint32_t i = 0; i < r->class_count; i++)
        if (n->enis[r->classes[i].eni].sources && r->classes[i].label != NET_NONE)
            at[found++] = (struct source){i, NET_NONE, 0};
    for (uint32_t x = 0; x < n->externals_count; x++) {
        if (r->run->q.label_of[n->externals[x].thing] == NET_NONE)
            continue;
        uint32_t atoms_count = run_external_atoms(r, x, NULL);
        ip_number *ips = arena_array_of(a, ip_number, (size_t)atoms_count + 1);
        run_external_atoms(r, x, ips);
        for (uint32_t i = 0; i < atoms_count; i++)
            at[found++] = (struct source){NET_NONE, x, ips[i]};
    }
    *count = found;
    return at;
}

/* ---- what is found ---- */

void run_set(struct run *u, uint64_t **row, uint32_t label)
{
    if (!*row)
        *row = bits_new(u->a, u->q.labels);
    bits_set(*row, label);
}

void run_edge(struct run *u, uint32_t from, uint32_t to, bool unknown)
{
    if (u->edge_count == u->edge_room) {
        uint32_t room = u->edge_room ? u->edge_room * 2 : 4096;
        struct edge *moved = realloc(u->edges, room * sizeof *moved);
        if (!moved)
            die("out of memory");
        u->edges = moved;
        u->edge_room = room;
    }
    u->edges[u->edge_count++] = (struct edge){from, to, unknown};
}

/* What a balancer, endpoint service or entrance hands on is for this one interface; a NAT gateway asks for whom it was asked for. */
static bool for_all_of(const struct cls *c, ip_number asked, const struct outcome *o)
{
    return o->legs == 1 || (asked && (asked == c->ip || asked == c->public_ip));
}

static void tell(struct run *u, const struct source *from, uint32_t sender, ip_number asked, const struct outcome *o)
{
    const struct net *n = u->r->n;
    uint32_t thing = run_end_thing(n, o), cls = NET_NONE;
    if (thing == NET_NONE || (o->end.kind == NET_ENI && o->end.index == sender))
        return;
    if (o->end.kind == NET_ENI)
        cls = engine_class_at(u->r, o->end.index, o->to);
    if (cls != NET_NONE && !for_all_of(&u->r->classes[cls], asked, o))
        cls = NET_NONE;
    if (u->only_thing && !(cls != NET_NONE ? u->only_class[cls] : u->only_thing[thing]))
        return;
    uint32_t label = from->cls != NET_NONE ? u->r->classes[from->cls].label : u->q.label_of[n->externals[from->external].thing];
    if (label == NET_NONE)
        return;
    uint32_t bits = run_bits(u, o, label, u->q.label_of[thing], u->r->scratch);
    for (int how = 0; how < HOW_COUNT; how++)
        if (bits >> how & 1)
            run_set(u, cls != NET_NONE ? &u->of_class[how][cls] : &u->of_thing[how][thing], label);
    u->stats.pairs++;
    bool unknown = !o->direct.count && !o->one_way.count;
    run_edge(u, from->cls != NET_NONE ? from->cls : u->r->class_count + from->external, cls != NET_NONE ? n->things_count + cls : thing, unknown);
}

/* A member of the class to send from: another one than the address is of. */
static bool sender_of(const struct reach *r, const struct source *s, ip_number to, struct net_end *out)
{
    if (s->cls == NET_NONE) {
        *out = (struct net_end){ref_of(NET_EXTERNAL, s->external), s->ip};
        return true;
    }
    const struct cls *c = &r->classes[s->cls];
    const struct point *p = &r->points[r->class_points[c->first]];
    if (to == c->ip || to == c->public_ip)
        for (uint32_t i = 1; i < c->count; i++)
            if (r->points[r->class_points[c->first + i]].eni != p->eni) {
                p = &r->points[r->class_points[c->first + i]];
                break;
            }
    *out = (struct net_end){ref_of(NET_ENI, p->eni), p->ip};
    return true;
}

void run_send(struct run *u, const struct source *s, ip_number to, uint32_t entrance)
{
    struct reach *r = u->r;
    struct net_end from;
    if (!sender_of(r, s, to, &from))
        return;
    run_ways(r, &u->found, r->scratch, u->sports, u->sport_count, from, to, entrance, r->all);
    for (uint32_t i = 0; i < u->found.count; i++)
        tell(u, s, from.at.kind == NET_ENI ? from.at.index : NET_NONE, to, &u->found.at[i]);
    arena_reset(r->scratch);
}

bool run_may_enter(const struct reach *r, uint32_t entrance, const struct source *s)
{
    const struct net *n = r->n;
    const struct net_entrance *t = &n->entrances[entrance];
    if (t->from_endpoint != NET_NONE)
        return false;
    if (s->cls == NET_NONE)
        return t->from_external == s->external;
    return t->from_external == 0 || (t->from_vpc != NET_NONE && t->from_vpc == n->enis[r->classes[s->cls].eni].vpc);
}

static void from_source(struct run *u, const struct source *s, struct near *w)
{
    struct reach *r = u->r;
    bool four = ip_is_v4(s->cls == NET_NONE ? s->ip : r->classes[s->cls].ip);
    near_of(w, s);
    for (uint32_t i = 0; i < w->count; i++)
        if (ip_is_v4(w->to[w->list[i]]) == four)
            run_send(u, s, w->to[w->list[i]], NET_NONE);
    for (uint32_t i = 0; i < r->n->entrances_count; i++)
        if (!(w->skip_public && four && public_enters(&r->n->entrances[i])) && run_may_enter(r, i, s))
            run_send(u, s, 0, i);
}

/* By thing: what reaches it alone, and what reaches the classes of its addresses. */
void run_finish(struct run *u)
{
    const struct reach *r = u->r;
    const struct net *n = r->n;
    for (int how = 0; how < HOW_COUNT; how++) {
        if (!u->answer[how])
            u->answer[how] = arena_array_of(u->a, uint64_t *, n->things_count + 1);
        for (uint32_t t = 0; t < n->things_count; t++)
            if (!u->only_thing || u->only_thing[t])
                u->answer[how][t] = u->of_thing[how][t];
        for (uint32_t i = 0; i < r->point_count; i++) {
            uint32_t thing = n->enis[r->points[i].eni].thing;
            uint64_t *set = u->of_class[how][r->points[i].cls], **to = &u->answer[how][thing];
            if (!set || *to == set || (u->only_thing && !u->only_thing[thing]))
                continue;
            if (!*to) {
                *to = set; /* shared: never written to but as a copy */
                continue;
            }
            uint64_t *both = bits_new(u->a, u->q.labels);
            memcpy(both, *to, u->words * sizeof *both);
            if (bits_or(both, set, u->words))
                *to = both;
        }
    }
}

static void forget(struct reach *r)
{
    if (r->run)
        free(r->run->edges);
    r->run = NULL;
    if (r->answers)
        arena_free(r->answers);
    r->answers = NULL;
}

static const struct run *sorting; /* qsort has no context; set and used within sort_sources() */

/* Those of one subnet together: whereto they can send is found once. */
static int by_subnet(const void *x, const void *y)
{
    const struct source *a = x, *b = y;
    const struct reach *r = sorting->r;
    if (a->cls == NET_NONE || b->cls == NET_NONE)
        return a->cls != b->cls ? (a->cls == NET_NONE ? 1 : -1) : a->external != b->external ? (a->external < b->external ? -1 : 1) : a->ip < b->ip ? -1 : a->ip > b->ip;
    uint32_t s = r->n->enis[r->classes[a->cls].eni].subnet, t = r->n->enis[r->classes[b->cls].eni].subnet;
    bool p = sorting->far->group_of[a->cls] == NET_NONE, q = sorting->far->group_of[b->cls] == NET_NONE;
    bool v = sorting->public->sends[a->cls], w = sorting->public->sends[b->cls];
    if (s == t && v != w)
        return v ? 1 : -1;
    return s != t ? (s < t ? -1 : 1) : p != q ? (p ? 1 : -1) : a->cls < b->cls ? -1 : a->cls > b->cls;
}

static void sort_sources(const struct run *u, struct source *s, uint32_t count)
{
    sorting = u;
    qsort(s, count, sizeof *s, by_subnet);
    sorting = NULL;
}

void reach_run(struct reach *r, const struct reach_question *q)
{
    forget(r);
    r->answers = arena_new(1 << 20);
    struct run *u = arena_new_of(r->answers, struct run);
    *u = (struct run){.r = r, .q = *q, .a = r->answers, .words = bits_words(q->labels)};
    r->run = u;
    engine_classes(r, u->a, q->label_of);
    for (int how = 0; how < HOW_COUNT; how++) {
        u->of_class[how] = arena_array_of(u->a, uint64_t *, r->class_count + 1);
        u->of_thing[how] = arena_array_of(u->a, uint64_t *, r->n->things_count + 1);
    }
    u->sports = run_sports(r, u->a, &u->sport_count);
    uint32_t sources, targets;
    struct source *s = run_sources(r, u->a, &sources);
    ip_number *to = run_targets(r, u->a, &targets);
    u->stats.classes = r->class_count;
    u->far = arena_new_of(u->a, struct far);
    far_new(u->far, u);
    for (uint32_t i = 0; i < r->class_count; i++)
        if (u->far->bulk[i])
            far_to(u->far, i);
    u->stats.landings = u->far->group_count;
    u->public = arena_new_of(u->a, struct public);
    public_new(u->public, u, to, targets);
    public_run(u->public);
    u->near = arena_new_of(u->a, struct near);
    near_new(u->near, u->far, r, u->a, to, targets);
    sort_sources(u, s, sources);
    u->sources = s;
    u->source_count = sources;
    for (uint32_t i = 0; i < sources; i++)
        from_source(u, &s[i], u->near);
    run_finish(u);
}

const uint64_t *reach_labels(const struct reach *r, uint32_t thing, enum reach_how how)
{
    return r->run && thing < r->n->things_count ? r->run->answer[how][thing] : NULL;
}

struct reach_stats reach_stats_of(const struct reach *r)
{
    return r->run ? r->run->stats : (struct reach_stats){0};
}

static void compile(struct reach *r, const struct net *n)
{
    struct run *run = r->run;
    struct arena *answers = r->answers;
    *r = (struct reach){.n = n, .arena = arena_new(1 << 20), .scratch = r->scratch, .asking = r->asking, .answers = answers, .run = run};
    engine_compile(r);
    engine_points(r);
}

void engine_recompile(struct reach *r)
{
    arena_free(r->arena);
    compile(r, r->n);
}

struct reach *reach_new(const struct net *n)
{
    struct reach *r = calloc(1, sizeof *r);
    if (!r) {
        die("out of memory");
        return NULL;
    }
    r->scratch = arena_new(1 << 18);
    r->asking = arena_new(1 << 16);
    compile(r, n);
    return r;
}

void reach_free(struct reach *r)
{
    if (!r)
        return;
    forget(r);
    arena_free(r->scratch);
    arena_free(r->asking);
    arena_free(r->arena);
    free(r);
}
