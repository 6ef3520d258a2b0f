/* A fact on a way as the other network has it: in place, for the walker, and back again. */
#include "prove/change_internal.h"

static const struct ip_range no_range = {1, 0};

static struct net_ref ref_to(enum net_kind kind, uint32_t index)
{
    return (struct net_ref){kind, index};
}

static struct str id_of(const struct net *n, enum net_kind kind, uint32_t index)
{
    return index == NET_NONE ? str_make(NULL, 0) : net_id(n, ref_to(kind, index));
}

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
        uint32_t peer = b->peer == PEER_RANGE
                            ? NET_NONE
                            : mapped(n, o, b->peer == PEER_GROUP ? NET_GROUP : NET_PREFIX_LIST, b->peer_index);
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
    static const enum net_kind kinds[] = {
        [TARGET_IGW] = NET_IGW, [TARGET_EIGW] = NET_EIGW, [TARGET_NAT] = NET_NAT, [TARGET_PEERING] = NET_PEERING,
        [TARGET_TGW] = NET_TGW, [TARGET_VGW] = NET_VGW,   [TARGET_ENI] = NET_ENI, [TARGET_ENDPOINT] = NET_ENDPOINT};
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
    case NET_RULE:
        KEEP(rule, rules);
        rule_back(n, o, p);
        return true;
    case NET_ACL_ENTRY:
        KEEP(entry, acl_entries);
        entry_back(n, o, p);
        return true;
    case NET_ROUTE:
        KEEP(route, routes);
        route_back(n, o, p);
        return true;
    case NET_TGW_ROUTE:
        KEEP(tgw_route, tgw_routes);
        tgw_route_back(n, o, p);
        return true;
    case NET_PEERING:
        kept->flag = n->peerings[i].active;
        n->peerings[i].active = false;
        return true;
    case NET_ATTACHMENT:
        kept->flag = n->attachments[i].available;
        n->attachments[i].available = false;
        return true;
    case NET_ENDPOINT:
        kept->flag = n->endpoints[i].available;
        n->endpoints[i].available = false;
        return true;
    case NET_NAT:
        kept->flag = n->nats[i].available;
        n->nats[i].available = false;
        return true;
    case NET_LISTENER:
        KEEP(listener, listeners);
        n->listeners[i].lo = 1;
        n->listeners[i].hi = 0;
        return true;
    case NET_TARGET:
        kept->targets = n->target_groups[n->targets[i].group];
        n->target_groups[n->targets[i].group].targets.count = 0;
        return true;
    case NET_FIREWALL_RULE:
        KEEP(firewall_rule, firewall_rules);
        n->firewall_rules[i].from = no_range;
        return true;
    case NET_ENTRANCE:
        KEEP(entrance, entrances);
        n->entrances[i].lo = 1;
        n->entrances[i].hi = 0;
        return true;
    default:
        return false;
    }
}

static void row_again(struct net *n, const struct piece *p, const union piece_kept *kept)
{
    uint32_t i = p->ref.index;
    switch (p->ref.kind) {
    case NET_RULE:
        n->rules[i] = kept->rule;
        break;
    case NET_ACL_ENTRY:
        n->acl_entries[i] = kept->entry;
        break;
    case NET_ROUTE:
        n->routes[i] = kept->route;
        break;
    case NET_TGW_ROUTE:
        n->tgw_routes[i] = kept->tgw_route;
        break;
    case NET_PEERING:
        n->peerings[i].active = kept->flag;
        break;
    case NET_ATTACHMENT:
        n->attachments[i].available = kept->flag;
        break;
    case NET_ENDPOINT:
        n->endpoints[i].available = kept->flag;
        break;
    case NET_NAT:
        n->nats[i].available = kept->flag;
        break;
    case NET_LISTENER:
        n->listeners[i] = kept->listener;
        break;
    case NET_TARGET:
        n->target_groups[n->targets[i].group] = kept->targets;
        break;
    case NET_FIREWALL_RULE:
        n->firewall_rules[i] = kept->firewall_rule;
        break;
    case NET_ENTRANCE:
        n->entrances[i] = kept->entrance;
        break;
    default:
        break;
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
    case PIECE_ROW:
        return row_back(n, o, p, kept);
    case PIECE_MEMBER:
        member_back(n, p, kept);
        return true;
    case PIECE_PUBLIC:
        kept->flag = n->enis[n->addresses[i].eni].deny_igw;
        n->enis[n->addresses[i].eni].deny_igw = true;
        return true;
    case PIECE_SUBNET_BPA:
        kept->bpa = n->subnets[i].bpa;
        n->subnets[i].bpa = o->subnets[p->other.index].bpa;
        return true;
    case PIECE_OWNER:
        return false;
    default:
        return place_back(n, o, p, kept);
    }
}

void piece_put_back(struct net *n, const struct piece *p, const union piece_kept *kept)
{
    uint32_t i = p->ref.index;
    switch (p->kind) {
    case PIECE_ROW:
        row_again(n, p, kept);
        break;
    case PIECE_MEMBER:
        member_again(n, p, kept);
        break;
    case PIECE_PUBLIC:
        n->enis[n->addresses[i].eni].deny_igw = kept->flag;
        break;
    case PIECE_SUBNET_BPA:
        n->subnets[i].bpa = kept->bpa;
        break;
    case PIECE_OWNER:
        break;
    default:
        *place_of(n, p) = kept->index;
    }
}
