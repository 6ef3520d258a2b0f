/* prove/tell_internal.h: what the files that tell a chain share. */
#ifndef WARD_PROVE_TELL_INTERNAL_H
#define WARD_PROVE_TELL_INTERNAL_H

#include "access/graph_internal.h"
#include "prove/internal.h"

enum { STATEMENTS_MAX = 16, CUTS_MAX = 12, NEEDS_MAX = PATH_NEEDS_MAX + 2 };

/* One request of a hop. */
struct step {
    uint32_t principal, action, row;
    struct str arn;
};

struct teller {
    struct prover *v;
    struct prove_cell *c;
    struct step steps[NEEDS_MAX];
    uint32_t step_count;
    struct prove_statement found[STATEMENTS_MAX];
    uint32_t found_count;
};

/* Before the hops of a cell. */
void tell_begin(struct prover *v, struct prove_cell *c);
void tell_edge(struct teller *t, struct prove_hop *hop, const struct graph_edge *e, bool all);
/* Of t->c->reach. */
void tell_reach(struct teller *t, struct prove_hop *hop);
bool tell_denied_now(struct teller *t, struct arena *scratch, const struct step *s);
void tell_found(struct teller *t, const struct prove_statement *s);
void tell_cut(struct teller *t, struct str edit, bool all);
/* Entries of access control lists and KMS grants that give the step where no policy of the thing would. */
void tell_grants(struct teller *t, const struct step *s, bool all);

#endif
