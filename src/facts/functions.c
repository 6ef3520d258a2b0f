#include "facts/functions.h"

bool functions_add(struct store *s, struct fact_context *ctx, const struct sql_entry *list, size_t count, struct err *e)
{
    for (size_t i = 0; i < count; i++)
        if (!store_register(s, list[i].name, list[i].args, list[i].fn, ctx, e))
            return false;
    return true;
}

bool functions_register(struct store *s, struct fact_context *ctx, struct err *e)
{
    return functions_net(s, ctx, e) && functions_policy(s, ctx, e) && functions_allows(s, ctx, e) && functions_text(s, ctx, e) &&
           functions_config(s, ctx, e);
}

void sql_return_tristate(struct sql_call *c, int state)
{
    if (state == 0 || state == 1)
        sql_return_int(c, state);
    else
        sql_return_null(c);
}

void sql_return_buf(struct sql_call *c, struct buf *b)
{
    if (b->failed)
        sql_return_error(c, "the result is too long");
    else
        sql_return_str(c, buf_str(b));
    buf_done(b);
}

bool sql_any_null(struct sql_call *c, int count)
{
    for (int i = 0; i < count; i++)
        if (sql_arg_is_null(c, i)) {
            sql_return_null(c);
            return true;
        }
    return false;
}
