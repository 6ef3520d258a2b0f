#include "harness.h"

#include "base/file.h"
#include "collect/bundle_line.h"
#include "collect/bundle_path.h"
#include "collect/export.h"
#include "collect/import.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define VECTORS WARD_SOURCE_ROOT "/tests/vectors/bundle"
#define CASES WARD_SOURCE_ROOT "/../shared/cases/network"

static const struct bundle_options options = {.tool_version = "test", .now_us = 1700000000000000};

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
    snprintf(w->folder, sizeof w->folder, "/tmp/ward-bundle-XXXXXX");
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

static char *in_folder(struct world *w, const char *name) { return arena_cstr(w->a, arena_printf(w->a, "%s/%s", w->folder, name)); }

static char *put(struct world *w, const char *name, const char *text)
{
    struct err e = {0};
    char *path = in_folder(w, name), *dir = arena_strdup(w->a, path);
    *strrchr(dir, '/') = 0;
    expect_ok(file_mkdirs(dir, 0700, &e), &e);
    expect_ok(file_replace(path, str_of(text), 0600, &e), &e);
    return path;
}

static struct bundle_summary import(struct world *w, const char *path)
{
    struct err e = {0};
    struct bundle_summary s;
    expect_ok(bundle_import(w->store, path, &options, w->a, &s, &e), &e);
    return s;
}

static struct str rows(struct world *w, const char *sql, int64_t run)
{
    struct err e = {0};
    struct buf b;
    buf_init(&b, SIZE_MAX / 2);
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

static bool has_note(const struct bundle_summary *s, const char *place, const char *message)
{
    for (uint32_t i = 0; i < s->note_count; i++)
        if (str_contains(s->notes[i].place, str_of(place)) && str_contains(s->notes[i].message, str_of(message)))
            return true;
    return false;
}

static int64_t rows_in(struct world *w, const char *table)
{
    struct err e = {0};
    int64_t n = -1;
    expect_ok(store_get_int(w->store, arena_cstr(w->a, arena_printf(w->a, "SELECT count(*) FROM %s", table)), &n, &e), &e);
    return n;
}

static const char all_calls[] =
    "SELECT account, region, op, params, parent, status, http, code, message, missing_action, request_id, pages, rows, attempts, ms,"
    " at_us, source, envelope FROM call WHERE run = :run ORDER BY account, region, op, params";
static const char all_resources[] =
    "SELECT r.account, r.region, r.op, c.params, r.kind, r.type, r.rid, r.arn, r.name, r.tags, r.parent, r.pos, r.data"
    " FROM resource r JOIN call c ON c.id = r.call WHERE r.run = :run ORDER BY r.account, r.region, r.op, c.params, r.id";
static const char all_places[] =
    "SELECT 'r', account, region, state, wanted, reason, NULL FROM run_region WHERE run = :run"
    " UNION ALL SELECT 'a', account, name, role, reached, reason, NULL FROM run_account WHERE run = :run"
    " UNION ALL SELECT 'u', tool_version, caller_arn, scope, clock_us, NULL, NULL FROM run WHERE id = :run ORDER BY 1, 2, 3";

static void expect_same_rows(struct world *w, const char *sql, int64_t a, int64_t b)
{
    expect_str(rows(w, sql, b), arena_cstr(w->a, rows(w, sql, a)));
}

static void expect_same_run(struct world *w, int64_t a, int64_t b)
{
    expect_same_rows(w, all_calls, a, b);
    expect_same_rows(w, all_resources, a, b);
    expect_same_rows(w, all_places, a, b);
}

/* import -> export -> import, in both formats; packed twice gives the same bytes. */
static void round_trip(struct world *w, const char *path)
{
    static int serial;
    struct err e = {0};
    struct export_summary x;
    struct bundle_summary first = import(w, path);
    char name[32];
    snprintf(name, sizeof name, "out%d", ++serial);
    char *folder = in_folder(w, name), *packed = arena_cstr(w->a, arena_printf(w->a, "%s.jsonl.gz", folder)),
         *again = arena_cstr(w->a, arena_printf(w->a, "%s.again.gz", folder));
    expect_ok(bundle_export(w->store, first.run, folder, BUNDLE_FOLDER, &x, &e), &e);
    assert_int_equal(x.calls, first.calls);
    struct bundle_summary second = import(w, folder);
    assert_int_equal(second.note_count, 0);
    expect_same_run(w, first.run, second.run);
    expect_ok(bundle_export(w->store, first.run, packed, BUNDLE_PACKED, &x, &e), &e);
    struct bundle_summary third = import(w, packed);
    assert_int_equal(third.note_count, 0);
    expect_same_run(w, first.run, third.run);
    expect_ok(bundle_export(w->store, third.run, again, BUNDLE_PACKED, &x, &e), &e);
    struct str bytes, more;
    expect_ok(file_read(w->a, packed, 1 << 30, &bytes, &e), &e);
    expect_ok(file_read(w->a, again, 1 << 30, &more, &e), &e);
    assert_true(str_eq(bytes, more));
    struct stat st;
    assert_int_equal(stat(packed, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_folder_made_by_hand(void **state)
{
    struct world *w = *state;
    struct bundle_summary s = import(w, VECTORS "/hand");
    expect_str(rows(w, "SELECT region, op, params, status, code, rows FROM call ORDER BY op, params", s.run),
               "eu-central-1 ec2:DescribeInstances {} ok NULL 2\n"
               "eu-central-1 ec2:DescribeRouteTables {} error BadAnswer 0\n"
               "eu-central-1 ec2:DescribeSubnets {} error BadAnswer 0\n"
               "eu-central-1 ec2:DescribeVpcs {} truncated MorePages 1\n"
               "eu-central-1 ecs:DescribeTasks {\"cluster\":\"arn:aws:ecs:eu-central-1:111122223333:cluster/main\",\"tasks\":[\"arn:t/1\"]} ok NULL 1\n"
               "eu-central-1 elbv2:DescribeListeners {\"LoadBalancerArn\":\"arn:lb/1\"} ok NULL 1\n"
               "eu-central-1 elbv2:DescribeListeners {\"LoadBalancerArn\":\"arn:lb/2\"} empty NULL 0\n"
               "us-east-1 iam:GetAccountAuthorizationDetails {} ok NULL 1\n"
               "eu-central-1 s3:GetBucketPolicy {\"Bucket\":\"a/b\"} ok NULL 1\n"
               "eu-central-1 s3:GetBucketPolicy {\"Bucket\":\"records\"} ok NULL 1\n"
               "us-east-1 s3:ListBuckets {} ok NULL 2\n"
               "eu-central-1 sqs:ListQueues {} empty NULL 0\n");
    assert_true(has_note(&s, "ec2-describe-subnets.json", "line 1 column 14"));
    assert_true(has_note(&s, "other-Tags.json", "does not know"));
    assert_true(has_note(&s, "bad%zz.json", "percent-encoded"));
    assert_true(has_note(&s, "NOTES", "left out"));
    assert_int_equal(s.broken, 2);
    assert_int_equal(s.skipped, 3);
    expect_str(rows(w, "SELECT account, region, state, wanted FROM run_region", 0), "111122223333 eu-central-1 enabled 1\n");
    expect_str(rows(w, "SELECT account, reached FROM run_account", 0), "111122223333 1\n");
    expect_str(rows(w, "SELECT kind, status, tool_version, clock_us > 0 FROM run", 0), "import complete test 1\n");
}

static void test_packed_lines(void **state)
{
    struct world *w = *state;
    struct bundle_summary s = import(w, VECTORS "/lines/packed.jsonl");
    expect_str(rows(w, "SELECT op, params, status, http, code, missing_action, pages, rows, attempts, ms, at_us % 10000000000, source FROM call ORDER BY id", s.run),
               "ec2:DescribeVolumes {} ok 200 NULL NULL 2 2 3 120 3041000250 aws\n"
               "ec2:DescribeVpcs {} denied 403 UnauthorizedOperation ec2:DescribeVpcs 0 0 1 0 3042000000 aws\n"
               "s3:GetBucketPolicy {\"Bucket\":\"records\"} absent 404 NoSuchBucketPolicy NULL 0 0 0 0 3043000000 aws\n"
               "ecs:DescribeTasks {\"cluster\":\"arn:c/1\",\"tasks\":[\"arn:t/1\",\"arn:t/2\"]} truncated NULL NULL NULL 1 1 0 0 3044000000 stub\n"
               "kms:ListKeys {} error NULL AnswerMissing NULL 0 0 0 0 3044000000 import\n"
               "iam:GetAccountPasswordPolicy {} skipped NULL Interrupted NULL 0 0 0 0 3045000000 import\n");
    assert_true(has_note(&s, "packed.jsonl line 10", "nosuch:DescribeThings"));
    assert_true(has_note(&s, "packed.jsonl line 11", "answer is missing"));
    expect_str(rows(w, all_places, s.run),
               "a 111122223333 main NULL 1 NULL NULL\n"
               "a 444455556666 NULL arn:aws:iam::444455556666:role/auditor 0 AccessDenied NULL\n"
               "r 111122223333 af-south-1 disabled 0 not opted in NULL\n"
               "r 111122223333 eu-central-1 enabled 1 NULL NULL\n"
               "u 0.0.9 arn:aws:iam::111122223333:role/auditor {\"accounts\":[\"111122223333\"]} 1767323045000000 NULL NULL\n");
}

static void test_round_trips(void **state)
{
    struct world *w = *state;
    round_trip(w, VECTORS "/hand");
    round_trip(w, VECTORS "/lines/packed.jsonl");
}

static void test_cases_of_others(void **state)
{
    struct world *w = *state;
    DIR *d = opendir(CASES);
    if (!d) {
        print_message("absent: %s\n", CASES);
        return;
    }
    int cases = 0;
    uint64_t calls = 0;
    for (struct dirent *entry; (entry = readdir(d));) {
        char *path = arena_cstr(w->a, arena_printf(w->a, "%s/%s/aws", CASES, entry->d_name));
        if (entry->d_name[0] == '.' || !file_exists(path))
            continue;
        struct bundle_summary s = import(w, path);
        assert_int_equal(s.broken, 0);
        for (uint32_t i = 0; i < s.note_count; i++)
            if (!str_contains(s.notes[i].message, STR("does not know")) && !str_contains(s.notes[i].message, STR("parents are none")))
                print_message("%s: %.*s: %.*s\n", entry->d_name, STR_ARG(s.notes[i].place), STR_ARG(s.notes[i].message));
        calls += s.calls;
        cases++;
        round_trip(w, path);
    }
    closedir(d);
    print_message("%d cases, %llu calls\n", cases, (unsigned long long)calls);
    assert_true(cases >= 20 && calls > 200);
}

/* ---- refused ---- */

static void expect_refused(struct world *w, const char *path, enum err_kind kind, const char *message)
{
    struct err e = {0};
    struct bundle_summary s;
    int64_t before = rows_in(w, "run");
    assert_false(bundle_import(w->store, path, &options, w->a, &s, &e));
    expect_err(&e, kind, message);
    assert_int_equal(rows_in(w, "run"), before);
    assert_int_equal(rows_in(w, "call") + rows_in(w, "resource") + rows_in(w, "call_part") + rows_in(w, "run_account") + rows_in(w, "run_region"), 0);
}

static void test_what_is_fatal_leaves_the_store(void **state)
{
    struct world *w = *state;
    expect_refused(w, in_folder(w, "nothing"), ERR_IO, "cannot open");
    expect_refused(w, w->folder, ERR_NO_DATA, "holds no answers");
    expect_refused(w, "/dev/null", ERR_IO, "neither a folder nor a file");
    char line[] = "{\"account\":\"1\",\"region\":\"r\",\"service\":\"sqs\",\"operation\":\"ListQueues\",\"status\":\"ok\",\"answer\":{\"QueueUrls\":[\"q\"]}}\n";
    char *text = arena_cstr(w->a, arena_printf(w->a, "{\"account\":{\"account\":\"1\"}}\n%s{\"account\":\n", line));
    expect_refused(w, put(w, "a/cut.jsonl", text), ERR_PARSE, "invalid JSON at line 1 column 12");
    expect_refused(w, put(w, "a/empty.jsonl", "\n\n"), ERR_NO_DATA, "holds no answers");
    expect_refused(w, put(w, "a/list.jsonl", "[1]\n"), ERR_PARSE, "no JSON object");
    expect_refused(w, put(w, "a/newer.jsonl", "{\"run\":{\"bundle\":2}}\n"), ERR_PARSE, "of version 2");
    put(w, "b/1/r/sqs-list-queues.json", "{\"QueueUrls\":[\"q\"]}");
    put(w, "b/calls.jsonl", "not json\n");
    expect_refused(w, in_folder(w, "b"), ERR_PARSE, "invalid JSON");
    /* gzip that is cut off */
    struct err e = {0};
    struct export_summary x;
    struct bundle_summary s = import(w, VECTORS "/lines/packed.jsonl");
    char *packed = in_folder(w, "whole.gz");
    expect_ok(bundle_export(w->store, s.run, packed, BUNDLE_PACKED, &x, &e), &e);
    struct str bytes;
    expect_ok(file_read(w->a, packed, 1 << 20, &bytes, &e), &e);
    char *cut = in_folder(w, "cut.gz");
    expect_ok(file_replace(cut, str_sub(bytes, 0, bytes.len / 2), 0600, &e), &e);
    assert_false(bundle_import(w->store, cut, &options, w->a, &s, &e));
    expect_err(&e, ERR_PARSE, "damaged gzip");
    assert_int_equal(rows_in(w, "run"), 1);
}

static void test_bad_lines(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *line, *message;
    } bad[] = {
        {"{}", "\"account\" is missing"},
        {"{\"account\":\"1\",\"region\":\"r\",\"service\":\"s\",\"operation\":\"o\"}", "\"status\" is missing"},
        {"{\"account\":\"1\",\"region\":\"r\",\"service\":\"s\",\"operation\":\"o\",\"status\":\"fine\"}", "\"status\" must be"},
        {"{\"account\":\"../1\",\"region\":\"r\",\"service\":\"s\",\"operation\":\"o\",\"status\":\"ok\"}", "\"account\" must be"},
        {"{\"account\":\"1\",\"region\":\"a/b\",\"service\":\"s\",\"operation\":\"o\",\"status\":\"ok\"}", "\"region\" must be"},
        {"{\"account\":\"1\",\"region\":\"r\",\"service\":\"s\",\"operation\":\"o\",\"status\":\"ok\",\"params\":[]}", "\"params\" must be an object"},
        {"{\"account\":\"1\",\"region\":\"r\",\"service\":\"s\",\"operation\":\"o\",\"status\":\"ok\",\"http\":-1}", "\"http\" must be"},
        {"{\"account\":\"1\",\"region\":\"r\",\"service\":\"s\",\"operation\":\"o\",\"status\":\"ok\",\"ms\":1.5}", "\"ms\" must be"},
        {"{\"account\":\"1\",\"region\":\"r\",\"service\":\"s\",\"operation\":\"o\",\"status\":\"ok\",\"at\":\"soon\"}", "\"at\" must be a time"},
        {"{\"account\":\"1\",\"region\":\"r\",\"service\":\"s\",\"operation\":\"o\",\"status\":\"ok\",\"source\":\"me\"}", "\"source\" must be"},
        {"{\"account\":\"1\",\"region\":\"r\",\"service\":\"s\",\"operation\":\"o\",\"status\":\"ok\",\"file\":\"f\",\"answer\":1}", "either"},
        {"{\"account\":{\"account\":\"1\",\"reached\":1}}", "\"reached\" must be true or false"},
        {"{\"region\":{\"account\":\"1\",\"region\":\"r\",\"state\":\"maybe\"}}", "\"state\" must be"},
        {"{\"run\":{\"clock\":5}}", "\"clock\" must be a string"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        struct bundle_line l;
        assert_false(bundle_line_parse(w->a, str_of(bad[i].line), &l, &e));
        expect_err(&e, ERR_PARSE, bad[i].message);
    }
}

static void test_paths_that_lead_out(void **state)
{
    struct world *w = *state;
    put(w, "secret.json", "{\"QueueUrls\":[\"secret\"]}");
    put(w, "b/1/r/ec2-describe-vpcs.json", "{\"Vpcs\":[]}");
    assert_int_equal(symlink("../../../secret.json", in_folder(w, "b/1/r/sqs-list-queues.json")), 0);
    assert_int_equal(symlink("../..", in_folder(w, "b/1/up")), 0);
    assert_int_equal(mkfifo(in_folder(w, "b/1/r/sns-list-topics.json"), 0600), 0);
    put(w, "b/1/r/s3-get-bucket-policy/a%00b.json", "{}");
    put(w, "b/calls.jsonl",
        "{\"account\":\"1\",\"region\":\"r\",\"service\":\"kms\",\"operation\":\"ListKeys\",\"status\":\"ok\",\"file\":\"../secret.json\"}\n"
        "{\"account\":\"1\",\"region\":\"r\",\"service\":\"kms\",\"operation\":\"ListAliases\",\"status\":\"ok\",\"file\":\"1/up/secret.json\"}\n"
        "{\"account\":\"1\",\"region\":\"r\",\"service\":\"sqs\",\"operation\":\"ListQueues\",\"status\":\"ok\"}\n"
        "{\"account\":\"1\",\"region\":\"r\",\"service\":\"ec2\",\"operation\":\"DescribeSubnets\",\"status\":\"ok\",\"file\":\"/etc/passwd\"}\n");
    struct bundle_summary s = import(w, in_folder(w, "b"));
    expect_str(rows(w, "SELECT op, status, code FROM call ORDER BY op", 0),
               "ec2:DescribeSubnets error AnswerMissing\nec2:DescribeVpcs empty NULL\nkms:ListAliases error BadAnswer\nkms:ListKeys error AnswerMissing\n"
               "sqs:ListQueues error BadAnswer\n");
    assert_int_equal(rows_in(w, "resource"), 0);
    assert_true(has_note(&s, "1/up", "symbolic link"));
    assert_true(has_note(&s, "calls.jsonl line 3", "symbolic link"));
    assert_true(has_note(&s, "sns-list-topics.json", "no regular file"));
    assert_true(has_note(&s, "a%00b.json", "percent-encoded"));
    assert_false(bundle_path_is_safe(STR("a/../b")) || bundle_path_is_safe(STR("/a")) || bundle_path_is_safe(STR("a//b")) ||
                 bundle_path_is_safe(STR("./a")) || bundle_path_is_safe(STR("")) || bundle_path_is_safe(str_make("a\0b", 3)));
    assert_true(bundle_path_is_safe(STR("a/..b/c.json")));
}

static void test_same_call_twice_is_noted(void **state)
{
    struct world *w = *state;
    struct bundle_summary s = import(w, put(w, "twice.jsonl",
        "{\"account\":\"1\",\"region\":\"r\",\"service\":\"sqs\",\"operation\":\"ListQueues\",\"status\":\"ok\",\"answer\":{\"QueueUrls\":[\"first\"]}}\n"
        "{\"account\":\"1\",\"region\":\"r\",\"service\":\"sqs\",\"operation\":\"ListQueues\",\"status\":\"ok\",\"answer\":{\"QueueUrls\":[\"second\"]}}\n"));
    expect_str(rows(w, "SELECT rid FROM resource", 0), "first\n");
    assert_true(has_note(&s, "line 2", "made twice"));
    assert_int_equal(s.calls, 1);
}

static void test_line_wins_over_the_path(void **state)
{
    struct world *w = *state;
    put(w, "b/1/r/s3-get-bucket-policy/=x.json", "{\"Policy\":\"p\"}");
    put(w, "b/1/r/s3-get-bucket-policy/=y.json", "{\"Policy\":\"p\"}");
    put(w, "b/calls.jsonl", "{\"account\":\"1\",\"region\":\"r\",\"service\":\"s3\",\"operation\":\"GetBucketPolicy\",\"params\":{\"Bucket\":\"exact\"},"
                            "\"status\":\"ok\",\"file\":\"1/r/s3-get-bucket-policy/=x.json\"}\n");
    struct bundle_summary s = import(w, in_folder(w, "b"));
    expect_str(rows(w, "SELECT parent, data FROM resource", 0), "exact {\"Policy\":\"p\"}\n");
    assert_true(has_note(&s, "=y.json", "only calls.jsonl"));
}

static void test_clock(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    char *path = put(w, "c.jsonl", "{\"account\":\"1\",\"region\":\"r\",\"service\":\"sqs\",\"operation\":\"ListQueues\",\"status\":\"empty\",\"at\":\"2020-01-01T00:00:00Z\"}\n");
    assert_true(import(w, path).clock_us == INT64_C(1577836800000000));
    struct bundle_options o = options;
    struct bundle_summary s;
    o.clock_us = 5;
    expect_ok(bundle_import(w->store, path, &o, w->a, &s, &e), &e);
    assert_true(s.clock_us == 5);
}

static void test_export_refuses(void **state)
{
    struct world *w = *state;
    struct err e = {0};
    struct export_summary x;
    struct bundle_summary s = import(w, VECTORS "/hand");
    char *taken = put(w, "taken/file", "x");
    assert_false(bundle_export(w->store, s.run, taken, BUNDLE_PACKED, &x, &e));
    expect_err(&e, ERR_USAGE, "exists already");
    err_clear(&e);
    assert_false(bundle_export(w->store, s.run, in_folder(w, "taken"), BUNDLE_FOLDER, &x, &e));
    expect_err(&e, ERR_USAGE, "exists already");
    err_clear(&e);
    assert_false(bundle_export(w->store, 99, in_folder(w, "new"), BUNDLE_FOLDER, &x, &e));
    expect_err(&e, ERR_NO_DATA, "no run 99");
    err_clear(&e);
    assert_false(bundle_export(w->store, s.run, in_folder(w, "no/such/place"), BUNDLE_PACKED, &x, &e));
    expect_err(&e, ERR_IO, "cannot write");
    err_clear(&e);
    assert_int_equal(mkdir(in_folder(w, "empty"), 0700), 0);
    expect_ok(bundle_export(w->store, s.run, in_folder(w, "empty/"), BUNDLE_FOLDER, &x, &e), &e);
    assert_true(file_exists(in_folder(w, "empty/calls.jsonl")));
    assert_true(file_exists(in_folder(w, "empty/111122223333/eu-central-1/s3-get-bucket-policy/a%2Fb.json")));
}

#define with_store(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

/* Saved with capitals where AWS writes small letters: never an answer without rows. */
static void names_with_the_other_first_letter(void **state)
{
    struct world *w = *state;
    put(w, "123456789012/us-east-1/directconnect-describe-direct-connect-gateways.json",
        "{\"DirectConnectGateways\":[{\"DirectConnectGatewayId\":\"dx-1\",\"OwnerAccount\":\"123456789012\"}]}");
    put(w, "123456789012/us-east-1/ec2-describe-vpcs.json", "{\"vpcs\":[{\"vpcId\":\"vpc-1\",\"tags\":[]}]}");
    struct bundle_summary s = import(w, w->folder);
    expect_str(rows(w, "SELECT rid, data ->> '$.directConnectGatewayId', data ->> '$.ownerAccount' FROM resource WHERE run = :run AND op LIKE 'direct%'", s.run),
               "dx-1 dx-1 123456789012\n");
    expect_str(rows(w, "SELECT rid, data ->> '$.VpcId' FROM resource WHERE run = :run AND op = 'ec2:DescribeVpcs'", s.run), "vpc-1 vpc-1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_store(test_folder_made_by_hand), with_store(test_packed_lines), with_store(test_round_trips),
        with_store(test_cases_of_others), with_store(test_what_is_fatal_leaves_the_store), with_store(test_bad_lines),
        with_store(test_paths_that_lead_out), with_store(test_same_call_twice_is_noted), with_store(test_line_wins_over_the_path),
        with_store(test_clock), with_store(test_export_refuses), with_store(names_with_the_other_first_letter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
