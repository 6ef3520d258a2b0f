/* unit/prove/plain.h: the plain oracle of the proof: every right asked of world_ask() one by one, every cell found by
 * walking from every principal of its subject. */
#ifndef WARD_TEST_PROVE_PLAIN_H
#define WARD_TEST_PROVE_PLAIN_H

#include "prove/prove.h"

/* Rights by world_ask(): one row for each (principal, action, thing). `actions`: the questions. */
struct rights plain_rights(struct arena *a, struct world *w, const uint32_t *actions, uint32_t count);
/* The surest level at which the subject reaches data of the object, with what `via` frees left out; the edges are the graph's. */
enum graph_level plain_level(struct proof *p, struct rights *r, uint32_t subject, uint32_t object, bool declared);

#endif
