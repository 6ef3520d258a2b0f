/* Internet, egress-only and NAT gateways, peering connections (walk_gate.c has the documents). */
#include "reach/engine_sym.h"

static bool pass_bpa(struct sym *s, struct packet *p, uint32_t eni, bool inbound)
{
    if (s->answer || eni == NET_NONE)
        return true;
    const struct net_eni *e = &s->n->enis[eni];
    if (e->deny_igw)
        return false;
    enum net_bpa bpa = e->subnet == NET_NONE ? BPA_OFF : s->n->subnets[e->subnet].bpa;
    if (bpa == BPA_BLOCKED || (bpa == BPA_NAT_ONLY && (inbound || !p->from_nat)))
        return false;
    if (bpa == BPA_UNREAD)
        sym_doubt(p);
    return true;
}

static void igw_in(struct sym *s, struct packet p, uint32_t vpc, uint32_t address)
{
    const struct net *n = s->n;
    const struct net_address *a = &n->addresses[address];
    const struct net_vpc *v = &n->vpcs[vpc];
    if (v->igw == NET_NONE || !pass_bpa(s, &p, a->eni, true))
        return;
    if (ip_is_v4(p.dst))
        p.dst = a->range.lo;
    p.vpc = vpc;
    p.subnet = NET_NONE;
    p.came = CAME_INTERNET;
    p.refs = REFS_LOST;
    p.internet = true;
    uint32_t subnet = n->enis[a->eni].subnet;
    p.declared_entry = subnet != NET_NONE && n->subnets[subnet].declared_public;
    if (v->igw_table != NET_NONE)
        sym_lookup(s, p, v->igw_table);
    else
        sym_local(s, p);
}

/* An answer to who left by an egress-only gateway, or by a NAT gateway's public address. */
static bool answer_to_public(struct sym *s, struct packet *p)
{
    const struct leg *l = s->answer;
    if (p->dst != l->arrived_src || l->from.kind == NET_EXTERNAL)
        return false;
    if (ip_is_v4(p->dst) && (l->sent_src == l->arrived_src || net_public_at(s->n, p->dst) != NET_NONE))
        return false;
    if (!ip_is_v4(p->dst) && l->eigw == NET_NONE)
        return false;
    p->dst = l->sent_src;
    p->vpc = l->from_vpc;
    p->subnet = NET_NONE;
    p->came = CAME_INTERNET;
    sym_local(s, *p);
    return true;
}

static void in_by_v6(struct sym *s, const struct packet *p)
{
    const struct net *n = s->n;
    bool any = false;
    for (uint32_t k = 0; k < s->r->v6_count; k++) {
        const struct net_cidr *c = &n->cidrs[s->r->v6_cidrs[k]];
        if (!ip_in(c->range, p->dst) || !n->vpcs[c->vpc].collected)
            continue;
        any = true;
        uint32_t cursor = 0;
        for (uint32_t row; (row = sym_owner_next(n, c->vpc, p->dst, &cursor)) != NET_NONE;) {
            struct sym_mark m = sym_marked(s);
            igw_in(s, *p, c->vpc, row);
            sym_reset(s, &m);
        }
    }
    if (!any)
        sym_to_external(s, *p, 0, NET_NONE);
}

void sym_from_internet(struct sym *s, struct packet p)
{
    if (s->answer && answer_to_public(s, &p))
        return;
    if (!ip_is_v4(p.dst)) {
        in_by_v6(s, &p);
        return;
    }
    uint32_t row = net_public_at(s->n, p.dst);
    if (row == NET_NONE)
        sym_to_external(s, p, 0, NET_NONE);
    else
        igw_in(s, p, s->n->enis[s->n->addresses[row].eni].vpc, row);
}

void sym_igw(struct sym *s, struct packet p, uint32_t igw)
{
    bool home = p.sender_vpc == p.vpc && s->n->igws[igw].vpc == p.vpc;
    ip_number public_ip = !home ? 0 : ip_is_v4(p.src) ? p.public_ip : ip_is_internal(p.src) ? 0 : p.src;
    if (!public_ip || ip_is_internal(p.dst) || !pass_bpa(s, &p, p.sender, false))
        return;
    p.src = public_ip;
    p.refs = REFS_LOST;
    p.internet = true;
    sym_from_internet(s, p);
}

void sym_eigw(struct sym *s, struct packet p, uint32_t eigw)
{
    if (ip_is_v4(p.dst) || p.sender_vpc != p.vpc || ip_is_internal(p.src) || (s->answer && s->answer->from.kind == NET_EXTERNAL) ||
        ip_is_internal(p.dst))
        return;
    bool nat = p.from_nat;
    p.from_nat = true; /* Block Public Access treats both alike */
    if (!pass_bpa(s, &p, p.sender, false))
        return;
    p.from_nat = nat;
    if (!s->answer)
        s->legs[s->leg_count - 1].eigw = eigw;
    p.refs = REFS_LOST;
    p.internet = true;
    sym_from_internet(s, p);
}

/* 64:ff9b::/96 (RFC 6052, October 2010). */
static bool nat64(ip_number *ip)
{
    if (*ip >> 32 != (((ip_number)0x0064ff9b << 64)))
        return false;
    *ip = (ip_number)0xffff << 32 | (uint32_t)*ip;
    return true;
}

static bool nat_takes(struct sym *s, struct packet *p, uint32_t nat)
{
    if (s->answer || !s->n->nats[nat].available)
        return false;
    /* TCP, UDP, and the ICMP of the packet's family. */
    uint32_t other = ip_is_v4(p->dst) ? SLOT_ICMP6 : SLOT_ICMP;
    struct services all = services_one(s->a, 0, PORTLESS_FIRST - 1);
    struct services carried = services_less(s->a, all, services_one(s->a, other << 16, (other << 16) + 65535));
    if (!sym_keep(s, p, (struct tri){carried, carried}))
        return false;
    return p->came == CAME_TGW || p->came == CAME_LOST || (p->came == CAME_HERE && p->sender_vpc == p->vpc);
}

/* ICMPv6 goes on as ICMP, with the types that it had. */
static struct services as_icmp(struct sym *s, struct services from)
{
    struct services six = services_meet(s->a, from, services_one(s->a, SLOT_ICMP6 << 16, (SLOT_ICMP6 << 16) + 65535));
    struct services_span *to = arena_array_of(s->a, struct services_span, six.count + 1);
    for (uint32_t i = 0; i < six.count; i++)
        to[i] = (struct services_span){six.at[i].lo - 65536, six.at[i].hi - 65536};
    return (struct services){to, six.count};
}

static void nat_opens(struct sym *s, struct packet p, uint32_t nat)
{
    const struct net_nat *g = &s->n->nats[nat];
    sym_leg_open(s, &p, ref_of(NET_NAT, nat));
    if (g->subnet != NET_NONE)
        sym_leave(s, p, g->subnet);
    else if (g->is_public && s->n->vpcs[g->vpc].igw != NET_NONE)
        sym_igw(s, p, s->n->vpcs[g->vpc].igw);
    else
        sym_lost(s, p, LOST_ANYWHERE);
}

static void nat_sends(struct sym *s, struct packet p, uint32_t nat, const struct net_nat_address *a)
{
    const struct net_nat *g = &s->n->nats[nat];
    if (!sym_new_leg(s, &p, g->thing) || (!nat64(&p.dst) && !ip_is_v4(p.dst)))
        return;
    p.src = a->private_ip;
    p.public_ip = g->is_public ? a->public_ip : 0;
    p.sender = a->eni;
    p.sender_vpc = p.vpc = g->vpc;
    p.from_nat = true;
    p.subnet = g->subnet;
    struct packet six = p;
    six.now = (struct tri){as_icmp(s, p.now.sure), as_icmp(s, p.now.may)};
    if (tri_any(six.now)) {
        struct services only = services_one(s->a, SLOT_ICMP6 << 16, (SLOT_ICMP6 << 16) + 65535);
        if (!p.mapped)
            six.client = tri_meet(s->a, p.client, (struct tri){only, only});
        six.mapped = true;
        struct sym_mark m = sym_marked(s);
        nat_opens(s, six, nat);
        sym_reset(s, &m);
    }
    struct services rest = services_one(s->a, 0, (SLOT_ICMP6 << 16) - 1);
    if (sym_keep(s, &p, (struct tri){rest, rest}))
        nat_opens(s, p, nat);
}

void sym_nat(struct sym *s, struct packet p, uint32_t nat)
{
    const struct net_nat *g = &s->n->nats[nat];
    if (!nat_takes(s, &p, nat))
        return;
    if (g->subnet != NET_NONE && g->subnet != p.subnet && !sym_acl(s, &p, g->subnet, false))
        return;
    if (!g->addresses.count) {
        sym_lost(s, p, LOST_ANYWHERE);
        return;
    }
    sym_leg_end(s, &p, ref_of(NET_NAT, nat));
    NET_EACH(i, g->addresses) {
        struct sym_mark m = sym_marked(s);
        nat_sends(s, p, nat, &s->n->nat_addresses[i]);
        sym_reset(s, &m);
    }
}

void sym_peering(struct sym *s, struct packet p, uint32_t peering)
{
    const struct net *n = s->n;
    const struct net_peering *c = &n->peerings[peering];
    if (!c->active || (c->requester != p.vpc && c->accepter != p.vpc))
        return;
    uint32_t other = c->requester == p.vpc ? c->accepter : c->requester;
    if (other == NET_NONE) {
        sym_lost(s, p, LOST_ANYWHERE);
        return;
    }
    bool known = n->vpcs[other].cidrs.count != 0;
    if (!net_vpc_holds(n, p.vpc, p.src) || (known && !net_vpc_holds(n, other, p.dst)))
        return;
    if (p.sender_vpc != p.vpc || p.came != CAME_HERE || !c->same_region)
        p.refs = p.refs == REFS_MAYBE ? REFS_MAYBE : REFS_LOST;
    p.vpc = other;
    p.subnet = NET_NONE;
    p.came = CAME_PEERING;
    sym_local(s, p);
}
