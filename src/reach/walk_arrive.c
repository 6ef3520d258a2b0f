/* At an interface: delivered to it, or sent on by it (appliances, Gateway Load Balancer and firewall endpoints, gateway
 * endpoints). */
#include "reach/walk_internal.h"

static bool is_single(const struct net_address *a)
{
    return a->range.lo == a->range.hi;
}

/* The address may be that of several interfaces that are not there now; which one has been assumed for the sender's
 * outbound rules? */
static bool egress_agrees(struct walker *w, const struct packet *p, uint32_t eni)
{
    struct net_ref by;
    const char *code;
    if (p->egress_checked == NET_NONE || w->n->enis[p->egress_checked].skips_groups || !w->n->enis[eni].virtual_)
        return true;
    if (walk_groups(w, p, p->egress_checked, true, eni, &by, &code) != NO)
        return true;
    walk_stop(w, p, ref_of(NET_ENI, p->egress_checked), no_ref(), code,
              STR("no outbound rule admits it to this one of those that may have the address"));
    return false;
}

/* Network ACLs are asked where the subnet's border is crossed; a classic load balancer's targets' always
 * (ELB_ACL_RESTRICTION). */
static bool pass_border(struct walker *w, struct packet *p, uint32_t subnet)
{
    if (subnet == NET_NONE)
        return true;
    if (p->subnet != subnet)
        return pass_acl(w, p, subnet, false);
    return !p->border_always || (pass_acl(w, p, subnet, true) && pass_acl(w, p, subnet, false));
}

void walk_arrive(struct walker *w, struct packet p, uint32_t address)
{
    const struct net *n = w->n;
    uint32_t eni = n->addresses[address].eni;
    const struct net_eni *e = &n->enis[eni];
    struct net_ref at = ref_of(NET_ENI, eni);
    if (walk_full(w, &p, at) || !pass_border(w, &p, e->subnet))
        return;
    if (!e->receives) {
        walk_stop(w, &p, at, no_ref(), "NO_POSSIBLE_DESTINATION", walk_text(w, "nothing listens on ", e->id, ""));
        return;
    }
    if (!is_single(&n->addresses[address]) && !egress_agrees(w, &p, eni))
        return;
    if (!p.groups_unasked && !pass_groups(w, &p, eni, false))
        return;
    walk_pass(w, &p, at, no_ref(),
              walk_text(w, "delivered to ", e->id, e->assumed_state ? " (when it is started)" : ""));
    if (!walk_relay(w, &p, eni))
        walk_arrived(w, &p, at);
}

static uint32_t own_address(const struct net *n, uint32_t eni, ip_number ip)
{
    NET_EACH (i, n->enis[eni].addresses)
        if (ip_in(n->addresses[i].range, ip))
            return i;
    return NET_NONE;
}

/*
 * A route to an interface. EC2 User Guide, "Elastic network interfaces", source/destination checking: an interface with
 * the check takes only what is for it. What an appliance does with the rest is not known: taken as may forward it as it
 * is.
 */
void walk_appliance(struct walker *w, struct packet p, uint32_t eni)
{
    const struct net *n = w->n;
    const struct net_eni *e = &n->enis[eni];
    struct net_ref at = ref_of(NET_ENI, eni);
    uint32_t own = own_address(n, eni, p.dst);
    if (own != NET_NONE && !w->answer) {
        walk_arrive(w, p, own);
        return;
    }
    if (e->subnet == NET_NONE || e->vpc != p.vpc) {
        walk_lost(w, p, at, STR("the subnet of the interface is not known"), LOST_ANYWHERE);
        return;
    }
    if (!pass_border(w, &p, e->subnet) || !pass_groups(w, &p, eni, false))
        return;
    if (!e->forwards) {
        walk_stop(w, &p, at, no_ref(), "ENI_SOURCE_DEST_CHECK_RESTRICTION",
                  walk_text(w, "", e->id, " takes only what is for its own addresses"));
        return;
    }
    walk_doubt(w, &p, at, no_ref(), NULL, walk_text(w, "the appliance ", e->id, " may forward it or not"));
    p.appliance = true;
    p.refs = p.refs == REFS_MAYBE ? REFS_MAYBE : REFS_LOST;
    walk_send(w, p, eni);
}

/* Gateway endpoints (PrivateLink Guide, "Gateway endpoints"): for interfaces of the VPC alone; TCP and ICMP echo. */
static void gateway_endpoint(struct walker *w, struct packet p, uint32_t endpoint)
{
    const struct net_endpoint *d = &w->n->endpoints[endpoint];
    struct net_ref at = ref_of(NET_ENDPOINT, endpoint);
    if (w->answer || p.sender_vpc != p.vpc || p.came != CAME_HERE || d->vpc != p.vpc) {
        walk_stop(w, &p, at, no_ref(), "NO_POSSIBLE_DESTINATION",
                  STR("a gateway endpoint serves interfaces of its VPC alone"));
        return;
    }
    bool echo = (p.proto == NET_ICMP && p.dport >> 8 == 8) || (p.proto == NET_ICMP6 && p.dport >> 8 == 128);
    if (p.proto != NET_TCP && !echo) {
        walk_stop(w, &p, at, no_ref(), "VPCE_GATEWAY_PROTOCOL_RESTRICTION", STR("only TCP and ICMP echo"));
        return;
    }
    walk_pass(w, &p, at, no_ref(), walk_text(w, "to ", d->service_name, ""));
    walk_arrived(w, &p, at);
}

static uint32_t endpoint_eni(const struct net *n, const struct net_endpoint *d)
{
    if (d->thing != NET_NONE && n->things[d->thing].enis.count)
        return n->eni_order[n->things[d->thing].enis.first];
    return NET_NONE;
}

/* Gateway Load Balancer and firewall endpoints: a bump in the wire; the packet goes on from the endpoint's subnet as it
 * is. */
static void wire_endpoint(struct walker *w, struct packet p, uint32_t endpoint)
{
    const struct net *n = w->n;
    const struct net_endpoint *d = &n->endpoints[endpoint];
    struct net_ref at = ref_of(NET_ENDPOINT, endpoint);
    uint32_t eni = endpoint_eni(n, d);
    if (eni == NET_NONE || n->enis[eni].subnet == NET_NONE) {
        walk_lost(w, p, at, STR("the subnet of the endpoint is not known"), LOST_ANYWHERE);
        return;
    }
    uint32_t subnet = n->enis[eni].subnet;
    if (p.subnet != subnet && !pass_acl(w, &p, subnet, false))
        return;
    if (d->firewall == NET_NONE)
        walk_doubt(w, &p, at, no_ref(), "PATH_THROUGH_GWLB_NOT_CHECKED",
                   walk_text(w, "the appliances behind ", d->id, " may let it through or not"));
    else if (!pass_firewall(w, &p, d->firewall))
        return;
    p.appliance = p.appliance || d->firewall == NET_NONE;
    p.refs = p.refs == REFS_MAYBE ? REFS_MAYBE : REFS_LOST;
    walk_leave(w, p, subnet);
}

void walk_endpoint(struct walker *w, struct packet p, uint32_t endpoint)
{
    const struct net_endpoint *d = &w->n->endpoints[endpoint];
    struct net_ref at = ref_of(NET_ENDPOINT, endpoint);
    if (!d->available) {
        walk_stop(w, &p, at, no_ref(), "BAD_STATE", STR("the endpoint is not available"));
        return;
    }
    switch (d->kind) {
    case ENDPOINT_GATEWAY:
        gateway_endpoint(w, p, endpoint);
        break;
    case ENDPOINT_GWLB:
        wire_endpoint(w, p, endpoint);
        break;
    default:
        walk_lost(w, p, at, STR("a route to this kind of endpoint is not modelled"), LOST_ANYWHERE);
        break;
    }
}
