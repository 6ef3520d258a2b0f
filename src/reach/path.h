/*
 * reach/path.h: one question about the network: can SRC open a connection to DST, on which ports, and by which way.
 *
 * Place in the flow: net, walk -> PATH -> report/path. A name is turned into ends (interfaces with an address, networks
 * outside), the packets that tell cases apart are walked, and the best is kept: rules can only make a difference at the
 * ports and addresses where one of them begins or ends.
 *
 * It answers what was asked, over first arrivals: a hop over a host is a remark (PATH_PIVOT), never a path.
 */
#ifndef WARD_REACH_PATH_H
#define WARD_REACH_PATH_H

#include "base/err.h"
#include "reach/walk.h"

enum path_word { PATH_DIRECT, PATH_INTERNET, PATH_ONE_WAY, PATH_PIVOT, PATH_UNKNOWN, PATH_NONE, PATH_WORDS };
const char *path_word_name(enum path_word w); /* "DIRECT", "ONE-WAY"... */

/* A place where a packet begins or ends. */
struct path_end {
    struct net_ref at; /* NET_ENI, NET_EXTERNAL, NET_SUBNET, NET_VPC, NET_ENDPOINT; as a destination NET_NOTHING: wherever it is delivered */
    ip_number ip;      /* of an external 0: any address of it */
    uint32_t entrance_plus_one; /* of a destination: by this entrance (walk.h), and `ip` is 0 */
};
struct path_ends {
    struct str text;   /* as it was asked */
    struct str words;  /* what it is: "host i-1 (web)", "2 things of tenant acme" */
    struct net_ref ref; /* of one row, or NET_NOTHING */
    struct path_end *ends;
    uint32_t count;
    bool internet;
    struct ip_range within; /* internet:CIDR: these addresses only; else empty */
    struct str note;   /* what the reader should know of it, or {NULL,0} */
};
enum { PATH_ENDS_MAX = 20000 };

/* `from`: as a source. `router`: a subnet or a VPC stands for a packet at its router, not for the interfaces in it.
 * Ids, ARNs, names, tenants, ADDRESS, VPC/ADDRESS, internet, internet:CIDR, onprem, aws-services. ERR_USAGE when there is
 * none of that name, or an address is that of interfaces in several VPCs. */
bool path_find(const struct net *n, struct arena *a, struct str text, bool from, bool router, struct path_ends *out, struct err *e) WARN_UNUSED;
/* Of the source's ends those that can have the address `ip`, which they then have. False when none can: then all claim it,
 * and the walker tells what stops them. */
bool path_narrow(const struct net *n, struct path_ends *from, ip_number ip);

struct path_ports {
    int16_t proto;     /* or NET_ANY_PROTOCOL */
    bool any_port, any_sport;
    uint16_t lo, hi, sport_lo, sport_hi;
    bool but;          /* any port but `hole` */
    uint16_t hole;
};
/* PROTO: tcp, udp, icmp, icmp6, a number, any. PORT: N, A-B, !N; of ICMP TYPE or TYPE/CODE. {NULL,0}: not given. */
bool path_ports_parse(struct str proto, struct str dport, struct str sport, struct path_ports *out, struct err *e) WARN_UNUSED;
struct str path_proto_name(struct arena *a, int proto); /* "tcp", "protocol 50", "all protocols" */
/* "5432", "1-1023", "type 8 code 0". */
struct str path_port_text(struct arena *a, int proto, uint16_t lo, uint16_t hi);

struct path_term {
    int16_t proto;     /* NET_ANY_PROTOCOL: all; 0: all that no rule names */
    uint16_t lo, hi;
    enum reach_verdict verdict;
    bool internet;
};
/* Something whose removal closes the path: tried, each alone, by walking the same packet again. */
struct path_cut { struct net_ref ref; struct str edit; };

struct path_question {
    const struct path_ends *from, *to;
    struct path_ports ports;
};
struct path_answer {
    enum path_word word;
    struct net_flow flow;          /* of `path` */
    const struct walk_path *path;  /* the best of all; NULL: there is no packet to send */
    struct net_ref wanted;         /* the end that it was to reach, or NET_NOTHING */
    uint32_t from_thing, to_thing; /* NET_NONE: none */
    struct path_term *terms;       /* open and unknown ports, in order; made where more than one is asked about */
    uint32_t term_count;
    bool capped;                   /* not all packets were tried: what was not found is not known */
    struct str reason;             /* NONE, UNKNOWN: one line */
    struct str opens;              /* NONE, ONE-WAY: what would open it, or {NULL,0} */
    uint32_t pivot[8], pivot_count; /* things: hosts in between, the last is where it was to go; 0: not looked for, or none */
    struct path_cut *cuts;
    uint32_t cut_count;
};
enum { PATH_WALKS_MAX = 400000, PATH_TERMS_MAX = 256, PATH_SAMPLES_MAX = 1024, PATH_PIVOT_MAX = 8 };
/* `cuts`: try what would close it (needs a net that nobody else reads meanwhile: rows change and change back). */
void path_ask(struct net *n, struct arena *a, const struct path_question *q, bool cuts, struct path_answer *out);

/* The ids that the packet passes, each once in a row: things, subnets, VPCs, gateways. In `a`. */
uint32_t path_nodes(const struct net *n, struct arena *a, const struct net_flow *f, const struct walk_path *p, bool back, struct str **out);

/* For path_ask(): how good a path is, the best first: 0 direct, 1 direct over the Internet, 2 and 3 one way, 4 unknown, 5 none. */
int path_rank(const struct walk_path *p);
/* The best of the paths to `wanted`; where none ends there, what stopped or is not known. NULL: there is none. */
const struct walk_path *path_best(const struct net *n, const struct walk *w, const struct net_flow *f, struct net_ref wanted, bool *elsewhere);
/* Addresses of balancers, endpoints and entrances behind which an end of `to` may stand; appended to it as ends. */
void path_add_doors(const struct net *n, struct arena *a, struct path_ends *to);
/* Where there is no direct way: one over hosts, by the engine; the answer's word is PATH_PIVOT then. False: there is none. */
bool path_find_pivot(const struct net *n, struct arena *a, const struct path_question *q, struct path_answer *answer);
/* What would have to change first for it to open, or {NULL,0}. */
struct str path_opens(const struct net *n, struct arena *a, const struct path_answer *answer);
void path_find_cuts(struct net *n, struct arena *a, struct path_answer *answer);

/* For path_ask(): numbers at which some row begins to differ. */
struct path_marks { uint64_t *port[256]; }; /* by protocol: bits of 65536, or NULL */
void path_mark_ports(const struct net *n, struct arena *a, struct path_marks *out);
/* Addresses of the Internet (within `within` unless that is empty) that stand for all others, as rules, lists, entries and
 * routes see them. `capped` when there are more than `max`. */
uint32_t path_sample_internet(const struct net *n, struct arena *a, struct ip_range within, uint32_t max, ip_number **out, bool *capped);
uint32_t path_sample_external(const struct net *n, struct arena *a, uint32_t external, uint32_t max, ip_number **out, bool *capped);

#endif
