/*
 * codec/csv.h: a writer of comma-separated values (RFC 4180, October 2005): CRLF at the end of a row,
 * quotes where a cell needs them.
 *
 * A cell that a spreadsheet would run as a formula (it begins with = + - @, tab or CR) gets an
 * apostrophe in front: names in AWS are written by whoever may tag a resource. Numbers are written
 * with csv_int and stay numbers.
 */
#ifndef WARD_CODEC_CSV_H
#define WARD_CODEC_CSV_H

#include "base/buf.h"
#include "base/str.h"

struct csv {
    struct buf *out;
    bool begun; /* the row has a cell */
};

void csv_init(struct csv *c, struct buf *out);
/* An absent slice is an empty cell. Bytes that are not UTF-8, and NUL, become U+FFFD. */
void csv_str(struct csv *c, struct str s);
void csv_strz(struct csv *c, const char *s);
void csv_int(struct csv *c, int64_t v);
void csv_end_row(struct csv *c);

#endif
