#include "collect/export.h"
#include "verb/verb.h"

#include <inttypes.h>

int verb_export(struct ward *w, struct err *e)
{
    struct store *s = store_open(cli_strz(w->cli, "db"), STORE_READ, e);
    if (!s)
        return EXIT_GOOD;
    int64_t run = cli_int(w->cli, "run", 0);
    bool packed = str_eqz(cli_str(w->cli, "format"), "packed");
    const char *path = arena_cstr(w->arena, cli_arg(w->cli, 0));
    struct export_summary sum;
    bool found = run || store_get_int(s, "SELECT id FROM run ORDER BY id DESC LIMIT 1", &run, e);
    if (found && !run) {
        err_set(e, ERR_NO_DATA, "%s holds no run", store_path(s));
        err_hint(e, "run `ward audit` or `ward import DIR` first");
    }
    if (!err_is_set(e) && bundle_export(s, run, path, packed ? BUNDLE_PACKED : BUNDLE_FOLDER, &sum, e)) {
        if (str_eqz(cli_str(w->cli, "output"), "json"))
            out_f(w->out,
                  "{\"schema\":\"ward.export/1\",\"run\":%" PRId64 ",\"calls\":%" PRIu64 ",\"answers\":%" PRIu64 "}\n",
                  run, sum.calls, sum.answers);
        else
            out_f(w->out, "run %" PRId64 ": %" PRIu64 " calls, %" PRIu64 " with an answer\n", run, sum.calls,
                  sum.answers);
    }
    store_close(s);
    return EXIT_GOOD;
}
