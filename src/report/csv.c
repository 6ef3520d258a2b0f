#include "report/csv.h"

#include "base/map.h"
#include "codec/csv.h"

struct writer {
    struct report_sink *sink;
    struct buf out;
    struct csv csv;
    struct map controls; /* id -> struct report_control */
};

static bool flush(struct writer *w, struct err *e)
{
    bool ok = w->sink->write(w->sink->user, buf_str(&w->out), e);
    buf_reset(&w->out);
    return ok;
}

static bool write_finding(void *user, const struct report_finding *f, struct err *e)
{
    struct writer *w = user;
    const struct report_control *c = map_get(&w->controls, f->control);
    const struct str cells[] = {
        f->id, str_of(control_verdict_name(f->verdict)), str_of(control_severity_name(f->severity)), f->control,
        c ? c->title : STR(""), f->account, f->region, f->type, f->resource, f->name, f->sub, f->tenant, f->reason,
        c ? c->citations_json : STR(""), c ? c->remedy : STR(""), f->waiver};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        csv_str(&w->csv, cells[i]);
    csv_end_row(&w->csv);
    return w->out.len < 64 * 1024 || flush(w, e);
}

bool report_csv(const struct report_model *m, bool all, struct report_sink *sink, struct err *e)
{
    static const char *const titles[] = {"id", "verdict", "severity", "control", "title", "account",
                                         "region", "type", "resource", "name", "sub", "tenant",
                                         "reason", "citations", "remedy", "waiver"};
    struct arena *a = arena_new(0);
    struct writer w = {.sink = sink};
    buf_init(&w.out, (size_t)64 << 20);
    csv_init(&w.csv, &w.out);
    map_init(&w.controls, a);
    for (size_t i = 0; i < m->control_count; i++)
        map_put(&w.controls, m->controls[i].id, &m->controls[i]);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        csv_strz(&w.csv, titles[i]);
    csv_end_row(&w.csv);
    bool ok = report_findings(m, all, write_finding, &w, e) && flush(&w, e);
    buf_done(&w.out);
    arena_free(a);
    return ok;
}
