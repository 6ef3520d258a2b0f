/* prove/internal.h: what the files of the proof share. */
#ifndef WARD_PROVE_INTERNAL_H
#define WARD_PROVE_INTERNAL_H

#include "access/engine.h"
#include "prove/prove.h"

/* What one question means to the proof. */
enum { CLASS_GATED = 1, CLASS_OPEN = 2, CLASS_KEY = 4, CLASS_TAG = 8, CLASS_DECRYPT = 16 };

/* Sets of subjects by node, for one level and one set of blocked labels. */
struct flow {
    uint64_t *bits; /* node * words */
    size_t words;
};

struct prover {
    struct proof *p;
    struct graph *g;
    const struct rights *r;
    struct arena *a;
    struct arena *lasting;  /* what proofs of the same organization share */
    const struct prover *before; /* the proof before, of the same nodes, or NULL */
    const uint64_t *changed; /* principals whose rows are others than then */
    size_t words;           /* of a set of labels */
    uint64_t *everyone;
    uint8_t *class_of;      /* by question */
    uint8_t *touches_of;
    uint64_t *class_bits[5]; /* by class, over the questions */
    uint32_t *victims_first, *victims; /* by resource that is a key: labels whose stores it encrypts */
    uint32_t *block_label;  /* by node: shared label that it stands for, or WORLD_NONE */
    struct flow flows[LEVEL_COUNT];
    struct map deputies;     /* bytes of a guard's pointer -> struct prove_deputy * */
    uint32_t *first_reach;   /* by node, into reaches sorted by node */
    uint32_t no_node;        /* reaches from here on have subjects of their own */
    uint64_t *masks;         /* [subject * labels + object]: bits of the shared labels whose `via` frees the cell */
    struct iam_trace_row *trace_rows;
    struct unlisted *unlisted;
    bool unlisted_capped;    /* more Allows of unknown actions than are looked at */
    uint8_t *open_levels;    /* as levels, with nothing declared */
    bool keep_network;       /* reaches that hang on the network are kept each for itself, up to REACHES_MAX */
    bool network_capped;
};

enum { MASKS_MAX = 64, REACHES_MAX = 1 << 20 };
/* Blocks what a mask frees, as a set of labels. */
void prove_blocked(struct prover *v, uint64_t mask, uint64_t *out);
/* All but labels, classes, victims and masks. */
void prove_rights(struct prover *v);
void prove_labels_fill(struct prover *v);
void prove_classes_fill(struct prover *v);
/* Who can be whom at this level, the labels in `blocked` (NULL: none) left out. */
void prove_flow(struct prover *v, enum graph_level level, const uint64_t *blocked, struct flow *out);
/* Whose the node is to begin with. */
void prove_seed(struct prover *v, uint32_t node, uint64_t *bits);
/* Rights that the flows make foreign, shares, services. */
void prove_find_victims(struct prover *v);
void prove_reaches(struct prover *v);
struct prover *prove_begin(struct arena *a, struct graph *g, const struct rights *r);
void prove_masks_fill(struct prover *v);
void prove_find_missing(struct prover *v);
void prove_decide_cells(struct prover *v);
void prove_find_chains(struct prover *v);
/* The reason; as a `witness` the hops and cuts too. */
void prove_tell(struct prover *v, struct prove_cell *c, bool witness);
/* Where the data of a row is: of an access point in its bucket. */
uint32_t prove_data_row(const struct world *w, uint32_t resource);
/* Labels of an account: of the tenant whose it is, else of what is in it. */
void prove_account_labels(struct prover *v, uint32_t account, uint64_t *out);
uint32_t prove_label_of_account(struct prover *v, uint32_t account);

#endif
