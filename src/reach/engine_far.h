/* Senders over one transit gateway, taken together: engine_far.c. */
#ifndef WARD_REACH_ENGINE_FAR_H
#define WARD_REACH_ENGINE_FAR_H

#include "reach/engine_run.h"

struct far_group {
    uint32_t first, count; /* into far.members, by address */
    uint32_t leaves, node; /* of its tree: leaf i is node + leaves + i; node + 1 is the root */
    uint64_t **set;        /* labels below each node */
};
struct far {
    struct run *u;
    bool *vpc_ok, *bulk;   /* by VPC; by class of destination: asked here, not pair by pair */
    uint32_t *group_of, *leaf_of, *members; /* classes */
    struct far_group *groups;
    uint32_t group_count, node_count;
    uint32_t *group_at;    /* by node */
};
void far_new(struct far *f, struct run *u);
/* Whether its filters have few enough cuts. */
bool far_fits(const struct far *f, uint32_t cls);
void far_to(struct far *f, uint32_t cls);

#endif
