/* What is drawn of a network that is small enough to be drawn thing by thing. */
#include "report/map_internal.h"

#include <inttypes.h>

enum { NODES_OF_BOX = 12 };

void netmap_note(struct netmap *m, struct str line)
{
    if (m->note_count < NETMAP_NOTES_MAX)
        m->notes[m->note_count++] = line;
}

struct str netmap_thing_name(const struct net *n, uint32_t thing)
{
    const struct net_thing *t = &n->things[thing];
    return t->name.len ? t->name : t->id.len ? t->id : t->arn;
}

static void mark(struct netmap *m, uint32_t thing, unsigned how)
{
    if (thing != NET_NONE && thing < m->v->net->things_count)
        m->marks[thing] = (uint8_t)(m->marks[thing] | how);
}

void netmap_marks(struct netmap *m)
{
    for (uint32_t i = 0; i < netmap_cell_count(m->v); i++) {
        struct netmap_cell c = netmap_cell_at(m->v, i);
        unsigned how = c.verdict == PROVE_VIOLATED ? NETMAP_HIT : c.verdict == PROVE_UNKNOWN ? NETMAP_UNSURE : 0;
        if (c.network && c.verdict == PROVE_VIOLATED)
            mark(m, c.network->from_thing, how);
        if (c.network)
            mark(m, c.network->to_thing, how);
        for (uint32_t k = 0; c.network && c.verdict == PROVE_VIOLATED && k < c.network->chain_count; k++)
            mark(m, c.network->chain[k], how);
        for (uint32_t k = 0; c.joint && !c.network && k < c.joint->hop_count; k++)
            if (c.joint->hops[k].witness) {
                mark(m, c.joint->hops[k].witness->from_thing, how);
                mark(m, c.joint->hops[k].witness->to_thing, how);
            }
    }
}

/* The subnet of a thing: of its interfaces' that with the smallest id. */
static uint32_t subnet_of(const struct net *n, const struct net_thing *t)
{
    uint32_t best = NET_NONE;
    NET_EACH(i, t->enis) {
        uint32_t s = n->enis[n->eni_order[i]].subnet;
        if (s != NET_NONE && (best == NET_NONE || str_cmp(n->subnets[s].id, n->subnets[best].id) < 0))
            best = s;
    }
    return best;
}

static bool is_drawn(const struct netmap *m, uint32_t thing)
{
    const struct net_thing *t = &m->v->net->things[thing];
    if (t->vpc == NET_NONE || t->external != NET_NONE || t->kind == THING_EXTERNAL)
        return false;
    return t->enis.count || t->kind == THING_STORE || m->marks[thing];
}

static uint64_t rank_of(const struct netmap *m, uint32_t thing)
{
    static const unsigned order[] = {[THING_HOST] = 1, [THING_TASK] = 2, [THING_FUNCTION] = 3, [THING_STORE] = 0, [THING_BALANCER] = 4,
                                     [THING_NAT] = 6, [THING_ENDPOINT] = 5, [THING_EXTERNAL] = 9, [THING_GATEWAY] = 7, [THING_OTHER] = 8};
    return (m->marks[thing] ? 0u : 16u) + order[m->v->net->things[thing].kind];
}

static void add_nodes(struct netmap *m, struct netmap_key *keys, uint32_t count, uint32_t box)
{
    struct netmap_box *b = &m->boxes[box];
    netmap_sort(keys, count);
    b->first = m->node_count;
    b->count = count > NODES_OF_BOX ? NODES_OF_BOX : count;
    b->left = count - b->count;
    for (uint32_t i = 0; i < b->count; i++) {
        uint32_t thing = keys[i].row;
        m->node_of[thing] = m->node_count;
        m->nodes[m->node_count++] = (struct netmap_node){.thing = thing, .box = box, .label = m->label_of[thing],
                                                         .hit = m->marks[thing] & NETMAP_HIT, .unknown = m->marks[thing] & NETMAP_UNSURE};
    }
}

/* Things of a VPC by subnet: heads[] are chains of things. Row `subnets` is for those whose subnet is not known. */
struct chains { uint32_t *by_subnet, *by_vpc, *next; };

static void add_box(struct netmap *m, uint32_t tile, uint32_t subnet, uint32_t head, const struct chains *c)
{
    const struct net *n = m->v->net;
    uint32_t count = 0;
    for (uint32_t t = head; t != NET_NONE; t = c->next[t])
        count++;
    struct netmap_key *keys = arena_array_of(m->a, struct netmap_key, count + 1);
    count = 0;
    for (uint32_t t = head; t != NET_NONE; t = c->next[t])
        keys[count++] = (struct netmap_key){rank_of(m, t), netmap_thing_name(n, t), n->things[t].arn, t};
    struct netmap_box *b = &m->boxes[m->box_count++];
    *b = (struct netmap_box){.tile = tile, .name = STR("no subnet, or not known which")};
    if (subnet != NET_NONE) {
        const struct net_subnet *s = &n->subnets[subnet];
        b->name = s->name.len ? s->name : s->id;
        b->title = arena_printf(m->a, "subnet %.*s %.*s %.*s%s", STR_ARG(s->id), STR_ARG(s->name), STR_ARG(s->az), s->declared_public ? ", declared public" : "");
    } else
        b->title = b->name;
    add_nodes(m, keys, count, m->box_count - 1);
}

static void add_boxes(struct netmap *m, uint32_t tile, uint32_t vpc, const struct chains *c)
{
    const struct net *n = m->v->net;
    const struct net_span subnets = n->vpcs[vpc].subnets;
    struct netmap_key *keys = arena_array_of(m->a, struct netmap_key, subnets.count + 1);
    uint32_t count = 0;
    NET_EACH(i, subnets)
        keys[count++] = (struct netmap_key){0, n->subnets[n->subnet_order[i]].id, str_make(NULL, 0), n->subnet_order[i]};
    netmap_sort(keys, count);
    m->tiles[tile].first = m->box_count;
    for (uint32_t i = 0; i < count; i++)
        add_box(m, tile, keys[i].row, c->by_subnet[keys[i].row], c);
    if (c->by_vpc[vpc] != NET_NONE)
        add_box(m, tile, NET_NONE, c->by_vpc[vpc], c);
    m->tiles[tile].count = m->box_count - m->tiles[tile].first;
}

static struct str account_words(const struct netmap *m, uint32_t account)
{
    if (account == NET_NONE)
        return STR("account not known");
    const struct net_account *x = &m->v->net->accounts[account];
    return arena_printf(m->a, "account %.*s%s%.*s%s", STR_ARG(x->id), x->name.len ? "  " : "", STR_ARG(x->name), x->collected ? "" : "  (not read)");
}

static void add_tile(struct netmap *m, uint32_t vpc, const struct chains *c)
{
    const struct net *n = m->v->net;
    const struct net_vpc *v = &n->vpcs[vpc];
    struct netmap_tile *t = &m->tiles[m->tile_count];
    uint32_t label = m->label_of_vpc[vpc];
    struct str account = account_words(m, v->account);
    if (!m->group_count || !str_eq(m->groups[m->group_count - 1], account))
        m->groups[m->group_count++] = account;
    *t = (struct netmap_tile){.label = label, .group = m->group_count - 1, .unknown = !v->collected || v->main_table == NET_NONE};
    t->name = m->v->labels->names[label];
    t->detail = arena_printf(m->a, "%.*s%s%.*s%s", STR_ARG(v->name), v->name.len ? "  " : "", STR_ARG(v->id),
                             !v->collected ? "  (not read)" : v->main_table == NET_NONE ? "  (routes not read)" : "");
    t->title = arena_printf(m->a, "VPC %.*s %.*s in %.*s, %.*s, of %.*s%s", STR_ARG(v->id), STR_ARG(v->name), STR_ARG(v->region), STR_ARG(account),
                            STR_ARG(t->name), t->unknown ? "; it was not read, or not all of it" : "");
    m->tile_of_vpc[vpc] = m->tile_count++;
    add_boxes(m, m->tile_count - 1, vpc, c);
    for (uint32_t i = t->first; i < t->first + t->count; i++)
        for (uint32_t k = m->boxes[i].first; k < m->boxes[i].first + m->boxes[i].count; k++)
            t->hit = t->hit || m->nodes[k].hit;
}

static void chain_things(struct netmap *m, struct chains *c)
{
    const struct net *n = m->v->net;
    c->by_subnet = arena_array_of(m->a, uint32_t, n->subnets_count + 1);
    c->by_vpc = arena_array_of(m->a, uint32_t, n->vpcs_count + 1);
    c->next = arena_array_of(m->a, uint32_t, n->things_count + 1);
    memset(c->by_subnet, 0xFF, n->subnets_count * sizeof *c->by_subnet);
    memset(c->by_vpc, 0xFF, n->vpcs_count * sizeof *c->by_vpc);
    for (uint32_t t = 0; t < n->things_count; t++) {
        if (!is_drawn(m, t))
            continue;
        uint32_t s = subnet_of(n, &n->things[t]);
        uint32_t *head = s == NET_NONE ? &c->by_vpc[n->things[t].vpc] : &c->by_subnet[s];
        c->next[t] = *head;
        *head = t;
    }
}

void netmap_by_vpc(struct netmap *m)
{
    const struct net *n = m->v->net;
    struct netmap_key *keys = arena_array_of(m->a, struct netmap_key, n->vpcs_count + 1);
    struct chains c;
    for (uint32_t i = 0; i < n->vpcs_count; i++) {
        uint32_t account = n->vpcs[i].account;
        keys[i] = (struct netmap_key){account == NET_NONE, account == NET_NONE ? STR("") : n->accounts[account].id, n->vpcs[i].id, i};
    }
    netmap_sort(keys, n->vpcs_count);
    m->tiles = arena_array_of(m->a, struct netmap_tile, n->vpcs_count + 1);
    m->groups = arena_array_of(m->a, struct str, n->vpcs_count + 1);
    m->boxes = arena_array_of(m->a, struct netmap_box, n->subnets_count + n->vpcs_count + 1);
    m->nodes = arena_array_of(m->a, struct netmap_node, n->things_count + 1);
    chain_things(m, &c);
    for (uint32_t i = 0; i < n->vpcs_count; i++)
        add_tile(m, keys[i].row, &c);
}
