/*
 * access/who.h: everyone who may do an action on a resource.
 *
 * Who cannot be allowed is sorted out first: by whether any Allow of the principal's policies covers action and resource
 * (looked at once a distinct policy), and whether the resource's own policy names it. Everybody else is decided by
 * the oracle, so the answer is that of `ward can`.
 */
#ifndef WARD_ACCESS_WHO_H
#define WARD_ACCESS_WHO_H

#include "access/ask.h"

struct who_options {
    bool scoped;                 /* only `accounts` and `principals` */
    const struct str *accounts, *principals;
    uint32_t account_count, principal_count;
    bool everybody;              /* also root users, anonymous, federated providers, and who is outside */
    bool denied_too;             /* also those that are not allowed but unknown */
};

struct who_row {
    struct str principal;
    uint32_t row;       /* in principals[], or WORLD_NONE */
    uint32_t action;    /* catalogue index */
    struct str type;    /* resource type */
    struct iam_decision decision;
    bool on_session_name;
    const struct iam_pattern_result *patterns; /* of a pattern: those that are allowed */
    uint32_t pattern_count;
};

struct who_answer {
    struct who_row *rows;
    uint32_t count, size;
    uint32_t decided;   /* how many the oracle was asked about */
    uint32_t unknown;   /* rows whose decision is IAM_UNKNOWN */
};

/* `q`: resource, row, given keys, endpoint, as by access_resource(); caller and action are set here. */
void access_who(const struct world *w, struct arena *a, const struct access_question *q, const uint32_t *actions, uint32_t action_count,
                const struct who_options *o, struct who_answer *out);
/* The actions that "s3:Get*,s3:PutObject" names, less those that do not take the resource when a pattern brought them in.
 * NULL with ERR_USAGE when a part names none. `arn` {NULL,0}: all of them. */
uint32_t *access_actions(const struct world *w, struct arena *a, struct str text, struct str arn, uint32_t *count, struct err *e) WARN_UNUSED;

#endif
