/* What lets in beside policies: entries of access control lists, KMS grants. */
#include "prove/tell_internal.h"

enum { ENTRIES_MAX = 8 };

/* One step and the row whose lists bear on it. */
struct looked {
    struct teller *t;
    const struct step *s;
    struct world_resource *row;
    struct world_resource before;
    uint32_t hits[ENTRIES_MAX], hit_count;
    bool acl; /* else grants */
};

static uint32_t entries(const struct looked *l) { return l->acl ? l->before.acl_count : l->before.grant_count; }

/* A part of a store that is a row of its own has the lists of the whole. */
static struct world_resource *listed_row(const struct teller *t, uint32_t row)
{
    struct world *w = t->v->g->world;
    struct str arn = w->resources[row].arn;
    ptrdiff_t slash = str_index(arn, '/', 0);
    if (slash < 0 || !str_starts(arn, STR("arn:")) || !str_contains(str_sub(arn, 0, (size_t)slash), STR(":s3:::")))
        return &w->resources[row];
    uint32_t bucket = world_resource_of(w, str_sub(arn, 0, (size_t)slash));
    return &w->resources[bucket == WORLD_NONE ? row : bucket];
}

static bool denied(struct looked *l)
{
    struct arena *scratch = arena_new(0);
    bool out = tell_denied_now(l->t, scratch, l->s);
    arena_free(scratch);
    *l->row = l->before;
    return out;
}

/* With this entry and no policy of the row; WORLD_NONE: with none. */
static bool denied_with(struct looked *l, uint32_t only)
{
    struct world_resource *r = l->row;
    r->has_policy = false;
    r->policy_read = true;
    r->policy = r->second_policy = (struct iam_policy_ref){0};
    r->acl_count = l->acl && only != WORLD_NONE ? 1 : 0;
    r->grant_count = !l->acl && only != WORLD_NONE ? 1 : 0;
    if (r->acl_count)
        r->acls = &l->before.acls[only];
    if (r->grant_count)
        r->grants = &l->before.grants[only];
    return denied(l);
}

/* With all policies and without these entries. */
static bool denied_without(struct looked *l, const uint32_t *gone, uint32_t count)
{
    struct arena *a = arena_new(0);
    struct world_resource *r = l->row;
    uint32_t kept = 0, n = entries(l);
    struct iam_acl *acls = arena_array_of(a, struct iam_acl, n + 1);
    struct iam_grant *grants = arena_array_of(a, struct iam_grant, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        bool out = false;
        for (uint32_t k = 0; k < count; k++)
            out |= gone[k] == i;
        if (out)
            continue;
        if (l->acl)
            acls[kept++] = l->before.acls[i];
        else
            grants[kept++] = l->before.grants[i];
    }
    if (l->acl) {
        r->acls = acls;
        r->acl_count = kept;
    } else {
        r->grants = grants;
        r->grant_count = kept;
    }
    bool out = denied(l);
    arena_free(a);
    return out;
}

/* Amazon S3 User Guide, "Access control list (ACL) overview" (read 2026): grantees and permissions by these names. */
static struct str acl_text(struct arena *a, const struct iam_acl *acl)
{
    static const char *const permissions[] = {"READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"};
    static const char *const grantees[] = {"AllUsers", "AuthenticatedUsers", "LogDelivery", "account ", "another grantee"};
    return arena_printf(a, "%s to %s%.*s", permissions[acl->permission], grantees[acl->grantee],
                        acl->grantee == IAM_ACL_ACCOUNT ? (int)acl->account.len : 0, acl->account.ptr ? acl->account.ptr : "");
}

static struct str entry_text(const struct looked *l, uint32_t i)
{
    return l->acl ? acl_text(l->t->v->a, &l->before.acls[i]) : l->before.grants[i].id;
}

static void cut(struct looked *l, const uint32_t *gone, uint32_t count, bool all)
{
    struct arena *a = l->t->v->a;
    struct str names = entry_text(l, gone[0]);
    for (uint32_t i = 1; i < count; i++)
        names = arena_printf(a, "%.*s, %.*s", STR_ARG(names), STR_ARG(entry_text(l, gone[i])));
    const char *many = count > 1 ? "s" : "";
    tell_cut(l->t, l->acl ? arena_printf(a, "remove the grant%s %.*s from the ACL of %.*s", many, STR_ARG(names), STR_ARG(l->before.arn))
                          : arena_printf(a, "revoke grant%s %.*s of %.*s", many, STR_ARG(names), STR_ARG(l->before.arn)), all);
}

static void tell_entries(struct looked *l, bool all)
{
    bool single = false;
    for (uint32_t i = 0; i < entries(l) && l->hit_count < ENTRIES_MAX; i++) {
        if (denied_with(l, i))
            continue;
        l->hits[l->hit_count++] = i;
        tell_found(l->t, &(struct prove_statement){.layer = l->acl ? STR("acl") : STR("grant"), .policy = entry_text(l, i), .of = l->before.arn,
                                                   .index = i, .allow = true});
    }
    if (!l->hit_count || l->t->c->verdict != PROVE_VIOLATED)
        return;
    for (uint32_t i = 0; i < l->hit_count; i++)
        if (denied_without(l, &l->hits[i], 1)) {
            cut(l, &l->hits[i], 1, all);
            single = true;
        }
    if (!single && l->hit_count > 1 && denied_without(l, l->hits, l->hit_count))
        cut(l, l->hits, l->hit_count, all);
}

void tell_grants(struct teller *t, const struct step *s, bool all)
{
    for (int acl = 0; acl < 2 && s->row != WORLD_NONE; acl++) {
        struct world_resource *row = listed_row(t, s->row);
        struct looked l = {.t = t, .s = s, .row = row, .before = *row, .acl = acl};
        if (entries(&l) && denied_with(&l, WORLD_NONE))
            tell_entries(&l, all);
    }
}
