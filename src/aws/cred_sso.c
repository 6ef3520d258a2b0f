/* IAM Identity Center: botocore's tokens.py (SSOTokenProvider) and credentials.py (SSOProvider), 1.44.5. */
#include "aws/cred.h"

#include "base/file.h"
#include "base/instant.h"
#include "codec/hash.h"

#include <openssl/evp.h>

static const struct aws_service portal = {.name = {"sso", 3}, .prefix = {"portal.sso", 10}, .env = {"AWS_ENDPOINT_URL_SSO", 20}};
static const struct aws_service oidc = {.name = {"sso-oidc", 8}, .prefix = {"oidc", 4}, .env = {"AWS_ENDPOINT_URL_SSO_OIDC", 25}};

struct sso {
    struct str profile, session, start_url, region, account, role;
    const char *cache_path;
    struct str token; /* access token, once it is there */
};

static bool read_settings(const struct cred *c, struct sso *s, struct err *e)
{
    const struct aws_config *config = c->o->config;
    s->session = aws_profile_get(config, s->profile, "sso_session");
    s->start_url = aws_profile_get(config, s->profile, "sso_start_url");
    s->region = aws_profile_get(config, s->profile, "sso_region");
    if (s->session.len) {
        if (!aws_config_has(config, AWS_SECTION_SSO_SESSION, s->session))
            return err_set(e, ERR_CONFIG, "there is no [sso-session %.*s], which profile %.*s names", STR_ARG(s->session), STR_ARG(s->profile));
        struct str url = aws_config_get(config, AWS_SECTION_SSO_SESSION, s->session, "sso_start_url");
        struct str region = aws_config_get(config, AWS_SECTION_SSO_SESSION, s->session, "sso_region");
        if ((s->start_url.len && !str_eq(s->start_url, url)) || (s->region.len && !str_eq(s->region, region)))
            return err_set(e, ERR_CONFIG, "profile %.*s and its sso-session differ in sso_start_url or sso_region", STR_ARG(s->profile));
        s->start_url = url;
        s->region = region;
    }
    if (!s->account.len || !s->role.len || !s->start_url.len || !s->region.len)
        return err_set(e, ERR_CONFIG, "profile %.*s uses SSO but lacks one of sso_account_id, sso_role_name, sso_start_url, sso_region",
                       STR_ARG(s->profile));
    return true;
}

static const char *cache_path(const struct cred *c, struct str name)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    unsigned n = 0;
    if (!EVP_Digest(name.ptr, name.len, digest, &n, EVP_sha1(), NULL))
        die("SHA-1 is not available");
    struct str path = arena_printf(c->a, "~/.aws/sso/cache/%s.json", hex_encode(digest, n, hex));
    return arena_cstr(c->a, aws_config_home(c->a, c->o->env, path));
}

static void hint_login(const struct sso *s, struct err *e)
{
    err_hint(e, "aws sso login --profile %.*s", STR_ARG(s->profile));
}

static int64_t time_in(const struct json *j, const char *key)
{
    int64_t us = 0;
    return instant_parse(json_get_str(j, key), &us) ? us : 0;
}

static bool can_renew(const struct cred *c, const struct json *cached)
{
    return json_get_str(cached, "refreshToken").len && json_get_str(cached, "clientId").len && json_get_str(cached, "clientSecret").len &&
           time_in(cached, "registrationExpiresAt") > c->now_us;
}

static struct str renew_body(const struct cred *c, const struct json *cached)
{
    struct buf b;
    struct json_out o;
    buf_init(&b, CRED_FILE_MAX);
    jo_init(&o, &b, false);
    jo_object(&o);
    jo_kv_str(&o, "clientId", json_get_str(cached, "clientId"));
    jo_kv_str(&o, "clientSecret", json_get_str(cached, "clientSecret"));
    jo_kv_strz(&o, "grantType", "refresh_token");
    jo_kv_str(&o, "refreshToken", json_get_str(cached, "refreshToken"));
    jo_end_object(&o);
    struct str body = arena_str(c->a, buf_str(&b));
    explicit_bzero(b.ptr, b.size);
    buf_done(&b);
    return body;
}

/* The refresh token is good once: what the CLI has cached is void now, so its file gets the new one. */
static bool save(const struct cred *c, const struct sso *s, const struct json *cached, const struct json *fresh, struct err *e)
{
    int64_t seconds = 0;
    char until[INSTANT_TEXT_MAX];
    struct buf b;
    if (!json_get_i64(fresh, "expiresIn", &seconds) || seconds <= 0 || seconds > 366 * 86400)
        return cred_fail(e, "sso-oidc CreateToken answered without a lifetime");
    struct json *out = json_new(c->a, JSON_OBJECT);
    json_set(out, STR("startUrl"), json_string(c->a, s->start_url));
    json_set(out, STR("region"), json_string(c->a, s->region));
    json_set(out, STR("accessToken"), json_string(c->a, json_get_str(fresh, "accessToken")));
    json_set(out, STR("expiresAt"), json_string(c->a, arena_str(c->a, str_of(instant_z(c->now_us + seconds * US_PER_S, until)))));
    json_set(out, STR("clientId"), json_string(c->a, json_get_str(cached, "clientId")));
    json_set(out, STR("clientSecret"), json_string(c->a, json_get_str(cached, "clientSecret")));
    json_set(out, STR("registrationExpiresAt"), json_string(c->a, json_get_str(cached, "registrationExpiresAt")));
    struct str again = json_get_str(fresh, "refreshToken");
    json_set(out, STR("refreshToken"), json_string(c->a, again.len ? again : json_get_str(cached, "refreshToken")));
    buf_init(&b, CRED_FILE_MAX);
    json_write(&b, out);
    bool ok = file_replace(s->cache_path, buf_str(&b), 0600, e);
    explicit_bzero(b.ptr, b.size);
    buf_done(&b);
    return ok;
}

/* sso-oidc CreateToken. False leaves the reason in `e`. */
static bool renew(const struct cred *c, struct sso *s, const struct json *cached, struct err *e)
{
    struct aws_endpoint at;
    struct http_response r;
    if (!aws_endpoint_of(c->a, c->o->endpoints, &oidc, s->region, STR(""), &at, e))
        return false;
    const struct str headers[] = {STR("Content-Type: application/json")};
    struct http_request q = {.method = STR("POST"), .headers = headers, .header_count = 1, .body = renew_body(c, cached), .total_timeout_ms = 20000};
    q.url = arena_printf(c->a, "%.*s://%.*s%.*s/token", STR_ARG(at.scheme), STR_ARG(at.host), STR_ARG(at.base_path));
    /* Once: a second try with a token that was already taken would end the session. */
    if (!cred_fetch(c, &q, 1, &r, e))
        return false;
    struct json *fresh = r.status == 200 ? json_parse(c->a, r.body, CRED_FILE_MAX, NULL) : NULL;
    if (!json_get_str(fresh, "accessToken").len)
        return cred_fail(e, "the SSO token could not be renewed: HTTP status %ld", r.status);
    s->token = json_get_str(fresh, "accessToken");
    return save(c, s, cached, fresh, e);
}

static bool load_token(const struct cred *c, struct sso *s, struct err *e)
{
    struct str text;
    s->cache_path = cache_path(c, s->session.len ? s->session : s->start_url);
    if (!file_exists(s->cache_path))
        return cred_fail(e, "profile %.*s: not logged in to SSO", STR_ARG(s->profile));
    struct json *cached = file_read(c->a, s->cache_path, CRED_FILE_MAX, &text, e) ? json_parse(c->a, text, CRED_FILE_MAX, e) : NULL;
    if (!cached)
        return false;
    s->token = json_get_str(cached, "accessToken");
    int64_t until = time_in(cached, "expiresAt");
    if (!s->token.len || !until)
        return cred_fail(e, "profile %.*s: the SSO token in %s is not valid", STR_ARG(s->profile), s->cache_path);
    /* A token that still lives is used as it is, so that two programs rarely renew at once. */
    if (until - c->now_us > 60 * US_PER_S)
        return true;
    if (s->session.len && can_renew(c, cached))
        return renew(c, s, cached, e);
    return until > c->now_us || cred_fail(e, "profile %.*s: the SSO session has ended", STR_ARG(s->profile));
}

static struct str query(const struct cred *c, const struct sso *s)
{
    struct buf b;
    buf_init(&b, 4096);
    cred_form(&b, "role_name", s->role);
    cred_form(&b, "account_id", s->account);
    struct str q = arena_str(c->a, buf_str(&b));
    buf_done(&b);
    return str_sub(q, 1, q.len);
}

static enum cred_result role_credentials(const struct cred *c, const struct sso *s, struct aws_credentials *out, struct err *e)
{
    struct aws_endpoint at;
    struct http_response r;
    int64_t until_ms = 0;
    if (!aws_endpoint_of(c->a, c->o->endpoints, &portal, s->region, STR(""), &at, e))
        return CRED_FAILED;
    const struct str headers[] = {arena_printf(c->a, "x-amz-sso_bearer_token: %.*s", STR_ARG(s->token))};
    struct http_request q = {.method = STR("GET"), .headers = headers, .header_count = 1, .total_timeout_ms = 20000};
    q.url = arena_printf(c->a, "%.*s://%.*s%.*s/federation/credentials?%.*s", STR_ARG(at.scheme), STR_ARG(at.host), STR_ARG(at.base_path),
                         STR_ARG(query(c, s)));
    if (!cred_fetch(c, &q, 3, &r, e))
        return CRED_FAILED;
    struct json *body = json_parse(c->a, r.body, CRED_FILE_MAX, NULL), *given = json_getz(body, "roleCredentials");
    if (r.status != 200 || !given) {
        struct str why = json_get_str(body, "message");
        cred_fail(e, "profile %.*s: SSO gave no credentials of role %.*s in %.*s: HTTP status %ld%s%.*s", STR_ARG(s->profile), STR_ARG(s->role),
                  STR_ARG(s->account), r.status, why.len ? ", " : "", STR_ARG(str_sub(why, 0, 300)));
        if (r.status == 401)
            hint_login(s, e);
        return CRED_FAILED;
    }
    struct aws_credentials got = {
        .access_key_id = json_get_str(given, "accessKeyId"),
        .secret_access_key = json_get_str(given, "secretAccessKey"),
        .session_token = json_get_str(given, "sessionToken"),
        .account_id = s->account,
        .source = arena_printf(c->a, "profile %.*s (SSO)", STR_ARG(s->profile)),
    };
    if (!json_get_i64(given, "expiration", &until_ms) || until_ms <= 0 || until_ms > INT64_MAX / 1000) {
        cred_fail(e, "profile %.*s: SSO gave credentials without an end", STR_ARG(s->profile));
        return CRED_FAILED;
    }
    got.expires_us = until_ms * 1000;
    return cred_accept(c, &got, out, e);
}

enum cred_result cred_sso(const struct cred *c, struct str profile, struct aws_credentials *out, struct err *e)
{
    struct sso s = {
        .profile = profile,
        .account = aws_profile_get(c->o->config, profile, "sso_account_id"),
        .role = aws_profile_get(c->o->config, profile, "sso_role_name"),
    };
    if (!s.account.len && !s.role.len)
        return CRED_NONE;
    if (!read_settings(c, &s, e))
        return CRED_FAILED;
    if (!load_token(c, &s, e)) {
        hint_login(&s, e);
        return CRED_FAILED;
    }
    return role_credentials(c, &s, out, e);
}
