/* Arrivals, and the way back leg by leg (walk_answer.c has the documents). */
#include "reach/engine_sym.h"

static struct services_span slot_span(uint32_t slot, uint32_t lo, uint32_t hi)
{
    return (struct services_span){(slot << 16) + lo, (slot << 16) + hi};
}

enum { ECHO_ASKED = 8 << 8, ECHO_ANSWERED = 0, ECHO6_ASKED = 128 << 8, ECHO6_ANSWERED = 129 << 8 };

bool sym_full(struct sym *s, struct packet *p)
{
    if (++p->hops <= HOPS_MAX)
        return false;
    struct packet lost = *p;
    sym_doubt(&lost);
    sym_lost_end(s, &lost);
    return true;
}

static void came_back(struct sym *s, const struct packet *p)
{
    s->back = tri_join(s->a, s->back, p->now);
}

void sym_lost_end(struct sym *s, const struct packet *p)
{
    if (s->answer) {
        struct packet q = *p;
        sym_doubt(&q);
        came_back(s, &q);
    } else {
        s->lost = true;
    }
}

static bool answers_to(const struct leg *l, const struct packet *p, struct net_ref end)
{
    if (p->dst != l->sent_src || p->src != l->sent_dst)
        return false;
    return end.kind == l->from.kind && end.index == l->from.index;
}

static void back_to_balancer(struct sym *s, struct packet p, const struct leg *l)
{
    if (l->to_subnet != l->from_subnet || l->border_always) {
        if (l->to_subnet != NET_NONE && !sym_acl(s, &p, l->to_subnet, true))
            return;
        if (l->from_subnet != NET_NONE && !sym_acl(s, &p, l->from_subnet, false))
            return;
    }
    p.src = l->sent_dst;
    p.dst = l->sent_src;
    sym_arrived(s, &p, l->from);
}

static void from_interface(struct sym *s, struct packet p, const struct leg *l)
{
    const struct net *n = s->n;
    p.sender = l->to.index;
    p.sender_vpc = p.vpc = n->enis[p.sender].vpc;
    NET_EACH(i, n->enis[p.sender].addresses)
        if (ip_in(n->addresses[i].range, p.src) && n->addresses[i].public_ip)
            p.public_ip = n->addresses[i].public_ip;
    sym_leave(s, p, l->to_subnet);
}

static void from_nat(struct sym *s, struct packet p, const struct leg *l)
{
    p.vpc = s->n->nats[l->to.index].vpc;
    p.src = l->sent_dst;
    if (l->to_subnet != NET_NONE)
        sym_leave(s, p, l->to_subnet);
    else
        sym_local(s, p);
}

/* Answers of all protocols that have some, to all source ports that the sender may have taken. */
static struct services asked_from(const struct sym *s, const struct leg *l)
{
    uint32_t lo = l->any_sport ? EPHEMERAL_FIRST : s->sport_lo, hi = l->any_sport ? 65535 : s->sport_hi;
    struct services_span spans[] = {slot_span(SLOT_TCP, lo, hi), slot_span(SLOT_UDP, lo, hi), slot_span(SLOT_ICMP, ECHO_ANSWERED, ECHO_ANSWERED),
                                    slot_span(SLOT_ICMP6, ECHO6_ANSWERED, ECHO6_ANSWERED)};
    return services_of(s->a, spans, 4);
}

static bool of_itself(const struct leg *l)
{
    return l->from.kind == NET_NOTHING || l->to.kind == NET_VPC || l->to.kind == NET_THING || l->to.kind == NET_ENTRANCE;
}

static struct tri send_back(struct sym *s, const struct leg *l)
{
    struct services all = asked_from(s, l);
    if (of_itself(l))
        return (struct tri){all, all};
    struct sym back; /* legs and lookups are kilobytes: not zeroed */
    back.r = s->r;
    back.n = s->n;
    back.a = s->a;
    back.leg_count = back.seen_count = 0;
    back.entrance = NET_NONE;
    back.sport_lo = s->sport_lo;
    back.sport_hi = s->sport_hi;
    back.answer = l;
    back.back = (struct tri){{NULL, 0}, {NULL, 0}};
    back.lost = false;
    back.told = NULL;
    back.ctx = NULL;
    struct packet p = {.src = l->arrived_dst, .dst = l->arrived_src, .now = {all, all}, .client = {all, all}, .sender = NET_NONE,
                       .client_eni = NET_NONE, .egress_checked = NET_NONE, .sender_vpc = NET_NONE, .vpc = l->to_vpc, .subnet = l->to_subnet,
                       .border_always = l->border_always, .refs = REFS_LOST};
    if (l->kept) {
        back_to_balancer(&back, p, l);
        return back.back;
    }
    switch (l->to.kind) {
    case NET_ENI: from_interface(&back, p, l); break;
    case NET_NAT: from_nat(&back, p, l); break;
    case NET_EXTERNAL: sym_from_external(&back, p, l->to.index); break;
    case NET_ENDPOINT:
        p.vpc = s->n->endpoints[l->to.index].vpc;
        sym_local(&back, p);
        break;
    default: sym_arrived(&back, &p, l->from); break;
    }
    return back.back;
}

static bool meets_slot(struct services set, uint32_t slot)
{
    for (uint32_t i = 0; i < set.count; i++)
        if (set.at[i].lo <= (slot << 16) + 65535 && set.at[i].hi >= slot << 16)
            return true;
    return false;
}

/* The outcome's services by what becomes of their answers: `all[slot]`. */
static void divide(struct sym *s, struct outcome *o, struct services sure, const enum certain all[SLOTS_WITH_PORTS])
{
    struct services_span yes[8];
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < SLOTS_WITH_PORTS; slot++) {
        uint32_t asked = slot == SLOT_ICMP ? ECHO_ASKED : ECHO6_ASKED;
        if (all[slot] == YES) {
            yes[count++] = slot_span(slot, 0, 65535);
        } else if (slot == SLOT_ICMP || slot == SLOT_ICMP6) { /* what has no answer arrives, and that is all */
            yes[count++] = slot_span(slot, 0, asked - 1);
            yes[count++] = slot_span(slot, asked + 256, 65535);
        }
    }
    yes[count++] = (struct services_span){PORTLESS_FIRST, s->r->all.at[0].hi};
    struct services returned = services_of(s->a, yes, count);
    o->direct = services_meet(s->a, sure, returned);
    o->one_way = services_less(s->a, sure, returned);
}

/* Of each protocol: do the answers of all legs return? Where legs share the first sender's port, the same port has to do. */
static void sym_answers(struct sym *s, struct outcome *o, struct services sure)
{
    enum certain all[SLOTS_WITH_PORTS] = {YES, YES, YES, YES};
    struct services first = asked_from(s, &s->legs[0]);
    struct tri shared = {first, first};
    bool any = false;
    for (uint32_t i = s->leg_count; i-- > 0;) {
        const struct leg *l = &s->legs[i];
        struct tri t = send_back(s, l);
        if (!l->any_sport) {
            shared = tri_meet(s->a, shared, t);
            any = true;
            continue;
        }
        for (uint32_t slot = 0; slot < SLOTS_WITH_PORTS; slot++) {
            enum certain c = meets_slot(t.sure, slot) ? YES : meets_slot(t.may, slot) ? MAYBE : NO;
            all[slot] = c < all[slot] ? c : all[slot];
        }
    }
    for (uint32_t slot = 0; slot < SLOTS_WITH_PORTS && any; slot++) {
        enum certain c = meets_slot(shared.sure, slot) ? YES : meets_slot(shared.may, slot) ? MAYBE : NO;
        all[slot] = c < all[slot] ? c : all[slot];
    }
    o->answered = shared;
    divide(s, o, sure, all);
}

static void leg_end(struct sym *s, const struct packet *p, struct net_ref to)
{
    struct leg *l = &s->legs[s->leg_count - 1];
    l->to = to;
    l->arrived_src = p->src;
    l->arrived_dst = p->dst;
    l->to_vpc = p->vpc;
    l->to_subnet = to.kind == NET_ENI ? s->n->enis[to.index].subnet : to.kind == NET_NAT ? s->n->nats[to.index].subnet : NET_NONE;
}

void sym_leg_end(struct sym *s, const struct packet *p, struct net_ref to)
{
    leg_end(s, p, to);
}

void sym_leg_open(struct sym *s, const struct packet *p, struct net_ref from)
{
    s->legs[s->leg_count++] = (struct leg){.from = from, .from_vpc = p->vpc, .from_subnet = p->subnet, .sent_src = p->src, .sent_dst = p->dst,
                                           .any_sport = p->any_sport, .border_always = p->border_always, .eigw = NET_NONE};
}

void sym_arrived(struct sym *s, const struct packet *p, struct net_ref end)
{
    if (s->answer) {
        if (answers_to(s->answer, p, end))
            came_back(s, p);
        return;
    }
    struct outcome o = {.end = end, .to = p->dst, .internet = p->internet, .declared_entry = p->declared_entry, .relays = p->relays,
                        .relay_count = p->relay_count, .legs = s->leg_count, .sport_lo = s->sport_lo, .sport_hi = s->sport_hi};
    struct leg before = s->legs[s->leg_count - 1];
    leg_end(s, p, end);
    struct services sure = p->client.sure;
    o.unknown = services_less(s->a, p->client.may, sure);
    if (sure.count)
        sym_answers(s, &o, sure);
    s->legs[s->leg_count - 1] = before;
    s->told(s->ctx, &o);
}
