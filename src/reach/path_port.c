/* Protocols and ports as people write them. */
#include "reach/path.h"

#include <stdlib.h>

static const struct {
    const char *name;
    int16_t proto;
} protocols[] = {{"tcp", NET_TCP}, {"udp", NET_UDP}, {"icmp", NET_ICMP}, {"icmp6", NET_ICMP6}, {"icmpv6", NET_ICMP6},
                 {"any", NET_ANY_PROTOCOL}, {"all", NET_ANY_PROTOCOL}, {"-1", NET_ANY_PROTOCOL}};

struct str path_proto_name(struct arena *a, int proto)
{
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        if (protocols[i].proto == proto)
            return proto == NET_ANY_PROTOCOL ? STR("all protocols") : str_of(protocols[i].name);
    return proto == 0 ? STR("other protocols") : arena_printf(a, "protocol %d", proto);
}

static bool parse_proto(struct str text, int16_t *out, struct err *e)
{
    uint64_t number;
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        if (str_eq_nocase(text, str_of(protocols[i].name))) {
            *out = protocols[i].proto;
            return true;
        }
    if (!str_to_u64(text, &number) || number > 255)
        return err_set(e, ERR_USAGE, "'%.*s' is no protocol: tcp, udp, icmp, icmp6, a number up to 255, any", STR_ARG(text));
    *out = (int16_t)number;
    return true;
}

static bool number_up_to(struct str text, uint64_t max, uint16_t *out)
{
    uint64_t v;
    if (!str_to_u64(text, &v) || v > max)
        return false;
    *out = (uint16_t)v;
    return true;
}

/* RFC 792 (September 1981): type and code, an octet each. */
static bool parse_icmp(struct str text, uint16_t *lo, uint16_t *hi)
{
    struct str code = text, type = str_cut(&code, '/');
    uint16_t t, c;
    if (!number_up_to(type, 255, &t))
        return false;
    if (type.len == text.len) {
        *lo = (uint16_t)(t << 8);
        *hi = (uint16_t)(t << 8 | 255);
        return true;
    }
    if (!number_up_to(code, 255, &c))
        return false;
    *lo = *hi = (uint16_t)(t << 8 | c);
    return true;
}

static bool parse_range(struct str text, uint16_t *lo, uint16_t *hi)
{
    struct str last = text, first = str_cut(&last, '-');
    if (!number_up_to(first, UINT16_MAX, lo))
        return false;
    if (first.len == text.len)
        *hi = *lo;
    else if (!number_up_to(last, UINT16_MAX, hi))
        return false;
    return *lo <= *hi;
}

bool path_ports_parse(struct str proto, struct str dport, struct str sport, struct path_ports *out, struct err *e)
{
    *out = (struct path_ports){.proto = NET_ANY_PROTOCOL, .any_port = true, .any_sport = true, .hi = UINT16_MAX, .sport_hi = UINT16_MAX};
    if (proto.len && !parse_proto(proto, &out->proto, e))
        return false;
    bool icmp = out->proto == NET_ICMP || out->proto == NET_ICMP6;
    if (out->proto == 0)
        out->hi = 0;
    if (dport.len > 1 && dport.ptr[0] == '!') {
        out->but = true;
        if (!number_up_to(str_sub(dport, 1, dport.len), UINT16_MAX, &out->hole))
            return err_set(e, ERR_USAGE, "'%.*s' is no port", STR_ARG(dport));
    } else if (dport.len) {
        out->any_port = false;
        if (!(icmp ? parse_icmp(dport, &out->lo, &out->hi) : parse_range(dport, &out->lo, &out->hi)))
            return err_set(e, ERR_USAGE, "'%.*s' is no %s", STR_ARG(dport), icmp ? "ICMP type: TYPE or TYPE/CODE" : "port or range of ports");
    }
    if (sport.len) {
        out->any_sport = false;
        if (!parse_range(sport, &out->sport_lo, &out->sport_hi))
            return err_set(e, ERR_USAGE, "'%.*s' is no port or range of ports", STR_ARG(sport));
    }
    /* A port alone is one of TCP or UDP; other protocols have none. */
    return true;
}

struct str path_port_text(struct arena *a, int proto, uint16_t lo, uint16_t hi)
{
    if (proto == NET_ICMP || proto == NET_ICMP6) {
        if (lo == hi)
            return arena_printf(a, "type %d code %d", lo >> 8, lo & 255);
        if ((lo & 255) == 0 && (hi & 255) == 255)
            return lo >> 8 == hi >> 8 ? arena_printf(a, "type %d", lo >> 8) : arena_printf(a, "types %d-%d", lo >> 8, hi >> 8);
        return arena_printf(a, "type %d code %d to type %d code %d", lo >> 8, lo & 255, hi >> 8, hi & 255);
    }
    return lo == hi ? arena_printf(a, "%d", lo) : arena_printf(a, "%d-%d", lo, hi);
}
