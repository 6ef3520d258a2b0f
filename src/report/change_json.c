#include "report/change.h"

#include "base/instant.h"
#include "codec/csv.h"

static void write_side(struct json_out *o, const char *key, const struct change_side *s, bool made_up)
{
    char text[INSTANT_TEXT_MAX];
    int64_t from_us, to_us;
    change_window(s, &from_us, &to_us);
    jo_key(o, key);
    jo_object(o);
    if (!made_up)
        jo_kv_int(o, "run", s->run);
    jo_kv_strz(o, "from", instant_z(from_us, text));
    jo_kv_strz(o, "to", instant_z(to_us, text));
    jo_kv_strz(o, "verdict", prove_verdict_name(change_overall(s)));
    jo_end_object(o);
}

static void write_cause(struct json_out *o, const struct change_cause *c)
{
    char text[INSTANT_TEXT_MAX];
    jo_object(o);
    jo_kv_strz(o, "change", change_what_name(c->what));
    jo_kv_strz(o, "kind", c->kind);
    jo_kv_str(o, "id", c->id);
    jo_kv_str(o, "what", c->text);
    if (c->before.ptr)
        jo_kv_str(o, "before", c->before);
    jo_kv_bool(o, "tried", c->tried);
    jo_key(o, "acts");
    jo_array(o);
    for (uint32_t i = 0; i < c->act_count; i++) {
        jo_object(o);
        jo_kv_strz(o, "at", instant_z(c->acts[i].at_us, text));
        jo_kv_str(o, "actor", c->acts[i].actor);
        jo_kv_str(o, "event", c->acts[i].event);
        jo_end_object(o);
    }
    jo_end_array(o);
    jo_end_object(o);
}

static void write_cell(struct json_out *o, const struct changes *all, const struct change *c)
{
    const struct change_side *s = c->in_before ? all->before : all->after;
    if (c->kind != CHANGE_OPENED)
        return;
    jo_key(o, "cell");
    if (c->joint_cell)
        joint_write_cell(s->joint, c->joint_cell, o);
    else if (c->net_cell)
        net_write_cell(s->network, c->net_cell, o);
    else if (c->iam_cell)
        prove_write_cell(s->iam, c->iam_cell, o);
    else
        jo_null(o);
}

static void write_change(struct json_out *o, const struct changes *all, const struct change *c)
{
    jo_object(o);
    jo_kv_strz(o, "kind", change_kind_name(c->kind));
    jo_kv_str(o, "subject", c->subject);
    jo_kv_str(o, "object", c->object);
    jo_kv_str(o, "layer", c->layer);
    jo_kv_strz(o, "before", prove_verdict_name(c->before));
    jo_kv_strz(o, "after", prove_verdict_name(c->after));
    if (c->word_before != NET_WORDS) {
        jo_kv_strz(o, "word_before", net_word_name(c->word_before));
        jo_kv_strz(o, "word_after", net_word_name(c->word_after));
    }
    jo_kv_str(o, "reason", c->reason);
    jo_key(o, "causes");
    jo_array(o);
    for (uint32_t i = 0; i < c->cause_count; i++)
        write_cause(o, &c->causes[i]);
    jo_end_array(o);
    jo_key(o, "gaps");
    jo_array(o);
    for (uint32_t i = 0; i < c->gap_count; i++)
        jo_str(o, c->gaps[i]);
    jo_end_array(o);
    write_cell(o, all, c);
    jo_end_object(o);
}

bool change_report_json(const struct change_view *v, struct report_sink *sink, struct err *e)
{
    struct buf b;
    struct json_out o;
    const struct changes *c = v->changes;
    buf_init(&b, (size_t)256 << 20);
    jo_init(&o, &b, true);
    jo_object(&o);
    jo_kv_strz(&o, "schema", "ward.prove.changes/1");
    jo_kv_str(&o, "if", v->with);
    write_side(&o, "before", c->before, false);
    write_side(&o, "after", c->after, v->with.ptr != NULL);
    jo_key(&o, "counts");
    jo_object(&o);
    for (int k = 0; k < CHANGE_KINDS; k++)
        jo_kv_int(&o, change_kind_name((enum change_kind)k), (int64_t)c->counts[k]);
    jo_end_object(&o);
    jo_kv_bool(&o, "ledger", c->has_ledger);
    jo_kv_int(&o, "left_out", (int64_t)c->left);
    jo_key(&o, "changes");
    jo_array(&o);
    for (uint32_t i = 0; i < c->count; i++)
        if (change_view_has(v, &c->items[i]))
            write_change(&o, c, &c->items[i]);
    jo_end_array(&o);
    jo_end_object(&o);
    buf_addc(&b, '\n');
    bool ok =
        b.failed ? err_set(e, ERR_LIMIT, "the report is larger than 256 MiB") : sink->write(sink->user, buf_str(&b), e);
    buf_done(&b);
    return ok;
}

static void csv_row(struct csv *out, const struct change *c, const struct change_cause *cause)
{
    const struct str cells[] = {str_of(change_kind_name(c->kind)),
                                c->subject,
                                c->object,
                                c->layer,
                                str_of(prove_verdict_name(c->before)),
                                str_of(prove_verdict_name(c->after)),
                                c->reason,
                                cause ? str_of(change_what_name(cause->what)) : STR(""),
                                cause ? str_of(cause->kind) : STR(""),
                                cause ? cause->id : STR(""),
                                cause ? cause->text : STR(""),
                                cause ? cause->before : STR(""),
                                cause && cause->tried ? STR("1") : STR("")};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        csv_str(out, cells[i]);
    csv_end_row(out);
}

bool change_report_csv(const struct change_view *v, struct report_sink *sink, struct err *e)
{
    static const char *const titles[] = {"kind",   "subject", "object", "layer", "before",      "after", "reason",
                                         "change", "cause",   "id",     "what",  "what_before", "tried"};
    struct buf b;
    struct csv out;
    buf_init(&b, (size_t)256 << 20);
    csv_init(&out, &b);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        csv_strz(&out, titles[i]);
    csv_end_row(&out);
    for (uint32_t i = 0; i < v->changes->count; i++) {
        const struct change *c = &v->changes->items[i];
        if (!change_view_has(v, c))
            continue;
        for (uint32_t k = 0; k < c->cause_count; k++)
            csv_row(&out, c, &c->causes[k]);
        if (!c->cause_count)
            csv_row(&out, c, NULL);
    }
    bool ok =
        b.failed ? err_set(e, ERR_LIMIT, "the report is larger than 256 MiB") : sink->write(sink->user, buf_str(&b), e);
    buf_done(&b);
    return ok;
}
