#include "harness.h"

#include "store/snapshot.h"

#include <stdlib.h>
#include <time.h>

static struct store *opened(void)
{
    struct err e = {0};
    struct store *s = store_open(":memory:", STORE_CREATE, &e);
    expect_ok(s, &e);
    return s;
}

static void run_sql(struct store *s, const char *sql)
{
    struct err e = {0};
    expect_ok(store_exec(s, sql, &e), &e);
}

static void add_run(struct store *s, int id, int base)
{
    char sql[200];
    snprintf(sql, sizeof sql, "INSERT INTO run VALUES(%d, 'import', 'complete', 1, 1, 1, 't', NULL, '{}', nullif(%d, 0), NULL)", id, base);
    run_sql(s, sql);
}

/* One call with one resource named `name`. */
static void add_call(struct store *s, int run, const char *op, const char *params, const char *status, const char *name)
{
    char sql[600];
    snprintf(sql, sizeof sql,
             "INSERT INTO call(run, account, region, op, params, parent, status, at_us, source)"
             " VALUES(%d, '1', 'r', '%s', '%s', '', '%s', %d, 'stub');"
             "INSERT INTO resource(run, call, account, region, op, kind, name, parent, pos, data)"
             " SELECT run, id, account, region, op, 'resource', '%s', '', '', '{}' FROM call WHERE id = last_insert_rowid()",
             run, op, params, status, run, name);
    run_sql(s, sql);
}

static void expect_names(struct store *s, int64_t run, const char *want)
{
    struct err e = {0};
    expect_ok(store_snapshot(s, run, &e), &e);
    struct query *q = query_new(s, "SELECT (SELECT group_concat(name) FROM (SELECT name FROM snap_resource ORDER BY name))"
                                   " || '/' || (SELECT count(*) FROM snap_call)", &e);
    expect_ok(q, &e);
    assert_true(query_step(q));
    expect_str(query_str(q, 0), want);
    expect_ok(query_done(q), &e);
}

static void test_own_rows_without_base(void **state)
{
    (void)state;
    struct store *s = opened();
    add_run(s, 1, 0);
    add_run(s, 2, 0);
    add_call(s, 1, "a:A", "{}", "ok", "old");
    add_call(s, 2, "b:B", "{}", "ok", "new");
    run_sql(s, "INSERT INTO run_account VALUES(2, '1', 'n', NULL, 1, NULL); INSERT INTO run_region VALUES(2, '1', 'r', 'enabled', 1, NULL)");
    expect_names(s, 1, "old/1");
    expect_names(s, 2, "new/1");
    struct err e = {0};
    int64_t n = 0;
    expect_ok(store_get_int(s, "SELECT (SELECT reached FROM snap_account) + (SELECT wanted FROM snap_region)", &n, &e), &e);
    assert_int_equal(n, 2);
    assert_false(store_snapshot(s, 3, &e));
    expect_err(&e, ERR_NO_DATA, "no run 3");
    store_close(s);
}

static void test_completed_from_base(void **state)
{
    (void)state;
    struct store *s = opened();
    add_run(s, 1, 0);
    add_run(s, 2, 1);
    add_run(s, 3, 2);
    add_call(s, 1, "a:A", "{\"x\":1}", "ok", "a1");
    add_call(s, 1, "a:A", "{\"x\":2}", "ok", "a1gone");
    add_call(s, 1, "b:B", "{}", "ok", "b1");
    add_call(s, 1, "c:C", "{}", "ok", "c1");
    add_call(s, 1, "e:E", "{}", "skipped", "e1");
    add_call(s, 2, "a:A", "{\"x\":1}", "ok", "a2");
    add_call(s, 2, "b:B", "{}", "denied", "b2");
    add_call(s, 3, "b:B", "{}", "skipped", "b3");
    add_call(s, 3, "d:D", "{}", "skipped", "d3");
    run_sql(s, "INSERT INTO run_account VALUES(1, '1', 'first', NULL, 1, NULL), (2, '1', 'second', NULL, 0, 'x'), (1, '2', 'two', NULL, 1, NULL);"
               "INSERT INTO run_region VALUES(1, '1', 'r', 'enabled', 1, NULL), (1, '1', 's', 'enabled', 1, NULL),"
               " (1, '1', 't', 'enabled', 1, NULL), (2, '1', 'r', 'enabled', 0, 'not asked for'), (2, '1', 's', 'disabled', 0, NULL),"
               " (2, '1', 't', 'enabled', 1, 'again'), (2, '1', 'u', 'enabled', 0, 'not asked for')");
    expect_names(s, 1, "a1,a1gone,b1,c1,e1/5");
    expect_names(s, 2, "a2,b2,c1,e1/4"); /* a denial is an answer: the older list is not taken in its place */
    expect_names(s, 3, "a2,b2,c1,d3,e1/5");
    struct err e = {0};
    struct query *q = query_new(s, "SELECT group_concat(name) FROM (SELECT name FROM snap_account ORDER BY account)", &e);
    expect_ok(q, &e);
    assert_true(query_step(q));
    expect_str(query_str(q, 0), "second,two");
    expect_ok(query_done(q), &e);
    q = query_new(s, "SELECT group_concat(region || wanted || coalesce(reason, '')) FROM (SELECT * FROM snap_region ORDER BY region)", &e);
    expect_ok(q, &e);
    assert_true(query_step(q));
    expect_str(query_str(q, 0), "r1,s0,t1again,u0not asked for"); /* what run 2 was not asked for is as run 1 has it */
    expect_ok(query_done(q), &e);
    store_sandbox(s, 1000); /* controls read the views */
    int64_t n = 0;
    expect_ok(store_get_int(s, "SELECT count(*) FROM snap_resource JOIN snap_call c ON c.id = call", &n, &e), &e);
    assert_int_equal(n, 5);
    store_sandbox_end(s);
    store_close(s);
}

static void test_circular_base(void **state)
{
    (void)state;
    struct store *s = opened();
    struct err e = {0};
    add_run(s, 1, 2);
    add_run(s, 2, 1);
    assert_false(store_snapshot(s, 1, &e));
    expect_err(&e, ERR_STORE, "its own base");
    store_close(s);
}

/* The rows of one operation are found through the index, with or without a base. */
static void test_uses_the_index(void **state)
{
    (void)state;
    struct store *s = opened();
    struct err e = {0};
    add_run(s, 1, 0);
    add_run(s, 2, 1);
    add_call(s, 1, "a:A", "{}", "ok", "x");
    for (int64_t run = 1; run <= 2; run++) {
        expect_ok(store_snapshot(s, run, &e), &e);
        struct query *q = query_new(s, "EXPLAIN QUERY PLAN SELECT data FROM snap_resource WHERE op = 'a:A'", &e);
        expect_ok(q, &e);
        bool indexed = false;
        while (query_step(q))
            indexed |= str_contains(query_str(q, 3), STR("resource_op (run=? AND op=?)"));
        expect_ok(query_done(q), &e);
        assert_true(indexed);
    }
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_rows_without_base), cmocka_unit_test(test_completed_from_base),
        cmocka_unit_test(test_circular_base), cmocka_unit_test(test_uses_the_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
