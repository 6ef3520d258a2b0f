/* Transit gateways: attachments, tables, routes. */
#include "reach/net_load_internal.h"

/* EC2 API Reference, TransitGatewayAttachmentState: what has not begun, or has ended. What is being made or taken down may carry
 * packets. */
static bool is_on(struct str state)
{
    static const char *const off[] = {"initiating", "initiatingRequest", "pendingAcceptance", "failed", "failing",
                                      "rejected",   "rejecting",         "deleted"};
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        if (str_eqz(state, off[i]))
            return false;
    return true;
}

static uint32_t tgw_row(struct net_loader *l, struct str id, struct str owner, struct str region)
{
    uint32_t row = net_row(l, NET_TGW, id), account = net_account_row(l, owner);
    if (row != NET_NONE || !id.len)
        return row;
    struct net_tgw *t = net_add_tgw(l->n);
    t->id = net_share_text(l, id);
    t->account = account;
    t->region = net_share_text(l, region);
    t->references_unread = true;
    net_note(l, NET_TGW, t->id, l->n->tgws_count - 1);
    return l->n->tgws_count - 1;
}

static void take_tgw(struct net_loader *l, struct query *q)
{
    uint32_t row = tgw_row(l, query_str(q, 0), query_str(q, 1), query_str(q, 2));
    if (row == NET_NONE)
        return;
    l->n->tgws[row].group_references = str_eqz(query_str(q, 3), "enable");
    l->n->tgws[row].references_unread = false;
    l->n->tgws[row].collected = l->n->tgws[row].collected || query_int(q, 4);
}

static void take_table(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0);
    uint32_t tgw = tgw_row(l, query_str(q, 2), str_make(NULL, 0), query_str(q, 3));
    if (!id.len || !net_from(l, id, query_str(q, 1)) || net_row(l, NET_TGW_TABLE, id) != NET_NONE)
        return;
    struct net_tgw_table *t = net_add_tgw_table(l->n);
    t->id = net_text(l, q, 0);
    t->tgw = tgw;
    t->read = query_int(q, 4) != 0;
    net_note(l, NET_TGW_TABLE, t->id, l->n->tgw_tables_count - 1);
}

/* ---- attachments ---- */

static const struct attachment_type {
    const char *name;
    enum net_attachment_kind kind;
    enum net_external_kind external;
} types[] = {
    {"vpc", ATTACHMENT_VPC, EXTERNAL_VPC},
    {"vpn", ATTACHMENT_VPN, EXTERNAL_VPN},
    {"vpn-concentrator", ATTACHMENT_VPN, EXTERNAL_VPN},
    {"direct-connect-gateway", ATTACHMENT_DX, EXTERNAL_DX},
    {"peering", ATTACHMENT_PEERING, EXTERNAL_OTHER},
    {"tgw-peering", ATTACHMENT_PEERING, EXTERNAL_OTHER},
    {"connect", ATTACHMENT_CONNECT, EXTERNAL_OTHER},
};

/* What is outside behind an attachment; what AWS may yet attach is outside too. */
static uint32_t outside(struct net_loader *l, struct str resource, struct str attachment, enum net_external_kind kind)
{
    struct str id = resource.len ? resource : attachment;
    uint32_t row = net_row(l, NET_EXTERNAL, id);
    if (row != NET_NONE)
        return row;
    struct net_external *x = net_add_external(l->n);
    x->kind = kind;
    x->id = x->name = arena_str(l->a, id);
    x->all_ranges = true;
    net_note(l, NET_EXTERNAL, x->id, l->n->externals_count - 1);
    return l->n->externals_count - 1;
}

static void join(struct net_loader *l, uint32_t external, uint32_t attachment)
{
    struct net_uplink *u = net_add_uplink(l->n);
    u->external = external;
    u->attachment = attachment;
}

static void take_attachment(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0), type = query_str(q, 4), resource = query_str(q, 5);
    if (!id.len || net_row(l, NET_ATTACHMENT, id) != NET_NONE)
        return;
    struct attachment_type t = {NULL, ATTACHMENT_OTHER, EXTERNAL_OTHER};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eqz(type, types[i].name))
            t = types[i];
    uint32_t tgw = tgw_row(l, query_str(q, 2), query_str(q, 3), query_str(q, 7)), row = l->n->attachments_count,
             target = NET_NONE;
    if (t.kind == ATTACHMENT_VPC)
        target = net_vpc_row(l, resource);
    else if (t.kind != ATTACHMENT_PEERING)
        target = outside(l, resource, id, t.external);
    struct net_attachment *a = net_add_attachment(l->n);
    a->id = net_text(l, q, 0);
    a->tgw = tgw;
    a->kind = t.kind;
    a->target = target;
    a->available = is_on(query_str(q, 6));
    a->ipv6 = true; /* until its options are read */
    net_note(l, NET_ATTACHMENT, a->id, row);
    if (t.kind != ATTACHMENT_VPC && t.kind != ATTACHMENT_PEERING)
        join(l, target, row);
}

/* All or none: of a subnet that was not collected nobody knows the zone. */
static void add_subnets(struct net_loader *l, uint32_t attachment, const struct json *ids)
{
    for
        json_each (id, ids)
            if (net_row(l, NET_SUBNET, json_str(id)) == NET_NONE)
                return;
    for
        json_each (id, ids) {
            struct net_attachment_subnet *s = net_add_attachment_subnet(l->n);
            s->attachment = attachment;
            s->subnet = net_row(l, NET_SUBNET, json_str(id));
        }
}

/* The listing of VPC attachments has subnets and options, and stands in for the general one where that was not read. */
static void take_vpc_attachment(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0);
    uint32_t row = net_row(l, NET_ATTACHMENT, id),
             tgw = tgw_row(l, query_str(q, 1), str_make(NULL, 0), query_str(q, 3)),
             vpc = net_vpc_row(l, query_str(q, 2));
    struct str told = arena_printf(l->scratch, "options of %.*s", STR_ARG(id));
    if (!id.len || map_has(&l->sources, told))
        return;
    net_from(l, told, str_make(NULL, 0));
    if (row == NET_NONE) {
        row = l->n->attachments_count;
        struct net_attachment *made = net_add_attachment(l->n);
        made->id = net_text(l, q, 0);
        made->available = is_on(query_str(q, 4));
        net_note(l, NET_ATTACHMENT, made->id, row);
    }
    struct net_attachment *a = &l->n->attachments[row];
    a->tgw = tgw;
    a->kind = ATTACHMENT_VPC;
    a->target = vpc;
    a->ipv6 = !str_eqz(query_str(q, 5), "disable");
    a->appliance_mode = str_eqz(query_str(q, 6), "enable");
    /* An attachment's default is to allow references, a transit gateway's not to (EC2 API Reference,
     * CreateTransitGatewayVpcAttachment). */
    a->group_references = !str_eqz(query_str(q, 7), "disable");
    add_subnets(l, row, net_json(l, q, 8));
}

/* Both transit gateways of a peering have an attachment; of the same id, where the answer names no other. */
static void take_peer(struct net_loader *l, struct query *q)
{
    struct str ids[2] = {query_str(q, 0), query_str(q, 1)};
    uint32_t tgws[2] = {tgw_row(l, query_str(q, 2), query_str(q, 3), query_str(q, 4)),
                        tgw_row(l, query_str(q, 5), query_str(q, 6), query_str(q, 7))};
    uint32_t rows[2] = {NET_NONE, NET_NONE};
    if (tgws[0] == NET_NONE || tgws[1] == NET_NONE || !ids[0].len)
        return;
    for (int side = 0; side < 2; side++) {
        struct str id = ids[side].len ? ids[side] : ids[0];
        struct str key = arena_printf(l->a, "%.*s of %.*s", STR_ARG(id), STR_ARG(l->n->tgws[tgws[side]].id));
        uint32_t row = net_row(l, NET_ATTACHMENT, id);
        if (row != NET_NONE && l->n->attachments[row].tgw != tgws[side])
            row = net_row(l, NET_ATTACHMENT, key);
        if (row == NET_NONE) {
            row = l->n->attachments_count;
            struct net_attachment *a = net_add_attachment(l->n);
            a->id = arena_str(l->a, id);
            a->tgw = tgws[side];
            a->available = is_on(query_str(q, 8));
            a->ipv6 = true;
            net_note(l, NET_ATTACHMENT, net_row(l, NET_ATTACHMENT, id) == NET_NONE ? a->id : key, row);
        }
        l->n->attachments[row].kind = ATTACHMENT_PEERING;
        rows[side] = row;
    }
    l->n->attachments[rows[0]].target = rows[1];
    l->n->attachments[rows[1]].target = rows[0];
}

/* ---- which table an attachment is looked up in ---- */

static uint32_t attachment_of(struct net_loader *l, struct str id, uint32_t tgw)
{
    uint32_t row = net_row(l, NET_ATTACHMENT, id);
    if (row == NET_NONE || tgw == NET_NONE || l->n->attachments[row].tgw == tgw ||
        l->n->attachments[row].kind != ATTACHMENT_PEERING)
        return row;
    return l->n->attachments[row].target; /* the other end of a peering, of the same id */
}

/* Notes that the attachment is associated with a table that was not read. */
static struct str table_key(struct net_loader *l, struct str attachment)
{
    return arena_printf(l->scratch, "table of %.*s", STR_ARG(attachment));
}

static void take_association(struct net_loader *l, struct query *q)
{
    uint32_t table = net_row(l, NET_TGW_TABLE, query_str(q, 1));
    uint32_t row = attachment_of(l, query_str(q, 0), table == NET_NONE ? NET_NONE : l->n->tgw_tables[table].tgw);
    if (row == NET_NONE || l->n->attachments[row].table_read)
        return;
    l->n->attachments[row].table = table;
    l->n->attachments[row].table_read = table != NET_NONE;
    if (table == NET_NONE)
        net_from(l, table_key(l, query_str(q, 0)), str_make(NULL, 0));
}

/* Its owner sees every association: where it told none there is none (Transit Gateway Guide, "Associate a transit
 * gateway route table": the attachment's packets are then dropped). */
static void settle_associations(struct net_loader *l)
{
    for (uint32_t i = 0; i < l->n->attachments_count; i++) {
        struct net_attachment *a = &l->n->attachments[i];
        if (!a->table_read && a->tgw != NET_NONE && l->n->tgws[a->tgw].collected &&
            !map_has(&l->sources, table_key(l, a->id)))
            a->table_read = true;
    }
}

/* A route into a transit gateway of which neither its owner nor the VPC's account told the attachments: there may be
 * one. */
static void take_way_in(struct net_loader *l, struct query *q)
{
    uint32_t vpc = net_row(l, NET_VPC, query_str(q, 0)),
             tgw = tgw_row(l, query_str(q, 1), str_make(NULL, 0), query_str(q, 2));
    if (vpc == NET_NONE || tgw == NET_NONE || l->n->tgws[tgw].collected || l->n->vpcs[vpc].account == NET_NONE)
        return;
    struct str owner = l->n->accounts[l->n->vpcs[vpc].account].id, region = l->n->vpcs[vpc].region;
    if (net_answered(l, "ec2:DescribeTransitGatewayVpcAttachments", owner, region) ||
        net_answered(l, "ec2:DescribeTransitGatewayAttachments", owner, region))
        return;
    for (uint32_t i = 0; i < l->n->attachments_count; i++)
        if (l->n->attachments[i].tgw == tgw && l->n->attachments[i].kind == ATTACHMENT_VPC &&
            l->n->attachments[i].target == vpc)
            return;
    struct net_attachment *a = net_add_attachment(l->n);
    a->id = arena_printf(l->a, "attachment of %.*s to %.*s", STR_ARG(l->n->vpcs[vpc].id), STR_ARG(l->n->tgws[tgw].id));
    a->tgw = tgw;
    a->kind = ATTACHMENT_VPC;
    a->target = vpc;
    a->available = a->ipv6 = a->group_references = true;
}

static const char attachment_sql[] =
    "SELECT attachment, account, tgw, tgw_owner, type, resource, state, region FROM fact_net_attachment"
    " WHERE coalesce(state, 'available') NOT IN ('deleted', 'failed', 'rejected')"
    " ORDER BY coalesce(account <> tgw_owner, 0)";
static const char vpc_attachment_sql[] = "SELECT attachment, tgw, vpc, region, state, ipv6, appliance_mode, "
                                         "group_references, subnets FROM fact_net_vpc_attachment"
                                         " WHERE coalesce(state, 'available') NOT IN ('deleted', 'failed', 'rejected') "
                                         "ORDER BY coalesce(account <> vpc_owner, 0)";
static const char peer_sql[] =
    "SELECT attachment, accepter_attachment, requester_tgw, requester_owner, requester_region, accepter_tgw, "
    "accepter_owner, accepter_region, state"
    " FROM fact_net_peering_attachment WHERE coalesce(state, 'available') NOT IN ('deleted', 'failed', 'rejected')";
static const char association_sql[] = "SELECT attachment, association FROM fact_net_attachment WHERE association IS "
                                      "NOT NULL AND coalesce(association_state, 'associated') <> 'disassociated'"
                                      " UNION ALL SELECT attachment, tgw_table FROM fact_net_tgw_association WHERE "
                                      "coalesce(state, 'associated') <> 'disassociated'";
static const char tgw_sql[] = "SELECT tgw, owner, region, group_references, owner_read FROM fact_net_tgw WHERE "
                              "coalesce(state, 'available') NOT IN ('deleted')"
                              " ORDER BY account <> owner";

bool net_load_transit(struct net_loader *l, struct err *e)
{
    return net_each(l, tgw_sql, take_tgw, e) &&
           net_each(l,
                    "SELECT tgw_table, account, tgw, region, routes_read FROM fact_net_tgw_table WHERE coalesce(state, "
                    "'available') NOT IN ('deleted')",
                    take_table, e) &&
           net_load_direct_connect(l, e) && net_each(l, attachment_sql, take_attachment, e) &&
           net_each(l, vpc_attachment_sql, take_vpc_attachment, e) && net_each(l, peer_sql, take_peer, e) &&
           net_each(l, association_sql, take_association, e) &&
           net_each(
               l, "SELECT DISTINCT vpc, target, region FROM fact_route WHERE target_kind = 'tgw' AND state = 'active'",
               take_way_in, e) &&
           (settle_associations(l), net_load_uplinks(l, e)) && net_load_tgw_routes(l, e);
}
