#include "reach/net.h"

#include <string.h>

/* Room for one more row, which is zeroed. The array moves within the arena: twice the room each time. */
static void *add_row(struct arena *a, void **rows, uint32_t *count, uint32_t *room, size_t size)
{
    if (*count == *room) {
        uint32_t more = *room ? *room * 2 : 16;
        void *moved = arena_calloc(a, more, size);
        if (*count)
            memcpy(moved, *rows, (size_t)*count * size);
        *rows = moved;
        *room = more;
    }
    return (char *)*rows + (size_t)(*count)++ * size;
}

#define APPEND(list) \
    void *rows = n->list; \
    r = add_row(n->arena, &rows, &n->list##_count, &n->list##_room, sizeof *r); \
    n->list = rows

/* net_add_NAME(): a row of `list`, its references set to NET_NONE by `none`. */
#define ROW(name, type, list, none) \
    struct type *net_add_##name(struct net *n) \
    { \
        struct type *r; \
        APPEND(list); \
        none; \
        return r; \
    }

ROW(account, net_account, accounts, (void)0)
ROW(vpc, net_vpc, vpcs, r->account = r->main_table = r->igw = r->eigw = r->vgw = r->igw_table = r->vgw_table = NET_NONE)
ROW(cidr, net_cidr, cidrs, r->vpc = NET_NONE)
ROW(subnet, net_subnet, subnets, r->vpc = r->account = r->table = r->acl = NET_NONE)
ROW(subnet_cidr, net_subnet_cidr, subnet_cidrs, r->subnet = NET_NONE)
ROW(eni, net_eni, enis, r->vpc = r->subnet = r->account = r->thing = NET_NONE)
ROW(eni_group, net_eni_group, eni_groups, r->eni = r->group = NET_NONE)
ROW(address, net_address, addresses, r->eni = NET_NONE)
ROW(eni_limit, net_eni_limit, eni_limits, r->eni = NET_NONE)
ROW(group, net_group, groups, r->vpc = r->account = NET_NONE)
ROW(group_vpc, net_group_vpc, group_vpcs, r->group = r->vpc = NET_NONE)
ROW(rule, net_rule, rules, r->group = r->peer_index = NET_NONE)
ROW(prefix_list, net_prefix_list, prefix_lists, (void)0)
ROW(prefix_entry, net_prefix_entry, prefix_entries, r->list = NET_NONE)
ROW(acl, net_acl, acls, r->vpc = NET_NONE)
ROW(acl_entry, net_acl_entry, acl_entries, r->acl = NET_NONE)
ROW(table, net_table, tables, r->vpc = NET_NONE)
ROW(route, net_route, routes, r->table = r->list = r->target = NET_NONE)
ROW(igw, net_igw, igws, r->vpc = r->account = NET_NONE)
ROW(eigw, net_eigw, eigws, r->vpc = NET_NONE)
ROW(nat, net_nat, nats, r->vpc = r->subnet = r->thing = NET_NONE)
ROW(nat_address, net_nat_address, nat_addresses, r->nat = r->eni = NET_NONE)
ROW(peering, net_peering, peerings, r->requester = r->accepter = NET_NONE)
ROW(tgw, net_tgw, tgws, r->account = NET_NONE)
ROW(attachment, net_attachment, attachments, r->tgw = r->target = r->table = NET_NONE)
ROW(attachment_subnet, net_attachment_subnet, attachment_subnets, r->attachment = r->subnet = NET_NONE)
ROW(tgw_table, net_tgw_table, tgw_tables, r->tgw = NET_NONE)
ROW(tgw_route, net_tgw_route, tgw_routes, r->table = r->attachment = NET_NONE)
ROW(vgw, net_vgw, vgws, r->vpc = r->account = NET_NONE)
ROW(external, net_external, externals, r->vpc = r->thing = NET_NONE)
ROW(external_range, net_external_range, external_ranges, r->external = NET_NONE)
ROW(uplink, net_uplink, uplinks, r->external = r->vgw = r->attachment = NET_NONE)
ROW(uplink_range, net_uplink_range, uplink_ranges, r->uplink = NET_NONE)
ROW(endpoint, net_endpoint, endpoints, r->vpc = r->account = r->service = r->firewall = r->list = r->thing = NET_NONE)
ROW(service, net_service, services, r->account = NET_NONE)
ROW(service_balancer, net_service_balancer, service_balancers, r->service = r->lb = NET_NONE)
ROW(lb, net_lb, lbs, r->vpc = r->thing = NET_NONE)
ROW(listener, net_listener, listeners, r->lb = NET_NONE)
ROW(listener_group, net_listener_group, listener_groups, r->listener = r->group = NET_NONE)
ROW(target_group, net_target_group, target_groups, r->vpc = NET_NONE)
ROW(target, net_target, targets, r->group = r->eni = r->lb = NET_NONE)
ROW(firewall, net_firewall, firewalls, (void)0)
ROW(firewall_rule, net_firewall_rule, firewall_rules, r->firewall = NET_NONE)
ROW(entrance, net_entrance, entrances, r->from_external = r->from_vpc = r->from_endpoint = r->to_thing = r->to_vpc = r->via_thing = r->service = NET_NONE)
ROW(entrance_group, net_entrance_group, entrance_groups, r->entrance = r->group = NET_NONE)
ROW(thing, net_thing, things, r->account = r->vpc = r->of = r->external = NET_NONE)
ROW(gap, net_gap, gaps, (void)0)
ROW(via, net_via, via, (void)0)
ROW(declare, net_declared, declared, (void)0)

void net_assume(struct net *n, struct str line)
{
    struct str *r;
    void *rows = n->assumptions;
    r = add_row(n->arena, &rows, &n->assumption_count, &n->assumption_room, sizeof *r);
    n->assumptions = rows;
    *r = line;
}

struct net *net_new(struct arena *a)
{
    struct net *n = arena_new_of(a, struct net);
    n->arena = a;
    map_init(&n->index, a);
    struct net_external *internet = net_add_external(n);
    internet->kind = EXTERNAL_INTERNET;
    internet->id = STR("internet");
    internet->name = STR("the Internet");
    return n;
}
