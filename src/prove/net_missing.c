/*
 * Facts of the network that are not there, and the cells they bear on.
 *
 * What the net knows as unread (a table, a list, groups) is an unknown connection in walker and engine, cell by cell: it is
 * listed here, and bears on no cell by itself. A call that gave nothing may hide things that the net knows nothing of: it makes
 * unknown the rows and columns of all that can be in its account.
 */
#include "prove/net_internal.h"

struct missing_list {
    struct halver *v;
    uint32_t room;
    uint64_t **of_account; /* by account, made when asked for */
    uint64_t *nothing;
};

static void add(struct missing_list *l, struct prove_missing m)
{
    struct net_half *h = l->v->h;
    if (h->missing_count == l->room) {
        uint32_t size = l->room ? l->room * 2 : 64;
        struct prove_missing *more = arena_array_of(l->v->a, struct prove_missing, size);
        if (h->missing_count)
            memcpy(more, h->missing, h->missing_count * sizeof *more);
        h->missing = more;
        l->room = size;
    }
    h->missing[h->missing_count++] = m;
}

static uint64_t *of_account(struct missing_list *l, uint32_t account)
{
    if (!l->of_account[account])
        l->of_account[account] = net_account_labels(l->v, account);
    return l->of_account[account];
}

/* Without the ids of rules a rule has no name, and works as it does. */
static bool only_names(struct str op) { return str_eqz(op, "ec2:DescribeSecurityGroupRules"); }

static void from_gap(struct missing_list *l, const struct net_gap *gap)
{
    struct halver *v = l->v;
    if (only_names(gap->op))
        return;
    struct prove_missing m = {.op = gap->op, .why = gap->why, .action = gap->action};
    m.what = arena_printf(v->a, "%.*s%s%.*s%s%.*s%s%.*s", STR_ARG(gap->op), gap->parent.len ? " of " : "", STR_ARG(gap->parent),
                          gap->account.len ? " in " : "", STR_ARG(gap->account), gap->region.len ? " " : "", STR_ARG(gap->region));
    bool of_all = !gap->account.len || str_starts(gap->op, STR("organizations:"));
    for (uint32_t i = 0; i < v->n->accounts_count && !of_all; i++)
        if (str_eq(v->n->accounts[i].id, gap->account))
            m.rows = m.columns = of_account(l, i);
    add(l, m);
}

static void from_account(struct missing_list *l, uint32_t i)
{
    const struct net_account *a = &l->v->n->accounts[i];
    if (a->collected || !net_is_inside(l->v, i))
        return;
    uint64_t *bits = of_account(l, i);
    add(l, (struct prove_missing){.what = arena_printf(l->v->a, "account %.*s was not collected", STR_ARG(a->id)), .rows = bits, .columns = bits});
}

/* In an account that was collected there may be a VPC of which nothing was read. */
static void from_vpc(struct missing_list *l, uint32_t i)
{
    const struct net_vpc *p = &l->v->n->vpcs[i];
    if (p->collected || (!p->tenant.ptr && !net_is_inside(l->v, p->account)))
        return;
    uint64_t *bits = p->account != NET_NONE ? of_account(l, p->account) : bits_new(l->v->a, (size_t)l->v->l->count + 1);
    uint32_t own = net_label_named(l->v, p->tenant);
    if (own != NET_NONE)
        bits_set(bits, own);
    add(l, (struct prove_missing){.what = arena_printf(l->v->a, "VPC %.*s was not collected", STR_ARG(p->id)), .rows = bits, .columns = bits});
}

/* Listed only: see above. */
static void from_unread(struct missing_list *l)
{
    const struct net *n = l->v->n;
    struct arena *a = l->v->a;
    struct prove_missing m = {.rows = l->nothing, .columns = l->nothing};
    for (uint32_t i = 0; i < n->tgws_count; i++)
        if (!n->tgws[i].collected) {
            m.what = arena_printf(a, "transit gateway %.*s: its owner's tables and attachments were not read", STR_ARG(n->tgws[i].id));
            add(l, m);
        }
    for (uint32_t i = 0; i < n->tgw_tables_count; i++)
        if (!n->tgw_tables[i].read) {
            m.what = arena_printf(a, "not all routes of transit gateway table %.*s were read", STR_ARG(n->tgw_tables[i].id));
            add(l, m);
        }
    for (uint32_t i = 0; i < n->prefix_lists_count; i++)
        if (!n->prefix_lists[i].read && !n->prefix_lists[i].everybody) {
            m.what = arena_printf(a, "the entries of prefix list %.*s were not read", STR_ARG(n->prefix_lists[i].id));
            add(l, m);
        }
}

static void from_conflicts(struct missing_list *l)
{
    const struct net *n = l->v->n;
    for (uint32_t i = 0; i < n->things_count; i++) {
        const struct net_thing *t = &n->things[i];
        if (!t->conflict)
            continue;
        uint64_t *bits = prove_in_conflict(l->v->a, l->v->l, t->why);
        struct str what = arena_printf(l->v->a, "whose %.*s is: %.*s", STR_ARG(net_thing_words(l->v->a, n, i)), STR_ARG(t->why));
        add(l, (struct prove_missing){.what = what, .rows = bits, .columns = bits});
    }
}

/* VPCs are what it is told by, and none of them is in any answer. */
static bool its_vpcs_are_nowhere(const struct halver *v, uint32_t t)
{
    const struct json *list = json_getz(json_get(json_getz(v->config, "tenants"), v->l->names[t]), "vpcs");
    return list && list->count;
}

/* A tenant of which nothing was found, and whose accounts were not read either: that nobody reaches it says nothing. */
static void from_tenants(struct missing_list *l)
{
    struct halver *v = l->v;
    uint64_t *seen = bits_new(v->a, (size_t)v->l->count + 1);
    for (uint32_t i = 0; i < v->n->things_count; i++)
        if (v->h->label_of[i] < v->l->count)
            bits_set(seen, v->h->label_of[i]);
    uint64_t *found = bits_new(v->a, (size_t)v->l->count + 1);
    bits_or(found, seen, bits_words((size_t)v->l->count + 1));
    for (uint32_t i = 0; i < v->n->accounts_count; i++)
        if (v->n->accounts[i].collected)
            bits_or(seen, of_account(l, i), bits_words((size_t)v->l->count + 1));
    for (uint32_t i = 0; i < v->n->vpcs_count; i++)
        if (v->n->vpcs[i].collected && net_label_named(v, v->n->vpcs[i].tenant) != NET_NONE)
            bits_set(found, net_label_named(v, v->n->vpcs[i].tenant));
    for (uint32_t t = 0; t < v->l->tenants; t++) {
        if (bits_get(seen, t) && (bits_get(found, t) || !its_vpcs_are_nowhere(v, t)))
            continue;
        uint64_t *bits = bits_new(v->a, (size_t)v->l->count + 1);
        bits_set(bits, t);
        add(l, (struct prove_missing){.what = arena_printf(v->a, "nothing was found that is tenant %.*s's", STR_ARG(v->l->names[t])),
               .rows = bits, .columns = bits});
    }
}

void net_missing_fill(struct halver *v)
{
    struct missing_list l = {.v = v, .of_account = arena_array_of(v->a, uint64_t *, v->n->accounts_count + 1)};
    l.nothing = bits_new(v->a, (size_t)v->l->count + 1);
    for (uint32_t i = 0; i < v->n->gaps_count; i++)
        from_gap(&l, &v->n->gaps[i]);
    for (uint32_t i = 0; i < v->n->accounts_count; i++)
        from_account(&l, i);
    for (uint32_t i = 0; i < v->n->vpcs_count; i++)
        from_vpc(&l, i);
    from_conflicts(&l);
    from_unread(&l);
    from_tenants(&l);
}
