/* Interfaces that are not there, but may be: what stands in a subnet group may come up in any of its subnets, with its groups
 * (Amazon RDS User Guide, "Working with a DB instance in a VPC", read 2026). One a subnet: any address of it but the five that
 * AWS keeps, the first four and the last (Amazon VPC User Guide, "Subnet CIDR blocks"); and a free one that stands for it. */
#include "reach/load_thing.h"

enum { FREE_TRIES = 64, PUBLIC_MAX = 1 << 17 };

struct places {
    struct net_loader *l;
    struct map groups;    /* ARN -> struct place_groups */
    struct map here;      /* "THING SUBNET": it has a real interface there */
    struct map used;      /* addresses that somebody has, by VPC */
    struct ip_range *next_free; /* by subnet: what was not tried yet */
    uint32_t *first_cidr, *next_cidr; /* by subnet; by subnet_cidr */
    uint32_t publics;
};
struct place_group {
    struct str id;
    struct place_group *next;
};
struct place_key { /* of `here` and `used` */
    uint64_t a, b; /* no padding: the bytes are the key */
    ip_number ip;
};

static struct str key_of(const struct places *p, uint32_t a, uint32_t b, ip_number ip)
{
    struct place_key *k = arena_new_of(p->l->scratch, struct place_key);
    *k = (struct place_key){a, b, ip};
    return str_make((const char *)k, sizeof *k);
}

static bool read_groups(struct places *p, struct err *e)
{
    struct net_loader *l = p->l;
    struct query *q = query_new(l->s, "SELECT arn, sg FROM fact_net_place_group ORDER BY arn, sg DESC", e);
    if (!q)
        return false;
    while (query_step(q)) {
        struct place_group *g = arena_new_of(l->scratch, struct place_group);
        g->id = net_shared(l, q, 1);
        struct str arn = net_shared(l, q, 0);
        g->next = map_get(&p->groups, arn);
        map_put(&p->groups, arn, g);
    }
    return query_done(q);
}

static void index_what_is(struct places *p)
{
    struct net *n = p->l->n;
    p->first_cidr = arena_array_of(p->l->scratch, uint32_t, n->subnets_count + 1);
    p->next_cidr = arena_array_of(p->l->scratch, uint32_t, n->subnet_cidrs_count + 1);
    p->next_free = arena_array_of(p->l->scratch, struct ip_range, n->subnets_count + 1);
    for (uint32_t i = 0; i < n->subnets_count; i++)
        p->first_cidr[i] = NET_NONE;
    for (uint32_t i = n->subnet_cidrs_count; i-- > 0;) {
        uint32_t subnet = n->subnet_cidrs[i].subnet;
        p->next_cidr[i] = p->first_cidr[subnet];
        p->first_cidr[subnet] = i;
    }
    for (uint32_t i = 0; i < n->enis_count; i++)
        if (n->enis[i].thing != NET_NONE && n->enis[i].subnet != NET_NONE)
            map_add(&p->here, key_of(p, n->enis[i].thing, n->enis[i].subnet, 0), p);
    for (uint32_t i = 0; i < n->addresses_count; i++)
        if (n->addresses[i].range.lo == n->addresses[i].range.hi)
            map_add(&p->used, key_of(p, n->enis[n->addresses[i].eni].vpc, 0, n->addresses[i].range.lo), p);
}

/* The subnet's addresses that interfaces can have; empty for what is too small. */
static struct ip_range usable(struct ip_range r)
{
    if (ip_range_width(r) < 5)
        return (struct ip_range){1, 0};
    return (struct ip_range){r.lo + 4, r.hi - 1};
}

/* From the subnet's end, where interfaces seldom are; 0: none was found. */
static ip_number free_address(struct places *p, uint32_t subnet, struct ip_range r)
{
    struct ip_range *left = &p->next_free[subnet];
    if (!left->hi)
        *left = r;
    for (int i = 0; i < FREE_TRIES && left->lo <= left->hi; i++) {
        ip_number ip = left->hi--;
        if (map_add(&p->used, key_of(p, p->l->n->subnets[subnet].vpc, 0, ip), p))
            return ip;
    }
    return 0;
}

/* What address a public store gets is not known before it has it: one of 198.18.0.0/15 (RFC 2544, March 1999), which nobody
 * routes, stands for it. */
static ip_number public_address(struct places *p)
{
    if (p->publics == PUBLIC_MAX)
        return 0;
    if (!p->publics)
        net_assume(p->l->n, STR("a public data store that fails over gets a public address that nobody knows yet: 198.18.0.0/15 stands for it, and a "
                                "rule for a part of the Internet does not cover it"));
    return ((ip_number)0xffff << 32 | 0xc6120000u) + p->publics++;
}

static void add_addresses(struct places *p, uint32_t eni, uint32_t subnet, bool dual, bool is_public)
{
    struct net *n = p->l->n;
    for (uint32_t i = p->first_cidr[subnet]; i != NET_NONE; i = p->next_cidr[i]) {
        struct ip_range r = usable(n->subnet_cidrs[i].range);
        bool v4 = ip_is_v4(r.lo);
        if (ip_range_is_empty(r) || (!v4 && !dual))
            continue;
        ip_number one = v4 ? free_address(p, subnet, r) : 0;
        if (one) {
            struct net_address *a = net_add_address(n);
            a->eni = eni;
            a->range = ip_range_one(one);
            a->primary = true;
            a->public_ip = is_public ? public_address(p) : 0;
        }
        struct net_address *a = net_add_address(n);
        a->eni = eni;
        a->range = r;
        a->primary = !one && v4;
    }
}

static void add_groups(struct places *p, uint32_t eni, struct str arn)
{
    struct net *n = p->l->n;
    for (const struct place_group *g = map_get(&p->groups, arn); g; g = g->next) {
        struct net_eni_group *row = net_add_eni_group(n);
        row->eni = eni;
        row->id = g->id;
        row->group = net_row(p->l, NET_GROUP, g->id);
    }
}

static void place_row(struct places *p, struct query *q)
{
    struct net *n = p->l->n;
    uint32_t thing = net_row(p->l, NET_THING, query_str(q, 0)), subnet = net_row(p->l, NET_SUBNET, query_str(q, 1));
    bool around = str_eqz(query_str(q, 2), "around"), sends = around || str_eqz(query_str(q, 2), "out");
    bool only_where_none = sends || str_eqz(query_str(q, 2), "node");
    if (thing == NET_NONE || subnet == NET_NONE || (only_where_none && map_has(&p->here, key_of(p, thing, subnet, 0))))
        return;
    struct net_eni *eni = net_add_eni(n);
    uint32_t row = n->enis_count - 1;
    eni->id = arena_printf(p->l->a, "%.*s in %.*s", STR_ARG(n->things[thing].id), STR_ARG(n->subnets[subnet].id));
    eni->type = STR("virtual");
    eni->vpc = n->subnets[subnet].vpc;
    eni->subnet = subnet;
    eni->account = n->things[thing].account;
    eni->thing = thing;
    eni->virtual_ = true;
    eni->receives = !sends;
    eni->sources = sends && n->things[thing].kind != THING_GATEWAY;
    eni->groups_read = query_int(q, 3);
    eni->skips_groups = around;
    eni->assumed_state = n->things[thing].stopped;
    net_note(p->l, NET_ENI, eni->id, row);
    add_groups(p, row, query_str(q, 0));
    add_addresses(p, row, subnet, query_int(q, 4), n->things[thing].public_flag && n->things[thing].kind != THING_GATEWAY);
}

bool load_places(struct net_loader *l, struct err *e)
{
    struct places p = {.l = l};
    map_init(&p.groups, l->scratch);
    map_init(&p.here, l->scratch);
    map_init(&p.used, l->scratch);
    if (!read_groups(&p, e))
        return false;
    index_what_is(&p);
    struct query *q = query_new(l->s,
                                "SELECT p.arn, p.subnet, t.virtual, t.groups_read, t.dual FROM fact_net_place p JOIN fact_net_thing t ON t.arn = p.arn"
                                " WHERE t.virtual IS NOT NULL ORDER BY p.arn, p.subnet",
                                e);
    if (!q)
        return false;
    while (query_step(q))
        place_row(&p, q);
    return query_done(q);
}
