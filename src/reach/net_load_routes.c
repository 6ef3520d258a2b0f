/* Route tables. */
#include "reach/net_load_internal.h"

static void take_table(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0);
    if (!id.len || !net_from(l, id, query_str(q, 1)) || net_row(l, NET_TABLE, id) != NET_NONE)
        return;
    uint32_t vpc = net_vpc_row(l, query_str(q, 2));
    struct net_table *t = net_add_table(l->n);
    t->id = net_text(l, q, 0);
    t->vpc = vpc;
    net_note(l, NET_TABLE, t->id, l->n->tables_count - 1);
}

/* Being taken off its table: the old one or the main one may be in effect. */
static struct str unsettled_key(struct net_loader *l, struct str subnet)
{
    return arena_printf(l->scratch, "table of %.*s", STR_ARG(subnet));
}

static void take_association(struct net_loader *l, struct query *q)
{
    uint32_t table = net_row(l, NET_TABLE, query_str(q, 0));
    struct str subnet = query_str(q, 2), gateway = query_str(q, 3);
    uint32_t vpc = table == NET_NONE ? NET_NONE : l->n->tables[table].vpc, row = net_row(l, NET_SUBNET, subnet);
    if (vpc == NET_NONE)
        return;
    if (row != NET_NONE && query_int(q, 4)) {
        net_from(l, unsettled_key(l, subnet), str_make(NULL, 0));
        return;
    }
    if (!query_int(q, 1) && !subnet.len && !gateway.len) /* of some subnet: which, is not told */
        net_from(l, unsettled_key(l, l->n->vpcs[vpc].id), str_make(NULL, 0));
    if (query_int(q, 1))
        l->n->vpcs[vpc].main_table = table;
    if (row != NET_NONE && l->n->subnets[row].table == NET_NONE)
        l->n->subnets[row].table = table;
    if (str_starts(gateway, STR("igw-")))
        l->n->vpcs[vpc].igw_table = table;
    else if (str_starts(gateway, STR("vgw-")))
        l->n->vpcs[vpc].vgw_table = table;
}

/* A VPC's main table is for those subnets that have none of their own; of a shared subnet only what was seen of its
 * table, and of a list that was cut short the rest may hold the subnet's own. */
static void main_tables(struct net_loader *l)
{
    for (uint32_t i = 0; i < l->n->subnets_count; i++) {
        struct net_subnet *s = &l->n->subnets[i];
        if (map_has(&l->sources, unsettled_key(l, s->id)))
            s->table = NET_NONE;
        else if (s->table == NET_NONE && s->vpc != NET_NONE && net_told_all(l, "ec2:DescribeRouteTables", s->vpc) &&
                 !map_has(&l->sources, unsettled_key(l, l->n->vpcs[s->vpc].id)))
            s->table = l->n->vpcs[s->vpc].main_table;
    }
}

struct target {
    const char *name;
    enum net_target_kind kind;
    enum net_kind rows;
};

static const struct target targets[] = {
    {"local", TARGET_LOCAL, NET_NOTHING}, {"igw", TARGET_IGW, NET_IGW},
    {"eigw", TARGET_EIGW, NET_EIGW},      {"nat", TARGET_NAT, NET_NAT},
    {"pcx", TARGET_PEERING, NET_PEERING}, {"tgw", TARGET_TGW, NET_TGW},
    {"vgw", TARGET_VGW, NET_VGW},         {"vpce", TARGET_ENDPOINT, NET_ENDPOINT},
    {"eni", TARGET_ENI, NET_ENI},         {"instance", TARGET_ENI, NET_ENI},
};

static void add_route(struct net_loader *l, const struct net_route *model, struct ip_range range)
{
    struct net_route *r = net_add_route(l->n);
    *r = *model;
    r->range = range;
}

/* A row an entry. Of a list that was not read every destination may be meant, of its family or of both. */
static void add_list(struct net_loader *l, struct net_route *model, uint32_t list)
{
    const struct net *n = l->n;
    model->list = list;
    model->list_unread = list == NET_NONE || !n->prefix_lists[list].read;
    if (model->list_unread) {
        add_route(l, model, ip_all_v4());
        add_route(l, model, ip_all_v6());
        return;
    }
    for (uint32_t i = l->entry_spans[list].first; i < l->entry_spans[list].first + l->entry_spans[list].count; i++)
        add_route(l, model, n->prefix_entries[l->entry_order[i]].range);
}

/* Site-to-Site VPN User Guide, "Route tables and VPN route priority" (read 2026): the local route is preferred to
 * propagated routes that overlap with it, be they more specific. */
static bool is_under_local(const struct net_loader *l, uint32_t table, struct ip_range range)
{
    uint32_t vpc = l->n->tables[table].vpc;
    if (vpc == NET_NONE || vpc >= l->cidr_vpcs)
        return false;
    for (uint32_t i = l->cidr_spans[vpc].first; i < l->cidr_spans[vpc].first + l->cidr_spans[vpc].count; i++)
        if (ip_range_holds(l->n->cidrs[l->cidr_order[i]].range, range))
            return true;
    return false;
}

static void take_route(struct net_loader *l, struct query *q)
{
    struct str kind = query_str(q, 3), destination = query_str(q, 2), eni = query_str(q, 5);
    uint32_t table = net_row(l, NET_TABLE, query_str(q, 0));
    struct ip_range range;
    if (table == NET_NONE || !net_from(l, query_str(q, 0), query_str(q, 1)))
        return;
    struct net_route r = {
        .table = table, .list = NET_NONE, .kind = TARGET_UNKNOWN, .target = NET_NONE, .target_id = net_shared(l, q, 4)};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (str_eqz(kind, targets[i].name)) {
            r.kind = targets[i].kind;
            r.target =
                targets[i].rows ? net_row(l, targets[i].rows, r.kind == TARGET_ENI ? eni : r.target_id) : NET_NONE;
        }
    /* Answers in which ids were made anonymous: what it is, is known by who else has the id. */
    for (size_t i = 1; r.kind == TARGET_UNKNOWN && i < sizeof targets / sizeof *targets; i++)
        if ((r.target = net_row(l, targets[i].rows, r.target_id)) != NET_NONE)
            r.kind = targets[i].kind;
    r.blackhole = str_eqz(query_str(q, 6), "blackhole");
    r.propagated = str_eqz(query_str(q, 7), "EnableVgwRoutePropagation");
    bool is_block = ip_range_parse(destination, &range);
    if (is_block && r.propagated && is_under_local(l, table, range))
        return;
    if (is_block)
        add_route(l, &r, range);
    else
        add_list(l, &r, net_row(l, NET_PREFIX_LIST, destination));
}

/* Entries by list, which net_index() has yet to sort. */
static void order_entries(struct net_loader *l)
{
    const struct net *n = l->n;
    l->entry_spans = arena_array_of(l->scratch, struct net_span, n->prefix_lists_count + 1);
    l->entry_order = arena_array_of(l->scratch, uint32_t, n->prefix_entries_count + 1);
    for (uint32_t i = 0; i < n->prefix_entries_count; i++)
        l->entry_spans[n->prefix_entries[i].list].count++;
    for (uint32_t i = 0, first = 0; i < n->prefix_lists_count; i++) {
        l->entry_spans[i].first = first;
        first += l->entry_spans[i].count;
        l->entry_spans[i].count = 0;
    }
    for (uint32_t i = 0; i < n->prefix_entries_count; i++) {
        struct net_span *s = &l->entry_spans[n->prefix_entries[i].list];
        l->entry_order[s->first + s->count++] = i;
    }
}

bool net_load_routes(struct net_loader *l, struct err *e)
{
    order_entries(l);
    if (!net_each(l,
                  "SELECT route_table, account, vpc FROM fact_route_table ORDER BY account <> coalesce(owner, account)",
                  take_table, e) ||
        !net_each(l,
                  "SELECT route_table, is_main, subnet, gateway, coalesce(state, 'associated') NOT IN ('associated', 'associating')"
                  " FROM fact_route_association WHERE coalesce(state, 'associated') NOT IN ('disassociated', 'failed')",
                  take_association, e) ||
        !net_each(l,
                  "SELECT route_table, account, destination, target_kind, target, eni, state, origin FROM fact_route "
                  "WHERE state <> 'filtered'",
                  take_route, e))
        return false;
    main_tables(l);
    return true;
}
