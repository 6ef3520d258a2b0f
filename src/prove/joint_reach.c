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

/* Somebody gets into a thing over the network, and with it to its role. */
static bool has_entries(const struct joiner *k)
{
    for (uint32_t t = 0; k->net->net && t < k->net->net->things_count; t++)
        if (k->role_node[t] != WORLD_NONE && (k->entered[LAYER_SURE][t] || k->entered[LAYER_MAYBE][t]))
            return true;
    return false;
}

static bool same_nodes(const struct joiner *k)
{
    size_t size = k->g->node_count * k->words * sizeof(uint64_t);
    return memcmp(k->nodes[LAYER_MAYBE], k->v->flows[LEVEL_UNKNOWN].bits, size) == 0 &&
           memcmp(k->nodes[LAYER_SURE], k->v->flows[LEVEL_CONDITIONAL].bits, size) == 0;
}

/* An edge as sure as that: edges are sorted by where they lead, the surest first. */
static bool has_edge(const struct graph *g, uint32_t from, uint32_t to, enum graph_level level)
{
    uint32_t lo = g->first_edge[from], hi = g->first_edge[from + 1];
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (g->edges[mid].to < to)
            lo = mid + 1;
        else
            hi = mid;
    }
    return from == to || (lo < g->first_edge[from + 1] && g->edges[lo].to == to && g->edges[lo].level <= level);
}

/* A way to a role over a thing, without the network, that is no edge of the graph: it may go past what `via` declares. */
static bool has_ways_of_things(const struct joiner *k)
{
    const struct net *n = k->net->net;
    for (uint32_t t = 0; n && t < n->things_count; t++) {
        uint32_t node = k->role_node[t], own = k->net->label_of[t];
        if (node != WORLD_NONE && n->things[t].runs_code && own < k->n && k->iam->label_of[k->g->nodes[node].principal] != own)
            return true;
    }
    for (uint32_t node = 0; node < k->g->node_count; node++)
        for (uint32_t i = k->first_control[node]; i < k->last_control[node]; i++) {
            const struct joint_control *c = &k->controls[i];
            if (k->role_node[c->thing] != WORLD_NONE && !has_edge(k->g, node, k->role_node[c->thing], c->level))
                return true;
        }
    return false;
}

/* Where nothing hangs on the network, nobody comes into a role over it, and things lead nowhere that the graph does not, the IAM half's
 * cells stand: there is nothing to look for. */
static bool is_extended(const struct joiner *k)
{
    return hangs_on_network(k) || has_entries(k) || !same_nodes(k) || has_ways_of_things(k);
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
