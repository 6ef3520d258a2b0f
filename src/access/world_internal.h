/* access/world_internal.h: what the files of world.h share. */
#ifndef WARD_ACCESS_WORLD_INTERNAL_H
#define WARD_ACCESS_WORLD_INTERNAL_H

#include "access/world.h"

/* Field 0 to 5 of an ARN; the last one with its colons. {NULL,0} when it has fewer. */
struct str arn_field(struct str arn, unsigned field);
/* The key under which principal_index has a role by account and name without path. */
struct str world_role_key(struct arena *a, struct str account, struct str name);

#endif
