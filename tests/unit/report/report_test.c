#include "report_fixture.h"

#include "codec/hash.h"
#include "codec/json.h"
#include "report/diff.h"
#include "report/html.h"
#include "report/json.h"
#include "report/payload.h"
#include "report/text.h"

#include <stdlib.h>
#include <zlib.h>

static void three_findings(struct store *s, struct err *e)
{
    fixture_finding(s, "00000000000000aa", "s3-tls-only", "arn:aws:s3:::a", "pass", "high", "denied", e);
    fixture_finding(s, "00000000000000bb", "s3-tls-only", "arn:aws:s3:::b\033[31m<i>", "fail", "high", "no deny \"here\"", e);
    fixture_finding(s, "00000000000000cc", "s3-tls-only", "arn:aws:s3:::c", "unknown", "high", "policy not read", e);
}

static void load(struct store *s, struct arena *a, struct report_model *m, struct err *e)
{
    expect_ok(report_model_load(s, a, 0, 0, m, e), e);
}

static void test_json(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct store *s = fixture_store(&e);
    three_findings(s, &e);
    struct report_model m;
    load(s, a, &m, &e);
    struct buf out;
    buf_init(&out, 1 << 20);
    expect_ok(report_json(&m, false, &(struct report_sink){to_buf, &out}, &e), &e);
    struct json *j = json_parse(a, buf_str(&out), 1 << 20, &e);
    expect_ok(j, &e);
    expect_str(json_get_str(j, "schema"), "ward.audit/1");
    struct json *findings = json_getz(j, "findings");
    assert_int_equal(findings->count, 2);
    expect_str(json_get_str(findings->first, "id"), "00000000000000bb");
    assert_int_equal(json_getz(findings->first, "evidence")->count, 2);
    expect_str(json_get_str(json_getz(findings->first, "evidence")->last, "status"), "denied");
    int64_t n;
    assert_true(json_get_i64(json_path(j, "summary.unknown"), "total", &n) && n == 1);
    assert_int_equal(report_exit_status(&m, NULL), 1);
    buf_done(&out);
    store_close(s);
    arena_free(a);
}

static void test_inventory_is_the_evaluations(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct store *s = fixture_store(&e);
    struct report_model m;
    expect_ok(store_exec(s, "INSERT INTO resource (run, call, account, region, op, kind, type, parent, pos, data) VALUES"
                            " (1, 1, '111111111111', 'us-east-1', 's3:ListBuckets', 'resource', 'AWS::S3::Bucket', '', 'Buckets/0', '{}')", &e), &e);
    load(s, a, &m, &e); /* an evaluation that did not count */
    assert_int_equal(m.resources, 1);
    assert_int_equal(m.types[0].unassigned, -1);
    expect_ok(store_exec(s, "UPDATE evaluation SET summary = '{\"resources\":5,\"unassigned\":1,\"phi_stores\":2,\"inventory\":"
                            "[{\"type\":\"AWS::EC2::VPC\",\"count\":3,\"unassigned\":1,\"phi\":0},"
                            "{\"type\":\"AWS::S3::Bucket\",\"count\":2,\"unassigned\":0,\"phi\":2}]}'", &e), &e);
    load(s, a, &m, &e);
    assert_int_equal(m.resources, 5);
    assert_int_equal(m.type_count, 2);
    expect_str(m.types[1].type, "AWS::S3::Bucket");
    assert_int_equal(m.types[0].unassigned, 1);
    assert_int_equal(m.types[1].phi, 2);
    store_close(s);
    arena_free(a);
}

static void test_exit_status(void **state)
{
    (void)state;
    struct report_model m = {0};
    enum control_severity critical = CONTROL_CRITICAL;
    assert_int_equal(report_exit_status(&m, NULL), 0);
    m.totals[CONTROL_UNKNOWN] = 1;
    assert_int_equal(report_exit_status(&m, NULL), 3);
    m.counts[CONTROL_FAIL][CONTROL_HIGH] = 1;
    assert_int_equal(report_exit_status(&m, NULL), 1);
    assert_int_equal(report_exit_status(&m, &critical), 3);
    assert_int_equal(report_severity(STR("nonsense")), CONTROL_CRITICAL);
    assert_int_equal(report_verdict(STR("nonsense")), CONTROL_UNKNOWN);
}

static void test_text_is_printable(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct store *s = fixture_store(&e);
    three_findings(s, &e);
    struct report_model m;
    load(s, a, &m, &e);
    struct buf out;
    buf_init(&out, 1 << 20);
    expect_ok(report_text(&m, &(struct text_options){0}, &(struct report_sink){to_buf, &out}, &e), &e);
    assert_false(str_contains(buf_str(&out), STR("\033")));
    assert_true(str_contains(buf_str(&out), STR("00000000000000bb")));
    assert_true(str_contains(buf_str(&out), STR("1 answers come from a stub")));
    assert_true(str_contains(buf_str(&out), STR("grant s3:GetBucketPolicy")));
    assert_false(str_contains(buf_str(&out), STR("00000000000000aa")));
    buf_done(&out);
    store_close(s);
    arena_free(a);
}

static void test_html_escapes(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct store *s = fixture_store(&e);
    three_findings(s, &e);
    struct report_model m;
    load(s, a, &m, &e);
    struct buf out;
    buf_init(&out, 1 << 22);
    expect_ok(report_html(&m, &(struct report_sink){to_buf, &out}, &e), &e);
    assert_true(str_contains(buf_str(&out), STR("Clinic &amp; &lt;Co&gt;")));
    assert_true(str_contains(buf_str(&out), STR("no &lt;script&gt;")));
    assert_false(str_contains(buf_str(&out), STR("no <script>")));
    assert_false(str_contains(buf_str(&out), STR("http://")));
    assert_false(str_contains(buf_str(&out), STR("https://")));
    buf_done(&out);
    store_close(s);
    arena_free(a);
}

/* The inflated payload of a page, with its row count. */
static struct str unpack(struct arena *a, struct str page)
{
    const char *open = "<script id=\"payload\" type=\"application/octet-stream\">";
    const char *at = memmem(page.ptr, page.len, open, strlen(open));
    assert_non_null(at);
    struct str rest = str_sub(page, (size_t)(at - page.ptr) + strlen(open), page.len);
    struct str text = str_cut(&rest, '<'), packed;
    uint64_t size;
    assert_true(str_to_u64(str_cut(&text, ','), &size));
    assert_true(base64_decode(a, text, &packed));
    unsigned char *room = arena_alloc(a, size + 1);
    z_stream z = {.next_in = (Bytef *)(uintptr_t)packed.ptr, .avail_in = (uInt)packed.len, .next_out = room, .avail_out = (uInt)size + 1};
    assert_int_equal(inflateInit2(&z, -15), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, size);
    inflateEnd(&z);
    return str_make((const char *)room, size);
}

static uint64_t varint(struct str data, size_t *at)
{
    uint64_t v = 0;
    for (int shift = 0;; shift += 7) {
        unsigned char b = (unsigned char)data.ptr[(*at)++];
        v |= (uint64_t)(b & 127) << shift;
        if (!(b & 128))
            return v;
    }
}

enum { MANY = 120000 };

/* Findings as an organization of some size has them: three controls a volume, real-looking ids. */
static void many_findings(struct store *s, struct err *e)
{
    static const char *const controls[] = {"ebs-volume-encrypted", "ec2-imdsv2-required", "s3-tls-only"};
    uint64_t x = 88172645463325252u;
    expect_ok(store_begin(s, e), e);
    for (int i = 0; i < MANY; i++) {
        char id[17], resource[96], reason[96];
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        snprintf(id, sizeof id, "%016llx", (unsigned long long)x);
        uint64_t volume = ((uint64_t)(i / 3) + 1) * 0x9E3779B97F4A7C15u;
        snprintf(resource, sizeof resource, "arn:aws:ec2:us-east-1:%012d:volume/vol-0%016llx", 100000000 + i % 40, (unsigned long long)volume);
        snprintf(reason, sizeof reason, i % 4 ? "storage is not encrypted" : "attached to i-0%016llx", (unsigned long long)(volume >> 3));
        fixture_finding(s, id, controls[i % 3], resource, i % 5 ? "fail" : "pass", "high", reason, e);
    }
    expect_ok(store_commit(s, e), e);
}

static void test_page_holds_every_finding(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a = arena_new(1 << 20);
    struct store *s = fixture_store(&e);
    many_findings(s, &e);
    struct report_model m;
    load(s, a, &m, &e);
    struct buf out;
    buf_init(&out, 1 << 26);
    expect_ok(report_html(&m, &(struct report_sink){to_buf, &out}, &e), &e);
    print_message("page of %d findings: %zu bytes\n", MANY, out.len);
    assert_true(out.len < 5u * 1000 * 1000);
    struct str data = unpack(a, buf_str(&out));
    size_t at = 0;
    uint64_t head = varint(data, &at);
    struct json *j = json_parse(a, str_sub(data, at, at + head), 1 << 28, &e);
    expect_ok(j, &e);
    int64_t count;
    assert_true(json_get_i64(j, "count", &count));
    assert_int_equal(count, MANY);
    at += head;
    size_t fails = 0;
    for (size_t i = 0; i < MANY; i++)
        fails += data.ptr[at + i] == CONTROL_FAIL;
    assert_int_equal(fails, MANY / 5 * 4);
    at += 10 * (size_t)MANY;
    for (int column = 0; column < 11; column++) {
        static const char *const names[] = {"control", "account", "region", "type", "resource", "name", "sub", "tenant", "reason", "evidence", "waiver"};
        int64_t index = 0, strings = json_path(json_getz(j, "strings"), names[column])->count;
        for (int i = 0; i < MANY; i++) {
            uint64_t z = varint(data, &at);
            index += z & 1 ? -(int64_t)((z + 1) / 2) : (int64_t)(z / 2);
            assert_true(index >= 0 && index < strings);
        }
    }
    assert_int_equal(at, data.len);
    buf_done(&out);
    store_close(s);
    arena_free(a);
}

static void test_diff(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct store *s = fixture_store(&e);
    three_findings(s, &e);
    expect_ok(store_exec(s,
        "INSERT INTO run (id, kind, status, started_us, clock_us, tool_version, scope) VALUES (2, 'collect', 'complete', 1, 1, '0.1.0', '{}');"
        "INSERT INTO evaluation (id, run, at_us, as_of_us, tool_version, config_sha256, controls_sha256) VALUES (2, 2, 1, 1, '0.1.0', 'c', 'd');"
        "INSERT INTO finding SELECT 2, id, control, account, region, type, resource, name, sub, tenant,"
        " CASE verdict WHEN 'pass' THEN 'fail' WHEN 'fail' THEN 'pass' ELSE 'pass' END, severity, reason, evidence, waiver FROM finding WHERE evaluation = 1;", &e), &e);
    struct diff d;
    expect_ok(diff_load(s, a, 1, 2, &d, &e), &e);
    assert_int_equal(d.counts[DIFF_NEW_FAIL], 1);
    assert_int_equal(d.counts[DIFF_FIXED], 1);
    assert_int_equal(d.counts[DIFF_DECIDED], 1);
    assert_int_equal(d.finding_count, 3);
    expect_str(d.findings[0].id, "00000000000000aa");
    struct buf out;
    buf_init(&out, 1 << 20);
    diff_json(&d, &out);
    assert_non_null(json_parse(a, buf_str(&out), 1 << 20, &e));
    buf_done(&out);
    store_close(s);
    arena_free(a);
}

static void test_no_result_yet(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct store *s = store_open(":memory:", STORE_WRITE | STORE_CREATE, &e);
    expect_ok(s, &e);
    struct report_model m;
    assert_false(report_model_load(s, a, 0, 0, &m, &e));
    expect_err(&e, ERR_NO_DATA, "no audit result");
    store_close(s);
    arena_free(a);
}

static bool take_nothing(void *user, struct str chunk, struct err *e)
{
    (void)chunk;
    (void)e;
    ++*(int *)user;
    return true;
}

static void a_report_is_never_cut_short_without_a_word(void **state)
{
    int calls = 0;
    struct report_sink sink = {take_nothing, &calls};
    struct buf b;
    struct err e = {0};
    (void)state;
    buf_init(&b, 8);
    buf_addz(&b, "four");
    assert_true(report_flush(&sink, &b, 5, &e));
    assert_int_equal(calls, 0);
    expect_ok(report_flush(&sink, &b, 0, &e), &e);
    assert_int_equal(calls, 1);
    buf_addz(&b, "more than it may hold");
    assert_false(report_flush(&sink, &b, 0, &e));
    expect_err(&e, ERR_LIMIT, "larger");
    assert_int_equal(calls, 1);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json), cmocka_unit_test(test_inventory_is_the_evaluations), cmocka_unit_test(test_exit_status), cmocka_unit_test(test_text_is_printable),
        cmocka_unit_test(test_html_escapes), cmocka_unit_test(test_page_holds_every_finding), cmocka_unit_test(test_diff),
        cmocka_unit_test(a_report_is_never_cut_short_without_a_word),
        cmocka_unit_test(test_no_result_yet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
