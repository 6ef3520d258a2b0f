/* IAM User Guide, "IAM JSON policy elements: Resource", "... NotResource" (read 2026); short ARNs by iam.md 1.2. */
#include "iam/condition.h"
#include "iam/glob.h"
#include "iam/match.h"

/* The request's resource, split once for all entries of a statement. */
struct wanted {
    struct str text;
    bool pattern; /* has a '*': some or all of many are asked for */
    bool star;
    uint8_t fields;
    struct str field[6];
};

enum hit {
    HIT_NO,
    HIT_YES,
    HIT_BAD,  /* means nothing: a Not... element must not turn it into a match */
    HIT_NULL, /* would match, but for a variable that has no value */
    HIT_IF,  /* `*formula` says */
};

struct entry {
    struct residue_pool *pool;
    const struct residue_source *source;
    const struct iam_context *context;
    const struct wanted *want;
    bool overlap; /* of a pattern, any of it is enough; else all of it must match */
    bool inverted; /* NotResource */
};

static void split(struct str text, struct wanted *w)
{
    *w = (struct wanted){.text = text};
    w->star = text.len == 1 && text.ptr[0] == '*';
    w->pattern = w->star || (text.len > 0 && memchr(text.ptr, '*', text.len));
    size_t from = 0;
    for (size_t i = 0; i < text.len && w->fields < 5; i++) {
        if (text.ptr[i] == ':') {
            w->field[w->fields++] = str_make(text.ptr + from, i - from);
            from = i + 1;
        }
    }
    w->field[w->fields++] = str_make(text.ptr + from, text.len - from);
}

static bool one_field(const struct entry *e, struct iam_pattern p, struct str text, bool fold)
{
    if (!e->want->pattern || (text.len && !memchr(text.ptr, '*', text.len))) {
        return iam_pattern_matches(p, text, fold, NULL);
    }
    return e->overlap ? iam_pattern_overlaps(p, text, fold) : iam_pattern_covers(p, text, fold);
}

static bool plain_field(const struct entry *e, const struct iam_glob *g, struct str text, bool fold)
{
    if (g->any || (!e->want->pattern && iam_glob_matches(g, text, fold))) {
        return true;
    }
    return e->want->pattern && one_field(e, (struct iam_pattern){g->text, NULL}, text, fold);
}

/* The last field of an ARN with variables in the pattern. */
static enum hit variable_field(const struct entry *e, const struct iam_glob *g, struct str text, const struct residue **formula)
{
    struct iam_expanded x;
    enum iam_expansion how = iam_expand(g->text, e->context, &x);
    bool hit = how != IAM_EXPANDED_NULL && one_field(e, x.pattern, text, false);
    iam_expanded_done(&x);
    if (how == IAM_EXPANDED_NULL) {
        return HIT_NULL;
    }
    if (how == IAM_EXPANDED || !hit) {
        return hit ? HIT_YES : HIT_NO;
    }
    *formula = iam_pattern_formula(e->pool, g->text, IAM_OP_STRING_LIKE, e->context, text, e->source);
    return HIT_IF;
}

static enum hit fields_match(const struct entry *e, const struct iam_resource *r, const struct residue **formula)
{
    if (e->want->star) {
        return e->overlap ? HIT_YES : HIT_NO;
    }
    if (e->want->fields < 6) {
        return HIT_NO;
    }
    bool variables = r->fields == 6 && r->field[5].variables;
    for (int i = (variables ? 4 : r->fields - 1); i >= 1; i--) {
        if (!plain_field(e, &r->field[i], e->want->field[i], i != 5)) {
            return HIT_NO;
        }
    }
    return variables ? variable_field(e, &r->field[5], e->want->field[5], formula) : HIT_YES;
}

/* A short ARN (fewer than six fields) is padded with '*' or means nothing, by the kind of policy. */
static enum hit short_arn(const struct entry *e, const struct iam_resource *r, enum iam_layer layer, const struct residue **formula)
{
    bool resource_kind = layer == IAM_LAYER_RESOURCE || layer == IAM_LAYER_ENDPOINT;
    if (layer == IAM_LAYER_RCP || (layer == IAM_LAYER_SCP && !str_ends(r->text, STR("*")))) {
        return HIT_BAD;
    }
    if (resource_kind && !r->wild) {
        return HIT_NO;
    }
    enum hit hit = fields_match(e, r, formula);
    return hit == HIT_NO && !resource_kind ? HIT_BAD : hit;
}

static const struct residue *unread(const struct entry *e, struct str what, bool reading)
{
    struct residue_leaf leaf = {.kind = RESIDUE_UNREAD, .values = &what, .count = 1, .reading = reading};
    return residue_leaf(e->pool, &leaf, e->source);
}

/* "You cannot use a wildcard in the portion of the ARN that specifies the resource type" (IAM User Guide, "Identify AWS resources
 * with Amazon Resource Names (ARNs)", read 2026): what one does that is there all the same, it does not say. */
static enum hit odd_type(const struct entry *e, enum hit hit, const struct residue **formula)
{
    if (hit != HIT_YES && hit != HIT_IF) {
        return hit;
    }
    const struct residue *leaf = unread(e, STR("what a wildcard or variable in the resource type of an ARN matches"), e->inverted);
    *formula = hit == HIT_YES ? leaf : residue_and(e->pool, *formula, leaf);
    return HIT_IF;
}

static enum hit entry_matches(const struct entry *e, const struct iam_resource *r, enum iam_layer layer, bool allow, bool only_star,
                              const struct residue **formula)
{
    if (r->any) {
        return HIT_YES;
    }
    if (only_star) {
        return HIT_NO; /* an action without resource types is matched by a literal "*" alone */
    }
    if (!r->valid) {
        /* In a NotResource: excludes nothing from an Allow, adds nothing to a Deny. */
        return allow && !(e->inverted && residue_settled(e->pool)) ? HIT_NO : HIT_BAD;
    }
    enum hit hit = r->fields < 6 ? short_arn(e, r, layer, formula) : fields_match(e, r, formula);
    return r->odd_type ? odd_type(e, hit, formula) : hit;
}

/* "If a variable that has no value ... is used as part of the Resource or NotResource element of a policy, the resource that includes
 * a policy variable with no value will not match any resource" (IAM User Guide, "IAM policy elements: Variables and tags", read
 * 2026): a NotResource would then hold of all, which other programs do not take from it. It is left open. */
static const struct residue *covers_not_resource(struct residue_pool *p, const struct iam_statement *s, enum iam_layer layer,
                                                 const struct iam_request *r, const struct entry *e)
{
    const struct residue *all = residue_true;
    for (uint32_t i = 0; i < s->resource_count; i++) {
        const struct residue *formula = residue_false;
        enum hit hit = entry_matches(e, &s->resources[i], layer, s->allow, r->no_resource_type, &formula);
        if (hit == HIT_YES || hit == HIT_BAD) {
            return residue_false;
        }
        if (hit == HIT_IF) {
            all = residue_and(p, all, residue_not(p, formula));
        }
        if (hit == HIT_NULL) {
            all = residue_and(p, all, unread(e, STR("whether a NotResource excludes what a variable without a value would name"), false));
        }
    }
    return all;
}

const struct residue *iam_statement_covers_resource(struct residue_pool *p, const struct iam_statement *s, bool variables,
                                                    enum iam_layer layer, const struct iam_request *r,
                                                    const struct residue_source *source)
{
    (void)variables; /* compiled in */
    if (!s->has_resource) {
        return residue_true;
    }
    struct wanted want;
    split(r->resource, &want);
    struct entry e = {p, source, &r->context, &want, s->allow != s->not_resource, s->not_resource};
    if (s->not_resource) {
        return covers_not_resource(p, s, layer, r, &e);
    }
    const struct residue *any = residue_false;
    for (uint32_t i = 0; i < s->resource_count; i++) {
        const struct residue *formula = residue_false;
        enum hit hit = entry_matches(&e, &s->resources[i], layer, s->allow, r->no_resource_type, &formula);
        if (hit == HIT_YES) {
            return residue_true;
        }
        if (hit == HIT_IF) {
            any = residue_or(p, any, formula);
        }
    }
    return any;
}
