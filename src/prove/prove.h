/*
 * prove/prove.h: tenants x tenants: can a principal of X reach data of Y, by IAM?
 *
 * Place in the flow: world -> graph_prepare -> engine -> graph_build -> PROVE -> report, claims.
 *
 * All cells at once: every node of the graph carries the set of subjects that can be it, in four layers (enum
 * graph_level), passed on over strongly connected components in topological order; every right of a node on a store
 * that is not its subjects' own is a reach. A cell is
 *   violated  a reach is certain (or left to the caller's choice), or conditional on session, time or claims;
 *   unknown   a reach hangs on the network or on something that was not read, or facts are missing that bear on the cell;
 *   declared  every reach goes through a shared thing whose `via` in ward.yaml names the triple;
 *   proved    else: over facts that are all there. What is not modelled is printed with it.
 * Claims are about new requests: sessions, presigned URLs and connections that are already out are not in them.
 *
 * Data of Y: every store with `phi` whose tenant is Y, or that was made from one of Y. Reading an encrypted store needs
 * the key too, by the same principal; destroying, sharing, changing it does not.
 */
#ifndef WARD_PROVE_PROVE_H
#define WARD_PROVE_PROVE_H

#include "access/graph.h"

enum prove_verdict { PROVE_PROVED, PROVE_VIOLATED, PROVE_UNKNOWN, PROVE_DECLARED, PROVE_VERDICTS };
const char *prove_verdict_name(enum prove_verdict v);

/* Subjects and objects by one numbering: tenants, shared names, (unassigned), (outside). */
struct prove_labels {
    struct str *names; /* "acme", "(shared) ops", "(unassigned)", "(outside)" */
    uint32_t tenants, shared, count;
    uint32_t unassigned, outside;
};

/* How data of `owner` is got at. */
struct prove_reach {
    uint32_t node;          /* who; WORLD_NONE: `subjects` tells */
    uint32_t resource;      /* the store, or its key, or a principal whose tenant its tags tell */
    uint32_t owner;         /* label */
    uint32_t action;        /* catalogue index of one action that does it; WORLD_NONE: a share, or `unlisted` */
    uint32_t share;         /* index into the resource's shares, or WORLD_NONE */
    uint8_t touches;        /* bits 1 << iam_touch, all that the node may do to stores of this owner at this level */
    uint32_t stores;        /* how many stores of this owner */
    enum graph_level level;
    const struct residue *guard;   /* with the key's */
    const struct residue *decrypt; /* of the key alone, where one is needed; else NULL */
    const struct prove_unlisted *unlisted; /* the action is one that the catalogue does not know; else NULL */
    const uint64_t *subjects;      /* of shares and of services that anybody can use; NULL: those who can be `node` */
};

struct prove_statement {
    struct str layer;  /* of enum iam_layer, or "share" */
    struct str policy; /* of an access control list "READ to AllUsers", of a grant its id, of a share "ram to 1111..." */
    struct str sid;
    struct str of;     /* of what a resource has of its own: its ARN */
    uint32_t index;    /* from 0 */
    bool allow;
};

/* An Allow of an action that the catalogue does not know. */
struct prove_unlisted {
    struct prove_statement statement;
    struct str action; /* as the policy has it */
};

struct prove_hop {
    struct str from, to;      /* names; `to` is the store in the last hop */
    uint32_t principal;       /* who acts; WORLD_NONE for shares */
    uint32_t to_principal, resource;
    struct str path, title;   /* of graph_path_id(); "read, copy" in the last hop */
    struct str *actions;
    struct str *resources;    /* on what each action is, same count */
    uint32_t action_count;
    struct prove_statement *statements;
    uint32_t statement_count;
    const struct residue *guard;
    struct str *requests;     /* JSON each: principal, action, resource, context: replays with `ward can` */
    uint32_t request_count;
};

struct prove_cut {
    struct str edit;  /* "remove statement 2 (Sid) of POLICY": tried on the hop, which it then denies */
    bool all;         /* all shortest chains of the cell go over that hop; else only the one shown */
};

struct prove_cell {
    uint32_t subject, object;
    enum prove_verdict verdict;
    enum graph_level level;   /* of the surest reach; LEVEL_NEVER when only facts are missing */
    struct str reason;
    const struct prove_reach *reach; /* the one that the chain ends at */
    uint32_t *nodes;          /* the chain: first the subject's own principal */
    const struct graph_edge **edges;
    uint32_t node_count;
    bool *bridges;            /* by edge: all shortest chains go over it */
    struct prove_hop *hops;   /* of PROVE_WITNESSES_MAX cells at most, and of those that share theirs */
    uint32_t hop_count;
    struct prove_cut *cuts;
    uint32_t cut_count;
    bool witness;             /* told in full */
    struct graph_edge *edges_told; /* the edges as they were then */
    uint32_t *gaps;           /* indexes into struct proof.missing */
    uint32_t gap_count;
};
enum { PROVE_WITNESSES_MAX = 2000, PROVE_REASONS_MAX = 100000, PROVE_GAPS_OF_CELL_MAX = 8 };

/* A fact that is not there, and the cells that it bears on. */
struct prove_missing {
    struct str what;          /* "policy of arn:... was not read" */
    struct str op, why, action; /* of a call, else {NULL,0} */
    uint64_t *rows, *columns; /* labels; NULL: all */
};

struct proof {
    struct arena *arena;
    struct world *world;
    struct graph *graph;
    struct prove_labels labels;
    uint32_t *label_of;       /* by principal: whose it is; WORLD_NONE: nobody's to begin from */
    uint32_t *owner_of;       /* by resource: whose data; WORLD_NONE: no store */
    uint32_t *object_stores;  /* by label: stores */
    struct prove_reach *reaches;
    uint32_t reach_count;
    struct prove_missing *missing;
    uint32_t missing_count;
    uint8_t *verdicts;        /* [subject * labels.count + object], enum prove_verdict; the diagonal is PROVE_PROVED */
    uint8_t *levels;          /* the same of enum graph_level */
    bool *is_object;          /* by label: a column of the matrix */
    struct prove_cell *cells; /* all that are not proved, violated first */
    uint32_t cell_count;
    uint64_t counts[PROVE_VERDICTS];
    uint32_t store_count, key_count, principal_count, account_count;
    bool capped;              /* some formula was too large to be judged to the end: taken as satisfiable */
    struct prover *prover;    /* internal: for the joint answer */
};

/* The actions that a proof asks about: those that touch data, those of keys, and those of edges. In `a`. */
uint32_t prove_questions(const struct graph *g, struct arena *a, uint32_t **out);
/* Everything; `g` built. */
struct proof *prove(struct arena *a, struct graph *g, const struct rights *r);

/* What a level means for a cell: stores that are nobody's, or shared, are another matter. */
enum prove_verdict prove_verdict_at(const struct prove_labels *l, uint32_t subject, uint32_t object, enum graph_level level);

/* A proof that is kept while single policies change, in one process. `proof` is the newest; those before it are gone. */
struct prove_session {
    struct world *world;
    struct graph *graph;
    struct engine *engine;
    struct rights rights;
    struct proof *proof;
    uint32_t anew;           /* how often all was made anew */
    struct prover *prover;   /* internal */
    struct arena *lasting, *turns[2];
    uint32_t turn;
};
/* ERR_INTERNAL. */
bool prove_session_open(struct prove_session *s, struct world *w, struct err *e) WARN_UNUSED;
/* The principal's own policies changed in the world (not its trust policy): the proof again. */
bool prove_session_principal(struct prove_session *s, uint32_t principal, struct err *e) WARN_UNUSED;
/* A policy of the organization or of a resource did. */
bool prove_session_organization(struct prove_session *s, struct err *e) WARN_UNUSED;
void prove_session_close(struct prove_session *s);

/* Whether rules of ward.yaml can make a thing in this account a tenant's that the account is not. */
bool prove_things_decide(const struct json *config, struct str account);
/* The tenants that the rules of ward.yaml name together ("conflict: a by account 1...; b by tag ..."): labels. */
uint64_t *prove_in_conflict(struct arena *a, const struct prove_labels *l, struct str why);

/* What the proof takes for granted and what it does not look at: lines of data/iam/assumptions.tsv. */
struct prove_assumption {
    struct str kind, text; /* "assumption" or "not-modelled" */
};
uint32_t prove_assumptions(struct arena *a, struct prove_assumption **out);
/* The same of another embedded table of that form. */
uint32_t prove_assumptions_of(struct arena *a, const char *table, struct prove_assumption **out);

/* One cell as JSON object: subject, object, verdict, level, reason, chain, cuts, missing. */
void prove_write_cell(const struct proof *p, const struct prove_cell *c, struct json_out *o);
/* One hop of a chain. */
void prove_write_hop(const struct prove_hop *h, struct json_out *o);
/* Of the whole: violated before unknown before proved. */
enum prove_verdict prove_overall(const struct proof *p);

/* Keeps the proof and its claims in the store: a row for each cell; past PROVE_CLAIMS_ALL labels the cells that are proved are one
 * row for each subject, whose object is "*". `claim` is the id of the proof. ERR_STORE. */
enum { PROVE_CLAIMS_ALL = 100 };
struct prove_record {
    int64_t run, at_us;
    const char *tool_version;
    const struct json *config;
    struct str summary; /* JSON */
};
bool prove_keep(const struct proof *p, struct store *s, const struct prove_record *r, int64_t *proof, struct err *e) WARN_UNUSED;
/* Violations of this proof that the proof before, of the same layer, did not have. */
bool prove_new_violations(struct store *s, int64_t proof, uint64_t *count, struct err *e) WARN_UNUSED;

/* The same claim by claim, for any layer: begin, add, the proved ones, end (which keeps all or, where not `good`, nothing). */
struct prove_claims {
    struct store *store;
    struct query *q;
    const char *layer;
    int64_t proof;
};
bool prove_claims_begin(struct prove_claims *c, struct store *s, const struct prove_record *r, const char *layer, int64_t from_us, int64_t to_us,
                        struct err *e) WARN_UNUSED;
bool prove_claims_add(struct prove_claims *c, struct str subject, struct str object, enum prove_verdict v, struct str reason, struct str witness)
    WARN_UNUSED;
bool prove_claims_proved(struct prove_claims *c, const struct prove_labels *l, const uint8_t *verdicts, const bool *is_object, struct str why)
    WARN_UNUSED;
bool prove_claims_end(struct prove_claims *c, bool good, struct err *e) WARN_UNUSED;

static inline enum prove_verdict prove_verdict_of(const struct proof *p, uint32_t subject, uint32_t object)
{
    return (enum prove_verdict)p->verdicts[(size_t)subject * p->labels.count + object];
}

#endif
