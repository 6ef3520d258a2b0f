#include "report/prove.h"

#include "base/instant.h"
#include "cli/term.h"
#include "codec/text.h"

#include <inttypes.h>

enum { MATRIX_MAX = 12, SHOWN = 20, MISSING_SHOWN = 15, NAME_WIDTH = 24 };

struct writer {
    const struct prove_view *v;
    const struct proof *p;
    struct buf out;
    const struct prove_reach **told; /* reaches that a chain was printed for */
    uint32_t told_count;
};

static enum paint paint_for(enum prove_verdict v)
{
    static const enum paint paints[] = {PAINT_PASS, PAINT_FAIL, PAINT_UNKNOWN, PAINT_WAIVED};
    return paints[v];
}

static void put(struct writer *w, enum paint p, struct str text) { paint(&w->out, w->v->color, p, text); }

static void heading(struct writer *w, const char *text)
{
    buf_addc(&w->out, '\n');
    put(w, PAINT_HEAD, str_of(text));
    buf_addc(&w->out, '\n');
}

static void write_head(struct writer *w)
{
    const struct proof *p = w->p;
    char from[INSTANT_TEXT_MAX], to[INSTANT_TEXT_MAX];
    put(w, PAINT_HEAD, STR("ward prove --iam"));
    if (w->v->company.len) {
        buf_addz(&w->out, "  ");
        text_safe(&w->out, w->v->company);
    }
    buf_addf(&w->out, "  run %" PRId64 ", facts read from %s to %s\n", w->v->run, instant_z(p->world->from_us, from), instant_z(p->world->to_us, to));
    buf_addf(&w->out, "%u tenant(s), %u account(s), %u principal(s), %u PHI store(s), %u key(s); %u way(s) from principal to principal\n", p->labels.tenants,
             p->account_count, p->principal_count, p->store_count, p->key_count, p->graph->edge_count);
    buf_addz(&w->out, "Can a principal of the subject reach data of the object? ");
    for (int i = 0; i < PROVE_VERDICTS; i++) {
        static const enum prove_verdict order[] = {PROVE_VIOLATED, PROVE_UNKNOWN, PROVE_DECLARED, PROVE_PROVED};
        buf_addz(&w->out, i ? ", " : "");
        put(w, paint_for(order[i]), arena_printf(p->arena, "%" PRIu64 " %s", p->counts[order[i]], prove_verdict_name(order[i])));
    }
    buf_addc(&w->out, '\n');
}

static void pad(struct writer *w, struct str name, size_t width)
{
    size_t used = text_fit(&w->out, name, width);
    for (; used < width; used++)
        buf_addc(&w->out, ' ');
}

static void write_matrix(struct writer *w)
{
    static const char letters[] = {'.', 'X', '?', 'd'};
    const struct proof *p = w->p;
    uint32_t columns = 0, at = 0;
    for (uint32_t y = 0; y < p->labels.count; y++)
        columns += p->is_object[y];
    if (columns > MATRIX_MAX || p->labels.count > 2 * MATRIX_MAX || !columns)
        return;
    heading(w, "Matrix (rows: who; columns: whose data; . proved, X violated, ? unknown, d declared)");
    pad(w, STR(""), NAME_WIDTH);
    for (uint32_t y = 0; y < p->labels.count; y++)
        if (p->is_object[y])
            buf_addf(&w->out, " %2u", ++at);
    buf_addc(&w->out, '\n');
    at = 0;
    for (uint32_t x = 0; x < p->labels.count; x++) {
        pad(w, p->is_object[x] ? arena_printf(p->arena, "%2u %.*s", ++at, STR_ARG(p->labels.names[x])) : p->labels.names[x], NAME_WIDTH);
        for (uint32_t y = 0; y < p->labels.count; y++) {
            if (!p->is_object[y])
                continue;
            enum prove_verdict v = prove_verdict_of(p, x, y);
            char one[2] = {x == y ? '-' : letters[v], 0};
            buf_addz(&w->out, "  ");
            put(w, x == y ? PAINT_DIM : paint_for(v), str_of(one));
        }
        buf_addc(&w->out, '\n');
    }
}

static void write_condition(struct buf *out, const struct residue *r)
{
    struct buf words;
    if (r == residue_true)
        return;
    buf_init(&words, 4096);
    residue_write_words(r, &words);
    buf_addz(out, "        if ");
    text_safe(out, buf_str(&words));
    buf_addc(out, '\n');
    buf_done(&words);
}

static bool write_grant(struct buf *out, const struct prove_statement *s)
{
    bool acl = str_eqz(s->layer, "acl");
    if (!acl && !str_eqz(s->layer, "grant"))
        return false;
    buf_addz(out, acl ? "        by the ACL of " : "        by grant ");
    text_safe(out, acl ? s->of : s->policy);
    buf_addz(out, acl ? ": " : " of ");
    text_safe(out, acl ? s->policy : s->of);
    buf_addc(out, '\n');
    return true;
}

void prove_text_hop(const struct prove_hop *h, uint32_t number, struct buf *out)
{
    bool last = str_eqz(h->path, "access");
    buf_addf(out, "    %u. ", number);
    if (h->principal == WORLD_NONE) {
        text_safe(out, h->to);
        buf_addz(out, " is shared with ");
        text_safe(out, h->from);
        buf_addz(out, " (");
        text_safe(out, h->path);
        buf_addz(out, ")\n");
        return;
    }
    text_safe(out, h->from);
    buf_addz(out, last ? " can " : ": ");
    text_safe(out, h->title);
    if (!last) {
        buf_addz(out, " (");
        text_safe(out, h->path);
        buf_addz(out, ") ->");
    }
    buf_addc(out, ' ');
    text_safe(out, h->to);
    buf_addc(out, '\n');
    for (uint32_t i = 0; i < h->action_count; i++) {
        buf_addz(out, "        ");
        text_safe(out, h->actions[i]);
        buf_addz(out, " on ");
        text_safe(out, h->resources[i]);
        buf_addc(out, '\n');
    }
    for (uint32_t i = 0; i < h->statement_count; i++) {
        const struct prove_statement *s = &h->statements[i];
        if (write_grant(out, s))
            continue;
        buf_addz(out, s->of.ptr ? "        by the policy of " : "        by ");
        text_safe(out, s->of.ptr ? s->of : s->policy);
        buf_addf(out, ", statement %u", s->index + 1);
        if (s->sid.len) {
            buf_addz(out, " (");
            text_safe(out, s->sid);
            buf_addc(out, ')');
        }
        buf_addc(out, '\n');
    }
    write_condition(out, h->guard);
}

static bool was_told(const struct writer *w, const struct prove_cell *c)
{
    for (uint32_t i = 0; c->reach && i < w->told_count; i++)
        if (w->told[i] == c->reach)
            return true;
    return false;
}

/* An access that is everybody's: every subject has it. */
static bool is_open(const struct writer *w, const struct prove_cell *c)
{
    if (!c->reach || c->node_count > 1)
        return false;
    return c->reach->subjects || w->p->label_of[w->p->graph->nodes[c->reach->node].principal] == WORLD_NONE;
}

static void write_cell(struct writer *w, const struct prove_cell *c)
{
    buf_addz(&w->out, "  ");
    put(w, paint_for(c->verdict), w->p->labels.names[c->subject]);
    buf_addz(&w->out, " -> ");
    put(w, paint_for(c->verdict), w->p->labels.names[c->object]);
    buf_addz(&w->out, ": ");
    text_safe(&w->out, c->reason);
    buf_addc(&w->out, '\n');
    bool told = was_told(w, c) && c->verdict != PROVE_VIOLATED;
    if (c->reach)
        w->told[w->told_count++] = c->reach;
    for (uint32_t i = 0; i < c->hop_count && !told; i++)
        prove_text_hop(&c->hops[i], i + 1, &w->out);
    for (uint32_t i = 0; i < c->cut_count; i++) {
        buf_addz(&w->out, i ? "        or " : "    cut any one of: ");
        text_safe(&w->out, c->cuts[i].edit);
        buf_addz(&w->out, c->cuts[i].all ? "\n" : " (this chain)\n");
    }
}

/* Cells of one kind; where anybody reaches a store, one line stands for all subjects. */
static void write_cells(struct writer *w, enum prove_verdict verdict, const char *title)
{
    const struct proof *p = w->p;
    uint32_t shown = 0, left = 0, same = 0;
    bool titled = false;
    for (uint32_t i = 0; i < p->cell_count; i++) {
        const struct prove_cell *c = &p->cells[i];
        if (c->verdict != verdict || !prove_view_has(w->v, c))
            continue;
        bool again = !w->v->all && is_open(w, c) && was_told(w, c);
        if (again || (!w->v->all && shown == SHOWN) || !c->reason.ptr) {
            same += again;
            left += !again;
            continue;
        }
        if (!titled)
            heading(w, title);
        titled = true;
        write_cell(w, c);
        shown++;
    }
    if (same)
        buf_addf(&w->out, "  %u more cell(s) by the same access, which is open to everybody\n", same);
    if (left)
        buf_addf(&w->out, "  %u more (--all-findings, or --output json)\n", left);
}

static void write_missing(struct writer *w)
{
    const struct proof *p = w->p;
    uint32_t shown = p->missing_count < MISSING_SHOWN || w->v->all ? p->missing_count : MISSING_SHOWN;
    if (!p->missing_count)
        return;
    heading(w, "Not read, or not known");
    for (uint32_t i = 0; i < shown; i++) {
        const struct prove_missing *m = &p->missing[i];
        buf_addz(&w->out, "  ");
        text_safe(&w->out, m->what);
        if (m->why.len) {
            buf_addz(&w->out, ": ");
            text_safe(&w->out, m->why);
        }
        if (m->action.len) {
            buf_addz(&w->out, "; needs ");
            text_safe(&w->out, m->action);
        }
        buf_addc(&w->out, '\n');
    }
    if (shown < p->missing_count)
        buf_addf(&w->out, "  %u more (--all-findings)\n", p->missing_count - shown);
}

static void write_assumptions(struct writer *w, const char *kind, const char *title)
{
    struct prove_assumption *items;
    uint32_t count = prove_assumptions(w->p->arena, &items);
    heading(w, title);
    for (uint32_t i = 0; i < count; i++) {
        if (!str_eqz(items[i].kind, kind))
            continue;
        buf_addz(&w->out, "  - ");
        text_wrap(&w->out, items[i].text, 4, 4, w->v->columns ? (size_t)w->v->columns : 110);
        buf_addc(&w->out, '\n');
    }
    if (w->p->capped && str_eqz(str_of(kind), "assumption"))
        buf_addz(&w->out, "  - Some condition was too large to be judged to the end and is taken as one that can be met.\n");
}

bool prove_report_text(const struct prove_view *v, struct report_sink *sink, struct err *e)
{
    struct writer w = {.v = v, .p = v->proof};
    buf_init(&w.out, (size_t)256 << 20);
    w.told = arena_array_of(v->proof->arena, const struct prove_reach *, v->proof->cell_count + 1);
    write_head(&w);
    write_matrix(&w);
    write_cells(&w, PROVE_VIOLATED, "Violated");
    write_cells(&w, PROVE_UNKNOWN, "Unknown");
    write_cells(&w, PROVE_DECLARED, "Declared");
    write_missing(&w);
    write_assumptions(&w, "assumption", "Taken for granted");
    write_assumptions(&w, "not-modelled", "Not modelled");
    bool ok = w.out.failed ? err_set(e, ERR_LIMIT, "the report is larger than 256 MiB") : sink->write(sink->user, buf_str(&w.out), e);
    buf_done(&w.out);
    return ok;
}
