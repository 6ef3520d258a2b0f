/*
 * verb/prove.h: the parts of `ward prove`: by IAM, by the network, by both.
 */
#ifndef WARD_VERB_PROVE_H
#define WARD_VERB_PROVE_H

#include "prove/prove.h"
#include "verb/verb.h"

int verb_prove_network(struct ward *w, struct err *e);
/* --from and --to name labels of the proof. ERR_USAGE. */
bool prove_names_known(struct ward *w, const struct prove_labels *l, struct err *e) WARN_UNUSED;

#endif
