/* The credential chain against a stub of STS, SSO, container and instance metadata on loopback. */
#include "aws/credentials.h"
#include "aws/cred.h"
#include "aws/sigv4.h"
#include "base/file.h"
#include "base/instant.h"
#include "harness.h"
#include "http_stub.h"

#define NOW (INT64_C(1767323045) * US_PER_S) /* 2026-01-02T03:04:05Z */
#define KEYS_XML(id, until)                                                                        \
    "<Credentials><AccessKeyId>" id "</AccessKeyId><SecretAccessKey>secret-" id "</SecretAccessKey>" \
    "<SessionToken>token-" id "</SessionToken><Expiration>" until "</Expiration></Credentials>"
#define ROLE_XML(id, until)                                                                        \
    "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>" KEYS_XML(id, until) \
    "<AssumedRoleUser><Arn>arn:aws:sts::444455556666:assumed-role/R/ward</Arn></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>"

struct world {
    struct stub stub;
    char home[64];
    char vars[24][2][512];
    struct arena *a;
    struct env env;
    struct aws_config config;
    struct aws_credential_options o;
    struct aws_provider *p;
};

static const char *get(void *user, const char *name)
{
    struct world *w = user;
    for (size_t i = 0; i < 24; i++)
        if (strcmp(w->vars[i][0], name) == 0)
            return w->vars[i][1];
    return NULL;
}

static void set(struct world *w, const char *name, const char *value)
{
    for (size_t i = 0; i < 24; i++)
        if (!w->vars[i][0][0] || strcmp(w->vars[i][0], name) == 0) {
            snprintf(w->vars[i][0], sizeof w->vars[i][0], "%s", name);
            snprintf(w->vars[i][1], sizeof w->vars[i][1], "%s", value);
            return;
        }
    fail_msg("too many variables");
}

static void put(struct world *w, const char *path, const char *text)
{
    struct err e = {0};
    struct str full = arena_printf(w->a, "%s/%s", w->home, path);
    struct str folder = str_sub(full, 0, (size_t)str_rindex(full, '/'));
    expect_ok(file_mkdirs(arena_cstr(w->a, folder), 0700, &e), &e);
    expect_ok(file_replace(arena_cstr(w->a, full), str_of(text), 0600, &e), &e);
}

static void world_begin(struct world *w, stub_answer *answer, const char *config, const char *credentials)
{
    struct err e = {0};
    memset(w, 0, sizeof *w);
    stub_start(&w->stub, answer);
    w->a = arena_new(0);
    snprintf(w->home, sizeof w->home, "/tmp/ward-cred-XXXXXX");
    assert_non_null(mkdtemp(w->home));
    w->env = (struct env){get, w};
    set(w, "HOME", w->home);
    set(w, "AWS_EC2_METADATA_DISABLED", "true");
    set(w, "AWS_ENDPOINT_URL", arena_cstr(w->a, arena_printf(w->a, "http://127.0.0.1:%d", w->stub.port)));
    put(w, ".aws/config", config);
    put(w, ".aws/credentials", credentials);
    expect_ok(aws_config_load(w->a, &w->env, &w->config, &e), &e);
    w->o = (struct aws_credential_options){.env = &w->env, .config = &w->config};
    w->o.http = http_new(&(struct http_options){.proxy = ""}, &e);
    expect_ok(w->o.http, &e);
}

/* With everything set, what the chain gives at `now`. */
static const struct aws_credentials *ask(struct world *w, int64_t now, struct err *e)
{
    memset(e, 0, sizeof *e);
    if (!w->p) {
        w->o.endpoints = aws_endpoints_new(w->a, &w->env, &w->config, aws_config_profile(&w->env, w->o.profile), e);
        expect_ok(w->o.endpoints, e);
        w->p = aws_provider_new(&w->o);
    }
    return aws_provider_get(w->p, now, e);
}

static void world_end(struct world *w)
{
    aws_provider_free(w->p);
    http_free(w->o.http);
    stub_stop(&w->stub);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", w->home);
    assert_int_equal(system(command), 0);
    arena_free(w->a);
}

static void silent(struct stub *s, const char *request, char *out, size_t size)
{
    (void)s, (void)request;
    snprintf(out, size, "404 nothing here");
}

static void sts(struct stub *s, const char *request, char *out, size_t size)
{
    (void)s;
    const char *id = strstr(request, "AssumeRoleWithWebIdentity") ? ROLE_XML("ASIAWEB", "2026-01-02T04:04:05Z")
                     : strstr(request, "Credential=AKIABASE")    ? ROLE_XML("ASIAONE", "2026-01-02T04:04:05Z")
                     : strstr(request, "Credential=ASIAONE")     ? ROLE_XML("ASIATWO", "2026-01-02T04:04:05Z")
                                                                  : NULL;
    if (id)
        snprintf(out, size, "200 %s", id);
    else
        snprintf(out, size,
            "403 <ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
            "<Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>");
}

static void environment_comes_first(void **state)
{
    (void)state;
    struct world w;
    struct err e;
    world_begin(&w, silent, "[profile ci]\naws_access_key_id = C\naws_secret_access_key = c\n", "[default]\naws_access_key_id = D\n"
        "aws_secret_access_key = d\n");
    set(&w, "AWS_ACCESS_KEY_ID", "E");
    set(&w, "AWS_SECRET_ACCESS_KEY", "e");
    set(&w, "AWS_SESSION_TOKEN", "t");
    set(&w, "AWS_PROFILE", "ci"); /* in the environment it does not push the keys aside */
    const struct aws_credentials *c = ask(&w, NOW, &e);
    expect_ok(c, &e);
    expect_str(c->access_key_id, "E");
    expect_str(c->session_token, "t");
    expect_str(c->source, "environment");
    assert_int_equal(c->expires_us, 0);
    aws_provider_free(w.p);
    w.p = NULL;
    w.o.profile = "ci"; /* on the command line it does */
    c = ask(&w, NOW, &e);
    expect_ok(c, &e);
    expect_str(c->access_key_id, "C");
    world_end(&w);
}

static void environment_half_set_or_over(void **state)
{
    (void)state;
    struct world w;
    struct err e;
    world_begin(&w, silent, "", "[default]\naws_access_key_id = D\naws_secret_access_key = d\n");
    set(&w, "AWS_ACCESS_KEY_ID", "E");
    assert_null(ask(&w, NOW, &e));
    expect_err(&e, ERR_CREDENTIALS, "environment: there is a key id without its secret");
    set(&w, "AWS_SECRET_ACCESS_KEY", "e");
    set(&w, "AWS_CREDENTIAL_EXPIRATION", "2026-01-02T03:00:00Z");
    assert_null(ask(&w, NOW, &e));
    expect_err(&e, ERR_CREDENTIALS, "ended at 2026-01-02T03:00:00Z");
    set(&w, "AWS_CREDENTIAL_EXPIRATION", "soon");
    assert_null(ask(&w, NOW, &e));
    expect_err(&e, ERR_CREDENTIALS, "not a time: soon");
    world_end(&w);
}

static void static_keys_and_their_order(void **state)
{
    (void)state;
    struct world w;
    struct err e;
    world_begin(&w, silent,
                "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = c\n[profile p]\ncredential_process = printf '{\"Version\":1,"
                    "\"AccessKeyId\":\"P\",\"SecretAccessKey\":\"p\"}'\n"
                "aws_access_key_id = CONFIG\naws_secret_access_key = c\n",
                "[default]\naws_access_key_id = SHARED\naws_secret_access_key = s\naws_session_token = t\n");
    const struct aws_credentials *c = ask(&w, NOW, &e);
    expect_ok(c, &e);
    expect_str(c->access_key_id, "SHARED"); /* 5 before 8 */
    expect_str(c->session_token, "t");
    aws_provider_free(w.p);
    w.p = NULL;
    set(&w, "AWS_PROFILE", "p");
    c = ask(&w, NOW, &e);
    expect_ok(c, &e);
    expect_str(c->access_key_id, "P"); /* 7 before 8 */
    world_end(&w);
}

static void nothing_and_no_profile(void **state)
{
    (void)state;
    struct world w;
    struct err e;
    world_begin(&w, silent, "", "");
    assert_null(ask(&w, NOW, &e));
    expect_err(&e, ERR_CREDENTIALS, "no AWS credentials: tried the environment, profile default");
    assert_true(e.hint[0]);
    set(&w, "AWS_PROFILE", "nosuch");
    assert_null(ask(&w, NOW, &e));
    expect_err(&e, ERR_CONFIG, "there is no profile nosuch in");
    assert_int_equal(w.stub.requests, 0);
    world_end(&w);
}

static void roles_in_a_chain(void **state)
{
    (void)state;
    struct world w;
    struct err e;
    world_begin(&w, sts,
                "[profile two]\nrole_arn = arn:aws:iam::444455556666:role/Two\nsource_profile = one\nexternal_id = x y\n"
                    "duration_seconds = 900\nrole_session_name = me\n"
                "[profile one]\nrole_arn = arn:aws:iam::111122223333:role/One\nsource_profile = base\nregion = eu-west-1\n",
                "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = b\n");
    w.o.profile = "two";
    const struct aws_credentials *c = ask(&w, NOW, &e);
    expect_ok(c, &e);
    expect_str(c->access_key_id, "ASIATWO");
    expect_str(c->secret_access_key, "secret-ASIATWO");
    expect_str(c->session_token, "token-ASIATWO");
    expect_str(c->account_id, "444455556666");
    expect_str(c->source, "role arn:aws:iam::444455556666:role/Two");
    assert_true(c->expires_us == NOW + 3600 * US_PER_S);
    assert_int_equal(w.stub.requests, 2);
    assert_non_null(strstr(w.stub.all,
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2FOne&RoleSessionName=ward"));
    assert_non_null(strstr(w.stub.last, "RoleSessionName=me&ExternalId=x%20y&DurationSeconds=900"));
    assert_non_null(strstr(w.stub.last, "X-Amz-Security-Token: token-ASIAONE"));
    assert_non_null(strstr(w.stub.last, "/us-east-1/sts/aws4_request"));
    world_end(&w);
}

static void a_profile_that_is_its_own_source(void **state)
{
    (void)state;
    struct world w;
    struct err e;
    world_begin(&w, sts, "[profile own]\nrole_arn = arn:aws:iam::111122223333:role/One\nsource_profile = own\n",
                "[own]\naws_access_key_id = AKIABASE\naws_secret_access_key = b\n");
    set(&w, "AWS_PROFILE", "own");
    const struct aws_credentials *c = ask(&w, NOW, &e);
    expect_ok(c, &e);
    expect_str(c->access_key_id, "ASIAONE");
    world_end(&w);
}

static void roles_that_cannot_be(void **state)
{
    (void)state;
    static const struct { const char *config, *message; enum err_kind kind; } rows[] = {
        {"role_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = default\n", "leads back to profile default", ERR_CONFIG},
        {"role_arn = r\nsource_profile = default\n", "leads back", ERR_CONFIG},
        {"role_arn = r\nsource_profile = nosuch\n", "profile nosuch, which does not exist", ERR_CONFIG},
        {"role_arn = r\n", "neither source_profile nor credential_source", ERR_CONFIG},
        {"role_arn = r\nsource_profile = b\ncredential_source = Environment\n[profile b]\n", "both source_profile and", ERR_CONFIG},
        {"role_arn = r\nsource_profile = b\n[profile b]\nregion = x\n", "source profile b has no credentials", ERR_CONFIG},
        {"role_arn = r\ncredential_source = Elsewhere\n", "is not one of Environment", ERR_CONFIG},
        {"role_arn = r\ncredential_source = Environment\n", "credential_source Environment of profile default gives no", ERR_CREDENTIALS},
        {"role_arn = r\nduration_seconds = 1h\nsource_profile = b\n", "duration_seconds", ERR_CONFIG},
        {"role_arn = r\nsource_profile = b\n[profile b]\naws_access_key_id = NOBODY\naws_secret_access_key = n\n",
            "sts AssumeRole: AccessDenied: not authorized", ERR_AWS},
        {"role_arn = r\nmfa_serial = arn:mfa\nsource_profile = b\n[profile b]\naws_access_key_id = AKIABASE\naws_secret_access_key = n\n",
            "there is nobody to ask", ERR_CREDENTIALS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w;
        struct err e;
        char config[512];
        snprintf(config, sizeof config, "[default]\n%s", rows[i].config);
        world_begin(&w, sts, config, "");
        assert_null(ask(&w, NOW, &e));
        expect_err(&e, rows[i].kind, rows[i].message);
        world_end(&w);
    }
}

static bool give_code(void *user, struct str serial, char *out, size_t size, struct err *e)
{
    (void)e;
    expect_str(serial, "arn:aws:iam::111122223333:mfa/me");
    ++*(int *)user;
    snprintf(out, size, "123456");
    return true;
}

static void asks_for_the_mfa_code(void **state)
{
    (void)state;
    struct world w;
    struct err e;
    int asked = 0;
    world_begin(&w, sts, "[default]\nrole_arn = r\nmfa_serial = arn:aws:iam::111122223333:mfa/me\ncredential_source = Environment\n", "");
    set(&w, "AWS_ACCESS_KEY_ID", "AKIABASE");
    set(&w, "AWS_SECRET_ACCESS_KEY", "b");
    w.o.profile = "default";
    w.o.mfa_prompt = give_code;
    w.o.mfa_user = &asked;
    const struct aws_credentials *c = ask(&w, NOW, &e);
    expect_ok(c, &e);
    assert_int_equal(asked, 1);
    assert_non_null(strstr(w.stub.last, "&SerialNumber=arn%3Aaws%3Aiam%3A%3A111122223333%3Amfa%2Fme&TokenCode=123456"));
    world_end(&w);
}

static void web_identity(void **state)
{
    (void)state;
    struct world w;
    struct err e;
    world_begin(&w, sts, "", "");
    set(&w, "AWS_WEB_IDENTITY_TOKEN_FILE", arena_cstr(w.a, arena_printf(w.a, "%s/token", w.home)));
    assert_null(ask(&w, NOW, &e));
    expect_err(&e, ERR_CONFIG, "but no role");
    set(&w, "AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/Pod");
    assert_null(ask(&w, NOW, &e));
    expect_err(&e, ERR_IO, "/token");
    put(&w, "token", "header.payload.signature\n");
    const struct aws_credentials *c = ask(&w, NOW, &e);
    expect_ok(c, &e);
    expect_str(c->access_key_id, "ASIAWEB");
    assert_non_null(strstr(w.stub.last, "&WebIdentityToken=header.payload.signature"));
    assert_null(strstr(w.stub.last, "Authorization"));
    put(&w, "token", "second");
    expect_ok(ask(&w, c->expires_us - 60 * US_PER_S, &e) == NULL || true, &e);
    assert_non_null(strstr(w.stub.last, "WebIdentityToken=second")); /* read again */
    world_end(&w);
}

#define SSO_CONFIG                                                                                 \
    "[default]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Audit Role\n"     \
    "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n"

static void sso(struct stub *s, const char *request, char *out, size_t size)
{
    (void)s;
    if (strncmp(request, "POST /token ", 12) == 0)
        snprintf(out, size, "200 {\"accessToken\":\"fresh\",\"expiresIn\":28800,\"refreshToken\":\"next\",\"tokenType\":\"Bearer\"}");
    else if (strstr(request, "x-amz-sso_bearer_token: good") || strstr(request, "x-amz-sso_bearer_token: fresh"))
        snprintf(out, size, "200 {\"roleCredentials\":{\"accessKeyId\":\"ASIASSO\",\"secretAccessKey\":\"s\",\"sessionToken\":\"t\","
            "\"expiration\":1767326645000}}");
    else
        snprintf(out, size, "401 {\"message\":\"Session token not found or invalid\"}");
}


static const char *sso_cache(struct world *w, const char *name)
{
    char command[256], hex[64] = "";
    snprintf(command, sizeof command, "printf %%s '%s' | sha1sum", name);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    assert_int_equal(fread(hex, 1, 40, f), 40);
    pclose(f);
    return arena_cstr(w->a, arena_printf(w->a, ".aws/sso/cache/%s.json", hex));
}

static void sso_session(void **state)
{
    (void)state;
    struct world w;
    struct err e;
    world_begin(&w, sso, SSO_CONFIG, "");
    assert_null(ask(&w, NOW, &e));
    expect_err(&e, ERR_CREDENTIALS, "not logged in to SSO");
    assert_string_equal(e.hint, "aws sso login --profile default");
    const char *path = sso_cache(&w, "corp");
    put(&w, path, "{\"accessToken\":\"good\",\"expiresAt\":\"2026-01-02T05:00:00Z\"}");
    const struct aws_credentials *c = ask(&w, NOW, &e);
    expect_ok(c, &e);
    expect_str(c->access_key_id, "ASIASSO");
    expect_str(c->account_id, "111122223333");
    assert_true(c->expires_us == INT64_C(1767326645) * US_PER_S);
    assert_non_null(strstr(w.stub.last, "GET /federation/credentials?role_name=Audit%20Role&account_id=111122223333 "));
    assert_null(strstr(w.stub.last, "Authorization"));
    world_end(&w);
}

static void sso_token_is_renewed_and_kept_for_the_cli(void **state)
{
    (void)state;
    struct world w;
    struct err e;
    struct str kept;
    world_begin(&w, sso, SSO_CONFIG, "");
    const char *path = sso_cache(&w, "corp");
    put(&w, path, "{\"accessToken\":\"old\",\"expiresAt\":\"2026-01-02T03:00:00Z\",\"refreshToken\":\"r1\",\"clientId\":\"id\","
        "\"clientSecret\":\"cs\","
                  "\"registrationExpiresAt\":\"2026-03-01T00:00:00Z\"}");
    const struct aws_credentials *c = ask(&w, NOW, &e);
    expect_ok(c, &e);
    assert_int_equal(w.stub.requests, 2);
    assert_non_null(strstr(w.stub.all, "{\"clientId\":\"id\",\"clientSecret\":\"cs\",\"grantType\":\"refresh_token\",\"refreshToken\":\"r1\"}"));
    assert_non_null(strstr(w.stub.last, "x-amz-sso_bearer_token: fresh"));
    expect_ok(file_read(w.a, arena_cstr(w.a, arena_printf(w.a, "%s/%s", w.home, path)), 1 << 16, &kept, &e), &e);
    struct json *j = json_parse(w.a, kept, 1 << 16, &e);
    expect_str(json_get_str(j, "refreshToken"), "next");
    expect_str(json_get_str(j, "accessToken"), "fresh");
    expect_str(json_get_str(j, "expiresAt"), "2026-01-02T11:04:05Z");
    expect_str(json_get_str(j, "registrationExpiresAt"), "2026-03-01T00:00:00Z");
    world_end(&w);
}

static void sso_that_cannot_be(void **state)
{
    (void)state;
    static const struct { const char *config, *cache, *message; } rows[] = {
        {"[default]\nsso_session = nosuch\nsso_account_id = 1\nsso_role_name = r\n", NULL, "there is no [sso-session nosuch]"},
        {"[default]\nsso_account_id = 1\nsso_role_name = r\n", NULL, "lacks one of"},
        {SSO_CONFIG "[x]\n", "{\"accessToken\":\"bad\",\"expiresAt\":\"2026-01-02T05:00:00Z\"}", "HTTP status 401, Session token not found"},
        {SSO_CONFIG, "{\"accessToken\":\"good\",\"expiresAt\":\"2026-01-02T03:00:00Z\"}", "the SSO session has ended"},
        {SSO_CONFIG, "{\"accessToken\":\"good\"}", "is not valid"},
        {SSO_CONFIG, "not JSON", "line 1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w;
        struct err e;
        world_begin(&w, sso, rows[i].config, "");
        if (rows[i].cache)
            put(&w, sso_cache(&w, "corp"), rows[i].cache);
        assert_null(ask(&w, NOW, &e));
        assert_true(str_contains(str_of(e.message), str_of(rows[i].message)) || (printf("%s\n", e.message), false));
        world_end(&w);
    }
}

static void sso_before_sessions(void **state)
{
    (void)state;
    struct world w;
    struct err e;
    world_begin(&w, sso, "[default]\nsso_start_url = https://old.awsapps.com/start\nsso_region = us-east-1\nsso_account_id = 111122223333\n"
        "sso_role_name = R\n", "");
    put(&w, sso_cache(&w, "https://old.awsapps.com/start"), "{\"accessToken\":\"good\",\"expiresAt\":\"2026-01-02T05:00:00UTC\"}");
    assert_null(ask(&w, NOW, &e)); /* a time that is none is refused, not guessed */
    put(&w, sso_cache(&w, "https://old.awsapps.com/start"), "{\"accessToken\":\"good\",\"expiresAt\":\"2026-01-02T05:00:00Z\"}");
    expect_ok(ask(&w, NOW, &e), &e);
    world_end(&w);
}

static void login_session(void **state)
{
    (void)state;
    struct world w;
    struct err e;
    world_begin(&w, silent, "[default]\nlogin_session = arn:aws:iam::111122223333:user/me\n", "");
    assert_null(ask(&w, NOW, &e));
    expect_err(&e, ERR_CREDENTIALS, "not logged in");
    set(&w, "AWS_LOGIN_CACHE_DIRECTORY", arena_cstr(w.a, arena_printf(w.a, "%s/login", w.home)));
    char command[256], hex[72] = "";
    FILE *f = popen("printf %s arn:aws:iam::111122223333:user/me | sha256sum", "r");
    assert_int_equal(fread(hex, 1, 64, f), 64);
    pclose(f);
    snprintf(command, sizeof command, "login/%s.json", hex);
    put(&w, command, "{\"accessToken\":{\"accessKeyId\":\"ASIALOGIN\",\"secretAccessKey\":\"s\",\"sessionToken\":\"t\","
        "\"accountId\":\"111122223333\","
                     "\"expiresAt\":\"2026-01-02T03:19:05Z\"},\"refreshToken\":\"r\"}");
    const struct aws_credentials *c = ask(&w, NOW, &e);
    expect_ok(c, &e);
    expect_str(c->access_key_id, "ASIALOGIN");
    world_end(&w);
}

static void process_output(void **state)
{
    (void)state;
    static const struct { const char *command, *message; } rows[] = {
        {"sh -c 'echo nonsense'", "line 1"},
        {"sh -c 'exit 3'", "ended with status 3"},
        {"sh -c 'kill -9 $$'", "ended by signal 9"},
        {"/nonexistent/program", "cannot start /nonexistent/program: No such file"},
        {"sh -c 'echo \"{\\\"Version\\\":2}\"'", "Version is not 1"},
        {"sh -c 'echo \"{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"A\\\"}\"'", "SecretAccessKey is missing"},
        {"sh -c 'while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done'", "more than 65536 bytes"},
        {"sh 'open", "cannot be split"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w;
        struct err e;
        char config[512];
        snprintf(config, sizeof config, "[default]\ncredential_process = %s\n", rows[i].command);
        world_begin(&w, silent, config, "");
        assert_null(ask(&w, NOW, &e));
        if (!str_contains(str_of(e.message), str_of(rows[i].message)))
            fail_msg("%s: %s", rows[i].command, e.message);
        world_end(&w);
    }
}

static void process_that_hangs(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct str out;
    char **argv = cred_split(a, STR("sleep 30"));
    assert_false(cred_run(a, argv, 200, &out, &e));
    expect_err(&e, ERR_CREDENTIALS, "sleep did not end");
    err_clear(&e);
    argv = cred_split(a, STR("sh -c 'exec >&-; exec sleep 30'"));
    assert_false(cred_run(a, argv, 200, &out, &e));
    expect_err(&e, ERR_CREDENTIALS, "sh did not end");
    arena_free(a);
}

/* What Python's shlex.split gives. */
static void words(void **state)
{
    (void)state;
    static const struct { const char *in, *out; } rows[] = {
        {"a b  c", "a|b|c|"}, {"a 'b c' \"d e\"", "a|b c|d e|"}, {"a\\ b", "a b|"}, {"'' x", "|x|"}, {"a'b'c", "abc|"},
        {"\"a\\\"b\\\\c\\d\"", "a\"b\\c\\d|"}, {"'a\\b'", "a\\b|"}, {"\ta\nb", "a|b|"}, {"$HOME `x` *", "$HOME|`x`|*|"},
        {"", NULL}, {"  ", NULL}, {"'a", NULL}, {"\"a", NULL}, {"a\\", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *a = arena_new(0);
        char **argv = cred_split(a, str_of(rows[i].in)), got[256] = "";
        for (char **w = argv; w && *w; w++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s|", *w);
        assert_int_equal(argv == NULL, rows[i].out == NULL);
        assert_string_equal(got, rows[i].out ? rows[i].out : "");
        arena_free(a);
    }
}

static void container(struct stub *s, const char *request, char *out, size_t size)
{
    if (strstr(request, "Authorization: pod-token"))
        snprintf(out, size, "200 {\"AccessKeyId\":\"ASIAECS\",\"SecretAccessKey\":\"s\",\"Token\":\"t\","
            "\"Expiration\":\"2026-01-02T09:04:05Z\",\"AccountId\":\"111122223333\"}");
    else
        snprintf(out, size, s->requests < 3 ? "500 later" : "200 {\"AccessKeyId\":\"ASIARETRY\",\"SecretAccessKey\":\"s\",\"Token\":\"t\","
            "\"Expiration\":\"2026-01-02T09:04:05Z\"}");
}

static void container_endpoint(void **state)
{
    (void)state;
    struct world w;
    struct err e;
    world_begin(&w, container, "", "");
    set(&w, "AWS_CONTAINER_CREDENTIALS_FULL_URI", arena_cstr(w.a, arena_printf(w.a, "http://127.0.0.1:%d/creds", w.stub.port)));
    const struct aws_credentials *c = ask(&w, NOW, &e);
    expect_ok(c, &e);
    expect_str(c->access_key_id, "ASIARETRY");
    assert_int_equal(w.stub.requests, 3);
    aws_provider_free(w.p);
    w.p = NULL;
    put(&w, "token", "pod-token\n");
    set(&w, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", arena_cstr(w.a, arena_printf(w.a, "%s/token", w.home)));
    c = ask(&w, NOW, &e);
    expect_ok(c, &e);
    expect_str(c->access_key_id, "ASIAECS");
    expect_str(c->account_id, "111122223333");
    world_end(&w);
}

static void container_hosts(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "http://example.com/", "http://127.0.0.1.example.com/", "http://169.254.170.2@example.com/", "http://localhost.example.com",
        "http://169.254.169.254/", "http://[::2]/", "ftp://localhost/", "http://10.0.0.1/#@127.0.0.1", "127.0.0.1/x", "http://user:pw@127.0.0.1/",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct world w;
        struct err e;
        world_begin(&w, silent, "", "");
        set(&w, "AWS_CONTAINER_CREDENTIALS_FULL_URI", refused[i]);
        assert_null(ask(&w, NOW, &e));
        expect_err(&e, ERR_CONFIG, "neither https nor on this machine");
        world_end(&w);
    }
}

static void imds(struct stub *s, const char *request, char *out, size_t size)
{
    (void)s;
    bool token = strstr(request, "x-aws-ec2-metadata-token: tok") != NULL;
    if (strncmp(request, "PUT /latest/api/token ", 22) == 0 && strstr(request, "x-aws-ec2-metadata-token-ttl-seconds: 21600"))
        snprintf(out, size, "200 tok");
    else if (token && strncmp(request, "GET /latest/meta-data/iam/security-credentials/ ", 48) == 0)
        snprintf(out, size, "200 node-role");
    else if (token && strncmp(request, "GET /latest/meta-data/iam/security-credentials/node-role ", 57) == 0)
        snprintf(out, size, "200 {\"Code\":\"Success\",\"AccessKeyId\":\"ASIAEC2\",\"SecretAccessKey\":\"s\",\"Token\":\"t\","
            "\"Expiration\":\"2026-01-02T09:04:05Z\"}");
    else
        snprintf(out, size, "401 no");
}

/* A machine that only knows version 1 would answer without a token. */
static void imds_v1(struct stub *s, const char *request, char *out, size_t size)
{
    (void)s;
    snprintf(out, size, strncmp(request, "PUT", 3) == 0 ? "405 no" : "200 old-role");
}

static void imds_code(struct stub *s, const char *request, char *out, size_t size)
{
    if (strstr(request, "node-role"))
        snprintf(out, size, "200 {\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"EC2 cannot assume the role\"}");
    else
        imds(s, request, out, size);
}

static void instance_metadata(void **state)
{
    (void)state;
    static const struct { stub_answer *answer; const char *message; int requests; } rows[] = {
        {imds, NULL, 3}, {imds_v1, "no AWS credentials", 1}, {imds_code, "AssumeRoleUnauthorizedAccess: EC2 cannot", 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w;
        struct err e;
        world_begin(&w, rows[i].answer, "", "");
        set(&w, "AWS_EC2_METADATA_DISABLED", "false");
        set(&w, "AWS_EC2_METADATA_SERVICE_ENDPOINT", arena_cstr(w.a, arena_printf(w.a, "http://127.0.0.1:%d/", w.stub.port)));
        const struct aws_credentials *c = ask(&w, NOW, &e);
        assert_int_equal(c != NULL, rows[i].message == NULL);
        if (c)
            expect_str(c->access_key_id, "ASIAEC2");
        else
            expect_err(&e, ERR_CREDENTIALS, rows[i].message);
        assert_int_equal(w.stub.requests, rows[i].requests); /* version 1 is never asked */
        world_end(&w);
    }
}

/* One hour's credentials, numbered; the server can be told to fail. */
static void hourly(struct stub *s, const char *request, char *out, size_t size)
{
    char until[INSTANT_TEXT_MAX];
    (void)request;
    if (s->requests >= 100)
        snprintf(out, size, "503 down");
    else
        snprintf(out, size, "200 {\"AccessKeyId\":\"ASIA%d\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"%s\"}", s->requests,
                 instant_z(NOW + s->requests * 3600 * US_PER_S, until));
}

static void renewal(void **state)
{
    (void)state;
    struct world w;
    struct err e;
    const int64_t minute = 60 * US_PER_S;
    world_begin(&w, hourly, "", "[default]\naws_access_key_id = WRONG\n");
    put(&w, ".aws/credentials", "");
    memset(&w.config, 0, sizeof w.config);
    set(&w, "AWS_CONTAINER_CREDENTIALS_FULL_URI", arena_cstr(w.a, arena_printf(w.a, "http://localhost:%d/creds", w.stub.port)));
    expect_str(ask(&w, NOW, &e)->access_key_id, "ASIA1");
    expect_str(ask(&w, NOW + 44 * minute, &e)->access_key_id, "ASIA1");
    expect_str(ask(&w, NOW + 46 * minute, &e)->access_key_id, "ASIA2");
    w.stub.requests = 200; /* from here on it fails */
    expect_str(ask(&w, NOW + 106 * minute, &e)->access_key_id, "ASIA2"); /* advisory: goes on */
    int before = w.stub.requests;
    expect_str(ask(&w, NOW + 106 * minute, &e)->access_key_id, "ASIA2"); /* and is not asked at each call */
    assert_int_equal(w.stub.requests, before);
    assert_null(ask(&w, NOW + 111 * minute, &e)); /* mandatory */
    expect_err(&e, ERR_CREDENTIALS, "HTTP status 503");
    w.stub.requests = 2;
    expect_str(ask(&w, NOW + 112 * minute, &e)->access_key_id, "ASIA3");
    aws_provider_expire(w.p);
    expect_str(ask(&w, NOW + 112 * minute, &e)->access_key_id, "ASIA4");
    /* a renewal never slips to another step of the chain */
    set(&w, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "");
    aws_provider_expire(w.p);
    assert_null(ask(&w, NOW + 113 * minute, &e));
    expect_err(&e, ERR_CREDENTIALS, "container: there are no credentials any more");
    world_end(&w);
}

static void identity(struct stub *s, const char *request, char *out, size_t size)
{
    if (strstr(request, "GetCallerIdentity"))
        snprintf(out, size,
            "200 <GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/a&amp;b</Arn><UserId>AIDA</UserId>"
                            "<Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>");
    else
        sts(s, request, out, size);
}

static void roles_of_an_organization(void **state)
{
    (void)state;
    struct world w;
    struct err e;
    struct aws_identity who;
    world_begin(&w, identity, "[default]\nregion = eu-west-1\n", "[default]\naws_access_key_id = AKIABASE\naws_secret_access_key = b\n");
    w.o.keys = sigv4_keys_new();
    const struct aws_credentials *c = ask(&w, NOW, &e);
    expect_ok(c, &e);
    expect_ok(aws_caller_identity(w.a, &w.o, c, NOW, &who, &e), &e);
    expect_str(who.account, "111122223333");
    expect_str(who.arn, "arn:aws:iam::111122223333:user/a&b");
    assert_non_null(strstr(w.stub.last, "/eu-west-1/sts/aws4_request"));
    struct aws_role role = {.arn = STR("arn:aws:iam::444455556666:role/Audit"), .session_name = STR("ward-audit"),
        .policy = STR("{\"Version\":\"2012-10-17\"}")};
    struct aws_provider *p = aws_provider_role_new(w.p, &role);
    const struct aws_credentials *there = aws_provider_get(p, NOW, &e);
    expect_ok(there, &e);
    expect_str(there->access_key_id, "ASIAONE");
    assert_non_null(strstr(w.stub.last, "RoleSessionName=ward-audit&Policy=%7B%22Version%22%3A%222012-10-17%22%7D"));
    assert_ptr_equal(aws_provider_get(p, NOW + 60 * US_PER_S, &e), there);
    aws_provider_free(p);
    sigv4_keys_free(w.o.keys);
    w.o.keys = NULL;
    aws_provider_free(w.p);
    w.p = NULL;
    world_end(&w);
}

static void xml_leaves(void **state)
{
    (void)state;
    static const struct { const char *xml; bool ok; const char *code; } rows[] = {
        {"<E><Error><Code> A&amp;B </Code><Code>second</Code></Error></E>", true, "A&B"},
        {"<E><Code><![CDATA[x<y]]></Code></E>", true, "x<y"},
        {"<E><Code/></E>", true, ""},
        {"<E></E>", true, NULL},
        {"<E><Code>x</E>", false, NULL},
        {"", false, NULL},
        {"<!DOCTYPE E [<!ENTITY a \"b\">]><E><Code>&a;</Code></E>", false, NULL},
        {"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>", false, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *a = arena_new(0);
        struct err e = {0};
        struct cred_leaf leaf = {"Code", {NULL, 0}};
        assert_int_equal(cred_leaves(a, str_of(rows[i].xml), &leaf, 1, &e), rows[i].ok);
        if (rows[i].code)
            expect_str(leaf.text, rows[i].code);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(environment_comes_first), cmocka_unit_test(environment_half_set_or_over),
        cmocka_unit_test(static_keys_and_their_order), cmocka_unit_test(nothing_and_no_profile),
        cmocka_unit_test(roles_in_a_chain), cmocka_unit_test(a_profile_that_is_its_own_source),
        cmocka_unit_test(roles_that_cannot_be), cmocka_unit_test(asks_for_the_mfa_code), cmocka_unit_test(web_identity),
        cmocka_unit_test(sso_session), cmocka_unit_test(sso_token_is_renewed_and_kept_for_the_cli),
        cmocka_unit_test(sso_that_cannot_be), cmocka_unit_test(sso_before_sessions), cmocka_unit_test(login_session),
        cmocka_unit_test(process_output), cmocka_unit_test(process_that_hangs), cmocka_unit_test(words),
        cmocka_unit_test(container_endpoint), cmocka_unit_test(container_hosts), cmocka_unit_test(instance_metadata),
        cmocka_unit_test(renewal), cmocka_unit_test(roles_of_an_organization), cmocka_unit_test(xml_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
