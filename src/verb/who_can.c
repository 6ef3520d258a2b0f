#include "report/access.h"
#include "verb/world.h"

enum { COLUMNS_OF_FILE = 1000 };
static const size_t answer_bytes_max = (size_t)256 << 20;

/* --expect nobody: anybody is a violation; somebody: nobody is. */
static int exit_status(struct ward *w, const struct who_answer *answer)
{
    struct str expect = cli_str(w->cli, "expect");
    bool anybody = answer->count > answer->unknown;
    if (expect.ptr && (anybody ? str_eqz(expect, "nobody") : str_eqz(expect, "somebody") && !answer->unknown))
        return EXIT_VIOLATION;
    return answer->unknown ? EXIT_INCOMPLETE : EXIT_GOOD;
}

static int print(struct ward *w, const struct who_report *r, struct err *e)
{
    struct buf out;
    buf_init(&out, answer_bytes_max);
    if (str_eqz(cli_str(w->cli, "output"), "json"))
        who_report_json(r, &out);
    else
        who_report_text(r, w->term.out_colour, w->term.out_tty ? w->term.columns : COLUMNS_OF_FILE, &out);
    if (out.failed)
        err_set(e, ERR_LIMIT, "the answer is larger than 256 MiB");
    else
        out_str(w->out, buf_str(&out));
    buf_done(&out);
    return exit_status(w, r->answer);
}

/* The resource is read as the first action would have it: all are of one service in practice. */
static bool resource_of(struct ward *w, struct verb_world *v, struct access_question *q, struct err *e)
{
    uint32_t count = 0;
    uint32_t *first = access_actions(v->world, w->arena, cli_arg(w->cli, 0), (struct str){0}, &count, e);
    if (!first)
        return false;
    struct str text = cli_arg_count(w->cli) > 1 ? cli_arg(w->cli, 1) : STR("");
    if (str_starts(text, STR("arn:"))) {
        q->resource = text;
        q->row = world_resource_of(v->world, text);
        return true;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct err tried = {0};
        q->action = first[i];
        q->service = v->world->catalogue->actions[first[i]].service;
        q->name = v->world->catalogue->actions[first[i]].name;
        if (access_resource(v->world, w->arena, text, q, &tried))
            return true;
        if (i + 1 == count)
            *e = tried;
    }
    return false;
}

int verb_who_can(struct ward *w, struct err *e)
{
    struct verb_world v;
    struct access_question q;
    struct who_answer answer;
    uint32_t count = 0;
    int status = EXIT_GOOD;
    struct who_options options = {.everybody = true, .denied_too = true};
    access_question_init(&q);
    if (!verb_world_open(w, &v, e))
        return EXIT_GOOD;
    uint32_t *actions = NULL;
    if (resource_of(w, &v, &q, e) && verb_world_circumstances(w, &v, &q, e))
        actions = access_actions(v.world, w->arena, cli_arg(w->cli, 0), q.resource, &count, e);
    if (actions) {
        access_who(v.world, w->arena, &q, actions, count, &options, &answer);
        status = print(w, &(struct who_report){v.world, w->arena, &q, &answer, v.run}, e);
    }
    verb_world_close(&v);
    return status;
}
