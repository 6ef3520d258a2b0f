#include "store/snapshot.h"

#include "base/buf.h"

#define CALL_COLUMNS "id, account, region, op, params, parent, status, code, message, missing_action, rows, at_us"
#define RESOURCE_COLUMNS "id, call, account, region, op, kind, type, rid, arn, name, tags, parent, pos, data"

struct chain {
    int64_t runs[SNAPSHOT_CHAIN_MAX];
    int count;
};

static bool next_run(struct store *s, int64_t run, int64_t *base, struct err *e)
{
    struct query *q = query_new(s, "SELECT coalesce(base, 0) FROM run WHERE id = ?1", e);
    if (!q)
        return false;
    query_bind_int(q, 1, run);
    bool found = query_step(q);
    if (found)
        *base = query_int(q, 0);
    return query_done(q) && (found || err_set(e, ERR_NO_DATA, "there is no run %lld", (long long)run));
}

static bool read_chain(struct store *s, int64_t run, struct chain *c, struct err *e)
{
    *c = (struct chain){0};
    while (run) {
        for (int i = 0; i < c->count; i++)
            if (c->runs[i] == run)
                return err_set(e, ERR_STORE, "run %lld is its own base", (long long)run);
        if (c->count == SNAPSHOT_CHAIN_MAX)
            return err_set(e, ERR_STORE, "more than %d partial runs rest on each other", SNAPSHOT_CHAIN_MAX);
        c->runs[c->count++] = run;
        if (!next_run(s, run, &run, e))
            return false;
    }
    return true;
}

static bool clear(struct store *s, struct err *e)
{
    return store_exec(s, "DROP VIEW IF EXISTS temp.snap_call; DROP VIEW IF EXISTS temp.snap_resource;"
                         "DROP VIEW IF EXISTS temp.snap_account; DROP VIEW IF EXISTS temp.snap_region;"
                         "DROP TABLE IF EXISTS temp.snap_chain; DROP TABLE IF EXISTS temp.snap_source", e);
}

static bool exec(struct store *s, struct buf *sql, struct err *e)
{
    bool ok = store_exec(s, buf_cstr(sql), e);
    buf_reset(sql);
    return ok;
}

static bool plain(struct store *s, int64_t run, struct buf *sql, struct err *e)
{
    long long r = (long long)run;
    buf_addf(sql, "CREATE TEMP VIEW snap_call AS SELECT " CALL_COLUMNS " FROM main.call WHERE run = %lld;", r);
    buf_addf(sql, "CREATE TEMP VIEW snap_resource AS SELECT " RESOURCE_COLUMNS " FROM main.resource WHERE run = %lld;", r);
    buf_addf(sql, "CREATE TEMP VIEW snap_account AS SELECT account, name, role, reached, reason FROM main.run_account WHERE run = %lld;", r);
    buf_addf(sql, "CREATE TEMP VIEW snap_region AS SELECT account, region, state, wanted, reason FROM main.run_region WHERE run = %lld;", r);
    return exec(s, sql, e);
}

/* snap_source names the run that has the word for each (account, region, op). `min(rank)` picks the
 * row (SQLite, "bare columns in an aggregate query"); a run that only skipped ranks behind all. */
static bool pick_sources(struct store *s, const struct chain *c, struct buf *sql, struct err *e)
{
    buf_addz(sql, "CREATE TEMP TABLE snap_chain(run INTEGER PRIMARY KEY, rank INTEGER NOT NULL);");
    for (int i = 0; i < c->count; i++)
        buf_addf(sql, "INSERT INTO temp.snap_chain VALUES(%lld, %d);", (long long)c->runs[i], i);
    buf_addf(sql, "CREATE TEMP TABLE snap_source(run INTEGER NOT NULL, op TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL,"
                  " rank INTEGER NOT NULL, PRIMARY KEY(run, op, account, region)) WITHOUT ROWID;"
                  "INSERT INTO temp.snap_source SELECT run, op, account, region, min(rank) FROM ("
                  " SELECT c.run, c.op, c.account, c.region,"
                  " n.rank + CASE WHEN max(c.status NOT IN ('running', 'skipped')) THEN 0 ELSE %d END AS rank"
                  " FROM temp.snap_chain n CROSS JOIN main.call c ON c.run = n.run"
                  " GROUP BY c.run, c.op, c.account, c.region) GROUP BY op, account, region;", SNAPSHOT_CHAIN_MAX);
    return exec(s, sql, e);
}

static void add_runs(struct buf *sql, const struct chain *c)
{
    for (int i = 0; i < c->count; i++)
        buf_addf(sql, "%s%lld", i ? ", " : "", (long long)c->runs[i]);
}

/* `run IN (...)` keeps the (run, op) indexes in use below the view. */
static bool completed(struct store *s, const struct chain *c, struct buf *sql, struct err *e)
{
    if (!pick_sources(s, c, sql, e))
        return false;
    static const char *const views[][3] = {
        {"snap_call", CALL_COLUMNS, "call"},
        {"snap_resource", RESOURCE_COLUMNS, "resource"},
    };
    for (int i = 0; i < 2; i++) {
        buf_addf(sql, "CREATE TEMP VIEW %s AS SELECT %s FROM main.%s AS t WHERE run IN (", views[i][0], views[i][1], views[i][2]);
        add_runs(sql, c);
        buf_addz(sql, ") AND EXISTS (SELECT 1 FROM temp.snap_source p WHERE p.run = t.run AND p.op = t.op"
                      " AND p.account = t.account AND p.region = t.region);");
    }
    buf_addz(sql, "CREATE TEMP VIEW snap_account AS SELECT account, name, role, reached, reason FROM"
                  " (SELECT a.*, min(n.rank) FROM main.run_account a JOIN temp.snap_chain n ON n.run = a.run GROUP BY account);"
                  "CREATE TEMP VIEW snap_region AS SELECT account, region, state, wanted,"
                  " CASE WHEN wanted THEN coalesce(nullif(reason, 'not asked for'), '') ELSE reason END AS reason FROM"
                  " (SELECT a.account, a.region, a.state, a.reason, a.state <> 'disabled' AND (SELECT max(b.wanted)"
                  " FROM temp.snap_chain c JOIN main.run_region b ON b.run = c.run WHERE b.account = a.account AND b.region = a.region)"
                  " AS wanted, min(n.rank) FROM main.run_region a JOIN temp.snap_chain n ON n.run = a.run GROUP BY a.account, a.region);");
    return exec(s, sql, e);
}

bool store_snapshot(struct store *s, int64_t run, struct err *e)
{
    struct chain c;
    if (!read_chain(s, run, &c, e) || !clear(s, e))
        return false;
    if (!c.count)
        return err_set(e, ERR_NO_DATA, "there is no run 0");
    struct buf sql;
    buf_init(&sql, 1 << 20);
    bool ok = c.count == 1 ? plain(s, run, &sql, e) : completed(s, &c, &sql, e);
    buf_done(&sql);
    return ok;
}
