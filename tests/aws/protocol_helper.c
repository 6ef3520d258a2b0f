/*
 * Lets scripts use ward's protocol code: reads a JSON object a line and answers with one a line.
 *   {"op": "s3:GetBucketAcl", "params": {...}, "account": "1", "token": ""}      -> {"method", "path", "query", "headers", "body"}
 *   {"op": "s3:GetBucketAcl", "status": 200, "headers": "A: b\r\n", "body": BASE64} -> {"class", "code", "message", "json", "token", ...}
 */
#include "aws/answer.h"
#include "aws/serialize.h"
#include "codec/hash.h"

#include <stdio.h>
#include <stdlib.h>

static void print_request(struct arena *a, const struct aws_op *op, const struct json *ask, struct json_out *o)
{
    struct err e = {0};
    struct aws_request q = {0};
    if (!aws_serialize(a, op, json_getz(ask, "params"), json_get_str(ask, "account"), json_get_str(ask, "token"), &q, &e)) {
        jo_kv_strz(o, "error", e.message);
        return;
    }
    jo_kv_str(o, "method", q.method);
    jo_kv_str(o, "path", q.path);
    jo_kv_str(o, "query", q.query);
    jo_key(o, "headers");
    jo_object(o);
    for (uint32_t i = 0; i < q.header_count; i++) {
        jo_key_str(o, q.headers[i].name);
        jo_str(o, q.headers[i].value);
    }
    jo_end_object(o);
    jo_kv_str(o, "body", q.body);
}

static void print_answer(struct arena *a, const struct aws_op *op, const struct json *ask, struct json_out *o)
{
    struct aws_answer answer;
    int64_t status = 0;
    struct str body = STR("");
    (void)json_get_i64(ask, "status", &status);
    if (!base64_decode(a, json_get_str(ask, "body"), &body))
        jo_kv_strz(o, "error", "the body is not base64");
    aws_answer_read(a, op, (long)status, json_get_str(ask, "headers"), body, &answer);
    jo_kv_strz(o, "class", aws_class_name(answer.class));
    jo_kv_str(o, "code", answer.code);
    jo_kv_str(o, "message", answer.message);
    jo_kv_str(o, "request_id", answer.request_id);
    jo_kv_str(o, "token", answer.page_token);
    jo_kv_bool(o, "truncated", answer.truncated);
    jo_kv_str(o, "missing_action", answer.missing_action);
    jo_kv_strz(o, "denied_by", answer.denied_by);
    jo_key(o, "json");
    if (answer.json)
        jo_value(o, answer.json);
    else
        jo_null(o);
}

static void answer_line(struct arena *a, struct str line)
{
    struct err e = {0};
    struct buf out;
    struct json_out o;
    buf_init(&out, 256 << 20);
    jo_init(&o, &out, false);
    jo_object(&o);
    const struct json *ask = json_parse(a, line, line.len, &e);
    const struct aws_op *op = ask ? aws_op_find(json_get_str(ask, "op")) : NULL;
    if (!op)
        jo_kv_strz(&o, "error", ask ? "no such operation" : e.message);
    else if (json_getz(ask, "status"))
        print_answer(a, op, ask, &o);
    else
        print_request(a, op, ask, &o);
    jo_end_object(&o);
    buf_addc(&out, '\n');
    fwrite(out.ptr, 1, out.len, stdout);
    fflush(stdout);
    buf_done(&out);
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    struct arena *a = arena_new(1 << 20);
    while ((len = getline(&line, &size, stdin)) > 0) {
        arena_reset(a);
        answer_line(a, str_make(line, (size_t)len));
    }
    free(line);
    arena_free(a);
    return 0;
}
