#include "aws/serialize.h"

#include "codec/hash.h"

enum { VALUES_MAX = 48, BODY_MAX_BYTES = 1 << 20, KEY_MAX = 512 };

/* One parameter of the call with its value, in the order it is sent. */
struct value {
    const struct aws_param *param;
    const struct json *json;
};

struct call {
    struct arena *arena;
    const struct aws_op *op;
    struct str account;
    struct value values[VALUES_MAX];
    uint32_t count;
    struct err *err;
};

static bool add_value(struct call *c, const struct aws_param *p, const struct json *value)
{
    if (c->count == VALUES_MAX)
        return err_set(c->err, ERR_INTERNAL, "%.*s: too many parameters", STR_ARG(c->op->id));
    c->values[c->count++] = (struct value){p, value};
    return true;
}

static bool has_value(const struct call *c, struct str name)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (str_eq(c->values[i].param->name, name))
            return true;
    return false;
}

static bool add_fixed(struct call *c, const struct json *params)
{
    for (uint32_t i = 0; i < c->op->fixed_count; i++) {
        const struct aws_fixed *f = &c->op->fixed[i];
        if (json_get(params, f->param.name))
            continue;
        struct json *value = str_eqz(f->value, "\"@account\"") ? json_string(c->arena, c->account)
                                                               : json_parse(c->arena, f->value, f->value.len, c->err);
        if (!value || !add_value(c, &f->param, value))
            return false;
    }
    return true;
}

static bool add_given(struct call *c, const struct json *params)
{
    for json_each (it, params) {
        const struct aws_param *p = aws_op_param(c->op, it->key);
        if (!p)
            return err_set(c->err, ERR_INTERNAL, "%.*s: no parameter %.*s", STR_ARG(c->op->id), STR_ARG(it->key));
        if (it->type != JSON_NULL && !add_value(c, p, it))
            return false;
    }
    return true;
}

/* A token of several parts is a JSON array of them; aws/answer.c makes it. */
static bool add_page(struct call *c, struct str token)
{
    const struct aws_op *op = c->op;
    if (op->page_size.name.len && !has_value(c, op->page_size.name) &&
        !add_value(c, &op->page_size, json_int(c->arena, op->page_size_max)))
        return false;
    if (!token.len || !op->page_keys)
        return true;
    if (op->page_keys == 1)
        return add_value(c, &op->page_in[0], json_string(c->arena, token));
    const struct json *parts = json_parse(c->arena, token, token.len, c->err);
    if (!parts)
        return false;
    uint32_t i = 0;
    for json_each (it, parts) {
        if (i < op->page_keys && it->type != JSON_NULL && !add_value(c, &op->page_in[i], it))
            return false;
        i++;
    }
    return true;
}

static struct str scalar_text(const struct json *j)
{
    if (j->type == JSON_TRUE)
        return STR("true");
    return j->type == JSON_FALSE ? STR("false") : j->text;
}

static bool is_scalar(const struct json *j)
{
    return j->type == JSON_STRING || j->type == JSON_NUMBER || j->type == JSON_TRUE || j->type == JSON_FALSE;
}

static bool wrong_type(const struct call *c, const struct aws_param *p)
{
    return err_set(c->err, ERR_INTERNAL, "%.*s: a value of the wrong type for %.*s", STR_ARG(c->op->id), STR_ARG(p->name));
}

/* --- query and ec2: NAME.member.1.Key=value */

/* As a form is encoded by urllib: a space is '+'. */
static void form_encode(struct buf *out, struct str s)
{
    while (s.ptr) {
        percent_encode(out, str_cut(&s, ' '), "");
        if (s.ptr)
            buf_addc(out, '+');
    }
}

static void form_pair(struct buf *out, struct str key, struct str value)
{
    if (out->len)
        buf_addc(out, '&');
    form_encode(out, key);
    buf_addc(out, '=');
    form_encode(out, value);
}

static bool form_value(const struct call *c, struct buf *out, struct str key, const struct aws_param *p,
                       const struct aws_type *t, const struct json *value);

static bool form_list(const struct call *c, struct buf *out, struct str key, const struct aws_param *p,
                      const struct aws_type *t, const struct json *value)
{
    uint32_t i = 1;
    if (t->tag.len)
        key = arena_printf(c->arena, "%.*s.%.*s", STR_ARG(key), STR_ARG(t->tag));
    if (value->type != JSON_ARRAY)
        return form_value(c, out, arena_printf(c->arena, "%.*s.1", STR_ARG(key)), p, t->element, value);
    for json_each (it, value)
        if (!form_value(c, out, arena_printf(c->arena, "%.*s.%u", STR_ARG(key), i++), p, t->element, it))
            return false;
    return true;
}

static const struct aws_param *member_of(const struct aws_type *t, struct str name)
{
    for (uint32_t i = 0; i < t->member_count; i++)
        if (str_eq(t->members[i].name, name))
            return &t->members[i];
    return NULL;
}

static bool form_structure(const struct call *c, struct buf *out, struct str key, const struct aws_param *p,
                           const struct aws_type *t, const struct json *value)
{
    if (value->type != JSON_OBJECT)
        return wrong_type(c, p);
    for json_each (it, value) {
        const struct aws_param *m = member_of(t, it->key);
        if (!m)
            return wrong_type(c, p);
        if (!form_value(c, out, arena_printf(c->arena, "%.*s.%.*s", STR_ARG(key), STR_ARG(m->wire)), m, m->type, it))
            return false;
    }
    return true;
}

static bool form_value(const struct call *c, struct buf *out, struct str key, const struct aws_param *p,
                       const struct aws_type *t, const struct json *value)
{
    if (key.len > KEY_MAX)
        return wrong_type(c, p);
    if (t->kind == 'L')
        return form_list(c, out, key, p, t, value);
    if (t->kind == 'S')
        return form_structure(c, out, key, p, t, value);
    if (t->kind == 'M' || !is_scalar(value))
        return wrong_type(c, p);
    form_pair(out, key, scalar_text(value));
    return true;
}

static bool write_form(const struct call *c, struct buf *body)
{
    form_pair(body, STR("Action"), c->op->operation);
    form_pair(body, STR("Version"), c->op->api_version);
    for (uint32_t i = 0; i < c->count; i++) {
        const struct aws_param *p = c->values[i].param;
        if (!form_value(c, body, p->wire, p, p->type, c->values[i].json))
            return false;
    }
    return true;
}

/* --- JSON bodies */

static bool json_value(const struct call *c, struct json_out *o, const struct aws_param *p, const struct aws_type *t,
                       const struct json *value);

static bool json_list(const struct call *c, struct json_out *o, const struct aws_param *p, const struct aws_type *t,
                      const struct json *value)
{
    jo_array(o);
    if (value->type != JSON_ARRAY && !json_value(c, o, p, t->element, value))
        return false;
    for json_each (it, value->type == JSON_ARRAY ? value : NULL)
        if (!json_value(c, o, p, t->element, it))
            return false;
    jo_end_array(o);
    return true;
}

static bool json_structure(const struct call *c, struct json_out *o, const struct aws_param *p, const struct aws_type *t,
                           const struct json *value)
{
    if (value->type != JSON_OBJECT)
        return wrong_type(c, p);
    jo_object(o);
    for json_each (it, value) {
        const struct aws_param *m = t->kind == 'S' ? member_of(t, it->key) : NULL;
        if (t->kind == 'S' && !m)
            return wrong_type(c, p);
        jo_key_str(o, m ? m->wire : it->key);
        if (!json_value(c, o, m ? m : p, m ? m->type : t->element, it))
            return false;
    }
    jo_end_object(o);
    return true;
}

static bool json_value(const struct call *c, struct json_out *o, const struct aws_param *p, const struct aws_type *t,
                       const struct json *value)
{
    if (t->kind == 'L')
        return json_list(c, o, p, t, value);
    if (t->kind == 'S' || t->kind == 'M')
        return json_structure(c, o, p, t, value);
    if (!is_scalar(value))
        return wrong_type(c, p);
    struct str text = scalar_text(value);
    int64_t number = 0;
    if (t->kind == 's' || t->kind == 't' || t->kind == 'x')
        jo_str(o, text);
    else if (t->kind == 'b' && (str_eqz(text, "true") || str_eqz(text, "false")))
        jo_raw(o, text);
    else if (t->kind == 'i' && str_to_i64(text, &number))
        jo_int(o, number);
    else
        return wrong_type(c, p);
    return true;
}

static uint32_t in_body(const struct call *c)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->count; i++)
        n += c->values[i].param->location == AWS_IN_BODY;
    return n;
}

static bool write_json(const struct call *c, struct buf *body)
{
    struct json_out o;
    jo_init(&o, body, false);
    jo_object(&o);
    for (uint32_t i = 0; i < c->count; i++) {
        const struct aws_param *p = c->values[i].param;
        if (p->location != AWS_IN_BODY)
            continue;
        jo_key_str(&o, p->wire);
        if (!json_value(c, &o, p, p->type, c->values[i].json))
            return false;
    }
    jo_end_object(&o);
    return true;
}

/* --- rest: path, query string, headers */

/* Route 53 hands out "/hostedzone/Z1" and takes "Z1". */
static struct str label_value(const struct aws_op *op, struct str value)
{
    ptrdiff_t slash = str_eqz(op->service, "route53") ? str_rindex(value, '/') : -1;
    return slash < 0 ? value : str_sub(value, (size_t)slash + 1, value.len);
}

static bool write_label(const struct call *c, struct buf *out, struct str label)
{
    bool greedy = str_ends(label, STR("+"));
    struct str wire = greedy ? str_sub(label, 0, label.len - 1) : label;
    for (uint32_t i = 0; i < c->count; i++) {
        const struct value *v = &c->values[i];
        if (v->param->location != AWS_IN_URI || !str_eq(v->param->wire, wire))
            continue;
        if (!is_scalar(v->json) || !scalar_text(v->json).len)
            return wrong_type(c, v->param);
        percent_encode(out, label_value(c->op, scalar_text(v->json)), greedy ? "/" : "");
        return true;
    }
    return err_set(c->err, ERR_INTERNAL, "%.*s: nothing gives {%.*s} of its path", STR_ARG(c->op->id), STR_ARG(label));
}

static bool write_path(const struct call *c, struct buf *out)
{
    struct str rest = c->op->path;
    while (rest.ptr) {
        buf_add(out, str_cut(&rest, '{'));
        if (rest.ptr && !write_label(c, out, str_cut(&rest, '}')))
            return false;
    }
    return true;
}

static void query_pair(struct buf *out, struct str key, struct str value)
{
    if (out->len)
        buf_addc(out, '&');
    percent_encode(out, key, "");
    buf_addc(out, '=');
    percent_encode(out, value, "");
}

static bool write_query(const struct call *c, struct buf *out)
{
    for (uint32_t i = 0; i < c->count; i++) {
        const struct aws_param *p = c->values[i].param;
        const struct json *value = c->values[i].json;
        if (p->location != AWS_IN_QUERY)
            continue;
        if (is_scalar(value)) {
            query_pair(out, p->wire, scalar_text(value));
            continue;
        }
        if (value->type != JSON_ARRAY)
            return wrong_type(c, p);
        for json_each (it, value) {
            if (!is_scalar(it))
                return wrong_type(c, p);
            query_pair(out, p->wire, scalar_text(it));
        }
    }
    return true;
}

static bool add_headers(const struct call *c, struct aws_request *out)
{
    for (uint32_t i = 0; i < c->count; i++) {
        const struct aws_param *p = c->values[i].param;
        if (p->location != AWS_IN_HEADER)
            continue;
        struct str text = is_scalar(c->values[i].json) ? scalar_text(c->values[i].json) : STR("\n");
        if (str_index(text, '\n', 0) >= 0 || str_index(text, '\r', 0) >= 0)
            return wrong_type(c, p);
        aws_header_add(out, p->wire, text);
    }
    if (str_eqz(c->op->service, "glacier"))
        aws_header_add(out, STR("x-amz-glacier-version"), STR("2012-06-01"));
    if (str_eqz(c->op->service, "apigateway"))
        aws_header_add(out, STR("Accept"), STR("application/json"));
    return true;
}

static bool write_rest(const struct call *c, struct buf *path, struct buf *query, struct buf *body, struct aws_request *out)
{
    if (!write_path(c, path) || !write_query(c, query) || !add_headers(c, out))
        return false;
    bool wants_body = in_body(c) > 0 || c->op->has_body;
    if (!wants_body)
        return true;
    if (c->op->protocol == AWS_REST_XML)
        return err_set(c->err, ERR_INTERNAL, "%.*s: a read with an XML body", STR_ARG(c->op->id));
    aws_header_add(out, STR("Content-Type"), STR("application/json"));
    return write_json(c, body);
}

static bool write_rpc(const struct call *c, struct buf *path, struct buf *body, struct aws_request *out)
{
    const struct aws_op *op = c->op;
    buf_addz(path, "/");
    if (op->protocol == AWS_QUERY || op->protocol == AWS_EC2) {
        aws_header_add(out, STR("Content-Type"), STR("application/x-www-form-urlencoded; charset=utf-8"));
        return write_form(c, body);
    }
    aws_header_add(out, STR("X-Amz-Target"), arena_printf(c->arena, "%.*s.%.*s", STR_ARG(op->target_prefix), STR_ARG(op->operation)));
    aws_header_add(out, STR("Content-Type"),
                   op->protocol == AWS_JSON_1_0 ? STR("application/x-amz-json-1.0") : STR("application/x-amz-json-1.1"));
    if (op->query_mode)
        aws_header_add(out, STR("x-amzn-query-mode"), STR("true"));
    return write_json(c, body);
}

/* The template may carry a query of its own ("/{Bucket}?policy"): what follows '?' leads the query. */
static void take_path(struct arena *a, const struct buf *path, const struct buf *query, struct aws_request *out)
{
    struct str rest = arena_str(a, buf_str(path));
    out->path = str_cut(&rest, '?');
    struct str own = rest.ptr ? rest : STR("");
    out->query = own.len && query->len ? arena_printf(a, "%.*s&%s", STR_ARG(own), buf_cstr(query))
               : own.len               ? own
                                       : arena_str(a, buf_str(query));
}

bool aws_serialize(struct arena *a, const struct aws_op *op, const struct json *params, struct str account,
                   struct str page_token, struct aws_request *out, struct err *e)
{
    struct call c = {.arena = a, .op = op, .account = account, .err = e};
    if (!add_fixed(&c, params) || !add_given(&c, params) || !add_page(&c, page_token))
        return false;
    struct buf path, query, body;
    buf_init(&path, BODY_MAX_BYTES);
    buf_init(&query, BODY_MAX_BYTES);
    buf_init(&body, BODY_MAX_BYTES);
    out->method = op->method;
    bool rest = op->protocol == AWS_REST_JSON || op->protocol == AWS_REST_XML;
    bool ok = rest ? write_rest(&c, &path, &query, &body, out) : write_rpc(&c, &path, &body, out);
    if (ok && (path.failed || query.failed || body.failed))
        ok = err_set(e, ERR_LIMIT, "%.*s: the request is larger than 1 MiB", STR_ARG(op->id));
    if (ok) {
        take_path(a, &path, &query, out);
        out->body = arena_str(a, buf_str(&body));
    }
    buf_done(&path);
    buf_done(&query);
    buf_done(&body);
    return ok;
}
