#include "control/control.h"
#include "report/explain.h"
#include "verb/verb.h"

static const size_t explain_max_bytes = (size_t)256 << 20;

/* The rule of a user's control is not in the binary: it is read where --controls says. */
static bool find_rule(struct ward *w, struct explanation *x, struct err *e)
{
    const char *folder = cli_strz(w->cli, "controls");
    struct controls controls;
    if (x->rule.ptr || !folder)
        return true;
    if (!controls_load(w->arena, folder, &controls, e))
        return false;
    const struct control *c = controls_find(&controls, x->finding.control);
    if (c)
        x->rule = c->sql;
    return true;
}

int verb_explain(struct ward *w, struct err *e)
{
    struct store *s = store_open(cli_strz(w->cli, "db"), STORE_READ, e);
    if (!s)
        return EXIT_GOOD;
    struct report_model m;
    struct explanation x;
    struct buf text;
    buf_init(&text, explain_max_bytes);
    if (report_model_load(s, w->arena, cli_int(w->cli, "run", 0), 0, &m, e) &&
        explain_load(&m, w->arena, cli_arg(w->cli, 0), &x, e) && find_rule(w, &x, e)) {
        if (str_eqz(cli_str(w->cli, "output"), "json"))
            explain_json(&m, &x, &text);
        else
            explain_text(&m, &x, w->term.out_colour, &text);
        if (text.failed)
            err_set(e, ERR_LIMIT, "the explanation is larger than 256 MiB");
        else
            out_str(w->out, buf_str(&text));
    }
    buf_done(&text);
    store_close(s);
    return EXIT_GOOD;
}
