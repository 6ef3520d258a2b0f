#include "base/embed.h"
#include "base/file.h"
#include "base/instant.h"
#include "collect/import.h"
#include "verb/judge.h"
#include "verb/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Options that contradict each other. */
static bool check_options(const struct ward *w, struct err *e)
{
    static const char *const sources[] = {"demo", "offline", "resume"};
    const char *chosen = NULL;
    for (size_t i = 0; i < 3; i++) {
        if (!cli_flag(w->cli, sources[i]))
            continue;
        if (chosen)
            return err_set(e, ERR_USAGE, "--%s and --%s exclude each other", chosen, sources[i]);
        chosen = sources[i];
    }
    if (cli_given(w->cli, "run") && !cli_flag(w->cli, "offline"))
        return err_set(e, ERR_USAGE, "--run goes with --offline");
    return true;
}

static const char *store_path_of(const struct ward *w)
{
    bool demo = cli_flag(w->cli, "demo") && !cli_given(w->cli, "db");
    return demo ? "ward-demo.db" : cli_strz(w->cli, "db");
}

/* The newest run, or --run. */
static int64_t offline_run(struct ward *w, struct store *s, struct err *e)
{
    int64_t run = cli_int(w->cli, "run", 0);
    if (!run && store_get_int(s, "SELECT id FROM run WHERE status <> 'failed' ORDER BY id DESC LIMIT 1", &run, e) && !run) {
        err_set(e, ERR_NO_DATA, "%s holds no run", store_path(s));
        err_hint(e, "run `ward audit` without --offline, or `ward import DIR`");
    }
    return run;
}

/* The sample organization: the bundle that the binary carries, through the same door as any other. */
static int64_t demo_run(struct ward *w, struct store *s, struct err *e)
{
    int64_t run = 0;
    if (!store_get_int(s, "SELECT id FROM run WHERE source = 'sample' ORDER BY id DESC LIMIT 1", &run, e) || run)
        return run;
    struct str sample = embed_get("sample/clinic.jsonl.gz");
    const char *folder = env_get(w->env, "TMPDIR").ptr;
    char *path = arena_cstr(w->arena, arena_printf(w->arena, "%s/ward-sample-%ld.jsonl.gz", folder ? folder : "/tmp", (long)getpid()));
    struct bundle_options o = {.tool_version = WARD_VERSION, .now_us = w->now_us};
    struct bundle_summary sum;
    if (!sample.ptr) {
        err_set(e, ERR_INTERNAL, "this build carries no sample organization");
        return 0;
    }
    if (!file_replace(path, sample, 0600, e))
        return 0;
    bool ok = bundle_import(s, path, &o, w->arena, &sum, e);
    unlink(path);
    struct query *q = ok ? query_new(s, "UPDATE run SET source = 'sample' WHERE id = ?1", e) : NULL;
    if (!q)
        return 0;
    query_bind_int(q, 1, sum.run);
    ok = query_run(q);
    return query_done(q) && ok ? sum.run : 0;
}

static int64_t live_run(struct ward *w, struct store *s, const struct controls *controls, bool *interrupted, struct err *e)
{
    struct live l;
    struct collect_summary sum = {0};
    bool ok = live_open(w, &l, e) && live_collect(w, &l, s, controls, NULL, 0, &sum, e);
    live_close(&l);
    *interrupted = sum.stopped;
    return ok ? sum.run : 0;
}

/* ward.yaml in force, or the sample's own with --demo. */
static const struct config *config_of(struct ward *w, struct err *e)
{
    if (!cli_flag(w->cli, "demo") || cli_given(w->cli, "config"))
        return ward_config(w, e);
    struct config *c = arena_new_of(w->arena, struct config);
    struct config_text text = {STR("the sample's ward.yaml"), embed_get("sample/ward.yaml")};
    return config_build(w->arena, &text, 1, NULL, c, e) ? c : NULL;
}

int verb_audit(struct ward *w, struct err *e)
{
    struct controls controls;
    const struct config *config;
    if (!check_options(w, e) || !(config = config_of(w, e)) || !judge_controls(w, &controls, e))
        return EXIT_GOOD;
    struct store *s = store_open(store_path_of(w), STORE_WRITE | STORE_CREATE, e);
    if (!s)
        return EXIT_GOOD;
    bool interrupted = false;
    int64_t run = cli_flag(w->cli, "demo")      ? demo_run(w, s, e)
                  : cli_flag(w->cli, "offline") ? offline_run(w, s, e)
                                                : live_run(w, s, &controls, &interrupted, e);
    int status = run && !err_is_set(e) ? judge_run(w, s, run, config, &controls, e) : EXIT_GOOD;
    store_close(s);
    return interrupted && !err_is_set(e) ? err_exit_status(ERR_INTERRUPTED) : status;
}
