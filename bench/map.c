/*
 * The map of a large network that is made here: bench-map [VPCS] [INTERFACES_PER_VPC] [OUT.svg]. One tenant a VPC, one transit gateway;
 * tenants know the shared services only, but for one in fifty, which all may reach and which is open to the next. Times of proof and pictures,
 * their sizes, and the map itself where OUT.svg is given.
 */
#include "base/file.h"
#include "report/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static ip_number v4(uint32_t ip) { return (ip_number)0xffff << 32 | ip; }
static struct ip_range block(uint32_t ip, int bits) { return (struct ip_range){v4(ip), v4(ip | (uint32_t)((1ull << (32 - bits)) - 1))}; }
static uint32_t base(uint32_t vpc) { return 0x0a000000u + vpc * 2048; }

static void rule(struct net *n, uint32_t group, bool egress, uint16_t port, struct ip_range range)
{
    struct net_rule *r = net_add_rule(n);
    r->group = group;
    r->egress = egress;
    r->proto = egress ? NET_ANY_PROTOCOL : NET_TCP;
    r->lo = egress ? 0 : port;
    r->hi = egress ? 65535 : port;
    r->peer = PEER_RANGE;
    r->range = range;
}

static void make_acl(struct net *n, uint32_t vpc)
{
    struct net_acl *c = net_add_acl(n);
    c->id = arena_printf(n->arena, "acl-%u", vpc);
    c->vpc = vpc;
    c->is_default = true;
    for (int egress = 0; egress < 2; egress++) {
        struct net_acl_entry *e = net_add_acl_entry(n);
        *e = (struct net_acl_entry){.acl = vpc, .egress = egress, .allow = true, .number = 100, .proto = NET_ANY_PROTOCOL, .hi = 65535, .range = ip_all_v4()};
    }
}

static void make_routes(struct net *n, uint32_t vpc, bool open)
{
    struct net_table *t = net_add_table(n);
    t->id = arena_printf(n->arena, "rtb-%u", vpc);
    t->vpc = vpc;
    for (int k = 0; k < 2; k++) {
        struct net_route *r = net_add_route(n);
        r->table = vpc;
        r->range = k ? block(0x0a000000u, 8) : block(base(vpc), 21);
        r->kind = k ? TARGET_TGW : TARGET_LOCAL;
        r->target = k ? 0 : NET_NONE;
    }
    struct net_attachment *a = net_add_attachment(n);
    a->id = arena_printf(n->arena, "tgw-attach-%u", vpc);
    a->tgw = 0;
    a->kind = ATTACHMENT_VPC;
    a->target = vpc;
    a->available = a->ipv6 = a->table_read = true;
    a->table = 0;
    net_add_attachment_subnet(n)->attachment = vpc;
    n->attachment_subnets[n->attachment_subnets_count - 1].subnet = vpc;
    if (!open)
        return;
    struct net_tgw_route *r = net_add_tgw_route(n);
    r->table = 0;
    r->range = block(base(vpc), 21);
    r->attachment = vpc;
    r->propagated = true;
}

static void make_interface(struct net *n, uint32_t vpc, uint32_t i)
{
    struct net_thing *t = net_add_thing(n);
    t->id = arena_printf(n->arena, "i-%u-%u", vpc, i);
    t->kind = i % 4 == 3 ? THING_STORE : THING_HOST;
    t->runs_code = t->kind == THING_HOST;
    t->vpc = vpc;
    t->tenant = arena_printf(n->arena, "tenant-%u", vpc);
    struct net_eni *e = net_add_eni(n);
    e->id = arena_printf(n->arena, "eni-%u-%u", vpc, i);
    e->vpc = e->subnet = vpc;
    e->thing = n->things_count - 1;
    e->sources = t->kind == THING_HOST;
    e->receives = e->groups_read = true;
    struct net_address *ad = net_add_address(n);
    ad->eni = n->enis_count - 1;
    ad->range = ip_range_one(v4(base(vpc) + 10 + i));
    ad->primary = true;
    struct net_eni_group *g = net_add_eni_group(n);
    g->eni = n->enis_count - 1;
    g->group = vpc;
}

static void make_vpc(struct net *n, uint32_t vpc, uint32_t interfaces)
{
    bool open = vpc % 50 == 0;
    struct net_vpc *v = net_add_vpc(n);
    v->id = arena_printf(n->arena, "vpc-%u", vpc);
    v->region = STR("us-east-1");
    v->tenant = arena_printf(n->arena, "tenant-%u", vpc);
    v->collected = true;
    v->main_table = vpc;
    struct net_cidr *c = net_add_cidr(n);
    c->vpc = vpc;
    c->range = block(base(vpc), 21);
    make_acl(n, vpc);
    struct net_subnet *s = net_add_subnet(n);
    s->id = arena_printf(n->arena, "subnet-%u", vpc);
    s->vpc = s->table = s->acl = vpc;
    s->az = STR("use1-az1");
    struct net_subnet_cidr *sc = net_add_subnet_cidr(n);
    sc->subnet = vpc;
    sc->range = block(base(vpc), 21);
    struct net_group *g = net_add_group(n);
    g->id = arena_printf(n->arena, "sg-%u", vpc);
    g->vpc = vpc;
    g->region = v->region;
    g->ingress_read = g->egress_read = true;
    rule(n, vpc, true, 0, ip_all_v4());
    rule(n, vpc, false, 443, block(base(vpc), 21));
    if (open)
        rule(n, vpc, false, 5432, block(base(vpc + 50), 21));
    make_routes(n, vpc, open);
    for (uint32_t i = 0; i < interfaces; i++)
        make_interface(n, vpc, i);
}

static struct net *make(struct arena *a, uint32_t vpcs, uint32_t interfaces)
{
    struct net *n = net_new(a);
    struct net_external *internet = net_add_external(n);
    internet->kind = EXTERNAL_INTERNET;
    internet->id = STR("internet");
    struct net_tgw *t = net_add_tgw(n);
    t->id = STR("tgw-0");
    t->collected = true;
    struct net_tgw_table *table = net_add_tgw_table(n);
    table->id = STR("tgw-rtb-0");
    table->tgw = 0;
    table->read = true;
    for (uint32_t v = 0; v < vpcs; v++)
        make_vpc(n, v, interfaces);
    net_index(n);
    return n;
}

static bool to_buf(void *user, struct str chunk, struct err *e)
{
    (void)e;
    buf_add(user, chunk);
    return true;
}

static struct json *tenants(struct arena *a, uint32_t count, struct err *e)
{
    struct buf b;
    buf_init(&b, (size_t)16 << 20);
    buf_addz(&b, "{\"tenants\":{");
    for (uint32_t i = 0; i < count; i++)
        buf_addf(&b, "%s\"tenant-%u\":{}", i ? "," : "", i);
    buf_addz(&b, "}}");
    struct json *j = json_parse(a, arena_str(a, buf_str(&b)), (size_t)16 << 20, e);
    buf_done(&b);
    return j;
}

int main(int argc, char **argv)
{
    struct arena *a = arena_new(1 << 20);
    struct err e = {0};
    uint32_t vpcs = argc > 1 ? (uint32_t)atoi(argv[1]) : 5000, interfaces = argc > 2 ? (uint32_t)atoi(argv[2]) : 20;
    struct net *n = make(a, vpcs, interfaces);
    struct json *config = tenants(a, vpcs, &e);
    struct prove_labels labels;
    double t = now_ms();
    net_half_labels(a, config, &labels);
    struct net_half *h = config ? net_half_prove(a, n, &labels, config, &e) : NULL;
    if (!h) {
        (void)fprintf(stderr, "%s\n", e.message);
        return 1;
    }
    printf("%u VPCs, %u interfaces, %u labels: proved in %.0f ms; %llu cell(s) violated\n", vpcs, n->enis_count, labels.count, now_ms() - t,
           (unsigned long long)h->counts[PROVE_VIOLATED]);
    for (int matrix = 0; matrix < 2; matrix++) {
        struct buf b;
        struct report_sink sink = {to_buf, &b};
        struct netmap_view v = {.arena = a, .net = n, .labels = &labels, .half = h, .run = 1};
        buf_init(&b, (size_t)64 << 20);
        t = now_ms();
        bool ok = matrix ? netmap_matrix_svg(&v, &sink, &e) : netmap_svg(&v, &sink, &e);
        printf("%s: %s, %.0f ms, %zu bytes\n", matrix ? "matrix" : "map", ok ? "drawn" : e.message, now_ms() - t, b.len);
        if (ok && !matrix && argc > 3 && !file_replace(argv[3], buf_str(&b), 0600, &e))
            (void)fprintf(stderr, "%s\n", e.message);
        buf_done(&b);
    }
    net_half_free(h);
    arena_free(a);
    return 0;
}
