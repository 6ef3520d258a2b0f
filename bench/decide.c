/*
 * Single decisions in process: bench-decide [REQUESTS]. A role with an inline policy of four statements, two levels of
 * service control policies, a bucket policy; policies parsed before, every request another one, one thread. Prints the
 * rate and a checksum of all results.
 */
#include "iam/decide.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define OWNER "111122223333"
#define ROLE  "arn:aws:iam::" OWNER ":role/app/scan-reader"

static const char *const inline_policy =
    "{\"Version\":\"2012-10-17\",\"Statement\":["
    "{\"Effect\":\"Allow\",\"Action\":[\"s3:GetObject\",\"s3:GetObjectVersion\"],\"Resource\":\"arn:aws:s3:::clinic-"
    "scans/*\"},"
    "{\"Effect\":\"Allow\",\"Action\":\"s3:ListBucket\",\"Resource\":\"arn:aws:s3:::clinic-scans\","
    "\"Condition\":{\"StringLike\":{\"s3:prefix\":\"tenant-*/\"}}},"
    "{\"Effect\":\"Allow\",\"Action\":[\"s3:PutObject\",\"s3:DeleteObject\"],"
    "\"Resource\":\"arn:aws:s3:::clinic-scans/${aws:PrincipalTag/tenant}/*\"},"
    "{\"Effect\":\"Deny\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::clinic-scans/tenant-9*/sealed/*\"}]}";
static const char *const root_scp =
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}";
static const char *const account_scp =
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},"
    "{\"Effect\":\"Deny\",\"NotAction\":[\"iam:*\",\"sts:*\",\"organizations:*\"],\"Resource\":\"*\","
    "\"Condition\":{\"StringNotEquals\":{\"aws:RequestedRegion\":[\"eu-west-1\",\"eu-central-1\"]}}}]}";
static const char *const bucket_policy = "{\"Version\":\"2012-10-17\",\"Statement\":["
                                         "{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":["
                                         "\"arn:aws:s3:::clinic-scans\",\"arn:aws:s3:::clinic-scans/*\"],"
                                         "\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}},"
                                         "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::" OWNER
                                         ":role/app/scan-writer\"},\"Action\":\"s3:PutObject\","
                                         "\"Resource\":\"arn:aws:s3:::clinic-scans/*\"}]}";

struct question {
    struct iam_request r;
    struct iam_key keys[6];
    struct str values[6];
};

static struct iam_policy_ref parse(struct arena *a, const char *id, const char *text)
{
    struct err e = {0};
    struct iam_policy *p = iam_policy_parse(a, str_of(text), &e);
    if (!p)
        die("%s: %s", id, e.message);
    return (struct iam_policy_ref){p, str_of(id), {0}};
}

static void set_key(struct question *q, int at, const char *name, struct str value)
{
    q->values[at] = value;
    q->keys[at] = (struct iam_key){.name = str_of(name), .state = IAM_KEY_KNOWN, .values = &q->values[at], .count = 1};
}

/* The n-th question: one object of one of 100 tenants, one of four actions, one of three regions. */
static void ask(struct arena *a, const struct iam_caller *who, uint32_t n, struct question *q)
{
    static const char *const actions[] = {"GetObject", "PutObject", "DeleteObject", "GetObjectVersion"};
    static const char *const regions[] = {"eu-west-1", "eu-central-1", "us-east-1"};
    uint32_t tenant = n * 2654435761u >> 8;
    q->r = (struct iam_request){.caller = *who, .service = STR("s3"), .resource_account = STR(OWNER)};
    q->r.action = str_of(actions[n % 4]);
    q->r.resource = arena_printf(a, "arn:aws:s3:::clinic-scans/tenant-%u/%s/%08u.dcm", tenant % 100,
                                 tenant % 5 ? "open" : "sealed", n);
    q->r.context = (struct iam_context){q->keys, 6, false};
    set_key(q, 0, "aws:principalarn", STR(ROLE));
    set_key(q, 1, "aws:principalaccount", STR(OWNER));
    set_key(q, 2, "aws:requestedregion", str_of(regions[n / 4 % 16 ? n % 2 : 2]));
    set_key(q, 3, "aws:securetransport", n % 64 ? STR("true") : STR("false"));
    set_key(q, 4, "aws:principaltag/tenant", arena_printf(a, "tenant-%u", tenant / 7 % 100));
    set_key(q, 5, "aws:sourceip", STR("192.0.2.7"));
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000;
    struct arena *a = arena_new((size_t)1 << 20);
    struct iam_policy_ref identity = parse(a, "inline", inline_policy), bucket = parse(a, "bucket", bucket_policy);
    struct iam_policy_ref root = parse(a, "root", root_scp), account = parse(a, "account", account_scp);
    struct iam_level levels[] = {{STR("root"), {&root, 1}}, {STR("account"), {&account, 1}}};
    struct iam_layers layers = {
        .identity = {&identity, 1}, .scps = levels, .scp_count = 2, .has_resource = true, .resource = {&bucket, 1}};
    struct iam_caller who;
    struct err e = {0};
    if (!iam_caller_parse(a, STR(ROLE), &who, &e))
        die("%s", e.message);
    struct question *q = arena_array_of(a, struct question, count);
    for (uint32_t i = 0; i < count; i++)
        ask(a, &who, i, &q[i]);
    struct residue_pool *pool = residue_pool_new(a);
    size_t held = arena_held_bytes(a);
    uint64_t sum = 14695981039346656037u;
    uint32_t by_result[5] = {0};
    double from = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
    for (uint32_t i = 0; i < count; i++) {
        struct iam_decision d;
        iam_decide(pool, a, &layers, &q[i].r, NULL, &d);
        by_result[d.result]++;
        sum = (sum ^ ((uint64_t)d.result << 16 | d.blocked_by)) * 1099511628211u;
    }
    double took = seconds(CLOCK_MONOTONIC) - from;
    cpu = seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
    printf("decide: %.0f decisions/s, %u in %.3f s (CPU %.3f s), checksum %016llx, allowed %u, implicitly denied %u, explicitly "
           "denied %u, bytes %zu\n",
           count / took, count, took, cpu, (unsigned long long)sum, by_result[IAM_ALLOWED], by_result[IAM_IMPLICITLY_DENIED],
           by_result[IAM_EXPLICITLY_DENIED], arena_held_bytes(a) - held);
    arena_free(a);
    return 0;
}
