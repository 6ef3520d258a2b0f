/*
 * Everyone who may read one object, in process and warm: bench-who-can [ROLES]. One account: roles with an inline policy of
 * four statements each, 50 buckets, a bucket policy, two levels of service control policies. Every question is about
 * another object. Prints the mean and the slowest time, and how many of the roles may.
 */
#include "access/who.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BUCKETS = 50, QUESTIONS = 200 };
#define ACCOUNT "111122223333"

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Role n reads the objects of bucket n % 50; one in twenty those of every bucket. */
static struct world_principal role(struct world *w, uint32_t n)
{
    struct arena *a = w->arena;
    struct iam_policy_ref *ref = arena_new_of(a, struct iam_policy_ref);
    struct str name = arena_printf(a, "app-%04u", n);
    struct str bucket = n % 20 ? arena_printf(a, "tenant-%02u", n % BUCKETS) : STR("tenant-*");
    *ref = world_policy(w, arena_printf(a, "{\"Version\":\"2012-10-17\",\"Statement\":["
        "{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:GetObjectVersion\"],\"Resource\":\"arn:aws:s3:::%.*s/*\"},"
        "{\"Effect\":\"Allow\",\"Action\":\"s3:ListBucket\",\"Resource\":\"arn:aws:s3:::%.*s\",\"Condition\":{\"StringLike\":{\"s3:prefix\":\"%u/*\"}}},"
        "{\"Effect\":\"Allow\",\"Action\":[\"sqs:SendMessage\",\"sqs:ReceiveMessage\"],\"Resource\":\"arn:aws:sqs:*:" ACCOUNT ":%.*s\"},"
        "{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::tenant-*/sealed/%u/*\"}]}",
        STR_ARG(bucket), STR_ARG(bucket), n, STR_ARG(name), n), STR("inline"));
    return (struct world_principal){.kind = WORLD_ROLE, .arn = arena_printf(a, "arn:aws:iam::" ACCOUNT ":role/%.*s", STR_ARG(name)),
        .name = name, .unique_id = arena_printf(a, "AROA%08u", n), .tags_read = true, .identity = {ref, 1}, .resource = WORLD_NONE};
}

static struct world_resource bucket(struct world *w, uint32_t n)
{
    struct arena *a = w->arena;
    struct str name = arena_printf(a, "tenant-%02u", n);
    struct str policy = arena_printf(a, "{\"Version\":\"2012-10-17\",\"Statement\":["
        "{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::%.*s/*\",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}},"
        "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::" ACCOUNT ":role/app-%04u\"},\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::%.*s/*\"}]}",
        STR_ARG(name), n + 7, STR_ARG(name));
    return (struct world_resource){.arn = arena_printf(a, "arn:aws:s3:::%.*s", STR_ARG(name)), .type = STR("AWS::S3::Bucket"), .name = name,
        .region = STR("eu-west-1"), .tags_read = true, .has_policy = true, .policy_read = true, .policy = world_policy(w, policy, STR("bucket")),
        .key = WORLD_NONE, .grants_read = true, .acl_read = true, .acl_disabled = true, .bpa_read = true, .shares_read = true,
        .principal = WORLD_NONE, .role = WORLD_NONE, .source = WORLD_NONE};
}

static struct world *build(struct arena *a, const struct iam_catalogue *c, uint32_t roles)
{
    struct world *w = world_new(a, c);
    static struct iam_policy_ref scps[2];
    static struct iam_level levels[2];
    scps[0] = world_policy(w, STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"), STR("root"));
    scps[1] = world_policy(w, STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},"
                                  "{\"Effect\":\"Deny\",\"Action\":\"organizations:LeaveOrganization\",\"Resource\":\"*\"}]}"), STR("account"));
    for (int i = 0; i < 2; i++)
        levels[i] = (struct iam_level){scps[i].id, {&scps[i], 1}};
    w->accounts = arena_array_of(a, struct world_account, 1);
    w->accounts[0] = (struct world_account){.id = STR(ACCOUNT), .org_id = STR("o-1"), .org_path = STR("o-1/r-1/"), .org_read = true,
        .scps_on = true, .scps = levels, .scp_count = 2, .collected = true, .s3_bpa_read = true};
    w->account_count = 1;
    w->principals = arena_array_of(a, struct world_principal, roles);
    for (; w->principal_count < roles; w->principal_count++)
        w->principals[w->principal_count] = role(w, w->principal_count);
    w->resources = arena_array_of(a, struct world_resource, BUCKETS);
    for (; w->resource_count < BUCKETS; w->resource_count++)
        w->resources[w->resource_count] = bucket(w, w->resource_count);
    world_index(w);
    return w;
}

int main(int argc, char **argv)
{
    uint32_t roles = argc > 1 ? (uint32_t)atoi(argv[1]) : 2000;
    struct arena *a = arena_new(1 << 20);
    struct err e = {0};
    const struct iam_catalogue *c = iam_catalogue_load(a, &e);
    if (!c)
        die("%s", e.message);
    struct world *w = build(a, c, roles);
    uint32_t action = iam_catalogue_action(c, STR("s3"), STR("GetObject"));
    double sum = 0, worst = 0;
    unsigned long long found = 0, decided = 0;
    for (uint32_t i = 0; i < QUESTIONS + 1; i++) {
        struct arena *own = arena_new(1 << 20);
        struct access_question q;
        struct who_answer answer;
        struct who_options options = {.everybody = true};
        access_question_init(&q);
        q.resource = arena_printf(own, "arn:aws:s3:::tenant-%02u/scans/%u.dcm", i % BUCKETS, i);
        double from = now_ms();
        q.row = world_resource_of(w, q.resource);
        access_who(w, own, &q, &action, 1, &options, &answer);
        double took = now_ms() - from;
        arena_free(own);
        if (!i)
            continue; /* the first warms */
        sum += took;
        worst = took > worst ? took : worst;
        found += answer.count;
        decided += answer.decided;
    }
    printf("%u\t%.3f\t%.3f\t%llu\t%llu\n", roles, sum / QUESTIONS, worst, found / QUESTIONS, decided / QUESTIONS);
    arena_free(a);
    return 0;
}
