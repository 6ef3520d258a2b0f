/* Who may stand where nobody looked: where an account's interfaces were not listed, each subnet that it sees may hold hosts
 * of it, which run code and have any groups. Without them a way over a host of a third account would not be seen. */
#include "reach/net_load_internal.h"

struct unseen {
    struct map places;     /* "ACCOUNT REGION" whose interfaces were not listed; either may be empty: all */
    uint32_t *first, *next; /* interfaces made here: by subnet, and the next of the same subnet */
};

static bool holds(struct net_loader *l, const struct unseen *u, struct str account, struct str region)
{
    return map_has(&u->places, arena_printf(l->scratch, "%.*s %.*s", STR_ARG(account), STR_ARG(region)));
}

static bool not_listed(struct net_loader *l, struct str account, struct str region)
{
    const struct unseen *u = l->unseen;
    struct str none = str_make(NULL, 0);
    return holds(l, u, account, region) || holds(l, u, account, none) || holds(l, u, none, region) || holds(l, u, none, none);
}

static void take_subnet(struct net_loader *l, struct query *q)
{
    struct unseen *u = l->unseen;
    struct str account = query_str(q, 1);
    uint32_t row = net_row(l, NET_SUBNET, query_str(q, 0));
    if (row == NET_NONE || !not_listed(l, account, query_str(q, 2)))
        return;
    struct net_thing *t = net_add_thing(l->n);
    t->id = arena_printf(l->a, "unread interfaces of %.*s in %.*s", STR_ARG(account), STR_ARG(l->n->subnets[row].id));
    t->type = STR("AWS::EC2::NetworkInterface");
    t->kind = THING_HOST;
    t->runs_code = true;
    t->account = net_account_row(l, net_share_text(l, account));
    t->vpc = l->n->subnets[row].vpc;
    t->tenant = net_shared(l, q, 3);
    t->why = net_shared(l, q, 4);
    t->shared = query_int(q, 5) == 1;
    t->conflict = query_int(q, 6) == 1;
    struct net_eni *i = net_add_eni(l->n);
    i->id = t->id;
    i->vpc = t->vpc;
    i->subnet = row;
    i->account = t->account;
    i->thing = l->n->things_count - 1;
    i->sources = i->receives = i->virtual_ = true;
    uint32_t eni = l->n->enis_count - 1;
    u->next[eni] = u->first[row];
    u->first[row] = eni;
}

static const char subnets_sql[] =
    "SELECT s.subnet, s.account, s.region, s.t ->> '$.tenant', s.t ->> '$.why', coalesce(s.t ->> '$.shared', 0), coalesce(s.t ->> '$.conflict', 0)"
    " FROM (SELECT subnet, account, region, tenant_of(account, CASE WHEN owner = account THEN vpc END, NULL, NULL) AS t FROM fact_subnet"
    " GROUP BY subnet, account, region) s";

static void addresses(struct net_loader *l, const struct unseen *u)
{
    for (uint32_t c = 0, count = l->n->subnet_cidrs_count; c < count; c++) {
        struct net_subnet_cidr cidr = l->n->subnet_cidrs[c];
        for (uint32_t eni = u->first[cidr.subnet]; eni != NET_NONE; eni = u->next[eni]) {
            struct net_address *a = net_add_address(l->n);
            a->eni = eni;
            a->range = cidr.range;
        }
    }
}

bool net_load_unseen(struct net_loader *l, struct err *e)
{
    struct unseen u = {0};
    int64_t rows = 0;
    map_init(&u.places, l->scratch);
    for (uint32_t i = 0; i < l->n->gaps_count; i++) {
        const struct net_gap *g = &l->n->gaps[i];
        if (str_eqz(g->op, "ec2:DescribeNetworkInterfaces"))
            map_add(&u.places, arena_printf(l->scratch, "%.*s %.*s", STR_ARG(g->account), STR_ARG(g->region)), l);
    }
    if (!u.places.count)
        return true;
    if (!store_get_int(l->s, "SELECT count(*) FROM fact_subnet", &rows, e))
        return false;
    u.first = arena_array_of(l->scratch, uint32_t, l->n->subnets_count + 1);
    u.next = arena_array_of(l->scratch, uint32_t, l->n->enis_count + (size_t)rows + 1);
    for (uint32_t i = 0; i < l->n->subnets_count; i++)
        u.first[i] = NET_NONE;
    l->unseen = &u;
    bool good = net_each(l, subnets_sql, take_subnet, e);
    l->unseen = NULL;
    if (good)
        addresses(l, &u);
    return good;
}
