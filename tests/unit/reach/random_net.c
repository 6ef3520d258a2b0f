#include "random_net.h"

#include <stdlib.h>

#define PICK(r, list) (list)[rn_below((r), sizeof(list) / sizeof *(list))]
#define LAST(list) (r->n->list##_count - 1)

uint32_t rn_below(struct random_net *r, uint32_t n)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    uint64_t x = r->state;
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdu;
    x ^= x >> 33;
    return (uint32_t)(x % n);
}

bool rn_chance(struct random_net *r, unsigned percent)
{
    return rn_below(r, 100) < percent;
}

bool rn_has(const struct random_net *r, unsigned part)
{
    return (r->parts & part) != 0;
}

struct str rn_id(struct random_net *r, const char *prefix)
{
    return arena_printf(r->arena, "%s-%u", prefix, r->stamp++);
}

struct ip_range rn_v4(uint32_t address, unsigned bits)
{
    uint32_t host = bits == 32 ? 0 : UINT32_MAX >> bits;
    ip_number base = (ip_number)0xffff << 32;
    return (struct ip_range){base | (address & ~host), base | (address | host)};
}

/* 2600:1f00:0:VVSS::/64, or /56 of the VPC. */
static struct ip_range v6(uint32_t vpc, uint32_t subnet, unsigned bits)
{
    ip_number lo = ((ip_number)0x2600 << 112) | ((ip_number)0x1f00 << 96) | ((ip_number)(vpc << 8 | subnet) << 64);
    return (struct ip_range){lo, lo | (((ip_number)1 << (128 - bits)) - 1)};
}

ip_number rn_public(struct random_net *r)
{
    return rn_v4(0x2c000000u + 7 * r->stamp++, 32).lo; /* 44.0.0.0/8 */
}

void rn_ports(struct random_net *r, int16_t *proto, uint16_t *lo, uint16_t *hi)
{
    static const uint16_t ends[][2] = {{22, 22}, {80, 80}, {443, 443}, {5432, 5432}, {0, 65535}, {1024, 65535}, {80, 443}, {49152, 65535}};
    static const uint16_t types[][2] = {{8 << 8, 8 << 8}, {8 << 8, 8 << 8 | 255}, {0, 65535}, {3 << 8, 3 << 8 | 255}, {128 << 8, 128 << 8 | 255}};
    static const int16_t protos[] = {NET_TCP, NET_TCP, NET_TCP, NET_TCP, NET_TCP, NET_UDP, NET_ANY_PROTOCOL, NET_ANY_PROTOCOL, NET_ICMP, NET_ICMP6, 50};
    *proto = PICK(r, protos);
    bool icmp = *proto == NET_ICMP || *proto == NET_ICMP6, ports = *proto == NET_TCP || *proto == NET_UDP;
    const uint16_t *p = icmp ? PICK(r, types) : ports ? PICK(r, ends) : ends[4];
    *lo = p[0];
    *hi = p[1];
    if (ports && rn_chance(r, 3)) {
        *lo = 443;
        *hi = 80; /* nothing */
    }
}

struct ip_range rn_range(struct random_net *r, uint32_t vpc)
{
    struct net *n = r->n;
    uint32_t k = rn_below(r, 16);
    if (k < 4)
        return rn_has(r, RANDOM_IPV6) && rn_chance(r, 40) ? ip_all_v6() : ip_all_v4();
    if (k < 5)
        return rn_v4(10u << 24, 8);
    if (k < 7 && n->cidrs_count)
        return n->cidrs[rn_below(r, n->cidrs_count)].range;
    if (k < 10 && n->subnet_cidrs_count)
        return n->subnet_cidrs[rn_below(r, n->subnet_cidrs_count)].range;
    if (k < 12 && n->addresses_count) {
        const struct net_address *a = &n->addresses[rn_below(r, n->addresses_count)];
        return a->public_ip && rn_chance(r, 50) ? ip_range_one(a->public_ip) : ip_range_one(a->range.lo);
    }
    if (k < 13)
        return rn_v4(44u << 24 | rn_below(r, 64), rn_chance(r, 50) ? 32 : 27);
    NET_EACH(i, n->vpcs[vpc].cidrs)
        return n->cidrs[i].range;
    return ip_all_v4();
}

void rn_route(struct random_net *r, uint32_t table, struct ip_range range, enum net_target_kind kind, uint32_t target)
{
    struct net_route *t = net_add_route(r->n);
    t->table = table;
    t->range = range;
    t->kind = kind;
    t->target = target;
    t->target_id = rn_id(r, "target");
}

static uint32_t add_table(struct random_net *r, uint32_t vpc)
{
    struct net_table *t = net_add_table(r->n);
    t->id = rn_id(r, "rtb");
    t->vpc = vpc;
    uint32_t row = LAST(tables);
    for (uint32_t i = 0; i < r->n->cidrs_count; i++)
        if (r->n->cidrs[i].vpc == vpc)
            rn_route(r, row, r->n->cidrs[i].range, TARGET_LOCAL, NET_NONE);
    return row;
}

static void add_entry(struct random_net *r, uint32_t acl, bool egress, uint32_t number, bool allow)
{
    struct net_acl_entry *e = net_add_acl_entry(r->n);
    e->acl = acl;
    e->egress = egress;
    e->number = number;
    e->allow = allow;
    rn_ports(r, &e->proto, &e->lo, &e->hi);
    e->range = rn_range(r, r->n->acls[acl].vpc);
}

static void add_acl(struct random_net *r, uint32_t vpc, bool is_default)
{
    struct net_acl *c = net_add_acl(r->n);
    c->id = rn_id(r, "acl");
    c->vpc = vpc;
    c->is_default = is_default;
}

static void fill_acl(struct random_net *r, uint32_t row)
{
    bool is_default = r->n->acls[row].is_default;
    for (int egress = 0; egress < 2; egress++) {
        for (uint32_t i = is_default ? 0 : rn_below(r, 4); i; i--)
            add_entry(r, row, egress, 10 * i + (uint32_t)egress, rn_chance(r, 50));
        for (uint32_t six = 0; six < 2 && (is_default || rn_chance(r, 75)); six++) {
            struct net_acl_entry *e = net_add_acl_entry(r->n);
            *e = (struct net_acl_entry){.acl = row, .egress = egress, .allow = true, .number = 100 + six, .proto = NET_ANY_PROTOCOL, .hi = 65535,
                                        .range = six ? ip_all_v6() : ip_all_v4()};
        }
    }
}

/* Which of a few plans of addresses a VPC has: its own, the same as others', or one that overlaps. */
static struct ip_range vpc_range(struct random_net *r, uint32_t vpc, uint32_t mode)
{
    uint32_t kind = mode == 3 ? rn_below(r, 3) : mode;
    if (kind == 0)
        return rn_v4(10u << 24 | vpc << 8, 24);
    return kind == 1 ? rn_v4(10u << 24, 24) : rn_v4(10u << 24, 22);
}

static void add_cidr(struct random_net *r, uint32_t vpc, struct ip_range range)
{
    struct net_cidr *c = net_add_cidr(r->n);
    c->vpc = vpc;
    c->range = range;
}

static void add_vpc(struct random_net *r, uint32_t mode)
{
    struct net_vpc *v = net_add_vpc(r->n);
    uint32_t row = LAST(vpcs);
    v->id = rn_id(r, "vpc");
    v->region = rn_has(r, RANDOM_HUB) || rn_chance(r, 85) ? STR("us-east-1") : STR("us-west-2");
    v->account = rn_below(r, r->n->accounts_count);
    v->collected = true;
    v->tenant = arena_printf(r->arena, "t%u", rn_below(r, 4));
    add_cidr(r, row, vpc_range(r, row, mode));
    if (rn_chance(r, 15))
        add_cidr(r, row, rn_v4(100u << 24 | 64u << 16 | (rn_chance(r, 50) ? row << 8 : 0), 26));
    if (rn_has(r, RANDOM_IPV6) && rn_chance(r, 70))
        add_cidr(r, row, v6(row, 0, 56));
    uint32_t table = add_table(r, row);
    r->n->vpcs[row].main_table = table;
    add_acl(r, row, true);
}

static uint32_t pick_of_vpc(struct random_net *r, uint32_t vpc, uint32_t count, const char *rows, size_t size)
{
    uint32_t found = NET_NONE, seen = 0;
    for (uint32_t i = 0; i < count; i++)
        if (*(const uint32_t *)(const void *)(rows + i * size) == vpc && rn_below(r, ++seen) == 0)
            found = i;
    return found;
}

uint32_t rn_subnet_of(struct random_net *r, uint32_t vpc)
{
    return pick_of_vpc(r, vpc, r->n->subnets_count, r->n->subnets_count ? (const char *)&r->n->subnets[0].vpc : NULL, sizeof *r->n->subnets);
}

static void add_subnet(struct random_net *r, uint32_t vpc, uint32_t index)
{
    struct net *n = r->n;
    static const char *const zones[] = {"use1-az1", "use1-az2"};
    bool six = false;
    uint32_t secondary = NET_NONE, base = NET_NONE;
    for (uint32_t i = 0; i < n->cidrs_count; i++)
        if (n->cidrs[i].vpc == vpc) {
            six |= !ip_is_v4(n->cidrs[i].range.lo);
            if (base == NET_NONE)
                base = i;
            else if (ip_is_v4(n->cidrs[i].range.lo))
                secondary = i;
        }
    struct net_subnet *s = net_add_subnet(n);
    uint32_t row = LAST(subnets);
    s->id = rn_id(r, "subnet");
    s->vpc = vpc;
    s->account = rn_chance(r, 10) ? rn_below(r, n->accounts_count) : n->vpcs[vpc].account;
    s->az = str_of(PICK(r, zones));
    s->bpa = rn_has(r, RANDOM_INTERNET) && rn_chance(r, 8) ? (enum net_bpa)rn_below(r, 3) : BPA_OFF;
    s->declared_public = rn_chance(r, 10);
    uint32_t table = pick_of_vpc(r, vpc, n->tables_count, (const char *)&n->tables[0].vpc, sizeof *n->tables);
    uint32_t acl = pick_of_vpc(r, vpc, n->acls_count, (const char *)&n->acls[0].vpc, sizeof *n->acls);
    n->subnets[row].table = rn_chance(r, 70) ? table : n->vpcs[vpc].main_table;
    n->subnets[row].acl = acl;
    for (uint32_t i = 0; rn_has(r, RANDOM_HUB) && index == 0 && i < n->acls_count; i++)
        if (n->acls[i].vpc == vpc && n->acls[i].is_default)
            n->subnets[row].acl = i;
    struct net_subnet_cidr *c = net_add_subnet_cidr(n);
    c->subnet = row;
    bool second = secondary != NET_NONE && index == 2;
    uint32_t at = (uint32_t)n->cidrs[second ? secondary : base].range.lo;
    c->range = rn_v4(second ? at : at + 64 * index, 26);
    if (six && rn_chance(r, 80)) {
        c = net_add_subnet_cidr(n);
        c->subnet = row;
        c->range = v6(vpc, index + 1, 64);
    }
}

static void add_list(struct random_net *r)
{
    struct net_prefix_list *l = net_add_prefix_list(r->n);
    uint32_t row = LAST(prefix_lists);
    l->id = rn_id(r, "pl");
    l->read = true;
    l->everybody = rn_chance(r, 10);
    l->owner = l->everybody ? STR("AWS") : STR("111111111111");
    for (uint32_t i = rn_below(r, 4); i; i--) {
        struct net_prefix_entry *e = net_add_prefix_entry(r->n);
        e->list = row;
        e->range = rn_range(r, 0);
    }
}

static void add_rule(struct random_net *r, uint32_t group, bool egress)
{
    struct net *n = r->n;
    struct net_rule *u = net_add_rule(n);
    u->group = group;
    u->egress = egress;
    u->id = rn_id(r, "sgr");
    rn_ports(r, &u->proto, &u->lo, &u->hi);
    uint32_t k = rn_below(r, 10);
    u->peer = k < 6 ? PEER_RANGE : k < 9 || !n->prefix_lists_count ? PEER_GROUP : PEER_LIST;
    if (u->peer == PEER_RANGE)
        u->range = rn_range(r, n->groups[group].vpc);
    else if (u->peer == PEER_GROUP)
        u->peer_index = rn_below(r, n->groups_count);
    else
        u->peer_index = rn_below(r, n->prefix_lists_count);
}

static void add_group(struct random_net *r, uint32_t vpc)
{
    struct net_group *g = net_add_group(r->n);
    g->id = rn_id(r, "sg");
    g->vpc = vpc;
    g->region = r->n->vpcs[vpc].region;
    g->account = r->n->vpcs[vpc].account;
    g->ingress_read = g->egress_read = true;
}

static void fill_group(struct random_net *r, uint32_t group)
{
    for (uint32_t i = rn_below(r, 4); i; i--)
        add_rule(r, group, false);
    if (rn_has(r, RANDOM_HUB) && rn_chance(r, 60)) {
        add_rule(r, group, false);
        r->n->rules[LAST(rules)].peer = PEER_RANGE;
        r->n->rules[LAST(rules)].range = rn_v4(10u << 24, 8);
    }
    if (rn_chance(r, 60)) {
        for (int six = 0; six < 2; six++) {
            struct net_rule *u = net_add_rule(r->n);
            u->group = group;
            u->egress = true;
            u->id = rn_id(r, "sgr");
            u->proto = NET_ANY_PROTOCOL;
            u->hi = 65535;
            u->range = six ? ip_all_v6() : ip_all_v4();
        }
    } else {
        for (uint32_t i = rn_below(r, 4); i; i--)
            add_rule(r, group, true);
    }
}

static void associate(struct random_net *r, uint32_t group)
{
    uint32_t vpc = rn_below(r, r->n->vpcs_count);
    if (vpc == r->n->groups[group].vpc || !str_eq(r->n->vpcs[vpc].region, r->n->vpcs[r->n->groups[group].vpc].region))
        return;
    struct net_group_vpc *v = net_add_group_vpc(r->n);
    v->group = group;
    v->vpc = vpc;
}

static bool usable(const struct net *n, uint32_t group, uint32_t vpc)
{
    if (n->groups[group].vpc == vpc)
        return true;
    for (uint32_t i = 0; i < n->group_vpcs_count; i++)
        if (n->group_vpcs[i].group == group && n->group_vpcs[i].vpc == vpc)
            return true;
    return false;
}

void rn_groups_of(struct random_net *r, uint32_t eni)
{
    struct net *n = r->n;
    uint32_t has = 0, most = 1 + rn_chance(r, 30), first = rn_below(r, n->groups_count);
    for (uint32_t i = 0; i < n->groups_count && has < most; i++) {
        uint32_t group = (first + i) % n->groups_count;
        if (!usable(n, group, n->enis[eni].vpc) || (has == 0 && rn_chance(r, 30)))
            continue;
        struct net_eni_group *g = net_add_eni_group(n);
        g->eni = eni;
        g->group = group;
        g->id = n->groups[group].id;
        has++;
    }
}

uint32_t rn_thing(struct random_net *r, enum net_thing_kind kind, uint32_t vpc)
{
    struct net_thing *t = net_add_thing(r->n);
    t->kind = kind;
    t->id = rn_id(r, kind == THING_HOST ? "i" : "thing");
    t->vpc = vpc;
    t->account = r->n->vpcs[vpc].account;
    t->tenant = r->n->vpcs[vpc].tenant;
    t->runs_code = kind == THING_HOST || kind == THING_TASK || kind == THING_FUNCTION;
    return LAST(things);
}

static void add_address(struct random_net *r, uint32_t eni, struct ip_range range, bool primary)
{
    struct net_address *a = net_add_address(r->n);
    a->eni = eni;
    a->range = range;
    a->primary = primary;
}

static struct ip_range subnet_range(const struct net *n, uint32_t subnet, bool v4)
{
    for (uint32_t i = 0; i < n->subnet_cidrs_count; i++)
        if (n->subnet_cidrs[i].subnet == subnet && ip_is_v4(n->subnet_cidrs[i].range.lo) == v4)
            return n->subnet_cidrs[i].range;
    return (struct ip_range){1, 0};
}

uint32_t rn_eni(struct random_net *r, uint32_t subnet, uint32_t thing)
{
    struct net *n = r->n;
    struct net_eni *e = net_add_eni(n);
    uint32_t row = LAST(enis), host = r->next_ip[subnet]++ % 60 + 4;
    e->id = rn_id(r, "eni");
    e->vpc = n->subnets[subnet].vpc;
    e->subnet = subnet;
    e->account = n->subnets[subnet].account;
    e->thing = thing;
    e->sources = e->receives = e->groups_read = true;
    struct ip_range four = subnet_range(n, subnet, true), six = subnet_range(n, subnet, false);
    add_address(r, row, ip_range_one(four.lo + host), true);
    if (!ip_range_is_empty(six) && rn_chance(r, 70))
        add_address(r, row, ip_range_one(six.lo + host), false);
    return row;
}

static void make_public(struct random_net *r, uint32_t eni)
{
    for (uint32_t i = r->n->addresses_count; i--;)
        if (r->n->addresses[i].eni == eni && r->n->addresses[i].primary)
            r->n->addresses[i].public_ip = rn_public(r);
}

static void add_host(struct random_net *r, uint32_t subnet)
{
    struct net *n = r->n;
    uint32_t k = rn_below(r, 20), vpc = n->subnets[subnet].vpc;
    enum net_thing_kind kind = k < 14 ? THING_HOST : k < 16 ? THING_FUNCTION : THING_STORE;
    uint32_t thing = rn_chance(r, 5) ? NET_NONE : rn_chance(r, 10) && n->things_count ? n->things_count - 1 : rn_thing(r, kind, vpc);
    if (r->next_ip[subnet] > 50)
        return;
    uint32_t eni = rn_eni(r, subnet, thing);
    struct net_eni *e = &n->enis[eni];
    kind = thing == NET_NONE ? THING_OTHER : n->things[thing].kind;
    e->receives = kind != THING_FUNCTION;
    e->sources = kind != THING_STORE;
    e->deny_igw = rn_chance(r, 3);
    e->forwards = rn_has(r, RANDOM_APPLIANCES) && kind == THING_HOST && rn_chance(r, 8);
    e->assumed_state = kind == THING_HOST && rn_chance(r, 5);
    if (rn_chance(r, 10) && r->next_ip[subnet] < 50)
        add_address(r, eni, ip_range_one(subnet_range(n, subnet, true).lo + r->next_ip[subnet]++ % 60 + 4), false);
    if (rn_has(r, RANDOM_INTERNET) && rn_chance(r, 40))
        make_public(r, eni);
    rn_groups_of(r, eni);
}

/* A database's interface of after a failover; a client VPN's, which sends to some networks only. */
static void add_virtual(struct random_net *r, uint32_t vpc)
{
    struct net *n = r->n;
    uint32_t subnet = rn_subnet_of(r, vpc), thing = rn_thing(r, rn_chance(r, 60) ? THING_STORE : THING_GATEWAY, vpc);
    if (subnet == NET_NONE)
        return;
    struct net_eni *e = net_add_eni(n);
    uint32_t row = LAST(enis);
    bool store = n->things[thing].kind == THING_STORE;
    e->id = rn_id(r, "eni");
    e->vpc = vpc;
    e->subnet = subnet;
    e->thing = thing;
    e->groups_read = e->virtual_ = true;
    e->receives = store;
    e->sources = !store;
    add_address(r, row, subnet_range(n, subnet, true), true);
    rn_groups_of(r, row);
    if (store && rn_chance(r, 50)) {
        n->things[thing].ports[0] = 5432;
        n->things[thing].port_count = 1;
    }
    for (uint32_t i = store ? 0 : rn_below(r, 3); i; i--) {
        struct net_eni_limit *l = net_add_eni_limit(n);
        l->eni = row;
        l->range = rn_range(r, vpc);
        l->by = STR("authorization rule");
    }
}

static void add_hosts(struct random_net *r)
{
    uint32_t left = 3 + rn_below(r, r->enis_max > 3 ? r->enis_max - 2 : 1);
    while (left--)
        add_host(r, rn_below(r, r->n->subnets_count));
    for (uint32_t i = rn_has(r, RANDOM_VIRTUAL) ? rn_below(r, 3) : 0; i; i--)
        add_virtual(r, rn_below(r, r->n->vpcs_count));
}

static void add_accounts(struct random_net *r)
{
    static const char *const ids[] = {"111111111111", "222222222222", "333333333333"};
    for (uint32_t i = 0, count = 1 + rn_below(r, 3); i < count; i++) {
        struct net_account *c = net_add_account(r->n);
        c->id = str_of(ids[i]);
        c->collected = true;
    }
}

static void add_places(struct random_net *r)
{
    bool hub = rn_has(r, RANDOM_HUB);
    uint32_t vpcs = (hub ? 3 : 1) + rn_below(r, r->enis_max < 12 ? 3 : hub ? 5 : 7), mode = hub ? 0 : rn_below(r, 4);
    for (uint32_t i = 0; i < vpcs; i++)
        add_vpc(r, mode);
    for (uint32_t i = 0; i < vpcs; i++) {
        for (uint32_t k = rn_below(r, 3); k; k--)
            add_table(r, i);
        for (uint32_t k = rn_has(r, RANDOM_ACLS) ? rn_below(r, 3) : 0; k; k--)
            add_acl(r, i, false);
        for (uint32_t k = 0, subnets = 1 + rn_below(r, 3); k < subnets; k++)
            add_subnet(r, i, k);
        for (uint32_t k = 0, groups = 1 + rn_below(r, 3); k < groups; k++)
            add_group(r, i);
    }
    r->next_ip = arena_array_of(r->arena, uint32_t, r->n->subnets_count + 1);
    for (uint32_t i = 0; i < r->n->groups_count; i++)
        if (rn_chance(r, 10))
            associate(r, i);
}

/* After the interfaces, as rules speak of them. */
static void add_filters(struct random_net *r)
{
    for (uint32_t k = rn_has(r, RANDOM_LISTS) ? rn_below(r, 3) : 0; k; k--)
        add_list(r);
    for (uint32_t i = 0; i < r->n->groups_count; i++)
        fill_group(r, i);
    for (uint32_t i = 0; i < r->n->acls_count; i++)
        fill_acl(r, i);
}

struct net *random_net(struct arena *a, uint64_t seed, unsigned parts, uint32_t enis_max)
{
    struct random_net r = {.arena = a, .state = seed * 0x9e3779b97f4a7c15u + 1, .n = net_new(a), .enis_max = enis_max, .stamp = 1};
    for (unsigned part = 1; part < RANDOM_ALL; part <<= 1)
        if ((parts & part) && rn_chance(&r, 50))
            r.parts |= part;
    if (parts & RANDOM_HUB)
        r.parts = (r.parts & ~(unsigned)RANDOM_PEERING) | RANDOM_HUB | RANDOM_TGW;
    add_accounts(&r);
    add_places(&r);
    add_hosts(&r);
    add_filters(&r);
    random_net_ways(&r);
    random_net_services(&r);
    if (rn_has(&r, RANDOM_UNREAD))
        random_net_unread(&r);
    return r.n;
}
