/* Rule groups of AWS Network Firewall (API Reference: StatefulRule, Header, StatelessRule, MatchAttributes, read 2026). */
#include "reach/load_firewall.h"

#include <stdlib.h>
#include <string.h>

void fw_add(struct net_loader *l, struct fw_rules *list, struct net_firewall_rule r, bool forward)
{
    if (list->count == FIREWALL_RULES_MAX) {
        list->full = true;
        return;
    }
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 32;
        struct fw_rule *more = arena_array_of(l->scratch, struct fw_rule, list->room);
        if (list->count)
            memcpy(more, list->items, list->count * sizeof *more);
        list->items = more;
    }
    list->items[list->count++] = (struct fw_rule){r, forward};
}

struct net_firewall_rule fw_rule_of_all(struct str name, enum net_act act)
{
    return (struct net_firewall_rule){.name = name,
                                      .proto = NET_ANY_PROTOCOL,
                                      .from = {0, ~(ip_number)0},
                                      .to = {0, ~(ip_number)0},
                                      .sport_hi = UINT16_MAX,
                                      .dport_hi = UINT16_MAX,
                                      .both_ways = true,
                                      .act = act};
}

enum { SET_DEPTH = 4 };

static void add_range(struct fw_side *s, struct ip_range r)
{
    if (s->range_count == FIREWALL_SIDE_MAX)
        s->unknown = true;
    else
        s->ranges[s->range_count++] = r;
}

static void add_ports(struct fw_side *s, uint64_t lo, uint64_t hi)
{
    if (s->port_count == FIREWALL_SIDE_MAX || lo > hi || hi > UINT16_MAX) {
        s->unknown = true;
        return;
    }
    s->ports[s->port_count].lo = (uint16_t)lo;
    s->ports[s->port_count++].hi = (uint16_t)hi;
}

/* The policy's variables go before the group's. */
static const struct json *set_of(const struct fw_source *from, const char *kind, struct str name)
{
    const struct json *set = json_get(from->over, name);
    if (!set)
        set = json_get(json_get(from->variables, str_of(kind)), name);
    return json_get(set, STR("Definition"));
}

static void read_ports(const struct fw_source *from, struct fw_side *s, struct str text, int depth);

static void read_ports_of(const struct fw_source *from, struct fw_side *s, struct str name, int depth)
{
    const struct json *set = set_of(from, "PortSets", name);
    s->unknown |= !set || depth == 0;
    for (const struct json *v = set && depth ? set->first : NULL; v; v = v->next)
        read_ports(from, s, json_str(v), depth - 1);
}

static void read_ports(const struct fw_source *from, struct fw_side *s, struct str text, int depth)
{
    if (text.len > 1 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']')
        text = str_sub(text, 1, text.len - 1);
    while (text.ptr) {
        struct str part = str_trim(str_cut(&text, ','));
        uint64_t lo = 0, hi = UINT16_MAX;
        if (str_eq_nocase(part, STR("any")))
            add_ports(s, 0, UINT16_MAX);
        else if (part.len > 1 && part.ptr[0] == '$')
            read_ports_of(from, s, str_sub(part, 1, part.len), depth);
        else if (str_index(part, ':', 0) >= 0) {
            struct str end = part, begin = str_cut(&end, ':');
            if ((begin.len && !str_to_u64(begin, &lo)) || (end.len && !str_to_u64(end, &hi)))
                s->unknown = true;
            else
                add_ports(s, lo, hi);
        } else if (str_to_u64(part, &lo))
            add_ports(s, lo, lo);
        else
            s->unknown = true;
    }
}

static void read_ranges(const struct fw_source *from, struct fw_side *s, struct str text, int depth);

static void read_ranges_of(const struct fw_source *from, struct fw_side *s, struct str name, int depth)
{
    const struct json *set = set_of(from, "IPSets", name);
    if (!set && str_eqz(name, "HOME_NET") && from->home_count)
        for (uint32_t i = 0; i < from->home_count; i++)
            add_range(s, from->home[i]);
    else
        s->unknown |= !set || depth == 0;
    for (const struct json *v = set && depth ? set->first : NULL; v; v = v->next)
        read_ranges(from, s, json_str(v), depth - 1);
}

static void read_ranges(const struct fw_source *from, struct fw_side *s, struct str text, int depth)
{
    if (text.len > 1 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']')
        text = str_sub(text, 1, text.len - 1);
    while (text.ptr) {
        struct str part = str_trim(str_cut(&text, ','));
        struct ip_range r;
        if (str_eq_nocase(part, STR("any")))
            add_range(s, (struct ip_range){0, ~(ip_number)0});
        else if (part.len > 1 && part.ptr[0] == '$')
            read_ranges_of(from, s, str_sub(part, 1, part.len), depth);
        else if (ip_range_parse(part, &r))
            add_range(s, r);
        else
            s->unknown = true; /* '!' and references to resources */
    }
}

/* What is not known may be anything. */
static void widen(struct fw_side *s)
{
    if (!s->unknown && s->range_count && s->port_count)
        return;
    if (s->unknown || !s->range_count) {
        s->range_count = 1;
        s->ranges[0] = (struct ip_range){0, ~(ip_number)0};
    }
    if (s->unknown || !s->port_count) {
        s->port_count = 1;
        s->ports[0].lo = 0;
        s->ports[0].hi = UINT16_MAX;
    }
}

/* Every pair of ranges and ports of its two ends. */
static void add_product(const struct fw_source *from, struct net_firewall_rule r, bool forward, struct fw_rules *out)
{
    const struct fw_side *a = from->from, *b = from->to;
    for (uint32_t i = 0; i < a->range_count; i++)
        for (uint32_t j = 0; j < b->range_count; j++)
            for (uint32_t p = 0; p < a->port_count; p++)
                for (uint32_t q = 0; q < b->port_count && !out->full; q++) {
                    r.from = a->ranges[i];
                    r.to = b->ranges[j];
                    r.sport_lo = a->ports[p].lo;
                    r.sport_hi = a->ports[p].hi;
                    r.dport_lo = b->ports[q].lo;
                    r.dport_hi = b->ports[q].hi;
                    fw_add(from->l, out, r, forward);
                }
}

static void clear(struct fw_side *s)
{
    s->range_count = s->port_count = 0;
    s->unknown = false;
}

static bool has_keywords(const struct json *options)
{
    for (const struct json *o = options ? options->first : NULL; o; o = o->next) {
        struct str word = json_get_str(o, "Keyword");
        if (!str_eqz(word, "sid") && !str_eqz(word, "msg") && !str_eqz(word, "rev") && !str_starts(word, STR("sid:")))
            return true;
    }
    return false;
}

static int16_t protocol_of(struct str text, bool *known)
{
    *known = true;
    if (str_eqz(text, "TCP"))
        return NET_TCP;
    if (str_eqz(text, "UDP"))
        return NET_UDP;
    if (str_eqz(text, "ICMP"))
        return NET_ICMP;
    *known = str_eqz(text, "IP");
    return NET_ANY_PROTOCOL;
}

static void read_header(const struct fw_source *from, const struct json *header)
{
    clear(from->from);
    clear(from->to);
    read_ranges(from, from->from, json_get_str(header, "Source"), SET_DEPTH);
    read_ports(from, from->from, json_get_str(header, "SourcePort"), SET_DEPTH);
    read_ranges(from, from->to, json_get_str(header, "Destination"), SET_DEPTH);
    read_ports(from, from->to, json_get_str(header, "DestinationPort"), SET_DEPTH);
}

static void stateful_rule(const struct fw_source *from, const struct json *rule, struct str name, bool drop_to_alert, struct fw_rules *out)
{
    struct str action = json_get_str(rule, "Action");
    const struct json *header = json_get(rule, STR("Header"));
    bool drops = str_eqz(action, "DROP") || str_eqz(action, "REJECT"), known;
    if (str_eqz(action, "ALERT") || (drops && drop_to_alert))
        return; /* the next rules decide */
    read_header(from, header);
    struct net_firewall_rule r = {.name = name, .both_ways = str_eqz(json_get_str(header, "Direction"), "ANY"), .act = drops ? ACT_DROP : ACT_PASS};
    r.proto = protocol_of(json_get_str(header, "Protocol"), &known);
    if (!known || has_keywords(json_get(rule, STR("RuleOptions"))) || from->from->unknown || from->to->unknown || (!drops && !str_eqz(action, "PASS")))
        r.act = ACT_UNKNOWN;
    widen(from->from);
    widen(from->to);
    add_product(from, r, false, out);
    if (r.proto == NET_ICMP) {
        r.proto = NET_ICMP6;
        add_product(from, r, false, out);
    }
}

void fw_stateful(const struct fw_source *from, const struct json *group, bool drop_to_alert, struct fw_rules *out)
{
    const struct json *source = json_get(group, STR("RulesSource")), *rules = json_get(source, STR("StatefulRules"));
    if (json_get_str(source, "RulesString").len || json_get(source, STR("RulesSourceList")) || !rules)
        fw_add(from->l, out, fw_rule_of_all(from->group, ACT_UNKNOWN), false);
    uint32_t number = 0;
    for (const struct json *rule = rules ? rules->first : NULL; rule; rule = rule->next) {
        struct str name = arena_printf(from->l->a, "%.*s rule %u", STR_ARG(from->group), (unsigned)++number);
        stateful_rule(from, rule, name, drop_to_alert, out);
    }
}

static void read_attributes(struct fw_side *s, const struct json *addresses, const struct json *ports)
{
    for (const struct json *v = addresses ? addresses->first : NULL; v; v = v->next) {
        struct ip_range r;
        if (ip_range_parse(json_get_str(v, "AddressDefinition"), &r))
            add_range(s, r);
        else
            s->unknown = true;
    }
    for (const struct json *v = ports ? ports->first : NULL; v; v = v->next) {
        int64_t lo = -1, hi = -1;
        if (json_get_i64(v, "FromPort", &lo) && json_get_i64(v, "ToPort", &hi) && lo >= 0 && hi >= 0)
            add_ports(s, (uint64_t)lo, (uint64_t)hi);
        else
            s->unknown = true;
    }
}

static bool has_action(const struct json *actions, const char *name)
{
    for (const struct json *v = actions ? actions->first : NULL; v; v = v->next)
        if (str_eqz(json_str(v), name))
            return true;
    return false;
}

/* No protocol: all of them. */
static void each_protocol(const struct fw_source *from, const struct json *protocols, struct net_firewall_rule r, bool forward, struct fw_rules *out)
{
    if (!protocols || !protocols->count) {
        r.proto = NET_ANY_PROTOCOL;
        add_product(from, r, forward, out);
    }
    for (const struct json *v = protocols ? protocols->first : NULL; v; v = v->next) {
        int64_t number;
        if (v->type != JSON_NUMBER || !str_to_i64(v->text, &number) || number < 0 || number > 255)
            continue;
        r.proto = (int16_t)number;
        add_product(from, r, forward, out);
    }
}

static void stateless_rule(const struct fw_source *from, const struct json *rule, struct str name, struct fw_rules *out)
{
    const struct json *match = json_path(rule, "RuleDefinition.MatchAttributes"), *actions = json_path(rule, "RuleDefinition.Actions");
    const struct json *flags = json_get(match, STR("TCPFlags"));
    clear(from->from);
    clear(from->to);
    read_attributes(from->from, json_get(match, STR("Sources")), json_get(match, STR("SourcePorts")));
    read_attributes(from->to, json_get(match, STR("Destinations")), json_get(match, STR("DestinationPorts")));
    bool forward = has_action(actions, "aws:forward_to_sfe"), pass = has_action(actions, "aws:pass"), drop = has_action(actions, "aws:drop");
    struct net_firewall_rule r = {.name = name, .act = pass ? ACT_PASS : drop ? ACT_DROP : ACT_UNKNOWN};
    if (from->from->unknown || from->to->unknown || (flags && flags->count)) {
        r.act = ACT_UNKNOWN;
        forward = false;
    }
    widen(from->from);
    widen(from->to);
    each_protocol(from, json_get(match, STR("Protocols")), r, forward, out);
}

static int64_t priority_of(const struct json *rule)
{
    int64_t n = INT64_MAX;
    return json_get_i64(rule, "Priority", &n) ? n : INT64_MAX;
}

static int by_priority(const void *x, const void *y)
{
    int64_t a = priority_of(*(const struct json *const *)x), b = priority_of(*(const struct json *const *)y);
    return a < b ? -1 : a > b;
}

void fw_stateless(const struct fw_source *from, const struct json *group, struct fw_rules *out)
{
    const struct json *rules = json_path(group, "RulesSource.StatelessRulesAndCustomActions.StatelessRules");
    if (!rules) {
        fw_add(from->l, out, fw_rule_of_all(from->group, ACT_UNKNOWN), false);
        return;
    }
    const struct json **sorted = arena_array_of(from->l->scratch, const struct json *, rules->count + 1);
    uint32_t count = 0;
    for (const struct json *rule = rules->first; rule; rule = rule->next)
        sorted[count++] = rule;
    if (count)
        qsort(sorted, count, sizeof(struct json *), by_priority);
    for (uint32_t i = 0; i < count; i++) {
        struct str name = arena_printf(from->l->a, "%.*s priority %lld", STR_ARG(from->group), (long long)priority_of(sorted[i]));
        stateless_rule(from, sorted[i], name, out);
    }
}
