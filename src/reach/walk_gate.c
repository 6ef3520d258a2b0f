/* Internet, egress-only and NAT gateways, peering connections. */
#include "reach/walk_internal.h"

/* RFC 1918 and RFC 6598 have codes of their own in the Reachability Analyzer guide. */
static bool is_rfc6598(ip_number ip)
{
    return ip_is_v4(ip) && (uint32_t)ip >> 22 == 0x64400000u >> 22;
}

/*
 * VPC Block Public Access (VPC User Guide, "Block public access to VPCs and subnets"): bidirectional: nothing passes
 * Internet and egress-only gateways; ingress: only NAT gateways and egress-only gateways work, outbound.
 */
static bool pass_bpa(struct walker *w, struct packet *p, uint32_t eni, bool inbound, struct net_ref at)
{
    if (w->answer || eni == NET_NONE)
        return true;
    const struct net_eni *e = &w->n->enis[eni];
    if (e->deny_igw) {
        walk_stop(w, p, at, ref_of(NET_ENI, eni), "NO_POSSIBLE_DESTINATION",
                  STR("the interface denies traffic of Internet gateways"));
        return false;
    }
    enum net_bpa bpa = e->subnet == NET_NONE ? BPA_OFF : w->n->subnets[e->subnet].bpa;
    struct net_ref subnet = ref_of(NET_SUBNET, e->subnet);
    if (bpa == BPA_BLOCKED || (bpa == BPA_NAT_ONLY && (inbound || !p->from_nat))) {
        walk_stop(w, p, at, subnet, "VPC_BLOCK_PUBLIC_ACCESS_ENABLED", STR("Block Public Access of the VPC"));
        return false;
    }
    if (bpa == BPA_UNREAD)
        walk_doubt(w, p, at, subnet, "UNKNOWN_RESOURCE",
                   STR("whether public access to the VPC is blocked was not read"));
    return true;
}

/* The packet is on the Internet with a public source; `to` has its address in a VPC: in by the Internet gateway there.
 */
static void igw_in(struct walker *w, struct packet p, uint32_t vpc, uint32_t address)
{
    const struct net *n = w->n;
    const struct net_address *a = &n->addresses[address];
    const struct net_vpc *v = &n->vpcs[vpc];
    struct net_ref at = v->igw == NET_NONE ? ref_of(NET_VPC, vpc) : ref_of(NET_IGW, v->igw);
    if (v->igw == NET_NONE) {
        walk_stop(w, &p, at, no_ref(), "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
                  STR("the VPC has no Internet gateway"));
        return;
    }
    if (!pass_bpa(w, &p, a->eni, true, at))
        return;
    if (ip_is_v4(p.dst))
        p.dst = a->range.lo;
    p.vpc = vpc;
    p.subnet = NET_NONE;
    p.came = CAME_INTERNET;
    p.refs = REFS_LOST;
    p.internet = true;
    walk_pass(w, &p, at, ref_of(NET_ENI, a->eni), STR("in by the Internet gateway"));
    if (v->igw_table != NET_NONE)
        walk_lookup(w, p, v->igw_table);
    else
        walk_local(w, p);
}

/* An answer to who left by an egress-only gateway, or by a NAT gateway's public address. */
static bool answer_to_public(struct walker *w, struct packet *p)
{
    const struct leg *l = w->answer->leg;
    if (p->dst != l->arrived.src || l->from.kind == NET_EXTERNAL)
        return false;
    if (ip_is_v4(p->dst) && l->sent.src == l->arrived.src)
        return false;
    if (ip_is_v4(p->dst) && net_public_at(w->n, p->dst) != NET_NONE)
        return false;
    if (!ip_is_v4(p->dst) && l->eigw == NET_NONE)
        return false;
    p->dst = l->sent.src;
    p->vpc = l->from_vpc;
    p->subnet = NET_NONE;
    p->came = CAME_INTERNET;
    walk_pass(w, p, l->eigw == NET_NONE ? ref_of(NET_VPC, p->vpc) : ref_of(NET_EIGW, l->eigw), no_ref(),
              STR("an answer to what has left by it"));
    walk_local(w, *p);
    return true;
}

static void in_by_v6(struct walker *w, const struct packet *p)
{
    const struct net *n = w->n;
    bool any = false;
    for (uint32_t i = 0; i < n->cidrs_count; i++) {
        if (!ip_in(n->cidrs[i].range, p->dst) || !n->vpcs[n->cidrs[i].vpc].collected)
            continue;
        any = true;
        uint32_t cursor = 0;
        for (uint32_t row; (row = owner_next(n, n->cidrs[i].vpc, p->dst, &cursor)) != NET_NONE;) {
            struct mark m = walk_mark(w);
            igw_in(w, *p, n->cidrs[i].vpc, row);
            walk_reset(w, &m);
        }
        if (net_address_at(n, n->cidrs[i].vpc, p->dst) == NET_NONE)
            walk_stop(w, p, ref_of(NET_VPC, n->cidrs[i].vpc), no_ref(), "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
                      STR("no interface has this address"));
    }
    if (!any)
        walk_to_external(w, *p, 0, NET_NONE);
}

void walk_from_internet(struct walker *w, struct packet p)
{
    if (w->answer && answer_to_public(w, &p))
        return;
    if (!ip_is_v4(p.dst)) {
        in_by_v6(w, &p);
        return;
    }
    uint32_t row = net_public_at(w->n, p.dst);
    if (row == NET_NONE)
        walk_to_external(w, p, 0, NET_NONE);
    else
        igw_in(w, p, w->n->enis[w->n->addresses[row].eni].vpc, row);
}

static bool leaves_to_internet(struct walker *w, const struct packet *p, struct net_ref at)
{
    if (!ip_is_internal(p->dst))
        return true;
    walk_stop(w, p, at, no_ref(),
              is_rfc6598(p->dst) ? "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS"
                                 : "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS",
              STR("an Internet gateway does not forward to private addresses"));
    return false;
}

/* VPC User Guide, "Enable internet access for a VPC using an internet gateway": one-to-one translation between an
 * interface's private and public IPv4 address; IPv6 addresses are public themselves. */
void walk_igw(struct walker *w, struct packet p, uint32_t igw)
{
    struct net_ref at = ref_of(NET_IGW, igw);
    bool home = p.sender_vpc == p.vpc && w->n->igws[igw].vpc == p.vpc;
    ip_number public_ip = !home ? 0 : ip_is_v4(p.src) ? p.public_ip : ip_is_internal(p.src) ? 0 : p.src;
    if (!public_ip) {
        walk_stop(w, &p, at, no_ref(), "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
                  STR("the source has no public address in this VPC"));
        return;
    }
    if (!leaves_to_internet(w, &p, at) || !pass_bpa(w, &p, p.sender, false, at))
        return;
    p.src = public_ip;
    p.refs = REFS_LOST;
    p.internet = true;
    walk_pass(w, &p, at, no_ref(), STR("out by the Internet gateway"));
    walk_from_internet(w, p);
}

/* VPC User Guide, "Enable outbound IPv6 traffic using an egress-only internet gateway": stateful, opened from inside
 * only. */
void walk_eigw(struct walker *w, struct packet p, uint32_t eigw)
{
    struct net_ref at = ref_of(NET_EIGW, eigw);
    if (ip_is_v4(p.dst) || p.sender_vpc != p.vpc || ip_is_internal(p.src)) {
        walk_stop(w, &p, at, no_ref(), "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
                  STR("only IPv6 of this VPC passes an egress-only gateway"));
        return;
    }
    if (w->answer && w->answer->leg->from.kind == NET_EXTERNAL) {
        walk_stop(w, &p, at, no_ref(), "NO_POSSIBLE_DESTINATION",
                  STR("an egress-only gateway has not seen the packet that this answers"));
        return;
    }
    if (!leaves_to_internet(w, &p, at))
        return;
    bool nat = p.from_nat;
    p.from_nat = true; /* Block Public Access treats both alike */
    if (!pass_bpa(w, &p, p.sender, false, at))
        return;
    p.from_nat = nat;
    if (!w->answer)
        w->legs[w->leg_count - 1].eigw = eigw;
    p.refs = REFS_LOST;
    p.internet = true;
    walk_pass(w, &p, at, no_ref(), STR("out by the egress-only gateway"));
    walk_from_internet(w, p);
}

/* 64:ff9b::/96 (RFC 6052, October 2010): the IPv4 address that a NAT gateway sends to in place of it. */
static bool nat64(ip_number *ip)
{
    if (*ip >> 32 != (((ip_number)0x0064ff9b << 64)))
        return false;
    *ip = (ip_number)0xffff << 32 | (uint32_t)*ip;
    return true;
}

static bool nat_takes(struct walker *w, const struct packet *p, uint32_t nat, struct net_ref at)
{
    const struct net_nat *g = &w->n->nats[nat];
    if (w->answer) {
        walk_stop(w, p, at, no_ref(), "NGW_SOURCE_ADDRESS_REASSIGN",
                  STR("an answer that passes a NAT gateway comes from another address"));
        return false;
    }
    if (!g->available) {
        walk_stop(w, p, at, no_ref(), "BAD_STATE", STR("the NAT gateway is not available"));
        return false;
    }
    if (p->proto != NET_TCP && p->proto != NET_UDP && p->proto != (ip_is_v4(p->dst) ? NET_ICMP : NET_ICMP6)) {
        walk_stop(w, p, at, no_ref(), "PROTOCOL_RESTRICTION", STR("NAT gateways forward TCP, UDP and ICMP"));
        return false;
    }
    /* VPC User Guide, "NAT gateway basics": not over peering, VPN, Direct Connect. */
    if (p->came != CAME_TGW && p->came != CAME_LOST && (p->came != CAME_HERE || p->sender_vpc != p->vpc)) {
        walk_stop(w, p, at, no_ref(), "NGW_REQUIRES_SOURCE_IN_VPC", STR("the source is not of this VPC"));
        return false;
    }
    return true;
}

/* The NAT gateway opens a connection of its own, from one of its addresses and a port of its choice. */
static void nat_sends(struct walker *w, struct packet p, uint32_t nat, const struct net_nat_address *a)
{
    const struct net_nat *g = &w->n->nats[nat];
    if (!walk_new_leg(w, &p, ref_of(NET_NAT, nat), g->thing))
        return;
    if (!nat64(&p.dst) && !ip_is_v4(p.dst)) {
        walk_stop(w, &p, ref_of(NET_NAT, nat), no_ref(), "PROTOCOL_RESTRICTION",
                  STR("NAT gateways send to IPv4 addresses"));
        return;
    }
    if (p.proto == NET_ICMP6)
        p.proto = NET_ICMP;
    p.src = a->private_ip;
    p.public_ip = g->is_public ? a->public_ip : 0;
    p.sender = a->eni;
    p.sender_vpc = p.vpc = g->vpc;
    p.from_nat = true;
    p.subnet = g->subnet;
    walk_leg_open(w, &p, ref_of(NET_NAT, nat));
    walk_pass(w, &p, ref_of(NET_NAT, nat), no_ref(), STR("the source becomes an address of the NAT gateway"));
    if (g->subnet != NET_NONE)
        walk_leave(w, p, g->subnet);
    else if (g->is_public && w->n->vpcs[g->vpc].igw != NET_NONE)
        walk_igw(w, p, w->n->vpcs[g->vpc].igw);
    else
        walk_lost(w, p, ref_of(NET_NAT, nat), STR("the route table of a regional NAT gateway is not known"),
                  LOST_ANYWHERE);
}

void walk_nat(struct walker *w, struct packet p, uint32_t nat)
{
    const struct net_nat *g = &w->n->nats[nat];
    struct net_ref at = ref_of(NET_NAT, nat);
    if (!nat_takes(w, &p, nat, at))
        return;
    if (g->subnet != NET_NONE && g->subnet != p.subnet && !pass_acl(w, &p, g->subnet, false))
        return;
    if (!g->addresses.count) {
        walk_lost(w, p, at, STR("the addresses of the NAT gateway were not read"), LOST_ANYWHERE);
        return;
    }
    walk_leg_end(w, &p, at);
    NET_EACH (i, g->addresses) {
        struct mark m = walk_mark(w);
        nat_sends(w, p, nat, &w->n->nat_addresses[i]);
        walk_reset(w, &m);
    }
}

/* VPC Peering Guide, "VPC peering basics" and limitations: between the addresses of the two VPCs, never through one of
 * them. */
void walk_peering(struct walker *w, struct packet p, uint32_t peering)
{
    const struct net *n = w->n;
    const struct net_peering *c = &n->peerings[peering];
    struct net_ref at = ref_of(NET_PEERING, peering);
    if (!c->active || (c->requester != p.vpc && c->accepter != p.vpc)) {
        walk_stop(w, &p, at, no_ref(), "BAD_STATE", STR("the peering connection is not active"));
        return;
    }
    uint32_t other = c->requester == p.vpc ? c->accepter : c->requester;
    if (other == NET_NONE) {
        walk_lost(w, p, at, STR("the VPC on the other side is not known"), LOST_ANYWHERE);
        return;
    }
    bool known = n->vpcs[other].cidrs.count != 0;
    if (!net_vpc_holds(n, p.vpc, p.src) || (known && !net_vpc_holds(n, other, p.dst))) {
        walk_stop(w, &p, at, no_ref(), "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR",
                  STR("only addresses of the two VPCs pass a peering connection"));
        return;
    }
    walk_pass(w, &p, at, no_ref(), walk_text(w, "to ", n->vpcs[other].id, ""));
    if (p.sender_vpc != p.vpc || p.came != CAME_HERE || !c->same_region)
        p.refs = p.refs == REFS_MAYBE ? REFS_MAYBE : REFS_LOST;
    p.vpc = other;
    p.subnet = NET_NONE;
    p.came = CAME_PEERING;
    walk_local(w, p);
}
