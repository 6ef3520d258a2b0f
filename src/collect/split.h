/*
 * collect/split.h: an answer taken apart into items, along paths like "Reservations[].Instances[]".
 *
 * Where: each path in the operation's `items`; one that does not end in "[]" names a single thing
 * ("Role"). Every member in `lists` (the lists that pages add to) that no item path begins with is cut
 * too, as REST: it is no thing, but it may be long. Items "@": the whole answer is one item, pos ''.
 * What is cut out leaves an empty list or null behind, so that joining restores the order of members.
 */
#ifndef WARD_COLLECT_SPLIT_H
#define WARD_COLLECT_SPLIT_H

#include "aws/op.h"
#include "codec/json.h"

enum { SPLIT_DEPTH_MAX = 8 };

struct split_step {
    struct str name;
    bool list; /* "name[]" */
};

struct split_path {
    struct split_step steps[SPLIT_DEPTH_MAX];
    uint32_t count;
    uint32_t item; /* which of the paths in `items` */
    bool extra;    /* of `lists` only */
    int64_t next;  /* index of the next element of the first list, over pages */
};

struct split {
    bool whole;    /* the answer itself is the item */
    bool repeated; /* a page brought a single thing again, which there is no place for */
    struct split_path *paths;
    uint32_t count;
};

/* The paths of an operation, in `a`. Steps beyond SPLIT_DEPTH_MAX are left uncut. */
void split_init(struct split *s, struct arena *a, const struct aws_op *op);

/* REST: an outer element without its items (comes before them), or an element of an extra list. */
enum split_part { SPLIT_ITEM, SPLIT_REST };
/* `item` says which of the paths in `items` it is; `part` and `pos` are valid during the call only.
 * Returning false ends the cutting. */
typedef bool split_take(void *user, enum split_part kind, uint32_t item, const struct json *part, struct str pos);
/* Cuts all items out of one page. False when `take` returned false. */
bool split_page(struct split *s, struct json *answer, struct buf *pos, split_take *take, void *user) WARN_UNUSED;
/* True when a list is cut at or below member `name` of an object that lies `depth` names below the
 * top, `above` being the names that lead to it. */
bool split_passes(const struct split *s, const struct str *above, uint32_t depth, struct str name);

#endif
