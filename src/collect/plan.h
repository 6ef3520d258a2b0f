/*
 * collect/plan.h: which operations a run makes, in what order, and what starts each of them.
 *
 * Pure. Takes the ids that the chosen controls read, adds their parents (closure), refuses whatever
 * is not a read, and ranks: the longer the chain of follow-ups that hangs on an operation, the
 * sooner it starts.
 */
#ifndef WARD_COLLECT_PLAN_H
#define WARD_COLLECT_PLAN_H

#include "aws/op.h"
#include "base/arena.h"
#include "base/err.h"

enum { PLAN_RANKS = 16, PLAN_COLUMNS_MAX = 8, PLAN_FILTERS_MAX = 8 };

/* Where one parameter's value comes from, seen from the parent call that starts the follow-up. */
enum column_kind {
    COLUMN_ROW,     /* `path` in the parent's answer */
    COLUMN_OWN,     /* the parent call's own parameter `path`; absent when it had none */
    COLUMN_LITERAL, /* each of the '/'-separated values of `path` (op.h: struct aws_follow) */
};

struct column {
    enum column_kind kind;
    struct str path;
};

struct plan_filter {
    struct column column; /* ROW or OWN */
    bool negated;
    struct str value;     /* "@region" = the region of the parent's call; "" = absent */
};

struct plan_op;
struct plan_source;

/* Rows that a parent hands to its follow-ups. Follow-ups that need the same columns share them. */
struct plan_feed {
    const struct plan_op *parent; /* NULL: literals only, made when the account starts */
    struct column columns[PLAN_COLUMNS_MAX];
    uint32_t column_count;        /* 0: one row when the parent has ended, however it ended */
    struct plan_filter filters[PLAN_FILTERS_MAX];
    uint32_t filter_count;
    struct str filter_text;
    struct str region_path;       /* each row names the region of its follow-ups; "" = the parent's */
    bool has_batch;               /* some consumer takes many rows a call */
    struct plan_source **consumers;
    uint32_t consumer_count;
    uint32_t index;               /* in the plan, 0.. */
};

/* One source of one operation: rows of a feed become its calls. */
struct plan_source {
    struct plan_op *op;
    struct plan_feed *feed;
    uint32_t slot;                  /* which consumer of the feed it is */
    const struct aws_follow *first; /* parameters, one a column */
    uint32_t batch;                 /* 0 or 1 = one row a call */
    uint32_t batch_column;          /* the column that holds a list then */
};

struct plan_op {
    const struct aws_op *op;
    uint32_t index;
    uint32_t height;              /* links of the longest chain below it */
    uint32_t rank;                /* 0 .. PLAN_RANKS - 1, higher starts first */
    struct plan_source **sources; /* none = one call without parameters */
    uint32_t source_count;
    bool has_parent;
    struct plan_feed **feeds;     /* what it feeds */
    uint32_t feed_count, feed_size;
    const char *poll_path;        /* a job's state; NULL = no job */
    const char *poll_busy[2];     /* values of it that mean "ask again" */
    bool starts, visiting;        /* while the plan is made */
};

struct plan {
    struct plan_op **ops; /* highest rank first, then by id */
    uint32_t count;
    struct plan_feed **feeds;
    uint32_t feed_count;
};

/* Looks an operation up by id; the table's aws_op_find, or a test's. */
typedef const struct aws_op *plan_find(struct str id);

/* True when ward may ever send it: a read verb, and not one that returns data, secrets or
 * credentials. `drift` admits DetectStackDrift. */
bool plan_may_send(const struct aws_op *op, bool drift);

/* ERR_USAGE for an id that the table lacks or that only works with parameters of the caller's;
 * ERR_INTERNAL for an operation that is not a read or whose parents form a circle that nothing starts. */
bool plan_make(struct arena *a, plan_find *find, const struct str *ids, uint32_t count, bool drift,
               struct plan *out, struct err *e) WARN_UNUSED;

#endif
