/* The verdict on a formula by its structure alone: what is contradictory only by its values counts as "can be met",
 * which is sound for "no access". To be replaced as a whole by the verdict by values. */
#include "iam/residue.h"

/* Whether it can hold when nothing unread says so; negation stands at the leaves only. */
static bool without_unread(const struct residue *r)
{
    enum residue_kind kind = residue_kind_of(r);
    if (kind == RESIDUE_TRUE || kind == RESIDUE_FALSE)
        return kind == RESIDUE_TRUE;
    if (kind == RESIDUE_LEAF || kind == RESIDUE_NOT)
        return residue_leaf_of(r)->kind != RESIDUE_UNREAD;
    for (uint32_t i = 0; i < residue_child_count(r); i++)
        if (without_unread(residue_child(r, i)) != (kind == RESIDUE_AND))
            return kind == RESIDUE_OR;
    return kind == RESIDUE_AND;
}

enum residue_verdict residue_judge(struct residue_pool *p, const struct residue *r)
{
    (void)p;
    if (r == residue_true || r == residue_false)
        return r == residue_true ? RESIDUE_ALWAYS : RESIDUE_NEVER;
    return without_unread(r) ? RESIDUE_SOME : RESIDUE_CANNOT_TELL;
}
