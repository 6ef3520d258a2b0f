/*
 * iam/row.h: questions as JSON rows, one in and the members of its answer out: `ward can --batch`.
 *
 * A row is self-contained: it carries the policies that bear on it. Kinds: "authorize" (one decision), "pattern" (the
 * same of a pattern of resources), and the elements of a statement ("condition", "operator", "resource", "principal",
 * "action", "overlap", "bpa"). Members of a row:
 *
 *  request: principal (ARN, service, or {"type": "Anonymous"}), action, resource, resourceAccount, context {key: text
 * or [texts]}, wildcardOnlyAction; identityPolicies, boundary, sessionPolicies, endpointPolicies [policy],
 * resourcePolicy, scps and rcps [{level, policies}] root first, settings {s3: {blockPublicAccess}}; mode "Strict": a
 * context key that is not there is absent. "Discovery": no key is known but those of discoveryConstraints [{keyName,
 * presenceIsKnown, valueIsKnown}]; keyName is a name or "/regular expression/" of literal text, "." and ".*".
 *
 * A row that is broken fills `e`; what was written into `o` until then is for the caller to drop.
 */
#ifndef WARD_IAM_ROW_H
#define WARD_IAM_ROW_H

#include "base/arena.h"
#include "base/err.h"
#include "codec/json.h"
#include "iam/catalogue.h"

/* Into an open object: result, blockedBy where there is something (scp rcp pb vpce resource identity s3-bpa),
 * in Discovery conditions (and ignoredRoleSessionName) of what is allowed. `c` may be NULL. */
bool iam_row_authorize(struct arena *a, const struct iam_catalogue *c, const struct json *row, struct json_out *o,
                       struct err *e) WARN_UNUSED;
/* The same with result, resultType "single" or "wildcard", overallResult, results [{resourceType, resourcePattern,
 * result, conditions}]. */
bool iam_row_pattern(struct arena *a, const struct iam_catalogue *c, const struct json *row, struct json_out *o,
                     struct err *e) WARN_UNUSED;

#endif
