/*
 * verb/map_proof.h: a proof of the run whose facts are in the store, made for a picture and not kept.
 */
#ifndef WARD_VERB_MAP_PROOF_H
#define WARD_VERB_MAP_PROOF_H

#include "report/map.h"
#include "verb/verb.h"

struct engine;
struct map_proof {
    struct netmap_view view;
    struct net_half *half;
    struct engine *engine;
};
enum map_proof_kind { MAP_PLAIN, MAP_NETWORK, MAP_BOTH };

/* `s` holds the facts of `run`, up to date. MAP_BOTH is MAP_NETWORK where the run has no principals. map_proof_done() in any case. */
bool map_proof_make(struct ward *w, struct store *s, int64_t run, const struct json *config, enum map_proof_kind kind, bool assume_default_nacl,
                    struct map_proof *out, struct err *e)
    WARN_UNUSED;
void map_proof_done(struct map_proof *p);
/* Of all cells: EXIT_VIOLATION, EXIT_INCOMPLETE, EXIT_GOOD. */
int map_proof_status(const struct map_proof *p);

#endif
