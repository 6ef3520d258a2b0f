/* IAM User Guide, "AWS JSON policy elements: Principal", "... NotPrincipal" (read 2026). */
#include "iam/match.h"

static bool same_account(const struct iam_principal *p, const struct iam_caller *c)
{
    return p->account.ptr && c->account.ptr && str_eq(p->account, c->account) &&
           (!p->partition.ptr || !c->partition.ptr || str_eq(p->partition, c->partition));
}

static struct str last_segment(struct str path)
{
    ptrdiff_t slash = str_rindex(path, '/');
    return str_sub(path, (size_t)(slash + 1), path.len);
}

/* The path of a role is not in the ARN of its sessions; names of roles are unique without regard to case. */
static enum iam_principal_match role_matches(const struct iam_principal *p, const struct iam_caller *c)
{
    bool same = c->kind == IAM_CALLER_ROLE && str_eq_nocase(p->name, c->path_name);
    same = same || (c->kind == IAM_CALLER_SESSION && str_eq_nocase(last_segment(p->name), c->name));
    return same && same_account(p, c) ? IAM_ROLE_OF_SESSION_MATCH : IAM_NO_MATCH;
}

static enum iam_principal_match session_matches(struct residue_pool *pool, const struct iam_principal *p, const struct iam_caller *c,
                                                const struct residue_source *source, const struct residue **session)
{
    if ((c->kind != IAM_CALLER_ROLE && c->kind != IAM_CALLER_SESSION) || !same_account(p, c) || !str_eq_nocase(p->name, c->name)) {
        return IAM_NO_MATCH;
    }
    if (c->session.ptr) {
        return str_eq(p->session, c->session) ? IAM_MATCH : IAM_NO_MATCH;
    }
    struct residue_leaf leaf = {.kind = RESIDUE_SESSION_NAME, .op = IAM_OP_STRING_EQUALS, .values = &p->session, .count = 1};
    *session = residue_leaf(pool, &leaf, source);
    return IAM_MATCH;
}

static const struct residue *unread(struct residue_pool *pool, struct str what, bool reading, const struct residue_source *source)
{
    struct residue_leaf leaf = {.kind = RESIDUE_UNREAD, .values = &what, .count = 1, .reading = reading};
    return residue_leaf(pool, &leaf, source);
}

/* Which user called GetFederationToken the ARN of the session does not tell: the name in it is of that user's choice (STS API
 * Reference, GetFederationToken, read 2026). */
static enum iam_principal_match user_matches(struct residue_pool *pool, const struct iam_principal *p, const struct iam_caller *c,
                                             const struct residue_source *source, const struct residue **session)
{
    if (!same_account(p, c)) {
        return IAM_NO_MATCH;
    }
    if (c->kind == IAM_CALLER_USER && str_eq(p->name, c->path_name)) {
        return IAM_MATCH;
    }
    if (c->kind != IAM_CALLER_FEDERATED_USER) {
        return IAM_NO_MATCH;
    }
    *session = unread(pool, STR("which user a federated session is of"), str_eq(last_segment(p->name), c->name), source);
    return IAM_USER_OF_SESSION_MATCH;
}

static bool is_aws(const struct iam_caller *c) { return c->kind <= IAM_CALLER_ROOT; }

enum iam_principal_match iam_principal_matches(struct residue_pool *pool, const struct iam_principal *entry, const struct iam_caller *c,
                                               const struct residue_source *source, const struct residue **session)
{
    *session = residue_true;
    switch (entry->kind) {
    case IAM_P_EVERYONE:
        return IAM_MATCH;
    case IAM_P_ACCOUNT:
        if (!is_aws(c) || !same_account(entry, c)) {
            return IAM_NO_MATCH;
        }
        return c->kind == IAM_CALLER_ROOT ? IAM_MATCH : IAM_ACCOUNT_MATCH;
    case IAM_P_USER:
        return user_matches(pool, entry, c, source, session);
    case IAM_P_ROLE:
        return role_matches(entry, c);
    case IAM_P_SESSION:
        return session_matches(pool, entry, c, source, session);
    case IAM_P_FEDERATED_USER:
        return c->kind == IAM_CALLER_FEDERATED_USER && same_account(entry, c) && str_eq(entry->name, c->name) ? IAM_MATCH : IAM_NO_MATCH;
    case IAM_P_SERVICE:
        return c->kind == IAM_CALLER_SERVICE && str_eq_nocase(entry->text, c->text) ? IAM_MATCH : IAM_NO_MATCH;
    case IAM_P_FEDERATED:
        return c->kind == IAM_CALLER_WEB && str_eq(entry->text, c->text) ? IAM_MATCH : IAM_NO_MATCH;
    case IAM_P_CANONICAL:
        if (!is_aws(c)) {
            return str_eq(entry->text, c->text) ? IAM_MATCH : IAM_NO_MATCH;
        }
        /* Stands for an account, or for an origin access identity of CloudFront; which one an id is, its text does not say. */
        *session = unread(pool, STR("whose canonical user id a Principal names"), false, source);
        return IAM_ACCOUNT_MATCH;
    case IAM_P_GONE:
    case IAM_P_INVALID:
        break;
    }
    return IAM_NO_MATCH;
}

/* All entries together, kind by kind. */
static void collect(struct residue_pool *pool, const struct iam_statement *s, const struct iam_caller *c,
                    const struct residue_source *source, const struct residue *by[IAM_PRINCIPAL_MATCH_COUNT])
{
    for (int i = 0; i < IAM_PRINCIPAL_MATCH_COUNT; i++) {
        by[i] = residue_false;
    }
    for (uint32_t i = 0; i < s->principal_count; i++) {
        const struct residue *session = residue_true;
        enum iam_principal_match m = iam_principal_matches(pool, &s->principals[i], c, source, &session);
        if (m != IAM_NO_MATCH && by[m] != residue_true) {
            by[m] = session == residue_true ? session : residue_or(pool, by[m], session);
        }
    }
}

static bool names_account_of(const struct iam_statement *s, const struct iam_caller *c)
{
    for (uint32_t i = 0; i < s->principal_count; i++) {
        if (same_account(&s->principals[i], c)) {
            return true;
        }
    }
    return false;
}

/* NotPrincipal with Allow, which AWS takes no longer: it gave to everyone but those named. Whether who names a role excludes its
 * sessions, or who names an account its users, is not said; with Deny it takes the account, the role and the session to be exempt
 * (IAM User Guide, "AWS JSON policy elements: NotPrincipal"). */
static const struct residue *not_excluded(struct residue_pool *pool, const struct residue_source *source,
                                          const struct residue *const by[IAM_PRINCIPAL_MATCH_COUNT])
{
    const struct residue *rest = by[IAM_MATCH] == residue_false ? residue_true : residue_not(pool, by[IAM_MATCH]);
    for (int m = IAM_MATCH + 1; m < IAM_PRINCIPAL_MATCH_COUNT && rest != residue_false; m++) {
        if (by[m] != residue_false) {
            const struct residue *leaf = unread(pool, STR("whom a NotPrincipal with Allow excludes beside those that it names"), false, source);
            rest = residue_and(pool, rest, residue_or(pool, residue_not(pool, by[m]), leaf));
        }
    }
    return rest;
}

/* NotPrincipal with Deny: "if you don't specify the account ARN, the effect might be to explicitly deny access to the AWS account"
 * of those named, so that a Deny is sure only for accounts that are not named at all; a caller with a permissions boundary
 * is always denied (IAM User Guide, "AWS JSON policy elements: NotPrincipal"). */
static const struct residue *not_named(struct residue_pool *pool, const struct iam_statement *s, const struct iam_caller *c,
                                       bool has_boundary, const struct residue_source *source,
                                       const struct residue *const by[IAM_PRINCIPAL_MATCH_COUNT])
{
    if (!s->allow && has_boundary) {
        return residue_true;
    }
    if (s->allow) {
        return not_excluded(pool, source, by);
    }
    const struct residue *direct = residue_false;
    for (int m = IAM_MATCH; m < IAM_PRINCIPAL_MATCH_COUNT; m++) {
        if (m != IAM_ACCOUNT_MATCH) {
            direct = by[m] == residue_true || direct == residue_false ? by[m] : residue_or(pool, direct, by[m]);
        }
        if (direct == residue_true) {
            return residue_false;
        }
    }
    const struct residue *rest = direct == residue_false ? residue_true : residue_not(pool, direct);
    if (names_account_of(s, c) || by[IAM_ACCOUNT_MATCH] != residue_false) {
        bool others = by[IAM_ACCOUNT_MATCH] == residue_false;
        struct str what = STR("what a NotPrincipal does to others of an account that it names");
        rest = residue_and(pool, rest, unread(pool, what, others, source));
    }
    return rest;
}

void iam_statement_principals(struct residue_pool *p, const struct iam_statement *s, const struct iam_caller *c, bool has_boundary,
                              const struct residue_source *source, const struct residue *by[IAM_PRINCIPAL_MATCH_COUNT])
{
    collect(p, s, c, source, by);
    if (!s->has_principal) {
        by[IAM_MATCH] = residue_true;
    } else if (s->not_principal) {
        const struct residue *rest = not_named(p, s, c, has_boundary, source, by);
        for (int i = 0; i < IAM_PRINCIPAL_MATCH_COUNT; i++) {
            by[i] = i == IAM_MATCH ? rest : residue_false;
        }
    }
}

/* Sure matches before those that rest on a formula; among each, from the most direct to the account. */
enum iam_principal_match iam_statement_covers_principal(struct residue_pool *p, const struct iam_statement *s, const struct iam_caller *c,
                                                        bool has_boundary, const struct residue_source *source,
                                                        const struct residue **session)
{
    static const enum iam_principal_match order[] = {IAM_MATCH, IAM_USER_OF_SESSION_MATCH, IAM_ROLE_OF_SESSION_MATCH, IAM_ACCOUNT_MATCH};
    const struct residue *by[IAM_PRINCIPAL_MATCH_COUNT];
    iam_statement_principals(p, s, c, has_boundary, source, by);
    *session = residue_true;
    for (int sure = 1; sure >= 0; sure--) {
        for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
            if (sure ? by[order[i]] == residue_true : by[order[i]] != residue_false) {
                *session = by[order[i]];
                return order[i];
            }
        }
    }
    return IAM_NO_MATCH;
}
