/* The pure cores behind the SQL functions, against slow oracles and hand-made cases. */
#include "harness.h"

#include "base/instant.h"
#include "facts/cidr.h"
#include "facts/csv.h"
#include "facts/policy.h"
#include "facts/port.h"
#include "facts/schedule.h"
#include "facts/tenant.h"

static int log2_of(const char *const *list, size_t count)
{
    struct cidr set[8];
    for (size_t i = 0; i < count; i++)
        assert_true(cidr_parse(str_of(list[i]), &set[i]));
    return cidr_public_log2(set, cidr_union(set, count));
}

static void halves_of_the_world_are_the_world(void **state)
{
    (void)state;
    assert_int_equal(log2_of((const char *const[]){"0.0.0.0/1", "128.0.0.0/1"}, 2), 31);
    assert_int_equal(log2_of((const char *const[]){"0.0.0.0/0"}, 1), 31);
    assert_int_equal(log2_of((const char *const[]){"::/0"}, 1), 32);
    assert_int_equal(log2_of((const char *const[]){"2600::/32"}, 1), 24);
    assert_int_equal(log2_of((const char *const[]){"10.0.0.0/8", "192.168.0.0/16", "fc00::/7"}, 3), -1);
    assert_int_equal(log2_of((const char *const[]){"8.8.8.8"}, 1), 0);
    struct cidr c;
    for (size_t i = 0; i < 7; i++)
        assert_false(cidr_parse(str_of((const char *const[]){"", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "::/129", "x/8", "1.2.3.4/+8"}[i]), &c));
}

/* Every /24 of a small set, counted one by one. */
static void union_counts_as_counting_does(void **state)
{
    (void)state;
    uint32_t seed = 7;
    for (int round = 0; round < 200; round++) {
        struct cidr set[6];
        bool in[256] = {false};
        size_t n = 0;
        for (size_t i = 0; i < 6; i++) {
            seed = seed * 1664525u + 1013904223u;
            char text[32];
            uint32_t prefix = 25 + seed % 8, at = seed >> 24;
            snprintf(text, sizeof text, "8.8.8.%u/%u", at, prefix);
            assert_true(cidr_parse(str_of(text), &set[n]));
            for (uint32_t k = (uint32_t)set[n].lo & 255; k <= ((uint32_t)set[n].hi & 255); k++)
                in[k] = true;
            n++;
        }
        int count = 0, log = -1;
        for (int k = 0; k < 256; k++)
            count += in[k];
        for (; count; count >>= 1)
            log++;
        assert_int_equal(cidr_public_log2(set, cidr_union(set, n)), log);
    }
}

/* The longest gap, minute by minute over two years. */
static int64_t slow_gap(const char *expr)
{
    struct cron c;
    assert_true(schedule_parse_cron(str_of(expr), &c));
    int64_t previous = -1, longest = 0;
    for (int year = 2024; year < 2026; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= 31; day++) {
                int64_t next = month == 12 ? instant_days(year + 1, 1, 1) : instant_days(year, month + 1, 1);
                int64_t at = instant_days(year, month, day);
                for (int m = 0; at < next && m < 1440; m++)
                    if (schedule_day_matches(&c, year, month, day) && (c.hour >> m / 60 & 1) && (c.minute >> m % 60 & 1)) {
                        if (previous >= 0 && at * 1440 + m - previous > longest)
                            longest = at * 1440 + m - previous;
                        previous = at * 1440 + m;
                    }
            }
    return longest;
}

static void schedules_are_as_far_apart_as_their_runs(void **state)
{
    (void)state;
    static const char *const list[] = {"cron(0 5 ? * * *)",     "cron(0 5 ? * MON-FRI *)", "cron(0/30 * * * ? *)", "cron(15 1,13 L * ? *)",
                                       "cron(0 0 1 1,7 ? *)", "cron(0 5 ? * 1#2 *)",     "cron(0 5 ? * 6L *)"};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        int64_t got = 0;
        assert_true(schedule_longest_gap_minutes(str_of(list[i]), &got));
        assert_true(got >= slow_gap(list[i]) && got <= slow_gap(list[i]) + 10080);
    }
    int64_t m;
    assert_true(schedule_longest_gap_minutes(STR("rate(12 hours)"), &m));
    assert_int_equal(m, 720);
    assert_false(schedule_longest_gap_minutes(STR("cron(0 5 3W * ? *)"), &m));
    assert_false(schedule_longest_gap_minutes(STR("rate(0 days)"), &m));
    assert_false(schedule_longest_gap_minutes(STR("at(2026-01-01T00:00:00)"), &m));
}

static void ports(void **state)
{
    (void)state;
    assert_int_equal(port_covers(STR("-1"), false, 0, 0, STR("tcp"), 22), 1);
    assert_int_equal(port_covers(STR("6"), true, 0, 65535, STR("tcp"), 5432), 1);
    assert_int_equal(port_covers(STR("udp"), true, 0, 65535, STR("tcp"), 5432), 0);
    assert_int_equal(port_covers(STR("tcp"), false, 0, 0, STR("tcp"), 22), -1);
    assert_int_equal(port_covers(STR("what"), true, 0, 65535, STR("tcp"), 22), -1);
}

static void bad_documents_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "[]", "{}", "{\"Statement\":[{\"Effect\":\"allow\",\"Action\":\"*\"}]}",
                                      "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"NotAction\":\"x\"}]}",
                                      "{\"Statement\":[{\"Effect\":\"Allow\",\"Resource\":\"*\"}]}",
                                      "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Principals\":\"*\"}]}", "%7B%2"};
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {0};
        assert_null(policy_parse(a, str_of(bad[i]), &e));
        assert_int_equal(e.kind, ERR_PARSE);
    }
    struct err e = {0};
    assert_null(csv_rows(a, STR("a,b\n1\n"), &e));
    expect_err(&e, ERR_PARSE, "line 2");
    struct json *rows = csv_rows(a, STR("a,b\r\n\"x,\"\"y\",2\r\n"), NULL);
    assert_non_null(rows);
    expect_str(json_get_str(rows->first, "a"), "x,\"y");
    arena_free(a);
}

static void two_tenants_are_none(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct json *config = json_parse(a, STR("{\"tenants\":{\"acme\":{\"accounts\":[\"1\"]},\"bolt\":{\"tags\":{\"Tenant\":\"bolt\"}}},"
                                            "\"shared\":[{\"vpcs\":[\"vpc-s\"]}]}"), 4096, NULL);
    struct json *tags = json_parse(a, STR("{\"Tenant\":\"bolt\"}"), 4096, NULL);
    struct thing t = {.account = STR("1")};
    expect_str(tenant_of(a, config, &t).tenant, "acme");
    t.tags = tags;
    struct tenancy both = tenant_of(a, config, &t);
    assert_true(both.conflict);
    assert_null(both.tenant.ptr);
    t = (struct thing){.account = STR("2"), .vpc = STR("vpc-s")};
    assert_true(tenant_of(a, config, &t).shared);
    t.vpc = STR("vpc-x");
    expect_str(tenant_of(a, config, &t).why, "unassigned");
    arena_free(a);
}

static void a_tag_names_its_tenant(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct json *config = json_parse(a, STR("{\"defaults\":{\"tenant_tags\":[\"ward:tenant\",\"Owner\"]},"
                                            "\"tenants\":{\"acme\":{},\"bolt\":{\"accounts\":[\"1\"]}}}"), 4096, NULL);
    struct thing t = {.account = STR("2"), .tags = json_parse(a, STR("{\"ward:tenant\":\"acme\"}"), 4096, NULL)};
    expect_str(tenant_of(a, config, &t).tenant, "acme");
    expect_str(tenant_of(a, config, &t).why, "tag ward:tenant=acme");
    t.account = STR("1"); /* the tag and the account name two */
    assert_true(tenant_of(a, config, &t).conflict);
    t.account = STR("2");
    static const char *const nobody[] = {"{\"ward:tenant\":\"corp\"}", "{\"ward:tenant\":\"*\"}", "{\"tenant\":\"acme\"}", "{}"};
    for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++) {
        t.tags = json_parse(a, str_of(nobody[i]), 4096, NULL);
        expect_str(tenant_of(a, config, &t).why, "unassigned");
    }
    t.tags = json_parse(a, STR("{\"ward:tenant\":\"acme\",\"Owner\":\"bolt\"}"), 4096, NULL);
    assert_true(tenant_of(a, config, &t).conflict);
    arena_free(a);
}

/* Every choice of account, VPC, tags and ARN from small pools against rules of every form: the index says what the list says. */
static void the_index_of_tenants_says_what_their_list_says(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct json *config = json_parse(a, STR("{\"accounts\":{\"prod\":{\"id\":\"3\"}},\"defaults\":{\"tenant_tags\":[\"T\"]},\"tenants\":{"
        "\"a\":{\"accounts\":[\"1\",\"prod\"]},\"b\":{\"vpcs\":[\"vpc-1\"],\"arns\":[\"arn:x:one\"]},\"c\":{\"arns\":[\"arn:x:*\",\"*two\"]},"
        "\"d\":{\"tags\":{\"K\":\"v\",\"L\":\"w*\"}},\"e\":{\"tags\":[\"K=v\",\"M=?\"]},\"f\":{\"accounts\":[\"4*\"]},\"g\":{\"tags\":{\"L\":\"w*\"}},\"h\":{}},"
        "\"shared\":{\"s\":{\"accounts\":[\"2\"]}}}"), 8192, NULL);
    assert_non_null(config);
    struct tenant_index *ix = tenant_index_new(a, config);
    static const char *const accounts[] = {"1", "2", "3", "44", "5"}, *const vpcs[] = {"", "vpc-1", "vpc-2"},
        *const arns[] = {"", "arn:x:one", "arn:x:two", "arn:y:two", "arn:y:three"},
        *const tags[] = {"{}", "{\"K\":\"v\"}", "{\"K\":\"v\",\"L\":\"wx\"}", "{\"L\":\"w\"}", "{\"M\":\"1\"}", "{\"T\":\"h\"}", "{\"T\":\"a\",\"K\":1}"};
    unsigned conflicts = 0, found = 0;
    for (unsigned n = 0; n < 5 * 3 * 5 * 7; n++) {
        struct thing t = {.account = str_of(accounts[n % 5]), .vpc = str_of(vpcs[n / 5 % 3]), .arn = str_of(arns[n / 15 % 5]),
                          .tags = json_parse(a, str_of(tags[n / 75]), 4096, NULL)};
        struct tenancy x = tenant_of(a, config, &t), y = tenant_by_index(a, ix, &t);
        assert_true(str_eq(x.tenant, y.tenant) && str_eq(x.why, y.why) && x.conflict == y.conflict && x.shared == y.shared);
        conflicts += x.conflict;
        found += x.tenant.ptr != NULL;
    }
    assert_true(conflicts > 50 && found > 50);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(halves_of_the_world_are_the_world), cmocka_unit_test(union_counts_as_counting_does),
        cmocka_unit_test(schedules_are_as_far_apart_as_their_runs), cmocka_unit_test(ports),
        cmocka_unit_test(bad_documents_are_refused), cmocka_unit_test(two_tenants_are_none), cmocka_unit_test(the_index_of_tenants_says_what_their_list_says),
        cmocka_unit_test(a_tag_names_its_tenant)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
