/* What changed, in words. */
#include "prove/change_internal.h"

static struct str text_of(const struct net *n, enum net_kind kind, uint32_t index, const char *none)
{
    struct str id = index == NET_NONE ? str_make(NULL, 0) : net_id(n, (struct net_ref){kind, index});
    return id.len ? id : str_of(none);
}

static struct str rule_text(struct arena *a, const struct net *n, uint32_t row)
{
    const struct net_rule *r = &n->rules[row];
    struct str peer = r->peer_id, port = net_port_words(a, r->proto, r->lo, r->hi);
    if (!peer.len && r->peer == PEER_RANGE)
        peer = ip_range_text(a, r->range);
    else if (!peer.len)
        peer =
            text_of(n, r->peer == PEER_LIST ? NET_PREFIX_LIST : NET_GROUP, r->peer_index, "a peer that was not read");
    return arena_printf(a, "%.*s%sin %.*s: %.*s %s %.*s", STR_ARG(r->id), r->id.len ? " " : "",
                        STR_ARG(n->groups[r->group].id), STR_ARG(port), r->egress ? "to" : "from", STR_ARG(peer));
}

static struct str entry_text(struct arena *a, const struct net *n, uint32_t row)
{
    const struct net_acl_entry *r = &n->acl_entries[row];
    struct str port = net_port_words(a, r->proto, r->lo, r->hi), range = ip_range_text(a, r->range);
    return arena_printf(a, "%s entry %u of %.*s: %s %.*s %s %.*s", r->egress ? "outbound" : "inbound", r->number,
                        STR_ARG(n->acls[r->acl].id), r->allow ? "allow" : "deny", STR_ARG(port),
                        r->egress ? "to" : "from", STR_ARG(range));
}

static struct str route_text(struct arena *a, const struct net *n, uint32_t row)
{
    const struct net_route *r = &n->routes[row];
    struct str range = ip_range_text(a, r->range), to = r->kind == TARGET_LOCAL ? STR("local") : r->target_id;
    return arena_printf(a, "%.*s to %.*s%s in %.*s", STR_ARG(range), STR_ARG(to),
                        r->blackhole    ? " (blackhole)"
                        : r->propagated ? " (propagated)"
                                        : "",
                        STR_ARG(n->tables[r->table].id));
}

static struct str tgw_route_text(struct arena *a, const struct net *n, uint32_t row)
{
    const struct net_tgw_route *r = &n->tgw_routes[row];
    struct str range = ip_range_text(a, r->range),
               to = r->blackhole ? STR("nowhere (blackhole)")
                                 : text_of(n, NET_ATTACHMENT, r->attachment, "an attachment");
    return arena_printf(a, "%.*s to %.*s%s in %.*s", STR_ARG(range), STR_ARG(to), r->propagated ? " (propagated)" : "",
                        STR_ARG(n->tgw_tables[r->table].id));
}

static struct str peering_text(struct arena *a, const struct net *n, uint32_t row)
{
    const struct net_peering *r = &n->peerings[row];
    return arena_printf(a, "%.*s of %.*s and %.*s, %s", STR_ARG(r->id),
                        STR_ARG(text_of(n, NET_VPC, r->requester, "a VPC")),
                        STR_ARG(text_of(n, NET_VPC, r->accepter, "a VPC")), r->active ? "active" : "not active");
}

static struct str attachment_text(struct arena *a, const struct net *n, uint32_t row)
{
    const struct net_attachment *r = &n->attachments[row];
    enum net_kind kind = r->kind == ATTACHMENT_VPC       ? NET_VPC
                         : r->kind == ATTACHMENT_PEERING ? NET_ATTACHMENT
                                                         : NET_EXTERNAL;
    return arena_printf(
        a, "%.*s of %.*s to %.*s, %s", STR_ARG(r->id), STR_ARG(text_of(n, kind, r->target, "what was not collected")),
        STR_ARG(text_of(n, NET_TGW, r->tgw, "a transit gateway")), r->available ? "available" : "not available");
}

static struct str entrance_text(struct arena *a, const struct net *n, uint32_t row)
{
    const struct net_entrance *r = &n->entrances[row];
    struct str port = net_port_words(a, r->proto, r->lo, r->hi),
               to = r->to_thing == NET_NONE ? STR("an address") : net_thing_words(a, n, r->to_thing);
    return arena_printf(a, "%.*s: %.*s to %.*s", STR_ARG(r->id), STR_ARG(port), STR_ARG(to));
}

static struct str listener_text(struct arena *a, const struct net *n, uint32_t row)
{
    struct str port = net_port_words(a, n->listeners[row].proto, n->listeners[row].lo, n->listeners[row].hi);
    return arena_printf(a, "%.*s: %.*s", STR_ARG(n->listeners[row].arn), STR_ARG(port));
}

static struct str target_text(struct arena *a, const struct net *n, uint32_t row)
{
    const struct net_target *t = &n->targets[row];
    struct str who = t->eni != NET_NONE  ? n->enis[t->eni].id
                     : t->lb != NET_NONE ? n->lbs[t->lb].arn
                                         : ip_text(a, t->ip);
    return arena_printf(a, "%.*s in %.*s", STR_ARG(who), STR_ARG(n->target_groups[t->group].arn));
}

static struct str eni_text(struct arena *a, const struct net *n, uint32_t row)
{
    struct str thing = net_thing_words(a, n, n->enis[row].thing);
    return arena_printf(a, "%.*s of %.*s", STR_ARG(n->enis[row].id), STR_ARG(thing));
}

static struct str row_text(struct arena *a, const struct net *n, struct net_ref r)
{
    switch (r.kind) {
    case NET_RULE:
        return rule_text(a, n, r.index);
    case NET_ACL_ENTRY:
        return entry_text(a, n, r.index);
    case NET_ROUTE:
        return route_text(a, n, r.index);
    case NET_TGW_ROUTE:
        return tgw_route_text(a, n, r.index);
    case NET_PEERING:
        return peering_text(a, n, r.index);
    case NET_ATTACHMENT:
        return attachment_text(a, n, r.index);
    case NET_ENTRANCE:
        return entrance_text(a, n, r.index);
    case NET_LISTENER:
        return listener_text(a, n, r.index);
    case NET_TARGET:
        return target_text(a, n, r.index);
    case NET_ENI:
        return eni_text(a, n, r.index);
    case NET_THING:
        return net_thing_words(a, n, r.index);
    case NET_FIREWALL_RULE:
        return arena_printf(a, "%.*s of %.*s", STR_ARG(n->firewall_rules[r.index].name),
                            STR_ARG(n->firewalls[n->firewall_rules[r.index].firewall].name));
    default:
        return text_of(n, r.kind, r.index, "");
    }
}

static struct str in_words(struct arena *a, const struct net_half *h, enum piece_kind kind, struct net_ref r)
{
    static const char *const bpa[] = {
        [BPA_OFF] = "off", [BPA_NAT_ONLY] = "only NAT, outbound", [BPA_BLOCKED] = "on", [BPA_UNREAD] = "not read"};
    const struct net *n = h->net;
    struct str id = text_of(n, r.kind, r.index, "");
    switch (kind) {
    case PIECE_MEMBER:
        return arena_printf(
            a, "%.*s in %.*s", STR_ARG(eni_text(a, n, n->eni_groups[r.index].eni)),
            STR_ARG(text_of(n, NET_GROUP, n->eni_groups[r.index].group, "a group that was not collected")));
    case PIECE_PUBLIC:
        return arena_printf(a, "%.*s on %.*s", STR_ARG(ip_text(a, n->addresses[r.index].public_ip)),
                            STR_ARG(eni_text(a, n, n->addresses[r.index].eni)));
    case PIECE_SUBNET_TABLE:
        return arena_printf(a, "%.*s is routed by %.*s", STR_ARG(id),
                            STR_ARG(text_of(n, NET_TABLE, n->subnets[r.index].table, "a table that was not read")));
    case PIECE_SUBNET_ACL:
        return arena_printf(a, "%.*s has %.*s", STR_ARG(id),
                            STR_ARG(text_of(n, NET_ACL, n->subnets[r.index].acl, "an ACL that was not read")));
    case PIECE_SUBNET_BPA:
        return arena_printf(a, "Block Public Access on %.*s is %s", STR_ARG(id), bpa[n->subnets[r.index].bpa]);
    case PIECE_ATTACHMENT_TABLE:
        return arena_printf(a, "%.*s is associated with %.*s", STR_ARG(id),
                            STR_ARG(text_of(n, NET_TGW_TABLE, n->attachments[r.index].table, "no table")));
    case PIECE_OWNER: {
        struct str owner = piece_owner(h, r.index);
        return arena_printf(a, "%.*s is of %.*s", STR_ARG(net_thing_words(a, n, r.index)),
                            STR_ARG(owner.len ? owner : STR("nobody")));
    }
    default:
        return row_text(a, n, r);
    }
}

struct str piece_text(struct arena *a, const struct net_half *h, const struct piece *p)
{
    return in_words(a, h, p->kind, p->ref);
}

struct str piece_other_text(struct arena *a, const struct net_half *o, const struct piece *p)
{
    return in_words(a, o, p->kind, p->other);
}

const char *piece_kind_words(const struct piece *p)
{
    switch (p->kind) {
    case PIECE_MEMBER:
        return "membership";
    case PIECE_PUBLIC:
        return "public address";
    case PIECE_SUBNET_TABLE:
    case PIECE_SUBNET_ACL:
    case PIECE_ATTACHMENT_TABLE:
        return "association";
    case PIECE_SUBNET_BPA:
        return "block public access";
    case PIECE_OWNER:
        return "owner";
    default:
        break;
    }
    switch (p->ref.kind) {
    case NET_RULE:
        return "rule";
    case NET_ROUTE:
    case NET_TGW_ROUTE:
        return "route";
    case NET_ACL_ENTRY:
        return "network ACL entry";
    default:
        return net_kind_name(p->ref.kind);
    }
}

struct str piece_id(const struct net *n, const struct piece *p)
{
    if (p->kind == PIECE_MEMBER)
        return n->enis[n->eni_groups[p->ref.index].eni].id;
    if (p->kind == PIECE_PUBLIC)
        return n->enis[n->addresses[p->ref.index].eni].id;
    return p->ref.kind == NET_RULE ? n->groups[n->rules[p->ref.index].group].id : net_id(n, p->ref);
}
