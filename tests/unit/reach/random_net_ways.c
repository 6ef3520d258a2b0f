/* Gateways, peerings, transit gateways, networks beyond, and the routes to them. */
#include "random_net.h"

#define LAST(list) (r->n->list##_count - 1)

static bool overlap(const struct net *n, uint32_t one, uint32_t two)
{
    for (uint32_t i = 0; i < n->cidrs_count; i++)
        for (uint32_t j = 0; n->cidrs[i].vpc == one && j < n->cidrs_count; j++)
            if (n->cidrs[j].vpc == two && ip_range_overlaps(n->cidrs[i].range, n->cidrs[j].range))
                return true;
    return false;
}

static bool same_region(const struct net *n, uint32_t one, uint32_t two)
{
    return str_eq(n->vpcs[one].region, n->vpcs[two].region);
}

/* A part of a VPC's ranges, or one whole. */
static struct ip_range part_of(struct random_net *r, uint32_t vpc)
{
    struct net *n = r->n;
    uint32_t seen = 0;
    struct ip_range found = rn_v4(10u << 24, 8);
    for (uint32_t i = 0; i < n->cidrs_count; i++)
        if (n->cidrs[i].vpc == vpc && rn_below(r, ++seen) == 0)
            found = n->cidrs[i].range;
    if (rn_chance(r, 25) && ip_is_v4(found.lo))
        found = rn_v4((uint32_t)found.lo + 64 * rn_below(r, 3), 26);
    return found;
}

/* In the tables of a VPC; in most of them, as people do. AWS has one route a destination and origin in a table. */
static void route_all(struct random_net *r, uint32_t vpc, struct ip_range range, enum net_target_kind kind, uint32_t target, unsigned percent)
{
    for (uint32_t t = 0; t < r->n->tables_count; t++) {
        bool taken = false;
        for (uint32_t i = 0; i < r->n->routes_count; i++) {
            const struct net_route *o = &r->n->routes[i];
            taken |= o->table == t && o->range.lo == range.lo && o->range.hi == range.hi && !o->propagated && o->list == NET_NONE;
        }
        if (r->n->tables[t].vpc == vpc && !taken && rn_chance(r, percent))
            rn_route(r, t, range, kind, target);
    }
}

static void peer(struct random_net *r)
{
    struct net *n = r->n;
    uint32_t one = rn_below(r, n->vpcs_count), two = rn_below(r, n->vpcs_count);
    if (one == two || overlap(n, one, two))
        return;
    struct net_peering *p = net_add_peering(n);
    uint32_t row = LAST(peerings);
    p->id = rn_id(r, "pcx");
    p->requester = one;
    p->accepter = two;
    p->active = rn_chance(r, 88);
    p->same_region = same_region(n, one, two);
    route_all(r, one, part_of(r, two), TARGET_PEERING, row, 80);
    route_all(r, two, part_of(r, one), TARGET_PEERING, row, 80);
    if (rn_chance(r, 15))
        route_all(r, one, part_of(r, rn_below(r, n->vpcs_count)), TARGET_PEERING, row, 50);
}

static uint32_t own_table(struct random_net *r, uint32_t vpc)
{
    struct net_table *t = net_add_table(r->n);
    t->id = rn_id(r, "rtb-edge");
    t->vpc = vpc;
    uint32_t row = LAST(tables);
    for (uint32_t i = 0; i < r->n->cidrs_count; i++)
        if (r->n->cidrs[i].vpc == vpc)
            rn_route(r, row, r->n->cidrs[i].range, TARGET_LOCAL, NET_NONE);
    return row;
}

static uint32_t forwarder(struct random_net *r, uint32_t vpc)
{
    uint32_t found = NET_NONE, seen = 0;
    for (uint32_t i = 0; i < r->n->enis_count; i++)
        if (r->n->enis[i].vpc == vpc && r->n->enis[i].forwards && rn_below(r, ++seen) == 0)
            found = i;
    return found;
}

static void edge(struct random_net *r, uint32_t vpc)
{
    uint32_t appliance = forwarder(r, vpc), subnet = rn_subnet_of(r, vpc);
    if (r->n->vpcs[vpc].igw != NET_NONE && rn_chance(r, 15)) {
        uint32_t table = own_table(r, vpc);
        r->n->vpcs[vpc].igw_table = table;
        if (appliance != NET_NONE && subnet != NET_NONE)
            for (uint32_t i = 0; i < r->n->subnet_cidrs_count; i++)
                if (r->n->subnet_cidrs[i].subnet == subnet)
                    rn_route(r, table, r->n->subnet_cidrs[i].range, TARGET_ENI, appliance);
    }
    if (r->n->vpcs[vpc].vgw != NET_NONE && rn_chance(r, 10)) {
        uint32_t table = own_table(r, vpc);
        r->n->vpcs[vpc].vgw_table = table;
    }
}

static void internet(struct random_net *r, uint32_t vpc)
{
    struct net *n = r->n;
    if (rn_chance(r, 75)) {
        struct net_igw *g = net_add_igw(n);
        g->id = rn_id(r, "igw");
        g->vpc = vpc;
        n->vpcs[vpc].igw = LAST(igws);
        route_all(r, vpc, rn_chance(r, 90) ? ip_all_v4() : rn_v4(44u << 24, 8), TARGET_IGW, LAST(igws), 60);
        if (rn_has(r, RANDOM_IPV6))
            route_all(r, vpc, ip_all_v6(), TARGET_IGW, LAST(igws), 50);
    }
    if (rn_has(r, RANDOM_IPV6) && rn_chance(r, 40)) {
        struct net_eigw *g = net_add_eigw(n);
        g->id = rn_id(r, "eigw");
        g->vpc = vpc;
        n->vpcs[vpc].eigw = LAST(eigws);
        route_all(r, vpc, ip_all_v6(), TARGET_EIGW, LAST(eigws), 60);
    }
}

static void nat(struct random_net *r, uint32_t vpc)
{
    struct net *n = r->n;
    uint32_t subnet = rn_subnet_of(r, vpc);
    if (subnet == NET_NONE)
        return;
    uint32_t thing = rn_thing(r, THING_NAT, vpc), eni = rn_eni(r, subnet, thing);
    struct net_eni *e = &n->enis[eni];
    e->type = STR("nat_gateway");
    e->sources = e->receives = false;
    e->skips_groups = true;
    struct net_nat *g = net_add_nat(n);
    g->id = rn_id(r, "nat");
    g->vpc = vpc;
    g->subnet = subnet;
    g->thing = thing;
    g->is_public = rn_has(r, RANDOM_INTERNET) && rn_chance(r, 70);
    g->available = rn_chance(r, 92);
    struct net_nat_address *a = net_add_nat_address(n);
    a->nat = LAST(nats);
    a->eni = eni;
    for (uint32_t i = n->addresses_count; i--;)
        if (n->addresses[i].eni == eni && n->addresses[i].primary) {
            if (g->is_public)
                n->addresses[i].public_ip = rn_public(r);
            a->private_ip = n->addresses[i].range.lo;
            a->public_ip = n->addresses[i].public_ip;
        }
    struct ip_range to = g->is_public ? ip_all_v4() : rn_chance(r, 50) ? rn_v4(10u << 24, 8) : part_of(r, rn_below(r, n->vpcs_count));
    route_all(r, vpc, to, TARGET_NAT, LAST(nats), 50);
}

static uint32_t external(struct random_net *r, enum net_external_kind kind, const char *id)
{
    struct net_external *x = net_add_external(r->n);
    uint32_t row = LAST(externals);
    x->kind = kind;
    x->id = rn_id(r, id);
    x->all_ranges = rn_chance(r, 15);
    if (!x->all_ranges) {
        struct net_external_range *g = net_add_external_range(r->n);
        g->external = row;
        g->range = rn_v4(172u << 24 | 16u << 16 | rn_below(r, 3) << 8, 24);
    }
    return row;
}

static void uplink(struct random_net *r, uint32_t x, uint32_t vgw, uint32_t attachment, uint32_t vpc)
{
    struct net_uplink *u = net_add_uplink(r->n);
    uint32_t row = LAST(uplinks);
    u->external = x;
    u->vgw = vgw;
    u->attachment = attachment;
    u->filtered = r->n->externals[x].kind == EXTERNAL_DX && rn_chance(r, 50);
    for (uint32_t i = u->filtered ? 1 + rn_below(r, 2) : 0; i; i--) {
        struct net_uplink_range *g = net_add_uplink_range(r->n);
        g->uplink = row;
        g->range = part_of(r, vpc);
    }
}

static void private_gateway(struct random_net *r, uint32_t vpc)
{
    struct net_vgw *g = net_add_vgw(r->n);
    g->id = rn_id(r, "vgw");
    g->vpc = vpc;
    uint32_t row = LAST(vgws);
    r->n->vpcs[vpc].vgw = row;
    enum net_external_kind kind = rn_chance(r, 50) ? EXTERNAL_VPN : EXTERNAL_DX;
    uint32_t x = NET_NONE;
    for (uint32_t i = 1; i < r->n->externals_count && rn_chance(r, 50); i++)
        if (r->n->externals[i].kind == kind)
            x = i;
    if (x == NET_NONE)
        x = external(r, kind, kind == EXTERNAL_VPN ? "cgw" : "dxgw");
    uplink(r, x, row, NET_NONE, vpc);
    struct ip_range to = rn_v4(172u << 24 | 16u << 16, rn_chance(r, 50) ? 16 : 24);
    route_all(r, vpc, to, TARGET_VGW, row, 50);
    for (uint32_t t = 0; t < r->n->tables_count; t++)
        if (r->n->tables[t].vpc == vpc && rn_chance(r, 30)) {
            rn_route(r, t, rn_v4(172u << 24 | 16u << 16 | rn_below(r, 3) << 8, 24), TARGET_VGW, row);
            r->n->routes[LAST(routes)].propagated = true;
            r->n->routes[LAST(routes)].rank = (uint8_t)rn_below(r, 3);
        }
}

static uint32_t tgw_table(struct random_net *r, uint32_t tgw)
{
    uint32_t found = NET_NONE, seen = 0;
    for (uint32_t i = 0; i < r->n->tgw_tables_count; i++)
        if (r->n->tgw_tables[i].tgw == tgw && rn_below(r, ++seen) == 0)
            found = i;
    return found;
}

static uint32_t attach(struct random_net *r, uint32_t tgw, enum net_attachment_kind kind, uint32_t target)
{
    struct net_attachment *t = net_add_attachment(r->n);
    t->id = rn_id(r, "tgw-attach");
    t->tgw = tgw;
    t->kind = kind;
    t->target = target;
    t->available = rn_chance(r, rn_has(r, RANDOM_HUB) ? 99 : 95);
    t->ipv6 = rn_chance(r, 70);
    t->group_references = rn_chance(r, 70);
    t->appliance_mode = rn_chance(r, 10);
    t->table_read = true;
    t->table = rn_chance(r, 92) ? tgw_table(r, tgw) : NET_NONE;
    return LAST(attachments);
}

static void attach_vpc(struct random_net *r, uint32_t tgw, uint32_t vpc)
{
    struct net *n = r->n;
    uint32_t row = attach(r, tgw, ATTACHMENT_VPC, vpc);
    bool zones[2] = {false, false};
    unsigned percent = rn_has(r, RANDOM_HUB) ? 96 : 85;
    for (uint32_t i = 0; i < n->subnets_count; i++) {
        uint32_t zone = n->subnets[i].vpc == vpc ? (uint32_t)(n->subnets[i].az.ptr[n->subnets[i].az.len - 1] - '1') : 2;
        if (zone > 1 || zones[zone] || !rn_chance(r, percent))
            continue;
        zones[zone] = true;
        struct net_attachment_subnet *s = net_add_attachment_subnet(n);
        s->attachment = row;
        s->subnet = i;
    }
    route_all(r, vpc, rn_v4(10u << 24, 8), TARGET_TGW, tgw, rn_has(r, RANDOM_HUB) ? 90 : 60);
    if (rn_chance(r, 40))
        route_all(r, vpc, rn_chance(r, 50) ? ip_all_v4() : part_of(r, rn_below(r, n->vpcs_count)), TARGET_TGW, tgw, 50);
    if (rn_has(r, RANDOM_IPV6))
        route_all(r, vpc, (struct ip_range){(ip_number)0x2600 << 112, (((ip_number)0x2601) << 112) - 1}, TARGET_TGW, tgw, 60);
}

static uint8_t rank_of(enum net_attachment_kind k)
{
    static const uint8_t rank[] = {[ATTACHMENT_VPC] = 1, [ATTACHMENT_DX] = 2, [ATTACHMENT_CONNECT] = 3, [ATTACHMENT_VPN] = 4,
                                   [ATTACHMENT_PEERING] = 5, [ATTACHMENT_OTHER] = 6};
    return rank[k];
}

static void tgw_route(struct random_net *r, uint32_t table, struct ip_range range, uint32_t attachment, bool propagated)
{
    for (uint32_t i = 0; i < r->n->tgw_routes_count; i++) {
        const struct net_tgw_route *o = &r->n->tgw_routes[i];
        if (o->table == table && o->range.lo == range.lo && o->range.hi == range.hi && (!propagated ? !o->propagated : o->attachment == attachment))
            return;
    }
    struct net_tgw_route *t = net_add_tgw_route(r->n);
    t->table = table;
    t->range = range;
    t->attachment = attachment;
    t->blackhole = attachment == NET_NONE;
    t->propagated = propagated;
    t->rank = propagated ? rank_of(r->n->attachments[attachment].kind) : 0;
}

static void propagate(struct random_net *r, uint32_t table, uint32_t attachment)
{
    const struct net_attachment t = r->n->attachments[attachment];
    if (t.kind == ATTACHMENT_PEERING)
        return;
    for (uint32_t i = 0; t.kind == ATTACHMENT_VPC && i < r->n->cidrs_count; i++)
        if (r->n->cidrs[i].vpc == t.target)
            tgw_route(r, table, r->n->cidrs[i].range, attachment, true);
    if (t.kind != ATTACHMENT_VPC)
        tgw_route(r, table, rn_v4(172u << 24 | 16u << 16 | rn_below(r, 3) << 8, 24), attachment, true);
}

static void fill_tgw_tables(struct random_net *r)
{
    struct net *n = r->n;
    for (uint32_t i = 0; i < n->tgw_tables_count; i++) {
        for (uint32_t k = 0; k < n->attachments_count; k++)
            if (n->attachments[k].tgw == n->tgw_tables[i].tgw && rn_chance(r, rn_has(r, RANDOM_HUB) ? 88 : 65))
                propagate(r, i, k);
        for (uint32_t k = n->attachments_count ? rn_below(r, 4) : 0; k; k--) {
            uint32_t to = rn_below(r, n->attachments_count);
            struct ip_range range = rn_chance(r, 25) ? ip_all_v4() : part_of(r, rn_below(r, n->vpcs_count));
            if (rn_chance(r, 25))
                tgw_route(r, i, range, NET_NONE, false);
            else if (n->attachments[to].tgw == n->tgw_tables[i].tgw)
                tgw_route(r, i, range, to, false);
        }
    }
}

static void transit(struct random_net *r)
{
    struct net *n = r->n;
    bool hub = rn_has(r, RANDOM_HUB);
    uint32_t tgws = 1 + (hub ? (uint32_t)rn_chance(r, 15) : rn_below(r, 2));
    for (uint32_t i = 0; i < tgws; i++) {
        struct net_tgw *t = net_add_tgw(n);
        t->id = rn_id(r, "tgw");
        t->region = i ? STR("us-west-2") : STR("us-east-1");
        t->region = rn_chance(r, 30) ? STR("us-east-1") : t->region;
        t->group_references = rn_chance(r, hub ? 10 : 60);
        t->collected = true;
        for (uint32_t k = 1 + rn_below(r, 3); k; k--) {
            struct net_tgw_table *b = net_add_tgw_table(n);
            b->id = rn_id(r, "tgw-rtb");
            b->tgw = i;
            b->read = true;
        }
        for (uint32_t v = 0; v < n->vpcs_count; v++)
            if (hub ? v % tgws == i && rn_chance(r, 95)
                    : str_eq(n->vpcs[v].region, n->tgws[i].region) && rn_chance(r, tgws == 1 ? 75 : 55))
                attach_vpc(r, i, v);
        if (rn_has(r, RANDOM_UPLINKS) && rn_chance(r, 60)) {
            enum net_attachment_kind kind = rn_chance(r, 50) ? ATTACHMENT_VPN : ATTACHMENT_DX;
            uint32_t x = external(r, kind == ATTACHMENT_VPN ? EXTERNAL_VPN : EXTERNAL_DX, kind == ATTACHMENT_VPN ? "cgw" : "dxgw");
            uint32_t row = attach(r, i, kind, x);
            uplink(r, x, NET_NONE, row, rn_below(r, n->vpcs_count));
        }
    }
    if (tgws == 2 && rn_chance(r, 70)) {
        uint32_t one = attach(r, 0, ATTACHMENT_PEERING, NET_NONE), two = attach(r, 1, ATTACHMENT_PEERING, one);
        n->attachments[one].target = two;
        for (uint32_t i = 0; i < n->tgw_tables_count; i++)
            if (rn_chance(r, 70))
                tgw_route(r, i, rn_chance(r, 50) ? rn_v4(10u << 24, 8) : part_of(r, rn_below(r, n->vpcs_count)),
                          n->tgw_tables[i].tgw ? two : one, false);
    }
    fill_tgw_tables(r);
}

/* More specific than local, blackholes, appliances. */
static void odd_routes(struct random_net *r)
{
    struct net *n = r->n;
    for (uint32_t k = rn_below(r, 3); k; k--) {
        uint32_t table = rn_below(r, n->tables_count), vpc = n->tables[table].vpc, eni = forwarder(r, vpc);
        struct ip_range range = part_of(r, rn_below(r, n->vpcs_count));
        if (eni != NET_NONE)
            route_all(r, vpc, range, TARGET_ENI, eni, 50);
    }
    for (uint32_t i = 0; i < n->routes_count; i++)
        if (n->routes[i].kind != TARGET_LOCAL && rn_chance(r, 4))
            n->routes[i].blackhole = true;
}

void random_net_ways(struct random_net *r)
{
    for (uint32_t i = 0; i < r->n->vpcs_count; i++) {
        if (rn_has(r, RANDOM_INTERNET))
            internet(r, i);
        if (rn_has(r, RANDOM_NAT) && rn_chance(r, 60))
            nat(r, i);
        if (rn_has(r, RANDOM_UPLINKS) && rn_chance(r, 50))
            private_gateway(r, i);
        edge(r, i);
    }
    for (uint32_t k = rn_has(r, RANDOM_PEERING) ? 1 + rn_below(r, 5) : 0; k; k--)
        peer(r);
    if (rn_has(r, RANDOM_TGW))
        transit(r);
    odd_routes(r);
}
