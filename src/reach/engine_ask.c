/* One question, and one pair. */
#include "reach/engine_sym.h"

struct asked { enum reach_verdict best; uint32_t service; };

static void better_of(void *ctx, const struct outcome *o)
{
    struct asked *q = ctx;
    enum reach_verdict v = services_has(o->direct, q->service)    ? REACH_DIRECT
                           : services_has(o->one_way, q->service) ? REACH_ONE_WAY
                           : services_has(o->unknown, q->service) ? REACH_UNKNOWN
                                                                  : REACH_NONE;
    q->best = v > q->best ? v : q->best;
}

enum reach_verdict reach_ask(const struct reach *r, const struct net_flow *f)
{
    arena_reset(r->asking);
    struct asked q = {REACH_NONE, engine_service(r, f->proto, f->dport)};
    struct sym s = {.r = r, .n = r->n, .a = r->asking, .sport_lo = f->sport, .sport_hi = f->sport, .told = better_of, .ctx = &q};
    sym_start(&s, f->from, f->to, services_one(r->asking, q.service, q.service), f->entrance_plus_one ? f->entrance_plus_one - 1 : NET_NONE);
    if (q.best == REACH_NONE && s.lost)
        return REACH_UNKNOWN;
    return q.best;
}
