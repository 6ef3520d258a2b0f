/*
 * facts/schedule.h: how far apart are the runs of an AWS schedule expression?
 *
 * rate(N minutes|hours|days) and cron(minutes hours day-of-month month day-of-week year) as EventBridge
 * and AWS Backup write them: lists, ranges, steps, names, `?`, `L` as a day of month, `D#N` and `DL` as a
 * day of week. `W`, a year other than `*` and anything else are refused.
 */
#ifndef WARD_FACTS_SCHEDULE_H
#define WARD_FACTS_SCHEDULE_H

#include "base/str.h"

/* The longest gap between two runs in minutes. False when the expression is refused or never fires. */
bool schedule_longest_gap_minutes(struct str expr, int64_t *minutes);

struct cron {
    uint64_t minute, hour, dom, month, dow; /* bit n = value n; dow 1 = Sunday */
    bool dom_any, dow_any, dom_last;
    int dow_nth[8]; /* by day of week: 0 none, 1..5 the nth, -1 the last */
    bool has_nth;
};
/* For the test's slow oracle. */
bool schedule_parse_cron(struct str expr, struct cron *out);
bool schedule_day_matches(const struct cron *c, int year, int month, int day);

#endif
