/* The cells of the proof, each in one line. */
#include "prove/tables_internal.h"

static struct str chain_of(struct tabler *t, const struct prove_cell *c)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    for (uint32_t i = 0; i < c->hop_count; i++) {
        const struct prove_hop *h = &c->hops[i];
        if (i == 0)
            buf_add(&b, h->from);
        buf_addf(&b, " -%.*s-> %.*s", STR_ARG(i + 1 == c->hop_count ? h->title : h->path), STR_ARG(h->to));
        if (h->statement_count && h->principal != WORLD_NONE) /* a share is no statement */
            buf_addf(&b, " [statement %u%s%.*s%s of %.*s]", h->statements[0].index + 1,
                     h->statements[0].sid.len ? " (" : "", STR_ARG(h->statements[0].sid),
                     h->statements[0].sid.len ? ")" : "", STR_ARG(h->statements[0].policy));
    }
    struct str out = b.len ? arena_str(t->a, buf_str(&b)) : (struct str){0};
    buf_done(&b);
    return out;
}

static bool claim(struct query *q, struct str subject, struct str object, enum prove_verdict v, const char *level,
                  struct str reason, struct str chain, const struct prove_missing *m)
{
    query_bind_str(q, 1, subject);
    query_bind_str(q, 2, object);
    query_bind_strz(q, 3, prove_verdict_name(v));
    query_bind_strz(q, 4, level);
    query_bind_str(q, 5, reason);
    query_bind_str(q, 6, chain);
    query_bind_str(q, 7, m ? m->what : (struct str){0});
    query_bind_str(q, 8, m ? m->action : (struct str){0});
    bool good = query_run(q);
    query_reset(q);
    return good;
}

static bool write_cells(struct tabler *t, struct query *q)
{
    const struct proof *p = t->p;
    bool good = true;
    for (uint32_t i = 0; i < p->cell_count && good; i++) {
        const struct prove_cell *c = &p->cells[i];
        const struct prove_missing *m = c->gap_count ? &p->missing[c->gaps[0]] : NULL;
        struct str reason = c->reason.ptr ? c->reason : m ? m->what : STR("something that bears on it was not read");
        good = claim(q, p->labels.names[c->subject], p->labels.names[c->object], c->verdict,
                     c->level == LEVEL_NEVER ? "missing" : graph_level_name(c->level), reason, chain_of(t, c), m);
    }
    return good;
}

static bool write_proved(struct tabler *t, struct query *q)
{
    const struct prove_labels *l = &t->p->labels;
    bool good = true, all = l->count <= PROVE_CLAIMS_ALL;
    struct str why = STR("no principal of the subject reaches data of the object"),
               rest = STR("every object that has no claim of its own"), none = {0};
    for (uint32_t x = 0; x < l->count && good; x++) {
        bool any = false;
        for (uint32_t y = 0; y < l->count && good; y++) {
            bool proved = x != y && t->p->is_object[y] && prove_verdict_of(t->p, x, y) == PROVE_PROVED;
            any |= proved;
            if (proved && all)
                good = claim(q, l->names[x], l->names[y], PROVE_PROVED, "never", why, none, NULL);
        }
        if (any && !all)
            good = claim(q, l->names[x], STR("*"), PROVE_PROVED, "never", rest, none, NULL);
    }
    return good;
}

static bool write_labels(struct tabler *t, struct err *e)
{
    const struct prove_labels *l = &t->p->labels;
    struct query *q = query_new(t->s, "INSERT INTO access_label VALUES (?1, ?2, ?3)", e);
    bool good = q != NULL;
    for (uint32_t i = 0; i < l->count && good; i++) {
        query_bind_str(q, 1, l->names[i]);
        query_bind_strz(q, 2,
                        i < l->tenants       ? "tenant"
                        : i < l->unassigned  ? "shared"
                        : i == l->unassigned ? "unassigned"
                                             : "outside");
        query_bind_int(q, 3, t->p->object_stores[i]);
        good = query_run(q);
        query_reset(q);
    }
    return query_done(q) && good;
}

bool table_claims(struct tabler *t, struct err *e)
{
    struct query *q = query_new(t->s, "INSERT INTO access_claim VALUES (?1,?2,?3,?4,?5,?6,?7,?8)", e);
    bool good = q && write_cells(t, q) && write_proved(t, q);
    return query_done(q) && good && write_labels(t, e);
}
