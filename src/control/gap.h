/*
 * control/gap.h: the data that SQL cannot see: calls that did not end well, and calls that were never made.
 *
 * Made once an evaluation, for the operations that the controls name. What counts as good: ok, empty, absent,
 * gone, and unavailable where the region table does not say that the service is there. Expected is one call
 * an account for a global operation, one an account and wanted region else, and one for all of operations of
 * `organizations` (members are denied them by design); a per-parent operation is expected where its parent
 * listing has rows and every row has the value.
 *
 * One thing more is unseen: accounts and regions that nobody listed. Where a run was to take in the whole
 * organization and its accounts were not listed to the end, and for an account whose regions were not, there
 * may be subjects of every control that nobody looked at. Inside src/control/ only.
 */
#ifndef WARD_CONTROL_GAP_H
#define WARD_CONTROL_GAP_H

#include "aws/op.h"
#include "base/map.h"
#include "control/control.h"

struct gap {
    const struct aws_op *op;
    struct str account, region, parent; /* account "" = the organization; region "" = all of the account */
    struct str why;                     /* "ec2:DescribeVolumes denied in 111122223333 eu-west-1: ..." */
    int64_t call;                       /* 0 = never made */
};

struct op_calls { /* of one operation */
    const struct aws_op *op;
    struct gap *gaps; /* not per parent */
    uint32_t gap_count, gap_size;
    struct gap *parent_gaps;
    uint32_t parent_gap_count, parent_gap_size;
    struct map by_account;  /* account -> struct gap, of gaps */
    struct map by_region;   /* "account region" -> struct gap, of gaps */
    struct map by_parent;   /* "account parent" -> struct gap, of parent_gaps */
    struct map good_place;  /* "account region" -> call id */
    struct map good_account; /* account -> call id */
    struct map good_parent; /* "account parent" -> call id */
    bool per_parent;
    bool answered;          /* a call ended ok or empty */
};

struct gaps {
    struct arena *arena;
    struct map ops; /* operation id -> struct op_calls */
    uint64_t count;
    struct gap *unlisted; /* account "": accounts of the organization, else regions of that account */
    uint32_t unlisted_count, unlisted_size;
};

bool gaps_load(struct gaps *g, struct arena *a, struct store *s, int64_t run, struct strings ops, struct err *e) WARN_UNUSED;
struct op_calls *gaps_of(const struct gaps *g, struct str op);

/* How far a row looks for gaps. */
enum gap_reach { GAP_IN_REGION, GAP_IN_ACCOUNT, GAP_ANYWHERE };
/* The gap of a whole operation that reaches (account, region), or NULL. */
const struct gap *gap_at(const struct op_calls *o, struct str account, struct str region, enum gap_reach reach);
/* The gap of a per-parent operation for that parent, or NULL. */
const struct gap *gap_for_parent(const struct op_calls *o, struct str account, struct str parent);
/* The good call behind a place or parent, 0 when there is none. */
int64_t call_at(const struct op_calls *o, struct str account, struct str region);
int64_t call_for_parent(const struct op_calls *o, struct str account, struct str parent);

/* Fills the temporary table gap(op, account, region, parent, why, call), which controls may read. */
bool gaps_publish(const struct gaps *g, struct store *s, struct err *e) WARN_UNUSED;

#endif
