/*
 * collect/policy.h: the IAM policies that a set of operations needs. Pure.
 *
 * Actions come from the operations table. Documents are JSON of policy version 2012-10-17, compact,
 * with one statement a service, services and actions sorted: the same operations give the same bytes.
 * Quotas (IAM User Guide, "IAM and AWS STS quotas", 2026): a managed policy has at most 6,144
 * characters, white space not counted; a session policy at most 2,048.
 */
#ifndef WARD_COLLECT_POLICY_H
#define WARD_COLLECT_POLICY_H

#include "base/arena.h"
#include "base/err.h"
#include "collect/plan.h"

enum { POLICY_MANAGED_MAX = 6144, POLICY_SESSION_MAX = 2048 };

struct policy_documents {
    struct str *documents;
    uint32_t count;
};

/* As many managed policies as the plan's actions need. `assume_role` is the ARN pattern of the roles
 * that the caller assumes with --org ("arn:aws:iam::*:role/ward-audit"); empty = none. */
bool policy_managed(struct arena *a, const struct plan *plan, struct str assume_role, struct policy_documents *out,
                    struct err *e) WARN_UNUSED;

struct policy_session {
    struct str inline_json;
    bool read_only; /* also pass the managed policy ReadOnlyAccess: inline_json only denies then */
};

/* The session policy for an assumed role: what the plan reads and nothing else, and a deny for what
 * returns data. The actions are named one by one as long as that fits; then shortened to verbs
 * ("ec2:Describe*"), never wider than Describe, Get, List, BatchGet, Search, Select, Lookup and
 * Generate; and where that does not fit either, AWS's managed ReadOnlyAccess allows instead. */
void policy_session(struct arena *a, const struct plan *plan, struct policy_session *out);

/* IAM actions that the session policy denies whatever the role allows. */
const char *const *policy_denied(uint32_t *count);

#endif
