#include "access/fixture_internal.h"
#include "access/world_internal.h"

static struct str after_last(struct str s, char c)
{
    ptrdiff_t at = str_rindex(s, c);
    return at < 0 ? s : str_sub(s, (size_t)at + 1, s.len);
}

struct refs {
    struct iam_policy_ref *items;
    uint32_t count, size;
};

static void add(struct fixture *f, struct refs *r, struct iam_policy_ref ref)
{
    if (r->count == r->size) {
        uint32_t size = r->size ? r->size * 2 : 8;
        struct iam_policy_ref *grown = arena_array_of(f->w->arena, struct iam_policy_ref, size);
        if (r->count)
            memcpy(grown, r->items, r->count * sizeof *grown);
        r->items = grown;
        r->size = size;
    }
    r->items[r->count++] = ref;
}

static struct iam_policy_ref managed(const struct fixture *f, struct str arn)
{
    const struct iam_policy_ref *known = map_get(&f->managed, arn);
    return known ? *known : (struct iam_policy_ref){.id = arn, .unread = STR("the document of the managed policy is not there")};
}

static void policies_of(struct fixture *f, struct refs *out, struct str folder, struct str arn)
{
    for json_each(m, fixture_file(f, folder, "managed-policies.json"))
        add(f, out, managed(f, json_str(m)));
    for json_each(p, fixture_file(f, folder, "inline-policies.json")) {
        struct str name = json_get_str(p, "PolicyName");
        add(f, out, fixture_policy(f, json_getz(p, "PolicyDocument"),
                                   arena_printf(f->w->arena, "%.*s#%.*s", STR_ARG(arn), STR_ARG(name))));
    }
}

static void groups_of(struct fixture *f, struct refs *out, struct str folder, uint32_t account)
{
    for json_each(g, fixture_file(f, folder, "groups.json")) {
        struct str arn = json_str(g), name = after_last(arn, '/');
        char *low = arena_cstr(f->w->arena, name);
        for (char *p = low; *p; p++)
            *p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
        policies_of(f, out, arena_printf(f->w->arena, "accounts/%.*s/iam/group/%s", STR_ARG(f->w->accounts[account].id), low), arn);
    }
}

static struct world_resource *resource(struct fixture *f, struct str arn, const char *type, uint32_t account)
{
    struct world_resource *r = &f->w->resources[f->w->resource_count++];
    *r = (struct world_resource){.arn = arn, .type = str_of(type), .account = account, .tags_read = true, .policy_read = true,
        .key = WORLD_NONE, .grants_read = true, .acl_read = true, .bpa_read = true, .shares_read = true,
        .principal = WORLD_NONE, .role = WORLD_NONE, .source = WORLD_NONE};
    return r;
}

static void principal(struct fixture *f, const struct json *m, struct str folder, uint32_t account, bool role)
{
    struct str arn = json_get_str(m, "arn"), boundary = json_get_str(m, "permissionBoundary");
    const struct json *trust = fixture_file(f, folder, "trust-policy.json");
    struct world_principal *p = &f->w->principals[f->w->principal_count++];
    struct refs refs = {0};
    *p = (struct world_principal){.kind = role ? WORLD_ROLE : WORLD_USER, .arn = arn, .account = account, .name = after_last(arn, '/'),
        .path = json_get_str(m, "path"), .unique_id = json_get_str(m, "id"), .created = json_get_str(m, "created"),
        .tags = fixture_file(f, folder, "tags.json"), .tags_read = true, .resource = WORLD_NONE};
    p->service_linked = str_starts(p->path, STR("/aws-service-role/"));
    p->sso = str_starts(p->path, STR("/aws-reserved/sso.amazonaws.com/"));
    policies_of(f, &refs, folder, arn);
    groups_of(f, &refs, folder, account);
    p->identity = (struct iam_policy_set){refs.items, refs.count};
    if ((p->has_boundary = boundary.ptr != NULL))
        p->boundary = managed(f, boundary);
    if (trust)
        p->trust = fixture_policy(f, trust, STR("ResourcePolicy"));
    else if (role)
        p->trust = (struct iam_policy_ref){.id = STR("ResourcePolicy"), .unread = STR("the role has no trust policy")};
    resource(f, arn, role ? "AWS::IAM::Role" : "AWS::IAM::User", account)->tags = p->tags;
}

static const struct {
    const char *service, *type;
} types[] = {
    {"s3", "AWS::S3::Bucket"}, {"kms", "AWS::KMS::Key"}, {"sqs", "AWS::SQS::Queue"}, {"sns", "AWS::SNS::Topic"},
    {"lambda", "AWS::Lambda::Function"}, {"secretsmanager", "AWS::SecretsManager::Secret"}, {"ecr", "AWS::ECR::Repository"},
    {"dynamodb", "AWS::DynamoDB::Table"}, {"elasticfilesystem", "AWS::EFS::FileSystem"}, {"backup", "AWS::Backup::BackupVault"},
    {"es", "AWS::OpenSearchService::Domain"}, {"kinesis", "AWS::Kinesis::Stream"}, {"events", "AWS::Events::EventBus"},
    {"glacier", "AWS::Glacier::Vault"}, {"apigateway", "AWS::ApiGateway::RestApi"}, {"kafka", "AWS::MSK::Cluster"},
};

static const char *type_of(struct str arn)
{
    struct str service = arn_field(arn, 2);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eqz(service, types[i].service))
            return types[i].type;
    return "";
}

static void endpoint(struct fixture *f, const struct json *m, struct str folder, uint32_t account)
{
    const struct json *policy = fixture_file(f, folder, "endpoint-policy.json");
    struct str id = json_get_str(m, "id");
    f->w->endpoints[f->w->endpoint_count++] = (struct world_endpoint){.id = id, .vpc = after_last(json_get_str(m, "vpc"), '/'),
        .service = json_get_str(m, "serviceName"), .region = arn_field(json_get_str(m, "arn"), 3), .account = account,
        .policy = policy ? fixture_policy(f, policy, id)
                         : (struct iam_policy_ref){.id = id, .unread = STR("the policy of the endpoint is not there")}};
}

static void thing(struct fixture *f, const struct json *m, struct str folder, uint32_t account)
{
    struct str arn = json_get_str(m, "arn");
    const struct json *policy = fixture_file(f, folder, "policy.json"), *bpa = fixture_file(f, folder, "bpa.json");
    struct world_resource *r = resource(f, arn, type_of(arn), account);
    r->name = json_get_str(m, "name");
    r->region = json_get_str(m, "region");
    r->tags = fixture_file(f, folder, "tags.json");
    r->acl_disabled = true; /* the layout has no access control lists */
    r->abac = json_is_true(json_getz(m, "abacEnabled"));
    r->ignore_public_acls = json_is_true(json_getz(bpa, "IgnorePublicAcls"));
    r->restrict_public_buckets = json_is_true(json_getz(bpa, "RestrictPublicBuckets"));
    if ((r->has_policy = policy != NULL))
        r->policy = fixture_policy(f, policy, STR("ResourcePolicy"));
}

static void account_block(struct fixture *f, uint32_t account)
{
    struct world_account *a = &f->w->accounts[account];
    const struct json *bpa = fixture_file(f, arena_printf(f->w->arena, "accounts/%.*s", STR_ARG(a->id)), "s3-bpa.json");
    a->s3_ignore_public_acls = json_is_true(json_getz(bpa, "IgnorePublicAcls")) || json_is_true(json_getz(bpa, "ignorePublicAcls"));
    a->s3_restrict_public_buckets =
        json_is_true(json_getz(bpa, "RestrictPublicBuckets")) || json_is_true(json_getz(bpa, "restrictPublicBuckets"));
}

void fixture_thing(struct fixture *f, const struct json *m, struct str folder, uint32_t account)
{
    struct str service = fixture_part(folder, 2), kind = fixture_part(folder, 3), arn = json_get_str(m, "arn");
    if (!arn.ptr)
        return;
    if (str_eqz(service, "iam") && (str_eqz(kind, "role") || str_eqz(kind, "user")))
        principal(f, m, folder, account, str_eqz(kind, "role"));
    else if (str_eqz(service, "ec2") && str_eqz(fixture_part(folder, 4), "vpc-endpoint"))
        endpoint(f, m, folder, account);
    else if (!str_eqz(service, "iam"))
        thing(f, m, folder, account);
    if (str_eqz(service, "s3"))
        account_block(f, account);
}
