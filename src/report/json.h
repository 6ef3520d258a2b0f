/*
 * report/json.h: the audit's result as JSON, schema "ward.audit/1". Keys in fixed order; the same
 * facts, controls and configuration give the same bytes, whichever store they sit in: row ids and
 * the hour of judging stay out, evidence names calls by operation, account, region and parameters.
 */
#ifndef WARD_REPORT_JSON_H
#define WARD_REPORT_JSON_H

#include "report/model.h"

/* Every finding when `all`, else those that are not pass or not-applicable. */
bool report_json(const struct report_model *m, bool all, struct report_sink *sink, struct err *e) WARN_UNUSED;

#endif
