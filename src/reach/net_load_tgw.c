/* Routes of transit gateways: as searched; and, since a search may have been for static routes only, those that follow
 * from the propagations. */
#include "reach/net_load_internal.h"

/* Transit Gateway Guide, "Route evaluation order" (read 2026): static, by a prefix list, then propagated from a VPC,
 * from a Direct Connect gateway, from Connect, from a VPN, then peering. */
static uint8_t rank_of(const struct net_loader *l, uint32_t attachment)
{
    static const uint8_t ranks[] = {[ATTACHMENT_VPC] = 1, [ATTACHMENT_DX] = 2,      [ATTACHMENT_CONNECT] = 3,
                                    [ATTACHMENT_VPN] = 4, [ATTACHMENT_PEERING] = 5, [ATTACHMENT_OTHER] = 4};
    return attachment == NET_NONE ? 0 : ranks[l->n->attachments[attachment].kind];
}

static uint32_t own_end(struct net_loader *l, struct str id, uint32_t table)
{
    uint32_t row = net_row(l, NET_ATTACHMENT, id);
    if (row == NET_NONE || l->n->attachments[row].tgw == l->n->tgw_tables[table].tgw ||
        l->n->attachments[row].kind != ATTACHMENT_PEERING)
        return row;
    return l->n->attachments[row].target; /* both ends of a peering have one id */
}

static bool first_of(struct net_loader *l, uint32_t table, struct ip_range range, uint32_t attachment, bool propagated)
{
    struct str key =
        arena_printf(l->scratch, "%u %016llx%016llx %016llx%016llx %u %d", table, (unsigned long long)(range.lo >> 64),
                     (unsigned long long)range.lo, (unsigned long long)(range.hi >> 64), (unsigned long long)range.hi,
                     attachment, propagated);
    return map_add(&l->tgw_seen, key, l);
}

/* `listed`: it stands there by a prefix list. */
static void add(struct net_loader *l, uint32_t table, struct ip_range range, uint32_t attachment, bool propagated,
                bool blackhole, bool listed)
{
    if (!first_of(l, table, range, attachment, propagated))
        return;
    struct net_tgw_route *r = net_add_tgw_route(l->n);
    r->table = table;
    r->range = range;
    r->attachment = attachment;
    r->blackhole = blackhole;
    r->propagated = propagated;
    r->rank = propagated ? rank_of(l, attachment) : listed;
}

static void take_route(struct net_loader *l, struct query *q)
{
    uint32_t table = net_row(l, NET_TGW_TABLE, query_str(q, 0));
    struct ip_range range;
    struct str state = query_str(q, 4);
    if (table == NET_NONE || !net_from(l, query_str(q, 0), query_str(q, 1)))
        return;
    bool settled = !state.ptr || str_eqz(state, "active") || str_eqz(state, "blackhole");
    if (!settled || !ip_range_parse(query_str(q, 2), &range)) {
        l->n->tgw_tables[table].read = false; /* one that comes or goes, or that cannot be read */
        return;
    }
    bool propagated = str_eqz(query_str(q, 3), "propagated");
    uint32_t attachment = own_end(l, query_str(q, 5), table);
    add(l, table, range, attachment, propagated, str_eqz(state, "blackhole"), !query_is_null(q, 6));
    if (propagated && attachment != NET_NONE)
        map_add(&l->tgw_seen, arena_printf(l->scratch, "%u %u", table, attachment), l);
}

static void take_list(struct net_loader *l, struct query *q)
{
    uint32_t table = net_row(l, NET_TGW_TABLE, query_str(q, 0)), list = net_row(l, NET_PREFIX_LIST, query_str(q, 2));
    if (table == NET_NONE || !net_from(l, query_str(q, 0), query_str(q, 1)))
        return;
    if (list == NET_NONE || !l->n->prefix_lists[list].read)
        return; /* the table is one that was not read in full already */
    for (uint32_t i = 0; i < l->n->prefix_entries_count; i++)
        if (l->n->prefix_entries[i].list == list)
            add(l, table, l->n->prefix_entries[i].range, own_end(l, query_str(q, 4), table), false,
                query_int(q, 3) != 0, true);
}

static void every_cidr(struct net_loader *l, uint32_t table, uint32_t attachment, uint32_t vpc)
{
    for (uint32_t i = l->cidr_spans[vpc].first; i < l->cidr_spans[vpc].first + l->cidr_spans[vpc].count; i++)
        add(l, table, l->n->cidrs[l->cidr_order[i]].range, attachment, true, false, false);
}

/* What a VPC propagates are its CIDR blocks; a VPN that is static only, its routes; what BGP brings only a search
 * tells. */
static void take_propagation(struct net_loader *l, struct query *q)
{
    uint32_t table = net_row(l, NET_TGW_TABLE, query_str(q, 0)),
             attachment = table == NET_NONE ? NET_NONE : own_end(l, query_str(q, 2), table);
    if (table == NET_NONE || !net_from(l, query_str(q, 0), query_str(q, 1)))
        return;
    if (attachment == NET_NONE) {
        l->n->tgw_tables[table].read = false; /* of whom nothing is known: it may announce anything */
        return;
    }
    const struct net_attachment *a = &l->n->attachments[attachment];
    bool searched = map_has(&l->tgw_seen, arena_printf(l->scratch, "%u %u", table, attachment));
    if (searched)
        return;
    if (a->kind == ATTACHMENT_VPC && a->target != NET_NONE && a->target < l->cidr_vpcs &&
        l->cidr_spans[a->target].count) {
        every_cidr(l, table, attachment, a->target);
    } else if (a->kind != ATTACHMENT_VPC && a->target != NET_NONE && !l->n->externals[a->target].all_ranges) {
        for (uint32_t i = 0; i < l->n->external_ranges_count; i++)
            if (l->n->external_ranges[i].external == a->target)
                add(l, table, l->n->external_ranges[i].range, attachment, true, false, false);
    } else if (!query_int(q, 3)) {
        /* No search told whether BGP brought any: it may lead anywhere, after everything that is known. */
        add(l, table, ip_all_v4(), attachment, true, false, false);
        add(l, table, ip_all_v6(), attachment, true, false, false);
    }
}

/* CIDR blocks by VPC, which net_index() has yet to sort. */
static void order_cidrs(struct net_loader *l)
{
    const struct net *n = l->n;
    l->cidr_vpcs = n->vpcs_count;
    l->cidr_spans = arena_array_of(l->scratch, struct net_span, n->vpcs_count + 1);
    l->cidr_order = arena_array_of(l->scratch, uint32_t, n->cidrs_count + 1);
    for (uint32_t i = 0; i < n->cidrs_count; i++)
        l->cidr_spans[n->cidrs[i].vpc].count++;
    for (uint32_t i = 0, first = 0; i < n->vpcs_count; i++) {
        l->cidr_spans[i].first = first;
        first += l->cidr_spans[i].count;
        l->cidr_spans[i].count = 0;
    }
    for (uint32_t i = 0; i < n->cidrs_count; i++) {
        struct net_span *s = &l->cidr_spans[n->cidrs[i].vpc];
        l->cidr_order[s->first + s->count++] = i;
    }
}

bool net_load_tgw_routes(struct net_loader *l, struct err *e)
{
    order_cidrs(l);
    map_init(&l->tgw_seen, l->scratch);
    return net_each(l,
                    "SELECT tgw_table, account, cidr, type, state, attachment, list FROM fact_net_tgw_route WHERE "
                    "coalesce(state, 'active') <> 'deleted'",
                    take_route, e) &&
           net_each(l,
                    "SELECT l.tgw_table, l.account, l.list, l.blackhole, l.attachment FROM fact_net_tgw_list l JOIN "
                    "fact_net_tgw_table t"
                    " ON t.tgw_table = l.tgw_table AND t.account = l.account WHERE t.routes_read IS NULL",
                    take_list, e) &&
           /* 3: a search that went over propagated routes too shows at least one of those of the table's. */
           net_each(l,
                    "SELECT p.tgw_table, p.account, p.attachment, EXISTS (SELECT 1 FROM fact_net_tgw_route r WHERE "
                    "r.tgw_table = p.tgw_table"
                    " AND r.account = p.account AND r.type = 'propagated') OR EXISTS (SELECT 1 FROM"
                    " fact_net_tgw_table t WHERE t.tgw_table = p.tgw_table AND t.account = p.account AND "
                    "t.searched_all) FROM fact_net_tgw_propagation p"
                    " WHERE coalesce(p.state, 'enabled') <> 'disabled'",
                    take_propagation, e);
}
