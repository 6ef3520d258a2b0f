/*
 * collect/item.h: what a resource row says beside the data: id, ARN, name, tags. Pure.
 *
 * Tags come in four shapes: a list of {Key, Value}, {key, value} or {TagKey, TagValue}, or an object
 * (Lambda, EKS). All become a JSON object.
 */
#ifndef WARD_COLLECT_ITEM_H
#define WARD_COLLECT_ITEM_H

#include "aws/op.h"
#include "codec/json.h"

struct item_spec { /* where an item's columns come from; see aws/op.h for paths and templates */
    struct str id_field, arn_field, name_field, tags_field, type, arn_template;
};

struct item_place {
    struct str account, region;
    const struct json *params; /* of the call; NULL = none */
};

struct item_columns {
    struct str rid, arn, name, tags; /* {NULL, 0} = the item has none */
};

/* The spec of the `item`th path in op->items. */
struct item_spec item_spec_of(const struct aws_op *op, uint32_t item);
/* In `a`, or pointing into the item. */
void item_columns(struct arena *a, const struct item_spec *spec, const struct item_place *at, const struct json *item,
                  struct item_columns *out);
/* The partition a region lies in ("aws", "aws-cn", ...), by the prefix of its name. */
struct str item_partition(struct str region);
/* The value that "a.b" leads to; NULL when there is none. */
const struct json *item_member(const struct json *item, struct str path);

#endif
