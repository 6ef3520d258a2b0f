/* VPC endpoints, and the provider side of PrivateLink. */
#include "reach/net_load_internal.h"

static enum net_endpoint_kind kind_of(struct str type)
{
    return str_eqz(type, "Interface")             ? ENDPOINT_INTERFACE
           : str_eqz(type, "GatewayLoadBalancer") ? ENDPOINT_GWLB
           : str_eqz(type, "Resource")            ? ENDPOINT_RESOURCE
           : str_eqz(type, "ServiceNetwork")      ? ENDPOINT_SERVICE_NETWORK
                                                  : ENDPOINT_GATEWAY;
}

/* "com.amazonaws.REGION.s3", "aws.sagemaker.REGION.studio"; those of PrivateLink are
 * com.amazonaws.vpce.REGION.vpce-svc-... */
static bool is_aws(struct str service)
{
    return !str_contains(service, STR(".vpce-svc-")) &&
           (str_starts(service, STR("com.amazonaws.")) || str_starts(service, STR("aws.")) ||
            str_starts(service, STR("cn.com.amazonaws.")));
}

static void take_endpoint(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0);
    if (!id.len || !net_from(l, id, query_str(q, 1)) || net_row(l, NET_ENDPOINT, id) != NET_NONE)
        return;
    uint32_t vpc = net_vpc_row(l, query_str(q, 2)), account = net_account_row(l, query_str(q, 3));
    struct net_endpoint *x = net_add_endpoint(l->n);
    x->id = net_text(l, q, 0);
    x->vpc = vpc;
    x->account = account;
    x->kind = kind_of(query_str(q, 4));
    x->service_name = net_shared(l, q, 5);
    x->available = !str_starts(query_str(q, 6), STR("pending")) && !str_eqz(query_str(q, 6), "rejected");
    x->aws = is_aws(x->service_name);
    x->service = x->aws ? NET_NONE : net_row(l, NET_SERVICE, x->service_name);
    x->thing = x->kind == ENDPOINT_GATEWAY ? NET_NONE : net_row(l, NET_THING, x->id);
    if (x->kind == ENDPOINT_GATEWAY)
        x->list = net_row(l, NET_PREFIX_LIST, x->service_name);
    net_note(l, NET_ENDPOINT, x->id, l->n->endpoints_count - 1);
}

static void take_service(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0);
    if (!id.len || net_row(l, NET_SERVICE, id) != NET_NONE)
        return;
    uint32_t account = net_account_row(l, query_str(q, 1));
    struct net_service *s = net_add_service(l->n);
    s->id = net_text(l, q, 0);
    s->name = net_text(l, q, 2);
    s->account = account;
    s->open_to_all =
        !query_int(q, 3) && (query_int(q, 4) || !query_int(q, 5)); /* who may connect not read: everybody may */
    s->balancers_read = !query_is_null(q, 6);
    net_note(l, NET_SERVICE, s->id, l->n->services_count - 1);
    net_note(l, NET_SERVICE, s->name, l->n->services_count - 1);
}

/* A pending connection is nobody's yet: the endpoint works when the provider has accepted it. */
static void take_connection(struct net_loader *l, struct query *q)
{
    uint32_t endpoint = net_row(l, NET_ENDPOINT, query_str(q, 1));
    if (endpoint == NET_NONE)
        return;
    if (l->n->endpoints[endpoint].service == NET_NONE)
        l->n->endpoints[endpoint].service = net_row(l, NET_SERVICE, query_str(q, 0));
}

bool net_load_endpoints(struct net_loader *l, struct err *e)
{
    return net_each(
               l,
               "SELECT service, account, name, acceptance, everybody, permissions_read, balancers FROM fact_net_service"
               " WHERE coalesce(state, 'Available') NOT IN ('Deleted', 'Deleting', 'Failed')",
               take_service, e) &&
           net_each(l,
                    "SELECT endpoint, account, vpc, owner, type, service, state FROM fact_net_endpoint WHERE "
                    "coalesce(state, 'available') NOT IN"
                    " ('deleted', 'deleting', 'failed', 'expired') ORDER BY account <> owner",
                    take_endpoint, e) &&
           net_each(l,
                    "SELECT service, endpoint FROM fact_net_service_connection WHERE state IN ('available', 'pending')",
                    take_connection, e) &&
           net_load_client_vpn(l, e);
}

static void take_service_balancers(struct net_loader *l, struct query *q)
{
    uint32_t service = net_row(l, NET_SERVICE, query_str(q, 0));
    if (service == NET_NONE)
        return;
    for
        json_each (arn, net_json(l, q, 1)) {
            uint32_t lb = net_row(l, NET_LB, json_str(arn));
            if (lb == NET_NONE) {
                l->n->services[service].balancers_read = false;
                continue;
            }
            struct net_service_balancer *b = net_add_service_balancer(l->n);
            b->service = service;
            b->lb = lb;
        }
}

/* Endpoints of accounts that are not ours: whoever may connect without being accepted can make one, and one that was accepted is there
 * (PrivateLink Guide, "Share your services through AWS PrivateLink", read 2026). */
static void take_strangers(struct net_loader *l, struct query *q)
{
    uint32_t service = net_row(l, NET_SERVICE, query_str(q, 0));
    if (service == NET_NONE || (!l->n->services[service].open_to_all && !query_int(q, 1)))
        return;
    struct net_external *x = net_add_external(l->n);
    uint32_t row = l->n->externals_count - 1;
    x->kind = EXTERNAL_OTHER;
    x->name = arena_printf(l->a, "other accounts, by endpoints to %.*s", STR_ARG(l->n->services[service].id));
    x->id = x->name;
    x->all_ranges = true;
    net_note(l, NET_EXTERNAL, x->id, row);
    struct net_entrance *t = net_add_entrance(l->n);
    t->kind = ENTRANCE_OTHER;
    t->id = l->n->services[service].id;
    t->label = STR("an endpoint service that other accounts may connect to");
    t->from_external = row;
    t->service = service;
    t->proto = NET_ANY_PROTOCOL;
    t->hi = UINT16_MAX;
    t->sure = query_int(q, 1) || query_int(q, 2);
}

/* 1: an endpoint of somebody else is connected; 2: who may connect was read. */
static const char strangers_sql[] =
    "SELECT s.service, EXISTS (SELECT 1 FROM fact_net_service_connection c WHERE c.service = s.service AND c.state = 'available'"
    " AND c.endpoint_owner NOT IN (SELECT account FROM fact_known_account WHERE kind = 'own')), max(s.permissions_read)"
    " FROM fact_net_service s GROUP BY s.service ORDER BY s.service";

bool net_load_services(struct net_loader *l, struct err *e)
{
    return net_each(l, "SELECT service, balancers FROM fact_net_service WHERE balancers IS NOT NULL GROUP BY service",
                    take_service_balancers, e) &&
           net_each(l, strangers_sql, take_strangers, e);
}
