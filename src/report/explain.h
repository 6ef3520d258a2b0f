/*
 * report/explain.h: one finding in full, down to the calls it rests on, the answers they gave and
 * the rule that decided it.
 */
#ifndef WARD_REPORT_EXPLAIN_H
#define WARD_REPORT_EXPLAIN_H

#include "base/buf.h"
#include "report/evidence.h"
#include "report/model.h"

struct explain_datum { /* an answer, or the part of it that speaks of the resource */
    struct str op, account, region, parent, data;
};

struct explanation {
    struct report_finding finding;
    const struct report_control *control; /* NULL when the evaluation has no row for it */
    const struct evidence_call **calls;
    size_t call_count;
    struct explain_datum *data;
    size_t data_count, data_left_out;
    struct str rule; /* text of the control file; {NULL,0} for a user control */
};

/* `id` may be a prefix of at least 4 digits when only one finding has it. ERR_NO_DATA when none has,
 * ERR_USAGE when several have. All memory in `a`. */
bool explain_load(const struct report_model *m, struct arena *a, struct str id, struct explanation *x,
                  struct err *e) WARN_UNUSED;
void explain_text(const struct report_model *m, const struct explanation *x, bool color, struct buf *out);
/* JSON, schema "ward.explain/1". */
void explain_json(const struct report_model *m, const struct explanation *x, struct buf *out);

#endif
