#include "harness.h"

#include "base/embed.h"
#include "cli/error.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "codec/json.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

static const char *pairs(void *user, const char *name)
{
    for (const char *const *p = user; *p; p += 2)
        if (strcmp(p[0], name) == 0)
            return p[1];
    return NULL;
}

static bool colour_with(const char *const *variables, const char *option, bool tty)
{
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct cli_table *t = cli_table_read(a, embed_get("data/options.tsv"), &e);
    const char *argv[] = {"ward", "version", option};
    struct env env = {pairs, (void *)(uintptr_t)variables};
    struct cli *c = cli_parse(a, t, option ? 3 : 2, argv, &env, &e);
    assert_non_null(c);
    struct term_facts facts = {.out_tty = tty, .err_tty = tty, .columns = 1000};
    struct term term;
    term_init(&term, &facts, c, &env);
    assert_int_equal(term.columns, 400);
    assert_true(term.out_colour == term.err_colour);
    bool colour = term.out_colour;
    arena_free(a);
    return colour;
}

static void test_colour_order(void **state)
{
    (void)state;
    const char *none[] = {NULL}, *no[] = {"NO_COLOR", "1", NULL}, *force[] = {"CLICOLOR_FORCE", "1", NULL};
    const char *zero[] = {"CLICOLOR_FORCE", "0", NULL}, *both[] = {"NO_COLOR", "1", "CLICOLOR_FORCE", "1", NULL};
    const char *dumb[] = {"TERM", "dumb", NULL}, *ours[] = {"WARD_COLOR", "always", "NO_COLOR", "1", NULL};
    const char *empty[] = {"NO_COLOR", "", NULL};
    assert_true(colour_with(none, NULL, true));
    assert_false(colour_with(none, NULL, false));
    assert_false(colour_with(no, NULL, true));
    assert_true(colour_with(empty, NULL, true));
    assert_true(colour_with(force, NULL, false));
    assert_false(colour_with(zero, NULL, false));
    assert_false(colour_with(both, NULL, true));
    assert_false(colour_with(dumb, NULL, true));
    assert_true(colour_with(no, "--color=always", false));
    assert_false(colour_with(force, "--color=never", true));
    assert_true(colour_with(ours, NULL, false));
}

static void test_table(void **state)
{
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    struct arena *a = arena_new(0);
    static const struct table_column columns[] = {{.title = "NAME", .elastic = true}, {.title = "N", .right = true}, {.title = "WHY"}};
    struct table *t = table_new(a, columns, 3);
    table_row(t);
    table_cell(t, PAINT_PLAIN, STR("日本"));
    table_int(t, 7);
    table_cell(t, PAINT_FAIL, STR("\033[2Jx"));
    table_row(t);
    table_cell(t, PAINT_PLAIN, STR("a-name-that-is-far-too-long-for-it"));
    table_int(t, 123);
    struct buf b;
    buf_init(&b, 65536);
    table_write(t, &b, false, 1, 40);
    assert_string_equal(buf_cstr(&b), " NAME                        N  WHY\n"
                                      " 日本                        7  \\x1b[2Jx\n"
                                      " a-name-that-is-far-too-…  123\n");
    buf_reset(&b);
    table_write(t, &b, true, 0, 200);
    assert_non_null(strstr(buf_cstr(&b), "\033[1;31m\\x1b[2Jx\033[0m"));
    buf_done(&b);
    arena_free(a);
}

static void test_error(void **state)
{
    (void)state;
    struct err e = {0};
    err_set(&e, ERR_AWS, "bad name %s", "\033]0;x\007");
    err_context(&e, "reading a");
    err_context(&e, "collecting b");
    err_hint(&e, "try c");
    struct buf b;
    buf_init(&b, 65536);
    error_format(&b, false, &e);
    assert_string_equal(buf_cstr(&b), "ward: error: bad name \\x1b]0;x\\x07\nwhile: reading a\nwhile: collecting b\nhint: try c\n");
    buf_done(&b);
}

static void test_out(void **state)
{
    (void)state;
    struct out o;
    struct err e = {0};
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    out_init(&o, fd);
    out_z(&o, "text");
    assert_false(out_flush(&o, &e));
    expect_err(&e, ERR_IO, "standard output: No space left");
    out_done(&o);
    close(fd);

    signal(SIGPIPE, SIG_IGN);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    out_init(&o, ends[1]);
    for (int i = 0; i < 100000; i++)
        out_f(&o, "line %d\n", i);
    err_clear(&e);
    expect_ok(out_flush(&o, &e), &e);
    assert_true(o.closed);
    out_done(&o);
    close(ends[1]);
}

static void collect(void *user, struct str text) { buf_add(user, text); }

static void test_progress(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct buf b;
    buf_init(&b, 65536);
    struct term tty = {.err_tty = true, .columns = 60}, plain = {.columns = 80}, quiet = {.quiet = true, .columns = 80};
    struct progress_counts c = {.done = 50, .queued = 45, .in_flight = 5, .denied = 2};
    struct progress *p = progress_new(a, &tty, STR("auto"), 0, collect, &b);
    progress_update(p, &c, 50000);
    assert_int_equal(b.len, 0);
    progress_update(p, &c, 5000000);
    assert_string_equal(buf_cstr(&b), "\r\033[K50 of 100 calls, 10.0/s, about 5s to go, 2 denied");
    buf_reset(&b);
    progress_say(p, STR("role \033[1m missing"));
    assert_string_equal(buf_cstr(&b), "\r\033[Kward: role \\x1b[1m missing\n");
    buf_reset(&b);
    c = (struct progress_counts){.done = 100};
    progress_end(p, &c, 10000000);
    progress_update(p, &c, 20000000);
    assert_string_equal(buf_cstr(&b), "\r\033[K100 of 100 calls, 10.0/s\n");

    buf_reset(&b);
    p = progress_new(a, &plain, STR("auto"), 0, collect, &b);
    progress_update(p, &c, 9000000);
    assert_int_equal(b.len, 0);
    progress_update(p, &c, 10000000);
    assert_string_equal(buf_cstr(&b), "ward: 100 of 100 calls, 10.0/s\n");

    buf_reset(&b);
    p = progress_new(a, &quiet, STR("auto"), 0, collect, &b);
    progress_update(p, &c, 100000000);
    progress_end(p, &c, 100000000);
    assert_int_equal(b.len, 0);
    p = progress_new(a, &quiet, STR("json"), 0, collect, &b);
    progress_update(p, &c, 2000000);
    struct err e = {0};
    struct json *j = json_parse(a, buf_str(&b), 10000, &e);
    expect_ok(j, &e);
    expect_str(json_get_str(j, "schema"), "ward.progress/1");
    int64_t n = 0;
    assert_true(json_get_i64(j, "done", &n));
    assert_int_equal(n, 100);
    buf_done(&b);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_colour_order), cmocka_unit_test(test_table),    cmocka_unit_test(test_error),
        cmocka_unit_test(test_out),          cmocka_unit_test(test_progress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
