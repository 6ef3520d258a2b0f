/* Identity providers that sign for anybody: who may take a role through them is told by conditions on their claims only. */
#include "access/graph_internal.h"

/* Issuers that strangers have accounts with, and the claims besides "sub" that tie a token to one's own tenancy there:
 * IAM User Guide, "Configure a role for OIDC federation"; "Identity provider controls for shared OIDC providers" (read 2026). */
struct issuer {
    const char *name;
    const char *claims; /* blank-separated */
};
static const struct issuer issuers[] = {
    {"token.actions.githubusercontent.com", "sub job_workflow_ref repository repository_id repository_owner repository_owner_id"},
    {"gitlab.com", "sub namespace_id project_id"},
    {"app.terraform.io", "sub terraform_organization_id"},
    {"api.pulumi.com", "sub aud"},
    {"agent.buildkite.com", "sub"},
    {"api.bitbucket.org", "sub aud"},
    {"oidc.circleci.com", "sub aud"},
    {"oidc.vercel.com", "sub"},
    {"scalr.io", "sub"},
    {"cognito-identity.amazonaws.com", "sub aud"},
    {"accounts.google.com", "sub aud"},
    {"www.amazon.com", "user_id app_id"},
    {"graph.facebook.com", "id app_id"},
    {"sts.windows.net", "sub aud"},
};

/* "arn:aws:iam::1:oidc-provider/gitlab.com", "cognito-identity.amazonaws.com"; issuers may have a path of their own. */
static const struct issuer *issuer_of(struct str provider)
{
    static const char mark[] = ":oidc-provider/";
    for (size_t at = 0; at + sizeof mark - 1 <= provider.len; at++)
        if (str_starts(str_sub(provider, at, provider.len), STR(":oidc-provider/"))) {
            provider = str_sub(provider, at + sizeof mark - 1, provider.len);
            break;
        }
    struct str host = str_cut(&provider, '/');
    for (size_t i = 0; i < sizeof issuers / sizeof *issuers; i++)
        if (str_eqz(host, issuers[i].name))
            return &issuers[i];
    return NULL;
}

static bool in_words(const char *words, struct str word)
{
    struct str rest = str_of(words);
    while (rest.ptr)
        if (str_eq_nocase(str_cut(&rest, ' '), word))
            return true;
    return false;
}

/* A pattern that only tokens of some are for: whose name, behind "repo:" or "organization:", is whole before the first wildcard.
 * "repo:acme*" is also that of "acme-evil", which anybody can register. */
static bool is_narrow(struct str value)
{
    size_t at = 0;
    while (at < value.len && value.ptr[at] != '*' && value.ptr[at] != '?')
        at++;
    if (at == value.len)
        return true;
    ptrdiff_t colon = str_index(str_sub(value, 0, at), ':', 0);
    size_t name = (size_t)(colon + 1), end = name;
    while (end < at && value.ptr[end] != '/' && value.ptr[end] != ':')
        end++;
    return end > name && end < at;
}

/* A condition that holds for tokens of some only. */
static bool limits(const struct residue *r, const struct issuer *issuer)
{
    const struct residue_leaf *leaf = residue_leaf_of(r);
    if (leaf->kind != RESIDUE_CONDITION || residue_kind_of(r) == RESIDUE_NOT || iam_operator_negated(leaf->op) || leaf->op == IAM_OP_NULL ||
        leaf->set == IAM_SET_ALL_VALUES || leaf->if_exists)
        return false;
    ptrdiff_t colon = str_rindex(leaf->key, ':');
    if (colon < 0 || !in_words(issuer->claims, str_sub(leaf->key, (size_t)colon + 1, leaf->key.len)))
        return false;
    for (uint32_t i = 0; i < leaf->count; i++)
        if (!is_narrow(leaf->values[i]))
            return false;
    return true;
}

/* What is left of the guard for a stranger's token. */
static const struct residue *for_stranger(struct graph *g, const struct residue *r, const struct issuer *issuer)
{
    enum residue_kind kind = residue_kind_of(r);
    if (residue_leaf_of(r))
        return limits(r, issuer) ? residue_false : r;
    if (kind != RESIDUE_AND && kind != RESIDUE_OR)
        return r;
    const struct residue *out = kind == RESIDUE_AND ? residue_true : residue_false;
    for (uint32_t i = 0; i < residue_child_count(r); i++) {
        const struct residue *part = for_stranger(g, residue_child(r, i), issuer);
        out = kind == RESIDUE_AND ? residue_and(g->world->pool, out, part) : residue_or(g->world->pool, out, part);
    }
    return out;
}

void graph_open_providers(struct graph *g, struct edge_list *l)
{
    uint32_t before = l->count;
    for (uint32_t i = 0; i < before; i++) {
        struct graph_edge e = l->items[i];
        const struct world_principal *p = &g->world->principals[e.from];
        const struct issuer *issuer = p->kind == WORLD_FEDERATED ? issuer_of(p->arn) : NULL;
        const struct residue *left = issuer ? for_stranger(g, e.guard, issuer) : residue_false;
        enum graph_level level = graph_level_of(g, left);
        if (level == LEVEL_NEVER || g->anonymous == WORLD_NONE)
            continue;
        /* A stranger's claims are of the stranger's choice. */
        e.level = level == LEVEL_CONDITIONAL ? LEVEL_CERTAIN : level;
        e.guard = left;
        e.from = g->anonymous;
        edge_add(g, l, e);
    }
}
