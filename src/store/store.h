/*
 * store/store.h: ward.db: one SQLite file (https://www.sqlite.org, 3.40), opened, migrated, queried.
 *
 * Place in the flow: collect -> STORE -> facts. This folder alone includes sqlite3.h; all others
 * speak SQL through `struct query` and register functions through `struct sql_call`.
 *
 * Two wards on one store: one writer at a time (a lock file beside the store names who holds it);
 * readers are not disturbed (WAL). A store written by a newer ward is refused, one by an older ward
 * is migrated in one transaction after a copy of it was kept.
 */
#ifndef WARD_STORE_STORE_H
#define WARD_STORE_STORE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

struct store;
struct query;
struct sql_call;

enum store_flags {
    STORE_READ = 0,        /* must exist; never written */
    STORE_WRITE = 1,       /* takes the writer's lock */
    STORE_CREATE = 2,      /* made when missing, mode 0600; implies WRITE */
};

/* Opens `path` (":memory:" for tests). ERR_STORE when it is not ward's, newer, locked (the message
 * names pid and host of the holder) or damaged; ERR_NO_DATA when it is missing without CREATE. */
struct store *store_open(const char *path, unsigned flags, struct err *e) WARN_UNUSED;
/* Commits nothing; an open transaction is rolled back. NULL is ignored. */
void store_close(struct store *s);
const char *store_path(const struct store *s);

bool store_begin(struct store *s, struct err *e) WARN_UNUSED;
bool store_commit(struct store *s, struct err *e) WARN_UNUSED;
void store_rollback(struct store *s);
/* Runs one or more statements without results. */
bool store_exec(struct store *s, const char *sql, struct err *e) WARN_UNUSED;
int64_t store_last_id(struct store *s);
/* 32 random bytes made with the store and kept in it: the HMAC key for redaction. */
bool store_secret_key(struct store *s, unsigned char out[32], struct err *e) WARN_UNUSED;

/* A prepared statement; the same SQL text is compiled once and cached (release with query_done).
 * Errors are sticky: bind and step on a failed query do nothing; query_ok or query_done tells. */
struct query *query_new(struct store *s, const char *sql, struct err *e) WARN_UNUSED;
/* One-based parameters. Slices are copied. {NULL,0} binds NULL. */
void query_bind_str(struct query *q, int at, struct str v);
/* As query_bind_str(), without a copy: `v` must stay until the query is run or done. */
void query_bind_lasting(struct query *q, int at, struct str v);
void query_bind_strz(struct query *q, int at, const char *v);
void query_bind_int(struct query *q, int at, int64_t v);
void query_bind_real(struct query *q, int at, double v);
void query_bind_null(struct query *q, int at);
/* By name, ":run"; a name that the statement lacks is ignored. */
void query_bind_named_str(struct query *q, const char *name, struct str v);
void query_bind_named_int(struct query *q, const char *name, int64_t v);
/* True while there is a row. */
bool query_step(struct query *q);
/* Step once, expecting no row; resets so that it can be bound again. */
bool query_run(struct query *q) WARN_UNUSED;
void query_reset(struct query *q);
/* Zero-based columns of the current row; slices are valid until the next step. */
int query_columns(struct query *q);
const char *query_column_name(struct query *q, int at);
int query_column_index(struct query *q, const char *name); /* -1 when there is none */
bool query_is_null(struct query *q, int at);
int64_t query_int(struct query *q, int at);
double query_real(struct query *q, int at);
struct str query_str(struct query *q, int at); /* {NULL,0} for NULL */
/* Ends use. False when anything failed since query_new (err given there is filled). NULL is ignored
 * and false. */
bool query_done(struct query *q) WARN_UNUSED;
/* One value: `*out` unchanged and true when there is no row. */
bool store_get_int(struct store *s, const char *sql, int64_t *out, struct err *e) WARN_UNUSED;

/* Scalar SQL functions in C, deterministic. */
typedef void sql_function(struct sql_call *c);
bool store_register(struct store *s, const char *name, int args, sql_function *fn, void *user, struct err *e) WARN_UNUSED;
void *sql_user(struct sql_call *c);
int sql_args(struct sql_call *c);
bool sql_arg_is_null(struct sql_call *c, int at);
struct str sql_arg_str(struct sql_call *c, int at); /* {NULL,0} for NULL */
int64_t sql_arg_int(struct sql_call *c, int at);
void sql_return_null(struct sql_call *c);
void sql_return_int(struct sql_call *c, int64_t v);
void sql_return_str(struct sql_call *c, struct str v);
void sql_return_error(struct sql_call *c, const char *message); /* the statement fails */

/* For SQL that others wrote (controls): between lock and unlock a statement may only read, may not
 * attach, and is stopped after `limit_ms` of wall time (0 = none). */
void store_sandbox(struct store *s, int64_t limit_ms);
void store_sandbox_end(struct store *s);

#endif
