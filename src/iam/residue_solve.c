/* The literals on one key together: absent, one value or several; then the links from key to key. */
#include "iam/residue_internal.h"

struct sorted_literals {
    struct test *every; /* each value passes */
    struct test *some;  /* one value passes */
    uint32_t every_count, some_count, count;
    bool single;        /* an operator without ForAnyValue or ForAllValues is there: the key has one value */
    bool loose;         /* some of them a list of values meets too */
    enum tri absent, present; /* what those say that speak of presence only, or of absence at all */
};

static enum tri both(enum tri a, enum tri b) { return a == TRI_NO || b == TRI_NO ? TRI_NO : a == TRI_YES ? b : a; }

static void sort_literal(struct residue_pool *p, struct sorted_literals *s, const struct literal *l, bool lists)
{
    struct str any = STR("x");
    s->absent = both(s->absent, residue_literal(p, l->d, l->not, NULL, 0, false));
    if (l->d->leaf.kind == RESIDUE_CONDITION && l->d->leaf.op == IAM_OP_NULL) {
        s->present = both(s->present, residue_literal(p, l->d, l->not, &any, 1, false));
        return;
    }
    bool every = (l->d->leaf.set == IAM_SET_ALL_VALUES) != l->not;
    if (residue_may_be_list(l->d)) {
        s->loose = true;
        if (lists)
            return;
    }
    s->single |= l->d->leaf.set == IAM_SET_NONE;
    if (every)
        s->every[s->every_count++] = (struct test){l->d, l->not};
    else
        s->some[s->some_count++] = (struct test){l->d, l->not};
}

/* `lists`: of a key with many values, which those literals that may be met by a list do not ask for. */
static struct sorted_literals sort(struct residue_pool *p, struct arena *a, const struct literal *all, const struct residue_key *key,
                                   bool lists)
{
    struct sorted_literals s = {.absent = TRI_YES, .present = TRI_YES};
    for (int32_t i = key->head; i; i = all[i - 1].previous)
        s.count++;
    /* Those of `some` follow those of `every` when a single value must pass both. */
    s.every = arena_array_of(a, struct test, s.count * 2 + 1);
    s.some = arena_array_of(a, struct test, s.count + 1);
    for (int32_t i = key->head; i; i = all[i - 1].previous)
        sort_literal(p, &s, &all[i - 1], lists);
    return s;
}

/* Values for a key that is there. */
static enum tri solve_present(struct residue_pool *p, struct arena *a, struct sorted_literals *s, struct solution *out)
{
    uint32_t each = s->single || !s->some_count ? 1 : s->some_count;
    enum tri all = s->present;
    out->values = arena_array_of(a, struct str, each);
    out->count = each;
    uint32_t n = s->every_count;
    for (uint32_t i = 0; s->single && i < s->some_count; i++)
        s->every[n++] = s->some[i];
    for (uint32_t i = 0; i < each && all != TRI_NO; i++) {
        if (!s->single && s->some_count)
            s->every[n] = s->some[i];
        all = both(all, residue_find(p, a, s->every, n + (!s->single && s->some_count ? 1 : 0), &out->values[i]));
    }
    return all;
}

struct solution residue_solve(struct residue_pool *p, struct arena *a, const struct literal *all, const struct residue_key *key)
{
    struct sorted_literals s = sort(p, a, all, key, false);
    struct solution out = {0};
    if (!residue_spend(p, s.count))
        return (struct solution){.possible = true};
    /* A value says more than absence, but absence is cheaper to see. */
    if (s.absent == TRI_YES)
        return (struct solution){.possible = true, .exact = true, .absent = true};
    enum tri there = s.present == TRI_NO ? TRI_NO : solve_present(p, a, &s, &out);
    out.possible = there != TRI_NO || s.absent != TRI_NO;
    out.exact = there == TRI_YES;
    if (!out.possible && s.loose && s.present != TRI_NO) {
        struct solution many = {0};
        s = sort(p, a, all, key, true);
        out.possible = !s.single && solve_present(p, a, &s, &many) != TRI_NO;
    }
    return out;
}

/* Links. */

/* All values that the key can have, when they are few and it must be there: those of a literal that names them. */
static const struct leaf_data *named_values(const struct literal *all, const struct residue_key *key)
{
    for (int32_t i = key->head; i; i = all[i - 1].previous) {
        const struct residue_leaf *l = &all[i - 1].d->leaf;
        bool names = l->op == IAM_OP_STRING_EQUALS || l->op == IAM_OP_STRING_LIKE || l->op == IAM_OP_ARN_EQUALS || l->op == IAM_OP_ARN_LIKE;
        if (l->kind == RESIDUE_CONDITION && names && !all[i - 1].not && !l->if_exists && l->set == IAM_SET_NONE)
            return all[i - 1].d;
    }
    return NULL;
}

/* One value of `key` alone among its literals. */
static bool value_fits(struct residue_pool *p, const struct literal *all, const struct residue_key *key, struct str value)
{
    for (int32_t i = key->head; i; i = all[i - 1].previous)
        if (residue_literal(p, all[i - 1].d, all[i - 1].not, &value, 1, false) == TRI_NO)
            return false;
    return true;
}

/* The account that an ARN pattern fixes; {NULL,0} when a wildcard comes first. */
static struct str account_in(const struct iam_pattern *p)
{
    size_t colons = 0, from = 0;
    for (size_t i = 0; i < p->text.len; i++) {
        char c = p->text.ptr[i];
        if ((c == '*' || c == '?') && (!p->wild || p->wild[i]))
            return (struct str){0};
        if (c == ':' && ++colons == 4)
            from = i + 1;
        else if (c == ':' && colons == 5)
            return i > from ? str_sub(p->text, from, i) : (struct str){0};
    }
    return (struct str){0};
}

static bool principal_account_holds(struct residue_pool *p, const struct literal *all, const struct leaf_data *arns)
{
    struct residue_key *account = map_get(&p->keys, STR("aws:principalaccount"));
    const struct leaf_value *v = residue_values(p, arns);
    if (!account || !account->head)
        return true;
    for (uint32_t i = 0; i < arns->sorted_count; i++) {
        struct str id = v[i].open ? str_make(NULL, 0) : account_in(&v[i].pattern);
        if (!id.ptr || value_fits(p, all, account, id))
            return true;
    }
    return false;
}

/* Some value that `key` may have allows what is asked of `key2`. */
static bool pair_holds(struct residue_pool *p, const struct literal *all, const struct residue_key *key, const struct leaf_data *names,
                       const struct residue_links *link, const struct residue_key *key2)
{
    const struct leaf_value *v = residue_values(p, names);
    for (uint32_t i = 0; i < names->sorted_count && residue_spend(p, 1); i++) {
        struct str value = v[i].pattern.text;
        if (v[i].open || (names->leaf.op != IAM_OP_STRING_EQUALS && iam_pattern_is_wild(v[i].pattern)))
            return true;
        if (!value_fits(p, all, key, value))
            continue;
        const struct str *other = map_get(&link->values, value);
        if (!other || value_fits(p, all, key2, *other))
            return true;
    }
    return p->budget < 0;
}

bool residue_links_hold(struct residue_pool *p, const struct literal *all, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct residue_key *key = all[i].d->key;
        const struct leaf_data *names = key && (uint32_t)key->head == i + 1 ? named_values(all, key) : NULL;
        if (!names)
            continue;
        if (str_eqz(key->lower, "aws:principalarn") && !principal_account_holds(p, all, names))
            return false;
        for (const struct residue_links *l = p->links; l; l = l->next) {
            const struct residue_key *key2 = str_eq(l->key, key->lower) ? map_get(&p->keys, l->key2) : NULL;
            if (key2 && key2->head && !pair_holds(p, all, key, names, l, key2))
                return false;
        }
    }
    return true;
}
