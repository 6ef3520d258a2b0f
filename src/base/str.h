/*
 * base/str.h: a slice of bytes: pointer and length, not owned, not NUL terminated.
 *
 * NUL-terminated strings live only at the border to libc and libraries; arena_cstr() makes one.
 * A slice is valid as long as what it points into. An absent string has ptr == NULL; an empty one
 * has len == 0 and any ptr.
 */
#ifndef WARD_BASE_STR_H
#define WARD_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *ptr;
    size_t len;
};

/* Of a string literal. */
#define STR(lit) ((struct str){("" lit), sizeof(lit) - 1})
/* For printf("%.*s", STR_ARG(s)). `s` is evaluated more than once: no call with an effect in it. */
#define STR_ARG(s) (int)(s).len, ((s).ptr ? (s).ptr : "")

static inline struct str str_of(const char *cstr)
{
    return (struct str){cstr, cstr ? strlen(cstr) : 0};
}
static inline struct str str_make(const char *ptr, size_t len) { return (struct str){ptr, len}; }

static inline bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
static inline bool str_eqz(struct str a, const char *b) { return str_eq(a, str_of(b)); }
bool str_eq_nocase(struct str a, struct str b); /* ASCII only */
/* memcmp order, the shorter first on a tie. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_contains(struct str s, struct str needle);
/* Index of the first `c` at or after `from`, or -1. */
ptrdiff_t str_index(struct str s, char c, size_t from);
/* Index of the last `c`, or -1. */
ptrdiff_t str_rindex(struct str s, char c);
/* s[from, to); both clamped to the length. */
struct str str_sub(struct str s, size_t from, size_t to);
/* Without leading and trailing space, tab, CR, LF. */
struct str str_trim(struct str s);
/* Cuts `s` at the first `sep`: returns what is before it and leaves the rest in *rest. With no
 * `sep` left, returns all and sets rest->ptr to NULL. Loop: while (rest.ptr) part = str_cut(&rest, ','). */
struct str str_cut(struct str *rest, char sep);
/* Decimal, whole string, optional '-' for the signed one. False when it is not a number or does not fit. */
bool str_to_i64(struct str s, int64_t *out);
bool str_to_u64(struct str s, uint64_t *out);
/* Glob of `*` (any run, empty included) and `?` (one byte); linear in the product at worst. */
bool str_glob(struct str pattern, struct str s);

#endif
