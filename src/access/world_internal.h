/* access/world_internal.h: what the files of world.h share. */
#ifndef WARD_ACCESS_WORLD_INTERNAL_H
#define WARD_ACCESS_WORLD_INTERNAL_H

#include "access/world.h"

/* Field 0 to 5 of an ARN; the last one with its colons. {NULL,0} when it has fewer. */
struct str arn_field(struct str arn, unsigned field);
/* The key under which principal_index has a role by account and name without path. */
struct str world_role_key(struct arena *a, struct str account, struct str name);

/* Adds the tags that the policy asks for to w->tag_keys. */
void world_note_tags(struct world *w, const struct iam_policy *p);

/* The row whose policy, ACL and public access block bear: its own, or the bucket's of a part of a bucket. NULL for none. */
const struct world_resource *world_carrier(const struct world *w, uint32_t resource);

#endif
