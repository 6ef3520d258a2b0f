/* The nodes split by second factor, the edges in order. */
#include "access/graph_internal.h"

#include <stdlib.h>

static int by_ends(const void *a, const void *b)
{
    const struct graph_edge *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    if (x->level != y->level)
        return x->level < y->level ? -1 : 1;
    return (x->path > y->path) - (x->path < y->path);
}

/* Whether who comes by this edge comes without a second factor. */
static bool loses_mfa(const struct graph *g, const struct graph_edge *e)
{
    if (g->nodes[e->from].chained || g->world->principals[g->nodes[e->from].principal].kind != WORLD_USER)
        return true;
    return e->path >= g->path_count || !str_starts(g->paths[e->path].needs[0].action, STR("sts:"));
}

/* Mostly they come by the node that they are from. */
static void sort(struct graph_edge *e, uint32_t count)
{
    bool grouped = true;
    for (uint32_t i = 1; i < count && grouped; i++)
        grouped = e[i - 1].from <= e[i].from;
    for (uint32_t i = 0, to; i < count; i = to) {
        to = grouped ? i + 1 : count;
        while (to < count && e[to].from == e[i].from)
            to++;
        if (to > i + 1)
            qsort(&e[i], to - i, sizeof *e, by_ends);
    }
}

/* Until the nodes are split, an edge from one that will be is no better than another: it may need the second factor. */
static uint32_t keep_best(const struct graph *g, bool after, struct graph_edge *e, uint32_t count)
{
    uint32_t kept = 0;
    sort(e, count);
    for (uint32_t i = 0; i < count; i++)
        if (!kept || e[kept - 1].from != e[i].from || e[kept - 1].to != e[i].to ||
            (!after && g->chained_of[e[i].from] != WORLD_NONE))
            e[kept++] = e[i];
        else
            e[kept - 1].more |= e[kept - 1].level == LEVEL_NETWORK && e[i].level == LEVEL_NETWORK && e[i].guard != e[kept - 1].guard;
    return kept;
}

static void split(struct graph *g, struct edge_list *l)
{
    uint32_t before = l->count;
    for (uint32_t i = 0; i < before; i++) {
        struct graph_edge e = l->items[i];
        if (g->chained_of[e.to] != WORLD_NONE && loses_mfa(g, &e))
            l->items[i].to = g->chained_of[e.to];
        if (g->chained_of[e.from] == WORLD_NONE)
            continue;
        e.from = g->chained_of[e.from];
        enum graph_level l2 = graph_level_of(g, graph_guard(g, e.from, e.guard));
        if (l2 == LEVEL_NEVER)
            continue;
        e.level = e.level < l2 ? l2 : e.level;
        if (g->chained_of[e.to] != WORLD_NONE)
            e.to = g->chained_of[e.to];
        edge_add(g, l, e);
    }
}

void graph_finish(struct graph *g, struct edge_list *l, const bool *reads_mfa)
{
    uint32_t principals = g->world->principal_count;
    for (uint32_t i = 0; i < principals; i++) {
        g->chained_of[i] = WORLD_NONE;
        if (!reads_mfa[i])
            continue;
        g->chained_of[i] = g->node_count;
        g->nodes[g->node_count++] = (struct graph_node){i, true};
    }
    l->count = keep_best(g, false, l->items, l->count);
    split(g, l);
    l->count = keep_best(g, true, l->items, l->count);
    g->edges = l->items;
    g->edge_count = l->count;
    memset(g->first_edge, 0, (g->node_count + 2) * sizeof *g->first_edge);
    for (uint32_t i = 0; i < l->count; i++)
        g->first_edge[l->items[i].from + 1]++;
    for (uint32_t i = 0; i < g->node_count; i++)
        g->first_edge[i + 1] += g->first_edge[i];
}
