/*
 * cli/term.h: what the terminal can show, colours, and talk on standard error.
 *
 * Colour is decided per stream, in this order: --color (or WARD_COLOR) always or never; NO_COLOR
 * (https://no-color.org) set; CLICOLOR_FORCE set and not 0; a terminal whose TERM is not "dumb".
 */
#ifndef WARD_CLI_TERM_H
#define WARD_CLI_TERM_H

#include "base/buf.h"
#include "base/env.h"
#include "cli/cli.h"

/* What the process was started with. */
struct term_facts {
    bool out_tty, err_tty;
    int columns; /* of the terminal; 0 = not known */
};

struct term {
    bool out_tty, err_tty;
    bool out_colour, err_colour;
    int columns; /* 80 when not known */
    bool quiet, verbose;
};

void term_facts_of_process(struct term_facts *f);
/* `c` may be NULL (the command line was wrong): then as with no option given. */
void term_init(struct term *t, const struct term_facts *f, const struct cli *c, const struct env *env);

/* A line on standard error: not with --quiet; only with --verbose. Untrusted text in it must have
 * gone through text_safe. */
void term_say(const struct term *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void term_detail(const struct term *t, const char *fmt, ...) PRINTF_LIKE(2, 3);

enum paint {
    PAINT_PLAIN, PAINT_HEAD, PAINT_DIM,
    PAINT_PASS, PAINT_FAIL, PAINT_UNKNOWN, PAINT_NOT_APPLICABLE, PAINT_WAIVED,
    PAINT_CRITICAL, PAINT_HIGH, PAINT_MEDIUM, PAINT_LOW,
};
/* By the name of a verdict or severity ("pass", "critical"); PAINT_PLAIN for any other. */
enum paint paint_of(struct str name);
/* Appends the safe form of `text` (codec/text.h), coloured when `colour`. */
void paint(struct buf *out, bool colour, enum paint p, struct str text);
/* The escape sequence that begins a paint, "" without colour; paint_end(colour) ends any. */
const char *paint_begin(bool colour, enum paint p);
const char *paint_end(bool colour);

#endif
