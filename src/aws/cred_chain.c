#include "aws/cred.h"

#include "base/instant.h"

#include <stdlib.h>

#define MINUTE_US (60 * US_PER_S)

struct aws_provider {
    struct arena *arena;
    struct aws_credential_options o;
    struct aws_provider *base; /* of a role */
    struct aws_role role;
    struct aws_credentials now;
    int step;                  /* of the chain that gave them; -1 = none yet */
    int64_t tried_us;          /* last renewal, good or not; 0 = never */
    bool expired;              /* AWS said so */
};

static enum cred_result step_web(const struct cred *c, struct aws_credentials *out, struct err *e)
{
    return cred_web(c, c->profile, c->o->profile == NULL, out, e);
}

static enum cred_result step_sso(const struct cred *c, struct aws_credentials *out, struct err *e)
{
    return cred_sso(c, c->profile, out, e);
}

static enum cred_result step_shared(const struct cred *c, struct aws_credentials *out, struct err *e)
{
    return cred_static(c, c->profile, AWS_FILE_CREDENTIALS, out, e);
}

static enum cred_result step_login(const struct cred *c, struct aws_credentials *out, struct err *e)
{
    return cred_login(c, c->profile, out, e);
}

static enum cred_result step_process(const struct cred *c, struct aws_credentials *out, struct err *e)
{
    return cred_process(c, c->profile, out, e);
}

static enum cred_result step_config(const struct cred *c, struct aws_credentials *out, struct err *e)
{
    return cred_static(c, c->profile, AWS_FILE_CONFIG, out, e);
}

static cred_step *const steps[] = {cred_env, cred_assume, step_web, step_sso, step_shared, step_login, step_process,
                                   step_config, cred_container, cred_imds};
enum { STEP_ENV = 0, STEP_PROFILE = 1, STEPS = sizeof steps / sizeof *steps };

static bool profile_is_missing(const struct cred *c, struct err *e)
{
    if (aws_config_has(c->o->config, AWS_SECTION_PROFILE, c->profile) || str_eq(c->profile, STR("default")))
        return false;
    err_set(e, ERR_CONFIG, "there is no profile %.*s in %.*s or %.*s", STR_ARG(c->profile), STR_ARG(c->o->config->path[AWS_FILE_CONFIG]),
            STR_ARG(c->o->config->path[AWS_FILE_CREDENTIALS]));
    err_hint(e, "aws configure list-profiles shows those that are there");
    return true;
}

static bool nothing_found(const struct cred *c, struct err *e)
{
    cred_fail(e, "no AWS credentials: tried %sprofile %.*s (role, web identity, SSO, keys, login, process), container and instance metadata",
              c->o->profile ? "" : "the environment, ", STR_ARG(c->profile));
    err_hint(e, "aws sso login --profile NAME, aws configure, or set AWS_PROFILE or AWS_ACCESS_KEY_ID");
    return false;
}

static bool run_chain(struct aws_provider *p, const struct cred *c, struct aws_credentials *out, struct err *e)
{
    for (int i = p->step >= 0 ? p->step : 0; i < STEPS; i++) {
        if (i == STEP_ENV && c->o->profile)
            continue;
        if (i == STEP_PROFILE && profile_is_missing(c, e))
            return false;
        enum cred_result r = steps[i](c, out, e);
        if (r == CRED_FOUND)
            p->step = i;
        if (r != CRED_NONE)
            return r == CRED_FOUND;
        if (p->step >= 0)
            return cred_fail(e, "%.*s: there are no credentials any more", STR_ARG(p->now.source));
    }
    return nothing_found(c, e);
}

struct aws_provider *aws_provider_new(const struct aws_credential_options *o)
{
    struct aws_provider *p = calloc(1, sizeof *p);
    if (!p)
        die("out of memory");
    p->o = *o;
    p->step = -1;
    return p;
}

struct aws_provider *aws_provider_role_new(struct aws_provider *base, const struct aws_role *role)
{
    struct aws_provider *p = aws_provider_new(&base->o);
    p->arena = arena_new(4096);
    p->base = base;
    p->role = *role;
    struct str *strings[] = {&p->role.arn, &p->role.session_name, &p->role.external_id, &p->role.policy, &p->role.policy_arn, &p->role.mfa_serial, &p->role.region};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        *strings[i] = arena_str(p->arena, *strings[i]);
    return p;
}

void aws_provider_free(struct aws_provider *p)
{
    if (!p)
        return;
    aws_credentials_done(&p->now);
    arena_free(p->arena);
    free(p);
}

static bool renew(struct aws_provider *p, int64_t now_us, struct err *e)
{
    struct aws_credentials fresh = {0};
    bool ok;
    if (p->base) {
        const struct aws_credentials *from = aws_provider_get(p->base, now_us, e);
        ok = from && aws_assume_role(&p->o, from, &p->role, now_us, &fresh, e);
    } else {
        struct cred c = {.o = &p->o, .a = arena_new(16384), .now_us = now_us, .profile = aws_config_profile(p->o.env, p->o.profile)};
        ok = run_chain(p, &c, &fresh, e);
        arena_wipe_free(c.a);
    }
    p->tried_us = now_us;
    if (!ok)
        return false;
    aws_credentials_done(&p->now);
    p->now = fresh;
    p->expired = false;
    return true;
}

const struct aws_credentials *aws_provider_get(struct aws_provider *p, int64_t now_us, struct err *e)
{
    bool have = p->now.block && !p->expired;
    int64_t left = p->now.expires_us ? p->now.expires_us - now_us : INT64_MAX;
    /* Sessions that are short from the start must not be renewed at every call. */
    bool just_tried = p->tried_us && now_us - p->tried_us < MINUTE_US;
    if (have && (left > 15 * MINUTE_US || (just_tried && left > 0)))
        return &p->now;
    struct err ignored = {0};
    bool may_fail = have && left > 10 * MINUTE_US;
    if (renew(p, now_us, may_fail ? &ignored : e) || may_fail)
        return &p->now;
    return NULL;
}

void aws_provider_expire(struct aws_provider *p) { p->expired = true; }
