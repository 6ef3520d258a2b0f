/*
 * verb/judge.h: the second half of `ward audit`: a run that is in the store is judged by the controls
 * of today, and the result is printed.
 */
#ifndef WARD_VERB_JUDGE_H
#define WARD_VERB_JUDGE_H

#include "config/config.h"
#include "control/control.h"
#include "verb/verb.h"

/* The controls that --controls and --control leave. ERR_USAGE when none is left. */
bool judge_controls(struct ward *w, struct controls *out, struct err *e) WARN_UNUSED;
/* What an audit asks AWS for: what the controls read, and the tags that tell whose a thing is where its
 * own listing carries none (buckets, tables). */
struct strings judge_operations(struct ward *w, const struct controls *controls);
/* Evaluates `run`, prints by --output, writes --html. Returns the exit status of design section 2. */
int judge_run(struct ward *w, struct store *s, int64_t run, const struct config *config,
              const struct controls *controls, struct err *e);

#endif
