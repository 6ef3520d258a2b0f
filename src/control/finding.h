/* control/finding.h: what judging makes, before it is written. Inside src/control/ only. */
#ifndef WARD_CONTROL_FINDING_H
#define WARD_CONTROL_FINDING_H

#include "control/control.h"

enum { FINDING_ID_MAX = 17 };

struct finding {
    char id[FINDING_ID_MAX];
    struct str account, region, type, resource, name, sub, tenant, reason, evidence;
    struct str waiver; /* JSON or {NULL, 0} */
    enum control_verdict verdict;
    enum control_severity severity;
};

struct finding_slot { /* of the open-addressed table of ids */
    uint64_t id;
    uint32_t at; /* 1 = the control's first finding; 0 = empty */
};

/* Of one control. `items` are those that were not handed over yet; the texts are their maker's. */
struct findings {
    struct finding *items;
    uint32_t count, size;
    uint32_t handed_over;
    struct finding_slot *slots;
    uint32_t slots_size;
    bool late; /* one came again after it was handed over */
};

/* What became of a control. */
struct control_tally {
    enum control_verdict verdict;
    uint32_t counts[5];
    uint32_t risk_accepted; /* waived findings of a control that cites a required specification */
    struct str reason;      /* why it did not run */
};

/* 16 hex digits over (control, account, region, resource, sub), and the number that they are. */
uint64_t finding_id(struct arena *scratch, struct str control, const struct finding *f, char out[FINDING_ID_MAX]);
/* A copy into the list; with the same id twice the worse verdict stays. When the first of them was handed over,
 * `late` is set: the control's findings must be made again, with all of them at hand. */
void findings_add(struct arena *scratch, struct findings *list, struct str control, struct finding f);
static inline uint32_t findings_total(const struct findings *list) { return list->handed_over + list->count; }
void findings_hand_over(struct findings *list); /* `items` are taken: count = 0 */
void findings_clear(struct findings *list);     /* empty, for the next control; keeps the storage */
void findings_free(struct findings *list);
/* The worse one first: fail, unknown, waived, pass, not-applicable. */
bool verdict_worse(enum control_verdict a, enum control_verdict b);

#endif
