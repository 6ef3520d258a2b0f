/* ward prove --with FILE: a change before it is made: a copy of the store with the change in it, and what opens and
 * closes. */
#include "base/file.h"
#include "collect/edit.h"
#include "collect/import.h"
#include "verb/demo.h"
#include "verb/prove.h"
#include "verb/world.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOTES_SHOWN = 20 };

static struct str quoted(struct arena *a, const char *text)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_addc(&b, '\'');
    for (; *text; text++)
        buf_addz(&b, *text == '\'' ? "''" : (char[]){*text, 0});
    buf_addc(&b, '\'');
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

/* A copy in a folder of its own, which only the user may look into. The store itself is read. */
static char *copy_store(struct ward *w, int64_t *run, struct err *e)
{
    struct str tmp = env_get(w->env, "TMPDIR");
    char *folder =
        arena_cstr(w->arena, arena_printf(w->arena, "%.*s/ward-with-XXXXXX", STR_ARG(tmp.len ? tmp : STR("/tmp"))));
    struct store *s = store_open(demo_store_path(w), demo_asked(w) ? STORE_WRITE | STORE_CREATE : STORE_READ, e);
    if (!s || !(*run = verb_run(w, s, e))) {
        store_close(s);
        return NULL;
    }
    bool ok = mkdtemp(folder) || err_set_errno(e, ERR_IO, "cannot make %s", folder);
    char *path = ok ? arena_cstr(w->arena, arena_printf(w->arena, "%s/ward.db", folder)) : NULL;
    if (ok) {
        struct str sql = arena_printf(w->arena, "VACUUM INTO %.*s", STR_ARG(quoted(w->arena, path)));
        ok = store_exec(s, arena_cstr(w->arena, sql), e);
        if (!ok) {
            unlink(path);
            rmdir(folder);
        }
    }
    store_close(s);
    return ok ? path : NULL;
}

static void remove_copy(struct ward *w, const char *path)
{
    static const char *const tails[] = {"", "-wal", "-shm", ".lock", "-journal"};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        unlink(arena_cstr(w->arena, arena_printf(w->arena, "%s%s", path, tails[i])));
    struct str folder = str_sub(str_of(path), 0, (size_t)str_rindex(str_of(path), '/'));
    rmdir(arena_cstr(w->arena, folder));
}

static bool take_folder(struct ward *w, struct store *s, const char *path, struct prove_runs *runs, struct err *e)
{
    struct bundle_options o = {.tool_version = WARD_VERSION,
                               .now_us = w->now_us,
                               .base = runs->before,
                               .assume_default_nacl = cli_flag(w->cli, "assume-default-nacl")};
    struct bundle_summary sum;
    if (!bundle_import(s, path, &o, w->arena, &sum, e))
        return false;
    for (uint32_t i = 0; i < sum.note_count && i < NOTES_SHOWN; i++)
        term_say(&w->term, "note: %.*s: %.*s", STR_ARG(sum.notes[i].place), STR_ARG(sum.notes[i].message));
    if (sum.broken || sum.skipped)
        return err_set(e, ERR_PARSE, "%s: not all of it could be used (see the notes), and half a change is none",
                       path);
    runs->after = sum.run;
    return edit_complete(s, sum.run, runs->before, e);
}

static bool take_file(struct ward *w, struct store *s, const char *path, struct prove_runs *runs, struct err *e)
{
    struct edit_options o = {.tool_version = WARD_VERSION, .now_us = w->now_us, .base = runs->before};
    struct str text;
    if (!file_read(w->arena, path, EDIT_FILE_MAX_BYTES, &text, e))
        return false;
    if (edit_lines(s, w->arena, text, &o, &runs->after, e))
        return true;
    err_context(e, "%s", path);
    return false;
}

static int with_copy(struct ward *w, const struct config *config, const char *copy, struct prove_runs *runs,
                     struct err *e)
{
    const char *path = cli_strz(w->cli, "with");
    struct stat st;
    int status = EXIT_GOOD;
    bool is_bundle = (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) || str_ends(str_of(path), STR(".gz"));
    struct store *s = store_open(copy, STORE_WRITE, e);
    if (s && (is_bundle ? take_folder(w, s, path, runs, e) : take_file(w, s, path, runs, e)))
        status = prove_changes(w, s, config, runs, e);
    store_close(s);
    return status;
}

int verb_prove_with(struct ward *w, struct err *e)
{
    struct prove_runs runs = {.with = cli_str(w->cli, "with")};
    const struct config *config = demo_config(w, e);
    char *copy = config ? copy_store(w, &runs.before, e) : NULL;
    int status = copy ? with_copy(w, config, copy, &runs, e) : EXIT_GOOD;
    if (copy)
        remove_copy(w, copy);
    return status;
}
