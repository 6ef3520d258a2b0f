/* Ports and addresses at which rows begin to differ: between two of them every packet has the same fate. */
#include "base/bitset.h"
#include "reach/path.h"

#include <stdlib.h>

enum { PORTS = 65536 };

static void mark(struct arena *a, struct path_marks *m, int proto, uint32_t lo, uint32_t hi)
{
    if (lo > hi || proto < 0 || proto > 255)
        return;
    if (!m->port[proto]) {
        m->port[proto] = bits_new(a, PORTS);
        bits_set(m->port[proto], 0);
    }
    bits_set(m->port[proto], lo);
    if (hi + 1 < PORTS)
        bits_set(m->port[proto], hi + 1);
}

/* Rows for all protocols with ports are none in AWS (ports are for TCP and UDP only), but ward's own may have them. */
static void mark_any(struct arena *a, struct path_marks *m, int proto, uint16_t lo, uint16_t hi)
{
    if (proto != NET_ANY_PROTOCOL)
        mark(a, m, proto, lo, hi);
    else if (lo != 0 || hi != UINT16_MAX)
        for (int p = 0; p < 256; p++)
            if (m->port[p])
                mark(a, m, p, lo, hi);
}

void path_mark_ports(const struct net *n, struct arena *a, struct path_marks *out)
{
    static const int always[] = {NET_TCP, NET_UDP, NET_ICMP, NET_ICMP6};
    *out = (struct path_marks){0};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        mark(a, out, always[i], 0, UINT16_MAX);
    mark(a, out, 0, 0, 0); /* what no rule names */
    mark(a, out, NET_ICMP, 8 << 8, 8 << 8); /* echo has an answer, other types have none */
    mark(a, out, NET_ICMP6, 128 << 8, 128 << 8);
    for (uint32_t i = 0; i < n->rules_count; i++)
        mark_any(a, out, n->rules[i].proto, n->rules[i].lo, n->rules[i].hi);
    for (uint32_t i = 0; i < n->acl_entries_count; i++)
        mark_any(a, out, n->acl_entries[i].proto, n->acl_entries[i].lo, n->acl_entries[i].hi);
    for (uint32_t i = 0; i < n->listeners_count; i++)
        mark_any(a, out, n->listeners[i].proto == 0 ? NET_TCP : n->listeners[i].proto, n->listeners[i].lo, n->listeners[i].hi);
    for (uint32_t i = 0; i < n->entrances_count; i++)
        mark_any(a, out, n->entrances[i].proto, n->entrances[i].lo, n->entrances[i].hi);
    for (uint32_t i = 0; i < n->firewall_rules_count; i++)
        mark_any(a, out, n->firewall_rules[i].proto, n->firewall_rules[i].dport_lo, n->firewall_rules[i].dport_hi);
}

/* Begins of ranges, sorted, each once. */
struct begins {
    ip_number *at;
    uint32_t count, room;
    struct arena *arena;
};

static void begin(struct begins *b, ip_number ip)
{
    if (b->count == b->room) {
        uint32_t room = b->room ? 2 * b->room : 256;
        ip_number *at = arena_array_of(b->arena, ip_number, room);
        if (b->count)
            memcpy(at, b->at, b->count * sizeof *at);
        b->at = at;
        b->room = room;
    }
    b->at[b->count++] = ip;
}

static void begin_range(struct begins *b, struct ip_range r, struct ip_range within)
{
    struct ip_range both = ip_range_meet(r, within);
    if (ip_range_is_empty(both))
        return;
    begin(b, both.lo);
    if (both.hi < within.hi)
        begin(b, both.hi + 1);
}

static int by_ip(const void *x, const void *y)
{
    ip_number a = *(const ip_number *)x, b = *(const ip_number *)y;
    return a < b ? -1 : a > b;
}

static void sort(struct begins *b)
{
    uint32_t kept = 0;
    qsort(b->at, b->count, sizeof *b->at, by_ip);
    for (uint32_t i = 0; i < b->count; i++)
        if (!kept || b->at[kept - 1] != b->at[i])
            b->at[kept++] = b->at[i];
    b->count = kept;
}

static void begins_of(const struct net *n, struct begins *b, struct ip_range within)
{
    begin(b, within.lo);
    for (uint32_t i = 0; i < n->rules_count; i++)
        if (n->rules[i].peer == PEER_RANGE)
            begin_range(b, n->rules[i].range, within);
    for (uint32_t i = 0; i < n->prefix_entries_count; i++)
        begin_range(b, n->prefix_entries[i].range, within);
    for (uint32_t i = 0; i < n->acl_entries_count; i++)
        begin_range(b, n->acl_entries[i].range, within);
    for (uint32_t i = 0; i < n->routes_count; i++)
        begin_range(b, n->routes[i].range, within);
    for (uint32_t i = 0; i < n->tgw_routes_count; i++)
        begin_range(b, n->tgw_routes[i].range, within);
    for (uint32_t i = 0; i < n->firewall_rules_count; i++) {
        begin_range(b, n->firewall_rules[i].from, within);
        begin_range(b, n->firewall_rules[i].to, within);
    }
}

/* The Internet has holes where interfaces of the organization have their addresses. */
static bool is_ours(const struct net *n, ip_number ip)
{
    if (ip_is_v4(ip))
        return net_public_at(n, ip) != NET_NONE;
    for (uint32_t v = 0; v < n->vpcs_count; v++)
        if (net_vpc_holds(n, v, ip))
            return true;
    return false;
}

static uint32_t take(struct begins *b, uint32_t max, ip_number **out, bool *capped)
{
    sort(b);
    *capped |= b->count > max;
    *out = b->at;
    return b->count < max ? b->count : max;
}

uint32_t path_sample_internet(const struct net *n, struct arena *a, struct ip_range within, uint32_t max, ip_number **out, bool *capped)
{
    struct begins b = {.arena = a}, left = {.arena = a};
    uint32_t count;
    const struct ip_range *parts = ip_internet(&count);
    for (uint32_t i = 0; i < count; i++) {
        struct ip_range r = ip_range_is_empty(within) ? parts[i] : ip_range_meet(parts[i], within);
        if (!ip_range_is_empty(r))
            begins_of(n, &b, r);
    }
    sort(&b);
    for (uint32_t i = 0; i < b.count; i++) {
        ip_number ip = b.at[i];
        for (int step = 0; step < 64 && is_ours(n, ip) && (ip_range_is_empty(within) || ip < within.hi); step++)
            ip++;
        if (!is_ours(n, ip))
            begin(&left, ip);
    }
    return take(&left, max, out, capped);
}

uint32_t path_sample_external(const struct net *n, struct arena *a, uint32_t external, uint32_t max, ip_number **out, bool *capped)
{
    const struct net_external *x = &n->externals[external];
    struct begins b = {.arena = a};
    if (x->kind == EXTERNAL_INTERNET)
        return path_sample_internet(n, a, (struct ip_range){1, 0}, max, out, capped);
    NET_EACH(i, x->ranges)
        begins_of(n, &b, n->external_ranges[i].range);
    if (x->all_ranges) {
        begins_of(n, &b, ip_all_v4());
        begins_of(n, &b, ip_all_v6());
    }
    return take(&b, max, out, capped);
}
