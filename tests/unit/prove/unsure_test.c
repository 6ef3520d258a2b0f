/* What ward cannot tell is unknown with its reason: parts of a store past counting, actions that the catalogue lacks. */
#include "unit/prove/box.h"

static const char a1[] = "111111111111", a2[] = "222222222222";

static void two(struct box *b)
{
    box_init(b, catalogue);
    box_account(b, a1, "acme");
    box_account(b, a2, "beta");
    box_tenant(b, "acme");
    box_tenant(b, "beta");
    box_bucket(b, 0, "acme-data", "acme", NULL);
    box_bucket(b, 1, "beta-data", "beta", NULL);
    box_principal(b, WORLD_ROLE, 1, "own", "beta", ALLOW("\"s3:*\"", "\"*\""), NULL);
}

/* An app whose policy names parts of a store in more ways than are told apart. */
static enum prove_verdict with_parts(int parts, struct str *reason)
{
    struct box b;
    struct buf doc;
    two(&b);
    buf_init(&doc, 1 << 20);
    buf_addz(&doc, "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":[\"arn:aws:s3:::acme-data/*\"");
    for (int i = 0; i < parts; i++)
        buf_addf(&doc, ",\"arn:aws:s3:::beta-data/*%ca%cb%c*\",\"arn:aws:s3:::beta-data/%c*x*y*z*%c\"", 'A' + i, 'B' + i, 'c' + i, 'A' + i, 'C' + i);
    buf_addz(&doc, "]}]}");
    box_principal(&b, WORLD_ROLE, 0, "many", "acme", arena_cstr(b.arena, buf_str(&doc)), NULL);
    buf_done(&doc);
    box_prove_by_engine(&b);
    enum prove_verdict out = box_verdict(&b, "acme", "beta");
    assert_int_equal(box_verdict(&b, "beta", "acme"), PROVE_PROVED);
    const struct prove_cell *c = box_cell(&b, "acme", "beta");
    *reason = c ? arena_str(lasting, c->reason) : (struct str){0};
    box_engine_done(&b);
    box_done(&b);
    return out;
}

static void parts_that_are_not_told_apart_are_not_proved(void **state)
{
    struct str reason;
    (void)state;
    assert_int_equal(with_parts(0, &reason), PROVE_PROVED);
    assert_int_equal(with_parts(4, &reason), PROVE_UNKNOWN);
    assert_true(str_contains(reason, STR("beta-data")));
    assert_true(str_contains(reason, STR("a denial there is not sure")));
}

/* A pooled account: two tenants' things in one. */
struct pooled {
    struct box b;
    uint32_t app;
};

static void pool(struct pooled *p, const char *identity, const char *policy)
{
    struct box *b = &p->b;
    box_init(b, catalogue);
    box_account(b, a1, NULL);
    box_account(b, a2, "acme");
    box_tenant(b, "acme");
    box_tenant(b, "beta");
    p->app = box_principal(b, WORLD_ROLE, 0, "app", "acme", identity, NULL);
    box_principal(b, WORLD_ROLE, 0, "own", "beta", NULL, NULL);
    box_bucket(b, 0, "acme-data", "acme", NULL);
    box_bucket(b, 0, "beta-data", "beta", policy);
}

static enum prove_verdict pooled(const char *identity, const char *policy)
{
    struct pooled p;
    pool(&p, identity, policy);
    box_prove_by_engine(&p.b);
    enum prove_verdict out = box_verdict(&p.b, "acme", "beta");
    const struct prove_cell *c = box_cell(&p.b, "acme", "beta");
    if (out == PROVE_UNKNOWN) {
        assert_true(str_contains(c->reason, STR("does not know")));
        assert_true(str_contains(c->reason, STR(" statement 1 allows ")));
        assert_true(c->hop_count == 1 && c->hops[0].statement_count == 1);
    }
    assert_int_equal(box_verdict(&p.b, "beta", "acme"), PROVE_PROVED);
    box_engine_done(&p.b);
    box_done(&p.b);
    return out;
}

static void actions_that_the_catalogue_lacks_are_unknown(void **state)
{
    (void)state;
    assert_int_equal(pooled(ALLOW("\"s3:GetObjectV9\"", "\"arn:aws:s3:::beta-data/*\""), NULL), PROVE_UNKNOWN);
    assert_int_equal(pooled(ALLOW("\"s3:GetObjectV9*\"", "\"arn:aws:s3:::beta-*\""), NULL), PROVE_UNKNOWN);
    assert_int_equal(pooled(ALLOW("\"s3:GetObjectV9\"", "\"*\""), NULL), PROVE_UNKNOWN);
    assert_int_equal(pooled(ALLOW("\"phistore:*\"", "\"*\""), NULL), PROVE_UNKNOWN);
    /* Known ones, one's own data, another kind of thing. */
    assert_int_equal(pooled(ALLOW("\"s3:GetBucketLocatio*\"", "\"*\""), NULL), PROVE_PROVED);
    assert_int_equal(pooled(ALLOW("\"s3:GetObjectV9\"", "\"arn:aws:s3:::acme-data/*\""), NULL), PROVE_PROVED);
    assert_int_equal(pooled(ALLOW("\"dynamodb:GetItemV9\"", "\"*\""), NULL), PROVE_PROVED);
}

#define DENY(more) "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObjectV9*\",\"Resource\":\"arn:aws:s3:::*\"},{\"Effect\":\"Deny\"," more "}]}"

static void what_denies_them_surely_counts(void **state)
{
    (void)state;
    assert_int_equal(pooled(DENY("\"Action\":\"s3:Get*\",\"Resource\":\"*\""), NULL), PROVE_PROVED);
    assert_int_equal(pooled(DENY("\"NotAction\":\"s3:GetObject\",\"Resource\":\"*\""), NULL), PROVE_PROVED);
    assert_int_equal(pooled(DENY("\"Action\":\"s3:Get*\",\"NotResource\":\"arn:aws:s3:::acme-data/*\""), NULL), PROVE_PROVED);
    assert_int_equal(pooled(DENY("\"Action\":\"s3:GetObjectV9x\",\"Resource\":\"*\""), NULL), PROVE_UNKNOWN);
    assert_int_equal(pooled(DENY("\"NotAction\":\"s3:GetObjectV9x\",\"Resource\":\"*\""), NULL), PROVE_UNKNOWN);
    assert_int_equal(pooled(DENY("\"Action\":\"s3:Get*\",\"Resource\":\"arn:aws:s3:::beta-data/a/*\""), NULL), PROVE_UNKNOWN);
}

static void boundaries_let_them_through_or_not(void **state)
{
    static const char *const limits[] = {ALLOW("\"s3:List*\"", "\"*\""), ALLOW("\"s3:GetObjectV9z\"", "\"arn:aws:s3:::beta-data/x\"")};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct pooled p;
        pool(&p, ALLOW("\"s3:GetObjectV9*\"", "\"arn:aws:s3:::beta-data/*\""), NULL);
        p.b.w->principals[p.app].has_boundary = true;
        p.b.w->principals[p.app].boundary = world_policy(p.b.w, str_of(limits[i]), STR("boundary"));
        box_prove(&p.b);
        assert_int_equal(box_verdict(&p.b, "acme", "beta"), i ? PROVE_UNKNOWN : PROVE_PROVED);
        box_done(&p.b);
    }
}

/* The store's own policy names one; another account needs both sides. */
static void stores_that_allow_them(void **state)
{
    static const char policy[] = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
        "\"Principal\":{\"AWS\":\"arn:aws:iam::111111111111:role/app\"},\"Action\":\"s3:GetObjectV9\",\"Resource\":\"arn:aws:s3:::beta-data/*\"}]}";
    static const char *const identities[] = {ALLOW("\"s3:ListAllMyBuckets\"", "\"*\""), ALLOW("\"s3:*\"", "\"*\"")};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct box b;
        two(&b);
        box_principal(&b, WORLD_ROLE, 0, "app", "acme", identities[i], NULL);
        struct world_resource *r = &b.w->resources[1];
        assert_true(str_ends(r->arn, STR("beta-data")));
        r->has_policy = true;
        r->policy = world_policy(b.w, str_of(policy), STR("ResourcePolicy"));
        box_prove_by_engine(&b);
        assert_int_equal(box_verdict(&b, "acme", "beta"), i ? PROVE_UNKNOWN : PROVE_PROVED);
        box_engine_done(&b);
        box_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_that_are_not_told_apart_are_not_proved),
        cmocka_unit_test(actions_that_the_catalogue_lacks_are_unknown),
        cmocka_unit_test(what_denies_them_surely_counts),
        cmocka_unit_test(boundaries_let_them_through_or_not),
        cmocka_unit_test(stores_that_allow_them),
    };
    return cmocka_run_group_tests(tests, box_setup, box_teardown);
}
