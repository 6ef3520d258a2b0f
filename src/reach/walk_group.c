/*
 * Security groups. VPC User Guide, "Control traffic to your AWS resources using security groups" and "Security group
 * rules": allow rules only; all groups of an interface together; a rule that names a group stands for the private
 * addresses of the interfaces that have it, within the VPC and over peering in one Region; answers are never asked.
 */
#include "reach/walk_internal.h"

bool subnet_holds(const struct net *n, uint32_t subnet, ip_number ip)
{
    if (subnet != NET_NONE)
        NET_EACH (i, n->subnets[subnet].cidrs)
            if (ip_in(n->subnet_cidrs[i].range, ip))
                return true;
    return false;
}

uint32_t owner_next(const struct net *n, uint32_t vpc, ip_number ip, uint32_t *at)
{
    if (vpc >= n->vpcs_count || *at == NET_NONE)
        return NET_NONE;
    struct net_span s = n->vpc_addresses[vpc];
    if (*at == 0) {
        uint32_t one = net_address_at(n, vpc, ip);
        bool single = one != NET_NONE && n->addresses[one].range.lo == n->addresses[one].range.hi;
        if (one == NET_NONE || single) {
            *at = NET_NONE;
            return one;
        }
    }
    for (uint32_t i = *at; i < s.count; i++) {
        uint32_t row = n->address_order[s.first + i];
        if (n->addresses[row].range.lo > ip)
            break;
        if (ip_in(n->addresses[row].range, ip)) {
            *at = i + 1;
            return row;
        }
    }
    *at = NET_NONE;
    return NET_NONE;
}

bool vpcs_peered(const struct net *n, uint32_t a, uint32_t b, bool same_region)
{
    for (uint32_t i = 0; i < n->peerings_count; i++) {
        const struct net_peering *c = &n->peerings[i];
        if (c->active && (c->same_region || !same_region) &&
            ((c->requester == a && c->accepter == b) || (c->requester == b && c->accepter == a)))
            return true;
    }
    return false;
}

/* Has the interface the group that a rule names? */
static enum tri has_group(const struct net *n, uint32_t eni, const struct net_rule *r)
{
    const struct net_eni *e = &n->enis[eni];
    enum tri all = e->groups_read || e->skips_groups ? NO : MAYBE;
    NET_EACH (i, e->groups) {
        const struct net_eni_group *g = &n->eni_groups[i];
        if (r->peer_index != NET_NONE ? g->group == r->peer_index : g->id.len && str_eq(g->id, r->peer_id))
            return YES;
    }
    return all;
}

/* Has an interface of the VPC with this private address the group? `assumed`: whose the address is where several may
 * have it. */
static enum tri member_at(const struct net *n, uint32_t vpc, ip_number ip, const struct net_rule *r, uint32_t assumed)
{
    enum tri found = NO;
    uint32_t at = 0;
    for (uint32_t row; (row = owner_next(n, vpc, ip, &at)) != NET_NONE;) {
        uint32_t eni = n->addresses[row].eni;
        if (assumed == NET_NONE || assumed == eni || !n->enis[assumed].virtual_)
            found = tri_or(found, has_group(n, eni, r));
    }
    return found;
}

/* Outbound: the destination is a private address of a member in this VPC, or in one peered in the Region (over a
 * transit gateway references work inbound only: Transit Gateway Guide, "Security group referencing"). */
static enum tri refers_to(const struct net *n, const struct net_rule *r, uint32_t eni, ip_number dst, uint32_t assumed)
{
    uint32_t here = n->enis[eni].vpc;
    if (r->peer_index == NET_NONE) {
        if (net_vpc_holds(n, here, dst))
            return net_address_at(n, here, dst) == NET_NONE ? MAYBE : member_at(n, here, dst, r, assumed);
        for (uint32_t i = 0; i < n->peerings_count; i++) {
            const struct net_peering *c = &n->peerings[i];
            if (c->active && c->same_region && (c->requester == here || c->accepter == here) &&
                net_vpc_holds(n, c->requester == here ? c->accepter : c->requester, dst))
                return MAYBE;
        }
        return NO;
    }
    const struct net_group *g = &n->groups[r->peer_index];
    enum tri found = member_at(n, here, dst, r, assumed);
    if (g->vpc != here && g->vpc != NET_NONE && vpcs_peered(n, here, g->vpc, true))
        found = tri_or(found, member_at(n, g->vpc, dst, r, assumed));
    NET_EACH (i, g->vpcs) {
        uint32_t other = n->group_vpcs[i].vpc;
        if (other != here && vpcs_peered(n, here, other, true))
            found = tri_or(found, member_at(n, other, dst, r, assumed));
    }
    return found;
}

/* Inbound: the packet comes with the private address of a member, on a way that keeps group membership. */
static enum tri refers_from(const struct net *n, const struct net_rule *r, const struct packet *p, const char **code)
{
    if (p->refs == REFS_MAYBE)
        return MAYBE;
    enum tri found = NO;
    if (p->sender != NET_NONE)
        found = has_group(n, p->sender, r);
    if (p->client != NET_NONE)
        found = tri_or(found, has_group(n, p->client, r));
    /* From a VPC that was not collected, over a peering: its interfaces may have a group of which we know no member. */
    if (p->sender == NET_NONE && p->came == CAME_PEERING && r->peer_index == NET_NONE)
        found = MAYBE;
    if (found == MAYBE && p->came == CAME_PEERING)
        *code = "UNKNOWN_PEERED_SGS";
    if (p->refs == REFS_KEPT)
        return found;
    if (found != NO)
        *code = p->refs == REFS_LOST_TGW ? "SG_REFERENCING_SUPPORT" : "SG_REFERENCES_NOT_PRESERVED";
    return NO;
}

static enum tri in_list(const struct net *n, uint32_t list, ip_number ip)
{
    if (list == NET_NONE || !n->prefix_lists[list].read)
        return MAYBE;
    NET_EACH (i, n->prefix_lists[list].entries)
        if (ip_in(n->prefix_entries[i].range, ip))
            return YES;
    return NO;
}

static enum tri peer_matches(const struct net *n, const struct net_rule *r, const struct packet *p, uint32_t eni,
                             uint32_t assumed, const char **code)
{
    ip_number ip = r->egress ? p->dst : p->src;
    switch (r->peer) {
    case PEER_RANGE:
        return ip_in(r->range, ip) ? YES : NO;
    case PEER_LIST:
        return in_list(n, r->peer_index, ip);
    case PEER_GROUP:
        return r->egress ? refers_to(n, r, eni, ip, assumed) : refers_from(n, r, p, code);
    default:
        return MAYBE;
    }
}

static bool rule_speaks_of(const struct net_rule *r, int16_t proto, uint16_t port)
{
    return (r->proto == NET_ANY_PROTOCOL || r->proto == proto) && r->lo <= port && port <= r->hi;
}

enum tri walk_groups(const struct walker *w, const struct packet *p, uint32_t eni, bool egress, uint32_t assumed,
                     struct net_ref *by, const char **code)
{
    const struct net *n = w->n;
    const struct net_eni *e = &n->enis[eni];
    enum tri all = e->groups_read ? NO : MAYBE;
    bool any_rule = false;
    *by = no_ref();
    *code = "ENI_SG_RULES_MISMATCH";
    NET_EACH (i, e->groups) {
        uint32_t g = n->eni_groups[i].group;
        if (g == NET_NONE || !(egress ? n->groups[g].egress_read : n->groups[g].ingress_read)) {
            all = MAYBE;
            continue;
        }
        NET_EACH (k, egress ? n->groups[g].egress : n->groups[g].ingress) {
            const struct net_rule *r = &n->rules[k];
            any_rule = true;
            enum tri t = rule_speaks_of(r, p->proto, p->dport) ? peer_matches(n, r, p, eni, assumed, code) : NO;
            if (t > all || (t == MAYBE && by->kind == NET_NOTHING))
                *by = ref_of(NET_RULE, k);
            all = tri_or(all, t);
            if (all == YES)
                return YES;
        }
    }
    if (!any_rule)
        *code = "SG_HAS_NO_RULES";
    return all;
}

bool pass_groups(struct walker *w, struct packet *p, uint32_t eni, bool egress)
{
    const struct net_eni *e = &w->n->enis[eni];
    if (w->answer || e->skips_groups)
        return true;
    struct net_ref by, at = ref_of(NET_ENI, eni);
    const char *code;
    switch (walk_groups(w, p, eni, egress, NET_NONE, &by, &code)) {
    case YES:
        walk_pass(w, p, at, by, note_rule(w, by.index));
        return true;
    case MAYBE:
        if (by.kind == NET_RULE)
            walk_doubt(w, p, at, by, code,
                       walk_text(w, "whether this rule matches is not known: ", note_rule(w, by.index), ""));
        else
            walk_doubt(w, p, at, by, "UNKNOWN_RESOURCE",
                       walk_text(w, "the security groups of ", e->id, " were not read"));
        return true;
    default:
        walk_stop(w, p, at, by, code,
                  walk_text(w,
                            egress ? "no outbound rule of the security groups of "
                                   : "no inbound rule of the security groups of ",
                            e->id, " admits it"));
        return false;
    }
}

bool walk_group_admits(const struct net *n, uint32_t group, bool egress, int16_t proto, uint16_t port, ip_number peer,
                       uint32_t *rule)
{
    const struct net_group *g = &n->groups[group];
    NET_EACH (i, egress ? g->egress : g->ingress) {
        const struct net_rule *r = &n->rules[i];
        enum tri t = NO;
        if (rule_speaks_of(r, proto, port)) {
            if (r->peer == PEER_RANGE)
                t = ip_in(r->range, peer) ? YES : NO;
            else if (r->peer == PEER_LIST)
                t = in_list(n, r->peer_index, peer);
            else if (r->peer == PEER_GROUP && r->peer_index != NET_NONE)
                t = member_at(n, n->groups[r->peer_index].vpc, peer, r, NET_NONE);
        }
        if (t == YES) {
            if (rule)
                *rule = i;
            return true;
        }
    }
    return false;
}
