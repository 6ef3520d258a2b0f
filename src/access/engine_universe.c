/* Lists of targets of one sort, with the statements of their policies turned around: statement -> targets. */
#include "access/engine_internal.h"

struct place {
    struct str folded;
    uint32_t target;
};

static int by_folded(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = str_cmp(x->folded, y->folded);
    return order ? order : x->target < y->target ? -1 : x->target > y->target;
}

static const uint32_t *in_order(struct engine *e, struct arena *a, const uint32_t *targets, uint32_t count)
{
    struct place *places = arena_array_of(a, struct place, count);
    uint32_t *out = arena_array_of(a, uint32_t, count);
    bool sorted = true;
    for (uint32_t i = 0; i < count; i++) {
        places[i] = (struct place){e->targets[targets[i]].folded, targets[i]};
        sorted = sorted && (!i || by_folded(&places[i - 1], &places[i]) < 0);
    }
    if (!sorted)
        qsort(places, count, sizeof *places, by_folded);
    for (uint32_t i = 0; i < count; i++)
        out[i] = places[i].target;
    return out;
}

/* Calls back for each statement of each target: once to count, once to fill. */
static uint32_t use_of(struct universe *u, struct idmap *known, uint32_t *size, uint32_t stmt, enum use_role role)
{
    uint64_t key = (uint64_t)stmt * 4 + role;
    uintptr_t at = (uintptr_t)idmap_get(known, key);
    if (at)
        return (uint32_t)at - 1;
    ENGINE_GROW(u->arena, u->uses, u->use_count, *size);
    u->uses[u->use_count] = (struct use){.stmt = stmt, .role = role};
    idmap_put(known, key, (void *)(uintptr_t)(u->use_count + 1)); /* NOLINT(performance-no-int-to-ptr) */
    return u->use_count++;
}

struct turn {
    struct engine *e;
    struct universe *u;
    struct idmap known;
    uint32_t size;
    bool fill;
};

static void turn_one(struct turn *t, uint32_t local, uint32_t stmt, enum use_role role)
{
    uint32_t at = use_of(t->u, &t->known, &t->size, stmt, role);
    struct use *use = &t->u->uses[at];
    if (use->last == local + 1) /* a policy may say a thing twice */
        return;
    use->last = local + 1;
    if (t->fill)
        t->u->items[use->from + use->count] = local;
    use->count++;
}

static void turn_all(struct turn *t)
{
    for (uint32_t i = 0; i < t->u->count; i++) {
        const struct side *s = &t->e->targets[t->u->targets[i]].side;
        for (uint32_t k = 0; k < s->first_count + s->second_count; k++)
            turn_one(t, i, s->stmts[k], k < s->first_count ? USE_FIRST : USE_SECOND);
        const struct chain *rcps = s->rcp == WORLD_NONE ? NULL : &t->e->rcps[s->rcp];
        for (uint32_t k = 0; rcps && k < rcps->count; k++)
            turn_one(t, i, rcps->stmts[k], USE_RCP);
    }
}

static void make_uses(struct engine *e, struct universe *u)
{
    struct turn t = {.e = e, .u = u};
    uint32_t total = 0;
    idmap_init(&t.known, u->arena);
    turn_all(&t);
    for (uint32_t i = 0; i < u->use_count; i++) {
        u->uses[i].from = total;
        total += u->uses[i].count;
        u->uses[i].count = u->uses[i].last = 0;
    }
    u->items = arena_array_of(u->arena, uint32_t, total + 1);
    t.fill = true;
    turn_all(&t);
}

static int by_key(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static void make_names(struct engine *e, struct universe *u)
{
    uint32_t size = 0;
    u->always = arena_array_of(u->arena, uint32_t, u->use_count + 1);
    for (uint32_t i = 0; i < u->use_count; i++) {
        const struct iam_statement *s = e->stmts[u->uses[i].stmt].s;
        bool anybody = !s || s->not_principal;
        uint64_t key;
        for (uint32_t p = 0; !anybody && p < s->principal_count; p++)
            anybody = !engine_principal_key(&s->principals[p], &key);
        if (anybody) {
            u->always[u->always_count++] = i;
            continue;
        }
        for (uint32_t p = 0; p < s->principal_count; p++) {
            engine_principal_key(&s->principals[p], &key);
            ENGINE_GROW(u->arena, u->named, u->named_count, size);
            u->named[u->named_count++] = (struct named){key, i};
        }
    }
    if (u->named_count)
        qsort(u->named, u->named_count, sizeof *u->named, by_key);
}

static void make_grants(struct engine *e, struct universe *u)
{
    uint32_t size = 0;
    for (uint32_t i = 0; i < u->count; i++) {
        const struct side *s = &e->targets[u->targets[i]].side;
        u->flags |= s->flags;
        for (uint32_t g = 0; g < s->grant_count; g++) {
            uint64_t key;
            if (!engine_grantee_key(e, s->grants[g].grantee, &key))
                continue;
            ENGINE_GROW(u->arena, u->granted, u->granted_count, size);
            u->granted[u->granted_count++] = (struct named){key, i};
        }
    }
    if (u->granted_count)
        qsort(u->granted, u->granted_count, sizeof *u->granted, by_key);
}

static void make_acls(struct engine *e, struct universe *u)
{
    struct named *all = arena_array_of(u->arena, struct named, u->count);
    uint32_t n = 0;
    for (uint32_t i = 0; i < u->count; i++)
        if (e->targets[u->targets[i]].side.acl_class != WORLD_NONE)
            all[n++] = (struct named){e->targets[u->targets[i]].side.acl_class, i};
    if (!n)
        return;
    qsort(all, n, sizeof *all, by_key);
    u->acls = arena_array_of(u->arena, struct acl_group, n);
    u->acl_items = arena_array_of(u->arena, uint32_t, n);
    for (uint32_t i = 0; i < n; i++) {
        u->acl_items[i] = all[i].at;
        if (!i || all[i].key != all[i - 1].key)
            u->acls[u->acl_count++] = (struct acl_group){.class = (uint32_t)all[i].key, .from = i};
        u->acls[u->acl_count - 1].count++;
    }
}

struct universe *engine_universe(struct engine *e, struct arena *a, uint32_t sort, const uint32_t *targets,
                                 uint32_t count)
{
    struct universe *u = arena_new_of(a, struct universe);
    u->arena = a;
    u->sort = sort;
    u->count = count;
    u->targets = in_order(e, a, targets, count);
    idmap_init(&u->memo, a);
    make_uses(e, u);
    make_names(e, u);
    make_grants(e, u);
    make_acls(e, u);
    return u;
}

struct universe **engine_universes(struct engine *e, struct arena *a, uint32_t *targets, uint32_t count)
{
    uint32_t *one = arena_array_of(a, uint32_t, count + 1), made = 0;
    uint32_t *per_sort = arena_array_of(a, uint32_t, e->sort_count + 1);
    for (uint32_t i = 0; i < count; i++)
        made += per_sort[e->targets[targets[i]].sort]++ == 0;
    struct universe **out = arena_array_of(a, struct universe *, made + 1);
    uint32_t n = 0;
    for (uint32_t s = 0; s < e->sort_count; s++) {
        if (!per_sort[s])
            continue;
        uint32_t k = 0;
        for (uint32_t i = 0; i < count; i++)
            if (e->targets[targets[i]].sort == s)
                one[k++] = targets[i];
        out[n++] = engine_universe(e, a, s, one, k);
    }
    return out;
}
