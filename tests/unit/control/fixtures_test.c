/* Runs tests/controls/CONTROL.json, the fixtures of every control, through the real door (ingest), facts and
 * judging. See tests/controls/README.md for the format. WARD_FIXTURE=CONTROL runs one and prints findings. */
#include "harness.h"

#include "base/file.h"
#include "base/instant.h"
#include "collect/ingest.h"
#include "access/reads.h"
#include "control/control.h"
#include "prove/net_tables.h"
#include "prove/tables.h"

#include <stdlib.h>

enum { FIXTURE_BYTES_MAX = 4 << 20, REST_MAX = 4000 };
static const int64_t default_us = INT64_C(1790000000) * US_PER_S; /* 2026-09-21 */

enum change { AS_IT_IS, DENIED, REMOVED };

struct fixture {
    struct arena *arena;
    struct store *store;
    const struct control *control;
    const struct json *doc, *current; /* the file, the case */
    const char *name;
    int failures;
};

#define COMPLAIN(f, ...)                                                                           \
    do {                                                                                           \
        (f)->failures++;                                                                           \
        print_error("%s [%.*s]: ", (f)->name, STR_ARG(json_get_str((f)->current, "name")));        \
        print_error(__VA_ARGS__);                                                                  \
        print_error("\n");                                                                         \
    } while (0)

static struct str call_op(const struct json *c) { return json_get_str(c, "op"); }

static struct str call_account(const struct json *c)
{
    struct str s = json_get_str(c, "account");
    return s.ptr ? s : STR("111111111111");
}

static struct str call_region(const struct json *c)
{
    const struct aws_op *op = aws_op_find(call_op(c));
    struct str s = json_get_str(c, "region");
    if (s.ptr)
        return s;
    return op && op->home_region.len ? op->home_region : STR("us-east-1");
}

static bool same_call(const struct json *a, const struct json *b)
{
    const struct json none = {.type = JSON_OBJECT};
    const struct json *pa = json_getz(a, "params"), *pb = json_getz(b, "params");
    return str_eq(call_op(a), call_op(b)) && str_eq(call_account(a), call_account(b)) &&
           str_eq(call_region(a), call_region(b)) && json_equal(pa ? pa : &none, pb ? pb : &none);
}

static bool is_given(const struct json **list, uint32_t count, struct str op, struct str account)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_eq(call_op(list[i]), op) && (!account.ptr || str_eq(call_account(list[i]), account)))
            return true;
    return false;
}

/* "rest": "access" or "network": all else that this half of the proof reads answers that there is nothing, once an account. */
static uint32_t gather_rest(struct fixture *f, const struct json **list, uint32_t count)
{
    struct access_reads reads = {0};
    struct err e = {0};
    uint32_t given = count;
    struct str rest = json_get_str(f->doc, "rest");
    if (str_eqz(rest, "network"))
        reads.count = net_reads(f->arena, &reads.items);
    else if (str_eqz(rest, "access"))
        expect_ok(access_reads_load(f->arena, &reads, &e), &e);
    for json_each(account, json_getz(f->doc, "accounts"))
        for (uint32_t i = 0; i < reads.count; i++) {
            struct json *call = json_new(f->arena, JSON_OBJECT);
            if (is_given(list, given, reads.items[i], str_eqz(rest, "network") ? json_str(account) : str_make(NULL, 0)))
                continue;
            json_set(call, STR("op"), json_string(f->arena, reads.items[i]));
            json_set(call, STR("account"), json_string(f->arena, json_str(account)));
            json_set(call, STR("status"), json_string(f->arena, STR("empty")));
            list[count++] = call;
        }
    return count;
}

/* The case's calls, then the common ones that the case does not give itself. */
static const struct json **gather(struct fixture *f, uint32_t *count)
{
    const struct json *common = json_getz(f->doc, "calls"), *own = json_getz(f->current, "calls");
    const struct json **list =
        arena_array_of(f->arena, const struct json *, (common ? common->count : 0) + (own ? own->count : 0) + REST_MAX);
    *count = 0;
    for json_each(c, own)
        list[(*count)++] = c;
    uint32_t owned = *count;
    for json_each(c, common) {
        bool replaced = false;
        for (uint32_t i = 0; i < owned; i++)
            replaced |= same_call(list[i], c);
        if (!replaced)
            list[(*count)++] = c;
    }
    *count = gather_rest(f, list, *count);
    return list;
}

static struct json *copy(struct arena *a, const struct json *j)
{
    struct buf b;
    buf_init(&b, FIXTURE_BYTES_MAX);
    json_write(&b, j);
    struct json *out = json_parse(a, arena_str(a, buf_str(&b)), FIXTURE_BYTES_MAX, NULL);
    buf_done(&b);
    return out;
}

static int64_t as_of(const struct fixture *f)
{
    int64_t us = default_us;
    struct str text = json_get_str(f->current, "as_of");
    if (!text.ptr)
        text = json_get_str(f->doc, "as_of");
    if (text.ptr)
        assert_true(instant_parse(text, &us));
    return us;
}

static bool put_call(struct fixture *f, struct ingest *in, const struct json *c, bool denied, struct err *e)
{
    const struct aws_op *op = aws_op_find(call_op(c));
    if (!op)
        return err_set(e, ERR_INTERNAL, "no operation %.*s", STR_ARG(call_op(c)));
    struct call_end end = {.at_us = as_of(f), .source = STR("import"), .attempts = 1};
    struct str status = json_get_str(c, "status");
    if (!call_status_of(status.ptr ? status : STR("ok"), &end.status))
        return err_set(e, ERR_INTERNAL, "no status %.*s", STR_ARG(status));
    end.code = json_get_str(c, "code");
    if (denied) {
        end.status = CALL_DENIED;
        end.code = STR("AccessDenied");
        end.missing_action = op->action;
    }
    struct ingest_call *call =
        ingest_open(in, op, call_account(c), call_region(c), json_getz(c, "params"), as_of(f), e);
    const struct json *answer = json_getz(c, "answer");
    bool good = call != NULL && (denied || !answer || ingest_page(call, copy(f->arena, answer), e));
    return ingest_close(call, &end, e) && good;
}

static bool has_text(const struct str *list, uint32_t count, struct str s)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_eq(list[i], s))
            return true;
    return false;
}

/* Accounts and regions: those that the fixture names, else those of its calls. */
static bool put_scope(struct fixture *f, struct ingest *in, const struct json **calls, uint32_t count, struct err *e)
{
    struct str *accounts = arena_array_of(f->arena, struct str, count + 64), regions[64];
    uint32_t account_count = 0, region_count = 0;
    const struct json *named = json_getz(f->current, "regions") ? json_getz(f->current, "regions") : json_getz(f->doc, "regions");
    for json_each(it, json_getz(f->doc, "accounts"))
        accounts[account_count++] = json_str(it);
    for json_each(it, named)
        regions[region_count++] = json_str(it);
    if (!region_count)
        regions[region_count++] = STR("us-east-1");
    for (uint32_t i = 0; i < count; i++) {
        const struct aws_op *op = aws_op_find(call_op(calls[i]));
        if (!has_text(accounts, account_count, call_account(calls[i])))
            accounts[account_count++] = call_account(calls[i]);
        if (op && !op->global && !named && region_count < 64 && !has_text(regions, region_count, call_region(calls[i])))
            regions[region_count++] = call_region(calls[i]);
    }
    for (uint32_t i = 0; i < account_count; i++) {
        if (!ingest_account(in, accounts[i], (struct str){0}, (struct str){0}, true, (struct str){0}, e))
            return false;
        for (uint32_t k = 0; k < region_count; k++)
            if (!ingest_region(in, accounts[i], regions[k], "enabled", true, (struct str){0}, e))
                return false;
    }
    return true;
}

static bool load_run(struct fixture *f, enum change change, struct str op, int64_t *run, struct err *e)
{
    const struct json *scope = json_getz(f->current, "scope");
    struct buf text;
    buf_init(&text, FIXTURE_BYTES_MAX);
    if (scope)
        json_write(&text, scope);
    struct ingest_run r = {.kind = "import", .started_us = default_us, .tool_version = "test",
                           .scope_json = scope ? arena_str(f->arena, buf_str(&text)) : STR("{}")};
    buf_done(&text);
    uint32_t count;
    const struct json **calls = gather(f, &count);
    struct ingest *in = ingest_begin(f->store, &r, e);
    bool good = in && put_scope(f, in, calls, count, e), seen = false;
    for (uint32_t i = 0; good && i < count; i++) {
        bool hit = change != AS_IT_IS && str_eq(call_op(calls[i]), op);
        seen |= hit;
        if (hit && change == REMOVED)
            continue;
        good = put_call(f, in, calls[i], hit, e);
    }
    if (good && change == DENIED && !seen) {
        struct json *extra = json_new(f->arena, JSON_OBJECT);
        json_set(extra, STR("op"), json_string(f->arena, op));
        good = put_call(f, in, extra, true, e);
    }
    if (in)
        *run = ingest_run_id(in);
    good = good && ingest_finish(in, "complete", default_us, default_us, e);
    ingest_free(in);
    return good;
}

static bool derive(void *user, struct arena *a, struct store *s, struct err *e)
{
    struct fixture *f = user;
    const struct json *config = json_getz(f->current, "config") ? json_getz(f->current, "config") : json_getz(f->doc, "config");
    (void)a;
    return (!prove_tables_named(f->control->sql) || prove_tables_make(s, config, "test", e)) &&
           (!net_tables_named(f->control->sql) || net_tables_make(s, config, "test", e));
}

static bool judge(struct fixture *f, enum change change, struct str op, struct control_summary *sum, struct err *e)
{
    int64_t run = 0;
    struct control one = *f->control;
    struct controls list = {.items = &one, .count = 1};
    const struct json *config = json_getz(f->current, "config") ? json_getz(f->current, "config") : json_getz(f->doc, "config");
    struct control_request r = {.config = config, .as_of_us = as_of(f), .at_us = default_us, .tool_version = "test"};
    if (prove_tables_named(one.sql) || net_tables_named(one.sql)) {
        r.derive = derive;
        r.user = f;
    }
    if (!load_run(f, change, op, &run, e))
        return false;
    r.run = run;
    if (!control_evaluate(f->arena, f->store, &r, &list, sum, e))
        return false;
    return sum->errors.count == 0 || err_set(e, ERR_CONTROL, "%.*s", STR_ARG(sum->errors.items[0]));
}

static struct str one_text(struct fixture *f, const char *sql, int64_t evaluation)
{
    struct err e = {0};
    struct query *q = query_new(f->store, sql, &e);
    assert_non_null(q);
    query_bind_int(q, 1, evaluation);
    struct str out = query_step(q) ? arena_str(f->arena, query_str(q, 0)) : (struct str){0};
    assert_true(query_done(q));
    return out;
}

static struct str verdict_of(struct fixture *f, int64_t evaluation)
{
    return one_text(f, "SELECT verdict FROM control_result WHERE evaluation = ?1", evaluation);
}

static struct str findings_text(struct fixture *f, int64_t evaluation)
{
    return one_text(f, "SELECT group_concat('  ' || verdict || ' ' || account || ' ' || region || ' ' || resource || ' [' || sub ||"
                       " '] ' || reason, char(10)) FROM finding WHERE evaluation = ?1", evaluation);
}

static bool finding_matches(struct fixture *f, int64_t evaluation, const struct json *want)
{
    struct err e = {0};
    struct query *q = query_new(f->store, "SELECT resource, sub, verdict, reason, severity FROM finding WHERE evaluation = ?1", &e);
    assert_non_null(q);
    query_bind_int(q, 1, evaluation);
    static const char *const keys[] = {"resource", "sub", "verdict", NULL, "severity"};
    bool found = false;
    while (query_step(q)) {
        bool all = str_contains(query_str(q, 3), json_get_str(want, "reason~"));
        for (int i = 0; i < 5; i++) {
            struct str s = keys[i] ? json_get_str(want, keys[i]) : (struct str){0};
            all &= !s.ptr || str_eq(s, query_str(q, i));
        }
        found |= all;
    }
    assert_true(query_done(q));
    return found;
}

static void check_case(struct fixture *f)
{
    struct err e = {0};
    struct control_summary sum;
    if (!judge(f, AS_IT_IS, (struct str){0}, &sum, &e)) {
        COMPLAIN(f, "%s", e.message);
        return;
    }
    const struct json *expect = json_getz(f->current, "expect");
    struct str got = verdict_of(f, sum.evaluation), all = findings_text(f, sum.evaluation);
    if (!str_eq(got, json_get_str(expect, "verdict")))
        COMPLAIN(f, "verdict %.*s, want %.*s\n%.*s", STR_ARG(got), STR_ARG(json_get_str(expect, "verdict")), STR_ARG(all));
    for json_each(want, json_getz(expect, "findings"))
        if (!finding_matches(f, sum.evaluation, want))
            COMPLAIN(f, "no finding like %.*s %.*s %.*s\n%.*s", STR_ARG(json_get_str(want, "verdict")),
                     STR_ARG(json_get_str(want, "resource")), STR_ARG(json_get_str(want, "reason~")), STR_ARG(all));
    if (getenv("WARD_FIXTURE"))
        print_message("%s [%.*s]: %.*s\n%.*s\n", f->name, STR_ARG(json_get_str(f->current, "name")), STR_ARG(got), STR_ARG(all));
}

static bool stands_without(const struct fixture *f, struct str op)
{
    for json_each(it, json_getz(f->current, "stands_without"))
        if (str_eq(json_str(it), op))
            return true;
    return false;
}

/* No pass outlives a denied, or a missing, answer of an operation that the control reads. */
static void check_blindness(struct fixture *f)
{
    struct controls list = {.items = arena_new_of(f->arena, struct control), .count = 1};
    list.items[0] = *f->control;
    struct strings ops = control_operations(f->arena, &list);
    for (uint32_t i = 0; i < ops.count; i++)
        for (int change = DENIED; change <= REMOVED; change++) {
            struct err e = {0};
            struct control_summary sum;
            const char *how = change == DENIED ? "denied" : "missing";
            if (stands_without(f, ops.items[i]))
                continue;
            if (!judge(f, (enum change)change, ops.items[i], &sum, &e))
                COMPLAIN(f, "with %.*s %s: %s", STR_ARG(ops.items[i]), how, e.message);
            else if (str_eqz(verdict_of(f, sum.evaluation), "pass"))
                COMPLAIN(f, "still pass with %.*s %s\n%.*s", STR_ARG(ops.items[i]), how,
                         STR_ARG(findings_text(f, sum.evaluation)));
        }
}

static int check_fixture(const struct control *c, struct store *store)
{
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct fixture f = {.arena = a, .store = store, .control = c, .name = arena_cstr(a, c->id)};
    struct str path = arena_printf(a, WARD_SOURCE_ROOT "/tests/controls/%.*s.json", STR_ARG(c->id)), text;
    bool seen[3] = {false}; /* pass, fail, unknown */
    static const char *const need[] = {"pass", "fail", "unknown"};
    if (file_read(a, path.ptr, FIXTURE_BYTES_MAX, &text, &e))
        f.doc = json_parse(a, text, FIXTURE_BYTES_MAX, &e);
    if (!f.doc)
        COMPLAIN(&f, "%s", e.message);
    else if (!str_eq(json_get_str(f.doc, "control"), c->id))
        COMPLAIN(&f, "the fixture is for another control");
    for json_each(it, json_getz(f.doc, "cases")) {
        f.current = it;
        struct str want = json_get_str(json_getz(it, "expect"), "verdict");
        for (int i = 0; i < 3; i++)
            seen[i] |= str_eqz(want, need[i]);
        check_case(&f);
        if (str_eqz(want, "pass"))
            check_blindness(&f);
    }
    f.current = NULL;
    for (int i = 0; f.doc && i < 3; i++)
        if (!seen[i])
            COMPLAIN(&f, "no case expects %s", need[i]);
    int failures = f.failures;
    arena_free(a);
    return failures;
}

static void every_control_has_fixtures_that_hold(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct controls all;
    const char *only = getenv("WARD_FIXTURE");
    int failures = 0;
    expect_ok(controls_load(a, NULL, &all, &e), &e);
    for (uint32_t i = 0; i < all.count; i++) {
        const struct control *c = &all.items[i];
        if (c->needs.len || (only && !str_eqz(c->id, only)))
            continue;
        struct store *store = store_open(":memory:", STORE_CREATE | STORE_WRITE, &e);
        expect_ok(store != NULL, &e);
        failures += check_fixture(c, store);
        store_close(store);
    }
    arena_free(a);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_control_has_fixtures_that_hold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
