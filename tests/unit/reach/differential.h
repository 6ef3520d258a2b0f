/*
 * Walker against engine on one network: the first question on which they differ.
 *
 * How a connection is meant: a sender's address, a destination's address (or entrance), a protocol and a port, and the best of all
 * source ports. Its verdict at a thing is the best of the paths that end there; by the Internet or not are two connections.
 */
#ifndef WARD_TESTS_REACH_DIFFERENTIAL_H
#define WARD_TESTS_REACH_DIFFERENTIAL_H

#include "probe.h"
#include "random_net.h"
#include "reach/engine.h"

enum difference_kind {
    SAME,
    DIFFERS_ASK,      /* reach_ask() says something else than the walk */
    DIFFERS_MISSED,   /* a walk ends at a thing; reach_labels() has not its sender */
    DIFFERS_EXTRA,    /* reach_labels() has a sender, and no witness */
    DIFFERS_KIND,     /* of a small network: all walks were made, and none is of this kind */
    DIFFERS_SOURCES,  /* reach_sources() is not what reach_labels() has */
    DIFFERS_COARSE,   /* things that share a label are not together what each is by itself */
};

struct difference {
    enum difference_kind kind;
    struct str text; /* in the arena given */
};
struct difference_counts { uint64_t walks, asks, reached, pairs, witnesses, public_asks, public_pairs, together; /* networks in which senders over one transit gateway were asked together */ };

/* `budget`: walks at most; what does not fit is asked by chance from `seed`. `n` is indexed. */
struct difference differential(struct arena *a, const struct net *n, uint64_t seed, uint64_t budget, struct difference_counts *counts);

#endif
