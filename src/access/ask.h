/*
 * access/ask.h: one question about access as people put it, and its answer with all that made it.
 *
 * Place in the flow: world -> ASK -> report/access.h, verb/can.c. Names are taken in short forms where only one thing
 * can be meant; a name that is nobody's is an error with the nearest one, never a silent "denied".
 */
#ifndef WARD_ACCESS_ASK_H
#define WARD_ACCESS_ASK_H

#include "access/world.h"
#include "iam/pattern.h"

struct access_question {
    struct iam_caller caller;
    uint32_t principal;        /* its row, or WORLD_NONE: outside of what was collected */
    uint32_t action;           /* catalogue index; WORLD_NONE: unknown to it, by `service` and `name` */
    struct str service, name;
    struct str resource;       /* an ARN, "*", or a pattern */
    struct str resource_account;
    uint32_t row;              /* of the resource, or WORLD_NONE */
    struct iam_context given;  /* wins over what the world knows */
    bool strict;               /* a key that is neither given nor known is absent */
    const struct str *strict_keys; /* only these are then absent */
    uint32_t strict_count;
    bool has_session;
    struct iam_policy_set session;
    uint32_t endpoint;         /* row, or WORLD_NONE: not through one */
};

struct access_answer {
    struct iam_request request;
    struct iam_layers layers;
    struct iam_decision decision;
    struct iam_trace trace;
};

void access_question_init(struct access_question *q);

/* An ARN (a session's too), an account id (its root user), "x.amazonaws.com", "anonymous", a role's or user's name,
 * "ACCOUNT/NAME". ERR_USAGE with the nearest name when it is none or several. */
bool access_principal(const struct world *w, struct arena *a, struct str text, struct access_question *q, struct err *e) WARN_UNUSED;
/* "service:Name" of the catalogue. */
bool access_action(const struct world *w, struct arena *a, struct str text, struct access_question *q, struct err *e) WARN_UNUSED;
/* After the action: an ARN (with '*': a pattern), "s3://bucket/key", or the name of a thing of the action's service. */
bool access_resource(const struct world *w, struct arena *a, struct str text, struct access_question *q, struct err *e) WARN_UNUSED;
/* "key=value"; a key given again gets one more value. */
bool access_context(const struct world *w, struct arena *a, struct str text, struct iam_context *c, struct err *e) WARN_UNUSED;
void access_context_put(const struct iam_catalogue *catalogue, struct arena *a, struct iam_context *c, struct str key,
                        const struct str *values, uint32_t count);
/* A VPC endpoint by its id. */
bool access_endpoint(const struct world *w, struct arena *a, struct str id, struct access_question *q, struct err *e) WARN_UNUSED;
/* What follows from what was given: the endpoint of aws:SourceVpce; of aws:SourceVpc, the one endpoint that it has for
 * the service; and the keys that go with an endpoint. */
void access_follow_path(const struct world *w, struct arena *a, struct access_question *q);

/* `size` rows of trace at most; 0: none. */
void access_answer(const struct world *w, struct arena *a, const struct access_question *q, uint32_t size, struct access_answer *out);

/* Request and layers, not yet decided. */
void access_prepare(const struct world *w, struct arena *a, const struct access_question *q, struct access_answer *out);
/* Of a pattern; out->decision is the overall one. */
void access_answer_pattern(const struct world *w, struct arena *a, const struct access_question *q, struct access_answer *out,
                           struct iam_pattern_answer *parts);
/* Whether some ARN of a resource type (its glob) can match an ARN or a pattern of ARNs, field by field. */
bool access_type_meets(struct str glob, struct str pattern);
/* The name of the action's resource type that the ARN is of; {NULL,0} when it is of none. */
struct str access_type(const struct world *w, uint32_t action, struct str arn);

/* What reading an encrypted thing needs besides: kms:Decrypt on its key, by the same principal, through the service.
 * False: nothing. ACCESS_KEY_... in `how`. */
enum access_key_need { ACCESS_KEY_NONE, ACCESS_KEY_ASK, ACCESS_KEY_AWS_MANAGED, ACCESS_KEY_UNREAD };
enum access_key_need access_key_question(const struct world *w, struct arena *a, const struct access_question *q,
                                         struct access_question *key);

#endif
