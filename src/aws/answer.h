/*
 * aws/answer.h: an HTTP answer of AWS, classified, and its body as the AWS CLI v2 prints it.
 *
 * Place in the flow: net/http -> ANSWER -> collect. Pure: bytes in, tree out.
 * The JSON has the model's member names in the model's order, timestamps as Python's isoformat in UTC,
 * blobs as base64, IAM policy documents as objects; page tokens are taken out, as the CLI does when it
 * pages. Elements that the model does not know are kept under their wire name, after the others.
 * Nothing that cannot be read is taken for an empty answer: it is AWS_ERROR. That goes for a body that is cut,
 * for no body where the model has members, for another operation's answer (nothing in it that the model knows),
 * and for an element there twice where the model has one.
 */
#ifndef WARD_AWS_ANSWER_H
#define WARD_AWS_ANSWER_H

#include "aws/op.h"
#include "codec/json.h"

enum aws_class {
    AWS_OK,
    AWS_ABSENT,       /* AWS says that it is not configured (op->absent) */
    AWS_GONE,         /* what the call was made for is not there (any more); only for calls with a parent */
    AWS_DENIED,
    AWS_THROTTLED,    /* try again later; does not count as a failed attempt */
    AWS_RETRYABLE,    /* the service failed; try again a few times */
    AWS_EXPIRED,      /* the credentials are not (or no longer) accepted: get new ones, try once more */
    AWS_SKEW,         /* the clock is off: take the time from the Date header, sign again, try once more */
    AWS_UNAVAILABLE,  /* AWS says that the service is not there: region not opted in, not subscribed, unknown */
    AWS_WRONG_REGION, /* `region` tells the right one ("" when AWS does not say) */
    AWS_ERROR,        /* anything else, unreadable answers included */
};
const char *aws_class_name(enum aws_class c);

struct aws_answer {
    enum aws_class class;
    struct str code;       /* AWS's error code, or ward's own: "UnreadableAnswer", "HtmlAnswer", "Http503"; "" when OK */
    struct str message;
    struct str request_id;
    struct json *json;     /* AWS_OK only: an object */
    struct str page_token; /* for aws_serialize; "" = this was the last page */
    bool truncated;        /* the answer says that there is more, and does not say how to get it */
    struct str missing_action;  /* DENIED: the IAM action */
    const char *denied_by;      /* DENIED: "scp", "rcp", "boundary", "session", "endpoint", "resource", "identity"; "" = not said */
    struct str region;          /* WRONG_REGION */
    int64_t retry_after_ms;     /* 0 = not said */
};

enum { AWS_BODY_MAX_BYTES = 64 << 20 };

/* Value of a header in a raw header block (CRLF lines), names without case; {NULL,0} when absent. */
struct str aws_header_value(struct str headers, const char *name);

/*
 * Reads one answer. `headers` is the raw block of HTTP header lines, `body` the decoded body; both and
 * `a` must live as long as *out. Never fails: what is wrong is in out->class and out->code.
 */
void aws_answer_read(struct arena *a, const struct aws_op *op, long http_status, struct str headers, struct str body,
                     struct aws_answer *out);

#endif
