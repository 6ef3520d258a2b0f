/*
 * iam/residue_internal.h: what the files of residue share. A formula is a node of a directed graph without cycles:
 * negation is only above leaves, AND and OR have two children or more, ordered by id.
 */
#ifndef WARD_IAM_RESIDUE_INTERNAL_H
#define WARD_IAM_RESIDUE_INTERNAL_H

#include "base/map.h"
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

struct leaf_data {
    struct residue_leaf leaf;  /* values as first written */
    struct str lower;          /* key in lower case: the name by which keys are told apart */
    const struct str *sorted;  /* values in order, each once */
    uint32_t sorted_count;
    struct leaf_source *sources;
    uint32_t source_count;
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
};

struct residue_link_row {
    struct str key, value, key2, value2; /* keys in lower case */
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
    bool capped;
    int64_t budget;
    struct residue_link_row *links;
    uint32_t link_count, link_size;
    struct pair_memo *memo[2]; /* AND, OR */
};

struct arena *residue_scratch(struct residue_pool *p);
bool residue_op_negated(enum iam_operator op);
const char *residue_op_name(enum iam_operator op);
struct str residue_lower(struct arena *a, struct str s);
const struct residue *residue_not_leaf(struct residue_pool *p, const struct residue *leaf);
void residue_add_source(struct residue_pool *p, struct leaf_data *d, const struct residue_source *s, bool inverted);

#endif
