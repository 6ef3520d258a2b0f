#include "facts/port.h"

int port_protocol(struct str s)
{
    static const struct {
        const char *name;
        int number;
    } names[] = {{"all", -1}, {"-1", -1}, {"tcp", 6}, {"udp", 17}, {"icmp", 1}, {"icmpv6", 58}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq_nocase(s, str_of(names[i].name)))
            return names[i].number;
    int64_t v;
    return str_to_i64(s, &v) && v >= 0 && v <= 255 ? (int)v : -2;
}

int port_covers(struct str protocol, bool has_range, int64_t from, int64_t to, struct str want, int64_t port)
{
    int rule = port_protocol(protocol), wanted = port_protocol(want);
    if (rule == -2 || wanted < 0)
        return -1;
    if (rule == -1)
        return 1;
    if (rule != wanted)
        return 0;
    if (!has_range)
        return -1;
    if (from < 0 && to < 0)
        return 1;
    return from <= port && port <= to;
}
