/*
 * What is not a VPC of the organization: on-premises networks behind virtual private and transit gateways, VPCs of
 * others, the Internet; and packets of which it is not known where they go.
 */
#include "reach/walk_internal.h"

static bool external_holds(const struct net *n, uint32_t external, ip_number ip)
{
    const struct net_external *x = &n->externals[external];
    if (x->kind == EXTERNAL_INTERNET)
        return !ip_is_internal(ip);
    if (x->all_ranges)
        return true;
    NET_EACH (i, x->ranges)
        if (ip_in(n->external_ranges[i].range, ip))
            return true;
    return false;
}

/* Site-to-Site VPN Guide and VPC User Guide, "virtual private gateways"; only addresses of the VPC may leave by it. */
void walk_vgw(struct walker *w, struct packet p, uint32_t vgw)
{
    const struct net *n = w->n;
    struct net_ref at = ref_of(NET_VGW, vgw);
    if (p.sender_vpc != p.vpc) {
        walk_stop(w, &p, at, no_ref(), "VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS", STR("the source is not of this VPC"));
        return;
    }
    bool any = false;
    for (uint32_t i = 0; i < n->uplinks_count; i++)
        if (n->uplinks[i].vgw == vgw && external_holds(n, n->uplinks[i].external, p.dst)) {
            struct mark m = walk_mark(w);
            any = true;
            walk_pass(w, &p, at, ref_of(NET_UPLINK, i),
                      walk_text(w, "to ", n->externals[n->uplinks[i].external].id, ""));
            walk_to_external(w, p, n->uplinks[i].external, i);
            walk_reset(w, &m);
        }
    if (!any)
        walk_stop(w, &p, at, no_ref(), "NO_POSSIBLE_DESTINATION",
                  STR("no network behind the gateway has the destination"));
}

/* Two networks of ours that join the same one outside: whether that forwards between them is its owner's affair. */
static void through_external(struct walker *w, struct packet p, uint32_t external, uint32_t by_uplink)
{
    const struct net *n = w->n;
    for (uint32_t i = 0; i < w->seen_count; i++)
        if (w->seen[i].table.kind == NET_EXTERNAL && w->seen[i].table.index == external)
            return;
    if (w->seen_count < SEEN_MAX)
        w->seen[w->seen_count++] = (struct seen){ref_of(NET_EXTERNAL, external), p.src, p.dst};
    for (uint32_t i = 0; i < n->uplinks_count; i++) {
        const struct net_uplink *u = &n->uplinks[i];
        if (u->external != external || i == by_uplink ||
            (u->vgw != NET_NONE && !net_vpc_holds(n, n->vgws[u->vgw].vpc, p.dst)))
            continue;
        struct mark m = walk_mark(w);
        struct packet q = p;
        walk_doubt(w, &q, ref_of(NET_EXTERNAL, external), ref_of(NET_UPLINK, i), NULL,
                   walk_text(w, "whether ", n->externals[external].id,
                             " forwards between the networks that join it is not known"));
        walk_uplink_in(w, q, i);
        walk_reset(w, &m);
    }
}

static bool is_other_network(const struct net *n, uint32_t external)
{
    enum net_external_kind k = n->externals[external].kind;
    return k == EXTERNAL_VPN || k == EXTERNAL_DX || k == EXTERNAL_OTHER;
}

void walk_to_external(struct walker *w, struct packet p, uint32_t external, uint32_t by_uplink)
{
    const struct net *n = w->n;
    struct net_ref at = ref_of(NET_EXTERNAL, external);
    if (walk_full(w, &p, at))
        return;
    if (external == 0 && w->entrance != NET_NONE && !w->answer) {
        walk_entrance(w, p, w->entrance);
        return;
    }
    struct mark m = walk_mark(w);
    struct packet q = p;
    /* Lines to the same place outside may be two: the answer may take the other one. */
    const struct leg *l = w->answer ? w->answer->leg : NULL;
    if (l && l->from.kind == NET_EXTERNAL && l->from.index != external && is_other_network(n, external) &&
        is_other_network(n, l->from.index)) {
        walk_doubt(w, &q, at, no_ref(), NULL, STR("the answer leaves to another network than the one that asked"));
        at = l->from;
    }
    walk_pass(w, &q, at, no_ref(), walk_text(w, "delivered to ", n->externals[external].id, ""));
    walk_arrived(w, &q, at);
    walk_reset(w, &m);
    if (is_other_network(n, external) && (!l || l->from.kind != NET_EXTERNAL))
        through_external(w, p, external, by_uplink);
}

static bool announced(const struct net *n, const struct net_uplink *u, ip_number ip)
{
    if (!u->filtered)
        return true;
    NET_EACH (i, u->allowed)
        if (ip_in(n->uplink_ranges[i].range, ip))
            return true;
    return false;
}

void walk_uplink_in(struct walker *w, struct packet p, uint32_t uplink)
{
    const struct net *n = w->n;
    const struct net_uplink *u = &n->uplinks[uplink];
    struct net_ref at = ref_of(NET_UPLINK, uplink);
    p.refs = REFS_LOST;
    p.sender = p.client = p.sender_vpc = NET_NONE;
    p.subnet = NET_NONE;
    p.az = str_make(NULL, 0);
    if (!announced(n, u, p.dst)) {
        walk_stop(w, &p, at, no_ref(), "NO_ROUTE_TO_DESTINATION",
                  STR("the prefix is not among those that Direct Connect announces"));
        return;
    }
    if (u->attachment != NET_NONE) {
        walk_pass(w, &p, ref_of(NET_ATTACHMENT, u->attachment), ref_of(NET_UPLINK, uplink),
                  STR("in from another network"));
        walk_tgw_in(w, p, u->attachment);
        return;
    }
    p.vpc = n->vgws[u->vgw].vpc;
    p.came = CAME_VGW;
    struct net_ref vgw = ref_of(NET_VGW, u->vgw);
    if (p.vpc == NET_NONE || (net_address_at(n, p.vpc, p.dst) == NET_NONE && !w->answer)) {
        walk_stop(w, &p, vgw, no_ref(), "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
                  STR("no interface of the VPC has this address"));
        return;
    }
    walk_pass(w, &p, vgw, ref_of(NET_UPLINK, uplink), STR("in from another network"));
    if (n->vpcs[p.vpc].vgw_table != NET_NONE)
        walk_lookup(w, p, n->vpcs[p.vpc].vgw_table);
    else
        walk_local(w, p);
}

/* Out of a VPC that was not collected: by each peering and transit gateway that it has a share in. */
static void from_foreign_vpc(struct walker *w, struct packet p, uint32_t vpc)
{
    const struct net *n = w->n;
    bool any = false;
    p.sender_vpc = p.vpc = vpc;
    for (uint32_t i = 0; i < n->peerings_count; i++) {
        const struct net_peering *c = &n->peerings[i];
        uint32_t other = c->requester == vpc ? c->accepter : c->accepter == vpc ? c->requester : NET_NONE;
        if (other == NET_NONE || !net_vpc_holds(n, other, p.dst))
            continue;
        struct mark m = walk_mark(w);
        any = true;
        walk_peering(w, p, i);
        walk_reset(w, &m);
    }
    NET_EACH (k, n->vpc_attachments[vpc]) {
        struct mark m = walk_mark(w);
        struct packet q = p;
        any = true;
        q.refs = REFS_LOST;
        walk_pass(w, &q, ref_of(NET_ATTACHMENT, n->attachment_order[k]), no_ref(),
                  STR("in from a VPC that was not collected"));
        walk_tgw_in(w, q, n->attachment_order[k]);
        walk_reset(w, &m);
    }
    if (!any)
        walk_stop(w, &p, ref_of(NET_VPC, vpc), no_ref(), "DISCONNECTED_VPCS",
                  STR("nothing leads from this VPC to the destination"));
}

/* Nobody on the Internet has an address of ours. */
static bool is_own(const struct net *n, ip_number ip)
{
    if (ip_is_v4(ip))
        return net_public_at(n, ip) != NET_NONE;
    for (uint32_t i = 0; i < n->cidrs_count; i++)
        if (ip_in(n->cidrs[i].range, ip) && n->vpcs[n->cidrs[i].vpc].collected)
            return true;
    return false;
}

static void from_internet(struct walker *w, struct packet p, uint32_t external)
{
    struct net_ref at = ref_of(NET_EXTERNAL, external);
    p.internet = true;
    if (ip_is_internal(p.src))
        walk_stop(w, &p, at, no_ref(), "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS",
                  STR("packets with a private source are not on the Internet"));
    else if (ip_is_internal(p.dst))
        walk_stop(w, &p, at, no_ref(), "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
                  STR("a private address is not on the Internet"));
    else if (!w->answer && is_own(w->n, p.src))
        walk_stop(w, &p, at, no_ref(), "GATEWAY_REJECTS_SPOOFED_TRAFFIC",
                  STR("the source is an address of the organization"));
    else
        walk_from_internet(w, p);
}

void walk_from_external(struct walker *w, struct packet p, uint32_t external)
{
    const struct net *n = w->n;
    const struct net_external *x = &n->externals[external];
    if (x->kind == EXTERNAL_INTERNET || x->kind == EXTERNAL_AWS) {
        from_internet(w, p, external);
        return;
    }
    if (x->kind == EXTERNAL_VPC && x->vpc != NET_NONE) {
        from_foreign_vpc(w, p, x->vpc);
        return;
    }
    bool any = false;
    for (uint32_t i = 0; i < n->uplinks_count; i++)
        if (n->uplinks[i].external == external) {
            struct mark m = walk_mark(w);
            any = true;
            walk_uplink_in(w, p, i);
            walk_reset(w, &m);
        }
    if (!any)
        walk_stop(w, &p, ref_of(NET_EXTERNAL, external), no_ref(), "NO_PATH",
                  STR("it joins no network of the organization"));
}

void walk_to_foreign_vpc(struct walker *w, struct packet p, uint32_t vpc)
{
    const struct net *n = w->n;
    for (uint32_t i = 0; i < n->externals_count; i++)
        if (n->externals[i].kind == EXTERNAL_VPC && n->externals[i].vpc == vpc) {
            walk_to_external(w, p, i, NET_NONE);
            return;
        }
    walk_lost(w, p, ref_of(NET_VPC, vpc), STR("the VPC was not collected"), LOST_ANYWHERE);
}

static void lost_in_vpc(struct walker *w, const struct packet *p, uint32_t vpc)
{
    uint32_t cursor = 0;
    for (uint32_t row; (row = owner_next(w->n, vpc, p->dst, &cursor)) != NET_NONE;) {
        struct mark m = walk_mark(w);
        struct packet q = *p;
        q.vpc = vpc;
        walk_arrive(w, q, row);
        walk_reset(w, &m);
    }
}

/* By some Internet gateway: from the sender's public address, or from one that is not known. */
static void lost_to_internet(struct walker *w, struct packet p)
{
    uint32_t row = ip_is_v4(p.dst) ? net_public_at(w->n, p.dst) : NET_NONE;
    if (row == NET_NONE)
        return;
    if (p.public_ip)
        p.src = p.public_ip;
    else
        p.groups_unasked = true;
    p.internet = true;
    walk_from_internet(w, p);
}

void walk_lost(struct walker *w, struct packet p, struct net_ref at, struct str why, enum lost_where where)
{
    const struct net *n = w->n;
    struct mark m = walk_mark(w);
    walk_doubt(w, &p, at, no_ref(), "UNKNOWN_DESTINATION", why);
    walk_lost_end(w, &p, at);
    if (!w->answer && p.came != CAME_LOST && !walk_full(w, &p, at)) {
        p.came = CAME_LOST;
        p.refs = REFS_MAYBE;
        p.subnet = NET_NONE;
        for (uint32_t i = 0; i < n->vpcs_count; i++)
            if (n->vpcs[i].collected && (where == LOST_ANYWHERE || n->vpc_attachments[i].count))
                lost_in_vpc(w, &p, i);
        if (where == LOST_ANYWHERE && !ip_is_internal(p.dst))
            lost_to_internet(w, p);
    }
    walk_reset(w, &m);
}
