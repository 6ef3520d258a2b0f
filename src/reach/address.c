#include "reach/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const ip_number v4_base = (ip_number)0xffff << 32;

static ip_number v4(uint32_t ip)
{
    return v4_base | ip;
}

/* The first address that is not in ::/64. */
static ip_number v6_first(void)
{
    return (ip_number)1 << 64;
}

struct ip_range ip_all_v4(void)
{
    return (struct ip_range){v4_base, v4(UINT32_MAX)};
}

struct ip_range ip_all_v6(void)
{
    return (struct ip_range){v6_first(), ~(ip_number)0};
}

bool ip_range_parse(struct str text, struct ip_range *out)
{
    struct cidr c;
    if (!cidr_parse(text, &c))
        return false;
    if (c.family == 4)
        *out = (struct ip_range){v4_base | c.lo, v4_base | c.hi};
    else
        *out = (struct ip_range){c.lo < v6_first() ? v6_first() : c.lo, c.hi};
    return true;
}

bool ip_parse(struct str text, ip_number *out)
{
    struct ip_range r;
    if (!ip_range_parse(text, &r) || r.lo != r.hi || memchr(text.ptr, '/', text.len))
        return false;
    *out = r.lo;
    return true;
}

struct str ip_text(struct arena *a, ip_number ip)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    for (int i = 0; i < 16; i++)
        bytes[i] = (unsigned char)(ip >> (8 * (15 - i)));
    inet_ntop(ip_is_v4(ip) ? AF_INET : AF_INET6, ip_is_v4(ip) ? bytes + 12 : bytes, text, sizeof text);
    return arena_printf(a, "%s", text);
}

struct str ip_range_text(struct arena *a, struct ip_range r)
{
    if (r.lo == r.hi)
        return ip_text(a, r.lo);
    bool four = ip_is_v4(r.lo);
    ip_number lo = r.lo == v6_first() && r.hi == ~(ip_number)0 ? 0 : r.lo, wide = r.hi - lo + 1;
    int bits = 0;
    while (bits < 128 && (wide >> bits & 1) == 0)
        bits++;
    /* A block: its width is a power of two, which divides its first address. */
    bool block = wide == 0 || (wide == (ip_number)1 << bits && lo % wide == 0);
    if (!block)
        return arena_printf(a, "%.*s-%.*s", STR_ARG(ip_text(a, r.lo)), STR_ARG(ip_text(a, r.hi)));
    return arena_printf(a, "%.*s/%d", STR_ARG(ip_text(a, lo)), (four ? 32 : 128) - (wide == 0 ? 128 : bits));
}

/* RFC 6890 (April 2013) and the IANA special-purpose registries; documentation ranges count as the Internet's, as a
 * rule for them is a rule for strangers. 100.64.0.0/10: RFC 6598. */
#define V4(a, b, c, d) ((ip_number)0xffff << 32 | (uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
static const struct ip_range internet[] = {
    {V4(1, 0, 0, 0), V4(9, 255, 255, 255)},       {V4(11, 0, 0, 0), V4(100, 63, 255, 255)},
    {V4(100, 128, 0, 0), V4(126, 255, 255, 255)}, {V4(128, 0, 0, 0), V4(169, 253, 255, 255)},
    {V4(169, 255, 0, 0), V4(172, 15, 255, 255)},  {V4(172, 32, 0, 0), V4(192, 167, 255, 255)},
    {V4(192, 169, 0, 0), V4(223, 255, 255, 255)},
    {(ip_number)0x2000 << 112, ((ip_number)0x4000 << 112) - 1}, /* 2000::/3, global unicast */
};

const struct ip_range *ip_internet(uint32_t *count)
{
    *count = sizeof internet / sizeof *internet;
    return internet;
}

bool ip_is_internal(ip_number ip)
{
    for (size_t i = 0; i < sizeof internet / sizeof *internet; i++)
        if (ip_in(internet[i], ip))
            return false;
    return true;
}
