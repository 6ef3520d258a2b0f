/*
 * report/payload.h: all findings of an evaluation, dictionary-coded and compressed, for the page.
 *
 * Layout before compression (raw DEFLATE, RFC 1951, May 1996), numbers as LEB128 varints:
 *   varint H, then H bytes of JSON: {"count": N, "strings": {COLUMN: [text, ...]}, "controls": {...}}
 *   N bytes verdict, N bytes severity (the enums of model.h), 8N bytes id
 *   for each of control, account, region, type, resource, name, sub, tenant, reason, evidence,
 *   waiver: N varints, each the zigzag difference to the row before, of the index into strings[COLUMN]
 * In the page it stands as SIZE,BASE64 where SIZE is the length before compression.
 */
#ifndef WARD_REPORT_PAYLOAD_H
#define WARD_REPORT_PAYLOAD_H

#include "report/model.h"

/* The text for the page, in `a`. `*count` gets the number of findings in it. */
bool report_payload(const struct report_model *m, struct arena *a, struct str *out, int64_t *count,
                    struct err *e) WARN_UNUSED;

#endif
