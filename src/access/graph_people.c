/* Roles that one person, one token or a guest can have: nobody's principal holds them, somebody does. */
#include "access/graph_internal.h"

#include <stdlib.h>

static bool tells_apart(const struct iam_policy *p)
{
    for (uint32_t i = 0; p && i < p->count; i++)
        for (uint32_t k = 0; k < p->statements[i].condition_count; k++) {
            struct str key = p->statements[i].conditions[k].key_lower;
            if (str_starts(key, STR("aws:principal")) || str_eqz(key, "aws:userid") || str_eqz(key, "aws:username"))
                return true;
        }
    return false;
}

bool *graph_exempting(struct graph *g)
{
    const struct world *w = g->world;
    bool *out = arena_array_of(g->arena, bool, w->account_count + 1);
    for (uint32_t i = 0; i < w->account_count; i++)
        for (uint32_t k = 0; k < w->accounts[i].scp_count && !out[i]; k++)
            for (uint32_t n = 0; n < w->accounts[i].scps[k].policies.count; n++)
                out[i] |= tells_apart(w->accounts[i].scps[k].policies.items[n].policy);
    return out;
}

static void unsure(struct graph *g, struct edge_list *l, uint32_t from, uint32_t to, uint32_t path, const struct residue *guard)
{
    if (from != to)
        edge_add(g, l, (struct graph_edge){.from = from, .to = to, .path = path, .thing = WORLD_NONE, .guard = guard, .level = LEVEL_UNKNOWN});
}

static int by_person(const void *a, const void *b)
{
    const struct world_assignment *x = a, *y = b;
    int c = str_cmp(x->principal_id, y->principal_id);
    return c ? c : (x->role > y->role) - (x->role < y->role);
}

/* A ring through all roles of a person: whoever has one has them all. */
static void people(struct graph *g, struct edge_list *l)
{
    const struct world *w = g->world;
    struct world_assignment *all = arena_array_of(g->arena, struct world_assignment, w->assignment_count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < w->assignment_count; i++)
        if (w->assignments[i].role != WORLD_NONE && w->assignments[i].principal_id.len)
            all[count++] = w->assignments[i];
    if (count)
        qsort(all, count, sizeof *all, by_person);
    for (uint32_t i = 0, first = 0; i < count; i++) {
        bool last = i + 1 == count || !str_eq(all[i + 1].principal_id, all[i].principal_id);
        unsure(g, l, all[i].role, all[last ? first : i + 1].role, PATH_PERSON, residue_true);
        first = last ? i + 1 : first;
    }
}

static struct str issuer_of(struct str provider)
{
    struct str mark = STR(":oidc-provider/");
    for (size_t at = 0; at + mark.len <= provider.len; at++)
        if (str_starts(str_sub(provider, at, provider.len), mark))
            return str_sub(provider, at + mark.len, provider.len);
    return (struct str){0};
}

struct token {
    struct str issuer, subject; /* what a token's subject begins with; {NULL,0}: not told */
    uint32_t role;
    const struct residue *guard;
};

static int by_issuer(const void *a, const void *b)
{
    const struct token *x = a, *y = b;
    int c = str_cmp(x->issuer, y->issuer);
    return c ? c : (x->role > y->role) - (x->role < y->role);
}

static struct str subject_of(const struct residue *r)
{
    const struct residue_leaf *leaf = residue_leaf_of(r);
    if (leaf) {
        bool plain = residue_kind_of(r) == RESIDUE_LEAF && leaf->kind == RESIDUE_CONDITION && leaf->count == 1 && !leaf->if_exists &&
                     !iam_operator_negated(leaf->op) && (leaf->op == IAM_OP_STRING_EQUALS || leaf->op == IAM_OP_STRING_LIKE);
        if (!plain || !str_ends(leaf->key, STR(":sub")))
            return (struct str){0};
        size_t end = 0;
        while (end < leaf->values[0].len && !strchr("*?$", leaf->values[0].ptr[end]))
            end++;
        return str_sub(leaf->values[0], 0, end);
    }
    struct str best = {0};
    for (uint32_t i = 0; residue_kind_of(r) == RESIDUE_AND && i < residue_child_count(r); i++) {
        struct str one = subject_of(residue_child(r, i));
        best = one.len > best.len ? one : best;
    }
    return best;
}

/* Quick, for many pairs: subjects that begin differently. */
static bool differ(const struct token *x, const struct token *y)
{
    size_t n = x->subject.len < y->subject.len ? x->subject.len : y->subject.len;
    return n && memcmp(x->subject.ptr, y->subject.ptr, n) != 0;
}

static bool same_tenant(const struct world *w, uint32_t x, uint32_t y)
{
    const struct world_principal *p = &w->principals[x], *q = &w->principals[y];
    return p->tenant.ptr && str_eq(p->tenant, q->tenant);
}

/* One token of an issuer that opens roles of several: whose it is nobody knows. */
static void tokens(struct graph *g, struct edge_list *l)
{
    const struct world *w = g->world;
    struct token *all = arena_array_of(g->arena, struct token, l->count + 1);
    uint32_t count = 0, edges = l->count;
    for (uint32_t i = 0; i < edges; i++) {
        const struct graph_edge *e = &l->items[i];
        struct str issuer = w->principals[e->from].kind == WORLD_FEDERATED ? issuer_of(w->principals[e->from].arn) : (struct str){0};
        if (issuer.ptr && e->to < g->first_pseudo)
            all[count++] = (struct token){issuer, subject_of(e->guard), e->to, e->guard};
    }
    if (count)
        qsort(all, count, sizeof *all, by_issuer);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = i + 1; k < count && str_eq(all[k].issuer, all[i].issuer); k++) {
            if (differ(&all[i], &all[k]) || all[i].role == all[k].role || same_tenant(w, all[i].role, all[k].role))
                continue;
            const struct residue *both = residue_and(w->pool, all[i].guard, all[k].guard);
            if (residue_judge(w->pool, both) == RESIDUE_NEVER)
                continue;
            unsure(g, l, all[i].role, all[k].role, PATH_TOKEN, all[k].guard);
            unsure(g, l, all[k].role, all[i].role, PATH_TOKEN, all[i].guard);
        }
}

/* Guests of an identity pool are anybody: that the pool takes guests, its role for them tells (Amazon Cognito Developer Guide,
 * "Identity pools", read 2026). */
static void guests(struct graph *g, struct edge_list *l)
{
    const struct world *w = g->world;
    struct str guest = STR("unauthenticated");
    struct iam_key amr = {.name = STR("cognito-identity.amazonaws.com:amr"), .state = IAM_KEY_KNOWN, .list = true, .values = &guest, .count = 1};
    const struct iam_context c = {.keys = &amr, .count = 1, .open = true};
    uint32_t edges = l->count;
    for (uint32_t i = 0; i < edges && g->anonymous != WORLD_NONE; i++) {
        struct graph_edge e = l->items[i];
        if (w->principals[e.from].kind != WORLD_FEDERATED || !str_eqz(w->principals[e.from].arn, "cognito-identity.amazonaws.com"))
            continue;
        const struct residue *left = residue_assume(w->pool, e.guard, &c);
        if (residue_judge(w->pool, left) != RESIDUE_NEVER)
            unsure(g, l, g->anonymous, e.to, PATH_GUEST, left);
    }
}

void graph_people(struct graph *g, struct edge_list *l)
{
    people(g, l);
    tokens(g, l);
    guests(g, l);
}
