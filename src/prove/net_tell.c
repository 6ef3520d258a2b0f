/* What is told of each cell: a connection, its reason in a line, what cuts it. */
#include "prove/net_internal.h"

enum { CHAIN_MAX = 64, CUTS_MAX = 12, OVER_MAX = 400 };

static const enum reach_how certain[] = {HOW_DIRECT, HOW_DIRECT_INTERNET, HOW_DECLARED, HOW_ONE_WAY, HOW_ONE_WAY_INTERNET};
static const enum reach_how every[] = {HOW_DECLARED, HOW_DIRECT, HOW_DIRECT_INTERNET, HOW_ONE_WAY, HOW_ONE_WAY_INTERNET, HOW_UNKNOWN,
                                       HOW_UNKNOWN_INTERNET};

struct ways {
    const enum reach_how *items;
    uint32_t count;
};

/* By what a cell of this word is reached. */
static struct ways ways_of(const struct halver *v, const struct net_cell *c)
{
    static const enum reach_how direct[] = {HOW_DIRECT, HOW_DECLARED}, internet[] = {HOW_DIRECT_INTERNET},
                                one_way[] = {HOW_ONE_WAY, HOW_ONE_WAY_INTERNET}, unknown[] = {HOW_UNKNOWN, HOW_UNKNOWN_INTERNET};
    switch (c->word) {
    case NET_WORD_DIRECT: return (struct ways){direct, c->object == v->l->unassigned ? 2 : 1};
    case NET_WORD_INTERNET: return (struct ways){internet, 1};
    case NET_WORD_ONE_WAY: return (struct ways){one_way, 2};
    case NET_WORD_UNKNOWN: return (struct ways){unknown, 2};
    case NET_WORD_DECLARED: return (struct ways){every, net_is_free(v->l, c->subject, c->object) ? 7 : 1};
    default: return (struct ways){NULL, 0};
    }
}

/* The first thing of the object that is reached so, stores before the rest. */
static bool find_thing(struct halver *v, struct net_cell *c, enum reach_how *how)
{
    struct ways w = ways_of(v, c);
    for (uint32_t i = v->first_object[c->object]; i < v->first_object[c->object + 1]; i++)
        for (uint32_t k = 0; k < w.count; k++)
            if (net_bit(reach_labels(v->h->reach, v->objects[i], w.items[k]), c->subject)) {
                *how = w.items[k];
                c->to_thing = v->objects[i];
                return true;
            }
    return false;
}

static bool is_reached(struct halver *v, const struct net_cell *c, uint32_t thing)
{
    static const enum reach_how known[] = {HOW_DIRECT, HOW_DIRECT_INTERNET, HOW_ONE_WAY, HOW_ONE_WAY_INTERNET};
    struct ways w = ways_of(v, c), broken = {known, 4};
    if (c->word == NET_WORD_PIVOT)
        return net_bit(reach_pivot_labels(v->h->reach, thing, false), c->subject);
    for (int pass = 0; pass < (c->verdict == PROVE_VIOLATED ? 2 : 1); pass++, w = broken)
        for (uint32_t k = 0; k < w.count; k++)
            if (net_bit(reach_labels(v->h->reach, thing, w.items[k]), c->subject))
                return true;
    return false;
}

static void count_things(struct halver *v, struct net_cell *c)
{
    for (uint32_t i = v->first_object[c->object]; i < v->first_object[c->object + 1]; i++)
        if (is_reached(v, c, v->objects[i])) {
            c->things++;
            c->stores += v->n->things[v->objects[i]].kind == THING_STORE;
        }
}

static bool is_between(enum net_kind k)
{
    return k == NET_PEERING || k == NET_TGW || k == NET_IGW || k == NET_EIGW || k == NET_NAT || k == NET_VGW || k == NET_ENDPOINT ||
           k == NET_SERVICE || k == NET_LB || k == NET_FIREWALL || k == NET_ENTRANCE || k == NET_ATTACHMENT;
}

/* "over pcx-1": the gateways and the like that the packet passes. */
static struct str over(struct halver *v, const struct walk_path *p)
{
    struct buf b;
    struct str last = {0};
    buf_init(&b, OVER_MAX);
    for (uint32_t i = 0; p && i < p->hop_count; i++) {
        struct net_ref at = is_between(p->hops[i].at.kind) ? p->hops[i].at : p->hops[i].by;
        struct str id = is_between(at.kind) ? net_id(v->n, at) : str_make(NULL, 0);
        if (!id.len || str_eq(id, last))
            continue;
        buf_addz(&b, b.len ? ", " : " over ");
        buf_add(&b, id);
        last = id;
    }
    struct str out = b.len && !b.failed ? arena_str(v->a, buf_str(&b)) : STR("");
    buf_done(&b);
    return out;
}

static struct str more(struct halver *v, const struct net_cell *c)
{
    if (c->things < 2)
        return STR("");
    return arena_printf(v->a, "; %u thing(s) in all, %u of them data stores", c->things, c->stores);
}

static struct str reason_of_witness(struct halver *v, const struct net_cell *c, const struct reach_witness *w)
{
    struct str from = net_thing_words(v->a, v->n, w->from_thing), to = net_thing_words(v->a, v->n, w->to_thing);
    struct str port = net_port_words(v->a, w->flow.proto, w->lo, w->hi), way = over(v, w->path), rest = more(v, c);
    const struct walk_path *p = w->path;
    if (c->word == NET_WORD_UNKNOWN)
        return arena_printf(v->a, "%.*s may open %.*s of %.*s%.*s: %.*s", STR_ARG(from), STR_ARG(port), STR_ARG(to), STR_ARG(way),
                            STR_ARG(p->reason.len ? p->reason : STR("something that decides was not read")));
    if (p->verdict == REACH_ONE_WAY)
        return arena_printf(v->a, "packets of %.*s arrive at %.*s of %.*s%.*s; the answer does not return%s%s%.*s", STR_ARG(from), STR_ARG(port),
                            STR_ARG(to), STR_ARG(way), p->blocked_by ? ": " : "", p->blocked_by ? p->blocked_by : "", STR_ARG(rest));
    return arena_printf(v->a, "%.*s opens %.*s of %.*s%.*s%s%.*s", STR_ARG(from), STR_ARG(port), STR_ARG(to), STR_ARG(way),
                        w->chosen_source_ports ? ", with source ports that it chooses" : "", STR_ARG(rest));
}

static bool tell_way(struct halver *v, struct net_cell *c, bool witness, struct err *e)
{
    enum reach_how how;
    count_things(v, c);
    if (!find_thing(v, c, &how))
        return true;
    if (!witness) {
        c->reason = arena_printf(v->a, "%.*s is reached%.*s", STR_ARG(net_thing_words(v->a, v->n, c->to_thing)), STR_ARG(more(v, c)));
        return true;
    }
    struct reach_witness *w = arena_new_of(v->a, struct reach_witness);
    if (!reach_witness(v->h->reach, v->a, c->subject, c->to_thing, how, w, e))
        return false;
    c->witnesses = w;
    c->witness_count = 1;
    c->from_thing = w->from_thing;
    c->reason = reason_of_witness(v, c, w);
    return true;
}

static struct str chain_words(struct halver *v, const struct net_cell *c)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_add(&b, net_thing_words(v->a, v->n, c->from_thing));
    for (uint32_t i = 0; i < c->chain_count; i++) {
        buf_addz(&b, " -> ");
        buf_add(&b, net_thing_words(v->a, v->n, c->chain[i]));
        uint32_t label = v->h->label_of[c->chain[i]];
        if (label < v->l->count && label != c->object)
            buf_addf(&b, " of %.*s", STR_ARG(v->l->names[label]));
    }
    struct str out = arena_str(v->a, buf_str(&b));
    buf_done(&b);
    return out;
}

static bool witness_of(struct halver *v, uint32_t from, uint32_t to, struct reach_witness *w, struct err *e)
{
    struct err none = {0}; /* of the ways that are not there; or that the walker does not agree */
    for (size_t k = 0; k < sizeof certain / sizeof *certain; k++) {
        err_clear(&none);
        if (reach_witness_of(v->h->reach, v->a, from, to, certain[k], w, &none))
            return true;
    }
    return err_set(e, none.kind, "%s", none.message);
}

static bool tell_pivot(struct halver *v, struct net_cell *c, bool witness, struct err *e)
{
    uint32_t way[CHAIN_MAX];
    struct net_search q = {.x = c->subject, .y = c->object, .declared = c->verdict != PROVE_VIOLATED};
    uint32_t count = net_pivot_search(v, &q, way, CHAIN_MAX);
    count_things(v, c);
    if (count < 3)
        return true;
    c->from_thing = way[0];
    c->to_thing = way[count - 1];
    c->pivots = count - 2;
    c->chain_count = count - 1;
    c->chain = arena_array_of(v->a, uint32_t, count);
    memcpy(c->chain, way + 1, c->chain_count * sizeof *way);
    c->reason = arena_printf(v->a, "over %u host(s) of others: %.*s%.*s", c->pivots, STR_ARG(chain_words(v, c)), STR_ARG(more(v, c)));
    if (!witness)
        return true;
    c->witnesses = arena_array_of(v->a, struct reach_witness, c->chain_count);
    for (uint32_t i = 0; i < c->chain_count; i++)
        if (!witness_of(v, way[i], way[i + 1], &c->witnesses[i], e))
            return false;
    c->witness_count = c->chain_count;
    return true;
}

static void tell_unknown_pivot(struct halver *v, struct net_cell *c)
{
    uint32_t way[CHAIN_MAX];
    struct net_search q = {.x = c->subject, .y = c->object, .unknown = true};
    uint32_t count = net_pivot_search(v, &q, way, CHAIN_MAX);
    c->reason = STR("a way over hosts of others may be open: something that decides about it was not read");
    if (count < 3)
        return;
    c->from_thing = way[0];
    c->to_thing = way[count - 1];
    c->things = 1;
    c->stores = v->n->things[c->to_thing].kind == THING_STORE;
    c->chain_count = count - 1;
    c->chain = arena_array_of(v->a, uint32_t, count);
    memcpy(c->chain, way + 1, c->chain_count * sizeof *way);
    c->reason = arena_printf(v->a, "a way over hosts of others may be open, something that decides about it was not read: %.*s", STR_ARG(chain_words(v, c)));
}

static void tell_missing(struct halver *v, struct net_cell *c)
{
    if (!c->gap_count)
        return;
    const struct prove_missing *m = &v->h->missing[c->gaps[0]];
    c->reason = arena_printf(v->a, "%.*s%s%.*s", STR_ARG(m->what), m->why.len ? ": " : "", STR_ARG(m->why));
}

static bool tell(struct halver *v, struct net_cell *c, bool witness, struct err *e)
{
    enum net_doubt doubt = (enum net_doubt)v->doubts[net_cell_at(v, c->subject, c->object)];
    if (c->word == NET_WORD_PIVOT || (c->verdict == PROVE_DECLARED && doubt == DOUBT_PIVOT))
        return tell_pivot(v, c, witness, e);
    if (doubt == DOUBT_PIVOT)
        tell_unknown_pivot(v, c);
    else if (doubt == DOUBT_HIDDEN)
        c->reason = STR("a host in a VPC of the organization that was not collected may stand between");
    else if (doubt == DOUBT_MISSING)
        tell_missing(v, c);
    else
        return tell_way(v, c, witness, e);
    return true;
}

static void cut(struct halver *v, struct net_cell *c)
{
    struct str cuts[CUTS_MAX] = {{0}};
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->witness_count && count < CUTS_MAX; i++)
        count += net_cuts_of(v, &c->witnesses[i], cuts + count, CUTS_MAX - count);
    c->cuts = arena_array_of(v->a, struct str, count + 1);
    c->cut_count = count;
    memcpy(c->cuts, cuts, count * sizeof *cuts);
}

/* The engine's verdict stands where the walker does not follow it: it is the one that says more. That is a defect of ward,
 * and it is said where it shows. */
static bool tell_all(struct halver *v, struct net_cell *c, bool witness, struct err *e)
{
    if (tell(v, c, witness, e))
        return true;
    if (e->kind != ERR_INTERNAL)
        return false;
    c->reason = arena_printf(v->a, NET_NOT_REPLAYED "%s", e->message);
    c->witnesses = NULL;
    c->witness_count = 0;
    err_clear(e);
    return true;
}

bool net_cells_tell(struct halver *v, struct err *e)
{
    uint32_t witnesses = 0;
    for (uint32_t i = 0; i < v->h->cell_count; i++) {
        struct net_cell *c = &v->h->cells[i];
        bool witness = witnesses < NET_WITNESSES_MAX;
        if (!tell_all(v, c, witness, e))
            return false;
        witnesses += c->witness_count > 0;
        if (!c->reason.ptr)
            c->reason = c->verdict == PROVE_UNKNOWN ? STR("something that bears on it was not read") : STR("see the cells of its hosts");
        if (c->verdict == PROVE_VIOLATED)
            cut(v, c);
    }
    return true;
}
