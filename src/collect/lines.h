/*
 * collect/lines.h: the lines of a file, plain or gzip (RFC 1952, May 1996, by zlib), one at a time.
 *
 * Memory is bounded by the longest line that is allowed, whatever the compressed data expands to.
 */
#ifndef WARD_COLLECT_LINES_H
#define WARD_COLLECT_LINES_H

#include "base/err.h"
#include "base/str.h"

struct lines;

/* Takes over `fd` (closed on failure too). `name` is shown in errors and must outlive it. */
struct lines *lines_open(int fd, const char *name, size_t line_max_bytes, uint64_t total_max_bytes, struct err *e) WARN_UNUSED;
/* The next line without its end (LF or CR LF), valid until the next call. False at the end, or with
 * `e` set: ERR_IO, ERR_PARSE for damaged gzip, ERR_LIMIT with the line's number. */
bool lines_next(struct lines *l, struct str *line, struct err *e);
/* Number of the line that lines_next gave last, from 1. */
uint64_t lines_number(const struct lines *l);
/* NULL is ignored. */
void lines_close(struct lines *l);

#endif
