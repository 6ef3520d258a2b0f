#include "iam/glob.h"

#include "iam/match.h"

#include <stdlib.h>

static inline char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

static inline bool wild_at(const struct iam_pattern *p, size_t i, char c)
{
    return p->text.ptr[i] == c && (!p->wild || p->wild[i]);
}

struct iam_pattern iam_pattern_sub(struct iam_pattern p, size_t from, size_t to)
{
    return (struct iam_pattern){str_make(p.text.ptr + from, to - from), p.wild ? p.wild + from : NULL};
}

bool iam_pattern_is_wild(struct iam_pattern p)
{
    for (size_t i = 0; i < p.text.len; i++) {
        if (wild_at(&p, i, '*') || wild_at(&p, i, '?')) {
            return true;
        }
    }
    return false;
}

/* Bytes that every match has; so that a long pattern costs nothing on a short text. */
static size_t least_of(const struct iam_pattern *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->text.len; i++) {
        n += !wild_at(p, i, '*');
    }
    return n;
}

bool iam_pattern_matches(struct iam_pattern p, struct str text, bool fold, uint64_t *steps)
{
    if (p.text.len > text.len && least_of(&p) > text.len) {
        return false;
    }
    size_t i = 0, j = 0, star = SIZE_MAX, resume = 0;
    uint64_t count = 0;
    while (j < text.len) {
        count++;
        if (i < p.text.len && wild_at(&p, i, '*')) {
            star = i++;
            resume = j;
        } else if (i < p.text.len && (wild_at(&p, i, '?') || p.text.ptr[i] == text.ptr[j] ||
                                      (fold && lower(p.text.ptr[i]) == lower(text.ptr[j])))) {
            i++;
            j++;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            j = ++resume;
        } else {
            break;
        }
    }
    while (j == text.len && i < p.text.len && wild_at(&p, i, '*')) {
        i++;
        count++;
    }
    if (steps) {
        *steps += count;
    }
    return j == text.len && i == p.text.len;
}

bool iam_glob_matches(const struct iam_glob *g, struct str text, bool fold)
{
    if (!g->valid || text.len < g->least) {
        return false;
    }
    if (g->any) {
        return true;
    }
    if (g->variables) {
        struct iam_expanded x;
        bool hit = iam_expand(g->text, NULL, &x) == IAM_EXPANDED && iam_pattern_matches(x.pattern, text, fold, NULL);
        iam_expanded_done(&x);
        return hit;
    }
    struct str head = str_sub(g->text, 0, g->prefix);
    struct str start = str_sub(text, 0, g->prefix);
    if (!(fold ? str_eq_nocase(head, start) : str_eq(head, start))) {
        return false;
    }
    if (g->literal) {
        return text.len == g->text.len;
    }
    if (g->tail) {
        return true;
    }
    struct iam_pattern rest = {str_sub(g->text, g->prefix, g->text.len), NULL};
    return iam_pattern_matches(rest, str_sub(text, g->prefix, text.len), fold, NULL);
}

/* Past this many cells the answer is "they overlap", which is the sound side for an Allow and for a Deny. */
#define OVERLAP_CELLS_MAX (UINT64_C(1) << 26)

struct token { /* of one position of a pattern */
    bool star, any;
    char byte;
};

static struct token token_at(const struct iam_pattern *p, size_t i, bool marks)
{
    return (struct token){wild_at(p, i, '*'), marks && wild_at(p, i, '?'), p->text.ptr[i]};
}

static bool may_be_equal(struct token a, struct token b, bool fold)
{
    return a.any || b.any || a.byte == b.byte || (fold && lower(a.byte) == lower(b.byte));
}

/* Which pairs of positions one text can lead to, row by row. */
static bool overlap(const struct iam_pattern *a, const struct iam_pattern *b, bool marks, bool fold)
{
    size_t n = a->text.len, m = b->text.len;
    if ((uint64_t)(n + 1) * (m + 1) > OVERLAP_CELLS_MAX) {
        return true;
    }
    bool *rows = calloc(2, m + 1);
    if (!rows) {
        return true;
    }
    bool *now = rows, *then = rows + m + 1;
    now[0] = true;
    for (size_t i = 0; i <= n; i++) {
        memset(then, 0, m + 1);
        struct token x = i < n ? token_at(a, i, true) : (struct token){0};
        for (size_t j = 0; j <= m; j++) {
            if (!now[j]) {
                continue;
            }
            struct token y = j < m ? token_at(b, j, marks) : (struct token){0};
            bool x_star = i < n && x.star, y_star = j < m && y.star;
            if (i < n && (x_star || y_star)) {
                then[j] = true;
            }
            if (j < m && (x_star || y_star)) {
                now[j + 1] = true;
            }
            if (i < n && j < m && !x_star && !y_star && may_be_equal(x, y, fold)) {
                then[j + 1] = true;
            }
        }
        if (i < n) {
            bool *swap = now;
            now = then;
            then = swap;
        }
    }
    bool hit = now[m];
    free(rows);
    return hit;
}

bool iam_globs_overlap(struct str a, struct str b)
{
    return overlap(&(struct iam_pattern){a, NULL}, &(struct iam_pattern){b, NULL}, true, false);
}

bool iam_pattern_overlaps(struct iam_pattern p, struct str request, bool fold)
{
    return overlap(&p, &(struct iam_pattern){request, NULL}, false, fold);
}

/* A '*' of the inner pattern is a letter of its own that only a '*' of the outer one takes: whatever it stands for, that
 * one takes too, and no other part of the outer pattern can be relied on to. */
static bool covers(const struct iam_pattern *p, const struct iam_pattern *inner, bool marks, bool fold)
{
    size_t i = 0, j = 0, star = SIZE_MAX, resume = 0;
    while (j < inner->text.len) {
        struct token y = token_at(inner, j, marks);
        struct token x = i < p->text.len ? token_at(p, i, true) : (struct token){0};
        if (i < p->text.len && x.star) {
            star = i++;
            resume = j;
        } else if (i < p->text.len && !y.star && (x.any || (!y.any && may_be_equal(x, y, fold)))) {
            i++;
            j++;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            j = ++resume;
        } else {
            return false;
        }
    }
    while (i < p->text.len && wild_at(p, i, '*')) {
        i++;
    }
    return i == p->text.len;
}

bool iam_glob_covers(struct str outer, struct str inner)
{
    return covers(&(struct iam_pattern){outer, NULL}, &(struct iam_pattern){inner, NULL}, true, false);
}

bool iam_pattern_covers(struct iam_pattern p, struct str request, bool fold)
{
    return covers(&p, &(struct iam_pattern){request, NULL}, false, fold);
}

struct str iam_glob_member(struct arena *a, struct str pattern, const char *word)
{
    struct buf b;
    buf_init(&b, IAM_POLICY_BYTES_MAX);
    for (size_t i = 0; i < pattern.len; i++)
        if (pattern.ptr[i] == '*')
            buf_addz(&b, word);
        else
            buf_addc(&b, pattern.ptr[i] == '?' ? 'x' : pattern.ptr[i]);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}
