/* report/csv.h: findings as comma-separated values, one a row, worst first (codec/csv.h says how cells
 * that a spreadsheet would run are kept from it). */
#ifndef WARD_REPORT_CSV_H
#define WARD_REPORT_CSV_H

#include "report/model.h"

/* Every finding when `all`, else those that are not pass or not-applicable. */
bool report_csv(const struct report_model *m, bool all, struct report_sink *sink, struct err *e) WARN_UNUSED;

#endif
