/* Ways in that need no route: rows of fact_net_entrance. */
#include "reach/net_load_internal.h"

static enum net_entrance_kind kind_of(struct str text)
{
    static const char *const names[] = {
        [ENTRANCE_ACCELERATOR] = "accelerator",           [ENTRANCE_CLOUDFRONT] = "cloudfront",
        [ENTRANCE_API_GATEWAY] = "api-gateway",           [ENTRANCE_VERIFIED_ACCESS] = "verified-access",
        [ENTRANCE_INSTANCE_CONNECT] = "instance-connect", [ENTRANCE_RESOURCE_CONFIGURATION] = "resource-configuration",
        [ENTRANCE_LATTICE_SERVICE] = "lattice-service",   [ENTRANCE_FUNCTION_URL] = "function-url",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eqz(text, names[i]))
            return (enum net_entrance_kind)i;
    return ENTRANCE_OTHER;
}

enum { COL_ID, COL_KIND, COL_LABEL, COL_FROM_VPC, COL_FROM_ENDPOINT, COL_ASSOCIATION, COL_PROTO, COL_LO, COL_HI, COL_TO_ARN, COL_TO_ENI, COL_TO_IP,
       COL_TO_VPC, COL_TO_PORT, COL_VIA, COL_KEEPS, COL_GATED, COL_SURE };

struct associations {
    struct map groups; /* id of an association -> struct association_group */
};
struct association_group {
    uint32_t group;
    struct association_group *next;
};

static bool read_groups(struct net_loader *l, struct associations *as, struct err *e)
{
    struct query *q = query_new(l->s, "SELECT association, sg FROM fact_net_entrance_group ORDER BY association, sg DESC", e);
    if (!q)
        return false;
    while (query_step(q)) {
        struct association_group *g = arena_new_of(l->scratch, struct association_group);
        struct str id = net_shared(l, q, 0);
        g->group = net_row(l, NET_GROUP, query_str(q, 1));
        g->next = map_get(&as->groups, id);
        map_put(&as->groups, id, g);
    }
    return query_done(q);
}

/* Where it begins. False: at an endpoint or a VPC that is not in the net. */
static bool read_from(struct net_loader *l, struct query *q, struct net_entrance *x)
{
    bool vpc = !query_is_null(q, COL_FROM_VPC), endpoint = !query_is_null(q, COL_FROM_ENDPOINT);
    x->from_vpc = vpc ? net_row(l, NET_VPC, query_str(q, COL_FROM_VPC)) : NET_NONE;
    x->from_endpoint = endpoint ? net_row(l, NET_ENDPOINT, query_str(q, COL_FROM_ENDPOINT)) : NET_NONE;
    x->from_external = vpc || endpoint ? NET_NONE : 0; /* row 0 is the Internet */
    return x->from_vpc != NET_NONE || x->from_endpoint != NET_NONE || x->from_external != NET_NONE;
}

static void read_to(struct net_loader *l, struct query *q, struct net_entrance *x)
{
    uint32_t eni = net_row(l, NET_ENI, query_str(q, COL_TO_ENI));
    x->to_thing = net_row(l, NET_THING, query_str(q, COL_TO_ARN));
    if (x->to_thing == NET_NONE && eni != NET_NONE)
        x->to_thing = l->n->enis[eni].thing;
    x->to_vpc = net_row(l, NET_VPC, query_str(q, COL_TO_VPC));
    if (x->to_thing == NET_NONE && !ip_parse(query_str(q, COL_TO_IP), &x->to_ip))
        x->to_ip = 0;
    x->to_port = (uint16_t)query_int(q, COL_TO_PORT);
    x->via_thing = net_row(l, NET_THING, query_str(q, COL_VIA));
    x->sure = query_int(q, COL_SURE) && (x->to_thing != NET_NONE || x->to_ip);
}

static void entrance_row(struct net_loader *l, const struct associations *as, struct query *q)
{
    struct net_entrance x = {.service = NET_NONE, .kind = kind_of(query_str(q, COL_KIND)), .proto = net_protocol(query_str(q, COL_PROTO))};
    if (!read_from(l, q, &x))
        return;
    x.id = net_shared(l, q, COL_ID);
    x.label = net_shared(l, q, COL_LABEL);
    x.lo = (uint16_t)query_int(q, COL_LO);
    x.hi = (uint16_t)query_int(q, COL_HI);
    x.keeps_client_ip = query_int(q, COL_KEEPS);
    x.gated = query_int(q, COL_GATED);
    read_to(l, q, &x);
    *net_add_entrance(l->n) = x;
    for (const struct association_group *g = query_is_null(q, COL_ASSOCIATION) ? NULL : map_get(&as->groups, query_str(q, COL_ASSOCIATION)); g; g = g->next) {
        struct net_entrance_group *row = net_add_entrance_group(l->n);
        row->entrance = l->n->entrances_count - 1;
        row->group = g->group;
    }
}

bool load_entrances(struct net_loader *l, struct err *e)
{
    struct associations as;
    map_init(&as.groups, l->scratch);
    if (!read_groups(l, &as, e))
        return false;
    struct query *q = query_new(l->s,
                                "SELECT DISTINCT id, kind, label, from_vpc, from_endpoint, association, proto, lo, hi, to_arn, to_eni, to_ip, to_vpc, to_port, via,"
                                " keeps_client_ip, gated, sure FROM fact_net_entrance"
                                " ORDER BY id, from_vpc, from_endpoint, proto, lo, hi, to_arn, to_eni, to_ip, to_port",
                                e);
    if (!q)
        return false;
    while (query_step(q))
        entrance_row(l, &as, q);
    return query_done(q);
}
