/*
 * verb/demo.h: the sample organization that ward carries, for whoever has no AWS account at hand: --demo.
 *
 * It goes through the same door as any bundle, once into each store.
 */
#ifndef WARD_VERB_DEMO_H
#define WARD_VERB_DEMO_H

#include "store/store.h"
#include "verb/verb.h"

/* --demo is given. */
bool demo_asked(const struct ward *w);
/* --db; with --demo and without --db ward-demo.db. */
const char *demo_store_path(const struct ward *w);
/* ward.yaml in force; with --demo and without --config the sample's own. NULL on error. */
const struct config *demo_config(struct ward *w, struct err *e) WARN_UNUSED;
/* The run of the sample in `s`, imported where the store has none; 0 on error. */
int64_t demo_run(struct ward *w, struct store *s, struct err *e) WARN_UNUSED;

#endif
