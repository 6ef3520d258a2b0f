#include "facts/policy.h"

#include "codec/hash.h"

enum { STATEMENTS_MAX = 2000 };

static bool string_list(struct arena *a, const struct json *j, struct str_list *out, bool scalars)
{
    uint32_t count = j && j->type == JSON_ARRAY ? j->count : 1;
    out->items = arena_array_of(a, struct str, count ? count : 1);
    const struct json *it = j && j->type == JSON_ARRAY ? j->first : j;
    for (; it; it = j->type == JSON_ARRAY ? it->next : NULL) {
        if (it->type == JSON_STRING || (scalars && it->type == JSON_NUMBER))
            out->items[out->count++] = it->text;
        else if (scalars && (it->type == JSON_TRUE || it->type == JSON_FALSE))
            out->items[out->count++] = it->type == JSON_TRUE ? STR("true") : STR("false");
        else
            return false;
    }
    return j != NULL;
}

static void add_principal(struct policy_statement *s, enum principal_kind kind, struct str value)
{
    if (kind == PRINCIPAL_AWS && str_eqz(value, "*"))
        kind = PRINCIPAL_STAR;
    s->principals[s->principal_count++] = (struct policy_principal){kind, value};
}

static bool principal_kind_of(struct str key, enum principal_kind *kind)
{
    static const char *const names[] = {"*", "AWS", "Service", "Federated", "CanonicalUser"};
    for (size_t i = 1; i < sizeof names / sizeof *names; i++)
        if (str_eqz(key, names[i])) {
            *kind = (enum principal_kind)i;
            return true;
        }
    return false;
}

static bool parse_principals(struct arena *a, const struct json *j, struct policy_statement *s)
{
    if (j->type == JSON_STRING) {
        s->principals = arena_new_of(a, struct policy_principal);
        add_principal(s, PRINCIPAL_STAR, j->text);
        return str_eqz(j->text, "*");
    }
    if (j->type != JSON_OBJECT)
        return false;
    size_t count = 0;
    for json_each(it, j)
        count += it->type == JSON_ARRAY ? it->count : 1;
    s->principals = arena_array_of(a, struct policy_principal, count + 1);
    for json_each(it, j) {
        enum principal_kind kind;
        struct str_list values = {0};
        if (!principal_kind_of(it->key, &kind) || !string_list(a, it, &values, false))
            return false;
        for (uint32_t i = 0; i < values.count; i++)
            add_principal(s, kind, values.items[i]);
    }
    return true;
}

static bool parse_conditions(struct arena *a, const struct json *j, struct policy_statement *s)
{
    size_t count = 0;
    if (j->type != JSON_OBJECT)
        return false;
    for json_each(op, j) {
        if (op->type != JSON_OBJECT)
            return false;
        count += op->count;
    }
    s->conditions = arena_array_of(a, struct policy_condition, count + 1);
    for json_each(op, j)
        for json_each(key, op) {
            struct policy_condition *c = &s->conditions[s->condition_count++];
            *c = (struct policy_condition){.op = op->key, .key = key->key};
            if (!string_list(a, key, &c->values, true))
                return false;
        }
    return true;
}

static bool parse_member(struct arena *a, const struct json *m, struct policy_statement *s)
{
    bool negated = str_starts(m->key, STR("Not"));
    struct str name = negated ? str_sub(m->key, 3, m->key.len) : m->key;
    if (str_eqz(name, "Action") && s->actions.items == NULL) {
        s->not_action = negated;
        return string_list(a, m, &s->actions, false);
    }
    if (str_eqz(name, "Resource") && !s->has_resource) {
        s->not_resource = negated;
        s->has_resource = true;
        return string_list(a, m, &s->resources, false);
    }
    if (str_eqz(name, "Principal") && s->principals == NULL) {
        s->not_principal = negated;
        return parse_principals(a, m, s);
    }
    if (str_eqz(m->key, "Condition") && s->conditions == NULL)
        return parse_conditions(a, m, s);
    if (str_eqz(m->key, "Sid")) {
        s->sid = json_str(m);
        return true;
    }
    return str_eqz(m->key, "Effect");
}

static bool parse_statement(struct arena *a, const struct json *j, struct policy_statement *s, struct err *e)
{
    struct str effect = json_get_str(j, "Effect");
    s->allow = str_eqz(effect, "Allow");
    if (!s->allow && !str_eqz(effect, "Deny"))
        return err_set(e, ERR_PARSE, "statement %u has no Effect of Allow or Deny", s->index);
    for json_each(m, j)
        if (!parse_member(a, m, s))
            return err_set(e, ERR_PARSE, "statement %u: element %.*s is not understood", s->index, STR_ARG(m->key));
    return s->actions.items != NULL || err_set(e, ERR_PARSE, "statement %u has no Action", s->index);
}

static bool parse_document(struct arena *a, const struct json *j, struct policy *p, struct err *e)
{
    const struct json *list = json_getz(j, "Statement");
    if (!list || (list->type != JSON_ARRAY && list->type != JSON_OBJECT))
        return err_set(e, ERR_PARSE, "policy has no Statement");
    if (list->type == JSON_ARRAY && list->count > STATEMENTS_MAX)
        return err_set(e, ERR_LIMIT, "policy has more than %d statements", STATEMENTS_MAX);
    p->statements = arena_array_of(a, struct policy_statement, list->type == JSON_ARRAY ? list->count + 1 : 1);
    const struct json *it = list->type == JSON_ARRAY ? list->first : list;
    for (; it; it = list->type == JSON_ARRAY ? it->next : NULL) {
        p->statements[p->count].index = p->count;
        if (it->type != JSON_OBJECT || !parse_statement(a, it, &p->statements[p->count], e))
            return err_set(e, ERR_PARSE, "statement %u is no object", p->count);
        p->count++;
    }
    return true;
}

static struct json *parse_text(struct arena *a, struct str doc, struct err *e)
{
    if (str_starts(doc, STR("%")) && !percent_decode(a, doc, &doc)) {
        err_set(e, ERR_PARSE, "policy is not percent-encoded properly");
        return NULL;
    }
    return json_parse(a, doc, POLICY_BYTES_MAX, e);
}

struct policy *policy_parse(struct arena *a, struct str doc, struct err *e)
{
    doc = str_trim(doc);
    if (doc.len > POLICY_BYTES_MAX) {
        err_set(e, ERR_LIMIT, "policy is longer than %d bytes", POLICY_BYTES_MAX);
        return NULL;
    }
    struct json *j = parse_text(a, doc, e);
    if (j && j->type == JSON_STRING)
        j = parse_text(a, j->text, e);
    struct policy *p = arena_new_of(a, struct policy);
    return j && parse_document(a, j, p, e) ? p : NULL;
}

static const char *kind_name(enum principal_kind kind)
{
    static const char *const names[] = {"star", "aws", "service", "federated", "canonical"};
    return names[kind];
}

static void write_list(struct json_out *o, const char *key, const struct str_list *list)
{
    jo_key(o, key);
    jo_array(o);
    for (uint32_t i = 0; i < list->count; i++)
        jo_str(o, list->items[i]);
    jo_end_array(o);
}

static void write_statement(const struct policy_statement *s, struct json_out *o)
{
    jo_object(o);
    jo_kv_str(o, "sid", s->sid);
    jo_kv_int(o, "index", s->index);
    jo_kv_strz(o, "effect", s->allow ? "Allow" : "Deny");
    write_list(o, "actions", &s->actions);
    jo_kv_int(o, "not_action", s->not_action);
    write_list(o, "resources", &s->resources);
    jo_kv_int(o, "not_resource", s->not_resource);
    jo_key(o, "principals");
    jo_array(o);
    for (uint32_t i = 0; i < s->principal_count; i++) {
        jo_object(o);
        jo_kv_strz(o, "kind", kind_name(s->principals[i].kind));
        jo_kv_str(o, "value", s->principals[i].value);
        jo_end_object(o);
    }
    jo_end_array(o);
    jo_kv_int(o, "not_principal", s->not_principal);
    jo_key(o, "conditions");
    jo_array(o);
    for (uint32_t i = 0; i < s->condition_count; i++) {
        jo_object(o);
        jo_kv_str(o, "op", s->conditions[i].op);
        jo_kv_str(o, "key", s->conditions[i].key);
        write_list(o, "values", &s->conditions[i].values);
        jo_end_object(o);
    }
    jo_end_array(o);
    jo_end_object(o);
}

void policy_write(const struct policy *p, struct json_out *o)
{
    jo_array(o);
    for (uint32_t i = 0; i < p->count; i++)
        write_statement(&p->statements[i], o);
    jo_end_array(o);
}
