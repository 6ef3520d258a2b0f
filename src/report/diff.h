/*
 * report/diff.h: what changed between two evaluations: verdicts by finding id, and resources that
 * came, went or differ. Findings keep their id from run to run, so nothing is guessed.
 */
#ifndef WARD_REPORT_DIFF_H
#define WARD_REPORT_DIFF_H

#include "base/buf.h"
#include "report/model.h"

enum diff_kind {
    DIFF_NEW_FAIL,     /* fails now and did not before */
    DIFF_NEW_UNKNOWN,  /* was decided, or not there, and is unknown now */
    DIFF_FIXED,        /* failed before; passes, is not applicable or gone now */
    DIFF_DECIDED,      /* was unknown; passes or does not apply now */
    DIFF_OTHER,        /* any other change of verdict, waivers included */
    DIFF_KIND_COUNT
};
const char *diff_kind_name(enum diff_kind k);

struct diff_finding {
    enum diff_kind kind;
    struct str id, control, severity, account, region, resource, name, sub;
    struct str before, after; /* "" = no such finding */
    struct str reason;
};

struct diff_resource {
    char change; /* '+' came, '-' went, '~' differs */
    struct str account, region, type, id;
};

struct diff {
    struct report_model before, after;
    struct diff_finding *findings; /* by kind, severity, control, resource */
    size_t finding_count, counts[DIFF_KIND_COUNT];
    struct diff_resource *resources; /* by change, type, account, region, id */
    size_t resource_count;
};

/* Compares the newest evaluations of two runs. All memory in `a`. */
bool diff_load(struct store *s, struct arena *a, int64_t run_before, int64_t run_after, struct diff *d,
               struct err *e) WARN_UNUSED;
/* For people; `all` shows every resource that changed, else the first few. */
void diff_text(const struct diff *d, bool color, bool all, struct buf *out);
/* JSON, schema "ward.diff/1". */
void diff_json(const struct diff *d, struct buf *out);

#endif
