#include "report/text.h"

#include "base/buf.h"
#include "base/instant.h"
#include "base/map.h"
#include "cli/term.h"
#include "codec/text.h"

#include <inttypes.h>
#include <stdio.h>

enum { EXAMPLES = 3, UNREACHED_SHOWN = 12, GAPS_SHOWN = 12, FLUSH_BYTES = 32 * 1024 };

struct writer {
    const struct report_model *model;
    const struct text_options *options;
    struct report_sink *sink;
    struct buf out;
    struct map controls; /* id -> struct report_control */
    /* while walking the findings */
    struct str control;
    enum control_verdict verdict;
    int64_t printed, left_out;
    bool any;
};

static bool flush(struct writer *w, size_t at_least, struct err *e)
{
    if (w->out.len < at_least)
        return true;
    bool ok = w->sink->write(w->sink->user, buf_str(&w->out), e);
    buf_reset(&w->out);
    return ok;
}

static void paint_verdict(struct writer *w, enum control_verdict v, const char *text)
{
    paint(&w->out, w->options->color, paint_of(str_of(control_verdict_name(v))), str_of(text));
}
static void dim(struct writer *w, const char *text) { paint(&w->out, w->options->color, PAINT_DIM, str_of(text)); }
static void heading(struct writer *w, const char *text)
{
    buf_addc(&w->out, '\n');
    paint(&w->out, w->options->color, PAINT_HEAD, str_of(text));
    buf_addc(&w->out, '\n');
}

static void write_unreached(struct writer *w)
{
    const struct report_model *m = w->model;
    size_t shown = 0, left_out = 0;
    for (size_t i = 0; i < m->account_count; i++) {
        const struct report_account *a = &m->accounts[i];
        if (a->reached)
            continue;
        if (!w->options->all && shown == UNREACHED_SHOWN) {
            left_out++;
            continue;
        }
        shown++;
        buf_addf(&w->out, "not reached: %.*s", STR_ARG(a->account));
        if (a->name.len) {
            buf_addc(&w->out, ' ');
            text_safe(&w->out, a->name);
        }
        buf_addz(&w->out, ": ");
        text_safe(&w->out, a->reason);
        buf_addc(&w->out, '\n');
    }
    if (left_out)
        buf_addf(&w->out, "not reached: %zu more (--all-findings)\n", left_out);
}

static void write_head(struct writer *w)
{
    const struct report_model *m = w->model;
    char as_of[INSTANT_TEXT_MAX];
    paint(&w->out, w->options->color, PAINT_HEAD, STR("ward audit"));
    if (m->company.len) {
        buf_addz(&w->out, "  ");
        text_safe(&w->out, m->company);
    }
    buf_addf(&w->out, "  as of %s\n", instant_z(m->as_of_us, as_of));
    if (str_eqz(m->run_source, "sample"))
        buf_addz(&w->out, "A made-up organization that ward carries, as recorded; no call was made.\n");
    size_t reached = 0;
    for (size_t i = 0; i < m->account_count; i++)
        reached += m->accounts[i].reached;
    buf_addf(&w->out,
             "%zu of %zu account(s) reached, %zu region(s), %" PRId64 " of %" PRId64 " calls answered, %" PRId64
             " resources",
             reached, m->account_count, m->regions_wanted, m->calls_good, m->calls, m->resources);
    if (m->unassigned >= 0)
        buf_addf(&w->out, " (%" PRId64 " unassigned to a tenant, %" PRId64 " can hold PHI)", m->unassigned,
                 m->phi_stores);
    buf_addc(&w->out, '\n');
    write_unreached(w);
    if (m->calls_stub)
        buf_addf(&w->out, "%" PRId64 " answers come from a stub server, not from AWS (call.source = 'stub').\n",
                 m->calls_stub);
    if (!str_eqz(m->run_status, "complete"))
        buf_addf(&w->out,
                 "This collection is %.*s: what was read is judged, the rest is unknown. "
                 "Go on with `ward audit --resume`.\n",
                 STR_ARG(m->run_status));
}

static enum paint citation_paint(struct str state)
{
    if (str_eqz(state, "contradicted"))
        return PAINT_FAIL;
    if (str_eqz(state, "insufficient"))
        return PAINT_UNKNOWN;
    if (str_eqz(state, "supported") || str_eqz(state, "document-attested"))
        return PAINT_PASS;
    return PAINT_DIM;
}

/* What a state rests on, on the rest of the line: 44 columns and the title stand before it. */
static void write_detail(struct writer *w, const struct report_citation *c)
{
    size_t used = 46 + text_width(c->title), columns = (size_t)w->options->columns;
    if (!c->detail.len || (columns && columns < used + 20))
        return;
    buf_addz(&w->out, "  ");
    buf_addz(&w->out, paint_begin(w->options->color, PAINT_DIM));
    if (columns)
        (void)text_fit(&w->out, c->detail, columns - used);
    else
        text_safe(&w->out, c->detail);
    buf_addz(&w->out, paint_end(w->options->color));
}

static void write_register(struct writer *w)
{
    const struct report_model *m = w->model;
    heading(w, "45 CFR 164, Security Rule: what the evidence says (never that a citation is met)");
    for (size_t i = 0; i < m->citation_count; i++) {
        const struct report_citation *c = &m->citations[i];
        char state[32];
        snprintf(state, sizeof state, "%-17.*s", STR_ARG(c->state));
        buf_addf(&w->out, "  %-22.*s ", STR_ARG(c->section));
        paint(&w->out, w->options->color, citation_paint(c->state), str_of(state));
        buf_addf(&w->out, " %.*s", STR_ARG(c->title));
        write_detail(w, c);
        buf_addc(&w->out, '\n');
    }
}

static void end_group(struct writer *w)
{
    if (w->left_out)
        buf_addf(&w->out, "      and %" PRId64 " more\n", w->left_out);
    w->left_out = w->printed = 0;
}

static void begin_group(struct writer *w, const struct report_finding *f)
{
    const struct report_control *c = map_get(&w->controls, f->control);
    w->control = c ? c->id : STR("");
    w->verdict = f->verdict;
    char label[32];
    snprintf(label, sizeof label, "  %-8s %-8s ", control_verdict_name(f->verdict), control_severity_name(f->severity));
    paint_verdict(w, f->verdict, label);
    paint(&w->out, w->options->color, PAINT_HEAD, f->control);
    buf_addf(&w->out, "  %.*s", STR_ARG(c ? c->title : STR("")));
    int64_t n = !c ? 0 : f->verdict == CONTROL_FAIL ? c->fail : f->verdict == CONTROL_WAIVED ? c->waived : c->unknown;
    buf_addf(&w->out, "  (%" PRId64 ")\n", n);
}

static bool write_finding(void *user, const struct report_finding *f, struct err *e)
{
    struct writer *w = user;
    w->any = true;
    if (!str_eq(w->control, f->control) || w->verdict != f->verdict) {
        end_group(w);
        begin_group(w, f);
    }
    if (!w->options->all && w->printed >= EXAMPLES) {
        w->left_out++;
        return true;
    }
    w->printed++;
    buf_addf(&w->out, "      %.*s  %.*s %.*s  ", STR_ARG(f->id), STR_ARG(f->account), STR_ARG(f->region));
    text_safe(&w->out, f->name.len ? f->name : f->resource);
    if (f->sub.len) {
        buf_addz(&w->out, " / ");
        text_safe(&w->out, f->sub);
    }
    if (f->tenant.len) {
        buf_addz(&w->out, " [");
        text_safe(&w->out, f->tenant);
        buf_addc(&w->out, ']');
    }
    buf_addz(&w->out, ": ");
    text_safe(&w->out, f->reason);
    buf_addc(&w->out, '\n');
    return flush(w, FLUSH_BYTES, e);
}

/* The head names the accounts that were not reached; each of their calls would say the same again. */
static bool is_of_reached(const struct report_model *m, const struct report_gap *g)
{
    for (size_t i = 0; i < m->account_count; i++)
        if (str_eq(m->accounts[i].account, g->account))
            return m->accounts[i].reached || !str_eqz(g->status, "skipped");
    return true;
}

static void write_gap(struct writer *w, const struct report_gap *g)
{
    buf_addf(&w->out, "  %-10.*s %.*s in %.*s, %" PRId64 " call(s)", STR_ARG(g->status), STR_ARG(g->op), STR_ARG(g->account), g->count);
    if (g->code.len) {
        buf_addz(&w->out, ": ");
        text_safe(&w->out, g->code);
    }
    if (g->missing_action.len) {
        buf_addz(&w->out, ", grant ");
        text_safe(&w->out, g->missing_action);
    }
    buf_addc(&w->out, '\n');
}

static void write_gaps(struct writer *w)
{
    const struct report_model *m = w->model;
    size_t shown = 0, left_out = 0;
    for (size_t i = 0; i < m->gap_count; i++) {
        if (!w->options->all && (shown == GAPS_SHOWN || !is_of_reached(m, &m->gaps[i]))) {
            left_out++;
            continue;
        }
        if (shown++ == 0)
            heading(w, "Calls that were not answered");
        write_gap(w, &m->gaps[i]);
    }
    if (left_out)
        buf_addf(&w->out, "%s%zu more kinds (--all-findings)\n", shown ? "  and " : "\nCalls that were not answered: ",
                 left_out);
}

static void write_counts(struct writer *w)
{
    const struct report_model *m = w->model;
    int64_t controls[CONTROL_VERDICTS] = {0};
    for (size_t i = 0; i < m->control_count; i++)
        controls[report_verdict(m->controls[i].verdict)]++;
    buf_addc(&w->out, '\n');
    for (int v = 0; v < CONTROL_VERDICTS; v++) {
        char number[48];
        snprintf(number, sizeof number, "%" PRId64 " %s", m->totals[v], control_verdict_name((enum control_verdict)v));
        buf_addz(&w->out, v ? "   " : "  ");
        paint_verdict(w, (enum control_verdict)v, number);
        if (v == CONTROL_FAIL)
            buf_addf(&w->out, " (%" PRId64 " critical, %" PRId64 " high)", m->counts[v][CONTROL_CRITICAL],
                     m->counts[v][CONTROL_HIGH]);
    }
    buf_addf(&w->out,
             "\n  %zu controls: %" PRId64 " fail, %" PRId64 " unknown, %" PRId64 " pass, %" PRId64
             " without a resource in scope\n",
             m->control_count, controls[CONTROL_FAIL], controls[CONTROL_UNKNOWN],
             controls[CONTROL_PASS] + controls[CONTROL_WAIVED], controls[CONTROL_NOT_APPLICABLE]);
    buf_addz(&w->out, "  ");
    dim(w, "One finding in full: ward explain ");
    if (strcmp(store_path(m->store), "ward.db") != 0) {
        dim(w, "--db ");
        text_safe(&w->out, str_of(store_path(m->store)));
        buf_addc(&w->out, ' ');
    }
    dim(w, "ID. All: --all-findings, --output csv|json");
    if (w->options->html_path) {
        buf_addz(&w->out, ". Page: ");
        text_safe(&w->out, str_of(w->options->html_path));
    }
    buf_addc(&w->out, '\n');
}

bool report_text(const struct report_model *m, const struct text_options *options, struct report_sink *sink,
                 struct err *e)
{
    struct arena *a = arena_new(0);
    struct writer w = {.model = m, .options = options, .sink = sink, .verdict = CONTROL_NOT_APPLICABLE};
    buf_init(&w.out, (size_t)64 << 20);
    map_init(&w.controls, a);
    for (size_t i = 0; i < m->control_count; i++)
        map_put(&w.controls, m->controls[i].id, &m->controls[i]);
    write_head(&w);
    write_register(&w);
    heading(&w, "Findings, worst first");
    bool ok = report_findings(m, false, write_finding, &w, e);
    if (ok) {
        end_group(&w);
        if (!w.any)
            buf_addz(&w.out, "  none\n");
        write_gaps(&w);
        write_counts(&w);
        ok = flush(&w, 1, e);
    }
    buf_done(&w.out);
    arena_free(a);
    return ok;
}
