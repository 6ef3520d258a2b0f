#include "access/load_internal.h"

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
    struct str tenant, why;
    bool shared, says_phi, phi;
};
struct parts {
    struct part *items;
    uint32_t count, size;
};

static void add_part(struct loader *l, struct parts *p, struct str pattern, struct part part)
{
    ptrdiff_t slash = str_index(pattern, '/', 0);
    if (!str_starts(pattern, STR("arn:")) || !str_eqz(arn_field(pattern, 2), "s3") || slash < 0 ||
        str_index(pattern, '*', (size_t)slash) < 0)
        return;
    part.bucket = str_make(pattern.ptr, (size_t)slash);
    part.rest = str_sub(pattern, (size_t)slash, pattern.len);
    LOAD_GROW(l, p->items, p->count, p->size);
    p->items[p->count++] = part;
}

static void find_parts(struct loader *l, struct parts *p)
{
    for
        json_each (t, json_getz(l->w->config, "tenants"))
        for
            json_each (arn, json_getz(t, "arns"))
                add_part(l, p, json_str(arn), (struct part){.tenant = t->key, .why = STR("arn")});
    for
        json_each (s, json_getz(l->w->config, "shared"))
        for
            json_each (arn, json_getz(s, "arns"))
                add_part(l, p, json_str(arn), (struct part){.shared = true, .why = STR("arn")});
    for
        json_each (s, json_getz(l->w->config, "stores"))
            add_part(l, p, json_get_str(s, "arn"),
                     (struct part){.says_phi = true, .phi = json_is_true(json_getz(s, "phi"))});
}

/* All of the bucket but its name and whose it is: policy, key, ACLs and blocks are the bucket's. */
static struct world_resource part_row(struct loader *l, const struct world_resource *bucket, const struct part *p)
{
    struct world_resource r = *bucket;
    r.arn = arena_printf(l->a, "%.*s%.*s", STR_ARG(bucket->arn), STR_ARG(p->rest));
    r.name = arn_field(r.arn, 5);
    if (p->tenant.ptr || p->shared) {
        r.tenant = p->tenant;
        r.shared = p->shared;
        r.conflict = false;
        r.why = p->why;
    }
    if (p->says_phi)
        r.phi = p->phi;
    return r;
}

static int by_arn(const void *a, const void *b)
{
    return str_cmp(((const struct world_resource *)a)->arn, ((const struct world_resource *)b)->arn);
}

/* Two rules on one part: one tells the tenant, the other the health information, or they contradict each other. */
static void join(struct world_resource *kept, const struct world_resource *other, const struct world_resource *bucket)
{
    bool kept_named = !str_eq(kept->tenant, bucket->tenant) || kept->shared != bucket->shared;
    bool other_named = !str_eq(other->tenant, bucket->tenant) || other->shared != bucket->shared;
    if (kept_named && other_named && (!str_eq(kept->tenant, other->tenant) || kept->shared != other->shared)) {
        kept->conflict = true;
        kept->tenant = (struct str){0};
        kept->shared = false;
        kept->why = STR("conflict: several rules of ward.yaml name this part");
    } else if (other_named) {
        kept->tenant = other->tenant;
        kept->shared = other->shared;
        kept->why = other->why;
    }
    if (other->phi != bucket->phi)
        kept->phi = other->phi;
}

static void unique(struct loader *l)
{
    struct world *w = l->w;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < w->resource_count; i++) {
        struct world_resource *last = kept ? &w->resources[kept - 1] : NULL;
        if (!last || !str_eq(last->arn, w->resources[i].arn)) {
            w->resources[kept++] = w->resources[i];
            continue;
        }
        struct world_resource bucket = {0};
        for (uint32_t b = kept; b-- > 0;)
            if (w->resources[b].arn.len < last->arn.len && str_starts(last->arn, w->resources[b].arn) &&
                last->arn.ptr[w->resources[b].arn.len] == '/') {
                bucket = w->resources[b];
                break;
            }
        join(last, &w->resources[i], &bucket);
    }
    w->resource_count = kept;
}

void load_parts(struct loader *l)
{
    struct world *w = l->w;
    struct parts p = {0};
    find_parts(l, &p);
    uint32_t rows = w->resource_count, size = rows;
    for (uint32_t i = 0; p.count && i < rows; i++) {
        if (!str_eqz(w->resources[i].type, "AWS::S3::Bucket"))
            continue;
        for (uint32_t k = 0; k < p.count; k++) {
            if (!str_glob(p.items[k].bucket, w->resources[i].arn))
                continue;
            struct world_resource row = part_row(l, &w->resources[i], &p.items[k]);
            LOAD_GROW(l, w->resources, w->resource_count, size);
            w->resources[w->resource_count++] = row;
        }
    }
    if (w->resource_count == rows)
        return;
    qsort(w->resources, w->resource_count, sizeof *w->resources, by_arn);
    unique(l);
}
