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

struct joiner {
    struct joint *j;
    struct arena *a;
    struct proof *iam;
    struct net_half *net;
    const struct prove_labels *labels;
    uint32_t n;      /* labels */
    struct cell_index iam_cells, net_cells;
};

/* The worse of two: violated, unknown, declared, proved. */
enum prove_verdict joint_worse(enum prove_verdict x, enum prove_verdict y);
static inline size_t joint_at(const struct joiner *k, uint32_t subject, uint32_t object) { return (size_t)subject * k->n + object; }
const struct prove_cell *joint_iam_cell(const struct joiner *k, uint32_t subject, uint32_t object);
const struct net_cell *joint_net_cell(const struct joiner *k, uint32_t subject, uint32_t object);

#endif
