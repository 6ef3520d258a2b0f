/* ward prove --network: the network half alone. */
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

static bool print(struct ward *w, const struct net_view *view, struct err *e)
{
    struct report_sink sink = {to_out, w->out};
    struct str form = cli_str(w->cli, "output");
    if (str_eqz(form, "json"))
        return net_report_json(view, &sink, e);
    return str_eqz(form, "csv") ? net_report_csv(view, &sink, e) : net_report_text(view, &sink, e);
}

/* By the matrix, for not every cell need be listed. */
static bool has(const struct net_view *v, enum prove_verdict verdict, bool asked)
{
    const struct net_half *h = v->half;
    uint32_t n = h->labels->count;
    for (uint32_t x = 0; x < n; x++)
        for (uint32_t y = 0; y < n; y++) {
            struct net_cell cell = {.subject = x, .object = y};
            if (x != y && h->is_object[y] && h->verdicts[(size_t)x * n + y] == verdict && (!asked || net_view_has(v, &cell)))
                return true;
        }
    return false;
}

static int exit_status(struct ward *w, const struct verb_net *v, const struct net_view *view, struct err *e)
{
    bool violated = has(view, PROVE_VIOLATED, true), unknown = has(view, PROVE_UNKNOWN, true);
    enum prove_verdict verdict = violated ? PROVE_VIOLATED : unknown ? PROVE_UNKNOWN : PROVE_PROVED;
    struct str expect = cli_str(w->cli, "expect");
    uint64_t fresh = 0;
    if (expect.ptr)
        return str_eqz(expect, prove_verdict_name(verdict)) ? EXIT_GOOD : EXIT_VIOLATION;
    if (str_eqz(cli_str(w->cli, "fail-on"), "new")) {
        if (!prove_new_violations(v->store, view->proof_id, &fresh, e))
            return EXIT_GOOD;
        violated = fresh > 0;
    }
    return violated ? EXIT_VIOLATION : unknown ? EXIT_INCOMPLETE : EXIT_GOOD;
}

static bool keep(struct ward *w, const struct verb_net *v, struct net_view *view, struct err *e)
{
    struct prove_record record = {.run = v->run, .at_us = w->now_us, .tool_version = WARD_VERSION, .config = v->config->doc,
                                  .summary = net_report_summary(view, w->arena)};
    return net_half_keep(view->half, v->store, &record, &view->proof_id, e);
}

int verb_prove_network(struct ward *w, struct err *e)
{
    struct verb_net v;
    int status = EXIT_GOOD;
    if (!verb_net_open(w, false, &v, e))
        return EXIT_GOOD;
    double from = verb_lap(w, 0, NULL);
    struct prove_labels *labels = arena_new_of(w->arena, struct prove_labels);
    net_half_labels(w->arena, v.config->doc, labels);
    struct net_half *half = prove_names_known(w, labels, e) ? net_half_prove(w->arena, v.net, labels, v.config->doc, e) : NULL;
    struct net_view view = {.half = half, .run = v.run, .company = json_str(json_path(v.config->doc, "company.name")),
                            .from = cli_str(w->cli, "from"), .to = cli_str(w->cli, "to"), .all = cli_flag(w->cli, "all-findings"),
                            .color = w->term.out_colour, .columns = w->term.out_tty ? w->term.columns : 0};
    from = verb_lap(w, from, "proof");
    if (half && keep(w, &v, &view, e) && print(w, &view, e))
        status = exit_status(w, &v, &view, e);
    verb_lap(w, from, "claims and report");
    net_half_free(half);
    verb_net_close(&v);
    return status;
}
