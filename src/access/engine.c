#include "access/engine_internal.h"

struct engine *engine_new(struct world *w, const uint32_t *actions, uint32_t count)
{
    struct arena *a = arena_new(1 << 20);
    struct engine *e = arena_new_of(a, struct engine);
    e->w = w;
    e->arena = a;
    e->scratch = arena_child(a, 1 << 18);
    e->tiny = arena_child(a, 1 << 14);
    idmap_init(&e->policy_stmts, a);
    idmap_init(&e->judged, a);
    map_init(&e->action_lists, a);
    map_init(&e->content_stmts, a);
    map_init(&e->keysets, a);
    map_init(&e->signs, a);
    map_init(&e->resource_sets, a);
    map_init(&e->action_sets, a);
    engine_questions(e, actions, count);
    return e;
}

void engine_free(struct engine *e)
{
    if (e)
        arena_free(e->arena);
}

static void make_tables(struct engine *e)
{
    /* A child that is reset keeps its place in the parent, so the tables of a changed world reuse it. */
    if (e->tables)
        arena_reset(e->tables);
    else
        e->tables = arena_child(e->arena, 1 << 20);
    e->capped = false;
    e->capped_rows = bits_new(e->tables, e->w->resource_count + 1);
    engine_targets(e);
    if (e->row_count < e->w->principal_count) {
        struct rows *rows = arena_array_of(e->arena, struct rows, e->w->principal_count);
        if (e->row_count)
            memcpy(rows, e->rows, e->row_count * sizeof *rows);
        e->rows = rows;
    }
    e->row_count = e->w->principal_count;
    e->relaxed = bits_new(e->tables, e->row_count);
}

void engine_run(struct engine *e)
{
    make_tables(e);
    for (uint32_t p = 0; p < e->w->principal_count; p++)
        engine_principal(e, p);
    e->recomputed = 0;
}

const struct access_row *engine_rows(const struct engine *e, uint32_t principal, uint32_t *count)
{
    *count = principal < e->row_count ? e->rows[principal].count : 0;
    return *count ? e->rows[principal].items : NULL;
}

const struct access_row *engine_bare_rows(const struct engine *e, uint32_t principal, uint32_t *count)
{
    *count = principal < e->row_count ? e->rows[principal].bare : 0;
    return *count ? e->rows[principal].items + e->rows[principal].count : NULL;
}

static bool has_resource(const struct resource_set *set, uint32_t resource)
{
    uint32_t lo = 0, hi = set->count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (set->items[mid] < resource)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < set->count && set->items[lo] == resource;
}

static const struct residue *guard_of(const struct engine *e, uint32_t principal, uint32_t question, uint32_t resource)
{
    const struct residue *f = residue_false;
    uint32_t n;
    const struct access_row *rows =
        resource == WORLD_NONE ? engine_bare_rows(e, principal, &n) : engine_rows(e, principal, &n);
    for (uint32_t i = 0; i < n && f != residue_true; i++)
        if (bits_get(rows[i].actions->bits, question) && has_resource(rows[i].resources, resource))
            f = f == residue_false ? rows[i].guard : residue_or(e->w->pool, f, rows[i].guard);
    return f;
}

const struct residue *engine_allows(struct engine *e, uint32_t principal, uint32_t action, uint32_t resource)
{
    uint32_t question = engine_question(e, action);
    return question == WORLD_NONE ? residue_false : engine_judged(e, guard_of(e, principal, question, resource));
}

uint32_t engine_who(struct engine *e, uint32_t resource, uint32_t action, struct arena *a, uint32_t **principals,
                    const struct residue ***guards)
{
    uint32_t n = 0, size = 0, guard_size = 0, question = engine_question(e, action);
    *principals = NULL;
    *guards = NULL;
    for (uint32_t p = 0; question != WORLD_NONE && p < e->row_count; p++) {
        const struct residue *f = engine_judged(e, guard_of(e, p, question, resource));
        if (f == residue_false)
            continue;
        ENGINE_GROW(a, *principals, n, size);
        ENGINE_GROW(a, *guards, n, guard_size);
        (*principals)[n] = p;
        (*guards)[n++] = f;
    }
    return n;
}

enum { EXTRA_MAX = 4096 };

void engine_principal_changed(struct engine *e, uint32_t principal)
{
    if (e->extra.count > EXTRA_MAX)
        make_tables(e);
    else
        engine_new_members(e, principal);
    engine_principal(e, principal);
    e->recomputed += e->rows[principal].count + e->rows[principal].bare;
}

/* The targets are made anew; whom its policy did not and does not speak of keeps its rows. */
void engine_resource_changed(struct engine *e, uint32_t resource)
{
    (void)resource;
    engine_organization_changed(e);
}

void engine_organization_changed(struct engine *e)
{
    uint64_t before = e->recomputed;
    make_tables(e);
    for (uint32_t p = 0; p < e->w->principal_count; p++) {
        engine_principal(e, p);
        before += e->rows[p].count + e->rows[p].bare;
    }
    e->recomputed = before;
}

bool engine_capped_row(const struct engine *e, uint32_t resource) { return bits_get(e->capped_rows, resource); }
uint64_t engine_recomputed(const struct engine *e)
{
    return e->recomputed;
}

uint32_t engine_question(const struct engine *e, uint32_t action)
{
    uintptr_t at = (uintptr_t)idmap_get(&e->question_of, action);
    return at ? (uint32_t)at - 1 : WORLD_NONE;
}
uint32_t engine_question_count(const struct engine *e)
{
    return e->question_count;
}
uint32_t engine_question_action(const struct engine *e, uint32_t bit)
{
    return e->question[bit];
}
