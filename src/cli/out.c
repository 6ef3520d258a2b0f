#include "cli/out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FLUSH_BYTES = 65536 };

void out_init(struct out *o, int fd)
{
    *o = (struct out){.fd = fd};
    buf_init(&o->pending, SIZE_MAX / 2);
}

void out_done(struct out *o) { buf_done(&o->pending); }

static void write_all(struct out *o, struct str data)
{
    while (data.len && !o->closed && !o->error) {
        ssize_t n = write(o->fd, data.ptr, data.len);
        if (n > 0)
            data = str_sub(data, (size_t)n, data.len);
        else if (n < 0 && errno == EPIPE)
            o->closed = true;
        else if (n < 0 && errno != EINTR)
            o->error = errno;
        else if (n == 0)
            o->error = EIO;
    }
}

static void drain(struct out *o)
{
    write_all(o, buf_str(&o->pending));
    buf_reset(&o->pending);
}

void out_str(struct out *o, struct str s)
{
    if (o->closed || o->error)
        return;
    buf_add(&o->pending, s);
    if (o->pending.len >= FLUSH_BYTES)
        drain(o);
}

void out_z(struct out *o, const char *s) { out_str(o, str_of(s)); }

void out_f(struct out *o, const char *fmt, ...)
{
    char *text;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0)
        die("out of memory");
    out_str(o, str_make(text, (size_t)n));
    free(text);
}

bool out_flush(struct out *o, struct err *e)
{
    drain(o);
    if (!o->error)
        return true;
    errno = o->error;
    return err_set_errno(e, ERR_IO, "cannot write to standard output");
}
