/*
 * iam/decide_internal.h: what the files decide*.c share. Nothing else includes it.
 *
 * Each kind of policy is evaluated to two formulas, "some statement allows" and "some statement denies"
 * (decide_layer.c). Of a policy on a resource the first is split by how it names the caller, because that decides
 * which ceilings bear on it (decide_principal.c). decide.c puts the formulas together.
 */
#ifndef WARD_IAM_DECIDE_INTERNAL_H
#define WARD_IAM_DECIDE_INTERNAL_H

#include "iam/decide.h"

struct decide {
    struct residue_pool *pool;
    struct arena *arena;
    const struct iam_layers *layers;
    const struct iam_request *r;
    struct iam_trace *trace; /* NULL: nobody asks why */
};

struct effect {
    const struct residue *allow, *deny;
};

/* What a policy on the resource gives to the caller. */
struct trust {
    const struct residue *open; /* no ceiling bears on it: user, session, "*", service... */
    const struct residue
        *limited; /* the ceilings of boundary and session bear on it: role of the caller, user of a session */
    const struct residue *account; /* to the caller's account, which must pass it on */
    const struct residue *deny;
};

/* How a statement names the caller: one formula a way (mostly TRUE or FALSE; a session name makes others). */
struct naming {
    const struct residue *open, *limited, *account;
    enum iam_principal_match best; /* for the trace */
};

/* All layers of one request, evaluated. */
struct evaluated {
    struct effect identity, boundary, session, scp, endpoint;
    const struct residue *rcp_deny;
    struct trust resource, second;
    const struct residue *grant; /* KMS grants */
    const struct residue *acl;   /* S3 ACLs: to the caller's account */
    const struct residue *acl_everyone;
    const struct residue *bpa_deny;
    bool same_account, must_trust, policy_counts;
};

/* decide_layer.c */
/* Action, caller, resource and conditions of one statement. `who` NULL: the caller is not looked at; else it gets how
 * the statement names the caller, and the answer is FALSE when it does not. `r` is d->r, or the same request
 * under another resource ARN. */
const struct residue *decide_statement(struct decide *d, const struct iam_request *r, const struct iam_policy_ref *ref,
                                       enum iam_layer layer, struct str level, const struct iam_statement *s,
                                       struct naming *who);
void decide_unread(struct decide *d, const struct iam_policy_ref *ref, enum iam_layer layer, struct str level,
                   struct effect *out);
void decide_set(struct decide *d, const struct iam_policy_set *set, enum iam_layer layer, struct str level,
                struct effect *out);
void decide_scps(struct decide *d, struct effect *out);
const struct residue *decide_rcps(struct decide *d);
void decide_endpoint(struct decide *d, struct effect *out);
/* decide_principal.c */
void decide_naming(struct decide *d, const struct iam_statement *s, const struct residue_source *source,
                   struct naming *out);
void decide_resource(struct decide *d, const struct iam_policy_set *set, const struct iam_request *r,
                     struct trust *out);
/* decide_kms.c */
const struct residue *decide_grants(struct decide *d);
/* decide_s3.c */
void decide_acls(struct decide *d, const struct residue **account, const struct residue **everyone);
const struct residue *decide_public_access_block(struct decide *d, bool same_account);
/* decide_sts.c */
bool decide_needs_no_permission(const struct iam_request *r);
bool decide_identity_not_needed(const struct iam_request *r);
bool decide_caller_may_ask(const struct iam_request *r);
const struct residue *decide_root_task(struct decide *d);
/* decide_blocked.c */
unsigned decide_blocked_by(struct decide *d, const struct evaluated *e);
/* decide.c: what is granted when no deny and no organization policy is looked at. */
const struct residue *decide_grant_test(struct decide *d, const struct evaluated *e);
/* decide_trace.c: no-ops without a trace. `how` is an IAM_T_ value. */
void decide_note(struct decide *d, enum iam_layer layer, struct str level, const struct iam_policy_ref *ref,
                 const struct iam_statement *s, int how, enum iam_principal_match principal,
                 const struct residue *condition);
void decide_note_grant(struct decide *d, const struct iam_grant *g, const struct residue *condition);
void decide_note_unread(struct decide *d, const struct iam_policy_ref *ref, enum iam_layer layer, struct str level);

static inline struct residue_source decide_source(enum iam_layer layer, struct str policy, struct str level, bool allow)
{
    return (struct residue_source){.layer = iam_layer_name(layer), .policy = policy, .level = level, .allow = allow};
}
/* The caller is an identity of an account, which policies are attached to. */
static inline bool decide_has_identity(const struct iam_caller *c)
{
    return c->kind != IAM_CALLER_SERVICE && c->kind != IAM_CALLER_ANONYMOUS && c->kind != IAM_CALLER_WEB;
}

#endif
