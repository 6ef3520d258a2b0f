/* The network half on random networks: its matrix equals a loop over all pairs by the walker, pivots by the definition. */
#include "unit/prove/net_box.h"
#include "unit/prove/net_plain.h"
#include "unit/reach/random_net.h"

#include <stdlib.h>

enum { SEEDS = 200, INTERFACES = 7 };
static uint64_t seeds = SEEDS, first_seed = 1;

struct trial {
    struct net_box b;
    struct net_plain p;
    uint64_t seed;
    uint32_t cells, words[NET_WORDS];
};

static bool can_receive(const struct net *n, uint32_t thing)
{
    NET_EACH(i, n->things[thing].enis)
        if (n->enis[n->eni_order[i]].receives)
            return true;
    return false;
}

/* Over hosts of third labels, as net_half.h defines it: from what x has, on over hosts that are neither x's nor y's. */
static bool is_pivot(const struct trial *t, uint32_t x, uint32_t y, bool unknown)
{
    const struct net *n = t->b.n;
    const uint32_t *label = t->b.h->label_of;
    bool *held = calloc(n->things_count + 1, sizeof *held), more = true, found = false;
    assert_non_null(held);
    while (more) {
        more = false;
        for (uint32_t i = 0; i < t->p.count; i++) {
            const struct plain_link *l = &t->p.links[i];
            if (l->from == NET_NONE || (l->verdict == REACH_UNKNOWN && !unknown) || !(label[l->from] == x || held[l->from]))
                continue;
            found |= held[l->from] && label[l->to] == y && can_receive(n, l->to);
            if (held[l->to] || label[l->to] == x || label[l->to] == y || label[l->to] >= t->b.labels.outside || !n->things[l->to].runs_code)
                continue;
            held[l->to] = more = true;
        }
    }
    free(held);
    return found;
}

static enum net_word word_of(const struct trial *t, uint32_t x, uint32_t y)
{
    const uint32_t *label = t->b.h->label_of;
    bool has[HOW_COUNT] = {false};
    const struct reach_question q = {.label_of = label, .labels = t->b.labels.count + 1};
    for (uint32_t i = 0; i < t->p.count; i++) {
        const struct plain_link *l = &t->p.links[i];
        if (l->from != NET_NONE && label[l->from] == x && label[l->to] == y && can_receive(t->b.n, l->to))
            has[net_plain_how(&t->p, l, &q)] = true;
    }
    if (has[HOW_DIRECT] || has[HOW_DIRECT_INTERNET])
        return has[HOW_DIRECT] ? NET_WORD_DIRECT : NET_WORD_INTERNET;
    if (has[HOW_ONE_WAY] || has[HOW_ONE_WAY_INTERNET])
        return NET_WORD_ONE_WAY;
    if (is_pivot(t, x, y, false))
        return NET_WORD_PIVOT;
    return has[HOW_UNKNOWN] || has[HOW_UNKNOWN_INTERNET] || is_pivot(t, x, y, true) ? NET_WORD_UNKNOWN : NET_WORD_NONE;
}

static void compare(struct trial *t)
{
    const struct net_half *h = t->b.h;
    for (uint32_t i = 0; i < h->cell_count; i++)
        if (str_starts(h->cells[i].reason, STR(NET_NOT_REPLAYED)))
            fail_msg("seed %llu: %.*s", (unsigned long long)t->seed, STR_ARG(h->cells[i].reason));
    for (uint32_t x = 0; x < t->b.labels.count; x++)
        for (uint32_t y = 0; y < t->b.labels.outside; y++) {
            size_t at = (size_t)x * t->b.labels.count + y;
            if (x == y || !h->is_object[y])
                continue;
            enum net_word want = word_of(t, x, y);
            /* The walker is asked from some addresses of the Internet only: rules may speak of others. */
            if (x == t->b.labels.outside ? h->words[at] > want : h->words[at] != want)
                fail_msg("seed %llu: %.*s -> %.*s is %s, by the walker %s", (unsigned long long)t->seed, STR_ARG(t->b.labels.names[x]), STR_ARG(t->b.labels.names[y]),
                         net_word_name((enum net_word)h->words[at]), net_word_name(want));
            t->words[want]++;
            t->cells++;
        }
}

/* Three tenants and nobody's: by the row. Nothing is declared, and nothing is told of calls. */
static bool prepare(struct trial *t)
{
    static const char *const tenants[] = {"x", "y", "z", NULL};
    struct net *n = t->b.n;
    for (uint32_t i = 0; i < n->things_count; i++) {
        n->things[i].tenant = str_of(tenants[i % 4]);
        n->things[i].shared = n->things[i].conflict = false;
    }
    for (uint32_t i = 0; i < n->subnets_count; i++)
        n->subnets[i].declared_public = false;
    for (uint32_t i = 0; i < n->vpcs_count; i++)
        n->vpcs[i].tenant = str_make(NULL, 0);
    n->gaps_count = 0;
    return n->things_count > 4;
}

static void every_pair_as_the_walker_has_it(void **state)
{
    (void)state;
    struct trial t = {.cells = 0};
    for (t.seed = first_seed; t.seed < first_seed + seeds; t.seed++) {
        struct err e = {0};
        t.b = (struct net_box){.a = arena_new(0)};
        t.b.n = random_net(t.b.a, t.seed, RANDOM_ALL, INTERFACES);
        t.b.config = json_parse(t.b.a, STR("{\"tenants\":{\"x\":{},\"y\":{},\"z\":{}}}"), 4096, &e);
        if (prepare(&t)) {
            net_box_prove(&t.b);
            net_plain_walk(&t.p, t.b.a, t.b.n);
            compare(&t);
        }
        net_box_done(&t.b);
    }
    print_message("%u cells:", t.cells);
    for (int w = 0; w < NET_WORDS; w++)
        print_message(" %u %s", t.words[w], net_word_name((enum net_word)w));
    print_message("\n");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_pair_as_the_walker_has_it)};
    if (argc > 1)
        seeds = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        first_seed = strtoull(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
