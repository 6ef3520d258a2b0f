/* One walk over a small network: index it, ask, compare. */
#ifndef WARD_TESTS_REACH_WALK_BOX_H
#define WARD_TESTS_REACH_WALK_BOX_H

#include "reach/walk.h"
#include "town.h"

static inline struct net *box_new(void)
{
    struct net *n = net_new(arena_new(1 << 16));
    struct net_external *x = net_add_external(n);
    x->kind = EXTERNAL_INTERNET;
    x->id = STR("internet");
    return n;
}

static inline void box_free(struct net *n)
{
    arena_free(n->arena);
}

/* From an interface (or an external...) to an address; the source port is Linux's usual one. */
static inline struct walk box_ask(struct net *n, struct net_ref from, const char *src, const char *to, int16_t proto,
                                  uint16_t port)
{
    if (!n->address_order)
        net_index(n);
    struct net_flow f = {
        .from = {from, src ? town_ip(src) : 0}, .to = town_ip(to), .proto = proto, .sport = 40000, .dport = port};
    struct walk w;
    walk_flow(n, n->arena, &f, &w);
    return w;
}

static inline struct walk box_tcp(struct net *n, uint32_t eni, const char *to, uint16_t port)
{
    return box_ask(n, (struct net_ref){NET_ENI, eni}, NULL, to, NET_TCP, port);
}

static inline struct walk box_internet(struct net *n, const char *to, uint16_t port)
{
    return box_ask(n, (struct net_ref){NET_EXTERNAL, 0}, NULL, to, NET_TCP, port);
}

static inline void box_print(const struct net *n, const struct walk *w)
{
    for (uint32_t i = 0; i < w->count; i++) {
        const struct walk_path *p = &w->paths[i];
        print_message("path %u: %s%s%s%.*s\n", i, reach_verdict_name(p->verdict), p->blocked_by ? " " : "",
                      p->blocked_by ? p->blocked_by : "", STR_ARG(p->reason));
        for (uint32_t k = 0; k < p->hop_count + p->return_count; k++) {
            const struct walk_hop *h = k < p->hop_count ? &p->hops[k] : &p->return_hops[k - p->hop_count];
            struct str id = net_id(n, h->at);
            print_message("  %s %s %.*s: %.*s [%s]\n", k < p->hop_count ? "->" : "<-", net_kind_name(h->at.kind),
                          STR_ARG(id), STR_ARG(h->note), h->code ? h->code : "");
        }
    }
}

#define EXPECT(n, w, wanted)                                                                                           \
    do {                                                                                                               \
        struct walk w_ = (w);                                                                                          \
        enum reach_verdict got_ = w_.count ? w_.paths[0].verdict : REACH_NONE;                                         \
        if (got_ != (wanted)) {                                                                                        \
            box_print(n, &w_);                                                                                         \
            fail_msg("%s: %s, not %s", #w, reach_verdict_name(got_), reach_verdict_name(wanted));                      \
        }                                                                                                              \
    } while (0)

/* Every way is stopped, the first told by this code. */
#define EXPECT_STOP(n, w, code_)                                                                                       \
    do {                                                                                                               \
        struct walk w_ = (w);                                                                                          \
        if (!w_.count || w_.paths[0].verdict != REACH_NONE || !w_.paths[0].blocked_by ||                               \
            strcmp(w_.paths[0].blocked_by, code_) != 0) {                                                              \
            box_print(n, &w_);                                                                                         \
            fail_msg("%s: not stopped by %s", #w, code_);                                                              \
        }                                                                                                              \
    } while (0)

/* The best path ends at this interface. */
#define EXPECT_AT(n, w, eni, wanted)                                                                                   \
    do {                                                                                                               \
        struct walk w_ = (w);                                                                                          \
        const struct walk_path *p_ = walk_to(n, &w_, (struct net_ref){NET_ENI, eni});                                  \
        enum reach_verdict got_ = p_ ? p_->verdict : REACH_NONE;                                                       \
        if (got_ != (wanted)) {                                                                                        \
            box_print(n, &w_);                                                                                         \
            fail_msg("%s: %s at the interface, not %s", #w, reach_verdict_name(got_), reach_verdict_name(wanted));     \
        }                                                                                                              \
    } while (0)

#endif
