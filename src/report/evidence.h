/* report/evidence.h: what the call ids in finding.evidence stand for. Looked up once each. */
#ifndef WARD_REPORT_EVIDENCE_H
#define WARD_REPORT_EVIDENCE_H

#include "codec/json.h"
#include "store/store.h"

struct evidence;

struct evidence_call {
    int64_t id, at_us;
    struct str account, region, op, params, status, code, message, missing_action, request_id, source;
};

struct evidence *evidence_new(struct store *s, struct arena *a);
/* The call, or NULL when there is none of that id. */
const struct evidence_call *evidence_call(struct evidence *ev, int64_t id, struct err *e);
/* Writes the array of calls named by `ids` (a JSON array of numbers). */
bool evidence_json(struct evidence *ev, struct str ids, struct json_out *o, struct err *e) WARN_UNUSED;

#endif
