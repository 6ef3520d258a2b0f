#include "access/policy_json.h"

enum { CONDITIONS_MAX = 256 };

static void key(struct json_out *o, struct str text, bool lower)
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
void iam_conditions_write(const struct iam_condition *const *entries, uint32_t count, bool lower, struct json_out *o)
{
    if (!count)
        return;
    jo_key(o, "Condition");
    jo_object(o);
    for (uint32_t i = 0; i < count; i++) {
        bool first = true;
        for (uint32_t j = 0; j < i && first; j++)
            first = !str_eq_nocase(entries[j]->op_text, entries[i]->op_text);
        if (!first)
            continue;
        key(o, entries[i]->op_text, lower);
        jo_object(o);
        for (uint32_t j = i; j < count; j++) {
            if (!str_eq_nocase(entries[j]->op_text, entries[i]->op_text))
                continue;
            key(o, entries[j]->key, lower);
            jo_array(o);
            for (uint32_t v = 0; v < entries[j]->count; v++)
                jo_str(o, entries[j]->values[v].text);
            jo_end_array(o);
        }
        jo_end_object(o);
    }
    jo_end_object(o);
}

static void principals(const struct iam_statement *s, struct json_out *o)
{
    if (!s->has_principal && !s->not_principal)
        return;
    jo_key(o, s->not_principal ? "NotPrincipal" : "Principal");
    if (s->principal_count == 1 && str_eqz(s->principals[0].type, "*")) {
        jo_strz(o, "*");
        return;
    }
    jo_object(o);
    for (uint32_t i = 0; i < s->principal_count; i++) {
        bool first = true;
        for (uint32_t j = 0; j < i && first; j++)
            first = !str_eq(s->principals[j].type, s->principals[i].type);
        if (!first)
            continue;
        jo_key_str(o, s->principals[i].type);
        jo_array(o);
        for (uint32_t j = i; j < s->principal_count; j++)
            if (str_eq(s->principals[j].type, s->principals[i].type))
                jo_str(o, s->principals[j].text);
        jo_end_array(o);
    }
    jo_end_object(o);
}

static void statement(const struct iam_statement *s, struct json_out *o)
{
    jo_object(o);
    if (s->sid.len)
        jo_kv_str(o, "Sid", s->sid);
    jo_kv_strz(o, "Effect", s->allow ? "Allow" : "Deny");
    principals(s, o);
    jo_key(o, s->not_action ? "NotAction" : "Action");
    jo_array(o);
    for (uint32_t i = 0; i < s->action_count; i++)
        jo_str(o, s->actions[i].text);
    jo_end_array(o);
    if (s->has_resource) {
        jo_key(o, s->not_resource ? "NotResource" : "Resource");
        jo_array(o);
        for (uint32_t i = 0; i < s->resource_count; i++)
            jo_str(o, s->resources[i].text);
        jo_end_array(o);
    }
    const struct iam_condition *entries[CONDITIONS_MAX];
    uint32_t count = s->condition_count < CONDITIONS_MAX ? s->condition_count : CONDITIONS_MAX;
    for (uint32_t i = 0; i < count; i++)
        entries[i] = &s->conditions[i];
    iam_conditions_write(entries, count, false, o);
    jo_end_object(o);
}

void iam_policy_write(const struct iam_policy *p, struct json_out *o)
{
    jo_object(o);
    if (p->version.ptr)
        jo_kv_str(o, "Version", p->version);
    jo_key(o, "Statement");
    jo_array(o);
    for (uint32_t i = 0; i < p->count; i++)
        statement(&p->statements[i], o);
    jo_end_array(o);
    jo_end_object(o);
}
