/* One row of `ward can --batch`, as every kind: it is answered with valid JSON or refused with a message. */
#include "fuzz.h"
#include "iam/row.h"
#include "iam/row_element.h"

enum { ANSWER_MAX = 32 << 20 };

typedef bool row_function(struct arena *a, const struct iam_catalogue *c, const struct json *row, struct json_out *o,
                          struct err *e);

static void answer(row_function *function, struct str text)
{
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct buf b;
    struct json_out o;
    struct json *row = json_parse(a, text, 1 << 20, &e);
    buf_init(&b, ANSWER_MAX);
    jo_init(&o, &b, false);
    jo_object(&o);
    if (row && row->type == JSON_OBJECT) {
        bool done = function(a, NULL, row, &o, &e);
        MUST(done || e.message[0]);
        if (done) {
            jo_end_object(&o);
            MUST(json_parse(a, buf_str(&b), ANSWER_MAX, &e));
        }
    }
    buf_done(&b);
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    answer(iam_row_authorize, text);
    answer(iam_row_pattern, text);
    answer(iam_row_element, text);
    return 0;
}
