#include "report/map_internal.h"

#include <stdlib.h>

static const size_t picture_bytes_max = (size_t)32 << 20;

static void whose(struct netmap *m)
{
    const struct net *n = m->v->net;
    const struct prove_labels *l = m->v->labels;
    struct map names;
    map_init(&names, m->a);
    for (uint32_t i = 0; i < l->tenants; i++)
        map_put(&names, l->names[i], (void *)(uintptr_t)(i + 1));
    for (uint32_t i = 0; i < n->things_count; i++) {
        const struct net_thing *t = &n->things[i];
        const void *hit = t->tenant.ptr ? map_get(&names, t->tenant) : NULL;
        uint32_t label = m->v->half ? m->v->half->label_of[i] : hit ? (uint32_t)((uintptr_t)hit - 1) : net_half_label(l, t);
        m->label_of[i] = label < l->count ? label : NET_NONE;
    }
    for (uint32_t i = 0; i < n->vpcs_count; i++) {
        const void *hit = n->vpcs[i].tenant.ptr ? map_get(&names, n->vpcs[i].tenant) : NULL;
        m->label_of_vpc[i] = hit ? (uint32_t)((uintptr_t)hit - 1) : NET_NONE;
    }
    /* A VPC that no rule names is theirs whose things alone are in it. */
    for (uint32_t i = 0; i < n->things_count; i++) {
        uint32_t vpc = n->things[i].vpc;
        if (vpc == NET_NONE || n->vpcs[vpc].tenant.ptr || m->label_of[i] == NET_NONE || n->things[i].kind == THING_EXTERNAL)
            continue;
        m->label_of_vpc[vpc] = m->label_of_vpc[vpc] == NET_NONE || m->label_of_vpc[vpc] == m->label_of[i] ? m->label_of[i] : l->unassigned;
    }
    for (uint32_t i = 0; i < n->vpcs_count; i++)
        if (m->label_of_vpc[i] == NET_NONE)
            m->label_of_vpc[i] = l->unassigned;
}

static uint32_t *none(struct arena *a, uint32_t count)
{
    uint32_t *all = arena_array_of(a, uint32_t, count + 1);
    memset(all, 0xFF, (count + 1) * sizeof *all);
    return all;
}

static void make(const struct netmap_view *v, struct netmap *m)
{
    const struct net *n = v->net;
    *m = (struct netmap){.v = v, .a = v->arena};
    m->by_tenant = n->vpcs_count > NETMAP_VPCS_MAX || n->things_count > NETMAP_THINGS_MAX;
    m->label_of = none(m->a, n->things_count);
    m->node_of = none(m->a, n->things_count);
    m->label_of_vpc = none(m->a, n->vpcs_count);
    m->tile_of_vpc = none(m->a, n->vpcs_count);
    m->tile_of_label = none(m->a, v->labels->count);
    m->border_of = none(m->a, n->externals_count);
    m->marks = arena_array_of(m->a, uint8_t, n->things_count + 1);
    m->notes = arena_array_of(m->a, struct str, NETMAP_NOTES_MAX);
    whose(m);
    netmap_marks(m);
    if (m->by_tenant)
        netmap_by_tenant(m);
    else
        netmap_by_vpc(m);
    netmap_borders(m);
    netmap_buses(m);
    netmap_arcs(m);
    netmap_layout(m);
}

bool netmap_svg(const struct netmap_view *v, struct report_sink *sink, struct err *e)
{
    struct netmap m;
    struct buf b;
    buf_init(&b, picture_bytes_max);
    make(v, &m);
    netmap_draw(&m, &b);
    bool ok = b.failed ? err_set(e, ERR_LIMIT, "the map is larger than 32 MiB") : sink->write(sink->user, buf_str(&b), e);
    buf_done(&b);
    return ok;
}
