/* IAM User Guide, "IAM JSON policy elements: Condition", "Condition operators", "Set operators for multivalued context
 * keys", "Variables and tags" (read 2026). */
#include "iam/condition.h"

#include "base/buf.h"
#include "iam/match.h"

#include <stdlib.h>

enum { LEAF_TEXT_MAX = 4 << 20 };

struct ask { /* one condition, and who asks */
    struct residue_pool *pool;
    const struct iam_condition *k;
    bool variables;
    const struct iam_context *context;
    const struct residue_source *source;
};

static bool is_wildcard_operator(enum iam_operator op)
{
    return op == IAM_OP_STRING_LIKE || op == IAM_OP_STRING_NOT_LIKE || (op >= IAM_OP_ARN_EQUALS && op <= IAM_OP_ARN_NOT_LIKE);
}

static const struct residue *constant(bool b) { return b ? residue_true : residue_false; }

/* Constants are the rule: the pool is called for formulas only. */
static const struct residue *both(struct residue_pool *p, const struct residue *a, const struct residue *b)
{
    if (a == residue_false || b == residue_false) {
        return residue_false;
    }
    return a == residue_true ? b : b == residue_true ? a : residue_and(p, a, b);
}

static const struct residue *either(struct residue_pool *p, const struct residue *a, const struct residue *b)
{
    if (a == residue_true || b == residue_true) {
        return residue_true;
    }
    return a == residue_false ? b : b == residue_false ? a : residue_or(p, a, b);
}

static const struct residue *opposite(struct residue_pool *p, const struct residue *a)
{
    return a == residue_true ? residue_false : a == residue_false ? residue_true : residue_not(p, a);
}

static const struct residue *unread(const struct ask *q, struct str what)
{
    return residue_leaf(q->pool, &(struct residue_leaf){.kind = RESIDUE_UNREAD, .values = &what, .count = 1}, q->source);
}

static const struct residue *presence(const struct ask *q, bool absent)
{
    struct str value = absent ? STR("true") : STR("false");
    struct residue_leaf leaf = {.kind = RESIDUE_CONDITION, .op = IAM_OP_NULL, .key = q->k->key, .values = &value, .count = 1};
    return residue_leaf(q->pool, &leaf, q->source);
}

/* The equation on the only variable of `left` when the rest of it is literal; NULL when there is none to be had. */
static const struct residue *equation(struct residue_pool *p, struct str left, enum iam_operator op, struct str text,
                                      const struct residue_source *source)
{
    struct iam_variable v, next;
    bool fold = op == IAM_OP_STRING_EQUALS_IGNORE_CASE || op == IAM_OP_STRING_NOT_EQUALS_IGNORE_CASE;
    if (!iam_variable_next(left, 0, &v) || v.escape || v.fallback.ptr || iam_variable_next(left, v.to, &next)) {
        return NULL;
    }
    if (is_wildcard_operator(op) && (str_index(left, '*', 0) >= 0 || str_index(left, '?', 0) >= 0)) {
        return NULL;
    }
    struct str before = str_sub(left, 0, v.from), after = str_sub(left, v.to, left.len);
    if (text.len < before.len + after.len) {
        return residue_false;
    }
    struct str head = str_sub(text, 0, before.len), tail = str_sub(text, text.len - after.len, text.len);
    if (fold ? !str_eq_nocase(head, before) || !str_eq_nocase(tail, after) : !str_eq(head, before) || !str_eq(tail, after)) {
        return residue_false;
    }
    struct buf middle;
    buf_init(&middle, LEAF_TEXT_MAX);
    iam_expand_for_residue(str_sub(text, before.len, text.len - after.len), false, false, NULL, &middle); /* a value, not a variable */
    struct str value = buf_str(&middle);
    struct residue_leaf leaf = {.kind = RESIDUE_CONDITION, .key = v.name, .values = &value, .count = 1,
                                .op = fold ? IAM_OP_STRING_EQUALS_IGNORE_CASE : IAM_OP_STRING_EQUALS};
    const struct residue *r = middle.failed ? NULL : residue_leaf(p, &leaf, source);
    buf_done(&middle);
    return r;
}

const struct residue *iam_pattern_formula(struct residue_pool *p, struct str pattern, enum iam_operator op,
                                          const struct iam_context *c, struct str text, const struct residue_source *source)
{
    struct buf out;
    buf_init(&out, LEAF_TEXT_MAX);
    iam_expand_for_residue(pattern, true, is_wildcard_operator(op), c, &out);
    struct str left = buf_str(&out);
    const struct residue *r = out.failed ? NULL : equation(p, left, op, text, source);
    bool exact = is_wildcard_operator(op) || op == IAM_OP_STRING_EQUALS || op == IAM_OP_STRING_NOT_EQUALS;
    if (!r && exact && !out.failed) {
        struct residue_leaf leaf = {.kind = RESIDUE_PATTERN, .op = IAM_OP_STRING_LIKE, .key = text, .values = &left, .count = 1};
        r = residue_leaf(p, &leaf, source);
    }
    buf_done(&out);
    struct str what = STR("the value of a variable in a pattern");
    return r ? r : residue_leaf(p, &(struct residue_leaf){.kind = RESIDUE_UNREAD, .values = &what, .count = 1}, source);
}

/* The policy's value `g` against `text`: equal, in the positive sense; a formula where a variable is not known. */
static enum iam_compared compare_one(const struct ask *q, const struct iam_glob *g, struct str text, const struct residue **formula)
{
    if (!g->variables) {
        if (q->k->op == IAM_OP_STRING_LIKE || q->k->op == IAM_OP_STRING_NOT_LIKE) {
            return iam_glob_matches(g, text, false) ? IAM_EQUALS : IAM_DIFFERS;
        }
        return iam_compare(q->k->op, (struct iam_pattern){g->text, NULL}, text);
    }
    struct iam_expanded x;
    enum iam_expansion how = iam_expand(g->text, q->context, &x);
    struct iam_pattern any_arn = {STR("arn:*:*:*:*:*"), NULL}; /* null equals nothing, and the text must still be of the type */
    bool null = how == IAM_EXPANDED_NULL, arn = q->k->op >= IAM_OP_ARN_EQUALS && q->k->op <= IAM_OP_ARN_NOT_LIKE;
    enum iam_compared c = null && !arn ? IAM_DIFFERS : iam_compare(q->k->op, null ? any_arn : x.pattern, text);
    c = null && c == IAM_EQUALS ? IAM_DIFFERS : c;
    iam_expanded_done(&x);
    if (how != IAM_EXPANDED_UNKNOWN) {
        return c;
    }
    if (c != IAM_EQUALS && is_wildcard_operator(q->k->op)) {
        return c; /* not even with the variable at its widest */
    }
    *formula = iam_pattern_formula(q->pool, g->text, q->k->op, q->context, text, q->source);
    return IAM_NOT_KNOWN;
}

/* One value of the request against all of the policy's: OR, or NOR for a negated operator. */
static const struct residue *value_holds(const struct ask *q, struct str text)
{
    bool negated = iam_operator_negated(q->k->op);
    const struct residue *any = residue_false;
    for (uint32_t i = 0; i < q->k->count; i++) {
        const struct residue *formula = NULL;
        enum iam_compared c = compare_one(q, &q->k->values[i], text, &formula);
        if (c == IAM_NO_VALUE && negated) {
            return residue_false;
        }
        if (c == IAM_EQUALS) {
            if (!negated) {
                return residue_true;
            }
            any = residue_true;
        } else if (c == IAM_NOT_KNOWN) {
            any = either(q->pool, any, formula ? formula : unread(q, STR("how AWS compares an IPv4-mapped IPv6 address")));
        }
    }
    return negated ? opposite(q->pool, any) : any;
}

static const struct residue *when_absent(const struct ask *q)
{
    switch (q->k->set) {
    case IAM_SET_ALL_VALUES:
        return residue_true;
    case IAM_SET_ANY_VALUE:
        /* "ForAnyValue: ... no matching key: false" and "IfExists: not present: true" contradict each other. */
        return q->k->if_exists ? unread(q, STR("what ForAnyValue with IfExists says of an absent key")) : residue_false;
    case IAM_SET_NONE:
        break;
    }
    return constant(q->k->if_exists || iam_operator_negated(q->k->op));
}

static const struct residue *when_known(const struct ask *q, const struct iam_key *key)
{
    if (key->count == 0) {
        return when_absent(q);
    }
    if (q->k->set == IAM_SET_NONE) {
        /* A multivalued key needs a set operator. */
        return key->list || key->count != 1 ? residue_false : value_holds(q, key->values[0]);
    }
    bool all = q->k->set == IAM_SET_ALL_VALUES;
    const struct residue *r = constant(all);
    for (uint32_t i = 0; i < key->count && r != constant(!all); i++) {
        const struct residue *one = value_holds(q, key->values[i]);
        r = all ? both(q->pool, r, one) : either(q->pool, r, one);
    }
    return r;
}

static const struct residue *null_holds(const struct ask *q, enum iam_key_state state, const struct iam_key *key)
{
    bool when_there = false, when_not = false;
    for (uint32_t i = 0; i < q->k->count; i++) {
        when_not = when_not || str_eq_nocase(q->k->values[i].text, STR("true"));
        when_there = when_there || str_eq_nocase(q->k->values[i].text, STR("false"));
    }
    bool absent = state == IAM_KEY_ABSENT || (state == IAM_KEY_KNOWN && key->count == 0);
    if (q->k->set != IAM_SET_NONE) {
        when_not = q->k->set == IAM_SET_ALL_VALUES; /* no value to test */
    }
    if (absent || state == IAM_KEY_KNOWN || state == IAM_KEY_SOME) {
        return constant(absent ? when_not : when_there);
    }
    return when_there == when_not ? constant(when_there) : presence(q, when_not);
}

/* None of the policy's values can be equal to anything: all have a variable without a value. */
static const struct residue *nothing_to_equal(const struct ask *q, bool there)
{
    bool negated = iam_operator_negated(q->k->op);
    const struct residue *absent = when_absent(q);
    if (there || absent == constant(negated)) {
        return constant(negated);
    }
    const struct residue *is_absent = presence(q, true);
    return negated ? opposite(q->pool, is_absent) : both(q->pool, is_absent, absent);
}

static bool has_no_value(const struct ask *q, const struct iam_glob *g)
{
    if (!g->variables) {
        return false;
    }
    struct iam_expanded x;
    bool null = iam_expand(g->text, q->context, &x) == IAM_EXPANDED_NULL;
    iam_expanded_done(&x);
    return null;
}

/* The condition itself, with what is known of its variables. */
static const struct residue *as_leaf(const struct ask *q, bool there)
{
    const struct iam_condition *k = q->k;
    struct str *values = calloc(k->count ? k->count : 1, sizeof *values);
    struct buf *texts = calloc(k->count ? k->count : 1, sizeof *texts);
    if (!values || !texts) {
        die("out of memory");
    }
    uint32_t n = 0;
    bool failed = false;
    for (uint32_t i = 0; i < k->count; i++) {
        if (!has_no_value(q, &k->values[i])) {
            buf_init(&texts[n], LEAF_TEXT_MAX);
            iam_expand_for_residue(k->values[i].text, k->values[i].variables, is_wildcard_operator(k->op), q->context, &texts[n]);
            failed = failed || texts[n].failed;
            values[n] = buf_str(&texts[n]);
            n++;
        }
    }
    struct residue_leaf leaf = {.kind = RESIDUE_CONDITION, .op = k->op, .set = k->set, .if_exists = k->if_exists, .key = k->key,
                                .values = values, .count = n};
    const struct residue *r = failed          ? unread(q, STR("a condition whose values grew too long"))
                              : n == 0        ? nothing_to_equal(q, there)
                                              : residue_leaf(q->pool, &leaf, q->source);
    for (uint32_t i = 0; i < n; i++) {
        buf_done(&texts[i]);
    }
    free(values);
    free(texts);
    return r;
}

static const struct residue *when_maybe(const struct ask *q, const struct iam_key *key)
{
    const struct residue *with = when_known(q, key), *without = when_absent(q);
    if (with == without) {
        return with;
    }
    const struct residue *is_absent = presence(q, true);
    return either(q->pool, both(q->pool, is_absent, without), both(q->pool, opposite(q->pool, is_absent), with));
}

const struct residue *iam_condition_holds(struct residue_pool *p, const struct iam_condition *k, bool variables,
                                          const struct iam_context *c, const struct residue_source *source)
{
    struct ask q = {p, k, variables, c, source};
    if (k->op == IAM_OP_UNKNOWN) {
        return residue_false;
    }
    const struct iam_key *key = iam_context_find(c, k->key_lower);
    enum iam_key_state state = key ? key->state : c->open ? IAM_KEY_OPEN : IAM_KEY_ABSENT;
    if (state == IAM_KEY_SAMPLE) {
        const struct residue *sample = k->op == IAM_OP_NULL ? null_holds(&q, IAM_KEY_KNOWN, key) : when_known(&q, key);
        if (sample == constant(!source || source->allow)) {
            return sample;
        }
    }
    if (k->op == IAM_OP_NULL) {
        return null_holds(&q, state, key);
    }
    switch (state) {
    case IAM_KEY_KNOWN:
        return when_known(&q, key);
    case IAM_KEY_ABSENT:
        return when_absent(&q);
    case IAM_KEY_MAYBE:
        return when_maybe(&q, key);
    case IAM_KEY_SOME:
    case IAM_KEY_OPEN:
    case IAM_KEY_SAMPLE:
        break;
    }
    return as_leaf(&q, state == IAM_KEY_SOME);
}

const struct residue *iam_statement_conditions(struct residue_pool *p, const struct iam_statement *s, bool variables,
                                               const struct iam_context *c, const struct residue_source *source)
{
    const struct residue *r = residue_true;
    for (uint32_t i = 0; i < s->condition_count && r != residue_false; i++) {
        r = both(p, r, iam_condition_holds(p, &s->conditions[i], variables, c, source));
    }
    return r;
}
