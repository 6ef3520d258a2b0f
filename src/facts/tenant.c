#include "facts/tenant.h"

static struct str account_id(const struct json *config, struct str name)
{
    struct str id = json_get_str(json_get(json_getz(config, "accounts"), name), "id");
    return id.ptr ? id : name;
}

static bool tag_is(const struct json *tags, struct str key, struct str value)
{
    struct str have = json_str(json_get(tags, key));
    return have.ptr && str_glob(value, have);
}

/* `tags` of ward.yaml: {Key: value} or ["Key=value"]; all of an object must hold, any of a list. */
static bool tags_match(const struct json *want, const struct json *have, struct str *which)
{
    bool all = want && want->type == JSON_OBJECT && want->count > 0;
    for json_each(it, want) {
        struct str value = json_str(it), key = it->key;
        if (want->type == JSON_ARRAY)
            key = str_cut(&value, '=');
        bool hit = value.ptr && tag_is(have, key, value);
        if (hit)
            *which = key;
        if (want->type == JSON_ARRAY && hit)
            return true;
        all &= hit;
    }
    return all;
}

static bool listed(const struct json *config, const struct json *list, struct str value, bool accounts)
{
    for json_each(it, list) {
        struct str entry = accounts ? account_id(config, json_str(it)) : json_str(it);
        if (value.len && entry.len && str_glob(entry, value))
            return true;
    }
    return false;
}

/* Why the rule takes the thing in; {NULL, 0} when it does not. */
static struct str rule_match(struct arena *a, const struct json *config, const struct json *rule, const struct thing *t)
{
    struct str which = {0};
    if (listed(config, json_getz(rule, "accounts"), t->account, true))
        return arena_printf(a, "account %.*s", STR_ARG(t->account));
    if (listed(config, json_getz(rule, "vpcs"), t->vpc, false))
        return arena_printf(a, "vpc %.*s", STR_ARG(t->vpc));
    if (tags_match(json_getz(rule, "tags"), t->tags, &which))
        return arena_printf(a, "tag %.*s=%.*s", STR_ARG(which), STR_ARG(json_str(json_get(t->tags, which))));
    if (listed(config, json_getz(rule, "arns"), t->arn, false))
        return STR("arn");
    return (struct str){0};
}

/* Whether one of the tags that defaults.tenant_tags lists has the tenant's name as its value. */
static struct str tag_match(struct arena *a, const struct json *config, struct str tenant, const struct thing *t)
{
    for json_each(key, json_path(config, "defaults.tenant_tags"))
        if (str_eq(json_str(json_get(t->tags, json_str(key))), tenant))
            return arena_printf(a, "tag %.*s=%.*s", STR_ARG(json_str(key)), STR_ARG(tenant));
    return (struct str){0};
}

struct tenancy tenant_among(struct arena *a, const struct json *config, const struct json *const *rules, uint32_t count,
                            const struct thing *t)
{
    struct tenancy r = {0};
    for (uint32_t i = 0; i < count; i++) {
        const struct json *rule = rules[i];
        struct str why = rule_match(a, config, rule, t);
        if (!why.ptr)
            why = tag_match(a, config, rule->key, t);
        if (!why.ptr)
            continue;
        if (r.tenant.ptr || r.conflict) {
            r.why = r.conflict ? arena_printf(a, "%.*s; %.*s by %.*s", STR_ARG(r.why), STR_ARG(rule->key), STR_ARG(why))
                               : arena_printf(a, "conflict: %.*s by %.*s; %.*s by %.*s", STR_ARG(r.tenant),
                                              STR_ARG(r.why), STR_ARG(rule->key), STR_ARG(why));
            r.conflict = true;
            r.tenant = (struct str){0};
        } else {
            r.tenant = rule->key;
            r.why = why;
        }
    }
    if (r.tenant.ptr || r.conflict)
        return r;
    for json_each(rule, json_getz(config, "shared")) {
        struct str why = rule_match(a, config, rule, t);
        if (why.ptr)
            return (struct tenancy){.why = why, .shared = true};
    }
    r.why = STR("unassigned");
    return r;
}

struct tenancy tenant_of(struct arena *a, const struct json *config, const struct thing *t)
{
    const struct json *tenants = json_getz(config, "tenants");
    const struct json **rules = arena_array_of(a, const struct json *, tenants ? tenants->count + 1 : 1);
    uint32_t count = 0;
    for json_each(rule, tenants)
        rules[count++] = rule;
    return tenant_among(a, config, rules, count, t);
}

/* CloudFormation types that can hold data of patients. */
static const char *const stores[] = {
    "AWS::S3::Bucket", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::RDS::DBSnapshot",
    "AWS::RDS::DBClusterSnapshot", "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::EC2::Volume",
    "AWS::EC2::Snapshot", "AWS::EC2::Image", "AWS::EFS::FileSystem", "AWS::FSx::FileSystem",
    "AWS::Redshift::Cluster", "AWS::ElastiCache::CacheCluster", "AWS::ElastiCache::ReplicationGroup",
    "AWS::MemoryDB::Cluster", "AWS::OpenSearchService::Domain", "AWS::Elasticsearch::Domain",
    "AWS::DocDB::DBCluster", "AWS::Neptune::DBCluster", "AWS::Kinesis::Stream", "AWS::KinesisFirehose::DeliveryStream",
    "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::Logs::LogGroup", "AWS::Backup::BackupVault",
    "AWS::Backup::RecoveryPoint", "AWS::MSK::Cluster", "AWS::HealthLake::FHIRDatastore", "AWS::DAX::Cluster",
};

bool tenant_phi(const struct json *config, struct str type, struct str arn)
{
    for json_each(rule, json_getz(config, "stores"))
        if (arn.len && str_glob(json_get_str(rule, "arn"), arn))
            return json_is_true(json_getz(rule, "phi"));
    for (size_t i = 0; i < sizeof stores / sizeof *stores; i++)
        if (str_eqz(type, stores[i]))
            return true;
    return false;
}
