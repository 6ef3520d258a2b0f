/*
 * iam/residue_internal.h: what the files of residue share. A formula is a node of a directed graph without cycles:
 * negation is only above leaves, AND and OR have two children or more, ordered by id.
 *
 * residue_search.c walks the disjuncts of a formula, depth first, and drops a branch as soon as the literals on one key
 * cannot hold together (residue_solve.c). Per key that is a question of single values (residue_find.c): candidates at
 * the borders of ranges, or for texts the product of the patterns' automata (residue_text.c).
 */
#ifndef WARD_IAM_RESIDUE_INTERNAL_H
#define WARD_IAM_RESIDUE_INTERNAL_H

#include "base/map.h"
#include "iam/condition.h"
#include "iam/residue.h"

enum {
    RESIDUE_FLAT_MAX = 64,       /* children of one node; more are nested, so that building n of them costs n * 64 */
    RESIDUE_BUDGET = 4000000,    /* steps that one question may cost */
    RESIDUE_LITERALS_MAX = 4096, /* conditions in one disjunct */
};

struct leaf_source {
    struct residue_source at;
    bool inverted; /* the leaf says the opposite of what the statement says */
};

/* A key that leaves speak of; the chain is a search's. */
struct residue_key {
    struct str lower;
    int32_t head; /* last literal on it + 1; 0: none */
    bool dirty;   /* literals were added since it was looked at */
    bool list, text; /* the catalogue says: of many values, of texts */
};

/* A value ready to be compared. */
struct leaf_value {
    struct iam_pattern pattern;
    bool open; /* has a variable whose value is not known: nothing can be said of it */
};

struct leaf_data {
    struct residue_leaf leaf;  /* values as first written */
    struct residue_key *key;   /* NULL: PATTERN, UNREAD */
    const struct leaf_value *compiled; /* of `sorted`, once it was asked for */
    struct str lower;          /* key in lower case: the name by which keys are told apart */
    const struct str *sorted;  /* values in order, each once */
    uint32_t sorted_count;
    struct leaf_source *sources;
    uint32_t source_count;
    bool opposite; /* some formula has it for another leaf's opposite */
};

struct residue {
    enum residue_kind kind;
    uint32_t id; /* in order of making */
    uint32_t count;
    uint64_t hash;
    const struct residue *const *children; /* NOT has one, a leaf */
    struct leaf_data *data;                /* of LEAF and of NOT */
    const struct residue *negation;        /* once it was asked for */
    uint64_t negated_at;                   /* pool's source version then */
    uint32_t judged_at;                    /* links and opposites of the pool then + 1; 0: not judged */
    uint8_t verdict;
    bool chosen;                           /* a search has it among its literals */
};

/* What values of one key say of another's. */
struct residue_links {
    struct str key, key2; /* lower case */
    struct map values;    /* value -> struct str: the other's */
    struct residue_links *next;
};

struct pair_memo {
    const struct residue *a, *b, *result;
};

struct residue_pool {
    struct arena *arena, *scratch;
    struct residue **slots;
    size_t slots_size, count;
    uint32_t next_id;
    uint64_t source_version; /* counts sources added to leaves */
    bool capped, settled;
    int64_t budget;
    struct residue_links *links;
    uint32_t link_count, opposites; /* how often what is known of the leaves has changed */
    struct pair_memo *memo[2]; /* AND, OR */
    struct map keys;           /* lower-case name -> struct residue_key */
};

enum tri { TRI_NO, TRI_YES, TRI_MAYBE };
static inline enum tri tri_not(enum tri t) { return t == TRI_MAYBE ? t : t == TRI_YES ? TRI_NO : TRI_YES; }

/* A leaf or its negation. */
struct literal {
    const struct residue *node;
    const struct leaf_data *d;
    bool not;
    int32_t previous; /* on the same key, + 1 */
};

/* A predicate on one value: that of the leaf's operator and values, or its negation. */
struct test {
    const struct leaf_data *d;
    bool not;
};

/* What one key may be under some literals. */
struct solution {
    bool possible;
    bool exact;  /* what follows meets them for sure */
    bool absent;
    struct str *values;
    uint32_t count;
};

struct arena *residue_scratch(struct residue_pool *p);
bool residue_op_negated(enum iam_operator op);
struct str residue_lower(struct arena *a, struct str s);
const struct residue *residue_not_leaf(struct residue_pool *p, const struct residue *leaf);
void residue_add_source(struct residue_pool *p, struct leaf_data *d, const struct residue_source *s, bool inverted);


/* residue_key.c: a key that is there may be such that neither the leaf nor what it is the opposite of holds. */
bool residue_may_be_list(const struct leaf_data *d);
bool residue_may_be_other(const struct leaf_data *d);
/* residue_value.c */
const struct leaf_value *residue_values(struct residue_pool *p, const struct leaf_data *d);
enum tri residue_test(struct residue_pool *p, struct test t, struct str value);
/* A literal of a key that is absent (values NULL) or has these values. */
enum tri residue_literal(struct residue_pool *p, const struct leaf_data *d, bool not, const struct str *values, uint32_t count, bool list);
bool residue_value_valid(enum iam_operator op, struct str value);
/* residue_text.c: a text that passes all tests, which are of strings and ARNs: YES with *out, NO, or MAYBE. */
enum tri residue_find_text(struct residue_pool *p, struct arena *a, const struct test *tests, uint32_t count, struct str *out);
/* residue_find.c: any value that passes all tests. */
enum tri residue_find(struct residue_pool *p, struct arena *a, const struct test *tests, uint32_t count, struct str *out);
/* residue_pattern.c: the leaf of a pattern as a condition on its variable's key; NULL when it has to stay a pattern. */
const struct residue *residue_from_pattern(struct residue_pool *p, const struct residue_leaf *l, const struct residue_source *source);
/* residue_solve.c */
struct solution residue_solve(struct residue_pool *p, struct arena *a, const struct literal *all, const struct residue_key *key);
/* Literals `all` (of `keys`) agree with the links of the pool. */
bool residue_links_hold(struct residue_pool *p, const struct literal *all, uint32_t count);
struct residue_key *residue_key_of(struct residue_pool *p, struct str lower);
/* Spends steps; false when there are none left: the answer is then "possible". */
static inline bool residue_spend(struct residue_pool *p, int64_t steps)
{
    p->budget -= steps;
    p->capped |= p->budget < 0;
    return p->budget >= 0;
}

#endif
