/* Formulas: interning, negation, writing. */
#include "residue_test.h"

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

static void interning(void **state)
{
    (void)state;
    const struct residue *a = cond(pool, IAM_OP_STRING_EQUALS, "aws:SourceVpc", "vpc-1"), *b = cond(pool, IAM_OP_BOOL, "aws:SecureTransport", "True"),
                         *c = cond(pool, IAM_OP_IP_ADDRESS, "aws:SourceIp", "10.0.0.0/8");
    assert_ptr_equal(a, cond(pool, IAM_OP_STRING_EQUALS, "aws:sourcevpc", "vpc-1"));
    assert_ptr_equal(b, cond(pool, IAM_OP_BOOL, "aws:SecureTransport", "true"));
    assert_ptr_not_equal(a, cond(pool, IAM_OP_STRING_EQUALS, "aws:SourceVpc", "VPC-1"));
    assert_ptr_not_equal(a, cond(pool, IAM_OP_STRING_LIKE, "aws:SourceVpc", "vpc-1"));
    assert_ptr_equal(cond_set(pool, IAM_SET_ANY_VALUE, IAM_OP_STRING_LIKE, false, "k", "x", "y"),
                     cond_set(pool, IAM_SET_ANY_VALUE, IAM_OP_STRING_LIKE, false, "K", "y", "x"));
    assert_ptr_equal(cond_set(pool, IAM_SET_NONE, IAM_OP_STRING_LIKE, false, "k", "x", "x"), cond(pool, IAM_OP_STRING_LIKE, "k", "x"));

    const struct residue *ab = residue_and(pool, a, b);
    assert_ptr_equal(ab, residue_and(pool, b, a));
    assert_ptr_equal(residue_and(pool, ab, c), residue_and(pool, a, residue_and(pool, c, b)));
    assert_ptr_equal(residue_and(pool, ab, a), ab);
    assert_ptr_equal(residue_or(pool, ab, a), a);
    assert_ptr_equal(residue_and(pool, a, residue_or(pool, a, c)), a);
    assert_ptr_equal(residue_and(pool, a, residue_true), a);
    assert_ptr_equal(residue_and(pool, a, residue_false), residue_false);
    assert_ptr_equal(residue_or(pool, residue_true, a), residue_true);
    assert_ptr_equal(residue_or(pool, a, residue_false), a);
    assert_int_equal(residue_kind_of(ab), RESIDUE_AND);
    assert_int_equal(residue_child_count(ab), 2);
    assert_null(residue_leaf_of(ab));
}

static void negation(void **state)
{
    (void)state;
    const struct residue *a = cond(pool, IAM_OP_STRING_EQUALS, "k", "v"), *n = residue_not(pool, a);
    assert_ptr_equal(n, cond(pool, IAM_OP_STRING_NOT_EQUALS, "k", "v"));
    assert_ptr_equal(residue_not(pool, n), a);
    assert_ptr_equal(residue_and(pool, a, n), residue_false);
    assert_ptr_equal(residue_or(pool, a, n), residue_true);
    assert_ptr_equal(residue_not(pool, residue_true), residue_false);

    const struct residue *absent = cond(pool, IAM_OP_NULL, "k", "true"), *there = cond(pool, IAM_OP_NULL, "k", "false");
    assert_ptr_equal(residue_not(pool, absent), there);
    assert_ptr_equal(residue_not(pool, cond_set(pool, IAM_SET_ANY_VALUE, IAM_OP_STRING_EQUALS, false, "k", "v", NULL)),
                     residue_or(pool, absent, cond_set(pool, IAM_SET_ALL_VALUES, IAM_OP_STRING_NOT_EQUALS, false, "k", "v", NULL)));
    assert_ptr_equal(residue_not(pool, cond_set(pool, IAM_SET_ALL_VALUES, IAM_OP_STRING_LIKE, false, "k", "v", "w")),
                     residue_and(pool, there, cond_set(pool, IAM_SET_ANY_VALUE, IAM_OP_STRING_NOT_LIKE, false, "k", "v", "w")));
    assert_ptr_equal(residue_not(pool, cond_set(pool, IAM_SET_NONE, IAM_OP_STRING_EQUALS, true, "k", "v", NULL)), residue_and(pool, there, n));
    /* Of a key that may be absent, "not true" is not "false". */
    assert_ptr_equal(residue_not(pool, cond(pool, IAM_OP_BOOL, "k", "true")), cond_set(pool, IAM_SET_NONE, IAM_OP_BOOL, true, "k", "false", NULL));
    assert_ptr_equal(residue_not(pool, cond_set(pool, IAM_SET_NONE, IAM_OP_NUMERIC_LESS_THAN, false, "k", "1", "2")),
                     residue_and(pool, cond_set(pool, IAM_SET_NONE, IAM_OP_NUMERIC_GREATER_THAN_EQUALS, true, "k", "1", NULL),
                                 cond_set(pool, IAM_SET_NONE, IAM_OP_NUMERIC_GREATER_THAN_EQUALS, true, "k", "2", NULL)));
    const struct residue *binary = cond(pool, IAM_OP_BINARY_EQUALS, "k", "QQ==");
    assert_int_equal(residue_kind_of(residue_not(pool, binary)), RESIDUE_NOT);
    assert_ptr_equal(residue_not(pool, residue_not(pool, binary)), binary);
    /* De Morgan. */
    assert_ptr_equal(residue_not(pool, residue_and(pool, a, there)), residue_or(pool, n, absent));
    assert_ptr_equal(residue_not(pool, residue_or(pool, a, absent)), residue_and(pool, n, there));
}

static void writing(void **state)
{
    (void)state;
    struct str value = STR("us-west-2");
    struct residue_leaf l = {.kind = RESIDUE_CONDITION, .op = IAM_OP_STRING_EQUALS, .key = STR("aws:RequestedRegion"), .values = &value, .count = 1};
    struct residue_source s = {.layer = "pb", .policy = STR("p"), .index = 1};
    const struct residue *r = residue_not(pool, residue_leaf(pool, &l, &s));
    assert_string_equal(json_of(arena, r),
                        "{\"conditionType\":\"condition\",\"op\":\"StringNotEquals\",\"key\":\"aws:RequestedRegion\",\"values\":[\"us-west-2\"],"
                        "\"sources\":[{\"effect\":\"Deny\",\"policyIdentifier\":\"p\",\"policyType\":\"permissionBoundary\",\"statementIndex\":2}],"
                        "\"inverted\":true}");
    assert_string_equal(json_of(arena, residue_true), "null");
    const struct residue *both = residue_and(pool, r, cond_set(pool, IAM_SET_NONE, IAM_OP_STRING_EQUALS, false, "aws:SourceVpce", "vpce-1", "vpce-2"));
    assert_string_equal(words_of(arena, both), "aws:RequestedRegion is not us-west-2, and aws:SourceVpce is vpce-1 or vpce-2");
    assert_string_equal(words_of(arena, residue_or(pool, both, cond(pool, IAM_OP_NULL, "aws:SourceVpc", "true"))),
                        "(aws:RequestedRegion is not us-west-2, and aws:SourceVpce is vpce-1 or vpce-2), or aws:SourceVpc is absent");
    assert_string_equal(words_of(arena, residue_false), "never");
}

static void large(void **state)
{
    (void)state;
    const struct residue *all = residue_true, *some = residue_false;
    for (int i = 0; i < 10000; i++) {
        char value[16];
        snprintf(value, sizeof value, "v%d", i);
        all = residue_and(pool, all, cond(pool, IAM_OP_STRING_NOT_EQUALS, "k", value));
        some = residue_or(pool, some, residue_and(pool, cond(pool, IAM_OP_STRING_EQUALS, "j", value), all));
    }
    assert_int_equal(residue_kind_of(residue_not(pool, all)), RESIDUE_OR);
    assert_int_equal(residue_kind_of(residue_not(pool, some)), RESIDUE_AND);
    assert_true(arena_held_bytes(arena) < 256u << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(interning, setup, teardown),
        cmocka_unit_test_setup_teardown(negation, setup, teardown),
        cmocka_unit_test_setup_teardown(writing, setup, teardown),
        cmocka_unit_test_setup_teardown(large, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
