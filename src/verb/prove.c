#include "prove/prove.h"

#include "access/engine.h"
#include "report/prove.h"
#include "verb/prove.h"
#include "verb/world.h"

static bool to_out(void *user, struct str chunk, struct err *e)
{
    (void)e;
    out_str(user, chunk);
    return true;
}

struct proof *prove_world(struct ward *w, struct world *world, struct engine **engine, struct err *e)
{
    double from = verb_lap(w, 0, NULL);
    uint32_t *actions;
    struct graph *g = graph_prepare(world, e);
    if (!g)
        return NULL;
    uint32_t count = prove_questions(g, w->arena, &actions);
    *engine = engine_new(world, actions, count);
    engine_run(*engine);
    from = verb_lap(w, from, "rights");
    struct rights r = rights_of_engine(*engine);
    graph_build(g, &r);
    from = verb_lap(w, from, "edges");
    struct proof *p = prove(w->arena, g, &r);
    verb_lap(w, from, "proof");
    return p;
}

static bool keep(struct ward *w, const struct verb_world *v, struct prove_view *view, struct err *e)
{
    struct prove_record record = {.run = v->run, .at_us = w->now_us, .tool_version = WARD_VERSION, .config = v->world->config,
                                  .summary = prove_report_summary(view, w->arena)};
    return prove_keep(view->proof, v->store, &record, &view->proof_id, e);
}

static bool print(struct ward *w, const struct prove_view *view, struct err *e)
{
    struct report_sink sink = {to_out, w->out};
    struct str form = cli_str(w->cli, "output");
    if (str_eqz(form, "json"))
        return prove_report_json(view, &sink, e);
    return str_eqz(form, "csv") ? prove_report_csv(view, &sink, e) : prove_report_text(view, &sink, e);
}

static bool is_label(const struct prove_labels *l, struct str name)
{
    for (uint32_t i = 0; i < l->count; i++)
        if (str_eq(l->names[i], name))
            return true;
    return false;
}

bool prove_names_known(struct ward *w, const struct prove_labels *l, struct err *e)
{
    struct str from = cli_str(w->cli, "from"), to = cli_str(w->cli, "to");
    struct str wrong = from.ptr && !is_label(l, from) ? from : to;
    if (!wrong.ptr || is_label(l, wrong))
        return true;
    err_set(e, ERR_USAGE, "there is no tenant %.*s", STR_ARG(wrong));
    err_hint(e, "a tenant of ward.yaml, '(shared) NAME', '(unassigned)' or '(outside)'");
    return false;
}

static bool has(const struct prove_view *v, enum prove_verdict verdict, enum graph_level worst)
{
    for (uint32_t i = 0; i < v->proof->cell_count; i++) {
        const struct prove_cell *c = &v->proof->cells[i];
        if (c->verdict == verdict && c->level <= worst && prove_view_has(v, c))
            return true;
    }
    return false;
}

static int exit_status(struct ward *w, const struct verb_world *v, const struct prove_view *view, struct err *e)
{
    bool violated = has(view, PROVE_VIOLATED, LEVEL_NEVER), unknown = has(view, PROVE_UNKNOWN, LEVEL_NEVER);
    enum prove_verdict verdict = violated ? PROVE_VIOLATED : unknown ? PROVE_UNKNOWN : PROVE_PROVED;
    struct str expect = cli_str(w->cli, "expect"), fail_on = cli_str(w->cli, "fail-on");
    uint64_t fresh = 0;
    if (expect.ptr)
        return str_eqz(expect, prove_verdict_name(verdict)) ? EXIT_GOOD : EXIT_VIOLATION;
    if (str_eqz(fail_on, "certain"))
        violated = has(view, PROVE_VIOLATED, LEVEL_CERTAIN);
    if (str_eqz(fail_on, "new")) {
        if (!prove_new_violations(v->store, view->proof_id, &fresh, e))
            return EXIT_GOOD;
        violated = fresh > 0;
    }
    return violated ? EXIT_VIOLATION : unknown ? EXIT_INCOMPLETE : EXIT_GOOD;
}

static int prove_iam(struct ward *w, struct err *e)
{
    struct verb_world v;
    struct engine *engine = NULL;
    int status = EXIT_GOOD;
    if (!verb_world_open(w, &v, e))
        return EXIT_GOOD;
    struct proof *p = prove_world(w, v.world, &engine, e);
    struct prove_view view = {.proof = p, .run = v.run, .company = json_str(json_path(v.world->config, "company.name")),
                              .from = cli_str(w->cli, "from"), .to = cli_str(w->cli, "to"), .all = cli_flag(w->cli, "all-findings"), .color = w->term.out_colour,
                              .columns = w->term.out_tty ? w->term.columns : 0};
    double from = verb_lap(w, 0, NULL);
    if (p && prove_names_known(w, &p->labels, e) && keep(w, &v, &view, e) && print(w, &view, e))
        status = exit_status(w, &v, &view, e);
    verb_lap(w, from, "claims and report");
    engine_free(engine);
    verb_world_close(&v);
    return status;
}

int verb_prove(struct ward *w, struct err *e)
{
    bool iam = cli_flag(w->cli, "iam"), network = cli_flag(w->cli, "network");
    if (cli_given(w->cli, "since") && cli_given(w->cli, "with")) {
        err_set(e, ERR_USAGE, "--since and --with exclude each other");
        return EXIT_GOOD;
    }
    if (cli_given(w->cli, "since"))
        return verb_prove_since(w, e);
    if (cli_given(w->cli, "with"))
        return verb_prove_with(w, e);
    if (iam && !network)
        return prove_iam(w, e);
    if (network && !iam)
        return verb_prove_network(w, e);
    return verb_prove_both(w, e);
}
