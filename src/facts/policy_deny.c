#include "facts/policy.h"

/* Nothing but "the request is not over TLS". */
static bool only_plain_http(const struct policy_statement *s)
{
    for (uint32_t i = 0; i < s->condition_count; i++) {
        const struct policy_condition *c = &s->conditions[i];
        struct condition_op op = policy_condition_op(c->op);
        if (!str_eq_nocase(c->key, STR("aws:SecureTransport")) || !str_eqz(op.base, "Bool") || op.for_all ||
            op.for_any || c->values.count != 1 || !str_eq_nocase(c->values.items[0], STR("false")))
            return false;
    }
    return s->condition_count > 0;
}

static bool mentions_http(const struct policy_statement *s)
{
    for (uint32_t i = 0; i < s->condition_count; i++)
        if (str_eq_nocase(s->conditions[i].key, STR("aws:SecureTransport")))
            return true;
    return false;
}

static bool everyone(const struct policy_statement *s)
{
    for (uint32_t i = 0; i < s->principal_count; i++)
        if (s->principals[i].kind == PRINCIPAL_STAR)
            return !s->not_principal;
    return false;
}

/* Every action of S3: "*", "s3:*". */
static bool all_of_s3(const struct policy_statement *s)
{
    return !s->not_action && policy_covers_action(s, STR("s3:\x01\x01\x01\x01"));
}

static bool covers(const struct policy_statement *s, struct str arn, bool objects)
{
    for (uint32_t i = 0; i < s->resources.count; i++) {
        struct str p = s->resources.items[i];
        if (str_glob(p, arn) && (!objects || str_ends(p, STR("*"))))
            return !s->not_resource;
    }
    return false;
}

enum tristate policy_is_tls_only(struct arena *a, const struct policy *p, struct str bucket_arn)
{
    struct str objects_arn = arena_printf(a, "%.*s/", STR_ARG(bucket_arn));
    bool bucket = false, objects = false, unsure = false;
    for (uint32_t i = 0; i < p->count; i++) {
        const struct policy_statement *s = &p->statements[i];
        if (s->allow || !mentions_http(s))
            continue;
        if (!only_plain_http(s) || s->not_principal || s->not_resource || s->not_action) {
            unsure = true;
        } else if (everyone(s) && all_of_s3(s)) {
            bucket |= covers(s, bucket_arn, false);
            objects |= covers(s, objects_arn, true);
        }
    }
    if (bucket && objects)
        return SURE_YES;
    return unsure ? UNSURE : SURE_NO;
}

/* Conditions that only spare named principals: all of them ArnNotLike aws:PrincipalArn and kin. */
static bool only_exempts(const struct policy_statement *s, struct str *exempt, uint32_t *count, uint32_t max)
{
    for (uint32_t i = 0; i < s->condition_count; i++) {
        const struct policy_condition *c = &s->conditions[i];
        struct condition_op op = policy_condition_op(c->op);
        bool negated = str_eqz(op.base, "ArnNotLike") || str_eqz(op.base, "ArnNotEquals") ||
                       str_eqz(op.base, "StringNotLike") || str_eqz(op.base, "StringNotEquals");
        if (!negated || op.for_all || op.for_any || !str_eq_nocase(c->key, STR("aws:PrincipalArn")))
            return false;
        for (uint32_t v = 0; v < c->values.count && *count < max; v++)
            exempt[(*count)++] = c->values.items[v];
    }
    return true;
}

enum deny_state policy_denies(const struct policy *p, struct str action, struct str *exempt, uint32_t *count, uint32_t max)
{
    enum deny_state best = DENY_OPEN;
    for (uint32_t i = 0; i < p->count && best != DENY_ALL; i++) {
        const struct policy_statement *s = &p->statements[i];
        if (s->allow || s->not_resource || !policy_covers_action(s, action) || !policy_covers_every_resource(s))
            continue;
        if (s->condition_count == 0)
            best = DENY_ALL;
        else if (only_exempts(s, exempt, count, max))
            best = DENY_EXEMPT;
    }
    return best;
}
