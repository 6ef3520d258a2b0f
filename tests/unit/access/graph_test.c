#include "unit/prove/box.h"

static const char a1[] = "111111111111", a2[] = "222222222222";

#define SERVICE(name) TRUST("{\"Service\":\"" name "\"}", "")

static void begin(struct box *b)
{
    box_init(b, catalogue);
    box_account(b, a1, "acme");
    box_account(b, a2, "beta");
    box_tenant(b, "acme");
    box_tenant(b, "beta");
}

static uint32_t role(struct box *b, const char *name, const char *identity, const char *trust)
{
    return box_principal(b, WORLD_ROLE, 0, name, "acme", identity, trust);
}

static uint32_t admin_of(const struct box *b, uint32_t account) { return b->g->admin_of[account]; }

static void table_has_all_paths(void **state)
{
    struct box b;
    (void)state;
    begin(&b);
    box_prove(&b);
    uint32_t theirs = 0;
    for (uint32_t i = 0; i < b.g->path_count; i++) {
        const struct privilege_path *p = &b.g->paths[i];
        theirs += str_eqz(p->source, "pathfinding.cloud");
        for (uint32_t k = 0; k < p->need_count; k++)
            if (p->needs[k].index == WORLD_NONE)
                fail_msg("path %.*s: the catalogue has no action %.*s", STR_ARG(p->id), STR_ARG(p->needs[k].action));
    }
    assert_int_equal(theirs, 65);
    assert_true(b.g->path_count > 120);
    box_done(&b);
}

/* A role is passed to a service that it trusts, by one who can make the thing. */
static void passing_a_role(void **state)
{
    struct box b;
    (void)state;
    begin(&b);
    uint32_t maker = role(&b, "maker", ALLOW("[\"iam:PassRole\",\"lambda:CreateFunction\",\"lambda:InvokeFunction\"]", "\"*\""), NULL);
    uint32_t narrow = role(&b, "narrow", "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"iam:PassRole\",\"Resource\":\"*\","
                           "\"Condition\":{\"StringEquals\":{\"iam:PassedToService\":\"ec2.amazonaws.com\"}}},{\"Effect\":\"Allow\",\"Action\":\"lambda:*\",\"Resource\":\"*\"}]}", NULL);
    uint32_t passer = role(&b, "passer", ALLOW("\"iam:PassRole\"", "\"*\""), NULL);
    uint32_t named = role(&b, "named", "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"iam:PassRole\",\"Resource\":\"*\"},"
                          "{\"Effect\":\"Allow\",\"Action\":\"lambda:*\",\"Resource\":\"arn:aws:lambda:*:*:function:mine-*\"}]}", NULL);
    uint32_t user = box_principal(&b, WORLD_USER, 0, "vic", "acme", "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"iam:PassRole\",\"Resource\":\"*\"},"
                                  "{\"Effect\":\"Allow\",\"Action\":\"lambda:*\",\"Resource\":\"arn:aws:lambda:*:*:function:${aws:username}-*\"}]}", NULL);
    uint32_t regional = role(&b, "regional", NULL, SERVICE("lambda.eu-west-1.amazonaws.com"));
    uint32_t similar = role(&b, "similar", NULL, SERVICE("lambdax.amazonaws.com"));
    uint32_t power = role(&b, "power", NULL, SERVICE("lambda.amazonaws.com"));
    uint32_t other = role(&b, "other", NULL, SERVICE("glue.amazonaws.com"));
    uint32_t far = box_principal(&b, WORLD_ROLE, 1, "far", "beta", NULL, SERVICE("lambda.amazonaws.com"));
    box_prove(&b);
    assert_true(box_has_edge(&b, maker, power, "lambda-001"));
    assert_true(box_has_edge(&b, maker, regional, "lambda-001"));
    assert_false(box_has_edge(&b, maker, similar, "lambda-001"));
    assert_true(box_has_edge(&b, user, power, "lambda-001")); /* a name with a variable in it */
    assert_true(box_has_edge(&b, named, power, NULL));
    assert_false(box_has_edge(&b, maker, other, NULL));
    assert_false(box_has_edge(&b, narrow, power, NULL));
    assert_false(box_has_edge(&b, passer, power, NULL));
    assert_false(box_has_edge(&b, maker, far, NULL));
    box_done(&b);
}

static void taking_over_compute(void **state)
{
    struct box b;
    (void)state;
    begin(&b);
    uint32_t coder = role(&b, "coder", ALLOW("\"lambda:UpdateFunctionCode\"", "\"*\""), NULL);
    uint32_t pusher = role(&b, "pusher", ALLOW("\"ecr:*\"", "\"*\""), NULL);
    uint32_t shell = role(&b, "shell", ALLOW("\"ssm:StartSession\"", "\"*\""), NULL);
    uint32_t f = role(&b, "f", NULL, SERVICE("lambda.amazonaws.com")), task = role(&b, "task", NULL, SERVICE("ecs-tasks.amazonaws.com"));
    uint32_t host = role(&b, "host", NULL, SERVICE("ec2.amazonaws.com"));
    b.w->resources[box_resource(&b, 0, "AWS::Lambda::Function", STR("arn:aws:lambda:us-east-1:111111111111:function:f"), "acme")].role_arn = STR("arn:aws:iam::111111111111:role/f");
    b.w->resources[box_resource(&b, 0, "AWS::EC2::Instance", STR("arn:aws:ec2:us-east-1:111111111111:instance/i-1"), "acme")].role_arn = STR("arn:aws:iam::111111111111:role/host");
    /* In order of ARN already, so that the row of the repository stays what it is. */
    struct world *w = b.w;
    box_resource(&b, 0, "AWS::ECR::Repository", STR("arn:aws:ecr:us-east-1:111111111111:repository/app"), "acme");
    uint32_t definition = box_resource(&b, 0, "AWS::ECS::TaskDefinition", STR("arn:aws:ecs:us-east-1:111111111111:task-definition/app:1"), "acme");
    w->resources[definition].role_arn = STR("arn:aws:iam::111111111111:role/task");
    qsort(w->resources, w->resource_count, sizeof *w->resources, box_by_arn);
    for (uint32_t i = 0; i < w->resource_count; i++)
        for (uint32_t k = 0; k < w->resource_count; k++)
            if (str_eqz(w->resources[i].type, "AWS::ECS::TaskDefinition") && str_eqz(w->resources[k].type, "AWS::ECR::Repository"))
                w->resources[i].source = k;
    box_prove(&b);
    assert_true(box_has_edge(&b, coder, f, "lambda-003"));
    assert_true(box_has_edge(&b, pusher, task, "ecr-101"));
    assert_true(box_has_edge(&b, shell, host, "ssm-001"));
    assert_false(box_has_edge(&b, coder, task, NULL));
    assert_false(box_has_edge(&b, pusher, f, NULL));
    box_done(&b);
}

static void writing_policies(void **state)
{
    struct box b;
    (void)state;
    begin(&b);
    uint32_t self = role(&b, "self", ALLOW("\"iam:PutRolePolicy\"", "\"arn:aws:iam::111111111111:role/self\""), NULL);
    uint32_t bounded = role(&b, "bounded", ALLOW("\"iam:PutRolePolicy\"", "\"arn:aws:iam::111111111111:role/bounded\""), NULL);
    uint32_t other = role(&b, "other", ALLOW("\"iam:UpdateAssumeRolePolicy\"", "\"arn:aws:iam::111111111111:role/victim\""), NULL);
    uint32_t victim = role(&b, "victim", NULL, NULL), linked = role(&b, "linked", NULL, NULL);
    uint32_t versions = role(&b, "versions", ALLOW("\"iam:CreatePolicyVersion\"", "\"*\""), NULL);
    uint32_t admin = role(&b, "admin", ALLOW("\"*\"", "\"*\""), NULL);
    b.w->principals[versions].identity = box_set(&b, ALLOW("\"iam:CreatePolicyVersion\"", "\"*\""), STR("arn:aws:iam::111111111111:policy/mine"));
    b.w->principals[linked].service_linked = true;
    b.w->principals[bounded].has_boundary = true;
    b.w->principals[bounded].boundary = world_policy(b.w, STR(ALLOW("[\"s3:*\",\"iam:PutRolePolicy\"]", "\"*\"")), STR("arn:aws:iam::111111111111:policy/boundary"));
    box_bucket(&b, 0, "acme-data", "acme", NULL);
    box_prove(&b);
    assert_true(box_has_edge(&b, self, admin_of(&b, 0), "iam-005"));
    assert_false(box_has_edge(&b, bounded, admin_of(&b, 0), NULL));
    assert_true(box_has_edge(&b, bounded, b.g->any_policy_of[bounded], "iam-005"));
    assert_true(box_has_edge(&b, other, victim, "iam-012"));
    assert_false(box_has_edge(&b, other, self, NULL));
    assert_true(box_has_edge(&b, versions, admin_of(&b, 0), "iam-001"));
    assert_true(box_has_edge(&b, admin, admin_of(&b, 0), NULL));
    assert_true(box_has_edge(&b, admin_of(&b, 0), victim, NULL));
    assert_false(box_has_edge(&b, admin_of(&b, 0), linked, NULL));
    box_done(&b);
}

/* Tags of choice: by tagging oneself, and by session tags. */
static void choosing_tags(void **state)
{
    for (int may_tag = 0; may_tag < 2; may_tag++) {
        struct box b;
        (void)state;
        begin(&b);
        uint32_t app = role(&b, "app", may_tag ? "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"},"
                                                 "{\"Effect\":\"Allow\",\"Action\":\"iam:TagRole\",\"Resource\":\"arn:aws:iam::111111111111:role/app\"}]}"
                                               : ALLOW("\"s3:GetObject\"", "\"*\""), NULL);
        box_bucket(&b, 1, "beta-data", "beta",
                   "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111111111111\"},\"Action\":\"s3:GetObject\","
                   "\"Resource\":\"arn:aws:s3:::beta-data/*\",\"Condition\":{\"StringEquals\":{\"aws:PrincipalTag/tenant\":\"beta\"}}}]}");
        box_prove(&b);
        assert_int_equal(b.g->any_tag_of[app] != WORLD_NONE, may_tag);
        if (may_tag) {
            assert_true(box_has_edge(&b, app, b.g->any_tag_of[app], "iam-201"));
        }
        assert_int_equal(box_verdict(&b, "acme", "beta"), may_tag ? PROVE_VIOLATED : PROVE_PROVED);
        box_done(&b);
    }
}

/* The second factor is lost behind the first role. */
static void second_factor_is_lost(void **state)
{
    struct box b;
    (void)state;
    begin(&b);
    static const char mfa[] = ",\"Condition\":{\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}}";
    struct str trust = arena_printf(b.arena, TRUST("{\"AWS\":\"111111111111\"}", "%s"), mfa);
    uint32_t first = role(&b, "first", ALLOW("\"sts:AssumeRole\"", "\"*\""), TRUST("{\"AWS\":\"111111111111\"}", ""));
    uint32_t user = box_principal(&b, WORLD_USER, 0, "ann", "acme", ALLOW("\"sts:AssumeRole\"", "\"*\""), NULL);
    uint32_t guarded = role(&b, "guarded", NULL, trust.ptr);
    box_prove(&b);
    assert_true(box_has_edge(&b, user, first, "sts-001"));
    assert_true(box_has_edge(&b, user, guarded, "sts-001"));
    assert_true(b.g->chained_of[first] != WORLD_NONE);
    bool fresh = false, chained = false;
    for (uint32_t i = 0; i < b.g->edge_count; i++) {
        fresh |= b.g->edges[i].from == first && b.g->nodes[b.g->edges[i].to].principal == guarded;
        chained |= b.g->edges[i].from == b.g->chained_of[first] && b.g->nodes[b.g->edges[i].to].principal == guarded;
    }
    assert_true(fresh);
    assert_false(chained);
    box_done(&b);
}

/* A role for any repository of GitHub is anybody's; one for ours is not. */
static void open_identity_provider(void **state)
{
    static const char *const subjects[] = {"repo:*", "*", "repo:clinic/*", "repo:clinic/app:ref:refs/heads/main", NULL, "repo:clinic*"};
    for (int i = 0; i < 6; i++) { /* "clinic-evil" too can be registered */
        struct box b;
        (void)state;
        begin(&b);
        struct str condition = i == 4 ? STR("{\"StringEquals\":{\"token.actions.githubusercontent.com:aud\":\"sts.amazonaws.com\"}}")
            : arena_printf(b.arena, "{\"StringEquals\":{\"token.actions.githubusercontent.com:aud\":\"sts.amazonaws.com\"},"
                "\"StringLike\":{\"token.actions.githubusercontent.com:sub\":\"%s\"}}", subjects[i]);
        struct str trust = arena_printf(b.arena, "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
            "\"Principal\":{\"Federated\":\"arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com\"},"
                                        "\"Action\":\"sts:AssumeRoleWithWebIdentity\",\"Condition\":%.*s}]}", STR_ARG(condition));
        role(&b, "deploy", ALLOW("\"s3:*\"", "\"*\""), trust.ptr);
        box_bucket(&b, 0, "acme-data", "acme", NULL);
        b.w->principals[b.w->principal_count++] = (struct world_principal){.kind = WORLD_FEDERATED, .arn = STR("arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"),
            .account = 0, .tags_read = true, .resource = WORLD_NONE};
        box_prove(&b);
        assert_int_equal(box_verdict(&b, "(outside)", "acme"), i == 2 || i == 3 ? PROVE_PROVED : PROVE_VIOLATED);
        box_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_has_all_paths),   cmocka_unit_test(passing_a_role),        cmocka_unit_test(taking_over_compute),
        cmocka_unit_test(writing_policies),      cmocka_unit_test(choosing_tags),         cmocka_unit_test(second_factor_is_lost),
        cmocka_unit_test(open_identity_provider),
    };
    return cmocka_run_group_tests(tests, box_setup, box_teardown);
}
