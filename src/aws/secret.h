/*
 * aws/secret.h: one set of AWS credentials, in memory only.
 *
 * What it is not: how they are found (aws/credentials.h). Never written to a file, a log or the
 * store: `source` is what may be shown. A set owns one block of memory that is overwritten when it
 * is released.
 */
#ifndef WARD_AWS_SECRET_H
#define WARD_AWS_SECRET_H

#include "base/str.h"

struct aws_credentials {
    struct str access_key_id, secret_access_key;
    struct str session_token; /* "" for long-lived keys */
    int64_t expires_us;       /* 0 = never */
    struct str account_id;    /* "" = the source does not say */
    struct str source;        /* "environment", "profile audit (assume role)" */
    char *block;              /* owns the bytes above; NULL = they belong to someone else */
    size_t block_bytes;
};

/* Copies the six values of `from` into a block that `out` owns. `out` must be empty or released. */
void aws_credentials_copy(struct aws_credentials *out, const struct aws_credentials *from);
/* Overwrites and frees. An empty set is ignored. */
void aws_credentials_done(struct aws_credentials *c);

#endif
