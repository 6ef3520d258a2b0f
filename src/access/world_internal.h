/* access/world_internal.h: what the files of world.h share. */
#ifndef WARD_ACCESS_WORLD_INTERNAL_H
#define WARD_ACCESS_WORLD_INTERNAL_H

#include "access/world.h"

/* Field 0 to 5 of an ARN; the last one with its colons. {NULL,0} when it has fewer. */
struct str arn_field(struct str arn, unsigned field);
/* The key under which principal_index has a role by account and name without path. */
struct str world_role_key(struct arena *a, struct str account, struct str name);

/* After principals went away: by ARN, roles by name. */
void world_index_principals(struct world *w);

/* Adds the tags that the policy asks for to w->tag_keys. */
void world_note_tags(struct world *w, const struct iam_policy *p);

/* The row whose policy, ACL and public access block bear: its own, or the bucket's of a part of a bucket. NULL for none. */
const struct world_resource *world_carrier(const struct world *w, uint32_t resource);

/* How a statement of a policy on a thing names the caller; one without Principal names nobody there. */
static inline enum iam_principal_match world_names(const struct world *w, const struct iam_statement *s, const struct iam_caller *c,
                                                   bool has_boundary)
{
    const struct residue *session = residue_true;
    if (!s->has_principal && !s->not_principal)
        return IAM_NO_MATCH;
    enum iam_principal_match m = iam_statement_covers_principal(w->pool, s, c, has_boundary, NULL, &session);
    return session == residue_false ? IAM_NO_MATCH : m;
}

#endif
