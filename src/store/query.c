#include "store/internal.h"

#include <limits.h>
#include <string.h>

/* ---- compiling ---- */

static bool only_space(const char *tail)
{
    return tail[strspn(tail, " \t\r\n;")] == 0;
}

/* Comments may follow a statement: SQLite compiles what holds nothing else to no statement. */
static bool is_last(struct store *s, const char *tail)
{
    while (tail && !only_space(tail)) {
        sqlite3_stmt *more = NULL;
        const char *next = NULL;
        int rc = sqlite3_prepare_v2(s->db, tail, -1, &more, &next);
        sqlite3_finalize(more);
        if (rc != SQLITE_OK || more || next == tail)
            return false;
        tail = next;
    }
    return true;
}

static bool compile(struct store *s, struct query *q, const char *sql, unsigned prepare_flags, struct err *e)
{
    const char *tail = NULL;
    int rc = sqlite3_prepare_v3(s->db, sql, -1, prepare_flags, &q->stmt, &tail);
    if (rc != SQLITE_OK) {
        int basic = rc & 0xff;
        bool of_text = basic == SQLITE_ERROR || basic == SQLITE_AUTH || basic == SQLITE_TOOBIG;
        return of_text ? err_set(e, ERR_STORE, "cannot compile SQL: %s", sqlite3_errmsg(s->db)) : store_fail(s, "read", e);
    }
    if (!q->stmt)
        return err_set(e, ERR_STORE, "there is no SQL statement");
    if (is_last(s, tail))
        return true;
    sqlite3_finalize(q->stmt);
    q->stmt = NULL;
    return err_set(e, ERR_STORE, "there is more than one SQL statement");
}

static struct query *start(struct query *q, struct err *e)
{
    q->in_use = true;
    q->failed = false;
    q->rows = 0;
    q->sandboxed = q->store->sandbox.on;
    q->e = e;
    return q;
}

/* A finished uncached query is used again: the list grows with what is open at once only. */
static struct query *free_slot(struct store *s)
{
    for (struct query *q = s->queries; q; q = q->next)
        if (!q->in_use && !q->stmt)
            return q;
    struct query *q = arena_new_of(s->arena, struct query);
    q->store = s;
    q->next = s->queries;
    s->queries = q;
    return q;
}

struct query *query_new(struct store *s, const char *sql, struct err *e)
{
    struct str text = str_of(sql);
    struct query *q = map_get(&s->statements, text);
    if (q && !q->in_use)
        return start(q, e);
    bool cache = !q && s->statements.count < STORE_CACHE_STATEMENTS;
    q = free_slot(s);
    if (!compile(s, q, sql, cache ? SQLITE_PREPARE_PERSISTENT : 0, e))
        return NULL;
    q->cached = cache;
    if (cache)
        map_put(&s->statements, arena_str(s->arena, text), q);
    return start(q, e);
}

/* ---- binding ---- */

static void check_bind(struct query *q, int rc)
{
    if (rc == SQLITE_OK || q->failed)
        return;
    q->failed = true;
    store_fail(q->store, "bind a value for", q->e);
}

void query_bind_str(struct query *q, int at, struct str v)
{
    if (!v.ptr)
        query_bind_null(q, at);
    else
        check_bind(q, sqlite3_bind_text64(q->stmt, at, v.ptr, v.len, SQLITE_TRANSIENT, SQLITE_UTF8));
}

void query_bind_lasting(struct query *q, int at, struct str v)
{
    if (!v.ptr)
        query_bind_null(q, at);
    else
        check_bind(q, sqlite3_bind_text64(q->stmt, at, v.ptr, v.len, SQLITE_STATIC, SQLITE_UTF8));
}

void query_bind_strz(struct query *q, int at, const char *v) { query_bind_str(q, at, str_of(v)); }
void query_bind_int(struct query *q, int at, int64_t v) { check_bind(q, sqlite3_bind_int64(q->stmt, at, v)); }
void query_bind_real(struct query *q, int at, double v) { check_bind(q, sqlite3_bind_double(q->stmt, at, v)); }
void query_bind_null(struct query *q, int at) { check_bind(q, sqlite3_bind_null(q->stmt, at)); }

void query_bind_named_str(struct query *q, const char *name, struct str v)
{
    int at = sqlite3_bind_parameter_index(q->stmt, name);
    if (at)
        query_bind_str(q, at, v);
}

void query_bind_named_int(struct query *q, const char *name, int64_t v)
{
    int at = sqlite3_bind_parameter_index(q->stmt, name);
    if (at)
        query_bind_int(q, at, v);
}

/* ---- running ---- */

bool query_step(struct query *q)
{
    if (q->failed)
        return false;
    int rc = sqlite3_step(q->stmt);
    if (rc == SQLITE_ROW) {
        if (!q->sandboxed || ++q->rows <= SANDBOX_ROWS)
            return true;
        q->failed = true;
        return err_set(q->e, ERR_LIMIT, "the statement returns more than %d rows", SANDBOX_ROWS);
    }
    if (rc == SQLITE_DONE)
        return false;
    q->failed = true;
    return store_fail(q->store, sqlite3_stmt_readonly(q->stmt) ? "read" : "write", q->e);
}

bool query_run(struct query *q)
{
    query_step(q);
    query_reset(q);
    return !q->failed;
}

void query_reset(struct query *q)
{
    sqlite3_reset(q->stmt);
    q->rows = 0;
}

int query_columns(struct query *q) { return sqlite3_column_count(q->stmt); }
const char *query_column_name(struct query *q, int at) { return sqlite3_column_name(q->stmt, at); }

int query_column_index(struct query *q, const char *name)
{
    for (int i = 0, n = query_columns(q); i < n; i++)
        if (strcmp(query_column_name(q, i), name) == 0)
            return i;
    return -1;
}

bool query_is_null(struct query *q, int at) { return sqlite3_column_type(q->stmt, at) == SQLITE_NULL; }
int64_t query_int(struct query *q, int at) { return sqlite3_column_int64(q->stmt, at); }
double query_real(struct query *q, int at) { return sqlite3_column_double(q->stmt, at); }

struct str query_str(struct query *q, int at)
{
    const unsigned char *text = sqlite3_column_text(q->stmt, at);
    return text ? str_make((const char *)text, (size_t)sqlite3_column_bytes(q->stmt, at)) : (struct str){NULL, 0};
}

bool query_done(struct query *q)
{
    if (!q)
        return false;
    bool ok = !q->failed;
    sqlite3_reset(q->stmt);
    sqlite3_clear_bindings(q->stmt);
    if (!q->cached) {
        sqlite3_finalize(q->stmt);
        q->stmt = NULL;
    }
    q->in_use = false;
    q->e = NULL;
    return ok;
}

bool store_get_int(struct store *s, const char *sql, int64_t *out, struct err *e)
{
    struct query *q = query_new(s, sql, e);
    if (q && query_step(q))
        *out = query_int(q, 0);
    return query_done(q);
}
