/* Accounts, VPCs, subnets, prefix lists, security groups. */
#include "reach/net_load_internal.h"

static void take_account(struct net_loader *l, struct query *q)
{
    uint32_t row = net_account_row(l, query_str(q, 0));
    if (row == NET_NONE)
        return;
    l->n->accounts[row].name = net_text(l, q, 1);
    l->n->accounts[row].collected = query_int(q, 2) != 0;
}

static void take_vpc(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0);
    if (!id.len || !net_from(l, id, query_str(q, 1)))
        return;
    uint32_t row = net_vpc_row(l, id), account = net_account_row(l, query_str(q, 3));
    struct net_vpc *v = &l->n->vpcs[row];
    v->collected = true;
    v->region = net_shared(l, q, 2);
    v->account = account;
    v->name = net_text(l, q, 4);
    v->tenant = net_shared(l, q, 5);
}

static void take_cidr(struct net_loader *l, struct query *q)
{
    uint32_t vpc = net_row(l, NET_VPC, query_str(q, 0));
    struct ip_range range;
    if (vpc == NET_NONE || !net_from(l, query_str(q, 0), query_str(q, 1)) || !ip_range_parse(query_str(q, 2), &range))
        return;
    struct net_cidr *c = net_add_cidr(l->n);
    c->vpc = vpc;
    c->range = range;
}

static void add_subnet_cidr(struct net_loader *l, uint32_t subnet, struct str cidr)
{
    struct ip_range range;
    if (!ip_range_parse(cidr, &range))
        return;
    struct net_subnet_cidr *c = net_add_subnet_cidr(l->n);
    c->subnet = subnet;
    c->range = range;
}

static void take_subnet(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0);
    if (!id.len || !net_from(l, id, query_str(q, 1)) || net_row(l, NET_SUBNET, id) != NET_NONE)
        return;
    uint32_t vpc = net_vpc_row(l, query_str(q, 2)), account = net_account_row(l, query_str(q, 3)),
             row = l->n->subnets_count;
    if (vpc == NET_NONE) {
        net_unreadable(l, "ec2:DescribeSubnets", query_str(q, 1), id, "the VPC");
        return;
    }
    struct net_subnet *s = net_add_subnet(l->n);
    s->id = net_text(l, q, 0);
    s->vpc = vpc;
    s->account = account;
    s->name = net_text(l, q, 4);
    s->az = net_shared(l, q, 5);
    s->declared_public = query_int(q, 8) != 0;
    s->bpa = BPA_UNREAD;
    net_note(l, NET_SUBNET, s->id, row);
    if (vpc != NET_NONE) /* a participant of a shared VPC may see no more of it than its subnets */
        l->n->vpcs[vpc].collected = true;
    add_subnet_cidr(l, row, query_str(q, 6));
    for
        json_each (c, net_json(l, q, 7))
            add_subnet_cidr(l, row, json_str(c));
    uint32_t count = l->n->subnet_cidrs_count;
    if (!count || l->n->subnet_cidrs[count - 1].subnet != row)
        net_unreadable(l, "ec2:DescribeSubnets", query_str(q, 1), id, "the CIDR blocks");
}

/* `meaning` 'internet': any customer may stand behind the list (fact_prefix_list). */
static void take_list(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0);
    uint32_t row = net_row(l, NET_PREFIX_LIST, id);
    bool read = query_int(q, 5) != 0;
    if (!id.len || (row != NET_NONE && (l->n->prefix_lists[row].read || !read)))
        return;
    if (row == NET_NONE) {
        net_add_prefix_list(l->n)->id = net_text(l, q, 0);
        row = l->n->prefix_lists_count - 1;
        net_note(l, NET_PREFIX_LIST, l->n->prefix_lists[row].id, row);
    }
    struct net_prefix_list *p = &l->n->prefix_lists[row];
    p->name = net_text(l, q, 1);
    p->owner = net_shared(l, q, 2);
    p->everybody = p->everybody || str_eqz(query_str(q, 4), "internet");
    p->read = read;
    net_note(l, NET_PREFIX_LIST, p->name, row);
    if (read)
        net_from(l, p->id, query_str(q, 3));
}

static void take_entry(struct net_loader *l, struct query *q)
{
    uint32_t list = net_row(l, NET_PREFIX_LIST, query_str(q, 0));
    struct ip_range range;
    if (list == NET_NONE || !net_from(l, query_str(q, 0), query_str(q, 1)) || !ip_range_parse(query_str(q, 2), &range))
        return;
    struct net_prefix_entry *p = net_add_prefix_entry(l->n);
    p->list = list;
    p->range = range;
}

static void take_group(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0);
    if (!id.len || !net_from(l, id, query_str(q, 1)) || net_row(l, NET_GROUP, id) != NET_NONE)
        return;
    uint32_t vpc = net_vpc_row(l, query_str(q, 3)), account = net_account_row(l, query_str(q, 4));
    struct net_group *g = net_add_group(l->n);
    g->id = net_text(l, q, 0);
    g->region = net_shared(l, q, 2);
    g->vpc = vpc;
    g->account = account;
    g->name = net_text(l, q, 5);
    g->ingress_read = query_int(q, 6) != 0;
    g->egress_read = query_int(q, 7) != 0;
    net_note(l, NET_GROUP, g->id, l->n->groups_count - 1);
}

static void take_group_vpc(struct net_loader *l, struct query *q)
{
    uint32_t group = net_row(l, NET_GROUP, query_str(q, 0)), vpc = net_vpc_row(l, query_str(q, 1));
    if (group == NET_NONE || vpc == NET_NONE || l->n->groups[group].vpc == vpc)
        return;
    struct net_group_vpc *g = net_add_group_vpc(l->n);
    g->group = group;
    g->vpc = vpc;
}

/* A group that is not there, of an account whose groups were read: the rule is stale and matches nothing (Amazon EC2
 * API Reference, UserIdGroupPair, PeeringStatus; VPC Peering Guide, "Work with stale security group rules", read 2026).
 */
static void refer(struct net_loader *l, struct query *q, struct net_rule *r, struct str region)
{
    struct str status = query_str(q, 10), owner = query_str(q, 9);
    r->peer_index = net_row(l, NET_GROUP, r->peer_id);
    r->peer = PEER_GROUP;
    if (!r->peer_id.len) {
        r->peer = PEER_UNKNOWN;
        return;
    }
    if (str_eqz(status, "deleted") || str_eqz(status, "rejected") || str_eqz(status, "expired") ||
        str_eqz(status, "failed") ||
        (r->peer_index == NET_NONE && net_answered(l, "ec2:DescribeSecurityGroups", owner, region))) {
        r->lo = 1;
        r->hi = 0;
    } else if (r->peer_index == NET_NONE) {
        r->peer = PEER_UNKNOWN;
    }
}

static uint16_t port(int64_t p)
{
    return p < 0 ? 0 : p > UINT16_MAX ? UINT16_MAX : (uint16_t)p;
}

static void take_rule(struct net_loader *l, struct query *q)
{
    uint32_t group = net_row(l, NET_GROUP, query_str(q, 0));
    if (group == NET_NONE || !net_from(l, query_str(q, 0), query_str(q, 1)))
        return;
    struct str kind = query_str(q, 7), region = l->n->groups[group].region;
    struct net_rule *r = net_add_rule(l->n);
    r->group = group;
    r->egress = query_int(q, 2) != 0;
    r->proto = net_protocol(query_str(q, 3));
    r->lo = query_is_null(q, 4) ? 0 : port(query_int(q, 4));
    r->hi = query_is_null(q, 5) ? UINT16_MAX : port(query_int(q, 5));
    if (r->proto == NET_ICMP || r->proto == NET_ICMP6)
        net_icmp(query_is_null(q, 11) ? -1 : query_int(q, 11), query_is_null(q, 12) ? -1 : query_int(q, 12), &r->lo,
                 &r->hi);
    r->id = net_text(l, q, 6);
    r->peer_id = net_shared(l, q, 8);
    r->peer = PEER_UNKNOWN;
    if (str_eqz(kind, "group"))
        refer(l, q, r, region);
    else if (str_eqz(kind, "prefix-list") && (r->peer_index = net_row(l, NET_PREFIX_LIST, r->peer_id)) != NET_NONE)
        r->peer = PEER_LIST;
    else if (str_starts(kind, STR("cidr")) && ip_range_parse(r->peer_id, &r->range))
        r->peer = PEER_RANGE;
}

static const char vpc_sql[] = "SELECT v.vpc, v.account, v.region, v.owner, v.name, (SELECT t.tenant FROM fact_thing t "
                              "WHERE t.id = v.vpc AND t.type = 'AWS::EC2::VPC'"
                              " AND t.account = v.account) FROM fact_vpc v ORDER BY v.account <> v.owner";
static const char subnet_sql[] =
    "SELECT subnet, account, vpc, owner, name, coalesce(az_id, az), cidr, cidrs6, "
    "max(coalesce(is_declared('public_subnets', subnet), 0),"
    " coalesce(is_declared('public_subnets', arn), 0), coalesce(is_declared('public_subnets', name), 0)) FROM "
    "fact_subnet ORDER BY account <> owner";
static const char list_sql[] = "SELECT prefix_list, name, owner, account, meaning, entries_read FROM fact_prefix_list "
                               "WHERE coalesce(state, '') NOT IN"
                               " ('delete-complete', 'delete-in-progress') UNION ALL SELECT DISTINCT prefix_list, "
                               "name, 'AWS', account, NULL, 1 FROM fact_net_aws_list";
static const char entry_sql[] = "SELECT prefix_list, account, cidr FROM fact_prefix_list_entry UNION SELECT "
                                "prefix_list, account, cidr FROM fact_net_aws_list";
static const char rule_sql[] = "SELECT r.sg, r.account, r.direction = 'egress', r.protocol, r.port_lo, r.port_hi, "
                               "i.rule, r.peer_kind, r.peer, r.peer_account,"
                               " r.peering_status, r.from_port, r.to_port FROM fact_sg_rule r LEFT JOIN "
                               "fact_sg_rule_id i ON i.sg = r.sg AND i.account = r.account"
                               " AND i.direction = r.direction AND i.protocol = r.protocol AND i.peer = r.peer AND "
                               "coalesce(i.from_port, -1) = coalesce(r.from_port, -1)"
                               " AND coalesce(i.to_port, -1) = coalesce(r.to_port, -1)";

bool net_load_base(struct net_loader *l, struct err *e)
{
    return net_each(l,
                    "SELECT account, name, coalesce(reached, 0) FROM fact_account UNION ALL SELECT account, coalesce(name, account), 0"
                    " FROM fact_org_account o WHERE coalesce(status, 'ACTIVE') NOT IN ('CLOSED', 'PENDING_ACTIVATION')"
                    " AND account NOT IN (SELECT account FROM fact_account)",
                    take_account, e) &&
           net_each(l, vpc_sql, take_vpc, e) &&
           net_each(l,
                    "SELECT DISTINCT vpc, account, cidr FROM fact_vpc_cidr WHERE coalesce(state, 'associated') NOT "
                    "IN ('disassociated', 'failed')",
                    take_cidr, e) &&
           net_each(l, subnet_sql, take_subnet, e) && net_each(l, list_sql, take_list, e) &&
           net_each(l, entry_sql, take_entry, e) &&
           net_each(l,
                    "SELECT sg, account, region, vpc, owner, name, ingress_read, egress_read FROM fact_sg ORDER BY "
                    "account <> owner",
                    take_group, e) &&
           net_each(l, "SELECT DISTINCT sg, vpc FROM fact_net_sg_vpc WHERE coalesce(state, '') NOT IN ('disassociated', "
                    "'association-failed')",
                    take_group_vpc, e) &&
           net_each(l, rule_sql, take_rule, e);
}
