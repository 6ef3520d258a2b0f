#include "iam/pattern_internal.h"

/* What '*' and '?' stand for in a witness: a run that no policy names and that is longer than its run of '?'. */
#define RUN "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"

/* A value is not a pattern: its '*' and '?' are themselves, and stand as these until pattern_member() puts them back.
 */
enum { LITERAL_STAR = 1, LITERAL_ONE = 2 };

/* A partition or an account that is all '*' is the caller's and the owner's. */
static struct str narrowed(const struct pattern_search *s, struct str arn)
{
    struct str rest = arn, field[6], owner = iam_resource_owner(s->r);
    for (int i = 0; i < 5; i++)
        field[i] = rest.ptr ? str_cut(&rest, ':') : STR("");
    field[5] = rest.ptr ? rest : STR("");
    if (str_eqz(field[1], "*"))
        field[1] = s->r->caller.partition.len ? s->r->caller.partition : STR("aws");
    if (str_eqz(field[4], "*") && owner.len)
        field[4] = owner;
    return arena_printf(s->arena, "%.*s:%.*s:%.*s:%.*s:%.*s:%.*s", STR_ARG(field[0]), STR_ARG(field[1]),
                        STR_ARG(field[2]), STR_ARG(field[3]), STR_ARG(field[4]), STR_ARG(field[5]));
}

/* The last member is not made where a star is all there is between separators: no service has a resource without a
 * name. */
struct str pattern_member(const struct pattern_search *s, struct str arn, int which)
{
    struct str pattern = narrowed(s, arn);
    struct buf b;
    buf_init(&b, pattern.len * sizeof RUN + 1);
    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.ptr[i];
        bool starts = i == 0 || pattern.ptr[i - 1] == ':' || pattern.ptr[i - 1] == '/';
        bool whole = starts && (i + 1 == pattern.len || pattern.ptr[i + 1] == ':' || pattern.ptr[i + 1] == '/');
        if (c == '*')
            buf_addz(&b, which == 0 ? RUN : which == 1 || whole ? "~" : "");
        else
            buf_addc(&b, c == '?' ? '~' : c == LITERAL_STAR ? '*' : c == LITERAL_ONE ? '?' : c);
    }
    struct str text = arena_str(s->arena, buf_str(&b));
    buf_done(&b);
    return text;
}

/* Names of resources may have a '?' (keys of objects do): in what is asked for only '*' is a wildcard. */
struct str pattern_literal_ones(struct arena *a, struct str asked)
{
    char *text = arena_cstr(a, asked);
    for (size_t i = 0; i < asked.len; i++)
        text[i] = text[i] == '?' ? LITERAL_ONE : text[i];
    return str_make(text, asked.len);
}

static void add_literal(struct buf *b, struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        buf_addc(b, text.ptr[i] == '*' ? LITERAL_STAR : text.ptr[i] == '?' ? LITERAL_ONE : text.ptr[i]);
}

static void replace_variable(struct buf *b, const struct iam_context *c, struct str inside)
{
    struct str otherwise = inside, name = str_trim(str_cut(&otherwise, ','));
    const struct iam_key *k = iam_context_get(c, name);
    bool absent = k ? k->state == IAM_KEY_ABSENT : !c->open;
    if (str_eqz(name, "*") || str_eqz(name, "?") || str_eqz(name, "$"))
        add_literal(b, name);
    else if (k && (k->state == IAM_KEY_KNOWN || k->state == IAM_KEY_SAMPLE) && !k->list && k->count == 1)
        add_literal(b, k->values[0]);
    else if (absent && otherwise.ptr && str_trim(otherwise).len >= 2)
        add_literal(b, str_sub(str_trim(otherwise), 1, str_trim(otherwise).len - 1));
    else
        buf_addc(b, '*');
}

/* The pattern with what is known of its variables put in, '*' for the rest: only where to look, not what matches. */
static struct str expand(struct pattern_search *s, struct str text, bool variables)
{
    if (!variables || str_index(text, '$', 0) < 0)
        return text;
    struct buf b;
    buf_init(&b, IAM_POLICY_BYTES_MAX);
    for (size_t i = 0; i < text.len; i++) {
        ptrdiff_t end = text.ptr[i] == '$' && i + 1 < text.len && text.ptr[i + 1] == '{' ? str_index(text, '}', i) : -1;
        if (end < 0) {
            buf_addc(&b, text.ptr[i]);
            continue;
        }
        replace_variable(&b, &s->r->context, str_sub(text, i + 2, (size_t)end));
        i = (size_t)end;
    }
    struct str done = arena_str(s->arena, buf_str(&b));
    buf_done(&b);
    return done;
}

bool pattern_spend(struct pattern_search *s, uint64_t units)
{
    if (s->left < units) {
        s->out->capped = true;
        s->left = 0;
        return false;
    }
    s->left -= units;
    return true;
}

uint32_t pattern_meets(struct pattern_search *s, struct str x, struct str y, struct str out[IAM_MEETS_MAX])
{
    bool capped = false;
    if (!pattern_spend(s, PATTERN_MEET_UNITS))
        return 0;
    uint32_t n = iam_arn_meets(s->arena, x, y, out, &capped);
    if (capped) { /* it went as far as it may */
        s->out->capped = true;
        (void)pattern_spend(s, (uint64_t)100 * PATTERN_MEET_UNITS);
    }
    return n;
}

static void add_candidate(struct pattern_search *s, struct str pattern, struct str shown)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (str_eq(s->list[i].pattern, pattern))
            return;
    if (s->count == IAM_PATTERN_CANDIDATES_MAX) {
        s->out->capped = true;
        return;
    }
    s->list[s->count++] = (struct pattern_candidate){pattern, shown};
}

/* With the literal characters put back: for people. */
static struct str readable(struct arena *a, struct str pattern)
{
    char *text = arena_cstr(a, pattern);
    for (size_t i = 0; i < pattern.len; i++)
        text[i] = text[i] == LITERAL_STAR ? '*' : text[i] == LITERAL_ONE ? '?' : text[i];
    return str_make(text, pattern.len);
}

/* Whether the statement speaks of the pattern at all, by the rules of its kind of policy (short ARNs, Not...), in these
 * circumstances. */
static bool speaks_of(struct pattern_search *s, const struct iam_policy_ref *ref, const struct iam_statement *st,
                      enum iam_layer layer, struct str pattern)
{
    struct residue_source source = {
        .layer = iam_layer_name(layer), .policy = ref->id, .index = st->index, .allow = st->allow};
    struct str out[IAM_MEETS_MAX];
    for (uint32_t t = 0; t < s->type_count; t++) {
        uint32_t n = pattern_meets(s, pattern, s->globs[t], out);
        for (uint32_t i = 0; i < n; i++)
            for (int w = 0; w < PATTERN_WITNESSES; w++) {
                struct iam_request r = *s->r;
                r.resource = pattern_member(s, out[i], w);
                if (iam_statement_covers_resource(s->pool, st, ref->policy->variables, layer, &r, &source) !=
                    residue_false)
                    return iam_statement_conditions(s->pool, st, ref->policy->variables, &r.context, &source) !=
                           residue_false;
            }
    }
    return false;
}

static void of_statement(struct pattern_search *s, const struct iam_policy_ref *ref, const struct iam_statement *st,
                         enum iam_layer layer)
{
    if (!st->allow || !iam_statement_covers_action(st, s->r->service, s->r->action))
        return;
    if (st->not_resource || !st->has_resource) {
        if (speaks_of(s, ref, st, layer, s->r->resource))
            add_candidate(s, s->r->resource, readable(s->arena, s->r->resource));
        return;
    }
    for (uint32_t i = 0; i < st->resource_count; i++) {
        const struct iam_resource *p = &st->resources[i];
        struct str out[IAM_MEETS_MAX], text = expand(s, p->text, ref->policy->variables);
        uint32_t n = p->valid ? pattern_meets(s, text, s->r->resource, out) : 0;
        for (uint32_t k = 0; k < n; k++)
            if (speaks_of(s, ref, st, layer, out[k]))
                add_candidate(s, out[k], !p->any && p->fields < 6 ? p->text : readable(s->arena, out[k]));
    }
}

static void of_set(struct pattern_search *s, const struct iam_policy_set *set, enum iam_layer layer)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const struct iam_policy_ref *ref = &set->items[i];
        if (!ref->policy)
            add_candidate(s, s->r->resource, readable(s->arena, s->r->resource));
        for (uint32_t k = 0; ref->policy && k < ref->policy->count; k++)
            of_statement(s, ref, &ref->policy->statements[k], layer);
    }
}

void pattern_candidates(struct pattern_search *s)
{
    const struct iam_layers *l = s->layers;
    of_set(s, &l->identity, IAM_LAYER_IDENTITY);
    if (l->has_resource)
        of_set(s, &l->resource, IAM_LAYER_RESOURCE);
    if (l->identity_is_root || s->r->caller.kind == IAM_CALLER_ROOT || l->acl_count || l->acl_unread.ptr ||
        l->grant_count)
        add_candidate(s, s->r->resource, readable(s->arena, s->r->resource));
}

void pattern_types(struct pattern_search *s)
{
    uint32_t at = s->catalogue ? iam_catalogue_action(s->catalogue, s->r->service, s->r->action) : UINT32_MAX;
    const struct iam_action_info *info = at == UINT32_MAX ? NULL : &s->catalogue->actions[at];
    for (uint32_t i = 0; info && i < info->resource_type_count && s->type_count < PATTERN_TYPES_MAX; i++) {
        const struct iam_resource_info *type = &s->catalogue->resources[info->resource_types[i]];
        s->types[s->type_count] = type->name;
        s->globs[s->type_count++] = type->glob;
    }
    if (s->type_count)
        return;
    s->types[0] = STR("");
    s->globs[s->type_count++] = arena_printf(s->arena, "arn:*:%.*s:*:*:*", STR_ARG(s->r->service));
}

static void split_by(struct pattern_search *s, struct pattern_parts *p, struct str text)
{
    uint32_t count = p->count;
    for (uint32_t i = 0; i < count; i++) {
        struct str out[IAM_MEETS_MAX];
        uint32_t n = pattern_meets(s, p->list[i], text, out);
        for (uint32_t k = 0; k < n; k++) {
            bool known = false;
            for (uint32_t j = 0; j < p->count && !known; j++)
                known = str_eq(p->list[j], out[k]);
            if (!known && p->count == IAM_PATTERN_PARTS_MAX)
                s->out->capped = true;
            else if (!known)
                p->list[p->count++] = out[k];
        }
    }
}

/* An Allow gives what it names, a Deny with NotResource leaves what it names. */
static void split_by_set(struct pattern_search *s, struct pattern_parts *p, const struct iam_policy_set *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const struct iam_policy *policy = set->items[i].policy;
        for (uint32_t k = 0; policy && k < policy->count; k++) {
            const struct iam_statement *st = &policy->statements[k];
            if (!pattern_spend(s, 1) || st->allow == st->not_resource ||
                !iam_statement_covers_action(st, s->r->service, s->r->action))
                continue;
            for (uint32_t j = 0; j < st->resource_count && p->count < IAM_PATTERN_PARTS_MAX; j++)
                split_by(s, p, expand(s, st->resources[j].text, policy->variables));
        }
    }
}

void pattern_split(struct pattern_search *s, struct str pattern, struct pattern_parts *p)
{
    const struct iam_layers *l = s->layers;
    const struct iam_policy_set *sets[] = {&l->identity, &l->boundary,        &l->session,
                                           &l->resource, &l->second_resource, &l->endpoint};
    p->list[0] = pattern;
    p->count = 1;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        split_by_set(s, p, sets[i]);
    for (uint32_t i = 0; i < l->scp_count; i++)
        split_by_set(s, p, &l->scps[i].policies);
    for (uint32_t i = 0; i < l->rcp_count; i++)
        split_by_set(s, p, &l->rcps[i].policies);
}
