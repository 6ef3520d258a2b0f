/* Base64, percent-encoding and hex: what was encoded decodes to itself, and what decodes was the only
 * text for its bytes (base64: no second spelling passes). */
#include "codec/hash.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct str in = fuzz_str(data, size), out;

    struct str text = base64_encode(a, in);
    MUST(text.len == (size + 2) / 3 * 4);
    MUST(base64_decode(a, text, &out) && str_eq(out, in));
    if (base64_decode(a, in, &out))
        MUST(str_eq(base64_encode(a, out), in));

    struct buf b;
    buf_init(&b, 1u << 24);
    percent_encode(&b, in, "/");
    MUST(percent_decode(a, buf_str(&b), &out) && str_eq(out, in));
    buf_done(&b);
    if (percent_decode(a, in, &out))
        MUST(out.len <= in.len);

    arena_free(a);
    return 0;
}
