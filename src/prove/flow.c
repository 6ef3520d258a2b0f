/* Who can be whom: sets of labels over strongly connected components (Tarjan, "Depth-first search and linear graph
 * algorithms", SIAM J. Comput. 1(2), 1972), iterative because chains can be long. */
#include "prove/internal.h"

struct tarjan {
    const struct graph *g;
    enum graph_level level;
    const bool *blocked;        /* by node */
    uint32_t *index, *low, *component;
    uint32_t *stack, *work, *next; /* of nodes: the component's, the walk's with its next edge */
    uint32_t stack_count, work_count, count, components;
    bool *on_stack;
};

static void enter(struct tarjan *t, uint32_t node)
{
    t->index[node] = t->low[node] = ++t->count;
    t->stack[t->stack_count++] = node;
    t->on_stack[node] = true;
    t->next[node] = t->g->first_edge[node];
    t->work[t->work_count++] = node;
}

static void close_component(struct tarjan *t, uint32_t node)
{
    uint32_t member;
    do {
        member = t->stack[--t->stack_count];
        t->on_stack[member] = false;
        t->component[member] = t->components;
    } while (member != node);
    t->components++;
}

static void leave(struct tarjan *t, uint32_t node)
{
    t->work_count--;
    if (t->low[node] == t->index[node])
        close_component(t, node);
    if (!t->work_count)
        return;
    uint32_t above = t->work[t->work_count - 1];
    if (t->low[node] < t->low[above])
        t->low[above] = t->low[node];
}

static void walk(struct tarjan *t, uint32_t root)
{
    enter(t, root);
    while (t->work_count) {
        uint32_t node = t->work[t->work_count - 1];
        if (t->next[node] == t->g->first_edge[node + 1]) {
            leave(t, node);
            continue;
        }
        const struct graph_edge *e = &t->g->edges[t->next[node]++];
        if (e->level > t->level || t->blocked[e->to])
            continue;
        if (!t->index[e->to])
            enter(t, e->to);
        else if (t->on_stack[e->to] && t->index[e->to] < t->low[node])
            t->low[node] = t->index[e->to];
    }
}

static bool *blocked_nodes(struct prover *v, struct arena *a, const uint64_t *blocked)
{
    bool *out = arena_array_of(a, bool, v->g->node_count + 1);
    for (uint32_t n = 0; blocked && n < v->g->node_count; n++)
        out[n] = v->block_label[n] != WORLD_NONE && bits_get(blocked, v->block_label[n]);
    return out;
}

void prove_seed(struct prover *v, uint32_t node, uint64_t *bits)
{
    uint32_t p = v->g->nodes[node].principal;
    bool anybody = p == v->g->anonymous || (p >= v->g->first_pseudo && v->g->pseudo[p - v->g->first_pseudo].kind == PSEUDO_ANYBODY);
    if (anybody)
        bits_or(bits, v->everyone, v->words);
    else if (v->p->label_of[p] != WORLD_NONE && !v->g->nodes[node].chained)
        bits_set(bits, v->p->label_of[p]);
}

/* Components come out last first: a component's successors have lower numbers. */
static void pass_on(struct prover *v, const struct tarjan *t, struct arena *a, const bool *blocked, struct flow *out)
{
    const struct graph *g = v->g;
    uint64_t *sets = arena_array_of(a, uint64_t, (size_t)t->components * v->words + 1);
    uint32_t *first = arena_array_of(a, uint32_t, t->components + 2), *members = arena_array_of(a, uint32_t, g->node_count + 1);
    for (uint32_t n = 0; n < g->node_count; n++)
        if (!blocked[n]) {
            first[t->component[n] + 2]++;
            prove_seed(v, n, &sets[t->component[n] * v->words]);
        }
    for (uint32_t c = 2; c < t->components + 2; c++)
        first[c] += first[c - 1];
    for (uint32_t n = 0; n < g->node_count; n++)
        if (!blocked[n])
            members[first[t->component[n] + 1]++] = n;
    for (uint32_t c = t->components; c-- > 0;)
        for (uint32_t m = first[c]; m < first[c + 1]; m++)
            for (uint32_t k = g->first_edge[members[m]]; k < g->first_edge[members[m] + 1]; k++) {
                const struct graph_edge *e = &g->edges[k];
                if (e->level <= t->level && !blocked[e->to] && t->component[e->to] != c)
                    bits_or(&sets[t->component[e->to] * v->words], &sets[c * v->words], v->words);
            }
    for (uint32_t n = 0; n < g->node_count; n++)
        if (!blocked[n])
            memcpy(&out->bits[n * v->words], &sets[t->component[n] * v->words], v->words * sizeof *sets);
}

void prove_flow(struct prover *v, enum graph_level level, const uint64_t *blocked, struct flow *out)
{
    struct arena *a = arena_new(0);
    uint32_t n = v->g->node_count;
    const bool *off = blocked_nodes(v, a, blocked);
    struct tarjan t = {.g = v->g, .level = level, .blocked = off,
                       .index = arena_array_of(a, uint32_t, n + 1), .low = arena_array_of(a, uint32_t, n + 1),
                       .component = arena_array_of(a, uint32_t, n + 1), .stack = arena_array_of(a, uint32_t, n + 1),
                       .work = arena_array_of(a, uint32_t, n + 1), .next = arena_array_of(a, uint32_t, n + 1),
                       .on_stack = arena_array_of(a, bool, n + 1)};
    for (uint32_t i = 0; i < n; i++)
        if (!t.index[i] && !off[i])
            walk(&t, i);
    out->words = v->words;
    if (!out->bits)
        out->bits = arena_array_of(v->a, uint64_t, n * v->words + 1);
    else
        memset(out->bits, 0, n * v->words * sizeof *out->bits);
    pass_on(v, &t, a, off, out);
    arena_free(a);
}
