#include "base/map.h"

#include <xxhash.h>

void map_init(struct map *m, struct arena *a) { *m = (struct map){.arena = a}; }

static struct map_entry *find(const struct map *m, struct str key, uint64_t hash)
{
    if (!m->slots_size)
        return NULL;
    size_t mask = m->slots_size - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        uint32_t at = m->slots[i];
        if (!at)
            return NULL;
        struct map_entry *e = &m->entries[at - 1];
        if (e->hash == hash && str_eq(e->key, key))
            return e;
    }
}

static void grow(struct map *m)
{
    if (m->count == m->entries_size) {
        size_t size = m->entries_size ? m->entries_size * 2 : 8;
        struct map_entry *fresh = arena_array_of(m->arena, struct map_entry, size);
        if (m->count)
            memcpy(fresh, m->entries, m->count * sizeof *fresh);
        m->entries = fresh;
        m->entries_size = size;
    }
    if ((m->count + 1) * 4 <= m->slots_size * 3)
        return;
    size_t size = m->slots_size ? m->slots_size * 2 : 16, mask = size - 1;
    m->slots = arena_array_of(m->arena, uint32_t, size);
    m->slots_size = size;
    for (size_t e = 0; e < m->count; e++) {
        size_t i = m->entries[e].hash & mask;
        while (m->slots[i])
            i = (i + 1) & mask;
        m->slots[i] = (uint32_t)e + 1;
    }
}

static void insert(struct map *m, struct str key, uint64_t hash, void *value)
{
    grow(m);
    size_t mask = m->slots_size - 1, i = hash & mask;
    while (m->slots[i])
        i = (i + 1) & mask;
    m->entries[m->count] = (struct map_entry){key, value, hash};
    m->slots[i] = (uint32_t)++m->count;
}

static uint64_t hash_of(struct str key) { return XXH3_64bits(key.len ? key.ptr : "", key.len); }

void *map_get(const struct map *m, struct str key)
{
    struct map_entry *e = find(m, key, hash_of(key));
    return e ? e->value : NULL;
}

bool map_has(const struct map *m, struct str key) { return find(m, key, hash_of(key)) != NULL; }

void map_put(struct map *m, struct str key, void *value)
{
    uint64_t hash = hash_of(key);
    struct map_entry *e = find(m, key, hash);
    if (e)
        e->value = value;
    else
        insert(m, key, hash, value);
}

bool map_add(struct map *m, struct str key, void *value)
{
    uint64_t hash = hash_of(key);
    if (find(m, key, hash))
        return false;
    insert(m, key, hash, value);
    return true;
}
