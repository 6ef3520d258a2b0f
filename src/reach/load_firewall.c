/* AWS Network Firewall (Developer Guide, "How AWS Network Firewall filters network traffic", "Evaluation order for stateful rule
 * groups", read 2026): stateless rules by priority, then the stateless default; what is forwarded meets the stateful rules, in
 * strict order, then the stateful default. */
#include "reach/load_firewall.h"

#include <stdlib.h>
#include <string.h>

enum { DOCUMENT_MAX = 16 << 20, HOME_MAX = 16 };

struct firewall_load {
    struct net_loader *l;
    struct map groups; /* ARN -> struct json * */
    struct fw_source from;
    struct ip_range home[HOME_MAX];
};

static const struct json *document(struct net_loader *l, struct query *q, int at)
{
    struct str text = query_str(q, at);
    struct err ignored = {0};
    return text.ptr ? json_parse(l->scratch, arena_str(l->scratch, text), DOCUMENT_MAX, &ignored) : NULL;
}

static bool read_groups(struct firewall_load *f, struct err *e)
{
    struct net_loader *l = f->l;
    struct query *q = query_new(l->s, "SELECT arn, document FROM fact_net_rule_group ORDER BY arn", e);
    if (!q)
        return false;
    while (query_step(q)) {
        const struct json *doc = document(l, q, 1);
        if (doc)
            map_put(&f->groups, net_shared(l, q, 0), (void *)(uintptr_t)doc); /* looked up only */
    }
    return query_done(q);
}

static int64_t priority_of(const struct json *j)
{
    int64_t n = INT64_MAX;
    return json_get_i64(j, "Priority", &n) ? n : INT64_MAX;
}

static int by_priority(const void *x, const void *y)
{
    int64_t a = priority_of(*(const struct json *const *)x), b = priority_of(*(const struct json *const *)y);
    return a < b ? -1 : a > b;
}

static const struct json **sorted(struct net_loader *l, const struct json *list, uint32_t *count)
{
    const struct json **out = arena_array_of(l->scratch, const struct json *, (list ? list->count : 0) + 1);
    *count = 0;
    for (const struct json *j = list ? list->first : NULL; j; j = j->next)
        out[(*count)++] = j;
    if (*count)
        qsort(out, *count, sizeof(struct json *), by_priority);
    return out;
}

/* The rule groups of a list, one after the other; one that was not read may do anything. */
static void each_group(struct firewall_load *f, const struct json *list, bool stateful, struct fw_rules *out)
{
    uint32_t count;
    const struct json **refs = sorted(f->l, list, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct str arn = json_get_str(refs[i], "ResourceArn");
        const struct json *group = arn.len ? map_get(&f->groups, arn) : NULL;
        f->from.group = net_share_text(f->l, str_sub(arn, (size_t)(str_rindex(arn, '/') + 1), arn.len));
        f->from.variables = json_get(group, STR("RuleVariables"));
        bool alert = str_eqz(json_str(json_path(refs[i], "Override.Action")), "DROP_TO_ALERT");
        if (!group)
            fw_add(f->l, out, fw_rule_of_all(f->from.group, ACT_UNKNOWN), false);
        else if (stateful)
            fw_stateful(&f->from, group, alert, out);
        else
            fw_stateless(&f->from, group, out);
    }
}

static bool has(const struct json *list, const char *word)
{
    for (const struct json *j = list ? list->first : NULL; j; j = j->next)
        if (str_eqz(json_str(j), word))
            return true;
    return false;
}

/* drop_established lets a handshake pass and what follows not: that is neither. */
static enum net_act stateful_default(const struct json *policy, bool strict)
{
    const struct json *list = json_get(policy, STR("StatefulDefaultActions"));
    if (!strict)
        return ACT_PASS;
    if (has(list, "aws:drop_strict"))
        return ACT_DROP;
    return has(list, "aws:drop_established") || has(list, "aws:drop_established_app_layer") ? ACT_UNKNOWN : ACT_PASS;
}

/* Without strict order all pass rules go before all drop rules, whatever the packet has shown by then: lists of one action
 * only are followed. */
static void settle_order(struct firewall_load *f, struct fw_rules *rules)
{
    bool passes = false, drops = false, unknown = false;
    for (uint32_t i = 0; i < rules->count; i++) {
        passes |= rules->items[i].r.act == ACT_PASS;
        drops |= rules->items[i].r.act == ACT_DROP;
        unknown |= rules->items[i].r.act == ACT_UNKNOWN;
    }
    if (!unknown && !(passes && drops))
        return;
    rules->count = 0;
    fw_add(f->l, rules, fw_rule_of_all(STR("stateful rules"), ACT_UNKNOWN), false);
}

static bool meet(const struct net_firewall_rule *a, const struct net_firewall_rule *b, struct net_firewall_rule *out)
{
    *out = *b;
    out->from = ip_range_meet(a->from, b->from);
    out->to = ip_range_meet(a->to, b->to);
    out->sport_lo = a->sport_lo > b->sport_lo ? a->sport_lo : b->sport_lo;
    out->sport_hi = a->sport_hi < b->sport_hi ? a->sport_hi : b->sport_hi;
    out->dport_lo = a->dport_lo > b->dport_lo ? a->dport_lo : b->dport_lo;
    out->dport_hi = a->dport_hi < b->dport_hi ? a->dport_hi : b->dport_hi;
    if (b->proto == NET_ANY_PROTOCOL)
        out->proto = a->proto;
    else if (a->proto != NET_ANY_PROTOCOL && a->proto != b->proto)
        return false;
    return !ip_range_is_empty(out->from) && !ip_range_is_empty(out->to) && out->sport_lo <= out->sport_hi && out->dport_lo <= out->dport_hi;
}

/* What a stateless rule forwards meets the stateful rules at once; a rule for either direction is met as such and turned round. */
static void forwarded(struct firewall_load *f, const struct net_firewall_rule *by, const struct fw_rules *stateful, enum net_act otherwise, struct fw_rules *out)
{
    struct net_firewall_rule r;
    for (uint32_t i = 0; i < stateful->count; i++) {
        struct net_firewall_rule one = stateful->items[i].r;
        bool both = one.both_ways;
        one.both_ways = false;
        if (meet(by, &one, &r))
            fw_add(f->l, out, r, false);
        struct net_firewall_rule turned = one;
        turned.from = one.to;
        turned.to = one.from;
        turned.sport_lo = one.dport_lo;
        turned.sport_hi = one.dport_hi;
        turned.dport_lo = one.sport_lo;
        turned.dport_hi = one.sport_hi;
        if (both && meet(by, &turned, &r))
            fw_add(f->l, out, r, false);
    }
    r = *by;
    r.act = otherwise;
    fw_add(f->l, out, r, false);
}

static enum net_act read_policy(struct firewall_load *f, const struct json *policy, struct fw_rules *out)
{
    const struct json *defaults = json_get(policy, STR("StatelessDefaultActions"));
    bool strict = str_eqz(json_str(json_path(policy, "StatefulEngineOptions.RuleOrder")), "STRICT_ORDER");
    struct fw_rules stateless = {0}, stateful = {0};
    f->from.over = json_path(policy, "PolicyVariables.RuleVariables");
    each_group(f, json_get(policy, STR("StatelessRuleGroupReferences")), false, &stateless);
    each_group(f, json_get(policy, STR("StatefulRuleGroupReferences")), true, &stateful);
    if (!strict)
        settle_order(f, &stateful);
    enum net_act otherwise = stateful_default(policy, strict);
    for (uint32_t i = 0; i < stateless.count; i++)
        if (stateless.items[i].forward)
            forwarded(f, &stateless.items[i].r, &stateful, otherwise, out);
        else
            fw_add(f->l, out, stateless.items[i].r, false);
    out->full |= stateless.full || stateful.full;
    if (has(defaults, "aws:pass"))
        return ACT_PASS;
    if (has(defaults, "aws:drop"))
        return ACT_DROP;
    for (uint32_t i = 0; i < stateful.count; i++)
        fw_add(f->l, out, stateful.items[i].r, false);
    return has(defaults, "aws:forward_to_sfe") ? otherwise : ACT_UNKNOWN;
}

static void firewall_row(struct firewall_load *f, struct query *q)
{
    struct net_loader *l = f->l;
    struct net_firewall *w = net_add_firewall(l->n);
    uint32_t row = l->n->firewalls_count - 1;
    w->arn = net_text(l, q, 0);
    w->name = net_text(l, q, 1);
    net_note(l, NET_FIREWALL, w->arn, row);
    const struct json *policy = document(l, q, 2);
    uint32_t vpc = net_row(l, NET_VPC, query_str(q, 3));
    w->read = policy != NULL;
    w->otherwise = ACT_UNKNOWN;
    if (!policy)
        return;
    f->from.home_count = 0;
    for (uint32_t i = 0; i < l->n->cidrs_count && vpc != NET_NONE && f->from.home_count < HOME_MAX; i++)
        if (l->n->cidrs[i].vpc == vpc)
            f->home[f->from.home_count++] = l->n->cidrs[i].range;
    struct fw_rules rules = {0};
    enum net_act otherwise = read_policy(f, policy, &rules);
    if (rules.full) { /* what is left out may be anything */
        rules.count = 0;
        otherwise = ACT_UNKNOWN;
    }
    w->otherwise = otherwise;
    for (uint32_t i = 0; i < rules.count; i++) {
        rules.items[i].r.firewall = row;
        *net_add_firewall_rule(l->n) = rules.items[i].r;
    }
}

static void endpoint_row(struct net_loader *l, struct query *q)
{
    uint32_t endpoint = net_row(l, NET_ENDPOINT, query_str(q, 0)), firewall = net_row(l, NET_FIREWALL, query_str(q, 1));
    if (endpoint != NET_NONE && firewall != NET_NONE)
        l->n->endpoints[endpoint].firewall = firewall;
}

bool load_firewalls(struct net_loader *l, struct err *e)
{
    struct firewall_load f = {.l = l};
    f.from = (struct fw_source){.l = l, .home = f.home, .from = arena_new_of(l->scratch, struct fw_side), .to = arena_new_of(l->scratch, struct fw_side)};
    map_init(&f.groups, l->scratch);
    if (!read_groups(&f, e))
        return false;
    struct query *q = query_new(l->s, "SELECT arn, name, document, vpc FROM fact_net_firewall ORDER BY arn", e);
    if (!q)
        return false;
    while (query_step(q))
        firewall_row(&f, q);
    return query_done(q) && net_each(l, "SELECT endpoint, firewall FROM fact_net_firewall_endpoint ORDER BY endpoint", endpoint_row, e);
}
