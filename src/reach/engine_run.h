/* What reach_run() keeps: sets of labels by class and by thing, the edges for pivots. */
#ifndef WARD_REACH_ENGINE_RUN_H
#define WARD_REACH_ENGINE_RUN_H

#include "reach/engine_sym.h"

/* Who sends: a class of interfaces, or (cls NET_NONE) an external network from one of its addresses. */
struct source {
    uint32_t cls, external;
    ip_number ip;
};

/* Of the pivot graph: nodes are things, then classes as destinations. */
struct edge {
    uint32_t from, to; /* from: a class, an external, a set of classes (run_from_count()) */
    bool unknown;
};

/* Outcomes of all packets from one sender to one address, kept. */
struct outcomes {
    struct outcome *at;
    uint32_t count, room;
};

struct run {
    struct reach *r;
    struct reach_question q;
    struct arena *a;           /* r->answers */
    size_t words;
    uint64_t **of_class[HOW_COUNT]; /* by class of destination: labels that reach every one of it */
    uint64_t **of_thing[HOW_COUNT]; /* by thing: labels that reach it in another way (relays, externals) */
    uint64_t **answer[HOW_COUNT];   /* by thing: both */
    struct edge *edges;
    uint32_t edge_count, edge_room;
    struct outcomes found;
    uint16_t *sports;          /* firsts of intervals of source ports that firewalls tell apart */
    uint32_t sport_count;
    struct reach_stats stats;
    struct far *far;
    struct near *near;
    struct source *sources;    /* those of one subnet together */
    uint32_t source_count;
    const bool *only_thing, *only_class; /* while a change is brought in: the rest of what is found is known */
    struct public *public;
    uint32_t *by_to;           /* edges in order of `to`, spans by node; made when first asked for */
    struct net_span *to_spans;
    uint32_t *by_from;
    struct net_span *from_spans;
    const uint64_t *const *seeds;
    uint64_t **pivots[2];      /* by thing: sure, unknown */
};

struct far;
struct public;
/* Addresses that routes lead to from a subnet. */
struct near {
    const struct far *far;
    bool skip_public;          /* what public_run() asks for the sender is left out */
    bool skip;                 /* what far_to() asks for the sender's group is left out */
    struct reach *r;
    const ip_number *to;
    uint32_t to_count;
    struct net_span *of_vpc;   /* by VPC, into vpc_to */
    uint32_t *vpc_to;          /* rows of `to` */
    struct net_span *rest_of;  /* the same without the classes of far.bulk */
    uint32_t *rest_to;
    uint32_t *stamps, stamp;
    uint32_t *list, count;     /* of the last source */
    uint32_t subnet, external; /* external: and one; 0: a class */
};
void near_new(struct near *w, const struct far *far, struct reach *r, struct arena *a, const ip_number *to, uint32_t count);
void near_of(struct near *w, const struct source *s);
/* The same within a range; `anew`: of another range than the last. */
void near_within(struct near *w, const struct source *s, struct ip_range range, bool anew);

/* What of an outcome a rule of the caller covers. */
struct services run_declared(const struct run *u, const struct outcome *o, uint32_t from, uint32_t to, struct arena *a);
/* Bits of enum reach_how. */
uint32_t run_bits(const struct run *u, const struct outcome *o, uint32_t from, uint32_t to, struct arena *a);
/* All ways from an end to an address; services that one way opens better than another stay with the better one. */
void run_ways(const struct reach *r, struct outcomes *out, struct arena *a, const uint16_t *sports, uint32_t sport_count, struct net_end from,
              ip_number to, uint32_t entrance, struct services services);
uint32_t run_end_thing(const struct net *n, const struct outcome *o);
ip_number *run_targets(struct reach *r, struct arena *a, uint32_t *count);
struct source *run_sources(struct reach *r, struct arena *a, uint32_t *count);
uint16_t *run_sports(const struct reach *r, struct arena *a, uint32_t *count);

uint32_t run_external_atoms(const struct reach *r, uint32_t external, ip_number *at);
/* One source to one address (or entrance, `to` 0); by things, what reaches them. */
void run_send(struct run *u, const struct source *s, ip_number to, uint32_t entrance);
bool run_may_enter(const struct reach *r, uint32_t entrance, const struct source *s);
void run_finish(struct run *u);
void run_set(struct run *u, uint64_t **row, uint32_t label);
void run_edge(struct run *u, uint32_t from, uint32_t to, bool unknown);
/* Nodes that edges begin at: classes, externals, trees of engine_far.c. */
uint32_t run_from_count(const struct run *u);
/* engine_graph.c: indexes of the edges. */
void run_graph(struct run *u);

#endif
