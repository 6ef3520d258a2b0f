/* Spans and indexes over the rows of a net. */
#include "reach/net.h"

#include <stdlib.h>
#include <string.h>

/* Rows of a child by owner: counting sort, which keeps the order among those of one owner. */
struct by_owner {
    uint32_t *order, *first; /* rows; first of each owner, owners + 1 */
};

static struct by_owner order_by(struct arena *a, uint32_t rows, uint32_t owners, const char *at, size_t stride)
{
    struct by_owner b = {arena_array_of(a, uint32_t, rows ? rows : 1), arena_array_of(a, uint32_t, owners + 2)};
    uint32_t owner;
    for (uint32_t i = 0; i < rows; i++) {
        memcpy(&owner, at + (size_t)i * stride, sizeof owner);
        b.first[owner < owners ? owner + 1 : owners + 1]++;
    }
    for (uint32_t i = 0; i <= owners; i++)
        b.first[i + 1] += b.first[i];
    uint32_t *next = arena_array_of(a, uint32_t, owners + 1);
    memcpy(next, b.first, (owners + 1) * sizeof *next);
    for (uint32_t i = 0; i < rows; i++) {
        memcpy(&owner, at + (size_t)i * stride, sizeof owner);
        b.order[next[owner < owners ? owner : owners]++] = i;
    }
    return b;
}

static void reorder(struct arena *a, void *rows, uint32_t count, size_t size, const uint32_t *order)
{
    char *copy = arena_calloc(a, count ? count : 1, size);
    for (uint32_t i = 0; i < count; i++)
        memcpy(copy + (size_t)i * size, (char *)rows + (size_t)order[i] * size, size);
    if (count)
        memcpy(rows, copy, (size_t)count * size);
}

/* Sorts `rows` by their field `owner`, and gives each row of `owners` its span. */
#define SORT(n, t, rows, owner, owners, span) \
    do { \
        struct by_owner by_ = order_by(t, (n)->rows##_count, (n)->owners##_count, \
                                     (n)->rows##_count ? (const char *)&(n)->rows[0].owner : NULL, sizeof *(n)->rows); \
        reorder(t, (n)->rows, (n)->rows##_count, sizeof *(n)->rows, by_.order); \
        for (uint32_t i_ = 0; i_ < (n)->owners##_count; i_++) \
            (n)->owners[i_].span = (struct net_span){by_.first[i_], by_.first[i_ + 1] - by_.first[i_]}; \
    } while (0)

/* The same without moving the rows: `order` has them by owner. */
#define ORDER(n, t, rows, owner, owners, span, to) \
    do { \
        struct by_owner by_ = order_by(t, (n)->rows##_count, (n)->owners##_count, \
                                     (n)->rows##_count ? (const char *)&(n)->rows[0].owner : NULL, sizeof *(n)->rows); \
        (n)->to = arena_array_of((n)->arena, uint32_t, (n)->rows##_count + 1); \
        memcpy((n)->to, by_.order, (n)->rows##_count * sizeof *by_.order); \
        for (uint32_t i_ = 0; i_ < (n)->owners##_count; i_++) \
            (n)->owners[i_].span = (struct net_span){by_.first[i_], by_.first[i_ + 1] - by_.first[i_]}; \
    } while (0)

/* Within a span sorted by owner, those that `is` tells come last; the number of the others. */
#define SPLIT(n, t, type, rows, span_in, is) split(t, (n)->rows + (span_in).first, (span_in).count, sizeof(struct type), is)
static uint32_t split(struct arena *a, void *rows, uint32_t count, size_t size, bool (*is)(const void *row))
{
    char *last = arena_calloc(a, count ? count : 1, size), *at = rows;
    uint32_t kept = 0, moved = 0;
    for (uint32_t i = 0; i < count; i++) {
        char *row = at + (size_t)i * size;
        if (is(row))
            memcpy(last + (size_t)moved++ * size, row, size);
        else if (kept++ != i)
            memcpy(at + (size_t)(kept - 1) * size, row, size);
    }
    if (moved)
        memcpy(at + (size_t)kept * size, last, (size_t)moved * size);
    return kept;
}

static bool rule_leaves(const void *row)
{
    return ((const struct net_rule *)row)->egress;
}

static bool entry_leaves(const void *row)
{
    return ((const struct net_acl_entry *)row)->egress;
}

static int by_number(const void *x, const void *y)
{
    const struct net_acl_entry *a = x, *b = y;
    return a->number < b->number ? -1 : a->number > b->number;
}

static struct net_span tail(struct net_span all, uint32_t kept)
{
    return (struct net_span){all.first + kept, all.count - kept};
}

static void index_groups(struct net *n, struct arena *t)
{
    SORT(n, t, rules, group, groups, ingress);
    for (uint32_t i = 0; i < n->groups_count; i++) {
        struct net_group *g = &n->groups[i];
        uint32_t kept = SPLIT(n, t, net_rule, rules, g->ingress, rule_leaves);
        g->egress = tail(g->ingress, kept);
        g->ingress.count = kept;
    }
    SORT(n, t, acl_entries, acl, acls, ingress);
    for (uint32_t i = 0; i < n->acls_count; i++) {
        struct net_acl *c = &n->acls[i];
        uint32_t kept = SPLIT(n, t, net_acl_entry, acl_entries, c->ingress, entry_leaves);
        c->egress = tail(c->ingress, kept);
        c->ingress.count = kept;
        if (c->ingress.count)
            qsort(n->acl_entries + c->ingress.first, c->ingress.count, sizeof *n->acl_entries, by_number);
        if (c->egress.count)
            qsort(n->acl_entries + c->egress.first, c->egress.count, sizeof *n->acl_entries, by_number);
    }
    SORT(n, t, group_vpcs, group, groups, vpcs);
    SORT(n, t, eni_groups, eni, enis, groups);
    ORDER(n, t, eni_groups, group, groups, members, member_order);
}

/* Listeners move, so what names one by its row is told. */
static void index_balancers(struct net *n, struct arena *t)
{
    struct by_owner b = order_by(t, n->listeners_count, n->lbs_count, n->listeners_count ? (const char *)&n->listeners[0].lb : NULL,
                                 sizeof *n->listeners);
    uint32_t *now = arena_array_of(t, uint32_t, n->listeners_count + 1);
    for (uint32_t i = 0; i < n->listeners_count; i++)
        now[b.order[i]] = i;
    for (uint32_t i = 0; i < n->listener_groups_count; i++)
        if (n->listener_groups[i].listener < n->listeners_count)
            n->listener_groups[i].listener = now[n->listener_groups[i].listener];
    SORT(n, t, listeners, lb, lbs, listeners);
    SORT(n, t, listener_groups, listener, listeners, targets);
    SORT(n, t, targets, group, target_groups, targets);
    SORT(n, t, service_balancers, service, services, balancers);
}

/* What belongs to nothing that was found is a thing of its own, and the VPCs of others are outside. */
static void own_things(struct net *n)
{
    for (uint32_t i = 0, vpcs = n->vpcs_count; i < vpcs; i++)
        if (!n->vpcs[i].collected) {
            struct net_external *x = net_add_external(n);
            x->kind = EXTERNAL_VPC;
            x->id = n->vpcs[i].id;
            x->name = n->vpcs[i].name;
            x->vpc = i;
            x->all_ranges = n->vpcs[i].cidrs.count == 0;
            uint32_t row = n->externals_count - 1;
            NET_EACH(c, n->vpcs[i].cidrs) {
                struct net_external_range *r = net_add_external_range(n);
                r->external = row;
                r->range = n->cidrs[c].range;
            }
        }
    for (uint32_t i = 0; i < n->externals_count; i++)
        if (n->externals[i].thing == NET_NONE) {
            struct net_thing *thing = net_add_thing(n);
            thing->id = n->externals[i].id;
            thing->name = n->externals[i].name;
            thing->kind = THING_EXTERNAL;
            n->externals[i].thing = n->things_count - 1;
        }
    for (uint32_t i = 0; i < n->enis_count; i++)
        if (n->enis[i].thing == NET_NONE) {
            struct net_thing *thing = net_add_thing(n);
            thing->id = n->enis[i].id;
            thing->type = STR("AWS::EC2::NetworkInterface");
            thing->kind = THING_OTHER;
            thing->account = n->enis[i].account;
            thing->vpc = n->enis[i].vpc;
            if (n->enis[i].vpc != NET_NONE)
                thing->tenant = n->vpcs[n->enis[i].vpc].tenant;
            n->enis[i].thing = n->things_count - 1;
        }
    for (uint32_t i = 0; i < n->externals_count; i++)
        n->things[n->externals[i].thing].external = i;
}

static const struct net *sorting; /* qsort has no context; set and used within index_addresses() */

static int by_place(const void *x, const void *y)
{
    uint32_t i = *(const uint32_t *)x, j = *(const uint32_t *)y;
    const struct net_address *a = &sorting->addresses[i], *b = &sorting->addresses[j];
    uint32_t v = sorting->enis[a->eni].vpc, w = sorting->enis[b->eni].vpc;
    if (v != w)
        return v < w ? -1 : 1;
    if (a->range.lo != b->range.lo)
        return a->range.lo < b->range.lo ? -1 : 1;
    ip_number p = ip_range_width(a->range), q = ip_range_width(b->range);
    return p != q ? (p < q ? -1 : 1) : i < j ? -1 : i > j;
}

static int by_public(const void *x, const void *y)
{
    uint32_t i = *(const uint32_t *)x, j = *(const uint32_t *)y;
    ip_number a = sorting->addresses[i].public_ip, b = sorting->addresses[j].public_ip;
    return a != b ? (a < b ? -1 : 1) : i < j ? -1 : i > j;
}

static void index_addresses(struct net *n)
{
    n->address_order = arena_array_of(n->arena, uint32_t, n->addresses_count + 1);
    n->public_order = arena_array_of(n->arena, uint32_t, n->addresses_count + 1);
    n->vpc_addresses = arena_array_of(n->arena, struct net_span, n->vpcs_count + 1);
    n->public_count = 0;
    for (uint32_t i = 0; i < n->addresses_count; i++) {
        n->address_order[i] = i;
        if (n->addresses[i].public_ip)
            n->public_order[n->public_count++] = i;
    }
    sorting = n;
    qsort(n->address_order, n->addresses_count, sizeof(uint32_t), by_place);
    qsort(n->public_order, n->public_count, sizeof(uint32_t), by_public);
    sorting = NULL;
    for (uint32_t i = 0; i < n->addresses_count; i++) {
        uint32_t vpc = n->enis[n->addresses[n->address_order[i]].eni].vpc;
        if (vpc >= n->vpcs_count)
            continue;
        if (!n->vpc_addresses[vpc].count++)
            n->vpc_addresses[vpc].first = i;
    }
}

/* What a thing is, and which transit gateways a VPC is attached to. */
static void index_backwards(struct net *n)
{
    n->lb_of = arena_array_of(n->arena, uint32_t, n->things_count + 1);
    n->endpoint_of = arena_array_of(n->arena, uint32_t, n->things_count + 1);
    memset(n->lb_of, 0xff, n->things_count * sizeof *n->lb_of);
    memset(n->endpoint_of, 0xff, n->things_count * sizeof *n->endpoint_of);
    for (uint32_t i = n->lbs_count; i-- > 0;)
        if (n->lbs[i].thing < n->things_count)
            n->lb_of[n->lbs[i].thing] = i;
    for (uint32_t i = n->endpoints_count; i-- > 0;)
        if (n->endpoints[i].thing < n->things_count)
            n->endpoint_of[n->endpoints[i].thing] = i;
    n->attachment_order = arena_array_of(n->arena, uint32_t, n->attachments_count + 1);
    n->vpc_attachments = arena_array_of(n->arena, struct net_span, n->vpcs_count + 1);
    for (uint32_t i = 0; i < n->attachments_count; i++)
        if (n->attachments[i].kind == ATTACHMENT_VPC && n->attachments[i].target < n->vpcs_count)
            n->vpc_attachments[n->attachments[i].target].count++;
    for (uint32_t i = 0, first = 0; i < n->vpcs_count; i++) {
        n->vpc_attachments[i].first = first;
        first += n->vpc_attachments[i].count;
        n->vpc_attachments[i].count = 0;
    }
    for (uint32_t i = 0; i < n->attachments_count; i++)
        if (n->attachments[i].kind == ATTACHMENT_VPC && n->attachments[i].target < n->vpcs_count) {
            struct net_span *s = &n->vpc_attachments[n->attachments[i].target];
            n->attachment_order[s->first + s->count++] = i;
        }
}

static void name(struct net *n, struct str id, enum net_kind kind, uint32_t row)
{
    if (!id.len || map_get(&n->index, id))
        return;
    struct net_ref *r = arena_new_of(n->arena, struct net_ref);
    *r = (struct net_ref){kind, row};
    map_put(&n->index, id, r);
}

#define NAMES(rows, field, kind) \
    for (uint32_t i_ = 0; i_ < n->rows##_count; i_++) \
        name(n, n->rows[i_].field, kind, i_)

static void index_names(struct net *n)
{
    map_init(&n->index, n->arena);
    NAMES(externals, id, NET_EXTERNAL);
    NAMES(vpcs, id, NET_VPC);
    NAMES(subnets, id, NET_SUBNET);
    NAMES(enis, id, NET_ENI);
    NAMES(groups, id, NET_GROUP);
    NAMES(prefix_lists, id, NET_PREFIX_LIST);
    NAMES(acls, id, NET_ACL);
    NAMES(tables, id, NET_TABLE);
    NAMES(igws, id, NET_IGW);
    NAMES(eigws, id, NET_EIGW);
    NAMES(nats, id, NET_NAT);
    NAMES(peerings, id, NET_PEERING);
    NAMES(tgws, id, NET_TGW);
    NAMES(attachments, id, NET_ATTACHMENT);
    NAMES(tgw_tables, id, NET_TGW_TABLE);
    NAMES(vgws, id, NET_VGW);
    NAMES(endpoints, id, NET_ENDPOINT);
    NAMES(services, id, NET_SERVICE);
    NAMES(services, name, NET_SERVICE);
    NAMES(lbs, arn, NET_LB);
    NAMES(listeners, arn, NET_LISTENER);
    NAMES(target_groups, arn, NET_TARGET_GROUP);
    NAMES(firewalls, arn, NET_FIREWALL);
    NAMES(entrances, id, NET_ENTRANCE);
    NAMES(things, arn, NET_THING);
    NAMES(things, id, NET_THING);
    NAMES(things, name, NET_THING);
    NAMES(vpcs, name, NET_VPC);
    NAMES(subnets, name, NET_SUBNET);
    NAMES(accounts, id, NET_ACCOUNT);
}

void net_index(struct net *n)
{
    struct arena *t = arena_new(1 << 20);
    SORT(n, t, cidrs, vpc, vpcs, cidrs);
    SORT(n, t, subnet_cidrs, subnet, subnets, cidrs);
    own_things(n);
    SORT(n, t, addresses, eni, enis, addresses);
    SORT(n, t, eni_limits, eni, enis, limits);
    index_groups(n, t);
    SORT(n, t, prefix_entries, list, prefix_lists, entries);
    SORT(n, t, routes, table, tables, routes);
    SORT(n, t, tgw_routes, table, tgw_tables, routes);
    SORT(n, t, attachment_subnets, attachment, attachments, subnets);
    SORT(n, t, nat_addresses, nat, nats, addresses);
    SORT(n, t, external_ranges, external, externals, ranges);
    SORT(n, t, uplink_ranges, uplink, uplinks, allowed);
    SORT(n, t, firewall_rules, firewall, firewalls, rules);
    SORT(n, t, entrance_groups, entrance, entrances, groups);
    index_balancers(n, t);
    ORDER(n, t, enis, thing, things, enis, eni_order);
    ORDER(n, t, subnets, vpc, vpcs, subnets, subnet_order);
    arena_free(t);
    index_addresses(n);
    index_backwards(n);
    index_names(n);
}
