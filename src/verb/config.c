#include "config/show.h"
#include "verb/verb.h"

enum { SHOW_MAX_BYTES = 64 << 20 };

static int check(struct ward *w, struct err *e)
{
    struct config *c = arena_new_of(w->arena, struct config);
    const char *path = cli_strz(w->cli, "check");
    if (config_load(w->arena, path, NULL, c, e))
        term_say(&w->term, "%s is good", path);
    return EXIT_GOOD;
}

int verb_config(struct ward *w, struct err *e)
{
    if (cli_given(w->cli, "check"))
        return check(w, e);
    struct config *c = ward_config(w, e);
    if (!c)
        return EXIT_GOOD;
    struct buf b;
    buf_init(&b, SHOW_MAX_BYTES);
    bool origins = cli_flag(w->cli, "show-origin");
    if (str_eqz(cli_str(w->cli, "output"), "json"))
        config_write_json(&b, w->arena, c, origins);
    else
        config_write_yaml(&b, w->arena, c, origins);
    if (b.failed)
        err_set(e, ERR_LIMIT, "the configuration is larger than the cap of %d bytes", SHOW_MAX_BYTES);
    else
        out_str(w->out, buf_str(&b));
    buf_done(&b);
    return EXIT_GOOD;
}
