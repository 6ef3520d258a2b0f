#include "config/waive.h"

#include "codec/text.h"
#include "codec/yaml.h"
#include "config/config.h"

/* A place in the text, and what the entry looks like there. */
struct place {
    size_t at;
    size_t indent;       /* of the dash */
    bool flow;           /* inside of brackets */
    bool comma;          /* something stands before it in the brackets */
    bool key;            /* `waivers:` is missing */
    size_t key_indent;
};

static const char *line_end(struct str text)
{
    ptrdiff_t at = str_index(text, '\n', 0);
    return at > 0 && text.ptr[at - 1] == '\r' ? "\r\n" : "\n";
}

/* Byte after the line that holds `at`; the length of the text when it is the last. */
static size_t next_line(struct str text, size_t at)
{
    if (at > 0 && at <= text.len && text.ptr[at - 1] == '\n')
        return at;
    ptrdiff_t newline = str_index(text, '\n', at);
    return newline < 0 ? text.len : (size_t)newline + 1;
}

/* Where the last word of a value ends: libyaml ends a block where the next thing begins. */
static size_t content_end(const struct yaml *y)
{
    if (y->type == YAML_SCALAR || y->flow || !y->last)
        return y->end;
    return content_end(y->last);
}

static struct place place_in(struct str text, const struct yaml *root, const struct yaml *list)
{
    if (!list)
        return (struct place){.at = text.len, .key = true, .indent = root->first ? (size_t)root->first->key_column + 1 : 2,
                              .key_indent = root->first ? (size_t)root->first->key_column - 1 : 0};
    if (list->type == YAML_LIST && list->flow)
        return (struct place){.at = list->last ? list->last->end : list->begin + 1, .flow = true, .comma = list->last != NULL};
    if (list->type == YAML_LIST)
        return (struct place){.at = next_line(text, content_end(list)), .indent = (size_t)list->column - 1};
    return (struct place){.at = next_line(text, list->begin), .indent = (size_t)list->key_column + 1};
}

static void put_field(struct buf *b, const struct place *p, const char *name, struct str value, const char *newline)
{
    if (!value.ptr)
        return;
    if (p->flow)
        buf_addf(b, ", %s: ", name);
    else
        buf_addf(b, "%*s%s: ", (int)p->indent + 2, "", name);
    yaml_write_scalar(b, value);
    if (!p->flow)
        buf_addz(b, newline);
}

static void put_entry(struct buf *b, const struct place *p, const struct waiver *w, const char *newline)
{
    if (p->key)
        buf_addf(b, "%*swaivers:%s", (int)p->key_indent, "", newline);
    if (p->flow)
        buf_addf(b, "%s{finding: ", p->comma ? ", " : "");
    else
        buf_addf(b, "%*s- finding: ", (int)p->indent, "");
    buf_addf(b, "\"%.*s\"", STR_ARG(w->finding));
    if (!p->flow && w->comment.len) {
        buf_addz(b, " # ");
        text_safe(b, w->comment);
    }
    if (!p->flow)
        buf_addz(b, newline);
    put_field(b, p, "owner", w->owner, newline);
    put_field(b, p, "reason", w->reason, newline);
    put_field(b, p, "expires", w->expires, newline);
    put_field(b, p, "not_reasonable", w->not_reasonable, newline);
    put_field(b, p, "alternative", w->alternative, newline);
    if (p->flow)
        buf_addc(b, '}');
}

static struct str with_entry(struct arena *a, struct str text, const struct place *p, const struct waiver *w)
{
    struct buf b;
    buf_init(&b, CONFIG_MAX_BYTES);
    const char *newline = line_end(text);
    buf_add(&b, str_sub(text, 0, p->at));
    if (!p->flow && p->at && text.ptr[p->at - 1] != '\n')
        buf_addz(&b, newline);
    put_entry(&b, p, w, newline);
    buf_add(&b, str_sub(text, p->at, text.len));
    struct str out = b.failed ? (struct str){NULL, 0} : arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static struct str without_waivers(struct arena *a, const struct json *doc)
{
    struct json *rest = json_new(a, JSON_OBJECT);
    for json_each(m, doc) {
        struct json *copy = json_new(a, m->type);
        struct str key = m->key;
        *copy = *m;
        copy->next = NULL;
        if (!str_eqz(key, "waivers"))
            json_set(rest, key, copy);
    }
    struct buf b;
    buf_init(&b, (size_t)CONFIG_MAX_BYTES * 8);
    json_write_canonical(&b, rest);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static bool same(const struct json *entry, const char *key, struct str want)
{
    struct str have = json_get_str(entry, key);
    return !have.ptr == !want.ptr && str_eq(have, want);
}

/* The new text says what the old one said, and the entry last. */
static bool read_back(struct arena *a, const struct json *before, const struct json *after, const struct waiver *w)
{
    const struct json *old_list = json_getz(before, "waivers"), *list = json_getz(after, "waivers"), *entry = list->last;
    if (list->count != old_list->count + 1 || !str_eq(without_waivers(a, before), without_waivers(a, after)))
        return false;
    const struct json *now = list->first;
    for json_each(then, old_list) {
        if (!json_equal(then, now))
            return false;
        now = now->next;
    }
    return same(entry, "finding", w->finding) && same(entry, "owner", w->owner) && same(entry, "reason", w->reason) &&
           same(entry, "expires", w->expires) && same(entry, "not_reasonable", w->not_reasonable) &&
           same(entry, "alternative", w->alternative);
}

bool waiver_add(struct arena *a, struct str name, struct str text, const struct waiver *w, struct str *out, struct err *e)
{
    struct config before, after;
    struct config_text t = {name, text};
    struct err inner = {0};
    if (!config_build(a, &t, 1, NULL, &before, e))
        return false;
    struct yaml *root = yaml_parse(a, text, CONFIG_MAX_BYTES, e);
    if (!root)
        return false;
    struct place p = place_in(text, root, yaml_get(root, STR("waivers")));
    *out = with_entry(a, text, &p, w);
    t.text = *out;
    if (!root->flow && out->ptr && config_build(a, &t, 1, NULL, &after, &inner) && read_back(a, before.doc, after.doc, w))
        return true;
    err_set(e, ERR_CONFIG, "%.*s: the waiver cannot be added to the text as it is written%s%s", STR_ARG(name),
            inner.message[0] ? ": " : "", inner.message);
    err_hint(e, "write `waivers:` as a list with a line \"- finding: ...\" for each entry");
    return false;
}
