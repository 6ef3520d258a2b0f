/* What of a sender, and of a public address, tells on its way through the Internet: all but the two addresses. */
#include "reach/engine_public.h"

#include <stdlib.h>

enum { LEADS_NOWHERE, LEADS_IGW, LEADS_EIGW, LEADS_NAT, NATS_MAX = 4, STEPS_MAX = 256 };

/* Where a table leads of the Internet: from lo[i] on to what[i]. */
struct leads {
    ip_number lo[STEPS_MAX];
    uint32_t what[STEPS_MAX], count;
    uint32_t nats[NATS_MAX], nat_count;
};

static void put(struct buf *b, const void *bytes, size_t size)
{
    buf_add(b, str_make(bytes, size));
}

static void put_number(struct buf *b, uint32_t x)
{
    put(b, &x, sizeof x);
}

static bool meets_internet(struct ip_range range)
{
    uint32_t blocks;
    const struct ip_range *all = ip_internet(&blocks);
    for (uint32_t i = 0; i < blocks; i++)
        if (ip_range_overlaps(all[i], range))
            return true;
    return false;
}

static bool of_vpc(const struct net *n, uint32_t vpc, struct ip_range range)
{
    NET_EACH(i, n->vpcs[vpc].cidrs)
        if (ip_range_holds(n->cidrs[i].range, range))
            return true;
    return false;
}

/* ---- routes ---- */

static bool lead_of(const struct reach *r, uint32_t row, uint32_t vpc, bool nat_leads, struct leads *l, uint32_t *what)
{
    const struct net *n = r->n;
    *what = LEADS_NOWHERE;
    if (row == NET_NONE || n->routes[row].blackhole)
        return true;
    const struct net_route *t = &n->routes[row];
    if (t->target == NET_NONE)
        return false;
    switch (t->kind) {
    case TARGET_IGW: *what = n->igws[t->target].vpc == vpc ? LEADS_IGW : LEADS_NOWHERE; return true;
    case TARGET_EIGW: *what = LEADS_EIGW; return true;
    case TARGET_ENDPOINT: return n->endpoints[t->target].kind == ENDPOINT_GATEWAY;
    case TARGET_NAT: break;
    default: return false;
    }
    if (!nat_leads)
        return true;
    for (uint32_t i = 0; i < l->nat_count; i++)
        if (l->nats[i] == t->target) {
            *what = LEADS_NAT + i;
            return true;
        }
    if (l->nat_count == NATS_MAX)
        return false;
    *what = LEADS_NAT + l->nat_count;
    l->nats[l->nat_count++] = t->target;
    return true;
}

/* The VPC's own addresses are left out: who is there is asked one by one. `nat_leads`: false where NAT gateways take nothing. */
static bool leads_of(const struct reach *r, uint32_t table, uint32_t vpc, bool nat_leads, struct leads *l)
{
    uint32_t blocks;
    const struct ip_range *all = ip_internet(&blocks);
    l->count = l->nat_count = 0;
    if (table == NET_NONE || r->tables[table].unread_count)
        return false;
    const struct flat *f = &r->tables[table];
    for (uint32_t k = 0; k < blocks; k++)
        for (uint32_t i = 0; i < f->count; i++) {
            struct ip_range part = ip_range_meet((struct ip_range){f->lo[i], i + 1 < f->count ? f->lo[i + 1] - 1 : ~(ip_number)0}, all[k]);
            uint32_t what;
            if (ip_range_is_empty(part))
                continue;
            if (f->pick[i] != NET_NONE && r->n->routes[f->pick[i]].kind == TARGET_LOCAL && !r->n->routes[f->pick[i]].blackhole) {
                if (!of_vpc(r->n, vpc, part))
                    return false;
                continue;
            }
            if (!lead_of(r, f->pick[i], vpc, nat_leads, l, &what))
                return false;
            if (l->count && l->what[l->count - 1] == what)
                continue;
            if (l->count == STEPS_MAX)
                return false;
            l->lo[l->count] = part.lo;
            l->what[l->count++] = what;
        }
    return true;
}

static void put_leads(struct buf *b, const struct leads *l)
{
    put_number(b, l->count);
    put(b, l->lo, l->count * sizeof *l->lo);
    put(b, l->what, l->count * sizeof *l->what);
}

static bool leads_anywhere(const struct leads *l, uint32_t what)
{
    for (uint32_t i = 0; i < l->count; i++)
        if (l->what[i] == what)
            return true;
    return false;
}

/* ---- filters ---- */

static void put_acl(const struct net *n, struct buf *b, uint32_t acl)
{
    struct net_span both[2] = {n->acls[acl].ingress, n->acls[acl].egress};
    for (int k = 0; k < 2; k++) {
        put_number(b, NET_NONE);
        NET_EACH(i, both[k]) {
            const struct net_acl_entry *e = &n->acl_entries[i];
            if (!meets_internet(e->range))
                continue;
            int32_t row[4] = {e->allow, e->proto, e->lo, e->hi};
            put(b, row, sizeof row);
            put(b, &e->range, sizeof e->range);
        }
    }
}

/* Rules that name groups take in nobody who comes from the Internet, and no address that no VPC has. False: one that may. */
static bool put_groups(const struct net *n, struct buf *b, const struct net_eni *e, bool egress, bool named_matter)
{
    put_number(b, (uint32_t)e->groups_read | (uint32_t)e->skips_groups << 1);
    if (e->skips_groups)
        return true;
    NET_EACH(g, e->groups) {
        uint32_t group = n->eni_groups[g].group;
        uint32_t read = group != NET_NONE && (egress ? n->groups[group].egress_read : n->groups[group].ingress_read);
        put_number(b, read);
        if (!read)
            continue;
        NET_EACH(i, egress ? n->groups[group].egress : n->groups[group].ingress) {
            const struct net_rule *r = &n->rules[i];
            if (r->peer == PEER_GROUP && named_matter)
                return false;
            if (r->peer == PEER_GROUP || (r->peer == PEER_RANGE && !meets_internet(r->range)))
                continue;
            int32_t row[5] = {r->proto, r->lo, r->hi, (int32_t)r->peer, r->peer == PEER_LIST ? (int32_t)r->peer_index : 0};
            put(b, row, sizeof row);
            if (r->peer == PEER_RANGE)
                put(b, &r->range, sizeof r->range);
        }
    }
    return true;
}

static void put_filtered(const struct reach *r, struct buf *b, uint32_t subnet, bool egress, ip_number peer)
{
    struct sym s = {.r = r, .n = r->n, .a = r->asking};
    struct tri t = filter_acl(&s, subnet, egress, peer);
    put_number(b, t.sure.count);
    put(b, t.sure.at, t.sure.count * sizeof *t.sure.at);
    arena_reset(r->asking);
}

/* ---- addresses ---- */

/* An IPv4 address that no VPC has as a private one, an IPv6 address that one VPC alone has (`vpc`; NET_NONE: none has). */
static bool address_plain(const struct reach *r, ip_number ip, uint32_t *vpc)
{
    const struct net *n = r->n;
    *vpc = NET_NONE;
    if (ip_is_internal(ip) || ip >> 32 == (ip_number)0x0064ff9b << 64) /* NAT gateways take the latter (RFC 6052) */
        return false;
    if (ip_is_v4(ip)) {
        for (uint32_t i = 0; i < r->own_public_count; i++)
            if (ip_in(r->own_public[i], ip))
                return false;
        return true;
    }
    uint32_t holders = 0;
    for (uint32_t i = 0; i < r->v6_count; i++)
        if (ip_in(n->cidrs[r->v6_cidrs[i]].range, ip) && *vpc != n->cidrs[r->v6_cidrs[i]].vpc) {
            *vpc = n->cidrs[r->v6_cidrs[i]].vpc;
            holders++;
        }
    return holders < 2;
}

static bool bpa_lets(const struct net *n, const struct net_eni *e)
{
    return !e->deny_igw && (e->subnet == NET_NONE || n->subnets[e->subnet].bpa == BPA_OFF || n->subnets[e->subnet].bpa == BPA_UNREAD);
}

/* Answers find back to `ip`: it is of this address alone. */
static bool found_again(const struct reach *r, uint32_t vpc, uint32_t row)
{
    const struct net *n = r->n;
    const struct net_address *a = &n->addresses[row];
    uint32_t of;
    if (a->range.lo != a->range.hi || net_address_at(n, vpc, a->range.lo) != row)
        return false;
    if (ip_is_v4(a->range.lo))
        return !a->public_ip || (net_public_at(n, a->public_ip) == row && address_plain(r, a->public_ip, &of));
    return address_plain(r, a->range.lo, &of) && of == vpc;
}

static bool eni_plain(const struct reach *r, uint32_t eni)
{
    const struct net *n = r->n;
    const struct net_eni *e = &n->enis[eni];
    if (e->vpc == NET_NONE || e->subnet == NET_NONE || !n->vpcs[e->vpc].collected || n->vpcs[e->vpc].igw_table != NET_NONE)
        return false;
    return n->subnets[e->subnet].vpc == e->vpc && n->subnets[e->subnet].acl != NET_NONE;
}

/* ---- senders ---- */

static bool put_nat_address(const struct reach *r, struct buf *b, const struct net_nat *g, const struct net_nat_address *a)
{
    const struct net *n = r->n;
    uint32_t row = a->public_ip ? net_public_at(n, a->public_ip) : NET_NONE, vpc;
    if (a->public_ip && !address_plain(r, a->public_ip, &vpc))
        return false;
    if (row != NET_NONE && (n->addresses[row].range.lo != a->private_ip || n->enis[n->addresses[row].eni].vpc != g->vpc))
        return false;
    put_number(b, row == NET_NONE);
    put_number(b, a->eni == NET_NONE ? 0 : n->enis[a->eni].deny_igw);
    put_number(b, a->eni == NET_NONE || n->enis[a->eni].subnet == NET_NONE ? NET_NONE : n->subnets[n->enis[a->eni].subnet].bpa);
    put_number(b, a->public_ip != 0);
    return true;
}

static uint32_t via_label(const struct run *u, uint32_t thing)
{
    for (uint32_t i = 0; i < u->q.allow_count; i++)
        if (u->q.allows[i].via == u->q.label_of[thing])
            return u->q.allows[i].via;
    return NET_NONE;
}

static bool put_nat(const struct run *u, struct buf *b, uint32_t nat, const struct net_eni *e, ip_number ip)
{
    const struct reach *r = u->r;
    const struct net *n = r->n;
    const struct net_nat *g = &n->nats[nat];
    struct leads out;
    if (g->vpc != e->vpc || g->subnet == NET_NONE || n->subnets[g->subnet].vpc != g->vpc || n->subnets[g->subnet].acl == NET_NONE ||
        !g->addresses.count || !leads_of(r, n->subnets[g->subnet].table, g->vpc, true, &out) || out.nat_count)
        return false;
    uint32_t home = flat_at(&r->tables[n->subnets[g->subnet].table], ip);
    if (home == NET_NONE || n->routes[home].kind != TARGET_LOCAL || n->routes[home].blackhole)
        return false;
    uint32_t head[4] = {g->available, g->is_public, g->subnet == e->subnet, g->addresses.count};
    put(b, head, sizeof head);
    put_number(b, via_label(u, g->thing));
    put_acl(n, b, n->subnets[g->subnet].acl);
    put_filtered(r, b, g->subnet, false, ip);
    put_filtered(r, b, g->subnet, true, ip);
    put_leads(b, &out);
    NET_EACH(i, g->addresses)
        if (!put_nat_address(r, b, g, &n->nat_addresses[i]))
            return false;
    return true;
}

struct faces { ip_number at[16]; uint32_t count; };

static bool add_face(struct faces *f, ip_number ip)
{
    if (f->count == sizeof f->at / sizeof *f->at)
        return false;
    if (ip)
        f->at[f->count++] = ip;
    return true;
}

static bool faces_of(const struct reach *r, uint32_t cls, const struct leads *l, struct faces *f)
{
    const struct net *n = r->n;
    const struct cls *c = &r->classes[cls];
    f->count = 0;
    if (!ip_is_v4(c->ip))
        return add_face(f, c->ip);
    if (leads_anywhere(l, LEADS_IGW) && !add_face(f, c->public_ip))
        return false;
    for (uint32_t k = 0; k < l->nat_count; k++)
        NET_EACH(i, n->nats[l->nats[k]].addresses)
            if (!add_face(f, n->nats[l->nats[k]].is_public ? n->nat_addresses[i].public_ip : 0))
                return false;
    return true;
}

static bool class_plain(const struct reach *r, uint32_t cls)
{
    const struct net *n = r->n;
    const struct cls *c = &r->classes[cls];
    const struct net_eni *e = &n->enis[c->eni];
    if (!eni_plain(r, c->eni) || e->limits.count || !e->sources || c->label == NET_NONE)
        return false;
    for (uint32_t i = 0; i < c->count; i++) {
        const struct point *p = &r->points[r->class_points[c->first + i]];
        if (p->address == NET_NONE || !found_again(r, e->vpc, p->address))
            return false;
    }
    return true;
}

/* `as`: the first address that it has outside; more of them are in the key. 0: it does not get out. */
bool public_sender_key(const struct run *u, uint32_t cls, struct buf *b, ip_number *as)
{
    const struct reach *r = u->r;
    const struct net *n = r->n;
    const struct cls *c = &r->classes[cls];
    const struct net_eni *e = &n->enis[c->eni];
    struct leads l;
    struct faces faces;
    buf_reset(b);
    if (!class_plain(r, cls) || !leads_of(r, n->subnets[e->subnet].table, e->vpc, true, &l) || !faces_of(r, cls, &l, &faces))
        return false;
    uint32_t head[6] = {ip_is_v4(c->ip), c->public_ip != 0, e->deny_igw, n->subnets[e->subnet].bpa, n->vpcs[e->vpc].igw != NET_NONE, l.nat_count};
    put(b, head, sizeof head);
    if (!put_groups(n, b, e, true, !ip_is_v4(c->ip)))
        return false;
    put_acl(n, b, n->subnets[e->subnet].acl);
    put_leads(b, &l);
    for (uint32_t i = 0; i < l.nat_count; i++)
        if (!put_nat(u, b, l.nats[i], e, c->ip))
            return false;
    for (uint32_t i = 1; i < faces.count || (faces.count > 1 && i == faces.count); i++)
        put(b, &faces.at[i == faces.count ? 0 : i], sizeof *faces.at);
    *as = faces.count ? faces.at[0] : 0;
    return true;
}

/* ---- public addresses ---- */

bool public_may_be_declared(const struct run *u, uint32_t label)
{
    for (uint32_t i = 0; i < u->q.allow_count; i++)
        if (u->q.allows[i].to == REACH_ANY || u->q.allows[i].to == label)
            return true;
    return false;
}

static void put_alone(struct buf *b, ip_number ip, uint32_t entrance)
{
    buf_addz(b, "alone");
    put(b, &ip, sizeof ip);
    put_number(b, entrance);
}

static bool relays(const struct reach *r, uint32_t thing)
{
    return r->lb_of_thing[thing] != NET_NONE || r->endpoint_of_thing[thing] != NET_NONE;
}

bool public_target_key(const struct run *u, ip_number ip, struct buf *b, struct public_target *t)
{
    const struct reach *r = u->r;
    const struct net *n = r->n;
    uint32_t vpc;
    buf_reset(b);
    *t = (struct public_target){.entrance = NET_NONE, .eni = NET_NONE, .cls = NET_NONE, .vpc = NET_NONE, .ip = ip};
    if (!address_plain(r, ip, &vpc))
        return false;
    uint32_t row = ip_is_v4(ip) ? net_public_at(n, ip) : vpc == NET_NONE ? NET_NONE : net_address_at(n, vpc, ip);
    if (row == NET_NONE) {
        buf_addz(b, "nobody");
        put_number(b, ip_is_v4(ip));
        return vpc == NET_NONE;
    }
    const struct net_address *a = &n->addresses[row];
    const struct net_eni *e = &n->enis[a->eni];
    struct leads l;
    if (!eni_plain(r, a->eni) || !found_again(r, e->vpc, row) || !leads_of(r, n->subnets[e->subnet].table, e->vpc, false, &l))
        return false;
    t->eni = a->eni;
    t->vpc = e->vpc;
    t->cls = engine_class_at(r, a->eni, a->range.lo);
    if (relays(r, e->thing)) {
        put_alone(b, ip, NET_NONE);
        return true;
    }
    uint32_t label = u->q.label_of[e->thing];
    uint32_t head[7] = {ip_is_v4(ip), e->receives, n->vpcs[e->vpc].igw != NET_NONE && bpa_lets(n, e), n->subnets[e->subnet].bpa,
                        n->subnets[e->subnet].declared_public, public_may_be_declared(u, label) ? label : NET_NONE, label == NET_NONE};
    put(b, head, sizeof head);
    put_groups(n, b, e, false, false);
    put_acl(n, b, n->subnets[e->subnet].acl);
    put_leads(b, &l);
    return true;
}

void public_entrance_key(const struct run *u, uint32_t entrance, struct buf *b, struct public_target *t)
{
    buf_reset(b);
    put_alone(b, 0, entrance);
    *t = (struct public_target){.entrance = entrance, .eni = NET_NONE, .cls = NET_NONE, .vpc = NET_NONE, .ip = sym_stranger(u->r->n, true)};
}

/* ---- where filters change their mind ---- */

static void cut_at(struct arena *a, struct public_cuts *c, ip_number ip)
{
    if (c->count == c->room) {
        uint32_t room = c->room ? c->room * 2 : 16;
        ip_number *moved = arena_array_of(a, ip_number, room);
        if (c->count)
            memcpy(moved, c->at, c->count * sizeof *moved);
        c->at = moved;
        c->room = room;
    }
    c->at[c->count++] = ip;
}

static void cut_range(struct arena *a, struct public_cuts *c, struct ip_range range)
{
    if (ip_range_is_empty(range) || !meets_internet(range))
        return;
    cut_at(a, c, range.lo);
    cut_at(a, c, range.hi + 1);
}

static void cut_acl(const struct net *n, struct arena *a, struct public_cuts *c, uint32_t acl)
{
    NET_EACH(i, n->acls[acl].ingress)
        cut_range(a, c, n->acl_entries[i].range);
    NET_EACH(i, n->acls[acl].egress)
        cut_range(a, c, n->acl_entries[i].range);
}

static void cut_groups(const struct net *n, struct arena *a, struct public_cuts *c, const struct net_eni *e, bool egress)
{
    NET_EACH(g, e->groups) {
        uint32_t group = n->eni_groups[g].group;
        if (group == NET_NONE)
            continue;
        NET_EACH(i, egress ? n->groups[group].egress : n->groups[group].ingress) {
            if (n->rules[i].peer == PEER_RANGE)
                cut_range(a, c, n->rules[i].range);
            else if (n->rules[i].peer == PEER_LIST && n->rules[i].peer_index != NET_NONE)
                NET_EACH(k, n->prefix_lists[n->rules[i].peer_index].entries)
                    cut_range(a, c, n->prefix_entries[k].range);
        }
    }
}

static int by_number(const void *x, const void *y)
{
    ip_number a = *(const ip_number *)x, b = *(const ip_number *)y;
    return a < b ? -1 : a > b;
}

static void cut_leads(struct arena *a, struct public_cuts *c, const struct leads *l)
{
    for (uint32_t i = 0; i < l->count; i++)
        cut_at(a, c, l->lo[i]);
}

static void in_order(struct public_cuts *c)
{
    if (c->count)
        qsort(c->at, c->count, sizeof *c->at, by_number);
}

void public_sender_cuts(const struct reach *r, struct arena *a, uint32_t cls, struct public_cuts *c)
{
    const struct net *n = r->n;
    const struct net_eni *e = &n->enis[r->classes[cls].eni];
    struct leads l, out;
    *c = (struct public_cuts){.at = NULL};
    cut_groups(n, a, c, e, true);
    cut_acl(n, a, c, n->subnets[e->subnet].acl);
    if (leads_of(r, n->subnets[e->subnet].table, e->vpc, true, &l))
        cut_leads(a, c, &l);
    for (uint32_t i = 0; i < l.nat_count; i++) {
        uint32_t subnet = n->nats[l.nats[i]].subnet;
        cut_acl(n, a, c, n->subnets[subnet].acl);
        if (leads_of(r, n->subnets[subnet].table, e->vpc, true, &out))
            cut_leads(a, c, &out);
    }
    in_order(c);
}

/* What a client is let through to by his own address is cut at all addresses that tell anybody. */
static bool shows_client(const struct reach *r, const struct public_target *t)
{
    const struct net *n = r->n;
    if (t->entrance != NET_NONE)
        return n->entrances[t->entrance].keeps_client_ip || n->entrances[t->entrance].groups.count;
    if (t->eni == NET_NONE)
        return false;
    uint32_t thing = n->enis[t->eni].thing, lb = r->lb_of_thing[thing];
    return r->endpoint_of_thing[thing] != NET_NONE || (lb != NET_NONE && n->lbs[lb].kind != LB_APPLICATION && n->lbs[lb].kind != LB_CLASSIC);
}

void public_target_cuts(const struct reach *r, struct arena *a, const struct public_target *t, struct public_cuts *c)
{
    const struct net *n = r->n;
    *c = (struct public_cuts){.at = NULL};
    if (shows_client(r, t)) {
        c->at = r->cuts;
        c->count = r->cut_count;
        return;
    }
    if (t->eni == NET_NONE)
        return;
    const struct net_eni *e = &n->enis[t->eni];
    struct leads l;
    cut_groups(n, a, c, e, false);
    cut_acl(n, a, c, n->subnets[e->subnet].acl);
    if (leads_of(r, n->subnets[e->subnet].table, e->vpc, false, &l))
        cut_leads(a, c, &l);
    in_order(c);
}
