#include "report/prove.h"

#include "base/instant.h"
#include "codec/csv.h"
#include "codec/json.h"

enum { FLUSH_BYTES = 64 * 1024 };

bool prove_view_has(const struct prove_view *v, const struct prove_cell *c)
{
    const struct str *names = v->proof->labels.names;
    return (!v->from.ptr || str_eq(v->from, names[c->subject])) && (!v->to.ptr || str_eq(v->to, names[c->object]));
}

static void write_window(struct json_out *o, const struct proof *p)
{
    char text[INSTANT_TEXT_MAX];
    jo_key(o, "window");
    jo_object(o);
    jo_kv_strz(o, "from", instant_z(p->world->from_us, text));
    jo_kv_strz(o, "to", instant_z(p->world->to_us, text));
    jo_end_object(o);
}

static void write_counts(struct json_out *o, const struct proof *p)
{
    jo_kv_strz(o, "verdict", prove_verdict_name(prove_overall(p)));
    jo_key(o, "summary");
    jo_object(o);
    for (int i = 0; i < PROVE_VERDICTS; i++)
        jo_kv_int(o, prove_verdict_name((enum prove_verdict)i), (int64_t)p->counts[i]);
    jo_kv_int(o, "tenants", p->labels.tenants);
    jo_kv_int(o, "accounts", p->account_count);
    jo_kv_int(o, "principals", p->principal_count);
    jo_kv_int(o, "stores", p->store_count);
    jo_kv_int(o, "keys", p->key_count);
    jo_kv_int(o, "edges", p->graph->edge_count);
    jo_end_object(o);
}

static void write_labels(struct json_out *o, const struct proof *p, const uint64_t *bits)
{
    jo_array(o);
    for (size_t i = bits_next(bits, p->labels.count, 0); i < p->labels.count; i = bits_next(bits, p->labels.count, i + 1))
        jo_str(o, p->labels.names[i]);
    jo_end_array(o);
}

static void write_missing(struct json_out *o, const struct proof *p)
{
    jo_key(o, "missing");
    jo_array(o);
    for (uint32_t i = 0; i < p->missing_count; i++) {
        const struct prove_missing *m = &p->missing[i];
        jo_object(o);
        jo_kv_str(o, "what", m->what);
        jo_kv_str(o, "call", m->op);
        jo_kv_str(o, "why", m->why);
        jo_kv_str(o, "action", m->action);
        jo_key(o, "subjects");
        m->rows ? write_labels(o, p, m->rows) : jo_strz(o, m->columns ? "none" : "all");
        jo_key(o, "objects");
        m->columns ? write_labels(o, p, m->columns) : jo_strz(o, m->rows ? "none" : "all");
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void write_assumptions(struct json_out *o, const struct proof *p, const char *key, const char *kind)
{
    struct prove_assumption *items;
    uint32_t count = prove_assumptions(p->arena, &items);
    jo_key(o, key);
    jo_array(o);
    for (uint32_t i = 0; i < count; i++)
        if (str_eqz(items[i].kind, kind))
            jo_str(o, items[i].text);
    if (p->capped && str_eqz(str_of(kind), "assumption"))
        jo_strz(o, "Some condition was too large to be judged to the end and is taken as one that can be met.");
    jo_end_array(o);
}

struct str prove_report_summary(const struct prove_view *v, struct arena *a)
{
    struct buf b;
    struct json_out o;
    buf_init(&b, (size_t)64 << 20);
    jo_init(&o, &b, false);
    jo_object(&o);
    write_counts(&o, v->proof);
    write_window(&o, v->proof);
    write_missing(&o, v->proof);
    write_assumptions(&o, v->proof, "assumptions", "assumption");
    write_assumptions(&o, v->proof, "not_modelled", "not-modelled");
    jo_end_object(&o);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

/* A cell that is proved and was asked for. */
static bool is_proved(const struct prove_view *v, uint32_t x, uint32_t y)
{
    struct prove_cell cell = {.subject = x, .object = y};
    return x != y && v->proof->is_object[y] && prove_verdict_of(v->proof, x, y) == PROVE_PROVED && prove_view_has(v, &cell);
}

static void write_proved(struct json_out *o, const struct proof *p, uint32_t x, uint32_t y)
{
    jo_object(o);
    jo_kv_str(o, "subject", p->labels.names[x]);
    jo_kv_str(o, "object", p->labels.names[y]);
    jo_kv_strz(o, "verdict", prove_verdict_name(PROVE_PROVED));
    jo_end_object(o);
}

bool prove_report_json(const struct prove_view *v, struct report_sink *sink, struct err *e)
{
    const struct proof *p = v->proof;
    struct buf b;
    struct json_out o;
    bool ok = true;
    buf_init(&b, (size_t)256 << 20);
    jo_init(&o, &b, true);
    jo_object(&o);
    jo_kv_strz(&o, "schema", "ward.prove/1");
    jo_kv_strz(&o, "layer", "iam");
    jo_kv_int(&o, "run", v->run);
    write_window(&o, p);
    write_counts(&o, p);
    for (int side = 0; side < 2; side++) {
        jo_key(&o, side ? "objects" : "subjects");
        jo_array(&o);
        for (uint32_t i = 0; i < p->labels.count; i++)
            if (!side || p->is_object[i])
                jo_str(&o, p->labels.names[i]);
        jo_end_array(&o);
    }
    bool all = p->labels.count <= PROVE_CLAIMS_ALL;
    jo_kv_strz(&o, "cells_not_listed", all ? "none" : "proved");
    jo_key(&o, "cells");
    jo_array(&o);
    for (uint32_t i = 0; i < p->cell_count && ok; i++) {
        if (prove_view_has(v, &p->cells[i]))
            prove_write_cell(p, &p->cells[i], &o);
        ok = report_flush(sink, &b, FLUSH_BYTES, e);
    }
    for (uint32_t x = 0; x < p->labels.count && all; x++)
        for (uint32_t y = 0; y < p->labels.count; y++)
            if (is_proved(v, x, y))
                write_proved(&o, p, x, y);
    jo_end_array(&o);
    write_missing(&o, p);
    write_assumptions(&o, p, "assumptions", "assumption");
    write_assumptions(&o, p, "not_modelled", "not-modelled");
    jo_end_object(&o);
    buf_addc(&b, '\n');
    ok = ok && report_flush(sink, &b, 0, e);
    buf_done(&b);
    return ok;
}

static void csv_cell(struct csv *c, const struct proof *p, uint32_t x, uint32_t y, enum prove_verdict v, const char *level, struct str reason)
{
    csv_str(c, p->labels.names[x]);
    csv_str(c, p->labels.names[y]);
    csv_strz(c, prove_verdict_name(v));
    csv_strz(c, level);
    csv_str(c, reason);
    csv_end_row(c);
}

bool prove_report_csv(const struct prove_view *v, struct report_sink *sink, struct err *e)
{
    static const char *const titles[] = {"subject", "object", "verdict", "level", "reason"};
    const struct proof *p = v->proof;
    struct buf b;
    struct csv c;
    bool ok = true;
    buf_init(&b, (size_t)64 << 20);
    csv_init(&c, &b);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        csv_strz(&c, titles[i]);
    csv_end_row(&c);
    for (uint32_t i = 0; i < p->cell_count && ok; i++) {
        const struct prove_cell *cell = &p->cells[i];
        if (prove_view_has(v, cell))
            csv_cell(&c, p, cell->subject, cell->object, cell->verdict, cell->level == LEVEL_NEVER ? "missing" : graph_level_name(cell->level),
                     cell->reason);
        ok = report_flush(sink, &b, FLUSH_BYTES, e);
    }
    for (uint32_t x = 0; x < p->labels.count && p->labels.count <= PROVE_CLAIMS_ALL; x++)
        for (uint32_t y = 0; y < p->labels.count; y++)
            if (is_proved(v, x, y))
                csv_cell(&c, p, x, y, PROVE_PROVED, "", STR(""));
    ok = ok && report_flush(sink, &b, 0, e);
    buf_done(&b);
    return ok;
}
