/* IAM User Guide, "Grammar of the IAM JSON policy language" (read 2026). */
#include "codec/hash.h"
#include "iam/policy.h"

struct strings {
    struct str *items;
    uint32_t count;
};

static bool wrong(struct err *e, const char *what)
{
    return err_set(e, ERR_PARSE, "policy document: %s", what);
}

static bool unknown_element(struct str key, struct err *e)
{
    struct str shown = str_sub(key, 0, 60);
    return err_set(e, ERR_PARSE, "policy document: unknown element \"%.*s\"", STR_ARG(shown));
}

/* A string or a list of strings; where `scalars`, numbers and booleans as their text. */
static bool strings_of(struct arena *a, const struct json *j, bool scalars, const char *what, struct strings *out, struct err *e)
{
    bool list = j->type == JSON_ARRAY;
    out->count = list ? j->count : 1;
    out->items = arena_array_of(a, struct str, out->count ? out->count : 1);
    uint32_t n = 0;
    for (const struct json *v = list ? j->first : j; v; v = list ? v->next : NULL) {
        if (v->type == JSON_STRING || (scalars && v->type == JSON_NUMBER)) {
            out->items[n++] = arena_str(a, v->text);
        } else if (scalars && (v->type == JSON_TRUE || v->type == JSON_FALSE)) {
            out->items[n++] = v->type == JSON_TRUE ? STR("true") : STR("false");
        } else {
            return err_set(e, ERR_PARSE, "policy document: %s has a value that is not a string", what);
        }
    }
    return true;
}

static bool parse_actions(struct arena *a, const struct json *j, struct iam_statement *s, struct err *e)
{
    struct strings v;
    if (!strings_of(a, j, false, "Action", &v, e)) {
        return false;
    }
    if (v.count == 0) {
        return wrong(e, "an empty Action list");
    }
    s->actions = arena_array_of(a, struct iam_action, v.count);
    s->action_count = v.count;
    for (uint32_t i = 0; i < v.count; i++) {
        s->actions[i] = iam_action_compile(a, v.items[i]);
    }
    return true;
}

static bool parse_resources(struct arena *a, const struct json *j, bool variables, struct iam_statement *s, struct err *e)
{
    struct strings v;
    if (!strings_of(a, j, false, "Resource", &v, e)) {
        return false;
    }
    if (v.count == 0) {
        return wrong(e, "an empty Resource list");
    }
    s->has_resource = true;
    s->resources = arena_array_of(a, struct iam_resource, v.count);
    s->resource_count = v.count;
    for (uint32_t i = 0; i < v.count; i++) {
        s->resources[i] = iam_resource_compile(a, v.items[i], variables);
    }
    return true;
}

static uint32_t values_in(const struct json *object)
{
    uint32_t n = 0;
    for json_each(k, object) {
        n += k->type == JSON_ARRAY ? k->count : 1;
    }
    return n;
}

static bool parse_principals(struct arena *a, const struct json *j, struct iam_statement *s, struct err *e)
{
    s->has_principal = true;
    if (j->type == JSON_STRING) {
        if (!str_eqz(j->text, "*")) {
            return wrong(e, "a Principal that is a string other than \"*\"");
        }
        s->principals = arena_new_of(a, struct iam_principal);
        s->principals[0] = iam_principal_compile(a, STR("*"), STR("*"));
        s->principal_count = 1;
        return true;
    }
    if (j->type != JSON_OBJECT) {
        return wrong(e, "a Principal that is neither \"*\" nor an object");
    }
    uint32_t room = values_in(j);
    s->principals = arena_array_of(a, struct iam_principal, room ? room : 1);
    for json_each(type, j) {
        struct strings v;
        if (!strings_of(a, type, false, "Principal", &v, e)) {
            return false;
        }
        struct str name = arena_str(a, type->key);
        for (uint32_t i = 0; i < v.count; i++) {
            s->principals[s->principal_count++] = iam_principal_compile(a, name, v.items[i]);
        }
    }
    return true;
}

static bool parse_conditions(struct arena *a, const struct json *j, bool variables, struct iam_statement *s, struct err *e)
{
    if (j->type != JSON_OBJECT) {
        return wrong(e, "a Condition that is not an object");
    }
    uint32_t room = 0;
    for json_each(op, j) {
        if (op->type != JSON_OBJECT) {
            return wrong(e, "a condition operator whose value is not an object");
        }
        room += op->count;
    }
    s->conditions = arena_array_of(a, struct iam_condition, room ? room : 1);
    for json_each(op, j) {
        struct str name = arena_str(a, op->key);
        for json_each(key, op) {
            struct strings v;
            if (!strings_of(a, key, true, "Condition", &v, e)) {
                return false;
            }
            /* An operator that AWS does not have stays: the statement then matches nothing. */
            (void)iam_condition_compile(a, name, arena_str(a, key->key), v.items, v.count, variables,
                                        &s->conditions[s->condition_count++]);
        }
    }
    return true;
}

struct elements {
    const struct json *sid, *effect, *action, *not_action, *resource, *not_resource, *principal, *not_principal, *condition;
};

static bool find_elements(const struct json *j, struct elements *out, struct err *e)
{
    const struct {
        const char *name;
        const struct json **to;
    } known[] = {
        {"Sid", &out->sid},           {"Effect", &out->effect},             {"Action", &out->action},
        {"NotAction", &out->not_action}, {"Resource", &out->resource},      {"NotResource", &out->not_resource},
        {"Principal", &out->principal}, {"NotPrincipal", &out->not_principal}, {"Condition", &out->condition},
    };
    if (j->type != JSON_OBJECT) {
        return wrong(e, "a statement that is not an object");
    }
    for json_each(m, j) {
        size_t i = 0, n = sizeof known / sizeof known[0];
        while (i < n && !str_eqz(m->key, known[i].name)) {
            i++;
        }
        if (i == n) {
            return unknown_element(m->key, e);
        }
        *known[i].to = m;
    }
    if (!out->action == !out->not_action) {
        return wrong(e, "a statement needs one of Action and NotAction");
    }
    if ((out->resource && out->not_resource) || (out->principal && out->not_principal)) {
        return wrong(e, "a statement has both an element and its Not form");
    }
    return true;
}

static bool parse_statement(struct arena *a, const struct json *j, bool variables, struct iam_statement *s, struct err *e)
{
    struct elements el = {0};
    if (!find_elements(j, &el, e)) {
        return false;
    }
    struct str effect = json_str(el.effect);
    s->allow = str_eqz(effect, "Allow");
    if (!s->allow && !str_eqz(effect, "Deny")) {
        return wrong(e, "Effect is neither Allow nor Deny");
    }
    if (el.sid && el.sid->type != JSON_STRING) {
        return wrong(e, "Sid is not a string");
    }
    s->sid = el.sid ? arena_str(a, el.sid->text) : (struct str){NULL, 0};
    s->not_action = el.not_action;
    s->not_resource = el.not_resource;
    s->not_principal = el.not_principal;
    const struct json *resource = el.resource ? el.resource : el.not_resource;
    const struct json *principal = el.principal ? el.principal : el.not_principal;
    return parse_actions(a, el.action ? el.action : el.not_action, s, e) &&
           (!resource || parse_resources(a, resource, variables, s, e)) &&
           (!principal || parse_principals(a, principal, s, e)) &&
           (!el.condition || parse_conditions(a, el.condition, variables, s, e));
}

static bool parse_top(struct arena *a, const struct json *doc, struct iam_policy *p, const struct json **statement, struct err *e)
{
    if (doc->type != JSON_OBJECT) {
        return wrong(e, "it is not an object");
    }
    for json_each(m, doc) {
        if (str_eqz(m->key, "Version")) {
            if (m->type != JSON_STRING || (!str_eqz(m->text, "2012-10-17") && !str_eqz(m->text, "2008-10-17"))) {
                return wrong(e, "Version is neither 2012-10-17 nor 2008-10-17");
            }
            p->version = arena_str(a, m->text);
        } else if (str_eqz(m->key, "Statement")) {
            *statement = m;
        } else if (!str_eqz(m->key, "Id")) {
            return unknown_element(m->key, e);
        }
    }
    return *statement ? true : wrong(e, "it has no Statement");
}

static uint64_t hash_of(const struct json *doc)
{
    struct buf text;
    buf_init(&text, (size_t)4 * IAM_POLICY_BYTES_MAX);
    json_write_canonical(&text, doc);
    uint64_t hash = hash64(buf_str(&text), 0);
    buf_done(&text);
    return hash;
}

struct iam_policy *iam_policy_from_json(struct arena *a, const struct json *doc, struct err *e)
{
    struct iam_policy *p = arena_new_of(a, struct iam_policy);
    const struct json *statement = NULL;
    if (!doc) {
        wrong(e, "there is none");
        return NULL;
    }
    if (!parse_top(a, doc, p, &statement, e)) {
        return NULL;
    }
    p->variables = str_eqz(p->version, "2012-10-17");
    bool list = statement->type == JSON_ARRAY;
    p->count = list ? statement->count : 1;
    if (p->count > IAM_STATEMENTS_MAX) {
        err_set(e, ERR_LIMIT, "policy document: more than %d statements", IAM_STATEMENTS_MAX);
        return NULL;
    }
    p->statements = arena_array_of(a, struct iam_statement, p->count ? p->count : 1);
    const struct json *j = list ? statement->first : statement;
    for (uint32_t i = 0; i < p->count && j; i++, j = j->next) {
        p->statements[i].index = i;
        if (!parse_statement(a, j, p->variables, &p->statements[i], e)) {
            err_context(e, "reading statement %u", i + 1);
            return NULL;
        }
    }
    p->hash = hash_of(doc);
    return p;
}

/* Unwraps: percent-encoding, then a JSON string of JSON; each at most once or twice. */
struct iam_policy *iam_policy_parse(struct arena *a, struct str doc, struct err *e)
{
    if (doc.len > (size_t)IAM_POLICY_BYTES_MAX * 3) {
        err_set(e, ERR_LIMIT, "policy document: longer than %d bytes", IAM_POLICY_BYTES_MAX);
        return NULL;
    }
    struct str text = str_trim(doc);
    if (text.len && text.ptr[0] == '%' && !percent_decode(a, text, &text)) {
        wrong(e, "its percent-encoding is malformed");
        return NULL;
    }
    struct json *j = json_parse(a, text, IAM_POLICY_BYTES_MAX, e);
    for (int depth = 0; j && j->type == JSON_STRING && depth < 2; depth++) {
        struct str inner = str_trim(j->text);
        if (inner.len && inner.ptr[0] == '%' && !percent_decode(a, inner, &inner)) {
            wrong(e, "its percent-encoding is malformed");
            return NULL;
        }
        j = json_parse(a, inner, IAM_POLICY_BYTES_MAX, e);
    }
    return j ? iam_policy_from_json(a, j, e) : NULL;
}
