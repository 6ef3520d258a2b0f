/* Facts on a way: whether the other network has them. */
#include "prove/change_internal.h"

static struct net_ref ref_to(enum net_kind kind, uint32_t index)
{
    return (struct net_ref){kind, index};
}

static struct str id_of(const struct net *n, enum net_kind kind, uint32_t index)
{
    return index == NET_NONE ? str_make(NULL, 0) : net_id(n, ref_to(kind, index));
}

/* The row of the other network with the same id. */
static struct net_ref same_id(const struct net *n, const struct net *o, struct net_ref r)
{
    struct net_ref found = net_find(o, net_id(n, r));
    return found.kind == r.kind ? found : ref_to(NET_NOTHING, NET_NONE);
}

static bool same_id_at(const struct net *n, const struct net *o, enum net_kind kind, uint32_t at, uint32_t other)
{
    return str_eq(id_of(n, kind, at), id_of(o, kind, other));
}

static bool same_range(struct ip_range a, struct ip_range b)
{
    return a.lo == b.lo && a.hi == b.hi;
}

static struct str peer_id(const struct net *n, const struct net_rule *r)
{
    if (r->peer == PEER_RANGE)
        return str_make(NULL, 0);
    return r->peer_index == NET_NONE ? r->peer_id
                                     : id_of(n, r->peer == PEER_GROUP ? NET_GROUP : NET_PREFIX_LIST, r->peer_index);
}

static bool same_rule(const struct net *n, const struct net_rule *a, const struct net *o, const struct net_rule *b)
{
    return a->egress == b->egress && a->proto == b->proto && a->lo == b->lo && a->hi == b->hi && a->peer == b->peer &&
           (a->peer != PEER_RANGE || same_range(a->range, b->range)) && str_eq(peer_id(n, a), peer_id(o, b));
}

/* Rows below an owner: the same content, else the same place with other content. */
struct search {
    const struct net *n, *o;
    struct piece *p;
    bool same;
};

static void note(struct search *s, enum net_kind kind, uint32_t row, bool same)
{
    s->same |= same;
    if (!same && s->p->what == CHANGE_ADDED) {
        s->p->what = CHANGE_ALTERED;
        s->p->other = ref_to(kind, row);
    }
}

static void search_rule(struct search *s)
{
    const struct net_rule *r = &s->n->rules[s->p->ref.index];
    struct net_ref g = same_id(s->n, s->o, ref_to(NET_GROUP, r->group));
    if (g.kind == NET_NOTHING)
        return;
    NET_EACH (i, r->egress ? s->o->groups[g.index].egress : s->o->groups[g.index].ingress) {
        const struct net_rule *b = &s->o->rules[i];
        if (same_rule(s->n, r, s->o, b))
            note(s, NET_RULE, i, true);
        else if (r->id.len && str_eq(r->id, b->id))
            note(s, NET_RULE, i, false);
    }
}

static void search_entry(struct search *s)
{
    const struct net_acl_entry *r = &s->n->acl_entries[s->p->ref.index];
    struct net_ref acl = same_id(s->n, s->o, ref_to(NET_ACL, r->acl));
    if (acl.kind == NET_NOTHING)
        return;
    NET_EACH (i, r->egress ? s->o->acls[acl.index].egress : s->o->acls[acl.index].ingress) {
        const struct net_acl_entry *b = &s->o->acl_entries[i];
        if (b->number != r->number)
            continue;
        note(s, NET_ACL_ENTRY, i,
             b->allow == r->allow && b->proto == r->proto && b->lo == r->lo && b->hi == r->hi &&
                 same_range(b->range, r->range));
    }
}

static void search_route(struct search *s)
{
    const struct net_route *r = &s->n->routes[s->p->ref.index];
    struct net_ref t = same_id(s->n, s->o, ref_to(NET_TABLE, r->table));
    if (t.kind == NET_NOTHING)
        return;
    NET_EACH (i, s->o->tables[t.index].routes) {
        const struct net_route *b = &s->o->routes[i];
        if (!same_range(b->range, r->range))
            continue;
        note(s, NET_ROUTE, i,
             b->kind == r->kind && str_eq(b->target_id, r->target_id) && b->blackhole == r->blackhole &&
                 b->list_unread == r->list_unread);
    }
}

static void search_tgw_route(struct search *s)
{
    const struct net_tgw_route *r = &s->n->tgw_routes[s->p->ref.index];
    struct net_ref t = same_id(s->n, s->o, ref_to(NET_TGW_TABLE, r->table));
    if (t.kind == NET_NOTHING)
        return;
    NET_EACH (i, s->o->tgw_tables[t.index].routes) {
        const struct net_tgw_route *b = &s->o->tgw_routes[i];
        if (same_range(b->range, r->range))
            note(s, NET_TGW_ROUTE, i,
                 b->blackhole == r->blackhole && same_id_at(s->n, s->o, NET_ATTACHMENT, r->attachment, b->attachment));
    }
}

static void search_target(struct search *s)
{
    const struct net_target *r = &s->n->targets[s->p->ref.index];
    struct net_ref g = same_id(s->n, s->o, ref_to(NET_TARGET_GROUP, r->group));
    if (g.kind == NET_NOTHING)
        return;
    NET_EACH (i, s->o->target_groups[g.index].targets) {
        const struct net_target *b = &s->o->targets[i];
        if (same_id_at(s->n, s->o, NET_ENI, r->eni, b->eni) && same_id_at(s->n, s->o, NET_LB, r->lb, b->lb) &&
            r->ip == b->ip && r->port == b->port)
            note(s, NET_TARGET, i, true);
    }
}

static void search_firewall_rule(struct search *s)
{
    const struct net_firewall_rule *r = &s->n->firewall_rules[s->p->ref.index];
    struct net_ref f = same_id(s->n, s->o, ref_to(NET_FIREWALL, r->firewall));
    if (f.kind == NET_NOTHING)
        return;
    NET_EACH (i, s->o->firewalls[f.index].rules) {
        const struct net_firewall_rule *b = &s->o->firewall_rules[i];
        if (b->proto == r->proto && same_range(b->from, r->from) && same_range(b->to, r->to) && b->act == r->act &&
            b->dport_lo == r->dport_lo && b->dport_hi == r->dport_hi && b->sport_lo == r->sport_lo &&
            b->sport_hi == r->sport_hi && b->both_ways == r->both_ways)
            note(s, NET_FIREWALL_RULE, i, true);
    }
}

static void search_entrance(struct search *s)
{
    const struct net_entrance *r = &s->n->entrances[s->p->ref.index];
    for (uint32_t i = 0; i < s->o->entrances_count; i++) {
        const struct net_entrance *b = &s->o->entrances[i];
        if (r->kind != b->kind || !str_eq(r->id, b->id) || r->to_ip != b->to_ip ||
            !same_id_at(s->n, s->o, NET_THING, r->to_thing, b->to_thing))
            continue;
        note(s, NET_ENTRANCE, i,
             r->proto == b->proto && r->lo == b->lo && r->hi == b->hi && r->to_port == b->to_port &&
                 r->sure == b->sure);
    }
}

/* Things with an id of their own: what of them decides whether a packet passes. */
static void search_own(struct search *s)
{
    const struct net *n = s->n, *o = s->o;
    struct net_ref r = s->p->ref, b = same_id(n, o, r);
    if (b.kind == NET_NOTHING)
        return;
    uint32_t i = r.index, k = b.index;
    switch (r.kind) {
    case NET_PEERING:
        note(s, r.kind, k, n->peerings[i].active == o->peerings[k].active);
        break;
    case NET_ATTACHMENT:
        note(s, r.kind, k, n->attachments[i].available == o->attachments[k].available);
        break;
    case NET_ENDPOINT:
        note(s, r.kind, k, n->endpoints[i].available == o->endpoints[k].available);
        break;
    case NET_SERVICE:
        note(s, r.kind, k, n->services[i].open_to_all == o->services[k].open_to_all);
        break;
    case NET_NAT:
        note(s, r.kind, k, n->nats[i].available == o->nats[k].available);
        break;
    case NET_IGW:
        note(s, r.kind, k, same_id_at(n, o, NET_VPC, n->igws[i].vpc, o->igws[k].vpc));
        break;
    case NET_VGW:
        note(s, r.kind, k, same_id_at(n, o, NET_VPC, n->vgws[i].vpc, o->vgws[k].vpc));
        break;
    case NET_LB:
        note(s, r.kind, k, n->lbs[i].internet_facing == o->lbs[k].internet_facing);
        break;
    case NET_LISTENER:
        note(s, r.kind, k,
             n->listeners[i].lo == o->listeners[k].lo && n->listeners[i].hi == o->listeners[k].hi &&
                 n->listeners[i].proto == o->listeners[k].proto);
        break;
    case NET_ENI:
        note(s, r.kind, k, n->enis[i].forwards == o->enis[k].forwards);
        break;
    default:
        note(s, r.kind, k, true);
    }
}

/* A thing without an ARN is known by the id of its interface, gateway, endpoint. */
static uint32_t thing_of(const struct net *o, struct net_ref r)
{
    switch (r.kind) {
    case NET_THING:
        return r.index;
    case NET_ENI:
        return o->enis[r.index].thing;
    case NET_EXTERNAL:
        return o->externals[r.index].thing;
    case NET_NAT:
        return o->nats[r.index].thing;
    case NET_LB:
        return o->lbs[r.index].thing;
    case NET_ENDPOINT:
        return o->endpoints[r.index].thing;
    default:
        return NET_NONE;
    }
}

static void search_row(struct search *s)
{
    switch (s->p->ref.kind) {
    case NET_RULE:
        search_rule(s);
        break;
    case NET_ACL_ENTRY:
        search_entry(s);
        break;
    case NET_ROUTE:
        search_route(s);
        break;
    case NET_TGW_ROUTE:
        search_tgw_route(s);
        break;
    case NET_TARGET:
        search_target(s);
        break;
    case NET_FIREWALL_RULE:
        search_firewall_rule(s);
        break;
    case NET_ENTRANCE:
        search_entrance(s);
        break;
    case NET_UPLINK:
    case NET_GAP:
    case NET_NOTHING:
    case NET_ACCOUNT:
    case NET_EXTERNAL:
        s->same = true;
        break;
    case NET_THING:
        s->same = thing_of(s->o, net_find(s->o, net_id(s->n, s->p->ref))) != NET_NONE;
        break;
    default:
        search_own(s);
    }
}

static void search_member(struct search *s)
{
    const struct net_eni_group *m = &s->n->eni_groups[s->p->ref.index];
    struct net_ref eni = same_id(s->n, s->o, ref_to(NET_ENI, m->eni));
    if (eni.kind == NET_NOTHING) {
        s->same = true; /* the interface itself is the difference */
        return;
    }
    NET_EACH (i, s->o->enis[eni.index].groups)
        s->same |= str_eq(s->o->eni_groups[i].id, m->id) ||
                   same_id_at(s->n, s->o, NET_GROUP, m->group, s->o->eni_groups[i].group);
}

static void search_public(struct search *s)
{
    const struct net_address *x = &s->n->addresses[s->p->ref.index];
    struct net_ref eni = same_id(s->n, s->o, ref_to(NET_ENI, x->eni));
    if (eni.kind == NET_NOTHING) {
        s->same = true;
        return;
    }
    NET_EACH (i, s->o->enis[eni.index].addresses)
        s->same |= s->o->addresses[i].public_ip == x->public_ip;
}

struct str piece_owner(const struct net_half *h, uint32_t thing)
{
    uint32_t label = h->label_of[thing];
    return label < h->labels->count ? h->labels->names[label] : STR("");
}

static void search_owner(const struct net_half *h, const struct net_half *o, struct search *s)
{
    uint32_t thing = s->p->ref.index, b = thing_of(s->o, net_find(s->o, net_id(s->n, s->p->ref)));
    s->same = b == NET_NONE || str_eq(piece_owner(h, thing), piece_owner(o, b));
    if (!s->same)
        note(s, NET_THING, b, false);
}

static void search_place(struct search *s)
{
    const struct net *n = s->n, *o = s->o;
    struct net_ref r = s->p->ref, b = same_id(n, o, r);
    uint32_t i = r.index, k = b.index;
    bool same = b.kind == NET_NOTHING;
    if (!same && s->p->kind == PIECE_SUBNET_TABLE)
        same = same_id_at(n, o, NET_TABLE, n->subnets[i].table, o->subnets[k].table);
    else if (!same && s->p->kind == PIECE_SUBNET_ACL)
        same = same_id_at(n, o, NET_ACL, n->subnets[i].acl, o->subnets[k].acl);
    else if (!same && s->p->kind == PIECE_SUBNET_BPA)
        same = n->subnets[i].bpa == o->subnets[k].bpa;
    else if (!same)
        same = same_id_at(n, o, NET_TGW_TABLE, n->attachments[i].table, o->attachments[k].table);
    if (same)
        s->same = true;
    else
        note(s, r.kind, k, false);
}

bool piece_differs(const struct net_half *h, const struct net_half *o, struct piece *p)
{
    struct search s = {.n = h->net, .o = o->net, .p = p};
    p->what = CHANGE_ADDED;
    p->other = ref_to(NET_NOTHING, NET_NONE);
    switch (p->kind) {
    case PIECE_ROW:
        search_row(&s);
        break;
    case PIECE_MEMBER:
        search_member(&s);
        break;
    case PIECE_PUBLIC:
        search_public(&s);
        break;
    case PIECE_OWNER:
        search_owner(h, o, &s);
        break;
    default:
        search_place(&s);
    }
    return !s.same;
}
