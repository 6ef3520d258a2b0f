#include "access/load_internal.h"

/* Walks rows that are sorted by ARN beside the resources; NULL when there is no such resource. */
struct walk {
    struct world *w;
    uint32_t at;
};

static struct world_resource *walk_to(struct walk *k, struct str arn)
{
    while (k->at < k->w->resource_count && str_cmp(k->w->resources[k->at].arn, arn) < 0)
        k->at++;
    return k->at < k->w->resource_count && str_eq(k->w->resources[k->at].arn, arn) ? &k->w->resources[k->at] : NULL;
}

typedef void fill(struct loader *l, struct query *q, struct world_resource *r, bool first);

/* `first`: the row is the first one of its thing. */
static bool each(struct loader *l, const char *sql, fill *fn, struct err *e)
{
    struct walk k = {.w = l->w};
    const struct world_resource *last = NULL;
    struct query *q = query_new(l->s, sql, e);
    if (!q)
        return false;
    while (query_step(q)) {
        struct world_resource *r = walk_to(&k, query_str(q, 0));
        if (r)
            fn(l, q, r, r != last);
        last = r ? r : last;
    }
    return query_done(q);
}

static void bucket(struct loader *l, struct query *q, struct world_resource *r, bool first)
{
    (void)l, (void)first;
    r->acl_read = query_int(q, 1);
    r->acl_disabled = query_int(q, 2);
    r->bpa_read = query_int(q, 3);
    r->ignore_public_acls = query_int(q, 4);
    r->restrict_public_buckets = query_int(q, 5);
    /* Amazon S3 User Guide, "Using tags with S3 general purpose buckets" (read 2026): tags count in policies where ABAC
     * is enabled. Where that was not read they may count or not. */
    r->abac_unread = !query_int(q, 6);
    r->abac = !r->abac_unread && query_int(q, 7);
}

static void access_point(struct loader *l, struct query *q, struct world_resource *r, bool first)
{
    (void)l, (void)first;
    r->bpa_read = true;
    r->ignore_public_acls = query_int(q, 1);
    r->restrict_public_buckets = query_int(q, 2);
    r->acl_disabled = r->acl_read = true;
}

static enum iam_acl_permission permission_of(struct str s)
{
    return str_eqz(s, "READ")        ? IAM_ACL_READ
           : str_eqz(s, "WRITE")     ? IAM_ACL_WRITE
           : str_eqz(s, "READ_ACP")  ? IAM_ACL_READ_ACP
           : str_eqz(s, "WRITE_ACP") ? IAM_ACL_WRITE_ACP
                                     : IAM_ACL_FULL_CONTROL;
}

static enum iam_acl_grantee grantee_of(struct str uri, bool account)
{
    if (str_ends(uri, STR("/global/AllUsers")))
        return IAM_ACL_ALL_USERS;
    if (str_ends(uri, STR("/global/AuthenticatedUsers")))
        return IAM_ACL_AUTHENTICATED_USERS;
    if (str_ends(uri, STR("/s3/LogDelivery")))
        return IAM_ACL_LOG_DELIVERY;
    return account ? IAM_ACL_ACCOUNT : IAM_ACL_OTHER;
}

/* Lists of one thing grow in its own row; their capacity is the next power of two. */
static void *room(struct loader *l, const void *list, uint32_t count, size_t item)
{
    if (count & (count - 1))
        return NULL;
    char *grown = arena_calloc(l->a, count ? (size_t)count * 2 : 1, item);
    if (count)
        memcpy(grown, list, count * item);
    return grown;
}

static void acl(struct loader *l, struct query *q, struct world_resource *r, bool first)
{
    (void)first;
    struct iam_acl *grown = room(l, r->acls, r->acl_count, sizeof *grown);
    if (grown)
        r->acls = grown;
    struct iam_acl *acls = (struct iam_acl *)(uintptr_t)r->acls; /* made here, const for readers */
    acls[r->acl_count++] = (struct iam_acl){.grantee = grantee_of(query_str(q, 1), !query_is_null(q, 2)),
                                            .account = load_shared(l, q, 2),
                                            .permission = permission_of(query_str(q, 3))};
}

static const struct str *texts(struct loader *l, const struct json *list, bool keys, uint32_t *count)
{
    struct str *out = arena_array_of(l->a, struct str, list ? list->count + 1 : 1);
    uint32_t n = 0;
    for
        json_each (it, list)
            out[n++] = load_share_text(l, keys ? it->key : json_str(it));
    *count = n;
    return out;
}

static void grant(struct loader *l, struct query *q, struct world_resource *r, bool first)
{
    (void)first;
    struct iam_grant *grown = room(l, r->grants, r->grant_count, sizeof *grown);
    if (grown)
        r->grants = grown;
    struct iam_grant *g =
        (struct iam_grant *)(uintptr_t)r->grants + r->grant_count++; /* made here, const for readers */
    g->id = load_text(l, q, 1);
    g->grantee = load_shared(l, q, 2);
    g->operations = texts(l, load_json(l, q, 3), false, &g->operation_count);
    const struct json *context = load_json(l, q, 4);
    g->context_keys = texts(l, context, true, &g->context_count);
    g->context_values = texts(l, context, false, &g->context_count);
    g->context_subset = query_int(q, 5);
}

static void grants_read(struct loader *l, struct query *q, struct world_resource *r, bool first)
{
    (void)l, (void)first;
    r->grants_read = query_int(q, 1);
}

static void share(struct loader *l, struct query *q, struct world_resource *r, bool first)
{
    (void)first;
    struct world_share *grown = room(l, r->shares, r->share_count, sizeof *grown);
    if (grown)
        r->shares = grown;
    struct world_share *shares = (struct world_share *)(uintptr_t)r->shares; /* made here, const for readers */
    shares[r->share_count++] = (struct world_share){.account = load_shared(l, q, 1), .how = load_shared(l, q, 2)};
}

static void unshared(struct loader *l, struct query *q, struct world_resource *r, bool first)
{
    (void)l, (void)q, (void)first;
    r->shares_read = false;
}

static void alias(struct loader *l, struct query *q, struct world_resource *r, bool first)
{
    (void)first;
    r->key_arn = load_text(l, q, 1);
}

static const struct {
    const char *sql;
    fill *fn;
} details[] = {
    {"SELECT b.arn, coalesce(b.acl_read, 0), coalesce(b.ownership = 'BucketOwnerEnforced', 0),"
     " coalesce(b.block_read, 0), coalesce(b.ignore_public_acls, 0), coalesce(b.restrict_public_buckets, 0),"
     " coalesce(a.good, 0), coalesce(a.data ->> '$.Status' = 'Enabled', 0)"
     " FROM fact_bucket b LEFT JOIN (SELECT account, parent, max(good) AS good, max(data) AS data"
     "  FROM fact_access_answer WHERE op = 's3:GetBucketAbac' GROUP BY account, parent) a"
     " ON a.account = b.account AND a.parent = b.name WHERE b.arn IS NOT NULL ORDER BY b.arn",
     bucket},
    {"SELECT arn, coalesce(ignore_public_acls, 1), coalesce(restrict_public_buckets, 1)"
     " FROM fact_access_block ORDER BY arn",
     access_point},
    {"SELECT arn, uri, account, permission FROM fact_access_acl ORDER BY arn", acl},
    {"SELECT arn, coalesce(grants_read, 0) FROM fact_key WHERE arn IS NOT NULL ORDER BY arn", grants_read},
    {"SELECT arn, id, grantee, operations, context, subset FROM fact_access_grant ORDER BY arn, id", grant},
    {"SELECT arn, account, how FROM fact_access_share ORDER BY arn", share},
    {"SELECT arn FROM fact_access_unshared ORDER BY arn", unshared},
    {"SELECT arn, 'arn:' || arn_part(arn, 'partition') || ':kms:' || region || ':' || account || ':key/' ||"
     " (data ->> '$.TargetKeyId') FROM snap_resource WHERE op = 'kms:ListAliases' AND arn IS NOT NULL"
     " AND data ->> '$.TargetKeyId' IS NOT NULL ORDER BY arn",
     alias},
};

bool load_details(struct loader *l, struct err *e)
{
    for (size_t i = 0; i < sizeof details / sizeof *details; i++)
        if (!each(l, details[i].sql, details[i].fn, e))
            return false;
    return true;
}
