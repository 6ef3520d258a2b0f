#include "base/nearest.h"

#include <limits.h>

enum { NAME_MAX_BYTES = 64 };

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

unsigned edit_distance(struct str a, struct str b)
{
    if (a.len > NAME_MAX_BYTES || b.len > NAME_MAX_BYTES)
        return UINT_MAX;
    unsigned rows[3][NAME_MAX_BYTES + 1];
    unsigned *before = rows[0], *last = rows[1], *now = rows[2];
    for (unsigned j = 0; j <= b.len; j++)
        last[j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        now[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            unsigned change = a.ptr[i - 1] != b.ptr[j - 1];
            now[j] = least(least(last[j] + 1, now[j - 1] + 1), last[j - 1] + change);
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
        unsigned *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b.len];
}

void nearest_init(struct nearest *n, struct str want)
{
    /* A third of the letters may be wrong: "regoin" finds region, "x" finds nothing. */
    *n = (struct nearest){.want = want, .distance = (unsigned)least((unsigned)want.len / 3 + 1, 4)};
}

void nearest_offer(struct nearest *n, struct str name)
{
    unsigned d = edit_distance(n->want, name);
    bool prefix = n->want.len >= 2 && str_starts(name, n->want);
    if (prefix && !n->best.ptr)
        d = least(d, 1);
    if (d < n->distance || (d == n->distance && !n->best.ptr && d <= n->want.len / 2)) {
        n->best = name;
        n->distance = d;
    }
}
