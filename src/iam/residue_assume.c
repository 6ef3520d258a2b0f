/* With what is now known. */
#include "iam/residue_internal.h"

struct assuming {
    struct residue_pool *pool;
    struct arena *arena;
    const struct iam_context *context;
    struct map done; /* node's address -> what became of it */
};

static const struct residue *presence(struct assuming *s, const struct leaf_data *d, bool absent)
{
    struct str value = absent ? STR("true") : STR("false");
    struct residue_leaf l = {.kind = RESIDUE_CONDITION, .op = IAM_OP_NULL, .key = d->leaf.key, .values = &value, .count = 1};
    return residue_leaf(s->pool, &l, d->source_count ? &d->sources[0].at : NULL);
}

/* There, and nothing more is known: what turns on presence alone is decided. */
static const struct residue *when_there(struct assuming *s, const struct residue *r)
{
    const struct residue_leaf *l = &r->data->leaf;
    if (l->op == IAM_OP_NULL) {
        struct str any = STR("x");
        return residue_literal(s->pool, r->data, r->kind == RESIDUE_NOT, &any, 1, false) == TRI_YES ? residue_true : residue_false;
    }
    if (!l->if_exists || r->kind == RESIDUE_NOT)
        return r;
    struct residue_leaf plain = *l;
    plain.if_exists = false;
    return residue_leaf(s->pool, &plain, r->data->source_count ? &r->data->sources[0].at : NULL);
}

static const struct residue *literal(struct assuming *s, const struct residue *r)
{
    const struct leaf_data *d = r->data;
    bool not = r->kind == RESIDUE_NOT;
    const struct iam_key *k = d->key ? iam_context_find(s->context, d->lower) : NULL;
    enum iam_key_state state = k ? k->state : s->context->open || d->leaf.kind == RESIDUE_SESSION_NAME ? IAM_KEY_OPEN : IAM_KEY_ABSENT;
    if (!d->key || state == IAM_KEY_OPEN || state == IAM_KEY_SAMPLE)
        return r;
    if (state == IAM_KEY_SOME)
        return when_there(s, r);
    enum tri absent = residue_literal(s->pool, d, not, NULL, 0, false);
    enum tri known = k && k->count ? residue_literal(s->pool, d, not, k->values, k->count, k->list) : absent;
    if (state == IAM_KEY_ABSENT || state == IAM_KEY_KNOWN || absent == known) {
        enum tri t = state == IAM_KEY_ABSENT ? absent : known;
        return t == TRI_MAYBE ? r : t == TRI_YES ? residue_true : residue_false;
    }
    return absent == TRI_MAYBE || known == TRI_MAYBE ? r : presence(s, d, absent == TRI_YES);
}

static const struct residue *assume(struct assuming *s, const struct residue *r)
{
    if (r->kind == RESIDUE_TRUE || r->kind == RESIDUE_FALSE)
        return r;
    if (r->kind == RESIDUE_LEAF || r->kind == RESIDUE_NOT)
        return literal(s, r);
    struct str key = arena_str(s->arena, str_make((const char *)&r, sizeof r));
    const struct residue *done = map_get(&s->done, key), *out = r->kind == RESIDUE_AND ? residue_true : residue_false;
    if (done)
        return done;
    for (uint32_t i = 0; i < r->count; i++) {
        const struct residue *child = assume(s, r->children[i]);
        out = r->kind == RESIDUE_AND ? residue_and(s->pool, out, child) : residue_or(s->pool, out, child);
    }
    map_put(&s->done, key, (void *)(uintptr_t)out);
    return out;
}

const struct residue *residue_assume(struct residue_pool *p, const struct residue *r, const struct iam_context *c)
{
    struct assuming s = {.pool = p, .arena = arena_new(0), .context = c};
    map_init(&s.done, s.arena);
    p->budget = RESIDUE_BUDGET;
    const struct residue *out = assume(&s, r);
    arena_free(s.arena);
    return out;
}
