/* tests/fuzz/answer_fuzz.h: what holds of every answer that aws_answer_read gives. */
#ifndef WARD_TESTS_ANSWER_FUZZ_H
#define WARD_TESTS_ANSWER_FUZZ_H

#include "aws/answer.h"
#include "aws/serialize.h"
#include "fuzz.h"

/* Its JSON is an object that a strict parser takes, and reads as the same value. */
static inline void must_be_json(struct arena *a, const struct json *j)
{
    struct err e = {0};
    struct buf b;
    buf_init(&b, 1u << 24);
    MUST(j->type == JSON_OBJECT);
    json_write(&b, j);
    MUST(!b.failed);
    const struct json *again = json_parse(a, buf_str(&b), 1u << 24, &e);
    if (!again)
        die("fuzz: %s in %s", e.message, buf_cstr(&b));
    struct buf c;
    buf_init(&c, 1u << 24);
    json_write(&c, again);
    MUST(str_eq(buf_str(&b), buf_str(&c)));
    buf_done(&b);
    buf_done(&c);
}

/* A token can be sent: what the path needs apart, a call with it is never refused. */
static inline void must_page(struct arena *a, const struct aws_op *op, struct str token)
{
    struct err e = {0};
    struct aws_request q = {0};
    MUST(!token.len || op->page_keys);
    struct json *params = json_new(a, JSON_OBJECT);
    for (uint32_t i = 0; i < op->param_count; i++)
        if (op->params[i].location == AWS_IN_URI)
            json_set(params, op->params[i].name, json_string(a, STR("x")));
    bool sent = aws_serialize(a, op, params, STR("123456789012"), token, &q, &e);
    if (!sent && e.kind != ERR_LIMIT && !str_contains(str_of(e.message), STR("wrong type")))
        die("fuzz: %s", e.message);
}

static inline void must_hold(struct arena *a, const struct aws_op *op, long status, const struct aws_answer *out)
{
    MUST(out->class <= AWS_ERROR && aws_class_name(out->class));
    MUST((out->class == AWS_OK) == (out->json != NULL));
    MUST((out->class == AWS_OK) == (out->code.len == 0));
    MUST(out->class != AWS_OK || (status >= 200 && status < 300));
    MUST(out->denied_by && (out->class == AWS_DENIED || !out->denied_by[0]));
    MUST(out->class == AWS_DENIED ? out->missing_action.len > 0 : !out->missing_action.len);
    MUST(out->retry_after_ms >= 0 && out->retry_after_ms <= 600000);
    MUST(out->class == AWS_OK || (!out->page_token.len && !out->truncated));
    if (out->class != AWS_OK)
        return;
    must_be_json(a, out->json);
    must_page(a, op, out->page_token);
}

/* "OPERATION\nBODY"; NULL when there is no such operation. */
static inline const struct aws_op *fuzz_op(struct str *text)
{
    const struct aws_op *op = aws_op_find(str_cut(text, '\n'));
    return text->ptr ? op : NULL;
}

static inline int fuzz_body(const uint8_t *data, size_t size, bool xml)
{
    struct str body = fuzz_str(data, size);
    const struct aws_op *op = fuzz_op(&body);
    if (!op || (op->protocol == AWS_JSON_1_0 || op->protocol == AWS_JSON_1_1 || op->protocol == AWS_REST_JSON) == xml)
        return 0;
    struct arena *a = arena_new(0);
    struct aws_answer out;
    aws_answer_read(a, op, 200, STR("ETag: E1\r\nx-amzn-requestid: R\r\n"), body, &out);
    must_hold(a, op, 200, &out);
    arena_free(a);
    return 0;
}

#endif
