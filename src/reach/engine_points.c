/* Addresses of interfaces, and the classes of those that no test tells apart. */
#include "reach/engine_internal.h"

#include "base/buf.h"

struct growing { struct point *at; uint32_t count, room; struct arena *a; };

static void add_point(struct growing *g, struct point p)
{
    if (g->count == g->room) {
        uint32_t room = g->room ? g->room * 2 : 1024;
        struct point *moved = arena_array_of(g->a, struct point, room);
        if (g->count)
            memcpy(moved, g->at, g->count * sizeof *moved);
        g->at = moved;
        g->room = room;
    }
    g->at[g->count++] = p;
}

/* One address of each atom that the range has to itself. */
static void range_points(struct reach *r, struct growing *g, uint32_t row)
{
    const struct net *n = r->n;
    const struct net_address *a = &n->addresses[row];
    ip_number lo = a->range.lo;
    for (uint32_t at = engine_atom(r, lo);; at++) {
        ip_number hi = at < r->cut_count && r->cuts[at] <= a->range.hi ? r->cuts[at] - 1 : a->range.hi, ip = lo;
        for (uint32_t tries = 0; ip <= hi && tries < 4096; ip++, tries++) {
            uint32_t there = net_address_at(n, n->enis[a->eni].vpc, ip);
            if (there == NET_NONE || n->addresses[there].range.lo != n->addresses[there].range.hi) {
                add_point(g, (struct point){.eni = a->eni, .address = row, .ip = ip, .public_ip = 0});
                break;
            }
        }
        if (hi == a->range.hi)
            break;
        lo = hi + 1;
    }
}

static void add(struct buf *b, const void *bytes, size_t size)
{
    buf_add(b, str_make(bytes, size));
}

/* What the way of a packet or a filter can depend on. */
static struct str class_key(const struct reach *r, struct buf *b, const struct point *p, uint32_t label)
{
    const struct net *n = r->n;
    const struct net_eni *e = &n->enis[p->eni];
    uint32_t flags = (uint32_t)(e->sources | e->receives << 1 | e->skips_groups << 2 | e->groups_read << 3 | e->forwards << 4 | e->deny_igw << 5 |
                                e->virtual_ << 6 | r->special[p->eni] << 7);
    uint32_t head[8] = {label, e->vpc, e->subnet, flags, engine_atom(r, p->ip), p->public_ip ? engine_atom(r, p->public_ip) : NET_NONE, e->groups.count,
                        r->special[p->eni] ? p->eni : 0};
    buf_reset(b);
    add(b, head, sizeof head);
    if (n->addresses[p->address].range.lo != n->addresses[p->address].range.hi) /* several may share a range */
        add(b, &p->address, sizeof p->address);
    NET_EACH(i, e->groups) {
        add(b, &n->eni_groups[i].group, sizeof(uint32_t));
        if (n->eni_groups[i].group == NET_NONE)
            buf_add(b, n->eni_groups[i].id);
    }
    NET_EACH(i, e->limits)
        add(b, &n->eni_limits[i].range, sizeof n->eni_limits[i].range);
    return buf_str(b);
}

static void mark_special(struct reach *r)
{
    const struct net *n = r->n;
    r->special = arena_array_of(r->arena, uint8_t, n->enis_count + 1);
    for (uint32_t i = 0; i < n->enis_count; i++) {
        uint32_t thing = n->enis[i].thing;
        r->special[i] = r->lb_of_thing[thing] != NET_NONE || r->endpoint_of_thing[thing] != NET_NONE || n->enis[i].forwards;
    }
    for (uint32_t i = 0; i < n->routes_count; i++)
        if (n->routes[i].kind == TARGET_ENI && n->routes[i].target != NET_NONE)
            r->special[n->routes[i].target] = 1;
    for (uint32_t i = 0; i < n->nat_addresses_count; i++)
        if (n->nat_addresses[i].eni != NET_NONE)
            r->special[n->nat_addresses[i].eni] = 1;
}

void engine_classes(struct reach *r, struct arena *a, const uint32_t *label_of)
{
    struct map seen;
    struct buf key;
    map_init(&seen, r->scratch);
    buf_init(&key, 1 << 20);
    r->classes = arena_array_of(a, struct cls, r->point_count + 1);
    r->class_count = 0;
    for (uint32_t i = 0; i < r->point_count; i++) {
        struct point *p = &r->points[i];
        uint32_t label = label_of ? label_of[r->n->enis[p->eni].thing] : 0;
        struct str k = class_key(r, &key, p, label);
        struct cls *c = map_get(&seen, k);
        if (!c) {
            c = &r->classes[r->class_count++];
            *c = (struct cls){.eni = p->eni, .ip = p->ip, .public_ip = p->public_ip, .label = label};
            map_put(&seen, arena_str(r->scratch, k), c);
        }
        p->cls = (uint32_t)(c - r->classes);
        c->count++;
    }
    buf_done(&key);
    uint32_t at = 0;
    for (uint32_t i = 0; i < r->class_count; i++) {
        r->classes[i].first = at;
        at += r->classes[i].count;
        r->classes[i].count = 0;
    }
    r->class_points = arena_array_of(a, uint32_t, r->point_count + 1);
    for (uint32_t i = 0; i < r->point_count; i++) {
        struct cls *c = &r->classes[r->points[i].cls];
        r->class_points[c->first + c->count++] = i;
    }
    arena_reset(r->scratch);
}

void engine_points(struct reach *r)
{
    const struct net *n = r->n;
    mark_special(r);
    struct growing g = {.a = r->arena};
    r->eni_points = arena_array_of(r->arena, struct net_span, n->enis_count + 1);
    for (uint32_t e = 0; e < n->enis_count; e++) {
        r->eni_points[e].first = g.count;
        NET_EACH(i, n->enis[e].addresses) {
            const struct net_address *a = &n->addresses[i];
            if (ip_range_is_empty(a->range))
                continue;
            if (a->range.lo == a->range.hi)
                add_point(&g, (struct point){.eni = e, .address = i, .ip = a->range.lo, .public_ip = a->public_ip});
            else
                range_points(r, &g, i);
        }
        r->eni_points[e].count = g.count - r->eni_points[e].first;
    }
    r->points = g.at;
    r->point_count = g.count;

}

/* The class of an interface's address: that of its atom. */
uint32_t engine_class_at(const struct reach *r, uint32_t eni, ip_number ip)
{
    uint32_t found = NET_NONE;
    NET_EACH(i, r->eni_points[eni]) {
        const struct point *p = &r->points[i];
        if (p->ip == ip)
            return p->cls;
        const struct net_address *a = &r->n->addresses[p->address];
        if (ip_in(a->range, ip) && engine_atom(r, p->ip) == engine_atom(r, ip))
            found = p->cls;
    }
    return found;
}
