#include "harness.h"

#include "base/embed.h"
#include "base/env.h"
#include "cli/cli.h"

/* "A=1\0B=2\0" */
static const char *lookup(void *user, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = user; *p; p += strlen(p) + 1)
        if (strncmp(p, name, n) == 0 && p[n] == '=')
            return p + n + 1;
    return NULL;
}

struct fixture {
    struct arena *a;
    struct cli_table *table;
    struct err e;
    char variables[512];
    struct env env;
};

static int setup(void **state)
{
    static struct fixture f;
    memset(&f, 0, sizeof f);
    f.a = arena_new(0);
    f.table = cli_table_read(f.a, embed_get("data/options.tsv"), &f.e);
    f.env = (struct env){lookup, f.variables};
    *state = &f;
    return f.table ? 0 : -1;
}

static int teardown(void **state)
{
    arena_free(((struct fixture *)*state)->a);
    return 0;
}

#define SET_ENV(f, literal) memcpy((f)->variables, literal, sizeof(literal))
#define PARSE(f, ...) parse((f), (const char *const[]){"ward", __VA_ARGS__, NULL})
static struct cli *parse(struct fixture *f, const char *const *argv)
{
    int n = 0;
    while (argv[n])
        n++;
    err_clear(&f->e);
    return cli_parse(f->a, f->table, n, argv, &f->env, &f->e);
}

static void test_values(void **state)
{
    struct fixture *f = *state;
    struct cli *c = PARSE(f, "audit", "--region", "us-east-1,eu-west-1", "--db=x.db", "--region=us-west-2", "-qv", "-o",
                          "json", "--max-rate", "7", "--as-of", "2026-01-02");
    expect_ok(c, &f->e);
    expect_str(cli_verb(c)->name, "audit");
    const struct str *regions;
    assert_int_equal(cli_list(c, "region", &regions), 3);
    expect_str(regions[1], "eu-west-1");
    expect_str(regions[2], "us-west-2");
    expect_str(cli_str(c, "db"), "x.db");
    expect_str(cli_str(c, "output"), "json");
    assert_true(cli_flag(c, "quiet") && cli_flag(c, "verbose") && !cli_flag(c, "offline"));
    assert_int_equal(cli_int(c, "max-rate", 0), 7);
    assert_int_equal(cli_int(c, "run", -1), -1);
    int64_t us = 0;
    assert_true(cli_time_us(c, "as-of", &us));
    assert_int_equal(us, INT64_C(1767312000000000));
    assert_true(cli_given(c, "db") && !cli_given(c, "role-name"));
    expect_str(cli_str(c, "role-name"), "ward-audit");
    assert_null(cli_str(c, "profile").ptr);
    assert_string_equal(cli_origin(c, "db"), "option --db");
    assert_string_equal(cli_origin(c, "role-name"), "default");
}

static void test_environment(void **state)
{
    struct fixture *f = *state;
    SET_ENV(f, "WARD_DB=env.db\0WARD_QUIET=1\0WARD_ACCOUNT=111111111111,222222222222\0");
    struct cli *c = PARSE(f, "audit");
    expect_ok(c, &f->e);
    expect_str(cli_str(c, "db"), "env.db");
    assert_string_equal(cli_origin(c, "db"), "environment WARD_DB");
    assert_true(cli_flag(c, "quiet"));
    const struct str *accounts;
    assert_int_equal(cli_list(c, "account", &accounts), 2);
    c = PARSE(f, "audit", "--db", "flag.db", "--account", "333333333333");
    expect_ok(c, &f->e);
    expect_str(cli_str(c, "db"), "flag.db");
    assert_int_equal(cli_list(c, "account", &accounts), 1);
    SET_ENV(f, "WARD_QUIET=maybe\0");
    assert_null(PARSE(f, "audit"));
    expect_err(&f->e, ERR_USAGE, "WARD_QUIET");
}

static void test_arguments(void **state)
{
    struct fixture *f = *state;
    struct cli *c = PARSE(f, "explain", "--", "--odd");
    expect_ok(c, &f->e);
    expect_str(cli_arg(c, 0), "--odd");
    assert_null(cli_arg(c, 1).ptr);
    c = PARSE(f, "--color", "never", "diff", "1", "2");
    expect_ok(c, &f->e);
    assert_int_equal(cli_arg_count(c), 2);
    c = PARSE(f, "--version");
    expect_ok(c, &f->e);
    expect_str(cli_verb(c)->name, "version");
    c = PARSE(f, "waive", "--help");
    expect_ok(c, &f->e);
    assert_true(cli_help_wanted(c));
}

static void test_refusals(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *argv[6];
        const char *message, *hint;
    } cases[] = {
        {{"ward", "audti"}, "unknown verb \"audti\"", "did you mean audit?"},
        {{"ward", "zzzzzz"}, "unknown verb", "ward help lists"},
        {{"ward", "audit", "--regoin=us-east-1"}, "unknown option --regoin of audit", "--region?"},
        {{"ward", "audit", "--reg", "us-east-1"}, "unknown option --reg of audit", "--region?"},
        {{"ward", "audit", "--owner=x"}, "unknown option --owner", "it is an option of: waive"},
        {{"ward", "--db=x", "audit"}, "unknown option --db of ward", "stand after it"},
        {{"ward", "audit", "-z"}, "unknown option -z", "ward help audit"},
        {{"ward", "audit", "--db"}, "needs a value", "--db PATH"},
        {{"ward", "audit", "--db", "--offline"}, "needs a value", "--db=VALUE"},
        {{"ward", "audit", "--db="}, "the value is empty", ""},
        {{"ward", "audit", "--quiet=1"}, "takes no value", ""},
        {{"ward", "audit", "--db=a", "--db=b"}, "given twice", ""},
        {{"ward", "audit", "--output", "jsn"}, "\"jsn\" is not one of text|json|csv", "did you mean json?"},
        {{"ward", "audit", "--account=12345"}, "not an account id", "ward help"},
        {{"ward", "audit", "--region=US"}, "not the name of a region", ""},
        {{"ward", "audit", "--max-in-flight=0"}, "out of range", "1 to 1024"},
        {{"ward", "audit", "--max-rate=1e3"}, "not a whole number", ""},
        {{"ward", "audit", "--as-of=yesterday"}, "not a date or a time", ""},
        {{"ward", "waive", "--expires=2026-1-1", "x"}, "not a date", ""},
        {{"ward", "audit", "--endpoint-url=ftp://x"}, "not an http or https URL", ""},
        {{"ward", "audit", "extra"}, "unexpected argument \"extra\"", "usage: ward audit"},
        {{"ward", "explain"}, "explain needs FINDING", "usage: ward explain FINDING"},
        {{"ward", "diff", "1"}, "diff needs A B", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(parse(f, cases[i].argv));
        expect_err(&f->e, ERR_USAGE, cases[i].message);
        if (!strstr(f->e.hint, cases[i].hint))
            fail_msg("%s: hint \"%s\" lacks \"%s\"", cases[i].message, f->e.hint, cases[i].hint);
    }
}

static void test_secrets_stay_out(void **state)
{
    struct fixture *f = *state;
    assert_null(PARSE(f, "audit", "--secret-access-key=hunter2"));
    expect_err(&f->e, ERR_USAGE, "refused");
    assert_null(strstr(f->e.message, "hunter2"));
    assert_non_null(strstr(f->e.hint, "AWS_SECRET_ACCESS_KEY"));
    assert_null(PARSE(f, "audit", "--endpoint-url=https://user:hunter2@host/"));
    assert_null(strstr(f->e.message, "hunter2"));
}

static void test_table(void **state)
{
    struct fixture *f = *state;
    const struct cli_table *t = f->table;
    for (size_t i = 0; i < t->option_count; i++) {
        const struct cli_option *o = &t->options[i];
        for (struct str rest = o->verbs; rest.ptr;) {
            struct str verb = str_cut(&rest, ',');
            if (!str_eqz(verb, "*") && !cli_find_verb(t, verb))
                fail_msg("option %.*s names the unknown verb %.*s", STR_ARG(o->name), STR_ARG(verb));
        }
        assert_true(o->type == OPTION_SECRET || (o->type == OPTION_FLAG) == !o->argument.len);
        for (size_t j = 0; j < t->verb_count; j++)
            if (cli_option_applies(o, &t->verbs[j]))
                assert_ptr_equal(cli_find_option(t, &t->verbs[j], o->name), o);
    }
    struct err e = {0};
    assert_null(cli_table_read(f->a, STR("verb\tx\n"), &e));
    expect_err(&e, ERR_INTERNAL, "line 1");
    err_clear(&e);
    assert_null(cli_table_read(f->a, STR("\noption\t*\ta\t-\tN\tint:x:2\t-\t-\t-\thelp\n"), &e));
    expect_err(&e, ERR_INTERNAL, "line 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_environment, setup, teardown),
        cmocka_unit_test_setup_teardown(test_arguments, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_secrets_stay_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_table, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
