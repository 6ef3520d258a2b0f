#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static bool copy_pages(struct store *s, const char *to, struct err *e)
{
    int fd = open(to, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set_errno(e, ERR_STORE, "cannot write %s", to);
    close(fd);
    sqlite3 *copy = NULL;
    int rc = sqlite3_open_v2(to, &copy, SQLITE_OPEN_READWRITE, NULL);
    sqlite3_backup *b = rc == SQLITE_OK ? sqlite3_backup_init(copy, "main", s->db, "main") : NULL;
    if (b) {
        sqlite3_backup_step(b, -1);
        rc = sqlite3_backup_finish(b);
    } else if (rc == SQLITE_OK) {
        rc = sqlite3_errcode(copy);
    }
    /* a WAL copy that was never opened for writing again still must be one file */
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(copy, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    sqlite3_close(copy);
    if (rc == SQLITE_OK)
        return true;
    unlink(to);
    return err_set(e, ERR_STORE, "cannot copy %s to %s: %s", s->path, to, sqlite3_errstr(rc));
}

static bool keep_copy(struct store *s, int old, struct err *e)
{
    struct arena *a = arena_new(4096);
    char *final = arena_cstr(a, arena_printf(a, "%s.v%d.bak", s->path, old));
    char *temporary = arena_cstr(a, arena_printf(a, "%s.tmp", final));
    bool ok = copy_pages(s, temporary, e);
    if (ok && rename(temporary, final) != 0)
        ok = err_set_errno(e, ERR_STORE, "cannot write %s", final);
    arena_free(a);
    return ok;
}

static bool apply(struct store *s, int old, const struct migration *list, int count, struct err *e)
{
    for (int i = old; i < count; i++) {
        if (store_exec(s, list[i].sql.ptr, e))
            continue;
        err_context(e, "applying %s", list[i].name);
        return false;
    }
    char sql[96];
    snprintf(sql, sizeof sql, "PRAGMA application_id=%d; PRAGMA user_version=%d", STORE_APPLICATION_ID, count);
    return store_exec(s, sql, e);
}

bool store_migrate(struct store *s, int old, const struct migration *list, int count, struct err *e)
{
    if (old == count)
        return true;
    if (old > 0 && strcmp(s->path, ":memory:") != 0 && !keep_copy(s, old, e))
        return false;
    if (!store_exec(s, "BEGIN EXCLUSIVE", e))
        return false;
    if (apply(s, old, list, count, e) && store_commit(s, e))
        return true;
    store_rollback(s);
    err_context(e, "migrating %s from version %d to %d", s->path, old, count);
    if (old > 0)
        err_hint(e, "the store is as it was; %s.v%d.bak is a copy of it", s->path, old);
    return false;
}
