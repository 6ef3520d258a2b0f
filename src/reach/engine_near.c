/*
 * Whereto a packet from a subnet can come at all: the addresses worth asking for. Routes alone decide; what is not followed here
 * (on-premises networks, what was not read) counts as leading to every address of its range.
 */
#include "reach/engine_public.h"

enum { NEAR_DEPTH = 6, FIRST_TGW = 2 }; /* FIRST_TGW: how deep the table of the sender's own transit gateway is */

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

static void add(struct near *w, uint32_t target)
{
    if (w->stamps[target] == w->stamp)
        return;
    w->stamps[target] = w->stamp;
    w->list[w->count++] = target;
}

static void add_all(struct near *w, struct ip_range range)
{
    for (uint32_t i = place(w->to, w->to_count, range.lo); i < w->to_count && w->to[i] <= range.hi; i++)
        add(w, i);
}

static void add_public(struct near *w, struct ip_range range)
{
    uint32_t blocks;
    const struct ip_range *all = ip_internet(&blocks);
    const struct public *p = w->r->run->public;
    if (w->skip_public) {
        for (uint32_t i = 0; i < p->rest_count; i++)
            if (ip_in(range, w->to[p->rest[i]]))
                add(w, p->rest[i]);
        return;
    }
    for (uint32_t i = 0; i < blocks; i++)
        if (ip_range_overlaps(all[i], range))
            add_all(w, ip_range_meet(all[i], range));
}

static void add_vpc(struct near *w, uint32_t vpc, struct ip_range range)
{
    if (vpc == NET_NONE || !w->r->n->vpcs[vpc].collected) {
        add_all(w, range);
        return;
    }
    struct net_span s = w->of_vpc[vpc];
    for (uint32_t i = s.first; i < s.first + s.count; i++)
        if (ip_in(range, w->to[w->vpc_to[i]]))
            add(w, w->vpc_to[i]);
}

static void by_table(struct near *w, uint32_t table, uint32_t vpc, struct ip_range range, int depth);

static void by_subnet(struct near *w, uint32_t subnet, struct ip_range range, int depth)
{
    const struct net *n = w->r->n;
    if (subnet == NET_NONE || depth > NEAR_DEPTH) {
        add_all(w, range);
        return;
    }
    NET_EACH(i, n->subnets[subnet].cidrs)
        if (ip_range_overlaps(n->subnet_cidrs[i].range, range))
            add_vpc(w, n->subnets[subnet].vpc, ip_range_meet(n->subnet_cidrs[i].range, range));
    by_table(w, n->subnets[subnet].table, n->subnets[subnet].vpc, range, depth + 1);
}

static void by_tgw_table(struct near *w, uint32_t table, struct ip_range range, int depth);

/* Straight from the sender's transit gateway into a VPC whose addresses are its alone: only what is not asked for all at once. */
static bool rest_of_vpc(struct near *w, uint32_t vpc, struct ip_range range)
{
    const struct net *n = w->r->n;
    bool within = false;
    NET_EACH(i, n->vpcs[vpc].cidrs)
        within = within || ip_range_holds(n->cidrs[i].range, range);
    if (!within || !w->far->vpc_ok[vpc])
        return false;
    struct net_span s = w->rest_of[vpc];
    for (uint32_t i = s.first; i < s.first + s.count; i++)
        if (ip_in(range, w->to[w->rest_to[i]]))
            add(w, w->rest_to[i]);
    return true;
}

static void by_attachment(struct near *w, uint32_t attachment, struct ip_range range, int depth)
{
    const struct net *n = w->r->n;
    const struct net_attachment *t = attachment == NET_NONE ? NULL : &n->attachments[attachment];
    if (!t || t->target == NET_NONE || depth > NEAR_DEPTH || (t->kind != ATTACHMENT_VPC && t->kind != ATTACHMENT_PEERING)) {
        add_all(w, range);
        return;
    }
    if (!t->available)
        return;
    if (t->kind == ATTACHMENT_PEERING) {
        const struct net_attachment *peer = &n->attachments[t->target];
        if (!peer->table_read)
            add_all(w, range);
        else if (peer->table != NET_NONE)
            by_tgw_table(w, peer->table, range, depth + 1);
        return;
    }
    if (!n->vpcs[t->target].collected || !t->subnets.count)
        add_vpc(w, t->target, range);
    uint32_t before = NET_NONE;
    NET_EACH(i, t->subnets) { /* most share one table */
        uint32_t subnet = n->attachment_subnets[i].subnet;
        if (before != NET_NONE && n->subnets[before].table == n->subnets[subnet].table && n->subnets[subnet].table != NET_NONE)
            continue;
        before = subnet;
        by_subnet(w, subnet, range, depth);
    }
    NET_EACH(i, n->vpcs[t->target].cidrs)
        if (ip_range_overlaps(n->cidrs[i].range, range))
            add_vpc(w, t->target, ip_range_meet(n->cidrs[i].range, range));
}

static struct ip_range interval(const struct flat *f, uint32_t i)
{
    return (struct ip_range){f->lo[i], i + 1 < f->count ? f->lo[i + 1] - 1 : ~(ip_number)0};
}

static uint32_t first_interval(const struct flat *f, ip_number ip)
{
    uint32_t at = place(f->lo, f->count, ip);
    return at < f->count && f->lo[at] == ip ? at : at ? at - 1 : 0;
}

/* The VPC that one route alone leads to. */
static uint32_t sole_vpc(const struct near *w, uint32_t row)
{
    const struct net *n = w->r->n;
    uint32_t at = n->tgw_routes[row].attachment;
    if (n->tgw_routes[row].blackhole || w->r->tgw_twin[row] != NET_NONE || at == NET_NONE || n->attachments[at].kind != ATTACHMENT_VPC ||
        n->attachments[at].tgw != n->tgw_tables[n->tgw_routes[row].table].tgw)
        return NET_NONE;
    return n->attachments[at].target;
}

static void by_tgw_table(struct near *w, uint32_t table, struct ip_range range, int depth)
{
    const struct net *n = w->r->n;
    const struct flat *f = &w->r->tgw_tables[table];
    if (!n->tgw_tables[table].read || depth > NEAR_DEPTH) {
        add_all(w, range);
        return;
    }
    for (uint32_t i = first_interval(f, range.lo); i < f->count && f->lo[i] <= range.hi; i++) {
        struct ip_range part = ip_range_meet(interval(f, i), range);
        uint32_t vpc = f->pick[i] == NET_NONE || !w->skip || depth != FIRST_TGW ? NET_NONE : sole_vpc(w, f->pick[i]);
        if (vpc != NET_NONE && !ip_range_is_empty(part) && rest_of_vpc(w, vpc, part))
            continue;
        for (uint32_t row = ip_range_is_empty(part) ? NET_NONE : f->pick[i]; row != NET_NONE; row = w->r->tgw_twin[row])
            if (!n->tgw_routes[row].blackhole)
                by_attachment(w, n->tgw_routes[row].attachment, part, depth + 1);
    }
}

static void by_tgw(struct near *w, uint32_t tgw, uint32_t vpc, struct ip_range range, int depth)
{
    const struct net *n = w->r->n;
    bool any = false;
    NET_EACH(k, w->r->attachments_of[vpc]) {
        const struct net_attachment *t = &n->attachments[w->r->attachment_order[k]];
        if (t->tgw != tgw)
            continue;
        any = true;
        if (!t->table_read)
            add_all(w, range);
        else if (t->table != NET_NONE)
            by_tgw_table(w, t->table, range, depth + 1);
    }
    if (!any && !n->tgws[tgw].collected)
        add_all(w, range);
}

static void by_endpoint(struct near *w, uint32_t endpoint, struct ip_range range, int depth)
{
    const struct net *n = w->r->n;
    const struct net_endpoint *d = &n->endpoints[endpoint];
    if (d->kind == ENDPOINT_GATEWAY)
        return;
    bool has = d->kind == ENDPOINT_GWLB && d->thing != NET_NONE && n->things[d->thing].enis.count;
    by_subnet(w, has ? n->enis[n->eni_order[n->things[d->thing].enis.first]].subnet : NET_NONE, range, depth);
}

static void by_route(struct near *w, const struct net_route *r, uint32_t vpc, struct ip_range range, int depth)
{
    const struct net *n = w->r->n;
    if (r->blackhole)
        return;
    if (r->kind != TARGET_LOCAL && (r->target == NET_NONE || r->kind == TARGET_UNKNOWN)) {
        add_all(w, range);
        return;
    }
    switch (r->kind) {
    case TARGET_LOCAL: add_vpc(w, vpc, range); break;
    case TARGET_IGW:
    case TARGET_EIGW: add_public(w, range); break;
    case TARGET_NAT: by_subnet(w, ip_is_v4(range.lo) ? n->nats[r->target].subnet : NET_NONE, range, depth); break;
    case TARGET_PEERING: {
        const struct net_peering *c = &n->peerings[r->target];
        add_vpc(w, c->requester == vpc ? c->accepter : c->requester, range);
        break;
    }
    case TARGET_TGW: by_tgw(w, r->target, vpc, range, depth); break;
    case TARGET_ENI:
        add_vpc(w, vpc, range);
        by_subnet(w, n->enis[r->target].subnet, range, depth);
        break;
    case TARGET_ENDPOINT: by_endpoint(w, r->target, range, depth); break;
    default: add_all(w, range); break;
    }
}

static void by_table(struct near *w, uint32_t table, uint32_t vpc, struct ip_range range, int depth)
{
    if (table == NET_NONE || depth > NEAR_DEPTH) {
        add_all(w, range);
        return;
    }
    const struct flat *f = &w->r->tables[table];
    if (f->unread_count) {
        add_all(w, range);
        return;
    }
    for (uint32_t i = f->count ? first_interval(f, range.lo) : 0; i < f->count && f->lo[i] <= range.hi; i++) {
        struct ip_range part = ip_range_meet(interval(f, i), range);
        if (f->pick[i] != NET_NONE && !ip_range_is_empty(part))
            by_route(w, &w->r->n->routes[f->pick[i]], vpc, part, depth);
    }
}

static void by_uplink(struct near *w, const struct net_uplink *u, struct ip_range range)
{
    const struct net *n = w->r->n;
    if (u->attachment != NET_NONE) {
        const struct net_attachment *t = &n->attachments[u->attachment];
        if (!t->table_read)
            add_all(w, range);
        else if (t->table != NET_NONE)
            by_tgw_table(w, t->table, range, FIRST_TGW + 1);
        return;
    }
    uint32_t vpc = n->vgws[u->vgw].vpc;
    if (vpc == NET_NONE || n->vpcs[vpc].vgw_table == NET_NONE)
        add_vpc(w, vpc, range);
    else
        add_all(w, range);
}

void near_of(struct near *w, const struct source *s)
{
    near_within(w, s, (struct ip_range){0, ~(ip_number)0}, false);
}

void near_within(struct near *w, const struct source *s, struct ip_range range, bool anew)
{
    const struct net *n = w->r->n;
    uint32_t subnet = s->cls == NET_NONE ? NET_NONE : n->enis[w->r->classes[s->cls].eni].subnet;
    bool skip = s->cls != NET_NONE && w->far->group_of[s->cls] != NET_NONE;
    bool internet = s->cls == NET_NONE && (n->externals[s->external].kind == EXTERNAL_INTERNET || n->externals[s->external].kind == EXTERNAL_AWS);
    bool skip_public = w->r->run->only_thing ? false : s->cls == NET_NONE ? internet : w->r->run->public->sends[s->cls];
    if (!anew && s->cls != NET_NONE && subnet != NET_NONE && subnet == w->subnet && skip == w->skip && skip_public == w->skip_public)
        return;
    if (!anew && s->cls == NET_NONE && w->external == s->external + 1)
        return;
    w->external = !anew && s->cls == NET_NONE ? s->external + 1 : 0;
    w->skip_public = skip_public;
    w->skip = skip;
    w->subnet = s->cls == NET_NONE ? NET_NONE : subnet;
    w->stamp++;
    w->count = 0;
    if (s->cls != NET_NONE)
        by_subnet(w, subnet, range, 0);
    else if (internet)
        add_public(w, range);
    else if (n->externals[s->external].kind == EXTERNAL_VPC)
        add_all(w, range);
    else
        NET_EACH(k, w->r->uplinks_of_external[s->external])
            by_uplink(w, &n->uplinks[w->r->uplink_external_order[k]], range);
}

static void by_vpc(struct near *w, struct arena *a, bool rest, struct net_span **spans, uint32_t **rows)
{
    const struct reach *r = w->r;
    const struct net *n = r->n;
    *spans = arena_array_of(a, struct net_span, n->vpcs_count + 1);
    *rows = arena_array_of(a, uint32_t, r->class_count + 1);
    for (uint32_t i = 0; i < r->class_count; i++)
        (*spans)[n->enis[r->classes[i].eni].vpc].count += !rest || !w->far->bulk[i];
    uint32_t at = 0;
    for (uint32_t i = 0; i < n->vpcs_count; i++) {
        (*spans)[i].first = at;
        at += (*spans)[i].count;
        (*spans)[i].count = 0;
    }
    for (uint32_t i = 0; i < r->class_count; i++)
        if (!rest || !w->far->bulk[i]) {
            struct net_span *s = &(*spans)[n->enis[r->classes[i].eni].vpc];
            (*rows)[s->first + s->count++] = place(w->to, w->to_count, r->classes[i].ip);
        }
}

/* By VPC: addresses of the classes in it. */
void near_new(struct near *w, const struct far *far, struct reach *r, struct arena *a, const ip_number *to, uint32_t count)
{
    *w = (struct near){.far = far, .r = r, .to = to, .to_count = count, .subnet = NET_NONE};
    w->stamps = arena_array_of(a, uint32_t, count + 1);
    w->list = arena_array_of(a, uint32_t, count + 1);
    by_vpc(w, a, false, &w->of_vpc, &w->vpc_to);
    by_vpc(w, a, true, &w->rest_of, &w->rest_to);
}
