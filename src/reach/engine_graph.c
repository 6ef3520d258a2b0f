/* Who is connected to what: the edges of a run by both of their ends, sources of a thing. */
#include "reach/engine_far.h"

#include <stdlib.h>

static void order(struct run *u, uint32_t nodes, bool to, struct net_span **spans, uint32_t **rows)
{
    *spans = arena_array_of(u->a, struct net_span, nodes + 1);
    *rows = arena_array_of(u->a, uint32_t, u->edge_count + 1);
    for (uint32_t i = 0; i < u->edge_count; i++)
        (*spans)[to ? u->edges[i].to : u->edges[i].from].count++;
    uint32_t at = 0;
    for (uint32_t i = 0; i < nodes; i++) {
        (*spans)[i].first = at;
        at += (*spans)[i].count;
        (*spans)[i].count = 0;
    }
    for (uint32_t i = 0; i < u->edge_count; i++) {
        struct net_span *s = &(*spans)[to ? u->edges[i].to : u->edges[i].from];
        (*rows)[s->first + s->count++] = i;
    }
}

uint32_t run_from_count(const struct run *u)
{
    return u->r->class_count + u->r->n->externals_count + u->far->node_count;
}

void run_graph(struct run *u)
{
    if (u->by_to)
        return;
    const struct reach *r = u->r;
    order(u, r->n->things_count + r->class_count, true, &u->to_spans, &u->by_to);
    order(u, run_from_count(u), false, &u->from_spans, &u->by_from);
}

static void mark_class(const struct run *u, uint32_t cls, uint64_t *seen)
{
    const struct reach *r = u->r;
    for (uint32_t i = 0; i < r->classes[cls].count; i++)
        bits_set(seen, r->n->enis[r->points[r->class_points[r->classes[cls].first + i]].eni].thing);
}

/* All members below a node of a tree. */
static void mark_tree(const struct run *u, uint32_t node, uint64_t *seen)
{
    const struct far *f = u->far;
    const struct far_group *g = &f->groups[f->group_at[node]];
    uint32_t lo = node - g->node, hi = lo;
    while (lo < g->leaves) {
        lo = 2 * lo;
        hi = 2 * hi + 1;
    }
    for (uint32_t i = lo - g->leaves; i <= hi - g->leaves && i < g->count; i++)
        mark_class(u, g->members[i], seen);
}

static void mark_from(const struct run *u, uint32_t node, bool unknown, uint64_t *seen)
{
    const struct reach *r = u->r;
    NET_EACH(k, u->to_spans[node]) {
        uint32_t from = u->edges[u->by_to[k]].from;
        if (!unknown && u->edges[u->by_to[k]].unknown)
            continue;
        if (from < r->class_count)
            mark_class(u, from, seen);
        else if (from < r->class_count + r->n->externals_count)
            bits_set(seen, r->n->externals[from - r->class_count].thing);
        else
            mark_tree(u, from - r->class_count - r->n->externals_count, seen);
    }
}

static uint32_t *sources(const struct reach *r, struct arena *a, uint32_t thing, bool unknown, uint32_t *count)
{
    *count = 0;
    struct run *u = r->run;
    if (!u || thing >= r->n->things_count)
        return NULL;
    run_graph(u);
    uint64_t *seen = bits_new(r->asking, r->n->things_count);
    mark_from(u, thing, unknown, seen);
    NET_EACH(i, r->n->things[thing].enis)
        NET_EACH(p, r->eni_points[r->n->eni_order[i]])
            mark_from(u, r->n->things_count + r->points[p].cls, unknown, seen);
    uint32_t all = (uint32_t)bits_count(seen, bits_words(r->n->things_count));
    uint32_t *out = arena_array_of(a, uint32_t, (size_t)all + 1);
    for (size_t i = bits_next(seen, r->n->things_count, 0); i < r->n->things_count; i = bits_next(seen, r->n->things_count, i + 1))
        out[(*count)++] = (uint32_t)i;
    arena_reset(r->asking);
    return out;
}

uint32_t *reach_sources(const struct reach *r, struct arena *a, uint32_t thing, uint32_t *count)
{
    return sources(r, a, thing, true, count);
}

uint32_t *reach_sure_sources(const struct reach *r, struct arena *a, uint32_t thing, uint32_t *count)
{
    return sources(r, a, thing, false, count);
}
