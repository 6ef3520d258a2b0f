/* Senders over one transit gateway, taken together: engine_far.c. */
#ifndef WARD_REACH_ENGINE_FAR_H
#define WARD_REACH_ENGINE_FAR_H

#include "reach/engine_run.h"

struct far_group {
    uint32_t first, count; /* into far.members, by address */
    uint32_t leaves, node; /* of its tree: leaf i is node + leaves + i; node + 1 is the root */
    const uint32_t *members; /* classes, by leaf */
    uint64_t **set;        /* labels below each node, for the first `sets` */
    uint32_t sets;
};
struct far {
    struct run *u;
    bool *vpc_ok, *bulk;   /* by VPC; by class of destination: asked here, not pair by pair */
    uint32_t *group_of, *leaf_of[2], *members; /* classes; a class may be in one group and in the tree of engine_public.h */
    struct far_group *groups;
    uint32_t group_count, node_count;
    uint32_t *group_at;    /* by node */
};
void far_new(struct far *f, struct run *u);
/* Whether its filters have few enough cuts. */
bool far_fits(const struct far *f, uint32_t cls);
/* A tree of its own, once at most. */
struct far_group *far_add_tree(struct far *f, const uint32_t *members, uint32_t count);
/* Labels of members [from, to) into the rows of `bits`, an edge of each node that makes them up. */
void far_tell_tree(struct run *u, const struct far_group *g, uint32_t from, uint32_t to, uint64_t **const rows[HOW_COUNT], uint32_t bits,
                   uint32_t node, bool unknown);
void far_to(struct far *f, uint32_t cls);

#endif
