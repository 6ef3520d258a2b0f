#include "aws/answer.h"

#include "aws/answer_convert.h"
#include "aws/answer_error.h"

#include <stdlib.h>

const char *aws_class_name(enum aws_class c)
{
    static const char *const names[] = {"ok", "absent", "gone", "denied", "throttled", "retryable", "expired", "skew",
                                        "unavailable", "wrong-region", "error"};
    return names[c];
}

struct str aws_header_value(struct str headers, const char *name)
{
    while (headers.ptr) {
        struct str line = str_cut(&headers, '\n');
        ptrdiff_t colon = str_index(line, ':', 0);
        if (colon > 0 && str_eq_nocase(str_trim(str_sub(line, 0, (size_t)colon)), str_of(name)))
            return str_trim(str_sub(line, (size_t)colon + 1, line.len));
    }
    return (struct str){NULL, 0};
}

/* What is being read. */
struct reading {
    struct arena *arena;
    const struct aws_op *op;
    const struct aws_output *output;
    long status;
    struct str headers, body;
    struct aws_answer *out;
};

static void set_error(struct reading *r, const char *code, struct str message)
{
    r->out->code = str_of(code);
    r->out->message = message;
    aws_classify(r->op, r->status, r->out);
}

static void unreadable(struct reading *r, const struct err *e)
{
    set_error(r, "UnreadableAnswer", arena_str(r->arena, str_of(e->message)));
}

static bool good(const struct reading *r) { return r->status >= 200 && r->status < 300; }

/* The status alone speaks: "Http503". */
static void bare_status(struct reading *r)
{
    r->out->code = arena_printf(r->arena, "Http%ld", r->status);
    aws_classify(r->op, r->status, r->out);
}

/* --- good answers */

static struct json *start_object(struct reading *r)
{
    struct json *object = json_new(r->arena, JSON_OBJECT);
    if (r->output->root)
        aws_add_headers(r->arena, r->output->root, r->status, r->headers, object);
    return object;
}

static void take_members(struct json *object, struct json *from)
{
    struct json *it = from->first;
    while (it) {
        struct json *next = it->next;
        it->next = NULL;
        json_set(object, it->key, it);
        it = next;
    }
}

static const struct aws_member *payload_member(const struct aws_output *output)
{
    for (uint32_t i = 0; i < output->root->count; i++)
        if (str_eq(output->root->members[i].name, output->payload))
            return &output->root->members[i];
    return NULL;
}

/*
 * Members of the root that stand in the body: without one, an empty body says all there is. With one, AWS
 * sends at least "{}" or the empty element (a bucket without notifications is <NotificationConfiguration/>:
 * Amazon S3 API Reference, GetBucketNotificationConfiguration), so no bytes at all are an answer that was
 * lost on its way, and not the news that there is nothing.
 */
static bool wants_body(const struct aws_output *output)
{
    for (uint32_t i = 0; output->root && i < output->root->count; i++)
        if (output->root->members[i].place == AWS_PLACE_BODY)
            return true;
    return false;
}

/* <LocationConstraint/> is us-east-1, which the CLI prints as null. */
static struct json *bucket_location(struct reading *r, const struct xml_node *root)
{
    struct json *object = json_new(r->arena, JSON_OBJECT);
    json_set(object, STR("LocationConstraint"),
             root->text.len ? json_string(r->arena, root->text) : json_new(r->arena, JSON_NULL));
    return object;
}

static bool is_modelled(const struct aws_struct *shape, const struct json *value)
{
    for (uint32_t i = 0; i < shape->count; i++)
        if (json_get(value, shape->members[i].name))
            return true;
    return shape->document || shape->count == 0 || value->count == 0;
}

/* What was read by `shape` into the object. An answer with content, and nothing in it that the model knows,
 * is somebody else's: read on, it would look like one where nothing is set. */
static struct json *take_result(const struct reading *r, struct json *object, const struct aws_struct *shape,
                                const struct aws_member *payload, struct json *value, struct err *e)
{
    if (!value)
        return NULL;
    if (!is_modelled(shape, value)) {
        (void)err_set(e, ERR_PARSE, "nothing of %.*s in the answer, but \"%.*s\"", STR_ARG(r->op->operation),
                      STR_ARG(value->first->key));
        return NULL;
    }
    if (payload)
        json_set(object, payload->name, value);
    else
        take_members(object, value);
    return object;
}

static struct json *unexpected(const struct xml_node *root, struct err *e)
{
    (void)err_set(e, ERR_PARSE, "an unexpected <%.*s>", STR_ARG(root->name));
    return NULL;
}

/* <DescribeVpcsResponse> of the EC2 protocol, <LocationConstraint>; the query protocol has a wrapper, and the
 * models do not name the others' root. */
static bool is_expected_root(const struct reading *r, const struct xml_node *root)
{
    if (str_eqz(r->op->id, "s3:GetBucketLocation"))
        return str_eqz(root->name, "LocationConstraint");
    return r->op->protocol != AWS_EC2 || str_starts(root->name, r->op->operation);
}

static struct json *from_xml_root(struct reading *r, const struct xml_node *root, struct err *e)
{
    const struct aws_output *output = r->output;
    struct json *object = start_object(r);
    if (output->raw || !is_expected_root(r, root))
        return unexpected(root, e);
    if (str_eqz(r->op->id, "s3:GetBucketLocation"))
        return bucket_location(r, root);
    const struct xml_node *result = output->wrapper.len ? xml_child(root, arena_cstr(r->arena, output->wrapper)) : root;
    if (!result)
        return unexpected(root, e);
    if (!output->root)
        return object;
    const struct aws_member *payload = output->payload.len ? payload_member(output) : NULL;
    const struct aws_struct *shape = payload ? payload->ref.structure : output->root;
    return take_result(r, object, shape, payload, aws_from_xml(r->arena, shape, result, e), e);
}

static struct json *from_json_root(struct reading *r, const struct json *body, struct err *e)
{
    const struct aws_output *output = r->output;
    struct json *object = start_object(r);
    const struct aws_member *payload = output->payload.len ? payload_member(output) : NULL;
    if (!output->root)
        return object;
    const struct aws_struct *shape = payload ? payload->ref.structure : output->root;
    return take_result(r, object, shape, payload, aws_from_json(r->arena, shape, body, e), e);
}

/* --- pages */

static struct json *parent_of(struct json *object, struct str path, struct str *last)
{
    while (object) {
        *last = str_cut(&path, '.');
        if (!path.ptr)
            return object;
        object = json_get(object, *last);
    }
    return NULL;
}

/* The value at `path`, taken out of the object; NULL when it is not there. */
static struct json *take(struct json *object, struct str path)
{
    struct str name;
    struct json *parent = parent_of(object, path, &name), *before = NULL;
    for (struct json *it = parent ? parent->first : NULL; it; before = it, it = it->next) {
        if (!str_eq(it->key, name))
            continue;
        if (before)
            before->next = it->next;
        else
            parent->first = it->next;
        if (parent->last == it)
            parent->last = before;
        parent->count--;
        it->next = NULL;
        return it;
    }
    return NULL;
}

static bool is_token(const struct json *j)
{
    return j && (j->type == JSON_STRING || j->type == JSON_NUMBER) && j->text.len;
}

static void take_page(struct reading *r, struct json *object)
{
    const struct aws_op *op = r->op;
    if (!op->page_keys)
        return;
    struct json *more = op->page_more.len ? take(object, op->page_more) : NULL;
    struct json *parts = json_new(r->arena, JSON_ARRAY);
    struct str token = STR("");
    for (uint32_t i = 0; i < op->page_keys; i++) {
        struct json *part = take(object, op->page_out[i]);
        if (is_token(part))
            token = part->text;
        if (part)
            part->key = (struct str){NULL, 0};
        json_add(parts, is_token(part) ? part : json_new(r->arena, JSON_NULL));
    }
    if (more && more->type == JSON_FALSE)
        return;
    r->out->truncated = more && more->type != JSON_NULL && !token.len;
    if (op->page_keys == 1 || !token.len) {
        r->out->page_token = token;
        return;
    }
    struct buf b;
    buf_init(&b, 1 << 16);
    json_write(&b, parts);
    r->out->page_token = arena_str(r->arena, buf_str(&b));
    buf_done(&b);
}

static void finish(struct reading *r, struct json *object)
{
    take_page(r, object);
    r->out->class = AWS_OK;
    r->out->json = object;
}

/* --- bodies */

static bool is_html(struct str body)
{
    struct str head = str_trim(str_sub(body, 0, 64));
    return str_eq_nocase(str_sub(head, 0, 9), STR("<!doctype")) || str_eq_nocase(str_sub(head, 0, 5), STR("<html"));
}

static void read_xml(struct reading *r)
{
    struct err e = {0};
    const struct xml_node *root = xml_parse(r->arena, r->body, AWS_BODY_MAX_BYTES, &e);
    if (!root) {
        unreadable(r, &e);
        return;
    }
    const struct xml_node *error = aws_xml_error(root);
    if (error) {
        struct str hint = r->out->region;
        aws_read_xml_error(error, root, r->out);
        if (!r->out->region.len)
            r->out->region = hint;
        if (r->out->code.len)
            aws_classify(r->op, good(r) ? 400 : r->status, r->out);
        else
            bare_status(r);
        return;
    }
    bool speaks_xml = r->op->protocol == AWS_QUERY || r->op->protocol == AWS_EC2 || r->op->protocol == AWS_REST_XML;
    if (!good(r)) {
        bare_status(r);
        return;
    }
    struct json *object = speaks_xml ? from_xml_root(r, root, &e) : unexpected(root, &e);
    if (object)
        finish(r, object);
    else
        unreadable(r, &e);
}

/* Some services say 200 and mean an error; the REST protocol names it in a header. */
static bool is_json_error(const struct reading *r, const struct json *body)
{
    struct str type = json_get_str(body, "__type");
    return aws_header_value(r->headers, "x-amzn-errortype").len > 0 || str_ends(type, STR("Exception")) ||
           str_ends(type, STR("Error")) || str_ends(type, STR("Fault"));
}

static void read_json(struct reading *r)
{
    struct err e = {0};
    const struct json *body = json_parse(r->arena, r->body, AWS_BODY_MAX_BYTES, &e);
    if (!good(r) || (body && is_json_error(r, body))) {
        if (aws_read_json_error(body, r->headers, r->out))
            aws_classify(r->op, good(r) ? 400 : r->status, r->out);
        else
            bare_status(r);
        return;
    }
    enum aws_protocol p = r->op->protocol;
    bool speaks_json = p == AWS_JSON_1_0 || p == AWS_JSON_1_1 || p == AWS_REST_JSON;
    if (body && !speaks_json)
        body = err_set(&e, ERR_PARSE, "JSON from a service that speaks XML") ? body : NULL;
    struct json *object = body ? from_json_root(r, body, &e) : NULL;
    if (object)
        finish(r, object);
    else
        unreadable(r, &e);
}

static void read_empty(struct reading *r)
{
    if (good(r) && !wants_body(r->output))
        finish(r, start_object(r));
    else if (good(r))
        set_error(r, "UnreadableAnswer", STR("an empty body"));
    else if (aws_read_json_error(NULL, r->headers, r->out))
        aws_classify(r->op, r->status, r->out);
    else
        bare_status(r);
}

/* GetBucketPolicy: the body is the policy, which the CLI prints as a string. A part of one is none. */
static void read_raw(struct reading *r)
{
    struct err e = {0};
    struct json *object = start_object(r);
    if (!json_parse(r->arena, r->body, AWS_BODY_MAX_BYTES, &e)) {
        unreadable(r, &e);
        return;
    }
    json_set(object, r->output->payload, json_string(r->arena, r->body));
    finish(r, object);
}

static void read_headers(struct reading *r)
{
    static const char *const ids[] = {"x-amzn-requestid", "x-amz-request-id", "x-amz-cf-id"};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]) && !r->out->request_id.len; i++)
        r->out->request_id = aws_header_value(r->headers, ids[i]);
    r->out->region = aws_header_value(r->headers, "x-amz-bucket-region");
    uint64_t wait = 0;
    if (str_to_u64(aws_header_value(r->headers, "x-amz-retry-after"), &wait) && wait <= 600000)
        r->out->retry_after_ms = (int64_t)wait;
    else if (str_to_u64(aws_header_value(r->headers, "retry-after"), &wait) && wait <= 600)
        r->out->retry_after_ms = (int64_t)wait * 1000;
}

void aws_answer_read(struct arena *a, const struct aws_op *op, long http_status, struct str headers, struct str body,
                     struct aws_answer *out)
{
    struct reading r = {.arena = a, .op = op, .output = aws_output_of(op), .status = http_status,
                        .headers = headers, .body = body, .out = out};
    *out = (struct aws_answer){.class = AWS_ERROR, .denied_by = ""};
    read_headers(&r);
    struct str text = str_trim(body);
    if (is_html(text))
        set_error(&r, "HtmlAnswer", STR("HTML where an API answers"));
    else if (good(&r) && r.output->raw && text.len && text.ptr[0] != '<')
        read_raw(&r);
    else if (!text.len)
        read_empty(&r);
    else if (text.ptr[0] == '<')
        read_xml(&r);
    else
        read_json(&r);
}
