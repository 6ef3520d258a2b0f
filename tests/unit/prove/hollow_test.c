/* Proofs that would be hollow: facts and ways that were once left out. */
#include "unit/prove/box.h"

static struct arena *lasting;
static const struct iam_catalogue *catalogue;

static int setup(void **state)
{
    struct err e = {0};
    (void)state;
    lasting = arena_new(0);
    catalogue = iam_catalogue_load(lasting, &e);
    return catalogue ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(lasting);
    return 0;
}

static const char a1[] = "111111111111", a2[] = "222222222222", a3[] = "333333333333", a4[] = "444444444444";

/* Two tenants with an account each, and a third account that is nobody's. */
static void three(struct box *b)
{
    box_init(b, catalogue);
    box_account(b, a1, "acme");
    box_account(b, a2, "beta");
    box_account(b, a3, NULL);
    box_tenant(b, "acme");
    box_tenant(b, "beta");
    box_principal(b, WORLD_ROLE, 0, "app", "acme", ALLOW("\"s3:*\"", "\"*\""), NULL);
    box_bucket(b, 0, "acme-data", "acme", NULL);
    box_bucket(b, 1, "beta-data", "beta", NULL);
}

static void configure(struct box *b, const char *text)
{
    struct err e = {0};
    b->w->config = json_parse(b->arena, str_of(text), 1 << 16, &e);
    assert_non_null(b->w->config);
}

static const char by_account[] = "{\"defaults\":{\"tenant_tags\":[]},\"tenants\":{\"acme\":{\"accounts\":[\"111111111111\"]},\"beta\":{\"accounts\":[\"222222222222\"]}}}";
static const char by_tag[] = "{\"defaults\":{\"tenant_tags\":[\"Tenant\"]},\"tenants\":{\"acme\":{\"accounts\":[\"111111111111\"]},\"beta\":{\"accounts\":[\"222222222222\"]}}}";
static const char by_arn[] = "{\"defaults\":{\"tenant_tags\":[]},\"tenants\":{\"acme\":{\"arns\":[\"arn:aws:iam::333333333333:role/acme-*\"]},\"beta\":{}}}";

static enum prove_verdict with_gap(const char *config, const char *account, const char *op)
{
    struct box b;
    three(&b);
    configure(&b, config);
    b.w->gaps[b.w->gap_count++] = (struct world_gap){.account = box_text(&b, account), .op = box_text(&b, op), .why = STR("denied")};
    box_prove(&b);
    enum prove_verdict out = box_verdict(&b, "acme", "beta");
    box_done(&b);
    return out;
}

static void what_one_account_answers_for_all_bears_on_all(void **state)
{
    (void)state;
    assert_int_equal(with_gap(by_account, a3, "organizations:ListDelegatedAdministrators"), PROVE_UNKNOWN);
    assert_int_equal(with_gap(by_account, a3, "sso-admin:ListAccountAssignments"), PROVE_UNKNOWN);
    assert_int_equal(with_gap(by_account, a3, "organizations:DescribePolicy"), PROVE_PROVED); /* only takes away */
}

static void things_of_any_tenant_can_be_in_a_pooled_account(void **state)
{
    (void)state;
    assert_int_equal(with_gap(by_account, a3, "s3:ListBuckets"), PROVE_PROVED);
    assert_int_equal(with_gap(by_tag, a3, "s3:ListBuckets"), PROVE_UNKNOWN);
    assert_int_equal(with_gap(by_arn, a3, "iam:GetAccountAuthorizationDetails"), PROVE_UNKNOWN);
    assert_int_equal(with_gap(by_arn, a4, "s3:ListBuckets"), PROVE_UNKNOWN); /* an account of which nothing is known */
}

static enum prove_verdict with_uncollected(const char *config, bool suspended)
{
    struct box b;
    three(&b);
    configure(&b, config);
    uint32_t i = box_account(&b, a4, NULL);
    b.w->accounts[i].collected = false;
    b.w->accounts[i].suspended = suspended;
    b.w->accounts[i].org_id = STR("o-1");
    box_prove(&b);
    enum prove_verdict out = box_verdict(&b, "acme", "beta");
    box_done(&b);
    return out;
}

static void accounts_that_were_not_collected_can_hold_any_tenants_things(void **state)
{
    (void)state;
    assert_int_equal(with_uncollected(by_account, false), PROVE_PROVED);
    assert_int_equal(with_uncollected(by_tag, false), PROVE_UNKNOWN);
    assert_int_equal(with_uncollected(by_tag, true), PROVE_PROVED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_account_answers_for_all_bears_on_all),
        cmocka_unit_test(things_of_any_tenant_can_be_in_a_pooled_account),
        cmocka_unit_test(accounts_that_were_not_collected_can_hold_any_tenants_things),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
