/*
 * report/change.h: what a change opened and closed, for people and for programs.
 *
 * Text: opened cells with the facts that open them and the way, closed ones with what closed them, what became unknown
 * and why. JSON: schema "ward.prove.changes/1". CSV: a row a cause, one row where a cell has none.
 */
#ifndef WARD_REPORT_CHANGE_H
#define WARD_REPORT_CHANGE_H

#include "prove/change.h"
#include "report/model.h"

struct change_view {
    const struct changes *changes;
    struct str with; /* the file or folder of a change that is not made yet; {NULL,0}: between two runs */
    struct str company;
    struct str from, to; /* only cells of this subject and object; {NULL,0}: all */
    bool all;
    bool color;
};

bool change_report_text(const struct change_view *v, struct report_sink *sink, struct err *e) WARN_UNUSED;
bool change_report_json(const struct change_view *v, struct report_sink *sink, struct err *e) WARN_UNUSED;
bool change_report_csv(const struct change_view *v, struct report_sink *sink, struct err *e) WARN_UNUSED;
bool change_view_has(const struct change_view *v, const struct change *c);

#endif
