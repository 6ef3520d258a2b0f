#include "harness.h"

#include "base/file.h"
#include "collect/import.h"
#include "collect/ingest.h"
#include "codec/json.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct world {
    struct arena *a;
    struct store *store;
    char folder[64];
};

static int set_up(void **state)
{
    struct err e = {0};
    struct world *w = calloc(1, sizeof *w);
    w->a = arena_new(0);
    w->store = store_open(":memory:", STORE_CREATE, &e);
    snprintf(w->folder, sizeof w->folder, "/tmp/ward-formats-XXXXXX");
    *state = w;
    return mkdtemp(w->folder) && w->store ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", w->folder);
    int rc = system(command);
    store_close(w->store);
    arena_free(w->a);
    free(w);
    return rc;
}

static char *put(struct world *w, const char *name, struct str text)
{
    struct err e = {0};
    char *path = arena_cstr(w->a, arena_printf(w->a, "%s/%s", w->folder, name)), *dir = arena_strdup(w->a, path);
    *strrchr(dir, '/') = 0;
    expect_ok(file_mkdirs(dir, 0700, &e), &e);
    expect_ok(file_replace(path, text, 0600, &e), &e);
    return path;
}

static bool import(struct world *w, enum import_format format, const char *path, struct bundle_summary *s, struct err *e)
{
    struct bundle_options o = {.tool_version = "test", .now_us = 1700000000000000, .format = format};
    err_clear(e);
    return bundle_import(w->store, path, &o, w->a, s, e);
}

static struct str rows(struct world *w, const char *sql, int64_t run)
{
    struct err e = {0};
    struct buf b;
    buf_init(&b, 1 << 20);
    struct query *q = query_new(w->store, sql, &e);
    expect_ok(q, &e);
    query_bind_named_int(q, ":run", run);
    while (query_step(q)) {
        for (int i = 0; i < query_columns(q); i++) {
            if (i)
                buf_addc(&b, ' ');
            buf_add(&b, query_is_null(q, i) ? STR("NULL") : query_str(q, i));
        }
        buf_addc(&b, '\n');
    }
    expect_ok(query_done(q), &e);
    struct str s = arena_str(w->a, buf_str(&b));
    buf_done(&b);
    return s;
}

/* The whole answer of the run's only call of that operation for that parent, as canonical JSON. */
static struct str answer(struct world *w, int64_t run, const char *op, const char *part)
{
    struct err e = {0};
    struct str id = {NULL, 0};
    struct query *q = query_new(w->store, "SELECT id FROM call WHERE run = ?1 AND op = ?2 AND instr(params, ?3)", &e);
    expect_ok(q, &e);
    query_bind_int(q, 1, run);
    query_bind_strz(q, 2, op);
    query_bind_strz(q, 3, part);
    int64_t call = 0;
    while (query_step(q)) {
        assert_int_equal(call, 0);
        call = query_int(q, 0);
    }
    expect_ok(query_done(q), &e);
    struct json *j = ingest_answer(w->store, w->a, call, &e);
    if (!j)
        fail_msg("%s of %s has no answer", op, part);
    struct buf b;
    buf_init(&b, 1 << 20);
    json_write_canonical(&b, j);
    id = arena_str(w->a, buf_str(&b));
    buf_done(&b);
    return id;
}

#define ID "111122223333"
#define A "accounts/" ID "/"
#define O "organizations/o-1/"
static const char *const files[][2] = {
    {A "metadata.json", "{\"accountId\":\"" ID "\"}"},
    {A "iam/role/app/metadata.json",
     "{\"arn\":\"arn:aws:iam::" ID ":role/x/App\",\"name\":\"App\",\"id\":\"AROA1\",\"path\":\"/x/\",\"created\":\"2026-01-02T00:00:00Z\","
     "\"permissionBoundary\":\"arn:aws:iam::" ID ":policy/edge\"}"},
    {A "iam/role/app/trust-policy.json", "{\"Statement\":[]}"},
    {A "iam/role/app/inline-policies.json", "[{\"PolicyName\":\"in\",\"PolicyDocument\":{\"Statement\":[]}}]"},
    {A "iam/role/app/managed-policies.json", "[\"arn:aws:iam::aws:policy/job-function/Billing\"]"},
    {A "iam/role/app/tags.json", "{\"tenant\":\"a\"}"},
    {A "iam/user/ann/metadata.json", "{\"arn\":\"arn:aws:iam::" ID ":user/ann\",\"name\":\"ann\",\"id\":\"AIDA1\"}"},
    {A "iam/user/ann/groups.json", "[\"arn:aws:iam::" ID ":group/staff\"]"},
    {A "iam/policy/edge/metadata.json", "{\"arn\":\"arn:aws:iam::" ID ":policy/edge\",\"name\":\"edge\",\"defaultVersionId\":\"v3\"}"},
    {A "iam/policy/edge/current-policy.json", "{\"Statement\":[]}"},
    {A "s3/scans/metadata.json", "{\"arn\":\"arn:aws:s3:::scans\",\"name\":\"scans\",\"region\":\"eu-west-1\",\"abacEnabled\":true}"},
    {A "s3/scans/policy.json", "{\"Statement\":[]}"},
    {A "s3/scans/acl-export.json", "{}"},
    {A "s3/logs/metadata.json", "{\"arn\":\"arn:aws:s3:::logs\",\"name\":\"logs\"}"},
    {A "s3/logs/policy.json", "{\"Statement\":[]}"},
    {A "s3/logs/bpa.json", "{\"IgnorePublicAcls\":true}"},
    {A "s3/logs/tags.json", "{\"a\":\"b\"}"},
    {A "kms/eu-west-1/key/k1/metadata.json", "{\"arn\":\"arn:aws:kms:eu-west-1:" ID ":key/k1\",\"name\":\"k1\"}"},
    {A "kms/eu-west-1/key/k1/policy.json", "{\"Statement\":[]}"},
    {A "sqs/eu-west-1/queue/jobs/metadata.json", "{\"arn\":\"arn:aws:sqs:eu-west-1:" ID ":jobs\",\"name\":\"jobs\"}"},
    {A "sqs/eu-west-1/queue/jobs/policy.json", "{\"Statement\":[]}"},
    {A "lambda/eu-west-1/function/f/metadata.json", "{\"arn\":\"arn:aws:lambda:eu-west-1:" ID ":function:f\",\"name\":\"f\"}"},
    {A "ec2/eu-west-1/vpc-endpoint/vpce-1/metadata.json",
     "{\"arn\":\"arn:aws:ec2:eu-west-1:" ID ":vpc-endpoint/vpce-1\",\"id\":\"vpce-1\",\"serviceName\":\"com.amazonaws.eu-west-1.s3\","
     "\"type\":\"Gateway\",\"vpc\":\"arn:aws:ec2:eu-west-1:" ID ":vpc/vpc-1\"}"},
    {A "ec2/eu-west-1/vpc-endpoint/vpce-1/endpoint-policy.json", "{\"Statement\":[]}"},
    {O "metadata.json", "{\"id\":\"o-1\",\"arn\":\"arn:aws:organizations::" ID ":organization/o-1\",\"rootAccountId\":\"" ID "\","
                        "\"features\":{\"SERVICE_CONTROL_POLICY\":true,\"TAG_POLICY\":false}}"},
    {O "ous.json", "{\"r-1\":{\"scps\":[\"arn:x/p-Full\"]},\"ou-1\":{\"parent\":\"r-1\",\"scps\":[\"arn:x/p-Full\",\"arn:x/p-2\"]}}"},
    {O "accounts.json", "{\"" ID "\":{\"ou\":\"r-1\",\"scps\":[\"arn:x/p-Full\"]},\"444455556666\":{\"ou\":\"ou-1\",\"scps\":[]}}"},
    {O "scps/p-full/metadata.json", "{\"arn\":\"arn:x/p-Full\",\"name\":\"Full\",\"awsManaged\":true}"},
    {O "scps/p-full/policy.json", "{\"Statement\":[]}"},
    {O "scps/p-2/metadata.json", "{\"arn\":\"arn:x/p-2\",\"name\":\"Two\"}"},
};
enum { FILES = sizeof files / sizeof files[0] };

static char *as_document(struct world *w)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < FILES; i++)
        buf_addf(&b, "%s\"%s\":%s", i ? "," : "{", files[i][0], files[i][1]);
    buf_addc(&b, '}');
    char *path = put(w, "all.json", buf_str(&b));
    buf_done(&b);
    return path;
}

static void iam_collect_becomes_answers(void **state)
{
    struct world *w = *state;
    struct bundle_summary s;
    struct err e = {0};
    expect_ok(import(w, IMPORT_IAM_COLLECT, as_document(w), &s, &e), &e);
    expect_str(answer(w, s.run, "iam:GetAccountAuthorizationDetails", ""),
               "{\"GroupDetailList\":[],\"Policies\":[{\"Arn\":\"arn:aws:iam::" ID ":policy/edge\",\"DefaultVersionId\":\"v3\",\"PolicyName\":\"edge\","
               "\"PolicyVersionList\":[{\"Document\":{\"Statement\":[]},\"IsDefaultVersion\":true,\"VersionId\":\"v3\"}]}],"
               "\"RoleDetailList\":[{\"Arn\":\"arn:aws:iam::" ID ":role/x/App\",\"AssumeRolePolicyDocument\":{\"Statement\":[]},"
               "\"AttachedManagedPolicies\":[{\"PolicyArn\":\"arn:aws:iam::aws:policy/job-function/Billing\",\"PolicyName\":\"Billing\"}],"
               "\"CreateDate\":\"2026-01-02T00:00:00Z\",\"Path\":\"/x/\",\"PermissionsBoundary\":{\"PermissionsBoundaryArn\":\"arn:aws:iam::" ID
               ":policy/edge\",\"PermissionsBoundaryType\":\"Policy\"},\"RoleId\":\"AROA1\",\"RoleName\":\"App\","
               "\"RolePolicyList\":[{\"PolicyDocument\":{\"Statement\":[]},\"PolicyName\":\"in\"}],\"Tags\":[{\"Key\":\"tenant\",\"Value\":\"a\"}]}],"
               "\"UserDetailList\":[{\"Arn\":\"arn:aws:iam::" ID ":user/ann\",\"AttachedManagedPolicies\":[],\"GroupList\":[\"staff\"],"
               "\"Path\":\"/\",\"Tags\":[],\"UserId\":\"AIDA1\",\"UserName\":\"ann\",\"UserPolicyList\":[]}]}");
    expect_str(answer(w, s.run, "s3:GetBucketPolicy", "scans"), "{\"Policy\":\"{\\\"Statement\\\":[]}\"}");
    expect_str(answer(w, s.run, "s3:GetBucketAbac", "scans"), "{\"AbacStatus\":{\"Status\":\"Enabled\"}}");
    expect_str(answer(w, s.run, "s3:GetBucketAbac", "logs"), "{\"AbacStatus\":{\"Status\":\"Disabled\"}}");
    expect_str(answer(w, s.run, "s3:GetPublicAccessBlock", "logs"), "{\"PublicAccessBlockConfiguration\":{\"IgnorePublicAcls\":true}}");
    expect_str(answer(w, s.run, "s3:GetBucketTagging", "logs"), "{\"TagSet\":[{\"Key\":\"a\",\"Value\":\"b\"}]}");
    expect_str(answer(w, s.run, "sqs:GetQueueAttributes", "jobs"),
               "{\"Attributes\":{\"Policy\":\"{\\\"Statement\\\":[]}\",\"QueueArn\":\"arn:aws:sqs:eu-west-1:" ID ":jobs\"}}");
    expect_str(answer(w, s.run, "kms:GetKeyPolicy", "k1"), "{\"Policy\":\"{\\\"Statement\\\":[]}\"}");
    expect_str(answer(w, s.run, "ec2:DescribeVpcEndpoints", ""),
               "{\"VpcEndpoints\":[{\"PolicyDocument\":\"{\\\"Statement\\\":[]}\",\"ServiceName\":\"com.amazonaws.eu-west-1.s3\",\"Tags\":[],"
               "\"VpcEndpointId\":\"vpce-1\",\"VpcEndpointType\":\"Gateway\",\"VpcId\":\"vpc-1\"}]}");
    /* What is not there in a folder that was looked at is not configured. */
    expect_str(rows(w, "SELECT op, region, code FROM call WHERE run = :run AND status = 'absent' ORDER BY op", s.run),
               "lambda:GetPolicy eu-west-1 ResourceNotFoundException\n"
               "s3:GetBucketTagging eu-west-1 NoSuchTagSet\n"
               "s3:GetPublicAccessBlock eu-west-1 NoSuchPublicAccessBlockConfiguration\n"
               "s3control:GetPublicAccessBlock us-east-1 NoSuchPublicAccessBlockConfiguration\n");
    assert_int_equal(s.note_count, 1);
    expect_str(s.notes[0].place, "s3: acl-export.json");
    assert_int_equal(s.skipped, 1);
}

static void organization_becomes_answers(void **state)
{
    struct world *w = *state;
    struct bundle_summary s;
    struct err e = {0};
    expect_ok(import(w, IMPORT_IAM_COLLECT, as_document(w), &s, &e), &e);
    expect_str(answer(w, s.run, "organizations:ListTargetsForPolicy", "p-2"),
               "{\"Targets\":[{\"TargetId\":\"ou-1\",\"Type\":\"ORGANIZATIONAL_UNIT\"}]}");
    expect_str(answer(w, s.run, "organizations:ListTargetsForPolicy", "p-Full"),
               "{\"Targets\":[{\"TargetId\":\"r-1\",\"Type\":\"ROOT\"},{\"TargetId\":\"ou-1\",\"Type\":\"ORGANIZATIONAL_UNIT\"},"
               "{\"TargetId\":\"" ID "\",\"Type\":\"ACCOUNT\"}]}");
    expect_str(answer(w, s.run, "organizations:ListRoots", ""),
               "{\"Roots\":[{\"Arn\":\"arn:aws:organizations::" ID ":root/o-1/r-1\",\"Id\":\"r-1\",\"PolicyTypes\":[{\"Status\":\"ENABLED\","
               "\"Type\":\"SERVICE_CONTROL_POLICY\"}]}]}");
    expect_str(rows(w, "SELECT account, json_extract(data, '$.MasterAccountId') FROM resource WHERE run = :run AND op = "
                       "'organizations:DescribeOrganization'", s.run),
               ID " " ID "\n");
    /* A policy without its text was not read. */
    expect_str(rows(w, "SELECT params FROM call WHERE run = :run AND op = 'organizations:DescribePolicy'", s.run), "{\"PolicyId\":\"p-Full\"}\n");
    expect_str(rows(w, "SELECT params, rows FROM call WHERE run = :run AND op = 'organizations:ListAccountsForParent' ORDER BY 1", s.run),
               "{\"ParentId\":\"ou-1\"} 1\n{\"ParentId\":\"r-1\"} 1\n");
}

static void a_folder_is_the_same_as_a_document(void **state)
{
    struct world *w = *state;
    struct bundle_summary one, other;
    struct err e = {0};
    for (size_t i = 0; i < FILES; i++)
        put(w, arena_cstr(w->a, arena_printf(w->a, "tree/%s", files[i][0])), str_of(files[i][1]));
    expect_ok(import(w, IMPORT_IAM_COLLECT, as_document(w), &one, &e), &e);
    const char *all = "SELECT c.op, c.account, c.region, c.params, c.status, r.pos, r.data FROM call c LEFT JOIN resource r ON r.call = c.id "
                      "WHERE c.run = :run ORDER BY 1, 2, 3, 4, 6";
    struct str first = rows(w, all, one.run);
    char *tree = arena_cstr(w->a, arena_printf(w->a, "%s/tree", w->folder));
    assert_int_equal(symlink("/etc", arena_cstr(w->a, arena_printf(w->a, "%s/accounts/" ID "/s3/evil", tree))), 0);
    expect_ok(import(w, IMPORT_IAM_COLLECT, tree, &other, &e), &e);
    assert_true(str_eq(first, rows(w, all, other.run)));
    assert_int_equal(other.note_count, 2); /* the link is told and not followed */
    assert_true(one.calls > 20 && one.calls == other.calls);
}

static void hostile_input_leaves_the_store_as_it_was(void **state)
{
    struct world *w = *state;
    static const char *const bad[] = {
        "", "[]", "{}", "{\"accounts\":1}", "{\"x/y.json\":{}}", "{\"../accounts/x.json\":{}}", "{\"accounts//a.json\":{}}",
        "{\"accounts/12/s3/b/metadata.json\":{}}",
        "{\"accounts/" ID "/s3/b/metadata.json\":{\"arn\":\"arn:aws:s3:::b\"}}",
        "{\"accounts/" ID "/s3/b/metadata.json\":[]}",
        "{\"accounts/" ID "/iam/role/r/metadata.json\":{\"name\":\"r\"}}",
        "{\"organizations/o/metadata.json\":{\"id\":\"o\"}}",
        "{\"organizations/o/x.json\":1}",
        "{\"organizations/o/metadata.json\":{\"id\":\"o\",\"rootAccountId\":\"" ID "\"},\"organizations/o/ous.json\":{},"
        "\"organizations/o/accounts.json\":{},\"organizations/o/scps/p/metadata.json\":{}}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct bundle_summary s;
        struct err e = {0};
        if (import(w, IMPORT_IAM_COLLECT, put(w, "bad.json", str_of(bad[i])), &s, &e))
            fail_msg("was taken: %s", bad[i]);
        assert_int_equal(e.kind, ERR_PARSE);
        expect_str(rows(w, "SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM call) + (SELECT count(*) FROM resource) + :run", 0), "0\n");
    }
    /* Wrong types where text was to be: no crash, and nothing is made of them. */
    struct bundle_summary s;
    struct err e = {0};
    expect_ok(import(w, IMPORT_IAM_COLLECT,
                     put(w, "odd.json", STR("{\"accounts/" ID "/iam/user/u/metadata.json\":{\"arn\":\"a\",\"name\":\"u\",\"id\":7,\"path\":[]},"
                                            "\"accounts/" ID "/iam/user/u/managed-policies.json\":[1,{},null],"
                                            "\"accounts/" ID "/iam/user/u/inline-policies.json\":{\"p\":3},"
                                            "\"accounts/" ID "/iam/user/u/groups.json\":[[]],"
                                            "\"accounts/" ID "/iam/user/u/tags.json\":[1,2]}")), &s, &e), &e);
}

static void gaad_is_one_call(void **state)
{
    struct world *w = *state;
    struct bundle_summary s;
    struct err e = {0};
    const char *text = "{\"UserDetailList\":[],\"GroupDetailList\":[],\"RoleDetailList\":[{\"Arn\":\"arn:aws:iam::" ID ":role/r\",\"RoleName\":\"r\","
                       "\"RoleId\":\"AROA2\"}],\"Policies\":[{\"Arn\":\"arn:aws:iam::aws:policy/X\",\"PolicyName\":\"X\"}]}";
    expect_ok(import(w, IMPORT_GAAD, put(w, "gaad.json", str_of(text)), &s, &e), &e);
    expect_str(rows(w, "SELECT account, region, op, status, rows FROM call WHERE run = :run", s.run),
               ID " us-east-1 iam:GetAccountAuthorizationDetails ok 2\n");
    expect_ok(import(w, IMPORT_GAAD,
                     put(w, "part.json", STR("{\"IsTruncated\":true,\"Policies\":[{\"Arn\":\"arn:aws:iam::" ID ":policy/p\"}]}")), &s, &e), &e);
    expect_str(rows(w, "SELECT status, code FROM call WHERE run = :run", s.run), "truncated MorePages\n");
    static const char *const bad[] = {"", "[]", "{}", "{\"RoleDetailList\":{}}", "{\"RoleDetailList\":[1]}", "{\"Policies\":[]}",
                                      "{\"Policies\":[{\"Arn\":\"arn:aws:iam::aws:policy/X\"}]}",
                                      "{\"Policies\":[{\"Arn\":\"arn:aws:iam::" ID ":policy/p\"},{\"Arn\":\"arn:aws:iam::444455556666:policy/p\"}]}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (import(w, IMPORT_GAAD, put(w, "bad.json", str_of(bad[i])), &s, &e))
            fail_msg("was taken: %s", bad[i]);
        assert_int_equal(e.kind, ERR_PARSE);
        expect_str(rows(w, "SELECT count(*) + :run FROM run", 0), "2\n");
    }
    assert_false(import(w, IMPORT_GAAD, w->folder, &s, &e));
    assert_int_equal(e.kind, ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(iam_collect_becomes_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(organization_becomes_answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_is_the_same_as_a_document, set_up, tear_down),
        cmocka_unit_test_setup_teardown(hostile_input_leaves_the_store_as_it_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(gaad_is_one_call, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
