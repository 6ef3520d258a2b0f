/* What one statement says of the targets of a space. */
#include "access/engine_internal.h"

#include "iam/glob.h"

uint32_t engine_local(const struct eval *v, uint32_t thing)
{
    return v->at ? v->at[thing] : thing;
}
bool engine_speaks(const struct eval *v, uint32_t stmt)
{
    return bits_get(v->e->stmts[stmt].questions, v->question);
}

/* Both in order. NULL: all of the space. */
const uint64_t *engine_bits(struct eval *v, const uint32_t *list, uint32_t count)
{
    if (count == v->u->count)
        return NULL;
    uint64_t *bits = bits_new(v->s.arena, v->s.count);
    if (!v->at) {
        for (uint32_t i = 0; i < count; i++)
            bits_set(bits, list[i]);
        return bits;
    }
    for (uint32_t i = 0, k = 0; i < count && k < v->s.count;) {
        if (list[i] == v->at[k]) {
            bits_set(bits, k++);
            i++;
        } else if (list[i] < v->at[k])
            i++;
        else
            k++;
    }
    return bits;
}

static const uint64_t *gather(struct eval *v, const uint64_t *of_universe)
{
    if (!v->at)
        return of_universe;
    uint64_t *bits = bits_new(v->s.arena, v->s.count);
    for (uint32_t k = 0; k < v->s.count; k++)
        if (bits_get(of_universe, v->at[k]))
            bits_set(bits, k);
    return bits;
}

/* Targets that a statement covers, in the space. */
struct where {
    bool none;
    const uint64_t *bits; /* NULL: all */
    const struct cover *cover;
};

static struct where of_cover(struct eval *v, const struct cover *c)
{
    struct where w = {.cover = c};
    if (c->kind == COVER_NONE)
        w.none = true;
    else if (c->kind == COVER_LIST)
        w.bits = engine_bits(v, c->list, c->count);
    else if (c->kind == COVER_BITS)
        w.bits = gather(v, c->bits);
    return w;
}

/* Of a statement on the resource whose resources depend on the caller: target by target. */
static const struct cover *varying_use(struct eval *v, const struct use *use)
{
    struct engine *e = v->e;
    const struct stmt *m = &e->stmts[use->stmt];
    struct cover *c = arena_new_of(v->s.arena, struct cover);
    uint32_t *list = arena_array_of(v->s.arena, uint32_t, use->count),
             *maybe = arena_array_of(v->s.arena, uint32_t, use->count);
    c->formula = arena_array_of(v->s.arena, const struct residue *, use->count);
    for (uint32_t i = 0; i < use->count; i++) {
        uint32_t local = v->u->items[use->from + i];
        const struct target *t = &e->targets[v->u->targets[local]];
        struct iam_request r;
        engine_target_request(e, t, &v->c->who, v->question, &r);
        world_context(e->w, e->tiny, v->c->principal, t->row, NULL, &r);
        if (use->role == USE_SECOND)
            r.resource = t->side.second_arn;
        struct residue_source source = engine_source(m);
        const struct residue *f =
            iam_statement_covers_resource(e->w->pool, m->s, m->ref.policy->variables, m->layer, &r, &source);
        if (f == residue_true)
            list[c->count++] = local;
        else if (f != residue_false) {
            maybe[c->maybe_count] = local;
            c->formula[c->maybe_count++] = f;
        }
        arena_reset(e->tiny);
    }
    c->kind = c->count ? COVER_LIST : COVER_NONE;
    c->list = list;
    c->maybe = maybe;
    return c;
}

static struct where where_of(struct eval *v, uint32_t stmt, struct use *use)
{
    const struct stmt *m = &v->e->stmts[stmt];
    if (use && use->role != USE_RCP && m->varies)
        return of_cover(v, varying_use(v, use));
    struct where w = {0};
    if (!use || use->role == USE_RCP)
        w = of_cover(v, engine_cover(v->e, v->c, v->u, stmt, v->question));
    if (!use || use->count == v->u->count)
        return w;
    if (!use->bits && use->count > v->u->count / 16) {
        use->bits = bits_new(v->u->arena, v->u->count);
        for (uint32_t i = 0; i < use->count; i++)
            bits_set(use->bits, v->u->items[use->from + i]);
    }
    const uint64_t *on = use->bits ? gather(v, use->bits) : engine_bits(v, v->u->items + use->from, use->count);
    if (!w.cover) {
        w.bits = on;
        return w;
    }
    /* An RCP holds on some of the targets only: what it covers of them. */
    uint64_t *both = bits_new(v->s.arena, v->s.count);
    memcpy(both, on, v->s.words * sizeof *both);
    if (w.bits)
        bits_and(both, w.bits, v->s.words);
    w.bits = both;
    return w;
}

static void combine(struct eval *v, struct gset *g, bool sub, const struct residue *f, const uint64_t *bits)
{
    if (f == residue_false || (bits && !bits_any(bits, v->s.words)))
        return;
    if (sub)
        gset_sub(&v->s, g, f, bits);
    else
        gset_add(&v->s, g, f, bits);
}

/* The values of a leaf that do not have the made-up text of a member; true when some have it. */
static bool is_odd(struct eval *v, const struct residue_leaf *l, struct residue_leaf *rest)
{
    struct str *kept = arena_array_of(v->s.arena, struct str, l->count + 1);
    *rest = *l;
    rest->values = kept;
    rest->count = 0;
    for (uint32_t i = 0; i < l->count; i++)
        if (!str_contains(l->values[i], engine_odd))
            kept[rest->count++] = l->values[i];
    return rest->count < l->count || (l->kind == RESIDUE_PATTERN && str_contains(l->key, engine_odd));
}

/* Some thing has a name that fits a key, whatever the key is: that a key must be as the made-up text of a member is
 * asks only that it is there; that it must not be, nothing. */
static const struct residue *relaxed_leaf(struct eval *v, const struct residue *f)
{
    const struct residue_leaf *l = residue_leaf_of(f);
    struct residue_leaf rest;
    if (!is_odd(v, l, &rest))
        return f;
    bits_set(v->e->relaxed, v->c->principal);
    if (l->kind != RESIDUE_CONDITION || residue_kind_of(f) == RESIDUE_NOT)
        return residue_true;
    if (iam_operator_negated(l->op))
        return rest.count ? residue_leaf(v->s.pool, &rest, NULL) : residue_true;
    struct str no = STR("false");
    struct residue_leaf there = {
        .kind = RESIDUE_CONDITION, .op = IAM_OP_NULL, .key = l->key, .values = &no, .count = 1};
    return residue_leaf(v->s.pool, &there, NULL);
}

static const struct residue *relaxed(struct eval *v, const struct residue *f)
{
    enum residue_kind kind = residue_kind_of(f);
    if (kind == RESIDUE_LEAF || kind == RESIDUE_NOT)
        return relaxed_leaf(v, f);
    if (kind != RESIDUE_AND && kind != RESIDUE_OR)
        return f;
    const struct residue *out = kind == RESIDUE_AND ? residue_true : residue_false;
    for (uint32_t i = 0; i < residue_child_count(f); i++) {
        const struct residue *child = relaxed(v, residue_child(f, i));
        out = kind == RESIDUE_AND ? residue_and(v->s.pool, out, child) : residue_or(v->s.pool, out, child);
    }
    return out;
}

/* An Allow may say more than it does for the member, a Deny less. */
static const struct residue *of_any_name(struct eval *v, bool sub, const struct residue *f)
{
    if (!sub)
        return relaxed(v, f);
    return residue_not(v->s.pool, relaxed(v, residue_not(v->s.pool, f)));
}

static bool has_item(const struct use *use, const struct universe *u, uint32_t local)
{
    uint32_t lo = use->from, hi = use->from + use->count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (u->items[mid] < local)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < use->from + use->count && u->items[lo] == local;
}

/* `f` on what is covered for sure, and `f` and a formula on the rest, inside of `within` (NULL: everywhere). */
static void put(struct eval *v, struct gset *g, bool sub, const struct residue *f, const struct where *w,
                const uint64_t *within, const struct use *use)
{
    if (f == residue_false)
        return;
    if (!w->none) {
        const uint64_t *bits = w->bits ? w->bits : within;
        if (w->bits && within) {
            uint64_t *both = bits_new(v->s.arena, v->s.count);
            memcpy(both, w->bits, v->s.words * sizeof *both);
            bits_and(both, within, v->s.words);
            bits = both;
        }
        combine(v, g, sub, f, bits);
    }
    for (uint32_t i = 0; w->cover && i < w->cover->maybe_count; i++) {
        const uint64_t *one = engine_bits(v, &w->cover->maybe[i], 1);
        if (one && (!bits_any(one, v->s.words) || (within && !bits_meet(one, within, v->s.words))))
            continue;
        if (!use || has_item(use, v->u, w->cover->maybe[i]))
            combine(v, g, sub, residue_and(v->s.pool, f, of_any_name(v, sub, w->cover->formula[i])), one);
    }
}

enum { VALUES_MAX = 64 };
/* What a key of the target is held against. */
struct bound {
    bool known, positive, negative; /* the values are known; some condition says: one of them, none of them */
    struct str values[VALUES_MAX];
    uint32_t count;
};

static void bind_values(struct eval *v, const struct iam_condition *k, struct bound *b)
{
    for (uint32_t i = 0; i < k->count && b->known; i++) {
        struct iam_expanded x;
        if (!k->values[i].variables) {
            b->known = b->count < VALUES_MAX;
            if (b->known)
                b->values[b->count++] = k->values[i].text;
            continue;
        }
        enum iam_expansion how = iam_expand(k->values[i].text, &v->c->context, &x);
        b->known = how != IAM_EXPANDED_UNKNOWN && b->count < VALUES_MAX;
        if (b->known && how == IAM_EXPANDED)
            b->values[b->count++] = arena_str(v->s.arena, x.pattern.text);
        iam_expanded_done(&x);
    }
}

static bool is_variable(const struct iam_condition *k, struct str key)
{
    struct iam_variable x;
    return k->count == 1 && k->values[0].variables && iam_variable_next(k->values[0].text, 0, &x) && x.from == 0 &&
           x.to == k->values[0].text.len && !x.escape && !x.fallback.ptr && str_eq_nocase(x.name, key);
}

static bool mentions(const struct iam_condition *k, struct str key)
{
    struct iam_variable x;
    for (uint32_t i = 0; i < k->count; i++)
        for (size_t at = 0; k->values[i].variables && iam_variable_next(k->values[i].text, at, &x); at = x.to)
            if (str_eq_nocase(x.name, key))
                return true;
    return false;
}

/* Equations on one key of the target tell which of its values can matter. */
static void bind(struct eval *v, const struct stmt *m, struct str key, struct bound *b)
{
    b->known = true;
    for (uint32_t i = 0; i < m->s->condition_count && b->known; i++) {
        const struct iam_condition *k = &m->s->conditions[i];
        bool of_key = str_eq(k->key_lower, key), in_value = mentions(k, key);
        if (!of_key && !in_value)
            continue;
        bool equal = k->op == IAM_OP_STRING_EQUALS, differ = k->op == IAM_OP_STRING_NOT_EQUALS;
        if ((!equal && !differ) || k->set != IAM_SET_NONE || (of_key && in_value)) {
            b->known = false;
            return;
        }
        if (of_key)
            bind_values(v, k, b);
        else {
            const struct iam_key *mine = iam_context_get(&v->c->context, k->key_lower);
            bool one = mine && mine->state == IAM_KEY_KNOWN && mine->count == 1 && !mine->list;
            b->known = is_variable(k, key) && (one || (mine && mine->state == IAM_KEY_ABSENT)) && b->count < VALUES_MAX;
            if (b->known && one)
                b->values[b->count++] = mine->values[0];
        }
        b->positive = b->positive || (equal && !k->if_exists && of_key);
        b->negative = true;
    }
    b->known = b->known && b->negative;
}

static void on_class(struct eval *v, struct gset *g, bool sub, uint32_t stmt, const struct part_class *class,
                     const struct where *w, const struct use *use, const struct residue *who)
{
    const struct residue *f = engine_condition_at(v->e, v->c, v->u, stmt, class, v->question);
    put(v, g, sub, residue_and(v->s.pool, who, f), w, engine_bits(v, class->items, class->count), use);
}

static bool is_bound(const struct bound *b, struct str value)
{
    for (uint32_t i = 0; i < b->count; i++)
        if (str_eq(b->values[i], value))
            return true;
    return false;
}

/* All targets whose value is none of those that count are alike: one of them stands for all. */
static void on_others(struct eval *v, struct gset *g, bool sub, uint32_t stmt, const struct partition *p,
                      const struct bound *b, const struct where *w, const struct use *use, const struct residue *who)
{
    const struct part_class *sample = NULL;
    for (uint32_t i = 0; i < p->count && !sample; i++)
        if (p->classes[i].single && !is_bound(b, p->classes[i].value))
            sample = &p->classes[i];
    if (!sample)
        return;
    uint64_t *rest = bits_new(v->s.arena, v->s.count);
    bits_set_range(rest, 0, v->s.count);
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->classes[i].single && !is_bound(b, p->classes[i].value))
            continue;
        const uint64_t *out = engine_bits(v, p->classes[i].items, p->classes[i].count);
        if (!out)
            return;
        bits_and_not(rest, out, v->s.words);
    }
    const struct residue *f = engine_condition_at(v->e, v->c, v->u, stmt, sample, v->question);
    put(v, g, sub, residue_and(v->s.pool, who, f), w, rest, use);
}

static void by_classes(struct eval *v, struct gset *g, bool sub, uint32_t stmt, const struct where *w,
                       const struct use *use, const struct residue *who)
{
    const struct stmt *m = &v->e->stmts[stmt];
    const struct keyset *set = &v->e->keyset[m->keyset];
    const struct partition *p = engine_partition(v->e, v->u, m->keyset, v->question);
    struct bound b = {0};
    if (set->count == 1 && p->count > 4)
        bind(v, m, set->keys[0], &b);
    for (uint32_t i = 0; i < p->count; i++)
        if (!b.known || !p->classes[i].single)
            on_class(v, g, sub, stmt, &p->classes[i], w, use, who);
    if (!b.known)
        return;
    for (uint32_t i = 0; i < b.count; i++) {
        uintptr_t at = (uintptr_t)map_get(&p->by_value, b.values[i]);
        if (at)
            on_class(v, g, sub, stmt, &p->classes[at - 1], w, use, who);
    }
    if (!b.positive)
        on_others(v, g, sub, stmt, p, &b, w, use, who);
}

void engine_apply(struct eval *v, struct gset *g, bool sub, uint32_t stmt, struct use *use, const struct residue *who)
{
    const struct stmt *m = &v->e->stmts[stmt];
    if (who == residue_false || !engine_speaks(v, stmt) || (sub && gset_empty(&v->s, g)))
        return;
    const struct residue *f = residue_true;
    if (m->keyset == WORLD_NONE) {
        f = residue_and(v->s.pool, who, engine_condition(v->e, v->c, stmt));
        if (f == residue_false)
            return;
    }
    struct where w = where_of(v, stmt, use);
    if (w.none && !(w.cover && w.cover->maybe_count))
        return;
    if (m->keyset == WORLD_NONE)
        put(v, g, sub, f, &w, NULL, use);
    else
        by_classes(v, g, sub, stmt, &w, use, who);
}
