/* Balancers, endpoints, firewalls, entrances; and what was not read. */
#include "random_net.h"

#define LAST(list) (r->n->list##_count - 1)

static uint32_t primary_of(const struct net *n, uint32_t eni)
{
    for (uint32_t i = 0; i < n->addresses_count; i++)
        if (n->addresses[i].eni == eni && n->addresses[i].primary)
            return i;
    return NET_NONE;
}

static void service_port(struct random_net *r, uint16_t *lo, uint16_t *hi)
{
    static const uint16_t ports[] = {22, 80, 443, 5432};
    *lo = *hi = ports[rn_below(r, 4)];
}

static void add_target(struct random_net *r, uint32_t group, uint32_t balancer)
{
    struct net *n = r->n;
    struct net_target *t = net_add_target(n);
    uint16_t port, same;
    service_port(r, &port, &same);
    t->group = group;
    t->port = rn_chance(r, 30) ? 0 : port;
    uint32_t eni = rn_below(r, n->enis_count), address = primary_of(n, eni);
    if (rn_chance(r, 8) && balancer != NET_NONE) {
        t->lb = balancer;
        return;
    }
    bool served = n->enis[eni].type.len == 0; /* no balancer or endpoint behind a balancer, other than as such */
    bool own = served && n->enis[eni].vpc == n->target_groups[group].vpc && !n->enis[eni].virtual_ && n->enis[eni].receives;
    if (own && rn_chance(r, 60))
        t->eni = eni;
    else if (address != NET_NONE && served)
        t->ip = n->addresses[address].range.lo;
}

static uint32_t add_target_group(struct random_net *r, uint32_t vpc, enum net_lb_kind kind, uint32_t balancer)
{
    struct net_target_group *g = net_add_target_group(r->n);
    uint32_t row = LAST(target_groups);
    g->arn = rn_id(r, "targetgroup");
    g->vpc = vpc;
    g->proto = kind == LB_NETWORK && rn_chance(r, 15) ? NET_UDP : NET_TCP;
    g->keeps_client_ip = kind == LB_NETWORK && rn_chance(r, 50);
    g->read = true;
    for (uint32_t i = 1 + rn_below(r, 3); i; i--)
        add_target(r, row, kind == LB_NETWORK ? balancer : NET_NONE);
    return row;
}

static void add_listener(struct random_net *r, uint32_t lb, uint32_t application)
{
    struct net_listener *l = net_add_listener(r->n);
    uint32_t row = LAST(listeners);
    enum net_lb_kind kind = r->n->lbs[lb].kind;
    l->lb = lb;
    l->arn = rn_id(r, "listener");
    l->read = true;
    service_port(r, &l->lo, &l->hi);
    l->proto = NET_TCP;
    uint32_t groups = 1 + rn_below(r, 2);
    for (uint32_t i = 0; i < groups; i++) {
        uint32_t group = add_target_group(r, r->n->lbs[lb].vpc, kind, application);
        if (!i && kind == LB_NETWORK)
            r->n->listeners[row].proto = r->n->target_groups[group].proto;
        struct net_listener_group *g = net_add_listener_group(r->n);
        g->listener = row;
        g->group = group;
        g->by_rule = i > 0;
        if (kind == LB_NETWORK)
            break;
    }
}

static void balancer(struct random_net *r, uint32_t vpc)
{
    struct net *n = r->n;
    uint32_t thing = rn_thing(r, THING_BALANCER, vpc), interfaces = 1 + rn_below(r, 2), application = NET_NONE;
    struct net_lb *b = net_add_lb(n);
    uint32_t row = LAST(lbs);
    b->kind = (enum net_lb_kind)rn_below(r, 3);
    b->arn = rn_id(r, "loadbalancer");
    b->vpc = vpc;
    b->thing = thing;
    b->internet_facing = rn_has(r, RANDOM_INTERNET) && rn_chance(r, 40);
    b->listeners_read = true;
    b->privatelink_groups = (int8_t)rn_below(r, 2);
    bool bare = b->kind == LB_NETWORK && rn_chance(r, 40);
    for (uint32_t i = 0; i < row; i++)
        if (n->lbs[i].kind == LB_APPLICATION && n->lbs[i].vpc == vpc)
            application = i;
    for (uint32_t i = 0; i < interfaces; i++) {
        uint32_t subnet = rn_subnet_of(r, vpc);
        if (subnet == NET_NONE || r->next_ip[subnet] > 50)
            continue;
        uint32_t eni = rn_eni(r, subnet, thing);
        n->enis[eni].type = STR("interface");
        n->enis[eni].sources = false;
        n->enis[eni].skips_groups = bare;
        if (n->lbs[row].internet_facing)
            n->addresses[primary_of(n, eni)].public_ip = rn_public(r);
        if (!bare)
            rn_groups_of(r, eni);
    }
    for (uint32_t i = 1 + rn_below(r, 2); i; i--)
        add_listener(r, row, application);
}

static uint32_t endpoint(struct random_net *r, uint32_t vpc, enum net_endpoint_kind kind)
{
    struct net_endpoint *e = net_add_endpoint(r->n);
    e->id = rn_id(r, "vpce");
    e->kind = kind;
    e->vpc = vpc;
    e->account = r->n->vpcs[vpc].account;
    e->available = rn_chance(r, 93);
    return LAST(endpoints);
}

static void endpoint_interfaces(struct random_net *r, uint32_t row)
{
    struct net *n = r->n;
    uint32_t vpc = n->endpoints[row].vpc, thing = rn_thing(r, THING_ENDPOINT, vpc);
    n->endpoints[row].thing = thing;
    for (uint32_t i = 1 + rn_below(r, 2); i; i--) {
        uint32_t subnet = rn_subnet_of(r, vpc);
        if (subnet == NET_NONE || r->next_ip[subnet] > 50)
            continue;
        uint32_t eni = rn_eni(r, subnet, thing);
        n->enis[eni].type = STR("vpc_endpoint");
        n->enis[eni].sources = false;
        if (n->endpoints[row].kind == ENDPOINT_GWLB)
            n->enis[eni].skips_groups = true;
        else
            rn_groups_of(r, eni);
    }
}

static void privatelink(struct random_net *r)
{
    struct net *n = r->n;
    if (n->lbs_count && rn_chance(r, 80)) {
        struct net_service *s = net_add_service(n);
        uint32_t row = LAST(services);
        s->id = rn_id(r, "vpce-svc");
        s->name = rn_id(r, "com.amazonaws.vpce.us-east-1.vpce-svc");
        s->balancers_read = true;
        for (uint32_t i = 0, bound = n->lbs_count; i < bound; i++)
            if (n->lbs[i].kind == LB_NETWORK && rn_chance(r, 60)) {
                struct net_service_balancer *b = net_add_service_balancer(n);
                b->service = row;
                b->lb = i;
            }
    }
    for (uint32_t k = 1 + rn_below(r, 3); k; k--) {
        uint32_t row = endpoint(r, rn_below(r, n->vpcs_count), ENDPOINT_INTERFACE);
        if (n->services_count && rn_chance(r, 70))
            n->endpoints[row].service = rn_below(r, n->services_count);
        else
            n->endpoints[row].aws = true;
        endpoint_interfaces(r, row);
    }
    if (rn_chance(r, 60) && n->prefix_lists_count) {
        uint32_t vpc = rn_below(r, n->vpcs_count), row = endpoint(r, vpc, ENDPOINT_GATEWAY), list = rn_below(r, n->prefix_lists_count);
        n->endpoints[row].aws = true;
        n->endpoints[row].list = list;
        for (uint32_t t = 0; t < n->tables_count; t++)
            for (uint32_t i = 0; n->tables[t].vpc == vpc && i < n->prefix_entries_count; i++)
                if (n->prefix_entries[i].list == list) {
                    rn_route(r, t, n->prefix_entries[i].range, TARGET_ENDPOINT, row);
                    n->routes[LAST(routes)].list = list;
                }
    }
}

static void firewall_rule(struct random_net *r, uint32_t firewall)
{
    struct net_firewall_rule *u = net_add_firewall_rule(r->n);
    u->firewall = firewall;
    u->name = rn_id(r, "rule");
    rn_ports(r, &u->proto, &u->dport_lo, &u->dport_hi);
    u->from = rn_range(r, 0);
    u->to = rn_range(r, 0);
    u->sport_hi = 65535;
    u->both_ways = rn_chance(r, 20);
    u->act = rn_chance(r, 10) ? ACT_UNKNOWN : rn_chance(r, 50) ? ACT_PASS : ACT_DROP;
}

/* A subnet of its own would be usual; any subnet will do, the endpoint's packets go by its table. */
static void firewall(struct random_net *r, uint32_t vpc)
{
    struct net *n = r->n;
    struct net_firewall *f = net_add_firewall(n);
    uint32_t row = LAST(firewalls);
    f->arn = rn_id(r, "firewall");
    f->read = true;
    f->otherwise = rn_chance(r, 15) ? ACT_UNKNOWN : rn_chance(r, 60) ? ACT_PASS : ACT_DROP;
    for (uint32_t i = rn_below(r, 4); i; i--)
        firewall_rule(r, row);
    uint32_t gate = endpoint(r, vpc, ENDPOINT_GWLB);
    n->endpoints[gate].firewall = row;
    endpoint_interfaces(r, gate);
    uint32_t seat = NET_NONE;
    for (uint32_t i = 0; i < n->enis_count; i++)
        if (n->enis[i].thing == n->endpoints[gate].thing)
            seat = i;
    if (seat == NET_NONE)
        return;
    uint32_t home = n->subnets[n->enis[seat].subnet].table;
    for (uint32_t t = 0; t < n->tables_count; t++)
        if (n->tables[t].vpc == vpc && t != home && rn_chance(r, 60))
            for (uint32_t i = 0, bound = n->routes_count; i < bound; i++)
                if (n->routes[i].table == t && (n->routes[i].kind == TARGET_IGW || n->routes[i].kind == TARGET_TGW) && rn_chance(r, 50)) {
                    n->routes[i].kind = TARGET_ENDPOINT;
                    n->routes[i].target = gate;
                }
    for (uint32_t t = 0; t < n->tables_count; t++)
        for (uint32_t i = 0; n->tables[t].vpc == vpc && t != home && rn_chance(r, 25) && i < n->subnet_cidrs_count; i++)
            if (n->subnets[n->subnet_cidrs[i].subnet].vpc == vpc && rn_chance(r, 40))
                rn_route(r, t, n->subnet_cidrs[i].range, TARGET_ENDPOINT, gate);
}

static void entrance(struct random_net *r)
{
    struct net *n = r->n;
    struct net_entrance *e = net_add_entrance(n);
    uint32_t row = LAST(entrances), k = rn_below(r, 4);
    e->id = rn_id(r, "entrance");
    e->proto = NET_TCP;
    service_port(r, &e->lo, &e->hi);
    e->sure = rn_chance(r, 85);
    e->gated = rn_chance(r, 20);
    e->keeps_client_ip = rn_chance(r, 30);
    e->to_port = rn_chance(r, 50) ? 0 : 5432;
    if (k < 2) {
        e->kind = k ? ENTRANCE_ACCELERATOR : ENTRANCE_CLOUDFRONT;
        e->from_external = 0;
    } else {
        e->kind = ENTRANCE_RESOURCE_CONFIGURATION;
        e->from_vpc = rn_below(r, n->vpcs_count);
    }
    uint32_t eni = rn_below(r, n->enis_count), via = rn_below(r, n->enis_count), address = primary_of(n, eni);
    if (n->enis[eni].thing != NET_NONE && rn_chance(r, 70)) {
        e->to_thing = n->enis[eni].thing;
    } else if (address != NET_NONE) {
        e->to_vpc = n->enis[eni].vpc;
        e->to_ip = n->addresses[address].range.lo;
    }
    if (rn_chance(r, 60))
        e->via_thing = n->enis[via].thing;
    if (e->from_vpc != NET_NONE && rn_chance(r, 40))
        for (uint32_t i = 0; i < n->groups_count; i++)
            if (n->groups[i].vpc == n->entrances[row].from_vpc) {
                struct net_entrance_group *g = net_add_entrance_group(n);
                g->entrance = row;
                g->group = i;
                break;
            }
}

void random_net_services(struct random_net *r)
{
    if (rn_has(r, RANDOM_BALANCERS))
        for (uint32_t k = 1 + rn_below(r, 3); k; k--)
            balancer(r, rn_below(r, r->n->vpcs_count));
    if (rn_has(r, RANDOM_PRIVATELINK))
        privatelink(r);
    if (rn_has(r, RANDOM_FIREWALL))
        firewall(r, rn_below(r, r->n->vpcs_count));
    if (rn_has(r, RANDOM_ENTRANCES))
        for (uint32_t k = 1 + rn_below(r, 3); k; k--)
            entrance(r);
}

#define ONE_OF(list) (n->list##_count ? &n->list[rn_below(r, n->list##_count)] : NULL)

static void unread_vpc_side(struct random_net *r, uint32_t what)
{
    struct net *n = r->n;
    struct net_subnet *s = &n->subnets[rn_below(r, n->subnets_count)];
    if (what == 0)
        s->table = NET_NONE;
    else if (what == 1)
        s->acl = NET_NONE;
    else if (what == 2)
        s->bpa = BPA_UNREAD;
    else if (what == 3)
        n->groups[rn_below(r, n->groups_count)].ingress_read = false;
    else if (what == 4)
        n->groups[rn_below(r, n->groups_count)].egress_read = false;
    else if (what == 5 && n->enis_count)
        n->enis[rn_below(r, n->enis_count)].groups_read = false;
    else if (what == 6 && n->eni_groups_count)
        n->eni_groups[rn_below(r, n->eni_groups_count)].group = NET_NONE;
    else if (what == 7 && n->prefix_lists_count)
        n->prefix_lists[rn_below(r, n->prefix_lists_count)].read = false;
    else if (what == 8 && n->rules_count) {
        struct net_rule *u = &n->rules[rn_below(r, n->rules_count)];
        u->peer = PEER_UNKNOWN;
        u->peer_index = NET_NONE;
        u->peer_id = STR("sg-elsewhere");
    } else if (what == 9) {
        struct net_route *t = &n->routes[rn_below(r, n->routes_count)];
        if (t->kind != TARGET_LOCAL) {
            t->kind = rn_chance(r, 50) ? TARGET_UNKNOWN : t->kind;
            t->target = NET_NONE;
        }
    }
}

static void unread_beyond(struct random_net *r, uint32_t what)
{
    struct net *n = r->n;
    struct net_attachment *t = ONE_OF(attachments);
    if (what == 0 && t) {
        t->table_read = false;
        t->table = NET_NONE;
    } else if (what == 1 && n->tgw_tables_count) {
        n->tgw_tables[rn_below(r, n->tgw_tables_count)].read = false;
    } else if (what == 2 && n->tgw_routes_count) {
        struct net_tgw_route *o = &n->tgw_routes[rn_below(r, n->tgw_routes_count)];
        o->attachment = NET_NONE;
        o->blackhole = false;
    } else if (what == 3 && n->listeners_count) {
        n->listeners[rn_below(r, n->listeners_count)].read = false;
    } else if (what == 4 && n->target_groups_count) {
        n->target_groups[rn_below(r, n->target_groups_count)].read = false;
    } else if (what == 5 && n->target_groups_count) {
        n->target_groups[rn_below(r, n->target_groups_count)].keeps_client_ip = -1;
    } else if (what == 6 && n->lbs_count) {
        n->lbs[rn_below(r, n->lbs_count)].listeners_read = false;
    } else if (what == 7 && n->services_count) {
        n->services[rn_below(r, n->services_count)].balancers_read = false;
    } else if (what == 8 && n->firewalls_count) {
        n->firewalls[rn_below(r, n->firewalls_count)].read = false;
    } else if (what == 9 && n->tgws_count) {
        n->tgws[rn_below(r, n->tgws_count)].collected = false;
    } else if (what == 10 && n->lbs_count) {
        n->lbs[rn_below(r, n->lbs_count)].privatelink_groups = -1;
    }
}

void random_net_unread(struct random_net *r)
{
    for (uint32_t k = 1 + rn_below(r, 3); k; k--)
        if (rn_chance(r, 60))
            unread_vpc_side(r, rn_below(r, 10));
        else
            unread_beyond(r, rn_below(r, 11));
}
