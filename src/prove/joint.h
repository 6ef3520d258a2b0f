/*
 * prove/joint.h: both halves in one answer: X reaches data of Y by IAM, by the network, or by a chain of both.
 *
 * Place in the flow: { proof (IAM), net_half } -> JOINT -> report, claims of layer "both".
 *
 * What only both together know:
 *  - conditions on the way that a call takes (aws:SourceVpce, aws:SourceVpc, aws:VpcSourceIp, aws:SourceIp): a subject can
 *    meet them when something it controls has that way (reaches the endpoint, sits in the VPC, leaves by that address). Cells
 *    that the IAM half leaves at LEVEL_NETWORK are violated, proved or unknown here;
 *  - a host that X reaches over the network runs as a role: what that role may do (network, then IAM);
 *  - a principal of X that controls a host (Session Manager, code of a function, instance connect) sits where that host sits
 *    (IAM, then network). Both are iterated until nothing is added.
 * A host of a third label in the middle is a pivot and a violation, unless ward.yaml's `shared` declares that triple.
 */
#ifndef WARD_PROVE_JOINT_H
#define WARD_PROVE_JOINT_H

#include "prove/net_half.h"

enum joint_hop_kind {
    JOINT_OPENS,    /* a thing opens a connection to a thing: `witness` */
    JOINT_RUNS_AS,  /* a thing's code has a role (instance profile, execution role) */
    JOINT_IAM,      /* a principal becomes another, takes over a thing, or reads a store: `iam` */
};
struct joint_hop {
    enum joint_hop_kind kind;
    struct str from, to, note;            /* names as people know them */
    const struct reach_witness *witness;  /* JOINT_OPENS; NULL: told by from, to, note */
    const struct prove_hop *iam;          /* JOINT_IAM; NULL: told by from, to, note */
};
struct joint_cell {
    uint32_t subject, object;
    enum prove_verdict verdict;
    struct str layer;                     /* which half decides: "iam", "network", "both" */
    uint32_t pivots;                      /* hosts of third labels in the chain */
    struct str reason;
    struct joint_hop *hops;               /* of layer "both"; else see the half's own cell */
    uint32_t hop_count;
    const struct prove_cell *iam;         /* the half's cells, or NULL: proved there */
    const struct net_cell *network;
    struct str *cuts;                     /* each closes the chain shown */
    uint32_t cut_count;
};
struct joint {
    struct arena *arena;
    const struct proof *iam;
    const struct net_half *network;
    uint8_t *verdicts;                    /* [subject * labels.count + object] */
    bool *is_object;                      /* of either half */
    struct joint_cell *cells;             /* that are not proved, violated first; JOINT_CELLS_MAX at most */
    uint32_t cell_count;
    uint64_t cells_left;                  /* not proved and not in `cells` */
    uint64_t counts[PROVE_VERDICTS];
    uint32_t decided_network;             /* IAM cells at LEVEL_NETWORK that the network decided */
};
enum { JOINT_CELLS_MAX = 200000, JOINT_WITNESSES_MAX = 2000, JOINT_SEEKS_MAX = 20000 };

/* ERR_INTERNAL. */
struct joint *joint_prove(struct arena *a, struct proof *iam, struct net_half *network, struct err *e) WARN_UNUSED;
enum prove_verdict joint_overall(const struct joint *j);
/* One cell as JSON object: subject, object, verdict, layer, pivots, reason, hops, cuts; the halves' own cells under "iam" and "network". */
void joint_write_cell(const struct joint *j, const struct joint_cell *c, struct json_out *o);
/* Lines of both halves' tables and of data/net/joint.tsv, those left out that the other half makes untrue. */
uint32_t joint_assumptions(const struct joint *j, struct prove_assumption **out);
/* Proof and claims of layer "both"; the halves keep their own. ERR_STORE. */
bool joint_keep(const struct joint *j, struct store *s, const struct prove_record *r, int64_t *proof, struct err *e) WARN_UNUSED;
static inline enum prove_verdict joint_verdict_of(const struct joint *j, uint32_t subject, uint32_t object)
{
    return (enum prove_verdict)j->verdicts[(size_t)subject * j->iam->labels.count + object];
}

#endif
