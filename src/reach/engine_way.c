/* Within a VPC: a subnet's route table, the local route (walk_route.c has the documents). */
#include "reach/engine_sym.h"

void sym_send(struct sym *s, struct packet p, uint32_t eni)
{
    if (sym_groups(s, &p, eni, true)) {
        p.egress_checked = eni;
        sym_leave(s, p, s->n->enis[eni].subnet);
    }
}

void sym_leave(struct sym *s, struct packet p, uint32_t subnet)
{
    p.subnet = subnet;
    if (subnet == NET_NONE) {
        sym_lost(s, p, LOST_ANYWHERE);
        return;
    }
    p.vpc = s->n->subnets[subnet].vpc;
    if (sym_subnet_holds(s->n, subnet, p.dst))
        sym_local(s, p);
    else if (sym_acl(s, &p, subnet, true))
        sym_lookup(s, p, s->n->subnets[subnet].table);
}

bool sym_circle(struct sym *s, const struct packet *p, enum net_kind kind, uint32_t table)
{
    for (uint32_t i = 0; i < s->seen_count; i++)
        if (s->seen[i].table.index == table && s->seen[i].table.kind == kind && s->seen[i].src == p->src && s->seen[i].dst == p->dst)
            return true;
    if (s->seen_count < SEEN_MAX) {
        s->seen[s->seen_count].table = ref_of(kind, table);
        s->seen[s->seen_count].src = p->src;
        s->seen[s->seen_count++].dst = p->dst;
    }
    return false;
}

static void follow(struct sym *s, struct packet p, const struct net_route *r)
{
    if (r->kind != TARGET_LOCAL && (r->target == NET_NONE || r->kind == TARGET_UNKNOWN)) {
        sym_lost(s, p, LOST_ANYWHERE);
        return;
    }
    switch (r->kind) {
    case TARGET_LOCAL: sym_local(s, p); break;
    case TARGET_IGW: sym_igw(s, p, r->target); break;
    case TARGET_EIGW: sym_eigw(s, p, r->target); break;
    case TARGET_NAT: sym_nat(s, p, r->target); break;
    case TARGET_PEERING: sym_peering(s, p, r->target); break;
    case TARGET_TGW: sym_tgw(s, p, r->target); break;
    case TARGET_VGW: sym_vgw(s, p, r->target); break;
    case TARGET_ENI: sym_appliance(s, p, r->target); break;
    case TARGET_ENDPOINT: sym_endpoint(s, p, r->target); break;
    default: break;
    }
}

/* AWS's lists for gateway endpoints hold public addresses alone. */
static bool list_may_hold(const struct net *n, const struct net_route *r, ip_number ip)
{
    bool gateway = r->kind == TARGET_ENDPOINT && r->target != NET_NONE && n->endpoints[r->target].kind == ENDPOINT_GATEWAY;
    return !gateway || !ip_is_internal(ip);
}

static void unread_lists(struct sym *s, struct packet *p, const struct flat *f)
{
    struct packet before = *p;
    for (uint32_t i = 0; i < f->unread_count; i++) {
        const struct net_route *r = &s->n->routes[f->unread[i]];
        if (!list_may_hold(s->n, r, p->dst))
            continue;
        struct sym_mark m = sym_marked(s);
        struct packet q = before;
        sym_doubt(&q);
        if (!r->blackhole)
            follow(s, q, r);
        sym_reset(s, &m);
        sym_doubt(p);
    }
}

void sym_lookup(struct sym *s, struct packet p, uint32_t table)
{
    if (table == NET_NONE) {
        sym_lost(s, p, LOST_ANYWHERE);
        return;
    }
    if (sym_full(s, &p) || sym_circle(s, &p, NET_TABLE, table))
        return;
    const struct flat *f = &s->r->tables[table];
    if (f->unread_count)
        unread_lists(s, &p, f);
    uint32_t best = flat_at(f, p.dst);
    if (best != NET_NONE && !s->n->routes[best].blackhole)
        follow(s, p, &s->n->routes[best]);
}

static bool of_link(ip_number ip)
{
    static const ip_number v4 = (ip_number)0xffff << 32;
    return ip >= v4 + 0xa9fe0000u && ip <= v4 + 0xa9feffffu;
}

/* An answer is for the one who asked, and is asked for no group. */
static void answer_in_vpc(struct sym *s, struct packet p, const struct leg *l)
{
    if (p.vpc != l->from_vpc || p.dst != l->sent_src)
        return;
    if (l->from_subnet != NET_NONE) {
        if (p.subnet == l->from_subnet && p.border_always && !sym_acl(s, &p, l->from_subnet, true))
            return;
        if ((p.subnet != l->from_subnet || p.border_always) && !sym_acl(s, &p, l->from_subnet, false))
            return;
    }
    sym_arrived(s, &p, l->from);
}

void sym_local(struct sym *s, struct packet p)
{
    const struct net *n = s->n;
    if (sym_full(s, &p))
        return;
    if (!n->vpcs[p.vpc].collected) {
        sym_to_foreign_vpc(s, p, p.vpc);
        return;
    }
    if (s->answer && s->answer->from.kind != NET_EXTERNAL) {
        answer_in_vpc(s, p, s->answer);
        return;
    }
    if (of_link(p.dst)) {
        sym_arrived(s, &p, ref_of(NET_VPC, p.vpc));
        return;
    }
    if (!net_vpc_holds(n, p.vpc, p.dst))
        return;
    uint32_t cursor = 0;
    for (uint32_t row; (row = sym_owner_next(n, p.vpc, p.dst, &cursor)) != NET_NONE;) {
        struct sym_mark m = sym_marked(s);
        sym_arrive(s, p, row);
        sym_reset(s, &m);
    }
}
