/* prove/unlisted_ask.h: whether an Allow of an unknown action can touch a row, and whether anything denies it there. */
#ifndef WARD_PROVE_UNLISTED_ASK_H
#define WARD_PROVE_UNLISTED_ASK_H

#include "prove/internal.h"

struct unlisted_allow {
    const struct iam_statement *s;
    const struct iam_action *action;
    bool known_service;
    struct str *kinds; /* how the service field of ARNs of its service's things reads */
    uint32_t kind_count;
};
struct unlisted_allow unlisted_allow_of(struct prover *v, const struct iam_statement *s, const struct iam_action *action);
/* Its Resource can match the row or what lies in it. */
bool unlisted_touches(struct prover *v, const struct unlisted_allow *allow, uint32_t row);
/* What the oracle says of the action's name, and of others that the pattern can stand for: FALSE when all are denied. */
const struct residue *unlisted_ask(struct prover *v, uint32_t principal, uint32_t row, const struct unlisted_allow *allow, uint64_t *asks);

#endif
