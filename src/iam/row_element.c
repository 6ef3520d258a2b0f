#include "iam/row_element.h"

#include "iam/glob.h"
#include "iam/match.h"

enum { ROW_ITEMS_MAX = 10000 };

struct row {
    struct arena *arena;
    const struct json *json;
    struct json_out *out;
    struct residue_pool *pool;
    struct iam_context context;
};

static struct str text_of(const struct json *v)
{
    return v->type == JSON_TRUE ? STR("true") : v->type == JSON_FALSE ? STR("false") : v->text;
}

/* A text or a list of texts. */
static struct str *texts_of(struct arena *a, const struct json *j, uint32_t *count)
{
    bool list = j && j->type == JSON_ARRAY;
    struct str *items = arena_array_of(a, struct str, list ? j->count + 1 : 1);
    *count = 0;
    for (const struct json *v = list ? j->first : j; v; v = list ? v->next : NULL) {
        items[(*count)++] = text_of(v);
    }
    return items;
}

static struct str lower(struct arena *a, struct str s)
{
    char *to = arena_cstr(a, s);
    for (size_t i = 0; i < s.len; i++) {
        to[i] = to[i] >= 'A' && to[i] <= 'Z' ? (char)(to[i] | 0x20) : to[i];
    }
    return str_make(to, s.len);
}

/* What a constraint leaves known of a key that the row gives, or does not give. */
static enum iam_key_state state_of(const struct row *r, struct str name, bool given)
{
    if (!str_eqz(json_get_str(r->json, "mode"), "Discovery")) {
        return given ? IAM_KEY_KNOWN : IAM_KEY_ABSENT;
    }
    for json_each(c, json_getz(r->json, "discoveryConstraints")) {
        if (str_eq_nocase(json_get_str(c, "keyName"), name)) {
            bool presence = json_is_true(json_getz(c, "presenceIsKnown")), value = json_is_true(json_getz(c, "valueIsKnown"));
            if (!given) {
                return presence ? IAM_KEY_ABSENT : IAM_KEY_OPEN;
            }
            return presence ? (value ? IAM_KEY_KNOWN : IAM_KEY_SOME) : value ? IAM_KEY_MAYBE : IAM_KEY_SAMPLE;
        }
    }
    return given ? IAM_KEY_SAMPLE : IAM_KEY_OPEN;
}

static void add_key(struct row *r, const struct iam_catalogue *c, struct str name, const struct json *value)
{
    struct iam_key *k = &r->context.keys[r->context.count++];
    k->name = lower(r->arena, name);
    k->state = state_of(r, name, value);
    k->list = (value && value->type == JSON_ARRAY) || (c && iam_catalogue_key_is_list(c, k->name));
    if (k->state == IAM_KEY_KNOWN || k->state == IAM_KEY_MAYBE || k->state == IAM_KEY_SAMPLE) {
        k->values = texts_of(r->arena, value, &k->count);
    }
}

static bool read_context(struct row *r, const struct iam_catalogue *c, const struct json *context, struct err *e)
{
    const struct json *constraints = json_getz(r->json, "discoveryConstraints");
    uint32_t room = (context ? context->count : 0) + (constraints ? constraints->count : 0);
    if ((context && context->type != JSON_OBJECT) || room > ROW_ITEMS_MAX) {
        return err_set(e, ERR_PARSE, "the context is not an object of at most %d keys", ROW_ITEMS_MAX);
    }
    r->context.keys = arena_array_of(r->arena, struct iam_key, room + 1);
    r->context.open = str_eqz(json_get_str(r->json, "mode"), "Discovery");
    for json_each(v, context) {
        add_key(r, c, v->key, v);
    }
    for json_each(k, constraints) {
        struct str name = json_get_str(k, "keyName");
        if (!iam_context_get(&r->context, name)) {
            add_key(r, c, name, NULL);
        }
    }
    return true;
}

/* In an Allow what may hold counts, in a Deny what holds for sure. */
static void write_truth(struct row *r, const struct residue *holds)
{
    bool open = r->context.open;
    jo_key(r->out, "result");
    if (holds == residue_true || holds == residue_false) {
        jo_bool(r->out, holds == residue_true);
    } else if (open) {
        jo_bool(r->out, !str_eqz(json_get_str(r->json, "effect"), "Deny"));
    } else {
        jo_null(r->out);
    }
}

static void write_ignored(struct row *r, const struct json *condition)
{
    jo_object(r->out);
    jo_kv_str(r->out, "op", json_get_str(condition, "op"));
    jo_kv_str(r->out, "key", json_get_str(condition, "key"));
    jo_key(r->out, "values");
    jo_value(r->out, json_getz(condition, "values"));
    jo_end_object(r->out);
}

static bool row_condition(struct row *r, struct err *e)
{
    const struct json *conditions = json_getz(r->json, "conditions");
    if (!conditions || conditions->type != JSON_ARRAY) {
        return err_set(e, ERR_PARSE, "the row has no conditions");
    }
    const struct residue *all = residue_true;
    const struct residue **each = arena_array_of(r->arena, const struct residue *, conditions->count + 1);
    struct residue_source source = {.layer = "condition", .allow = !str_eqz(json_get_str(r->json, "effect"), "Deny")};
    uint32_t n = 0;
    for json_each(j, conditions) {
        struct iam_condition k;
        uint32_t count;
        struct str *values = texts_of(r->arena, json_getz(j, "values"), &count);
        (void)iam_condition_compile(r->arena, json_get_str(j, "op"), json_get_str(j, "key"), values, count, true, &k);
        each[n] = iam_condition_holds(r->pool, &k, true, &r->context, &source);
        all = residue_and(r->pool, all, each[n]);
        n++;
    }
    write_truth(r, all);
    if (r->context.open) {
        jo_key(r->out, "ignored");
        jo_array(r->out);
        n = 0;
        for json_each(j, conditions) {
            const struct residue *one = each[n++];
            if (all != residue_false && one != residue_true) {
                write_ignored(r, j);
            }
        }
        jo_end_array(r->out);
    }
    return true;
}

static bool row_operator(struct row *r, struct err *e)
{
    struct iam_condition k;
    uint32_t count;
    struct str *values = texts_of(r->arena, json_getz(r->json, "policyValues"), &count), name = STR("ward:value");
    if (!iam_condition_compile(r->arena, json_get_str(r->json, "operator"), name, values, count, true, &k)) {
        return err_set(e, ERR_PARSE, "there is no operator \"%.60s\"", arena_cstr(r->arena, json_get_str(r->json, "operator")));
    }
    struct iam_key *value = &r->context.keys[r->context.count++]; /* read_context() leaves room for one */
    *value = (struct iam_key){.name = name, .state = IAM_KEY_KNOWN};
    value->values = texts_of(r->arena, json_getz(r->json, "requestValue"), &value->count);
    write_truth(r, iam_condition_holds(r->pool, &k, true, &r->context, NULL));
    return true;
}

static bool layer_named(struct str name, enum iam_layer *out)
{
    for (int i = 0; i < IAM_LAYER_COUNT; i++) {
        if (str_eqz(name, iam_layer_name((enum iam_layer)i))) {
            *out = (enum iam_layer)i;
            return true;
        }
    }
    return false;
}

static bool row_resource(struct row *r, struct err *e)
{
    const struct json *request = json_getz(r->json, "request");
    enum iam_layer layer;
    if (!layer_named(json_get_str(r->json, "policyType"), &layer)) {
        return err_set(e, ERR_PARSE, "the row has no policyType");
    }
    struct iam_statement s = {.has_resource = true};
    struct str *patterns = texts_of(r->arena, json_getz(r->json, "patterns"), &s.resource_count);
    s.not_resource = str_eqz(json_get_str(r->json, "element"), "NotResource");
    s.allow = !str_eqz(json_get_str(r->json, "effect"), "Deny");
    s.resources = arena_array_of(r->arena, struct iam_resource, s.resource_count + 1);
    for (uint32_t i = 0; i < s.resource_count; i++) {
        s.resources[i] = iam_resource_compile(r->arena, patterns[i], true);
    }
    struct iam_request q = {.resource = json_get_str(request, "resource"), .context = r->context};
    q.no_resource_type = json_is_true(json_getz(request, "wildcardOnlyAction"));
    const struct residue *covers = iam_statement_covers_resource(r->pool, &s, true, layer, &q, NULL);
    bool settled = covers == residue_true || covers == residue_false;
    write_truth(r, settled || r->context.open ? covers : residue_false); /* what holds for sure; the rest stands beside it */
    if (!settled) {
        jo_key(r->out, "conditions");
        residue_write_json(covers, r->out);
    }
    return true;
}

/* A caller that is none of ours is compared as text: a provider's name, a canonical user id. */
static struct iam_caller caller_of(struct row *r, const struct json *principal)
{
    struct iam_caller c;
    bool anonymous = str_eqz(json_get_str(principal, "type"), "Anonymous");
    if (anonymous || !iam_caller_parse(r->arena, json_str(principal), &c, NULL)) {
        c = (struct iam_caller){.kind = anonymous ? IAM_CALLER_ANONYMOUS : IAM_CALLER_WEB, .text = json_str(principal)};
    }
    if (str_eqz(json_get_str(r->json, "mode"), "Discovery")) {
        c.session = (struct str){0};
    } else if (c.kind == IAM_CALLER_ROLE) {
        c.session = STR("");
    }
    return c;
}

static void principals_of_list(struct row *r, const struct json *list, struct iam_statement *s)
{
    s->principals = arena_array_of(r->arena, struct iam_principal, list->count + 1);
    for json_each(p, list) {
        s->principals[s->principal_count++] =
            iam_principal_compile(r->arena, json_get_str(p, "type"), json_get_str(p, "value"));
    }
}

static void principals_of_element(struct row *r, const struct json *element, struct iam_statement *s)
{
    uint32_t room = 1;
    for json_each(type, element) {
        room += type->type == JSON_ARRAY ? type->count : 1;
    }
    s->principals = arena_array_of(r->arena, struct iam_principal, room);
    if (element && element->type == JSON_STRING) {
        struct str type = str_eqz(element->text, "*") ? STR("*") : STR("AWS"); /* a bare ARN, as rows write it */
        s->principals[s->principal_count++] = iam_principal_compile(r->arena, type, element->text);
    }
    for json_each(type, element) {
        uint32_t count;
        struct str *values = texts_of(r->arena, type, &count);
        for (uint32_t i = 0; i < count; i++) {
            s->principals[s->principal_count++] = iam_principal_compile(r->arena, type->key, values[i]);
        }
    }
}

static bool row_principal(struct row *r, struct err *e)
{
    static const char *const words[] = {"NoMatch", "Match", "AccountLevelMatch", "SessionRoleMatch", "SessionUserMatch"};
    const struct json *list = json_getz(r->json, "principals"), *statement = json_getz(r->json, "statement");
    struct iam_statement s = {.allow = !str_eqz(json_get_str(statement ? statement : r->json, "effect"), "Deny")};
    if (list) {
        s.not_principal = str_eqz(json_get_str(r->json, "element"), "NotPrincipal");
        s.has_principal = true;
        principals_of_list(r, list, &s);
    } else if (statement) {
        const struct json *positive = json_getz(statement, "Principal"), *negative = json_getz(statement, "NotPrincipal");
        s.allow = !str_eqz(json_get_str(statement, "Effect"), "Deny");
        s.not_principal = !positive && negative;
        s.has_principal = positive || negative;
        principals_of_element(r, positive ? positive : negative, &s);
    } else {
        return err_set(e, ERR_PARSE, "the row has neither principals nor a statement");
    }
    struct iam_caller c = caller_of(r, json_path(r->json, "request.principal"));
    const struct residue *session;
    enum iam_principal_match m = iam_statement_covers_principal(r->pool, &s, &c, false, NULL, &session);
    jo_kv_strz(r->out, "result", words[s.has_principal ? m : IAM_NO_MATCH]);
    return true;
}

static bool row_action(struct row *r, struct err *e)
{
    struct iam_statement s = {.not_action = str_eqz(json_get_str(r->json, "element"), "NotAction")};
    struct str service, name, *patterns = texts_of(r->arena, json_getz(r->json, "patterns"), &s.action_count);
    if (!iam_action_split(json_get_str(json_getz(r->json, "request"), "action"), &service, &name)) {
        return err_set(e, ERR_PARSE, "the row's request has no action");
    }
    s.actions = arena_array_of(r->arena, struct iam_action, s.action_count + 1);
    for (uint32_t i = 0; i < s.action_count; i++) {
        s.actions[i] = iam_action_compile(r->arena, patterns[i]);
    }
    jo_kv_bool(r->out, "result", iam_statement_covers_action(&s, service, name));
    return true;
}

static bool row_overlap(struct row *r, struct err *e)
{
    struct iam_pattern policy = {json_get_str(r->json, "policyPattern"), NULL};
    struct str request = json_get_str(r->json, "requestPattern");
    if (!policy.text.ptr || !request.ptr) {
        return err_set(e, ERR_PARSE, "the row lacks a pattern");
    }
    bool some = iam_pattern_overlaps(policy, request, false);
    jo_kv_strz(r->out, "result", !some ? "none" : iam_pattern_covers(policy, request, false) ? "all" : "some");
    return true;
}

static bool row_bpa(struct row *r, struct err *e)
{
    const struct iam_policy *p = iam_policy_from_json(r->arena, json_getz(r->json, "policy"), e);
    if (p) {
        jo_kv_strz(r->out, "result", iam_policy_is_public(p) ? "public" : "nonPublic");
    }
    return p;
}

bool iam_row_element(struct arena *a, const struct iam_catalogue *c, const struct json *row, struct json_out *o, struct err *e)
{
    static const struct {
        const char *kind;
        bool (*answer)(struct row *, struct err *);
    } kinds[] = {{"condition", row_condition}, {"operator", row_operator}, {"resource", row_resource}, {"principal", row_principal},
                 {"action", row_action},       {"overlap", row_overlap},   {"bpa", row_bpa}};
    struct row r = {.arena = a, .json = row, .out = o};
    const struct json *context = json_path(row, "request.context");
    struct str kind = json_get_str(row, "kind");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (str_eqz(kind, kinds[i].kind)) {
            r.pool = residue_pool_new(a);
            residue_settle(r.pool);
            return read_context(&r, c, context ? context : json_getz(row, "context"), e) && kinds[i].answer(&r, e);
        }
    }
    return err_set(e, ERR_PARSE, "the row is of no kind that asks about an element");
}
