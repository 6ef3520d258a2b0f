/*
 * reach/address.h: addresses of both families in one ordered space.
 *
 * IPv4 stands at ::ffff:0:0/96 (RFC 4291, February 2006, section 2.5.5.2), so that one number orders and compares both
 * families. Ranges never cross from one into the other: an IPv6 range that would hold ::/64 (only ::/0 and its like do:
 * nothing in a VPC has such an address) begins at 0:0:0:1::.
 */
#ifndef WARD_REACH_ADDRESS_H
#define WARD_REACH_ADDRESS_H

#include "base/arena.h"
#include "facts/cidr.h"

struct ip_range { /* lo..hi, both in; lo > hi: nothing */
    ip_number lo, hi;
};

static inline bool ip_is_v4(ip_number ip) { return (ip >> 32) == 0xffff; }
static inline bool ip_in(struct ip_range r, ip_number ip) { return r.lo <= ip && ip <= r.hi; }
static inline bool ip_range_is_empty(struct ip_range r) { return r.lo > r.hi; }
static inline bool ip_range_overlaps(struct ip_range a, struct ip_range b) { return a.lo <= b.hi && b.lo <= a.hi; }
static inline bool ip_range_holds(struct ip_range outer, struct ip_range inner) { return outer.lo <= inner.lo && inner.hi <= outer.hi; }
static inline struct ip_range ip_range_meet(struct ip_range a, struct ip_range b)
{
    return (struct ip_range){a.lo > b.lo ? a.lo : b.lo, a.hi < b.hi ? a.hi : b.hi};
}
static inline struct ip_range ip_range_one(ip_number ip) { return (struct ip_range){ip, ip}; }
/* The last address in it less the first: the smaller, the more specific a CIDR block is. */
static inline ip_number ip_range_width(struct ip_range r) { return r.hi - r.lo; }

/* 0.0.0.0/0 and ::/0. */
struct ip_range ip_all_v4(void);
struct ip_range ip_all_v6(void);

/* An address, or a CIDR block; host bits are dropped. False when it is neither. */
bool ip_range_parse(struct str text, struct ip_range *out);
bool ip_parse(struct str text, ip_number *out);
/* "10.0.0.1", "2001:db8::1" (RFC 5952, August 2010). */
struct str ip_text(struct arena *a, ip_number ip);
/* "10.0.0.0/8" where it is a block, else "10.0.0.1-10.0.0.9"; one address without a length. */
struct str ip_range_text(struct arena *a, struct ip_range r);

/* RFC 1918, RFC 6598, loopback, link-local, multicast, reserved, unique local: no Internet gateway forwards to it. */
bool ip_is_internal(ip_number ip);
/* The ranges of ip_is_internal()'s complement, in order: what "the Internet" can be as source or destination. */
const struct ip_range *ip_internet(uint32_t *count);

#endif
