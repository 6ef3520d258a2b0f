/* facts/csv.h: RFC 4180 (October 2005) text with a header line, as the IAM credential report is, to a
 * JSON array of objects. A line with another number of fields than the header is refused. */
#ifndef WARD_FACTS_CSV_H
#define WARD_FACTS_CSV_H

#include "codec/json.h"

enum { CSV_BYTES_MAX = 64 << 20 };

/* NULL with ERR_PARSE (line number) or ERR_LIMIT. Values are strings that live in `a`. */
struct json *csv_rows(struct arena *a, struct str text, struct err *e) WARN_UNUSED;

#endif
