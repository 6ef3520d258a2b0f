/*
 * The Internet as one hop: who gets out, as which address, and what each public address lets in, each by content. Senders alike are a
 * group, public addresses alike are a gate; one of each is asked for all of both, between the addresses at which the filters of either
 * change their mind.
 */
#ifndef WARD_REACH_ENGINE_PUBLIC_H
#define WARD_REACH_ENGINE_PUBLIC_H

#include "base/buf.h"
#include "reach/engine_far.h"

struct public_cuts { ip_number *at; uint32_t count, room; };

struct public_sender { uint32_t cls, vpc, group; ip_number as; };
struct public_target { uint32_t gate, entrance, eni, cls, vpc; ip_number ip; }; /* eni NET_NONE: nobody's address, or an entrance */

struct public {
    struct run *u;
    bool *sends;               /* by class: its way to the Internet is asked here */
    bool *takes;               /* by row of `to`: asked here, where the sender is one of those and of another VPC */
    const ip_number *to;
    uint32_t *rest, rest_count; /* rows of `to` of the Internet that are not */
    struct public_sender *senders;
    uint32_t sender_count, group_count;
    struct net_span *groups;   /* into senders */
    struct public_cuts *group_cuts;
    struct public_target *targets;
    uint32_t target_count, gate_count;
    struct net_span *gates;    /* into targets */
    struct net_span *of_vpc;   /* into vpc_senders: rows of senders, ascending */
    uint32_t *vpc_senders;
    struct far_group *tree;
    ip_number *atoms;          /* addresses of the Internet that are nobody's, ascending */
    uint32_t atom_count;
};

/* engine_public.c; `to`: all addresses that are asked for. Asks nothing yet. */
void public_new(struct public *p, struct run *u, const ip_number *to, uint32_t count);
void public_run(struct public *p);
static inline bool public_enters(const struct net_entrance *t) { return t->from_external == 0 && t->from_endpoint == NET_NONE; }

/* engine_public_key.c: false: asked pair by pair. */
bool public_sender_key(const struct run *u, uint32_t cls, struct buf *b, ip_number *as);
bool public_target_key(const struct run *u, ip_number ip, struct buf *b, struct public_target *t);
void public_entrance_key(const struct run *u, uint32_t entrance, struct buf *b, struct public_target *t);
void public_sender_cuts(const struct reach *r, struct arena *a, uint32_t cls, struct public_cuts *c);
void public_target_cuts(const struct reach *r, struct arena *a, const struct public_target *t, struct public_cuts *c);
bool public_may_be_declared(const struct run *u, uint32_t label);

#endif
