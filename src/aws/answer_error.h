/*
 * aws/answer_error.h: error answers: their code and message in whatever notation they come, and what
 * to do about them.
 *
 * The retry lists are botocore's "standard" mode (botocore/retries/standard.py, 1.44) with throttling
 * apart, as ward budgets it by time.
 */
#ifndef WARD_AWS_ANSWER_ERROR_H
#define WARD_AWS_ANSWER_ERROR_H

#include "aws/answer.h"
#include "aws/xml.h"

/* The error inside an XML body: root <Error>, <ErrorResponse> or <Response><Errors>; NULL when it is none. */
const struct xml_node *aws_xml_error(const struct xml_node *root);
/* Fills code, message, region and request id from an XML error. */
void aws_read_xml_error(const struct xml_node *error, const struct xml_node *root, struct aws_answer *out);
/* Fills code and message from a JSON body (NULL = none) and the headers. False when neither has a code. */
bool aws_read_json_error(const struct json *body, struct str headers, struct aws_answer *out);
/* Decides out->class, missing_action, denied_by from code, message and status. */
void aws_classify(const struct aws_op *op, long http_status, struct aws_answer *out);

#endif
