/* One caller: the universes where it may be allowed something, its questions there in blocks, the targets that matter.
 */
#include "access/engine_internal.h"

struct run {
    struct engine *e;
    struct caller *c;
    struct universe *u;
    struct pending *to;
    bool same;
    struct rel *rels;
    uint32_t rel_count;
    uint32_t *granted, granted_count;
    uint64_t *questions; /* those that may be allowed */
    uint32_t *label;     /* question -> block */
    uint32_t labels;
};

static void name_caller(struct run *r, struct rel *rel)
{
    struct engine *e = r->e;
    const struct stmt *m = &e->stmts[rel->use->stmt];
    struct residue_source source = engine_source(m);
    rel->open = rel->limited = rel->account = residue_false;
    if (!m->s) /* it may name the caller itself */
        rel->open = residue_true;
    else if (m->s->not_principal) {
        const struct residue *f = residue_true;
        if (iam_statement_covers_principal(e->w->pool, m->s, &r->c->who, r->c->has_boundary, &source, &f) !=
            IAM_NO_MATCH)
            rel->open = f;
    } else {
        for (uint32_t i = 0; i < m->s->principal_count; i++) {
            const struct residue *f = residue_true, **way = NULL;
            switch (iam_principal_matches(e->w->pool, &m->s->principals[i], &r->c->who, &source, &f)) {
            case IAM_MATCH:
                way = &rel->open;
                break;
            case IAM_ACCOUNT_MATCH:
                way = &rel->account;
                break;
            case IAM_ROLE_OF_SESSION_MATCH:
            case IAM_USER_OF_SESSION_MATCH:
                way = &rel->limited;
                break;
            case IAM_NO_MATCH:
                break;
            }
            if (way)
                *way = residue_or(e->w->pool, *way, f);
        }
    }
    rel->any = residue_or(e->w->pool, rel->open, residue_or(e->w->pool, rel->limited, rel->account));
}

static void add_rel(struct run *r, uint64_t *seen, uint32_t use)
{
    if (bits_get(seen, use))
        return;
    bits_set(seen, use);
    struct rel rel = {.use = &r->u->uses[use]};
    name_caller(r, &rel);
    if (rel.any != residue_false)
        r->rels[r->rel_count++] = rel;
}

static uint32_t first_named(const struct named *list, uint32_t count, uint64_t key)
{
    uint32_t lo = 0, hi = count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (list[mid].key < key)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* The statements and grants of the resource's side that may speak of the caller. */
static void find_rels(struct run *r)
{
    struct universe *u = r->u;
    uint64_t keys[2] = {r->c->name_key, r->c->account_key}, *seen = bits_new(r->e->scratch, u->use_count);
    uint32_t named = 0, granted = 0, from[2], to[2], given[2];
    for (int k = 0; k < 2; k++) {
        from[k] = to[k] = first_named(u->named, u->named_count, keys[k]);
        while (to[k] < u->named_count && u->named[to[k]].key == keys[k])
            to[k]++;
        named += to[k] - from[k];
        given[k] = first_named(u->granted, u->granted_count, keys[k]);
        for (uint32_t i = given[k]; i < u->granted_count && u->granted[i].key == keys[k]; i++)
            granted++;
    }
    r->rels = arena_array_of(r->e->scratch, struct rel, named + u->always_count + 1);
    r->granted = granted ? arena_array_of(r->e->scratch, uint32_t, granted) : NULL;
    for (uint32_t i = 0; i < u->always_count; i++)
        add_rel(r, seen, u->always[i]);
    for (int k = 0; k < 2; k++) {
        for (uint32_t i = from[k]; i < to[k]; i++)
            add_rel(r, seen, u->named[i].at);
        for (uint32_t i = given[k]; i < u->granted_count && u->granted[i].key == keys[k]; i++)
            r->granted[r->granted_count++] = u->granted[i].at;
    }
    if (r->granted_count < 2)
        return;
    qsort(r->granted, r->granted_count, sizeof *r->granted, by_value);
    uint32_t n = 1;
    for (uint32_t i = 1; i < r->granted_count; i++)
        if (r->granted[i] != r->granted[n - 1])
            r->granted[n++] = r->granted[i];
    r->granted_count = n;
}

/* What may be allowed at all: where somebody allows. */
static bool find_questions(struct run *r)
{
    struct engine *e = r->e;
    const struct sort *sort = &e->sorts[r->u->sort];
    r->questions = bits_new(e->scratch, e->question_count);
    bool all = r->granted_count || (r->u->flags & SIDE_LOOSE_GRANTS) || (r->u->acl_count && !r->c->has_identity);
    if (all)
        bits_set_range(r->questions, 0, e->question_count);
    bits_or(r->questions, r->c->wanted, e->words);
    for (uint32_t i = 0; i < r->rel_count; i++) {
        const struct stmt *m = &e->stmts[r->rels[i].use->stmt];
        if (m->allow && (r->same || !r->c->has_identity))
            bits_or(r->questions, m->questions, e->words);
    }
    bits_and(r->questions, sort->questions, e->words);
    return bits_any(r->questions, e->words);
}

/* Questions that a set of questions tells apart get labels of their own. */
static void split(struct run *r, const uint64_t *by)
{
    const struct sort *sort = &r->e->sorts[r->u->sort];
    bool in = false, out = false;
    for (uint32_t w = sort->word_from; w < sort->word_to; w++) {
        in = in || (r->questions[w] & by[w]);
        out = out || (r->questions[w] & ~by[w]);
    }
    if (!in || !out)
        return;
    uint32_t *fresh = arena_array_of(r->e->scratch, uint32_t, r->labels + 1),
             *outside = arena_array_of(r->e->scratch, uint32_t, r->labels + 1);
    uint32_t n = r->e->question_count;
    for (uint32_t q = (uint32_t)bits_next(r->questions, n, 0); q < n; q = (uint32_t)bits_next(r->questions, n, q + 1))
        if (!bits_get(by, q))
            outside[r->label[q]] = 1;
    for (uint32_t q = (uint32_t)bits_next(r->questions, n, 0); q < n; q = (uint32_t)bits_next(r->questions, n, q + 1)) {
        uint32_t l = r->label[q];
        if (!bits_get(by, q) || !outside[l]) /* a label that lies inside as a whole stays */
            continue;
        if (!fresh[l])
            fresh[l] = ++r->labels; /* the label and one */
        r->label[q] = fresh[l] - 1;
    }
}

static void split_chain(struct run *r, const struct chain *c)
{
    for (uint32_t i = 0; i < c->count; i++)
        split(r, r->e->stmts[c->stmts[i]].questions);
}

static void find_labels(struct run *r)
{
    struct engine *e = r->e;
    uint32_t n = e->question_count;
    struct idmap traits;
    idmap_init(&traits, e->scratch);
    r->label = arena_array_of(e->scratch, uint32_t, n);
    r->labels = 0;
    bool singles = r->granted_count || ((r->u->flags & SIDE_LIMIT));
    for (uint32_t q = (uint32_t)bits_next(r->questions, n, 0); q < n; q = (uint32_t)bits_next(r->questions, n, q + 1)) {
        uint64_t trait = singles ? q : e->trait[q];
        uintptr_t label = (uintptr_t)idmap_get(&traits, trait);
        if (!label) {
            label = ++r->labels;
            idmap_put(&traits, trait, (void *)label); /* NOLINT(performance-no-int-to-ptr) */
        }
        r->label[q] = (uint32_t)label - 1;
    }
    if (singles)
        return;
    split_chain(r, &r->c->identity);
    split_chain(r, &r->c->boundary);
    for (uint32_t i = 0; i < r->c->scp_count; i++)
        split_chain(r, &r->c->scps[i]);
    for (uint32_t i = 0; i < r->rel_count; i++)
        split(r, e->stmts[r->rels[i].use->stmt].questions);
}

static void mark_cover(struct universe *u, const struct cover *c, uint64_t *bits)
{
    if (c->kind == COVER_ALL)
        bits_set_range(bits, 0, u->count);
    else if (c->kind == COVER_BITS)
        bits_or(bits, c->bits, bits_words(u->count));
    for (uint32_t i = 0; c->kind == COVER_LIST && i < c->count; i++)
        bits_set(bits, c->list[i]);
    for (uint32_t i = 0; i < c->maybe_count; i++)
        bits_set(bits, c->maybe[i]);
}

static void mark_side(struct run *r, uint32_t question, uint64_t *bits)
{
    struct engine *e = r->e;
    if (r->c->is_root || r->u->sort == e->none_sort) {
        bits_set_range(bits, 0, r->u->count);
        return;
    }
    for (uint32_t i = 0; i < r->c->identity.count; i++) {
        const struct stmt *m = &e->stmts[r->c->identity.stmts[i]];
        if (m->allow && bits_get(m->questions, question))
            mark_cover(r->u, engine_cover(e, r->c, r->u, r->c->identity.stmts[i], question), bits);
    }
}

static void mark_trusting(struct run *r, uint32_t question, uint64_t *bits)
{
    for (uint32_t i = 0; i < r->rel_count; i++) {
        const struct use *use = r->rels[i].use;
        const struct stmt *m = &r->e->stmts[use->stmt];
        if (m->allow && use->role != USE_RCP && bits_get(m->questions, question))
            for (uint32_t k = 0; k < use->count; k++)
                bits_set(bits, r->u->items[use->from + k]);
    }
}

/* The targets where somebody allows; the others need no look. */
static uint32_t candidates(struct run *r, uint32_t question, uint64_t *bits)
{
    struct engine *e = r->e;
    struct universe *u = r->u;
    struct iam_request q;
    engine_target_request(e, &e->targets[u->targets[0]], &r->c->who, question, &q);
    bool trusting = r->same && iam_resource_must_trust(&q);
    if (!r->c->has_identity || r->same)
        mark_trusting(r, question, bits);
    if (r->c->has_identity && !trusting)
        mark_side(r, question, bits);
    if (!r->c->has_identity)
        for (uint32_t i = 0; i < u->acl_count; i++)
            for (uint32_t k = 0; k < u->acls[i].count; k++)
                bits_set(bits, u->acl_items[u->acls[i].from + k]);
    for (uint32_t i = 0; i < r->granted_count; i++)
        bits_set(bits, r->granted[i]);
    for (uint32_t i = 0; i < u->count; i++) {
        const struct target *t = &e->targets[u->targets[i]];
        if ((u->flags & SIDE_LOOSE_GRANTS) && (t->side.flags & SIDE_LOOSE_GRANTS))
            bits_set(bits, i);
        if (!r->same && r->c->has_identity && t->account == r->c->account && t->row != WORLD_NONE && t->owner.ptr)
            bits_clear(bits, i); /* its own account's are looked at as such */
    }
    return (uint32_t)bits_count(bits, bits_words(u->count));
}

static void run_block(struct run *r, uint32_t label, uint32_t question, uint64_t *bits)
{
    struct engine *e = r->e;
    uint64_t *questions = bits_new(e->scratch, e->question_count);
    for (uint32_t q = question; q < e->question_count; q = (uint32_t)bits_next(r->questions, e->question_count, q + 1))
        if (r->label[q] == label)
            bits_set(questions, q);
    uint32_t count = candidates(r, question, bits);
    if (!count)
        return;
    struct eval v = {.e = e,
                     .c = r->c,
                     .u = r->u,
                     .question = question,
                     .same = r->same,
                     .rels = r->rels,
                     .rel_count = r->rel_count,
                     .granted = r->granted,
                     .granted_count = r->granted_count};
    v.s = (struct space){e->scratch, e->w->pool, count, bits_words(count)};
    if (count < r->u->count) {
        uint32_t *at = arena_array_of(e->scratch, uint32_t, count), n = 0;
        for (size_t i = bits_next(bits, r->u->count, 0); i < r->u->count; i = bits_next(bits, r->u->count, i + 1))
            at[n++] = (uint32_t)i;
        v.at = at;
    }
    struct gset out;
    engine_eval(&v, &out);
    engine_emit(&v, &out, questions, r->to);
}

static void run_universe(struct engine *e, struct caller *c, struct universe *u, bool same, struct pending *to)
{
    struct run r = {.e = e, .c = c, .u = u, .to = to, .same = same};
    if (!u || (c->who.kind == IAM_CALLER_WEB && !str_eqz(e->sorts[u->sort].service, "sts")))
        return;
    find_rels(&r);
    if (!find_questions(&r))
        return;
    find_labels(&r);
    uint64_t *done = bits_new(e->scratch, r.labels + 1);
    for (uint32_t q = (uint32_t)bits_next(r.questions, e->question_count, 0); q < e->question_count;
         q = (uint32_t)bits_next(r.questions, e->question_count, q + 1)) {
        if (bits_get(done, r.label[q]))
            continue;
        bits_set(done, r.label[q]);
        run_block(&r, r.label[q], q, bits_new(e->scratch, u->count));
    }
}

static struct universe **foreign_of(struct engine *e, struct arena *a, uint64_t key)
{
    uint32_t lo = 0, hi = e->foreign_count, n = 0;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (e->foreign[mid].key < key)
            lo = mid + 1;
        else
            hi = mid;
    }
    while (lo + n < e->foreign_count && e->foreign[lo + n].key == key)
        n++;
    uint32_t *targets = arena_array_of(a, uint32_t, n + 1), count = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t t = e->foreign[lo + i].target;
        if (!e->is_open[t] && (!count || targets[count - 1] != t))
            targets[count++] = t;
    }
    return engine_universes(e, a, targets, count);
}

static struct universe **account_guests(struct engine *e, const struct caller *c)
{
    struct universe **known = idmap_get(&e->by_account, c->account_key);
    if (!known) {
        known = foreign_of(e, e->tables, c->account_key);
        idmap_put(&e->by_account, c->account_key, known);
    }
    return known;
}

static void run_all(struct engine *e, struct caller *c, struct universe **list, bool same, struct pending *to)
{
    for (; list && *list; list++)
        run_universe(e, c, *list, same, to);
}

static void run_extra(struct engine *e, struct caller *c, struct pending *to)
{
    const struct extra *x = &e->extra;
    if (!x->count)
        return;
    uint32_t *own = arena_array_of(e->scratch, uint32_t, x->count),
             *others = arena_array_of(e->scratch, uint32_t, x->count), n = 0, m = 0;
    bool identity = c->has_identity && c->who.account.ptr;
    for (uint32_t i = 0; i < x->count; i++) {
        const struct target *t = &e->targets[x->targets[i]];
        bool mine = identity && (!t->owner.ptr || str_eqz(t->owner, "aws") || str_eq(t->owner, c->who.account));
        if (mine)
            own[n++] = x->targets[i];
        else
            others[m++] = x->targets[i];
    }
    run_all(e, c, engine_universes(e, e->scratch, own, n), true, to);
    run_all(e, c, engine_universes(e, e->scratch, others, m), false, to);
}

void engine_principal(struct engine *e, uint32_t principal)
{
    struct caller c;
    arena_reset(e->scratch);
    arena_reset(e->tiny);
    struct pending *to = engine_pending(e);
    engine_caller(e, principal, &c);
    bool has_account = c.has_identity && c.who.account.ptr;
    if (has_account) {
        if (c.account != WORLD_NONE)
            run_all(e, &c, e->own[c.account], true, to);
        run_universe(e, &c, e->none[c.account == WORLD_NONE ? e->w->account_count : c.account], true, to);
        run_all(e, &c, account_guests(e, &c), false, to);
    }
    run_all(e, &c, e->ownerless, has_account, to);
    run_all(e, &c, e->open, false, to);
    run_all(e, &c, foreign_of(e, e->scratch, c.name_key), false, to);
    run_extra(e, &c, to);
    engine_finish(e, principal, to);
}
