#include "report/prove_net.h"

#include "base/instant.h"
#include "codec/csv.h"

enum { FLUSH_BYTES = 64 * 1024 };

bool net_view_has(const struct net_view *v, const struct net_cell *c)
{
    const struct str *names = v->half->labels->names;
    return (!v->from.ptr || str_eq(v->from, names[c->subject])) && (!v->to.ptr || str_eq(v->to, names[c->object]));
}

static void write_window(struct json_out *o, const struct net_half *h)
{
    char text[INSTANT_TEXT_MAX];
    jo_key(o, "window");
    jo_object(o);
    jo_kv_strz(o, "from", instant_z(h->net->from_us, text));
    jo_kv_strz(o, "to", instant_z(h->net->to_us, text));
    jo_end_object(o);
}

static void write_counts(struct json_out *o, const struct net_half *h)
{
    struct reach_stats s = reach_stats_of(h->reach);
    jo_kv_strz(o, "verdict", prove_verdict_name(net_half_overall(h)));
    jo_key(o, "summary");
    jo_object(o);
    for (int i = 0; i < PROVE_VERDICTS; i++)
        jo_kv_int(o, prove_verdict_name((enum prove_verdict)i), (int64_t)h->counts[i]);
    jo_kv_int(o, "tenants", h->labels->tenants);
    jo_kv_int(o, "vpcs", h->vpc_count);
    jo_kv_int(o, "interfaces", h->eni_count);
    jo_kv_int(o, "things", h->thing_count);
    jo_kv_int(o, "stores", h->store_count);
    jo_kv_int(o, "classes", s.classes);
    jo_kv_int(o, "pairs", (int64_t)s.pairs);
    jo_key(o, "words");
    jo_object(o);
    for (int i = 0; i < NET_WORDS; i++)
        jo_kv_int(o, net_word_name((enum net_word)i), (int64_t)h->word_counts[i]);
    jo_end_object(o);
    jo_end_object(o);
}

static void write_labels(struct json_out *o, const char *key, const struct net_half *h, const uint64_t *bits, bool other)
{
    jo_key(o, key);
    if (!bits) {
        jo_strz(o, other ? "none" : "all");
        return;
    }
    uint32_t n = h->labels->count;
    jo_array(o);
    for (size_t i = bits_next(bits, n, 0); i < n; i = bits_next(bits, n, i + 1))
        jo_str(o, h->labels->names[i]);
    jo_end_array(o);
}

static void write_missing(struct json_out *o, const struct net_half *h)
{
    jo_key(o, "missing");
    jo_array(o);
    for (uint32_t i = 0; i < h->missing_count; i++) {
        const struct prove_missing *m = &h->missing[i];
        jo_object(o);
        jo_kv_str(o, "what", m->what);
        jo_kv_str(o, "call", m->op);
        jo_kv_str(o, "why", m->why);
        jo_kv_str(o, "action", m->action);
        write_labels(o, "subjects", h, m->rows, m->columns != NULL);
        write_labels(o, "objects", h, m->columns, m->rows != NULL);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void write_assumptions(struct json_out *o, const struct net_half *h, const char *key, const char *kind)
{
    struct prove_assumption *items;
    uint32_t count = net_assumptions(h, &items);
    jo_key(o, key);
    jo_array(o);
    for (uint32_t i = 0; i < count; i++)
        if (str_eqz(items[i].kind, kind))
            jo_str(o, items[i].text);
    jo_end_array(o);
}

struct str net_report_summary(const struct net_view *v, struct arena *a)
{
    struct buf b;
    struct json_out o;
    buf_init(&b, (size_t)64 << 20);
    jo_init(&o, &b, false);
    jo_object(&o);
    write_counts(&o, v->half);
    write_window(&o, v->half);
    write_missing(&o, v->half);
    write_assumptions(&o, v->half, "assumptions", "assumption");
    write_assumptions(&o, v->half, "not_modelled", "not-modelled");
    jo_end_object(&o);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

/* A cell that is proved and was asked for. */
static bool is_proved(const struct net_view *v, uint32_t x, uint32_t y)
{
    const struct net_half *h = v->half;
    struct net_cell cell = {.subject = x, .object = y};
    return x != y && h->is_object[y] && h->verdicts[(size_t)x * h->labels->count + y] == PROVE_PROVED && net_view_has(v, &cell);
}

static void write_proved(struct json_out *o, const struct net_half *h, uint32_t x, uint32_t y)
{
    jo_object(o);
    jo_kv_str(o, "subject", h->labels->names[x]);
    jo_kv_str(o, "object", h->labels->names[y]);
    jo_kv_strz(o, "verdict", prove_verdict_name(PROVE_PROVED));
    jo_kv_strz(o, "word", net_word_name(NET_WORD_NONE));
    jo_end_object(o);
}

static void write_sides(struct json_out *o, const struct net_half *h)
{
    for (int side = 0; side < 2; side++) {
        jo_key(o, side ? "objects" : "subjects");
        jo_array(o);
        for (uint32_t i = 0; i < h->labels->count; i++)
            if (!side || h->is_object[i])
                jo_str(o, h->labels->names[i]);
        jo_end_array(o);
    }
}

static bool write_cells(const struct net_view *v, struct json_out *o, struct report_sink *sink, struct err *e)
{
    const struct net_half *h = v->half;
    bool ok = true;
    for (uint32_t i = 0; i < h->cell_count && ok; i++) {
        if (net_view_has(v, &h->cells[i]))
            net_write_cell(h, &h->cells[i], o);
        ok = report_flush(sink, o->out, FLUSH_BYTES, e);
    }
    for (uint32_t x = 0; x < h->labels->count && h->labels->count <= PROVE_CLAIMS_ALL; x++)
        for (uint32_t y = 0; y < h->labels->count; y++)
            if (is_proved(v, x, y))
                write_proved(o, h, x, y);
    return ok;
}

bool net_report_json(const struct net_view *v, struct report_sink *sink, struct err *e)
{
    const struct net_half *h = v->half;
    struct buf b;
    struct json_out o;
    buf_init(&b, (size_t)256 << 20);
    jo_init(&o, &b, true);
    jo_object(&o);
    jo_kv_strz(&o, "schema", "ward.prove/1");
    jo_kv_strz(&o, "layer", "network");
    jo_kv_int(&o, "run", v->run);
    write_window(&o, h);
    write_counts(&o, h);
    write_sides(&o, h);
    jo_kv_strz(&o, "cells_not_listed", h->labels->count <= PROVE_CLAIMS_ALL ? "none" : h->cells_left ? "proved, and those counted in cells_left" : "proved");
    jo_kv_int(&o, "cells_left", (int64_t)h->cells_left);
    jo_key(&o, "cells");
    jo_array(&o);
    bool ok = write_cells(v, &o, sink, e);
    jo_end_array(&o);
    write_missing(&o, h);
    write_assumptions(&o, h, "assumptions", "assumption");
    write_assumptions(&o, h, "not_modelled", "not-modelled");
    jo_end_object(&o);
    buf_addc(&b, '\n');
    ok = ok && report_flush(sink, &b, 0, e);
    buf_done(&b);
    return ok;
}

static void csv_cell(struct csv *c, const struct net_half *h, const struct net_cell *cell, struct str reason)
{
    csv_str(c, h->labels->names[cell->subject]);
    csv_str(c, h->labels->names[cell->object]);
    csv_strz(c, prove_verdict_name(cell->verdict));
    csv_strz(c, net_word_name(cell->word));
    csv_int(c, cell->pivots);
    csv_str(c, reason);
    csv_end_row(c);
}

bool net_report_csv(const struct net_view *v, struct report_sink *sink, struct err *e)
{
    static const char *const titles[] = {"subject", "object", "verdict", "word", "pivots", "reason"};
    const struct net_half *h = v->half;
    struct buf b;
    struct csv c;
    bool ok = true;
    buf_init(&b, (size_t)64 << 20);
    csv_init(&c, &b);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        csv_strz(&c, titles[i]);
    csv_end_row(&c);
    for (uint32_t i = 0; i < h->cell_count && ok; i++) {
        if (net_view_has(v, &h->cells[i]))
            csv_cell(&c, h, &h->cells[i], h->cells[i].reason);
        ok = report_flush(sink, &b, FLUSH_BYTES, e);
    }
    for (uint32_t x = 0; x < h->labels->count && h->labels->count <= PROVE_CLAIMS_ALL; x++)
        for (uint32_t y = 0; y < h->labels->count; y++)
            if (is_proved(v, x, y))
                csv_cell(&c, h, &(struct net_cell){.subject = x, .object = y, .verdict = PROVE_PROVED, .word = NET_WORD_NONE}, STR(""));
    ok = ok && report_flush(sink, &b, 0, e);
    buf_done(&b);
    return ok;
}
