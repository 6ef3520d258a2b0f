/* Any status, headers and body: "STATUS OPERATION\nHEADERS\n\nBODY". HTML is never an answer, and reading
 * the same again gives the same. */
#include "answer_fuzz.h"

static bool is_html(struct str body)
{
    struct str head = str_trim(body);
    return str_eq_nocase(str_sub(head, 0, 5), STR("<html")) || str_eq_nocase(str_sub(head, 0, 9), STR("<!doctype"));
}

static struct str cut_headers(struct str *text)
{
    for (size_t i = 0; i + 1 < text->len; i++)
        if (text->ptr[i] == '\n' && text->ptr[i + 1] == '\n') {
            struct str headers = str_sub(*text, 0, i + 1);
            *text = str_sub(*text, i + 2, text->len);
            return headers;
        }
    return STR("");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = fuzz_str(data, size);
    int64_t status = 0;
    struct str first = str_cut(&text, ' ');
    if (!text.ptr || !str_to_i64(first, &status) || status < 0 || status > 999)
        return 0;
    const struct aws_op *op = fuzz_op(&text);
    if (!op)
        return 0;
    struct arena *a = arena_new(0);
    struct aws_answer out, again;
    struct str headers = cut_headers(&text);
    aws_answer_read(a, op, (long)status, headers, text, &out);
    must_hold(a, op, (long)status, &out);
    MUST(!is_html(text) || str_eqz(out.code, "HtmlAnswer"));
    aws_answer_read(a, op, (long)status, headers, text, &again);
    MUST(out.class == again.class && str_eq(out.code, again.code) && str_eq(out.page_token, again.page_token));
    arena_free(a);
    return 0;
}
