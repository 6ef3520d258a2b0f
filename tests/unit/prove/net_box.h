/* unit/prove/net_box.h: small networks with a ward.yaml, proved. */
#ifndef WARD_TEST_PROVE_NET_BOX_H
#define WARD_TEST_PROVE_NET_BOX_H

#include "prove/net_half.h"
#include "unit/reach/town.h"

#include <stdlib.h>

struct net_box {
    struct arena *a;
    struct net *n;
    struct json *config;
    struct prove_labels labels;
    struct net_half *h;
};

/* Two tenants, X and Y, each with a VPC, a subnet and a group that lets everything out. */
struct net_pair {
    uint32_t x, y, x_subnet, y_subnet, x_group, y_group;
};

static inline void net_box_init(struct net_box *b, const char *config)
{
    struct err e = {0};
    *b = (struct net_box){.a = arena_new(0)};
    b->n = net_new(b->a);
    struct net_external *internet = net_add_external(b->n);
    internet->kind = EXTERNAL_INTERNET;
    internet->id = STR("internet");
    b->config = json_parse(b->a, str_of(config), 1 << 20, &e);
    if (!b->config)
        fail_msg("%s", e.message);
}

static inline void net_box_prove(struct net_box *b)
{
    struct err e = {0};
    net_index(b->n);
    net_half_labels(b->a, b->config, &b->labels);
    b->h = net_half_prove(b->a, b->n, &b->labels, b->config, &e);
    if (!b->h)
        fail_msg("%s", e.message);
}

static inline void net_box_done(struct net_box *b)
{
    net_half_free(b->h);
    arena_free(b->a);
}

static inline struct net_pair net_box_pair(struct net_box *b)
{
    struct net_pair p = {.x = town_vpc(b->n, "vpc-x", "10.1.0.0/16"), .y = town_vpc(b->n, "vpc-y", "10.2.0.0/16")};
    p.x_subnet = town_subnet(b->n, p.x, "subnet-x", "10.1.1.0/24", "az1");
    p.y_subnet = town_subnet(b->n, p.y, "subnet-y", "10.2.1.0/24", "az1");
    p.x_group = town_group(b->n, p.x, "sg-x");
    p.y_group = town_group(b->n, p.y, "sg-y");
    town_open_egress(b->n, p.x_group);
    town_open_egress(b->n, p.y_group);
    return p;
}

/* The interface's thing becomes a data store that sends nothing and runs nobody's code. */
static inline void net_box_store(struct net_box *b, uint32_t eni)
{
    struct net_thing *t = &b->n->things[b->n->enis[eni].thing];
    t->kind = THING_STORE;
    t->phi = true;
    t->runs_code = false;
    b->n->enis[eni].sources = false;
}

static inline void net_box_peer(struct net_box *b, uint32_t v, const char *v_cidr, uint32_t w, const char *w_cidr, const char *id)
{
    uint32_t pcx = town_peering(b->n, v, w, id);
    town_route(b->n, b->n->vpcs[v].main_table, w_cidr, TARGET_PEERING, pcx, id);
    town_route(b->n, b->n->vpcs[w].main_table, v_cidr, TARGET_PEERING, pcx, id);
}

static inline uint32_t net_box_label(const struct net_box *b, const char *name)
{
    for (uint32_t i = 0; i < b->labels.count; i++)
        if (str_eqz(b->labels.names[i], name))
            return i;
    fail_msg("no label %s", name);
    return 0;
}

static inline size_t net_box_at(const struct net_box *b, const char *x, const char *y)
{
    return (size_t)net_box_label(b, x) * b->labels.count + net_box_label(b, y);
}

static inline const struct net_cell *net_box_cell(const struct net_box *b, const char *x, const char *y)
{
    for (uint32_t i = 0; i < b->h->cell_count; i++)
        if (str_eqz(b->labels.names[b->h->cells[i].subject], x) && str_eqz(b->labels.names[b->h->cells[i].object], y))
            return &b->h->cells[i];
    return NULL;
}

/* The first connection that is told of the cell. */
static inline struct net_flow net_box_flow(const struct net_cell *c, uint32_t at)
{
    if (!c || at >= c->witness_count || !c->witnesses) {
        fail_msg("the cell has no connection %u", at);
        abort();
    }
    return c->witnesses[at].flow;
}

/* The cell is listed. */
static inline struct net_cell net_box_told(const struct net_box *b, const char *x, const char *y)
{
    const struct net_cell *c = net_box_cell(b, x, y);
    if (!c) {
        fail_msg("%s -> %s is not listed", x, y);
        abort();
    }
    return *c;
}

static inline void net_box_says(const struct net_box *b, const char *x, const char *y, enum prove_verdict verdict, enum net_word word)
{
    size_t at = net_box_at(b, x, y);
    if (b->h->verdicts[at] != verdict || b->h->words[at] != word)
        fail_msg("%s -> %s is %s (%s), not %s (%s)", x, y, prove_verdict_name((enum prove_verdict)b->h->verdicts[at]),
                 net_word_name((enum net_word)b->h->words[at]), prove_verdict_name(verdict), net_word_name(word));
    const struct net_cell *c = net_box_cell(b, x, y);
    if ((verdict == PROVE_PROVED) != (c == NULL))
        fail_msg("%s -> %s is %slisted", x, y, c ? "" : "not ");
    if (c && (c->verdict != verdict || c->word != word || !c->reason.len))
        fail_msg("the cell %s -> %s is not told as the matrix has it", x, y);
}

static inline bool net_box_cuts(const struct net_box *b, const char *x, const char *y, const char *part)
{
    const struct net_cell told = net_box_told(b, x, y), *c = &told;
    for (uint32_t i = 0; i < c->cut_count; i++)
        if (str_contains(c->cuts[i], str_of(part)))
            return true;
    return false;
}

#endif
