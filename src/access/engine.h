/*
 * access/engine.h: the class engine: what every principal of an organization may do to every resource, at once.
 *
 * Place in the flow: world -> ENGINE -> graph -> prove. It says the same as world_ask() for every (principal, action,
 * resource) of the questions it was made for (tests/unit/access holds the two together on random organizations), but
 * works by classes: action atoms, interned resource sets found by index, policies evaluated once per distinct document
 * and owner, guards as interned formulas (iam/residue.h).
 *
 * Resources of S3 and the like: an action on objects ("s3:GetObject") is asked of the bucket's row and means "of
 * some object in it"; a row whose ARN has a '*' (one tenant's prefix of a pooled bucket) is a part of a store and means
 * "some object that the pattern matches". An Allow then counts when its pattern and the row's meet, a Deny when it
 * covers that meeting (engine_member.c). A table's indexes, a function's versions, a stream's consumers are asked of
 * the row of the whole in the same way. A question is asked of the rows that the action takes (iam_catalogue_takes), of
 * no others.
 *
 * A variable of an unknown key in a pattern ("bucket/${s3:prefix}/...") asks of a part of a store that the key is
 * there, no more.
 */
#ifndef WARD_ACCESS_ENGINE_H
#define WARD_ACCESS_ENGINE_H

#include "access/world.h"
#include "base/bitset.h"

struct engine;

/* Interned: equal sets are one pointer, `id` counts from 0. */
struct resource_set {
    uint32_t id, count;
    const uint32_t *items; /* resource rows, ascending */
};
struct action_set {
    uint32_t id, count;
    const uint64_t *bits; /* over the engine's questions: bit i = question i */
};
struct access_row {
    const struct action_set *actions;
    const struct resource_set *resources;
    const struct residue *guard; /* TRUE: always; never FALSE */
};

/* `actions`: catalogue indexes, the questions; every resource of the world is asked about. Copies them. */
struct engine *engine_new(struct world *w, const uint32_t *actions, uint32_t count);
void engine_free(struct engine *e);
/* Computes the rows of every principal. */
void engine_run(struct engine *e);
/* The rows of one principal; rows may share pairs (their guards are then OR-ed by the reader). */
const struct access_row *engine_rows(const struct engine *e, uint32_t principal, uint32_t *count);
/* The same for actions that take no resource: `resources` has one item, WORLD_NONE. Not among engine_rows(). */
const struct access_row *engine_bare_rows(const struct engine *e, uint32_t principal, uint32_t *count);
/* The guard of one triple, FALSE when denied: for tests and single questions. Of an action that takes no resource:
 * resource WORLD_NONE. */
const struct residue *engine_allows(struct engine *e, uint32_t principal, uint32_t action, uint32_t resource);
/* All principals that may do `action` (catalogue index) on the row: principals and guards, in principal order. */
uint32_t engine_who(struct engine *e, uint32_t resource, uint32_t action, struct arena *a, uint32_t **principals,
                    const struct residue ***guards);
/* A policy of this principal (or this resource, or of the organization) changed in the world: recomputes what depends
 * on it. */
void engine_principal_changed(struct engine *e, uint32_t principal);
void engine_resource_changed(struct engine *e, uint32_t resource);
void engine_organization_changed(struct engine *e);
/* Rows recomputed since engine_run, for the bench. */
uint64_t engine_recomputed(const struct engine *e);
/* The store's parts are told apart by more patterns than the engine keeps (8192): a denial there is not sure. */
bool engine_capped_row(const struct engine *e, uint32_t resource);
uint32_t engine_question(const struct engine *e, uint32_t action); /* its bit, or WORLD_NONE */
uint32_t engine_question_count(const struct engine *e);
uint32_t engine_question_action(const struct engine *e, uint32_t bit);

#endif
