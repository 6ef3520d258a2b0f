#include "aws/cred.h"

#include "base/instant.h"

enum cred_result cred_env(const struct cred *c, struct aws_credentials *out, struct err *e)
{
    const struct env *env = c->o->env;
    struct aws_credentials got = {
        .access_key_id = env_get(env, "AWS_ACCESS_KEY_ID"),
        .secret_access_key = env_get(env, "AWS_SECRET_ACCESS_KEY"),
        .session_token = env_get(env, "AWS_SESSION_TOKEN"),
        .account_id = env_get(env, "AWS_ACCOUNT_ID"),
        .source = STR("environment"),
    };
    if (!got.access_key_id.len)
        return CRED_NONE;
    if (!got.session_token.len)
        got.session_token = env_get(env, "AWS_SECURITY_TOKEN");
    struct str until = env_get(env, "AWS_CREDENTIAL_EXPIRATION");
    if (until.len && !instant_parse(until, &got.expires_us)) {
        cred_fail(e, "AWS_CREDENTIAL_EXPIRATION is not a time: %.*s", STR_ARG(str_sub(until, 0, 60)));
        return CRED_FAILED;
    }
    enum cred_result result = cred_accept(c, &got, out, e);
    if (result == CRED_FAILED)
        err_hint(e, "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for sessions, AWS_SESSION_TOKEN together");
    return result;
}
