/*
 * iam/glob.h: patterns of '*' and '?' over bytes, as match*.c and condition*.c use them.
 *
 * A pattern is bytes and, where variables were put in, a flag a byte: what came from a variable or from ${*} is literal.
 * Work is bounded by pattern x text; a pattern that asks for more bytes than the text has fails at once.
 */
#ifndef WARD_IAM_GLOB_H
#define WARD_IAM_GLOB_H

#include "base/str.h"
#include "iam/policy.h"
#include "iam/request.h"

struct iam_pattern {
    struct str text;
    const unsigned char *wild; /* one a byte: 0 = literal whatever it is; NULL: '*' and '?' are wildcards */
};

/* `steps`, when given, gets the comparisons made added. */
bool iam_pattern_matches(struct iam_pattern p, struct str text, bool fold, uint64_t *steps);
/* Overlap of a pattern with a request's pattern, where only '*' is a wildcard ('?' may stand in a name). */
bool iam_pattern_overlaps(struct iam_pattern p, struct str request, bool fold);
/* All that the request's pattern stands for matches `p`. */
bool iam_pattern_covers(struct iam_pattern p, struct str request, bool fold);
/* Has a '*' or '?' that is a wildcard. */
bool iam_pattern_is_wild(struct iam_pattern p);
struct iam_pattern iam_pattern_sub(struct iam_pattern p, size_t from, size_t to);

enum { IAM_EXPANDED_MAX = 1024 };

enum iam_expansion {
    IAM_EXPANDED,
    IAM_EXPANDED_NULL,    /* a variable has no value: there is no equal or like value */
    IAM_EXPANDED_UNKNOWN, /* a variable's value is not known; in the result it is a '*' */
};

struct iam_expanded {
    struct iam_pattern pattern;
    char *heap; /* when it did not fit */
    size_t len, size;
    char bytes[IAM_EXPANDED_MAX];
    unsigned char wild[IAM_EXPANDED_MAX];
};

/* Puts the values of ${...} into `text`. `c` may be NULL: every variable is then unknown. Call iam_expanded_done() after. */
enum iam_expansion iam_expand(struct str text, const struct iam_context *c, struct iam_expanded *out);
void iam_expanded_done(struct iam_expanded *x);

/* One ${...} of a text. */
struct iam_variable {
    size_t from, to;       /* in the text, braces and all */
    struct str name;       /* "*", "?", "$" for the escapes */
    struct str fallback;   /* {NULL,0}: none */
    bool escape;
};
/* The next one at or after `from`. */
bool iam_variable_next(struct str text, size_t from, struct iam_variable *out);
/* The pattern as residue.h's values have it: known variables put in (their wildcards written ${*}, ${?}), the others left.
 * `wildcards`: '*' and '?' of the text stay wildcards, else they are literal and stay as they are. */
struct buf;
void iam_expand_for_residue(struct str text, bool variables, bool wildcards, const struct iam_context *c, struct buf *out);

/* By lower-case name. */
const struct iam_key *iam_context_find(const struct iam_context *c, struct str lower);

#endif
