#include "report/model.h"

#include "codec/json.h"

#include <inttypes.h>

bool report_flush(struct report_sink *sink, struct buf *b, size_t at_least, struct err *e)
{
    if (b->failed || b->len < at_least)
        return !b->failed || err_set(e, ERR_LIMIT, "the report is larger than a part of it may be");
    bool ok = sink->write(sink->user, buf_str(b), e);
    buf_reset(b);
    return ok;
}

enum control_verdict report_verdict(struct str name)
{
    enum control_verdict v;
    return control_verdict_of(name, &v) ? v : CONTROL_UNKNOWN;
}

enum control_severity report_severity(struct str name)
{
    enum control_severity s;
    return control_severity_of(name, &s) ? s : CONTROL_CRITICAL;
}

/* Column as a copy in the arena; NULL becomes "". */
static struct str column(struct arena *a, struct query *q, int at)
{
    return query_is_null(q, at) ? STR("") : arena_str(a, query_str(q, at));
}

/* Runs `sql` with :run and :evaluation bound and hands each row to `row`. */
typedef void row_fn(struct report_model *m, struct arena *a, struct query *q, size_t at);

static bool each_row(struct report_model *m, struct arena *a, const char *sql, row_fn *row, size_t *count,
                     struct err *e)
{
    struct query *q = query_new(m->store, sql, e);
    if (!q)
        return false;
    query_bind_named_int(q, ":run", m->run);
    query_bind_named_int(q, ":evaluation", m->evaluation);
    size_t n = 0;
    while (query_step(q))
        row(m, a, q, n++);
    if (count)
        *count = n;
    return query_done(q);
}

/* Two passes: count, then fill an array of exactly that size. */
#define LOAD_ARRAY(m, a, field, count_field, type, sql, row, e)                                    \
    (count_rows((m), (sql), &(m)->count_field, (e)) &&                                             \
     ((m)->field = arena_array_of((a), type, (m)->count_field + 1)) != NULL &&                     \
     each_row((m), (a), (sql), (row), &(m)->count_field, (e)))

static void ignore_row(struct report_model *m, struct arena *a, struct query *q, size_t at)
{
    (void)m;
    (void)a;
    (void)q;
    (void)at;
}

static bool count_rows(struct report_model *m, const char *sql, size_t *count, struct err *e)
{
    return each_row(m, NULL, sql, ignore_row, count, e);
}

static void run_row(struct report_model *m, struct arena *a, struct query *q, size_t at)
{
    (void)at;
    m->run_kind = column(a, q, 0);
    m->run_status = column(a, q, 1);
    m->started_us = query_int(q, 2);
    m->clock_us = query_int(q, 3);
    m->run_tool_version = column(a, q, 4);
    m->caller_arn = column(a, q, 5);
    m->run_source = column(a, q, 6);
    m->as_of_us = query_int(q, 7);
    m->tool_version = column(a, q, 8);
    m->config_sha256 = column(a, q, 9);
    m->controls_sha256 = column(a, q, 10);
    m->summary_json = column(a, q, 11);
}

static void count_row(struct report_model *m, struct arena *a, struct query *q, size_t at)
{
    (void)a;
    (void)at;
    enum control_verdict v = report_verdict(query_str(q, 0));
    enum control_severity s = report_severity(query_str(q, 1));
    m->counts[v][s] += query_int(q, 2);
    m->totals[v] += query_int(q, 2);
}

static void calls_row(struct report_model *m, struct arena *a, struct query *q, size_t at)
{
    (void)a;
    (void)at;
    m->calls = query_int(q, 0);
    m->calls_good = query_int(q, 1);
    m->calls_denied = query_int(q, 2);
    m->calls_stub = query_int(q, 3);
    m->pages = query_int(q, 4);
}

static void citation_row(struct report_model *m, struct arena *a, struct query *q, size_t at)
{
    m->citations[at] =
        (struct report_citation){column(a, q, 0), column(a, q, 1), column(a, q, 2), column(a, q, 3), column(a, q, 4)};
}

static void control_row(struct report_model *m, struct arena *a, struct query *q, size_t at)
{
    m->controls[at] = (struct report_control){
        .id = column(a, q, 0), .title = column(a, q, 1), .severity = column(a, q, 2),
        .citations_json = column(a, q, 3), .verdict = column(a, q, 4), .remedy = column(a, q, 5),
        .reason = column(a, q, 6), .pass = query_int(q, 7), .fail = query_int(q, 8), .unknown = query_int(q, 9),
        .waived = query_int(q, 10)};
}

static void account_row(struct report_model *m, struct arena *a, struct query *q, size_t at)
{
    m->accounts[at] = (struct report_account){column(a, q, 0), column(a, q, 1), column(a, q, 2), column(a, q, 3),
                                              query_int(q, 4) != 0};
}

static void region_row(struct report_model *m, struct arena *a, struct query *q, size_t at)
{
    m->regions[at] = (struct report_region){column(a, q, 0), column(a, q, 1), column(a, q, 2), column(a, q, 3),
                                            query_int(q, 4) != 0};
}

static void gap_row(struct report_model *m, struct arena *a, struct query *q, size_t at)
{
    m->gaps[at] = (struct report_gap){
        .account = column(a, q, 0), .op = column(a, q, 1), .status = column(a, q, 2), .code = column(a, q, 3),
        .missing_action = column(a, q, 4), .message = column(a, q, 5), .regions = column(a, q, 6),
        .count = query_int(q, 7)};
}

static void type_row(struct report_model *m, struct arena *a, struct query *q, size_t at)
{
    m->types[at] = (struct report_type){column(a, q, 0), query_int(q, 1), -1, -1};
    m->resources += query_int(q, 1);
}

static bool find_evaluation(struct report_model *m, struct err *e)
{
    struct query *q = query_new(m->store,
                                "SELECT id, run FROM evaluation WHERE (?1 = 0 OR id = ?1) AND (?2 = 0 OR run = ?2)"
                                " ORDER BY CASE WHEN ?2 = 0 THEN run END DESC, id DESC LIMIT 1", e);
    if (!q)
        return false;
    query_bind_int(q, 1, m->evaluation);
    query_bind_int(q, 2, m->run);
    bool found = query_step(q);
    if (found) {
        m->evaluation = query_int(q, 0);
        m->run = query_int(q, 1);
    }
    if (!query_done(q))
        return false;
    if (!found) {
        if (m->run)
            err_set(e, ERR_NO_DATA, "%s has no audit result for run %" PRId64, store_path(m->store), m->run);
        else
            err_set(e, ERR_NO_DATA, "%s has no audit result yet", store_path(m->store));
        err_hint(e, "run `ward audit`, or `ward audit --demo` to see one without AWS");
    }
    return found;
}

static struct report_type type_of(const struct json *row)
{
    struct report_type t = {json_get_str(row, "type"), 0, -1, -1};
    json_get_i64(row, "count", &t.count);
    json_get_i64(row, "unassigned", &t.unassigned);
    json_get_i64(row, "phi", &t.phi);
    return t;
}

/* What the evaluation counted itself; its inventory takes the place of what the run's own answers hold, since a
 * partial run is judged together with its base. */
static void read_summary(struct report_model *m, struct arena *a)
{
    m->unassigned = m->phi_stores = -1;
    struct json *summary = m->summary_json.len ? json_parse(a, m->summary_json, 1 << 20, NULL) : NULL;
    json_get_i64(summary, "unassigned", &m->unassigned);
    json_get_i64(summary, "phi_stores", &m->phi_stores);
    m->company = json_get_str(summary, "company");
    const struct json *inventory = json_getz(summary, "inventory");
    if (!inventory || inventory->type != JSON_ARRAY || !json_get_i64(summary, "resources", &m->resources))
        return;
    m->types = arena_array_of(a, struct report_type, inventory->count + 1);
    m->type_count = 0;
    for json_each(row, inventory)
        m->types[m->type_count++] = type_of(row);
}

static const char gap_sql[] =
    "SELECT account, op, status, coalesce(code, ''), coalesce(missing_action, ''), max(coalesce(message, '')),"
    " group_concat(DISTINCT region), count(*) FROM call"
    " WHERE run = :run AND status IN ('denied', 'throttled', 'error', 'truncated', 'skipped', 'running')"
    " GROUP BY account, op, status, code, missing_action ORDER BY status, op, account, code";

static const char type_sql[] =
    "SELECT type, count(*) FROM resource WHERE run = :run AND kind = 'resource' AND type IS NOT NULL AND type <> ''"
    " GROUP BY type ORDER BY type";

bool report_model_load(struct store *s, struct arena *a, int64_t run, int64_t evaluation, struct report_model *m,
                       struct err *e)
{
    *m = (struct report_model){.store = s, .run = run, .evaluation = evaluation};
    if (!find_evaluation(m, e))
        return false;
    bool ok =
        each_row(
            m, a,
            "SELECT r.kind, r.status, r.started_us, r.clock_us, r.tool_version, r.caller_arn, r.source, v.as_of_us,"
            " v.tool_version, v.config_sha256, v.controls_sha256, v.summary"
            " FROM evaluation v JOIN run r ON r.id = v.run WHERE v.id = :evaluation",
            run_row, NULL, e) &&
        each_row(m, a, "SELECT verdict, severity, count(*) FROM finding WHERE evaluation = :evaluation GROUP BY 1, 2",
                 count_row, NULL, e) &&
        each_row(
            m, a,
            "SELECT count(*), total(status IN ('ok', 'empty', 'absent', 'gone', 'unavailable')), "
            "total(status = 'denied'),"
            " total(source = 'stub'), total(pages) FROM call WHERE run = :run",
            calls_row, NULL, e) &&
        LOAD_ARRAY(
            m, a, citations, citation_count, struct report_citation,
            "SELECT section, title, kind, state, detail FROM citation_result WHERE evaluation = :evaluation"
            " ORDER BY ord",
            citation_row, e) &&
        LOAD_ARRAY(m, a, controls, control_count, struct report_control,
                   "SELECT control, title, severity, citations, verdict, remedy, reason, pass, fail, unknown, waived"
                   " FROM control_result WHERE evaluation = :evaluation ORDER BY control",
                   control_row, e) &&
        LOAD_ARRAY(m, a, accounts, account_count, struct report_account,
                   "SELECT account, name, role, reason, reached FROM run_account WHERE run = :run ORDER BY account",
                   account_row, e) &&
        LOAD_ARRAY(
            m, a, regions, region_count, struct report_region,
            "SELECT account, region, state, reason, wanted FROM run_region WHERE run = :run ORDER BY account, region",
            region_row, e) &&
        LOAD_ARRAY(m, a, gaps, gap_count, struct report_gap, gap_sql, gap_row, e) &&
        LOAD_ARRAY(m, a, types, type_count, struct report_type, type_sql, type_row, e);
    int64_t wanted = 0;
    struct query *q =
        ok ? query_new(s, "SELECT count(DISTINCT region) FROM run_region WHERE run = ?1 AND wanted = 1", e) : NULL;
    if (!q)
        return false;
    query_bind_int(q, 1, m->run);
    if (query_step(q))
        wanted = query_int(q, 0);
    m->regions_wanted = (size_t)wanted;
    read_summary(m, a);
    return query_done(q);
}

bool report_findings(const struct report_model *m, bool passed_too, report_finding_fn *fn, void *user, struct err *e)
{
    struct query *q = query_new(m->store,
                                "SELECT id, control, account, region, coalesce(type, ''), resource, "
                                "coalesce(name, ''), sub,"
                                " coalesce(tenant, ''), verdict, severity, reason, evidence, coalesce(waiver, '')"
                                " FROM finding WHERE evaluation = ?1"
                                " AND (?2 OR verdict NOT IN ('pass', 'not-applicable')) ORDER BY"
                                " CASE verdict WHEN 'fail' THEN 0 WHEN 'unknown' THEN 1 WHEN 'waived' THEN 2"
                                " WHEN 'pass' THEN 3 ELSE 4 END,"
                                " CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2"
                                " ELSE 3 END,"
                                " control, account, region, resource, sub", e);
    if (!q)
        return false;
    query_bind_int(q, 1, m->evaluation);
    query_bind_int(q, 2, passed_too);
    bool ok = true;
    while (ok && query_step(q)) {
        struct report_finding f = {
            .id = query_str(q, 0), .control = query_str(q, 1), .account = query_str(q, 2),
            .region = query_str(q, 3), .type = query_str(q, 4), .resource = query_str(q, 5),
            .name = query_str(q, 6), .sub = query_str(q, 7), .tenant = query_str(q, 8),
            .verdict = report_verdict(query_str(q, 9)), .severity = report_severity(query_str(q, 10)),
            .reason = query_str(q, 11), .evidence = query_str(q, 12), .waiver = query_str(q, 13)};
        ok = fn(user, &f, e);
    }
    return query_done(q) && ok;
}

int report_exit_status(const struct report_model *m, const enum control_severity *fail_on)
{
    enum control_severity least = fail_on ? *fail_on : CONTROL_LOW;
    for (int s = 0; s <= (int)least; s++)
        if (m->counts[CONTROL_FAIL][s])
            return 1;
    return m->totals[CONTROL_UNKNOWN] ? 3 : 0;
}
