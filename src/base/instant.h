/*
 * base/instant.h: points in time as int64 microseconds since 1970-01-01T00:00:00Z (suffix _us).
 * Pure: nothing here reads the clock; `now` is a parameter everywhere but in src/verb/.
 * RFC 3339 (IETF, July 2002), section 5.6; leap second 60 is read as the next second.
 */
#ifndef WARD_BASE_INSTANT_H
#define WARD_BASE_INSTANT_H

#include "base/str.h"

enum { INSTANT_TEXT_MAX = 40 };
#define US_PER_S INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_S)

/* Reads RFC 3339 ("2026-01-02T03:04:05.123Z", "+02:00"), the same without a zone (taken as UTC)
 * or a date alone ("2026-01-02", midnight UTC). False when it is none of these. */
bool instant_parse(struct str s, int64_t *us);
/* Writes what Python's isoformat() writes, which is what the AWS CLI v2 prints:
 * "2026-01-02T03:04:05+00:00", with ".ffffff" when the fraction is not zero. Returns out. */
char *instant_cli(int64_t us, char out[INSTANT_TEXT_MAX]);
/* "2026-01-02T03:04:05Z", seconds only. Returns out. */
char *instant_z(int64_t us, char out[INSTANT_TEXT_MAX]);
/* "20260102T030405Z", SigV4's basic form. Returns out. */
char *instant_basic(int64_t us, char out[INSTANT_TEXT_MAX]);
/* Days from civil date (proleptic Gregorian) to 1970-01-01. */
int64_t instant_days(int year, int month, int day);

#endif
