/* What the catalogue says of a key's values: of one type or another, one or many. */
#include "iam/residue_internal.h"

#include "base/embed.h"

#include <stdio.h>

/* {NULL,0}: the catalogue does not know the key. Tags are texts. */
static struct str type_of(struct str lower)
{
    char row[256];
    struct str table = embed_get("data/iam/keys.tsv");
    int len = snprintf(row, sizeof row, "\n%.*s\t", STR_ARG(lower));
    bool fits = lower.len && len > 0 && len < (int)sizeof row;
    const char *at = table.ptr && fits ? memmem(table.ptr, table.len, row, (size_t)len) : NULL;
    if (at) {
        struct str rest = str_sub(table, (size_t)(at - table.ptr) + (size_t)len, table.len);
        return str_cut(&rest, '\n');
    }
    return str_contains(lower, STR("tag/")) ? STR("String") : (struct str){0};
}

struct residue_key *residue_key_of(struct residue_pool *p, struct str lower)
{
    struct residue_key *key = map_get(&p->keys, lower);
    if (!key) {
        struct str type = type_of(lower);
        key = arena_new_of(p->arena, struct residue_key);
        key->lower = lower;
        key->list = str_starts(type, STR("ArrayOf"));
        key->text = str_ends(type, STR("String"));
        map_put(&p->keys, lower, key);
    }
    return key;
}

/* A condition of the opposite operator stands for "the first one does not hold", which is more: a list meets neither of the two
 * without a set operator, a text that is no number, address, ARN... neither of two of those. */
bool residue_may_be_list(const struct leaf_data *d)
{
    return d->opposite && d->key && d->key->list && d->leaf.set == IAM_SET_NONE;
}

bool residue_may_be_other(const struct leaf_data *d) { return d->opposite && d->key && d->key->text; }
