#include "store/internal.h"

#include "base/buf.h"
#include "base/embed.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HEADER_BYTES = 100, HEADER_APPLICATION_ID = 68, MIGRATIONS_MAX = 100 };

int64_t store_monotonic_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void fail_hint(int code, const char *path, struct err *e)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        err_hint(e, "free space where %s is; what was committed is kept", path);
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        err_hint(e, "restore it from a copy, or remove it and collect again; `sqlite3 %s .recover` may save what is left", path);
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        err_hint(e, "another program holds %s open for writing", path);
        break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        err_hint(e, "check the owner and mode of %s and its folder", path);
        break;
    default:
        break;
    }
}

bool store_fail(struct store *s, const char *what, struct err *e)
{
    int code = sqlite3_extended_errcode(s->db);
    int basic = code & 0xff;
    if (s->sandbox.timed_out && basic == SQLITE_INTERRUPT) {
        err_set(e, ERR_STORE, "the statement took longer than it may");
        return false;
    }
    bool damaged = basic == SQLITE_CORRUPT || basic == SQLITE_NOTADB;
    const char *text = basic == SQLITE_FULL ? "the disk is full" : damaged ? "the file is damaged" : sqlite3_errmsg(s->db);
    err_set(e, ERR_STORE, "cannot %s %s: %s", what, s->path, text);
    fail_hint(code, s->path, e);
    return false;
}

/* ---- before SQLite touches the file ---- */

enum file_state { FILE_MISSING, FILE_EMPTY, FILE_WARD, FILE_BAD };

/* Read from the header, so that a file that is not ward's is not opened by SQLite at all (which
 * could roll back a journal of it or leave -wal and -shm beside it). */
static enum file_state look(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT)
            return FILE_MISSING;
        err_set_errno(e, ERR_STORE, "cannot open %s", path);
        return FILE_BAD;
    }
    unsigned char h[HEADER_BYTES] = {0};
    struct stat st;
    bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    ssize_t n = regular ? read(fd, h, sizeof h) : -1;
    close(fd);
    if (n == 0)
        return FILE_EMPTY;
    const unsigned char *id = h + HEADER_APPLICATION_ID;
    uint32_t application = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
    if (n == HEADER_BYTES && memcmp(h, "SQLite format 3", 16) == 0 && application == STORE_APPLICATION_ID)
        return FILE_WARD;
    err_set(e, ERR_STORE, "%s is not a store of ward", path);
    err_hint(e, "give the path of another file; this one was not changed");
    return FILE_BAD;
}

static bool make_file(const char *path, struct err *e)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set_errno(e, ERR_STORE, "cannot make %s", path);
    close(fd);
    return true;
}

static bool prepare_file(struct store *s, unsigned flags, struct err *e)
{
    enum file_state state = look(s->path, e);
    if (state == FILE_BAD)
        return false;
    if (state != FILE_WARD && !(flags & STORE_CREATE)) {
        err_set(e, ERR_NO_DATA, state == FILE_MISSING ? "there is no store at %s" : "the store %s is empty", s->path);
        err_hint(e, "`ward audit` collects into it, `ward import` loads saved answers");
        return false;
    }
    if (state == FILE_MISSING && !make_file(s->path, e))
        return false;
    if (!s->writable)
        return true;
    char real[PATH_MAX];
    if (!realpath(s->path, real))
        return err_set_errno(e, ERR_STORE, "cannot resolve %s", s->path);
    return store_lock_take(&s->lock, s->arena, real, s->path, e);
}

/* ---- opening ---- */

/* On a medium that cannot be written SQLite cannot make the -shm that WAL needs; with no -wal beside
 * it the file is complete, and is read as it stands. */
static int open_immutable(struct store *s)
{
    struct buf uri;
    buf_init(&uri, (size_t)PATH_MAX * 3 + 64);
    buf_addz(&uri, "file:");
    for (const char *c = s->path; *c; c++) {
        if (strchr("?#%", *c))
            buf_addf(&uri, "%%%02X", (unsigned)*c);
        else
            buf_addc(&uri, *c);
    }
    buf_addz(&uri, "?immutable=1");
    sqlite3_close(s->db);
    s->db = NULL;
    int rc = sqlite3_open_v2(buf_cstr(&uri), &s->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
    buf_done(&uri);
    return rc;
}

static bool has_wal(const struct store *s)
{
    struct stat st;
    struct arena *a = arena_new(4096);
    char *wal = arena_cstr(a, arena_printf(a, "%s-wal", s->path));
    bool there = stat(wal, &st) == 0 && st.st_size > 0;
    arena_free(a);
    return there;
}

static bool open_db(struct store *s, struct err *e)
{
    /* one thread has the connection: no mutex around every call */
    int mode = s->writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    int rc = sqlite3_open_v2(s->path, &s->db, mode | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK)
        return store_fail(s, "open", e);
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, STORE_BUSY_MS);
    rc = sqlite3_exec(s->db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    if ((rc & 0xff) == SQLITE_CANTOPEN && !s->writable && !has_wal(s)) {
        rc = open_immutable(s);
        if (rc == SQLITE_OK)
            rc = sqlite3_exec(s->db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    }
    if (rc != SQLITE_OK)
        return store_fail(s, "open", e);
    /* the schema is data of the file: functions in it must not reach what SQLite calls unsafe */
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return true;
}

static bool check_version(struct store *s, const struct migration *list, int count, struct err *e)
{
    int64_t version = 0;
    if (!store_get_int(s, "PRAGMA user_version", &version, e))
        return false;
    if (version > count) {
        err_set(e, ERR_STORE, "%s was written by a newer ward (store version %lld, this one knows %d)", s->path,
                (long long)version, count);
        err_hint(e, "use the newer ward, or another store with --db");
        return false;
    }
    if (version < count && !s->writable) {
        err_set(e, ERR_STORE, "%s was written by an older ward (store version %lld of %d)", s->path, (long long)version, count);
        err_hint(e, "`ward audit` or `ward import` brings it up to date and keeps a copy");
        return false;
    }
    return store_migrate(s, (int)version, list, count, e);
}

static bool set_up(struct store *s, const struct migration *list, int count, struct err *e)
{
    if (!store_exec(s, "PRAGMA cache_size=-32768; PRAGMA journal_size_limit=67108864", e))
        return false;
    /* Rollback journal first: the header that look() reads is in the main file before WAL begins. */
    if (s->writable && !store_exec(s, "PRAGMA page_size=8192; PRAGMA synchronous=NORMAL", e))
        return false;
    if (!check_version(s, list, count, e))
        return false;
    return !s->writable || store_exec(s, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=2000", e);
}

struct store *store_open_schema(const char *path, unsigned flags, const struct migration *list, int count, struct err *e)
{
    struct arena *a = arena_new(0);
    struct store *s = arena_new_of(a, struct store);
    s->arena = a;
    s->path = arena_strdup(a, path);
    bool memory = strcmp(path, ":memory:") == 0;
    s->writable = memory || (flags & (STORE_WRITE | STORE_CREATE)) != 0;
    s->lock.fd = -1;
    map_init(&s->statements, a);
    if ((memory || prepare_file(s, flags, e)) && open_db(s, e) && set_up(s, list, count, e))
        return s;
    store_close(s);
    return NULL;
}

static bool make_secret_key(struct store *s, struct err *e)
{
    unsigned char key[32];
    if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key)
        return err_set_errno(e, ERR_INTERNAL, "no random bytes");
    struct query *q = query_new(s, "INSERT OR IGNORE INTO store_meta(key, value) VALUES('secret-key', CAST(?1 AS BLOB))", e);
    if (!q)
        return false;
    sqlite3_bind_blob(q->stmt, 1, key, sizeof key, SQLITE_TRANSIENT);
    bool ok = query_run(q);
    return query_done(q) && ok;
}

struct store *store_open(const char *path, unsigned flags, struct err *e)
{
    struct migration list[MIGRATIONS_MAX];
    int count = 0;
    for (size_t i = 0; i < embedded_count && count < MIGRATIONS_MAX; i++) {
        const struct embedded *f = &embedded_files[i];
        if (strncmp(f->name, "schema/", 7) == 0)
            list[count++] = (struct migration){f->name, str_make((const char *)f->data, f->size)};
    }
    struct store *s = store_open_schema(path, flags, list, count, e);
    if (s && s->writable && !make_secret_key(s, e)) {
        store_close(s);
        return NULL;
    }
    return s;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    for (struct query *q = s->queries; q; q = q->next)
        sqlite3_finalize(q->stmt);
    sqlite3_close(s->db);
    store_lock_drop(&s->lock);
    arena_free(s->arena);
}

const char *store_path(const struct store *s) { return s->path; }

/* ---- transactions ---- */

bool store_exec(struct store *s, const char *sql, struct err *e)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || store_fail(s, s->writable ? "write" : "read", e);
}

bool store_begin(struct store *s, struct err *e) { return store_exec(s, s->writable ? "BEGIN IMMEDIATE" : "BEGIN", e); }
bool store_commit(struct store *s, struct err *e) { return store_exec(s, "COMMIT", e); }

void store_rollback(struct store *s)
{
    /* SQLite has rolled back by itself after a full disk or an I/O error */
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

int64_t store_last_id(struct store *s) { return sqlite3_last_insert_rowid(s->db); }

bool store_secret_key(struct store *s, unsigned char out[32], struct err *e)
{
    struct query *q = query_new(s, "SELECT value FROM store_meta WHERE key = 'secret-key'", e);
    if (!q)
        return false;
    bool found = query_step(q) && sqlite3_column_bytes(q->stmt, 0) == 32;
    if (found)
        memcpy(out, sqlite3_column_blob(q->stmt, 0), 32);
    if (!query_done(q))
        return false;
    return found || err_set(e, ERR_STORE, "%s lacks its secret key", s->path);
}
