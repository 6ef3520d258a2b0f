/*
 * aws/op_type.h: the column `params` of data/aws/operations.tsv:
 *   NAME[=WIRE][@uri|@query|@header]:TYPE, separated by spaces, with TYPE one of
 *   s i f b t x | [TAG/TYPE] a list | {NAME[=WIRE]:TYPE,...} a structure | <TYPE> a map of strings.
 */
#ifndef WARD_AWS_OP_TYPE_H
#define WARD_AWS_OP_TYPE_H

#include "aws/op.h"
#include "codec/json.h"

/* Slices point into `text`. ERR_PARSE when malformed, ERR_LIMIT when nested too deep. */
bool aws_params_parse(struct arena *a, struct str text, const struct aws_param **out, uint32_t *count, struct err *e)
    WARN_UNUSED;

#endif
