#include "access/load_internal.h"

#include "facts/tenant.h"

#include <stdlib.h>

static void add_tenant(struct loader *l, uint32_t *size, struct str name)
{
    struct world *w = l->w;
    for (uint32_t i = 0; i < w->tenant_count; i++)
        if (str_eq(w->tenants[i], name))
            return;
    LOAD_GROW(l, w->tenants, w->tenant_count, *size);
    w->tenants[w->tenant_count++] = name;
}

static void add_via(struct loader *l, uint32_t *size, const struct json *shared)
{
    struct world *w = l->w;
    for
        json_each (v, json_getz(shared, "via")) {
            LOAD_GROW(l, w->via, w->via_count, *size);
            w->via[w->via_count++] = (struct world_via){.shared = shared->key,
                                                        .from = json_get_str(v, "from"),
                                                        .to = json_get_str(v, "to"),
                                                        .reason = json_get_str(v, "reason")};
        }
}

/* Tenants come from ward.yaml alone: a tag names one of those, never a new one (facts/tenant.h). */
void load_config(struct loader *l)
{
    struct world *w = l->w;
    uint32_t tenants = 0, vias = 0, shared = 0;
    for
        json_each (t, json_getz(w->config, "tenants"))
            add_tenant(l, &tenants, t->key);
    for
        json_each (s, json_getz(w->config, "shared")) {
            LOAD_GROW(l, w->shared_names, w->shared_count, shared);
            w->shared_names[w->shared_count++] = s->key;
            add_via(l, &vias, s);
        }
}

/* A pattern that reaches into a bucket: "arn:aws:s3:::BUCKET/PREFIX*". */
struct part {
    struct str bucket, rest; /* patterns: the bucket's ARN; "/PREFIX*" */
};
struct parts {
    struct part *items;
    uint32_t count, size;
};

static void add_part(struct loader *l, struct parts *p, struct str pattern)
{
    ptrdiff_t slash = str_index(pattern, '/', 0);
    if (!str_starts(pattern, STR("arn:")) || !str_eqz(arn_field(pattern, 2), "s3") || slash < 0 ||
        str_index(pattern, '*', (size_t)slash) < 0)
        return;
    LOAD_GROW(l, p->items, p->count, p->size);
    p->items[p->count++] = (struct part){.bucket = str_make(pattern.ptr, (size_t)slash),
                                         .rest = str_sub(pattern, (size_t)slash, pattern.len)};
}

static void find_parts(struct loader *l, struct parts *p)
{
    static const char *const owners[] = {"tenants", "shared"};
    for (size_t i = 0; i < sizeof owners / sizeof *owners; i++)
        for json_each(owner, json_getz(l->w->config, owners[i]))
            for json_each(arn, json_getz(owner, "arns"))
                add_part(l, p, json_str(arn));
    for json_each(s, json_getz(l->w->config, "stores"))
        add_part(l, p, json_get_str(s, "arn"));
}

/* All of the bucket but its name and whose it is: policy, key, ACLs and blocks are the bucket's. Whose it is, all rules
 * tell together, as of any other thing; where none does it is the bucket's owner's. */
static struct world_resource part_row(struct loader *l, const struct tenant_index *ix, const struct world_resource *bucket,
                                      const struct part *p)
{
    struct world_resource r = *bucket;
    r.arn = arena_printf(l->a, "%.*s%.*s", STR_ARG(bucket->arn), STR_ARG(p->rest));
    r.name = arn_field(r.arn, 5);
    struct thing t = {.arn = r.arn, .tags = r.tags};
    if (r.account != WORLD_NONE)
        t.account = l->w->accounts[r.account].id;
    struct tenancy whose = tenant_by_index(l->a, ix, &t);
    if (whose.tenant.ptr || whose.conflict || whose.shared) {
        r.tenant = whose.tenant;
        r.why = whose.why;
        r.shared = whose.shared;
        r.conflict = whose.conflict;
    }
    r.phi = tenant_phi(l->w->config, r.type, r.arn);
    return r;
}

static int by_arn(const void *a, const void *b)
{
    return str_cmp(((const struct world_resource *)a)->arn, ((const struct world_resource *)b)->arn);
}

/* Several rules on one part gave it as many rows, all the same. */
static void keep_one_of_each(struct world *w)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < w->resource_count; i++)
        if (!kept || !str_eq(w->resources[kept - 1].arn, w->resources[i].arn))
            w->resources[kept++] = w->resources[i];
    w->resource_count = kept;
}

void load_parts(struct loader *l)
{
    struct world *w = l->w;
    struct parts p = {0};
    find_parts(l, &p);
    const struct tenant_index *ix = p.count ? tenant_index_new(l->a, w->config) : NULL;
    uint32_t rows = w->resource_count, size = rows;
    for (uint32_t i = 0; ix && i < rows; i++) {
        if (!str_eqz(w->resources[i].type, "AWS::S3::Bucket"))
            continue;
        for (uint32_t k = 0; k < p.count; k++) {
            if (!str_glob(p.items[k].bucket, w->resources[i].arn))
                continue;
            struct world_resource row = part_row(l, ix, &w->resources[i], &p.items[k]);
            LOAD_GROW(l, w->resources, w->resource_count, size);
            w->resources[w->resource_count++] = row;
        }
    }
    if (w->resource_count == rows)
        return;
    qsort(w->resources, w->resource_count, sizeof *w->resources, by_arn);
    keep_one_of_each(w);
}
