/* The matrix. */
#include "prove/internal.h"

#include <stdlib.h>

enum { PASSES_MAX = 64 };

static size_t cell_at(const struct prover *v, uint32_t subject, uint32_t object)
{
    return (size_t)subject * v->p->labels.count + object;
}

static bool names(struct str pattern, struct str name) { return str_eqz(pattern, "*") || str_eq(pattern, name); }

/* The name that ward.yaml has for a label; {NULL,0} for those that nobody may declare. */
static struct str plain_name(const struct prover *v, uint32_t label)
{
    const struct world *w = v->g->world;
    const struct prove_labels *l = &v->p->labels;
    if (label < l->tenants)
        return w->tenants[label];
    return label < l->unassigned ? w->shared_names[label - l->tenants] : (struct str){0};
}

static void via_fill(struct prover *v, const struct world_via *via)
{
    const struct prove_labels *l = &v->p->labels;
    uint32_t shared = 0;
    while (shared < l->shared && !str_eq(v->g->world->shared_names[shared], via->shared))
        shared++;
    if (shared == l->shared || shared >= MASKS_MAX)
        return;
    for (uint32_t x = 0; x < l->unassigned; x++) {
        /* Who may reach others through a thing says that the thing may reach them. */
        if (x != l->tenants + shared && !names(via->from, plain_name(v, x)))
            continue;
        for (uint32_t y = 0; y < l->unassigned; y++)
            if (names(via->to, plain_name(v, y)))
                v->masks[cell_at(v, x, y)] |= (uint64_t)1 << shared;
    }
}

void prove_blocked(struct prover *v, uint64_t mask, uint64_t *out)
{
    memset(out, 0, v->words * sizeof *out);
    for (uint32_t s = 0; s < v->p->labels.shared && s < MASKS_MAX; s++)
        if (mask >> s & 1)
            bits_set(out, v->p->labels.tenants + s);
}

static int by_node(const void *a, const void *b)
{
    const struct prove_reach *x = a, *y = b;
    bool xs = x->subjects != NULL, ys = y->subjects != NULL;
    if (xs != ys)
        return xs ? 1 : -1;
    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    if (x->level != y->level)
        return x->level < y->level ? -1 : 1;
    return x->owner != y->owner ? (x->owner < y->owner ? -1 : 1) : (x->resource > y->resource) - (x->resource < y->resource);
}

static void index_reaches(struct prover *v)
{
    struct proof *p = v->p;
    if (p->reach_count)
        qsort(p->reaches, p->reach_count, sizeof *p->reaches, by_node);
    v->first_reach = arena_array_of(v->a, uint32_t, v->g->node_count + 2);
    v->no_node = 0;
    while (v->no_node < p->reach_count && !p->reaches[v->no_node].subjects)
        v->first_reach[p->reaches[v->no_node++].node + 1]++;
    for (uint32_t n = 0; n < v->g->node_count; n++)
        v->first_reach[n + 1] += v->first_reach[n];
}

/* Levels of all cells by the flows that are there. */
static void fill_levels(struct prover *v, uint8_t *levels)
{
    const struct proof *p = v->p;
    uint32_t n = p->labels.count;
    memset(levels, LEVEL_NEVER, (size_t)n * n);
    for (uint32_t i = 0; i < p->reach_count; i++) {
        const struct prove_reach *r = &p->reaches[i];
        for (int l = LEVEL_UNKNOWN; l >= (int)r->level; l--) {
            const uint64_t *bits = r->subjects ? r->subjects : &v->flows[l].bits[r->node * v->words];
            for (size_t x = bits_next(bits, n, 0); x < n; x = bits_next(bits, n, x + 1)) {
                uint8_t *cell = &levels[cell_at(v, (uint32_t)x, r->owner)];
                if (l < *cell)
                    *cell = (uint8_t)l;
            }
        }
    }
}

static void flows_for(struct prover *v, uint64_t mask)
{
    uint64_t *blocked = bits_new(v->a, v->p->labels.count);
    prove_blocked(v, mask, blocked);
    for (int l = 0; l < LEVEL_COUNT; l++)
        prove_flow(v, (enum graph_level)l, mask ? blocked : NULL, &v->flows[l]);
}

/* Cells that some `via` frees are looked at again without the shared things that it names. */
static void declare(struct prover *v)
{
    struct proof *p = v->p;
    uint32_t n = p->labels.count, passes = 0;
    uint64_t done[PASSES_MAX];
    uint8_t *levels = arena_array_of(v->a, uint8_t, (size_t)n * n + 1);
    for (size_t c = 0; c < (size_t)n * n; c++) {
        uint64_t mask = v->masks[c];
        bool seen = !mask || v->open_levels[c] == LEVEL_NEVER;
        for (uint32_t i = 0; i < passes && !seen; i++)
            seen = done[i] == mask;
        if (seen || passes == PASSES_MAX)
            continue;
        done[passes++] = mask;
        flows_for(v, mask);
        fill_levels(v, levels);
        for (size_t k = c; k < (size_t)n * n; k++)
            if (v->masks[k] == mask)
                p->levels[k] = levels[k];
    }
    if (passes)
        flows_for(v, 0);
}

enum prove_verdict prove_verdict_at(const struct prove_labels *l, uint32_t x, uint32_t y, enum graph_level level)
{
    enum prove_verdict out = level <= LEVEL_CONDITIONAL ? PROVE_VIOLATED : PROVE_UNKNOWN;
    if (level == LEVEL_NEVER || x == l->outside)
        return level == LEVEL_NEVER ? PROVE_PROVED : out;
    if (y == l->unassigned)
        return PROVE_UNKNOWN;
    if (y >= l->tenants)
        return x == l->unassigned ? PROVE_UNKNOWN : PROVE_DECLARED;
    return out;
}

/* Rows and columns on which something that is missing bears, so that a cell need not look at every gap. */
static void missing_bits(const struct prover *v, uint64_t *rows, uint64_t *columns)
{
    for (uint32_t i = 0; i < v->p->missing_count; i++) {
        const struct prove_missing *m = &v->p->missing[i];
        if (!m->rows && !m->columns)
            bits_or(rows, v->everyone, v->words);
        if (m->rows)
            bits_or(rows, m->rows, v->words);
        if (m->columns)
            bits_or(columns, m->columns, v->words);
    }
}

static void judge_cells(struct prover *v)
{
    struct proof *p = v->p;
    uint32_t n = p->labels.count;
    uint64_t *rows = bits_new(v->a, n), *columns = bits_new(v->a, n);
    missing_bits(v, rows, columns);
    for (uint32_t x = 0; x < n; x++)
        for (uint32_t y = 0; y < n; y++) {
            size_t c = cell_at(v, x, y);
            if (x == y || !p->is_object[y])
                continue;
            enum prove_verdict verdict = prove_verdict_at(&p->labels, x, y, (enum graph_level)p->levels[c]);
            if (verdict == PROVE_PROVED && (bits_get(rows, x) || bits_get(columns, y)))
                verdict = PROVE_UNKNOWN;
            else if (verdict == PROVE_PROVED && v->open_levels[c] != LEVEL_NEVER)
                verdict = PROVE_DECLARED;
            p->verdicts[c] = (uint8_t)verdict;
            p->counts[verdict]++;
            p->cell_count += verdict != PROVE_PROVED;
        }
}

/* The first gaps of each row and column. */
struct gaps {
    uint32_t count, items[PROVE_GAPS_OF_CELL_MAX];
};

static void gap_add(struct gaps *g, uint32_t i)
{
    if (g->count < PROVE_GAPS_OF_CELL_MAX)
        g->items[g->count++] = i;
}

static struct gaps *gaps_of(struct prover *v, bool rows)
{
    const struct proof *p = v->p;
    uint32_t n = p->labels.count;
    struct gaps *out = arena_array_of(v->a, struct gaps, n + 1);
    for (uint32_t i = 0; i < p->missing_count; i++) {
        const struct prove_missing *m = &p->missing[i];
        const uint64_t *bits = rows ? m->rows : m->columns;
        if (!m->rows && !m->columns)
            bits = v->everyone;
        for (size_t x = bits ? bits_next(bits, n, 0) : n; x < n; x = bits_next(bits, n, x + 1))
            gap_add(&out[x], i);
    }
    return out;
}

static void note_gaps(struct prover *v, struct prove_cell *cell, const struct gaps *row, const struct gaps *column)
{
    struct gaps kept = {0};
    for (uint32_t i = 0, k = 0; i < row->count || k < column->count;) {
        bool first = k == column->count || (i < row->count && row->items[i] <= column->items[k]);
        uint32_t gap = first ? row->items[i++] : column->items[k++];
        if (!kept.count || kept.items[kept.count - 1] != gap)
            gap_add(&kept, gap);
    }
    cell->gap_count = kept.count;
    cell->gaps = arena_array_of(v->a, uint32_t, cell->gap_count + 1);
    memcpy(cell->gaps, kept.items, cell->gap_count * sizeof *kept.items);
}

/* Violations first, then what is not known, then what is declared; each by subject and object. */
static void list_cells(struct prover *v)
{
    static const enum prove_verdict order[] = {PROVE_VIOLATED, PROVE_UNKNOWN, PROVE_DECLARED};
    struct proof *p = v->p;
    uint32_t n = p->labels.count, at = 0;
    const struct gaps *rows = gaps_of(v, true), *columns = gaps_of(v, false);
    p->cells = arena_array_of(v->a, struct prove_cell, p->cell_count + 1);
    for (int o = 0; o < 3; o++)
        for (size_t c = 0; c < (size_t)n * n; c++) {
            uint32_t x = (uint32_t)(c / n), y = (uint32_t)(c % n);
            if (p->verdicts[c] != order[o] || x == y || !p->is_object[y])
                continue;
            struct prove_cell *cell = &p->cells[at++];
            *cell = (struct prove_cell){.subject = x, .object = y, .verdict = order[o], .level = (enum graph_level)p->levels[c]};
            if (order[o] == PROVE_DECLARED && cell->level == LEVEL_NEVER)
                cell->level = (enum graph_level)v->open_levels[c];
            if (order[o] == PROVE_UNKNOWN)
                note_gaps(v, cell, &rows[x], &columns[y]);
        }
}

void prove_masks_fill(struct prover *v)
{
    struct proof *p = v->p;
    v->masks = arena_array_of(v->a, uint64_t, (size_t)p->labels.count * p->labels.count + 1);
    p->is_object = arena_array_of(v->a, bool, p->labels.count + 1);
    for (uint32_t y = 0; y < p->labels.outside; y++)
        p->is_object[y] = y < p->labels.tenants || p->object_stores[y];
    for (uint32_t i = 0; i < v->g->world->via_count; i++)
        via_fill(v, &v->g->world->via[i]);
}

void prove_decide_cells(struct prover *v)
{
    struct proof *p = v->p;
    size_t cells = (size_t)p->labels.count * p->labels.count;
    p->verdicts = arena_array_of(v->a, uint8_t, cells + 1);
    p->levels = arena_array_of(v->a, uint8_t, cells + 1);
    v->open_levels = arena_array_of(v->a, uint8_t, cells + 1);
    index_reaches(v);
    fill_levels(v, v->open_levels);
    memcpy(p->levels, v->open_levels, cells);
    declare(v);
    judge_cells(v);
    list_cells(v);
}
