#include "iam/row_internal.h"

enum { ROW_POLICIES_MAX = 1000, ROW_LEVELS_MAX = 16 };

/* Rows write {"AWS": ARN} as the bare ARN too, which the grammar of policies does not have. */
static void spell_out_principals(struct arena *a, struct json *doc)
{
    struct json *statements = json_getz(doc, "Statement");
    struct json *s = statements && statements->type == JSON_ARRAY ? statements->first : statements;
    for (; s; s = statements->type == JSON_ARRAY ? s->next : NULL)
        for (struct json *m = s->type == JSON_OBJECT ? s->first : NULL; m; m = m->next)
            if ((str_eqz(m->key, "Principal") || str_eqz(m->key, "NotPrincipal")) && m->type == JSON_STRING &&
                !str_eqz(m->text, "*")) {
                struct json *arn = json_string(a, m->text);
                m->type = JSON_OBJECT;
                json_set(m, STR("AWS"), arn);
            }
}

static bool read_policy(struct arena *a, struct json *doc, struct str id, struct iam_policy_ref *out, struct err *e)
{
    spell_out_principals(a, doc);
    out->id = id;
    out->policy = iam_policy_from_json(a, doc, e);
    if (!out->policy)
        err_context(e, "reading policy %.*s", STR_ARG(id));
    return out->policy != NULL;
}

/* `what` names the policies: "identity" gives "identity/0", "identity/1", ... */
static bool read_set(struct arena *a, const struct json *list, const char *what, struct iam_policy_set *out,
                     struct err *e)
{
    if (list->type != JSON_ARRAY)
        return err_set(e, ERR_PARSE, "the %s policies are not a list", what);
    if (list->count > ROW_POLICIES_MAX)
        return err_set(e, ERR_LIMIT, "more than %d %s policies", ROW_POLICIES_MAX, what);
    struct iam_policy_ref *refs = arena_array_of(a, struct iam_policy_ref, list->count);
    uint32_t n = 0;
    for
        json_each (p, list) {
            if (!read_policy(a, p, arena_printf(a, "%s/%u", what, n), &refs[n], e))
                return false;
            n++;
        }
    *out = (struct iam_policy_set){refs, n};
    return true;
}

static bool read_optional(struct arena *a, const struct json *row, const char *member, const char *what, bool *there,
                          struct iam_policy_set *out, struct err *e)
{
    const struct json *list = json_getz(row, member);
    *there = list && list->type != JSON_NULL && (list->type != JSON_ARRAY || list->count);
    return !*there || read_set(a, list, what, out, e);
}

static bool read_levels(struct arena *a, const struct json *row, const char *member, const struct iam_level **out,
                        uint32_t *count, struct err *e)
{
    const struct json *list = json_getz(row, member);
    if (!list || list->type == JSON_NULL)
        return true;
    if (list->type != JSON_ARRAY || list->count > ROW_LEVELS_MAX)
        return err_set(e, ERR_PARSE, "%s is not a list of at most %d levels", member, ROW_LEVELS_MAX);
    struct iam_level *levels = arena_array_of(a, struct iam_level, list->count);
    for
        json_each (l, list) {
            const struct json *policies = json_getz(l, "policies");
            levels[*count].name = json_get_str(l, "level");
            const char *what = arena_cstr(a, arena_printf(a, "%s/%.*s", member, STR_ARG(levels[*count].name)));
            if (!policies)
                return err_set(e, ERR_PARSE, "a level of %s has no policies", member);
            if (!read_set(a, policies, what, &levels[*count].policies, e))
                return false;
            ++*count;
        }
    *out = levels;
    return true;
}

static bool read_resource_policy(struct arena *a, const struct json *row, struct iam_layers *l, struct err *e)
{
    struct json *doc = json_getz(row, "resourcePolicy");
    if (!doc || doc->type == JSON_NULL)
        return true;
    struct iam_policy_ref *ref = arena_new_of(a, struct iam_policy_ref);
    l->has_resource = true;
    l->resource = (struct iam_policy_set){ref, 1};
    return read_policy(a, doc, STR("ResourcePolicy"), ref, e);
}

static bool read_layers(struct arena *a, const struct json *row, struct iam_layers *l, struct err *e)
{
    bool there;
    if (!read_optional(a, row, "identityPolicies", "identity", &there, &l->identity, e) ||
        !read_optional(a, row, "boundary", "boundary", &l->has_boundary, &l->boundary, e) ||
        !read_optional(a, row, "sessionPolicies", "session", &l->has_session, &l->session, e) ||
        !read_optional(a, row, "endpointPolicies", "endpoint", &l->has_endpoint, &l->endpoint, e) ||
        !read_levels(a, row, "scps", &l->scps, &l->scp_count, e) ||
        !read_levels(a, row, "rcps", &l->rcps, &l->rcp_count, e))
        return false;
    l->restrict_public_buckets = json_is_true(json_path(row, "settings.s3.blockPublicAccess"));
    return read_resource_policy(a, row, l, e);
}

static bool read_request(struct arena *a, const struct iam_catalogue *c, const struct json *request,
                         struct iam_request *r, struct err *e)
{
    const struct json *principal = json_getz(request, "principal");
    struct str who = json_str(principal), action = json_get_str(request, "action"), service;
    if (principal && principal->type == JSON_OBJECT && str_eq_nocase(json_get_str(principal, "type"), STR("Anonymous")))
        who = STR("anonymous");
    if (!who.ptr || !action.ptr || !json_get_str(request, "resource").ptr)
        return err_set(e, ERR_PARSE, "the row has no request with principal, action and resource");
    if (!iam_caller_parse(a, who, &r->caller, e))
        return false;
    if (!iam_action_split(action, &service, &r->action))
        return err_set(e, ERR_PARSE, "'%.*s' is not an action", STR_ARG(action));
    char *lower = arena_cstr(a, service);
    for (char *p = lower; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p | 0x20);
    r->service = str_of(lower);
    r->resource = json_get_str(request, "resource");
    r->resource_account = json_get_str(request, "resourceAccount");
    uint32_t at = c ? iam_catalogue_action(c, r->service, r->action) : UINT32_MAX;
    r->no_resource_type = json_is_true(json_getz(request, "wildcardOnlyAction")) ||
                          (str_eqz(r->resource, "*") && at != UINT32_MAX && !c->actions[at].resource_type_count);
    return true;
}

bool row_question_read(struct arena *a, const struct iam_catalogue *c, const struct json *row, struct row_question *q,
                       struct err *e)
{
    *q = (struct row_question){0};
    struct str mode = json_get_str(row, "mode");
    q->discovery = str_eqz(mode, "Discovery");
    if (mode.ptr && !q->discovery && !str_eqz(mode, "Strict"))
        return err_set(e, ERR_PARSE, "mode '%.*s' is neither Strict nor Discovery", STR_ARG(mode));
    if (!read_request(a, c, json_getz(row, "request"), &q->r, e) || !read_layers(a, row, &q->layers, e))
        return false;
    if (q->discovery)
        q->r.caller.session = (struct str){0};
    else if (q->r.caller.kind == IAM_CALLER_ROLE)
        q->r.caller.session = STR(""); /* exact: the role itself */
    if (q->r.caller.kind == IAM_CALLER_ROOT)
        q->layers.identity_is_root = true;
    if (c && !iam_catalogue_rcp_service(c, q->r.service))
        q->layers.rcp_count = 0;
    return row_context_read(a, c, row, q, e);
}
