/* Verdicts by values, links between keys, whose keys a formula needs, witnesses, and bounds. */
#include "residue_test.h"

#include <time.h>

static struct arena *arena;
static struct residue_pool *pool;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(0);
    pool = residue_pool_new(arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static enum residue_verdict pair(enum iam_operator a, const char *x, enum iam_operator b, const char *y)
{
    return residue_judge(pool, residue_and(pool, cond(pool, a, "aws:k", x), cond(pool, b, "AWS:K", y)));
}

static void values(void **state)
{
    (void)state;
    assert_int_equal(pair(IAM_OP_STRING_EQUALS, "a", IAM_OP_STRING_EQUALS, "b"), RESIDUE_NEVER);
    assert_int_equal(pair(IAM_OP_STRING_EQUALS, "a", IAM_OP_STRING_EQUALS, "A"), RESIDUE_NEVER);
    assert_int_equal(pair(IAM_OP_STRING_EQUALS, "a", IAM_OP_STRING_EQUALS_IGNORE_CASE, "A"), RESIDUE_SOME);
    assert_int_equal(pair(IAM_OP_STRING_LIKE, "*-prod", IAM_OP_STRING_LIKE, "tenant-*"), RESIDUE_SOME);
    assert_int_equal(pair(IAM_OP_STRING_LIKE, "ab*", IAM_OP_STRING_LIKE, "*c?"), RESIDUE_SOME);
    assert_int_equal(pair(IAM_OP_STRING_LIKE, "ab*", IAM_OP_STRING_LIKE, "a"), RESIDUE_NEVER);
    assert_int_equal(pair(IAM_OP_STRING_LIKE, "ab*", IAM_OP_STRING_NOT_LIKE, "a*"), RESIDUE_NEVER);
    assert_int_equal(pair(IAM_OP_STRING_LIKE, "a*", IAM_OP_STRING_NOT_LIKE, "ab*"), RESIDUE_SOME);
    assert_int_equal(pair(IAM_OP_STRING_LIKE, "AB*", IAM_OP_STRING_EQUALS_IGNORE_CASE, "abc"), RESIDUE_SOME);
    assert_int_equal(pair(IAM_OP_STRING_EQUALS, "a*", IAM_OP_STRING_LIKE, "ab"), RESIDUE_NEVER); /* the star of Equals is a star */
    assert_int_equal(pair(IAM_OP_STRING_LIKE, "${*}", IAM_OP_STRING_EQUALS, "x"), RESIDUE_NEVER);
    assert_int_equal(pair(IAM_OP_STRING_LIKE, "?", IAM_OP_STRING_NOT_LIKE, "?*"), RESIDUE_NEVER);
    assert_int_equal(pair(IAM_OP_ARN_LIKE, "arn:aws:iam::*:role/x", IAM_OP_ARN_LIKE, "arn:aws:iam::1:*"), RESIDUE_SOME);
    assert_int_equal(pair(IAM_OP_ARN_LIKE, "arn:aws:*:role/x", IAM_OP_STRING_LIKE, "*"), RESIDUE_NEVER); /* too few fields */
    assert_int_equal(pair(IAM_OP_ARN_LIKE, "arn:aws:iam::1:role/*", IAM_OP_STRING_LIKE, "arn:aws:iam::2:*"), RESIDUE_NEVER);
    assert_int_equal(pair(IAM_OP_IP_ADDRESS, "10.0.0.0/8", IAM_OP_IP_ADDRESS, "10.1.0.0/16"), RESIDUE_SOME);
    assert_int_equal(pair(IAM_OP_IP_ADDRESS, "10.1.0.0/16", IAM_OP_NOT_IP_ADDRESS, "10.0.0.0/8"), RESIDUE_NEVER);
    assert_int_equal(pair(IAM_OP_IP_ADDRESS, "10.0.0.0/8", IAM_OP_IP_ADDRESS, "2001:db8::/32"), RESIDUE_NEVER);
    assert_int_equal(pair(IAM_OP_NUMERIC_LESS_THAN, "3", IAM_OP_NUMERIC_GREATER_THAN, "2"), RESIDUE_SOME);
    assert_int_equal(pair(IAM_OP_NUMERIC_LESS_THAN, "3", IAM_OP_NUMERIC_GREATER_THAN_EQUALS, "3.0"), RESIDUE_NEVER);
    assert_int_equal(pair(IAM_OP_DATE_LESS_THAN, "2026-01-01T00:00:00Z", IAM_OP_DATE_GREATER_THAN, "1767225600"), RESIDUE_NEVER);
    assert_int_equal(pair(IAM_OP_DATE_LESS_THAN, "2026-01-02", IAM_OP_DATE_GREATER_THAN, "2026-01-01"), RESIDUE_SOME);
    assert_int_equal(pair(IAM_OP_BOOL, "true", IAM_OP_BOOL, "false"), RESIDUE_NEVER);
    assert_int_equal(pair(IAM_OP_NULL, "true", IAM_OP_STRING_LIKE, "*"), RESIDUE_NEVER);
    assert_int_equal(pair(IAM_OP_NULL, "true", IAM_OP_STRING_NOT_EQUALS, "a"), RESIDUE_SOME);
    /* A variable whose value is not known can be anything. */
    assert_int_equal(pair(IAM_OP_STRING_EQUALS, "${aws:username}", IAM_OP_STRING_EQUALS, "b"), RESIDUE_SOME);
}

static void many_values(void **state)
{
    (void)state;
    const struct residue *a = cond_set(pool, IAM_SET_ANY_VALUE, IAM_OP_STRING_EQUALS, false, "k", "a", NULL),
                         *b = cond_set(pool, IAM_SET_ANY_VALUE, IAM_OP_STRING_EQUALS, false, "k", "b", NULL),
                         *only_a = cond_set(pool, IAM_SET_ALL_VALUES, IAM_OP_STRING_EQUALS, false, "k", "a", NULL);
    assert_int_equal(residue_judge(pool, residue_and(pool, a, b)), RESIDUE_SOME);
    assert_int_equal(residue_judge(pool, residue_and(pool, b, only_a)), RESIDUE_NEVER);
    /* ForAllValues holds for a key that is not there. */
    assert_int_equal(residue_judge(pool, residue_and(pool, only_a, cond(pool, IAM_OP_NULL, "k", "true"))), RESIDUE_SOME);
    struct iam_context c;
    assert_true(residue_witness(pool, arena, residue_and(pool, a, b), &c));
    assert_int_equal(c.count, 1);
    assert_true(c.keys[0].count == 2 && c.keys[0].list);
    assert_true(str_eqz(c.keys[0].values[0], "b") != str_eqz(c.keys[0].values[0], "a"));
}

static void links(void **state)
{
    (void)state;
    const struct residue *vpce = cond_set(pool, IAM_SET_NONE, IAM_OP_STRING_EQUALS, false, "aws:SourceVpce", "vpce-1", "vpce-2"),
                         *vpc = cond(pool, IAM_OP_STRING_EQUALS, "aws:SourceVpc", "vpc-9"), *both = residue_and(pool, vpce, vpc);
    struct iam_context c;
    assert_int_equal(residue_judge(pool, both), RESIDUE_SOME);
    residue_link(pool, STR("aws:SourceVpce"), STR("vpce-1"), STR("aws:SourceVpc"), STR("vpc-1"));
    assert_int_equal(residue_judge(pool, both), RESIDUE_SOME); /* nothing is said of the other endpoint */
    residue_link(pool, STR("aws:SourceVpce"), STR("vpce-2"), STR("aws:SourceVpc"), STR("vpc-2"));
    assert_int_equal(residue_judge(pool, both), RESIDUE_NEVER);
    assert_ptr_equal(residue_simplify(pool, both), residue_false);
    const struct residue *second = residue_and(pool, vpce, cond(pool, IAM_OP_STRING_LIKE, "aws:SourceVpc", "vpc-2*"));
    assert_true(residue_witness(pool, arena, second, &c));
    assert_true(str_eqz(iam_context_get(&c, STR("aws:sourcevpce"))->values[0], "vpce-2"));
    assert_true(str_eqz(iam_context_get(&c, STR("aws:sourcevpc"))->values[0], "vpc-2"));

    const struct residue *role = cond(pool, IAM_OP_ARN_LIKE, "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*");
    assert_int_equal(residue_judge(pool, residue_and(pool, role, cond(pool, IAM_OP_STRING_EQUALS, "aws:PrincipalAccount", "444455556666"))), RESIDUE_NEVER);
    assert_int_equal(residue_judge(pool, residue_and(pool, role, cond(pool, IAM_OP_STRING_EQUALS, "aws:PrincipalAccount", "111122223333"))), RESIDUE_SOME);
    const struct residue *any = cond(pool, IAM_OP_ARN_LIKE, "aws:PrincipalArn", "arn:aws:iam::*:role/x");
    assert_int_equal(residue_judge(pool, residue_and(pool, any, cond(pool, IAM_OP_STRING_EQUALS, "aws:PrincipalAccount", "444455556666"))), RESIDUE_SOME);
}

static const struct residue *leaf(enum residue_leaf_kind kind, const char *key, const char *value)
{
    struct str v = str_of(value);
    return residue_leaf(pool, &(struct residue_leaf){.kind = kind, .key = str_of(key), .values = &v, .count = 1}, NULL);
}

static void other_leaves(void **state)
{
    (void)state;
    const struct residue *unread = leaf(RESIDUE_UNREAD, "", "the policy p"), *a = cond(pool, IAM_OP_STRING_EQUALS, "k", "a");
    assert_int_equal(residue_judge(pool, unread), RESIDUE_CANNOT_TELL);
    assert_int_equal(residue_judge(pool, residue_not(pool, unread)), RESIDUE_CANNOT_TELL);
    assert_int_equal(residue_judge(pool, residue_and(pool, unread, a)), RESIDUE_CANNOT_TELL);
    assert_int_equal(residue_judge(pool, residue_or(pool, unread, a)), RESIDUE_SOME);
    assert_int_equal(residue_judge(pool, residue_and(pool, residue_and(pool, unread, a), cond(pool, IAM_OP_STRING_EQUALS, "k", "b"))), RESIDUE_NEVER);
    struct iam_context c;
    assert_false(residue_witness(pool, arena, unread, &c));

    const struct residue *s1 = leaf(RESIDUE_SESSION_NAME, "", "alice"), *s2 = leaf(RESIDUE_SESSION_NAME, "", "bob");
    assert_int_equal(residue_judge(pool, residue_and(pool, s1, s2)), RESIDUE_NEVER);
    assert_int_equal(residue_judge(pool, residue_and(pool, s1, residue_not(pool, s2))), RESIDUE_SOME);
    assert_true(residue_witness(pool, arena, s1, &c));
    assert_true(str_eqz(iam_context_get(&c, STR(RESIDUE_SESSION_KEY))->values[0], "alice"));

    /* A pattern with one variable is a condition on the variable's key. */
    const struct residue *tag = leaf(RESIDUE_PATTERN, "b/acme/x", "b/${aws:PrincipalTag/t}/*");
    assert_ptr_equal(tag, cond(pool, IAM_OP_STRING_EQUALS, "aws:PrincipalTag/t", "acme"));
    assert_ptr_equal(leaf(RESIDUE_PATTERN, "c/acme/x", "b/${aws:PrincipalTag/t}/*"), residue_false);
    assert_int_equal(residue_leaf_of(leaf(RESIDUE_PATTERN, "b/acme/x/y", "b/${aws:PrincipalTag/t}/*"))->count, 2);
    assert_int_equal(residue_leaf_of(leaf(RESIDUE_PATTERN, "b/acme/x", "*/${aws:PrincipalTag/t}/*"))->kind, RESIDUE_PATTERN);
    assert_int_equal(residue_judge(pool, residue_and(pool, tag, cond(pool, IAM_OP_STRING_EQUALS, "aws:PrincipalTag/t", "other"))), RESIDUE_NEVER);

    /* What ForAnyValue...IfExists says of an absent key is not known, so neither it nor its opposite is ruled out. */
    const struct residue *odd = cond_set(pool, IAM_SET_ANY_VALUE, IAM_OP_STRING_EQUALS, true, "m", "a", NULL), *gone = cond(pool, IAM_OP_NULL, "m", "true");
    assert_int_equal(residue_judge(pool, residue_and(pool, odd, gone)), RESIDUE_SOME);
    assert_int_equal(residue_judge(pool, residue_and(pool, residue_not(pool, odd), gone)), RESIDUE_SOME);
}

static void needs(void **state)
{
    (void)state;
    const struct residue *net = cond(pool, IAM_OP_STRING_EQUALS, "aws:SourceVpce", "vpce-1"), *own = cond(pool, IAM_OP_STRING_EQUALS, "s3:prefix", "a/"),
                         *mfa = cond(pool, IAM_OP_BOOL, "aws:MultiFactorAuthPresent", "true"), *own2 = cond(pool, IAM_OP_STRING_EQUALS, "s3:prefix", "b/");
    assert_int_equal(residue_needs(pool, own), 0);
    assert_true(residue_caller_can_meet(pool, own));
    assert_int_equal(residue_needs(pool, residue_and(pool, own, net)), 1u << IAM_KEY_NETWORK);
    assert_false(residue_caller_can_meet(pool, residue_and(pool, own, net)));
    assert_int_equal(residue_needs(pool, residue_or(pool, own, net)), 0);
    assert_int_equal(residue_needs(pool, residue_or(pool, mfa, net)), 1u << IAM_KEY_NETWORK | 1u << IAM_KEY_SESSION);
    assert_int_equal(residue_needs(pool, residue_and(pool, net, residue_or(pool, mfa, own))), 1u << IAM_KEY_NETWORK);
    /* The way by the caller's own keys contradicts itself. */
    const struct residue *r = residue_or(pool, residue_and(pool, own, own2), net);
    assert_int_equal(residue_needs(pool, r), 1u << IAM_KEY_NETWORK);
    assert_ptr_equal(residue_simplify(pool, r), net);
    assert_ptr_equal(residue_simplify(pool, residue_and(pool, cond(pool, IAM_OP_NULL, "s3:prefix", "false"), own)), own);
    assert_int_equal(residue_needs(pool, leaf(RESIDUE_UNREAD, "", "p")), 1u << IAM_KEY_FIXED);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void bounded(const char *what, const struct residue *r)
{
    double from = now();
    struct iam_context c;
    enum residue_verdict v = residue_judge(pool, r);
    residue_simplify(pool, r);
    unsigned need = residue_needs(pool, r);
    bool witness = residue_witness(pool, arena, r, &c);
    double took = now() - from;
    printf("residue: %s: verdict %u, needs %u, witness %d, capped %d, %.0f ms\n", what, v, need, witness, residue_capped(pool), took * 1e3);
    assert_true(took < 20);
}

/* Ten thousand leaves, in the ways that would hurt. */
static void hostile(void **state)
{
    (void)state;
    enum { MANY = 10000 };
    const struct residue *same = residue_true, *ors = residue_true, *globs = residue_true, *deep = residue_true, *keys = residue_true;
    for (int i = 0; i < MANY; i++) {
        char a[64], b[64], g[64];
        snprintf(a, sizeof a, "v%d", i);
        snprintf(b, sizeof b, "key%d", i);
        snprintf(g, sizeof g, "*a%d*a*b?%d*", i % 97, i % 89);
        const struct residue *x = cond(pool, IAM_OP_STRING_EQUALS, b, "x"), *y = cond(pool, IAM_OP_STRING_NOT_EQUALS, "one", a);
        same = residue_and(pool, same, y);
        keys = residue_and(pool, keys, x);
        ors = residue_and(pool, ors, residue_or(pool, cond(pool, IAM_OP_STRING_EQUALS, "one", a), cond(pool, IAM_OP_STRING_EQUALS, b, "y")));
        globs = residue_and(pool, globs, cond(pool, i % 2 ? IAM_OP_STRING_LIKE : IAM_OP_STRING_NOT_LIKE, "glob", g));
        deep = i % 2 ? residue_and(pool, deep, x) : residue_or(pool, deep == residue_true ? y : deep, y);
    }
    bounded("one key", same);
    bounded("many keys", keys);
    bounded("choices", ors);
    bounded("globs", globs);
    bounded("deep", deep);
    bounded("not choices", residue_not(pool, ors));
    assert_true(residue_capped(pool));
    assert_true(arena_held_bytes(arena) < 512u << 20);
}

/* Past the cap the answer is "can be met", and that it was capped is told. */
static void caps(void **state)
{
    (void)state;
    const struct residue *r = residue_true;
    for (int i = 0; i < 24; i++) {
        char a[16], b[16];
        snprintf(a, sizeof a, "a%d", i);
        snprintf(b, sizeof b, "b%d", i);
        r = residue_and(pool, r, residue_or(pool, leaf(RESIDUE_UNREAD, "", a), leaf(RESIDUE_UNREAD, "", b)));
    }
    assert_int_equal(residue_judge(pool, r), RESIDUE_CANNOT_TELL);
    assert_ptr_equal(residue_simplify(pool, r), r);
    assert_true(residue_capped(pool));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values, setup, teardown), cmocka_unit_test_setup_teardown(many_values, setup, teardown),
        cmocka_unit_test_setup_teardown(links, setup, teardown),  cmocka_unit_test_setup_teardown(other_leaves, setup, teardown),
        cmocka_unit_test_setup_teardown(needs, setup, teardown),  cmocka_unit_test_setup_teardown(hostile, setup, teardown),
        cmocka_unit_test_setup_teardown(caps, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
