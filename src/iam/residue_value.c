/* One value, or all values of a key, against one leaf; the comparing is iam_compare's, as for a request. */
#include "iam/residue_internal.h"

static bool has_variable(struct str text)
{
    struct iam_variable v;
    for (size_t at = 0; iam_variable_next(text, at, &v); at = v.to)
        if (!v.escape)
            return true;
    return false;
}

/* Values are written as iam_expand_for_residue() leaves them: known variables are put in, ${*} stands for a plain '*'. */
static struct leaf_value compile(struct residue_pool *p, struct str text)
{
    struct iam_expanded x;
    struct leaf_value v = {.open = has_variable(text)};
    iam_expand(text, NULL, &x);
    unsigned char *wild = arena_alloc(p->arena, x.pattern.text.len + 1);
    if (x.pattern.text.len)
        memcpy(wild, x.pattern.wild, x.pattern.text.len);
    v.pattern = (struct iam_pattern){arena_str(p->arena, x.pattern.text), wild};
    iam_expanded_done(&x);
    return v;
}

const struct leaf_value *residue_values(struct residue_pool *p, const struct leaf_data *d)
{
    if (d->compiled)
        return d->compiled;
    struct leaf_value *values = arena_array_of(p->arena, struct leaf_value, d->sorted_count + 1);
    for (uint32_t i = 0; i < d->sorted_count; i++)
        values[i] = compile(p, d->sorted[i]);
    ((struct leaf_data *)(uintptr_t)d)->compiled = values;
    return values;
}

bool residue_value_valid(enum iam_operator op, struct str value)
{
    struct str sample = STR("x");
    if (op >= IAM_OP_NUMERIC_EQUALS && op <= IAM_OP_DATE_GREATER_THAN_EQUALS)
        sample = STR("0");
    else if (op == IAM_OP_BOOL)
        sample = STR("true");
    else if (op == IAM_OP_IP_ADDRESS || op == IAM_OP_NOT_IP_ADDRESS)
        sample = STR("0.0.0.0");
    else if (op >= IAM_OP_ARN_EQUALS && op <= IAM_OP_ARN_NOT_LIKE)
        sample = STR("arn:a:b:c:d:e");
    return has_variable(value) || iam_compare(op, (struct iam_pattern){value, NULL}, sample) != IAM_NO_VALUE;
}

enum tri residue_test(struct residue_pool *p, struct test t, struct str value)
{
    const struct leaf_value *v = residue_values(p, t.d);
    enum iam_operator op = t.d->leaf.op;
    bool negated = residue_op_negated(op);
    enum tri any = TRI_NO;
    if (!residue_spend(p, 1 + (int64_t)t.d->sorted_count * (1 + (int64_t)value.len / 16)))
        return TRI_MAYBE;
    for (uint32_t i = 0; i < t.d->sorted_count && any != TRI_YES; i++) {
        enum iam_compared c = v[i].open ? IAM_NOT_KNOWN : iam_compare(op, v[i].pattern, value);
        if (c == IAM_NO_VALUE && residue_may_be_other(t.d))
            return TRI_MAYBE;
        if (c == IAM_NO_VALUE && negated)
            return t.not ? TRI_YES : TRI_NO;
        any = c == IAM_EQUALS ? TRI_YES : c == IAM_NOT_KNOWN ? TRI_MAYBE : any;
    }
    return negated != t.not ? tri_not(any) : any;
}

static enum tri null_holds(const struct leaf_data *d, bool absent)
{
    for (uint32_t i = 0; i < d->sorted_count; i++)
        if (str_eqz(d->sorted[i], absent ? "true" : "false"))
            return TRI_YES;
    return TRI_NO;
}

static enum tri absent_holds(const struct leaf_data *d)
{
    const struct residue_leaf *l = &d->leaf;
    if (l->kind == RESIDUE_SESSION_NAME)
        return TRI_NO;
    if (l->set == IAM_SET_ANY_VALUE)
        return l->if_exists ? TRI_MAYBE : TRI_NO;
    return l->set == IAM_SET_ALL_VALUES || l->if_exists || residue_op_negated(l->op) ? TRI_YES : TRI_NO;
}

static enum tri holds(struct residue_pool *p, const struct leaf_data *d, const struct str *values, uint32_t count, bool list)
{
    bool absent = !values || !count;
    if (d->leaf.kind == RESIDUE_CONDITION && d->leaf.op == IAM_OP_NULL)
        return null_holds(d, absent);
    if (absent)
        return absent_holds(d);
    if (d->leaf.set == IAM_SET_NONE)
        return list || count != 1 ? residue_may_be_list(d) ? TRI_MAYBE : TRI_NO : residue_test(p, (struct test){d, false}, values[0]);
    bool all = d->leaf.set == IAM_SET_ALL_VALUES;
    enum tri r = all ? TRI_YES : TRI_NO;
    for (uint32_t i = 0; i < count; i++) {
        enum tri one = residue_test(p, (struct test){d, false}, values[i]);
        if (one == (all ? TRI_NO : TRI_YES))
            return one;
        r = one == TRI_MAYBE ? one : r;
    }
    return r;
}

enum tri residue_literal(struct residue_pool *p, const struct leaf_data *d, bool not, const struct str *values, uint32_t count, bool list)
{
    enum tri t = holds(p, d, values, count, list);
    return not ? tri_not(t) : t;
}
