/*
 * reach/services.h: sets of services (protocol and port) as sorted disjoint intervals, with "it may be" beside "it is".
 *
 * A service is one number: protocol slot << 16 | port. Slots are dense numbers of the protocols that rules name (engine_compile.c);
 * so one list of intervals holds all protocols, and "all" is one interval. Lists are never changed once made: sets share them.
 */
#ifndef WARD_REACH_SERVICES_H
#define WARD_REACH_SERVICES_H

#include "base/arena.h"

struct services_span { uint32_t lo, hi; /* both in */ };
struct services { const struct services_span *at; uint32_t count; };

/* What surely passes, and what may pass: sure is within may. */
struct tri { struct services sure, may; };

static inline bool services_any(struct services s) { return s.count != 0; }
bool services_has(struct services s, uint32_t service);
bool services_equal(struct services a, struct services b);
struct services services_one(struct arena *a, uint32_t lo, uint32_t hi);
/* Of intervals in any order, overlapping or not; `spans` is sorted in place. */
struct services services_of(struct arena *a, struct services_span *spans, uint32_t count);
struct services services_meet(struct arena *a, struct services x, struct services y);
struct services services_join(struct arena *a, struct services x, struct services y);
struct services services_less(struct arena *a, struct services x, struct services y);

struct tri tri_meet(struct arena *a, struct tri x, struct tri y);
struct tri tri_join(struct arena *a, struct tri x, struct tri y);
/* What was sure may be now. */
static inline struct tri tri_doubt(struct tri x) { return (struct tri){{NULL, 0}, x.may}; }
static inline bool tri_any(struct tri x) { return x.may.count != 0; }

#endif
