/* prove/tables_internal.h: what the files of the tables share. */
#ifndef WARD_PROVE_TABLES_INTERNAL_H
#define WARD_PROVE_TABLES_INTERNAL_H

#include "prove/internal.h"
#include "prove/tables.h"

struct tabler {
    struct arena *a; /* all but the tables themselves */
    struct store *s;
    struct world *w;
    struct graph *g;
    const struct rights *r;
    const struct proof *p;
    uint32_t traces; /* statements looked up so far */
};

/* An action on a row of the world as people read it, and the first statement that allows it. */
struct told {
    struct str action, statement;
};
struct told table_tell(struct tabler *t, uint32_t principal, uint32_t action, uint32_t resource, struct str arn);

bool table_outside(struct tabler *t, struct err *e) WARN_UNUSED;
bool table_admin(struct tabler *t, struct err *e) WARN_UNUSED;
bool table_without_mfa(struct tabler *t, struct err *e) WARN_UNUSED;
bool table_plain_http(struct tabler *t, struct err *e) WARN_UNUSED;
bool table_claims(struct tabler *t, struct err *e) WARN_UNUSED;

/* 1, NULL or 0 of a level. */
void table_bind_level(struct query *q, int sure_at, int level_at, enum graph_level l);

#endif
