#include "aws/sigv4.h"

#include "base/err.h"
#include "codec/hash.h"

#include <stdlib.h>

/* Requests are made by ward itself; the cap only bounds a defect. */
enum { CANONICAL_MAX = 64 << 20 };

static struct str finish(struct arena *a, struct buf *b)
{
    if (b->failed)
        die("a request to sign is larger than 64 MiB");
    struct str s = arena_str(a, buf_str(b));
    buf_done(b);
    return s;
}

/* RFC 3986 section 5.2.4, and "//" taken as "/": what AWS calls normalisation. */
static struct str normalize(struct arena *a, struct str path)
{
    struct str *kept = arena_array_of(a, struct str, path.len + 1), rest = path, last = {0};
    size_t n = 0;
    while (rest.ptr) {
        last = str_cut(&rest, '/');
        if (last.len == 0 || str_eq(last, STR(".")))
            continue;
        if (!str_eq(last, STR("..")))
            kept[n++] = last;
        else if (n)
            n--;
    }
    struct buf b;
    buf_init(&b, CANONICAL_MAX);
    for (size_t i = 0; i < n; i++) {
        buf_addc(&b, '/');
        buf_add(&b, kept[i]);
    }
    bool folder = last.len == 0 || str_eq(last, STR(".")) || str_eq(last, STR(".."));
    if (n == 0 || folder)
        buf_addc(&b, '/');
    return finish(a, &b);
}

struct str sigv4_canonical_path(struct arena *a, struct str path, bool raw_path, bool single_encode)
{
    if (path.len == 0)
        return STR("/");
    struct str p = raw_path ? path : normalize(a, path);
    struct buf b;
    buf_init(&b, CANONICAL_MAX);
    /* Once: what was escaped on the wire stays, and only bytes that cannot be there are escaped. */
    percent_encode(&b, p, single_encode ? "/%" : "/");
    return finish(a, &b);
}

struct pair {
    struct str name, value;
};

static struct str strict(struct arena *a, struct str s)
{
    struct str decoded;
    struct buf b;
    buf_init(&b, CANONICAL_MAX);
    percent_encode(&b, percent_decode(a, s, &decoded) ? decoded : s, "");
    return finish(a, &b);
}

static int by_name_then_value(const void *x, const void *y)
{
    const struct pair *p = x, *q = y;
    int c = str_cmp(p->name, q->name);
    return c ? c : str_cmp(p->value, q->value);
}

struct str sigv4_canonical_query(struct arena *a, struct str query)
{
    size_t max = 1, n = 0;
    for (size_t i = 0; i < query.len; i++)
        max += query.ptr[i] == '&';
    struct pair *pairs = arena_array_of(a, struct pair, max);
    struct str rest = query;
    while (rest.ptr) {
        struct str value = str_cut(&rest, '&');
        if (value.len == 0)
            continue;
        struct str name = str_cut(&value, '=');
        pairs[n++] = (struct pair){strict(a, name), strict(a, value)};
    }
    qsort(pairs, n, sizeof *pairs, by_name_then_value);
    struct buf b;
    buf_init(&b, CANONICAL_MAX);
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_addc(&b, '&');
        buf_add(&b, pairs[i].name);
        buf_addc(&b, '=');
        buf_add(&b, pairs[i].value);
    }
    return finish(a, &b);
}

/* Hop-by-hop, or changed on the way by proxies and by libcurl. */
static bool is_signed(struct str name)
{
    static const char *const not_signed[] = {
        "authorization", "baggage", "connection", "expect", "keep-alive", "proxy-authenticate",
        "proxy-authorization", "te", "traceparent", "tracestate", "trailer", "transfer-encoding",
        "upgrade", "user-agent", "x-amzn-trace-id",
    };
    for (size_t i = 0; i < sizeof not_signed / sizeof *not_signed; i++)
        if (str_eq(name, str_of(not_signed[i])))
            return false;
    return true;
}

static struct str lower(struct arena *a, struct str s)
{
    char *copy = arena_cstr(a, s);
    for (size_t i = 0; i < s.len; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] + 32);
    return str_make(copy, s.len);
}

static void add_squeezed(struct buf *b, struct str value)
{
    struct str v = str_trim(value);
    bool space = false;
    for (size_t i = 0; i < v.len; i++) {
        bool white = v.ptr[i] == ' ' || v.ptr[i] == '\t' || v.ptr[i] == '\r' || v.ptr[i] == '\n';
        if (!white)
            buf_addc(b, v.ptr[i]);
        else if (!space)
            buf_addc(b, ' ');
        space = white;
    }
}

/* Sorted by name; equal names keep their order. Returns how many. */
static uint32_t sort_headers(struct arena *a, const struct aws_request *r, struct aws_header out[AWS_HEADER_MAX + 1])
{
    uint32_t n = 0;
    for (uint32_t i = 0; i <= r->header_count; i++) {
        struct aws_header h = i ? r->headers[i - 1] : (struct aws_header){STR("host"), r->host};
        h.name = lower(a, h.name);
        if (!is_signed(h.name) || (i && str_eq(h.name, STR("host"))))
            continue;
        uint32_t at = n++;
        for (; at > 0 && str_cmp(out[at - 1].name, h.name) > 0; at--)
            out[at] = out[at - 1];
        out[at] = h;
    }
    return n;
}

static struct str canonical_headers(struct arena *a, const struct aws_request *r, struct str *signed_headers)
{
    struct aws_header sorted[AWS_HEADER_MAX + 1];
    uint32_t n = sort_headers(a, r, sorted);
    struct buf lines, names;
    buf_init(&lines, CANONICAL_MAX);
    buf_init(&names, CANONICAL_MAX);
    for (uint32_t i = 0; i < n; i++) {
        if (i && str_eq(sorted[i].name, sorted[i - 1].name)) {
            buf_addc(&lines, ',');
        } else {
            buf_addz(&lines, i ? "\n" : "");
            buf_addz(&names, i ? ";" : "");
            buf_add(&names, sorted[i].name);
            buf_add(&lines, sorted[i].name);
            buf_addc(&lines, ':');
        }
        add_squeezed(&lines, sorted[i].value);
    }
    *signed_headers = finish(a, &names);
    return finish(a, &lines);
}

struct str sigv4_canonical_request(struct arena *a, const struct aws_request *r, const struct sigv4_options *o,
                                   struct str *signed_headers)
{
    char hash[SHA256_HEX_MAX];
    struct str path = sigv4_canonical_path(a, r->path, o->raw_path, o->single_encode);
    struct str query = sigv4_canonical_query(a, r->query);
    struct str headers = canonical_headers(a, r, signed_headers);
    sha256_hex(r->body, hash);
    struct str parts[] = {r->method, STR("\n"), path, STR("\n"), query, STR("\n"), headers, STR("\n\n"),
                          *signed_headers, STR("\n"), str_of(hash)};
    return arena_concat(a, parts, sizeof parts / sizeof *parts);
}
