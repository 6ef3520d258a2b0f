/* What json_parse takes, json_write writes so that it reads back as the same value, and writing that
 * again gives the same bytes. */
#include "codec/json.h"
#include "fuzz.h"

static void check(struct arena *a, const struct json *one, void write(struct buf *, const struct json *))
{
    struct err e = {0};
    struct buf first, second;
    buf_init(&first, 1u << 24);
    buf_init(&second, 1u << 24);
    write(&first, one);
    MUST(!first.failed);
    struct json *two = json_parse(a, buf_str(&first), 1u << 24, &e);
    MUST(two);
    MUST(json_equal(one, two) && json_equal(two, one));
    write(&second, two);
    MUST(str_eq(buf_str(&first), buf_str(&second)));
    buf_done(&first);
    buf_done(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct json *j = json_parse(a, fuzz_str(data, size), 1u << 20, &e);
    MUST(j ? !err_is_set(&e) : err_is_set(&e));
    if (j) {
        check(a, j, json_write);
        check(a, j, json_write_canonical);
    }
    /* A string of any bytes becomes valid JSON. */
    struct buf b;
    buf_init(&b, 1u << 24);
    json_write_string(&b, fuzz_str(data, size));
    struct err e2 = {0};
    MUST(json_parse(a, buf_str(&b), 1u << 24, &e2));
    buf_done(&b);
    arena_free(a);
    return 0;
}
