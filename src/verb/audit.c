#include "base/instant.h"
#include "verb/demo.h"
#include "verb/judge.h"
#include "verb/live.h"

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

static int64_t live_run(struct ward *w, struct store *s, const struct controls *controls, bool *interrupted, struct err *e)
{
    struct live l;
    struct collect_summary sum = {0};
    bool ok = live_open(w, &l, e) && live_collect(w, &l, s, controls, NULL, 0, &sum, e);
    live_close(&l);
    *interrupted = sum.stopped;
    return ok ? sum.run : 0;
}

int verb_audit(struct ward *w, struct err *e)
{
    struct controls controls;
    const struct config *config;
    if (!check_options(w, e) || !(config = demo_config(w, e)) || !judge_controls(w, &controls, e))
        return EXIT_GOOD;
    struct store *s = store_open(demo_store_path(w), STORE_WRITE | STORE_CREATE, e);
    if (!s)
        return EXIT_GOOD;
    bool interrupted = false;
    int64_t run = demo_asked(w)                 ? demo_run(w, s, e)
                  : cli_flag(w->cli, "offline") ? offline_run(w, s, e)
                                                : live_run(w, s, &controls, &interrupted, e);
    int status = run && !err_is_set(e) ? judge_run(w, s, run, config, &controls, e) : EXIT_GOOD;
    store_close(s);
    return interrupted && !err_is_set(e) ? err_exit_status(ERR_INTERRUPTED) : status;
}
