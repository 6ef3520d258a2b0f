/* What lies on a subnet: network ACLs, route tables, VPC Block Public Access. */
#include "reach/net_load_internal.h"

#include <stdio.h>

static void take_acl(struct net_loader *l, struct query *q)
{
    struct str id = query_str(q, 0);
    if (!id.len || !net_from(l, id, query_str(q, 1)) || net_row(l, NET_ACL, id) != NET_NONE)
        return;
    uint32_t vpc = net_vpc_row(l, query_str(q, 2));
    struct net_acl *c = net_add_acl(l->n);
    c->id = net_text(l, q, 0);
    c->vpc = vpc;
    c->is_default = query_int(q, 3) != 0;
    net_note(l, NET_ACL, c->id, l->n->acls_count - 1);
}

/* -1 on one side, or nothing, is the end of the range. */
static void ports(struct query *q, struct net_acl_entry *r)
{
    int64_t lo = query_is_null(q, 6) || query_int(q, 6) < 0 ? 0 : query_int(q, 6);
    int64_t hi = query_is_null(q, 7) || query_int(q, 7) < 0 ? UINT16_MAX : query_int(q, 7);
    r->lo = lo > UINT16_MAX ? UINT16_MAX : (uint16_t)lo;
    r->hi = hi > UINT16_MAX ? UINT16_MAX : (uint16_t)hi;
    if (r->proto == NET_ICMP || r->proto == NET_ICMP6)
        net_icmp(query_is_null(q, 8) ? -1 : query_int(q, 8), query_is_null(q, 9) ? -1 : query_int(q, 9), &r->lo,
                 &r->hi);
    else if (r->proto != NET_TCP && r->proto != NET_UDP)
        r->lo = 0, r->hi = UINT16_MAX;
}

/* The first entry that matches decides: one that cannot be read leaves open what those after it are for. */
static bool is_whole(struct query *q, bool denies)
{
    struct str action = query_str(q, 11), protocol = query_str(q, 5);
    int64_t number;
    bool known = str_eqz(protocol, "-1") || net_protocol(protocol) != NET_ANY_PROTOCOL;
    if (query_is_null(q, 3) || query_is_null(q, 2) || (!str_eqz(action, "allow") && !str_eqz(action, "deny")) ||
        (!known && (denies || !str_to_i64(protocol, &number))))
        return false;
    return !denies || query_is_null(q, 6) == query_is_null(q, 7); /* no ports at all: every port */
}

static void take_acl_entry(struct net_loader *l, struct query *q)
{
    uint32_t acl = net_row(l, NET_ACL, query_str(q, 0));
    struct ip_range range;
    if (acl == NET_NONE || !net_from(l, query_str(q, 0), query_str(q, 1)))
        return;
    if (!is_whole(q, !query_int(q, 4)) || !ip_range_parse(query_str(q, 10), &range)) {
        l->acl_broken[acl] = true;
        return;
    }
    struct net_acl_entry *r = net_add_acl_entry(l->n);
    r->acl = acl;
    r->egress = query_int(q, 2) != 0;
    r->number = (uint32_t)query_int(q, 3);
    r->allow = query_int(q, 4) != 0;
    r->proto = net_protocol(query_str(q, 5));
    r->range = range;
    ports(q, r);
}

static void take_acl_subnet(struct net_loader *l, struct query *q)
{
    uint32_t acl = net_row(l, NET_ACL, query_str(q, 0)), subnet = net_row(l, NET_SUBNET, query_str(q, 1));
    if (acl != NET_NONE && subnet != NET_NONE && l->n->subnets[subnet].acl == NET_NONE)
        l->n->subnets[subnet].acl = acl;
}

static void allow_all(struct net *n, uint32_t acl, bool egress, struct ip_range range, uint32_t number)
{
    struct net_acl_entry *r = net_add_acl_entry(n);
    r->acl = acl;
    r->egress = egress;
    r->allow = true;
    r->number = number;
    r->proto = NET_ANY_PROTOCOL;
    r->hi = UINT16_MAX;
    r->range = range;
}

/* AWS's default ACL (VPC User Guide, "Default network ACL"): everything, both ways, both families. */
static uint32_t assumed_acl(struct net_loader *l, uint32_t vpc)
{
    struct net_acl *c = net_add_acl(l->n);
    uint32_t row = l->n->acls_count - 1;
    c->id = arena_printf(l->a, "default network ACL of %.*s (assumed)", STR_ARG(l->n->vpcs[vpc].id));
    c->vpc = vpc;
    c->is_default = c->assumed = true;
    for (int way = 0; way < 2; way++) {
        allow_all(l->n, row, way, ip_all_v4(), 100);
        allow_all(l->n, row, way, ip_all_v6(), 101);
    }
    net_assume(l->n,
               arena_printf(l->a,
                            "No network ACL of %.*s was read: AWS's default, which lets everything pass, is assumed.",
                            STR_ARG(l->n->vpcs[vpc].id)));
    return row;
}

/* A subnet that no association names has the VPC's default ACL, where its owner told all of them. */
static void default_acls(struct net_loader *l)
{
    struct net *n = l->n;
    uint32_t *by_vpc = arena_array_of(l->scratch, uint32_t, n->vpcs_count + 1); /* row + 1 */
    bool *any = arena_array_of(l->scratch, bool, n->vpcs_count + 1);
    for (uint32_t i = 0; i < n->acls_count; i++) {
        if (n->acls[i].vpc == NET_NONE)
            continue;
        any[n->acls[i].vpc] = true;
        if (n->acls[i].is_default)
            by_vpc[n->acls[i].vpc] = i + 1;
    }
    for (uint32_t i = 0; i < n->subnets_count; i++) {
        struct net_subnet *s = &n->subnets[i];
        if (s->acl != NET_NONE || s->vpc == NET_NONE)
            continue;
        if (!any[s->vpc] && !by_vpc[s->vpc] && l->o.assume_default_nacl)
            by_vpc[s->vpc] = assumed_acl(l, s->vpc) + 1;
        bool told = (by_vpc[s->vpc] && n->acls[by_vpc[s->vpc] - 1].assumed) || net_told_all(l, "ec2:DescribeNetworkAcls", s->vpc);
        if (by_vpc[s->vpc] && told)
            s->acl = by_vpc[s->vpc] - 1;
    }
    for (uint32_t i = 0; i < n->subnets_count; i++)
        if (n->subnets[i].acl != NET_NONE && n->subnets[i].acl < l->acls_told && l->acl_broken[n->subnets[i].acl])
            n->subnets[i].acl = NET_NONE;
}

/* ---- Block Public Access ---- */

static enum net_bpa mode_of(struct str mode)
{
    return !mode.ptr                              ? BPA_UNREAD
           : str_eqz(mode, "off")                 ? BPA_OFF
           : str_eqz(mode, "block-ingress")       ? BPA_NAT_ONLY
           : str_eqz(mode, "block-bidirectional") ? BPA_BLOCKED
                                                  : BPA_UNREAD;
}

struct exclusion {
    enum net_bpa mode;
};

/* "ACCOUNT REGION" -> the mode; id of a VPC or subnet -> what an exclusion leaves of it. */
static void take_bpa(struct net_loader *l, struct query *q)
{
    struct exclusion *x = arena_new_of(l->scratch, struct exclusion);
    x->mode = mode_of(query_str(q, 2));
    map_put(&l->bpa, arena_printf(l->scratch, "%.*s %.*s", STR_ARG(query_str(q, 0)), STR_ARG(query_str(q, 1))), x);
}

static void take_exclusion(struct net_loader *l, struct query *q)
{
    struct str mode = query_str(q, 1);
    struct exclusion *x = arena_new_of(l->scratch, struct exclusion);
    x->mode = str_eqz(mode, "allow-egress")          ? BPA_NAT_ONLY
              : str_eqz(mode, "allow-bidirectional") ? BPA_OFF
                                                     : BPA_UNREAD;
    map_put(&l->bpa, arena_str(l->scratch, query_str(q, 0)), x);
}

/* VPC User Guide, "VPC BPA exclusions" (read 2026): a subnet's exclusion, else its VPC's, else the account's mode in
 * the region. Exclusions of one that was not read cannot be told. */
static enum net_bpa bpa_of(const struct net_loader *l, const struct net_subnet *s, struct str owner, struct str region,
                           enum net_bpa told)
{
    char key[128];
    int n = snprintf(key, sizeof key, "%.*s %.*s", STR_ARG(owner), STR_ARG(region));
    const struct exclusion *all = n > 0 && (size_t)n < sizeof key ? map_get(&l->bpa, str_make(key, (size_t)n)) : NULL;
    if (!all || all->mode == BPA_UNREAD)
        return told;
    if (all->mode == BPA_OFF)
        return BPA_OFF;
    const struct exclusion *x = map_get(&l->bpa, s->id);
    if (!x)
        x = map_get(&l->bpa, l->n->vpcs[s->vpc].id);
    if (x)
        return x->mode == BPA_NAT_ONLY && all->mode == BPA_BLOCKED ? BPA_NAT_ONLY : x->mode;
    return net_answered(l, "ec2:DescribeVpcBlockPublicAccessExclusions", owner, region) ? all->mode : told;
}

static void take_mode(struct net_loader *l, struct query *q)
{
    uint32_t row = net_row(l, NET_SUBNET, query_str(q, 0));
    if (row != NET_NONE && l->n->subnets[row].bpa == BPA_UNREAD)
        l->n->subnets[row].bpa = mode_of(query_str(q, 1));
}

static void settle_bpa(struct net_loader *l)
{
    struct map told;
    map_init(&told, l->scratch);
    for (uint32_t i = 0; i < l->n->subnets_count; i++) {
        struct net_subnet *s = &l->n->subnets[i];
        const struct net_vpc *v = s->vpc == NET_NONE ? NULL : &l->n->vpcs[s->vpc];
        struct str owner = v && v->account != NET_NONE ? l->n->accounts[v->account].id : str_make(NULL, 0);
        if (v && owner.len)
            s->bpa = bpa_of(l, s, owner, v->region, s->bpa);
        if (!v || s->bpa != BPA_UNREAD || net_answered(l, "ec2:DescribeVpcBlockPublicAccessOptions", owner, v->region) ||
            !(l->o.assume_default_nacl || l->o.assume_bpa_never_asked))
            continue;
        s->bpa = BPA_OFF;
        if (map_add(&told, arena_printf(l->scratch, "%.*s %.*s", STR_ARG(owner), STR_ARG(v->region)), l))
            net_assume(
                l->n, arena_printf(
                          l->a, "VPC Block Public Access of %.*s in %.*s was not read: AWS's default, off, is assumed.",
                          STR_ARG(owner), STR_ARG(v->region)));
    }
}

bool net_load_filters(struct net_loader *l, struct err *e)
{
    if (!net_each(l,
                  "SELECT nacl, account, vpc, is_default FROM fact_nacl ORDER BY account <> coalesce(owner, account)",
                  take_acl, e))
        return false;
    l->acls_told = l->n->acls_count;
    l->acl_broken = arena_array_of(l->scratch, bool, l->acls_told + 1);
    if (!net_each(l,
                  "SELECT nacl, account, direction = 'egress', rule_number, action = 'allow', protocol, port_lo, "
                  "port_hi, icmp_type, icmp_code, cidr, action"
                  " FROM fact_nacl_entry",
                  take_acl_entry, e) ||
        !net_each(l, "SELECT nacl, subnet FROM fact_nacl_subnet", take_acl_subnet, e))
        return false;
    default_acls(l);
    map_init(&l->bpa, l->scratch);
    if (!net_each(l, "SELECT account, region, mode FROM fact_net_bpa WHERE mode IS NOT NULL", take_bpa, e) ||
        !net_each(l,
                  "SELECT resource, mode FROM fact_net_bpa_exclusion WHERE coalesce(state, '') NOT LIKE 'delete-%' AND "
                  "coalesce(state, '') NOT LIKE"
                  " '%-failed'",
                  take_exclusion, e) ||
        !net_each(l,
                  "SELECT s.subnet, coalesce(s.igw_block_mode, v.igw_block_mode) FROM fact_subnet s LEFT JOIN fact_vpc "
                  "v ON v.vpc = s.vpc AND"
                  " v.account = s.account WHERE coalesce(s.igw_block_mode, v.igw_block_mode) IS NOT NULL",
                  take_mode, e))
        return false;
    settle_bpa(l);
    return true;
}
