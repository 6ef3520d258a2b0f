/* cli/error.h: prints an err: the message, its "while" lines innermost first, and the hint. */
#ifndef WARD_CLI_ERROR_H
#define WARD_CLI_ERROR_H

#include "base/buf.h"
#include "base/err.h"

/* Appends the lines. Control characters in the texts are escaped: they may quote an answer. */
void error_format(struct buf *out, bool colour, const struct err *e);
/* The same on standard error. */
void error_print(bool colour, const struct err *e);

#endif
