#include "aws/cred.h"

enum cred_result cred_static(const struct cred *c, struct str profile, enum aws_config_file file, struct aws_credentials *out, struct err *e)
{
    const struct aws_config *config = c->o->config;
    struct aws_credentials got = {
        .access_key_id = aws_config_get_in(config, file, profile, "aws_access_key_id"),
        .secret_access_key = aws_config_get_in(config, file, profile, "aws_secret_access_key"),
        .session_token = aws_config_get_in(config, file, profile, "aws_session_token"),
        .account_id = aws_profile_get(config, profile, "aws_account_id"),
        .source = arena_printf(c->a, "profile %.*s (keys in %.*s)", STR_ARG(profile), STR_ARG(config->path[file])),
    };
    if (!got.access_key_id.len)
        return CRED_NONE;
    if (!got.session_token.len)
        got.session_token = aws_config_get_in(config, file, profile, "aws_security_token");
    return cred_accept(c, &got, out, e);
}

enum cred_result cred_profile(const struct cred *c, struct str profile, struct aws_credentials *out, struct err *e)
{
    enum cred_result r = cred_web(c, profile, false, out, e);
    if (r == CRED_NONE)
        r = cred_sso(c, profile, out, e);
    if (r == CRED_NONE)
        r = cred_static(c, profile, AWS_FILE_CREDENTIALS, out, e);
    if (r == CRED_NONE)
        r = cred_login(c, profile, out, e);
    if (r == CRED_NONE)
        r = cred_process(c, profile, out, e);
    if (r == CRED_NONE)
        r = cred_static(c, profile, AWS_FILE_CONFIG, out, e);
    return r;
}
