#include "report/explain.h"

#include "base/embed.h"
#include "base/instant.h"
#include "cli/term.h"
#include "codec/json.h"
#include "codec/text.h"

enum { ID_PREFIX_MIN = 4, DATA_MAX = 12 };

static struct str text(struct arena *a, struct query *q, int at)
{
    return query_is_null(q, at) ? STR("") : arena_str(a, query_str(q, at));
}

static bool is_id(struct str id)
{
    if (id.len < ID_PREFIX_MIN || id.len > 16)
        return false;
    for (size_t i = 0; i < id.len; i++)
        if (!((id.ptr[i] >= '0' && id.ptr[i] <= '9') || (id.ptr[i] >= 'a' && id.ptr[i] <= 'f')))
            return false;
    return true;
}

static bool load_finding(const struct report_model *m, struct arena *a, struct str id, struct report_finding *f,
                         struct err *e)
{
    struct query *q = query_new(m->store,
                                "SELECT id, control, account, region, type, resource, name, sub, tenant, verdict, "
                                "severity, reason, evidence, waiver"
                                " FROM finding WHERE evaluation = ?1 AND substr(id, 1, length(?2)) = ?2 LIMIT 2", e);
    if (!q)
        return false;
    query_bind_int(q, 1, m->evaluation);
    query_bind_str(q, 2, id);
    int found = 0;
    while (query_step(q) && ++found == 1)
        *f = (struct report_finding){
            .id = text(a, q, 0), .control = text(a, q, 1), .account = text(a, q, 2), .region = text(a, q, 3),
            .type = text(a, q, 4), .resource = text(a, q, 5), .name = text(a, q, 6), .sub = text(a, q, 7),
            .tenant = text(a, q, 8), .verdict = report_verdict(query_str(q, 9)),
            .severity = report_severity(query_str(q, 10)), .reason = text(a, q, 11), .evidence = text(a, q, 12),
            .waiver = text(a, q, 13)};
    if (!query_done(q))
        return false;
    if (found == 1)
        return true;
    if (found)
        return err_set(e, ERR_USAGE, "several findings begin with %.*s", STR_ARG(id));
    err_set(e, ERR_NO_DATA, "no finding %.*s in the newest result", STR_ARG(id));
    err_hint(e, "ids stand in the first column of `ward audit --offline --output csv --all-findings`");
    return false;
}

/* What those calls said of the resource: rows that carry its ARN or id, and answers made for it. */
static bool load_data(const struct report_model *m, struct arena *a, struct explanation *x, struct err *e)
{
    struct query *q = query_new(m->store,
                                "SELECT op, account, region, parent, data FROM resource"
                                " WHERE call IN (SELECT value FROM json_each(?1))"
                                " AND (arn = ?2 OR rid = ?2 OR name = ?3 OR rid = ?3 OR parent = ?2 OR parent = ?3"
                                " OR (kind = 'detail' AND parent = ''))"
                                " ORDER BY call, id", e);
    if (!q)
        return false;
    query_bind_str(q, 1, x->finding.evidence);
    query_bind_str(q, 2, x->finding.resource);
    query_bind_str(q, 3, x->finding.name.len ? x->finding.name : x->finding.resource);
    x->data = arena_array_of(a, struct explain_datum, DATA_MAX);
    while (query_step(q)) {
        if (x->data_count == DATA_MAX)
            x->data_left_out++;
        else
            x->data[x->data_count++] =
                (struct explain_datum){text(a, q, 0), text(a, q, 1), text(a, q, 2), text(a, q, 3), text(a, q, 4)};
    }
    return query_done(q);
}

static bool load_calls(const struct report_model *m, struct arena *a, struct explanation *x, struct err *e)
{
    struct evidence *ev = evidence_new(m->store, a);
    struct json *ids = json_parse(a, x->finding.evidence, 1 << 20, e);
    if (!ids)
        return false;
    x->calls = arena_calloc(a, ids->count + 1, sizeof *x->calls);
    for json_each (item, ids) {
        int64_t id;
        const struct evidence_call *c = str_to_i64(item->text, &id) ? evidence_call(ev, id, e) : NULL;
        if (c)
            x->calls[x->call_count++] = c;
    }
    return !err_is_set(e);
}

bool explain_load(const struct report_model *m, struct arena *a, struct str id, struct explanation *x, struct err *e)
{
    *x = (struct explanation){0};
    if (!is_id(id)) {
        err_set(e, ERR_USAGE, "\"%.*s\" is no finding id", STR_ARG(id));
        err_hint(e, "an id is 16 hex digits; the first few are enough when they are unique");
        return false;
    }
    if (!load_finding(m, a, id, &x->finding, e) || !load_calls(m, a, x, e) || !load_data(m, a, x, e))
        return false;
    for (size_t i = 0; i < m->control_count; i++)
        if (str_eq(m->controls[i].id, x->finding.control))
            x->control = &m->controls[i];
    x->rule = embed_get(arena_cstr(a, arena_printf(a, "controls/%.*s.sql", STR_ARG(x->finding.control))));
    return true;
}

static void line(struct buf *out, const char *label, struct str value)
{
    if (!value.len)
        return;
    buf_addf(out, "%-10s ", label);
    text_safe(out, value);
    buf_addc(out, '\n');
}

static void heading(struct buf *out, bool color, const char *title)
{
    buf_addc(out, '\n');
    paint(out, color, PAINT_HEAD, str_of(title));
    buf_addc(out, '\n');
}

static struct str citation_title(const struct report_model *m, struct str section)
{
    for (size_t i = 0; i < m->citation_count; i++)
        if (str_eq(m->citations[i].section, section))
            return m->citations[i].title;
    return STR("");
}

static void citations_text(const struct report_model *m, const struct report_control *c, struct buf *out)
{
    struct arena *a = arena_new(4096);
    struct json *list = json_parse(a, c->citations_json, 1 << 16, NULL);
    for json_each (item, list) {
        buf_addf(out, "  %-22.*s ", STR_ARG(json_str(item)));
        text_safe(out, citation_title(m, json_str(item)));
        buf_addc(out, '\n');
    }
    arena_free(a);
}

static void call_text(const struct evidence_call *c, struct buf *out)
{
    char at[INSTANT_TEXT_MAX];
    buf_addf(out, "  #%lld %.*s %.*s %.*s ", (long long)c->id, STR_ARG(c->op), STR_ARG(c->account), STR_ARG(c->region));
    text_safe(out, c->params);
    buf_addf(out, ": %.*s", STR_ARG(c->status));
    if (c->code.len) {
        buf_addc(out, ' ');
        text_safe(out, c->code);
    }
    buf_addf(out, ", %s, source %.*s", instant_z(c->at_us, at), STR_ARG(c->source));
    if (c->request_id.len) {
        buf_addz(out, ", request ");
        text_safe(out, c->request_id);
    }
    buf_addc(out, '\n');
    if (c->message.len) {
        buf_addz(out, "     ");
        text_safe(out, c->message);
        buf_addc(out, '\n');
    }
    if (c->missing_action.len) {
        buf_addz(out, "     grant ");
        text_safe(out, c->missing_action);
        buf_addz(out, " (`ward policy` prints all that is needed)\n");
    }
}

/* Pretty-printed, line by line so that every line is printable. */
static void data_text(const struct explain_datum *d, struct buf *out)
{
    struct arena *a = arena_new(0);
    struct buf pretty;
    buf_init(&pretty, (size_t)64 << 20);
    struct json *j = json_parse(a, d->data, (size_t)32 << 20, NULL);
    if (j) {
        struct json_out o;
        jo_init(&o, &pretty, true);
        jo_value(&o, j);
    } else {
        buf_add(&pretty, d->data);
    }
    buf_addf(out, "  %.*s", STR_ARG(d->op));
    if (d->parent.len) {
        buf_addc(out, ' ');
        text_safe(out, d->parent);
    }
    buf_addc(out, '\n');
    struct str rest = buf_str(&pretty);
    while (rest.ptr) {
        buf_addz(out, "    ");
        text_safe(out, str_cut(&rest, '\n'));
        buf_addc(out, '\n');
    }
    buf_done(&pretty);
    arena_free(a);
}

void explain_text(const struct report_model *m, const struct explanation *x, bool color, struct buf *out)
{
    const struct report_finding *f = &x->finding;
    paint(out, color, paint_of(str_of(control_verdict_name(f->verdict))), str_of(control_verdict_name(f->verdict)));
    buf_addf(out, "  %s  ", control_severity_name(f->severity));
    paint(out, color, PAINT_HEAD, f->control);
    if (x->control)
        buf_addf(out, "  %.*s", STR_ARG(x->control->title));
    buf_addc(out, '\n');
    line(out, "finding", f->id);
    line(out, "resource", f->resource);
    line(out, "part", f->sub);
    line(out, "name", f->name);
    line(out, "type", f->type);
    line(out, "account", f->account);
    line(out, "region", f->region);
    line(out, "tenant", f->tenant);
    line(out, "reason", f->reason);
    line(out, "waiver", f->waiver);
    if (x->control) {
        heading(out, color, "45 CFR");
        citations_text(m, x->control, out);
        if (f->verdict != CONTROL_PASS) {
            heading(out, color, "Remedy");
            buf_addf(out, "  %.*s\n", STR_ARG(x->control->remedy));
            buf_addf(out, "  If it is right as it is: ward waive %.*s --owner WHO --reason WHY --expires DATE\n",
                     STR_ARG(f->id));
        }
    }
    heading(out, color, "Calls it rests on");
    for (size_t i = 0; i < x->call_count; i++)
        call_text(x->calls[i], out);
    if (!x->call_count)
        buf_addz(out, "  none was made\n");
    if (x->data_count)
        heading(out, color, "What they answered");
    for (size_t i = 0; i < x->data_count; i++)
        data_text(&x->data[i], out);
    if (x->data_left_out)
        buf_addf(out, "  and %zu more answers (ward export writes all)\n", x->data_left_out);
    if (x->rule.ptr) {
        heading(out, color, "The rule");
        buf_add(out, x->rule);
    }
}

void explain_json(const struct report_model *m, const struct explanation *x, struct buf *out)
{
    const struct report_finding *f = &x->finding;
    struct json_out o;
    (void)m;
    jo_init(&o, out, true);
    jo_object(&o);
    jo_kv_strz(&o, "schema", "ward.explain/1");
    jo_kv_str(&o, "id", f->id);
    jo_kv_strz(&o, "verdict", control_verdict_name(f->verdict));
    jo_kv_strz(&o, "severity", control_severity_name(f->severity));
    jo_kv_str(&o, "control", f->control);
    jo_kv_str(&o, "title", x->control ? x->control->title : (struct str){NULL, 0});
    jo_key(&o, "citations");
    jo_raw(&o, x->control && x->control->citations_json.len ? x->control->citations_json : STR("[]"));
    jo_kv_str(&o, "resource", f->resource);
    jo_kv_str(&o, "sub", f->sub);
    jo_kv_str(&o, "name", f->name);
    jo_kv_str(&o, "type", f->type);
    jo_kv_str(&o, "account", f->account);
    jo_kv_str(&o, "region", f->region);
    jo_kv_str(&o, "tenant", f->tenant);
    jo_kv_str(&o, "reason", f->reason);
    jo_kv_str(&o, "remedy", x->control ? x->control->remedy : (struct str){NULL, 0});
    jo_key(&o, "waiver");
    f->waiver.len ? jo_raw(&o, f->waiver) : jo_null(&o);
    jo_key(&o, "calls");
    jo_array(&o);
    for (size_t i = 0; i < x->call_count; i++) {
        const struct evidence_call *c = x->calls[i];
        char at[INSTANT_TEXT_MAX];
        jo_object(&o);
        jo_kv_str(&o, "operation", c->op);
        jo_kv_str(&o, "account", c->account);
        jo_kv_str(&o, "region", c->region);
        jo_key(&o, "params");
        jo_raw(&o, c->params);
        jo_kv_str(&o, "status", c->status);
        jo_kv_str(&o, "code", c->code);
        jo_kv_str(&o, "message", c->message);
        jo_kv_str(&o, "missing_action", c->missing_action);
        jo_kv_str(&o, "request_id", c->request_id);
        jo_kv_str(&o, "source", c->source);
        jo_kv_strz(&o, "at", instant_z(c->at_us, at));
        jo_end_object(&o);
    }
    jo_end_array(&o);
    jo_key(&o, "answers");
    jo_array(&o);
    for (size_t i = 0; i < x->data_count; i++) {
        jo_object(&o);
        jo_kv_str(&o, "operation", x->data[i].op);
        jo_kv_str(&o, "parent", x->data[i].parent);
        jo_key(&o, "data");
        jo_raw(&o, x->data[i].data);
        jo_end_object(&o);
    }
    jo_end_array(&o);
    jo_kv_str(&o, "rule", x->rule);
    jo_end_object(&o);
    buf_addc(out, '\n');
}
