#include "verb/judge.h"

#include "access/reads.h"
#include "base/file.h"
#include "base/map.h"
#include "codec/text.h"
#include "prove/net_tables.h"
#include "prove/tables.h"
#include "reach/net.h"
#include "report/csv.h"
#include "report/diff.h"
#include "report/html.h"
#include "report/json.h"
#include "report/text.h"
#include "verb/map_proof.h"

#include <time.h>

static const size_t page_max_bytes = (size_t)1 << 30;

/* Whether an id is named by one of the patterns. */
static bool is_named(struct str id, const struct str *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_glob(patterns[i], id))
            return true;
    return count == 0;
}

bool judge_controls(struct ward *w, struct controls *out, struct err *e)
{
    const struct str *patterns;
    size_t count = cli_list(w->cli, "control", &patterns);
    if (!controls_load(w->arena, cli_strz(w->cli, "controls"), out, e))
        return false;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < out->count; i++)
        if (is_named(out->items[i].id, patterns, count))
            out->items[kept++] = out->items[i];
    out->count = kept;
    if (kept)
        return true;
    err_set(e, ERR_USAGE, "no control is named %.*s", STR_ARG(patterns[0]));
    err_hint(e, "`ward audit --offline --output csv --all-findings` lists the controls in force; * and ? are allowed");
    return false;
}

/* Who may do what rests on all that access reads, who reaches what on all that the network half reads; where no control asks
 * for it none of that is collected. */
static bool names(const struct controls *controls, bool (*tables)(struct str sql))
{
    for (uint32_t i = 0; i < controls->count; i++)
        if (tables(controls->items[i].sql))
            return true;
    return false;
}

struct strings judge_operations(struct ward *w, const struct controls *controls)
{
    static const struct str tags = {"resourcegroupstaggingapi:GetResources", sizeof "resourcegroupstaggingapi:GetResources" - 1};
    struct strings ops = control_operations(w->arena, controls), all = {0};
    struct access_reads access = {0};
    struct str *net = NULL;
    struct err e = {0};
    struct map seen;
    if (names(controls, prove_tables_named) && !access_reads_load(w->arena, &access, &e))
        access.count = 0; /* a table of this program: its test reads it */
    uint32_t net_count = names(controls, net_tables_named) ? net_reads(w->arena, &net) : 0;
    const struct { const struct str *items; uint32_t count; } lists[] = {
        {ops.items, ops.count}, {access.items, access.count}, {net, net_count}, {&tags, 1},
    };
    map_init(&seen, w->arena);
    all.items = arena_array_of(w->arena, struct str, ops.count + access.count + net_count + 1);
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
        for (uint32_t i = 0; i < lists[l].count; i++)
            if (map_add(&seen, lists[l].items[i], w))
                all.items[all.count++] = lists[l].items[i];
    return all;
}

static bool to_out(void *user, struct str chunk, struct err *e)
{
    (void)e;
    out_str(user, chunk);
    return true;
}

static bool to_buf(void *user, struct str chunk, struct err *e)
{
    buf_add(user, chunk);
    return !((struct buf *)user)->failed || err_set(e, ERR_LIMIT, "the page is larger than 1 GiB");
}

/* A proof of the run is there, or asked for: it is made anew, for the store keeps no picture. The facts are those just judged. */
static bool add_proof(struct ward *w, struct store *s, const struct config *config, struct report_model *m, struct err *e)
{
    struct map_proof p;
    int64_t count = cli_flag(w->cli, "map");
    if (!count) {
        struct query *q = query_new(s, "SELECT EXISTS (SELECT 1 FROM proof WHERE run = ?1)", e);
        if (!q)
            return false;
        query_bind_int(q, 1, m->run);
        count = query_step(q) ? query_int(q, 0) : 0;
        if (!query_done(q))
            return false;
    }
    if (!count)
        return true;
    bool ok = map_proof_make(w, s, m->run, config->doc, MAP_BOTH, false, &p, e) && netmap_html(&p.view, &m->proof_html, e);
    map_proof_done(&p);
    return ok;
}

static bool write_page(const struct report_model *m, const char *path, struct err *e)
{
    struct buf page;
    buf_init(&page, page_max_bytes);
    bool ok = report_html(m, &(struct report_sink){to_buf, &page}, e) && file_replace(path, buf_str(&page), 0600, e);
    buf_done(&page);
    return ok;
}

static bool print(struct ward *w, const struct report_model *m, struct err *e)
{
    struct report_sink sink = {to_out, w->out};
    bool all = cli_flag(w->cli, "all-findings");
    struct str form = cli_str(w->cli, "output");
    if (str_eqz(form, "json"))
        return report_json(m, all, &sink, e);
    if (str_eqz(form, "csv"))
        return report_csv(m, all, &sink, e);
    struct text_options o = {.color = w->term.out_colour,
                             .columns = w->term.out_tty ? w->term.columns : 0,
                             .all = all,
                             .html_path = cli_strz(w->cli, "html")};
    return report_text(m, &o, &sink, e);
}

/* --fail-on new: failures that the run before, or --since, did not have. A first run has only new ones. */
static int new_failures(struct ward *w, const struct report_model *m, struct err *e)
{
    int64_t since = cli_int(w->cli, "since", 0);
    if (!since) {
        struct query *q = query_new(m->store, "SELECT max(run) FROM evaluation WHERE run < ?1", e);
        if (!q)
            return EXIT_GOOD;
        query_bind_int(q, 1, m->run);
        since = query_step(q) ? query_int(q, 0) : 0;
        if (!query_done(q))
            return EXIT_GOOD;
    }
    if (!since)
        return report_exit_status(m, NULL);
    struct diff d;
    if (!diff_load(m->store, w->arena, since, m->run, &d, e))
        return EXIT_GOOD;
    if (d.counts[DIFF_NEW_FAIL])
        return EXIT_VIOLATION;
    return m->totals[CONTROL_UNKNOWN] ? EXIT_INCOMPLETE : EXIT_GOOD;
}

static int exit_status(struct ward *w, const struct report_model *m, struct err *e)
{
    struct str fail_on = cli_str(w->cli, "fail-on");
    enum control_severity least = CONTROL_LOW;
    if (str_eqz(fail_on, "new"))
        return new_failures(w, m, e);
    return report_exit_status(m, fail_on.ptr && control_severity_of(fail_on, &least) ? &least : NULL);
}

static void say_errors(struct ward *w, const struct control_summary *sum)
{
    struct buf line;
    buf_init(&line, 1 << 16);
    for (uint32_t i = 0; i < sum->errors.count; i++) {
        buf_reset(&line);
        text_safe(&line, sum->errors.items[i]);
        term_say(&w->term, "control did not run: %s", buf_cstr(&line));
    }
    buf_done(&line);
    if (sum->expired_waivers)
        term_say(&w->term, "%llu waiver(s) have expired; what they covered counts as fail",
                 (unsigned long long)sum->expired_waivers);
    if (sum->refused_waivers)
        term_say(&w->term, "%llu waiver(s) do not apply: see the findings", (unsigned long long)sum->refused_waivers);
}

/* Other controls' findings are not there to be named when only some controls were judged. */
static bool say_strays(struct ward *w, struct store *s, int64_t evaluation, struct err *e)
{
    const struct str *patterns;
    struct strings strays = {0};
    if (cli_list(w->cli, "control", &patterns) == 0 && !control_stray_waivers(w->arena, s, evaluation, &strays, e))
        return false;
    for (uint32_t i = 0; i < strays.count; i++)
        term_say(&w->term, "a waiver names finding %.*s, which this run does not have", STR_ARG(strays.items[i]));
    return true;
}

static bool clock_of(struct store *s, int64_t run, int64_t *clock_us, struct err *e)
{
    struct query *q = query_new(s, "SELECT clock_us FROM run WHERE id = ?1", e);
    if (!q)
        return false;
    query_bind_int(q, 1, run);
    bool found = query_step(q);
    if (found)
        *clock_us = query_int(q, 0);
    if (!query_done(q))
        return false;
    return found || err_set(e, ERR_NO_DATA, "%s has no run %lld", store_path(s), (long long)run);
}

/* --verbose: how long each part took, and how much of it this program worked. */
struct lap {
    double wall_s, cpu_s;
};

struct stopwatch {
    struct lap from, facts, access, controls, writing, printing;
    const struct json *config; /* for what is derived from the facts */
    bool wants_access, wants_reach;
};

static double clock_s(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct lap clock_now(void)
{
    return (struct lap){clock_s(CLOCK_MONOTONIC), clock_s(CLOCK_PROCESS_CPUTIME_ID)};
}

/* Adds the time since the last lap to `out`. */
static void lap(struct stopwatch *sw, struct lap *out)
{
    struct lap now = clock_now(), from = sw->from;
    sw->from = now;
    out->wall_s += now.wall_s - from.wall_s;
    out->cpu_s += now.cpu_s - from.cpu_s;
}

static void on_phase(void *user, enum control_phase done)
{
    struct stopwatch *sw = user;
    lap(sw, done == CONTROL_FACTS_BUILT ? &sw->facts : done == CONTROL_JUDGED ? &sw->controls : &sw->writing);
}

static bool derive(void *user, struct arena *a, struct store *s, struct err *e)
{
    struct stopwatch *sw = user;
    (void)a;
    lap(sw, &sw->facts);
    bool good = (!sw->wants_access || prove_tables_make(s, sw->config, WARD_VERSION, e)) &&
                (!sw->wants_reach || net_tables_make(s, sw->config, WARD_VERSION, e));
    lap(sw, &sw->access);
    return good;
}

static void say_times(struct ward *w, struct stopwatch *sw, const struct control_summary *sum)
{
    unsigned long long findings = 0;
    for (int v = 0; v < CONTROL_VERDICTS; v++)
        findings += sum->findings[v];
    lap(sw, &sw->printing);
    term_detail(&w->term,
             "facts %.2f s (CPU %.2f s), access %.2f s (%.2f s), controls %.2f s (%.2f s), %llu findings written %.2f s (%.2f s), "
             "printed %.2f s (%.2f s)",
             sw->facts.wall_s, sw->facts.cpu_s, sw->access.wall_s, sw->access.cpu_s, sw->controls.wall_s, sw->controls.cpu_s, findings, sw->writing.wall_s,
             sw->writing.cpu_s, sw->printing.wall_s, sw->printing.cpu_s);
}

int judge_run(struct ward *w, struct store *s, int64_t run, const struct config *config,
              const struct controls *controls, struct err *e)
{
    struct control_request r = {.run = run, .config = config->doc, .at_us = w->now_us, .tool_version = WARD_VERSION};
    struct control_summary sum;
    struct stopwatch sw = {.config = config->doc};
    struct report_model m;
    if (!clock_of(s, run, &r.as_of_us, e))
        return EXIT_GOOD;
    cli_time_us(w->cli, "as-of", &r.as_of_us);
    r.on_phase = on_phase;
    r.user = &sw;
    sw.wants_access = names(controls, prove_tables_named);
    sw.wants_reach = names(controls, net_tables_named);
    r.derive = sw.wants_access || sw.wants_reach ? derive : NULL;
    sw.from = clock_now();
    if (!control_evaluate(w->arena, s, &r, controls, &sum, e))
        return EXIT_GOOD;
    say_errors(w, &sum);
    if (!say_strays(w, s, sum.evaluation, e))
        return EXIT_GOOD;
    const char *page = cli_strz(w->cli, "html");
    if (!report_model_load(s, w->arena, run, sum.evaluation, &m, e) || (page && (!add_proof(w, s, config, &m, e) || !write_page(&m, page, e))) ||
        !print(w, &m, e))
        return EXIT_GOOD;
    say_times(w, &sw, &sum);
    return exit_status(w, &m, e);
}
