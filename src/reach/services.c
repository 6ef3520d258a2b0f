#include "reach/services.h"

#include <stdlib.h>

bool services_has(struct services s, uint32_t service)
{
    uint32_t lo = 0, hi = s.count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (s.at[mid].hi < service)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < s.count && s.at[lo].lo <= service;
}

bool services_equal(struct services a, struct services b)
{
    if (a.count != b.count)
        return false;
    if (a.at == b.at)
        return true;
    for (uint32_t i = 0; i < a.count; i++)
        if (a.at[i].lo != b.at[i].lo || a.at[i].hi != b.at[i].hi)
            return false;
    return true;
}

struct services services_one(struct arena *a, uint32_t lo, uint32_t hi)
{
    if (lo > hi)
        return (struct services){NULL, 0};
    struct services_span *s = arena_new_of(a, struct services_span);
    *s = (struct services_span){lo, hi};
    return (struct services){s, 1};
}

static int by_lo(const void *x, const void *y)
{
    const struct services_span *a = x, *b = y;
    return a->lo != b->lo ? (a->lo < b->lo ? -1 : 1) : a->hi < b->hi ? -1 : a->hi > b->hi;
}

struct services services_of(struct arena *a, struct services_span *spans, uint32_t count)
{
    bool sorted = true;
    for (uint32_t i = 1; i < count && sorted; i++)
        sorted = spans[i - 1].lo <= spans[i].lo;
    if (!sorted)
        qsort(spans, count, sizeof *spans, by_lo);
    struct services_span *out = count ? arena_array_of(a, struct services_span, count) : NULL;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (spans[i].lo > spans[i].hi)
            continue;
        if (kept && spans[i].lo <= out[kept - 1].hi + (out[kept - 1].hi != UINT32_MAX)) {
            if (spans[i].hi > out[kept - 1].hi)
                out[kept - 1].hi = spans[i].hi;
        } else {
            out[kept++] = spans[i];
        }
    }
    return (struct services){out, kept};
}

static bool holds(struct services outer, struct services inner)
{
    return outer.count == 1 && inner.count && outer.at[0].lo <= inner.at[0].lo && inner.at[inner.count - 1].hi <= outer.at[0].hi;
}

struct services services_meet(struct arena *a, struct services x, struct services y)
{
    if (!x.count || !y.count)
        return (struct services){NULL, 0};
    if (x.at == y.at || holds(y, x))
        return x;
    if (holds(x, y))
        return y;
    struct services_span *out = arena_array_of(a, struct services_span, (size_t)x.count + y.count);
    uint32_t n = 0;
    for (uint32_t i = 0, k = 0; i < x.count && k < y.count;) {
        uint32_t lo = x.at[i].lo > y.at[k].lo ? x.at[i].lo : y.at[k].lo, hi = x.at[i].hi < y.at[k].hi ? x.at[i].hi : y.at[k].hi;
        if (lo <= hi)
            out[n++] = (struct services_span){lo, hi};
        if (x.at[i].hi < y.at[k].hi)
            i++;
        else
            k++;
    }
    return (struct services){out, n};
}

struct services services_join(struct arena *a, struct services x, struct services y)
{
    if (!x.count || holds(y, x))
        return y;
    if (!y.count || x.at == y.at || holds(x, y))
        return x;
    struct services_span *all = arena_array_of(a, struct services_span, (size_t)x.count + y.count);
    memcpy(all, x.at, x.count * sizeof *all);
    memcpy(all + x.count, y.at, y.count * sizeof *all);
    return services_of(a, all, x.count + y.count);
}

struct services services_less(struct arena *a, struct services x, struct services y)
{
    if (!x.count || !y.count)
        return x;
    if (holds(y, x))
        return (struct services){NULL, 0};
    struct services_span *out = arena_array_of(a, struct services_span, (size_t)x.count + y.count);
    uint32_t n = 0, k = 0;
    for (uint32_t i = 0; i < x.count; i++) {
        uint64_t lo = x.at[i].lo;
        while (k < y.count && y.at[k].hi < lo)
            k++;
        for (uint32_t j = k; j < y.count && y.at[j].lo <= x.at[i].hi; j++) {
            if (y.at[j].lo > lo)
                out[n++] = (struct services_span){(uint32_t)lo, y.at[j].lo - 1};
            lo = (uint64_t)y.at[j].hi + 1;
        }
        if (lo <= x.at[i].hi)
            out[n++] = (struct services_span){(uint32_t)lo, x.at[i].hi};
    }
    return (struct services){out, n};
}

struct tri tri_meet(struct arena *a, struct tri x, struct tri y)
{
    return (struct tri){services_meet(a, x.sure, y.sure), services_meet(a, x.may, y.may)};
}

struct tri tri_join(struct arena *a, struct tri x, struct tri y)
{
    return (struct tri){services_join(a, x.sure, y.sure), services_join(a, x.may, y.may)};
}
