/* What yaml_parse takes has offsets inside of the text, and each scalar that yaml_write_scalar writes
 * reads back as the same one. */
#include "codec/yaml.h"
#include "fuzz.h"

static void check(struct arena *a, const struct yaml *y, size_t size)
{
    MUST(y->begin <= y->end && y->end <= size);
    for (const struct yaml *i = y->first; i; i = i->next)
        check(a, i, size);
    if (y->type != YAML_SCALAR)
        return;
    struct buf b;
    struct err e = {0};
    buf_init(&b, 1u << 24);
    buf_addz(&b, "k: ");
    yaml_write_scalar(&b, y->text);
    buf_addc(&b, '\n');
    struct yaml *again = yaml_parse(a, buf_str(&b), 1u << 24, &e);
    struct yaml *k = yaml_get(again, STR("k"));
    MUST(k && k->type == YAML_SCALAR && str_eq(k->text, y->text));
    buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct yaml *y = yaml_parse(a, fuzz_str(data, size), 1u << 20, &e);
    MUST(y ? !err_is_set(&e) : err_is_set(&e));
    if (y)
        check(a, y, size);
    arena_free(a);
    return 0;
}
