#include "access/who.h"
#include "access/world_internal.h"

/* Per action: which policies have an Allow that may cover it. */
struct memo {
    const struct iam_policy **policies;
    bool *may;
    size_t size, count;
};

struct who {
    const struct world *w;
    struct arena *a;
    const struct who_options *o;
    struct access_question q;
    const struct world_resource *res;
    struct memo memo;
    struct iam_request probe; /* with nothing known: what an Allow may cover at most */
    struct who_answer *out;
    bool pattern;
};

static bool may_cover_resource(struct who *c, const struct iam_policy *p, const struct iam_statement *s, enum iam_layer layer)
{
    if (c->pattern) /* the meet is the oracle's business */
        return true;
    return iam_statement_covers_resource(c->w->pool, s, p->variables, layer, &c->probe, NULL) != residue_false;
}

static bool may_allow(struct who *c, const struct iam_policy *p)
{
    for (uint32_t i = 0; i < p->count; i++)
        if (p->statements[i].allow && iam_statement_covers_action(&p->statements[i], c->q.service, c->q.name) &&
            may_cover_resource(c, p, &p->statements[i], IAM_LAYER_IDENTITY))
            return true;
    return false;
}

static bool may_allow_once(struct who *c, const struct iam_policy *p)
{
    struct memo *m = &c->memo;
    size_t at = ((uintptr_t)p >> 4) * 0x9E3779B1u & (m->size - 1);
    while (m->policies[at] && m->policies[at] != p)
        at = (at + 1) & (m->size - 1);
    if (m->policies[at])
        return m->may[at];
    bool may = may_allow(c, p);
    if (m->count * 2 < m->size) {
        m->policies[at] = p;
        m->may[at] = may;
        m->count++;
    }
    return may;
}

static bool identity_may(struct who *c, const struct iam_policy_set *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (!set->items[i].policy || may_allow_once(c, set->items[i].policy))
            return true;
    return false;
}

/* The policy that the resource has for this action, or NULL; `unread` when there is one that could not be read. */
static const struct iam_policy *own_policy(const struct who *c, bool *unread)
{
    const struct iam_policy_ref *ref = NULL;
    *unread = false;
    if (!c->res) {
        *unread = true; /* the layers tell whether that matters */
        return NULL;
    }
    if (c->res->principal < c->w->principal_count && c->w->principals[c->res->principal].kind == WORLD_ROLE)
        ref = &c->w->principals[c->res->principal].trust;
    else if (c->res->has_policy)
        ref = &c->res->policy;
    *unread = ref ? !ref->policy : !c->res->policy_read;
    return ref ? ref->policy : NULL;
}

/* A role's session and the account's root are grantees too: the oracle says for whom they count. */
static bool may_be_grantee(const struct who *c, struct str grantee, const struct iam_caller *caller)
{
    struct iam_principal p = iam_principal_compile(c->a, STR("AWS"), grantee);
    return str_eq(grantee, caller->text) || (caller->account.ptr && str_eq(p.account, caller->account));
}

/* Whether the resource itself may allow this caller, alone or with its account. */
static bool resource_may(struct who *c, const struct iam_caller *caller, bool alone)
{
    bool unread;
    const struct iam_policy *p = own_policy(c, &unread);
    if (unread)
        return true;
    for (uint32_t i = 0; p && i < p->count; i++) {
        const struct iam_statement *s = &p->statements[i];
        if (!s->allow || !iam_statement_covers_action(s, c->q.service, c->q.name) || !may_cover_resource(c, p, s, IAM_LAYER_RESOURCE))
            continue;
        enum iam_principal_match m = world_names(c->w, s, caller, false);
        if (m != IAM_NO_MATCH && (!alone || m != IAM_ACCOUNT_MATCH))
            return true;
    }
    for (uint32_t i = 0; c->res && i < c->res->grant_count; i++)
        if (may_be_grantee(c, c->res->grants[i].grantee, caller))
            return true;
    bool by_list = c->res && str_eqz(c->res->type, "AWS::S3::Bucket") && !c->res->acl_disabled; /* those of objects are not read */
    return c->res && (by_list || c->res->acl_count || !c->res->acl_read || !c->res->grants_read);
}

static bool on_session_name(const struct residue *r)
{
    enum residue_kind k = residue_kind_of(r);
    if (k == RESIDUE_LEAF || k == RESIDUE_NOT)
        return residue_leaf_of(r)->kind == RESIDUE_SESSION_NAME;
    for (uint32_t i = 0; (k == RESIDUE_AND || k == RESIDUE_OR) && i < residue_child_count(r); i++)
        if (on_session_name(residue_child(r, i)))
            return true;
    return false;
}

static void add_row(struct who *c, const struct who_row *row)
{
    struct who_answer *out = c->out;
    if (out->count == out->size) {
        uint32_t size = out->size ? out->size * 2 : 64;
        struct who_row *grown = arena_array_of(c->a, struct who_row, size);
        if (out->count)
            memcpy(grown, out->rows, out->count * sizeof *grown);
        out->rows = grown;
        out->size = size;
    }
    out->rows[out->count++] = *row;
    out->unknown += row->decision.result == IAM_UNKNOWN;
}

static bool is_allowed(enum iam_result r) { return r == IAM_ALLOWED || r == IAM_ALLOWED_IF; }

static void keep_patterns(struct who *c, const struct iam_pattern_answer *parts, struct who_row *row)
{
    struct iam_pattern_result *kept = arena_array_of(c->a, struct iam_pattern_result, parts->count ? parts->count : 1);
    for (uint32_t i = 0; i < parts->count; i++)
        if (is_allowed(parts->results[i].decision.result))
            kept[row->pattern_count++] = parts->results[i];
    row->patterns = kept;
}

static void decide_one(struct who *c, const struct iam_caller *caller, uint32_t principal)
{
    struct access_answer answer;
    struct iam_pattern_answer parts;
    struct who_row row = {.principal = caller->kind == IAM_CALLER_ANONYMOUS ? STR("anonymous") : caller->text, .row = principal,
                          .action = c->q.action};
    c->q.caller = *caller;
    c->q.principal = principal;
    c->out->decided++;
    if (c->pattern) {
        access_answer_pattern(c->w, c->a, &c->q, &answer, &parts);
        keep_patterns(c, &parts, &row);
    } else {
        access_answer(c->w, c->a, &c->q, 0, &answer);
        row.type = access_type(c->w, c->q.action, c->q.resource);
    }
    row.decision = answer.decision;
    row.on_session_name = is_allowed(row.decision.result) && on_session_name(row.decision.condition);
    if (is_allowed(row.decision.result) || (c->o->denied_too && row.decision.result == IAM_UNKNOWN))
        add_row(c, &row);
}

static bool in_scope(const struct who *c, struct str principal, struct str account)
{
    if (!c->o->scoped)
        return true;
    for (uint32_t i = 0; i < c->o->account_count; i++)
        if (account.len && str_eq(c->o->accounts[i], account))
            return true;
    for (uint32_t i = 0; i < c->o->principal_count; i++)
        if (str_eq(c->o->principals[i], principal))
            return true;
    return false;
}

static void ask_row(struct who *c, uint32_t i)
{
    const struct world_principal *p = &c->w->principals[i];
    struct str account = p->account < c->w->account_count ? c->w->accounts[p->account].id : (struct str){0};
    struct iam_caller caller;
    bool ours = p->kind == WORLD_USER || p->kind == WORLD_ROLE;
    if ((!ours && (!c->o->everybody || p->kind != WORLD_ROOT)) || !in_scope(c, p->arn, account))
        return;
    bool may = ours && identity_may(c, &p->identity);
    if (!may || !ours)
        world_caller(c->w, c->a, i, &caller);
    bool same = c->res && c->res->account == p->account;
    if (!may && !(p->kind == WORLD_ROOT && (same || !c->res)) && !resource_may(c, &caller, ours))
        return;
    if (may)
        world_caller(c->w, c->a, i, &caller);
    decide_one(c, &caller, i);
}

/* Those that only the resource's policy brings in, once each. */
static void ask_named(struct who *c, struct map *seen, struct str text)
{
    struct iam_caller caller;
    struct err ignored = {0};
    if (!text.len || map_has(seen, text) || !iam_caller_parse(c->a, text, &caller, &ignored))
        return;
    map_put(seen, text, c);
    uint32_t row = world_principal_of(c->w, text);
    bool service = caller.kind == IAM_CALLER_SERVICE;
    bool ours = row != WORLD_NONE && c->w->principals[row].kind <= WORLD_ROOT;
    if (ours || (!service && !c->o->everybody) || !in_scope(c, text, caller.account))
        return;
    if (row != WORLD_NONE && c->w->principals[row].kind == WORLD_FEDERATED)
        caller.kind = IAM_CALLER_WEB;
    decide_one(c, &caller, row);
}

static void ask_entry(struct who *c, struct map *seen, const struct iam_principal *p)
{
    switch (p->kind) {
    case IAM_P_EVERYONE: ask_named(c, seen, STR("anonymous")); break;
    case IAM_P_ACCOUNT:
        ask_named(c, seen, arena_printf(c->a, "arn:%.*s:iam::%.*s:root", STR_ARG(c->w->partition), STR_ARG(p->account)));
        break;
    case IAM_P_USER:
    case IAM_P_ROLE:
    case IAM_P_SESSION:
    case IAM_P_FEDERATED_USER:
    case IAM_P_SERVICE: ask_named(c, seen, p->text); break;
    case IAM_P_FEDERATED: {
        struct iam_caller caller = {.kind = IAM_CALLER_WEB, .text = p->text};
        if (c->o->everybody && !map_has(seen, p->text) && in_scope(c, p->text, (struct str){0}))
            decide_one(c, &caller, world_principal_of(c->w, p->text));
        map_put(seen, p->text, c);
        break;
    }
    case IAM_P_GONE:
    case IAM_P_CANONICAL:
    case IAM_P_INVALID: break;
    }
}

/* Principal "*" with a condition that names a service. */
static void ask_conditions(struct who *c, struct map *seen, const struct iam_statement *s)
{
    for (uint32_t i = 0; i < s->condition_count; i++) {
        const struct iam_condition *k = &s->conditions[i];
        if (!str_eqz(k->key_lower, "aws:principalservicename") && !str_eqz(k->key_lower, "aws:principalservicenameslist"))
            continue;
        for (uint32_t v = 0; v < k->count; v++)
            if (k->values[v].literal)
                ask_named(c, seen, k->values[v].text);
    }
}

static void ask_policy(struct who *c)
{
    bool unread;
    struct map seen;
    const struct iam_policy *p = own_policy(c, &unread);
    map_init(&seen, c->a);
    for (uint32_t i = 0; p && i < p->count; i++) {
        const struct iam_statement *s = &p->statements[i];
        if (!s->allow || !iam_statement_covers_action(s, c->q.service, c->q.name))
            continue;
        for (uint32_t j = 0; !s->not_principal && j < s->principal_count; j++)
            ask_entry(c, &seen, &s->principals[j]);
        if (s->not_principal)
            ask_named(c, &seen, STR("anonymous"));
        ask_conditions(c, &seen, s);
    }
    for (uint32_t i = 0; c->res && i < c->res->grant_count; i++)
        ask_named(c, &seen, c->res->grants[i].grantee);
    if (c->res && c->res->acl_count)
        ask_named(c, &seen, STR("anonymous"));
}

static void ask_action(struct who *c, uint32_t action)
{
    const struct iam_action_info *info = &c->w->catalogue->actions[action];
    c->q.action = action;
    c->q.service = info->service;
    c->q.name = info->name;
    c->pattern = info->resource_type_count && str_index(c->q.resource, '*', 0) >= 0;
    memset(c->memo.policies, 0, c->memo.size * sizeof *c->memo.policies);
    c->memo.count = 0;
    c->probe = (struct iam_request){.context = {.open = true}};
    world_request(c->w, action, c->q.resource, c->q.row, &c->probe);
    for (uint32_t i = 0; i < c->w->principal_count; i++)
        ask_row(c, i);
    ask_policy(c);
}

void access_who(const struct world *w, struct arena *a, const struct access_question *q, const uint32_t *actions, uint32_t action_count,
                const struct who_options *o, struct who_answer *out)
{
    struct who c = {.w = w, .a = a, .o = o, .q = *q, .res = world_carrier(w, q->row), .out = out};
    *out = (struct who_answer){0};
    c.memo.size = 1024;
    while (c.memo.size < w->policies.count * 4)
        c.memo.size *= 2;
    c.memo.policies = arena_calloc(a, c.memo.size, sizeof *c.memo.policies);
    c.memo.may = arena_array_of(a, bool, c.memo.size);
    for (uint32_t i = 0; i < action_count; i++)
        ask_action(&c, actions[i]);
}

static bool takes(const struct world *w, uint32_t action, struct str arn)
{
    return !arn.ptr || access_type(w, action, arn).ptr || w->catalogue->actions[action].resource_type_count == 0;
}

/* One part: a name, or a pattern of the names of one service. */
static uint32_t expand(const struct world *w, struct arena *a, struct str part, struct str arn, uint32_t *out)
{
    struct str service, name;
    uint32_t from = 0, to = 0, count = 0;
    struct iam_action pattern = iam_action_compile(a, part);
    if (!iam_action_split(part, &service, &name) || !pattern.valid || !iam_catalogue_service(w->catalogue, service, &from, &to))
        return 0;
    for (uint32_t i = from; i < to; i++)
        if (iam_action_matches(&pattern, w->catalogue->actions[i].service, w->catalogue->actions[i].name) &&
            (pattern.name.literal || (takes(w, i, arn) && w->catalogue->actions[i].resource_type_count)))
            out[count++] = i;
    return count;
}

/* "*": all actions on the thing, those of its own service and, on a role, of STS. */
static struct str all_actions(struct arena *a, struct str text, struct str arn)
{
    struct str service = arn_field(arn, 2);
    if (!str_eqz(text, "*") || !service.len)
        return text;
    bool role = str_eqz(service, "iam") && str_starts(arn_field(arn, 5), STR("role/"));
    return arena_printf(a, "%.*s:*%s", STR_ARG(service), role ? ",sts:*" : "");
}

uint32_t *access_actions(const struct world *w, struct arena *a, struct str text, struct str arn, uint32_t *count, struct err *e)
{
    text = all_actions(a, text, arn);
    uint32_t *all = arena_array_of(a, uint32_t, w->catalogue->action_count + 1);
    bool *seen = arena_array_of(a, bool, w->catalogue->action_count + 1);
    *count = 0;
    for (struct str rest = text; rest.ptr;) {
        struct str part = str_trim(str_cut(&rest, ','));
        uint32_t *some = arena_array_of(a, uint32_t, w->catalogue->action_count + 1);
        uint32_t n = expand(w, a, part, arn, some);
        struct access_question q;
        if (!n && (str_index(part, '*', 0) >= 0 || access_action(w, a, part, &q, e))) {
            err_set(e, ERR_USAGE, "no action on %.*s is named by %.*s", STR_ARG(arn), STR_ARG(part));
            return NULL;
        }
        if (!n)
            return NULL;
        for (uint32_t i = 0; i < n; i++)
            if (!seen[some[i]]) {
                seen[some[i]] = true;
                all[(*count)++] = some[i];
            }
    }
    return all;
}
