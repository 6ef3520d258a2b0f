#include "cli/table.h"
#include "codec/text.h"
#include "report/access.h"

enum { WORDS_MAX = 1 << 16 };

static const char *verdict(const struct who_row *row)
{
    switch (row->decision.result) {
    case IAM_ALLOWED: return "allowed";
    case IAM_ALLOWED_IF: return "if";
    case IAM_UNKNOWN: return "unknown";
    case IAM_IMPLICITLY_DENIED:
    case IAM_EXPLICITLY_DENIED: return "denied";
    }
    return "";
}

static struct str words(struct arena *a, const struct residue *f)
{
    struct buf text;
    buf_init(&text, WORDS_MAX);
    residue_write_words(f, &text);
    struct str s = arena_str(a, buf_str(&text));
    buf_done(&text);
    return s;
}

static struct str what_for(const struct who_report *r, const struct who_row *row)
{
    if (row->decision.result == IAM_UNKNOWN)
        return arena_printf(r->a, "not read: %.*s", STR_ARG(access_unread_words(r->a, row->decision.condition)));
    if (row->decision.result == IAM_ALLOWED_IF)
        return words(r->a, row->decision.condition);
    if (row->pattern_count && !(row->pattern_count == 1 && str_eqz(row->patterns[0].pattern, "*")))
        return row->pattern_count == 1 ? row->patterns[0].pattern
                                       : arena_printf(r->a, "%.*s and %u more", STR_ARG(row->patterns[0].pattern), row->pattern_count - 1);
    return STR("");
}

static void tell_outside(const struct who_report *r, struct buf *out)
{
    bool any = false;
    for (uint32_t i = 0; i < r->answer->count; i++)
        any = any || (r->answer->rows[i].row != WORLD_NONE && r->w->principals[r->answer->rows[i].row].kind == WORLD_OUTSIDE);
    if (any)
        buf_addz(out, "Of principals outside of what was collected, their own account decides; it is taken to allow.\n");
}

void who_report_text(const struct who_report *r, bool colour, int columns, struct buf *out)
{
    static const struct table_column titles[] = {{.title = "PRINCIPAL"}, {.title = "ACTION"}, {.title = ""},
                                                 {.title = "CONDITION", .elastic = true, .wrap = true}};
    struct table *t = table_new(r->a, titles, 4);
    for (uint32_t i = 0; i < r->answer->count; i++) {
        const struct who_row *row = &r->answer->rows[i];
        const struct iam_action_info *info = &r->w->catalogue->actions[row->action];
        table_row(t);
        table_cell(t, PAINT_PLAIN, row->principal);
        table_cell(t, PAINT_PLAIN, arena_printf(r->a, "%.*s:%.*s", STR_ARG(info->service), STR_ARG(info->name)));
        table_cell(t, row->decision.result == IAM_UNKNOWN ? PAINT_UNKNOWN : PAINT_PLAIN, str_of(verdict(row)));
        table_cell(t, PAINT_DIM, what_for(r, row));
    }
    if (r->answer->count)
        table_write(t, out, colour, 0, columns);
    else
        buf_addz(out, "Nobody.\n");
    uint32_t known = r->answer->count - r->answer->unknown;
    buf_addf(out, "%u may, %u cannot be told\n", known, r->answer->unknown);
    tell_outside(r, out);
}

void who_report_json(const struct who_report *r, struct buf *out)
{
    struct json_out o;
    jo_init(&o, out, true);
    jo_object(&o);
    jo_kv_strz(&o, "schema", "ward.who-can/1");
    jo_kv_int(&o, "run", r->run);
    jo_kv_str(&o, "resource", r->q->resource);
    jo_key(&o, "principals");
    jo_array(&o);
    for (uint32_t i = 0; i < r->answer->count; i++) {
        const struct who_row *row = &r->answer->rows[i];
        const struct iam_action_info *info = &r->w->catalogue->actions[row->action];
        jo_object(&o);
        jo_kv_str(&o, "principal", row->principal);
        jo_kv_str(&o, "action", arena_printf(r->a, "%.*s:%.*s", STR_ARG(info->service), STR_ARG(info->name)));
        if (row->type.len)
            jo_kv_str(&o, "resourceType", row->type);
        jo_kv_strz(&o, "result", iam_result_name(row->decision.result));
        if (row->on_session_name)
            jo_kv_bool(&o, "dependsOnSessionName", true);
        if (row->decision.result == IAM_ALLOWED_IF || row->decision.result == IAM_UNKNOWN) {
            jo_key(&o, "conditions");
            residue_write_json(row->decision.condition, &o);
            jo_kv_str(&o, "conditionsInWords", words(r->a, row->decision.condition));
        }
        if (row->pattern_count) {
            jo_key(&o, "patterns");
            jo_array(&o);
            for (uint32_t p = 0; p < row->pattern_count; p++)
                jo_str(&o, row->patterns[p].pattern);
            jo_end_array(&o);
        }
        jo_end_object(&o);
    }
    jo_end_array(&o);
    jo_kv_int(&o, "unknown", r->answer->unknown);
    jo_end_object(&o);
    buf_addc(out, '\n');
}
