#include "cli/term.h"
#include "codec/text.h"
#include "report/access.h"

enum { NAMES_MAX = 12, RESOURCES_SHOWN = 4 };

struct span {
    uint32_t from, to;
};

/* "s3: GetObject, PutObject and 12 more", or "s3: all 170 actions". */
static void service_line(const struct what_report *r, const struct what_statement *s, struct span span, int columns, struct buf *out)
{
    const struct iam_catalogue *c = r->w->catalogue;
    struct buf names;
    uint32_t count = 0;
    buf_init(&names, 1 << 16);
    for (uint32_t i = span.from; i < span.to; i++)
        if (bits_get(s->actions, i) && count++ < NAMES_MAX)
            buf_addf(&names, "%s%.*s", count > 1 ? ", " : "", STR_ARG(c->actions[i].name));
    if (count == span.to - span.from)
        buf_addf(out, "    %-22.*s all %u actions\n", STR_ARG(c->actions[span.from].service), count);
    else if (count) {
        if (count > NAMES_MAX)
            buf_addf(&names, " and %u more", count - NAMES_MAX);
        buf_addf(out, "    %-22.*s ", STR_ARG(c->actions[span.from].service));
        text_wrap(out, buf_str(&names), 27, 27, columns > 40 && columns < 200 ? (size_t)columns : 100);
        buf_addc(out, '\n');
    }
    buf_done(&names);
}

static void place(const struct what_statement *s, struct buf *out)
{
    buf_addz(out, s->not_resource ? " on everything but" : " on");
    for (uint32_t i = 0; i < s->resource_count && i < RESOURCES_SHOWN; i++) {
        buf_addz(out, i ? ", " : " ");
        if (str_eqz(s->resources[i], "*"))
            buf_addz(out, "everything");
        else
            text_safe(out, s->resources[i]);
    }
    if (s->resource_count > RESOURCES_SHOWN)
        buf_addf(out, " and %u more", s->resource_count - RESOURCES_SHOWN);
    for (uint32_t i = 0; i < s->condition_count; i++) {
        const struct iam_condition *k = s->conditions[i];
        buf_addz(out, i ? ", and " : "\n    if ");
        text_safe(out, k->key);
        buf_addf(out, " %.*s", STR_ARG(k->op_text));
        for (uint32_t v = 0; v < k->count && v < RESOURCES_SHOWN; v++) {
            buf_addz(out, v ? " or " : " ");
            text_safe(out, k->values[v].text);
        }
        if (k->count > RESOURCES_SHOWN)
            buf_addz(out, " ...");
    }
    buf_addc(out, '\n');
}

void what_report_text(const struct what_report *r, bool colour, int columns, struct buf *out)
{
    const struct iam_catalogue *c = r->w->catalogue;
    for (uint32_t i = 0; i < r->answer->count; i++) {
        const struct what_statement *s = &r->answer->statements[i];
        buf_addz(out, "  ");
        paint(out, colour, s->allow ? PAINT_PASS : PAINT_FAIL, s->allow ? STR("may") : STR("may not"));
        place(s, out);
        if (bits_count(s->actions, bits_words(c->action_count)) == c->action_count) {
            buf_addf(out, "    all %u actions of AWS\n", c->action_count);
            continue;
        }
        for (uint32_t from = 0; from < c->action_count;) {
            struct span span = {from, from + 1};
            while (span.to < c->action_count && str_eq(c->actions[span.to].service, c->actions[from].service))
                span.to++;
            service_line(r, s, span, columns, out);
            from = span.to;
        }
    }
    if (!r->answer->count)
        buf_addz(out, "  nothing\n");
    for (uint32_t i = 0; i < r->answer->unread_count; i++) {
        buf_addz(out, "  not read: ");
        text_safe(out, r->answer->unread[i]);
        buf_addc(out, '\n');
    }
    if (r->answer->wider)
        buf_addz(out, "  It is at most this: a boundary or an SCP narrows it in a way that one statement cannot say; ask `ward can`.\n");
}

void what_report_json(const struct what_report *r, struct buf *out)
{
    struct json_out o;
    jo_init(&o, out, true);
    what_write(r->w, r->answer, true, false, &o);
    buf_addc(out, '\n');
}
