#include "unit/prove/box.h"

static const char a1[] = "111111111111", a2[] = "222222222222", a3[] = "333333333333";

/* Two tenants with an account each. */
static void two(struct box *b)
{
    box_init(b, catalogue);
    box_account(b, a1, "acme");
    box_account(b, a2, "beta");
    box_tenant(b, "acme");
    box_tenant(b, "beta");
}

static void clean_organization_is_proved(void **state)
{
    struct box b;
    (void)state;
    two(&b);
    box_principal(&b, WORLD_ROLE, 0, "app", "acme", ALLOW("\"s3:*\"", "\"*\""), TRUST("{\"Service\":\"ec2.amazonaws.com\"}", ""));
    box_principal(&b, WORLD_ROLE, 1, "app", "beta", ALLOW("\"*\"", "\"*\""), TRUST("{\"AWS\":\"222222222222\"}", ""));
    box_bucket(&b, 0, "acme-data", "acme", NULL);
    box_bucket(&b, 1, "beta-data", "beta", NULL);
    box_prove(&b);
    assert_int_equal(box_verdict(&b, "acme", "beta"), PROVE_PROVED);
    assert_int_equal(box_verdict(&b, "beta", "acme"), PROVE_PROVED);
    assert_int_equal(box_verdict(&b, "(outside)", "acme"), PROVE_PROVED);
    assert_int_equal(b.p->cell_count, 0);
    box_done(&b);
}

static void bucket_policy_lets_another_tenant_in(void **state)
{
    struct box b;
    (void)state;
    two(&b);
    box_principal(&b, WORLD_ROLE, 0, "app", "acme", ALLOW("\"s3:GetObject\"", "\"arn:aws:s3:::beta-data/*\""), NULL);
    box_bucket(&b, 1, "beta-data", "beta",
               "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"leak\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111111111111\"},"
               "\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::beta-data/*\"}]}");
    box_bucket(&b, 0, "acme-data", "acme", NULL);
    box_prove(&b);
    assert_int_equal(box_verdict(&b, "acme", "beta"), PROVE_VIOLATED);
    assert_int_equal(box_verdict(&b, "beta", "acme"), PROVE_PROVED);
    assert_int_equal(box_verdict(&b, "(outside)", "beta"), PROVE_PROVED);
    const struct prove_cell *c = box_cell(&b, "acme", "beta");
    assert_int_equal(c->level, LEVEL_CERTAIN);
    assert_int_equal(c->hop_count, 1);
    assert_true(c->hops[0].statement_count == 2);
    assert_true(c->cut_count >= 1);
    box_done(&b);
}

/* A chain of four roles over an account of neither. */
static void chain_of_roles(void **state)
{
    struct box b;
    (void)state;
    two(&b);
    box_account(&b, a3, NULL);
    uint32_t r1 = box_principal(&b, WORLD_ROLE, 0, "app", "acme", ALLOW("\"sts:AssumeRole\"", "\"arn:aws:iam::333333333333:role/hop\""), NULL);
    uint32_t r2 = box_principal(&b, WORLD_ROLE, 2, "hop", NULL, ALLOW("\"sts:AssumeRole\"", "\"*\""), TRUST("{\"AWS\":\"arn:aws:iam::111111111111:role/app\"}", ""));
    uint32_t r3 = box_principal(&b, WORLD_ROLE, 1, "in", "beta", ALLOW("\"sts:AssumeRole\"", "\"*\""), TRUST("{\"AWS\":\"arn:aws:iam::333333333333:root\"}", ""));
    box_principal(&b, WORLD_ROLE, 1, "reader", "beta", ALLOW("\"s3:GetObject\"", "\"*\""), TRUST("{\"AWS\":\"222222222222\"}", ""));
    box_bucket(&b, 1, "beta-data", "beta", NULL);
    box_prove(&b);
    assert_true(box_has_edge(&b, r1, r2, "sts-001"));
    assert_true(box_has_edge(&b, r2, r3, "sts-001"));
    assert_int_equal(box_verdict(&b, "acme", "beta"), PROVE_VIOLATED);
    assert_int_equal(box_verdict(&b, "(unassigned)", "beta"), PROVE_VIOLATED);
    const struct prove_cell *c = box_cell(&b, "acme", "beta");
    assert_int_equal(c->node_count, 4);
    assert_int_equal(c->hop_count, 4);
    assert_true(str_ends(c->hops[3].to, STR("beta-data")));
    assert_true(c->cut_count >= 3);
    assert_true(c->cuts[0].all);
    box_done(&b);
}

static void shared_things_are_declared_or_violations(void **state)
{
    for (int declared = 0; declared < 2; declared++) {
        struct box b;
        (void)state;
        two(&b);
        box_account(&b, a3, NULL);
        b.w->shared_names[b.w->shared_count++] = STR("ops");
        box_principal(&b, WORLD_ROLE, 0, "app", "acme", ALLOW("\"sts:AssumeRole\"", "\"*\""), NULL);
        uint32_t ops = box_principal(&b, WORLD_ROLE, 2, "ops", NULL, ALLOW("\"s3:*\"", "\"*\""), TRUST("{\"AWS\":\"arn:aws:iam::111111111111:role/app\"}", ""));
        b.w->principals[ops].shared = true;
        box_bucket(&b, 1, "beta-data", "beta",
                   "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::333333333333:role/ops\"},"
                   "\"Action\":\"s3:*\",\"Resource\":[\"arn:aws:s3:::beta-data\",\"arn:aws:s3:::beta-data/*\"]}]}");
        if (declared)
            b.w->via[b.w->via_count++] = (struct world_via){.shared = STR("ops"), .from = STR("acme"), .to = STR("beta")};
        box_prove(&b);
        assert_int_equal(box_verdict(&b, "acme", "beta"), declared ? PROVE_DECLARED : PROVE_VIOLATED);
        assert_int_equal(box_verdict(&b, "(shared) ops", "beta"), declared ? PROVE_DECLARED : PROVE_VIOLATED);
        assert_int_equal(box_verdict(&b, "(shared) ops", "acme"), PROVE_PROVED);
        box_done(&b);
    }
}

static void public_bucket_is_open_to_all(void **state)
{
    struct box b;
    (void)state;
    two(&b);
    box_bucket(&b, 1, "beta-data", "beta",
               "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::beta-data/*\"}]}");
    box_prove(&b);
    assert_int_equal(box_verdict(&b, "(outside)", "beta"), PROVE_VIOLATED);
    assert_int_equal(box_verdict(&b, "acme", "beta"), PROVE_VIOLATED);
    assert_int_equal(box_verdict(&b, "(outside)", "acme"), PROVE_PROVED);
    box_done(&b);
}

/* Reading needs the key; deleting does not. */
static void encrypted_store_needs_its_key(void **state)
{
    static const char policy[] = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
        "\"Principal\":{\"AWS\":\"111111111111\"},\"Action\":\"%s\",\"Resource\":\"arn:aws:s3:::beta-data/*\"}]}";
    for (int round = 0; round < 3; round++) {
        struct box b;
        (void)state;
        two(&b);
        box_principal(&b, WORLD_ROLE, 0, "app", "acme", ALLOW("[\"s3:*\",\"kms:*\"]", "\"*\""), NULL);
        struct str doc = arena_printf(b.arena, policy, round == 2 ? "s3:DeleteObject" : "s3:GetObject"); /* NOLINT */
        struct world_resource *r = box_bucket(&b, 1, "beta-data", "beta", doc.ptr);
        r->encryption = WORLD_ENC_KEY;
        r->key_arn = STR("arn:aws:kms:us-east-1:222222222222:key/k1");
        struct world_resource *key = &b.w->resources[box_resource(&b, 1, "AWS::KMS::Key", r->key_arn, "beta")];
        key->has_policy = true;
        key->policy = world_policy(b.w, round == 1 ? STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
            "\"Principal\":{\"AWS\":\"111111111111\"},\"Action\":\"kms:Decrypt\",\"Resource\":\"*\"}]}")
                                                   : STR("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                                                       "\"Principal\":{\"AWS\":\"222222222222\"},\"Action\":\"kms:*\",\"Resource\":\"*\"}]}"), STR("KeyPolicy"));
        box_prove(&b);
        assert_int_equal(box_verdict(&b, "acme", "beta"), round == 0 ? PROVE_PROVED : PROVE_VIOLATED);
        if (round == 1)
            assert_int_equal(box_cell(&b, "acme", "beta")->hops[0].action_count, 2);
        box_done(&b);
    }
}

static void gaps_make_cells_unknown(void **state)
{
    struct box b;
    (void)state;
    two(&b);
    box_bucket(&b, 1, "beta-data", "beta", NULL);
    box_bucket(&b, 0, "acme-data", "acme", NULL);
    b.w->gaps[b.w->gap_count++] = (struct world_gap){.account = STR("222222222222"), .op = STR("s3:ListBuckets"), .why = STR("denied"), .action = STR("s3:ListAllMyBuckets")};
    box_prove(&b);
    assert_int_equal(box_verdict(&b, "acme", "beta"), PROVE_UNKNOWN);
    assert_int_equal(box_verdict(&b, "beta", "acme"), PROVE_UNKNOWN);
    assert_int_equal(box_verdict(&b, "(outside)", "acme"), PROVE_PROVED);
    assert_int_equal(box_cell(&b, "acme", "beta")->gap_count, 1);
    box_done(&b);
}

static void network_conditions_stay_open(void **state)
{
    struct box b;
    (void)state;
    two(&b);
    box_principal(&b, WORLD_ROLE, 0, "app", "acme", ALLOW("\"s3:*\"", "\"*\""), NULL);
    box_bucket(&b, 1, "beta-data", "beta",
               "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111111111111\"},\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::beta-data/*\","
               "\"Condition\":{\"StringEquals\":{\"aws:SourceVpce\":\"vpce-1\"}}}]}");
    box_prove(&b);
    assert_int_equal(box_verdict(&b, "acme", "beta"), PROVE_UNKNOWN);
    assert_int_equal(box_cell(&b, "acme", "beta")->level, LEVEL_NETWORK);
    box_done(&b);
}

static void service_without_source_is_anybodys(void **state)
{
    static const char *const more[] = {"", ",\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"222222222222\"}}",
                                       ",\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"111111111111\"}}",
                                       ",\"Condition\":{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:cloudtrail:*:222222222222:trail/*\"}}",
                                       ",\"Condition\":{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:cloudtrail:*:*:trail/*\"}}"};
    static const enum prove_verdict outside[] = {PROVE_VIOLATED, PROVE_PROVED, PROVE_PROVED, PROVE_PROVED, PROVE_VIOLATED};
    static const enum prove_verdict acme[] = {PROVE_VIOLATED, PROVE_PROVED, PROVE_VIOLATED, PROVE_PROVED, PROVE_VIOLATED};
    for (int i = 0; i < 5; i++) {
        struct box b;
        (void)state;
        two(&b);
        struct str doc = arena_printf(b.arena, "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
            "\"Principal\":{\"Service\":\"cloudtrail.amazonaws.com\"},\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::beta-data/*\"%s}]}", more[i]);
        box_bucket(&b, 1, "beta-data", "beta", doc.ptr);
        b.w->principals[b.w->principal_count++] = (struct world_principal){.kind = WORLD_SERVICE,
            .arn = STR("cloudtrail.amazonaws.com"), .account = WORLD_NONE, .tags_read = true, .resource = WORLD_NONE};
        box_prove(&b);
        assert_int_equal(box_verdict(&b, "(outside)", "beta"), outside[i]);
        assert_int_equal(box_verdict(&b, "acme", "beta"), acme[i]);
        box_done(&b);
    }
}

static void shares_and_copies(void **state)
{
    struct box b;
    (void)state;
    two(&b);
    uint32_t volume = box_resource(&b, 1, "AWS::EC2::Volume", STR("arn:aws:ec2:us-east-1:222222222222:volume/vol-1"), "beta");
    uint32_t shot = box_resource(&b, 1, "AWS::EC2::Snapshot", STR("arn:aws:ec2:us-east-1::snapshot/snap-1"), "beta");
    b.w->resources[volume].phi = b.w->resources[shot].phi = true;
    struct world_share *s = arena_new_of(b.arena, struct world_share);
    *s = (struct world_share){.account = STR("111111111111"), .how = STR("createVolumePermission")};
    b.w->resources[shot].shares = s;
    b.w->resources[shot].share_count = 1;
    box_prove(&b);
    assert_int_equal(box_verdict(&b, "acme", "beta"), PROVE_VIOLATED);
    assert_int_equal(box_verdict(&b, "(outside)", "beta"), PROVE_PROVED);
    assert_int_equal(box_cell(&b, "acme", "beta")->hop_count, 1);
    box_done(&b);
}

/* Anybody can name a role in an account of their own. */
static void names_of_strangers_roles(void **state)
{
    struct box b;
    (void)state;
    two(&b);
    box_bucket(&b, 1, "beta-data", "beta",
               "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::beta-data/*\","
               "\"Condition\":{\"ArnLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::*:role/deploy-*\"}}}]}");
    box_prove(&b);
    assert_int_equal(box_verdict(&b, "(outside)", "beta"), PROVE_VIOLATED);
    box_done(&b);
}

/* `many` names that a Deny exempts, repeated, before one that an Allow lets in. */
static enum prove_verdict among_many_names(int many)
{
    struct box b;
    struct buf doc;
    two(&b);
    buf_init(&doc, 1 << 20);
    buf_addz(&doc, "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:PutObject\","
                   "\"Resource\":\"arn:aws:s3:::beta-data/*\",\"Condition\":{\"ArnNotLike\":{\"aws:PrincipalArn\":[");
    for (int i = 0; i < many; i++)
        buf_addf(&doc, "%s\"arn:aws:iam::*:role/exempt-%d\",\"arn:aws:iam::*:role/exempt-%d\"", i ? "," : "", i, i);
    buf_addz(&doc, "]}}},{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::beta-data/*\","
                   "\"Condition\":{\"ArnLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::*:role/deploy-*\"}}}]}");
    box_bucket(&b, 1, "beta-data", "beta", buf_cstr(&doc));
    box_prove(&b);
    enum prove_verdict v = box_verdict(&b, "(outside)", "beta");
    box_done(&b);
    buf_done(&doc);
    return v;
}

static void names_beyond_the_cap_are_unknown(void **state)
{
    (void)state;
    assert_int_equal(among_many_names(30), PROVE_VIOLATED);
    assert_int_equal(among_many_names(300), PROVE_UNKNOWN);
}

/* So can anybody tag one (which it takes the words of a condition to see: unknown); and whoever a condition lets in is somebody, in
 * whatever organization or account. */
static void conditions_let_strangers_in(void **state)
{
    static const struct {
        const char *more;
        enum prove_verdict outside, acme;
    } rows[] = {
        {"\"StringEquals\":{\"aws:PrincipalTag/access\":\"yes\"}", PROVE_UNKNOWN, PROVE_UNKNOWN},
        {"\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-partner\"}", PROVE_VIOLATED, PROVE_PROVED},
        {"\"ForAnyValue:StringLike\":{\"aws:PrincipalOrgPaths\":\"o-partner/r-1/*\"}", PROVE_UNKNOWN, PROVE_PROVED},
        {"\"StringEquals\":{\"aws:PrincipalAccount\":\"444455556666\"}", PROVE_VIOLATED, PROVE_PROVED},
        {"\"ArnLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::444455556666:role/a*\"}", PROVE_VIOLATED, PROVE_PROVED},
        {"\"StringEquals\":{\"aws:PrincipalAccount\":\"222222222222\"}", PROVE_PROVED, PROVE_PROVED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct box b;
        two(&b);
        struct str doc = arena_printf(b.arena, "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
            "\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::beta-data/*\",\"Condition\":{%s}}]}", rows[i].more);
        box_bucket(&b, 1, "beta-data", "beta", doc.ptr);
        box_prove(&b);
        if (box_verdict(&b, "(outside)", "beta") != rows[i].outside || box_verdict(&b, "acme", "beta") != rows[i].acme)
            fail_msg("%s: outside %d, acme %d", rows[i].more, box_verdict(&b, "(outside)", "beta"), box_verdict(&b, "acme", "beta"));
        box_done(&b);
    }
}

/* `many` accounts that may do nothing of note, before one that may read. */
static enum prove_verdict among_many_strangers(int many)
{
    struct box b;
    struct buf doc;
    two(&b);
    buf_init(&doc, 1 << 20);
    buf_addz(&doc, "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetBucketLocation\","
                   "\"Resource\":\"arn:aws:s3:::beta-data\",\"Condition\":{\"StringEquals\":{\"aws:PrincipalAccount\":[");
    for (int i = 0; i < many; i++)
        buf_addf(&doc, "%s\"4444555%05d\"", i ? "," : "", i);
    buf_addz(&doc, "]}}},{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::beta-data/*\","
                   "\"Condition\":{\"StringEquals\":{\"aws:PrincipalAccount\":\"333355556666\"}}}]}");
    box_bucket(&b, 1, "beta-data", "beta", buf_cstr(&doc));
    box_prove(&b);
    enum prove_verdict v = box_verdict(&b, "(outside)", "beta");
    box_done(&b);
    buf_done(&doc);
    return v;
}

static void strangers_beyond_the_cap_are_unknown(void **state)
{
    (void)state;
    assert_int_equal(among_many_strangers(100), PROVE_VIOLATED);
    assert_int_equal(among_many_strangers(1500), PROVE_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_organization_is_proved),
        cmocka_unit_test(bucket_policy_lets_another_tenant_in),
        cmocka_unit_test(chain_of_roles),
        cmocka_unit_test(shared_things_are_declared_or_violations),
        cmocka_unit_test(public_bucket_is_open_to_all),
        cmocka_unit_test(encrypted_store_needs_its_key),
        cmocka_unit_test(gaps_make_cells_unknown),
        cmocka_unit_test(network_conditions_stay_open),
        cmocka_unit_test(service_without_source_is_anybodys),
        cmocka_unit_test(shares_and_copies),
        cmocka_unit_test(names_of_strangers_roles),
        cmocka_unit_test(names_beyond_the_cap_are_unknown),
        cmocka_unit_test(conditions_let_strangers_in),
        cmocka_unit_test(strangers_beyond_the_cap_are_unknown),
    };
    return cmocka_run_group_tests(tests, box_setup, box_teardown);
}
