#include "aws/cred.h"

static struct str get(const struct cred *c, struct str profile, const char *key)
{
    return aws_profile_get(c->o->config, profile, key);
}

static bool is_role(const struct cred *c, struct str profile)
{
    return get(c, profile, "role_arn").len && !get(c, profile, "web_identity_token_file").len;
}

static bool has_keys(const struct cred *c, struct str profile)
{
    return get(c, profile, "aws_access_key_id").len || get(c, profile, "aws_secret_access_key").len;
}

static bool visited(const struct cred_visited *v, struct str profile)
{
    for (; v; v = v->before)
        if (str_eq(v->profile, profile))
            return true;
    return false;
}

static enum cred_result assume(const struct cred *c, const struct cred_visited *here, struct aws_credentials *out, struct err *e);

static enum cred_result from_profile(const struct cred *c, const struct cred_visited *here, struct str source,
                                     struct aws_credentials *out, struct err *e)
{
    struct str profile = here->profile;
    if (!aws_config_has(c->o->config, AWS_SECTION_PROFILE, source)) {
        err_set(e, ERR_CONFIG, "profile %.*s takes its credentials from profile %.*s, which does not exist", STR_ARG(profile), STR_ARG(source));
        return CRED_FAILED;
    }
    /* A profile may be its own source when it holds the keys that assume its role. */
    bool own = str_eq(source, profile) && has_keys(c, source);
    if (visited(here, source) && !own) {
        err_set(e, ERR_CONFIG, "source_profile of profile %.*s leads back to profile %.*s", STR_ARG(profile), STR_ARG(source));
        err_hint(e, "one profile of the chain must have credentials of its own");
        return CRED_FAILED;
    }
    if (!has_keys(c, source) && is_role(c, source))
        return assume(c, &(struct cred_visited){source, here}, out, e);
    enum cred_result r = cred_profile(c, source, out, e);
    if (r == CRED_NONE)
        err_set(e, ERR_CONFIG, "source profile %.*s has no credentials", STR_ARG(source));
    return r == CRED_FOUND ? CRED_FOUND : CRED_FAILED;
}

static enum cred_result from_named_source(const struct cred *c, struct str profile, struct str source, struct aws_credentials *out, struct err *e)
{
    static const struct {
        const char *name;
        cred_step *step;
    } sources[] = {{"Environment", cred_env}, {"Ec2InstanceMetadata", cred_imds}, {"EcsContainer", cred_container}};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        if (!str_eq_nocase(source, str_of(sources[i].name)))
            continue;
        enum cred_result r = sources[i].step(c, out, e);
        if (r == CRED_NONE)
            cred_fail(e, "credential_source %.*s of profile %.*s gives no credentials", STR_ARG(source), STR_ARG(profile));
        return r == CRED_FOUND ? CRED_FOUND : CRED_FAILED;
    }
    err_set(e, ERR_CONFIG, "credential_source of profile %.*s is not one of Environment, Ec2InstanceMetadata, EcsContainer", STR_ARG(profile));
    return CRED_FAILED;
}

static bool read_role(const struct cred *c, struct str profile, struct aws_role *role, struct err *e)
{
    uint64_t seconds = 0;
    struct str duration = get(c, profile, "duration_seconds");
    *role = (struct aws_role){
        .arn = get(c, profile, "role_arn"),
        .session_name = get(c, profile, "role_session_name"),
        .external_id = get(c, profile, "external_id"),
        .mfa_serial = get(c, profile, "mfa_serial"),
    };
    if (duration.len && (!str_to_u64(duration, &seconds) || seconds < 900 || seconds > 43200))
        return err_set(e, ERR_CONFIG, "duration_seconds of profile %.*s is not a number from 900 to 43200", STR_ARG(profile));
    role->duration_s = (uint32_t)seconds;
    return true;
}

static enum cred_result assume(const struct cred *c, const struct cred_visited *here, struct aws_credentials *out, struct err *e)
{
    struct aws_role role;
    struct str profile = here->profile, source = get(c, profile, "source_profile"), named = get(c, profile, "credential_source");
    if (!source.len == !named.len) {
        err_set(e, ERR_CONFIG, "profile %.*s has a role_arn and %s source_profile %s credential_source", STR_ARG(profile),
                source.len ? "both" : "neither", source.len ? "and" : "nor");
        return CRED_FAILED;
    }
    if (!read_role(c, profile, &role, e))
        return CRED_FAILED;
    struct aws_credentials from = {0};
    enum cred_result r = source.len ? from_profile(c, here, source, &from, e) : from_named_source(c, profile, named, &from, e);
    if (r == CRED_FOUND && !aws_assume_role(c->o, &from, &role, c->now_us, out, e))
        r = CRED_FAILED;
    aws_credentials_done(&from);
    if (r == CRED_FAILED)
        err_context(e, "using profile %.*s", STR_ARG(str_sub(profile, 0, 100)));
    return r;
}

enum cred_result cred_assume(const struct cred *c, struct aws_credentials *out, struct err *e)
{
    if (!is_role(c, c->profile))
        return CRED_NONE;
    return assume(c, &(struct cred_visited){c->profile, NULL}, out, e);
}
