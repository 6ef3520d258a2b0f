/*
 * access/row_org.h: one row of `ward can --batch` that asks about an organization: kinds can-i, who-can, what-can.
 *
 * The form of the rows: ../shared/cases/iam/README.md; members that a row may have beside those: strictContextKeys,
 * additionalStrictContextKeys, resourceAccount, principalScope, s3AbacOverride, sessionPolicy, simulationMode.
 */
#ifndef WARD_ACCESS_ROW_ORG_H
#define WARD_ACCESS_ROW_ORG_H

#include "access/world.h"

bool access_is_org_row(const struct json *row);
/* Writes `result` (a decision; the set of {principal, action}; a policy) and what belongs to it into the open object.
 * ERR_PARSE or ERR_USAGE when the row is broken: nothing was written then. */
bool access_row_org(struct world *w, struct arena *a, const struct json *row, struct json_out *o, struct err *e) WARN_UNUSED;

#endif
