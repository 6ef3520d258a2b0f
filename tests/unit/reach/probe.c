#include "probe.h"

#include <stdlib.h>

struct ports {
    uint16_t *at;
    uint32_t count;
};

/* An interval's first port, and the first after it: the answers change only there. */
static void add_port(struct ports *p, uint32_t port)
{
    if (port > 65535)
        return;
    for (uint32_t i = 0; i < p->count; i++)
        if (p->at[i] == port)
            return;
    p->at[p->count++] = (uint16_t)port;
}

static void add_interval(struct ports *p, uint16_t lo, uint16_t hi)
{
    add_port(p, lo);
    add_port(p, (uint32_t)hi + 1);
}

static uint32_t room_of(const struct net *n)
{
    return 2 * (n->rules_count + n->acl_entries_count + n->firewall_rules_count + n->listeners_count + n->entrances_count + n->targets_count) + 16;
}

static struct ports ports_of(struct arena *a, const struct net *n, int16_t proto)
{
    struct ports p = {arena_array_of(a, uint16_t, room_of(n)), 0};
    add_port(&p, 0);
    if (proto == NET_ICMP)
        add_interval(&p, 8 << 8, 8 << 8 | 255); /* an echo request has an answer, other messages have none */
    if (proto == NET_ICMP6)
        add_interval(&p, 128 << 8, 128 << 8 | 255);
    for (uint32_t i = 0; i < n->rules_count; i++)
        if (n->rules[i].proto == proto)
            add_interval(&p, n->rules[i].lo, n->rules[i].hi);
    for (uint32_t i = 0; i < n->acl_entries_count; i++)
        if (n->acl_entries[i].proto == proto)
            add_interval(&p, n->acl_entries[i].lo, n->acl_entries[i].hi);
    for (uint32_t i = 0; i < n->firewall_rules_count; i++)
        if (n->firewall_rules[i].proto == proto)
            add_interval(&p, n->firewall_rules[i].dport_lo, n->firewall_rules[i].dport_hi);
    for (uint32_t i = 0; i < n->listeners_count; i++)
        if (n->listeners[i].proto == proto)
            add_interval(&p, n->listeners[i].lo, n->listeners[i].hi);
    for (uint32_t i = 0; i < n->entrances_count; i++)
        if (n->entrances[i].proto == proto)
            add_interval(&p, n->entrances[i].lo, n->entrances[i].hi);
    return p;
}

static void add_services(struct arena *a, const struct net *n, struct probe *out)
{
    static const int16_t protos[] = {NET_TCP, NET_UDP, NET_ICMP, NET_ICMP6};
    struct ports p[4];
    uint32_t all = 2;
    for (int i = 0; i < 4; i++) {
        p[i] = ports_of(a, n, protos[i]);
        all += p[i].count;
    }
    out->services = arena_array_of(a, struct probe_service, all);
    for (int i = 0; i < 4; i++)
        for (uint32_t k = 0; k < p[i].count; k++)
            out->services[out->service_count++] = (struct probe_service){protos[i], p[i].at[k]};
    out->services[out->service_count++] = (struct probe_service){50, 0};
    out->services[out->service_count++] = (struct probe_service){47, 0};
}

/* Source ports matter to ACLs (the answer's destination) and firewalls. 49152 is one that every system picks. */
static void add_sports(struct arena *a, const struct net *n, struct probe *out)
{
    struct ports p = {arena_array_of(a, uint16_t, room_of(n)), 0};
    add_port(&p, 49152);
    for (uint32_t i = 0; i < n->acl_entries_count; i++)
        if ((n->acl_entries[i].proto == NET_TCP || n->acl_entries[i].proto == NET_UDP) && (n->acl_entries[i].lo || n->acl_entries[i].hi != 65535))
            add_interval(&p, n->acl_entries[i].lo, n->acl_entries[i].hi);
    for (uint32_t i = 0; i < n->firewall_rules_count; i++)
        if (n->firewall_rules[i].sport_lo || n->firewall_rules[i].sport_hi != 65535)
            add_interval(&p, n->firewall_rules[i].sport_lo, n->firewall_rules[i].sport_hi);
    if (p.count > 1)
        add_port(&p, 0);
    out->sports = p.at;
    out->sport_count = p.count;
}

struct addresses {
    ip_number *at;
    uint32_t count;
};

static void add_address(struct addresses *s, ip_number ip)
{
    if (ip)
        s->at[s->count++] = ip;
}

static int by_number(const void *x, const void *y)
{
    ip_number a = *(const ip_number *)x, b = *(const ip_number *)y;
    return a < b ? -1 : a > b;
}

static void add_destinations(struct arena *a, const struct net *n, struct probe *out)
{
    struct addresses s = {arena_array_of(a, ip_number, 3 * n->addresses_count + 2 * n->external_ranges_count + n->prefix_entries_count + n->rules_count + 8),
                          0};
    for (uint32_t k = 0; k < 3; k++)
        add_address(&s, ((ip_number)0xffff << 32) | (0xac100000 + (k << 8)));
    for (uint32_t i = 0; i < n->rules_count; i++)
        if (n->rules[i].egress && n->rules[i].peer == PEER_RANGE)
            add_address(&s, n->rules[i].range.lo);
    for (uint32_t i = 0; i < n->addresses_count; i++) {
        add_address(&s, n->addresses[i].range.lo);
        add_address(&s, n->addresses[i].range.hi);
        add_address(&s, n->addresses[i].public_ip);
    }
    for (uint32_t i = 0; i < n->external_ranges_count; i++) {
        add_address(&s, n->external_ranges[i].range.lo);
        add_address(&s, n->external_ranges[i].range.hi);
    }
    for (uint32_t i = 0; i < n->prefix_entries_count; i++)
        add_address(&s, n->prefix_entries[i].range.lo);
    add_address(&s, ((ip_number)0xffff << 32) | 0x2c000000);     /* where the ranges of rules begin */
    add_address(&s, ((ip_number)0xffff << 32) | 0x2d2d2d2d);     /* 45.45.45.45: nobody's */
    add_address(&s, ((ip_number)0xffff << 32) | 0x0a010203);     /* 10.1.2.3 */
    add_address(&s, ((ip_number)0x2a00 << 112) | 1);             /* on the Internet of IPv6 */
    qsort(s.at, s.count, sizeof *s.at, by_number);
    out->to = arena_array_of(a, struct probe_to, s.count + n->entrances_count);
    for (uint32_t i = 0; i < s.count; i++)
        if (!i || s.at[i - 1] != s.at[i])
            out->to[out->to_count++].ip = s.at[i];
    for (uint32_t i = 0; i < n->entrances_count; i++)
        out->to[out->to_count++].entrance_plus_one = i + 1;
}

static void add_from(struct probe *out, enum net_kind kind, uint32_t row, ip_number ip)
{
    out->from[out->from_count++] = (struct net_end){{kind, row}, ip};
}

/* An address of a collected VPC is not on the Internet, whoever writes it into a packet. */
static bool is_own(const struct net *n, ip_number ip)
{
    bool own = net_public_at(n, ip) != NET_NONE;
    for (uint32_t v = 0; v < n->vpcs_count && !own; v++)
        own = net_vpc_holds(n, v, ip);
    return own;
}

static void add_senders(struct arena *a, const struct net *n, struct probe *out)
{
    out->from = arena_array_of(a, struct net_end, 2 * n->addresses_count + 2 * n->external_ranges_count + 3 * n->externals_count +
                                                         (size_t)n->rules_count * n->externals_count + 8);
    for (uint32_t i = 0; i < n->addresses_count; i++) {
        const struct net_address *d = &n->addresses[i];
        if (!n->enis[d->eni].sources)
            continue;
        add_from(out, NET_ENI, d->eni, d->range.lo);
        if (d->range.hi != d->range.lo)
            add_from(out, NET_ENI, d->eni, d->range.hi);
    }
    add_from(out, NET_EXTERNAL, 0, ((ip_number)0xffff << 32) | 0x2d2d2d2d);
    add_from(out, NET_EXTERNAL, 0, ((ip_number)0xffff << 32) | 0x2c000003); /* within rules' 44.0.0.0/27 */
    add_from(out, NET_EXTERNAL, 0, ((ip_number)0x2a00 << 112) | 1);
    for (uint32_t i = 0; i < n->external_ranges_count; i++) {
        add_from(out, NET_EXTERNAL, n->external_ranges[i].external, n->external_ranges[i].range.lo);
        add_from(out, NET_EXTERNAL, n->external_ranges[i].external, n->external_ranges[i].range.hi);
    }
    for (uint32_t i = 1; i < n->externals_count; i++)
        if (n->externals[i].all_ranges)
            for (uint32_t k = 0; k < 3; k++)
                add_from(out, NET_EXTERNAL, i, ((ip_number)0xffff << 32) | (0xac100000 + (k << 8))); /* 172.16.k.0: others' ranges */
    for (uint32_t i = 0; i < n->rules_count; i++) {
        const struct net_rule *r = &n->rules[i];
        if (r->egress || r->peer != PEER_RANGE)
            continue;
        if (!ip_is_internal(r->range.lo) && !is_own(n, r->range.lo))
            add_from(out, NET_EXTERNAL, 0, r->range.lo);
        for (uint32_t k = 1; k < n->externals_count; k++)
            if (n->externals[k].all_ranges)
                add_from(out, NET_EXTERNAL, k, r->range.lo);
    }
}

struct probe probe_of(struct arena *a, const struct net *n)
{
    struct probe p = {NULL, 0, NULL, 0, NULL, 0, NULL, 0};
    add_senders(a, n, &p);
    add_destinations(a, n, &p);
    add_services(a, n, &p);
    add_sports(a, n, &p);
    return p;
}

uint32_t probe_sender(const struct net *n, struct net_end from)
{
    return from.at.kind == NET_ENI ? n->enis[from.at.index].thing : from.at.kind == NET_EXTERNAL ? n->externals[from.at.index].thing : NET_NONE;
}

uint32_t probe_end(const struct net *n, const struct walk_path *p)
{
    switch (p->end.kind) {
    case NET_ENI: return n->enis[p->end.index].thing;
    case NET_EXTERNAL: return n->externals[p->end.index].thing;
    case NET_THING: return p->end.index;
    default: return NET_NONE;
    }
}

struct str probe_text(const struct net *n, struct arena *a, const struct net_flow *f)
{
    struct str to = f->entrance_plus_one ? n->entrances[f->entrance_plus_one - 1].id : ip_text(a, f->to);
    return arena_printf(a, "%.*s %.*s -> %.*s proto %d ports %u > %u", STR_ARG(net_id(n, f->from.at)), STR_ARG(ip_text(a, f->from.ip)),
                        STR_ARG(to), f->proto, f->sport, f->dport);
}
