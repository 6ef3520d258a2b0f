/* Principals that are nobody's but that somebody can become or be. */
#include "access/graph_internal.h"

#include "base/embed.h"

/* Beyond it the rest is a gap: nothing about outsiders is sure then. */
enum { NAMED_MAX = 256 };
static const char anybody_account[] = "000000000000"; /* no account has this number */

static void *row_value(uint32_t row) { return (void *)(uintptr_t)(row + 1); } /* NOLINT(performance-no-int-to-ptr) */

struct prepare {
    struct graph *g;
    struct world *w;
    struct iam_policy_set all; /* allows everything */
    struct world_principal *added;
    struct pseudo *kinds;
    uint32_t count, size;
};

static void add(struct prepare *p, struct world_principal row, enum pseudo_kind kind, uint32_t base)
{
    if (p->count == p->size) {
        uint32_t size = p->size ? p->size * 2 : 64;
        struct world_principal *added = arena_array_of(p->g->arena, struct world_principal, size);
        struct pseudo *kinds = arena_array_of(p->g->arena, struct pseudo, size);
        if (p->count) {
            memcpy(added, p->added, p->count * sizeof *added);
            memcpy(kinds, p->kinds, p->count * sizeof *kinds);
        }
        p->added = added;
        p->kinds = kinds;
        p->size = size;
    }
    p->added[p->count] = row;
    p->kinds[p->count++] = (struct pseudo){kind, base};
}

static uint32_t next_row(const struct prepare *p) { return p->g->first_pseudo + p->count; }

static void add_admins(struct prepare *p, uint32_t nobodys)
{
    struct world *w = p->w;
    for (uint32_t i = 0; i < w->account_count; i++) {
        p->g->admin_of[i] = WORLD_NONE;
        if (!w->accounts[i].collected || i == nobodys)
            continue;
        p->g->admin_of[i] = next_row(p);
        add(p, (struct world_principal){.kind = WORLD_ROLE, .account = i, .name = STR("any-administrator"), .path = STR("/"),
               .arn = arena_printf(w->arena, "arn:%.*s:iam::%.*s:role/any-administrator", STR_ARG(w->partition), STR_ARG(w->accounts[i].id)),
               .tags_read = true, .identity = p->all, .resource = WORLD_NONE},
            PSEUDO_ADMIN, WORLD_NONE);
    }
}

static bool covers(const struct iam_policy_set *set, const char *const *actions)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const struct iam_policy *policy = set->items[i].policy;
        if (!policy)
            return true;
        for (uint32_t k = 0; k < policy->count; k++)
            for (const char *const *a = actions; policy->statements[k].allow && *a; a++)
                if (iam_statement_covers_action(&policy->statements[k], STR("iam"), str_of(*a)))
                    return true;
    }
    return false;
}

static bool is_person(const struct world_principal *p)
{
    return (p->kind == WORLD_USER || p->kind == WORLD_ROLE) && !p->service_linked;
}

static bool holds_all(const struct world_principal *p)
{
    for (uint32_t i = 0; i < p->identity.count && !p->has_boundary; i++)
        if (graph_allows_all(p->identity.items[i].policy))
            return true;
    return false;
}

static const char *const policy_writes[] = {"PutRolePolicy", "PutUserPolicy", "AttachRolePolicy", "AttachUserPolicy", "CreatePolicyVersion",
                                            "SetDefaultPolicyVersion", "PutGroupPolicy", "AttachGroupPolicy", "AddUserToGroup", NULL};
static const char *const tag_writes[] = {"TagRole", "TagUser", NULL};

unsigned graph_powers(const struct world_principal *p)
{
    return holds_all(p) ? 1 : (covers(&p->identity, policy_writes) ? 2u : 0) | (covers(&p->identity, tag_writes) ? 4u : 0);
}

/* By account: some principal that is not its administrator anyway holds one of the actions. */
static bool *accounts_where(struct prepare *p, const char *const *actions)
{
    struct world *w = p->w;
    bool *out = arena_array_of(p->g->arena, bool, w->account_count + 1);
    for (uint32_t i = 0; i < p->g->first_pseudo; i++) {
        const struct world_principal *q = &w->principals[i];
        if (is_person(q) && q->account != WORLD_NONE && !out[q->account] && !holds_all(q))
            out[q->account] = covers(&q->identity, actions);
    }
    return out;
}

static void add_any_policy(struct prepare *p)
{
    const bool *where = accounts_where(p, policy_writes);
    for (uint32_t i = 0; i < p->g->first_pseudo; i++) {
        struct world_principal row = p->w->principals[i];
        if (!is_person(&row) || !row.has_boundary || row.account == WORLD_NONE || !where[row.account])
            continue;
        row.identity = p->all;
        p->g->any_policy_of[i] = next_row(p);
        add(p, row, PSEUDO_ANY_POLICY, i);
    }
}

static bool glob_reads_tags(const struct iam_glob *g)
{
    for (size_t at = 0; g->variables && at + 13 <= g->text.len; at++)
        if (str_eq_nocase(str_sub(g->text, at, at + 13), STR("principaltag/")))
            return true;
    return false;
}

static bool statement_reads_tags(const struct iam_statement *s)
{
    for (uint32_t i = 0; i < s->resource_count; i++)
        if (glob_reads_tags(&s->resources[i].field[5]))
            return true;
    for (uint32_t i = 0; i < s->condition_count; i++) {
        if (str_starts(s->conditions[i].key_lower, STR("aws:principaltag/")))
            return true;
        for (uint32_t k = 0; k < s->conditions[i].count; k++)
            if (glob_reads_tags(&s->conditions[i].values[k]))
                return true;
    }
    return false;
}

bool graph_reads_tags(const struct world *w, size_t from)
{
    for (size_t i = from; i < w->policies.count; i++) {
        const struct iam_policy_ref *ref = w->policies.entries[i].value;
        for (uint32_t k = 0; ref->policy && k < ref->policy->count; k++)
            if (statement_reads_tags(&ref->policy->statements[k]))
                return true;
    }
    return false;
}

static bool trust_takes_tags(const struct iam_policy *trust)
{
    for (uint32_t i = 0; trust && i < trust->count; i++) {
        const struct iam_statement *s = &trust->statements[i];
        bool aws = s->not_principal;
        for (uint32_t k = 0; k < s->principal_count && !aws; k++)
            aws = s->principals[k].kind != IAM_P_SERVICE && s->principals[k].kind != IAM_P_FEDERATED;
        if (s->allow && aws && iam_statement_covers_action(s, STR("sts"), STR("TagSession")))
            return true;
    }
    return false;
}

static void add_any_tag(struct prepare *p)
{
    if (!graph_reads_tags(p->w, 0))
        return;
    const bool *where = accounts_where(p, tag_writes);
    for (uint32_t i = 0; i < p->g->first_pseudo; i++) {
        struct world_principal row = p->w->principals[i];
        if (!is_person(&row) || row.account == WORLD_NONE || !(where[row.account] || trust_takes_tags(row.trust.policy)))
            continue;
        row.tags = NULL;
        row.tags_read = false;
        p->g->any_tag_of[i] = next_row(p);
        add(p, row, PSEUDO_ANY_TAG, i);
    }
}

/* An account that nobody knows, out of any organization. */
static uint32_t add_account(struct world *w)
{
    uint32_t known = world_account_of(w, str_of(anybody_account));
    if (known != WORLD_NONE)
        return known;
    struct world_account *grown = arena_array_of(w->arena, struct world_account, w->account_count + 1);
    if (w->account_count)
        memcpy(grown, w->accounts, w->account_count * sizeof *grown);
    w->accounts = grown;
    grown[w->account_count] = (struct world_account){.id = STR("000000000000"), .name = STR("any account"), .org_read = true,
                                                     .collected = true, .s3_bpa_read = true, .root = WORLD_NONE};
    map_add(&w->account_index, grown[w->account_count].id, row_value(w->account_count));
    return w->account_count++;
}

static void add_anybody(struct prepare *p, uint32_t account, struct str name)
{
    struct world *w = p->w;
    struct str arn = arena_printf(w->arena, "arn:%.*s:iam::%s:role/%.*s", STR_ARG(w->partition), anybody_account, STR_ARG(name));
    for (uint32_t i = 0; i < p->count; i++)
        if (str_eq(p->added[i].arn, arn))
            return;
    add(p, (struct world_principal){.kind = WORLD_ROLE, .account = account, .name = name, .path = STR("/"), .arn = arn, /* its tags are of its own choice */
           .identity = p->all, .resource = WORLD_NONE},
        PSEUDO_ANYBODY, WORLD_NONE);
}

/* Conditions that let in roles of a name, whosever account they are in: anybody can make one. */
static void add_named(struct prepare *p, uint32_t account, const struct iam_condition *c, struct map *names)
{
    for (uint32_t i = 0; i < c->count && str_eqz(c->key_lower, "aws:principalarn"); i++) {
        struct iam_resource r = iam_resource_compile(p->g->arena, c->values[i].text, false);
        if (r.fields < 6 || !str_glob(r.field[4].text, str_of(anybody_account)) || !str_starts(r.field[5].text, STR("role/")))
            continue;
        struct str name = iam_glob_member(p->g->arena, str_sub(r.field[5].text, 5, r.field[5].text.len), "x");
        if (map_add(names, name, names) && names->count <= NAMED_MAX)
            add_anybody(p, account, name);
    }
}

static bool names_somebody(struct str key)
{
    return str_eqz(key, "kms:calleraccount") || (str_starts(key, STR("aws:principal")) && !str_starts(key, STR("aws:principaltag/")));
}

bool graph_names_roles(const struct world *w, size_t from)
{
    for (size_t i = from; i < w->policies.count; i++) {
        const struct iam_policy_ref *ref = w->policies.entries[i].value;
        for (uint32_t k = 0; ref->policy && k < ref->policy->count; k++)
            for (uint32_t n = 0; n < ref->policy->statements[k].condition_count; n++)
                if (names_somebody(ref->policy->statements[k].conditions[n].key_lower))
                    return true;
    }
    return false;
}

static void add_everybody(struct prepare *p, uint32_t account)
{
    struct world *w = p->w;
    struct map names;
    map_init(&names, p->g->arena);
    add_anybody(p, account, STR("anybody"));
    for (size_t i = 0; i < w->policies.count; i++) {
        const struct iam_policy_ref *ref = w->policies.entries[i].value;
        for (uint32_t k = 0; ref->policy && k < ref->policy->count; k++)
            for (uint32_t n = 0; n < ref->policy->statements[k].condition_count; n++)
                add_named(p, account, &ref->policy->statements[k].conditions[n], &names);
    }
    if (names.count > NAMED_MAX)
        graph_add_gap(w, STR("conditions of policies name more than 256 roles of any account; the rest was not looked at"));
    for (uint32_t i = 0; i < p->g->first_pseudo; i++)
        if (w->principals[i].kind == WORLD_ANONYMOUS)
            p->g->anonymous = i;
    if (p->g->anonymous != WORLD_NONE)
        return;
    p->g->anonymous = next_row(p);
    add(p, (struct world_principal){.kind = WORLD_ANONYMOUS, .arn = STR("anonymous"), .account = WORLD_NONE, .resource = WORLD_NONE,
           .tags_read = true},
        PSEUDO_ANYBODY, WORLD_NONE);
}

static void append(struct prepare *p)
{
    struct world *w = p->w;
    struct world_principal *grown = arena_array_of(w->arena, struct world_principal, w->principal_count + p->count);
    if (w->principal_count)
        memcpy(grown, w->principals, w->principal_count * sizeof *grown);
    memcpy(grown + w->principal_count, p->added, p->count * sizeof *grown);
    w->principals = grown;
    for (uint32_t i = 0; i < p->count; i++)
        map_add(&w->principal_index, p->added[i].arn, row_value(w->principal_count + i));
    w->principal_count += p->count;
    p->g->pseudo = p->kinds;
    p->g->pseudo_count = p->count;
}

static uint32_t *nones(struct arena *a, uint32_t count)
{
    uint32_t *out = arena_array_of(a, uint32_t, count + 1);
    memset(out, 0xff, (count + 1) * sizeof *out);
    return out;
}

struct graph *graph_prepare(struct world *w, struct err *e)
{
    struct graph *g = arena_new_of(w->arena, struct graph);
    g->arena = w->arena;
    g->world = w;
    g->paths = graph_paths(w->arena, w->catalogue, embed_get("data/iam/paths.tsv"), &g->path_count, e);
    if (!g->paths)
        return NULL;
    g->memo = arena_new_of(g->arena, struct graph_memo);
    g->memo->scratch = arena_child(g->arena, 0);
    graph_add_strangers(w);
    g->first_pseudo = w->principal_count;
    g->anonymous = WORLD_NONE;
    uint32_t account = add_account(w);
    g->admin_of = nones(g->arena, w->account_count);
    g->any_policy_of = nones(g->arena, w->principal_count);
    g->any_tag_of = nones(g->arena, w->principal_count);
    struct prepare p = {.g = g, .w = w};
    struct iam_policy_ref *all = arena_new_of(g->arena, struct iam_policy_ref);
    *all = world_policy(w, STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"),
                        STR("(any policy)"));
    p.all = (struct iam_policy_set){all, 1};
    add_admins(&p, account);
    add_any_policy(&p);
    add_any_tag(&p);
    add_everybody(&p, account);
    append(&p);
    return g;
}

struct str graph_principal_name(const struct graph *g, struct arena *a, uint32_t principal)
{
    const struct world *w = g->world;
    const struct world_principal *p = &w->principals[principal];
    enum pseudo_kind kind = principal >= g->first_pseudo ? g->pseudo[principal - g->first_pseudo].kind : PSEUDO_NONE;
    switch (kind) {
    case PSEUDO_ADMIN: return arena_printf(a, "any administrator of account %.*s", STR_ARG(w->accounts[p->account].id));
    case PSEUDO_ANY_POLICY: return arena_printf(a, "%.*s with any policy under its boundary", STR_ARG(p->arn));
    case PSEUDO_ANY_TAG: return arena_printf(a, "%.*s with tags of choice", STR_ARG(p->arn));
    default: break;
    }
    if (p->kind == WORLD_ANONYMOUS)
        return STR("anybody, without signing in");
    bool anybody = kind == PSEUDO_ANYBODY || (p->account != WORLD_NONE && str_eqz(w->accounts[p->account].id, anybody_account));
    return anybody ? STR("anybody with an AWS account") : p->arn;
}
