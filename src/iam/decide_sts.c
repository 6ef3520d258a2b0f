#include "iam/decide_internal.h"

static bool is_sts(const struct iam_request *r, const char *action)
{
    return str_eqz(r->service, "sts") && str_eq_nocase(r->action, str_of(action));
}
static bool from_outside(const struct iam_request *r)
{
    return is_sts(r, "AssumeRoleWithSAML") || is_sts(r, "AssumeRoleWithWebIdentity");
}
static struct str resource_part(struct str arn)
{
    for (int i = 0; i < 5; i++) {
        ptrdiff_t colon = str_index(arn, ':', 0);
        if (colon < 0)
            return (struct str){0};
        arn = str_sub(arn, (size_t)colon + 1, arn.len);
    }
    return arn;
}

/* STS API Reference, GetCallerIdentity (read 2026): no permissions are needed, and a policy that denies it
 * changes nothing. */
bool decide_needs_no_permission(const struct iam_request *r)
{
    return is_sts(r, "GetCallerIdentity") && decide_has_identity(&r->caller);
}

/* STS API Reference, GetSessionToken (read 2026): a user needs no permission for it; it can still be denied. */
bool decide_identity_not_needed(const struct iam_request *r)
{
    bool long_term = r->caller.kind == IAM_CALLER_USER || r->caller.kind == IAM_CALLER_ROOT;
    return r->caller.kind == IAM_CALLER_ROOT || (long_term && is_sts(r, "GetSessionToken"));
}

/* A federated identity has no AWS identity yet: it can only ask for a role, and no other caller asks that way. */
bool decide_caller_may_ask(const struct iam_request *r)
{
    if (r->caller.kind == IAM_CALLER_WEB)
        return from_outside(r);
    return true;
}

/* IAM User Guide, "How IAM roles are trusted" and "Roles terms and concepts"; AWS Security Blog, "Announcing an update
 * to IAM role trust policy behavior" (2022): the trust policy names who may assume the role, the role itself included.
 * KMS Developer Guide, "Key policies": no principal, not even the account's root, has a permission on a key unless the
 * key policy gives it or lets the account give it. */
bool iam_resource_must_trust(const struct iam_request *r)
{
    struct str part = resource_part(r->resource);
    if (str_eqz(r->service, "kms"))
        return str_starts(part, STR("key/"));
    if (!str_eqz(r->service, "sts") || !str_starts(part, STR("role/")))
        return false;
    return is_sts(r, "AssumeRole") || is_sts(r, "TagSession") || is_sts(r, "SetSourceIdentity") ||
           is_sts(r, "SetContext") || from_outside(r);
}

/* A trust policy speaks of assuming the role, not of reading or changing it; an alias has no policy of its own. */
bool iam_resource_policy_counts(const struct iam_request *r)
{
    if (str_eqz(r->service, "iam"))
        return false;
    if (str_eqz(r->service, "sts") || str_eqz(r->service, "kms"))
        return iam_resource_must_trust(r);
    return true;
}

/* STS API Reference, AssumeRoot (read 2026): a principal of the management account or of a delegated administrator
 * takes a short task session of a member's root user; only its own policies rule it, and whether the organization has
 * turned the feature on is not among the layers. */
const struct residue *decide_root_task(struct decide *d)
{
    if (!is_sts(d->r, "AssumeRoot"))
        return residue_false;
    struct iam_policy_ref ref = {NULL, STR("centralized root access of the organization"), {0}};
    struct residue_source source = decide_source(IAM_LAYER_RESOURCE, ref.id, (struct str){0}, true);
    return iam_unread_leaf(d->pool, &ref, true, &source);
}
