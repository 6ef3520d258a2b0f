/* aws/serialize.h against botocore's requests (tests/vectors/requests), and what it refuses. */
#include "aws/serialize.h"
#include "base/file.h"
#include "harness.h"

static struct json *text(struct arena *a, const char *json)
{
    struct err e = {0};
    struct json *j = json_parse(a, str_of(json), 1 << 20, &e);
    expect_ok(j, &e);
    return j;
}

static struct str header(const struct aws_request *q, struct str name)
{
    for (uint32_t i = 0; i < q->header_count; i++)
        if (str_eq_nocase(q->headers[i].name, name))
            return q->headers[i].value;
    return (struct str){NULL, 0};
}

static void same(const struct json *want, const char *name, struct str got, struct str op)
{
    if (!str_eq(json_get_str(want, name), got))
        fail_msg("%.*s: %s is %.*s", STR_ARG(op), name, STR_ARG(got));
}

/* botocore puts a space after ':' in JSON. */
static void same_body(struct arena *a, const struct json *want, struct str got, struct str op)
{
    struct str text_wanted = json_get_str(want, "body");
    struct err e = {0};
    if (!str_starts(text_wanted, STR("{"))) {
        same(want, "body", got, op);
        return;
    }
    const struct json *one = json_parse(a, text_wanted, 1 << 20, &e), *two = json_parse(a, got, 1 << 20, &e);
    if (!one || !two || !json_equal(one, two))
        fail_msg("%.*s: the body is %.*s", STR_ARG(op), STR_ARG(got));
}

static void check_call(struct arena *a, struct str line)
{
    struct err e = {0};
    struct aws_request q = {0};
    const struct json *call = json_parse(a, line, line.len, &e);
    expect_ok(call, &e);
    struct str id = json_get_str(call, "op");
    const struct aws_op *op = aws_op_find(id);
    assert_non_null(op);
    expect_ok(aws_serialize(a, op, json_getz(call, "params"), json_get_str(call, "account"), json_get_str(call, "token"), &q, &e), &e);
    const struct json *want = json_getz(call, "want"), *headers = json_getz(want, "headers");
    same(want, "method", q.method, id);
    same(want, "path", q.path, id);
    same(want, "query", q.query, id);
    same_body(a, want, q.body, id);
    for json_each (h, headers)
        if (!str_eq(header(&q, h->key), h->text))
            fail_msg("%.*s: %.*s is %.*s", STR_ARG(id), STR_ARG(h->key), STR_ARG(header(&q, h->key)));
    /* botocore's handlers add these two after its serializer. */
    uint32_t added = (str_eqz(op->service, "glacier") || str_eqz(op->service, "apigateway")) ? 1 : 0;
    assert_int_equal(q.header_count, headers->count + added);
}

static void requests_are_botocores(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct str rest;
    expect_ok(file_read(a, WARD_SOURCE_ROOT "/tests/vectors/requests/calls.jsonl", 1 << 20, &rest, &e), &e);
    int calls = 0;
    while (rest.len) {
        check_call(a, str_cut(&rest, '\n'));
        calls++;
    }
    assert_true(calls >= 25);
    arena_free(a);
}

static bool serialize(struct arena *a, const char *op, const char *params, const char *token, struct aws_request *q, struct err *e)
{
    *q = (struct aws_request){0};
    *e = (struct err){0};
    return aws_serialize(a, aws_op_find(str_of(op)), params ? text(a, params) : NULL, STR("123456789012"), str_of(token), q, e);
}

static void what_a_call_gives_replaces_what_is_fixed(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e;
    struct aws_request q;
    expect_ok(serialize(a, "ec2:DescribeSnapshots", NULL, "", &q, &e), &e);
    assert_true(str_contains(q.body, STR("Owner.1=self")));
    expect_ok(serialize(a, "ec2:DescribeSnapshots", "{\"OwnerIds\":[\"1\",\"2\"]}", "", &q, &e), &e);
    assert_false(str_contains(q.body, STR("self")));
    assert_true(str_contains(q.body, STR("Owner.1=1&Owner.2=2")));
    expect_ok(serialize(a, "s3control:GetPublicAccessBlock", NULL, "", &q, &e), &e);
    expect_str(header(&q, STR("x-amz-account-id")), "123456789012");
    arena_free(a);
}

static void tokens_of_one_and_of_several_parts(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e;
    struct aws_request q;
    expect_ok(serialize(a, "kms:ListKeys", NULL, "to\"ken", &q, &e), &e);
    expect_str(json_get_str(text(a, arena_cstr(a, q.body)), "Marker"), "to\"ken");
    const char *zone = "{\"HostedZoneId\":\"/hostedzone/Z1\"}";
    expect_ok(serialize(a, "route53:ListResourceRecordSets", zone, "[\"n.\",\"A\",null]", &q, &e), &e);
    expect_str(q.path, "/2013-04-01/hostedzone/Z1/rrset");
    assert_true(str_contains(q.query, STR("name=n.&type=A")));
    assert_false(str_contains(q.query, STR("identifier")));
    assert_false(serialize(a, "route53:ListResourceRecordSets", zone, "no array", &q, &e));
    arena_free(a);
}

static void wrong_parameters_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *op, *params, *message;
    } bad[] = {
        {"s3:GetBucketPolicy", NULL, "{Bucket}"},
        {"s3:GetBucketPolicy", "{\"Bucket\":\"\"}", "wrong type"},
        {"s3:GetBucketPolicy", "{\"Bucket\":null}", "{Bucket}"},
        {"s3:GetBucketPolicy", "{\"Bucket\":[\"a\"]}", "wrong type"},
        {"s3:GetBucketPolicy", "{\"Bucket\":\"a\",\"Key\":\"b\"}", "no parameter Key"},
        {"s3control:GetPublicAccessBlock", "{\"AccountId\":\"1\\r\\nX: y\"}", "wrong type"},
        {"ec2:DescribeVpcAttribute", "{\"VpcId\":{\"a\":1}}", "wrong type"},
        {"kms:ListGrants", "{\"KeyId\":{\"a\":1}}", "wrong type"},
        {"kms:ListGrants", "{\"KeyId\":\"a\",\"Limit\":\"x\"}", "wrong type"},
    };
    struct arena *a = arena_new(0);
    struct err e;
    struct aws_request q;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (serialize(a, bad[i].op, bad[i].params, "", &q, &e))
            fail_msg("%s %s was serialized", bad[i].op, bad[i].params ? bad[i].params : "");
        expect_err(&e, ERR_INTERNAL, bad[i].message);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_botocores),
        cmocka_unit_test(what_a_call_gives_replaces_what_is_fixed),
        cmocka_unit_test(tokens_of_one_and_of_several_parts),
        cmocka_unit_test(wrong_parameters_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
