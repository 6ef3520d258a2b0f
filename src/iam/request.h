/*
 * iam/request.h: who asks for what, and what is known of the circumstances.
 *
 * IAM User Guide, "AWS global condition context keys" and "The request context" (read 2026).
 */
#ifndef WARD_IAM_REQUEST_H
#define WARD_IAM_REQUEST_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum iam_caller_kind {
    IAM_CALLER_USER,
    IAM_CALLER_ROLE,     /* some session of the role; its name is not known */
    IAM_CALLER_SESSION,  /* arn:P:sts::A:assumed-role/NAME/SESSION */
    IAM_CALLER_FEDERATED_USER,
    IAM_CALLER_ROOT,
    IAM_CALLER_WEB,      /* a SAML or web identity before it has a role: only sts:AssumeRoleWith* */
    IAM_CALLER_SERVICE,  /* x.amazonaws.com */
    IAM_CALLER_ANONYMOUS,
};

struct iam_caller {
    enum iam_caller_kind kind;
    struct str text;      /* ARN, service name or provider; empty for anonymous */
    struct str partition; /* "aws", ... */
    struct str account;   /* {NULL,0} for services and anonymous */
    struct str name;      /* user or role name without its path; of a session, the role's */
    struct str path_name; /* with its path, where the ARN has it */
    struct str session;   /* of a session; {NULL,0}: its name is not known; "": a role that is no session */
    bool service_linked;  /* role path /aws-service-role/ */
};

/* What is known of one condition key in this request. */
enum iam_key_state {
    IAM_KEY_ABSENT, /* known not to be there */
    IAM_KEY_KNOWN,  /* there, with these values */
    IAM_KEY_SOME,   /* there, values not known */
    IAM_KEY_MAYBE,  /* these values if it is there at all */
    IAM_KEY_OPEN,   /* nothing known */
    IAM_KEY_SAMPLE, /* open, with values for example: those that meet an Allow or miss a Deny are taken at their word */
};

/* Where a key that is not known comes from, which decides what a residue over it means (iam.md 1.8). */
enum iam_key_class {
    IAM_KEY_CALLER,    /* the caller chooses it: counts as satisfiable */
    IAM_KEY_NETWORK,   /* the way the call takes: the network half decides */
    IAM_KEY_SESSION,   /* of the session, its time or its claims: conditional */
    IAM_KEY_FIXED,     /* of principal or resource, and not read: unknown */
};

struct iam_key {
    struct str name; /* lower case */
    enum iam_key_state state;
    bool list;       /* multivalued by its type, whatever its count */
    struct str *values;
    uint32_t count;
};

struct iam_context {
    struct iam_key *keys; /* unordered; few */
    uint32_t count;
    bool open; /* a key that is not listed is IAM_KEY_OPEN, else IAM_KEY_ABSENT */
};

struct iam_request {
    struct iam_caller caller;
    struct str service, action;  /* "s3", "GetObject" */
    struct str resource;         /* an ARN, or "*" */
    struct str resource_account; /* owner; {NULL,0}: the ARN's field 5, else the caller's */
    struct iam_context context;
    bool no_resource_type;       /* the action takes no resource: only a literal "*" matches it */
};

/* A principal as people write it: an ARN, an account id (its root), "x.amazonaws.com", "anonymous" or "*".
 * ERR_USAGE when it is none. */
bool iam_caller_parse(struct arena *a, struct str text, struct iam_caller *out, struct err *e) WARN_UNUSED;
/* NULL when it is not listed. `name` in any case. */
const struct iam_key *iam_context_get(const struct iam_context *c, struct str name);
enum iam_key_class iam_key_class_of(struct str name);
/* "s3:GetObject" into its parts; false when it has no colon or an empty part. */
bool iam_action_split(struct str text, struct str *service, struct str *name);

#endif
