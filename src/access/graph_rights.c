#include "access/graph_internal.h"

#include <stdlib.h>

static void right_add(struct graph *g, struct principal_rights *p, struct right r)
{
    if (p->count == p->size) {
        uint32_t size = p->size ? p->size * 2 : 64;
        struct right *items = arena_array_of(g->arena, struct right, size);
        if (p->count)
            memcpy(items, p->items, p->count * sizeof *items);
        p->items = items;
        p->size = size;
    }
    p->items[p->count++] = r;
}

static int by_bit(const void *a, const void *b)
{
    const struct right *x = a, *y = b;
    return (x->bit > y->bit) - (x->bit < y->bit);
}

void rights_collect(struct graph *g, const struct rights *r, const uint64_t *bits, uint32_t principal, struct principal_rights *out)
{
    uint32_t rows, questions = r->question_count(r->self);
    const struct access_row *row = r->rows(r->self, principal, &rows);
    out->principal = principal;
    out->count = 0;
    for (uint32_t i = 0; i < rows; i++)
        for (size_t w = 0; w < bits_words(questions); w++)
            for (uint64_t word = row[i].actions->bits[w] & bits[w]; word; word &= word - 1)
                right_add(g, out, (struct right){(uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word), row[i].resources, row[i].guard});
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, by_bit);
}

static bool holds(const struct resource_set *s, uint32_t resource)
{
    uint32_t lo = 0, hi = s->count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (s->items[mid] == resource)
            return true;
        if (s->items[mid] < resource)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}

const struct residue *rights_on(struct graph *g, const struct principal_rights *p, uint32_t bit, uint32_t resource)
{
    const struct residue *out = residue_false;
    uint32_t lo = 0, hi = p->count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (p->items[mid].bit < bit)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < p->count && p->items[lo].bit == bit && out != residue_true; lo++)
        if (holds(p->items[lo].resources, resource))
            out = residue_or(g->world->pool, out, p->items[lo].guard);
    return out;
}
