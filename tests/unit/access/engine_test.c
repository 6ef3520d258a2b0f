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
    struct random_world r = {.arena = arena_new(1 << 18), .catalogue = catalogue, .state = seed, .unread_percent = seed % 3 ? 0 : 8};
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
        if (t->row != row || !bits_get(e->sorts[t->sort].questions, question) || (row == WORLD_NONE && f != residue_false))
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
    if (implies(w, want, got) && implies(w, got, want))
        return;
    const struct iam_action_info *info = &w->catalogue->actions[e->question[q]];
    fprintf(stderr, "seed %llu: principal %u %.*s %.*s:%.*s on %.*s\n", (unsigned long long)seed, p, STR_ARG(w->principals[p].arn), STR_ARG(info->service),
            STR_ARG(info->name), STR_ARG(row == WORLD_NONE ? STR("*") : w->resources[row].arn));
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
                    fprintf(stderr, "    %s %.*s %u %s %s\n", iam_layer_name(trace.rows[k].layer), STR_ARG(trace.rows[k].policy), trace.rows[k].index,
                            trace.rows[k].allow ? "allow" : "deny", trace.rows[k].how == IAM_T_IF ? "if" : "");
                    if (trace.rows[k].condition)
                        show(trace.rows[k].condition, "      ");
                }
            fprintf(stderr, "  target %.*s flags %u first %u second %u (%.*s) open %d\n", STR_ARG(e->targets[i].arn), s->flags, s->first_count,
                    s->second_count, STR_ARG(s->second_arn), e->is_open[i]);
            show(d.condition, "  ");
        }
    for (uint32_t i = 0; i < w->principals[p].identity.count; i++)
        for (uint32_t k = 0; w->principals[p].identity.items[i].policy && k < w->principals[p].identity.items[i].policy->count; k++) {
            const struct iam_statement *m = &w->principals[p].identity.items[i].policy->statements[k];
            fprintf(stderr, "  identity %u.%u %s %s%.*s on %s%.*s\n", i, k, m->allow ? "allow" : "deny", m->not_action ? "not " : "",
                    STR_ARG(m->actions[0].text), m->not_resource ? "not " : "", STR_ARG(m->resources[0].text));
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
    print_message("%llu allowed, %llu denied, %llu if\n", (unsigned long long)seen.allowed, (unsigned long long)seen.denied,
                  (unsigned long long)seen.maybe);
    assert_true(seen.allowed > count && seen.denied > count && seen.maybe > count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_the_oracle_says),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
