#include "verb/path.h"

#include "report/path.h"
#include "verb/world.h"

static const size_t answer_bytes_max = (size_t)64 << 20;

/* design section 2: a definite answer is good whatever it says, an undecidable one is incomplete, and --expect turns a
 * definite one that is another into a violation. */
static int exit_status(struct ward *w, enum path_word word)
{
    struct str expect = cli_str(w->cli, "expect");
    bool as_expected = expect.ptr && str_eq_nocase(expect, str_of(path_word_name(word)));
    if (word == PATH_UNKNOWN)
        return as_expected ? EXIT_GOOD : EXIT_INCOMPLETE;
    return expect.ptr && !as_expected ? EXIT_VIOLATION : EXIT_GOOD;
}

static int answer(struct ward *w, const struct verb_net *v, const struct path_question *q, struct err *e)
{
    struct path_answer x;
    struct buf out;
    double from = verb_lap(w, 0, NULL);
    path_ask(v->net, w->arena, q, true, &x);
    if (cli_flag(w->cli, "pivot") && x.word == PATH_NONE)
        (void)path_find_pivot(v->net, w->arena, q, &x);
    verb_lap(w, from, "question");
    struct path_report r = {.n = v->net, .a = w->arena, .q = q, .answer = &x, .run = v->run};
    buf_init(&out, answer_bytes_max);
    if (str_eqz(cli_str(w->cli, "output"), "json"))
        path_report_json(&r, &out);
    else
        path_report_text(&r, w->term.out_colour, &out);
    if (out.failed)
        err_set(e, ERR_LIMIT, "the answer is larger than 64 MiB");
    else
        out_str(w->out, buf_str(&out));
    buf_done(&out);
    return exit_status(w, x.word);
}

static int question(struct ward *w, struct err *e)
{
    struct verb_net v;
    struct path_ends from, to;
    struct path_question q = {&from, &to, {0}};
    int status = EXIT_GOOD;
    if (!path_ports_parse(cli_str(w->cli, "proto"), cli_str(w->cli, "dport"), cli_str(w->cli, "sport"), &q.ports, e) || !verb_net_open(w, true, &v, e))
        return EXIT_GOOD;
    if (path_find(v.net, w->arena, cli_arg(w->cli, 0), true, false, &from, e) && path_find(v.net, w->arena, cli_arg(w->cli, 1), false, false, &to, e))
        status = answer(w, &v, &q, e);
    verb_net_close(&v);
    return status;
}

int verb_path(struct ward *w, struct err *e)
{
    const char *batch = cli_strz(w->cli, "batch");
    struct verb_net v;
    int status = EXIT_GOOD;
    if (batch && cli_arg_count(w->cli))
        err_set(e, ERR_USAGE, "--batch takes no arguments: its rows are the questions");
    else if (batch) {
        if (!verb_net_open(w, true, &v, e))
            return EXIT_GOOD;
        status = path_batch(w, &v, batch, e);
        verb_net_close(&v);
    } else if (cli_arg_count(w->cli) == 2)
        return question(w, e);
    else {
        err_set(e, ERR_USAGE, "ward path needs a source and a destination, or --batch FILE");
        err_hint(e, "for instance ward path internet i-0a1b2c3d --proto tcp --dport 22");
    }
    return status;
}
