/* What ward.yaml declares: `peering` and the `via` of shared things. */
#include "prove/net_internal.h"

#include "base/instant.h"

/* An entry that has run out covers nothing any more: its last day is in it. */
static bool is_over(const struct halver *v, const struct json *entry)
{
    struct str last = json_get_str(entry, "expires");
    char today[INSTANT_TEXT_MAX];
    if (!last.len || !v->n->to_us)
        return false;
    return str_cmp(last, str_sub(str_of(instant_z(v->n->to_us, today)), 0, 10)) < 0;
}

static void allow(struct halver *v, uint32_t *room, struct reach_allow rule)
{
    if (v->allow_count == *room) {
        uint32_t size = *room ? *room * 2 : 64;
        struct reach_allow *more = arena_array_of(v->a, struct reach_allow, size);
        if (v->allow_count)
            memcpy(more, v->allows, v->allow_count * sizeof *more);
        v->allows = more;
        *room = size;
    }
    v->allows[v->allow_count++] = rule;
}

static const uint16_t *ports_of(struct halver *v, const struct json *list, uint32_t *count)
{
    uint16_t *out = arena_array_of(v->a, uint16_t, (list ? list->count : 0) + 1);
    *count = 0;
    for json_each(it, list) {
        int64_t port;
        if (it->type == JSON_NUMBER && str_to_i64(it->text, &port) && port > 0 && port <= UINT16_MAX)
            out[(*count)++] = (uint16_t)port;
    }
    return out;
}

/* `*` is every tenant and shared thing, never what is nobody's or outside: those who send are named one by one. Where `to` is `*`
 * the cells of (unassigned) are looked at again by net_cells_judge(). */
static void allow_names(struct halver *v, uint32_t *room, uint32_t from, struct reach_allow rule)
{
    uint32_t first = from == LABELS_NAMED ? 0 : from, last = from == LABELS_NAMED ? v->l->unassigned : from + 1;
    for (rule.from = first; rule.from < last; rule.from++)
        allow(v, room, rule);
}

static uint32_t named(const struct halver *v, struct str name)
{
    return str_eqz(name, "*") ? LABELS_NAMED : net_label_named(v, name);
}

static void add_via(struct halver *v, uint32_t *room, uint32_t shared, const struct json *entry)
{
    uint32_t from = named(v, json_get_str(entry, "from")), to = named(v, json_get_str(entry, "to"));
    struct reach_allow rule = {.to = to == LABELS_NAMED ? REACH_ANY : to, .via = shared};
    if (is_over(v, entry) || from == NET_NONE || to == NET_NONE)
        return;
    rule.ports = ports_of(v, json_getz(entry, "ports"), &rule.port_count);
    allow_names(v, room, from, rule);
    /* Who may reach others through a thing says that the thing may reach them. */
    rule.via = REACH_ANY;
    allow_names(v, room, shared, rule);
    v->triples[v->triple_count++] = (struct net_triple){.shared = shared, .from = from, .to = to};
}

static uint32_t count_via(const struct json *shared)
{
    uint32_t count = 0;
    for json_each(s, shared)
        count += json_getz(s, "via") ? json_getz(s, "via")->count : 0;
    return count;
}

void net_allows_fill(struct halver *v)
{
    const struct json *shared = json_getz(v->config, "shared");
    uint32_t room = 0, at = v->l->tenants;
    v->triples = arena_array_of(v->a, struct net_triple, count_via(shared) + 1);
    for json_each(s, shared) {
        if (at >= v->l->unassigned)
            break;
        for json_each(via, json_getz(s, "via"))
            add_via(v, &room, at, via);
        at++;
    }
    for json_each(p, json_getz(v->config, "peering")) {
        uint32_t from = net_label_named(v, json_get_str(p, "from")), to = net_label_named(v, json_get_str(p, "to"));
        struct reach_allow rule = {.from = from, .to = to, .via = REACH_ANY};
        if (from == NET_NONE || to == NET_NONE || is_over(v, p))
            continue;
        rule.ports = ports_of(v, json_getz(p, "ports"), &rule.port_count);
        allow(v, &room, rule);
    }
}

bool net_is_triple(const struct halver *v, uint32_t from, uint32_t shared, uint32_t to)
{
    if (from >= v->l->unassigned || to >= v->l->unassigned)
        return false;
    for (uint32_t i = 0; i < v->triple_count; i++) {
        const struct net_triple *t = &v->triples[i];
        if (t->shared == shared && (t->from == LABELS_NAMED || t->from == from) && (t->to == LABELS_NAMED || t->to == to))
            return true;
    }
    return false;
}

bool net_has_triple(const struct halver *v, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < v->triple_count; i++)
        if (net_is_triple(v, from, v->triples[i].shared, to))
            return true;
    return false;
}
