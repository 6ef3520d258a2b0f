/*
 * A pattern with one variable that is not known, against a text that is: "bucket/${aws:PrincipalTag/tenant}/" and what
 * follows, against "bucket/acme/key". The variable's value is one of few substrings of the text, so the leaf is a plain
 * condition on the variable's key, and speaks with the other conditions on that key.
 *
 * IAM User Guide, "IAM policy elements: Variables and tags" (read 2026): a key that is absent, and has no default in the pattern,
 * makes the pattern match nothing; a value that is put in is literal.
 */
#include "iam/residue_internal.h"

enum { VALUES_MAX = 64 };

static bool wild(struct str s) { return str_index(s, '*', 0) >= 0 || str_index(s, '?', 0) >= 0; }

/* In the fields of an ARN before the last a '*' ends at the colon; only what is one field is looked at here. */
static bool crosses_fields(struct str pattern, struct str before)
{
    size_t colons = 0;
    for (size_t i = 0; i < before.len; i++)
        colons += before.ptr[i] == ':';
    return str_starts(pattern, STR("arn:")) && colons < 5;
}

const struct residue *residue_from_pattern(struct residue_pool *p, const struct residue_leaf *l, const struct residue_source *source)
{
    struct iam_variable v, next;
    struct str pattern = l->count == 1 ? l->values[0] : STR(""), text = l->key;
    if (!iam_variable_next(pattern, 0, &v) || v.escape || v.fallback.ptr || iam_variable_next(pattern, v.to, &next))
        return NULL;
    struct str before = str_sub(pattern, 0, v.from), after = str_sub(pattern, v.to, pattern.len);
    if (wild(before) || wild(text) || crosses_fields(pattern, before))
        return NULL;
    if (!str_starts(text, before))
        return str_eq_nocase(str_sub(text, 0, before.len), before) ? NULL : residue_false; /* regions and the like ignore case */
    struct str values[VALUES_MAX];
    uint32_t n = 0;
    for (size_t to = before.len; to <= text.len; to++) {
        if (!iam_pattern_matches((struct iam_pattern){after, NULL}, str_sub(text, to, text.len), false, NULL))
            continue;
        if (n == VALUES_MAX)
            return NULL;
        values[n++] = str_sub(text, before.len, to);
    }
    struct residue_leaf found = {.kind = RESIDUE_CONDITION, .op = IAM_OP_STRING_EQUALS, .key = v.name, .values = values, .count = n};
    return n ? residue_leaf(p, &found, source) : residue_false;
}
