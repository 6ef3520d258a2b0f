/*
 * verb/prove.h: the parts of `ward prove`: by IAM, by the network, by both.
 */
#ifndef WARD_VERB_PROVE_H
#define WARD_VERB_PROVE_H

#include "prove/prove.h"
#include "verb/verb.h"

struct engine;
int verb_prove_network(struct ward *w, struct err *e);
int verb_prove_both(struct ward *w, struct err *e);
/* The proof of the world by IAM; NULL on error. `engine` is to be freed when the proof is not needed any more. */
struct proof *prove_world(struct ward *w, struct world *world, struct engine **engine, struct err *e) WARN_UNUSED;
/* --from and --to name labels of the proof. ERR_USAGE. */
bool prove_names_known(struct ward *w, const struct prove_labels *l, struct err *e) WARN_UNUSED;

/* Two runs of one store, and what changed from the first to the second. */
struct prove_runs {
    int64_t before, after;
    struct str with; /* {NULL,0}, or where the second, which is not made yet, came from */
};
struct config;
/* Proves both, compares, prints. Keeps no claims. The exit status. */
int prove_changes(struct ward *w, struct store *s, const struct config *config, const struct prove_runs *runs, struct err *e);
int verb_prove_since(struct ward *w, struct err *e);
int verb_prove_with(struct ward *w, struct err *e);

#endif
