/* The network half of the proof on networks by hand: who is joined by what, what is declared, what is not known. */
#include "unit/prove/net_box.h"

#define TENANTS "\"tenants\":{\"x\":{},\"y\":{}}"
static const char *const two = "{" TENANTS "}";

static void test_nothing_joins_them(void **state)
{
    struct net_box b;
    (void)state;
    net_box_init(&b, two);
    struct net_pair p = net_box_pair(&b);
    town_rule(b.n, p.y_group, false, NET_ANY_PROTOCOL, 0, 65535, "0.0.0.0/0", NET_NONE);
    town_host(b.n, p.x_subnet, "i-x", "10.1.1.4", NULL, p.x_group, "x");
    town_host(b.n, p.y_subnet, "i-y", "10.2.1.4", NULL, p.y_group, "y");
    net_box_prove(&b);
    net_box_says(&b, "x", "y", PROVE_PROVED, NET_WORD_NONE);
    net_box_says(&b, "y", "x", PROVE_PROVED, NET_WORD_NONE);
    net_box_says(&b, "(outside)", "y", PROVE_PROVED, NET_WORD_NONE);
    assert_int_equal(net_half_overall(b.h), PROVE_PROVED);
    net_box_done(&b);
}

/* x reaches tcp 5432 of y's database by a peering; cutting any of what is told closes it. */
static void test_peering(void **state)
{
    struct net_box b;
    (void)state;
    net_box_init(&b, two);
    struct net_pair p = net_box_pair(&b);
    net_box_peer(&b, p.x, "10.1.0.0/16", p.y, "10.2.0.0/16", "pcx-1");
    town_rule(b.n, p.y_group, false, NET_TCP, 5432, 5432, "10.1.0.0/16", NET_NONE);
    town_host(b.n, p.x_subnet, "i-x", "10.1.1.4", NULL, p.x_group, "x");
    uint32_t db = town_host(b.n, p.y_subnet, "db-y", "10.2.1.4", NULL, p.y_group, "y");
    net_box_store(&b, db);
    net_box_prove(&b);
    net_box_says(&b, "x", "y", PROVE_VIOLATED, NET_WORD_DIRECT);
    net_box_says(&b, "y", "x", PROVE_PROVED, NET_WORD_NONE);
    const struct net_cell told = net_box_told(&b, "x", "y"), *c = &told;
    assert_int_equal(c->things, 1);
    assert_int_equal(c->stores, 1);
    assert_int_equal(c->witness_count, 1);
    assert_int_equal(net_box_flow(c, 0).dport, 5432);
    assert_true(net_box_cuts(&b, "x", "y", "pcx-1"));
    assert_true(net_box_cuts(&b, "x", "y", "revoke"));
    assert_true(net_box_cuts(&b, "x", "y", "delete-route"));
    struct str again = net_replay(b.a, b.h, &c->witnesses[0]);
    assert_true(str_starts(again, STR("ward path eni-i-x db-y --proto tcp --dport 5432")));
    net_box_done(&b);
}

/* Without a route back the packet arrives and the answer does not. */
static void test_one_way(void **state)
{
    struct net_box b;
    (void)state;
    net_box_init(&b, two);
    struct net_pair p = net_box_pair(&b);
    uint32_t pcx = town_peering(b.n, p.x, p.y, "pcx-1");
    town_route(b.n, b.n->vpcs[p.x].main_table, "10.2.0.0/16", TARGET_PEERING, pcx, "pcx-1");
    town_rule(b.n, p.y_group, false, NET_UDP, 53, 53, "10.1.0.0/16", NET_NONE);
    town_host(b.n, p.x_subnet, "i-x", "10.1.1.4", NULL, p.x_group, "x");
    town_host(b.n, p.y_subnet, "i-y", "10.2.1.4", NULL, p.y_group, "y");
    net_box_prove(&b);
    net_box_says(&b, "x", "y", PROVE_VIOLATED, NET_WORD_ONE_WAY);
    net_box_done(&b);
}

static uint32_t attach(struct net *n, uint32_t tgw, uint32_t vpc, uint32_t subnet, uint32_t table, const char *id)
{
    struct net_attachment *t = net_add_attachment(n);
    t->id = str_of(id);
    t->tgw = tgw;
    t->kind = ATTACHMENT_VPC;
    t->target = vpc;
    t->available = t->ipv6 = t->table_read = true;
    t->table = table;
    struct net_attachment_subnet *s = net_add_attachment_subnet(n);
    s->attachment = n->attachments_count - 1;
    s->subnet = subnet;
    return n->attachments_count - 1;
}

static void propagate(struct net *n, uint32_t table, uint32_t attachment, const char *cidr)
{
    struct net_tgw_route *r = net_add_tgw_route(n);
    r->table = table;
    r->attachment = attachment;
    r->range = town_range(cidr);
    r->propagated = true;
}

/* The default table of a transit gateway joins all that is attached. */
static uint32_t join_by_tgw(struct net_box *b, const struct net_pair *p)
{
    struct net_tgw *g = net_add_tgw(b->n);
    g->id = STR("tgw-1");
    g->region = STR("us-east-1");
    g->collected = true;
    struct net_tgw_table *t = net_add_tgw_table(b->n);
    t->id = STR("tgw-rtb-1");
    t->tgw = 0;
    t->read = true;
    propagate(b->n, 0, attach(b->n, 0, p->x, p->x_subnet, 0, "tgw-attach-x"), "10.1.0.0/16");
    propagate(b->n, 0, attach(b->n, 0, p->y, p->y_subnet, 0, "tgw-attach-y"), "10.2.0.0/16");
    town_route(b->n, b->n->vpcs[p->x].main_table, "10.0.0.0/8", TARGET_TGW, 0, "tgw-1");
    town_route(b->n, b->n->vpcs[p->y].main_table, "10.0.0.0/8", TARGET_TGW, 0, "tgw-1");
    return 0;
}

static void test_transit_gateway(void **state)
{
    (void)state;
    for (int read = 0; read < 2; read++) {
        struct net_box b;
        net_box_init(&b, two);
        struct net_pair p = net_box_pair(&b);
        uint32_t table = join_by_tgw(&b, &p);
        town_rule(b.n, p.y_group, false, NET_TCP, 443, 443, "10.0.0.0/8", NET_NONE);
        town_host(b.n, p.x_subnet, "i-x", "10.1.1.4", NULL, p.x_group, "x");
        town_host(b.n, p.y_subnet, "i-y", "10.2.1.4", NULL, p.y_group, "y");
        if (!read) {
            b.n->tgw_tables[table].read = false;
            b.n->tgw_routes_count = 0;
        }
        net_box_prove(&b);
        if (read) {
            net_box_says(&b, "x", "y", PROVE_VIOLATED, NET_WORD_DIRECT);
            assert_true(net_box_cuts(&b, "x", "y", "disable-transit-gateway-route-table-propagation"));
        } else {
            net_box_says(&b, "x", "y", PROVE_UNKNOWN, NET_WORD_UNKNOWN);
            assert_int_equal(b.h->missing_count, 1); /* the table; it bears on the cells that need it only */
            net_box_says(&b, "(outside)", "y", PROVE_PROVED, NET_WORD_NONE);
        }
        net_box_done(&b);
    }
}

static void give_internet(struct net_box *b, uint32_t vpc, const char *id)
{
    uint32_t igw = town_igw(b->n, vpc, id);
    town_route(b->n, b->n->vpcs[vpc].main_table, "0.0.0.0/0", TARGET_IGW, igw, id);
}

/* By y's public address: open to all is the Internet's cell, and x's own by a hairpin; open to x's public address is x's alone. */
static void test_internet(void **state)
{
    (void)state;
    for (int all = 0; all < 2; all++) {
        struct net_box b;
        net_box_init(&b, two);
        struct net_pair p = net_box_pair(&b);
        give_internet(&b, p.x, "igw-x");
        give_internet(&b, p.y, "igw-y");
        town_rule(b.n, p.y_group, false, NET_TCP, 443, 443, all ? "0.0.0.0/0" : "52.0.0.4/32", NET_NONE);
        town_host(b.n, p.x_subnet, "i-x", "10.1.1.4", "52.0.0.4", p.x_group, "x");
        town_host(b.n, p.y_subnet, "i-y", "10.2.1.4", "52.0.0.5", p.y_group, "y");
        net_box_prove(&b);
        net_box_says(&b, "x", "y", PROVE_VIOLATED, NET_WORD_INTERNET);
        struct net_cell told = net_box_told(&b, "x", "y");
        assert_true(told.witnesses && told.witnesses[0].path && told.witnesses[0].path->internet);
        if (all)
            net_box_says(&b, "(outside)", "y", PROVE_VIOLATED, NET_WORD_INTERNET);
        else
            net_box_says(&b, "(outside)", "y", PROVE_PROVED, NET_WORD_NONE);
        net_box_done(&b);
    }
}

static void test_declared_public_subnet(void **state)
{
    struct net_box b;
    (void)state;
    net_box_init(&b, two);
    struct net_pair p = net_box_pair(&b);
    give_internet(&b, p.x, "igw-x");
    give_internet(&b, p.y, "igw-y");
    b.n->subnets[p.y_subnet].declared_public = true;
    town_rule(b.n, p.y_group, false, NET_TCP, 443, 443, "0.0.0.0/0", NET_NONE);
    town_host(b.n, p.x_subnet, "i-x", "10.1.1.4", "52.0.0.4", p.x_group, "x");
    town_host(b.n, p.y_subnet, "i-y", "10.2.1.4", "52.0.0.5", p.y_group, "y");
    net_box_prove(&b);
    net_box_says(&b, "(outside)", "y", PROVE_DECLARED, NET_WORD_DECLARED);
    net_box_says(&b, "x", "y", PROVE_DECLARED, NET_WORD_DECLARED);
    assert_int_equal(net_half_overall(b.h), PROVE_PROVED);
    net_box_done(&b);
}

/* x -> y over a bastion that both VPCs are peered with. */
static void bastion(struct net_box *b, const char *config, const char *tenant)
{
    net_box_init(b, config);
    struct net_pair p = net_box_pair(b);
    uint32_t hub = town_vpc(b->n, "vpc-hub", "10.9.0.0/16"), subnet = town_subnet(b->n, hub, "subnet-hub", "10.9.1.0/24", "az1");
    uint32_t group = town_group(b->n, hub, "sg-hub");
    net_box_peer(b, p.x, "10.1.0.0/16", hub, "10.9.0.0/16", "pcx-x");
    net_box_peer(b, p.y, "10.2.0.0/16", hub, "10.9.0.0/16", "pcx-y");
    town_open_egress(b->n, group);
    town_rule(b->n, group, false, NET_TCP, 22, 22, "10.1.0.0/16", NET_NONE);
    town_rule(b->n, p.y_group, false, NET_TCP, 5432, 5432, "10.9.0.0/16", NET_NONE);
    town_host(b->n, p.x_subnet, "i-x", "10.1.1.4", NULL, p.x_group, "x");
    uint32_t db = town_host(b->n, p.y_subnet, "db-y", "10.2.1.4", NULL, p.y_group, "y");
    uint32_t host = town_host(b->n, subnet, "i-bastion", "10.9.1.4", NULL, group, tenant);
    net_box_store(b, db);
    struct net_thing *t = &b->n->things[b->n->enis[host].thing];
    t->shared = tenant == NULL && json_getz(b->config, "shared");
    t->arn = STR("arn:aws:ec2:us-east-1:1:instance/i-bastion");
    t->why = STR("arn");
    net_box_prove(b);
}

#define SHARED(via) "{" TENANTS ",\"shared\":{\"other\":{\"arns\":[\"arn:nobody\"]},\"ops\":{\"arns\":[\"arn:*:instance/i-bastion\"],\"via\":[" via "]}}}"

static void test_pivot_over_unassigned(void **state)
{
    struct net_box b;
    (void)state;
    bastion(&b, two, NULL);
    net_box_says(&b, "x", "(unassigned)", PROVE_VIOLATED, NET_WORD_DIRECT);
    net_box_says(&b, "(unassigned)", "y", PROVE_VIOLATED, NET_WORD_DIRECT);
    net_box_says(&b, "x", "y", PROVE_VIOLATED, NET_WORD_PIVOT);
    const struct net_cell told = net_box_told(&b, "x", "y"), *c = &told;
    assert_int_equal(c->pivots, 1);
    assert_int_equal(c->chain_count, 2);
    assert_int_equal(c->witness_count, 2);
    assert_true(c->chain && str_eqz(b.n->things[c->chain[0]].id, "i-bastion"));
    assert_int_equal(net_box_flow(c, 0).dport, 22);
    assert_int_equal(net_box_flow(c, 1).dport, 5432);
    assert_int_equal(c->stores, 1);
    assert_true(net_box_cuts(&b, "x", "y", "pcx-x") && net_box_cuts(&b, "x", "y", "pcx-y"));
    net_box_says(&b, "y", "x", PROVE_PROVED, NET_WORD_NONE);
    net_box_done(&b);
}

static void test_pivot_over_shared_undeclared(void **state)
{
    struct net_box b;
    (void)state;
    bastion(&b, SHARED(""), NULL);
    net_box_says(&b, "x", "(shared) ops", PROVE_DECLARED, NET_WORD_DECLARED); /* shared things are there for tenants */
    net_box_says(&b, "(shared) ops", "y", PROVE_VIOLATED, NET_WORD_DIRECT);
    net_box_says(&b, "x", "y", PROVE_VIOLATED, NET_WORD_PIVOT);
    net_box_done(&b);
}

static void test_pivot_over_shared_declared(void **state)
{
    struct net_box b;
    (void)state;
    bastion(&b, SHARED("{\"from\":\"x\",\"to\":\"y\",\"ports\":[5432]}"), NULL);
    net_box_says(&b, "(shared) ops", "y", PROVE_DECLARED, NET_WORD_DECLARED);
    net_box_says(&b, "x", "y", PROVE_DECLARED, NET_WORD_DECLARED);
    net_box_done(&b);
    bastion(&b, SHARED("{\"from\":\"y\",\"to\":\"x\"}"), NULL); /* another triple */
    net_box_says(&b, "x", "y", PROVE_VIOLATED, NET_WORD_PIVOT);
    net_box_done(&b);
    bastion(&b, SHARED("{\"from\":\"*\",\"to\":\"*\"}"), NULL);
    net_box_says(&b, "x", "y", PROVE_DECLARED, NET_WORD_DECLARED);
    net_box_done(&b);
}

/* The bastion opens a port of y that the declaration does not have: neither the bastion's cell nor x's is declared. */
static void test_pivot_beyond_the_declared_ports(void **state)
{
    struct net_box b;
    (void)state;
    bastion(&b, SHARED("{\"from\":\"x\",\"to\":\"y\",\"ports\":[443]}"), NULL);
    net_box_says(&b, "(shared) ops", "y", PROVE_VIOLATED, NET_WORD_DIRECT);
    net_box_says(&b, "x", "y", PROVE_VIOLATED, NET_WORD_PIVOT);
    net_box_done(&b);
}

/* An intermediate host of the subject or the object is no pivot: y's cell is decided where x first arrives. */
static void test_first_arrival(void **state)
{
    struct net_box b;
    (void)state;
    bastion(&b, two, "y");
    net_box_says(&b, "x", "y", PROVE_VIOLATED, NET_WORD_DIRECT);
    net_box_done(&b);
    bastion(&b, two, "x");
    net_box_says(&b, "x", "y", PROVE_VIOLATED, NET_WORD_DIRECT);
    net_box_done(&b);
    bastion(&b, "{" TENANTS ",\"peering\":[{\"from\":\"x\",\"to\":\"y\",\"ports\":[22],\"reason\":\"r\",\"expires\":\"2999-01-01\"}]}", "y");
    net_box_says(&b, "x", "y", PROVE_DECLARED, NET_WORD_DECLARED);
    net_box_done(&b);
}

static void declared_ports(struct net_box *b, uint16_t hi, const char *expires, int64_t now_us)
{
    net_box_init(b, "{}");
    char config[400];
    (void)snprintf(config, sizeof config, "{" TENANTS ",\"peering\":[{\"from\":\"x\",\"to\":\"y\",\"ports\":[443],\"reason\":\"r\",\"expires\":\"%s\"}]}", expires);
    struct err e = {0};
    b->config = json_parse(b->a, arena_str(b->a, str_of(config)), 4096, &e);
    struct net_pair p = net_box_pair(b);
    net_box_peer(b, p.x, "10.1.0.0/16", p.y, "10.2.0.0/16", "pcx-1");
    town_rule(b->n, p.y_group, false, NET_TCP, 443, hi, "10.1.0.0/16", NET_NONE);
    town_host(b->n, p.x_subnet, "i-x", "10.1.1.4", NULL, p.x_group, "x");
    town_host(b->n, p.y_subnet, "i-y", "10.2.1.4", NULL, p.y_group, "y");
    b->n->to_us = now_us;
    net_box_prove(b);
}

static void test_declared_peering(void **state)
{
    struct net_box b;
    int64_t day_us = INT64_C(86400000000), in_2026 = day_us * 365 * 56;
    (void)state;
    declared_ports(&b, 443, "2999-01-01", in_2026);
    net_box_says(&b, "x", "y", PROVE_DECLARED, NET_WORD_DECLARED);
    net_box_done(&b);
    declared_ports(&b, 444, "2999-01-01", in_2026); /* one port more than is declared */
    net_box_says(&b, "x", "y", PROVE_VIOLATED, NET_WORD_DIRECT);
    assert_int_equal(net_box_flow(net_box_cell(&b, "x", "y"), 0).dport, 444);
    net_box_done(&b);
    declared_ports(&b, 443, "2001-01-01", in_2026); /* it has run out */
    net_box_says(&b, "x", "y", PROVE_VIOLATED, NET_WORD_DIRECT);
    net_box_done(&b);
}

/* What is nobody's is a hostile source and a protected destination, and nothing of ward.yaml can declare it. */
static void test_unassigned(void **state)
{
    struct net_box b;
    (void)state;
    net_box_init(&b, "{" TENANTS ",\"shared\":{\"ops\":{\"arns\":[\"arn:nobody\"],\"via\":[{\"from\":\"*\",\"to\":\"*\"}]}}}");
    struct net_pair p = net_box_pair(&b);
    town_rule(b.n, p.y_group, false, NET_TCP, 22, 22, "10.2.0.0/16", NET_NONE);
    town_host(b.n, p.y_subnet, "i-y", "10.2.1.4", NULL, p.y_group, "y");
    town_host(b.n, p.y_subnet, "i-nobody", "10.2.1.5", NULL, p.y_group, NULL);
    net_box_prove(&b);
    net_box_says(&b, "(unassigned)", "y", PROVE_VIOLATED, NET_WORD_DIRECT);
    net_box_says(&b, "y", "(unassigned)", PROVE_VIOLATED, NET_WORD_DIRECT);
    net_box_done(&b);
}

static void test_unread_acl(void **state)
{
    struct net_box b;
    (void)state;
    net_box_init(&b, two);
    struct net_pair p = net_box_pair(&b);
    net_box_peer(&b, p.x, "10.1.0.0/16", p.y, "10.2.0.0/16", "pcx-1");
    town_rule(b.n, p.y_group, false, NET_TCP, 5432, 5432, "10.1.0.0/16", NET_NONE);
    town_host(b.n, p.x_subnet, "i-x", "10.1.1.4", NULL, p.x_group, "x");
    town_host(b.n, p.y_subnet, "i-y", "10.2.1.4", NULL, p.y_group, "y");
    b.n->subnets[p.y_subnet].acl = NET_NONE;
    net_box_prove(&b);
    net_box_says(&b, "x", "y", PROVE_UNKNOWN, NET_WORD_UNKNOWN);
    assert_int_equal(net_box_told(&b, "x", "y").cut_count, 0);
    assert_int_equal(net_half_overall(b.h), PROVE_UNKNOWN);
    net_box_done(&b);
}

static uint32_t account(struct net_box *b, const char *id, bool collected)
{
    struct net_account *a = net_add_account(b->n);
    a->id = str_of(id);
    a->collected = collected;
    return b->n->accounts_count - 1;
}

/* A call that did not answer in x's account leaves nothing proved of x, and all of y that does not touch x. */
static void test_gap(void **state)
{
    struct net_box b;
    (void)state;
    net_box_init(&b, "{\"tenants\":{\"x\":{\"accounts\":[\"111111111111\"]},\"y\":{\"accounts\":[\"222222222222\"]},\"z\":{\"accounts\":[\"333333333333\"]}}}");
    struct net_pair p = net_box_pair(&b);
    account(&b, "111111111111", true);
    account(&b, "222222222222", true);
    account(&b, "333333333333", false);
    town_host(b.n, p.x_subnet, "i-x", "10.1.1.4", NULL, p.x_group, "x");
    town_host(b.n, p.y_subnet, "i-y", "10.2.1.4", NULL, p.y_group, "y");
    struct net_gap *g = net_add_gap(b.n);
    g->account = STR("111111111111");
    g->region = STR("us-east-1");
    g->op = STR("ec2:DescribeNetworkInterfaces");
    g->why = STR("denied");
    g->action = STR("ec2:DescribeNetworkInterfaces");
    net_box_prove(&b);
    net_box_says(&b, "x", "y", PROVE_UNKNOWN, NET_WORD_UNKNOWN);
    net_box_says(&b, "y", "x", PROVE_UNKNOWN, NET_WORD_UNKNOWN);
    net_box_says(&b, "(outside)", "x", PROVE_UNKNOWN, NET_WORD_UNKNOWN);
    net_box_says(&b, "(outside)", "y", PROVE_PROVED, NET_WORD_NONE);
    net_box_says(&b, "z", "y", PROVE_UNKNOWN, NET_WORD_UNKNOWN); /* its account was not collected */
    assert_true(str_contains(net_box_told(&b, "x", "y").reason, STR("denied")));
    assert_int_equal(net_box_told(&b, "x", "y").gap_count, 1);
    net_box_done(&b);
}

/* Of a conflict nobody knows whose the thing is: nothing is proved of either tenant. */
static void test_conflict(void **state)
{
    struct net_box b;
    (void)state;
    net_box_init(&b, "{\"tenants\":{\"x\":{},\"y\":{},\"z\":{}}}");
    struct net_pair p = net_box_pair(&b);
    town_host(b.n, p.x_subnet, "i-x", "10.1.1.4", NULL, p.x_group, "x");
    town_host(b.n, p.y_subnet, "i-y", "10.2.1.4", NULL, p.y_group, "y");
    town_host(b.n, p.y_subnet, "i-z", "10.2.1.5", NULL, p.y_group, "z");
    uint32_t eni = town_host(b.n, p.x_subnet, "i-both", "10.1.1.5", NULL, p.x_group, NULL);
    struct net_thing *t = &b.n->things[b.n->enis[eni].thing];
    t->conflict = true;
    t->why = STR("conflict: x by account 1; y by tag Tenant=y");
    net_box_prove(&b);
    net_box_says(&b, "x", "y", PROVE_UNKNOWN, NET_WORD_UNKNOWN);
    net_box_says(&b, "(outside)", "x", PROVE_UNKNOWN, NET_WORD_UNKNOWN);
    net_box_says(&b, "(outside)", "z", PROVE_PROVED, NET_WORD_NONE);
    net_box_done(&b);
}

/* A VPC of the organization that was not collected lies between: a host there may join them. */
static void test_hidden_vpc(void **state)
{
    struct net_box b;
    (void)state;
    net_box_init(&b, "{" TENANTS ",\"shared\":{\"ops\":{\"accounts\":[\"999999999999\"]}}}");
    struct net_pair p = net_box_pair(&b);
    uint32_t hub = town_vpc(b.n, "vpc-hub", "10.9.0.0/16");
    b.n->vpcs[hub].collected = false;
    b.n->vpcs[hub].account = account(&b, "999999999999", false);
    net_box_peer(&b, p.x, "10.1.0.0/16", hub, "10.9.0.0/16", "pcx-x");
    net_box_peer(&b, p.y, "10.2.0.0/16", hub, "10.9.0.0/16", "pcx-y");
    town_rule(b.n, p.y_group, false, NET_TCP, 5432, 5432, "10.9.0.0/16", NET_NONE);
    town_host(b.n, p.x_subnet, "i-x", "10.1.1.4", NULL, p.x_group, "x");
    town_host(b.n, p.y_subnet, "i-y", "10.2.1.4", NULL, p.y_group, "y");
    net_box_prove(&b);
    net_box_says(&b, "x", "y", PROVE_UNKNOWN, NET_WORD_UNKNOWN);
    net_box_says(&b, "y", "x", PROVE_PROVED, NET_WORD_NONE); /* x lets nobody in */
    net_box_says(&b, "(outside)", "x", PROVE_PROVED, NET_WORD_NONE);
    net_box_done(&b);
}

/* The VPC of a stranger at the other end of a peering is outside. */
static void test_foreign_vpc(void **state)
{
    struct net_box b;
    (void)state;
    net_box_init(&b, two);
    struct net_pair p = net_box_pair(&b);
    uint32_t hub = town_vpc(b.n, "vpc-vendor", "10.9.0.0/16");
    b.n->vpcs[hub].collected = false;
    b.n->vpcs[hub].account = account(&b, "888888888888", false);
    net_box_peer(&b, p.y, "10.2.0.0/16", hub, "10.9.0.0/16", "pcx-y");
    town_rule(b.n, p.y_group, false, NET_TCP, 5432, 5432, "10.9.0.0/16", NET_NONE);
    town_host(b.n, p.x_subnet, "i-x", "10.1.1.4", NULL, p.x_group, "x");
    town_host(b.n, p.y_subnet, "i-y", "10.2.1.4", NULL, p.y_group, "y");
    net_box_prove(&b);
    assert_int_not_equal(b.h->verdicts[net_box_at(&b, "(outside)", "y")], PROVE_PROVED);
    net_box_says(&b, "x", "y", PROVE_PROVED, NET_WORD_NONE);
    net_box_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_joins_them),
        cmocka_unit_test(test_peering),
        cmocka_unit_test(test_one_way),
        cmocka_unit_test(test_transit_gateway),
        cmocka_unit_test(test_internet),
        cmocka_unit_test(test_declared_public_subnet),
        cmocka_unit_test(test_pivot_over_unassigned),
        cmocka_unit_test(test_pivot_over_shared_undeclared),
        cmocka_unit_test(test_pivot_over_shared_declared),
        cmocka_unit_test(test_pivot_beyond_the_declared_ports),
        cmocka_unit_test(test_first_arrival),
        cmocka_unit_test(test_declared_peering),
        cmocka_unit_test(test_unassigned),
        cmocka_unit_test(test_unread_acl),
        cmocka_unit_test(test_gap),
        cmocka_unit_test(test_conflict),
        cmocka_unit_test(test_hidden_vpc),
        cmocka_unit_test(test_foreign_vpc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
