/*
 * report/text.h: the result screen of `ward audit`.
 *
 * Order: register of citations, failures worst first, what is unknown and why, the counts last, so
 * that the end of the output is what stays on the screen. Text from AWS is printed without control
 * characters.
 */
#ifndef WARD_REPORT_TEXT_H
#define WARD_REPORT_TEXT_H

#include "report/model.h"

struct text_options {
    bool color;
    int columns;           /* of the terminal: details of the register are cut to it; 0 = never cut */
    bool all;              /* every finding that fails or is unknown, else a few of each control */
    const char *html_path; /* named at the end when a page was written */
};

bool report_text(const struct report_model *m, const struct text_options *o, struct report_sink *sink,
                 struct err *e) WARN_UNUSED;

#endif
