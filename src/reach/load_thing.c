/* What stands on the network: rows of fact_net_thing. */
#include "reach/net_load_internal.h"

#include "reach/load_thing.h"

static enum net_thing_kind kind_of(struct str text)
{
    static const struct { const char *name; enum net_thing_kind kind; } kinds[] = {
        {"host", THING_HOST},   {"task", THING_TASK}, {"function", THING_FUNCTION}, {"store", THING_STORE}, {"balancer", THING_BALANCER},
        {"nat", THING_NAT},     {"endpoint", THING_ENDPOINT}, {"gateway", THING_GATEWAY},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eqz(text, kinds[i].name))
            return kinds[i].kind;
    return THING_OTHER;
}

/* '[5432]'; what is no port is left out. */
static void read_ports(struct net_thing *t, struct str text)
{
    enum { ROOM = sizeof t->ports / sizeof *t->ports };
    while (text.ptr && text.len) {
        struct str part = str_cut(&text, ',');
        while (part.len && (part.ptr[0] == '[' || part.ptr[0] == ' '))
            part = str_sub(part, 1, part.len);
        while (part.len && part.ptr[part.len - 1] == ']')
            part.len--;
        uint64_t port;
        if (!str_to_u64(part, &port) || port == 0 || port > 65535)
            continue;
        if (t->port_count == ROOM) {
            t->port_count = 0; /* more than there is room for: any */
            return;
        }
        t->ports[t->port_count++] = (uint16_t)port;
    }
}

static void thing_row(struct net_loader *l, struct query *q)
{
    struct net_thing *t = net_add_thing(l->n);
    uint32_t row = l->n->things_count - 1;
    t->arn = net_text(l, q, 0);
    t->account = net_account_row(l, query_str(q, 1));
    t->id = net_text(l, q, 2);
    t->type = net_shared(l, q, 3);
    t->name = net_text(l, q, 4);
    t->kind = kind_of(query_str(q, 5));
    t->vpc = net_vpc_row(l, query_str(q, 6));
    t->stopped = query_int(q, 7);
    t->runs_code = query_int(q, 8);
    t->public_flag = query_int(q, 9);
    read_ports(t, query_str(q, 10));
    t->role_arn = net_shared(l, q, 11);
    t->tenant = net_shared(l, q, 12);
    t->why = net_shared(l, q, 13);
    t->shared = query_int(q, 14);
    t->conflict = query_int(q, 15);
    t->phi = query_int(q, 16);
    net_note(l, NET_THING, t->arn, row);
    if (str_starts(t->type, STR("AWS::EC2::")))
        net_note(l, NET_THING, t->id, row); /* NAT gateways, endpoints and hosts have ids that are theirs alone */
}

static void part_row(struct net_loader *l, struct query *q)
{
    uint32_t row = net_row(l, NET_THING, query_str(q, 0));
    if (row != NET_NONE)
        l->n->things[row].of = net_row(l, NET_THING, query_str(q, 1));
}

bool load_things(struct net_loader *l, struct err *e)
{
    return net_each(l,
                    "SELECT arn, account, id, type, name, kind, vpc, stopped, runs_code, public, ports, role, tenant, why, shared, conflict, phi"
                    " FROM fact_net_thing ORDER BY arn",
                    thing_row, e) &&
           net_each(l, "SELECT arn, of FROM fact_net_thing WHERE of IS NOT NULL ORDER BY arn", part_row, e);
}

bool load_eni_things(struct net_loader *l, struct err *e)
{
    return load_owners(l, e) && load_places(l, e);
}
