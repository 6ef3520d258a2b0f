/* Questions to the indexes of a net. */
#include "reach/net.h"

struct net_ref net_find(const struct net *n, struct str id)
{
    const struct net_ref *r = id.len ? map_get(&n->index, id) : NULL;
    return r ? *r : (struct net_ref){NET_NOTHING, NET_NONE};
}

static struct str thing_id(const struct net_thing *t)
{
    return t->id.len ? t->id : t->arn.len ? t->arn : t->name;
}

struct str net_id(const struct net *n, struct net_ref r)
{
    uint32_t i = r.index;
    if (i == NET_NONE)
        return str_make(NULL, 0);
    switch (r.kind) {
    case NET_ACCOUNT: return n->accounts[i].id;
    case NET_VPC: return n->vpcs[i].id;
    case NET_SUBNET: return n->subnets[i].id;
    case NET_ENI: return n->enis[i].id;
    case NET_GROUP: return n->groups[i].id;
    case NET_RULE: return n->rules[i].id.len ? n->rules[i].id : n->groups[n->rules[i].group].id;
    case NET_PREFIX_LIST: return n->prefix_lists[i].id;
    case NET_ACL: return n->acls[i].id;
    case NET_ACL_ENTRY: return n->acls[n->acl_entries[i].acl].id;
    case NET_TABLE: return n->tables[i].id;
    case NET_ROUTE: return n->tables[n->routes[i].table].id;
    case NET_IGW: return n->igws[i].id;
    case NET_EIGW: return n->eigws[i].id;
    case NET_NAT: return n->nats[i].id;
    case NET_PEERING: return n->peerings[i].id;
    case NET_TGW: return n->tgws[i].id;
    case NET_ATTACHMENT: return n->attachments[i].id;
    case NET_TGW_TABLE: return n->tgw_tables[i].id;
    case NET_TGW_ROUTE: return n->tgw_tables[n->tgw_routes[i].table].id;
    case NET_VGW: return n->vgws[i].id;
    case NET_EXTERNAL: return n->externals[i].id;
    case NET_UPLINK: return n->externals[n->uplinks[i].external].id;
    case NET_ENDPOINT: return n->endpoints[i].id;
    case NET_SERVICE: return n->services[i].id;
    case NET_LB: return n->lbs[i].arn;
    case NET_LISTENER: return n->listeners[i].arn;
    case NET_TARGET_GROUP: return n->target_groups[i].arn;
    case NET_TARGET: return n->target_groups[n->targets[i].group].arn;
    case NET_FIREWALL: return n->firewalls[i].arn;
    case NET_FIREWALL_RULE: return n->firewall_rules[i].name;
    case NET_ENTRANCE: return n->entrances[i].id;
    case NET_THING: return thing_id(&n->things[i]);
    case NET_GAP: return n->gaps[i].op;
    default: return str_make(NULL, 0);
    }
}

const char *net_kind_name(enum net_kind k)
{
    static const char *const names[NET_KINDS] = {
        [NET_NOTHING] = "nothing", [NET_ACCOUNT] = "account", [NET_VPC] = "VPC", [NET_SUBNET] = "subnet", [NET_ENI] = "interface",
        [NET_GROUP] = "security group", [NET_RULE] = "security group rule", [NET_PREFIX_LIST] = "prefix list", [NET_ACL] = "network ACL",
        [NET_ACL_ENTRY] = "network ACL entry", [NET_TABLE] = "route table", [NET_ROUTE] = "route", [NET_IGW] = "internet gateway",
        [NET_EIGW] = "egress-only internet gateway", [NET_NAT] = "NAT gateway", [NET_PEERING] = "peering connection",
        [NET_TGW] = "transit gateway", [NET_ATTACHMENT] = "transit gateway attachment", [NET_TGW_TABLE] = "transit gateway route table",
        [NET_TGW_ROUTE] = "transit gateway route", [NET_VGW] = "virtual private gateway", [NET_EXTERNAL] = "external network",
        [NET_UPLINK] = "uplink", [NET_CLIENT_VPN] = "client VPN endpoint", [NET_ENDPOINT] = "VPC endpoint", [NET_SERVICE] = "endpoint service",
        [NET_LB] = "load balancer", [NET_LISTENER] = "listener", [NET_TARGET_GROUP] = "target group", [NET_TARGET] = "target",
        [NET_FIREWALL] = "firewall", [NET_FIREWALL_RULE] = "firewall rule", [NET_ENTRANCE] = "entrance", [NET_THING] = "thing",
        [NET_GAP] = "call that did not answer",
    };
    return k < NET_KINDS ? names[k] : "";
}

/* The first place in `order` (of the VPC's addresses) whose range begins after `ip`. */
static uint32_t first_after(const struct net *n, struct net_span s, ip_number ip)
{
    uint32_t lo = s.first, hi = s.first + s.count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (n->addresses[n->address_order[mid]].range.lo <= ip)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

uint32_t net_address_at(const struct net *n, uint32_t vpc, ip_number ip)
{
    if (vpc >= n->vpcs_count)
        return NET_NONE;
    struct net_span s = n->vpc_addresses[vpc];
    uint32_t best = NET_NONE;
    for (uint32_t at = first_after(n, s, ip); at-- > s.first;) {
        uint32_t row = n->address_order[at];
        struct ip_range r = n->addresses[row].range;
        if (r.lo == ip && r.hi == ip)
            return row;
        if (ip_in(r, ip) && (best == NET_NONE || ip_range_width(r) < ip_range_width(n->addresses[best].range)))
            best = row;
    }
    return best;
}

uint32_t net_subnet_at(const struct net *n, uint32_t vpc, ip_number ip)
{
    if (vpc >= n->vpcs_count)
        return NET_NONE;
    NET_EACH(i, n->vpcs[vpc].subnets) {
        uint32_t subnet = n->subnet_order[i];
        NET_EACH(c, n->subnets[subnet].cidrs)
            if (ip_in(n->subnet_cidrs[c].range, ip))
                return subnet;
    }
    return NET_NONE;
}

uint32_t net_public_at(const struct net *n, ip_number ip)
{
    uint32_t lo = 0, hi = n->public_count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (n->addresses[n->public_order[mid]].public_ip < ip)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n->public_count && n->addresses[n->public_order[lo]].public_ip == ip ? n->public_order[lo] : NET_NONE;
}

bool net_vpc_holds(const struct net *n, uint32_t vpc, ip_number ip)
{
    if (vpc < n->vpcs_count)
        NET_EACH(i, n->vpcs[vpc].cidrs)
            if (ip_in(n->cidrs[i].range, ip))
                return true;
    return false;
}
