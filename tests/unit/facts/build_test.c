#include "harness.h"

#include "facts/facts.h"

static int64_t count(struct store *s, const char *sql)
{
    struct err e = {0};
    int64_t n = -1;
    expect_ok(store_get_int(s, sql, &n, &e), &e);
    return n;
}

static struct store *two_runs(void)
{
    struct err e = {0};
    struct store *s = store_open(":memory:", STORE_WRITE | STORE_CREATE, &e);
    expect_ok(s, &e);
    expect_ok(store_exec(s,
        "INSERT INTO run (id, kind, status, started_us, finished_us, clock_us, tool_version, scope) VALUES"
        " (1, 'collect', 'complete', 1, 2, 2, 't', '{}'), (2, 'collect', 'interrupted', 3, 4, 4, 't', '{}');"
        "INSERT INTO run_account (run, account, reached) VALUES (1, '111111111111', 1), (2, '111111111111', 1);"
        "INSERT INTO run_region (run, account, region, state, wanted) VALUES (1, '111111111111', 'ap-east-1', 'enabled', 1),"
        " (2, '111111111111', 'ap-east-1', 'disabled', 0), (2, '111111111111', 'af-south-1', 'disabled', 0),"
        " (2, '111111111111', 'us-east-1', 'enabled', 1);", &e), &e);
    return s;
}

static void test_a_closed_region_is_remembered(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct store *s = two_runs();
    expect_ok(facts_build(a, s, 2, NULL, 10, &e), &e);
    assert_int_equal(count(s, "SELECT was_enabled FROM fact_region WHERE region = 'ap-east-1'"), 1);
    assert_int_equal(count(s, "SELECT was_enabled FROM fact_region WHERE region = 'af-south-1'"), 0);
    assert_int_equal(count(s, "SELECT was_enabled FROM fact_region WHERE region = 'us-east-1'"), 1);
    store_close(s);
    arena_free(a);
}

static void test_a_resumed_run_gets_new_facts(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct store *s = two_runs();
    expect_ok(facts_build(a, s, 2, NULL, 10, &e), &e);
    assert_int_equal(count(s, "SELECT count(*) FROM fact_call"), 0);
    expect_ok(store_exec(s,
        "INSERT INTO call (run, account, region, op, params, parent, status, at_us, source)"
        " VALUES (2, '111111111111', 'us-east-1', 'ec2:DescribeVpcs', '{}', '', 'empty', 5, 'aws');"
        "UPDATE run SET status = 'complete', finished_us = 6 WHERE id = 2;", &e), &e);
    expect_ok(facts_build(a, s, 2, NULL, 10, &e), &e);
    assert_int_equal(count(s, "SELECT count(*) FROM fact_call"), 1);
    store_close(s);
    arena_free(a);
}

#define BUCKET "'arn:aws:s3:::b/k'"

static void test_one_document_allows(void **state)
{
    (void)state;
    static const struct {
        const char *doc, *principal;
        int want; /* -1: NULL */
    } cases[] = {
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}", "NULL", 1},
        {"{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"},"
         "{\"Effect\":\"Deny\",\"Action\":\"s3:Get*\",\"Resource\":\"arn:aws:s3:::b/*\"}]}", "NULL", 0},
        {"{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"},{\"Effect\":\"Deny\",\"Action\":\"*\","
         "\"Resource\":\"*\",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}}}]}", "NULL", -1},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}}", "'anonymous'", 1},
        {"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111111111111\"},\"Action\":\"s3:GetObject\","
         "\"Resource\":\"*\"}}", "'anonymous'", 0},
        {"{\"Statement\":{\"Effect\":\"Perhaps\"}}", "NULL", -1},
    };
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct store *s = two_runs();
    expect_ok(facts_build(a, s, 2, NULL, 10, &e), &e);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str sql = arena_printf(a, "SELECT coalesce(policy_allows('%s', %s, 's3:GetObject', " BUCKET "), -1)", cases[i].doc,
                                      cases[i].principal);
        assert_int_equal(count(s, arena_cstr(a, sql)), cases[i].want);
    }
    store_close(s);
    arena_free(a);
}

static void test_no_such_run(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct store *s = two_runs();
    assert_false(facts_build(a, s, 7, NULL, 10, &e));
    expect_err(&e, ERR_NO_DATA, "no run 7");
    store_close(s);
    arena_free(a);
}

static void test_what_is_declared_is_written_out_or_matches(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct store *s = two_runs();
    const struct json *config = json_parse(a, STR("{\"declared\": {\"public_subnets\": [\"subnet-1\", {\"id\": \"web-*\"}, {\"arn\": \"arn:x\"}],"
                                                  " \"bastions\": {\"tags\": [\"jump?\"]}}}"), 4096, &e);
    expect_ok(config && facts_build(a, s, 2, config, 10, &e), &e);
    static const struct {
        const char *list, *text;
        int want;
    } cases[] = {
        {"public_subnets", "subnet-1", 1}, {"public_subnets", "subnet-11", 0}, {"public_subnets", "web-a", 1}, {"public_subnets", "arn:x", 1},
        {"public_subnets", "web", 0}, {"public_subnets", "jump1", 0}, {"public_subnets", "", 0}, {"bastions.tags", "jump1", 1},
        {"bastions.tags", "jump", 0}, {"bastions.tags", "subnet-1", 0}, {"nothing", "subnet-1", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str sql = arena_printf(a, "SELECT is_declared('%s', '%s')", cases[i].list, cases[i].text);
        assert_int_equal(count(s, arena_cstr(a, sql)), cases[i].want);
    }
    store_close(s);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_closed_region_is_remembered),
        cmocka_unit_test(test_a_resumed_run_gets_new_facts),
        cmocka_unit_test(test_no_such_run), cmocka_unit_test(test_one_document_allows),
        cmocka_unit_test(test_what_is_declared_is_written_out_or_matches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
