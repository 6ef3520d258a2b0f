#include "report/diff.h"

#include "base/instant.h"
#include "codec/json.h"

static const char *const kind_names[] = {"new-fail", "new-unknown", "fixed", "decided", "other"};

const char *diff_kind_name(enum diff_kind k) { return kind_names[k]; }

/* One row a finding whose verdict is not the same on both sides; severity and place from the newer. */
static const char finding_sql[] =
    "WITH a AS (SELECT * FROM finding WHERE evaluation = :before), b AS (SELECT * FROM finding"
    " WHERE evaluation = :after),"
    " both AS ("
    "  SELECT b.id, b.control, b.severity, b.account, b.region, b.resource, b.name, b.sub,"
    " coalesce(a.verdict, '') AS was, b.verdict AS is_now, b.reason"
    "  FROM b LEFT JOIN a ON a.id = b.id WHERE a.verdict IS NULL OR a.verdict <> b.verdict"
    "  UNION ALL"
    "  SELECT a.id, a.control, a.severity, a.account, a.region, a.resource, a.name, a.sub, a.verdict, '', "
    "'no longer judged: the resource or the control is gone'"
    "  FROM a LEFT JOIN b ON b.id = a.id WHERE b.id IS NULL)"
    " SELECT CASE WHEN is_now = 'fail' THEN 0 WHEN is_now = 'unknown' THEN 1"
    "  WHEN was = 'fail' AND is_now <> 'waived' THEN 2 WHEN was = 'unknown'"
    " AND is_now <> 'waived' THEN 3 ELSE 4 END AS kind,"
    " id, control, severity, account, region, resource, coalesce(name, ''), sub, was, is_now, reason FROM both"
    " WHERE NOT (was = '' AND is_now IN ('pass', 'not-applicable')) AND NOT (is_now = ''"
    " AND was IN ('pass', 'not-applicable'))"
    " ORDER BY kind, CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2"
    " ELSE 3 END, control, account, region, resource, sub";

static const char resource_sql[] =
    "WITH a AS (SELECT account, region, type, coalesce(arn, rid) AS id, op, data FROM resource"
    " WHERE run = :before AND kind = 'resource'),"
    " b AS (SELECT account, region, type, coalesce(arn, rid) AS id, op, data FROM resource"
    " WHERE run = :after AND kind = 'resource'),"
    " changes AS ("
    "  SELECT CASE WHEN a.id IS NULL THEN '+' ELSE '~' END AS change, b.account, b.region, b.type, b.id"
    "  FROM b LEFT JOIN a ON a.op = b.op AND a.id = b.id AND a.account = b.account AND a.region = b.region"
    " WHERE a.id IS NULL OR a.data <> b.data"
    "  UNION ALL SELECT '-', a.account, a.region, a.type, a.id FROM a LEFT JOIN b"
    "  ON a.op = b.op AND a.id = b.id AND a.account = b.account AND a.region = b.region WHERE b.id IS NULL)"
    " SELECT change, account, region, coalesce(type, ''), coalesce(id, '') FROM changes GROUP BY 1, 2, 3, 4, 5"
    " ORDER BY 1, 4, 2, 3, 5";

static struct str text(struct arena *a, struct query *q, int at) { return arena_str(a, query_str(q, at)); }

/* A growing array in an arena. */
static void *grown(struct arena *a, void *items, size_t count, size_t *size, size_t item_bytes)
{
    if (count < *size)
        return items;
    size_t fresh_size = *size ? *size * 2 : 64;
    void *fresh = arena_calloc(a, fresh_size, item_bytes);
    if (count)
        memcpy(fresh, items, count * item_bytes);
    *size = fresh_size;
    return fresh;
}

static bool load_findings(struct store *s, struct arena *a, struct diff *d, struct err *e)
{
    struct query *q = query_new(s, finding_sql, e);
    if (!q)
        return false;
    query_bind_named_int(q, ":before", d->before.evaluation);
    query_bind_named_int(q, ":after", d->after.evaluation);
    size_t size = 0;
    while (query_step(q)) {
        d->findings = grown(a, d->findings, d->finding_count, &size, sizeof *d->findings);
        struct diff_finding *f = &d->findings[d->finding_count++];
        *f = (struct diff_finding){
            .kind = (enum diff_kind)query_int(q, 0), .id = text(a, q, 1), .control = text(a, q, 2),
            .severity = text(a, q, 3), .account = text(a, q, 4), .region = text(a, q, 5),
            .resource = text(a, q, 6), .name = text(a, q, 7), .sub = text(a, q, 8), .before = text(a, q, 9),
            .after = text(a, q, 10), .reason = text(a, q, 11)};
        d->counts[f->kind]++;
    }
    return query_done(q);
}

static bool load_resources(struct store *s, struct arena *a, struct diff *d, struct err *e)
{
    struct query *q = query_new(s, resource_sql, e);
    if (!q)
        return false;
    query_bind_named_int(q, ":before", d->before.run);
    query_bind_named_int(q, ":after", d->after.run);
    size_t size = 0;
    while (query_step(q)) {
        d->resources = grown(a, d->resources, d->resource_count, &size, sizeof *d->resources);
        d->resources[d->resource_count++] =
            (struct diff_resource){query_str(q, 0).ptr[0], text(a, q, 1), text(a, q, 2), text(a, q, 3), text(a, q, 4)};
    }
    return query_done(q);
}

bool diff_load(struct store *s, struct arena *a, int64_t run_before, int64_t run_after, struct diff *d, struct err *e)
{
    *d = (struct diff){0};
    return report_model_load(s, a, run_before, 0, &d->before, e) &&
           report_model_load(s, a, run_after, 0, &d->after, e) && load_findings(s, a, d, e) &&
           load_resources(s, a, d, e);
}

static void side_json(struct json_out *o, const char *key, const struct report_model *m)
{
    char as_of[INSTANT_TEXT_MAX];
    jo_key(o, key);
    jo_object(o);
    jo_kv_int(o, "run", m->run);
    jo_kv_strz(o, "as_of", instant_z(m->as_of_us, as_of));
    for (int v = 0; v < CONTROL_VERDICTS; v++)
        jo_kv_int(o, control_verdict_name((enum control_verdict)v), m->totals[v]);
    jo_end_object(o);
}

void diff_json(const struct diff *d, struct buf *out)
{
    struct json_out o;
    jo_init(&o, out, true);
    jo_object(&o);
    jo_kv_strz(&o, "schema", "ward.diff/1");
    side_json(&o, "before", &d->before);
    side_json(&o, "after", &d->after);
    jo_key(&o, "counts");
    jo_object(&o);
    for (int k = 0; k < DIFF_KIND_COUNT; k++)
        jo_kv_int(&o, kind_names[k], (int64_t)d->counts[k]);
    jo_end_object(&o);
    jo_key(&o, "findings");
    jo_array(&o);
    for (size_t i = 0; i < d->finding_count; i++) {
        const struct diff_finding *f = &d->findings[i];
        jo_object(&o);
        jo_kv_strz(&o, "change", kind_names[f->kind]);
        jo_kv_str(&o, "id", f->id);
        jo_kv_str(&o, "control", f->control);
        jo_kv_str(&o, "severity", f->severity);
        jo_kv_str(&o, "account", f->account);
        jo_kv_str(&o, "region", f->region);
        jo_kv_str(&o, "resource", f->resource);
        jo_kv_str(&o, "name", f->name);
        jo_kv_str(&o, "sub", f->sub);
        jo_kv_str(&o, "before", f->before);
        jo_kv_str(&o, "after", f->after);
        jo_kv_str(&o, "reason", f->reason);
        jo_end_object(&o);
    }
    jo_end_array(&o);
    jo_key(&o, "resources");
    jo_array(&o);
    for (size_t i = 0; i < d->resource_count; i++) {
        const struct diff_resource *r = &d->resources[i];
        jo_object(&o);
        jo_kv_strz(&o, "change", r->change == '+' ? "added" : r->change == '-' ? "removed" : "changed");
        jo_kv_str(&o, "account", r->account);
        jo_kv_str(&o, "region", r->region);
        jo_kv_str(&o, "type", r->type);
        jo_kv_str(&o, "id", r->id);
        jo_end_object(&o);
    }
    jo_end_array(&o);
    jo_end_object(&o);
    buf_addc(out, '\n');
}
