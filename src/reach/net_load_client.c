/* Client VPN: whoever signs in comes out of an interface in each associated subnet, with the endpoint's groups, and may
 * send where an authorization rule and a route let them (Client VPN Administrator Guide, "How it works", read 2026). */
#include "reach/net_load_internal.h"

enum { CIDRS_MAX = 1000 }; /* of one endpoint: rules and routes each; AWS's quotas are 200 and 100 */

struct client_cidrs {
    struct ip_range rules[CIDRS_MAX], routes[CIDRS_MAX];
    struct str by[CIDRS_MAX], subnets[CIDRS_MAX];
    uint32_t rule_count, route_count;
    bool read;
    struct str account, vpc, name;
    const struct json *groups;
    uint32_t thing;
};

static void take_endpoint(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0);
    if (!id.len || map_has(&l->clients, id))
        return;
    struct client_cidrs *c = arena_new_of(l->scratch, struct client_cidrs);
    c->account = net_shared(l, q, 1);
    c->vpc = net_shared(l, q, 3);
    c->groups = net_json(l, q, 5);
    c->read = query_int(q, 6) != 0;
    uint32_t account = net_account_row(l, c->account), vpc = net_row(l, NET_VPC, c->vpc);
    c->thing = net_row(l, NET_THING, id);
    map_put(&l->clients, arena_str(l->scratch, id), c);
    if (c->thing != NET_NONE)
        return;
    struct net_thing *t = net_add_thing(l->n);
    c->thing = l->n->things_count - 1;
    t->id = net_text(l, q, 0);
    t->type = STR("AWS::EC2::ClientVpnEndpoint");
    t->name = net_text(l, q, 2);
    t->arn = net_text(l, q, 4);
    t->kind = THING_GATEWAY;
    t->account = account;
    t->vpc = vpc;
    t->tenant = net_shared(l, q, 7);
    t->why = net_text(l, q, 8);
    t->shared = query_int(q, 9) != 0;
    t->conflict = query_int(q, 10) != 0;
    net_note(l, NET_THING, t->id, c->thing);
}

static void take_rule(struct net_loader *l, struct query *q)
{
    struct client_cidrs *c = map_get(&l->clients, query_str(q, 0));
    struct str group = query_str(q, 2);
    if (!c || c->rule_count == CIDRS_MAX)
        return;
    if (!ip_range_parse(query_str(q, 1), &c->rules[c->rule_count])) {
        c->read = false;
        return;
    }
    c->by[c->rule_count++] =
        group.len
            ? arena_printf(l->a, "authorization rule for %.*s, group %.*s", STR_ARG(query_str(q, 1)), STR_ARG(group))
            : arena_printf(l->a, "authorization rule for %.*s, everybody", STR_ARG(query_str(q, 1)));
}

static void take_route(struct net_loader *l, struct query *q)
{
    struct client_cidrs *c = map_get(&l->clients, query_str(q, 0));
    if (!c || c->route_count == CIDRS_MAX)
        return;
    if (!ip_range_parse(query_str(q, 1), &c->routes[c->route_count])) {
        c->read = false;
        return;
    }
    c->subnets[c->route_count++] = net_shared(l, q, 2);
}

/* Nothing is left out where more than we keep was told, or something was not read: then no limit stands. */
static void limit(struct net_loader *l, const struct client_cidrs *c, uint32_t eni, struct str subnet)
{
    bool any = false;
    if (!c->read || c->rule_count == CIDRS_MAX || c->route_count == CIDRS_MAX)
        return;
    for (uint32_t i = 0; i < c->rule_count; i++)
        for (uint32_t j = 0; j < c->route_count; j++) {
            struct ip_range both = ip_range_meet(c->rules[i], c->routes[j]);
            if (ip_range_is_empty(both) || (!str_eq(c->subnets[j], subnet) && c->subnets[j].len))
                continue;
            struct net_eni_limit *m = net_add_eni_limit(l->n);
            m->eni = eni;
            m->range = both;
            m->by = c->by[i];
            any = true;
        }
    if (any)
        return;
    struct net_eni_limit *none = net_add_eni_limit(l->n); /* no rule: nowhere */
    none->eni = eni;
    none->range = (struct ip_range){1, 0};
    none->by = STR("no authorization rule");
}

static void add_groups(struct net_loader *l, uint32_t eni, const struct json *ids)
{
    for
        json_each (id, ids) {
            struct net_eni_group *g = net_add_eni_group(l->n);
            g->eni = eni;
            g->group = net_row(l, NET_GROUP, json_str(id));
            g->id = net_share_text(l, json_str(id));
        }
}

static void take_network(struct net_loader *l, struct query *q)
{
    struct str endpoint = query_str(q, 0), subnet_id = query_str(q, 1);
    const struct client_cidrs *c = map_get(&l->clients, endpoint);
    uint32_t subnet = net_row(l, NET_SUBNET, subnet_id);
    struct str id = arena_printf(l->a, "%.*s/%.*s", STR_ARG(endpoint), STR_ARG(subnet_id));
    if (!c || subnet == NET_NONE || net_row(l, NET_ENI, id) != NET_NONE)
        return;
    const struct json *groups = net_json(l, q, 2);
    uint32_t account = net_account_row(l, c->account), row = l->n->enis_count;
    struct net_eni *i = net_add_eni(l->n);
    i->id = id;
    i->type = STR("client_vpn");
    i->vpc = l->n->subnets[subnet].vpc;
    i->subnet = subnet;
    i->account = account;
    i->thing = c->thing;
    i->sources = i->virtual_ = true;
    i->groups_read = groups || c->groups;
    net_note(l, NET_ENI, id, row);
    add_groups(l, row, groups && groups->count ? groups : c->groups);
    for (uint32_t k = 0; k < l->n->subnet_cidrs_count; k++)
        if (l->n->subnet_cidrs[k].subnet == subnet) {
            struct net_address *a = net_add_address(l->n);
            a->eni = row;
            a->range = l->n->subnet_cidrs[k].range;
            a->primary = true;
        }
    limit(l, c, row, subnet_id);
}

static const char endpoint_sql[] =
    "SELECT v.endpoint, v.account, v.name, v.vpc, v.arn, v.groups,"
    " (SELECT count(DISTINCT c.op) = 2 FROM fact_call c WHERE c.op IN ('ec2:DescribeClientVpnAuthorizationRules', "
    "'ec2:DescribeClientVpnRoutes')"
    "  AND c.account = v.account AND c.region = v.region AND c.parent = v.endpoint AND c.status IN ('ok', 'empty')),"
    " t.tenant, t.why, t.shared, t.conflict FROM fact_net_client_vpn v LEFT JOIN fact_thing t ON t.id = v.endpoint AND "
    "t.type = 'AWS::EC2::ClientVpnEndpoint'"
    " AND t.account = v.account WHERE coalesce(v.state, 'available') NOT IN ('deleted', 'deleting')";

bool net_load_client_vpn(struct net_loader *l, struct err *e)
{
    map_init(&l->clients, l->scratch);
    return net_each(l, endpoint_sql, take_endpoint, e) &&
           net_each(l,
                    "SELECT endpoint, cidr, user_group FROM fact_net_client_rule WHERE coalesce(state, 'active') NOT IN "
                    "('failed')",
                    take_rule, e) &&
           net_each(l,
                    "SELECT endpoint, cidr, subnet FROM fact_net_client_route WHERE coalesce(state, 'active') NOT IN "
                    "('failed')",
                    take_route, e) &&
           net_each(l,
                    "SELECT endpoint, subnet, groups FROM fact_net_client_network WHERE coalesce(state, 'associated') "
                    "NOT IN ('disassociated', 'association-failed')",
                    take_network, e);
}
