/* Instance metadata service version 2 (EC2 User Guide, "Use IMDSv2"). Version 1 is never asked: whoever can
 * make a server fetch a URL could get its credentials from it, and an audit should not depend on it. */
#include "aws/cred.h"

enum { TIMEOUT_MS = 1000 };

static struct str setting(const struct cred *c, const char *variable, const char *key)
{
    struct str v = env_get(c->o->env, variable);
    return v.len ? v : aws_profile_get(c->o->config, c->profile, key);
}

static struct str base_url(const struct cred *c)
{
    struct str base = setting(c, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
    struct str mode = setting(c, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
    if (!base.len)
        base = str_eq_nocase(mode, STR("ipv6")) ? STR("http://[fd00:ec2::254]") : STR("http://169.254.169.254");
    while (base.len && base.ptr[base.len - 1] == '/')
        base.len--;
    return base;
}

static bool ask(const struct cred *c, const char *method, struct str path, struct str header, struct http_response *r, struct err *e)
{
    struct http_request q = {.method = str_of(method), .url = arena_printf(c->a, "%.*s/latest/%.*s", STR_ARG(base_url(c)), STR_ARG(path)),
                             .headers = &header, .header_count = 1, .total_timeout_ms = TIMEOUT_MS, .no_proxy = true};
    return cred_fetch(c, &q, 1, r, e);
}

static bool is_word(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] <= ' ' || s.ptr[i] > '~' || s.ptr[i] == '/' || s.ptr[i] == '?' || s.ptr[i] == '#')
            return false;
    return s.len > 0;
}

static enum cred_result read_credentials(const struct cred *c, struct str role, const struct http_response *r, struct aws_credentials *out, struct err *e)
{
    struct aws_credentials got = {.source = arena_printf(c->a, "instance metadata, role %.*s", STR_ARG(role))};
    struct json *j = r->status == 200 ? json_parse(c->a, r->body, CRED_TEXT_MAX, e) : NULL;
    struct str code = json_get_str(j, "Code"), why = json_get_str(j, "Message");
    if (r->status != 200)
        cred_fail(e, "instance metadata answered with HTTP status %ld", r->status);
    else if (j && code.len && !str_eq(code, STR("Success")))
        cred_fail(e, "instance metadata gave no credentials: %.*s: %.*s", STR_ARG(code), STR_ARG(str_sub(why, 0, 300)));
    if (!j || err_is_set(e) || !cred_json(j, "Token", &got, e)) {
        err_context(e, "reading the credentials of role %.*s from instance metadata", STR_ARG(str_sub(role, 0, 80)));
        return CRED_FAILED;
    }
    return cred_accept(c, &got, out, e);
}

enum cred_result cred_imds(const struct cred *c, struct aws_credentials *out, struct err *e)
{
    struct http_response r;
    struct err quiet = {0}; /* most machines are no EC2 instances */
    if (aws_env_true(c->o->env, "AWS_EC2_METADATA_DISABLED"))
        return CRED_NONE;
    if (!ask(c, "PUT", STR("api/token"), STR("x-aws-ec2-metadata-token-ttl-seconds: 21600"), &r, &quiet) || r.status != 200 ||
        !is_word(str_trim(r.body)))
        return CRED_NONE;
    struct str token = arena_printf(c->a, "x-aws-ec2-metadata-token: %.*s", STR_ARG(str_trim(r.body)));
    if (!ask(c, "GET", STR("meta-data/iam/security-credentials/"), token, &r, e))
        return CRED_FAILED;
    struct str role = str_trim(r.body);
    if (r.status == 404)
        return CRED_NONE; /* an instance without a role */
    if (r.status != 200 || !is_word(role)) {
        cred_fail(e, "instance metadata did not name the instance's role: HTTP status %ld", r.status);
        return CRED_FAILED;
    }
    if (!ask(c, "GET", arena_printf(c->a, "meta-data/iam/security-credentials/%.*s", STR_ARG(role)), token, &r, e))
        return CRED_FAILED;
    return read_credentials(c, role, &r, out, e);
}
