/*
 * iam/pattern_internal.h: what the files pattern*.c share. Nothing else includes it.
 */
#ifndef WARD_IAM_PATTERN_INTERNAL_H
#define WARD_IAM_PATTERN_INTERNAL_H

#include "iam/pattern.h"

enum { PATTERN_WITNESSES = 3, PATTERN_TYPES_MAX = 64, PATTERN_MEET_UNITS = 10, PATTERN_UNITS_MAX = 10000000 };

struct pattern_candidate {
    struct str pattern, shown;
};

struct pattern_search {
    struct residue_pool *pool;
    struct arena *arena;
    const struct iam_catalogue *catalogue;
    const struct iam_layers *layers;
    struct iam_request asked; /* a '?' of its resource is itself */
    const struct iam_request *r;
    struct str types[PATTERN_TYPES_MAX],
        globs[PATTERN_TYPES_MAX]; /* of the action's resource types; one "*" when there is none */
    uint32_t type_count;
    struct pattern_candidate list[IAM_PATTERN_CANDIDATES_MAX];
    uint32_t count;
    struct iam_pattern_answer *out;
    uint32_t out_size;
    uint32_t statements; /* in all layers: what one decision costs */
    uint64_t left;       /* of the work that may be done; see pattern_spend() */
};

struct pattern_parts {
    struct str list[IAM_PATTERN_PARTS_MAX]; /* the first is the whole */
    uint32_t count;
};

/* Member `which` of an ARN pattern, from 0: stars as long runs, as one character, as nothing. */
struct str pattern_member(const struct pattern_search *s, struct str arn, int which);
struct str pattern_literal_ones(struct arena *a, struct str asked);
/* Takes `units` (about a statement looked at) off what is left. False, and the answer is capped, when there is no more.
 */
bool pattern_spend(struct pattern_search *s, uint64_t units);
/* iam_arn_meets() within what is left. */
uint32_t pattern_meets(struct pattern_search *s, struct str x, struct str y, struct str out[IAM_MEETS_MAX]);
/* The resource types of the action. */
void pattern_types(struct pattern_search *s);
/* The parts of the request's pattern that an Allow of identity or resource speaks of. */
void pattern_candidates(struct pattern_search *s);
/* The pattern and the parts of it that other statements tell apart. */
void pattern_split(struct pattern_search *s, struct str pattern, struct pattern_parts *out);

#endif
