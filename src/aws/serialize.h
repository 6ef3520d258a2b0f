/*
 * aws/serialize.h: a call's parameters as an HTTP request in the protocol of its service.
 *
 * The AWS query, EC2 query, JSON 1.0/1.1, REST JSON and REST XML protocols as the models of botocore
 * define them (Smithy 2.0, "AWS protocols"). Reads carry no XML body, so there is no XML writer.
 * What it is not: it knows no host, no credentials and no clock, and does not sign.
 */
#ifndef WARD_AWS_SERIALIZE_H
#define WARD_AWS_SERIALIZE_H

#include "aws/op.h"
#include "aws/request.h"
#include "codec/json.h"

/*
 * Fills method, path, query, headers and body of *out (host and scheme stay as they are).
 * `params` is an object of what this call is made for, keyed by the model's names (NULL = nothing);
 * a member overrides a fixed parameter of the same name. `account` replaces "@account".
 * `page_token` is what aws_answer_read gave for the page before, "" for the first page.
 * ERR_INTERNAL when a parameter is unknown to the operation or missing in its path.
 */
bool aws_serialize(struct arena *a, const struct aws_op *op, const struct json *params, struct str account,
                   struct str page_token, struct aws_request *out, struct err *e) WARN_UNUSED;

#endif
