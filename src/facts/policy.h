/*
 * facts/policy.h: AWS policy documents in one normal form, and conservative questions about them.
 *
 * Grammar: IAM User Guide, "Grammar of the IAM JSON policy language" (read 2026). A document that breaks
 * it (unknown element, both Action and NotAction, no Effect) is refused: what asks is then unknown.
 * What it is not: an evaluation of a request against all layers; one document at a time, and where a
 * condition decides the answer is UNSURE.
 */
#ifndef WARD_FACTS_POLICY_H
#define WARD_FACTS_POLICY_H

#include "codec/json.h"

enum { POLICY_BYTES_MAX = 1 << 20 };

enum tristate { SURE_NO = 0, SURE_YES = 1, UNSURE = 2 };

struct str_list {
    struct str *items;
    uint32_t count;
};

enum principal_kind { PRINCIPAL_STAR, PRINCIPAL_AWS, PRINCIPAL_SERVICE, PRINCIPAL_FEDERATED, PRINCIPAL_CANONICAL };

struct policy_principal {
    enum principal_kind kind;
    struct str value;
};

struct policy_condition {
    struct str op, key; /* as written */
    struct str_list values;
};

struct policy_statement {
    struct str sid;
    uint32_t index; /* from 0 */
    bool allow, not_action, not_resource, not_principal, has_resource;
    struct str_list actions, resources;
    struct policy_principal *principals;
    uint32_t principal_count;
    struct policy_condition *conditions;
    uint32_t condition_count;
};

struct policy {
    struct policy_statement *statements;
    uint32_t count;
};

/* `doc`: JSON text, percent-encoded JSON text (as IAM's API sends it), or a JSON string of JSON.
 * NULL with ERR_PARSE or ERR_LIMIT. */
struct policy *policy_parse(struct arena *a, struct str doc, struct err *e) WARN_UNUSED;
/* [{"sid","index","effect","actions","not_action","resources","not_resource","principals":[{"kind","value"}],
 * "not_principal","conditions":[{"op","key","values"}]}] */
void policy_write(const struct policy *p, struct json_out *out);

/* Case-insensitive glob of an action pattern; "*" and "*:*" match all. */
bool policy_action_matches(struct str pattern, struct str action);
/* Action, or not in NotAction. */
bool policy_covers_action(const struct policy_statement *s, struct str action);
/* Only `*` in every field of the resource: matches whatever there is. */
bool policy_covers_every_resource(const struct policy_statement *s);
/* The same, or every user, group, role or policy of IAM. */
bool policy_covers_every_iam_resource(const struct policy_statement *s);
/* "statement 0 (Sid)" into the arena. */
struct str policy_where(struct arena *a, const struct policy_statement *s);

/* Allows everything on everything. `where` names the first statement found. */
enum tristate policy_is_admin(struct arena *a, const struct policy *p, struct str *where);
/* Allows on everything what makes its holder an administrator: iam:* and the like, organizations:*,
 * sso:*, CloudFormation with PassRole. */
enum tristate policy_escalates(struct arena *a, const struct policy *p, struct str *where);

enum policy_access { ACCESS_ANY, ACCESS_READ, ACCESS_WRITE };
/* S3's definition of public (Amazon S3 User Guide, "The meaning of public", read 2026): some Allow for
 * everyone is not limited by a fixed value of one of the keys listed there. */
enum tristate policy_is_public(const struct policy *p, enum policy_access access);
/* The grantees of every Allow, as facts.h describes policy_grantees(). */
void policy_write_grantees(struct arena *a, const struct policy *p, struct json_out *out);

/* Is plain HTTP denied to everyone, for bucket and objects? */
enum tristate policy_is_tls_only(struct arena *a, const struct policy *p, struct str bucket_arn);
enum deny_state { DENY_OPEN, DENY_EXEMPT, DENY_ALL };
/* Is `action` on every resource denied to all? With DENY_EXEMPT, to all but the principals in `exempt`
 * (ARN patterns, appended, `max` at most). */
enum deny_state policy_denies(const struct policy *p, struct str action, struct str *exempt, uint32_t *count, uint32_t max);

/* Of a condition: its operator without the set prefix and IfExists, and what was cut. */
struct condition_op {
    struct str base;
    bool if_exists, for_all, for_any;
};
struct condition_op policy_condition_op(struct str op);
/* The condition, which must hold for a match, fixes who (or from where) the caller is, by S3's list. */
bool policy_condition_fixes(const struct policy_condition *c);

#endif
