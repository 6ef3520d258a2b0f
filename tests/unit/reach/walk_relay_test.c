/* What makes a new connection: balancers, endpoint services, entrances; and firewalls, appliances, Client VPN.
 * network.md 1.5, 5. */
#include "walk_box.h"

struct box {
    struct net *n;
    uint32_t vpc, a, b, open, client, lb_eni, lb, group, target, tsg;
};

static uint32_t add_balancer(struct net *n, uint32_t subnet, const char *id, const char *ip, enum net_lb_kind kind,
                             uint32_t group)
{
    uint32_t eni = town_host(n, subnet, id, ip, NULL, group, NULL);
    n->enis[eni].sources = false;
    n->enis[eni].skips_groups = group == NET_NONE;
    n->things[n->enis[eni].thing].kind = THING_BALANCER;
    struct net_lb *l = net_add_lb(n);
    l->arn = arena_printf(n->arena, "arn:lb/%s", id);
    l->kind = kind;
    l->vpc = n->subnets[subnet].vpc;
    l->thing = n->enis[eni].thing;
    l->listeners_read = true;
    return eni;
}

static uint32_t add_target_group(struct net *n, uint32_t vpc, int keeps)
{
    struct net_target_group *g = net_add_target_group(n);
    g->arn = arena_printf(n->arena, "arn:tg/%u", n->target_groups_count);
    g->vpc = vpc;
    g->proto = NET_TCP;
    g->keeps_client_ip = (int8_t)keeps;
    g->read = true;
    return n->target_groups_count - 1;
}

static uint32_t add_listener(struct net *n, uint32_t lb, uint16_t port, uint32_t group)
{
    struct net_listener *l = net_add_listener(n);
    l->lb = lb;
    l->arn = arena_printf(n->arena, "arn:listener/%u", n->listeners_count);
    l->proto = NET_TCP;
    l->lo = l->hi = port;
    l->read = true;
    if (group != NET_NONE)
        *net_add_listener_group(n) = (struct net_listener_group){n->listeners_count - 1, group, false};
    return n->listeners_count - 1;
}

static void add_target(struct net *n, uint32_t group, uint32_t eni, uint16_t port)
{
    struct net_target *t = net_add_target(n);
    t->group = group;
    t->eni = eni;
    t->port = port;
}

/* A client and a balancer in one subnet, port 80 to port 8080 of a target in another that takes 10.0.1.0/24 only. */
static struct box shop(enum net_lb_kind kind, int keeps, const char *admits)
{
    struct box x = {.n = box_new()};
    x.vpc = town_vpc(x.n, "vpc-1", "10.0.0.0/16");
    x.a = town_subnet(x.n, x.vpc, "subnet-a", "10.0.1.0/24", "az1");
    x.b = town_subnet(x.n, x.vpc, "subnet-b", "10.0.2.0/24", "az1");
    x.open = town_group(x.n, x.vpc, "sg-open");
    town_open_egress(x.n, x.open);
    town_rule(x.n, x.open, false, NET_TCP, 0, 65535, "0.0.0.0/0", NET_NONE);
    x.tsg = town_group(x.n, x.vpc, "sg-target");
    town_rule(x.n, x.tsg, false, NET_TCP, 8080, 8080, admits, admits ? NET_NONE : x.open);
    x.client = town_host(x.n, x.b, "i-client", "10.0.2.10", NULL, x.open, "x");
    x.lb_eni = add_balancer(x.n, x.a, "lb-1", "10.0.1.5", kind, kind == LB_NETWORK ? NET_NONE : x.open);
    x.lb = x.n->lbs_count - 1;
    x.target = town_host(x.n, x.b, "i-target", "10.0.2.20", NULL, x.tsg, "y");
    x.group = add_target_group(x.n, x.vpc, keeps);
    add_target(x.n, x.group, x.target, 8080);
    add_listener(x.n, x.lb, 80, x.group);
    return x;
}

static void a_balancer_opens_under_its_own_address(void **s)
{
    (void)s;
    struct box x = shop(LB_NETWORK, 0, "10.0.1.0/24");
    struct walk w = box_tcp(x.n, x.client, "10.0.1.5", 80);
    EXPECT_AT(x.n, w, x.target, REACH_DIRECT);
    EXPECT_AT(x.n, w, x.lb_eni, REACH_DIRECT);
    assert_int_equal(walk_to(x.n, &w, (struct net_ref){NET_ENI, x.target})->relay_count, 1);
    assert_int_equal(walk_to(x.n, &w, (struct net_ref){NET_ENI, x.target})->port, 8080);
    EXPECT_STOP(x.n, box_tcp(x.n, x.client, "10.0.1.5", 81), "ELBV2_LISTENERS_MISMATCH");
    EXPECT_STOP(x.n, box_tcp(x.n, x.client, "10.0.2.20", 8080), "ENI_SG_RULES_MISMATCH");
    box_free(x.n);
}

static void a_kept_client_address_has_to_be_admitted(void **s)
{
    (void)s;
    struct box x = shop(LB_NETWORK, 1, "10.0.1.0/24");
    EXPECT_AT(x.n, box_tcp(x.n, x.client, "10.0.1.5", 80), x.target, REACH_NONE);
    box_free(x.n);
    x = shop(LB_NETWORK, 1, "0.0.0.0/0");
    EXPECT_AT(x.n, box_tcp(x.n, x.client, "10.0.1.5", 80), x.target, REACH_DIRECT);
    box_free(x.n);
    /* Whether it is kept was not read. */
    x = shop(LB_NETWORK, -1, "10.0.1.0/24");
    EXPECT_AT(x.n, box_tcp(x.n, x.client, "10.0.1.5", 80), x.target, REACH_UNKNOWN);
    box_free(x.n);
}

static void the_groups_of_the_balancer_count_at_the_target(void **s)
{
    (void)s;
    struct box x = shop(LB_APPLICATION, 0, NULL);
    EXPECT_AT(x.n, box_tcp(x.n, x.client, "10.0.1.5", 80), x.target, REACH_DIRECT);
    box_free(x.n);
}

static void what_of_a_balancer_was_not_read_is_unknown(void **s)
{
    (void)s;
    struct box x = shop(LB_NETWORK, 0, "10.0.1.0/24");
    x.n->lbs[x.lb].listeners_read = false;
    EXPECT_AT(x.n, box_tcp(x.n, x.client, "10.0.1.5", 81), x.lb_eni, REACH_UNKNOWN);
    EXPECT_AT(x.n, box_tcp(x.n, x.client, "10.0.1.5", 80), x.target, REACH_DIRECT);
    x.n->target_groups[x.group].read = false;
    bool unknown = false;
    struct walk w = box_tcp(x.n, x.client, "10.0.1.5", 80);
    for (uint32_t i = 0; i < w.count; i++)
        unknown = unknown || (w.paths[i].verdict == REACH_UNKNOWN && w.paths[i].end.kind == NET_TARGET_GROUP);
    assert_true(unknown);
    box_free(x.n);
}

static void a_listener_that_answers_itself_reaches_no_target(void **s)
{
    (void)s;
    struct box x = shop(LB_APPLICATION, 0, "0.0.0.0/0");
    add_listener(x.n, x.lb, 443, NET_NONE);
    struct walk w = box_tcp(x.n, x.client, "10.0.1.5", 443);
    EXPECT_AT(x.n, w, x.lb_eni, REACH_DIRECT);
    EXPECT_AT(x.n, w, x.target, REACH_NONE);
    box_free(x.n);
}

static void a_classic_balancer_asks_acls_within_the_subnet(void **s)
{
    (void)s;
    struct box x = shop(LB_CLASSIC, 0, "0.0.0.0/0");
    uint32_t near = town_host(x.n, x.a, "i-near", "10.0.1.20", NULL, x.tsg, "y");
    add_target(x.n, x.group, near, 8080);
    struct net_acl *c = net_add_acl(x.n);
    c->id = STR("acl-a");
    c->vpc = x.vpc;
    uint32_t acl = x.n->acls_count - 1;
    *net_add_acl_entry(x.n) =
        (struct net_acl_entry){acl, false, true, 100, NET_TCP, 0, 65535, town_range("10.0.2.0/24")};
    *net_add_acl_entry(x.n) =
        (struct net_acl_entry){acl, true, true, 100, NET_TCP, 0, 65535, town_range("10.0.2.0/24")};
    x.n->subnets[x.a].acl = acl;
    struct walk w = box_tcp(x.n, x.client, "10.0.1.5", 80);
    EXPECT_AT(x.n, w, x.target, REACH_DIRECT);
    EXPECT_AT(x.n, w, near, REACH_NONE);
    x.n->lbs[x.lb].kind = LB_APPLICATION;
    EXPECT_AT(x.n, box_tcp(x.n, x.client, "10.0.1.5", 80), near, REACH_DIRECT);
    box_free(x.n);
}

static void an_application_balancer_behind_a_network_one(void **s)
{
    (void)s;
    struct box x = shop(LB_APPLICATION, 0, "10.0.0.0/16");
    uint32_t front = add_balancer(x.n, x.b, "nlb-1", "10.0.2.5", LB_NETWORK, NET_NONE),
             g = add_target_group(x.n, x.vpc, 1);
    struct net_target *t = net_add_target(x.n);
    t->group = g;
    t->lb = x.lb;
    t->port = 80;
    add_listener(x.n, x.n->lbs_count - 1, 8000, g);
    struct walk w = box_tcp(x.n, x.client, "10.0.2.5", 8000);
    EXPECT_AT(x.n, w, front, REACH_DIRECT);
    EXPECT_AT(x.n, w, x.target, REACH_DIRECT);
    assert_int_equal(walk_to(x.n, &w, (struct net_ref){NET_ENI, x.target})->relay_count, 2);
    box_free(x.n);
}

/* A consumer VPC with equal CIDR, an endpoint in it, the provider's network balancer behind. */
static uint32_t consumer(struct box *x, uint32_t *endpoint_eni)
{
    uint32_t vpc = town_vpc(x->n, "vpc-2", "10.0.0.0/16"),
             subnet = town_subnet(x->n, vpc, "subnet-c", "10.0.1.0/24", "az1");
    uint32_t g = town_group(x->n, vpc, "sg-consumer");
    town_open_egress(x->n, g);
    town_rule(x->n, g, false, NET_TCP, 0, 65535, "10.0.0.0/16", NET_NONE);
    uint32_t host = town_host(x->n, subnet, "i-consumer", "10.0.1.77", NULL, g, "z");
    *endpoint_eni = town_host(x->n, subnet, "vpce-1", "10.0.1.99", NULL, g, NULL);
    x->n->enis[*endpoint_eni].sources = false;
    x->n->things[x->n->enis[*endpoint_eni].thing].kind = THING_ENDPOINT;
    struct net_service *v = net_add_service(x->n);
    v->id = STR("vpce-svc-1");
    v->balancers_read = true;
    *net_add_service_balancer(x->n) = (struct net_service_balancer){0, x->lb};
    struct net_endpoint *e = net_add_endpoint(x->n);
    e->id = STR("vpce-1");
    e->kind = ENDPOINT_INTERFACE;
    e->vpc = vpc;
    e->service = 0;
    e->thing = x->n->enis[*endpoint_eni].thing;
    e->available = true;
    return host;
}

static void privatelink_needs_no_route_and_hides_the_client(void **s)
{
    (void)s;
    struct box x = shop(LB_NETWORK, 1, "10.0.1.5/32");
    uint32_t door, host = consumer(&x, &door);
    struct walk w = box_tcp(x.n, host, "10.0.1.99", 80);
    EXPECT_AT(x.n, w, door, REACH_DIRECT);
    EXPECT_AT(x.n, w, x.target, REACH_DIRECT);
    EXPECT_AT(x.n, box_tcp(x.n, host, "10.0.1.99", 81), x.target, REACH_NONE);
    /* Never the other way round. */
    EXPECT_AT(x.n, box_tcp(x.n, x.client, "10.0.1.77", 80), host, REACH_NONE);
    x.n->services[0].balancers_read = false;
    x.n->services[0].balancers.count = 0;
    EXPECT_AT(x.n, box_tcp(x.n, host, "10.0.1.99", 80), x.target, REACH_NONE);
    bool unknown = false;
    w = box_tcp(x.n, host, "10.0.1.99", 80);
    for (uint32_t i = 0; i < w.count; i++)
        unknown = unknown || w.paths[i].verdict == REACH_UNKNOWN;
    assert_true(unknown);
    x.n->endpoints[0].available = false;
    EXPECT_STOP(x.n, box_tcp(x.n, host, "10.0.1.99", 80), "BAD_STATE");
    box_free(x.n);
}

static void the_providers_groups_see_the_clients_address(void **s)
{
    (void)s;
    struct box x = shop(LB_NETWORK, 0, "10.0.1.5/32");
    uint32_t door, host = consumer(&x, &door), g = town_group(x.n, x.vpc, "sg-nlb");
    town_open_egress(x.n, g);
    town_rule(x.n, g, false, NET_TCP, 80, 80, "10.0.1.99/32", NET_NONE);
    x.n->enis[x.lb_eni].skips_groups = false;
    struct net_eni_group *m = net_add_eni_group(x.n);
    m->eni = x.lb_eni;
    m->group = g;
    x.n->lbs[x.lb].privatelink_groups = 1;
    net_index(x.n);
    /* The rule is for the endpoint's address, not the client's. */
    EXPECT_AT(x.n, box_tcp(x.n, host, "10.0.1.99", 80), x.target, REACH_NONE);
    NET_EACH (i, x.n->groups[g].ingress)
        x.n->rules[i].range = town_range("10.0.1.77");
    EXPECT_AT(x.n, box_tcp(x.n, host, "10.0.1.99", 80), x.target, REACH_DIRECT);
    NET_EACH (i, x.n->groups[g].ingress)
        x.n->rules[i].range = town_range("10.9.9.9");
    x.n->lbs[x.lb].privatelink_groups = 0;
    EXPECT_AT(x.n, box_tcp(x.n, host, "10.0.1.99", 80), x.target, REACH_DIRECT);
    x.n->lbs[x.lb].privatelink_groups = -1;
    EXPECT_AT(x.n, box_tcp(x.n, host, "10.0.1.99", 80), x.target, REACH_UNKNOWN);
    box_free(x.n);
}

static struct walk enter(struct net *n, struct net_ref from, uint32_t entrance, uint16_t port)
{
    if (!n->address_order)
        net_index(n);
    struct net_flow f = {
        .from = {from, 0}, .proto = NET_TCP, .sport = 40000, .dport = port, .entrance_plus_one = entrance + 1};
    struct walk w;
    walk_flow(n, n->arena, &f, &w);
    return w;
}

static struct net_entrance *add_entrance(struct net *n, const char *id, enum net_entrance_kind kind, uint16_t port)
{
    struct net_entrance *t = net_add_entrance(n);
    t->id = str_of(id);
    t->kind = kind;
    t->proto = NET_TCP;
    t->lo = t->hi = port;
    t->sure = true;
    return t;
}

static void an_accelerator_lets_the_internet_in_without_a_route(void **s)
{
    (void)s;
    struct box x = shop(LB_APPLICATION, 0, "10.0.1.0/24");
    uint32_t via = town_host(x.n, x.b, "ga", "10.0.2.200", NULL, x.open, NULL);
    struct net_entrance *t = add_entrance(x.n, "accelerator-1", ENTRANCE_ACCELERATOR, 80);
    t->from_external = 0;
    t->to_thing = x.n->lbs[x.lb].thing;
    t->via_thing = x.n->enis[via].thing;
    struct walk w = enter(x.n, (struct net_ref){NET_EXTERNAL, 0}, 0, 80);
    EXPECT_AT(x.n, w, x.lb_eni, REACH_DIRECT);
    EXPECT_AT(x.n, w, x.target, REACH_DIRECT);
    assert_true(walk_to(x.n, &w, (struct net_ref){NET_ENI, x.target})->internet);
    EXPECT(x.n, enter(x.n, (struct net_ref){NET_EXTERNAL, 0}, 0, 81), REACH_NONE);
    x.n->entrances[0].sure = false;
    EXPECT_AT(x.n, enter(x.n, (struct net_ref){NET_EXTERNAL, 0}, 0, 80), x.target, REACH_UNKNOWN);
    x.n->entrances[0].sure = true;
    x.n->entrances[0].via_thing = NET_NONE;
    EXPECT_AT(x.n, enter(x.n, (struct net_ref){NET_EXTERNAL, 0}, 0, 80), x.target, REACH_UNKNOWN);
    box_free(x.n);
}

static void a_resource_configuration_reaches_a_database_without_a_route(void **s)
{
    (void)s;
    struct box x = shop(LB_NETWORK, 0, "10.0.1.0/24");
    uint32_t door, host = consumer(&x, &door), db = town_host(x.n, x.b, "db", "10.0.2.50", NULL, x.open, "y");
    uint32_t gateway = town_host(x.n, x.a, "rgw", "10.0.1.60", NULL, x.open, NULL);
    struct net_entrance *t = add_entrance(x.n, "rcfg-1", ENTRANCE_RESOURCE_CONFIGURATION, 5432);
    t->from_vpc = x.n->enis[host].vpc;
    t->to_thing = x.n->enis[db].thing;
    t->via_thing = x.n->enis[gateway].thing;
    EXPECT_AT(x.n, enter(x.n, (struct net_ref){NET_ENI, host}, 0, 5432), db, REACH_DIRECT);
    EXPECT(x.n, enter(x.n, (struct net_ref){NET_ENI, x.client}, 0, 5432), REACH_NONE);
    x.n->entrances[0].from_vpc = NET_NONE;
    x.n->entrances[0].from_endpoint = 0;
    EXPECT_AT(x.n, box_tcp(x.n, host, "10.0.1.99", 5432), db, REACH_DIRECT);
    box_free(x.n);
}

static void a_function_url_ends_at_the_function(void **s)
{
    (void)s;
    struct net *n = box_new();
    struct net_thing *f = net_add_thing(n);
    f->id = STR("fn");
    f->kind = THING_FUNCTION;
    struct net_entrance *t = add_entrance(n, "https://fn.example", ENTRANCE_FUNCTION_URL, 443);
    t->from_external = 0;
    t->to_thing = 0;
    struct walk w = enter(n, (struct net_ref){NET_EXTERNAL, 0}, 0, 443);
    EXPECT(n, w, REACH_DIRECT);
    assert_non_null(walk_to(n, &w, (struct net_ref){NET_THING, 0}));
    n->entrances[0].gated = true;
    EXPECT(n, enter(n, (struct net_ref){NET_EXTERNAL, 0}, 0, 443), REACH_UNKNOWN);
    box_free(n);
}

/* A firewall endpoint between two subnets. */
static void firewall_rules_in_their_order(void **s)
{
    (void)s;
    struct box x = shop(LB_NETWORK, 0, "0.0.0.0/0");
    uint32_t c = town_subnet(x.n, x.vpc, "subnet-fw", "10.0.3.0/24", "az1"),
             door = town_host(x.n, c, "fw-eni", "10.0.3.5", NULL, NET_NONE, NULL);
    uint32_t host = town_host(x.n, x.a, "i-a", "10.0.1.40", NULL, x.open, "x");
    x.n->enis[door].skips_groups = true;
    struct net_firewall *f = net_add_firewall(x.n);
    f->name = STR("fw");
    f->read = true;
    f->otherwise = ACT_DROP;
    struct net_firewall_rule *r = net_add_firewall_rule(x.n);
    *r = (struct net_firewall_rule){.firewall = 0,
                                    .name = STR("rule-1"),
                                    .proto = NET_TCP,
                                    .from = town_range("10.0.1.0/24"),
                                    .to = town_range("10.0.2.0/24"),
                                    .sport_lo = 0,
                                    .sport_hi = 65535,
                                    .dport_lo = 8080,
                                    .dport_hi = 8080,
                                    .act = ACT_PASS};
    struct net_endpoint *e = net_add_endpoint(x.n);
    e->id = STR("vpce-fw");
    e->kind = ENDPOINT_GWLB;
    e->vpc = x.vpc;
    e->firewall = 0;
    e->thing = x.n->enis[door].thing;
    e->available = true;
    struct net_table *t = net_add_table(x.n);
    t->id = STR("rtb-a");
    t->vpc = x.vpc;
    uint32_t table = x.n->tables_count - 1;
    town_route(x.n, table, "10.0.0.0/16", TARGET_LOCAL, NET_NONE, "local");
    town_route(x.n, table, "10.0.2.0/24", TARGET_ENDPOINT, 0, "vpce-fw");
    x.n->subnets[x.a].table = table;
    EXPECT_AT(x.n, box_tcp(x.n, host, "10.0.2.20", 8080), x.target, REACH_DIRECT);
    EXPECT_STOP(x.n, box_tcp(x.n, host, "10.0.2.10", 22), "FIREWALL_RULES_RESTRICTION");
    x.n->firewalls[0].otherwise = ACT_UNKNOWN;
    EXPECT_AT(x.n, box_tcp(x.n, host, "10.0.2.10", 22), x.client, REACH_UNKNOWN);
    x.n->firewalls[0].read = false;
    EXPECT_AT(x.n, box_tcp(x.n, host, "10.0.2.20", 8080), x.target, REACH_UNKNOWN);
    /* Behind a Gateway Load Balancer stands what we do not know. */
    x.n->endpoints[0].firewall = NET_NONE;
    EXPECT_AT(x.n, box_tcp(x.n, host, "10.0.2.20", 8080), x.target, REACH_UNKNOWN);
    box_free(x.n);
}

static void client_vpn_sends_where_its_rules_allow(void **s)
{
    (void)s;
    struct box x = shop(LB_NETWORK, 0, "0.0.0.0/0");
    uint32_t vpn = town_host(x.n, x.a, "cvpn", "10.0.1.128", NULL, x.open, NULL);
    x.n->addresses[x.n->addresses_count - 1].range = town_range("10.0.1.128/25");
    x.n->enis[vpn].virtual_ = true;
    x.n->enis[vpn].receives = false;
    struct net_eni_limit *l = net_add_eni_limit(x.n);
    l->eni = vpn;
    l->range = town_range("10.0.2.20/32");
    EXPECT_AT(x.n, box_tcp(x.n, vpn, "10.0.2.20", 8080), x.target, REACH_DIRECT);
    EXPECT_STOP(x.n, box_tcp(x.n, vpn, "10.0.2.10", 22), "NO_POSSIBLE_DESTINATION");
    EXPECT(x.n, box_ask(x.n, (struct net_ref){NET_ENI, vpn}, "10.0.1.200", "10.0.2.20", NET_TCP, 8080), REACH_DIRECT);
    EXPECT_STOP(x.n, box_ask(x.n, (struct net_ref){NET_ENI, vpn}, "10.0.1.5", "10.0.2.20", NET_TCP, 8080),
                "ENI_ADDRESS_RESTRICTION");
    box_free(x.n);
}

static void participants_of_a_shared_subnet_have_their_own_groups(void **s)
{
    (void)s;
    struct box x = shop(LB_NETWORK, 0, "0.0.0.0/0");
    x.n->enis[x.client].account = 1;
    x.n->enis[x.target].account = 2;
    EXPECT_AT(x.n, box_tcp(x.n, x.client, "10.0.2.20", 8080), x.target, REACH_DIRECT);
    EXPECT(x.n, box_tcp(x.n, x.client, "10.0.2.20", 22), REACH_NONE);
    box_free(x.n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_balancer_opens_under_its_own_address),
        cmocka_unit_test(a_kept_client_address_has_to_be_admitted),
        cmocka_unit_test(the_groups_of_the_balancer_count_at_the_target),
        cmocka_unit_test(what_of_a_balancer_was_not_read_is_unknown),
        cmocka_unit_test(a_listener_that_answers_itself_reaches_no_target),
        cmocka_unit_test(a_classic_balancer_asks_acls_within_the_subnet),
        cmocka_unit_test(an_application_balancer_behind_a_network_one),
        cmocka_unit_test(privatelink_needs_no_route_and_hides_the_client),
        cmocka_unit_test(the_providers_groups_see_the_clients_address),
        cmocka_unit_test(an_accelerator_lets_the_internet_in_without_a_route),
        cmocka_unit_test(a_resource_configuration_reaches_a_database_without_a_route),
        cmocka_unit_test(a_function_url_ends_at_the_function),
        cmocka_unit_test(firewall_rules_in_their_order),
        cmocka_unit_test(client_vpn_sends_where_its_rules_allow),
        cmocka_unit_test(participants_of_a_shared_subnet_have_their_own_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
