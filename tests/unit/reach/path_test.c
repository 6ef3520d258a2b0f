/* Questions about a network: names, ports, verdicts, what opens and what closes. */
#include "reach/path.h"
#include "unit/reach/town.h"

enum { WEB, DB, TWIN };

/* Two VPCs with one CIDR block: web (public) and db in the first, a twin of web in the second. */
static struct net *town(struct arena *a)
{
    struct net *n = net_new(a);
    net_add_external(n)->kind = EXTERNAL_INTERNET;
    n->externals[0].id = STR("internet");
    uint32_t vpc = town_vpc(n, "vpc-1", "10.0.0.0/16"), other = town_vpc(n, "vpc-2", "10.0.0.0/16");
    uint32_t subnet = town_subnet(n, vpc, "subnet-1", "10.0.1.0/24", "use1-az1"), two = town_subnet(n, vpc, "subnet-2", "10.0.2.0/24", "use1-az1");
    uint32_t there = town_subnet(n, other, "subnet-3", "10.0.1.0/24", "use1-az1");
    uint32_t web = town_group(n, vpc, "sg-web"), db = town_group(n, vpc, "sg-db"), twin = town_group(n, other, "sg-twin");
    town_rule(n, web, false, NET_TCP, 443, 443, "0.0.0.0/0", NET_NONE);
    town_open_egress(n, web);
    town_rule(n, db, false, NET_TCP, 5432, 5433, NULL, web);
    town_rule(n, db, false, NET_UDP, 53, 53, "10.0.1.0/24", NET_NONE);
    town_rule(n, twin, false, NET_ANY_PROTOCOL, 0, 65535, "0.0.0.0/0", NET_NONE);
    town_host(n, subnet, "i-web", "10.0.1.10", "3.5.0.1", web, "acme");
    town_host(n, two, "i-db", "10.0.2.10", NULL, db, "acme");
    town_host(n, there, "i-twin", "10.0.1.10", NULL, twin, "north");
    town_igw(n, vpc, "igw-1");
    town_route(n, n->subnets[subnet].table, "0.0.0.0/0", TARGET_IGW, 0, "igw-1");
    net_index(n);
    return n;
}

struct asked {
    struct arena *a;
    struct net *n;
    struct path_ends from, to;
    struct path_answer x;
};

static void ask(struct asked *k, const char *src, const char *dst, const char *proto, const char *dport)
{
    struct err e = {0};
    struct path_question q = {&k->from, &k->to, {0}};
    expect_ok(path_find(k->n, k->a, str_of(src), true, false, &k->from, &e), &e);
    expect_ok(path_find(k->n, k->a, str_of(dst), false, false, &k->to, &e), &e);
    expect_ok(path_ports_parse(str_of(proto), str_of(dport), STR(""), &q.ports, &e), &e);
    path_ask(k->n, k->a, &q, true, &k->x);
}

static struct asked begin(void)
{
    struct arena *a = arena_new(0);
    return (struct asked){.a = a, .n = town(a)};
}

static void refuse(const char *text, bool from, const char *part, const char *hint)
{
    struct asked k = begin();
    struct err e = {0};
    assert_false(path_find(k.n, k.a, str_of(text), from, false, &k.from, &e));
    expect_err(&e, ERR_USAGE, part);
    if (hint && !strstr(e.hint, hint))
        fail_msg("hint \"%s\" lacks \"%s\"", e.hint, hint);
    arena_free(k.a);
}

static void what_no_end_is_is_refused(void **state)
{
    (void)state;
    refuse("10.0.1.10", true, "an address of 2 interfaces", "vpc-2/10.0.1.10");
    refuse("10.9.9.9", true, "the address of no interface", NULL);
    refuse("i-nothing", false, "there is no 'i-nothing'", "VPC/ADDRESS");
    refuse("vpc-1/10.0.9.9", true, "no interface of vpc-1", NULL);
    refuse("vpc-1/x", true, "no address", NULL);
    refuse("internet:10.0.0.1", true, "no address on the Internet", NULL);
    refuse("internet:x", true, "no CIDR block", NULL);
    refuse("igw-1", true, "internet gateway", NULL);
    refuse("onprem", true, "no network outside", NULL);
}

static void names_stand_for_their_interfaces(void **state)
{
    struct asked k = begin();
    struct err e = {0};
    static const struct { const char *text; bool from; uint32_t count; } names[] = {
        {"i-web", true, 1}, {"i-web", false, 2} /* by its public address too */, {"acme", true, 2}, {"vpc-1", true, 2}, {"sg-db", true, 1},
        {"vpc-2/10.0.1.10", true, 1}, {"10.0.1.10", false, 1}, {"internet", true, 1}, {"8.8.8.8", true, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        expect_ok(path_find(k.n, k.a, str_of(names[i].text), names[i].from, false, &k.from, &e), &e);
        if (k.from.count != names[i].count)
            fail_msg("%s: %u ends", names[i].text, k.from.count);
    }
    /* As a destination an address is where routes lead; the reader is told that others have it. */
    expect_ok(path_find(k.n, k.a, STR("10.0.1.10"), false, false, &k.to, &e), &e);
    assert_true(str_contains(k.to.note, STR("vpc-2/10.0.1.10")));
    expect_ok(path_find(k.n, k.a, STR("vpc-1"), true, true, &k.from, &e), &e);
    assert_int_equal(k.from.ends[0].at.kind, NET_VPC);
    arena_free(k.a);
}

static void ports_are_read_as_people_write_them(void **state)
{
    static const struct { const char *proto, *dport; int want; uint16_t lo, hi; } good[] = {
        {"tcp", "22", NET_TCP, 22, 22}, {"TCP", "1-1023", NET_TCP, 1, 1023}, {"17", "53", NET_UDP, 53, 53}, {"icmp", "8", NET_ICMP, 2048, 2303},
        {"icmp", "8/0", NET_ICMP, 2048, 2048}, {"", "", NET_ANY_PROTOCOL, 0, 65535}, {"any", "80", NET_ANY_PROTOCOL, 80, 80}, {"0", "", 0, 0, 0},
    };
    static const struct { const char *proto, *dport; } bad[] = {
        {"tpc", ""}, {"256", ""}, {"tcp", "65536"}, {"tcp", "5-4"}, {"tcp", "a"}, {"tcp", "1-"}, {"icmp", "256"}, {"icmp", "8/256"}, {"tcp", "!x"}, {"tcp", "-1"},
    };
    struct path_ports p;
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct err e = {0};
        expect_ok(path_ports_parse(str_of(good[i].proto), str_of(good[i].dport), STR(""), &p, &e), &e);
        if (p.proto != good[i].want || p.lo != good[i].lo || p.hi != good[i].hi)
            fail_msg("%s %s: %d %u-%u", good[i].proto, good[i].dport, p.proto, p.lo, p.hi);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        if (path_ports_parse(str_of(bad[i].proto), str_of(bad[i].dport), STR(""), &p, &e))
            fail_msg("%s %s was taken", bad[i].proto, bad[i].dport);
        expect_err(&e, ERR_USAGE, "is no");
    }
}

static void all_ports_are_looked_at_and_those_that_open_are_told(void **state)
{
    struct asked k = begin();
    (void)state;
    ask(&k, "i-web", "i-db", "", "");
    assert_int_equal(k.x.word, PATH_DIRECT);
    assert_int_equal(k.x.term_count, 2);
    assert_int_equal(k.x.terms[0].proto, NET_TCP);
    assert_int_equal(k.x.terms[0].lo, 5432);
    assert_int_equal(k.x.terms[0].hi, 5433);
    assert_int_equal(k.x.terms[1].proto, NET_UDP);
    assert_int_equal(k.x.terms[1].lo, 53);
    ask(&k, "i-db", "i-web", "", "");
    assert_int_equal(k.x.word, PATH_NONE);
    assert_int_equal(k.x.term_count, 0);
    /* All protocols alike are one line. */
    ask(&k, "vpc-1/10.0.1.10", "i-db", "tcp", "!5432");
    assert_int_equal(k.x.term_count, 1);
    assert_int_equal(k.x.terms[0].lo, 5433);
    arena_free(k.a);
}

static void what_closes_a_path_was_tried(void **state)
{
    struct asked k = begin();
    bool inbound = false, outbound = false;
    (void)state;
    ask(&k, "i-web", "i-db", "tcp", "5432");
    for (uint32_t i = 0; i < k.x.cut_count; i++) {
        inbound |= k.x.cuts[i].ref.kind == NET_RULE && !k.n->rules[k.x.cuts[i].ref.index].egress;
        outbound |= k.x.cuts[i].ref.kind == NET_RULE && k.n->rules[k.x.cuts[i].ref.index].egress;
    }
    assert_true(inbound && outbound);
    /* The net is as it was. */
    ask(&k, "i-web", "i-db", "tcp", "5432");
    assert_int_equal(k.x.word, PATH_DIRECT);
    arena_free(k.a);
}

static void what_would_open_it_is_told(void **state)
{
    struct asked k = begin();
    (void)state;
    ask(&k, "i-web", "i-db", "tcp", "22");
    assert_int_equal(k.x.word, PATH_NONE);
    assert_string_equal(k.x.path->blocked_by, "ENI_SG_RULES_MISMATCH");
    expect_str(k.x.opens, "an inbound rule of sg-db for tcp 22 from 10.0.1.10");
    ask(&k, "i-db", "i-web", "tcp", "443");
    assert_true(str_starts(k.x.opens, STR("an outbound rule of sg-db")));
    arena_free(k.a);
}

static void the_internet_is_asked_at_every_address_that_differs(void **state)
{
    struct asked k = begin();
    (void)state;
    ask(&k, "internet", "i-web", "", "");
    assert_int_equal(k.x.word, PATH_DIRECT);
    assert_int_equal(k.x.term_count, 1);
    assert_int_equal(k.x.terms[0].lo, 443);
    ask(&k, "internet", "i-db", "", "");
    assert_int_equal(k.x.word, PATH_NONE);
    ask(&k, "i-web", "internet:198.51.100.0/24", "tcp", "443");
    assert_true(k.x.word == PATH_DIRECT || k.x.word == PATH_NONE);
    ask(&k, "i-web", "internet:8.8.8.0/24", "tcp", "443");
    assert_int_equal(k.x.word, PATH_DIRECT);
    arena_free(k.a);
}

static void an_address_is_its_vpcs(void **state)
{
    struct asked k = begin();
    (void)state;
    ask(&k, "i-db", "vpc-2/10.0.1.10", "tcp", "443");
    assert_int_equal(k.x.word, PATH_NONE);
    ask(&k, "i-web", "vpc-2/10.0.1.10", "tcp", "443");
    assert_int_equal(k.x.word, PATH_NONE);
    arena_free(k.a);
}

static void hosts_in_between_are_a_pivot_and_no_path(void **state)
{
    struct asked k = begin();
    struct path_question q = {&k.from, &k.to, {0}};
    (void)state;
    ask(&k, "internet", "i-db", "", "");
    assert_int_equal(k.x.word, PATH_NONE);
    assert_true(path_find_pivot(k.n, k.a, &q, &k.x));
    assert_int_equal(k.x.word, PATH_PIVOT);
    assert_int_equal(k.x.pivot_count, 2);
    expect_str(k.n->things[k.x.pivot[0]].id, "i-web");
    ask(&k, "i-db", "i-web", "", "");
    assert_false(path_find_pivot(k.n, k.a, &q, &k.x));
    assert_int_equal(k.x.word, PATH_NONE);
    arena_free(k.a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_no_end_is_is_refused),
        cmocka_unit_test(names_stand_for_their_interfaces),
        cmocka_unit_test(ports_are_read_as_people_write_them),
        cmocka_unit_test(all_ports_are_looked_at_and_those_that_open_are_told),
        cmocka_unit_test(what_closes_a_path_was_tried),
        cmocka_unit_test(what_would_open_it_is_told),
        cmocka_unit_test(the_internet_is_asked_at_every_address_that_differs),
        cmocka_unit_test(an_address_is_its_vpcs),
        cmocka_unit_test(hosts_in_between_are_a_pivot_and_no_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
