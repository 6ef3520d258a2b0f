/*
 * Rows that changed in place.
 *
 * An inbound rule is asked where a packet arrives. If only ordinary interfaces have its group, what rests on it are the addresses of their
 * things: these are asked for again from everywhere, and nothing else. Whatever else changed is a new run.
 */
#include "reach/engine_far.h"

enum { AGAIN_MAX = 4096 };

struct change {
    struct run *u;
    struct reach *r;
    const struct net *n;
    struct arena *a;
    bool *group, *thing, *cls, *eni; /* what rests on it */
    uint32_t *marked, marked_count;  /* interfaces of `eni` */
    bool *lb;                        /* balancers that may hand on to it */
    ip_number *to;                   /* addresses to ask for again */
    uint32_t to_count;
};

static bool is_cut(const struct reach *r, ip_number ip)
{
    uint32_t at = engine_atom(r, ip);
    return at > 0 && r->cuts[at - 1] == ip;
}

/* Neither a protocol nor a place where addresses differ is new. */
static bool rule_fits(const struct reach *r, const struct net_rule *u)
{
    bool named = u->proto < 0 || u->proto > 255 || r->slot_of[u->proto] < SLOTS_WITH_PORTS ||
                 r->service_of[u->proto] != PORTLESS_FIRST + r->portless_count - 1;
    if (u->peer != PEER_RANGE || ip_range_is_empty(u->range))
        return named;
    return named && is_cut(r, u->range.lo) && (u->range.hi == ~(ip_number)0 || is_cut(r, u->range.hi + 1));
}

static bool mark_groups(struct change *c, const struct net_ref *changed, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (changed[i].kind != NET_RULE || changed[i].index >= c->n->rules_count)
            return false;
        const struct net_rule *u = &c->n->rules[changed[i].index];
        if (u->egress || u->group == NET_NONE || !rule_fits(c->r, u))
            return false;
        c->group[u->group] = true;
    }
    for (uint32_t i = 0; i < c->n->entrance_groups_count; i++)
        if (c->n->entrance_groups[i].group != NET_NONE && c->group[c->n->entrance_groups[i].group])
            return false;
    return true;
}

static bool mark_things(struct change *c)
{
    const struct net *n = c->n;
    for (uint32_t i = 0; i < n->eni_groups_count; i++)
        if (n->eni_groups[i].group != NET_NONE && c->group[n->eni_groups[i].group]) {
            uint32_t e = n->eni_groups[i].eni;
            c->thing[n->enis[e].thing] = true;
            NET_EACH(p, c->r->eni_points[e])
                c->cls[c->r->points[p].cls] = true;
        }
    for (uint32_t i = 0; i < c->r->class_count; i++)
        for (uint32_t k = 0; c->cls[i] && k < c->r->classes[i].count; k++)
            c->thing[n->enis[c->r->points[c->r->class_points[c->r->classes[i].first + k]].eni].thing] = true;
    for (uint32_t e = 0; e < n->enis_count; e++) {
        c->eni[e] = c->thing[n->enis[e].thing];
        if (c->eni[e] && c->r->special[e])
            return false;
        if (c->eni[e])
            c->marked[c->marked_count++] = e;
    }
    for (uint32_t i = 0; i < c->r->class_count; i++)
        if (c->cls[i] && c->u->far->bulk[i] && !far_fits(c->u->far, i))
            return false;
    return true;
}

/* An address of an interface that is marked, or where that is not known. */
static bool is_of_it(const struct change *c, ip_number ip)
{
    const struct net *n = c->n;
    for (uint32_t e = 0; e < c->marked_count; e++)
        NET_EACH(i, n->enis[c->marked[e]].addresses)
            if (ip_in(n->addresses[i].range, ip))
                return true;
    return false;
}

static bool group_leads(const struct change *c, uint32_t group)
{
    const struct net_target_group *g = &c->n->target_groups[group];
    if (!g->read)
        return true;
    NET_EACH(i, g->targets) {
        const struct net_target *t = &c->n->targets[i];
        if ((t->eni != NET_NONE && c->eni[t->eni]) || (t->lb != NET_NONE && c->lb[t->lb]) || (t->eni == NET_NONE && t->ip && is_of_it(c, t->ip)))
            return true;
    }
    return false;
}

static bool lb_leads(const struct change *c, uint32_t lb)
{
    const struct net_lb *b = &c->n->lbs[lb];
    if (!b->listeners_read)
        return true;
    NET_EACH(i, b->listeners) {
        if (!c->n->listeners[i].read)
            return true;
        NET_EACH(k, c->n->listeners[i].targets)
            if (group_leads(c, c->n->listener_groups[k].group))
                return true;
    }
    return false;
}

static void mark_balancers(struct change *c)
{
    for (bool more = true; more;) {
        more = false;
        for (uint32_t i = 0; i < c->n->lbs_count; i++)
            if (!c->lb[i] && lb_leads(c, i))
                more = c->lb[i] = true;
    }
}

static bool service_leads(const struct change *c, uint32_t service)
{
    if (service == NET_NONE)
        return false;
    bool leads = !c->n->services[service].balancers_read;
    NET_EACH(i, c->n->services[service].balancers)
        leads = leads || c->n->service_balancers[i].lb == NET_NONE || c->lb[c->n->service_balancers[i].lb];
    return leads;
}

/* Addresses that somebody may ask for and reach what is marked; false: too many. */
static bool add_to(struct change *c, struct ip_range range)
{
    const struct near *w = c->u->near;
    uint32_t lo = 0, hi = w->to_count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (w->to[mid] < range.lo)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < w->to_count && w->to[lo] <= range.hi; lo++) {
        bool has = false;
        for (uint32_t i = 0; i < c->to_count; i++)
            has = has || c->to[i] == w->to[lo];
        if (!has && c->to_count == AGAIN_MAX)
            return false;
        if (!has)
            c->to[c->to_count++] = w->to[lo];
    }
    return true;
}

/* Over NAT64 (RFC 6052) too. */
static bool add_one(struct change *c, ip_number ip)
{
    bool fits = !ip || add_to(c, ip_range_one(ip));
    if (ip && ip_is_v4(ip))
        fits = fits && add_to(c, ip_range_one(((ip_number)0x0064ff9b << 96) | (uint32_t)ip));
    return fits;
}

static bool add_interface(struct change *c, uint32_t eni)
{
    bool fits = true;
    NET_EACH(i, c->n->enis[eni].addresses)
        fits = fits && add_to(c, c->n->addresses[i].range) && add_one(c, c->n->addresses[i].range.lo) && add_one(c, c->n->addresses[i].public_ip);
    NET_EACH(p, c->r->eni_points[eni]) {
        const struct cls *k = &c->r->classes[c->r->points[p].cls];
        fits = fits && add_one(c, k->ip) && add_one(c, k->public_ip);
    }
    return fits;
}

static bool list_addresses(struct change *c)
{
    bool fits = true;
    for (uint32_t e = 0; e < c->n->enis_count && fits; e++) {
        uint32_t thing = c->n->enis[e].thing, lb = c->r->lb_of_thing[thing], endpoint = c->r->endpoint_of_thing[thing];
        bool relays = (lb != NET_NONE && c->lb[lb]) || (endpoint != NET_NONE && (service_leads(c, c->n->endpoints[endpoint].service) ||
                                                                                c->r->entrances_of_endpoint[endpoint].count));
        if (c->eni[e] || relays)
            fits = add_interface(c, e);
    }
    return fits;
}

static void forget_what_was(struct change *c)
{
    struct run *u = c->u;
    for (int how = 0; how < HOW_COUNT; how++) {
        for (uint32_t t = 0; t < c->n->things_count; t++)
            if (c->thing[t] && u->of_thing[how][t])
                memset(u->of_thing[how][t], 0, u->words * sizeof(uint64_t));
        for (uint32_t i = 0; i < c->r->class_count; i++)
            if (c->cls[i] && u->of_class[how][i])
                memset(u->of_class[how][i], 0, u->words * sizeof(uint64_t));
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < u->edge_count; i++) {
        uint32_t to = u->edges[i].to;
        if (!(to < c->n->things_count ? c->thing[to] : c->cls[to - c->n->things_count]))
            u->edges[kept++] = u->edges[i];
    }
    u->edge_count = kept;
    u->by_to = u->by_from = NULL;
    u->to_spans = u->from_spans = NULL;
    u->pivots[0] = u->pivots[1] = NULL;
    u->seeds = NULL;
}

static void ask_again(struct change *c)
{
    struct run *u = c->u;
    u->only_thing = c->thing;
    u->only_class = c->cls;
    for (uint32_t i = 0; i < c->r->class_count; i++)
        if (c->cls[i] && u->far->bulk[i])
            far_to(u->far, i);
    for (uint32_t k = 0; k < c->to_count; k++) {
        bool four = ip_is_v4(c->to[k]);
        for (uint32_t i = 0; i < u->source_count; i++) {
            const struct source *s = &u->sources[i];
            near_within(u->near, s, ip_range_one(c->to[k]), i == 0);
            if (u->near->count && ip_is_v4(s->cls == NET_NONE ? s->ip : c->r->classes[s->cls].ip) == four)
                run_send(u, s, c->to[k], NET_NONE);
        }
    }
    for (uint32_t t = 0; t < c->n->entrances_count; t++)
        for (uint32_t i = 0; i < u->source_count; i++)
            if (run_may_enter(c->r, t, &u->sources[i]))
                run_send(u, &u->sources[i], 0, t);
    u->near->subnet = NET_NONE;
    run_finish(u);
    u->only_thing = u->only_class = NULL;
    u->stats.brought_in++;
}

static bool bring_in(struct reach *r, struct arena *a, const struct net_ref *changed, uint32_t count)
{
    const struct net *n = r->n;
    struct change c = {.u = r->run, .r = r, .n = n, .a = a, .group = arena_array_of(a, bool, n->groups_count + 1),
                       .thing = arena_array_of(a, bool, n->things_count + 1), .cls = arena_array_of(a, bool, r->class_count + 1),
                       .eni = arena_array_of(a, bool, n->enis_count + 1), .lb = arena_array_of(a, bool, n->lbs_count + 1),
                       .marked = arena_array_of(a, uint32_t, n->enis_count + 1),
                       .to = arena_array_of(a, ip_number, AGAIN_MAX)};
    if (!mark_groups(&c, changed, count) || !mark_things(&c))
        return false;
    mark_balancers(&c);
    if (!list_addresses(&c))
        return false;
    forget_what_was(&c);
    ask_again(&c);
    return true;
}

void reach_changed(struct reach *r, const struct net_ref *changed, uint32_t count)
{
    if (!count)
        return;
    if (r->run) {
        struct arena *a = arena_new(1 << 18);
        bool done = bring_in(r, a, changed, count);
        arena_free(a);
        if (done)
            return;
    }
    engine_recompile(r);
    if (r->run) {
        struct reach_question q = r->run->q;
        reach_run(r, &q);
    }
}
