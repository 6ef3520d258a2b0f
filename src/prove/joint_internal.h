/* prove/joint_internal.h: what the files of the joint answer share. */
#ifndef WARD_PROVE_JOINT_INTERNAL_H
#define WARD_PROVE_JOINT_INTERNAL_H

#include "prove/internal.h"
#include "prove/joint.h"

/* A half's cells by subject and object, to be found. */
struct cell_index {
    uint64_t *keys; /* subject * labels + object, ascending */
    uint32_t *at;   /* the cell's index there */
    uint32_t count;
};

/* What is sure, and what may be; the second holds the first. */
enum joint_layer { LAYER_SURE, LAYER_MAYBE, LAYERS };
enum joint_open { OPEN_NO, OPEN_MAYBE, OPEN_YES };

/* A node that comes to run code in a thing by IAM. */
struct joint_control {
    uint32_t node, thing, path;
    uint32_t resource; /* on which the rights are: the thing's row, or of what it is made from */
    enum graph_level level;
    const struct residue *guard;
};

/* A way that a call takes. */
struct joint_way {
    uint32_t endpoint;   /* row of net.endpoints, or NET_NONE */
    uint32_t from_thing; /* what of the subject's has it; NET_NONE: whatever can call over the Internet */
    struct str note;     /* "through vpce-1 (vpc-1)", "from 203.0.113.7" */
};
struct joint_ways;

struct joiner {
    struct joint *j;
    struct arena *a, *passing; /* passing: of one thing */
    struct proof *iam;
    struct net_half *net;
    const struct prove_labels *labels;
    uint32_t n;      /* labels */
    size_t words;    /* of a set of labels */
    struct prover *v;
    struct graph *g;
    struct world *w;
    struct cell_index iam_cells, net_cells;

    uint64_t *nodes[LAYERS];  /* by node: who can be it */
    uint64_t **seeds[LAYERS]; /* by thing: who runs code in it by IAM, beside its own label; NULL: nobody */
    uint64_t **entered[LAYERS]; /* by thing: the same by the network */
    uint64_t **hosts[LAYERS]; /* by thing: by either */
    uint32_t *role_node;      /* by thing: the node that its code is, or WORLD_NONE */
    uint32_t *thing_of;       /* by resource: row of net.things, or NET_NONE */
    struct joint_control *controls; /* by node, once they were listed */
    uint32_t control_count, control_size;
    uint32_t *first_control, *last_control; /* by node: 0, 0: none, or not listed */
    bool *listed;
    uint32_t *seen_labels;      /* by node: how many could be it when it was listed */
    const struct prove_reach *reaches; /* rights on what others own, with those that hang on the network each for itself */
    uint32_t reach_count;
    uint32_t *first_reach;    /* by node, into `by_node` */
    uint32_t *by_node;        /* reaches of nodes; those with subjects of their own after no_node */
    uint32_t no_node;
    bool reaches_capped;
    bool extended;            /* something beside what the IAM half knows: a way, a host, a control */
    uint8_t *best;            /* [subject * labels + object], enum joint_open: by IAM rights, over everything */
    uint8_t *beside;          /* as best, BESIDE_... */
    struct joint_ways *ways;
    struct seeker *seeker;
    struct map joined;        /* bytes of a cell's place -> what the joint answer adds to it */
    uint32_t seeks, witnesses;
};

/* One step of a chain; what it comes from is the step before. */
enum joint_step_kind {
    STEP_PRINCIPAL, /* a principal of the subject's own, or anybody's: node */
    STEP_OWN,       /* a thing of the subject's own: thing */
    STEP_OPENS,     /* a connection from the step before, or from something of the subject's: thing */
    STEP_RUNS_AS,   /* the thing before has a role: node */
    STEP_EDGE,      /* edge of the graph: at, node */
    STEP_CONTROL,   /* code in a thing, by IAM: at, thing */
    STEP_REACH,     /* a right on a store: at, an index into reaches */
};
struct joint_step {
    enum joint_step_kind kind;
    uint32_t node, thing, at;
    struct joint_way way; /* the way that its conditions need */
    bool needs_way;
};
struct joint_chain {
    struct joint_step *steps;
    uint32_t count;
    uint32_t hosts;       /* things that were entered over the network */
    enum joint_layer layer;
};

/* The worse of two: violated, unknown, declared, proved. */
enum prove_verdict joint_worse(enum prove_verdict x, enum prove_verdict y);
static inline size_t joint_at(const struct joiner *k, uint32_t subject, uint32_t object) { return (size_t)subject * k->n + object; }
const struct prove_cell *joint_iam_cell(const struct joiner *k, uint32_t subject, uint32_t object);
const struct net_cell *joint_net_cell(const struct joiner *k, uint32_t subject, uint32_t object);

/* joint_ways.c: whether a subject can meet conditions on the way that a call takes. */
struct joint_ask {
    const struct residue *guard;
    uint32_t principal, action, resource; /* the call; action and resource WORLD_NONE where it is not one alone */
    struct str service;                   /* of the action */
};
void joint_ways_begin(struct joiner *k);
/* What subjects control has grown: asks again. */
void joint_ways_again(struct joiner *k);
enum joint_open joint_open(struct joiner *k, uint32_t label, const struct joint_ask *q, struct joint_way *way);

/* joint_control.c: who runs code in what, by IAM. */
void joint_control_begin(struct joiner *k);
/* Lists the controls of the nodes that somebody foreign can be, and passes them on into the seeds. True when a seed is new. */
bool joint_control(struct joiner *k);

/* joint_flow.c */
void joint_flow(struct joiner *k);
/* The network's pivots over what is controlled by IAM. */
void joint_pivot(struct joiner *k, enum joint_layer layer);
/* Whether the subject passes an edge, or uses a control or a right. */
enum joint_open joint_edge_open(struct joiner *k, uint32_t label, const struct graph_edge *e, struct joint_way *way);
enum joint_open joint_control_open(struct joiner *k, uint32_t label, const struct joint_control *c, struct joint_way *way);
enum joint_open joint_reach_open(struct joiner *k, uint32_t label, const struct prove_reach *r, struct joint_way *way);
static inline bool joint_passes(enum joint_open o, enum joint_layer l) { return o == OPEN_YES || (o == OPEN_MAYBE && l == LAYER_MAYBE); }
/* Adds to a set that may not be there yet. True when it grew. */
bool joint_add(struct joiner *k, uint64_t **set, const uint64_t *more, uint32_t without);

/* joint_reach.c: rights by what both halves know. */
void joint_reaches(struct joiner *k);

/* joint_seek.c */
void joint_seek_begin(struct joiner *k);
/* The shortest chain from the subject to a right on a store of the object, over no thing that is the object's and entered over the
 * network (that connection is the network half's), and over none of the labels in `blocked` (NULL: none). */
bool joint_seek(struct joiner *k, uint32_t subject, uint32_t object, enum joint_layer layer, const uint64_t *blocked, struct joint_chain *out);
/* To code in this thing, by IAM at last. */
bool joint_seek_thing(struct joiner *k, uint32_t subject, uint32_t thing, enum joint_layer layer, const uint64_t *blocked, struct joint_chain *out);

/* joint_beside.c: what stands beside a thing that is controlled by IAM: BESIDE_... of each cell, or NULL where nothing is. */
enum { BESIDE_OPEN = 3, BESIDE_DECLARED = 4 }; /* enum joint_open in the low bits */
void joint_beside(struct joiner *k);
/* The shortest way: h1 (controlled), hosts, the thing of the object (h1 itself where it is that), with the chain to h1. `declared`: over
 * things and principals too that the cell's `via` names. 0: none. */
uint32_t joint_beside_way(struct joiner *k, uint32_t subject, uint32_t object, enum joint_layer layer, bool declared, uint32_t *out, uint32_t max,
                          struct joint_chain *chain);

/* joint_tell.c: the hops, the cuts, the reason. */
void joint_tell(struct joiner *k, struct joint_cell *c, const struct joint_chain *chain);
/* The hosts and the thing after a chain that ends in the first of them. */
void joint_tell_beside(struct joiner *k, struct joint_cell *c, const struct joint_chain *chain, const uint32_t *way, uint32_t count);

#endif
