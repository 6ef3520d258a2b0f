/* What would have to change first for a packet to get further than it does. */
#include "reach/path.h"

static struct str packet_words(const struct path_answer *x, struct arena *a, const struct walk_hop *h, bool to_src)
{
    int proto = x->flow.proto;
    struct str name = proto == 0 ? STR("all protocols") : path_proto_name(a, proto), ip = ip_text(a, to_src ? h->src : h->dst);
    bool ports = proto == NET_TCP || proto == NET_UDP || proto == NET_ICMP || proto == NET_ICMP6;
    struct str port = path_port_text(a, proto, h->dport, h->dport);
    return arena_printf(a, "%.*s%s%.*s %s %.*s", STR_ARG(name), ports ? " " : "", STR_ARG(ports ? port : STR("")), to_src ? "from" : "to", STR_ARG(ip));
}

static struct str group_of(const struct net *n, struct net_ref at)
{
    if (at.kind == NET_GROUP)
        return n->groups[at.index].id;
    if (at.kind != NET_ENI || !n->enis[at.index].groups.count)
        return STR("its security group");
    return n->eni_groups[n->enis[at.index].groups.first].id;
}

static const struct walk_hop *stop_of(const struct walk_path *p, bool *back)
{
    *back = false;
    for (uint32_t i = 0; i < p->hop_count; i++)
        if (p->hops[i].act == HOP_STOP)
            return &p->hops[i];
    *back = true;
    for (uint32_t i = 0; i < p->return_count; i++)
        if (p->return_hops[i].act == HOP_STOP)
            return &p->return_hops[i];
    return NULL;
}

static uint32_t acl_of(const struct net *n, const struct walk_hop *h)
{
    if (h->by.kind == NET_ACL_ENTRY)
        return n->acl_entries[h->by.index].acl;
    if (h->by.kind == NET_ACL || h->at.kind == NET_ACL)
        return h->at.kind == NET_ACL ? h->at.index : h->by.index;
    return h->at.kind == NET_SUBNET ? n->subnets[h->at.index].acl : NET_NONE;
}

static struct str acl_words(const struct net *n, struct arena *a, const struct path_answer *x, const struct walk_hop *h)
{
    uint32_t acl = acl_of(n, h);
    struct str id = acl != NET_NONE ? n->acls[acl].id : STR("the subnet"), what = packet_words(x, a, h, false);
    if (h->by.kind == NET_ACL_ENTRY && n->acl_entries[h->by.index].number < 32767)
        return arena_printf(a, "an entry of network ACL %.*s before entry %u that allows %.*s", STR_ARG(id), n->acl_entries[h->by.index].number, STR_ARG(what));
    return arena_printf(a, "an entry of network ACL %.*s that allows %.*s", STR_ARG(id), STR_ARG(what));
}

struct str path_opens(const struct net *n, struct arena *a, const struct path_answer *x)
{
    bool back;
    const struct walk_hop *h = x->path ? stop_of(x->path, &back) : NULL;
    if (!h || !h->code || (x->word != PATH_NONE && x->word != PATH_ONE_WAY))
        return str_make(NULL, 0);
    struct str code = str_of(h->code), id = net_id(n, h->at), dst = ip_text(a, h->dst);
    if (str_eqz(code, "ENI_SG_RULES_MISMATCH") || str_eqz(code, "SG_HAS_NO_RULES")) {
        bool egress = h == &x->path->hops[0];
        struct str group = group_of(n, h->at), what = packet_words(x, a, h, !egress);
        return arena_printf(a, "an %s rule of %.*s for %.*s", egress ? "outbound" : "inbound", STR_ARG(group), STR_ARG(what));
    }
    if (str_eqz(code, "SUBNET_ACL_RESTRICTION"))
        return acl_words(n, a, x, h);
    if (str_eqz(code, "NO_ROUTE_TO_DESTINATION") || str_eqz(code, "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT"))
        return arena_printf(a, "a route for %.*s in %s %.*s", STR_ARG(dst), net_kind_name(h->at.kind), STR_ARG(id));
    if (str_eqz(code, "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"))
        return STR("a public address of the interface that sends");
    if (str_eqz(code, "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION"))
        return arena_printf(a, "a transit gateway route table associated with %.*s", STR_ARG(id));
    if (str_eqz(code, "VPC_BLOCK_PUBLIC_ACCESS_ENABLED"))
        return STR("an exclusion from VPC Block Public Access");
    if (str_eqz(code, "ENI_SOURCE_DEST_CHECK_RESTRICTION"))
        return arena_printf(a, "an interface %.*s without source/destination check", STR_ARG(id));
    return str_make(NULL, 0);
}
