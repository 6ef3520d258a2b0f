/* No direct way: over which hosts, the fewest, each of which runs code that whoever reaches it may come to control. */
#include "reach/engine.h"
#include "reach/path.h"

static uint32_t thing_of(const struct net *n, struct net_ref at)
{
    return at.kind == NET_ENI ? n->enis[at.index].thing : at.kind == NET_EXTERNAL ? n->externals[at.index].thing : NET_NONE;
}

bool path_find_pivot(const struct net *n, struct arena *a, const struct path_question *q, struct path_answer *x)
{
    uint32_t *label_of = arena_array_of(a, uint32_t, n->things_count + 1), chain[PATH_PIVOT_MAX];
    for (uint32_t i = 0; i < n->things_count; i++)
        label_of[i] = 1; /* anybody else */
    for (uint32_t i = 0; i < q->from->count; i++) {
        uint32_t thing = thing_of(n, q->from->ends[i].at);
        if (thing != NET_NONE)
            label_of[thing] = 0;
    }
    struct reach_question ask = {.label_of = label_of, .labels = 2};
    struct reach *r = reach_new(n);
    reach_run(r, &ask);
    reach_pivot(r, NULL);
    x->pivot_count = 0;
    for (uint32_t i = 0; i < q->to->count; i++) {
        uint32_t thing = thing_of(n, q->to->ends[i].at);
        if (thing == NET_NONE || label_of[thing] == 0)
            continue;
        uint32_t count = reach_pivot_chain(r, 0, thing, false, chain, PATH_PIVOT_MAX);
        if (count > 1 && (!x->pivot_count || count < x->pivot_count)) {
            x->pivot_count = count;
            memcpy(x->pivot, chain, count * sizeof *chain);
        }
    }
    reach_free(r);
    if (x->pivot_count && x->word == PATH_NONE)
        x->word = PATH_PIVOT;
    return x->pivot_count > 0;
}
