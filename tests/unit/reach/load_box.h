/* tests/unit/reach/load_box.h: a net from answers written as text, through the import door: bundle, facts, net. As
 * tests/unit/access/load_box.h, whose lines it takes. */
#ifndef WARD_TESTS_REACH_LOAD_BOX_H
#define WARD_TESTS_REACH_LOAD_BOX_H

#include "../access/load_box.h"

#include "reach/net.h"

struct net_box {
    struct arena *a;
    struct store *s;
    struct net *n;
};

static inline void net_box_options(struct net_box *b, const char *lines, const char *config, const struct net_options *o)
{
    struct err e = {0};
    *b = (struct net_box){.a = arena_new(1 << 20)};
    b->s = store_open(":memory:", STORE_CREATE | STORE_WRITE, &e);
    expect_ok(b->s, &e);
    struct box import = {.a = b->a, .s = b->s};
    box_import(&import, box_text(b->a, lines), ".jsonl");
    const struct json *doc = json_parse(b->a, box_text(b->a, config ? config : "{}"), 1 << 20, &e);
    expect_ok(doc, &e);
    expect_ok(facts_build(b->a, b->s, 1, doc, 1793534400000000, &e), &e);
    b->n = net_new(b->a);
    expect_ok(net_load(b->n, b->s, doc, o, &e), &e);
}

/* `config`: ward.yaml as JSON with ' for quotes, or NULL. */
static inline void net_box_load(struct net_box *b, const char *lines, const char *config)
{
    net_box_options(b, lines, config, &(struct net_options){0});
}

static inline void net_box_close(struct net_box *b)
{
    store_close(b->s);
    arena_free(b->a);
}

static inline uint32_t net_box_row(const struct net_box *b, enum net_kind kind, const char *id)
{
    struct net_ref r = net_find(b->n, str_of(id));
    if (r.kind != kind)
        fail_msg("%s is no %s", id, net_kind_name(kind));
    return r.index;
}

static inline bool net_box_gap(const struct net_box *b, const char *op)
{
    for (uint32_t i = 0; i < b->n->gaps_count; i++)
        if (str_eqz(b->n->gaps[i].op, op))
            return true;
    return false;
}

#endif
