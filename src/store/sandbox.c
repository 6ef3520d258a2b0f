#include "store/internal.h"

#include <string.h>

static const struct {
    int id, value;
} limits[] = {
    {SQLITE_LIMIT_EXPR_DEPTH, SANDBOX_EXPR_DEPTH},
    {SQLITE_LIMIT_SQL_LENGTH, SANDBOX_SQL_BYTES},
    {SQLITE_LIMIT_LENGTH, SANDBOX_VALUE_BYTES},
    {SQLITE_LIMIT_COMPOUND_SELECT, 64},
};

/* The same store and the same control must give the same rows: chance and connection state are out.
 * now_us() is the clock. (date('now') cannot be told from date(x) here.) */
static bool function_allowed(const char *name)
{
    static const char *const refused[] = {
        "load_extension", "random", "randomblob", "changes", "total_changes", "last_insert_rowid",
        "current_time", "current_date", "current_timestamp", "fts3_tokenizer",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (sqlite3_stricmp(name, refused[i]) == 0)
            return false;
    return true;
}

static int authorize(void *user, int action, const char *a, const char *b, const char *database, const char *trigger)
{
    (void)user, (void)database, (void)trigger;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_READ: /* the store's own keys are nobody's business */
        return sqlite3_stricmp(a, "store_meta") == 0 ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_FUNCTION:
        return function_allowed(b) ? SQLITE_OK : SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

static int progress(void *user)
{
    struct store *s = user;
    if (store_monotonic_us() < s->sandbox.deadline_us)
        return 0;
    s->sandbox.timed_out = true;
    return 1;
}

void store_sandbox(struct store *s, int64_t limit_ms)
{
    struct sandbox *b = &s->sandbox;
    /* Connecting these for the first time asks the authorizer for an UPDATE of sqlite_master, which
     * is not to be allowed; once connected they stay. */
    if (!b->on)
        sqlite3_exec(s->db, "SELECT 1 FROM json_each('[]'), json_tree('[]')", NULL, NULL, NULL);
    if (!b->on)
        for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
            b->saved_limits[i] = sqlite3_limit(s->db, limits[i].id, limits[i].value);
    b->on = true;
    b->timed_out = false;
    /* this also makes SQLite compile cached statements again, now under the authorizer */
    sqlite3_set_authorizer(s->db, authorize, s);
    b->deadline_us = limit_ms > 0 ? store_monotonic_us() + limit_ms * 1000 : 0;
    sqlite3_progress_handler(s->db, limit_ms > 0 ? SANDBOX_PROGRESS_OPS : 0, limit_ms > 0 ? progress : NULL, s);
}

void store_sandbox_end(struct store *s)
{
    struct sandbox *b = &s->sandbox;
    if (!b->on)
        return;
    sqlite3_set_authorizer(s->db, NULL, NULL);
    sqlite3_progress_handler(s->db, 0, NULL, NULL);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        sqlite3_limit(s->db, limits[i].id, b->saved_limits[i]);
    b->on = false;
    b->timed_out = false;
}
