/* Interfaces with their addresses and groups. Whose they are is for load_eni_things(). */
#include "reach/net_load_internal.h"

static void take_eni(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0);
    if (!id.len || !net_from(l, id, query_str(q, 1)) || net_row(l, NET_ENI, id) != NET_NONE)
        return;
    uint32_t vpc = net_vpc_row(l, query_str(q, 2)), subnet = net_row(l, NET_SUBNET, query_str(q, 3)),
             account = net_account_row(l, query_str(q, 4));
    if (subnet != NET_NONE && l->n->subnets[subnet].vpc != NET_NONE)
        vpc = l->n->subnets[subnet].vpc;
    if (vpc == NET_NONE) {
        net_unreadable(l, "ec2:DescribeNetworkInterfaces", query_str(q, 1), id, "the VPC");
        return;
    }
    struct net_eni *i = net_add_eni(l->n);
    i->id = net_text(l, q, 0);
    i->vpc = vpc;
    i->subnet = subnet;
    i->account = account;
    i->type = net_shared(l, q, 5);
    i->forwards = !query_is_null(q, 6) && !query_int(q, 6);
    i->deny_igw = query_int(q, 7) != 0;
    i->groups_read = query_int(q, 8) != 0;
    i->sources = i->receives = true; /* until load_eni_things() knows better */
    net_note(l, NET_ENI, i->id, l->n->enis_count - 1);
}

static void take_instance_eni(struct net_loader *l, struct query *q)
{
    uint32_t count = l->n->enis_count, thing = net_row(l, NET_THING, query_str(q, 9));
    take_eni(l, q);
    if (l->n->enis_count > count)
        l->n->enis[count].thing = thing;
}

static void take_address(struct net_loader *l, struct query *q)
{
    uint32_t eni = net_row(l, NET_ENI, query_str(q, 0));
    struct ip_range range;
    if (eni == NET_NONE || !net_from(l, query_str(q, 0), query_str(q, 1)))
        return;
    ip_number public_ip;
    if (!ip_range_parse(query_str(q, 2), &range) || (query_str(q, 4).len && !ip_parse(query_str(q, 4), &public_ip)))
        net_unreadable(l, "ec2:DescribeNetworkInterfaces", query_str(q, 1), query_str(q, 0), "an address");
    if (!ip_range_parse(query_str(q, 2), &range))
        return;
    struct net_address *a = net_add_address(l->n);
    a->eni = eni;
    a->range = range;
    a->primary = query_int(q, 3) != 0;
    if (range.lo == range.hi && !ip_parse(query_str(q, 4), &a->public_ip))
        a->public_ip = 0;
}

static void take_eni_group(struct net_loader *l, struct query *q)
{
    uint32_t eni = net_row(l, NET_ENI, query_str(q, 0)), group = net_row(l, NET_GROUP, query_str(q, 2));
    if (eni == NET_NONE || !net_from(l, query_str(q, 0), query_str(q, 1)))
        return;
    struct net_eni_group *g = net_add_eni_group(l->n);
    g->eni = eni;
    g->group = group;
    g->id = group == NET_NONE ? net_shared(l, q, 2) : l->n->groups[group].id;
}

/* ENIs that are attached to nothing stay: they may be attached, and hold an address. */
static const char eni_sql[] = "SELECT eni, account, vpc, subnet, owner, type, source_dest_check, deny_igw, groups_read "
                              "FROM fact_eni ORDER BY account <> owner";
static const char instance_eni_sql[] = "SELECT eni, account, vpc, subnet, owner, type, source_dest_check, 0, "
                                       "json_type(data, '$.Groups') = 'array', instance FROM fact_net_instance_eni";
static const char address_sql[] =
    "SELECT a.eni, a.account, a.address, a.is_primary, coalesce(a.public_ip, p.public_ip) FROM fact_eni_address a"
    " LEFT JOIN fact_net_address p ON p.eni = a.eni AND p.private_ip = a.address";
static const char instance_address_sql[] = "SELECT i.eni, i.account, a.value ->> '$.PrivateIpAddress', a.value ->> "
                                           "'$.Primary', a.value ->> '$.Association.PublicIp'"
                                           " FROM fact_net_instance_eni i, json_each(i.data, '$.PrivateIpAddresses') a"
                                           " UNION ALL SELECT eni, account, data ->> '$.PrivateIpAddress', 1, data ->> "
                                           "'$.Association.PublicIp' FROM fact_net_instance_eni"
                                           " WHERE coalesce(json_array_length(data, '$.PrivateIpAddresses'), 0) = 0"
                                           " UNION ALL SELECT i.eni, i.account, a.value ->> '$.Ipv6Address', 0, NULL "
                                           "FROM fact_net_instance_eni i, json_each(i.data, '$.Ipv6Addresses') a"
                                           " UNION ALL SELECT i.eni, i.account, a.value ->> '$.Ipv4Prefix', 0, NULL "
                                           "FROM fact_net_instance_eni i, json_each(i.data, '$.Ipv4Prefixes') a"
                                           " UNION ALL SELECT i.eni, i.account, a.value ->> '$.Ipv6Prefix', 0, NULL "
                                           "FROM fact_net_instance_eni i, json_each(i.data, '$.Ipv6Prefixes') a";

bool net_load_enis(struct net_loader *l, struct err *e)
{
    return net_each(l, eni_sql, take_eni, e) && net_each(l, instance_eni_sql, take_instance_eni, e) &&
           net_each(l, address_sql, take_address, e) && net_each(l, instance_address_sql, take_address, e) &&
           net_each(l, "SELECT eni, account, sg FROM fact_eni_group", take_eni_group, e) &&
           net_each(l,
                    "SELECT i.eni, i.account, g.value ->> '$.GroupId' FROM fact_net_instance_eni i, json_each(i.data, "
                    "'$.Groups') g",
                    take_eni_group, e);
}
