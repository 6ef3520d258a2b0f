/* A context that meets a formula, for replay. */
#include "iam/residue_search.h"

struct choice {
    const struct residue_key *key;
    struct solution is;
};

struct witnessing {
    struct residue_pool *pool;
    struct arena *arena;
    struct choice *choices;
    uint32_t count;
    bool found;
};

static bool passes(struct residue_pool *p, const struct literal *all, const struct residue_key *key, struct str value)
{
    for (int32_t i = key->head; i; i = all[i - 1].previous)
        if (residue_literal(p, all[i - 1].d, all[i - 1].not, &value, 1, false) != TRI_YES)
            return false;
    return true;
}

static struct choice *choice_of(struct witnessing *w, struct str key)
{
    for (uint32_t i = 0; i < w->count; i++)
        if (str_eq(w->choices[i].key->lower, key))
            return &w->choices[i];
    return NULL;
}

static void set(struct choice *c, struct arena *a, struct str value)
{
    c->is = (struct solution){.possible = true, .exact = true, .values = arena_array_of(a, struct str, 1), .count = 1};
    c->is.values[0] = value;
}

/* What a value of the first key says of the second's; {NULL,0}: nothing. */
static struct str other_of(const struct residue_links *l, struct str value)
{
    const struct str *other = map_get(&l->values, value);
    return other ? *other : (struct str){0};
}

/* The second key follows the first; where it cannot, the first takes another of the values that it is asked to be one of. */
static bool follow(struct witnessing *w, const struct literal *all, const struct residue_links *l)
{
    struct choice *from = choice_of(w, l->key), *to = choice_of(w, l->key2);
    if (!from || from->is.absent || from->is.count != 1 || !to)
        return true;
    struct str other = other_of(l, from->is.values[0]);
    if (!other.ptr || passes(w->pool, all, to->key, other)) {
        if (other.ptr)
            set(to, w->arena, other);
        return true;
    }
    for (int32_t i = from->key->head; i; i = all[i - 1].previous)
        for (uint32_t v = 0; v < all[i - 1].d->sorted_count; v++) {
            struct str value = residue_values(w->pool, all[i - 1].d)[v].pattern.text;
            other = other_of(l, value);
            if (!passes(w->pool, all, from->key, value) || (other.ptr && !passes(w->pool, all, to->key, other)))
                continue;
            set(from, w->arena, value);
            if (other.ptr)
                set(to, w->arena, other);
            return true;
        }
    return false;
}

static bool accounts_agree(struct witnessing *w, const struct literal *all)
{
    struct choice *arn = choice_of(w, STR("aws:principalarn")), *account = choice_of(w, STR("aws:principalaccount"));
    if (!arn || arn->is.absent || arn->is.count != 1 || !account)
        return true;
    struct str rest = arn->is.values[0], field = {0};
    for (int i = 0; i < 5; i++)
        field = str_cut(&rest, ':');
    if (!field.len || (!account->is.absent && account->is.count == 1 && str_eq(account->is.values[0], field)))
        return true;
    if (passes(w->pool, all, account->key, field)) {
        set(account, w->arena, field);
        return true;
    }
    return account->is.absent; /* a test of nothing but absence: as good as it gets */
}

static bool witness_way(void *context, const struct literal *all, uint32_t count)
{
    struct witnessing *w = context;
    bool exact = true;
    w->choices = arena_array_of(w->arena, struct choice, count + 1);
    w->count = 0;
    for (uint32_t i = 0; i < count && exact; i++) {
        const struct residue_key *key = all[i].d->key;
        if (key && (uint32_t)key->head != i + 1)
            continue;
        struct solution s = key ? residue_solve(w->pool, w->arena, all, key) : (struct solution){0};
        exact = s.exact;
        if (key)
            w->choices[w->count++] = (struct choice){key, s};
    }
    for (const struct residue_links *l = w->pool->links; l && exact; l = l->next)
        exact = follow(w, all, l);
    w->found = exact && accounts_agree(w, all);
    return !w->found;
}

static void write_key(struct iam_context *out, struct arena *a, const struct choice *c)
{
    struct iam_key *k = &out->keys[out->count++];
    *k = (struct iam_key){.name = arena_str(a, c->key->lower), .state = IAM_KEY_KNOWN, .list = c->is.count > 1, .count = c->is.count,
                          .values = arena_array_of(a, struct str, c->is.count)};
    for (uint32_t i = 0; i < c->is.count; i++)
        k->values[i] = arena_str(a, c->is.values[i]);
}

bool residue_witness(struct residue_pool *p, struct arena *a, const struct residue *r, struct iam_context *out)
{
    struct witnessing w = {.pool = p, .arena = arena_new(0)};
    residue_search(p, r, RESIDUE_DISJUNCTS_MAX, witness_way, &w);
    *out = (struct iam_context){.keys = arena_array_of(a, struct iam_key, w.count + 1)};
    for (uint32_t i = 0; w.found && i < w.count; i++)
        if (!w.choices[i].is.absent)
            write_key(out, a, &w.choices[i]);
    arena_free(w.arena);
    return w.found;
}
