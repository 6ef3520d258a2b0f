#include "codec/json.h"

#include "base/map.h"
#include "codec/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct parser {
    struct arena *arena;
    struct str text;
    size_t at;
    int depth;
    struct err *err;
};

static struct json *fail(struct parser *p, const char *what)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < p->at && i < p->text.len; i++) {
        column++;
        if (p->text.ptr[i] == '\n') {
            line++;
            column = 1;
        }
    }
    err_set(p->err, ERR_PARSE, "invalid JSON at line %zu column %zu: %s", line, column, what);
    return NULL;
}

static void skip_space(struct parser *p)
{
    while (p->at < p->text.len) {
        char c = p->text.ptr[p->at];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            break;
        p->at++;
    }
}

static int peek(struct parser *p) { return p->at < p->text.len ? (unsigned char)p->text.ptr[p->at] : -1; }

static int hex4(struct parser *p)
{
    int v = 0;
    for (int i = 0; i < 4; i++) {
        int c = peek(p);
        int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (d < 0)
            return -1;
        v = v * 16 + d;
        p->at++;
    }
    return v;
}

/* After "\u": one code point, surrogate pairs joined; -1 when malformed. */
static long escape_code_point(struct parser *p)
{
    int u = hex4(p);
    if (u < 0 || (u >= 0xDC00 && u <= 0xDFFF))
        return -1;
    if (u < 0xD800 || u > 0xDBFF)
        return u;
    if (p->at + 1 >= p->text.len || p->text.ptr[p->at] != '\\' || p->text.ptr[p->at + 1] != 'u')
        return -1;
    p->at += 2;
    int low = hex4(p);
    if (low < 0xDC00 || low > 0xDFFF)
        return -1;
    return 0x10000 + ((long)(u - 0xD800) << 10) + (low - 0xDC00);
}

/* One escape at p->at (after the backslash) into out; bytes written, or -1. */
static int unescape(struct parser *p, char *out)
{
    int c = peek(p);
    p->at++;
    switch (c) {
    case '"': case '\\': case '/': *out = (char)c; return 1;
    case 'b': *out = '\b'; return 1;
    case 'f': *out = '\f'; return 1;
    case 'n': *out = '\n'; return 1;
    case 'r': *out = '\r'; return 1;
    case 't': *out = '\t'; return 1;
    case 'u': {
        long cp = escape_code_point(p);
        return cp < 0 ? -1 : utf8_put((uint32_t)cp, out);
    }
    default: return -1;
    }
}

/* At the opening quote. */
static bool parse_string(struct parser *p, struct str *out)
{
    size_t start = ++p->at;
    bool escaped = false;
    while (p->at < p->text.len && p->text.ptr[p->at] != '"') {
        unsigned char c = (unsigned char)p->text.ptr[p->at];
        if (c < 0x20) {
            fail(p, "control character in a string");
            return false;
        }
        if (c == '\\') {
            escaped = true;
            p->at++;
        }
        p->at++;
    }
    if (p->at >= p->text.len) {
        p->at = p->text.len;
        fail(p, "string without an end");
        return false;
    }
    size_t end = p->at++;
    struct str raw = str_sub(p->text, start, end);
    if (!utf8_valid(raw)) {
        p->at = start;
        fail(p, "string is not valid UTF-8");
        return false;
    }
    if (!escaped) {
        *out = raw;
        return true;
    }
    char *d = arena_alloc(p->arena, raw.len + 1);
    size_t n = 0;
    p->at = start;
    while (p->at < end) {
        char c = p->text.ptr[p->at++];
        if (c != '\\') {
            d[n++] = c;
            continue;
        }
        int w = unescape(p, d + n);
        if (w < 0 || p->at > end) {
            fail(p, "bad escape in a string");
            return false;
        }
        n += (size_t)w;
    }
    p->at = end + 1;
    *out = (struct str){d, n};
    return true;
}

static size_t skip_digits(struct parser *p)
{
    size_t start = p->at;
    while (peek(p) >= '0' && peek(p) <= '9')
        p->at++;
    return p->at - start;
}

static struct json *parse_number(struct parser *p)
{
    size_t start = p->at;
    if (peek(p) == '-')
        p->at++;
    if (peek(p) == '0')
        p->at++;
    else if (!skip_digits(p))
        return fail(p, "a value was expected");
    if (peek(p) == '.') {
        p->at++;
        if (!skip_digits(p))
            return fail(p, "digits were expected after the point");
    }
    if (peek(p) == 'e' || peek(p) == 'E') {
        p->at++;
        if (peek(p) == '+' || peek(p) == '-')
            p->at++;
        if (!skip_digits(p))
            return fail(p, "digits were expected in the exponent");
    }
    struct json *j = json_new(p->arena, JSON_NUMBER);
    j->text = str_sub(p->text, start, p->at);
    return j;
}

static struct json *parse_word(struct parser *p, const char *word, enum json_type type)
{
    struct str w = str_of(word);
    if (!str_eq(str_sub(p->text, p->at, p->at + w.len), w))
        return fail(p, "a value was expected");
    p->at += w.len;
    return json_new(p->arena, type);
}

static struct json *parse_value(struct parser *p);

/* Small objects are scanned; large ones get a set, so hostile input cannot make this quadratic. */
static bool is_duplicate(struct parser *p, const struct json *object, struct map *seen, struct str key)
{
    if (object->count < 16)
        return json_get(object, key) != NULL;
    if (!seen->arena) {
        map_init(seen, p->arena);
        for json_each (m, object)
            map_add(seen, m->key, m);
    }
    return !map_add(seen, key, p);
}

static struct json *parse_object(struct parser *p)
{
    struct json *object = json_new(p->arena, JSON_OBJECT);
    struct map seen = {0};
    p->at++;
    skip_space(p);
    if (peek(p) == '}') {
        p->at++;
        return object;
    }
    for (;;) {
        struct str key;
        skip_space(p);
        if (peek(p) != '"')
            return fail(p, "a member name was expected");
        size_t key_at = p->at;
        if (!parse_string(p, &key))
            return NULL;
        if (is_duplicate(p, object, &seen, key)) {
            p->at = key_at;
            return fail(p, "member name occurs twice");
        }
        skip_space(p);
        if (peek(p) != ':')
            return fail(p, "':' was expected");
        p->at++;
        struct json *value = parse_value(p);
        if (!value)
            return NULL;
        json_set(object, key, value);
        skip_space(p);
        int c = peek(p);
        p->at++;
        if (c == '}')
            return object;
        if (c != ',') {
            p->at--;
            return fail(p, "',' or '}' was expected");
        }
    }
}

static struct json *parse_array(struct parser *p)
{
    struct json *array = json_new(p->arena, JSON_ARRAY);
    p->at++;
    skip_space(p);
    if (peek(p) == ']') {
        p->at++;
        return array;
    }
    for (;;) {
        struct json *value = parse_value(p);
        if (!value)
            return NULL;
        json_add(array, value);
        skip_space(p);
        int c = peek(p);
        p->at++;
        if (c == ']')
            return array;
        if (c != ',') {
            p->at--;
            return fail(p, "',' or ']' was expected");
        }
    }
}

static struct json *parse_value(struct parser *p)
{
    skip_space(p);
    switch (peek(p)) {
    case '{': case '[': {
        if (p->depth == JSON_DEPTH_MAX) {
            err_set(p->err, ERR_LIMIT, "JSON nests deeper than %d", JSON_DEPTH_MAX);
            return NULL;
        }
        p->depth++;
        struct json *j = peek(p) == '{' ? parse_object(p) : parse_array(p);
        p->depth--;
        return j;
    }
    case '"': {
        struct json *j = json_new(p->arena, JSON_STRING);
        return parse_string(p, &j->text) ? j : NULL;
    }
    case 't': return parse_word(p, "true", JSON_TRUE);
    case 'f': return parse_word(p, "false", JSON_FALSE);
    case 'n': return parse_word(p, "null", JSON_NULL);
    case -1: return fail(p, "unexpected end");
    default: return parse_number(p);
    }
}

struct json *json_parse(struct arena *a, struct str text, size_t max_bytes, struct err *e)
{
    struct parser p = {.arena = a, .text = text, .err = e};
    if (text.len > max_bytes) {
        err_set(e, ERR_LIMIT, "JSON of %zu bytes is over the cap of %zu", text.len, max_bytes);
        return NULL;
    }
    struct json *j = parse_value(&p);
    if (!j)
        return NULL;
    skip_space(&p);
    return p.at == text.len ? j : fail(&p, "text after the document");
}

struct json *json_new(struct arena *a, enum json_type type)
{
    struct json *j = arena_new_of(a, struct json);
    j->type = type;
    return j;
}

struct json *json_string(struct arena *a, struct str s)
{
    struct json *j = json_new(a, JSON_STRING);
    j->text = s;
    return j;
}

struct json *json_int(struct arena *a, int64_t v)
{
    struct json *j = json_new(a, JSON_NUMBER);
    j->text = arena_printf(a, "%" PRId64, v);
    return j;
}

struct json *json_bool(struct arena *a, bool v) { return json_new(a, v ? JSON_TRUE : JSON_FALSE); }

void json_add(struct json *parent, struct json *child)
{
    child->next = NULL;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->count++;
}

void json_set(struct json *object, struct str key, struct json *child)
{
    child->key = key;
    json_add(object, child);
}

struct json *json_get(const struct json *object, struct str key)
{
    if (!object || object->type != JSON_OBJECT)
        return NULL;
    for json_each (m, object)
        if (str_eq(m->key, key))
            return m;
    return NULL;
}

struct str json_str(const struct json *j)
{
    return j && j->type == JSON_STRING ? j->text : (struct str){NULL, 0};
}

struct str json_get_str(const struct json *object, const char *key) { return json_str(json_getz(object, key)); }

bool json_get_i64(const struct json *object, const char *key, int64_t *out)
{
    struct json *j = json_getz(object, key);
    return j && j->type == JSON_NUMBER && str_to_i64(j->text, out);
}

bool json_is_true(const struct json *j) { return j && j->type == JSON_TRUE; }

struct json *json_path(const struct json *j, const char *path)
{
    struct str rest = str_of(path);
    struct json *at = NULL;
    while (rest.ptr) {
        at = json_get(j, str_cut(&rest, '.'));
        if (!at)
            return NULL;
        j = at;
    }
    return at;
}

bool json_equal(const struct json *a, const struct json *b)
{
    if (!a || !b)
        return a == b;
    if (a->type != b->type || a->count != b->count)
        return false;
    if (a->type == JSON_OBJECT) {
        for json_each (m, a)
            if (!json_equal(m, json_get(b, m->key)))
                return false;
        return true;
    }
    const struct json *y = b->first;
    for (const struct json *x = a->first; x; x = x->next, y = y->next)
        if (!json_equal(x, y))
            return false;
    return str_eq(a->text, b->text);
}

void json_write_string(struct buf *out, struct str s)
{
    buf_addc(out, '"');
    size_t plain = 0, i = 0;
    while (i < s.len) {
        unsigned char c = (unsigned char)s.ptr[i];
        size_t n = c < 0x80 ? 1 : utf8_length(str_sub(s, i, s.len));
        if (c >= 0x20 && c != '"' && c != '\\' && n) {
            i += n;
            continue;
        }
        buf_add(out, str_sub(s, plain, i));
        if (!n)
            buf_addz(out, "\xEF\xBF\xBD");
        else if (c == '"' || c == '\\')
            buf_addf(out, "\\%c", c);
        else if (c == '\n')
            buf_addz(out, "\\n");
        else if (c == '\t')
            buf_addz(out, "\\t");
        else if (c == '\r')
            buf_addz(out, "\\r");
        else
            buf_addf(out, "\\u%04x", c);
        plain = ++i;
    }
    buf_add(out, str_sub(s, plain, i));
    buf_addc(out, '"');
}

static int by_key(const void *a, const void *b)
{
    return str_cmp((*(const struct json *const *)a)->key, (*(const struct json *const *)b)->key);
}

static void write_tree(struct buf *out, const struct json *j, bool sorted);

static void write_sorted(struct buf *out, const struct json *j)
{
    const struct json **members = malloc(j->count * sizeof(*members) + 1);
    if (!members)
        die("out of memory");
    size_t n = 0;
    for json_each (m, j)
        members[n++] = m;
    qsort(members, n, sizeof *members, by_key);
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_addc(out, ',');
        json_write_string(out, members[i]->key);
        buf_addc(out, ':');
        write_tree(out, members[i], true);
    }
    free(members);
}

static void write_members(struct buf *out, const struct json *j, bool sorted)
{
    for json_each (m, j) {
        if (m != j->first)
            buf_addc(out, ',');
        if (j->type == JSON_OBJECT) {
            json_write_string(out, m->key);
            buf_addc(out, ':');
        }
        write_tree(out, m, sorted);
    }
}

static void write_tree(struct buf *out, const struct json *j, bool sorted)
{
    switch (j->type) {
    case JSON_NULL: buf_addz(out, "null"); break;
    case JSON_FALSE: buf_addz(out, "false"); break;
    case JSON_TRUE: buf_addz(out, "true"); break;
    case JSON_NUMBER: buf_add(out, j->text); break;
    case JSON_STRING: json_write_string(out, j->text); break;
    case JSON_ARRAY:
        buf_addc(out, '[');
        write_members(out, j, sorted);
        buf_addc(out, ']');
        break;
    case JSON_OBJECT:
        buf_addc(out, '{');
        if (sorted)
            write_sorted(out, j);
        else
            write_members(out, j, false);
        buf_addc(out, '}');
        break;
    }
}

void json_write(struct buf *out, const struct json *j) { write_tree(out, j, false); }
void json_write_canonical(struct buf *out, const struct json *j) { write_tree(out, j, true); }
