#include "access/what.h"

#include "access/policy_json.h"

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
        iam_conditions_write(s->conditions, s->condition_count, lower, o);
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
