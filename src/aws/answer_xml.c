#include "aws/answer.h"
#include "aws/answer_convert.h"
#include "base/map.h"

/* What is being converted; the first thing that does not fit the model is told in `err`. */
struct conversion {
    struct arena *arena;
    struct err *err;
};

static struct json *convert(struct conversion *c, const struct aws_ref *ref, const struct xml_node *node);
static struct json *convert_struct(struct conversion *c, const struct aws_struct *shape, const struct xml_node *node);

static void refuse(struct conversion *c, const struct xml_node *node, const char *why)
{
    (void)err_set(c->err, ERR_PARSE, "<%.*s> %s", STR_ARG(node->name), why);
}

/* A list whose elements stand in the parent: all siblings of that name from `node` on. */
static struct json *flat_list(struct conversion *c, const struct aws_ref *ref, const struct xml_node *node)
{
    struct json *list = json_new(c->arena, JSON_ARRAY);
    for (const struct xml_node *it = node; it; it = it->next)
        if (str_eq(it->name, node->name))
            json_add(list, convert(c, ref->element, it));
    return list;
}

static struct json *nested_list(struct conversion *c, const struct aws_ref *ref, const struct xml_node *node)
{
    struct json *list = json_new(c->arena, JSON_ARRAY);
    for (const struct xml_node *it = node->first; it; it = it->next)
        json_add(list, convert(c, ref->element, it));
    return list;
}

struct map_out {
    struct json *object;
    struct map keys;
};

static void map_entry(struct conversion *c, const struct aws_ref *ref, const struct xml_node *entry,
                      struct map_out *out)
{
    const struct xml_node *key = NULL, *value = NULL;
    for (const struct xml_node *it = entry->first; it; it = it->next) {
        if (str_eq(it->name, ref->key))
            key = it;
        else if (str_eq(it->name, ref->value))
            value = it;
    }
    if (!key || !value) {
        refuse(c, entry, "is an entry without key or value");
        return;
    }
    if (map_add(&out->keys, key->text, out->object))
        json_set(out->object, key->text, convert(c, ref->element, value));
    else
        refuse(c, entry, "has a key that is there twice");
}

static struct json *convert_map(struct conversion *c, const struct aws_ref *ref, const struct xml_node *node)
{
    struct map_out out = {.object = json_new(c->arena, JSON_OBJECT)};
    map_init(&out.keys, c->arena);
    if (!ref->flat) {
        for (const struct xml_node *it = node->first; it; it = it->next)
            map_entry(c, ref, it, &out);
        return out.object;
    }
    for (const struct xml_node *it = node; it; it = it->next)
        if (str_eq(it->name, node->name))
            map_entry(c, ref, it, &out);
    return out.object;
}

static struct json *convert(struct conversion *c, const struct aws_ref *ref, const struct xml_node *node)
{
    if (ref->kind == 'S')
        return convert_struct(c, ref->structure, node);
    if (ref->kind == 'L')
        return ref->flat ? flat_list(c, ref, node) : nested_list(c, ref, node);
    if (ref->kind == 'M')
        return convert_map(c, ref, node);
    if (node->first)
        refuse(c, node, "has elements where the model has a value");
    return aws_scalar(c->arena, ref->kind, node->text);
}

/* --- what the model does not know: a leaf is a string, <item>s, <member>s and repeated names make a
 * list, the rest is an object */

struct seen {
    struct json *value;
    bool many;
};

static struct json *unknown(struct arena *a, const struct xml_node *node);

static bool is_list(const struct xml_node *node)
{
    for (const struct xml_node *it = node->first; it; it = it->next)
        if (!str_eqz(it->name, "item") && !str_eqz(it->name, "member"))
            return false;
    return true;
}

static void add_unknown(struct arena *a, struct map *names, struct json *object, const struct xml_node *node)
{
    struct seen *s = map_get(names, node->name);
    if (!s) {
        s = arena_new_of(a, struct seen);
        s->value = unknown(a, node);
        map_put(names, node->name, s);
        json_set(object, node->name, s->value);
        return;
    }
    if (!s->many) {
        struct json *first = json_new(a, s->value->type);
        *first = *s->value;
        first->key = (struct str){NULL, 0};
        first->next = NULL;
        s->value->type = JSON_ARRAY;
        s->value->text = (struct str){NULL, 0};
        s->value->count = 0;
        s->value->first = s->value->last = NULL;
        json_add(s->value, first);
        s->many = true;
    }
    json_add(s->value, unknown(a, node));
}

static struct json *unknown(struct arena *a, const struct xml_node *node)
{
    if (!node->first)
        return json_string(a, node->text);
    if (is_list(node)) {
        struct json *list = json_new(a, JSON_ARRAY);
        for (const struct xml_node *it = node->first; it; it = it->next)
            json_add(list, unknown(a, it));
        return list;
    }
    struct json *object = json_new(a, JSON_OBJECT);
    struct map names;
    map_init(&names, a);
    for (const struct xml_node *it = node->first; it; it = it->next)
        add_unknown(a, &names, object, it);
    return object;
}

/* --- structures */

/* A second one of a member that is no list would be lost, and with it half of a grant or a rule. */
static const struct xml_node *find_body(struct conversion *c, const struct aws_member *m, const struct xml_node *node)
{
    bool many = m->ref.flat && (m->ref.kind == 'L' || m->ref.kind == 'M');
    const struct xml_node *found = NULL;
    for (const struct xml_node *it = node->first; it; it = it->next) {
        if (!str_eq(it->name, m->wire))
            continue;
        if (many)
            return it;
        if (found)
            refuse(c, it, "is there twice");
        found = found ? found : it;
    }
    return found;
}

static struct json *member_value(struct conversion *c, const struct aws_member *m, const struct xml_node *node)
{
    if (m->place == AWS_PLACE_ATTRIBUTE) {
        for (const struct xml_attr *x = node->attrs; x; x = x->next)
            if (str_eq(x->name, m->wire))
                return aws_scalar(c->arena, m->ref.kind, x->value);
        return NULL;
    }
    const struct xml_node *child = m->place == AWS_PLACE_BODY ? find_body(c, m, node) : NULL;
    return child ? convert(c, &m->ref, child) : NULL;
}

static bool is_known(const struct aws_struct *shape, struct str name)
{
    for (uint32_t i = 0; i < shape->count; i++)
        if (str_eq(shape->members[i].name, name) ||
            (shape->members[i].place == AWS_PLACE_BODY && str_eq(shape->members[i].wire, name)))
            return true;
    return str_eqz(name, "requestId") || str_eqz(name, "ResponseMetadata");
}

static struct json *convert_struct(struct conversion *c, const struct aws_struct *shape, const struct xml_node *node)
{
    struct json *object = json_new(c->arena, JSON_OBJECT);
    for (uint32_t i = 0; i < shape->count; i++) {
        struct json *value = member_value(c, &shape->members[i], node);
        if (value)
            json_set(object, shape->members[i].name, value);
    }
    struct map names;
    map_init(&names, c->arena);
    for (const struct xml_node *it = node->first; it; it = it->next)
        if (!is_known(shape, it->name))
            add_unknown(c->arena, &names, object, it);
    return object;
}

struct json *aws_from_xml(struct arena *a, const struct aws_struct *shape, const struct xml_node *node, struct err *e)
{
    struct err own = {0};
    struct conversion c = {a, &own};
    struct json *object = convert_struct(&c, shape, node);
    if (!err_is_set(&own))
        return object;
    (void)err_set(e, own.kind, "%s", own.message);
    return NULL;
}

void aws_add_headers(struct arena *a, const struct aws_struct *shape, long http_status, struct str headers,
                     struct json *object)
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
