/* iam/condition.h: one value against one value of a condition; shared by condition*.c and match_resource.c. */
#ifndef WARD_IAM_CONDITION_H
#define WARD_IAM_CONDITION_H

#include "iam/glob.h"
#include "iam/policy.h"
#include "iam/residue.h"

enum iam_compared {
    IAM_DIFFERS,
    IAM_EQUALS,
    IAM_NO_VALUE,   /* the policy's value or the request's is not of the operator's type: the condition is not met */
    IAM_NOT_KNOWN,  /* AWS does not say (an IPv4-mapped IPv6 address) */
};

/* The positive sense of `op`: its negation is the caller's business. */
enum iam_compared iam_compare(enum iam_operator op, struct iam_pattern policy, struct str request);

/* `pattern`, which has variables that are not known, matches `text`: a formula. Where the pattern is one variable between
 * literal text, an equation on its key. `op` tells whether '*' and '?' are wildcards
 * and whether case counts. */
const struct residue *iam_pattern_formula(struct residue_pool *p, struct str pattern, enum iam_operator op, const struct iam_context *c,
                                          struct str text, const struct residue_source *source);

#endif
