#include "report/access.h"
#include "verb/can.h"
#include "verb/world.h"

enum { TRACE_ROWS_MAX = 20000 };
static const size_t answer_bytes_max = (size_t)64 << 20;

/* design section 2: a definite answer is good whatever it says, an undecidable one is incomplete, and --expect turns a
 * definite one that is another into a violation. */
static int exit_status(struct ward *w, enum iam_result result)
{
    static const char *const names[] = {[IAM_ALLOWED] = "allowed", [IAM_IMPLICITLY_DENIED] = "denied", [IAM_EXPLICITLY_DENIED] = "denied",
                                        [IAM_ALLOWED_IF] = "allowed-if", [IAM_UNKNOWN] = "unknown"};
    struct str expect = cli_str(w->cli, "expect");
    bool as_expected = expect.ptr && str_eqz(expect, names[result]);
    if (result == IAM_UNKNOWN)
        return as_expected ? EXIT_GOOD : EXIT_INCOMPLETE;
    return expect.ptr && !as_expected ? EXIT_VIOLATION : EXIT_GOOD;
}

static int answer(struct ward *w, struct verb_world *v, const struct access_question *q, struct err *e)
{
    struct access_answer main_answer, key_answer;
    struct iam_pattern_answer parts;
    struct access_question key;
    struct access_report r = {.w = v->world, .a = w->arena, .q = q, .answer = &main_answer, .run = v->run};
    struct buf out;
    access_answer(v->world, w->arena, q, TRACE_ROWS_MAX, &main_answer);
    if (iam_request_is_pattern(&main_answer.request)) {
        struct access_answer of_pattern;
        access_answer_pattern(v->world, w->arena, q, &of_pattern, &parts);
        main_answer.decision = of_pattern.decision;
        r.parts = &parts;
    }
    r.need = access_key_question(v->world, w->arena, q, &key);
    if (r.need == ACCESS_KEY_ASK) {
        access_answer(v->world, w->arena, &key, TRACE_ROWS_MAX, &key_answer);
        r.key_q = &key;
        r.key = &key_answer;
    }
    access_report_join(&r);
    buf_init(&out, answer_bytes_max);
    if (str_eqz(cli_str(w->cli, "output"), "json"))
        access_report_json(&r, &out);
    else
        access_report_text(&r, w->term.out_colour, &out);
    if (out.failed)
        err_set(e, ERR_LIMIT, "the answer is larger than 64 MiB");
    else
        out_str(w->out, buf_str(&out));
    buf_done(&out);
    return exit_status(w, r.result);
}

int can_question(struct ward *w, struct err *e)
{
    struct verb_world v;
    struct access_question q;
    int status = EXIT_GOOD;
    access_question_init(&q);
    if (!verb_world_open(w, &v, e))
        return EXIT_GOOD;
    struct str resource = cli_arg_count(w->cli) > 2 ? cli_arg(w->cli, 2) : STR("");
    if (access_principal(v.world, w->arena, cli_arg(w->cli, 0), &q, e) && access_action(v.world, w->arena, cli_arg(w->cli, 1), &q, e) &&
        access_resource(v.world, w->arena, resource, &q, e) && verb_world_circumstances(w, &v, &q, e))
        status = answer(w, &v, &q, e);
    verb_world_close(&v);
    return status;
}
