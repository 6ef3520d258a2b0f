/* report/style.h: the few ANSI styles of the text writers (ECMA-48, June 1991, SGR), and text that
 * came from outside made safe to print: no control character, no escape sequence, valid UTF-8. */
#ifndef WARD_REPORT_STYLE_H
#define WARD_REPORT_STYLE_H

#include "base/buf.h"
#include "report/model.h"

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_YELLOW, STYLE_GREEN, STYLE_MAGENTA };

enum style style_of_verdict(enum verdict v);
/* `text` in that style when `color`; printable only. */
void style_add(struct buf *out, bool color, enum style s, struct str text);
/* Control characters (C0, DEL, C1) become '?', bytes that are not UTF-8 become U+FFFD. */
void style_printable(struct buf *out, struct str text);

#endif
