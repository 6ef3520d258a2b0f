/*
 * codec/text.h: text that others wrote (names and tags in AWS) made safe to print, and its width.
 *
 * Control characters (C0, DEL, C1), bidirectional overrides and bytes that are not UTF-8 would let a
 * resource name rewrite the screen or hide a line; they are shown as \xNN or \u{NNNN}. A backslash
 * stays as it is: this is for people, not a reversible encoding.
 */
#ifndef WARD_CODEC_TEXT_H
#define WARD_CODEC_TEXT_H

#include "base/buf.h"
#include "base/str.h"

/* Appends `s`; a newline and a tab become a space. */
void text_safe(struct buf *out, struct str s);
/* Columns that text_safe(s) takes on a terminal: 2 for wide characters, 0 for combining ones. */
size_t text_width(struct str s);
/* Appends the safe form cut to `columns`, the last one an ellipsis where something was cut.
 * Returns the columns used. */
size_t text_fit(struct buf *out, struct str s, size_t columns);
/* Appends the safe form in lines of at most `columns`, each but the first begun with `indent`
 * spaces; words longer than a line are not broken. `at` is the column where it starts. No newline
 * at the end. */
void text_wrap(struct buf *out, struct str s, size_t at, size_t indent, size_t columns);

#endif
