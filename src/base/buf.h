/*
 * base/buf.h: a growing byte buffer with a hard cap and a sticky failure.
 *
 * Append freely and check `failed` once at the end: after the cap is hit, appends are ignored.
 * The cap is given at construction, so every buffer that takes untrusted input names its limit.
 */
#ifndef WARD_BASE_BUF_H
#define WARD_BASE_BUF_H

#include "base/str.h"

struct buf {
    char *ptr; /* always NUL terminated once anything was appended */
    size_t len, size, max_bytes;
    bool failed; /* an append would have passed max_bytes */
};

void buf_init(struct buf *b, size_t max_bytes);
/* Frees the storage; the buf may be used again with its old cap. */
void buf_done(struct buf *b);
void buf_reset(struct buf *b); /* len = 0, failed = false; keeps the storage */
void buf_add(struct buf *b, struct str s);
void buf_addz(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static inline struct str buf_str(const struct buf *b) { return (struct str){b->ptr ? b->ptr : "", b->len}; }
/* NUL-terminated content; valid until the next append. */
static inline const char *buf_cstr(const struct buf *b) { return b->ptr ? b->ptr : ""; }

#endif
