#include "codec/hash.h"

#include "base/err.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <xxhash.h>

void sha256(struct str data, unsigned char out[SHA256_BYTES])
{
    unsigned n = 0;
    if (!EVP_Digest(data.len ? data.ptr : "", data.len, out, &n, EVP_sha256(), NULL) || n != SHA256_BYTES)
        die("SHA-256 is not available");
}

void hmac_sha256(struct str key, struct str data, unsigned char out[SHA256_BYTES])
{
    unsigned n = 0;
    if (!HMAC(EVP_sha256(), key.len ? key.ptr : "", (int)key.len, (const unsigned char *)(data.len ? data.ptr : ""),
              data.len, out, &n) || n != SHA256_BYTES)
        die("HMAC-SHA-256 is not available");
}

char *hex_encode(const unsigned char *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = 0;
    return out;
}

char *sha256_hex(struct str data, char out[SHA256_HEX_MAX])
{
    unsigned char digest[SHA256_BYTES];
    sha256(data, digest);
    return hex_encode(digest, sizeof digest, out);
}

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct str base64_encode(struct arena *a, struct str data)
{
    size_t len = (data.len + 2) / 3 * 4;
    char *out = arena_alloc(a, len + 1), *at = out;
    const unsigned char *p = (const unsigned char *)data.ptr;
    for (size_t i = 0; i < data.len; i += 3) {
        size_t left = data.len - i;
        uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);
        *at++ = base64_digits[v >> 18];
        *at++ = base64_digits[v >> 12 & 63];
        *at++ = left > 1 ? base64_digits[v >> 6 & 63] : '=';
        *at++ = left > 2 ? base64_digits[v & 63] : '=';
    }
    return (struct str){out, len};
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(struct arena *a, struct str text, struct str *out)
{
    if (text.len % 4)
        return false;
    size_t pad = 0;
    while (pad < 2 && pad < text.len && text.ptr[text.len - 1 - pad] == '=')
        pad++;
    char *d = arena_alloc(a, text.len / 4 * 3 + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i += 4) {
        uint32_t v = 0;
        for (size_t k = 0; k < 4; k++) {
            bool padding = i + k >= text.len - pad;
            int digit = padding ? 0 : base64_value(text.ptr[i + k]);
            if (digit < 0)
                return false;
            v = v << 6 | (uint32_t)digit;
        }
        /* Bits that no byte takes must be zero (RFC 4648 section 3.5): one value, one text. */
        if (i + 4 == text.len && pad && (v & (pad == 1 ? 0xffu : 0xffffu)))
            return false;
        d[n++] = (char)(v >> 16);
        d[n++] = (char)(v >> 8 & 255);
        d[n++] = (char)(v & 255);
    }
    *out = (struct str){d, n - pad};
    return true;
}

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '~';
}

void percent_encode(struct buf *out, struct str s, const char *keep)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (is_unreserved((char)c) || (c && strchr(keep, c))) {
            buf_addc(out, (char)c);
        } else {
            buf_addc(out, '%');
            buf_addc(out, digits[c >> 4]);
            buf_addc(out, digits[c & 15]);
        }
    }
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool percent_decode(struct arena *a, struct str s, struct str *out)
{
    char *d = arena_alloc(a, s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != '%') {
            d[n++] = s.ptr[i];
            continue;
        }
        if (s.len - i < 3)
            return false;
        int hi = hex_value(s.ptr[i + 1]), lo = hex_value(s.ptr[i + 2]);
        if (hi < 0 || lo < 0)
            return false;
        d[n++] = (char)(hi << 4 | lo);
        i += 2;
    }
    *out = (struct str){d, n};
    return true;
}

uint64_t hash64(struct str data, uint64_t seed)
{
    return XXH3_64bits_withSeed(data.ptr ? data.ptr : "", data.len, seed);
}
