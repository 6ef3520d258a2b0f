/* One connection to show, replayed by the walker; terms of one pair. */
#include "reach/engine_run.h"

struct wanted {
    struct reach *r;
    struct arena *a;
    uint32_t from, to;
    enum reach_how how;
    struct reach_witness *out;
    struct err *e;
};

static uint16_t port_of(uint32_t service)
{
    return service < PORTLESS_FIRST ? (uint16_t)service : 0;
}

static int16_t proto_of(const struct reach *r, uint32_t service)
{
    static const int16_t with_ports[SLOTS_WITH_PORTS] = {NET_TCP, NET_UDP, NET_ICMP, NET_ICMP6};
    return service < PORTLESS_FIRST ? with_ports[service >> 16] : r->portless[service - PORTLESS_FIRST];
}

/* The services that make the outcome one of this kind. */
static struct services of_kind(const struct run *u, const struct outcome *o, uint32_t from, uint32_t to, enum reach_how how)
{
    struct arena *a = u->r->scratch;
    struct services declared = {NULL, 0};
    if (u->q.allow_count || o->declared_entry)
        declared = run_declared(u, o, from, to, a);
    if (how == HOW_DECLARED) {
        struct services direct = services_meet(a, o->direct, declared);
        struct services one_way = services_meet(a, o->one_way, declared);
        return direct.count ? direct : one_way.count ? one_way : services_meet(a, o->unknown, declared);
    }
    bool internet = how == HOW_DIRECT_INTERNET || how == HOW_ONE_WAY_INTERNET || how == HOW_UNKNOWN_INTERNET;
    if (internet != o->internet)
        return (struct services){NULL, 0};
    struct services set = how <= HOW_DIRECT_INTERNET ? o->direct : how <= HOW_ONE_WAY_INTERNET ? o->one_way : o->unknown;
    return services_less(a, set, declared);
}

static uint16_t first_in(struct services set, uint32_t slot, bool *found)
{
    *found = true;
    for (uint32_t i = 0; i < set.count; i++)
        if (set.at[i].hi >= slot << 16 && set.at[i].lo <= (slot << 16) + 65535)
            return (uint16_t)(set.at[i].lo < slot << 16 ? 0 : set.at[i].lo - (slot << 16));
    *found = false;
    return 0;
}

/* 49152 where it does, else the first that lets the answer return. */
static uint16_t source_port(const struct reach *r, const struct outcome *o, uint32_t service, bool *chosen)
{
    enum { USUAL = 49152 };
    uint32_t slot = service >> 16;
    *chosen = false;
    if (service >= PORTLESS_FIRST || slot > SLOT_UDP)
        return 0;
    uint16_t plain = o->sport_lo <= USUAL && USUAL <= o->sport_hi ? USUAL : o->sport_lo;
    if (!services_has(o->direct, service))
        return plain;
    struct services_span usual[] = {{(slot << 16) + 32768, (slot << 16) + 65535}};
    struct services window = {usual, 1};
    *chosen = !services_any(services_meet(r->scratch, o->answered.sure, window));
    if (services_has(o->answered.sure, (slot << 16) + plain))
        return plain;
    bool found;
    uint16_t first = first_in(o->answered.sure, slot, &found);
    return found ? first : plain;
}

static bool path_is(const struct net *n, const struct wanted *w, const struct walk_path *p, const struct outcome *o, uint32_t service)
{
    enum reach_verdict v = services_has(o->direct, service) ? REACH_DIRECT : services_has(o->one_way, service) ? REACH_ONE_WAY : REACH_UNKNOWN;
    struct outcome end = {.end = p->end};
    return run_end_thing(n, &end) == w->to && p->internet == o->internet && p->verdict == v;
}

static bool replay(struct wanted *w, const struct outcome *o, struct services kind, struct net_end from, ip_number to, uint32_t entrance)
{
    const struct net *n = w->r->n;
    uint32_t service = kind.at[0].lo;
    struct reach_witness *x = w->out;
    *x = (struct reach_witness){.from_thing = w->from, .to_thing = w->to, .lo = port_of(service)};
    uint32_t last = kind.at[0].hi;
    x->hi = service < PORTLESS_FIRST && last >> 16 != service >> 16 ? 65535 : port_of(last < PORTLESS_FIRST ? last : service);
    x->flow = (struct net_flow){.from = from, .to = to, .proto = proto_of(w->r, service), .dport = port_of(service),
                                .entrance_plus_one = entrance == NET_NONE ? 0 : entrance + 1};
    x->flow.sport = source_port(w->r, o, service, &x->chosen_source_ports);
    struct walk walked;
    walk_flow(n, w->a, &x->flow, &walked);
    for (uint32_t i = 0; i < walked.count; i++)
        if (path_is(n, w, &walked.paths[i], o, service)) {
            x->path = &walked.paths[i];
            return true;
        }
    struct str src = ip_text(w->a, from.ip), dst = ip_text(w->a, to), a = net_id(n, from.at), b = net_id(n, ref_of(NET_THING, w->to));
    return err_set(w->e, ERR_INTERNAL, "engine and walker disagree: %.*s %.*s to %.*s (%.*s), protocol %d, port %u from %u, kind %d",
                   STR_ARG(a), STR_ARG(src), STR_ARG(b), STR_ARG(dst), x->flow.proto, x->flow.dport, x->flow.sport, (int)w->how);
}

enum tried { NOT_THIS, SHOWN, FAILED };

static enum tried try_flow(struct wanted *w, struct net_end from, ip_number to, uint32_t entrance)
{
    struct reach *r = w->r;
    struct run *u = r->run;
    if (entrance == NET_NONE && ip_is_v4(from.ip) != ip_is_v4(to))
        return NOT_THIS;
    struct outcomes found = {.at = NULL};
    enum tried is = NOT_THIS;
    run_ways(r, &found, r->scratch, u->sports, u->sport_count, from, to, entrance, r->all);
    for (uint32_t i = 0; i < found.count && is == NOT_THIS; i++) {
        const struct outcome *o = &found.at[i];
        if (run_end_thing(r->n, o) != w->to)
            continue;
        struct services kind = of_kind(u, o, u->q.label_of[w->from], u->q.label_of[w->to], w->how);
        if (kind.count)
            is = replay(w, o, kind, from, to, entrance) ? SHOWN : FAILED;
    }
    arena_reset(r->scratch);
    return is;
}

/* Addresses to which a packet may be sent that ends at the thing: its own first, then those of what hands on. */
static enum tried try_addresses(struct wanted *w, struct net_end from)
{
    const struct reach *r = w->r;
    const struct net *n = r->n;
    enum tried is = NOT_THIS;
    for (int own = 1; own >= 0 && is == NOT_THIS; own--)
        for (uint32_t i = 0; i < r->point_count && is == NOT_THIS; i++) {
            const struct point *p = &r->points[i];
            if ((n->enis[p->eni].thing == w->to) != (own == 1) || (!own && !r->special[p->eni]))
                continue;
            is = try_flow(w, from, p->ip, NET_NONE);
            if (is == NOT_THIS && p->public_ip)
                is = try_flow(w, from, p->public_ip, NET_NONE);
        }
    if (is == NOT_THIS && n->things[w->to].external != NET_NONE) {
        uint32_t x = n->things[w->to].external, count = run_external_atoms(r, x, NULL);
        ip_number *ips = arena_array_of(w->a, ip_number, (size_t)count + 1);
        run_external_atoms(r, x, ips);
        for (uint32_t i = 0; i < count && is == NOT_THIS; i++)
            is = try_flow(w, from, ips[i], NET_NONE);
    }
    for (uint32_t i = 0; i < n->entrances_count && is == NOT_THIS; i++)
        is = try_flow(w, from, 0, i);
    return is;
}

bool reach_witness_of(struct reach *r, struct arena *a, uint32_t from, uint32_t thing, enum reach_how how, struct reach_witness *out,
                      struct err *e)
{
    const struct net *n = r->n;
    if (!r->run || from >= n->things_count || thing >= n->things_count)
        return err_set(e, ERR_INTERNAL, "a connection was asked for before all pairs were run");
    struct wanted w = {r, a, from, thing, how, out, e};
    enum tried is = NOT_THIS;
    NET_EACH(i, n->things[from].enis) {
        uint32_t eni = n->eni_order[i];
        NET_EACH(p, r->eni_points[eni])
            if (is == NOT_THIS && n->enis[eni].sources)
                is = try_addresses(&w, (struct net_end){ref_of(NET_ENI, eni), r->points[p].ip});
    }
    if (is == NOT_THIS && n->things[from].external != NET_NONE) {
        uint32_t x = n->things[from].external, count = run_external_atoms(r, x, NULL);
        ip_number *ips = arena_array_of(a, ip_number, (size_t)count + 1);
        run_external_atoms(r, x, ips);
        for (uint32_t i = 0; i < count && is == NOT_THIS; i++)
            is = try_addresses(&w, (struct net_end){ref_of(NET_EXTERNAL, x), ips[i]});
    }
    if (is == NOT_THIS)
        err_set(e, ERR_INTERNAL, "thing %u has no connection of kind %d to thing %u", from, (int)how, thing);
    return is == SHOWN;
}

bool reach_witness(struct reach *r, struct arena *a, uint32_t label, uint32_t thing, enum reach_how how, struct reach_witness *out, struct err *e)
{
    uint32_t count;
    uint32_t *sources = reach_sources(r, a, thing, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (r->run->q.label_of[sources[i]] != label)
            continue;
        struct err none = {0};
        if (reach_witness_of(r, a, sources[i], thing, how, out, &none))
            return true;
        if (strstr(none.message, "disagree")) {
            *e = none;
            return false;
        }
    }
    return err_set(e, ERR_INTERNAL, "label %u has no connection of kind %d to thing %u", label, (int)how, thing);
}
