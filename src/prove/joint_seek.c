/* One subject, one object: the shortest chain over principals and things. */
#include "prove/joint_internal.h"

enum { CHAIN_MAX = 64, NO_STEP = UINT32_MAX };

/* A thing that the subject comes into over the network; `after`: from a thing that it controls by IAM, else from its own. */
struct entry {
    uint32_t thing, after;
    uint32_t middle[CHAIN_MAX], middle_count; /* hosts on the way, before the thing */
};

struct seen {
    uint32_t stamp, before; /* state that it was reached from, or NO_STEP */
    enum joint_step_kind kind;
    uint32_t at;
};

struct seeker {
    struct joiner *k;
    struct arena *arena;     /* of one subject and layer */
    uint32_t subject;
    enum joint_layer layer;
    struct entry *entries;
    uint32_t entry_count;
    struct seen *seen;       /* by state: nodes, then things */
    uint32_t *queue, head, count, round, states;
    const uint64_t *blocked;
    uint32_t object, target; /* a label; a thing, or NET_NONE */
};

void joint_seek_begin(struct joiner *k)
{
    uint32_t things = k->net->net ? k->net->net->things_count : 0;
    struct seeker *s = k->seeker = arena_new_of(k->a, struct seeker);
    *s = (struct seeker){.k = k, .arena = arena_child(k->a, 0), .subject = NO_STEP, .states = k->g->node_count + things};
    s->seen = arena_array_of(k->a, struct seen, s->states + 1);
    s->queue = arena_array_of(k->a, uint32_t, s->states + 1);
}

static bool holds(const uint64_t *bits, uint32_t label) { return bits && bits_get(bits, label); }

static bool is_direct(const struct seeker *s, uint32_t thing)
{
    static const enum reach_how hows[] = {HOW_DIRECT, HOW_DIRECT_INTERNET, HOW_DECLARED, HOW_ONE_WAY, HOW_ONE_WAY_INTERNET, HOW_UNKNOWN, HOW_UNKNOWN_INTERNET};
    size_t count = s->layer == LAYER_SURE ? 3 : sizeof hows / sizeof *hows;
    if (reach_only_public(s->k->net->reach, s->subject, thing))
        return false;
    for (size_t i = 0; i < count; i++)
        if (holds(reach_labels(s->k->net->reach, thing, hows[i]), s->subject))
            return true;
    return false;
}

static void put_entry(struct seeker *s, struct entry *e, const uint32_t *chain, uint32_t count)
{
    uint32_t first = 0;
    e->after = NET_NONE;
    e->middle_count = 0;
    if (count && holds(s->k->seeds[s->layer][chain[0]], s->subject) && !is_direct(s, chain[0])) {
        e->after = chain[0];
        first = 1;
    }
    for (uint32_t i = first; i + 1 < count; i++)
        e->middle[e->middle_count++] = chain[i];
}

/* How the network leads there: from the subject's own, or from what it controls by IAM. */
static void note_entry(struct seeker *s, uint32_t thing)
{
    const struct joiner *k = s->k;
    struct entry *e = &s->entries[s->entry_count++];
    *e = (struct entry){.thing = thing, .after = NET_NONE};
    if (is_direct(s, thing))
        return;
    uint32_t chain[CHAIN_MAX], count = reach_pivot_chain(k->net->reach, s->subject, thing, false, chain, CHAIN_MAX);
    if (!count && s->layer == LAYER_MAYBE)
        count = reach_pivot_chain(k->net->reach, s->subject, thing, true, chain, CHAIN_MAX);
    put_entry(s, e, chain, count);
}

static void begin_subject(struct seeker *s, uint32_t subject, enum joint_layer layer)
{
    const struct joiner *k = s->k;
    uint32_t count = 0, things = k->net->reach ? k->net->net->things_count : 0;
    if (s->subject == subject && s->layer == layer)
        return;
    arena_reset(s->arena);
    s->subject = subject;
    s->layer = layer;
    s->entry_count = 0;
    for (uint32_t t = 0; t < things; t++)
        count += k->role_node[t] != WORLD_NONE && holds(k->hosts[layer][t], subject);
    s->entries = arena_array_of(s->arena, struct entry, count + 1);
    for (uint32_t t = 0; t < things && count; t++)
        if (k->role_node[t] != WORLD_NONE && holds(k->hosts[layer][t], subject) && k->net->net->things[t].runs_code)
            note_entry(s, t);
}

static bool is_blocked(const struct seeker *s, uint32_t label) { return s->blocked && label < s->k->n && bits_get(s->blocked, label); }

static void see(struct seeker *s, uint32_t state, uint32_t before, enum joint_step_kind kind, uint32_t at)
{
    const struct joiner *k = s->k;
    bool node = state < k->g->node_count;
    if (state == k->g->node_count + s->target && s->target != NET_NONE && kind != STEP_CONTROL)
        return;
    if (s->seen[state].stamp == s->round || is_blocked(s, node ? k->v->block_label[state] : k->net->label_of[state - k->g->node_count]))
        return;
    s->seen[state] = (struct seen){s->round, before, kind, at};
    s->queue[s->count++] = state;
}

/* The object's own hosts: that the subject gets to them is the network half's to say. */
static bool is_barred(const struct seeker *s, uint32_t thing)
{
    uint32_t label = s->k->net->label_of[thing];
    return label == s->object || is_blocked(s, label);
}

/* Where the way that was found first leads over what must not count, another may not. */
static bool is_ours(struct seeker *s, struct entry *e)
{
    const uint32_t *label = s->k->net->label_of;
    bool barred = e->after != NET_NONE && is_barred(s, e->after);
    if (label[e->thing] == s->object || label[e->thing] == s->subject)
        return false;
    for (uint32_t i = 0; i < e->middle_count && !barred; i++)
        barred = is_barred(s, e->middle[i]);
    if (!barred)
        return true;
    uint64_t *avoid = bits_new(s->arena, (size_t)s->k->n + 1);
    uint32_t chain[CHAIN_MAX];
    if (s->blocked)
        bits_or(avoid, s->blocked, s->k->words);
    if (s->object < s->k->n)
        bits_set(avoid, s->object);
    uint32_t count = reach_pivot_chain_past(s->k->net->reach, s->subject, e->thing, s->layer == LAYER_MAYBE, avoid, chain, CHAIN_MAX);
    if (count)
        put_entry(s, e, chain, count);
    return count != 0;
}

static void begin(struct seeker *s)
{
    struct joiner *k = s->k;
    uint32_t nodes = k->g->node_count;
    uint64_t *bits = bits_new(s->arena, k->n);
    s->round++;
    s->head = s->count = 0;
    for (uint32_t i = 0; i < nodes; i++) {
        memset(bits, 0, k->words * sizeof *bits);
        prove_seed(k->v, i, bits);
        if (bits_get(bits, s->subject))
            see(s, i, NO_STEP, STEP_PRINCIPAL, 0);
    }
    for (uint32_t t = 0; t + nodes < s->states; t++)
        if (k->role_node[t] != WORLD_NONE && k->net->label_of[t] == s->subject && k->net->net->things[t].runs_code)
            see(s, nodes + t, NO_STEP, STEP_OWN, 0);
    for (uint32_t i = 0; i < s->entry_count; i++)
        if (s->entries[i].after == NET_NONE && is_ours(s, &s->entries[i]))
            see(s, nodes + s->entries[i].thing, NO_STEP, STEP_OPENS, i);
}

static void leave_node(struct seeker *s, uint32_t node)
{
    struct joiner *k = s->k;
    for (uint32_t i = k->g->first_edge[node]; i < k->g->first_edge[node + 1]; i++)
        if (joint_passes(joint_edge_open(k, s->subject, &k->g->edges[i], NULL), s->layer))
            see(s, k->g->edges[i].to, node, STEP_EDGE, i);
    for (uint32_t i = k->first_control[node]; i < k->last_control[node]; i++)
        if (joint_passes(joint_control_open(k, s->subject, &k->controls[i], NULL), s->layer))
            see(s, k->g->node_count + k->controls[i].thing, node, STEP_CONTROL, i);
}

static void leave_thing(struct seeker *s, uint32_t thing)
{
    const struct joiner *k = s->k;
    uint32_t state = k->g->node_count + thing;
    if (k->role_node[thing] != WORLD_NONE)
        see(s, k->role_node[thing], state, STEP_RUNS_AS, 0);
    for (uint32_t i = 0; i < s->entry_count; i++)
        if (s->entries[i].after == thing && is_ours(s, &s->entries[i]))
            see(s, k->g->node_count + s->entries[i].thing, state, STEP_OPENS, i);
}

/* The right that the node has on a store of the object; NO_STEP: none. */
static uint32_t right_of(struct seeker *s, uint32_t from, uint32_t to)
{
    struct joiner *k = s->k;
    for (uint32_t i = from; i < to; i++) {
        const struct prove_reach *r = &k->reaches[k->by_node[i]];
        if (r->owner == s->object && (!r->subjects || bits_get(r->subjects, s->subject)) &&
            joint_passes(joint_reach_open(k, s->subject, r, NULL), s->layer))
            return k->by_node[i];
    }
    return NO_STEP;
}

static struct joint_step *add_step(struct joint_chain *c, enum joint_step_kind kind, uint32_t node, uint32_t thing, uint32_t at)
{
    struct joint_step *step = &c->steps[c->count++];
    *step = (struct joint_step){.kind = kind, .node = node, .thing = thing, .at = at};
    return step;
}

static void add_state(struct seeker *s, struct joint_chain *c, uint32_t state)
{
    struct joiner *k = s->k;
    const struct seen *seen = &s->seen[state];
    bool node = state < k->g->node_count;
    if (seen->kind == STEP_OPENS) {
        const struct entry *e = &s->entries[seen->at];
        for (uint32_t i = 0; i < e->middle_count; i++)
            add_step(c, STEP_OPENS, WORLD_NONE, e->middle[i], 0);
        c->hosts += e->middle_count + 1;
    }
    struct joint_step *step = add_step(c, seen->kind, node ? state : WORLD_NONE, node ? NET_NONE : state - k->g->node_count, seen->at);
    if (seen->kind == STEP_EDGE && k->g->edges[seen->at].level == LEVEL_NETWORK) {
        step->needs_way = true;
        (void)joint_edge_open(k, s->subject, &k->g->edges[seen->at], &step->way);
    }
    if (seen->kind == STEP_CONTROL && k->controls[seen->at].level == LEVEL_NETWORK) {
        step->needs_way = true;
        (void)joint_control_open(k, s->subject, &k->controls[seen->at], &step->way);
    }
}

static void put_chain(struct seeker *s, uint32_t last, uint32_t right, struct joint_chain *out)
{
    struct joiner *k = s->k;
    uint32_t count = 0, *states = arena_array_of(s->arena, uint32_t, s->states + 1);
    for (uint32_t at = last; at != NO_STEP; at = s->seen[at].before)
        states[count++] = at;
    *out = (struct joint_chain){.layer = s->layer};
    out->steps = arena_array_of(k->a, struct joint_step, (size_t)count * (CHAIN_MAX + 1) + 2);
    while (count)
        add_state(s, out, states[--count]);
    if (right == NO_STEP)
        return;
    struct joint_step *step = add_step(out, STEP_REACH, last, NET_NONE, right);
    if (k->reaches[right].level == LEVEL_NETWORK) {
        step->needs_way = true;
        (void)joint_reach_open(k, s->subject, &k->reaches[right], &step->way);
    }
}

static bool run(struct seeker *s, struct joint_chain *out)
{
    struct joiner *k = s->k;
    uint32_t shared = s->target == NET_NONE ? right_of(s, k->no_node, k->reach_count) : NO_STEP;
    if (shared != NO_STEP) {
        put_chain(s, NO_STEP, shared, out);
        return true;
    }
    begin(s);
    while (s->head < s->count) {
        uint32_t state = s->queue[s->head++];
        bool node = state < k->g->node_count;
        uint32_t right = node && s->target == NET_NONE ? right_of(s, k->first_reach[state], k->first_reach[state + 1]) : NO_STEP;
        if (right != NO_STEP || (!node && state - k->g->node_count == s->target && s->seen[state].kind == STEP_CONTROL)) {
            put_chain(s, state, right, out);
            return true;
        }
        if (node)
            leave_node(s, state);
        else
            leave_thing(s, state - k->g->node_count);
    }
    return false;
}

bool joint_seek(struct joiner *k, uint32_t subject, uint32_t object, enum joint_layer layer, const uint64_t *blocked, struct joint_chain *out)
{
    struct seeker *s = k->seeker;
    begin_subject(s, subject, layer);
    s->object = object;
    s->blocked = blocked;
    s->target = NET_NONE;
    return run(s, out);
}

bool joint_seek_thing(struct joiner *k, uint32_t subject, uint32_t thing, enum joint_layer layer, const uint64_t *blocked, struct joint_chain *out)
{
    struct seeker *s = k->seeker;
    begin_subject(s, subject, layer);
    s->object = NO_STEP;
    s->blocked = blocked;
    s->target = thing;
    return run(s, out);
}
