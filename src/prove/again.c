/* The proof again after a change, in the same process: what the change does not touch is kept. */
#include "prove/internal.h"

/* Everything from the world; the world's own rows stay. */
static bool make(struct prove_session *s, struct err *e)
{
    uint32_t *actions;
    s->lasting = arena_new(1 << 20);
    s->graph = graph_prepare(s->world, e);
    if (!s->graph)
        return false;
    uint32_t count = prove_questions(s->graph, s->lasting, &actions);
    s->engine = engine_new(s->world, actions, count);
    engine_run(s->engine);
    s->rights = rights_of_engine(s->engine);
    graph_build(s->graph, &s->rights);
    graph_watch(s->graph);
    s->prover = prove_begin(s->lasting, s->graph, &s->rights);
    s->proof = s->prover->p;
    return true;
}

static void drop(struct prove_session *s)
{
    if (s->graph)
        graph_withdraw(s->graph);
    engine_free(s->engine);
    arena_free(s->lasting);
    s->engine = NULL;
    s->lasting = NULL;
    s->graph = NULL;
}

static bool make_anew(struct prove_session *s, struct err *e)
{
    drop(s);
    s->anew++;
    return make(s, e);
}

bool prove_session_open(struct prove_session *s, struct world *w, struct err *e)
{
    *s = (struct prove_session){.world = w};
    for (int i = 0; i < 2; i++)
        s->turns[i] = arena_new(1 << 20);
    return make(s, e);
}

void prove_session_close(struct prove_session *s)
{
    drop(s);
    for (int i = 0; i < 2; i++)
        arena_free(s->turns[i]);
    *s = (struct prove_session){0};
}

/* Labels, classes, victims and what `via` frees rest on no policy of a principal. */
static struct prover *follow(struct arena *a, const struct prover *before)
{
    struct prover *v = arena_new_of(a, struct prover);
    struct proof *p = arena_new_of(a, struct proof);
    *v = *before;
    *p = *before->p;
    p->reaches = NULL;
    p->reach_count = 0;
    p->missing = NULL;
    p->missing_count = 0;
    p->cells = NULL;
    p->cell_count = 0;
    p->arena = a;
    memset(p->counts, 0, sizeof p->counts);
    memset(v->flows, 0, sizeof v->flows);
    v->p = p;
    p->prover = v;
    v->a = a;
    v->before = before;
    return v;
}

static bool same_nodes(const struct graph *g, const struct graph_node *nodes, uint32_t count)
{
    bool same = g->node_count == count;
    for (uint32_t i = 0; same && i < count; i++)
        same = g->nodes[i].principal == nodes[i].principal && g->nodes[i].chained == nodes[i].chained;
    return same;
}

static void prove_again(struct prove_session *s, const uint32_t *changed, uint32_t count)
{
    struct arena *a = s->turns[s->turn];
    uint32_t nodes = s->graph->node_count;
    arena_reset(a);
    struct graph_node *were = arena_array_of(a, struct graph_node, nodes + 1);
    memcpy(were, s->graph->nodes, nodes * sizeof *were);
    graph_changed(s->graph, changed, count);
    if (!same_nodes(s->graph, were, nodes)) {
        arena_free(s->lasting);
        s->lasting = arena_new(1 << 20);
        s->prover = prove_begin(s->lasting, s->graph, &s->rights);
    } else {
        uint64_t *bits = bits_new(a, s->world->principal_count);
        for (uint32_t i = 0; i < count; i++)
            bits_set(bits, changed[i]);
        s->prover = follow(a, s->prover);
        s->prover->changed = bits;
        prove_rights(s->prover);
        s->prover->before = NULL;
        s->turn ^= 1;
    }
    s->proof = s->prover->p;
}

bool prove_session_principal(struct prove_session *s, uint32_t principal, struct err *e)
{
    uint32_t forms[GRAPH_FORMS_MAX], count = graph_forms(s->graph, principal, forms);
    if (!count)
        return make_anew(s, e);
    for (uint32_t i = 0; i < count; i++)
        engine_principal_changed(s->engine, forms[i]);
    prove_again(s, forms, count);
    return true;
}

bool prove_session_organization(struct prove_session *s, struct err *e)
{
    if (!graph_still_fits(s->graph))
        return make_anew(s, e);
    arena_free(s->lasting);
    s->lasting = arena_new(1 << 20);
    engine_organization_changed(s->engine);
    graph_build(s->graph, &s->rights);
    s->prover = prove_begin(s->lasting, s->graph, &s->rights);
    s->proof = s->prover->p;
    graph_watch(s->graph);
    return true;
}
