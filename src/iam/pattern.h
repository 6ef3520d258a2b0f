/*
 * iam/pattern.h: a question about a pattern: is any of "arn:aws:s3:::bucket/tenant-7/" and what follows allowed?
 *
 * Place in the flow: request + layers -> PATTERN -> decide.h, once per candidate. Pure.
 *
 * A candidate is the part of the request's pattern that one Allow speaks of: the meet of both patterns, for each
 * resource type that the action takes. Where another policy that must also allow covers a part of a candidate only,
 * that part is a candidate of its own. Each candidate is decided by members of it: one whose unknown parts are long and
 * like nothing that a policy names, so that a Deny hits it only if it covers the candidate, and short ones. So
 * "allowed" has a witness, an ARN that iam_decide() allows. "Denied" is exact but for two cases that only several Deny
 * patterns together cover, which are told as allowed. When a cap is hit before an allowed member was found the answer
 * is IAM_UNKNOWN, never denied.
 */
#ifndef WARD_IAM_PATTERN_H
#define WARD_IAM_PATTERN_H

#include "iam/catalogue.h"
#include "iam/decide.h"

enum { IAM_PATTERN_CANDIDATES_MAX = 256, IAM_PATTERN_PARTS_MAX = 64, IAM_MEETS_MAX = 16 };

struct iam_pattern_result {
    struct str type;    /* "object"; empty when the catalogue does not know the action */
    struct str pattern; /* the meet; as the policy has it where that is a short ARN */
    struct str witness; /* the member that the decision is of */
    struct iam_decision decision;
};

struct iam_pattern_answer {
    struct iam_pattern_result *results; /* none: no Allow speaks of any of it */
    uint32_t count;
    struct iam_decision overall; /* the best of them; condition: the OR of theirs */
    bool capped;
};

/* Whether the resource is a pattern: it has a '*' or '?', and the action takes a resource. */
bool iam_request_is_pattern(const struct iam_request *r);
/* `c` may be NULL. `r->resource` is the pattern. Everything in `a`. */
void iam_decide_pattern(struct residue_pool *pool, struct arena *a, const struct iam_catalogue *c,
                        const struct iam_layers *layers, const struct iam_request *r, struct iam_pattern_answer *out);

/* The patterns of '*' and '?' that match what both match, none inside another; at most IAM_MEETS_MAX, else *capped. */
uint32_t iam_glob_meets(struct arena *a, struct str x, struct str y, struct str out[IAM_MEETS_MAX], bool *capped);
/* The same of two ARN patterns, field by field; "*" is every ARN, missing fields are '*'. */
uint32_t iam_arn_meets(struct arena *a, struct str x, struct str y, struct str out[IAM_MEETS_MAX], bool *capped);

#endif
