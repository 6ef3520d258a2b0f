/* Direct Connect: gateways and virtual interfaces are networks outside, associations are where they join. */
#include "reach/net_load_internal.h"

static void add_external(struct net_loader *l, struct str id, struct str name)
{
    if (!id.len || net_row(l, NET_EXTERNAL, id) != NET_NONE)
        return;
    struct net_external *x = net_add_external(l->n);
    x->kind = EXTERNAL_DX;
    x->id = arena_str(l->a, id);
    x->name = name.len ? arena_str(l->a, name) : x->id;
    x->all_ranges = true; /* what BGP announces */
    net_note(l, NET_EXTERNAL, x->id, l->n->externals_count - 1);
}

static void take_gateway(struct net_loader *l, struct query *q)
{
    add_external(l, query_str(q, 0), query_str(q, 1));
}

bool net_load_direct_connect(struct net_loader *l, struct err *e)
{
    return net_each(l, "SELECT dxgw, name FROM fact_net_dxgw WHERE coalesce(state, 'available') <> 'deleted'",
                    take_gateway, e) &&
           /* Associations and interfaces tell of gateways of other accounts. */
           net_each(
               l,
               "SELECT dxgw, NULL FROM fact_net_dx_association UNION SELECT coalesce(dxgw, vif), name FROM fact_net_vif"
               " WHERE type <> 'public' AND coalesce(state, 'available') NOT IN ('deleted', 'deleting', 'rejected')",
               take_gateway, e);
}

static void allow(struct net_loader *l, uint32_t uplink, const struct json *list)
{
    for
        json_each (c, list) {
            struct ip_range range;
            if (!ip_range_parse(json_get_str(c, "cidr"), &range)) {
                l->n->uplinks[uplink].filtered = false; /* what cannot be read may be any */
                continue;
            }
            struct net_uplink_range *r = net_add_uplink_range(l->n);
            r->uplink = uplink;
            r->range = range;
        }
}

/* The attachment by which the Direct Connect gateway joins this transit gateway. */
static uint32_t uplink_at(struct net_loader *l, uint32_t external, uint32_t tgw)
{
    for (uint32_t i = 0; i < l->n->uplinks_count; i++) {
        const struct net_uplink *u = &l->n->uplinks[i];
        if (u->external == external && u->attachment != NET_NONE && l->n->attachments[u->attachment].tgw == tgw)
            return i;
    }
    return NET_NONE;
}

/* One association stands in the answers of every region and account that may see it. */
static void take_association(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0), gateway = query_str(q, 2);
    uint32_t external = net_row(l, NET_EXTERNAL, query_str(q, 1)), vgw = net_row(l, NET_VGW, gateway),
             tgw = net_row(l, NET_TGW, gateway), row = NET_NONE;
    if (external == NET_NONE || (vgw == NET_NONE && tgw == NET_NONE) || net_row(l, NET_UPLINK, id) != NET_NONE)
        return;
    if (tgw != NET_NONE)
        row = uplink_at(l, external, tgw);
    if (row == NET_NONE && vgw != NET_NONE) {
        struct net_uplink *u = net_add_uplink(l->n);
        row = l->n->uplinks_count - 1;
        u->external = external;
        u->vgw = vgw;
    }
    if (row == NET_NONE)
        return;
    net_note(l, NET_UPLINK, arena_str(l->scratch, id), row);
    l->n->uplinks[row].filtered = !query_is_null(q, 3);
    allow(l, row, net_json(l, q, 3));
}

/* A private virtual interface that ends at a virtual private gateway itself. */
static void take_interface(struct net_loader *l, struct query *q)
{
    uint32_t external = net_row(l, NET_EXTERNAL, query_str(q, 0)), vgw = net_row(l, NET_VGW, query_str(q, 1));
    if (external == NET_NONE || vgw == NET_NONE || net_row(l, NET_UPLINK, query_str(q, 0)) != NET_NONE)
        return;
    struct net_uplink *u = net_add_uplink(l->n);
    u->external = external;
    u->vgw = vgw;
    net_note(l, NET_UPLINK, l->n->externals[external].id, l->n->uplinks_count - 1);
}

bool net_load_uplinks(struct net_loader *l, struct err *e)
{
    return net_each(l,
                    "SELECT association, dxgw, gateway, allowed FROM fact_net_dx_association WHERE coalesce(state, "
                    "'associated') NOT IN"
                    " ('disassociated') ORDER BY allowed IS NULL",
                    take_association, e) &&
           net_each(l,
                    "SELECT vif, vgw FROM fact_net_vif WHERE vgw IS NOT NULL AND dxgw IS NULL AND coalesce(state, "
                    "'available') NOT IN"
                    " ('deleted', 'deleting', 'rejected')",
                    take_interface, e);
}
