#include "base/buf.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_init(struct buf *b, size_t max_bytes) { *b = (struct buf){.max_bytes = max_bytes}; }

void buf_done(struct buf *b)
{
    free(b->ptr);
    buf_init(b, b->max_bytes);
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->ptr)
        b->ptr[0] = 0;
}

/* Room for `more` bytes and the NUL; false (and sticky) past the cap. */
static bool reserve(struct buf *b, size_t more)
{
    if (b->failed || more > b->max_bytes || b->len > b->max_bytes - more) {
        b->failed = true;
        return false;
    }
    size_t need = b->len + more + 1;
    if (need <= b->size)
        return true;
    size_t size = b->size ? b->size : 256;
    while (size < need)
        size = size > SIZE_MAX / 2 ? need : size * 2;
    char *p = realloc(b->ptr, size);
    if (!p)
        die("out of memory (%zu bytes)", size);
    b->ptr = p;
    b->size = size;
    return true;
}

void buf_add(struct buf *b, struct str s)
{
    if (!reserve(b, s.len))
        return;
    if (s.len)
        memcpy(b->ptr + b->len, s.ptr, s.len);
    b->len += s.len;
    b->ptr[b->len] = 0;
}

void buf_addz(struct buf *b, const char *s) { buf_add(b, str_of(s)); }
void buf_addc(struct buf *b, char c) { buf_add(b, (struct str){&c, 1}); }

void buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n >= 0 && reserve(b, (size_t)n)) {
        vsnprintf(b->ptr + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
}
