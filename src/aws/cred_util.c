#include "aws/cred.h"

#include "base/instant.h"

#include <stdio.h>
#include <time.h>

bool cred_fail(struct err *e, const char *fmt, ...)
{
    char text[ERR_MESSAGE_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return err_set(e, ERR_CREDENTIALS, "%s", text);
}

enum cred_result cred_accept(const struct cred *c, const struct aws_credentials *got, struct aws_credentials *out, struct err *e)
{
    char at[INSTANT_TEXT_MAX];
    if (!got->access_key_id.len || !got->secret_access_key.len) {
        cred_fail(e, "%.*s: there is a key id without its secret, or the other way round", STR_ARG(got->source));
        return CRED_FAILED;
    }
    if (got->access_key_id.len + got->secret_access_key.len > 4000 || got->session_token.len > CRED_TEXT_MAX) {
        cred_fail(e, "%.*s: credentials of an impossible length", STR_ARG(got->source));
        return CRED_FAILED;
    }
    if (got->expires_us && got->expires_us <= c->now_us) {
        cred_fail(e, "%.*s: the credentials ended at %s", STR_ARG(got->source), instant_z(got->expires_us, at));
        return CRED_FAILED;
    }
    aws_credentials_copy(out, got);
    return CRED_FOUND;
}

bool cred_json(const struct json *j, const char *token_key, struct aws_credentials *got, struct err *e)
{
    got->access_key_id = json_get_str(j, "AccessKeyId");
    got->secret_access_key = json_get_str(j, "SecretAccessKey");
    got->session_token = json_get_str(j, token_key);
    got->account_id = json_get_str(j, "AccountId");
    const struct json *until = json_getz(j, "Expiration");
    if (until && until->type != JSON_NULL && (!instant_parse(json_str(until), &got->expires_us) || got->expires_us <= 0))
        return cred_fail(e, "Expiration is not a time");
    if (!got->access_key_id.len || !got->secret_access_key.len)
        return cred_fail(e, "AccessKeyId or SecretAccessKey is missing");
    return true;
}

static bool worth_another(const struct http_response *r)
{
    return r->outcome != HTTP_OK ? r->outcome != HTTP_DNS && r->outcome != HTTP_TOO_LARGE : r->status >= 500 || r->status == 429;
}

bool cred_fetch(const struct cred *c, const struct http_request *q, int tries, struct http_response *r, struct err *e)
{
    for (int i = 1;; i++) {
        if (!http_fetch(c->o->http, c->a, q, r, e))
            return false;
        if (i >= tries || !worth_another(r))
            break;
        nanosleep(&(struct timespec){.tv_nsec = 200000000L * i}, NULL);
    }
    if (r->outcome == HTTP_OK)
        return true;
    if (r->untrusted)
        err_hint(e, "AWS_CA_BUNDLE or ca_bundle names a PEM file of the authorities that are trusted in place of the system's");
    struct str url = q->url, place = str_cut(&url, '?');
    return err_set(e, ERR_NET, "%.*s: %s", STR_ARG(place), r->error);
}
