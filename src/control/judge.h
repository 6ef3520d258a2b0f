/* control/judge.h: runs one control's SQL in the store's sandbox and turns its rows and the gaps into
 * findings, by the five rules of ARCHITECTURE.md. Inside src/control/ only. */
#ifndef WARD_CONTROL_JUDGE_H
#define WARD_CONTROL_JUDGE_H

#include "control/finding.h"
#include "control/gap.h"

enum { JUDGE_BATCH = 20000, JUDGE_WHOLE = UINT32_MAX };

struct judge {
    struct arena *arena;   /* findings */
    struct arena *scratch; /* one row */
    struct store *store;
    const struct gaps *gaps;
    const struct map *tenants; /* ARN -> tenant, char *; NULL: tenant_query, which is bound to the ARN */
    struct query *tenant_query;
    uint32_t batch; /* findings at hand before they are handed over */
    /* Takes the findings at hand, by findings_hand_over(), and may reset the arena; false = the store failed. */
    bool (*hand_over)(void *user, struct findings *list);
    /* Takes back all of this control that was handed over. */
    bool (*take_back)(void *user, struct findings *list);
    void *user;
};

/* Findings of `c`, the last of them left in `out`. A control that does not run gives one unknown finding and its
 * `why`. False: the store failed. */
bool judge_control(struct judge *j, const struct control *c, struct findings *out, struct str *why) WARN_UNUSED;

#endif
