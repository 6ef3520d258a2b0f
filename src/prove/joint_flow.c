/* Who can be whom and run code in what, by IAM and the network together: until nothing is added. */
#include "prove/joint_internal.h"

struct spread {
    struct joiner *k;
    enum joint_layer layer;
    uint32_t *queue, head, count;
    bool *queued;
    bool changed;
};

bool joint_add(struct joiner *k, uint64_t **set, const uint64_t *more, uint32_t without)
{
    uint64_t grown = 0;
    for (size_t i = 0; more && i < k->words; i++) {
        uint64_t word = more[i];
        if (without != NET_NONE && without / 64 == i)
            word &= ~((uint64_t)1 << (without % 64));
        if (i == k->words - 1 && k->n % 64)
            word &= ((uint64_t)1 << (k->n % 64)) - 1; /* the engine has a label more: what is hidden */
        if (word && !*set)
            *set = bits_new(k->a, (size_t)k->n + 1);
        if (word) {
            grown |= word & ~(*set)[i];
            (*set)[i] |= word;
        }
    }
    return grown != 0;
}

static enum joint_open at_level(enum graph_level level)
{
    return level <= LEVEL_CONDITIONAL ? OPEN_YES : level == LEVEL_NEVER ? OPEN_NO : OPEN_MAYBE;
}

static struct str service_of(const struct joiner *k, uint32_t action)
{
    return action == WORLD_NONE ? str_make(NULL, 0) : k->w->catalogue->actions[action].service;
}

/* A way to the port of a thing (EC2 Instance Connect): whoever has it can be in the thing. */
static enum joint_open has_port(const struct joiner *k, uint32_t label, uint32_t resource)
{
    uint32_t t = resource == WORLD_NONE ? NET_NONE : k->thing_of[resource];
    if (t == NET_NONE)
        return OPEN_MAYBE;
    if (k->net->label_of[t] == label || (k->hosts[LAYER_SURE][t] && bits_get(k->hosts[LAYER_SURE][t], label)))
        return OPEN_YES;
    return k->hosts[LAYER_MAYBE][t] && bits_get(k->hosts[LAYER_MAYBE][t], label) ? OPEN_MAYBE : OPEN_NO;
}

static bool path_needs_port(const struct joiner *k, uint32_t path)
{
    return path < k->g->path_count && k->g->paths[path].level == LEVEL_NETWORK;
}

static enum joint_open edge_open(struct joiner *k, uint32_t label, const struct graph_edge *e, struct joint_way *way)
{
    const struct residue *guard = graph_guard(k->g, e->from, e->guard);
    enum joint_open open = OPEN_YES;
    if (e->level != LEVEL_NETWORK)
        return at_level(e->level);
    if (path_needs_port(k, e->path))
        open = has_port(k, label, e->thing);
    if (graph_level_of(k->g, guard) > LEVEL_CONDITIONAL && open != OPEN_NO) {
        struct joint_ask q = {.guard = guard, .principal = k->g->nodes[e->from].principal, .action = WORLD_NONE, .resource = e->thing};
        if (e->path < k->g->path_count) {
            struct str rest = k->g->paths[e->path].needs[0].action;
            q.service = str_cut(&rest, ':');
            q.action = k->g->paths[e->path].need_count == 1 ? k->g->paths[e->path].needs[0].index : WORLD_NONE;
        }
        enum joint_open by = joint_open(k, label, &q, way);
        open = by < open ? by : open;
    }
    return open;
}

enum joint_open joint_edge_open(struct joiner *k, uint32_t label, const struct graph_edge *e, struct joint_way *way)
{
    enum joint_open open = edge_open(k, label, e, way);
    return open == OPEN_NO && e->more ? OPEN_MAYBE : open;
}

enum joint_open joint_control_open(struct joiner *k, uint32_t label, const struct joint_control *c, struct joint_way *way)
{
    if (c->level != LEVEL_NETWORK)
        return at_level(c->level);
    struct str rest = k->g->paths[c->path].needs[0].action;
    struct joint_ask q = {.guard = c->guard, .principal = k->g->nodes[c->node].principal, .action = WORLD_NONE, .resource = c->resource,
                          .service = str_cut(&rest, ':')};
    return joint_open(k, label, &q, way);
}

enum joint_open joint_reach_open(struct joiner *k, uint32_t label, const struct prove_reach *r, struct joint_way *way)
{
    if (r->level != LEVEL_NETWORK || r->share != WORLD_NONE || r->node == WORLD_NONE || r->unlisted)
        return at_level(r->level);
    struct joint_ask q = {.guard = r->guard, .principal = k->g->nodes[r->node].principal, .action = r->action, .resource = r->resource,
                          .service = service_of(k, r->action)};
    return joint_open(k, label, &q, way);
}

static void enqueue(struct spread *s, uint32_t node)
{
    if (s->queued[node])
        return;
    s->queued[node] = true;
    s->queue[(s->head + s->count++) % (s->k->g->node_count + 1)] = node;
}

/* The labels among `more` that pass the edge. */
static bool pass(struct spread *s, const struct graph_edge *e)
{
    struct joiner *k = s->k;
    const uint64_t *from = &k->nodes[s->layer][e->from * k->words];
    uint64_t *to = &k->nodes[s->layer][e->to * k->words];
    bool grew = false;
    if (e->level != LEVEL_NETWORK)
        return joint_passes(at_level(e->level), s->layer) && bits_or(to, from, k->words);
    for (size_t x = bits_next(from, k->n, 0); x < k->n; x = bits_next(from, k->n, x + 1)) {
        if (bits_get(to, x) || !joint_passes(joint_edge_open(k, (uint32_t)x, e, NULL), s->layer))
            continue;
        bits_set(to, x);
        grew = true;
    }
    return grew;
}

static bool spread(struct joiner *k, enum joint_layer layer)
{
    struct arena *scratch = arena_new(0);
    struct spread s = {.k = k, .layer = layer};
    s.queue = arena_array_of(scratch, uint32_t, k->g->node_count + 1);
    s.queued = arena_array_of(scratch, bool, k->g->node_count + 1);
    for (uint32_t i = 0; i < k->g->node_count; i++)
        if (bits_any(&k->nodes[layer][i * k->words], k->words))
            enqueue(&s, i);
    while (s.count) {
        uint32_t node = s.queue[s.head];
        s.head = (s.head + 1) % (k->g->node_count + 1);
        s.count--;
        s.queued[node] = false;
        for (uint32_t i = k->g->first_edge[node]; i < k->g->first_edge[node + 1]; i++)
            if (pass(&s, &k->g->edges[i])) {
                s.changed = true;
                enqueue(&s, k->g->edges[i].to);
            }
    }
    arena_free(scratch);
    return s.changed;
}

static void begin_nodes(struct joiner *k)
{
    for (int l = 0; l < LAYERS; l++)
        k->nodes[l] = arena_array_of(k->a, uint64_t, k->g->node_count * k->words + 1);
    for (uint32_t i = 0; i < k->g->node_count; i++)
        for (int l = 0; l < LAYERS; l++)
            prove_seed(k->v, i, &k->nodes[l][i * k->words]);
}

static void begin_things(struct joiner *k)
{
    const struct net *n = k->net->net;
    uint32_t things = n ? n->things_count : 0;
    k->role_node = arena_array_of(k->a, uint32_t, things + 1);
    for (int l = 0; l < LAYERS; l++) {
        k->seeds[l] = arena_array_of(k->a, uint64_t *, things + 1);
        k->entered[l] = arena_array_of(k->a, uint64_t *, things + 1);
        k->hosts[l] = arena_array_of(k->a, uint64_t *, things + 1);
    }
    for (uint32_t t = 0; t < things; t++) {
        uint32_t p = n->things[t].role_arn.len ? world_principal_of(k->w, n->things[t].role_arn) : WORLD_NONE;
        k->role_node[t] = p == WORLD_NONE ? p : k->g->chained_of[p] != WORLD_NONE ? k->g->chained_of[p] : p;
    }
    k->thing_of = arena_array_of(k->a, uint32_t, k->w->resource_count + 1);
    for (uint32_t r = 0; r < k->w->resource_count; r++) {
        struct net_ref at = n ? net_find(n, k->w->resources[r].arn) : (struct net_ref){NET_NOTHING, NET_NONE};
        k->thing_of[r] = at.kind == NET_THING ? at.index : NET_NONE;
    }
}

static bool is_session(const struct joiner *k, uint32_t t, uint32_t x)
{
    static const enum reach_how sure[] = {HOW_DIRECT, HOW_DIRECT_INTERNET, HOW_DECLARED};
    for (size_t i = 0; i < sizeof sure / sizeof *sure; i++) {
        const uint64_t *bits = reach_labels(k->net->reach, t, sure[i]);
        if (bits && bits_get(bits, x))
            return true;
    }
    return false;
}

/* An answer that does not return is no session; what came of it is not known. */
static void enter(struct joiner *k, uint32_t t)
{
    static const enum reach_how one_way[] = {HOW_ONE_WAY, HOW_ONE_WAY_INTERNET};
    const struct reach *r = k->net->reach;
    uint32_t own = k->net->label_of[t];
    uint64_t *bits[] = {bits_new(k->passing, (size_t)k->n + 1), bits_new(k->passing, (size_t)k->n + 1)};
    for (int l = 0; l < LAYERS; l++)
        reach_control_labels(r, t, l == LAYER_MAYBE, bits[l]);
    for (size_t i = 0; i < sizeof one_way / sizeof *one_way; i++)
        for (uint32_t x = 0; x < k->n && reach_labels(r, t, one_way[i]); x++)
            if (bits_get(reach_labels(r, t, one_way[i]), x) && !is_session(k, t, x))
                bits_clear(bits[LAYER_SURE], x);
    for (int l = 0; l < LAYERS; l++) {
        joint_add(k, &k->entered[l][t], bits[l], own);
        joint_add(k, &k->entered[l][t], reach_pivot_labels(r, t, l == LAYER_MAYBE), own);
    }
    joint_add(k, &k->entered[LAYER_MAYBE][t], k->entered[LAYER_SURE][t], NET_NONE);
    arena_reset(k->passing);
}

void joint_pivot(struct joiner *k, enum joint_layer layer)
{
    reach_pivot(k->net->reach, (const uint64_t *const *)k->seeds[layer]);
}

/* The network closed over what is controlled by IAM: first over what may be, then over what is sure. */
static bool hosts_now(struct joiner *k)
{
    const struct net *n = k->net->net;
    bool grew = false;
    for (int l = LAYER_MAYBE; l >= LAYER_SURE && k->net->reach; l--) {
        joint_pivot(k, (enum joint_layer)l);
        for (uint32_t t = 0; t < n->things_count; t++) {
            if (!n->things[t].runs_code)
                continue;
            if (l == LAYER_SURE)
                enter(k, t);
            else
                joint_add(k, &k->entered[LAYER_MAYBE][t], reach_pivot_labels(k->net->reach, t, false), k->net->label_of[t]);
        }
    }
    for (uint32_t t = 0; n && t < n->things_count; t++) {
        for (int l = 0; l < LAYERS; l++) {
            grew |= joint_add(k, &k->hosts[l][t], k->entered[l][t], k->net->label_of[t]);
            grew |= joint_add(k, &k->hosts[l][t], k->seeds[l][t], k->net->label_of[t]);
        }
        grew |= joint_add(k, &k->hosts[LAYER_MAYBE][t], k->hosts[LAYER_SURE][t], NET_NONE);
    }
    return grew;
}

/* Whoever runs code in a thing is what it runs as; so is the thing's own label, whose role it may not be. */
static bool take_roles(struct joiner *k)
{
    const struct net *n = k->net->net;
    bool grew = false;
    for (uint32_t t = 0; n && t < n->things_count; t++)
        for (int l = 0; l < LAYERS && k->role_node[t] != WORLD_NONE; l++) {
            uint64_t *to = &k->nodes[l][k->role_node[t] * k->words];
            uint32_t own = k->net->label_of[t];
            if (k->hosts[l][t])
                grew |= bits_or(to, k->hosts[l][t], k->words);
            if (own != NET_NONE && own < k->n && n->things[t].runs_code && !bits_get(to, own)) {
                bits_set(to, own);
                grew = true;
            }
        }
    return grew;
}

void joint_flow(struct joiner *k)
{
    bool grew = true, seeded = true;
    k->passing = arena_child(k->a, 0);
    begin_nodes(k);
    begin_things(k);
    joint_control_begin(k);
    joint_ways_begin(k);
    while (grew) {
        grew = false;
        for (int l = 0; l < LAYERS; l++)
            grew |= spread(k, (enum joint_layer)l);
        seeded |= joint_control(k);
        grew |= seeded && hosts_now(k);
        grew |= take_roles(k) || seeded;
        seeded = false;
        joint_ways_again(k);
    }
}
