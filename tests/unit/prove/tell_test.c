/* What a chain tells beside statements of policies: entries of access control lists, KMS grants, shares. */
#include "unit/prove/box.h"

static const char a1[] = "111111111111", a2[] = "222222222222";

static void two(struct box *b)
{
    box_init(b, catalogue);
    box_account(b, a1, "acme");
    box_account(b, a2, "beta");
    box_tenant(b, "acme");
    box_tenant(b, "beta");
}

static bool has_statement(const struct prove_cell *c, const char *layer, const char *policy, const char *of)
{
    for (uint32_t h = 0; h < c->hop_count; h++)
        for (uint32_t i = 0; i < c->hops[h].statement_count; i++) {
            const struct prove_statement *s = &c->hops[h].statements[i];
            if (str_eqz(s->layer, layer) && str_eqz(s->policy, policy) && str_eqz(s->of, of))
                return true;
        }
    return false;
}

static bool has_cut(const struct prove_cell *c, const char *edit)
{
    for (uint32_t i = 0; i < c->cut_count; i++)
        if (str_eqz(c->cuts[i].edit, edit))
            return true;
    return false;
}

static bool json_has(const struct box *b, const struct prove_cell *c, const char *text)
{
    struct buf out;
    struct json_out o;
    buf_init(&out, 1 << 20);
    jo_init(&o, &out, false);
    prove_write_cell(b->p, c, &o);
    bool hit = str_contains(buf_str(&out), str_of(text));
    buf_done(&out);
    return hit;
}

static struct world_resource *open_bucket(struct box *b, const char *policy, const struct iam_acl *acls, uint32_t count)
{
    struct world_resource *r = box_bucket(b, 1, "beta-data", "beta", policy);
    r->acl_disabled = false;
    r->acls = acls;
    r->acl_count = count;
    return r;
}

static const char writer[] = ALLOW("\"s3:PutObject\"", "\"arn:aws:s3:::beta-data/*\"");

static void entries_of_lists_are_told_and_cut(void **state)
{
    static const struct iam_acl acls[] = {{IAM_ACL_ALL_USERS, {0}, IAM_ACL_READ_ACP}, {IAM_ACL_ALL_USERS, {0}, IAM_ACL_WRITE}};
    struct box b;
    (void)state;
    two(&b);
    box_principal(&b, WORLD_ROLE, 0, "app", "acme", writer, NULL);
    open_bucket(&b, NULL, acls, 2);
    box_prove(&b);
    const struct prove_cell *c = box_cell(&b, "acme", "beta");
    assert_non_null(c);
    assert_int_equal(c->verdict, PROVE_VIOLATED);
    assert_true(has_statement(c, "acl", "WRITE to AllUsers", "arn:aws:s3:::beta-data"));
    assert_false(has_statement(c, "acl", "READ_ACP to AllUsers", "arn:aws:s3:::beta-data"));
    assert_true(has_cut(c, "remove the grant WRITE to AllUsers from the ACL of arn:aws:s3:::beta-data"));
    assert_true(json_has(&b, c, "\"layer\":\"acl\",\"policy\":\"WRITE to AllUsers\",\"of\":\"arn:aws:s3:::beta-data\""));
    box_done(&b);
}

/* None of two entries that give the same cuts alone; a policy that gives it too leaves nothing to cut in the list. */
static void entries_that_give_the_same_are_cut_together(void **state)
{
    static const struct iam_acl acls[] = {{IAM_ACL_ALL_USERS, {0}, IAM_ACL_WRITE}, {IAM_ACL_ACCOUNT, {"111111111111", 12}, IAM_ACL_FULL_CONTROL}};
    static const char all[] = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111111111111\"},"
                              "\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::beta-data/*\"}]}";
    for (int policy = 0; policy < 2; policy++) {
        struct box b;
        (void)state;
        two(&b);
        box_principal(&b, WORLD_ROLE, 0, "app", "acme", writer, NULL);
        open_bucket(&b, policy ? all : NULL, acls, 2);
        box_prove(&b);
        const struct prove_cell *c = box_cell(&b, "acme", "beta");
        assert_non_null(c);
        assert_true(has_statement(c, "acl", "WRITE to AllUsers", "arn:aws:s3:::beta-data"));
        assert_true(has_statement(c, "acl", "FULL_CONTROL to account 111111111111", "arn:aws:s3:::beta-data"));
        assert_int_equal(has_cut(c, "remove the grants WRITE to AllUsers, FULL_CONTROL to account 111111111111 from the ACL of arn:aws:s3:::beta-data"),
                         !policy);
        assert_false(has_cut(c, "remove the grant WRITE to AllUsers from the ACL of arn:aws:s3:::beta-data"));
        box_done(&b);
    }
}

static void grants_of_keys_are_told_and_cut(void **state)
{
    static const struct str decrypt = {"Decrypt", 7};
    static const struct iam_grant grant = {.id = {"g-1", 3}, .grantee = {"arn:aws:iam::111111111111:role/app", 34}, .operations = &decrypt, .operation_count = 1};
    static const char key_arn[] = "arn:aws:kms:us-east-1:222222222222:key/k";
    struct box b;
    (void)state;
    two(&b);
    box_principal(&b, WORLD_ROLE, 0, "app", "acme", ALLOW("\"s3:GetObject\"", "\"*\""), NULL);
    struct world_resource *r = box_bucket(&b, 1, "beta-data", "beta",
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111111111111\"},\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::beta-data/*\"}]}");
    r->encryption = WORLD_ENC_KEY;
    r->key_arn = str_of(key_arn);
    uint32_t k = box_resource(&b, 1, "AWS::KMS::Key", str_of(key_arn), "beta");
    b.w->resources[k].has_policy = true;
    b.w->resources[k].policy = world_policy(b.w, STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
        "\"Principal\":{\"AWS\":\"222222222222\"},\"Action\":\"kms:*\",\"Resource\":\"*\"}]}"), STR("ResourcePolicy"));
    b.w->resources[k].grants = &grant;
    b.w->resources[k].grant_count = 1;
    box_prove(&b);
    const struct prove_cell *c = box_cell(&b, "acme", "beta");
    assert_non_null(c);
    assert_int_equal(c->verdict, PROVE_VIOLATED);
    assert_true(has_statement(c, "grant", "g-1", key_arn));
    assert_true(has_cut(c, "revoke grant g-1 of arn:aws:kms:us-east-1:222222222222:key/k"));
    box_done(&b);
}

static void shares_are_statements_too(void **state)
{
    static const struct world_share share = {{"111111111111", 12}, {"restore", 7}};
    static const char arn[] = "arn:aws:rds:us-east-1:222222222222:snapshot:s";
    struct box b;
    (void)state;
    two(&b);
    box_principal(&b, WORLD_ROLE, 0, "app", "acme", NULL, NULL);
    struct world_resource *r = &b.w->resources[box_resource(&b, 1, "AWS::RDS::DBSnapshot", str_of(arn), "beta")];
    r->phi = true;
    r->encryption = WORLD_ENC_NONE;
    r->shares = &share;
    r->share_count = 1;
    box_prove(&b);
    const struct prove_cell *c = box_cell(&b, "acme", "beta");
    assert_non_null(c);
    assert_true(has_statement(c, "share", "restore to 111111111111", arn));
    assert_true(has_cut(c, "end the share (restore) of arn:aws:rds:us-east-1:222222222222:snapshot:s with 111111111111"));
    box_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_of_lists_are_told_and_cut),
        cmocka_unit_test(entries_that_give_the_same_are_cut_together),
        cmocka_unit_test(grants_of_keys_are_told_and_cut),
        cmocka_unit_test(shares_are_statements_too),
    };
    return cmocka_run_group_tests(tests, box_setup, box_teardown);
}
