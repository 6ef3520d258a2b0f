#include "access/ask.h"
#include "access/world_internal.h"
#include "base/nearest.h"

enum { SHOWN_MAX = 4 };

static bool has(struct str s, char c) { return str_index(s, c, 0) >= 0; }

static bool is_account_id(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len == 12;
}

static void suggest_principal(const struct world *w, struct str text, struct err *e)
{
    struct nearest n;
    nearest_init(&n, text);
    for (uint32_t i = 0; i < w->principal_count; i++) {
        nearest_offer(&n, w->principals[i].name);
        nearest_offer(&n, w->principals[i].arn);
    }
    if (n.best.ptr)
        err_hint(e, "did you mean %.*s?", STR_ARG(n.best));
    else
        err_hint(e, "give an ARN, a role's or user's name, an account id, x.amazonaws.com or anonymous");
}

/* A bare name, or ACCOUNT/NAME. */
static bool by_name(const struct world *w, struct arena *a, struct str text, uint32_t *row, struct err *e)
{
    struct str name = text, account = {0};
    ptrdiff_t slash = str_index(text, '/', 0);
    if (slash == 12 && is_account_id(str_sub(text, 0, 12))) {
        account = str_sub(text, 0, 12);
        name = str_sub(text, 13, text.len);
    }
    uint32_t found = 0;
    struct buf several;
    buf_init(&several, 512);
    for (uint32_t i = 0; i < w->principal_count; i++) {
        const struct world_principal *p = &w->principals[i];
        if ((p->kind != WORLD_USER && p->kind != WORLD_ROLE) || !str_eq(p->name, name))
            continue;
        if (account.ptr && (p->account >= w->account_count || !str_eq(w->accounts[p->account].id, account)))
            continue;
        if (found++ < SHOWN_MAX)
            buf_addf(&several, "%s%.*s", found > 1 ? ", " : "", STR_ARG(p->arn));
        *row = i;
    }
    if (found == 0) {
        err_set(e, ERR_USAGE, "no principal is named %.*s", STR_ARG(text));
        suggest_principal(w, name, e);
    } else if (found > 1) {
        err_set(e, ERR_USAGE, "%u principals are named %.*s: %s%s", found, STR_ARG(text), buf_cstr(&several), found > SHOWN_MAX ? ", ..." : "");
        err_hint(e, "give the ARN, or ACCOUNT/NAME");
    }
    buf_done(&several);
    (void)a;
    return found == 1;
}

static bool of_collected_account(const struct world *w, struct str account)
{
    uint32_t row = account.ptr ? world_account_of(w, account) : WORLD_NONE;
    return row != WORLD_NONE && w->accounts[row].collected;
}

/* Names of users and roles are unique in an account without regard to case: IAM User Guide, "IAM identifiers" (read 2026). */
static uint32_t in_other_case(const struct world *w, const struct iam_caller *c)
{
    if (c->kind != IAM_CALLER_ROLE && c->kind != IAM_CALLER_USER)
        return WORLD_NONE;
    for (uint32_t i = 0; i < w->principal_count; i++)
        if (w->principals[i].kind <= WORLD_ROLE && str_eq_nocase(w->principals[i].arn, c->text))
            return i;
    return WORLD_NONE;
}

bool access_principal(const struct world *w, struct arena *a, struct str text, struct access_question *q, struct err *e)
{
    bool arn = str_starts(text, STR("arn:")), service = str_ends(text, STR(".amazonaws.com")) || str_ends(text, STR(".amazonaws.com.cn"));
    if (!arn && !service && !is_account_id(text) && !str_eqz(text, "anonymous") && !str_eqz(text, "*")) {
        uint32_t row = WORLD_NONE;
        if (!by_name(w, a, text, &row, e))
            return false;
        text = w->principals[row].arn;
    }
    if (!iam_caller_parse(a, text, &q->caller, e))
        return false;
    q->principal = world_principal_of(w, text);
    if (q->principal == WORLD_NONE && (q->principal = in_other_case(w, &q->caller)) != WORLD_NONE &&
        !iam_caller_parse(a, w->principals[q->principal].arn, &q->caller, e))
        return false;
    if (q->principal == WORLD_NONE && q->caller.kind == IAM_CALLER_ANONYMOUS)
        q->principal = world_principal_of(w, STR("anonymous"));
    if (q->principal != WORLD_NONE) {
        q->caller.service_linked |= w->principals[q->principal].service_linked;
        if (w->principals[q->principal].kind == WORLD_FEDERATED)
            q->caller.kind = IAM_CALLER_WEB;
        return true;
    }
    bool nobody = q->caller.kind == IAM_CALLER_USER || q->caller.kind == IAM_CALLER_ROLE || q->caller.kind == IAM_CALLER_SESSION;
    if (nobody && of_collected_account(w, q->caller.account)) {
        err_set(e, ERR_USAGE, "account %.*s has no %.*s", STR_ARG(q->caller.account), STR_ARG(text));
        suggest_principal(w, text, e);
        return false;
    }
    return true;
}

bool access_action(const struct world *w, struct arena *a, struct str text, struct access_question *q, struct err *e)
{
    uint32_t from, to;
    struct nearest n;
    (void)a;
    if (!iam_action_split(text, &q->service, &q->name)) {
        err_set(e, ERR_USAGE, "\"%.*s\" is not an action", STR_ARG(text));
        err_hint(e, "an action is SERVICE:NAME, for instance s3:GetObject");
        return false;
    }
    q->action = iam_catalogue_action(w->catalogue, q->service, q->name);
    if (q->action != WORLD_NONE) {
        q->service = w->catalogue->actions[q->action].service;
        q->name = w->catalogue->actions[q->action].name;
        return true;
    }
    if (!iam_catalogue_service(w->catalogue, q->service, &from, &to)) {
        err_set(e, ERR_USAGE, "AWS has no service with the prefix %.*s", STR_ARG(q->service));
        nearest_init(&n, q->service);
        for (uint32_t i = 0; i < w->catalogue->action_count; i++)
            nearest_offer(&n, w->catalogue->actions[i].service);
    } else {
        err_set(e, ERR_USAGE, "%.*s has no action %.*s", STR_ARG(q->service), STR_ARG(q->name));
        nearest_init(&n, q->name);
        for (uint32_t i = from; i < to; i++)
            nearest_offer(&n, w->catalogue->actions[i].name);
    }
    if (n.best.ptr)
        err_hint(e, "did you mean %.*s?", STR_ARG(n.best));
    return false;
}

/* A thing of the action's service by its name alone. */
static bool thing_by_name(const struct world *w, struct str text, struct access_question *q, struct err *e)
{
    struct str service = str_eqz(q->service, "sts") ? STR("iam") : q->service;
    struct nearest n;
    uint32_t found = 0;
    nearest_init(&n, text);
    for (uint32_t i = 0; i < w->resource_count; i++) {
        const struct world_resource *r = &w->resources[i];
        if (!str_eq_nocase(arn_field(r->arn, 2), service))
            continue;
        struct str rest = arn_field(r->arn, 5);
        ptrdiff_t cut = str_rindex(rest, '/');
        struct str last = cut < 0 ? rest : str_sub(rest, (size_t)cut + 1, rest.len);
        nearest_offer(&n, r->name.ptr ? r->name : last);
        if (!str_eq(r->name, text) && !str_eq(rest, text) && !str_eq(last, text))
            continue;
        found++;
        q->row = i;
    }
    if (found == 1) {
        q->resource = w->resources[q->row].arn;
        return true;
    }
    if (found)
        err_set(e, ERR_USAGE, "%u things of %.*s are named %.*s", found, STR_ARG(service), STR_ARG(text));
    else
        err_set(e, ERR_USAGE, "nothing of %.*s is named %.*s", STR_ARG(service), STR_ARG(text));
    if (!found && n.best.ptr)
        err_hint(e, "did you mean %.*s?", STR_ARG(n.best));
    else
        err_hint(e, "give its ARN");
    return false;
}

static bool check_type(const struct world *w, const struct access_question *q, struct err *e)
{
    const struct iam_action_info *info = &w->catalogue->actions[q->action];
    if (has(q->resource, '*') || iam_catalogue_takes(w->catalogue, q->action, q->resource))
        return true;
    struct buf types;
    buf_init(&types, 400);
    for (uint16_t i = 0; i < info->resource_type_count; i++)
        buf_addf(&types, "%s%.*s", i ? ", " : "", STR_ARG(w->catalogue->resources[info->resource_types[i]].arn));
    err_set(e, ERR_USAGE, "%.*s:%.*s is not an action on %.*s", STR_ARG(q->service), STR_ARG(q->name), STR_ARG(q->resource));
    err_hint(e, "it takes %s", buf_cstr(&types));
    buf_done(&types);
    return false;
}

bool access_resource(const struct world *w, struct arena *a, struct str text, struct access_question *q, struct err *e)
{
    const struct iam_action_info *info = &w->catalogue->actions[q->action];
    if (info->resource_type_count == 0) {
        q->resource = STR("*");
        return str_eqz(text, "*") || !text.len ||
               err_set(e, ERR_USAGE, "%.*s:%.*s takes no resource: give '*'", STR_ARG(q->service), STR_ARG(q->name));
    }
    if (str_starts(text, STR("s3://")))
        text = str_sub(text, 5, text.len);
    bool bucket = str_eqz(q->service, "s3") && !str_starts(text, STR("arn:")) && !str_eqz(text, "*");
    if (bucket)
        q->resource = arena_printf(a, "arn:%.*s:s3:::%.*s", STR_ARG(w->partition), STR_ARG(text));
    else if (str_starts(text, STR("arn:")) || str_eqz(text, "*"))
        q->resource = text;
    else
        return thing_by_name(w, text, q, e) && check_type(w, q, e);
    q->row = world_resource_of(w, q->resource);
    if (bucket && q->row == WORLD_NONE && !has(text, '/') && !has(text, '*'))
        return thing_by_name(w, text, q, e);
    return check_type(w, q, e);
}

bool access_endpoint(const struct world *w, struct arena *a, struct str id, struct access_question *q, struct err *e)
{
    struct nearest n;
    (void)a;
    nearest_init(&n, id);
    for (uint32_t i = 0; i < w->endpoint_count; i++) {
        if (str_eq(w->endpoints[i].id, id)) {
            q->endpoint = i;
            return true;
        }
        nearest_offer(&n, w->endpoints[i].id);
    }
    err_set(e, ERR_USAGE, "no VPC endpoint %.*s was collected", STR_ARG(id));
    if (n.best.ptr)
        err_hint(e, "did you mean %.*s?", STR_ARG(n.best));
    return false;
}
