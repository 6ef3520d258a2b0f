/* prove/unlisted.h: Allows of actions that the catalogue does not know. */
#ifndef WARD_PROVE_UNLISTED_H
#define WARD_PROVE_UNLISTED_H

#include "prove/internal.h"

/* A store, or the key of one, that such an Allow of a principal or of the store's own policy could touch. */
struct prove_unlisted_way {
    uint32_t resource, owner;
    const struct prove_unlisted *by;
    const struct residue *guard; /* never surer than unknown */
};
struct unlisted;
struct unlisted *prove_unlisted_new(struct prover *v);
/* For the next proof of the same organization. */
void prove_unlisted_again(struct unlisted *u, struct prover *v);
/* Those of a principal on what others than its subjects own, one for each owner. In the prover's arena. */
uint32_t prove_unlisted_of(struct unlisted *u, uint32_t principal, const uint64_t *subjects, struct prove_unlisted_way **out);
/* There were more than are looked at. */
bool prove_unlisted_capped(const struct unlisted *u);

#endif
