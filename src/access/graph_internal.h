/* access/graph_internal.h: what the files of the graph share. */
#ifndef WARD_ACCESS_GRAPH_INTERNAL_H
#define WARD_ACCESS_GRAPH_INTERNAL_H

#include "access/engine.h"
#include "access/graph.h"

/* Results by formula: they are interned, so a pointer is a key. */
enum memo_what { MEMO_LEVEL = 1, MEMO_CHAINED, MEMO_TAGS, MEMO_PASSED /* + number of the path */ };
struct memo_slot {
    const struct residue *key, *value;
    uint32_t what;
    enum graph_level level;
};
struct graph_memo {
    struct memo_slot *slots;
    uint32_t size, count;
    struct arena *scratch;
    struct build *build;    /* what graph_changed() goes on with */
    uint64_t *faces;        /* by principal: what else than its own edges rests on it */
    size_t policies;        /* that there were then */
    uint32_t tag_keys;
    bool reads_tags;
};
/* The slot of (key, what), new (what was not there) or as it was filled. */
struct memo_slot *memo_at(struct graph *g, const struct residue *key, uint32_t what, bool *found);

/* graph_prepare.c: some policy from this one on reads tags of principals; or lets in roles by name. */
bool graph_reads_tags(const struct world *w, size_t from);
bool graph_names_roles(const struct world *w, size_t from);
/* What the pseudo principals rest on. */
unsigned graph_powers(const struct world_principal *p);

struct edge_list {
    struct graph_edge *items;
    uint32_t count, size;
};
void edge_add(struct graph *g, struct edge_list *l, struct graph_edge e);
/* Sorts, keeps the surest edge between two nodes, splits nodes by second factor, fills the index. */
void graph_finish(struct graph *g, struct edge_list *l, const bool *reads_mfa);

/* One principal's rights to the questions that edges rest on. */
struct right {
    uint32_t bit;
    const struct resource_set *resources;
    const struct residue *guard;
};
struct principal_rights {
    uint32_t principal;
    struct right *items; /* in order of bit */
    uint32_t count, size;
};
void rights_collect(struct graph *g, const struct rights *r, const uint64_t *bits, uint32_t principal, struct principal_rights *out);
/* Of one action on one row: FALSE when there is none. */
const struct residue *rights_on(struct graph *g, const struct principal_rights *p, uint32_t bit, uint32_t resource);

/* Asked of world_ask(): an ARN that may have no row. */
const struct residue *graph_ask_arn(struct graph *g, uint32_t principal, uint32_t action, struct str arn);
/* On something new of this type (of the action catalogue; empty: any that the action takes) in the caller's account: tried on the ARNs
 * that its own Allow statements name. FALSE when none of them covers the action. `arn` (may be NULL; in `a`): on which. */
const struct residue *graph_ask_new(struct graph *g, uint32_t principal, uint32_t action, struct str type, struct arena *a, struct str *arn);
bool graph_identity_allows(const struct world *w, uint32_t principal, struct str service, struct str name);
/* The policy allows every action on everything, always. */
bool graph_allows_all(const struct iam_policy *p);
/* The role's trust policy lets one of these services in: TRUE, FALSE, or a formula when it could not be read. */
const struct residue *graph_trusts_service(struct graph *g, uint32_t role, struct str services);
/* The guard with iam:PassedToService known. */
const struct residue *graph_passed_to(struct graph *g, const struct residue *guard, uint32_t path);
/* Principals of other organizations and accounts that conditions of policies let in. */
void graph_add_strangers(struct world *w);
/* Something that bears on all of the organization was not looked at. */
void graph_add_gap(struct world *w, struct str why);
/* Roles that anybody can take through a provider that signs for anybody: edges from the anonymous caller. */
void graph_open_providers(struct graph *g, struct edge_list *l);
/* By account: whether SCPs there tell principals apart. */
bool *graph_exempting(struct graph *g);
/* Roles that one person, one token or a guest can have: edges between them. */
void graph_people(struct graph *g, struct edge_list *l);
bool graph_reads_mfa(const struct residue *guard);

#endif
