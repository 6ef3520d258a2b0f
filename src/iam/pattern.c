#include "iam/pattern.h"

/* What '*' and '?' stand for in a witness: a run that no policy names and that is longer than its run of '?'. */
#define RUN "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"
enum { WITNESSES = 3, TYPES_MAX = 64 };

struct candidate {
    struct str pattern, shown;
};

struct search {
    struct residue_pool *pool;
    struct arena *arena;
    const struct iam_catalogue *catalogue;
    const struct iam_layers *layers;
    const struct iam_request *r;
    struct str types[TYPES_MAX], globs[TYPES_MAX]; /* of the action's resource types; one "*" when there is none */
    uint32_t type_count;
    struct candidate list[IAM_PATTERN_CANDIDATES_MAX];
    uint32_t count;
    struct iam_pattern_answer *out;
    uint32_t out_size;
};

bool iam_request_is_pattern(const struct iam_request *r)
{
    return !r->no_resource_type && (str_index(r->resource, '*', 0) >= 0 || str_index(r->resource, '?', 0) >= 0);
}

/* ------------------------------------------------------------------ members of a pattern */

/* Member `which` of the pattern: stars as long runs, as one character, as nothing. The last one is not made where a
 * star is all there is between separators: no service has a resource without a name. */
static struct str member(struct arena *a, struct str pattern, int which)
{
    struct buf b;
    buf_init(&b, pattern.len * sizeof RUN + 1);
    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.ptr[i];
        bool starts = i == 0 || pattern.ptr[i - 1] == ':' || pattern.ptr[i - 1] == '/';
        bool whole = starts && (i + 1 == pattern.len || pattern.ptr[i + 1] == ':' || pattern.ptr[i + 1] == '/');
        if (c == '*')
            buf_addz(&b, which == 0 ? RUN : which == 1 || whole ? "~" : "");
        else
            buf_addc(&b, c == '?' ? '~' : c);
    }
    struct str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text;
}

static int rank(enum iam_result r)
{
    switch (r) {
    case IAM_ALLOWED:
        return 4;
    case IAM_ALLOWED_IF:
        return 3;
    case IAM_UNKNOWN:
        return 2;
    case IAM_EXPLICITLY_DENIED:
        return 1;
    case IAM_IMPLICITLY_DENIED:
        break;
    }
    return 0;
}

/* The decision on a pattern: the best of its members, the first of equals. */
static void decide_members(struct search *s, struct str pattern, struct iam_pattern_result *out)
{
    for (int i = 0; i < WITNESSES; i++) {
        struct iam_request r = *s->r;
        r.resource = member(s->arena, pattern, i);
        if (i && str_eq(r.resource, out->witness))
            return;
        struct iam_decision one;
        iam_decide(s->pool, s->arena, s->layers, &r, NULL, &one);
        if (!i || rank(one.result) > rank(out->decision.result)) {
            out->witness = r.resource;
            out->decision = one;
        }
        if (out->decision.result == IAM_ALLOWED)
            return;
    }
}

/* ------------------------------------------------------------------ candidates */

static void replace_variable(struct buf *b, const struct iam_context *c, struct str inside)
{
    struct str rest = inside, name = str_trim(str_cut(&rest, ','));
    const struct iam_key *k = iam_context_get(c, name);
    if (str_eqz(name, "*") || str_eqz(name, "?") || str_eqz(name, "$"))
        buf_add(b, name);
    else if (k && k->state == IAM_KEY_KNOWN && !k->list && k->count == 1)
        buf_add(b, k->values[0]);
    else
        buf_addc(b, '*');
}

/* The pattern with what is known of its variables put in, '*' for the rest: only where to look, not what matches. */
static struct str expand(struct search *s, struct str text, bool variables)
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

static void add_candidate(struct search *s, struct str pattern, struct str shown)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (str_eq(s->list[i].pattern, pattern))
            return;
    if (s->count == IAM_PATTERN_CANDIDATES_MAX) {
        s->out->capped = true;
        return;
    }
    s->list[s->count++] = (struct candidate){pattern, shown};
}

/* Whether the statement speaks of the pattern at all, by the rules of its kind of policy (short ARNs, Not...), in these
 * circumstances. */
static bool speaks_of(struct search *s, const struct iam_policy_ref *ref, const struct iam_statement *st, enum iam_layer layer,
                      struct str pattern)
{
    struct residue_source source = {.layer = iam_layer_name(layer), .policy = ref->id, .index = st->index, .allow = st->allow};
    struct str out[IAM_MEETS_MAX];
    for (uint32_t t = 0; t < s->type_count; t++) {
        uint32_t n = iam_arn_meets(s->arena, pattern, s->globs[t], out, &s->out->capped);
        for (uint32_t i = 0; i < n; i++)
            for (int w = 0; w < WITNESSES; w++) {
                struct iam_request r = *s->r;
                r.resource = member(s->arena, out[i], w);
                if (iam_statement_covers_resource(s->pool, st, ref->policy->variables, layer, &r, &source) != residue_false)
                    return iam_statement_conditions(s->pool, st, ref->policy->variables, &r.context, &source) != residue_false;
            }
    }
    return false;
}

static void of_statement(struct search *s, const struct iam_policy_ref *ref, const struct iam_statement *st, enum iam_layer layer)
{
    if (!st->allow || !iam_statement_covers_action(st, s->r->service, s->r->action))
        return;
    if (st->not_resource || !st->has_resource) {
        if (speaks_of(s, ref, st, layer, s->r->resource))
            add_candidate(s, s->r->resource, s->r->resource);
        return;
    }
    for (uint32_t i = 0; i < st->resource_count; i++) {
        const struct iam_resource *p = &st->resources[i];
        struct str out[IAM_MEETS_MAX], text = expand(s, p->text, ref->policy->variables);
        uint32_t n = p->valid ? iam_arn_meets(s->arena, text, s->r->resource, out, &s->out->capped) : 0;
        for (uint32_t k = 0; k < n; k++)
            if (speaks_of(s, ref, st, layer, out[k]))
                add_candidate(s, out[k], !p->any && p->fields < 6 ? p->text : out[k]);
    }
}

static void of_set(struct search *s, const struct iam_policy_set *set, enum iam_layer layer)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const struct iam_policy_ref *ref = &set->items[i];
        if (!ref->policy)
            add_candidate(s, s->r->resource, s->r->resource);
        for (uint32_t k = 0; ref->policy && k < ref->policy->count; k++)
            of_statement(s, ref, &ref->policy->statements[k], layer);
    }
}

static void all_candidates(struct search *s)
{
    const struct iam_layers *l = s->layers;
    of_set(s, &l->identity, IAM_LAYER_IDENTITY);
    if (l->has_resource)
        of_set(s, &l->resource, IAM_LAYER_RESOURCE);
    if (l->identity_is_root || s->r->caller.kind == IAM_CALLER_ROOT || l->acl_count || l->acl_unread.ptr || l->grant_count)
        add_candidate(s, s->r->resource, s->r->resource);
}

/* ------------------------------------------------------------------ resource types */

/* The type's ARN pattern within the partition of the caller and the account of the owner. */
static struct str narrowed(struct search *s, struct str glob)
{
    struct str rest = glob, field[6];
    for (int i = 0; i < 5; i++)
        field[i] = str_cut(&rest, ':');
    field[5] = rest.ptr ? rest : STR("*");
    struct str owner = iam_resource_owner(s->r);
    struct str partition = s->r->caller.partition.len ? s->r->caller.partition : STR("aws");
    if (str_eqz(field[1], "*"))
        field[1] = partition;
    if (str_eqz(field[4], "*") && owner.len)
        field[4] = owner;
    return arena_printf(s->arena, "%.*s:%.*s:%.*s:%.*s:%.*s:%.*s", STR_ARG(field[0]), STR_ARG(field[1]), STR_ARG(field[2]),
                        STR_ARG(field[3]), STR_ARG(field[4]), STR_ARG(field[5]));
}

static void all_types(struct search *s)
{
    uint32_t at = s->catalogue ? iam_catalogue_action(s->catalogue, s->r->service, s->r->action) : UINT32_MAX;
    const struct iam_action_info *info = at == UINT32_MAX ? NULL : &s->catalogue->actions[at];
    for (uint32_t i = 0; info && i < info->resource_type_count && s->type_count < TYPES_MAX; i++) {
        const struct iam_resource_info *type = &s->catalogue->resources[info->resource_types[i]];
        s->types[s->type_count] = type->name;
        s->globs[s->type_count++] = narrowed(s, type->glob);
    }
    if (s->type_count)
        return;
    struct str any = arena_printf(s->arena, "arn:*:%.*s:*:*:*", STR_ARG(s->r->service));
    s->types[0] = STR("");
    s->globs[s->type_count++] = narrowed(s, any);
}

/* ------------------------------------------------------------------ parts of a candidate */

struct parts {
    struct str list[IAM_PATTERN_PARTS_MAX];
    uint32_t count;
};

static void split_by(struct search *s, struct parts *p, struct str text)
{
    uint32_t count = p->count;
    for (uint32_t i = 0; i < count; i++) {
        struct str out[IAM_MEETS_MAX];
        uint32_t n = iam_arn_meets(s->arena, p->list[i], text, out, &s->out->capped);
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
static void split_by_set(struct search *s, struct parts *p, const struct iam_policy_set *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const struct iam_policy *policy = set->items[i].policy;
        for (uint32_t k = 0; policy && k < policy->count; k++) {
            const struct iam_statement *st = &policy->statements[k];
            if (st->allow == st->not_resource || !iam_statement_covers_action(st, s->r->service, s->r->action))
                continue;
            for (uint32_t j = 0; j < st->resource_count && p->count < IAM_PATTERN_PARTS_MAX; j++)
                split_by(s, p, expand(s, st->resources[j].text, policy->variables));
        }
    }
}

static void all_parts(struct search *s, struct str pattern, struct parts *p)
{
    const struct iam_layers *l = s->layers;
    const struct iam_policy_set *sets[] = {&l->identity, &l->boundary, &l->session, &l->resource, &l->second_resource, &l->endpoint};
    p->list[0] = pattern;
    p->count = 1;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        split_by_set(s, p, sets[i]);
    for (uint32_t i = 0; i < l->scp_count; i++)
        split_by_set(s, p, &l->scps[i].policies);
    for (uint32_t i = 0; i < l->rcp_count; i++)
        split_by_set(s, p, &l->rcps[i].policies);
}

/* ------------------------------------------------------------------ results */

static void add_result(struct search *s, const struct iam_pattern_result *r)
{
    struct iam_pattern_answer *out = s->out;
    for (uint32_t i = 0; i < out->count; i++)
        if (str_eq(out->results[i].pattern, r->pattern) && str_eq(out->results[i].type, r->type))
            return;
    if (out->count == s->out_size) {
        uint32_t size = s->out_size ? s->out_size * 2 : 16;
        struct iam_pattern_result *grown = arena_array_of(s->arena, struct iam_pattern_result, size);
        if (out->count)
            memcpy(grown, out->results, out->count * sizeof *grown);
        out->results = grown;
        s->out_size = size;
    }
    out->results[out->count++] = *r;
}

/* The parts that are better off than the whole stand in its place. */
static bool add_better_parts(struct search *s, const struct iam_pattern_result *whole, struct str typed)
{
    struct parts p;
    bool any = false;
    all_parts(s, typed, &p);
    for (uint32_t i = 1; i < p.count; i++) {
        struct iam_pattern_result part = {.type = whole->type, .pattern = p.list[i]};
        decide_members(s, p.list[i], &part);
        if (rank(part.decision.result) <= rank(whole->decision.result) || rank(part.decision.result) < rank(IAM_UNKNOWN))
            continue;
        add_result(s, &part);
        any = true;
    }
    return any;
}

static void decide_candidate(struct search *s, const struct candidate *c, uint32_t type)
{
    struct str typed[IAM_MEETS_MAX];
    uint32_t n = iam_arn_meets(s->arena, c->pattern, s->globs[type], typed, &s->out->capped);
    struct iam_pattern_result best = {.type = s->types[type], .pattern = c->shown};
    bool parts = false;
    for (uint32_t i = 0; i < n && !(i && best.decision.result == IAM_ALLOWED); i++) {
        struct iam_pattern_result one = best;
        decide_members(s, typed[i], &one);
        if (one.decision.result != IAM_ALLOWED)
            parts |= add_better_parts(s, &one, typed[i]);
        if (!i || rank(one.decision.result) > rank(best.decision.result))
            best = one;
    }
    if (n && (!parts || rank(best.decision.result) >= rank(IAM_UNKNOWN)))
        add_result(s, &best);
}

static void sum_up(struct search *s)
{
    struct iam_pattern_answer *out = s->out;
    struct iam_decision *all = &out->overall;
    *all = (struct iam_decision){IAM_IMPLICITLY_DENIED, residue_false, 0};
    for (uint32_t i = 0; i < out->count; i++) {
        const struct iam_decision *d = &out->results[i].decision;
        if (rank(d->result) > rank(all->result))
            all->result = d->result;
        all->condition = residue_or(s->pool, all->condition, d->condition);
        all->blocked_by |= d->blocked_by;
    }
    if (out->capped && rank(all->result) < rank(IAM_UNKNOWN))
        all->result = IAM_UNKNOWN;
    if (all->result == IAM_ALLOWED)
        all->blocked_by = 0;
}

/* No Allow speaks of it: a Deny of the whole still tells how it is denied. */
static void decide_nothing(struct search *s)
{
    for (uint32_t t = 0; t < s->type_count; t++) {
        struct str typed[IAM_MEETS_MAX];
        struct iam_pattern_result one = {0};
        if (!iam_arn_meets(s->arena, s->r->resource, s->globs[t], typed, &s->out->capped))
            continue;
        decide_members(s, typed[0], &one);
        if (rank(one.decision.result) >= rank(s->out->overall.result))
            s->out->overall = one.decision;
    }
}

void iam_decide_pattern(struct residue_pool *pool, struct arena *a, const struct iam_catalogue *c, const struct iam_layers *layers,
                        const struct iam_request *r, struct iam_pattern_answer *out)
{
    *out = (struct iam_pattern_answer){0};
    struct search *s = arena_new_of(a, struct search);
    s->pool = pool;
    s->arena = a;
    s->catalogue = c;
    s->layers = layers;
    s->r = r;
    s->out = out;
    all_types(s);
    all_candidates(s);
    for (uint32_t t = 0; t < s->type_count; t++)
        for (uint32_t i = 0; i < s->count; i++)
            decide_candidate(s, &s->list[i], t);
    sum_up(s);
    if (!out->count)
        decide_nothing(s);
}
