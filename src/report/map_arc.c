/* Violations as arcs, declared connections as thin lines. */
#include "report/map_internal.h"

enum { ARCS_SMALL = 60, ARCS_LARGE = 150 };

static struct netmap_end end_of_label(const struct netmap *m, uint32_t label)
{
    if (label == m->v->labels->outside && m->border_count)
        return (struct netmap_end){END_BORDER, 0};
    for (uint32_t i = 0; i < m->tile_count; i++)
        if (m->tiles[i].label == label)
            return (struct netmap_end){END_TILE, i};
    return (struct netmap_end){END_NONE, 0};
}

static struct netmap_end end_of(const struct netmap *m, uint32_t thing, uint32_t label)
{
    const struct net *n = m->v->net;
    if (thing == NET_NONE)
        return end_of_label(m, label);
    const struct net_thing *t = &n->things[thing];
    if (m->node_of[thing] != NET_NONE)
        return (struct netmap_end){END_NODE, m->node_of[thing]};
    if (t->external != NET_NONE && m->border_of[t->external] != NET_NONE)
        return (struct netmap_end){END_BORDER, m->border_of[t->external]};
    if (t->vpc != NET_NONE && m->tile_of_vpc[t->vpc] != NET_NONE)
        return (struct netmap_end){END_TILE, m->tile_of_vpc[t->vpc]};
    return end_of_label(m, label);
}

static bool add(struct netmap *m, const struct netmap_arc *arc)
{
    if (arc->from.kind == END_NONE || arc->to.kind == END_NONE || (arc->from.kind == arc->to.kind && arc->from.at == arc->to.at))
        return false;
    if (m->arc_count == m->arc_room) {
        uint32_t room = m->arc_room ? 2 * m->arc_room : 64;
        struct netmap_arc *more = arena_array_of(m->a, struct netmap_arc, room);
        if (m->arc_count)
            memcpy(more, m->arcs, m->arc_count * sizeof *more);
        m->arcs = more;
        m->arc_room = room;
    }
    m->arcs[m->arc_count++] = *arc;
    return true;
}

/* Each step of a pivot is an arc. */
static bool add_steps(struct netmap *m, const struct netmap_cell *c, struct netmap_arc arc)
{
    bool drawn = false;
    uint32_t before = NET_NONE;
    if (c->network) {
        const struct net_cell *n = c->network;
        arc.from = end_of(m, n->from_thing, c->subject);
        for (uint32_t k = 0; k < n->chain_count; k++) {
            arc.to = end_of(m, n->chain[k], c->object);
            drawn = add(m, &arc) || drawn;
            arc.from = arc.to;
        }
        if (!n->chain_count || n->chain[n->chain_count - 1] != n->to_thing) {
            arc.to = end_of(m, n->to_thing, c->object);
            drawn = add(m, &arc) || drawn;
        }
        return drawn;
    }
    for (uint32_t k = 0; c->joint && k < c->joint->hop_count; k++) {
        const struct reach_witness *w = c->joint->hops[k].witness;
        if (!w)
            continue;
        arc.from = end_of(m, w->from_thing, c->subject);
        arc.to = end_of(m, w->to_thing, c->object);
        before = w->to_thing;
        drawn = add(m, &arc) || drawn;
    }
    arc.from = before == NET_NONE ? end_of_label(m, c->subject) : end_of(m, before, c->subject);
    arc.to = end_of_label(m, c->object);
    return add(m, &arc) || drawn;
}

void netmap_arcs(struct netmap *m)
{
    uint32_t total = netmap_cell_count(m->v), count = 0, left = 0, max = m->by_tenant ? ARCS_LARGE : ARCS_SMALL, declared = 0;
    struct netmap_key *keys = arena_array_of(m->a, struct netmap_key, total + 1);
    for (uint32_t i = 0; i < total; i++) {
        struct netmap_cell c = netmap_cell_at(m->v, i);
        if (c.verdict == PROVE_VIOLATED || (c.verdict == PROVE_DECLARED && c.network))
            keys[count++] = (struct netmap_key){(uint64_t)(c.verdict == PROVE_DECLARED) << 32 | (unsigned)c.word, m->v->labels->names[c.subject],
                                                m->v->labels->names[c.object], i};
    }
    netmap_sort(keys, count);
    for (uint32_t i = 0; i < count; i++) {
        struct netmap_cell c = netmap_cell_at(m->v, keys[i].row);
        bool thin = c.verdict == PROVE_DECLARED;
        if (m->arc_count >= max || (thin && m->by_tenant)) {
            left += !thin;
            declared += thin;
            continue;
        }
        struct netmap_arc arc = {.cell = keys[i].row, .number = thin ? 0 : m->numbered + 1, .word = c.word,
                                 .dashed = c.word == NET_WORD_PIVOT || c.word == NETMAP_BOTH};
        bool drawn = add_steps(m, &c, arc);
        m->numbered += drawn && !thin;
        left += !drawn && !thin;
    }
    if (left)
        netmap_note(m, arena_printf(m->a, "%u violated cell(s) have no arc: no place on the network, or too many; the matrix has them all", left));
    if (declared)
        netmap_note(m, arena_printf(m->a, "%u declared cell(s) are not drawn", declared));
}
