#include "aws/cred.h"

#include "aws/sigv4.h"
#include "base/instant.h"
#include "codec/hash.h"

static const struct aws_service sts = {.name = {"sts", 3}, .prefix = {"sts", 3}, .env = {"AWS_ENDPOINT_URL_STS", 20}};

void cred_form(struct buf *b, const char *name, struct str value)
{
    if (!value.len)
        return;
    buf_addf(b, "&%s=", name);
    percent_encode(b, value, "");
}

static bool answer_error(const struct cred *c, const char *action, const struct http_response *r, struct err *e)
{
    struct cred_leaf said[] = {{"Code", {0}}, {"Message", {0}}};
    if (!cred_leaves(c->a, r->body, said, 2, NULL) || !said[0].text.len)
        return err_set(e, ERR_AWS, "sts %s: HTTP status %ld", action, r->status);
    err_set(e, ERR_AWS, "sts %s: %.*s: %.*s", action, STR_ARG(said[0].text), STR_ARG(str_sub(said[1].text, 0, 700)));
    if (str_starts(said[0].text, STR("Expired")))
        err_hint(e, "log in again (aws sso login, aws login) or renew the keys");
    else if (str_eq(said[0].text, STR("InvalidClientTokenId")) || str_eq(said[0].text, STR("SignatureDoesNotMatch")))
        err_hint(e, "the access key or its secret is wrong, or was deleted; check also the clock");
    return false;
}

static struct str region_of(const struct cred *c, struct str region)
{
    if (region.len)
        return region;
    struct str usual = aws_default_region(c->o->env, c->o->config, c->profile);
    return usual.len ? usual : STR("us-east-1");
}

bool cred_sts(const struct cred *c, const char *action, struct str body, const struct aws_credentials *signer, struct str region,
              struct cred_leaf *leaves, size_t count, struct err *e)
{
    struct aws_endpoint at;
    struct http_response answer;
    struct aws_request r = {.method = STR("POST"), .path = STR("/"), .query = STR("")};
    if (!aws_endpoint_of(c->a, c->o->endpoints, &sts, region_of(c, region), STR(""), &at, e))
        return false;
    r.body = arena_printf(c->a, "Action=%s&Version=2011-06-15%.*s", action, STR_ARG(body));
    aws_endpoint_apply(c->a, &at, STR(""), &r);
    aws_header_add(&r, STR("Content-Type"), STR("application/x-www-form-urlencoded; charset=utf-8"));
    if (signer) {
        struct sigv4_options o = {.keys = c->o->keys};
        sigv4_sign(c->a, &r, signer, at.signing_region, STR("sts"), c->now_us, &o);
    }
    struct http_request q = {.method = r.method, .url = aws_request_url(c->a, &r), .headers = aws_request_lines(c->a, &r),
                             .header_count = r.header_count, .body = r.body, .total_timeout_ms = 20000};
    if (!cred_fetch(c, &q, 3, &answer, e))
        return false;
    if (answer.status != 200)
        return answer_error(c, action, &answer, e);
    if (!cred_leaves(c->a, answer.body, leaves, count, e)) {
        err_context(e, "reading the answer of sts %s", action);
        return false;
    }
    return true;
}

enum cred_result cred_sts_accept(const struct cred *c, const struct cred_leaf *leaves, struct str source, struct aws_credentials *out, struct err *e)
{
    struct aws_credentials got = {
        .access_key_id = leaves[CRED_LEAF_ID].text,
        .secret_access_key = leaves[CRED_LEAF_SECRET].text,
        .session_token = leaves[CRED_LEAF_TOKEN].text,
        .source = source,
    };
    if (!got.session_token.len || !instant_parse(leaves[CRED_LEAF_EXPIRES].text, &got.expires_us) || got.expires_us <= 0) {
        err_set(e, ERR_AWS, "sts answered without a session token or its end");
        return CRED_FAILED;
    }
    struct str arn = leaves[CRED_LEAF_ARN].text; /* arn:aws:sts::111122223333:assumed-role/... */
    for (int i = 0; i < 4 && arn.ptr; i++)
        str_cut(&arn, ':');
    got.account_id = arn.ptr ? str_cut(&arn, ':') : STR("");
    return cred_accept(c, &got, out, e);
}

static bool add_mfa(const struct cred *c, const struct aws_role *role, struct buf *form, struct err *e)
{
    char code[64] = "";
    if (!role->mfa_serial.len)
        return true;
    if (!c->o->mfa_prompt) {
        cred_fail(e, "%.*s needs a code of %.*s, and there is nobody to ask", STR_ARG(role->arn), STR_ARG(role->mfa_serial));
        err_hint(e, "run it on a terminal, or export session credentials: aws configure export-credentials --format env");
        return false;
    }
    if (!c->o->mfa_prompt(c->o->mfa_user, role->mfa_serial, code, sizeof code, e))
        return false;
    cred_form(form, "SerialNumber", role->mfa_serial);
    cred_form(form, "TokenCode", str_of(code));
    return true;
}

static bool assume(const struct cred *c, const struct aws_credentials *from, const struct aws_role *role, struct aws_credentials *out, struct err *e)
{
    struct buf form;
    struct cred_leaf leaves[] = CRED_STS_LEAVES;
    buf_init(&form, CRED_TEXT_MAX);
    cred_form(&form, "RoleArn", role->arn);
    cred_form(&form, "RoleSessionName", role->session_name.len ? role->session_name : STR("ward"));
    cred_form(&form, "ExternalId", role->external_id);
    cred_form(&form, "Policy", role->policy);
    cred_form(&form, "PolicyArns.member.1.arn", role->policy_arn);
    if (role->duration_s)
        buf_addf(&form, "&DurationSeconds=%u", role->duration_s);
    bool ok = add_mfa(c, role, &form, e);
    if (ok && form.failed)
        ok = err_set(e, ERR_LIMIT, "the session policy for %.*s is too long", STR_ARG(role->arn));
    ok = ok && cred_sts(c, "AssumeRole", buf_str(&form), from, role->region, leaves, CRED_LEAVES, e);
    buf_done(&form);
    if (!ok)
        err_context(e, "assuming %.*s with credentials of %.*s", STR_ARG(str_sub(role->arn, 0, 120)), STR_ARG(str_sub(from->source, 0, 80)));
    struct str source = arena_printf(c->a, "role %.*s", STR_ARG(role->arn));
    return ok && cred_sts_accept(c, leaves, source, out, e) == CRED_FOUND;
}

bool aws_assume_role(const struct aws_credential_options *o, const struct aws_credentials *from, const struct aws_role *role,
                     int64_t now_us, struct aws_credentials *out, struct err *e)
{
    struct cred c = {.o = o, .a = arena_new(8192), .now_us = now_us, .profile = aws_config_profile(o->env, o->profile)};
    *out = (struct aws_credentials){0};
    bool ok = assume(&c, from, role, out, e);
    arena_wipe_free(c.a);
    return ok;
}

bool aws_caller_identity(struct arena *a, const struct aws_credential_options *o, const struct aws_credentials *credentials,
                         int64_t now_us, struct aws_identity *out, struct err *e)
{
    struct cred c = {.o = o, .a = arena_new(8192), .now_us = now_us, .profile = aws_config_profile(o->env, o->profile)};
    struct cred_leaf leaves[] = {{"Account", {0}}, {"Arn", {0}}, {"UserId", {0}}};
    bool ok = cred_sts(&c, "GetCallerIdentity", STR(""), credentials, STR(""), leaves, 3, e);
    if (ok && (!leaves[0].text.len || !leaves[1].text.len))
        ok = err_set(e, ERR_AWS, "sts GetCallerIdentity: the answer names no account or ARN");
    if (ok)
        *out = (struct aws_identity){arena_str(a, leaves[0].text), arena_str(a, leaves[1].text), arena_str(a, leaves[2].text)};
    else
        err_context(e, "asking whose credentials these are (%.*s)", STR_ARG(str_sub(credentials->source, 0, 120)));
    arena_wipe_free(c.a);
    return ok;
}
