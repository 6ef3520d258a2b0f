/*
 * base/bitset.h: a fixed number of bits as 64-bit words in an arena.
 *
 * The word functions take plain pointers so that rows of one matrix need no object each. Bits past the
 * given count in the last word are zero; functions that could set them (not) clear them.
 */
#ifndef WARD_BASE_BITSET_H
#define WARD_BASE_BITSET_H

#include "base/arena.h"

static inline size_t bits_words(size_t bits) { return (bits + 63) / 64; }
static inline uint64_t *bits_new(struct arena *a, size_t bits) { return arena_array_of(a, uint64_t, bits_words(bits ? bits : 1)); }
static inline bool bits_get(const uint64_t *b, size_t at) { return b[at / 64] >> (at % 64) & 1; }
static inline void bits_set(uint64_t *b, size_t at) { b[at / 64] |= (uint64_t)1 << (at % 64); }
static inline void bits_clear(uint64_t *b, size_t at) { b[at / 64] &= ~((uint64_t)1 << (at % 64)); }
/* `to` |= / &= / &= ~ `from`, `words` words; true when `to` changed. */
static inline bool bits_or(uint64_t *to, const uint64_t *from, size_t words)
{
    uint64_t changed = 0;
    for (size_t i = 0; i < words; i++) {
        changed |= from[i] & ~to[i];
        to[i] |= from[i];
    }
    return changed != 0;
}
static inline void bits_and(uint64_t *to, const uint64_t *from, size_t words)
{
    for (size_t i = 0; i < words; i++)
        to[i] &= from[i];
}
static inline void bits_and_not(uint64_t *to, const uint64_t *from, size_t words)
{
    for (size_t i = 0; i < words; i++)
        to[i] &= ~from[i];
}
static inline bool bits_any(const uint64_t *b, size_t words)
{
    for (size_t i = 0; i < words; i++)
        if (b[i])
            return true;
    return false;
}
static inline bool bits_meet(const uint64_t *a, const uint64_t *b, size_t words)
{
    for (size_t i = 0; i < words; i++)
        if (a[i] & b[i])
            return true;
    return false;
}
static inline size_t bits_count(const uint64_t *b, size_t words)
{
    size_t n = 0;
    for (size_t i = 0; i < words; i++)
        n += (size_t)__builtin_popcountll(b[i]);
    return n;
}
/* Sets bits [from, to). */
static inline void bits_set_range(uint64_t *b, size_t from, size_t to)
{
    for (; from < to && from % 64; from++)
        bits_set(b, from);
    for (; from + 64 <= to; from += 64)
        b[from / 64] = ~(uint64_t)0;
    for (; from < to; from++)
        bits_set(b, from);
}
/* The first set bit at or after `from`, or `bits` when there is none.
 * Loop: for (size_t i = bits_next(b, n, 0); i < n; i = bits_next(b, n, i + 1)). */
static inline size_t bits_next(const uint64_t *b, size_t bits, size_t from)
{
    while (from < bits) {
        uint64_t w = b[from / 64] >> (from % 64);
        if (w) {
            size_t at = from + (size_t)__builtin_ctzll(w);
            return at < bits ? at : bits;
        }
        from = (from / 64 + 1) * 64;
    }
    return bits;
}

#endif
