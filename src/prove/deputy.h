/* prove/deputy.h: whom a service or a share lets in: subjects that no node stands for. */
#ifndef WARD_PROVE_DEPUTY_H
#define WARD_PROVE_DEPUTY_H

#include "access/graph_internal.h"
#include "prove/internal.h"

struct prove_deputy {
    enum graph_level level; /* LEVEL_NEVER: nobody in particular */
    uint64_t *subjects;
    const struct residue *guard;
};

/* Who can have a service act on what the guard lets the service do. IAM User Guide, "The confused deputy problem",
 * "Cross-service confused deputy prevention" (read 2026): aws:SourceAccount, aws:SourceArn, aws:SourceOrgID and
 * aws:SourceOrgPaths tell for whom the service works. */
const struct prove_deputy *prove_deputy_of(struct prover *v, const struct residue *guard);
/* Whom a share lets in. `scratch` is overwritten. */
struct prove_deputy prove_share_of(struct prover *v, struct principal_rights *scratch, uint32_t resource, const struct world_share *share);

#endif
