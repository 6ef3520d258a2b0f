#include "aws/xml.h"

#include "base/buf.h"

#include <expat.h>
#include <limits.h>

struct reader {
    struct arena *arena;
    XML_Parser parser;
    struct xml_node *root;
    struct xml_node *open[XML_DEPTH_MAX]; /* the elements around the current place */
    int depth;
    uint32_t nodes;
    struct buf text; /* of the innermost element so far */
    struct err *err;
    bool failed;
};

static void stop(struct reader *r, enum err_kind kind, const char *why)
{
    if (!r->failed)
        (void)err_set(r->err, kind, "XML line %lu column %lu: %s", XML_GetCurrentLineNumber(r->parser),
                      XML_GetCurrentColumnNumber(r->parser) + 1, why);
    r->failed = true;
    (void)XML_StopParser(r->parser, XML_FALSE);
}

static struct str local_name(const char *name)
{
    struct str s = str_of(name);
    ptrdiff_t colon = str_index(s, ':', 0);
    return colon < 0 ? s : str_sub(s, (size_t)colon + 1, s.len);
}

static struct xml_attr *copy_attrs(struct arena *a, const char **attrs)
{
    struct xml_attr *first = NULL, **end = &first;
    for (; attrs && attrs[0]; attrs += 2) {
        if (str_starts(str_of(attrs[0]), STR("xmlns")))
            continue;
        struct xml_attr *x = arena_new_of(a, struct xml_attr);
        x->name = arena_str(a, local_name(attrs[0]));
        x->value = arena_str(a, str_of(attrs[1]));
        *end = x;
        end = &x->next;
    }
    return first;
}

static void on_start(void *user, const char *name, const char **attrs)
{
    struct reader *r = user;
    if (r->failed)
        return;
    if (r->depth == XML_DEPTH_MAX) {
        stop(r, ERR_LIMIT, "nested too deep");
        return;
    }
    if (++r->nodes > XML_NODES_MAX) {
        stop(r, ERR_LIMIT, "too many elements");
        return;
    }
    struct xml_node *node = arena_new_of(r->arena, struct xml_node);
    node->name = arena_str(r->arena, local_name(name));
    node->attrs = copy_attrs(r->arena, attrs);
    if (r->depth == 0) {
        r->root = node;
    } else {
        struct xml_node *parent = r->open[r->depth - 1];
        if (parent->last)
            parent->last->next = node;
        else
            parent->first = node;
        parent->last = node;
    }
    r->open[r->depth++] = node;
    buf_reset(&r->text);
}

static void on_end(void *user, const char *name)
{
    struct reader *r = user;
    (void)name;
    if (r->failed || r->depth == 0)
        return;
    struct xml_node *node = r->open[--r->depth];
    node->text = node->first || !r->text.len ? STR("") : arena_str(r->arena, buf_str(&r->text));
    buf_reset(&r->text);
}

static void on_text(void *user, const char *text, int len)
{
    struct reader *r = user;
    if (len > 0)
        buf_add(&r->text, str_make(text, (size_t)len));
}

static void on_doctype(void *user, const char *name, const char *system_id, const char *public_id, int internal)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)internal;
    stop(user, ERR_PARSE, "a DOCTYPE is refused");
}

struct xml_node *xml_parse(struct arena *a, struct str text, size_t max_bytes, struct err *e)
{
    if (text.len > max_bytes || text.len > INT_MAX) {
        (void)err_set(e, ERR_LIMIT, "XML of %zu bytes, at most %zu are read", text.len, max_bytes);
        return NULL;
    }
    struct reader r = {.arena = a, .err = e, .parser = XML_ParserCreate(NULL)};
    if (!r.parser)
        die("out of memory");
    buf_init(&r.text, max_bytes + 1);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    if (XML_Parse(r.parser, text.ptr ? text.ptr : "", (int)text.len, XML_TRUE) != XML_STATUS_OK)
        stop(&r, ERR_PARSE, XML_ErrorString(XML_GetErrorCode(r.parser)));
    XML_ParserFree(r.parser);
    buf_done(&r.text);
    return r.failed ? NULL : r.root;
}

const struct xml_node *xml_child(const struct xml_node *node, const char *name)
{
    for (const struct xml_node *it = node ? node->first : NULL; it; it = it->next)
        if (str_eqz(it->name, name))
            return it;
    return NULL;
}

struct str xml_child_text(const struct xml_node *node, const char *name)
{
    const struct xml_node *child = xml_child(node, name);
    return child ? child->text : (struct str){NULL, 0};
}
