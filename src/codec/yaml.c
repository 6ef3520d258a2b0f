#include "codec/yaml.h"

#include "base/map.h"
#include "codec/utf8.h"

#include <yaml.h>

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    struct err *e;
    int nodes;
    struct str text;
    size_t cursor_characters, cursor_bytes; /* the same place; libyaml's marks count characters */
};

static bool refuse(struct reader *r, const yaml_mark_t *at, const char *what)
{
    return err_set(r->e, ERR_PARSE, "line %zu column %zu: %s", at->line + 1, at->column + 1, what);
}

static bool next_event(struct reader *r, yaml_event_t *ev)
{
    if (yaml_parser_parse(&r->parser, ev))
        return true;
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR)
        die("out of memory");
    if (p->error == YAML_READER_ERROR)
        return err_set(r->e, ERR_PARSE, "byte %zu: %s", p->problem_offset, p->problem ? p->problem : "cannot be read");
    return refuse(r, &p->problem_mark, p->problem ? p->problem : "not YAML");
}

/* What ward.yaml does without; NULL when the event is plain. */
static const char *feature_of(const yaml_event_t *ev)
{
    static const char anchor[] = "anchors are not allowed", tag[] = "tags are not allowed";
    switch (ev->type) {
    case YAML_ALIAS_EVENT:
        return "aliases are not allowed";
    case YAML_SCALAR_EVENT:
        return ev->data.scalar.anchor ? anchor : ev->data.scalar.tag ? tag : NULL;
    case YAML_SEQUENCE_START_EVENT:
        return ev->data.sequence_start.anchor ? anchor : ev->data.sequence_start.tag ? tag : NULL;
    case YAML_MAPPING_START_EVENT:
        return ev->data.mapping_start.anchor ? anchor : ev->data.mapping_start.tag ? tag : NULL;
    case YAML_DOCUMENT_START_EVENT:
        return ev->data.document_start.version_directive ||
                       ev->data.document_start.tag_directives.start != ev->data.document_start.tag_directives.end
                   ? "directives are not allowed"
                   : NULL;
    default:
        return NULL;
    }
}

static size_t byte_offset(struct reader *r, size_t characters)
{
    if (characters < r->cursor_characters)
        r->cursor_characters = r->cursor_bytes = 0;
    while (r->cursor_characters < characters && r->cursor_bytes < r->text.len) {
        r->cursor_bytes += utf8_length(str_sub(r->text, r->cursor_bytes, r->text.len));
        r->cursor_characters++;
    }
    return r->cursor_bytes;
}

static struct yaml *new_node(struct reader *r, const yaml_event_t *ev, enum yaml_type type)
{
    if (++r->nodes > YAML_NODES_MAX) {
        err_set(r->e, ERR_LIMIT, "line %zu: more than %d values", ev->start_mark.line + 1, YAML_NODES_MAX);
        return NULL;
    }
    struct yaml *y = arena_new_of(r->arena, struct yaml);
    y->type = type;
    y->line = (int)ev->start_mark.line + 1;
    y->column = (int)ev->start_mark.column + 1;
    y->begin = byte_offset(r, ev->start_mark.index);
    y->end = byte_offset(r, ev->end_mark.index);
    return y;
}

static void append(struct yaml *parent, struct yaml *child)
{
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->count++;
}

static struct str scalar_text(struct reader *r, const yaml_event_t *ev)
{
    return arena_str(r->arena, str_make((const char *)ev->data.scalar.value, ev->data.scalar.length));
}

static struct yaml *read_node(struct reader *r, yaml_event_t *ev, int depth);

static bool read_list(struct reader *r, struct yaml *list, int depth)
{
    for (;;) {
        yaml_event_t ev;
        if (!next_event(r, &ev))
            return false;
        if (ev.type == YAML_SEQUENCE_END_EVENT) {
            list->end = byte_offset(r, ev.end_mark.index);
            yaml_event_delete(&ev);
            return true;
        }
        struct yaml *child = read_node(r, &ev, depth);
        yaml_event_delete(&ev);
        if (!child)
            return false;
        append(list, child);
    }
}

/* The event is a key: a scalar, new in this map. */
static bool check_key(struct reader *r, const yaml_event_t *ev, struct map *seen, struct str *key)
{
    const char *feature = feature_of(ev);
    if (feature)
        return refuse(r, &ev->start_mark, feature);
    if (ev->type != YAML_SCALAR_EVENT)
        return refuse(r, &ev->start_mark, "a key must be a plain word");
    *key = scalar_text(r, ev);
    if (!key->len)
        return refuse(r, &ev->start_mark, "a key must not be empty");
    if (str_eqz(*key, "<<"))
        return refuse(r, &ev->start_mark, "merge keys are not allowed");
    if (!map_add(seen, *key, r))
        return err_set(r->e, ERR_PARSE, "line %zu column %zu: the key \"%.*s\" is there twice", ev->start_mark.line + 1,
                       ev->start_mark.column + 1, STR_ARG(str_sub(*key, 0, 80)));
    return true;
}

static struct yaml *read_member(struct reader *r, const yaml_event_t *key_event, struct map *seen, int depth)
{
    struct str key;
    yaml_event_t ev;
    if (!check_key(r, key_event, seen, &key) || !next_event(r, &ev))
        return NULL;
    struct yaml *child = read_node(r, &ev, depth);
    yaml_event_delete(&ev);
    if (child) {
        child->key = key;
        child->key_line = (int)key_event->start_mark.line + 1;
        child->key_column = (int)key_event->start_mark.column + 1;
    }
    return child;
}

static bool read_map(struct reader *r, struct yaml *map, int depth)
{
    struct map seen;
    map_init(&seen, r->arena);
    for (;;) {
        yaml_event_t ev;
        if (!next_event(r, &ev))
            return false;
        if (ev.type == YAML_MAPPING_END_EVENT) {
            map->end = byte_offset(r, ev.end_mark.index);
            yaml_event_delete(&ev);
            return true;
        }
        struct yaml *child = read_member(r, &ev, &seen, depth);
        yaml_event_delete(&ev);
        if (!child)
            return false;
        append(map, child);
    }
}

static struct yaml *read_scalar(struct reader *r, const yaml_event_t *ev)
{
    struct yaml *y = new_node(r, ev, YAML_SCALAR);
    if (y) {
        y->text = scalar_text(r, ev);
        y->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    }
    return y;
}

static struct yaml *read_node(struct reader *r, yaml_event_t *ev, int depth)
{
    const char *feature = feature_of(ev);
    if (feature || depth >= YAML_DEPTH_MAX) {
        refuse(r, &ev->start_mark, feature ? feature : "nested too deep");
        return NULL;
    }
    if (ev->type == YAML_SCALAR_EVENT)
        return read_scalar(r, ev);
    bool is_map = ev->type == YAML_MAPPING_START_EVENT;
    struct yaml *y = new_node(r, ev, is_map ? YAML_MAP : YAML_LIST);
    if (!y)
        return NULL;
    y->flow = is_map ? ev->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                     : ev->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    return (is_map ? read_map(r, y, depth + 1) : read_list(r, y, depth + 1)) ? y : NULL;
}

/* Reads an event and demands its type. */
static bool expect(struct reader *r, yaml_event_type_t type, yaml_event_t *ev, const char *otherwise)
{
    if (!next_event(r, ev))
        return false;
    const char *feature = feature_of(ev);
    if (!feature && ev->type == type)
        return true;
    refuse(r, &ev->start_mark, feature ? feature : otherwise);
    yaml_event_delete(ev);
    return false;
}

static struct yaml *read_root(struct reader *r)
{
    yaml_event_t ev;
    if (!next_event(r, &ev))
        return NULL;
    struct yaml *root = read_node(r, &ev, 0);
    yaml_event_delete(&ev);
    return root;
}

static struct yaml *read_stream(struct reader *r)
{
    yaml_event_t ev;
    if (!expect(r, YAML_STREAM_START_EVENT, &ev, "not YAML"))
        return NULL;
    yaml_event_delete(&ev);
    if (!next_event(r, &ev))
        return NULL;
    bool empty = ev.type == YAML_STREAM_END_EVENT;
    const char *feature = feature_of(&ev);
    if (feature)
        refuse(r, &ev.start_mark, feature);
    struct yaml *root = feature ? NULL : empty ? new_node(r, &ev, YAML_MAP) : read_root(r);
    yaml_event_delete(&ev);
    if (empty || !root)
        return root;
    if (!expect(r, YAML_DOCUMENT_END_EVENT, &ev, "only one document is allowed"))
        return NULL;
    yaml_event_delete(&ev);
    if (!expect(r, YAML_STREAM_END_EVENT, &ev, "only one document is allowed"))
        return NULL;
    yaml_event_delete(&ev);
    return root;
}

struct yaml *yaml_parse(struct arena *a, struct str text, size_t max_bytes, struct err *e)
{
    if (text.len > max_bytes) {
        err_set(e, ERR_LIMIT, "larger than the cap of %zu bytes", max_bytes);
        return NULL;
    }
    if (!utf8_valid(text)) {
        err_set(e, ERR_PARSE, "not UTF-8");
        return NULL;
    }
    struct reader r = {.arena = a, .e = e, .text = text};
    if (!yaml_parser_initialize(&r.parser))
        die("out of memory");
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.ptr, text.len);
    struct yaml *root = read_stream(&r);
    yaml_parser_delete(&r.parser);
    return root;
}

struct yaml *yaml_get(const struct yaml *map, struct str key)
{
    for (struct yaml *y = map && map->type == YAML_MAP ? map->first : NULL; y; y = y->next)
        if (str_eq(y->key, key))
            return y;
    return NULL;
}

bool yaml_is_nothing(const struct yaml *y) { return !y || (y->type == YAML_SCALAR && !y->quoted && !y->text.len); }
