/*
 * report/html.h: one self-contained HTML file that opens from disk without a network.
 *
 * The register of citations, controls, coverage, calls that failed and the inventory are plain HTML
 * (they print and need no script); the findings are unpacked by the page's script. Everything that
 * came from AWS or ward.yaml is escaped here or set as text there.
 */
#ifndef WARD_REPORT_HTML_H
#define WARD_REPORT_HTML_H

#include "base/buf.h"
#include "report/model.h"

/* Escapes & < > " ' and drops control characters; bytes that are not UTF-8 become U+FFFD. */
void html_escape(struct buf *out, struct str s);
/* The whole page. */
bool report_html(const struct report_model *m, struct report_sink *sink, struct err *e) WARN_UNUSED;

#endif
