#include "iam/decide_internal.h"

/* Amazon S3 User Guide, "Access control list (ACL) overview", section "Mapping of ACL permissions and access policy
 * permissions" (read 2026): what a bucket's ACL gives on the bucket and on objects made in it. */
struct acl_action {
    const char *action;
    enum iam_acl_permission permission;
};
static const struct acl_action bucket_acl[] = {
    {"ListBucket", IAM_ACL_READ},
    {"ListBucketVersions", IAM_ACL_READ},
    {"ListBucketMultipartUploads", IAM_ACL_READ},
    {"PutObject", IAM_ACL_WRITE},
    {"DeleteObject", IAM_ACL_WRITE},
    {"GetBucketAcl", IAM_ACL_READ_ACP},
    {"PutBucketAcl", IAM_ACL_WRITE_ACP},
};
/* What an object's own ACL gives. Objects' ACLs are not collected: they count as not read where ACLs are on. */
static const char *const object_acl[] = {"GetObject",          "GetObjectVersion",    "GetObjectTorrent",
                                         "GetObjectAcl",       "GetObjectVersionAcl", "PutObjectAcl",
                                         "PutObjectVersionAcl"};

static bool acl_gives(const struct iam_acl *acl, struct str action)
{
    for (size_t i = 0; i < sizeof bucket_acl / sizeof *bucket_acl; i++)
        if (str_eq_nocase(action, str_of(bucket_acl[i].action)))
            return acl->permission == IAM_ACL_FULL_CONTROL || acl->permission == bucket_acl[i].permission;
    return false;
}
static bool object_acl_gives(struct str action)
{
    for (size_t i = 0; i < sizeof object_acl / sizeof *object_acl; i++)
        if (str_eq_nocase(action, str_of(object_acl[i])))
            return true;
    return false;
}

/* A grant to an account, as a policy that names its root: the account must pass it on. The log delivery group is
 * the service's and is not a caller. */
static void add_acl(struct decide *d, const struct iam_acl *acl, bool *account, bool *everyone)
{
    const struct iam_caller *c = &d->r->caller;
    bool public = acl->grantee == IAM_ACL_ALL_USERS || acl->grantee == IAM_ACL_AUTHENTICATED_USERS;
    if (public && d->layers->ignore_public_acls) /* "Blocking public access", IgnorePublicAcls */
        return;
    if (acl->grantee == IAM_ACL_ALL_USERS)
        *everyone = true;
    if (acl->grantee == IAM_ACL_AUTHENTICATED_USERS && decide_has_identity(c))
        *account = true;
    if (acl->grantee == IAM_ACL_ACCOUNT && c->account.ptr && str_eq(acl->account, c->account))
        *account = true;
}

void decide_acls(struct decide *d, const struct residue **account, const struct residue **everyone)
{
    *account = *everyone = residue_false;
    if (!str_eqz(d->r->service, "s3"))
        return;
    bool to_account = false, to_everyone = false;
    for (uint32_t i = 0; i < d->layers->acl_count; i++)
        if (acl_gives(&d->layers->acls[i], d->r->action))
            add_acl(d, &d->layers->acls[i], &to_account, &to_everyone);
    *account = to_account || to_everyone ? residue_true : residue_false;
    *everyone = to_everyone ? residue_true : residue_false;
    if (d->layers->acl_unread.ptr && object_acl_gives(d->r->action)) {
        struct iam_policy_ref ref = {NULL, STR("ACL"), d->layers->acl_unread};
        struct residue_source source = decide_source(IAM_LAYER_ACL, ref.id, (struct str){0}, true);
        const struct residue *leaf = iam_unread_leaf(d->pool, &ref, true, &source);
        *account = residue_or(d->pool, *account, leaf);
        if (!d->layers->ignore_public_acls)
            *everyone = residue_or(d->pool, *everyone, leaf);
    }
}

static bool any_public(const struct iam_policy_set *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (set->items[i].policy && iam_policy_is_public(set->items[i].policy))
            return true;
    return false;
}

/* Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", RestrictPublicBuckets (read 2026): under
 * a public policy only the owner's account and AWS services are served; a grant to a named outsider in the
 * same policy does not help. */
const struct residue *decide_public_access_block(struct decide *d, bool same_account)
{
    const struct iam_layers *l = d->layers;
    if (!l->restrict_public_buckets || same_account || d->r->caller.kind == IAM_CALLER_SERVICE ||
        !str_eqz(d->r->service, "s3"))
        return residue_false;
    bool public =
        (l->has_resource && any_public(&l->resource)) || (l->has_second_resource && any_public(&l->second_resource));
    return public ? residue_true : residue_false;
}
