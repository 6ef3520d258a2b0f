/*
 * Edits that close a connection. Each is tried: made in the net, the packet walked again, and undone.
 *
 * A row is taken away by making it match nothing: its range or its ports are empty then, and it shadows nothing either.
 */
#include "prove/net_internal.h"

static const struct ip_range no_range = {1, 0};

static bool closes(struct halver *v, const struct reach_witness *w)
{
    struct arena *scratch = arena_new(0);
    struct walk out;
    walk_flow(v->n, scratch, &w->flow, &out);
    const struct walk_path *p = walk_to(v->n, &out, (struct net_ref){NET_THING, w->to_thing});
    bool closed = !out.capped && (!p || p->verdict == REACH_NONE);
    arena_free(scratch);
    return closed;
}

static struct str peer_words(const struct halver *v, const struct net_rule *r)
{
    if (r->peer_id.len)
        return r->peer_id;
    if (r->peer == PEER_RANGE)
        return ip_range_text(v->a, r->range);
    if (r->peer == PEER_GROUP && r->peer_index != NET_NONE)
        return v->n->groups[r->peer_index].id;
    return r->peer == PEER_LIST && r->peer_index != NET_NONE ? v->n->prefix_lists[r->peer_index].id : STR("a peer that was not read");
}

static struct str rule_edit(struct halver *v, uint32_t row, const struct reach_witness *w)
{
    struct net_rule *r = &v->n->rules[row], kept = *r;
    struct str group = v->n->groups[r->group].id;
    r->lo = 1;
    r->hi = 0;
    bool closed = closes(v, w);
    *r = kept;
    if (!closed)
        return str_make(NULL, 0);
    struct str port = net_port_words(v->a, r->proto, r->lo, r->hi), peer = peer_words(v, r), id = r->id.len ? r->id : STR("the rule");
    return arena_printf(v->a, "revoke %.*s (%.*s %s %.*s) in %.*s: aws ec2 revoke-security-group-%s", STR_ARG(id), STR_ARG(port), r->egress ? "to" : "from",
                        STR_ARG(peer), STR_ARG(group), r->egress ? "egress" : "ingress");
}

static struct str entry_edit(struct halver *v, uint32_t row, const struct reach_witness *w)
{
    struct net_acl_entry *r = &v->n->acl_entries[row], kept = *r;
    if (!r->allow)
        return str_make(NULL, 0);
    r->range = no_range;
    bool closed = closes(v, w);
    *r = kept;
    if (!closed)
        return str_make(NULL, 0);
    return arena_printf(v->a, "delete %s entry %u of %.*s, or deny this before it: aws ec2 delete-network-acl-entry", r->egress ? "outbound" : "inbound",
                        r->number, STR_ARG(v->n->acls[r->acl].id));
}

static struct str route_edit(struct halver *v, uint32_t row, const struct reach_witness *w)
{
    struct net_route *r = &v->n->routes[row], kept = *r;
    if (r->kind == TARGET_LOCAL)
        return str_make(NULL, 0);
    r->range = no_range;
    r->list_unread = false;
    bool closed = closes(v, w);
    *r = kept;
    if (!closed)
        return str_make(NULL, 0);
    struct str to = ip_range_text(v->a, r->range), table = v->n->tables[r->table].id;
    if (r->propagated)
        return arena_printf(v->a, "stop the propagation of %.*s from %.*s into %.*s: aws ec2 disable-vgw-route-propagation", STR_ARG(to),
                            STR_ARG(r->target_id), STR_ARG(table));
    return arena_printf(v->a, "delete the route %.*s to %.*s of %.*s: aws ec2 delete-route", STR_ARG(to), STR_ARG(r->target_id), STR_ARG(table));
}

static struct str tgw_route_edit(struct halver *v, uint32_t row, const struct reach_witness *w)
{
    struct net_tgw_route *r = &v->n->tgw_routes[row], kept = *r;
    r->range = no_range;
    bool closed = closes(v, w);
    *r = kept;
    if (!closed)
        return str_make(NULL, 0);
    struct str to = ip_range_text(v->a, r->range), table = v->n->tgw_tables[r->table].id;
    struct str from = r->attachment == NET_NONE ? STR("its attachment") : v->n->attachments[r->attachment].id;
    if (r->propagated)
        return arena_printf(v->a, "stop the propagation of %.*s (%.*s) into %.*s: aws ec2 disable-transit-gateway-route-table-propagation",
                            STR_ARG(from), STR_ARG(to), STR_ARG(table));
    return arena_printf(v->a, "delete the route %.*s to %.*s of %.*s: aws ec2 delete-transit-gateway-route", STR_ARG(to), STR_ARG(from), STR_ARG(table));
}

static struct str peering_edit(struct halver *v, uint32_t row, const struct reach_witness *w)
{
    struct net_peering *r = &v->n->peerings[row];
    bool kept = r->active;
    r->active = false;
    bool closed = closes(v, w);
    r->active = kept;
    return closed ? arena_printf(v->a, "delete the peering %.*s: aws ec2 delete-vpc-peering-connection", STR_ARG(r->id)) : str_make(NULL, 0);
}

static struct str attachment_edit(struct halver *v, uint32_t row, const struct reach_witness *w)
{
    struct net_attachment *r = &v->n->attachments[row];
    bool kept = r->available;
    r->available = false;
    bool closed = closes(v, w);
    r->available = kept;
    return closed ? arena_printf(v->a, "detach %.*s: aws ec2 delete-transit-gateway-%sattachment", STR_ARG(r->id),
                                 r->kind == ATTACHMENT_VPC ? "vpc-" : r->kind == ATTACHMENT_PEERING ? "peering-" : "")
                  : str_make(NULL, 0);
}

static struct str endpoint_edit(struct halver *v, uint32_t row, const struct reach_witness *w)
{
    struct net_endpoint *r = &v->n->endpoints[row];
    bool kept = r->available;
    r->available = false;
    bool closed = closes(v, w);
    r->available = kept;
    return closed ? arena_printf(v->a, "delete the endpoint %.*s: aws ec2 delete-vpc-endpoints", STR_ARG(r->id)) : str_make(NULL, 0);
}

static struct str listener_edit(struct halver *v, uint32_t row, const struct reach_witness *w)
{
    struct net_listener *r = &v->n->listeners[row], kept = *r;
    r->lo = 1;
    r->hi = 0;
    bool closed = closes(v, w);
    *r = kept;
    return closed ? arena_printf(v->a, "delete the listener %.*s: aws elbv2 delete-listener", STR_ARG(r->arn)) : str_make(NULL, 0);
}

static struct str targets_edit(struct halver *v, uint32_t row, const struct reach_witness *w)
{
    struct net_target_group *r = &v->n->target_groups[row], kept = *r;
    r->targets.count = 0;
    bool closed = r->read && closes(v, w);
    *r = kept;
    return closed ? arena_printf(v->a, "take the target out of %.*s: aws elbv2 deregister-targets", STR_ARG(r->arn)) : str_make(NULL, 0);
}

static struct str entrance_edit(struct halver *v, uint32_t row, const struct reach_witness *w)
{
    struct net_entrance *r = &v->n->entrances[row], kept = *r;
    r->lo = 1;
    r->hi = 0;
    bool closed = closes(v, w);
    *r = kept;
    return closed ? arena_printf(v->a, "take away %.*s", STR_ARG(r->id)) : str_make(NULL, 0);
}

/* The public address of an interface: gone, no Internet gateway forwards to it or from it. */
static struct str eni_edit(struct halver *v, uint32_t row, const struct reach_witness *w)
{
    struct net_eni *r = &v->n->enis[row];
    bool kept = r->deny_igw, is_public = false;
    NET_EACH(i, r->addresses)
        is_public |= v->n->addresses[i].public_ip != 0;
    if (!w->path->internet || !is_public)
        return str_make(NULL, 0);
    r->deny_igw = true;
    bool closed = closes(v, w);
    r->deny_igw = kept;
    return closed ? arena_printf(v->a, "take the public address from %.*s: aws ec2 disassociate-address", STR_ARG(r->id)) : str_make(NULL, 0);
}

static struct str edit_of(struct halver *v, struct net_ref by, const struct reach_witness *w)
{
    if (by.index == NET_NONE)
        return str_make(NULL, 0);
    switch (by.kind) {
    case NET_RULE: return rule_edit(v, by.index, w);
    case NET_ACL_ENTRY: return entry_edit(v, by.index, w);
    case NET_ROUTE: return route_edit(v, by.index, w);
    case NET_TGW_ROUTE: return tgw_route_edit(v, by.index, w);
    case NET_PEERING: return peering_edit(v, by.index, w);
    case NET_ATTACHMENT: return attachment_edit(v, by.index, w);
    case NET_ENDPOINT: return endpoint_edit(v, by.index, w);
    case NET_LISTENER: return listener_edit(v, by.index, w);
    case NET_TARGET_GROUP: return targets_edit(v, by.index, w);
    case NET_TARGET: return targets_edit(v, v->n->targets[by.index].group, w);
    case NET_ENTRANCE: return entrance_edit(v, by.index, w);
    case NET_ENI: return eni_edit(v, by.index, w);
    default: return str_make(NULL, 0);
    }
}

static uint32_t add(struct str edit, struct str *out, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_eq(out[i], edit))
            return count;
    out[count] = edit;
    return count + 1;
}

/* What lets in and what leads there first; then what lets out, which serves other connections too; network ACLs where there is little else. */
static int turn_of(const struct net *n, struct net_ref ref)
{
    if (ref.kind == NET_ACL_ENTRY)
        return 2;
    return ref.kind == NET_RULE && ref.index != NET_NONE && n->rules[ref.index].egress ? 1 : 0;
}

uint32_t net_cuts_of(struct halver *v, const struct reach_witness *w, struct str *out, uint32_t max)
{
    uint32_t count = 0;
    for (int turn = 0; turn < 3; turn++) {
        if (turn == 2 && count > 1)
            break;
        for (uint32_t i = 0; w->path && i < w->path->hop_count; i++)
            for (int side = 0; side < 2 && count < max; side++) {
                struct net_ref ref = side ? w->path->hops[i].at : w->path->hops[i].by;
                struct str edit = turn_of(v->n, ref) == turn ? edit_of(v, ref, w) : str_make(NULL, 0);
                if (edit.len)
                    count = add(edit, out, count);
            }
    }
    return count;
}
