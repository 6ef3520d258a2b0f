/* Waivers, citations, and controls that others wrote, through control_evaluate on an empty run. */
#include "harness.h"

#include "base/file.h"
#include "collect/ingest.h"
#include "control/citation.h"
#include "control/control.h"
#include "prove/net_tables.h"
#include "prove/tables.h"
#include "control/waiver.h"

#include <stdlib.h>
#include <unistd.h>

static const char head[] = "-- id: own\n-- title: Own\n-- severity: high\n-- citations: 164.312(b)\n-- scope: account\n"
                           "-- reads: iam:GetAccountSummary\n-- remedy: none\n";

static void headers_are_checked_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } bad[] = {{"-- id: own\n-- colour: red\n", "own.sql:2: unknown header: colour"},
               {"-- id: own\n-- severity: huge\n", "own.sql:2: not a severity: huge"},
               {"-- id: own\n-- citations: 164.999\n", "own.sql:2: not a citation"},
               {"-- id: own\n-- reads: iam:Nothing\n", "own.sql:2: not an operation"},
               {"-- id: own\n", "header lacks title"},
               {"-- id: own\n-- id: own\n", "given twice"},
               {"SELECT 1", "header lacks id"}};
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        struct control c;
        assert_false(control_parse(a, "x/own.sql", str_of(bad[i].text), &c, &e));
        expect_err(&e, ERR_CONTROL, bad[i].part);
    }
    arena_free(a);
}

struct bench {
    struct arena *arena;
    struct store *store;
    int64_t run;
};

static void bench_open(struct bench *b)
{
    struct err e = {0};
    struct ingest_run r = {.kind = "import", .started_us = 1, .tool_version = "test", .scope_json = STR("{}")};
    b->arena = arena_new(0);
    b->store = store_open(":memory:", STORE_CREATE | STORE_WRITE, &e);
    expect_ok(b->store != NULL, &e);
    struct ingest *in = ingest_begin(b->store, &r, &e);
    expect_ok(in != NULL, &e);
    expect_ok(ingest_account(in, STR("111111111111"), STR("a"), (struct str){0}, true, (struct str){0}, &e), &e);
    b->run = ingest_run_id(in);
    expect_ok(ingest_finish(in, "complete", 2, 2, &e), &e);
    ingest_free(in);
}

static void bench_close(struct bench *b)
{
    store_close(b->store);
    arena_free(b->arena);
}

static struct control_summary judge(struct bench *b, const char *select, const char *config)
{
    struct err e = {0};
    struct control c;
    struct control_summary sum;
    struct str text = arena_printf(b->arena, "%s%s", head, select);
    expect_ok(control_parse(b->arena, "own.sql", text, &c, &e), &e);
    struct controls list = {.items = &c, .count = 1};
    struct control_request r = {.run = b->run, .config = json_parse(b->arena, str_of(config), 65536, &e), .as_of_us = INT64_C(1790000000000000)};
    expect_ok(control_evaluate(b->arena, b->store, &r, &list, &sum, &e), &e);
    return sum;
}

#define FAILING "SELECT '111111111111' AS account, '' AS region, 'thing' AS resource, NULL AS name, NULL AS sub, 0 AS ok, 'bad' AS reason"

static void waivers_need_all_their_parts(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct control_summary s = judge(&b, FAILING, "{}");
    assert_int_equal(s.findings[CONTROL_FAIL], 1);
    s = judge(&b, FAILING, "{\"waivers\":[{\"control\":\"own\",\"resource\":\"thing\",\"owner\":\"o\",\"expires\":\"2027-01-01\"}]}");
    assert_int_equal(s.findings[CONTROL_FAIL], 1);
    assert_int_equal(s.refused_waivers, 1);
    s = judge(&b, FAILING, "{\"waivers\":[{\"control\":\"own\",\"resource\":\"thing\",\"owner\":\"o\",\"reason\":\"r\",\"expires\":\"2026-01-01\"}]}");
    assert_int_equal(s.findings[CONTROL_FAIL], 1);
    assert_int_equal(s.expired_waivers, 1);
    s = judge(&b, FAILING, "{\"waivers\":[{\"control\":\"own\",\"resource\":\"th*\",\"owner\":\"o\",\"reason\":\"r\",\"expires\":\"2027-01-01\"}]}");
    assert_int_equal(s.findings[CONTROL_WAIVED], 1);
    /* 164.312(b) is required: a risk accepted turns no citation green */
    assert_int_equal(s.citations[CITATION_CONTRADICTED], 1);
    assert_int_equal(s.citations[CITATION_SUPPORTED], 0);
    bench_close(&b);
}

#define PASSING "SELECT '111111111111' AS account, '' AS region, 'thing' AS resource, NULL AS name, NULL AS sub, 1 AS ok, 'good' AS reason, 'witness' AS basis"
#define UNDECIDED "SELECT '111111111111' AS account, '' AS region, 'thing' AS resource, NULL AS name, NULL AS sub, NULL AS ok, 'who knows' AS reason"
#define ATTESTED(section, owner, expires) \
    "{\"attestations\":[{\"citation\":\"" section "\",\"document\":\"policy.pdf\",\"owner\":\"" owner "\",\"expires\":\"" expires "\"}]}"

static void attestations_hold_while_they_are_valid_and_stand_for_no_control(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct control_summary s = judge(&b, PASSING, ATTESTED("164.308(a)(1)(ii)(C)", "o", "2027-01-01"));
    assert_int_equal(s.citations[CITATION_SUPPORTED], 1);
    assert_int_equal(s.citations[CITATION_DOCUMENT_ATTESTED], 1);
    uint64_t needed = s.citations[CITATION_DOCUMENT_NEEDED];
    s = judge(&b, PASSING, ATTESTED("164.308(a)(1)(ii)(C)", "o", "2026-01-01"));
    assert_int_equal(s.citations[CITATION_DOCUMENT_ATTESTED], 0);
    assert_int_equal(s.citations[CITATION_DOCUMENT_NEEDED], needed + 1);
    s = judge(&b, PASSING, ATTESTED("164.308(a)(1)(ii)(C)", "", "2027-01-01"));
    assert_int_equal(s.citations[CITATION_DOCUMENT_ATTESTED], 0);
    s = judge(&b, PASSING, ATTESTED("164.308(a)(1)(ii)(C)", "o", ""));
    assert_int_equal(s.citations[CITATION_DOCUMENT_ATTESTED], 0);
    /* no document speaks for a section that a control could not decide */
    s = judge(&b, UNDECIDED, ATTESTED("164.312(b)", "o", "2027-01-01"));
    assert_int_equal(s.citations[CITATION_SUPPORTED], 0);
    assert_int_equal(s.citations[CITATION_DOCUMENT_ATTESTED], 0);
    assert_int_equal(s.citations[CITATION_INSUFFICIENT], 1);
    s = judge(&b, PASSING " UNION ALL SELECT '111111111111', '', 'other', NULL, NULL, NULL, 'who knows', NULL", "{}");
    assert_int_equal(s.citations[CITATION_SUPPORTED], 0);
    assert_int_equal(s.citations[CITATION_INSUFFICIENT], 1);
    bench_close(&b);
}

static void a_control_that_does_not_run_is_unknown_and_harmless(void **state)
{
    (void)state;
    static const char *const bad[] = {"SELECT 1 AS account", "SELEKT", "DROP TABLE run", "DELETE FROM resource",
                                      "SELECT value FROM store_meta", "SELECT * FROM nowhere"};
    struct bench b;
    bench_open(&b);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct control_summary s = judge(&b, bad[i], "{}");
        assert_int_equal(s.findings[CONTROL_UNKNOWN], 1);
        assert_int_equal(s.errors.count, 1);
    }
    int64_t runs = 0;
    struct err e = {0};
    expect_ok(store_get_int(b.store, "SELECT count(*) FROM run", &runs, &e), &e);
    assert_int_equal(runs, 1);
    bench_close(&b);
}

#define MANY "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 45000)"
#define MANY_COLUMNS "SELECT '111111111111' AS account, '' AS region, 'thing-' || i AS resource, NULL AS name, NULL AS sub"

static int64_t stored(struct bench *b, const char *what)
{
    struct err e = {0};
    int64_t count = -1;
    char *sql = arena_cstr(b->arena, arena_printf(b->arena, "SELECT count(%s) FROM finding WHERE evaluation ="
                                                            " (SELECT max(id) FROM evaluation)", what));
    expect_ok(store_get_int(b->store, sql, &count, &e), &e);
    return count;
}

/* More findings than are held at a time: none is lost, none is there twice, and the worse of two stays. */
static void findings_in_parts(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct control_summary s = judge(&b, MANY MANY_COLUMNS ", 0 AS ok, 'bad' AS reason FROM n", "{}");
    assert_int_equal(s.findings[CONTROL_FAIL], 45000);
    assert_int_equal(stored(&b, "DISTINCT id"), 45000);

    s = judge(&b, MANY MANY_COLUMNS ", NULL AS ok, 'not read' AS reason FROM n UNION ALL SELECT '111111111111', '', 'thing-1',"
              " NULL, NULL, 0, 'bad'", "{}");
    assert_int_equal(s.findings[CONTROL_UNKNOWN], 44999);
    assert_int_equal(s.findings[CONTROL_FAIL], 1);
    assert_int_equal(s.fails[CONTROL_HIGH], 1);
    assert_int_equal(stored(&b, "*"), 45000);
    assert_int_equal(stored(&b, "DISTINCT id"), 45000);

    s = judge(&b, MANY MANY_COLUMNS ", 0 AS ok, 'bad' AS reason, CASE WHEN i = 44000 THEN 'huge' ELSE 'low' END AS severity FROM n", "{}");
    assert_int_equal(s.errors.count, 1);
    assert_int_equal(s.findings[CONTROL_FAIL], 0);
    assert_int_equal(s.findings[CONTROL_UNKNOWN], 1);
    assert_int_equal(s.fails[CONTROL_LOW], 0);
    assert_int_equal(stored(&b, "*"), 1);
    bench_close(&b);
}

static bool derive(void *user, struct arena *a, struct store *s, struct err *e)
{
    (void)user;
    (void)a;
    return prove_tables_make(s, NULL, "test", e) && net_tables_make(s, NULL, "test", e);
}

static void no_data_is_no_pass(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct err e = {0};
    struct controls all;
    struct control_summary s;
    struct control_request r = {.run = b.run, .as_of_us = 3, .derive = derive};
    expect_ok(controls_load(b.arena, NULL, &all, &e), &e);
    expect_ok(control_evaluate(b.arena, b.store, &r, &all, &s, &e), &e);
    for (uint32_t i = 0; i < s.errors.count; i++)
        print_error("%.*s\n", STR_ARG(s.errors.items[i]));
    assert_int_equal(s.errors.count, 0);
    struct query *q = query_new(b.store, "SELECT control, reason FROM finding WHERE verdict <> 'unknown' UNION ALL"
                                         " SELECT control, verdict FROM control_result WHERE verdict <> 'unknown'", &e);
    while (query_step(q))
        print_error("%.*s: %.*s\n", STR_ARG(query_str(q, 0)), STR_ARG(query_str(q, 1)));
    expect_ok(query_done(q), &e);
    assert_int_equal(s.findings[CONTROL_PASS], 0);
    assert_int_equal(s.findings[CONTROL_FAIL], 0);
    assert_int_equal(s.controls[CONTROL_NOT_APPLICABLE], 0);
    assert_int_equal(s.citations[CITATION_SUPPORTED], 0);
    bench_close(&b);
}

/* What AWS owns, the organization itself and another account's trail are not the customer's things. */
static void only_the_customers_things_count(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct err e = {0};
    expect_ok(store_exec(b.store,
        "INSERT INTO call (id, run, account, region, op, params, parent, status, at_us, source)"
        " VALUES (1, 1, '111111111111', 'us-east-1', 'x:List', '{}', '', 'ok', 1, 'aws');"
        "INSERT INTO resource (run, call, account, region, op, kind, type, rid, arn, parent, pos, data)"
        " SELECT 1, 1, '111111111111', 'us-east-1', 'x:List', 'resource', j.value ->> 0, j.value ->> 1, j.value ->> 2, '', j.key, coalesce(j.value ->> 3, '{}')"
        " FROM json_each('[[\"AWS::IAM::ManagedPolicy\",\"P1\",\"arn:aws:iam::aws:policy/ReadOnlyAccess\"],"
        "[\"AWS::IAM::ManagedPolicy\",\"P2\",\"arn:aws:iam::111111111111:policy/own\"],"
        "[\"AWS::EC2::PrefixList\",\"pl-1\",null,\"{\\\"OwnerId\\\":\\\"AWS\\\"}\"],"
        "[\"AWS::EC2::PrefixList\",\"pl-2\",null,\"{\\\"OwnerId\\\":\\\"111111111111\\\"}\"],"
        "[\"AWS::Organizations::Account\",\"222222222222\",null],"
        "[\"AWS::CloudTrail::Trail\",\"t\",\"arn:aws:cloudtrail:us-east-1:222222222222:trail/t\"],"
        "[\"AWS::CloudTrail::Trail\",\"own\",\"arn:aws:cloudtrail:us-east-1:111111111111:trail/own\"]]') j", &e), &e);
    judge(&b, FAILING, "{}");
    struct query *q = query_new(b.store, "SELECT (SELECT group_concat(value ->> '$.type' || ' ' || (value ->> '$.count'), ', ')"
                                         " FROM json_each(summary, '$.inventory')), summary ->> '$.resources', summary ->> '$.unassigned' FROM evaluation", &e);
    assert_true(query_step(q));
    expect_str(query_str(q, 0), "AWS::CloudTrail::Trail 1, AWS::EC2::PrefixList 1, AWS::IAM::ManagedPolicy 1");
    assert_int_equal(query_int(q, 1), 3);
    assert_int_equal(query_int(q, 2), 3);
    expect_ok(query_done(q), &e);
    bench_close(&b);
}

/* A table's own answer has no tags: the tagging service's count, in its own account only. */
static void tags_come_from_the_tagging_service(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b);
    struct err e = {0};
    expect_ok(store_exec(b.store,
        "INSERT INTO call (id, run, account, region, op, params, parent, status, at_us, source)"
        " VALUES (1, 1, '111111111111', 'us-east-1', 'x:List', '{}', '', 'ok', 1, 'aws'),"
        " (2, 1, '111111111111', 'us-east-1', 'resourcegroupstaggingapi:GetResources', '{}', '', 'ok', 1, 'aws');"
        "INSERT INTO resource (run, call, account, region, op, kind, type, rid, arn, tags, parent, pos, data) VALUES"
        " (1, 1, '111111111111', 'us-east-1', 'x:List', 'resource', 'AWS::DynamoDB::Table', 'a', 'arn:a', NULL, '', '0', '{}'),"
        " (1, 1, '111111111111', 'us-east-1', 'x:List', 'resource', 'AWS::DynamoDB::Table', 'b', 'arn:b', '{}', '', '1', '{}'),"
        " (1, 1, '111111111111', 'us-east-1', 'x:List', 'resource', 'AWS::DynamoDB::Table', 'c', 'arn:c', NULL, '', '2', '{}'),"
        " (1, 2, '111111111111', 'us-east-1', 'resourcegroupstaggingapi:GetResources', 'resource', NULL, 'arn:a', 'arn:a', '{\"T\":\"acme\"}', '', '0', '{}'),"
        " (1, 2, '111111111111', 'us-east-1', 'resourcegroupstaggingapi:GetResources', 'resource', NULL, 'arn:b', 'arn:b', '{\"T\":\"acme\"}', '', '1', '{}'),"
        " (1, 2, '222222222222', 'us-east-1', 'resourcegroupstaggingapi:GetResources', 'resource', NULL, 'arn:c', 'arn:c', '{\"T\":\"acme\"}', '', '2', '{}')",
        &e), &e);
    judge(&b, FAILING, "{\"defaults\":{\"tenant_tags\":[\"T\"]},\"tenants\":{\"acme\":{}}}");
    int64_t resources = 0, unassigned = 0;
    expect_ok(store_get_int(b.store, "SELECT summary ->> '$.resources' FROM evaluation", &resources, &e), &e);
    expect_ok(store_get_int(b.store, "SELECT summary ->> '$.unassigned' FROM evaluation", &unassigned, &e), &e);
    assert_int_equal(resources, 3);
    assert_int_equal(unassigned, 2);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(headers_are_checked_with_their_line),
                                       cmocka_unit_test(waivers_need_all_their_parts),
                                       cmocka_unit_test(attestations_hold_while_they_are_valid_and_stand_for_no_control),
                                       cmocka_unit_test(a_control_that_does_not_run_is_unknown_and_harmless),
                                       cmocka_unit_test(findings_in_parts), cmocka_unit_test(no_data_is_no_pass),
                                       cmocka_unit_test(only_the_customers_things_count),
                                       cmocka_unit_test(tags_come_from_the_tagging_service)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
