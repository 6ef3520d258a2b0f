#include "random_world.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const accounts[] = {"111111111111", "222222222222", "333333333333"};

uint32_t random_below(struct random_world *r, uint32_t n)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    uint64_t x = r->state;
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdu;
    x ^= x >> 33;
    return (uint32_t)(x % n);
}

static bool chance(struct random_world *r, unsigned percent)
{
    return random_below(r, 100) < percent;
}
static bool unread(struct random_world *r)
{
    return chance(r, r->unread_percent);
}
#define PICK(r, list) (list)[random_below((r), sizeof(list) / sizeof *(list))]

static struct str text(struct random_world *r, const char *s)
{
    return arena_str(r->arena, str_of(s));
}

static struct str list(struct random_world *r, const char *const *from, uint32_t count, uint32_t most)
{
    uint32_t n = 1 + random_below(r, most);
    if (n == 1)
        return arena_printf(r->arena, "\"%s\"", from[random_below(r, count)]);
    struct str out = STR("[");
    for (uint32_t i = 0; i < n; i++)
        out = arena_printf(r->arena, "%.*s%s\"%s\"", STR_ARG(out), i ? "," : "", from[random_below(r, count)]);
    return arena_printf(r->arena, "%.*s]", STR_ARG(out));
}
#define LIST(r, names, most) list((r), (names), sizeof(names) / sizeof *(names), (most))

static const char *const action_names[] = {"*",
                                           "s3:*",
                                           "s3:Get*",
                                           "s3:GetObject",
                                           "s3:PutObject",
                                           "s3:ListBucket",
                                           "S3:putobject",
                                           "s3:*Acl",
                                           "kms:*",
                                           "kms:Decrypt",
                                           "kms:CreateGrant",
                                           "kms:RetireGrant",
                                           "kms:PutKeyPolicy",
                                           "sts:*",
                                           "sts:AssumeRole",
                                           "sts:AssumeRoleWith*",
                                           "sts:TagSession",
                                           "sqs:*",
                                           "sqs:ReceiveMessage",
                                           "dynamodb:*",
                                           "dynamodb:Query",
                                           "dynamodb:GetItem",
                                           "secretsmanager:GetSecretValue",
                                           "iam:*",
                                           "iam:PassRole",
                                           "iam:UpdateAssumeRolePolicy",
                                           "ec2:Describe*",
                                           "sts:GetSessionToken",
                                           "logs:*",
                                           "logs:GetLogEvents",
                                           "s3:ListAllMyBuckets"};

static const char *const resource_names[] = {"*",
                                             "*",
                                             "*",
                                             "arn:aws:s3:::*",
                                             "arn:aws:s3:::b1",
                                             "arn:aws:s3:::b1/*",
                                             "arn:aws:s3:::b1/a/*",
                                             "arn:aws:s3:::b1/*/x",
                                             "arn:aws:s3:::b2/a/x",
                                             "arn:aws:s3:::b?/b/*",
                                             "arn:aws:s3:::b2*",
                                             "arn:aws:s3:::b1/${aws:PrincipalTag/tenant}/*",
                                             "arn:aws:s3:::b2/${aws:username}/*",
                                             "arn:aws:s3:::b2/${aws:PrincipalTag/tenant, 'a'}*",
                                             "arn:aws:kms:*:111111111111:key/*",
                                             "arn:aws:kms:eu-central-1:222222222222:key/k2",
                                             "arn:aws:iam::111111111111:role/*",
                                             "arn:aws:iam::*:role/app",
                                             "arn:aws:iam::222222222222:role/${aws:PrincipalTag/tenant}",
                                             "arn:aws:sqs:*:*:q*",
                                             "arn:aws:sqs:eu-central-1:111111111111:q1",
                                             "arn:aws:dynamodb:*:*:table/t1",
                                             "arn:aws:dynamodb:*:*:table/t1/index/*",
                                             "arn:aws:dynamodb:*:111111111111:table/t*",
                                             "arn:aws:secretsmanager:*:*:secret:a-*",
                                             "arn:aws:logs:*:*:log-group:g1:*",
                                             "arn:aws:logs:*:*:*",
                                             "arn:aws:s3:eu-central-1:111111111111:accesspoint/ap1",
                                             "arn:aws:s3:eu-central-1:111111111111:accesspoint/ap1/object/*",
                                             "arn:aws:iam::*:user/${aws:username}",
                                             "arn:aws:*",
                                             "arn:aws:s3:::b1/${aws:ResourceTag/tenant}/*",
                                             "arn:aws:s3:::b1/${s3:prefix}/*"};

static const char *const principals[] = {
    "\"*\"",
    "{\"AWS\":\"*\"}",
    "{\"AWS\":\"111111111111\"}",
    "{\"AWS\":\"arn:aws:iam::222222222222:root\"}",
    "{\"AWS\":\"arn:aws:iam::111111111111:root\"}",
    "{\"AWS\":\"333333333333\"}",
    "{\"AWS\":\"arn:aws:iam::111111111111:role/app\"}",
    "{\"AWS\":\"arn:aws:iam::222222222222:role/p/admin\"}",
    "{\"AWS\":\"arn:aws:iam::111111111111:user/alice\"}",
    "{\"AWS\":[\"arn:aws:iam::222222222222:user/alice\",\"arn:aws:iam::111111111111:role/app\"]}",
    "{\"AWS\":\"arn:aws:sts::111111111111:assumed-role/app/s1\"}",
    "{\"Service\":\"ec2.amazonaws.com\"}",
    "{\"Service\":[\"lambda.amazonaws.com\",\"ec2.amazonaws.com\"]}",
    "{\"Federated\":\"arn:aws:iam::111111111111:saml-provider/idp\"}",
    "{\"AWS\":\"arn:aws:iam::999999999999:role/far\"}",
    "{\"AWS\":\"999999999999\"}",
    "{\"AWS\":\"AROAGONE\"}",
    "{\"AWS\":[\"111111111111\",\"arn:aws:iam::111111111111:role/app\"]}"};

static const char *const conditions[] = {
    "\"StringEquals\":{\"aws:ResourceTag/tenant\":\"${aws:PrincipalTag/tenant}\"}",
    "\"StringNotEquals\":{\"aws:ResourceTag/tenant\":\"${aws:PrincipalTag/tenant}\"}",
    "\"StringEquals\":{\"aws:PrincipalTag/tenant\":\"${aws:ResourceTag/tenant}\"}",
    "\"StringEquals\":{\"aws:PrincipalTag/tenant\":[\"a\",\"b\"]}",
    "\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-1\"}",
    "\"StringNotEquals\":{\"aws:PrincipalOrgID\":\"o-1\"}",
    "\"StringNotEqualsIfExists\":{\"aws:PrincipalOrgID\":\"o-1\"}",
    "\"Bool\":{\"aws:SecureTransport\":\"false\"}",
    "\"StringEquals\":{\"aws:SourceVpce\":\"vpce-1\"}",
    "\"StringNotEquals\":{\"aws:SourceVpce\":[\"vpce-1\",\"vpce-2\"]}",
    "\"StringNotEquals\":{\"aws:RequestedRegion\":\"eu-central-1\"}",
    "\"ArnLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::*:role/a*\"}",
    "\"ArnNotLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::*:role/app\"}",
    "\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}",
    "\"BoolIfExists\":{\"aws:MultiFactorAuthPresent\":\"false\"}",
    "\"StringLike\":{\"s3:prefix\":\"a/*\"}",
    "\"Null\":{\"aws:ResourceTag/tenant\":\"true\"}",
    "\"StringEquals\":{\"aws:ResourceAccount\":\"${aws:PrincipalAccount}\"}",
    "\"StringEquals\":{\"aws:ResourceAccount\":[\"111111111111\",\"333333333333\"]}",
    "\"StringEqualsIfExists\":{\"aws:ResourceTag/tenant\":\"a\"}",
    "\"ForAllValues:StringEquals\":{\"aws:TagKeys\":\"tenant\"}",
    "\"StringLike\":{\"aws:userid\":\"*:s1\"}",
    "\"StringEquals\":{\"sts:ExternalId\":\"x\"}",
    "\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}",
    "\"StringEquals\":{\"aws:ResourceTag/tenant\":\"a\",\"aws:ResourceAccount\":\"111111111111\"}",
    "\"StringLike\":{\"aws:ResourceTag/tenant\":\"?\"}",
    "\"StringNotEquals\":{\"aws:PrincipalTag/tenant\":\"${aws:ResourceTag/tenant}\"}",
    "\"StringEquals\":{\"kms:ViaService\":\"s3.eu-central-1.amazonaws.com\"}"};

enum kind { IDENTITY, BOUNDARY, SCP, RCP, RESOURCE };

/* One statement, or with `split` one each action. */
static struct str statement(struct random_world *r, enum kind kind, bool allow, const char *own)
{
    struct str s = arena_printf(r->arena, "{\"Effect\":\"%s\"", allow ? "Allow" : "Deny");
    const char *action = chance(r, 12) ? "NotAction" : "Action";
    struct str actions = kind == RCP && chance(r, 50) ? STR("\"*\"") : LIST(r, action_names, 3);
    s = arena_printf(r->arena, "%.*s,\"%s\":%.*s", STR_ARG(s), action, STR_ARG(actions));
    if (kind == RESOURCE) {
        bool no = chance(r, 10);
        s = arena_printf(r->arena, "%.*s,\"%s\":%s", STR_ARG(s), no ? "NotPrincipal" : "Principal",
                         PICK(r, principals));
    } else if (kind == RCP)
        s = arena_printf(r->arena, "%.*s,\"Principal\":\"*\"", STR_ARG(s));
    const char *resource = chance(r, 12) ? "NotResource" : "Resource";
    struct str resources =
        own && chance(r, 60) ? arena_printf(r->arena, "[\"%s\",\"%s/*\"]", own, own) : LIST(r, resource_names, 2);
    if (!own || own[0])
        s = arena_printf(r->arena, "%.*s,\"%s\":%.*s", STR_ARG(s), resource, STR_ARG(resources));
    if (chance(r, kind == RESOURCE ? 40 : 30)) {
        const char *one = PICK(r, conditions);
        s = arena_printf(r->arena, "%.*s,\"Condition\":{%s}", STR_ARG(s), one);
    }
    return arena_printf(r->arena, "%.*s}", STR_ARG(s));
}

static struct str replaced(struct random_world *r, struct str s)
{
    for (uint32_t i = 0; r->rename && r->rename[i][0]; i++) {
        struct str from = str_of(r->rename[i][0]), out = {0};
        size_t at = 0;
        for (size_t k = 0; k + from.len <= s.len;)
            if (memcmp(s.ptr + k, from.ptr, from.len) == 0) {
                out = arena_printf(r->arena, "%.*s%.*s%s", STR_ARG(out), STR_ARG(str_sub(s, at, k)), r->rename[i][1]);
                at = k += from.len;
            } else
                k++;
        s = arena_printf(r->arena, "%.*s%.*s", STR_ARG(out), STR_ARG(str_sub(s, at, s.len)));
    }
    return s;
}

static struct str document(struct random_world *r, enum kind kind, const char *own)
{
    uint32_t n = 1 + random_below(r, 3);
    struct str parts[4];
    for (uint32_t i = 0; i < n; i++)
        parts[i] = statement(r, kind, kind == RCP ? false : !chance(r, kind == SCP ? 60 : 30), own);
    struct str all = {0};
    for (uint32_t i = 0; i < n; i++)
        all = arena_printf(r->arena, "%.*s%s%.*s", STR_ARG(all), i ? "," : "",
                           STR_ARG(parts[r->shuffle ? n - 1 - i : i]));
    const char *version = chance(r, 92) ? "\"Version\":\"2012-10-17\"," : "";
    return replaced(r, arena_printf(r->arena, "{%s\"Statement\":[%.*s]}", version, STR_ARG(all)));
}

struct str random_identity_policy(struct random_world *r)
{
    return document(r, IDENTITY, NULL);
}

struct str random_with_statement(struct random_world *r, struct str policy, bool allow, bool resource_kind)
{
    struct str s = statement(r, resource_kind ? RESOURCE : IDENTITY, allow, NULL);
    return arena_printf(r->arena, "%.*s,%.*s]}", STR_ARG(str_sub(policy, 0, policy.len - 2)), STR_ARG(s));
}

static struct iam_policy_ref policy(struct random_world *r, enum kind kind, const char *own, const char *id)
{
    if (unread(r))
        return (struct iam_policy_ref){.id = text(r, id), .unread = STR("access denied")};
    return world_policy(r->w, document(r, kind, own), text(r, id));
}

static const char all_allowed[] =
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}";

static struct iam_policy_set policies(struct random_world *r, enum kind kind, uint32_t most, const char *id)
{
    uint32_t n = random_below(r, most + 1);
    struct iam_policy_ref *items = arena_array_of(r->arena, struct iam_policy_ref, most + 1);
    uint32_t count = 0;
    if ((kind == SCP && chance(r, 85)) || (kind == IDENTITY && chance(r, 20)))
        items[count++] = world_policy(r->w, str_of(all_allowed), STR("full"));
    for (uint32_t i = 0; i < n && count < most; i++)
        items[count++] = policy(r, kind, NULL, id);
    return (struct iam_policy_set){items, count};
}

static struct iam_level *levels(struct random_world *r, enum kind kind, uint32_t *count)
{
    static const char *const names[] = {"r-1", "ou-1", "account"};
    *count = 1 + random_below(r, 3);
    struct iam_level *out = arena_array_of(r->arena, struct iam_level, *count);
    for (uint32_t i = 0; i < *count; i++)
        out[i] = (struct iam_level){text(r, names[i]), policies(r, kind, 2, names[i])};
    return out;
}

static void make_accounts(struct random_world *r)
{
    struct world *w = r->w;
    w->account_count = 2 + random_below(r, 2);
    w->accounts = arena_array_of(r->arena, struct world_account, w->account_count);
    for (uint32_t i = 0; i < w->account_count; i++) {
        struct world_account *a = &w->accounts[i];
        a->id = replaced(r, text(r, accounts[i]));
        a->org_read = !unread(r);
        a->collected = i == 0 || chance(r, 85);
        a->s3_bpa_read = !unread(r);
        a->s3_ignore_public_acls = chance(r, 20);
        a->s3_restrict_public_buckets = chance(r, 20);
        if (!chance(r, 70))
            continue;
        a->org_id = STR("o-1");
        a->org_path = i ? STR("o-1/r-1/ou-2/") : STR("o-1/r-1/ou-1/");
        a->is_management = i == 1 && chance(r, 40);
        a->scps_on = chance(r, 60);
        a->rcps_on = chance(r, 60);
        a->scps = levels(r, SCP, &a->scp_count);
        a->rcps = levels(r, RCP, &a->rcp_count);
    }
}

static const struct json *tags(struct random_world *r)
{
    static const char *const some[] = {"{\"tenant\":\"a\"}", "{\"tenant\":\"b\"}", "{\"Tenant\":\"a\",\"x\":\"y\"}",
                                       "{}", "{\"tenant\":\"a/b\"}"};
    struct err e = {0};
    return json_parse(r->arena, replaced(r, text(r, PICK(r, some))), 4096, &e);
}

static void add_principal(struct random_world *r, enum world_principal_kind kind, const char *arn, uint32_t account)
{
    struct world_principal *p = &r->w->principals[r->w->principal_count++];
    ptrdiff_t slash = str_rindex(str_of(arn), '/');
    *p = (struct world_principal){.kind = kind,
                                  .arn = replaced(r, text(r, arn)),
                                  .account = account,
                                  .name = text(r, arn + slash + 1),
                                  .resource = WORLD_NONE};
    p->unique_id =
        arena_printf(r->arena, "%s%uX%u", kind == WORLD_USER ? "AIDA" : "AROA", account, r->w->principal_count);
    p->service_linked = strstr(arn, "/aws-service-role/") != NULL;
    if (kind != WORLD_USER && kind != WORLD_ROLE)
        return;
    p->tags_read = !unread(r);
    p->tags = p->tags_read && chance(r, 70) ? tags(r) : NULL;
    p->identity = policies(r, IDENTITY, 3, arn);
    if ((p->has_boundary = chance(r, 25)))
        p->boundary = policy(r, BOUNDARY, NULL, "boundary");
    if (kind == WORLD_ROLE)
        p->trust = policy(r, RESOURCE, "", "trust");
}

static void make_principals(struct random_world *r)
{
    r->w->principals = arena_array_of(r->arena, struct world_principal, 24);
    static const char *const names[] = {"user/alice", "role/app", "role/p/admin",
                                        "role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"};
    for (uint32_t a = 0; a < r->w->account_count; a++)
        for (uint32_t i = 0; i < sizeof names / sizeof *names; i++)
            if (chance(r, 75)) {
                char arn[128];
                int n = snprintf(arn, sizeof arn, "arn:aws:iam::%s:%s", accounts[a], names[i]);
                (void)n;
                add_principal(r, i ? WORLD_ROLE : WORLD_USER, arn, a);
            }
    add_principal(r, WORLD_SERVICE, "ec2.amazonaws.com", WORLD_NONE);
    add_principal(r, WORLD_ANONYMOUS, "anonymous", WORLD_NONE);
    add_principal(r, WORLD_FEDERATED, "arn:aws:iam::111111111111:saml-provider/idp", 0);
    add_principal(r, WORLD_OUTSIDE, "arn:aws:iam::999999999999:role/far", WORLD_NONE);
    add_principal(r, WORLD_OUTSIDE, "arn:aws:iam::999999999999:root", WORLD_NONE);
}

static void grants(struct random_world *r, struct world_resource *res)
{
    static const char *const to[] = {"arn:aws:iam::111111111111:role/app", "arn:aws:iam::222222222222:user/alice",
                                     "ec2.amazonaws.com", "arn:aws:iam::999999999999:root"};
    static const char *const operations[] = {"Decrypt", "CreateGrant", "RetireGrant"};
    uint32_t n = random_below(r, 3);
    struct iam_grant *g = arena_array_of(r->arena, struct iam_grant, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct str *op = arena_array_of(r->arena, struct str, 2);
        op[0] = text(r, PICK(r, operations));
        op[1] = text(r, PICK(r, operations));
        g[i] = (struct iam_grant){.id = STR("g"),
                                  .grantee = replaced(r, text(r, PICK(r, to))),
                                  .operations = op,
                                  .operation_count = 1 + random_below(r, 2)};
        if (chance(r, 40)) {
            struct str *k = arena_array_of(r->arena, struct str, 2);
            k[0] = STR("tenant");
            k[1] = STR("a");
            g[i].context_keys = k;
            g[i].context_values = k + 1;
            g[i].context_count = 1;
            g[i].context_subset = chance(r, 50);
        }
    }
    res->grants = g;
    res->grant_count = n;
}

static void acls(struct random_world *r, struct world_resource *res)
{
    uint32_t n = random_below(r, 3);
    struct iam_acl *list = arena_array_of(r->arena, struct iam_acl, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        list[i].grantee = (enum iam_acl_grantee)random_below(r, IAM_ACL_OTHER + 1);
        list[i].permission = (enum iam_acl_permission)random_below(r, IAM_ACL_FULL_CONTROL + 1);
        if (list[i].grantee == IAM_ACL_ACCOUNT)
            list[i].account = replaced(r, text(r, PICK(r, accounts)));
    }
    res->acls = list;
    res->acl_count = n;
}

static struct world_resource *add_resource(struct random_world *r, const char *arn, const char *type, uint32_t account)
{
    struct world_resource *res = &r->w->resources[r->w->resource_count++];
    *res = (struct world_resource){.arn = replaced(r, text(r, arn)),
                                   .type = text(r, type),
                                   .account = account,
                                   .key = WORLD_NONE,
                                   .principal = WORLD_NONE,
                                   .role = WORLD_NONE,
                                   .source = WORLD_NONE,
                                   .shares_read = true};
    res->tags_read = !unread(r);
    res->tags = res->tags_read && chance(r, 70) ? tags(r) : NULL;
    res->abac = chance(r, 40);
    res->policy_read = !unread(r);
    if (res->policy_read && (res->has_policy = chance(r, 65)))
        res->policy = policy(r, RESOURCE, arn, "ResourcePolicy");
    res->grants_read = !unread(r);
    res->acl_read = !unread(r);
    res->bpa_read = !unread(r);
    if (str_eqz(res->type, "AWS::KMS::Key") && res->grants_read)
        grants(r, res);
    if (str_eqz(res->type, "AWS::S3::Bucket")) {
        res->acl_disabled = chance(r, 60);
        if (res->acl_read)
            acls(r, res);
        res->ignore_public_acls = chance(r, 30);
        res->restrict_public_buckets = chance(r, 30);
    }
    return res;
}

static int by_arn(const void *a, const void *b)
{
    return str_cmp(((const struct world_resource *)a)->arn, ((const struct world_resource *)b)->arn);
}

/* '@' stands for the account, '#' for a number. */
static struct str thing_arn(struct random_world *r, const char *pattern, const char *account, uint32_t number)
{
    struct str out = {0};
    for (const char *p = pattern; *p; p++)
        out = *p == '@'   ? arena_printf(r->arena, "%.*s%s", STR_ARG(out), account)
              : *p == '#' ? arena_printf(r->arena, "%.*s%u", STR_ARG(out), number)
                          : arena_printf(r->arena, "%.*s%c", STR_ARG(out), *p);
    return out;
}

static void make_resources(struct random_world *r)
{
    struct world *w = r->w;
    w->resources = arena_array_of(r->arena, struct world_resource, 64);
    static const char *const things[][2] = {
        {"arn:aws:s3:::b#", "AWS::S3::Bucket"},
        {"arn:aws:s3:::b#/a/*", "AWS::S3::Bucket"},
        {"arn:aws:kms:eu-central-1:@:key/k#", "AWS::KMS::Key"},
        {"arn:aws:sqs:eu-central-1:@:q#", "AWS::SQS::Queue"},
        {"arn:aws:dynamodb:us-east-1:@:table/t#", "AWS::DynamoDB::Table"},
        {"arn:aws:secretsmanager:eu-central-1:@:secret:a-#", "AWS::SecretsManager::Secret"},
        {"arn:aws:logs:eu-central-1:@:log-group:g#:*", "AWS::Logs::LogGroup"},
        {"arn:aws:s3:eu-central-1:@:accesspoint/ap#", "AWS::S3::AccessPoint"}};
    for (uint32_t a = 0; a < w->account_count; a++)
        for (uint32_t i = 0; i < sizeof things / sizeof *things; i++) {
            char arn[128];
            if (!chance(r, i == 1 ? 30 : 70))
                continue;
            struct str made = thing_arn(r, things[i][0], accounts[a], a + 1);
            memcpy(arn, made.ptr, made.len + 1);
            add_resource(r, arn, things[i][1], a);
        }
    for (uint32_t p = 0; p < w->principal_count; p++)
        if ((w->principals[p].kind == WORLD_ROLE || w->principals[p].kind == WORLD_USER) && chance(r, 85)) {
            struct world_resource *res =
                add_resource(r, "x", w->principals[p].kind == WORLD_ROLE ? "AWS::IAM::Role" : "AWS::IAM::User",
                             w->principals[p].account);
            res->arn = w->principals[p].arn;
            res->has_policy = false;
            res->policy_read = true;
        }
    qsort(w->resources, w->resource_count, sizeof *w->resources, by_arn);
    for (uint32_t i = 0; i < w->resource_count; i++) {
        struct world_resource *res = &w->resources[i];
        if (!str_eqz(res->type, "AWS::S3::AccessPoint"))
            continue;
        for (uint32_t k = 0; k < w->resource_count; k++)
            if (w->resources[k].account == res->account && str_eqz(w->resources[k].type, "AWS::S3::Bucket") &&
                !memchr(w->resources[k].arn.ptr, '*', w->resources[k].arn.len)) {
                res->source = k;
                if (chance(r, 80))
                    res->second_policy = w->resources[k].policy;
            }
    }
}

static void make_actions(struct random_world *r)
{
    static const char *const asked[] = {"s3:GetObject",
                                        "s3:PutObject",
                                        "s3:GetObjectAcl",
                                        "s3:ListBucket",
                                        "s3:PutBucketAcl",
                                        "s3:PutBucketPolicy",
                                        "s3:ListAllMyBuckets",
                                        "kms:Decrypt",
                                        "kms:CreateGrant",
                                        "kms:RetireGrant",
                                        "kms:PutKeyPolicy",
                                        "sts:AssumeRole",
                                        "sts:AssumeRoleWithSAML",
                                        "sts:TagSession",
                                        "sts:GetCallerIdentity",
                                        "sts:GetSessionToken",
                                        "sqs:ReceiveMessage",
                                        "sqs:SetQueueAttributes",
                                        "dynamodb:GetItem",
                                        "dynamodb:Query",
                                        "secretsmanager:GetSecretValue",
                                        "iam:PassRole",
                                        "iam:UpdateAssumeRolePolicy",
                                        "iam:PutUserPolicy",
                                        "ec2:DescribeInstances",
                                        "logs:GetLogEvents",
                                        "logs:FilterLogEvents"};
    r->actions = arena_array_of(r->arena, uint32_t, sizeof asked / sizeof *asked);
    r->action_count = 0;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct str service, name;
        if (!iam_action_split(str_of(asked[i]), &service, &name))
            continue;
        uint32_t at = iam_catalogue_action(r->catalogue, service, name);
        if (at != UINT32_MAX)
            r->actions[r->action_count++] = at;
    }
}

void random_world_make(struct random_world *r)
{
    r->w = world_new(r->arena, r->catalogue);
    make_accounts(r);
    make_principals(r);
    make_resources(r);
    make_actions(r);
    world_index(r->w);
}
