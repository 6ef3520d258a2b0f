/* What joins VPCs, each as a bus that its members hang on; the border: the Internet, VPN, Direct Connect. */
#include "report/map_internal.h"

enum { BUSES_MAX = 24, BORDERS_MAX = 7, IDS_IN_TITLE = 8 };

static struct netmap_bus *add_bus(struct netmap *m, enum netmap_bus_kind kind, struct str name, struct str title)
{
    if (m->bus_count == m->bus_room) {
        uint32_t room = m->bus_room ? 2 * m->bus_room : 32;
        struct netmap_bus *more = arena_array_of(m->a, struct netmap_bus, room);
        if (m->bus_count)
            memcpy(more, m->buses, m->bus_count * sizeof *more);
        m->buses = more;
        m->bus_room = room;
    }
    m->buses[m->bus_count] = (struct netmap_bus){.kind = kind, .name = name, .title = title};
    return &m->buses[m->bus_count++];
}

static void join(struct netmap *m, struct netmap_bus *b, enum netmap_end_kind kind, uint32_t at)
{
    if (at == NET_NONE || (kind == END_TILE && m->tiles[at].small))
        return;
    for (uint32_t i = 0; i < b->count; i++)
        if (b->members[i].kind == kind && b->members[i].at == at)
            return;
    if (b->count == b->room) {
        uint32_t room = b->room ? 2 * b->room : 4;
        struct netmap_end *more = arena_array_of(m->a, struct netmap_end, room);
        if (b->count)
            memcpy(more, b->members, b->count * sizeof *more);
        b->members = more;
        b->room = room;
    }
    b->members[b->count++] = (struct netmap_end){kind, at};
}

static void join_vpc(struct netmap *m, struct netmap_bus *b, uint32_t vpc)
{
    if (vpc != NET_NONE)
        join(m, b, END_TILE, m->tile_of_vpc[vpc]);
}

void netmap_borders(struct netmap *m)
{
    static const char *const kinds[] = {"the Internet", "VPN", "Direct Connect", "VPC", "AWS", "another network"};
    const struct net *n = m->v->net;
    struct netmap_key *keys = arena_array_of(m->a, struct netmap_key, n->externals_count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < n->externals_count; i++)
        if (n->externals[i].kind != EXTERNAL_VPC && n->externals[i].kind != EXTERNAL_AWS)
            keys[count++] = (struct netmap_key){n->externals[i].kind, n->externals[i].id, n->externals[i].name, i};
    netmap_sort(keys, count);
    m->borders = arena_array_of(m->a, struct netmap_border, BORDERS_MAX + 1);
    for (uint32_t i = 0; i < count && i < BORDERS_MAX; i++) {
        const struct net_external *x = &n->externals[keys[i].row];
        struct str name = x->kind == EXTERNAL_INTERNET ? STR("Internet") : x->name.len ? x->name : x->id;
        m->border_of[keys[i].row] = m->border_count;
        m->borders[m->border_count++] = (struct netmap_border){
            .external = keys[i].row, .name = name, .detail = x->kind == EXTERNAL_INTERNET ? STR("everybody outside") : str_of(kinds[x->kind]),
            .title = arena_printf(m->a, "%s: %.*s %.*s", kinds[x->kind], STR_ARG(x->id), STR_ARG(x->name))};
    }
    if (count > BORDERS_MAX)
        netmap_note(m, arena_printf(m->a, "%u more network(s) outside are not drawn", count - BORDERS_MAX));
}

static void internet(struct netmap *m)
{
    const struct net *n = m->v->net;
    uint32_t vpcs = 0;
    struct netmap_bus *b = add_bus(m, BUS_INTERNET, STR("Internet gateways"), str_make(NULL, 0));
    for (uint32_t i = 0; i < n->vpcs_count; i++)
        if (n->vpcs[i].igw != NET_NONE) {
            vpcs++;
            join_vpc(m, b, i);
        }
    b->title = arena_printf(m->a, "Internet gateways of %u VPC(s)", vpcs);
    for (uint32_t i = 0; vpcs && i < m->border_count; i++)
        if (n->externals[m->borders[i].external].kind == EXTERNAL_INTERNET)
            join(m, b, END_BORDER, i);
    m->bus_count -= !vpcs;
}

static void transit(struct netmap *m, uint32_t tgw)
{
    const struct net *n = m->v->net;
    const struct net_tgw *t = &n->tgws[tgw];
    uint32_t vpcs = 0;
    struct netmap_bus *b = add_bus(m, BUS_TGW, t->id, str_make(NULL, 0));
    for (uint32_t i = 0; i < n->attachments_count; i++) {
        const struct net_attachment *x = &n->attachments[i];
        if (x->tgw != tgw || x->target == NET_NONE)
            continue;
        if (x->kind == ATTACHMENT_VPC) {
            vpcs++;
            join_vpc(m, b, x->target);
        } else if (x->kind != ATTACHMENT_PEERING)
            join(m, b, END_BORDER, m->border_of[x->target]);
    }
    for (uint32_t i = 0; i < n->uplinks_count; i++)
        if (n->uplinks[i].attachment != NET_NONE && n->attachments[n->uplinks[i].attachment].tgw == tgw)
            join(m, b, END_BORDER, m->border_of[n->uplinks[i].external]);
    b->title = arena_printf(m->a, "transit gateway %.*s in %.*s, %u VPC(s) attached%s", STR_ARG(t->id), STR_ARG(t->region), vpcs,
                            t->collected ? "" : "; its tables were not read");
}


static void vgws(struct netmap *m)
{
    const struct net *n = m->v->net;
    for (uint32_t i = 0; i < n->uplinks_count; i++) {
        const struct net_uplink *u = &n->uplinks[i];
        if (u->vgw == NET_NONE || n->vgws[u->vgw].vpc == NET_NONE)
            continue;
        const struct net_external *x = &n->externals[u->external];
        struct netmap_bus *b = NULL;
        for (uint32_t k = 0; k < m->bus_count && !b; k++)
            if (m->buses[k].kind == BUS_VPN && str_eq(m->buses[k].name, x->id))
                b = &m->buses[k];
        if (!b)
            b = add_bus(m, BUS_VPN, x->id, arena_printf(m->a, "%.*s %.*s at virtual private gateways", STR_ARG(x->id), STR_ARG(x->name)));
        join(m, b, END_BORDER, m->border_of[u->external]);
        join_vpc(m, b, n->vgws[u->vgw].vpc);
    }
}

/* The VPC with the most peerings that are not in a bus yet, ties by id. */
static uint32_t next_hub(const struct netmap *m, const bool *done, uint32_t *degree)
{
    const struct net *n = m->v->net;
    uint32_t best = NET_NONE;
    memset(degree, 0, n->vpcs_count * sizeof *degree);
    for (uint32_t i = 0; i < n->peerings_count; i++)
        if (!done[i]) {
            degree[n->peerings[i].requester]++;
            degree[n->peerings[i].accepter]++;
        }
    for (uint32_t i = 0; i < n->vpcs_count; i++)
        if (degree[i] && (best == NET_NONE || degree[i] > degree[best] || (degree[i] == degree[best] && str_cmp(n->vpcs[i].id, n->vpcs[best].id) < 0)))
            best = i;
    return best;
}

static void peering_star(struct netmap *m, uint32_t hub, bool *done)
{
    const struct net *n = m->v->net;
    struct netmap_key *keys = arena_array_of(m->a, struct netmap_key, n->peerings_count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < n->peerings_count; i++)
        if (!done[i] && (n->peerings[i].requester == hub || n->peerings[i].accepter == hub))
            keys[count++] = (struct netmap_key){0, n->peerings[i].id, str_make(NULL, 0), i};
    netmap_sort(keys, count);
    struct str title = arena_printf(m->a, "peering(s) of %.*s:", STR_ARG(n->vpcs[hub].id));
    struct netmap_bus *b = add_bus(m, BUS_PEERING, count == 1 ? keys[0].one : arena_printf(m->a, "peerings of %.*s", STR_ARG(n->vpcs[hub].id)), title);
    join_vpc(m, b, hub);
    for (uint32_t i = 0; i < count; i++) {
        const struct net_peering *p = &n->peerings[keys[i].row];
        done[keys[i].row] = true;
        if (i < IDS_IN_TITLE)
            b->title = arena_printf(m->a, "%.*s %.*s", STR_ARG(b->title), STR_ARG(p->id));
        join_vpc(m, b, p->requester == hub ? p->accepter : p->requester);
    }
    if (count > IDS_IN_TITLE)
        b->title = arena_printf(m->a, "%.*s and %u more", STR_ARG(b->title), count - IDS_IN_TITLE);
}

/* A large network's are told by what is between tenants that are drawn. */
static void peerings(struct netmap *m)
{
    const struct net *n = m->v->net;
    bool *done = arena_array_of(m->a, bool, n->peerings_count + 1);
    uint32_t *degree = arena_array_of(m->a, uint32_t, n->vpcs_count + 1), left = 0;
    for (uint32_t i = 0; i < n->peerings_count; i++) {
        const struct net_peering *p = &n->peerings[i];
        done[i] = !p->active || p->requester == NET_NONE || p->accepter == NET_NONE;
        if (done[i] || !m->by_tenant)
            continue;
        uint32_t x = m->tile_of_vpc[p->requester], y = m->tile_of_vpc[p->accepter];
        done[i] = x == NET_NONE || y == NET_NONE || x == y || m->tiles[x].small || m->tiles[y].small;
        left += done[i];
    }
    uint32_t hub = next_hub(m, done, degree), stars = 0;
    for (; hub != NET_NONE && stars++ < 2 * BUSES_MAX; hub = next_hub(m, done, degree))
        peering_star(m, hub, done);
    for (uint32_t i = 0; i < n->peerings_count; i++)
        left += !done[i];
    if (left)
        netmap_note(m, arena_printf(m->a, "%u peering(s) are not drawn", left));
}

static void links(struct netmap *m)
{
    const struct net *n = m->v->net;
    for (uint32_t s = 0; s < n->services_count; s++) {
        const struct net_service *x = &n->services[s];
        struct netmap_bus *b = NULL;
        for (uint32_t i = 0; i < n->endpoints_count; i++) {
            if (n->endpoints[i].service != s)
                continue;
            if (!b)
                b = add_bus(m, BUS_LINK, x->id.len ? x->id : x->name, arena_printf(m->a, "PrivateLink service %.*s %.*s", STR_ARG(x->id), STR_ARG(x->name)));
            join_vpc(m, b, n->endpoints[i].vpc);
        }
        for (uint32_t i = x->balancers.first; b && i < x->balancers.first + x->balancers.count; i++)
            join_vpc(m, b, n->lbs[n->service_balancers[i].lb].vpc);
    }
}

static void entrances(struct netmap *m)
{
    const struct net *n = m->v->net;
    for (uint32_t i = 0; i < n->entrances_count; i++) {
        const struct net_entrance *x = &n->entrances[i];
        bool outside = x->from_external != NET_NONE;
        struct netmap_bus *b = NULL;
        for (uint32_t k = 0; k < m->bus_count && !b; k++)
            if (m->buses[k].kind == BUS_LATTICE && str_eq(m->buses[k].name, x->id))
                b = &m->buses[k];
        if (!b)
            b = add_bus(m, BUS_LATTICE, x->id, arena_printf(m->a, "%s %.*s %.*s", outside ? "way in from outside:" : "Lattice:", STR_ARG(x->id), STR_ARG(x->label)));
        if (outside)
            join(m, b, END_BORDER, m->border_of[x->from_external]);
        join_vpc(m, b, x->from_vpc);
        join_vpc(m, b, x->from_endpoint == NET_NONE ? NET_NONE : n->endpoints[x->from_endpoint].vpc);
        join_vpc(m, b, x->to_thing == NET_NONE ? x->to_vpc : n->things[x->to_thing].vpc);
    }
}

/* Those with the most members where there are too many; then in order of kind and name. A bus of one member joins nothing, but one
 * of a transit gateway is drawn, for it may have many that are not. */
static void choose(struct netmap *m)
{
    struct netmap_key *keys = arena_array_of(m->a, struct netmap_key, m->bus_count + 1);
    struct netmap_bus *all = m->buses;
    uint32_t count = 0, left = 0;
    for (uint32_t i = 0; i < m->bus_count; i++)
        if (all[i].count > 1 || (all[i].count && all[i].kind <= BUS_TGW))
            keys[count++] = (struct netmap_key){(uint64_t)(all[i].kind > BUS_TGW) << 32 | (UINT32_MAX - all[i].count), all[i].name, all[i].title, i};
    netmap_sort(keys, count);
    left = count > BUSES_MAX ? count - BUSES_MAX : 0;
    count -= left;
    for (uint32_t i = 0; i < count; i++)
        keys[i].rank = all[keys[i].row].kind;
    netmap_sort(keys, count);
    m->buses = arena_array_of(m->a, struct netmap_bus, count + 1);
    for (uint32_t i = 0; i < count; i++)
        m->buses[i] = all[keys[i].row];
    m->bus_count = count;
    if (left)
        netmap_note(m, arena_printf(m->a, "%u more connection(s) between VPCs (peerings, PrivateLink, Lattice) are not drawn", left));
}

void netmap_buses(struct netmap *m)
{
    internet(m);
    for (uint32_t i = 0; i < m->v->net->tgws_count; i++)
        transit(m, i);
    vgws(m);
    peerings(m);
    links(m);
    entrances(m);
    choose(m);
}
