/* Both halves' verdicts in one. */
#include "prove/joint_internal.h"

#include <stdlib.h>

static int rank(enum prove_verdict v)
{
    static const int ranks[PROVE_VERDICTS] = {[PROVE_PROVED] = 0, [PROVE_DECLARED] = 1, [PROVE_UNKNOWN] = 2, [PROVE_VIOLATED] = 3};
    return ranks[v];
}

enum prove_verdict joint_worse(enum prove_verdict x, enum prove_verdict y) { return rank(x) >= rank(y) ? x : y; }

struct placed {
    uint64_t key;
    uint32_t at;
};

static int by_key(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

static void index_sort(struct arena *a, struct placed *all, uint32_t count, struct cell_index *out)
{
    out->count = count;
    out->keys = arena_array_of(a, uint64_t, count + 1);
    out->at = arena_array_of(a, uint32_t, count + 1);
    if (count)
        qsort(all, count, sizeof *all, by_key);
    for (uint32_t i = 0; i < count; i++) {
        out->keys[i] = all[i].key;
        out->at[i] = all[i].at;
    }
}

static void index_cells(struct joiner *k)
{
    struct arena *scratch = arena_new(0);
    uint32_t most = k->iam->cell_count > k->net->cell_count ? k->iam->cell_count : k->net->cell_count;
    struct placed *all = arena_array_of(scratch, struct placed, most + 1);
    for (uint32_t i = 0; i < k->iam->cell_count; i++)
        all[i] = (struct placed){joint_at(k, k->iam->cells[i].subject, k->iam->cells[i].object), i};
    index_sort(k->a, all, k->iam->cell_count, &k->iam_cells);
    for (uint32_t i = 0; i < k->net->cell_count; i++)
        all[i] = (struct placed){joint_at(k, k->net->cells[i].subject, k->net->cells[i].object), i};
    index_sort(k->a, all, k->net->cell_count, &k->net_cells);
    arena_free(scratch);
}

static uint32_t find(const struct cell_index *c, uint64_t key)
{
    uint32_t lo = 0, hi = c->count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (c->keys[mid] < key)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < c->count && c->keys[lo] == key ? c->at[lo] : UINT32_MAX;
}

const struct prove_cell *joint_iam_cell(const struct joiner *k, uint32_t subject, uint32_t object)
{
    uint32_t at = find(&k->iam_cells, joint_at(k, subject, object));
    return at == UINT32_MAX ? NULL : &k->iam->cells[at];
}

const struct net_cell *joint_net_cell(const struct joiner *k, uint32_t subject, uint32_t object)
{
    uint32_t at = find(&k->net_cells, joint_at(k, subject, object));
    return at == UINT32_MAX ? NULL : &k->net->cells[at];
}

static bool is_object(const struct joiner *k, uint32_t y) { return k->iam->is_object[y] || k->net->is_object[y]; }

static enum prove_verdict iam_verdict(const struct joiner *k, uint32_t x, uint32_t y)
{
    return k->iam->is_object[y] ? prove_verdict_of(k->iam, x, y) : PROVE_PROVED;
}

static enum prove_verdict net_verdict(const struct joiner *k, uint32_t x, uint32_t y)
{
    return k->net->is_object[y] ? (enum prove_verdict)k->net->verdicts[joint_at(k, x, y)] : PROVE_PROVED;
}

/* What the joint answer adds to a cell: a chain over both halves. */
struct joined {
    struct joint_chain chain;
    bool beside;          /* it ends in a thing that is controlled, not in a store */
    bool capped;          /* not looked for: there are too many */
    enum prove_verdict verdict;
};

/* A cell of the IAM half that hangs on the network alone. */
static bool hangs(const struct joiner *k, uint32_t x, uint32_t y)
{
    return iam_verdict(k, x, y) == PROVE_UNKNOWN && k->iam->levels[joint_at(k, x, y)] == LEVEL_NETWORK;
}

/* Facts of the network are missing that bear on where x can be. */
static bool row_missing(const struct joiner *k, uint32_t x)
{
    for (uint32_t i = 0; i < k->net->missing_count; i++) {
        const struct prove_missing *m = &k->net->missing[i];
        if ((!m->rows && !m->columns) || (m->rows && bits_get(m->rows, x)))
            return true;
    }
    return false;
}

/* The halves by themselves; of what hangs on the network, what the network says to it. */
static enum prove_verdict base_verdict(const struct joiner *k, uint32_t x, uint32_t y, bool missing)
{
    enum prove_verdict iam = iam_verdict(k, x, y);
    if (hangs(k, x, y)) {
        const struct prove_cell *c = joint_iam_cell(k, x, y);
        bool open = !c || c->gap_count || missing || k->reaches_capped;
        iam = open ? PROVE_UNKNOWN : PROVE_PROVED;
    }
    return joint_worse(iam, net_verdict(k, x, y));
}

static struct joined *joined_of(const struct joiner *k, uint32_t x, uint32_t y)
{
    uint64_t key = joint_at(k, x, y);
    return map_get(&k->joined, str_make((const char *)&key, sizeof key));
}

static void join(struct joiner *k, uint32_t x, uint32_t y, const struct joined *one)
{
    uint64_t key = joint_at(k, x, y);
    struct joined *copy = arena_new_of(k->a, struct joined);
    *copy = *one;
    map_put(&k->joined, arena_str(k->a, str_make((const char *)&key, sizeof key)), copy);
}

/* One cell at one layer: a chain that is not declared, or none. */
static bool seek(struct joiner *k, uint32_t x, uint32_t y, enum joint_layer layer, struct joined *out)
{
    uint64_t mask = k->v->masks[joint_at(k, x, y)], *blocked = mask ? bits_new(k->a, k->n) : NULL;
    if (mask)
        prove_blocked(k->v, mask, blocked);
    if (joint_seek(k, x, y, layer, blocked, &out->chain)) {
        out->verdict = prove_verdict_at(k->labels, x, y, layer == LAYER_SURE ? LEVEL_CERTAIN : LEVEL_UNKNOWN);
        return true;
    }
    out->verdict = mask && out->verdict != PROVE_DECLARED && joint_seek(k, x, y, layer, NULL, &out->chain) ? PROVE_DECLARED : out->verdict;
    return false;
}

static void seek_row(struct joiner *k, uint32_t x, bool missing)
{
    for (int l = 0; l < LAYERS; l++)
        for (uint32_t y = 0; y < k->n; y++) {
            enum joint_open best = (enum joint_open)k->best[joint_at(k, x, y)];
            enum graph_level level = best == OPEN_YES ? LEVEL_CERTAIN : best == OPEN_MAYBE ? LEVEL_UNKNOWN : LEVEL_NEVER;
            enum prove_verdict base = base_verdict(k, x, y, missing), want = prove_verdict_at(k->labels, x, y, level);
            struct joined *known = joined_of(k, x, y), one = {.verdict = known ? known->verdict : PROVE_PROVED};
            if (x == y || !is_object(k, y) || best == OPEN_NO || joint_worse(base, want) == base || (l == LAYER_SURE && best != OPEN_YES) ||
                (known && known->verdict != PROVE_DECLARED))
                continue;
            one.capped = ++k->seeks > JOINT_SEEKS_MAX;
            if (one.capped)
                one.verdict = PROVE_UNKNOWN;
            else
                (void)seek(k, x, y, (enum joint_layer)l, &one);
            if (one.verdict != PROVE_PROVED && (!known || known->verdict != one.verdict))
                join(k, x, y, &one);
        }
}

/* A way over nothing that `via` declares; not looked for where there are too many. */
static bool is_open_beside(struct joiner *k, uint32_t x, uint32_t y, enum joint_layer layer)
{
    uint32_t way[64];
    struct joint_chain chain;
    return ++k->seeks > JOINT_SEEKS_MAX || joint_beside_way(k, x, y, layer, false, way, 64, &chain);
}

/* What the subject gets at from hosts that it controls by IAM. Shared things are there for all. */
static void beside(struct joiner *k, uint32_t x, bool missing)
{
    for (uint32_t y = 0; k->beside && y < k->n; y++) {
        uint8_t b = k->beside[joint_at(k, x, y)];
        const struct joined *known = joined_of(k, x, y);
        enum prove_verdict have = joint_worse(base_verdict(k, x, y, missing), known ? known->verdict : PROVE_PROVED);
        bool free = y >= k->labels->tenants && y < k->labels->unassigned && x < k->labels->unassigned;
        enum prove_verdict v = free || b & BESIDE_DECLARED                ? PROVE_DECLARED
                               : (b & BESIDE_OPEN) == OPEN_YES ? PROVE_VIOLATED
                                                                          : PROVE_UNKNOWN;
        struct joined one = {.beside = true, .verdict = v, .chain = {.layer = (b & BESIDE_OPEN) == OPEN_YES ? LAYER_SURE : LAYER_MAYBE}};
        if (!b || x == y || !is_object(k, y) || joint_worse(have, v) == have)
            continue;
        if (v != PROVE_DECLARED && k->v->masks[joint_at(k, x, y)] && !is_open_beside(k, x, y, one.chain.layer))
            one.verdict = PROVE_DECLARED;
        if (joint_worse(have, one.verdict) != have)
            join(k, x, y, &one);
    }
}

static void decide(struct joiner *k)
{
    struct joint *j = k->j;
    for (uint32_t x = 0; x < k->n; x++) {
        bool missing = row_missing(k, x);
        if (k->extended)
            seek_row(k, x, missing);
        beside(k, x, missing);
        for (uint32_t y = 0; y < k->n; y++) {
            if (x == y || !is_object(k, y))
                continue;
            const struct joined *one = joined_of(k, x, y);
            enum prove_verdict base = base_verdict(k, x, y, missing), v = one ? joint_worse(base, one->verdict) : base;
            if (hangs(k, x, y))
                j->decided_network += v == PROVE_VIOLATED ? k->best[joint_at(k, x, y)] == OPEN_YES : base != PROVE_UNKNOWN && !(one && one->verdict == PROVE_UNKNOWN);
            j->verdicts[joint_at(k, x, y)] = (uint8_t)v;
            j->counts[v]++;
        }
    }
}

static struct str half_reason(struct joiner *k, const struct joint_cell *c, bool iam, bool network)
{
    struct str one = c->iam && c->iam->reason.ptr ? c->iam->reason : STR(""), two = c->network && c->network->reason.ptr ? c->network->reason : STR("");
    if (iam && network && one.len && two.len)
        return arena_printf(k->a, "%.*s; and over the network: %.*s", STR_ARG(one), STR_ARG(two));
    return iam ? one : two;
}

static void fill_joined(struct joiner *k, struct joint_cell *c, const struct joined *one)
{
    uint32_t way[64];
    c->layer = STR("both");
    if (one->capped || k->witnesses >= JOINT_WITNESSES_MAX) {
        c->reason = STR("a chain over principals and hosts may lead there: there are more such cells than are looked into");
        return;
    }
    k->witnesses++;
    if (!one->beside) {
        joint_tell(k, c, &one->chain);
        return;
    }
    struct joint_chain chain = {.layer = one->chain.layer};
    uint32_t count = joint_beside_way(k, c->subject, c->object, one->chain.layer, c->verdict == PROVE_DECLARED, way, 64, &chain);
    if (count)
        joint_tell_beside(k, c, &chain, way, count);
    else
        c->reason = STR("a host that is controlled by IAM may stand beside it");
}

static void fill_cell(struct joiner *k, struct joint_cell *c)
{
    const struct joined *one = joined_of(k, c->subject, c->object);
    c->iam = joint_iam_cell(k, c->subject, c->object);
    c->network = joint_net_cell(k, c->subject, c->object);
    bool hanging = hangs(k, c->subject, c->object);
    bool iam = iam_verdict(k, c->subject, c->object) == c->verdict, network = net_verdict(k, c->subject, c->object) == c->verdict;
    if (one && one->verdict == c->verdict && ((!iam && !network) || hanging)) {
        fill_joined(k, c, one);
        return;
    }
    c->layer = iam ? STR("iam") : STR("network");
    c->pivots = !iam && c->network ? c->network->pivots : 0;
    c->reason = half_reason(k, c, iam, network);
}

/* Violations first, then what is not known, then what is declared; each by subject and object. */
static void list_cells(struct joiner *k)
{
    static const enum prove_verdict order[] = {PROVE_VIOLATED, PROVE_UNKNOWN, PROVE_DECLARED};
    struct joint *j = k->j;
    uint64_t all = j->counts[PROVE_VIOLATED] + j->counts[PROVE_UNKNOWN] + j->counts[PROVE_DECLARED];
    uint32_t room = all < JOINT_CELLS_MAX ? (uint32_t)all : JOINT_CELLS_MAX;
    j->cells_left = all - room;
    j->cells = arena_array_of(k->a, struct joint_cell, room + 1);
    for (int o = 0; o < 3; o++)
        for (uint32_t x = 0; x < k->n; x++)
            for (uint32_t y = 0; y < k->n && j->cell_count < room; y++) {
                if (x == y || !is_object(k, y) || j->verdicts[joint_at(k, x, y)] != order[o])
                    continue;
                struct joint_cell *c = &j->cells[j->cell_count++];
                *c = (struct joint_cell){.subject = x, .object = y, .verdict = order[o]};
                fill_cell(k, c);
            }
}

struct joint *joint_prove(struct arena *a, struct proof *iam, struct net_half *network, struct err *e)
{
    struct joint *j = arena_new_of(a, struct joint);
    struct joiner k = {.j = j, .a = a, .iam = iam, .net = network, .labels = &iam->labels, .n = iam->labels.count, .v = iam->prover,
                       .g = iam->graph, .w = iam->world};
    if (network->labels->count != k.n) {
        err_set(e, ERR_INTERNAL, "the halves of the proof speak of %u and of %u labels", k.n, network->labels->count);
        return NULL;
    }
    *j = (struct joint){.arena = a, .iam = iam, .network = network};
    k.words = bits_words(k.n);
    map_init(&k.joined, a);
    j->verdicts = arena_array_of(a, uint8_t, (size_t)k.n * k.n + 1);
    j->is_object = arena_array_of(a, bool, k.n + 1);
    for (uint32_t y = 0; y < k.n; y++)
        j->is_object[y] = is_object(&k, y);
    index_cells(&k);
    joint_flow(&k);
    joint_reaches(&k);
    joint_beside(&k);
    joint_seek_begin(&k);
    decide(&k);
    list_cells(&k);
    return j;
}

enum prove_verdict joint_overall(const struct joint *j)
{
    return j->counts[PROVE_VIOLATED]  ? PROVE_VIOLATED
           : j->counts[PROVE_UNKNOWN] ? PROVE_UNKNOWN
                                      : PROVE_PROVED;
}
