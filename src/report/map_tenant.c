/* A large network is drawn by tenants: in full those with a violation, something unknown or shared things. */
#include "report/map_internal.h"

#include <inttypes.h>

enum { BIG_MAX = 96, SMALL_MAX = 900, NODES_OF_TENANT = 6 };

struct tally { uint32_t vpcs, unread, hosts, stores, out, in, unsure; };

static void tally_things(const struct netmap *m, struct tally *by)
{
    const struct net *n = m->v->net;
    for (uint32_t i = 0; i < n->vpcs_count; i++) {
        struct tally *t = &by[m->label_of_vpc[i]];
        t->vpcs++;
        t->unread += !n->vpcs[i].collected;
    }
    for (uint32_t i = 0; i < n->things_count; i++) {
        if (m->label_of[i] == NET_NONE || n->things[i].of != NET_NONE)
            continue;
        enum net_thing_kind kind = n->things[i].kind;
        by[m->label_of[i]].hosts += kind == THING_HOST || kind == THING_TASK || kind == THING_FUNCTION;
        by[m->label_of[i]].stores += kind == THING_STORE;
    }
}

static void tally_cells(const struct netmap_view *v, struct tally *by)
{
    for (uint32_t x = 0; v->half && x < v->labels->count; x++)
        for (uint32_t y = 0; y < v->labels->count; y++) {
            if (x == y || !netmap_is_object(v, y))
                continue;
            enum prove_verdict verdict = netmap_verdict_of(v, x, y);
            by[x].out += verdict == PROVE_VIOLATED;
            by[y].in += verdict == PROVE_VIOLATED;
            by[x].unsure += verdict == PROVE_UNKNOWN;
            by[y].unsure += verdict == PROVE_UNKNOWN;
        }
}

/* 0 violated, 1 shared and nobody's, 2 unknown, 3 clean. */
static uint32_t class_of(const struct netmap_view *v, uint32_t label, const struct tally *t)
{
    if (t->out || t->in)
        return 0;
    if (label >= v->labels->tenants)
        return 1;
    return t->unsure || t->unread ? 2 : 3;
}

static struct str counts(struct netmap *m, const struct tally *t, bool shortly)
{
    struct str all = arena_printf(m->a, shortly ? "%u VPC, %u h, %u s" : "%u VPC(s), %u host(s), %u store(s)", t->vpcs, t->hosts, t->stores);
    if (!shortly && (t->out || t->in))
        all = arena_printf(m->a, "%.*s; reaches %u, reached by %u", STR_ARG(all), t->out, t->in);
    return all;
}

static void add_nodes(struct netmap *m, uint32_t tile, const uint32_t *things, uint32_t count)
{
    const struct net *n = m->v->net;
    struct netmap_key *keys = arena_array_of(m->a, struct netmap_key, count + 1);
    for (uint32_t i = 0; i < count; i++)
        keys[i] = (struct netmap_key){m->marks[things[i]] & NETMAP_HIT ? 0 : 1, netmap_thing_name(n, things[i]), n->things[things[i]].arn, things[i]};
    netmap_sort(keys, count);
    struct netmap_tile *t = &m->tiles[tile];
    struct netmap_box *b = &m->boxes[m->box_count];
    *b = (struct netmap_box){.tile = tile, .name = t->detail, .title = t->title, .first = m->node_count};
    b->count = count > NODES_OF_TENANT ? NODES_OF_TENANT : count;
    b->left = count - b->count;
    for (uint32_t i = 0; i < b->count; i++) {
        uint32_t thing = keys[i].row;
        m->node_of[thing] = m->node_count;
        m->nodes[m->node_count++] = (struct netmap_node){.thing = thing, .box = m->box_count, .label = m->label_of[thing],
                                                         .hit = m->marks[thing] & NETMAP_HIT, .unknown = m->marks[thing] & NETMAP_UNSURE};
    }
    t->first = m->box_count++;
    t->count = 1;
}

static void add_tile(struct netmap *m, uint32_t label, const struct tally *t, bool small, uint32_t **things, const uint32_t *thing_counts)
{
    struct netmap_tile *tile = &m->tiles[m->tile_count];
    uint32_t kind = class_of(m->v, label, t);
    *tile = (struct netmap_tile){.label = label, .group = m->group_count - 1, .small = small, .hit = kind == 0, .unknown = kind == 2 || t->unread,
                                 .name = m->v->labels->names[label], .detail = counts(m, t, small)};
    tile->title = arena_printf(m->a, "%.*s: %.*s%s%s", STR_ARG(tile->name), STR_ARG(counts(m, t, false)), t->unsure ? "; some cells are unknown" : "",
                               t->unread ? "; not every VPC was read" : "");
    m->tile_of_label[label] = m->tile_count++;
    if (!small)
        add_nodes(m, m->tile_count - 1, things[label], thing_counts[label]);
}

static uint32_t **marked_by_label(struct netmap *m, uint32_t *count)
{
    uint32_t **list = arena_array_of(m->a, uint32_t *, m->v->labels->count);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t x = 0; pass && x < m->v->labels->count; x++) {
            list[x] = arena_array_of(m->a, uint32_t, count[x] + 1);
            count[x] = 0;
        }
        for (uint32_t i = 0; i < m->v->net->things_count; i++) {
            uint32_t x = m->label_of[i];
            if (!m->marks[i] || x == NET_NONE || m->v->net->things[i].kind == THING_EXTERNAL)
                continue;
            if (pass)
                list[x][count[x]] = i;
            count[x]++;
        }
    }
    return list;
}

static void open_group(struct netmap *m, uint32_t kind, bool judged)
{
    static const char *const titles[] = {"Violated", "Shared, and nobody's", "Something is not known", "Clean: every cell is proved or declared"};
    m->groups[m->group_count++] = kind == 3 && !judged ? STR("Tenants") : str_of(titles[kind]);
}

void netmap_by_tenant(struct netmap *m)
{
    const struct prove_labels *l = m->v->labels;
    struct tally *by = arena_array_of(m->a, struct tally, l->count);
    struct netmap_key *keys = arena_array_of(m->a, struct netmap_key, l->count);
    uint32_t *thing_counts = arena_array_of(m->a, uint32_t, l->count), count = 0, drawn[2] = {0}, left[4] = {0}, last = 4;
    uint32_t **things = marked_by_label(m, thing_counts);
    tally_things(m, by);
    tally_cells(m->v, by);
    for (uint32_t x = 0; x < l->count; x++)
        if (x != l->outside && (by[x].vpcs || by[x].hosts || by[x].stores || by[x].out || by[x].in)) {
            uint64_t worse = UINT32_MAX - (by[x].out + by[x].in);
            keys[count++] = (struct netmap_key){(uint64_t)class_of(m->v, x, &by[x]) << 32 | worse, l->names[x], str_make(NULL, 0), x};
        }
    netmap_sort(keys, count);
    m->tiles = arena_array_of(m->a, struct netmap_tile, BIG_MAX + SMALL_MAX + 1);
    m->groups = arena_array_of(m->a, struct str, 8);
    m->boxes = arena_array_of(m->a, struct netmap_box, BIG_MAX + 1);
    m->nodes = arena_array_of(m->a, struct netmap_node, BIG_MAX * NODES_OF_TENANT + 1);
    bool last_small = false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t x = keys[i].row, kind = class_of(m->v, x, &by[x]);
        bool small = kind == 3 || drawn[0] == BIG_MAX;
        if (drawn[small] == (small ? SMALL_MAX : BIG_MAX)) {
            left[kind]++;
            continue;
        }
        if (kind != last || small != last_small)
            open_group(m, kind, m->v->half != NULL);
        last = kind;
        last_small = small;
        drawn[small]++;
        add_tile(m, x, &by[x], small, things, thing_counts);
    }
    for (uint32_t i = 0; i < m->v->net->vpcs_count; i++)
        m->tile_of_vpc[i] = m->tile_of_label[m->label_of_vpc[i]];
    if (left[0] || left[1] || left[2] || left[3])
        netmap_note(m, arena_printf(m->a, "Tenants not drawn: %u violated, %u shared, %u with something unknown, %u clean", left[0], left[1], left[2], left[3]));
}
