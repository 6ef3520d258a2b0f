#include "access/load_internal.h"

struct named {
    struct loader *l;
    struct map seen;       /* every principal that there is: its ARN or name */
    struct map no_details; /* collected accounts whose principals were not read */
    uint32_t principal_size, account_size;
};

static void *value_of(uint32_t row)
{
    return (void *)(uintptr_t)(row + 1);
} /* NOLINT(performance-no-int-to-ptr) */

static bool is_account(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len == 12;
}

/* WORLD_NONE for what is no account ("cloudfront" in the ARN of an origin access identity). */
static uint32_t account_for(struct named *n, struct str id)
{
    struct loader *l = n->l;
    uint32_t row = load_account_row(l, id);
    if (row != WORLD_NONE || !is_account(id))
        return row;
    LOAD_GROW(l, l->w->accounts, l->w->account_count, n->account_size);
    row = l->w->account_count++;
    l->w->accounts[row] = (struct world_account){.id = load_share_text(l, id), .root = WORLD_NONE};
    map_put(&l->accounts, l->w->accounts[row].id, value_of(row));
    return row;
}

static void add(struct named *n, enum world_principal_kind kind, struct str arn, struct str account, struct str name)
{
    struct loader *l = n->l;
    if (!arn.len || map_has(&n->seen, arn))
        return;
    uint32_t row = account.len ? account_for(n, account) : WORLD_NONE;
    LOAD_GROW(l, l->w->principals, l->w->principal_count, n->principal_size);
    struct world_principal *p = &l->w->principals[l->w->principal_count++];
    *p = (struct world_principal){.kind = kind,
                                  .arn = load_share_text(l, arn),
                                  .account = row,
                                  .name = load_share_text(l, name),
                                  .resource = WORLD_NONE};
    if (row != WORLD_NONE && l->w->accounts[row].tenant.ptr) {
        p->tenant = l->w->accounts[row].tenant;
        p->why = STR("the account is the tenant's");
    }
    map_put(&n->seen, p->arn, p);
}

/* A principal of an account whose principals were read, and that is not among them, does not exist: it gets no row. */
static bool is_read(const struct named *n, struct str account)
{
    uint32_t row = load_account_row(n->l, account);
    return row != WORLD_NONE && n->l->w->accounts[row].collected && !map_has(&n->no_details, account);
}

static void add_account(struct named *n, struct str id)
{
    uint32_t row = load_account_row(n->l, id);
    if (row != WORLD_NONE && n->l->w->accounts[row].collected)
        return; /* its root user gets a row by itself */
    add(n, WORLD_OUTSIDE,
        arena_printf(n->l->scratch, "arn:%.*s:iam::%.*s:root", STR_ARG(n->l->w->partition), STR_ARG(id)), id, id);
}

static void add_principal(struct named *n, const struct iam_principal *p)
{
    switch (p->kind) {
    case IAM_P_ACCOUNT:
        add_account(n, p->account);
        break;
    case IAM_P_USER:
    case IAM_P_ROLE:
    case IAM_P_FEDERATED_USER:
    case IAM_P_SESSION:
        if (!is_read(n, p->account))
            add(n, WORLD_OUTSIDE, p->text, p->account, p->name);
        break;
    case IAM_P_SERVICE:
        add(n, WORLD_SERVICE, p->text, (struct str){0}, p->text);
        break;
    case IAM_P_FEDERATED:
        add(n, WORLD_FEDERATED, p->text, str_starts(p->text, STR("arn:")) ? arn_field(p->text, 4) : (struct str){0},
            p->text);
        break;
    case IAM_P_EVERYONE:
    case IAM_P_GONE:
    case IAM_P_CANONICAL:
    case IAM_P_INVALID:
        break;
    }
}

static void add_policies(struct named *n)
{
    const struct map *m = &n->l->w->policies;
    for (size_t i = 0; i < m->count; i++) {
        const struct iam_policy *policy = ((const struct iam_policy_ref *)m->entries[i].value)->policy;
        for (uint32_t s = 0; policy && s < policy->count; s++)
            for (uint32_t k = 0; policy->statements[s].allow && k < policy->statements[s].principal_count; k++)
                add_principal(n, &policy->statements[s].principals[k]);
    }
}

/* As grants and shares name people: an ARN, an account, a service. */
static void add_text(struct named *n, struct str text)
{
    if (is_account(text)) {
        add_account(n, text);
    } else if (str_starts(text, STR("arn:"))) {
        struct iam_principal p = iam_principal_compile(n->l->scratch, STR("AWS"), text);
        add_principal(n, &p);
    } else if (str_ends(text, STR(".amazonaws.com"))) {
        add(n, WORLD_SERVICE, text, (struct str){0}, text);
    }
}

static void add_resources(struct named *n)
{
    const struct world *w = n->l->w;
    for (uint32_t i = 0; i < w->resource_count; i++) {
        const struct world_resource *r = &w->resources[i];
        for (uint32_t k = 0; k < r->grant_count; k++)
            add_text(n, r->grants[k].grantee);
        for (uint32_t k = 0; k < r->share_count; k++)
            add_text(n, r->shares[k].account);
        for (uint32_t k = 0; k < r->acl_count; k++)
            add_text(n, r->acls[k].account);
    }
}

void load_named(struct loader *l)
{
    struct named n = {.l = l, .principal_size = l->w->principal_count, .account_size = l->w->account_count};
    map_init(&n.seen, l->scratch);
    map_init(&n.no_details, l->scratch);
    uint32_t *details = arena_array_of(l->scratch, uint32_t, l->w->account_count + 1);
    for (uint32_t i = 0; i < l->w->principal_count; i++) {
        map_put(&n.seen, l->w->principals[i].arn, &l->w->principals[i]);
        if (l->w->principals[i].account != WORLD_NONE && l->w->principals[i].tags_read)
            details[l->w->principals[i].account]++;
    }
    for (uint32_t i = 0; i < l->w->account_count; i++)
        if (l->w->accounts[i].collected && !details[i])
            map_put(&n.no_details, l->w->accounts[i].id, &n);
    add_policies(&n);
    add_resources(&n);
    add(&n, WORLD_ANONYMOUS, STR("anonymous"), (struct str){0}, STR("anonymous"));
    /* Everyone of AWS: who holds what "*" and AuthenticatedUsers give. No account has this number. */
    add(&n, WORLD_OUTSIDE, arena_printf(l->scratch, "arn:%.*s:iam::000000000000:root", STR_ARG(l->w->partition)),
        STR("000000000000"), STR("any other AWS account"));
    uint32_t stranger = load_account_row(l, STR("000000000000"));
    l->w->accounts[stranger].name = STR("any other AWS account");
    l->w->accounts[stranger].org_read = true;
}
