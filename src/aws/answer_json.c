#include "aws/answer_convert.h"

#include "base/instant.h"
#include "codec/hash.h"

#include <math.h>
#include <stdlib.h>

enum { POLICY_MAX_BYTES = 1 << 20, TEMPLATE_MAX_BYTES = 2 << 20, NUMBER_MAX_BYTES = 64 };

static struct json *parsed_or_text(struct arena *a, struct str text, struct str original, size_t max_bytes)
{
    struct json *value = json_parse(a, text, max_bytes, NULL);
    return value ? value : json_string(a, original);
}

static size_t digits(struct str s, size_t at)
{
    while (at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9')
        at++;
    return at;
}

/* RFC 8259 section 6. */
static bool is_number(struct str s)
{
    size_t from = s.len && s.ptr[0] == '-', at = digits(s, from);
    if (s.len > NUMBER_MAX_BYTES || at == from || (s.ptr[from] == '0' && at > from + 1))
        return false;
    if (at < s.len && s.ptr[at] == '.') {
        from = at + 1;
        at = digits(s, from);
        if (at == from)
            return false;
    }
    if (at < s.len && (s.ptr[at] == 'e' || s.ptr[at] == 'E')) {
        from = at + 1;
        from += from < s.len && (s.ptr[from] == '+' || s.ptr[from] == '-');
        at = digits(s, from);
        if (at == from)
            return false;
    }
    return at == s.len;
}

/* Seconds since 1970 as AWS writes them: "1700000000", "1700000000.123", "1.7E9"; years 1 to 9999, as Python. */
static bool epoch_us(struct str text, int64_t *us)
{
    char buffer[NUMBER_MAX_BYTES + 1];
    if (!is_number(text))
        return false;
    memcpy(buffer, text.ptr, text.len);
    buffer[text.len] = '\0';
    double seconds = 0, fraction = modf(strtod(buffer, NULL), &seconds);
    if (!isfinite(seconds) || seconds < (double)(instant_days(1, 1, 1) * 86400 + 1) ||
        seconds >= (double)(instant_days(10000, 1, 1) * 86400 - 1))
        return false;
    *us = (int64_t)seconds * US_PER_S + llrint(fraction * 1e6); /* Python rounds the fraction alone, half to even */
    return true;
}

static struct json *timestamp(struct arena *a, struct str text)
{
    int64_t us = 0;
    char out[INSTANT_TEXT_MAX];
    if (!instant_parse(text, &us) && !epoch_us(text, &us))
        return json_string(a, text);
    return json_string(a, arena_str(a, str_of(instant_cli(us, out))));
}

/* AWS writes "true" and "false"; Python's servers "True" and "False". Nothing else is one of the two. */
static struct json *boolean(struct arena *a, struct str text)
{
    if (str_eq_nocase(text, STR("true")))
        return json_bool(a, true);
    return str_eq_nocase(text, STR("false")) ? json_bool(a, false) : json_string(a, text);
}

static struct json *number(struct arena *a, struct str text)
{
    if (!is_number(text))
        return json_string(a, text);
    struct json *j = json_new(a, JSON_NUMBER);
    j->text = text;
    return j;
}

struct json *aws_scalar(struct arena *a, char kind, struct str text)
{
    struct str decoded;
    switch (kind) {
    case 'i':
    case 'f':
        return number(a, str_trim(text));
    case 'b':
        return boolean(a, str_trim(text));
    case 't':
        return timestamp(a, text);
    case 'p':
        return percent_decode(a, text, &decoded) ? parsed_or_text(a, decoded, text, POLICY_MAX_BYTES) : json_string(a, text);
    case 'j':
        return parsed_or_text(a, text, text, TEMPLATE_MAX_BYTES);
    default:
        return json_string(a, text);
    }
}

static struct json *convert(struct arena *a, const struct aws_ref *ref, const struct json *value, struct err *e);

/* A copy of one node; its children are shared with the source, which is never changed after. */
static struct json *copy(struct arena *a, const struct json *value)
{
    struct json *j = json_new(a, value->type);
    j->text = value->text;
    for json_each (it, value) {
        struct json *child = copy(a, it);
        if (value->type == JSON_OBJECT)
            json_set(j, it->key, child);
        else
            json_add(j, child);
    }
    return j;
}

static struct json *convert_list(struct arena *a, const struct aws_ref *ref, const struct json *value, struct err *e)
{
    struct json *list = json_new(a, JSON_ARRAY);
    for json_each (it, value) {
        struct json *element = convert(a, ref->element, it, e);
        if (!element)
            return NULL;
        json_add(list, element);
    }
    return list;
}

static struct json *convert_map(struct arena *a, const struct aws_ref *ref, const struct json *value, struct err *e)
{
    struct json *map = json_new(a, JSON_OBJECT);
    for json_each (it, value) {
        struct json *element = convert(a, ref->element, it, e);
        if (!element)
            return NULL;
        json_set(map, it->key, element);
    }
    return map;
}

static struct json *wrong(const struct aws_ref *ref, struct err *e)
{
    (void)err_set(e, ERR_PARSE, "the answer has another type where the model has '%c'", ref->kind);
    return NULL;
}

static struct json *convert_scalar(struct arena *a, const struct aws_ref *ref, const struct json *value, struct err *e)
{
    if (value->type == JSON_ARRAY || value->type == JSON_OBJECT)
        return wrong(ref, e);
    if (ref->kind == 't' && (value->type == JSON_NUMBER || value->type == JSON_STRING))
        return timestamp(a, value->text);
    if (value->type == JSON_STRING && (ref->kind == 'j' || ref->kind == 'p'))
        return aws_scalar(a, ref->kind, value->text);
    return copy(a, value);
}

static struct json *convert(struct arena *a, const struct aws_ref *ref, const struct json *value, struct err *e)
{
    if (value->type == JSON_NULL)
        return json_new(a, JSON_NULL);
    if (ref->kind == 'S')
        return ref->structure->document ? copy(a, value) : aws_from_json(a, ref->structure, value, e);
    if (ref->kind == 'L')
        return value->type == JSON_ARRAY ? convert_list(a, ref, value, e) : wrong(ref, e);
    if (ref->kind == 'M')
        return value->type == JSON_OBJECT ? convert_map(a, ref, value, e) : wrong(ref, e);
    return convert_scalar(a, ref, value, e);
}

static bool is_known(const struct aws_struct *shape, struct str name)
{
    for (uint32_t i = 0; i < shape->count; i++)
        if (str_eq(shape->members[i].name, name) ||
            (shape->members[i].place == AWS_PLACE_BODY && str_eq(shape->members[i].wire, name)))
            return true;
    return false;
}

struct json *aws_from_json(struct arena *a, const struct aws_struct *shape, const struct json *body, struct err *e)
{
    if (shape->document)
        return copy(a, body);
    if (body->type != JSON_OBJECT) {
        (void)err_set(e, ERR_PARSE, "the answer has no object where the model has one");
        return NULL;
    }
    struct json *object = json_new(a, JSON_OBJECT);
    for (uint32_t i = 0; i < shape->count; i++) {
        const struct aws_member *m = &shape->members[i];
        const struct json *value = m->place == AWS_PLACE_BODY ? json_get(body, m->wire) : NULL;
        if (!value || value->type == JSON_NULL)
            continue;
        struct json *converted = convert(a, &m->ref, value, e);
        if (!converted)
            return NULL;
        json_set(object, m->name, converted);
    }
    for json_each (it, body)
        if (it->type != JSON_NULL && !str_eqz(it->key, "__type") && !is_known(shape, it->key))
            json_set(object, it->key, copy(a, it));
    return object;
}
