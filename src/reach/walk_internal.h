/*
 * reach/walk_internal.h: what the files of the walker share.
 *
 * A packet goes from function to function by value; who branches marks the walker before and resets it after each
 * branch. A *leg* is the way of one packet whose addresses only Internet gateways change: from who opened it to where
 * it ends. NAT gateways, balancers, endpoint services and entrances end one leg and open the next. Answers go back leg
 * by leg.
 */
#ifndef WARD_REACH_WALK_INTERNAL_H
#define WARD_REACH_WALK_INTERNAL_H

#include "reach/walk.h"

enum tri { NO, MAYBE, YES };
static inline enum tri tri_or(enum tri a, enum tri b)
{
    return a > b ? a : b;
}

/* What a security group reference can still see of the sender (network.md 1.2). */
enum refs { REFS_KEPT, REFS_LOST, REFS_LOST_TGW, REFS_MAYBE };
enum came { CAME_HERE, CAME_PEERING, CAME_TGW, CAME_VGW, CAME_INTERNET, CAME_LOST };
enum { LEGS_MAX = 8, RELAYS_MAX = 4, SEEN_MAX = 64, EPHEMERAL_FIRST = 1024, EPHEMERAL_USUAL = 49152 };

struct packet {
    ip_number src, dst;
    uint16_t sport, dport;
    int16_t proto;
    enum refs refs;
    enum came came; /* how it came into `vpc` */
    uint32_t sender,
        client;           /* interfaces whose groups references may match; NET_NONE: none. client: kept by a balancer */
    uint32_t sender_vpc;  /* the VPC whose address `src` is, or NET_NONE */
    ip_number public_ip;  /* of the sender in sender_vpc */
    bool from_nat;        /* the sender is a NAT gateway */
    uint32_t vpc, subnet; /* where it is; subnet NET_NONE: at a gateway of the VPC */
    struct str az;        /* in which it entered a transit gateway */
    bool border_always;   /* network ACLs are asked within a subnet too (classic load balancer) */
    bool any_sport;       /* the sender picks its source port from 1024-65535 */
    bool groups_unasked;  /* whether the destination's groups are asked is not known, or they are not */
    uint32_t egress_checked; /* the interface whose egress rules let it through by a reference, or NET_NONE */
    struct str doubt;        /* why it is not sure that it got here; ptr NULL: sure */
    bool internet, appliance;
    uint32_t relays[RELAYS_MAX], relay_count;
};

struct header {
    ip_number src, dst;
    uint16_t sport, dport;
};
struct leg {
    struct net_ref from, to;
    uint32_t from_vpc, from_subnet, to_vpc, to_subnet;
    struct header sent, arrived;
    int16_t proto;
    bool any_sport;
    bool kept; /* a balancer that keeps the client's address: the answer goes back to it by its own state */
    bool border_always;
    uint32_t eigw;                         /* egress-only gateway by which it left, or NET_NONE */
    uint32_t firewalls[4], firewall_count; /* that have seen it */
};
struct seen { /* a lookup that this leg has made */
    struct net_ref table;
    ip_number src, dst;
};

struct answer { /* a packet that goes back */
    const struct leg *leg;
    enum tri found;
    struct walk_hop hops[WALK_HOPS_MAX]; /* of the best way; else of the first that was stopped */
    uint32_t hop_count;
    bool stopped;
    const char *code;
    uint32_t acls[8], acl_count; /* that were asked */
};

struct walker {
    const struct net *n;
    struct arena *a;
    struct walk *out;
    uint32_t room; /* of out->paths */
    struct walk_hop hops[WALK_HOPS_MAX];
    uint32_t hop_count;
    struct leg legs[LEGS_MAX];
    uint32_t leg_count;
    struct seen seen[SEEN_MAX];
    uint32_t seen_count;
    uint32_t entrance;     /* to which the flow is addressed, or NET_NONE */
    struct answer *answer; /* NULL: forward */
};
struct mark {
    uint32_t hops, legs, seen;
    struct leg last; /* its firewalls and gateways belong to the branch */
};
static inline struct mark walk_mark(const struct walker *w)
{
    struct mark m = {.hops = w->hop_count, .legs = w->leg_count, .seen = w->seen_count};
    if (m.legs)
        m.last = w->legs[m.legs - 1];
    return m;
}
static inline void walk_reset(struct walker *w, const struct mark *m)
{
    w->hop_count = m->hops;
    w->leg_count = m->legs;
    w->seen_count = m->seen;
    if (m->legs)
        w->legs[m->legs - 1] = m->last;
}
static inline struct net_ref ref_of(enum net_kind k, uint32_t i)
{
    return (struct net_ref){k, i};
}
static inline struct net_ref no_ref(void)
{
    return (struct net_ref){NET_NOTHING, NET_NONE};
}

/* walk_note.c: what is told. */
void walk_pass(struct walker *w, const struct packet *p, struct net_ref at, struct net_ref by, struct str note);
void walk_doubt(struct walker *w, struct packet *p, struct net_ref at, struct net_ref by, const char *code,
                struct str why);
void walk_stop(struct walker *w, const struct packet *p, struct net_ref at, struct net_ref by, const char *code,
               struct str why);
bool walk_full(struct walker *w, const struct packet *p,
               struct net_ref at); /* too many hops: ends the path as unknown */
void walk_arrived(struct walker *w, const struct packet *p, struct net_ref end);
void walk_lost_end(struct walker *w, const struct packet *p, struct net_ref at);
struct str walk_text(const struct walker *w, const char *before, struct str id, const char *after);
struct str note_rule(const struct walker *w, uint32_t rule);
struct str note_entry(const struct walker *w, uint32_t entry);
struct str note_route(const struct walker *w, uint32_t route);
struct str note_tgw_route(const struct walker *w, uint32_t route);

/* walk_group.c, walk_acl.c, walk_firewall.c: filters. `by` is what decided. */
enum tri walk_groups(const struct walker *w, const struct packet *p, uint32_t eni, bool egress, uint32_t assumed,
                     struct net_ref *by, const char **code);
enum tri walk_acl(struct walker *w, const struct packet *p, uint32_t subnet, bool egress, struct net_ref *by);
enum tri walk_firewall_rules(const struct walker *w, const struct packet *p, uint32_t firewall, struct net_ref *by);
/* False: stopped, and told so. */
bool pass_groups(struct walker *w, struct packet *p, uint32_t eni, bool egress);
bool pass_acl(struct walker *w, struct packet *p, uint32_t subnet, bool egress);
bool pass_firewall(struct walker *w, struct packet *p, uint32_t firewall);

/* Rows of addresses in a VPC that hold `ip`: the single one, else each range. Begin with *at = 0. NET_NONE: no more. */
uint32_t owner_next(const struct net *n, uint32_t vpc, ip_number ip, uint32_t *at);
bool vpcs_peered(const struct net *n, uint32_t a, uint32_t b, bool same_region);
bool subnet_holds(const struct net *n, uint32_t subnet, ip_number ip);

/* walk_route.c: within a VPC. */
void walk_send(struct walker *w, struct packet p, uint32_t eni); /* an interface sends: its groups, then walk_leave */
void walk_leave(struct walker *w, struct packet p, uint32_t subnet); /* from a subnet */
void walk_lookup(struct walker *w, struct packet p, uint32_t table);
/* Has this leg looked the packet up here already? Then it runs in a circle. */
bool walk_circle(struct walker *w, const struct packet *p, struct net_ref table);
void walk_local(struct walker *w, struct packet p); /* by the local route of p.vpc */
/* walk_gate.c */
void walk_igw(struct walker *w, struct packet p, uint32_t igw);
void walk_eigw(struct walker *w, struct packet p, uint32_t eigw);
void walk_nat(struct walker *w, struct packet p, uint32_t nat);
void walk_peering(struct walker *w, struct packet p, uint32_t peering);
void walk_from_internet(struct walker *w, struct packet p); /* a packet on the Internet */
/* walk_tgw.c */
void walk_tgw(struct walker *w, struct packet p, uint32_t tgw);
void walk_tgw_in(struct walker *w, struct packet p, uint32_t attachment);
/* walk_external.c */
void walk_vgw(struct walker *w, struct packet p, uint32_t vgw);
void walk_to_external(struct walker *w, struct packet p, uint32_t external, uint32_t by_uplink);
void walk_uplink_in(struct walker *w, struct packet p, uint32_t uplink);
void walk_from_external(struct walker *w, struct packet p, uint32_t external);
void walk_to_foreign_vpc(struct walker *w, struct packet p, uint32_t vpc);
/* The packet is out of sight: it may arrive at any interface that has its destination address. */
enum lost_where { LOST_ANYWHERE, LOST_IN_TGW };
void walk_lost(struct walker *w, struct packet p, struct net_ref at, struct str why, enum lost_where where);
/* walk_arrive.c */
void walk_arrive(struct walker *w, struct packet p, uint32_t address);
void walk_appliance(struct walker *w, struct packet p, uint32_t eni);
void walk_endpoint(struct walker *w, struct packet p, uint32_t endpoint);
/* walk_relay.c: what makes a new connection. */
bool walk_relay(struct walker *w, const struct packet *p, uint32_t eni); /* false: the interface is none */
/* The packet starts anew, with `thing` among its relays. False: too many of them, and told so. */
bool walk_new_leg(struct walker *w, struct packet *p, struct net_ref at, uint32_t thing);
void walk_entrance(struct walker *w, struct packet p, uint32_t entrance);
void walk_leg_open(struct walker *w, const struct packet *p, struct net_ref from);
void walk_leg_end(struct walker *w, const struct packet *p, struct net_ref to);
/* walk_answer.c */
enum tri walk_answers(struct walker *w, struct walk_path *path);

#endif
