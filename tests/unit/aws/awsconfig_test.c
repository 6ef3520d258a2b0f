/* The AWS CLI's files: sections, nesting, continuation, merging, and what is refused. */
#include "aws/awsconfig.h"
#include "base/file.h"
#include "harness.h"

#include <stdlib.h>
#include <unistd.h>

static struct aws_config parse(struct arena *a, const char *config, const char *credentials)
{
    struct err e = {0};
    struct aws_config c = {.path = {STR("config"), STR("credentials")}};
    expect_ok(aws_config_parse(a, str_of(config), AWS_FILE_CONFIG, &c, &e), &e);
    expect_ok(aws_config_parse(a, str_of(credentials), AWS_FILE_CREDENTIALS, &c, &e), &e);
    return c;
}

static void profiles_sessions_services(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct aws_config c = parse(a,
        "# comment\n[default]\nRegion = us-east-1\n\n"
        "[profile audit]\nrole_arn: arn:aws:iam::111122223333:role/Audit\nsource_profile=default\nempty =\n"
        "  ; indented comment\nregion = eu-west-1 # not a comment\n"
        "[profile \"two words\"]\nregion = eu-west-2\n"
        "[sso-session corp]\nsso_region = us-west-2\n"
        "[services local]\ns3 =\n  endpoint_url = http://127.0.0.1:9000\n  Signature_version = s3v4\nec2=\n\tendpoint_url = http://127.0.0.1:9001\n"
        "[preview]\nx = y\n[profile several words here]\nregion = nowhere\n[profilex]\nregion = nowhere\n",
        "[default]\naws_access_key_id = AKIA\nregion = us-west-1\n[profile]\naws_access_key_id = B\n");
    expect_str(aws_profile_get(&c, STR("default"), "region"), "us-west-1"); /* the credentials file wins */
    expect_str(aws_config_get_in(&c, AWS_FILE_CONFIG, STR("default"), "region"), "us-east-1");
    expect_str(aws_profile_get(&c, STR("default"), "AWS_ACCESS_KEY_ID"), "AKIA");
    assert_null(aws_config_get_in(&c, AWS_FILE_CONFIG, STR("default"), "aws_access_key_id").ptr);
    expect_str(aws_profile_get(&c, STR("audit"), "role_arn"), "arn:aws:iam::111122223333:role/Audit");
    expect_str(aws_profile_get(&c, STR("audit"), "region"), "eu-west-1 # not a comment");
    assert_null(aws_profile_get(&c, STR("audit"), "empty").ptr);
    expect_str(aws_profile_get(&c, STR("two words"), "region"), "eu-west-2");
    expect_str(aws_config_get(&c, AWS_SECTION_SSO_SESSION, STR("corp"), "sso_region"), "us-west-2");
    expect_str(aws_config_nested(&c, AWS_SECTION_SERVICES, STR("local"), "s3", "endpoint_url"), "http://127.0.0.1:9000");
    expect_str(aws_config_nested(&c, AWS_SECTION_SERVICES, STR("local"), "s3", "signature_version"), "s3v4");
    expect_str(aws_config_nested(&c, AWS_SECTION_SERVICES, STR("local"), "ec2", "endpoint_url"), "http://127.0.0.1:9001");
    assert_null(aws_config_nested(&c, AWS_SECTION_SERVICES, STR("local"), "rds", "endpoint_url").ptr);
    expect_str(aws_profile_get(&c, STR("profile"), "aws_access_key_id"), "B");
    assert_false(aws_config_has(&c, AWS_SECTION_PROFILE, STR("preview")));
    assert_false(aws_config_has(&c, AWS_SECTION_PROFILE, STR("several words here")));
    assert_false(aws_config_has(&c, AWS_SECTION_PROFILE, STR("x")));
    arena_free(a);
}

static void continuation(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct aws_config c = parse(a, "\xEF\xBB\xBF[default]\r\ncredential_process = a\r\n  b\r\n\r\n  c\r\n  region = kept\r\n  \r\nregion = x\r\n", "");
    expect_str(aws_profile_get(&c, STR("default"), "credential_process"), "a\nb\n\nc\nregion = kept");
    expect_str(aws_profile_get(&c, STR("default"), "region"), "x");
    c = parse(a, "[default]\n  region = a\n  output = b\n", "");
    expect_str(aws_profile_get(&c, STR("default"), "region"), "a");
    expect_str(aws_profile_get(&c, STR("default"), "output"), "b");
    arena_free(a);
}

static void refuses(void **state)
{
    (void)state;
    static const struct { const char *text, *message; } rows[] = {
        {"region = x\n", "config:1: a setting before"},
        {"[default]\nregion\n", "config:2: neither"},
        {"[default]\n= x\n", "config:2: neither"},
        {"[default\nregion = x\n", "config:1: a section's name"},
        {"[]\n", "config:1: a section's name"},
        {"[default]\na = 1\nA = 2\n", "config:3: this key was already"},
        {"[default]\na = 1\n[profile x]\n[default]\n", "config:4: this section was already"},
        {"[DEFAULT]\na = 1\n", "config:1: [DEFAULT]"},
        {"[services s]\ns3 =\n  endpoint_url\n", "config:3: an indented line"},
        {"[services s]\ns3 =\n  a = 1\n  a = 2\n", "config:4: this key"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *a = arena_new(0);
        struct err e = {0};
        struct aws_config c = {.path = {STR("config"), STR("credentials")}};
        assert_false(aws_config_parse(a, str_of(rows[i].text), AWS_FILE_CONFIG, &c, &e));
        expect_err(&e, ERR_CONFIG, rows[i].message);
        arena_free(a);
    }
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct aws_config c = {.path = {STR("config"), STR("credentials")}};
    assert_false(aws_config_parse(a, STR("[default]\na = \0b\n"), AWS_FILE_CONFIG, &c, &e));
    expect_err(&e, ERR_CONFIG, "config:2: a NUL");
    arena_free(a);
}

struct variables {
    const char *home, *config, *profile, *old_profile;
};

static const char *get(void *user, const char *name)
{
    const struct variables *v = user;
    return strcmp(name, "HOME") == 0              ? v->home
           : strcmp(name, "AWS_CONFIG_FILE") == 0 ? v->config
           : strcmp(name, "AWS_PROFILE") == 0     ? v->profile
           : strcmp(name, "AWS_DEFAULT_PROFILE") == 0 ? v->old_profile
                                                  : NULL;
}

static void loads_from_home(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e = {0};
    char home[] = "/tmp/ward-awsconfig-XXXXXX";
    assert_non_null(mkdtemp(home));
    struct variables v = {.home = home};
    struct env env = {get, &v};
    struct aws_config c;
    expect_ok(aws_config_load(a, &env, &c, &e), &e); /* nothing there */
    assert_null(c.first);
    const char *folder = arena_cstr(a, arena_printf(a, "%s/.aws", home));
    const char *file = arena_cstr(a, arena_printf(a, "%s/config", folder));
    const char *secret = arena_cstr(a, arena_printf(a, "%s/credentials", folder));
    expect_ok(file_mkdirs(folder, 0700, &e), &e);
    expect_ok(file_replace(file, STR("[default]\nregion = r\n"), 0600, &e), &e);
    expect_ok(file_replace(secret, STR("[default]\noops\n"), 0600, &e), &e);
    assert_false(aws_config_load(a, &env, &c, &e));
    expect_err(&e, ERR_CONFIG, "/.aws/credentials:2: neither");
    err_clear(&e);
    expect_ok(file_replace(secret, STR("[ci]\naws_access_key_id = k\n"), 0600, &e), &e);
    expect_ok(aws_config_load(a, &env, &c, &e), &e);
    expect_str(aws_profile_get(&c, STR("default"), "region"), "r");
    expect_str(aws_profile_get(&c, STR("ci"), "aws_access_key_id"), "k");
    v.config = "~/.aws/nothing";
    expect_ok(aws_config_load(a, &env, &c, &e), &e);
    assert_null(aws_profile_get(&c, STR("default"), "region").ptr);
    unlink(file);
    unlink(secret);
    rmdir(folder);
    rmdir(home);
    arena_free(a);
}

static void which_profile(void **state)
{
    (void)state;
    struct variables v = {0};
    struct env env = {get, &v};
    expect_str(aws_config_profile(&env, NULL), "default");
    v.old_profile = "old";
    expect_str(aws_config_profile(&env, NULL), "old");
    v.profile = "new";
    expect_str(aws_config_profile(&env, NULL), "new");
    expect_str(aws_config_profile(&env, "flag"), "flag");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(profiles_sessions_services), cmocka_unit_test(continuation), cmocka_unit_test(refuses),
        cmocka_unit_test(loads_from_home), cmocka_unit_test(which_profile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
