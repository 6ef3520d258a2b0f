/*
 * base/arena.h: memory by lifetime.
 *
 * An arena is a list of chunks that are freed together. Each lifetime has one: the run (whole
 * process), a stage, an item (one API page, one file; reset, not freed), scratch. A function that
 * returns memory takes the arena as its first parameter; there is no hidden current arena.
 *
 * What it is not: no free of single objects, no realloc, no thread safety, no destructors.
 * Out of memory aborts. Memory is aligned for any type and is zeroed.
 */
#ifndef WARD_BASE_ARENA_H
#define WARD_BASE_ARENA_H

#include "base/str.h"

#include <stddef.h>

struct arena;

/* A new arena; `chunk_bytes` is the size it grows by (0 = 64 KiB). Never NULL. */
struct arena *arena_new(size_t chunk_bytes);
/* Frees the arena and all that came from it. NULL is ignored. */
void arena_free(struct arena *a);
/* Overwrites all that came from it (secrets), then frees it. NULL is ignored. */
void arena_wipe_free(struct arena *a);
/* A new arena that is freed with `a` (also when `a` is reset). */
struct arena *arena_child(struct arena *a, size_t chunk_bytes);
/* Forgets all that came from it and keeps one chunk for reuse. */
void arena_reset(struct arena *a);
/* Bytes held by the arena, in use or not. */
size_t arena_held_bytes(const struct arena *a);

/* `size` zeroed bytes. Never NULL. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((malloc, alloc_size(2)));
/* `count` x `size` zeroed bytes; aborts on overflow. */
void *arena_calloc(struct arena *a, size_t count, size_t size);
#define arena_new_of(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_array_of(a, type, count) ((type *)arena_calloc((a), (count), sizeof(type)))

/* A copy of the bytes, NUL after the last one (not counted in len). */
struct str arena_str(struct arena *a, struct str s);
char *arena_cstr(struct arena *a, struct str s);
char *arena_strdup(struct arena *a, const char *s);
/* printf into the arena. */
struct str arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* All parts joined. */
struct str arena_concat(struct arena *a, const struct str *parts, size_t count);

#endif
