#include "cli/error.h"

#include "cli/term.h"
#include "codec/text.h"

#include <stdio.h>

void error_format(struct buf *out, bool colour, const struct err *e)
{
    buf_addf(out, "ward: %serror:%s ", paint_begin(colour, PAINT_FAIL), paint_end(colour));
    text_safe(out, str_of(e->message));
    for (int i = 0; i < e->context_count; i++) {
        buf_addz(out, "\nwhile: ");
        text_safe(out, str_of(e->context[i]));
    }
    if (e->hint[0]) {
        buf_addf(out, "\n%shint:%s ", paint_begin(colour, PAINT_HEAD), paint_end(colour));
        text_safe(out, str_of(e->hint));
    }
    buf_addc(out, '\n');
}

void error_print(bool colour, const struct err *e)
{
    struct buf b;
    buf_init(&b, 65536);
    error_format(&b, colour, e);
    fwrite(b.ptr, 1, b.len, stderr);
    fflush(stderr);
    buf_done(&b);
}
