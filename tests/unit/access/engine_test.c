/* The class engine says of every triple what the oracle says: on made-up organizations, and after changes of them. */
#include "access/engine.h"
#include "access/engine_internal.h"
#include "base/buf.h"
#include "random_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct iam_catalogue *catalogue;
static struct arena *forever;

static int setup(void **state)
{
    (void)state;
    struct err e = {0};
    forever = arena_new(0);
    catalogue = iam_catalogue_load(forever, &e);
    return catalogue ? 0 : 1;
}
static int teardown(void **state)
{
    (void)state;
    arena_free(forever);
    return 0;
}

static struct random_world made(uint64_t seed)
{
    struct random_world r = {
        .arena = arena_new(1 << 18), .catalogue = catalogue, .state = seed, .unread_percent = seed % 3 ? 0 : 8};
    random_world_make(&r);
    return r;
}

/* Every way to meet `a` meets `b`. */
static bool implies(struct world *w, const struct residue *a, const struct residue *b)
{
    if (a == b || a == residue_false || b == residue_true)
        return true;
    return residue_judge(w->pool, residue_and(w->pool, a, residue_not(w->pool, b))) == RESIDUE_NEVER;
}

static void show(const struct residue *f, const char *name)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    residue_write_words(f, &b);
    fprintf(stderr, "  %s: %s\n", name, f == residue_true ? "TRUE" : f == residue_false ? "FALSE" : buf_cstr(&b));
    buf_done(&b);
}

/* What the oracle says of a row: of some of its targets. */
static const struct residue *oracle(struct engine *e, struct arena *a, uint32_t p, uint32_t question, uint32_t row)
{
    const struct residue *f = residue_false;
    for (uint32_t i = 0; i < e->target_count; i++) {
        const struct target *t = &e->targets[i];
        if (t->row != row || !bits_get(e->sorts[t->sort].questions, question) ||
            (row == WORLD_NONE && f != residue_false))
            continue;
        struct iam_request r;
        struct iam_decision d;
        world_ask(e->w, a, p, e->question[question], t->arn, row, NULL, NULL, &r, &d);
        f = residue_or(e->w->pool, f, d.condition);
    }
    return f;
}

static struct {
    uint64_t allowed, denied, maybe;
} seen;

static void triple(struct engine *e, struct arena *a, uint64_t seed, uint32_t p, uint32_t q, uint32_t row)
{
    struct world *w = e->w;
    const struct residue *want = oracle(e, a, p, q, row), *got = engine_allows(e, p, e->question[q], row);
    *(got == residue_true ? &seen.allowed : got == residue_false ? &seen.denied : &seen.maybe) += 1;
    if (implies(w, want, got) && (bits_get(e->relaxed, p) || implies(w, got, want)))
        return;
    const struct iam_action_info *info = &w->catalogue->actions[e->question[q]];
    fprintf(stderr, "seed %llu: principal %u %.*s %.*s:%.*s on %.*s\n", (unsigned long long)seed, p,
            STR_ARG(w->principals[p].arn), STR_ARG(info->service), STR_ARG(info->name),
            STR_ARG(row == WORLD_NONE ? STR("*") : w->resources[row].arn));
    show(want, "oracle");
    for (uint32_t i = 0; i < e->target_count; i++)
        if (e->targets[i].row == row && bits_get(e->sorts[e->targets[i].sort].questions, q)) {
            const struct side *s = &e->targets[i].side;
            struct iam_request r;
            struct iam_decision d;
            struct iam_trace trace = {0};
            world_ask(w, a, p, e->question[q], e->targets[i].arn, row, NULL, &trace, &r, &d);
            for (uint32_t k = 0; k < trace.count; k++)
                if (trace.rows[k].how <= IAM_T_IF || trace.rows[k].how == IAM_T_UNREAD) {
                    fprintf(stderr, "    %s %.*s %u %s %s\n", iam_layer_name(trace.rows[k].layer),
                            STR_ARG(trace.rows[k].policy), trace.rows[k].index, trace.rows[k].allow ? "allow" : "deny",
                            trace.rows[k].how == IAM_T_IF ? "if" : "");
                    if (trace.rows[k].condition)
                        show(trace.rows[k].condition, "      ");
                }
            fprintf(stderr, "  target %.*s flags %u first %u second %u (%.*s) open %d\n", STR_ARG(e->targets[i].arn),
                    s->flags, s->first_count, s->second_count, STR_ARG(s->second_arn), e->is_open[i]);
            show(d.condition, "  ");
        }
    uint32_t rows_n;
    const struct access_row *rows = engine_rows(e, p, &rows_n);
    for (uint32_t i = 0; i < rows_n; i++)
        if (bits_get(rows[i].actions->bits, q))
            for (uint32_t k = 0; k < rows[i].resources->count; k++)
                if (rows[i].resources->items[k] == row)
                    show(rows[i].guard, "row");
    show(got, "engine");
    fail_msg("seed %llu", (unsigned long long)seed);
}

static void compare(struct engine *e, uint64_t seed)
{
    struct arena *a = arena_new(1 << 16);
    for (uint32_t p = 0; p < e->w->principal_count; p++)
        for (uint32_t q = 0; q < e->question_count; q++) {
            bool none = !e->w->catalogue->actions[e->question[q]].resource_type_count;
            for (uint32_t row = 0; !none && row < e->w->resource_count; row++) {
                triple(e, a, seed, p, q, row);
                arena_reset(a);
            }
            if (none)
                triple(e, a, seed, p, q, WORLD_NONE);
            arena_reset(a);
        }
    arena_free(a);
}

static uint64_t seeds(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    uint64_t n = otherwise;
    if (text && !str_to_u64(str_of(text), &n))
        n = otherwise;
    return n;
}

static void says_what_the_oracle_says(void **state)
{
    (void)state;
    uint64_t from = seeds("WARD_ENGINE_SEED", 1), count = seeds("WARD_ENGINE_SEEDS", 60);
    for (uint64_t seed = from; seed < from + count; seed++) {
        struct random_world r = made(seed);
        struct engine *e = engine_new(r.w, r.actions, r.action_count);
        engine_run(e);
        compare(e, seed);
        engine_free(e);
        arena_free(r.arena);
    }
    /* The worlds are not of one colour. */
    print_message("%llu allowed, %llu denied, %llu if\n", (unsigned long long)seen.allowed,
                  (unsigned long long)seen.denied, (unsigned long long)seen.maybe);
    assert_true(seen.allowed > count && seen.denied > count && seen.maybe > count);
}

static struct engine *ran(struct random_world *r)
{
    struct engine *e = engine_new(r->w, r->actions, r->action_count);
    engine_run(e);
    return e;
}

/* Calls back for every triple that may be asked, of principals that both engines have. */
static void each(struct engine *x, struct engine *y, uint64_t seed,
                 bool (*holds)(struct world *, const struct residue *, const struct residue *), const char *what)
{
    for (uint32_t p = 0; p < x->w->principal_count; p++)
        for (uint32_t q = 0; q < x->question_count; q++)
            for (uint32_t row = 0; row < x->w->resource_count; row++) {
                const struct residue *f = engine_allows(x, p, x->question[q], row),
                                     *g = engine_allows(y, p, x->question[q], row);
                bool relaxed = x->w == y->w && (bits_get(x->relaxed, p) || bits_get(y->relaxed, p));
                if (holds(x->w, f, g) || (relaxed && residue_judge(x->w->pool, f) == residue_judge(x->w->pool, g)))
                    continue;
                fprintf(stderr, "seed %llu, %s: %.*s, question %u, %.*s\n", (unsigned long long)seed, what,
                        STR_ARG(x->w->principals[p].arn), q, STR_ARG(x->w->resources[row].arn));
                show(f, "one");
                show(g, "other");
                fail_msg("seed %llu", (unsigned long long)seed);
            }
}

static bool same(struct world *w, const struct residue *a, const struct residue *b)
{
    return implies(w, a, b) && implies(w, b, a);
}
static bool no_more(struct world *w, const struct residue *a, const struct residue *b)
{
    return implies(w, b, a);
}
static bool no_less(struct world *w, const struct residue *a, const struct residue *b)
{
    return implies(w, a, b);
}
static bool same_colour(struct world *w, const struct residue *a, const struct residue *b)
{
    (void)w;
    return (a == residue_true) == (b == residue_true) && (a == residue_false) == (b == residue_false);
}

static uint32_t some_identity(struct random_world *r)
{
    for (;;) {
        uint32_t p = random_below(r, r->w->principal_count);
        if (r->w->principals[p].kind == WORLD_ROLE || r->w->principals[p].kind == WORLD_USER)
            return p;
    }
}

static void a_change_is_a_fresh_run(void **state)
{
    (void)state;
    for (uint64_t seed = 1000; seed < 1000 + seeds("WARD_ENGINE_SEEDS", 40); seed++) {
        struct random_world r = made(seed);
        if (r.w->principal_count < 8) {
            arena_free(r.arena);
            continue;
        }
        struct engine *e = ran(&r);
        for (int round = 0; round < 3; round++) {
            uint32_t p = some_identity(&r);
            struct iam_policy_ref *ref = arena_new_of(r.arena, struct iam_policy_ref);
            *ref = world_policy(r.w, random_identity_policy(&r), STR("new"));
            r.w->principals[p].identity = (struct iam_policy_set){ref, 1};
            engine_principal_changed(e, p);
            assert_true(engine_recomputed(e) <= 10000);
            struct engine *fresh = ran(&r);
            each(e, fresh, seed, same, "a principal changed");
            engine_free(fresh);
        }
        if (r.w->resource_count) {
            struct world_resource *res = &r.w->resources[random_below(&r, r.w->resource_count)];
            res->has_policy = false;
            res->policy_read = true;
            engine_resource_changed(e, (uint32_t)(res - r.w->resources));
            struct engine *fresh = ran(&r);
            each(e, fresh, seed, same, "a resource changed");
            engine_free(fresh);
        }
        engine_free(e);
        arena_free(r.arena);
    }
}

/* A Deny more never adds access, an Allow more never removes any. */
static void statements_are_monotone(void **state)
{
    (void)state;
    for (uint64_t seed = 2000; seed < 2000 + seeds("WARD_ENGINE_SEEDS", 40); seed++) {
        for (int allow = 0; allow < 2; allow++) {
            struct random_world r = made(seed);
            uint32_t p = some_identity(&r);
            struct str doc = random_identity_policy(&r), more = random_with_statement(&r, doc, allow, false);
            struct iam_policy_ref *refs = arena_array_of(r.arena, struct iam_policy_ref, 2);
            refs[0] = world_policy(r.w, doc, STR("p"));
            refs[1] = world_policy(r.w, more, STR("p"));
            r.w->principals[p].identity = (struct iam_policy_set){&refs[0], 1};
            struct engine *before = ran(&r);
            r.w->principals[p].identity = (struct iam_policy_set){&refs[1], 1};
            struct engine *after = ran(&r);
            each(before, after, seed, allow ? no_less : no_more, allow ? "an Allow more" : "a Deny more");
            engine_free(before);
            engine_free(after);
            arena_free(r.arena);
        }
    }
}

static void names_and_order_do_not_matter(void **state)
{
    (void)state;
    static const char *const renamed[][2] = {{"111111111111", "444444444444"},
                                             {"222222222222", "555555555555"},
                                             {"333333333333", "666666666666"},
                                             {NULL, NULL}};
    for (uint64_t seed = 3000; seed < 3000 + seeds("WARD_ENGINE_SEEDS", 40); seed++) {
        struct random_world r = made(seed), other = {.arena = arena_new(1 << 18),
                                                     .catalogue = catalogue,
                                                     .state = seed,
                                                     .unread_percent = r.unread_percent,
                                                     .rename = renamed,
                                                     .shuffle = true};
        random_world_make(&other);
        assert_int_equal(r.w->principal_count, other.w->principal_count);
        assert_int_equal(r.w->resource_count, other.w->resource_count);
        struct engine *e = ran(&r), *f = ran(&other);
        each(e, f, seed, same_colour, "renamed and in another order");
        engine_free(e);
        engine_free(f);
        arena_free(r.arena);
        arena_free(other.arena);
    }
}

/* What may be done to any object of a bucket is in the bucket's guard. */
static void every_object_is_stood_for(void **state)
{
    (void)state;
    static const char *const keys[] = {"x", "a/x",     "a/b/x", "b/x",   "b/b/z", "b/a/x",
                                       "a", "alice/1", "~",     "a/~/x", "zz/x"};
    for (uint64_t seed = 4000; seed < 4000 + seeds("WARD_ENGINE_SEEDS", 40); seed++) {
        struct random_world r = made(seed);
        struct engine *e = ran(&r);
        struct arena *a = arena_new(1 << 16);
        uint32_t action = iam_catalogue_action(catalogue, STR("s3"), STR("GetObject"));
        for (uint32_t row = 0; row < r.w->resource_count; row++) {
            struct str arn = r.w->resources[row].arn;
            if (!str_eqz(r.w->resources[row].type, "AWS::S3::Bucket") || memchr(arn.ptr, '*', arn.len))
                continue;
            for (uint32_t p = 0; p < r.w->principal_count; p++)
                for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
                    struct iam_request q;
                    struct iam_decision d;
                    world_ask(r.w, a, p, action, arena_printf(a, "%.*s/%s", STR_ARG(arn), keys[k]), row, NULL, NULL, &q,
                              &d);
                    if (!implies(r.w, d.condition, engine_allows(e, p, action, row))) {
                        show(d.condition, keys[k]);
                        show(engine_allows(e, p, action, row), "engine");
                        fail_msg("seed %llu: %.*s, %.*s/%s", (unsigned long long)seed, STR_ARG(r.w->principals[p].arn),
                                 STR_ARG(arn), keys[k]);
                    }
                    arena_reset(a);
                }
        }
        arena_free(a);
        engine_free(e);
        arena_free(r.arena);
    }
}

/* engine_who() and engine_rows() say the same. */
static void who_is_the_rows_turned_around(void **state)
{
    (void)state;
    struct random_world r = made(5);
    struct engine *e = ran(&r);
    for (uint32_t row = 0; row < r.w->resource_count; row++)
        for (uint32_t q = 0; q < e->question_count; q++) {
            uint32_t *who, n = 0;
            const struct residue **guards;
            uint32_t count = engine_who(e, row, e->question[q], r.arena, &who, &guards);
            for (uint32_t p = 0; p < r.w->principal_count; p++)
                if (engine_allows(e, p, e->question[q], row) != residue_false) {
                    assert_true(n < count && who[n] == p && guards[n] == engine_allows(e, p, e->question[q], row));
                    n++;
                }
            assert_int_equal(n, count);
        }
    engine_free(e);
    arena_free(r.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_the_oracle_says),     cmocka_unit_test(every_object_is_stood_for),
        cmocka_unit_test(a_change_is_a_fresh_run),       cmocka_unit_test(statements_are_monotone),
        cmocka_unit_test(names_and_order_do_not_matter), cmocka_unit_test(who_is_the_rows_turned_around),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
