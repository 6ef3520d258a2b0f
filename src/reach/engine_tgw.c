/* Transit gateways (walk_tgw.c has the documents). */
#include "reach/engine_sym.h"

static uint32_t attachment_of(const struct reach *r, uint32_t tgw, uint32_t vpc)
{
    uint32_t found = NET_NONE;
    NET_EACH(k, r->attachments_of[vpc]) {
        uint32_t i = r->attachment_order[k];
        if (r->n->attachments[i].tgw == tgw && (found == NET_NONE || r->n->attachments[i].available))
            found = i;
    }
    return found;
}

static bool works(const struct sym *s, const struct packet *p, uint32_t attachment)
{
    const struct net_attachment *t = &s->n->attachments[attachment];
    return t->available && (t->kind != ATTACHMENT_VPC || ip_is_v4(p->dst) || t->ipv6);
}

void sym_tgw(struct sym *s, struct packet p, uint32_t tgw)
{
    const struct net *n = s->n;
    uint32_t in = attachment_of(s->r, tgw, p.vpc);
    if (in == NET_NONE) {
        if (!n->tgws[tgw].collected && !n->vpcs[p.vpc].collected)
            sym_lost(s, p, LOST_IN_TGW);
        return;
    }
    if (!works(s, &p, in))
        return;
    const struct net_attachment *t = &n->attachments[in];
    uint32_t subnet = NET_NONE;
    struct str az = p.subnet == NET_NONE ? str_make(NULL, 0) : n->subnets[p.subnet].az;
    NET_EACH(i, t->subnets)
        if (p.subnet == NET_NONE || str_eq(n->subnets[n->attachment_subnets[i].subnet].az, az)) {
            subnet = n->attachment_subnets[i].subnet;
            break;
        }
    if (subnet == NET_NONE && t->subnets.count)
        return;
    if (subnet == NET_NONE)
        sym_doubt(&p);
    else if (!sym_acl(s, &p, subnet, false))
        return;
    p.az = az;
    if (p.sender_vpc != p.vpc || p.came != CAME_HERE)
        p.refs = p.refs == REFS_MAYBE ? REFS_MAYBE : REFS_LOST;
    else if (p.refs == REFS_KEPT && !(n->tgws[tgw].group_references && t->group_references))
        p.refs = n->tgws[tgw].references_unread && t->group_references ? REFS_MAYBE : REFS_LOST_TGW;
    sym_tgw_in(s, p, in);
}

static bool may_use(const struct net *n, const struct packet *p, const struct net_attachment *t, uint32_t subnet)
{
    if (t->appliance_mode || !p->az.len || str_eq(n->subnets[subnet].az, p->az))
        return true;
    NET_EACH(i, t->subnets)
        if (str_eq(n->subnets[n->attachment_subnets[i].subnet].az, p->az))
            return false;
    return true;
}

static bool same_way(const struct net *n, uint32_t a, uint32_t b, ip_number dst, uint32_t to)
{
    return n->subnets[a].acl == n->subnets[b].acl && n->subnets[a].table == n->subnets[b].table &&
           sym_subnet_holds(n, a, dst) == sym_subnet_holds(n, b, dst) && (a == to) == (b == to);
}

static void into_vpc(struct sym *s, struct packet p, uint32_t attachment)
{
    const struct net *n = s->n;
    const struct net_attachment *t = &n->attachments[attachment];
    p.vpc = t->target;
    p.came = CAME_TGW;
    p.subnet = NET_NONE;
    if (p.refs == REFS_KEPT && !t->group_references)
        p.refs = REFS_LOST_TGW;
    if (!n->vpcs[p.vpc].collected) {
        sym_to_foreign_vpc(s, p, p.vpc);
        return;
    }
    if (!t->subnets.count) {
        sym_doubt(&p);
        sym_local(s, p);
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
        struct sym_mark m = sym_marked(s);
        sym_leave(s, p, subnet);
        sym_reset(s, &m);
    }
}

static void out_by(struct sym *s, struct packet p, uint32_t attachment)
{
    const struct net_attachment *t = &s->n->attachments[attachment];
    if (!works(s, &p, attachment))
        return;
    if (t->target == NET_NONE) {
        sym_lost(s, p, LOST_IN_TGW);
    } else if (t->kind == ATTACHMENT_VPC) {
        into_vpc(s, p, attachment);
    } else if (t->kind == ATTACHMENT_PEERING) {
        if (p.refs != REFS_MAYBE)
            p.refs = REFS_LOST;
        if (works(s, &p, t->target))
            sym_tgw_in(s, p, t->target);
    } else {
        sym_to_external(s, p, t->target, NET_NONE);
    }
}

static void by_route(struct sym *s, struct packet p, uint32_t row, bool one_of_several)
{
    const struct net_tgw_route *r = &s->n->tgw_routes[row];
    if (r->blackhole)
        return;
    if (r->attachment == NET_NONE) {
        sym_lost(s, p, LOST_IN_TGW);
        return;
    }
    if (one_of_several && s->n->attachments[r->attachment].kind == ATTACHMENT_VPC)
        sym_doubt(&p);
    out_by(s, p, r->attachment);
}

static void lookup(struct sym *s, struct packet p, uint32_t table)
{
    if (sym_full(s, &p) || sym_circle(s, &p, NET_TGW_TABLE, table))
        return;
    uint32_t best = flat_at(&s->r->tgw_tables[table], p.dst);
    if (!s->n->tgw_tables[table].read) {
        struct sym_mark m = sym_marked(s);
        sym_lost(s, p, LOST_IN_TGW);
        sym_reset(s, &m);
        sym_doubt(&p);
    }
    for (uint32_t row = best; row != NET_NONE; row = s->r->tgw_twin[row]) {
        struct sym_mark m = sym_marked(s);
        by_route(s, p, row, s->r->tgw_twin[best] != NET_NONE);
        sym_reset(s, &m);
    }
}

void sym_tgw_in(struct sym *s, struct packet p, uint32_t attachment)
{
    const struct net_attachment *t = &s->n->attachments[attachment];
    if (!t->table_read)
        sym_lost(s, p, LOST_IN_TGW);
    else if (t->table != NET_NONE)
        lookup(s, p, t->table);
}
