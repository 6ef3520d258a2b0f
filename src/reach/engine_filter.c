/* Filters against one pair of addresses, all services at once. The rules are those of walk_group.c and walk_acl.c. */
#include "reach/engine_sym.h"

struct spans { struct services_span *at; uint32_t count, room; struct arena *a; };

static void add_span(struct spans *s, struct services_span span)
{
    if (span.lo > span.hi)
        return;
    if (s->count == s->room) {
        uint32_t room = s->room ? s->room * 2 : 16;
        struct services_span *moved = arena_array_of(s->a, struct services_span, room);
        if (s->count)
            memcpy(moved, s->at, s->count * sizeof *moved);
        s->at = moved;
        s->room = room;
    }
    s->at[s->count++] = span;
}

static struct tri everything(const struct reach *r)
{
    return (struct tri){r->all, r->all};
}

static struct tri anything(const struct reach *r)
{
    return (struct tri){{NULL, 0}, r->all};
}

/* ---- security groups ---- */

bool sym_subnet_holds(const struct net *n, uint32_t subnet, ip_number ip)
{
    if (subnet != NET_NONE)
        NET_EACH(i, n->subnets[subnet].cidrs)
            if (ip_in(n->subnet_cidrs[i].range, ip))
                return true;
    return false;
}

/* Rows of addresses of the VPC that hold `ip`: the single one, else each range. */
uint32_t sym_owner_next(const struct net *n, uint32_t vpc, ip_number ip, uint32_t *at)
{
    if (vpc >= n->vpcs_count || *at == NET_NONE)
        return NET_NONE;
    struct net_span s = n->vpc_addresses[vpc];
    if (*at == 0) {
        uint32_t one = net_address_at(n, vpc, ip);
        if (one == NET_NONE || n->addresses[one].range.lo == n->addresses[one].range.hi) {
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

static uint32_t other_side(const struct net *n, uint32_t peering, uint32_t vpc)
{
    const struct net_peering *c = &n->peerings[peering];
    return c->requester == vpc ? c->accepter : c->requester;
}

bool sym_peered_in_region(const struct reach *r, uint32_t a, uint32_t b)
{
    NET_EACH(i, r->peerings_of[a]) {
        uint32_t row = r->peering_order[i];
        if (r->n->peerings[row].active && r->n->peerings[row].same_region && other_side(r->n, row, a) == b)
            return true;
    }
    return false;
}

static enum certain has_group(const struct net *n, uint32_t eni, const struct net_rule *r)
{
    const struct net_eni *e = &n->enis[eni];
    NET_EACH(i, e->groups) {
        const struct net_eni_group *g = &n->eni_groups[i];
        if (r->peer_index != NET_NONE ? g->group == r->peer_index : g->id.len && str_eq(g->id, r->peer_id))
            return YES;
    }
    return e->groups_read || e->skips_groups ? NO : MAYBE;
}

static enum certain member_at(const struct net *n, uint32_t vpc, ip_number ip, const struct net_rule *r, uint32_t assumed)
{
    enum certain found = NO;
    uint32_t at = 0;
    for (uint32_t row; (row = sym_owner_next(n, vpc, ip, &at)) != NET_NONE;) {
        uint32_t eni = n->addresses[row].eni;
        if (assumed == NET_NONE || assumed == eni || !n->enis[assumed].virtual_)
            found = certain_or(found, has_group(n, eni, r));
    }
    return found;
}

static enum certain refers_to(const struct reach *re, const struct net_rule *r, uint32_t eni, ip_number dst, uint32_t assumed)
{
    const struct net *n = re->n;
    uint32_t here = n->enis[eni].vpc;
    if (r->peer_index == NET_NONE) {
        if (net_vpc_holds(n, here, dst))
            return net_address_at(n, here, dst) == NET_NONE ? MAYBE : member_at(n, here, dst, r, assumed);
        NET_EACH(i, re->peerings_of[here]) {
            uint32_t row = re->peering_order[i];
            if (n->peerings[row].active && n->peerings[row].same_region && net_vpc_holds(n, other_side(n, row, here), dst))
                return MAYBE;
        }
        return NO;
    }
    const struct net_group *g = &n->groups[r->peer_index];
    enum certain found = member_at(n, here, dst, r, assumed);
    if (g->vpc != here && g->vpc != NET_NONE && sym_peered_in_region(re, here, g->vpc))
        found = certain_or(found, member_at(n, g->vpc, dst, r, assumed));
    NET_EACH(i, g->vpcs) {
        uint32_t other = n->group_vpcs[i].vpc;
        if (other != here && sym_peered_in_region(re, here, other))
            found = certain_or(found, member_at(n, other, dst, r, assumed));
    }
    return found;
}

static enum certain refers_from(const struct net *n, const struct net_rule *r, const struct packet *p)
{
    if (p->refs == REFS_MAYBE)
        return MAYBE;
    if (p->refs != REFS_KEPT)
        return NO;
    enum certain found = NO;
    if (p->sender != NET_NONE)
        found = has_group(n, p->sender, r);
    if (p->client_eni != NET_NONE)
        found = certain_or(found, has_group(n, p->client_eni, r));
    if (p->sender == NET_NONE && p->came == CAME_PEERING && r->peer_index == NET_NONE)
        found = MAYBE;
    return found;
}

static enum certain in_list(const struct net *n, uint32_t list, ip_number ip)
{
    if (list == NET_NONE || !n->prefix_lists[list].read)
        return MAYBE;
    NET_EACH(i, n->prefix_lists[list].entries)
        if (ip_in(n->prefix_entries[i].range, ip))
            return YES;
    return NO;
}

static enum certain peer_matches(const struct sym *s, const struct net_rule *r, const struct packet *p, uint32_t eni, uint32_t assumed)
{
    ip_number ip = r->egress ? p->dst : p->src;
    switch (r->peer) {
    case PEER_RANGE: return ip_in(r->range, ip) ? YES : NO;
    case PEER_LIST: return in_list(s->n, r->peer_index, ip);
    case PEER_GROUP: return r->egress ? refers_to(s->r, r, eni, ip, assumed) : refers_from(s->n, r, p);
    default: return MAYBE;
    }
}

struct tri filter_groups(const struct sym *s, const struct packet *p, uint32_t eni, bool egress, uint32_t assumed)
{
    const struct net *n = s->n;
    const struct net_eni *e = &n->enis[eni];
    struct spans sure = {.a = s->a}, may = {.a = s->a};
    bool doubt = !e->groups_read;
    NET_EACH(i, e->groups) {
        uint32_t g = n->eni_groups[i].group;
        if (g == NET_NONE || !(egress ? n->groups[g].egress_read : n->groups[g].ingress_read)) {
            doubt = true;
            continue;
        }
        NET_EACH(k, egress ? n->groups[g].egress : n->groups[g].ingress) {
            enum certain t = peer_matches(s, &n->rules[k], p, eni, assumed);
            if (t == NO)
                continue;
            struct services_span span = engine_services(s->r, n->rules[k].proto, n->rules[k].lo, n->rules[k].hi);
            if (t == YES && span.lo == 0 && span.hi == s->r->all.at[0].hi)
                return everything(s->r);
            add_span(t == YES ? &sure : &may, span);
        }
    }
    struct tri out = {.sure = services_of(s->a, sure.at, sure.count)};
    if (doubt)
        out.may = s->r->all;
    else if (may.count)
        out.may = services_join(s->a, out.sure, services_of(s->a, may.at, may.count));
    else
        out.may = out.sure;
    return out;
}

struct tri filter_group_admits(const struct sym *s, uint32_t group, ip_number peer)
{
    const struct net *n = s->n;
    struct spans sure = {.a = s->a};
    NET_EACH(i, n->groups[group].ingress) {
        const struct net_rule *r = &n->rules[i];
        enum certain t = r->peer == PEER_RANGE ? (ip_in(r->range, peer) ? YES : NO) : NO;
        if (r->peer == PEER_LIST)
            t = in_list(n, r->peer_index, peer);
        else if (r->peer == PEER_GROUP && r->peer_index != NET_NONE)
            t = member_at(n, n->groups[r->peer_index].vpc, peer, r, NET_NONE);
        if (t == YES)
            add_span(&sure, engine_services(s->r, r->proto, r->lo, r->hi));
    }
    struct services all = services_of(s->a, sure.at, sure.count);
    return (struct tri){all, all};
}

/* ---- network ACLs ---- */

/* The first entry that matches decides: what it takes is not left for the later ones. */
struct tri filter_acl(const struct sym *s, uint32_t subnet, bool egress, ip_number peer)
{
    const struct reach *r = s->r;
    uint32_t acl = r->n->subnets[subnet].acl;
    if (acl == NET_NONE)
        return anything(r);
    if (r->acl_open[acl] & (egress ? 2 : 1))
        return everything(r);
    struct services left = r->all;
    struct spans out = {.a = s->a};
    NET_EACH(i, egress ? r->n->acls[acl].egress : r->n->acls[acl].ingress) {
        const struct net_acl_entry *e = &r->n->acl_entries[i];
        struct services_span span = ip_in(e->range, peer) ? engine_services(r, e->proto, e->lo, e->hi) : (struct services_span){1, 0};
        if (span.lo > span.hi)
            continue;
        struct services taken = services_one(s->a, span.lo, span.hi), allowed = e->allow ? services_meet(s->a, left, taken) : (struct services){0};
        for (uint32_t k = 0; k < allowed.count; k++)
            add_span(&out, allowed.at[k]);
        left = services_less(s->a, left, taken);
        if (!left.count)
            break;
    }
    struct services all = services_of(s->a, out.at, out.count);
    return (struct tri){all, all};
}

/* ---- firewalls ---- */

enum sides { OUT_OF_IT, IN_PART, IN_IT };

static enum sides sport_in(const struct sym *s, const struct packet *p, uint16_t lo, uint16_t hi)
{
    if (!p->any_sport)
        return lo <= s->sport_lo && s->sport_lo <= hi ? IN_IT : OUT_OF_IT;
    if (lo <= EPHEMERAL_FIRST && hi == 65535)
        return IN_IT;
    return hi < EPHEMERAL_FIRST || lo > hi ? OUT_OF_IT : IN_PART;
}

static void side(const struct sym *s, struct services_span span, enum sides which, struct services *in, struct services *part)
{
    if (which == OUT_OF_IT || span.lo > span.hi)
        return;
    struct services *to = which == IN_IT ? in : part;
    *to = services_join(s->a, *to, services_one(s->a, span.lo, span.hi));
}

static void act(const struct sym *s, struct tri *out, enum net_act what, struct services on)
{
    if (what == ACT_PASS)
        out->sure = services_join(s->a, out->sure, on);
    if (what != ACT_DROP)
        out->may = services_join(s->a, out->may, on);
}

struct tri filter_firewall(const struct sym *s, const struct packet *p, uint32_t firewall)
{
    const struct net_firewall *f = &s->n->firewalls[firewall];
    if (!f->read)
        return anything(s->r);
    struct services left = s->r->all, partly = {NULL, 0};
    struct tri out = {{NULL, 0}, {NULL, 0}};
    NET_EACH(i, f->rules) {
        const struct net_firewall_rule *r = &s->n->firewall_rules[i];
        struct services in = {NULL, 0}, part = {NULL, 0};
        if (ip_in(r->from, p->src) && ip_in(r->to, p->dst))
            side(s, engine_services(s->r, r->proto, r->dport_lo, r->dport_hi), sport_in(s, p, r->sport_lo, r->sport_hi), &in, &part);
        if (r->both_ways && ip_in(r->to, p->src) && ip_in(r->from, p->dst))
            side(s, engine_services(s->r, r->proto, r->sport_lo, r->sport_hi), sport_in(s, p, r->dport_lo, r->dport_hi), &in, &part);
        part = services_less(s->a, part, in);
        act(s, &out, r->act, services_meet(s->a, left, in));
        left = services_less(s->a, left, in);
        act(s, &out, ACT_UNKNOWN, services_meet(s->a, partly, in));
        partly = services_join(s->a, services_less(s->a, partly, in), services_meet(s->a, left, part));
        left = services_less(s->a, left, part);
    }
    act(s, &out, ACT_UNKNOWN, partly);
    act(s, &out, f->otherwise, left);
    return out;
}

/* ---- on a packet ---- */

bool sym_keep(struct sym *s, struct packet *p, struct tri t)
{
    p->now = tri_meet(s->a, p->now, t);
    if (!p->mapped)
        p->client = p->now;
    else if (!p->now.sure.count)
        p->client = tri_doubt(p->client);
    return tri_any(p->now);
}

void sym_doubt(struct packet *p)
{
    p->now = tri_doubt(p->now);
    p->client = tri_doubt(p->client);
}

bool sym_groups(struct sym *s, struct packet *p, uint32_t eni, bool egress)
{
    if (s->answer || s->n->enis[eni].skips_groups)
        return true;
    return sym_keep(s, p, filter_groups(s, p, eni, egress, NET_NONE));
}

bool sym_acl(struct sym *s, struct packet *p, uint32_t subnet, bool egress)
{
    return sym_keep(s, p, filter_acl(s, subnet, egress, egress ? p->dst : p->src));
}

bool sym_firewall(struct sym *s, struct packet *p, uint32_t firewall)
{
    if (s->answer) {
        for (uint32_t i = 0; i < s->answer->firewall_count; i++)
            if (s->answer->firewalls[i] == firewall)
                return true;
        sym_doubt(p);
        return true;
    }
    if (!sym_keep(s, p, filter_firewall(s, p, firewall)))
        return false;
    struct leg *l = &s->legs[s->leg_count - 1];
    if (l->firewall_count < sizeof l->firewalls / sizeof *l->firewalls)
        l->firewalls[l->firewall_count++] = firewall;
    return true;
}
