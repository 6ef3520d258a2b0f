#include "report/joint.h"

#include "base/instant.h"
#include "codec/csv.h"

enum { FLUSH_BYTES = 64 * 1024 };

bool joint_view_has(const struct joint_view *v, uint32_t subject, uint32_t object)
{
    const struct str *names = v->joint->iam->labels.names;
    return (!v->from.ptr || str_eq(v->from, names[subject])) && (!v->to.ptr || str_eq(v->to, names[object]));
}

static void write_window(struct json_out *o, const struct joint *j)
{
    char text[INSTANT_TEXT_MAX];
    jo_key(o, "window");
    jo_object(o);
    jo_kv_strz(o, "from", instant_z(j->iam->world->from_us, text));
    jo_kv_strz(o, "to", instant_z(j->iam->world->to_us, text));
    jo_end_object(o);
}

static void write_counts(struct json_out *o, const struct joint *j)
{
    const struct proof *p = j->iam;
    const struct net_half *h = j->network;
    jo_kv_strz(o, "verdict", prove_verdict_name(joint_overall(j)));
    jo_key(o, "summary");
    jo_object(o);
    for (int i = 0; i < PROVE_VERDICTS; i++)
        jo_kv_int(o, prove_verdict_name((enum prove_verdict)i), (int64_t)j->counts[i]);
    jo_kv_int(o, "tenants", p->labels.tenants);
    jo_kv_int(o, "accounts", p->account_count);
    jo_kv_int(o, "principals", p->principal_count);
    jo_kv_int(o, "stores", p->store_count);
    jo_kv_int(o, "keys", p->key_count);
    jo_kv_int(o, "edges", p->graph->edge_count);
    jo_kv_int(o, "vpcs", h->vpc_count);
    jo_kv_int(o, "interfaces", h->eni_count);
    jo_kv_int(o, "things", h->thing_count);
    jo_kv_int(o, "decided_by_network", j->decided_network);
    jo_end_object(o);
}

static void write_labels(struct json_out *o, const struct joint *j, const uint64_t *bits)
{
    uint32_t n = j->iam->labels.count;
    jo_array(o);
    for (size_t i = bits_next(bits, n, 0); i < n; i = bits_next(bits, n, i + 1))
        jo_str(o, j->iam->labels.names[i]);
    jo_end_array(o);
}

static void write_missing(struct json_out *o, const struct joint *j)
{
    const struct prove_missing *items[2] = {j->iam->missing, j->network->missing};
    uint32_t counts[2] = {j->iam->missing_count, j->network->missing_count};
    jo_key(o, "missing");
    jo_array(o);
    for (int half = 0; half < 2; half++)
        for (uint32_t i = 0; i < counts[half]; i++) {
            const struct prove_missing *m = &items[half][i];
            jo_object(o);
            jo_kv_strz(o, "half", half ? "network" : "iam");
            jo_kv_str(o, "what", m->what);
            jo_kv_str(o, "call", m->op);
            jo_kv_str(o, "why", m->why);
            jo_kv_str(o, "action", m->action);
            jo_key(o, "subjects");
            m->rows ? write_labels(o, j, m->rows) : jo_strz(o, m->columns ? "none" : "all");
            jo_key(o, "objects");
            m->columns ? write_labels(o, j, m->columns) : jo_strz(o, m->rows ? "none" : "all");
            jo_end_object(o);
        }
    jo_end_array(o);
}

static void write_assumptions(struct json_out *o, const struct joint *j, const char *key, const char *kind)
{
    struct prove_assumption *items;
    uint32_t count = joint_assumptions(j, &items);
    jo_key(o, key);
    jo_array(o);
    for (uint32_t i = 0; i < count; i++)
        if (str_eqz(items[i].kind, kind))
            jo_str(o, items[i].text);
    jo_end_array(o);
}

struct str joint_report_summary(const struct joint_view *v, struct arena *a)
{
    struct buf b;
    struct json_out o;
    buf_init(&b, (size_t)64 << 20);
    jo_init(&o, &b, false);
    jo_object(&o);
    write_counts(&o, v->joint);
    write_window(&o, v->joint);
    write_missing(&o, v->joint);
    write_assumptions(&o, v->joint, "assumptions", "assumption");
    write_assumptions(&o, v->joint, "not_modelled", "not-modelled");
    jo_end_object(&o);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static bool is_proved(const struct joint_view *v, uint32_t x, uint32_t y)
{
    return x != y && v->joint->is_object[y] && joint_verdict_of(v->joint, x, y) == PROVE_PROVED && joint_view_has(v, x, y);
}

static void write_proved(struct json_out *o, const struct joint *j, uint32_t x, uint32_t y)
{
    jo_object(o);
    jo_kv_str(o, "subject", j->iam->labels.names[x]);
    jo_kv_str(o, "object", j->iam->labels.names[y]);
    jo_kv_strz(o, "verdict", prove_verdict_name(PROVE_PROVED));
    jo_end_object(o);
}

static void write_sides(struct json_out *o, const struct joint *j)
{
    for (int side = 0; side < 2; side++) {
        jo_key(o, side ? "objects" : "subjects");
        jo_array(o);
        for (uint32_t i = 0; i < j->iam->labels.count; i++)
            if (!side || j->is_object[i])
                jo_str(o, j->iam->labels.names[i]);
        jo_end_array(o);
    }
}

bool joint_report_json(const struct joint_view *v, struct report_sink *sink, struct err *e)
{
    const struct joint *j = v->joint;
    uint32_t n = j->iam->labels.count;
    struct buf b;
    struct json_out o;
    bool ok = true, all = n <= PROVE_CLAIMS_ALL;
    buf_init(&b, (size_t)256 << 20);
    jo_init(&o, &b, true);
    jo_object(&o);
    jo_kv_strz(&o, "schema", "ward.prove/1");
    jo_kv_strz(&o, "layer", "both");
    jo_kv_int(&o, "run", v->run);
    write_window(&o, j);
    write_counts(&o, j);
    write_sides(&o, j);
    jo_kv_strz(&o, "cells_not_listed", j->cells_left ? "proved, and more that are not" : all ? "none" : "proved");
    jo_key(&o, "cells");
    jo_array(&o);
    for (uint32_t i = 0; i < j->cell_count && ok; i++) {
        if (joint_view_has(v, j->cells[i].subject, j->cells[i].object))
            joint_write_cell(j, &j->cells[i], &o);
        ok = report_flush(sink, &b, FLUSH_BYTES, e);
    }
    for (uint32_t x = 0; x < n && all; x++)
        for (uint32_t y = 0; y < n; y++)
            if (is_proved(v, x, y))
                write_proved(&o, j, x, y);
    jo_end_array(&o);
    write_missing(&o, j);
    write_assumptions(&o, j, "assumptions", "assumption");
    write_assumptions(&o, j, "not_modelled", "not-modelled");
    jo_end_object(&o);
    buf_addc(&b, '\n');
    ok = ok && report_flush(sink, &b, 0, e);
    buf_done(&b);
    return ok;
}

static void csv_cell(struct csv *c, const struct joint *j, uint32_t x, uint32_t y, enum prove_verdict v, struct str layer, uint32_t pivots, struct str reason)
{
    csv_str(c, j->iam->labels.names[x]);
    csv_str(c, j->iam->labels.names[y]);
    csv_strz(c, prove_verdict_name(v));
    csv_str(c, layer);
    csv_str(c, arena_printf(j->arena, "%u", pivots));
    csv_str(c, reason.ptr ? reason : STR(""));
    csv_end_row(c);
}

bool joint_report_csv(const struct joint_view *v, struct report_sink *sink, struct err *e)
{
    static const char *const titles[] = {"subject", "object", "verdict", "layer", "pivots", "reason"};
    const struct joint *j = v->joint;
    uint32_t n = j->iam->labels.count;
    struct buf b;
    struct csv c;
    bool ok = true;
    buf_init(&b, (size_t)64 << 20);
    csv_init(&c, &b);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        csv_strz(&c, titles[i]);
    csv_end_row(&c);
    for (uint32_t i = 0; i < j->cell_count && ok; i++) {
        const struct joint_cell *cell = &j->cells[i];
        if (joint_view_has(v, cell->subject, cell->object))
            csv_cell(&c, j, cell->subject, cell->object, cell->verdict, cell->layer, cell->pivots, cell->reason);
        ok = report_flush(sink, &b, FLUSH_BYTES, e);
    }
    for (uint32_t x = 0; x < n && n <= PROVE_CLAIMS_ALL; x++)
        for (uint32_t y = 0; y < n; y++)
            if (is_proved(v, x, y))
                csv_cell(&c, j, x, y, PROVE_PROVED, STR(""), 0, STR(""));
    ok = ok && report_flush(sink, &b, 0, e);
    buf_done(&b);
    return ok;
}
