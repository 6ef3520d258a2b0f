/* ward prove: both halves in one answer. Each half keeps its own claims too. */
#include "access/engine.h"
#include "report/joint.h"
#include "report/prove.h"
#include "report/prove_net.h"
#include "verb/net.h"
#include "verb/prove.h"
#include "verb/world.h"

static bool to_out(void *user, struct str chunk, struct err *e)
{
    (void)e;
    out_str(user, chunk);
    return true;
}

static bool print(struct ward *w, const struct joint_view *view, struct err *e)
{
    struct report_sink sink = {to_out, w->out};
    struct str form = cli_str(w->cli, "output");
    if (str_eqz(form, "json"))
        return joint_report_json(view, &sink, e);
    return str_eqz(form, "csv") ? joint_report_csv(view, &sink, e) : joint_report_text(view, &sink, e);
}

static bool keep(struct ward *w, const struct verb_world *v, struct joint_view *view, struct err *e)
{
    struct prove_record record = {.run = v->run, .at_us = w->now_us, .tool_version = WARD_VERSION, .config = v->world->config};
    struct prove_view iam = {.proof = view->joint->iam, .run = v->run};
    struct net_view network = {.half = view->joint->network, .run = v->run};
    record.summary = prove_report_summary(&iam, w->arena);
    if (!prove_keep(iam.proof, v->store, &record, &iam.proof_id, e))
        return false;
    record.summary = net_report_summary(&network, w->arena);
    if (!net_half_keep(network.half, v->store, &record, &network.proof_id, e))
        return false;
    record.summary = joint_report_summary(view, w->arena);
    return joint_keep(view->joint, v->store, &record, &view->proof_id, e);
}

/* By the matrix, for not every cell need be listed. `certain`: not those that the IAM half has under conditions on the session. */
static bool has(const struct joint_view *v, enum prove_verdict verdict, bool certain)
{
    const struct joint *j = v->joint;
    uint32_t n = j->iam->labels.count;
    for (uint32_t x = 0; x < n; x++)
        for (uint32_t y = 0; y < n; y++) {
            size_t c = (size_t)x * n + y;
            bool conditional = certain && j->iam->is_object[y] && j->iam->verdicts[c] == verdict && j->iam->levels[c] > LEVEL_CERTAIN &&
                               !(j->network->is_object[y] && j->network->verdicts[c] == verdict);
            if (x != y && j->is_object[y] && j->verdicts[c] == verdict && !conditional && joint_view_has(v, x, y))
                return true;
        }
    return false;
}

static int exit_status(struct ward *w, const struct verb_world *v, const struct joint_view *view, struct err *e)
{
    bool violated = has(view, PROVE_VIOLATED, false), unknown = has(view, PROVE_UNKNOWN, false);
    enum prove_verdict verdict = violated ? PROVE_VIOLATED : unknown ? PROVE_UNKNOWN : PROVE_PROVED;
    struct str expect = cli_str(w->cli, "expect"), fail_on = cli_str(w->cli, "fail-on");
    uint64_t fresh = 0;
    if (expect.ptr)
        return str_eqz(expect, prove_verdict_name(verdict)) ? EXIT_GOOD : EXIT_VIOLATION;
    if (str_eqz(fail_on, "certain"))
        violated = has(view, PROVE_VIOLATED, true);
    if (str_eqz(fail_on, "new")) {
        if (!prove_new_violations(v->store, view->proof_id, &fresh, e))
            return EXIT_GOOD;
        violated = fresh > 0;
    }
    return violated ? EXIT_VIOLATION : unknown ? EXIT_INCOMPLETE : EXIT_GOOD;
}

static struct joint *prove_both(struct ward *w, const struct verb_world *v, struct engine **engine, struct net_half **half, struct err *e)
{
    struct proof *p = prove_world(w, v->world, engine, e);
    double from = verb_lap(w, 0, NULL);
    if (!p || !prove_names_known(w, &p->labels, e))
        return NULL;
    struct net_options o = {.assume_default_nacl = cli_flag(w->cli, "assume-default-nacl")};
    struct net *n = net_new(w->arena);
    if (!net_load(n, v->store, v->world->config, &o, e))
        return NULL;
    from = verb_lap(w, from, "network");
    *half = net_half_prove(w->arena, n, &p->labels, v->world->config, e);
    from = verb_lap(w, from, "network half");
    struct joint *j = *half ? joint_prove(w->arena, p, *half, e) : NULL;
    verb_lap(w, from, "both");
    return j;
}

int verb_prove_both(struct ward *w, struct err *e)
{
    struct verb_world v;
    struct engine *engine = NULL;
    struct net_half *half = NULL;
    int status = EXIT_GOOD;
    if (!verb_world_open(w, &v, e))
        return EXIT_GOOD;
    struct joint_view view = {.joint = prove_both(w, &v, &engine, &half, e), .run = v.run, .company = json_str(json_path(v.world->config, "company.name")),
                              .from = cli_str(w->cli, "from"), .to = cli_str(w->cli, "to"), .all = cli_flag(w->cli, "all-findings"),
                              .color = w->term.out_colour, .columns = w->term.out_tty ? w->term.columns : 0};
    double from = verb_lap(w, 0, NULL);
    if (view.joint && keep(w, &v, &view, e) && print(w, &view, e))
        status = exit_status(w, &v, &view, e);
    verb_lap(w, from, "claims and report");
    net_half_free(half);
    engine_free(engine);
    verb_world_close(&v);
    return status;
}
