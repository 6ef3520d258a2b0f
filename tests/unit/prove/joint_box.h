/* unit/prove/joint_box.h: a small world and a small network beside it: acme, beta and the shared ops, a VPC each. */
#ifndef WARD_TEST_PROVE_JOINT_BOX_H
#define WARD_TEST_PROVE_JOINT_BOX_H

#include "unit/prove/box.h"
#include "unit/reach/town.h"

#include "prove/joint.h"

struct duo {
    struct box b;
    struct net *n;
    struct net_half *half;
    struct joint *j;
    struct json *config;
    uint32_t vpc[3], subnet[3], group[3]; /* acme's, beta's, ops' */
};
enum { ACME, BETA, OPS };

static const char duo_config[] = "{\"tenants\":{\"acme\":{\"accounts\":[\"111111111111\"]},\"beta\":{\"accounts\":[\"222222222222\"]}},"
                                 "\"shared\":{\"ops\":{\"accounts\":[\"333333333333\"]}}}";

static inline void duo_init(struct duo *d)
{
    static const char *const ids[] = {"111111111111", "222222222222", "333333333333"}, *const tenants[] = {"acme", "beta", NULL};
    static const char *const vpcs[] = {"vpc-a", "vpc-b", "vpc-o"}, *const cidrs[] = {"10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"};
    static const char *const subnets[] = {"subnet-a", "subnet-b", "subnet-o"}, *const inner[] = {"10.1.0.0/24", "10.2.0.0/24", "10.3.0.0/24"};
    static const char *const groups[] = {"sg-a", "sg-b", "sg-o"};
    struct err e = {0};
    box_init(&d->b, catalogue);
    d->n = net_new(d->b.arena);
    struct net_external *internet = net_add_external(d->n);
    internet->kind = EXTERNAL_INTERNET;
    internet->id = STR("internet");
    d->config = json_parse(d->b.arena, str_of(duo_config), 65536, &e);
    assert_non_null(d->config);
    box_tenant(&d->b, "acme");
    box_tenant(&d->b, "beta");
    d->b.w->shared_names[d->b.w->shared_count++] = STR("ops");
    for (int i = 0; i < 3; i++) {
        box_account(&d->b, ids[i], tenants[i]);
        struct net_account *a = net_add_account(d->n);
        a->id = str_of(ids[i]);
        a->collected = true;
        d->vpc[i] = town_vpc(d->n, vpcs[i], cidrs[i]);
        d->n->vpcs[d->vpc[i]].account = (uint32_t)i;
        if (tenants[i])
            d->n->vpcs[d->vpc[i]].tenant = str_of(tenants[i]);
        d->subnet[i] = town_subnet(d->n, d->vpc[i], subnets[i], inner[i], "use1-az1");
        d->n->subnets[d->subnet[i]].account = (uint32_t)i;
        d->group[i] = town_group(d->n, d->vpc[i], groups[i]);
        town_open_egress(d->n, d->group[i]);
    }
}

/* A host of one of the three, and its row in the world; `role` NULL: none. */
static inline uint32_t duo_host(struct duo *d, int whose, const char *id, const char *ip, const char *role)
{
    static const char *const ids[] = {"111111111111", "222222222222", "333333333333"}, *const tenants[] = {"acme", "beta", NULL};
    uint32_t eni = town_host(d->n, d->subnet[whose], id, ip, NULL, d->group[whose], tenants[whose]);
    struct net_thing *t = &d->n->things[d->n->things_count - 1];
    t->arn = arena_printf(d->b.arena, "arn:aws:ec2:us-east-1:%s:instance/%s", ids[whose], id);
    t->type = STR("AWS::EC2::Instance");
    t->account = (uint32_t)whose;
    t->shared = whose == OPS;
    d->n->enis[eni].account = (uint32_t)whose;
    struct world_resource *r = &d->b.w->resources[box_resource(&d->b, (uint32_t)whose, "AWS::EC2::Instance", t->arn, tenants[whose])];
    r->shared = whose == OPS;
    if (role) {
        t->role_arn = arena_printf(d->b.arena, "arn:aws:iam::%s:role/%s", ids[whose], role);
        r->role_arn = t->role_arn;
    }
    return eni;
}

/* A database of one of the three: it receives and sends nothing. */
static inline uint32_t duo_store(struct duo *d, int whose, const char *id, const char *ip)
{
    uint32_t eni = duo_host(d, whose, id, ip, NULL);
    struct net_thing *t = &d->n->things[d->n->things_count - 1];
    t->kind = THING_STORE;
    t->runs_code = false;
    t->type = STR("AWS::RDS::DBInstance");
    d->n->enis[eni].sources = false;
    return eni;
}

static inline uint32_t duo_role(struct duo *d, int whose, const char *name, const char *identity, const char *trust)
{
    static const char *const tenants[] = {"acme", "beta", NULL};
    uint32_t p = box_principal(&d->b, WORLD_ROLE, (uint32_t)whose, name, tenants[whose], identity, trust);
    d->b.w->principals[p].shared = whose == OPS;
    return p;
}

static inline void duo_peer(struct duo *d, int x, int y, const char *id)
{
    static const char *const cidrs[] = {"10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"};
    uint32_t p = town_peering(d->n, d->vpc[x], d->vpc[y], id);
    town_route(d->n, d->n->vpcs[d->vpc[x]].main_table, cidrs[y], TARGET_PEERING, p, id);
    town_route(d->n, d->n->vpcs[d->vpc[y]].main_table, cidrs[x], TARGET_PEERING, p, id);
}

static inline void duo_admit(struct duo *d, int to, uint16_t port, const char *from)
{
    town_rule(d->n, d->group[to], false, NET_TCP, port, port, from, NET_NONE);
}

/* An interface endpoint of S3 in the VPC of one of the three; its policy allows everything. */
static inline void duo_endpoint(struct duo *d, int whose, const char *id, const char *ip, const char *policy)
{
    static const char *const tenants[] = {"acme", "beta", NULL}, *const vpcs[] = {"vpc-a", "vpc-b", "vpc-o"};
    uint32_t eni = town_host(d->n, d->subnet[whose], id, ip, NULL, d->group[whose], tenants[whose]);
    struct net_thing *t = &d->n->things[d->n->things_count - 1];
    t->kind = THING_ENDPOINT;
    t->runs_code = false;
    t->account = (uint32_t)whose;
    t->shared = whose == OPS;
    d->n->enis[eni].sources = false;
    struct net_endpoint *e = net_add_endpoint(d->n);
    e->id = str_of(id);
    e->service_name = STR("com.amazonaws.us-east-1.s3");
    e->kind = ENDPOINT_INTERFACE;
    e->vpc = d->vpc[whose];
    e->account = (uint32_t)whose;
    e->thing = d->n->things_count - 1;
    e->aws = e->available = true;
    struct world *w = d->b.w;
    if (!w->endpoints)
        w->endpoints = arena_array_of(d->b.arena, struct world_endpoint, BOX_MAX);
    w->endpoints[w->endpoint_count++] = (struct world_endpoint){.id = str_of(id), .vpc = str_of(vpcs[whose]), .service = e->service_name,
        .region = STR("us-east-1"), .account = (uint32_t)whose, .policy = world_policy(w, box_text(&d->b, policy), str_of(id))};
}

static inline void duo_prove(struct duo *d)
{
    struct err e = {0};
    net_index(d->n);
    box_prove_by_engine(&d->b);
    d->half = net_half_prove(d->b.arena, d->n, &d->b.p->labels, d->config, &e);
    if (!d->half)
        fail_msg("network half: %s", e.message);
    d->j = joint_prove(d->b.arena, d->b.p, d->half, &e);
    if (!d->j)
        fail_msg("joint: %s", e.message);
}

static inline void duo_done(struct duo *d)
{
    net_half_free(d->half);
    box_engine_done(&d->b);
    box_done(&d->b);
}

static inline enum prove_verdict duo_verdict(const struct duo *d, const char *x, const char *y)
{
    return (enum prove_verdict)d->j->verdicts[(size_t)box_label(&d->b, x) * d->b.p->labels.count + box_label(&d->b, y)];
}

static inline void duo_print(const struct duo *d)
{
    for (uint32_t i = 0; i < d->j->cell_count; i++) {
        const struct joint_cell *c = &d->j->cells[i];
        print_message("%.*s -> %.*s: %s (%.*s, %u pivots) %.*s\n", STR_ARG(d->b.p->labels.names[c->subject]), STR_ARG(d->b.p->labels.names[c->object]),
                      prove_verdict_name(c->verdict), STR_ARG(c->layer), c->pivots, STR_ARG(c->reason));
        for (uint32_t h = 0; h < c->hop_count; h++)
            print_message("    %u %.*s -> %.*s: %.*s\n", (unsigned)c->hops[h].kind, STR_ARG(c->hops[h].from), STR_ARG(c->hops[h].to), STR_ARG(c->hops[h].note));
        for (uint32_t h = 0; h < c->cut_count; h++)
            print_message("    cut: %.*s\n", STR_ARG(c->cuts[h]));
    }
}

static inline const struct joint_cell *duo_cell(const struct duo *d, const char *x, const char *y)
{
    uint32_t xl = box_label(&d->b, x), yl = box_label(&d->b, y);
    for (uint32_t i = 0; i < d->j->cell_count; i++)
        if (d->j->cells[i].subject == xl && d->j->cells[i].object == yl)
            return &d->j->cells[i];
    duo_print(d);
    fail_msg("no cell %s -> %s", x, y);
    abort();
}

#define EXPECT_CELL(d, x, y, wanted)                                                                                                           \
    do {                                                                                                                                       \
        if (duo_verdict(d, x, y) != (wanted)) {                                                                                                \
            duo_print(d);                                                                                                                      \
            fail_msg("%s -> %s: %s, not %s", x, y, prove_verdict_name(duo_verdict(d, x, y)), prove_verdict_name(wanted));                      \
        }                                                                                                                                      \
    } while (0)

#define FULL "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}]}"
#define READ_BETA ALLOW("\"s3:GetObject\"", "\"arn:aws:s3:::beta-data/*\"")
#define LETS(account, condition)                                                                                                               \
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"leak\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" account "\"},"               \
    "\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::beta-data/*\",\"Condition\":{" condition "}}]}"
#define EC2_TRUST TRUST("{\"Service\":\"ec2.amazonaws.com\"}", "")

#endif
