/* What bundle_line_parse takes, bundle_line_write writes so that it reads back and is written again as the
 * same bytes. A call's path is safe whatever its parameters are. */
#include "collect/bundle_line.h"
#include "collect/bundle_path.h"
#include "fuzz.h"

static void check_path(struct arena *a, const struct bundle_line *l)
{
    const struct aws_op *op = l->kind == BUNDLE_CALL ? aws_op_find(l->op) : NULL;
    if (!op)
        return;
    struct str path = bundle_path(a, l->account, l->region, op, l->params);
    MUST(bundle_path_is_safe(path));
    MUST(str_ends(path, STR(".json")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct err e = {0}, e2 = {0};
    struct bundle_line one, two;
    bool ok = bundle_line_parse(a, fuzz_str(data, size), &one, &e);
    MUST(ok != err_is_set(&e));
    if (ok) {
        struct buf first, second;
        buf_init(&first, 1u << 24);
        buf_init(&second, 1u << 24);
        bundle_line_write(&first, &one, (struct str){NULL, 0});
        MUST(!first.failed);
        MUST(bundle_line_parse(a, buf_str(&first), &two, &e2));
        MUST(one.kind == two.kind);
        bundle_line_write(&second, &two, (struct str){NULL, 0});
        MUST(str_eq(buf_str(&first), buf_str(&second)));
        check_path(a, &one);
        buf_done(&first);
        buf_done(&second);
    }
    arena_free(a);
    return 0;
}
