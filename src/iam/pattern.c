#include "iam/glob.h"
#include "iam/pattern_internal.h"

bool iam_request_is_pattern(const struct iam_request *r)
{
    return !r->no_resource_type && str_index(r->resource, '*', 0) >= 0;
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
static void decide_members(struct pattern_search *s, struct str pattern, struct iam_pattern_result *out)
{
    for (int i = 0; i < PATTERN_WITNESSES; i++) {
        struct iam_request r = *s->r;
        r.resource = pattern_member(s, pattern, i);
        if (i && (str_eq(r.resource, out->witness) || !pattern_spend(s, s->statements)))
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

static void add_result(struct pattern_search *s, const struct iam_pattern_result *r)
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
static bool add_better_parts(struct pattern_search *s, const struct iam_pattern_result *whole, struct str typed)
{
    struct pattern_parts p;
    bool any = false;
    pattern_split(s, typed, &p);
    for (uint32_t i = 1; i < p.count && pattern_spend(s, s->statements); i++) {
        struct iam_pattern_result part = {.type = whole->type, .pattern = p.list[i]};
        decide_members(s, p.list[i], &part);
        if (rank(part.decision.result) <= rank(whole->decision.result) ||
            rank(part.decision.result) < rank(IAM_UNKNOWN))
            continue;
        add_result(s, &part);
        any = true;
    }
    return any;
}

/* All of it is of another type, which is a part of this one: "table/t/index/i" is an index, though "table/" and any text fits it. */
static bool of_narrower_type(const struct pattern_search *s, struct str typed, uint32_t type)
{
    struct iam_pattern own = {s->globs[type], NULL};
    for (uint32_t t = 0; t < s->type_count; t++) {
        struct iam_pattern other = {s->globs[t], NULL};
        if (t != type && !str_eq(s->globs[t], s->globs[type]) && iam_pattern_covers(other, typed, false) &&
            iam_pattern_covers(own, s->globs[t], false))
            return true;
    }
    return false;
}

static void decide_candidate(struct pattern_search *s, const struct pattern_candidate *c, uint32_t type)
{
    struct str typed[IAM_MEETS_MAX];
    uint32_t n = pattern_meets(s, c->pattern, s->globs[type], typed);
    struct iam_pattern_result best = {.type = s->types[type], .pattern = c->shown};
    bool parts = false;
    uint32_t done = 0;
    for (uint32_t i = 0; i < n && !(done && best.decision.result == IAM_ALLOWED); i++) {
        struct iam_pattern_result one = best;
        if (of_narrower_type(s, typed[i], type))
            continue;
        decide_members(s, typed[i], &one);
        if (one.decision.result != IAM_ALLOWED)
            parts |= add_better_parts(s, &one, typed[i]);
        if (!done++ || rank(one.decision.result) > rank(best.decision.result))
            best = one;
    }
    if (done && (!parts || rank(best.decision.result) >= rank(IAM_UNKNOWN)))
        add_result(s, &best);
}

static void sum_up(struct pattern_search *s)
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
static void decide_nothing(struct pattern_search *s)
{
    for (uint32_t t = 0; t < s->type_count; t++) {
        struct str typed[IAM_MEETS_MAX];
        struct iam_pattern_result one = {0};
        if (!pattern_meets(s, s->r->resource, s->globs[t], typed))
            continue;
        decide_members(s, typed[0], &one);
        if (rank(one.decision.result) >= rank(s->out->overall.result))
            s->out->overall = one.decision;
    }
}

static uint32_t count_set(const struct iam_policy_set *set)
{
    uint32_t n = 1;
    for (uint32_t i = 0; i < set->count; i++)
        n += set->items[i].policy ? set->items[i].policy->count : 1;
    return n;
}
static uint32_t statements_of(const struct iam_layers *l)
{
    const struct iam_policy_set *sets[] = {&l->identity, &l->boundary,        &l->session,
                                           &l->resource, &l->second_resource, &l->endpoint};
    uint32_t n = l->grant_count;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        n += count_set(sets[i]);
    for (uint32_t i = 0; i < l->scp_count; i++)
        n += count_set(&l->scps[i].policies);
    for (uint32_t i = 0; i < l->rcp_count; i++)
        n += count_set(&l->rcps[i].policies);
    return n;
}

void iam_decide_pattern(struct residue_pool *pool, struct arena *a, const struct iam_catalogue *c,
                        const struct iam_layers *layers, const struct iam_request *r, struct iam_pattern_answer *out)
{
    *out = (struct iam_pattern_answer){0};
    struct pattern_search *s = arena_new_of(a, struct pattern_search);
    s->pool = pool;
    s->arena = a;
    s->catalogue = c;
    s->layers = layers;
    s->asked = *r;
    s->asked.resource = pattern_literal_ones(a, r->resource);
    s->r = &s->asked;
    s->out = out;
    s->left = PATTERN_UNITS_MAX;
    s->statements = statements_of(layers);
    pattern_types(s);
    pattern_candidates(s);
    for (uint32_t t = 0; t < s->type_count; t++)
        for (uint32_t i = 0; i < s->count && pattern_spend(s, s->statements); i++)
            decide_candidate(s, &s->list[i], t);
    sum_up(s);
    if (!out->count)
        decide_nothing(s);
}
