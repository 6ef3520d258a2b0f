/* A chain over both halves, hop by hop: host, connection, instance profile, role, key, bucket; and the edits that cut it. */
#include "prove/joint_internal.h"
#include "prove/net_internal.h"
#include "prove/tell_internal.h"

enum { JOINT_CUTS_MAX = 16 };

struct joint_teller {
    struct joiner *k;
    struct joint_cell *c;
    struct prove_cell iam; /* collects the cuts of the IAM hops */
    struct teller t;
    struct halver halver;
    uint32_t thing;        /* that the last step ended in, or NET_NONE */
    struct str at;         /* the same, or the principal, as people know it */
    uint32_t size;
};

static struct str thing_name(const struct joint_teller *w, uint32_t thing) { return net_thing_words(w->k->a, w->k->net->net, thing); }
static struct str label_name(const struct joint_teller *w) { return w->k->labels->names[w->c->subject]; }

static struct joint_hop *add_hop(struct joint_teller *w, enum joint_hop_kind kind, struct str from, struct str to)
{
    struct joint_hop *h = &w->c->hops[w->c->hop_count++];
    *h = (struct joint_hop){.kind = kind, .from = from, .to = to};
    return h;
}

static void add_cut(struct joint_teller *w, struct str edit)
{
    struct joint_cell *c = w->c;
    for (uint32_t i = 0; i < c->cut_count; i++)
        if (str_eq(c->cuts[i], edit))
            return;
    if (c->cut_count < JOINT_CUTS_MAX && c->verdict == PROVE_VIOLATED)
        c->cuts[c->cut_count++] = edit;
}

static void take_cuts(struct joint_teller *w)
{
    for (uint32_t i = 0; i < w->iam.cut_count; i++)
        add_cut(w, w->iam.cuts[i].edit);
    w->iam.cut_count = 0;
}

/* The engine shows one connection of the surest kind that there is; where it cannot, the hop stands without it. */
static struct reach_witness *show(struct joint_teller *w, uint32_t thing)
{
    static const enum reach_how hows[] = {HOW_DIRECT, HOW_DIRECT_INTERNET, HOW_DECLARED, HOW_ONE_WAY, HOW_ONE_WAY_INTERNET, HOW_UNKNOWN, HOW_UNKNOWN_INTERNET};
    struct joiner *k = w->k;
    struct reach_witness *out = arena_new_of(k->a, struct reach_witness);
    for (size_t i = 0; i < sizeof hows / sizeof *hows; i++) {
        struct err ignored = {0};
        bool shown = w->thing != NET_NONE ? reach_witness_of(k->net->reach, k->a, w->thing, thing, hows[i], out, &ignored)
                                          : reach_witness(k->net->reach, k->a, w->c->subject, thing, hows[i], out, &ignored);
        if (shown)
            return out;
    }
    return NULL;
}

static void tell_opens(struct joint_teller *w, uint32_t thing)
{
    struct str cuts[JOINT_CUTS_MAX], to = thing_name(w, thing);
    const struct reach_witness *witness = show(w, thing);
    struct str from = w->thing != NET_NONE ? w->at
                      : witness            ? thing_name(w, witness->from_thing)
                                           : arena_printf(w->k->a, "something of %.*s", STR_ARG(label_name(w)));
    struct joint_hop *h = add_hop(w, JOINT_OPENS, from, to);
    h->witness = witness;
    if (witness)
        h->note = net_port_words(w->k->a, witness->flow.proto, witness->lo, witness->hi);
    uint32_t count = witness && w->c->verdict == PROVE_VIOLATED ? net_cuts_of(&w->halver, witness, cuts, JOINT_CUTS_MAX) : 0;
    for (uint32_t i = 0; i < count; i++)
        add_cut(w, cuts[i]);
    w->thing = thing;
    w->at = to;
}

/* The way that the next call has to take. */
static void tell_way(struct joint_teller *w, const struct joint_way *way)
{
    const struct net *n = w->k->net->net;
    if (way->endpoint == NET_NONE || !n)
        return;
    struct str from = way->from_thing == NET_NONE ? arena_printf(w->k->a, "something of %.*s", STR_ARG(label_name(w))) : thing_name(w, way->from_thing);
    struct joint_hop *h = add_hop(w, JOINT_OPENS, from, n->endpoints[way->endpoint].id);
    h->note = arena_printf(w->k->a, "%.*s: the call goes %.*s", STR_ARG(n->endpoints[way->endpoint].service_name), STR_ARG(way->note));
}

static void tell_iam(struct joint_teller *w, const struct joint_step *s, struct prove_hop *hop, struct str to)
{
    struct joint_hop *h = add_hop(w, JOINT_IAM, hop->from, to);
    h->iam = hop;
    if (s->needs_way)
        h->note = s->way.note;
    take_cuts(w);
    w->at = to;
}

static void tell_step(struct joint_teller *w, const struct joint_step *s)
{
    struct joiner *k = w->k;
    struct prove_hop *hop = arena_new_of(k->a, struct prove_hop);
    if (s->needs_way)
        tell_way(w, &s->way);
    if (s->kind == STEP_PRINCIPAL || s->kind == STEP_OWN) {
        w->thing = s->thing;
        w->at = s->kind == STEP_OWN ? thing_name(w, s->thing) : graph_principal_name(k->g, k->a, k->g->nodes[s->node].principal);
    } else if (s->kind == STEP_OPENS)
        tell_opens(w, s->thing);
    else if (s->kind == STEP_RUNS_AS) {
        struct str to = graph_principal_name(k->g, k->a, k->g->nodes[s->node].principal);
        add_hop(w, JOINT_RUNS_AS, w->at, to)->note = STR("its code has the role");
        if (k->net->net->things[w->thing].kind == THING_HOST)
            add_cut(w, arena_printf(k->a, "take the role from %.*s: aws ec2 disassociate-iam-instance-profile", STR_ARG(w->at)));
        w->at = to;
        w->thing = NET_NONE;
    } else if (s->kind == STEP_EDGE) {
        tell_edge(&w->t, hop, &k->g->edges[s->at], false);
        tell_iam(w, s, hop, hop->to);
        w->thing = NET_NONE;
    } else if (s->kind == STEP_CONTROL) {
        const struct joint_control *c = &k->controls[s->at];
        struct graph_edge e = {.from = c->node, .to = c->node, .path = c->path, .thing = c->resource, .guard = c->guard, .level = c->level};
        tell_edge(&w->t, hop, &e, false);
        hop->to = thing_name(w, c->thing);
        hop->to_principal = WORLD_NONE;
        tell_iam(w, s, hop, hop->to);
        w->thing = c->thing;
    } else {
        w->iam.reach = &k->reaches[s->at];
        tell_reach(&w->t, hop);
        tell_iam(w, s, hop, hop->to);
    }
}

static void begin(struct joint_teller *w, struct joiner *k, struct joint_cell *c, uint32_t steps)
{
    *w = (struct joint_teller){.k = k, .c = c, .thing = NET_NONE};
    w->iam = (struct prove_cell){.subject = c->subject, .object = c->object, .verdict = c->verdict};
    tell_begin(k->v, &w->iam);
    w->t = (struct teller){.v = k->v, .c = &w->iam};
    w->halver = (struct halver){.h = k->net, .n = k->net->net, .a = k->a, .l = k->labels};
    w->at = k->labels->names[c->subject];
    c->hops = arena_array_of(k->a, struct joint_hop, (size_t)steps * 2 + 1);
    c->cuts = arena_array_of(k->a, struct str, JOINT_CUTS_MAX);
}

/* A host of neither side, in the chain. */
static void count_pivots(struct joiner *k, struct joint_cell *c, uint32_t thing)
{
    uint32_t label = k->net->label_of[thing];
    c->pivots += label != c->subject && label != c->object;
}

static struct str hop_words(struct joint_teller *w, const struct joint_hop *h)
{
    struct arena *a = w->k->a;
    if (h->kind == JOINT_OPENS)
        return arena_printf(a, "%.*s opens a connection to %.*s", STR_ARG(h->from), STR_ARG(h->to));
    if (h->kind == JOINT_RUNS_AS)
        return arena_printf(a, "which runs as %.*s", STR_ARG(h->to));
    bool last = h->iam && str_eqz(h->iam->path, "access");
    return arena_printf(a, "%.*s %s%.*s %.*s", STR_ARG(h->from), last ? "can " : "", STR_ARG(h->iam ? h->iam->title : h->note), STR_ARG(h->to));
}

static void tell_reason(struct joint_teller *w, enum joint_layer layer)
{
    struct joint_cell *c = w->c;
    struct buf b;
    buf_init(&b, 8192);
    for (uint32_t i = 0; i < c->hop_count; i++) {
        struct str words = hop_words(w, &c->hops[i]);
        bool ends = i + 1 == c->hop_count || i < 2;
        if (ends)
            buf_addf(&b, "%s%.*s", i ? "; " : "", STR_ARG(words));
        else if (i == 2)
            buf_addz(&b, "; ...");
        if (ends && c->hops[i].kind == JOINT_IAM && c->hops[i].note.len)
            buf_addf(&b, " (%.*s)", STR_ARG(c->hops[i].note));
    }
    if (layer == LAYER_MAYBE)
        buf_addz(&b, ", unless something that is not known forbids it");
    c->reason = arena_str(w->k->a, buf_str(&b));
    buf_done(&b);
}

void joint_tell(struct joiner *k, struct joint_cell *c, const struct joint_chain *chain)
{
    struct joint_teller w;
    begin(&w, k, c, chain->count);
    for (uint32_t i = 0; i < chain->count; i++) {
        tell_step(&w, &chain->steps[i]);
        if (chain->steps[i].thing != NET_NONE)
            count_pivots(k, c, chain->steps[i].thing);
    }
    tell_reason(&w, chain->layer);
}

void joint_tell_beside(struct joiner *k, struct joint_cell *c, const struct joint_chain *chain, const uint32_t *way, uint32_t count)
{
    struct joint_teller w;
    begin(&w, k, c, chain->count + count);
    for (uint32_t i = 0; i < chain->count; i++) {
        tell_step(&w, &chain->steps[i]);
        if (chain->steps[i].thing != NET_NONE)
            count_pivots(k, c, chain->steps[i].thing);
    }
    for (uint32_t i = 1; i < count; i++) {
        tell_opens(&w, way[i]);
        if (i + 1 < count)
            count_pivots(k, c, way[i]);
    }
    tell_reason(&w, chain->layer);
}
