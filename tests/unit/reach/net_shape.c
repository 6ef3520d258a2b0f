#include "net_shape.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct list_shape {
    const char *name;
    size_t rows_at, count_at, room_at, size;
};
#define LIST(list) \
    {#list, offsetof(struct net, list), offsetof(struct net, list##_count), offsetof(struct net, list##_room), sizeof *((struct net *)0)->list}

static const struct list_shape lists[SHAPE_LISTS] = {
    [L_ACCOUNTS] = LIST(accounts), [L_VPCS] = LIST(vpcs), [L_CIDRS] = LIST(cidrs), [L_SUBNETS] = LIST(subnets),
    [L_SUBNET_CIDRS] = LIST(subnet_cidrs), [L_ENIS] = LIST(enis), [L_ENI_GROUPS] = LIST(eni_groups), [L_ADDRESSES] = LIST(addresses),
    [L_ENI_LIMITS] = LIST(eni_limits), [L_GROUPS] = LIST(groups), [L_GROUP_VPCS] = LIST(group_vpcs), [L_RULES] = LIST(rules),
    [L_PREFIX_LISTS] = LIST(prefix_lists), [L_PREFIX_ENTRIES] = LIST(prefix_entries), [L_ACLS] = LIST(acls),
    [L_ACL_ENTRIES] = LIST(acl_entries), [L_TABLES] = LIST(tables), [L_ROUTES] = LIST(routes), [L_IGWS] = LIST(igws),
    [L_EIGWS] = LIST(eigws), [L_NATS] = LIST(nats), [L_NAT_ADDRESSES] = LIST(nat_addresses), [L_PEERINGS] = LIST(peerings),
    [L_TGWS] = LIST(tgws), [L_ATTACHMENTS] = LIST(attachments), [L_ATTACHMENT_SUBNETS] = LIST(attachment_subnets),
    [L_TGW_TABLES] = LIST(tgw_tables), [L_TGW_ROUTES] = LIST(tgw_routes), [L_VGWS] = LIST(vgws), [L_EXTERNALS] = LIST(externals),
    [L_EXTERNAL_RANGES] = LIST(external_ranges), [L_UPLINKS] = LIST(uplinks), [L_UPLINK_RANGES] = LIST(uplink_ranges),
    [L_ENDPOINTS] = LIST(endpoints), [L_SERVICES] = LIST(services), [L_SERVICE_BALANCERS] = LIST(service_balancers), [L_LBS] = LIST(lbs),
    [L_LISTENERS] = LIST(listeners), [L_LISTENER_GROUPS] = LIST(listener_groups), [L_TARGET_GROUPS] = LIST(target_groups),
    [L_TARGETS] = LIST(targets), [L_FIREWALLS] = LIST(firewalls), [L_FIREWALL_RULES] = LIST(firewall_rules),
    [L_ENTRANCES] = LIST(entrances), [L_ENTRANCE_GROUPS] = LIST(entrance_groups), [L_THINGS] = LIST(things),
};

struct ref_shape {
    enum shape_list list;
    size_t at;
    enum shape_list to;
    bool owner; /* the row goes with it */
};
#define OWN(list, type, field, to) {list, offsetof(struct type, field), to, true}
#define SEE(list, type, field, to) {list, offsetof(struct type, field), to, false}

static const struct ref_shape refs[] = {
    SEE(L_VPCS, net_vpc, account, L_ACCOUNTS), SEE(L_VPCS, net_vpc, main_table, L_TABLES), SEE(L_VPCS, net_vpc, igw, L_IGWS),
    SEE(L_VPCS, net_vpc, eigw, L_EIGWS), SEE(L_VPCS, net_vpc, vgw, L_VGWS), SEE(L_VPCS, net_vpc, igw_table, L_TABLES),
    SEE(L_VPCS, net_vpc, vgw_table, L_TABLES), OWN(L_CIDRS, net_cidr, vpc, L_VPCS),
    OWN(L_SUBNETS, net_subnet, vpc, L_VPCS), SEE(L_SUBNETS, net_subnet, account, L_ACCOUNTS), SEE(L_SUBNETS, net_subnet, table, L_TABLES),
    SEE(L_SUBNETS, net_subnet, acl, L_ACLS), OWN(L_SUBNET_CIDRS, net_subnet_cidr, subnet, L_SUBNETS),
    OWN(L_ENIS, net_eni, vpc, L_VPCS), OWN(L_ENIS, net_eni, subnet, L_SUBNETS), SEE(L_ENIS, net_eni, account, L_ACCOUNTS),
    SEE(L_ENIS, net_eni, thing, L_THINGS), OWN(L_ENI_GROUPS, net_eni_group, eni, L_ENIS), SEE(L_ENI_GROUPS, net_eni_group, group, L_GROUPS),
    OWN(L_ADDRESSES, net_address, eni, L_ENIS), OWN(L_ENI_LIMITS, net_eni_limit, eni, L_ENIS),
    OWN(L_GROUPS, net_group, vpc, L_VPCS), SEE(L_GROUPS, net_group, account, L_ACCOUNTS),
    OWN(L_GROUP_VPCS, net_group_vpc, group, L_GROUPS), OWN(L_GROUP_VPCS, net_group_vpc, vpc, L_VPCS), OWN(L_RULES, net_rule, group, L_GROUPS),
    OWN(L_PREFIX_ENTRIES, net_prefix_entry, list, L_PREFIX_LISTS), OWN(L_ACLS, net_acl, vpc, L_VPCS),
    OWN(L_ACL_ENTRIES, net_acl_entry, acl, L_ACLS), OWN(L_TABLES, net_table, vpc, L_VPCS), OWN(L_ROUTES, net_route, table, L_TABLES),
    OWN(L_ROUTES, net_route, list, L_PREFIX_LISTS), OWN(L_IGWS, net_igw, vpc, L_VPCS), SEE(L_IGWS, net_igw, account, L_ACCOUNTS),
    OWN(L_EIGWS, net_eigw, vpc, L_VPCS), OWN(L_NATS, net_nat, vpc, L_VPCS), OWN(L_NATS, net_nat, subnet, L_SUBNETS),
    OWN(L_NATS, net_nat, thing, L_THINGS), OWN(L_NAT_ADDRESSES, net_nat_address, nat, L_NATS),
    SEE(L_NAT_ADDRESSES, net_nat_address, eni, L_ENIS), OWN(L_PEERINGS, net_peering, requester, L_VPCS),
    OWN(L_PEERINGS, net_peering, accepter, L_VPCS), SEE(L_TGWS, net_tgw, account, L_ACCOUNTS),
    OWN(L_ATTACHMENTS, net_attachment, tgw, L_TGWS), SEE(L_ATTACHMENTS, net_attachment, table, L_TGW_TABLES),
    OWN(L_ATTACHMENT_SUBNETS, net_attachment_subnet, attachment, L_ATTACHMENTS),
    OWN(L_ATTACHMENT_SUBNETS, net_attachment_subnet, subnet, L_SUBNETS), OWN(L_TGW_TABLES, net_tgw_table, tgw, L_TGWS),
    OWN(L_TGW_ROUTES, net_tgw_route, table, L_TGW_TABLES), SEE(L_TGW_ROUTES, net_tgw_route, attachment, L_ATTACHMENTS),
    OWN(L_VGWS, net_vgw, vpc, L_VPCS), SEE(L_VGWS, net_vgw, account, L_ACCOUNTS), SEE(L_EXTERNALS, net_external, vpc, L_VPCS),
    SEE(L_EXTERNALS, net_external, thing, L_THINGS), OWN(L_EXTERNAL_RANGES, net_external_range, external, L_EXTERNALS),
    OWN(L_UPLINKS, net_uplink, external, L_EXTERNALS), OWN(L_UPLINKS, net_uplink, vgw, L_VGWS),
    OWN(L_UPLINKS, net_uplink, attachment, L_ATTACHMENTS), OWN(L_UPLINK_RANGES, net_uplink_range, uplink, L_UPLINKS),
    OWN(L_ENDPOINTS, net_endpoint, vpc, L_VPCS), SEE(L_ENDPOINTS, net_endpoint, account, L_ACCOUNTS),
    SEE(L_ENDPOINTS, net_endpoint, service, L_SERVICES), SEE(L_ENDPOINTS, net_endpoint, firewall, L_FIREWALLS),
    SEE(L_ENDPOINTS, net_endpoint, list, L_PREFIX_LISTS), SEE(L_ENDPOINTS, net_endpoint, thing, L_THINGS),
    SEE(L_SERVICES, net_service, account, L_ACCOUNTS), OWN(L_SERVICE_BALANCERS, net_service_balancer, service, L_SERVICES),
    OWN(L_SERVICE_BALANCERS, net_service_balancer, lb, L_LBS), OWN(L_LBS, net_lb, vpc, L_VPCS), OWN(L_LBS, net_lb, thing, L_THINGS),
    OWN(L_LISTENERS, net_listener, lb, L_LBS), OWN(L_LISTENER_GROUPS, net_listener_group, listener, L_LISTENERS),
    OWN(L_LISTENER_GROUPS, net_listener_group, group, L_TARGET_GROUPS), OWN(L_TARGET_GROUPS, net_target_group, vpc, L_VPCS),
    OWN(L_TARGETS, net_target, group, L_TARGET_GROUPS), OWN(L_TARGETS, net_target, eni, L_ENIS), OWN(L_TARGETS, net_target, lb, L_LBS),
    OWN(L_FIREWALL_RULES, net_firewall_rule, firewall, L_FIREWALLS), OWN(L_ENTRANCES, net_entrance, from_external, L_EXTERNALS),
    OWN(L_ENTRANCES, net_entrance, from_vpc, L_VPCS), OWN(L_ENTRANCES, net_entrance, from_endpoint, L_ENDPOINTS),
    OWN(L_ENTRANCES, net_entrance, to_thing, L_THINGS), OWN(L_ENTRANCES, net_entrance, to_vpc, L_VPCS),
    SEE(L_ENTRANCES, net_entrance, via_thing, L_THINGS), OWN(L_ENTRANCE_GROUPS, net_entrance_group, entrance, L_ENTRANCES),
    SEE(L_ENTRANCE_GROUPS, net_entrance_group, group, L_GROUPS), SEE(L_THINGS, net_thing, account, L_ACCOUNTS),
    SEE(L_THINGS, net_thing, vpc, L_VPCS), SEE(L_THINGS, net_thing, of, L_THINGS),
};
enum { REFS = sizeof refs / sizeof *refs };

const char *shape_name(enum shape_list l)
{
    return lists[l].name;
}

uint32_t shape_count(const struct net *n, enum shape_list l)
{
    uint32_t count;
    memcpy(&count, (const char *)n + lists[l].count_at, sizeof count);
    return count;
}

static char *rows_of(const struct net *n, enum shape_list l)
{
    char *rows;
    memcpy(&rows, (const char *)n + lists[l].rows_at, sizeof rows);
    return rows;
}

static void set_rows(struct net *n, enum shape_list l, char *rows, uint32_t count)
{
    memcpy((char *)n + lists[l].rows_at, &rows, sizeof rows);
    memcpy((char *)n + lists[l].count_at, &count, sizeof count);
    memcpy((char *)n + lists[l].room_at, &count, sizeof count);
}

static uint32_t ref_at(const char *row, size_t at)
{
    uint32_t r;
    memcpy(&r, row + at, sizeof r);
    return r;
}

/* Fields whose array depends on another field of the row. The row stays without what they name. */
static enum shape_list route_list(const struct net_route *r)
{
    static const enum shape_list to[] = {
        [TARGET_LOCAL] = SHAPE_LISTS, [TARGET_IGW] = L_IGWS, [TARGET_EIGW] = L_EIGWS, [TARGET_NAT] = L_NATS,
        [TARGET_PEERING] = L_PEERINGS, [TARGET_TGW] = L_TGWS, [TARGET_VGW] = L_VGWS, [TARGET_ENI] = L_ENIS,
        [TARGET_ENDPOINT] = L_ENDPOINTS, [TARGET_UNKNOWN] = SHAPE_LISTS,
    };
    return to[r->kind];
}

static enum shape_list attachment_list(const struct net_attachment *t)
{
    return t->kind == ATTACHMENT_VPC ? L_VPCS : t->kind == ATTACHMENT_PEERING ? L_ATTACHMENTS : L_EXTERNALS;
}

static enum shape_list rule_list(const struct net_rule *r)
{
    return r->peer == PEER_GROUP ? L_GROUPS : r->peer == PEER_LIST ? L_PREFIX_LISTS : SHAPE_LISTS;
}

struct mapping {
    uint32_t *now[SHAPE_LISTS]; /* by old row; NET_NONE: gone */
};

static uint32_t mapped(const struct mapping *m, enum shape_list l, uint32_t row)
{
    return l == SHAPE_LISTS || row == NET_NONE ? row : m->now[l][row];
}

/* A rule, route or attachment whose other end is gone goes too: left behind, it would tell of what was not read. */
static bool loses_end(const struct mapping *m, enum shape_list l, const char *row)
{
    uint32_t old = NET_NONE;
    enum shape_list to = SHAPE_LISTS;
    if (l == L_ROUTES)
        old = ((const struct net_route *)(const void *)row)->target, to = route_list((const void *)row);
    else if (l == L_ATTACHMENTS)
        old = ((const struct net_attachment *)(const void *)row)->target, to = attachment_list((const void *)row);
    else if (l == L_RULES)
        old = ((const struct net_rule *)(const void *)row)->peer_index, to = rule_list((const void *)row);
    else if (l == L_TGW_ROUTES)
        old = ((const struct net_tgw_route *)(const void *)row)->attachment, to = L_ATTACHMENTS;
    else if (l == L_ENI_GROUPS)
        old = ((const struct net_eni_group *)(const void *)row)->group, to = L_GROUPS;
    return old != NET_NONE && mapped(m, to, old) == NET_NONE;
}

static bool loses_owner(const struct mapping *m, enum shape_list l, const char *row)
{
    for (uint32_t i = 0; i < REFS; i++)
        if (refs[i].list == l && refs[i].owner) {
            uint32_t old = ref_at(row, refs[i].at);
            if (old != NET_NONE && mapped(m, refs[i].to, old) == NET_NONE)
                return true;
        }
    return loses_end(m, l, row);
}

/* What is gone takes along what is its, until nothing more goes. */
static void close_over(const struct net *plan, struct mapping *m)
{
    for (bool again = true; again;) {
        again = false;
        for (uint32_t l = 0; l < SHAPE_LISTS; l++)
            for (uint32_t i = 0; i < shape_count(plan, l); i++)
                if (m->now[l][i] != NET_NONE && loses_owner(m, l, rows_of(plan, l) + (size_t)i * lists[l].size)) {
                    m->now[l][i] = NET_NONE;
                    again = true;
                }
    }
}

static void tell(char *row, size_t at, uint32_t now)
{
    memcpy(row + at, &now, sizeof now);
}

static void tell_ends(const struct mapping *m, enum shape_list l, char *row)
{
    if (l == L_ROUTES) {
        struct net_route *r = (void *)row;
        r->target = mapped(m, route_list(r), r->target);
    } else if (l == L_ATTACHMENTS) {
        struct net_attachment *t = (void *)row;
        t->target = mapped(m, attachment_list(t), t->target);
    } else if (l == L_RULES) {
        struct net_rule *r = (void *)row;
        r->peer_index = mapped(m, rule_list(r), r->peer_index);
    }
}

static void rewrite(const struct mapping *m, enum shape_list l, char *row)
{
    for (uint32_t i = 0; i < REFS; i++)
        if (refs[i].list == l)
            tell(row, refs[i].at, mapped(m, refs[i].to, ref_at(row, refs[i].at)));
    tell_ends(m, l, row);
}

/* The rows of `order` that are left, renumbered in `m`. */
static uint32_t number(struct mapping *m, enum shape_list l, const uint32_t *order, uint32_t count)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = order ? order[i] : i;
        if (m->now[l][row] != NET_NONE)
            m->now[l][row] = next++;
    }
    return next;
}

static struct net *copy_mapped(struct arena *a, const struct net *plan, const struct shape_pick *pick, struct mapping *m)
{
    struct net *out = net_new(a);
    for (uint32_t l = 0; l < SHAPE_LISTS; l++) {
        uint32_t all = shape_count(plan, l);
        m->now[l] = arena_array_of(a, uint32_t, all + 1);
        for (uint32_t i = 0; i < all; i++)
            m->now[l][i] = pick->rows[l] ? NET_NONE : i;
        for (uint32_t i = 0; pick->rows[l] && i < pick->counts[l]; i++)
            m->now[l][pick->rows[l][i]] = i;
    }
    m->now[L_EXTERNALS][0] = 0;
    close_over(plan, m);
    for (uint32_t l = 0; l < SHAPE_LISTS; l++) {
        uint32_t left = number(m, l, pick->rows[l], pick->rows[l] ? pick->counts[l] : shape_count(plan, l));
        char *rows = arena_calloc(a, left + 1, lists[l].size);
        for (uint32_t i = 0; i < shape_count(plan, l); i++)
            if (m->now[l][i] != NET_NONE)
                memcpy(rows + (size_t)m->now[l][i] * lists[l].size, rows_of(plan, l) + (size_t)i * lists[l].size, lists[l].size);
        set_rows(out, l, rows, left);
    }
    for (uint32_t l = 0; l < SHAPE_LISTS; l++)
        for (uint32_t i = 0; i < shape_count(out, l); i++)
            rewrite(m, l, rows_of(out, l) + (size_t)i * lists[l].size);
    return out;
}

struct net *shape_copy(struct arena *a, const struct net *plan, const struct shape_pick *pick)
{
    struct mapping m;
    struct shape_pick all = {{NULL}, {0}};
    return copy_mapped(a, plan, pick ? pick : &all, &m);
}

struct net *shape_without(struct arena *a, const struct net *plan, enum shape_list l, uint32_t row)
{
    struct shape_pick pick = {{NULL}, {0}};
    uint32_t count = shape_count(plan, l), *rows = arena_array_of(a, uint32_t, count + 1);
    for (uint32_t i = 0; i < count; i++)
        if (i != row || (l == L_EXTERNALS && !i))
            rows[pick.counts[l]++] = i;
    pick.rows[l] = rows;
    return shape_copy(a, plan, &pick);
}

struct net *shape_shuffled(struct arena *a, const struct net *plan, uint64_t seed, uint32_t **now)
{
    struct shape_pick pick = {{NULL}, {0}};
    struct mapping m;
    for (uint32_t l = 0; l < SHAPE_LISTS; l++) {
        uint32_t count = shape_count(plan, l), *rows = arena_array_of(a, uint32_t, count + 1);
        for (uint32_t i = 0; i < count; i++)
            rows[i] = i;
        for (uint32_t i = count, least = l == L_EXTERNALS ? 2 : 1; l != L_FIREWALL_RULES && i-- > least;) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            uint32_t j = least - 1 + (uint32_t)((seed >> 33) % (i - least + 2)), swap = rows[i];
            rows[i] = rows[j];
            rows[j] = swap;
        }
        pick.rows[l] = rows;
        pick.counts[l] = count;
    }
    struct net *out = copy_mapped(a, plan, &pick, &m);
    for (uint32_t l = 0; now && l < SHAPE_LISTS; l++)
        now[l] = m.now[l];
    return out;
}

struct net *shape_joined(struct arena *a, const struct net *one, const struct net *two)
{
    struct net *out = net_new(a);
    struct mapping m;
    for (uint32_t l = 0; l < SHAPE_LISTS; l++) {
        uint32_t p = shape_count(one, l), q = shape_count(two, l), same = l == L_EXTERNALS;
        m.now[l] = arena_array_of(a, uint32_t, q + 1);
        char *rows = arena_calloc(a, p + q + 1, lists[l].size);
        if (p)
            memcpy(rows, rows_of(one, l), p * lists[l].size);
        if (q > same)
            memcpy(rows + p * lists[l].size, rows_of(two, l) + same * lists[l].size, (q - same) * lists[l].size);
        for (uint32_t i = 0; i < q; i++)
            m.now[l][i] = same && !i ? 0 : p + i - same;
        set_rows(out, l, rows, p + q - same);
    }
    for (uint32_t l = 0; l < SHAPE_LISTS; l++)
        for (uint32_t i = shape_count(one, l); i < shape_count(out, l); i++)
            rewrite(&m, l, rows_of(out, l) + (size_t)i * lists[l].size);
    return out;
}

static bool still(const struct net *plan, const struct shape_pick *pick, bool (*holds)(const struct net *, void *), void *context)
{
    struct arena *t = arena_new(1 << 18);
    struct net *n = shape_copy(t, plan, pick);
    net_index(n);
    bool yes = holds(n, context);
    arena_free(t);
    return yes;
}

/* Halves, then smaller pieces, then single rows of each array are left out while it still holds. */
static bool drop_some(struct arena *a, struct net **plan, enum shape_list l, bool (*holds)(const struct net *, void *), void *context)
{
    bool dropped = false;
    for (uint32_t piece = (shape_count(*plan, l) + 1) / 2; piece; piece = piece == 1 ? 0 : (piece + 1) / 2)
        for (uint32_t first = l == L_EXTERNALS; first < shape_count(*plan, l);) {
            struct shape_pick pick = {{NULL}, {0}};
            uint32_t count = shape_count(*plan, l), *rows = arena_array_of(a, uint32_t, count + 1);
            for (uint32_t i = 0; i < count; i++)
                if (i < first || i >= first + piece)
                    rows[pick.counts[l]++] = i;
            pick.rows[l] = rows;
            if (still(*plan, &pick, holds, context)) {
                *plan = shape_copy(a, *plan, &pick);
                dropped = true;
            } else {
                first += piece;
            }
        }
    return dropped;
}

struct net *shape_smaller(struct arena *a, const struct net *plan, bool (*holds)(const struct net *n, void *context), void *context)
{
    struct net *small = shape_copy(a, plan, NULL);
    for (bool again = true; again;) {
        again = false;
        for (uint32_t l = 0; l < SHAPE_LISTS; l++)
            again |= drop_some(a, &small, l, holds, context);
    }
    return small;
}
