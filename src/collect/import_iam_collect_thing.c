#include "collect/import_iam_collect.h"

enum { REGIONS_MAX = 200 };

/* The file's folder, and whether it is a metadata.json at all. */
static bool is_thing(const struct layout_file *f, struct str *folder)
{
    bool yes = str_ends(f->path, STR("/metadata.json"));
    *folder = yes ? str_sub(f->path, 0, f->path.len - STR("/metadata.json").len) : (struct str){NULL, 0};
    return yes;
}

struct bucket {
    struct str name, region, folder;
};

/* A call about one bucket; its folder proves that it was looked at, so that a file that is not there is not configured. */
static bool ask(struct conversion *c, const struct bucket *b, const char *op, struct json *answer, const char *absent, struct err *e)
{
    struct str region = b->region.ptr ? b->region : STR("us-east-1"); /* what a call without a region is sent to */
    return conversion_call(c, op, c->account, region, made_one(c, "Bucket", b->name), answer, absent, b->folder, e);
}

static struct json *wrap(struct conversion *c, const char *name, struct json *value)
{
    if (!value)
        return NULL;
    struct json *o = made_object(c);
    made_put(o, name, value);
    return o;
}

static bool one_bucket(struct conversion *c, const struct bucket *b, const struct json *m, struct err *e)
{
    struct layout *l = &c->files;
    const struct json *tags = layout_get(l, b->folder, "tags.json"), *rules = layout_get(l, b->folder, "encryption.json");
    bool abac = json_is_true(json_getz(m, "abacEnabled"));
    bool ok = ask(c, b, "s3:GetBucketPolicy", wrap(c, "Policy", made_text(c, layout_get(l, b->folder, "policy.json"))), "NoSuchBucketPolicy", e);
    ok = ok && ask(c, b, "s3:GetPublicAccessBlock", wrap(c, "PublicAccessBlockConfiguration", made_copy(c, layout_get(l, b->folder, "bpa.json"))),
                   "NoSuchPublicAccessBlockConfiguration", e);
    ok = ok && ask(c, b, "s3:GetBucketTagging", tags && tags->count ? wrap(c, "TagSet", made_tags(c, tags, "Key", "Value")) : NULL, "NoSuchTagSet", e);
    if (ok && rules)
        ok = ask(c, b, "s3:GetBucketEncryption",
                 wrap(c, "ServerSideEncryptionConfiguration", rules->type == JSON_ARRAY ? wrap(c, "Rules", made_copy(c, rules)) : made_copy(c, rules)),
                 NULL, e);
    if (ok && c->asks_abac)
        ok = ask(c, b, "s3:GetBucketAbac", wrap(c, "AbacStatus", made_one(c, "Status", abac ? STR("Enabled") : STR("Disabled"))), NULL, e);
    return ok;
}

/* Where a bucket lies: its own word, else the index that iam-collect keeps beside; {NULL,0} when neither says. */
static struct str region_of(struct conversion *c, const struct json *m, struct str name)
{
    struct str own = json_get_str(m, "region");
    const struct json *index = layout_get(&c->files, STR("indexes"), "buckets-to-accounts.json");
    return own.ptr ? own : json_get_str(json_get(index, name), "region");
}

static bool bucket_of(struct conversion *c, const struct layout_file *f, struct bucket *b, const struct json **m, struct err *e)
{
    *m = layout_get(&c->files, b->folder, "metadata.json");
    b->name = json_get_str(*m, "name");
    b->region = region_of(c, *m, b->name);
    return b->name.ptr || err_set(e, ERR_PARSE, "%.*s has no name", STR_ARG(f->path));
}

/* Earlier versions of iam-collect did not ask for ABAC; later ones write it where it is enabled. One bucket that has it tells that it
 * was asked for; without any it is not known. */
bool import_asks_abac(const struct layout *l)
{
    for (size_t i = 0; i < l->count; i++)
        if (str_ends(l->files[i].path, STR("/metadata.json")) && str_eqz(layout_part(l->files[i].path, 2), "s3") &&
            json_getz(l->files[i].json, "abacEnabled"))
            return true;
    return false;
}

bool import_buckets(struct conversion *c, struct err *e)
{
    struct str prefix = arena_printf(c->im->arena, "%.*s/s3/", STR_ARG(c->folder));
    size_t from, to;
    layout_below(&c->files, prefix, &from, &to);
    if (from == to)
        return true;
    arena_reset(c->im->item);
    struct json *list = made_list(c);
    struct bucket b;
    const struct json *m;
    for (size_t i = from; i < to; i++) {
        if (!is_thing(&c->files.files[i], &b.folder))
            continue;
        if (!bucket_of(c, &c->files.files[i], &b, &m, e))
            return false;
        struct json *one = made_one(c, "Name", b.name);
        made_set(c, one, "BucketRegion", b.region);
        made_set(c, one, "BucketArn", json_get_str(m, "arn"));
        json_add(list, one);
    }
    if (!conversion_call(c, "s3:ListBuckets", c->account, STR("us-east-1"), NULL, wrap(c, "Buckets", list), NULL, prefix, e))
        return false;
    for (size_t i = from; i < to; i++) {
        arena_reset(c->im->item);
        if (is_thing(&c->files.files[i], &b.folder) && (!bucket_of(c, &c->files.files[i], &b, &m, e) || !one_bucket(c, &b, m, e)))
            return false;
    }
    return true;
}

/* How a kind of thing is listed, and where its policy comes from. Placeholders in `fields`: {name} {arn} {id} {url}, {id} being the
 * resource part of the ARN after `prefix`. */
struct kind {
    const char *service, *prefix;            /* of the ARN: "lambda", "function:" */
    const char *list_op, *list_member;
    const char *fields;                      /* "FunctionName={name} FunctionArn={arn}"; "{name}": a list of texts */
    const char *policy_op, *param, *source;  /* made for one: "FunctionName", "{name}" */
    const char *policy_member;               /* of the answer, the document as text */
    const char *absent;                      /* AWS's word for no policy; NULL: the answer is there without it */
    const char *wrapper;                     /* "Attributes": the member that the policy's stands in */
};

static const struct kind kinds[] = {
    {"kms", "key/", "kms:ListKeys", "Keys", "KeyId={id} KeyArn={arn}", "kms:GetKeyPolicy", "KeyId", "{id}", "Policy", NULL, NULL},
    {"sqs", "", "sqs:ListQueues", "QueueUrls", "{url}", "sqs:GetQueueAttributes", "QueueUrl", "{url}", "Policy", NULL, "Attributes"},
    {"sns", "", "sns:ListTopics", "Topics", "TopicArn={arn}", "sns:GetTopicAttributes", "TopicArn", "{arn}", "Policy", NULL, "Attributes"},
    {"lambda", "function:", "lambda:ListFunctions", "Functions", "FunctionName={id} FunctionArn={arn}", "lambda:GetPolicy", "FunctionName",
     "{id}", "Policy", "ResourceNotFoundException", NULL},
    {"secretsmanager", "secret:", "secretsmanager:ListSecrets", "SecretList", "Name={name} ARN={arn}", "secretsmanager:GetResourcePolicy",
     "SecretId", "{arn}", "ResourcePolicy", NULL, NULL},
    {"ecr", "repository/", "ecr:DescribeRepositories", "repositories", "repositoryName={id} repositoryArn={arn}", "ecr:GetRepositoryPolicy",
     "repositoryName", "{id}", "policyText", "RepositoryPolicyNotFoundException", NULL},
    {"elasticfilesystem", "file-system/", "efs:DescribeFileSystems", "FileSystems", "FileSystemId={id} FileSystemArn={arn}",
     "efs:DescribeFileSystemPolicy", "FileSystemId", "{id}", "Policy", "PolicyNotFound", NULL},
    {"dynamodb", "table/", "dynamodb:ListTables", "TableNames", "{id}", "dynamodb:GetResourcePolicy", "ResourceArn", "{arn}", "Policy",
     "PolicyNotFoundException", NULL},
    {"kinesis", "stream/", "kinesis:ListStreams", "StreamSummaries", "StreamName={id} StreamARN={arn}", "kinesis:GetResourcePolicy",
     "ResourceARN", "{arn}", "Policy", NULL, NULL},
    {"backup", "backup-vault:", "backup:ListBackupVaults", "BackupVaultList", "BackupVaultName={id} BackupVaultArn={arn}",
     "backup:GetBackupVaultAccessPolicy", "BackupVaultName", "{id}", "Policy", "ResourceNotFoundException", NULL},
    {"ec2", "vpc-endpoint/", "ec2:DescribeVpcEndpoints", "VpcEndpoints", "VpcEndpointId={id}", NULL, NULL, NULL, "PolicyDocument", NULL, NULL},
    {"events", "event-bus/", "events:ListEventBuses", "EventBuses", "Name={id} Arn={arn}", NULL, NULL, NULL, "Policy", NULL, NULL},
};

struct thing {
    const struct kind *kind;
    const struct json *meta;
    struct str folder, arn, region, id;
};

static struct str value_of(struct conversion *c, const struct thing *t, struct str mark)
{
    struct str name = json_get_str(t->meta, "name");
    if (str_eqz(mark, "{arn}"))
        return t->arn;
    if (str_eqz(mark, "{name}"))
        return name.ptr ? name : t->id;
    if (str_eqz(mark, "{url}"))
        return arena_printf(c->im->item, "https://sqs.%.*s.amazonaws.com/%.*s/%.*s", STR_ARG(t->region), STR_ARG(c->account), STR_ARG(t->id));
    return t->id;
}

/* Members of the service's own that the layout keeps under another name. */
static void put_extras(struct conversion *c, const struct thing *t, struct json *item)
{
    struct str vpc = json_get_str(t->meta, "vpc"), role = json_get_str(t->meta, "role");
    ptrdiff_t slash = str_rindex(vpc, '/');
    if (str_eqz(str_of(t->kind->service), "lambda"))
        made_set(c, item, "Role", role);
    if (t->kind->policy_op)
        return;
    if (str_eqz(str_of(t->kind->service), "ec2")) {
        made_set(c, item, "VpcId", vpc.ptr ? str_sub(vpc, (size_t)(slash + 1), vpc.len) : vpc);
        made_set(c, item, "ServiceName", json_get_str(t->meta, "serviceName"));
        made_set(c, item, "VpcEndpointType", json_get_str(t->meta, "type"));
        made_put(item, "Tags", made_tags(c, layout_get(&c->files, t->folder, "tags.json"), "Key", "Value"));
    }
    const struct json *doc = layout_get(&c->files, t->folder, "endpoint-policy.json");
    made_put(item, t->kind->policy_member, made_text(c, doc ? doc : layout_get(&c->files, t->folder, "policy.json")));
}

static struct json *list_item(struct conversion *c, const struct thing *t)
{
    struct str rest = str_of(t->kind->fields);
    if (rest.ptr[0] == '{')
        return json_string(c->im->item, value_of(c, t, rest));
    struct json *item = made_object(c);
    while (rest.ptr) {
        struct str mark = str_cut(&rest, ' ');
        struct str key = str_cut(&mark, '=');
        made_set(c, item, arena_cstr(c->im->item, key), value_of(c, t, mark));
    }
    put_extras(c, t, item);
    return item;
}

static bool policy_call(struct conversion *c, const struct thing *t, struct err *e)
{
    const struct kind *k = t->kind;
    if (!k->policy_op)
        return true;
    struct json *text = made_text(c, layout_get(&c->files, t->folder, "policy.json")), *answer = NULL;
    if (text || !k->absent) {
        struct json *inner = made_object(c);
        if (k->wrapper)
            made_set(c, inner, str_eqz(str_of(k->service), "sqs") ? "QueueArn" : "TopicArn", t->arn);
        made_put(inner, k->policy_member, text);
        answer = k->wrapper ? wrap(c, k->wrapper, inner) : inner;
    }
    struct json *params = made_one(c, k->param, value_of(c, t, str_of(k->source)));
    return conversion_call(c, k->policy_op, c->account, t->region, params, answer, k->absent, t->folder, e);
}

/* Tables and keys are described besides; what the layout does not know stays out. */
static bool describe_call(struct conversion *c, const struct thing *t, struct err *e)
{
    if (str_eqz(str_of(t->kind->service), "dynamodb")) {
        struct json *table = made_one(c, "TableName", t->id);
        made_set(c, table, "TableArn", t->arn);
        return conversion_call(c, "dynamodb:DescribeTable", c->account, t->region, made_one(c, "TableName", t->id), wrap(c, "Table", table),
                               NULL, t->folder, e);
    }
    if (!str_eqz(str_of(t->kind->service), "kms"))
        return true;
    struct json *key = made_one(c, "KeyId", t->id);
    made_set(c, key, "AWSAccountId", c->account);
    made_set(c, key, "Arn", t->arn);
    made_set(c, key, "KeyManager", json_get_str(t->meta, "keyManager"));
    if (!conversion_call(c, "kms:DescribeKey", c->account, t->region, made_one(c, "KeyId", t->id), wrap(c, "KeyMetadata", key), NULL, t->folder, e))
        return false;
    const struct json *tags = layout_get(&c->files, t->folder, "tags.json");
    return !tags || conversion_call(c, "kms:ListResourceTags", c->account, t->region, made_one(c, "KeyId", t->id),
                                    wrap(c, "Tags", made_tags(c, tags, "TagKey", "TagValue")), NULL, t->folder, e);
}

static bool thing_of(struct conversion *c, const struct layout_file *f, const struct kind *k, struct thing *t)
{
    if (!is_thing(f, &t->folder))
        return false;
    t->kind = k;
    t->meta = f->json;
    t->arn = json_get_str(f->json, "arn");
    t->region = made_arn_field(t->arn, 3);
    struct str what = made_arn_field(t->arn, 5), prefix = str_of(k->prefix);
    if (!str_eqz(made_arn_field(t->arn, 2), k->service) || t->region.len == 0 || !str_starts(what, prefix) ||
        !str_eq(made_arn_field(t->arn, 4), c->account))
        return false;
    t->id = str_sub(what, prefix.len, what.len);
    return t->id.len > 0 && !(prefix.len == 0 && str_index(t->id, ':', 0) >= 0);
}

/* Things of one kind in one region: the list, then each. */
static bool one_region(struct conversion *c, const struct kind *k, struct str region, size_t from, size_t to, struct err *e)
{
    struct thing t;
    struct json *list = made_list(c);
    for (size_t i = from; i < to; i++)
        if (thing_of(c, &c->files.files[i], k, &t) && str_eq(t.region, region)) {
            c->files.files[i].used = true;
            json_add(list, list_item(c, &t));
        }
    if (!conversion_call(c, k->list_op, c->account, region, NULL, wrap(c, k->list_member, list), NULL, c->folder, e))
        return false;
    for (size_t i = from; i < to; i++) {
        arena_reset(c->im->item);
        if (thing_of(c, &c->files.files[i], k, &t) && str_eq(t.region, region) && (!policy_call(c, &t, e) || !describe_call(c, &t, e)))
            return false;
    }
    return true;
}

bool import_things(struct conversion *c, struct err *e)
{
    size_t from, to;
    layout_below(&c->files, arena_printf(c->im->arena, "%.*s/", STR_ARG(c->folder)), &from, &to);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct map regions;
        struct thing t;
        map_init(&regions, c->im->arena);
        for (size_t i = from; i < to; i++)
            if (thing_of(c, &c->files.files[i], &kinds[k], &t))
                map_add(&regions, t.region, c);
        if (regions.count > REGIONS_MAX)
            return err_set(e, ERR_LIMIT, "%.*s has things in more than %d regions", STR_ARG(c->folder), REGIONS_MAX);
        for (size_t i = 0; i < regions.count; i++) {
            arena_reset(c->im->item);
            if (!one_region(c, &kinds[k], regions.entries[i].key, from, to, e))
                return false;
        }
    }
    return true;
}
