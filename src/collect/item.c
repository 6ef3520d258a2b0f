#include "collect/item.h"

#include "base/map.h"

enum { TAGS_MAX_BYTES = 1 << 20, ARN_MAX_BYTES = 8192 };

/* The partitions of botocore's partitions.json. */
struct str item_partition(struct str region)
{
    static const struct {
        const char *prefix, *partition;
    } table[] = {
        {"cn-", "aws-cn"},         {"us-gov-", "aws-us-gov"}, {"us-iso-", "aws-iso"},   {"us-isob-", "aws-iso-b"},
        {"eu-isoe-", "aws-iso-e"}, {"us-isof-", "aws-iso-f"}, {"eu-isof-", "aws-iso-f"}, {"eusc-", "aws-eusc"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_starts(region, str_of(table[i].prefix)))
            return str_of(table[i].partition);
    return STR("aws");
}

const struct json *item_member(const struct json *item, struct str path)
{
    struct str rest = path;
    while (rest.ptr && item)
        item = json_get(item, str_cut(&rest, '.'));
    return path.len ? item : NULL;
}

/* One value for all, or the one at `item` of several. */
static struct str of_several(struct str values, uint32_t item)
{
    if (str_index(values, '|', 0) < 0)
        return values;
    struct str rest = values, value = {NULL, 0};
    for (uint32_t i = 0; i <= item; i++)
        value = rest.ptr ? str_cut(&rest, '|') : STR("");
    return value;
}

struct item_spec item_spec_of(const struct aws_op *op, uint32_t item)
{
    return (struct item_spec){
        of_several(op->id_field, item),   of_several(op->arn_field, item), of_several(op->name_field, item),
        of_several(op->tags_field, item), of_several(op->type, item),      of_several(op->arn_template, item),
    };
}

static struct str scalar(const struct json *j)
{
    if (j && (j->type == JSON_STRING || j->type == JSON_NUMBER))
        return j->text;
    return (struct str){NULL, 0};
}

/* A field of an item; a list of plain strings (QueueUrls) has itself as its only field. */
static struct str field(const struct json *item, struct str path)
{
    if (item->type == JSON_STRING && (!path.len || str_eqz(path, "@")))
        return item->text;
    return scalar(item_member(item, path));
}

static const struct json *first_of(const struct json *o, const char *a, const char *b, const char *c)
{
    const struct json *j = json_getz(o, a);
    if (!j)
        j = json_getz(o, b);
    return j ? j : json_getz(o, c);
}

/* A key that comes twice counts once: an object with two members of one name is not JSON to ward. */
static void tag_list(struct arena *a, struct json_out *o, const struct json *list, struct str *name)
{
    struct map seen;
    map_init(&seen, a);
    for json_each (t, list) {
        struct str key = json_str(first_of(t, "Key", "key", "TagKey"));
        if (!key.ptr || !map_add(&seen, key, t))
            continue;
        struct str value = json_str(first_of(t, "Value", "value", "TagValue"));
        if (!value.ptr)
            value = STR("");
        jo_key_str(o, key);
        jo_str(o, value);
        if (str_eqz(key, "Name"))
            *name = value;
    }
}

static void tag_object(struct json_out *o, const struct json *object, struct str *name)
{
    for json_each (t, object) {
        jo_key_str(o, t->key);
        jo_value(o, t);
        if (str_eqz(t->key, "Name"))
            *name = json_str(t);
    }
}

static struct str tags_text(struct arena *a, const struct json *tags, struct str *name)
{
    if (!tags || (tags->type != JSON_ARRAY && tags->type != JSON_OBJECT))
        return (struct str){NULL, 0};
    if (!tags->count)
        return STR("{}");
    struct buf b;
    struct json_out o;
    buf_init(&b, TAGS_MAX_BYTES);
    jo_init(&o, &b, false);
    jo_object(&o);
    if (tags->type == JSON_ARRAY)
        tag_list(a, &o, tags, name);
    else
        tag_object(&o, tags, name);
    jo_end_object(&o);
    struct str text = b.failed ? (struct str){NULL, 0} : arena_str(a, buf_str(&b));
    buf_done(&b);
    return text;
}

static struct str placeholder(const struct item_place *at, const struct json *item, struct str name)
{
    if (str_eqz(name, "partition"))
        return item_partition(at->region);
    if (str_eqz(name, "region"))
        return at->region;
    if (str_eqz(name, "account"))
        return at->account;
    if (str_eqz(name, "@"))
        return scalar(item);
    if (str_eqz(name, "@basename")) {
        struct str v = scalar(item);
        return v.ptr ? str_sub(v, (size_t)(str_rindex(v, '/') + 1), v.len) : v;
    }
    if (str_starts(name, STR("^")))
        return scalar(item_member(at->params, str_sub(name, 1, name.len)));
    return scalar(item_member(item, name));
}

/* {NULL, 0} when a value that the template names is missing: half an ARN would match nothing. */
static struct str arn_of_template(struct arena *a, const struct item_place *at, const struct json *item, struct str template)
{
    char text[ARN_MAX_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < template.len; i++) {
        struct str piece = str_sub(template, i, i + 1);
        if (*piece.ptr == '{') {
            ptrdiff_t end = str_index(template, '}', i);
            if (end < 0)
                return (struct str){NULL, 0};
            piece = placeholder(at, item, str_sub(template, i + 1, (size_t)end));
            i = (size_t)end;
        }
        if (!piece.ptr || piece.len > sizeof text - n)
            return (struct str){NULL, 0};
        memcpy(text + n, piece.ptr, piece.len);
        n += piece.len;
    }
    return arena_str(a, str_make(text, n));
}

void item_columns(struct arena *a, const struct item_spec *spec, const struct item_place *at, const struct json *item,
                  struct item_columns *out)
{
    struct str tag_name = {NULL, 0};
    *out = (struct item_columns){0};
    if (spec->id_field.len || item->type == JSON_STRING)
        out->rid = field(item, spec->id_field);
    if (spec->tags_field.len)
        out->tags = tags_text(a, item_member(item, spec->tags_field), &tag_name);
    out->name = spec->name_field.len ? field(item, spec->name_field) : (struct str){NULL, 0};
    if (!out->name.ptr)
        out->name = tag_name;
    if (spec->arn_field.len)
        out->arn = field(item, spec->arn_field);
    if (!out->arn.ptr && spec->arn_template.len)
        out->arn = arn_of_template(a, at, item, spec->arn_template);
    if (!out->arn.ptr && item->type == JSON_STRING && str_starts(item->text, STR("arn:")))
        out->arn = item->text;
}
