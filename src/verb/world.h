/*
 * verb/world.h: the organization of a stored run in memory, for the verbs that answer questions about access.
 */
#ifndef WARD_VERB_WORLD_H
#define WARD_VERB_WORLD_H

#include "access/ask.h"
#include "verb/verb.h"

struct verb_world {
    struct store *store;
    struct world *world;
    int64_t run;
};

/* The run of --run, else the newest, of --db; with --demo that of the sample organization: its facts are brought up to date and loaded. ERR_NO_DATA when there is none. */
bool verb_world_open(struct ward *w, struct verb_world *out, struct err *e) WARN_UNUSED;
/* That run; 0 on error. */
int64_t verb_run(struct ward *w, struct store *s, struct err *e) WARN_UNUSED;
/* --verbose: how long what was done since `from` took (NULL: nothing is said). The time it is. */
double verb_lap(struct ward *w, double from, const char *what);
void verb_world_close(struct verb_world *v);
/* --context, --strict, --session-policy and --endpoint, where the verb has them. */
bool verb_world_circumstances(struct ward *w, struct verb_world *v, struct access_question *q, struct err *e) WARN_UNUSED;

#endif
