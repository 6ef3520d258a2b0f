#include "report/prove_net.h"

#include "base/instant.h"
#include "cli/term.h"
#include "codec/text.h"

#include <inttypes.h>

enum { MATRIX_MAX = 12, SHOWN = 20, MISSING_SHOWN = 15, NAME_WIDTH = 24, WIDTH = 110 };

static enum paint paint_for(enum prove_verdict v)
{
    static const enum paint paints[] = {PAINT_PASS, PAINT_FAIL, PAINT_UNKNOWN, PAINT_WAIVED};
    return paints[v];
}

static void heading(const struct net_view *v, struct buf *out, const char *text)
{
    buf_addc(out, '\n');
    paint(out, v->color, PAINT_HEAD, str_of(text));
    buf_addc(out, '\n');
}

static void write_head(const struct net_view *v, struct buf *out)
{
    const struct net_half *h = v->half;
    struct reach_stats s = reach_stats_of(h->reach);
    char from[INSTANT_TEXT_MAX], to[INSTANT_TEXT_MAX];
    paint(out, v->color, PAINT_HEAD, STR("ward prove --network"));
    if (v->company.len) {
        buf_addz(out, "  ");
        text_safe(out, v->company);
    }
    buf_addf(out, "  run %" PRId64 ", facts read from %s to %s\n", v->run, instant_z(h->net->from_us, from), instant_z(h->net->to_us, to));
    buf_addf(out, "%u tenant(s), %u VPC(s), %u interface(s), %u thing(s), %u data store(s); %u class(es) of interfaces, %" PRIu64 " pair(s) looked at\n",
             h->labels->tenants, h->vpc_count, h->eni_count, h->thing_count, h->store_count, s.classes, s.pairs);
    buf_addz(out, "Can a host of the subject open a connection to a thing of the object? ");
    for (int i = 0; i < PROVE_VERDICTS; i++) {
        static const enum prove_verdict order[] = {PROVE_VIOLATED, PROVE_UNKNOWN, PROVE_DECLARED, PROVE_PROVED};
        buf_addz(out, i ? ", " : "");
        paint(out, v->color, paint_for(order[i]), arena_printf(h->arena, "%" PRIu64 " %s", h->counts[order[i]], prove_verdict_name(order[i])));
    }
    buf_addc(out, '\n');
}

static void pad(struct buf *out, struct str name, size_t width)
{
    size_t used = text_fit(out, name, width);
    for (; used < width; used++)
        buf_addc(out, ' ');
}

static void matrix_row(const struct net_half *h, bool color, uint32_t x, uint32_t number, struct buf *out)
{
    static const char letters[NET_WORDS + 1] = "DIOP?d.";
    pad(out, number ? arena_printf(h->arena, "%2u %.*s", number, STR_ARG(h->labels->names[x])) : h->labels->names[x], NAME_WIDTH);
    for (uint32_t y = 0; y < h->labels->count; y++) {
        if (!h->is_object[y])
            continue;
        size_t c = (size_t)x * h->labels->count + y;
        char one[2] = {x == y ? '-' : letters[h->words[c]], 0};
        buf_addz(out, "  ");
        paint(out, color, x == y ? PAINT_DIM : paint_for((enum prove_verdict)h->verdicts[c]), str_of(one));
    }
    buf_addc(out, '\n');
}

void net_text_matrix(const struct net_half *h, bool color, struct buf *out)
{
    uint32_t columns = 0, at = 0;
    for (uint32_t y = 0; y < h->labels->count; y++)
        columns += h->is_object[y];
    if (columns > MATRIX_MAX || h->labels->count > 2 * MATRIX_MAX || !columns)
        return;
    buf_addc(out, '\n');
    paint(out, color, PAINT_HEAD, STR("Matrix (rows: who; columns: whose; D direct, I by the Internet, O one-way, P over hosts of others, ? unknown, d declared, . none)"));
    buf_addc(out, '\n');
    pad(out, STR(""), NAME_WIDTH);
    for (uint32_t y = 0; y < h->labels->count; y++)
        if (h->is_object[y])
            buf_addf(out, " %2u", ++at);
    buf_addc(out, '\n');
    at = 0;
    for (uint32_t x = 0; x < h->labels->count; x++)
        matrix_row(h, color, x, h->is_object[x] ? ++at : 0, out);
}

static void spaces(struct buf *out, int count)
{
    for (int i = 0; i < count; i++)
        buf_addc(out, ' ');
}

static void write_hop(const struct net_half *h, const struct walk_hop *p, bool color, int indent, struct buf *out)
{
    static const enum paint paints[] = {PAINT_PLAIN, PAINT_FAIL, PAINT_UNKNOWN};
    spaces(out, indent);
    buf_addf(out, "%s ", net_kind_name(p->at.kind));
    text_safe(out, net_id(h->net, p->at));
    if (p->note.len) {
        buf_addz(out, ": ");
        paint(out, color, paints[p->act], p->note);
    }
    struct str by = p->by.kind == NET_NOTHING ? str_make(NULL, 0) : net_id(h->net, p->by);
    if (by.len && !str_contains(p->note, by) && !str_eq(by, net_id(h->net, p->at))) {
        buf_addz(out, " [");
        text_safe(out, by);
        buf_addc(out, ']');
    }
    if (p->code)
        buf_addf(out, " (%s)", p->code);
    buf_addc(out, '\n');
}

void net_text_witness(const struct net_half *h, const struct reach_witness *w, bool color, int indent, struct buf *out)
{
    const struct walk_path *p = w->path;
    spaces(out, indent);
    text_safe(out, net_thing_words(h->arena, h->net, w->from_thing));
    buf_addz(out, " -> ");
    text_safe(out, net_thing_words(h->arena, h->net, w->to_thing));
    buf_addz(out, ", ");
    text_safe(out, net_port_words(h->arena, w->flow.proto, w->lo, w->hi));
    buf_addf(out, "%s%s\n", p && p->internet ? ", by the Internet" : "", w->chosen_source_ports ? ", with source ports that the sender chooses" : "");
    for (uint32_t i = 0; p && i < p->hop_count; i++)
        write_hop(h, &p->hops[i], color, indent + 2, out);
    if (p && p->return_count && p->verdict != REACH_DIRECT) {
        spaces(out, indent + 2);
        buf_addz(out, "the answer:\n");
        for (uint32_t i = 0; i < p->return_count; i++)
            write_hop(h, &p->return_hops[i], color, indent + 4, out);
    }
    spaces(out, indent + 2);
    buf_addz(out, "again: ");
    text_safe(out, net_replay(h->arena, h, w));
    buf_addc(out, '\n');
}

void net_text_cell(const struct net_half *h, const struct net_cell *c, bool color, struct buf *out)
{
    buf_addz(out, "  ");
    paint(out, color, paint_for(c->verdict), h->labels->names[c->subject]);
    buf_addz(out, " -> ");
    paint(out, color, paint_for(c->verdict), h->labels->names[c->object]);
    if (c->word == NET_WORD_PIVOT)
        buf_addf(out, ": PIVOT(%u): ", c->pivots);
    else
        buf_addf(out, ": %s: ", net_word_name(c->word));
    text_safe(out, c->reason);
    buf_addc(out, '\n');
    for (uint32_t i = 0; i < c->witness_count && c->verdict != PROVE_DECLARED; i++)
        net_text_witness(h, &c->witnesses[i], color, 4, out);
    for (uint32_t i = 0; i < c->cut_count; i++) {
        buf_addz(out, i ? "        or " : "    cut any one of: ");
        text_safe(out, c->cuts[i]);
        buf_addc(out, '\n');
    }
}

static void write_cells(const struct net_view *v, enum prove_verdict verdict, const char *title, struct buf *out)
{
    const struct net_half *h = v->half;
    uint32_t shown = 0, left = 0;
    for (uint32_t i = 0; i < h->cell_count; i++) {
        const struct net_cell *c = &h->cells[i];
        if (c->verdict != verdict || !net_view_has(v, c))
            continue;
        if (!v->all && shown == SHOWN) {
            left++;
            continue;
        }
        if (!shown++)
            heading(v, out, title);
        net_text_cell(h, c, v->color, out);
    }
    if (left)
        buf_addf(out, "  %u more (--all-findings, or --output json)\n", left);
}

static void write_missing(const struct net_view *v, struct buf *out)
{
    const struct net_half *h = v->half;
    uint32_t shown = h->missing_count < MISSING_SHOWN || v->all ? h->missing_count : MISSING_SHOWN;
    if (!h->missing_count)
        return;
    heading(v, out, "Not read, or not known");
    for (uint32_t i = 0; i < shown; i++) {
        const struct prove_missing *m = &h->missing[i];
        buf_addz(out, "  ");
        text_safe(out, m->what);
        if (m->why.len) {
            buf_addz(out, ": ");
            text_safe(out, m->why);
        }
        if (m->action.len) {
            buf_addz(out, "; needs ");
            text_safe(out, m->action);
        }
        buf_addc(out, '\n');
    }
    if (shown < h->missing_count)
        buf_addf(out, "  %u more (--all-findings)\n", h->missing_count - shown);
}

static void write_assumptions(const struct net_view *v, const char *kind, const char *title, struct buf *out)
{
    struct prove_assumption *items;
    uint32_t count = net_assumptions(v->half, &items);
    bool titled = false;
    for (uint32_t i = 0; i < count; i++) {
        if (!str_eqz(items[i].kind, kind))
            continue;
        if (!titled)
            heading(v, out, title);
        titled = true;
        buf_addz(out, "  - ");
        text_wrap(out, items[i].text, 4, 4, v->columns ? (size_t)v->columns : WIDTH);
        buf_addc(out, '\n');
    }
}

bool net_report_text(const struct net_view *v, struct report_sink *sink, struct err *e)
{
    struct buf out;
    buf_init(&out, (size_t)256 << 20);
    write_head(v, &out);
    net_text_matrix(v->half, v->color, &out);
    write_cells(v, PROVE_VIOLATED, "Violated", &out);
    write_cells(v, PROVE_UNKNOWN, "Unknown", &out);
    write_cells(v, PROVE_DECLARED, "Declared", &out);
    if (v->half->cells_left)
        buf_addf(&out, "\n%" PRIu64 " more cell(s) that are not proved are counted above and not listed\n", v->half->cells_left);
    write_missing(v, &out);
    write_assumptions(v, "assumption", "Taken for granted", &out);
    write_assumptions(v, "not-modelled", "Not modelled", &out);
    bool ok = out.failed ? err_set(e, ERR_LIMIT, "the report is larger than 256 MiB") : sink->write(sink->user, buf_str(&out), e);
    buf_done(&out);
    return ok;
}
