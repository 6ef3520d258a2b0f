#include "prove/internal.h"

#include "base/embed.h"

void prove_rights(struct prover *v)
{
    for (int l = 0; l < LEVEL_COUNT; l++)
        prove_flow(v, (enum graph_level)l, NULL, &v->flows[l]);
    prove_reaches(v);
    prove_find_missing(v);
    prove_decide_cells(v);
    prove_find_chains(v);
    v->p->capped = residue_capped(v->g->world->pool);
}

struct prover *prove_begin(struct arena *a, struct graph *g, const struct rights *r)
{
    struct proof *p = arena_new_of(a, struct proof);
    struct prover *v = arena_new_of(a, struct prover);
    struct rights *own = arena_new_of(a, struct rights);
    *own = *r;
    *v = (struct prover){.p = p, .g = g, .r = own, .a = a, .lasting = a};
    *p = (struct proof){.arena = a, .world = g->world, .graph = g, .prover = v};
    map_init(&v->deputies, a);
    for (uint32_t i = 0; i < g->world->account_count; i++)
        p->account_count += g->admin_of[i] != WORLD_NONE;
    prove_labels_fill(v);
    prove_classes_fill(v);
    prove_find_victims(v);
    prove_masks_fill(v);
    prove_rights(v);
    return v;
}

struct proof *prove(struct arena *a, struct graph *g, const struct rights *r) { return prove_begin(a, g, r)->p; }

uint32_t prove_assumptions(struct arena *a, struct prove_assumption **out) { return prove_assumptions_of(a, "data/iam/assumptions.tsv", out); }

uint32_t prove_assumptions_of(struct arena *a, const char *table, struct prove_assumption **out)
{
    struct str rest = embed_get(table);
    uint32_t count = 0, lines = 1;
    for (size_t i = 0; i < rest.len; i++)
        lines += rest.ptr[i] == '\n';
    *out = arena_array_of(a, struct prove_assumption, lines);
    while (rest.ptr) {
        struct str line = str_cut(&rest, '\n'), kind = str_cut(&line, '\t');
        if (kind.len && kind.ptr[0] != '#' && line.ptr)
            (*out)[count++] = (struct prove_assumption){kind, line};
    }
    return count;
}
