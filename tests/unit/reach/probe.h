/*
 * Questions to ask of a network: who sends, to which address, on which protocol and port; the ends of every interval that its
 * rows name, so that no two answers between them can differ unasked.
 */
#ifndef WARD_TESTS_REACH_PROBE_H
#define WARD_TESTS_REACH_PROBE_H

#include "reach/walk.h"

struct probe_service {
    int16_t proto;
    uint16_t port;
};
struct probe_to {
    ip_number ip;
    uint32_t entrance_plus_one; /* see struct net_flow */
};
struct probe {
    struct net_end *from;
    uint32_t from_count;
    struct probe_to *to;
    uint32_t to_count;
    struct probe_service *services;
    uint32_t service_count;
    uint16_t *sports;
    uint32_t sport_count;
};

/* Of an indexed net. */
struct probe probe_of(struct arena *a, const struct net *n);
/* The thing that sends, or NET_NONE. */
uint32_t probe_sender(const struct net *n, struct net_end from);
/* The thing at which a path ends, or NET_NONE. */
uint32_t probe_end(const struct net *n, const struct walk_path *p);
/* "eni-7 10.0.0.5 -> 10.0.1.4 tcp 49152 > 22" */
struct str probe_text(const struct net *n, struct arena *a, const struct net_flow *f);

#endif
