/*
 * cli/out.h: standard output, buffered and checked. All results go through it, so a full disk is an
 * error (exit status 4) and not a truncated file that looks whole.
 *
 * A reader that has gone away (EPIPE, as in `ward audit | head`; SIGPIPE is ignored) is no error:
 * what follows is dropped, and the exit status is still the verb's.
 */
#ifndef WARD_CLI_OUT_H
#define WARD_CLI_OUT_H

#include "base/buf.h"
#include "base/err.h"

struct out {
    int fd;
    struct buf pending;
    bool closed;   /* the reader has gone */
    int error;     /* errno of the first failed write, 0 = none */
};

void out_init(struct out *o, int fd);
/* Drops what was not flushed. */
void out_done(struct out *o);
void out_str(struct out *o, struct str s);
void out_z(struct out *o, const char *s);
void out_f(struct out *o, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Writes what is pending. False when this or an earlier write failed: ERR_IO. */
bool out_flush(struct out *o, struct err *e) WARN_UNUSED;

#endif
