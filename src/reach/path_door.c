/* Other addresses by which a destination may be reached: balancers in front of it, and what stands in front of those. */
#include "base/bitset.h"
#include "reach/path.h"

struct doors {
    const struct net *n;
    struct arena *a;
    uint64_t *enis, *lbs, *groups; /* ends; balancers that have one of them behind; target groups */
};

static bool target_is_wanted(const struct doors *d, const struct net_target *t)
{
    const struct net *n = d->n;
    if (t->eni != NET_NONE)
        return bits_get(d->enis, t->eni);
    if (t->lb != NET_NONE)
        return bits_get(d->lbs, t->lb);
    uint32_t vpc = t->group != NET_NONE ? n->target_groups[t->group].vpc : NET_NONE;
    uint32_t row = t->ip ? net_address_at(n, vpc, t->ip) : NET_NONE;
    if (row != NET_NONE)
        return bits_get(d->enis, n->addresses[row].eni);
    /* Targets by address may be in another VPC: whoever has that address may be meant. */
    for (uint32_t v = 0; t->ip && v < n->vpcs_count; v++)
        if ((row = net_address_at(n, v, t->ip)) != NET_NONE && bits_get(d->enis, n->addresses[row].eni))
            return true;
    return false;
}

static bool more_balancers(struct doors *d)
{
    const struct net *n = d->n;
    bool changed = false;
    for (uint32_t i = 0; i < n->targets_count; i++)
        if (n->targets[i].group < n->target_groups_count && !bits_get(d->groups, n->targets[i].group) && target_is_wanted(d, &n->targets[i])) {
            bits_set(d->groups, n->targets[i].group);
            changed = true;
        }
    for (uint32_t i = 0; i < n->listener_groups_count; i++) {
        const struct net_listener_group *g = &n->listener_groups[i];
        if (g->listener >= n->listeners_count || g->group >= n->target_groups_count || !bits_get(d->groups, g->group))
            continue;
        uint32_t lb = n->listeners[g->listener].lb;
        if (lb < n->lbs_count && !bits_get(d->lbs, lb)) {
            bits_set(d->lbs, lb);
            changed = true;
        }
    }
    return changed;
}

static void add_thing(struct doors *d, uint32_t thing, const struct path_ends *own, struct path_ends *to)
{
    const struct net *n = d->n;
    uint32_t count = 0, ends = own->count;
    if (thing >= n->things_count)
        return;
    NET_EACH(i, n->things[thing].enis)
        count += n->enis[n->eni_order[i]].addresses.count * 2;
    if ((uint64_t)to->count + (uint64_t)count * ends > PATH_ENDS_MAX)
        return;
    struct path_end *grown = arena_array_of(d->a, struct path_end, to->count + count * (size_t)ends + 1);
    memcpy(grown, to->ends, to->count * sizeof *grown);
    to->ends = grown;
    NET_EACH(i, n->things[thing].enis)
        NET_EACH(x, n->enis[n->eni_order[i]].addresses)
            for (uint32_t e = 0; e < ends; e++) {
                if (own->ends[e].at.kind != NET_ENI || (e && own->ends[e - 1].at.index == own->ends[e].at.index))
                    continue;
                to->ends[to->count++] = (struct path_end){.at = own->ends[e].at, .ip = n->addresses[x].range.lo};
                if (n->addresses[x].public_ip)
                    to->ends[to->count++] = (struct path_end){.at = own->ends[e].at, .ip = n->addresses[x].public_ip};
            }
}

static bool thing_is_wanted(const struct doors *d, uint32_t thing)
{
    const struct net *n = d->n;
    if (thing >= n->things_count)
        return false;
    NET_EACH(i, n->things[thing].enis)
        if (bits_get(d->enis, n->eni_order[i]))
            return true;
    for (uint32_t i = 0; i < n->lbs_count; i++)
        if (n->lbs[i].thing == thing && bits_get(d->lbs, i))
            return true;
    return false;
}

static void add_entrance(struct doors *d, uint32_t row, const struct path_ends *own, struct path_ends *to)
{
    const struct net_entrance *x = &d->n->entrances[row];
    uint32_t at = x->to_ip && x->to_vpc != NET_NONE ? net_address_at(d->n, x->to_vpc, x->to_ip) : NET_NONE;
    bool wanted = thing_is_wanted(d, x->to_thing) || (at != NET_NONE && bits_get(d->enis, d->n->addresses[at].eni));
    if (!wanted || to->count + own->count > PATH_ENDS_MAX)
        return;
    struct path_end *grown = arena_array_of(d->a, struct path_end, to->count + (size_t)own->count + 1);
    memcpy(grown, to->ends, to->count * sizeof *grown);
    to->ends = grown;
    for (uint32_t e = 0; e < own->count; e++)
        if (own->ends[e].at.kind == NET_ENI && (!e || own->ends[e - 1].at.index != own->ends[e].at.index))
            to->ends[to->count++] = (struct path_end){.at = own->ends[e].at, .entrance_plus_one = row + 1};
}

void path_add_doors(const struct net *n, struct arena *a, struct path_ends *to)
{
    struct doors d = {n, a, bits_new(a, n->enis_count), bits_new(a, n->lbs_count), bits_new(a, n->target_groups_count)};
    const struct path_ends own = *to;
    bool any = false;
    for (uint32_t i = 0; i < own.count; i++)
        if (own.ends[i].at.kind == NET_ENI) {
            bits_set(d.enis, own.ends[i].at.index);
            any = true;
        }
    while (any && more_balancers(&d))
        ;
    for (uint32_t i = 0; i < n->lbs_count && any; i++)
        if (bits_get(d.lbs, i))
            add_thing(&d, n->lbs[i].thing, &own, to);
    for (uint32_t i = 0; i < n->endpoints_count && any; i++) {
        uint32_t service = n->endpoints[i].service;
        if (service >= n->services_count)
            continue;
        NET_EACH(b, n->services[service].balancers)
            if (n->service_balancers[b].lb < n->lbs_count && bits_get(d.lbs, n->service_balancers[b].lb)) {
                add_thing(&d, n->endpoints[i].thing, &own, to);
                break;
            }
    }
    for (uint32_t i = 0; i < n->entrances_count && any; i++)
        add_entrance(&d, i, &own, to);
}
