/*
 * verb/live.h: a live collection for the verbs that need one: credentials, endpoints and HTTP are put
 * together, signals and progress wired, the collector run.
 */
#ifndef WARD_VERB_LIVE_H
#define WARD_VERB_LIVE_H

#include "aws/credentials.h"
#include "aws/sigv4.h"
#include "collect/collect.h"
#include "control/control.h"
#include "verb/verb.h"

/* What talks to AWS, by the options and the environment. */
struct live {
    struct http *http;
    struct env env;
    struct aws_config config;
    const struct aws_endpoints *endpoints;
    struct aws_credential_options credentials;
    struct sigv4_keys *keys;
    struct str region; /* the default region; never empty */
};

/* Reads the AWS settings; sends nothing. ERR_CONFIG, ERR_USAGE or ERR_NET. */
bool live_open(struct ward *w, struct live *l, struct err *e) WARN_UNUSED;
void live_close(struct live *l);

/* Collects what the controls read into `s`. `regions` (count 0 = by --region, else all enabled).
 * SIGINT and SIGTERM end it: what was read is kept. False with an err when nothing could be collected,
 * or a second signal wanted ward to leave at once (ERR_INTERRUPTED). */
bool live_collect(struct ward *w, struct live *l, struct store *s, const struct controls *controls, const struct str *regions,
                  uint32_t region_count, struct collect_summary *sum, struct err *e) WARN_UNUSED;

#endif
