/*
 * cli/table.h: rows in columns for people. Widths are counted in terminal columns of the safe form
 * (codec/text.h), so neither a wide character nor an escape sequence in a name moves anything.
 *
 * One column may be elastic: where the row does not fit it is cut with an ellipsis, or, if it is the
 * last one and has wrap, goes on below. Without an elastic column nothing is cut.
 */
#ifndef WARD_CLI_TABLE_H
#define WARD_CLI_TABLE_H

#include "base/arena.h"
#include "cli/term.h"

enum { TABLE_COLUMNS_MAX = 12 };

struct table;

struct table_column {
    const char *title; /* NULL in all columns = no line of titles */
    bool right;        /* numbers */
    bool elastic, wrap;
};

struct table *table_new(struct arena *a, const struct table_column *columns, int count);
/* Begins a row; its cells follow from left to right, missing ones are empty. Texts are not copied. */
void table_row(struct table *t);
void table_cell(struct table *t, enum paint p, struct str text);
void table_int(struct table *t, int64_t v);
/* Appends all rows, each begun with `indent` spaces, for a screen of `columns`. */
void table_write(struct table *t, struct buf *out, bool colour, int indent, int columns);

#endif
