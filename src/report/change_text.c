#include "report/change.h"

#include "base/instant.h"
#include "cli/term.h"
#include "codec/text.h"
#include "report/prove.h"
#include "report/prove_net.h"

#include <inttypes.h>

enum { SHOWN = 20, UNTRIED_SHOWN = 6 };

static enum paint paint_for(enum prove_verdict v)
{
    static const enum paint paints[] = {PAINT_PASS, PAINT_FAIL, PAINT_UNKNOWN, PAINT_WAIVED};
    return paints[v];
}

bool change_view_has(const struct change_view *v, const struct change *c)
{
    return (!v->from.ptr || str_eq(v->from, c->subject)) && (!v->to.ptr || str_eq(v->to, c->object));
}

static void write_side(const struct change_side *s, const char *title, struct buf *out)
{
    char from[INSTANT_TEXT_MAX], to[INSTANT_TEXT_MAX];
    int64_t from_us, to_us;
    change_window(s, &from_us, &to_us);
    buf_addf(out, "%s: run %" PRId64 ", facts read from %s to %s: %s\n", title, s->run, instant_z(from_us, from),
             instant_z(to_us, to), prove_verdict_name(change_overall(s)));
}

static void write_head(const struct change_view *v, struct buf *out)
{
    static const char *const words[CHANGE_KINDS] = {"opened", "became unknown", "closed", "became known",
                                                    "changed otherwise"};
    const struct changes *c = v->changes;
    paint(out, v->color, PAINT_HEAD, v->with.ptr ? STR("ward prove --with") : STR("ward prove --since"));
    if (v->company.len) {
        buf_addz(out, "  ");
        text_safe(out, v->company);
    }
    buf_addc(out, '\n');
    if (v->with.ptr) {
        write_side(c->before, "as it is", out);
        buf_addz(out, "If this change is made: ");
        text_safe(out, v->with);
        buf_addf(out, ": %s\n", prove_verdict_name(change_overall(c->after)));
    } else {
        write_side(c->before, "before", out);
        write_side(c->after, "now", out);
    }
    for (int k = 0; k < CHANGE_KINDS; k++)
        buf_addf(out, "%s%" PRIu64 " %s", k ? ", " : "", c->counts[k], words[k]);
    buf_addc(out, '\n');
}

static void write_cause(const struct change_view *v, const struct change_cause *c, struct buf *out)
{
    buf_addf(out, "    %s %s: ", c->kind, change_what_name(c->what));
    text_safe(out, c->text);
    if (c->before.ptr) {
        buf_addz(out, "; before: ");
        text_safe(out, c->before);
    }
    if (c->tried)
        paint(out, v->color, PAINT_DIM, STR(" (tried)"));
    buf_addc(out, '\n');
    for (uint32_t i = 0; i < c->act_count; i++) {
        char at[INSTANT_TEXT_MAX];
        buf_addf(out, "        %s ", instant_z(c->acts[i].at_us, at));
        text_safe(out, c->acts[i].actor);
        buf_addc(out, ' ');
        text_safe(out, c->acts[i].event);
        buf_addc(out, '\n');
    }
}

/* Where something was tried, the rest did nothing that is known: a few of it. */
static void write_causes(const struct change_view *v, const struct change *c, struct buf *out)
{
    uint32_t untried = 0;
    for (uint32_t i = 0; i < c->cause_count; i++) {
        untried += !c->causes[i].tried;
        if (v->all || untried <= UNTRIED_SHOWN)
            write_cause(v, &c->causes[i], out);
    }
    if (!v->all && untried > UNTRIED_SHOWN)
        buf_addf(out, "    %u more that differ (--all-findings)\n", untried - UNTRIED_SHOWN);
    if (!c->cause_count && (c->kind == CHANGE_OPENED || c->kind == CHANGE_CLOSED))
        buf_addz(out, "    nothing on the way shown differs: what the whole proof rests on does\n");
    for (uint32_t i = 0; i < c->gap_count; i++) {
        buf_addz(out, c->kind == CHANGE_KNOWN ? "    read now: " : "    not read now: ");
        text_safe(out, c->gaps[i]);
        buf_addc(out, '\n');
    }
}

static void write_way(const struct change_view *v, const struct change *c, struct buf *out)
{
    const struct changes *all = v->changes;
    const struct change_side *s = c->in_before ? all->before : all->after;
    for (uint32_t i = 0; c->joint_cell && i < c->joint_cell->hop_count; i++) {
        const struct joint_hop *h = &c->joint_cell->hops[i];
        if (h->kind == JOINT_IAM && h->iam) {
            prove_text_hop(h->iam, i + 1, out);
            continue;
        }
        buf_addf(out, "    %u. ", i + 1);
        text_safe(out, h->from);
        buf_addz(out, h->kind == JOINT_RUNS_AS ? " runs as "
                      : h->kind == JOINT_OPENS ? " opens a connection to "
                                               : " -> ");
        text_safe(out, h->to);
        buf_addc(out, '\n');
        if (h->witness)
            net_text_witness(s->network, h->witness, v->color, 8, out);
    }
    for (uint32_t i = 0; c->net_cell && i < c->net_cell->witness_count; i++)
        net_text_witness(s->network, &c->net_cell->witnesses[i], v->color, 6, out);
    for (uint32_t i = 0; c->iam_cell && i < c->iam_cell->hop_count; i++)
        prove_text_hop(&c->iam_cell->hops[i], i + 1, out);
}

static void write_change(const struct change_view *v, const struct change *c, struct buf *out)
{
    buf_addz(out, "  ");
    paint(out, v->color, paint_for(c->after), c->subject);
    buf_addz(out, " -> ");
    paint(out, v->color, paint_for(c->after), c->object);
    buf_addf(out, " (%.*s): %s", STR_ARG(c->layer), prove_verdict_name(c->before));
    if (c->before != c->after)
        buf_addf(out, " -> %s", prove_verdict_name(c->after));
    if (c->word_before != c->word_after)
        buf_addf(out, ", %s -> %s", net_word_name(c->word_before), net_word_name(c->word_after));
    if (c->reason.len && (c->kind == CHANGE_OPENED || c->kind == CHANGE_UNKNOWN)) {
        buf_addz(out, ": ");
        text_safe(out, c->reason);
    }
    buf_addc(out, '\n');
    write_causes(v, c, out);
    if (c->kind == CHANGE_OPENED)
        write_way(v, c, out);
}

static void write_kind(const struct change_view *v, enum change_kind kind, const char *title, struct buf *out)
{
    uint32_t shown = 0, left = 0;
    for (uint32_t i = 0; i < v->changes->count; i++) {
        const struct change *c = &v->changes->items[i];
        if (c->kind != kind || !change_view_has(v, c))
            continue;
        if (!v->all && shown == SHOWN) {
            left++;
            continue;
        }
        if (!shown++) {
            buf_addc(out, '\n');
            paint(out, v->color, PAINT_HEAD, str_of(title));
            buf_addc(out, '\n');
        }
        write_change(v, c, out);
    }
    if (left)
        buf_addf(out, "  %u more (--all-findings, or --output json)\n", left);
}

bool change_report_text(const struct change_view *v, struct report_sink *sink, struct err *e)
{
    struct buf out;
    buf_init(&out, (size_t)256 << 20);
    write_head(v, &out);
    write_kind(v, CHANGE_OPENED, "Opened", &out);
    write_kind(v, CHANGE_UNKNOWN, "Became unknown", &out);
    write_kind(v, CHANGE_CLOSED, "Closed", &out);
    write_kind(v, CHANGE_KNOWN, "Became known", &out);
    write_kind(v, CHANGE_WORD, "Changed otherwise", &out);
    if (v->changes->counts[CHANGE_OPENED] + v->changes->counts[CHANGE_CLOSED])
        buf_addz(&out, "\n(tried): with this alone as it was on the other side, the way is not there.\n");
    if (!v->changes->has_ledger && !v->with.ptr && v->changes->count)
        buf_addz(&out, "Who did it and when is not told: the store has no ledger.\n");
    bool ok = out.failed ? err_set(e, ERR_LIMIT, "the report is larger than 256 MiB")
                         : sink->write(sink->user, buf_str(&out), e);
    buf_done(&out);
    return ok;
}
