/*
 * reach/walk.h: one packet, hop by hop, as plainly as the documentation tells it.
 *
 * Place in the flow: net -> WALK -> path (what is printed), and the check of everything that the engine says: every
 * witness is replayed here, and random networks are compared pair by pair.
 *
 * The walker reads the rows of struct net and nothing that the engine made; it searches rules, routes and entries one
 * after the other. It opens one connection: the first packet forward, and where the protocol has answers (TCP, UDP, ICMP
 * echo) the answer back, with connection tracking of the stateful hops (security groups, NAT, load balancers, firewalls).
 * A load balancer, an endpoint service or an entrance makes more than one path; so does what is not known. Each path ends
 * somewhere, and has a verdict of its own.
 */
#ifndef WARD_REACH_WALK_H
#define WARD_REACH_WALK_H

#include "reach/net.h"

enum reach_verdict {
    REACH_NONE,     /* blocked, or there is no way */
    REACH_UNKNOWN,  /* it may pass: something that decides was not read or is not modelled */
    REACH_ONE_WAY,  /* the packet arrives, its answer does not return (for TCP: no connection, but it arrives) */
    REACH_DIRECT,   /* a connection opens */
    REACH_VERDICTS
};
const char *reach_verdict_name(enum reach_verdict v); /* "none", "unknown", "one-way", "direct" */

/* Who sends: an interface's address (`eni`), or an external network, or (test cases) any packet that stands at a subnet's or a
 * VPC's router. `ip` 0: the interface's primary address; of an external: any address of it. */
struct net_end {
    struct net_ref at; /* NET_ENI, NET_EXTERNAL, NET_SUBNET, NET_VPC */
    ip_number ip;
};

struct net_flow {
    struct net_end from;
    ip_number to;
    int16_t proto;
    uint16_t sport, dport; /* ICMP: dport is type << 8 | code */
    /* 0: none; else 1 + the row of an entrance to which the flow is addressed (`to` is 0): from its external, from an
     * interface that gets out to the Internet (entrances from there), or from an interface of its VPC. */
    uint32_t entrance_plus_one;
};

enum hop_act { HOP_PASS, HOP_STOP, HOP_UNKNOWN };
struct walk_hop {
    struct net_ref at;   /* where the packet is: interface, subnet, table, gateway, attachment, external... */
    struct net_ref by;   /* the rule, entry, route, attachment... that let it through or stopped it; NET_NOTHING: none did */
    enum hop_act act;
    const char *code;    /* AWS's explanation code (Reachability Analyzer guide, "explanation codes"), or NULL: passed */
    struct str note;     /* one line: "10.0.0.0/16 -> pcx-1", "rule sgr-1: tcp 5432 from sg-2" */
    ip_number src, dst;  /* of the packet as it leaves this hop */
    uint16_t sport, dport;
};

struct walk_path {
    enum reach_verdict verdict;
    struct net_ref end;  /* where it was delivered: NET_ENI, NET_EXTERNAL, NET_ENDPOINT (an AWS service behind it), NET_THING (behind an entrance,
                            without an interface); else where it stopped */
    ip_number to;        /* address at which it arrived there */
    uint16_t port;
    struct walk_hop *hops, *return_hops;
    uint32_t hop_count, return_count;
    const char *blocked_by; /* code of the hop that stopped it; of ONE-WAY: that stopped the answer */
    struct str reason;   /* of UNKNOWN: what is not known; of NONE: one line */
    bool internet;       /* it passed an Internet gateway, or an entrance from the Internet */
    uint32_t relays[4], relay_count; /* things it went through that make a new connection or hide the source: NAT, balancer,
                                        endpoint service, entrance: rows of net.things */
    bool appliance;      /* an interface with SourceDestCheck off stands in the way: taken as may forward */
    bool return_unknown; /* the answer's way is not known */
};
struct walk {
    struct walk_path *paths; /* the best first: DIRECT, ONE-WAY, UNKNOWN, NONE; then in the order in which they were found */
    uint32_t count;
    bool capped;             /* more than WALK_PATHS_MAX: the rest is REACH_UNKNOWN */
};
enum { WALK_PATHS_MAX = 256, WALK_HOPS_MAX = 64 };

/* Everything in `a`. Never fails: what it cannot follow is a path with REACH_UNKNOWN. */
void walk_flow(const struct net *n, struct arena *a, const struct net_flow *f, struct walk *out);
/* Those paths that end at `end` (NET_ENI, NET_THING: one of its interfaces, NET_EXTERNAL): the best, or NULL. */
const struct walk_path *walk_to(const struct net *n, const struct walk *w, struct net_ref end);

/* One security group rule list against one packet, and one network ACL: for tests of the parsed facts. */
bool walk_group_admits(const struct net *n, uint32_t group, bool egress, int16_t proto, uint16_t port, ip_number peer, uint32_t *rule);

#endif
