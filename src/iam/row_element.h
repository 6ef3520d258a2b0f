/*
 * iam/row_element.h: rows about one element of a statement, as row.h's are about whole decisions.
 *
 * Kinds and what `result` is: "condition" (conditions [{op, key, values}] of one statement, effect, request.context; in mode
 * Discovery a key is known as far as discoveryConstraints [{keyName, presenceIsKnown, valueIsKnown}] say, and `ignored` lists the
 * conditions that were left open), "operator" (operator, requestValue, policyValues, context), "resource" (element, effect,
 * policyType, patterns, request.resource), "principal" (element, principals [{type, value}] or statement, request.principal:
 * "Match", "NoMatch", "AccountLevelMatch", "SessionRoleMatch", "SessionUserMatch"), "action" (element, patterns,
 * request.action), "overlap" (policyPattern, requestPattern: "none", "some", "all"), "bpa" (policy: "public", "nonPublic").
 * Else true or false; null where AWS does not say.
 */
#ifndef WARD_IAM_ROW_ELEMENT_H
#define WARD_IAM_ROW_ELEMENT_H

#include "base/arena.h"
#include "base/err.h"
#include "codec/json.h"
#include "iam/catalogue.h"

/* Into an open object. False with ERR_PARSE when the row is of another kind or broken. `c` may be NULL. */
bool iam_row_element(struct arena *a, const struct iam_catalogue *c, const struct json *row, struct json_out *o,
                     struct err *e) WARN_UNUSED;

#endif
