/* Proofs that would be hollow: facts and ways that were once left out. */
#include "unit/prove/box.h"

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

/* From here on: one world with roles of acme and one edge that must be there, or must not. */
static uint32_t role(struct box *b, const char *name, const char *tenant, const char *identity, const char *trust)
{
    return box_principal(b, WORLD_ROLE, 0, name, tenant, identity, trust);
}

static enum graph_level edge_level(const struct box *b, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < b->g->edge_count; i++)
        if (b->g->nodes[b->g->edges[i].from].principal == from && b->g->nodes[b->g->edges[i].to].principal == to)
            return b->g->edges[i].level;
    return LEVEL_NEVER;
}

static const struct iam_level *scp(struct box *b, const char *doc)
{
    struct iam_level *level = arena_new_of(b->arena, struct iam_level);
    level->name = STR("r-1");
    level->policies = box_set(b, doc, STR("p-1"));
    return level;
}

static void scp_of(struct box *b, const char *doc)
{
    b->w->accounts[0].scps_on = true;
    b->w->accounts[0].scps = scp(b, doc);
    b->w->accounts[0].scp_count = 1;
}

#define LAMBDA TRUST("{\"Service\":\"lambda.amazonaws.com\"}", "")
#define ALL "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}"

/* What is made anew can be made in any region that a policy leaves, under any name that a policy leaves. */
static void new_things_are_made_where_they_may_be(void **state)
{
    struct box b;
    (void)state;
    three(&b);
    scp_of(&b, "{\"Version\":\"2012-10-17\",\"Statement\":[" ALL ",{\"Effect\":\"Deny\",\"NotAction\":\"iam:*\",\"Resource\":\"*\","
               "\"Condition\":{\"StringNotEquals\":{\"aws:RequestedRegion\":\"eu-central-1\"}}},"
               "{\"Effect\":\"Deny\",\"Action\":\"lambda:*\",\"NotResource\":\"arn:aws:lambda:*:*:function:dev-*\"}]}");
    uint32_t maker = role(&b, "maker", "acme", ALLOW("[\"iam:PassRole\",\"lambda:CreateFunction\",\"lambda:InvokeFunction\"]", "\"*\""), NULL);
    uint32_t by_name = role(&b, "by-name", "acme", "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"iam:PassRole\",\"Resource\":\"*\"},"
                            "{\"Effect\":\"Allow\",\"Action\":\"lambda:*\",\"Resource\":\"arn:aws:lambda:*:*:function:dev-${aws:username}\"}]}", NULL);
    uint32_t power = role(&b, "power", NULL, NULL, LAMBDA), regional = role(&b, "regional", NULL, NULL, TRUST("{\"Service\":\"lambda.eu-west-1.amazonaws.com\"}", ""));
    uint32_t other = role(&b, "other", NULL, NULL, TRUST("{\"Service\":\"lambda.eu-west-1.example.com\"}", ""));
    box_prove(&b);
    assert_int_equal(edge_level(&b, maker, power), LEVEL_CERTAIN);
    assert_int_equal(edge_level(&b, maker, regional), LEVEL_CERTAIN);
    assert_int_equal(edge_level(&b, maker, other), LEVEL_NEVER);
    assert_int_equal(edge_level(&b, by_name, power), LEVEL_NEVER); /* a role has no user name */
    box_done(&b);
}

/* An administrator whom an SCP leaves what it takes from all others. */
static void exempted_administrators_keep_their_own_ways(void **state)
{
    struct box b;
    (void)state;
    three(&b);
    scp_of(&b, "{\"Version\":\"2012-10-17\",\"Statement\":[" ALL ",{\"Effect\":\"Deny\",\"Action\":[\"lambda:*\",\"iam:UpdateAssumeRolePolicy\"],\"Resource\":\"*\","
               "\"Condition\":{\"ArnNotEquals\":{\"aws:PrincipalArn\":\"arn:aws:iam::111111111111:role/breakglass\"}}}]}");
    uint32_t glass = role(&b, "breakglass", "acme", ALLOW("\"*\"", "\"*\""), NULL);
    uint32_t power = role(&b, "power", NULL, NULL, LAMBDA);
    box_prove(&b);
    assert_int_equal(edge_level(&b, glass, b.g->admin_of[0]), LEVEL_CERTAIN);
    assert_int_equal(edge_level(&b, b.g->admin_of[0], power), LEVEL_NEVER);
    assert_int_equal(edge_level(&b, glass, power), LEVEL_CERTAIN);
    box_done(&b);
}

/* One of a tenant gives another of it every action: neither takes the other over. */
static void one_of_a_tenant_rules_the_policies_of_another(void **state)
{
    struct box b;
    (void)state;
    three(&b);
    uint32_t giver = role(&b, "giver", "acme", ALLOW("\"iam:AttachRolePolicy\"", "\"arn:aws:iam::111111111111:role/worker\""), NULL);
    uint32_t writer = role(&b, "writer", "acme", ALLOW("\"iam:CreatePolicyVersion\"", "\"arn:aws:iam::111111111111:policy/p\""), NULL);
    uint32_t stranger = role(&b, "stranger", NULL, ALLOW("[\"iam:AttachRolePolicy\","
        "\"iam:CreatePolicyVersion\"]", "[\"arn:aws:iam::111111111111:role/worker\",\"arn:aws:iam::111111111111:policy/p\"]"), NULL);
    uint32_t worker = role(&b, "worker", "acme", ALLOW("\"s3:ListAllMyBuckets\"", "\"*\""), NULL);
    b.w->principals[worker].identity = box_set(&b, ALLOW("\"s3:ListAllMyBuckets\"", "\"*\""), STR("arn:aws:iam::111111111111:policy/p"));
    box_prove(&b);
    assert_int_equal(edge_level(&b, giver, b.g->admin_of[0]), LEVEL_CERTAIN);
    assert_int_equal(edge_level(&b, writer, b.g->admin_of[0]), LEVEL_CERTAIN);
    assert_int_equal(edge_level(&b, stranger, b.g->admin_of[0]), LEVEL_NEVER);
    box_done(&b);
}

static void groups_that_one_is_not_in_or_that_have_no_inline_policy(void **state)
{
    struct box b;
    (void)state;
    three(&b);
    uint32_t joiner = box_principal(&b, WORLD_USER, 0, "joiner", "acme", ALLOW("\"iam:AddUserToGroup\"", "\"arn:aws:iam::111111111111:group/admins\""), NULL);
    uint32_t giver = box_principal(&b, WORLD_USER, 0, "giver", "acme", ALLOW("\"iam:AttachGroupPolicy\"", "\"arn:aws:iam::111111111111:group/staff\""), NULL);
    uint32_t none = box_principal(&b, WORLD_USER, 0, "none", "acme", ALLOW("\"iam:ListGroups\"", "\"*\""), NULL);
    box_prove(&b);
    assert_int_equal(edge_level(&b, joiner, b.g->admin_of[0]), LEVEL_UNKNOWN);
    assert_int_equal(edge_level(&b, giver, b.g->admin_of[0]), LEVEL_UNKNOWN);
    assert_int_equal(edge_level(&b, none, b.g->admin_of[0]), LEVEL_NEVER);
    box_done(&b);
}

static void boundaries_that_can_be_taken_off(void **state)
{
    struct box b;
    (void)state;
    three(&b);
    uint32_t off = role(&b, "off", "acme", ALLOW("\"*\"", "\"*\""), NULL), held = role(&b, "held", "acme", ALLOW("\"*\"", "\"*\""), NULL);
    for (uint32_t i = 0; i < 2; i++) {
        struct world_principal *p = &b.w->principals[i ? held : off];
        p->has_boundary = true;
        p->boundary = box_set(&b, i ? ALLOW("\"s3:*\"", "\"*\"") : ALLOW("[\"s3:*\",\"iam:DeleteRolePermissionsBoundary\"]", "\"*\""), STR("b")).items[0];
    }
    box_prove(&b);
    assert_int_equal(edge_level(&b, off, b.g->admin_of[0]), LEVEL_UNKNOWN);
    assert_int_equal(edge_level(&b, held, b.g->admin_of[0]), LEVEL_NEVER);
    box_done(&b);
}

static void roles_of_ones_own_making(void **state)
{
    struct box b;
    (void)state;
    three(&b);
    uint32_t maker = role(&b, "maker", "acme", ALLOW("[\"iam:CreateRole\",\"iam:PutRolePolicy\"]", "\"arn:aws:iam::111111111111:role/app-*\""), NULL);
    uint32_t held = role(&b, "held", "acme", "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"iam:CreateRole\",\"iam:PutRolePolicy\"],"
                         "\"Resource\":\"arn:aws:iam::111111111111:role/app-*\",\"Condition\":{\"ArnEquals\":{\"iam:PermissionsBoundary\":\"arn:aws:iam::111111111111:policy/b\"}}}]}", NULL);
    box_prove(&b);
    assert_int_equal(edge_level(&b, maker, b.g->admin_of[0]), LEVEL_CERTAIN);
    assert_int_equal(edge_level(&b, held, b.g->admin_of[0]), LEVEL_UNKNOWN);
    box_done(&b);
}

static void accounts_that_act_for_the_organization(void **state)
{
    struct box b;
    (void)state;
    three(&b);
    b.w->delegates = arena_array_of(b.arena, struct world_delegate, 1);
    b.w->delegates[b.w->delegate_count++] = (struct world_delegate){0, STR("sso.amazonaws.com")};
    uint32_t sso = role(&b, "sso", "acme", ALLOW("\"sso:CreateAccountAssignment\"", "\"*\""), NULL);
    uint32_t sets = role(&b, "sets", "acme", ALLOW("\"cloudformation:*\"", "\"*\""), NULL);
    uint32_t far = box_principal(&b, WORLD_ROLE, 1, "far", "beta", ALLOW("\"sso:CreateAccountAssignment\"", "\"*\""), NULL);
    box_prove(&b);
    assert_int_equal(edge_level(&b, sso, b.g->admin_of[1]), LEVEL_CERTAIN);
    assert_int_equal(edge_level(&b, sets, b.g->admin_of[1]), LEVEL_NEVER);
    assert_int_equal(edge_level(&b, far, b.g->admin_of[0]), LEVEL_NEVER);
    box_done(&b);
}

/* A person with roles at two tenants: whose the person is nobody knows. */
static void one_person_at_two_tenants(void **state)
{
    for (int same = 0; same < 2; same++) {
        struct box b;
        (void)state;
        three(&b);
        uint32_t x = role(&b, "AWSReservedSSO_a_1", "acme", NULL, NULL);
        uint32_t y = box_principal(&b, WORLD_ROLE, 1, "AWSReservedSSO_b_1", "beta", ALLOW("\"s3:GetObject\"", "\"*\""), NULL);
        b.w->assignments = arena_array_of(b.arena, struct world_assignment, 2);
        b.w->assignments[b.w->assignment_count++] = (struct world_assignment){.principal_id = STR("p-1"), .role = x};
        b.w->assignments[b.w->assignment_count++] = (struct world_assignment){.principal_id = same ? STR("p-1") : STR("p-2"), .account = 1, .role = y};
        box_prove(&b);
        assert_int_equal(edge_level(&b, x, y), same ? LEVEL_UNKNOWN : LEVEL_NEVER);
        assert_int_equal(box_verdict(&b, "acme", "beta"), same ? PROVE_UNKNOWN : PROVE_PROVED);
        const struct prove_cell *c = box_cell(&b, "acme", "beta");
        assert_true(same ? c && c->hop_count == 2 : !c);
        box_done(&b);
    }
}

#define WEB(account, sub) "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Federated\":\"arn:aws:iam::" account \
    ":oidc-provider/token.actions.githubusercontent.com\"},\"Action\":\"sts:AssumeRoleWithWebIdentity\",\"Condition\":{\"StringLike\":{" \
    "\"token.actions.githubusercontent.com:sub\":\"" sub "\"}}}]}"

static void provider(struct box *b, uint32_t account)
{
    b->w->principals[b->w->principal_count++] = (struct world_principal){.kind = WORLD_FEDERATED, .account = account,
        .arn = arena_printf(b->arena, "arn:aws:iam::%.*s:oidc-provider/token.actions.githubusercontent.com", STR_ARG(b->w->accounts[account].id)), .resource = WORLD_NONE, .tags_read = true};
}

/* The roles of two tenants trust tokens of one issuer: does one token open both? */
static enum prove_verdict with_tokens(const char *theirs)
{
    struct box b;
    three(&b);
    box_principal(&b, WORLD_ROLE, 0, "ci", "acme", NULL, WEB("111111111111", "repo:corp/acme-*:*"));
    box_principal(&b, WORLD_ROLE, 1, "ci", "beta", ALLOW("\"s3:GetObject\"", "\"*\""), theirs);
    provider(&b, 0);
    provider(&b, 1);
    box_prove(&b);
    enum prove_verdict out = box_verdict(&b, "acme", "beta");
    box_done(&b);
    return out;
}

static void one_token_for_two_tenants(void **state)
{
    (void)state;
    assert_int_equal(with_tokens(WEB("222222222222", "repo:corp/*")), PROVE_UNKNOWN);
    assert_int_equal(with_tokens(WEB("222222222222", "repo:corp/beta-*:*")), PROVE_PROVED);
}

/* Who meets a second factor here, and a lasting condition there, has both ways. */
static void what_needs_no_second_factor_is_kept(void **state)
{
    struct box b;
    (void)state;
    three(&b);
    uint32_t user = box_principal(&b, WORLD_USER, 0, "user", "acme", ALLOW("\"sts:AssumeRole\"", "\"*\""), NULL);
    uint32_t first = role(&b, "first", "acme", ALLOW("\"sts:AssumeRole\"", "\"*\""), TRUST("{\"AWS\":\"111111111111\"}", ""));
    uint32_t mid = role(&b, "mid", "acme", "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Resource\":\"*\","
                        "\"Condition\":{\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}}},{\"Effect\":\"Allow\",\"Action\":\"iam:UpdateAssumeRolePolicy\",\"Resource\":\"*\","
                        "\"Condition\":{\"DateLessThan\":{\"aws:CurrentTime\":\"2099-01-01T00:00:00Z\"}}}]}", TRUST("{\"AWS\":\"111111111111\"}", ""));
    uint32_t last = role(&b, "last", NULL, NULL, TRUST("{\"AWS\":\"111111111111\"}", ""));
    box_prove(&b);
    (void)user, (void)first;
    uint32_t chained = b.g->chained_of[mid];
    assert_true(chained != WORLD_NONE);
    bool found = false;
    for (uint32_t i = b.g->first_edge[chained]; i < b.g->first_edge[chained + 1]; i++)
        found |= b.g->nodes[b.g->edges[i].to].principal == last;
    assert_true(found);
    box_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_one_account_answers_for_all_bears_on_all),
        cmocka_unit_test(things_of_any_tenant_can_be_in_a_pooled_account),
        cmocka_unit_test(accounts_that_were_not_collected_can_hold_any_tenants_things),
        cmocka_unit_test(new_things_are_made_where_they_may_be),
        cmocka_unit_test(exempted_administrators_keep_their_own_ways),
        cmocka_unit_test(one_of_a_tenant_rules_the_policies_of_another),
        cmocka_unit_test(groups_that_one_is_not_in_or_that_have_no_inline_policy),
        cmocka_unit_test(boundaries_that_can_be_taken_off),
        cmocka_unit_test(roles_of_ones_own_making),
        cmocka_unit_test(accounts_that_act_for_the_organization),
        cmocka_unit_test(one_person_at_two_tenants),
        cmocka_unit_test(one_token_for_two_tenants),
        cmocka_unit_test(what_needs_no_second_factor_is_kept),
    };
    return cmocka_run_group_tests(tests, box_setup, box_teardown);
}
