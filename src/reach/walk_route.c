/*
 * Within a VPC: a subnet's route table, the local route.
 * VPC User Guide, "Configure route tables", "Route priority": the most specific route; of equal ones the local and the
 * static before the propagated, a CIDR before a prefix list's entry; among propagated ones Direct Connect, static VPN,
 * BGP VPN.
 */
#include "reach/walk_internal.h"

void walk_send(struct walker *w, struct packet p, uint32_t eni)
{
    if (pass_groups(w, &p, eni, true)) {
        p.egress_checked = eni;
        walk_leave(w, p, w->n->enis[eni].subnet);
    }
}

/* Within a subnet there is neither a network ACL nor a route table in the way. */
void walk_leave(struct walker *w, struct packet p, uint32_t subnet)
{
    p.subnet = subnet;
    if (subnet == NET_NONE) {
        walk_lost(w, p, ref_of(NET_VPC, p.vpc), STR("the subnet that it leaves from is not known"), LOST_ANYWHERE);
        return;
    }
    p.vpc = w->n->subnets[subnet].vpc;
    if (subnet_holds(w->n, subnet, p.dst)) {
        walk_local(w, p);
        return;
    }
    if (pass_acl(w, &p, subnet, true))
        walk_lookup(w, p, w->n->subnets[subnet].table);
}

static bool better(const struct net_route *a, const struct net_route *b)
{
    ip_number v = ip_range_width(a->range), w = ip_range_width(b->range);
    if (v != w)
        return v < w;
    if (a->propagated != b->propagated)
        return b->propagated;
    if ((a->list == NET_NONE) != (b->list == NET_NONE))
        return a->list == NET_NONE;
    return a->rank < b->rank;
}

bool walk_circle(struct walker *w, const struct packet *p, struct net_ref table)
{
    for (uint32_t i = 0; i < w->seen_count; i++)
        if (w->seen[i].table.kind == table.kind && w->seen[i].table.index == table.index && w->seen[i].src == p->src &&
            w->seen[i].dst == p->dst)
            return true;
    if (w->seen_count < SEEN_MAX)
        w->seen[w->seen_count++] = (struct seen){table, p->src, p->dst};
    return false;
}

static void follow(struct walker *w, struct packet p, const struct net_route *r)
{
    struct net_ref at = ref_of(NET_TABLE, r->table);
    if (r->kind != TARGET_LOCAL && (r->target == NET_NONE || r->kind == TARGET_UNKNOWN)) {
        walk_lost(w, p, at,
                  walk_text(w, "what stands behind ", r->target_id,
                            r->kind == TARGET_UNKNOWN ? " is not modelled" : " was not collected"),
                  LOST_ANYWHERE);
        return;
    }
    switch (r->kind) {
    case TARGET_LOCAL:
        walk_local(w, p);
        break;
    case TARGET_IGW:
        walk_igw(w, p, r->target);
        break;
    case TARGET_EIGW:
        walk_eigw(w, p, r->target);
        break;
    case TARGET_NAT:
        walk_nat(w, p, r->target);
        break;
    case TARGET_PEERING:
        walk_peering(w, p, r->target);
        break;
    case TARGET_TGW:
        walk_tgw(w, p, r->target);
        break;
    case TARGET_VGW:
        walk_vgw(w, p, r->target);
        break;
    case TARGET_ENI:
        walk_appliance(w, p, r->target);
        break;
    case TARGET_ENDPOINT:
        walk_endpoint(w, p, r->target);
        break;
    default:
        break;
    }
}

/* AWS's lists for gateway endpoints hold public addresses alone (VPC User Guide, "AWS-managed prefix lists"). */
static bool list_may_hold(const struct net *n, const struct net_route *r, ip_number ip)
{
    bool gateway =
        r->kind == TARGET_ENDPOINT && r->target != NET_NONE && n->endpoints[r->target].kind == ENDPOINT_GATEWAY;
    return !gateway || !ip_is_internal(ip);
}

/* What a list that was not read may hold is a way of its own, and puts the others in doubt. */
static void unread_lists(struct walker *w, struct packet *p, const struct net_table *t, struct net_ref at)
{
    struct packet before = *p;
    NET_EACH (i, t->routes) {
        const struct net_route *r = &w->n->routes[i];
        if (!r->list_unread || !list_may_hold(w->n, r, p->dst))
            continue;
        struct mark m = walk_mark(w);
        struct packet q = before;
        struct str why = walk_text(w, "a prefix list was not read: ", note_route(w, i), "");
        walk_doubt(w, &q, at, ref_of(NET_ROUTE, i), "UNKNOWN_RESOURCE", why);
        if (r->blackhole)
            walk_stop(w, &q, at, ref_of(NET_ROUTE, i), "BAD_STATE_ROUTE", why);
        else
            follow(w, q, r);
        walk_reset(w, &m);
        if (!p->doubt.ptr)
            p->doubt = why;
    }
}

static uint32_t best_route(const struct net *n, const struct net_table *t, ip_number dst)
{
    uint32_t best = NET_NONE;
    NET_EACH (i, t->routes) {
        const struct net_route *r = &n->routes[i];
        if (!r->list_unread && ip_in(r->range, dst) && (best == NET_NONE || better(r, &n->routes[best])))
            best = i;
    }
    return best;
}

void walk_lookup(struct walker *w, struct packet p, uint32_t table)
{
    const struct net *n = w->n;
    struct net_ref at = ref_of(NET_TABLE, table);
    if (table == NET_NONE) {
        struct net_ref here = p.subnet == NET_NONE ? ref_of(NET_VPC, p.vpc) : ref_of(NET_SUBNET, p.subnet);
        walk_lost(w, p, here, walk_text(w, "the route table of ", net_id(n, here), " was not read"), LOST_ANYWHERE);
        return;
    }
    if (walk_full(w, &p, at))
        return;
    if (walk_circle(w, &p, at)) {
        walk_stop(w, &p, at, no_ref(), "NO_POSSIBLE_DESTINATION",
                  STR("it comes back to a route table that has sent it on"));
        return;
    }
    unread_lists(w, &p, &n->tables[table], at);
    uint32_t best = best_route(n, &n->tables[table], p.dst);
    if (best == NET_NONE) {
        walk_stop(w, &p, at, no_ref(), "NO_ROUTE_TO_DESTINATION", STR("NO_ROUTE: no route matches the destination"));
        return;
    }
    if (n->routes[best].blackhole) {
        walk_stop(w, &p, at, ref_of(NET_ROUTE, best), "BAD_STATE_ROUTE",
                  walk_text(w, "blackhole: ", note_route(w, best), ""));
        return;
    }
    walk_pass(w, &p, at, ref_of(NET_ROUTE, best), note_route(w, best));
    follow(w, p, &n->routes[best]);
}

/* Amazon's resolver, time, metadata: link-local, asked neither by groups nor by ACLs (VPC User Guide, "Control subnet
 * traffic with network access control lists", considerations). */
static bool of_link(ip_number ip)
{
    static const ip_number v4 = (ip_number)0xffff << 32;
    return ip >= v4 + 0xa9fe0000u && ip <= v4 + 0xa9feffffu;
}

/* An answer is for the one who asked, and is asked for no group. */
static void answer_in_vpc(struct walker *w, struct packet p, const struct leg *l)
{
    if (p.vpc != l->from_vpc || p.dst != l->sent.src) {
        walk_stop(w, &p, ref_of(NET_VPC, p.vpc), no_ref(), "NO_POSSIBLE_DESTINATION",
                  STR("the answer comes into another VPC, or to another address"));
        return;
    }
    if (l->from_subnet != NET_NONE) {
        if (p.subnet == l->from_subnet && p.border_always && !pass_acl(w, &p, l->from_subnet, true))
            return;
        if ((p.subnet != l->from_subnet || p.border_always) && !pass_acl(w, &p, l->from_subnet, false))
            return;
    }
    walk_pass(w, &p, l->from, no_ref(), STR("the answer arrives"));
    walk_arrived(w, &p, l->from);
}

void walk_local(struct walker *w, struct packet p)
{
    const struct net *n = w->n;
    struct net_ref at = ref_of(NET_VPC, p.vpc);
    if (walk_full(w, &p, at))
        return;
    if (!n->vpcs[p.vpc].collected) {
        walk_to_foreign_vpc(w, p, p.vpc);
        return;
    }
    if (w->answer && w->answer->leg->from.kind != NET_EXTERNAL) {
        answer_in_vpc(w, p, w->answer->leg);
        return;
    }
    if (of_link(p.dst)) {
        walk_pass(w, &p, at, no_ref(), STR("a link-local service of AWS"));
        walk_arrived(w, &p, at);
        return;
    }
    if (!net_vpc_holds(n, p.vpc, p.dst)) {
        walk_stop(w, &p, at, no_ref(), "VPC_LOCAL_ROUTE_CIDR_RESTRICTION",
                  STR("NULL_ROUTED: the address is not of this VPC"));
        return;
    }
    uint32_t subnet = net_subnet_at(n, p.vpc, p.dst);
    uint32_t cursor = 0, row = owner_next(n, p.vpc, p.dst, &cursor);
    if (row == NET_NONE) {
        if (subnet == NET_NONE)
            walk_stop(w, &p, at, no_ref(), "NO_POSSIBLE_DESTINATION", STR("NULL_ROUTED: no subnet has this address"));
        else
            walk_stop(w, &p, ref_of(NET_SUBNET, subnet), no_ref(), "NO_POSSIBLE_DESTINATION",
                      STR("NEIGHBOR_UNREACHABLE: no interface has this address"));
        return;
    }
    for (; row != NET_NONE; row = owner_next(n, p.vpc, p.dst, &cursor)) {
        struct mark m = walk_mark(w);
        walk_arrive(w, p, row);
        walk_reset(w, &m);
    }
}
