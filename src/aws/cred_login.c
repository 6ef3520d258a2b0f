/* `aws login` (2025): botocore's LoginProvider, 1.44.5. Its sessions are renewed with a key that proves
 * possession and rewrites the CLI's cache; that is left to the CLI itself. */
#include "aws/cred.h"

#include "base/file.h"
#include "base/instant.h"
#include "codec/hash.h"

static const char *cache_path(const struct cred *c, struct str session)
{
    char hex[SHA256_HEX_MAX];
    struct str folder = env_get(c->o->env, "AWS_LOGIN_CACHE_DIRECTORY");
    folder = aws_config_home(c->a, c->o->env, folder.len ? folder : STR("~/.aws/login/cache"));
    return arena_cstr(c->a, arena_printf(c->a, "%.*s/%s.json", STR_ARG(folder), sha256_hex(session, hex)));
}

enum cred_result cred_login(const struct cred *c, struct str profile, struct aws_credentials *out, struct err *e)
{
    struct str session = aws_profile_get(c->o->config, profile, "login_session"), text;
    if (!session.len)
        return CRED_NONE;
    const char *path = cache_path(c, session);
    if (!file_exists(path)) {
        cred_fail(e, "profile %.*s: not logged in", STR_ARG(profile));
        err_hint(e, "aws login --profile %.*s", STR_ARG(profile));
        return CRED_FAILED;
    }
    struct json *cached = file_read(c->a, path, CRED_FILE_MAX, &text, e) ? json_parse(c->a, text, CRED_FILE_MAX, e) : NULL;
    if (!cached) {
        err_context(e, "reading the login session of profile %.*s", STR_ARG(profile));
        return CRED_FAILED;
    }
    const struct json *given = json_getz(cached, "accessToken");
    struct aws_credentials got = {
        .access_key_id = json_get_str(given, "accessKeyId"),
        .secret_access_key = json_get_str(given, "secretAccessKey"),
        .session_token = json_get_str(given, "sessionToken"),
        .account_id = json_get_str(given, "accountId"),
        .source = arena_printf(c->a, "profile %.*s (aws login)", STR_ARG(profile)),
    };
    bool timed = instant_parse(json_get_str(given, "expiresAt"), &got.expires_us);
    if (!timed || got.expires_us - c->now_us < 60 * US_PER_S)
        return cred_cli(c, profile, out, e);
    return cred_accept(c, &got, out, e);
}
