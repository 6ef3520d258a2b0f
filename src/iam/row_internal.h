/*
 * iam/row_internal.h: a row of a decision, read. Shared by the files row_*.c only.
 */
#ifndef WARD_IAM_ROW_INTERNAL_H
#define WARD_IAM_ROW_INTERNAL_H

#include "iam/decide.h"
#include "iam/row.h"

struct row_question {
    struct iam_layers layers;
    struct iam_request r;
    bool discovery;
};

bool row_question_read(struct arena *a, const struct iam_catalogue *c, const struct json *row, struct row_question *out,
                       struct err *e) WARN_UNUSED;
/* Strict or Discovery: fills the context. The layers must be there: constraints by pattern bear on the keys they use.
 */
bool row_context_read(struct arena *a, const struct iam_catalogue *c, const struct json *row, struct row_question *q,
                      struct err *e) WARN_UNUSED;
void row_write_decision(const struct row_question *q, const struct iam_decision *d, struct json_out *o);
void row_write_conditions(const struct row_question *q, const struct iam_decision *d, struct json_out *o);
/* In the words of the rows: allowed-if is "Allowed", its conditions tell. */
const char *row_result(enum iam_result r);

#endif
