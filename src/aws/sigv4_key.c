#include "aws/sigv4_key.h"

#include "base/err.h"

#include <stdlib.h>

/* A scan of 20 regions and 60 services for a few accounts at a time fits; older keys are replaced. */
enum { CACHE_SLOTS = 4096 };

struct slot {
    unsigned char id[SHA256_BYTES]; /* digest of key id, secret, day, region and service */
    unsigned char key[SHA256_BYTES];
    bool used;
};

struct sigv4_keys {
    struct slot slots[CACHE_SLOTS];
};

struct sigv4_keys *sigv4_keys_new(void)
{
    struct sigv4_keys *k = calloc(1, sizeof *k);
    if (!k)
        die("out of memory");
    return k;
}

void sigv4_keys_free(struct sigv4_keys *k)
{
    if (!k)
        return;
    explicit_bzero(k, sizeof *k);
    free(k);
}

static struct str bytes(const unsigned char key[SHA256_BYTES])
{
    return str_make((const char *)key, SHA256_BYTES);
}

static void derive(struct str secret, struct str day, struct str region, struct str name,
                   unsigned char out[SHA256_BYTES])
{
    struct buf first;
    buf_init(&first, 4096);
    buf_addz(&first, "AWS4");
    buf_add(&first, secret);
    if (first.failed)
        die("a secret access key is longer than 4 KiB");
    hmac_sha256(buf_str(&first), day, out);
    explicit_bzero(first.ptr, first.size);
    buf_done(&first);
    hmac_sha256(bytes(out), region, out);
    hmac_sha256(bytes(out), name, out);
    hmac_sha256(bytes(out), STR("aws4_request"), out);
}

/* The secret is part of the id, so that a wrong secret never meets the key of the right one. */
static void slot_id(const struct aws_credentials *c, struct str day, struct str region, struct str name,
                    unsigned char out[SHA256_BYTES])
{
    struct buf b;
    buf_init(&b, 8192);
    struct str parts[] = {c->access_key_id, c->secret_access_key, day, region, name};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        buf_add(&b, parts[i]);
        buf_addc(&b, 0);
    }
    if (b.failed)
        die("credentials are longer than 8 KiB");
    sha256(buf_str(&b), out);
    explicit_bzero(b.ptr, b.size);
    buf_done(&b);
}

void sigv4_key(struct sigv4_keys *cache, const struct aws_credentials *c, struct str day, struct str region,
               struct str signing_name, unsigned char out[SHA256_BYTES])
{
    if (!cache) {
        derive(c->secret_access_key, day, region, signing_name, out);
        return;
    }
    unsigned char id[SHA256_BYTES];
    slot_id(c, day, region, signing_name, id);
    struct slot *s = &cache->slots[(id[0] | id[1] << 8) % CACHE_SLOTS];
    if (!s->used || memcmp(s->id, id, sizeof id) != 0) {
        derive(c->secret_access_key, day, region, signing_name, s->key);
        memcpy(s->id, id, sizeof id);
        s->used = true;
    }
    memcpy(out, s->key, SHA256_BYTES);
}
