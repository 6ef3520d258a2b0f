/* From where a subject calls AWS. */
#include "prove/joint_ways.h"

enum { SENDERS_MAX = 4096, ADDRESSES_MAX = 1024, LIST_TRIES = 4 };

bool joint_is_sure(const struct joiner *k, uint32_t label, uint32_t thing)
{
    return k->net->label_of[thing] == label || (k->hosts[LAYER_SURE][thing] && bits_get(k->hosts[LAYER_SURE][thing], label));
}

static bool is_at(const struct joiner *k, uint32_t label, uint32_t thing)
{
    return joint_is_sure(k, label, thing) || (k->hosts[LAYER_MAYBE][thing] && bits_get(k->hosts[LAYER_MAYBE][thing], label));
}

const struct joint_place *joint_things_of(struct joiner *k, uint32_t label)
{
    struct joint_place *p = &k->ways->places[label];
    const struct net *n = k->net->net;
    if (p->has_things)
        return p;
    p->has_things = true;
    for (uint32_t t = 0; n && t < n->things_count; t++)
        p->thing_count += is_at(k, label, t);
    p->things = arena_array_of(k->ways->arena, uint32_t, p->thing_count + 1);
    p->thing_count = 0;
    for (uint32_t t = 0; n && t < n->things_count; t++)
        if (is_at(k, label, t))
            p->things[p->thing_count++] = t;
    return p;
}

/* The address that a packet to the Internet leaves with (walked: an own public address, a NAT gateway here or behind a transit
 * gateway). */
static void leave_by(struct joiner *k, struct joint_place *p, uint32_t thing, uint32_t eni, const char *to)
{
    const struct net *n = k->net->net;
    struct arena *scratch = arena_new(0);
    struct net_flow f = {.from = {.at = {NET_ENI, eni}}, .proto = NET_TCP, .sport = 50000, .dport = 443};
    struct walk w = {0};
    if (ip_parse(str_of(to), &f.to))
        walk_flow(n, scratch, &f, &w);
    for (uint32_t i = 0; i < w.count; i++) {
        const struct walk_path *path = &w.paths[i];
        bool leaves = path->end.kind == NET_EXTERNAL && n->externals[path->end.index].kind == EXTERNAL_INTERNET && path->hop_count;
        if (!leaves || path->verdict == REACH_NONE)
            continue;
        struct joint_address one = {.thing = thing, .sure = path->verdict == REACH_DIRECT && joint_is_sure(k, (uint32_t)(p - k->ways->places), thing)};
        for (uint32_t h = 0; h < path->hop_count; h++)
            one.ip = path->hops[h].src ? path->hops[h].src : one.ip;
        bool known = !one.ip || ip_is_internal(one.ip);
        for (uint32_t a = 0; a < p->address_count && !known; a++) {
            known = p->addresses[a].ip == one.ip;
            p->addresses[a].sure |= known && one.sure;
        }
        if (!known && p->address_count < ADDRESSES_MAX)
            p->addresses[p->address_count++] = one;
        p->addresses_capped |= !known && p->address_count == ADDRESSES_MAX;
    }
    p->addresses_capped |= w.capped;
    arena_free(scratch);
}

const struct joint_place *joint_addresses_of(struct joiner *k, uint32_t label)
{
    struct joint_place *p = &k->ways->places[label];
    const struct net *n = k->net->net;
    uint32_t senders = 0;
    if (p->has_addresses)
        return p;
    p->has_addresses = true;
    (void)joint_things_of(k, label);
    p->addresses = arena_array_of(k->ways->arena, struct joint_address, ADDRESSES_MAX);
    for (uint32_t i = 0; i < p->thing_count; i++)
        NET_EACH(e, n->things[p->things[i]].enis) {
            uint32_t eni = n->eni_order[e];
            if (!n->enis[eni].sources)
                continue;
            if (senders++ == SENDERS_MAX) {
                p->addresses_capped = true;
                return p;
            }
            leave_by(k, p, p->things[i], eni, "1.1.1.1");
            leave_by(k, p, p->things[i], eni, "2606:4700:4700::1111");
        }
    return p;
}

/* Which labels get to an interface endpoint. */
static enum joint_open interface_open(const struct joiner *k, uint32_t label, uint32_t thing)
{
    static const enum reach_how sure[] = {HOW_DIRECT, HOW_DIRECT_INTERNET, HOW_DECLARED};
    static const enum reach_how maybe[] = {HOW_ONE_WAY, HOW_ONE_WAY_INTERNET, HOW_UNKNOWN, HOW_UNKNOWN_INTERNET};
    const struct reach *r = k->net->reach;
    enum joint_open out = OPEN_NO;
    const uint64_t *bits;
    if (thing == NET_NONE || !r)
        return OPEN_MAYBE;
    if (k->net->label_of[thing] == label)
        return OPEN_YES;
    for (size_t i = 0; i < sizeof maybe / sizeof *maybe; i++)
        if ((bits = reach_labels(r, thing, maybe[i])) && bits_get(bits, label))
            out = OPEN_MAYBE;
    if ((bits = reach_pivot_labels(r, thing, true)) && bits_get(bits, label))
        out = OPEN_MAYBE;
    for (size_t i = 0; i < sizeof sure / sizeof *sure; i++)
        if ((bits = reach_labels(r, thing, sure[i])) && bits_get(bits, label))
            out = OPEN_YES;
    bits = reach_pivot_labels(r, thing, false);
    return bits && bits_get(bits, label) ? OPEN_YES : out;
}

/* A walk from a thing of the VPC to an address of the service. */
static enum joint_open walk_gate(const struct joiner *k, uint32_t eni, uint32_t endpoint)
{
    const struct net *n = k->net->net;
    const struct net_endpoint *e = &n->endpoints[endpoint];
    enum joint_open out = OPEN_NO;
    if (e->list == NET_NONE || !n->prefix_lists[e->list].read)
        return OPEN_MAYBE;
    struct arena *scratch = arena_new(0);
    uint32_t tries = 0;
    NET_EACH(i, n->prefix_lists[e->list].entries) {
        struct net_flow f = {.from = {.at = {NET_ENI, eni}}, .to = n->prefix_entries[i].range.lo + 1, .proto = NET_TCP, .sport = 50000, .dport = 443};
        struct walk w;
        if (tries++ == LIST_TRIES || out == OPEN_YES)
            break;
        walk_flow(n, scratch, &f, &w);
        for (uint32_t p = 0; p < w.count; p++) {
            bool here = w.paths[p].end.kind == NET_ENDPOINT && w.paths[p].end.index == endpoint;
            if (w.paths[p].verdict == REACH_UNKNOWN || (here && w.paths[p].verdict == REACH_ONE_WAY))
                out = out == OPEN_NO ? OPEN_MAYBE : out;
            if (here && w.paths[p].verdict == REACH_DIRECT)
                out = OPEN_YES;
        }
    }
    arena_free(scratch);
    return out;
}

static bool owns_vpc(const struct joiner *k, uint32_t label, uint32_t vpc)
{
    return vpc != NET_NONE && label < k->labels->tenants && str_eq(k->net->net->vpcs[vpc].tenant, k->labels->names[label]);
}

/* Whose VPC it is can put a host there; others need one that they are in. */
static enum joint_open gateway_open(struct joiner *k, uint32_t label, uint32_t endpoint, uint32_t *from)
{
    const struct net *n = k->net->net;
    const struct joint_place *p = joint_things_of(k, label);
    enum joint_open out = OPEN_NO;
    uint32_t senders = 0;
    for (uint32_t i = 0; i < p->thing_count; i++)
        NET_EACH(o, n->things[p->things[i]].enis) {
            const struct net_eni *eni = &n->enis[n->eni_order[o]];
            if (eni->vpc != n->endpoints[endpoint].vpc || !eni->sources || out == OPEN_YES)
                continue;
            enum joint_open one = senders++ < SENDERS_MAX ? walk_gate(k, n->eni_order[o], endpoint) : OPEN_MAYBE;
            one = one == OPEN_YES && !joint_is_sure(k, label, p->things[i]) ? OPEN_MAYBE : one;
            if (one > out) {
                out = one;
                *from = p->things[i];
            }
        }
    return owns_vpc(k, label, n->endpoints[endpoint].vpc) ? OPEN_YES : out;
}

/* The first thing of the subject in the endpoint's VPC, to be told. */
static uint32_t teller_of(struct joiner *k, uint32_t label, uint32_t vpc)
{
    const struct joint_place *p = joint_things_of(k, label);
    for (uint32_t i = 0; i < p->thing_count; i++)
        if (k->net->net->things[p->things[i]].vpc == vpc && k->net->net->things[p->things[i]].enis.count &&
            k->net->net->things[p->things[i]].kind != THING_ENDPOINT)
            return p->things[i];
    return NET_NONE;
}

const struct joint_place *joint_gates_of(struct joiner *k, uint32_t label)
{
    struct joint_place *p = &k->ways->places[label];
    const struct net *n = k->net->net;
    if (p->has_gates)
        return p;
    p->has_gates = true;
    p->gates = arena_array_of(k->ways->arena, struct joint_gate, (n ? n->endpoints_count : 0) + 1);
    for (uint32_t i = 0; n && i < n->endpoints_count; i++) {
        const struct net_endpoint *e = &n->endpoints[i];
        uint32_t from = NET_NONE;
        if (!e->aws || !e->available || (e->kind != ENDPOINT_GATEWAY && e->kind != ENDPOINT_INTERFACE))
            continue;
        enum joint_open open = e->kind == ENDPOINT_GATEWAY ? gateway_open(k, label, i, &from) : interface_open(k, label, e->thing);
        if (open == OPEN_NO)
            continue;
        from = from == NET_NONE ? teller_of(k, label, e->vpc) : from;
        p->gates[p->gate_count++] = (struct joint_gate){.endpoint = i, .thing = from, .sure = open == OPEN_YES};
    }
    return p;
}
