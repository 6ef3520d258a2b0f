/* Load balancers: rows of fact_net_balancer and what hangs on it. */
#include "reach/net_load_internal.h"

static void balancer_row(struct net_loader *l, struct query *q)
{
    struct str kind = query_str(q, 1);
    struct net_lb *b = net_add_lb(l->n);
    b->arn = net_text(l, q, 0);
    b->kind = str_eqz(kind, "network") ? LB_NETWORK : str_eqz(kind, "application") ? LB_APPLICATION : str_eqz(kind, "gateway") ? LB_GATEWAY : str_eqz(kind, "classic") ? LB_CLASSIC : LB_NETWORK;
    b->vpc = net_vpc_row(l, query_str(q, 2));
    b->internet_facing = query_int(q, 3);
    b->listeners_read = query_int(q, 4);
    b->privatelink_groups = query_is_null(q, 5) ? -1 : (int8_t)query_int(q, 5);
    b->thing = net_row(l, NET_THING, b->arn);
    net_note(l, NET_LB, b->arn, l->n->lbs_count - 1);
}

static void listener_row(struct net_loader *l, struct query *q)
{
    uint32_t lb = net_row(l, NET_LB, query_str(q, 1));
    if (lb == NET_NONE)
        return;
    struct net_listener *s = net_add_listener(l->n);
    s->lb = lb;
    s->arn = net_text(l, q, 0);
    s->proto = net_protocol(query_str(q, 2));
    s->lo = (uint16_t)query_int(q, 3);
    s->hi = (uint16_t)query_int(q, 4);
    s->read = query_int(q, 5);
}

static void target_group_row(struct net_loader *l, struct query *q)
{
    struct net_target_group *g = net_add_target_group(l->n);
    g->arn = net_text(l, q, 0);
    g->vpc = net_vpc_row(l, query_str(q, 1));
    g->proto = net_protocol(query_str(q, 2));
    g->keeps_client_ip = query_is_null(q, 3) ? -1 : (int8_t)query_int(q, 3);
    g->read = query_int(q, 4);
    net_note(l, NET_TARGET_GROUP, g->arn, l->n->target_groups_count - 1);
}

/* A group that is named and was not listed: where it leads to is not known. */
static uint32_t group_of(struct net_loader *l, struct str arn, uint32_t lb)
{
    uint32_t row = net_row(l, NET_TARGET_GROUP, arn);
    if (row != NET_NONE)
        return row;
    struct net_target_group *g = net_add_target_group(l->n);
    g->arn = arena_str(l->a, arn);
    g->vpc = l->n->lbs[lb].vpc;
    g->proto = NET_ANY_PROTOCOL;
    g->keeps_client_ip = -1;
    net_note(l, NET_TARGET_GROUP, g->arn, l->n->target_groups_count - 1);
    return l->n->target_groups_count - 1;
}

static bool load_listener_groups(struct net_loader *l, struct err *e)
{
    struct query *q = query_new(l->s, "SELECT listener, target_group, by_rule FROM fact_net_listener_group ORDER BY listener, target_group", e);
    if (!q)
        return false;
    uint32_t at = 0; /* listeners were read in order of their ARN */
    while (query_step(q)) {
        struct str arn = query_str(q, 0);
        while (at < l->n->listeners_count && str_cmp(l->n->listeners[at].arn, arn) < 0)
            at++;
        for (uint32_t i = at; i < l->n->listeners_count && str_eq(l->n->listeners[i].arn, arn); i++) {
            struct net_listener_group *g = net_add_listener_group(l->n);
            g->listener = i;
            g->group = group_of(l, query_str(q, 1), l->n->listeners[i].lb);
            g->by_rule = query_int(q, 2);
        }
    }
    return query_done(q);
}

static void target_row(struct net_loader *l, struct query *q)
{
    uint32_t group = net_row(l, NET_TARGET_GROUP, query_str(q, 0));
    struct str id = query_str(q, 1);
    if (group == NET_NONE)
        return;
    struct net_target t = {.group = group, .eni = net_row(l, NET_ENI, query_str(q, 3)), .lb = net_row(l, NET_LB, id), .port = (uint16_t)query_int(q, 2)};
    bool known = t.eni != NET_NONE || t.lb != NET_NONE || ip_parse(id, &t.ip);
    if (known)
        *net_add_target(l->n) = t;
    else if (!query_int(q, 4) && !str_starts(id, STR("arn:aws"))) /* a function has no address */
        l->n->target_groups[group].read = false; /* a host that nobody told of */
}

/* Network Load Balancers that were made without groups check none (Elastic Load Balancing, "Update the security groups for your
 * Network Load Balancer", read 2026). */
static void bare_row(struct net_loader *l, struct query *q)
{
    uint32_t lb = net_row(l, NET_LB, query_str(q, 0));
    if (lb != NET_NONE)
        map_put(&l->rows[NET_NOTHING], net_id(l->n, (struct net_ref){NET_LB, lb}), (void *)(uintptr_t)(lb + 1)); /* looked up only */
}

static bool skip_groups(struct net_loader *l, struct err *e)
{
    if (!net_each(l, "SELECT arn FROM fact_net_balancer WHERE has_groups = 0 AND kind <> 'application' ORDER BY arn", bare_row, e))
        return false;
    for (uint32_t i = 0; i < l->n->enis_count; i++)
        if (l->n->enis[i].thing != NET_NONE && l->n->things[l->n->enis[i].thing].kind == THING_BALANCER &&
            net_row(l, NET_NOTHING, l->n->things[l->n->enis[i].thing].arn) != NET_NONE)
            l->n->enis[i].skips_groups = true;
    return true;
}

/* A group that no listener sends to stands for nothing. */
static const char target_groups_sql[] = "SELECT arn, vpc, proto, keeps_client_ip, read FROM fact_net_target_group"
                                        " WHERE arn IN (SELECT target_group FROM fact_net_listener_group) ORDER BY arn";

bool load_balancers(struct net_loader *l, struct err *e)
{
    return net_each(l, "SELECT arn, kind, vpc, internet_facing, listeners_read, privatelink_groups FROM fact_net_balancer ORDER BY arn", balancer_row, e) &&
           net_each(l, "SELECT arn, balancer, proto, lo, hi, read FROM fact_net_listener ORDER BY arn, proto", listener_row, e) &&
           net_each(l, target_groups_sql, target_group_row, e) &&
           load_listener_groups(l, e) &&
           net_each(l, "SELECT DISTINCT target_group, id, port, eni, gone FROM fact_net_target ORDER BY target_group, id, port", target_row, e) && skip_groups(l, e);
}
