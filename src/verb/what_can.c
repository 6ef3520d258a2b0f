#include "report/access.h"
#include "verb/world.h"

enum { COLUMNS_OF_FILE = 1000 };
static const size_t answer_bytes_max = (size_t)256 << 20;

int verb_what_can(struct ward *w, struct err *e)
{
    struct verb_world v;
    struct access_question q;
    struct what_answer answer = {0};
    struct buf out;
    access_question_init(&q);
    if (!verb_world_open(w, &v, e))
        return EXIT_GOOD;
    if (access_principal(v.world, w->arena, cli_arg(w->cli, 0), &q, e) && verb_world_circumstances(w, &v, &q, e)) {
        access_what(v.world, w->arena, &q, &answer);
        what_trim(v.world, &answer);
        struct what_report r = {v.world, w->arena, &q, &answer, v.run};
        buf_init(&out, answer_bytes_max);
        if (str_eqz(cli_str(w->cli, "output"), "json"))
            what_report_json(&r, &out);
        else
            what_report_text(&r, w->term.out_colour, w->term.out_tty ? w->term.columns : COLUMNS_OF_FILE, &out);
        if (out.failed)
            err_set(e, ERR_LIMIT, "the answer is larger than 256 MiB");
        else
            out_str(w->out, buf_str(&out));
        buf_done(&out);
    }
    verb_world_close(&v);
    return answer.unread_count ? EXIT_INCOMPLETE : EXIT_GOOD;
}
