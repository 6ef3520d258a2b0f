#include "harness.h"

#include "iam/match.h"

struct fixture {
    struct arena *a;
    struct residue_pool *pool;
    struct iam_key keys[4];
    struct iam_context context;
};

static void begin(struct fixture *f)
{
    *f = (struct fixture){.a = arena_new(0)};
    f->pool = residue_pool_new(f->a);
    f->context.keys = f->keys;
}

/* Values divided by '|'. */
static void key(struct fixture *f, const char *name, enum iam_key_state state, const char *values)
{
    struct iam_key *k = &f->keys[f->context.count++];
    *k = (struct iam_key){.name = str_of(name), .state = state, .values = arena_array_of(f->a, struct str, 8)};
    struct str rest = values ? str_of(values) : (struct str){NULL, 0};
    while (rest.ptr) {
        k->values[k->count++] = str_cut(&rest, '|');
    }
    k->list = k->count > 1;
}

static const struct residue *ask(struct fixture *f, const char *op, const char *values)
{
    struct str list[8], rest = str_of(values);
    uint32_t n = 0;
    while (rest.ptr) {
        list[n++] = str_cut(&rest, '|');
    }
    struct iam_condition k;
    (void)iam_condition_compile(f->a, str_of(op), STR("T:Key"), list, n, true, &k);
    return iam_condition_holds(f->pool, &k, true, &f->context, NULL);
}

struct row {
    const char *op, *value, *values;
    int want;
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct fixture f;
        begin(&f);
        if (rows[i].value) {
            key(&f, "t:key", IAM_KEY_KNOWN, rows[i].value);
        }
        const struct residue *r = ask(&f, rows[i].op, rows[i].values);
        if (r != (rows[i].want ? residue_true : residue_false)) {
            fail_msg("%s of %s with %s is not %d", rows[i].op, rows[i].value ? rows[i].value : "nothing", rows[i].values, rows[i].want);
        }
        arena_free(f.a);
    }
}
#define CHECK(rows) check(rows, sizeof rows / sizeof rows[0])

static void texts(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"StringEquals", "a*", "a*", 1},      {"StringEquals", "ab", "a*", 0},        {"StringEquals", "A", "a", 0},
        {"StringEquals", "b", "a|b", 1},      {"StringNotEquals", "b", "a|b", 0},     {"StringNotEquals", "c", "a|b", 1},
        {"StringEqualsIgnoreCase", "A", "a", 1}, {"StringNotEqualsIgnoreCase", "A", "b", 1}, {"StringLike", "abc", "x|a?c", 1},
        {"StringNotLike", "abc", "x*|*c", 0}, {"StringLike", "a*c", "a${*}c", 1},     {"StringLike", "abc", "a${*}c", 0},
        {"stringlike", "abc", "a*", 1},       {"StringIsLike", "abc", "abc", 0},      {"BinaryEquals", "QUI=", "QUI=", 1},
        {"Bool", "False", "FALSE", 1},        {"Bool", "yes", "true", 0},             {"Bool", "true", "yes", 0},
        {"StringEquals", NULL, "a", 0},       {"StringNotEquals", NULL, "a", 1},      {"StringEqualsIfExists", NULL, "a", 1},
        {"StringLikeIfExists", "b", "a", 0},  {"Null", NULL, "true", 1},              {"Null", NULL, "false", 0},
        {"Null", "x", "false", 1},            {"Null", "x", "true", 0},               {"Bool", NULL, "false", 0},
    };
    CHECK(rows);
}

static void numbers_and_dates(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"NumericEquals", "10", "10.0", 1},
        {"NumericEquals", "010", "10", 1},
        {"NumericEquals", "10abc", "10", 0},
        {"NumericNotEquals", "10abc", "11", 0},
        {"NumericNotEquals", "10", "11", 1},
        {"NumericLessThan", "-2", "-1.5", 1},
        {"NumericGreaterThan", "9007199254740993", "9007199254740992", 1},
        {"NumericLessThanEquals", "0.10", ".1", 1},
        {"NumericGreaterThanEquals", "-0", "0", 1},
        {"NumericLessThan", "5", "1|10", 1},
        {"NumericEquals", "", "0", 0},
        {"NumericEquals", ".", "0", 0},
        {"DateEquals", "2026-01-02T00:00:00Z", "1767312000", 1},
        {"DateEquals", "2026-01-02T02:00:00+02:00", "2026-01-02", 1},
        {"DateLessThan", "1767311999", "2026-01-02T00:00:00Z", 1},
        {"DateGreaterThan", "2026-01-02T00:00:00.001Z", "2026-01-02T00:00Z", 1},
        {"DateGreaterThanEquals", "2026-01-01T00:00:00Z", "2026-01", 1},
        {"DateNotEquals", "tomorrow", "2026-01-02", 0},
        {"DateNotEquals", NULL, "2026-01-02", 1},
        {"DateLessThan", "99999999999999999999", "2026-01-02", 0},
        {"DateLessThanEquals", "2026-13-02", "2027-01-02", 0},
    };
    CHECK(rows);
}

static void addresses(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"IpAddress", "10.1.2.3", "10.1.0.0/16", 1},     {"IpAddress", "10.2.2.3", "10.1.0.0/16", 0},
        {"IpAddress", "10.1.2.3", "10.1.2.9/29", 0},     {"IpAddress", "10.1.2.15", "10.1.2.9/29", 1},
        {"IpAddress", "10.1.2.3", "0.0.0.0/0", 1},       {"IpAddress", "2001:db8::1", "2001:db8::/33", 1},
        {"IpAddress", "2001:db8:8000::1", "2001:db8::/33", 0}, {"IpAddress", "10.1.2.3", "::/0", 0},
        {"NotIpAddress", "10.1.2.3", "::/0", 1},         {"NotIpAddress", "10.1.2.3", "10.1.2.3", 0},
        {"IpAddress", "10.1.2.3", "10.1.0.0/33", 0},     {"NotIpAddress", "10.1.2.3", "10.2.0.0/33", 0},
        {"NotIpAddress", "10.1.2", "10.2.0.0/16", 0},    {"IpAddress", "10.1.2.3/32", "10.1.2.3", 0},
        {"IpAddress", NULL, "10.0.0.0/8", 0},            {"NotIpAddress", NULL, "10.0.0.0/8", 1},
    };
    CHECK(rows);
    struct fixture f;
    begin(&f);
    key(&f, "t:key", IAM_KEY_KNOWN, "::ffff:10.1.2.3");
    assert_int_equal(residue_leaf_of(ask(&f, "IpAddress", "10.0.0.0/8"))->kind, RESIDUE_UNREAD);
    arena_free(f.a);
}

static void arns(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"ArnLike", "arn:aws:sns:eu-west-1:1:t", "arn:aws:sns:*:1:t", 1},
        {"ArnEquals", "arn:aws:sns:eu-west-1:1:t", "arn:aws:sns:*:1:*", 1},
        {"ArnLike", "arn:aws:sns:eu-west-1:1:t", "arn:aws:*:t", 0},
        {"ArnLike", "arn:aws:sns:eu-west-1:1:t", "*", 0},
        {"ArnNotLike", "arn:aws:sns:eu-west-1:1:t", "*", 0},
        {"ArnNotEquals", "arn:aws:sns:eu-west-1:1:t", "arn:aws:sns:*:2:*", 1},
        {"ArnNotLike", "plain", "arn:aws:sns:*:2:*", 0},
        {"ArnLike", "arn:aws:logs:r:1:log-group:g:*", "arn:aws:logs:r:1:log-group:*", 1},
        {"ArnNotLike", NULL, "arn:aws:sns:*:2:*", 1},
    };
    CHECK(rows);
}

static void set_operators(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"ForAnyValue:StringEquals", "a|x", "a|b", 1},   {"ForAnyValue:StringEquals", "x|y", "a|b", 0},
        {"ForAllValues:StringEquals", "a|b", "a|b", 1},  {"ForAllValues:StringEquals", "a|x", "a|b", 0},
        {"ForAllValues:StringNotEquals", "x|y", "a", 1}, {"ForAllValues:StringNotEquals", "x|a", "a", 0},
        {"ForAnyValue:StringNotEquals", "a|b", "a", 1},  {"ForAnyValue:StringNotEquals", "a|b", "a|b", 0},
        {"ForAllValues:StringEquals", NULL, "a", 1},     {"ForAnyValue:StringEquals", NULL, "a", 0},
        {"ForAnyValue:StringNotEquals", NULL, "a", 0},   {"ForAllValues:StringLikeIfExists", NULL, "a", 1},
        {"StringEquals", "a|b", "a", 0},                 {"StringNotEquals", "a|b", "c", 0}, /* needs a set operator */
        {"ForAllValues:Null", NULL, "true", 1},          {"ForAnyValue:StringEquals", "a", "a", 1},
    };
    CHECK(rows);
    struct fixture f;
    begin(&f);
    assert_int_equal(residue_leaf_of(ask(&f, "ForAnyValue:StringEqualsIfExists", "a"))->kind, RESIDUE_UNREAD);
    arena_free(f.a);
}

/* "Inverted condition operators ... do match against a null value." */
static void variables(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    key(&f, "t:key", IAM_KEY_KNOWN, "red");
    key(&f, "t:color", IAM_KEY_KNOWN, "red");
    key(&f, "t:open", IAM_KEY_OPEN, NULL);
    assert_ptr_equal(ask(&f, "StringEquals", "${t:Color}"), residue_true);
    assert_ptr_equal(ask(&f, "StringNotEquals", "${t:Color}"), residue_false);
    assert_ptr_equal(ask(&f, "StringEquals", "${t:none}"), residue_false);
    assert_ptr_equal(ask(&f, "StringNotEquals", "${t:none}"), residue_true);
    assert_ptr_equal(ask(&f, "StringNotLike", "*${t:none}*"), residue_true);
    assert_ptr_equal(ask(&f, "StringEquals", "${t:none, 'red'}"), residue_true);
    const struct residue *r = ask(&f, "StringNotEquals", "${t:open}");
    assert_true(r != residue_true && r != residue_false);
    assert_ptr_equal(residue_not(f.pool, r), ask(&f, "StringEquals", "${t:open}"));
    expect_str(residue_leaf_of(ask(&f, "StringEquals", "${t:open}"))->key, "t:open");
    assert_ptr_equal(ask(&f, "StringEquals", "blue-${t:open}"), residue_false);
    assert_ptr_equal(ask(&f, "StringLike", "b*${t:open}"), residue_false);
    f.keys[0].values[0] = STR("a-${x}"); /* a text that looks like a variable is none */
    expect_str(residue_leaf_of(ask(&f, "StringEquals", "a-${t:open}"))->values[0], "${$}{x}");
    assert_ptr_equal(ask(&f, "ArnNotEquals", "${t:none}"), residue_false); /* and what is no ARN is not compared */
    f.keys[0].values[0] = STR("arn:aws:s3:::b");
    assert_ptr_equal(ask(&f, "ArnNotEquals", "${t:none}"), residue_true);
    assert_ptr_equal(ask(&f, "ArnEquals", "${t:none}"), residue_false);
    arena_free(f.a);
}

static void keys_that_are_not_known(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    key(&f, "t:key", IAM_KEY_SOME, NULL);
    key(&f, "t:color", IAM_KEY_KNOWN, "a*");
    assert_ptr_equal(ask(&f, "Null", "true"), residue_false);
    const struct residue *r = ask(&f, "StringLike", "x|${t:color}b*|${t:none}");
    assert_int_equal(residue_kind_of(r), RESIDUE_LEAF);
    assert_int_equal(residue_leaf_of(r)->count, 2);
    expect_str(residue_leaf_of(r)->values[1], "a${*}b*");
    assert_ptr_equal(ask(&f, "StringEquals", "${t:none}"), residue_false);
    assert_ptr_equal(ask(&f, "StringNotEquals", "${t:none}"), residue_true);
    f.keys[0].state = IAM_KEY_OPEN;
    assert_ptr_equal(ask(&f, "StringNotEquals", "${t:none}"), residue_true);
    assert_ptr_equal(ask(&f, "StringEqualsIfExists", "${t:none}"), ask(&f, "Null", "true"));
    f.context.count = 0;
    f.context.open = true;
    assert_int_equal(residue_kind_of(ask(&f, "Null", "true")), RESIDUE_LEAF);
    assert_ptr_equal(ask(&f, "Null", "true|false"), residue_true);
    assert_ptr_equal(ask(&f, "ForAllValues:Null", "false"), residue_true);
    assert_ptr_equal(ask(&f, "ForAnyValue:Null", "true"), residue_false);
    arena_free(f.a);
}

static void keys_that_may_be_there(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    key(&f, "t:key", IAM_KEY_MAYBE, "a");
    assert_ptr_equal(ask(&f, "StringEquals", "b"), residue_false);
    assert_ptr_equal(ask(&f, "StringNotEquals", "b"), residue_true);
    assert_ptr_equal(ask(&f, "StringEquals", "a"), ask(&f, "Null", "false"));
    assert_ptr_equal(ask(&f, "StringNotEquals", "a"), ask(&f, "Null", "true"));
    arena_free(f.a);
}

static void all_entries_must_hold(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    key(&f, "t:key", IAM_KEY_KNOWN, "a");
    struct err e = {0};
    struct iam_policy *p = iam_policy_parse(
        f.a, STR("{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"StringEquals\":"
                 "{\"t:key\":[\"a\",\"b\"],\"T:Key\":[\"a\",\"c\"]}}},{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\","
                 "\"Condition\":{\"StringEquals\":{\"t:key\":\"a\",\"T:Key\":\"c\"}}}]}"), &e);
    expect_ok(p, &e);
    assert_ptr_equal(iam_statement_conditions(f.pool, &p->statements[0], false, &f.context, NULL), residue_true);
    assert_ptr_equal(iam_statement_conditions(f.pool, &p->statements[1], false, &f.context, NULL), residue_false);
    arena_free(f.a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),          cmocka_unit_test(numbers_and_dates), cmocka_unit_test(addresses),
        cmocka_unit_test(arns),           cmocka_unit_test(set_operators),     cmocka_unit_test(variables),
        cmocka_unit_test(keys_that_are_not_known), cmocka_unit_test(keys_that_may_be_there),
        cmocka_unit_test(all_entries_must_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
