/*
 * collect/redact.h: no clear secret enters the store. Pure; applied to every answer before ingest.
 *
 * A value that is or may be a secret becomes {"ward:hmac": "<64 hex>", "ward:secret": true|false}:
 * HMAC-SHA-256 under the store's key (equal values stay comparable inside one store) and whether it
 * looks like a secret (secret.h). Environment variables, user data and custom origin headers are
 * always replaced; parameters, documents and templates when they look like a secret; passwords, keys
 * and shared secrets wherever they stand under such a name.
 */
#ifndef WARD_COLLECT_REDACT_H
#define WARD_COLLECT_REDACT_H

#include "aws/op.h"
#include "codec/json.h"

/* Changes `answer` in place; what it adds lives in `a`. `key` is the HMAC key. */
void redact_answer(struct arena *a, const struct aws_op *op, struct str key, struct json *answer);

#endif
