/* Who runs code in what by IAM: sessions on hosts, code of functions, what things are made from. Unlike the edges of the graph,
 * which lead to the role, each thing counts for itself, for where it sits; also one that has no role. */
#include "access/graph_internal.h"
#include "prove/joint_internal.h"

struct lister {
    struct joiner *k;
    struct arena *scratch;
    uint64_t *bits;           /* questions that control rests on */
    uint32_t *first, *things; /* by resource: net things that are made from it */
    struct principal_rights rights;
};

static bool is_control(const struct privilege_path *p)
{
    bool on = false;
    for (uint32_t i = 0; i < p->need_count; i++)
        on |= p->needs[i].on == ON_THING || p->needs[i].on == ON_SOURCE;
    return on && p->gives == GIVES_THING_ROLE;
}

static bool on_row(const struct path_need *n) { return n->on == ON_THING || n->on == ON_SOURCE; }

static void each_made(const struct joiner *k, void (*each)(struct lister *l, uint32_t source, uint32_t thing), struct lister *l)
{
    for (uint32_t i = 0; i < k->w->resource_count; i++)
        if (k->thing_of[i] != NET_NONE && k->w->resources[i].source != WORLD_NONE)
            each(l, k->w->resources[i].source, k->thing_of[i]);
    for (uint32_t i = 0; i < k->w->made_count; i++)
        if (k->thing_of[k->w->made[i].thing] != NET_NONE)
            each(l, k->w->made[i].source, k->thing_of[k->w->made[i].thing]);
}

static void count_made(struct lister *l, uint32_t source, uint32_t thing)
{
    (void)thing;
    l->first[source + 2]++;
}

static void put_made(struct lister *l, uint32_t source, uint32_t thing) { l->things[l->first[source + 1]++] = thing; }

static void find_made(struct lister *l)
{
    uint32_t count = l->k->w->resource_count;
    l->first = arena_array_of(l->scratch, uint32_t, count + 3);
    each_made(l->k, count_made, l);
    for (uint32_t i = 2; i < count + 2; i++)
        l->first[i] += l->first[i - 1];
    l->things = arena_array_of(l->scratch, uint32_t, l->first[count + 1] + 1);
    each_made(l->k, put_made, l);
}

void joint_control_begin(struct joiner *k)
{
    k->first_control = arena_array_of(k->a, uint32_t, k->g->node_count + 1);
    k->last_control = arena_array_of(k->a, uint32_t, k->g->node_count + 1);
    k->listed = arena_array_of(k->a, bool, k->g->node_count + 1);
}

static void find_bits(struct lister *l)
{
    const struct graph *g = l->k->g;
    const struct rights *r = l->k->v->r;
    l->bits = bits_new(l->scratch, r->question_count(r->self));
    for (uint32_t i = 0; i < g->path_count; i++)
        for (uint32_t n = 0; is_control(&g->paths[i]) && n < g->paths[i].need_count; n++) {
            const struct path_need *need = &g->paths[i].needs[n];
            uint32_t bit = on_row(need) && need->index != WORLD_NONE ? r->question(r->self, need->index) : WORLD_NONE;
            if (bit != WORLD_NONE)
                bits_set(l->bits, bit);
        }
}

/* Somebody can be the node whose the thing is not. */
static bool is_foreign(const struct joiner *k, uint32_t node, uint32_t thing)
{
    const uint64_t *bits = &k->nodes[LAYER_MAYBE][node * k->words];
    uint32_t own = k->net->label_of[thing];
    size_t count = bits_count(bits, k->words);
    return count > 1 || (count == 1 && (own >= k->n || !bits_get(bits, own)));
}

static void add(struct lister *l, uint32_t node, uint32_t thing, uint32_t path, uint32_t resource, const struct residue *guard, bool more)
{
    struct joiner *k = l->k;
    guard = graph_guard(k->g, node, guard);
    enum graph_level level = graph_level_of(k->g, guard);
    if (more && level < LEVEL_UNKNOWN)
        level = LEVEL_UNKNOWN;
    if (level == LEVEL_NEVER)
        return;
    if (k->control_count == k->control_size) {
        uint32_t size = k->control_size ? k->control_size * 2 : 256;
        struct joint_control *items = arena_array_of(k->a, struct joint_control, size);
        if (k->control_count)
            memcpy(items, k->controls, k->control_count * sizeof *items);
        k->controls = items;
        k->control_size = size;
    }
    k->controls[k->control_count++] = (struct joint_control){node, thing, path, resource, level, guard};
}

/* All needs of the path on this row; of others than those on it that they are met is not sure. */
static const struct residue *rest_on(struct lister *l, const struct privilege_path *path, uint32_t driver, uint32_t resource,
                                     const struct residue *guard, bool *more)
{
    const struct rights *r = l->k->v->r;
    for (uint32_t i = 0; i < path->need_count && guard != residue_false; i++) {
        const struct path_need *n = &path->needs[i];
        *more |= !on_row(n);
        if (i == driver || !on_row(n))
            continue;
        uint32_t bit = n->index == WORLD_NONE ? WORLD_NONE : r->question(r->self, n->index);
        guard = bit == WORLD_NONE ? residue_false : residue_and(l->k->w->pool, guard, rights_on(l->k->g, &l->rights, bit, resource));
    }
    return guard;
}

static void list_row(struct lister *l, uint32_t node, uint32_t path, uint32_t driver, uint32_t resource, const struct residue *guard)
{
    struct joiner *k = l->k;
    const struct privilege_path *p = &k->g->paths[path];
    bool made = p->needs[driver].on == ON_SOURCE, more = false;
    if (!str_eq(k->w->resources[resource].type, p->needs[driver].type) || (!made && k->thing_of[resource] == NET_NONE))
        return;
    guard = rest_on(l, p, driver, resource, guard, &more);
    if (!made && is_foreign(k, node, k->thing_of[resource]))
        add(l, node, k->thing_of[resource], path, resource, guard, more);
    for (uint32_t i = l->first[resource]; made && i < l->first[resource + 1]; i++)
        if (is_foreign(k, node, l->things[i]))
            add(l, node, l->things[i], path, resource, guard, more);
}

static void list_path(struct lister *l, uint32_t node, uint32_t path)
{
    const struct privilege_path *p = &l->k->g->paths[path];
    const struct rights *r = l->k->v->r;
    uint32_t driver = 0;
    while (driver < p->need_count && !on_row(&p->needs[driver]))
        driver++;
    if (driver == p->need_count || p->needs[driver].index == WORLD_NONE)
        return;
    uint32_t bit = r->question(r->self, p->needs[driver].index);
    for (uint32_t i = 0; i < l->rights.count; i++) {
        const struct right *right = &l->rights.items[i];
        for (uint32_t s = 0; right->bit == bit && s < right->resources->count && right->resources->items[s] < l->k->w->resource_count; s++)
            list_row(l, node, path, driver, right->resources->items[s], right->guard);
    }
}

/* EC2 Instance Connect and its like need a way to the port too: who has it is in the thing already. */
static void list_node(struct lister *l, uint32_t node)
{
    struct joiner *k = l->k;
    rights_collect(k->g, k->v->r, l->bits, k->g->nodes[node].principal, &l->rights);
    k->first_control[node] = k->control_count;
    for (uint32_t i = 0; i < k->g->path_count && l->rights.count; i++)
        if (is_control(&k->g->paths[i]) && k->g->paths[i].level != LEVEL_NETWORK)
            list_path(l, node, i);
    k->last_control[node] = k->control_count;
}

/* New subjects of a node may make more of what it controls foreign: it is then listed again. */
static void list_nodes(struct joiner *k, struct lister *l, uint32_t *seen)
{
    for (uint32_t i = 0; i < k->g->node_count; i++) {
        uint32_t count = (uint32_t)bits_count(&k->nodes[LAYER_MAYBE][i * k->words], k->words);
        enum world_principal_kind kind = k->w->principals[k->g->nodes[i].principal].kind;
        if (!count || kind == WORLD_SERVICE || (k->listed[i] && seen[i] == count))
            continue;
        if (!k->listed[i] || seen[i] < 2)
            list_node(l, i);
        k->listed[i] = true;
        seen[i] = count;
    }
}

static bool seed(struct joiner *k, const struct joint_control *c)
{
    bool grew = false;
    for (int l = 0; l < LAYERS; l++) {
        const uint64_t *from = &k->nodes[l][c->node * k->words];
        if (c->level != LEVEL_NETWORK) {
            if (c->level <= LEVEL_CONDITIONAL || l == LAYER_MAYBE)
                grew |= joint_add(k, &k->seeds[l][c->thing], from, k->net->label_of[c->thing]);
            continue;
        }
        for (size_t x = bits_next(from, k->n, 0); x < k->n; x = bits_next(from, k->n, x + 1)) {
            uint64_t **set = &k->seeds[l][c->thing];
            if (x == k->net->label_of[c->thing] || (*set && bits_get(*set, x)) ||
                !joint_passes(joint_control_open(k, (uint32_t)x, c, NULL), (enum joint_layer)l))
                continue;
            if (!*set)
                *set = bits_new(k->a, (size_t)k->n + 1);
            bits_set(*set, x);
            grew = true;
        }
    }
    return grew;
}

bool joint_control(struct joiner *k)
{
    struct lister l = {.k = k, .scratch = arena_new(0)};
    bool grew = false;
    if (!k->seen_labels)
        k->seen_labels = arena_array_of(k->a, uint32_t, k->g->node_count + 1);
    if (k->net->net && k->net->reach) {
        find_bits(&l);
        find_made(&l);
        list_nodes(k, &l, k->seen_labels);
    }
    for (uint32_t i = 0; i < k->g->node_count; i++)
        for (uint32_t c = k->first_control[i]; c < k->last_control[i]; c++)
            grew |= seed(k, &k->controls[c]);
    arena_free(l.scratch);
    return grew;
}
