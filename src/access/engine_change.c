/*
 * What a changed policy of one principal tells apart for the first time.
 *
 * A pattern that no other policy has makes members of buckets and the like that no other caller's policies see: for
 * everybody else such a member is like one that is there already. So they become targets for those who are computed
 * after it; nobody else's rows change.
 */
#include "access/engine_internal.h"

#include "iam/match.h"

struct change {
    struct engine *e;
    uint32_t first_pattern, first_target;
    struct map known; /* "row arn" of the targets that there are */
};

static struct str place_of(struct arena *a, uint32_t row, struct str arn)
{
    return arena_printf(a, "%u %.*s", row, STR_ARG(arn));
}

/* Cheap and mostly enough: the texts before the first wildcards. */
static bool may_meet(struct str x, struct str y)
{
    size_t n = 0;
    while (n < x.len && n < y.len && x.ptr[n] == y.ptr[n])
        n++;
    return n == x.len || n == y.len || memchr(x.ptr, '*', n) || memchr(x.ptr, '?', n) || x.ptr[n] == '*' ||
           x.ptr[n] == '?' || y.ptr[n] == '*' || y.ptr[n] == '?';
}

static bool affected(const struct change *c, struct str pattern)
{
    for (uint32_t i = c->first_pattern; i < engine_pattern_count(c->e); i++)
        if (may_meet(engine_pattern(c->e, i), pattern) && iam_globs_overlap(engine_pattern(c->e, i), pattern) &&
            !iam_glob_covers(engine_pattern(c->e, i), pattern))
            return true;
    return false;
}

static void note_known(struct change *c, struct arena *a, const uint64_t *rows)
{
    for (uint32_t i = 0; i < c->first_target; i++)
        if (c->e->targets[i].row != WORLD_NONE && bits_get(rows, c->e->targets[i].row))
            map_add(&c->known, place_of(a, c->e->targets[i].row, c->e->targets[i].arn), c);
}

static void add_new(struct change *c, struct arena *a, const struct whole *w)
{
    struct engine *e = c->e;
    struct str_list members = {0};
    engine_members(e, e->tables, w->row, w->pattern, &members);
    for (uint32_t i = 0; i < members.count; i++)
        if (map_add(&c->known, place_of(a, w->row, members.items[i]), c))
            engine_add_arn(e, members.items[i], w->row);
}

static void keep(struct change *c)
{
    struct engine *e = c->e;
    struct extra *x = &e->extra;
    for (uint32_t i = c->first_target; i < e->target_count; i++) {
        engine_side(e, &e->targets[i]);
        arena_reset(e->tiny);
        ENGINE_GROW(e->tables, x->targets, x->count, x->size);
        x->targets[x->count++] = i;
    }
}

void engine_new_members(struct engine *e, uint32_t principal)
{
    struct change c = {e, engine_pattern_count(e), e->target_count, {0}};
    engine_note_principal(e, principal);
    if (engine_pattern_count(e) == c.first_pattern)
        return;
    struct arena *a = arena_new(1 << 16);
    map_init(&c.known, a);
    uint64_t *rows = bits_new(a, e->w->resource_count), *wholes = bits_new(a, e->whole_count);
    for (uint32_t i = 0; i < e->whole_count; i++)
        if (affected(&c, e->wholes[i].pattern)) {
            bits_set(rows, e->wholes[i].row);
            bits_set(wholes, i);
        }
    note_known(&c, a, rows);
    for (size_t i = bits_next(wholes, e->whole_count, 0); i < e->whole_count;
         i = bits_next(wholes, e->whole_count, i + 1))
        add_new(&c, a, &e->wholes[i]);
    keep(&c);
    arena_free(a);
}
