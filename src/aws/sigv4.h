/*
 * aws/sigv4.h: AWS Signature Version 4 (AWS General Reference, "Signing AWS API requests", 2026).
 *
 * Place in the flow: serialize -> endpoint -> SIGV4 -> net/http.
 * Pure: the time is a parameter. What it is not: SigV4a, chunked or unsigned payloads.
 *
 * Canonical path: for S3 as sent; for every other service dot segments and doubled slashes are
 * removed and the path as sent is encoded once more. Canonical query: decoded, encoded strictly,
 * sorted by name then value, "acl" becomes "acl=". Every header is signed except those that a proxy
 * or the HTTP library may change.
 */
#ifndef WARD_AWS_SIGV4_H
#define WARD_AWS_SIGV4_H

#include "aws/request.h"
#include "aws/secret.h"

/* What each stage gave. Holds no secret. */
struct sigv4_stages {
    struct str signed_headers, canonical_request, scope, string_to_sign, signature;
};

struct sigv4_keys;

struct sigv4_options {
    bool raw_path;       /* keep dot segments and doubled slashes */
    bool single_encode;  /* the path is encoded as sent */
    bool content_sha256; /* send and sign x-amz-content-sha256 */
    bool unsigned_token; /* the session token is sent but not signed */
    uint32_t presign_s;  /* 0 = sign in headers; else a presigned URL that is good for that long */
    struct sigv4_keys *keys;     /* NULL = derive the key each time */
    struct sigv4_stages *stages; /* filled when not NULL */
};

/* S3's rules for the signing names that have them ("s3", "s3-outposts", "s3express",
 * "s3-object-lambda"), the common ones for all others. */
struct sigv4_options sigv4_options_for(struct str signing_name);

/* Signs `r` in place: headers (or query) are added, memory from `a`. Signing again replaces the
 * headers of the signature before. Cannot fail. */
void sigv4_sign(struct arena *a, struct aws_request *r, const struct aws_credentials *c, struct str region,
                struct str signing_name, int64_t now_us, const struct sigv4_options *o);

/* The stages alone. */
struct str sigv4_canonical_path(struct arena *a, struct str path, bool raw_path, bool single_encode);
struct str sigv4_canonical_query(struct arena *a, struct str query);
/* Also sets *signed_headers ("host;x-amz-date"). `r` as it will be sent. */
struct str sigv4_canonical_request(struct arena *a, const struct aws_request *r, const struct sigv4_options *o,
                                   struct str *signed_headers);
struct str sigv4_scope(struct arena *a, int64_t now_us, struct str region, struct str signing_name);
struct str sigv4_string_to_sign(struct arena *a, struct str canonical_request, struct str scope, int64_t now_us);

/* Signing keys by access key, day, region and service. Wiped when freed. Not for several threads. */
struct sigv4_keys *sigv4_keys_new(void);
void sigv4_keys_free(struct sigv4_keys *k);

#endif
