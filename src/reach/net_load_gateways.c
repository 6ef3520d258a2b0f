/* Internet, egress-only and NAT gateways, peerings, virtual private gateways and the VPNs behind them. */
#include "reach/net_load_internal.h"

static void add_igw(struct net_loader *l, struct str id, uint32_t vpc, struct str account)
{
    if (net_row(l, NET_IGW, id) != NET_NONE || vpc == NET_NONE)
        return;
    uint32_t owner = net_account_row(l, account);
    struct net_igw *g = net_add_igw(l->n);
    g->id = arena_str(l->a, id);
    g->vpc = vpc;
    g->account = owner;
    net_note(l, NET_IGW, g->id, l->n->igws_count - 1);
    l->n->vpcs[vpc].igw = l->n->igws_count - 1;
}

static void take_igw(struct net_loader *l, struct query *q)
{
    add_igw(l, query_str(q, 0), net_vpc_row(l, query_str(q, 1)), query_str(q, 2));
}

/* A gateway that a table of a VPC names is that VPC's (VPC User Guide, "Route table concepts": else the route is a
 * blackhole). */
static void infer_gateway(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0);
    uint32_t vpc = net_row(l, NET_VPC, query_str(q, 1));
    if (vpc == NET_NONE)
        return;
    if (str_starts(id, STR("igw-")) && l->n->vpcs[vpc].igw == NET_NONE) {
        add_igw(l, id, vpc, str_make(NULL, 0));
    } else if (str_starts(id, STR("eigw-")) && net_row(l, NET_EIGW, id) == NET_NONE) {
        struct net_eigw *g = net_add_eigw(l->n);
        g->id = arena_str(l->a, id);
        g->vpc = vpc;
        net_note(l, NET_EIGW, g->id, l->n->eigws_count - 1);
        l->n->vpcs[vpc].eigw = l->n->eigws_count - 1;
    }
}

/* Without a listing of gateways: a public address works through one (VPC User Guide, "Enable Internet access"). */
static void infer_from_addresses(struct net_loader *l)
{
    for (uint32_t i = 0; i < l->n->addresses_count; i++) {
        uint32_t vpc = l->n->addresses[i].public_ip ? l->n->enis[l->n->addresses[i].eni].vpc : NET_NONE;
        const struct net_vpc *v = vpc == NET_NONE ? NULL : &l->n->vpcs[vpc];
        if (!v || v->igw != NET_NONE || v->account == NET_NONE ||
            net_answered(l, "ec2:DescribeInternetGateways", l->n->accounts[v->account].id, v->region))
            continue;
        struct str owner = l->n->accounts[v->account].id;
        add_igw(l, arena_printf(l->a, "Internet gateway of %.*s", STR_ARG(v->id)), vpc, owner);
    }
}

static void take_nat(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0), state = query_str(q, 5);
    if (!id.len || !net_from(l, id, query_str(q, 1)) || net_row(l, NET_NAT, id) != NET_NONE)
        return;
    uint32_t vpc = net_vpc_row(l, query_str(q, 2)), subnet = net_row(l, NET_SUBNET, query_str(q, 3));
    struct net_nat *g = net_add_nat(l->n);
    g->id = net_text(l, q, 0);
    g->vpc = subnet == NET_NONE ? vpc : l->n->subnets[subnet].vpc;
    g->subnet = subnet;
    g->is_public = !str_eqz(query_str(q, 4), "private");
    /* "Deleting: ... may or may not be processing traffic" (VPC User Guide, "NAT gateway states", read 2026). */
    g->available = !str_eqz(state, "failed") && !str_eqz(state, "deleted");
    g->thing = net_row(l, NET_THING, g->id);
    net_note(l, NET_NAT, g->id, l->n->nats_count - 1);
}

static void take_nat_address(struct net_loader *l, struct query *q)
{
    uint32_t nat = net_row(l, NET_NAT, query_str(q, 0)), eni = net_row(l, NET_ENI, query_str(q, 2));
    if (nat == NET_NONE || !net_from(l, query_str(q, 0), query_str(q, 1)))
        return;
    struct net_nat_address row = {.nat = nat, .eni = eni};
    bool is_private = ip_parse(query_str(q, 3), &row.private_ip), has_public = ip_parse(query_str(q, 4), &row.public_ip);
    if (!is_private || (l->n->nats[nat].is_public && !has_public))
        return; /* without one that can be read it is not known where the gateway sends from */
    *net_add_nat_address(l->n) = row;
}

/* A side that nobody listed is a VPC of others, with the CIDRs that the peering tells. */
static uint32_t side(struct net_loader *l, struct str vpc, struct str owner, struct str region)
{
    uint32_t row = net_vpc_row(l, vpc), account = net_account_row(l, owner);
    if (row != NET_NONE && !l->n->vpcs[row].collected && l->n->vpcs[row].account == NET_NONE) {
        l->n->vpcs[row].account = account;
        l->n->vpcs[row].region = net_share_text(l, region);
    }
    return row;
}

/* EC2 API Reference, VpcPeeringConnectionStateReason. A state that is not among these, or none, may be one that works. */
static bool is_dead(struct str status)
{
    static const char *const dead[] = {"initiating-request", "pending-acceptance", "rejected", "expired", "failed",
                                       "deleting",           "deleted"};
    for (size_t i = 0; i < sizeof dead / sizeof *dead; i++)
        if (str_eqz(status, dead[i]))
            return true;
    return false;
}

static void take_peering(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0), status = query_str(q, 2);
    uint32_t row = net_row(l, NET_PEERING, id);
    struct str regions[2] = {query_str(q, 5), query_str(q, 8)};
    if (!id.len || row != NET_NONE)
        return;
    uint32_t requester = side(l, query_str(q, 3), query_str(q, 4), query_str(q, 5));
    uint32_t accepter = side(l, query_str(q, 6), query_str(q, 7), query_str(q, 8));
    if (requester == NET_NONE || accepter == NET_NONE)
        return;
    net_from(l, id, query_str(q, 1));
    struct net_peering *p = net_add_peering(l->n);
    p->id = net_text(l, q, 0);
    p->requester = requester;
    p->accepter = accepter;
    p->active = !is_dead(status);
    p->same_region = !regions[0].len || !regions[1].len || str_eq(regions[0], regions[1]);
    net_note(l, NET_PEERING, p->id, l->n->peerings_count - 1);
}

/* Only for VPCs that were not collected: the others tell their CIDRs themselves. */
static void take_peering_cidr(struct net_loader *l, struct query *q)
{
    uint32_t vpc = net_row(l, NET_VPC, query_str(q, 0));
    struct ip_range range;
    if (vpc == NET_NONE || l->n->vpcs[vpc].collected || !ip_range_parse(query_str(q, 1), &range))
        return;
    struct net_cidr *c = net_add_cidr(l->n);
    c->vpc = vpc;
    c->range = range;
}

static void take_vgw(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0), state = query_str(q, 3);
    uint32_t row = net_row(l, NET_VGW, id), account = net_account_row(l, query_str(q, 1));
    if (!id.len)
        return;
    if (row == NET_NONE) {
        struct net_vgw *g = net_add_vgw(l->n);
        row = l->n->vgws_count - 1;
        g->id = net_text(l, q, 0);
        g->account = account;
        net_note(l, NET_VGW, g->id, row);
    }
    if (!str_eqz(state, "detached") && query_str(q, 2).len) {
        uint32_t vpc = net_vpc_row(l, query_str(q, 2));
        l->n->vgws[row].vpc = vpc;
        if (vpc != NET_NONE)
            l->n->vpcs[vpc].vgw = row;
    }
}

/* The network behind a customer gateway: two VPNs to one gateway lead to the same. */
static uint32_t remote(struct net_loader *l, struct query *q)
{
    struct str vpn = query_str(q, 0), gateway = query_str(q, 3), name = query_str(q, 4);
    struct str id = gateway.len ? gateway : vpn;
    uint32_t row = net_row(l, NET_EXTERNAL, id);
    if (row == NET_NONE) {
        struct net_external *x = net_add_external(l->n);
        row = l->n->externals_count - 1;
        x->kind = EXTERNAL_VPN;
        x->id = arena_str(l->a, id);
        x->name = name.ptr ? arena_str(l->a, name) : x->id;
        net_note(l, NET_EXTERNAL, x->id, row);
    }
    if (!query_int(q, 5)) /* BGP: whatever the other side announces */
        l->n->externals[row].all_ranges = true;
    net_note(l, NET_EXTERNAL, arena_str(l->a, vpn), row);
    return row;
}

static void take_vpn(struct net_loader *l, struct query *q)
{
    struct str vpn = query_str(q, 0);
    if (!vpn.len || net_row(l, NET_EXTERNAL, vpn) != NET_NONE || !net_from(l, vpn, query_str(q, 1)))
        return;
    uint32_t row = remote(l, q), vgw = net_row(l, NET_VGW, query_str(q, 2));
    if (vgw == NET_NONE)
        return; /* at a transit gateway: its attachment is the uplink */
    struct net_uplink *u = net_add_uplink(l->n);
    u->external = row;
    u->vgw = vgw;
}

static void take_vpn_route(struct net_loader *l, struct query *q)
{
    uint32_t row = net_row(l, NET_EXTERNAL, query_str(q, 0));
    struct ip_range range;
    if (row == NET_NONE || l->n->externals[row].all_ranges || !ip_range_parse(query_str(q, 1), &range))
        return;
    struct net_external_range *r = net_add_external_range(l->n);
    r->external = row;
    r->range = range;
}

static const char nat_sql[] =
    "SELECT nat, account, vpc, subnet, connectivity, state FROM fact_net_nat WHERE state NOT IN ('deleted', 'failed')";
static const char nat_address_sql[] = "SELECT a.nat, a.account, a.eni, a.private_ip, a.public_ip FROM "
                                      "fact_net_nat_address a WHERE coalesce(a.status, '') <> 'failed'";
/* Both sides list a peering, perhaps not at the same moment: the answer that says active stands. */
static const char peering_sql[] = "SELECT peering, account, status, requester, requester_owner, requester_region, "
                                  "accepter, accepter_owner, accepter_region"
                                  " FROM fact_net_peering ORDER BY coalesce(status, '') <> 'active', coalesce(status, '') <> ''";
static const char vpn_sql[] =
    "SELECT v.vpn, v.account, v.vgw, v.customer_gateway, coalesce(max(c.name), max(c.ip)), coalesce(v.static_only, 0) "
    "FROM fact_net_vpn v"
    " LEFT JOIN fact_net_customer_gateway c ON c.customer_gateway = v.customer_gateway"
    " WHERE coalesce(v.state, 'available') NOT IN ('deleted', 'deleting') GROUP BY v.vpn, v.account";

static void take_eigw(struct net_loader *l, struct query *q)
{
    uint32_t vpc = net_vpc_row(l, query_str(q, 1));
    if (vpc == NET_NONE || net_row(l, NET_EIGW, query_str(q, 0)) != NET_NONE)
        return;
    struct net_eigw *g = net_add_eigw(l->n);
    g->id = net_text(l, q, 0);
    g->vpc = vpc;
    net_note(l, NET_EIGW, g->id, l->n->eigws_count - 1);
    l->n->vpcs[vpc].eigw = l->n->eigws_count - 1;
}

bool net_load_gateways(struct net_loader *l, struct err *e)
{
    if (!net_each(l,
                  "SELECT igw, vpc, account FROM fact_igw WHERE vpc IS NOT NULL AND coalesce(state, 'available') NOT "
                  "IN ('detached')",
                  take_igw, e) ||
        !net_each(
            l, "SELECT eigw, vpc FROM fact_net_eigw WHERE coalesce(state, 'attached') NOT IN ('detached')",
            take_eigw, e) ||
        !net_each(
            l, "SELECT DISTINCT target, vpc FROM fact_route WHERE target_kind IN ('igw', 'eigw') AND state = 'active'",
            infer_gateway, e))
        return false;
    infer_from_addresses(l);
    return net_each(l, nat_sql, take_nat, e) && net_each(l, nat_address_sql, take_nat_address, e) &&
           net_each(l, peering_sql, take_peering, e) &&
           net_each(l, "SELECT DISTINCT vpc, cidr FROM fact_net_peering_cidr", take_peering_cidr, e) &&
           net_each(l, "SELECT vgw, account, vpc, state FROM fact_net_vgw", take_vgw, e) &&
           net_each(l, vpn_sql, take_vpn, e) &&
           net_each(l, "SELECT DISTINCT vpn, cidr FROM fact_net_vpn_route", take_vpn_route, e);
}
