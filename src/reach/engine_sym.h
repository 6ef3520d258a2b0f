/*
 * reach/engine_sym.h: one pair of addresses, all services at once.
 *
 * Between two addresses the way does not depend on ports (a route has none), filters do: so a packet here has two addresses and a set
 * of services that have come so far. It goes hop by hop over the flat tables, branches where a balancer or what is not
 * known makes more than one way, and tells where which services end, and whether their answers return. Legs as in the walker: a leg
 * is the way between two addresses; NAT gateways, balancers, endpoint services, entrances end one and open the next.
 */
#ifndef WARD_REACH_ENGINE_SYM_H
#define WARD_REACH_ENGINE_SYM_H

#include "reach/engine_internal.h"

enum certain { NO, MAYBE, YES };
static inline enum certain certain_or(enum certain a, enum certain b) { return a > b ? a : b; }

enum refs { REFS_KEPT, REFS_LOST, REFS_LOST_TGW, REFS_MAYBE };
enum came { CAME_HERE, CAME_PEERING, CAME_TGW, CAME_VGW, CAME_INTERNET, CAME_LOST };
enum { LEGS_MAX = 8, RELAYS_MAX = 4, SEEN_MAX = 64, HOPS_MAX = 64, EPHEMERAL_FIRST = 1024 };

struct packet {
    ip_number src, dst;
    struct tri now;            /* services that are here, as the packet has them now */
    struct tri client;         /* the same as the first sender asked for them */
    bool mapped;               /* the port is not the first sender's any more: `client` stands for all of `now` */
    enum refs refs;
    enum came came;
    uint32_t sender, client_eni, sender_vpc;
    ip_number public_ip;
    bool from_nat;
    uint32_t vpc, subnet;
    struct str az;
    bool border_always, any_sport, groups_unasked;
    uint32_t egress_checked;
    bool internet, appliance, declared_entry;
    uint32_t relays[RELAYS_MAX], relay_count, balancers;
    uint32_t hops;
};

struct leg {
    struct net_ref from, to;
    uint32_t from_vpc, from_subnet, to_vpc, to_subnet;
    ip_number sent_src, sent_dst, arrived_src, arrived_dst;
    bool any_sport, kept, border_always;
    uint32_t eigw;
    uint32_t firewalls[4], firewall_count;
};

struct outcome {
    struct net_ref end;        /* NET_ENI, NET_EXTERNAL, NET_ENDPOINT */
    ip_number to;
    struct services direct, one_way, unknown; /* as the first sender asked for them; disjoint */
    struct tri answered;       /* services (protocol, source port) whose answers return, where there is one leg */
    bool internet, declared_entry;
    uint16_t sport_lo, sport_hi; /* of the first sender */
    const uint32_t *relays;
    uint32_t relay_count, legs;
};
struct sym {
    const struct reach *r;
    const struct net *n;
    struct arena *a;
    struct leg legs[LEGS_MAX];
    uint32_t leg_count;
    struct { struct net_ref table; ip_number src, dst; } seen[SEEN_MAX];
    uint32_t seen_count;
    uint32_t entrance;
    uint16_t sport_lo, sport_hi; /* of the first sender: no firewall rule tells two of them apart */
    const struct leg *answer;  /* the leg that is answered; NULL: forward */
    struct tri back;           /* answers that have returned */
    bool lost;                 /* something went where nothing is known to be */
    void (*told)(void *ctx, const struct outcome *o);
    void *ctx;
};

/* engine_filter.c */
struct tri filter_groups(const struct sym *s, const struct packet *p, uint32_t eni, bool egress, uint32_t assumed);
struct tri filter_acl(const struct sym *s, uint32_t subnet, bool egress, ip_number peer);
struct tri filter_firewall(const struct sym *s, const struct packet *p, uint32_t firewall);
/* False: nothing is left. */
bool sym_keep(struct sym *s, struct packet *p, struct tri t);
void sym_doubt(struct packet *p);
bool sym_groups(struct sym *s, struct packet *p, uint32_t eni, bool egress);
bool sym_acl(struct sym *s, struct packet *p, uint32_t subnet, bool egress);
bool sym_firewall(struct sym *s, struct packet *p, uint32_t firewall);
/* One group's inbound rules, whoever asks: groups of an entrance. */
struct tri filter_group_admits(const struct sym *s, uint32_t group, ip_number peer);
bool sym_peered_in_region(const struct reach *r, uint32_t a, uint32_t b);
bool sym_subnet_holds(const struct net *n, uint32_t subnet, ip_number ip);
uint32_t sym_owner_next(const struct net *n, uint32_t vpc, ip_number ip, uint32_t *at);

/* engine_start.c: as walk_flow() starts; `entrance` NET_NONE: none. */
void sym_start(struct sym *s, struct net_end from, ip_number to, struct services services, uint32_t entrance);
ip_number sym_stranger(const struct net *n, bool v4);
ip_number sym_primary(const struct net *n, uint32_t eni, bool v4);
/* engine_way.c, engine_gate.c, engine_tgw.c, engine_external.c, engine_arrive.c, engine_relay.c: as in walk_internal.h */
void sym_send(struct sym *s, struct packet p, uint32_t eni);
void sym_leave(struct sym *s, struct packet p, uint32_t subnet);
void sym_lookup(struct sym *s, struct packet p, uint32_t table);
void sym_local(struct sym *s, struct packet p);
bool sym_circle(struct sym *s, const struct packet *p, enum net_kind kind, uint32_t table);
void sym_igw(struct sym *s, struct packet p, uint32_t igw);
void sym_eigw(struct sym *s, struct packet p, uint32_t eigw);
void sym_nat(struct sym *s, struct packet p, uint32_t nat);
void sym_peering(struct sym *s, struct packet p, uint32_t peering);
void sym_from_internet(struct sym *s, struct packet p);
void sym_tgw(struct sym *s, struct packet p, uint32_t tgw);
void sym_tgw_in(struct sym *s, struct packet p, uint32_t attachment);
void sym_vgw(struct sym *s, struct packet p, uint32_t vgw);
void sym_to_external(struct sym *s, struct packet p, uint32_t external, uint32_t by_uplink);
void sym_from_external(struct sym *s, struct packet p, uint32_t external);
void sym_to_foreign_vpc(struct sym *s, struct packet p, uint32_t vpc);
enum lost_where { LOST_ANYWHERE, LOST_IN_TGW };
void sym_lost(struct sym *s, struct packet p, enum lost_where where);
void sym_arrive(struct sym *s, struct packet p, uint32_t address);
void sym_appliance(struct sym *s, struct packet p, uint32_t eni);
void sym_endpoint(struct sym *s, struct packet p, uint32_t endpoint);
void sym_arrived(struct sym *s, const struct packet *p, struct net_ref end);
void sym_lost_end(struct sym *s, const struct packet *p);
bool sym_full(struct sym *s, struct packet *p);
bool sym_relay(struct sym *s, const struct packet *p, uint32_t eni);
bool sym_new_leg(struct sym *s, struct packet *p, uint32_t thing);
void sym_entrance(struct sym *s, struct packet p, uint32_t entrance);
void sym_leg_open(struct sym *s, const struct packet *p, struct net_ref from);
void sym_leg_end(struct sym *s, const struct packet *p, struct net_ref to);

/* Whoever branches marks before, and resets after each branch. */
struct sym_mark {
    uint32_t legs, seen;
    struct leg last;
};
static inline struct sym_mark sym_marked(const struct sym *s)
{
    struct sym_mark m = {.legs = s->leg_count, .seen = s->seen_count};
    if (m.legs)
        m.last = s->legs[m.legs - 1];
    return m;
}
static inline void sym_reset(struct sym *s, const struct sym_mark *m)
{
    s->leg_count = m->legs;
    s->seen_count = m->seen;
    if (m->legs)
        s->legs[m->legs - 1] = m->last;
}

static inline struct net_ref ref_of(enum net_kind k, uint32_t i) { return (struct net_ref){k, i}; }
static inline struct net_ref no_ref(void) { return (struct net_ref){NET_NOTHING, NET_NONE}; }

#endif
