/*
 * The class engine alone, on a made-up organization in memory: bench-prove-engine [accounts|pooled] [PRINCIPALS
 * RESOURCES TENANTS]. "accounts": each tenant has an account; "pooled": five accounts, tenants told apart by names and
 * tags. Prints seconds, peak memory, rows, and how long one changed inline policy and one changed organization policy
 * take.
 */
#include "access/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct made {
    struct arena *a;
    struct world *w;
    uint32_t principals, resources, tenants;
    bool pooled;
};

static const char scp[] =
    "{\"Version\":\"2012-10-17\",\"Statement\":["
    "{\"Effect\":\"Deny\",\"NotAction\":[\"iam:*\",\"sts:*\",\"organizations:*\",\"s3:ListAllMyBuckets\"],\"Resource\":"
    "\"*\","
    "\"Condition\":{\"StringNotEquals\":{\"aws:RequestedRegion\":[\"eu-central-1\",\"eu-west-1\"]},"
    "\"ArnNotLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::*:role/break-glass\"}}},";
static const char scp_more[] = "{\"Effect\":\"Deny\",\"Action\":\"%s\",\"Resource\":\"*\",\"Condition\":{"
                               "\"ArnNotLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::*:role/ops-%u\"}}}%s";
static const char *const denied[] = {"kms:ScheduleKeyDeletion",
                                     "s3:PutBucketPolicy",
                                     "iam:CreateAccessKey",
                                     "ec2:ModifySnapshotAttribute",
                                     "rds:ModifyDBSnapshotAttribute",
                                     "s3:PutBucketAcl",
                                     "kms:PutKeyPolicy",
                                     "cloudtrail:*",
                                     "iam:TagRole",
                                     "backup:Delete*",
                                     "logs:DeleteLogGroup",
                                     "organizations:*"};

static struct iam_level *levels(struct made *m)
{
    struct iam_level *l = arena_array_of(m->a, struct iam_level, 3);
    for (uint32_t i = 0; i < 3; i++) {
        struct iam_policy_ref *refs = arena_array_of(m->a, struct iam_policy_ref, 2);
        struct str text = str_of(i ? "{\"Version\":\"2012-10-17\",\"Statement\":[" : scp);
        for (uint32_t k = 0; k < 12; k++)
            text = arena_concat(
                m->a, (struct str[]){text, arena_printf(m->a, scp_more, denied[k], i * 12 + k, k < 11 ? "," : "]}")},
                2);
        refs[0] = world_policy(m->w,
                               STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\","
                                   "\"Resource\":\"*\"}]}"),
                               STR("full"));
        refs[1] = world_policy(m->w, text, STR("scp"));
        l[i] = (struct iam_level){arena_printf(m->a, "level-%u", i), {refs, 2}};
    }
    return l;
}

static struct iam_level *rcp_levels(struct made *m)
{
    struct iam_level *l = arena_new_of(m->a, struct iam_level);
    struct iam_policy_ref *ref = arena_new_of(m->a, struct iam_policy_ref);
    *ref = world_policy(m->w,
                        STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\","
                            "\"Action\":[\"s3:*\",\"kms:*\",\"sqs:*\",\"secretsmanager:*\"],"
                            "\"Resource\":\"*\",\"Condition\":{\"StringNotEqualsIfExists\":{\"aws:PrincipalOrgID\":\"o-"
                            "1\"},\"BoolIfExists\":{\"aws:PrincipalIsAWSService\":\"false\"}}}]}"),
                        STR("rcp"));
    *l = (struct iam_level){STR("root"), {ref, 1}};
    return l;
}

static void make_accounts(struct made *m)
{
    struct world *w = m->w;
    w->account_count = m->pooled ? 5 : m->tenants;
    w->accounts = arena_array_of(m->a, struct world_account, w->account_count);
    struct iam_level *scps = levels(m), *rcps = rcp_levels(m);
    for (uint32_t i = 0; i < w->account_count; i++)
        w->accounts[i] = (struct world_account){.id = arena_printf(m->a, "%012u", 100000000 + i),
                                                .org_id = STR("o-1"),
                                                .org_path = STR("o-1/r-1/"),
                                                .org_read = true,
                                                .scps_on = true,
                                                .rcps_on = true,
                                                .scps = scps,
                                                .scp_count = 3,
                                                .rcps = rcps,
                                                .rcp_count = 1,
                                                .collected = true,
                                                .s3_bpa_read = true,
                                                .s3_ignore_public_acls = true,
                                                .s3_restrict_public_buckets = true};
}

static struct iam_policy_set set_of(struct made *m, struct iam_policy_ref a, struct iam_policy_ref b, uint32_t n)
{
    struct iam_policy_ref *refs = arena_array_of(m->a, struct iam_policy_ref, 2);
    refs[0] = a;
    refs[1] = b;
    return (struct iam_policy_set){refs, n};
}

static struct str app_policy(struct made *m, uint32_t tenant, uint32_t role, const char *account)
{
    return arena_printf(
        m->a,
        "{\"Version\":\"2012-10-17\",\"Statement\":["
        "{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:PutObject\",\"s3:DeleteObject\"],\"Resource\":\"arn:"
        "aws:s3:::t%u-*/*\"},"
        "{\"Effect\":\"Allow\",\"Action\":\"s3:ListBucket\",\"Resource\":\"arn:aws:s3:::t%u-*\",\"Condition\":{"
        "\"StringLike\":{\"s3:prefix\":\"r%u/*\"}}},"
        "{\"Effect\":\"Allow\",\"Action\":[\"dynamodb:GetItem\",\"dynamodb:PutItem\",\"dynamodb:Query\"],\"Resource\":"
        "\"arn:aws:dynamodb:*:%s:table/t%u-*\"},"
        "{\"Effect\":\"Allow\",\"Action\":[\"sqs:SendMessage\",\"sqs:ReceiveMessage\"],\"Resource\":\"arn:aws:sqs:eu-"
        "central-1:%s:t%u-*\"},"
        "{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Resource\":\"arn:aws:iam::%s:role/t%u-r%u\"}]}",
        tenant, tenant, role, account, tenant, account, tenant, account, tenant, role + 1);
}

static const char abac[] =
    "{\"Version\":\"2012-10-17\",\"Statement\":["
    "{\"Effect\":\"Allow\",\"Action\":[\"dynamodb:*\",\"secretsmanager:GetSecretValue\",\"kms:Decrypt\",\"kms:"
    "GenerateDataKey\",\"rds:*\",\"ec2:CreateSnapshot\"],\"Resource\":\"*\","
    "\"Condition\":{\"StringEquals\":{\"aws:ResourceTag/tenant\":\"${aws:PrincipalTag/tenant}\"}}},"
    "{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"StringNotEqualsIfExists\":{\"aws:"
    "ResourceTag/tenant\":\"${aws:PrincipalTag/tenant}\"}}}]}";
static const char admin[] =
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}";
static const char reader[] =
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"s3:Get*\",\"s3:List*\",\"dynamodb:"
    "Get*\",\"rds:Describe*\",\"ec2:Describe*\",\"logs:*\"],\"Resource\":\"*\"}]}";

static void make_principals(struct made *m)
{
    struct world *w = m->w;
    struct err e = {0};
    w->principals = arena_array_of(m->a, struct world_principal, m->principals + 2);
    uint32_t per = m->principals / m->tenants;
    for (uint32_t i = 0; i < m->principals; i++) {
        uint32_t tenant = i / per % m->tenants, role = i % per, account = m->pooled ? tenant % 5 : tenant;
        struct str id = w->accounts[account].id;
        struct world_principal *p = &w->principals[w->principal_count++];
        *p = (struct world_principal){
            .kind = WORLD_ROLE,
            .arn = arena_printf(m->a, "arn:aws:iam::%.*s:role/t%u-r%u", STR_ARG(id), tenant, role),
            .account = account,
            .name = arena_printf(m->a, "t%u-r%u", tenant, role),
            .unique_id = arena_printf(m->a, "AROA%u", i),
            .tags_read = true,
            .resource = WORLD_NONE};
        p->tags = json_parse(m->a, arena_printf(m->a, "{\"tenant\":\"t%u\"}", tenant), 1000, &e);
        p->trust =
            world_policy(w,
                         arena_printf(m->a,
                                      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
                                      "\"sts:AssumeRole\",\"Principal\":{\"AWS\":\"arn:aws:iam::%.*s:%s%.0u\"}}]}",
                                      STR_ARG(id), role % 2 ? "root" : "role/admin", 0u),
                         STR("trust"));
        bool is_admin = m->pooled ? i % 100 == 0 : role == 0, is_reader = role == 1;
        struct iam_policy_ref own = world_policy(w, app_policy(m, tenant, role, arena_cstr(m->a, id)), STR("inline"));
        struct iam_policy_ref more = world_policy(w,
                                                  str_of(is_admin    ? admin
                                                         : is_reader ? reader
                                                                     : abac),
                                                  STR("managed"));
        p->identity = set_of(m, is_admin ? more : own, more, is_admin ? 1 : 2);
    }
    w->principals[w->principal_count++] = (struct world_principal){
        .kind = WORLD_ANONYMOUS, .arn = STR("anonymous"), .account = WORLD_NONE, .resource = WORLD_NONE};
    w->principals[w->principal_count++] = (struct world_principal){
        .kind = WORLD_SERVICE, .arn = STR("ec2.amazonaws.com"), .account = WORLD_NONE, .resource = WORLD_NONE};
}

static int by_arn(const void *a, const void *b)
{
    return str_cmp(((const struct world_resource *)a)->arn, ((const struct world_resource *)b)->arn);
}

static void make_resources(struct made *m)
{
    static const char *const kinds[][2] = {{"", "AWS::S3::Bucket"},
                                           {"dynamodb:table/", "AWS::DynamoDB::Table"},
                                           {"sqs:", "AWS::SQS::Queue"},
                                           {"secretsmanager:secret:", "AWS::SecretsManager::Secret"},
                                           {"kms:key/", "AWS::KMS::Key"},
                                           {"rds:snapshot:", "AWS::RDS::DBSnapshot"},
                                           {"logs:log-group:", "AWS::Logs::LogGroup"},
                                           {"ec2:volume/", "AWS::EC2::Volume"}};
    struct world *w = m->w;
    struct err e = {0};
    uint32_t per = (m->resources - m->principals) / m->tenants;
    w->resources = arena_array_of(m->a, struct world_resource, m->resources + 1);
    for (uint32_t i = 0; i < per * m->tenants; i++) {
        uint32_t tenant = i / per, n = i % per, account = m->pooled ? tenant % 5 : tenant, f = n % 8;
        const char *id = arena_cstr(m->a, w->accounts[account].id);
        struct world_resource *r = &w->resources[w->resource_count++];
        char arn[200];
        struct str rest = str_of(kinds[f][0]), service = str_cut(&rest, ':');
        if (f == 0)
            snprintf(arn, sizeof arn, "arn:aws:s3:::t%u-%u", tenant, n);
        else
            snprintf(arn, sizeof arn, "arn:aws:%.*s:eu-central-1:%s:%.*st%u-%u%s", STR_ARG(service), id, STR_ARG(rest),
                     tenant, n, f == 6 ? ":*" : "");
        *r = (struct world_resource){.arn = arena_str(m->a, str_of(arn)),
                                     .type = str_of(kinds[f][1]),
                                     .account = account,
                                     .tags_read = true,
                                     .policy_read = true,
                                     .key = WORLD_NONE,
                                     .grants_read = true,
                                     .acl_read = true,
                                     .acl_disabled = true,
                                     .bpa_read = true,
                                     .shares_read = true,
                                     .principal = WORLD_NONE,
                                     .role = WORLD_NONE,
                                     .source = WORLD_NONE,
                                     .region = STR("eu-central-1")};
        r->tags = json_parse(m->a, arena_printf(m->a, "{\"tenant\":\"t%u\"}", tenant), 1000, &e);
        if (f == 0 || f == 2) {
            r->has_policy = true;
            r->policy = world_policy(
                w,
                arena_printf(
                    m->a,
                    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"%"
                    "s:*\",\"Resource\":[\"%s\",\"%s/*\"],"
                    "\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}},{\"Effect\":\"Allow\",\"Principal\":"
                    "{\"AWS\":\"arn:aws:iam::%s:role/t%u-r2\"},\"Action\":\"%s:*\",\"Resource\":[\"%s\",\"%s/*\"]}]}",
                    f ? "sqs" : "s3", arn, arn, id, tenant, f ? "sqs" : "s3", arn, arn),
                STR("ResourcePolicy"));
        } else if (f == 4) {
            r->has_policy = true;
            r->policy = world_policy(
                w,
                arena_printf(m->a,
                             "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"
                             "\"arn:aws:iam::%s:root\"},\"Action\":\"kms:*\",\"Resource\":\"*\"}]}",
                             id),
                STR("key"));
        }
    }
    for (uint32_t i = 0; i < m->principals; i++)
        w->resources[w->resource_count++] = (struct world_resource){.arn = w->principals[i].arn,
                                                                    .type = STR("AWS::IAM::Role"),
                                                                    .account = w->principals[i].account,
                                                                    .tags_read = true,
                                                                    .policy_read = true,
                                                                    .key = WORLD_NONE,
                                                                    .principal = i,
                                                                    .role = WORLD_NONE,
                                                                    .source = WORLD_NONE};
    qsort(w->resources, w->resource_count, sizeof *w->resources, by_arn);
}

static uint32_t questions(const struct iam_catalogue *c, uint32_t *out, uint32_t max)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->action_count && n < max; i++)
        if (c->actions[i].touches)
            out[n++] = i;
    for (uint32_t i = 0; i < c->action_count && n < max; i++)
        if (!c->actions[i].touches && (str_eqz(c->actions[i].service, "iam") || str_eqz(c->actions[i].service, "sts")))
            out[n++] = i;
    return n;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    struct made m = {.a = arena_new(1 << 22),
                     .pooled = argc > 1 && !strcmp(argv[1], "pooled"),
                     .principals = 10000,
                     .resources = 100000,
                     .tenants = 1000};
    if (argc > 4) {
        m.principals = (uint32_t)strtoul(argv[2], NULL, 10);
        m.resources = (uint32_t)strtoul(argv[3], NULL, 10);
        m.tenants = (uint32_t)strtoul(argv[4], NULL, 10);
    }
    const struct iam_catalogue *c = iam_catalogue_load(m.a, &err);
    if (!c)
        return 1;
    double t = now();
    m.w = world_new(m.a, c);
    make_accounts(&m);
    make_principals(&m);
    make_resources(&m);
    world_index(m.w);
    uint32_t asked[4000], n = questions(c, asked, 4000);
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    printf("world: %u accounts, %u principals, %u resources, %u questions, %.2f s, %ld MB\n", m.w->account_count,
           m.w->principal_count, m.w->resource_count, n, now() - t, before.ru_maxrss / 1024);
    t = now();
    struct engine *e = engine_new(m.w, asked, n);
    engine_run(e);
    double run = now() - t;
    getrusage(RUSAGE_SELF, &after);
    uint64_t rows = 0, triples = 0;
    for (uint32_t p = 0; p < m.w->principal_count; p++) {
        uint32_t count;
        const struct access_row *r = engine_rows(e, p, &count);
        rows += count;
        for (uint32_t i = 0; i < count; i++)
            triples += (uint64_t)r[i].actions->count * r[i].resources->count;
    }
    printf("engine: %.2f s, %ld MB more, %llu rows, %llu triples\n", run, (after.ru_maxrss - before.ru_maxrss) / 1024,
           (unsigned long long)rows, (unsigned long long)triples);
    t = now();
    m.w->principals[7].identity = set_of(&m, world_policy(m.w, app_policy(&m, 3, 99, "000100000000"), STR("inline")),
                                         (struct iam_policy_ref){0}, 1);
    engine_principal_changed(e, 7);
    printf("one inline policy changed: %.1f ms\n", (now() - t) * 1e3);
    t = now();
    uint32_t *who;
    const struct residue **guards;
    uint32_t found = engine_who(e, 0, iam_catalogue_action(c, STR("dynamodb"), STR("GetItem")), m.a, &who, &guards);
    printf("who may read one table: %u, %.1f ms\n", found, (now() - t) * 1e3);
    t = now();
    engine_organization_changed(e);
    printf("organization changed: %.2f s\n", now() - t);
    engine_free(e);
    arena_free(m.a);
    return 0;
}
