/* base/nearest.h: "did you mean": the known name nearest to a mistyped one, by edits (insertion,
 * deletion, substitution, swap of neighbours). A suggestion only: nothing is ever done in its name. */
#ifndef WARD_BASE_NEAREST_H
#define WARD_BASE_NEAREST_H

#include "base/str.h"

struct nearest {
    struct str want;
    struct str best; /* {NULL,0} until a name came near enough */
    unsigned distance;
};

void nearest_init(struct nearest *n, struct str want);
/* Offers one known name; the first of equals wins. */
void nearest_offer(struct nearest *n, struct str name);

/* Edits from a to b; texts longer than 64 bytes are never near (UINT_MAX). */
unsigned edit_distance(struct str a, struct str b);

#endif
