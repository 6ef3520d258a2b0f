#include "harness.h"

#include "base/buf.h"
#include "base/instant.h"
#include "base/map.h"

static void test_glob(void **state)
{
    (void)state;
    assert_true(str_glob(STR("*"), STR("")));
    assert_true(str_glob(STR("a*b*c"), STR("axxbyyc")));
    assert_false(str_glob(STR("a*b*c"), STR("axxbyy")));
    assert_true(str_glob(STR("a?c"), STR("abc")));
    assert_false(str_glob(STR("a?c"), STR("ac")));
    assert_false(str_glob(STR(""), STR("a")));
}

static void test_numbers(void **state)
{
    (void)state;
    int64_t v;
    uint64_t u;
    assert_true(str_to_i64(STR("-9223372036854775808"), &v));
    assert_true(v == INT64_MIN);
    assert_false(str_to_i64(STR("9223372036854775808"), &v));
    assert_false(str_to_i64(STR("12a"), &v));
    assert_false(str_to_u64(STR(""), &u));
    assert_true(str_to_u64(STR("18446744073709551615"), &u));
    assert_false(str_to_u64(STR("18446744073709551616"), &u));
}

static void test_cut(void **state)
{
    (void)state;
    struct str rest = STR("a,,b");
    expect_str(str_cut(&rest, ','), "a");
    expect_str(str_cut(&rest, ','), "");
    expect_str(str_cut(&rest, ','), "b");
    assert_null(rest.ptr);
}

static void test_instant(void **state)
{
    (void)state;
    char text[INSTANT_TEXT_MAX];
    int64_t us;
    assert_true(instant_parse(STR("2026-01-02T03:04:05.123Z"), &us));
    assert_string_equal(instant_cli(us, text), "2026-01-02T03:04:05.123000+00:00");
    assert_true(instant_parse(STR("2026-01-02T03:04:05+02:00"), &us));
    assert_string_equal(instant_cli(us, text), "2026-01-02T01:04:05+00:00");
    assert_string_equal(instant_basic(us, text), "20260102T010405Z");
    assert_true(instant_parse(STR("2024-02-29"), &us));
    assert_string_equal(instant_z(us, text), "2024-02-29T00:00:00Z");
    assert_false(instant_parse(STR("2026-02-29"), &us));
    assert_false(instant_parse(STR("2026-01-02T03:04"), &us));
    assert_false(instant_parse(STR("2026-01-02T03:04:05.Z"), &us));
    assert_true(instant_parse(STR("1969-12-31T23:59:59Z"), &us));
    assert_true(us == -US_PER_S);
    assert_string_equal(instant_z(us, text), "1969-12-31T23:59:59Z");
}

static void test_map_grows(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct map m;
    map_init(&m, a);
    for (int i = 0; i < 5000; i++)
        assert_true(map_add(&m, arena_printf(a, "key-%d", i), a));
    assert_false(map_add(&m, STR("key-77"), a));
    assert_int_equal(m.count, 5000);
    assert_true(map_has(&m, STR("key-4999")));
    assert_false(map_has(&m, STR("key-5000")));
    expect_str(m.entries[77].key, "key-77");
    arena_free(a);
}

static void test_buf_cap_is_sticky(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4);
    buf_addz(&b, "abc");
    buf_addz(&b, "de");
    buf_addz(&b, "f");
    assert_true(b.failed);
    expect_str(buf_str(&b), "abc");
    buf_done(&b);
}

static void test_err_first_wins(void **state)
{
    (void)state;
    struct err e = {0};
    err_set(&e, ERR_IO, "first");
    err_set(&e, ERR_NET, "second");
    err_context(&e, "reading %s", "x");
    expect_err(&e, ERR_IO, "first");
    assert_int_equal(err_exit_status(ERR_USAGE), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_glob), cmocka_unit_test(test_numbers), cmocka_unit_test(test_cut),
        cmocka_unit_test(test_instant), cmocka_unit_test(test_map_grows), cmocka_unit_test(test_buf_cap_is_sticky),
        cmocka_unit_test(test_err_first_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
