/*
 * collect/extract.h: from a parent's answer to the rows that its follow-ups are made for. Pure.
 *
 * The paths are those of aws/op.h ("Buckets[].Name", "clusterArns[]", "resourceMethods~", "@").
 * Columns, filters and the region of one feed that share an "A[]" walk it in step. Scalars only; a
 * row in which a ROW column is absent or null makes no call.
 */
#ifndef WARD_COLLECT_EXTRACT_H
#define WARD_COLLECT_EXTRACT_H

#include "codec/json.h"
#include "collect/plan.h"

struct extract_row {
    struct str values[PLAN_COLUMNS_MAX]; /* numbers and booleans as JSON text; ptr NULL = left out */
    struct str region;                   /* where the follow-up goes; {NULL,0} = the parent's region */
};

typedef void extract_each(void *user, const struct extract_row *row);

/* Calls `each` for every row of `answer`, in order, duplicates included. `answer` is NULL for a feed
 * without parent. `own` are the parent call's parameters (NULL = none), `region` its region. Slices
 * live as long as answer, own and the plan. */
void extract_rows(const struct plan_feed *feed, const struct json *answer, const struct json *own,
                  struct str region, extract_each *each, void *user);

#endif
