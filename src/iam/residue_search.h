/* iam/residue_search.h: the ways to meet a formula, one after the other. */
#ifndef WARD_IAM_RESIDUE_SEARCH_H
#define WARD_IAM_RESIDUE_SEARCH_H

#include "iam/residue_internal.h"

/* One way: literals that can hold together. Returns true to go on. */
typedef bool residue_way(void *context, const struct literal *all, uint32_t count);

struct search_result {
    uint32_t ways;
    bool stopped;      /* the callback had enough */
    bool capped;       /* not all was looked at: more ways may be there */
    bool contradicted; /* some way was dropped because it contradicts itself */
};

/* Calls `way` for each; two calls may be about the same literals, and one about fewer than the other. */
struct search_result residue_search(struct residue_pool *p, const struct residue *r, uint32_t max, residue_way *way, void *context);

#endif
