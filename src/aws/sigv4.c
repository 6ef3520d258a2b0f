#include "aws/sigv4.h"

#include "aws/sigv4_key.h"
#include "base/err.h"
#include "base/instant.h"
#include "codec/hash.h"

struct sigv4_options sigv4_options_for(struct str signing_name)
{
    bool s3 = str_eq(signing_name, STR("s3")) || str_eq(signing_name, STR("s3-outposts")) ||
              str_eq(signing_name, STR("s3express")) || str_eq(signing_name, STR("s3-object-lambda"));
    return (struct sigv4_options){.raw_path = s3, .single_encode = s3, .content_sha256 = s3};
}

static struct str stamp(struct arena *a, int64_t now_us)
{
    char text[INSTANT_TEXT_MAX];
    return arena_str(a, str_of(instant_basic(now_us, text)));
}

struct str sigv4_scope(struct arena *a, int64_t now_us, struct str region, struct str signing_name)
{
    struct str day = str_sub(stamp(a, now_us), 0, 8);
    return arena_printf(a, "%.*s/%.*s/%.*s/aws4_request", STR_ARG(day), STR_ARG(region), STR_ARG(signing_name));
}

struct str sigv4_string_to_sign(struct arena *a, struct str canonical_request, struct str scope, int64_t now_us)
{
    char hash[SHA256_HEX_MAX];
    sha256_hex(canonical_request, hash);
    return arena_printf(a, "AWS4-HMAC-SHA256\n%.*s\n%.*s\n%s", STR_ARG(stamp(a, now_us)), STR_ARG(scope), hash);
}

struct signing {
    struct arena *arena;
    struct aws_request *r;
    const struct aws_credentials *credentials;
    const struct sigv4_options *o;
    struct str region, name, date;
    int64_t now_us;
    struct sigv4_stages s;
};

static struct str encoded(struct arena *a, struct str s)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    percent_encode(&b, s, "");
    if (b.failed)
        die("a session token is longer than 1 MiB");
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static void compute(struct signing *g)
{
    unsigned char key[SHA256_BYTES], mac[SHA256_BYTES];
    char hex[SHA256_HEX_MAX];
    g->s.canonical_request = sigv4_canonical_request(g->arena, g->r, g->o, &g->s.signed_headers);
    g->s.string_to_sign = sigv4_string_to_sign(g->arena, g->s.canonical_request, g->s.scope, g->now_us);
    sigv4_key(g->o->keys, g->credentials, str_sub(g->date, 0, 8), g->region, g->name, key);
    hmac_sha256(str_make((const char *)key, sizeof key), g->s.string_to_sign, mac);
    explicit_bzero(key, sizeof key);
    g->s.signature = arena_str(g->arena, str_of(hex_encode(mac, sizeof mac, hex)));
}

static void sign_in_headers(struct signing *g)
{
    static const char *const ours[] = {"Authorization", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        aws_header_drop(g->r, str_of(ours[i]));
    aws_header_add(g->r, STR("X-Amz-Date"), g->date);
    struct str token = g->credentials->session_token;
    if (token.len && !g->o->unsigned_token)
        aws_header_add(g->r, STR("X-Amz-Security-Token"), token);
    if (g->o->content_sha256) {
        char hash[SHA256_HEX_MAX];
        aws_header_add(g->r, STR("X-Amz-Content-Sha256"), arena_str(g->arena, str_of(sha256_hex(g->r->body, hash))));
    }
    compute(g);
    if (token.len && g->o->unsigned_token)
        aws_header_add(g->r, STR("X-Amz-Security-Token"), token);
    aws_header_add(g->r, STR("Authorization"),
                   arena_printf(g->arena, "AWS4-HMAC-SHA256 Credential=%.*s/%.*s, SignedHeaders=%.*s, Signature=%.*s",
                                STR_ARG(g->credentials->access_key_id), STR_ARG(g->s.scope),
                                STR_ARG(g->s.signed_headers), STR_ARG(g->s.signature)));
}

static void sign_in_query(struct signing *g)
{
    struct arena *a = g->arena;
    struct str signed_headers, credential, token = encoded(a, g->credentials->session_token);
    sigv4_canonical_request(a, g->r, g->o, &signed_headers);
    credential = arena_printf(a, "%.*s/%.*s", STR_ARG(g->credentials->access_key_id), STR_ARG(g->s.scope));
    g->r->query = arena_printf(
        a, "%.*s%sX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=%.*s&X-Amz-Date=%.*s&X-Amz-Expires=%u%s%.*s&X-Amz-SignedHeaders=%.*s",
        STR_ARG(g->r->query), g->r->query.len ? "&" : "", STR_ARG(encoded(a, credential)), STR_ARG(g->date),
        g->o->presign_s, token.len && !g->o->unsigned_token ? "&X-Amz-Security-Token=" : "",
        STR_ARG(g->o->unsigned_token ? STR("") : token), STR_ARG(encoded(a, signed_headers)));
    compute(g);
    g->r->query = arena_printf(a, "%.*s%s%.*s&X-Amz-Signature=%.*s", STR_ARG(g->r->query),
                               token.len && g->o->unsigned_token ? "&X-Amz-Security-Token=" : "",
                               STR_ARG(g->o->unsigned_token ? token : STR("")), STR_ARG(g->s.signature));
}

void sigv4_sign(struct arena *a, struct aws_request *r, const struct aws_credentials *c, struct str region,
                struct str signing_name, int64_t now_us, const struct sigv4_options *o)
{
    struct signing g = {.arena = a, .r = r, .credentials = c, .o = o, .region = region, .name = signing_name,
                        .date = stamp(a, now_us), .now_us = now_us};
    g.s.scope = sigv4_scope(a, now_us, region, signing_name);
    if (o->presign_s)
        sign_in_query(&g);
    else
        sign_in_headers(&g);
    if (o->stages)
        *o->stages = g.s;
}
