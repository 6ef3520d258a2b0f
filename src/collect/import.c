#include "collect/import.h"

#include "base/instant.h"
#include "collect/bundle_path.h"
#include "collect/import_internal.h"
#include "collect/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- notes ---- */

void import_note(struct importer *im, struct str place, const char *message, bool skipped)
{
    struct bundle_summary *s = im->summary;
    s->skipped += skipped;
    if (s->note_count == BUNDLE_NOTES_MAX) {
        s->notes_dropped++;
        return;
    }
    s->notes[s->note_count++] = (struct bundle_note){arena_str(im->out, place), str_of(arena_strdup(im->out, message))};
}

/* ---- calls ---- */

static void remember(struct importer *im, struct map *m, struct str key)
{
    if (!map_has(m, key))
        map_put(m, arena_str(im->arena, key), im);
}

static struct str region_key(struct arena *a, struct str account, struct str region)
{
    return arena_printf(a, "%.*s/%.*s", STR_ARG(account), STR_ARG(region));
}

static void count_call(struct importer *im, const struct found_call *f)
{
    remember(im, &im->seen_accounts, f->account);
    if (!f->op->global)
        remember(im, &im->seen_regions, region_key(im->item, f->account, f->region));
    im->summary->calls++;
    im->summary->answers += f->answer != NULL;
    if (f->end.at_us > im->newest_call_us)
        im->newest_call_us = f->end.at_us;
}

bool import_record(struct importer *im, const struct found_call *f, struct err *e)
{
    struct err local = {0};
    struct ingest_call *c = ingest_open(im->in, f->op, f->account, f->region, f->params, f->end.at_us, &local);
    if (!c && local.kind == ERR_PARSE) { /* the run has it already */
        import_note(im, f->place, local.message, true);
        return true;
    }
    if (!c) {
        *e = local;
        return false;
    }
    struct call_end end = f->end;
    if (f->answer && !ingest_page(c, f->answer, &local)) {
        if (local.kind != ERR_PARSE) {
            *e = local;
            return false;
        }
        end.status = CALL_ERROR;
        end.code = STR("BadAnswer");
        end.message = str_of(local.message);
        im->summary->broken++;
        import_note(im, f->place, local.message, false);
    }
    count_call(im, f);
    return ingest_close(c, &end, e);
}

struct json *import_parse(struct importer *im, struct str text, struct err *e)
{
    if (!str_trim(text).len)
        return json_new(im->item, JSON_OBJECT);
    return json_parse(im->item, text, BUNDLE_ANSWER_MAX_BYTES, e);
}

/* ---- lines ---- */

static bool may_lack_answer(enum call_status s)
{
    return s != CALL_OK && s != CALL_TRUNCATED && s != CALL_RUNNING;
}

static void set_broken(struct importer *im, struct found_call *f, const char *code, const struct err *why)
{
    f->end.status = CALL_ERROR;
    f->end.code = str_of(code);
    f->end.message = arena_str(im->item, str_of(why->message));
    im->summary->broken++;
    import_note(im, f->place, why->message, false);
}

/* The answer that a line names, or that lies where its call's answer would. */
static void fetch_answer(struct importer *im, const struct bundle_line *l, struct found_call *f, int64_t *mtime_us)
{
    struct err local = {0};
    struct str path = l->file, text;
    if (im->root < 0 || (path.ptr && !bundle_path_is_safe(path))) {
        if (!path.ptr && may_lack_answer(f->end.status))
            return;
        err_set(&local, ERR_PARSE, path.ptr ? "its file %.*s is not in this bundle" : "its answer is missing%.*s", STR_ARG(path));
        set_broken(im, f, "AnswerMissing", &local);
        return;
    }
    if (!path.ptr)
        path = bundle_path(im->item, f->account, f->region, f->op, f->params);
    remember(im, &im->used, path);
    if (import_read(im, path, &text, mtime_us, &local)) {
        f->answer = import_parse(im, text, &local);
        if (!f->answer)
            set_broken(im, f, "BadAnswer", &local);
    } else if (l->file.ptr || local.kind != ERR_NO_DATA || !may_lack_answer(f->end.status)) {
        set_broken(im, f, local.kind == ERR_NO_DATA ? "AnswerMissing" : "BadAnswer", &local);
    }
}

static bool take_call(struct importer *im, const struct bundle_line *l, struct str place, struct err *e)
{
    struct found_call f = {aws_op_find(l->op), l->account, l->region, l->params, l->end, l->answer, place};
    if (!f.op) {
        struct buf b;
        buf_init(&b, 512);
        buf_addf(&b, "ward does not know the operation %.*s; the call was left out", STR_ARG(l->op));
        import_note(im, place, buf_cstr(&b), true);
        buf_done(&b);
        if (l->file.ptr)
            remember(im, &im->used, l->file);
        return true;
    }
    int64_t mtime_us = 0;
    if (!f.answer)
        fetch_answer(im, l, &f, &mtime_us);
    if (!l->has_at)
        f.end.at_us = mtime_us ? mtime_us : im->has_clock ? im->clock_us : im->options->now_us;
    return import_record(im, &f, e);
}

static bool take_line(struct importer *im, const struct bundle_line *l, struct str place, struct err *e)
{
    switch (l->kind) {
    case BUNDLE_RUN:
        import_note(im, place, "a run line counts only as the first line", true);
        return true;
    case BUNDLE_ACCOUNT:
        remember(im, &im->accounts, l->account);
        return ingest_account(im->in, l->account, l->name, l->role, l->reached, l->reason, e);
    case BUNDLE_REGION: {
        char state[16];
        remember(im, &im->regions, region_key(im->item, l->account, l->region));
        memcpy(state, l->state.ptr, l->state.len);
        state[l->state.len] = 0;
        return ingest_region(im->in, l->account, l->region, state, l->wanted, l->reason, e);
    }
    case BUNDLE_CALL:
        break;
    }
    return take_call(im, l, place, e);
}

/* ---- runs ---- */

static bool begin(struct importer *im, const struct bundle_line *run, struct err *e)
{
    struct buf scope;
    buf_init(&scope, 16 << 20);
    if (run && run->scope)
        json_write(&scope, run->scope);
    struct str kept = scope.len && !scope.failed ? buf_str(&scope) : STR("{}");
    if (im->options->assume_default_nacl && kept.ptr[0] == '{') {
        struct str rest = str_sub(kept, 1, kept.len);
        kept = arena_printf(im->arena, "{\"assume_default_nacl\":true%s%.*s", rest.len && rest.ptr[0] != '}' ? "," : "", STR_ARG(rest));
    }
    struct ingest_run r = {
        .kind = "import",
        .started_us = im->options->now_us,
        .tool_version = run && run->tool.ptr ? arena_cstr(im->item, run->tool) : im->options->tool_version,
        .scope_json = kept,
        .source = str_of(im->path),
        .base = im->options->base,
    };
    if (run) {
        r.caller_arn = run->caller;
        im->has_clock = run->has_clock;
        im->clock_us = run->clock_us;
    }
    im->in = ingest_begin(im->store, &r, e);
    buf_done(&scope);
    return im->in != NULL;
}

bool import_begin(struct importer *im, struct err *e) { return begin(im, NULL, e); }

static bool parse_line(struct importer *im, struct str text, struct bundle_line *l, struct err *e)
{
    return bundle_line_parse(im->item, text, l, e);
}

static bool take_lines(struct importer *im, struct lines *lines, const char *name, struct err *e)
{
    struct str text;
    while (lines_next(lines, &text, e)) {
        struct bundle_line l;
        arena_reset(im->item);
        if (!str_trim(text).len)
            continue;
        struct str place = arena_printf(im->item, "%s line %llu", name, (unsigned long long)lines_number(lines));
        if (!parse_line(im, text, &l, e)) {
            err_context(e, "reading %.*s", STR_ARG(place));
            err_hint(e, "nothing was imported; correct the line or remove it");
            return false;
        }
        bool is_run = l.kind == BUNDLE_RUN && !im->in;
        if (!im->in && !begin(im, is_run ? &l : NULL, e))
            return false;
        if (!is_run && !take_line(im, &l, place, e))
            return false;
    }
    return !err_is_set(e);
}

static bool import_lines(struct importer *im, int fd, const char *name, struct err *e)
{
    struct lines *lines = lines_open(fd, name, BUNDLE_LINE_MAX_BYTES, BUNDLE_TOTAL_MAX_BYTES, e);
    bool ok = lines && take_lines(im, lines, name, e);
    lines_close(lines);
    return ok;
}

static bool import_folder(struct importer *im, struct err *e)
{
    int fd = openat(im->root, "calls.jsonl", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno != ENOENT)
        return err_set_errno(e, ERR_IO, "cannot open %s/calls.jsonl", im->path);
    if (fd >= 0 && !import_lines(im, fd, "calls.jsonl", e))
        return false;
    return (im->in || begin(im, NULL, e)) && import_walk(im, e);
}

/* Accounts and regions that no line declares are those that answers came from. */
static bool declare_seen(struct importer *im, struct err *e)
{
    const struct str none = {NULL, 0};
    for (size_t i = 0; i < im->seen_accounts.count; i++) {
        struct str account = im->seen_accounts.entries[i].key;
        if (!map_has(&im->accounts, account) && !ingest_account(im->in, account, none, none, true, none, e))
            return false;
    }
    for (size_t i = 0; i < im->seen_regions.count; i++) {
        struct str region = im->seen_regions.entries[i].key;
        if (map_has(&im->regions, region))
            continue;
        struct str account = str_cut(&region, '/');
        if (!ingest_region(im->in, account, region, "enabled", true, none, e))
            return false;
    }
    return true;
}

static int64_t clock_of(const struct importer *im)
{
    if (im->options->clock_us)
        return im->options->clock_us;
    if (im->has_clock)
        return im->clock_us;
    if (im->newest_call_us)
        return im->newest_call_us;
    return im->newest_file_us ? im->newest_file_us : im->options->now_us;
}

static bool finish(struct importer *im, struct err *e)
{
    if (!im->summary->calls && !im->accounts.count) {
        err_set(e, ERR_NO_DATA, "%s holds no answers that ward knows", im->path);
        err_hint(e, "a bundle is a folder ACCOUNT/REGION/SERVICE-OPERATION.json or one .jsonl.gz file, as `ward export` writes it");
        return false;
    }
    im->summary->clock_us = clock_of(im);
    im->summary->run = ingest_run_id(im->in);
    return declare_seen(im, e) && ingest_finish(im->in, "complete", im->options->now_us, im->summary->clock_us, e);
}

static bool import_gaad_file(struct importer *im, int fd, const struct stat *st, struct err *e)
{
    char chunk[65536];
    struct buf b;
    ssize_t n = 1;
    if (!S_ISREG(st->st_mode))
        return err_set(e, ERR_IO, "%s is not a file", im->path);
    buf_init(&b, BUNDLE_ANSWER_MAX_BYTES);
    while (n != 0 && !b.failed && ((n = read(fd, chunk, sizeof chunk)) >= 0 || errno == EINTR))
        if (n > 0)
            buf_add(&b, str_make(chunk, (size_t)n));
    im->newest_file_us = (int64_t)st->st_mtim.tv_sec * US_PER_S + st->st_mtim.tv_nsec / 1000;
    bool ok = b.failed ? err_set(e, ERR_LIMIT, "%s is larger than the cap of %d MiB", im->path, BUNDLE_ANSWER_MAX_BYTES >> 20)
              : n < 0  ? err_set_errno(e, ERR_IO, "cannot read %s", im->path)
                       : import_gaad(im, buf_str(&b), im->newest_file_us, e);
    buf_done(&b);
    return ok;
}

static bool run_import(struct importer *im, struct err *e)
{
    if (im->options->format == IMPORT_IAM_COLLECT)
        return import_iam_collect(im, e) && finish(im, e);
    int fd = open(im->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        err_set_errno(e, ERR_IO, "cannot open %s", im->path);
        if (fd >= 0)
            close(fd);
        return false;
    }
    if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(e, ERR_IO, "%s is neither a folder nor a file", im->path);
    }
    bool ok;
    if (im->options->format == IMPORT_GAAD) {
        ok = import_gaad_file(im, fd, &st, e);
        close(fd);
    } else if (S_ISDIR(st.st_mode)) {
        im->root = fd;
        ok = import_folder(im, e);
        close(fd);
    } else {
        im->newest_file_us = (int64_t)st.st_mtim.tv_sec * US_PER_S + st.st_mtim.tv_nsec / 1000;
        ok = import_lines(im, fd, im->path, e) && (im->in || begin(im, NULL, e));
    }
    return ok && finish(im, e);
}

bool bundle_import(struct store *s, const char *path, const struct bundle_options *o, struct arena *a, struct bundle_summary *out,
                   struct err *e)
{
    *out = (struct bundle_summary){.notes = arena_array_of(a, struct bundle_note, BUNDLE_NOTES_MAX)};
    struct importer im = {.store = s, .options = o, .path = path, .root = -1, .out = a, .summary = out};
    im.arena = arena_new(0);
    im.item = arena_new(0);
    map_init(&im.used, im.arena);
    map_init(&im.accounts, im.arena);
    map_init(&im.regions, im.arena);
    map_init(&im.seen_accounts, im.arena);
    map_init(&im.seen_regions, im.arena);
    bool ok = run_import(&im, e);
    if (!ok && im.in) {
        struct err ignored = {0};
        if (!ingest_discard(im.in, &ignored))
            err_context(e, "what was imported could not be removed again: %s", ignored.message);
    }
    ingest_free(im.in);
    arena_free(im.item);
    arena_free(im.arena);
    return ok;
}
