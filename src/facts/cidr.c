#include "facts/cidr.h"

#include <arpa/inet.h>
#include <stdlib.h>

enum { V6_SCALE = 72, LOG2_MAX = 32 };

static const struct {
    int family, prefix;
    const char *address;
} reserved[] = {
    {4, 8, "0.0.0.0"},      {4, 8, "10.0.0.0"},     {4, 10, "100.64.0.0"}, {4, 8, "127.0.0.0"},
    {4, 16, "169.254.0.0"}, {4, 12, "172.16.0.0"},  {4, 24, "192.0.0.0"},  {4, 16, "192.168.0.0"},
    {4, 15, "198.18.0.0"},  {4, 4, "224.0.0.0"},    {4, 4, "240.0.0.0"},   {6, 127, "::"},
    {6, 7, "fc00::"},       {6, 10, "fe80::"},      {6, 8, "ff00::"},
};

static ip_number from_bytes(const unsigned char *bytes, size_t count)
{
    ip_number v = 0;
    for (size_t i = 0; i < count; i++)
        v = v << 8 | bytes[i];
    return v;
}

static struct cidr make(int family, ip_number address, int prefix)
{
    int bits = family == 4 ? 32 : 128;
    ip_number all = family == 4 ? (ip_number)0xffffffffu : ~(ip_number)0;
    ip_number hosts = prefix == 0 ? all : prefix == bits ? 0 : all >> prefix;
    return (struct cidr){family, address & ~hosts & all, (address & ~hosts & all) | hosts};
}

static bool parse_prefix(struct str s, int bits, int *out)
{
    uint64_t v;
    if (s.len == 0 || s.len > 3 || s.ptr[0] < '0' || s.ptr[0] > '9' || !str_to_u64(s, &v) || v > (uint64_t)bits)
        return false;
    *out = (int)v;
    return true;
}

bool cidr_parse(struct str s, struct cidr *out)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    ptrdiff_t slash = str_index(s, '/', 0);
    struct str address = slash < 0 ? s : str_sub(s, 0, (size_t)slash);
    if (address.len == 0 || address.len >= sizeof text || memchr(address.ptr, 0, address.len))
        return false;
    memcpy(text, address.ptr, address.len);
    text[address.len] = 0;
    int family = str_index(address, ':', 0) >= 0 ? 6 : 4, bits = family == 4 ? 32 : 128, prefix = bits;
    if (inet_pton(family == 4 ? AF_INET : AF_INET6, text, bytes) != 1)
        return false;
    if (slash >= 0 && !parse_prefix(str_sub(s, (size_t)slash + 1, s.len), bits, &prefix))
        return false;
    *out = make(family, from_bytes(bytes, (size_t)bits / 8), prefix);
    return true;
}

bool cidr_contains(struct cidr outer, struct cidr inner)
{
    return outer.family == inner.family && outer.lo <= inner.lo && inner.hi <= outer.hi;
}

bool cidr_overlaps(struct cidr a, struct cidr b)
{
    return a.family == b.family && a.lo <= b.hi && b.lo <= a.hi;
}

static int compare(const void *pa, const void *pb)
{
    const struct cidr *a = pa, *b = pb;
    if (a->family != b->family)
        return a->family - b->family;
    return a->lo < b->lo ? -1 : a->lo > b->lo;
}

size_t cidr_union(struct cidr *set, size_t count)
{
    if (count == 0)
        return 0;
    qsort(set, count, sizeof *set, compare);
    size_t n = 1;
    for (size_t i = 1; i < count; i++) {
        struct cidr *last = &set[n - 1];
        bool touches = last->family == set[i].family && (set[i].lo <= last->hi || set[i].lo - 1 == last->hi);
        if (!touches)
            set[n++] = set[i];
        else if (set[i].hi > last->hi)
            last->hi = set[i].hi;
    }
    return n;
}

bool cidr_within(struct cidr c, const struct cidr *merged, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cidr_contains(merged[i], c))
            return true;
    return false;
}

static ip_number overlap(struct cidr a, struct cidr b)
{
    if (!cidr_overlaps(a, b))
        return 0;
    ip_number lo = a.lo > b.lo ? a.lo : b.lo, hi = a.hi < b.hi ? a.hi : b.hi;
    return hi - lo + 1;
}

/* The whole of IPv6 has 2^128 addresses, which wraps to 0; taking the reserved ones off wraps it back. */
static ip_number count_public(struct cidr c)
{
    ip_number n = c.hi - c.lo + 1;
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        struct cidr r;
        if (reserved[i].family == c.family && cidr_parse(str_of(reserved[i].address), &r))
            n -= overlap(c, make(c.family, r.lo, reserved[i].prefix));
    }
    return n;
}

static int log2_floor(ip_number n)
{
    int log = -1;
    for (; n; n >>= 1)
        log++;
    return log;
}

int cidr_public_log2(const struct cidr *merged, size_t count)
{
    ip_number v4 = 0, v6 = 0;
    for (size_t i = 0; i < count; i++)
        *(merged[i].family == 4 ? &v4 : &v6) += count_public(merged[i]);
    int a = log2_floor(v4), b = log2_floor(v6);
    if (b >= 0)
        b = b <= V6_SCALE ? 0 : b - V6_SCALE > LOG2_MAX ? LOG2_MAX : b - V6_SCALE;
    return a > b ? a : b;
}
