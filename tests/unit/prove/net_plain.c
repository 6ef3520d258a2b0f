#include "unit/prove/net_plain.h"

#include "unit/reach/probe.h"

/* The best of a connection so far, by [2 * thing + internet]. */
struct best {
    uint8_t verdict;
    struct net_flow flow;
    struct walk_path path;
};

static struct plain_link *add(struct net_plain *p)
{
    if (p->count == p->room) {
        uint32_t room = p->room ? 2 * p->room : 256;
        struct plain_link *more = arena_array_of(p->a, struct plain_link, room);
        if (p->count)
            memcpy(more, p->links, p->count * sizeof *more);
        p->links = more;
        p->room = room;
    }
    return &p->links[p->count++];
}

/* Traffic of the Internet enters at the interface whose public address it names: the first balancer's, else where it ends. */
static bool enters_public(const struct net *n, const struct walk_path *p)
{
    uint32_t thing = p->relay_count ? p->relays[0] : NET_NONE;
    if (!p->internet)
        return false;
    if (thing == NET_NONE)
        return p->end.kind == NET_ENI && n->enis[p->end.index].subnet != NET_NONE && n->subnets[n->enis[p->end.index].subnet].declared_public;
    NET_EACH(i, n->things[thing].enis) {
        uint32_t subnet = n->enis[n->eni_order[i]].subnet;
        if (subnet != NET_NONE && n->subnets[subnet].declared_public)
            return true;
    }
    return false;
}

static void walk_one(struct net_plain *p, struct arena *scratch, const struct net_flow *f, struct best *best)
{
    struct walk w;
    walk_flow(p->n, scratch, f, &w);
    for (uint32_t i = 0; i < w.count; i++) {
        uint32_t end = probe_end(p->n, &w.paths[i]);
        if (end == NET_NONE)
            continue;
        struct best *b = &best[2 * end + w.paths[i].internet];
        if (w.paths[i].verdict <= b->verdict)
            continue;
        *b = (struct best){(uint8_t)w.paths[i].verdict, *f, w.paths[i]};
    }
}

static void connection(struct net_plain *p, const struct probe *ask, uint32_t from, uint32_t to, uint32_t service, struct best *best)
{
    struct arena *scratch = arena_new(0);
    struct net_flow f = {.from = ask->from[from], .to = ask->to[to].ip, .entrance_plus_one = ask->to[to].entrance_plus_one,
                         .proto = ask->services[service].proto, .dport = ask->services[service].port};
    bool ports = f.proto == NET_TCP || f.proto == NET_UDP;
    memset(best, 0, 2 * p->n->things_count * sizeof *best);
    for (uint32_t s = 0; s < (ports ? ask->sport_count : 1); s++) {
        f.sport = ports ? ask->sports[s] : 0;
        walk_one(p, scratch, &f, best);
    }
    for (uint32_t i = 0; i < 2 * p->n->things_count; i++) {
        if (!best[i].verdict)
            continue;
        struct plain_link *l = add(p);
        *l = (struct plain_link){.from = probe_sender(p->n, f.from), .to = i / 2, .verdict = (enum reach_verdict)best[i].verdict, .internet = i % 2,
                                 .is_public = enters_public(p->n, &best[i].path), .flow = best[i].flow, .relay_count = best[i].path.relay_count};
        memcpy(l->relays, best[i].path.relays, sizeof l->relays);
    }
    arena_free(scratch);
}

/* No packet has an address of each family. */
static bool is_packet(const struct probe *ask, uint32_t from, uint32_t to)
{
    return ask->to[to].entrance_plus_one || !ask->from[from].ip || ip_is_v4(ask->from[from].ip) == ip_is_v4(ask->to[to].ip);
}

void net_plain_walk(struct net_plain *p, struct arena *a, const struct net *n)
{
    *p = (struct net_plain){.a = a, .n = n};
    struct probe ask = probe_of(a, n);
    struct best *best = arena_array_of(a, struct best, 2 * (size_t)n->things_count + 1);
    for (uint32_t from = 0; from < ask.from_count; from++)
        for (uint32_t to = 0; to < ask.to_count; to++)
            for (uint32_t s = 0; s < ask.service_count && is_packet(&ask, from, to); s++)
                connection(p, &ask, from, to, s, best);
}

static bool covers(const struct plain_link *l, const struct reach_question *q, const struct reach_allow *r)
{
    bool via = r->via == REACH_ANY || (r->via == REACH_NONE_VIA && !l->relay_count), port = !r->port_count;
    if ((r->from != REACH_ANY && r->from != q->label_of[l->from]) || (r->to != REACH_ANY && r->to != q->label_of[l->to]))
        return false;
    for (uint32_t i = 0; i < l->relay_count; i++)
        via |= q->label_of[l->relays[i]] == r->via;
    for (uint32_t i = 0; i < r->port_count; i++)
        port |= l->flow.proto == NET_TCP && r->ports[i] == l->flow.dport;
    return via && port;
}

enum reach_how net_plain_how(const struct net_plain *p, const struct plain_link *l, const struct reach_question *q)
{
    enum reach_how how = l->verdict == REACH_DIRECT ? HOW_DIRECT : l->verdict == REACH_ONE_WAY ? HOW_ONE_WAY : HOW_UNKNOWN;
    (void)p;
    if (how == HOW_UNKNOWN)
        return l->internet ? HOW_UNKNOWN_INTERNET : HOW_UNKNOWN;
    for (uint32_t i = 0; i < q->allow_count; i++)
        if (covers(l, q, &q->allows[i]))
            return HOW_DECLARED;
    if (l->is_public)
        return HOW_DECLARED;
    return l->internet ? (enum reach_how)(how + 1) : how;
}
