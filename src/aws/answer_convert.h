/*
 * aws/answer_convert.h: bodies of good answers, in the two notations of AWS, to the CLI's JSON.
 */
#ifndef WARD_AWS_ANSWER_CONVERT_H
#define WARD_AWS_ANSWER_CONVERT_H

#include "aws/shape.h"
#include "aws/xml.h"
#include "codec/json.h"

/* The value of a scalar that came as text; `kind` as in struct aws_ref. An unreadable one stays text. */
struct json *aws_scalar(struct arena *a, char kind, struct str text);
/* The body of a JSON protocol by its shape. NULL (ERR_PARSE) when the types do not fit. */
struct json *aws_from_json(struct arena *a, const struct aws_struct *shape, const struct json *body, struct err *e) WARN_UNUSED;
/* The element that holds the result, by its shape. NULL (ERR_PARSE) when it does not fit: a member that is no
 * list is there twice, elements stand where the model has a value, a map's entry lacks its key. */
struct json *aws_from_xml(struct arena *a, const struct aws_struct *shape, const struct xml_node *node, struct err *e) WARN_UNUSED;
/* Members that headers and the status carry; botocore puts them in front of the body's. */
void aws_add_headers(struct arena *a, const struct aws_struct *shape, long http_status, struct str headers, struct json *object);

#endif
