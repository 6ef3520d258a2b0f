#include "access/what.h"

static void lower_key(struct json_out *o, struct str text, bool lower)
{
    char name[256];
    if (!lower || text.len >= sizeof name) {
        jo_key_str(o, text);
        return;
    }
    for (size_t i = 0; i < text.len; i++)
        name[i] = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? (char)(text.ptr[i] + 32) : text.ptr[i];
    jo_key_str(o, str_make(name, text.len));
}

/* Entries of one operator stand together. */
static void write_conditions(const struct what_statement *s, bool lower, struct json_out *o)
{
    jo_key(o, "Condition");
    jo_object(o);
    for (uint32_t i = 0; i < s->condition_count; i++) {
        bool first = true;
        for (uint32_t j = 0; j < i && first; j++)
            first = !str_eq_nocase(s->conditions[j]->op_text, s->conditions[i]->op_text);
        if (!first)
            continue;
        lower_key(o, s->conditions[i]->op_text, lower);
        jo_object(o);
        for (uint32_t j = i; j < s->condition_count; j++) {
            if (!str_eq_nocase(s->conditions[j]->op_text, s->conditions[i]->op_text))
                continue;
            lower_key(o, s->conditions[j]->key, lower);
            jo_array(o);
            for (uint32_t v = 0; v < s->conditions[j]->count; v++)
                jo_str(o, s->conditions[j]->values[v].text);
            jo_end_array(o);
        }
        jo_end_object(o);
    }
    jo_end_object(o);
}

static bool whole(const struct what_statement *s, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        if (!bits_get(s->actions, i))
            return false;
    return from < to;
}

static void write_action(const struct iam_action_info *info, const char *name, struct json_out *o)
{
    char text[256];
    struct str n = name ? str_of(name) : info->name;
    int len = 0;
    if (info->service.len + n.len + 2 < sizeof text) {
        memcpy(text, info->service.ptr, info->service.len);
        text[info->service.len] = ':';
        memcpy(text + info->service.len + 1, n.ptr, n.len);
        len = (int)(info->service.len + 1 + n.len);
    }
    jo_str(o, str_make(text, (size_t)len));
}

static void write_actions(const struct world *w, const struct what_statement *s, bool shrink, struct json_out *o)
{
    const struct iam_catalogue *cat = w->catalogue;
    size_t count = bits_count(s->actions, bits_words(cat->action_count));
    jo_key(o, "Action");
    if (shrink && count == cat->action_count) {
        jo_strz(o, "*");
        return;
    }
    if (count != 1)
        jo_array(o);
    for (size_t i = bits_next(s->actions, cat->action_count, 0); i < cat->action_count;) {
        uint32_t from = 0, to = 0;
        if (shrink && iam_catalogue_service(cat, cat->actions[i].service, &from, &to) && from == i && whole(s, from, to)) {
            write_action(&cat->actions[i], "*", o);
            i = bits_next(s->actions, cat->action_count, to);
            continue;
        }
        write_action(&cat->actions[i], NULL, o);
        i = bits_next(s->actions, cat->action_count, i + 1);
    }
    if (count != 1)
        jo_end_array(o);
}

void what_write(const struct world *w, const struct what_answer *answer, bool shrink, bool lower, struct json_out *o)
{
    jo_object(o);
    jo_kv_strz(o, "Version", "2012-10-17");
    jo_key(o, "Statement");
    jo_array(o);
    for (uint32_t i = 0; i < answer->count; i++) {
        const struct what_statement *s = &answer->statements[i];
        jo_object(o);
        jo_kv_strz(o, "Effect", s->allow ? "Allow" : "Deny");
        write_actions(w, s, shrink, o);
        if (s->condition_count)
            write_conditions(s, lower, o);
        jo_key(o, s->not_resource ? "NotResource" : "Resource");
        jo_array(o);
        for (uint32_t j = 0; j < s->resource_count; j++)
            jo_str(o, s->resources[j]);
        jo_end_array(o);
        jo_end_object(o);
    }
    jo_end_array(o);
    jo_end_object(o);
}
