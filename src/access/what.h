/*
 * access/what.h: all that one principal may do, as one policy document.
 *
 * Made of: what its own policies allow, held against boundary and SCPs; the keys and roles that trust it or its account
 * (only those: no other policy opens them); what the policies of its account's things give to it; less what is denied
 * for certain everywhere, and with Deny statements for what is denied in part. Conditions stay as they are written; a
 * statement whose conditions are known to fail is left out. Where a ceiling cannot be written into a
 * statement the statement is left as it is and `wider` says so: the document then is an upper bound.
 */
#ifndef WARD_ACCESS_WHAT_H
#define WARD_ACCESS_WHAT_H

#include "access/ask.h"
#include "base/bitset.h"

struct what_statement {
    bool allow, not_resource;
    uint64_t *actions;               /* bits over the catalogue */
    struct str *resources;           /* sorted */
    uint32_t resource_count;
    const struct iam_condition *const *conditions; /* all must hold */
    uint32_t condition_count;
};

struct what_answer {
    struct what_statement *statements; /* Allow first, without conditions first */
    uint32_t count, size;
    struct str *unread;                /* policies that could not be read */
    uint32_t unread_count, unread_size;
    bool wider;
};

void access_what(const struct world *w, struct arena *a, const struct access_question *q, struct what_answer *out);
/* Takes out the actions that no resource of their statement can be of: nothing is lost by it but length. */
void what_trim(const struct world *w, struct what_answer *answer);
/* {"Version":...,"Statement":[...]}. `shrink`: a whole service is written "s3:*". `lower`: operators and keys in lower case. */
void what_write(const struct world *w, const struct what_answer *answer, bool shrink, bool lower, struct json_out *o);

#endif
