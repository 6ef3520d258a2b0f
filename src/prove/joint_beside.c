/* A host that is controlled by IAM sits somewhere: what can be reached from there over the network. */
#include "prove/joint_internal.h"

enum { CHAINS_MAX = 200000, WAY_MAX = 64 };

static bool holds(const uint64_t *bits, size_t label) { return bits && bits_get(bits, label); }

/* Over one of the shared things that the cell's `via` names. */
static bool is_declared(const struct joiner *k, uint32_t x, uint32_t y, const uint32_t *way, uint32_t count)
{
    uint64_t mask = k->v->masks[joint_at(k, x, y)];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t label = k->net->label_of[way[i]], shared = label - k->labels->tenants;
        if (i && reach_only_public(k->net->reach, k->net->label_of[way[i - 1]], way[i]))
            return true;
        if (label >= k->labels->tenants && label < k->labels->unassigned && shared < MASKS_MAX && mask >> shared & 1)
            return true;
    }
    return false;
}

/* The chain of the engine, where it begins at something that x controls by IAM. */
static uint32_t way_to(const struct joiner *k, uint32_t x, uint32_t thing, enum joint_layer layer, uint32_t *out, uint32_t max)
{
    uint32_t count = 0;
    if (holds(k->seeds[layer][thing], x)) {
        out[0] = thing;
        return 1;
    }
    if (holds(reach_pivot_labels(k->net->reach, thing, false), x))
        count = reach_pivot_chain(k->net->reach, x, thing, false, out, max);
    else if (layer == LAYER_MAYBE && holds(reach_pivot_labels(k->net->reach, thing, true), x))
        count = reach_pivot_chain(k->net->reach, x, thing, true, out, max);
    return count > 1 && holds(k->seeds[layer][out[0]], x) ? count : 0;
}

static uint64_t *avoided(const struct joiner *k, uint32_t x, uint32_t y)
{
    uint64_t *out = bits_new(k->passing, (size_t)k->n + 1);
    prove_blocked(k->v, k->v->masks[joint_at(k, x, y)], out);
    bits_set(out, x);
    bits_set(out, y);
    return out;
}

/* Behind a way that is declared there may be one that is not. */
static uint32_t way_past(const struct joiner *k, uint32_t x, uint32_t thing, enum joint_layer layer, uint32_t *out, uint32_t max)
{
    const uint64_t *avoid = avoided(k, x, k->net->label_of[thing]);
    uint32_t count = reach_pivot_chain_past(k->net->reach, x, thing, layer == LAYER_MAYBE, avoid, out, max);
    bool seeded = count > 1 && holds(k->seeds[layer][out[0]], x);
    arena_reset(k->passing);
    return seeded ? count : 0;
}

static uint64_t *seeded(const struct joiner *k, enum joint_layer layer)
{
    uint64_t *out = NULL;
    for (uint32_t t = 0; t < k->net->net->things_count; t++)
        if (k->seeds[layer][t]) {
            out = out ? out : bits_new(k->a, (size_t)k->n + 1);
            bits_or(out, k->seeds[layer][t], k->words);
        }
    return out;
}

static void note(struct joiner *k, uint32_t x, uint32_t thing, enum joint_layer layer, uint32_t *chains)
{
    uint32_t y = k->net->label_of[thing], way[WAY_MAX];
    uint8_t *cell = &k->beside[joint_at(k, x, y)], open = layer == LAYER_SURE ? OPEN_YES : OPEN_MAYBE;
    if (x == y || ((*cell & BESIDE_OPEN) >= open && !(*cell & BESIDE_DECLARED)))
        return;
    uint32_t count = ++*chains > CHAINS_MAX ? 0 : way_to(k, x, thing, layer, way, WAY_MAX);
    if (*chains > CHAINS_MAX && (*cell & BESIDE_OPEN) < OPEN_MAYBE)
        *cell = OPEN_MAYBE;
    if (!count)
        return;
    bool declared = is_declared(k, x, y, way, count) && !way_past(k, x, thing, layer, way, WAY_MAX);
    if (!declared || !*cell)
        *cell = (uint8_t)(open | (declared ? BESIDE_DECLARED : 0));
}

static void look(struct joiner *k, enum joint_layer layer, const uint64_t *who, uint32_t *chains)
{
    const struct reach *r = k->net->reach;
    for (uint32_t t = 0; t < k->net->net->things_count; t++) {
        if (k->net->label_of[t] >= k->n)
            continue;
        const uint64_t *sets[] = {reach_pivot_labels(r, t, false), layer == LAYER_MAYBE ? reach_pivot_labels(r, t, true) : NULL, k->seeds[layer][t]};
        for (size_t x = bits_next(who, k->n, 0); x < k->n; x = bits_next(who, k->n, x + 1))
            if (holds(sets[0], x) || holds(sets[1], x) || holds(sets[2], x))
                note(k, (uint32_t)x, t, layer, chains);
    }
}

void joint_beside(struct joiner *k)
{
    uint32_t chains = 0;
    if (!k->net->reach || !k->net->net)
        return;
    for (int l = LAYER_MAYBE; l >= LAYER_SURE; l--) {
        const uint64_t *who = seeded(k, (enum joint_layer)l);
        joint_pivot(k, (enum joint_layer)l);
        if (!who)
            continue;
        if (!k->beside)
            k->beside = arena_array_of(k->a, uint8_t, (size_t)k->n * k->n + 1);
        look(k, (enum joint_layer)l, who, &chains);
    }
}

/* The labels whose part in the cell `via` declares, or NULL. */
static const uint64_t *blocked_of(const struct joiner *k, uint32_t x, uint32_t y)
{
    uint64_t mask = k->v->masks[joint_at(k, x, y)];
    if (!mask)
        return NULL;
    uint64_t *out = bits_new(k->a, (size_t)k->n + 1);
    prove_blocked(k->v, mask, out);
    return out;
}

uint32_t joint_beside_way(struct joiner *k, uint32_t subject, uint32_t object, enum joint_layer layer, bool declared, uint32_t *out, uint32_t max,
                          struct joint_chain *chain)
{
    uint32_t way[WAY_MAX], best = 0;
    const uint64_t *blocked = declared ? NULL : blocked_of(k, subject, object);
    for (uint32_t t = 0; t < k->net->net->things_count; t++) {
        uint32_t count = k->net->label_of[t] == object ? way_to(k, subject, t, layer, way, WAY_MAX) : 0;
        struct joint_chain one = {.layer = layer};
        if (count && !declared && is_declared(k, subject, object, way, count))
            count = way_past(k, subject, t, layer, way, WAY_MAX);
        if (!count || count > max || (best && count >= best) ||
            !joint_seek_thing(k, subject, way[0], layer, blocked, &one))
            continue;
        best = count;
        *chain = one;
        memcpy(out, way, count * sizeof *way);
    }
    return best;
}
