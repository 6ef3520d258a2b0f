/* collect/import_iam_collect.h: shared by import_iam_collect*.c and import_gaad.c: answers that are made, not found. */
#ifndef WARD_COLLECT_IMPORT_IAM_COLLECT_H
#define WARD_COLLECT_IMPORT_IAM_COLLECT_H

#include "collect/import_internal.h"
#include "collect/layout.h"

struct conversion {
    struct importer *im;
    struct layout files;
    int64_t at_us;
    bool asks_abac;     /* whether buckets were asked for ABAC */
    struct str account; /* the one at hand */
    struct str folder;  /* "accounts/ID" */
};

/* Records one call for `account` in `region` (a global operation goes to its home). `answer` NULL: it is not configured, AWS's
 * word being `absent`. Everything is copied. */
bool conversion_call(struct conversion *c, const char *op, struct str account, struct str region, struct json *params,
                     struct json *answer, const char *absent, struct str place, struct err *e) WARN_UNUSED;
/* Building blocks, in the item arena. */
struct json *made_object(struct conversion *c);
struct json *made_list(struct conversion *c);
void made_set(struct conversion *c, struct json *object, const char *key, struct str value); /* left out when {NULL,0} */
void made_put(struct json *object, const char *key, struct json *value);                     /* left out when NULL */
struct json *made_copy(struct conversion *c, const struct json *j);                          /* NULL gives NULL */
/* The text of a document, as services send policies: "{...}". */
struct json *made_text(struct conversion *c, const struct json *j);
/* {key: value} as [{Key, Value}]. */
struct json *made_tags(struct conversion *c, const struct json *object, const char *key, const char *value);
/* {"NAME": value} */
struct json *made_one(struct conversion *c, const char *name, struct str value);
struct str made_arn_field(struct str arn, int at);

bool import_organizations(struct conversion *c, struct err *e) WARN_UNUSED;
bool import_principals(struct conversion *c, struct err *e) WARN_UNUSED; /* of c->account */
bool import_asks_abac(const struct layout *l);
bool import_buckets(struct conversion *c, struct err *e) WARN_UNUSED;
bool import_things(struct conversion *c, struct err *e) WARN_UNUSED;

#endif
