/*
 * verb/net.h: the network of a stored run in memory, for the verbs that answer questions about it.
 */
#ifndef WARD_VERB_NET_H
#define WARD_VERB_NET_H

#include "reach/net.h"
#include "verb/verb.h"

struct verb_net {
    struct store *store;
    const struct config *config;
    struct net *net;
    int64_t run;
};

/* The run of --run, else the newest, of --db; with --demo that of the sample organization. ERR_NO_DATA when there is none.
 * `is_question`: what was never asked about Block Public Access is taken as off, and printed (struct net_options); a proof must not. */
bool verb_net_open(struct ward *w, bool is_question, struct verb_net *out, struct err *e) WARN_UNUSED;
void verb_net_close(struct verb_net *v);

#endif
