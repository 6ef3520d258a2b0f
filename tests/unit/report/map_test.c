/* The map: escaped, the same whatever the order of rows, bounded. */
#include "report/map.h"
#include "unit/prove/net_box.h"

static bool to_buf(void *user, struct str chunk, struct err *e)
{
    (void)e;
    buf_add(user, chunk);
    return true;
}

static struct buf picture(const struct net_box *b, bool matrix, bool judged)
{
    struct buf out;
    struct err e = {0};
    struct report_sink sink = {to_buf, &out};
    struct netmap_view v = {.arena = b->a, .net = b->n, .labels = &b->labels, .half = judged ? b->h : NULL, .run = 1};
    buf_init(&out, (size_t)64 << 20);
    if (!(matrix ? netmap_matrix_svg(&v, &sink, &e) : netmap_svg(&v, &sink, &e)))
        fail_msg("%s", e.message);
    assert_false(out.failed);
    return out;
}

static uint32_t count_of(const struct buf *b, const char *what)
{
    uint32_t count = 0;
    for (const char *p = buf_cstr(b); (p = strstr(p, what)); p += strlen(what))
        count++;
    return count;
}

/* Every tag is closed in order, every attribute is quoted, nothing but what XML allows. Not a parser: what this writer can get wrong. */
static void is_well_formed(const struct buf *b)
{
    char stack[64][16];
    int depth = 0;
    const char *p = buf_cstr(b);
    while (*p) {
        if (*p == '&') {
            assert_true(!strncmp(p, "&amp;", 5) || !strncmp(p, "&lt;", 4) || !strncmp(p, "&gt;", 4) || !strncmp(p, "&quot;", 6) || !strncmp(p, "&#39;", 5));
        } else if (*p == '<') {
            const char *end = strchr(p, '>');
            assert_non_null(end);
            bool close = p[1] == '/';
            size_t n = strcspn(p + 1 + close, " />");
            assert_true(n > 0 && n < 16);
            if (close) {
                assert_true(depth > 0);
                depth--;
                assert_int_equal(strncmp(stack[depth], p + 2, n), 0);
                assert_int_equal(strlen(stack[depth]), n);
            } else if (end[-1] != '/') {
                assert_true(depth < 64);
                memcpy(stack[depth], p + 1, n);
                stack[depth++][n] = 0;
            }
            uint32_t quotes = 0;
            for (const char *q = p; q < end; q++)
                quotes += *q == '"';
            assert_int_equal(quotes % 2, 0);
            p = end;
        } else
            assert_true((unsigned char)*p >= 0x20 || *p == '\n');
        p++;
    }
    assert_int_equal(depth, 0);
}

static const char config[] = "{\"tenants\":{\"x<&\\\"'\":{},\"y\":{}}}";

/* `swapped`: rows of the two VPCs, and what is in them, the other way round. */
static void make(struct net_box *b, bool swapped)
{
    net_box_init(b, config);
    uint32_t vpcs[2], subnets[2], groups[2];
    for (int i = 0; i < 2; i++) {
        int k = swapped ? 1 - i : i;
        vpcs[k] = town_vpc(b->n, k ? "vpc-y" : "vpc-x", k ? "10.2.0.0/16" : "10.1.0.0/16");
        subnets[k] = town_subnet(b->n, vpcs[k], k ? "subnet-y" : "subnet-x", k ? "10.2.1.0/24" : "10.1.1.0/24", "az1");
        groups[k] = town_group(b->n, vpcs[k], k ? "sg-y" : "sg-x");
        town_open_egress(b->n, groups[k]);
        b->n->vpcs[vpcs[k]].tenant = k ? STR("y") : STR("x<&\"'");
    }
    for (int i = 0; i < 2; i++) {
        int k = swapped ? 1 - i : i;
        uint32_t eni = town_host(b->n, subnets[k], k ? "db-y" : "i-x", k ? "10.2.1.5" : "10.1.1.5", NULL, groups[k], k ? "y" : "x<&\"'");
        if (k)
            net_box_store(b, eni);
        b->n->things[b->n->enis[eni].thing].name = k ? STR("db\x01\xE2\x80\xAE<script>") : STR("web \xFF & co");
    }
    town_rule(b->n, groups[1], false, NET_TCP, 5432, 5432, "10.1.0.0/16", NET_NONE);
    net_box_peer(b, vpcs[0], "10.1.0.0/16", vpcs[1], "10.2.0.0/16", "pcx-1");
    net_box_prove(b);
}

static void names_are_escaped_and_cleaned(void **state)
{
    struct net_box b;
    (void)state;
    make(&b, false);
    for (int matrix = 0; matrix < 2; matrix++) {
        struct buf out = picture(&b, matrix, true);
        is_well_formed(&out);
        assert_int_equal(count_of(&out, "<script"), 0);
        assert_int_equal(count_of(&out, "\xE2\x80\xAE"), 0);
        assert_true(count_of(&out, "x&lt;&amp;&quot;&#39;") > 0);
        assert_int_equal(count_of(&out, "href"), 0);
        assert_int_equal(count_of(&out, "http"), 1); /* the name space */
        buf_done(&out);
    }
    struct buf out = picture(&b, false, true);
    assert_true(count_of(&out, "db&lt;script&gt;") > 0);
    assert_true(count_of(&out, "web \xEF\xBF\xBD &amp; co") > 0);
    buf_done(&out);
    net_box_done(&b);
}

static void a_violation_is_an_arc_and_a_cell(void **state)
{
    struct net_box b;
    (void)state;
    make(&b, false);
    struct buf out = picture(&b, false, true);
    assert_int_equal(count_of(&out, "marker-end"), 1);
    assert_true(count_of(&out, "-&gt; y: DIRECT") > 0);
    assert_int_equal(count_of(&out, ">pcx-1</text>"), 1);
    buf_done(&out);
    out = picture(&b, false, false);
    is_well_formed(&out);
    assert_int_equal(count_of(&out, "marker-end"), 0);
    assert_true(count_of(&out, "Nothing was judged") > 0);
    buf_done(&out);
    out = picture(&b, true, true);
    assert_int_equal(count_of(&out, "-&gt; y: DIRECT</title>"), 1);
    buf_done(&out);
    net_box_done(&b);
}

static void same_facts_same_bytes(void **state)
{
    struct net_box one, two;
    (void)state;
    make(&one, false);
    make(&two, true);
    for (int matrix = 0; matrix < 2; matrix++) {
        struct buf x = picture(&one, matrix, true), y = picture(&two, matrix, true);
        assert_string_equal(buf_cstr(&x), buf_cstr(&y));
        buf_done(&x);
        buf_done(&y);
    }
    net_box_done(&one);
    net_box_done(&two);
}

/* 1,500 tenants of one VPC each, of which one is open to another. */
static void a_large_network_is_drawn_by_tenants(void **state)
{
    enum { TENANTS = 1500 };
    struct net_box b;
    struct buf text;
    (void)state;
    buf_init(&text, 1 << 20);
    buf_addz(&text, "{\"tenants\":{");
    for (int i = 0; i < TENANTS; i++)
        buf_addf(&text, "%s\"t%04d\":{}", i ? "," : "", i);
    buf_addz(&text, "}}");
    net_box_init(&b, buf_cstr(&text));
    for (uint32_t i = 0; i < TENANTS; i++) {
        char *cidr = arena_cstr(b.a, arena_printf(b.a, "10.%u.%u.0/24", i / 256, i % 256));
        uint32_t v = town_vpc(b.n, arena_cstr(b.a, arena_printf(b.a, "vpc-%04u", i)), cidr);
        uint32_t s = town_subnet(b.n, v, arena_cstr(b.a, arena_printf(b.a, "subnet-%04u", i)), cidr, "az1");
        uint32_t g = town_group(b.n, v, arena_cstr(b.a, arena_printf(b.a, "sg-%04u", i)));
        town_open_egress(b.n, g);
        town_rule(b.n, g, false, NET_TCP, 443, 443, "10.0.0.0/8", NET_NONE);
        b.n->vpcs[v].tenant = arena_printf(b.a, "t%04u", i);
        town_host(b.n, s, arena_cstr(b.a, arena_printf(b.a, "i-%04u", i)), arena_cstr(b.a, arena_printf(b.a, "10.%u.%u.9", i / 256, i % 256)), NULL, g,
                  arena_cstr(b.a, b.n->vpcs[v].tenant));
    }
    net_box_peer(&b, 7, "10.0.7.0/24", 9, "10.0.9.0/24", "pcx-7-9");
    net_box_prove(&b);
    struct buf out = picture(&b, false, true);
    is_well_formed(&out);
    assert_true(out.len < (size_t)1 << 20);
    assert_true(count_of(&out, ">i-0007</text>") == 1 && count_of(&out, ">i-0009</text>") == 1);
    assert_int_equal(count_of(&out, ">i-0001</text>"), 0);
    assert_int_equal(count_of(&out, "Tenants not drawn: 0 violated, 0 shared, 0 with something unknown, 598 clean"), 1);
    buf_done(&out);
    out = picture(&b, true, true);
    is_well_formed(&out);
    assert_true(out.len < (size_t)1 << 18);
    assert_int_equal(count_of(&out, "t0007 -&gt; t0009: DIRECT"), 1);
    assert_int_equal(count_of(&out, "t0001"), 0);
    assert_int_equal(count_of(&out, "that are proved throughout"), 1);
    buf_done(&out);
    buf_done(&text);
    net_box_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_escaped_and_cleaned),
        cmocka_unit_test(a_violation_is_an_arc_and_a_cell),
        cmocka_unit_test(same_facts_same_bytes),
        cmocka_unit_test(a_large_network_is_drawn_by_tenants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
