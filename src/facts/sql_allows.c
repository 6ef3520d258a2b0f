#include "facts/functions.h"
#include "iam/match.h"

/* policy_allows(doc, principal, action, resource): facts.h. One document, all of its statements: what allows and is not
 * denied (IAM User Guide, "Policy evaluation logic", read 2026); keys that the request would bring are open. */

static const struct residue *statement(struct residue_pool *pool, const struct iam_policy *p, const struct iam_statement *s,
                                       const struct iam_request *r, bool principal)
{
    const struct residue *session = residue_true;
    struct residue_source source = {.layer = "resource", .sid = s->sid, .index = s->index, .allow = s->allow};
    enum iam_layer layer = principal ? IAM_LAYER_RESOURCE : IAM_LAYER_IDENTITY;
    if (!iam_statement_covers_action(s, r->service, r->action))
        return residue_false;
    if (principal &&
        iam_statement_covers_principal(pool, s, &r->caller, false, &source, &session) == IAM_NO_MATCH)
        return residue_false;
    const struct residue *f = iam_statement_covers_resource(pool, s, p->variables, layer, r, &source);
    f = residue_and(pool, f, iam_statement_conditions(pool, s, p->variables, &r->context, &source));
    return residue_and(pool, f, session);
}

static enum residue_verdict judge(struct arena *a, const struct iam_policy *p, const struct iam_request *r, bool principal)
{
    struct residue_pool *pool = residue_pool_new(a);
    const struct residue *allow = residue_false, *deny = residue_false;
    for (uint32_t i = 0; i < p->count; i++) {
        const struct iam_statement *s = &p->statements[i];
        const struct residue *f = statement(pool, p, s, r, principal);
        if (s->allow)
            allow = residue_or(pool, allow, f);
        else
            deny = residue_or(pool, deny, f);
    }
    return residue_judge(pool, residue_and(pool, allow, residue_not(pool, deny)));
}

static void fn_allows(struct sql_call *c)
{
    struct fact_context *ctx = sql_user(c);
    struct arena *a = ctx->scratch;
    arena_reset(a);
    struct iam_request r = {.context.open = true, .resource = sql_arg_str(c, 3)};
    bool principal = !sql_arg_is_null(c, 1);
    const struct iam_policy *p = NULL;
    if (!sql_arg_is_null(c, 0) && !sql_arg_is_null(c, 3) && iam_action_split(sql_arg_str(c, 2), &r.service, &r.action) &&
        (!principal || iam_caller_parse(a, sql_arg_str(c, 1), &r.caller, NULL)))
        p = iam_policy_parse(a, sql_arg_str(c, 0), NULL);
    enum residue_verdict v = p ? judge(a, p, &r, principal) : RESIDUE_CANNOT_TELL;
    if (v == RESIDUE_ALWAYS || v == RESIDUE_NEVER)
        sql_return_int(c, v == RESIDUE_ALWAYS);
    else
        sql_return_null(c);
}

bool functions_allows(struct store *s, struct fact_context *ctx, struct err *e)
{
    static const struct sql_entry list[] = {{"policy_allows", 4, fn_allows}};
    return functions_add(s, ctx, list, sizeof list / sizeof *list, e);
}
