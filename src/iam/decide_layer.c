#include "iam/decide_internal.h"

const struct residue *iam_unread_leaf(struct residue_pool *pool, const struct iam_policy_ref *ref, bool allow,
                                      const struct residue_source *source)
{
    struct str what[2] = {ref->id, ref->unread};
    struct residue_leaf leaf = {.kind = RESIDUE_UNREAD,
                                .key = allow ? STR("allow") : STR("deny"),
                                .values = what,
                                .count = ref->unread.ptr ? 2 : 1};
    return residue_leaf(pool, &leaf, source);
}

void decide_unread(struct decide *d, const struct iam_policy_ref *ref, enum iam_layer layer, struct str level,
                   struct effect *out)
{
    struct residue_source source = decide_source(layer, ref->id, level, true);
    out->allow = residue_or(d->pool, out->allow, iam_unread_leaf(d->pool, ref, true, &source));
    source.allow = false;
    out->deny = residue_or(d->pool, out->deny, iam_unread_leaf(d->pool, ref, false, &source));
    decide_note_unread(d, ref, layer, level);
}

static const struct residue *named(struct decide *d, const struct naming *who)
{
    if (!who || who->open == residue_true)
        return residue_true;
    return residue_or(d->pool, who->open, residue_or(d->pool, who->limited, who->account));
}

const struct residue *decide_statement(struct decide *d, const struct iam_request *r, const struct iam_policy_ref *ref,
                                       enum iam_layer layer, struct str level, const struct iam_statement *s,
                                       struct naming *who)
{
    bool variables = ref->policy->variables;
    enum iam_principal_match match = who ? IAM_NO_MATCH : IAM_MATCH;
    if (!iam_statement_covers_action(s, r->service, r->action)) {
        decide_note(d, layer, level, ref, s, IAM_T_NOT_ACTION, match, NULL);
        return residue_false;
    }
    struct residue_source source = {iam_layer_name(layer), ref->id, s->sid, level, s->index, s->allow};
    if (who) {
        decide_naming(d, s, &source, who);
        match = who->best;
        if (match == IAM_NO_MATCH) {
            decide_note(d, layer, level, ref, s, IAM_T_NOT_PRINCIPAL, match, NULL);
            return residue_false;
        }
    }
    const struct residue *f = iam_statement_covers_resource(d->pool, s, variables, layer, r, &source);
    if (f == residue_false) {
        decide_note(d, layer, level, ref, s, IAM_T_NOT_RESOURCE, match, NULL);
        return f;
    }
    if (s->condition_count)
        f = residue_and(d->pool, f, iam_statement_conditions(d->pool, s, variables, &r->context, &source));
    if (d->trace) {
        const struct residue *all = residue_and(d->pool, named(d, who), f);
        int how = all == residue_true ? IAM_T_MATCH : all == residue_false ? IAM_T_NOT_CONDITION : IAM_T_IF;
        decide_note(d, layer, level, ref, s, how, match, all);
    }
    return f;
}

/* A statement whose side is settled is looked at for the trace only. */
static bool settled(const struct decide *d, const struct effect *out, const struct iam_statement *s)
{
    return !d->trace && (s->allow ? out->allow : out->deny) == residue_true;
}

void decide_set(struct decide *d, const struct iam_policy_set *set, enum iam_layer layer, struct str level,
                struct effect *out)
{
    out->allow = out->deny = residue_false;
    for (uint32_t i = 0; i < set->count; i++) {
        const struct iam_policy_ref *ref = &set->items[i];
        if (!ref->policy) {
            decide_unread(d, ref, layer, level, out);
            continue;
        }
        for (uint32_t k = 0; k < ref->policy->count; k++) {
            const struct iam_statement *s = &ref->policy->statements[k];
            if (settled(d, out, s))
                continue;
            const struct residue *f = decide_statement(d, d->r, ref, layer, level, s, NULL);
            const struct residue **side = s->allow ? &out->allow : &out->deny;
            *side = residue_or(d->pool, *side, f);
        }
    }
}

/* AWS Organizations User Guide, "SCP evaluation" (read 2026): every level from the root to the account must allow.
 * "Service control policies", section "SCP effects on permissions": they bear on users, roles and the root user of
 * the account, not on service-linked roles; callers without an account have none. */
void decide_scps(struct decide *d, struct effect *out)
{
    out->allow = residue_true;
    out->deny = residue_false;
    if (!decide_has_identity(&d->r->caller) || d->r->caller.service_linked)
        return;
    for (uint32_t i = 0; i < d->layers->scp_count; i++) {
        const struct iam_level *level = &d->layers->scps[i];
        struct effect one;
        decide_set(d, &level->policies, IAM_LAYER_SCP, level->name, &one);
        out->allow = residue_and(d->pool, out->allow, one.allow);
        out->deny = residue_or(d->pool, out->deny, one.deny);
    }
}

static const struct residue *rcp_policy(struct decide *d, const struct iam_policy_ref *ref, struct str level)
{
    struct effect out = {residue_false, residue_false};
    if (!ref->policy) {
        decide_unread(d, ref, IAM_LAYER_RCP, level, &out);
        return out.deny;
    }
    for (uint32_t k = 0; k < ref->policy->count; k++) {
        const struct iam_statement *s = &ref->policy->statements[k];
        if (s->allow || settled(d, &out, s))
            continue;
        struct naming who;
        const struct residue *f = decide_statement(d, d->r, ref, IAM_LAYER_RCP, level, s, &who);
        if (f != residue_false)
            out.deny = residue_or(d->pool, out.deny, residue_and(d->pool, named(d, &who), f));
    }
    return out.deny;
}

/* AWS Organizations User Guide, "Resource control policies (RCPs)" (read 2026): RCPFullAWSAccess cannot be detached, so
 * only denies matter; calls of service-linked roles and kms:RetireGrant are not subject to them. Which services and
 * which keys are is for who fills in the layers. */
const struct residue *decide_rcps(struct decide *d)
{
    const struct iam_request *r = d->r;
    const struct residue *deny = residue_false;
    if (r->caller.service_linked || (str_eqz(r->service, "kms") && str_eq_nocase(r->action, STR("RetireGrant"))))
        return deny;
    for (uint32_t i = 0; i < d->layers->rcp_count; i++) {
        const struct iam_level *level = &d->layers->rcps[i];
        for (uint32_t k = 0; k < level->policies.count; k++)
            deny = residue_or(d->pool, deny, rcp_policy(d, &level->policies.items[k], level->name));
    }
    return deny;
}

/* AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies" (read 2026): the policy's
 * Principal is evaluated; one without it names everyone. The account's root there means its principals. */
void decide_endpoint(struct decide *d, struct effect *out)
{
    struct str none = {0};
    out->allow = out->deny = residue_false;
    for (uint32_t i = 0; i < d->layers->endpoint.count; i++) {
        const struct iam_policy_ref *ref = &d->layers->endpoint.items[i];
        if (!ref->policy)
            decide_unread(d, ref, IAM_LAYER_ENDPOINT, none, out);
        for (uint32_t k = 0; ref->policy && k < ref->policy->count; k++) {
            const struct iam_statement *s = &ref->policy->statements[k];
            struct naming who = {0}, *asked = s->has_principal ? &who : NULL;
            const struct residue *f = decide_statement(d, d->r, ref, IAM_LAYER_ENDPOINT, none, s, asked);
            const struct residue **side = s->allow ? &out->allow : &out->deny;
            if (f != residue_false)
                *side = residue_or(d->pool, *side, residue_and(d->pool, named(d, asked), f));
        }
    }
}
