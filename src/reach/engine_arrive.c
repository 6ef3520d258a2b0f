/* At an interface: delivered to it, or sent on by it (walk_arrive.c has the documents). */
#include "reach/engine_sym.h"

static bool egress_agrees(struct sym *s, struct packet *p, uint32_t eni)
{
    if (p->egress_checked == NET_NONE || s->n->enis[p->egress_checked].skips_groups || !s->n->enis[eni].virtual_)
        return true;
    struct tri t = filter_groups(s, p, p->egress_checked, true, eni);
    t.sure = t.may;
    return sym_keep(s, p, t);
}

static bool pass_border(struct sym *s, struct packet *p, uint32_t subnet)
{
    if (subnet == NET_NONE)
        return true;
    if (p->subnet != subnet)
        return sym_acl(s, p, subnet, false);
    return !p->border_always || (sym_acl(s, p, subnet, true) && sym_acl(s, p, subnet, false));
}

void sym_arrive(struct sym *s, struct packet p, uint32_t address)
{
    const struct net *n = s->n;
    uint32_t eni = n->addresses[address].eni;
    const struct net_eni *e = &n->enis[eni];
    if (sym_full(s, &p) || !pass_border(s, &p, e->subnet) || !e->receives)
        return;
    if (n->addresses[address].range.lo != n->addresses[address].range.hi && !egress_agrees(s, &p, eni))
        return;
    if (!p.groups_unasked && !sym_groups(s, &p, eni, false))
        return;
    if (!sym_relay(s, &p, eni))
        sym_arrived(s, &p, ref_of(NET_ENI, eni));
}

static uint32_t own_address(const struct net *n, uint32_t eni, ip_number ip)
{
    NET_EACH(i, n->enis[eni].addresses)
        if (ip_in(n->addresses[i].range, ip))
            return i;
    return NET_NONE;
}

void sym_appliance(struct sym *s, struct packet p, uint32_t eni)
{
    const struct net *n = s->n;
    const struct net_eni *e = &n->enis[eni];
    uint32_t own = own_address(n, eni, p.dst);
    if (own != NET_NONE && !s->answer) {
        sym_arrive(s, p, own);
        return;
    }
    if (e->subnet == NET_NONE || e->vpc != p.vpc) {
        sym_lost(s, p, LOST_ANYWHERE);
        return;
    }
    if (!pass_border(s, &p, e->subnet) || !sym_groups(s, &p, eni, false) || !e->forwards)
        return;
    sym_doubt(&p);
    p.appliance = true;
    p.refs = p.refs == REFS_MAYBE ? REFS_MAYBE : REFS_LOST;
    p.sender = p.client_eni = NET_NONE;
    sym_send(s, p, eni);
}

static void gateway_endpoint(struct sym *s, struct packet p, uint32_t endpoint)
{
    if (s->answer || p.sender_vpc != p.vpc || p.came != CAME_HERE || s->n->endpoints[endpoint].vpc != p.vpc)
        return;
    struct services_span takes[] = {{SLOT_TCP << 16, (SLOT_TCP << 16) + 65535},
                                    {(SLOT_ICMP << 16) + (8 << 8), (SLOT_ICMP << 16) + (8 << 8) + 255},
                                    {(SLOT_ICMP6 << 16) + (128 << 8), (SLOT_ICMP6 << 16) + (128 << 8) + 255}};
    struct services three = services_of(s->a, takes, 3);
    if (sym_keep(s, &p, (struct tri){three, three}))
        sym_arrived(s, &p, ref_of(NET_ENDPOINT, endpoint));
}

static void wire_endpoint(struct sym *s, struct packet p, uint32_t endpoint)
{
    const struct net *n = s->n;
    const struct net_endpoint *d = &n->endpoints[endpoint];
    uint32_t eni = d->thing != NET_NONE && n->things[d->thing].enis.count ? n->eni_order[n->things[d->thing].enis.first] : NET_NONE;
    if (eni == NET_NONE || n->enis[eni].subnet == NET_NONE) {
        sym_lost(s, p, LOST_ANYWHERE);
        return;
    }
    uint32_t subnet = n->enis[eni].subnet;
    if (p.subnet != subnet && !sym_acl(s, &p, subnet, false))
        return;
    if (d->firewall == NET_NONE)
        sym_doubt(&p);
    else if (!sym_firewall(s, &p, d->firewall))
        return;
    p.appliance = p.appliance || d->firewall == NET_NONE;
    p.refs = p.refs == REFS_MAYBE ? REFS_MAYBE : REFS_LOST;
    p.sender = p.sender_vpc == n->enis[eni].vpc ? p.sender : NET_NONE;
    p.client_eni = NET_NONE;
    sym_leave(s, p, subnet);
}

void sym_endpoint(struct sym *s, struct packet p, uint32_t endpoint)
{
    const struct net_endpoint *d = &s->n->endpoints[endpoint];
    if (!d->available)
        return;
    switch (d->kind) {
    case ENDPOINT_GATEWAY: gateway_endpoint(s, p, endpoint); break;
    case ENDPOINT_GWLB: wire_endpoint(s, p, endpoint); break;
    default: sym_lost(s, p, LOST_ANYWHERE); break;
    }
}
