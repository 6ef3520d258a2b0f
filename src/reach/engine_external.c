/* What is not a VPC of the organization, and packets of which it is not known where they go (walk_external.c has the documents). */
#include "reach/engine_sym.h"

static bool external_holds(const struct net *n, uint32_t external, ip_number ip)
{
    const struct net_external *x = &n->externals[external];
    if (x->kind == EXTERNAL_INTERNET)
        return !ip_is_internal(ip);
    if (x->all_ranges)
        return true;
    NET_EACH(i, x->ranges)
        if (ip_in(n->external_ranges[i].range, ip))
            return true;
    return false;
}

static void uplink_in(struct sym *s, struct packet p, uint32_t uplink);

void sym_vgw(struct sym *s, struct packet p, uint32_t vgw)
{
    if (p.sender_vpc != p.vpc)
        return;
    NET_EACH(k, s->r->uplinks_of_vgw[vgw]) {
        uint32_t i = s->r->uplink_vgw_order[k];
        if (external_holds(s->n, s->n->uplinks[i].external, p.dst)) {
            struct sym_mark m = sym_marked(s);
            sym_to_external(s, p, s->n->uplinks[i].external, i);
            sym_reset(s, &m);
        }
    }
}

/* Two networks of ours that join the same one outside: whether that forwards between them is its owner's affair. */
static void through_external(struct sym *s, struct packet p, uint32_t external, uint32_t by_uplink)
{
    const struct net *n = s->n;
    for (uint32_t i = 0; i < s->seen_count; i++)
        if (s->seen[i].table.kind == NET_EXTERNAL && s->seen[i].table.index == external)
            return;
    if (s->seen_count < SEEN_MAX) {
        s->seen[s->seen_count].table = ref_of(NET_EXTERNAL, external);
        s->seen[s->seen_count].src = p.src;
        s->seen[s->seen_count++].dst = p.dst;
    }
    NET_EACH(k, s->r->uplinks_of_external[external]) {
        uint32_t i = s->r->uplink_external_order[k];
        const struct net_uplink *u = &n->uplinks[i];
        if (i == by_uplink || (u->vgw != NET_NONE && !net_vpc_holds(n, n->vgws[u->vgw].vpc, p.dst)))
            continue;
        struct sym_mark m = sym_marked(s);
        struct packet q = p;
        sym_doubt(&q);
        uplink_in(s, q, i);
        sym_reset(s, &m);
    }
}

static bool is_other_network(const struct net *n, uint32_t external)
{
    enum net_external_kind k = n->externals[external].kind;
    return k == EXTERNAL_VPN || k == EXTERNAL_DX || k == EXTERNAL_OTHER;
}

void sym_to_external(struct sym *s, struct packet p, uint32_t external, uint32_t by_uplink)
{
    const struct net *n = s->n;
    struct net_ref at = ref_of(NET_EXTERNAL, external);
    if (sym_full(s, &p))
        return;
    if (external == 0 && s->entrance != NET_NONE && !s->answer) {
        sym_entrance(s, p, s->entrance);
        return;
    }
    struct sym_mark m = sym_marked(s);
    struct packet q = p;
    const struct leg *l = s->answer;
    if (l && l->from.kind == NET_EXTERNAL && l->from.index != external && is_other_network(n, external) && is_other_network(n, l->from.index)) {
        sym_doubt(&q);
        at = l->from;
    }
    sym_arrived(s, &q, at);
    sym_reset(s, &m);
    if (is_other_network(n, external) && (!l || l->from.kind != NET_EXTERNAL))
        through_external(s, p, external, by_uplink);
}

static bool announced(const struct net *n, const struct net_uplink *u, ip_number ip)
{
    if (!u->filtered)
        return true;
    NET_EACH(i, u->allowed)
        if (ip_in(n->uplink_ranges[i].range, ip))
            return true;
    return false;
}

static void uplink_in(struct sym *s, struct packet p, uint32_t uplink)
{
    const struct net *n = s->n;
    const struct net_uplink *u = &n->uplinks[uplink];
    p.refs = REFS_LOST;
    p.sender = p.client_eni = p.sender_vpc = NET_NONE;
    p.subnet = NET_NONE;
    p.az = str_make(NULL, 0);
    if (!announced(n, u, p.dst))
        return;
    if (u->attachment != NET_NONE) {
        sym_tgw_in(s, p, u->attachment);
        return;
    }
    p.vpc = n->vgws[u->vgw].vpc;
    p.came = CAME_VGW;
    if (p.vpc == NET_NONE || (net_address_at(n, p.vpc, p.dst) == NET_NONE && !s->answer))
        return;
    if (n->vpcs[p.vpc].vgw_table != NET_NONE)
        sym_lookup(s, p, n->vpcs[p.vpc].vgw_table);
    else
        sym_local(s, p);
}

static void from_foreign_vpc(struct sym *s, struct packet p, uint32_t vpc)
{
    const struct net *n = s->n;
    p.sender_vpc = p.vpc = vpc;
    NET_EACH(k, s->r->peerings_of[vpc]) {
        uint32_t i = s->r->peering_order[k];
        const struct net_peering *c = &n->peerings[i];
        uint32_t other = c->requester == vpc ? c->accepter : c->requester;
        if (other == NET_NONE || !net_vpc_holds(n, other, p.dst))
            continue;
        struct sym_mark m = sym_marked(s);
        sym_peering(s, p, i);
        sym_reset(s, &m);
    }
    NET_EACH(k, s->r->attachments_of[vpc]) {
        struct sym_mark m = sym_marked(s);
        struct packet q = p;
        q.refs = REFS_LOST;
        sym_tgw_in(s, q, s->r->attachment_order[k]);
        sym_reset(s, &m);
    }
}

void sym_from_external(struct sym *s, struct packet p, uint32_t external)
{
    const struct net_external *x = &s->n->externals[external];
    if (x->kind == EXTERNAL_INTERNET || x->kind == EXTERNAL_AWS) {
        p.internet = true;
        if (!ip_is_internal(p.src) && !ip_is_internal(p.dst))
            sym_from_internet(s, p);
        return;
    }
    if (x->kind == EXTERNAL_VPC && x->vpc != NET_NONE) {
        from_foreign_vpc(s, p, x->vpc);
        return;
    }
    NET_EACH(k, s->r->uplinks_of_external[external]) {
        struct sym_mark m = sym_marked(s);
        uplink_in(s, p, s->r->uplink_external_order[k]);
        sym_reset(s, &m);
    }
}

void sym_to_foreign_vpc(struct sym *s, struct packet p, uint32_t vpc)
{
    uint32_t external = s->r->external_of_vpc[vpc];
    if (external != NET_NONE)
        sym_to_external(s, p, external, NET_NONE);
    else
        sym_lost(s, p, LOST_ANYWHERE);
}

static void lost_to_internet(struct sym *s, struct packet p)
{
    if (!ip_is_v4(p.dst) || net_public_at(s->n, p.dst) == NET_NONE)
        return;
    if (p.public_ip)
        p.src = p.public_ip;
    else
        p.groups_unasked = true;
    p.internet = true;
    sym_from_internet(s, p);
}

/* It may arrive at whatever interface has its destination. */
void sym_lost(struct sym *s, struct packet p, enum lost_where where)
{
    const struct net *n = s->n;
    struct sym_mark m = sym_marked(s);
    sym_doubt(&p);
    sym_lost_end(s, &p);
    if (!s->answer && p.came != CAME_LOST && !sym_full(s, &p)) {
        p.came = CAME_LOST;
        p.refs = REFS_MAYBE;
        p.subnet = NET_NONE;
        for (uint32_t v = 0; v < n->vpcs_count; v++) {
            if (!n->vpcs[v].collected || (where == LOST_IN_TGW && !s->r->attachments_of[v].count))
                continue;
            uint32_t cursor = 0;
            for (uint32_t row; (row = sym_owner_next(n, v, p.dst, &cursor)) != NET_NONE;) {
                struct sym_mark branch = sym_marked(s);
                struct packet q = p;
                q.vpc = v;
                sym_arrive(s, q, row);
                sym_reset(s, &branch);
            }
        }
        if (where == LOST_ANYWHERE && !ip_is_internal(p.dst))
            lost_to_internet(s, p);
    }
    sym_reset(s, &m);
}
