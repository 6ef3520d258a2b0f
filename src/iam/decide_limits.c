#include "iam/decide.h"

/* What AWS refuses whatever policies say. A call by a service-linked role of the owning service is not bound. */
struct limit {
    const char *service, *resource; /* how the ARN's resource part starts */
    const char *account;            /* field 5, or NULL */
    const char *const *actions;
};

/* IAM User Guide, "AWS managed policies": you cannot change them (read 2026). */
static const char *const managed_policy[] = {"CreatePolicy",        "CreatePolicyVersion",     "DeletePolicy",
                                             "DeletePolicyVersion", "SetDefaultPolicyVersion", "TagPolicy",
                                             "UntagPolicy",         NULL};
/* IAM Identity Center User Guide, "Referencing permission sets in resource policies...": roles under aws-reserved can
 * be changed by Identity Center only; IAM API Reference: UnmodifiableEntity (read 2026). Nor can one be passed: its trust
 * policy, which is fixed, lets the identity provider in and no service (IAM User Guide, "Grant a user permissions to pass a
 * role to an AWS service": the role must trust the service). */
static const char *const reserved_role[] = {"AttachRolePolicy", "CreateRole", "CreateServiceLinkedRole", "DeleteRole",
                                            "DeleteRolePermissionsBoundary", "DeleteRolePolicy", "DetachRolePolicy",
                                            "DeleteServiceLinkedRole", "PassRole", "PutRolePermissionsBoundary", "PutRolePolicy",
                                            "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole",
                                            "UpdateRoleDescription", NULL};
/* IAM API Reference, the operations that answer UnmodifiableEntity "only the service that depends on the service-linked
 * role can modify or delete the role on your behalf" (read 2026). */
static const char *const linked_role[] = {"AttachRolePolicy", "DeleteRole", "DeleteRolePermissionsBoundary",
                                          "DeleteRolePolicy", "DetachRolePolicy", "PutRolePolicy",
                                          "PutRolePermissionsBoundary", "UpdateAssumeRolePolicy", NULL};
/* KMS API Reference, CreateAlias, UpdateAlias, DeleteAlias: "alias/aws/" is reserved for AWS managed keys (read 2026). */
static const char *const aws_alias[] = {"CreateAlias", "UpdateAlias", "DeleteAlias", NULL};

static const struct limit limits[] = {
    {"iam", "policy/", "aws", managed_policy},
    {"iam", "role/aws-reserved/", NULL, reserved_role},
    {"iam", "role/aws-service-role/", NULL, linked_role},
    {"kms", "alias/aws/", NULL, aws_alias},
};

static bool split(struct str arn, struct str *account, struct str *part)
{
    struct str rest = arn;
    for (int i = 0; i < 5; i++) {
        if (!rest.ptr)
            return false;
        *account = str_cut(&rest, ':');
    }
    *part = rest;
    return rest.ptr != NULL;
}

struct str iam_resource_owner(const struct iam_request *r)
{
    struct str account = r->resource_account, part;
    if (!account.len && (!split(r->resource, &account, &part) || str_eqz(account, "*")))
        account = (struct str){0};
    return account.len && !str_eqz(account, "aws") ? account : r->caller.account;
}

bool iam_within_limits(const struct iam_request *r)
{
    struct str account, part;
    if (r->caller.service_linked || r->caller.kind == IAM_CALLER_SERVICE)
        return true;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        const struct limit *l = &limits[i];
        if (!str_eqz(r->service, l->service) || !split(r->resource, &account, &part))
            continue;
        if (!str_starts(part, str_of(l->resource)) || (l->account && !str_eqz(account, l->account)))
            continue;
        for (size_t k = 0; l->actions[k]; k++)
            if (str_eq_nocase(r->action, str_of(l->actions[k])))
                return false;
    }
    return true;
}
