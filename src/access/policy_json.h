/* access/policy_json.h: a parsed policy written as JSON again, for requests that replay. Elements keep their texts. */
#ifndef WARD_ACCESS_POLICY_JSON_H
#define WARD_ACCESS_POLICY_JSON_H

#include "iam/policy.h"

void iam_policy_write(const struct iam_policy *p, struct json_out *o);
/* "Condition": {...} of the entries; nothing when there are none. `lower`: operators and keys in lower case. */
void iam_conditions_write(const struct iam_condition *const *entries, uint32_t count, bool lower, struct json_out *o);

#endif
