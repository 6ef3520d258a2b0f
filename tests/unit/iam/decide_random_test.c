#include "decide_random.h"

#include <stdlib.h>

/* WARD_RANDOM_ROUNDS makes it run longer; the number of the round that fails is its seed. */
static uint32_t rounds(void)
{
    const char *n = getenv("WARD_RANDOM_ROUNDS");
    return n ? (uint32_t)strtoul(n, NULL, 10) : 1500;
}
static void seed(uint32_t n)
{
    random_state = 0x9E3779B97F4A7C15u * (n + 1) | 1;
}
static bool allowed(struct fixture *f)
{
    return decided(f) == IAM_ALLOWED;
}

/* ------------------------------------------------------------------ a formula under a circumstance */

static bool unread_says; /* what a leaf says that nobody can tell */

static bool leaf_holds(struct fixture *f, const struct residue_leaf *l)
{
    if (l->kind == RESIDUE_UNREAD)
        return unread_says;
    if (l->kind == RESIDUE_SESSION_NAME)
        return l->count && str_eqz(l->values[0], "monday");
    assert_int_equal(l->kind, RESIDUE_CONDITION);
    const char *set = l->set == IAM_SET_ANY_VALUE    ? "ForAnyValue:"
                      : l->set == IAM_SET_ALL_VALUES ? "ForAllValues:"
                                                     : "";
    struct str op = arena_printf(f->arena, "%s%s%s", set, iam_operator_name(l->op), l->if_exists ? "IfExists" : "");
    struct iam_condition k;
    assert_true(iam_condition_compile(f->arena, op, l->key, l->values, l->count, false, &k));
    const struct residue *r = iam_condition_holds(f->pool, &k, false, &f->r.context, NULL);
    assert_true(r == residue_true || r == residue_false);
    return r == residue_true;
}
static bool formula_holds(struct fixture *f, const struct residue *r)
{
    switch (residue_kind_of(r)) {
    case RESIDUE_TRUE:
    case RESIDUE_FALSE:
        return r == residue_true;
    case RESIDUE_LEAF:
        return leaf_holds(f, residue_leaf_of(r));
    case RESIDUE_NOT:
        return !leaf_holds(f, residue_leaf_of(r));
    case RESIDUE_AND:
    case RESIDUE_OR:
        break;
    }
    bool and = residue_kind_of(r) == RESIDUE_AND;
    for (uint32_t i = 0; i < residue_child_count(r); i++)
        if (formula_holds(f, residue_child(r, i)) != and)
            return !and;
    return and;
}

static const char *words(struct fixture *f, const struct residue *r)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    residue_write_words(r, &b);
    const char *text = arena_strdup(f->arena, buf_cstr(&b));
    buf_done(&b);
    return text;
}

/* The formula of the open question says in every circumstance what the closed question says. */
static void formula_is_every_decision(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < rounds(); n++) {
        struct random_question q;
        seed(n);
        random_question_make(&q);
        struct fixture *f = random_write(&q, RANDOM_PLAIN);
        f->r.context.open = true;
        key(f, "aws:tagkeys", NULL);
        f->keys[0].list = true;
        enum iam_result open = decided(f);
        const struct residue *formula = f->d.condition;
        bool role = f->r.caller.kind == IAM_CALLER_ROLE, any = false, every = true;
        if (role) { /* some session of it: in the circumstances it is called monday */
            struct err e = {0};
            assert_true(
                iam_caller_parse(f->arena, STR("arn:aws:sts::111122223333:assumed-role/r/monday"), &f->r.caller, &e));
        }
        for (uint32_t c = 0; random_circumstance(f, c); c++) {
            bool yes = allowed(f);
            any |= yes;
            every &= yes;
            for (int says = 0; says < 2 && f->d.result != IAM_UNKNOWN; says++) {
                unread_says = says;
                if (yes != formula_holds(f, formula))
                    fail_msg("round %u, circumstance %u: the formula says %d, the decision %d", n, c, !yes, yes);
            }
        }
        if (open == IAM_ALLOWED && !every)
            fail_msg("round %u: allowed, but not in every circumstance", n);
        if (open == IAM_ALLOWED_IF && !any && !role)
            fail_msg("round %u: allowed if %s, but in no circumstance", n, words(f, formula));
        if (any && (open == IAM_IMPLICITLY_DENIED || open == IAM_EXPLICITLY_DENIED))
            fail_msg("round %u: denied, but not in every circumstance", n);
        fixture_free(f);
    }
}

/* ------------------------------------------------------------------ one more statement */

static bool is_ceiling(int layer)
{
    return layer == LAYER_BOUNDARY || layer == LAYER_SESSION;
}

static void one_more(bool allow, uint32_t n)
{
    struct random_question q, more;
    seed(n);
    random_question_make(&q);
    int layer = (int)random_next(RANDOM_LAYERS);
    if (allow && layer == LAYER_RESOURCE)
        q.restrict_public = false; /* one more Allow can make the policy public, and then it is restricted */
    more = q;
    struct random_layer *y = &more.layers[layer];
    if (!y->there && (is_ceiling(layer) || layer == LAYER_SCP0 || layer == LAYER_SCP1 || layer == LAYER_ENDPOINT))
        return; /* a new ceiling is another thing */
    if (!y->there)
        y->count = 0;
    y->there = true;
    y->statements[y->count] = random_statement_of(layer);
    y->statements[y->count++].allow = allow;
    struct fixture *f = random_write(&q, RANDOM_PLAIN), *g = random_write(&more, RANDOM_PLAIN);
    for (uint32_t c = 0; random_circumstance(f, c) && random_circumstance(g, c); c++) {
        bool before = allowed(f), after = allowed(g);
        if (allow ? before && !after : after && !before)
            fail_msg("round %u, circumstance %u: one more %s in layer %d changed %d to %d", n, c,
                     allow ? "Allow" : "Deny", layer, before, after);
    }
    fixture_free(f);
    fixture_free(g);
}
static void an_allow_never_removes(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < rounds(); n++)
        one_more(true, n);
}
static void a_deny_never_adds(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < rounds(); n++)
        one_more(false, n);
}

/* ------------------------------------------------------------------ the same in other words */

static void order_and_splitting_do_not_matter(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < rounds(); n++) {
        struct random_question q;
        seed(n);
        random_question_make(&q);
        struct fixture *f = random_write(&q, RANDOM_PLAIN), *g = random_write(&q, RANDOM_APART);
        for (uint32_t c = 0; random_circumstance(f, c) && random_circumstance(g, c); c++) {
            enum iam_result a = decided(f), b = decided(g);
            if (a != b || f->d.blocked_by != g->d.blocked_by)
                fail_msg("round %u, circumstance %u: %s by %x, apart %s by %x", n, c, iam_result_name(a),
                         f->d.blocked_by, iam_result_name(b), g->d.blocked_by);
        }
        fixture_free(f);
        fixture_free(g);
    }
}

/* A trace looks at more statements and changes nothing. */
static void a_trace_changes_nothing(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < rounds(); n++) {
        struct random_question q;
        seed(n);
        random_question_make(&q);
        struct fixture *f = random_write(&q, RANDOM_PLAIN);
        for (uint32_t c = 0; c < 60 && random_circumstance(f, c); c += 7) {
            struct iam_trace t = {0};
            struct iam_decision d;
            enum iam_result plain = decided(f);
            iam_decide(f->pool, f->arena, &f->l, &f->r, &t, &d);
            if (plain != d.result || f->d.condition != d.condition || f->d.blocked_by != d.blocked_by)
                fail_msg("round %u, circumstance %u: a trace makes %s of %s", n, c, iam_result_name(d.result),
                         iam_result_name(plain));
        }
        fixture_free(f);
    }
}

/* Not having read a policy never makes sure what the policy would have decided otherwise. */
static void an_unread_policy_is_never_a_wrong_answer(void **state)
{
    (void)state;
    uint32_t unknown = 0;
    for (uint32_t n = 0; n < rounds(); n++) {
        struct random_question q, blind;
        seed(n);
        random_question_make(&q);
        blind = q;
        struct random_layer *y = &blind.layers[random_next(RANDOM_LAYERS)];
        y->unread = true;
        struct fixture *f = random_write(&q, RANDOM_PLAIN), *g = random_write(&blind, RANDOM_PLAIN);
        for (uint32_t c = 0; random_circumstance(f, c) && random_circumstance(g, c); c += 3) {
            enum iam_result real = decided(f), seen = decided(g);
            unknown += seen == IAM_UNKNOWN;
            bool denied = seen == IAM_IMPLICITLY_DENIED || seen == IAM_EXPLICITLY_DENIED;
            bool may = real == IAM_ALLOWED || real == IAM_ALLOWED_IF;
            if (seen == IAM_ALLOWED ? real != IAM_ALLOWED : denied && may)
                fail_msg("round %u, circumstance %u: %s, unread %s", n, c, iam_result_name(real),
                         iam_result_name(seen));
        }
        fixture_free(f);
        fixture_free(g);
    }
    assert_true(unknown > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formula_is_every_decision), cmocka_unit_test(an_allow_never_removes),
        cmocka_unit_test(a_deny_never_adds),         cmocka_unit_test(order_and_splitting_do_not_matter),
        cmocka_unit_test(a_trace_changes_nothing),   cmocka_unit_test(an_unread_policy_is_never_a_wrong_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
