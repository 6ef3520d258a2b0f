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

/* All that a subject comes to, where that is the same for every object: nothing is entered over the network. */
struct whole {
    struct seen *seen;
    uint32_t *queue, subject;
    enum joint_layer layer;
    uint64_t *blocked;         /* none: empty */
    uint32_t *state, *right;   /* by object: the first right and who has it; NO_STEP: none */
};
enum { WHOLES = 2 }; /* one with labels blocked, one without: they are asked for in turn */

struct seeker {
    struct joiner *k;
    uint32_t *first_own, *own; /* by label: nodes to begin from */
    struct whole wholes[WHOLES];
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

static void list_own(struct seeker *s)
{
    struct joiner *k = s->k;
    uint64_t *bits = bits_new(k->a, (size_t)k->n + 1);
    s->first_own = arena_array_of(k->a, uint32_t, k->n + 3);
    for (int fill = 0; fill < 2; fill++) {
        for (uint32_t i = 0; i < k->g->node_count; i++) {
            memset(bits, 0, k->words * sizeof *bits);
            prove_seed(k->v, i, bits);
            for (size_t x = bits_next(bits, k->n, 0); x < k->n; x = bits_next(bits, k->n, x + 1))
                if (fill)
                    s->own[s->first_own[x + 1]++] = i;
                else
                    s->first_own[x + 2]++;
        }
        for (uint32_t x = 2; x < k->n + 2 && !fill; x++)
            s->first_own[x] += s->first_own[x - 1];
        if (!fill)
            s->own = arena_array_of(k->a, uint32_t, s->first_own[k->n + 1] + 1);
    }
}

void joint_seek_begin(struct joiner *k)
{
    uint32_t things = k->net->net ? k->net->net->things_count : 0;
    struct seeker *s = k->seeker = arena_new_of(k->a, struct seeker);
    *s = (struct seeker){.k = k, .arena = arena_child(k->a, 0), .subject = NO_STEP, .states = k->g->node_count + things};
    s->seen = arena_array_of(k->a, struct seen, s->states + 1);
    s->queue = arena_array_of(k->a, uint32_t, s->states + 1);
    list_own(s);
    for (int i = 0; i < WHOLES; i++)
        s->wholes[i].subject = NO_STEP;
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
    if (e->after == thing)
        s->entry_count--; /* controlled by IAM, and not entered over the network */
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
        count += k->role_node[t] != WORLD_NONE && holds(k->entered[layer][t], subject);
    s->entries = arena_array_of(s->arena, struct entry, count + 1);
    for (uint32_t t = 0; t < things && count; t++)
        if (k->role_node[t] != WORLD_NONE && holds(k->entered[layer][t], subject) && k->net->net->things[t].runs_code)
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
    s->round++;
    s->head = s->count = 0;
    for (uint32_t i = s->first_own[s->subject]; i < s->first_own[s->subject + 1]; i++)
        see(s, s->own[i], NO_STEP, STEP_PRINCIPAL, 0);
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
    uint32_t count = 0, middle = 0;
    for (uint32_t at = last; at != NO_STEP; at = s->seen[at].before)
        count++;
    uint32_t *states = arena_array_of(s->arena, uint32_t, count + 1), fill = 0;
    for (uint32_t at = last; at != NO_STEP; at = s->seen[at].before) {
        states[fill++] = at;
        middle += s->seen[at].kind == STEP_OPENS ? s->entries[s->seen[at].at].middle_count : 0;
    }
    *out = (struct joint_chain){.layer = s->layer};
    out->steps = arena_array_of(k->a, struct joint_step, (size_t)count + middle + 2);
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

/* As right_of(), for every object at once. */
static void note_rights(struct seeker *s, struct whole *w, uint32_t node)
{
    struct joiner *k = s->k;
    for (uint32_t i = k->first_reach[node]; i < k->first_reach[node + 1]; i++) {
        const struct prove_reach *r = &k->reaches[k->by_node[i]];
        if (w->state[r->owner] != NO_STEP || !joint_passes(joint_reach_open(k, s->subject, r, NULL), s->layer))
            continue;
        w->state[r->owner] = node;
        w->right[r->owner] = k->by_node[i];
    }
}

static bool is_same(const struct seeker *s, const struct whole *w)
{
    bool same = w->subject == s->subject && w->layer == s->layer;
    for (size_t i = 0; i < s->k->words && same; i++)
        same = w->blocked[i] == (s->blocked ? s->blocked[i] : 0);
    return same;
}

static void begin_whole(struct seeker *s, struct whole *w)
{
    struct joiner *k = s->k;
    if (!w->seen) {
        w->seen = arena_array_of(k->a, struct seen, s->states + 1);
        w->queue = arena_array_of(k->a, uint32_t, s->states + 1);
        w->blocked = bits_new(k->a, (size_t)k->n + 1);
        w->state = arena_array_of(k->a, uint32_t, k->n + 1);
        w->right = arena_array_of(k->a, uint32_t, k->n + 1);
    }
    w->subject = s->subject;
    w->layer = s->layer;
    memset(w->blocked, 0, k->words * sizeof *w->blocked);
    if (s->blocked)
        memcpy(w->blocked, s->blocked, k->words * sizeof *w->blocked);
    for (uint32_t y = 0; y < k->n; y++)
        w->state[y] = w->right[y] = NO_STEP;
}

static bool run_whole(struct seeker *s, struct joint_chain *out)
{
    struct joiner *k = s->k;
    struct whole *w = &s->wholes[s->blocked ? 1 : 0];
    struct seen *seen = s->seen;
    uint32_t *queue = s->queue;
    bool known = w->seen && is_same(s, w);
    if (!known)
        begin_whole(s, w);
    s->seen = w->seen;
    s->queue = w->queue;
    if (!known)
        begin(s);
    while (!known && s->head < s->count) {
        uint32_t state = s->queue[s->head++];
        if (state < k->g->node_count) {
            note_rights(s, w, state);
            leave_node(s, state);
        } else
            leave_thing(s, state - k->g->node_count);
    }
    bool found = w->state[s->object] != NO_STEP;
    if (found)
        put_chain(s, w->state[s->object], w->right[s->object], out);
    s->seen = seen;
    s->queue = queue;
    return found;
}

static bool run(struct seeker *s, struct joint_chain *out)
{
    struct joiner *k = s->k;
    uint32_t shared = s->target == NET_NONE ? right_of(s, k->no_node, k->reach_count) : NO_STEP;
    if (shared != NO_STEP) {
        put_chain(s, NO_STEP, shared, out);
        return true;
    }
    if (s->target == NET_NONE && !s->entry_count)
        return run_whole(s, out);
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
