/*
 * What a change may do to the walker's answers: taking away what lets through adds nothing, not having read a fact closes nothing,
 * the order of rows and a second network beside it change nothing.
 */
#include "probe.h"
#include "random_net.h"
#include "harness.h"

#include <string.h>

#ifndef METAMORPHIC_SEEDS
#define METAMORPHIC_SEEDS 60 /* -DMETAMORPHIC_SEEDS=5000 for a long run */
#endif
enum { SEEDS = METAMORPHIC_SEEDS, FLOWS = 600, CHANGES = 12 };

struct state {
    uint64_t random;
    uint64_t compared, open;
};

static uint32_t below(struct state *s, uint32_t n)
{
    s->random = s->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((s->random >> 33) % n);
}

/* A flow by names, so that it can be asked of another copy. */
struct named_flow {
    struct str from;
    struct net_flow flow;
    struct str entrance;
};

static struct named_flow some_flow(struct state *s, const struct net *n, const struct probe *p)
{
    struct named_flow f = {.flow = {.from = p->from[below(s, p->from_count)]}};
    const struct probe_to *to = &p->to[below(s, p->to_count)];
    const struct probe_service *service = &p->services[below(s, p->service_count)];
    f.from = net_id(n, f.flow.from.at);
    f.flow.to = to->ip;
    f.flow.entrance_plus_one = to->entrance_plus_one;
    if (to->entrance_plus_one)
        f.entrance = n->entrances[to->entrance_plus_one - 1].id;
    f.flow.proto = service->proto;
    f.flow.dport = service->port;
    f.flow.sport = f.flow.proto == NET_TCP || f.flow.proto == NET_UDP ? 49152 : 0;
    return f;
}

static bool ask(const struct net *n, struct arena *a, const struct named_flow *f, struct walk *out)
{
    struct net_flow flow = f->flow;
    flow.from.at = net_find(n, f->from);
    if (f->entrance.len) {
        struct net_ref e = net_find(n, f->entrance);
        if (e.kind != NET_ENTRANCE)
            return false;
        flow.entrance_plus_one = e.index + 1;
    }
    walk_flow(n, a, &flow, out);
    return true;
}

static const char *fail_text(const struct net *n, struct arena *a, const struct named_flow *f, const struct walk_path *p, enum reach_verdict now)
{
    struct str t = arena_printf(a, "%.*s at %.*s: %s before, %s after", STR_ARG(probe_text(n, a, &f->flow)), STR_ARG(net_id(n, p->end)),
                                reach_verdict_name(p->verdict), reach_verdict_name(now));
    return arena_cstr(a, t);
}

/* The best verdict at the end of that name; an unknown way that got lost may have gone to any. */
static enum reach_verdict at_end(const struct net *n, const struct walk *w, struct str end)
{
    struct net_ref r = net_find(n, end);
    enum reach_verdict best = REACH_NONE;
    const struct walk_path *p = r.kind == NET_NOTHING ? NULL : walk_to(n, w, r);
    if (p)
        best = p->verdict;
    return best;
}

static bool is_internet(const struct walk_path *p)
{
    return p->end.kind == NET_EXTERNAL && p->end.index == 0;
}

static bool is_end(const struct walk_path *p)
{
    return p->end.kind == NET_ENI || p->end.kind == NET_EXTERNAL;
}

enum relation { NO_MORE, NOT_CLOSED, THE_SAME };

/* Each flow's verdicts at each end in `before` and `after`. A text, or NULL. */
static const char *compare(struct state *s, struct arena *a, const struct net *before, const struct net *after, enum relation want)
{
    struct probe p = probe_of(a, before);
    for (uint32_t i = 0; i < FLOWS; i++) {
        struct named_flow f = some_flow(s, before, &p);
        struct walk was, is;
        if (!ask(before, a, &f, &was) || !ask(after, a, &f, &is) || was.capped || is.capped)
            continue;
        s->compared++;
        s->open += was.count && was.paths[0].verdict > REACH_NONE;
        for (uint32_t k = 0; k < was.count && want != NO_MORE; k++) {
            bool own = str_eq(net_id(before, was.paths[k].end), f.from);
            if (was.paths[k].verdict == REACH_NONE || !is_end(&was.paths[k]) || own)
                continue;
            enum reach_verdict old = at_end(before, &was, net_id(before, was.paths[k].end)), now = at_end(after, &is, net_id(before, was.paths[k].end));
            if (want == NOT_CLOSED && was.paths[k].end.kind == NET_EXTERNAL && is.count && is.paths[0].verdict > now)
                now = is.paths[0].verdict; /* which network outside has an address that none is known to have, is not known either */
            if (want == NOT_CLOSED ? now == REACH_NONE : now != old)
                return fail_text(before, a, &f, &was.paths[k], now);
        }
        for (uint32_t k = 0; k < is.count && want != NOT_CLOSED; k++) {
            if (is.paths[k].verdict == REACH_NONE || !is_end(&is.paths[k]) || (want == NO_MORE && is_internet(&is.paths[k])))
                continue;
            enum reach_verdict old = at_end(before, &was, net_id(after, is.paths[k].end)), now = at_end(after, &is, net_id(after, is.paths[k].end));
            if (now > old)
                return arena_cstr(a, arena_printf(a, "%.*s at %.*s: %s before, %s after", STR_ARG(probe_text(before, a, &f.flow)),
                                                  STR_ARG(net_id(after, is.paths[k].end)), reach_verdict_name(old), reach_verdict_name(now)));
        }
    }
    return NULL;
}

/* ---- less that lets through ---- */

/* Rows each of which only lets something through. */
static const enum shape_list openers[] = {L_RULES, L_TARGETS, L_LISTENER_GROUPS, L_SERVICE_BALANCERS, L_ENTRANCES, L_UPLINKS};

static struct net *without_opener(struct state *s, struct arena *a, const struct net *plan, const char **what)
{
    enum shape_list l = openers[below(s, sizeof openers / sizeof *openers)];
    uint32_t count = shape_count(plan, l);
    *what = shape_name(l);
    return count ? shape_without(a, plan, l, below(s, count)) : NULL;
}

#define ROW(list) (n->list##_count ? &n->list[below(s, n->list##_count)] : NULL)
#define SET(kind, list, field, value) \
    do { \
        struct kind *row_ = ROW(list); \
        *what = #list "." #field; \
        if (!row_) \
            return NULL; \
        row_->field = (value); \
    } while (0)

static struct net *closed(struct state *s, struct arena *a, const struct net *plan, const char **what)
{
    struct net *n = shape_copy(a, plan, NULL);
    switch (below(s, 9)) {
    case 0: SET(net_address, addresses, public_ip, 0); break;
    case 1: SET(net_attachment, attachments, available, false); break;
    case 2: SET(net_peering, peerings, active, false); break;
    case 3: SET(net_nat, nats, available, false); break;
    case 4: SET(net_subnet, subnets, bpa, BPA_BLOCKED); break;
    case 5: SET(net_eni, enis, receives, false); break;
    case 6: SET(net_endpoint, endpoints, available, false); break;
    case 7: SET(net_acl_entry, acl_entries, allow, false); break;
    default: SET(net_eni, enis, deny_igw, true); break;
    }
    return n;
}

static void taking_away_adds_nothing(void **state)
{
    struct state *s = *state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct arena *a = arena_new(1 << 20);
        struct net *plan = random_net(a, seed, RANDOM_ALL & ~(unsigned)RANDOM_UNREAD, 14), *before = shape_copy(a, plan, NULL);
        net_index(before);
        for (uint32_t i = 0; i < CHANGES; i++) {
            const char *what, *wrong;
            struct net *after = i % 2 ? closed(s, a, plan, &what) : without_opener(s, a, plan, &what);
            if (!after)
                continue;
            net_index(after);
            if ((wrong = compare(s, a, before, after, NO_MORE)))
                fail_msg("seed %u, less of %s: %s", (unsigned)seed, what, wrong);
        }
        arena_free(a);
    }
    print_message("%llu flows compared, %llu of them reach something\n", (unsigned long long)s->compared, (unsigned long long)s->open);
    assert_true(s->open > s->compared / 50);
}

/* ---- less that was read ---- */

static struct net *unread_near(struct state *s, struct arena *a, const struct net *plan, const char **what)
{
    struct net *n = shape_copy(a, plan, NULL);
    switch (below(s, 8)) {
    case 0: SET(net_subnet, subnets, table, NET_NONE); break;
    case 1: SET(net_subnet, subnets, acl, NET_NONE); break;
    case 2: SET(net_subnet, subnets, bpa, BPA_UNREAD); break;
    case 3: SET(net_group, groups, ingress_read, false); break;
    case 4: SET(net_group, groups, egress_read, false); break;
    case 5: SET(net_eni, enis, groups_read, false); break;
    case 6: SET(net_prefix_list, prefix_lists, read, false); break;
    default: {
        struct net_rule *u = ROW(rules);
        *what = "rules.peer";
        if (!u)
            return NULL;
        u->peer = PEER_UNKNOWN;
        u->peer_index = NET_NONE;
    }
    }
    return n;
}

static struct net *unread_far(struct state *s, struct arena *a, const struct net *plan, const char **what)
{
    struct net *n = shape_copy(a, plan, NULL);
    switch (below(s, 9)) {
    case 0: SET(net_tgw, tgws, collected, false); break;
    case 1: SET(net_tgw_table, tgw_tables, read, false); break;
    case 2: SET(net_listener, listeners, read, false); break;
    case 3: SET(net_target_group, target_groups, read, false); break;
    case 4: SET(net_target_group, target_groups, keeps_client_ip, -1); break;
    case 5: SET(net_lb, lbs, listeners_read, false); break;
    case 6: SET(net_service, services, balancers_read, false); break;
    case 7: SET(net_firewall, firewalls, read, false); break;
    default: {
        struct net_attachment *t = ROW(attachments);
        *what = "attachments.table";
        if (!t)
            return NULL;
        t->table_read = false;
        t->table = NET_NONE;
    }
    }
    return n;
}

static void a_fact_that_was_not_read_closes_nothing(void **state)
{
    struct state *s = *state;
    for (uint64_t seed = 100; seed < 100 + SEEDS; seed++) {
        struct arena *a = arena_new(1 << 20);
        struct net *plan = random_net(a, seed, RANDOM_ALL, 14), *before = shape_copy(a, plan, NULL);
        net_index(before);
        for (uint32_t i = 0; i < CHANGES; i++) {
            const char *what, *wrong;
            struct net *after = i % 2 ? unread_near(s, a, plan, &what) : unread_far(s, a, plan, &what);
            if (!after)
                continue;
            net_index(after);
            if ((wrong = compare(s, a, before, after, NOT_CLOSED)))
                fail_msg("seed %u, not read: %s: %s", (unsigned)seed, what, wrong);
        }
        arena_free(a);
    }
}

/* ---- nothing of moment ---- */

static void the_order_of_rows_changes_nothing(void **state)
{
    struct state *s = *state;
    for (uint64_t seed = 200; seed < 200 + SEEDS; seed++) {
        struct arena *a = arena_new(1 << 20);
        struct net *plan = random_net(a, seed, RANDOM_ALL, 14), *before = shape_copy(a, plan, NULL), *after = shape_shuffled(a, plan, seed, NULL);
        net_index(before);
        net_index(after);
        const char *wrong = compare(s, a, before, after, THE_SAME);
        if (wrong)
            fail_msg("seed %u: %s", (unsigned)seed, wrong);
        arena_free(a);
    }
}

static void a_network_beside_it_changes_nothing(void **state)
{
    struct state *s = *state;
    unsigned parts = RANDOM_ALL & ~(unsigned)(RANDOM_INTERNET | RANDOM_ENTRANCES | RANDOM_UNREAD);
    for (uint64_t seed = 300; seed < 300 + SEEDS; seed++) {
        struct arena *a = arena_new(1 << 20);
        struct net *plan = random_net(a, seed, parts, 14), *other = random_net(a, seed + 1000, parts, 14), *before = shape_copy(a, plan, NULL);
        for (uint32_t i = 0; i < other->enis_count; i++)
            other->enis[i].id = arena_printf(a, "other-%.*s", STR_ARG(other->enis[i].id));
        for (uint32_t i = 1; i < other->externals_count; i++)
            other->externals[i].id = arena_printf(a, "other-%.*s", STR_ARG(other->externals[i].id));
        struct net *after = shape_joined(a, plan, other);
        net_index(before);
        net_index(after);
        const char *wrong = compare(s, a, before, after, THE_SAME);
        if (wrong)
            fail_msg("seed %u: %s", (unsigned)seed, wrong);
        arena_free(a);
    }
}

int main(void)
{
    struct state s = {.random = 20261101};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(taking_away_adds_nothing, &s),
        cmocka_unit_test_prestate(a_fact_that_was_not_read_closes_nothing, &s),
        cmocka_unit_test_prestate(the_order_of_rows_changes_nothing, &s),
        cmocka_unit_test_prestate(a_network_beside_it_changes_nothing, &s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
