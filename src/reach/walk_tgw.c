/*
 * Transit gateways. Transit Gateway Guide, "How transit gateways work", "Transit gateway attachments to a VPC",
 * "Transit gateway route tables", "How network ACLs work with transit gateways".
 */
#include "reach/walk_internal.h"

/* The attachment of the VPC to the transit gateway, or NET_NONE. */
static uint32_t attachment_of(const struct net *n, uint32_t tgw, uint32_t vpc)
{
    uint32_t found = NET_NONE;
    NET_EACH (k, n->vpc_attachments[vpc]) {
        uint32_t i = n->attachment_order[k];
        if (n->attachments[i].tgw == tgw && (found == NET_NONE || n->attachments[i].available))
            found = i;
    }
    return found;
}

static bool works(struct walker *w, const struct packet *p, uint32_t attachment)
{
    const struct net_attachment *t = &w->n->attachments[attachment];
    struct net_ref at = ref_of(NET_ATTACHMENT, attachment);
    if (!t->available) {
        walk_stop(w, p, at, no_ref(), "BAD_STATE_ATTACHMENT", STR("the attachment is not available"));
        return false;
    }
    if (t->kind == ATTACHMENT_VPC && !ip_is_v4(p->dst) && !t->ipv6) {
        walk_stop(w, p, at, no_ref(), "PROTOCOL_RESTRICTION", STR("IPv6 is off for this attachment"));
        return false;
    }
    return true;
}

void walk_tgw(struct walker *w, struct packet p, uint32_t tgw)
{
    const struct net *n = w->n;
    struct net_ref at = ref_of(NET_TGW, tgw);
    uint32_t in = attachment_of(n, tgw, p.vpc);
    if (in == NET_NONE) {
        if (!n->tgws[tgw].collected && !n->vpcs[p.vpc].collected)
            walk_lost(w, p, at, STR("the attachments of the transit gateway were not read"), LOST_IN_TGW);
        else
            walk_stop(w, &p, at, no_ref(), "BAD_STATE_ATTACHMENT", STR("the VPC is not attached to it"));
        return;
    }
    if (!works(w, &p, in))
        return;
    /* A zone in which the attachment has no subnet cannot send. */
    const struct net_attachment *t = &n->attachments[in];
    uint32_t subnet = NET_NONE;
    struct str az = p.subnet == NET_NONE ? str_make(NULL, 0) : n->subnets[p.subnet].az;
    NET_EACH (i, t->subnets)
        if (p.subnet == NET_NONE || str_eq(n->subnets[n->attachment_subnets[i].subnet].az, az)) {
            subnet = n->attachment_subnets[i].subnet;
            break;
        }
    if (subnet == NET_NONE && t->subnets.count) {
        walk_stop(w, &p, ref_of(NET_ATTACHMENT, in), no_ref(), "TGW_ROUTE_AZ_RESTRICTION",
                  walk_text(w, "the attachment has no subnet in ", az, ""));
        return;
    }
    if (subnet == NET_NONE)
        walk_doubt(w, &p, ref_of(NET_ATTACHMENT, in), no_ref(), "UNKNOWN_RESOURCE",
                   STR("the subnets of the attachment were not read"));
    else if (!pass_acl(w, &p, subnet, false))
        return;
    p.az = az;
    /* Referencing (default off) has to be on at the transit gateway and at both attachments. */
    if (p.sender_vpc != p.vpc || p.came != CAME_HERE)
        p.refs = p.refs == REFS_MAYBE ? REFS_MAYBE : REFS_LOST;
    else if (p.refs == REFS_KEPT && !(n->tgws[tgw].group_references && t->group_references))
        p.refs = n->tgws[tgw].references_unread && t->group_references ? REFS_MAYBE : REFS_LOST_TGW;
    walk_pass(w, &p, ref_of(NET_ATTACHMENT, in), no_ref(), walk_text(w, "into ", n->tgws[tgw].id, ""));
    walk_tgw_in(w, p, in);
}

/* In default mode traffic stays in its zone where the attachment has a subnet there; else, and in appliance mode, any
 * of them. */
static bool may_use(const struct net *n, const struct packet *p, const struct net_attachment *t, uint32_t subnet)
{
    if (t->appliance_mode || !p->az.len || str_eq(n->subnets[subnet].az, p->az))
        return true;
    NET_EACH (i, t->subnets)
        if (str_eq(n->subnets[n->attachment_subnets[i].subnet].az, p->az))
            return false;
    return true;
}

/* Subnets that hold, ask and route alike need one look. */
static bool same_way(const struct net *n, uint32_t a, uint32_t b, ip_number dst, uint32_t to)
{
    return n->subnets[a].acl == n->subnets[b].acl && n->subnets[a].table == n->subnets[b].table &&
           subnet_holds(n, a, dst) == subnet_holds(n, b, dst) && (a == to) == (b == to);
}

/* Out into a VPC: its attachment's subnet decides, by its route table (which in most VPCs is the local route). */
static void into_vpc(struct walker *w, struct packet p, uint32_t attachment)
{
    const struct net *n = w->n;
    const struct net_attachment *t = &n->attachments[attachment];
    p.vpc = t->target;
    p.came = CAME_TGW;
    p.subnet = NET_NONE;
    if (p.refs == REFS_KEPT && !t->group_references)
        p.refs = REFS_LOST_TGW;
    walk_pass(w, &p, ref_of(NET_ATTACHMENT, attachment), no_ref(), walk_text(w, "to ", n->vpcs[p.vpc].id, ""));
    if (!n->vpcs[p.vpc].collected) {
        walk_to_foreign_vpc(w, p, p.vpc);
        return;
    }
    if (!t->subnets.count) {
        walk_doubt(w, &p, ref_of(NET_ATTACHMENT, attachment), no_ref(), "UNKNOWN_RESOURCE",
                   STR("the subnets of the attachment were not read"));
        walk_local(w, p);
        return;
    }
    uint32_t to = net_subnet_at(n, p.vpc, p.dst);
    for (uint32_t i = 0; i < t->subnets.count; i++) {
        uint32_t subnet = n->attachment_subnets[t->subnets.first + i].subnet;
        bool done = !may_use(n, &p, t, subnet);
        for (uint32_t k = 0; k < i && !done; k++) {
            uint32_t other = n->attachment_subnets[t->subnets.first + k].subnet;
            done = may_use(n, &p, t, other) && same_way(n, subnet, other, p.dst, to);
        }
        if (done)
            continue;
        struct mark m = walk_mark(w);
        walk_leave(w, p, subnet);
        walk_reset(w, &m);
    }
}

static void out_by(struct walker *w, struct packet p, uint32_t attachment)
{
    const struct net *n = w->n;
    const struct net_attachment *t = &n->attachments[attachment];
    struct net_ref at = ref_of(NET_ATTACHMENT, attachment);
    if (!works(w, &p, attachment))
        return;
    if (t->target == NET_NONE) {
        walk_lost(w, p, at, walk_text(w, "what is attached by ", t->id, " was not collected"), LOST_IN_TGW);
        return;
    }
    if (t->kind == ATTACHMENT_VPC) {
        into_vpc(w, p, attachment);
        return;
    }
    if (t->kind == ATTACHMENT_PEERING) {
        if (p.refs != REFS_MAYBE)
            p.refs = REFS_LOST;
        walk_pass(w, &p, at, no_ref(), STR("to another transit gateway"));
        if (works(w, &p, t->target))
            walk_tgw_in(w, p, t->target);
        return;
    }
    walk_to_external(w, p, t->target, NET_NONE);
}

/* The most specific route; of equal ones static, then VPC, Direct Connect, Connect, VPN, peering (rank). */
static int compare(const struct net_tgw_route *a, const struct net_tgw_route *b)
{
    ip_number v = ip_range_width(a->range), w = ip_range_width(b->range);
    if (v != w)
        return v < w ? -1 : 1;
    if (a->propagated != b->propagated)
        return a->propagated ? 1 : -1;
    return a->rank != b->rank ? (a->rank < b->rank ? -1 : 1) : 0;
}

static void by_route(struct walker *w, struct packet p, uint32_t row, bool one_of_several)
{
    const struct net *n = w->n;
    const struct net_tgw_route *r = &n->tgw_routes[row];
    struct net_ref at = ref_of(NET_TGW_TABLE, r->table), by = ref_of(NET_TGW_ROUTE, row);
    if (r->blackhole) {
        walk_stop(w, &p, at, by, "TGW_RTB_BAD_STATE_ROUTE", note_tgw_route(w, row));
        return;
    }
    if (r->attachment == NET_NONE) {
        walk_lost(w, p, at, walk_text(w, "where this route leads is not known: ", note_tgw_route(w, row), ""),
                  LOST_IN_TGW);
        return;
    }
    if (one_of_several && n->attachments[r->attachment].kind == ATTACHMENT_VPC)
        walk_doubt(w, &p, at, by, "TGW_RTB_HIGHER_PRIORITY_ROUTE",
                   walk_text(w, "several VPCs have this route: ", note_tgw_route(w, row), ""));
    else
        walk_pass(w, &p, at, by, note_tgw_route(w, row));
    out_by(w, p, r->attachment);
}

static void lookup(struct walker *w, struct packet p, uint32_t table)
{
    const struct net *n = w->n;
    struct net_ref at = ref_of(NET_TGW_TABLE, table);
    if (walk_full(w, &p, at))
        return;
    if (walk_circle(w, &p, at)) {
        walk_stop(w, &p, at, no_ref(), "NO_POSSIBLE_DESTINATION",
                  STR("it comes back to a route table that has sent it on"));
        return;
    }
    uint32_t best = NET_NONE, equal = 0;
    NET_EACH (i, n->tgw_tables[table].routes) {
        if (!ip_in(n->tgw_routes[i].range, p.dst))
            continue;
        int c = best == NET_NONE ? -1 : compare(&n->tgw_routes[i], &n->tgw_routes[best]);
        equal = c < 0 ? 1 : c == 0 ? equal + 1 : equal;
        best = c < 0 ? i : best;
    }
    if (!n->tgw_tables[table].read) {
        struct mark m = walk_mark(w);
        walk_lost(w, p, at, walk_text(w, "not all routes of ", n->tgw_tables[table].id, " were read"), LOST_IN_TGW);
        walk_reset(w, &m);
        if (best != NET_NONE)
            walk_doubt(w, &p, at, no_ref(), "TGW_RTB_ROUTES_ARE_UNKNOWN",
                       STR("a route that was not read may be more specific"));
        else
            return;
    }
    if (best == NET_NONE) {
        walk_stop(w, &p, at, no_ref(), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT",
                  STR("NO_ROUTE: no route matches the destination"));
        return;
    }
    NET_EACH (i, n->tgw_tables[table].routes)
        if (ip_in(n->tgw_routes[i].range, p.dst) && compare(&n->tgw_routes[i], &n->tgw_routes[best]) == 0) {
            struct mark m = walk_mark(w);
            by_route(w, p, i, equal > 1);
            walk_reset(w, &m);
        }
}

void walk_tgw_in(struct walker *w, struct packet p, uint32_t attachment)
{
    const struct net_attachment *t = &w->n->attachments[attachment];
    struct net_ref at = ref_of(NET_ATTACHMENT, attachment);
    if (!t->table_read)
        walk_lost(w, p, at, walk_text(w, "the route table of ", t->id, " is not known"), LOST_IN_TGW);
    else if (t->table == NET_NONE)
        walk_stop(w, &p, at, no_ref(), "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION",
                  STR("the attachment is associated with no route table"));
    else
        lookup(w, p, t->table);
}
