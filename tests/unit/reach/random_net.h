/*
 * Small made-up networks by a seed, for tests that hold two ways of saying the same together.
 *
 * Equal, overlapping and disjoint VPCs in both families; groups, prefix lists, ACLs and tables with all that struct net can
 * hold; gateways, peerings, transit gateways, balancers, endpoint services, firewalls, entrances, external networks; things
 * that were not read. What AWS would refuse to make (peering of overlapping VPCs, two interfaces with one address in one VPC) is
 * not made. Ports come from a small set, so that intervals meet often.
 */
#ifndef WARD_TESTS_REACH_RANDOM_NET_H
#define WARD_TESTS_REACH_RANDOM_NET_H

#include "net_shape.h"

enum { /* what may be in it */
    RANDOM_PEERING = 1, RANDOM_TGW = 2, RANDOM_INTERNET = 4, RANDOM_NAT = 8, RANDOM_BALANCERS = 16, RANDOM_PRIVATELINK = 32,
    RANDOM_UPLINKS = 64, RANDOM_FIREWALL = 128, RANDOM_ENTRANCES = 256, RANDOM_UNREAD = 512, RANDOM_APPLIANCES = 1024, RANDOM_IPV6 = 2048,
    RANDOM_ACLS = 4096, RANDOM_LISTS = 8192, RANDOM_VIRTUAL = 16384,
    RANDOM_ALL = 32767,
    RANDOM_HUB = 32768 /* only when asked for: VPCs of their own addresses, each on one transit gateway, nobody peered */
};

struct random_net {
    struct arena *arena;
    uint64_t state;
    unsigned parts;
    uint32_t enis_max;
    struct net *n;
    /* by VPC */
    uint32_t *next_ip; /* the next free host number of each subnet */
    bool *public_subnet;
    uint32_t stamp;    /* distinguishes ids, public addresses */
};

/* Not indexed. The seed chooses the parts among `parts`, and how many interfaces up to `enis_max`. */
struct net *random_net(struct arena *a, uint64_t seed, unsigned parts, uint32_t enis_max);

/* For the files that make it. */
uint32_t rn_below(struct random_net *r, uint32_t n);
bool rn_chance(struct random_net *r, unsigned percent);
bool rn_has(const struct random_net *r, unsigned part);
struct str rn_id(struct random_net *r, const char *prefix);
struct ip_range rn_v4(uint32_t address, unsigned bits);
/* A new interface in the subnet with a free address; its thing of that kind. */
uint32_t rn_eni(struct random_net *r, uint32_t subnet, uint32_t thing);
uint32_t rn_thing(struct random_net *r, enum net_thing_kind kind, uint32_t vpc);
void rn_groups_of(struct random_net *r, uint32_t eni);
uint32_t rn_subnet_of(struct random_net *r, uint32_t vpc);
struct ip_range rn_range(struct random_net *r, uint32_t vpc); /* something that rules are likely to speak of */
void rn_ports(struct random_net *r, int16_t *proto, uint16_t *lo, uint16_t *hi);
ip_number rn_public(struct random_net *r);
void rn_route(struct random_net *r, uint32_t table, struct ip_range range, enum net_target_kind kind, uint32_t target);

void random_net_ways(struct random_net *r);     /* routes, gateways, peerings, transit gateways, uplinks */
void random_net_services(struct random_net *r); /* balancers, endpoints, firewalls, entrances */
void random_net_unread(struct random_net *r);

#endif
