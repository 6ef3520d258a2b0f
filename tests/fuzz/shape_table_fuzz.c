/* Any table of shapes, "TABLE\n=\nBODY": refused with a reason, or good enough to read any body by. */
#include "answer_fuzz.h"
#include "aws/answer_convert.h"

static struct str cut_table(struct str *text)
{
    for (size_t i = 0; i + 2 < text->len; i++)
        if (memcmp(text->ptr + i, "\n=\n", 3) == 0) {
            struct str table = str_sub(*text, 0, i);
            *text = str_sub(*text, i + 3, text->len);
            return table;
        }
    struct str table = *text;
    *text = STR("");
    return table;
}

static void read_by(struct arena *a, const struct aws_struct *shape, struct str body)
{
    struct err e = {0};
    const struct json *json = json_parse(a, body, 1u << 20, &e);
    const struct xml_node *xml = xml_parse(a, body, 1u << 20, &e);
    for (int i = 0; i < 2; i++) {
        struct err own = {0};
        const struct json *got = NULL;
        if (i ? json != NULL : xml != NULL) {
            got = i ? aws_from_json(a, shape, json, &own) : aws_from_xml(a, shape, xml, &own);
            MUST(got ? !err_is_set(&own) : err_is_set(&own));
        }
        if (got && got->type == JSON_OBJECT)
            must_be_json(a, got);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct str body = fuzz_str(data, size), table = cut_table(&body);
    const struct aws_shapes *s = aws_shapes_parse(a, table, &e);
    MUST(s ? !err_is_set(&e) : err_is_set(&e));
    const struct aws_output *out = s ? aws_shapes_find(s, STR("a:G")) : NULL;
    if (out && out->root)
        read_by(a, out->root, body);
    arena_free(a);
    return 0;
}
