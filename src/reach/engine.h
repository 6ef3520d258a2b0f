/*
 * reach/engine.h: all pairs at once: which labels (tenants...) can open a connection to which things.
 *
 * Place in the flow: net -> ENGINE -> { prove, path (one pair, warm), map }.
 *
 * Route tables become disjoint landing intervals, interfaces fleet classes, groups sets of members, ACLs port sets (shared/
 * reference network.md, section 2). Equal to walk.h in every answer: tests compare both on random networks.
 *
 * A label is a number that the caller gives to each thing as a source (tenant, shared entry, unassigned, outside). A
 * connection is *declared* when a rule of the caller covers it; the engine keeps both apart, port by port.
 */
#ifndef WARD_REACH_ENGINE_H
#define WARD_REACH_ENGINE_H

#include "base/bitset.h"
#include "reach/walk.h"

/* What a connection may be; bits of a mask. The four of each verdict: undeclared or declared, by a way that passes the
 * Internet or not. A bit says that there is such a connection, each by itself. */
enum reach_how {
    HOW_DIRECT, HOW_DIRECT_INTERNET, HOW_ONE_WAY, HOW_ONE_WAY_INTERNET, HOW_UNKNOWN, HOW_UNKNOWN_INTERNET,
    HOW_DECLARED,          /* covered by a reach_allow, or enters from the Internet by a subnet that is declared public */
    HOW_COUNT
};

/* Connections that are wanted: from label to label (or REACH_ANY), over `via` (a label of relays; REACH_ANY: whatever; REACH_NONE_VIA:
 * without one), on these TCP ports (none: all ports and protocols). */
struct reach_allow {
    uint32_t from, to, via;
    const uint16_t *ports;
    uint32_t port_count;
};
enum { REACH_ANY = UINT32_MAX - 1, REACH_NONE_VIA = UINT32_MAX };

struct reach_question {
    const uint32_t *label_of;   /* by thing: whose it is, as a source; NET_NONE: no source */
    uint32_t labels;
    const struct reach_allow *allows;
    uint32_t allow_count;
};

struct reach;
/* Compiles `n` (which must stay and be indexed). */
struct reach *reach_new(const struct net *n);
void reach_free(struct reach *r);
/* All pairs, first arrivals only (no hop over a host). May be called again with another question. */
void reach_run(struct reach *r, const struct reach_question *q);

/* Labels (bits) that can open a connection to the thing in this way. Valid until the next reach_run or reach_changed. NULL: none. */
const uint64_t *reach_labels(const struct reach *r, uint32_t thing, enum reach_how how);
/* Pivots: `seeds` (may be NULL; by thing, each NULL or a set of labels): who controls a thing's code beside its own label. Gives for
 * each thing the labels that reach it over at least one host (`runs_code`) that is not theirs (nor reached as anybody may: reach_only_public()); those that reach it directly
 * may be in it too. Over undeclared or declared connections alike; unknown ones make a set of their own. */
void reach_pivot(struct reach *r, const uint64_t *const *seeds);
const uint64_t *reach_pivot_labels(const struct reach *r, uint32_t thing, bool unknown);
/* The chain of a pivot, shortest: things h1...hk, the last is `thing`. 0: there is none. */
uint32_t reach_pivot_chain(const struct reach *r, uint32_t label, uint32_t thing, bool unknown, uint32_t *things, uint32_t max);
/* The same over nothing of the labels in `avoid` before `thing`, and by no step that reach_only_public() tells. With
 * `label` in `avoid`: from what it controls as the seeds say. */
uint32_t reach_pivot_chain_past(const struct reach *r, uint32_t label, uint32_t thing, bool unknown, const uint64_t *avoid, uint32_t *things,
                                uint32_t max);
/* Adds the labels that come to run code in a host by a first connection: all that reach it but those of reach_only_public(). */
void reach_control_labels(const struct reach *r, uint32_t thing, bool unknown, uint64_t *bits);
/* The label reaches the thing as anybody may, by an entrance that is declared public, and in no other way. */
bool reach_only_public(const struct reach *r, uint32_t label, uint32_t thing);

/* One connection of that kind, lowest rows and smallest port first, checked by the walker (which agrees, or the engine is
 * wrong and says so with ERR_INTERNAL). */
struct reach_witness {
    struct net_flow flow;
    uint32_t from_thing, to_thing;
    const struct walk_path *path;
    uint16_t lo, hi;            /* all ports around the one shown that open alike */
    bool chosen_source_ports;   /* only with source ports that no system picks by itself (32768-60999, 49152-65535) */
};
bool reach_witness(struct reach *r, struct arena *a, uint32_t label, uint32_t thing, enum reach_how how, struct reach_witness *out,
                   struct err *e) WARN_UNUSED;
/* The same from one thing to another. */
bool reach_witness_of(struct reach *r, struct arena *a, uint32_t from, uint32_t thing, enum reach_how how, struct reach_witness *out,
                      struct err *e) WARN_UNUSED;
/* Things with a connection to `thing`, or one that is not known, in order of rows; how many in *count. In `a`. The sure ones: without those
 * of which nothing but an unknown one is there. */
uint32_t *reach_sources(const struct reach *r, struct arena *a, uint32_t thing, uint32_t *count);
uint32_t *reach_sure_sources(const struct reach *r, struct arena *a, uint32_t thing, uint32_t *count);

/* One pair, compiled: which terms open from one end to the other. For `ward path` with open ports, and for pair tests. */
struct reach_term {
    int16_t proto;              /* NET_ANY_PROTOCOL: all */
    uint16_t lo, hi;            /* destination ports */
    uint16_t sport_lo, sport_hi; /* source ports whose answers return, where the verdict is DIRECT */
    enum reach_verdict verdict;
    bool internet;
};
uint32_t reach_terms(struct reach *r, struct arena *a, struct net_end from, struct net_ref to, struct reach_term **out);
/* One question, no allocation, no path: the verdict alone. */
enum reach_verdict reach_ask(const struct reach *r, const struct net_flow *f);

/* After rows of the net changed in place (a rule's ports or peer, a route's target or state, an entry): brings the engine and the last
 * reach_run() up to date. `changed` rows: NET_RULE, NET_ROUTE, NET_TGW_ROUTE, NET_ACL_ENTRY... An inbound rule with a range that begins and ends
 * where some row's already did, of a group that no balancer, endpoint or appliance has, asks again for what rests on it alone; all else is
 * a new run. Pivots are to be asked for again. */
void reach_changed(struct reach *r, const struct net_ref *changed, uint32_t count);

/* Of the last reach_run(): for figures and for "covered" lines. brought_in: changes without a new run; public_asks: questions of groups
 * over the Internet, which stand for public_pairs connections. */
struct reach_stats { uint32_t classes, landings, shapes, brought_in; uint64_t pairs, bicliques, public_asks, public_pairs; };
struct reach_stats reach_stats_of(const struct reach *r);

#endif
