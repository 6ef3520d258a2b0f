/*
 * Why a connection is there now and was not, or the other way round.
 *
 * `with` has the connection, `without` has not. Taking back in `with` one by one what `without` lacks, for as long as
 * the walker gets through, leaves a set that is needed whole (one by one it is; Zeller and Hildebrandt, "Simplifying
 * and Isolating Failure-Inducing Input", IEEE TSE 28(2), February 2002, call it 1-minimal). What stood in the way in
 * `without` is found there.
 */
#include "prove/change_internal.h"

enum { PIECES_MAX = 128, BLOCKERS_MAX = 8, WAYS_MAX = 8 };

struct explain {
    struct net_half *h, *o; /* with, without */
    const struct reach_witness *w;
    struct piece pieces[PIECES_MAX];
    union piece_kept kept[PIECES_MAX];
    bool back[PIECES_MAX];   /* taken back now */
    bool needed[PIECES_MAX]; /* tried: without it nothing gets through */
    uint32_t count;
};

static bool opens(const struct net *n, const struct net_flow *f, uint32_t thing, enum reach_verdict at_least)
{
    struct arena *scratch = arena_new(0);
    struct walk out;
    walk_flow(n, scratch, f, &out);
    const struct walk_path *p = walk_to(n, &out, (struct net_ref){NET_THING, thing});
    bool yes = p && p->verdict >= at_least;
    arena_free(scratch);
    return yes;
}

static bool still_opens(const struct explain *x)
{
    return opens(x->h->net, &x->w->flow, x->w->to_thing, x->w->path->verdict);
}

static void add_piece(struct explain *x, enum piece_kind kind, struct net_ref r)
{
    struct piece p = {.kind = kind, .ref = r};
    if (r.index == NET_NONE || r.kind == NET_NOTHING || x->count == PIECES_MAX)
        return;
    for (uint32_t i = 0; i < x->count; i++)
        if (x->pieces[i].kind == kind && x->pieces[i].ref.kind == r.kind && x->pieces[i].ref.index == r.index)
            return;
    if (piece_differs(x->h, x->o, &p))
        x->pieces[x->count++] = p;
}

/* What rests on a place of the way beside its own row. */
static void add_place(struct explain *x, struct net_ref r)
{
    const struct net *n = x->h->net;
    if (r.kind == NET_ENI && r.index != NET_NONE) {
        NET_EACH (i, n->enis[r.index].groups)
            add_piece(x, PIECE_MEMBER, (struct net_ref){NET_ENI, i});
        NET_EACH (i, n->enis[r.index].addresses)
            if (n->addresses[i].public_ip)
                add_piece(x, PIECE_PUBLIC, (struct net_ref){NET_ENI, i});
    } else if (r.kind == NET_SUBNET) {
        add_piece(x, PIECE_SUBNET_TABLE, r);
        add_piece(x, PIECE_SUBNET_ACL, r);
        add_piece(x, PIECE_SUBNET_BPA, r);
    } else if (r.kind == NET_ATTACHMENT)
        add_piece(x, PIECE_ATTACHMENT_TABLE, r);
}

static void add_hops(struct explain *x, const struct walk_hop *hops, uint32_t count)
{
    const struct net *n = x->h->net;
    for (uint32_t i = 0; i < count; i++) {
        struct net_ref at = hops[i].at, by = hops[i].by;
        add_piece(x, PIECE_ROW, by);
        add_piece(x, PIECE_ROW, at);
        add_place(x, at);
        if (at.kind == NET_ENI && at.index != NET_NONE && n->enis[at.index].subnet != NET_NONE)
            add_place(x, (struct net_ref){NET_SUBNET, n->enis[at.index].subnet});
        if (by.kind == NET_RULE && by.index != NET_NONE && n->rules[by.index].peer == PEER_GROUP &&
            x->w->flow.from.at.kind == NET_ENI)
            add_place(x, x->w->flow.from.at);
    }
}

/* The last that was taken back first: rows of one interface change places. */
static void put_all_back(struct explain *x)
{
    for (uint32_t i = 0; i < x->count; i++)
        if (x->back[i])
            piece_put_back(x->h->net, &x->pieces[i], &x->kept[i]);
}

/* Without all that is known to differ there may be another way, on which something else differs: a second new rule
 * beside the first. */
static bool widen(struct explain *x)
{
    struct arena *scratch = arena_new(0);
    struct walk out;
    uint32_t before = x->count;
    for (uint32_t i = x->count; i-- > 0;)
        x->back[i] = piece_take_back(x->h->net, x->o->net, &x->pieces[i], &x->kept[i]);
    walk_flow(x->h->net, scratch, &x->w->flow, &out);
    put_all_back(x);
    memset(x->back, 0, sizeof x->back);
    const struct walk_path *p = walk_to(x->h->net, &out, (struct net_ref){NET_THING, x->w->to_thing});
    if (p && p->verdict >= x->w->path->verdict) {
        add_hops(x, p->hops, p->hop_count);
        add_hops(x, p->return_hops, p->return_count);
    }
    arena_free(scratch);
    return x->count > before;
}

/* From the end, so that what is told first stays: what lets in and what leads there, on the way that is shown. */
static void minimize(struct explain *x)
{
    for (uint32_t i = 0; i < WAYS_MAX && widen(x);)
        i++;
    for (uint32_t i = x->count; i-- > 0;) {
        if (!piece_take_back(x->h->net, x->o->net, &x->pieces[i], &x->kept[i]))
            continue;
        x->back[i] = still_opens(x);
        x->needed[i] = !x->back[i];
        if (!x->back[i])
            piece_put_back(x->h->net, &x->pieces[i], &x->kept[i]);
    }
}

/* As the proof after sees it: what the side with the connection has was added where it is the newer one. */
static enum change_what seen(enum change_what what, bool opened)
{
    return what == CHANGE_ALTERED || opened ? what : what == CHANGE_ADDED ? CHANGE_REMOVED : CHANGE_ADDED;
}

static void tell(struct cause_list *l, struct explain *x, const struct piece *p, bool tried, bool opened)
{
    struct str here = piece_text(l->a, x->h, p),
               there = p->what == CHANGE_ALTERED ? piece_other_text(l->a, x->o, p) : str_make(NULL, 0);
    struct change_cause c = {
        .what = seen(p->what, opened), .kind = piece_kind_words(p), .id = piece_id(x->h->net, p), .tried = tried};
    c.text = opened || !there.ptr ? here : there;
    c.before = !there.ptr ? there : opened ? there : here;
    cause_add(l, c);
}

/* The same packet in the other network. False where its sender is not there. */
static bool translate(const struct explain *x, struct net_flow *f, uint32_t *thing)
{
    const struct net *n = x->h->net, *o = x->o->net;
    struct net_ref from = net_find(o, net_id(n, x->w->flow.from.at)),
                   to = net_find(o, net_id(n, (struct net_ref){NET_THING, x->w->to_thing}));
    *f = x->w->flow;
    if (from.kind != x->w->flow.from.at.kind || f->entrance_plus_one)
        return false;
    f->from.at = from;
    *thing = to.kind == NET_THING ? to.index : to.kind == NET_ENI ? o->enis[to.index].thing : NET_NONE;
    return *thing != NET_NONE;
}

/* The row that stopped the packet, where it is one that is not there any more; a route that led it elsewhere. */
static bool blocker(const struct explain *x, const struct walk *out, const struct piece *known, uint32_t count,
                    struct piece *p)
{
    for (uint32_t k = 0; k < out->count; k++)
        for (int back = 0; back < 2; back++) {
            const struct walk_hop *hops = back ? out->paths[k].return_hops : out->paths[k].hops;
            uint32_t hop_count = back ? out->paths[k].return_count : out->paths[k].hop_count;
            for (uint32_t i = hop_count; i-- > 0;) {
                *p = (struct piece){.kind = PIECE_ROW, .ref = hops[i].by};
                bool seen_before = p->ref.index == NET_NONE || (hops[i].act == HOP_PASS && p->ref.kind != NET_ROUTE &&
                                                                p->ref.kind != NET_TGW_ROUTE);
                for (uint32_t m = 0; m < count; m++)
                    seen_before |= known[m].ref.kind == p->ref.kind && known[m].ref.index == p->ref.index;
                if (!seen_before && p->ref.kind != NET_NOTHING && piece_differs(x->o, x->h, p) &&
                    p->what == CHANGE_ADDED)
                    return true;
            }
        }
    return false;
}

/* What `without` had in the way and `with` has not. */
static void tell_blockers(struct cause_list *l, struct explain *x, bool opened)
{
    struct net_flow f;
    struct piece found[BLOCKERS_MAX];
    union piece_kept kept[BLOCKERS_MAX];
    bool back[BLOCKERS_MAX] = {false};
    uint32_t thing, count = 0;
    if (!translate(x, &f, &thing))
        return;
    struct net *o = x->o->net;
    struct arena *scratch = arena_new(0);
    for (struct walk out; count < BLOCKERS_MAX; count++) {
        walk_flow(o, scratch, &f, &out);
        if (!blocker(x, &out, found, count, &found[count]))
            break;
        back[count] = piece_take_back(o, x->h->net, &found[count], &kept[count]);
    }
    bool open = opens(o, &f, thing, x->w->path->verdict);
    for (uint32_t i = count; i-- > 0;)
        if (back[i])
            piece_put_back(o, &found[i], &kept[i]);
    arena_free(scratch);
    struct explain other = {.h = x->o, .o = x->h, .w = x->w};
    for (uint32_t i = 0; i < count; i++)
        tell(l, &other, &found[i], open && count == 1, !opened);
}

/* Who sends and who is reached may be new, or another's than before. */
static void add_ends(struct explain *x)
{
    add_piece(x, PIECE_OWNER, (struct net_ref){NET_THING, x->w->from_thing});
    add_piece(x, PIECE_OWNER, (struct net_ref){NET_THING, x->w->to_thing});
    add_piece(x, PIECE_ROW, x->w->flow.from.at);
}

void change_net_causes(struct cause_list *l, struct net_half *with, struct net_half *without,
                       const struct reach_witness *w, bool opened)
{
    if (!w->path)
        return;
    struct explain *x = arena_new_of(l->a, struct explain);
    *x = (struct explain){.h = with, .o = without, .w = w};
    add_ends(x);
    add_hops(x, w->path->hops, w->path->hop_count);
    add_hops(x, w->path->return_hops, w->path->return_count);
    if (still_opens(x))
        minimize(x);
    put_all_back(x);
    for (uint32_t i = 0; i < x->count; i++)
        if (!x->back[i])
            tell(l, x, &x->pieces[i], x->needed[i], opened);
    tell_blockers(l, x, opened);
}
