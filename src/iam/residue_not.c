/* Negation. IAM User Guide, "IAM JSON policy elements: Condition operators" and "Single-valued vs. multivalued context keys"
 * (read 2026): a negated operator and ...IfExists hold where the key is absent; ForAllValues holds for an absent key,
 * ForAnyValue does not. */
#include "iam/residue_internal.h"

static const bool negated[] = {
#define X(sym, name, neg) neg,
    IAM_OPERATORS(X)
#undef X
        false,
};

bool residue_op_negated(enum iam_operator op) { return negated[op]; }

/* The operator that holds of a value when `op` does not, and back; IAM_OP_UNKNOWN when there is none. */
static enum iam_operator opposite(enum iam_operator op)
{
    static const enum iam_operator pairs[][2] = {
        {IAM_OP_STRING_EQUALS, IAM_OP_STRING_NOT_EQUALS},
        {IAM_OP_STRING_EQUALS_IGNORE_CASE, IAM_OP_STRING_NOT_EQUALS_IGNORE_CASE},
        {IAM_OP_STRING_LIKE, IAM_OP_STRING_NOT_LIKE},
        {IAM_OP_NUMERIC_EQUALS, IAM_OP_NUMERIC_NOT_EQUALS},
        {IAM_OP_NUMERIC_LESS_THAN, IAM_OP_NUMERIC_GREATER_THAN_EQUALS},
        {IAM_OP_NUMERIC_GREATER_THAN, IAM_OP_NUMERIC_LESS_THAN_EQUALS},
        {IAM_OP_DATE_EQUALS, IAM_OP_DATE_NOT_EQUALS},
        {IAM_OP_DATE_LESS_THAN, IAM_OP_DATE_GREATER_THAN_EQUALS},
        {IAM_OP_DATE_GREATER_THAN, IAM_OP_DATE_LESS_THAN_EQUALS},
        {IAM_OP_IP_ADDRESS, IAM_OP_NOT_IP_ADDRESS},
        {IAM_OP_ARN_EQUALS, IAM_OP_ARN_NOT_EQUALS},
        {IAM_OP_ARN_LIKE, IAM_OP_ARN_NOT_LIKE},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        for (int j = 0; j < 2; j++)
            if (pairs[i][j] == op)
                return pairs[i][!j];
    return IAM_OP_UNKNOWN;
}

/* Bool's values are "true" and "false": the opposite is the other value. {NULL,0}: both are listed, or neither. */
static struct str other_bool(const struct leaf_data *d)
{
    bool yes = false, no = false;
    for (uint32_t i = 0; i < d->sorted_count; i++) {
        yes |= str_eqz(d->sorted[i], "true");
        no |= str_eqz(d->sorted[i], "false");
    }
    return yes == no ? str_make(NULL, 0) : yes ? STR("false") : STR("true");
}

struct shape {
    enum iam_operator op;
    enum iam_set set;
    bool if_exists;
};

/* A leaf on the same key that takes over the sources. */
static const struct residue *leaf_on(struct residue_pool *p, const struct leaf_data *of, struct shape s, const struct str *values, uint32_t count)
{
    struct residue_leaf l = {.kind = RESIDUE_CONDITION, .op = s.op, .set = s.set, .if_exists = s.if_exists, .key = of->leaf.key,
                             .values = values, .count = count};
    const struct residue *r = residue_leaf(p, &l, NULL);
    if (r->data && !r->data->opposite) {
        r->data->opposite = true;
        p->opposites++;
    }
    for (uint32_t i = 0; r->data != of && i < of->source_count; i++)
        residue_add_source(p, r->data, &of->sources[i].at, !of->sources[i].inverted);
    return r;
}

static const struct residue *presence(struct residue_pool *p, const struct leaf_data *of, bool absent)
{
    struct str value = absent ? STR("true") : STR("false");
    return leaf_on(p, of, (struct shape){IAM_OP_NULL, IAM_SET_NONE, false}, &value, 1);
}

/* `value` fails the operator, for every value of the leaf; the leaf's operator has an opposite. */
static const struct residue *fails(struct residue_pool *p, const struct leaf_data *d, struct shape s)
{
    enum iam_operator op = d->leaf.op;
    if (op == IAM_OP_BOOL) {
        struct str value = other_bool(d);
        return leaf_on(p, d, s, &value, 1);
    }
    bool order = (op >= IAM_OP_NUMERIC_LESS_THAN && op <= IAM_OP_NUMERIC_GREATER_THAN_EQUALS) ||
                 (op >= IAM_OP_DATE_LESS_THAN && op <= IAM_OP_DATE_GREATER_THAN_EQUALS);
    if (!order)
        return leaf_on(p, d, s, d->leaf.values, d->leaf.count);
    const struct residue *r = residue_true;
    for (uint32_t i = 0; i < d->sorted_count; i++) /* below none of them: not below each */
        r = residue_and(p, r, leaf_on(p, d, s, &d->sorted[i], 1));
    return r;
}

static const struct residue *not_null(struct residue_pool *p, const struct leaf_data *d, const struct residue *leaf)
{
    struct str wants = d->sorted_count == 1 ? d->sorted[0] : (struct str){0};
    if (!str_eqz(wants, "true") && !str_eqz(wants, "false"))
        return residue_not_leaf(p, leaf);
    return presence(p, d, str_eqz(wants, "false"));
}

static const struct residue *not_condition(struct residue_pool *p, const struct residue *leaf)
{
    const struct leaf_data *d = leaf->data;
    const struct residue_leaf *l = &d->leaf;
    if (l->op == IAM_OP_NULL)
        return not_null(p, d, leaf);
    enum iam_operator op = l->op == IAM_OP_BOOL && other_bool(d).ptr ? IAM_OP_BOOL : opposite(l->op);
    bool order = opposite(l->op) != IAM_OP_UNKNOWN && !negated[l->op] && !negated[op];
    /* Of many values no single value need be beyond all bounds; and what ForAnyValue...IfExists says of an absent key AWS does
     * not document: it stays what it is. */
    if (op == IAM_OP_UNKNOWN || (l->set == IAM_SET_ALL_VALUES && order && d->sorted_count > 1) || (l->set == IAM_SET_ANY_VALUE && l->if_exists))
        return residue_not_leaf(p, leaf);
    if (l->set == IAM_SET_ANY_VALUE)
        return residue_or(p, presence(p, d, true), fails(p, d, (struct shape){op, IAM_SET_ALL_VALUES, false}));
    if (l->set == IAM_SET_ALL_VALUES)
        return residue_and(p, presence(p, d, false), fails(p, d, (struct shape){op, IAM_SET_ANY_VALUE, false}));
    if (l->if_exists)
        return residue_and(p, presence(p, d, false), fails(p, d, (struct shape){op, IAM_SET_NONE, false}));
    /* True where the key is absent, unless the operator itself was. */
    bool if_exists = !negated[op] && !negated[l->op];
    return fails(p, d, (struct shape){op, IAM_SET_NONE, if_exists});
}

static const struct residue *negate(struct residue_pool *p, const struct residue *r)
{
    if (r->kind == RESIDUE_NOT)
        return r->children[0];
    if (r->kind == RESIDUE_LEAF)
        return r->data->leaf.kind == RESIDUE_CONDITION ? not_condition(p, r) : residue_not_leaf(p, r);
    const struct residue *all = r->kind == RESIDUE_AND ? residue_false : residue_true;
    for (uint32_t i = 0; i < r->count; i++)
        all = r->kind == RESIDUE_AND ? residue_or(p, all, residue_not(p, r->children[i])) : residue_and(p, all, residue_not(p, r->children[i]));
    return all;
}

const struct residue *residue_not(struct residue_pool *p, const struct residue *r)
{
    if (r->kind == RESIDUE_TRUE || r->kind == RESIDUE_FALSE)
        return r->kind == RESIDUE_TRUE ? residue_false : residue_true;
    if (r->negation && r->negated_at == p->source_version)
        return r->negation;
    const struct residue *n = negate(p, r);
    /* Nodes of a pool are the pool's to note things on; only the two constants are shared and truly constant. */
    struct residue *own = (struct residue *)(uintptr_t)r;
    own->negation = n;
    own->negated_at = p->source_version;
    if (n->kind != RESIDUE_TRUE && n->kind != RESIDUE_FALSE && !n->negation)
        ((struct residue *)(uintptr_t)n)->negation = r;
    return n;
}
