/* Chains over hosts and roles: network then IAM, IAM then network. */
#include "unit/prove/joint_box.h"

static const char ops_reads_beta[] = LETS("arn:aws:iam::333333333333:role/ops", "\"Bool\":{\"aws:SecureTransport\":\"true\"}");

/* acme gets to the bastion of ops; it runs as a role that reads beta's bucket. */
static void bastion(struct duo *d, bool open)
{
    duo_init(d);
    duo_role(d, ACME, "app", NULL, EC2_TRUST);
    duo_role(d, OPS, "ops", READ_BETA, EC2_TRUST);
    box_bucket(&d->b, BETA, "beta-data", "beta", ops_reads_beta);
    duo_host(d, ACME, "i-a", "10.1.0.10", "app");
    duo_host(d, OPS, "i-bastion", "10.3.0.10", "ops");
    duo_host(d, BETA, "i-b", "10.2.0.10", NULL);
    duo_peer(d, ACME, OPS, "pcx-1");
    if (open)
        duo_admit(d, OPS, 22, "10.1.0.0/16");
}

static void declare_via(struct duo *d, const char *from, const char *to)
{
    char text[512];
    struct err e = {0};
    (void)snprintf(text, sizeof text,
                   "{\"tenants\":{\"acme\":{\"accounts\":[\"111111111111\"]},\"beta\":{\"accounts\":[\"222222222222\"]}},"
                   "\"shared\":{\"ops\":{\"accounts\":[\"333333333333\"],\"via\":[{\"from\":\"%s\",\"to\":\"%s\",\"reason\":\"so\"}]}}}", from, to);
    d->config = json_parse(d->b.arena, box_text(&d->b, text), 65536, &e);
    assert_non_null(d->config);
    d->b.w->via[d->b.w->via_count++] = (struct world_via){.shared = STR("ops"), .from = str_of(from), .to = str_of(to)};
}

static void host_of_others_whose_role_reads(void **state)
{
    (void)state;
    for (int open = 0; open < 2; open++) {
        struct duo d;
        bastion(&d, open);
        duo_prove(&d);
        assert_int_equal(box_verdict(&d.b, "acme", "beta"), PROVE_PROVED);
        assert_int_equal(box_verdict(&d.b, "(shared) ops", "beta"), PROVE_VIOLATED);
        EXPECT_CELL(&d, "acme", "beta", open ? PROVE_VIOLATED : PROVE_PROVED);
        EXPECT_CELL(&d, "beta", "acme", PROVE_PROVED);
        EXPECT_CELL(&d, "(outside)", "beta", PROVE_PROVED);
        duo_done(&d);
    }
}

static void hops_and_cuts_of_a_host_of_others(void **state)
{
    struct duo d;
    (void)state;
    bastion(&d, true);
    duo_prove(&d);
    const struct joint_cell *c = duo_cell(&d, "acme", "beta");
    assert_non_null(c);
    assert_true(str_eqz(c->layer, "both"));
    assert_int_equal(c->pivots, 1);
    assert_int_equal(c->hop_count, 3);
    assert_int_equal(c->hops[0].kind, JOINT_OPENS);
    assert_non_null(c->hops[0].witness);
    assert_true(str_eqz(c->hops[0].from, "i-a") || str_contains(c->hops[0].from, STR("i-a")));
    assert_int_equal(c->hops[1].kind, JOINT_RUNS_AS);
    assert_true(str_ends(c->hops[1].to, STR("role/ops")));
    assert_int_equal(c->hops[2].kind, JOINT_IAM);
    assert_non_null(c->hops[2].iam);
    assert_true(str_ends(c->hops[2].to, STR("beta-data")));
    bool network = false, role = false, policy = false;
    for (uint32_t i = 0; i < c->cut_count; i++) {
        network |= str_starts(c->cuts[i], STR("revoke "));
        role |= str_starts(c->cuts[i], STR("take the role"));
        policy |= str_starts(c->cuts[i], STR("remove statement"));
    }
    if (!network || !role || !policy)
        duo_print(&d);
    assert_true(network && role && policy);
    duo_done(&d);
}

/* The triple that `via` names, and one that it does not. */
static void shared_host_is_declared_or_a_violation(void **state)
{
    (void)state;
    for (int declared = 0; declared < 2; declared++) {
        struct duo d;
        bastion(&d, true);
        if (declared)
            declare_via(&d, "acme", "beta");
        else
            declare_via(&d, "beta", "acme");
        duo_prove(&d);
        EXPECT_CELL(&d, "acme", "beta", declared ? PROVE_DECLARED : PROVE_VIOLATED);
        duo_done(&d);
    }
}

/* A session of ops, declared, on a host of acme whose role reads beta's bucket: no connection leads there, unless a host of ops opens one. */
static void what_is_controlled_by_iam_is_no_connection(void **state)
{
    (void)state;
    for (int open = 0; open < 2; open++) {
        struct duo d;
        duo_init(&d);
        duo_role(&d, OPS, "session", ALLOW("\"ssm:StartSession\"", "\"*\""), EC2_TRUST);
        struct world_principal *reader = &d.b.w->principals[duo_role(&d, OPS, "ops", READ_BETA, EC2_TRUST)];
        reader->shared = false;
        reader->tenant = STR("acme");
        box_bucket(&d.b, BETA, "beta-data", "beta", ops_reads_beta);
        duo_host(&d, OPS, "i-acme", "10.3.0.10", "ops");
        d.n->things[d.n->things_count - 1].shared = d.b.w->resources[d.b.w->resource_count - 1].shared = false;
        d.n->things[d.n->things_count - 1].tenant = d.b.w->resources[d.b.w->resource_count - 1].tenant = STR("acme");
        duo_host(&d, OPS, "i-ops", "10.3.0.11", NULL);
        if (open)
            duo_admit(&d, OPS, 22, "10.3.0.0/16");
        declare_via(&d, "acme", "beta");
        duo_prove(&d);
        EXPECT_CELL(&d, "acme", "beta", PROVE_VIOLATED);
        EXPECT_CELL(&d, "(shared) ops", "beta", open ? PROVE_VIOLATED : PROVE_DECLARED);
        duo_done(&d);
    }
}

/* Own hosts of the object: that acme gets there is the network half's; where that is declared, it is declared. */
static void hosts_of_the_object_are_the_network_halfs(void **state)
{
    (void)state;
    for (int declared = 0; declared < 2; declared++) {
        struct duo d;
        struct err e = {0};
        duo_init(&d);
        duo_role(&d, BETA, "app", READ_BETA, EC2_TRUST);
        box_bucket(&d.b, BETA, "beta-data", "beta", NULL);
        duo_host(&d, ACME, "i-a", "10.1.0.10", NULL);
        duo_host(&d, BETA, "i-b", "10.2.0.10", "app");
        duo_peer(&d, ACME, BETA, "pcx-1");
        duo_admit(&d, BETA, 22, "10.1.0.0/16");
        if (declared)
            d.config = json_parse(d.b.arena, STR("{\"tenants\":{\"acme\":{\"accounts\":[\"111111111111\"]},\"beta\":{\"accounts\":[\"222222222222\"]}},"
                                                 "\"shared\":{\"ops\":{\"accounts\":[\"333333333333\"]}},"
                                                 "\"peering\":[{\"from\":\"acme\",\"to\":\"beta\",\"reason\":\"so\"}]}"), 65536, &e);
        duo_prove(&d);
        EXPECT_CELL(&d, "acme", "beta", declared ? PROVE_DECLARED : PROVE_VIOLATED);
        assert_true(str_eqz(duo_cell(&d, "acme", "beta")->layer, "network"));
        duo_done(&d);
    }
}

/* acme's role opens a session on a host of ops, which sits beside beta's database; the host has no role. */
static void session_on_a_host_beside_a_database(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        bool session = i > 0, peered = i > 1;
        struct duo d;
        duo_init(&d);
        duo_role(&d, ACME, "app", NULL, EC2_TRUST);
        duo_role(&d, OPS, "session", session ? ALLOW("\"ssm:StartSession\"", "\"*\"") : NULL, TRUST("{\"AWS\":\"arn:aws:iam::111111111111:role/in\"}", ""));
        duo_role(&d, ACME, "in", ALLOW("\"sts:AssumeRole\"", "\"*\""), EC2_TRUST);
        box_bucket(&d.b, BETA, "beta-data", "beta", NULL);
        duo_host(&d, ACME, "i-a", "10.1.0.10", "app");
        duo_host(&d, OPS, "i-ops", "10.3.0.10", NULL);
        duo_store(&d, BETA, "db-b", "10.2.0.30");
        if (peered)
            duo_peer(&d, OPS, BETA, "pcx-1");
        duo_admit(&d, BETA, 5432, "10.3.0.0/16");
        duo_prove(&d);
        EXPECT_CELL(&d, "acme", "beta", session && peered ? PROVE_VIOLATED : PROVE_PROVED);
        assert_int_equal(d.half->verdicts[(size_t)box_label(&d.b, "acme") * d.b.p->labels.count + box_label(&d.b, "beta")], PROVE_PROVED);
        if (session && peered) {
            const struct joint_cell *c = duo_cell(&d, "acme", "beta");
            assert_true(str_eqz(c->layer, "both"));
            assert_int_equal(c->hops[c->hop_count - 1].kind, JOINT_OPENS);
            assert_true(str_contains(c->hops[c->hop_count - 1].to, STR("db-b")));
            assert_non_null(c->hops[c->hop_count - 1].witness);
            assert_int_equal(c->pivots, 1);
        }
        duo_done(&d);
    }
}

#define FUNCTION_LETS(action)                                                                                                                  \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111111111111:role/app\"},"           \
    "\"Action\":\"lambda:" action "\",\"Resource\":\"arn:aws:lambda:us-east-1:333333333333:function:fn\"}]}"

/* A shared principal that may reach beta by `via` takes over beta's host: it, and who is it, are declared; others are not. */
static void declared_principal_that_takes_over_a_host(void **state)
{
    (void)state;
    for (int declared = 0; declared < 2; declared++) {
        struct duo d;
        duo_init(&d);
        duo_role(&d, ACME, "app", ALLOW("\"sts:AssumeRole\"", "\"*\""), EC2_TRUST);
        duo_role(&d, OPS, "ops", ALLOW("\"sts:AssumeRole\"", "\"*\""), TRUST("{\"AWS\":\"arn:aws:iam::111111111111:role/app\"}", ""));
        duo_role(&d, BETA, "session", ALLOW("\"ssm:StartSession\"", "\"*\""), TRUST("{\"AWS\":\"arn:aws:iam::333333333333:role/ops\"}", ""));
        box_bucket(&d.b, BETA, "beta-data", "beta", NULL);
        duo_host(&d, BETA, "i-b", "10.2.0.10", NULL);
        if (declared)
            declare_via(&d, "acme", "beta");
        duo_prove(&d);
        EXPECT_CELL(&d, "acme", "beta", declared ? PROVE_DECLARED : PROVE_VIOLATED);
        EXPECT_CELL(&d, "(shared) ops", "beta", declared ? PROVE_DECLARED : PROVE_VIOLATED);
        duo_done(&d);
    }
}

/* By the code of a function that is attached to the VPC of ops; its role has no right of its own. */
static void code_of_a_function_beside_a_database(void **state)
{
    (void)state;
    for (int update = 0; update < 2; update++) {
        struct duo d;
        duo_init(&d);
        duo_role(&d, ACME, "app", ALLOW("\"lambda:*\"", "\"*\""), EC2_TRUST);
        duo_role(&d, OPS, "fn", NULL, TRUST("{\"Service\":\"lambda.amazonaws.com\"}", ""));
        box_bucket(&d.b, BETA, "beta-data", "beta", NULL);
        duo_store(&d, BETA, "db-b", "10.2.0.30");
        uint32_t eni = duo_host(&d, OPS, "fn", "10.3.0.10", "fn");
        struct net_thing *t = &d.n->things[d.n->things_count - 1];
        struct world_resource *r = &d.b.w->resources[d.b.w->resource_count - 1];
        d.n->enis[eni].receives = false;
        t->kind = THING_FUNCTION;
        t->arn = r->arn = STR("arn:aws:lambda:us-east-1:333333333333:function:fn");
        t->type = r->type = STR("AWS::Lambda::Function");
        r->has_policy = true;
        r->policy = world_policy(d.b.w, box_text(&d.b, update ? FUNCTION_LETS("UpdateFunctionCode") : FUNCTION_LETS("GetFunction")), STR("ResourcePolicy"));
        duo_peer(&d, OPS, BETA, "pcx-1");
        duo_admit(&d, BETA, 5432, "10.3.0.0/16");
        duo_prove(&d);
        EXPECT_CELL(&d, "acme", "beta", update ? PROVE_VIOLATED : PROVE_PROVED);
        duo_done(&d);
    }
}

/* Network, IAM, network: acme -> bastion of ops, whose role opens a session on a host that nobody else gets to, beside beta. */
static void back_and_forth(void **state)
{
    struct duo d;
    (void)state;
    duo_init(&d);
    uint32_t hidden = town_group(d.n, d.vpc[OPS], "sg-hidden");
    town_open_egress(d.n, hidden);
    duo_role(&d, ACME, "app", NULL, EC2_TRUST);
    duo_role(&d, OPS, "ops", ALLOW("\"ssm:StartSession\"", "\"*\""), EC2_TRUST);
    box_bucket(&d.b, BETA, "beta-data", "beta", NULL);
    duo_host(&d, ACME, "i-a", "10.1.0.10", "app");
    duo_host(&d, OPS, "i-bastion", "10.3.0.10", "ops");
    duo_host(&d, OPS, "i-inner", "10.3.0.11", NULL);
    d.n->eni_groups[d.n->eni_groups_count - 1].group = hidden;
    duo_store(&d, BETA, "db-b", "10.2.0.30");
    duo_peer(&d, ACME, OPS, "pcx-1");
    duo_peer(&d, OPS, BETA, "pcx-2");
    duo_admit(&d, OPS, 22, "10.1.0.0/16");
    duo_admit(&d, BETA, 5432, "10.3.0.11/32");
    duo_prove(&d);
    EXPECT_CELL(&d, "acme", "beta", PROVE_VIOLATED);
    const struct joint_cell *c = duo_cell(&d, "acme", "beta");
    if (c->hop_count != 4)
        duo_print(&d);
    assert_int_equal(c->hop_count, 4);
    assert_int_equal(c->hops[0].kind, JOINT_OPENS);
    assert_int_equal(c->hops[1].kind, JOINT_RUNS_AS);
    assert_int_equal(c->hops[2].kind, JOINT_IAM);
    assert_int_equal(c->hops[3].kind, JOINT_OPENS);
    duo_done(&d);
}

/* A connection that is not known to open: neither a violation nor a proof. */
static void unread_group_is_unknown(void **state)
{
    struct duo d;
    (void)state;
    bastion(&d, false);
    d.n->groups[d.group[OPS]].ingress_read = false;
    duo_prove(&d);
    EXPECT_CELL(&d, "acme", "beta", PROVE_UNKNOWN);
    duo_done(&d);
}

/* Facts of either half that are missing leave no cell greener than that half has it. */
static void never_greener_than_a_half(void **state)
{
    static const enum prove_verdict ranks[] = {PROVE_PROVED, PROVE_DECLARED, PROVE_UNKNOWN, PROVE_VIOLATED};
    (void)state;
    for (int i = 0; i < 6; i++) {
        struct duo d;
        bastion(&d, i & 1);
        if (i / 2 == 1) {
            struct net_gap *gap = net_add_gap(d.n);
            gap->op = STR("ec2:DescribeSecurityGroups");
            gap->why = STR("access denied");
        }
        if (i / 2 == 2)
            d.b.w->gaps[d.b.w->gap_count++] = (struct world_gap){.op = STR("iam:ListRoles"), .why = STR("access denied")};
        duo_prove(&d);
        uint32_t n = d.b.p->labels.count;
        for (uint32_t c = 0; c < n * n; c++) {
            int joint = 0, iam = 0, network = 0;
            for (int r = 0; r < 4; r++) {
                joint = d.j->verdicts[c] == ranks[r] ? r : joint;
                iam = d.b.p->verdicts[c] == ranks[r] ? r : iam;
                network = d.half->verdicts[c] == ranks[r] ? r : network;
            }
            assert_true(c / n == c % n || (joint >= network && joint >= iam));
        }
        if (i / 2)
            assert_int_not_equal(duo_verdict(&d, "beta", "acme"), PROVE_PROVED);
        duo_done(&d);
    }
}

/* What the other half makes untrue is not printed; each such line is one of the IAM half's. */
static void assumptions_of_both(void **state)
{
    struct duo d;
    struct prove_assumption *iam, *network, *own, *both;
    (void)state;
    bastion(&d, false);
    duo_prove(&d);
    uint32_t counts[] = {prove_assumptions(d.b.arena, &iam), net_assumptions(d.half, &network), prove_assumptions_of(d.b.arena, "data/net/joint.tsv", &own)};
    uint32_t count = joint_assumptions(d.j, &both), replaced = 0;
    for (uint32_t i = 0; i < counts[2]; i++)
        replaced += str_eqz(own[i].kind, "replaced");
    assert_int_equal(replaced, 2);
    assert_int_equal(count, counts[0] + counts[1] + counts[2] - 2 * replaced);
    duo_done(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_of_others_whose_role_reads),
        cmocka_unit_test(hops_and_cuts_of_a_host_of_others),
        cmocka_unit_test(shared_host_is_declared_or_a_violation),
        cmocka_unit_test(what_is_controlled_by_iam_is_no_connection),
        cmocka_unit_test(hosts_of_the_object_are_the_network_halfs),
        cmocka_unit_test(session_on_a_host_beside_a_database),
        cmocka_unit_test(declared_principal_that_takes_over_a_host),
        cmocka_unit_test(code_of_a_function_beside_a_database),
        cmocka_unit_test(back_and_forth),
        cmocka_unit_test(unread_group_is_unknown),
        cmocka_unit_test(never_greener_than_a_half),
        cmocka_unit_test(assumptions_of_both),
    };
    return cmocka_run_group_tests(tests, box_setup, box_teardown);
}
