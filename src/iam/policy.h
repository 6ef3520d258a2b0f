/*
 * iam/policy.h: AWS policy documents, parsed once and compiled for matching.
 *
 * Place in the flow: text -> POLICY -> match.h -> decide.h. Pure: memory in, memory out.
 * Grammar: IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM JSON policy elements
 * reference" (read 2026). Two kinds of wrong are told apart:
 *  - a document whose structure is broken (not JSON, no Effect, both Action and NotAction, an element of a
 *    wrong type, an unknown element) is refused: who asks is then unknown, never denied;
 *  - a value that AWS accepts and that can match nothing ("s3: ", a short ARN where none may be, a Principal
 *    "arn:aws:iam::*:role/x") is kept, marked `valid` = false, and matches nothing (in a Not... element it
 *    excludes nothing, except where match.h says otherwise).
 * Hostile input: at most IAM_POLICY_BYTES_MAX bytes and IAM_STATEMENTS_MAX statements; patterns are matched in
 * time linear in pattern x text at worst.
 */
#ifndef WARD_IAM_POLICY_H
#define WARD_IAM_POLICY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "codec/json.h"

enum { IAM_POLICY_BYTES_MAX = 1 << 20, IAM_STATEMENTS_MAX = 20000 };

/* One pattern of '*', '?' and, where the policy's version allows, ${variables}. */
struct iam_glob {
    struct str text;    /* as written */
    uint32_t prefix;    /* bytes before the first wildcard or variable */
    uint32_t least;     /* bytes that a text must have at least to match (0 when there are variables) */
    bool valid;         /* false: matches nothing */
    bool any;           /* exactly "*" */
    bool literal;       /* neither wildcard nor variable */
    bool tail;          /* its only wildcard is one '*' at its end, no variable */
    bool variables;     /* has a ${...} that must be substituted, ${*} ${?} ${$} included */
};

struct iam_action {
    struct str text;
    struct str service;   /* lower case; {NULL,0} when `all` */
    struct iam_glob name; /* compared without regard to case */
    bool all;             /* "*" or "*:*" */
    bool valid;
};

/* A Resource or NotResource entry, split at its first five colons. */
struct iam_resource {
    struct str text;
    bool any;                 /* "*" */
    bool wild;                /* has a '*' or '?' anywhere: some policy kinds take a short ARN only then */
    uint8_t fields;           /* how many of the six were written: fewer is a short ARN */
    struct iam_glob field[6]; /* arn, partition, service, region, account, resource */
    bool odd_type;            /* has a wildcard or variable in the resource type, where AWS takes none */
    bool valid;
};

enum iam_principal_kind {
    IAM_P_EVERYONE,   /* "*" or {"AWS": "*"} */
    IAM_P_ACCOUNT,    /* account id or arn:P:iam::A:root */
    IAM_P_USER,
    IAM_P_ROLE,
    IAM_P_SESSION,    /* arn:P:sts::A:assumed-role/NAME/SESSION */
    IAM_P_FEDERATED_USER, /* arn:P:sts::A:federated-user/NAME */
    IAM_P_GONE,       /* AIDA.., AROA..: a principal that was deleted; matches nobody */
    IAM_P_SERVICE,
    IAM_P_FEDERATED,  /* SAML or OIDC provider ARN, or a public identity provider's name */
    IAM_P_CANONICAL,
    IAM_P_INVALID,    /* matches nobody */
};

struct iam_principal {
    enum iam_principal_kind kind;
    struct str type;    /* "AWS", "Service", ...; "*" for the bare star */
    struct str text;    /* as written */
    struct str account; /* of AWS kinds, else {NULL,0} */
    struct str partition; /* of an ARN, else {NULL,0}: any */
    struct str name;    /* user or role: what follows "user/" or "role/", path and all; session: role name */
    struct str session; /* of IAM_P_SESSION */
};

/* IAM User Guide, "IAM JSON policy elements: Condition operators" (read 2026). */
#define IAM_OPERATORS(X)                                                                           \
    X(STRING_EQUALS, "StringEquals", 0)                                                            \
    X(STRING_NOT_EQUALS, "StringNotEquals", 1)                                                     \
    X(STRING_EQUALS_IGNORE_CASE, "StringEqualsIgnoreCase", 0)                                      \
    X(STRING_NOT_EQUALS_IGNORE_CASE, "StringNotEqualsIgnoreCase", 1)                               \
    X(STRING_LIKE, "StringLike", 0)                                                                \
    X(STRING_NOT_LIKE, "StringNotLike", 1)                                                         \
    X(NUMERIC_EQUALS, "NumericEquals", 0)                                                          \
    X(NUMERIC_NOT_EQUALS, "NumericNotEquals", 1)                                                   \
    X(NUMERIC_LESS_THAN, "NumericLessThan", 0)                                                     \
    X(NUMERIC_LESS_THAN_EQUALS, "NumericLessThanEquals", 0)                                        \
    X(NUMERIC_GREATER_THAN, "NumericGreaterThan", 0)                                               \
    X(NUMERIC_GREATER_THAN_EQUALS, "NumericGreaterThanEquals", 0)                                  \
    X(DATE_EQUALS, "DateEquals", 0)                                                                \
    X(DATE_NOT_EQUALS, "DateNotEquals", 1)                                                         \
    X(DATE_LESS_THAN, "DateLessThan", 0)                                                           \
    X(DATE_LESS_THAN_EQUALS, "DateLessThanEquals", 0)                                              \
    X(DATE_GREATER_THAN, "DateGreaterThan", 0)                                                     \
    X(DATE_GREATER_THAN_EQUALS, "DateGreaterThanEquals", 0)                                        \
    X(BOOL, "Bool", 0)                                                                             \
    X(BINARY_EQUALS, "BinaryEquals", 0)                                                            \
    X(IP_ADDRESS, "IpAddress", 0)                                                                  \
    X(NOT_IP_ADDRESS, "NotIpAddress", 1)                                                           \
    X(ARN_EQUALS, "ArnEquals", 0)                                                                  \
    X(ARN_NOT_EQUALS, "ArnNotEquals", 1)                                                           \
    X(ARN_LIKE, "ArnLike", 0)                                                                      \
    X(ARN_NOT_LIKE, "ArnNotLike", 1)                                                               \
    X(NULL, "Null", 0)

enum iam_operator {
#define X(sym, name, negated) IAM_OP_##sym,
    IAM_OPERATORS(X)
#undef X
    IAM_OP_UNKNOWN, /* an operator that AWS does not have: the statement matches nothing */
};

enum iam_set { IAM_SET_NONE, IAM_SET_ANY_VALUE, IAM_SET_ALL_VALUES };

struct iam_condition {
    enum iam_operator op;
    enum iam_set set;
    bool if_exists;
    struct str op_text;  /* as written: "ForAllValues:StringEqualsIfExists" */
    struct str key;      /* as written */
    struct str key_lower;
    struct iam_glob *values;
    uint32_t count;
};

struct iam_statement {
    struct str sid;
    uint32_t index; /* from 0; what people are shown counts from 1 */
    bool allow;
    bool not_action, not_resource, not_principal;
    bool has_resource, has_principal; /* the element was there at all */
    struct iam_action *actions;
    uint32_t action_count;
    struct iam_resource *resources;
    uint32_t resource_count;
    struct iam_principal *principals;
    uint32_t principal_count;
    struct iam_condition *conditions; /* duplicate keys that differ in case are entries of their own */
    uint32_t condition_count;
};

struct iam_policy {
    struct str version;  /* "2012-10-17", "2008-10-17" or {NULL,0} */
    bool variables;      /* version is 2012-10-17: ${...} is substituted */
    struct iam_statement *statements;
    uint32_t count;
    uint64_t hash;       /* of the canonical document: equal documents are interned by it */
};

/* `doc`: JSON text, percent-encoded JSON text (as IAM's API sends it), or a JSON string of JSON. The policy
 * points into `a` only. NULL with ERR_PARSE or ERR_LIMIT. */
struct iam_policy *iam_policy_parse(struct arena *a, struct str doc, struct err *e) WARN_UNUSED;
/* The same from a parsed document. */
struct iam_policy *iam_policy_from_json(struct arena *a, const struct json *doc, struct err *e) WARN_UNUSED;

/* Compiles single values; also for batch rows and tables. */
struct iam_glob iam_glob_compile(struct str text, bool variables);
struct iam_action iam_action_compile(struct arena *a, struct str text);
struct iam_resource iam_resource_compile(struct arena *a, struct str text, bool variables);
struct iam_principal iam_principal_compile(struct arena *a, struct str type, struct str text);
bool iam_condition_compile(struct arena *a, struct str op, struct str key, const struct str *values, uint32_t count,
                           bool variables, struct iam_condition *out);
const char *iam_operator_name(enum iam_operator op);
bool iam_operator_negated(enum iam_operator op);

#endif
