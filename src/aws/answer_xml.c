#include "aws/answer.h"
#include "aws/answer_convert.h"

static struct json *convert(struct arena *a, const struct aws_ref *ref, const struct xml_node *node);

/* A list whose elements stand in the parent: all siblings of that name from `node` on. */
static struct json *flat_list(struct arena *a, const struct aws_ref *ref, const struct xml_node *node)
{
    struct json *list = json_new(a, JSON_ARRAY);
    for (const struct xml_node *it = node; it; it = it->next)
        if (str_eq(it->name, node->name))
            json_add(list, convert(a, ref->element, it));
    return list;
}

static struct json *nested_list(struct arena *a, const struct aws_ref *ref, const struct xml_node *node)
{
    struct json *list = json_new(a, JSON_ARRAY);
    for (const struct xml_node *it = node->first; it; it = it->next)
        json_add(list, convert(a, ref->element, it));
    return list;
}

static void map_entry(struct arena *a, const struct aws_ref *ref, const struct xml_node *entry, struct json *map)
{
    struct str key = {NULL, 0};
    const struct xml_node *value = NULL;
    for (const struct xml_node *it = entry->first; it; it = it->next) {
        if (str_eq(it->name, ref->key))
            key = it->text;
        else if (str_eq(it->name, ref->value))
            value = it;
    }
    if (key.ptr && value)
        json_set(map, key, convert(a, ref->element, value));
}

static struct json *convert_map(struct arena *a, const struct aws_ref *ref, const struct xml_node *node)
{
    struct json *map = json_new(a, JSON_OBJECT);
    if (!ref->flat) {
        for (const struct xml_node *it = node->first; it; it = it->next)
            map_entry(a, ref, it, map);
        return map;
    }
    for (const struct xml_node *it = node; it; it = it->next)
        if (str_eq(it->name, node->name))
            map_entry(a, ref, it, map);
    return map;
}

static struct json *convert(struct arena *a, const struct aws_ref *ref, const struct xml_node *node)
{
    if (ref->kind == 'S')
        return aws_from_xml(a, ref->structure, node);
    if (ref->kind == 'L')
        return ref->flat ? flat_list(a, ref, node) : nested_list(a, ref, node);
    if (ref->kind == 'M')
        return convert_map(a, ref, node);
    return aws_scalar(a, ref->kind, node->text);
}

static bool seen_before(const struct xml_node *parent, const struct xml_node *node)
{
    for (const struct xml_node *it = parent->first; it != node; it = it->next)
        if (str_eq(it->name, node->name))
            return true;
    return false;
}

static bool seen_after(const struct xml_node *node)
{
    for (const struct xml_node *it = node->next; it; it = it->next)
        if (str_eq(it->name, node->name))
            return true;
    return false;
}

/* What the model does not know: a leaf is a string, <item>, <member> and repeated names make a list,
 * the rest is an object. */
static struct json *unknown(struct arena *a, const struct xml_node *node)
{
    if (!node->first)
        return json_string(a, node->text);
    bool list = str_eqz(node->first->name, "item") || str_eqz(node->first->name, "member");
    struct json *out = json_new(a, list ? JSON_ARRAY : JSON_OBJECT);
    for (const struct xml_node *it = node->first; it; it = it->next) {
        if (list) {
            json_add(out, unknown(a, it));
        } else if (seen_before(node, it)) {
            struct json *many = json_get(out, it->name);
            if (many->type == JSON_ARRAY)
                json_add(many, unknown(a, it));
        } else if (seen_after(it)) {
            struct json *many = json_new(a, JSON_ARRAY);
            json_add(many, unknown(a, it));
            json_set(out, it->name, many);
        } else {
            json_set(out, it->name, unknown(a, it));
        }
    }
    return out;
}

static const struct xml_node *find_body(const struct aws_member *m, const struct xml_node *node)
{
    for (const struct xml_node *it = node->first; it; it = it->next)
        if (str_eq(it->name, m->wire))
            return it;
    return NULL;
}

static struct json *member_value(struct arena *a, const struct aws_member *m, const struct xml_node *node)
{
    if (m->place == AWS_PLACE_ATTRIBUTE) {
        for (const struct xml_attr *x = node->attrs; x; x = x->next)
            if (str_eq(x->name, m->wire))
                return aws_scalar(a, m->ref.kind, x->value);
        return NULL;
    }
    const struct xml_node *child = m->place == AWS_PLACE_BODY ? find_body(m, node) : NULL;
    return child ? convert(a, &m->ref, child) : NULL;
}

static bool is_known(const struct aws_struct *shape, struct str name)
{
    for (uint32_t i = 0; i < shape->count; i++)
        if (shape->members[i].place == AWS_PLACE_BODY && str_eq(shape->members[i].wire, name))
            return true;
    return str_eqz(name, "requestId") || str_eqz(name, "ResponseMetadata");
}

struct json *aws_from_xml(struct arena *a, const struct aws_struct *shape, const struct xml_node *node)
{
    struct json *object = json_new(a, JSON_OBJECT);
    for (uint32_t i = 0; i < shape->count; i++) {
        struct json *value = member_value(a, &shape->members[i], node);
        if (value)
            json_set(object, shape->members[i].name, value);
    }
    for (const struct xml_node *it = node->first; it; it = it->next)
        if (!is_known(shape, it->name) && !json_get(object, it->name))
            json_set(object, it->name, unknown(a, it));
    return object;
}

void aws_add_headers(struct arena *a, const struct aws_struct *shape, long http_status, struct str headers, struct json *object)
{
    for (uint32_t i = 0; i < shape->count; i++) {
        const struct aws_member *m = &shape->members[i];
        if (m->place == AWS_PLACE_STATUS)
            json_set(object, m->name, json_int(a, http_status));
        if (m->place != AWS_PLACE_HEADER || m->ref.kind == 'S' || m->ref.kind == 'L' || m->ref.kind == 'M')
            continue;
        struct str value = aws_header_value(headers, arena_cstr(a, m->wire));
        if (value.ptr)
            json_set(object, m->name, aws_scalar(a, m->ref.kind, value));
    }
}
