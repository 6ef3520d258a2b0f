/*
 * Who comes to control a host over the network. Who gets to it is taken to: but not who gets to it as anybody may, by an entrance
 * that is declared public. A page that is open to all gives nobody its server.
 */
#include "reach/engine_run.h"

static bool holds(const uint64_t *bits, uint32_t label) { return bits && bits_get(bits, label); }

static uint32_t outside_of(const struct run *u)
{
    const struct net *n = u->r->n;
    return n->externals_count && n->externals[0].thing != NET_NONE ? u->q.label_of[n->externals[0].thing] : NET_NONE;
}

static bool is_public(const struct run *u, uint32_t thing)
{
    uint32_t outside = outside_of(u);
    return outside < u->q.labels && u->answer[HOW_DECLARED][thing] && bits_get(u->answer[HOW_DECLARED][thing], outside);
}

/* A declaration names both: what is declared between them may be more than the public entrance. */
static bool names(const struct reach_allow *a, uint32_t from, uint32_t to)
{
    return (a->from == REACH_ANY || a->from == from) && (a->to == REACH_ANY || a->to == to);
}

static void add_declared(const struct run *u, uint32_t thing, uint64_t *bits)
{
    const uint64_t *declared = u->answer[HOW_DECLARED][thing];
    if (!declared)
        return;
    if (!is_public(u, thing)) {
        bits_or(bits, declared, u->words);
        return;
    }
    for (uint32_t i = 0; i < u->q.allow_count; i++) {
        const struct reach_allow *a = &u->q.allows[i];
        uint32_t from = a->from == REACH_ANY ? 0 : a->from, end = a->from == REACH_ANY ? u->q.labels : from + 1;
        for (; names(a, from, u->q.label_of[thing]) && from < end && from < u->q.labels; from++)
            if (bits_get(declared, from))
                bits_set(bits, from);
    }
}

void reach_control_labels(const struct reach *r, uint32_t thing, bool unknown, uint64_t *bits)
{
    const struct run *u = r->run;
    if (!u || thing >= r->n->things_count || !r->n->things[thing].runs_code)
        return;
    for (int how = 0; how < HOW_COUNT; how++)
        if (how != HOW_DECLARED && u->answer[how][thing] && (unknown || (how != HOW_UNKNOWN && how != HOW_UNKNOWN_INTERNET)))
            bits_or(bits, u->answer[how][thing], u->words);
    add_declared(u, thing, bits);
}

bool reach_only_public(const struct reach *r, uint32_t label, uint32_t thing)
{
    const struct run *u = r->run;
    if (!u || thing >= r->n->things_count || label >= u->q.labels || label == u->q.label_of[thing] || !is_public(u, thing) ||
        !bits_get(u->answer[HOW_DECLARED][thing], label))
        return false;
    for (int how = 0; how < HOW_COUNT; how++)
        if (how != HOW_DECLARED && holds(u->answer[how][thing], label))
            return false;
    for (uint32_t i = 0; i < u->q.allow_count; i++)
        if (names(&u->q.allows[i], label, u->q.label_of[thing]))
            return false;
    return true;
}
