#include "access/load_internal.h"

/* One row a thing, sorted by ARN; the facts about it come by ARN too, so that each list is walked beside the rows. */
static const char resources_sql[] =
    "SELECT r.arn, r.type, r.name, r.region, r.account, r.tags, r.tags_read, r.tenant, r.why, coalesce(r.shared, 0),"
    " coalesce(r.conflict, 0), coalesce(r.phi, 0), e.kind, e.key, k.manager, a.role, i.manager, p.been_read, p.doc, "
    "x.been_read, x.doc"
    " FROM fact_access_resource r LEFT JOIN fact_access_encryption e ON e.arn = r.arn LEFT JOIN fact_key k ON k.arn = "
    "e.key"
    " LEFT JOIN fact_access_runs_as a ON a.arn = r.arn LEFT JOIN fact_key i ON r.type = 'AWS::KMS::Key' AND i.arn = "
    "r.arn"
    " LEFT JOIN fact_access_policy p ON p.arn = r.arn AND p.slot = 1 LEFT JOIN fact_access_policy x ON x.arn = r.arn "
    "AND x.slot = 2"
    " ORDER BY r.arn";

/* Things that can carry a policy: without a row of facts theirs was not read. Of all others it is known that there is
 * none. */
/* A build project's policy shares what is listed of it, and cannot let anybody build (AWS CodeBuild User Guide, "Working with shared
 * projects", read 2026). */
static const char *const policied[] = {
    "AWS::S3::Bucket",
    "AWS::S3::AccessPoint",
    "AWS::S3::MultiRegionAccessPoint",
    "AWS::S3Tables::TableBucket",
    "AWS::Glacier::Vault",
    "AWS::KMS::Key",
    "AWS::SQS::Queue",
    "AWS::SNS::Topic",
    "AWS::Lambda::Function",
    "AWS::Lambda::LayerVersion",
    "AWS::SecretsManager::Secret",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::Backup::BackupVault",
    "AWS::Backup::RecoveryPoint",
    "AWS::OpenSearchService::Domain",
    "AWS::Elasticsearch::Domain",
    "AWS::OpenSearchServerless::Collection",
    "AWS::DynamoDB::Table",
    "AWS::DynamoDB::Stream",
    "AWS::Kinesis::Stream",
    "AWS::Kinesis::StreamConsumer",
    "AWS::Events::EventBus",
    "AWS::Glue::Catalog",
    "AWS::Glue::Database",
    "AWS::SSM::Parameter",
    "AWS::Logs::LogGroup",
    "AWS::ApiGateway::RestApi",
    "AWS::MSK::Cluster",
    "AWS::RedshiftServerless::Namespace",
};

static bool can_carry_a_policy(struct str type)
{
    for (size_t i = 0; i < sizeof policied / sizeof *policied; i++)
        if (str_eqz(type, policied[i]))
            return true;
    return false;
}

/* AWS names the key of a thing by ARN, id, alias or alias ARN. AWS KMS Developer Guide, "Key identifiers" (read 2026).
 */
static struct str key_arn(struct loader *l, struct str key, const struct world_resource *r)
{
    if (str_starts(key, STR("arn:")))
        return arena_str(l->a, key);
    struct str account = r->account == WORLD_NONE ? STR("") : l->w->accounts[r->account].id;
    return arena_printf(l->a, "arn:%.*s:kms:%.*s:%.*s:%s%.*s", STR_ARG(l->w->partition), STR_ARG(r->region),
                        STR_ARG(account), str_starts(key, STR("alias/")) ? "" : "key/", STR_ARG(key));
}

static void read_encryption(struct loader *l, struct query *q, struct world_resource *r)
{
    struct str kind = query_str(q, 12), key = query_str(q, 13);
    if (str_eqz(kind, "none"))
        r->encryption = WORLD_ENC_NONE;
    else if (str_eqz(kind, "owned"))
        r->encryption = WORLD_ENC_AWS_OWNED;
    if (str_eqz(query_str(q, 16), "AWS"))
        r->encryption = WORLD_ENC_AWS_MANAGED; /* a key itself */
    if (!str_eqz(kind, "key") || !key.ptr)
        return;
    bool managed = str_eqz(query_str(q, 14), "AWS") || str_contains(key, STR("alias/aws/"));
    r->encryption = managed ? WORLD_ENC_AWS_MANAGED : WORLD_ENC_KEY;
    r->key_arn = key_arn(l, key, r);
}

static struct iam_policy_ref parsed(struct loader *l, struct str doc)
{
    if (!doc.len)
        return (struct iam_policy_ref){.id = STR("ResourcePolicy"), .unread = STR("the policy document is broken")};
    return world_policy(l->w, doc, STR("ResourcePolicy"));
}

static void read_policies(struct loader *l, struct query *q, struct world_resource *r)
{
    bool been_read = query_int(q, 17);
    r->policy_read = been_read || !can_carry_a_policy(r->type);
    r->has_policy = been_read && !query_is_null(q, 18);
    if (r->has_policy)
        r->policy = parsed(l, query_str(q, 18));
    else if (!r->policy_read)
        r->policy = (struct iam_policy_ref){.id = STR("ResourcePolicy"), .unread = STR("the policy was not read")};
    if (query_is_null(q, 19))
        return;
    if (query_int(q, 19))
        r->second_policy = parsed(l, query_str(q, 20));
    else
        r->second_policy = (struct iam_policy_ref){.unread = STR("the policy of the bucket was not read")};
    r->second_policy.id = STR("ResourcePolicy of the bucket");
}

static void resource_row(struct loader *l, struct query *q, struct world_resource *r)
{
    r->arn = load_text(l, q, 0);
    r->type = load_shared(l, q, 1);
    r->name = load_text(l, q, 2);
    r->region = load_shared(l, q, 3);
    r->account = load_account_row(l, query_str(q, 4));
    r->tags = load_json(l, q, 5);
    r->tags_read = query_int(q, 6);
    r->tenant = load_shared(l, q, 7);
    r->why = load_shared(l, q, 8);
    r->shared = query_int(q, 9);
    r->conflict = query_int(q, 10);
    r->phi = query_int(q, 11);
    r->abac = !str_eqz(r->type, "AWS::S3::Bucket");
    r->key = r->principal = r->role = r->source = WORLD_NONE;
    r->shares_read = true;
    r->role_arn = load_shared(l, q, 15);
    read_encryption(l, q, r);
    read_policies(l, q, r);
}

static struct str group_of(struct loader *l, const struct world_resource *r)
{
    struct str account = r->account < l->w->account_count ? l->w->accounts[r->account].id : STR("an account that is not known");
    return arena_printf(l->a, "%.*s in %.*s", STR_ARG(r->type), STR_ARG(account));
}

/* Where the policies of no thing of a type were read in an account they are one unknown, not one a thing: what hangs on it is
 * the same, and a hundred thousand conditions become a few. */
static void group_unread(struct loader *l)
{
    struct map read, group;
    map_init(&read, l->a);
    map_init(&group, l->a);
    struct str *names = arena_array_of(l->a, struct str, l->w->resource_count + 1);
    for (uint32_t i = 0; i < l->w->resource_count; i++) {
        struct world_resource *r = &l->w->resources[i];
        if (!can_carry_a_policy(r->type))
            continue;
        names[i] = group_of(l, r);
        if (r->policy_read)
            map_add(&read, names[i], r);
        else if (!map_add(&group, names[i], &names[i]))
            names[i] = *(struct str *)map_get(&group, names[i]);
    }
    for (uint32_t i = 0; i < l->w->resource_count; i++)
        if (names[i].ptr && !l->w->resources[i].policy_read && !map_has(&read, names[i]))
            l->w->resources[i].unread_group = names[i];
}

bool load_resources(struct loader *l, struct err *e)
{
    struct world *w = l->w;
    uint32_t count = 0;
    if (!load_count(l, "SELECT count(*) FROM fact_access_resource", &count, e))
        return false;
    w->resources = arena_array_of(l->a, struct world_resource, count + 1);
    struct query *q = query_new(l->s, resources_sql, e);
    if (!q)
        return false;
    while (query_step(q)) {
        struct str arn = query_str(q, 0);
        if (w->resource_count == count || (w->resource_count && str_eq(w->resources[w->resource_count - 1].arn, arn)))
            continue; /* a fact that has two rows for one thing */
        resource_row(l, q, &w->resources[w->resource_count++]);
    }
    group_unread(l);
    return query_done(q);
}
