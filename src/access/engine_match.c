/* Which targets of a universe a statement covers: by the text before the first wildcard, then exactly. */
#include "access/engine_internal.h"
#include "access/world_internal.h"

#include "iam/glob.h"

struct matching {
    struct engine *e;
    struct caller *c;
    struct universe *u;
    const struct stmt *m;
    struct arena *a;
    uint64_t *looked; /* targets that some pattern may match */
    bool everywhere;
    uint32_t question;
};

static struct str part_of(const struct engine *e, const struct universe *u, uint32_t local)
{
    return arn_field(e->targets[u->targets[local]].arn, 5);
}

struct part {
    struct str text;
    uint32_t local;
};

static int by_part(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    int order = str_cmp(x->text, y->text);
    return order ? order : x->local < y->local ? -1 : x->local > y->local;
}

static void make_by_part(struct engine *e, struct universe *u)
{
    struct part *parts = arena_array_of(u->arena, struct part, u->count);
    u->by_part = arena_array_of(u->arena, uint32_t, u->count);
    for (uint32_t i = 0; i < u->count; i++)
        parts[i] = (struct part){part_of(e, u, i), i};
    qsort(parts, u->count, sizeof *parts, by_part);
    for (uint32_t i = 0; i < u->count; i++)
        u->by_part[i] = parts[i].local;
}

/* Of the sorted texts, those that start with `prefix`: [*from, *to). */
static void range(const struct engine *e, const struct universe *u, bool parts, struct str prefix, uint32_t *from,
                  uint32_t *to)
{
    for (int end = 0; end < 2; end++) {
        uint32_t lo = end ? *from : 0, hi = u->count;
        while (lo < hi) {
            uint32_t mid = lo + (hi - lo) / 2;
            struct str text = parts ? part_of(e, u, u->by_part[mid]) : e->targets[u->targets[mid]].folded;
            int order = str_cmp(str_sub(text, 0, prefix.len), prefix);
            if (order < 0 || (end && order == 0))
                lo = mid + 1;
            else
                hi = mid;
        }
        *(end ? to : from) = lo;
    }
}

static struct str literal(struct str text)
{
    size_t n = 0;
    while (n < text.len && text.ptr[n] != '*' && text.ptr[n] != '?' && text.ptr[n] != '$')
        n++;
    return str_sub(text, 0, n);
}

/* The resource part up to what is not known, with the caller's values put in. */
static struct str known_part(struct matching *m, const struct iam_resource *r)
{
    const struct iam_glob *g = &r->field[5];
    if (!g->variables)
        return r->fields < 6 ? str_make(NULL, 0) : literal(g->text);
    struct iam_expanded x;
    enum iam_expansion how = iam_expand(g->text, &m->c->context, &x);
    size_t n = 0;
    m->everywhere |= how == IAM_EXPANDED_NULL && m->m->s->not_resource; /* then the oracle says "unknown" of all */
    while (how != IAM_EXPANDED_NULL && n < x.pattern.text.len &&
           !((x.pattern.text.ptr[n] == '*' || x.pattern.text.ptr[n] == '?') && (!x.pattern.wild || x.pattern.wild[n])))
        n++;
    struct str out = arena_str(m->a, str_sub(x.pattern.text, 0, n));
    iam_expanded_done(&x);
    return out;
}

static struct str lower(struct arena *a, struct str s)
{
    char *text = arena_cstr(a, s);
    for (size_t i = 0; i < s.len; i++)
        text[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
    return str_make(text, s.len);
}

/* Marks what one pattern may match. */
static void look(struct matching *m, const struct iam_resource *r)
{
    if (!r->valid || m->everywhere)
        return;
    if (r->any || !str_starts(r->text, STR("arn:"))) {
        m->everywhere = true;
        return;
    }
    struct str prefix = lower(m->a, literal(r->text)), part = known_part(m, r);
    uint32_t from = 0, to = m->u->count, part_from = 0, part_to = m->u->count;
    range(m->e, m->u, false, prefix, &from, &to);
    bool by_part = part.len && to - from > 4;
    if (by_part) {
        if (!m->u->by_part)
            make_by_part(m->e, m->u);
        range(m->e, m->u, true, part, &part_from, &part_to);
        by_part = part_to - part_from < to - from;
    }
    if (by_part)
        for (uint32_t i = part_from; i < part_to; i++)
            bits_set(m->looked, m->u->by_part[i]);
    else
        bits_set_range(m->looked, from, to);
}

static const struct residue *exactly(struct matching *m, uint32_t local)
{
    const struct target *t = &m->e->targets[m->u->targets[local]];
    struct iam_request r;
    engine_target_request(m->e, t, &m->c->who, m->question, &r);
    r.context = m->c->context;
    if (m->m->varies && t->row != WORLD_NONE) {
        r.context = (struct iam_context){0};
        world_context(m->e->w, m->e->tiny, m->c->principal, t->row, NULL, &r);
    }
    struct residue_source source = engine_source(m->m);
    const struct residue *f =
        iam_statement_covers_resource(m->e->w->pool, m->m->s, m->m->ref.policy->variables, m->m->layer, &r, &source);
    if (m->m->varies)
        arena_reset(m->e->tiny);
    return f;
}

struct found {
    uint32_t *yes, yes_count, *maybe, maybe_count;
    const struct residue **formula;
};

static void test(struct matching *m, uint32_t local, struct found *out)
{
    const struct residue *f = exactly(m, local);
    if (f == residue_true)
        out->yes[out->yes_count++] = local;
    else if (f != residue_false) {
        out->maybe[out->maybe_count] = local;
        out->formula[out->maybe_count++] = f;
    }
}

static struct cover *settle(struct matching *m, const struct found *f)
{
    struct cover *out = arena_new_of(m->a, struct cover);
    out->maybe = f->maybe;
    out->formula = f->formula;
    out->maybe_count = f->maybe_count;
    out->count = f->yes_count;
    out->kind = f->yes_count == m->u->count ? COVER_ALL : f->yes_count ? COVER_LIST : COVER_NONE;
    if (out->kind != COVER_LIST)
        return out;
    if (f->yes_count > m->u->count / 32 && m->u->count > 64) {
        uint64_t *bits = bits_new(m->a, m->u->count);
        for (uint32_t i = 0; i < f->yes_count; i++)
            bits_set(bits, f->yes[i]);
        out->kind = COVER_BITS;
        out->bits = bits;
        return out;
    }
    uint32_t *list = arena_array_of(m->a, uint32_t, f->yes_count);
    memcpy(list, f->yes, f->yes_count * sizeof *list);
    out->list = list;
    return out;
}

/* NotResource: all that no pattern may match are alike, so one of them is looked at. */
static bool others_match(struct matching *m)
{
    for (uint32_t i = 0; i < m->u->count; i++)
        if (!bits_get(m->looked, i))
            return exactly(m, i) == residue_true;
    return false;
}

static const struct cover *make_cover(struct matching *m)
{
    const struct iam_statement *s = m->m->s;
    m->looked = bits_new(m->e->scratch, m->u->count);
    for (uint32_t i = 0; i < s->resource_count; i++)
        look(m, &s->resources[i]);
    if (m->everywhere || (s->not_resource && m->m->varies_there) || m->u->sort == m->e->none_sort)
        bits_set_range(m->looked, 0, m->u->count);
    uint32_t n = (uint32_t)bits_count(m->looked, bits_words(m->u->count));
    bool others = s->not_resource && n < m->u->count && others_match(m);
    uint32_t room = (others ? m->u->count : n) + 1;
    struct found f = {arena_array_of(m->e->scratch, uint32_t, room), 0,
                      arena_array_of(m->a, uint32_t, m->m->varies ? room : 1), 0,
                      arena_array_of(m->a, const struct residue *, m->m->varies ? room : 1)};
    for (uint32_t i = others ? 0 : (uint32_t)bits_next(m->looked, m->u->count, 0); i < m->u->count;
         i = others ? i + 1 : (uint32_t)bits_next(m->looked, m->u->count, i + 1)) {
        if (bits_get(m->looked, i))
            test(m, i, &f);
        else
            f.yes[f.yes_count++] = i;
    }
    return settle(m, &f);
}

const struct cover *engine_cover(struct engine *e, struct caller *c, struct universe *u, uint32_t stmt,
                                 uint32_t question)
{
    static const struct cover all = {.kind = COVER_ALL};
    const struct stmt *m = &e->stmts[stmt];
    if (m->whole)
        return &all;
    const struct cover *known = m->varies ? NULL : idmap_get(&u->memo, stmt);
    if (known)
        return known;
    struct matching matching = {
        .e = e, .c = c, .u = u, .m = m, .question = question, .a = m->varies ? e->scratch : u->arena};
    known = make_cover(&matching);
    if (!m->varies)
        idmap_put(&u->memo, stmt, known);
    return known;
}
