/*
 * base/map.h: string -> pointer, open addressing, insert and look up only.
 *
 * Keys are slices that must outlive the map (put them in the same arena). Iteration order is the
 * order of insertion, so output made from a map is deterministic. No removal.
 */
#ifndef WARD_BASE_MAP_H
#define WARD_BASE_MAP_H

#include "base/arena.h"
#include "base/str.h"

struct map_entry {
    struct str key;
    void *value;
    uint64_t hash;
};

struct map {
    struct arena *arena;
    struct map_entry *entries; /* in order of insertion */
    size_t count, entries_size;
    uint32_t *slots; /* index + 1 into entries, 0 = free */
    size_t slots_size;
};

void map_init(struct map *m, struct arena *a);
/* The value, or NULL. */
void *map_get(const struct map *m, struct str key);
bool map_has(const struct map *m, struct str key);
/* Sets or replaces. The key is not copied. */
void map_put(struct map *m, struct str key, void *value);
/* Sets unless there; true when it was added. Use as a set with value = anything not NULL. */
bool map_add(struct map *m, struct str key, void *value);

#endif
