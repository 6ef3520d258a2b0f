#include "harness.h"

#include "base/buf.h"
#include "base/file.h"
#include "store/internal.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
    char folder[64], store[96];
};

static int make_place(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    snprintf(p->folder, sizeof p->folder, "/tmp/ward-store-XXXXXX");
    if (!p || !mkdtemp(p->folder))
        return -1;
    snprintf(p->store, sizeof p->store, "%s/ward.db", p->folder);
    *state = p;
    return 0;
}

static int remove_place(void **state)
{
    struct place *p = *state;
    char command[160];
    snprintf(command, sizeof command, "rm -rf %s", p->folder);
    int rc = system(command);
    free(p);
    return rc;
}

static bool there(const struct place *p, const char *suffix)
{
    char path[128];
    snprintf(path, sizeof path, "%s%s", p->store, suffix);
    return file_exists(path);
}

static void put(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void test_made_with_its_mode_and_schema(void **state)
{
    struct place *p = *state;
    struct err e = {0};
    assert_null(store_open(p->store, STORE_WRITE, &e));
    expect_err(&e, ERR_NO_DATA, "there is no store");
    assert_true(e.hint[0] != 0);
    assert_false(file_exists(p->store));
    err_clear(&e);
    struct store *s = store_open(p->store, STORE_CREATE, &e);
    expect_ok(s, &e);
    struct stat st;
    assert_int_equal(stat(p->store, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    unsigned char a[32] = {0}, b[32] = {0}, none[32] = {0};
    expect_ok(store_secret_key(s, a, &e), &e);
    assert_memory_not_equal(a, none, 32);
    int64_t n = -1;
    expect_ok(store_get_int(s, "SELECT count(*) FROM run", &n, &e), &e);
    assert_int_equal(n, 0);
    store_close(s);
    assert_false(there(p, ".lock"));
    s = store_open(p->store, STORE_READ, &e);
    expect_ok(s, &e);
    expect_ok(store_secret_key(s, b, &e), &e);
    assert_memory_equal(a, b, 32);
    assert_false(store_exec(s, "DELETE FROM run", &e));
    store_close(s);
}

static void test_not_wards_is_not_touched(void **state)
{
    struct place *p = *state;
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(p->store, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE mine(a); INSERT INTO mine VALUES(1)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct str before = {0}, after = {0};
    expect_ok(file_read(a, p->store, 1 << 20, &before, &e), &e);
    assert_null(store_open(p->store, STORE_CREATE, &e));
    expect_err(&e, ERR_STORE, "is not a store of ward");
    err_clear(&e);
    expect_ok(file_read(a, p->store, 1 << 20, &after, &e), &e);
    assert_true(str_eq(before, after));
    assert_false(there(p, "-wal") || there(p, ".lock"));
    put(p->store, "hello", 5);
    assert_null(store_open(p->store, STORE_READ, &e));
    expect_err(&e, ERR_STORE, "is not a store of ward");
    err_clear(&e);
    assert_null(store_open(p->folder, STORE_CREATE, &e));
    expect_err(&e, ERR_STORE, "is not a store of ward");
    arena_free(a);
}

static void test_damaged(void **state)
{
    struct place *p = *state;
    struct err e = {0};
    struct store *s = store_open(p->store, STORE_CREATE, &e);
    expect_ok(s, &e);
    store_close(s);
    FILE *f = fopen(p->store, "r+");
    assert_non_null(f);
    char junk[4096];
    memset(junk, 0x5a, sizeof junk);
    fseek(f, 100, SEEK_SET);
    fwrite(junk, 1, sizeof junk, f);
    fclose(f);
    assert_null(store_open(p->store, STORE_WRITE, &e));
    expect_err(&e, ERR_STORE, "damaged");
    assert_true(e.hint[0] != 0);
    assert_false(there(p, ".lock"));
    err_clear(&e);
    assert_int_equal(truncate(p->store, 8192), 0);
    assert_null(store_open(p->store, STORE_READ, &e));
    assert_int_equal(e.kind, ERR_STORE);
}

static void test_migrations(void **state)
{
    struct place *p = *state;
    struct err e = {0};
    struct migration list[] = {
        {"1", STR("CREATE TABLE a(x)")},
        {"2", STR("CREATE TABLE b(y); INSERT INTO b SELECT x + 1 FROM a")},
        {"3", STR("CREATE TABLE c(z); INSERT INTO nowhere VALUES(1)")},
    };
    struct store *s = store_open_schema(p->store, STORE_CREATE, list, 1, &e);
    expect_ok(s, &e);
    expect_ok(store_exec(s, "INSERT INTO a VALUES(41)", &e), &e);
    store_close(s);
    assert_null(store_open_schema(p->store, STORE_READ, list, 2, &e));
    expect_err(&e, ERR_STORE, "older ward");
    err_clear(&e);
    s = store_open_schema(p->store, STORE_WRITE, list, 2, &e);
    expect_ok(s, &e);
    int64_t y = 0;
    expect_ok(store_get_int(s, "SELECT y FROM b", &y, &e), &e);
    assert_int_equal(y, 42);
    store_close(s);
    /* the copy is the old store, whole */
    char copy[128];
    snprintf(copy, sizeof copy, "%s.v1.bak", p->store);
    s = store_open_schema(copy, STORE_READ, list, 1, &e);
    expect_ok(s, &e);
    expect_ok(store_get_int(s, "SELECT x FROM a", &y, &e), &e);
    assert_int_equal(y, 41);
    store_close(s);
    struct stat st;
    assert_int_equal(stat(copy, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    /* a migration that fails leaves version 2 */
    assert_null(store_open_schema(p->store, STORE_WRITE, list, 3, &e));
    expect_err(&e, ERR_STORE, "nowhere");
    err_clear(&e);
    s = store_open_schema(p->store, STORE_READ, list, 2, &e);
    expect_ok(s, &e);
    expect_ok(store_get_int(s, "SELECT count(*) FROM sqlite_schema WHERE name = 'c'", &y, &e), &e);
    assert_int_equal(y, 0);
    store_close(s);
    assert_null(store_open_schema(p->store, STORE_WRITE, list, 1, &e));
    expect_err(&e, ERR_STORE, "newer ward");
    assert_true(e.hint[0] != 0);
}

static void test_second_writer_is_refused_and_readers_go_on(void **state)
{
    struct place *p = *state;
    struct err e = {0};
    struct store *first = store_open(p->store, STORE_CREATE, &e);
    expect_ok(first, &e);
    expect_ok(store_begin(first, &e), &e);
    expect_ok(store_exec(first, "INSERT INTO store_meta VALUES('k', 'v')", &e), &e);
    pid_t child = fork();
    if (child == 0) {
        struct err ce = {0};
        char want[32];
        snprintf(want, sizeof want, "process %ld on host ", (long)getppid());
        struct store *second = store_open(p->store, STORE_WRITE, &ce);
        bool refused = !second && ce.kind == ERR_STORE && strstr(ce.message, want) && ce.hint[0];
        struct err re = {0};
        int64_t n = -1;
        struct store *reader = store_open(p->store, STORE_READ, &re);
        bool reads = reader && store_get_int(reader, "SELECT count(*) FROM store_meta", &n, &re) && n == 1;
        _exit(refused && reads ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    expect_ok(store_commit(first, &e), &e);
    store_close(first);
}

static void test_lock_of_the_dead_is_taken_over(void **state)
{
    struct place *p = *state;
    struct err e = {0};
    pid_t child = fork();
    if (child == 0) {
        struct err ce = {0};
        struct store *s = store_open(p->store, STORE_CREATE, &ce);
        if (s && store_begin(s, &ce) && store_exec(s, "INSERT INTO store_meta VALUES('half', 'x')", &ce))
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_true(there(p, ".lock"));
    struct store *s = store_open(p->store, STORE_WRITE, &e);
    expect_ok(s, &e);
    int64_t n = -1;
    expect_ok(store_get_int(s, "SELECT count(*) FROM store_meta WHERE key = 'half'", &n, &e), &e);
    assert_int_equal(n, 0);
    store_close(s);
    /* one of another host is not ours to judge */
    char lock[128];
    snprintf(lock, sizeof lock, "%s.lock", p->store);
    put(lock, "77 elsewhere.example\n", 21);
    assert_null(store_open(p->store, STORE_WRITE, &e));
    expect_err(&e, ERR_STORE, "process 77 on host elsewhere.example");
    assert_non_null(strstr(e.hint, ".lock"));
    assert_true(file_exists(lock));
}

/* A full disk in the middle: the error says so, what was committed stays. */
static void fill(struct store *s)
{
    struct err e = {0};
    expect_ok(store_exec(s, "CREATE TABLE t(x); INSERT INTO t VALUES('kept')", &e), &e);
    expect_ok(store_begin(s, &e), &e);
    bool ok = true;
    for (int i = 0; ok && i < 4000; i++)
        ok = store_exec(s, "INSERT INTO t VALUES(hex(randomblob(4000)))", &e);
    ok = ok && store_commit(s, &e);
    assert_false(ok);
    expect_err(&e, ERR_STORE, "the disk is full");
    assert_true(e.hint[0] != 0);
    store_rollback(s);
    err_clear(&e);
    int64_t n = 0;
    expect_ok(store_get_int(s, "SELECT count(*) FROM t", &n, &e), &e);
    assert_int_equal(n, 1);
    store_close(s);
}

static void test_full_disk(void **state)
{
    struct place *p = *state;
    struct err e = {0};
    bool mounted = mount("none", p->folder, "tmpfs", 0, "size=2m") == 0;
    struct store *s = store_open(p->store, STORE_CREATE, &e);
    expect_ok(s, &e);
    if (!mounted)
        expect_ok(store_exec(s, "PRAGMA max_page_count=100", &e), &e);
    fill(s);
    s = store_open(p->store, STORE_READ, &e);
    expect_ok(s, &e);
    store_close(s);
    if (mounted)
        assert_int_equal(umount(p->folder), 0);
}

static void test_read_from_a_read_only_medium(void **state)
{
    struct place *p = *state;
    struct err e = {0};
    if (mount("none", p->folder, "tmpfs", 0, "size=2m") != 0)
        return;
    struct store *s = store_open(p->store, STORE_CREATE, &e);
    expect_ok(s, &e);
    store_close(s);
    assert_int_equal(mount("none", p->folder, "tmpfs", MS_REMOUNT | MS_RDONLY, NULL), 0);
    s = store_open(p->store, STORE_READ, &e);
    expect_ok(s, &e);
    store_close(s);
    assert_null(store_open(p->store, STORE_WRITE, &e));
    assert_int_equal(e.kind, ERR_STORE);
    assert_int_equal(umount(p->folder), 0);
}

/* ---- queries ---- */

static void test_query(void **state)
{
    (void)state;
    struct err e = {0};
    struct store *s = store_open(":memory:", STORE_CREATE, &e);
    expect_ok(s, &e);
    expect_ok(store_exec(s, "CREATE TABLE t(a TEXT, b INTEGER, c REAL)", &e), &e);
    struct query *q = query_new(s, "INSERT INTO t VALUES(?1, ?2, ?3)", &e);
    expect_ok(q, &e);
    query_bind_str(q, 1, str_make("x\0y", 3));
    query_bind_int(q, 2, INT64_MIN);
    query_bind_real(q, 3, 1.5);
    assert_true(query_run(q));
    query_bind_str(q, 1, (struct str){NULL, 0});
    query_bind_null(q, 2);
    assert_true(query_run(q));
    expect_ok(query_done(q), &e);
    assert_int_equal(store_last_id(s), 2);
    q = query_new(s, "SELECT a, b, c FROM t WHERE rowid = :id -- the one\n", &e);
    expect_ok(q, &e);
    struct query *same = query_new(s, "SELECT a, b, c FROM t WHERE rowid = :id -- the one\n", &e);
    expect_ok(same, &e);
    assert_ptr_not_equal(q, same);
    query_bind_named_int(q, ":id", 1);
    query_bind_named_int(q, ":no-such", 1);
    query_bind_named_int(same, ":id", 2);
    assert_true(query_step(q));
    assert_true(query_step(same));
    assert_int_equal(query_str(q, 0).len, 3);
    assert_true(query_int(q, 1) == INT64_MIN);
    assert_true(query_real(q, 2) > 1.4 && query_real(q, 2) < 1.6);
    assert_int_equal(query_column_index(q, "c"), 2);
    assert_int_equal(query_column_index(q, "d"), -1);
    assert_true(query_is_null(same, 0) && query_str(same, 0).ptr == NULL);
    assert_false(query_step(q));
    expect_ok(query_done(q), &e);
    expect_ok(query_done(same), &e);
    store_close(s);
}

static void test_query_errors(void **state)
{
    (void)state;
    struct err e = {0};
    struct store *s = store_open(":memory:", STORE_CREATE, &e);
    expect_ok(s, &e);
    assert_null(query_new(s, "SELEC 1", &e));
    expect_err(&e, ERR_STORE, "cannot compile SQL");
    err_clear(&e);
    assert_null(query_new(s, "SELECT 1; DELETE FROM run", &e));
    expect_err(&e, ERR_STORE, "more than one");
    err_clear(&e);
    assert_null(query_new(s, "-- nothing\n", &e));
    expect_err(&e, ERR_STORE, "no SQL statement");
    err_clear(&e);
    struct query *q = query_new(s, "INSERT INTO store_meta VALUES('a', 1)", &e);
    expect_ok(q, &e);
    assert_true(query_run(q));
    assert_false(query_run(q));
    assert_false(query_step(q));
    assert_false(query_done(q));
    expect_err(&e, ERR_STORE, "UNIQUE");
    store_close(s);
}

static void twice(struct sql_call *c)
{
    int64_t *calls = sql_user(c);
    ++*calls;
    if (sql_arg_is_null(c, 0))
        sql_return_null(c);
    else if (str_eqz(sql_arg_str(c, 0), "bad"))
        sql_return_error(c, "bad argument");
    else
        sql_return_int(c, sql_arg_int(c, 0) * 2);
}

static void test_functions(void **state)
{
    (void)state;
    struct err e = {0};
    int64_t calls = 0, v = 0;
    struct store *s = store_open(":memory:", STORE_CREATE, &e);
    expect_ok(s, &e);
    expect_ok(store_register(s, "twice", 1, twice, &calls, &e), &e);
    expect_ok(store_get_int(s, "SELECT twice(21) + coalesce(twice(NULL), 0)", &v, &e), &e);
    assert_int_equal(v, 42);
    assert_int_equal(calls, 2);
    assert_false(store_get_int(s, "SELECT twice('bad')", &v, &e));
    expect_err(&e, ERR_STORE, "bad argument");
    store_close(s);
}

/* ---- sandbox ---- */

static void test_sandbox_only_reads(void **state)
{
    struct place *p = *state;
    struct err e = {0};
    struct store *s = store_open(p->store, STORE_CREATE, &e);
    expect_ok(s, &e);
    int64_t calls = 0, v = 0;
    expect_ok(store_register(s, "twice", 1, twice, &calls, &e), &e);
    expect_ok(store_exec(s, "CREATE TEMP VIEW seen AS SELECT twice(count(*)) AS n FROM run", &e), &e);
    struct query *q = query_new(s, "DELETE FROM run", &e); /* compiled before, cached */
    expect_ok(q, &e);
    expect_ok(query_done(q), &e);
    store_sandbox(s, 5000);
    static const char *const refused[] = {
        "DELETE FROM run", "INSERT INTO store_meta VALUES('a', 1)", "UPDATE run SET status = 'x'", "DROP TABLE finding",
        "CREATE TABLE t(a)", "CREATE TEMP TABLE t(a)", "ATTACH '/tmp/ward-evil' AS x", "DETACH main", "PRAGMA user_version = 9",
        "PRAGMA table_info(run)", "SELECT * FROM pragma_table_info('run')", "BEGIN", "COMMIT", "SAVEPOINT a", "VACUUM",
        "VACUUM INTO '/tmp/ward-evil'", "REINDEX", "ANALYZE", "SELECT load_extension('x')", "SELECT random()",
        "SELECT CURRENT_TIMESTAMP", "SELECT value FROM store_meta", "ALTER TABLE run ADD COLUMN x", "EXPLAIN DELETE FROM run",
        "CREATE TRIGGER t AFTER INSERT ON run BEGIN SELECT 1; END", "WITH x AS (SELECT 1) DELETE FROM run",
        "SELECT writefile('/tmp/ward-evil', 'x')",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        err_clear(&e);
        q = query_new(s, refused[i], &e);
        bool ran = q && query_run(q);
        if ((q && query_done(q)) || ran)
            fail_msg("allowed: %s", refused[i]);
        assert_int_equal(e.kind, ERR_STORE);
    }
    assert_false(file_exists("/tmp/ward-evil"));
    err_clear(&e);
    expect_ok(store_get_int(s, "SELECT n + (SELECT count(*) FROM json_each('[1,2,3]')) FROM seen", &v, &e), &e);
    assert_int_equal(v, 3);
    expect_ok(store_get_int(s, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT sum(i) FROM n", &v, &e), &e);
    assert_int_equal(v, 45);
    store_sandbox_end(s);
    expect_ok(store_exec(s, "DELETE FROM run", &e), &e);
    store_close(s);
}

static void test_sandbox_limits(void **state)
{
    (void)state;
    struct err e = {0};
    int64_t v = 0;
    struct store *s = store_open(":memory:", STORE_CREATE, &e);
    expect_ok(s, &e);
    store_sandbox(s, 100);
    int64_t from = store_monotonic_us();
    assert_false(store_get_int(s, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", &v, &e));
    expect_err(&e, ERR_STORE, "longer than it may");
    assert_true(store_monotonic_us() - from < 60000000);
    err_clear(&e);
    struct buf deep;
    buf_init(&deep, 1 << 20);
    buf_addz(&deep, "SELECT 1");
    for (int i = 0; i < 400; i++)
        buf_addz(&deep, "+1");
    assert_null(query_new(s, buf_cstr(&deep), &e));
    expect_err(&e, ERR_STORE, "depth");
    err_clear(&e);
    store_sandbox(s, 10000);
    assert_false(store_get_int(s, "SELECT length(zeroblob(200000000))", &v, &e));
    assert_int_equal(e.kind, ERR_STORE);
    err_clear(&e);
    store_sandbox_end(s);
    expect_ok(store_get_int(s, buf_cstr(&deep), &v, &e), &e);
    assert_int_equal(v, 401);
    buf_done(&deep);
    store_close(s);
}

#define in_place(t) cmocka_unit_test_setup_teardown(t, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_place(test_made_with_its_mode_and_schema), in_place(test_not_wards_is_not_touched), in_place(test_damaged),
        in_place(test_migrations), in_place(test_second_writer_is_refused_and_readers_go_on),
        in_place(test_lock_of_the_dead_is_taken_over), in_place(test_full_disk),
        in_place(test_read_from_a_read_only_medium), cmocka_unit_test(test_query), cmocka_unit_test(test_query_errors),
        cmocka_unit_test(test_functions), in_place(test_sandbox_only_reads), cmocka_unit_test(test_sandbox_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
