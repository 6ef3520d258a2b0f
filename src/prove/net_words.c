/* How a connection is told in a line. */
#include "prove/net_internal.h"

struct str net_thing_words(struct arena *a, const struct net *n, uint32_t thing)
{
    const struct net_thing *t = &n->things[thing];
    struct str id = net_id(n, (struct net_ref){NET_THING, thing});
    if (t->external != NET_NONE && n->externals[t->external].kind == EXTERNAL_INTERNET)
        return STR("the Internet");
    if (!t->name.len || str_eq(t->name, id))
        return id;
    return arena_printf(a, "%.*s (%.*s)", STR_ARG(t->name), STR_ARG(id));
}

static struct str protocol_words(struct arena *a, int16_t proto)
{
    switch (proto) {
    case NET_ANY_PROTOCOL: return STR("all protocols");
    case NET_TCP: return STR("tcp");
    case NET_UDP: return STR("udp");
    case NET_ICMP: return STR("icmp");
    case NET_ICMP6: return STR("icmpv6");
    default: return arena_printf(a, "protocol %d", proto);
    }
}

struct str net_port_words(struct arena *a, int16_t proto, uint16_t lo, uint16_t hi)
{
    struct str p = protocol_words(a, proto);
    if (proto == NET_ANY_PROTOCOL || (proto != NET_TCP && proto != NET_UDP && proto != NET_ICMP && proto != NET_ICMP6))
        return p;
    if (lo == 0 && hi == UINT16_MAX)
        return arena_printf(a, "%.*s, %s", STR_ARG(p), proto == NET_TCP || proto == NET_UDP ? "all ports" : "all types");
    if (proto == NET_ICMP || proto == NET_ICMP6)
        return arena_printf(a, "%.*s type %u", STR_ARG(p), lo >> 8);
    return lo == hi ? arena_printf(a, "%.*s %u", STR_ARG(p), lo) : arena_printf(a, "%.*s %u-%u", STR_ARG(p), lo, hi);
}
