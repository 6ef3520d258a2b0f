/* What has no row in the world: policies, groups, things that do not exist yet. */
#include "access/graph_internal.h"
#include "iam/glob.h"

enum { CANDIDATES_MAX = 24 };

const struct residue *graph_ask_arn(struct graph *g, uint32_t principal, uint32_t action, struct str arn)
{
    struct iam_request r = {0};
    struct iam_decision d = {0};
    arena_reset(g->memo->scratch);
    world_ask(g->world, g->memo->scratch, principal, action, arn, world_resource_of(g->world, arn), NULL, NULL, &r, &d);
    return d.condition;
}

bool graph_allows_all(const struct iam_policy *p)
{
    for (uint32_t i = 0; p && i < p->count; i++) {
        const struct iam_statement *s = &p->statements[i];
        if (s->allow && !s->not_action && !s->not_resource && !s->condition_count && s->action_count && s->actions[0].all &&
            s->resource_count && s->resources[0].any)
            return true;
    }
    return false;
}

bool graph_identity_allows(const struct world *w, uint32_t principal, struct str service, struct str name)
{
    const struct iam_policy_set *set = &w->principals[principal].identity;
    for (uint32_t i = 0; i < set->count; i++) {
        const struct iam_policy *p = set->items[i].policy;
        if (!p)
            return true;
        for (uint32_t k = 0; k < p->count; k++)
            if (p->statements[k].allow && iam_statement_covers_action(&p->statements[k], service, name))
                return true;
    }
    return false;
}

struct candidates {
    struct graph *g;
    struct arena *a;
    uint32_t principal, action, type; /* type: index into the catalogue's resources */
    struct iam_context context;       /* of the principal */
    struct str items[CANDIDATES_MAX];
    uint32_t count;
    bool lost;      /* a pattern has no candidate */
    struct str hit; /* the first that is allowed, or may be */
};

static struct str home_region(const struct world *w)
{
    struct str r = json_str(json_path(w->config, "regions.home"));
    return r.len ? r : STR("us-east-1");
}

/* The template's "${...}" filled in, the account and region with those of the caller. */
static struct str from_template(struct candidates *c, struct str template)
{
    const struct world *w = c->g->world;
    struct buf b;
    buf_init(&b, 4096);
    for (size_t i = 0; i < template.len; i++) {
        ptrdiff_t end = template.ptr[i] == '$' ? str_index(template, '}', i) : -1;
        if (end < 0) {
            buf_addc(&b, template.ptr[i]);
            continue;
        }
        struct str name = str_sub(template, i + 2, (size_t)end);
        buf_add(&b, str_eqz(name, "Partition") ? w->partition
                    : str_eqz(name, "Region")  ? home_region(w)
                    : str_eqz(name, "Account") ? w->accounts[w->principals[c->principal].account].id
                                               : STR("new"));
        i = (size_t)end;
    }
    struct str out = arena_str(c->a, buf_str(&b));
    buf_done(&b);
    return out;
}

/* A field of an Allow's pattern as one text that it matches. */
static void fill(struct buf *b, struct str pattern, struct str whole)
{
    if (str_eqz(pattern, "*")) {
        buf_add(b, whole);
        return;
    }
    for (size_t i = 0; i < pattern.len; i++)
        if (pattern.ptr[i] == '*')
            buf_addz(b, "new");
        else
            buf_addc(b, pattern.ptr[i] == '?' ? 'x' : pattern.ptr[i]);
}

static void candidate_add(struct candidates *c, struct str arn)
{
    if (!iam_catalogue_takes(c->g->world->catalogue, c->action, arn))
        return;
    for (uint32_t i = 0; i < c->count; i++)
        if (str_eq(c->items[i], arn))
            return;
    c->lost |= c->count == CANDIDATES_MAX;
    if (c->count < CANDIDATES_MAX)
        c->items[c->count++] = arn;
}

/* The resource part with the principal's values put in; {NULL,0} when it matches nothing. */
static struct str part_of(struct candidates *c, const struct iam_glob *g)
{
    struct iam_expanded x;
    if (!g->variables)
        return g->text;
    bool null = iam_expand(g->text, &c->context, &x) == IAM_EXPANDED_NULL;
    struct str part = null ? str_make(NULL, 0) : arena_str(c->a, x.pattern.text);
    iam_expanded_done(&x);
    return part;
}

static void from_pattern(struct candidates *c, const struct iam_resource *r)
{
    const struct world *w = c->g->world;
    struct str part = r->fields < 6 ? str_make(NULL, 0) : part_of(c, &r->field[5]);
    if (r->any || !r->valid || !part.ptr)
        return;
    struct str template = w->catalogue->resources[c->type].arn;
    bool regional = str_contains(template, STR("${Region}")), owned = str_contains(template, STR("${Account}"));
    struct buf b;
    buf_init(&b, 4096);
    buf_addz(&b, "arn:");
    fill(&b, r->field[1].text, w->partition);
    buf_addc(&b, ':');
    fill(&b, r->field[2].text, w->catalogue->resources[c->type].service);
    buf_addc(&b, ':');
    fill(&b, r->field[3].text, regional ? home_region(w) : STR(""));
    buf_addc(&b, ':');
    fill(&b, r->field[4].text, owned ? w->accounts[w->principals[c->principal].account].id : STR(""));
    buf_addc(&b, ':');
    fill(&b, part, STR("new"));
    if (!b.failed)
        candidate_add(c, arena_str(c->a, buf_str(&b)));
    buf_done(&b);
}

/* What an Allow names, and what a Deny leaves out. */
static void from_policy(struct candidates *c, const struct iam_policy *p)
{
    const struct iam_action_info *info = &c->g->world->catalogue->actions[c->action];
    for (uint32_t k = 0; p && k < p->count; k++) {
        const struct iam_statement *s = &p->statements[k];
        if (s->allow == s->not_resource || !iam_statement_covers_action(s, info->service, info->name))
            continue;
        for (uint32_t n = 0; n < s->resource_count; n++)
            from_pattern(c, &s->resources[n]);
    }
}

static void from_set(struct candidates *c, const struct iam_policy_set *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        from_policy(c, set->items[i].policy);
}

static void from_policies(struct candidates *c)
{
    const struct world_principal *p = &c->g->world->principals[c->principal];
    const struct world_account *a = &c->g->world->accounts[p->account];
    from_set(c, &p->identity);
    if (p->has_boundary)
        from_policy(c, p->boundary.policy);
    for (uint32_t i = 0; i < a->scp_count; i++)
        from_set(c, &a->scps[i].policies);
}

/* Where it is made is of the maker's choice. */
static const struct residue *ask_anywhere(struct candidates *c, struct str arn)
{
    struct iam_key region = {.name = STR("aws:requestedregion"), .state = IAM_KEY_SOME};
    const struct iam_context given = {.keys = &region, .count = 1};
    struct iam_request r = {0};
    struct iam_decision d = {0};
    struct graph *g = c->g;
    arena_reset(g->memo->scratch);
    world_ask(g->world, g->memo->scratch, c->principal, c->action, arn, world_resource_of(g->world, arn), &given, NULL, &r, &d);
    return d.condition;
}

static const struct residue *ask_type(struct candidates *c)
{
    const struct residue *out = residue_false;
    c->count = 0;
    candidate_add(c, from_template(c, c->g->world->catalogue->resources[c->type].arn));
    from_policies(c);
    for (uint32_t i = 0; i < c->count && out != residue_true; i++) {
        const struct residue *one = ask_anywhere(c, c->items[i]);
        if (one != residue_false && !c->hit.ptr)
            c->hit = c->items[i];
        out = residue_or(c->g->world->pool, out, one);
    }
    return out;
}

const struct residue *graph_ask_new(struct graph *g, uint32_t principal, uint32_t action, struct str type, struct arena *a, struct str *arn)
{
    struct world *w = g->world;
    const struct iam_action_info *info = &w->catalogue->actions[action];
    if (w->principals[principal].account == WORLD_NONE || !graph_identity_allows(w, principal, info->service, info->name))
        return residue_false;
    if (arn)
        *arn = STR("*");
    if (!info->resource_type_count)
        return graph_ask_arn(g, principal, action, STR("*"));
    const struct residue *out = residue_false;
    struct candidates c = {.g = g, .a = arena_new(0), .principal = principal, .action = action};
    struct iam_request r = {.no_resource_type = true};
    world_caller(w, c.a, principal, &r.caller);
    world_context(w, c.a, principal, WORLD_NONE, NULL, &r);
    c.context = r.context;
    for (uint32_t i = 0; i < info->resource_type_count && out != residue_true; i++) {
        c.type = info->resource_types[i];
        if (!type.len || str_eq_nocase(type, w->catalogue->resources[c.type].name))
            out = residue_or(w->pool, out, ask_type(&c));
    }
    if (c.lost && out != residue_true) {
        struct str what = arena_printf(g->arena, "too many patterns in the policies of %.*s", STR_ARG(w->principals[principal].arn));
        struct residue_leaf leaf = {.kind = RESIDUE_UNREAD, .values = &what, .count = 1};
        struct residue_source source = {.layer = "identity", .policy = what, .allow = true};
        out = residue_or(w->pool, out, residue_leaf(w->pool, &leaf, &source));
    }
    if (arn && c.hit.ptr)
        *arn = arena_str(a, c.hit);
    arena_free(c.a);
    return out;
}

/* "states.eu-west-1.amazonaws.com", "ec2.amazonaws.com.cn" are names of the same service. */
static bool is_service(struct str text, struct str service)
{
    static const char end[] = ".amazonaws.com";
    if (str_eq_nocase(text, service))
        return true;
    struct str stem = str_ends(service, str_of(end)) ? str_sub(service, 0, service.len - (sizeof end - 1)) : service;
    struct str cn = STR(".cn");
    if (str_ends(text, cn))
        text = str_sub(text, 0, text.len - cn.len);
    if (!str_ends(text, str_of(end)) || text.len < stem.len + sizeof end - 1 || !str_eq_nocase(str_sub(text, 0, stem.len), stem))
        return false;
    struct str region = str_sub(text, stem.len, text.len - (sizeof end - 1));
    return !region.len || (region.ptr[0] == '.' && str_index(region, '-', 0) > 0 && str_index(region, '.', 1) < 0);
}

static bool names_service(const struct iam_statement *s, struct str service)
{
    for (uint32_t i = 0; i < s->principal_count; i++) {
        const struct iam_principal *p = &s->principals[i];
        if ((p->kind == IAM_P_SERVICE || p->kind == IAM_P_FEDERATED) && is_service(p->text, service))
            return true;
    }
    return false;
}

const struct residue *graph_trusts_service(struct graph *g, uint32_t role, struct str services)
{
    struct world *w = g->world;
    const struct iam_policy_ref *trust = &w->principals[role].trust;
    if (!trust->policy) {
        if (!trust->unread.ptr)
            return residue_false;
        struct residue_leaf leaf = {.kind = RESIDUE_UNREAD, .values = &trust->unread, .count = 1};
        struct residue_source source = {.layer = "resource", .policy = trust->id, .allow = true};
        return residue_leaf(w->pool, &leaf, &source);
    }
    while (services.ptr) {
        struct str service = str_cut(&services, ',');
        for (uint32_t i = 0; i < trust->policy->count; i++) {
            const struct iam_statement *s = &trust->policy->statements[i];
            if (s->allow && !s->not_principal && names_service(s, service))
                return residue_true;
        }
    }
    return residue_false;
}
