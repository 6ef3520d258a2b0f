/* Rights on what others own, by everybody who can be a node as far as both halves know. */
#include "prove/joint_internal.h"

static bool hangs_on_network(const struct joiner *k)
{
    for (uint32_t i = 0; i < k->iam->reach_count; i++)
        if (k->iam->reaches[i].level == LEVEL_NETWORK)
            return true;
    for (uint32_t i = 0; i < k->g->edge_count; i++)
        if (k->g->edges[i].level == LEVEL_NETWORK)
            return true;
    return false;
}

static bool has_seeds(const struct joiner *k)
{
    for (uint32_t t = 0; k->net->net && t < k->net->net->things_count; t++)
        if (k->seeds[LAYER_MAYBE][t])
            return true;
    return false;
}

static bool is_extended(const struct joiner *k)
{
    size_t size = k->g->node_count * k->words * sizeof(uint64_t);
    return hangs_on_network(k) || has_seeds(k) || memcmp(k->nodes[LAYER_MAYBE], k->v->flows[LEVEL_UNKNOWN].bits, size) != 0;
}

/* The IAM half keeps one right of a node for each owner; here those that hang on the network count each for itself. */
static void find_anew(struct joiner *k)
{
    struct prover v = *k->v;
    struct proof p = *k->iam;
    p.arena = k->a;
    p.reaches = NULL;
    p.reach_count = 0;
    v.p = &p;
    v.a = k->a;
    v.before = NULL;
    v.unlisted = NULL;
    v.keep_network = true;
    v.network_capped = false;
    v.flows[LEVEL_UNKNOWN] = (struct flow){k->nodes[LAYER_MAYBE], k->words};
    prove_reaches(&v);
    k->reaches = p.reaches;
    k->reach_count = p.reach_count;
    k->reaches_capped = v.network_capped;
}

static void index_reaches(struct joiner *k)
{
    uint32_t nodes = k->g->node_count, at = 0;
    k->first_reach = arena_array_of(k->a, uint32_t, nodes + 3);
    k->by_node = arena_array_of(k->a, uint32_t, k->reach_count + 1);
    for (uint32_t i = 0; i < k->reach_count; i++)
        if (!k->reaches[i].subjects)
            k->first_reach[k->reaches[i].node + 2]++;
    for (uint32_t i = 2; i < nodes + 2; i++)
        k->first_reach[i] += k->first_reach[i - 1];
    k->no_node = k->first_reach[nodes + 1];
    for (uint32_t i = 0; i < k->reach_count; i++)
        if (!k->reaches[i].subjects)
            k->by_node[k->first_reach[k->reaches[i].node + 1]++] = i;
        else
            k->by_node[k->no_node + at++] = i;
}

static void note(struct joiner *k, const struct prove_reach *r)
{
    const uint64_t *maybe = r->subjects ? r->subjects : &k->nodes[LAYER_MAYBE][r->node * k->words];
    const uint64_t *sure = r->subjects ? r->subjects : &k->nodes[LAYER_SURE][r->node * k->words];
    for (size_t x = bits_next(maybe, k->n, 0); x < k->n; x = bits_next(maybe, k->n, x + 1)) {
        uint8_t *best = &k->best[joint_at(k, (uint32_t)x, r->owner)];
        if (x == r->owner || *best == OPEN_YES)
            continue;
        enum joint_open open = joint_reach_open(k, (uint32_t)x, r, NULL);
        if (open == OPEN_YES && !bits_get(sure, x))
            open = OPEN_MAYBE;
        if (open > *best)
            *best = (uint8_t)open;
    }
}

void joint_reaches(struct joiner *k)
{
    k->best = arena_array_of(k->a, uint8_t, (size_t)k->n * k->n + 1);
    k->extended = is_extended(k);
    if (!k->extended)
        return;
    find_anew(k);
    index_reaches(k);
    for (uint32_t i = 0; i < k->reach_count; i++)
        note(k, &k->reaches[i]);
}
