/* Which buckets take requests over HTTP without TLS: aws:SecureTransport is false (IAM User Guide, "AWS global
 * condition context keys", read 2026: it is always in the request). */
#include "prove/tables_internal.h"

struct mark {
    uint8_t level;
    uint32_t principal;
};

struct plain {
    struct tabler *t;
    uint64_t *s3;      /* questions */
    struct map guards; /* bytes of a guard's pointer -> level + 1 */
    struct mark *sets; /* by set id; level LEVEL_NEVER + 1 is 0: none */
    const struct resource_set **list;
    uint32_t size;
    struct mark *rows; /* by resource */
};

static enum graph_level level_of(struct plain *h, const struct residue *guard)
{
    struct str key = str_make((const char *)&guard, sizeof guard), no = STR("false");
    const void *hit = map_get(&h->guards, key);
    if (hit)
        return (enum graph_level)((uintptr_t)hit - 1);
    struct iam_key http = {.name = STR("aws:securetransport"), .state = IAM_KEY_KNOWN, .values = &no, .count = 1};
    struct iam_context c = {.keys = &http, .count = 1, .open = true};
    enum graph_level l = graph_level_of(h->t->g, residue_assume(h->t->w->pool, guard, &c));
    map_put(&h->guards, arena_str(h->t->a, key), (void *)(uintptr_t)(l + 1)); /* NOLINT(performance-no-int-to-ptr) */
    return l;
}

static struct mark *mark_of(struct plain *h, const struct resource_set *set)
{
    if (set->id >= h->size) {
        uint32_t size = h->size ? h->size : 1024;
        while (size <= set->id)
            size *= 2;
        struct mark *sets = arena_array_of(h->t->a, struct mark, size);
        const struct resource_set **list = arena_array_of(h->t->a, const struct resource_set *, size);
        if (h->size) {
            memcpy(sets, h->sets, h->size * sizeof *sets);
            memcpy(list, h->list, h->size * sizeof *list);
        }
        h->sets = sets;
        h->list = list;
        h->size = size;
    }
    if (!h->list[set->id])
        h->sets[set->id].level = LEVEL_NEVER;
    h->list[set->id] = set;
    return &h->sets[set->id];
}

static void look_rows(struct plain *h, uint32_t principal)
{
    const struct rights *r = h->t->r;
    uint32_t count;
    size_t words = bits_words(r->question_count(r->self));
    const struct access_row *rows = r->rows(r->self, principal, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (!bits_meet(rows[i].actions->bits, h->s3, words))
            continue;
        struct mark *m = mark_of(h, rows[i].resources);
        enum graph_level l = m->level == LEVEL_CERTAIN ? LEVEL_NEVER : level_of(h, rows[i].guard);
        if (l < m->level)
            *m = (struct mark){(uint8_t)l, principal};
    }
}

/* Who asks: no service, which asks by TLS, and no form that somebody would have to become first. */
static bool asks(const struct graph *g, uint32_t principal)
{
    const struct world_principal *p = &g->world->principals[principal];
    bool pseudo = principal >= g->first_pseudo && g->pseudo[principal - g->first_pseudo].kind != PSEUDO_ANYBODY;
    return !pseudo && p->kind != WORLD_SERVICE && p->kind != WORLD_FEDERATED && !p->service_linked;
}

static void spread(struct plain *h)
{
    for (uint32_t i = 0; i < h->t->w->resource_count; i++)
        h->rows[i].level = LEVEL_NEVER;
    for (uint32_t id = 0; id < h->size; id++)
        for (uint32_t k = 0; h->list[id] && k < h->list[id]->count; k++) {
            struct mark *to = &h->rows[h->list[id]->items[k]];
            if (h->sets[id].level < to->level)
                *to = h->sets[id];
        }
}

static bool write_rows(struct plain *h, struct err *e)
{
    const struct world *w = h->t->w;
    struct query *q = query_new(h->t->s, "INSERT INTO access_plain_http VALUES (?1, ?2, ?3, ?4, ?5)", e);
    bool good = q != NULL;
    for (uint32_t i = 0; i < w->resource_count && good; i++) {
        const struct world_resource *r = &w->resources[i];
        if (!str_eqz(r->type, "AWS::S3::Bucket") || str_contains(r->arn, STR("*")) || str_contains(r->arn, STR("/")))
            continue;
        enum graph_level l = (enum graph_level)h->rows[i].level;
        query_bind_str(q, 1, r->arn);
        query_bind_str(q, 2, r->account == WORLD_NONE ? str_make(NULL, 0) : w->accounts[r->account].id);
        table_bind_level(q, 3, 4, l);
        query_bind_str(
            q, 5, l == LEVEL_NEVER ? str_make(NULL, 0) : graph_principal_name(h->t->g, h->t->a, h->rows[i].principal));
        good = query_run(q);
        query_reset(q);
    }
    return query_done(q) && good;
}

bool table_plain_http(struct tabler *t, struct err *e)
{
    const struct rights *r = t->r;
    uint32_t count = r->question_count(r->self);
    struct plain h = {
        .t = t, .s3 = bits_new(t->a, count), .rows = arena_array_of(t->a, struct mark, t->w->resource_count + 1)};
    map_init(&h.guards, t->a);
    for (uint32_t bit = 0; bit < count; bit++)
        if (str_eqz(t->w->catalogue->actions[r->question_action(r->self, bit)].service, "s3"))
            bits_set(h.s3, bit);
    for (uint32_t i = 0; i < t->w->principal_count; i++)
        if (asks(t->g, i))
            look_rows(&h, i);
    spread(&h);
    return write_rows(&h, e);
}
