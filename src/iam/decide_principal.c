#include "iam/decide_internal.h"

/* IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access", section on
 * resource-based policies, and "Permissions boundaries for IAM entities" (read 2026): a grant to a role is limited by
 * an implicit deny of boundary or session policy, and so is one to the user behind a federated session; a grant to a
 * user, to a session or to everyone is not. A resource's policy without a Principal names nobody. */
void decide_naming(struct decide *d, const struct iam_statement *s, const struct residue_source *source,
                   struct naming *out)
{
    *out = (struct naming){residue_false, residue_false, residue_false, IAM_NO_MATCH};
    if (!s->has_principal)
        return;
    const struct residue *by[IAM_PRINCIPAL_MATCH_COUNT];
    iam_statement_principals(d->pool, s, &d->r->caller, d->layers->has_boundary, source, by);
    out->open = by[IAM_MATCH];
    out->limited = residue_or(d->pool, by[IAM_ROLE_OF_SESSION_MATCH], by[IAM_USER_OF_SESSION_MATCH]);
    out->account = by[IAM_ACCOUNT_MATCH];
    static const enum iam_principal_match order[] = {IAM_MATCH, IAM_USER_OF_SESSION_MATCH, IAM_ROLE_OF_SESSION_MATCH,
                                                     IAM_ACCOUNT_MATCH};
    for (size_t i = 0; i < sizeof order / sizeof *order && out->best == IAM_NO_MATCH; i++)
        if (by[order[i]] != residue_false)
            out->best = order[i];
}

static void add(struct decide *d, struct trust *out, const struct iam_statement *s, const struct naming *who,
                const struct residue *f)
{
    if (s->allow) {
        out->open = residue_or(d->pool, out->open, residue_and(d->pool, who->open, f));
        out->limited = residue_or(d->pool, out->limited, residue_and(d->pool, who->limited, f));
        out->account = residue_or(d->pool, out->account, residue_and(d->pool, who->account, f));
        return;
    }
    const struct residue *any = residue_or(d->pool, who->open, residue_or(d->pool, who->limited, who->account));
    out->deny = residue_or(d->pool, out->deny, residue_and(d->pool, any, f));
}

void decide_resource(struct decide *d, const struct iam_policy_set *set, const struct iam_request *r, struct trust *out)
{
    struct str none = {0};
    *out = (struct trust){residue_false, residue_false, residue_false, residue_false};
    for (uint32_t i = 0; i < set->count; i++) {
        const struct iam_policy_ref *ref = &set->items[i];
        if (!ref->policy) { /* it may name the caller itself */
            struct effect e = {out->open, out->deny};
            decide_unread(d, ref, IAM_LAYER_RESOURCE, none, &e);
            out->open = e.allow;
            out->deny = e.deny;
            continue;
        }
        for (uint32_t k = 0; k < ref->policy->count; k++) {
            const struct iam_statement *s = &ref->policy->statements[k];
            struct naming who;
            if (!d->trace && (s->allow ? out->open : out->deny) == residue_true)
                continue;
            const struct residue *f = decide_statement(d, r, ref, IAM_LAYER_RESOURCE, none, s, &who);
            if (f != residue_false)
                add(d, out, s, &who, f);
        }
    }
}
