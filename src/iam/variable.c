/* IAM User Guide, "IAM policy elements: Variables and tags" (read 2026). */
#include "base/buf.h"
#include "iam/glob.h"

#include <stdlib.h>

bool iam_variable_next(struct str text, size_t from, struct iam_variable *out)
{
    for (size_t i = from; i + 1 < text.len; i++) {
        if (text.ptr[i] != '$' || text.ptr[i + 1] != '{') {
            continue;
        }
        ptrdiff_t end = str_index(text, '}', i + 2);
        if (end < 0) {
            return false;
        }
        struct str body = str_sub(text, i + 2, (size_t)end);
        *out = (struct iam_variable){.from = i, .to = (size_t)end + 1};
        out->escape = body.len == 1 && (body.ptr[0] == '*' || body.ptr[0] == '?' || body.ptr[0] == '$');
        struct str rest = body;
        out->name = str_trim(str_cut(&rest, ','));
        rest = rest.ptr ? str_trim(rest) : rest;
        if (rest.ptr && rest.len >= 2 && rest.ptr[0] == '\'' && rest.ptr[rest.len - 1] == '\'') {
            out->fallback = str_sub(rest, 1, rest.len - 1);
        }
        return true;
    }
    return false;
}

static inline bool same_lower(struct str any_case, struct str lower)
{
    return any_case.len == lower.len && str_eq_nocase(any_case, lower);
}

const struct iam_key *iam_context_find(const struct iam_context *c, struct str lower)
{
    for (uint32_t i = 0; i < c->count; i++) {
        const struct iam_key *k = &c->keys[i];
        if (k->name.len == lower.len && memcmp(k->name.ptr, lower.ptr, lower.len) == 0) {
            return k;
        }
    }
    return NULL;
}

const struct iam_key *iam_context_get(const struct iam_context *c, struct str name)
{
    for (uint32_t i = 0; i < c->count; i++) {
        if (same_lower(name, c->keys[i].name)) {
            return &c->keys[i];
        }
    }
    return NULL;
}

/* "When policy variables reference a condition context key that has no value or is not present ..., the value is effectively
 * null"; a multivalued key cannot be used as a variable. */
static enum iam_expansion value_of(const struct iam_variable *v, const struct iam_context *c, struct str *value)
{
    if (v->escape) {
        *value = v->name;
        return IAM_EXPANDED;
    }
    const struct iam_key *k = c ? iam_context_get(c, v->name) : NULL;
    enum iam_key_state state = k ? k->state : !c || c->open ? IAM_KEY_OPEN : IAM_KEY_ABSENT;
    if ((state == IAM_KEY_KNOWN || state == IAM_KEY_SAMPLE) && k && k->count > 0) {
        if (k->list || k->count != 1) {
            return IAM_EXPANDED_NULL;
        }
        *value = k->values[0];
        return IAM_EXPANDED;
    }
    if (state != IAM_KEY_ABSENT && state != IAM_KEY_KNOWN) {
        return IAM_EXPANDED_UNKNOWN;
    }
    *value = v->fallback;
    return v->fallback.ptr ? IAM_EXPANDED : IAM_EXPANDED_NULL;
}

static void put(struct iam_expanded *x, struct str s, bool wild)
{
    if (x->len + s.len > x->size) {
        size_t size = (x->len + s.len) * 2;
        char *bigger = malloc(size * 2);
        if (!bigger) {
            abort();
        }
        memcpy(bigger, x->pattern.text.ptr, x->len);
        memcpy(bigger + size, x->pattern.wild, x->len);
        free(x->heap);
        x->heap = bigger;
        x->size = size;
    }
    char *bytes = x->heap ? x->heap : x->bytes;
    unsigned char *flags = x->heap ? (unsigned char *)x->heap + x->size : x->wild;
    if (s.len) {
        memcpy(bytes + x->len, s.ptr, s.len);
        memset(flags + x->len, wild, s.len);
    }
    x->len += s.len;
    x->pattern = (struct iam_pattern){str_make(bytes, x->len), flags};
}

enum iam_expansion iam_expand(struct str text, const struct iam_context *c, struct iam_expanded *out)
{
    out->heap = NULL;
    out->len = 0;
    out->size = IAM_EXPANDED_MAX;
    out->pattern = (struct iam_pattern){str_make(out->bytes, 0), out->wild};
    enum iam_expansion worst = IAM_EXPANDED;
    struct iam_variable v;
    size_t at = 0;
    while (iam_variable_next(text, at, &v)) {
        put(out, str_sub(text, at, v.from), true);
        struct str value = {NULL, 0};
        enum iam_expansion e = value_of(&v, c, &value);
        if (e == IAM_EXPANDED_NULL) {
            return e;
        }
        if (e == IAM_EXPANDED_UNKNOWN) {
            worst = e;
            put(out, STR("*"), true);
        } else {
            put(out, value, false);
        }
        at = v.to;
    }
    put(out, str_sub(text, at, text.len), true);
    return worst;
}

void iam_expanded_done(struct iam_expanded *x) { free(x->heap); }

static void put_literal(struct buf *out, struct str s, bool wildcards)
{
    for (size_t i = 0; i < s.len; i++) {
        bool mark = wildcards && (s.ptr[i] == '*' || s.ptr[i] == '?');
        bool dollar = s.ptr[i] == '$' && i + 1 < s.len && s.ptr[i + 1] == '{';
        if (mark || dollar) {
            buf_addf(out, "${%c}", s.ptr[i]);
        } else {
            buf_addc(out, s.ptr[i]);
        }
    }
}

/* Text outside of variables: its wildcards stay; a "${" that is no variable must not become one. */
static void put_plain(struct buf *out, struct str s)
{
    put_literal(out, s, false);
}

void iam_expand_for_residue(struct str text, bool variables, bool wildcards, const struct iam_context *c, struct buf *out)
{
    struct iam_variable v;
    size_t at = 0;
    while (variables && iam_variable_next(text, at, &v)) {
        put_plain(out, str_sub(text, at, v.from));
        struct str value = {NULL, 0};
        if (value_of(&v, c, &value) == IAM_EXPANDED) {
            put_literal(out, value, wildcards);
        } else {
            buf_add(out, str_sub(text, v.from, v.to));
        }
        at = v.to;
    }
    put_plain(out, str_sub(text, at, text.len));
}
