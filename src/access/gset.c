#include "access/gset.h"

static uint64_t *bits_of(struct space *s, const uint64_t *bits)
{
    uint64_t *copy = bits_new(s->arena, s->count);
    if (bits)
        memcpy(copy, bits, s->words * sizeof *copy);
    else
        bits_set_range(copy, 0, s->count);
    return copy;
}

static void make_each(struct space *s, struct gset *g)
{
    const struct residue **each = arena_array_of(s->arena, const struct residue *, s->count ? s->count : 1);
    for (uint32_t i = 0; i < s->count; i++)
        each[i] = residue_false;
    for (uint32_t p = 0; p < g->count; p++)
        for (size_t i = bits_next(g->parts[p].bits, s->count, 0); i < s->count;
             i = bits_next(g->parts[p].bits, s->count, i + 1))
            each[i] = g->parts[p].guard;
    g->each = each;
    g->count = 0;
}

/* Takes over `bits`, which no part has a bit of. */
static void push(struct space *s, struct gset *g, const struct residue *guard, uint64_t *bits)
{
    if (guard == residue_false)
        return;
    for (uint32_t p = 0; p < g->count; p++)
        if (g->parts[p].guard == guard) {
            bits_or(g->parts[p].bits, bits, s->words);
            return;
        }
    if (g->count == g->size) {
        uint32_t size = g->size ? g->size * 2 : 4;
        struct gpart *parts = arena_array_of(s->arena, struct gpart, size);
        if (g->count)
            memcpy(parts, g->parts, g->count * sizeof *parts);
        g->parts = parts;
        g->size = size;
    }
    g->parts[g->count++] = (struct gpart){guard, bits};
}

static void settle(struct space *s, struct gset *g)
{
    if (g->count > GSET_PARTS_MAX)
        make_each(s, g);
}

enum op { OP_ADD, OP_SUB };

static const struct residue *combine(struct space *s, enum op op, const struct residue *a, const struct residue *b)
{
    if (op == OP_ADD)
        return a == residue_true ? a : a == residue_false ? b : residue_or(s->pool, a, b);
    return a == residue_false || b == residue_true ? residue_false : residue_and(s->pool, a, residue_not(s->pool, b));
}

static void each_op(struct space *s, struct gset *g, enum op op, const struct residue *guard, const uint64_t *bits)
{
    for (size_t i = bits ? bits_next(bits, s->count, 0) : 0; i < s->count;
         i = bits ? bits_next(bits, s->count, i + 1) : i + 1)
        g->each[i] = combine(s, op, g->each[i], guard);
}

/* Splits the parts by `bits`; what is inside is combined with the guard. */
static void parts_op(struct space *s, struct gset *g, enum op op, const struct residue *guard, const uint64_t *bits)
{
    uint64_t *rest = bits_of(s, bits);
    struct gset out = {0};
    for (uint32_t p = 0; p < g->count; p++) {
        struct gpart *part = &g->parts[p];
        if (bits && !bits_meet(part->bits, rest, s->words)) {
            push(s, &out, part->guard, part->bits);
            continue;
        }
        uint64_t *inside = bits_of(s, part->bits);
        bits_and(inside, rest, s->words);
        if (!bits_any(inside, s->words)) {
            push(s, &out, part->guard, part->bits);
            continue;
        }
        bits_and_not(rest, inside, s->words);
        bits_and_not(part->bits, inside, s->words);
        const struct residue *f = combine(s, op, part->guard, guard);
        if (bits_any(part->bits, s->words))
            push(s, &out, part->guard, part->bits);
        push(s, &out, f, inside);
    }
    if (op == OP_ADD && bits_any(rest, s->words))
        push(s, &out, guard, rest);
    *g = out;
    settle(s, g);
}

static void apply(struct space *s, struct gset *g, enum op op, const struct residue *guard, const uint64_t *bits)
{
    if (guard == residue_false || (op == OP_SUB && gset_empty(s, g)))
        return;
    if (g->each)
        each_op(s, g, op, guard, bits);
    else
        parts_op(s, g, op, guard, bits);
}

void gset_add(struct space *s, struct gset *g, const struct residue *guard, const uint64_t *bits)
{
    apply(s, g, OP_ADD, guard, bits);
}
void gset_sub(struct space *s, struct gset *g, const struct residue *guard, const uint64_t *bits)
{
    apply(s, g, OP_SUB, guard, bits);
}

void gset_keep(struct space *s, struct gset *g, const struct residue *guard, const uint64_t *bits)
{
    struct gset one = {0};
    if (guard == residue_true && !bits)
        return;
    gset_add(s, &one, guard, bits);
    gset_and(s, g, &one);
}

void gset_and(struct space *s, struct gset *g, const struct gset *other)
{
    if (gset_empty(s, g) || gset_full(s, other))
        return;
    struct gset out = {0};
    if (g->each || other->each) {
        if (!g->each)
            make_each(s, g);
        for (uint32_t i = 0; i < s->count; i++)
            if (g->each[i] != residue_false)
                g->each[i] = residue_and(s->pool, g->each[i], gset_at(other, i));
        return;
    }
    for (uint32_t p = 0; p < g->count; p++)
        for (uint32_t q = 0; q < other->count; q++) {
            if (!bits_meet(g->parts[p].bits, other->parts[q].bits, s->words))
                continue;
            uint64_t *inside = bits_of(s, g->parts[p].bits);
            bits_and(inside, other->parts[q].bits, s->words);
            push(s, &out, residue_and(s->pool, g->parts[p].guard, other->parts[q].guard), inside);
        }
    *g = out;
    settle(s, g);
}

void gset_or(struct space *s, struct gset *g, const struct gset *other)
{
    if (other->each) {
        if (!g->each)
            make_each(s, g);
        for (uint32_t i = 0; i < s->count; i++)
            g->each[i] = combine(s, OP_ADD, g->each[i], other->each[i]);
        return;
    }
    for (uint32_t p = 0; p < other->count; p++)
        gset_add(s, g, other->parts[p].guard, other->parts[p].bits);
}

void gset_copy(struct space *s, struct gset *to, const struct gset *from)
{
    *to = (struct gset){0};
    gset_or(s, to, from);
}

bool gset_empty(const struct space *s, const struct gset *g)
{
    if (!g->each)
        return g->count == 0;
    for (uint32_t i = 0; i < s->count; i++)
        if (g->each[i] != residue_false)
            return false;
    return true;
}

bool gset_full(const struct space *s, const struct gset *g)
{
    return !g->each && g->count == 1 && g->parts[0].guard == residue_true &&
           bits_count(g->parts[0].bits, s->words) == s->count;
}

const struct residue *gset_at(const struct gset *g, uint32_t thing)
{
    if (g->each)
        return g->each[thing];
    for (uint32_t p = 0; p < g->count; p++)
        if (bits_get(g->parts[p].bits, thing))
            return g->parts[p].guard;
    return residue_false;
}
