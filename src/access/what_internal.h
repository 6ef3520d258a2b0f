/* access/what_internal.h: what the files of what.h share. */
#ifndef WARD_ACCESS_WHAT_INTERNAL_H
#define WARD_ACCESS_WHAT_INTERNAL_H

#include "access/what.h"

struct what {
    const struct world *w;
    struct arena *a;
    const struct access_question *q;
    struct access_answer probe; /* request and layers without a resource */
    size_t words;
    uint64_t *gated;            /* actions that the resource must trust the caller for */
    struct what_answer *out;
};

struct what_list {
    struct what_statement *items;
    uint32_t count, size;
};

void what_add(struct what *c, struct what_list *l, const struct what_statement *s);
void what_unread(struct what *c, const struct iam_policy_ref *ref);
/* A statement of a policy as one of the answer; false when it can never match this caller. */
bool what_of(struct what *c, const struct iam_policy *p, const struct iam_statement *s, struct what_statement *out);
/* What of `l` every ceiling of the set lets through. */
struct what_list what_ceiling(struct what *c, const struct what_list *l, const struct iam_policy_set *set);
/* Resources of both into `out`, which is a copy of `x`. False when they have none in common. */
bool what_meet(struct what *c, const struct what_statement *x, const struct what_statement *y, struct what_statement *out);
/* Keys and roles, one by one. */
void what_gated(struct what *c, const struct what_list *identity, struct what_list *out);
bool what_is_any(const struct what_statement *s);

#endif
