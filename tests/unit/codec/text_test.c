#include "harness.h"

#include "base/buf.h"
#include "codec/csv.h"
#include "codec/text.h"

#include <locale.h>

static void expect_safe(const char *in, const char *want)
{
    struct buf b;
    buf_init(&b, 4096);
    text_safe(&b, str_of(in));
    expect_str(buf_str(&b), want);
    buf_done(&b);
}

static void test_safe(void **state)
{
    (void)state;
    expect_safe("plain ü 日本 \\x", "plain ü 日本 \\x");
    expect_safe("a\nb\tc", "a b c");
    expect_safe("\033[31mred\033[0m", "\\x1b[31mred\\x1b[0m");
    expect_safe("\r\b\x7f", "\\x0d\\x08\\x7f");
    expect_safe("c1 \xc2\x9b", "c1 \\x9b");
    expect_safe("\xff\xc0\xaf", "\\xff\\xc0\\xaf");
    expect_safe("\xe2\x80\xae""evil", "\\u{202e}evil");
    expect_safe("\xef\xbb\xbf\xe2\x80\x8b", "\\u{feff}\\u{200b}");
    expect_safe("\xf3\xa0\x81\x81", "\\u{e0041}");
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(text_width(STR("abc")), 3);
    assert_int_equal(text_width(STR("日本")), 4);
    assert_int_equal(text_width(STR("e\xcc\x81")), 1);
    assert_int_equal(text_width(STR("\033")), 4);
    struct buf b;
    buf_init(&b, 4096);
    assert_int_equal(text_fit(&b, STR("日本語"), 5), 5);
    expect_str(buf_str(&b), "日本…");
    buf_reset(&b);
    assert_int_equal(text_fit(&b, STR("abcdef"), 6), 6);
    expect_str(buf_str(&b), "abcdef");
    buf_reset(&b);
    text_wrap(&b, STR("one two three  four"), 2, 2, 9);
    expect_str(buf_str(&b), "one two\n  three\n  four");
    buf_done(&b);
}

static void test_csv(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4096);
    struct csv c;
    csv_init(&c, &b);
    csv_strz(&c, "a,b");
    csv_strz(&c, "say \"x\"");
    csv_str(&c, (struct str){NULL, 0});
    csv_int(&c, -5);
    csv_end_row(&c);
    csv_strz(&c, "=cmd|' /C calc'!A0");
    csv_strz(&c, "+1");
    csv_strz(&c, "-1");
    csv_strz(&c, "@SUM(1)");
    csv_strz(&c, "\t=1");
    csv_strz(&c, "two\nlines");
    csv_str(&c, STR("\xff\0"));
    csv_end_row(&c);
    expect_str(buf_str(&b), "\"a,b\",\"say \"\"x\"\"\",,-5\r\n"
                            "'=cmd|' /C calc'!A0,'+1,'-1,'@SUM(1),'\t=1,\"two\nlines\",\xef\xbf\xbd\xef\xbf\xbd\r\n");
    buf_done(&b);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_safe), cmocka_unit_test(test_width), cmocka_unit_test(test_csv)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
