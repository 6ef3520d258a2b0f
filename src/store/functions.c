#include "store/internal.h"

#include <stdlib.h>

struct function {
    sql_function *fn;
    void *user;
};

struct sql_call {
    sqlite3_context *context;
    int count;
    sqlite3_value **values;
    void *user;
};

static void call(sqlite3_context *context, int count, sqlite3_value **values)
{
    const struct function *f = sqlite3_user_data(context);
    struct sql_call c = {context, count, values, f->user};
    f->fn(&c);
}

bool store_register(struct store *s, const char *name, int args, sql_function *fn, void *user, struct err *e)
{
    struct function *f = arena_new_of(s->arena, struct function);
    *f = (struct function){fn, user};
    int rc = sqlite3_create_function_v2(s->db, name, args, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, f, call, NULL,
                                        NULL, NULL);
    return rc == SQLITE_OK || store_fail(s, "register a function in", e);
}

void *sql_user(struct sql_call *c) { return c->user; }
int sql_args(struct sql_call *c) { return c->count; }
bool sql_arg_is_null(struct sql_call *c, int at) { return sqlite3_value_type(c->values[at]) == SQLITE_NULL; }

struct str sql_arg_str(struct sql_call *c, int at)
{
    const unsigned char *text = sqlite3_value_text(c->values[at]);
    return text ? str_make((const char *)text, (size_t)sqlite3_value_bytes(c->values[at])) : (struct str){NULL, 0};
}

int64_t sql_arg_int(struct sql_call *c, int at) { return sqlite3_value_int64(c->values[at]); }
void sql_return_null(struct sql_call *c) { sqlite3_result_null(c->context); }
void sql_return_int(struct sql_call *c, int64_t v) { sqlite3_result_int64(c->context, v); }

void sql_return_str(struct sql_call *c, struct str v)
{
    if (!v.ptr)
        sqlite3_result_null(c->context);
    else
        sqlite3_result_text64(c->context, v.ptr, v.len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

void sql_return_error(struct sql_call *c, const char *message) { sqlite3_result_error(c->context, message, -1); }
