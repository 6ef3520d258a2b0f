/* tests/unit/reach/net_box.h: a net from answers written as text, through the import door: bundle, facts, net. The text is as in
 * ../access/load_box.h: ' for quotes, ` within JSON strings. */
#ifndef WARD_TESTS_REACH_NET_BOX_H
#define WARD_TESTS_REACH_NET_BOX_H

#include "../access/load_box.h"

#include "reach/net.h"

struct net_box {
    struct arena *a, *config;
    struct store *s;
    struct net *n;
};

/* `config`: ward.yaml as JSON with ' for quotes, or NULL. */
static inline void net_box_load(struct net_box *b, const char *lines, const char *config)
{
    struct err e = {0};
    *b = (struct net_box){.a = arena_new(1 << 20), .config = arena_new(0)};
    const struct json *doc = config ? json_parse(b->config, box_text(b->config, config), 1 << 20, &e) : NULL;
    if (config)
        expect_ok(doc, &e);
    b->s = store_open(":memory:", STORE_CREATE | STORE_WRITE, &e);
    expect_ok(b->s, &e);
    struct box door = {.a = b->a, .s = b->s};
    box_import(&door, box_text(b->a, lines), ".jsonl");
    expect_ok(facts_build(b->a, b->s, 1, doc, 1793534400000000, &e), &e);
    b->n = net_new(b->a);
    struct net_options o = {0};
    expect_ok(net_load(b->n, b->s, doc, &o, &e), &e);
}

static inline void net_box_close(struct net_box *b)
{
    store_close(b->s);
    arena_free(b->a);
    arena_free(b->config);
}

static inline uint32_t net_box_row(const struct net_box *b, enum net_kind kind, const char *id)
{
    struct net_ref r = net_find(b->n, str_of(id));
    if (r.kind != kind)
        fail_msg("%s is no %s but a %s", id, net_kind_name(kind), net_kind_name(r.kind));
    return r.index;
}

static inline const struct net_thing *net_box_thing(const struct net_box *b, const char *id)
{
    return &b->n->things[net_box_row(b, NET_THING, id)];
}

static inline const struct net_eni *net_box_eni(const struct net_box *b, const char *id)
{
    return &b->n->enis[net_box_row(b, NET_ENI, id)];
}

#endif
