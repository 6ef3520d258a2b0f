#include "harness.h"

#include "base/buf.h"
#include "iam/glob.h"
#include "iam/policy.h"

static struct iam_policy *parse(struct arena *a, const char *text, struct err *e)
{
    err_clear(e);
    return iam_policy_parse(a, str_of(text), e);
}

static void reads_every_element(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct iam_policy *p = parse(a,
                                 "{\"Version\":\"2012-10-17\",\"Id\":\"x\",\"Statement\":{\"Sid\":\"One\",\"Effect\":\"Deny\","
                                 "\"NotAction\":[\"sts:Get*\",\"iam:*\"],\"NotResource\":\"arn:aws:s3:::b/${aws:username}/*\","
                                 "\"Principal\":{\"AWS\":[\"111122223333\",\"*\"],\"Service\":\"ec2.amazonaws.com\"},"
                                 "\"Condition\":{\"NumericLessThan\":{\"a:B\":5},\"Bool\":{\"c:D\":true}}}}",
                                 &e);
    expect_ok(p, &e);
    assert_int_equal(p->count, 1);
    assert_true(p->variables);
    const struct iam_statement *s = p->statements;
    assert_false(s->allow);
    assert_true(s->not_action && s->not_resource && !s->not_principal && s->has_principal);
    assert_int_equal(s->action_count, 2);
    expect_str(s->actions[0].service, "sts");
    assert_true(s->actions[0].name.tail);
    assert_true(s->resources[0].field[5].variables);
    assert_int_equal(s->resources[0].field[5].prefix, 2);
    assert_int_equal(s->principal_count, 3);
    assert_int_equal(s->principals[0].kind, IAM_P_ACCOUNT);
    assert_int_equal(s->principals[1].kind, IAM_P_EVERYONE);
    assert_int_equal(s->principals[2].kind, IAM_P_SERVICE);
    assert_int_equal(s->condition_count, 2);
    expect_str(s->conditions[0].values[0].text, "5");
    expect_str(s->conditions[0].key_lower, "a:b");
    expect_str(s->conditions[1].values[0].text, "true");
    arena_free(a);
}

static void refuses_broken_structure(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "",
        "[]",
        "{}",
        "{\"Statement\":[1]}",
        "{\"Statement\":[],\"Other\":1}",
        "{\"Version\":\"2011-01-01\",\"Statement\":[]}",
        "{\"Statement\":{\"Effect\":\"Allow\"}}",
        "{\"Statement\":{\"Effect\":\"allow\",\"Action\":\"*\"}}",
        "{\"Statement\":{\"Action\":\"*\",\"Resource\":\"*\"}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"NotAction\":\"*\"}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"NotResource\":\"*\"}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":[],\"Resource\":\"*\"}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":[1],\"Resource\":\"*\"}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":{\"a\":1}}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Principal\":\"111122223333\"}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Principal\":{\"AWS\":1}}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Condition\":{\"Bool\":\"x\"}}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Condition\":{\"Bool\":{\"k\":null}}}}",
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Conditions\":{}}}",
        "%7B%2",
    };
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct err e = {0};
        if (parse(a, broken[i], &e)) {
            fail_msg("was read: %s", broken[i]);
        }
        assert_int_equal(e.kind, ERR_PARSE);
    }
    arena_free(a);
}

static void reads_encoded_documents_alike(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct iam_policy *plain = parse(a, "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"a:b\",\"Resource\":\"*\"}]}", &e);
    struct iam_policy *percent = parse(a,
                                       "%7B%22Statement%22%3A%5B%7B%22Resource%22%3A%22*%22%2C%22Effect%22%3A%22Allow%22%2C"
                                       "%22Action%22%3A%22a%3Ab%22%7D%5D%7D",
                                       &e);
    struct iam_policy *quoted = parse(
        a, "\"{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"a:b\\\",\\\"Resource\\\":\\\"*\\\"}]}\"", &e);
    assert_true(plain && percent && quoted);
    assert_false(plain->variables);
    assert_true(plain->hash == percent->hash && plain->hash == quoted->hash);
    struct iam_policy *other = parse(a, "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"a:c\",\"Resource\":\"*\"}]}", &e);
    assert_true(other && other->hash != plain->hash);
    arena_free(a);
}

static void policy_outlives_its_document(void **state)
{
    (void)state;
    struct arena *a = arena_new(0), *b = arena_new(0);
    struct err e = {0};
    struct json *doc =
        json_parse(b, arena_str(b, STR("{\"Statement\":[{\"Sid\":\"S\",\"Effect\":\"Allow\",\"Action\":\"x:y\",\"Resource\":\"*\"}]}")), 1000, &e);
    struct iam_policy *p = iam_policy_from_json(a, doc, &e);
    arena_wipe_free(b);
    expect_ok(p, &e);
    expect_str(p->statements[0].sid, "S");
    expect_str(p->statements[0].actions[0].text, "x:y");
    arena_free(a);
}

static void kinds_of_principals(void **state)
{
    (void)state;
    static const struct {
        const char *type, *text;
        enum iam_principal_kind kind;
    } rows[] = {
        {"*", "*", IAM_P_EVERYONE},
        {"AWS", "arn:aws:iam::111122223333:root", IAM_P_ACCOUNT},
        {"AWS", "arn:aws-cn:iam::111122223333:role/a/b/c", IAM_P_ROLE},
        {"AWS", "arn:aws:iam::111122223333:user/u", IAM_P_USER},
        {"AWS", "arn:aws:sts::111122223333:assumed-role/r/s", IAM_P_SESSION},
        {"AWS", "arn:aws:sts::111122223333:assumed-role/r", IAM_P_INVALID},
        {"AWS", "arn:aws:sts::111122223333:assumed-role/r/*", IAM_P_INVALID},
        {"AWS", "arn:aws:sts::111122223333:federated-user/f", IAM_P_FEDERATED_USER},
        {"AWS", "arn:aws:iam::*:role/x", IAM_P_INVALID},
        {"AWS", "AROAEXAMPLE1234567890", IAM_P_GONE},
        {"AWS", "11112222333", IAM_P_INVALID},
        {"Service", "x.amazonaws.com", IAM_P_SERVICE},
        {"Federated", "arn:aws:iam::111122223333:saml-provider/p", IAM_P_FEDERATED},
        {"CanonicalUser", "abc", IAM_P_CANONICAL},
        {"Other", "abc", IAM_P_INVALID},
    };
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct iam_principal p = iam_principal_compile(a, str_of(rows[i].type), str_of(rows[i].text));
        if (p.kind != rows[i].kind) {
            fail_msg("%s %s is of kind %d", rows[i].type, rows[i].text, p.kind);
        }
    }
    struct iam_principal role = iam_principal_compile(a, STR("AWS"), STR("arn:aws-cn:iam::111122223333:role/a/b/c"));
    expect_str(role.name, "a/b/c");
    expect_str(role.account, "111122223333");
    expect_str(role.partition, "aws-cn");
    arena_free(a);
}

static void operators_with_prefix_and_suffix(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct iam_condition k;
    struct str v = STR("${aws:username}");
    assert_true(iam_condition_compile(a, STR("ForAllValues:stringLikeIfExists"), STR("K"), &v, 1, true, &k));
    assert_int_equal(k.op, IAM_OP_STRING_LIKE);
    assert_int_equal(k.set, IAM_SET_ALL_VALUES);
    assert_true(k.if_exists && k.values[0].variables);
    assert_true(iam_condition_compile(a, STR("DateLessThan"), STR("K"), &v, 1, true, &k));
    assert_false(k.values[0].variables);
    assert_false(iam_condition_compile(a, STR("StringMatches"), STR("K"), &v, 1, true, &k));
    assert_false(iam_condition_compile(a, STR("NullIfExists"), STR("K"), &v, 1, true, &k));
    arena_free(a);
}

/* 10,000 statements and a document near the cap are read; past the caps it is refused. */
static void large_documents(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 8 << 20);
    buf_addz(&text, "{\"Statement\":[");
    for (int i = 0; i < 10000; i++) {
        buf_addf(&text, "%s{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::b%d/*\"}", i ? "," : "", i);
    }
    buf_addz(&text, "]}");
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct iam_policy *p = iam_policy_parse(a, buf_str(&text), &e);
    expect_ok(p, &e);
    assert_int_equal(p->count, 10000);
    assert_int_equal(p->statements[9999].index, 9999);
    text.len -= 2;
    while (text.len < IAM_POLICY_BYTES_MAX) {
        buf_addz(&text, ",{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}");
    }
    buf_addz(&text, "]}");
    assert_null(iam_policy_parse(a, buf_str(&text), &e));
    assert_int_equal(e.kind, ERR_LIMIT);
    buf_done(&text);
    arena_free(a);
}

static void deep_and_many(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct buf text;
    buf_init(&text, 8 << 20);
    buf_addz(&text, "{\"Statement\":");
    for (int i = 0; i < 200000; i++) {
        buf_addc(&text, '[');
    }
    assert_null(iam_policy_parse(a, buf_str(&text), &e));
    err_clear(&e);
    buf_reset(&text);
    buf_addz(&text, "{\"Statement\":[");
    for (int i = 0; i <= IAM_STATEMENTS_MAX; i++) {
        buf_addz(&text, i ? ",{}" : "{}");
    }
    buf_addz(&text, "]}");
    assert_null(iam_policy_parse(a, buf_str(&text), &e));
    expect_err(&e, ERR_LIMIT, "statements");
    buf_done(&text);
    arena_free(a);
}

static void nested_wildcards_are_bounded(void **state)
{
    (void)state;
    enum { STARS = 1000, TEXT = 2000 };
    struct buf pattern, text;
    buf_init(&pattern, 1 << 20);
    buf_init(&text, 1 << 20);
    for (int i = 0; i < STARS; i++) {
        buf_addz(&pattern, "*a");
    }
    buf_addc(&pattern, 'b');
    for (int i = 0; i < TEXT; i++) {
        buf_addc(&text, 'a');
    }
    uint64_t steps = 0;
    assert_false(iam_pattern_matches((struct iam_pattern){buf_str(&pattern), NULL}, buf_str(&text), false, &steps));
    assert_true(steps <= (uint64_t)2 * STARS * TEXT * 2);
    steps = 0;
    buf_reset(&pattern); /* a pattern that asks for more than there is costs nothing */
    for (int i = 0; i < 100000; i++) {
        buf_addz(&pattern, "*a");
    }
    assert_false(iam_pattern_matches((struct iam_pattern){buf_str(&pattern), NULL}, buf_str(&text), false, &steps));
    assert_int_equal(steps, 0);
    buf_done(&pattern);
    buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_element),           cmocka_unit_test(refuses_broken_structure),
        cmocka_unit_test(reads_encoded_documents_alike), cmocka_unit_test(policy_outlives_its_document),
        cmocka_unit_test(kinds_of_principals),           cmocka_unit_test(operators_with_prefix_and_suffix),
        cmocka_unit_test(large_documents),               cmocka_unit_test(deep_and_many),
        cmocka_unit_test(nested_wildcards_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
