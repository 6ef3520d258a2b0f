/* store/internal.h: what the files of this folder share. Not for others: it names sqlite3's types. */
#ifndef WARD_STORE_INTERNAL_H
#define WARD_STORE_INTERNAL_H

#include "store/store.h"

#include "base/map.h"

#include <sqlite3.h>

/* "ward" in ASCII, in the file's header at offset 68 (https://www.sqlite.org/fileformat2.html). */
#define STORE_APPLICATION_ID 0x77617264
enum {
    STORE_CACHE_STATEMENTS = 512,
    STORE_BUSY_MS = 10000,
    SANDBOX_EXPR_DEPTH = 256,
    SANDBOX_SQL_BYTES = 1 << 20,
    SANDBOX_VALUE_BYTES = 96 << 20, /* above the largest answer that is stored (64 MiB) */
    SANDBOX_PROGRESS_OPS = 10000,
    SANDBOX_ROWS = 20000000,
};

struct store_lock {
    char *path;
    int fd; /* -1 = not held */
};

struct query {
    struct store *store;
    sqlite3_stmt *stmt;
    struct err *e;
    bool in_use, failed, cached, sandboxed;
    int64_t rows;
    struct query *next; /* all that the store made */
};

struct sandbox {
    bool on;
    bool timed_out;
    int64_t deadline_us; /* monotonic; 0 = none */
    int saved_limits[4];
};

struct store {
    struct arena *arena;
    sqlite3 *db;
    char *path;      /* as given */
    bool writable;
    struct store_lock lock;
    struct map statements; /* SQL text -> struct query */
    struct query *queries;
    struct sandbox sandbox;
};

struct migration {
    const char *name;
    struct str sql; /* NUL after the last byte */
};

/* store_open with another schema: `list` is in order, its length is the version. */
struct store *store_open_schema(const char *path, unsigned flags, const struct migration *list, int count,
                                struct err *e) WARN_UNUSED;
/* Brings the open database to version `count`. `old` = the version it has. */
bool store_migrate(struct store *s, int old, const struct migration *list, int count, struct err *e) WARN_UNUSED;

/* Takes the writer's lock of the database file at `real_path`. */
bool store_lock_take(struct store_lock *l, struct arena *a, const char *real_path, const char *shown, struct err *e) WARN_UNUSED;
void store_lock_drop(struct store_lock *l);

/* Turns what SQLite says now into an err ("cannot WHAT PATH: ..."). Returns false. */
bool store_fail(struct store *s, const char *what, struct err *e);
int64_t store_monotonic_us(void);

#endif
