#include "report/joint.h"

#include "base/instant.h"
#include "cli/term.h"
#include "codec/text.h"
#include "report/prove.h"
#include "report/prove_net.h"

#include <inttypes.h>

enum { MATRIX_MAX = 12, SHOWN = 20, MISSING_SHOWN = 15, NAME_WIDTH = 24, WIDTH = 110 };

static enum paint paint_for(enum prove_verdict v)
{
    static const enum paint paints[] = {PAINT_PASS, PAINT_FAIL, PAINT_UNKNOWN, PAINT_WAIVED};
    return paints[v];
}

static void heading(const struct joint_view *v, struct buf *out, const char *text)
{
    buf_addc(out, '\n');
    paint(out, v->color, PAINT_HEAD, str_of(text));
    buf_addc(out, '\n');
}

static void write_head(const struct joint_view *v, struct buf *out)
{
    static const enum prove_verdict order[] = {PROVE_VIOLATED, PROVE_UNKNOWN, PROVE_DECLARED, PROVE_PROVED};
    const struct joint *j = v->joint;
    const struct proof *p = j->iam;
    const struct net_half *h = j->network;
    char from[INSTANT_TEXT_MAX], to[INSTANT_TEXT_MAX];
    paint(out, v->color, PAINT_HEAD, STR("ward prove"));
    if (v->company.len) {
        buf_addz(out, "  ");
        text_safe(out, v->company);
    }
    buf_addf(out, "  run %" PRId64 ", facts read from %s to %s\n", v->run, instant_z(p->world->from_us, from), instant_z(p->world->to_us, to));
    buf_addf(out, "%u tenant(s), %u account(s); %u principal(s), %u PHI store(s), %u key(s), %u way(s) from principal to principal;\n", p->labels.tenants,
             p->account_count, p->principal_count, p->store_count, p->key_count, p->graph->edge_count);
    buf_addf(out, "%u VPC(s), %u interface(s), %u thing(s) on the network\n", h->vpc_count, h->eni_count, h->thing_count);
    buf_addz(out, "Can the subject get at data or things of the object, by IAM, over the network, or by both together? ");
    for (int i = 0; i < PROVE_VERDICTS; i++) {
        buf_addz(out, i ? ", " : "");
        paint(out, v->color, paint_for(order[i]), arena_printf(j->arena, "%" PRIu64 " %s", j->counts[order[i]], prove_verdict_name(order[i])));
    }
    buf_addc(out, '\n');
    if (j->decided_network)
        buf_addf(out, "%u cell(s) of the IAM half that hang on the network were decided by it\n", j->decided_network);
}

static void pad(struct buf *out, struct str name, size_t width)
{
    size_t used = text_fit(out, name, width);
    for (; used < width; used++)
        buf_addc(out, ' ');
}

/* I: violated by IAM, N: by the network, B: by both together. */
static char letter_of(const struct joint *j, uint32_t x, uint32_t y)
{
    static const char letters[] = {'.', 'B', '?', 'd'};
    enum prove_verdict v = joint_verdict_of(j, x, y);
    size_t c = (size_t)x * j->iam->labels.count + y;
    bool iam = j->iam->is_object[y] && j->iam->verdicts[c] == v, network = j->network->is_object[y] && j->network->verdicts[c] == v;
    if (v != PROVE_VIOLATED || (!iam && !network))
        return letters[v];
    return iam && network ? 'X' : iam ? 'I' : 'N';
}

static void write_row(const struct joint_view *v, uint32_t x, uint32_t number, struct buf *out)
{
    const struct joint *j = v->joint;
    const struct prove_labels *l = &j->iam->labels;
    pad(out, number ? arena_printf(j->arena, "%2u %.*s", number, STR_ARG(l->names[x])) : l->names[x], NAME_WIDTH);
    for (uint32_t y = 0; y < l->count; y++) {
        if (!j->is_object[y])
            continue;
        char one[2] = {x == y ? '-' : letter_of(j, x, y), 0};
        buf_addz(out, "  ");
        paint(out, v->color, x == y ? PAINT_DIM : paint_for(joint_verdict_of(j, x, y)), str_of(one));
    }
    buf_addc(out, '\n');
}

static void write_matrix(const struct joint_view *v, struct buf *out)
{
    const struct joint *j = v->joint;
    const struct prove_labels *l = &j->iam->labels;
    uint32_t columns = 0, at = 0;
    for (uint32_t y = 0; y < l->count; y++)
        columns += j->is_object[y];
    if (columns > MATRIX_MAX || l->count > 2 * MATRIX_MAX || !columns)
        return;
    heading(v, out, "Matrix (rows: who; columns: whose; . proved, ? unknown, d declared, violated: I by IAM, N by the network, X by each, B by both together)");
    pad(out, STR(""), NAME_WIDTH);
    for (uint32_t y = 0; y < l->count; y++)
        if (j->is_object[y])
            buf_addf(out, " %2u", ++at);
    buf_addc(out, '\n');
    at = 0;
    for (uint32_t x = 0; x < l->count; x++)
        write_row(v, x, j->is_object[x] ? ++at : 0, out);
}

static void write_hop(const struct joint_view *v, const struct joint_hop *h, uint32_t number, struct buf *out)
{
    if (h->kind == JOINT_IAM && h->iam) {
        prove_text_hop(h->iam, number, out);
        if (h->note.len) {
            buf_addz(out, "        ");
            text_safe(out, h->note);
            buf_addc(out, '\n');
        }
        return;
    }
    buf_addf(out, "    %u. ", number);
    text_safe(out, h->from);
    buf_addz(out, h->kind == JOINT_RUNS_AS ? " runs as " : h->kind == JOINT_OPENS ? " opens a connection to " : " -> ");
    text_safe(out, h->to);
    if (h->note.len && h->kind != JOINT_RUNS_AS) {
        buf_addz(out, ", ");
        text_safe(out, h->note);
    }
    buf_addc(out, '\n');
    if (h->witness)
        net_text_witness(v->joint->network, h->witness, v->color, 8, out);
}

static void write_cuts(const struct str *cuts, uint32_t count, struct buf *out)
{
    for (uint32_t i = 0; i < count; i++) {
        buf_addz(out, i ? "        or " : "    cut any one of: ");
        text_safe(out, cuts[i]);
        buf_addc(out, '\n');
    }
}

static void write_names(const struct joint_view *v, const struct joint_cell *c, struct buf *out)
{
    const struct str *names = v->joint->iam->labels.names;
    buf_addz(out, "  ");
    paint(out, v->color, paint_for(c->verdict), names[c->subject]);
    buf_addz(out, " -> ");
    paint(out, v->color, paint_for(c->verdict), names[c->object]);
}

/* A violation by each half is two chains. */
void joint_text_cell(const struct joint_view *v, const struct joint_cell *c, struct buf *out)
{
    bool iam = c->iam && c->iam->verdict == c->verdict && !c->hop_count, network = c->network && c->network->verdict == c->verdict && !c->hop_count;
    if (iam || !network) {
        write_names(v, c, out);
        buf_addf(out, " (%.*s", STR_ARG(c->layer));
        if (c->pivots)
            buf_addf(out, ", over %u host(s) of others", c->pivots);
        buf_addz(out, "): ");
        text_safe(out, iam ? c->iam->reason : c->reason);
        buf_addc(out, '\n');
    }
    for (uint32_t i = 0; i < c->hop_count; i++)
        write_hop(v, &c->hops[i], i + 1, out);
    write_cuts(c->cuts, c->cut_count, out);
    for (uint32_t i = 0; iam && i < c->iam->hop_count && c->verdict != PROVE_DECLARED; i++)
        prove_text_hop(&c->iam->hops[i], i + 1, out);
    for (uint32_t i = 0; iam && i < c->iam->cut_count; i++) {
        buf_addz(out, i ? "        or " : "    cut any one of: ");
        text_safe(out, c->iam->cuts[i].edit);
        buf_addz(out, c->iam->cuts[i].all ? "\n" : " (this chain)\n");
    }
    if (network)
        net_text_cell(v->joint->network, c->network, v->color, out);
}

static void write_cells(const struct joint_view *v, enum prove_verdict verdict, const char *title, struct buf *out)
{
    const struct joint *j = v->joint;
    uint32_t shown = 0, left = 0;
    for (uint32_t i = 0; i < j->cell_count; i++) {
        const struct joint_cell *c = &j->cells[i];
        if (c->verdict != verdict || !joint_view_has(v, c->subject, c->object))
            continue;
        if (!v->all && shown == SHOWN) {
            left++;
            continue;
        }
        if (!shown++)
            heading(v, out, title);
        joint_text_cell(v, c, out);
    }
    if (left)
        buf_addf(out, "  %u more (--all-findings, or --output json)\n", left);
}

static void write_missing(const struct joint_view *v, const struct prove_missing *items, uint32_t count, const char *title, struct buf *out)
{
    uint32_t shown = count < MISSING_SHOWN || v->all ? count : MISSING_SHOWN;
    if (!count)
        return;
    heading(v, out, title);
    for (uint32_t i = 0; i < shown; i++) {
        buf_addz(out, "  ");
        text_safe(out, items[i].what);
        if (items[i].why.len) {
            buf_addz(out, ": ");
            text_safe(out, items[i].why);
        }
        if (items[i].action.len) {
            buf_addz(out, "; needs ");
            text_safe(out, items[i].action);
        }
        buf_addc(out, '\n');
    }
    if (shown < count)
        buf_addf(out, "  %u more (--all-findings)\n", count - shown);
}

static void write_assumptions(const struct joint_view *v, const char *kind, const char *title, struct buf *out)
{
    struct prove_assumption *items;
    uint32_t count = joint_assumptions(v->joint, &items);
    heading(v, out, title);
    for (uint32_t i = 0; i < count; i++) {
        if (!str_eqz(items[i].kind, kind))
            continue;
        buf_addz(out, "  - ");
        text_wrap(out, items[i].text, 4, 4, v->columns ? (size_t)v->columns : WIDTH);
        buf_addc(out, '\n');
    }
}

bool joint_report_text(const struct joint_view *v, struct report_sink *sink, struct err *e)
{
    const struct joint *j = v->joint;
    struct buf out;
    buf_init(&out, (size_t)256 << 20);
    write_head(v, &out);
    write_matrix(v, &out);
    write_cells(v, PROVE_VIOLATED, "Violated", &out);
    write_cells(v, PROVE_UNKNOWN, "Unknown", &out);
    write_cells(v, PROVE_DECLARED, "Declared", &out);
    if (j->cells_left)
        buf_addf(&out, "\n%" PRIu64 " more cell(s) that are not proved are counted above and not listed\n", j->cells_left);
    write_missing(v, j->iam->missing, j->iam->missing_count, "Not read, or not known, of IAM and the stores", &out);
    write_missing(v, j->network->missing, j->network->missing_count, "Not read, or not known, of the network", &out);
    write_assumptions(v, "assumption", "Taken for granted", &out);
    write_assumptions(v, "not-modelled", "Not modelled", &out);
    bool ok = out.failed ? err_set(e, ERR_LIMIT, "the report is larger than 256 MiB") : sink->write(sink->user, buf_str(&out), e);
    buf_done(&out);
    return ok;
}
