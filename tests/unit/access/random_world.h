/*
 * Small made-up organizations for tests that hold two ways of saying the same together.
 *
 * Everything comes from the seed: accounts with and without an organization, SCPs and RCPs at several levels, users,
 * roles, boundaries, services, federated providers, outsiders; buckets, keys, queues, tables, secrets, log groups,
 * access points; policies from a small vocabulary of actions, patterns, keys that are known and keys that are not;
 * things unread.
 */
#ifndef WARD_TEST_RANDOM_WORLD_H
#define WARD_TEST_RANDOM_WORLD_H

#include "access/world.h"

struct random_world {
    struct arena *arena;
    const struct iam_catalogue *catalogue;
    uint64_t state;
    struct world *w;
    uint32_t *actions; /* the questions */
    uint32_t action_count;
    unsigned unread_percent; /* how often something was not read */
    /* Renames accounts and tenants as it writes them: {"from", "to"} pairs, NULL at the end; NULL: none. */
    const char *const (*rename)[2];
    bool shuffle; /* statements in another order, and split into one each action */
};

/* Fills w, actions and action_count; arena, catalogue, state (the seed) and the settings are the caller's. */
void random_world_make(struct random_world *r);
/* A number below n. */
uint32_t random_below(struct random_world *r, uint32_t n);
/* The document of an identity policy; and the same with one more statement. */
struct str random_identity_policy(struct random_world *r);
struct str random_with_statement(struct random_world *r, struct str policy, bool allow, bool resource_kind);

#endif
