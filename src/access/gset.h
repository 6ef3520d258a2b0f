/*
 * access/gset.h: a set of things with a guard on each: in it if the guard holds.
 *
 * Things are bits 0.. of a space. Kept as disjoint parts that share a guard; past GSET_PARTS_MAX parts as one guard a
 * thing. FALSE guards are not kept. Everything is in the space's arena.
 */
#ifndef WARD_ACCESS_GSET_H
#define WARD_ACCESS_GSET_H

#include "base/bitset.h"
#include "iam/residue.h"

enum { GSET_PARTS_MAX = 24 };

struct space {
    struct arena *arena;
    struct residue_pool *pool;
    uint32_t count;
    size_t words;
};

struct gpart {
    const struct residue *guard;
    uint64_t *bits;
};
struct gset {
    struct gpart *parts;
    uint32_t count, size;
    const struct residue **each; /* not NULL: one a thing, the parts are void */
};

/* OR, AND NOT and AND with a guard on `bits` (NULL: on all things); AND leaves the other things out. */
void gset_add(struct space *s, struct gset *g, const struct residue *guard, const uint64_t *bits);
void gset_sub(struct space *s, struct gset *g, const struct residue *guard, const uint64_t *bits);
void gset_keep(struct space *s, struct gset *g, const struct residue *guard, const uint64_t *bits);
void gset_and(struct space *s, struct gset *g, const struct gset *other);
void gset_or(struct space *s, struct gset *g, const struct gset *other);
void gset_copy(struct space *s, struct gset *to, const struct gset *from);
bool gset_empty(const struct space *s, const struct gset *g);
/* True when every thing is in it for sure. */
bool gset_full(const struct space *s, const struct gset *g);
const struct residue *gset_at(const struct gset *g, uint32_t thing);

#endif
