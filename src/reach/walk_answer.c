/*
 * The way back. Security groups and gateways that track connections let answers through (VPC User Guide, "Security
 * group connection tracking"); network ACLs do not know of them, and route tables decide where they go.
 */
#include "reach/walk_internal.h"

#include <string.h>

static bool has_answers(const struct leg *l)
{
    return l->proto == NET_TCP || l->proto == NET_UDP || (l->proto == NET_ICMP && l->sent.dport >> 8 == 8) ||
           (l->proto == NET_ICMP6 && l->sent.dport >> 8 == 128);
}

static struct packet turned(const struct leg *l)
{
    struct packet p = {.src = l->arrived.dst,
                       .dst = l->arrived.src,
                       .sport = l->arrived.dport,
                       .dport = l->arrived.sport,
                       .proto = l->proto,
                       .sender = NET_NONE,
                       .client = NET_NONE,
                       .egress_checked = NET_NONE,
                       .sender_vpc = NET_NONE,
                       .vpc = l->to_vpc,
                       .subnet = l->to_subnet,
                       .border_always = l->border_always,
                       .refs = REFS_LOST};
    if (l->proto == NET_ICMP || l->proto == NET_ICMP6) { /* echo reply: RFC 792, RFC 4443 */
        p.sport = 0;
        p.dport = l->proto == NET_ICMP ? 0 : 129 << 8;
    }
    return p;
}

/* The balancer takes it up by its own state: no route, only the ACLs of both subnets. */
static void back_to_balancer(struct walker *w, struct packet p, const struct leg *l)
{
    struct net_ref at = ref_of(NET_SUBNET, l->to_subnet);
    if (l->to_subnet != l->from_subnet || l->border_always) {
        if (l->to_subnet != NET_NONE && !pass_acl(w, &p, l->to_subnet, true))
            return;
        if (l->from_subnet != NET_NONE && !pass_acl(w, &p, l->from_subnet, false))
            return;
    }
    walk_pass(w, &p, at, l->from, STR("back to the load balancer, whatever the route table"));
    p.src = l->sent.dst;
    p.dst = l->sent.src;
    walk_arrived(w, &p, l->from);
}

static void from_interface(struct walker *w, struct packet p, const struct leg *l)
{
    const struct net *n = w->n;
    p.sender = l->to.index;
    p.sender_vpc = p.vpc = n->enis[p.sender].vpc;
    NET_EACH (i, n->enis[p.sender].addresses)
        if (ip_in(n->addresses[i].range, p.src) && n->addresses[i].public_ip)
            p.public_ip = n->addresses[i].public_ip;
    walk_leave(w, p, l->to_subnet);
}

static void from_nat(struct walker *w, struct packet p, const struct leg *l)
{
    p.vpc = w->n->nats[l->to.index].vpc;
    p.src = l->sent.dst; /* it puts the address back that was asked for */
    if (l->to_subnet != NET_NONE) {
        walk_leave(w, p, l->to_subnet);
        return;
    }
    walk_local(w, p);
}

static void send_back(struct walker *w, const struct leg *l)
{
    struct packet p = turned(l);
    if (l->kept) {
        back_to_balancer(w, p, l);
        return;
    }
    switch (l->to.kind) {
    case NET_ENI:
        from_interface(w, p, l);
        break;
    case NET_NAT:
        from_nat(w, p, l);
        break;
    case NET_EXTERNAL:
        walk_from_external(w, p, l->to.index);
        break;
    case NET_ENDPOINT:
        p.vpc = w->n->endpoints[l->to.index].vpc;
        p.came = CAME_HERE;
        walk_local(w, p);
        break;
    default:
        walk_arrived(w, &p, l->from);
        break;
    }
}

static void try_back(const struct walker *w, const struct leg *l, struct answer *r)
{
    struct walker back; /* hops and lookups are kilobytes: not zeroed */
    back.n = w->n;
    back.a = w->a;
    back.out = NULL;
    back.room = back.hop_count = back.leg_count = back.seen_count = 0;
    back.entrance = NET_NONE;
    back.answer = r;
    r->leg = l;
    r->found = NO;
    r->stopped = false;
    r->hop_count = 0;
    r->code = NULL;
    send_back(&back, l);
}

/* Does any source port of 1024-65535 let the answer through? Only the ends of the ACLs' intervals can differ. */
static void try_ports(const struct walker *w, struct leg *l, struct answer *r)
{
    const struct net *n = w->n;
    uint16_t before = l->arrived.sport;
    uint32_t acls[sizeof r->acls / sizeof *r->acls], count = r->acl_count;
    memcpy(acls, r->acls, sizeof acls);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = n->acls[acls[i]].ingress.first; k < n->acl_entries_count && n->acl_entries[k].acl == acls[i];
             k++)
            for (int end = 0; end < 2; end++) {
                uint32_t port = end ? n->acl_entries[k].hi + 1u : n->acl_entries[k].lo;
                if (port < EPHEMERAL_FIRST)
                    port = EPHEMERAL_FIRST;
                if (port > 65535)
                    continue;
                l->arrived.sport = (uint16_t)port;
                try_back(w, l, r);
                if (r->found == YES)
                    return;
            }
    l->arrived.sport = before;
    try_back(w, l, r);
}

static enum tri leg_answers(const struct walker *w, const struct leg *leg, struct answer *r)
{
    /* Without a network of its own: inside AWS, from relay to relay. */
    if (leg->from.kind == NET_NOTHING || leg->to.kind == NET_VPC || leg->to.kind == NET_THING ||
        leg->to.kind == NET_ENTRANCE || !has_answers(leg)) {
        r->hop_count = 0;
        return YES;
    }
    struct leg l = *leg;
    memset(r, 0, offsetof(struct answer, hops));
    r->acl_count = 0;
    try_back(w, &l, r);
    if (r->found == NO && l.any_sport && r->acl_count && (l.proto == NET_TCP || l.proto == NET_UDP))
        try_ports(w, &l, r);
    return r->found;
}

enum tri walk_answers(struct walker *w, struct walk_path *path)
{
    struct answer r;
    enum tri all = YES;
    for (uint32_t i = w->leg_count; i-- > 0;) {
        enum tri t = leg_answers(w, &w->legs[i], &r);
        if (r.hop_count) {
            struct walk_hop *hops = arena_alloc(w->a, (path->return_count + r.hop_count) * sizeof *hops);
            if (path->return_count)
                memcpy(hops, path->return_hops, path->return_count * sizeof *hops);
            memcpy(hops + path->return_count, r.hops, r.hop_count * sizeof *hops);
            path->return_hops = hops;
            path->return_count += r.hop_count;
        }
        all = t < all ? t : all;
        if (t == NO) {
            path->blocked_by = r.code;
            break;
        }
    }
    return all;
}
