/* reach/load_thing.h: what load_thing.c, load_owner.c and load_place.c share. */
#ifndef WARD_REACH_LOAD_THING_H
#define WARD_REACH_LOAD_THING_H

#include "reach/net_load_internal.h"

/* Whose each interface is, and what it can do by that. */
bool load_owners(struct net_loader *l, struct err *e) WARN_UNUSED;
/* The interfaces that are not there, but may be: in each subnet of a store's subnet group, of a function... */
bool load_places(struct net_loader *l, struct err *e) WARN_UNUSED;

enum does { DOES_SOURCE = 1, DOES_RECEIVE = 2, DOES_SKIP_GROUPS = 4, DOES_RUN_CODE = 8 };

/* A row of data/net/interfaces.tsv. */
struct owner_pattern {
    struct str types, requester;
    struct str before, after;   /* of the id in the description; `names` false: `before` is a glob of the whole */
    bool names;
    struct str thing;           /* CloudFormation type; "-": none */
    unsigned does;
};
struct owner_patterns {
    struct owner_pattern *items;
    uint32_t count;
};
bool owner_patterns_load(struct arena *a, struct owner_patterns *out, struct err *e) WARN_UNUSED;
/* The first that matches, or NULL; `id` is what stands at {} in its description, or {NULL,0}. */
const struct owner_pattern *owner_pattern_of(const struct owner_patterns *p, struct str type, struct str requester, struct str description,
                                             struct str *id);

#endif
