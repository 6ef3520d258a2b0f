/*
 * iam/match.h: does a statement match a request, element by element?
 *
 * Every function says sure-yes, sure-no, or a formula over what is not known (residue.h). Rules and their sources:
 * IAM User Guide, "IAM JSON policy elements reference", "Policy evaluation logic", "Policy variables"; iam.md 1.2 and 1.3.
 */
#ifndef WARD_IAM_MATCH_H
#define WARD_IAM_MATCH_H

#include "iam/policy.h"
#include "iam/request.h"
#include "iam/residue.h"

/* The kind of policy, in the words of `blockedBy` and of the output. */
#define IAM_LAYERS(X)                                                                              \
    X(IDENTITY, "identity")                                                                        \
    X(BOUNDARY, "pb")                                                                              \
    X(SESSION, "session")                                                                          \
    X(SCP, "scp")                                                                                  \
    X(RCP, "rcp")                                                                                  \
    X(RESOURCE, "resource")                                                                        \
    X(ENDPOINT, "vpce")                                                                            \
    X(S3_BPA, "s3-bpa")                                                                            \
    X(GRANT, "grant")                                                                              \
    X(ACL, "acl")

enum iam_layer {
#define X(sym, name) IAM_LAYER_##sym,
    IAM_LAYERS(X)
#undef X
    IAM_LAYER_COUNT
};
const char *iam_layer_name(enum iam_layer l);

/* A role as the caller (some session of it) matches its role ARN by IAM_ROLE_OF_SESSION_MATCH. */
enum iam_principal_match { IAM_NO_MATCH, IAM_MATCH, IAM_ACCOUNT_MATCH, IAM_ROLE_OF_SESSION_MATCH, IAM_USER_OF_SESSION_MATCH };
enum { IAM_PRINCIPAL_MATCH_COUNT = IAM_USER_OF_SESSION_MATCH + 1 };

/* "*" and '?' over bytes; `fold` = ASCII letters compare without case. No variables. */
bool iam_glob_matches(const struct iam_glob *g, struct str text, bool fold);
/* Whether two patterns can match one text (sound: true when in doubt is not allowed; exact for '*' and '?'). */
bool iam_globs_overlap(struct str a, struct str b);
/* Every text of `inner` matches `outer` (exact for patterns of '*'; false when it cannot tell). */
bool iam_glob_covers(struct str outer, struct str inner);

/* A text that the pattern matches: `word` for each '*', 'x' for each '?'. In `a`. */
struct str iam_glob_member(struct arena *a, struct str pattern, const char *word);

bool iam_action_matches(const struct iam_action *a, struct str service, struct str name);
bool iam_statement_covers_action(const struct iam_statement *s, struct str service, struct str name);

/* Resource or NotResource of the statement, in a policy of kind `layer`. A statement without the element matches. */
const struct residue *iam_statement_covers_resource(struct residue_pool *p, const struct iam_statement *s, bool variables,
                                                    enum iam_layer layer, const struct iam_request *r,
                                                    const struct residue_source *source);

/* The strongest match of one entry; `*session` gets the formula on the session's name where one is needed (else TRUE). */
enum iam_principal_match iam_principal_matches(struct residue_pool *p, const struct iam_principal *entry, const struct iam_caller *c,
                                               const struct residue_source *source, const struct residue **session);
/* Principal or NotPrincipal of the statement. `has_boundary`: the caller has a permissions boundary (a Deny with
 * NotPrincipal then always matches). A policy kind that carries no Principal gives IAM_MATCH. */
enum iam_principal_match iam_statement_covers_principal(struct residue_pool *p, const struct iam_statement *s, const struct iam_caller *c,
                                                        bool has_boundary, const struct residue_source *source,
                                                        const struct residue **session);

/* The same, kind by kind: by[m] is the formula under which the element matches in the way of m (by[IAM_NO_MATCH] is not
 * used). An account and a session of the caller may both be named: here neither hides the other. */
void iam_statement_principals(struct residue_pool *p, const struct iam_statement *s, const struct iam_caller *c, bool has_boundary,
                              const struct residue_source *source, const struct residue *by[IAM_PRINCIPAL_MATCH_COUNT]);

/* All condition entries together, or one. */
const struct residue *iam_statement_conditions(struct residue_pool *p, const struct iam_statement *s, bool variables,
                                               const struct iam_context *c, const struct residue_source *source);
const struct residue *iam_condition_holds(struct residue_pool *p, const struct iam_condition *k, bool variables,
                                          const struct iam_context *c, const struct residue_source *source);

/* S3's "public" (Amazon S3 User Guide, "The meaning of public"): some Allow for everyone is not limited by a fixed value. */
bool iam_policy_is_public(const struct iam_policy *p);

#endif
