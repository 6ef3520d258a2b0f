/* What does not depend on a question: protocols, flat tables, places where an address may tell. */
#include "reach/engine_internal.h"

#include <stdlib.h>

/* ---- services ---- */

static void name_protocol(struct reach *r, bool *named, int16_t proto)
{
    if (proto >= 0 && proto < 256 && r->slot_of[proto] == SLOTS_WITH_PORTS)
        named[proto] = true;
}

static void number_protocols(struct reach *r)
{
    const struct net *n = r->n;
    bool named[256] = {false};
    memset(r->slot_of, SLOTS_WITH_PORTS, sizeof r->slot_of);
    r->slot_of[NET_TCP] = SLOT_TCP;
    r->slot_of[NET_UDP] = SLOT_UDP;
    r->slot_of[NET_ICMP] = SLOT_ICMP;
    r->slot_of[NET_ICMP6] = SLOT_ICMP6;
    for (uint32_t i = 0; i < n->rules_count; i++)
        name_protocol(r, named, n->rules[i].proto);
    for (uint32_t i = 0; i < n->acl_entries_count; i++)
        name_protocol(r, named, n->acl_entries[i].proto);
    for (uint32_t i = 0; i < n->firewall_rules_count; i++)
        name_protocol(r, named, n->firewall_rules[i].proto);
    for (uint32_t i = 0; i < n->listeners_count; i++)
        name_protocol(r, named, n->listeners[i].proto);
    for (uint32_t i = 0; i < n->entrances_count; i++)
        name_protocol(r, named, n->entrances[i].proto);
    r->portless = arena_array_of(r->arena, int16_t, 257);
    for (int p = 1; p < 256; p++)
        if (named[p]) {
            r->service_of[p] = PORTLESS_FIRST + r->portless_count;
            r->portless[r->portless_count++] = (int16_t)p;
        }
    int16_t other = 0; /* protocol 0 is admitted by rules for all only, as one is that no rule names */
    for (int p = 0; p < 256; p++)
        if (r->slot_of[p] == SLOTS_WITH_PORTS && (p == 0 || !named[p]))
            r->service_of[p] = PORTLESS_FIRST + r->portless_count;
    r->portless[r->portless_count++] = other;
    r->all = services_one(r->arena, 0, PORTLESS_FIRST + r->portless_count - 1);
}

uint32_t engine_service(const struct reach *r, int16_t proto, uint16_t port)
{
    if (proto < 0 || proto > 255)
        return r->service_of[0];
    return r->slot_of[proto] < SLOTS_WITH_PORTS ? (uint32_t)r->slot_of[proto] << 16 | port : r->service_of[proto];
}

struct services_span engine_services(const struct reach *r, int16_t proto, uint16_t lo, uint16_t hi)
{
    const struct services_span none = {1, 0};
    if (proto == NET_ANY_PROTOCOL)
        return r->all.at[0];
    if (proto < 0 || proto > 255 || lo > hi)
        return none;
    if (r->slot_of[proto] < SLOTS_WITH_PORTS)
        return (struct services_span){(uint32_t)r->slot_of[proto] << 16 | lo, (uint32_t)r->slot_of[proto] << 16 | hi};
    if (lo > 0 || proto == 0) /* protocols without ports are at 0 */
        return none;
    return (struct services_span){r->service_of[proto], r->service_of[proto]};
}

/* ---- tables ---- */

uint32_t flat_at(const struct flat *f, ip_number ip)
{
    uint32_t lo = 0, hi = f->count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (f->lo[mid] <= ip)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo ? f->pick[lo - 1] : NET_NONE;
}

static int by_number(const void *x, const void *y)
{
    ip_number a = *(const ip_number *)x, b = *(const ip_number *)y;
    return a < b ? -1 : a > b;
}

static uint32_t unique(ip_number *at, uint32_t count)
{
    qsort(at, count, sizeof *at, by_number);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (!kept || at[kept - 1] != at[i])
            at[kept++] = at[i];
    return kept;
}

/* A route as the choice among routes sees it: the first that holds an address wins. */
struct candidate {
    struct ip_range range;
    uint32_t order, row; /* order: among those of one prefix, the smaller wins */
};

static int by_preference(const void *x, const void *y)
{
    const struct candidate *a = x, *b = y;
    ip_number v = ip_range_width(a->range), w = ip_range_width(b->range);
    if (v != w)
        return v < w ? -1 : 1;
    if (a->range.lo != b->range.lo)
        return a->range.lo < b->range.lo ? -1 : 1;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

static uint32_t place(const ip_number *at, uint32_t count, ip_number ip)
{
    uint32_t lo = 0, hi = count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (at[mid] < ip)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Paints intervals in order of preference; `next` leads over what is painted. */
static void flatten(struct reach *r, struct candidate *c, uint32_t count, struct flat *out)
{
    struct arena *t = r->scratch;
    qsort(c, count, sizeof *c, by_preference);
    ip_number *at = arena_array_of(t, ip_number, 2 * (size_t)count + 1);
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        at[n++] = c[i].range.lo;
        if (c[i].range.hi != ~(ip_number)0)
            at[n++] = c[i].range.hi + 1;
    }
    n = unique(at, n);
    uint32_t *pick = arena_array_of(t, uint32_t, n + 1), *next = arena_array_of(t, uint32_t, n + 1);
    for (uint32_t i = 0; i <= n; i++) {
        pick[i] = NET_NONE;
        next[i] = i;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t k = place(at, n, c[i].range.lo);
        uint32_t end = c[i].range.hi == ~(ip_number)0 ? n : place(at, n, c[i].range.hi + 1);
        while (k < end) {
            uint32_t root = k;
            while (next[root] != root)
                root = next[root];
            for (uint32_t up; next[k] != root && k != root; k = up) {
                up = next[k];
                next[k] = root;
            }
            if (root >= end)
                break;
            pick[root] = c[i].row;
            next[root] = root + 1;
            k = root + 1;
        }
    }
    ip_number *lo = arena_array_of(r->arena, ip_number, n ? n : 1);
    uint32_t *kept = arena_array_of(r->arena, uint32_t, n ? n : 1), m = 0;
    for (uint32_t i = 0; i < n; i++)
        if (!m || kept[m - 1] != pick[i]) {
            lo[m] = at[i];
            kept[m++] = pick[i];
        }
    *out = (struct flat){.lo = lo, .pick = kept, .count = m, .unread = out->unread, .unread_count = out->unread_count};
}

/* Equal prefixes: static before propagated, one's own block before a prefix list's, then rank (network.md, 1.4). */
void engine_table(struct reach *r, uint32_t table)
{
    const struct net *n = r->n;
    struct net_span span = n->tables[table].routes;
    struct candidate *c = arena_array_of(r->scratch, struct candidate, span.count + 1);
    uint32_t *unread = arena_array_of(r->arena, uint32_t, span.count + 1), count = 0, unreads = 0;
    NET_EACH(i, span) {
        const struct net_route *route = &n->routes[i];
        if (route->list_unread) {
            unread[unreads++] = i;
            continue;
        }
        if (ip_range_is_empty(route->range))
            continue;
        uint32_t order = (uint32_t)route->propagated << 9 | (uint32_t)(route->list != NET_NONE) << 8 | route->rank;
        c[count++] = (struct candidate){route->range, order, i};
    }
    r->tables[table].unread = unread;
    r->tables[table].unread_count = unreads;
    flatten(r, c, count, &r->tables[table]);
}

void engine_tgw_table(struct reach *r, uint32_t table)
{
    const struct net *n = r->n;
    struct net_span span = n->tgw_tables[table].routes;
    struct candidate *c = arena_array_of(r->scratch, struct candidate, span.count + 1);
    uint32_t count = 0;
    NET_EACH(i, span)
        if (!ip_range_is_empty(n->tgw_routes[i].range))
            c[count++] = (struct candidate){n->tgw_routes[i].range, (uint32_t)n->tgw_routes[i].propagated << 8 | n->tgw_routes[i].rank, i};
    flatten(r, c, count, &r->tgw_tables[table]);
    for (uint32_t i = 0; i < count; i++) {
        bool twins = i + 1 < count && c[i].order == c[i + 1].order && c[i].range.lo == c[i + 1].range.lo && c[i].range.hi == c[i + 1].range.hi;
        r->tgw_twin[c[i].row] = twins ? c[i + 1].row : NET_NONE;
    }
}

/* ---- cuts ---- */

struct cutting { ip_number *at; uint32_t count, room; struct arena *a; };

static void cut(struct cutting *c, struct ip_range range)
{
    if (ip_range_is_empty(range))
        return;
    if (c->count + 2 > c->room) {
        uint32_t room = c->room ? c->room * 2 : 1024;
        ip_number *moved = arena_array_of(c->a, ip_number, room);
        if (c->count)
            memcpy(moved, c->at, c->count * sizeof *moved);
        c->at = moved;
        c->room = room;
    }
    c->at[c->count++] = range.lo;
    if (range.hi != ~(ip_number)0)
        c->at[c->count++] = range.hi + 1;
}

#define CUT_ROWS(rows, field) \
    for (uint32_t i_ = 0; i_ < n->rows##_count; i_++) \
        cut(&c, n->rows[i_].field)

static void make_cuts(struct reach *r)
{
    const struct net *n = r->n;
    struct cutting c = {.a = r->scratch};
    for (uint32_t i = 0; i < n->rules_count; i++)
        if (n->rules[i].peer == PEER_RANGE)
            cut(&c, n->rules[i].range);
    CUT_ROWS(prefix_entries, range);
    CUT_ROWS(acl_entries, range);
    CUT_ROWS(routes, range);
    CUT_ROWS(tgw_routes, range);
    CUT_ROWS(cidrs, range);
    CUT_ROWS(subnet_cidrs, range);
    CUT_ROWS(eni_limits, range);
    CUT_ROWS(uplink_ranges, range);
    CUT_ROWS(external_ranges, range);
    CUT_ROWS(firewall_rules, from);
    CUT_ROWS(firewall_rules, to);
    uint32_t count;
    const struct ip_range *net = ip_internet(&count);
    for (uint32_t i = 0; i < count; i++)
        cut(&c, net[i]);
    c.count = unique(c.at, c.count);
    r->cuts = arena_array_of(r->arena, ip_number, c.count);
    memcpy(r->cuts, c.at, c.count * sizeof *c.at);
    r->cut_count = c.count;
}

uint32_t engine_atom(const struct reach *r, ip_number ip)
{
    uint32_t at = place(r->cuts, r->cut_count, ip);
    return at < r->cut_count && r->cuts[at] == ip ? at + 1 : at;
}

/* ---- indexes ---- */

static void order_rows(struct reach *r, uint32_t owners, uint32_t rows, const uint32_t *owner_of, struct net_span **spans, uint32_t **order)
{
    *spans = arena_array_of(r->arena, struct net_span, owners + 1);
    *order = arena_array_of(r->arena, uint32_t, rows + 1);
    for (uint32_t i = 0; i < rows; i++)
        if (owner_of[i] < owners)
            (*spans)[owner_of[i]].count++;
    uint32_t at = 0;
    for (uint32_t i = 0; i < owners; i++) {
        (*spans)[i].first = at;
        at += (*spans)[i].count;
        (*spans)[i].count = 0;
    }
    for (uint32_t i = 0; i < rows; i++)
        if (owner_of[i] < owners) {
            struct net_span *s = &(*spans)[owner_of[i]];
            (*order)[s->first + s->count++] = i;
        }
}

#define ORDER_ROWS(rows, owners, expr, spans, order) \
    do { \
        uint32_t *of_ = arena_array_of(r->scratch, uint32_t, n->rows##_count + 1); \
        for (uint32_t i = 0; i < n->rows##_count; i++) \
            of_[i] = (expr); \
        order_rows(r, n->owners##_count, n->rows##_count, of_, &r->spans, &r->order); \
    } while (0)

static void make_indexes(struct reach *r)
{
    const struct net *n = r->n;
    ORDER_ROWS(attachments, vpcs, n->attachments[i].kind == ATTACHMENT_VPC ? n->attachments[i].target : NET_NONE, attachments_of,
               attachment_order);
    uint32_t *ends = arena_array_of(r->scratch, uint32_t, 2 * (size_t)n->peerings_count + 1);
    for (uint32_t i = 0; i < n->peerings_count; i++) {
        ends[2 * i] = n->peerings[i].requester;
        ends[2 * i + 1] = n->peerings[i].accepter == n->peerings[i].requester ? NET_NONE : n->peerings[i].accepter;
    }
    order_rows(r, n->vpcs_count, 2 * n->peerings_count, ends, &r->peerings_of, &r->peering_order);
    for (uint32_t i = 0; i < 2 * n->peerings_count; i++)
        r->peering_order[i] /= 2;
    r->v6_cidrs = arena_array_of(r->arena, uint32_t, n->cidrs_count + 1);
    for (uint32_t i = 0; i < n->cidrs_count; i++)
        if (!ip_is_v4(n->cidrs[i].range.lo) && n->cidrs[i].vpc < n->vpcs_count)
            r->v6_cidrs[r->v6_count++] = i;
    ORDER_ROWS(entrances, vpcs, n->entrances[i].from_vpc, entrances_of_vpc, entrance_order);
    ORDER_ROWS(entrances, endpoints, n->entrances[i].from_endpoint, entrances_of_endpoint, entrance_endpoint_order);
    ORDER_ROWS(uplinks, vgws, n->uplinks[i].vgw, uplinks_of_vgw, uplink_vgw_order);
    ORDER_ROWS(uplinks, externals, n->uplinks[i].external, uplinks_of_external, uplink_external_order);
    r->external_of_vpc = arena_array_of(r->arena, uint32_t, n->vpcs_count + 1);
    memset(r->external_of_vpc, 0xff, n->vpcs_count * sizeof *r->external_of_vpc);
    for (uint32_t i = n->externals_count; i-- > 0;)
        if (n->externals[i].kind == EXTERNAL_VPC && n->externals[i].vpc < n->vpcs_count)
            r->external_of_vpc[n->externals[i].vpc] = i;
    r->lb_of_thing = arena_array_of(r->arena, uint32_t, n->things_count + 1);
    memset(r->lb_of_thing, 0xff, n->things_count * sizeof *r->lb_of_thing);
    for (uint32_t i = n->lbs_count; i-- > 0;)
        if (n->lbs[i].thing < n->things_count)
            r->lb_of_thing[n->lbs[i].thing] = i;
    r->endpoint_of_thing = arena_array_of(r->arena, uint32_t, n->things_count + 1);
    memset(r->endpoint_of_thing, 0xff, n->things_count * sizeof *r->endpoint_of_thing);
    for (uint32_t i = n->endpoints_count; i-- > 0;)
        if (n->endpoints[i].thing < n->things_count)
            r->endpoint_of_thing[n->endpoints[i].thing] = i;
}

/* An ACL whose first words are "all, from and to everywhere" tests nothing. */
static bool lets_all(const struct net *n, struct net_span entries)
{
    bool four = false, six = false;
    NET_EACH(i, entries) {
        const struct net_acl_entry *e = &n->acl_entries[i];
        if (!e->allow || e->proto != NET_ANY_PROTOCOL)
            return false;
        four = four || ip_range_holds(e->range, ip_all_v4());
        six = six || ip_range_holds(e->range, ip_all_v6());
        if (four && six)
            return true;
    }
    return false;
}

void engine_acl(struct reach *r, uint32_t acl)
{
    const struct net_acl *c = &r->n->acls[acl];
    r->acl_open[acl] = (uint8_t)((lets_all(r->n, c->ingress) ? 1 : 0) | (lets_all(r->n, c->egress) ? 2 : 0));
}

void engine_compile(struct reach *r)
{
    const struct net *n = r->n;
    number_protocols(r);
    r->tables = arena_array_of(r->arena, struct flat, n->tables_count + 1);
    r->tgw_tables = arena_array_of(r->arena, struct flat, n->tgw_tables_count + 1);
    r->tgw_twin = arena_array_of(r->arena, uint32_t, n->tgw_routes_count + 1);
    for (uint32_t i = 0; i < n->tables_count; i++)
        engine_table(r, i);
    for (uint32_t i = 0; i < n->tgw_tables_count; i++) {
        engine_tgw_table(r, i);
        arena_reset(r->scratch);
    }
    make_cuts(r);
    make_indexes(r);
    r->acl_open = arena_array_of(r->arena, uint8_t, n->acls_count + 1);
    for (uint32_t i = 0; i < n->acls_count; i++)
        engine_acl(r, i);
    arena_reset(r->scratch);
}
