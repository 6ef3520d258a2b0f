#include "facts/functions.h"
#include "facts/policy.h"

enum { EXEMPT_MAX = 256 };

/* The parsed first argument; NULL and an SQL NULL when it is missing or no policy. */
static struct policy *arg_policy(struct sql_call *c, struct arena **a)
{
    struct fact_context *ctx = sql_user(c);
    arena_reset(ctx->scratch);
    *a = ctx->scratch;
    struct policy *p = sql_arg_is_null(c, 0) ? NULL : policy_parse(*a, sql_arg_str(c, 0), NULL);
    if (!p)
        sql_return_null(c);
    return p;
}

static void fn_statements(struct sql_call *c)
{
    struct arena *a;
    struct policy *p = arg_policy(c, &a);
    if (!p)
        return;
    struct buf b;
    struct json_out o;
    buf_init(&b, FUNCTION_RESULT_MAX);
    jo_init(&o, &b, false);
    policy_write(p, &o);
    sql_return_buf(c, &b);
}

static void fn_grantees(struct sql_call *c)
{
    struct arena *a;
    struct policy *p = arg_policy(c, &a);
    if (!p)
        return;
    struct buf b;
    struct json_out o;
    buf_init(&b, FUNCTION_RESULT_MAX);
    jo_init(&o, &b, false);
    policy_write_grantees(a, p, &o);
    sql_return_buf(c, &b);
}

static void fn_admin(struct sql_call *c)
{
    struct arena *a;
    struct str where;
    struct policy *p = arg_policy(c, &a);
    if (p)
        sql_return_tristate(c, (int)policy_is_admin(a, p, &where));
}

static void fn_escalates(struct sql_call *c)
{
    struct arena *a;
    struct str where;
    struct policy *p = arg_policy(c, &a);
    if (p)
        sql_return_tristate(c, (int)policy_escalates(a, p, &where));
}

static void fn_admin_why(struct sql_call *c)
{
    struct arena *a;
    struct str where = {0};
    struct policy *p = arg_policy(c, &a);
    if (!p)
        return;
    if (policy_is_admin(a, p, &where) == SURE_NO && policy_escalates(a, p, &where) == SURE_NO)
        sql_return_null(c);
    else
        sql_return_str(c, where);
}

static void fn_public(struct sql_call *c)
{
    static const char *const names[] = {"any", "read", "write"};
    struct arena *a;
    struct policy *p = arg_policy(c, &a);
    for (int i = 0; p && i < 3; i++)
        if (str_eqz(sql_arg_str(c, 1), names[i])) {
            sql_return_tristate(c, (int)policy_is_public(p, (enum policy_access)i));
            return;
        }
    if (p)
        sql_return_error(c, "policy_public wants 'any', 'read' or 'write'");
}

static void fn_tls_only(struct sql_call *c)
{
    struct arena *a;
    struct policy *p = arg_policy(c, &a);
    if (p && !sql_any_null(c, 2))
        sql_return_tristate(c, (int)policy_is_tls_only(a, p, sql_arg_str(c, 1)));
}

static void fn_denies(struct sql_call *c)
{
    static const char *const names[] = {"open", "exempt", "denied"};
    struct arena *a;
    struct policy *p = arg_policy(c, &a);
    if (!p)
        return;
    struct json *actions = json_parse(a, sql_arg_str(c, 1), POLICY_BYTES_MAX, NULL);
    if (!actions || actions->type != JSON_ARRAY) {
        sql_return_null(c);
        return;
    }
    struct str exempt[EXEMPT_MAX];
    uint32_t count = 0;
    struct json *root = json_new(a, JSON_OBJECT), *lists[3], *arns = json_new(a, JSON_ARRAY);
    for (int i = 2; i >= 0; i--)
        json_set(root, str_of(names[i]), lists[i] = json_new(a, JSON_ARRAY));
    for json_each(it, actions)
        json_add(lists[policy_denies(p, json_str(it), exempt, &count, EXEMPT_MAX)], json_string(a, json_str(it)));
    for (uint32_t i = 0; i < count; i++)
        json_add(arns, json_string(a, exempt[i]));
    json_set(root, STR("exempt_arns"), arns);
    struct buf b;
    buf_init(&b, FUNCTION_RESULT_MAX);
    json_write(&b, root);
    sql_return_buf(c, &b);
}

bool functions_policy(struct store *s, struct fact_context *ctx, struct err *e)
{
    static const struct sql_entry list[] = {
        {"policy_statements", 1, fn_statements}, {"policy_grantees", 1, fn_grantees}, {"policy_admin", 1, fn_admin},
        {"policy_escalates", 1, fn_escalates},   {"policy_admin_why", 1, fn_admin_why},
        {"policy_public", 2, fn_public},         {"policy_tls_only", 2, fn_tls_only}, {"policy_denies", 2, fn_denies},
    };
    return functions_add(s, ctx, list, sizeof list / sizeof *list, e);
}
