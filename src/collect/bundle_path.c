#include "collect/bundle_path.h"

#include "codec/hash.h"
#include "codec/utf8.h"

/* The parameters that an operation is called with for each parent: those of one source. Returns how
 * many there are. */
static uint32_t source_params(const struct aws_op *op, uint32_t source, const struct aws_param **out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < op->follow_count; i++)
        if (op->follow[i].source == source && op->follow[i].param.name.len && n < BUNDLE_LEVELS_MAX)
            out[n++] = &op->follow[i].param;
    return n;
}

static uint32_t source_count(const struct aws_op *op)
{
    return op->follow_count ? op->follow[op->follow_count - 1].source + 1 : 0;
}

/* A value that can be a name: a string, or a list of one. */
static struct str value_of(const struct json *j)
{
    if (j && j->type == JSON_ARRAY && j->count == 1)
        j = j->first;
    return json_str(j);
}

static bool is_list(const struct aws_param *p) { return p->type && p->type->kind == 'L'; }

static bool add_name(struct buf *out, struct str value)
{
    size_t from = out->len;
    buf_addc(out, '/');
    if (str_eqz(value, ".") || str_eqz(value, ".."))
        buf_addz(out, value.len == 1 ? "%2E" : "%2E%2E");
    else
        percent_encode(out, value, "");
    return value.len > 0 && out->len - from <= BUNDLE_NAME_MAX;
}

static bool add_values(struct buf *out, const struct aws_op *op, uint32_t source, const struct json *params)
{
    const struct aws_param *names[BUNDLE_LEVELS_MAX];
    uint32_t n = source_params(op, source, names);
    if (!n || n != params->count)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        const struct json *j = json_get(params, names[i]->name);
        struct str value = value_of(j);
        if (!value.ptr || is_list(names[i]) != (j->type == JSON_ARRAY) || !add_name(out, value))
            return false;
    }
    return true;
}

static void add_hash(struct buf *out, const struct json *params)
{
    struct buf text;
    char hex[SHA256_HEX_MAX];
    buf_init(&text, 64 << 20);
    json_write_canonical(&text, params);
    buf_addf(out, "/=%.32s", sha256_hex(buf_str(&text), hex));
    buf_done(&text);
}

struct str bundle_path(struct arena *a, struct str account, struct str region, const struct aws_op *op, const struct json *params)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_addf(&b, "%.*s/%.*s/%.*s", STR_ARG(account), STR_ARG(region), STR_ARG(op->cli));
    if (params && params->count) {
        size_t base = b.len;
        bool named = false;
        for (uint32_t s = 0; s < source_count(op) && !named; s++) {
            b.len = base;
            named = add_values(&b, op, s, params);
        }
        if (!named) {
            b.len = base;
            add_hash(&b, params);
        }
    }
    buf_addz(&b, ".json");
    struct str path = arena_str(a, buf_str(&b));
    buf_done(&b);
    return path;
}

static struct json *decode(struct arena *a, const struct aws_param *const *params, const struct str *names, uint32_t count, struct err *e)
{
    struct json *object = json_new(a, JSON_OBJECT);
    for (uint32_t i = 0; i < count; i++) {
        struct str value;
        if (!percent_decode(a, names[i], &value) || !utf8_valid(value) || str_index(value, 0, 0) >= 0) {
            err_set(e, ERR_PARSE, "\"%.*s\" is not a percent-encoded value", STR_ARG(names[i]));
            return NULL;
        }
        struct json *j = json_string(a, value);
        if (is_list(params[i])) {
            struct json *list = json_new(a, JSON_ARRAY);
            json_add(list, j);
            j = list;
        }
        json_set(object, params[i]->name, j);
    }
    return object;
}

struct json *bundle_params(struct arena *a, const struct aws_op *op, const struct str *names, uint32_t count, struct err *e)
{
    const struct aws_param *params[BUNDLE_LEVELS_MAX];
    if (str_starts(names[count - 1], STR("="))) {
        err_set(e, ERR_PARSE, "only calls.jsonl can tell the parameters of %.*s", STR_ARG(names[count - 1]));
        return NULL;
    }
    for (uint32_t s = 0; s < source_count(op); s++)
        if (source_params(op, s, params) == count)
            return decode(a, params, names, count, e);
    err_set(e, ERR_PARSE, "%.*s is not called with %u parameter%s", STR_ARG(op->id), count, count == 1 ? "" : "s");
    return NULL;
}

bool bundle_path_is_safe(struct str path)
{
    if (!path.len || path.len > 4000 || str_index(path, 0, 0) >= 0)
        return false;
    struct str rest = path;
    while (rest.ptr) {
        struct str part = str_cut(&rest, '/');
        if (!part.len || str_eqz(part, ".") || str_eqz(part, ".."))
            return false;
    }
    return true;
}
