/*
 * Over one transit gateway: senders that only their addresses tell apart go together. A group has one way out (table, zone, ACLs, outbound
 * rules by content); within it a run of addresses between two cuts of the destination's filters has one answer, which one
 * of them is asked for. A tree over the addresses of each group holds the labels, so that a run is a few sets of them.
 */
#include "reach/engine_far.h"

#include "base/buf.h"

#include <stdlib.h>

static void put(struct buf *b, const void *bytes, size_t size)
{
    buf_add(b, str_make(bytes, size));
}

static void put_str(struct buf *b, struct str s)
{
    put(b, &s.len, sizeof s.len);
    buf_add(b, s);
}

static bool acl_rangeless(const struct net *n, uint32_t acl)
{
    struct net_span both[2] = {n->acls[acl].ingress, n->acls[acl].egress};
    for (int k = 0; k < 2; k++)
        NET_EACH(i, both[k])
            if (ip_is_v4(n->acl_entries[i].range.lo) && !ip_range_holds(n->acl_entries[i].range, ip_all_v4()))
                return false;
    return true;
}

static bool local_alone(const struct reach *r, uint32_t table, uint32_t vpc)
{
    const struct net *n = r->n;
    const struct flat *f = table == NET_NONE ? NULL : &r->tables[table];
    if (!f || f->unread_count)
        return false;
    NET_EACH(c, n->vpcs[vpc].cidrs) {
        if (!f->count || f->lo[0] > n->cidrs[c].range.lo)
            return false;
        for (uint32_t i = 0; i < f->count; i++) {
            ip_number hi = i + 1 < f->count ? f->lo[i + 1] - 1 : ~(ip_number)0;
            bool meets = f->lo[i] <= n->cidrs[c].range.hi && hi >= n->cidrs[c].range.lo;
            if (meets && (f->pick[i] == NET_NONE || n->routes[f->pick[i]].kind != TARGET_LOCAL || n->routes[f->pick[i]].blackhole))
                return false;
        }
    }
    return true;
}

/* Whether a VPC's subnets are within its blocks: who has other addresses is nobody that we know. */
static bool subnets_within(const struct net *n, uint32_t vpc)
{
    NET_EACH(k, n->vpcs[vpc].subnets)
        NET_EACH(i, n->subnets[n->subnet_order[k]].cidrs) {
            bool within = false;
            NET_EACH(c, n->vpcs[vpc].cidrs)
                within = within || ip_range_holds(n->cidrs[c].range, n->subnet_cidrs[i].range);
            if (!within)
                return false;
        }
    return true;
}

/* One attachment, no peering, nothing between the attachment and the interfaces. */
static bool vpc_plain(const struct reach *r, uint32_t vpc)
{
    const struct net *n = r->n;
    if (!n->vpcs[vpc].collected || r->peerings_of[vpc].count || r->attachments_of[vpc].count != 1)
        return false;
    const struct net_attachment *t = &n->attachments[r->attachment_order[r->attachments_of[vpc].first]];
    if (!t->available || !t->table_read || t->table == NET_NONE || !t->subnets.count || n->tgws[t->tgw].group_references ||
        !n->tgws[t->tgw].collected || !n->tgw_tables[t->table].read || n->tgw_tables[t->table].tgw != t->tgw || !subnets_within(n, vpc))
        return false;
    NET_EACH(i, t->subnets) {
        const struct net_subnet *s = &n->subnets[n->attachment_subnets[i].subnet];
        if (s->vpc != vpc || s->acl == NET_NONE || !acl_rangeless(n, s->acl) || !local_alone(r, s->table, vpc))
            return false;
    }
    return true;
}

static bool eni_plain(const struct far *f, uint32_t cls)
{
    const struct reach *r = f->u->r;
    const struct net_eni *e = &r->n->enis[r->classes[cls].eni];
    const struct net_address *a = &r->n->addresses[r->points[r->class_points[r->classes[cls].first]].address];
    if (r->special[r->classes[cls].eni] || e->subnet == NET_NONE || !f->vpc_ok[e->vpc] || !ip_is_v4(a->range.lo) || a->range.lo != a->range.hi)
        return false;
    const struct net_subnet *s = &r->n->subnets[e->subnet];
    return s->vpc == e->vpc && s->acl != NET_NONE && sym_subnet_holds(r->n, e->subnet, a->range.lo) &&
           net_subnet_at(r->n, e->vpc, a->range.lo) == e->subnet && local_alone(r, s->table, e->vpc);
}

static uint32_t attachment_of_vpc(const struct reach *r, uint32_t vpc)
{
    return r->attachment_order[r->attachments_of[vpc].first];
}

static bool leads_to(const struct reach *r, uint32_t table, ip_number ip, uint32_t attachment)
{
    uint32_t row = flat_at(&r->tgw_tables[table], ip);
    return row != NET_NONE && r->n->tgw_routes[row].attachment == attachment && !r->n->tgw_routes[row].blackhole && r->tgw_twin[row] == NET_NONE;
}

/* Where an answer to the address goes by a table: home, nowhere, or to what only this address tells. */
static void put_back(const struct reach *r, struct buf *b, uint32_t table, ip_number ip, uint32_t attachment)
{
    uint32_t row = flat_at(&r->tgw_tables[table], ip);
    uint8_t home = leads_to(r, table, ip, attachment);
    bool nowhere = row == NET_NONE || (r->n->tgw_routes[row].blackhole && r->tgw_twin[row] == NET_NONE);
    put(b, &home, sizeof home);
    put(b, &nowhere, sizeof nowhere);
    if (!home && !nowhere)
        put(b, &ip, sizeof ip);
}

static void put_acl(const struct net *n, struct buf *b, uint32_t acl)
{
    struct net_span both[2] = {n->acls[acl].ingress, n->acls[acl].egress};
    for (int k = 0; k < 2; k++) {
        put(b, &both[k].count, sizeof both[k].count);
        NET_EACH(i, both[k]) {
            const struct net_acl_entry *e = &n->acl_entries[i];
            int32_t row[4] = {e->allow, e->proto, e->lo, e->hi};
            put(b, row, sizeof row);
            put(b, &e->range, sizeof e->range);
        }
    }
}

static void put_egress(const struct net *n, struct buf *b, const struct net_eni *e)
{
    int32_t flags[2] = {e->groups_read, e->skips_groups};
    put(b, flags, sizeof flags);
    NET_EACH(g, e->groups) {
        uint32_t group = n->eni_groups[g].group;
        uint32_t read = group != NET_NONE && n->groups[group].egress_read, rows = 0;
        NET_EACH(i, read ? n->groups[group].egress : (struct net_span){0})
            rows += n->rules[i].peer != PEER_GROUP;
        put(b, &read, sizeof read);
        put(b, &rows, sizeof rows);
        if (!read)
            continue;
        NET_EACH(i, n->groups[group].egress) {
            const struct net_rule *r = &n->rules[i];
            if (r->peer == PEER_GROUP) /* names nobody in another VPC that is not peered */
                continue;
            int32_t row[5] = {r->proto, r->lo, r->hi, (int32_t)r->peer, r->peer == PEER_LIST ? (int32_t)r->peer_index : 0};
            put(b, row, sizeof row);
            put(b, &r->range, sizeof r->range);
        }
    }
}

static bool own_local(const struct net *n, const struct net_route *r, uint32_t vpc)
{
    NET_EACH(c, n->vpcs[vpc].cidrs)
        if (r->kind == TARGET_LOCAL && ip_range_holds(n->cidrs[c].range, r->range))
            return true;
    return false;
}

static void put_routes(const struct net *n, struct buf *b, uint32_t table, uint32_t vpc)
{
    uint32_t rows = 0;
    NET_EACH(i, n->tables[table].routes)
        rows += !own_local(n, &n->routes[i], vpc);
    put(b, &rows, sizeof rows);
    NET_EACH(i, n->tables[table].routes) {
        const struct net_route *r = &n->routes[i];
        if (own_local(n, r, vpc))
            continue;
        int32_t row[6] = {(int32_t)r->kind, r->kind == TARGET_TGW ? (int32_t)r->target : 0, r->blackhole, r->propagated, r->list != NET_NONE, r->rank};
        put(b, row, sizeof row);
        put(b, &r->range, sizeof r->range);
    }
}

/* All on which the way of a packet rests, but the sender's address; false: it does not belong to a group. */
static bool sender_key(const struct far *f, uint32_t cls, struct buf *b)
{
    const struct reach *r = f->u->r;
    const struct net *n = r->n;
    const struct net_eni *e = &n->enis[r->classes[cls].eni];
    if (!eni_plain(f, cls) || e->limits.count || !e->sources || r->classes[cls].label == NET_NONE)
        return false;
    uint32_t at = attachment_of_vpc(r, e->vpc);
    const struct net_attachment *t = &n->attachments[at];
    const struct net_subnet *s = &n->subnets[e->subnet];
    buf_reset(b);
    uint32_t head[5] = {t->tgw, t->table, t->appliance_mode, t->subnets.count, e->groups.count};
    put(b, head, sizeof head);
    put_str(b, s->az);
    NET_EACH(i, t->subnets) {
        const struct net_subnet *of = &n->subnets[n->attachment_subnets[i].subnet];
        uint32_t same = n->attachment_subnets[i].subnet == e->subnet;
        put_str(b, of->az);
        put(b, &same, sizeof same);
        put_acl(n, b, of->acl);
    }
    put_acl(n, b, s->acl);
    for (uint32_t i = 0; i < n->tgw_tables_count; i++) {
        if (n->tgw_tables[i].tgw == t->tgw)
            put_back(r, b, i, r->classes[cls].ip, at);
    }
    put_routes(n, b, s->table, e->vpc);
    put_egress(n, b, e);
    return true;
}

/* ---- groups and their trees ---- */

struct keyed { uint32_t group, cls; ip_number ip; };

static int by_group(const void *x, const void *y)
{
    const struct keyed *a = x, *b = y;
    return a->group != b->group ? (a->group < b->group ? -1 : 1) : a->ip != b->ip ? (a->ip < b->ip ? -1 : 1) : a->cls < b->cls ? -1 : a->cls > b->cls;
}

enum { FEW = 32 }; /* leaves whose labels are gathered when they are wanted */

static void plant(struct far *f, struct far_group *g)
{
    struct run *u = f->u;
    g->leaves = 1;
    while (g->leaves < g->count)
        g->leaves *= 2;
    g->node = f->node_count;
    f->node_count += 2 * g->leaves;
    uint32_t last = 2 * g->leaves / (2 * FEW); /* nodes below `last` have more than FEW / 2 leaves */
    g->set = arena_array_of(u->a, uint64_t *, (size_t)last + 1);
    g->sets = last;
    for (uint32_t i = last; i-- > 1;) {
        uint32_t lo = i, hi = i;
        if (2 * i < last) {
            g->set[i] = bits_new(u->a, u->q.labels);
            bits_or(g->set[i], g->set[2 * i], u->words);
            bits_or(g->set[i], g->set[2 * i + 1], u->words);
            continue;
        }
        while (lo < g->leaves) {
            lo = 2 * lo;
            hi = 2 * hi + 1;
        }
        g->set[i] = bits_new(u->a, u->q.labels);
        for (uint32_t k = lo - g->leaves; k <= hi - g->leaves && k < g->count; k++)
            bits_set(g->set[i], u->r->classes[g->members[k]].label);
    }
}

static void make_groups(struct far *f)
{
    struct run *u = f->u;
    const struct reach *r = u->r;
    struct arena *t = arena_new(1 << 20);
    struct map seen;
    struct buf key;
    map_init(&seen, t);
    buf_init(&key, 1 << 20);
    struct keyed *all = arena_array_of(t, struct keyed, r->class_count + 1);
    uint32_t count = 0, groups = 0;
    for (uint32_t i = 0; i < r->class_count; i++) {
        if (!sender_key(f, i, &key) || key.failed)
            continue;
        void *known = map_get(&seen, buf_str(&key));
        if (!known) {
            known = arena_alloc(t, sizeof(uint32_t));
            memcpy(known, &groups, sizeof groups);
            groups++;
            map_put(&seen, arena_str(t, buf_str(&key)), known);
        }
        memcpy(&all[count].group, known, sizeof groups);
        all[count].cls = i;
        all[count++].ip = r->classes[i].ip;
    }
    buf_done(&key);
    qsort(all, count, sizeof *all, by_group);
    f->groups = arena_array_of(u->a, struct far_group, groups + 2);
    f->members = arena_array_of(u->a, uint32_t, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        struct far_group *g = &f->groups[all[i].group];
        if (!g->count++)
            g->first = i;
        f->members[i] = all[i].cls;
        f->group_of[all[i].cls] = all[i].group;
    }
    f->group_count = groups;
    for (uint32_t i = 0; i < groups; i++) {
        f->groups[i].members = f->members + f->groups[i].first;
        plant(f, &f->groups[i]);
        for (uint32_t k = 0; k < f->groups[i].count; k++)
            f->leaf_of[0][f->members[f->groups[i].first + k]] = f->groups[i].node + f->groups[i].leaves + k;
    }
    f->group_at = arena_array_of(u->a, uint32_t, f->node_count + 1);
    for (uint32_t i = 0; i < groups; i++)
        for (uint32_t k = 0; k < 2 * f->groups[i].leaves; k++)
            f->group_at[f->groups[i].node + k] = i;
    arena_free(t);
}

/* ---- destinations ---- */

static bool table_plain(const struct reach *r, uint32_t table)
{
    NET_EACH(i, r->n->tables[table].routes) {
        enum net_target_kind k = r->n->routes[i].kind;
        if (k != TARGET_LOCAL && k != TARGET_TGW && k != TARGET_IGW && k != TARGET_NAT)
            return false;
    }
    return true;
}

static bool may_be_declared(const struct run *u, uint32_t label)
{
    for (uint32_t i = 0; i < u->q.allow_count; i++)
        if (u->q.allows[i].to == REACH_ANY || u->q.allows[i].to == label)
            return true;
    return false;
}

struct owned { struct ip_range range; uint32_t vpc; };

static int by_first(const void *x, const void *y)
{
    const struct owned *a = x, *b = y;
    return a->range.lo != b->range.lo ? (a->range.lo < b->range.lo ? -1 : 1) : a->vpc < b->vpc ? -1 : a->vpc > b->vpc;
}

/* VPCs that share addresses with another are asked pair by pair. */
static void mark_shared(struct far *f)
{
    const struct net *n = f->u->r->n;
    struct owned *all = arena_array_of(f->u->a, struct owned, n->cidrs_count + 1);
    uint32_t count = 0, last = 0;
    for (uint32_t i = 0; i < n->cidrs_count; i++)
        if (n->cidrs[i].vpc < n->vpcs_count)
            all[count++] = (struct owned){n->cidrs[i].range, n->cidrs[i].vpc};
    qsort(all, count, sizeof *all, by_first);
    for (uint32_t i = 1; i < count; i++) {
        if (all[i].range.lo <= all[last].range.hi && all[i].vpc != all[last].vpc)
            f->vpc_ok[all[i].vpc] = f->vpc_ok[all[last].vpc] = false;
        if (all[i].range.hi > all[last].range.hi)
            last = i;
    }
}

/* ---- one destination ---- */

struct cuts { ip_number at[512]; uint32_t count; bool full; };

static void cut(struct cuts *c, struct ip_range range)
{
    if (ip_range_is_empty(range) || !ip_is_v4(range.lo))
        return;
    if (c->count + 2 > sizeof c->at / sizeof *c->at) {
        c->full = true;
        return;
    }
    c->at[c->count++] = range.lo;
    c->at[c->count++] = range.hi + 1;
}

static int by_number(const void *x, const void *y)
{
    ip_number a = *(const ip_number *)x, b = *(const ip_number *)y;
    return a < b ? -1 : a > b;
}

static void cuts_of(const struct reach *r, const struct net_eni *e, struct cuts *c)
{
    const struct net *n = r->n;
    c->count = 0;
    c->full = false;
    NET_EACH(g, e->groups) {
        uint32_t group = n->eni_groups[g].group;
        if (group == NET_NONE)
            continue;
        NET_EACH(i, n->groups[group].ingress) {
            if (n->rules[i].peer == PEER_RANGE)
                cut(c, n->rules[i].range);
            else if (n->rules[i].peer == PEER_LIST && n->rules[i].peer_index != NET_NONE)
                NET_EACH(k, n->prefix_lists[n->rules[i].peer_index].entries)
                    cut(c, n->prefix_entries[k].range);
        }
    }
    const struct net_acl *acl = &n->acls[n->subnets[e->subnet].acl];
    NET_EACH(i, acl->ingress)
        cut(c, n->acl_entries[i].range);
    NET_EACH(i, acl->egress)
        cut(c, n->acl_entries[i].range);
    NET_EACH(i, n->tables[n->subnets[e->subnet].table].routes)
        cut(c, n->routes[i].range);
    NET_EACH(i, n->vpcs[e->vpc].cidrs)
        cut(c, n->cidrs[i].range);
    qsort(c->at, c->count, sizeof *c->at, by_number);
}

bool far_fits(const struct far *f, uint32_t cls)
{
    struct cuts c;
    cuts_of(f->u->r, &f->u->r->n->enis[f->u->r->classes[cls].eni], &c);
    return !c.full;
}

/* Too many cuts: pair by pair. */
static void mark_bulk(struct far *f)
{
    const struct reach *r = f->u->r;
    for (uint32_t i = 0; i < r->class_count; i++) {
        const struct net_eni *e = &r->n->enis[r->classes[i].eni];
        f->bulk[i] = e->receives && eni_plain(f, i) && table_plain(r, r->n->subnets[e->subnet].table) &&
                     !may_be_declared(f->u, f->u->q.label_of[e->thing]);
        f->bulk[i] = f->bulk[i] && far_fits(f, i);
    }
}

void far_new(struct far *f, struct run *u)
{
    const struct reach *r = u->r;
    const struct net *n = r->n;
    *f = (struct far){.u = u, .vpc_ok = arena_array_of(u->a, bool, n->vpcs_count + 1), .bulk = arena_array_of(u->a, bool, r->class_count + 1),
                      .group_of = arena_array_of(u->a, uint32_t, r->class_count + 1),
                      .leaf_of = {arena_array_of(u->a, uint32_t, r->class_count + 1), arena_array_of(u->a, uint32_t, r->class_count + 1)}};
    memset(f->group_of, 0xff, r->class_count * sizeof *f->group_of);
    for (int k = 0; k < 2; k++)
        memset(f->leaf_of[k], 0xff, r->class_count * sizeof *f->leaf_of[k]);
    for (uint32_t i = 0; i < n->vpcs_count; i++)
        f->vpc_ok[i] = vpc_plain(r, i);
    mark_shared(f);
    make_groups(f);
    mark_bulk(f);
}

static uint32_t member_place(const struct far *f, const struct far_group *g, ip_number ip)
{
    uint32_t lo = 0, hi = g->count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (f->u->r->classes[f->members[g->first + mid]].ip < ip)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static bool leaves_by_tgw(const struct far *f, uint32_t cls, ip_number to, uint32_t attachment)
{
    const struct reach *r = f->u->r;
    const struct net *n = r->n;
    const struct net_eni *e = &n->enis[r->classes[cls].eni];
    const struct net_attachment *t = &n->attachments[attachment_of_vpc(r, e->vpc)];
    uint32_t row = flat_at(&r->tables[n->subnets[e->subnet].table], to);
    return row != NET_NONE && n->routes[row].kind == TARGET_TGW && n->routes[row].target == t->tgw && !n->routes[row].blackhole &&
           n->attachments[attachment].tgw == t->tgw && leads_to(r, t->table, to, attachment);
}

static void add_below(const struct run *u, const struct far_group *g, uint32_t node, uint64_t *row)
{
    if (node < g->sets) {
        bits_or(row, g->set[node], u->words);
        return;
    }
    uint32_t lo = node, hi = node;
    while (lo < g->leaves) {
        lo = 2 * lo;
        hi = 2 * hi + 1;
    }
    for (uint32_t k = lo - g->leaves; k <= hi - g->leaves && k < g->count; k++)
        bits_set(row, u->r->classes[g->members[k]].label);
}

/* Nodes of the tree that make up the members [from, to). */
void far_tell_tree(struct run *u, const struct far_group *g, uint32_t from, uint32_t to, uint64_t **const rows[HOW_COUNT], uint32_t bits,
                   uint32_t node, bool unknown)
{
    for (uint32_t lo = from + g->leaves, hi = to + g->leaves; lo < hi; lo /= 2, hi /= 2) {
        uint32_t picked[2], count = 0;
        if (lo & 1)
            picked[count++] = lo++;
        if (hi & 1)
            picked[count++] = --hi;
        for (uint32_t k = 0; k < count; k++) {
            for (int how = 0; how < HOW_COUNT; how++)
                if (bits >> how & 1) {
                    if (!*rows[how])
                        *rows[how] = bits_new(u->a, u->q.labels);
                    add_below(u, g, picked[k], *rows[how]);
                }
            run_edge(u, u->r->class_count + u->r->n->externals_count + g->node + picked[k], node, unknown);
        }
    }
}

static void tell_run(struct far *f, struct far_group *g, uint32_t from, uint32_t to, const struct outcome *o, uint32_t cls, uint32_t bits)
{
    struct run *u = f->u;
    uint64_t **rows[HOW_COUNT];
    for (int how = 0; how < HOW_COUNT; how++)
        rows[how] = &u->of_class[how][cls];
    far_tell_tree(u, g, from, to, rows, bits, u->r->n->things_count + cls, !o->direct.count && !o->one_way.count);
}

struct far_group *far_add_tree(struct far *f, const uint32_t *members, uint32_t count)
{
    struct far_group *g = &f->groups[f->group_count];
    uint32_t before = f->node_count;
    *g = (struct far_group){.count = count, .members = members};
    plant(f, g);
    uint32_t *moved = arena_array_of(f->u->a, uint32_t, f->node_count + 1);
    if (before)
        memcpy(moved, f->group_at, before * sizeof *moved);
    for (uint32_t i = before; i < f->node_count; i++)
        moved[i] = f->group_count;
    f->group_at = moved;
    for (uint32_t i = 0; i < count; i++)
        f->leaf_of[1][members[i]] = g->node + g->leaves + i;
    return g;
}

static void ask_run(struct far *f, struct far_group *g, uint32_t from, uint32_t to, uint32_t cls)
{
    struct run *u = f->u;
    struct reach *r = u->r;
    const struct cls *s = &r->classes[f->members[g->first + from]];
    struct net_end end = {ref_of(NET_ENI, s->eni), s->ip};
    run_ways(r, &u->found, r->scratch, u->sports, u->sport_count, end, r->classes[cls].ip, NET_NONE, r->all);
    for (uint32_t i = 0; i < u->found.count; i++) {
        const struct outcome *o = &u->found.at[i];
        if (o->end.kind != NET_ENI)
            continue;
        uint32_t at = engine_class_at(r, o->end.index, o->to);
        if (at == cls)
            tell_run(f, g, from, to, o, cls, run_bits(u, o, 0, u->q.label_of[r->n->enis[r->classes[cls].eni].thing], r->scratch));
    }
    u->stats.bicliques += u->found.count != 0;
    arena_reset(r->scratch);
}

void far_to(struct far *f, uint32_t cls)
{
    const struct reach *r = f->u->r;
    const struct net_eni *e = &r->n->enis[r->classes[cls].eni];
    uint32_t attachment = attachment_of_vpc(r, e->vpc);
    struct cuts c;
    cuts_of(r, e, &c);
    for (uint32_t k = 0; k < f->group_count; k++) {
        struct far_group *g = &f->groups[k];
        uint32_t one = f->members[g->first];
        if (r->n->enis[r->classes[one].eni].vpc == e->vpc)
            one = f->members[g->first + g->count - 1];
        if (r->n->enis[r->classes[one].eni].vpc == e->vpc || !leaves_by_tgw(f, one, r->classes[cls].ip, attachment))
            continue;
        for (uint32_t from = 0, i = 0; from < g->count;) {
            const struct cls *s = &r->classes[f->members[g->first + from]];
            while (i < c.count && c.at[i] <= s->ip)
                i++;
            uint32_t to = i < c.count ? member_place(f, g, c.at[i]) : g->count;
            if (r->n->enis[s->eni].vpc != e->vpc)
                ask_run(f, g, from, to, cls);
            from = to;
        }
    }
}
