/* Results: guards that are settled, sets that are interned, rows that share them. */
#include "access/engine_internal.h"

struct pending_row {
    const struct resource_set *resources;
    const struct residue *guard;
    uint64_t *actions;
};
struct pending {
    struct pending_row *rows;
    uint32_t count, size;
    struct idmap known;
};

struct pending *engine_pending(struct engine *e)
{
    struct pending *p = arena_new_of(e->scratch, struct pending);
    idmap_init(&p->known, e->scratch);
    return p;
}

/* As iam_decide() does: what contradicts itself is FALSE, what always holds is TRUE. */
const struct residue *engine_judged(struct engine *e, const struct residue *f)
{
    if (f == residue_true || f == residue_false)
        return f;
    const struct residue *known = idmap_get(&e->judged, (uint64_t)(uintptr_t)f);
    if (known)
        return known;
    enum residue_verdict verdict = residue_judge(e->w->pool, f);
    known = verdict == RESIDUE_NEVER ? residue_false : verdict == RESIDUE_ALWAYS ? residue_true : f;
    idmap_put(&e->judged, (uint64_t)(uintptr_t)f, known);
    return known;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static const struct resource_set *resource_set(struct engine *e, uint32_t *rows, uint32_t count)
{
    bool sorted = true;
    for (uint32_t i = 1; i < count && sorted; i++)
        sorted = rows[i - 1] < rows[i];
    if (!sorted) {
        qsort(rows, count, sizeof *rows, by_value);
        uint32_t n = 1;
        for (uint32_t i = 1; i < count; i++)
            if (rows[i] != rows[n - 1])
                rows[n++] = rows[i];
        count = n;
    }
    struct str key = {(const char *)rows, count * sizeof *rows};
    struct resource_set *set = map_get(&e->resource_sets, key);
    if (set)
        return set;
    uint32_t *items = arena_array_of(e->arena, uint32_t, count);
    memcpy(items, rows, count * sizeof *items);
    set = arena_new_of(e->arena, struct resource_set);
    *set = (struct resource_set){e->resource_set_count++, count, items};
    map_put(&e->resource_sets, str_make((const char *)items, key.len), set);
    return set;
}

static const struct action_set *action_set(struct engine *e, const uint64_t *bits)
{
    struct str key = {(const char *)bits, e->words * sizeof *bits};
    struct action_set *set = map_get(&e->action_sets, key);
    if (set)
        return set;
    uint64_t *copy = bits_new(e->arena, e->question_count);
    memcpy(copy, bits, key.len);
    set = arena_new_of(e->arena, struct action_set);
    *set = (struct action_set){e->action_set_count++, (uint32_t)bits_count(copy, e->words), copy};
    map_put(&e->action_sets, str_make((const char *)copy, key.len), set);
    return set;
}

static void add_row(struct engine *e, struct pending *p, const struct resource_set *set, const struct residue *guard,
                    const uint64_t *questions)
{
    uint64_t key = (uint64_t)(uintptr_t)guard * 0x9e3779b97f4a7c15u ^ set->id;
    uintptr_t at = (uintptr_t)idmap_get(&p->known, key);
    if (at && p->rows[at - 1].resources == set && p->rows[at - 1].guard == guard) {
        bits_or(p->rows[at - 1].actions, questions, e->words);
        return;
    }
    ENGINE_GROW(e->scratch, p->rows, p->count, p->size);
    struct pending_row *row = &p->rows[p->count++];
    *row = (struct pending_row){set, guard, bits_new(e->scratch, e->question_count)};
    bits_or(row->actions, questions, e->words);
    idmap_put(&p->known, key, (void *)(uintptr_t)p->count); /* NOLINT(performance-no-int-to-ptr) */
}

static uint32_t row_at(const struct eval *v, uint32_t thing)
{
    return v->e->targets[v->u->targets[engine_local(v, thing)]].row;
}

struct rows_list {
    uint32_t *items, count, size;
};

/* Guards of single targets, put together where they are one. */
static void emit_each(struct eval *v, const struct gset *g, const uint64_t *questions, struct pending *to)
{
    struct idmap lists;
    idmap_init(&lists, v->s.arena);
    for (uint32_t k = 0; k < v->s.count; k++) {
        const struct residue *f = engine_judged(v->e, g->each[k]);
        if (f == residue_false)
            continue;
        struct rows_list *list = idmap_get(&lists, (uint64_t)(uintptr_t)f);
        if (!list) {
            list = arena_alloc(v->s.arena, sizeof *list);
            idmap_put(&lists, (uint64_t)(uintptr_t)f, list);
        }
        ENGINE_GROW(v->s.arena, list->items, list->count, list->size);
        list->items[list->count++] = row_at(v, k);
    }
    for (uint32_t k = 0; k < v->s.count; k++) {
        const struct residue *f = engine_judged(v->e, g->each[k]);
        struct rows_list *list = f == residue_false ? NULL : idmap_get(&lists, (uint64_t)(uintptr_t)f);
        if (!list || !list->count)
            continue;
        add_row(v->e, to, resource_set(v->e, list->items, list->count), f, questions);
        list->count = 0;
    }
}

void engine_emit(struct eval *v, const struct gset *g, const uint64_t *questions, struct pending *to)
{
    if (g->each) {
        emit_each(v, g, questions, to);
        return;
    }
    uint32_t *rows = arena_array_of(v->s.arena, uint32_t, v->s.count + 1);
    for (uint32_t p = 0; p < g->count; p++) {
        const struct residue *f = engine_judged(v->e, g->parts[p].guard);
        uint32_t n = 0;
        if (f == residue_false)
            continue;
        for (size_t k = bits_next(g->parts[p].bits, v->s.count, 0); k < v->s.count;
             k = bits_next(g->parts[p].bits, v->s.count, k + 1))
            rows[n++] = row_at(v, (uint32_t)k);
        add_row(v->e, to, resource_set(v->e, rows, n), f, questions);
    }
}

static bool is_bare(const struct pending_row *row)
{
    return row->resources->items[0] == WORLD_NONE;
}

void engine_finish(struct engine *e, uint32_t principal, struct pending *p)
{
    struct rows *out = &e->rows[principal];
    if (p->count > out->size) {
        out->items = arena_array_of(e->arena, struct access_row, p->count);
        out->size = p->count;
    }
    out->count = 0;
    for (int bare = 0; bare < 2; bare++) {
        uint32_t n = bare ? out->count : 0;
        for (uint32_t i = 0; i < p->count; i++)
            if (is_bare(&p->rows[i]) == (bare == 1))
                out->items[n++] =
                    (struct access_row){action_set(e, p->rows[i].actions), p->rows[i].resources, p->rows[i].guard};
        if (!bare)
            out->count = n;
    }
    out->bare = p->count - out->count;
}
