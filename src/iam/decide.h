/*
 * iam/decide.h: one IAM decision, by the rules word by word. The oracle: it explains single decisions and
 * judges the class engine (src/access).
 *
 * Source: IAM User Guide, "Policy evaluation logic" (read 2026), and what reference pages of the services add;
 * each rule in decide*.c cites its page. A decision is a formula (residue.h): TRUE is allowed, FALSE is denied,
 * anything else is allowed-if. A policy that could not be read enters as a RESIDUE_UNREAD leaf: the answer is then
 * unknown unless the rest decides.
 */
#ifndef WARD_IAM_DECIDE_H
#define WARD_IAM_DECIDE_H

#include "iam/match.h"

struct iam_policy_ref {
    const struct iam_policy *policy; /* NULL: could not be read */
    struct str id;                   /* policy ARN, "PRINCIPAL-ARN#NAME" of an inline one, "ResourcePolicy", ... */
    struct str unread;               /* why, when policy is NULL */
};
struct iam_policy_set {
    const struct iam_policy_ref *items;
    uint32_t count;
};
struct iam_level {
    struct str name; /* root, OU or account id */
    struct iam_policy_set policies;
};

/* AWS KMS Developer Guide, "Grants in AWS KMS" (read 2026). */
struct iam_grant {
    struct str id, grantee;       /* principal ARN or service */
    const struct str *operations; /* "Decrypt", ... */
    uint32_t operation_count;
    const struct str *context_keys, *context_values; /* EncryptionContextEquals or ...Subset */
    uint32_t context_count;
    bool context_subset;
};

/* Amazon S3 User Guide, "Access control list (ACL) overview" (read 2026). */
enum iam_acl_grantee {
    IAM_ACL_ALL_USERS,
    IAM_ACL_AUTHENTICATED_USERS,
    IAM_ACL_LOG_DELIVERY,
    IAM_ACL_ACCOUNT,
    IAM_ACL_OTHER
};
enum iam_acl_permission { IAM_ACL_READ, IAM_ACL_WRITE, IAM_ACL_READ_ACP, IAM_ACL_WRITE_ACP, IAM_ACL_FULL_CONTROL };
struct iam_acl {
    enum iam_acl_grantee grantee;
    struct str account; /* of IAM_ACL_ACCOUNT, where the canonical id is one of a known account */
    enum iam_acl_permission permission;
};

/* All that bears on one request. What is absent has count 0 and its `has_` flag false. */
struct iam_layers {
    struct iam_policy_set identity; /* with those of the groups */
    bool has_boundary;
    struct iam_policy_set boundary;
    bool has_session;
    struct iam_policy_set session;
    const struct iam_level *scps; /* root first; scp_count 0: no organization, or SCPs do not apply to this caller */
    uint32_t scp_count;
    const struct iam_level *rcps; /* RCPFullAWSAccess is implied at each level */
    uint32_t rcp_count;
    bool has_resource;
    struct iam_policy_set resource; /* bucket, key, trust, queue policy...; of an access point with second_resource */
    bool has_second_resource; /* access point AND bucket; registry AND repository */
    struct iam_policy_set second_resource;
    struct str second_arn; /* what the second policy knows the resource as; {NULL,0}: as the first */
    bool has_endpoint;
    struct iam_policy_set endpoint;
    const struct iam_grant *grants; /* of the KMS key */
    uint32_t grant_count;
    const struct iam_acl *acls; /* of the bucket or object; none when ownership is BucketOwnerEnforced */
    uint32_t acl_count;
    struct str acl_unread; /* ACLs count and were not all read (those of objects): why; {NULL,0}: all read */
    bool ignore_public_acls, restrict_public_buckets; /* in force: account OR bucket */
    bool identity_is_root;                            /* the account's root user: identity side always allows */
};

enum iam_result { IAM_ALLOWED, IAM_IMPLICITLY_DENIED, IAM_EXPLICITLY_DENIED, IAM_ALLOWED_IF, IAM_UNKNOWN };
/* "Allowed", "ImplicitlyDenied", "ExplicitlyDenied", "AllowedIf", "Unknown". */
const char *iam_result_name(enum iam_result r);

/* How one statement took part, for those who asked for a trace. */
struct iam_trace_row {
    enum iam_layer layer;
    struct str level;  /* of SCP and RCP */
    struct str policy; /* iam_policy_ref.id */
    struct str sid;
    uint32_t index; /* from 0 */
    bool allow;
    enum {
        IAM_T_MATCH,
        IAM_T_IF,
        IAM_T_NOT_ACTION,
        IAM_T_NOT_RESOURCE,
        IAM_T_NOT_PRINCIPAL,
        IAM_T_NOT_CONDITION,
        IAM_T_UNREAD
    } how;
    enum iam_principal_match principal;
    const struct residue *condition; /* of IAM_T_IF */
    struct str note;                 /* "a variable in a Deny has no value: the Deny does not fire" */
};
struct iam_trace {
    struct iam_trace_row *rows;
    uint32_t count, size;
};

struct iam_decision {
    enum iam_result result;
    const struct residue *condition; /* TRUE when allowed, FALSE when denied */
    unsigned blocked_by;             /* bits 1 << iam_layer: what stopped an otherwise sufficient grant */
};

/* The leaf for a policy that could not be read: it may allow, and it may deny, and these are two things. */
const struct residue *iam_unread_leaf(struct residue_pool *pool, const struct iam_policy_ref *ref, bool allow,
                                      const struct residue_source *source);
/* Whether the resource's own policy must trust the caller or the caller's account (KMS keys, roles to assume), and
 * whether it counts at all (a role's trust policy only for assuming it). Same account is taken from the request. */
bool iam_resource_must_trust(const struct iam_request *r);
bool iam_resource_policy_counts(const struct iam_request *r);
/* The owner of the resource: as given, else the ARN's field 5, else the caller's account. "aws" is the caller's. */
struct str iam_resource_owner(const struct iam_request *r);
/* False where AWS refuses the action whatever policies say. */
bool iam_within_limits(const struct iam_request *r);

/* Decides. `pool` holds the formulas; `a` what the decision and the trace point to; `trace` may be NULL (fast). */
void iam_decide(struct residue_pool *pool, struct arena *a, const struct iam_layers *layers,
                const struct iam_request *r, struct iam_trace *trace, struct iam_decision *out);

#endif
