/* Edges of every principal by the rows of the table. */
#include "access/graph_internal.h"

struct build {
    struct graph *g;
    const struct rights *r;
    uint32_t principals, resources; /* of the world that it was made for */
    struct edge_list raw;        /* of all principals, in order, before the graph is put together */
    uint32_t *first_raw;         /* by principal */
    bool *reads_mfa;
    uint64_t *bits;              /* questions that edges rest on */
    uint32_t *bit_of;            /* path * PATH_NEEDS_MAX + need -> bit */
    struct principal_rights p;   /* of the principal at hand */
    struct edge_list edges;      /* of the principal at hand, or of all when they are put together */
    bool *sure;                  /* by principal: a sure edge from the one at hand is there */
    const struct residue **asked; /* by path and need: memo of the principal at hand */
    bool is_admin;               /* it is sure to become administrator of its account */
    bool *exempting;             /* by account: policies of the organization there speak of principals */
    uint32_t *dependents_first, *dependents; /* by resource: things with a role that are made from it */
};

static const uint32_t no_bit = WORLD_NONE;

void edge_add(struct graph *g, struct edge_list *l, struct graph_edge e)
{
    if (l->count == l->size) {
        uint32_t size = l->size ? l->size * 2 : 1024;
        struct graph_edge *items = arena_array_of(g->arena, struct graph_edge, size);
        if (l->count)
            memcpy(items, l->items, l->count * sizeof *items);
        l->items = items;
        l->size = size;
    }
    l->items[l->count++] = e;
}

static struct world_principal *principal_at(const struct build *b, uint32_t i) { return &b->g->world->principals[i]; }

static void emit(struct build *b, const struct privilege_path *path, uint32_t to, uint32_t thing, const struct residue *guard)
{
    enum graph_level l = to == WORLD_NONE ? LEVEL_NEVER : graph_level_of(b->g, graph_guard(b->g, b->p.principal, guard));
    if (l == LEVEL_NEVER || to == b->p.principal)
        return;
    l = l < path->level ? path->level : l;
    edge_add(b->g, &b->edges, (struct graph_edge){.from = b->p.principal, .to = to, .path = (uint32_t)(path - b->g->paths),
             .thing = thing, .guard = guard, .level = l});
    b->sure[to] |= l == LEVEL_CERTAIN;
}

static uint32_t admin_at(const struct build *b, uint32_t principal)
{
    uint32_t account = principal_at(b, principal)->account;
    return account == WORLD_NONE ? WORLD_NONE : b->g->admin_of[account];
}

/* What comes of it is not worked out. */
static void emit_unknown(struct build *b, const struct privilege_path *path, uint32_t to, uint32_t thing, const struct residue *guard)
{
    if (to == WORLD_NONE || to == b->p.principal || graph_level_of(b->g, graph_guard(b->g, b->p.principal, guard)) == LEVEL_NEVER)
        return;
    edge_add(b->g, &b->edges, (struct graph_edge){.from = b->p.principal, .to = to, .path = (uint32_t)(path - b->g->paths), .thing = thing,
             .guard = guard, .level = LEVEL_UNKNOWN});
}

/* A principal of its own making, without a boundary, or with one that it is told to set. */
static void emit_new(struct build *b, const struct privilege_path *path, const struct residue *guard)
{
    struct iam_key none = {.name = STR("iam:permissionsboundary"), .state = IAM_KEY_ABSENT};
    struct iam_context c = {.keys = &none, .count = 1, .open = true};
    const struct residue *free = residue_assume(b->g->world->pool, guard, &c);
    uint32_t admin = admin_at(b, b->p.principal);
    if (graph_level_of(b->g, graph_guard(b->g, b->p.principal, free)) == LEVEL_NEVER)
        emit_unknown(b, path, admin, WORLD_NONE, guard);
    else
        emit(b, path, admin, WORLD_NONE, free);
}

/* Who one is with every action allowed: the administrator of the account, or what a boundary leaves. */
static void emit_any_policy(struct build *b, const struct privilege_path *path, uint32_t of, uint32_t thing, const struct residue *guard)
{
    struct graph *g = b->g;
    const struct world_principal *p = principal_at(b, of);
    uint32_t base = of < g->first_pseudo ? of : g->pseudo[of - g->first_pseudo].base;
    if (p->has_boundary && base != WORLD_NONE && g->any_policy_of[base] != WORLD_NONE) {
        emit(b, path, g->any_policy_of[base], thing, guard);
        return;
    }
    uint32_t admin = admin_at(b, of);
    if (!p->has_boundary) {
        emit(b, path, admin, thing, guard);
        b->is_admin |= of == b->p.principal && admin != WORLD_NONE && b->sure[admin];
        return;
    }
    /* A boundary of which no form was made: what it leaves is not worked out. */
    emit_unknown(b, path, admin, thing, guard);
}

static bool is_customer_policy(struct str id)
{
    return str_starts(id, STR("arn:")) && str_contains(id, STR(":policy/")) && !str_contains(id, STR(":iam::aws:")) && str_index(id, '#', 0) < 0;
}

static const struct residue *on_attached(struct build *b, const struct path_need *n, uint32_t holder)
{
    const struct residue *out = residue_false;
    const struct iam_policy_set *set = &principal_at(b, holder)->identity;
    const struct iam_action_info *info = &b->g->world->catalogue->actions[n->index];
    if (!graph_identity_allows(b->g->world, b->p.principal, info->service, info->name))
        return out;
    for (uint32_t i = 0; i < set->count && out != residue_true; i++)
        if (is_customer_policy(set->items[i].id))
            out = residue_or(b->g->world->pool, out, graph_ask_arn(b->g, b->p.principal, n->index, set->items[i].id));
    return out;
}

/* Inline policies of a group are told by "GROUP-ARN#NAME": the groups that the principal is in. Of a group without one, who is
 * in it is not known here. */
static const struct residue *on_group(struct build *b, const struct path_need *n)
{
    const struct residue *out = residue_false;
    const struct world_principal *p = principal_at(b, b->p.principal);
    const struct iam_action_info *info = &b->g->world->catalogue->actions[n->index];
    if (p->kind != WORLD_USER || !graph_identity_allows(b->g->world, b->p.principal, info->service, info->name))
        return out;
    for (uint32_t i = 0; i < p->identity.count && out != residue_true; i++) {
        struct str id = p->identity.items[i].id, group = str_cut(&id, '#');
        if (id.ptr && str_contains(group, STR(":group/")))
            out = residue_or(b->g->world->pool, out, graph_ask_arn(b->g, b->p.principal, n->index, group));
    }
    const struct residue *any = out == residue_true ? residue_false : graph_ask_new(b->g, b->p.principal, n->index, STR(""), NULL, NULL);
    if (any == residue_false)
        return out;
    struct str what = STR("which groups the user is in");
    struct residue_leaf leaf = {.kind = RESIDUE_UNREAD, .values = &what, .count = 1};
    struct residue_source source = {.layer = "identity", .policy = what, .allow = true};
    any = residue_and(b->g->world->pool, any, residue_leaf(b->g->world->pool, &leaf, &source));
    return residue_or(b->g->world->pool, out, any);
}

static uint32_t need_bit(const struct build *b, const struct privilege_path *path, uint32_t need)
{
    return b->bit_of[(size_t)(path - b->g->paths) * PATH_NEEDS_MAX + need];
}

/* Of a need that does not depend on the target; asked once for each principal. */
static const struct residue *need_fixed(struct build *b, const struct privilege_path *path, uint32_t k)
{
    const struct path_need *n = &path->needs[k];
    const struct residue **slot = &b->asked[(size_t)(path - b->g->paths) * PATH_NEEDS_MAX + k];
    const struct residue *known = *slot;
    if (known)
        return known;
    uint32_t own = principal_at(b, b->p.principal)->resource;
    if (n->index == WORLD_NONE)
        *slot = residue_false;
    else if (n->on == ON_SELF)
        *slot = own == WORLD_NONE ? residue_false : rights_on(b->g, &b->p, need_bit(b, path, k), own);
    else if (n->on == ON_GROUP)
        *slot = on_group(b, n);
    else if (n->on == ON_POLICY)
        *slot = on_attached(b, n, b->p.principal);
    else
        *slot = graph_ask_new(b->g, b->p.principal, n->index, n->on == ON_NEW ? n->type : STR(""), NULL, NULL);
    return *slot;
}

static bool on_row(const struct path_need *n) { return n->on == ON_ROLE || n->on == ON_USER || n->on == ON_THING || n->on == ON_SOURCE; }

static int driver_of(const struct privilege_path *path)
{
    for (uint32_t k = 0; k < path->need_count; k++)
        if (on_row(&path->needs[k]))
            return (int)k;
    return -1;
}

static const struct residue *all_fixed(struct build *b, const struct privilege_path *path, bool own_policy)
{
    const struct residue *out = residue_true;
    for (uint32_t k = 0; k < path->need_count && out != residue_false; k++)
        if (!on_row(&path->needs[k]) && (own_policy || path->needs[k].on != ON_POLICY))
            out = residue_and(b->g->world->pool, out, need_fixed(b, path, k));
    return out;
}

static bool is_pass(const struct path_need *n) { return str_eqz(n->action, "iam:PassRole"); }

static bool has_edge(const struct build *b, uint32_t to)
{
    for (uint32_t i = 0; i < b->edges.count; i++)
        if (b->edges.items[i].to == to)
            return true;
    return false;
}

/* Tags of choice help who is that principal already, or somebody of the same tenant who works with it. */
static bool may_use(const struct build *b, uint32_t target)
{
    const struct world_principal *t = principal_at(b, target), *p = principal_at(b, b->p.principal);
    return target == b->p.principal || has_edge(b, target) || (t->tenant.ptr && str_eq(t->tenant, p->tenant));
}

/* Who works for the same tenant as the target, or can be it, need not take it over. */
static bool takes_over(const struct path_need *n)
{
    return str_eqz(n->action, "sts:AssumeRole") || str_eqz(n->action, "iam:CreateAccessKey") || str_eqz(n->action, "iam:UpdateAssumeRolePolicy");
}

/* The needs on the row other than the driver. */
static const struct residue *rest_on_row(struct build *b, const struct privilege_path *path, int driver, uint32_t row, uint32_t target,
                                         const struct residue *guard)
{
    struct residue_pool *pool = b->g->world->pool;
    for (uint32_t k = 0; k < path->need_count && guard != residue_false; k++) {
        const struct path_need *n = &path->needs[k];
        if ((int)k == driver || (path->gives == GIVES_TARGET_ADMIN && takes_over(n) && may_use(b, target)))
            continue;
        if (on_row(n))
            guard = residue_and(pool, guard, n->index == WORLD_NONE ? residue_false : rights_on(b->g, &b->p, need_bit(b, path, k), row));
        else if (n->on == ON_POLICY)
            guard = residue_and(pool, guard, on_attached(b, n, target));
    }
    return guard;
}

/* Whether one can be had by this path at all: service-linked roles only by their service, those of Identity Center
 * only by signing in (AWS IAM User Guide, "Service-linked roles"; IAM Identity Center, "Referencing permission sets in
 * resource policies", read 2026). */
static bool takes(const struct build *b, const struct path_need *driver, uint32_t target)
{
    const struct world_principal *t = principal_at(b, target), *p = principal_at(b, b->p.principal);
    if (t->service_linked || (t->sso && !str_starts(driver->action, STR("sts:"))))
        return false;
    if (driver->on == ON_ROLE && t->kind != WORLD_ROLE)
        return false;
    if (driver->on == ON_USER && t->kind != WORLD_USER)
        return false;
    return !is_pass(driver) || t->account == p->account;
}

static void reach_target(struct build *b, const struct privilege_path *path, int driver, uint32_t row, uint32_t target,
                         const struct residue *guard)
{
    struct graph *g = b->g;
    const struct path_need *n = &path->needs[driver];
    bool session = path->gives == GIVES_TAGS && path->need_count > 1;
    if (path->gives == GIVES_UNBOUNDED && !(principal_at(b, target)->has_boundary && may_use(b, target)))
        return;
    if (path->gives != GIVES_TAGS && path->gives != GIVES_UNBOUNDED && (target == b->p.principal || ((path->gives == GIVES_TARGET || path->gives == GIVES_THING_ROLE) && b->sure[target])))
        return;
    if (!takes(b, n, target) || (path->gives == GIVES_TAGS && (target >= g->first_pseudo || g->any_tag_of[target] == WORLD_NONE ||
                                                               !(session || may_use(b, target)))))
        return;
    guard = rest_on_row(b, path, driver, row, target, guard);
    if (path->services.ptr && guard != residue_false) {
        guard = graph_passed_to(g, guard, (uint32_t)(path - g->paths));
        guard = residue_and(g->world->pool, guard, graph_trusts_service(g, target, path->services));
    }
    if (guard == residue_false)
        return;
    if (path->gives == GIVES_UNBOUNDED)
        emit_unknown(b, path, admin_at(b, target), row, guard);
    else if (path->gives == GIVES_TARGET_ADMIN)
        emit_any_policy(b, path, target, row, guard);
    else
        emit(b, path, path->gives == GIVES_TAGS ? g->any_tag_of[target] : target, row, guard);
}

static void reach_row(struct build *b, const struct privilege_path *path, int driver, uint32_t row, const struct residue *guard)
{
    const struct world *w = b->g->world;
    const struct path_need *n = &path->needs[driver];
    const struct world_resource *r = &w->resources[row];
    if (n->on == ON_ROLE || n->on == ON_USER) {
        if (r->principal != WORLD_NONE)
            reach_target(b, path, driver, row, r->principal, guard);
        return;
    }
    if (!str_eq(r->type, n->type))
        return;
    if (n->on == ON_THING && r->role != WORLD_NONE)
        reach_target(b, path, driver, row, r->role, guard);
    for (uint32_t i = b->dependents_first[row]; n->on == ON_SOURCE && i < b->dependents_first[row + 1]; i++)
        reach_target(b, path, driver, row, w->resources[b->dependents[i]].role, guard);
}

/* Administrators have their account's things through the account; only whom they may assume elsewhere is looked at, unless
 * policies of the organization leave this one what they take from others. */
static bool left_to_admin(const struct build *b, const struct privilege_path *path)
{
    return b->is_admin && !b->exempting[principal_at(b, b->p.principal)->account] && !str_starts(path->needs[0].action, STR("sts:")) && path->gives != GIVES_ORGANIZATION;
}

/* Accounts that act for the organization in the service of the path (AWS Organizations User Guide, "Delegated administrator
 * for AWS services", read 2026). */
static bool is_delegate(const struct build *b, const struct privilege_path *path)
{
    static const char *const services[][2] = {{"sso:", "sso."}, {"identitystore:", "sso."}, {"cloudformation:", "stacksets.cloudformation."},
                                              {"sts:", "iam."}};
    const struct world *w = b->g->world;
    for (uint32_t i = 0; i < w->delegate_count; i++)
        for (size_t k = 0; k < sizeof services / sizeof *services; k++)
            if (w->delegates[i].account == principal_at(b, b->p.principal)->account && str_starts(path->needs[0].action, str_of(services[k][0])) &&
                (!w->delegates[i].service.len || str_contains(w->delegates[i].service, str_of(services[k][1]))))
                return true;
    return false;
}

/* Policies that are attached to others of the same tenant, or to whom one can be. */
static void rule_policies(struct build *b, const struct privilege_path *path)
{
    const struct world *w = b->g->world;
    const struct path_need *n = &path->needs[0];
    uint32_t own = b->p.principal, account = principal_at(b, own)->account;
    if (path->need_count != 1 || n->on != ON_POLICY || n->index == WORLD_NONE || left_to_admin(b, path))
        return;
    const struct iam_action_info *info = &w->catalogue->actions[n->index];
    if (!graph_identity_allows(w, own, info->service, info->name))
        return;
    for (uint32_t i = 0; i < b->g->first_pseudo; i++) {
        const struct world_principal *t = principal_at(b, i);
        if (i == own || t->account != account || t->service_linked || t->sso || !may_use(b, i))
            continue;
        const struct residue *guard = on_attached(b, n, i);
        if (guard != residue_false)
            emit_any_policy(b, path, i, WORLD_NONE, guard);
    }
}

static void walk_path(struct build *b, const struct privilege_path *path)
{
    int driver = driver_of(path);
    uint32_t bit = driver < 0 ? no_bit : need_bit(b, path, (uint32_t)driver), lo = 0;
    if (left_to_admin(b, path) || (driver >= 0 && bit == no_bit))
        return;
    while (driver >= 0 && lo < b->p.count && b->p.items[lo].bit < bit)
        lo++;
    if (driver >= 0 && (lo == b->p.count || b->p.items[lo].bit != bit))
        return;
    const struct residue *fixed = all_fixed(b, path, driver < 0);
    if (fixed == residue_false)
        return;
    if (driver < 0) {
        const struct world_account *a = &b->g->world->accounts[principal_at(b, b->p.principal)->account];
        if (path->gives == GIVES_SELF_ADMIN)
            emit_any_policy(b, path, b->p.principal, WORLD_NONE, fixed);
        if (path->gives == GIVES_NEW_ADMIN)
            emit_new(b, path, fixed);
        bool rules = path->gives == GIVES_ORGANIZATION && (a->is_management || is_delegate(b, path));
        for (uint32_t i = 0; rules && i < b->g->world->account_count; i++)
            emit(b, path, b->g->admin_of[i], WORLD_NONE, fixed);
        return;
    }
    for (; lo < b->p.count && b->p.items[lo].bit == bit; lo++) {
        const struct right *r = &b->p.items[lo];
        const struct residue *guard = residue_and(b->g->world->pool, r->guard, fixed);
        for (uint32_t i = 0; guard != residue_false && i < r->resources->count && r->resources->items[i] < b->g->world->resource_count; i++)
            reach_row(b, path, driver, r->resources->items[i], guard);
    }
}

static void edges_of(struct build *b, uint32_t principal)
{
    struct graph *g = b->g;
    const struct world_principal *p = principal_at(b, principal);
    size_t slots = (size_t)g->path_count * PATH_NEEDS_MAX;
    rights_collect(g, b->r, b->bits, principal, &b->p);
    memset(b->asked, 0, slots * sizeof(struct residue *));
    b->edges.count = 0;
    b->is_admin = false;
    /* Requests of a service or of a stranger can do what their rows say, and nothing asked of their account. */
    bool person = p->kind == WORLD_USER || p->kind == WORLD_ROLE || p->kind == WORLD_ROOT;
    for (uint32_t i = 0; i < slots && !person; i++)
        b->asked[i] = residue_false;
    static const enum path_gives order[] = {GIVES_SELF_ADMIN, GIVES_ORGANIZATION, GIVES_TARGET, GIVES_THING_ROLE, GIVES_TARGET_ADMIN, GIVES_TAGS,
                                            GIVES_NEW_ADMIN, GIVES_UNBOUNDED};
    for (size_t o = 0; o < sizeof order / sizeof *order; o++)
        for (uint32_t i = 0; i < g->path_count; i++)
            if (g->paths[i].gives == order[o] && (person || driver_of(&g->paths[i]) >= 0))
                walk_path(b, &g->paths[i]);
    for (uint32_t i = 0; i < g->path_count && person; i++)
        if (g->paths[i].gives == GIVES_SELF_ADMIN)
            rule_policies(b, &g->paths[i]);
    for (uint32_t i = 0; i < b->edges.count; i++)
        b->sure[b->edges.items[i].to] = false;
}

/* Calls `each` for every (source, thing that has a role and runs it). */
static void each_dependent(const struct world *w, void (*each)(struct build *b, uint32_t source, uint32_t thing), struct build *b)
{
    for (uint32_t i = 0; i < w->resource_count; i++)
        if (w->resources[i].role != WORLD_NONE && w->resources[i].source != WORLD_NONE)
            each(b, w->resources[i].source, i);
    for (uint32_t i = 0; i < w->made_count; i++)
        if (w->resources[w->made[i].thing].role != WORLD_NONE)
            each(b, w->made[i].source, w->made[i].thing);
}

static void count_dependent(struct build *b, uint32_t source, uint32_t thing)
{
    (void)thing;
    b->dependents_first[source + 2]++;
}

static void put_dependent(struct build *b, uint32_t source, uint32_t thing) { b->dependents[b->dependents_first[source + 1]++] = thing; }

static void find_dependents(struct build *b)
{
    const struct world *w = b->g->world;
    b->dependents_first = arena_array_of(b->g->arena, uint32_t, w->resource_count + 2);
    each_dependent(w, count_dependent, b);
    for (uint32_t i = 2; i < w->resource_count + 2; i++)
        b->dependents_first[i] += b->dependents_first[i - 1];
    b->dependents = arena_array_of(b->g->arena, uint32_t, b->dependents_first[w->resource_count + 1] + 1);
    each_dependent(w, put_dependent, b);
}

/* Service principals assume roles for whom passes them (iam:PassRole): that is the path, not an edge. */
static bool walks(const struct graph *g, uint32_t i)
{
    const struct world_principal *p = &g->world->principals[i];
    return p->kind != WORLD_SERVICE && !p->service_linked;
}

static bool finds_mfa(const struct build *b, uint32_t principal)
{
    uint32_t rows;
    const struct access_row *row = b->r->rows(b->r->self, principal, &rows);
    for (uint32_t k = 0; k < rows && b->g->world->principals[principal].kind == WORLD_ROLE; k++)
        if (row[k].guard != residue_true && graph_reads_mfa(row[k].guard))
            return true;
    return false;
}

static void find_bits(struct build *b)
{
    const struct graph *g = b->g;
    size_t slots = (size_t)g->path_count * PATH_NEEDS_MAX;
    b->bits = bits_new(g->arena, b->r->question_count(b->r->self));
    b->bit_of = arena_array_of(g->arena, uint32_t, slots);
    b->asked = arena_array_of(g->arena, const struct residue *, slots);
    for (uint32_t i = 0; i < g->path_count; i++)
        for (uint32_t k = 0; k < PATH_NEEDS_MAX; k++) {
            const struct path_need *n = &g->paths[i].needs[k];
            bool is_row = k < g->paths[i].need_count && n->index != WORLD_NONE && (on_row(n) || n->on == ON_SELF);
            uint32_t bit = is_row ? b->r->question(b->r->self, n->index) : WORLD_NONE;
            b->bit_of[(size_t)i * PATH_NEEDS_MAX + k] = bit;
            if (bit != WORLD_NONE)
                bits_set(b->bits, bit);
        }
}

static struct build *build_new(struct graph *g, const struct rights *r)
{
    const struct world *w = g->world;
    struct build *b = arena_new_of(g->arena, struct build);
    struct rights *own = arena_new_of(g->arena, struct rights);
    *own = *r;
    *b = (struct build){.g = g, .r = own, .principals = w->principal_count, .resources = w->resource_count};
    b->sure = arena_array_of(g->arena, bool, w->principal_count + 1);
    b->reads_mfa = arena_array_of(g->arena, bool, w->principal_count + 1);
    b->first_raw = arena_array_of(g->arena, uint32_t, w->principal_count + 2);
    g->nodes = arena_array_of(g->arena, struct graph_node, (size_t)w->principal_count * 2 + 1);
    g->chained_of = arena_array_of(g->arena, uint32_t, w->principal_count + 1);
    g->first_edge = arena_array_of(g->arena, uint32_t, (size_t)w->principal_count * 2 + 2);
    find_bits(b);
    find_dependents(b);
    b->exempting = graph_exempting(g);
    return b;
}

/* Puts the edges that were found together. */
static void finish(struct build *b)
{
    struct graph *g = b->g;
    g->node_count = b->principals;
    for (uint32_t i = 0; i < b->principals; i++)
        g->nodes[i].principal = i;
    b->edges.count = 0;
    for (uint32_t i = 0; i < b->raw.count; i++)
        edge_add(g, &b->edges, b->raw.items[i]);
    graph_open_providers(g, &b->edges);
    graph_people(g, &b->edges);
    graph_finish(g, &b->edges, b->reads_mfa);
}

void graph_build(struct graph *g, const struct rights *r)
{
    struct build *b = build_new(g, r);
    g->memo->build = b;
    for (uint32_t i = 0; i < b->principals; i++) {
        b->first_raw[i] = b->raw.count;
        b->reads_mfa[i] = finds_mfa(b, i);
        if (!walks(g, i))
            continue;
        edges_of(b, i);
        for (uint32_t k = 0; k < b->edges.count; k++)
            edge_add(g, &b->raw, b->edges.items[k]);
    }
    b->first_raw[b->principals] = b->raw.count;
    finish(b);
}

/* The edges of one principal in place of those that it had. */
static void replace(struct build *b, uint32_t principal)
{
    uint32_t from = b->first_raw[principal], to = b->first_raw[principal + 1], count = b->edges.count, rest = b->raw.count - to;
    struct graph_edge none = {0};
    for (uint32_t i = to - from; i < count; i++)
        edge_add(b->g, &b->raw, none);
    memmove(&b->raw.items[from + count], &b->raw.items[to], rest * sizeof *b->raw.items);
    for (uint32_t i = 0; i < count; i++)
        b->raw.items[from + i] = b->edges.items[i];
    b->raw.count = from + count + rest;
    for (uint32_t i = principal + 1; i <= b->principals; i++)
        b->first_raw[i] = b->first_raw[i] - (to - from) + count;
}

void graph_changed(struct graph *g, const uint32_t *principals, uint32_t count)
{
    struct build *b = g->memo->build;
    for (uint32_t i = 0; i < count; i++) {
        b->reads_mfa[principals[i]] = finds_mfa(b, principals[i]);
        if (!walks(g, principals[i]))
            continue;
        edges_of(b, principals[i]);
        replace(b, principals[i]);
    }
    finish(b);
}
