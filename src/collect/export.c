#include "collect/export.h"

#include "base/file.h"
#include "base/map.h"
#include "collect/bundle_line.h"
#include "collect/bundle_path.h"
#include "store/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

struct exporter {
    struct store *store;
    const char *path;      /* what the caller asked for */
    char *temporary;       /* where it is written first */
    bool made;             /* it is ours to remove */
    enum bundle_format format;
    struct arena *arena, *item;
    struct buf line, answer;
    gzFile gz;             /* packed */
    FILE *lines;           /* folder: calls.jsonl */
    struct map paths;      /* taken already */
    struct export_summary *summary;
    struct err *e;
};

/* ---- targets ---- */

static bool is_empty_folder(const char *path)
{
    DIR *d = opendir(path);
    if (!d)
        return false;
    int names = 0;
    while (names < 3 && readdir(d))
        names++;
    closedir(d);
    return names <= 2;
}

static bool target_is_free(struct exporter *x)
{
    struct stat st;
    if (lstat(x->path, &st) != 0)
        return errno == ENOENT || err_set_errno(x->e, ERR_IO, "cannot look at %s", x->path);
    if (x->format == BUNDLE_FOLDER && S_ISDIR(st.st_mode) && is_empty_folder(x->path))
        return true;
    err_set(x->e, ERR_USAGE, "%s exists already", x->path);
    err_hint(x->e, "give another path, or remove it first");
    return false;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static bool open_target(struct exporter *x)
{
    x->temporary = arena_cstr(x->arena, arena_printf(x->arena, "%s.%ld.tmp", x->path, (long)getpid()));
    if (x->format == BUNDLE_PACKED) {
        int fd = open(x->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        x->gz = fd >= 0 ? gzdopen(fd, "wb6") : NULL;
        if (fd >= 0 && !x->gz)
            close(fd);
        x->made = fd >= 0;
        return x->gz || err_set_errno(x->e, ERR_IO, "cannot write %s", x->path);
    }
    x->made = mkdir(x->temporary, 0700) == 0;
    if (!x->made)
        return err_set_errno(x->e, ERR_IO, "cannot make %s", x->path);
    char *name = arena_cstr(x->arena, arena_printf(x->arena, "%s/calls.jsonl", x->temporary));
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    x->lines = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (fd >= 0 && !x->lines)
        close(fd);
    return x->lines || err_set_errno(x->e, ERR_IO, "cannot write %s", name);
}

/* Syncs, closes and puts it in its place; after a failure nothing is left. */
static bool close_target(struct exporter *x, bool ok)
{
    if (x->gz && gzclose(x->gz) != Z_OK && ok)
        ok = err_set(x->e, ERR_IO, "cannot write %s", x->path);
    if (x->lines && fclose(x->lines) != 0 && ok)
        ok = err_set_errno(x->e, ERR_IO, "cannot write %s", x->path);
    int fd = ok ? open(x->temporary, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        if ((x->format == BUNDLE_PACKED ? fsync(fd) : syncfs(fd)) != 0)
            ok = err_set_errno(x->e, ERR_IO, "cannot write %s", x->path);
        close(fd);
    }
    if (ok && rename(x->temporary, x->path) != 0)
        ok = err_set_errno(x->e, ERR_IO, "cannot put %s in its place", x->path);
    if (!ok && x->made)
        nftw(x->temporary, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return ok;
}

/* ---- lines ---- */

static bool put_line(struct exporter *x, const struct bundle_line *l, struct str answer)
{
    buf_reset(&x->line);
    bundle_line_write(&x->line, l, answer);
    buf_addc(&x->line, '\n');
    if (x->line.failed)
        return err_set(x->e, ERR_LIMIT, "a call's line is larger than the cap of %d MiB", BUNDLE_LINE_MAX_BYTES >> 20);
    if (x->lines)
        return fwrite(x->line.ptr, 1, x->line.len, x->lines) == x->line.len || err_set_errno(x->e, ERR_IO, "cannot write %s", x->path);
    return gzwrite(x->gz, x->line.ptr, (unsigned)x->line.len) == (int)x->line.len || err_set(x->e, ERR_IO, "cannot write %s", x->path);
}

static struct str column(struct exporter *x, struct query *q, int at)
{
    return query_is_null(q, at) ? (struct str){NULL, 0} : arena_str(x->item, query_str(q, at));
}

static bool put_run(struct exporter *x, int64_t run)
{
    struct query *q = query_new(x->store, "SELECT clock_us, tool_version, caller_arn, scope FROM run WHERE id = ?1", x->e);
    if (!q)
        return false;
    query_bind_int(q, 1, run);
    bool ok = query_step(q);
    if (ok) {
        struct bundle_line l = {.kind = BUNDLE_RUN, .has_clock = true, .clock_us = query_int(q, 0)};
        struct err odd = {0}; /* a scope that is no object is left out */
        l.tool = column(x, q, 1);
        l.caller = column(x, q, 2);
        l.scope = json_parse(x->item, column(x, q, 3), 64 << 20, &odd);
        if (l.scope && (l.scope->type != JSON_OBJECT || !l.scope->count))
            l.scope = NULL;
        ok = put_line(x, &l, (struct str){NULL, 0});
    }
    return query_done(q) && ok;
}

static bool put_accounts(struct exporter *x)
{
    struct query *q = query_new(x->store, "SELECT account, name, role, reached, reason FROM snap_account ORDER BY account", x->e);
    bool ok = q != NULL;
    while (ok && query_step(q)) {
        arena_reset(x->item);
        struct bundle_line l = {.kind = BUNDLE_ACCOUNT, .account = column(x, q, 0), .name = column(x, q, 1), .role = column(x, q, 2)};
        l.reached = query_int(q, 3) != 0;
        l.reason = column(x, q, 4);
        ok = put_line(x, &l, (struct str){NULL, 0});
    }
    return query_done(q) && ok;
}

static bool put_regions(struct exporter *x)
{
    struct query *q = query_new(x->store, "SELECT account, region, state, wanted, reason FROM snap_region ORDER BY account, region", x->e);
    bool ok = q != NULL;
    while (ok && query_step(q)) {
        arena_reset(x->item);
        struct bundle_line l = {.kind = BUNDLE_REGION, .account = column(x, q, 0), .region = column(x, q, 1), .state = column(x, q, 2)};
        l.wanted = query_int(q, 3) != 0;
        l.reason = column(x, q, 4);
        ok = put_line(x, &l, (struct str){NULL, 0});
    }
    return query_done(q) && ok;
}

/* ---- calls ---- */

/* What import would not take back is not written. */
static bool exportable(struct exporter *x, const struct bundle_line *l, const struct aws_op *op)
{
    if (!op)
        return err_set(x->e, ERR_STORE, "the run has a call of %.*s, which ward does not know", STR_ARG(l->op));
    return (bundle_name_ok(l->account) && bundle_name_ok(l->region)) ||
           err_set(x->e, ERR_STORE, "the run has a call of account \"%.*s\", region \"%.*s\"", STR_ARG(l->account), STR_ARG(l->region));
}

static bool write_answer_file(struct exporter *x, struct bundle_line *l, const struct aws_op *op, const struct json *answer)
{
    struct json_out o;
    buf_reset(&x->answer);
    jo_init(&o, &x->answer, true);
    jo_value(&o, answer);
    buf_addc(&x->answer, '\n');
    if (x->answer.failed)
        return err_set(x->e, ERR_LIMIT, "the answer of %.*s is larger than the cap of %d MiB", STR_ARG(l->op), BUNDLE_ANSWER_MAX_BYTES >> 20);
    l->file = bundle_path(x->item, l->account, l->region, op, l->params);
    if (!map_add(&x->paths, arena_str(x->arena, l->file), x))
        return err_set(x->e, ERR_STORE, "two calls would be written to %.*s", STR_ARG(l->file));
    char *full = arena_cstr(x->item, arena_printf(x->item, "%s/%.*s", x->temporary, STR_ARG(l->file)));
    char *folder = arena_strdup(x->item, full);
    *strrchr(folder, '/') = 0;
    if (!file_mkdirs(folder, 0700, x->e))
        return false;
    int fd = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool ok = f && fwrite(x->answer.ptr, 1, x->answer.len, f) == x->answer.len;
    if (f && fclose(f) != 0)
        ok = false;
    return ok || err_set_errno(x->e, ERR_IO, "cannot write %s", full);
}

static bool put_answer(struct exporter *x, struct bundle_line *l, const struct aws_op *op, int64_t call)
{
    struct str text = {NULL, 0};
    const struct json *answer = ingest_answer(x->store, x->item, call, x->e);
    if (err_is_set(x->e))
        return false;
    if (!answer)
        return put_line(x, l, text);
    x->summary->answers++;
    if (x->format == BUNDLE_FOLDER)
        return write_answer_file(x, l, op, answer) && put_line(x, l, text);
    buf_reset(&x->answer);
    json_write(&x->answer, answer);
    if (x->answer.failed)
        return err_set(x->e, ERR_LIMIT, "the answer of %.*s is larger than the cap of %d MiB", STR_ARG(l->op), BUNDLE_ANSWER_MAX_BYTES >> 20);
    return put_line(x, l, buf_str(&x->answer));
}

static bool read_call(struct exporter *x, struct query *q, struct bundle_line *l)
{
    struct call_end *end = &l->end;
    struct str params = column(x, q, 4);
    *l = (struct bundle_line){.kind = BUNDLE_CALL, .account = column(x, q, 1), .region = column(x, q, 2), .op = column(x, q, 3)};
    l->params = json_parse(x->item, params, 64 << 20, x->e);
    if (!l->params)
        return false;
    if (!call_status_of(column(x, q, 5), &end->status))
        return err_set(x->e, ERR_STORE, "the store is damaged: a call has no known status");
    end->http = (int)query_int(q, 6);
    end->code = column(x, q, 7);
    end->message = column(x, q, 8);
    end->missing_action = column(x, q, 9);
    end->request_id = column(x, q, 10);
    end->pages = (int)query_int(q, 11);
    l->rows = query_int(q, 12);
    end->attempts = (int)query_int(q, 13);
    end->ms = query_int(q, 14);
    l->has_at = true;
    end->at_us = query_int(q, 15);
    end->source = column(x, q, 16);
    if (!end->source.len) /* a call that never ended */
        end->source = STR("import");
    return true;
}

static bool put_calls(struct exporter *x)
{
    struct query *q = query_new(x->store,
                                "SELECT c.id, c.account, c.region, c.op, c.params, c.status, c.http, c.code, c.message, c.missing_action,"
                                " c.request_id, c.pages, c.rows, c.attempts, c.ms, c.at_us, c.source"
                                " FROM snap_call s JOIN main.call c ON c.id = s.id ORDER BY c.account, c.region, c.op, c.params", x->e);
    bool ok = q != NULL;
    while (ok && query_step(q)) {
        struct bundle_line l;
        arena_reset(x->item);
        ok = read_call(x, q, &l);
        const struct aws_op *op = ok ? aws_op_find(l.op) : NULL;
        ok = ok && exportable(x, &l, op) && put_answer(x, &l, op, query_int(q, 0));
        x->summary->calls++;
    }
    return query_done(q) && ok;
}

bool bundle_export(struct store *s, int64_t run, const char *path, enum bundle_format format, struct export_summary *out, struct err *e)
{
    *out = (struct export_summary){0};
    struct err own = {0};
    struct exporter x = {.store = s, .format = format, .summary = out, .e = e ? e : &own};
    x.arena = arena_new(0);
    x.item = arena_new(0);
    size_t length = strlen(path); /* "out/" would put the temporary folder into itself */
    while (length > 1 && path[length - 1] == '/')
        length--;
    x.path = arena_cstr(x.arena, str_make(path, length));
    map_init(&x.paths, x.arena);
    buf_init(&x.line, BUNDLE_LINE_MAX_BYTES);
    buf_init(&x.answer, BUNDLE_ANSWER_MAX_BYTES);
    bool ok = store_snapshot(s, run, x.e) && target_is_free(&x);
    if (ok) {
        bool opened = open_target(&x);
        ok = close_target(&x, opened && put_run(&x, run) && put_accounts(&x) && put_regions(&x) && put_calls(&x));
    }
    buf_done(&x.line);
    buf_done(&x.answer);
    arena_free(x.item);
    arena_free(x.arena);
    return ok;
}
