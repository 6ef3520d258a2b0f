/*
 * The rows of a network as data: which arrays there are and which fields name a row of another.
 *
 * With it a network that was not indexed yet (a plan) can be copied, shuffled, joined with another, lose rows (with all that
 * is theirs) and be made small while something still holds. Nothing here knows what a row means.
 */
#ifndef WARD_TESTS_REACH_NET_SHAPE_H
#define WARD_TESTS_REACH_NET_SHAPE_H

#include "reach/net.h"

#include <stdio.h>

enum shape_list { /* arrays of struct net that a plan has */
    L_ACCOUNTS, L_VPCS, L_CIDRS, L_SUBNETS, L_SUBNET_CIDRS, L_ENIS, L_ENI_GROUPS, L_ADDRESSES, L_ENI_LIMITS, L_GROUPS, L_GROUP_VPCS,
    L_RULES, L_PREFIX_LISTS, L_PREFIX_ENTRIES, L_ACLS, L_ACL_ENTRIES, L_TABLES, L_ROUTES, L_IGWS, L_EIGWS, L_NATS, L_NAT_ADDRESSES,
    L_PEERINGS, L_TGWS, L_ATTACHMENTS, L_ATTACHMENT_SUBNETS, L_TGW_TABLES, L_TGW_ROUTES, L_VGWS, L_EXTERNALS, L_EXTERNAL_RANGES,
    L_UPLINKS, L_UPLINK_RANGES, L_ENDPOINTS, L_SERVICES, L_SERVICE_BALANCERS, L_LBS, L_LISTENERS, L_LISTENER_GROUPS, L_TARGET_GROUPS,
    L_TARGETS, L_FIREWALLS, L_FIREWALL_RULES, L_ENTRANCES, L_ENTRANCE_GROUPS, L_THINGS,
    SHAPE_LISTS
};
const char *shape_name(enum shape_list l);
uint32_t shape_count(const struct net *n, enum shape_list l);

/* Rows to keep, in the order in which they are to stand; NULL: all as they are. What is owned by a row that is gone goes too; what
 * only names one names none (NET_NONE). The Internet (external 0) always stays first. */
struct shape_pick {
    const uint32_t *rows[SHAPE_LISTS];
    uint32_t counts[SHAPE_LISTS];
};
struct net *shape_copy(struct arena *a, const struct net *plan, const struct shape_pick *pick);
/* Without one row. */
struct net *shape_without(struct arena *a, const struct net *plan, enum shape_list l, uint32_t row);
/* Every array in another order by the seed. now[l][row]: where a row went. */
struct net *shape_shuffled(struct arena *a, const struct net *plan, uint64_t seed, uint32_t **now);
/* Both in one; the second's rows come after the first's, the Internet is one. */
struct net *shape_joined(struct arena *a, const struct net *one, const struct net *two);

/* Fewer rows of which `holds` still is true (it gets an indexed copy); its own arena is for one trial. */
struct net *shape_smaller(struct arena *a, const struct net *plan, bool (*holds)(const struct net *n, void *context), void *context);

/* What can be read again by eye: one line a row that says something. Of an indexed net or a plan. */
void shape_print(const struct net *n, FILE *to);

#endif
