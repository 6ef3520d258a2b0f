#include "facts/facts.h"

#include "base/embed.h"
#include "codec/hash.h"
#include "facts/functions.h"
#include "facts/tenant.h"
#include "store/snapshot.h"

enum { CONFIG_BYTES_MAX = 16 << 20 };

/* Tables that every facts file may lean on. fact_call is keyed as the gaps are looked up. */
static const char prelude[] =
    "DROP TABLE IF EXISTS config;"
    "CREATE TABLE config(doc TEXT NOT NULL);"
    "DROP TABLE IF EXISTS fact_account;"
    "CREATE TABLE fact_account(account TEXT PRIMARY KEY, name TEXT, reached INTEGER, reason TEXT) WITHOUT ROWID;"
    "DROP TABLE IF EXISTS fact_region;"
    "CREATE TABLE fact_region(account TEXT, region TEXT, state TEXT, wanted INTEGER, was_enabled INTEGER,"
    " PRIMARY KEY(account, region))"
    " WITHOUT ROWID;"
    "DROP TABLE IF EXISTS fact_call;"
    "CREATE TABLE fact_call(op TEXT, account TEXT, region TEXT, parent TEXT, id INTEGER, status TEXT, code TEXT,"
    " message TEXT, missing_action TEXT, rows INTEGER, PRIMARY KEY(op, account, region, parent, id)) WITHOUT ROWID;"
    "INSERT INTO fact_call SELECT op, account, region, parent, id, status, code, message, missing_action, rows"
    " FROM snap_call;"
    "INSERT INTO fact_account SELECT account, name, reached, reason FROM snap_account;"
    "INSERT INTO fact_region SELECT account, region, state, wanted, state = 'enabled' FROM snap_region;";

/* What ANALYZE would tell the planner of a large store, fixed so that every store gets the same plans: an operation
 * has thousands of rows, so that joining its answers is worth an automatic index. */
static const char statistics[] =
    "ANALYZE main.run_region; DELETE FROM sqlite_stat1;"
    "INSERT INTO sqlite_stat1(tbl, idx, stat) VALUES ('resource', 'resource_op', '1000000 1000000 10000'),"
    " ('resource', 'resource_call', '1000000 10'), ('call', 'call_key', '300000 300000 3000 600 200 1'),"
    " ('call_part', 'call_part_call', '10000 10');"
    "ANALYZE sqlite_schema;";

static bool set_config(struct store *s, struct str doc, struct err *e)
{
    struct query *q = query_new(s, "INSERT INTO config(doc) VALUES (?1)", e);
    if (!q)
        return false;
    query_bind_str(q, 1, doc);
    bool ran = query_run(q);
    return query_done(q) && ran;
}

static bool is_facts_file(const char *name) { return strncmp(name, "facts/", 6) == 0; }

static bool run_files(struct arena *a, struct store *s, struct err *e)
{
    for (size_t i = 0; i < embedded_count; i++) {
        if (!is_facts_file(embedded_files[i].name))
            continue;
        struct str text = {(const char *)embedded_files[i].data, embedded_files[i].size};
        if (!store_exec(s, arena_cstr(a, text), e)) {
            err_context(e, "running %s", embedded_files[i].name);
            return false;
        }
    }
    return true;
}

/* What the facts in the store were made from: the run as it is now (a resumed run has more rows), the SQL,
 * the configuration. */
static void make_key(int64_t run, struct str state, struct str config, char out[SHA256_HEX_MAX])
{
    struct buf b;
    buf_init(&b, (size_t)CONFIG_BYTES_MAX * 2);
    buf_addf(&b, "%lld %.*s\n%s", (long long)run, STR_ARG(state), prelude);
    for (size_t i = 0; i < embedded_count; i++)
        if (is_facts_file(embedded_files[i].name))
            buf_add(&b, (struct str){(const char *)embedded_files[i].data, embedded_files[i].size});
    buf_add(&b, config);
    sha256_hex(buf_str(&b), out);
    buf_done(&b);
}

static bool up_to_date(struct store *s, const char *key, bool *same, struct err *e)
{
    struct query *q = query_new(s, "SELECT value FROM store_meta WHERE key = 'facts'", e);
    if (!q)
        return false;
    *same = query_step(q) && str_eqz(query_str(q, 0), key);
    return query_done(q);
}

static bool remember(struct store *s, const char *key, struct err *e)
{
    struct query *q = query_new(s, "INSERT OR REPLACE INTO store_meta(key, value) VALUES ('facts', ?1)", e);
    if (!q)
        return false;
    query_bind_strz(q, 1, key);
    bool ran = query_run(q);
    return query_done(q) && ran;
}

/* A region that is disabled now and was not in an earlier run can still hold what runs there. */
static bool mark_closed_regions(struct store *s, int64_t run, struct err *e)
{
    struct query *q = query_new(s,
                                "UPDATE fact_region SET was_enabled = 1 WHERE state = 'disabled' AND EXISTS (SELECT 1 FROM run_region p"
                                " WHERE p.account = fact_region.account AND p.region = fact_region.region AND p.state = 'enabled' AND p.run < ?1)", e);
    if (!q)
        return false;
    query_bind_int(q, 1, run);
    bool ran = query_run(q);
    return query_done(q) && ran;
}

static bool build(struct arena *a, struct store *s, int64_t run, struct str config, const char *key, struct err *e)
{
    return store_exec(s, statistics, e) && store_exec(s, prelude, e) && mark_closed_regions(s, run, e) &&
           set_config(s, config, e) && run_files(a, s, e) &&
           remember(s, key, e);
}

/* What tells a run from the same run before it was resumed. */
static bool run_state(struct arena *a, struct store *s, int64_t run, struct str *state, struct err *e)
{
    struct query *q = query_new(s, "SELECT status || ' ' || coalesce(finished_us, 0) FROM run WHERE id = ?1", e);
    if (!q)
        return false;
    query_bind_int(q, 1, run);
    bool found = query_step(q);
    if (found)
        *state = arena_str(a, query_str(q, 0));
    return query_done(q) && (found || err_set(e, ERR_NO_DATA, "there is no run %lld in the store", (long long)run));
}

bool facts_build(struct arena *a, struct store *s, int64_t run, const struct json *config, int64_t now_us, struct err *e)
{
    struct fact_context *ctx = arena_new_of(a, struct fact_context);
    ctx->scratch = arena_child(a, 0);
    ctx->config = config ? config : json_new(a, JSON_OBJECT);
    ctx->tenants = tenant_index_new(a, ctx->config);
    map_init(&ctx->declared, a);
    ctx->now_us = now_us;
    struct buf text;
    buf_init(&text, CONFIG_BYTES_MAX);
    json_write_canonical(&text, ctx->config);
    struct str doc = arena_str(a, buf_str(&text));
    buf_done(&text);

    char key[SHA256_HEX_MAX];
    bool same = false;
    struct str state = {0};
    if (!run_state(a, s, run, &state, e))
        return false;
    make_key(run, state, doc, key);
    if (!functions_register(s, ctx, e) || !store_snapshot(s, run, e) ||
        !up_to_date(s, key, &same, e))
        return false;
    if (same)
        return true;
    if (!store_begin(s, e))
        return false;
    ctx->building = true;
    bool built = build(a, s, run, doc, key, e);
    ctx->building = false;
    if (!built) {
        store_rollback(s);
        return false;
    }
    return store_commit(s, e);
}
