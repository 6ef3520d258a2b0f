#include "report/json.h"

#include "base/buf.h"
#include "base/instant.h"
#include "codec/json.h"
#include "report/evidence.h"

enum { FLUSH_BYTES = 64 * 1024 };

struct writer {
    const struct report_model *model;
    struct report_sink *sink;
    struct evidence *evidence;
    struct buf buf;
    struct json_out out;
};

static bool flush(struct writer *w, size_t at_least, struct err *e)
{
    if (w->buf.len < at_least)
        return true;
    bool ok = w->sink->write(w->sink->user, buf_str(&w->buf), e);
    buf_reset(&w->buf);
    return ok;
}

static void write_instant(struct json_out *o, const char *key, int64_t us)
{
    char text[INSTANT_TEXT_MAX];
    jo_kv_strz(o, key, instant_z(us, text));
}

/* -1 is "not counted". */
static void counted(struct json_out *o, const char *key, int64_t count)
{
    jo_key(o, key);
    count < 0 ? jo_null(o) : jo_int(o, count);
}

static void write_summary(struct json_out *o, const struct report_model *m)
{
    jo_key(o, "summary");
    jo_object(o);
    for (int v = 0; v < CONTROL_VERDICTS; v++) {
        jo_key(o, control_verdict_name((enum control_verdict)v));
        jo_object(o);
        jo_kv_int(o, "total", m->totals[v]);
        for (int s = 0; s < CONTROL_SEVERITIES; s++)
            jo_kv_int(o, control_severity_name((enum control_severity)s), m->counts[v][s]);
        jo_end_object(o);
    }
    jo_kv_int(o, "resources", m->resources);
    counted(o, "unassigned", m->unassigned);
    counted(o, "phi_stores", m->phi_stores);
    jo_kv_int(o, "calls", m->calls);
    jo_kv_int(o, "calls_answered", m->calls_good);
    jo_kv_int(o, "calls_from_stub", m->calls_stub);
    jo_end_object(o);
}

static void write_inventory(struct json_out *o, const struct report_model *m)
{
    jo_key(o, "inventory");
    jo_array(o);
    for (size_t i = 0; i < m->type_count; i++) {
        jo_object(o);
        jo_kv_str(o, "type", m->types[i].type);
        jo_kv_int(o, "count", m->types[i].count);
        counted(o, "unassigned", m->types[i].unassigned);
        counted(o, "phi", m->types[i].phi);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void write_scope(struct json_out *o, const struct report_model *m)
{
    jo_key(o, "accounts");
    jo_array(o);
    for (size_t i = 0; i < m->account_count; i++) {
        const struct report_account *acc = &m->accounts[i];
        jo_object(o);
        jo_kv_str(o, "account", acc->account);
        jo_kv_str(o, "name", acc->name);
        jo_kv_bool(o, "reached", acc->reached);
        jo_kv_str(o, "reason", acc->reason);
        jo_key(o, "regions");
        jo_array(o);
        for (size_t k = 0; k < m->region_count; k++) {
            const struct report_region *r = &m->regions[k];
            if (!str_eq(r->account, acc->account))
                continue;
            jo_object(o);
            jo_kv_str(o, "region", r->region);
            jo_kv_str(o, "state", r->state);
            jo_kv_bool(o, "audited", r->wanted);
            jo_end_object(o);
        }
        jo_end_array(o);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void write_citations(struct json_out *o, const struct report_model *m)
{
    jo_key(o, "citations");
    jo_array(o);
    for (size_t i = 0; i < m->citation_count; i++) {
        const struct report_citation *c = &m->citations[i];
        jo_object(o);
        jo_kv_str(o, "section", c->section);
        jo_kv_str(o, "title", c->title);
        jo_kv_str(o, "kind", c->kind);
        jo_kv_str(o, "state", c->state);
        jo_kv_str(o, "detail", c->detail);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void write_controls(struct json_out *o, const struct report_model *m)
{
    jo_key(o, "controls");
    jo_array(o);
    for (size_t i = 0; i < m->control_count; i++) {
        const struct report_control *c = &m->controls[i];
        jo_object(o);
        jo_kv_str(o, "id", c->id);
        jo_kv_str(o, "title", c->title);
        jo_kv_str(o, "severity", c->severity);
        jo_key(o, "citations");
        jo_raw(o, c->citations_json.len ? c->citations_json : STR("[]"));
        jo_kv_str(o, "verdict", c->verdict);
        jo_kv_int(o, "fail", c->fail);
        jo_kv_int(o, "unknown", c->unknown);
        jo_kv_int(o, "waived", c->waived);
        jo_kv_int(o, "pass", c->pass);
        if (c->reason.len)
            jo_kv_str(o, "reason", c->reason);
        jo_kv_str(o, "remedy", c->remedy);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void write_gaps(struct json_out *o, const struct report_model *m)
{
    jo_key(o, "calls_failed");
    jo_array(o);
    for (size_t i = 0; i < m->gap_count; i++) {
        const struct report_gap *g = &m->gaps[i];
        jo_object(o);
        jo_kv_str(o, "operation", g->op);
        jo_kv_str(o, "account", g->account);
        jo_kv_str(o, "regions", g->regions);
        jo_kv_str(o, "status", g->status);
        jo_kv_str(o, "code", g->code);
        jo_kv_str(o, "missing_action", g->missing_action);
        jo_kv_str(o, "message", g->message);
        jo_kv_int(o, "count", g->count);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static bool write_finding(void *user, const struct report_finding *f, struct err *e)
{
    struct writer *w = user;
    struct json_out *o = &w->out;
    jo_object(o);
    jo_kv_str(o, "id", f->id);
    jo_kv_strz(o, "verdict", control_verdict_name(f->verdict));
    jo_kv_strz(o, "severity", control_severity_name(f->severity));
    jo_kv_str(o, "control", f->control);
    jo_kv_str(o, "account", f->account);
    jo_kv_str(o, "region", f->region);
    jo_kv_str(o, "type", f->type);
    jo_kv_str(o, "resource", f->resource);
    jo_kv_str(o, "name", f->name);
    jo_kv_str(o, "sub", f->sub);
    jo_kv_str(o, "tenant", f->tenant);
    jo_kv_str(o, "reason", f->reason);
    jo_key(o, "evidence");
    if (!evidence_json(w->evidence, f->evidence, o, e))
        return false;
    jo_key(o, "waiver");
    f->waiver.len ? jo_raw(o, f->waiver) : jo_null(o);
    jo_end_object(o);
    return flush(w, FLUSH_BYTES, e);
}

static void write_front(struct writer *w)
{
    const struct report_model *m = w->model;
    struct json_out *o = &w->out;
    jo_object(o);
    jo_kv_strz(o, "schema", "ward.audit/1");
    jo_kv_str(o, "ward", m->tool_version);
    write_instant(o, "as_of", m->as_of_us);
    jo_key(o, "run");
    jo_object(o);
    write_instant(o, "clock", m->clock_us);
    jo_kv_str(o, "status", m->run_status);
    jo_kv_str(o, "caller", m->caller_arn);
    jo_end_object(o);
    jo_kv_str(o, "config_sha256", m->config_sha256);
    jo_kv_str(o, "controls_sha256", m->controls_sha256);
    write_summary(o, m);
    write_scope(o, m);
    write_citations(o, m);
    write_controls(o, m);
    write_gaps(o, m);
    write_inventory(o, m);
}

bool report_json(const struct report_model *m, bool all, struct report_sink *sink, struct err *e)
{
    struct writer w = {.model = m, .sink = sink};
    struct arena *a = arena_new(0);
    buf_init(&w.buf, (size_t)256 << 20);
    jo_init(&w.out, &w.buf, true);
    w.evidence = evidence_new(m->store, a);
    write_front(&w);
    jo_key(&w.out, "findings");
    jo_array(&w.out);
    bool ok = report_findings(m, all, write_finding, &w, e);
    if (ok) {
        jo_end_array(&w.out);
        jo_end_object(&w.out);
        buf_addc(&w.buf, '\n');
        ok = !w.buf.failed || err_set(e, ERR_LIMIT, "the result is larger than 256 MiB without its findings");
    }
    ok = ok && flush(&w, 1, e);
    buf_done(&w.buf);
    arena_free(a);
    return ok;
}
