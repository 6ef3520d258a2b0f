/*
 * What the all-pairs engine says, by the walker alone: every sender to every address on every port at which answers change. For
 * tests of small networks.
 */
#ifndef WARD_TESTS_PROVE_NET_PLAIN_H
#define WARD_TESTS_PROVE_NET_PLAIN_H

#include "reach/engine.h"

struct plain_link { /* a connection, and what is best of it over source ports */
    uint32_t from, to;         /* things */
    enum reach_verdict verdict;
    bool internet, is_public;  /* is_public: it enters from the Internet at a subnet that is declared public */
    struct net_flow flow;
    uint32_t relays[4], relay_count;
};
struct net_plain {
    struct arena *a;
    const struct net *n;
    struct plain_link *links;
    uint32_t count, room;
};
void net_plain_walk(struct net_plain *p, struct arena *a, const struct net *n);
/* As a reach_how, where the question's declarations are taken into account. */
enum reach_how net_plain_how(const struct net_plain *p, const struct plain_link *l, const struct reach_question *q);

#endif
