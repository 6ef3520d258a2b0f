/* All senders to all public addresses by way of the Internet: engine_public.h. */
#include "reach/engine_public.h"

#include "base/map.h"

#include <stdlib.h>

static void put_own(struct reach *r, struct ip_range range)
{
    uint32_t blocks;
    const struct ip_range *all = ip_internet(&blocks);
    for (uint32_t i = 0; ip_is_v4(range.lo) && i < blocks; i++)
        if (ip_range_overlaps(all[i], range)) {
            r->own_public[r->own_public_count++] = range;
            return;
        }
}

static void own_public(struct reach *r, struct arena *a)
{
    const struct net *n = r->n;
    r->own_public = arena_array_of(a, struct ip_range, (size_t)n->cidrs_count + n->addresses_count + 1);
    r->own_public_count = 0;
    for (uint32_t i = 0; i < n->cidrs_count; i++)
        put_own(r, n->cidrs[i].range);
    for (uint32_t i = 0; i < n->addresses_count; i++)
        put_own(r, n->addresses[i].range);
}

struct names { struct map seen; struct arena *a; uint32_t count; };

static uint32_t number_of(struct names *k, struct str key)
{
    uint32_t *known = map_get(&k->seen, key);
    if (known)
        return *known;
    known = arena_alloc(k->a, sizeof *known);
    *known = k->count++;
    map_put(&k->seen, arena_str(k->a, key), known);
    return *known;
}

/* ---- senders ---- */

static int by_group(const void *x, const void *y)
{
    const struct public_sender *a = x, *b = y;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    return a->as != b->as ? (a->as < b->as ? -1 : 1) : a->cls < b->cls ? -1 : a->cls > b->cls;
}

static void find_senders(struct public *p, struct buf *key)
{
    struct run *u = p->u;
    const struct reach *r = u->r;
    struct names k = {.a = arena_new(1 << 18)};
    map_init(&k.seen, k.a);
    p->senders = arena_array_of(u->a, struct public_sender, r->class_count + 1);
    for (uint32_t i = 0; i < r->class_count; i++) {
        ip_number as;
        if (!public_sender_key(u, i, key, &as) || key->failed)
            continue;
        p->sends[i] = true;
        if (as)
            p->senders[p->sender_count++] = (struct public_sender){i, r->n->enis[r->classes[i].eni].vpc, number_of(&k, buf_str(key)), as};
    }
    qsort(p->senders, p->sender_count, sizeof *p->senders, by_group);
    p->group_count = k.count;
    p->groups = arena_array_of(u->a, struct net_span, k.count + 1);
    p->group_cuts = arena_array_of(u->a, struct public_cuts, k.count + 1);
    for (uint32_t i = 0; i < p->sender_count; i++) {
        struct net_span *g = &p->groups[p->senders[i].group];
        if (!g->count++)
            g->first = i;
    }
    for (uint32_t g = 0; g < k.count; g++)
        public_sender_cuts(r, u->a, p->senders[p->groups[g].first].cls, &p->group_cuts[g]);
    arena_free(k.a);
}

static void by_vpc(struct public *p)
{
    const struct net *n = p->u->r->n;
    p->of_vpc = arena_array_of(p->u->a, struct net_span, n->vpcs_count + 1);
    p->vpc_senders = arena_array_of(p->u->a, uint32_t, p->sender_count + 1);
    for (uint32_t i = 0; i < p->sender_count; i++)
        p->of_vpc[p->senders[i].vpc].count++;
    uint32_t at = 0;
    for (uint32_t i = 0; i < n->vpcs_count; i++) {
        p->of_vpc[i].first = at;
        at += p->of_vpc[i].count;
        p->of_vpc[i].count = 0;
    }
    for (uint32_t i = 0; i < p->sender_count; i++) {
        struct net_span *s = &p->of_vpc[p->senders[i].vpc];
        p->vpc_senders[s->first + s->count++] = i;
    }
}

/* ---- public addresses ---- */

static int by_gate(const void *x, const void *y)
{
    const struct public_target *a = x, *b = y;
    if (a->gate != b->gate)
        return a->gate < b->gate ? -1 : 1;
    return a->ip < b->ip ? -1 : a->ip > b->ip;
}

static void find_targets(struct public *p, struct buf *key, uint32_t count)
{
    struct run *u = p->u;
    const struct net *n = u->r->n;
    struct names k = {.a = arena_new(1 << 18)};
    struct public_target t;
    map_init(&k.seen, k.a);
    p->targets = arena_array_of(u->a, struct public_target, (size_t)count + n->entrances_count + 1);
    p->takes = arena_array_of(u->a, bool, count + 1);
    p->rest = arena_array_of(u->a, uint32_t, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        p->takes[i] = public_target_key(u, p->to[i], key, &t) && !key->failed;
        if (!p->takes[i] && !ip_is_internal(p->to[i]))
            p->rest[p->rest_count++] = i;
        if (!p->takes[i])
            continue;
        t.gate = number_of(&k, buf_str(key));
        p->targets[p->target_count++] = t;
    }
    for (uint32_t i = 0; i < n->entrances_count; i++) {
        if (!public_enters(&n->entrances[i]))
            continue;
        public_entrance_key(u, i, key, &t);
        t.gate = number_of(&k, buf_str(key));
        p->targets[p->target_count++] = t;
    }
    qsort(p->targets, p->target_count, sizeof *p->targets, by_gate);
    p->gate_count = k.count;
    p->gates = arena_array_of(u->a, struct net_span, k.count + 1);
    for (uint32_t i = 0; i < p->target_count; i++) {
        struct net_span *g = &p->gates[p->targets[i].gate];
        if (!g->count++)
            g->first = i;
    }
    arena_free(k.a);
}

void public_new(struct public *p, struct run *u, const ip_number *to, uint32_t count)
{
    struct buf key;
    *p = (struct public){.u = u, .to = to, .sends = arena_array_of(u->a, bool, u->r->class_count + 1)};
    buf_init(&key, 1 << 20);
    own_public(u->r, u->a);
    find_senders(p, &key);
    by_vpc(p);
    find_targets(p, &key, count);
    buf_done(&key);
    uint32_t *members = arena_array_of(u->a, uint32_t, p->sender_count + 1);
    for (uint32_t i = 0; i < p->sender_count; i++)
        members[i] = p->senders[i].cls;
    p->tree = far_add_tree(u->far, members, p->sender_count);
    p->atom_count = run_external_atoms(u->r, 0, NULL);
    p->atoms = arena_array_of(u->a, ip_number, p->atom_count + 1);
    run_external_atoms(u->r, 0, p->atoms);
}

/* ---- what is found ---- */

struct asked { const struct public_target *of; uint32_t from, to; const struct outcome *o; };

static uint32_t class_of_end(const struct run *u, const struct asked *q, const struct public_target *t, uint32_t *thing)
{
    const struct reach *r = u->r;
    const struct outcome *o = q->o;
    *thing = run_end_thing(r->n, o);
    if (o->end.kind != NET_ENI)
        return NET_NONE;
    if (o->end.index == q->of->eni && engine_class_at(r, o->end.index, o->to) == q->of->cls) {
        *thing = r->n->enis[t->eni].thing; /* a NAT gateway asks for whom it was asked for */
        return t->cls;
    }
    return o->legs == 1 ? engine_class_at(r, o->end.index, o->to) : NET_NONE;
}

static void tell_part(struct public *p, const struct asked *q, const struct public_target *t, uint32_t from, uint32_t to)
{
    struct run *u = p->u;
    const struct reach *r = u->r;
    uint32_t thing, cls = class_of_end(u, q, t, &thing);
    if (thing == NET_NONE || from >= to)
        return;
    bool unknown = !q->o->direct.count && !q->o->one_way.count, alike = !public_may_be_declared(u, u->q.label_of[thing]);
    uint64_t **rows[HOW_COUNT];
    for (int how = 0; how < HOW_COUNT; how++)
        rows[how] = cls != NET_NONE ? &u->of_class[how][cls] : &u->of_thing[how][thing];
    uint32_t node = cls != NET_NONE ? r->n->things_count + cls : thing;
    for (uint32_t i = from; i < to;) {
        uint32_t label = r->classes[p->senders[i].cls].label, end = alike ? to : i + 1;
        while (end < to && !alike && r->classes[p->senders[end].cls].label == label)
            end++;
        uint32_t bits = run_bits(u, q->o, label, u->q.label_of[thing], r->scratch);
        u->stats.public_pairs += end - i;
        u->stats.pairs += end - i;
        far_tell_tree(u, p->tree, i, end, rows, bits, node, unknown);
        i = end;
    }
}

/* Senders of the address's own VPC are asked one by one. */
static void tell_all(struct public *p, const struct asked *q, const struct public_target *t)
{
    if (t->vpc == NET_NONE) {
        tell_part(p, q, t, q->from, q->to);
        return;
    }
    uint32_t from = q->from;
    NET_EACH(i, p->of_vpc[t->vpc]) {
        uint32_t hole = p->vpc_senders[i];
        if (hole < from)
            continue;
        if (hole >= q->to)
            break;
        tell_part(p, q, t, from, hole);
        from = hole + 1;
    }
    tell_part(p, q, t, from, q->to);
}

/* ---- asking ---- */

static bool pick_pair(const struct public *p, struct net_span senders, struct net_span targets, uint32_t *s, uint32_t *t)
{
    *s = senders.first;
    NET_EACH(k, targets)
        if (p->targets[k].vpc != p->senders[*s].vpc) {
            *t = k;
            return true;
        }
    *t = targets.first; /* all of them in the VPC of that sender */
    NET_EACH(i, senders)
        if (p->senders[i].vpc != p->targets[*t].vpc) {
            *s = i;
            return true;
        }
    return false;
}

static void ways(struct run *u, struct net_end end, const struct public_target *t)
{
    run_ways(u->r, &u->found, u->r->scratch, u->sports, u->sport_count, end, t->entrance == NET_NONE ? t->ip : 0, t->entrance, u->r->all);
    u->stats.public_asks++;
}

static void ask(struct public *p, struct net_span senders, struct net_span targets)
{
    struct run *u = p->u;
    struct reach *r = u->r;
    uint32_t s, k;
    if (!pick_pair(p, senders, targets, &s, &k))
        return;
    const struct cls *c = &r->classes[p->senders[s].cls];
    const struct point *one = &r->points[r->class_points[c->first]];
    ways(u, (struct net_end){ref_of(NET_ENI, one->eni), one->ip}, &p->targets[k]);
    for (uint32_t i = 0; i < u->found.count; i++) {
        struct asked q = {&p->targets[k], senders.first, senders.first + senders.count, &u->found.at[i]};
        NET_EACH(t, targets)
            tell_all(p, &q, &p->targets[t]);
    }
    arena_reset(r->scratch);
}

static bool cut_between(const struct public_cuts *c, ip_number a, ip_number b)
{
    uint32_t lo = 0, hi = c->count;
    while (lo < hi) { /* the first above a */
        uint32_t mid = lo + (hi - lo) / 2;
        if (c->at[mid] <= a)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < c->count && c->at[lo] <= b;
}

static void ask_senders(struct public *p, uint32_t group, struct net_span targets, const struct public_cuts *cuts)
{
    struct net_span all = p->groups[group];
    uint32_t end = all.first + all.count;
    for (uint32_t i = all.first, k; i < end; i = k) {
        for (k = i + 1; k < end && !cut_between(cuts, p->senders[k - 1].as, p->senders[k].as);)
            k++;
        ask(p, (struct net_span){i, k - i}, targets);
    }
}

static void ask_group(struct public *p, uint32_t group, struct net_span gate, const struct public_cuts *cuts)
{
    uint32_t end = gate.first + gate.count;
    bool four = ip_is_v4(p->u->r->classes[p->senders[p->groups[group].first].cls].ip);
    if (four != ip_is_v4(p->targets[gate.first].ip))
        return;
    for (uint32_t i = gate.first, k; i < end; i = k) {
        for (k = i + 1; k < end && !cut_between(&p->group_cuts[group], p->targets[k - 1].ip, p->targets[k].ip);)
            k++;
        ask_senders(p, group, (struct net_span){i, k - i}, cuts);
    }
}

static void tell_strangers(struct public *p, const struct asked *q, uint32_t label, uint32_t external, struct net_span gate)
{
    struct run *u = p->u;
    const struct net *n = u->r->n;
    NET_EACH(t, gate) {
        uint32_t thing, cls = class_of_end(u, q, &p->targets[t], &thing);
        if (thing == NET_NONE)
            continue;
        uint32_t bits = run_bits(u, q->o, label, u->q.label_of[thing], u->r->scratch);
        for (int how = 0; how < HOW_COUNT; how++)
            if (bits >> how & 1)
                run_set(u, cls != NET_NONE ? &u->of_class[how][cls] : &u->of_thing[how][thing], label);
        u->stats.pairs++;
        run_edge(u, u->r->class_count + external, cls != NET_NONE ? n->things_count + cls : thing, !q->o->direct.count && !q->o->one_way.count);
    }
}

/* From the Internet itself: one stranger of each range of addresses that the gate tells apart. */
static void ask_strangers(struct public *p, struct net_span gate, const struct public_cuts *cuts, uint32_t external)
{
    struct run *u = p->u;
    uint32_t label = u->q.label_of[u->r->n->externals[external].thing];
    const struct public_target *one = &p->targets[gate.first];
    if (label == NET_NONE || (external && one->entrance != NET_NONE))
        return;
    for (uint32_t i = 0, k; i < p->atom_count; i = k) {
        for (k = i + 1; k < p->atom_count && !cut_between(cuts, p->atoms[k - 1], p->atoms[k]);)
            k++;
        if (one->entrance == NET_NONE && ip_is_v4(one->ip) != ip_is_v4(p->atoms[i]))
            continue;
        ways(u, (struct net_end){ref_of(NET_EXTERNAL, external), p->atoms[i]}, one);
        for (uint32_t o = 0; o < u->found.count; o++) {
            struct asked q = {one, 0, 0, &u->found.at[o]};
            tell_strangers(p, &q, label, external, gate);
        }
        arena_reset(u->r->scratch);
    }
}

static void ask_own(struct public *p, const struct public_target *t)
{
    if (t->vpc == NET_NONE)
        return;
    NET_EACH(i, p->of_vpc[t->vpc]) {
        struct source s = {p->senders[p->vpc_senders[i]].cls, NET_NONE, 0};
        if (ip_is_v4(p->u->r->classes[s.cls].ip) == ip_is_v4(t->ip))
            run_send(p->u, &s, t->ip, NET_NONE);
    }
}

void public_run(struct public *p)
{
    const struct net *n = p->u->r->n;
    for (uint32_t g = 0; g < p->gate_count; g++) {
        struct arena *a = arena_new(1 << 14);
        struct public_cuts cuts;
        public_target_cuts(p->u->r, a, &p->targets[p->gates[g].first], &cuts);
        for (uint32_t k = 0; k < p->group_count; k++)
            ask_group(p, k, p->gates[g], &cuts);
        for (uint32_t x = 0; x < n->externals_count; x++)
            if (n->externals[x].kind == EXTERNAL_INTERNET || n->externals[x].kind == EXTERNAL_AWS)
                ask_strangers(p, p->gates[g], &cuts, x);
        NET_EACH(t, p->gates[g])
            ask_own(p, &p->targets[t]);
        arena_free(a);
    }
}
