/* Formulas as JSON and in words. */
#include "iam/residue_internal.h"

#include "codec/text.h"

#include <stdio.h>

enum { WRITE_LEAVES_MAX = 10000 }; /* a formula shares its parts; written out it could be far larger */

static const char *const names[] = {
#define X(sym, name, negated) name,
    IAM_OPERATORS(X)
#undef X
        "?",
};


/* The words that the peers' output uses for policy kinds. */
static const char *policy_type(const char *layer)
{
    if (!layer)
        return "unknown";
    return strcmp(layer, "pb") == 0 ? "permissionBoundary" : layer;
}

static void write_sources(const struct leaf_data *d, struct json_out *o)
{
    bool inverted = d->source_count > 0;
    jo_key(o, "sources");
    jo_array(o);
    for (uint32_t i = 0; i < d->source_count; i++) {
        const struct residue_source *s = &d->sources[i].at;
        inverted &= d->sources[i].inverted;
        jo_object(o);
        jo_kv_strz(o, "effect", s->allow ? "Allow" : "Deny");
        jo_kv_str(o, "policyIdentifier", s->policy);
        jo_kv_strz(o, "policyType", policy_type(s->layer));
        jo_kv_int(o, "statementIndex", (int64_t)s->index + 1);
        if (s->sid.len)
            jo_kv_str(o, "statementId", s->sid);
        if (s->level.len)
            jo_kv_str(o, "orgIdentifier", s->level);
        jo_end_object(o);
    }
    jo_end_array(o);
    if (inverted)
        jo_kv_bool(o, "inverted", true);
}

static void write_values(const char *key, const struct residue_leaf *l, struct json_out *o)
{
    jo_key(o, key);
    jo_array(o);
    for (uint32_t i = 0; i < l->count; i++)
        jo_str(o, l->values[i]);
    jo_end_array(o);
}

static void write_leaf(const struct leaf_data *d, bool not, struct json_out *o)
{
    static const char *const types[] = {"condition", "sessionName", "pattern", "unread"};
    static const char *const sets[] = {"", "ForAnyValue:", "ForAllValues:"};
    const struct residue_leaf *l = &d->leaf;
    jo_object(o);
    jo_kv_strz(o, "conditionType", types[l->kind]);
    if (l->kind == RESIDUE_CONDITION) {
        char op[64];
        snprintf(op, sizeof op, "%s%s%s", sets[l->set], names[l->op], l->if_exists ? "IfExists" : "");
        jo_kv_strz(o, "op", op);
        jo_kv_str(o, "key", l->key);
    } else if (l->kind == RESIDUE_PATTERN) {
        jo_kv_str(o, "text", l->key);
    }
    if (l->kind == RESIDUE_UNREAD)
        jo_kv_str(o, "what", l->count ? l->values[0] : STR(""));
    else
        write_values(l->kind == RESIDUE_SESSION_NAME ? "sessionName" : "values", l, o);
    write_sources(d, o);
    if (not)
        jo_kv_bool(o, "negated", true);
    jo_end_object(o);
}

static void constant(const char *type, struct json_out *o)
{
    jo_object(o);
    jo_kv_strz(o, "conditionType", type);
    jo_end_object(o);
}

static void write_node(const struct residue *r, struct json_out *o, uint32_t *left)
{
    if (*left == 0) {
        constant("more", o);
        return;
    }
    --*left;
    switch (r->kind) {
    case RESIDUE_TRUE:
        jo_null(o);
        return;
    case RESIDUE_FALSE:
        constant("never", o);
        return;
    case RESIDUE_LEAF:
    case RESIDUE_NOT:
        write_leaf(r->data, r->kind == RESIDUE_NOT, o);
        return;
    case RESIDUE_AND:
    case RESIDUE_OR:
        break;
    }
    jo_object(o);
    jo_kv_strz(o, "conditionType", "group");
    jo_kv_strz(o, "operator", r->kind == RESIDUE_AND ? "and" : "or");
    jo_key(o, "conditions");
    jo_array(o);
    for (uint32_t i = 0; i < r->count && *left; i++)
        write_node(r->children[i], o, left);
    jo_end_array(o);
    jo_end_object(o);
}

void residue_write_json(const struct residue *r, struct json_out *o)
{
    uint32_t left = WRITE_LEAVES_MAX;
    write_node(r, o, &left);
}

/* Words. */

static const char *phrase_of(enum iam_operator op)
{
    switch (op) {
    case IAM_OP_STRING_EQUALS_IGNORE_CASE: return "is (in any case)";
    case IAM_OP_STRING_NOT_EQUALS: case IAM_OP_NUMERIC_NOT_EQUALS: case IAM_OP_DATE_NOT_EQUALS:
        return "is not";
    case IAM_OP_STRING_NOT_EQUALS_IGNORE_CASE: return "is not (in any case)";
    case IAM_OP_STRING_LIKE: case IAM_OP_ARN_EQUALS: case IAM_OP_ARN_LIKE: return "is like";
    case IAM_OP_STRING_NOT_LIKE: case IAM_OP_ARN_NOT_EQUALS: case IAM_OP_ARN_NOT_LIKE:
        return "is not like";
    case IAM_OP_NUMERIC_LESS_THAN: return "is less than";
    case IAM_OP_NUMERIC_LESS_THAN_EQUALS: return "is at most";
    case IAM_OP_NUMERIC_GREATER_THAN: return "is more than";
    case IAM_OP_NUMERIC_GREATER_THAN_EQUALS: return "is at least";
    case IAM_OP_DATE_LESS_THAN: return "is before";
    case IAM_OP_DATE_LESS_THAN_EQUALS: return "is not after";
    case IAM_OP_DATE_GREATER_THAN: return "is after";
    case IAM_OP_DATE_GREATER_THAN_EQUALS: return "is not before";
    case IAM_OP_IP_ADDRESS: return "is in";
    case IAM_OP_NOT_IP_ADDRESS: return "is not in";
    default: return "is";
    }
}

static void word_values(const struct residue_leaf *l, struct buf *out)
{
    for (uint32_t i = 0; i < l->count; i++) {
        if (i)
            buf_addz(out, i + 1 == l->count ? " or " : ", ");
        if (l->values[i].len)
            text_safe(out, l->values[i]);
        else
            buf_addz(out, "empty");
    }
    if (!l->count)
        buf_addz(out, "(nothing)");
}

static void word_condition(const struct leaf_data *d, struct buf *out)
{
    const struct residue_leaf *l = &d->leaf;
    if (l->op == IAM_OP_NULL) {
        text_safe(out, l->key);
        bool absent = d->sorted_count == 1 && str_eqz(d->sorted[0], "true");
        buf_addz(out, absent ? " is absent" : d->sorted_count == 1 ? " is there" : " is there or absent");
        return;
    }
    if (l->set != IAM_SET_NONE)
        buf_addz(out, l->set == IAM_SET_ANY_VALUE ? "some value of " : "every value of ");
    text_safe(out, l->key);
    buf_addc(out, ' ');
    buf_addz(out, phrase_of(l->op));
    buf_addc(out, ' ');
    word_values(l, out);
    if (l->if_exists)
        buf_addz(out, l->set == IAM_SET_NONE ? " (or it is absent)" : " (or there is none)");
}

static void word_leaf(const struct leaf_data *d, bool not, struct buf *out)
{
    const struct residue_leaf *l = &d->leaf;
    if (not && l->kind == RESIDUE_CONDITION)
        buf_addz(out, "not: ");
    switch (l->kind) {
    case RESIDUE_CONDITION:
        word_condition(d, out);
        return;
    case RESIDUE_SESSION_NAME:
        buf_addz(out, not ? "the session's name is not " : "the session's name is ");
        word_values(l, out);
        return;
    case RESIDUE_PATTERN:
        text_safe(out, l->values[0]);
        if (l->count > 1) {
            buf_addz(out, " (");
            text_safe(out, l->values[1]);
            buf_addz(out, ")");
        }
        buf_addz(out, not ? " does not stand for " : " stands for ");
        text_safe(out, l->key);
        return;
    case RESIDUE_UNREAD:
        text_safe(out, l->values[0]);
        if (l->count > 1) {
            buf_addz(out, " (");
            text_safe(out, l->values[1]);
            buf_addz(out, ")");
        }
        buf_addz(out, not ? ", which was not read, does not say so" : ", which was not read, says so");
        return;
    }
}

static void word_node(const struct residue *r, struct buf *out, bool inner, uint32_t *left)
{
    if (*left == 0) {
        buf_addz(out, "...");
        return;
    }
    --*left;
    if (r->kind == RESIDUE_TRUE || r->kind == RESIDUE_FALSE) {
        buf_addz(out, r->kind == RESIDUE_TRUE ? "always" : "never");
        return;
    }
    if (r->kind == RESIDUE_LEAF || r->kind == RESIDUE_NOT) {
        word_leaf(r->data, r->kind == RESIDUE_NOT, out);
        return;
    }
    if (inner)
        buf_addc(out, '(');
    for (uint32_t i = 0; i < r->count && *left; i++) {
        if (i)
            buf_addz(out, r->kind == RESIDUE_AND ? ", and " : ", or ");
        word_node(r->children[i], out, true, left);
    }
    if (inner)
        buf_addc(out, ')');
}

void residue_write_words(const struct residue *r, struct buf *out)
{
    uint32_t left = WRITE_LEAVES_MAX;
    word_node(r, out, false, &left);
}
