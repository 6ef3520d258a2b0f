#include "iam/decide_internal.h"

const char *iam_layer_name(enum iam_layer l)
{
    static const char *const names[] = {
#define X(sym, name) name,
        IAM_LAYERS(X)
#undef X
    };
    return l < IAM_LAYER_COUNT ? names[l] : "";
}

const char *iam_result_name(enum iam_result r)
{
    static const char *const names[] = {"Allowed", "ImplicitlyDenied", "ExplicitlyDenied", "AllowedIf", "Unknown"};
    return names[r];
}

static struct trust no_trust(void)
{
    return (struct trust){residue_false, residue_false, residue_false, residue_false};
}

static void ceiling(struct decide *d, bool there, const struct iam_policy_set *set, enum iam_layer layer,
                    struct effect *out)
{
    *out = (struct effect){residue_true, residue_false};
    if (there && decide_has_identity(&d->r->caller))
        decide_set(d, set, layer, (struct str){0}, out);
}

/* STS API Reference, GetFederationToken (read 2026): the session has what the user and its session policy both allow,
 * and without a session policy nothing. Which one it was made with is not told by its name. */
static void session_ceiling(struct decide *d, struct effect *out)
{
    const struct iam_layers *l = d->layers;
    static const struct iam_policy_ref federated = {.id = {"session policy", 14}, .unread = {"not given", 9}};
    ceiling(d, l->has_session, &l->session, IAM_LAYER_SESSION, out);
    if (!l->has_session && d->r->caller.kind == IAM_CALLER_FEDERATED_USER) {
        *out = (struct effect){residue_false, residue_false};
        decide_unread(d, &federated, IAM_LAYER_SESSION, (struct str){0}, out);
    }
}

static void evaluate_resource_side(struct decide *d, struct evaluated *e)
{
    const struct iam_layers *l = d->layers;
    e->policy_counts = iam_resource_policy_counts(d->r);
    e->must_trust = iam_resource_must_trust(d->r);
    e->resource = no_trust();
    if (l->has_resource && e->policy_counts)
        decide_resource(d, &l->resource, d->r, &e->resource);
    e->second = no_trust();
    if (l->has_second_resource && e->policy_counts) {
        struct iam_request second = *d->r;
        if (l->second_arn.ptr)
            second.resource = l->second_arn;
        decide_resource(d, &l->second_resource, &second, &e->second);
    }
    e->grant = l->grant_count ? decide_grants(d) : residue_false;
    e->acl = e->acl_everyone = residue_false;
    if (l->acl_count || l->acl_unread.ptr)
        decide_acls(d, &e->acl, &e->acl_everyone);
    e->bpa_deny = decide_public_access_block(d, e->same_account);
}

static void evaluate(struct decide *d, struct evaluated *e)
{
    const struct iam_layers *l = d->layers;
    const struct iam_caller *c = &d->r->caller;
    struct str owner = iam_resource_owner(d->r);
    e->same_account = c->account.ptr && str_eq(owner, c->account);
    e->identity = (struct effect){residue_false, residue_false};
    if (decide_has_identity(c))
        decide_set(d, &l->identity, IAM_LAYER_IDENTITY, (struct str){0}, &e->identity);
    if (l->identity_is_root || decide_identity_not_needed(d->r))
        e->identity.allow = residue_true;
    ceiling(d, l->has_boundary, &l->boundary, IAM_LAYER_BOUNDARY, &e->boundary);
    session_ceiling(d, &e->session);
    decide_scps(d, &e->scp);
    e->rcp_deny = l->rcp_count ? decide_rcps(d) : residue_false;
    e->endpoint = (struct effect){residue_true, residue_false};
    if (l->has_endpoint)
        decide_endpoint(d, &e->endpoint);
    evaluate_resource_side(d, e);
}

/* One policy on the resource and the caller's side together. `side` is what the caller's account grants within its
 * ceilings.
 *
 * IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access" (same account: either
 * side is enough; what ceilings bear on a grant by the resource) and "Cross-account policy evaluation logic" (both
 * sides must allow) (read 2026). A policy that names the account delegates to it: in the same account that adds
 * nothing, except where the resource must trust (keys, roles). */
static const struct residue *one_policy(struct decide *d, const struct evaluated *e, const struct trust *t,
                                        const struct residue *side, const struct residue *ceilings)
{
    struct residue_pool *p = d->pool;
    if (!decide_has_identity(&d->r->caller))
        return residue_or(p, t->open, residue_or(p, t->limited, e->acl_everyone));
    if (!e->same_account) {
        const struct residue *theirs =
            residue_or(p, residue_or(p, t->open, t->limited), residue_or(p, t->account, e->acl));
        return residue_and(p, theirs, side);
    }
    const struct residue *direct = residue_or(p, t->open, residue_and(p, t->limited, ceilings));
    return residue_or(p, direct, e->must_trust ? residue_and(p, t->account, side) : side);
}

const struct residue *decide_grant_test(struct decide *d, const struct evaluated *e)
{
    struct residue_pool *p = d->pool;
    if (!decide_caller_may_ask(d->r) || !iam_within_limits(d->r))
        return residue_false;
    const struct residue *ceilings = residue_and(p, e->boundary.allow, e->session.allow);
    const struct residue *side = residue_and(p, e->identity.allow, ceilings);
    const struct residue *f = one_policy(d, e, &e->resource, side, ceilings);
    if (d->layers->has_second_resource && f != residue_false)
        f = residue_and(p, f, one_policy(d, e, &e->second, side, ceilings));
    f = residue_or(p, f, e->grant);
    if (!e->same_account)
        f = residue_or(p, f, residue_and(p, side, decide_root_task(d)));
    return residue_and(p, f, e->endpoint.allow);
}

static const struct residue *all_denies(struct decide *d, const struct evaluated *e)
{
    const struct residue *parts[] = {e->identity.deny, e->boundary.deny, e->session.deny,  e->scp.deny, e->rcp_deny,
                                     e->resource.deny, e->second.deny,   e->endpoint.deny, e->bpa_deny};
    const struct residue *any = residue_false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        any = residue_or(d->pool, any, parts[i]);
    return any;
}

/* `granted` is what would be allowed without the denies: it tells a deny apart from nothing that allows. */
static enum iam_result classify(struct residue_pool *p, const struct residue *condition, const struct residue *granted,
                                const struct residue *deny)
{
    if (condition == residue_true)
        return IAM_ALLOWED;
    if (deny == residue_true)
        return IAM_EXPLICITLY_DENIED;
    if (granted == residue_false)
        return IAM_IMPLICITLY_DENIED;
    switch (condition == residue_false ? RESIDUE_NEVER : residue_judge(p, condition)) {
    case RESIDUE_ALWAYS:
        return IAM_ALLOWED;
    case RESIDUE_SOME:
        return IAM_ALLOWED_IF;
    case RESIDUE_CANNOT_TELL:
        return IAM_UNKNOWN;
    case RESIDUE_NEVER:
        break;
    }
    return residue_judge(p, granted) == RESIDUE_NEVER ? IAM_IMPLICITLY_DENIED : IAM_EXPLICITLY_DENIED;
}

void iam_decide(struct residue_pool *pool, struct arena *a, const struct iam_layers *layers,
                const struct iam_request *r, struct iam_trace *trace, struct iam_decision *out)
{
    struct decide d = {pool, a, layers, r, trace};
    *out = (struct iam_decision){IAM_ALLOWED, residue_true, 0};
    if (decide_needs_no_permission(r) && !trace)
        return;
    struct evaluated e;
    evaluate(&d, &e);
    if (decide_needs_no_permission(r))
        return;
    const struct residue *granted = residue_and(pool, decide_grant_test(&d, &e), e.scp.allow);
    const struct residue *deny = all_denies(&d, &e);
    out->condition = residue_and(pool, granted, residue_not(pool, deny));
    out->result = classify(pool, out->condition, granted, deny);
    if (out->result == IAM_ALLOWED)
        out->condition = residue_true;
    else if (out->result == IAM_IMPLICITLY_DENIED || out->result == IAM_EXPLICITLY_DENIED)
        out->condition = residue_false;
    if (out->result != IAM_ALLOWED)
        out->blocked_by = decide_blocked_by(&d, &e);
}
