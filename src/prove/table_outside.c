/* Who from outside of the owner's account may do what, and which buckets take plain HTTP. */
#include "prove/deputy.h"
#include "prove/tables_internal.h"

#include <stdlib.h>

enum { ASSUME = IAM_TOUCH_COUNT, KINDS };

struct slot {                    /* the surest of one principal, by resource and kind of touch */
    const struct residue *guard; /* NULL: none */
    uint32_t action;
    uint8_t level; /* enum graph_level */
    bool bound;    /* a service that works for what its conditions name */
};
struct touched {
    uint32_t resource;
    struct slot kinds[KINDS];
};

struct outsiders {
    struct tabler *t;
    struct prover v; /* for deputies */
    struct query *q;
    uint32_t *at; /* by resource: index + 1 into touched, of the principal at hand */
    struct touched *touched;
    uint32_t count, size, principal;
    uint8_t *kinds_of; /* by question: bits of touches, and ASSUME */
};

static const char *who_of(const struct graph *g, uint32_t principal)
{
    const struct world_principal *p = &g->world->principals[principal];
    if (p->kind == WORLD_ANONYMOUS)
        return "anonymous";
    if (principal >= g->first_pseudo)
        return g->pseudo[principal - g->first_pseudo].kind == PSEUDO_ANYBODY ? "any-account" : NULL;
    return p->kind == WORLD_OUTSIDE     ? "account"
           : p->kind == WORLD_SERVICE   ? "service"
           : p->kind == WORLD_FEDERATED ? "federated"
                                        : NULL;
}

static void kinds_fill(struct outsiders *o)
{
    const struct rights *r = o->t->r;
    uint32_t count = r->question_count(r->self);
    o->kinds_of = arena_array_of(o->t->a, uint8_t, count + 1);
    for (uint32_t bit = 0; bit < count; bit++) {
        const struct iam_action_info *a = &o->t->w->catalogue->actions[r->question_action(r->self, bit)];
        bool assume = str_eqz(a->service, "sts") && str_starts(a->name, STR("AssumeRole"));
        o->kinds_of[bit] = assume ? 1u << ASSUME : a->touches;
    }
}

static struct touched *touched_of(struct outsiders *o, uint32_t resource)
{
    if (o->at[resource])
        return &o->touched[o->at[resource] - 1];
    if (o->count == o->size) {
        uint32_t size = o->size ? o->size * 2 : 256;
        struct touched *grown = arena_array_of(o->t->a, struct touched, size);
        if (o->size)
            memcpy(grown, o->touched, o->size * sizeof *grown);
        o->touched = grown;
        o->size = size;
    }
    o->touched[o->count] = (struct touched){.resource = resource};
    o->at[resource] = ++o->count;
    return &o->touched[o->count - 1];
}

static void note(struct outsiders *o, uint32_t resource, int kind, const struct slot *found)
{
    struct slot *s = &touched_of(o, resource)->kinds[kind];
    if (!s->guard || s->bound > found->bound || (s->bound == found->bound && s->level > found->level))
        *s = *found;
}

/* What the row allows of one kind, or WORLD_NONE. */
static uint32_t first_action(const struct outsiders *o, const struct access_row *row, int kind)
{
    const struct rights *r = o->t->r;
    uint32_t count = r->question_count(r->self);
    for (size_t bit = bits_next(row->actions->bits, count, 0); bit < count;
         bit = bits_next(row->actions->bits, count, bit + 1))
        if (o->kinds_of[bit] >> kind & 1)
            return r->question_action(r->self, (uint32_t)bit);
    return WORLD_NONE;
}

static void look_row(struct outsiders *o, const struct access_row *row)
{
    const struct world *w = o->t->w;
    const struct world_principal *p = &w->principals[o->principal];
    enum graph_level level = graph_level_of(o->t->g, row->guard);
    bool service = p->kind == WORLD_SERVICE, bound = false;
    if (service) {
        const struct prove_deputy *d = prove_deputy_of(&o->v, row->guard);
        bound = d->level == LEVEL_NEVER || !bits_get(d->subjects, o->v.p->labels.outside);
        level = bound ? level : d->level;
    }
    bool speaks = p->kind == WORLD_ANONYMOUS || level != LEVEL_UNKNOWN; /* for all of whom the same was not read */
    for (int kind = 0; kind < KINDS && level != LEVEL_NEVER; kind++) {
        uint32_t action = service && kind == ASSUME ? WORLD_NONE : first_action(o, row, kind);
        for (uint32_t i = 0; action != WORLD_NONE && i < row->resources->count; i++) {
            uint32_t resource = row->resources->items[i];
            if (!speaks && !w->resources[resource].policy_read)
                continue;
            if (p->account == WORLD_NONE || w->resources[resource].account != p->account || p->kind == WORLD_FEDERATED)
                note(o, resource, kind, &(struct slot){row->guard, action, (uint8_t)level, bound});
        }
    }
}

static struct str store_of(const struct world *w, const struct world_resource *r)
{
    bool way_in = str_eqz(r->type, "AWS::S3::AccessPoint") && r->source != WORLD_NONE;
    return way_in ? w->resources[r->source].arn : r->arn;
}

static void bind_inside(struct query *q, int at, const struct world *w, const struct world_principal *p,
                        const struct world_resource *r)
{
    const struct world_account *theirs = p->account == WORLD_NONE ? NULL : &w->accounts[p->account];
    const struct world_account *ours = r->account == WORLD_NONE ? NULL : &w->accounts[r->account];
    if (!theirs || !ours)
        query_bind_int(q, at, 0);
    else if (theirs->org_id.ptr && ours->org_id.ptr)
        query_bind_int(q, at, str_eq(theirs->org_id, ours->org_id));
    else if (theirs->org_read && ours->org_read)
        query_bind_int(q, at, 0);
    else
        query_bind_null(q, at);
}

static void bind_guard(struct outsiders *o, int at, const struct residue *guard)
{
    struct buf b;
    buf_init(&b, 4000);
    if (guard != residue_true)
        residue_write_words(guard, &b);
    b.failed = false;
    query_bind_str(o->q, at, buf_str(&b).len ? buf_str(&b) : (struct str){0});
    buf_done(&b);
}

static bool write_slot(struct outsiders *o, uint32_t resource, int kind, const struct slot *s)
{
    struct tabler *t = o->t;
    const struct world_resource *r = &t->w->resources[resource];
    const struct world_principal *p = &t->w->principals[o->principal];
    bool tells = s->level != LEVEL_UNKNOWN || r->policy_read;
    struct told told = table_tell(t, o->principal, s->action, tells ? resource : WORLD_NONE, (struct str){0});
    query_bind_str(o->q, 1, r->arn);
    query_bind_str(o->q, 2, r->type);
    query_bind_str(o->q, 3, r->account == WORLD_NONE ? str_make(NULL, 0) : t->w->accounts[r->account].id);
    query_bind_str(o->q, 4, store_of(t->w, r));
    query_bind_strz(o->q, 5, kind == ASSUME ? "assume" : iam_touch_name((enum iam_touch)kind));
    query_bind_strz(o->q, 6, who_of(t->g, o->principal));
    query_bind_str(o->q, 7,
                   p->kind == WORLD_SERVICE || p->kind == WORLD_FEDERATED
                       ? p->arn
                       : graph_principal_name(t->g, t->a, o->principal));
    query_bind_str(o->q, 8,
                   p->kind == WORLD_OUTSIDE && p->account != WORLD_NONE ? t->w->accounts[p->account].id
                                                                        : (struct str){0});
    bind_inside(o->q, 9, t->w, p, r);
    table_bind_level(o->q, 10, 11, (enum graph_level)s->level);
    if (s->bound)
        query_bind_int(o->q, 10, 0);
    bind_guard(o, 12, s->guard);
    query_bind_str(o->q, 13, told.action);
    query_bind_str(o->q, 14, told.statement);
    bool good = query_run(o->q);
    query_reset(o->q);
    return good;
}

static bool look_principal(struct outsiders *o)
{
    const struct rights *r = o->t->r;
    uint32_t count;
    bool good = true;
    o->count = 0;
    const struct access_row *rows = r->rows(r->self, o->principal, &count);
    for (uint32_t i = 0; i < count; i++)
        look_row(o, &rows[i]);
    for (uint32_t i = 0; i < o->count; i++) {
        const struct touched *f = &o->touched[i];
        o->at[f->resource] = 0;
        for (int kind = 0; kind < KINDS && good; kind++)
            good = !f->kinds[kind].guard || write_slot(o, f->resource, kind, &f->kinds[kind]);
    }
    return good;
}

static bool write_names(struct tabler *t, struct err *e)
{
    struct query *q = query_new(t->s, "INSERT OR IGNORE INTO access_stranger VALUES (?1)", e);
    bool good = q != NULL;
    for (uint32_t i = 0; i < t->w->principal_count && good; i++) {
        if (!who_of(t->g, i))
            continue;
        query_bind_str(q, 1, t->w->principals[i].arn);
        good = query_run(q);
        query_reset(q);
    }
    good = query_done(q) && good;
    q = good ? query_new(t->s, "INSERT OR IGNORE INTO access_asked VALUES (?1)", e) : NULL;
    for (uint32_t i = 0; i < t->w->resource_count && good && q; i++) {
        query_bind_lasting(q, 1, t->w->resources[i].arn);
        good = query_run(q);
        query_reset(q);
    }
    return query_done(q) && good;
}

bool table_outside(struct tabler *t, struct err *e)
{
    struct outsiders o = {.t = t};
    o.v = (struct prover){
        .p = (struct proof *)(uintptr_t)t->p, .g = t->g, .r = t->r, .a = t->a, .lasting = t->a, .words = bits_words(t->p->labels.count)};
    o.v.everyone = bits_new(t->a, t->p->labels.count);
    bits_set_range(o.v.everyone, 0, t->p->labels.count);
    map_init(&o.v.deputies, t->a);
    kinds_fill(&o);
    o.at = arena_array_of(t->a, uint32_t, t->w->resource_count + 1);
    o.q = query_new(t->s, "INSERT INTO access_outside VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)", e);
    bool good = o.q != NULL;
    for (o.principal = 0; good && o.principal < t->w->principal_count; o.principal++)
        if (who_of(t->g, o.principal))
            good = look_principal(&o);
    good = query_done(o.q) && good;
    return good && write_names(t, e);
}
