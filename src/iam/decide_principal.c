#include "iam/decide_internal.h"

/* IAM User Guide, "Policy evaluation for requests within a single account" and "Permissions boundaries for IAM
 * entities", section "Evaluating effective permissions with boundaries" (read 2026): a grant to a role is limited
 * by an implicit deny of boundary or session policy; a grant to a user, to a session or to everyone is not; a
 * grant to the user behind a federated session is. */
static const struct residue **way_of(struct naming *n, const struct iam_caller *c, const struct iam_principal *entry,
                                     enum iam_principal_match match)
{
    switch (match) {
    case IAM_ACCOUNT_MATCH:
        return &n->account;
    case IAM_ROLE_OF_SESSION_MATCH:
    case IAM_USER_OF_SESSION_MATCH:
        return &n->limited;
    case IAM_MATCH:
        return c->kind == IAM_CALLER_ROLE && entry->kind == IAM_P_ROLE ? &n->limited : &n->open;
    case IAM_NO_MATCH:
        break;
    }
    return NULL;
}

void decide_naming(struct decide *d, const struct iam_statement *s, const struct residue_source *source, struct naming *out)
{
    const struct iam_caller *c = &d->r->caller;
    *out = (struct naming){residue_false, residue_false, residue_false, IAM_NO_MATCH};
    if (s->not_principal) {
        const struct residue *f = residue_true;
        out->best = iam_statement_covers_principal(d->pool, s, c, d->layers->has_boundary, source, &f);
        if (out->best != IAM_NO_MATCH)
            out->open = f;
        return;
    }
    for (uint32_t i = 0; i < s->principal_count && out->open != residue_true; i++) {
        const struct residue *f = residue_true;
        enum iam_principal_match match = iam_principal_matches(d->pool, &s->principals[i], c, source, &f);
        const struct residue **way = way_of(out, c, &s->principals[i], match);
        if (!way)
            continue;
        *way = residue_or(d->pool, *way, f);
        if (out->best == IAM_NO_MATCH || match == IAM_MATCH)
            out->best = match;
    }
}

static void add(struct decide *d, struct trust *out, const struct iam_statement *s, const struct naming *who, const struct residue *f)
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
