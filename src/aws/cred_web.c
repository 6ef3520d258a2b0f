#include "aws/cred.h"

#include "base/file.h"

static struct str setting(const struct cred *c, struct str profile, bool use_env, const char *variable, const char *key)
{
    struct str v = use_env ? env_get(c->o->env, variable) : (struct str){NULL, 0};
    return v.len ? v : aws_profile_get(c->o->config, profile, key);
}

enum cred_result cred_web(const struct cred *c, struct str profile, bool use_env, struct aws_credentials *out, struct err *e)
{
    struct str path = setting(c, profile, use_env, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
    struct str arn = setting(c, profile, use_env, "AWS_ROLE_ARN", "role_arn");
    struct str session = setting(c, profile, use_env, "AWS_ROLE_SESSION_NAME", "role_session_name"), token;
    struct cred_leaf leaves[] = CRED_STS_LEAVES;
    if (!path.len)
        return CRED_NONE;
    if (!arn.len) {
        err_set(e, ERR_CONFIG, "there is a web identity token file but no role: AWS_ROLE_ARN or role_arn");
        return CRED_FAILED;
    }
    path = aws_config_home(c->a, c->o->env, path);
    if (!file_read(c->a, arena_cstr(c->a, path), CRED_TEXT_MAX, &token, e)) {
        err_context(e, "reading the web identity token");
        return CRED_FAILED;
    }
    struct buf form;
    buf_init(&form, CRED_FILE_MAX);
    cred_form(&form, "RoleArn", arn);
    cred_form(&form, "RoleSessionName", session.len ? session : STR("ward"));
    cred_form(&form, "WebIdentityToken", str_trim(token));
    bool ok = cred_sts(c, "AssumeRoleWithWebIdentity", buf_str(&form), NULL, STR(""), leaves, CRED_LEAVES, e);
    explicit_bzero(form.ptr, form.size);
    buf_done(&form);
    if (!ok) {
        err_context(e, "assuming %.*s with the token in %.*s", STR_ARG(str_sub(arn, 0, 100)), STR_ARG(str_sub(path, 0, 100)));
        return CRED_FAILED;
    }
    return cred_sts_accept(c, leaves, arena_printf(c->a, "web identity, role %.*s", STR_ARG(arn)), out, e);
}
