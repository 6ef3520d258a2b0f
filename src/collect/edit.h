/*
 * collect/edit.h: a change that is not made yet, as a partial run over a run that is there.
 *
 * Place in the flow: a file of rows, or a folder of answers -> EDIT -> store (a copy, never the user's own).
 *
 * A file has one JSON object a line; empty lines and lines that begin with '#' count for nothing:
 *   {"op": "ec2:DescribeSecurityGroups", "account": "111122223333", "region": "us-east-1", "put": ITEM}
 *   {"op": ..., "account": ..., "region": ..., "remove": "sg-0123"}
 * ITEM is one item as the AWS CLI prints it; it takes the place of the item with the same id, else it is added.
 * "remove" is the item's id, ARN or name, which must be there. An operation about one parent (s3:GetBucketPolicy) has
 * "parent", the value that it is called for: "put" is the whole answer then, and "remove" the parent's value: there is
 * none any more. An operation whose parameters are more than one has "params", an object. A global operation needs no
 * region.
 *
 * A listing that was not read cannot be edited: who puts one row in does not know the others.
 */
#ifndef WARD_COLLECT_EDIT_H
#define WARD_COLLECT_EDIT_H

#include "store/store.h"

enum { EDIT_LINES_MAX = 100000, EDIT_FILE_MAX_BYTES = 256 << 20 };

struct edit_options {
    const char *tool_version;
    int64_t now_us, base;
};

/* The new run goes to *run. ERR_PARSE, ERR_NO_DATA or ERR_LIMIT with the line; then there is no new run. */
bool edit_lines(struct store *s, struct arena *a, struct str text, const struct edit_options *o, int64_t *run,
                struct err *e) WARN_UNUSED;
/* A folder was imported as `run` over its base: calls for other parents of an operation that it covers are the base's
 * again. */
bool edit_complete(struct store *s, int64_t run, int64_t base, struct err *e) WARN_UNUSED;

#endif
