/* cli/mdoc.h: text and lists of mdoc(7), the language of manual pages (mandoc 1.14.6). Text is escaped,
 * filled to 72 columns and broken after each sentence, so that `mandoc -Tlint` has nothing to say. */
#ifndef WARD_CLI_MDOC_H
#define WARD_CLI_MDOC_H

#include "base/buf.h"
#include "base/str.h"
#include "cli/cli.h"

/* .Dd, .Dt, .Os, NAME. */
void mdoc_begin(struct buf *b, const struct cli_table *t, const char *title, const char *section, const char *name, struct str what);
void mdoc_section(struct buf *b, const char *title);
/* Filled text; the next macro begins on a line of its own. */
void mdoc_text(struct buf *b, struct str text);
/* One argument of a macro: escaped, and quoted where it has spaces. */
void mdoc_argument(struct buf *b, struct str text);
/* A tagged list; item writes ".It MACRO ARGUMENT" and a newline. */
void mdoc_list(struct buf *b, const char *width);
void mdoc_item(struct buf *b, const char *macro, struct str argument);
void mdoc_list_end(struct buf *b);
/* EXIT STATUS from base/err.h. */
void mdoc_exit_status(struct buf *b);

/* ward.1 and ward-VERB.1. */
void man_ward(struct buf *b, const struct cli_table *t);
void man_verb(struct buf *b, const struct cli_table *t, const struct cli_verb *verb);

#endif
