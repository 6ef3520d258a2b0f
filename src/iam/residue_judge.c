/* What can be said of a formula as a whole. */
#include "iam/residue_search.h"

static bool unread_among(const struct literal *all, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (all[i].d->leaf.kind == RESIDUE_UNREAD)
            return true;
    return false;
}

struct judging {
    bool clean, unread;
};

static bool judge_way(void *context, const struct literal *all, uint32_t count)
{
    struct judging *j = context;
    bool unread = unread_among(all, count);
    j->unread |= unread;
    j->clean |= !unread;
    return unread;
}

static bool skip_way(void *context, const struct literal *all, uint32_t count)
{
    (void)context;
    (void)all;
    (void)count;
    return false;
}

static enum residue_verdict judge(struct residue_pool *p, const struct residue *r)
{
    struct judging j = {0};
    struct search_result found = residue_search(p, r, RESIDUE_DISJUNCTS_MAX, judge_way, &j);
    if (!found.ways && !found.capped)
        return RESIDUE_NEVER;
    /* A conjunction is hardly ever a tautology: not looked for. */
    if (r->kind != RESIDUE_AND) {
        struct search_result against = residue_search(p, residue_not(p, r), 1, skip_way, NULL);
        if (!against.ways && !against.capped)
            return RESIDUE_ALWAYS;
    }
    return j.unread && !j.clean ? RESIDUE_CANNOT_TELL : RESIDUE_SOME;
}

enum residue_verdict residue_judge(struct residue_pool *p, const struct residue *r)
{
    if (r->kind == RESIDUE_TRUE || r->kind == RESIDUE_FALSE)
        return r->kind == RESIDUE_TRUE ? RESIDUE_ALWAYS : RESIDUE_NEVER;
    if (r->judged_at != p->link_count + p->opposites + 1) {
        struct residue *own = (struct residue *)(uintptr_t)r;
        own->verdict = (uint8_t)judge(p, r);
        own->judged_at = p->link_count + p->opposites + 1;
    }
    return (enum residue_verdict)r->verdict;
}

/* Simplifying. */

struct way {
    const struct residue **literals; /* in order of id */
    uint32_t count;
    bool covered;
};

struct ways {
    struct residue_pool *pool;
    struct arena *arena;
    struct way items[RESIDUE_DISJUNCTS_MAX];
    uint32_t count;
    bool changed;
};

/* That a key is there is also said by any other literal on it that absence does not meet. */
static bool says_nothing(struct residue_pool *p, const struct literal *all, const struct literal *l)
{
    const struct residue_leaf *leaf = &l->d->leaf;
    if (leaf->kind != RESIDUE_CONDITION || leaf->op != IAM_OP_NULL || residue_literal(p, l->d, l->not, NULL, 0, false) != TRI_NO)
        return false;
    for (int32_t i = l->d->key->head; i; i = all[i - 1].previous)
        if (&all[i - 1] != l && all[i - 1].d->leaf.op != IAM_OP_NULL && residue_literal(p, all[i - 1].d, all[i - 1].not, NULL, 0, false) == TRI_NO)
            return true;
    return false;
}

static bool keep_way(void *context, const struct literal *all, uint32_t count)
{
    struct ways *w = context;
    struct way *way = &w->items[w->count++];
    way->literals = arena_array_of(w->arena, const struct residue *, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        if (says_nothing(w->pool, all, &all[i])) {
            w->changed = true;
            continue;
        }
        uint32_t at = way->count++;
        for (; at && way->literals[at - 1]->id > all[i].node->id; at--)
            way->literals[at] = way->literals[at - 1];
        way->literals[at] = all[i].node;
    }
    return w->count < RESIDUE_DISJUNCTS_MAX;
}

/* All literals of `a` are among those of `b`: b says no more than a. */
static bool covers(const struct way *a, const struct way *b)
{
    uint32_t i = 0;
    for (uint32_t j = 0; i < a->count && j < b->count; j++)
        i += a->literals[i] == b->literals[j];
    return i == a->count;
}

static void drop_covered(struct ways *w)
{
    for (uint32_t i = 0; i < w->count; i++)
        for (uint32_t j = 0; j < w->count && !w->items[i].covered; j++)
            if (i != j && !w->items[j].covered && covers(&w->items[j], &w->items[i]))
                w->items[i].covered = w->changed = true;
}

const struct residue *residue_simplify(struct residue_pool *p, const struct residue *r)
{
    enum residue_verdict v = residue_judge(p, r);
    if (v == RESIDUE_NEVER || v == RESIDUE_ALWAYS)
        return v == RESIDUE_NEVER ? residue_false : residue_true;
    struct ways w = {.pool = p, .arena = arena_new(0)};
    struct search_result found = residue_search(p, r, RESIDUE_DISJUNCTS_MAX, keep_way, &w);
    drop_covered(&w);
    const struct residue *out = r;
    if (!found.capped && !found.stopped && (found.contradicted || w.changed)) {
        out = residue_false;
        for (uint32_t i = 0; i < w.count; i++) {
            const struct residue *all = residue_true;
            for (uint32_t k = 0; k < w.items[i].count && !w.items[i].covered; k++)
                all = residue_and(p, all, w.items[i].literals[k]);
            out = w.items[i].covered ? out : residue_or(p, out, all);
        }
    }
    arena_free(w.arena);
    return out;
}

/* Whose keys. */

struct needing {
    unsigned common, all;
    bool any;
};

static bool need_way(void *context, const struct literal *all, uint32_t count)
{
    struct needing *n = context;
    unsigned mask = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct residue_leaf *l = &all[i].d->leaf;
        enum iam_key_class class = l->kind == RESIDUE_CONDITION      ? iam_key_class_of(all[i].d->lower)
                                   : l->kind == RESIDUE_SESSION_NAME ? IAM_KEY_CALLER
                                                                     : IAM_KEY_FIXED;
        mask |= class == IAM_KEY_CALLER ? 0 : 1u << class;
    }
    n->common = n->any ? n->common & mask : mask;
    n->all |= mask;
    n->any = true;
    if (!mask)
        n->all = 0;
    return mask != 0;
}

unsigned residue_needs(struct residue_pool *p, const struct residue *r)
{
    struct needing n = {0};
    struct search_result found = residue_search(p, r, RESIDUE_DISJUNCTS_MAX, need_way, &n);
    if (found.stopped || !n.any || (found.capped && p->budget < 0))
        return 0;
    return n.common ? n.common : n.all;
}

static bool caller_way(void *context, const struct literal *all, uint32_t count)
{
    struct needing n = {0};
    bool *yes = context;
    *yes = !need_way(&n, all, count);
    return !*yes;
}

bool residue_caller_can_meet(struct residue_pool *p, const struct residue *r)
{
    bool yes = false;
    struct search_result found = residue_search(p, r, RESIDUE_DISJUNCTS_MAX, caller_way, &yes);
    return yes || found.capped;
}
