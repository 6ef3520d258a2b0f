/* A network as lines, one a row; rows are named by their number. For the seeds that fail. */
#include "net_shape.h"

#define RANGE(r) STR_ARG(ip_range_text(t, (r)))
#define ROW(row) ((int)(row)) /* -1: none */

static void print_places(const struct net *n, struct arena *t, FILE *f)
{
    for (uint32_t i = 0; i < n->vpcs_count; i++)
        fprintf(f, "vpc %u %.*s%s main table %d igw %d eigw %d vgw %d igw table %d vgw table %d\n", i, STR_ARG(n->vpcs[i].region),
                n->vpcs[i].collected ? "" : " NOT COLLECTED", ROW(n->vpcs[i].main_table), ROW(n->vpcs[i].igw), ROW(n->vpcs[i].eigw),
                ROW(n->vpcs[i].vgw), ROW(n->vpcs[i].igw_table), ROW(n->vpcs[i].vgw_table));
    for (uint32_t i = 0; i < n->cidrs_count; i++)
        fprintf(f, "  cidr of vpc %d: %.*s\n", ROW(n->cidrs[i].vpc), RANGE(n->cidrs[i].range));
    for (uint32_t i = 0; i < n->subnets_count; i++)
        fprintf(f, "subnet %u vpc %d az %.*s table %d acl %d bpa %d%s\n", i, ROW(n->subnets[i].vpc), STR_ARG(n->subnets[i].az),
                ROW(n->subnets[i].table), ROW(n->subnets[i].acl), (int)n->subnets[i].bpa, n->subnets[i].declared_public ? " declared public" : "");
    for (uint32_t i = 0; i < n->subnet_cidrs_count; i++)
        fprintf(f, "  cidr of subnet %d: %.*s\n", ROW(n->subnet_cidrs[i].subnet), RANGE(n->subnet_cidrs[i].range));
}

static void print_enis(const struct net *n, struct arena *t, FILE *f)
{
    for (uint32_t i = 0; i < n->things_count; i++)
        fprintf(f, "thing %u %.*s kind %d vpc %d%s\n", i, STR_ARG(n->things[i].id), (int)n->things[i].kind, ROW(n->things[i].vpc),
                n->things[i].runs_code ? " runs code" : "");
    for (uint32_t i = 0; i < n->enis_count; i++) {
        const struct net_eni *e = &n->enis[i];
        fprintf(f, "eni %u vpc %d subnet %d thing %d%s%s%s%s%s%s%s\n", i, ROW(e->vpc), ROW(e->subnet), ROW(e->thing), e->sources ? "" : " mute",
                e->receives ? "" : " deaf", e->skips_groups ? " skips groups" : "", e->groups_read ? "" : " GROUPS UNREAD",
                e->forwards ? " forwards" : "", e->deny_igw ? " denies igw" : "", e->virtual_ ? " virtual" : "");
    }
    for (uint32_t i = 0; i < n->addresses_count; i++)
        fprintf(f, "  address of eni %d: %.*s public %.*s%s\n", ROW(n->addresses[i].eni), RANGE(n->addresses[i].range),
                STR_ARG(n->addresses[i].public_ip ? ip_text(t, n->addresses[i].public_ip) : STR("-")), n->addresses[i].primary ? " primary" : "");
    for (uint32_t i = 0; i < n->eni_groups_count; i++)
        fprintf(f, "  group of eni %d: %d\n", ROW(n->eni_groups[i].eni), ROW(n->eni_groups[i].group));
    for (uint32_t i = 0; i < n->eni_limits_count; i++)
        fprintf(f, "  limit of eni %d: %.*s\n", ROW(n->eni_limits[i].eni), RANGE(n->eni_limits[i].range));
}

static void print_filters(const struct net *n, struct arena *t, FILE *f)
{
    static const char *const peers[] = {"range", "group", "list", "UNKNOWN"};
    for (uint32_t i = 0; i < n->groups_count; i++)
        fprintf(f, "group %u vpc %d%s%s\n", i, ROW(n->groups[i].vpc), n->groups[i].ingress_read ? "" : " INGRESS UNREAD",
                n->groups[i].egress_read ? "" : " EGRESS UNREAD");
    for (uint32_t i = 0; i < n->group_vpcs_count; i++)
        fprintf(f, "  group %d also in vpc %d\n", ROW(n->group_vpcs[i].group), ROW(n->group_vpcs[i].vpc));
    for (uint32_t i = 0; i < n->rules_count; i++) {
        const struct net_rule *r = &n->rules[i];
        fprintf(f, "  rule %u of group %d %s proto %d ports %d-%d peer %s %d %.*s\n", i, ROW(r->group), r->egress ? "egress" : "ingress", r->proto,
                r->lo, r->hi, peers[r->peer], ROW(r->peer_index), STR_ARG(r->peer == PEER_RANGE ? ip_range_text(t, r->range) : STR("")));
    }
    for (uint32_t i = 0; i < n->prefix_lists_count; i++)
        fprintf(f, "list %u%s%s\n", i, n->prefix_lists[i].read ? "" : " UNREAD", n->prefix_lists[i].everybody ? " everybody" : "");
    for (uint32_t i = 0; i < n->prefix_entries_count; i++)
        fprintf(f, "  entry of list %d: %.*s\n", ROW(n->prefix_entries[i].list), RANGE(n->prefix_entries[i].range));
    for (uint32_t i = 0; i < n->acls_count; i++)
        fprintf(f, "acl %u vpc %d\n", i, ROW(n->acls[i].vpc));
    for (uint32_t i = 0; i < n->acl_entries_count; i++) {
        const struct net_acl_entry *e = &n->acl_entries[i];
        fprintf(f, "  entry %u of acl %d %s %u %s proto %d ports %d-%d %.*s\n", i, ROW(e->acl), e->egress ? "egress" : "ingress", e->number,
                e->allow ? "allow" : "deny", e->proto, e->lo, e->hi, RANGE(e->range));
    }
}

static void print_routes(const struct net *n, struct arena *t, FILE *f)
{
    static const char *const kinds[] = {"local", "igw", "eigw", "nat", "peering", "tgw", "vgw", "eni", "endpoint", "UNKNOWN"};
    for (uint32_t i = 0; i < n->tables_count; i++)
        fprintf(f, "table %u vpc %d\n", i, ROW(n->tables[i].vpc));
    for (uint32_t i = 0; i < n->routes_count; i++) {
        const struct net_route *r = &n->routes[i];
        fprintf(f, "  route %u of table %d: %.*s -> %s %d%s%s%s rank %d list %d\n", i, ROW(r->table), RANGE(r->range), kinds[r->kind],
                ROW(r->target), r->blackhole ? " blackhole" : "", r->propagated ? " propagated" : "", r->list_unread ? " LIST UNREAD" : "", r->rank,
                ROW(r->list));
    }
    for (uint32_t i = 0; i < n->nats_count; i++)
        fprintf(f, "nat %u vpc %d subnet %d%s%s\n", i, ROW(n->nats[i].vpc), ROW(n->nats[i].subnet), n->nats[i].is_public ? " public" : "",
                n->nats[i].available ? "" : " not available");
    for (uint32_t i = 0; i < n->nat_addresses_count; i++)
        fprintf(f, "  address of nat %d: eni %d %.*s\n", ROW(n->nat_addresses[i].nat), ROW(n->nat_addresses[i].eni),
                STR_ARG(ip_text(t, n->nat_addresses[i].private_ip)));
    for (uint32_t i = 0; i < n->peerings_count; i++)
        fprintf(f, "peering %u vpc %d - vpc %d%s%s\n", i, ROW(n->peerings[i].requester), ROW(n->peerings[i].accepter),
                n->peerings[i].active ? "" : " not active", n->peerings[i].same_region ? "" : " other region");
}

static void print_transit(const struct net *n, struct arena *t, FILE *f)
{
    static const char *const kinds[] = {"vpc", "vpn", "dx", "peering", "connect", "other"};
    for (uint32_t i = 0; i < n->tgws_count; i++)
        fprintf(f, "tgw %u%s%s\n", i, n->tgws[i].group_references ? " group references" : "", n->tgws[i].collected ? "" : " NOT COLLECTED");
    for (uint32_t i = 0; i < n->attachments_count; i++) {
        const struct net_attachment *c = &n->attachments[i];
        fprintf(f, "attachment %u tgw %d %s %d table %d%s%s%s%s\n", i, ROW(c->tgw), kinds[c->kind], ROW(c->target), ROW(c->table),
                c->table_read ? "" : " TABLE UNREAD", c->available ? "" : " not available", c->ipv6 ? " ipv6" : "",
                c->group_references ? " group references" : "");
    }
    for (uint32_t i = 0; i < n->attachment_subnets_count; i++)
        fprintf(f, "  attachment %d in subnet %d\n", ROW(n->attachment_subnets[i].attachment), ROW(n->attachment_subnets[i].subnet));
    for (uint32_t i = 0; i < n->tgw_tables_count; i++)
        fprintf(f, "tgw table %u tgw %d%s\n", i, ROW(n->tgw_tables[i].tgw), n->tgw_tables[i].read ? "" : " UNREAD");
    for (uint32_t i = 0; i < n->tgw_routes_count; i++)
        fprintf(f, "  route %u of tgw table %d: %.*s -> attachment %d%s%s rank %d\n", i, ROW(n->tgw_routes[i].table), RANGE(n->tgw_routes[i].range),
                ROW(n->tgw_routes[i].attachment), n->tgw_routes[i].blackhole ? " blackhole" : "", n->tgw_routes[i].propagated ? " propagated" : "",
                n->tgw_routes[i].rank);
    for (uint32_t i = 0; i < n->externals_count; i++)
        fprintf(f, "external %u %.*s kind %d vpc %d%s\n", i, STR_ARG(n->externals[i].id), (int)n->externals[i].kind, ROW(n->externals[i].vpc),
                n->externals[i].all_ranges ? " ALL RANGES" : "");
    for (uint32_t i = 0; i < n->external_ranges_count; i++)
        fprintf(f, "  range of external %d: %.*s\n", ROW(n->external_ranges[i].external), RANGE(n->external_ranges[i].range));
    for (uint32_t i = 0; i < n->uplinks_count; i++)
        fprintf(f, "uplink %u external %d vgw %d attachment %d%s\n", i, ROW(n->uplinks[i].external), ROW(n->uplinks[i].vgw),
                ROW(n->uplinks[i].attachment), n->uplinks[i].filtered ? " filtered" : "");
    for (uint32_t i = 0; i < n->uplink_ranges_count; i++)
        fprintf(f, "  uplink %d allows %.*s\n", ROW(n->uplink_ranges[i].uplink), RANGE(n->uplink_ranges[i].range));
}

static void print_balancers(const struct net *n, struct arena *t, FILE *f)
{
    static const char *const kinds[] = {"network", "application", "classic", "gateway"};
    for (uint32_t i = 0; i < n->lbs_count; i++)
        fprintf(f, "lb %u %s vpc %d thing %d%s%s privatelink groups %d\n", i, kinds[n->lbs[i].kind], ROW(n->lbs[i].vpc), ROW(n->lbs[i].thing),
                n->lbs[i].internet_facing ? " internet" : "", n->lbs[i].listeners_read ? "" : " UNREAD", n->lbs[i].privatelink_groups);
    for (uint32_t i = 0; i < n->listeners_count; i++)
        fprintf(f, "  listener %u of lb %d proto %d ports %d-%d%s\n", i, ROW(n->listeners[i].lb), n->listeners[i].proto, n->listeners[i].lo,
                n->listeners[i].hi, n->listeners[i].read ? "" : " UNREAD");
    for (uint32_t i = 0; i < n->listener_groups_count; i++)
        fprintf(f, "  listener %d -> target group %d%s\n", ROW(n->listener_groups[i].listener), ROW(n->listener_groups[i].group),
                n->listener_groups[i].by_rule ? " by rule" : "");
    for (uint32_t i = 0; i < n->target_groups_count; i++)
        fprintf(f, "target group %u vpc %d proto %d keeps client ip %d%s\n", i, ROW(n->target_groups[i].vpc), n->target_groups[i].proto,
                n->target_groups[i].keeps_client_ip, n->target_groups[i].read ? "" : " UNREAD");
    for (uint32_t i = 0; i < n->targets_count; i++)
        fprintf(f, "  target of group %d: eni %d lb %d ip %.*s port %d\n", ROW(n->targets[i].group), ROW(n->targets[i].eni), ROW(n->targets[i].lb),
                STR_ARG(n->targets[i].ip ? ip_text(t, n->targets[i].ip) : STR("-")), n->targets[i].port);
}

static void print_services(const struct net *n, struct arena *t, FILE *f)
{
    static const char *const kinds[] = {"gateway", "interface", "gwlb", "resource", "service network"}, *const acts[] = {"drop", "pass", "UNKNOWN"};
    for (uint32_t i = 0; i < n->endpoints_count; i++)
        fprintf(f, "endpoint %u %s vpc %d service %d firewall %d list %d thing %d%s%s\n", i, kinds[n->endpoints[i].kind], ROW(n->endpoints[i].vpc),
                ROW(n->endpoints[i].service), ROW(n->endpoints[i].firewall), ROW(n->endpoints[i].list), ROW(n->endpoints[i].thing),
                n->endpoints[i].aws ? " aws" : "", n->endpoints[i].available ? "" : " not available");
    for (uint32_t i = 0; i < n->services_count; i++)
        fprintf(f, "service %u%s\n", i, n->services[i].balancers_read ? "" : " UNREAD");
    for (uint32_t i = 0; i < n->service_balancers_count; i++)
        fprintf(f, "  service %d by lb %d\n", ROW(n->service_balancers[i].service), ROW(n->service_balancers[i].lb));
    for (uint32_t i = 0; i < n->firewalls_count; i++)
        fprintf(f, "firewall %u otherwise %s%s\n", i, acts[n->firewalls[i].otherwise], n->firewalls[i].read ? "" : " UNREAD");
    for (uint32_t i = 0; i < n->firewall_rules_count; i++) {
        const struct net_firewall_rule *r = &n->firewall_rules[i];
        fprintf(f, "  rule of firewall %d proto %d %.*s -> %.*s ports %d-%d %s%s\n", ROW(r->firewall), r->proto, RANGE(r->from), RANGE(r->to),
                r->dport_lo, r->dport_hi, acts[r->act], r->both_ways ? " both ways" : "");
    }
    for (uint32_t i = 0; i < n->entrances_count; i++) {
        const struct net_entrance *e = &n->entrances[i];
        fprintf(f, "entrance %u kind %d from external %d vpc %d endpoint %d proto %d ports %d-%d to thing %d vpc %d ip %.*s port %d via %d%s%s%s\n",
                i, (int)e->kind, ROW(e->from_external), ROW(e->from_vpc), ROW(e->from_endpoint), e->proto, e->lo, e->hi, ROW(e->to_thing),
                ROW(e->to_vpc), STR_ARG(e->to_ip ? ip_text(t, e->to_ip) : STR("-")), e->to_port, ROW(e->via_thing),
                e->keeps_client_ip ? " keeps client ip" : "", e->gated ? " gated" : "", e->sure ? "" : " NOT SURE");
    }
    for (uint32_t i = 0; i < n->entrance_groups_count; i++)
        fprintf(f, "  group of entrance %d: %d\n", ROW(n->entrance_groups[i].entrance), ROW(n->entrance_groups[i].group));
}

void shape_print(const struct net *n, FILE *to)
{
    struct arena *t = arena_new(1 << 16);
    print_places(n, t, to);
    print_enis(n, t, to);
    print_filters(n, t, to);
    print_routes(n, t, to);
    print_transit(n, t, to);
    print_balancers(n, t, to);
    print_services(n, t, to);
    arena_free(t);
}
