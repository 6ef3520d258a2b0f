#include "harness.h"

#include "codec/hash.h"
#include "codec/json.h"

static struct json *parse(struct arena *a, const char *text, struct err *e)
{
    return json_parse(a, str_of(text), 1 << 20, e);
}

static void test_round_trip(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"a\":[1,-2.50e+10,true,false,null,\"x\\ny\"],\"b\":{}}", "[]", "\"\\u0001\"", "0", "{\"\":\"\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena *a = arena_new(0);
        struct err e = {0};
        struct json *j = parse(a, texts[i], &e);
        expect_ok(j, &e);
        struct buf b;
        buf_init(&b, 1 << 20);
        json_write(&b, j);
        expect_str(buf_str(&b), texts[i]);
        buf_done(&b);
        arena_free(a);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",     "{",         "[1,]",     "{\"a\":1,}", "01",      "1.",       "+1",   "NaN",  "'a'",
        "tru",  "\"\\x\"",   "\"\\ud800\"", "\"a",     "[1] 2",   "{\"a\" 1}", "\"\x01\"", "\"\xff\"", "{\"a\":1,\"a\":2}",
        "1e",   "\"\\udc00\\ud800\"", "\"\xed\xa0\x80\"", "\"\\",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena *a = arena_new(0);
        struct err e = {0};
        if (parse(a, texts[i], &e))
            fail_msg("accepted %s", texts[i]);
        assert_int_equal(e.kind, ERR_PARSE);
        arena_free(a);
    }
}

static void test_depth_cap(void **state)
{
    (void)state;
    char deep[2 * JSON_DEPTH_MAX + 8];
    memset(deep, '[', sizeof deep);
    struct arena *a = arena_new(0);
    struct err e = {0};
    assert_null(json_parse(a, str_make(deep, sizeof deep), 1 << 20, &e));
    assert_int_equal(e.kind, ERR_LIMIT);
    arena_free(a);
}

static void test_place_of_error(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e = {0};
    assert_null(parse(a, "{\n  \"a\": x\n}", &e));
    expect_err(&e, ERR_PARSE, "line 2 column 8");
    arena_free(a);
}

static void test_many_members_duplicate(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_addc(&b, '{');
    for (int i = 0; i < 100; i++)
        buf_addf(&b, "\"k%d\":%d,", i, i);
    buf_addz(&b, "\"k50\":0}");
    struct err e = {0};
    assert_null(json_parse(a, buf_str(&b), 1 << 20, &e));
    expect_err(&e, ERR_PARSE, "twice");
    buf_done(&b);
    arena_free(a);
}

static void test_canonical_and_equal(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct json *x = parse(a, "{\"b\":1,\"a\":{\"d\":2,\"c\":3}}", &e), *y = parse(a, "{\"a\":{\"c\":3,\"d\":2},\"b\":1}", &e);
    assert_true(json_equal(x, y));
    struct buf b;
    buf_init(&b, 1 << 20);
    json_write_canonical(&b, x);
    expect_str(buf_str(&b), "{\"a\":{\"c\":3,\"d\":2},\"b\":1}");
    buf_done(&b);
    expect_str(json_path(x, "a.c")->text, "3");
    assert_null(json_path(x, "a.q.c"));
    arena_free(a);
}

static void test_encodings(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    char hex[SHA256_HEX_MAX];
    assert_string_equal(sha256_hex(STR("abc"), hex), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    static const char *const plain[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
    static const char *const coded[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (int i = 0; i < 7; i++) {
        struct str out;
        expect_str(base64_encode(a, str_of(plain[i])), coded[i]);
        assert_true(base64_decode(a, str_of(coded[i]), &out));
        expect_str(out, plain[i]);
    }
    struct str out;
    assert_false(base64_decode(a, STR("Zg="), &out));
    assert_false(base64_decode(a, STR("Z=g="), &out));
    struct buf b;
    buf_init(&b, 100);
    percent_encode(&b, STR("a/b c~\xC3\xA9"), "/");
    expect_str(buf_str(&b), "a/b%20c~%C3%A9");
    assert_true(percent_decode(a, buf_str(&b), &out));
    expect_str(out, "a/b c~\xC3\xA9");
    assert_false(percent_decode(a, STR("%4"), &out));
    assert_false(percent_decode(a, STR("%zz"), &out));
    buf_done(&b);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_refused), cmocka_unit_test(test_depth_cap),
        cmocka_unit_test(test_place_of_error), cmocka_unit_test(test_many_members_duplicate),
        cmocka_unit_test(test_canonical_and_equal), cmocka_unit_test(test_encodings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
