/*
 * access/graph.h: who can act as whom: AssumeRole, privilege paths, compute that can be taken over.
 *
 * Place in the flow: world -> graph_prepare -> engine (or any other `struct rights`) -> GRAPH -> prove.
 *
 * A node is a principal of the world in one state: as it comes (a session of any kind), or chained (reached from
 * another role or from compute: then it has no second factor; IAM User Guide, "AWS global condition context keys",
 * aws:MultiFactorAuthPresent, read 2026). The second node is there only where some guard reads that key.
 *
 * graph_prepare() adds to the world the principals that are nobody's but that somebody can become or be:
 *  - the administrator of an account: every action allowed, under the account's SCPs and others' policies;
 *  - for a principal with a boundary that may write policies: itself with every action allowed, under its boundary;
 *  - for a principal that somebody may tag: itself with tags of the tagger's choice;
 *  - any principal of an account that nobody knows ("anybody with an AWS account"), and the anonymous caller.
 *
 * Paths are rows of data/iam/paths.tsv, which tells their form.
 */
#ifndef WARD_ACCESS_GRAPH_H
#define WARD_ACCESS_GRAPH_H

#include "access/world.h"
#include "base/bitset.h"

struct action_set;
struct access_row;
struct engine;

/* What every principal may do, as engine.h tells it. Over the engine, or over world_ask() (prove/plain.h). */
struct rights {
    void *self;
    const struct access_row *(*rows)(void *self, uint32_t principal, uint32_t *count);
    uint32_t (*question)(void *self, uint32_t action);     /* bit of a catalogue index, or WORLD_NONE */
    uint32_t (*question_action)(void *self, uint32_t bit);
    uint32_t (*question_count)(void *self);
    /* The row has more parts than were told apart: that somebody has no right to it is not sure. NULL: none has. */
    bool (*capped)(void *self, uint32_t resource);
};
struct rights rights_of_engine(struct engine *e);

enum pseudo_kind { PSEUDO_NONE, PSEUDO_ADMIN, PSEUDO_ANY_POLICY, PSEUDO_ANY_TAG, PSEUDO_ANYBODY };
struct pseudo {
    enum pseudo_kind kind;
    uint32_t base; /* the principal that it is a form of; of PSEUDO_ADMIN WORLD_NONE */
};

/* How sure something is; the smaller, the surer. */
enum graph_level {
    LEVEL_CERTAIN,     /* allowed, or under conditions that the caller can meet by choice */
    LEVEL_CONDITIONAL, /* under conditions on session, time or claims */
    LEVEL_NETWORK,     /* under conditions on the way the call takes: the network half decides */
    LEVEL_UNKNOWN,     /* something that bears on it could not be read */
    LEVEL_COUNT,
    LEVEL_NEVER = LEVEL_COUNT,
};
const char *graph_level_name(enum graph_level l);

enum { PATH_NEEDS_MAX = 6 };
enum path_on { ON_ROLE, ON_USER, ON_THING, ON_SOURCE, ON_SELF, ON_POLICY, ON_GROUP, ON_NEW, ON_ANY };
enum path_gives { GIVES_TARGET, GIVES_THING_ROLE, GIVES_TARGET_ADMIN, GIVES_SELF_ADMIN, GIVES_ORGANIZATION, GIVES_TAGS, GIVES_THING,
                  GIVES_NEW_ADMIN, GIVES_UNBOUNDED };
struct path_need {
    struct str action;  /* "iam:PassRole" */
    uint32_t index;     /* in the catalogue; WORLD_NONE when it does not know the action */
    enum path_on on;
    struct str type;    /* CloudFormation type of a thing, catalogue type of a new one */
};
struct privilege_path {
    struct str id, services, title, source; /* services: comma-separated, one of which the role must trust */
    enum path_gives gives;
    enum graph_level level; /* at best */
    struct path_need needs[PATH_NEEDS_MAX];
    uint32_t need_count;
};

struct graph_edge {
    uint32_t from, to;           /* nodes */
    uint32_t path;               /* index into paths, or PATH_EVERYBODY */
    uint32_t thing;              /* resource row that is taken over or written, or WORLD_NONE */
    const struct residue *guard;
    enum graph_level level;
    bool more;                   /* LEVEL_NETWORK: one of several between the two, each under conditions of its own */
};
enum { PATH_EVERYBODY = 1 << 16, PATH_PERSON, PATH_TOKEN, PATH_GUEST }; /* edges that are no row of the table */

struct graph_node {
    uint32_t principal;
    bool chained;
};

struct graph {
    struct arena *arena;
    struct world *world;
    const struct privilege_path *paths;
    uint32_t path_count;
    uint32_t first_pseudo;        /* principals from here on are pseudo */
    struct pseudo *pseudo;        /* [principal - first_pseudo] */
    uint32_t pseudo_count;
    uint32_t *admin_of;           /* by account: its administrator, or WORLD_NONE */
    uint32_t *any_policy_of;      /* by principal, or WORLD_NONE */
    uint32_t *any_tag_of;
    uint32_t anonymous;           /* principal, or WORLD_NONE */
    struct graph_node *nodes;     /* the first principal_count are the principals */
    uint32_t node_count;
    uint32_t *chained_of;         /* by principal: its chained node, or WORLD_NONE */
    struct graph_edge *edges;     /* sorted by from, then level */
    uint32_t edge_count;
    uint32_t *first_edge;         /* by node, node_count + 1 */
    struct graph_memo *memo;      /* internal */
};

/* Reads the table and adds the pseudo principals to `w` (which must be indexed). Before the engine is made. ERR_INTERNAL. */
struct graph *graph_prepare(struct world *w, struct err *e) WARN_UNUSED;
/* Catalogue indexes of all actions that edges rest on; appended to `out`, at most `max`. */
uint32_t graph_questions(const struct graph *g, uint32_t *out, uint32_t max);
/* Nodes and edges. */
void graph_build(struct graph *g, const struct rights *r);

/* Before a principal's own policies change: notes what else rests on them. */
void graph_watch(struct graph *g);
/* After they did (in the world): the principals whose rows are to be made anew, itself and forms of it, at most GRAPH_FORMS_MAX. 0: more may
 * be others than their rows and edges, and all is to be prepared anew. */
enum { GRAPH_FORMS_MAX = 3 };
uint32_t graph_forms(struct graph *g, uint32_t principal, uint32_t *out);
/* The same as graph_build(), when nothing but the rows of these changed since. */
void graph_changed(struct graph *g, const uint32_t *principals, uint32_t count);
/* Whether policies that came to the world since graph_watch() ask for no other pseudo principals. */
bool graph_still_fits(const struct graph *g);
/* Takes its principals out of the world again: for another graph_prepare(). */
void graph_withdraw(struct graph *g);

/* What the guard of a principal's row is for this node: without second factor when chained, tags chosen. */
const struct residue *graph_guard(struct graph *g, uint32_t node, const struct residue *guard);
enum graph_level graph_level_of(struct graph *g, const struct residue *guard);
/* "iam-002", "assume", ... and what it is in words. */
struct str graph_path_id(const struct graph *g, uint32_t path);
struct str graph_path_title(const struct graph *g, uint32_t path);
/* A principal as people read it: its ARN, "any administrator of account 1111..." */
struct str graph_principal_name(const struct graph *g, struct arena *a, uint32_t principal);

/* Parses data/iam/paths.tsv. NULL with ERR_INTERNAL and the line. */
const struct privilege_path *graph_paths(struct arena *a, const struct iam_catalogue *c, struct str tsv, uint32_t *count, struct err *e) WARN_UNUSED;

#endif
