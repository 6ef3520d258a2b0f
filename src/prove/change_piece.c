/* Facts on a way: whether the other network has them, and how they are taken back in place. */
#include "prove/change_internal.h"

static const struct ip_range no_range = {1, 0};
static struct net_ref ref_to(enum net_kind kind, uint32_t index) { return (struct net_ref){kind, index}; }

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

static bool same_range(struct ip_range a, struct ip_range b) { return a.lo == b.lo && a.hi == b.hi; }

static struct str peer_id(const struct net *n, const struct net_rule *r)
{
    if (r->peer == PEER_RANGE)
        return str_make(NULL, 0);
    return r->peer_index == NET_NONE ? r->peer_id : id_of(n, r->peer == PEER_GROUP ? NET_GROUP : NET_PREFIX_LIST, r->peer_index);
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
        note(s, NET_ACL_ENTRY, i, b->allow == r->allow && b->proto == r->proto && b->lo == r->lo && b->hi == r->hi && same_range(b->range, r->range));
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
        note(s, NET_ROUTE, i, b->kind == r->kind && str_eq(b->target_id, r->target_id) && b->blackhole == r->blackhole && b->list_unread == r->list_unread);
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
            note(s, NET_TGW_ROUTE, i, b->blackhole == r->blackhole && same_id_at(s->n, s->o, NET_ATTACHMENT, r->attachment, b->attachment));
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
        if (same_id_at(s->n, s->o, NET_ENI, r->eni, b->eni) && same_id_at(s->n, s->o, NET_LB, r->lb, b->lb) && r->ip == b->ip && r->port == b->port)
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
        if (b->proto == r->proto && same_range(b->from, r->from) && same_range(b->to, r->to) && b->act == r->act && b->dport_lo == r->dport_lo &&
            b->dport_hi == r->dport_hi && b->sport_lo == r->sport_lo && b->sport_hi == r->sport_hi && b->both_ways == r->both_ways)
            note(s, NET_FIREWALL_RULE, i, true);
    }
}

static void search_entrance(struct search *s)
{
    const struct net_entrance *r = &s->n->entrances[s->p->ref.index];
    for (uint32_t i = 0; i < s->o->entrances_count; i++) {
        const struct net_entrance *b = &s->o->entrances[i];
        if (r->kind != b->kind || !str_eq(r->id, b->id) || r->to_ip != b->to_ip || !same_id_at(s->n, s->o, NET_THING, r->to_thing, b->to_thing))
            continue;
        note(s, NET_ENTRANCE, i, r->proto == b->proto && r->lo == b->lo && r->hi == b->hi && r->to_port == b->to_port && r->sure == b->sure);
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
    case NET_PEERING: note(s, r.kind, k, n->peerings[i].active == o->peerings[k].active); break;
    case NET_ATTACHMENT: note(s, r.kind, k, n->attachments[i].available == o->attachments[k].available); break;
    case NET_ENDPOINT: note(s, r.kind, k, n->endpoints[i].available == o->endpoints[k].available); break;
    case NET_SERVICE: note(s, r.kind, k, n->services[i].open_to_all == o->services[k].open_to_all); break;
    case NET_NAT: note(s, r.kind, k, n->nats[i].available == o->nats[k].available); break;
    case NET_IGW: note(s, r.kind, k, same_id_at(n, o, NET_VPC, n->igws[i].vpc, o->igws[k].vpc)); break;
    case NET_VGW: note(s, r.kind, k, same_id_at(n, o, NET_VPC, n->vgws[i].vpc, o->vgws[k].vpc)); break;
    case NET_LB: note(s, r.kind, k, n->lbs[i].internet_facing == o->lbs[k].internet_facing); break;
    case NET_LISTENER:
        note(s, r.kind, k, n->listeners[i].lo == o->listeners[k].lo && n->listeners[i].hi == o->listeners[k].hi && n->listeners[i].proto == o->listeners[k].proto);
        break;
    case NET_ENI: note(s, r.kind, k, n->enis[i].forwards == o->enis[k].forwards); break;
    default: note(s, r.kind, k, true);
    }
}

/* A thing without an ARN is known by the id of its interface, gateway, endpoint. */
static uint32_t thing_of(const struct net *o, struct net_ref r)
{
    switch (r.kind) {
    case NET_THING: return r.index;
    case NET_ENI: return o->enis[r.index].thing;
    case NET_EXTERNAL: return o->externals[r.index].thing;
    case NET_NAT: return o->nats[r.index].thing;
    case NET_LB: return o->lbs[r.index].thing;
    case NET_ENDPOINT: return o->endpoints[r.index].thing;
    default: return NET_NONE;
    }
}

static void search_row(struct search *s)
{
    switch (s->p->ref.kind) {
    case NET_RULE: search_rule(s); break;
    case NET_ACL_ENTRY: search_entry(s); break;
    case NET_ROUTE: search_route(s); break;
    case NET_TGW_ROUTE: search_tgw_route(s); break;
    case NET_TARGET: search_target(s); break;
    case NET_FIREWALL_RULE: search_firewall_rule(s); break;
    case NET_ENTRANCE: search_entrance(s); break;
    case NET_UPLINK: case NET_GAP: case NET_NOTHING: case NET_ACCOUNT: case NET_EXTERNAL: s->same = true; break;
    case NET_THING: s->same = thing_of(s->o, net_find(s->o, net_id(s->n, s->p->ref))) != NET_NONE; break;
    default: search_own(s);
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
        s->same |= str_eq(s->o->eni_groups[i].id, m->id) || same_id_at(s->n, s->o, NET_GROUP, m->group, s->o->eni_groups[i].group);
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
    case PIECE_ROW: search_row(&s); break;
    case PIECE_MEMBER: search_member(&s); break;
    case PIECE_PUBLIC: search_public(&s); break;
    case PIECE_OWNER: search_owner(h, o, &s); break;
    default: search_place(&s);
    }
    return !s.same;
}

/* ---- taking back ---- */

static uint32_t mapped(const struct net *n, const struct net *o, enum net_kind kind, uint32_t at)
{
    struct net_ref r = at == NET_NONE ? ref_to(NET_NOTHING, NET_NONE) : net_find(n, id_of(o, kind, at));
    return r.kind == kind ? r.index : NET_NONE;
}

static void rule_back(struct net *n, const struct net *o, const struct piece *p)
{
    struct net_rule *r = &n->rules[p->ref.index];
    if (p->what == CHANGE_ALTERED) {
        const struct net_rule *b = &o->rules[p->other.index];
        uint32_t peer = b->peer == PEER_RANGE ? NET_NONE : mapped(n, o, b->peer == PEER_GROUP ? NET_GROUP : NET_PREFIX_LIST, b->peer_index);
        if (b->peer == PEER_RANGE || peer != NET_NONE) {
            r->proto = b->proto;
            r->lo = b->lo;
            r->hi = b->hi;
            r->peer = b->peer;
            r->range = b->range;
            r->peer_index = peer;
            return;
        }
    }
    r->lo = 1;
    r->hi = 0;
}

static void entry_back(struct net *n, const struct net *o, const struct piece *p)
{
    struct net_acl_entry *r = &n->acl_entries[p->ref.index];
    if (p->what != CHANGE_ALTERED) {
        r->range = no_range;
        return;
    }
    const struct net_acl_entry *b = &o->acl_entries[p->other.index];
    r->allow = b->allow;
    r->proto = b->proto;
    r->lo = b->lo;
    r->hi = b->hi;
    r->range = b->range;
}

static void route_back(struct net *n, const struct net *o, const struct piece *p)
{
    static const enum net_kind kinds[] = {[TARGET_IGW] = NET_IGW, [TARGET_EIGW] = NET_EIGW, [TARGET_NAT] = NET_NAT, [TARGET_PEERING] = NET_PEERING,
                                          [TARGET_TGW] = NET_TGW, [TARGET_VGW] = NET_VGW, [TARGET_ENI] = NET_ENI, [TARGET_ENDPOINT] = NET_ENDPOINT};
    struct net_route *r = &n->routes[p->ref.index];
    const struct net_route *b = p->what == CHANGE_ALTERED ? &o->routes[p->other.index] : NULL;
    enum net_kind kind = b && b->kind <= TARGET_ENDPOINT ? kinds[b->kind] : NET_NOTHING;
    uint32_t target = kind == NET_NOTHING ? NET_NONE : mapped(n, o, kind, b->target);
    r->list_unread = false;
    if (b && (b->blackhole || target != NET_NONE)) {
        r->kind = b->kind;
        r->target = target;
        r->blackhole = b->blackhole;
    } else if (b)
        r->blackhole = true; /* it led to what is not there any more */
    else
        r->range = no_range;
}

static void tgw_route_back(struct net *n, const struct net *o, const struct piece *p)
{
    struct net_tgw_route *r = &n->tgw_routes[p->ref.index];
    if (p->what != CHANGE_ALTERED) {
        r->range = no_range;
        return;
    }
    const struct net_tgw_route *b = &o->tgw_routes[p->other.index];
    r->attachment = mapped(n, o, NET_ATTACHMENT, b->attachment);
    r->blackhole = b->blackhole || r->attachment == NET_NONE;
}

#define KEEP(field, array) kept->field = n->array[p->ref.index]

static bool row_back(struct net *n, const struct net *o, const struct piece *p, union piece_kept *kept)
{
    uint32_t i = p->ref.index;
    switch (p->ref.kind) {
    case NET_RULE: KEEP(rule, rules); rule_back(n, o, p); return true;
    case NET_ACL_ENTRY: KEEP(entry, acl_entries); entry_back(n, o, p); return true;
    case NET_ROUTE: KEEP(route, routes); route_back(n, o, p); return true;
    case NET_TGW_ROUTE: KEEP(tgw_route, tgw_routes); tgw_route_back(n, o, p); return true;
    case NET_PEERING: kept->flag = n->peerings[i].active; n->peerings[i].active = false; return true;
    case NET_ATTACHMENT: kept->flag = n->attachments[i].available; n->attachments[i].available = false; return true;
    case NET_ENDPOINT: kept->flag = n->endpoints[i].available; n->endpoints[i].available = false; return true;
    case NET_NAT: kept->flag = n->nats[i].available; n->nats[i].available = false; return true;
    case NET_LISTENER: KEEP(listener, listeners); n->listeners[i].lo = 1; n->listeners[i].hi = 0; return true;
    case NET_TARGET:
        kept->targets = n->target_groups[n->targets[i].group];
        n->target_groups[n->targets[i].group].targets.count = 0;
        return true;
    case NET_FIREWALL_RULE: KEEP(firewall_rule, firewall_rules); n->firewall_rules[i].from = no_range; return true;
    case NET_ENTRANCE: KEEP(entrance, entrances); n->entrances[i].lo = 1; n->entrances[i].hi = 0; return true;
    default: return false;
    }
}

static void row_again(struct net *n, const struct piece *p, const union piece_kept *kept)
{
    uint32_t i = p->ref.index;
    switch (p->ref.kind) {
    case NET_RULE: n->rules[i] = kept->rule; break;
    case NET_ACL_ENTRY: n->acl_entries[i] = kept->entry; break;
    case NET_ROUTE: n->routes[i] = kept->route; break;
    case NET_TGW_ROUTE: n->tgw_routes[i] = kept->tgw_route; break;
    case NET_PEERING: n->peerings[i].active = kept->flag; break;
    case NET_ATTACHMENT: n->attachments[i].available = kept->flag; break;
    case NET_ENDPOINT: n->endpoints[i].available = kept->flag; break;
    case NET_NAT: n->nats[i].available = kept->flag; break;
    case NET_LISTENER: n->listeners[i] = kept->listener; break;
    case NET_TARGET: n->target_groups[n->targets[i].group] = kept->targets; break;
    case NET_FIREWALL_RULE: n->firewall_rules[i] = kept->firewall_rule; break;
    case NET_ENTRANCE: n->entrances[i] = kept->entrance; break;
    default: break;
    }
}

/* Out of the interface's span: the walker reads that. */
static void member_back(struct net *n, const struct piece *p, union piece_kept *kept)
{
    uint32_t row = p->ref.index;
    struct net_span *span = &n->enis[n->eni_groups[row].eni].groups;
    uint32_t last = span->first + span->count - 1;
    kept->member.span = *span;
    kept->member.row = last;
    kept->member.swapped = n->eni_groups[row];
    n->eni_groups[row] = n->eni_groups[last];
    n->eni_groups[last] = kept->member.swapped;
    span->count--;
}

static void member_again(struct net *n, const struct piece *p, const union piece_kept *kept)
{
    uint32_t row = p->ref.index, last = kept->member.row;
    n->eni_groups[last] = n->eni_groups[row];
    n->eni_groups[row] = kept->member.swapped;
    n->enis[kept->member.swapped.eni].groups = kept->member.span;
}

/* Whose row an index in place is: the subnet's table or ACL, the attachment's table. */
static uint32_t *place_of(struct net *n, const struct piece *p)
{
    uint32_t i = p->ref.index;
    if (p->kind == PIECE_ATTACHMENT_TABLE)
        return &n->attachments[i].table;
    return p->kind == PIECE_SUBNET_TABLE ? &n->subnets[i].table : &n->subnets[i].acl;
}

static bool place_back(struct net *n, const struct net *o, const struct piece *p, union piece_kept *kept)
{
    uint32_t k = p->other.index, before;
    if (p->kind == PIECE_ATTACHMENT_TABLE)
        before = mapped(n, o, NET_TGW_TABLE, o->attachments[k].table);
    else if (p->kind == PIECE_SUBNET_TABLE)
        before = mapped(n, o, NET_TABLE, o->subnets[k].table);
    else
        before = mapped(n, o, NET_ACL, o->subnets[k].acl);
    if (before == NET_NONE && p->kind != PIECE_ATTACHMENT_TABLE)
        return false;
    kept->index = *place_of(n, p);
    *place_of(n, p) = before;
    return true;
}

bool piece_take_back(struct net *n, const struct net *o, const struct piece *p, union piece_kept *kept)
{
    uint32_t i = p->ref.index;
    switch (p->kind) {
    case PIECE_ROW: return row_back(n, o, p, kept);
    case PIECE_MEMBER: member_back(n, p, kept); return true;
    case PIECE_PUBLIC:
        kept->flag = n->enis[n->addresses[i].eni].deny_igw;
        n->enis[n->addresses[i].eni].deny_igw = true;
        return true;
    case PIECE_SUBNET_BPA:
        kept->bpa = n->subnets[i].bpa;
        n->subnets[i].bpa = o->subnets[p->other.index].bpa;
        return true;
    case PIECE_OWNER: return false;
    default: return place_back(n, o, p, kept);
    }
}

void piece_put_back(struct net *n, const struct piece *p, const union piece_kept *kept)
{
    uint32_t i = p->ref.index;
    switch (p->kind) {
    case PIECE_ROW: row_again(n, p, kept); break;
    case PIECE_MEMBER: member_again(n, p, kept); break;
    case PIECE_PUBLIC: n->enis[n->addresses[i].eni].deny_igw = kept->flag; break;
    case PIECE_SUBNET_BPA: n->subnets[i].bpa = kept->bpa; break;
    case PIECE_OWNER: break;
    default: *place_of(n, p) = kept->index;
    }
}
