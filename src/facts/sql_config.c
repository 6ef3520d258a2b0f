#include "facts/functions.h"
#include "facts/tenant.h"

/* HIPAA gives no numbers; these are ward's, and ward.yaml's `thresholds` overrides each. 2192 days are six
 * years with their leap days (164.316(b)(2)(i)). */
static const struct {
    const char *name;
    int64_t value;
} defaults[] = {
    {"key_age_days", 90},
    {"unused_days", 90},
    {"rds_backup_days", 7},
    {"backup_days", 35},
    {"backup_interval_hours", 24},
    {"log_days", 365},
    {"retention_days", 2192},
    {"patch_days", 30},
    {"vulnerability_critical_days", 15},
    {"vulnerability_high_days", 30},
    {"certificate_days", 30},
    {"world_open_log2", 24},
};

bool threshold_of(const struct json *config, struct str name, int64_t *out)
{
    const struct json *set = json_get(json_getz(config, "thresholds"), name);
    if (set && set->type == JSON_NUMBER && str_to_i64(set->text, out))
        return true;
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        if (str_eqz(name, defaults[i].name)) {
            *out = defaults[i].value;
            return true;
        }
    return false;
}

static void fn_threshold(struct sql_call *c)
{
    struct fact_context *ctx = sql_user(c);
    int64_t v;
    if (threshold_of(ctx->config, sql_arg_str(c, 0), &v))
        sql_return_int(c, v);
    else
        sql_return_error(c, "threshold() of a name that is none");
}

/* An entry is a string, or an object that tells what it names by `id` or `arn`. */
static struct str entry_text(const struct json *it)
{
    struct str s = json_str(it);
    if (!s.ptr)
        s = json_get_str(it, "id");
    return s.ptr ? s : json_get_str(it, "arn");
}

/* One list of `declared`: what is written out is looked up, for there may be one entry a tenant and one question a subnet. */
struct declared_list {
    struct map literal;
    struct str *globs;
    uint32_t glob_count;
};

static struct declared_list *list_new(struct fact_context *ctx, struct str path)
{
    struct arena *a = ctx->declared.arena;
    const struct json *list = json_path(json_getz(ctx->config, "declared"), arena_cstr(ctx->scratch, path));
    struct declared_list *d = arena_new_of(a, struct declared_list);
    size_t globs = 0;
    map_init(&d->literal, a);
    for json_each(it, list) {
        struct str entry = entry_text(it);
        if (str_index(entry, '*', 0) >= 0 || str_index(entry, '?', 0) >= 0)
            globs++;
        else
            map_add(&d->literal, entry, d);
    }
    d->globs = arena_array_of(a, struct str, globs + 1);
    for json_each(it, list) {
        struct str entry = entry_text(it);
        if (!map_has(&d->literal, entry))
            d->globs[d->glob_count++] = entry;
    }
    map_put(&ctx->declared, arena_str(a, path), d);
    return d;
}

static void fn_declared(struct sql_call *c)
{
    struct fact_context *ctx = sql_user(c);
    if (sql_any_null(c, 2))
        return;
    arena_reset(ctx->scratch);
    const struct declared_list *d = map_get(&ctx->declared, sql_arg_str(c, 0));
    struct str want = sql_arg_str(c, 1);
    if (!d)
        d = list_new(ctx, sql_arg_str(c, 0));
    bool found = map_has(&d->literal, want);
    for (uint32_t i = 0; i < d->glob_count && !found; i++)
        found = str_glob(d->globs[i], want);
    sql_return_int(c, found);
}

static void fn_tenant(struct sql_call *c)
{
    struct fact_context *ctx = sql_user(c);
    arena_reset(ctx->scratch);
    struct thing t = {.account = sql_arg_str(c, 0), .vpc = sql_arg_str(c, 1), .arn = sql_arg_str(c, 3)};
    if (!sql_arg_is_null(c, 2))
        t.tags = json_parse(ctx->scratch, sql_arg_str(c, 2), FUNCTION_RESULT_MAX, NULL);
    struct tenancy r = tenant_by_index(ctx->scratch, ctx->tenants, &t);
    struct buf b;
    struct json_out o;
    buf_init(&b, FUNCTION_RESULT_MAX);
    jo_init(&o, &b, false);
    jo_object(&o);
    jo_kv_str(&o, "tenant", r.tenant);
    jo_kv_str(&o, "why", r.why);
    jo_kv_int(&o, "shared", r.shared);
    jo_kv_int(&o, "conflict", r.conflict);
    jo_end_object(&o);
    sql_return_buf(c, &b);
}

static void fn_phi(struct sql_call *c)
{
    struct fact_context *ctx = sql_user(c);
    sql_return_int(c, tenant_phi(ctx->config, sql_arg_str(c, 0), sql_arg_str(c, 1)));
}

bool functions_config(struct store *s, struct fact_context *ctx, struct err *e)
{
    static const struct sql_entry list[] = {
        {"threshold", 1, fn_threshold}, {"is_declared", 2, fn_declared}, {"tenant_of", 4, fn_tenant}, {"phi_of", 2, fn_phi}};
    return functions_add(s, ctx, list, sizeof list / sizeof *list, e);
}
