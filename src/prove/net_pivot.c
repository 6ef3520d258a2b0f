/*
 * Connections over hosts of third labels. A way counts as far as it first arrives: once it is at a host of the object the cell is
 * decided by that arrival, and a host of the subject is where it begins.
 */
#include "prove/net_internal.h"

enum { SEARCHES_MAX = 20000, DEPTH_MAX = 250 };

static const uint32_t *sources_of(struct halver *v, uint32_t thing, bool unknown, uint32_t *count)
{
    uint32_t **kept = &v->sources[unknown][thing], *many = &v->source_counts[unknown][thing];
    if (!*kept)
        *kept = unknown ? reach_sources(v->h->reach, v->a, thing, many) : reach_sure_sources(v->h->reach, v->a, thing, many);
    *count = *many;
    return *kept;
}

static void search_begin(struct halver *v, uint32_t y, uint32_t *tail)
{
    v->round++;
    for (uint32_t i = v->first_object[y]; i < v->first_object[y + 1]; i++) {
        uint32_t thing = v->objects[i];
        v->mark[thing] = v->round;
        v->parent[thing] = NET_NONE;
        v->depth[thing] = 0;
        v->queue[(*tail)++] = thing;
    }
}

/* Whether a connection from `s` that is found at a way's beginning goes on backwards over `s`. */
static bool can_stand_between(const struct halver *v, uint32_t s, const struct net_search *q)
{
    uint32_t label = v->h->label_of[s];
    if (label >= v->l->outside || label == q->x || label == q->y || !v->n->things[s].runs_code)
        return false;
    return q->declared || !net_is_triple(v, q->x, label, q->y) || v->h->words[net_cell_at(v, label, q->y)] < NET_WORD_PIVOT;
}

static uint32_t way(const struct halver *v, uint32_t from, uint32_t first, uint32_t *out, uint32_t max)
{
    uint32_t count = 0;
    if (count < max)
        out[count++] = from;
    for (uint32_t at = first; at != NET_NONE && count < max; at = v->parent[at])
        out[count++] = at;
    return count;
}

/* Backwards from the things of y. The first found is the shortest: that of the lowest row among those. */
uint32_t net_pivot_search(struct halver *v, const struct net_search *q, uint32_t *out, uint32_t max)
{
    uint32_t head = 0, tail = 0, count;
    search_begin(v, q->y, &tail);
    for (; head < tail; head++) {
        uint32_t at = v->queue[head];
        const uint32_t *sources = sources_of(v, at, q->unknown, &count);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t s = sources[i];
            if (!q->declared && reach_only_public(v->h->reach, v->h->label_of[s], at))
                continue;
            if (v->depth[at] && v->h->label_of[s] == q->x)
                return way(v, s, at, out, max);
            if (v->mark[s] == v->round || v->depth[at] >= DEPTH_MAX || !can_stand_between(v, s, q))
                continue;
            v->mark[s] = v->round;
            v->parent[s] = at;
            v->depth[s] = (uint8_t)(v->depth[at] + 1);
            v->queue[tail++] = s;
        }
    }
    return 0;
}

static void put(struct halver *v, uint32_t x, uint32_t y, enum prove_verdict verdict, enum net_word word, enum net_doubt doubt)
{
    size_t c = net_cell_at(v, x, y);
    v->h->verdicts[c] = (uint8_t)verdict;
    v->h->words[c] = (uint8_t)word;
    v->doubts[c] = (uint8_t)doubt;
}

/* Where nothing arrives directly and nothing is declared, a way that the engine has is one over third labels: the first thing of y
 * on it is not reached by x itself. Elsewhere it is looked for. */
static void judge_known(struct halver *v, uint32_t x, uint32_t y)
{
    size_t c = net_cell_at(v, x, y);
    uint32_t out[2];
    struct net_search q = {.x = x, .y = y}, with = {.x = x, .y = y, .declared = true};
    bool plain = v->h->verdicts[c] != PROVE_DECLARED && !net_has_triple(v, x, y) && !v->has_public;
    if (plain || ++v->searches > SEARCHES_MAX || net_pivot_search(v, &q, out, 2))
        put(v, x, y, PROVE_VIOLATED, NET_WORD_PIVOT, DOUBT_NONE);
    else if (v->h->verdicts[c] == PROVE_PROVED && net_pivot_search(v, &with, out, 2))
        put(v, x, y, PROVE_DECLARED, NET_WORD_DECLARED, DOUBT_PIVOT);
}

static void judge_unknown(struct halver *v, uint32_t x, uint32_t y)
{
    uint32_t out[2];
    struct net_search q = {.x = x, .y = y, .unknown = true};
    bool plain = v->h->verdicts[net_cell_at(v, x, y)] != PROVE_DECLARED && !net_has_triple(v, x, y) && !v->has_public;
    if (plain || ++v->searches > SEARCHES_MAX || net_pivot_search(v, &q, out, 2))
        put(v, x, y, PROVE_UNKNOWN, NET_WORD_UNKNOWN, DOUBT_PIVOT);
}

static void gather(struct halver *v, uint32_t y, bool unknown, uint64_t *bits)
{
    memset(bits, 0, v->words * sizeof *bits);
    for (uint32_t i = v->first_object[y]; i < v->first_object[y + 1]; i++) {
        const uint64_t *have = reach_pivot_labels(v->h->reach, v->objects[i], unknown);
        if (have)
            bits_or(bits, have, v->words);
    }
}

/* What reaches, or is reached from, VPCs of the organization that were not collected: a host there may stand between. */
static void hidden_sources(struct halver *v, uint64_t *bits)
{
    for (uint32_t i = 0; i < v->n->things_count; i++) {
        if (v->h->label_of[i] != v->hidden)
            continue;
        for (int how = 0; how < HOW_COUNT + 2; how++) {
            const uint64_t *have = how < HOW_COUNT ? reach_labels(v->h->reach, i, (enum reach_how)how)
                                                   : reach_pivot_labels(v->h->reach, i, how > HOW_COUNT);
            if (have)
                bits_or(bits, have, v->words);
        }
    }
}

static bool hidden_reaches(struct halver *v, uint32_t y)
{
    for (uint32_t i = v->first_object[y]; i < v->first_object[y + 1]; i++) {
        for (int how = 0; how < HOW_COUNT; how++)
            if (net_bit(reach_labels(v->h->reach, v->objects[i], (enum reach_how)how), v->hidden))
                return true;
        for (int unknown = 0; unknown < 2; unknown++)
            if (net_bit(reach_pivot_labels(v->h->reach, v->objects[i], unknown), v->hidden))
                return true;
    }
    return false;
}

void net_pivots_judge(struct halver *v)
{
    uint32_t n = v->l->count, things = v->n->things_count;
    uint64_t *known = bits_new(v->a, (size_t)n + 1), *unknown = bits_new(v->a, (size_t)n + 1), *hidden = bits_new(v->a, (size_t)n + 1);
    for (int i = 0; i < 2; i++) {
        v->sources[i] = arena_array_of(v->a, uint32_t *, things + 1);
        v->source_counts[i] = arena_array_of(v->a, uint32_t, things + 1);
    }
    v->mark = arena_array_of(v->a, uint32_t, things + 1);
    v->parent = arena_array_of(v->a, uint32_t, things + 1);
    v->queue = arena_array_of(v->a, uint32_t, things + 1);
    v->depth = arena_array_of(v->a, uint8_t, things + 1);
    reach_pivot(v->h->reach, NULL);
    for (uint32_t i = 0; i < things; i++)
        v->has_public |= net_bit(reach_labels(v->h->reach, i, HOW_DECLARED), v->l->outside);
    if (v->has_hidden)
        hidden_sources(v, hidden);
    for (uint32_t y = 0; y < n; y++) {
        if (!v->h->is_object[y])
            continue;
        gather(v, y, false, known);
        gather(v, y, true, unknown);
        bool by_hidden = v->has_hidden && hidden_reaches(v, y);
        for (uint32_t x = 0; x < n; x++) {
            size_t c = net_cell_at(v, x, y);
            if (x == y || v->h->verdicts[c] == PROVE_VIOLATED || net_is_free(v->l, x, y))
                continue;
            if (bits_get(known, x))
                judge_known(v, x, y);
            if (v->h->verdicts[c] != PROVE_VIOLATED && v->h->verdicts[c] != PROVE_UNKNOWN && bits_get(unknown, x))
                judge_unknown(v, x, y);
            bool open = v->h->verdicts[c] == PROVE_PROVED || v->h->verdicts[c] == PROVE_DECLARED;
            if (open && by_hidden && bits_get(hidden, x))
                put(v, x, y, PROVE_UNKNOWN, NET_WORD_UNKNOWN, DOUBT_HIDDEN);
        }
    }
}
