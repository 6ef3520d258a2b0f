/* prove/key.h: reading an encrypted store needs its key by the same principal. */
#ifndef WARD_PROVE_KEY_H
#define WARD_PROVE_KEY_H

#include "access/graph_internal.h"
#include "prove/internal.h"

/* Whether this way of touching the store needs the key. */
bool prove_key_gates(const struct world_resource *r, unsigned touches);
/* The right of a principal to the key of the store; `p`: its rights of CLASS_DECRYPT. */
const struct residue *prove_decrypt(struct prover *v, const struct principal_rights *p, uint32_t resource);
const struct residue *prove_unread(struct prover *v, struct str what);

#endif
