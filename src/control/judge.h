/* control/judge.h: runs one control's SQL in the store's sandbox and turns its rows and the gaps into
 * findings, by the five rules of ARCHITECTURE.md. Inside src/control/ only. */
#ifndef WARD_CONTROL_JUDGE_H
#define WARD_CONTROL_JUDGE_H

#include "control/finding.h"
#include "control/gap.h"

struct judge {
    struct arena *arena;   /* findings */
    struct arena *scratch; /* one row */
    struct store *store;
    const struct gaps *gaps;
    const struct map *tenants; /* ARN -> tenant, char * */
};

/* Findings of `c`. A control that does not run gives one unknown finding and its `why`; so false is never
 * returned for the control's own faults, only for the store's. */
void judge_control(struct judge *j, const struct control *c, struct findings *out, struct str *why);

#endif
