#include "iam/residue_search.h"

enum { DEPTH_MAX = 4000 };

struct list {
    const struct residue **items;
    uint32_t count, size;
};

struct search {
    struct residue_pool *pool;
    struct arena *arena, *solving;
    struct literal *all;
    uint32_t count;
    struct list todo, ors, saved;
    residue_way *way;
    void *context;
    uint32_t max, depth;
    struct search_result result;
};

static void push(struct arena *a, struct list *l, const struct residue *r)
{
    if (l->count == l->size) {
        uint32_t size = l->size ? l->size * 2 : 32;
        const struct residue **items = arena_array_of(a, const struct residue *, size);
        if (l->count)
            memcpy(items, l->items, l->count * sizeof *items);
        l->items = items;
        l->size = size;
    }
    l->items[l->count++] = r;
}

static struct residue *own(const struct residue *r) { return (struct residue *)(uintptr_t)r; }

/* The nodes of a pool note which literals the one running search has chosen; undo() takes that back. */
static bool choose(struct search *s, const struct residue *r)
{
    if (r->chosen)
        return true;
    if (r->negation && r->negation->chosen)
        return false;
    if (s->count == RESIDUE_LITERALS_MAX) {
        s->pool->capped = s->result.capped = true;
        return true;
    }
    struct literal *l = &s->all[s->count++];
    *l = (struct literal){.node = r, .d = r->data, .not = r->kind == RESIDUE_NOT};
    own(r)->chosen = true;
    if (l->d->key) {
        l->previous = l->d->key->head;
        l->d->key->head = (int32_t)s->count;
        l->d->key->dirty = true;
    }
    return true;
}

static void undo(struct search *s, uint32_t count)
{
    while (s->count > count) {
        struct literal *l = &s->all[--s->count];
        own(l->node)->chosen = false;
        if (l->d->key)
            l->d->key->head = l->previous;
    }
}

/* Takes in all that must hold; what is left to choose from goes to s->ors. False when it contradicts itself. */
static bool take_in(struct search *s, const struct residue *r)
{
    s->todo.count = 0;
    push(s->arena, &s->todo, r);
    while (s->todo.count) {
        const struct residue *at = s->todo.items[--s->todo.count];
        if (!residue_spend(s->pool, 1))
            return true;
        if (at->kind == RESIDUE_FALSE || ((at->kind == RESIDUE_LEAF || at->kind == RESIDUE_NOT) && !choose(s, at)))
            return false;
        if (at->kind == RESIDUE_OR)
            push(s->arena, &s->ors, at);
        for (uint32_t i = at->count; at->kind == RESIDUE_AND && i; i--)
            push(s->arena, &s->todo, at->children[i - 1]);
    }
    return true;
}

/* The keys that got literals since `from`. */
static bool consistent(struct search *s, uint32_t from)
{
    bool ok = true;
    for (uint32_t i = from; i < s->count; i++) {
        struct residue_key *key = s->all[i].d->key;
        if (!key || !key->dirty)
            continue;
        key->dirty = false;
        if (ok && s->pool->budget >= 0) {
            arena_reset(s->solving);
            ok = residue_solve(s->pool, s->solving, s->all, key).possible;
        }
    }
    return ok && (s->count == from || residue_links_hold(s->pool, s->all, s->count));
}

static bool met(const struct residue *or)
{
    for (uint32_t i = 0; i < or->count; i++)
        if (or->children[i]->chosen)
            return true;
    return false;
}

static bool walk(struct search *s, const struct residue *r);

static bool branch(struct search *s)
{
    uint32_t at = s->ors.count;
    while (at && met(s->ors.items[at - 1]))
        at--;
    if (!at) {
        s->result.ways++;
        bool on = s->way(s->context, s->all, s->count);
        s->result.stopped = !on;
        s->result.capped |= on && s->result.ways == s->max;
        return on && s->result.ways < s->max;
    }
    /* The last first: what was taken in lately is near to what the keys are about. The branches write over what is above. */
    const struct residue *or = s->ors.items[at - 1];
    uint32_t kept = s->ors.count, base = s->saved.count;
    for (uint32_t i = at - 1; i < kept; i++)
        push(s->arena, &s->saved, s->ors.items[i]);
    bool on = true;
    for (uint32_t i = 0; on && i < or->count; i++) {
        s->ors.count = at - 1;
        on = walk(s, or->children[i]);
    }
    s->ors.count = at - 1;
    for (uint32_t i = at - 1; i < kept; i++)
        push(s->arena, &s->ors, s->saved.items[base + i + 1 - at]);
    s->saved.count = base;
    return on;
}

/* False: enough. */
static bool walk(struct search *s, const struct residue *r)
{
    uint32_t from = s->count;
    bool on = true;
    if (s->depth == DEPTH_MAX)
        residue_spend(s->pool, RESIDUE_BUDGET + 1);
    s->depth++;
    if (!take_in(s, r) || !consistent(s, from))
        s->result.contradicted = true;
    else if (s->pool->budget < 0)
        on = false;
    else
        on = branch(s);
    for (uint32_t i = from; i < s->count; i++)
        if (s->all[i].d->key)
            s->all[i].d->key->dirty = false;
    undo(s, from);
    s->depth--;
    return on;
}

struct search_result residue_search(struct residue_pool *p, const struct residue *r, uint32_t max, residue_way *way, void *context)
{
    struct search s = {.pool = p, .arena = arena_new(0), .way = way, .context = context, .max = max};
    s.solving = arena_child(s.arena, 0);
    s.all = arena_array_of(s.arena, struct literal, RESIDUE_LITERALS_MAX);
    p->budget = RESIDUE_BUDGET;
    walk(&s, r);
    s.result.capped |= p->budget < 0;
    p->capped |= s.result.capped && !s.result.stopped;
    arena_free(s.arena);
    return s.result;
}
