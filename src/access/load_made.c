/* What things run that lies in others, whose writers rule what they do; and what lies in others and is reached through them. */
#include "access/load_internal.h"

/* What a bucket holds is there through its access points too. */
static void points_as_stores(struct world *w)
{
    for (uint32_t i = 0; i < w->resource_count; i++) {
        struct world_resource *r = &w->resources[i];
        if (!str_eqz(r->type, "AWS::S3::AccessPoint") || r->source == WORLD_NONE)
            continue;
        const struct world_resource *bucket = &w->resources[r->source];
        r->phi = bucket->phi;
        r->encryption = bucket->encryption;
        r->key = bucket->key;
        r->key_arn = bucket->key_arn;
    }
}

bool load_made(struct loader *l, struct err *e)
{
    struct world *w = l->w;
    uint32_t count = 0;
    if (!load_count(l, "SELECT count(*) FROM fact_access_made", &count, e))
        return false;
    struct world_made *made = arena_array_of(l->a, struct world_made, count + 1);
    struct query *q = query_new(l->s, "SELECT arn, source FROM fact_access_made", e);
    if (!q)
        return false;
    uint32_t n = 0;
    while (n < count && query_step(q)) {
        const void *thing = map_get(&w->resource_index, query_str(q, 0)), *source = map_get(&w->resource_index, query_str(q, 1));
        if (thing && source && thing != source)
            made[n++] = (struct world_made){(uint32_t)((uintptr_t)thing - 1), (uint32_t)((uintptr_t)source - 1)};
    }
    points_as_stores(w);
    w->made = made;
    w->made_count = n;
    return query_done(q);
}
