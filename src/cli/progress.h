/*
 * cli/progress.h: how far a long job is, on standard error.
 *
 * On a terminal one line that is drawn over (at most ten times a second); elsewhere a plain line
 * every ten seconds; with --progress json one JSON object a line and second
 * ({"schema":"ward.progress/1",...}). --progress never, or --quiet without --progress, says nothing.
 * Never on standard output. The caller tells the time: nothing here reads a clock.
 */
#ifndef WARD_CLI_PROGRESS_H
#define WARD_CLI_PROGRESS_H

#include "cli/term.h"

/* Totals since the begin. */
struct progress_counts {
    int64_t done, queued, in_flight; /* calls; queued does not count those in flight */
    int64_t denied, throttled, failed;
    int64_t rows;
};

struct progress;

/* `when` is the value of --progress; `write` gets what is to be printed (NULL = standard error). */
typedef void progress_write(void *user, struct str text);
struct progress *progress_new(struct arena *a, const struct term *t, struct str when, int64_t now_us,
                              progress_write *write, void *user);
/* Call as often as you like. */
void progress_update(struct progress *p, const struct progress_counts *c, int64_t now_us);
/* A line of its own that stays, above the progress line. Escaped. Not with --quiet. */
void progress_say(struct progress *p, struct str line);
/* The last state, then a newline. Nothing may be updated after it. */
void progress_end(struct progress *p, const struct progress_counts *c, int64_t now_us);

#endif
