/* Who sends (walk.c has the documents). */
#include "reach/engine_sym.h"

#include "base/err.h"

/* An address of the Internet that is nobody's here. */
ip_number sym_stranger(const struct net *n, bool v4)
{
    ip_number ip = 0;
    if (!ip_parse(v4 ? STR("198.51.100.77") : STR("2001:db8:ffff:ffff::1"), &ip))
        die("an address does not parse");
    while (v4 && net_public_at(n, ip) != NET_NONE)
        ip++;
    return ip;
}

static ip_number outside_address(const struct net *n, uint32_t external, bool v4)
{
    const struct net_external *x = &n->externals[external];
    NET_EACH(i, x->ranges)
        if (ip_is_v4(n->external_ranges[i].range.lo) == v4)
            return n->external_ranges[i].range.lo;
    if (x->kind == EXTERNAL_INTERNET || x->kind == EXTERNAL_AWS)
        return sym_stranger(n, v4);
    ip_number ip = 0;
    if (!ip_parse(v4 ? STR("192.168.255.254") : STR("fd00:ffff:ffff::1"), &ip))
        die("an address does not parse");
    return ip;
}

static uint32_t own_row(const struct net *n, uint32_t eni, ip_number ip)
{
    NET_EACH(i, n->enis[eni].addresses)
        if (ip_in(n->addresses[i].range, ip))
            return i;
    return NET_NONE;
}

ip_number sym_primary(const struct net *n, uint32_t eni, bool v4)
{
    ip_number found = 0;
    NET_EACH(i, n->enis[eni].addresses) {
        const struct net_address *a = &n->addresses[i];
        if (ip_is_v4(a->range.lo) == v4 && (!found || a->primary))
            found = a->range.lo;
    }
    return found;
}

static bool may_send_to(const struct net *n, uint32_t eni, ip_number dst)
{
    const struct net_eni *e = &n->enis[eni];
    bool allowed = !e->limits.count;
    NET_EACH(i, e->limits)
        allowed = allowed || ip_in(n->eni_limits[i].range, dst);
    return allowed;
}

static void in_vpc_of_entrance(struct sym *s, struct packet p, uint32_t eni)
{
    if (!ip_parse(STR("169.254.171.1"), &p.dst))
        die("an address does not parse");
    if (s->n->entrances[s->entrance].from_vpc == p.vpc && sym_groups(s, &p, eni, true))
        sym_entrance(s, p, s->entrance);
}

static void from_interface(struct sym *s, struct packet p, uint32_t eni)
{
    const struct net *n = s->n;
    const struct net_eni *e = &n->enis[eni];
    if (!p.src)
        p.src = sym_primary(n, eni, ip_is_v4(p.dst));
    uint32_t row = own_row(n, eni, p.src);
    p.vpc = e->vpc;
    p.subnet = e->subnet;
    p.sender = eni;
    p.sender_vpc = row == NET_NONE ? NET_NONE : e->vpc;
    p.public_ip = row == NET_NONE ? 0 : n->addresses[row].public_ip;
    sym_leg_open(s, &p, ref_of(NET_ENI, eni));
    if (!e->sources || !p.src || (row == NET_NONE && !e->forwards))
        return;
    if (s->entrance != NET_NONE && n->entrances[s->entrance].from_vpc != NET_NONE)
        in_vpc_of_entrance(s, p, eni);
    else if (may_send_to(n, eni, p.dst))
        sym_send(s, p, eni);
}

static void from_external(struct sym *s, struct packet p, uint32_t external)
{
    if (!p.src)
        p.src = outside_address(s->n, external, ip_is_v4(p.dst));
    sym_leg_open(s, &p, ref_of(NET_EXTERNAL, external));
    if (s->entrance == NET_NONE)
        sym_from_external(s, p, external);
    else if (s->n->entrances[s->entrance].from_external == external)
        sym_entrance(s, p, s->entrance);
}

static void from_router(struct sym *s, struct packet p, struct net_ref at)
{
    const struct net *n = s->n;
    p.subnet = at.kind == NET_SUBNET ? at.index : NET_NONE;
    p.vpc = p.sender_vpc = at.kind == NET_SUBNET ? n->subnets[at.index].vpc : at.index;
    if (!p.src && at.kind == NET_SUBNET && n->subnets[at.index].cidrs.count)
        p.src = n->subnet_cidrs[n->subnets[at.index].cidrs.first].range.lo + 9;
    uint32_t row = p.src ? net_address_at(n, p.vpc, p.src) : NET_NONE;
    if (row != NET_NONE) {
        p.sender = n->addresses[row].eni;
        p.public_ip = n->addresses[row].public_ip;
    } else if (!net_vpc_holds(n, p.vpc, p.src)) {
        p.sender_vpc = NET_NONE;
    }
    sym_leg_open(s, &p, at);
    if (at.kind == NET_SUBNET)
        sym_leave(s, p, at.index);
    else
        sym_local(s, p);
}

void sym_start(struct sym *s, struct net_end from, ip_number to, struct services services, uint32_t entrance)
{
    const struct net *n = s->n;
    struct packet p = {.src = from.ip, .dst = to, .now = {services, services}, .client = {services, services}, .sender = NET_NONE,
                       .client_eni = NET_NONE, .egress_checked = NET_NONE, .sender_vpc = NET_NONE, .vpc = NET_NONE, .subnet = NET_NONE};
    uint32_t i = from.at.index;
    s->leg_count = s->seen_count = 0;
    s->answer = NULL;
    s->entrance = entrance;
    if (entrance != NET_NONE && entrance >= n->entrances_count)
        return;
    if (entrance != NET_NONE && !p.dst)
        p.dst = sym_stranger(n, true);
    if (from.at.kind == NET_ENI && i < n->enis_count && n->enis[i].vpc != NET_NONE)
        from_interface(s, p, i);
    else if (from.at.kind == NET_EXTERNAL && i < n->externals_count)
        from_external(s, p, i);
    else if (from.at.kind == NET_SUBNET && i < n->subnets_count && n->subnets[i].vpc != NET_NONE)
        from_router(s, p, from.at);
    else if (from.at.kind == NET_VPC && i < n->vpcs_count)
        from_router(s, p, from.at);
}
