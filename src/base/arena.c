#include "base/arena.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

struct chunk {
    struct chunk *next;
    size_t size, used;
    alignas(max_align_t) char data[];
};

struct arena {
    size_t chunk_bytes;
    struct chunk *head; /* the chunk that serves requests; older ones behind it */
    struct arena *children, *sibling;
};

static struct chunk *chunk_new(size_t size)
{
    struct chunk *c = malloc(sizeof *c + size);
    if (!c)
        die("out of memory (%zu bytes)", size);
    c->next = NULL;
    c->size = size;
    c->used = 0;
    return c;
}

struct arena *arena_new(size_t chunk_bytes)
{
    struct arena *a = malloc(sizeof *a);
    if (!a)
        die("out of memory");
    a->chunk_bytes = chunk_bytes ? chunk_bytes : 64 * 1024;
    a->head = NULL;
    a->children = a->sibling = NULL;
    return a;
}

struct arena *arena_child(struct arena *a, size_t chunk_bytes)
{
    struct arena *child = arena_new(chunk_bytes);
    child->sibling = a->children;
    a->children = child;
    return child;
}

static void free_children(struct arena *a)
{
    for (struct arena *c = a->children, *next; c; c = next) {
        next = c->sibling;
        arena_free(c);
    }
    a->children = NULL;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    free_children(a);
    for (struct chunk *c = a->head, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    free(a);
}

void arena_wipe_free(struct arena *a)
{
    for (struct chunk *c = a ? a->head : NULL; c; c = c->next)
        explicit_bzero(c->data, c->used);
    arena_free(a);
}

void arena_reset(struct arena *a)
{
    struct chunk *keep = NULL;
    free_children(a);
    for (struct chunk *c = a->head, *next; c; c = next) {
        next = c->next;
        if (!keep && c->size == a->chunk_bytes)
            keep = c;
        else
            free(c);
    }
    if (keep) {
        keep->next = NULL;
        keep->used = 0;
    }
    a->head = keep;
}

size_t arena_held_bytes(const struct arena *a)
{
    size_t n = 0;
    for (const struct chunk *c = a->head; c; c = c->next)
        n += c->size;
    return n;
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t align = alignof(max_align_t);
    if (size > SIZE_MAX - 2 * align)
        die("allocation of %zu bytes", size);
    size_t need = (size + align - 1) & ~(align - 1);
    struct chunk *c = a->head;
    if (!c || c->size - c->used < need) {
        bool large = need > a->chunk_bytes / 2;
        struct chunk *fresh = chunk_new(large && need > a->chunk_bytes ? need : a->chunk_bytes);
        if (large && c && need > a->chunk_bytes) { /* a chunk of its own, behind the current one */
            fresh->next = c->next;
            c->next = fresh;
        } else {
            fresh->next = c;
            a->head = fresh;
        }
        c = fresh;
    }
    void *p = c->data + c->used;
    c->used += need;
    memset(p, 0, need);
    return p;
}

void *arena_calloc(struct arena *a, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        die("allocation of %zu x %zu bytes", count, size);
    return arena_alloc(a, count * size);
}

char *arena_cstr(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.len + 1);
    if (s.len)
        memcpy(p, s.ptr, s.len);
    return p;
}

struct str arena_str(struct arena *a, struct str s)
{
    return (struct str){arena_cstr(a, s), s.len};
}

char *arena_strdup(struct arena *a, const char *s) { return arena_cstr(a, str_of(s)); }

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        die("bad format");
    char *p = arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return (struct str){p, (size_t)n};
}

struct str arena_concat(struct arena *a, const struct str *parts, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    char *p = arena_alloc(a, len + 1), *at = p;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len)
            memcpy(at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
    }
    return (struct str){p, len};
}
