/*
 * codec/hash.h: SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104), hex, base64 (RFC 4648 section 4) and
 * percent-encoding (RFC 3986 section 2.1). The digests are OpenSSL's; nothing here fails but decoding.
 */
#ifndef WARD_CODEC_HASH_H
#define WARD_CODEC_HASH_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum { SHA256_BYTES = 32, SHA256_HEX_MAX = 65 };

void sha256(struct str data, unsigned char out[SHA256_BYTES]);
void hmac_sha256(struct str key, struct str data, unsigned char out[SHA256_BYTES]);
/* Lower-case hex of `n` bytes, NUL terminated; out holds 2n + 1. Returns out. */
char *hex_encode(const unsigned char *bytes, size_t n, char *out);
/* sha256 and hex in one. Returns out. */
char *sha256_hex(struct str data, char out[SHA256_HEX_MAX]);
/* XXH3 with a seed: a place in a table, never a proof of equality. */
uint64_t hash64(struct str data, uint64_t seed);
/* Base64 with padding. */
struct str base64_encode(struct arena *a, struct str data);
/* Padding required, no white space. False when malformed. */
bool base64_decode(struct arena *a, struct str text, struct str *out);
/* All but A-Z a-z 0-9 - _ . ~ (and the bytes in `keep`) become %XX, upper-case hex. */
void percent_encode(struct buf *out, struct str s, const char *keep);
/* %XX decoded, '+' left alone. False on a malformed escape. */
bool percent_decode(struct arena *a, struct str s, struct str *out);

#endif
