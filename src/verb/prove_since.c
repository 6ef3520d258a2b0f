/* ward prove --since RUN: what opened and closed between two runs. The facts hold one run at a time: each is loaded and
 * proved in memory. */
#include "access/engine.h"
#include "facts/facts.h"
#include "report/change.h"
#include "verb/demo.h"
#include "verb/prove.h"
#include "verb/world.h"

/* One run, proved. */
struct judged {
    struct change_side side;
    struct engine *engine;
};

static bool to_out(void *user, struct str chunk, struct err *e)
{
    (void)e;
    out_str(user, chunk);
    return true;
}

static bool judge_network(struct ward *w, struct store *s, const struct config *config, bool alone, struct judged *out,
                          struct err *e)
{
    struct net_options o = {.assume_default_nacl = cli_flag(w->cli, "assume-default-nacl")};
    struct net *n = net_new(w->arena);
    struct prove_labels *labels = arena_new_of(w->arena, struct prove_labels);
    if (!net_load(n, s, config->doc, &o, e))
        return false;
    if (alone)
        net_half_labels(w->arena, config->doc, labels);
    out->side.network = net_half_prove(w->arena, n, alone ? labels : &out->side.iam->labels, config->doc, e);
    return out->side.network != NULL;
}

static bool judge(struct ward *w, struct store *s, int64_t run, const struct config *config, struct judged *out,
                  struct err *e)
{
    bool iam = cli_flag(w->cli, "iam"), network = cli_flag(w->cli, "network");
    bool alone = iam != network;
    double from = verb_lap(w, 0, NULL);
    out->side.run = run;
    if (!facts_build(w->arena, s, run, config->doc, w->now_us, e))
        return false;
    from = verb_lap(w, from, "facts");
    if (iam || !alone) {
        const struct iam_catalogue *catalogue = iam_catalogue_load(w->arena, e);
        struct world *world = catalogue ? world_new(w->arena, catalogue) : NULL;
        if (!world || !world_load(world, s, config->doc, e) ||
            !(out->side.iam = prove_world(w, world, &out->engine, e)))
            return false;
    }
    if ((network || !alone) && !judge_network(w, s, config, alone, out, e))
        return false;
    verb_lap(w, from, "both halves");
    if (alone)
        return true;
    out->side.joint = joint_prove(w->arena, out->side.iam, out->side.network, e);
    return out->side.joint != NULL;
}

static bool print(struct ward *w, const struct change_view *view, struct err *e)
{
    struct report_sink sink = {to_out, w->out};
    struct str form = cli_str(w->cli, "output");
    if (str_eqz(form, "json"))
        return change_report_json(view, &sink, e);
    return str_eqz(form, "csv") ? change_report_csv(view, &sink, e) : change_report_text(view, &sink, e);
}

static bool is_shown(const struct change_view *v, struct str subject, struct str object)
{
    return (!v->from.ptr || str_eq(v->from, subject)) && (!v->to.ptr || str_eq(v->to, object));
}

static bool has_cell(const struct change_view *v, enum prove_verdict verdict)
{
    const struct change_side *s = v->changes->after;
    const struct prove_labels *l = change_labels(s);
    for (uint32_t x = 0; x < l->count; x++)
        for (uint32_t y = 0; y < l->count; y++)
            if (x != y && change_is_object(s, y) && is_shown(v, l->names[x], l->names[y]) &&
                change_verdict(s, x, y) == verdict)
                return true;
    return false;
}

static bool has_change(const struct change_view *v, enum change_kind kind)
{
    for (uint32_t i = 0; i < v->changes->count; i++)
        if (v->changes->items[i].kind == kind && change_view_has(v, &v->changes->items[i]))
            return true;
    return false;
}

static int exit_status(struct ward *w, const struct change_view *v)
{
    bool opened = has_change(v, CHANGE_OPENED), unknown = has_change(v, CHANGE_UNKNOWN);
    bool violated = has_cell(v, PROVE_VIOLATED), undecided = has_cell(v, PROVE_UNKNOWN);
    struct str expect = cli_str(w->cli, "expect");
    if (expect.ptr)
        return str_eqz(expect, prove_verdict_name(violated    ? PROVE_VIOLATED
                                                  : undecided ? PROVE_UNKNOWN
                                                              : PROVE_PROVED))
                   ? EXIT_GOOD
                   : EXIT_VIOLATION;
    if (str_eqz(cli_str(w->cli, "fail-on"), "new"))
        return opened ? EXIT_VIOLATION : unknown ? EXIT_INCOMPLETE : EXIT_GOOD;
    return opened || violated ? EXIT_VIOLATION : undecided ? EXIT_INCOMPLETE : EXIT_GOOD;
}

int prove_changes(struct ward *w, struct store *s, const struct config *config, const struct prove_runs *runs,
                  struct err *e)
{
    struct judged before = {0}, after = {0};
    struct change_view view = {.with = runs->with,
                               .company = json_str(json_path(config->doc, "company.name")),
                               .from = cli_str(w->cli, "from"),
                               .to = cli_str(w->cli, "to"),
                               .all = cli_flag(w->cli, "all-findings"),
                               .color = w->term.out_colour};
    int status = EXIT_GOOD;
    int64_t from_us, to_us, unused;
    if (judge(w, s, runs->before, config, &before, e) && judge(w, s, runs->after, config, &after, e) &&
        prove_names_known(w, change_labels(&after.side), e)) {
        double from = verb_lap(w, 0, NULL);
        struct changes *c = changes_find(w->arena, &before.side, &after.side);
        verb_lap(w, from, "changes");
        view.changes = c;
        change_window(&before.side, &from_us, &unused);
        change_window(&after.side, &unused, &to_us);
        if ((runs->with.ptr || changes_join_ledger(c, s, from_us, to_us, e)) && print(w, &view, e))
            status = exit_status(w, &view);
    }
    net_half_free(before.side.network);
    net_half_free(after.side.network);
    engine_free(before.engine);
    engine_free(after.engine);
    return status;
}

int verb_prove_since(struct ward *w, struct err *e)
{
    struct prove_runs runs = {.before = cli_int(w->cli, "since", 0)};
    const struct config *config = demo_config(w, e);
    struct store *s =
        config ? store_open(demo_store_path(w), demo_asked(w) ? STORE_WRITE | STORE_CREATE : STORE_WRITE, e) : NULL;
    int status = EXIT_GOOD;
    if (s && (runs.after = verb_run(w, s, e))) {
        if (runs.after == runs.before)
            err_set(e, ERR_USAGE, "run %lld is the run that is judged: nothing can have changed since",
                    (long long)runs.before);
        else
            status = prove_changes(w, s, config, &runs, e);
    }
    store_close(s);
    return status;
}
