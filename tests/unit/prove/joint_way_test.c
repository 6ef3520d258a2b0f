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

/* A gateway endpoint of S3 in ops' VPC: who runs code in a host there has it, by the route to the prefix list. */
static void gateway(struct duo *d, bool route)
{
    struct net_prefix_list *l = net_add_prefix_list(d->n);
    l->id = STR("pl-s3");
    l->name = STR("com.amazonaws.us-east-1.s3");
    l->owner = STR("AWS");
    l->read = true;
    struct net_prefix_entry *p = net_add_prefix_entry(d->n);
    p->list = d->n->prefix_lists_count - 1;
    p->range = town_range("52.216.0.0/15");
    struct net_endpoint *e = net_add_endpoint(d->n);
    e->id = STR("vpce-gw");
    e->service_name = STR("com.amazonaws.us-east-1.s3");
    e->kind = ENDPOINT_GATEWAY;
    e->vpc = d->vpc[OPS];
    e->account = OPS;
    e->list = d->n->prefix_lists_count - 1;
    e->aws = e->available = true;
    d->b.w->endpoints = arena_array_of(d->b.arena, struct world_endpoint, BOX_MAX);
    d->b.w->endpoints[d->b.w->endpoint_count++] = (struct world_endpoint){.id = e->id, .vpc = STR("vpc-o"), .service = e->service_name,
        .region = STR("us-east-1"), .account = OPS, .policy = world_policy(d->b.w, STR(FULL), e->id)};
    if (!route)
        return;
    uint32_t row = town_route(d->n, d->n->vpcs[d->vpc[OPS]].main_table, "52.216.0.0/15", TARGET_ENDPOINT, d->n->endpoints_count - 1, "vpce-gw");
    d->n->routes[row].list = d->n->prefix_lists_count - 1;
}

/* acme's role; a host of ops that acme opens a connection to, and what of the route and the way in is there. */
static void gateway_endpoint_of_a_host_of_others(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        bool route = i & 1, in = i & 2;
        struct duo d;
        begin(&d, LETS("111111111111", "\"StringEquals\":{\"aws:SourceVpce\":\"vpce-gw\"}"));
        duo_host(&d, OPS, "i-o", "10.3.0.10", NULL);
        gateway(&d, route);
        duo_peer(&d, ACME, OPS, "pcx-1");
        if (in)
            duo_admit(&d, OPS, 22, "10.1.0.0/16");
        duo_prove(&d);
        EXPECT_CELL(&d, "acme", "beta", route && in ? PROVE_VIOLATED : PROVE_PROVED);
        duo_done(&d);
    }
}

/* aws:VpcSourceIp alone: anybody can have a VPC of these addresses, with an endpoint. With the VPC it is who sits there. */
static void private_address(void **state)
{
    static const char *const conditions[] = {"\"IpAddress\":{\"aws:VpcSourceIp\":\"10.2.0.0/16\"}",
                                             "\"IpAddress\":{\"aws:VpcSourceIp\":\"10.2.0.0/16\"},\"StringEquals\":{\"aws:SourceVpc\":\"vpc-b\"}",
                                             "\"IpAddress\":{\"aws:VpcSourceIp\":\"10.1.0.0/16\"},\"StringEquals\":{\"aws:SourceVpc\":\"vpc-a\"}",
                                             "\"IpAddress\":{\"aws:VpcSourceIp\":\"10.9.0.0/16\"},\"StringEquals\":{\"aws:SourceVpc\":\"vpc-a\"}"};
    static const enum prove_verdict wanted[] = {PROVE_UNKNOWN, PROVE_PROVED, PROVE_VIOLATED, PROVE_UNKNOWN};
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct duo d;
        char policy[1024];
        (void)snprintf(policy, sizeof policy,
                       "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111111111111\"},\"Action\":\"s3:GetObject\","
                       "\"Resource\":\"arn:aws:s3:::beta-data/*\",\"Condition\":{%s}}]}", conditions[i]);
        begin(&d, policy);
        duo_endpoint(&d, BETA, "vpce-b", "10.2.0.20", FULL);
        duo_endpoint(&d, ACME, "vpce-a", "10.1.0.20", FULL);
        duo_prove(&d);
        EXPECT_CELL(&d, "acme", "beta", wanted[i]);
        duo_done(&d);
    }
}

/* Two buckets, each by an endpoint of its own; acme has the second. No right stands for another. */
static void each_right_hangs_on_its_own_way(void **state)
{
    struct duo d;
    (void)state;
    begin(&d, LETS("111111111111", "\"StringEquals\":{\"aws:SourceVpce\":\"vpce-b\"}"));
    box_bucket(&d.b, BETA, "beta-more", "beta",
               "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"111111111111\"},\"Action\":\"s3:GetObject\","
               "\"Resource\":\"arn:aws:s3:::beta-more/*\",\"Condition\":{\"StringEquals\":{\"aws:SourceVpce\":\"vpce-a\"}}}]}");
    duo_role(&d, ACME, "more", ALLOW("\"s3:GetObject\"", "\"*\""), EC2_TRUST);
    duo_endpoint(&d, BETA, "vpce-b", "10.2.0.20", FULL);
    duo_endpoint(&d, ACME, "vpce-a", "10.1.0.20", FULL);
    duo_prove(&d);
    EXPECT_CELL(&d, "acme", "beta", PROVE_VIOLATED);
    duo_done(&d);
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
        cmocka_unit_test(gateway_endpoint_of_a_host_of_others),
        cmocka_unit_test(private_address),
        cmocka_unit_test(each_right_hangs_on_its_own_way),
    };
    return cmocka_run_group_tests(tests, box_setup, box_teardown);
}
