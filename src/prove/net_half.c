#include "prove/net_internal.h"

static void count_facts(struct net_half *h)
{
    const struct net *n = h->net;
    for (uint32_t i = 0; i < n->things_count; i++)
        h->thing_count += n->things[i].external == NET_NONE;
    for (uint32_t i = 0; i < n->vpcs_count; i++)
        h->vpc_count += n->vpcs[i].collected;
    h->eni_count = n->enis_count;
}

struct net_half *net_half_prove(struct arena *a, struct net *n, const struct prove_labels *labels, const struct json *config, struct err *e)
{
    struct net_half *h = arena_new_of(a, struct net_half);
    struct halver v = {.h = h, .n = n, .a = a, .config = config, .l = labels};
    size_t cells = (size_t)labels->count * labels->count;
    *h = (struct net_half){.arena = a, .net = n, .labels = labels};
    h->verdicts = arena_array_of(a, uint8_t, cells + 1);
    h->words = arena_array_of(a, uint8_t, cells + 1);
    v.doubts = arena_array_of(a, uint8_t, cells + 1);
    count_facts(h);
    net_labels_fill(&v);
    net_allows_fill(&v);
    net_missing_fill(&v);
    h->reach = reach_new(n);
    struct reach_question q = {.label_of = h->label_of, .labels = labels->count + 1, .allows = v.allows, .allow_count = v.allow_count};
    reach_run(h->reach, &q);
    net_cells_judge(&v);
    net_pivots_judge(&v);
    net_cells_list(&v);
    if (net_cells_tell(&v, e))
        return h;
    net_half_free(h);
    return NULL;
}

void net_half_free(struct net_half *h)
{
    if (!h || !h->reach)
        return;
    reach_free(h->reach);
    h->reach = NULL;
}

enum prove_verdict net_half_overall(const struct net_half *h)
{
    return h->counts[PROVE_VIOLATED] ? PROVE_VIOLATED : h->counts[PROVE_UNKNOWN] ? PROVE_UNKNOWN : PROVE_PROVED;
}
