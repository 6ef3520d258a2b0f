#include "harness.h"

#include "base/embed.h"
#include "base/file.h"
#include "config/config.h"
#include "config/schema.h"

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

static bool build_env(struct arena *a, const char *text, const struct env *env, struct config *c, struct err *e)
{
    struct config_text t = {STR("ward.yaml"), str_of(text)};
    return config_build(a, &t, 1, env, c, e);
}

static bool build(struct arena *a, const char *text, struct config *c, struct err *e)
{
    return build_env(a, text, NULL, c, e);
}

static void test_defaults(void **state)
{
    struct config c;
    config_defaults(*state, &c);
    int64_t n = 0;
    const struct json *thresholds = json_getz(c.doc, "thresholds");
    assert_true(json_get_i64(thresholds, "key_age_days", &n));
    assert_int_equal(n, 90);
    assert_true(json_get_i64(thresholds, "retention_days", &n));
    assert_int_equal(n, 2192);
    assert_true(json_get_i64(c.doc, "version", &n));
    assert_int_equal(json_getz(c.doc, "waivers")->type, JSON_ARRAY);
    assert_int_equal(json_path(c.doc, "declared.log_buckets")->count, 0);
    assert_int_equal(json_getz(c.doc, "tenants")->type, JSON_OBJECT);
    assert_null(json_path(c.doc, "company.name"));
    assert_int_equal(strlen(c.sha256), 64);
    assert_null(c.file.ptr);
    expect_str(config_origin_text(*state, config_origin_of(&c, STR("thresholds.key_age_days"))), "default");
}

/* Every default is a value that its own type accepts, and can be said in a file. */
static void test_defaults_are_valid(void **state)
{
    struct config all, again;
    struct err e = {0};
    config_defaults(*state, &all);
    struct buf b;
    buf_init(&b, 1 << 20);
    json_write(&b, all.doc);
    expect_ok(build(*state, buf_cstr(&b), &again, &e), &e);
    assert_true(json_equal(all.doc, again.doc));
    assert_string_equal(all.sha256, again.sha256);
    buf_done(&b);
}

static void test_example(void **state)
{
    struct config c;
    struct err e = {0};
    expect_ok(config_load(*state, WARD_SOURCE_ROOT "/tests/unit/config/example.yaml", NULL, &c, &e), &e);
    expect_str(json_get_str(json_path(c.doc, "accounts.management"), "id"), "111111111111");
    expect_str(json_get_str(json_path(c.doc, "tenants.practices-pool"), "isolation"), "pooled");
    assert_int_equal(json_path(c.doc, "tenants.practices-pool.members")->count, 3);
    assert_true(json_is_true(json_path(c.doc, "tenants.practices-pool.database.rls")));
    expect_str(json_path(c.doc, "tenants.lakeside-hospital.window")->text, "Sun 02:00-05:00 America/Chicago");
    expect_str(json_path(c.doc, "fleet.waves")->last->text, "100%");
    const struct config_origin *o = config_origin_of(&c, STR("tenants.lakeside-hospital.isolation"));
    assert_int_equal(o->source, CONFIG_FROM_FILE);
    assert_int_equal(o->column, 34);
}

static void test_scalars_are_not_guessed(void **state)
{
    struct config c;
    struct err e = {0};
    expect_ok(build(*state, "version: 1\ncompany: {name: no}\naccounts: {a: {id: 012345678901}}\n", &c, &e), &e);
    expect_str(json_path(c.doc, "company.name")->text, "no");
    expect_str(json_path(c.doc, "accounts.a.id")->text, "012345678901");
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *message, *hint;
    } cases[] = {
        {"company: {name: x}\n", "ward.yaml:1:1: ward.yaml lacks version", ""},
        {"version: 2\n", "ward.yaml:1:10: version: \"2\" is not 1", ""},
        {"version: 1\ntenats: {}\n", "ward.yaml:2:1: unknown key \"tenats\"", "did you mean tenants?"},
        {"version: 1\nthresholds: {key_age: 3}\n", "ward.yaml:2:14: unknown key \"key_age\" in thresholds", "key_age_days"},
        {"version: 1\nversion: 1\n", "line 2 column 1: the key \"version\" is there twice", ""},
        {"version: 1\nthresholds: {key_age_days: soon}\n", "whole number from 1 to 36500", ""},
        {"version: 1\nthresholds: {key_age_days: 0}\n", "ward.yaml:2:28", ""},
        {"version: 1\nthresholds: [1]\n", "thresholds must be a map", ""},
        {"version: 1\nwaivers: {}\n", "waivers must be a list", "\"- A\""},
        {"version: 1\nregions: {home: us}\n", "not the name of a region", ""},
        {"version: 1\nregions: {home: us-east-1, dr: us-east-1}\n", "ward.yaml:2:32: the second copy", ""},
        {"version: 1\naccounts: {a: {id: \"123\"}}\n", "not an account id of 12 digits", ""},
        {"version: 1\naccounts: {A: {}}\n", "\"A\" is not a name", ""},
        {"version: 1\ntenants: {a: {}}\n", "tenants.a lacks isolation", ""},
        {"version: 1\ntenants: {a: {isolation: fargat}}\n", "is not one of host|vm", "did you mean fargate?"},
        {"version: 1\ntenants: {a: {isolation: vm, members: [b]}}\n", "only a pooled tenant has members", ""},
        {"version: 1\ntenants: {a: {isolation: vm, vpcs: [vpc-1]}, b: {isolation: vm, vpcs: [vpc-1]}}\n",
         "\"vpc-1\" is also claimed by a", ""},
        {"version: 1\ntenants: {a: {isolation: vm}}\npeering: [{from: a, to: bb, ports: [1], reason: r, expires: 2027-01-01}]\n",
         "\"bb\" is neither a tenant nor shared", ""},
        {"version: 1\ntenants: {a: {isolation: vm}}\npeering: [{from: a, to: shared, ports: [70000], reason: r, expires: 2027-01-01}]\n",
         "ports[0]: \"70000\"", ""},
        {"version: 1\ndeclared: {allow_cidrs: [10.0.0.1/8]}\n", "is not a network", ""},
        {"version: 1\ndeclared: {allow_cidrs: [10.0.0.0]}\n", "is not a network", ""},
        {"version: 1\nguardrails: {regions_locked: yes}\n", "\"yes\" is not true or false", ""},
        {"version: 1\nwaivers: [{finding: 0123456789abcdef, owner: o, reason: r}]\n", "waivers[0] lacks expires", ""},
        {"version: 1\nwaivers: [{finding: 0123456789abcdef, owner: o, reason: r, expires: 2027-02-30}]\n", "is not a date", ""},
        {"version: 1\nwaivers: [{finding: xyz, owner: o, reason: r, expires: 2027-02-03}]\n", "not the id of a finding", ""},
        {"version: 1\nwaivers: [{control: c, owner: o, reason: r, expires: 2027-02-03}]\n", "names a finding, or", ""},
        {"version: 1\nwaivers: [{finding: 0123456789abcdef, resource: x, owner: o, reason: r, expires: 2027-02-03}]\n", "not both", ""},
        {"version: 1\nattestations: [{document: d, owner: o, date: 2026-01-01, expires: 2027-01-01}]\n", "a citation or a control", ""},
        {"version: 1\nattestations: [{citation: 164.4, document: d, owner: o, date: 2026-01-01, expires: 2027-01-01}]\n", "not a citation", ""},
        {"version: 1\nattestations: [{control: c, document: d, owner: o, date: 2027-01-01, expires: 2027-01-01}]\n", "expires before", ""},
        {"version: 1\nattestations: [{control: c, document: d, sha256: ABC, owner: o, date: 2027-01-01, expires: 2027-02-01}]\n", "SHA-256", ""},
        {"version: 1\nidentity: {mfa: {required: true, evidence: x.pdf}}\n", "needs expires", ""},
        {"version: 1\nstores: [{arn: x, phi: false}]\n", "needs a reason", ""},
        {"version: 1\ntenants: {a: {isolation: vm, accounts: [b]}}\n", "ward.yaml:2:41: \"b\" is neither an account id", ""},
        {"version: 1\naccounts: {n: {id: \"111111111111\"}}\n"
         "tenants: {a: {isolation: vm, accounts: [n]}, b: {isolation: vm, accounts: [\"111111111111\"]}}\n",
         "is also claimed by a", ""},
        {"version: 1\nfleet: {canary: [nobody]}\n", "\"nobody\" is not a tenant", ""},
        {"version: 1\nnetwork: {pool: 10.0.0.0/24, tenant_prefix: 20}\n", "smaller than one tenant", ""},
        {"version: 1\nshared: {a: {via: [{from: x, to: '*'}]}}\n", "\"x\" is neither", ""},
        {"version: 1\ndeclared: {trusted_accounts: [{id: \"111111111111\", name: a}, {id: \"111111111111\", name: b}]}\n", "there twice", ""},
        {"version: 1\ncompany: {name: [a]}\n", "company.name must be text, not a list", ""},
        {"version: 1\ncompany: {name: ''}\n", "\"\" is not text", ""},
        {"version: 1\ntenants: {a: {isolation: vm, tags: {k: }}}\n", "k has no value", ""},
        {"- a\n", "must be a map", ""},
        {"version: &a 1\n", "ward.yaml: line 1 column 10: anchors", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config c;
        struct err e = {0};
        if (build(*state, cases[i].text, &c, &e))
            fail_msg("accepted: %s", cases[i].text);
        expect_err(&e, ERR_CONFIG, cases[i].message);
        if (!strstr(e.hint, cases[i].hint))
            fail_msg("%s: hint \"%s\" lacks \"%s\"", e.message, e.hint, cases[i].hint);
    }
}

static const char *variables(void *user, const char *name)
{
    const char *const *pairs = user;
    for (; *pairs; pairs += 2)
        if (strcmp(pairs[0], name) == 0)
            return pairs[1];
    return NULL;
}

static void test_precedence(void **state)
{
    const char *pairs[] = {"WARD_THRESHOLDS_KEY_AGE_DAYS", "30", NULL};
    struct env env = {variables, pairs};
    struct config c, plain;
    struct err e = {0};
    struct config_text texts[] = {
        {STR("./ward.yaml"), STR("version: 1\nthresholds: {key_age_days: 60, unused_days: 61}\ntenants: {a: {isolation: vm}}\n")},
        {STR("user.yaml"), STR("version: 1\nthresholds: {unused_days: 5, log_days: 6}\ncompany: {name: U}\n"
                               "tenants: {a: {isolation: host, window: w}, b: {isolation: host}}\n")},
    };
    expect_ok(config_build(*state, texts, 2, &env, &c, &e), &e);
    const struct json *t = json_getz(c.doc, "thresholds");
    int64_t n = 0;
    assert_true(json_get_i64(t, "key_age_days", &n));
    assert_int_equal(n, 30);
    assert_true(json_get_i64(t, "unused_days", &n));
    assert_int_equal(n, 61);
    assert_true(json_get_i64(t, "log_days", &n));
    assert_int_equal(n, 6);
    expect_str(json_path(c.doc, "company.name")->text, "U");
    expect_str(json_path(c.doc, "tenants.a.isolation")->text, "vm");
    expect_str(json_path(c.doc, "tenants.a.window")->text, "w");
    expect_str(json_path(c.doc, "tenants.b.isolation")->text, "host");
    expect_str(config_origin_text(*state, config_origin_of(&c, STR("thresholds.key_age_days"))), "WARD_THRESHOLDS_KEY_AGE_DAYS");
    expect_str(config_origin_text(*state, config_origin_of(&c, STR("thresholds.unused_days"))), "./ward.yaml:2:45");
    expect_str(config_origin_text(*state, config_origin_of(&c, STR("thresholds.log_days"))), "user.yaml:2:40");
    expect_ok(config_build(*state, texts, 2, NULL, &plain, &e), &e);
    assert_string_not_equal(c.sha256, plain.sha256);
    pairs[1] = "many";
    assert_false(config_build(*state, texts, 2, &env, &c, &e));
    expect_err(&e, ERR_CONFIG, "WARD_THRESHOLDS_KEY_AGE_DAYS");
}

static void test_same_meaning_same_digest(void **state)
{
    struct config a, b;
    struct err e = {0};
    expect_ok(build(*state, "version: 1\nthresholds: {unused_days: 5, log_days: 400}\n", &a, &e), &e);
    expect_ok(build(*state, "# c\nthresholds:\n  log_days: '400'\n  unused_days: 5\nversion: 1\nwaivers:\n", &b, &e), &e);
    assert_string_equal(a.sha256, b.sha256);
}

static void test_missing_file(void **state)
{
    struct config c;
    struct err e = {0};
    assert_false(config_load(*state, "/nonexistent/ward.yaml", NULL, &c, &e));
    expect_err(&e, ERR_IO, "/nonexistent/ward.yaml");
}

static void walk(struct arena *a, const struct schema *s, int *count)
{
    for (const struct schema *k = s->first; k; k = k->next) {
        (*count)++;
        bool container = k->type == CONFIG_MAP || k->type == CONFIG_NAMES || k->type == CONFIG_LIST;
        if (k->type == CONFIG_NAMES && (!k->first || k->first->next))
            fail_msg("%.*s needs one row below it", STR_ARG(k->path));
        assert_true(container || !k->first);
        struct str variable = schema_variable(a, k);
        struct str options = embed_get("data/options.tsv");
        if (variable.ptr && str_contains(options, arena_printf(a, "\t%s\t", variable.ptr)))
            fail_msg("%s is also the variable of an option", variable.ptr);
        walk(a, k, count);
    }
}

static void test_schema(void **state)
{
    struct err e = {0};
    struct schema *root = schema_read(*state, embed_get("data/config.tsv"), &e);
    expect_ok(root, &e);
    int count = 0;
    walk(*state, root, &count);
    assert_true(count > 150);
    static const char *const bad[] = {"a\ttext\t-\t-\n", "a.b\ttext\t-\t-\th\n", "a\tint:1\t-\t-\th\n",
                                      "a\ttext\t-\t-\th\na\ttext\t-\t-\th\n", "a\tlist:list:text\t-\t-\th\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err_clear(&e);
        assert_null(schema_read(*state, str_of(bad[i]), &e));
        expect_err(&e, ERR_INTERNAL, "data/config.tsv");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(test_defaults_are_valid, setup, teardown),
        cmocka_unit_test_setup_teardown(test_example, setup, teardown),
        cmocka_unit_test_setup_teardown(test_scalars_are_not_guessed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_precedence, setup, teardown),
        cmocka_unit_test_setup_teardown(test_same_meaning_same_digest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_missing_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_schema, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
