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

static void decide(struct joiner *k)
{
    struct joint *j = k->j;
    for (uint32_t x = 0; x < k->n; x++)
        for (uint32_t y = 0; y < k->n; y++) {
            if (x == y || !is_object(k, y))
                continue;
            enum prove_verdict v = joint_worse(iam_verdict(k, x, y), net_verdict(k, x, y));
            j->verdicts[joint_at(k, x, y)] = (uint8_t)v;
            j->counts[v]++;
            j->cell_count += v != PROVE_PROVED;
        }
}

static struct str reason_of(struct joiner *k, const struct joint_cell *c)
{
    struct str one = c->iam && c->iam->reason.ptr ? c->iam->reason : STR(""), two = c->network && c->network->reason.ptr ? c->network->reason : STR("");
    bool iam = c->iam && c->iam->verdict == c->verdict, network = c->network && c->network->verdict == c->verdict;
    if (iam && network && one.len && two.len)
        return arena_printf(k->a, "%.*s; and over the network: %.*s", STR_ARG(one), STR_ARG(two));
    return iam ? one : two;
}

static void fill_cell(struct joiner *k, struct joint_cell *c)
{
    c->iam = joint_iam_cell(k, c->subject, c->object);
    c->network = joint_net_cell(k, c->subject, c->object);
    c->layer = c->iam && c->iam->verdict == c->verdict ? STR("iam") : STR("network");
    c->pivots = c->network && !str_eqz(c->layer, "iam") ? c->network->pivots : 0;
    c->reason = reason_of(k, c);
}

/* Violations first, then what is not known, then what is declared; each by subject and object. */
static void list_cells(struct joiner *k)
{
    static const enum prove_verdict order[] = {PROVE_VIOLATED, PROVE_UNKNOWN, PROVE_DECLARED};
    struct joint *j = k->j;
    uint32_t at = 0;
    j->cells = arena_array_of(k->a, struct joint_cell, j->cell_count + 1);
    for (int o = 0; o < 3; o++)
        for (uint32_t x = 0; x < k->n; x++)
            for (uint32_t y = 0; y < k->n; y++) {
                if (x == y || !is_object(k, y) || j->verdicts[joint_at(k, x, y)] != order[o])
                    continue;
                j->cells[at] = (struct joint_cell){.subject = x, .object = y, .verdict = order[o]};
                fill_cell(k, &j->cells[at++]);
            }
}

struct joint *joint_prove(struct arena *a, struct proof *iam, struct net_half *network, struct err *e)
{
    struct joint *j = arena_new_of(a, struct joint);
    struct joiner k = {.j = j, .a = a, .iam = iam, .net = network, .labels = &iam->labels, .n = iam->labels.count};
    if (network->labels->count != k.n) {
        err_set(e, ERR_INTERNAL, "the halves of the proof speak of %u and of %u labels", k.n, network->labels->count);
        return NULL;
    }
    *j = (struct joint){.arena = a, .iam = iam, .network = network};
    j->verdicts = arena_array_of(a, uint8_t, (size_t)k.n * k.n + 1);
    index_cells(&k);
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
