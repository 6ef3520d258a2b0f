#include "harness.h"

#include "codec/yaml.h"

static int setup(void **state)
{
    *state = arena_new(0);
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void test_tree(void **state)
{
    struct str text = STR("# ü comment\n"
                          "näme: {a: no, b: 'it''s', c: [1e3, 08:00]}\n"
                          "list:\n"
                          "  - x: 1\n"
                          "    y: |\n"
                          "      two\n"
                          "      lines\n"
                          "  - ''\n"
                          "none:\n");
    struct err e = {0};
    struct yaml *root = yaml_parse(*state, text, 10000, &e);
    expect_ok(root, &e);
    assert_int_equal(root->count, 3);
    struct yaml *flow = yaml_get(root, STR("näme"));
    assert_true(flow->flow);
    expect_str(yaml_get(flow, STR("a"))->text, "no");
    expect_str(yaml_get(flow, STR("b"))->text, "it's");
    assert_true(yaml_get(flow, STR("b"))->quoted);
    struct yaml *c = yaml_get(flow, STR("c"));
    expect_str(c->first->text, "1e3");
    expect_str(c->last->text, "08:00");
    expect_str(str_sub(text, c->begin, c->end), "[1e3, 08:00]");
    expect_str(str_sub(text, flow->begin, flow->end), "{a: no, b: 'it''s', c: [1e3, 08:00]}");
    struct yaml *item = yaml_get(root, STR("list"))->first;
    expect_str(yaml_get(item, STR("y"))->text, "two\nlines\n");
    assert_int_equal(yaml_get(item, STR("y"))->key_line, 5);
    assert_int_equal(yaml_get(item, STR("x"))->column, 8);
    assert_false(yaml_is_nothing(item->next));
    assert_true(yaml_is_nothing(yaml_get(root, STR("none"))));
    assert_null(yaml_get(root, STR("missing")));
}

static void test_empty(void **state)
{
    static const char *const texts[] = {"", "# only a comment\n", "\n\n"};
    for (size_t i = 0; i < 3; i++) {
        struct err e = {0};
        struct yaml *root = yaml_parse(*state, str_of(texts[i]), 100, &e);
        expect_ok(root, &e);
        assert_true(root->type == YAML_MAP && root->count == 0);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"a: &x 1\n", "line 1 column 4: anchors"},
        {"a: [1, *x]\n", "line 1 column 8: aliases"},
        {"a: !!str 1\n", "line 1 column 4: tags"},
        {"a: !mine {b: 1}\n", "tags"},
        {"a:\n  <<: {b: 1}\n", "line 2 column 3: merge keys"},
        {"a: 1\n---\nb: 2\n", "only one document"},
        {"%YAML 1.1\n---\na: 1\n", "directives"},
        {"a: 1\nb: 2\na: 3\n", "line 3 column 1: the key \"a\" is there twice"},
        {"? [a]\n: 1\n", "a key must be a plain word"},
        {"? {a: 1}\n: 1\n", "a key must be a plain word"},
        {"&k a: 1\n", "anchors"},
        {"'': 1\n", "a key must not be empty"},
        {"a: [1\nb: 2\n", "line 2"},
        {"a: \"x\n", "line"},
        {"\ta: 1\n", "line 1"},
        {"a: \x01\n", "byte 3"},
        {"a: \xff\n", "not UTF-8"},
        {"- [", "line"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        assert_null(yaml_parse(*state, str_of(cases[i].text), 1000, &e));
        expect_err(&e, ERR_PARSE, cases[i].message);
    }
}

static void test_caps(void **state)
{
    struct err e = {0};
    assert_null(yaml_parse(*state, STR("a: 1\n"), 4, &e));
    expect_err(&e, ERR_LIMIT, "4 bytes");
    char deep[2 * (YAML_DEPTH_MAX + 1)];
    memset(deep, '[', YAML_DEPTH_MAX + 1);
    memset(deep + YAML_DEPTH_MAX + 1, ']', YAML_DEPTH_MAX + 1);
    err_clear(&e);
    assert_null(yaml_parse(*state, str_make(deep, sizeof deep), 1000, &e));
    expect_err(&e, ERR_PARSE, "nested too deep");
    err_clear(&e);
    expect_ok(yaml_parse(*state, str_make(deep + 1, sizeof deep - 2), 1000, &e), &e);
}

/* What is written is read back as the same scalar. */
static void test_write(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"plain-1.2/x", "plain-1.2/x"}, {"a:b", "a:b"},       {"a:", "\"a:\""},       {"", "\"\""},
        {"- x", "\"- x\""},             {"*", "\"*\""},       {"ü 日本", "\"ü 日本\""}, {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"two\nlines", "\"two\\nlines\""}, {"\x1b\x7f", "\"\\u001b\\u007f\""}, {"\xc2\x85", "\"\\u0085\""},
        {"# no comment", "\"# no comment\""}, {" lead", "\" lead\""}, {"\xe2\x80\xa8", "\"\\u2028\""}, {"😀", "\"😀\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        struct err e = {0};
        buf_init(&b, 1000);
        yaml_write_scalar(&b, str_of(cases[i].text));
        expect_str(buf_str(&b), cases[i].want);
        struct str line = arena_printf(*state, "k: %s\n", buf_cstr(&b));
        struct yaml *root = yaml_parse(*state, line, 1000, &e);
        expect_ok(root, &e);
        expect_str(yaml_get(root, STR("k"))->text, cases[i].text);
        buf_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tree, setup, teardown),
        cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_caps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_write, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
