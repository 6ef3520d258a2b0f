#include "access/load_internal.h"

#include "facts/tenant.h"

enum { JSON_COLUMN_MAX = 1 << 20 };

struct str load_text(struct loader *l, struct query *q, int at)
{
    struct str text = query_str(q, at);
    return text.ptr ? arena_str(l->a, text) : text;
}

struct str load_share_text(struct loader *l, struct str text)
{
    if (!text.ptr)
        return text;
    const struct str *known = map_get(&l->strings, text);
    if (known)
        return *known;
    struct str *kept = arena_new_of(l->a, struct str);
    *kept = arena_str(l->a, text);
    map_put(&l->strings, *kept, kept);
    return *kept;
}

struct str load_shared(struct loader *l, struct query *q, int at)
{
    return load_share_text(l, query_str(q, at));
}

/* What is not JSON counts as absent: its flag "read" is then the caller's to clear. */
const struct json *load_json(struct loader *l, struct query *q, int at)
{
    struct str text = query_str(q, at);
    struct err ignored = {0};
    return text.ptr ? json_parse(l->a, arena_str(l->a, text), JSON_COLUMN_MAX, &ignored) : NULL;
}

bool load_count(struct loader *l, const char *sql, uint32_t *out, struct err *e)
{
    int64_t n = 0;
    if (!store_get_int(l->s, sql, &n, e))
        return false;
    if (n < 0 || n > INT32_MAX)
        return err_set(e, ERR_LIMIT, "the organization has %lld rows of one kind", (long long)n);
    *out = (uint32_t)n;
    return true;
}

uint32_t load_account_row(const struct loader *l, struct str id)
{
    const void *value = id.len ? map_get(&l->accounts, id) : NULL;
    return value ? (uint32_t)((uintptr_t)value - 1) : WORLD_NONE;
}

/* The window of the answers, and the partition that they are of. */
static bool load_window(struct loader *l, struct err *e)
{
    struct query *q = query_new(l->s, "SELECT min(at_us), max(at_us) FROM snap_call WHERE at_us > 0", e);
    if (!q)
        return false;
    if (query_step(q) && !query_is_null(q, 0)) {
        l->w->from_us = query_int(q, 0);
        l->w->to_us = query_int(q, 1);
    }
    if (!query_done(q) || !(q = query_new(l->s,
                                          "SELECT arn_part(arn, 'partition') AS p FROM fact_access_principal"
                                          " WHERE p IS NOT NULL GROUP BY p ORDER BY count(*) DESC LIMIT 1",
                                          e)))
        return false;
    if (query_step(q))
        l->w->partition = load_shared(l, q, 0);
    return query_done(q);
}

/* An image is encrypted as its snapshot is, a table's backup as the table: their own answers do not tell. */
static void inherit_key(struct world_resource *r, const struct world_resource *source)
{
    if (r->encryption != WORLD_ENC_UNKNOWN ||
        !(str_eqz(r->type, "AWS::EC2::Image") || str_eqz(r->type, "AWS::DynamoDB::Backup")))
        return;
    r->encryption = source->encryption;
    r->key = source->key;
    r->key_arn = source->key_arn;
}

/* A copy of what another account has, or had: that account's data, also where the source itself is gone. */
static void own_by_source(struct loader *l, struct world_resource *r, struct str source)
{
    struct thing from = {.account = arn_field(source, 4), .arn = source};
    if (from.account.len != 12 || r->account == WORLD_NONE || str_eq(from.account, l->w->accounts[r->account].id))
        return;
    struct tenancy t = tenant_of(l->a, l->w->config, &from);
    if (!t.tenant.ptr || str_eq(t.tenant, r->tenant))
        return;
    r->tenant = t.tenant;
    r->why = arena_printf(l->a, "made from %.*s", STR_ARG(source));
    r->shared = r->conflict = false;
}

/* What a thing was made from is an ARN here, known only now that all are indexed. */
static bool link_sources(struct loader *l, struct err *e)
{
    struct query *q = query_new(l->s, "SELECT arn, source FROM fact_access_source", e);
    if (!q)
        return false;
    while (query_step(q)) {
        const void *thing = map_get(&l->w->resource_index, query_str(q, 0));
        const void *source = map_get(&l->w->resource_index, query_str(q, 1));
        if (!thing || thing == source)
            continue;
        struct world_resource *r = &l->w->resources[(uintptr_t)thing - 1];
        if (!source) {
            own_by_source(l, r, arena_str(l->a, query_str(q, 1)));
            continue;
        }
        r->source = (uint32_t)((uintptr_t)source - 1);
        inherit_key(r, &l->w->resources[r->source]);
    }
    return query_done(q);
}

/* No answer speaks of root users: theirs is whose the account is, or who is named by the ARN. */
static void own_roots(struct loader *l)
{
    for (uint32_t i = 0; i < l->w->account_count; i++) {
        const struct world_account *a = &l->w->accounts[i];
        struct world_principal *p = a->root == WORLD_NONE ? NULL : &l->w->principals[a->root];
        if (!p || p->tenant.ptr || p->shared)
            continue;
        struct thing root = {.account = a->id, .arn = p->arn};
        struct tenancy t = tenant_of(l->a, l->w->config, &root);
        p->tenant = t.tenant;
        p->why = t.why;
        p->shared = t.shared;
        p->conflict = t.conflict;
    }
}

static bool load_all(struct loader *l, struct err *e)
{
    if (!load_window(l, e) || !load_organization(l, e) || !load_principals(l, e) || !load_resources(l, e) ||
        !load_details(l, e))
        return false;
    load_config(l);
    load_parts(l);
    load_named(l);
    world_index(l->w);
    own_roots(l);
    return link_sources(l, e) && load_made(l, e) && load_paths(l, e) && load_gaps(l, e);
}

bool world_load(struct world *w, struct store *s, const struct json *config, struct err *e)
{
    struct loader l = {.w = w, .s = s, .a = w->arena, .scratch = arena_new(0)};
    w->config = config;
    map_init(&l.strings, l.scratch);
    map_init(&l.documents, l.scratch);
    map_init(&l.accounts, l.scratch);
    bool good = load_all(&l, e);
    arena_free(l.scratch);
    return good;
}
