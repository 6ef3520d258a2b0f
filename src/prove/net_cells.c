/* The matrix of the network half. */
#include "prove/net_internal.h"

const char *net_word_name(enum net_word w)
{
    static const char *const names[NET_WORDS] = {"DIRECT", "INTERNET", "ONE-WAY", "PIVOT", "UNKNOWN", "DECLARED", "NONE"};
    return names[w];
}

static void put(struct halver *v, uint32_t x, uint32_t y, enum prove_verdict verdict, enum net_word word, enum net_doubt doubt)
{
    size_t c = net_cell_at(v, x, y);
    v->h->verdicts[c] = (uint8_t)verdict;
    v->h->words[c] = (uint8_t)word;
    v->doubts[c] = (uint8_t)doubt;
}

/* Labels that reach anything of y, by way. */
struct column {
    uint64_t *bits[HOW_COUNT];
};

static void gather(struct halver *v, uint32_t y, struct column *c)
{
    for (int how = 0; how < HOW_COUNT; how++)
        memset(c->bits[how], 0, v->words * sizeof(uint64_t));
    for (uint32_t i = v->first_object[y]; i < v->first_object[y + 1]; i++)
        for (int how = 0; how < HOW_COUNT; how++) {
            const uint64_t *bits = reach_labels(v->h->reach, v->objects[i], (enum reach_how)how);
            if (bits)
                bits_or(c->bits[how], bits, v->words);
        }
}

static void judge(struct halver *v, uint32_t x, uint32_t y, const struct column *c)
{
    bool direct = bits_get(c->bits[HOW_DIRECT], x), internet = bits_get(c->bits[HOW_DIRECT_INTERNET], x);
    bool one_way = bits_get(c->bits[HOW_ONE_WAY], x) || bits_get(c->bits[HOW_ONE_WAY_INTERNET], x);
    bool unknown = bits_get(c->bits[HOW_UNKNOWN], x) || bits_get(c->bits[HOW_UNKNOWN_INTERNET], x);
    bool declared = bits_get(c->bits[HOW_DECLARED], x), any = direct || internet || one_way || unknown || declared;
    /* Nobody can declare what is nobody's: there only a subnet that may be public, which then is open to all. */
    if (y == v->l->unassigned && declared && !bits_get(c->bits[HOW_DECLARED], v->l->outside))
        direct = true;
    if (!any)
        put(v, x, y, PROVE_PROVED, NET_WORD_NONE, DOUBT_NONE);
    else if (net_is_free(v->l, x, y))
        put(v, x, y, PROVE_DECLARED, NET_WORD_DECLARED, DOUBT_NONE);
    else if (direct || internet || one_way)
        put(v, x, y, PROVE_VIOLATED, direct ? NET_WORD_DIRECT : internet ? NET_WORD_INTERNET : NET_WORD_ONE_WAY, DOUBT_NONE);
    else if (unknown)
        put(v, x, y, PROVE_UNKNOWN, NET_WORD_UNKNOWN, DOUBT_WAY);
    else
        put(v, x, y, PROVE_DECLARED, NET_WORD_DECLARED, DOUBT_NONE);
}

void net_cells_judge(struct halver *v)
{
    uint32_t n = v->l->count;
    struct column c;
    for (int how = 0; how < HOW_COUNT; how++)
        c.bits[how] = bits_new(v->a, (size_t)n + 1);
    for (uint32_t y = 0; y < n; y++) {
        if (v->h->is_object[y])
            gather(v, y, &c);
        for (uint32_t x = 0; x < n; x++)
            if (x == y || !v->h->is_object[y])
                put(v, x, y, PROVE_PROVED, NET_WORD_NONE, DOUBT_NONE);
            else
                judge(v, x, y, &c);
    }
}

/* Rows and columns on which something that is missing bears, so that a cell need not look at every gap. */
static void judge_missing(struct halver *v)
{
    uint32_t n = v->l->count;
    uint64_t *rows = bits_new(v->a, (size_t)n + 1), *columns = bits_new(v->a, (size_t)n + 1);
    size_t words = bits_words((size_t)n + 1);
    for (uint32_t i = 0; i < v->h->missing_count; i++) {
        const struct prove_missing *m = &v->h->missing[i];
        if (!m->rows && !m->columns)
            bits_set_range(rows, 0, n);
        if (m->rows)
            bits_or(rows, m->rows, words);
        if (m->columns)
            bits_or(columns, m->columns, words);
    }
    for (uint32_t x = 0; x < n; x++)
        for (uint32_t y = 0; y < n; y++) {
            size_t c = net_cell_at(v, x, y);
            bool open = v->h->verdicts[c] == PROVE_PROVED || v->h->verdicts[c] == PROVE_DECLARED;
            if (x != y && v->h->is_object[y] && open && (bits_get(rows, x) || bits_get(columns, y)))
                put(v, x, y, PROVE_UNKNOWN, NET_WORD_UNKNOWN, DOUBT_MISSING);
        }
}

static void count(struct halver *v)
{
    struct net_half *h = v->h;
    uint32_t n = v->l->count;
    for (uint32_t x = 0; x < n; x++)
        for (uint32_t y = 0; y < n; y++)
            if (x != y && h->is_object[y]) {
                size_t c = net_cell_at(v, x, y);
                h->counts[h->verdicts[c]]++;
                h->word_counts[h->words[c]]++;
            }
}

/* The first gaps of each row and column. */
struct gaps {
    uint32_t count, items[PROVE_GAPS_OF_CELL_MAX];
};

static struct gaps *gaps_of(struct halver *v, bool rows)
{
    uint32_t n = v->l->count;
    struct gaps *out = arena_array_of(v->a, struct gaps, n + 1);
    uint64_t *everyone = bits_new(v->a, (size_t)n + 1);
    bits_set_range(everyone, 0, n);
    for (uint32_t i = 0; i < v->h->missing_count; i++) {
        const struct prove_missing *m = &v->h->missing[i];
        const uint64_t *bits = !m->rows && !m->columns ? everyone : rows ? m->rows : m->columns;
        for (size_t x = bits ? bits_next(bits, n, 0) : n; x < n; x = bits_next(bits, n, x + 1))
            if (out[x].count < PROVE_GAPS_OF_CELL_MAX)
                out[x].items[out[x].count++] = i;
    }
    return out;
}

static void note_gaps(struct halver *v, struct net_cell *cell, const struct gaps *row, const struct gaps *column)
{
    cell->gaps = arena_array_of(v->a, uint32_t, row->count + column->count + 1);
    for (uint32_t i = 0, k = 0; i < row->count || k < column->count;) {
        bool first = k == column->count || (i < row->count && row->items[i] <= column->items[k]);
        uint32_t gap = first ? row->items[i++] : column->items[k++];
        if (!cell->gap_count || cell->gaps[cell->gap_count - 1] != gap)
            cell->gaps[cell->gap_count++] = gap;
    }
    if (cell->gap_count > PROVE_GAPS_OF_CELL_MAX)
        cell->gap_count = PROVE_GAPS_OF_CELL_MAX;
}

/* Violations first, then what is not known, then what is declared; each by subject and object. */
void net_cells_list(struct halver *v)
{
    static const enum prove_verdict order[] = {PROVE_VIOLATED, PROVE_UNKNOWN, PROVE_DECLARED};
    struct net_half *h = v->h;
    uint32_t n = v->l->count, room;
    judge_missing(v);
    count(v);
    uint64_t all = h->counts[PROVE_VIOLATED] + h->counts[PROVE_UNKNOWN] + h->counts[PROVE_DECLARED];
    room = all < NET_CELLS_MAX ? (uint32_t)all : NET_CELLS_MAX;
    h->cells_left = all - room;
    h->cells = arena_array_of(v->a, struct net_cell, room + 1);
    const struct gaps *rows = gaps_of(v, true), *columns = gaps_of(v, false);
    for (int o = 0; n && o < 3; o++)
        for (size_t c = 0; c < (size_t)n * n && h->cell_count < room; c++) {
            uint32_t x = (uint32_t)(c / n), y = (uint32_t)(c % n);
            if (h->verdicts[c] != order[o] || x == y || !h->is_object[y])
                continue;
            struct net_cell *cell = &h->cells[h->cell_count++];
            *cell = (struct net_cell){.subject = x, .object = y, .verdict = order[o], .word = (enum net_word)h->words[c], .from_thing = NET_NONE,
                                      .to_thing = NET_NONE};
            if (order[o] == PROVE_UNKNOWN && v->doubts[c] == DOUBT_MISSING)
                note_gaps(v, cell, &rows[x], &columns[y]);
        }
}
