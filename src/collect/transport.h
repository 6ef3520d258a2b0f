/*
 * collect/transport.h: what the scheduler needs of the world: a clock, credentials, and a way to send
 * one AWS call and hear how it ended. The real one is transport_aws.c (serialize, endpoint, sign,
 * net/http, answer); tests give a scripted one, so the whole scheduler runs without a socket.
 *
 * What it is not: no retries, no pages, no store. One start is one HTTP request and one reply.
 */
#ifndef WARD_COLLECT_TRANSPORT_H
#define WARD_COLLECT_TRANSPORT_H

#include "aws/op.h"
#include "base/arena.h"
#include "base/err.h"
#include "codec/json.h"

/* How one request ended: the answer's class, or what happened instead of an answer. */
enum reply_class {
    REPLY_OK,
    REPLY_ABSENT,       /* a documented "not configured" code */
    REPLY_GONE,         /* the thing was deleted between list and get */
    REPLY_DENIED,
    REPLY_THROTTLED,
    REPLY_RETRYABLE,    /* 5xx, time-out, connection failed or cut */
    REPLY_EXPIRED,      /* credentials */
    REPLY_SKEW,         /* clock; server_us tells the server's */
    REPLY_UNAVAILABLE,  /* AWS says that the service or operation is not there */
    REPLY_WRONG_REGION, /* S3; `region` tells the right one when AWS did */
    REPLY_ERROR,        /* final */
    REPLY_DNS,          /* the host's name does not resolve */
    REPLY_REUSED_DIED,  /* a kept connection died before the first byte: send again, not counted */
};

struct reply {
    enum reply_class class;
    int http;
    struct str code, message, missing_action, request_id;
    struct str next_token;  /* {NULL,0} or empty = last page */
    bool truncated;         /* there is more, and AWS does not say how to get it */
    struct str region;      /* x-amz-bucket-region */
    struct json *json;      /* the answer in the CLI's shape; the receiver may change it */
    int64_t retry_after_ms; /* 0 = not said */
    int64_t server_us;      /* Date header; 0 = none */
    struct str source;      /* "aws", "endpoint" or "stub" */
    struct arena *arena;    /* of the answer, for what the receiver puts into `json` */
};

/* The reply and what it points to live until the callback returns. */
typedef void reply_done(void *user, struct reply *r);

/* One request. All slices live until the reply. */
struct send {
    const struct aws_op *op;
    struct str account, region;
    const struct json *params; /* NULL = none */
    struct str page_token;
    uint32_t session;          /* credentials: 0 = the caller's own, else what `assume` gave */
};

struct assume {
    struct str role_arn, external_id, session_name;
    struct str policy;         /* inline session policy, JSON */
    struct str policy_arn;     /* managed session policy; empty = none */
};

struct identity {
    struct str account, arn, partition;
};

/* Whether a service is offered in a region. */
enum presence { PRESENCE_UNKNOWN, PRESENCE_YES, PRESENCE_NO };

struct transport {
    void *impl;
    /* Microseconds since 1970, never going back; and what to add for the server's clock. */
    int64_t (*now_us)(void *impl);
    int64_t (*offset_us)(void *impl);
    /* Starts a request; `done` is called from poll, never from here. False (err filled) when the
     * request cannot be made: nothing was sent and `done` is not called. */
    bool (*start)(void *impl, const struct send *q, reply_done *done, void *user, struct err *e);
    /* Waits at most timeout_ms, delivers replies. */
    void (*poll)(void *impl, int timeout_ms);
    /* Drops everything in flight without calling back. */
    void (*abort)(void *impl);
    /* Who the caller's credentials are. */
    bool (*identity)(void *impl, struct arena *a, struct identity *out, struct err *e);
    /* New session credentials. Replies to other requests may be delivered meanwhile. */
    bool (*assume)(void *impl, const struct assume *q, uint32_t *session, struct err *e);
    /* Fetches the session's credentials again. */
    bool (*refresh)(void *impl, uint32_t session, struct err *e);
    /* The server's clock as of now, from a Date header. */
    void (*set_clock)(void *impl, int64_t server_us);
    enum presence (*presence)(void *impl, const struct aws_op *op, struct str region);
    /* Home region of a global operation (us-east-1, us-west-2 ...), where regions are listed too. */
    struct str (*home)(void *impl, const struct aws_op *op);
    /* The partition's regions by the table, by index; {NULL,0} past the last. */
    struct str (*region_at)(void *impl, uint32_t i);
};

#endif
