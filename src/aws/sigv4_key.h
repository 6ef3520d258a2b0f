/* aws/sigv4_key.h: SigV4's signing key, derived or from the cache. For aws/sigv4.c alone. */
#ifndef WARD_AWS_SIGV4_KEY_H
#define WARD_AWS_SIGV4_KEY_H

#include "aws/sigv4.h"
#include "codec/hash.h"

/* day: "20260102". `out` is a secret: the caller wipes it. */
void sigv4_key(struct sigv4_keys *cache, const struct aws_credentials *c, struct str day, struct str region,
               struct str signing_name, unsigned char out[SHA256_BYTES]);

#endif
