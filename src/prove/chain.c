/* Shortest chains, one breadth-first walk for each subject and kind of cell. */
#include "prove/internal.h"

struct walk {
    struct prover *v;
    uint32_t *stamp;     /* by node: number of the walk that saw it */
    uint32_t *by_edge;   /* by node: edge that it was reached by + 1; 0: where the walk began */
    uint32_t *queue;
    uint32_t walks;
    uint32_t *best;      /* by object: index + 1 of the reach that was met first */
    uint64_t *blocked;
    uint32_t without;    /* an edge that does not count, or WORLD_NONE */
    uint32_t *first_source, *sources; /* by label: its principals' nodes */
    uint32_t anybody[32], anybody_count;
};

static bool is_blocked(const struct walk *k, uint32_t node)
{
    return k->v->block_label[node] != WORLD_NONE && bits_get(k->blocked, k->v->block_label[node]);
}

static void see(struct walk *k, uint32_t *count, uint32_t node, uint32_t by_edge)
{
    if (k->stamp[node] == k->walks || is_blocked(k, node))
        return;
    k->stamp[node] = k->walks;
    k->by_edge[node] = by_edge;
    k->queue[(*count)++] = node;
}

static void meet(struct walk *k, uint32_t from, uint32_t to, uint32_t subject, enum graph_level level)
{
    const struct proof *p = k->v->p;
    for (uint32_t i = from; i < to; i++) {
        const struct prove_reach *r = &p->reaches[i];
        if (r->level <= level && !k->best[r->owner] && (!r->subjects || bits_get(r->subjects, subject)))
            k->best[r->owner] = i + 1;
    }
}

static void run(struct walk *k, uint32_t subject, enum graph_level level)
{
    const struct graph *g = k->v->g;
    uint32_t count = 0;
    k->walks++;
    memset(k->best, 0, k->v->p->labels.count * sizeof *k->best);
    for (uint32_t i = k->first_source[subject]; i < k->first_source[subject + 1]; i++)
        see(k, &count, k->sources[i], 0);
    for (uint32_t i = 0; i < k->anybody_count; i++)
        see(k, &count, k->anybody[i], 0);
    /* What no node stands for is as near as what a principal of the subject does itself, and told after it. */
    uint32_t begun = count;
    for (uint32_t at = 0; at < count || at == begun; at++) {
        if (at == begun)
            meet(k, k->v->no_node, k->v->p->reach_count, subject, level);
        if (at == count)
            break;
        uint32_t node = k->queue[at];
        meet(k, k->v->first_reach[node], k->v->first_reach[node + 1], subject, level);
        for (uint32_t i = g->first_edge[node]; i < g->first_edge[node + 1]; i++)
            if (g->edges[i].level <= level && i != k->without)
                see(k, &count, g->edges[i].to, i + 1);
    }
}

static void tell_chain(struct walk *k, struct prove_cell *c)
{
    const struct graph *g = k->v->g;
    uint32_t at = k->best[c->object], count = 1;
    if (!at)
        return;
    c->reach = &k->v->p->reaches[at - 1];
    if (c->reach->node == WORLD_NONE)
        return;
    uint32_t node = c->reach->node;
    if (c->reach->subjects) {
        c->nodes = arena_array_of(k->v->a, uint32_t, 1);
        c->nodes[0] = node;
        c->node_count = 1;
        return;
    }
    for (uint32_t n = node; k->by_edge[n]; n = g->edges[k->by_edge[n] - 1].from)
        count++;
    c->node_count = count;
    c->nodes = arena_array_of(k->v->a, uint32_t, count);
    c->edges = arena_array_of(k->v->a, const struct graph_edge *, count);
    for (uint32_t i = count; i-- > 0; node = i ? c->edges[i - 1]->from : node) {
        c->nodes[i] = node;
        if (i)
            c->edges[i - 1] = &g->edges[k->by_edge[node] - 1];
    }
}

static uint64_t mask_of(const struct prover *v, const struct prove_cell *c)
{
    return c->verdict == PROVE_DECLARED ? 0 : v->masks[(size_t)c->subject * v->p->labels.count + c->object];
}

static bool is_anybody(const struct graph *g, uint32_t principal)
{
    return principal == g->anonymous || (principal >= g->first_pseudo && g->pseudo[principal - g->first_pseudo].kind == PSEUDO_ANYBODY);
}

static void find_sources(struct walk *k)
{
    struct prover *v = k->v;
    const struct graph *g = v->g;
    uint32_t n = v->p->labels.count, *first = arena_array_of(v->a, uint32_t, n + 3), principals = g->world->principal_count;
    k->sources = arena_array_of(v->a, uint32_t, principals + 1);
    for (uint32_t i = 0; i < principals; i++) {
        if (v->p->label_of[i] != WORLD_NONE)
            first[v->p->label_of[i] + 2]++;
        if (is_anybody(g, i) && k->anybody_count < sizeof k->anybody / sizeof *k->anybody)
            k->anybody[k->anybody_count++] = i;
    }
    for (uint32_t x = 2; x < n + 2; x++)
        first[x] += first[x - 1];
    for (uint32_t i = 0; i < principals; i++)
        if (v->p->label_of[i] != WORLD_NONE)
            k->sources[first[v->p->label_of[i] + 1]++] = i;
    k->first_source = first;
}

static void walk_init(struct walk *k, struct prover *v)
{
    uint32_t n = v->g->node_count + 1;
    *k = (struct walk){.v = v, .without = WORLD_NONE};
    k->stamp = arena_array_of(v->a, uint32_t, n);
    k->by_edge = arena_array_of(v->a, uint32_t, n);
    k->queue = arena_array_of(v->a, uint32_t, n);
    k->best = arena_array_of(v->a, uint32_t, v->p->labels.count + 1);
    k->blocked = bits_new(v->a, v->p->labels.count);
    find_sources(k);
}

/* Whether it is as near without that edge; false too when it is not reached any more. */
static bool as_near_without(struct walk *k, const struct prove_cell *c, uint32_t edge)
{
    struct prove_cell other = {.subject = c->subject, .object = c->object};
    k->without = edge;
    prove_blocked(k->v, mask_of(k->v, c), k->blocked);
    run(k, c->subject, c->level);
    k->without = WORLD_NONE;
    tell_chain(k, &other);
    return other.reach && other.node_count <= c->node_count;
}

static void find_cuts(struct walk *k, struct prove_cell *c)
{
    const struct graph *g = k->v->g;
    c->bridges = arena_array_of(k->v->a, bool, c->node_count + 1);
    for (uint32_t i = 0; i + 1 < c->node_count; i++)
        c->bridges[i] = !as_near_without(k, c, (uint32_t)(c->edges[i] - g->edges));
}

static void take_told(struct prove_cell *c, const struct prove_cell *o)
{
    c->hops = o->hops;
    c->hop_count = o->hop_count;
    c->cuts = o->cuts;
    c->cut_count = o->cut_count;
    c->reason = o->reason;
}

/* What a cell has in common with one that was told: everybody's access, which is told once. */
static bool retell(struct prove_cell *c, const struct prove_cell *o)
{
    if (!o || o->verdict != c->verdict || o->level != c->level || o->node_count != c->node_count || c->node_count > 1 ||
        (c->node_count && c->nodes[0] != o->nodes[0]))
        return false;
    take_told(c, o);
    return true;
}

static int place_of(const struct prove_cell *a, const struct prove_cell *b)
{
    static const int order[PROVE_VERDICTS] = {[PROVE_VIOLATED] = 0, [PROVE_UNKNOWN] = 1, [PROVE_DECLARED] = 2, [PROVE_PROVED] = 3};
    if (a->verdict != b->verdict)
        return order[a->verdict] - order[b->verdict];
    return a->subject != b->subject ? (a->subject < b->subject ? -1 : 1) : (a->object > b->object) - (a->object < b->object);
}

static bool same_reach(const struct prove_reach *x, const struct prove_reach *y)
{
    if (!x || !y)
        return !x && !y;
    return x->node == y->node && x->resource == y->resource && x->owner == y->owner && x->action == y->action && x->share == y->share &&
           x->touches == y->touches && x->level == y->level && x->guard == y->guard && x->decrypt == y->decrypt && x->unlisted == y->unlisted;
}

static bool same_edge(const struct graph_edge *x, const struct graph_edge *y)
{
    return x->to == y->to && x->path == y->path && x->thing == y->thing && x->guard == y->guard && x->level == y->level;
}

/* The same chain of principals whose policies are what they were: then it was told already. */
static bool was_told(const struct prover *v, const struct prove_cell *c, const struct prove_cell *o, bool witness)
{
    if (place_of(c, o) != 0 || c->level != o->level || o->witness != witness || c->node_count != o->node_count || c->gap_count != o->gap_count ||
        (c->gap_count && !str_eq(v->p->missing[c->gaps[0]].what, v->before->p->missing[o->gaps[0]].what)) || !same_reach(c->reach, o->reach) || !c->bridges != !o->bridges)
        return false;
    if (c->reach && c->reach->node != WORLD_NONE && bits_get(v->changed, v->g->nodes[c->reach->node].principal))
        return false;
    for (uint32_t i = 0; i < c->node_count; i++)
        if (c->nodes[i] != o->nodes[i] || bits_get(v->changed, v->g->nodes[c->nodes[i]].principal))
            return false;
    for (uint32_t i = 0; i + 1 < c->node_count; i++)
        if (!same_edge(c->edges[i], &o->edges_told[i]) || (c->bridges && c->bridges[i] != o->bridges[i]))
            return false;
    return true;
}

/* What is told outlives this proof. */
static void tell(struct prover *v, struct prove_cell *c, bool witness, const struct prove_cell *before)
{
    struct arena *own = v->a;
    c->witness = witness;
    c->edges_told = arena_array_of(own, struct graph_edge, c->node_count + 1);
    for (uint32_t i = 0; i + 1 < c->node_count; i++)
        c->edges_told[i] = *c->edges[i];
    if (before && was_told(v, c, before, witness)) {
        take_told(c, before);
        return;
    }
    v->a = v->lasting;
    prove_tell(v, c, witness);
    v->a = own;
}

static void tell_cells(struct walk *k)
{
    struct prover *v = k->v;
    struct proof *p = v->p;
    const struct prove_cell **told = arena_array_of(v->a, const struct prove_cell *, p->reach_count + 1);
    const struct proof *old = v->before ? v->before->p : NULL;
    uint32_t full = 0, at = 0;
    for (uint32_t i = 0; i < p->cell_count && i < PROVE_REASONS_MAX; i++) {
        struct prove_cell *c = &p->cells[i];
        while (old && at < old->cell_count && at < PROVE_REASONS_MAX && place_of(&old->cells[at], c) < 0)
            at++;
        const struct prove_cell **slot = c->reach ? &told[c->reach - p->reaches] : NULL;
        if (slot && retell(c, *slot))
            continue;
        bool witness = full < PROVE_WITNESSES_MAX;
        if (witness && c->verdict == PROVE_VIOLATED)
            find_cuts(k, c);
        tell(v, c, witness, old && at < old->cell_count && at < PROVE_REASONS_MAX ? &old->cells[at] : NULL);
        full += witness;
        if (slot && witness)
            *slot = c;
    }
}

void prove_find_chains(struct prover *v)
{
    struct proof *p = v->p;
    struct walk k;
    walk_init(&k, v);
    bool *done = arena_array_of(v->a, bool, p->cell_count + 1);
    for (uint32_t i = 0; i < p->cell_count; i++) {
        const struct prove_cell *c = &p->cells[i];
        if (done[i] || c->level == LEVEL_NEVER)
            continue;
        prove_blocked(v, mask_of(v, c), k.blocked);
        run(&k, c->subject, c->level);
        for (uint32_t j = i; j < p->cell_count && p->cells[j].verdict == c->verdict && p->cells[j].subject == c->subject; j++)
            if (p->cells[j].level == c->level && mask_of(v, &p->cells[j]) == mask_of(v, c)) {
                tell_chain(&k, &p->cells[j]);
                done[j] = true;
            }
    }
    tell_cells(&k);
}
