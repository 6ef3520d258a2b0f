#include "access/what_internal.h"
#include "access/world_internal.h"

#include <stdlib.h>

/* Actions on keys and roles that only what they trust may do: see iam_resource_must_trust(). */
static void find_gated(struct what *c)
{
    const struct iam_catalogue *cat = c->w->catalogue;
    uint32_t from = 0, to = 0;
    c->gated = bits_new(c->a, cat->action_count);
    static const char *const services[] = {"kms", "sts"};
    for (unsigned s = 0; s < 2; s++) {
        if (!iam_catalogue_service(cat, str_of(services[s]), &from, &to))
            continue;
        for (uint32_t i = from; i < to; i++)
            for (uint16_t t = 0; t < cat->actions[i].resource_type_count; t++) {
                struct str type = cat->resources[cat->actions[i].resource_types[t]].name;
                if (str_eqz(type, "key") || str_eqz(type, "role"))
                    bits_set(c->gated, i);
            }
    }
}

static void allows_of(struct what *c, const struct iam_policy_set *set, struct what_list *out)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const struct iam_policy *p = set->items[i].policy;
        if (!p)
            what_unread(c, &set->items[i]);
        for (uint32_t j = 0; p && j < p->count; j++) {
            struct what_statement s;
            if (p->statements[j].allow && what_of(c, p, &p->statements[j], &s))
                what_add(c, out, &s);
        }
    }
}

static void allow_all(struct what *c, struct what_list *out)
{
    struct what_statement s = {.allow = true, .actions = bits_new(c->a, c->w->catalogue->action_count)};
    bits_set_range(s.actions, 0, c->w->catalogue->action_count);
    s.resources = arena_array_of(c->a, struct str, 1);
    s.resources[0] = STR("*");
    s.resource_count = 1;
    what_add(c, out, &s);
}

static struct what_list under_organization(struct what *c, struct what_list l)
{
    for (uint32_t i = 0; i < c->probe.layers.scp_count; i++)
        l = what_ceiling(c, &l, &c->probe.layers.scps[i].policies);
    return l;
}

static bool names_directly(struct what *c, const struct iam_statement *s, enum iam_principal_match *m)
{
    *m = world_names(c->w, s, &c->q->caller, c->probe.layers.has_boundary);
    return *m != IAM_NO_MATCH;
}

/* A policy on a thing speaks of it and of what lies in it, whatever its Resource says. */
static bool on_its_own(struct what *c, const struct world_resource *r, struct what_statement *s)
{
    struct what_statement own = {.resources = arena_array_of(c->a, struct str, 3), .resource_count = 3};
    own.resources[0] = r->arn;
    own.resources[1] = arena_printf(c->a, "%.*s/*", STR_ARG(r->arn));
    own.resources[2] = arena_printf(c->a, "%.*s:*", STR_ARG(r->arn));
    if (str_eqz(r->type, "AWS::S3::Bucket"))
        own.resource_count = 2;
    if (s->not_resource) {
        s->not_resource = false;
        s->resources = own.resources;
        s->resource_count = own.resource_count;
        c->out->wider = true;
        return true;
    }
    struct what_statement all = *s;
    return what_meet(c, &all, &own, s);
}

/* What the policies of the account's own things give; keys and roles are asked one by one. */
static void given_by(struct what *c, const struct world_resource *r, struct what_list *out)
{
    if (!r->policy.policy) {
        what_unread(c, &r->policy);
        return;
    }
    for (uint32_t i = 0; i < r->policy.policy->count; i++) {
        const struct iam_statement *s = &r->policy.policy->statements[i];
        struct what_list one = {0};
        struct what_statement statement;
        enum iam_principal_match m;
        if (!s->allow || !names_directly(c, s, &m) || m == IAM_ACCOUNT_MATCH || !what_of(c, r->policy.policy, s, &statement))
            continue;
        if (!on_its_own(c, r, &statement))
            continue;
        bits_and_not(statement.actions, c->gated, c->words);
        what_add(c, &one, &statement);
        one = under_organization(c, one);
        /* A grant to the role, not to its session, stays under the boundary: IAM User Guide, "Permissions boundaries". */
        if (c->probe.layers.has_boundary && m == IAM_ROLE_OF_SESSION_MATCH)
            one = what_ceiling(c, &one, &c->probe.layers.boundary);
        for (uint32_t j = 0; j < one.count; j++)
            what_add(c, out, &one.items[j]);
    }
}

static bool own_thing(const struct what *c, const struct world_resource *r)
{
    return r->has_policy && r->account < c->w->account_count && c->q->caller.account.ptr &&
           str_eq(c->w->accounts[r->account].id, c->q->caller.account) && !str_eqz(r->type, "AWS::KMS::Key") &&
           r->principal == WORLD_NONE;
}

static bool overlap(const struct what_statement *x, const struct what_statement *y)
{
    if (x->not_resource || y->not_resource)
        return true;
    for (uint32_t i = 0; i < x->resource_count; i++)
        for (uint32_t j = 0; j < y->resource_count; j++)
            if (iam_globs_overlap(x->resources[i], y->resources[j]))
                return true;
    return false;
}

/* A Deny: takes its actions out of the Allows where it always holds, else stands beside those that it meets. */
static void deny(struct what *c, struct what_list *allows, struct what_list *denies, const struct iam_policy *p,
                 const struct iam_statement *s, const struct world_resource *of)
{
    struct what_statement d;
    if (!what_of(c, p, s, &d))
        return;
    if (of && d.not_resource) { /* cannot be said of the thing alone: left out, and told */
        c->out->wider = true;
        return;
    }
    if (of && !on_its_own(c, of, &d))
        return;
    bool always = iam_statement_conditions(c->w->pool, s, p->variables, &c->probe.request.context, NULL) == residue_true;
    uint64_t *met = bits_new(c->a, c->w->catalogue->action_count);
    for (uint32_t i = 0; i < allows->count; i++) {
        if (always && what_is_any(&d))
            bits_and_not(allows->items[i].actions, d.actions, c->words);
        else if (overlap(&allows->items[i], &d))
            bits_or(met, allows->items[i].actions, c->words);
    }
    bits_and(d.actions, met, c->words);
    if (bits_any(d.actions, c->words))
        what_add(c, denies, &d);
}

static void denies_of(struct what *c, struct what_list *allows, struct what_list *denies, const struct iam_policy_set *set, bool principal,
                      const struct world_resource *of)
{
    enum iam_principal_match m;
    for (uint32_t i = 0; i < set->count; i++)
        for (uint32_t j = 0; set->items[i].policy && j < set->items[i].policy->count; j++) {
            const struct iam_statement *s = &set->items[i].policy->statements[j];
            if (!s->allow && (!principal || names_directly(c, s, &m)))
                deny(c, allows, denies, set->items[i].policy, s, of);
        }
}

static void all_denies(struct what *c, struct what_list *allows, struct what_list *denies)
{
    const struct iam_layers *l = &c->probe.layers;
    uint32_t account = c->q->caller.account.ptr ? world_account_of(c->w, c->q->caller.account) : WORLD_NONE;
    denies_of(c, allows, denies, &l->identity, false, NULL);
    denies_of(c, allows, denies, &l->boundary, false, NULL);
    denies_of(c, allows, denies, &l->session, false, NULL);
    for (uint32_t i = 0; i < l->scp_count; i++)
        denies_of(c, allows, denies, &l->scps[i].policies, false, NULL);
    const struct world_account *own = account == WORLD_NONE ? NULL : &c->w->accounts[account];
    bool held = own && own->rcps_on && !own->is_management && !c->q->caller.service_linked;
    for (uint32_t i = 0; held && i < own->rcp_count; i++)
        denies_of(c, allows, denies, &own->rcps[i].policies, true, NULL);
    for (uint32_t i = 0; i < c->w->resource_count; i++)
        if (own_thing(c, &c->w->resources[i]))
            denies_of(c, allows, denies, &(struct iam_policy_set){&c->w->resources[i].policy, 1}, true, &c->w->resources[i]);
}

static bool same_place(const struct what_statement *x, const struct what_statement *y)
{
    if (x->allow != y->allow || x->not_resource != y->not_resource || x->resource_count != y->resource_count ||
        x->condition_count != y->condition_count)
        return false;
    for (uint32_t i = 0; i < x->resource_count; i++)
        if (!str_eq(x->resources[i], y->resources[i]))
            return false;
    for (uint32_t i = 0; i < x->condition_count; i++)
        if (x->conditions[i] != y->conditions[i])
            return false;
    return true;
}

static void collect(struct what *c, const struct what_list *l, struct what_list *out)
{
    for (uint32_t i = 0; i < l->count; i++) {
        if (!bits_any(l->items[i].actions, c->words))
            continue;
        uint32_t j = 0;
        while (j < out->count && !same_place(&out->items[j], &l->items[i]))
            j++;
        if (j < out->count)
            bits_or(out->items[j].actions, l->items[i].actions, c->words);
        else
            what_add(c, out, &l->items[i]);
    }
}

static size_t first_action(const struct what_statement *s)
{
    size_t i = 0;
    while (!s->actions[i])
        i++;
    return i * 64 + (size_t)__builtin_ctzll(s->actions[i]);
}

static int in_order(const void *left, const void *right)
{
    const struct what_statement *x = left, *y = right;
    if (x->allow != y->allow)
        return x->allow ? -1 : 1;
    if (!x->condition_count != !y->condition_count)
        return x->condition_count ? 1 : -1;
    if (what_is_any(x) != what_is_any(y))
        return what_is_any(x) ? 1 : -1;
    if (first_action(x) != first_action(y))
        return first_action(x) < first_action(y) ? -1 : 1;
    int order = x->resource_count && y->resource_count ? str_cmp(x->resources[0], y->resources[0]) : 0;
    return order ? order : (x->resource_count > y->resource_count) - (x->resource_count < y->resource_count);
}

void access_what(const struct world *w, struct arena *a, const struct access_question *q, struct what_answer *out)
{
    struct access_question probe = *q;
    struct what c = {.w = w, .a = a, .q = q, .words = bits_words(w->catalogue->action_count), .out = out};
    struct what_list identity = {0}, given = {0}, gated = {0}, denies = {0}, all = {0};
    *out = (struct what_answer){0};
    probe.service = probe.name = STR("");
    probe.action = WORLD_NONE;
    probe.resource = STR("*");
    access_prepare(w, a, &probe, &c.probe);
    find_gated(&c);
    if (c.probe.layers.identity_is_root)
        allow_all(&c, &identity);
    allows_of(&c, &c.probe.layers.identity, &identity);
    if (c.probe.layers.has_boundary)
        identity = what_ceiling(&c, &identity, &c.probe.layers.boundary);
    if (c.probe.layers.has_session)
        identity = what_ceiling(&c, &identity, &c.probe.layers.session);
    identity = under_organization(&c, identity);
    what_gated(&c, &identity, &gated);
    for (uint32_t i = 0; i < identity.count; i++)
        bits_and_not(identity.items[i].actions, c.gated, c.words);
    for (uint32_t i = 0; i < w->resource_count; i++)
        if (own_thing(&c, &w->resources[i]))
            given_by(&c, &w->resources[i], &given);
    for (uint32_t i = 0; i < given.count; i++)
        what_add(&c, &identity, &given.items[i]);
    all_denies(&c, &identity, &denies);
    collect(&c, &gated, &all);
    collect(&c, &identity, &all);
    collect(&c, &denies, &all);
    if (all.count)
        qsort(all.items, all.count, sizeof *all.items, in_order);
    out->statements = all.items;
    out->count = all.count;
    out->size = all.size;
}

static bool is_of_any(const struct world *w, const struct iam_action_info *info, const struct what_statement *s)
{
    for (uint16_t t = 0; t < info->resource_type_count; t++)
        for (uint32_t i = 0; i < s->resource_count; i++)
            if (access_type_meets(w->catalogue->resources[info->resource_types[t]].glob, s->resources[i]))
                return true;
    return false;
}

void what_trim(const struct world *w, struct what_answer *answer)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < answer->count; i++) {
        struct what_statement *s = &answer->statements[i];
        for (size_t at = bits_next(s->actions, w->catalogue->action_count, 0); !s->not_resource && !what_is_any(s) && at < w->catalogue->action_count;
             at = bits_next(s->actions, w->catalogue->action_count, at + 1))
            if (!is_of_any(w, &w->catalogue->actions[at], s))
                bits_clear(s->actions, at);
        if (bits_any(s->actions, bits_words(w->catalogue->action_count)))
            answer->statements[kept++] = *s;
    }
    answer->count = kept;
}
