/* Conditions on the way that a call takes: which subject has such a way. */
#include "unit/prove/joint_box.h"

/* acme's role reads beta's bucket where `condition` lets it. */
static void begin(struct duo *d, const char *policy)
{
    duo_init(d);
    duo_role(d, ACME, "app", READ_BETA, EC2_TRUST);
    duo_role(d, BETA, "app", READ_BETA, EC2_TRUST);
    box_bucket(&d->b, BETA, "beta-data", "beta", policy);
    duo_host(d, ACME, "i-a", "10.1.0.10", "app");
    duo_host(d, BETA, "i-b", "10.2.0.10", NULL);
}

/* beta's interface endpoint: acme gets to it over a peering, or does not. */
static void endpoint_that_the_policy_names(void **state)
{
    (void)state;
    for (int open = 0; open < 2; open++) {
        struct duo d;
        begin(&d, LETS("111111111111", "\"StringEquals\":{\"aws:SourceVpce\":\"vpce-b\"}"));
        duo_endpoint(&d, BETA, "vpce-b", "10.2.0.20", FULL);
        if (open) {
            duo_peer(&d, ACME, BETA, "pcx-1");
            duo_admit(&d, BETA, 443, "10.1.0.0/16");
        }
        duo_prove(&d);
        assert_int_equal(box_verdict(&d.b, "acme", "beta"), PROVE_UNKNOWN);
        EXPECT_CELL(&d, "acme", "beta", open ? PROVE_VIOLATED : PROVE_PROVED);
        assert_int_equal(d.j->decided_network, 1);
        duo_done(&d);
    }
}

static void witness_of_an_endpoint(void **state)
{
    struct duo d;
    (void)state;
    begin(&d, LETS("111111111111", "\"StringEquals\":{\"aws:SourceVpce\":\"vpce-o\"}"));
    duo_endpoint(&d, OPS, "vpce-o", "10.3.0.20", FULL);
    duo_peer(&d, ACME, OPS, "pcx-1");
    duo_admit(&d, OPS, 443, "10.1.0.0/16");
    duo_prove(&d);
    EXPECT_CELL(&d, "acme", "beta", PROVE_VIOLATED);
    const struct joint_cell *c = duo_cell(&d, "acme", "beta");
    assert_true(str_eqz(c->layer, "both"));
    assert_int_equal(c->hop_count, 2);
    assert_int_equal(c->hops[0].kind, JOINT_OPENS);
    assert_true(str_eqz(c->hops[0].to, "vpce-o"));
    assert_int_equal(c->hops[1].kind, JOINT_IAM);
    assert_true(str_contains(c->reason, STR("through vpce-o")));
    assert_true(c->cut_count >= 1);
    duo_done(&d);
}

/* The endpoint's own policy lets no other's role, or another bucket only. */
static void policy_of_the_endpoint(void **state)
{
    static const char other[] = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:*\","
                                "\"Resource\":\"arn:aws:s3:::other/*\"}]}";
    static const char part[] = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:*\","
                               "\"Resource\":\"arn:aws:s3:::beta-data/x*\"}]}";
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct duo d;
        begin(&d, LETS("111111111111", "\"StringEquals\":{\"aws:SourceVpce\":\"vpce-o\"}"));
        duo_endpoint(&d, OPS, "vpce-o", "10.3.0.20", i ? part : other);
        duo_peer(&d, ACME, OPS, "pcx-1");
        duo_admit(&d, OPS, 443, "10.1.0.0/16");
        duo_prove(&d);
        EXPECT_CELL(&d, "acme", "beta", i ? PROVE_VIOLATED : PROVE_PROVED);
        duo_done(&d);
    }
}

static void endpoint_or_vpc_that_was_not_read_is_unknown(void **state)
{
    static const char *const conditions[] = {"\"StringEquals\":{\"aws:SourceVpce\":\"vpce-nobody\"}", "\"StringEquals\":{\"aws:SourceVpc\":\"vpc-nobody\"}"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct duo d;
        char policy[1024];
        (void)snprintf(policy, sizeof policy,
                       "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111111111111\"},\"Action\":\"s3:GetObject\","
                       "\"Resource\":\"arn:aws:s3:::beta-data/*\",\"Condition\":{%s}}]}", conditions[i]);
        begin(&d, policy);
        duo_prove(&d);
        EXPECT_CELL(&d, "acme", "beta", PROVE_UNKNOWN);
        duo_done(&d);
    }
}

/* A VPC that is known, and all endpoints of its account: acme sits elsewhere. Its own it has. */
static void vpc_that_the_policy_names(void **state)
{
    (void)state;
    for (int own = 0; own < 2; own++) {
        struct duo d;
        begin(&d, own ? LETS("111111111111", "\"StringEquals\":{\"aws:SourceVpc\":\"vpc-a\"}")
                      : LETS("111111111111", "\"StringEquals\":{\"aws:SourceVpc\":\"vpc-b\"}"));
        duo_endpoint(&d, BETA, "vpce-b", "10.2.0.20", FULL);
        duo_endpoint(&d, ACME, "vpce-a", "10.1.0.20", FULL);
        duo_prove(&d);
        EXPECT_CELL(&d, "acme", "beta", own ? PROVE_VIOLATED : PROVE_PROVED);
        duo_done(&d);
    }
}

/* Calls through it are denied that do not come by beta's: then the endpoints of a third account say nothing. */
static void nothing_is_proved_while_endpoints_are_not_read(void **state)
{
    struct duo d;
    (void)state;
    begin(&d, LETS("111111111111", "\"StringEquals\":{\"aws:SourceVpc\":\"vpc-b\"}"));
    struct net_gap *gap = net_add_gap(d.n);
    gap->op = STR("ec2:DescribeVpcEndpoints");
    gap->account = STR("222222222222");
    gap->why = STR("access denied");
    duo_prove(&d);
    EXPECT_CELL(&d, "acme", "beta", PROVE_UNKNOWN);
    duo_done(&d);
}

static void address_of_an_office_is_unknown(void **state)
{
    struct duo d;
    (void)state;
    begin(&d, LETS("111111111111", "\"IpAddress\":{\"aws:SourceIp\":\"203.0.113.0/24\"}"));
    duo_prove(&d);
    EXPECT_CELL(&d, "acme", "beta", PROVE_UNKNOWN);
    assert_true(str_contains(duo_cell(&d, "acme", "beta")->reason, STR("who sits there is not known")));
    duo_done(&d);
}

static void wide_range_is_anybodys(void **state)
{
    static const char *const conditions[] = {"\"IpAddress\":{\"aws:SourceIp\":\"0.0.0.0/0\"}", "\"NotIpAddress\":{\"aws:SourceIp\":\"203.0.113.0/24\"}"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct duo d;
        char policy[1024];
        (void)snprintf(policy, sizeof policy,
                       "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111111111111\"},\"Action\":\"s3:GetObject\","
                       "\"Resource\":\"arn:aws:s3:::beta-data/*\",\"Condition\":{%s}}]}", conditions[i]);
        begin(&d, policy);
        duo_prove(&d);
        EXPECT_CELL(&d, "acme", "beta", PROVE_VIOLATED);
        duo_done(&d);
    }
}

/* The public address of a host: acme's own, or beta's (who sits there is known: not acme). */
static void address_of_a_known_host(void **state)
{
    (void)state;
    for (int own = 0; own < 2; own++) {
        struct duo d;
        begin(&d, own ? LETS("111111111111", "\"IpAddress\":{\"aws:SourceIp\":\"54.1.2.3/32\"}")
                      : LETS("111111111111", "\"IpAddress\":{\"aws:SourceIp\":\"54.1.2.4/32\"}"));
        for (int i = 0; i < 2; i++) {
            uint32_t igw = town_igw(d.n, d.vpc[i], i ? "igw-b" : "igw-a");
            town_route(d.n, d.n->vpcs[d.vpc[i]].main_table, "0.0.0.0/0", TARGET_IGW, igw, i ? "igw-b" : "igw-a");
            for (uint32_t a = 0; a < d.n->addresses_count; a++)
                if (d.n->enis[d.n->addresses[a].eni].vpc == d.vpc[i])
                    d.n->addresses[a].public_ip = town_ip(i ? "54.1.2.4" : "54.1.2.3");
        }
        duo_prove(&d);
        EXPECT_CELL(&d, "acme", "beta", own ? PROVE_VIOLATED : PROVE_PROVED);
        duo_done(&d);
    }
}

/* A role of beta's that acme may assume from beta's endpoint only: the chain hangs on the network, not its end. */
static void role_that_is_assumed_through_an_endpoint(void **state)
{
    (void)state;
    for (int open = 0; open < 2; open++) {
        struct duo d;
        duo_init(&d);
        duo_role(&d, ACME, "app", ALLOW("\"sts:AssumeRole\"", "\"*\""), EC2_TRUST);
        duo_role(&d, BETA, "in", READ_BETA,
                 TRUST("{\"AWS\":\"arn:aws:iam::111111111111:role/app\"}", ",\"Condition\":{\"StringEquals\":{\"aws:SourceVpce\":\"vpce-b\"}}"));
        box_bucket(&d.b, BETA, "beta-data", "beta", NULL);
        duo_host(&d, ACME, "i-a", "10.1.0.10", "app");
        duo_endpoint(&d, BETA, "vpce-b", "10.2.0.20", FULL);
        d.n->endpoints[0].service_name = d.b.w->endpoints[0].service = STR("com.amazonaws.us-east-1.sts");
        if (open) {
            duo_peer(&d, ACME, BETA, "pcx-1");
            duo_admit(&d, BETA, 443, "10.1.0.0/16");
        }
        duo_prove(&d);
        assert_int_equal(box_verdict(&d.b, "acme", "beta"), PROVE_UNKNOWN);
        EXPECT_CELL(&d, "acme", "beta", open ? PROVE_VIOLATED : PROVE_PROVED);
        duo_done(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endpoint_that_the_policy_names),
        cmocka_unit_test(witness_of_an_endpoint),
        cmocka_unit_test(policy_of_the_endpoint),
        cmocka_unit_test(endpoint_or_vpc_that_was_not_read_is_unknown),
        cmocka_unit_test(vpc_that_the_policy_names),
        cmocka_unit_test(nothing_is_proved_while_endpoints_are_not_read),
        cmocka_unit_test(address_of_an_office_is_unknown),
        cmocka_unit_test(wide_range_is_anybodys),
        cmocka_unit_test(address_of_a_known_host),
        cmocka_unit_test(role_that_is_assumed_through_an_endpoint),
    };
    return cmocka_run_group_tests(tests, box_setup, box_teardown);
}
