/* access/load_internal.h: what the files of world_load() share. The SQL of facts/6*_access_*.sql does the work on JSON;
 * here columns become rows of the world. */
#ifndef WARD_ACCESS_LOAD_INTERNAL_H
#define WARD_ACCESS_LOAD_INTERNAL_H

#include "access/world.h"
#include "access/world_internal.h"

struct loader {
    struct world *w;
    struct store *s;
    struct arena *a;       /* the world's */
    struct arena *scratch; /* until world_load() returns */
    struct map strings;    /* texts that many rows share, each once */
    struct map documents;  /* "ACCOUNT KEY" of a managed policy -> struct iam_policy_ref */
    struct map accounts;   /* id -> row + 1 */
};

/* A column as text of the world's; {NULL,0} for NULL. The second keeps one copy of equal texts. */
struct str load_text(struct loader *l, struct query *q, int at);
struct str load_shared(struct loader *l, struct query *q, int at);
struct str load_share_text(struct loader *l, struct str text);
const struct json *load_json(struct loader *l, struct query *q, int at);
/* Runs a count; false on error. */
bool load_count(struct loader *l, const char *sql, uint32_t *out, struct err *e) WARN_UNUSED;
/* A query without parameters; NULL on error. */
uint32_t load_account_row(const struct loader *l, struct str id);
/* Doubles a list that is full. */
#define LOAD_GROW(l, list, count, size)                                                                            \
    do {                                                                                                           \
        if ((count) == (size)) {                                                                                   \
            uint32_t more_ = (size) ? (size) * 2 : 16;                                                             \
            void *grown_ = arena_calloc((l)->a, more_, sizeof *(list));                                            \
            if (count)                                                                                             \
                memcpy(grown_, (list), (count) * sizeof *(list));                                                  \
            (list) = grown_;                                                                                       \
            (size) = more_;                                                                                        \
        }                                                                                                          \
    } while (0)

bool load_organization(struct loader *l, struct err *e) WARN_UNUSED;
bool load_principals(struct loader *l, struct err *e) WARN_UNUSED;
bool load_resources(struct loader *l, struct err *e) WARN_UNUSED;
bool load_details(struct loader *l, struct err *e) WARN_UNUSED;
/* After the parts that ward.yaml names were added: rows sorted by ARN. */
void load_parts(struct loader *l);
bool load_paths(struct loader *l, struct err *e) WARN_UNUSED; /* endpoints, assignments, delegates */
/* Principals that only policies, grants and ACLs name; the anonymous one and a stranger. */
void load_named(struct loader *l);
void load_config(struct loader *l);
bool load_made(struct loader *l, struct err *e) WARN_UNUSED;
bool load_gaps(struct loader *l, struct err *e) WARN_UNUSED;

#endif
