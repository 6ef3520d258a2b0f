#include "access/graph_internal.h"

static const char *const mfa_keys[] = {"aws:multifactorauthpresent", "aws:multifactorauthage"};

const char *graph_level_name(enum graph_level l)
{
    static const char *const names[] = {"certain", "conditional", "network", "unknown", "never"};
    return names[l];
}

static uint64_t slot_hash(const struct residue *key, uint32_t what)
{
    uint64_t h = ((uint64_t)(uintptr_t)key ^ (uint64_t)what << 48) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

static void memo_grow(struct graph *g)
{
    struct graph_memo *m = g->memo, old = *m;
    m->size = old.size ? old.size * 2 : 1024;
    m->slots = arena_array_of(g->arena, struct memo_slot, m->size);
    for (uint32_t i = 0; i < old.size; i++) {
        if (!old.slots[i].what)
            continue;
        uint64_t at = slot_hash(old.slots[i].key, old.slots[i].what);
        while (m->slots[at & (m->size - 1)].what)
            at++;
        m->slots[at & (m->size - 1)] = old.slots[i];
    }
}

struct memo_slot *memo_at(struct graph *g, const struct residue *key, uint32_t what, bool *found)
{
    struct graph_memo *m = g->memo;
    if (m->count * 2 >= m->size)
        memo_grow(g);
    uint64_t at = slot_hash(key, what);
    for (;; at++) {
        struct memo_slot *s = &m->slots[at & (m->size - 1)];
        if (s->what == what && s->key == key) {
            *found = true;
            return s;
        }
        if (!s->what) {
            *s = (struct memo_slot){.key = key, .what = what};
            m->count++;
            *found = false;
            return s;
        }
    }
}

static enum graph_level some_level(struct graph *g, const struct residue *r)
{
    struct residue_pool *pool = g->world->pool;
    if (residue_caller_can_meet(pool, r))
        return LEVEL_CERTAIN;
    if (residue_kind_of(r) == RESIDUE_OR) {
        enum graph_level best = LEVEL_NEVER;
        for (uint32_t i = 0; i < residue_child_count(r); i++) {
            enum graph_level l = graph_level_of(g, residue_child(r, i));
            best = l < best ? l : best;
        }
        return best;
    }
    unsigned needs = residue_needs(pool, r);
    if (needs & 1u << IAM_KEY_FIXED)
        return LEVEL_UNKNOWN;
    if (needs & 1u << IAM_KEY_NETWORK)
        return LEVEL_NETWORK;
    return needs & 1u << IAM_KEY_SESSION ? LEVEL_CONDITIONAL : LEVEL_UNKNOWN;
}

enum graph_level graph_level_of(struct graph *g, const struct residue *r)
{
    bool found;
    if (r == residue_true)
        return LEVEL_CERTAIN;
    if (r == residue_false)
        return LEVEL_NEVER;
    struct memo_slot *s = memo_at(g, r, MEMO_LEVEL, &found);
    if (found)
        return s->level;
    enum residue_verdict v = residue_judge(g->world->pool, r);
    enum graph_level l = v == RESIDUE_NEVER         ? LEVEL_NEVER
                         : v == RESIDUE_ALWAYS      ? LEVEL_CERTAIN
                         : v == RESIDUE_CANNOT_TELL ? LEVEL_UNKNOWN
                                                    : some_level(g, r);
    memo_at(g, r, MEMO_LEVEL, &found)->level = l;
    return l;
}

static bool is_mfa(struct str key)
{
    return str_eq_nocase(key, str_of(mfa_keys[0])) || str_eq_nocase(key, str_of(mfa_keys[1]));
}

bool graph_reads_mfa(const struct residue *r)
{
    const struct residue_leaf *leaf = residue_leaf_of(r);
    if (leaf)
        return leaf->kind == RESIDUE_CONDITION && is_mfa(leaf->key);
    for (uint32_t i = 0; i < residue_child_count(r); i++)
        if (graph_reads_mfa(residue_child(r, i)))
            return true;
    return false;
}

static bool speaks_of_tags(struct str s)
{
    static const char want[] = "principaltag/";
    for (size_t at = 0; at + sizeof want - 1 <= s.len; at++)
        if (str_eq_nocase(str_sub(s, at, at + sizeof want - 1), STR("principaltag/")))
            return true;
    return false;
}

static bool leaf_is_tag(const struct residue_leaf *leaf)
{
    if (leaf->kind == RESIDUE_UNREAD || leaf->kind == RESIDUE_SESSION_NAME)
        return false;
    bool hit = leaf->kind == RESIDUE_CONDITION && speaks_of_tags(leaf->key);
    for (uint32_t i = 0; i < leaf->count && !hit; i++)
        hit = speaks_of_tags(leaf->values[i]);
    return hit;
}

/* Leaves on the principal's tags are met by choosing the tags. */
static const struct residue *without_tags(struct graph *g, const struct residue *r)
{
    const struct residue_leaf *leaf = residue_leaf_of(r);
    enum residue_kind kind = residue_kind_of(r);
    if (leaf)
        return leaf_is_tag(leaf) ? residue_true : r;
    if (kind != RESIDUE_AND && kind != RESIDUE_OR)
        return r;
    const struct residue *out = kind == RESIDUE_AND ? residue_true : residue_false;
    for (uint32_t i = 0; i < residue_child_count(r); i++) {
        const struct residue *part = without_tags(g, residue_child(r, i));
        out = kind == RESIDUE_AND ? residue_and(g->world->pool, out, part) : residue_or(g->world->pool, out, part);
    }
    return out;
}

static const struct residue *chosen_tags(struct graph *g, const struct residue *r)
{
    bool found;
    struct memo_slot *s = memo_at(g, r, MEMO_TAGS, &found);
    if (found)
        return s->value;
    const struct residue *out = residue_judge(g->world->pool, r) == RESIDUE_NEVER ? residue_false : without_tags(g, r);
    memo_at(g, r, MEMO_TAGS, &found)->value = out;
    return out;
}

static const struct residue *no_mfa(struct graph *g, const struct residue *r)
{
    bool found;
    struct memo_slot *s = memo_at(g, r, MEMO_CHAINED, &found);
    if (found)
        return s->value;
    struct str no = STR("false");
    struct iam_key keys[] = {{.name = str_of(mfa_keys[0]), .state = IAM_KEY_KNOWN, .values = &no, .count = 1},
                             {.name = str_of(mfa_keys[1]), .state = IAM_KEY_ABSENT}};
    struct iam_context c = {.keys = keys, .count = 2, .open = true};
    const struct residue *out = residue_assume(g->world->pool, r, &c);
    memo_at(g, r, MEMO_CHAINED, &found)->value = out;
    return out;
}

const struct residue *graph_guard(struct graph *g, uint32_t node, const struct residue *guard)
{
    uint32_t p = g->nodes[node].principal;
    if (guard == residue_true || guard == residue_false)
        return guard;
    if (p >= g->first_pseudo && g->pseudo[p - g->first_pseudo].kind == PSEUDO_ANY_TAG)
        guard = chosen_tags(g, guard);
    return g->nodes[node].chained ? no_mfa(g, guard) : guard;
}

const struct residue *graph_passed_to(struct graph *g, const struct residue *guard, uint32_t path)
{
    bool found;
    if (guard == residue_true || guard == residue_false)
        return guard;
    struct memo_slot *s = memo_at(g, guard, MEMO_PASSED + path, &found);
    if (found)
        return s->value;
    const struct residue *out = residue_false;
    struct str rest = g->paths[path].services;
    while (rest.ptr) {
        struct str service = str_cut(&rest, ',');
        struct iam_key key = {.name = STR("iam:passedtoservice"), .state = IAM_KEY_KNOWN, .values = &service, .count = 1};
        struct iam_context c = {.keys = &key, .count = 1, .open = true};
        out = residue_or(g->world->pool, out, residue_assume(g->world->pool, guard, &c));
    }
    memo_at(g, guard, MEMO_PASSED + path, &found)->value = out;
    return out;
}
