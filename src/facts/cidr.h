/*
 * facts/cidr.h: sets of IP addresses: containment, union, and how much of the Internet a set holds.
 *
 * CIDR notation of RFC 4632 (August 2006) and RFC 4291 (February 2006) section 2.3; a plain address is a
 * /32 or /128; host bits are dropped, as EC2 drops them. Reserved ranges: IANA special-purpose registries
 * (RFC 6890); the documentation ranges count as public, since a rule for them is a rule for strangers.
 */
#ifndef WARD_FACTS_CIDR_H
#define WARD_FACTS_CIDR_H

#include "base/str.h"

typedef unsigned __int128 ip_number;

struct cidr { /* addresses lo..hi, both in */
    int family; /* 4 or 6 */
    ip_number lo, hi;
};

/* False when `s` is no CIDR block and no address. */
bool cidr_parse(struct str s, struct cidr *out);
bool cidr_contains(struct cidr outer, struct cidr inner);
bool cidr_overlaps(struct cidr a, struct cidr b);
/* Sorts and merges in place; the number of disjoint, non-adjacent ranges that are left. */
size_t cidr_union(struct cidr *set, size_t count);
/* True when `c` lies wholly in the merged set. */
bool cidr_within(struct cidr c, const struct cidr *merged, size_t count);
/* Floor of log2 of the number of public addresses in the merged set, the larger of IPv4 and IPv6; IPv6
 * scaled so that a /32 gives 24, as an IPv4 /8 does, at most 32. -1 when there are none. */
int cidr_public_log2(const struct cidr *merged, size_t count);

#endif
