#include "access/row_org.h"

#include "access/what.h"
#include "access/who.h"
#include "access/world_internal.h"

bool access_is_org_row(const struct json *row)
{
    struct str kind = json_get_str(row, "kind");
    return str_eqz(kind, "can-i") || str_eqz(kind, "who-can") || str_eqz(kind, "what-can");
}

static struct str *strings(struct arena *a, const struct json *list, uint32_t *count)
{
    struct str *out = arena_array_of(a, struct str, list ? list->count + 1 : 1);
    *count = 0;
    for json_each(j, list)
        if (json_str(j).ptr)
            out[(*count)++] = json_str(j);
    return out;
}

/* A member that is not understood could change the answer: it is refused, not passed over. */
static bool only_members(const struct json *object, const char *what, const char *const *names, size_t count, struct err *e)
{
    for json_each(m, object) {
        size_t i = 0;
        while (i < count && !str_eqz(m->key, names[i]))
            i++;
        if (i == count)
            return err_set(e, ERR_PARSE, "%s has a member that is not known: %.*s", what, STR_ARG(str_sub(m->key, 0, 60)));
    }
    return true;
}

static bool check_scope(const struct json *scope, struct err *e)
{
    static const char *const names[] = {"accounts", "principals"};
    if (!scope || scope->type == JSON_NULL)
        return true;
    if (scope->type != JSON_OBJECT)
        return err_set(e, ERR_PARSE, "principalScope is not an object");
    return only_members(scope, "principalScope", names, 2, e);
}

static bool check_mode(const struct json *mode, struct err *e)
{
    if (!mode || mode->type == JSON_NULL || str_eqz(json_str(mode), "Strict") || str_eqz(json_str(mode), "Discovery"))
        return true;
    return err_set(e, ERR_PARSE, "simulationMode is neither Strict nor Discovery");
}

static bool check_lists(const struct json *request, struct err *e)
{
    static const char *const lists[] = {"actions", "strictContextKeys", "additionalStrictContextKeys"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const struct json *list = json_getz(request, lists[i]);
        if (list && list->type != JSON_ARRAY && list->type != JSON_NULL)
            return err_set(e, ERR_PARSE, "%s is not a list", lists[i]);
        for json_each(j, list)
            if (j->type != JSON_STRING)
                return err_set(e, ERR_PARSE, "%s has a member that is no text", lists[i]);
    }
    return true;
}

static bool check_request(const struct json *request, struct err *e)
{
    static const char *const names[] = {"resource", "resourceArn", "resourceAccount", "customContextKeys", "simulationMode",
        "strictContextKeys", "additionalStrictContextKeys", "s3AbacOverride", "sessionPolicy", "principal", "action", "actions",
        "principalScope", "sort", "shrinkActionLists"};
    return only_members(request, "the request", names, sizeof names / sizeof *names, e) &&
           check_scope(json_getz(request, "principalScope"), e) && check_mode(json_getz(request, "simulationMode"), e) &&
           check_lists(request, e);
}

/* A key in any case, and several members that hold lists of them. */
static void strict_keys(struct arena *a, const struct json *request, struct access_question *q)
{
    uint32_t more = 0;
    struct str *first = strings(a, json_getz(request, "strictContextKeys"), &q->strict_count);
    struct str *second = strings(a, json_getz(request, "additionalStrictContextKeys"), &more);
    struct str *all = arena_array_of(a, struct str, q->strict_count + more + 1);
    memcpy(all, first, q->strict_count * sizeof *all);
    memcpy(all + q->strict_count, second, more * sizeof *all);
    q->strict_keys = all;
    q->strict_count += more;
}

static bool session_policy(struct world *w, struct arena *a, const struct json *doc, struct access_question *q, struct err *e)
{
    if (!doc || doc->type == JSON_NULL)
        return true;
    struct iam_policy_ref *ref = arena_new_of(a, struct iam_policy_ref);
    ref->id = STR("SessionPolicy");
    ref->policy = iam_policy_from_json(a, doc, e);
    if (!ref->policy)
        return false;
    world_note_tags(w, ref->policy);
    q->has_session = true;
    q->session = (struct iam_policy_set){ref, 1};
    return true;
}

static bool circumstances(struct world *w, struct arena *a, const struct json *request, struct access_question *q, struct err *e)
{
    for json_each(k, json_getz(request, "customContextKeys")) {
        uint32_t count = 1;
        struct str one = json_str(k);
        const struct str *values = k->type == JSON_ARRAY ? strings(a, k, &count) : &one;
        if (k->type != JSON_ARRAY && !one.ptr)
            return err_set(e, ERR_PARSE, "the value of %.*s is not a string", STR_ARG(k->key));
        access_context_put(w->catalogue, a, &q->given, k->key, values, count);
    }
    q->strict = str_eqz(json_get_str(request, "simulationMode"), "Strict");
    strict_keys(a, request, q);
    access_follow_path(w, a, q);
    return session_policy(w, a, json_getz(request, "sessionPolicy"), q, e);
}

static void resource(const struct world *w, const struct json *request, struct access_question *q)
{
    q->resource = json_get_str(request, "resourceArn");
    if (!q->resource.ptr)
        q->resource = json_get_str(request, "resource");
    if (!q->resource.ptr)
        q->resource = STR("*");
    q->row = world_resource_of(w, q->resource);
    q->resource_account = json_get_str(request, "resourceAccount");
}

static void action(const struct world *w, struct str text, struct access_question *q)
{
    if (!iam_action_split(text, &q->service, &q->name))
        return;
    q->action = iam_catalogue_action(w->catalogue, q->service, q->name);
}

static void blocked_by(const struct iam_decision *d, struct json_out *o)
{
    if (!d->blocked_by)
        return;
    jo_key(o, "blockedBy");
    jo_array(o);
    for (unsigned i = 0; i < IAM_LAYER_COUNT; i++)
        if (d->blocked_by & 1u << i)
            jo_strz(o, iam_layer_name((enum iam_layer)i));
    jo_end_array(o);
}

static void conditions(const struct iam_decision *d, struct json_out *o)
{
    if (d->result != IAM_ALLOWED_IF)
        return;
    jo_key(o, "conditions");
    residue_write_json(d->condition, o);
}

static bool can_i(struct world *w, struct arena *a, const struct json *request, struct json_out *o, struct err *e)
{
    struct access_question q;
    struct access_answer answer;
    struct iam_pattern_answer parts;
    access_question_init(&q);
    if (!access_principal(w, a, json_get_str(request, "principal"), &q, e))
        return false;
    action(w, json_get_str(request, "action"), &q);
    if (!q.service.ptr)
        return err_set(e, ERR_PARSE, "the row has no action");
    resource(w, request, &q);
    if (!circumstances(w, a, request, &q, e))
        return false;
    access_prepare(w, a, &q, &answer);
    if (iam_request_is_pattern(&answer.request))
        access_answer_pattern(w, a, &q, &answer, &parts);
    else
        access_answer(w, a, &q, 0, &answer);
    bool allowed = answer.decision.result == IAM_ALLOWED_IF;
    jo_kv_strz(o, "result", allowed ? "Allowed" : iam_result_name(answer.decision.result));
    blocked_by(&answer.decision, o);
    conditions(&answer.decision, o);
    return true;
}

static const char *level_name(enum iam_level_of_access l)
{
    static const char *const names[] = {[IAM_LIST] = "list", [IAM_READ] = "read", [IAM_WRITE] = "write",
                                        [IAM_PERMISSIONS] = "permissions management", [IAM_TAGGING] = "tagging"};
    return names[l];
}

static void write_row(const struct world *w, const struct who_row *row, struct json_out *o)
{
    const struct iam_action_info *info = &w->catalogue->actions[row->action];
    jo_object(o);
    jo_kv_str(o, "principal", row->principal);
    jo_kv_str(o, "service", info->service);
    jo_kv_str(o, "action", info->name);
    jo_kv_strz(o, "level", level_name(info->level));
    if (row->type.ptr)
        jo_kv_str(o, "resourceType", row->type);
    if (row->on_session_name)
        jo_kv_bool(o, "dependsOnSessionName", true);
    conditions(&row->decision, o);
    if (row->pattern_count) {
        jo_key(o, "allowedPatterns");
        jo_array(o);
        for (uint32_t i = 0; i < row->pattern_count; i++) {
            jo_object(o);
            jo_kv_str(o, "pattern", row->patterns[i].pattern);
            jo_kv_str(o, "resourceType", row->patterns[i].type);
            jo_end_object(o);
        }
        jo_end_array(o);
    }
    jo_end_object(o);
}

static void write_set(const struct world *w, struct arena *a, const struct who_answer *answer, struct json_out *o)
{
    jo_key(o, "result");
    jo_array(o);
    for (uint32_t i = 0; i < answer->count; i++) {
        const struct iam_action_info *info = &w->catalogue->actions[answer->rows[i].action];
        jo_object(o);
        jo_kv_str(o, "principal", answer->rows[i].principal);
        jo_kv_str(o, "action", arena_printf(a, "%.*s:%.*s", STR_ARG(info->service), STR_ARG(info->name)));
        jo_end_object(o);
    }
    jo_end_array(o);
    jo_key(o, "allowed");
    jo_array(o);
    for (uint32_t i = 0; i < answer->count; i++)
        write_row(w, &answer->rows[i], o);
    jo_end_array(o);
}

/* "enabled", "disabled" or a boolean: whether the bucket's tags count, for this row. */
static void abac_override(struct world *w, const struct json *request, uint32_t row)
{
    const struct json *j = json_getz(request, "s3AbacOverride");
    if (row == WORLD_NONE || !j || j->type == JSON_NULL)
        return;
    w->resources[row].abac = json_is_true(j) || str_eqz(json_str(j), "enabled");
    w->resources[row].abac_unread = false;
}

static bool who_can(struct world *w, struct arena *a, const struct json *request, struct json_out *o, struct err *e)
{
    struct access_question q;
    struct who_options options = {0};
    struct who_answer answer;
    uint32_t count = 0, all = 0;
    access_question_init(&q);
    resource(w, request, &q);
    if (!circumstances(w, a, request, &q, e))
        return false;
    const struct json *scope = json_getz(request, "principalScope");
    options.scoped = scope && scope->type == JSON_OBJECT;
    options.accounts = strings(a, json_getz(scope, "accounts"), &options.account_count);
    options.principals = strings(a, json_getz(scope, "principals"), &options.principal_count);
    struct buf names;
    buf_init(&names, 1 << 20);
    for json_each(j, json_getz(request, "actions"))
        buf_addf(&names, "%s%.*s", names.len ? "," : "", STR_ARG(json_str(j)));
    uint32_t *actions = access_actions(w, a, names.len ? arena_str(a, buf_str(&names)) : STR("*"), q.resource, &all, e);
    buf_done(&names);
    if (!actions)
        return false;
    count = all;
    access_who(w, a, &q, actions, count, &options, &answer);
    write_set(w, a, &answer, o);
    return true;
}

static bool what_can(struct world *w, struct arena *a, const struct json *request, struct json_out *o, struct err *e)
{
    struct access_question q;
    struct what_answer answer;
    access_question_init(&q);
    if (!access_principal(w, a, json_get_str(request, "principal"), &q, e) || !circumstances(w, a, request, &q, e))
        return false;
    access_what(w, a, &q, &answer);
    jo_key(o, "result");
    what_write(w, &answer, json_is_true(json_getz(request, "shrinkActionLists")), true, o);
    return true;
}

bool access_row_org(struct world *w, struct arena *a, const struct json *row, struct json_out *o, struct err *e)
{
    const struct json *request = json_getz(row, "request");
    struct str kind = json_get_str(row, "kind");
    if (!request || request->type != JSON_OBJECT)
        return err_set(e, ERR_PARSE, "the row has no request");
    if (!check_request(request, e))
        return false;
    struct access_question q = {0};
    resource(w, request, &q);
    bool abac = q.row != WORLD_NONE && w->resources[q.row].abac, unread = q.row != WORLD_NONE && w->resources[q.row].abac_unread;
    abac_override(w, request, q.row);
    bool ok = str_eqz(kind, "can-i")     ? can_i(w, a, request, o, e)
              : str_eqz(kind, "who-can") ? who_can(w, a, request, o, e)
                                         : what_can(w, a, request, o, e);
    if (q.row != WORLD_NONE)
        w->resources[q.row].abac = abac, w->resources[q.row].abac_unread = unread;
    return ok;
}
