/* Small networks by hand: town_*() give the row of what they add; rows with the same index as in struct net. */
#ifndef WARD_TESTS_REACH_TOWN_H
#define WARD_TESTS_REACH_TOWN_H

#include "harness.h"
#include "reach/net.h"

static inline struct ip_range town_range(const char *text)
{
    struct ip_range r;
    if (!ip_range_parse(str_of(text), &r))
        fail_msg("%s is no range", text);
    return r;
}

static inline ip_number town_ip(const char *text)
{
    return town_range(text).lo;
}

/* A collected VPC with a main table (local route) and a default ACL that lets all through. */
static inline uint32_t town_vpc(struct net *n, const char *id, const char *cidr)
{
    struct net_vpc *v = net_add_vpc(n);
    uint32_t row = n->vpcs_count - 1;
    v->id = str_of(id);
    v->region = STR("us-east-1");
    v->collected = true;
    v->main_table = n->tables_count;
    struct net_table *t = net_add_table(n);
    t->id = arena_printf(n->arena, "rtb-%s", id);
    t->vpc = row;
    net_add_cidr(n)->vpc = row;
    n->cidrs[n->cidrs_count - 1].range = town_range(cidr);
    struct net_route *r = net_add_route(n);
    r->table = n->tables_count - 1;
    r->range = town_range(cidr);
    r->kind = TARGET_LOCAL;
    struct net_acl *c = net_add_acl(n);
    c->id = arena_printf(n->arena, "acl-%s", id);
    c->vpc = row;
    c->is_default = true;
    for (int egress = 0; egress < 2; egress++) {
        struct net_acl_entry *e = net_add_acl_entry(n);
        *e = (struct net_acl_entry){.acl = n->acls_count - 1, .egress = egress, .allow = true, .number = 100, .proto = NET_ANY_PROTOCOL, .lo = 0,
                                    .hi = 65535, .range = ip_all_v4()};
        e = net_add_acl_entry(n);
        *e = (struct net_acl_entry){.acl = n->acls_count - 1, .egress = egress, .allow = true, .number = 101, .proto = NET_ANY_PROTOCOL, .lo = 0,
                                    .hi = 65535, .range = ip_all_v6()};
    }
    return row;
}

/* In the VPC's main table and the ACL that town_vpc() made. */
static inline uint32_t town_subnet(struct net *n, uint32_t vpc, const char *id, const char *cidr, const char *az)
{
    struct net_subnet *s = net_add_subnet(n);
    s->id = str_of(id);
    s->vpc = vpc;
    s->az = str_of(az);
    s->table = n->vpcs[vpc].main_table;
    for (uint32_t i = 0; i < n->acls_count; i++)
        if (n->acls[i].vpc == vpc && n->acls[i].is_default)
            s->acl = i;
    net_add_subnet_cidr(n)->subnet = n->subnets_count - 1;
    n->subnet_cidrs[n->subnet_cidrs_count - 1].range = town_range(cidr);
    return n->subnets_count - 1;
}

static inline uint32_t town_group(struct net *n, uint32_t vpc, const char *id)
{
    struct net_group *g = net_add_group(n);
    g->id = str_of(id);
    g->vpc = vpc;
    g->region = n->vpcs[vpc].region;
    g->ingress_read = g->egress_read = true;
    return n->groups_count - 1;
}

/* peer: a CIDR; NULL: peer_group. */
static inline uint32_t town_rule(struct net *n, uint32_t group, bool egress, int16_t proto, uint16_t lo, uint16_t hi, const char *peer,
                                 uint32_t peer_group)
{
    struct net_rule *r = net_add_rule(n);
    r->group = group;
    r->egress = egress;
    r->proto = proto;
    r->lo = lo;
    r->hi = hi;
    r->peer = peer ? PEER_RANGE : PEER_GROUP;
    if (peer)
        r->range = town_range(peer);
    r->peer_index = peer ? NET_NONE : peer_group;
    return n->rules_count - 1;
}

/* All protocols to everywhere, IPv4 and IPv6. */
static inline void town_open_egress(struct net *n, uint32_t group)
{
    town_rule(n, group, true, NET_ANY_PROTOCOL, 0, 65535, "0.0.0.0/0", NET_NONE);
    town_rule(n, group, true, NET_ANY_PROTOCOL, 0, 65535, "::/0", NET_NONE);
}

/* A host of one interface; group NET_NONE: none. public_ip NULL: none. */
static inline uint32_t town_host(struct net *n, uint32_t subnet, const char *id, const char *ip, const char *public_ip, uint32_t group,
                                 const char *tenant)
{
    struct net_thing *t = net_add_thing(n);
    t->id = str_of(id);
    t->kind = THING_HOST;
    t->runs_code = true;
    t->vpc = n->subnets[subnet].vpc;
    if (tenant)
        t->tenant = str_of(tenant);
    struct net_eni *e = net_add_eni(n);
    e->id = arena_printf(n->arena, "eni-%s", id);
    e->vpc = t->vpc;
    e->subnet = subnet;
    e->thing = n->things_count - 1;
    e->sources = e->receives = e->groups_read = true;
    struct net_address *a = net_add_address(n);
    a->eni = n->enis_count - 1;
    a->range = town_range(ip);
    a->primary = true;
    a->public_ip = public_ip ? town_ip(public_ip) : 0;
    if (group != NET_NONE) {
        struct net_eni_group *g = net_add_eni_group(n);
        g->eni = n->enis_count - 1;
        g->group = group;
        g->id = n->groups[group].id;
    }
    return n->enis_count - 1;
}

static inline uint32_t town_route(struct net *n, uint32_t table, const char *cidr, enum net_target_kind kind, uint32_t target, const char *id)
{
    struct net_route *r = net_add_route(n);
    r->table = table;
    r->range = town_range(cidr);
    r->kind = kind;
    r->target = target;
    r->target_id = str_of(id);
    return n->routes_count - 1;
}

static inline uint32_t town_igw(struct net *n, uint32_t vpc, const char *id)
{
    net_add_igw(n)->vpc = vpc;
    n->igws[n->igws_count - 1].id = str_of(id);
    n->vpcs[vpc].igw = n->igws_count - 1;
    return n->igws_count - 1;
}

static inline uint32_t town_peering(struct net *n, uint32_t a, uint32_t b, const char *id)
{
    struct net_peering *p = net_add_peering(n);
    p->id = str_of(id);
    p->requester = a;
    p->accepter = b;
    p->active = p->same_region = true;
    return n->peerings_count - 1;
}

#endif
