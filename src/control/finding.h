/* control/finding.h: what judging makes, before it is written. Inside src/control/ only. */
#ifndef WARD_CONTROL_FINDING_H
#define WARD_CONTROL_FINDING_H

#include "base/map.h"
#include "control/control.h"

enum { FINDING_ID_MAX = 17 };

struct finding {
    char id[FINDING_ID_MAX];
    struct str account, region, type, resource, name, sub, tenant, reason, evidence;
    struct str waiver; /* JSON or {NULL, 0} */
    enum control_verdict verdict;
    enum control_severity severity;
};

struct findings { /* of one control */
    struct finding *items;
    uint32_t count, size;
    struct map by_id;
};

/* What became of a control. */
struct control_tally {
    enum control_verdict verdict;
    uint32_t counts[5];
    uint32_t risk_accepted; /* waived findings of a control that cites a required specification */
    struct str reason;      /* why it did not run */
};

/* 16 hex digits over (control, account, region, resource, sub). */
void finding_id(struct arena *scratch, struct str control, const struct finding *f, char out[FINDING_ID_MAX]);
/* A copy into the list; with the same id twice the worse verdict stays. */
void findings_add(struct arena *a, struct findings *list, struct str control, struct finding f);
/* The worse one first: fail, unknown, waived, pass, not-applicable. */
bool verdict_worse(enum control_verdict a, enum control_verdict b);

#endif
