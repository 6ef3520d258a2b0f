/* Header look-up in any bytes: what is found lies inside the block and is trimmed. */
#include "fuzz.h"
#include "net/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"x-amzn-requestid", "Date", "", "Content-Type"};
    struct http_response r = {.headers = fuzz_str(data, size)};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct str v = http_header(&r, names[i]);
        if (!v.ptr)
            continue;
        MUST(v.ptr >= r.headers.ptr && v.ptr + v.len <= r.headers.ptr + size);
        MUST(str_eq(str_trim(v), v) && str_index(v, '\n', 0) < 0);
    }
    return 0;
}
