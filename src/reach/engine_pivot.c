/*
 * Pivots: connections over hosts. A graph of things (T), classes as they send (S) and as they receive (D): thing -> S where code
 * runs on it, S -> D or thing by an edge of the run, D -> its things. Strongly connected components (Tarjan, 1972) are visited in
 * order, each with one set of labels.
 */
#include "reach/engine_far.h"

struct pivots {
    struct run *u;
    bool unknown;              /* edges that are not sure count too */
    uint32_t things, classes, externals, nodes;
    struct net_span *members;  /* by class: its things */
    uint32_t *member_at;
    struct net_span *own;      /* by thing: its classes */
    uint32_t *own_at;
    uint64_t **in;             /* by component */
    uint32_t *component, component_count;
    const uint64_t *const *seeds;
};

enum node_kind { NODE_THING, NODE_RECEIVES, NODE_SENDS }; /* NODE_SENDS: numbered as edges begin (run_from_count()) */

static enum node_kind kind_of(const struct pivots *p, uint32_t node)
{
    return node < p->things ? NODE_THING : node < p->things + p->classes ? NODE_RECEIVES : NODE_SENDS;
}

/* The set that a class (`which` of two trees: engine_far.h) or a set is in. */
static uint32_t node_above(const struct run *u, uint32_t from, uint32_t which)
{
    const struct far *f = u->far;
    uint32_t first = u->r->class_count + u->r->n->externals_count;
    if (from < u->r->class_count)
        return f->leaf_of[which][from] == NET_NONE ? NET_NONE : first + f->leaf_of[which][from];
    if (from < first || which)
        return NET_NONE;
    uint32_t node = from - first, k = u->far->group_at[node];
    uint32_t own = node - f->groups[k].node;
    return own > 1 ? first + f->groups[k].node + own / 2 : NET_NONE;
}

/* The k-th successor, or NET_NONE: no more. *skip: this one does not count. */
static uint32_t successor(const struct pivots *p, uint32_t node, uint32_t k, bool *skip)
{
    *skip = false;
    const struct reach *r = p->u->r;
    switch (kind_of(p, node)) {
    case NODE_THING:
        if (!r->n->things[node].runs_code || k >= p->own[node].count)
            return NET_NONE;
        return p->things + p->classes + p->own_at[p->own[node].first + k];
    case NODE_RECEIVES: {
        struct net_span s = p->members[node - p->things];
        return k < s.count ? p->member_at[s.first + k] : NET_NONE;
    }
    default: {
        uint32_t from = node - p->things - p->classes;
        struct net_span s = p->u->from_spans[from];
        if (k >= s.count) {
            uint32_t up = NET_NONE;
            if (k - s.count > 1)
                return NET_NONE;
            up = node_above(p->u, from, k - s.count);
            *skip = up == NET_NONE;
            return up == NET_NONE ? 0 : p->things + p->classes + up;
        }
        const struct edge *e = &p->u->edges[p->u->by_from[s.first + k]];
        *skip = e->unknown && !p->unknown;
        return e->to;
    }
    }
}

/* Things of each class and classes of each thing, each once. */
static void pair_up(struct pivots *p)
{
    const struct reach *r = p->u->r;
    struct arena *a = p->u->a;
    p->members = arena_array_of(a, struct net_span, p->classes + 1);
    p->member_at = arena_array_of(a, uint32_t, r->point_count + 1);
    p->own = arena_array_of(a, struct net_span, p->things + 1);
    p->own_at = arena_array_of(a, uint32_t, r->point_count + 1);
    for (uint32_t i = 0; i < p->classes; i++) {
        p->members[i] = (struct net_span){r->classes[i].first, r->classes[i].count};
        for (uint32_t k = 0; k < r->classes[i].count; k++) {
            uint32_t at = r->classes[i].first + k, thing = r->n->enis[r->points[r->class_points[at]].eni].thing;
            p->member_at[at] = thing;
            p->own[thing].count++;
        }
    }
    uint32_t at = 0;
    for (uint32_t i = 0; i < p->things; i++) {
        p->own[i].first = at;
        at += p->own[i].count;
        p->own[i].count = 0;
    }
    for (uint32_t i = 0; i < r->point_count; i++) {
        struct net_span *s = &p->own[r->n->enis[r->points[i].eni].thing];
        p->own_at[s->first + s->count++] = r->points[i].cls;
    }
}

struct frame { uint32_t node, next; };

/* Components are numbered from the last of the order to the first. */
static void components(struct pivots *p)
{
    struct arena *t = arena_new(1 << 20);
    uint32_t *index = arena_array_of(t, uint32_t, p->nodes + 1), *low = arena_array_of(t, uint32_t, p->nodes + 1);
    uint32_t *stack = arena_array_of(t, uint32_t, p->nodes + 1), depth = 0, frames = 0, next = 1;
    struct frame *f = arena_array_of(t, struct frame, p->nodes + 1);
    p->component = arena_array_of(p->u->a, uint32_t, p->nodes + 1);
    memset(p->component, 0xff, p->nodes * sizeof *p->component);
    for (uint32_t root = 0; root < p->nodes; root++) {
        if (index[root])
            continue;
        f[frames++] = (struct frame){root, 0};
        index[root] = low[root] = next++;
        stack[depth++] = root;
        while (frames) {
            struct frame *top = &f[frames - 1];
            bool skip;
            uint32_t v = top->node, w = successor(p, v, top->next++, &skip);
            if (w == NET_NONE) {
                frames--;
                if (frames && low[v] < low[f[frames - 1].node])
                    low[f[frames - 1].node] = low[v];
                if (low[v] != index[v])
                    continue;
                do
                    p->component[stack[--depth]] = p->component_count;
                while (stack[depth] != v);
                p->component_count++;
            } else if (!skip && !index[w]) {
                index[w] = low[w] = next++;
                stack[depth++] = w;
                f[frames++] = (struct frame){w, 0};
            } else if (!skip && p->component[w] == NET_NONE && index[w] < low[v]) {
                low[v] = index[w];
            }
        }
    }
    arena_free(t);
}

static void take(struct pivots *p, uint64_t **to, const uint64_t *from)
{
    if (!from)
        return;
    if (!*to)
        *to = bits_new(p->u->a, p->u->q.labels);
    bits_or(*to, from, p->u->words);
}

/* Whoever reaches a host, or has its code in another way, goes on from there. */
static void controls(struct pivots *p, uint32_t thing, uint64_t **to)
{
    struct run *u = p->u;
    if (!u->r->n->things[thing].runs_code)
        return;
    uint64_t *mine = bits_new(u->r->scratch, u->q.labels);
    reach_control_labels(u->r, thing, p->unknown, mine);
    if (p->seeds && p->seeds[thing])
        bits_or(mine, p->seeds[thing], u->words);
    if (u->q.label_of[thing] < u->q.labels)
        bits_clear(mine, u->q.label_of[thing]);
    if (bits_any(mine, u->words))
        take(p, to, mine);
    arena_reset(u->r->scratch);
}

/* Nodes by component, the first of the order first. */
static uint32_t *by_component(const struct pivots *p, struct arena *t)
{
    uint32_t *first = arena_array_of(t, uint32_t, p->component_count + 2), *nodes = arena_array_of(t, uint32_t, p->nodes + 1);
    for (uint32_t i = 0; i < p->nodes; i++)
        first[p->component_count - p->component[i]]++;
    for (uint32_t i = 0; i < p->component_count; i++)
        first[i + 1] += first[i];
    for (uint32_t i = 0; i < p->nodes; i++)
        nodes[first[p->component_count - 1 - p->component[i]]++] = i;
    return nodes;
}

static void spread(struct pivots *p)
{
    struct arena *t = arena_new(1 << 20);
    uint32_t *nodes = by_component(p, t);
    p->in = arena_array_of(p->u->a, uint64_t *, p->component_count + 1);
    uint64_t **out = arena_array_of(t, uint64_t *, p->component_count + 1);
    for (uint32_t i = 0; i < p->nodes;) {
        uint32_t c = p->component[nodes[i]], end = i;
        while (end < p->nodes && p->component[nodes[end]] == c)
            end++;
        bool alone = end == i + 1;
        out[c] = p->in[c];
        if (alone && kind_of(p, nodes[i]) == NODE_THING) {
            uint64_t *more = NULL;
            controls(p, nodes[i], &more);
            if (more) {
                take(p, &more, p->in[c]);
                out[c] = more;
            }
        }
        for (uint32_t k = i; k < end && !alone; k++)
            if (kind_of(p, nodes[k]) == NODE_THING)
                controls(p, nodes[k], &p->in[c]);
        if (!alone)
            out[c] = p->in[c];
        for (uint32_t k = i; k < end && out[c]; k++) {
            bool skip;
            uint32_t w;
            for (uint32_t s = 0; (w = successor(p, nodes[k], s, &skip)) != NET_NONE; s++)
                if (!skip && p->component[w] != c)
                    take(p, &p->in[p->component[w]], out[c]);
        }
        i = end;
    }
    arena_free(t);
}

static uint64_t **close_over(struct run *u, const uint64_t *const *seeds, bool unknown)
{
    struct pivots p = {.u = u, .unknown = unknown, .things = u->r->n->things_count, .classes = u->r->class_count,
                       .externals = u->r->n->externals_count, .seeds = seeds};
    p.nodes = p.things + p.classes + run_from_count(u);
    pair_up(&p);
    components(&p);
    spread(&p);
    uint64_t **out = arena_array_of(u->a, uint64_t *, p.things + 1);
    for (uint32_t i = 0; i < p.things; i++)
        out[i] = p.in[p.component[i]];
    return out;
}

void reach_pivot(struct reach *r, const uint64_t *const *seeds)
{
    struct run *u = r->run;
    if (!u)
        return;
    run_graph(u);
    u->seeds = seeds;
    u->pivots[0] = close_over(u, seeds, false);
    uint64_t **all = close_over(u, seeds, true);
    for (uint32_t i = 0; i < r->n->things_count; i++) {
        if (!all[i])
            continue;
        uint64_t *rest = bits_new(u->a, u->q.labels);
        memcpy(rest, all[i], u->words * sizeof *rest);
        if (u->pivots[0][i])
            bits_and_not(rest, u->pivots[0][i], u->words);
        all[i] = bits_any(rest, u->words) ? rest : NULL;
    }
    u->pivots[1] = all;
}

const uint64_t *reach_pivot_labels(const struct reach *r, uint32_t thing, bool unknown)
{
    return r->run && r->run->pivots[unknown] && thing < r->n->things_count ? r->run->pivots[unknown][thing] : NULL;
}

/* ---- the shortest chain ---- */

struct search {
    struct run *u;
    uint32_t label, goal;
    bool unknown, past;
    const uint64_t *avoid;
    uint32_t *parent, *queue, head, tail; /* by thing: from which; itself: begins */
};

static void visit(struct search *s, uint32_t from, uint32_t thing)
{
    if (s->parent[thing] != NET_NONE || (thing == s->goal && s->parent[from] == from && s->u->q.label_of[from] == s->label))
        return;
    uint32_t label = s->u->q.label_of[thing];
    bool begins = s->parent[from] == from && s->u->q.label_of[from] == s->label;
    if (thing != s->goal && s->avoid && label < s->u->q.labels && bits_get(s->avoid, label))
        return;
    if ((s->past || (begins && thing != s->goal)) && reach_only_public(s->u->r, s->u->q.label_of[from], thing))
        return;
    s->parent[thing] = from;
    s->queue[s->tail++] = thing;
}

static void send_from(struct search *s, uint32_t from, uint32_t cls)
{
    const struct reach *r = s->u->r;
    NET_EACH(k, s->u->from_spans[cls]) {
        const struct edge *e = &s->u->edges[s->u->by_from[k]];
        if (e->unknown && !s->unknown)
            continue;
        if (e->to < r->n->things_count) {
            visit(s, from, e->to);
            continue;
        }
        const struct cls *c = &r->classes[e->to - r->n->things_count];
        for (uint32_t i = 0; i < c->count; i++) {
            uint32_t thing = r->n->enis[r->points[r->class_points[c->first + i]].eni].thing;
            if (thing != from)
                visit(s, from, thing);
        }
    }
    for (uint32_t which = 0; which < 2; which++) {
        uint32_t up = node_above(s->u, cls, which);
        if (up != NET_NONE)
            send_from(s, from, up);
    }
}

static void begin(struct search *s)
{
    const struct net *n = s->u->r->n;
    for (uint32_t i = 0; i < n->things_count; i++) {
        uint32_t label = s->u->q.label_of[i];
        bool seeded = s->u->seeds && s->u->seeds[i] && bits_get(s->u->seeds[i], s->label);
        seeded = seeded && !(s->avoid && label < s->u->q.labels && bits_get(s->avoid, label));
        bool own = label == s->label && !(s->avoid && bits_get(s->avoid, label));
        if (i != s->goal && (own || seeded)) {
            s->parent[i] = i;
            s->queue[s->tail++] = i;
        }
    }
}

static void search(struct search *s)
{
    const struct reach *r = s->u->r;
    const struct net *n = r->n;
    while (s->head < s->tail && s->parent[s->goal] == NET_NONE) {
        uint32_t at = s->queue[s->head++];
        bool begins = s->parent[at] == at && s->u->q.label_of[at] == s->label;
        if (!begins && !n->things[at].runs_code)
            continue;
        if (begins && n->things[at].external != NET_NONE)
            send_from(s, at, r->class_count + n->things[at].external);
        NET_EACH(i, n->things[at].enis)
            NET_EACH(p, r->eni_points[n->eni_order[i]]) {
                uint32_t cls = r->points[p].cls;
                send_from(s, at, cls);
            }
    }
}

static uint32_t chain_of(const struct reach *r, uint32_t label, uint32_t thing, bool unknown, const uint64_t *avoid, bool past, uint32_t *things,
                         uint32_t max)
{
    struct run *u = r->run;
    if (!u || thing >= r->n->things_count || label >= u->q.labels)
        return 0;
    run_graph(u);
    struct arena *t = arena_new(1 << 16);
    struct search s = {.u = u, .label = label, .goal = thing, .unknown = unknown, .past = past, .avoid = avoid, .parent = arena_array_of(t, uint32_t, r->n->things_count + 1),
                       .queue = arena_array_of(t, uint32_t, r->n->things_count + 1)};
    memset(s.parent, 0xff, r->n->things_count * sizeof *s.parent);
    begin(&s);
    search(&s);
    uint32_t length = 0;
    if (s.parent[thing] != NET_NONE) {
        uint32_t at = thing;
        for (;; at = s.parent[at]) {
            if (s.parent[at] == at && u->q.label_of[at] == label)
                break;
            length++;
            if (s.parent[at] == at)
                break;
        }
        at = thing;
        for (uint32_t i = length; i-- > 0; at = s.parent[at])
            if (i < max)
                things[i] = at;
        length = length > max ? 0 : length;
    }
    arena_free(t);
    return length;
}

uint32_t reach_pivot_chain(const struct reach *r, uint32_t label, uint32_t thing, bool unknown, uint32_t *things, uint32_t max)
{
    return chain_of(r, label, thing, unknown, NULL, false, things, max);
}

uint32_t reach_pivot_chain_past(const struct reach *r, uint32_t label, uint32_t thing, bool unknown, const uint64_t *avoid, uint32_t *things,
                                uint32_t max)
{
    return chain_of(r, label, thing, unknown, avoid, true, things, max);
}
