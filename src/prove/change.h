/*
 * prove/change.h: what a change opened and closed: two proofs, cell by cell, and the facts that made the difference.
 *
 * Place in the flow: { proof, net_half, joint } of one run and of another -> CHANGE -> report.
 *
 * Subjects and objects are matched by name. An opened cell is explained from its witness in the proof after: the rows
 * on the way that the network before did not have, or had otherwise, are taken back in place, one after the other, as
 * long as the walker still gets through; what is left is a smallest set that opens it together with what was there. A
 * row that stood in the way before (an entry that denies, a route to nowhere) is found by sending the same packet in
 * the network before. A closed cell is the same with the sides exchanged. Chains of IAM: the policies, shares, grants
 * and tags of the principals and stores on the chain that differ; a policy is taken back and the hop decided again.
 */
#ifndef WARD_PROVE_CHANGE_H
#define WARD_PROVE_CHANGE_H

#include "prove/joint.h"

/* One of the two proofs: of both halves, or one of them alone. */
struct change_side {
    int64_t run;
    const struct joint *joint; /* NULL: one half alone */
    struct net_half *network;  /* its net is changed in place and put back */
    struct proof *iam;         /* its world likewise */
};

enum change_kind {
    CHANGE_OPENED,  /* violated, and was not */
    CHANGE_UNKNOWN, /* unknown, and was decided */
    CHANGE_CLOSED,  /* was violated, is proved or declared */
    CHANGE_KNOWN,   /* was unknown, is proved or declared */
    CHANGE_WORD,    /* the verdict is the same by another way; proved or declared */
    CHANGE_KINDS
};
const char *change_kind_name(enum change_kind k);

/* An entry of the ledger: who did something to the resource in the time between the two readings. */
struct change_act {
    int64_t at_us;
    struct str actor, event;
};

enum change_what { CHANGE_ADDED, CHANGE_REMOVED, CHANGE_ALTERED };
const char *change_what_name(enum change_what w);

struct change_cause {
    enum change_what what;
    const char *kind;  /* "rule", "route", "membership", "policy"... */
    struct str id;     /* of the resource: key of the ledger */
    struct str text;   /* what it is, of CHANGE_ALTERED now */
    struct str before; /* of CHANGE_ALTERED */
    bool tried;        /* taken back alone, the connection is not there, or the hop is denied */
    struct change_act *acts;
    uint32_t act_count;
};

struct change {
    enum change_kind kind;
    struct str subject, object, layer; /* layer: "iam", "network", "both" */
    enum prove_verdict before, after;
    enum net_word word_before, word_after; /* NET_WORDS: no network half */
    struct str reason;                     /* of the cell where it is violated or unknown */
    struct change_cause *causes;
    uint32_t cause_count;
    struct str *gaps; /* of CHANGE_UNKNOWN: what is not read now and was; of CHANGE_KNOWN: the other way */
    uint32_t gap_count;
    const struct joint_cell *joint_cell; /* cells that the way is in: of an opened one after, of a closed one before */
    const struct net_cell *net_cell;
    const struct prove_cell *iam_cell;
    bool in_before; /* those are of the proof before */
};

struct changes {
    struct arena *arena;
    const struct change_side *before, *after;
    struct change *items; /* by kind, subject, object */
    uint32_t count;
    uint64_t left; /* beyond CHANGES_MAX */
    uint64_t counts[CHANGE_KINDS];
    bool has_ledger;
};
enum { CHANGES_MAX = 20000, CHANGES_TOLD_MAX = 500, CHANGE_CAUSES_MAX = 24 };

struct changes *changes_find(struct arena *a, const struct change_side *before, const struct change_side *after);

/* Joins the causes with the ledger: acts on the resource, by its id or by an ARN that ends in it, from the begin of the
 * reading before to the end of the reading after. A store without the table has none. Columns that are read:
 *   ledger(at_us INTEGER, actor TEXT, event TEXT, resource TEXT)   times in microseconds; resource: id or ARN
 * A table of that name without these columns is taken as none. ERR_STORE. */
bool changes_join_ledger(struct changes *c, struct store *s, int64_t from_us, int64_t to_us, struct err *e) WARN_UNUSED;

/* When the facts of a side were read. */
void change_window(const struct change_side *s, int64_t *from_us, int64_t *to_us);
const struct prove_labels *change_labels(const struct change_side *s);
enum prove_verdict change_verdict(const struct change_side *s, uint32_t subject, uint32_t object);
bool change_is_object(const struct change_side *s, uint32_t object);
enum prove_verdict change_overall(const struct change_side *s);

#endif
