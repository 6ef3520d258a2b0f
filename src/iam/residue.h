/*
 * iam/residue.h: what must still hold: formulas over conditions that could not be decided.
 *
 * A decision is a formula. TRUE and FALSE are its constants; a leaf is a condition of a statement on a key
 * whose value is not known, a session name that is not known, or something that could not be read. Formulas are
 * interned in their pool: equal formulas (up to order, repetition, constants, double negation) are one pointer,
 * so the constants cost nothing and the class engine may use pointers as guard ids.
 *
 * Satisfiability is decided per disjunct of the DNF by intersecting, per key, the sets of values (literals and
 * globs, address ranges, numbers, times, booleans, presence); keys are independent but for the links that
 * `residue_link` declares. Past RESIDUE_DISJUNCTS_MAX disjuncts the answer is "satisfiable" (sound for "no access") and
 * residue_capped() tells. Source of the idea: iam.md 1.8; no SMT.
 */
#ifndef WARD_IAM_RESIDUE_H
#define WARD_IAM_RESIDUE_H

#include "codec/json.h"
#include "iam/policy.h"
#include "iam/request.h"

enum { RESIDUE_DISJUNCTS_MAX = 64, RESIDUE_SOURCES_MAX = 16 };

struct residue;      /* immutable, interned */
struct residue_pool; /* owns them */

enum residue_leaf_kind {
    RESIDUE_CONDITION,    /* `op` on `key` with `values` */
    RESIDUE_SESSION_NAME, /* the session's name is one of `values` (patterns) */
    RESIDUE_PATTERN,      /* `values[0]`, a pattern with variables of unknown keys, matches `key` (the text) */
    RESIDUE_UNREAD,       /* `values[0]` could not be read: neither true nor false can be said */
};

/* Where a leaf comes from; not part of its identity (a leaf collects its sources, RESIDUE_SOURCES_MAX at most). */
struct residue_source {
    const char *layer;     /* "identity", "resource", "scp", ... */
    struct str policy;     /* its id, as iam_policy_ref gives it */
    struct str sid;
    struct str level;      /* of SCP and RCP: root, OU or account id; {NULL,0} else */
    uint32_t index;        /* from 0 */
    bool allow;
};

struct residue_leaf {
    enum residue_leaf_kind kind;
    enum iam_operator op;
    enum iam_set set;
    bool if_exists;
    struct str key; /* as written; identity ignores its case */
    const struct str *values;
    uint32_t count;
    bool reading; /* of UNREAD: how it is read where an answer must be given (residue_settle); not part of its identity */
};

struct residue_pool *residue_pool_new(struct arena *a);
/* From now on UNREAD leaves are the constants that their `reading` names: for a question whose answer has no word for unknown. */
void residue_settle(struct residue_pool *p);
bool residue_settled(const struct residue_pool *p);
extern const struct residue *const residue_true, *const residue_false;

const struct residue *residue_leaf(struct residue_pool *p, const struct residue_leaf *leaf, const struct residue_source *source);
const struct residue *residue_and(struct residue_pool *p, const struct residue *a, const struct residue *b);
const struct residue *residue_or(struct residue_pool *p, const struct residue *a, const struct residue *b);
/* Negation goes to the leaves. Of a condition it is the opposite operator with absence taken into account:
 * not(StringEquals k v) = StringNotEquals k v (which is true when k is absent); not(ForAnyValue:StringEquals k v)
 * = Null k true or ForAllValues:StringNotEquals k v; not(ForAllValues:op k v) = Null k false and ForAnyValue:not-op k v;
 * not(opIfExists k v) = Null k false and not-op k v; of one without an opposite (Bool, Date, Numeric<, Null, BinaryEquals)
 * the one with the opposite value, order or a negated leaf. */
const struct residue *residue_not(struct residue_pool *p, const struct residue *a);

enum residue_kind { RESIDUE_TRUE, RESIDUE_FALSE, RESIDUE_LEAF, RESIDUE_NOT, RESIDUE_AND, RESIDUE_OR };
enum residue_kind residue_kind_of(const struct residue *r);
/* Of RESIDUE_LEAF, or of the leaf under a RESIDUE_NOT. */
const struct residue_leaf *residue_leaf_of(const struct residue *r);
uint32_t residue_child_count(const struct residue *r);
const struct residue *residue_child(const struct residue *r, uint32_t at);

enum residue_verdict {
    RESIDUE_NEVER,  /* contradicts itself */
    RESIDUE_ALWAYS, /* TRUE, or a tautology that was seen */
    RESIDUE_SOME,   /* can be met by what callers, paths and sessions may be */
    RESIDUE_CANNOT_TELL, /* can be met only if something unread says so */
};
enum residue_verdict residue_judge(struct residue_pool *p, const struct residue *r);
/* Without the disjuncts that contradict themselves and those that another covers. Same meaning. */
const struct residue *residue_simplify(struct residue_pool *p, const struct residue *r);
/* Some disjunct that can be met rests on keys of the caller's choice only. */
bool residue_caller_can_meet(struct residue_pool *p, const struct residue *r);
/* The classes of keys that every way to meet it needs, as bits 1 << iam_key_class: 0 when the caller can meet it. Where
 * one way needs these and another those, all of them. What could not be read counts as IAM_KEY_FIXED, the name of a
 * session, which who assumes the role chooses, as IAM_KEY_CALLER. */
unsigned residue_needs(struct residue_pool *p, const struct residue *r);
/* With what is now known: leaves on keys of `c` are decided, the others stay. */
const struct residue *residue_assume(struct residue_pool *p, const struct residue *r, const struct iam_context *c);
/* A context (all keys IAM_KEY_KNOWN or absent) that meets it, for replay; false when none was found. A session's name, where
 * one is needed, is the value of RESIDUE_SESSION_KEY. */
#define RESIDUE_SESSION_KEY "ward:sessionname"
bool residue_witness(struct residue_pool *p, struct arena *a, const struct residue *r, struct iam_context *out);
bool residue_capped(const struct residue_pool *p);

/* Where `key` has `value`, `key2` is there and has `value2`: aws:SourceVpce fixes aws:SourceVpc. That aws:PrincipalArn
 * fixes aws:PrincipalAccount is known without. */
void residue_link(struct residue_pool *p, struct str key, struct str value, struct str key2, struct str value2);

/* {"conditionType":"group","operator":"and"|"or","conditions":[...]}, {"conditionType":"condition","op","key",
 * "values":[...],"sources":[{"effect","policyIdentifier","policyType","statementIndex" (from 1)}]},
 * {"conditionType":"sessionName","sessionName":[...]}; {"conditionType":"unread",...}. TRUE is null.
 * "inverted": true where a condition says the opposite of what its statements (Denys) say; "negated": true on a leaf
 * that has no opposite operator and must not hold. */
void residue_write_json(const struct residue *r, struct json_out *o);
/* "aws:SourceVpce is vpce-1 or vpce-2, and aws:PrincipalOrgID is not o-x". */
void residue_write_words(const struct residue *r, struct buf *out);

#endif
